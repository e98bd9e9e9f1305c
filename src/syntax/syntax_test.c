/* SPDX-License-Identifier: BSD-3-Clause
 *
 * syntax: unit tests. Recorded trees and errors are below testdata/: a Go file and what the compiler makes of it.
 */
#include "syntax/parser.h"

#include <stdio.h>
#include <stdlib.h>

/* cmocka wants these before it */
#include <cmocka.h>

typedef struct Fixture {
  Arena *arena;
  SyntaxSession session;
  IdCounter ids;
  Notes notes;
} Fixture;

static Fixture fixture_new(void) {
  Fixture f = {.arena = arena_new(), .session.interner = interner_new()};
  f.session.sources = sources_new(f.session.interner);
  f.notes.arena = f.arena;
  return f;
}

static void fixture_free(Fixture *f) {
  sources_free(f->session.sources);
  interner_free(f->session.interner);
  arena_free(f->arena);
}

static SourceFile *add_source(Fixture *f, Str text) {
  return sources_add(f->session.sources, intern_text(f->session.interner, "/d/a.go"),
                     arena_str(f->arena, text));
}

static SyntaxFile *parse(Fixture *f, Str text, ParseFlags flags) {
  f->notes = (Notes){.arena = f->arena};
  return parse_file(f->arena, &f->session, add_source(f, text), &f->ids, &f->notes, flags);
}

static Node *parse_text_expr(Fixture *f, const char *text) {
  f->notes = (Notes){.arena = f->arena};
  return parse_expression(f->arena, &f->session, add_source(f, str_from(text)), &f->ids, &f->notes);
}

#define assert_str(s, text)                                                                                  \
  do {                                                                                                       \
    Str str_ = (s);                                                                                          \
    if (!str_equal(str_, str_from(text))) fail_msg("\"" STR_FMT "\", want \"%s\"", STR_ARG(str_), text);     \
  } while (0)

