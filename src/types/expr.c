/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Expressions: dispatch by kind, unary operations, and the types of untyped expressions.
 *
 * In: a syntax node. Out: an operand (mode, type, constant value) and the facts recorded about the node and its parts.
 *
 * Untyped expressions are open until the context gives them a type. check_update_expr_type then goes down the tree once more and
 * records the final type for every part that is materialised; what nobody asks for keeps its untyped type.
 *
 * Go: cmd/compile/internal/types2/expr.go, recording.go
 */
#include "types/values.h"

/* ---- recording ---- */

static Type *no_values(Checker *check) {
  if (!check->values) check->values = type_new_tuple(check->universe, (ObjectList){0});
  return check->values;
}

void record_operand(Checker *check, const Operand *x) {
  assert(x->expr);
  if (x->mode == MODE_INVALID) return;
  const Const *value = x->mode == MODE_CONSTANT ? x->value : NULL;
  Type *type = x->mode == MODE_NO_VALUE ? no_values(check) : x->type;
  if (!type_is_untyped(type)) {
    record_type_and_value(check, x->expr, x->mode, type, value);
    return;
  }
  record_untyped(check, x->expr, x->mode, type, value);
}

void update_expr_value(Checker *check, const Node *x, const Const *value) {
  NodeFact *open = untyped_find(check, x);
  if (open) open->value = value;
}

static bool is_comparison(Operator op) { return op >= OPERATOR_EQL && op <= OPERATOR_GEQ; }
static bool is_shift(Operator op) { return op == OPERATOR_SHL || op == OPERATOR_SHR; }

/* The operands of an untyped expression that get its type. */
static void update_operand_types(Checker *check, Node *x, const NodeFact *open, Type *t, bool final) {
  if (x->kind == NODE_PAREN) {
    check_update_expr_type(check, ((ParenExpr *)x)->x, t, final);
    return;
  }
  /* The operands of a constant are never materialised: they stay as they are. */
  if (x->kind != NODE_OPERATION || open->value) return;
  Operation *o = (Operation *)x;
  if (o->y && is_comparison(o->op)) return;
  check_update_expr_type(check, o->x, t, final);
  if (o->y && !is_shift(o->op)) check_update_expr_type(check, o->y, t, final);
}

void check_update_expr_type(Checker *check, Node *x, Type *t, bool final) {
  NodeFact *open = untyped_find(check, x);
  if (!open) return;
  update_operand_types(check, x, open, t, final);
  if (!final && type_is_untyped(t)) {
    open->type = type_underlying(t);
    return;
  }
  NodeFact old = *open;
  open->type = NULL;
  open->value = NULL;
  open->mode = MODE_INVALID;
  open->flags &= (uint8_t) ~(FACT_OPEN | FACT_SHIFTED);
  if (old.flags & FACT_SHIFTED && !type_all_integer(check->universe, t)) {
    check_error(check, error_pos(x), "invalid operation: shifted operand %s (type %s) must be integer",
                text_expr(check, x), text_type(check, t));
    return;
  }
  if (old.value) {
    Operand c = {.mode = (ValueMode)old.mode, .expr = x, .type = old.type, .value = old.value};
    check_convert_untyped(check, &c, t);
    if (!operand_valid(&c)) return;
  }
  record_type_and_value(check, x, (ValueMode)old.mode, t, old.value);
}

/* ---- implicit types ---- */

/* Of two untyped types: the one that holds both; NULL if there is none. */
static Type *larger_untyped(Type *a, Type *b) {
  if (a == b) return a;
  if (!type_is_numeric(a) || !type_is_numeric(b)) return NULL;
  return a->u.basic.kind > b->u.basic.kind ? a : b;
}

