/* SPDX-License-Identifier: BSD-3-Clause
 *
 * graph: locations, holes and the edges between them.
 *
 * In: what the walk over the bodies says about values. Out: the tables of a Graph.
 * An edge that stores an address into something that is on the heap already is not kept: its source escapes there and then.
 *
 * Go: cmd/compile/internal/escape/graph.go
 */
#include "escape/graph.h"

/* ---- types ---- */

bool escape_is_direct_interface(const Target *target, Type *t) {
  t = type_underlying(t);
  if (t->kind == TYPE_STRUCT || t->kind == TYPE_ARRAY)
    return type_size(target, t) == target->pointer_size && type_has_pointers(t);
  return t->kind == TYPE_POINTER || t->kind == TYPE_CHAN || t->kind == TYPE_MAP ||
         t->kind == TYPE_SIGNATURE || type_is_basic(t, BASIC_UNSAFE_POINTER);
}

bool escape_is_unsafe_pointer(Type *t) {
  return t && type_is_basic(type_underlying(t), BASIC_UNSAFE_POINTER);
}
bool escape_is_uintptr(Type *t) { return t && type_is_basic(type_underlying(t), BASIC_UINTPTR); }
bool escape_is_array(Type *t) { return t && type_underlying(t)->kind == TYPE_ARRAY; }
bool escape_is_slice(Type *t) { return t && type_underlying(t)->kind == TYPE_SLICE; }
Type *escape_element(Type *t) { return type_underlying(t)->u.elem.type; }

/* ---- locations ---- */

void graph_init(Graph *g, Unit *unit, Arena *arena, Arena *run_arena, const Graph *tables) {
  *g = (Graph){.unit = unit, .arena = arena, .run_arena = run_arena, .explain = event_wanted(unit, 2)};
  if (tables) {
    g->locs = tables->locs;
    g->edges = tables->edges;
    g->notes = tables->notes;
    g->leaks = tables->leaks;
    g->closures = tables->closures;
    g->locs.len = g->edges.len = g->notes.len = g->leaks.len = g->closures.len = 0;
  }
  g->early = unit->profile->captures_first;
  g->texts = map_in(arena);
  static const uint8_t attrs[LOC_FIRST] = {0, ATTR_ESCAPES | ATTR_PERSISTS | ATTR_MUTATES | ATTR_CALLS,
                                           ATTR_MUTATES, ATTR_CALLS, 0};
  for (uint32_t i = 0; i < LOC_FIRST; i++) vec_push(run_arena, &g->locs, (Loc){.attrs = attrs[i]});
  vec_push(run_arena, &g->edges, (Edge){.derefs = 0});
  vec_push(run_arena, &g->notes, (Reason){.why = NULL});
  vec_push(run_arena, &g->leaks, leaks_none());
}

LocId graph_add_loc(Graph *g, Func *fn, int32_t loop_depth, Op *op, bool persists) {
  LocId id = {g->locs.len};
  Loc loc = {.op = op, .curfn = fn, .loop_depth = loop_depth};
  if (persists) loc.attrs = ATTR_PERSISTS;
  if (fn && fn->closure) g->has_literals = true;
  if (op_is(op, OP_NAME)) {
    loc.param = op->name->class_ == CLASS_PARAM;
    loc.param_out = op->name->class_ == CLASS_PARAM_OUT;
    if (loc.param) {
      loc.leaks = g->leaks.len;
      vec_push(g->run_arena, &g->leaks, leaks_none());
    }
    op->name->opt = (void *)(uintptr_t)id.v;
  }
  vec_push(g->run_arena, &g->locs, loc);
  const char *why = g->early && op ? heap_alloc_reason_early(g, op) : NULL;
  if (why) graph_flow(g, hole_addr(g, hole_at(LOC_HEAP), op, why), id);
  return id;
}

LocId graph_name_loc(Graph *g, Name *name) {
  name = name_canonical(name);
  if (!graph_has_name(g, name)) return graph_add_loc(g, name->curfn, 1, &name->op, true);
  return (LocId){(uint32_t)(uintptr_t)name->opt};
}

bool graph_in_component(const Graph *g, const Func *fn) { return fn && fn->unit == g->unit && fn->opt == g; }

/* ---- holes ---- */

Hole hole_add_note(Graph *g, Hole k, Op *where, const char *why) {
  NoteId id = {g->notes.len};
  vec_push(g->run_arena, &g->notes, (Reason){.next = k.notes, .where = where, .why = why});
  k.notes = id;
  return k;
}

Hole hole_shift(Hole k, int32_t delta) {
  k.derefs += delta;
  if (k.derefs < -1) BUG("address of an address: %d derefs", (int)k.derefs);
  k.addrtaken = delta < 0;
  return k;
}

Hole hole_deref(Graph *g, Hole k, Op *where, const char *why) {
  return hole_note(g, hole_shift(k, 1), where, why);
}
Hole hole_addr(Graph *g, Hole k, Op *where, const char *why) {
  return hole_note(g, hole_shift(k, -1), where, why);
}

Hole hole_dot_type(Graph *g, Hole k, Type *t, Op *where, const char *why) {
  bool direct = escape_is_direct_interface(g->unit->target, t);
  if (!type_is_interface(t) && !direct) k = hole_shift(k, 1);
  return hole_note(g, k, where, why);
}

void graph_flow(Graph *g, Hole k, LocId src) {
  Loc *from = graph_loc(g, src), *to = graph_loc(g, k.dst);
  if (k.addrtaken) from->addrtaken = true;
  if (loc_equal(k.dst, LOC_BLANK)) return;
  if (g->early && (loc_equal(k.dst, LOC_MUTATOR) || loc_equal(k.dst, LOC_CALLEE))) return;
  if (loc_equal(k.dst, src) && k.derefs >= 0) return;
  if ((to->attrs & ATTR_ESCAPES) && k.derefs < 0) {
    if (g->explain) explain_edge(g, k, src);
    from->attrs |= ATTR_ESCAPES | ATTR_PERSISTS | ATTR_MUTATES | ATTR_CALLS;
    return;
  }
  EdgeId id = {g->edges.len};
  vec_push(g->run_arena, &g->edges, (Edge){.src = src, .derefs = k.derefs, .notes = k.notes});
  if (to->last.v)
    graph_edge(g, to->last)->next = id;
  else
    to->first = id;
  to->last = id;
}

/* A hole that flows into each of ks. */
Hole walker_tee(Walker *w, const Hole *ks, uint32_t len) {
  if (len == 0) return hole_at(LOC_BLANK);
  if (len == 1) return ks[0];
  LocId loc = graph_add_loc(w->graph, w->fn, w->loop_depth, NULL, false);
  for (uint32_t i = 0; i < len; i++) {
    if (ks[i].derefs < 0) BUG("the address of a value that goes to several places");
    graph_flow(w->graph, ks[i], loc);
  }
  return hole_at(loc);
}

/* A hole whose value is used some time later: its storage may not be reused at once. */
Hole walker_later(Walker *w, Hole k) {
  LocId loc = graph_add_loc(w->graph, w->fn, w->loop_depth, NULL, true);
  graph_flow(w->graph, k, loc);
  return hole_at(loc);
}

/* New storage for op, whose address goes to k; the result takes what is stored there. */
Hole walker_spill(Walker *w, Hole k, Op *op) {
  LocId loc = graph_add_loc(w->graph, w->fn, w->loop_depth, op, false);
  graph_flow(w->graph, hole_addr(w->graph, k, op, "spill"), loc);
  return hole_at(loc);
}
