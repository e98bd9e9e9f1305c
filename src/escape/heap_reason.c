/* SPDX-License-Identifier: BSD-3-Clause
 *
 * heap_reason: allocations that cannot be on the stack however their value flows, and sizes that turn out to be constant.
 *
 * In: a location's op. Out: the reason, worded as explanations show it; or an op whose operand is replaced by a literal, so that
 * a `make` gets a known size and an interface gets a constant.
 *
 * Go: cmd/compile/internal/escape/utils.go, escape.go
 */
#include "escape/graph.h"

static const char too_large[] = "too large for stack";
static const char too_aligned[] = "too aligned for stack";

/* Types that are never large or oddly aligned, without computing sizes. */
static bool is_small(const Target *target, Type *t) {
  if (t->kind == TYPE_POINTER || t->kind == TYPE_SLICE) return true;
  t = type_underlying(t);
  if (t->kind == TYPE_STRUCT || t->kind == TYPE_ARRAY || t->kind == TYPE_TUPLE) return false;
  return t->kind != TYPE_BASIC || target->pointer_size == target->max_align;
}

static const char *type_reason(const Graph *g, Type *t, int64_t limit) {
  const Target *target = g->unit->target;
  if (is_small(target, t) || type_underlying(t)->kind == TYPE_TUPLE) return NULL;
  if (type_size(target, t) > limit) return too_large;
  if (type_align(target, t) > target->pointer_size) return too_aligned;
  return NULL;
}

static int64_t closure_size(const Graph *g, const Func *fn) {
  int64_t size = g->unit->target->pointer_size;
  for (uint32_t i = 0; i < fn->closure_vars.len; i++) {
    Name *name = name_canonical(fn->closure_vars.items[i]);
    bool by_value = (name->name_flags & NAME_BY_VALUE) != 0;
    size += by_value ? type_size(g->unit->target, name->op.type) : g->unit->target->pointer_size;
  }
  return size;
}

static bool small_int(const Op *op, int64_t *out) {
  return op_is(op, OP_LITERAL) && const_int64(op->lit, out) && *out >= INT32_MIN && *out <= INT32_MAX;
}

static const char *make_reason(const Graph *g, const Op *op) {
  const Op *size = op->y ? op->y : op->x;
  int64_t element = type_size(g->unit->target, escape_element(op->type)), count;
  if (element == 0) return "zero-sized element";
  if (!small_int(size, &count)) return NULL;
  return count > g->unit->profile->stack_implicit_limit / element ? too_large : NULL;
}

const char *heap_alloc_reason(const Graph *g, const Op *op) {
  if (!op->type) return NULL;
  const Profile *profile = g->unit->profile;
  if (op->kind == OP_NAME) {
    if (op->name->class_ == CLASS_PARAM || op->name->class_ == CLASS_PARAM_OUT) return NULL;
    return type_reason(g, op->type, profile->stack_var_limit);
  }
  const char *why = type_reason(g, op->type, profile->stack_var_limit);
  if (why) return why;
  if (op->kind == OP_NEW || op->kind == OP_PTRLIT)
    return type_reason(g, escape_element(op->type), profile->stack_implicit_limit);
  if (op->kind == OP_CLOSURE && closure_size(g, op->func) > profile->stack_implicit_limit) return too_large;
  if (op->kind == OP_METHVALUE &&
      g->unit->target->pointer_size + type_size(g->unit->target, op->x->type) > profile->stack_implicit_limit)
    return too_large;
  return op->kind == OP_MAKESLICE ? make_reason(g, op) : NULL;
}

/* ---- releases that decide when the location is made ---- */

static bool small_make(const Graph *g, const Op *op) {
  int64_t element = type_size(g->unit->target, escape_element(op->type)), len, count;
  if ((g->unit->profile->make_needs_length && !small_int(op->x, &len)) ||
      !small_int(op->y ? op->y : op->x, &count))
    return false;
  return element == 0 || profile_implicit_fits(g->unit->profile, count, element);
}

