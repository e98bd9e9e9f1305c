/* SPDX-License-Identifier: BSD-3-Clause
 *
 * solve_stack: how far every value flows, with last-in-first-out queues (profile->captures_first).
 *
 * The same walks as in solve.c over the same graph. What differs is the order, which shows in explanations: the heap is walked first,
 * then the youngest location; inside a walk the newest discovery goes on, and a parameter's leak is explained before its escape.
 * There is nothing about mutation or unknown callers. A location counts as reusable until its address reaches something that is not.
 *
 * Go: cmd/compile/internal/gc/escape.go (of Go 1.13 to 1.16)
 */
#include "escape/graph.h"

typedef struct Stack {
  LocId *items;
  uint32_t len, cap;
} Stack;

typedef struct Solver {
  Graph *g;
  Stack all, one;
  uint32_t walk;
} Solver;

static void push(Graph *g, Stack *stack, LocId id) {
  if (stack->len == stack->cap) {
    uint32_t cap = stack->cap ? 2 * stack->cap : 64;
    LocId *items = arena_new_array(g->arena, LocId, cap);
    if (stack->len) memcpy(items, stack->items, stack->len * sizeof *items);
    stack->items = items;
    stack->cap = cap;
  }
  stack->items[stack->len++] = id;
}

static void enqueue(Solver *s, LocId id) {
  Loc *loc = graph_loc(s->g, id);
  if (loc->queued) return;
  loc->queued = true;
  push(s->g, &s->all, id);
}

static bool is_inside(const Func *outer, const Func *inner) {
  for (const Func *fn = inner->closure_parent; fn; fn = fn->closure_parent)
    if (fn == outer) return true;
  return false;
}

static bool outlives(const Graph *g, LocId a, LocId b) {
  const Loc *l = graph_loc(g, a), *other = graph_loc(g, b);
  if (l->attrs & ATTR_ESCAPES) return true;
  if (a.v < LOC_FIRST) return false;
  if (l->param_out) {
    /* A closure that is called where it is written gives its results to the function around it. */
    bool called = l->curfn->closure && (l->curfn->closure->flags & OP_CALLED);
    return !(called && is_inside(other->curfn, l->curfn));
  }
  if (l->curfn == other->curfn && l->loop_depth < other->loop_depth) return true;
  return is_inside(l->curfn, other->curfn);
}

static void leak_to(const Graph *g, Loc *l, LocId sink_id, int32_t derefs) {
  const Loc *sink = graph_loc(g, sink_id);
  if (!(sink->attrs & ATTR_ESCAPES) && sink->param_out && sink->curfn == l->curfn &&
      sink->result - 1 < g->unit->profile->leak_results)
    leaks_add(&graph_leaks(g, l)->results[sink->result - 1], derefs);
  else
    leaks_add(&graph_leaks(g, l)->heap, derefs > 1 && g->unit->profile->coarse_values ? 1 : derefs);
}

/* False: the location escapes now, its own walk will do the rest. */
static bool visit(Solver *s, LocId root, LocId id, bool address, int32_t derefs) {
  Graph *g = s->g;
  Loc *l = graph_loc(g, id);
  if (address && (graph_loc(g, root)->attrs & ATTR_PERSISTS) && !(l->attrs & ATTR_PERSISTS)) {
    l->attrs |= ATTR_PERSISTS;
    enqueue(s, id);
  }
  if (!outlives(g, root, id)) return true;
  if (l->param) {
    if (g->explain && !(l->attrs & ATTR_ESCAPES)) explain_leak(g, root, id, derefs);
    leak_to(g, l, root, derefs);
  }
  if (!address || (l->attrs & ATTR_ESCAPES)) return true;
  if (g->explain) explain_escape(g, root, id);
  l->attrs |= ATTR_ESCAPES;
  enqueue(s, id);
  return false;
}

static void walk_from(Solver *s, LocId root) {
  Graph *g = s->g;
  uint32_t walk = ++s->walk;
  graph_loc(g, root)->walk = walk;
  graph_loc(g, root)->derefs = 0;
  graph_loc(g, root)->next = LOC_NONE;
  push(g, &s->one, root);
  while (s->one.len > 0) {
    LocId id = s->one.items[--s->one.len];
    int32_t base = graph_loc(g, id)->derefs;
    bool address = base < 0;
    if (address) base = 0;
    if (!visit(s, root, id, address, base)) continue;
    for (EdgeId e = graph_loc(g, id)->first; e.v; e = graph_edge(g, e)->next) {
      const Edge *edge = graph_edge(g, e);
      Loc *src = graph_loc(g, edge->src);
      if (src->attrs & ATTR_ESCAPES) continue;
      int32_t derefs = base + edge->derefs;
      if (src->walk == walk && src->derefs <= derefs) continue;
      src->walk = walk;
      src->derefs = derefs;
      src->next = id;
      src->next_edge = e;
      push(g, &s->one, edge->src);
    }
  }
}

void graph_solve_from_stack(Graph *g) {
  Solver s = {.g = g};
  for (uint32_t i = LOC_FIRST; i < g->locs.len; i++) enqueue(&s, (LocId){i});
  enqueue(&s, LOC_HEAP);
  while (s.all.len > 0) {
    LocId root = s.all.items[--s.all.len];
    graph_loc(g, root)->queued = false;
    walk_from(&s, root);
  }
}
