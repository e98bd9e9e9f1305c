/* SPDX-License-Identifier: BSD-3-Clause
 *
 * component: escape analysis of one call-graph component after the other.
 *
 * In: functions after inlining. Out: their tags, the events. For each component: locations for all variables, a walk over the
 * bodies, captures, allocations that must be on the heap, the solver, then tags and a line for each allocation.
 *
 * Go: cmd/compile/internal/escape/escape.go
 */
#include "escape/graph.h"

typedef struct Run {
  Unit *unit;
  bool alone;        /* as if the functions were in no cycle with others */
  Arena *arena;      /* of one component */
  Arena *run_arena;  /* of the whole run */
  LocalWalk *locals; /* NULL: dead local variables are gone already, or stay */
  Graph tables;      /* the last graph, if there was one */
  Map oracles;
  TypeAnswer answers[TYPE_ANSWERS];
} Run;

/* ---- building ---- */

static void declare_vars(Graph *g, Func *fn) {
  fn->opt = g;
  for (uint32_t i = 0; i < fn->dcl.len; i++) graph_add_loc(g, fn, 1, &fn->dcl.items[i]->op, true);
  /* The receiver that a method value's wrapper keeps. */
  if (!fn->closure)
    for (uint32_t i = 0; i < fn->closure_vars.len; i++) {
      Name *name = name_canonical(fn->closure_vars.items[i]);
      if (!graph_has_name(g, name)) graph_add_loc(g, fn, 1, &name->op, true);
    }
  for (uint32_t i = 0; i < fn->result_len; i++)
    graph_loc(g, graph_name_loc(g, fn->results[i]))->result = 1 + i;
}

static void note_capture(Graph *g, const Name *name, const Loc *loc, bool by_value, int64_t size) {
  if (!event_wanted(g->unit, 2)) return;
  Str function = name->curfn ? event_text(g->unit, &name->curfn->name->op) : STR("<nil>");
  Str variable = event_text(g->unit, &name->op);
  Event *event = event_add(g->unit, EVENT_CAPTURING, name->op.pos);
  event->text[0] = function;
  event->text[1] = variable;
  event->text[2] = event_printf(g->unit, "%lld", (long long)size);
  event->number[0] = !by_value;
  event->number[1] = loc->addrtaken;
  event->number[2] = loc->reassigned;
  event->func = name->curfn;
  event->type = name->op.type;
  event->op = &name->op;
}

enum { CAPTURE_BY_VALUE_MAX = 128 }; /* bytes */

/* By value what is small and never changes after the capture, by reference everything else. */
static void flow_closure(Graph *g, Hole record, Func *closure) {
  for (uint32_t i = 0; i < closure->closure_vars.len; i++) {
    Name *inner = closure->closure_vars.items[i], *name = name_canonical(inner);
    LocId id = graph_name_loc(g, inner);
    const Loc *loc = graph_loc(g, id);
    int64_t size = type_size(g->unit->target, name->op.type);
    bool by_value = !loc->addrtaken && !loc->reassigned && size <= CAPTURE_BY_VALUE_MAX;
    name->name_flags &= ~(uint32_t)NAME_BY_VALUE;
    inner->name_flags &= ~(uint32_t)NAME_BY_VALUE;
    name->name_flags |= by_value ? NAME_BY_VALUE : NAME_ADDRTAKEN;
    if (by_value) inner->name_flags |= NAME_BY_VALUE;
    note_capture(g, name, loc, by_value, size);
    Hole k = record;
    if (!by_value) k = hole_addr(g, k, &inner->op, "reference");
    graph_flow(g, hole_note(g, k, &inner->op, "captured by a closure"), id);
  }
}

