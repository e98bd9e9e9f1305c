/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to the constant files: how a constant is stored.
 *
 * A value always has the simplest representation that holds it exactly: a machine word, a big integer, a fraction. Fractions
 * whose parts reach FRACTION_BITS bits become 512-bit floats and stay floats, as in go/constant. Big parts are limbs in the
 * arena; the library's structs are set up over them for the time of one operation (views), so values are plain immutable data.
 */
#ifndef HEAPWHY_CONSTANT_H
#define HEAPWHY_CONSTANT_H

#include "types/types.h"

#include <gmp.h>
#include <mpfr.h>

#define FLOAT_BITS    512 /* mantissa of a float constant */
#define FLOAT_LIMBS   (FLOAT_BITS / GMP_NUMB_BITS)
#define FRACTION_BITS 4096 /* parts of a fraction have fewer bits than this */
#define LONG_STRING                                                                                          \
  ((size_t)1 << 24) /* longer concatenations are not put together until somebody reads them */

typedef enum ConstForm { /* by rising complexity: operands are brought to the higher form of the two */
                         FORM_UNKNOWN,
                         FORM_BOOL,
                         FORM_STRING,
                         FORM_SMALL,
                         FORM_BIG,
                         FORM_FRACTION,
                         FORM_FLOAT,
                         FORM_COMPLEX
} ConstForm;

typedef struct Limbs { /* a big integer */
  mp_limb_t *limbs;
  mp_size_t size; /* negative for negative numbers */
} Limbs;

typedef struct
    StringBuffer { /* bytes that a chain of concatenations shares: s, s+t, s+t+u are prefixes of one buffer */
  Arena *owner;    /* only constants made in this arena may append */
  size_t used, cap;
  char bytes[];
} StringBuffer;

struct Const {
  ConstForm form;
  union {
    bool truth;
    int64_t small;
    Limbs big;
    struct {
      Str text;
      StringBuffer *buffer;      /* NULL: the text belongs to somebody else */
      const Const *left, *right; /* a long concatenation: text.data is NULL, text.len is known */
      Arena *arena;              /* of a long concatenation */
    } string;
    struct {
      Limbs numerator, denominator;
    } fraction;
    struct {
      int kind; /* of mpfr_custom_get_kind: sign and zero */
      mpfr_exp_t exponent;
      mp_limb_t *significand; /* FLOAT_LIMBS */
    } real;
    struct {
      const Const *re, *im;
    } complex;
  } u;
};

/* Read-only library values over a constant; valid as long as the view. */
typedef struct NumberView {
  mp_limb_t limb, one;
  mpz_t integer;
  mpq_t rational;
} NumberView;

/* A float with its own storage on the stack: nothing to clear. */
typedef struct FloatTemp {
  mpfr_t value;
  mp_limb_t limbs[FLOAT_LIMBS];
} FloatTemp;

mpz_srcptr view_integer(NumberView *view, const Const *c);  /* FORM_SMALL, FORM_BIG */
mpq_srcptr view_rational(NumberView *view, const Const *c); /* also FORM_FRACTION */
/* The value as a float; any real form. */
mpfr_ptr float_load(FloatTemp *temp, const Const *c);
void float_init(FloatTemp *temp); /* zero, ready to be written */

Const *const_new(Arena *arena, ConstForm form);
Const *const_of_integer(Arena *arena, mpz_srcptr value);
Const *const_of_fraction(Arena *arena, mpq_srcptr value);       /* may become a float */
Const *const_of_exact_fraction(Arena *arena, mpq_srcptr value); /* stays one whatever its size */
Const *const_of_float(Arena *arena, mpfr_srcptr value);
Const *const_of_complex(Arena *arena, const Const *re, const Const *im);
bool float_is_small(mpfr_srcptr value); /* a fraction of reasonable size could hold it */
/* Nearest value of a binary format, ties to even, with gradual underflow: 24/128 float32, 53/1024 float64. May be infinite. */
double const_nearest(const Const *c, mpfr_prec_t bits, mpfr_exp_t max_exponent);

#endif
