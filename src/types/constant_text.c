/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Constants: from literals and to text.
 *
 * In: literal source (already verified by the scanner). Out: values; the short and the exact text that Go's messages show.
 * A float literal is a fraction (exact) unless its magnitude is far outside of what a fraction of reasonable size holds.
 *
 * Go: go/constant/value.go (MakeFromLiteral, String, ExactString), strconv.Quote
 */
#include "types/constant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

/* ---- literals ---- */

typedef struct Digits { /* a number literal without its underscores and base prefix */
  char *text;           /* NUL-terminated */
  int base;
} Digits;

static bool base_prefix(char c, int *base) {
  switch (c | 0x20) {
  case 'b': *base = 2; return true;
  case 'o': *base = 8; return true;
  case 'x': *base = 16; return true;
  default: return false;
  }
}

static Digits digits_of(Arena *arena, Str source, bool leading_zero_is_octal) {
  Digits d = {arena_new_array(arena, char, source.len + 1), 10};
  size_t i = 0, n = 0;
  if (source.len > 1 && source.data[0] == '0') {
    if (base_prefix(source.data[1], &d.base))
      i = 2;
    else if (leading_zero_is_octal)
      d.base = 8, i = 1;
  }
  for (; i < source.len; i++) {
    char c = source.data[i];
    if (c == '_') continue;
    d.text[n++] = c;
  }
  return d;
}

/* What fits in an int64 and has no underscore: nearly all. */
static bool plain_integer(Str source, int64_t *value) {
  bool hex = source.len > 2 && source.data[0] == '0' && (source.data[1] == 'x' || source.data[1] == 'X');
  if (!hex && source.len > 1 && source.data[0] == '0') return false;
  uint64_t base = hex ? 16 : 10, sum = 0;
  size_t from = hex ? 2 : 0;
  if (source.len == from || source.len - from > (hex ? 15 : 18)) return false;
  for (size_t i = from; i < source.len; i++) {
    char c = source.data[i], lower = (char)(c | 0x20);
    bool digit = c >= '0' && c <= '9';
    if (!digit && (!hex || lower < 'a' || lower > 'f')) return false;
    sum = sum * base + (uint64_t)(digit ? c - '0' : lower - 'a' + 10);
  }
  *value = (int64_t)sum;
  return true;
}

Const *const_from_plain_integer(Arena *arena, Str source) {
  int64_t value;
  return plain_integer(source, &value) ? const_make_int64(arena, value) : NULL;
}

static Const *integer_literal(Arena *arena, Str source) {
  Const *plain = const_from_plain_integer(arena, source);
  if (plain) return plain;
  Digits d = digits_of(arena, source, true);
  mpz_t z;
  mpz_init(z);
  Const *c = NULL;
  if (mpz_set_str(z, d.text[0] ? d.text : "0", d.base) == 0) c = const_of_integer(arena, z);
  mpz_clear(z);
  return c;
}

typedef struct Scaling { /* the value is mantissa * base^-places * 10^exponent (2^exponent if binary) */
  long places;
  long exponent;
  bool binary;
} Scaling;

static bool mantissa_scan(Arena *arena, const Digits *d, mpz_ptr mantissa, Scaling *scaling) {
  char *digits = arena_new_array(arena, char, strlen(d->text) + 1);
  size_t n = 0;
  bool point = false;
  const char *p = d->text;
  *scaling = (Scaling){.binary = d->base != 10};
  for (; *p; p++) {
    char lower = (char)(*p | 0x20);
    if (lower == 'p' || (d->base == 10 && lower == 'e')) break;
    if (*p == '.') {
      point = true;
      continue;
    }
    digits[n++] = *p;
    if (point) scaling->places++;
  }
  if (*p) scaling->exponent = strtol(p + 1, NULL, 10);
  return n > 0 && mpz_set_str(mantissa, digits, d->base) == 0;
}

static long digit_bits(int base) { return base == 16 ? 4 : base == 8 ? 3 : 1; }

/* The compiler gives up on exponents that its floats cannot have before they meet the mantissa. */
static bool exponent_fits(mpz_srcptr mantissa, int base, const Scaling *scaling) {
  if (mpz_sgn(mantissa) == 0) return true;
  long exponent, bits = (long)mpz_sizeinbase(mantissa, 2) - scaling->places * digit_bits(base);
  return !__builtin_add_overflow(bits, scaling->exponent, &exponent) && exponent >= INT32_MIN &&
         exponent <= INT32_MAX;
}

/* In: the mantissa in the numerator. */
static void scale_fraction(mpq_ptr q, int base, const Scaling *scaling) {
  long exponent = scaling->exponent - scaling->places * digit_bits(base);
  if (scaling->binary) {
    if (exponent > 0) mpq_mul_2exp(q, q, (unsigned long)exponent);
    if (exponent < 0) mpq_div_2exp(q, q, (unsigned long)-exponent);
    return;
  }
  mpz_t factor;
  mpz_init(factor);
  mpz_ui_pow_ui(factor, 10, (unsigned long)labs(exponent));
  if (exponent < 0)
    mpz_set(mpq_denref(q), factor);
  else
    mpz_mul(mpq_numref(q), mpq_numref(q), factor);
  mpz_clear(factor);
  mpq_canonicalize(q);
}

