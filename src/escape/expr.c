/* SPDX-License-Identifier: BSD-3-Clause
 *
 * expr: the walk over expressions.
 *
 * In: an expression and the hole that its value goes to. Out: flows; a location for everything that allocates.
 * Every operand is visited, also those whose values go nowhere, because calls inside of them matter.
 *
 * Go: cmd/compile/internal/escape/expr.go
 */
#include "escape/graph.h"

void walk_discard(Walker *w, Op *op) { walk_expr(w, hole_at(LOC_BLANK), op); }

void walk_discards(Walker *w, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++) walk_discard(w, list->items[i]);
}

void walk_expr(Walker *w, Hole k, Op *op) {
  if (!op) return;
  if (op_init(op)->len) walk_stmts(w, op_init(op));
  walk_expr_without_init(w, k, op);
}

static Op *element_value(Op *element) { return element->kind == OP_KEY ? element->y : element; }

static void walk_elements(Walker *w, Hole k, Op *op, const char *why) {
  for (uint32_t i = 0; i < op->list.len; i++)
    walk_expr(w, hole_note(w->graph, k, op, why), element_value(op->list.items[i]));
}

static void walk_struct_literal(Walker *w, Hole k, Op *op) {
  for (uint32_t i = 0; i < op->list.len; i++)
    walk_expr(w, hole_note(w->graph, k, op, "struct literal element"), op->list.items[i]->x);
}

/* Keys and values of maps are always stored on the heap. */
static void walk_map_literal(Walker *w, Hole k, Op *op) {
  walker_spill(w, k, op);
  for (uint32_t i = 0; i < op->list.len; i++) {
    walk_assign_heap(w, op->list.items[i]->x, "map literal key", op);
    walk_assign_heap(w, op->list.items[i]->y, "map literal value", op);
  }
}

static void walk_conversion(Walker *w, Hole k, Op *op) {
  bool checked = w->graph->unit->flags.checkptr >= 2 && !(w->fn->pragma & PRAGMA_NOCHECKPTR);
  if (checked && escape_is_unsafe_pointer(op->type) && type_underlying(op->x->type)->kind == TYPE_POINTER)
    walk_assign_heap(w, op->x, "conversion to unsafe.Pointer", op);
  else if (escape_is_unsafe_pointer(op->type) && escape_is_uintptr(op->x->type))
    walk_unsafe_value(w, k, op->x);
  else
    walk_expr(w, k, op->x);
}

static void walk_interface_conversion(Walker *w, Hole k, Op *op) {
  Type *t = op->x->type;
  if (!type_is_interface(t) && !escape_is_direct_interface(w->graph->unit->target, t))
    k = walker_spill(w, k, op);
  else if (w->graph->unit->profile->coarse_values)
    walker_spill(w, k, op); /* allocates nothing, but gets a line */
  walk_expr(w, hole_note(w->graph, k, op, "interface-converted"), op->x);
}

static void walk_index(Walker *w, Hole k, Op *op) {
  note_index(w, op);
  if (escape_is_array(op->x->type))
    walk_expr(w, hole_note(w->graph, k, op, "fixed-array-index-of"), op->x);
  else
    walk_expr(w, hole_deref(w->graph, k, op, "dot of pointer"), op->x);
  walk_discard(w, op->index);
}

/* The receiver goes into the function value and to the method's receiver; who will get the results is unknown. */
static void walk_method_value(Walker *w, Hole k, Op *op) {
  if (w->graph->unit->profile->coarse_values) {
    walker_spill(w, k, op);
    walk_assign_heap(w, op->x, "call part", op);
    return;
  }
  Hole record = walker_spill(w, k, op);
  Type *signature = type_underlying(op->type);
  uint32_t results = signature->kind == TYPE_SIGNATURE ? signature->u.signature.results->u.tuple.vars.len : 0;
  HoleList ks = {arena_new_array(w->graph->arena, Hole, results), results};
  for (uint32_t i = 0; i < results; i++) ks.items[i] = hole_at(LOC_HEAP);
  Name *method = op_method_name(w->graph->unit, op);
  Hole both[2] = {walk_tag_hole(w, ks, method ? method->func : NULL, 0), record};
  walk_expr(w, walker_tee(w, both, 2), op->x);
}

