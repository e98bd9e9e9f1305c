/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Expressions, apart from calls, literals, selectors and conversions.
 *
 * Whatever has a constant value is one literal. Parentheses vanish. The type of an op is the checker's type of the expression,
 * with type parameters replaced; only calls know better, and are marked (OP_RESHAPE) when that makes a difference.
 *
 * Go: cmd/compile/internal/noder/{writer,reader}.go (expr), typecheck/{typecheck,expr}.go
 */
#include "lower/internal.h"

static const uint8_t binary_ops[OPERATOR_COUNT] = {
    [OPERATOR_OROR] = OP_OROR,     [OPERATOR_ANDAND] = OP_ANDAND, [OPERATOR_EQL] = OP_EQ,
    [OPERATOR_NEQ] = OP_NE,        [OPERATOR_LSS] = OP_LT,        [OPERATOR_LEQ] = OP_LE,
    [OPERATOR_GTR] = OP_GT,        [OPERATOR_GEQ] = OP_GE,        [OPERATOR_ADD] = OP_ADD,
    [OPERATOR_SUB] = OP_SUB,       [OPERATOR_OR] = OP_OR,         [OPERATOR_XOR] = OP_XOR,
    [OPERATOR_MUL] = OP_MUL,       [OPERATOR_DIV] = OP_DIV,       [OPERATOR_REM] = OP_MOD,
    [OPERATOR_AND] = OP_AND,       [OPERATOR_SHL] = OP_LSH,       [OPERATOR_SHR] = OP_RSH,
    [OPERATOR_ANDNOT] = OP_ANDNOT,
};

OpKind binary_op(Operator op) { return (OpKind)binary_ops[op]; }

/* The type that a constant expression has as a literal. */
static Type *literal_type(Body *b, Type *t, const Const *value) {
  Type *plain = type_unalias(t);
  if (!is_untyped(plain)) return t;
  switch ((int)plain->u.basic.kind) {
  case BASIC_UNTYPED_INT:
  case BASIC_UNTYPED_FLOAT:
  case BASIC_UNTYPED_COMPLEX: return basic_type(b->low, const_sign(value) < 0 ? BASIC_INT : BASIC_UINT);
  case BASIC_UNTYPED_BOOL: return basic_type(b->low, BASIC_BOOL);
  case BASIC_UNTYPED_STRING: return basic_type(b->low, BASIC_STRING);
  case BASIC_UNTYPED_RUNE: return basic_type(b->low, BASIC_INT32);
  default: return t;
  }
}

/* Comma-ok forms have the type of their first value. */
static Type *value_type(Body *b, Node *node) {
  Type *t = fact_type(b, node);
  if (t && t->kind == TYPE_TUPLE && t->u.tuple.vars.len == 2 && node->kind != NODE_CALL)
    t = t->u.tuple.vars.items[0]->type;
  t = subst_type(b->low, b->subst, t);
  return t && is_untyped(t) ? type_default(b->low->universe, t) : t;
}

static Op *lower_name(Body *b, Node *node, Object *object, const Instance *inst) {
  if (inst && inst->targs.len) {
    Op *wrapper, *dict;
    Op *fn = func_instance(b, node->pos, object, inst, &wrapper, &dict);
    return wrapper ? wrapper : curry(b, node->pos, false, fn, dict, NULL);
  }
  if (!object_is_global(object)) return &local_name(b, node->pos, object)->op;
  read_object(b->low, object);
  if (object->kind == OBJECT_FUNC) return &object_func(b->low, object)->name->op;
  return &global_name(b->low, object)->op;
}