static Const *float_literal(Arena *arena, Str source) {
  Digits d = digits_of(arena, source, false);
  FloatTemp temp;
  float_init(&temp);
  char *end;
  mpfr_strtofr(temp.value, d.text, &end, d.base, MPFR_RNDN);
  if (*end || end == d.text) return NULL;
  mpq_t q;
  Scaling scaling;
  Const *c = NULL;
  mpq_init(q);
  if (mantissa_scan(arena, &d, mpq_numref(q), &scaling) && exponent_fits(mpq_numref(q), d.base, &scaling)) {
    if (!float_is_small(temp.value)) {
      c = const_of_float(arena, temp.value);
    } else {
      if (mpfr_zero_p(temp.value))
        mpq_set_ui(q, 0, 1); /* also what underflows: as a fraction it would take forever */
      else
        scale_fraction(q, d.base, &scaling);
      c = const_of_exact_fraction(arena, q);
    }
  }
  mpq_clear(q);
  return c && c->form != FORM_UNKNOWN ? c : NULL;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code of 'c' without its quotes; -1: malformed. */
static int64_t rune_code(Str s) {
  if (s.len == 0) return -1;
  if (s.data[0] != '\\') {
    utf8proc_int32_t rune;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.data, (utf8proc_ssize_t)s.len, &rune);
    return n == (utf8proc_ssize_t)s.len ? rune : 0xFFFD;
  }
  if (s.len < 2) return -1;
  static const char names[] = "abfnrtv\\'\"", codes[] = "\a\b\f\n\r\t\v\\'\"";
  const char *name = strchr(names, s.data[1]);
  if (s.len == 2 && name && s.data[1]) return codes[name - names];
  bool octal = s.data[1] >= '0' && s.data[1] <= '7';
  int64_t code = 0;
  for (size_t i = octal ? 1 : 2; i < s.len; i++) {
    int digit = hex_value(s.data[i]);
    if (digit < 0) return -1;
    code = code * (octal ? 8 : 16) + digit;
  }
  return code;
}

Const *const_from_literal(Arena *arena, LitKind kind, Str source) {
  switch (kind) {
  case LIT_INT: return integer_literal(arena, source);
  case LIT_FLOAT: return float_literal(arena, source);
  case LIT_IMAG: {
    if (source.len < 2 || source.data[source.len - 1] != 'i') return NULL;
    Const *im = float_literal(arena, str_slice(source, 0, source.len - 1));
    return im ? const_of_complex(arena, const_make_int64(arena, 0), im) : NULL;
  }
  case LIT_RUNE: {
    if (source.len < 2) return NULL;
    int64_t code = rune_code(str_slice(source, 1, source.len - 1));
    return code < 0 ? NULL : const_make_int64(arena, code);
  }
  case LIT_STRING: {
    BasicLit lit = {.node = {.kind = NODE_BASIC_LIT}, .lit = kind, .source = source};
    Str text;
    return literal_unquote(arena, &lit, &text) ? const_make_string(arena, text) : NULL;
  }
  }
  return NULL;
}

/* ---- text ---- */

static bool rune_is_printable(utf8proc_int32_t rune) {
  if (rune < 0x80) return rune >= ' ' && rune < 0x7F;
  int category = (int)utf8proc_category(rune);
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_SO);
}

static void quote_rune(Buffer *out, utf8proc_int32_t rune) {
  static const char names[] = "abfnrtv\\\"", codes[] = "\a\b\f\n\r\t\v\\\"";
  const char *escape = rune > 0 && rune < 0x80 ? strchr(codes, (char)rune) : NULL;
  if (escape)
    buffer_printf(out, "\\%c", names[escape - codes]);
  else if (rune_is_printable(rune))
    buffer_rune(out, (uint32_t)rune);
  else if (rune < ' ' || rune == 0x7F)
    buffer_printf(out, "\\x%02x", (unsigned)rune);
  else
    buffer_printf(out, rune < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)rune);
}

/* Double quotes and escapes as strconv.Quote; at most `limit` runes of the result are written (0: all). */
static void quote(Buffer *out, Str s, size_t limit) {
  Buffer whole = {0};
  buffer_char(&whole, '"');
  for (size_t i = 0; i < s.len && (!limit || whole.len <= limit * 4);) {
    utf8proc_int32_t rune;
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)s.data + i, (utf8proc_ssize_t)(s.len - i), &rune);
    if (n <= 0) {
      buffer_printf(&whole, "\\x%02x", (unsigned char)s.data[i]);
      i++;
      continue;
    }
    quote_rune(&whole, rune);
    i += (size_t)n;
  }
  buffer_char(&whole, '"');
  size_t runes = 0, cut = 0;
  for (size_t i = 0; i < whole.len; i++) {
    if ((whole.data[i] & 0xC0) == 0x80) continue;
    if (runes == limit - 3) cut = i;
    runes++;
  }
  bool shorten = limit && runes > limit;
  buffer_str(out, (Str){whole.data, shorten ? cut : whole.len});
  if (shorten) buffer_text(out, "...");
  buffer_free(&whole);
}

