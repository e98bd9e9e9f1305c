/* SPDX-License-Identifier: BSD-3-Clause
 *
 * solve: how far every value flows.
 *
 * In: the graph. Out: attributes of locations, leaks of parameters; explanations as events, in the order in which they are found.
 * One walk for each location, backwards along the edges, with the smallest number of derefs; a location is walked again when it
 * starts to escape or to persist, which happens once each. The order of the queues is the compiler's, since the order of
 * explanations and the choice among paths depend on it: pseudo-locations first, then the youngest location first; what newly
 * escapes goes to the front, everything else to the back.
 *
 * Go: cmd/compile/internal/escape/solve.go
 */
#include "escape/graph.h"

/* A ring with room for every location once. */
typedef struct Queue {
  LocId *items;
  uint32_t mask, head, len;
} Queue;

typedef struct Solver {
  Graph *g;
  Queue all, one;
  uint32_t walk;
  bool transient; /* an address flows of something that does not persist yet */
} Solver;

static Queue queue_new(Arena *arena, uint32_t capacity) {
  uint32_t size = 2;
  while (size < capacity) size *= 2;
  return (Queue){arena_new_array(arena, LocId, size), size - 1, 0, 0};
}

static void queue_push_front(Queue *q, LocId loc) {
  q->head = (q->head - 1) & q->mask;
  q->items[q->head] = loc;
  q->len++;
}

static void queue_push_back(Queue *q, LocId loc) { q->items[(q->head + q->len++) & q->mask] = loc; }

static LocId queue_pop(Queue *q) {
  LocId loc = q->items[q->head];
  q->head = (q->head + 1) & q->mask;
  q->len--;
  return loc;
}

static void enqueue(Solver *s, LocId id) {
  Loc *loc = graph_loc(s->g, id);
  if (loc->queued) return;
  loc->queued = true;
  if (loc->attrs & ATTR_ESCAPES)
    queue_push_front(&s->all, id);
  else
    queue_push_back(&s->all, id);
}

/* Whether what is stored in a may be used when b's frame or iteration is over. */
static bool outlives(const Graph *g, LocId a, LocId b) {
  const Loc *l = graph_loc(g, a), *other = graph_loc(g, b);
  if (l->attrs & ATTR_ESCAPES) return true;
  if (a.v < LOC_FIRST) return false;
  if (l->param_out) {
    /* Results of a closure whose calls are all known stay with the function around it. */
    bool known = !(l->curfn->flags & FUNC_CLOSURE_RESULTS_LOST);
    return !(known && g->has_literals && func_contains_closure(other->curfn, l->curfn));
  }
  if (l->curfn == other->curfn && l->loop_depth < other->loop_depth) return true;
  return g->has_literals && func_contains_closure(l->curfn, other->curfn);
}

/* Parameter l's value reaches the sink: a result of its own function keeps it countable, anything else is the heap. */
static void leak_to(const Graph *g, Loc *l, LocId sink_id, int32_t derefs) {
  const Loc *sink = graph_loc(g, sink_id);
  if (!(sink->attrs & ATTR_ESCAPES) && sink->param_out && sink->curfn == l->curfn) {
    uint32_t number = sink->result - 1;
    if (number < g->unit->profile->leak_results) {
      leaks_add(&graph_leaks(g, l)->results[number], derefs);
      return;
    }
  }
  leaks_add(&graph_leaks(g, l)->heap, derefs);
}

/* A function literal that may be called without our knowing: its results go anywhere. */
static void lose_results(Solver *s, const Loc *root) {
  if (!(root->attrs & ATTR_CALLS) || !op_is(root->op, OP_CLOSURE)) return;
  Func *fn = root->op->func;
  if (!graph_in_component(s->g, fn) || (fn->flags & FUNC_CLOSURE_RESULTS_LOST)) return;
  fn->flags |= FUNC_CLOSURE_RESULTS_LOST;
  for (uint32_t i = 0; i < fn->result_len; i++) enqueue(s, graph_name_loc(s->g, fn->results[i]));
}

static void visit_param(Solver *s, LocId root_id, LocId id, int32_t derefs) {
  Graph *g = s->g;
  Loc *l = graph_loc(g, id);
  if (outlives(g, root_id, id)) {
    if (g->explain && !(l->attrs & ATTR_ESCAPES)) explain_leak(g, root_id, id, derefs);
    leak_to(g, l, root_id, derefs);
  }
  uint8_t attrs = graph_loc(g, root_id)->attrs;
  if (attrs & ATTR_MUTATES) leaks_add(&graph_leaks(g, l)->mutator, derefs);
  if (attrs & ATTR_CALLS) leaks_add(&graph_leaks(g, l)->callee, derefs);
}

