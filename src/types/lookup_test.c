/* SPDX-License-Identifier: BSD-3-Clause
 * Identity, hashes, lookup of fields and methods, sizes, initialisation order, errors: on checked source text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the headers above */
#include <cmocka.h>

#include "types/check.h"

typedef struct World {
  Arena *arena;
  SyntaxSession session;
  CheckConfig config;
  Package *pkg;
} World;

static void open_world(World *w, const char *text) {
  *w = (World){.arena = arena_new()};
  w->session.interner = interner_new();
  w->session.sources = sources_new(w->session.interner);
  const Target *target = target_find(STR("linux"), STR("amd64"));
  w->config = (CheckConfig){.session = &w->session,
                            .universe = universe_new(w->session.interner, target),
                            .profile = profile_newest(),
                            .target = target,
                            .bodies = true};
  Atom p = intern_text(w->session.interner, "p");
  w->pkg = package_new(&w->config, p, p, (Lang){0});
  SourceFile *source =
      sources_add(w->session.sources, intern_text(w->session.interner, "p.go"), str_from(text));
  package_add_file(
      w->pkg, parse_file(w->arena, &w->session, source, w->pkg->ids, &w->pkg->notes, PARSE_CHECK_BRANCHES));
  check_package(&w->config, w->pkg);
}

static void close_world(World *w) {
  package_free(w->pkg);
  universe_free(w->config.universe);
  sources_free(w->session.sources);
  interner_free(w->session.interner);
  arena_free(w->arena);
}

static Type *type_of(World *w, const char *name) {
  Object *object = scope_lookup(w->pkg->scope, intern_text(w->session.interner, name));
  assert_non_null(object);
  return object->type;
}

static Lookup find(World *w, const char *type, bool addressable, const char *name) {
  return lookup_field_or_method(w->config.universe, type_of(w, type), addressable, w->pkg,
                                intern_text(w->session.interner, name));
}

static void test_identity(void **state) {
  (void)state;
  World w;
  open_world(&w,
             "package p\n"
             "type A struct { x int; y []string }\n"
             "type I1 interface { M(); interface { N(int) } }\n"
             "type I2 interface { N(n int); M() }\n"
             "type G[T any] struct { v T }\n"
             "type B = A\n"
             "var a struct { x int; y []string }\n"
             "var b struct { x int; y []string }\n"
             "var c struct { x int \"tag\"; y []string }\n"
             "var g1 G[A]\nvar g2 G[B]\nvar g3 G[int]\n"
             "func f1[P any](p P, q []P) {}\nfunc f2[Q any](Q, []Q) {}\nfunc f3[Q comparable](Q, []Q) {}\n"
             "var byte1 []byte\nvar byte2 []uint8\n");
  assert_int_equal(w.pkg->notes.list.len, 0);
  assert_true(type_identical(type_of(&w, "a"), type_of(&w, "b")));
  assert_int_equal(type_hash(type_of(&w, "a")), type_hash(type_of(&w, "b")));
  assert_false(type_identical(type_of(&w, "a"), type_of(&w, "c")));
  assert_true(type_identical_ignore_tags(type_of(&w, "a"), type_of(&w, "c")));
  assert_false(type_identical(type_of(&w, "A"), type_of(&w, "a")));
  assert_true(type_identical(type_underlying(type_of(&w, "A")), type_of(&w, "a")));
  assert_true(type_identical(type_of(&w, "A"), type_of(&w, "B")));
  assert_false(type_identical(type_of(&w, "I1"), type_of(&w, "I2")));
  assert_true(type_identical(type_underlying(type_of(&w, "I1")), type_underlying(type_of(&w, "I2"))));
  assert_ptr_equal(type_of(&w, "g1"), type_of(&w, "g2"));
  assert_false(type_identical(type_of(&w, "g1"), type_of(&w, "g3")));
  assert_true(type_identical(type_of(&w, "f1"), type_of(&w, "f2")));
  assert_false(type_identical(type_of(&w, "f1"), type_of(&w, "f3")));
  assert_true(type_identical(type_of(&w, "byte1"), type_of(&w, "byte2")));
  close_world(&w);
}

static void test_lookup(void **state) {
  (void)state;
  World w;
  open_world(&w, "package p\n"
                 "type Inner struct { x, y int }\n"
                 "func (Inner) V() {}\nfunc (*Inner) P() {}\n"
                 "type Left struct { Inner; z int }\n"
                 "type Right struct { *Inner; z int }\n"
                 "type Both struct { Left; Right; w int }\n"
                 "type Ptr *Left\n"
                 "type Loop struct { *Loop; q int }\n"
                 "type I interface { M() }\n"
                 "type E struct { I }\n"
                 "type G[T any] struct { v T }\n"
                 "func (g *G[T]) Get() T { return g.v }\n"
                 "type H struct { *G[string] }\n");
  assert_int_equal(w.pkg->notes.list.len, 0);
  Lookup found = find(&w, "Left", false, "y");
  assert_non_null(found.object);
  assert_int_equal(found.path_len, 2);
  assert_int_equal(found.path[0], 0);
  assert_int_equal(found.path[1], 1);
  assert_false(found.indirect);
  assert_non_null(find(&w, "Left", false, "V").object);
  found = find(&w, "Left", false, "P"); /* needs an addressable receiver */
  assert_null(found.object);
  assert_true(found.indirect);
  assert_non_null(find(&w, "Left", true, "P").object);
  assert_non_null(find(&w, "Right", false, "P").object);
  found = find(&w, "Both", false, "x");
  assert_null(found.object);
  assert_true(found.ambiguous);
  assert_non_null(find(&w, "Both", false, "w").object);
  assert_non_null(find(&w, "Ptr", false, "z").object); /* fields of named pointers, not methods */
  assert_null(find(&w, "Ptr", true, "V").object);
  assert_null(find(&w, "Loop", false, "nothing").object);
  assert_non_null(find(&w, "E", false, "M").object);
  found = find(&w, "H", false, "Get");
  assert_non_null(found.object);
  assert_true(
      type_is_basic(found.object->type->u.signature.results->u.tuple.vars.items[0]->type, BASIC_STRING));
  assert_ptr_equal(found.object, find(&w, "H", false, "Get").object);
  close_world(&w);
}