static void walk_closure(Walker *w, Hole k, Op *op) {
  Graph *g = w->graph;
  k = walker_spill(w, k, op);
  Func *fn = op->func;
  if (g->early) {
    walk_captures(g, k, fn);
    return;
  }
  vec_push(g->run_arena, &g->closures, (PendingClosure){fn, k.dst, k.derefs, k.notes});
  if (!func_captures(fn)) return;
  for (uint32_t i = 0; i < fn->closure_vars.len; i++) {
    Loc *loc = graph_loc(g, graph_name_loc(g, fn->closure_vars.items[i]));
    if (loc->captured) continue;
    loc->captured = true;
    /* What was assigned on the way to the first capture does not count. */
    if (loc->loop_depth == w->loop_depth) loc->reassigned = false;
  }
  for (uint32_t i = 0; i < fn->dcl.len; i++)
    if (!graph_has_name(g, fn->dcl.items[i])) graph_add_loc(g, fn, 1, &fn->dcl.items[i]->op, true);
  walk_func(g, fn);
}

/* Values of the type hold no pointers. A pointer's element may have many fields to look at, so answers are kept. */
static bool carries_nothing(Graph *g, Type *t) {
  if (t->kind == TYPE_TUPLE) return false;
  if (t->kind == TYPE_BASIC) return !type_is_untyped(t) && !type_has_pointers(t);
  TypeAnswer *answer = &g->answers[t->id % TYPE_ANSWERS];
  if (answer->type != t) *answer = (TypeAnswer){t, !type_has_pointers(t)};
  return answer->yes;
}