static Type *implicit_basic_type(Checker *check, Operand *x, Type *target, Type *under, const Const **value,
                                 int *error_code) {
  *error_code = CONVERSION_OK;
  if (operand_is_const(x)) {
    ConversionFailure failure;
    const Const *v = const_representation(check, x, under, &failure);
    *error_code = failure;
    if (!v) return NULL;
    *value = v;
    return target;
  }
  bool ok = false;
  switch ((int)x->type->u.basic.kind) {
  case BASIC_UNTYPED_BOOL: ok = type_is_boolean(target); break;
  case BASIC_UNTYPED_INT:
  case BASIC_UNTYPED_RUNE:
  case BASIC_UNTYPED_FLOAT:
  case BASIC_UNTYPED_COMPLEX: ok = type_is_numeric(target); break;
  case BASIC_UNTYPED_STRING: ok = type_is_string(target); break;
  default: break;
  }
  if (!ok) *error_code = CONVERSION_INVALID;
  return ok ? target : NULL;
}

static bool implicit_for_all(Checker *check, Operand *x, Type *tparam) {
  TypePair one;
  TypePairs pairs = type_pairs(check, tparam, &one);
  for (uint32_t i = 0; i < pairs.len; i++) {
    const Const *value;
    int failure;
    if (!pairs.items[i].under) return false;
    if (!check_implicit_type_and_value(check, x, pairs.items[i].under, &value, &failure)) return false;
  }
  return true;
}

Type *check_implicit_type_and_value(Checker *check, Operand *x, Type *target, const Const **value,
                                    int *error_code) {
  *value = NULL;
  *error_code = CONVERSION_OK;
  if (!operand_valid(x) || !type_is_untyped(x->type) || !type_valid(target)) return x->type;
  Type *result = NULL;
  Type *under = type_underlying(target);
  if (type_is_untyped(target)) {
    result = larger_untyped(x->type, type_unalias(target));
  } else if (operand_is_nil(x)) {
    if (type_has_nil(check->universe, target)) result = target;
  } else if (under->kind == TYPE_BASIC) {
    return implicit_basic_type(check, x, target, under, value, error_code);
  } else if (is_type_param(target)) {
    if (implicit_for_all(check, x, target)) result = target;
  } else if (under->kind == TYPE_INTERFACE) {
    /* The value in an interface has a type of its own; only the empty interface holds values of basic types. */
    if (type_set_is_all(type_set(check->universe, under))) result = type_default(check->universe, x->type);
  }
  if (!result) *error_code = CONVERSION_INVALID;
  return result;
}

/* ---- unary ---- */

Type *array_pointer_deref(Type *t) {
  Type *p = type_unalias(t);
  if (p->kind == TYPE_POINTER) {
    Type *a = type_underlying(p->u.elem.type);
    if (a->kind == TYPE_ARRAY) return a;
  }
  return t;
}

static const char *receivable(Checker *check, Type *t, Type *under) {
  if (!under) return "no specific channel type";
  if (under->kind != TYPE_CHAN) return textf(check, "non-channel %s", text_type(check, t));
  return under->u.elem.dir == CHAN_SEND ? textf(check, "send-only channel %s", text_type(check, t)) : NULL;
}

static const char *sendable(Checker *check, Type *t, Type *under) {
  if (!under) return "no specific channel type";
  if (under->kind != TYPE_CHAN) return textf(check, "non-channel %s", text_type(check, t));
  return under->u.elem.dir == CHAN_RECV ? textf(check, "receive-only channel %s", text_type(check, t)) : NULL;
}

Type *channel_elem(Checker *check, Pos pos, Operand *x, bool receive) {
  const char *cause;
  Type *under = common_under(check, x->type, receive ? receivable : sendable, &cause);
  if (under) return under->u.elem.type;
  const char *what = receive ? "receive from" : "send to";
  if (is_type_param(x->type))
    check_error(check, pos, "invalid operation: cannot %s %s: %s", what, text_operand(check, x), cause);
  else
    check_error(check, pos, "invalid operation: cannot %s %s %s", what, cause, text_operand(check, x));
  return NULL;
}

static void unary_address(Checker *check, Operand *x, Operation *e) {
  if (node_unparen(e->x)->kind != NODE_COMPOSITE_LIT && x->mode != MODE_VARIABLE) {
    operand_error(check, x, "invalid operation: cannot take address of %s", text_operand(check, x));
    operand_invalidate(x);
    return;
  }
  x->mode = MODE_VALUE;
  x->type = type_new_pointer(check->universe, x->type);
}

