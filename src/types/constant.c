/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Constants: representation, construction, access, conversion between kinds.
 *
 * In: machine values and library numbers. Out: immutable Const values in an arena. Small integers never touch the big number
 * libraries.
 *
 * Go: go/constant/value.go
 */
#include "types/constant.h"

#include <float.h>
#include <math.h>

/* ---- views ---- */

mpz_srcptr view_integer(NumberView *view, const Const *c) {
  assert(c->form == FORM_SMALL || c->form == FORM_BIG);
  if (c->form == FORM_BIG) return mpz_roinit_n(view->integer, c->u.big.limbs, c->u.big.size);
  int64_t v = c->u.small;
  view->limb = v < 0 ? 0 - (mp_limb_t)v : (mp_limb_t)v;
  return mpz_roinit_n(view->integer, &view->limb, v < 0 ? -1 : v > 0);
}

mpq_srcptr view_rational(NumberView *view, const Const *c) {
  if (c->form == FORM_FRACTION) {
    mpz_roinit_n(mpq_numref(view->rational), c->u.fraction.numerator.limbs, c->u.fraction.numerator.size);
    mpz_roinit_n(mpq_denref(view->rational), c->u.fraction.denominator.limbs, c->u.fraction.denominator.size);
    return view->rational;
  }
  view_integer(view, c);
  *mpq_numref(view->rational) = *view->integer;
  view->one = 1;
  mpz_roinit_n(mpq_denref(view->rational), &view->one, 1);
  return view->rational;
}

void float_init(FloatTemp *temp) {
  /* The exponent range of go/constant's floats; the library keeps it per thread. */
  mpfr_set_emin(INT32_MIN);
  mpfr_set_emax(INT32_MAX);
  mpfr_custom_init(temp->limbs, FLOAT_BITS);
  mpfr_custom_init_set(temp->value, MPFR_ZERO_KIND, 0, FLOAT_BITS, temp->limbs);
}

mpfr_ptr float_load(FloatTemp *temp, const Const *c) {
  float_init(temp);
  NumberView view;
  if (c->form == FORM_FLOAT) {
    memcpy(temp->limbs, c->u.real.significand, sizeof temp->limbs);
    mpfr_custom_init_set(temp->value, c->u.real.kind, c->u.real.exponent, FLOAT_BITS, temp->limbs);
  } else if (c->form == FORM_FRACTION) {
    mpfr_set_q(temp->value, view_rational(&view, c), MPFR_RNDN);
  } else {
    mpfr_set_z(temp->value, view_integer(&view, c), MPFR_RNDN);
  }
  return temp->value;
}

bool float_is_small(mpfr_srcptr value) {
  if (mpfr_zero_p(value)) return true;
  if (!mpfr_number_p(value)) return false;
  mpfr_exp_t e = mpfr_get_exp(value);
  return -FRACTION_BITS < e && e < FRACTION_BITS;
}

/* ---- construction ---- */

static size_t size_of_form(ConstForm form) {
#define SIZE_WITH(member) (offsetof(Const, u) + sizeof(((Const *)0)->u.member))
  switch (form) {
  case FORM_UNKNOWN:
  case FORM_BOOL:
  case FORM_SMALL: return SIZE_WITH(small);
  case FORM_STRING: return SIZE_WITH(string);
  case FORM_BIG: return SIZE_WITH(big);
  case FORM_FRACTION: return SIZE_WITH(fraction);
  case FORM_FLOAT: return SIZE_WITH(real);
  case FORM_COMPLEX: return SIZE_WITH(complex);
  }
#undef SIZE_WITH
  return sizeof(Const);
}

/* As large as its form needs: most are small integers. */
Const *const_new(Arena *arena, ConstForm form) {
  Const *c = arena_alloc(arena, size_of_form(form));
  c->form = form;
  return c;
}

static Limbs limbs_copy(Arena *arena, mpz_srcptr value) {
  size_t n = mpz_size(value);
  Limbs copy = {arena_new_array(arena, mp_limb_t, n), mpz_sgn(value) < 0 ? -(mp_size_t)n : (mp_size_t)n};
  if (n) memcpy(copy.limbs, mpz_limbs_read(value), n * sizeof(mp_limb_t));
  return copy;
}

static Limbs limbs_again(Arena *arena, Limbs limbs) {
  size_t n = (size_t)(limbs.size < 0 ? -limbs.size : limbs.size);
  Limbs copy = {arena_new_array(arena, mp_limb_t, n), limbs.size};
  if (n) memcpy(copy.limbs, limbs.limbs, n * sizeof(mp_limb_t));
  return copy;
}

