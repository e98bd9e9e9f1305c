/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Constants: unary and binary operations, shifts, comparison.
 *
 * Both operands are brought to the more complex of their two forms, the operation runs there, and the result is stored in the
 * simplest form again (floats stay floats). Operations on machine words detect overflow and only then go to big integers.
 *
 * Go: go/constant/value.go
 */
#include "types/constant.h"

static Const *unknown(Arena *arena) { return const_new(arena, FORM_UNKNOWN); }

/* ---- unary ---- */

static Const *negate(Arena *arena, const Const *x) {
  NumberView view;
  FloatTemp temp;
  Const *result = NULL;
  if (x->form == FORM_SMALL && x->u.small != INT64_MIN) return const_make_int64(arena, -x->u.small);
  if (x->form == FORM_SMALL || x->form == FORM_BIG) {
    mpz_t z;
    mpz_init(z);
    mpz_neg(z, view_integer(&view, x));
    result = const_of_integer(arena, z);
    mpz_clear(z);
  } else if (x->form == FORM_FRACTION) {
    mpq_t q;
    mpq_init(q);
    mpq_neg(q, view_rational(&view, x));
    result = const_of_fraction(arena, q);
    mpq_clear(q);
  } else if (x->form == FORM_FLOAT) {
    mpfr_ptr f = float_load(&temp, x);
    mpfr_neg(f, f, MPFR_RNDN);
    result = const_of_float(arena, f);
  } else if (x->form == FORM_COMPLEX) {
    result = const_of_complex(arena, negate(arena, x->u.complex.re), negate(arena, x->u.complex.im));
  }
  return result;
}

static Const *complement(Arena *arena, const Const *x, uint32_t unsigned_bits) {
  if (x->form == FORM_SMALL && unsigned_bits == 0) return const_make_int64(arena, ~x->u.small);
  NumberView view;
  mpz_t z;
  mpz_init(z);
  mpz_com(z, view_integer(&view, x));
  if (unsigned_bits) mpz_fdiv_r_2exp(z, z, unsigned_bits);
  Const *result = const_of_integer(arena, z);
  mpz_clear(z);
  return result;
}

Const *const_unary(Arena *arena, Operator op, const Const *x, uint32_t unsigned_bits) {
  if (x->form == FORM_UNKNOWN) return (Const *)x;
  if (op == OPERATOR_ADD && x->form >= FORM_SMALL) return (Const *)x;
  if (op == OPERATOR_NOT && x->form == FORM_BOOL) return const_make_bool(arena, !x->u.truth);
  if (op == OPERATOR_XOR && (x->form == FORM_SMALL || x->form == FORM_BIG))
    return complement(arena, x, unsigned_bits);
  Const *result = op == OPERATOR_SUB ? negate(arena, x) : NULL;
  if (!result) BUG("constant operation %s on a value of form %d", operator_text(op), (int)x->form);
  return result;
}

/* ---- binary ---- */

/* One machine word operation; false: not representable in a word (or not defined on words). */
static bool small_binary(int64_t a, Operator op, int64_t b, bool integer_division, int64_t *out) {
  switch ((int)op) {
  case OPERATOR_ADD: return !__builtin_add_overflow(a, b, out);
  case OPERATOR_SUB: return !__builtin_sub_overflow(a, b, out);
  case OPERATOR_MUL: return !__builtin_mul_overflow(a, b, out);
  case OPERATOR_DIV:
    if (!integer_division || b == 0) return false;
    *out = b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b; /* the least value wraps, as in Go */
    return true;
  case OPERATOR_REM:
    if (b == 0) return false;
    *out = b == -1 ? 0 : a % b;
    return true;
  case OPERATOR_AND: *out = a & b; return true;
  case OPERATOR_OR: *out = a | b; return true;
  case OPERATOR_XOR: *out = a ^ b; return true;
  case OPERATOR_ANDNOT: *out = a & ~b; return true;
  default: return false;
  }
}

static Const *fraction_binary(Arena *arena, mpq_srcptr a, Operator op, mpq_srcptr b) {
  mpq_t q;
  mpq_init(q);
  switch ((int)op) {
  case OPERATOR_ADD: mpq_add(q, a, b); break;
  case OPERATOR_SUB: mpq_sub(q, a, b); break;
  case OPERATOR_MUL: mpq_mul(q, a, b); break;
  case OPERATOR_DIV: mpq_div(q, a, b); break;
  default: BUG("constant operation %s on fractions", operator_text(op));
  }
  Const *result = const_of_fraction(arena, q);
  mpq_clear(q);
  return result;
}