/* How a closure captures was decided before. A value without pointers is not followed, a reference to it is. */
void walk_captures(Graph *g, Hole record, Func *closure) {
  for (uint32_t i = 0; i < closure->closure_vars.len; i++) {
    Name *inner = closure->closure_vars.items[i];
    Hole k = record;
    bool by_value = (inner->name_flags & NAME_BY_VALUE) != 0;
    if (by_value && !type_has_pointers(inner->op.type)) continue;
    if (!by_value) k = hole_addr(g, k, &inner->op, "reference");
    graph_flow(g, hole_note(g, k, closure->closure, "captured by a closure"), graph_name_loc(g, inner));
  }
}

static void build_early(Graph *g, Func *const *list, uint32_t len) {
  for (uint32_t i = 0; i < len; i++) declare_vars(g, list[i]);
  for (uint32_t i = 0; i < len; i++) walk_func(g, list[i]);
}

static void build(Graph *g, Func *const *list, uint32_t len) {
  for (uint32_t i = 0; i < len; i++) declare_vars(g, list[i]);
  for (uint32_t i = 0; i < len; i++)
    if (!func_captures(list[i])) walk_func(g, list[i]);
  for (uint32_t i = 0; i < g->closures.len; i++) {
    PendingClosure *c = &g->closures.items[i];
    flow_closure(g, (Hole){.dst = c->record, .derefs = c->derefs, .notes = c->notes}, c->func);
  }
  graph_forget_texts(g); /* what was printed so far may look different from now on */
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++) {
    Op *op = g->locs.items[i].op;
    if (!op) continue;
    if (op->kind == OP_MAKESLICE || op->kind == OP_CONVIFACE)
      rewrite_with_literals(g, op, g->locs.items[i].curfn);
    const char *why = heap_alloc_reason(g, op);
    if (why) graph_flow(g, hole_addr(g, hole_at(LOC_HEAP), op, why), (LocId){i});
  }
}

/* ---- results ---- */

static void note_loc(Graph *g, const Loc *loc, EventKind kind) {
  if (!event_wanted(g->unit, 1)) return;
  Str text = kind == EVENT_ZERO_COPY ? (Str){NULL, 0} : event_text(g->unit, loc->op);
  Event *event = event_add(g->unit, kind, loc->op->pos);
  if (!event) return;
  event->text[0] = text;
  event->func = loc->curfn;
  event->type = loc->op->type;
  event->op = loc->op;
}

static void finish_loc(Graph *g, Loc *loc) {
  Op *op = loc->op;
  if (op->kind == OP_NAME) {
    if (loc->attrs & ATTR_ESCAPES) {
      op->name->name_flags |= NAME_ON_HEAP;
      note_loc(g, loc, EVENT_MOVED_TO_HEAP);
    } else if (loc->param && g->unit->profile->coarse_values && !(loc->curfn->flags & FUNC_NO_BODY))
      report_param(g, loc->curfn, op->name);
    op->name->opt = NULL;
    return;
  }
  if (g->early && (op->kind == OP_APPEND || op->kind == OP_STR2BYTES)) {
    note_loc(g, loc, loc->attrs & ATTR_ESCAPES ? EVENT_ESCAPES : EVENT_DOES_NOT_ESCAPE);
    return;
  }
  bool wrapper = op->kind == OP_CLOSURE && (op->func->flags & FUNC_WRAPPER);
  bool escapes = (loc->attrs & ATTR_ESCAPES) != 0;
  if (escapes) op->flags |= OP_ON_HEAP;
  EventKind kind = escapes ? EVENT_ESCAPES : EVENT_DOES_NOT_ESCAPE;
  if (op->kind == OP_APPEND) kind = escapes ? EVENT_APPEND_ESCAPES : EVENT_APPEND_DOES_NOT_ESCAPE;
  if (!wrapper) note_loc(g, loc, kind);
  if (!escapes && !(loc->attrs & ATTR_PERSISTS)) op->flags |= OP_TRANSIENT;
  if (op->kind == OP_STR2BYTES && !g->unit->flags.no_zero_copy && !(loc->attrs & ATTR_MUTATES))
    note_loc(g, loc, EVENT_ZERO_COPY);
}