Const *const_copy(Arena *arena, const Const *c) {
  Const *copy = memcpy(const_new(arena, c->form), c, size_of_form(c->form));
  switch (c->form) {
  case FORM_UNKNOWN:
  case FORM_BOOL:
  case FORM_SMALL: break;
  case FORM_STRING: return const_make_string(arena, arena_str(arena, const_string(c)));
  case FORM_BIG: copy->u.big = limbs_again(arena, c->u.big); break;
  case FORM_FRACTION:
    copy->u.fraction.numerator = limbs_again(arena, c->u.fraction.numerator);
    copy->u.fraction.denominator = limbs_again(arena, c->u.fraction.denominator);
    break;
  case FORM_FLOAT:
    copy->u.real.significand = arena_new_array(arena, mp_limb_t, FLOAT_LIMBS);
    memcpy(copy->u.real.significand, c->u.real.significand, sizeof(mp_limb_t) * FLOAT_LIMBS);
    break;
  case FORM_COMPLEX:
    copy->u.complex.re = const_copy(arena, c->u.complex.re);
    copy->u.complex.im = const_copy(arena, c->u.complex.im);
    break;
  }
  return copy;
}

Const *const_make_unknown(Arena *arena) { return const_new(arena, FORM_UNKNOWN); }

Const *const_make_bool(Arena *arena, bool value) {
  Const *c = const_new(arena, FORM_BOOL);
  c->u.truth = value;
  return c;
}

Const *const_make_string(Arena *arena, Str value) {
  Const *c = const_new(arena, FORM_STRING);
  c->u.string.text = value.data ? value : STR("");
  return c;
}

Const *const_make_int64(Arena *arena, int64_t value) {
  Const *c = const_new(arena, FORM_SMALL);
  c->u.small = value;
  return c;
}

Const *const_make_uint64(Arena *arena, uint64_t value) {
  if (value <= INT64_MAX) return const_make_int64(arena, (int64_t)value);
  mpz_t z;
  mp_limb_t limb = value;
  return const_of_integer(arena, mpz_roinit_n(z, &limb, 1));
}

Const *const_make_double(Arena *arena, double value) {
  if (!isfinite(value)) return const_new(arena, FORM_UNKNOWN);
  FloatTemp temp;
  float_init(&temp);
  mpfr_set_d(temp.value, value, MPFR_RNDN);
  mpq_t q; /* every finite double is a fraction of reasonable size */
  mpq_init(q);
  mpfr_get_q(q, temp.value);
  Const *c = const_of_exact_fraction(arena, q);
  mpq_clear(q);
  return c;
}

Const *const_of_integer(Arena *arena, mpz_srcptr value) {
  size_t bits = mpz_sizeinbase(value, 2);
  if (bits <= 63) {
    uint64_t magnitude = mpz_size(value) ? mpz_limbs_read(value)[0] : 0;
    return const_make_int64(arena, mpz_sgn(value) < 0 ? -(int64_t)magnitude : (int64_t)magnitude);
  }
  if (mpz_sgn(value) < 0 && bits == 64 && mpz_scan1(value, 0) == 63)
    return const_make_int64(arena, INT64_MIN);
  Const *c = const_new(arena, FORM_BIG);
  c->u.big = limbs_copy(arena, value);
  return c;
}

Const *const_of_exact_fraction(Arena *arena, mpq_srcptr value) {
  Const *c = const_new(arena, FORM_FRACTION);
  c->u.fraction.numerator = limbs_copy(arena, mpq_numref(value));
  c->u.fraction.denominator = limbs_copy(arena, mpq_denref(value));
  return c;
}

static bool integer_is_reasonable(mpz_srcptr z) { return mpz_sizeinbase(z, 2) < FRACTION_BITS; }

Const *const_of_fraction(Arena *arena, mpq_srcptr value) {
  if (integer_is_reasonable(mpq_numref(value)) && integer_is_reasonable(mpq_denref(value)))
    return const_of_exact_fraction(arena, value);
  FloatTemp temp;
  float_init(&temp);
  mpfr_set_q(temp.value, value, MPFR_RNDN);
  return const_of_float(arena, temp.value);
}

Const *const_of_float(Arena *arena, mpfr_srcptr value) {
  assert(mpfr_get_prec(value) == FLOAT_BITS);
  if (!mpfr_number_p(value)) return const_new(arena, FORM_UNKNOWN);
  Const *c = const_new(arena, FORM_FLOAT);
  c->u.real.significand = arena_new_array(arena, mp_limb_t, FLOAT_LIMBS);
  c->u.real.kind = MPFR_ZERO_KIND; /* there is no negative zero */
  if (mpfr_zero_p(value)) return c;
  c->u.real.kind = mpfr_custom_get_kind(value);
  c->u.real.exponent = mpfr_custom_get_exp(value);
  memcpy(c->u.real.significand, mpfr_custom_get_significand(value), sizeof(mp_limb_t) * FLOAT_LIMBS);
  return c;
}