static void unary_receive(Checker *check, Operand *x) {
  Type *elem = channel_elem(check, operand_pos(x), x, true);
  if (!elem || !check_is_complete(check, elem)) {
    operand_invalidate(x);
    return;
  }
  x->mode = MODE_COMMA_OK;
  x->type = elem;
  check->env.has_call_or_recv = true;
}

static bool unary_defined(Checker *check, Type *t, Operator op) {
  if (op == OPERATOR_XOR) return type_all_integer(check->universe, t);
  if (op == OPERATOR_NOT) return type_all_boolean(check->universe, t);
  return type_all_numeric(check->universe, t);
}

static void unary(Checker *check, Operand *x, Operation *e) {
  check_expr(check, NULL, x, e->x);
  if (!operand_valid(x)) return;
  Operator op = e->op;
  if (op == OPERATOR_AND) {
    unary_address(check, x, e);
    return;
  }
  if (op == OPERATOR_RECV) {
    unary_receive(check, x);
    return;
  }
  if (op == OPERATOR_TILDE) {
    bool integer = type_all_integer(check->universe, x->type);
    check_error(check, error_pos(&e->node), "cannot use ~ outside of interface or type constraint%s",
                integer ? " (use ^ for bitwise complement)" : "");
    if (!integer) operand_invalidate(x);
    if (!integer) return;
    op = OPERATOR_XOR;
  }
  if (!unary_defined(check, x->type, op)) {
    operand_error(check, x, "invalid operation: operator %s not defined on %s", operator_text(op),
                  text_operand(check, x));
    operand_invalidate(x);
    return;
  }
  if (!operand_is_const(x)) {
    x->mode = MODE_VALUE;
    return;
  }
  if (const_kind(x->value) == CONST_UNKNOWN) return;
  uint32_t bits = type_is_unsigned(x->type) ? (uint32_t)type_size(check->config->target, x->type) * 8 : 0;
  x->value = const_unary(check->arena, op, x->value, bits);
  x->expr = &e->node;
  check_overflow(check, x, e->node.pos);
}

/* *x: an indirection or a pointer type. */
static void indirection(Checker *check, Operand *x, Operation *e) {
  check_expr_or_type(check, x, e->x, false);
  if (!operand_valid(x)) return;
  if (x->mode == MODE_TYPE) {
    check_valid_var_type(check, e->x, x->type);
    x->type = type_new_pointer(check->universe, x->type);
    return;
  }
  TypePair one;
  TypePairs pairs = type_pairs(check, x->type, &one);
  Type *base = NULL;
  for (uint32_t i = 0; i < pairs.len; i++) {
    Type *p = pairs.items[i].under;
    bool pointer = is_kind(p, TYPE_POINTER);
    if (pointer && (!base || type_identical(p->u.elem.type, base))) {
      base = p->u.elem.type;
      continue;
    }
    if (!pointer)
      operand_error(check, x, "invalid operation: cannot indirect %s", text_operand(check, x));
    else
      operand_error(check, x, "invalid operation: pointers of %s must have identical base types",
                    text_operand(check, x));
    operand_invalidate(x);
    return;
  }
  if (!check_is_complete(check, base)) {
    operand_invalidate(x);
    return;
  }
  x->mode = MODE_VARIABLE;
  x->type = base;
}

/* ---- type assertions ---- */

static bool assertable_to(Checker *check, Type *v, Type *t, const char **cause) {
  if (type_is_interface(t) || is_type_param(t)) return true; /* decided at run time */
  return check_has_all_methods(check, t, v, false, cause);
}

void type_assertion(Checker *check, Node *e, Operand *x, Type *t, bool type_switch) {
  const char *cause = "";
  if (assertable_to(check, x->type, t, &cause)) return;
  if (type_switch) {
    check_error(check, error_pos(e), "impossible type switch case: %s\n\t%s cannot have dynamic type %s %s",
                text_expr(check, e), text_operand(check, x), text_type(check, t), cause);
    return;
  }
  check_error(check, error_pos(e), "impossible type assertion: %s\n\t%s does not implement %s %s",
              text_expr(check, e), text_type(check, t), text_type(check, x->type), cause);
}