/* As Go's %g with the fewest digits that read back as the same value. */
static void print_shortest(Buffer *out, double value) {
  char text[64];
  int digits = 1;
  for (; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    if (strtod(text, NULL) == value) break;
  }
  int exponent = atoi(strchr(text, 'e') + 1);
  if (exponent < -4 || exponent >= 6) {
    buffer_text(out, text);
  } else {
    int decimals = digits - 1 - exponent;
    buffer_printf(out, "%.*f", decimals > 0 ? decimals : 0, value);
  }
}

static void print_float(Buffer *out, const Const *c) {
  FloatTemp temp;
  double value = const_nearest(c, 53, 1024);
  mpfr_ptr f = float_load(&temp, c);
  bool zero = mpfr_zero_p(f) != 0;
  if (zero == (value == 0) && isfinite(value)) {
    char text[64];
    snprintf(text, sizeof text, "%.6g", value);
    if (!mpfr_integer_p(f) && !strchr(text, '.'))
      print_shortest(out, value);
    else
      buffer_text(out, text);
    return;
  }
  /* Beyond the range of float64: mantissa and decimal exponent by way of logarithms, as approximate as Go's. */
  long exponent2;
  double mantissa = mpfr_get_d_2exp(&exponent2, f, MPFR_RNDN);
  double exponent10 =
      (double)exponent2 * (0.693147180559945309417232121458176568 / 2.30258509299404568401799145468436421);
  int64_t e = (int64_t)exponent10;
  mantissa *= pow(10, exponent10 - (double)e);
  double magnitude = fabs(mantissa);
  if (magnitude < 1 - 0.5e-6) {
    mantissa *= 10;
    e--;
  } else if (magnitude >= 10) {
    mantissa /= 10;
    e++;
  }
  buffer_printf(out, "%.6ge%+lld", mantissa, (long long)e);
}

static void print_integer(Buffer *out, mpz_srcptr z) {
  Arena *arena = arena_new();
  char *text = arena_new_array(arena, char, mpz_sizeinbase(z, 10) + 2);
  buffer_text(out, mpz_get_str(text, 10, z));
  arena_free(arena);
}

void const_print(Buffer *out, const Const *c) {
  NumberView view;
  switch (c->form) {
  case FORM_UNKNOWN: buffer_text(out, "unknown"); break;
  case FORM_BOOL: buffer_text(out, c->u.truth ? "true" : "false"); break;
  case FORM_STRING: quote(out, const_string(c), 72); break;
  case FORM_SMALL: buffer_printf(out, "%lld", (long long)c->u.small); break;
  case FORM_BIG: print_integer(out, view_integer(&view, c)); break;
  case FORM_FRACTION:
  case FORM_FLOAT: print_float(out, c); break;
  case FORM_COMPLEX:
    buffer_char(out, '(');
    const_print(out, c->u.complex.re);
    buffer_text(out, " + ");
    const_print(out, c->u.complex.im);
    buffer_text(out, "i)");
    break;
  }
}

/* "0x.<hex mantissa>p±<binary exponent>", as big.Float's format 'p'. */
static void print_float_exact(Buffer *out, const Const *c) {
  FloatTemp temp;
  mpfr_ptr f = float_load(&temp, c);
  if (mpfr_zero_p(f)) {
    buffer_char(out, '0');
    return;
  }
  buffer_text(out, mpfr_signbit(f) ? "-0x." : "0x.");
  char digits[FLOAT_BITS / 4 + 1];
  size_t n = 0;
  for (int i = FLOAT_LIMBS - 1; i >= 0; i--) {
    for (int shift = GMP_NUMB_BITS - 4; shift >= 0; shift -= 4)
      digits[n++] = "0123456789abcdef"[c->u.real.significand[i] >> shift & 15];
  }
  while (n > 0 && digits[n - 1] == '0') n--;
  buffer_add(out, digits, n);
  buffer_printf(out, "p%+lld", (long long)mpfr_get_exp(f));
}

void const_print_exact(Buffer *out, const Const *c) {
  NumberView view;
  if (c->form == FORM_STRING) {
    quote(out, const_string(c), 0);
  } else if (c->form == FORM_FRACTION) {
    view_rational(&view, c);
    print_integer(out, mpq_numref(view.rational));
    if (mpz_cmp_ui(mpq_denref(view.rational), 1) == 0) return;
    buffer_char(out, '/');
    print_integer(out, mpq_denref(view.rational));
  } else if (c->form == FORM_FLOAT) {
    print_float_exact(out, c);
  } else if (c->form == FORM_COMPLEX) {
    buffer_char(out, '(');
    const_print_exact(out, c->u.complex.re);
    buffer_text(out, " + ");
    const_print_exact(out, c->u.complex.im);
    buffer_text(out, "i)");
  } else {
    const_print(out, c);
  }
}
