/* SPDX-License-Identifier: BSD-3-Clause
 *
 * escape_test: the solver on graphs made by hand, and the form of tags.
 */
#include "escape/graph.h"

#include <setjmp.h>
#include <cmocka.h>

typedef struct Fixture {
  Arena *arena;
  Unit unit;
  Graph g;
  Func *fn, *closure;
} Fixture;

static int setup(void **state) {
  Arena *arena = arena_new();
  Fixture *f = arena_new_of(arena, Fixture);
  f->arena = arena;
  f->unit.arena = f->unit.bodies = arena;
  f->unit.profile = profile_newest();
  f->unit.target = target_find(STR("linux"), STR("amd64"));
  graph_init(&f->g, &f->unit, arena);
  f->fn = func_new(&f->unit, XPOS_NONE, NULL, NULL, NULL);
  f->closure = func_new(&f->unit, XPOS_NONE, NULL, NULL, NULL);
  f->closure->closure_parent = f->fn;
  f->closure->closure = op_new(&f->unit, OP_CLOSURE, XPOS_NONE, NULL);
  f->closure->closure->func = f->closure;
  *state = f;
  return 0;
}

static int teardown(void **state) {
  arena_free(((Fixture *)*state)->arena);
  return 0;
}

static LocId variable(Fixture *f, Func *fn, NameClass class_, int32_t depth) {
  Name *name = name_new(&f->unit, class_, XPOS_NONE, NULL, NULL, NULL, fn);
  return graph_add_loc(&f->g, fn, depth, &name->op, true);
}

/* dst = src with that many derefs */
static void flow(Fixture *f, LocId dst, int32_t derefs, LocId src) {
  graph_flow(&f->g, (Hole){.dst = dst, .derefs = derefs, .addrtaken = derefs < 0}, src);
}

static bool escapes(Fixture *f, LocId id) { return loc_has(&f->g, id, ATTR_ESCAPES); }

/* p := &x; sink = p */
static void test_address_reaches_heap(void **state) {
  Fixture *f = *state;
  LocId x = variable(f, f->fn, CLASS_AUTO, 1), p = variable(f, f->fn, CLASS_AUTO, 1);
  flow(f, p, -1, x);
  flow(f, LOC_HEAP, 0, p);
  graph_solve(&f->g);
  assert_true(escapes(f, x));
  assert_false(escapes(f, p));
}

/* p := &x; q := *p; sink = q: x's value goes to the heap, its address does not */
static void test_deref_cancels_address(void **state) {
  Fixture *f = *state;
  LocId x = variable(f, f->fn, CLASS_AUTO, 1), p = variable(f, f->fn, CLASS_AUTO, 1),
        q = variable(f, f->fn, CLASS_AUTO, 1);
  flow(f, p, -1, x);
  flow(f, q, 1, p);
  flow(f, LOC_HEAP, 0, q);
  graph_solve(&f->g);
  assert_false(escapes(f, x));
}

/* An address that is stored in something on the heap needs no walk. */
static void test_eager_escape(void **state) {
  Fixture *f = *state;
  LocId x = variable(f, f->fn, CLASS_AUTO, 1);
  flow(f, LOC_HEAP, -1, x);
  assert_true(escapes(f, x));
  assert_true(graph_loc(&f->g, x)->addrtaken);
}

/* var p; for { var x; p = &x } */
static void test_outer_variable_outlives_loop(void **state) {
  Fixture *f = *state;
  LocId p = variable(f, f->fn, CLASS_AUTO, 1), x = variable(f, f->fn, CLASS_AUTO, 2);
  flow(f, p, -1, x);
  graph_solve(&f->g);
  assert_true(escapes(f, x));
}

/* func(a, b) (r): r = *a; sink = b */
static void test_parameter_leaks(void **state) {
  Fixture *f = *state;
  LocId a = variable(f, f->fn, CLASS_PARAM, 1), b = variable(f, f->fn, CLASS_PARAM, 1);
  LocId r = variable(f, f->fn, CLASS_PARAM_OUT, 1);
  graph_loc(&f->g, r)->result = 1;
  flow(f, r, 1, a);
  flow(f, LOC_HEAP, 0, b);
  flow(f, LOC_MUTATOR, 0, a);
  graph_solve(&f->g);
  assert_int_equal(graph_loc(&f->g, a)->leaks.results[0], 1);
  assert_int_equal(graph_loc(&f->g, a)->leaks.heap, -1);
  assert_int_equal(graph_loc(&f->g, a)->leaks.mutator, 0);
  assert_int_equal(graph_loc(&f->g, b)->leaks.heap, 0);
}

