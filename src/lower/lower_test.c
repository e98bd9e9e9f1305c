/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tests of src/lower on source text: printed bodies, names and order of functions. The expected texts are the compiler's own, from
 * its "can inline" lines (1.27) on the same source.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lower/lower.h"

typedef struct Program {
  Arena *arena;
  Interner *interner;
  SyntaxSession session;
  CheckConfig config;
  IdCounter ids;
  Unit unit;
} Program;

static Package *no_imports(void *context, Package *importer, Str path, Str *why) {
  (void)context;
  (void)importer;
  (void)path;
  *why = STR("tests have no imports");
  return NULL;
}

static Func *own_func(void *context, Unit *unit, Object *object) {
  (void)context;
  return lower_find_func(unit, object);
}

static Program *program_new(const char *text) {
  Arena *arena = arena_new();
  Program *p = arena_new_of(arena, Program);
  p->arena = arena;
  p->interner = interner_new();
  p->session = (SyntaxSession){p->interner, sources_new(p->interner)};
  const Target *target = target_find(STR("linux"), STR("amd64"));
  Universe *universe = universe_new(p->interner, target);
  p->config = (CheckConfig){.session = &p->session,
                            .universe = universe,
                            .profile = profile_newest(),
                            .target = target,
                            .import_package = no_imports,
                            .bodies = true};
  p->ids.next = 1;
  Notes notes = {.arena = arena};
  SourceFile *source = sources_add(p->session.sources, intern_text(p->interner, "/t/a.go"), str_from(text));
  SyntaxFile *file = parse_file(arena, &p->session, source, &p->ids, &notes, PARSE_CHECK_BRANCHES);
  assert_int_equal(notes.list.len, 0);
  Package *pkg =
      package_new(&p->config, intern_text(p->interner, "main"), intern_text(p->interner, "p"), LANG(27));
  pkg->ids = &p->ids;
  package_add_file(pkg, file);
  assert_true(check_package(&p->config, pkg));
  p->unit = (Unit){.arena = arena,
                   .bodies = arena,
                   .pkg = pkg,
                   .session = &p->session,
                   .universe = universe,
                   .profile = p->config.profile,
                   .target = target,
                   .path = pkg->path,
                   .whole = true,
                   .resolve_func = own_func};
  lower_package(&p->unit);
  return p;
}

static void program_free(Program *p) {
  package_free(p->unit.pkg);
  universe_free(p->config.universe);
  sources_free(p->session.sources);
  interner_free(p->interner);
  arena_free(p->arena);
}

static Func *find(Program *p, const char *name) {
  for (uint32_t i = 0; i < p->unit.funcs.len; i++)
    if (strcmp(p->unit.funcs.items[i]->name->name->text, name) == 0) return p->unit.funcs.items[i];
  fail_msg("no function %s", name);
  return NULL;
}

static void expect_body(Program *p, const char *name, const char *want) {
  Func *fn = find(p, name);
  Buffer out = {0};
  op_list_print(&out, &p->unit, fn->body.items, fn->body.len);
  assert_string_equal(out.data, want);
  buffer_free(&out);
}

static void bodies_read_as_the_compiler_prints_them(void **state) {
  (void)state;
  Program *p = program_new("package p\n"
                           "type S struct{ a int }\n"
                           "func (s *S) pm() int { return s.a }\n"
                           "func two() (int, int) { return 1, 2 }\n"
                           "func sum(x ...int) int { return len(x) }\n"
                           "func call(s *S) int { return s.pm() }\n"
                           "func spread() int { return sum(1, 2) }\n"
                           "func none() int { return sum() }\n"
                           "func cat(a, b string) string { return a + b + \"x\" }\n"
                           "func dead(a int) int { if false { return 2 }; return a }\n"
                           "func iface(a int) any { return a }\n");
  expect_body(p, "call", "return (*S).pm(s)");
  expect_body(p, "spread", "return sum(... argument...)");
  expect_body(p, "none", "return sum(nil...)");
  expect_body(p, "cat", "return a + b + \"x\"");
  expect_body(p, "dead", "return a");
  expect_body(p, "iface", "return a");
  program_free(p);
}

static void instances_have_a_shape_and_a_wrapper(void **state) {
  (void)state;
  Program *p = program_new("package p\n"
                           "func F[T any](x T) T { return x }\n"
                           "func use() int { return F(1) }\n");
  expect_body(p, "use", "return F[go.shape.int](&.dict.F[int], 1)");
  expect_body(p, "F[go.shape.int]", "return x");
  expect_body(p, "F[int]", "return F[go.shape.int](&.dict.F[int], x)");
  assert_int_equal(find(p, "F[go.shape.int]")->param_len, 2);
  program_free(p);
}

static void bodies_are_lowered_last_in_first_out(void **state) {
  (void)state;
  Program *p = program_new("package p\n"
                           "func f() func() int { return func() int { return 1 } }\n"
                           "func g() func() int { return func() int { return 2 } }\n");
  static const char *const want[] = {"f", "g", "g.func1", "f.func1"};
  assert_int_equal(p->unit.funcs.len, ARRAY_LEN(want));
  for (size_t i = 0; i < ARRAY_LEN(want); i++)
    assert_string_equal(p->unit.funcs.items[i]->name->name->text, want[i]);
  program_free(p);
}

static void range_bodies_become_literals(void **state) {
  (void)state;
  Program *p = program_new("package p\n"
                           "func seq(yield func(int) bool) {}\n"
                           "func first() int { for x := range seq { return x }; return 0 }\n");
  Func *body = find(p, "first-range1");
  assert_true(body->flags & FUNC_RANGE_BODY);
  assert_string_equal(find(p, "first")->results[0]->name->text, "#rv1");
  program_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bodies_read_as_the_compiler_prints_them),
      cmocka_unit_test(instances_have_a_shape_and_a_wrapper),
      cmocka_unit_test(bodies_are_lowered_last_in_first_out),
      cmocka_unit_test(range_bodies_become_literals),
  };
  return cmocka_run_group_tests_name("lower", tests, NULL, NULL);
}
