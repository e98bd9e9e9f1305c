/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What happens while calls are inlined: bodies of imported functions are read again, inside of this unit.
 *
 * The compiler expands a call by reading the callee's body. Of an imported callee that may be the first time that this unit meets
 * some types, instances and itabs. Instances met here are lowered for the inliner's sake and never compiled; wrappers of types
 * and equality functions that they need are.
 *
 * In: a function of another unit that was just inlined. Out: the same traces that lowering its body here would leave; the ops
 * themselves are thrown away, the inliner has cloned the callee's own.
 *
 * Go: cmd/compile/internal/noder/reader.go (unifiedInlineCall), noder/unified.go (readBodies)
 */
#include "lower/internal.h"

/* Literals of a body that is only read are not functions of the unit; equality and hash functions are. */
static void drop_literals(Unit *unit, uint32_t from) {
  uint32_t kept = from;
  for (uint32_t i = from; i < unit->funcs.len; i++)
    if (!unit->funcs.items[i]->closure) unit->funcs.items[kept++] = unit->funcs.items[i];
  unit->funcs.len = kept;
}

static void read_declared_body(Lowering *low, Func *callee, Object *object) {
  if (!object->u.func.syntax || !object->u.func.syntax->body) return;
  Func *scratch = func_new_passing(low->unit, callee->pos, object->pkg, callee->name->name, callee->type);
  declare_params(low, scratch, object->type, NULL);
  Body b;
  body_init(&b, low, scratch, NULL);
  body_enter(&b, object);
  body_bind(&b, object->type, object->u.func.syntax->body);
}

static void read_again(Lowering *low, Func *callee, const BodySource *source) {
  if (!source->inst) {
    read_declared_body(low, callee, source->object);
    return;
  }
  Instantiation *inst =
      instance_record(low, source->inst->generic->object, source->inst->targs, source->inst->shaped);
  read_instance(low, inst);
}

/* Imprecise interface calls of bodies that are read here are reported as ever. Returns the number of functions so far. */
static uint32_t enter(Lowering *low) {
  low->inlining = true;
  return low->unit->funcs.len;
}

/* Nothing is kept that the compiler does not keep. */
static void leave(Lowering *low, uint32_t funcs) {
  run_todos(low);
  drop_literals(low->unit, funcs);
  Func **made = low->inline_only.items;
  uint32_t len = low->inline_only.len;
  low->inline_only.items = NULL;
  low->inline_only.len = low->inline_only.cap = 0;
  if (len && low->unit->check_inlining) low->unit->check_inlining(low->unit, made, len);
  low->inlining = false;
}

static void note_inlined(Unit *unit, Func *callee) {
  Lowering *low = unit->lower_state;
  if (low->inlining || callee->unit == unit || callee->closure || !callee->unit) return;
  trail_meet(unit, MEET_INLINED, func_symbol_key(callee));
  if (!low->eager) return;
  uint64_t *done = map_put(&low->inlined, map_key(callee));
  if (*done) return;
  *done = 1;
  if (unit->trail) trail_first(unit, MEET_INLINED, func_symbol_key(callee), unit->trail->edits);
  const BodySource *source = callee->source;
  if (!source || !source->object) return;
  uint32_t funcs = enter(low);
  read_again(low, callee, source);
  leave(low, funcs);
}

/* Methods of instances belong to the unit that uses them, everything else to the package that declares it. */
static Func *resolve(void *context, Unit *unit, Object *object) {
  Lowering *low = unit->lower_state;
  if (!object->u.func.origin) return low->resolve_func(context, unit, object);
  Func *fn = method_func(low, NULL, object);
  if (fn) trail_meet(unit, MEET_INSTANCE_METHOD, func_symbol_key(fn));
  if (!fn || (fn->flags & FUNC_LOWERED) || low->inlining) return fn;
  uint32_t funcs = enter(low);
  lower_body(low, fn);
  leave(low, funcs);
  return fn;
}

static bool pointer_type_shared(const Unit *unit, Type *elem) {
  Lowering *low = unit->lower_state;
  if (trail_watches(unit)) trail_meet(unit, MEET_POINTER_ASKED, meeting_key(low, type_unalias(elem)));
  return !low->eager || type_note(low, type_unalias(elem))->pointed;
}

void hook_unit(Lowering *low) {
  low->resolve_func = low->unit->resolve_func;
  low->unit->resolve_func = resolve;
  low->unit->note_inlined = note_inlined;
  low->unit->pointer_type_shared = pointer_type_shared;
}