static void assert_expr(Checker *check, Operand *x, AssertExpr *e) {
  check_expr(check, NULL, x, e->x);
  if (!operand_valid(x)) return;
  if (is_type_param(x->type)) {
    operand_error(check, x, "invalid operation: cannot use type assertion on type parameter value %s",
                  text_operand(check, x));
    operand_invalidate(x);
    return;
  }
  if (type_underlying(x->type)->kind != TYPE_INTERFACE) {
    operand_error(check, x, "invalid operation: %s is not an interface", text_operand(check, x));
    operand_invalidate(x);
    return;
  }
  Type *t = check_var_type(check, e->type);
  if (!type_valid(t) || !check_is_complete(check, t)) {
    operand_invalidate(x);
    return;
  }
  type_assertion(check, &e->node, x, t, false);
  x->mode = MODE_COMMA_OK;
  x->type = t;
}

/* ---- generic values without type arguments ---- */

void operand_non_generic(Checker *check, Type *target, Operand *x) {
  if (!operand_valid(x) || x->mode == MODE_NO_VALUE) return;
  const char *what = NULL;
  if (x->type->kind == TYPE_NAMED || x->type->kind == TYPE_ALIAS) {
    if (type_is_generic(x->type)) what = "type";
  } else if (x->type->kind == TYPE_SIGNATURE && x->type->u.signature.tparams.len > 0) {
    if (target) {
      check_func_inst(check, target, x->expr->pos, x, NULL, true);
      return;
    }
    what = "function";
  }
  if (!what) return;
  operand_error(check, x, "cannot use generic %s %s without instantiation", what, text_expr(check, x->expr));
  operand_invalidate(x);
  x->type = type_invalid(check->universe);
}

Type *target_of(Checker *check, Type *t) {
  if (!t) return NULL;
  TypeKind kind = t->kind;
  if (kind == TYPE_BASIC || kind == TYPE_POINTER || kind == TYPE_SLICE || kind == TYPE_STRUCT) return NULL;
  Type *under = common_under(check, t, NULL, NULL);
  return is_kind(under, TYPE_SIGNATURE) ? under : NULL;
}

/* ---- dispatch ---- */

static ExprKind syntax_error(Checker *check, Operand *x, Node *e, const char *what) {
  check_error(check, error_pos(e), "invalid syntax tree: %s", what);
  operand_invalidate(x);
  return EXPR_STATEMENT;
}

static ExprKind operation(Checker *check, Operand *x, Operation *e) {
  if (e->y) {
    binary_expr(check, x, &e->node, e->x, e->y, e->op);
  } else if (e->op == OPERATOR_MUL) {
    indirection(check, x, e);
  } else {
    unary(check, x, e);
    if (operand_valid(x) && e->op == OPERATOR_RECV) return EXPR_STATEMENT;
  }
  return EXPR_EXPRESSION;
}

static ExprKind call(Checker *check, Operand *x, CallExpr *e) {
  bool is_statement = false, is_conversion = false;
  check_call_expr(check, x, e, &is_statement, &is_conversion);
  return is_statement ? EXPR_STATEMENT : is_conversion ? EXPR_CONVERSION : EXPR_EXPRESSION;
}