static Op *lower_index(Body *b, IndexExpr *node, Type *type) {
  if (node->x->kind == NODE_SELECTOR) {
    SelectorExpr *selector = (SelectorExpr *)node->x;
    const Selection *selection = fact_selection(b, selector);
    if (selection && selection->kind == SELECT_METHOD_VALUE)
      return lower_method_value(b, selector, selection);
    if (selection && selection->kind == SELECT_METHOD_EXPR) return lower_method_expr(b, selector, selection);
  }
  Type *written = fact_type(b, node_unparen(node->x));
  Type *core = type_core(written);
  bool map = core && core->kind == TYPE_MAP;
  Op *x = lower_expr(b, node->x);
  Op *index = lower_convert(b, map ? core->u.map.key : NULL, node->index, true);
  XPos pos = xpos(node->node.pos);
  if (is_kind(x->type, TYPE_POINTER)) {
    x = make_deref(b, node->node.pos, x);
    x->flags |= OP_IMPLICIT;
  }
  Op *op = op_binary(b->unit, map ? OP_INDEXMAP : OP_INDEX, pos, type, x, index);
  if (map) {
    op->y = assign_convert(b, op->y, under(x->type)->u.map.key, node->node.pos);
    read_rtype(b, written);
    use_descriptor(b, op, written);
  }
  return op;
}

static Op *lower_slice(Body *b, SliceExpr *node, Type *type) {
  Op *x = lower_expr(b, node->x);
  Op *bounds[3] = {NULL, NULL, NULL};
  for (int i = 0; i < 3; i++)
    if (node->index[i]) bounds[i] = lower_expr(b, node->index[i]);
  bool full = bounds[2] != NULL;
  if (is_kind(x->type, TYPE_ARRAY)) {
    x = make_addr(b, node->node.pos, x);
    x->flags |= OP_IMPLICIT;
  }
  OpKind kind = full ? OP_SLICE3 : OP_SLICE;
  if (is_string(x->type))
    kind = OP_SLICESTR;
  else if (is_kind(x->type, TYPE_POINTER))
    kind = full ? OP_SLICE3ARR : OP_SLICEARR;
  Op *op = op_unary(b->unit, kind, xpos(node->node.pos), type, x);
  op->low = bounds[0];
  op->high = bounds[1];
  op->max = bounds[2];
  return op;
}

static Op *lower_unary(Body *b, Operation *node, Type *type) {
  Pos pos = node->node.pos;
  Op *x = lower_expr(b, node->x);
  switch ((int)node->op) {
  case OPERATOR_AND: return make_addr(b, pos, x);
  case OPERATOR_MUL: return make_deref(b, pos, x);
  case OPERATOR_NOT: return op_unary(b->unit, OP_NOT, xpos(pos), type, x);
  case OPERATOR_RECV: return op_unary(b->unit, OP_RECV, xpos(pos), elem_of(x->type), x);
  case OPERATOR_ADD: return op_unary(b->unit, OP_PLUS, xpos(pos), type, x);
  case OPERATOR_SUB: return op_unary(b->unit, OP_NEG, xpos(pos), type, x);
  case OPERATOR_XOR: return op_unary(b->unit, OP_BITNOT, xpos(pos), type, x);
  default: BUG("unexpected unary operator %s", operator_text(node->op));
  }
}

static Op *concatenate(Body *b, Pos pos, Type *type, Op *x, Op *y) {
  Op *sum = x;
  if (x->kind == OP_ADDSTR) {
    sum->pos = xpos(pos);
  } else {
    sum = op_new(b->unit, OP_ADDSTR, xpos(pos), type);
    op_list_push(b->unit, &sum->list, x);
  }
  if (y->kind == OP_ADDSTR)
    op_list_append(b->unit, &sum->list, &y->list);
  else
    op_list_push(b->unit, &sum->list, y);
  sum->type = type;
  if (b->low->in_place) join_literals(b, sum);
  return sum;
}

/* In older releases only large values become interfaces to be compared with one. */
static bool compares_as_is(const Body *b, Operator op, Type *x, Type *y) {
  enum { LARGE = 1 << 16 };
  if (!b->low->in_place || (op != OPERATOR_EQL && op != OPERATOR_NEQ) || is_interface(x) == is_interface(y))
    return false;
  Type *value = is_interface(x) ? y : x;
  return !is_untyped(value) && type_size(b->unit->target, value) < LARGE;
}

