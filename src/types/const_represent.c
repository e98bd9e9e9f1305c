/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which constants a basic type can hold, and what happens to untyped constants on the way to their type.
 *
 * In: constant operands. Out: the value as the type holds it (floats rounded), or an error in the compiler's words:
 * overflows, truncated, cannot convert.
 *
 * Go: cmd/compile/internal/types2/const.go
 */
#include "types/constant.h"
#include "types/values.h"

#include <math.h>

#define UNTYPED_BITS 512                 /* untyped integers have at most this magnitude */
#define MAX_STRING   INT64_C(2000000000) /* bytes */

static const Target word64 = {.pointer_size = 8};

/* Width in bits of an integer type; 0: untyped. */
static unsigned integer_bits(const Target *target, BasicKind kind) {
  switch ((int)kind) {
  case BASIC_INT8:
  case BASIC_UINT8: return 8;
  case BASIC_INT16:
  case BASIC_UINT16: return 16;
  case BASIC_INT32:
  case BASIC_UINT32: return 32;
  case BASIC_INT64:
  case BASIC_UINT64: return 64;
  case BASIC_INT:
  case BASIC_UINT:
  case BASIC_UINTPTR: return (unsigned)target->pointer_size * 8;
  default: return 0;
  }
}

static bool integer_fits(const Const *c, unsigned bits, bool is_unsigned) {
  if (bits == 0) return true;
  if (c->form != FORM_SMALL) return is_unsigned && const_sign(c) >= 0 && const_bit_length(c) <= bits;
  int64_t v = c->u.small;
  if (is_unsigned) return v >= 0 && (bits == 64 || v >> bits == 0);
  return bits == 64 || (v >= -(INT64_C(1) << (bits - 1)) && v < INT64_C(1) << (bits - 1));
}

static Const *rounded_float(Arena *arena, const Const *c, bool single) {
  double value = const_nearest(c, single ? 24 : 53, single ? 128 : 1024);
  return isinf(value) ? NULL : const_make_double(arena, value);
}

static Const *represent_float(Arena *arena, const Const *c, BasicKind kind) {
  Const *f = const_to_kind(arena, c, CONST_FLOAT);
  if (const_kind(f) != CONST_FLOAT) return NULL;
  return kind == BASIC_UNTYPED_FLOAT ? (Const *)c : rounded_float(arena, f, kind == BASIC_FLOAT32);
}

static Const *represent_complex(Arena *arena, const Const *c, BasicKind kind) {
  Const *z = const_to_kind(arena, c, CONST_COMPLEX);
  if (const_kind(z) != CONST_COMPLEX) return NULL;
  if (kind == BASIC_UNTYPED_COMPLEX) return (Const *)c;
  Const *re = rounded_float(arena, z->u.complex.re, kind == BASIC_COMPLEX64);
  Const *im = rounded_float(arena, z->u.complex.im, kind == BASIC_COMPLEX64);
  return re && im ? const_of_complex(arena, re, im) : NULL;
}

Const *const_represent_on(Arena *arena, const Target *target, const Const *c, const Type *basic) {
  assert(basic->kind == TYPE_BASIC);
  uint32_t flags = basic->u.basic.flags;
  if (c->form == FORM_UNKNOWN) return (Const *)c; /* an error was reported */
  if (flags & BASIC_IS_INTEGER) {
    Const *i = const_to_kind(arena, c, CONST_INT);
    if (const_kind(i) != CONST_INT) return NULL;
    return integer_fits(i, integer_bits(target, basic->u.basic.kind), flags & BASIC_IS_UNSIGNED) ? i : NULL;
  }
  if (flags & BASIC_IS_FLOAT) return represent_float(arena, c, basic->u.basic.kind);
  if (flags & BASIC_IS_COMPLEX) return represent_complex(arena, c, basic->u.basic.kind);
  if (flags & BASIC_IS_STRING) return c->form == FORM_STRING ? (Const *)c : NULL;
  if (flags & BASIC_IS_BOOLEAN) return c->form == FORM_BOOL ? (Const *)c : NULL;
  return NULL;
}

Const *const_represent(Arena *arena, const Const *c, const Type *basic) {
  return const_represent_on(arena, &word64, c, basic);
}

/* ---- in the checker ---- */

const Const *const_representation(Checker *check, const Operand *x, Type *basic, ConversionFailure *failure) {
  assert(operand_is_const(x));
  const Const *value = const_represent_on(check->arena, check->config->target, x->value, basic);
  *failure = CONVERSION_OK;
  if (value) return value;
  *failure = CONVERSION_INVALID;
  if (type_is_numeric(x->type) && type_is_numeric(basic))
    *failure =
        !type_is_integer(x->type) && type_is_integer(basic) ? CONVERSION_TRUNCATED : CONVERSION_OVERFLOWS;
  return NULL;
}

void report_invalid_conversion(Checker *check, ConversionFailure failure, const Operand *x, Type *target) {
  const char *what = text_operand(check, x), *to = text_type(check, target);
  if (failure == CONVERSION_TRUNCATED)
    operand_error(check, x, "%s truncated to %s", what, to);
  else if (failure == CONVERSION_OVERFLOWS)
    operand_error(check, x, "%s overflows %s", what, to);
  else
    operand_error(check, x, "cannot convert %s to type %s", what, to);
}

bool check_representable(Checker *check, Operand *x, Type *basic) {
  ConversionFailure failure;
  const Const *value = const_representation(check, x, basic, &failure);
  if (value) {
    x->value = value;
    return true;
  }
  report_invalid_conversion(check, failure, x, basic);
  operand_invalidate(x);
  return false;
}

