/* SPDX-License-Identifier: BSD-3-Clause
 *
 * same_tokens: unit tests.
 */
#include "syntax/parser.h"

#include <stdio.h>
#include <stdlib.h>

/* cmocka wants these before it */
#include <cmocka.h>

typedef struct Fixture {
  Arena *arena;
  Interner *interner;
} Fixture;

static Fixture fixture_new(void) { return (Fixture){arena_new(), interner_new()}; }

static void fixture_free(Fixture *f) {
  interner_free(f->interner);
  arena_free(f->arena);
}

static void test_tokens_match(void **state) {
  (void)state;
  static const struct {
    const char *before, *after;
    bool same;
  } ROWS[] = {
      {"package p\nvar x = 1\n", "package p // c\n\n\tvar  x = /* d */ 1\n", true},
      {"package p\nvar x = 1\n", "package p\nvar x = 2\n", false},
      {"package p\nvar x = 1\n", "package p\nvar x = 1",
       false}, /* the end of the file stands for a semicolon */
      {"package p\nvar x = 1;\n", "package p\nvar x = 1\n", false},
      {"package p\nfunc f() { return; }\n", "package p\nfunc f() { return /*\n*/ }\n", false},
      {"package p\nfunc f() {\nx\n}\n", "package p\nfunc f() {\nx /*\n*/ }\n", true},
      {"package p\nvar x = `a\nb`\n", "package p\nvar x = `a\n\nb`\n", false},
      {"package p\n//go:noinline\nfunc f()\n", "package p\n\n\t//go:noinline\nfunc f()\n", true},
      {"package p\n//go:noinline\nfunc f()\n", "package p\n// go:noinline\nfunc f()\n", false},
      {"package p\n//go:noinline\nfunc f()\n", "package p /**/ //go:noinline\nfunc f()\n", false},
      {"package p\n//line a.go:1\n", "package p\n//line a.go:1\n", false},
      {"package p\nvar x = '\n", "package p\nvar x = '\n", false},
  };
  Fixture f = fixture_new();
  for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
    TokenPairs pairs;
    Str before = str_from(ROWS[i].before), after = str_from(ROWS[i].after);
    bool same = tokens_match(f.arena, f.interner, before, after, &pairs);
    if (same != ROWS[i].same) fail_msg("%s| and %s|: %d", ROWS[i].before, ROWS[i].after, same);
  }
  fixture_free(&f);
}

static void test_token_moved(void **state) {
  (void)state;
  Fixture f = fixture_new();
  TokenPairs pairs;
  uint32_t at;
  assert_true(tokens_match(f.arena, f.interner, STR("package p\nvar xy = 1\n"),
                           STR("package p\n\nvar  xy = 1\n"), &pairs));
  assert_true(token_moved(&pairs, 15, &at)); /* the y */
  assert_int_equal(at, 17);
  assert_false(token_moved(&pairs, 16, &at)); /* a blank */
  Buffer wide = {0};
  buffer_text(&wide, "package p\nvar x =");
  for (int i = 0; i < SOURCE_COL_LIMIT; i++) buffer_char(&wide, ' ');
  buffer_text(&wide, "1\n");
  Str text = arena_str(f.arena, buffer_view(&wide));
  assert_false(tokens_match(f.arena, f.interner, text, text, &pairs));
  buffer_free(&wide);
  fixture_free(&f);
}

