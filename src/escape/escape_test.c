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
  graph_init(&f->g, &f->unit, arena, arena, NULL);
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
  assert_int_equal(graph_leaks(&f->g, graph_loc(&f->g, a))->results[0], 1);
  assert_int_equal(graph_leaks(&f->g, graph_loc(&f->g, a))->heap, -1);
  assert_int_equal(graph_leaks(&f->g, graph_loc(&f->g, a))->mutator, 0);
  assert_int_equal(graph_leaks(&f->g, graph_loc(&f->g, b))->heap, 0);
}

/* Of two ways the one with fewer derefs counts. */
static void test_smallest_derefs(void **state) {
  Fixture *f = *state;
  LocId a = variable(f, f->fn, CLASS_PARAM, 1), t = variable(f, f->fn, CLASS_AUTO, 1);
  flow(f, LOC_HEAP, 3, a);
  flow(f, t, 1, a);
  flow(f, LOC_HEAP, 1, t);
  graph_solve(&f->g);
  assert_int_equal(graph_leaks(&f->g, graph_loc(&f->g, a))->heap, 2);
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

static uint32_t next_random(uint32_t *seed) { return (*seed = *seed * 1664525 + 1013904223) >> 16; }

enum { RANDOM_LOCS = 50, RANDOM_EDGES = 90, RANDOM_GRAPHS = 300 };

/* The same graph for the same seed, with some more locations that nothing flows to. */
static void random_graph(Fixture *f, uint32_t seed, uint32_t more) {
  static const NameClass classes[] = {CLASS_AUTO, CLASS_AUTO, CLASS_PARAM, CLASS_PARAM_OUT};
  f->g = (Graph){0};
  graph_init(&f->g, &f->unit, f->arena, f->arena, NULL);
  f->closure->flags = 0;
  for (uint32_t i = 0; i < RANDOM_LOCS; i++) {
    Func *fn = next_random(&seed) % 3 == 0 ? f->closure : f->fn;
    NameClass class_ = classes[next_random(&seed) % ARRAY_LEN(classes)];
    LocId id = variable(f, fn, class_, class_ == CLASS_AUTO ? 1 + (int32_t)(next_random(&seed) % 3) : 1);
    if (class_ == CLASS_PARAM_OUT) graph_loc(&f->g, id)->result = 1;
  }
  for (uint32_t i = 0; i < RANDOM_EDGES; i++) {
    LocId dst = {1 + next_random(&seed) % (LOC_FIRST + RANDOM_LOCS - 1)};
    LocId src = {LOC_FIRST + next_random(&seed) % RANDOM_LOCS};
    bool pseudo = dst.v < LOC_FIRST;
    flow(f, dst, pseudo ? (int32_t)(next_random(&seed) % 3) : (int32_t)(next_random(&seed) % 4) - 1, src);
  }
  for (uint32_t i = 0; i < more; i++) variable(f, f->fn, CLASS_AUTO, 1);
}

/* Large graphs are looked at before they are walked; that must not show. */
static void test_large_graph_is_solved_like_a_small_one(void **state) {
  Fixture *f = *state;
  for (uint32_t seed = 1; seed <= RANDOM_GRAPHS; seed++) {
    random_graph(f, seed, 0);
    graph_solve(&f->g);
    Graph small = f->g;
    random_graph(f, seed, 500);
    graph_solve(&f->g);
    for (uint32_t i = LOC_FIRST; i < LOC_FIRST + RANDOM_LOCS; i++) {
      const Loc *a = &small.locs.items[i], *b = &f->g.locs.items[i];
      const Leaks *leaks = graph_leaks(&small, a), *others = graph_leaks(&f->g, b);
      if (a->attrs != b->attrs || memcmp(leaks, others, sizeof *leaks) != 0)
        fail_msg("graph %u, location %u: attributes %x and %x", seed, i, a->attrs, b->attrs);
    }
  }
}

/* for i: p[i] = p[i + 1] in a circle, written through: each one is told. */
static void test_circle(void **state) {
  Fixture *f = *state;
  enum { LEN = 1000 };
  LocId params[LEN];
  for (uint32_t i = 0; i < LEN; i++) params[i] = variable(f, f->fn, CLASS_PARAM, 1);
  LocId x = variable(f, f->fn, CLASS_AUTO, 2);
  for (uint32_t i = 0; i < LEN; i++) flow(f, params[i], 0, params[(i + 1) % LEN]);
  flow(f, LOC_MUTATOR, 0, params[LEN / 2]);
  flow(f, params[7], -1, x);
  graph_solve(&f->g);
  for (uint32_t i = 0; i < LEN; i++) {
    assert_int_equal(graph_leaks(&f->g, graph_loc(&f->g, params[i]))->mutator, 0);
    assert_int_equal(graph_leaks(&f->g, graph_loc(&f->g, params[i]))->heap, -1);
  }
  assert_true(escapes(f, x));
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
      TEST(test_large_graph_is_solved_like_a_small_one),
      TEST(test_circle),
      TEST(test_tags),
      TEST(test_optimize),
  };
  return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
