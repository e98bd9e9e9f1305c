/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Binary expressions: arithmetic, comparisons, shifts, and matching of untyped operands.
 *
 * In: two operand expressions. Out: one operand; constant results are computed and checked for overflow.
 *
 * Go: cmd/compile/internal/types2/expr.go
 */
#include "types/values.h"

static bool is_comparison(Operator op) { return op >= OPERATOR_EQL && op <= OPERATOR_GEQ; }
static bool is_shift(Operator op) { return op == OPERATOR_SHL || op == OPERATOR_SHR; }

bool type_is_pointer(Type *t) { return type_underlying(t)->kind == TYPE_POINTER; }

/* ---- matching ---- */

/* Whether converting one untyped operand to the other's type has a chance; if not, the types mismatch. */
static bool may_convert(Checker *check, Operand *x, Operand *y) {
  Universe *u = check->universe;
  if (!type_is_untyped(x->type) && !type_is_untyped(y->type)) return false;
  if (type_all_numeric(u, x->type) != type_all_numeric(u, y->type)) return false;
  if (type_is_non_type_param_interface(x->type) || type_is_non_type_param_interface(y->type)) return true;
  if (type_all_boolean(u, x->type) != type_all_boolean(u, y->type)) return false;
  if (type_all_string(u, x->type) != type_all_string(u, y->type)) return false;
  if (operand_is_nil(x)) return type_has_nil(u, y->type);
  if (operand_is_nil(y)) return type_has_nil(u, x->type);
  return !type_is_pointer(x->type) && !type_is_pointer(y->type);
}

void check_match_types(Checker *check, Operand *x, Operand *y) {
  if (!may_convert(check, x, y)) return;
  check_convert_untyped(check, x, y->type);
  if (!operand_valid(x)) return;
  check_convert_untyped(check, y, x->type);
  if (!operand_valid(y)) operand_invalidate(x);
}

/* ---- comparisons ---- */

static const char *incomparable_cause(Checker *check, Type *t) {
  TypeKind kind = type_underlying(t)->kind;
  if (kind == TYPE_SLICE || kind == TYPE_SIGNATURE || kind == TYPE_MAP)
    return textf(check, "%s can only be compared to nil", composite_kind(t));
  const char *cause = NULL;
  type_comparable_cause(check->universe, t, true, check, &cause);
  return cause ? cause : "";
}

/* NULL: the operator is defined on both operands. Else the offending one, with a cause if there is a specific one. */
static const Operand *undefined_operand(Checker *check, Operand *x, Operand *y, Operator op,
                                        const char **cause) {
  if (op != OPERATOR_EQL && op != OPERATOR_NEQ) {
    if (!type_all_ordered(check->universe, x->type)) return x;
    return type_all_ordered(check->universe, y->type) ? NULL : y;
  }
  if (operand_is_nil(x) || operand_is_nil(y)) {
    Type *other = operand_is_nil(x) ? y->type : x->type;
    return type_has_nil(check->universe, other) ? NULL : y;
  }
  const Operand *bad = !type_comparable(x->type) ? x : !type_comparable(y->type) ? y : NULL;
  if (bad) *cause = incomparable_cause(check, bad->type);
  return bad;
}

typedef struct Comparison {
  Checker *check;
  Operand *x, *y;
  Operator op;
  bool switch_case; /* x is a case of a switch on y */
} Comparison;

/* bad: the operand at which the error is reported; cause: "" if there is no specific one. */
static void report_comparison(const Comparison *c, const Operand *bad, const char *cause) {
  Checker *check = c->check;
  const char *op = operator_text(c->op);
  if (!*cause && (is_type_param(c->x->type) || is_type_param(c->y->type))) {
    if (!is_type_param(c->x->type)) bad = c->y;
    cause = textf(check, "type parameter %s cannot use operator %s", text_type(check, bad->type), op);
  } else if (!*cause) {
    const char *what = composite_kind(bad->type);
    cause = textf(check, "operator %s not defined on %s", op, *what ? what : text_type(check, bad->type));
  }
  const char *left = text_expr(check, c->x->expr), *right = text_expr(check, c->y->expr);
  if (c->switch_case)
    operand_error(check, c->x, "invalid case %s in switch on %s (%s)", left, right, cause);
  else
    operand_error(check, bad, "invalid operation: %s %s %s (%s)", left, op, right, cause);
  operand_invalidate(c->x);
}

void comparison(Checker *check, Operand *x, Operand *y, Operator op, bool switch_case) {
  if (!type_valid(x->type) || !type_valid(y->type)) {
    operand_invalidate(x);
    return;
  }
  if (switch_case) op = OPERATOR_EQL;
  const Comparison c = {check, x, y, op, switch_case};
  const char *cause = "";
  if (!operand_assignable(check, x, y->type, NULL) && !operand_assignable(check, y, x->type, NULL)) {
    cause = textf(check, "mismatched types %s and %s", text_type(check, x->type), text_type(check, y->type));
    report_comparison(&c, y, cause);
    return;
  }
  const Operand *bad = undefined_operand(check, x, y, op, &cause);
  if (bad) {
    report_comparison(&c, bad, cause);
    return;
  }
  if (operand_is_const(x) && operand_is_const(y)) {
    x->value = const_make_bool(check->arena, const_compare(x->value, op, y->value));
  } else {
    x->mode = MODE_VALUE;
    /* At run time the operands have their default types if nothing else was asked for. */
    check_update_expr_type(check, x->expr, type_default(check->universe, x->type), true);
    check_update_expr_type(check, y->expr, type_default(check->universe, y->type), true);
  }
  x->type = basic_type(check, BASIC_UNTYPED_BOOL);
}