/* What location `id` learns from the root; false: it escapes now, its own walk will do the rest. given: the root's attributes when
   the walk began. A walk that goes on from `id` without derefs tells all that flows there of them, so `id` need not do that again. */
static bool visit_loc(Solver *s, LocId root_id, LocId id, int32_t *derefs, uint8_t given) {
  Graph *g = s->g;
  Loc *l = graph_loc(g, id);
  uint8_t root_attrs = graph_loc(g, root_id)->attrs, added = 0;
  if (*derefs < 0) { /* the address of l flows to the root; addresses of what flows into l do not */
    *derefs = 0;
    if (outlives(g, root_id, id)) {
      if (g->explain && !(l->attrs & ATTR_ESCAPES)) explain_escape(g, root_id, id);
      added |= ATTR_ESCAPES | ATTR_PERSISTS | ATTR_MUTATES | ATTR_CALLS;
    } else if (root_attrs & ATTR_PERSISTS) {
      added |= ATTR_PERSISTS;
    }
  }
  if (*derefs == 0) added |= root_attrs & (ATTR_MUTATES | ATTR_CALLS);
  if (l->param) visit_param(s, root_id, id, *derefs);
  if (*derefs == 0 && !((added | l->attrs) & ATTR_ESCAPES)) l->handed_on |= given & (uint8_t)~ATTR_ESCAPES;
  if ((added & ~l->attrs) == 0) return true;
  l->attrs |= added;
  enqueue(s, id);
  return !(l->attrs & ATTR_ESCAPES);
}

static void walk_from(Solver *s, LocId root_id) {
  Graph *g = s->g;
  uint32_t walk = ++s->walk;
  Loc *root = graph_loc(g, root_id);
  root->walk = walk;
  root->derefs = 0;
  root->next = LOC_NONE;
  uint8_t given = root->attrs;
  lose_results(s, root);
  queue_push_back(&s->one, root_id);
  while (s->one.len > 0) {
    LocId id = queue_pop(&s->one);
    Loc *l = graph_loc(g, id);
    l->queued_in_walk = 0;
    int32_t derefs = l->derefs;
    if (!visit_loc(s, root_id, id, &derefs, given)) continue;
    for (EdgeId e = l->first; e.v; e = graph_edge(g, e)->next) {
      const Edge *edge = graph_edge(g, e);
      Loc *src = graph_loc(g, edge->src);
      if (src->attrs & ATTR_ESCAPES) continue;
      int32_t d = derefs + edge->derefs;
      if (src->walk == walk && src->derefs <= d) continue;
      src->walk = walk;
      src->derefs = d;
      src->next = id;
      src->next_edge = e;
      if (src->queued_in_walk == walk) continue;
      src->queued_in_walk = walk;
      queue_push_back(&s->one, edge->src);
    }
  }
}

/* ---- walks that cannot change anything ---- */

/* Func* -> largest loop depth of its locations, + 1 to tell it from none; and the functions that literals stand in -> 1. */
typedef struct Survey {
  Map depths, around;
} Survey;

static uint64_t depth_number(const Loc *loc) { return (uint64_t)loc->loop_depth + 1; }

static Survey survey_functions(const Graph *g) {
  Survey survey = {map_in(g->arena), map_in(g->arena)};
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++) {
    const Loc *loc = &g->locs.items[i];
    uint64_t *depth = map_put(&survey.depths, map_key(loc->curfn)), here = depth_number(loc);
    bool first = *depth == 0;
    if (here > *depth) *depth = here;
    if (!first || !loc->curfn || !loc->curfn->closure) continue;
    for (const Func *f = loc->curfn->closure_parent; f; f = f->closure_parent)
      *map_put(&survey.around, map_key(f)) = 1;
  }
  return survey;
}

static void find_outlived(Graph *g) {
  Survey survey = survey_functions(g);
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++) {
    Loc *loc = &g->locs.items[i];
    uint64_t key = map_key(loc->curfn);
    loc->above = depth_number(loc) < *map_find(&survey.depths, key);
    loc->around = map_find(&survey.around, key) != NULL;
  }
}