static Const *integer_binary(Arena *arena, const Const *x, Operator op, const Const *y,
                             bool integer_division) {
  NumberView vx, vy;
  if (op == OPERATOR_DIV && !integer_division)
    return fraction_binary(arena, view_rational(&vx, x), op, view_rational(&vy, y));
  mpz_srcptr a = view_integer(&vx, x), b = view_integer(&vy, y);
  mpz_t z;
  mpz_init(z);
  switch ((int)op) {
  case OPERATOR_ADD: mpz_add(z, a, b); break;
  case OPERATOR_SUB: mpz_sub(z, a, b); break;
  case OPERATOR_MUL: mpz_mul(z, a, b); break;
  case OPERATOR_DIV: mpz_tdiv_q(z, a, b); break;
  case OPERATOR_REM: mpz_tdiv_r(z, a, b); break;
  case OPERATOR_AND: mpz_and(z, a, b); break;
  case OPERATOR_OR: mpz_ior(z, a, b); break;
  case OPERATOR_XOR: mpz_xor(z, a, b); break;
  case OPERATOR_ANDNOT:
    mpz_com(z, b);
    mpz_and(z, a, z);
    break;
  default: BUG("constant operation %s on integers", operator_text(op));
  }
  Const *result = const_of_integer(arena, z);
  mpz_clear(z);
  return result;
}

static Const *float_binary(Arena *arena, const Const *x, Operator op, const Const *y) {
  FloatTemp tx, ty;
  mpfr_ptr a = float_load(&tx, x), b = float_load(&ty, y);
  switch ((int)op) {
  case OPERATOR_ADD: mpfr_add(a, a, b, MPFR_RNDN); break;
  case OPERATOR_SUB: mpfr_sub(a, a, b, MPFR_RNDN); break;
  case OPERATOR_MUL: mpfr_mul(a, a, b, MPFR_RNDN); break;
  case OPERATOR_DIV: mpfr_div(a, a, b, MPFR_RNDN); break;
  default: BUG("constant operation %s on floats", operator_text(op));
  }
  return const_of_float(arena, a);
}

static const Const *part(Arena *arena, const Const *x, bool imaginary) {
  return imaginary ? const_imag(arena, x) : const_real(arena, x);
}

static Const *complex_binary(Arena *arena, const Const *x, Operator op, const Const *y) {
  const Const *a = part(arena, x, false), *b = part(arena, x, true);
  const Const *c = part(arena, y, false), *d = part(arena, y, true);
  if (op == OPERATOR_ADD || op == OPERATOR_SUB)
    return const_of_complex(arena, const_binary(arena, a, op, c, false),
                            const_binary(arena, b, op, d, false));
  if (op != OPERATOR_MUL && op != OPERATOR_DIV)
    BUG("constant operation %s on complex values", operator_text(op));
  const Operator add = OPERATOR_ADD, sub = OPERATOR_SUB, mul = OPERATOR_MUL, div = OPERATOR_DIV;
  Const *ac = const_binary(arena, a, mul, c, false), *bd = const_binary(arena, b, mul, d, false);
  Const *bc = const_binary(arena, b, mul, c, false), *ad = const_binary(arena, a, mul, d, false);
  if (op == OPERATOR_MUL)
    return const_of_complex(arena, const_binary(arena, ac, sub, bd, false),
                            const_binary(arena, bc, add, ad, false));
  Const *norm = const_binary(arena, const_binary(arena, c, mul, c, false), add,
                             const_binary(arena, d, mul, d, false), false);
  Const *re = const_binary(arena, const_binary(arena, ac, add, bd, false), div, norm, false);
  Const *im = const_binary(arena, const_binary(arena, bc, sub, ad, false), div, norm, false);
  return const_of_complex(arena, re, im);
}

static Const *string_concat(Arena *arena, const Const *x, const Const *y) {
  size_t nx = x->u.string.text.len, ny = y->u.string.text.len;
  if (ny == 0) return (Const *)x;
  if (nx == 0) return (Const *)y;
  Const *c = const_new(arena, FORM_STRING);
  if (nx + ny > LONG_STRING) {
    c->u.string.text.len = nx + ny;
    c->u.string.left = x;
    c->u.string.right = y;
    c->u.string.arena = arena;
    return c;
  }
  Str left = x->u.string.text, right = y->u.string.text;
  StringBuffer *buffer = x->u.string.buffer;
  bool extend = buffer && buffer->owner == arena && left.data + nx == buffer->bytes + buffer->used &&
                buffer->cap - buffer->used >= ny;
  if (!extend) {
    size_t cap = nx + ny + (buffer ? nx + ny : 0); /* room to grow from the second concatenation on */
    buffer = arena_alloc(arena, sizeof *buffer + cap);
    *buffer = (StringBuffer){arena, nx, cap};
    memcpy(buffer->bytes, left.data, nx);
  }
  memcpy(buffer->bytes + buffer->used, right.data, ny);
  buffer->used += ny;
  c->u.string.text = (Str){buffer->bytes + buffer->used - nx - ny, nx + ny};
  c->u.string.buffer = buffer;
  return c;
}

