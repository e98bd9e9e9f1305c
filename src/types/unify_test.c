/* SPDX-License-Identifier: BSD-3-Clause
 * Term lists and unification, on types made by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the headers above */
#include <cmocka.h>

#include "types/generics.h"

typedef struct World {
  Interner *interner;
  Universe *u;
  Arena *arena;
  Package *pkg;
} World;

static int setup(void **state) {
  World *w = test_malloc(sizeof(World));
  w->interner = interner_new();
  w->u = universe_new(w->interner, target_find(STR("linux"), STR("amd64")));
  w->arena = arena_new();
  w->pkg = package_new_synthetic(w->u, intern_text(w->interner, "p"), intern_text(w->interner, "p"));
  *state = w;
  return 0;
}

static int teardown(void **state) {
  World *w = *state;
  arena_free(w->arena);
  universe_free(w->u);
  interner_free(w->interner);
  test_free(w);
  return 0;
}

static Type *basic(World *w, BasicKind kind) { return universe_basic(w->u, kind); }

static Type *named(World *w, const char *name, Type *underlying) {
  Object *object = object_new(w->u, OBJECT_TYPE_NAME, w->pkg, POS_NONE, intern_text(w->interner, name), NULL);
  return type_new_named(w->u, object, underlying);
}

static Type *tparam(World *w, const char *name, uint32_t index) {
  Object *object = object_new(w->u, OBJECT_TYPE_NAME, w->pkg, POS_NONE, intern_text(w->interner, name), NULL);
  Type *t = type_new_type_param(w->u, object, universe_empty_interface(w->u));
  t->u.tparam.index = index;
  return t;
}

/* ---- term lists ---- */

static TermList list_of(World *w, UnionTerm a, UnionTerm b) {
  UnionTerm *items = arena_new_array(w->arena, UnionTerm, 2);
  items[0] = a;
  items[1] = b;
  return (TermList){items, 2};
}

static void test_terms(void **state) {
  World *w = *state;
  Type *i = basic(w, BASIC_INT), *mine = named(w, "MyInt", i);
  UnionTerm exact = {false, i}, wide = {true, i}, other = {false, mine};
  assert_true(term_includes(wide, mine));
  assert_false(term_includes(exact, mine));
  assert_true(term_includes(other, mine));
  assert_true(term_disjoint(exact, other));
  assert_false(term_disjoint(wide, other));
  assert_true(term_includes((UnionTerm){false, NULL}, mine));
}

static void test_term_lists(void **state) {
  World *w = *state;
  Type *i = basic(w, BASIC_INT), *s = basic(w, BASIC_STRING), *mine = named(w, "MyInt", i);
  TermList normal = term_list_normal(w->arena, list_of(w, (UnionTerm){false, mine}, (UnionTerm){true, i}));
  assert_int_equal(normal.len, 1); /* ~int holds MyInt */
  assert_true(normal.items[0].tilde);
  TermList pair = list_of(w, (UnionTerm){false, i}, (UnionTerm){false, s});
  assert_int_equal(term_list_normal(w->arena, pair).len, 2);
  TermList both = term_list_intersect(w->arena, pair, normal);
  assert_int_equal(both.len, 1);
  assert_ptr_equal(both.items[0].type, i);
  assert_false(both.items[0].tilde);
  assert_true(term_list_subset_of(both, pair));
  assert_false(term_list_subset_of(normal, pair));
  assert_true(term_list_is_all(term_list_union(w->arena, pair, term_list_all())));
  assert_true(term_list_equal(term_list_intersect(w->arena, pair, term_list_all()), pair));
  TermList strings = {&pair.items[1], 1};
  assert_true(term_list_is_empty(term_list_intersect(w->arena, strings, normal)));
  assert_true(term_list_subset_of((TermList){NULL, 0}, strings));
}

/* ---- unification ---- */

static Unifier unifier_for(World *w, Type **tparams, uint32_t n) {
  Unifier unifier;
  unifier_start(&unifier, NULL, w->u, w->arena, (TypeList){tparams, n}, (TypeList){NULL, 0}, true);
  return unifier;
}