Sinks graph_sinks(const Graph *g) {
  uint32_t len = g->locs.len;
  Sinks sinks = {arena_new_array(g->arena, uint32_t, len + 2),
                 arena_new_array(g->arena, LocId, g->edges.len)};
  vec_each (const Edge, edge, &g->edges) sinks.starts[edge->src.v + 2]++;
  for (uint32_t i = 2; i < len + 2; i++) sinks.starts[i] += sinks.starts[i - 1];
  for (uint32_t i = 0; i < len; i++)
    for (EdgeId e = g->locs.items[i].first; e.v; e = graph_edge(g, e)->next)
      sinks.where[sinks.starts[graph_edge(g, e)->src.v + 1]++] = (LocId){i};
  return sinks;
}

static void see_address(Solver *s, LocId id) {
  Loc *loc = graph_loc(s->g, id);
  if (loc->sees_address) return;
  loc->sees_address = true;
  queue_push_back(&s->one, id);
}

static void find_addresses(Solver *s) {
  Graph *g = s->g;
  Sinks sinks = graph_sinks(g);
  for (uint32_t i = 0; i < g->locs.len; i++)
    for (EdgeId e = g->locs.items[i].first; e.v; e = graph_edge(g, e)->next)
      if (graph_edge(g, e)->derefs < 0) see_address(s, (LocId){i});
  while (s->one.len > 0) {
    LocId id = queue_pop(&s->one);
    for (uint32_t i = sinks.starts[id.v]; i < sinks.starts[id.v + 1]; i++) see_address(s, sinks.where[i]);
  }
}

/* True: there are edges with addresses. */
static bool survey_edges(Solver *s) {
  bool any = false;
  vec_each (const Edge, edge, &s->g->edges) {
    if (edge->derefs >= 0) continue;
    any = true;
    if (!loc_has(s->g, edge->src, ATTR_PERSISTS)) s->transient = true;
  }
  return any;
}

enum { SMALL_GRAPH = 128 }; /* locations: walks cost less than looking for those that bring nothing */

/* The same for a small graph, roughly. */
static void assume_outlived(Graph *g, bool addresses) {
  int32_t deepest = 0;
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++)
    if (g->locs.items[i].loop_depth > deepest) deepest = g->locs.items[i].loop_depth;
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++) {
    Loc *loc = &g->locs.items[i];
    loc->above = loc->loop_depth < deepest;
    loc->around = g->has_literals;
    loc->sees_address = addresses;
  }
}

static void survey(Solver *s) {
  bool addresses = survey_edges(s);
  if (s->g->locs.len <= SMALL_GRAPH) {
    assume_outlived(s->g, addresses);
  } else {
    find_outlived(s->g);
    find_addresses(s);
  }
}

/* Whether a walk from there cannot change anything: nothing flows there, or there is nothing to hand on that was not, and nothing
   that the root could outlive. Most roots are like that; without these walks, long chains and circles of values take linear time. */
static bool is_idle(const Solver *s, LocId id) {
  const Loc *root = graph_loc(s->g, id);
  bool loses_results = (root->attrs & ATTR_CALLS) && op_is(root->op, OP_CLOSURE);
  if (!root->first.v && !root->param) return !loses_results;
  uint8_t left = root->attrs & (uint8_t)~root->handed_on;
  if (!s->transient || !root->sees_address) left &= (uint8_t)~ATTR_PERSISTS;
  if (id.v < LOC_FIRST || left != 0 || root->param_out || root->around) return false;
  if (root->above && root->sees_address) return false;
  return !loses_results;
}

/* What an earlier solution left that is no fact about the locations. */
static void start_again(Graph *g) {
  vec_each (Loc, loc, &g->locs) {
    loc->walk = loc->queued_in_walk = 0;
    loc->handed_on = 0;
    loc->sees_address = false;
  }
}

void graph_solve(Graph *g) {
  start_again(g);
  Solver s = {.g = g};
  s.all = queue_new(g->arena, g->locs.len + 1);
  s.one = queue_new(g->arena, g->locs.len + 1);
  survey(&s);
  static const uint32_t pseudo[] = {2, 3, 1}; /* mutator, callee, heap: the last one is walked first */
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++) {
    queue_push_front(&s.all, (LocId){i});
    g->locs.items[i].queued = true;
  }
  for (uint32_t i = 0; i < ARRAY_LEN(pseudo); i++) {
    queue_push_front(&s.all, (LocId){pseudo[i]});
    g->locs.items[pseudo[i]].queued = true;
  }
  while (s.all.len > 0) {
    LocId root = queue_pop(&s.all);
    graph_loc(g, root)->queued = false;
    if (!is_idle(&s, root)) walk_from(&s, root);
  }
}
