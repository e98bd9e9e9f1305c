/* SPDX-License-Identifier: BSD-3-Clause
 *
 * scanner: numbers, strings and runes.
 *
 * In: s->at at the first byte of a literal. Out: TOKEN_LITERAL with its text, kind and whether it is malformed.
 * Values are not computed here: literal_unquote and the type checker do that.
 *
 * Go: cmd/compile/internal/syntax/scanner.go
 */
#include "syntax/scanner_private.h"

#include <stdio.h>
#include <utf8proc.h>

static void set_literal(Scanner *s, LitKind lit, bool ok) {
  const char *start = s->text + s->offset;
  s->newline_is_semi = true;
  s->kind = TOKEN_LITERAL;
  s->literal = (Str){start, (size_t)(s->at - start)};
  s->lit = lit;
  s->malformed = !ok;
}

static char to_lower(char c) { return (char)(c | ('a' - 'A')); }

static const char *base_name(int base) {
  if (base == 2) return "binary";
  if (base == 8) return "octal";
  return base == 10 ? "decimal" : "hexadecimal";
}

/* ---- numbers ---- */

typedef struct Number {
  int base;
  char prefix; /* 'x', 'o', 'b'; '0' for a leading zero; 0 for decimal */
  bool is_float;
  bool has_digits, has_separators;
  bool ok;
  const char *invalid; /* first digit that is too large for the base, or NULL */
} Number;

static void number_fail(Scanner *s, Number *n, const char *at, const char *message) {
  if (n->ok) scanner_error(s, at, "%s", message);
  n->ok = false;
}

/* Digits and separators. In bases up to ten all decimal digits are taken; the first that is too large is remembered. */
static void scan_digits(Scanner *s, Number *n, int base) {
  uint8_t classes = base <= 10 ? CLASS_DIGIT : CLASS_HEX;
  for (;; s->at++) {
    char c = *s->at;
    if (c == '_') {
      n->has_separators = true;
    } else if (byte_is(c, classes)) {
      n->has_digits = true;
      if (base < 10 && c >= '0' + base && !n->invalid) n->invalid = s->at;
    } else {
      return;
    }
  }
}

static void scan_prefix(Scanner *s, Number *n) {
  if (*s->at != '0') return;
  s->at++;
  char c = to_lower(*s->at);
  n->base = 8;
  n->prefix = '0';
  if (c == 'x' || c == 'o' || c == 'b') {
    n->base = c == 'x' ? 16 : c == 'o' ? 8 : 2;
    n->prefix = c;
    s->at++;
  } else {
    n->has_digits = true;
  }
}

static void scan_mantissa(Scanner *s, Number *n) {
  char message[64];
  if (*s->at != '.') {
    scan_prefix(s, n);
    scan_digits(s, n, n->base);
  }
  if (*s->at == '.') {
    if (n->prefix == 'o' || n->prefix == 'b') {
      snprintf(message, sizeof message, "invalid radix point in %s literal", base_name(n->base));
      number_fail(s, n, s->at, message);
    }
    s->at++;
    n->is_float = true;
    scan_digits(s, n, n->base);
  }
  if (!n->has_digits) {
    snprintf(message, sizeof message, "%s literal has no digits", base_name(n->base));
    number_fail(s, n, s->at, message);
  }
}

static void scan_exponent(Scanner *s, Number *n) {
  char e = to_lower(*s->at), message[64];
  if (e != 'e' && e != 'p') {
    if (n->prefix == 'x' && n->is_float)
      number_fail(s, n, s->at, "hexadecimal mantissa requires a 'p' exponent");
    return;
  }
  bool decimal = n->prefix == 0 || n->prefix == '0';
  if (e == 'e' ? !decimal : n->prefix != 'x') {
    snprintf(message, sizeof message, "'%c' exponent requires %s mantissa", *s->at,
             e == 'e' ? "decimal" : "hexadecimal");
    number_fail(s, n, s->at, message);
  }
  s->at++;
  n->is_float = true;
  if (*s->at == '+' || *s->at == '-') s->at++;
  n->has_digits = false;
  scan_digits(s, n, 10);
  if (!n->has_digits) number_fail(s, n, s->at, "exponent has no digits");
}