const char *heap_alloc_reason_early(const Graph *g, const Op *op) {
  if (!op->type || op->type->kind == TYPE_TUPLE) return NULL;
  if (op->kind == OP_NAME && (op->name->class_ == CLASS_PARAM || op->name->class_ == CLASS_PARAM_OUT))
    return NULL;
  const Target *target = g->unit->target;
  const Profile *profile = g->unit->profile;
  if (type_size(target, op->type) > profile->stack_var_limit) return too_large;
  if ((op->kind == OP_NEW || op->kind == OP_PTRLIT) &&
      !profile_implicit_fits(profile, type_size(target, escape_element(op->type)), 1))
    return too_large;
  if (op->kind == OP_CLOSURE && !profile_implicit_fits(profile, closure_size(g, op->func), 1))
    return too_large;
  if (op->kind == OP_METHVALUE &&
      !profile_implicit_fits(profile, target->pointer_size + type_size(target, op->x->type), 1))
    return too_large;
  if (op->kind != OP_MAKESLICE || small_make(g, op)) return NULL;
  if (!profile->make_needs_constant && !op_is_const(op->y ? op->y : op->x, CONST_INT)) return NULL;
  bool constant = op_is_const(op->x, CONST_INT) && op->y && op_is_const(op->y, CONST_INT);
  return constant ? too_large : "non-constant size";
}

/* ---- sizes and values that are constant after all ---- */

/* Keeps what evaluating op does by assigning it to a variable that nobody reads. */
static void evaluate_before(Graph *g, Func *fn, XPos pos, Op *op, OpList *init) {
  Name *temp = name_temp(g->unit, fn, pos, op->type);
  op_list_push(g->unit, init, op_unary(g->unit, OP_DCL, pos, NULL, &temp->op));
  op_list_push(g->unit, init, op_assign(g->unit, pos, &temp->op, op, false));
  graph_forget_texts(g);
}

static void rewrite_make(Graph *g, Op *op, Func *fn) {
  Op **size = op->y ? &op->y : &op->x;
  if (!*size || (*size)->kind == OP_LITERAL) return;
  const Op *first = op_first_value(*size);
  if (first && first->kind != OP_LITERAL && first->kind != OP_LEN) return;
  ReassignOracle *oracle = graph_oracle(g, fn);
  Op *value = reassign_oracle_value(oracle, *size);
  if (value->kind == OP_LITERAL) {
    if (const_sign(value->lit) < 0) return;
    Type *type = (*size)->type;
    evaluate_before(g, fn, op->pos, *size, op_own_init(g->unit, op));
    *size = op_literal(g->unit, op->pos, type, value->lit);
  } else if (value->kind == OP_LEN) {
    Op *list = reassign_oracle_value(oracle, value->x);
    if (list->kind != OP_SLICELIT) return;
    evaluate_before(g, fn, op->pos, *size, op_own_init(g->unit, op));
    *size = op_literal(g->unit, op->pos, universe_basic(g->unit->universe, BASIC_INT),
                       const_make_int64(g->unit->arena, list->offset));
  }
}

static bool constant_fits(Type *t, const Const *value) {
  t = type_underlying(t);
  if (t->kind != TYPE_BASIC) return false;
  switch (const_kind(value)) {
  case CONST_BOOL: return (t->u.basic.flags & BASIC_IS_BOOLEAN) != 0;
  case CONST_STRING: return (t->u.basic.flags & BASIC_IS_STRING) != 0;
  case CONST_INT: return (t->u.basic.flags & BASIC_IS_INTEGER) != 0;
  case CONST_FLOAT: return (t->u.basic.flags & BASIC_IS_FLOAT) != 0;
  case CONST_COMPLEX: return (t->u.basic.flags & BASIC_IS_COMPLEX) != 0;
  case CONST_UNKNOWN: break;
  }
  return false;
}

static void rewrite_conversion(Graph *g, Op *op, Func *fn) {
  Op *x = op->x;
  if (x->kind == OP_LITERAL || type_is_interface(x->type)) return;
  const Op *first = op_first_value(x);
  if (first && first->kind != OP_LITERAL) return;
  Op *value = reassign_oracle_value(graph_oracle(g, fn), x);
  if (!op_is(value, OP_LITERAL) || !constant_fits(x->type, value->lit)) return;
  evaluate_before(g, fn, op->pos, x, op_own_init(g->unit, op));
  op->x = op_literal(g->unit, op->pos, x->type, value->lit);
}

void rewrite_with_literals(Graph *g, Op *op, Func *fn) {
  if (!fn || !g->unit->profile->constants_found_late) return;
  if (op->kind == OP_MAKESLICE) rewrite_make(g, op, fn);
  if (op->kind == OP_CONVIFACE) rewrite_conversion(g, op, fn);
}