/* What an operation that may overflow is called in messages; NULL: none of those. */
static const char *overflowing_operation(const Node *e) {
  if (!e || e->kind != NODE_OPERATION) return NULL;
  const Operation *o = (const Operation *)e;
  switch ((int)o->op) {
  case OPERATOR_ADD: return o->y ? "addition" : NULL;
  case OPERATOR_SUB: return o->y ? "subtraction" : NULL;
  case OPERATOR_XOR: return o->y ? "bitwise XOR" : "bitwise complement";
  case OPERATOR_MUL: return o->y ? "multiplication" : NULL;
  case OPERATOR_SHL: return o->y ? "shift" : NULL;
  default: return NULL;
  }
}

void check_overflow(Checker *check, Operand *x, Pos op_pos) {
  assert(operand_is_const(x));
  if (const_kind(x->value) == CONST_UNKNOWN) {
    check_error(check, op_pos, "constant result is not representable");
    return;
  }
  if (type_is_typed(x->type)) {
    check_representable(check, x, type_underlying(x->type));
    return;
  }
  if (const_kind(x->value) == CONST_INT && const_bit_length(x->value) > UNTYPED_BITS) {
    const char *name = overflowing_operation(x->expr);
    check_error(check, op_pos, "constant %s%soverflow", name ? name : "", name ? " " : "");
    x->value = const_new(check->arena, FORM_UNKNOWN);
    return;
  }
  int64_t length = const_string_length(x->value);
  if (length > MAX_STRING) {
    check_error(check, op_pos, "constant string too long (%lld bytes > %lld bytes)", (long long)length,
                (long long)MAX_STRING);
    x->value = const_new(check->arena, FORM_UNKNOWN);
  }
}

void check_convert_untyped(Checker *check, Operand *x, Type *target) {
  const Const *value = NULL;
  int failure = CONVERSION_OK;
  Type *type = check_implicit_type_and_value(check, x, target, &value, &failure);
  if (failure) {
    report_invalid_conversion(check, (ConversionFailure)failure, x,
                              is_type_param(target) ? target : type_underlying(target));
    operand_invalidate(x);
    return;
  }
  if (value) {
    x->value = value;
    update_expr_value(check, x->expr, value);
  }
  if (type != x->type) {
    x->type = type;
    check_update_expr_type(check, x->expr, type, false);
  }
}

/* ---- duplicates ---- */

/* Reduced to the simplest kind: 1, 1.0 and 1+0i are the same key. NULL where no other value can be equal. */
static const Const *key_value(Arena *arena, const Const *c) {
  ConstKind kind = const_kind(c);
  if (kind == CONST_COMPLEX) {
    const Const *f = const_to_kind(arena, c, CONST_FLOAT);
    if (const_kind(f) != CONST_FLOAT) return c;
    c = f;
    kind = CONST_FLOAT;
  }
  if (kind == CONST_FLOAT) {
    const Const *i = const_to_kind(arena, c, CONST_INT);
    if (const_kind(i) != CONST_INT) return c;
    c = i;
  }
  return c;
}

static uint64_t double_bits(double d) {
  uint64_t bits;
  memcpy(&bits, &d, sizeof bits);
  return bits;
}

static uint64_t mix(uint64_t h) { return (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9u; }

static uint64_t key_hash(const Const *c) {
  int64_t i;
  uint64_t u;
  switch (const_kind(c)) {
  case CONST_UNKNOWN: return 0;
  case CONST_BOOL: return const_bool(c) ? 2 : 1;
  case CONST_STRING: return str_hash(const_string(c));
  case CONST_INT:
    if (const_int64(c, &i)) return mix((uint64_t)i);
    return const_uint64(c, &u) ? mix(u ^ 1) : 3;
  case CONST_FLOAT: return mix(double_bits(const_double(c)));
  case CONST_COMPLEX: return mix(double_bits(const_double(c))) + double_bits(const_imag_double(c));
  }
  return 0;
}

/* As map keys compare in the compiler: numbers beyond 64 bits never, floats by their float64. */
static bool key_equal(const Const *a, const Const *b) {
  ConstKind kind = const_kind(a);
  uint64_t u;
  int64_t i;
  if (kind != const_kind(b) || kind == CONST_UNKNOWN) return false;
  if (kind == CONST_FLOAT) return const_double(a) == const_double(b);
  if (kind == CONST_COMPLEX)
    return const_double(a) == const_double(b) && const_imag_double(a) == const_imag_double(b);
  if (kind == CONST_INT && !const_int64(a, &i) && !const_uint64(a, &u)) return false;
  return const_compare(a, OPERATOR_EQL, b);
}

ConstEntry *const_set_add(Arena *arena, ConstSet *set, const Const *value, Type *type, Pos pos,
                          bool with_type) {
  const Const *key = key_value(arena, value);
  if (!set->by_hash.arena) set->by_hash = map_in(arena);
  uint64_t *slot = map_put(&set->by_hash, key_hash(key));
  ConstEntry *first = (ConstEntry *)(uintptr_t)*slot;
  for (ConstEntry *e = first; e; e = e->next) {
    if (key_equal(e->value, key) && (!with_type || type_identical(e->type, type))) return e;
  }
  ConstEntry *entry = arena_new_of(arena, ConstEntry);
  *entry = (ConstEntry){key, type, pos, first};
  *slot = map_key(entry);
  return NULL;
}