/* The first separator that does not stand between digits (a prefix counts as a digit), or NULL. */
static const char *find_bad_separator(Str text, char prefix) {
  const char *at = text.data, *end = text.data + text.len;
  uint8_t digits = prefix == 'x' ? CLASS_HEX : CLASS_DIGIT;
  bool digit_before = prefix && prefix != '0';
  if (digit_before) at += 2;
  for (; at < end; at++) {
    if (*at == '_') {
      if (!digit_before) return at;
      if (at + 1 < end && at[1] == '_') return at + 1;
      if (at + 1 == end || !byte_is(at[1], digits)) return at;
    }
    digit_before = byte_is(*at, digits);
  }
  return NULL;
}

void scanner_number(Scanner *s) {
  Number n = {.base = 10, .ok = true};
  scan_mantissa(s, &n);
  scan_exponent(s, &n);
  LitKind lit = n.is_float ? LIT_FLOAT : LIT_INT;
  if (*s->at == 'i') {
    lit = LIT_IMAG;
    s->at++;
  }
  set_literal(s, lit, n.ok);
  if (lit == LIT_INT && n.invalid && n.ok) {
    char message[64];
    snprintf(message, sizeof message, "invalid digit '%c' in %s literal", *n.invalid, base_name(n.base));
    number_fail(s, &n, n.invalid, message);
  }
  if (n.has_separators && n.ok) {
    const char *bad = find_bad_separator(s->literal, n.prefix);
    if (bad) number_fail(s, &n, bad, "'_' must separate successive digits");
  }
  s->malformed = !n.ok;
}

/* ---- escapes ---- */

/* As Go's %q prints a rune. */
static void quote_rune(char out[24], uint32_t rune) {
  static const char NAMED[] = "\aa\bb\ff\nn\rr\tt\vv\\\\''";
  for (const char *pair = NAMED; *pair; pair += 2) {
    if ((uint32_t)(unsigned char)*pair != rune) continue;
    snprintf(out, 24, "'\\%c'", pair[1]);
    return;
  }
  if (rune_is_print(rune)) {
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t width = utf8proc_encode_char((utf8proc_int32_t)rune, bytes);
    snprintf(out, 24, "'%.*s'", (int)width, (const char *)bytes);
  } else {
    const char *format = rune < 0x80 ? "'\\x%02x'" : rune < 0x10000 ? "'\\u%04x'" : "'\\U%08x'";
    snprintf(out, 24, format, (unsigned)rune);
  }
}

typedef struct EscapeForm {
  int digits, base;
  uint32_t max;
} EscapeForm;