/* x starts out invalid; x->expr is set by the caller. */
static ExprKind expr_of_kind(Checker *check, Type *target, Operand *x, Node *e, Type *hint) {
  switch (e->kind) {
  case NODE_NAME: check_ident(check, x, (NameExpr *)e, NULL, false); break;
  case NODE_BASIC_LIT:
    if (!((BasicLit *)e)->bad) check_basic_lit(check, x, (BasicLit *)e);
    break;
  case NODE_FUNC_LIT: check_func_lit(check, x, (FuncLit *)e); break;
  case NODE_COMPOSITE_LIT: check_composite_lit(check, x, (CompositeLit *)e, hint); break;
  case NODE_SELECTOR: check_selector(check, x, (SelectorExpr *)e, NULL, false); break;
  case NODE_INDEX:
    if (check_index_expr(check, x, (IndexExpr *)e))
      check_func_inst(check, target, e->pos, x, (IndexExpr *)e, true);
    break;
  case NODE_SLICE: check_slice_expr(check, x, (SliceExpr *)e); break;
  case NODE_ASSERT: assert_expr(check, x, (AssertExpr *)e); break;
  case NODE_OPERATION: return operation(check, x, (Operation *)e);
  case NODE_ARRAY_TYPE:
  case NODE_SLICE_TYPE:
  case NODE_STRUCT_TYPE:
  case NODE_FUNC_TYPE:
  case NODE_INTERFACE_TYPE:
  case NODE_MAP_TYPE:
  case NODE_CHAN_TYPE:
    x->mode = MODE_TYPE;
    x->type = check_type(check, e);
    break;
  case NODE_TYPE_SWITCH_GUARD: {
    Node *guarded = ((TypeSwitchGuard *)e)->x;
    ExprKind kind = syntax_error(check, x, e, "use of .(type) outside type switch");
    check_use(check, node_elements(&guarded));
    return kind;
  }
  case NODE_DOTS_TYPE: return syntax_error(check, x, e, "invalid use of ...");
  case NODE_LIST: return syntax_error(check, x, e, "unexpected list of expressions");
  case NODE_KEY_VALUE: return syntax_error(check, x, e, "no key:value expected");
  case NODE_BAD_EXPR: break; /* was reported */
  case NODE_NONE:
  case NODE_PAREN:
  case NODE_CALL: /* handled by the caller */
  case NODE_FIELD:
  case NODE_IMPORT_DECL:
  case NODE_CONST_DECL:
  case NODE_TYPE_DECL:
  case NODE_VAR_DECL:
  case NODE_FUNC_DECL:
  case NODE_EMPTY:
  case NODE_BLOCK:
  case NODE_LABELED:
  case NODE_EXPR_STMT:
  case NODE_SEND:
  case NODE_DECL_STMT:
  case NODE_ASSIGN:
  case NODE_BRANCH:
  case NODE_GO:
  case NODE_DEFER:
  case NODE_RETURN:
  case NODE_IF:
  case NODE_RANGE:
  case NODE_FOR:
  case NODE_CASE:
  case NODE_SWITCH:
  case NODE_COMM:
  case NODE_SELECT:
  case NODE_KIND_COUNT: BUG("%s where an expression is expected", node_kind_text(e->kind));
  }
  return EXPR_EXPRESSION;
}

ExprKind check_raw_expr(Checker *check, Type *target, Operand *x, Node *e, Type *hint, bool allow_generic) {
  *x = (Operand){.mode = MODE_INVALID, .type = type_invalid(check->universe)};
  ExprKind kind;
  if (e->kind == NODE_PAREN) {
    kind = check_raw_expr(check, NULL, x, ((ParenExpr *)e)->x, NULL, false);
    x->expr = e;
  } else if (e->kind == NODE_CALL) {
    kind = call(check, x, (CallExpr *)e);
    x->expr = e;
  } else {
    kind = expr_of_kind(check, target, x, e, hint);
    x->expr = e;
    if (!operand_valid(x)) kind = EXPR_STATEMENT; /* no follow-up errors */
  }
  if (!allow_generic) operand_non_generic(check, target, x);
  record_operand(check, x);
  return kind;
}

/* ---- entry points ---- */

void operand_exclude(Checker *check, Operand *x, uint32_t modes) {
  if (x->mode == MODE_NO_VALUE && (modes & EXCLUDE_NO_VALUE)) {
    operand_error(check, x, "%s used as value%s", text_operand(check, x),
                  modes & EXCLUDE_TYPE ? "" : " or type");
  } else if (x->mode == MODE_BUILTIN && (modes & EXCLUDE_BUILTIN)) {
    operand_error(check, x, "%s must be called", text_operand(check, x));
  } else if (x->mode == MODE_TYPE && (modes & EXCLUDE_TYPE)) {
    operand_error(check, x, "%s is not an expression", text_operand(check, x));
  } else {
    return;
  }
  operand_invalidate(x);
}

#define EXCLUDE_NON_VALUES (EXCLUDE_NO_VALUE | EXCLUDE_BUILTIN | EXCLUDE_TYPE)