static void test_unify_structure(void **state) {
  World *w = *state;
  Type *p[2] = {tparam(w, "P", 0), tparam(w, "Q", 1)};
  Type *i = basic(w, BASIC_INT), *s = basic(w, BASIC_STRING);
  Unifier unifier = unifier_for(w, p, 2);
  Type *param = type_new_map(w->u, p[0], type_new_slice(w->u, p[1]));
  assert_true(unify(&unifier, param, type_new_map(w->u, s, type_new_slice(w->u, i)), UNIFY_ASSIGN));
  assert_ptr_equal(unifier_at(&unifier, 0), s);
  assert_ptr_equal(unifier_at(&unifier, 1), i);
  assert_int_equal(unifier_unknowns(&unifier), 0);
  assert_false(unify(&unifier, p[0], i, UNIFY_ASSIGN));
  assert_false(unify(&unifier, type_new_pointer(w->u, p[1]), type_new_slice(w->u, i), UNIFY_ASSIGN));
}

static void test_unify_joined(void **state) {
  World *w = *state;
  Type *p[3] = {tparam(w, "P", 0), tparam(w, "Q", 1), tparam(w, "R", 2)};
  Unifier unifier = unifier_for(w, p, 3);
  assert_true(unify(&unifier, p[0], p[1], UNIFY_EXACT));
  assert_true(unify(&unifier, p[1], p[2], UNIFY_EXACT));
  assert_int_equal(unifier_unknowns(&unifier), 3);
  assert_true(unify(&unifier, p[1], basic(w, BASIC_INT), UNIFY_ASSIGN));
  for (uint32_t i = 0; i < 3; i++) assert_ptr_equal(unifier_at(&unifier, i), basic(w, BASIC_INT));
}

static void test_unify_names(void **state) {
  World *w = *state;
  Type *p[1] = {tparam(w, "P", 0)};
  Type *i = basic(w, BASIC_INT), *ints = type_new_slice(w->u, i), *mine = named(w, "Ints", ints);
  Unifier unifier = unifier_for(w, p, 1);
  assert_true(unify(&unifier, type_new_slice(w->u, p[0]), mine, UNIFY_ASSIGN)); /* []P with Ints */
  assert_ptr_equal(unifier_at(&unifier, 0), i);
  unifier = unifier_for(w, p, 1);
  assert_false(unify(&unifier, type_new_slice(w->u, p[0]), mine, UNIFY_EXACT));
  /* A defined type wins over a literal, in both orders. */
  unifier = unifier_for(w, p, 1);
  assert_true(unify(&unifier, p[0], ints, UNIFY_ASSIGN) && unify(&unifier, p[0], mine, UNIFY_ASSIGN));
  assert_ptr_equal(unifier_at(&unifier, 0), mine);
  unifier = unifier_for(w, p, 1);
  assert_true(unify(&unifier, p[0], mine, UNIFY_ASSIGN) && unify(&unifier, p[0], ints, UNIFY_ASSIGN));
  assert_ptr_equal(unifier_at(&unifier, 0), mine);
}

static void test_unify_channels(void **state) {
  World *w = *state;
  Type *p[1] = {tparam(w, "P", 0)};
  Type *i = basic(w, BASIC_INT);
  Type *both = type_new_chan(w->u, CHAN_BOTH, i), *receive = type_new_chan(w->u, CHAN_RECV, i);
  Unifier unifier = unifier_for(w, p, 1);
  assert_true(unify(&unifier, p[0], both, UNIFY_ASSIGN) && unify(&unifier, p[0], receive, UNIFY_ASSIGN));
  assert_ptr_equal(unifier_at(&unifier, 0), receive);
  assert_false(unify(&unifier, both, receive, UNIFY_EXACT));
}

static void test_substitution_shares(void **state) {
  World *w = *state;
  Type *p = tparam(w, "P", 0), *i = basic(w, BASIC_INT);
  Type *t = type_new_map(w->u, i, type_new_pointer(w->u, p));
  TypeList tparams = {&p, 1}, targs = {&i, 1};
  Type *result = type_subst(w->u, t, tparams, targs);
  assert_true(type_identical(result, type_new_map(w->u, i, type_new_pointer(w->u, i))));
  assert_ptr_equal(type_subst(w->u, result, tparams, targs), result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_terms),
      cmocka_unit_test(test_term_lists),
      cmocka_unit_test(test_unify_structure),
      cmocka_unit_test(test_unify_joined),
      cmocka_unit_test(test_unify_names),
      cmocka_unit_test(test_unify_channels),
      cmocka_unit_test(test_substitution_shares),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
