/* SPDX-License-Identifier: BSD-3-Clause
 *
 * graph: spots (nodes of the graph) and flows of a component, and the analysis of all components of a unit.
 *
 * In: functions after inlining. Out: their tags and the events: all bodies of a component are walked, then the graph is flooded,
 * then tags are made and what does not escape is listed.
 *
 * Go: cmd/compile/internal/gc/esc.go
 */
#include "flood/graph.h"

/* ---- spots ---- */

void flood_init(Flood *f, Unit *unit, Arena *arena, bool recursive) {
  *f = (Flood){.unit = unit, .arena = arena, .recursive = recursive};
  f->ids = map_in(arena);
  f->texts = map_in(arena);
  vec_push(arena, &f->spots, (Spot){.op = NULL});
  vec_push(arena, &f->flows, (Flow){.src = {0}});
  Atom atom = intern(unit->session->interner, STR(".sink"));
  f->sink = &name_new(unit, CLASS_EXTERN, XPOS_NONE, unit->pkg, atom, NULL, NULL)->op;
  spot_get(f, f->sink)->loop_depth = -1;
}

SpotId spot_of(Flood *f, Op *op) {
  uint64_t *id = map_put(&f->ids, map_key(op));
  if (*id == 0) {
    *id = f->spots.len;
    vec_push(f->arena, &f->spots, (Spot){.op = op, .fn = f->fn});
  }
  return (SpotId){(uint32_t)*id};
}

static bool has_class(const Spot *spot, NameClass class_) {
  return spot->op->kind == OP_NAME && spot->op->name->class_ == class_ && !spot->moved;
}

bool spot_is_param(const Spot *spot) {
  return has_class(spot, CLASS_PARAM) && !(spot->op->name->name_flags & NAME_CLOSURE_VAR);
}

bool spot_is_result(const Spot *spot) { return has_class(spot, CLASS_PARAM_OUT); }

void spot_track(Flood *f, Op *op) {
  SpotId id = spot_of(f, op);
  Spot *spot = spot_at(f, id);
  spot->exposure = (Exposure){.fate = FATE_STACK};
  spot->loop_depth = f->loop_depth;
  vec_push(f->arena, &f->reported, id);
}

bool flood_is_variable(const Name *param) {
  return !name_is_blank(param) && !str_has_prefix(atom_str(param->name), STR("~p"));
}

bool flood_has_func(const Flood *f, const Func *fn) {
  return fn && fn->unit == f->unit && fn->opt == f && !(fn->flags & FUNC_ESCAPE_DONE);
}

bool flood_is_slice(Type *t) { return t && type_underlying(t)->kind == TYPE_SLICE; }
Type *flood_element(Type *t) { return type_underlying(t)->u.elem.type; }

/* ---- flows ---- */

void flood_flow(Flood *f, Op *dst, Op *src, Step step) {
  if (dst == src) return;
  if (src->type && !type_has_pointers(src->type) && !op_is_reflect_header_data(src)) return;
  SpotId from = spot_of(f, src), to = spot_of(f, dst);
  FlowId id = {f->flows.len};
  step.src = src;
  vec_push(f->arena, &f->flows, (Flow){.src = from, .step = step});
  Spot *spot = spot_at(f, to);
  if (spot->last.v) {
    f->flows.items[spot->last.v].next = id;
  } else {
    spot->first = id;
    vec_push(f->arena, &f->destinations, to);
  }
  spot->last = id;
}

/* ---- components ---- */

static void note_what_stays(Flood *f) {
  for (uint32_t i = 0; i < f->reported.len; i++) {
    const Spot *spot = spot_at(f, f->reported.items[i]);
    Exposure stays = {.fate = FATE_STACK};
    if (!exposure_equal(&spot->exposure, &stays)) continue;
    if (spot->op->kind == OP_ADDR && !f->unit->profile->lines_for_addresses) continue;
    Event *event = note_op(f, EVENT_DOES_NOT_ESCAPE, spot->op);
    if (event) event->func = spot->fn;
  }
}

static void analyse_in(Unit *unit, Func *const *list, uint32_t len, bool recursive, Arena *arena) {
  Flood f;
  flood_init(&f, unit, arena, recursive);
  for (uint32_t i = 0; i < len; i++) list[i]->opt = &f;
  for (uint32_t i = 0; i < len; i++) flood_function(&f, list[i]);
  flood_solve(&f);
  for (uint32_t i = 0; i < len; i++) flood_tags(&f, list[i]);
  for (uint32_t i = 0; i < len; i++) {
    list[i]->opt = NULL;
    store_release(&list[i]->flags, list[i]->flags | FUNC_ESCAPE_DONE);
  }
  note_what_stays(&f);
}

typedef struct Run {
  Unit *unit;
  Arena *arena; /* of one component */
} Run;

static void analyse(void *context, Func *const *list, uint32_t len, bool recursive) {
  Run *run = context;
  analyse_in(run->unit, list, len, recursive, run->arena);
  arena_reset(run->arena);
}

void flood_funcs(Unit *unit, Func *const *roots, uint32_t len) {
  Run run = {unit, scratch_new()};
  unit_visit_components_except(unit, roots, len, FUNC_ESCAPE_DONE, analyse, &run);
  scratch_free(run.arena);
}

void flood_alone(Unit *unit, Func *fn) {
  Arena *arena = scratch_new();
  analyse_in(unit, &fn, 1, false, arena);
  scratch_free(arena);
}

void flood_unit(Unit *unit) { flood_funcs(unit, unit->funcs.items, unit->funcs.len); }
