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

static void walk_mutate(Walker *w, Op *op) { walk_expr(w, hole_at(LOC_MUTATOR), op); }

Hole walk_addr(Walker *w, Op *op) {
  if (!op || op_is_blank(op)) return hole_at(LOC_BLANK);
  switch ((int)op->kind) {
  case OP_NAME:
    if (op->name->class_ != CLASS_EXTERN) return hole_at(graph_name_loc(w->graph, op->name));
    break;
  case OP_LINKSYMOFFSET: break;
  case OP_DOT: return walk_addr(w, op->x);
  case OP_INDEX:
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
  HoleList ks = walk_addrs(w, dsts, len);
  for (uint32_t i = 0; i < len; i++) {
    Op *src = i < srcs->len ? srcs->items[i] : NULL, *dst = dsts[i];
    Hole k = ks.items[i];
    if (dst && dst->kind == OP_DOTPTR && is_reflect_header_data(dst)) {
      walk_unsafe_value(w, hole_note(g, hole_at(LOC_HEAP), where, why), src);
      continue;
    }
    if (dst && src && is_self_assignment(dst, src)) {
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

/* ---- assignments that change nothing ---- */

/* x in *x or x.f through a pointer, if x is a variable. */
static const Op *pointer_variable(const Op *op) {
  if (op->kind != OP_DEREF && op->kind != OP_DOTPTR) return NULL;
  return op_is(op->x, OP_NAME) ? op->x : NULL;
}

/* b.buf = b.buf[n:m] */
static bool is_slice_self_assignment(const Op *dst, const Op *src) {
  const Op *target = pointer_variable(dst);
  if (!target) return false;
  switch ((int)src->kind) {
  case OP_SLICE:
  case OP_SLICE3:
  case OP_SLICESTR: break;
  case OP_SLICEARR:
  case OP_SLICE3ARR:
    if (src->x->kind == OP_ADDR) return false; /* a new pointer into b itself */
    break;
  default: return false;
  }
  return pointer_variable(src->x) == target;
}

static bool may_affect_memory(const Op *op) {
  switch ((int)op->kind) {
  case OP_NAME:
  case OP_LITERAL:
  case OP_NIL: return false;
  case OP_ADD:
  case OP_SUB:
  case OP_OR:
  case OP_XOR:
  case OP_MUL:
  case OP_LSH:
  case OP_RSH:
  case OP_AND:
  case OP_ANDNOT:
  case OP_DIV:
  case OP_MOD:
  case OP_INDEX: return may_affect_memory(op->x) || may_affect_memory(op->y);
  case OP_CONVNOP:
  case OP_CONV:
  case OP_LEN:
  case OP_CAP:
  case OP_NOT:
  case OP_BITNOT:
  case OP_PLUS:
  case OP_NEG:
  case OP_DOT:
  case OP_DOTPTR:
  case OP_DEREF: return may_affect_memory(op->x);
  }
  return true;
}

bool is_self_assignment(const Op *dst, const Op *src) {
  if (is_slice_self_assignment(dst, src)) return true;
  if (dst->kind != src->kind) return false;
  if (dst->kind == OP_DOT || dst->kind == OP_DOTPTR) return op_same_safe(dst->x, src->x);
  if (dst->kind != OP_INDEX || may_affect_memory(dst->index) || may_affect_memory(src->index)) return false;
  return op_same_safe(dst->x, src->x);
}

/* p.Data of a reflect.SliceHeader or reflect.StringHeader */
bool is_reflect_header_data(const Op *op) {
  if (!op->type || !type_is_basic(type_unalias(op->type), BASIC_UINTPTR)) return false;
  if (op->kind != OP_DOT && op->kind != OP_DOTPTR) return false;
  Type *t = op->x->type;
  if (op->kind == OP_DOTPTR) t = escape_element(t);
  t = type_unalias(t);
  if (t->kind != TYPE_NAMED || !str_equal(atom_str(op->sym), STR("Data"))) return false;
  const Object *object = t->u.named.object;
  if (!object->pkg || !str_equal(atom_str(object->pkg->path), STR("reflect"))) return false;
  return str_equal(atom_str(object->name), STR("SliceHeader")) ||
         str_equal(atom_str(object->name), STR("StringHeader"));
}
