/* SPDX-License-Identifier: BSD-3-Clause
 *
 * trail: the way that a reported unit went, for runs that follow (engine/edited.c).
 *
 * In: each turn of a function or component in one of the stages, the searches for components, what is met for the first time.
 * Out: the same as lists. A step is an event, too, so that it is known where in the text its lines are.
 *
 * Go: none
 */
#include "ir/ir.h"

Trail *trail_new(Arena *arena) {
  Trail *trail = arena_new_of(arena, Trail);
  trail->arena = arena;
  trail->first = trail->met = map_in(arena);
  return trail;
}

static Func *const *copy_funcs(Trail *trail, Func *const *funcs, uint32_t len) {
  Func **copy = arena_new_array(trail->arena, Func *, len);
  if (len) memcpy(copy, funcs, sizeof *copy * len);
  return copy;
}

void trail_step(Unit *unit, TrailStage stage, Func *const *funcs, uint32_t len, bool recursive) {
  Trail *trail = unit->trail;
  if (!trail || !unit->events) return;
  if (stage == TRAIL_EDIT) trail->edits += funcs[0]->closure ? trail->edits % 2 == 0 : 2 - trail->edits % 2;
  if (len) trail_begin(unit, func_outermost(funcs[0]));
  event_add(unit, EVENT_STEP, XPOS_NONE);
  vec_push(trail->arena, &trail->steps,
           (TrailStep){stage, copy_funcs(trail, funcs, len), len, recursive, unit->inline_tree.len});
}

TrailStage trail_enter(Unit *unit, TrailStage stage) {
  if (!unit->trail) return TRAIL_NOBODY;
  TrailStage before = unit->trail->stage;
  unit->trail->stage = stage;
  return before;
}

void trail_root(Unit *unit, Func *fn) {
  Trail *trail = unit->trail;
  if (trail && trail->stage) vec_push(trail->arena, &trail->searches[trail->stage].roots, fn);
}

void trail_visit(Unit *unit, Func *fn, Func *const *mentions, uint32_t len, bool attached) {
  Trail *trail = unit->trail;
  if (!trail || !trail->stage) return;
  vec_push(trail->arena, &trail->searches[trail->stage].visits,
           (TrailVisit){fn, copy_funcs(trail, mentions, len), len, attached});
}

/* ---- meetings ---- */

uint64_t trail_key(Meeting kind, uint64_t key) {
  return (key ^ (uint64_t)kind) * 0x9e3779b97f4a7c15u + (uint64_t)kind;
}

void trail_first(Unit *unit, Meeting kind, uint64_t key, uint32_t time) {
  if (!trail_notes(unit)) return;
  uint64_t *first = map_put(&unit->trail->first, trail_key(kind, key));
  if (!*first) *first = (uint64_t)time + 1;
}

bool trail_watch(Unit *unit, bool on) {
  if (!unit->trail) return false;
  bool before = unit->trail->watching;
  unit->trail->watching = on;
  return before;
}

void trail_begin(Unit *unit, const Func *fn) { unit->trail->fn = fn; }

void trail_meet(const Unit *unit, Meeting kind, uint64_t key) {
  if (!trail_watches(unit)) return;
  Trail *trail = unit->trail;
  uint64_t *met = map_put(&trail->met, trail_key(kind, key) + map_key(trail->fn));
  if (*met) return;
  *met = 1;
  vec_push(trail->arena, &trail->items, (TrailItem){trail->fn, kind, key});
}

void trail_inlined(Unit *unit, Func *caller, Func *callee) {
  Trail *trail = unit->trail;
  if (trail && callee->unit == unit)
    vec_push(trail->arena, &trail->inlined, (TrailInlined){func_outermost(caller), func_outermost(callee)});
}

/* ---- names ---- */

static void put_name(Buffer *out, Atom name) { wire_put_str(out, atom_str(name)); }

uint64_t object_symbol_key(const Object *object) {
  Buffer text = {0};
  const Object *owner = object_export_owner((Object *)(uintptr_t)object);
  put_name(&text, object->pkg ? object->pkg->path : NULL);
  put_name(&text, owner && owner != object ? owner->name : NULL);
  put_name(&text, object->name);
  if (object_is_local_type(object)) wire_put(&text, object->order);
  uint64_t key = digest_of(buffer_view(&text)).low;
  buffer_free(&text);
  return key;
}