static uint32_t flags_when_done(const Graph *g, const Func *fn) {
  if (!g->alone) return (fn->flags | FUNC_ESCAPE_DONE) & ~(uint32_t)FUNC_ALONE;
  for (uint32_t i = 0; i < fn->param_len; i++)
    if (fn->tags[i].by_cycle) return fn->flags | FUNC_ALONE;
  return fn->flags | FUNC_ALONE | FUNC_ESCAPE_DONE;
}

static void finish(Graph *g, Func *const *list, uint32_t len) {
  for (uint32_t i = 0; i < len; i++) tag_params(g, list[i]);
  for (uint32_t i = 0; i < len; i++) {
    list[i]->opt = NULL;
    store_release(&list[i]->flags, flags_when_done(g, list[i]));
  }
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++)
    if (g->locs.items[i].op) finish_loc(g, &g->locs.items[i]);
  if (g->unit->profile->coarse_values)
    for (uint32_t i = 0; i < len; i++) report_uintptr_params(g, list[i]);
}

enum {
  ARENA_FULL = 128 * 1024
}; /* bytes that components may leave behind: memory that is used again is cleared again */

static void analyse(void *context, Func *const *list, uint32_t len, bool recursive) {
  Run *run = context;
  trail_step(run->unit, TRAIL_ESCAPE, list, len, recursive);
  Graph g;
  graph_init(&g, run->unit, run->arena, run->run_arena, &run->tables);
  g.oracles = &run->oracles;
  g.answers = run->answers;
  g.alone = run->alone ? list[0] : NULL;
  g.tags_later = !g.early && !run->unit->whole && !run->unit->events && run->unit->require_func != NULL;
  bool done = true;
  if (g.early) {
    build_early(&g, list, len);
    graph_solve_from_stack(&g);
  } else {
    build(&g, list, len);
    done = graph_settle_later(&g);
    if (done) graph_solve(&g);
  }
  if (done) finish(&g, list, len);
  run->tables = g;
  if (arena_used(run->arena) > ARENA_FULL) arena_reset(run->arena);
}

static Run run_new(Unit *unit) {
  Run run = {.unit = unit, .arena = scratch_new(), .run_arena = scratch_new()};
  run.oracles = map_in(run.run_arena);
  return run;
}

static void run_done(Run *run) {
  scratch_free(run->run_arena);
  scratch_free(run->arena);
}

void escape_funcs(Unit *unit, Func *const *roots, uint32_t len) {
  Run run = run_new(unit);
  unit_visit_components_except(unit, roots, len, FUNC_ESCAPE_DONE, analyse, &run);
  run_done(&run);
}

void escape_alone(Unit *unit, Func *const *funcs, uint32_t len) {
  Run run = run_new(unit);
  TrailStage stage = trail_enter(unit, TRAIL_ESCAPE);
  unit_visit_components_of(unit, funcs, len, analyse, &run);
  trail_enter(unit, stage);
  run_done(&run);
}

void escape_family(Unit *unit, Func *const *family, uint32_t len) {
  Run run = run_new(unit);
  run.alone = true;
  unit_visit_components_of(unit, family, len, analyse, &run);
  run_done(&run);
}

static void drop_dead_locals(void *context, Func *fn) {
  Run *run = context;
  if (run->locals) dead_locals_func(run->locals, fn);
}

void escape_unit(Unit *unit) {
  Run run = run_new(unit);
  if (unit->profile->front_end == FRONT_UNIFIED) run.locals = local_walk_new(run.run_arena, unit);
  TrailStage stage = trail_enter(unit, TRAIL_ESCAPE);
  unit_meet_components(unit, FUNC_ESCAPE_DONE, drop_dead_locals, analyse, &run);
  trail_enter(unit, stage);
  run_done(&run);
}