void check_single_value(Checker *check, Operand *x) {
  if (x->mode != MODE_VALUE || x->type->kind != TYPE_TUPLE) return;
  operand_error(check, x, "multiple-value %s in single-value context", text_operand(check, x));
  operand_invalidate(x);
}

void check_expr(Checker *check, Type *target, Operand *x, Node *e) {
  check_raw_expr(check, target, x, e, NULL, false);
  operand_exclude(check, x, EXCLUDE_NON_VALUES);
  check_single_value(check, x);
}

void check_expr_for(Checker *check, Type *t, const char *text, Operand *x, Node *e) {
  if (check_literal_as(check, x, e, t)) return;
  const char *outer = check->target_text;
  check->target_text = text;
  check_expr(check, target_of(check, t), x, e);
  check->target_text = outer;
}

void check_expr_with_hint(Checker *check, Operand *x, Node *e, Type *hint) {
  if (check_literal_as(check, x, e, hint)) return;
  check_raw_expr(check, NULL, x, e, hint, true);
  operand_exclude(check, x, EXCLUDE_NON_VALUES);
  check_single_value(check, x);
}

void check_generic_expr(Checker *check, Operand *x, Node *e) { check_expr_with_hint(check, x, e, NULL); }

void check_multi_expr(Checker *check, Operand *x, Node *e) {
  check_raw_expr(check, NULL, x, e, NULL, false);
  operand_exclude(check, x, EXCLUDE_NON_VALUES);
}

void check_expr_or_type(Checker *check, Operand *x, Node *e, bool allow_generic) {
  check_raw_expr(check, NULL, x, e, NULL, allow_generic);
  operand_exclude(check, x, EXCLUDE_NO_VALUE);
  check_single_value(check, x);
}

static const char *nth_result(Checker *check, uint32_t n) {
  static const char *const usual[] = {"1st function result", "2nd function result", "3rd function result"};
  return n <= 3 ? usual[n - 1] : textf(check, "%uth function result", n);
}

OperandList expr_values(Checker *check, Node *e, bool allow_comma_ok, bool *comma_ok) {
  Operand x;
  check_multi_expr(check, &x, e);
  if (comma_ok) *comma_ok = false;
  if (operand_valid(&x) && x.type->kind == TYPE_TUPLE) {
    ObjectList vars = x.type->u.tuple.vars;
    OperandList list = {arena_new_array(check->scratch, Operand, vars.len), vars.len};
    for (uint32_t i = 0; i < vars.len; i++) {
      Node *name = placeholder_name(check, node_start(e), nth_result(check, i + 1));
      list.items[i] = (Operand){.mode = MODE_VALUE, .expr = name, .type = vars.items[i]->type};
    }
    return list;
  }
  bool two =
      allow_comma_ok && (x.mode == MODE_MAP_INDEX || x.mode == MODE_COMMA_OK || x.mode == MODE_COMMA_ERROR);
  OperandList list = {arena_new_array(check->scratch, Operand, two ? 2 : 1), two ? 2 : 1};
  list.items[0] = x;
  if (two) {
    bool err = x.mode == MODE_COMMA_ERROR;
    const char *what = err ? "err value of (comma, err) expression" : "ok value of (comma, ok) expression";
    list.items[1] =
        (Operand){.mode = MODE_VALUE,
                  .expr = placeholder_name(check, node_start(e), what),
                  .type = err ? universe_error(check->universe) : basic_type(check, BASIC_UNTYPED_BOOL)};
    if (comma_ok) *comma_ok = true;
  }
  return list;
}

OperandList check_expr_list(Checker *check, NodeList list, bool allow_comma_ok, bool *comma_ok) {
  if (comma_ok) *comma_ok = false;
  if (list.len == 1) return expr_values(check, list.items[0], allow_comma_ok, comma_ok);
  OperandList result = {arena_new_array(check->scratch, Operand, list.len), list.len};
  for (uint32_t i = 0; i < list.len; i++) check_expr(check, NULL, &result.items[i], list.items[i]);
  return result;
}

bool check_nesting(Checker *check, const Node *node) {
  (void)check;
  (void)node;
  return true; /* threads have deep stacks */
}
