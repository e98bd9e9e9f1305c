/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to the files that check expressions and statements ("values" in check.h): helpers that they share.
 */
#ifndef HEAPWHY_VALUES_H
#define HEAPWHY_VALUES_H

#include "types/check.h"

/* ---- why an untyped value has no implicit type (error_code of check_implicit_type_and_value) ---- */

typedef enum ConversionFailure {
  CONVERSION_OK,
  CONVERSION_INVALID,
  CONVERSION_TRUNCATED, /* a float with a fraction, to an integer type */
  CONVERSION_OVERFLOWS,
} ConversionFailure;

/* The value that x has as a constant of a basic type; NULL and *failure if there is none. */
const Const *const_representation(Checker *check, const Operand *x, Type *basic, ConversionFailure *failure);
void report_invalid_conversion(Checker *check, ConversionFailure failure, const Operand *x, Type *target);
void update_expr_value(Checker *check, const Node *x, const Const *value);

/* ---- operands ---- */

static inline bool operand_valid(const Operand *x) { return x->mode != MODE_INVALID; }
static inline void operand_invalidate(Operand *x) { x->mode = MODE_INVALID; }
static inline bool operand_is_const(const Operand *x) { return x->mode == MODE_CONSTANT; }
static inline Pos operand_pos(const Operand *x) { return x->expr ? error_pos(x->expr) : POS_NONE; }
static inline Type *basic_type(const Checker *check, BasicKind kind) {
  return universe_basic(check->universe, kind);
}
/* The same, where the reported position is `x`'s. */
#define operand_error(check, x, ...)      check_error((check), operand_pos(x), __VA_ARGS__)
#define operand_soft_error(check, x, ...) check_soft_error((check), operand_pos(x), __VA_ARGS__)

typedef enum ModeSet { EXCLUDE_NO_VALUE = 1, EXCLUDE_BUILTIN = 2, EXCLUDE_TYPE = 4 } ModeSet;
void operand_exclude(Checker *check, Operand *x,
                     uint32_t modes); /* an error, and x invalid, if it has one of the modes */
/* Reports a generic function or type that is used without type arguments; with a target, infers them. */
void operand_non_generic(Checker *check, Type *target, Operand *x);
/* The signature that a variable of type t expects of a function value; NULL: not a function type. */
Type *target_of(Checker *check, Type *t);
/* All values of e (a call with several results is spread; a comma-ok form counts as two with allow_comma_ok). */
OperandList expr_values(Checker *check, Node *e, bool allow_comma_ok, bool *comma_ok);
/* A name that stands in messages for an expression that is not in the source. */
Node *placeholder_name(Checker *check, Pos pos, const char *text);
const char *composite_kind(Type *t); /* "array", "func", …; "" for basic types */
const char *text_const(Checker *check, const Const *c);
const char *textf(Checker *check, const char *fmt, ...) PRINTF_LIKE(2, 3); /* in the package's arena */

/* Checks a basic literal as a value of type t. False: it is something else, or it takes the usual way (check_expr, then an implicit
   conversion to t), which comes to the same. t may be NULL. */
bool check_literal_as(Checker *check, Operand *x, Node *e, Type *t);
void binary_expr(Checker *check, Operand *x, Node *e, Node *lhs, Node *rhs, Operator op);
void comparison(Checker *check, Operand *x, Operand *y, Operator op, bool switch_case);
void type_assertion(Checker *check, Node *e, Operand *x, Type *t, bool type_switch);
Type *channel_elem(Checker *check, Pos pos, Operand *x, bool receive);

/* ---- types ---- */

/* Type and underlying type of each specific type; NULLs if there are none. The condition returns why it does not hold. */
typedef const char *(*UnderCondition)(Checker *check, Type *t, Type *under);
/* The underlying type that all types in t's type set have in common; NULL and *cause (may be NULL) if there is none. */
Type *common_under(Checker *check, Type *t, UnderCondition condition, const char **cause);
typedef struct TypePair {
  Type *type, *under; /* both NULL: no specific types */
} TypePair;
typedef struct TypePairs {
  TypePair *items;
  uint32_t len;
} TypePairs;
/* The specific types of t's type set, or t itself. `one` is storage for that frequent case. */
TypePairs type_pairs(Checker *check, Type *t, TypePair *one);
static inline bool is_kind(const Type *t, TypeKind kind) { return t && t->kind == kind; }
static inline bool is_type_param(Type *t) { return type_unalias(t)->kind == TYPE_TYPE_PARAM; }
Type *array_pointer_deref(Type *t); /* *A -> A for arrays; else t */
bool type_is_uintptr(Type *t), type_is_unsafe_pointer(Type *t), type_is_pointer(Type *t);

/* ---- duplicates among constants ---- */

typedef struct ConstEntry {
  const Const *value;
  Type *type;
  Pos pos;
  struct ConstEntry *next; /* same hash */
} ConstEntry;
typedef struct ConstSet {
  Map by_hash; /* hash -> ConstEntry* */
} ConstSet;
/* Adds; an entry with an equal value (and identical type, if with_type) is returned instead if there is one. Values that
   are numerically equal are equal, whatever their kind. */
ConstEntry *const_set_add(Arena *arena, ConstSet *set, const Const *value, Type *type, Pos pos,
                          bool with_type);

/* ---- indices, assignments, statements ---- */

/* An index or size expression; result: its type (invalid: reported) and, in *value, its constant or -1. max < 0: no bound. */
Type *check_index_operand(Checker *check, Node *index, int64_t max, int64_t *value);
void assign_vars(Checker *check, NodeList lhs, NodeList rhs);
/* To one variable: the value x if not NULL, else the expression rhs. */
void assign_var(Checker *check, Node *lhs, Node *rhs, Operand *x, const char *context);
void short_var_decl(Checker *check, Pos pos, NodeList lhs, NodeList rhs);

void check_stmt(Checker *check, Node *s);
void range_stmt(Checker *check, ForStmt *s, RangeClause *clause);

#endif