void check_comparison(Checker *check, Operand *x, Operand *y, Operator op) {
  comparison(check, x, y, op, false);
}

/* ---- shifts ---- */

#define SHIFT_BOUND (1023 - 1 + 52) /* the least float64 can be written as a shift */

/* Of the right operand; invalid: reported. *count: its value if it is constant. */
static void shift_count(Checker *check, Operand *y, const Const **count) {
  if (operand_is_const(y)) {
    *count = const_to_kind(check->arena, y->value, CONST_INT);
    if (const_kind(*count) == CONST_INT && const_sign(*count) < 0) {
      operand_error(check, y, "invalid operation: negative shift count %s", text_operand(check, y));
      operand_invalidate(y);
    } else if (type_is_untyped(y->type)) {
      check_representable(check, y, basic_type(check, BASIC_UINT)); /* not converted: it keeps its type */
    }
    return;
  }
  if (type_all_integer(check->universe, y->type)) {
    if (type_all_unsigned(check->universe, y->type) || check_allow_version(check, 13)) return;
    check_verify_version(check, operand_pos(y), 13,
                         textf(check, "invalid operation: signed shift count %s", text_operand(check, y)));
    operand_invalidate(y);
  } else if (type_is_untyped(y->type)) {
    check_convert_untyped(check, y, basic_type(check, BASIC_UINT));
  } else {
    operand_error(check, y, "invalid operation: shift count %s must be integer", text_operand(check, y));
    operand_invalidate(y);
  }
}

typedef struct Binary { /* the expression; e is NULL for an assignment operation */
  Checker *check;
  Node *e, *lhs, *rhs;
  Operator op;
} Binary;

/* The first type checker looks at constant counts, too, and shows the whole operation. */
static bool old_shift_count(const Binary *b, const Operand *y) {
  Checker *check = b->check;
  if (!check_is_old(check) || check_allow_version(check, 13)) return true;
  if (!type_is_integer(y->type) || type_is_unsigned(y->type) || type_is_untyped(y->type)) return true;
  const char *text = b->e ? text_expr(check, b->e)
                          : textf(check, "%s %s= %s", text_expr(check, b->lhs), operator_text(b->op),
                                  text_expr(check, b->rhs));
  return check_verify_version(
      check, b->e ? b->e->pos : check->env.assignment_pos, 13,
      textf(check, "invalid operation: %s (signed shift count type %s)", text, text_type(check, y->type)));
}

/* value, count: the operands' integer values. */
static void constant_shift(const Binary *b, Operand *x, const Const *value, Operand *y, const Const *count) {
  Checker *check = b->check;
  bool known = const_kind(x->value) != CONST_UNKNOWN && const_kind(y->value) != CONST_UNKNOWN;
  uint64_t s = 0;
  if (known && (!const_uint64(count, &s) || s > SHIFT_BOUND)) {
    operand_error(check, y, "invalid operation: invalid shift count %s", text_operand(check, y));
    operand_invalidate(x);
    return;
  }
  /* An untyped float with an integer value shifts as an integer. */
  if (!type_is_integer(x->type)) x->type = basic_type(check, BASIC_UNTYPED_INT);
  if (!known) {
    x->value = const_kind(x->value) == CONST_UNKNOWN ? x->value : y->value;
    return;
  }
  x->value = const_shift(check->arena, value, b->op, s);
  x->expr = b->e;
  check_overflow(check, x, b->e ? b->e->pos : POS_NONE);
}

static void shift(const Binary *b, Operand *x, Operand *y) {
  Checker *check = b->check;
  const Const *value = operand_is_const(x) ? const_to_kind(check->arena, x->value, CONST_INT) : NULL;
  bool all_integer = type_all_integer(check->universe, x->type);
  if (!all_integer && !(type_is_untyped(x->type) && value && const_kind(value) == CONST_INT)) {
    operand_error(check, x, "invalid operation: shifted operand %s must be integer", text_operand(check, x));
    operand_invalidate(x);
    return;
  }
  const Const *count = NULL;
  if (!old_shift_count(b, y)) {
    operand_invalidate(x);
    return;
  }
  shift_count(check, y, &count);
  if (!operand_valid(y)) {
    operand_invalidate(x);
    return;
  }
  if (operand_is_const(x) && operand_is_const(y)) {
    constant_shift(b, x, value, y, count);
    return;
  }
  if (operand_is_const(y) && !type_is_untyped(y->type) && !type_is_integer(y->type)) {
    /* The type checker lets it pass; a later phase of the compiler does not. */
    check_error(check, b->e ? b->e->pos : operand_pos(x),
                "invalid operation: %s (shift count type %s, must be integer)",
                b->e ? text_expr(check, b->e) : text_expr(check, x->expr), text_type(check, y->type));
    operand_invalidate(x);
    return;
  }
  if (operand_is_const(x) && type_is_untyped(x->type)) {
    /* The context decides about the type of the shift; then the left operand must be an integer. */
    NodeFact *open = untyped_find(check, x->expr);
    if (open) open->flags |= FACT_SHIFTED;
    x->mode = MODE_VALUE;
    return;
  }
  if (!type_all_integer(check->universe, x->type)) {
    operand_error(check, x, "invalid operation: shifted operand %s must be integer", text_operand(check, x));
    operand_invalidate(x);
    return;
  }
  x->mode = MODE_VALUE;
}