/* Both texts' parts, for each change; from the last token in front of it to the first one behind, that excluded. */
static Str changes_text(Arena *arena, Str before, Str after, const TokenChanges *changes) {
  Buffer out = {0};
  for (uint32_t i = 0; i < changes->len; i++) {
    const TokenChange *it = &changes->items[i];
    if (i) buffer_text(&out, " | ");
    buffer_str(&out, str_slice(before, it->before.from, it->before.to));
    buffer_text(&out, "=>");
    buffer_str(&out, str_slice(after, it->after.from, it->after.to));
  }
  Str text = arena_str(arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

/* Pairs are in order and stand for the same bytes; there is none inside of a change, and one at each of its ends. */
static void check_pairs(Str before, Str after, const TokenPairs *pairs, const TokenChanges *changes) {
  uint32_t done = 0;
  for (uint32_t i = 0; i < pairs->len; i++) {
    const TokenPair *pair = &pairs->items[i], *last = i ? pair - 1 : NULL;
    assert_true(!last ||
                (last->before + last->len <= pair->before && last->after + last->len <= pair->after));
    assert_memory_equal(before.data + pair->before, after.data + pair->after, pair->len);
    const TokenChange *change = done < changes->len ? &changes->items[done] : NULL;
    if (!last || !change || last->before != change->before.from) continue;
    assert_int_equal(last->after, change->after.from);
    assert_int_equal(pair->before, change->before.to);
    assert_int_equal(pair->after, change->after.to);
    done++;
  }
  assert_int_equal(done, changes->len);
}

typedef struct CompareRow {
  const char *before, *after, *want; /* changes_text; NULL: they cannot be compared */
} CompareRow;

static void check_row(Fixture *f, const CompareRow *row) {
  TokenPairs pairs;
  TokenChanges changes;
  Str before = str_from(row->before), after = str_from(row->after);
  bool comparable = tokens_compare(f->arena, f->interner, before, after, &pairs, &changes);
  if (comparable != (row->want != NULL)) fail_msg("%s| %d", row->after, comparable);
  if (!comparable) return;
  Str got = changes_text(f->arena, before, after, &changes);
  if (!str_equal(got, str_from(row->want)))
    fail_msg("%s| got\n" STR_FMT "|, want\n%s|", row->after, STR_ARG(got), row->want);
  check_pairs(before, after, &pairs, &changes);
}

static void check_rows(const CompareRow *rows, size_t len) {
  Fixture f = fixture_new();
  for (size_t i = 0; i < len; i++) check_row(&f, &rows[i]);
  fixture_free(&f);
}

static void test_one_change(void **state) {
  (void)state;
  static const CompareRow ROWS[] = {
      {"package p\nvar x = 1\n", "package p\n\nvar x = 23\n", "= 1=>= 23"},
      {"func f() {\na()\n}\n", "func f() {\na()\nb()\n}\n", "\n=>\nb()\n"},
      {"func f() {\na()\na()\n}\n", "func f() {\na()\n}\n", "\na()\n=>\n"},
      {"package p\n", "package p // c\n", ""},
      {"package p\nvar x = 1\n", "package p\n//go:noinline\nvar x = 1\n", NULL},
      {"var x = 1\n", "const x = 1\n", NULL},
      {"func f() {\na(1)\nb()\na(2)\n}\n", "func f() {\na(3)\nb()\na(4)\n}\n",
       "(1)\nb()\na(2=>(3)\nb()\na(4"},
  };
  check_rows(ROWS, ARRAY_LEN(ROWS));
}

#define FUNCS(f, g, h)                                                                                       \
  "package p\nfunc f() {\nx(" f ")\n}\n// of g\nfunc g() {\nx(" g ")\n}\n\nfunc h() {\nx(" h ")\n}\n"

static void test_several_functions(void **state) {
  (void)state;
  static const CompareRow ROWS[] = {
      {FUNCS("1", "2", "3"), FUNCS("1", "2", "3"), ""},
      {FUNCS("1", "2", "3"), FUNCS("4", "2", "3"), "(1=>(4"},
      {FUNCS("1", "2", "3"), FUNCS("1", "4", "3"), "(2=>(4"},
      {FUNCS("1", "2", "3"), FUNCS("1", "2", ""), "(3=>("},
      {FUNCS("1", "2", "3"), FUNCS("4", "5", "3"), "(1=>(4 | (2=>(5"},
      {FUNCS("1", "2", "3"), FUNCS("4", "2", "5, 6"), "(1=>(4 | (3=>(5, 6"},
      {FUNCS("1", "2", "3"), FUNCS("1", "", "5"), "(2=>( | (3=>(5"},
      {FUNCS("1", "2", "3"), FUNCS("4", "5", "6"), "(1=>(4 | (2=>(5 | (3=>(6"},
      {FUNCS("", "", ""), FUNCS("1", "x(x(2))", "func() { var y int; type t int }"),
       "(=>(1 | (=>(x(x(2)) | (=>(func() { var y int; type t int }"},
      {FUNCS("1", "2, 7, 3", "3"), FUNCS("4", "2, 8, 3", "5"), "(1=>(4 | , 7=>, 8 | (3=>(5"},
  };
  check_rows(ROWS, ARRAY_LEN(ROWS));
}

static void test_heads(void **state) {
  (void)state;
  static const CompareRow ROWS[] = {
      /* methods are told apart by their receivers */
      {"package p\nfunc (a A) m() { x(1) }\nfunc (b B) m() { x(1) }\n",
       "package p\nfunc (a A) m() { x(2) }\nfunc (b B) m() { x(3) }\n", "(1=>(2 | (1=>(3"},
      {"package p\nfunc (a A) m() { x(1) }\nfunc (b B) m() { x(1) }\n",
       "package p\nfunc (a A) m() { x(2) }\nfunc (b *B) m() { x(1) }\n", "(1) }\nfunc (b =>(2) }\nfunc (b *"},
      {"package p\nfunc (a A) m() { x(1) }\nfunc (b B) m() { x(2) }\n",
       "package p\nfunc (b B) m() { x(3) }\nfunc (a A) m() { x(4) }\n",
       "(a A) m() { x(1) }\nfunc (b B) m() { x(2=>(b B) m() { x(3) }\nfunc (a A) m() { x(4"},
      /* parameters and results belong to the head, but for what struct and interface have in braces */
      {"package p\nfunc f(a int) { x(1) }\nfunc g() { x(1) }\n",
       "package p\nfunc f(b int) { x(1) }\nfunc g() { x(2) }\n",
       "(a int) { x(1) }\nfunc g() { x(1=>(b int) { x(1) }\nfunc g() { x(2"},
      {"package p\nfunc f() struct{ a int } { x(1) }\nfunc g() interface{} { x(1) }\n",
       "package p\nfunc f() struct{ a int } { x(2) }\nfunc g() interface{} { x(2) }\n", "(1=>(2 | (1=>(2"},
      {"package p\nfunc f() { x(1) }\nfunc g() interface{} { x(1) }\n",
       "package p\nfunc f() { x(2) }\nfunc g() interface{ m() } { x(1) }\n",
       "(1) }\nfunc g() interface{=>(2) }\nfunc g() interface{ m() "},
      {"package p\nfunc f[T interface{ m() }](x struct{}) { x(1) }\nfunc g()\nfunc h() { x(1) }\n",
       "package p\nfunc f[T interface{ m() }](x struct{}) { x(2) }\nfunc g()\nfunc h() { x(2) }\n",
       "(1=>(2 | (1=>(2"},
      /* others have a keyword and what comes next */
      {"package p\ntype t int\nvar a = 1\nconst (\nb = 1\n)\nfunc f() { x(1) }\n",
       "package p\ntype t bool\nvar a = 2\nconst (\nb = 2\n)\nfunc f() { x(2) }\n",
       "t int=>t bool | = 1=>= 2 | = 1=>= 2 | (1=>(2"},
      {"package p\ntype t struct {\na int\n}\nfunc f() { x(1) }\nvar v = func() { x(1) }\n",
       "package p\ntype t struct {\na int\nb int\n}\nfunc f() { x(1) }\nvar v = func() { x(2) }\n",
       "\n=>\nb int\n | (1=>(2"},
      {"package p\ntype t int\nfunc f() { x(1) }\n", "package p\ntype u int\nfunc f() { x(2) }\n",
       "type t int\nfunc f() { x(1=>type u int\nfunc f() { x(2"},
      {"package p\nimport \"a\"\nfunc f() { x(1) }\n", "package p\nimport \"b\"\nfunc f() { x(2) }\n",
       "import \"a\"\nfunc f() { x(1=>import \"b\"\nfunc f() { x(2"},
      {"package p\nimport (\n\"a\"\n)\nfunc f() { x(1) }\n",
       "package p\nimport (\n\"a\"\n\"b\"\n)\nfunc f() { x(2) }\n", "\n=>\n\"b\"\n | (1=>(2"},
      /* nor is another package the same */
      {"package p\nfunc f() { x(1) }\n", "package q\nfunc f() { x(2) }\n",
       "package p\nfunc f() { x(1=>package q\nfunc f() { x(2"},
      {"package p\nfunc f() { x(1) }\n", "package q\nfunc f() { x(1) }\n", "package p=>package q"},
  };
  check_rows(ROWS, ARRAY_LEN(ROWS));
}

static void test_other_declarations(void **state) {
  (void)state;
  static const CompareRow ROWS[] = {
      {FUNCS("1", "2", "3"), "package p\nfunc f() {\nx(1)\n}\n\nfunc h() {\nx(3)\n}\n",
       "func g() {\nx(2)\n}\n\nfunc =>func "},
      {"package p\nfunc f() { x(1) }\nfunc h() { x(3) }\n",
       "package p\nfunc f() { x(4) }\nfunc g() {}\nfunc h() { x(5) }\n",
       "(1) }\nfunc h() { x(3=>(4) }\nfunc g() {}\nfunc h() { x(5"},
      {"package p\nfunc f() { x(1) }\nfunc h() { x(3) }\n", "package p\nfunc f() { x(2) }\n",
       "(1) }\nfunc h() { x(3=>(2"},
      {"package p\nfunc f() { x(1) }\n", "package p\nfunc f() { x(2) }\nvar y = 1\n",
       "(1) }=>(2) }\nvar y = 1"},
      {"package p\n", "package p\nvar y = 1\n", "\n=>\nvar y = 1\n"},
      {"package p\nfunc f() { x(1) }\n", "", NULL},
      {"", "", ""},
      {"func f() { x(1) }\nfunc g() { x(1) }", "func f() { x(2) }\nfunc g() { x(2) }", "(1=>(2 | (1=>(2"},
      {"package p\nfunc f() { x(1) }\nvar y = 1\n", "package p\nfunc f() { x(2) }\nvar y = 1",
       "(1=>(2 | 1\n=>1"},
      {"x(1)\nfunc g() { x(1) }", "x(2)\nfunc g() { x(2) }", "(1=>(2 | (1=>(2"},
      {"y(1)\nfunc g() { x(1) }", "x(1)\nfunc g() { x(2) }", NULL},
  };
  check_rows(ROWS, ARRAY_LEN(ROWS));
}

static void test_brackets(void **state) {
  (void)state;
  static const CompareRow ROWS[] = {
      {FUNCS("\"{\"", "'{' /* { */", "`\n}func f() {`"), FUNCS("\"}}\"", "'}' // }\n", "`\n}func f() {\n}`"),
       "(\"{\"=>(\"}}\" | ('{' /* { */=>('}' // }\n | (`\n}func f() {`=>(`\n}func f() {\n}`"},
      {FUNCS("1", "2", "3"), FUNCS("{4", "5", "3"),
       "(1)\n}\n// of g\nfunc g() {\nx(2=>({4)\n}\n// of g\nfunc g() {\nx(5"},
      {FUNCS("1", "2", "3"), FUNCS("4)}}", "5", "3"),
       "(1)\n}\n// of g\nfunc g() {\nx(2=>(4)}})\n}\n// of g\nfunc g() {\nx(5"},
      {FUNCS("1", "2", "3"), FUNCS("4", "5", "(3"),
       "(1)\n}\n// of g\nfunc g() {\nx(2)\n}\n\nfunc h() {\nx=>(4)\n}\n// of g\nfunc g() {\nx(5)\n}\n\nfunc "
       "h() {\nx("},
      {FUNCS("(1", "2", "3"), FUNCS("(4", "5", "3"),
       "(1)\n}\n// of g\nfunc g() {\nx(2=>(4)\n}\n// of g\nfunc g() {\nx(5"},
      {"package p\n}\nfunc f() { x(1) }\nfunc g() { x(1) }\n",
       "package p\n}\nfunc f() { x(2) }\nfunc g() { x(2) }\n",
       "(1) }\nfunc g() { x(1=>(2) }\nfunc g() { x(2"},
  };
  check_rows(ROWS, ARRAY_LEN(ROWS));
}

static void test_directives(void **state) {
  (void)state;
  static const CompareRow ROWS[] = {
      {"package p\nfunc f() { x(1) }\n//go:noinline\nfunc g() { x(1) }\n",
       "package p\nfunc f() { x(2) }\n\n//go:noinline\nfunc g() { x(2) }\n", "(1=>(2 | (1=>(2"},
      {"package p\nfunc f() { x(1) }\n//go:noinline\nfunc g() { x(1) }\n",
       "package p\nfunc f() { x(2) }\n//go:nosplit\nfunc g() { x(2) }\n", NULL},
      {"package p\n//go:noinline\nfunc f() { x(1) }\nfunc g() { x(1) }\n",
       "package p\nfunc f() { x(1) }\n//go:noinline\nfunc g() { x(1) }\n", NULL},
      {"package p\nfunc f() { x(1) }\nfunc g() { x(1) }\n",
       "package p\nfunc f() { x(2) }\nfunc g() {\n//line a.go:1\nx(2) }\n", NULL},
      {"package p\nfunc f() { x(1) }\nfunc g() { x(1) }\n",
       "package p\nfunc f() { x(2) }\nfunc g() { x('a) }\n", NULL},
  };
  check_rows(ROWS, ARRAY_LEN(ROWS));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tokens_match), cmocka_unit_test(test_token_moved),
      cmocka_unit_test(test_one_change),   cmocka_unit_test(test_several_functions),
      cmocka_unit_test(test_heads),        cmocka_unit_test(test_other_declarations),
      cmocka_unit_test(test_brackets),     cmocka_unit_test(test_directives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