Const *const_binary(Arena *arena, const Const *x, Operator op, const Const *y, bool integer_division) {
  if (x->form == FORM_UNKNOWN || y->form == FORM_UNKNOWN) return unknown(arena);
  ConstForm form = x->form > y->form ? x->form : y->form;
  NumberView vx, vy;
  switch (form) {
  case FORM_UNKNOWN: break;
  case FORM_BOOL:
    if (op == OPERATOR_ANDAND) return const_make_bool(arena, x->u.truth && y->u.truth);
    if (op == OPERATOR_OROR) return const_make_bool(arena, x->u.truth || y->u.truth);
    break;
  case FORM_STRING:
    if (op == OPERATOR_ADD) return string_concat(arena, x, y);
    break;
  case FORM_SMALL: {
    int64_t result;
    if (small_binary(x->u.small, op, y->u.small, integer_division, &result))
      return const_make_int64(arena, result);
    return integer_binary(arena, x, op, y, integer_division);
  }
  case FORM_BIG: return integer_binary(arena, x, op, y, integer_division);
  case FORM_FRACTION: return fraction_binary(arena, view_rational(&vx, x), op, view_rational(&vy, y));
  case FORM_FLOAT: return float_binary(arena, x, op, y);
  case FORM_COMPLEX: return complex_binary(arena, x, op, y);
  }
  BUG("constant operation %s on forms %d and %d", operator_text(op), (int)x->form, (int)y->form);
}

Const *const_shift(Arena *arena, const Const *x, Operator op, uint64_t count) {
  if (x->form == FORM_UNKNOWN || count == 0) return (Const *)x;
  bool left = op == OPERATOR_SHL;
  if (x->form == FORM_SMALL) {
    int64_t v = x->u.small;
    if (!left) return const_make_int64(arena, count > 63 ? (v < 0 ? -1 : 0) : v >> count);
    if (v == 0) return (Const *)x;
    if (count < 62 && v < (INT64_C(1) << (62 - count)) && v > -(INT64_C(1) << (62 - count)))
      return const_make_int64(arena, v * (INT64_C(1) << count));
  }
  NumberView view;
  mpz_t z;
  mpz_init(z);
  if (left) mpz_mul_2exp(z, view_integer(&view, x), count);
  if (!left) mpz_fdiv_q_2exp(z, view_integer(&view, x), count);
  Const *result = const_of_integer(arena, z);
  mpz_clear(z);
  return result;
}

/* ---- comparison ---- */

static bool order_satisfies(int order, Operator op) {
  switch ((int)op) {
  case OPERATOR_EQL: return order == 0;
  case OPERATOR_NEQ: return order != 0;
  case OPERATOR_LSS: return order < 0;
  case OPERATOR_LEQ: return order <= 0;
  case OPERATOR_GTR: return order > 0;
  case OPERATOR_GEQ: return order >= 0;
  default: BUG("%s is not a comparison", operator_text(op));
  }
}

static const Const *imaginary(const Const *x) {
  static const Const zero = {.form = FORM_SMALL};
  return x->form == FORM_COMPLEX ? x->u.complex.im : &zero;
}

bool const_compare(const Const *x, Operator op, const Const *y) {
  if (x->form == FORM_UNKNOWN || y->form == FORM_UNKNOWN) return false;
  ConstForm form = x->form > y->form ? x->form : y->form;
  NumberView vx, vy;
  FloatTemp tx, ty;
  int order = 0;
  switch (form) {
  case FORM_UNKNOWN: return false;
  case FORM_BOOL: order = x->u.truth != y->u.truth; break;
  case FORM_STRING: order = str_compare(const_string(x), const_string(y)); break;
  case FORM_SMALL: order = (x->u.small > y->u.small) - (x->u.small < y->u.small); break;
  case FORM_BIG: order = mpz_cmp(view_integer(&vx, x), view_integer(&vy, y)); break;
  case FORM_FRACTION: order = mpq_cmp(view_rational(&vx, x), view_rational(&vy, y)); break;
  case FORM_FLOAT: order = mpfr_cmp(float_load(&tx, x), float_load(&ty, y)); break;
  case FORM_COMPLEX: {
    const Const *rx = x->form == FORM_COMPLEX ? x->u.complex.re : x;
    const Const *ry = y->form == FORM_COMPLEX ? y->u.complex.re : y;
    order = !const_compare(rx, OPERATOR_EQL, ry) || !const_compare(imaginary(x), OPERATOR_EQL, imaginary(y));
    break;
  }
  }
  return order_satisfies(order, op);
}
