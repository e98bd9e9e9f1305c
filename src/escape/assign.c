/* SPDX-License-Identifier: BSD-3-Clause
 *
 * assign: where assigned values go.
 *
 * In: assignments. Out: a hole for each left side. What is reached through a pointer counts as the heap, and the pointer as
 * written through. A stored map key goes to the heap.
 *
 * Go: cmd/compile/internal/escape/assign.go, utils.go
 */
#include "escape/graph.h"

/* What the bounds phase will look at, and the functions around it on the way there. */
void note_index(const Walker *w, const Op *op) {
  if (op_is(op->index, OP_LITERAL) || escape_is_slice(op->x->type)) return;
  if (op->x->kind != OP_LITERAL && type_is_basic(type_underlying(op->x->type), BASIC_STRING)) return;
  for (Func *fn = w->fn; fn && !(fn->flags & FUNC_INDEXES); fn = fn->closure_parent)
    fn->flags |= FUNC_INDEXES;
}

static void walk_mutate(Walker *w, Op *op) { walk_expr(w, hole_at(LOC_MUTATOR), op); }

static Hole walk_place(Walker *w, Op *op) {
  switch ((int)op->kind) {
  case OP_NAME:
    if (op->name->class_ != CLASS_EXTERN) return hole_at(graph_name_loc(w->graph, op->name));
    break;
  case OP_LINKSYMOFFSET: break;
  case OP_DOT: return walk_addr(w, op->x);
  case OP_INDEX:
    note_index(w, op);
    walk_discard(w, op->index);
    if (escape_is_array(op->x->type)) return walk_addr(w, op->x);
    walk_mutate(w, op->x);
    break;
  case OP_DEREF:
  case OP_DOTPTR: walk_mutate(w, op->x); break;
  case OP_INDEXMAP:
    walk_discard(w, op->x);
    walk_assign_heap(w, op->index, "key of map put", op);
    break;
  default: BUG("escape: assignment to %s in %s", op_name((OpKind)op->kind), atom_text(w->fn->name->name));
  }
  return hole_at(LOC_HEAP);
}

Hole walk_addr(Walker *w, Op *op) {
  if (!op || op_is_blank(op)) return hole_at(LOC_BLANK);
  Hole k = walk_place(w, op);
  return w->graph->early && !type_has_pointers(op->type) ? hole_at(LOC_BLANK) : k;
}

HoleList walk_addrs(Walker *w, Op *const *items, uint32_t len) {
  HoleList ks = {arena_new_array(w->graph->arena, Hole, len), len};
  for (uint32_t i = 0; i < len; i++) ks.items[i] = walk_addr(w, items[i]);
  return ks;
}

void walk_assign_heap(Walker *w, Op *value, const char *why, Op *where) {
  walk_expr(w, hole_note(w->graph, hole_at(LOC_HEAP), where, why), value);
}

static void note_self_assignment(const Walker *w, Op *where) {
  Unit *unit = w->graph->unit;
  Event *event = event_add(unit, EVENT_SELF_ASSIGNMENT, where->pos);
  if (!event) return;
  Str function = event_text(unit, &w->fn->name->op), statement = event_text(unit, where);
  event->text[0] = function;
  event->text[1] = statement;
  event->func = w->fn;
  event->op = where;
}

void walk_assign_list(Walker *w, Op *const *dsts, uint32_t len, const OpList *srcs, const char *why,
                      Op *where) {
  Graph *g = w->graph;
  Hole one;
  HoleList ks = {&one, 1};
  if (len == 1)
    one = walk_addr(w, dsts[0]);
  else
    ks = walk_addrs(w, dsts, len);
  for (uint32_t i = 0; i < len; i++) {
    Op *src = i < srcs->len ? srcs->items[i] : NULL, *dst = dsts[i];
    Hole k = ks.items[i];
    if (dst && dst->kind == OP_DOTPTR && op_is_reflect_header_data(dst)) {
      walk_unsafe_value(w, hole_note(g, hole_at(LOC_HEAP), where, why), src);
      continue;
    }
    if (dst && src && op_is_self_assignment(dst, src)) {
      note_self_assignment(w, where);
      k = hole_at(LOC_BLANK);
    }
    walk_expr(w, hole_note(g, k, where, why), src);
  }
  walk_reassigned(w, ks, where);
}

/* A variable counts as reassigned unless `where` is its one definition. Range variables are assigned again and again. */
void walk_reassigned(Walker *w, HoleList ks, Op *where) {
  if (where->kind == OP_AS && !where->y && op_is(where->x, OP_NAME) && !where->x->name->defn) return;
  for (uint32_t i = 0; i < ks.len; i++) {
    Loc *loc = graph_loc(w->graph, ks.items[i].dst);
    if (op_is(loc->op, OP_NAME) && loc->op->name->defn == where && where->kind != OP_RANGE) continue;
    loc->reassigned = true;
  }
}