/* Of two ways the one with fewer derefs counts. */
static void test_smallest_derefs(void **state) {
  Fixture *f = *state;
  LocId a = variable(f, f->fn, CLASS_PARAM, 1), t = variable(f, f->fn, CLASS_AUTO, 1);
  flow(f, LOC_HEAP, 3, a);
  flow(f, t, 1, a);
  flow(f, LOC_HEAP, 1, t);
  graph_solve(&f->g);
  assert_int_equal(graph_loc(&f->g, a)->leaks.heap, 2);
}

/* A closure's variable stored in a variable of the function around it. */
static void test_outer_function_outlives_closure(void **state) {
  Fixture *f = *state;
  LocId p = variable(f, f->fn, CLASS_AUTO, 1), x = variable(f, f->closure, CLASS_AUTO, 1);
  flow(f, p, -1, x);
  graph_solve(&f->g);
  assert_true(escapes(f, x));
}

/* A closure returns the address of a variable around it; all calls are known. */
static void test_closure_result_stays(void **state) {
  Fixture *f = *state;
  LocId x = variable(f, f->fn, CLASS_AUTO, 1), r = variable(f, f->closure, CLASS_PARAM_OUT, 1);
  flow(f, r, -1, x);
  graph_solve(&f->g);
  assert_false(escapes(f, x));
}

/* a = &b; b = &a ends, and with the heap at one end both escape. */
static void test_cycle(void **state) {
  Fixture *f = *state;
  LocId a = variable(f, f->fn, CLASS_AUTO, 1), b = variable(f, f->fn, CLASS_AUTO, 1);
  flow(f, a, -1, b);
  flow(f, b, -1, a);
  flow(f, LOC_HEAP, 0, a);
  graph_solve(&f->g);
  assert_true(escapes(f, a));
  assert_true(escapes(f, b));
}

static void test_tags(void **state) {
  Fixture *f = *state;
  Leaks leaks = leaks_none();
  assert_true(str_equal(leaks_encode(f->arena, &leaks), STR("esc:")));
  leaks.results[1] = 2;
  leaks.mutator = 0;
  Str tag = leaks_encode(f->arena, &leaks);
  assert_int_equal(tag.len, 4 + 5);
  assert_memory_equal(tag.data, "esc:\0\1\0\0\3", 9);
  Leaks back = leaks_decode(tag);
  assert_int_equal(back.heap, -1);
  assert_int_equal(back.mutator, 0);
  assert_int_equal(back.callee, -1);
  assert_int_equal(back.results[0], -1);
  assert_int_equal(back.results[1], 2);
  assert_int_equal(leaks_decode(STR("")).heap, 0);
  leaks = leaks_unknown();
  assert_int_equal(leaks_encode(f->arena, &leaks).len, 0);
}

static void test_optimize(void **state) {
  (void)state;
  Leaks leaks = leaks_none();
  leaks_add(&leaks.heap, 2);
  leaks_add(&leaks.heap, 1);
  leaks_add(&leaks.results[0], 1);
  leaks_add(&leaks.results[1], 0);
  leaks_add(&leaks.callee, 5);
  leaks_optimize(&leaks);
  assert_int_equal(leaks.heap, 1);
  assert_int_equal(leaks.results[0], -1);
  assert_int_equal(leaks.results[1], 0);
  assert_int_equal(leaks.callee, -1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(test_address_reaches_heap),
      TEST(test_deref_cancels_address),
      TEST(test_eager_escape),
      TEST(test_outer_variable_outlives_loop),
      TEST(test_parameter_leaks),
      TEST(test_smallest_derefs),
      TEST(test_outer_function_outlives_closure),
      TEST(test_closure_result_stays),
      TEST(test_cycle),
      TEST(test_tags),
      TEST(test_optimize),
  };
  return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
