/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Unit tests of constants. Expected texts come from go/constant itself (its tests and small programs run by the real compiler).
 */
#include "types/constant.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static int with_arena(void **state) {
  *state = arena_new();
  return 0;
}

static int without_arena(void **state) {
  arena_free(*state);
  return 0;
}

static const char *text(Arena *arena, const Const *c) {
  Buffer out = {0};
  const_print(&out, c);
  const char *copy = arena_strdup(arena, buffer_view(&out));
  buffer_free(&out);
  return copy;
}

static const char *exact(Arena *arena, const Const *c) {
  Buffer out = {0};
  const_print_exact(&out, c);
  const char *copy = arena_strdup(arena, buffer_view(&out));
  buffer_free(&out);
  return copy;
}

static const Const *lit(Arena *arena, LitKind kind, const char *source) {
  const Const *c = const_from_literal(arena, kind, str_from(source));
  assert_non_null(c);
  return c;
}

/* A literal of the kind that its text has. */
static const Const *num(Arena *arena, const char *source) {
  bool negative = *source == '-';
  if (negative) source++;
  bool hex = source[0] == '0' && (source[1] | 0x20) == 'x';
  LitKind kind = LIT_INT;
  if (strpbrk(source, hex ? ".pP" : ".eE")) kind = LIT_FLOAT;
  if (source[strlen(source) - 1] == 'i') kind = LIT_IMAG;
  const Const *c = lit(arena, kind, source);
  return negative ? const_unary(arena, OPERATOR_SUB, c, 0) : c;
}

static void literals(void **state) {
  Arena *a = *state;
  static const struct {
    const char *source, *text;
  } rows[] = {
      {"0", "0"},
      {"1_000", "1000"},
      {"0b101", "5"},
      {"0o17", "15"},
      {"017", "15"},
      {"0xFF", "255"},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "9223372036854775808"},
      {"0xFFFFFFFFFFFFFFFFFF", "4722366482869645213695"},
      {"0.", "0"},
      {"1.5", "1.5"},
      {"1e6", "1e+06"},
      {"123456789.0", "1.23457e+08"},
      {"1000000.5", "1.0000005e+06"},
      {"0x1p-2", "0.25"},
      {"0x1.8p1", "3"},
      {"1e-1000", "1e-1000"},
      {"1e100000", "1e+100000"},
      {"2i", "(0 + 2i)"},
      {"0123i", "(0 + 123i)"},
      {"0e1000000000000", "0"},
      {"6e-1886451601", "0"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++)
    assert_string_equal(text(a, num(a, rows[i].source)), rows[i].text);
  assert_string_equal(text(a, lit(a, LIT_RUNE, "'a'")), "97");
  assert_string_equal(text(a, lit(a, LIT_RUNE, "'\\n'")), "10");
  assert_string_equal(text(a, lit(a, LIT_RUNE, "'\\''")), "39");
  assert_string_equal(text(a, lit(a, LIT_RUNE, "'\\xff'")), "255");
  assert_string_equal(text(a, lit(a, LIT_RUNE, "'\\377'")), "255");
  assert_string_equal(text(a, lit(a, LIT_RUNE, "'\\u2318'")), "8984");
  assert_string_equal(text(a, lit(a, LIT_RUNE, "'世'")), "19990");
  assert_null(const_from_literal(a, LIT_FLOAT, STR("1e1000000000000")));
  assert_null(const_from_literal(a, LIT_FLOAT, STR("1e-1000000000000")));
}

static void strings(void **state) {
  Arena *a = *state;
  Const *c = const_make_string(a, STR("a\"\n\x01\xff\xe4\xb8\x96"));
  assert_string_equal(text(a, c), "\"a\\\"\\n\\x01\\xff世\"");
  char longer[100];
  memset(longer, 'x', sizeof longer);
  c = const_make_string(a, (Str){longer, sizeof longer});
  const char *t = text(a, c);
  assert_int_equal(strlen(t), 72);
  assert_string_equal(t + 69, "...");
  /* Prefixes share a buffer; each keeps its own length. */
  Const *s = const_make_string(a, STR("ab"));
  Const *first = const_binary(a, s, OPERATOR_ADD, s, false);
  Const *second = const_binary(a, first, OPERATOR_ADD, s, false);
  Const *third = const_binary(a, first, OPERATOR_ADD, const_make_string(a, STR("zz")), false);
  assert_true(str_equal(const_string(first), STR("abab")));
  assert_true(str_equal(const_string(second), STR("ababab")));
  assert_true(str_equal(const_string(third), STR("ababzz")));
  Const *huge = s;
  for (int i = 0; i < 24; i++) huge = const_binary(a, huge, OPERATOR_ADD, huge, false);
  assert_int_equal(const_string_length(huge), 1 << 25);
  assert_int_equal(const_string(huge).data[(1 << 25) - 1], 'b');
}