static EscapeForm escape_form(char c) {
  if (c >= '0' && c <= '7') return (EscapeForm){3, 8, 255};
  if (c == 'x') return (EscapeForm){2, 16, 255};
  if (c == 'u') return (EscapeForm){4, 16, RUNE_MAX};
  if (c == 'U') return (EscapeForm){8, 16, RUNE_MAX};
  return (EscapeForm){0};
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static bool escape_value_ok(Scanner *s, uint32_t value, EscapeForm form) {
  if (value > form.max && form.base == 8) {
    scanner_error(s, s->at, "octal escape value %u > 255", (unsigned)value);
    return false;
  }
  if (value > form.max || (value >= 0xD800 && value < 0xE000)) {
    char message[32];
    snprintf(message, sizeof message, "U+%04X", (unsigned)value);
    scanner_error(s, s->at, "escape is invalid Unicode code point %s", message);
    return false;
  }
  return true;
}

/* s->at is behind the backslash. At the end of the file all is well: the caller complains. */
static bool scan_escape(Scanner *s, char quote) {
  while (scanner_skip_bad(s)) {}
  if (s->at == s->end) return true;
  char c = *s->at;
  if (c == quote || (c && strchr("abfnrtv\\", c))) {
    s->at++;
    return true;
  }
  EscapeForm form = escape_form(c);
  if (!form.digits) {
    scanner_error(s, s->at, "unknown escape");
    return false;
  }
  if (form.base == 16) s->at++;
  uint32_t value = 0;
  for (int i = 0; i < form.digits; i++, s->at++) {
    while (scanner_skip_bad(s)) {}
    if (s->at == s->end) return true;
    int digit = digit_value(*s->at);
    if (digit >= form.base) {
      uint32_t width;
      char shown[24];
      quote_rune(shown, rune_decode(s->at, s->end, &width));
      scanner_error(s, s->at, "invalid character %s in %s escape", shown, base_name(form.base));
      return false;
    }
    value = value * (uint32_t)form.base + (uint32_t)digit;
  }
  return escape_value_ok(s, value, form);
}

/* ---- strings and runes ---- */

/* To the next byte that means something in an interpreted string. */
static void skip_string_text(Scanner *s) {
  const char *at = s->at, *bad = s->bad->offset == UINT32_MAX ? s->end : s->text + s->bad->offset;
  while (*at != '"' && *at != '\\' && *at != '\n' && at < bad) at++;
  s->at = at;
}

void scanner_string(Scanner *s) {
  bool ok = true;
  s->at++;
  for (;;) {
    skip_string_text(s);
    if (scanner_skip_bad(s)) continue;
    if (*s->at == '\\') {
      s->at++;
      if (!scan_escape(s, '"')) ok = false;
    } else if (*s->at == '"') {
      s->at++;
      break;
    } else {
      if (*s->at == '\n')
        scanner_error(s, s->at, "newline in string");
      else
        scanner_error(s, s->text + s->offset, "string not terminated");
      ok = false;
      break;
    }
  }
  set_literal(s, LIT_STRING, ok);
}

void scanner_raw_string(Scanner *s) {
  const char *close = memchr(s->at + 1, '`', (size_t)(s->end - s->at - 1));
  const char *stop = close ? close + 1 : s->end;
  while (s->bad->offset < (uint32_t)(stop - s->text)) {
    s->at = s->text + s->bad->offset;
    scanner_skip_bad(s);
  }
  s->at = stop;
  if (!close) scanner_error(s, s->text + s->offset, "string not terminated");
  set_literal(s, LIT_STRING, close != NULL);
}

/* One character or escape of a rune literal; false: it is over, with or without its quote. */
static bool scan_rune_part(Scanner *s, bool *ok, uint32_t count) {
  while (scanner_skip_bad(s)) {}
  const char *problem = NULL, *where = s->at;
  if (*s->at == '\'') {
    if (count == 0) {
      problem = "empty rune literal or unescaped '";
    } else if (count != 1) {
      problem = "more than one character in rune literal";
      where = s->text + s->offset;
    }
  } else if (*s->at == '\n') {
    problem = "newline in rune literal";
  } else if (s->at == s->end) {
    problem = "rune literal not terminated";
    where = s->text + s->offset;
  } else if (*s->at == '\\') {
    s->at++;
    if (!scan_escape(s, '\'')) *ok = false;
    return true;
  } else {
    uint32_t width;
    rune_decode(s->at, s->end, &width);
    s->at += width;
    return true;
  }
  if (problem && *ok) scanner_error(s, where, "%s", problem);
  if (problem) *ok = false;
  if (*s->at == '\'') s->at++;
  return false;
}

void scanner_rune(Scanner *s) {
  bool ok = true;
  uint32_t count = 0;
  s->at++;
  while (scan_rune_part(s, &ok, count)) count++;
  set_literal(s, LIT_RUNE, ok);
}
