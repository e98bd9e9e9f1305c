/* SPDX-License-Identifier: BSD-3-Clause
 *
 * later: tags of callees are asked for only where they make a difference.
 *
 * In: the graph of a component of which nothing but tags is wanted, with a location for each argument of a callee whose tag is not
 * there (yet). Out: those callees are analysed into which a parameter can flow that does not leak at once anyway, and the arguments
 * have their edges. What all other callees do with their arguments cannot change any tag: a tag tells where a parameter's value
 * gets to, which depends on what it flows through.
 *
 * A function can be analysed alone, as if it were in no cycle of calls (escape_family). Its component could only add to a tag of its
 *   by what others do with its results: such tags wait until the function was analysed with all that it reaches (ParamTag.by_cycle);
 *   by a way through others that leads back to its parameters: it is found, since the last one on it asks for the function while
 *     that is being analysed, and gets no answer before all of them were analysed together.
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

/* A name that no expression mentions has no location, hence nothing flows there. */
static bool is_reached(const Spread *s, Name *name) {
  name = name_canonical(name);
  return graph_has_name(s->g, name) && s->reached[graph_name_loc(s->g, name).v];
}

/* Whether somebody calls a function literal decides about what its results hold. */
static void spread_through_literals(Spread *s) {
  Graph *g = s->g;
  for (uint32_t i = 0; i < g->closures.len; i++) {
    const PendingClosure *c = &g->closures.items[i];
    for (uint32_t r = 0; r < c->func->result_len; r++)
      if (is_reached(s, c->func->results[r])) reach_loc(s, c->record);
  }
}

/* Only from parameters that do not leak at once by what is known: the others can learn nothing more. */
static void start_spread(Spread *s) {
  Graph *g = s->g;
  s->sinks = graph_sinks(g);
  s->reached = arena_new_array(g->arena, bool, g->locs.len);
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++)
    if (g->locs.items[i].param && graph_leaks(g, &g->locs.items[i])->heap != 0) reach_loc(s, (LocId){i});
}

static void spread_all(Spread *s) {
  while (s->todo.len) {
    spread(s);
    spread_through_literals(s);
  }
}

/* Whoever was asked for is in a cycle with the function, so that both were analysed together. */
static bool was_overtaken(const Graph *g) { return g->alone && g->alone->opt != g; }

/* The argument gets its edges; false: its tag is not there. */
static bool settle(Spread *s, LaterArgument *later, FuncNeed need) {
  Graph *g = s->g;
  Func *callee = later->callee;
  g->unit->require_func(g->unit->context, callee, need);
  if (was_overtaken(g) || !func_has_tag(callee, later->param)) return false;
  Hole holes[HOLES_MAX];
  uint32_t len = tag_holes(g, later->results, callee, later->param, holes);
  for (uint32_t i = 0; i < len; i++) {
    graph_flow(g, holes[i], later->loc);
    reach_loc(s, holes[i].dst);
  }
  later->callee = NULL;
  return true;
}

/* Number *from or a later one: an argument where a parameter arrives; NULL: there are no more. */
static LaterArgument *next_reached(const Spread *s, uint32_t *from) {
  while (*from < s->g->later.len) {
    LaterArgument *later = &s->g->later.items[(*from)++];
    if (later->callee && s->reached[later->loc.v]) return later;
  }
  return NULL;
}

/* Settles what can be had without looking for cycles; true: that was all. */
static bool settle_alone(Spread *s) {
  bool some = true;
  while (some) {
    some = false;
    spread_all(s);
    uint32_t from = 0;
    for (LaterArgument *later; (later = next_reached(s, &from));) {
      some |= settle(s, later, NEED_ALONE_TAGS);
      if (was_overtaken(s->g)) return true;
    }
  }
  uint32_t from = 0;
  return !next_reached(s, &from);
}

bool graph_settle_later(Graph *g) {
  if (!g->later.len) return true;
  Spread s = {.g = g};
  start_spread(&s);
  while (!settle_alone(&s)) {
    graph_solve(g); /* the parameters may leak already as much as they can */
    start_spread(&s);
    spread_all(&s);
    uint32_t from = 0;
    LaterArgument *later = next_reached(&s, &from);
    if (!later) break;
    if (!settle(&s, later, NEED_TAGS) && !was_overtaken(g))
      BUG("%s has no tags", atom_text(later->callee->name->name));
    if (was_overtaken(g)) break;
  }
  return !was_overtaken(g);
}