static void arithmetic(void **state) {
  Arena *a = *state;
  static const struct {
    const char *x;
    Operator op;
    const char *y;
    bool integer_division;
    const char *exact;
  } rows[] = {
      {"9223372036854775807", OPERATOR_ADD, "1", false, "9223372036854775808"},
      {"-9223372036854775808", OPERATOR_SUB, "1", false, "-9223372036854775809"},
      {"9223372036854775808", OPERATOR_SUB, "1", false, "9223372036854775807"},
      {"4294967296", OPERATOR_MUL, "4294967296", false, "18446744073709551616"},
      {"5", OPERATOR_DIV, "2", true, "2"},
      {"-5", OPERATOR_DIV, "2", true, "-2"},
      {"-5", OPERATOR_REM, "2", true, "-1"},
      {"5", OPERATOR_DIV, "2", false, "5/2"},
      {"1.0", OPERATOR_DIV, "3.0", false, "1/3"},
      {"0.1", OPERATOR_ADD, "0.2", false, "3/10"},
      {"1", OPERATOR_ADD, "0.5", false, "3/2"},
      {"12", OPERATOR_ANDNOT, "4", false, "8"},
      {"-1", OPERATOR_AND, "18446744073709551615", false, "18446744073709551615"},
      {"1", OPERATOR_ADD, "2i", false, "(1 + 2i)"},
      {"2i", OPERATOR_MUL, "2i", false, "(-4 + 0i)"},
      {"1", OPERATOR_DIV, "1i", false, "(0 + -1i)"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const Const *r =
        const_binary(a, num(a, rows[i].x), rows[i].op, num(a, rows[i].y), rows[i].integer_division);
    assert_string_equal(exact(a, r), rows[i].exact);
  }
  assert_string_equal(exact(a, const_unary(a, OPERATOR_XOR, num(a, "1"), 8)), "254");
  assert_string_equal(exact(a, const_unary(a, OPERATOR_XOR, num(a, "1"), 0)), "-2");
  assert_string_equal(exact(a, const_unary(a, OPERATOR_SUB, num(a, "-9223372036854775808"), 0)),
                      "9223372036854775808");
}

static void shifts(void **state) {
  Arena *a = *state;
  assert_string_equal(exact(a, const_shift(a, num(a, "1"), OPERATOR_SHL, 62)), "4611686018427387904");
  assert_string_equal(exact(a, const_shift(a, num(a, "1"), OPERATOR_SHL, 63)), "9223372036854775808");
  assert_string_equal(exact(a, const_shift(a, num(a, "-1"), OPERATOR_SHL, 63)), "-9223372036854775808");
  assert_string_equal(exact(a, const_shift(a, num(a, "-1"), OPERATOR_SHL, 100)),
                      "-1267650600228229401496703205376");
  assert_string_equal(exact(a, const_shift(a, num(a, "-5"), OPERATOR_SHR, 1)), "-3");
  assert_string_equal(exact(a, const_shift(a, num(a, "-5"), OPERATOR_SHR, 100)), "-1");
  assert_string_equal(exact(a, const_shift(a, num(a, "18446744073709551616"), OPERATOR_SHR, 64)), "1");
  assert_int_equal(const_bit_length(const_shift(a, num(a, "1"), OPERATOR_SHL, 511)), 512);
}

static void comparisons(void **state) {
  Arena *a = *state;
  static const struct {
    const char *x;
    Operator op;
    const char *y;
  } rows[] = {
      {"1", OPERATOR_EQL, "1.0"},
      {"1.0", OPERATOR_EQL, "1"},
      {"-1", OPERATOR_LSS, "1"},
      {"18446744073709551616", OPERATOR_GTR, "1"},
      {"0.1", OPERATOR_NEQ, "0.10000000001"},
      {"1e100000", OPERATOR_GTR, "1e99999"},
      {"2i", OPERATOR_NEQ, "2"},
      {"1", OPERATOR_LEQ, "1"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++)
    assert_true(const_compare(num(a, rows[i].x), rows[i].op, num(a, rows[i].y)));
  assert_false(const_compare(const_make_unknown(a), OPERATOR_EQL, const_make_unknown(a)));
}

static void kinds(void **state) {
  Arena *a = *state;
  int64_t i;
  uint64_t u;
  assert_true(const_int64(num(a, "3.0"), &i) && i == 3);
  assert_false(const_int64(num(a, "3.5"), &i));
  assert_true(const_uint64(num(a, "18446744073709551615"), &u) && u == UINT64_MAX);
  assert_false(const_uint64(num(a, "-1"), &u));
  /* (1/3)*3 as floats is an integer up to rounding. */
  const Const *huge = num(a, "1e5000");
  const Const *third = const_binary(a, huge, OPERATOR_DIV, num(a, "3e5000"), false);
  const Const *one = const_binary(a, third, OPERATOR_MUL, num(a, "3.0"), false);
  assert_int_equal(const_kind(const_to_kind(a, one, CONST_INT)), CONST_INT);
  assert_int_equal(const_kind(const_to_kind(a, num(a, "0.5"), CONST_INT)), CONST_UNKNOWN);
  assert_string_equal(exact(a, const_to_kind(a, num(a, "7"), CONST_COMPLEX)), "(7 + 0i)");
}

static void rounding(void **state) {
  Arena *a = *state;
  const double tiny = 4.9406564584124654e-324;
  assert_true(const_double(num(a, "0.1")) == 0.1);
  assert_true(const_double(num(a, "4.9406564584124654e-324")) == tiny);
  assert_true(const_double(num(a, "2.4703282292062328e-324")) == tiny); /* above half of the least */
  assert_true(const_double(num(a, "2.4703282292062327e-324")) == 0);
  assert_true(const_double(num(a, "1.7976931348623157e308")) == 1.7976931348623157e308);
  assert_true(isinf(const_double(num(a, "1.8e308"))));
  assert_true(const_double(num(a, "9007199254740993")) == 9007199254740992.0);
  assert_true(const_nearest(num(a, "0.1"), 24, 128) == (double)0.1f);
  assert_true(const_nearest(num(a, "16777217"), 24, 128) == 16777216.0);
  assert_true(isinf(const_nearest(num(a, "3.5e38"), 24, 128)));
  assert_true(const_nearest(num(a, "1e-45"), 24, 128) == (double)1e-45f);
}

static void representation(void **state) {
  Arena *a = *state;
  static const struct {
    const char *source;
    BasicKind kind;
    uint32_t flags;
    bool fits;
  } rows[] = {
      {"255", BASIC_UINT8, BASIC_IS_INTEGER | BASIC_IS_UNSIGNED, true},
      {"256", BASIC_UINT8, BASIC_IS_INTEGER | BASIC_IS_UNSIGNED, false},
      {"-1", BASIC_UINT, BASIC_IS_INTEGER | BASIC_IS_UNSIGNED, false},
      {"-128", BASIC_INT8, BASIC_IS_INTEGER, true},
      {"128", BASIC_INT8, BASIC_IS_INTEGER, false},
      {"18446744073709551615", BASIC_UINT64, BASIC_IS_INTEGER | BASIC_IS_UNSIGNED, true},
      {"18446744073709551616", BASIC_UINT64, BASIC_IS_INTEGER | BASIC_IS_UNSIGNED, false},
      {"9223372036854775808", BASIC_INT64, BASIC_IS_INTEGER, false},
      {"2.0", BASIC_INT, BASIC_IS_INTEGER, true},
      {"2.5", BASIC_INT, BASIC_IS_INTEGER, false},
      {"1e39", BASIC_FLOAT32, BASIC_IS_FLOAT, false},
      {"1e39", BASIC_FLOAT64, BASIC_IS_FLOAT, true},
      {"1e400", BASIC_UNTYPED_FLOAT, BASIC_IS_FLOAT | BASIC_IS_UNTYPED, true},
      {"2i", BASIC_FLOAT64, BASIC_IS_FLOAT, false},
      {"2i", BASIC_COMPLEX64, BASIC_IS_COMPLEX, true},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    Type t = {.kind = TYPE_BASIC};
    t.u.basic.kind = rows[i].kind;
    t.u.basic.flags = rows[i].flags;
    assert_int_equal(const_represent(a, num(a, rows[i].source), &t) != NULL, rows[i].fits);
  }
  Type f32 = {.kind = TYPE_BASIC};
  f32.u.basic.kind = BASIC_FLOAT32;
  f32.u.basic.flags = BASIC_IS_FLOAT;
  assert_string_equal(exact(a, const_represent(a, num(a, "0.1"), &f32)), "13421773/134217728");
}

/* A copy says the same when the arena of the original is gone. */
static void copies(void **state) {
  Arena *a = *state;
  static const char *const sources[] = {
      "7", "-9223372036854775808", "123456789012345678901234567890", "0.1", "1e-5000", "2i", "1e400i"};
  Arena *other = arena_new();
  const Const *copy[ARRAY_LEN(sources)];
  for (size_t i = 0; i < ARRAY_LEN(sources); i++) copy[i] = const_copy(a, num(other, sources[i]));
  const Const *parts = const_make_string(other, arena_str(other, STR("ab")));
  const Const *sum = const_binary(other, parts, OPERATOR_ADD, const_make_string(other, STR("cd")), false);
  const Const *string = const_copy(a, sum), *truth = const_copy(a, const_make_bool(other, true));
  arena_free(other);
  for (size_t i = 0; i < ARRAY_LEN(sources); i++)
    assert_true(const_compare(copy[i], OPERATOR_EQL, num(a, sources[i])));
  assert_true(str_equal(const_string(string), STR("abcd")));
  assert_true(const_bool(truth));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(literals, with_arena, without_arena),
      cmocka_unit_test_setup_teardown(strings, with_arena, without_arena),
      cmocka_unit_test_setup_teardown(arithmetic, with_arena, without_arena),
      cmocka_unit_test_setup_teardown(shifts, with_arena, without_arena),
      cmocka_unit_test_setup_teardown(comparisons, with_arena, without_arena),
      cmocka_unit_test_setup_teardown(kinds, with_arena, without_arena),
      cmocka_unit_test_setup_teardown(rounding, with_arena, without_arena),
      cmocka_unit_test_setup_teardown(copies, with_arena, without_arena),
      cmocka_unit_test_setup_teardown(representation, with_arena, without_arena),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
