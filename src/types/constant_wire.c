/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Constants as bytes and back, exactly.
 *
 * In: a value, or what const_put wrote. Out: its form and the limbs of its big parts, lowest first.
 *
 * Go: internal/pkgbits/encoder.go (Value)
 */
#include "types/constant.h"

_Static_assert(sizeof(mp_limb_t) == 8, "limbs are written as 64-bit words");

enum { NESTING_LIMIT = 2 }; /* a complex value's parts are real */

static void put_limbs(Buffer *out, Limbs limbs) {
  uint64_t n = (uint64_t)(limbs.size < 0 ? -limbs.size : limbs.size);
  wire_put_signed(out, limbs.size);
  for (uint64_t i = 0; i < n; i++) wire_put(out, limbs.limbs[i]);
}

static Limbs get_limbs(Arena *arena, Wire *wire) {
  int64_t size = wire_get_signed(wire);
  uint64_t n = (uint64_t)(size < 0 ? -size : size);
  if (size == INT64_MIN || n > wire->bytes.len - wire->at) {
    wire_spoil(wire);
    n = 0;
  }
  Limbs limbs = {arena_new_array(arena, mp_limb_t, n), n ? (mp_size_t)size : 0};
  for (uint64_t i = 0; i < n; i++) limbs.limbs[i] = wire_get(wire);
  if (n && limbs.limbs[n - 1] == 0) wire_spoil(wire); /* the library wants a highest limb that is not zero */
  return limbs;
}

void const_put(Buffer *out, const Const *c) {
  wire_put(out, c->form);
  switch (c->form) {
  case FORM_UNKNOWN: break;
  case FORM_BOOL: wire_put(out, c->u.truth); break;
  case FORM_STRING: wire_put_str(out, const_string(c)); break;
  case FORM_SMALL: wire_put_signed(out, c->u.small); break;
  case FORM_BIG: put_limbs(out, c->u.big); break;
  case FORM_FRACTION:
    put_limbs(out, c->u.fraction.numerator);
    put_limbs(out, c->u.fraction.denominator);
    break;
  case FORM_FLOAT:
    wire_put_signed(out, c->u.real.kind);
    wire_put_signed(out, c->u.real.exponent);
    for (int i = 0; i < FLOAT_LIMBS; i++) wire_put(out, c->u.real.significand[i]);
    break;
  case FORM_COMPLEX:
    const_put(out, c->u.complex.re);
    const_put(out, c->u.complex.im);
    break;
  }
}

static void get_float(Arena *arena, Wire *wire, Const *c) {
  c->u.real.kind = (int)wire_get_signed(wire);
  c->u.real.exponent = (mpfr_exp_t)wire_get_signed(wire);
  c->u.real.significand = arena_new_array(arena, mp_limb_t, FLOAT_LIMBS);
  for (int i = 0; i < FLOAT_LIMBS; i++) c->u.real.significand[i] = wire_get(wire);
  int kind = c->u.real.kind < 0 ? -c->u.real.kind : c->u.real.kind;
  bool normal = kind == MPFR_REGULAR_KIND && c->u.real.significand[FLOAT_LIMBS - 1] >> 63 &&
                c->u.real.exponent > INT32_MIN && c->u.real.exponent < INT32_MAX;
  if (!normal && kind != MPFR_ZERO_KIND) wire_spoil(wire);
}

static Const *get_nested(Arena *arena, Wire *wire, int depth) {
  Const *c = const_new(arena, (ConstForm)wire_get_below(wire, FORM_COMPLEX + 1));
  switch (c->form) {
  case FORM_UNKNOWN: break;
  case FORM_BOOL: c->u.truth = wire_get(wire) != 0; break;
  case FORM_STRING: c->u.string.text = wire_get_str(wire); break;
  case FORM_SMALL: c->u.small = wire_get_signed(wire); break;
  case FORM_BIG: c->u.big = get_limbs(arena, wire); break;
  case FORM_FRACTION:
    c->u.fraction.numerator = get_limbs(arena, wire);
    c->u.fraction.denominator = get_limbs(arena, wire);
    if (c->u.fraction.denominator.size <= 0) wire_spoil(wire);
    break;
  case FORM_FLOAT: get_float(arena, wire, c); break;
  case FORM_COMPLEX:
    if (depth + 1 == NESTING_LIMIT) wire_spoil(wire);
    c->u.complex.re = depth + 1 < NESTING_LIMIT ? get_nested(arena, wire, depth + 1) : NULL;
    c->u.complex.im = depth + 1 < NESTING_LIMIT ? get_nested(arena, wire, depth + 1) : NULL;
    break;
  }
  return wire->bad ? const_new(arena, FORM_UNKNOWN) : c;
}

Const *const_get(Arena *arena, Wire *wire) { return get_nested(arena, wire, 0); }