Const *const_of_complex(Arena *arena, const Const *re, const Const *im) {
  if (re->form == FORM_UNKNOWN || im->form == FORM_UNKNOWN) return const_new(arena, FORM_UNKNOWN);
  Const *c = const_new(arena, FORM_COMPLEX);
  c->u.complex.re = re;
  c->u.complex.im = im;
  return c;
}

Const *const_complex(Arena *arena, const Const *re, const Const *im) {
  return const_of_complex(arena, re, im);
}

/* ---- access ---- */

ConstKind const_kind(const Const *c) {
  static const ConstKind kinds[] = {
      [FORM_UNKNOWN] = CONST_UNKNOWN, [FORM_BOOL] = CONST_BOOL,       [FORM_STRING] = CONST_STRING,
      [FORM_SMALL] = CONST_INT,       [FORM_BIG] = CONST_INT,         [FORM_FRACTION] = CONST_FLOAT,
      [FORM_FLOAT] = CONST_FLOAT,     [FORM_COMPLEX] = CONST_COMPLEX,
  };
  return kinds[c->form];
}

bool const_bool(const Const *c) { return c->form == FORM_BOOL && c->u.truth; }

int64_t const_string_length(const Const *c) {
  return c->form == FORM_STRING ? (int64_t)c->u.string.text.len : 0;
}

/* Writes the pieces of a long concatenation from the back: such chains lean to the left. */
static void string_fill(const Const *c, char *end) {
  while (!c->u.string.text.data) {
    string_fill(c->u.string.right, end);
    end -= c->u.string.right->u.string.text.len;
    c = c->u.string.left;
  }
  memcpy(end - c->u.string.text.len, c->u.string.text.data, c->u.string.text.len);
}

Str const_string(const Const *c) {
  if (c->form != FORM_STRING) return (Str){0};
  if (c->u.string.text.data) return c->u.string.text;
  size_t n = c->u.string.text.len;
  char *bytes = arena_new_array(c->u.string.arena, char, n + 1);
  string_fill(c, bytes + n);
  return (Str){bytes, n};
}

/* The exact integer that a number is; z is initialised. */
static bool integral_value(const Const *c, mpz_ptr z) {
  NumberView view;
  FloatTemp temp;
  switch (c->form) {
  case FORM_UNKNOWN:
  case FORM_BOOL:
  case FORM_STRING: return false;
  case FORM_SMALL:
  case FORM_BIG: mpz_set(z, view_integer(&view, c)); return true;
  case FORM_FRACTION:
    view_rational(&view, c);
    if (mpz_cmp_ui(mpq_denref(view.rational), 1) != 0) return false;
    mpz_set(z, mpq_numref(view.rational));
    return true;
  case FORM_FLOAT: {
    mpfr_ptr f = float_load(&temp, c);
    if (!float_is_small(f)) return false;
    if (!mpfr_integer_p(f)) {
      /* Something that is an integer up to a few bits of rounding noise counts as that integer. */
      mpfr_t coarse;
      mpfr_init2(coarse, FLOAT_BITS - 4);
      mpfr_set(coarse, f, MPFR_RNDZ);
      if (!mpfr_integer_p(coarse)) mpfr_set(coarse, f, MPFR_RNDA);
      bool ok = mpfr_integer_p(coarse);
      if (ok) mpfr_get_z(z, coarse, MPFR_RNDN);
      mpfr_clear(coarse);
      return ok;
    }
    mpfr_get_z(z, f, MPFR_RNDN);
    return true;
  }
  case FORM_COMPLEX: return const_sign(c->u.complex.im) == 0 && integral_value(c->u.complex.re, z);
  }
  return false;
}

bool const_int64(const Const *c, int64_t *out) {
  if (c->form == FORM_SMALL) {
    *out = c->u.small;
    return true;
  }
  mpz_t z;
  mpz_init(z);
  bool ok = integral_value(c, z) && mpz_fits_slong_p(z);
  if (ok) *out = mpz_get_si(z);
  mpz_clear(z);
  return ok;
}

bool const_uint64(const Const *c, uint64_t *out) {
  if (c->form == FORM_SMALL) {
    *out = (uint64_t)c->u.small;
    return c->u.small >= 0;
  }
  mpz_t z;
  mpz_init(z);
  bool ok = integral_value(c, z) && mpz_fits_ulong_p(z);
  if (ok) *out = mpz_get_ui(z);
  mpz_clear(z);
  return ok;
}