/* ---- binary expressions ---- */

static bool binary_defined(Checker *check, Type *t, Operator op) {
  Universe *u = check->universe;
  switch ((int)op) {
  case OPERATOR_ADD: return type_all_numeric_or_string(u, t);
  case OPERATOR_SUB:
  case OPERATOR_MUL:
  case OPERATOR_DIV: return type_all_numeric(u, t);
  case OPERATOR_REM:
  case OPERATOR_AND:
  case OPERATOR_OR:
  case OPERATOR_XOR:
  case OPERATOR_ANDNOT: return type_all_integer(u, t);
  case OPERATOR_ANDAND:
  case OPERATOR_OROR: return type_all_boolean(u, t);
  default: return false;
  }
}

static bool is_zero_divisor(Checker *check, const Operand *x, const Operand *y) {
  if (!operand_is_const(y)) return false;
  bool constant = operand_is_const(x);
  if ((constant || type_all_integer(check->universe, x->type)) && const_sign(y->value) == 0) return true;
  if (!constant || !type_is_complex(x->type)) return false;
  /* A complex divisor whose norm underflows. */
  Arena *arena = check->arena;
  const Const *re = const_real(arena, y->value), *im = const_imag(arena, y->value);
  return const_sign(const_binary(arena, re, OPERATOR_MUL, re, false)) == 0 &&
         const_sign(const_binary(arena, im, OPERATOR_MUL, im, false)) == 0;
}

static void report_mismatch(const Binary *b, Operand *x, Operand *y) {
  Checker *check = b->check;
  if (!type_valid(x->type) || !type_valid(y->type)) return;
  const char *what = b->e ? text_expr(check, b->e)
                          : textf(check, "%s %s= %s", text_expr(check, b->lhs), operator_text(b->op),
                                  text_expr(check, b->rhs));
  operand_error(check, x, "invalid operation: %s (mismatched types %s and %s)", what,
                text_type(check, x->type), text_type(check, y->type));
}

static void constant_binary(const Binary *b, Operand *x, Operand *y) {
  Checker *check = b->check;
  if (const_kind(x->value) == CONST_UNKNOWN) return;
  if (const_kind(y->value) == CONST_UNKNOWN) {
    x->value = y->value;
    return;
  }
  x->value = const_binary(check->arena, x->value, b->op, y->value,
                          b->op == OPERATOR_DIV && type_is_integer(x->type));
  x->expr = b->e;
  check_overflow(check, x, b->e ? b->e->pos : POS_NONE);
}

void binary_expr(Checker *check, Operand *x, Node *e, Node *lhs, Node *rhs, Operator op) {
  const Binary b = {check, e, lhs, rhs, op};
  Operand y;
  check_expr(check, NULL, x, lhs);
  bool matched = operand_valid(x) && !is_shift(op) && check_literal_as(check, &y, rhs, x->type);
  if (!matched) check_expr(check, NULL, &y, rhs);
  if (!operand_valid(x)) return;
  if (!operand_valid(&y)) {
    operand_invalidate(x);
    x->expr = y.expr;
    return;
  }
  if (is_shift(op)) {
    shift(&b, x, &y);
    return;
  }
  if (!matched) check_match_types(check, x, &y);
  if (!operand_valid(x)) return;
  if (is_comparison(op)) {
    comparison(check, x, &y, op, false);
    return;
  }
  if (x->type != y.type && !type_identical(x->type, y.type)) {
    report_mismatch(&b, x, &y);
    operand_invalidate(x);
    return;
  }
  if (!binary_defined(check, x->type, op)) {
    operand_error(check, x, "invalid operation: operator %s not defined on %s", operator_text(op),
                  text_operand(check, x));
    operand_invalidate(x);
    return;
  }
  if ((op == OPERATOR_DIV || op == OPERATOR_REM) && is_zero_divisor(check, x, &y)) {
    operand_error(check, &y, "invalid operation: division by zero");
    operand_invalidate(x);
    return;
  }
  if (operand_is_const(x) && operand_is_const(&y))
    constant_binary(&b, x, &y);
  else
    x->mode = MODE_VALUE;
}