/* The notes of a parse, one a line. */
static Str notes_text(Fixture *f, const Notes *notes) {
  Buffer out = {0};
  vec_each (Note, note, &notes->list) {
    Position p = source_position_physical(f->session.sources, note->pos);
    buffer_printf(&out, "%u:%u: " STR_FMT "\n", p.line, p.col, STR_ARG(note->text));
  }
  Str text = arena_str(f->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

static Str dump_text(Fixture *f, const SyntaxFile *file) {
  Buffer out = {0};
  syntax_dump(&out, f->session.sources, file);
  Str text = arena_str(f->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

static Str printed(Fixture *f, const SyntaxFile *file) {
  Buffer out = {0};
  syntax_print(&out, file);
  Str text = arena_str(f->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

/* ---- recorded trees and errors ---- */

typedef struct Recorded {
  Str input, want;
} Recorded;

static Recorded read_recorded(Fixture *f, const char *name) {
  static const Str START = {"-- a.go --\n", 11}, WANT = {"\n-- want --\n", 12};
  Str path = arena_printf(f->arena, "src/syntax/testdata/%s.txt", name), text;
  if (!file_read(f->arena, path.data, &text)) fail_msg("cannot read " STR_FMT, STR_ARG(path));
  assert_true(str_has_prefix(text, START));
  for (size_t i = 0; i + WANT.len <= text.len; i++)
    if (memcmp(text.data + i, WANT.data, WANT.len) == 0)
      return (Recorded){str_slice(text, START.len, i + 1), str_slice(text, i + WANT.len, text.len)};
  fail_msg("%s has no want section", name);
  return (Recorded){0};
}

static void test_recorded(void **state) {
  (void)state;
  static const char *const NAMES[] = {"declarations", "statements", "errors"};
  for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
    Fixture f = fixture_new();
    Recorded recorded = read_recorded(&f, NAMES[i]);
    SyntaxFile *file = parse(&f, recorded.input, PARSE_CHECK_BRANCHES);
    Str got = f.notes.list.len ? notes_text(&f, &f.notes) : dump_text(&f, file);
    if (!str_equal(got, recorded.want)) fail_msg("%s: got\n" STR_FMT, NAMES[i], STR_ARG(got));
    fixture_free(&f);
  }
}

static void test_print_is_stable(void **state) {
  (void)state;
  static const char *const NAMES[] = {"declarations", "statements"};
  for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
    Fixture f = fixture_new();
    Str once = printed(&f, parse(&f, read_recorded(&f, NAMES[i]).input, PARSE_ALL));
    Str twice = printed(&f, parse(&f, once, PARSE_ALL));
    assert_int_equal(f.notes.list.len, 0);
    assert_true(once.len > 100);
    if (!str_equal(once, twice)) fail_msg("first\n" STR_FMT "then\n" STR_FMT, STR_ARG(once), STR_ARG(twice));
    fixture_free(&f);
  }
}

static void test_bodies_later(void **state) {
  (void)state;
  Fixture f = fixture_new();
  Str input = STR("package p\nfunc f() { _ = \"}\" + `}`; /* } */ if '}' > '\\'' {} // }\n}\nfunc (T) g() "
                  "{}\nfunc h()\n");
  Str whole = dump_text(&f, parse(&f, input, PARSE_ALL));
  SyntaxFile *file = parse(&f, input, PARSE_SKIP_BODIES);
  assert_int_equal(file->decls.len, 3);
  for (uint32_t i = 0; i < file->decls.len; i++) {
    FuncDecl *decl = (FuncDecl *)file->decls.items[i];
    assert_null(decl->body);
    assert_int_equal(decl->body_len > 0, i < 2);
    if (decl->body_len) parse_body(&f.session, file, decl, &f.ids, &f.notes, PARSE_CHECK_BRANCHES);
  }
  assert_int_equal(f.notes.list.len, 0);
  Str later = dump_text(&f, file);
  assert_true(str_equal(whole, later));
  fixture_free(&f);
}

/* ---- errors ---- */

static void expect_notes(const char *input, const char *want) {
  Fixture f = fixture_new();
  parse(&f, arena_printf(f.arena, "package p\n%s\n", input), PARSE_CHECK_BRANCHES);
  Str got = notes_text(&f, &f.notes);
  if (!str_equal(got, str_from(want))) fail_msg("%s: got\n" STR_FMT "want\n%s", input, STR_ARG(got), want);
  fixture_free(&f);
}

static void test_branches(void **state) {
  (void)state;
  expect_notes("func f() { L: for { break L; continue L }; goto M; M: }", "");
  expect_notes("func f() { break; continue }", "2:12: break is not in a loop, switch, or select\n"
                                               "2:19: continue is not in a loop\n");
  expect_notes("func f() { L: x(); M: for { break L } }", "2:35: invalid break label L\n"
                                                          "2:20: label M defined and not used\n");
  expect_notes("func f() { goto L; x := 1; L: }",
               "2:17: goto L jumps over declaration of x at /d/a.go:2:22\n");
  expect_notes("func f() { goto L; { L: } }", "2:17: goto L jumps into block starting at /d/a.go:2:20\n");
  expect_notes("func f() { { L: }; { goto L } }", "2:27: goto L jumps into block starting at /d/a.go:2:12\n");
  expect_notes("func f() { goto L }", "2:17: label L not defined\n");
  expect_notes("func f() { L: ; L: ; goto L }", "2:17: label L already defined at /d/a.go:2:12\n");
  expect_notes("func f() { switch { case x: fallthrough; case y: fallthrough } }",
               "2:50: cannot fallthrough final case in switch\n");
  expect_notes("func f() { switch { case x: if y { fallthrough }; case y: } }",
               "2:36: fallthrough statement out of place\n");
}

static void test_bad_bytes(void **state) {
  (void)state;
  expect_notes("var x\xff = 1", "2:6: invalid UTF-8 encoding\n");
  expect_notes("// \xEF\xBB\xBF", "2:4: invalid BOM in the middle of the file\n");
  expect_notes("var x = 1 @ 2", "2:11: invalid character U+0040 '@'\n"
                                "2:13: syntax error: unexpected literal 2 after top level declaration\n");
  expect_notes("var \xE2\x82\xAC = 1", "2:5: invalid character U+20AC '€' in identifier\n");
  expect_notes("var \xC3\xA9 = '\\400' + '\\ud800'", "2:15: octal escape value 256 > 255\n"
                                                     "2:26: escape is invalid Unicode code point U+D800\n");
}

typedef struct Deep {
  const char *before, *open, *close;
} Deep;

static void parse_deep(void *context, uint32_t index) {
  (void)context;
  static const Deep DEEP[] = {
      {"var x = ", "(", ")"},    {"var x ", "[]", ""},          {"func f() {", "{", "}"},
      {"var x = ", "f(", ")"},   {"func f() {", "if x {", "}"}, {"var x = T", "{", "}"},
      {"var x ", "A[", "]"},     {"var x = a", ".b", ""},       {"func f() ", "{ _ = func()", ""},
      {"type T ", "func(", ")"}, {"var x = ", "<-", ""},        {"var x = 1", "+1", ""},
  };
  const Deep *deep = &DEEP[index / 2];
  uint32_t depth = index % 2 ? 1000000 : 100000;
  Fixture f = fixture_new();
  Buffer text = {0};
  buffer_printf(&text, "package p\n%s", deep->before);
  for (uint32_t i = 0; i < depth; i++) buffer_text(&text, deep->open);
  parse(&f, buffer_view(&text), PARSE_CHECK_BRANCHES);
  assert_true(f.notes.list.len > 0 || depth == 100000);
  buffer_free(&text);
  fixture_free(&f);
}

static void test_deep_nesting(void **state) {
  (void)state;
  jobs_run(1, 24, parse_deep, NULL);
}

/* ---- directives ---- */

static void test_line_directives(void **state) {
  (void)state;
  Fixture f = fixture_new();
  SyntaxFile *file =
      parse(&f, STR("package p\n//line x.y:10\nvar a int\n/*line z.y:3:7*/var b int\n"), PARSE_ALL);
  Buffer out = {0};
  for (uint32_t i = 0; i < file->decls.len; i++) {
    source_print_position(f.session.sources, &out, file->decls.items[i]->pos);
    buffer_char(&out, ' ');
  }
  assert_str(buffer_view(&out), "/d/x.y:10 /d/z.y:3:11 ");
  buffer_free(&out);
  fixture_free(&f);
  expect_notes("//line x:0\n//line x:1:y", "2:10: invalid line number: 0\n3:12: invalid line number: y\n");
}

static void test_pragmas(void **state) {
  (void)state;
  Fixture f = fixture_new();
  SyntaxFile *file = parse(&f,
                           STR("package p\n"
                               "import _ \"embed\"\n"
                               "//go:noinline\n//go:nosplit\nfunc f() {}\n"
                               "func g() {\n//go:noinline\nx()\n}\n"
                               "//go:norace\nvar v int\n"
                               "//go:embed a b\nvar w string\n"
                               "//go:linkname f p.f\n"),
                           PARSE_ALL);
  assert_int_equal(((FuncDecl *)file->decls.items[1])->pragma,
                   PRAGMA_NOINLINE | PRAGMA_NOSPLIT | PRAGMA_NOCHECKPTR);
  assert_str(notes_text(&f, &f.notes), "7:3: misplaced compiler directive\n");
  assert_str(notes_text(&f, &file->late),
             "10:3: misplaced compiler directive\n"
             "14:3: //go:linkname only allowed in Go files that import \"unsafe\"\n");
  assert_int_equal(file->embeds.len, 1);
  assert_str(file->embeds.items[0].patterns, "a b");
  assert_ptr_equal(file->embeds.items[0].decl, file->decls.items[4]);
  fixture_free(&f);
}

static void test_build_lines(void **state) {
  (void)state;
  static const char *const ROWS[][2] = {
      {"//go:build go1.21", "go1.21"},
      {"//go:build linux || go1.21", ""},
      {"//go:build (linux && go1.22) || (windows && go1.20)", "go1.20"},
      {"//go:build !go1.22", ""},
      {"//go:build !(linux || !go1.5)", "go1.5"},
      {"//go:build go1", "go1"},
  };
  Arena *arena = arena_new();
  Str version;
  for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
    assert_true(build_line_version(arena, str_from(ROWS[i][0]), &version));
    assert_str(version, ROWS[i][1]);
  }
  assert_false(build_line_version(arena, STR("//go:build a &&"), &version));
  assert_false(build_line_version(arena, STR("//go:build !!a"), &version));
  assert_false(build_line_version(arena, STR("//go:buildx a"), &version));
  arena_free(arena);
}

/* ---- expressions ---- */

static void test_short_form(void **state) {
  (void)state;
  static const char *const ROWS[][2] = {
      {"a+b * ( c )", "a + b * (c)"},
      {"f(x,y ...)", "f(x, y...)"},
      {"T{a:1}", "T{…}"},
      {"func(a,b int)(c string){ return }", "func(a, b int) (c string) {…}"},
      {"[]struct{a,b int \"t\"; c}{}", "[]struct{a, b int \"t\"; c}{}"},
      {"chan(<-chan int)(nil)", "chan (<-chan int)(nil)"},
      {"x.(interface{m();~int|T[a,b]})", "x.(interface{m(); ~int | T[a, b]})"},
      {"s[:j:k]", "s[:j:k]"},
      {"<-chan int(c)", "<-chan int(c)"},
  };
  Fixture f = fixture_new();
  for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
    Node *x = parse_text_expr(&f, ROWS[i][0]);
    assert_int_equal(f.notes.list.len, 0);
    assert_str(node_text(f.arena, x), ROWS[i][1]);
  }
  fixture_free(&f);
}

static void test_begin_and_end(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint32_t pos, start, end;
  } ROWS[] = {{"a.b(c, d)", 3, 0, 8}, {"x[i:j]", 1, 1, 1}, {"T{1, 2}", 1, 0, 6}, {"-a + b.c", 3, 0, 8}};
  Fixture f = fixture_new();
  for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
    Node *x = parse_text_expr(&f, ROWS[i].text);
    const SourceFile *source = sources_file(f.session.sources, x->pos);
    assert_int_equal(source_offset(source, x->pos), ROWS[i].pos);
    assert_int_equal(source_offset(source, node_start(x)), ROWS[i].start);
    assert_int_equal(source_offset(source, node_end(x)), ROWS[i].end);
  }
  fixture_free(&f);
}