double const_nearest(const Const *c, mpfr_prec_t bits, mpfr_exp_t max_exponent) {
  if (c->form == FORM_COMPLEX) return const_nearest(c->u.complex.re, bits, max_exponent);
  if (c->form < FORM_SMALL) return 0;
  FloatTemp temp;
  NumberView view;
  mpfr_ptr source = c->form == FORM_FLOAT ? float_load(&temp, c) : NULL;
  if (!source) float_init(&temp); /* for the exponent range */
  mpfr_t narrow;
  mpfr_init2(narrow, bits);
  int inexact;
  if (source) {
    inexact = mpfr_set(narrow, source, MPFR_RNDN);
  } else if (c->form == FORM_FRACTION) {
    inexact = mpfr_set_q(narrow, view_rational(&view, c), MPFR_RNDN);
  } else {
    inexact = mpfr_set_z(narrow, view_integer(&view, c), MPFR_RNDN);
  }
  /* Now the format's exponents, down to its smallest subnormal. */
  mpfr_set_emax(max_exponent);
  mpfr_set_emin(4 - max_exponent - bits);
  inexact = mpfr_check_range(narrow, inexact, MPFR_RNDN);
  mpfr_subnormalize(narrow, inexact, MPFR_RNDN);
  double result = mpfr_get_d(narrow, MPFR_RNDN);
  mpfr_clear(narrow);
  return result;
}

double const_double(const Const *c) {
  if (c->form == FORM_SMALL) return (double)c->u.small;
  return const_nearest(c, DBL_MANT_DIG, DBL_MAX_EXP);
}

double const_imag_double(const Const *c) {
  return c->form == FORM_COMPLEX ? const_double(c->u.complex.im) : 0;
}

int const_sign(const Const *c) {
  switch (c->form) {
  case FORM_UNKNOWN:
  case FORM_BOOL:
  case FORM_STRING: return 1; /* no follow-up "division by zero" */
  case FORM_SMALL: return (c->u.small > 0) - (c->u.small < 0);
  case FORM_BIG: return c->u.big.size < 0 ? -1 : 1;
  case FORM_FRACTION: return (c->u.fraction.numerator.size > 0) - (c->u.fraction.numerator.size < 0);
  case FORM_FLOAT: return c->u.real.kind == MPFR_ZERO_KIND ? 0 : c->u.real.kind < 0 ? -1 : 1;
  case FORM_COMPLEX: return const_sign(c->u.complex.re) | const_sign(c->u.complex.im);
  }
  return 1;
}

uint32_t const_bit_length(const Const *c) {
  if (c->form != FORM_SMALL && c->form != FORM_BIG) return 0;
  if (const_sign(c) == 0) return 0;
  NumberView view;
  return (uint32_t)mpz_sizeinbase(view_integer(&view, c), 2);
}

/* ---- conversion between kinds ---- */

static Const *to_integer(Arena *arena, const Const *c) {
  mpz_t z;
  mpz_init(z);
  Const *result = integral_value(c, z) ? const_of_integer(arena, z) : const_new(arena, FORM_UNKNOWN);
  mpz_clear(z);
  return result;
}

static Const *to_float(Arena *arena, const Const *c) {
  NumberView view;
  FloatTemp temp;
  if (c->form == FORM_COMPLEX && const_sign(c->u.complex.im) == 0)
    return const_to_kind(arena, c->u.complex.re, CONST_FLOAT);
  if (c->form == FORM_SMALL || (c->form == FORM_BIG && const_bit_length(c) < FRACTION_BITS))
    return const_of_exact_fraction(arena, view_rational(&view, c));
  if (c->form == FORM_BIG) return const_of_float(arena, float_load(&temp, c));
  return const_new(arena, FORM_UNKNOWN);
}

Const *const_to_kind(Arena *arena, const Const *c, ConstKind kind) {
  ConstKind have = const_kind(c);
  if (have == kind) return (Const *)c;
  switch (kind) {
  case CONST_INT: return to_integer(arena, c);
  case CONST_FLOAT: return to_float(arena, c);
  case CONST_COMPLEX:
    if (have == CONST_INT || have == CONST_FLOAT)
      return const_of_complex(arena, c, const_make_int64(arena, 0));
    break;
  case CONST_UNKNOWN:
  case CONST_BOOL:
  case CONST_STRING: break;
  }
  return const_new(arena, FORM_UNKNOWN);
}

Const *const_real(Arena *arena, const Const *x) {
  (void)arena;
  return (Const *)(x->form == FORM_COMPLEX ? x->u.complex.re : x);
}

Const *const_imag(Arena *arena, const Const *x) {
  if (x->form == FORM_UNKNOWN) return (Const *)x;
  return x->form == FORM_COMPLEX ? (Const *)x->u.complex.im : const_make_int64(arena, 0);
}
