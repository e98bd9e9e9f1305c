/* SPDX-License-Identifier: BSD-3-Clause
 *
 * later: tags of callees are asked for only where they make a difference.
 *
 * In: the graph of a component of which nothing but tags is wanted, with a location for each argument of a callee that was not
 * analysed yet. Out: those callees are analysed into which a parameter can flow, and the arguments have their edges. What all other
 * callees do with their arguments cannot change any tag: a tag tells where a parameter's value gets to, which depends on what
 * it flows through.
 *
 * Go: none; there callees are always done
 */
#include "escape/graph.h"

Hole later_hole(Walker *w, HoleList results, Func *callee, uint32_t param) {
  Graph *g = w->graph;
  LaterArgument later = {.callee = callee, .param = param};
  later.results = (HoleList){arena_new_array(g->arena, Hole, results.len), results.len};
  if (results.len) memcpy(later.results.items, results.items, sizeof(Hole) * results.len);
  later.loc = graph_add_loc(g, w->fn, w->loop_depth, NULL, false);
  vec_push(g->arena, &g->later, later);
  return hole_at(later.loc);
}

typedef struct Spread {
  Graph *g;
  Sinks sinks;
  bool *reached; /* by location: a parameter's value, or something that holds it, may flow there */
  VEC(LocId) todo;
} Spread;

static void reach_loc(Spread *s, LocId id) {
  if (id.v < LOC_FIRST || s->reached[id.v]) return;
  s->reached[id.v] = true;
  vec_push(s->g->arena, &s->todo, id);
}

static void spread(Spread *s) {
  while (s->todo.len) {
    LocId id = vec_pop(&s->todo);
    for (uint32_t i = s->sinks.starts[id.v]; i < s->sinks.starts[id.v + 1]; i++)
      reach_loc(s, s->sinks.where[i]);
  }
}

/* Whether somebody calls a function literal decides about what its results hold. */
static void spread_through_literals(Spread *s) {
  Graph *g = s->g;
  for (uint32_t i = 0; i < g->closures.len; i++) {
    const PendingClosure *c = &g->closures.items[i];
    for (uint32_t r = 0; r < c->func->result_len; r++)
      if (s->reached[graph_name_loc(g, c->func->results[r]).v]) reach_loc(s, c->record);
  }
}

/* Asks for the tags; true: edges were added. */
static void settle(Spread *s, LaterArgument *later) {
  Graph *g = s->g;
  Func *callee = later->callee;
  Hole holes[HOLES_MAX];
  g->unit->require_func(g->unit->context, callee, NEED_TAGS);
  uint32_t len = tag_holes(g, later->results, callee, later->param, holes);
  for (uint32_t i = 0; i < len; i++) {
    graph_flow(g, holes[i], later->loc);
    reach_loc(s, holes[i].dst);
  }
  later->callee = NULL;
}

void graph_settle_later(Graph *g) {
  if (!g->later.len) return;
  Spread s = {.g = g, .sinks = graph_sinks(g)};
  s.reached = arena_new_array(g->arena, bool, g->locs.len);
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++)
    if (g->locs.items[i].param) reach_loc(&s, (LocId){i});
  while (s.todo.len) {
    spread(&s);
    spread_through_literals(&s);
    if (s.todo.len) continue;
    for (uint32_t i = 0; i < g->later.len; i++) {
      LaterArgument *later = &g->later.items[i];
      if (later->callee && s.reached[later->loc.v]) settle(&s, later);
    }
  }
}