static void test_sizes(void **state) {
  (void)state;
  World w;
  open_world(&w, "package p\n"
                 "type A struct { a bool; b int64; c bool }\n"
                 "type B struct { a int32; b struct{} }\n"
                 "type C [3]struct { s string; e error }\n"
                 "type D struct { x uintptr; y [4]byte }\n");
  const Target *t = w.config.target;
  assert_int_equal(type_size(t, type_of(&w, "A")), 24);
  assert_int_equal(type_field_offset(t, type_of(&w, "A"), 2), 16);
  assert_int_equal(type_size(t, type_of(&w, "B")),
                   8); /* one byte for the address of the empty field, rounded */
  assert_int_equal(type_size(t, type_of(&w, "C")), 96);
  assert_true(type_has_pointers(type_of(&w, "C")));
  assert_false(type_has_pointers(type_of(&w, "D")));
  close_world(&w);
}

static void test_init_order(void **state) {
  (void)state;
  World w;
  open_world(&w, "package p\n"
                 "var a = f()\nvar b, c = g()\nvar d = 1\n"
                 "func f() int { return c + d }\nfunc g() (int, int) { return d, d }\n");
  assert_int_equal(w.pkg->init_order.len, 3);
  assert_string_equal(atom_text(w.pkg->init_order.items[0].lhs[0]->name), "d");
  assert_string_equal(atom_text(w.pkg->init_order.items[1].lhs[0]->name), "b");
  assert_int_equal(w.pkg->init_order.items[1].lhs_len, 2);
  assert_string_equal(atom_text(w.pkg->init_order.items[2].lhs[0]->name), "a");
  close_world(&w);
}

/* The expected texts are what the compiler prints. */
static void test_errors(void **state) {
  (void)state;
  static const struct {
    const char *source, *error;
  } table[] = {
      {"package p\ntype T struct { t T }\n", "invalid recursive type: T refers to itself"},
      {"package p\nvar x = y\nvar y = x\n",
       "initialization cycle for x\n\tp.go:2:5: x refers to y\n\tp.go:3:5: y refers to x"},
      {"package p\nfunc f() { x := 1 }\n", "declared and not used: x"},
      {"package p\nfunc init() int { return 1 }\n", "func init must have no arguments and no return values"},
      {"package p\nvar v int\nfunc v() {}\n",
       "v redeclared in this block\n\tp.go:2:5: other declaration of v"},
      {"package p\ntype A = A\n", "invalid recursive type: A refers to itself"},
      {"package p\ntype T struct { M int }\nfunc (T) M() {}\n",
       "field and method with the same name M\n\tp.go:2:17: other declaration of M"},
      {"package p\nfunc (int) m() {}\n", "cannot define new methods on non-local type int"},
      {"package p\nvar x undefined\n", "undefined: undefined"},
  };
  for (size_t i = 0; i < ARRAY_LEN(table); i++) {
    World w;
    open_world(&w, table[i].source);
    assert_true(w.pkg->notes.list.len > 0);
    Str text = w.pkg->notes.list.items[0].text;
    assert_string_equal(arena_strdup(w.arena, text), table[i].error);
    close_world(&w);
  }
}

/* Bodies one by one give the same as all at once. */
static void test_bodies_on_demand(void **state) {
  (void)state;
  World w;
  open_world(&w, "package p\nfunc ok() {}\n");
  close_world(&w);
  open_world(&w, "package p\n");
  w.config.bodies = false;
  Atom q = intern_text(w.session.interner, "q");
  Package *pkg = package_new(&w.config, q, q, (Lang){0});
  SourceFile *source = sources_add(
      w.session.sources, intern_text(w.session.interner, "q.go"),
      STR("package q\nvar x = f()\nfunc f() int { return y }\nvar y = 2\nfunc bad() { undefined() }\n"));
  package_add_file(pkg, parse_file(w.arena, &w.session, source, pkg->ids, &pkg->notes, PARSE_SKIP_BODIES));
  assert_true(check_package(&w.config, pkg));
  assert_int_equal(pkg->notes.list.len, 0);
  check_init_order(&w.config, pkg);
  assert_int_equal(pkg->init_order.len, 2);
  assert_string_equal(atom_text(pkg->init_order.items[0].lhs[0]->name), "y");
  Object *bad = scope_lookup(pkg->scope, intern_text(w.session.interner, "bad"));
  assert_false(check_function_body(&w.config, pkg, bad));
  assert_int_equal(pkg->notes.list.len, 1);
  assert_true(check_function_body(&w.config, pkg, bad)); /* once is enough */
  arena_free(pkg->arena);
  close_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_identity), cmocka_unit_test(test_lookup),
      cmocka_unit_test(test_sizes),    cmocka_unit_test(test_init_order),
      cmocka_unit_test(test_errors),   cmocka_unit_test(test_bodies_on_demand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