void walk_expr_without_init(Walker *w, Hole k, Op *op) {
  Graph *g = w->graph;
  if (k.derefs >= 0 && !loc_equal(k.dst, LOC_BLANK) && op->type && carries_nothing(g, op->type))
    k.dst = LOC_BLANK;
  switch ((int)op->kind) {
  case OP_LITERAL:
  case OP_NIL:
  case OP_GETG:
  case OP_TYPE:
  case OP_METHEXPR:
  case OP_LINKSYMOFFSET:
  case OP_RESULT:
  case OP_CFUNC:
  case OP_DYNAMICTYPE: break;
  case OP_NAME:
    if (op->name->class_ != CLASS_FUNC && op->name->class_ != CLASS_EXTERN)
      graph_flow(g, k, graph_name_loc(g, op->name));
    break;
  case OP_PLUS:
  case OP_NEG:
  case OP_BITNOT:
  case OP_NOT:
  case OP_RECV:
  case OP_MAKECHAN: walk_discard(w, op->x); break;
  case OP_ADD:
  case OP_SUB:
  case OP_OR:
  case OP_XOR:
  case OP_MUL:
  case OP_DIV:
  case OP_MOD:
  case OP_LSH:
  case OP_RSH:
  case OP_AND:
  case OP_ANDNOT:
  case OP_EQ:
  case OP_NE:
  case OP_LT:
  case OP_LE:
  case OP_GT:
  case OP_GE:
  case OP_ANDAND:
  case OP_OROR:
  case OP_INDEXMAP:
    walk_discard(w, op->x);
    walk_discard(w, op->y);
    break;
  case OP_ADDR: walk_expr(w, hole_addr(g, k, op, "address-of"), op->x); break;
  case OP_DEREF: walk_expr(w, hole_deref(g, k, op, "indirection"), op->x); break;
  case OP_DOT:
  case OP_DOTMETH:
  case OP_DOTINTER: walk_expr(w, hole_note(g, k, op, "dot"), op->x); break;
  case OP_DOTPTR: walk_expr(w, hole_deref(g, k, op, "dot of pointer"), op->x); break;
  case OP_DOTTYPE:
  case OP_DOTTYPE2:
  case OP_DYNAMICDOTTYPE:
  case OP_DYNAMICDOTTYPE2: walk_expr(w, hole_dot_type(g, k, op->type, op, "dot"), op->x); break;
  case OP_INDEX: walk_index(w, k, op); break;
  case OP_SLICE:
  case OP_SLICEARR:
  case OP_SLICE3:
  case OP_SLICE3ARR:
  case OP_SLICESTR:
    walk_expr(w, hole_note(g, k, op, "slice"), op->x);
    walk_discard(w, op->low);
    walk_discard(w, op->high);
    walk_discard(w, op->max);
    break;
  case OP_CONV:
  case OP_CONVNOP: walk_conversion(w, k, op); break;
  case OP_CONVIFACE: walk_interface_conversion(w, k, op); break;
  case OP_PAREN:
  case OP_ITAB:
  case OP_IDATA:
  case OP_SPTR:
  case OP_SLICE2ARRPTR: walk_expr(w, k, op->x); break;
  case OP_SLICE2ARR: walk_expr(w, hole_deref(g, k, op, "slice-to-array"), op->x); break;
  case OP_CALLMETH:
  case OP_CALLFUNC:
  case OP_CALLINTER:
  case OP_INLCALL:
  case OP_LEN:
  case OP_CAP:
  case OP_MIN:
  case OP_MAX:
  case OP_COMPLEX:
  case OP_REAL:
  case OP_IMAG:
  case OP_APPEND:
  case OP_COPY:
  case OP_RECOVER:
  case OP_UNSAFEADD:
  case OP_UNSAFESLICE:
  case OP_UNSAFESTRING:
  case OP_UNSAFESTRINGDATA:
  case OP_UNSAFESLICEDATA: walk_call(w, (HoleList){&k, 1}, op); break;
  case OP_NEW: walker_spill(w, k, op); break;
  case OP_MAKESLICE:
    walker_spill(w, k, op);
    walk_discard(w, op->x);
    walk_discard(w, op->y);
    break;
  case OP_MAKEMAP:
  case OP_RUNES2STR:
  case OP_BYTES2STR:
  case OP_STR2RUNES:
  case OP_STR2BYTES:
  case OP_RUNESTR:
    walker_spill(w, k, op);
    walk_discard(w, op->x);
    break;
  case OP_ADDSTR:
    walker_spill(w, k, op);
    walk_discards(w, &op->list);
    break;
  case OP_CLOSUREVAR: break; /* what a method value holds is not followed into its function */
  case OP_METHVALUE: walk_method_value(w, k, op); break;
  case OP_PTRLIT: walk_expr(w, walker_spill(w, k, op), op->x); break;
  case OP_ARRAYLIT: walk_elements(w, k, op, "array literal element"); break;
  case OP_SLICELIT: walk_elements(w, walker_spill(w, k, op), op, "slice-literal-element"); break;
  case OP_STRUCTLIT: walk_struct_literal(w, k, op); break;
  case OP_MAPLIT: walk_map_literal(w, k, op); break;
  case OP_CLOSURE: walk_closure(w, k, op); break;
  default:
    BUG("escape: expression of kind %s in %s", op_name((OpKind)op->kind), atom_text(w->fn->name->name));
  }
}

/* uintptr arithmetic: a pointer may be hidden in it. */
void walk_unsafe_value(Walker *w, Hole k, Op *op) {
  if (!op) return;
  walk_stmts(w, op_init(op));
  switch ((int)op->kind) {
  case OP_CONV:
  case OP_CONVNOP:
    if (escape_is_unsafe_pointer(op->x->type))
      walk_expr(w, k, op->x);
    else
      walk_discard(w, op->x);
    break;
  case OP_DOTPTR:
    if (op_is_reflect_header_data(op))
      walk_expr(w, hole_deref(w->graph, k, op, "reflect.Header.Data"), op->x);
    else
      walk_discard(w, op->x);
    break;
  case OP_PLUS:
  case OP_NEG:
  case OP_BITNOT: walk_unsafe_value(w, k, op->x); break;
  case OP_ADD:
  case OP_SUB:
  case OP_OR:
  case OP_XOR:
  case OP_MUL:
  case OP_DIV:
  case OP_MOD:
  case OP_AND:
  case OP_ANDNOT:
    walk_unsafe_value(w, k, op->x);
    walk_unsafe_value(w, k, op->y);
    break;
  case OP_LSH:
  case OP_RSH:
    walk_unsafe_value(w, k, op->x);
    walk_discard(w, op->y);
    break;
  default: walk_expr_without_init(w, hole_at(LOC_BLANK), op); break;
  }
}