static Op *lower_binary(Body *b, Operation *node, Type *type) {
  Op *joined = NULL;
  if (b->low->in_place && sum_joins_literal(node)) {
    joined = lower_joined(b, node);
    while (sum_joins_literal(node)) node = (Operation *)node->x;
  }
  Type *common = NULL;
  if (node->op != OPERATOR_SHL && node->op != OPERATOR_SHR) {
    Type *x = fact_type(b, node_unparen(node->x)), *y = fact_type(b, node_unparen(node->y));
    if (!compares_as_is(b, node->op, x, y)) common = type_assignable(b->low->universe, x, y) ? y : x;
  }
  Op *x = lower_convert(b, common, node->x, true);
  Op *y = joined ? joined : lower_convert(b, common, node->y, true);
  if (node->op == OPERATOR_ADD && is_string(x->type)) return concatenate(b, node->node.pos, type, x, y);
  return op_binary(b->unit, binary_op(node->op), xpos(node->node.pos), type, x, y);
}

static Op *lower_selector(Body *b, SelectorExpr *node) {
  const Selection *selection = fact_selection(b, node);
  if (!selection) BUG("selector %s without selection", node->sel->name->text);
  if (selection->kind == SELECT_FIELD) return lower_field(b, node, selection);
  if (selection->kind == SELECT_METHOD_VALUE) return lower_method_value(b, node, selection);
  return lower_method_expr(b, node, selection);
}

static Op *lower_kind(Body *b, Node *node, Type *type) {
  switch ((int)node->kind) {
  case NODE_COMPOSITE_LIT: return lower_composite(b, (CompositeLit *)node);
  case NODE_FUNC_LIT: return lower_func_lit(b, (FuncLit *)node);
  case NODE_SELECTOR: return lower_selector(b, (SelectorExpr *)node);
  case NODE_INDEX: return lower_index(b, (IndexExpr *)node, type);
  case NODE_SLICE: return lower_slice(b, (SliceExpr *)node, type);
  case NODE_ASSERT: return lower_assert(b, (AssertExpr *)node);
  case NODE_OPERATION:
    return ((Operation *)node)->y ? lower_binary(b, (Operation *)node, type)
                                  : lower_unary(b, (Operation *)node, type);
  case NODE_CALL: return lower_call(b, (CallExpr *)node);
  default: BUG("unexpected expression: %s", node_kind_text(node->kind));
  }
}

static bool is_call_kind(const Op *op) {
  return op->kind == OP_CALLFUNC || op->kind == OP_CALLINTER || op->kind == OP_CALLMETH;
}

static Op *lower_any(Body *b, Node *node);

Op *lower_expr(Body *b, Node *node) {
  Pos line = b->line;
  if (b->low->in_place && has_line(b, node)) b->line = written_pos(b, node);
  Op *op = lower_any(b, node);
  b->line = line;
  return op;
}

static Op *lower_any(Body *b, Node *node) {
  node = node_current(b, node);
  const Instance *inst;
  Object *object = fact_object(b, node, &inst);
  if (node->id == 0) {
    Fact *fact = fact_find(b, node);
    if (fact && fact->runtime) return &runtime_name(b->low, fact->runtime->text, fact->type)->op;
  }
  const ExprFacts facts = expr_facts(b, node);
  Type *written = facts.type;
  if (facts.value) {
    Type *type = read_type(b, literal_type(b, written, facts.value));
    Op *literal = op_literal(b->unit, xpos(written_pos(b, node)), type, fix_value(b->low, type, facts.value));
    if (b->low->in_place) remember_source(b, literal, node);
    return literal;
  }
  if (object && object->kind == OBJECT_NIL) return make_zero(b, node->pos, read_type(b, written));
  bool shaped = written && written->kind != TYPE_TUPLE && !is_untyped(written) && facts.mode != MODE_BUILTIN;
  Type *type = shaped ? read_type(b, written) : value_type(b, node);
  Op *op = object ? lower_name(b, node, object, inst) : lower_kind(b, node, type);
  if (!shaped || op->type == type || op->kind == OP_NAME || !op->type || type_identical(op->type, type))
    return op;
  if (!has_shape(b->low, op->type) && !has_shape(b->low, type)) return op;
  op->type = type;
  if (is_call_kind(op)) op->flags |= OP_RESHAPE;
  return op;
}
