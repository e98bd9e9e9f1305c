/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sites: the calls of a function whose callee can be inlined, and what is special about each.
 *
 * In: the statements of a function or of an inlined call. Out: sites in source order: in a loop, in package initialization, on the
 * way to a panic; what kind of value each argument is; which assignment takes the results.
 *
 * Go: cmd/compile/internal/inline/inlheur/analyze_func_callsites.go, names.go
 */
#include "inline/heuristics.h"

typedef struct SiteVisit {
  Unit *unit;
  const SiteRegion *region;
  Arena *scratch;
  SiteTable *table;
  VEC(Op *) around; /* ops around the current one, outermost first */
  int loops;
  bool in_init;
} SiteVisit;

/* ---- where the call stands ---- */

/* `for { …; return }` runs once. */
static bool is_real_loop(const Op *op) {
  if (op->kind != OP_FOR && op->kind != OP_RANGE) return false;
  for (uint32_t i = 0; i < op->list.len; i++)
    if (op->list.items[i]->kind == OP_RETURN || op->list.items[i]->kind == OP_BREAK) return false;
  return true;
}

static bool ends_search(const Op *op) {
  switch ((int)op->kind) {
  case OP_AS:
  case OP_AS2:
  case OP_AS2DOTTYPE:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2RECV:
  case OP_ASOP:
  case OP_SELRECV2:
  case OP_BLOCK:
  case OP_BREAK:
  case OP_CASE:
  case OP_CONTINUE:
  case OP_DCL:
  case OP_DEFER:
  case OP_FALL:
  case OP_FOR:
  case OP_GO:
  case OP_GOTO:
  case OP_IF:
  case OP_INLMARK:
  case OP_LABEL:
  case OP_RANGE:
  case OP_RETURN:
  case OP_SELECT:
  case OP_SEND:
  case OP_SWITCH:
  case OP_TAILCALL: return true;
  }
  return false;
}

/* Outwards from the call: the first statement of which something is known decides. */
static bool is_doomed(const SiteVisit *v, const Op *call) {
  if (is_main_main(v->region->fn)) return false;
  for (uint32_t i = v->around.len + 1; i-- > 0;) {
    const Op *op = i == v->around.len ? call : v->around.items[i];
    if (op->kind == OP_PANIC) return true;
    Outcome outcome = v->region->outcomes ? outcome_of(v->region->outcomes, op) : OUTCOME_OPEN;
    if (outcome == OUTCOME_NEVER) return true;
    if (outcome != OUTCOME_OPEN && ends_search(op)) return false;
  }
  return false;
}

static bool declares_only_temporaries(const Op *assign) {
  for (uint32_t i = 0; i < op_init(assign)->len; i++) {
    const Op *declared = op_init(assign)->items[i]->x;
    if (!op_is(declared, OP_NAME) || !(declared->name->name_flags & NAME_AUTOTEMP)) return false;
  }
  return op_init(assign)->len > 0;
}

/* `a, b = f()` assigns temporaries first; what assigns those to a and b is meant. */
static Op *assignment_of_results(const SiteVisit *v, const Op *call) {
  if (call->flags & OP_PARENTHESES) return NULL;
  uint32_t depth = v->around.len;
  Op *parent = depth > 0 ? v->around.items[depth - 1] : NULL;
  if (!parent || parent->kind == OP_AS) return parent;
  if (parent->kind != OP_AS2FUNC || !declares_only_temporaries(parent)) return NULL;
  Op *outer = depth > 1 ? v->around.items[depth - 2] : NULL;
  if (op_is(outer, OP_CONVNOP)) outer = depth > 2 ? v->around.items[depth - 3] : NULL;
  return op_is(outer, OP_AS2) ? outer : NULL;
}

/* ---- arguments ---- */

static uint8_t argument_kind(const SiteVisit *v, Op *arg) {
  Op *value = v->region->oracle ? reassign_oracle_value(v->region->oracle, arg) : arg;
  if (value->kind == OP_LITERAL) return ARGUMENT_CONSTANT;
  if (value->kind == OP_CONVIFACE && !type_is_interface(value->x->type)) return ARGUMENT_CONCRETE;
  Name *name = op_static_callee(v->unit, value);
  if (!name) return ARGUMENT_ANY;
  const Func *fn = known_func(v->unit, name);
  return fn && func_has_inline_body(v->unit, fn) ? ARGUMENT_INLINABLE : ARGUMENT_FUNCTION;
}

static uint8_t *argument_kinds(const SiteVisit *v, const Op *call) {
  uint8_t *kinds = NULL;
  for (uint32_t i = 0; i < call->args.len; i++) {
    uint8_t kind = argument_kind(v, call->args.items[i]);
    if (kind == ARGUMENT_ANY) continue;
    if (!kinds) kinds = arena_new_array(v->unit->arena, uint8_t, call->args.len);
    kinds[i] = kind;
  }
  return kinds;
}

/* ---- the walk ---- */

static void add_site(SiteVisit *v, Op *call) {
  Func *callee = direct_callee(v->unit, call->fun);
  if (!callee || !callee->inl) return;
  Arena *arena = v->unit->arena;
  Site *site = arena_new_of(arena, Site);
  *site = (Site){.callee = callee, .call = call, .score = callee->inl->cost};
  if (v->loops > 0) site->flags |= SITE_IN_LOOP;
  if (v->in_init) site->flags |= SITE_IN_INIT;
  if (is_doomed(v, call)) site->flags |= SITE_DOOMED;
  site->args = argument_kinds(v, call);
  site->assign = assignment_of_results(v, call);
  if (!v->table) {
    v->table = arena_new_of(arena, SiteTable);
    v->table->by_call = map_in(arena);
  }
  map_set_ptr(&v->table->by_call, call, site);
  vec_push(arena, &v->table->list, site);
}

static bool visit(void *context, Op *op) {
  SiteVisit *v = context;
  int loop = is_real_loop(op);
  v->loops += loop;
  if (op->kind == OP_CALLFUNC) add_site(v, op);
  vec_push(v->scratch, &v->around, op);
  op_children(op, visit, v);
  v->around.len--;
  v->loops -= loop;
  return false;
}

SiteTable *sites_of_region(Unit *unit, const SiteRegion *region) {
  Arena *scratch = scratch_new();
  SiteVisit v = {.unit = unit, .region = region, .scratch = scratch, .loops = region->in_loop};
  v.in_init = (region->fn->flags & FUNC_PACKAGE_INIT) ||
              str_has_prefix(atom_str(region->fn->name->name), STR("init."));
  for (uint32_t i = 0; i < region->statements->len; i++)
    if (region->statements->items[i]) visit(&v, region->statements->items[i]);
  scratch_free(scratch);
  return v.table;
}