static void test_unquote(void **state) {
  (void)state;
  static const struct {
    const char *text;
    Str want;
  } ROWS[] = {{"\"a\\tb\\x41\\101\\u00e9\"", {"a\tbAA\xC3\xA9", 7}},
              {"\"\\xff\"", {"\xff", 1}},
              {"'\\xff'", {"\xC3\xBF", 2}},
              {"'\\''", {"'", 1}},
              {"`a\\n\r`", {"a\\n", 3}},
              {"\"\"", {"", 0}}};
  Fixture f = fixture_new();
  for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
    Str got;
    assert_true(literal_unquote(f.arena, (BasicLit *)parse_text_expr(&f, ROWS[i].text), &got));
    if (!str_equal(got, ROWS[i].want)) fail_msg("%s: " STR_FMT, ROWS[i].text, STR_ARG(got));
  }
  fixture_free(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_recorded),        cmocka_unit_test(test_print_is_stable),
      cmocka_unit_test(test_bodies_later),    cmocka_unit_test(test_branches),
      cmocka_unit_test(test_bad_bytes),       cmocka_unit_test(test_deep_nesting),
      cmocka_unit_test(test_line_directives), cmocka_unit_test(test_pragmas),
      cmocka_unit_test(test_build_lines),     cmocka_unit_test(test_short_form),
      cmocka_unit_test(test_begin_and_end),   cmocka_unit_test(test_unquote),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
