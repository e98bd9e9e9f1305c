/* SPDX-License-Identifier: BSD-3-Clause
 *
 * facts: what is written of functions is recalled, by the same functions only; bytes that are damaged do no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka needs the headers above */
#include <cmocka.h>

#include "summary/summary.h"

typedef struct World {
  Arena *arena;
  Interner *interner;
  Package pkg;
  Unit unit;
} World;

static int setup(void **state) {
  Arena *arena = arena_new();
  World *w = arena_new_of(arena, World);
  w->arena = arena;
  w->interner = interner_new();
  w->pkg =
      (Package){.path = intern_text(w->interner, "example.com/p"), .name = intern_text(w->interner, "p")};
  w->unit = (Unit){.arena = arena, .bodies = arena, .pkg = &w->pkg, .exported_foreign = map_in(arena)};
  *state = w;
  return 0;
}

static int teardown(void **state) {
  World *w = *state;
  interner_free(w->interner);
  arena_free(w->arena);
  return 0;
}

static Func *function(World *w, const char *text, uint32_t params, uint32_t results) {
  Name *name = arena_new_of(w->arena, Name);
  name->name = intern_text(w->interner, text);
  name->pkg = &w->pkg;
  Func *fn = arena_new_of(w->arena, Func);
  *fn = (Func){.name = name, .unit = &w->unit, .param_len = params, .result_len = results};
  name->func = fn;
  return fn;
}

static Facts facts_of(World *w, Func *const *funcs, uint32_t len) {
  Buffer out = {0};
  facts_write(&out, &w->unit, funcs, len);
  Str bytes = arena_str(w->arena, buffer_view(&out));
  buffer_free(&out);
  Facts facts;
  assert_true(facts_open(bytes, &facts));
  return facts;
}

static ParamTag some_tag(int8_t seed) {
  ParamTag tag = {.known = seed & 1, .unsafe_uintptr = seed & 2, .uintptr_escapes = seed & 4};
  tag.uintptr_keep_alive = !(seed & 1);
  tag.leaks = (Leaks){.heap = seed, .mutator = -1, .callee = 127};
  for (int i = 0; i < LEAK_RESULTS_MAX; i++) tag.leaks.results[i] = (int8_t)(i - seed);
  return tag;
}

static void give_properties(World *w, Func *fn) {
  FuncProperties *properties = arena_new_of(w->arena, FuncProperties);
  properties->never_returns = true;
  properties->params = arena_new_array(w->arena, uint8_t, fn->param_len);
  properties->results = arena_new_array(w->arena, uint8_t, fn->result_len);
  for (uint32_t i = 0; i < fn->param_len; i++) properties->params[i] = (uint8_t)(PARAM_CALLS_METHOD << i);
  for (uint32_t i = 0; i < fn->result_len; i++) properties->results[i] = RESULT_INLINABLE;
  fn->properties = properties;
}

/* A function of which there is everything to know. */
static Func *known_function(World *w, const char *text) {
  Func *fn = function(w, text, 3, 2);
  fn->flags = FUNC_INLINABILITY_CHECKED | FUNC_ESCAPE_DONE | FUNC_HAS_DEFER | FUNC_LOWERED;
  fn->inl = arena_new_of(w->arena, InlineBody);
  fn->inl->cost = 77;
  fn->inl->can_delay_results = true;
  fn->tags = arena_new_array(w->arena, ParamTag, fn->param_len);
  for (uint32_t i = 0; i < fn->param_len; i++) fn->tags[i] = some_tag((int8_t)i);
  give_properties(w, fn);
  return fn;
}

static void assert_same_tag(const ParamTag *a, const ParamTag *b) {
  assert_int_equal(a->known, b->known);
  assert_int_equal(a->unsafe_uintptr, b->unsafe_uintptr);
  assert_int_equal(a->uintptr_escapes, b->uintptr_escapes);
  assert_int_equal(a->uintptr_keep_alive, b->uintptr_keep_alive);
  assert_memory_equal(&a->leaks, &b->leaks, sizeof a->leaks);
}

static void test_everything_comes_back(void **state) {
  World *w = *state;
  Func *fn = known_function(w, "(*T).M"), *back = function(w, "(*T).M", 3, 2);
  Facts facts = facts_of(w, &fn, 1);
  assert_true(facts_recall(&facts, back));
  assert_int_equal(back->inl->cost, 77);
  assert_true(back->inl->can_delay_results);
  assert_ptr_equal(back->inl->later, back);
  assert_int_equal(back->flags, FUNC_INLINABILITY_CHECKED | FUNC_ESCAPE_DONE | FUNC_HAS_DEFER);
  for (uint32_t i = 0; i < fn->param_len; i++) assert_same_tag(&fn->tags[i], &back->tags[i]);
  assert_true(back->properties->never_returns);
  assert_memory_equal(fn->properties->params, back->properties->params, fn->param_len);
  assert_memory_equal(fn->properties->results, back->properties->results, fn->result_len);
}

static void test_what_is_not_known_stays_so(void **state) {
  World *w = *state;
  Func *fn = function(w, "F", 1, 0), *back = function(w, "F", 1, 0);
  fn->tags = arena_new_array(w->arena, ParamTag, 1); /* being found out: not FUNC_ESCAPE_DONE */
  Facts facts = facts_of(w, &fn, 1);
  assert_true(facts_recall(&facts, back));
  assert_null(back->inl);
  assert_null(back->tags);
  assert_null(back->properties);
  assert_int_equal(back->flags, 0);
}

static void test_other_functions_get_nothing(void **state) {
  World *w = *state;
  Func *fn = known_function(w, "F");
  Facts facts = facts_of(w, &fn, 1);
  Package other = {.path = intern_text(w->interner, "example.com/q"), .name = w->pkg.name};
  Func *strangers[] = {function(w, "G", 3, 2), function(w, "F", 2, 2), function(w, "F", 3, 1),
                       function(w, "F", 3, 2)};
  strangers[3]->name->pkg = &other;
  for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
    assert_false(facts_recall(&facts, strangers[i]));
    assert_null(strangers[i]->inl);
    assert_null(strangers[i]->tags);
    assert_int_equal(strangers[i]->flags, 0);
  }
}

static void test_functions_of_the_unit(void **state) {
  World *w = *state;
  Func *declared = function(w, "F", 0, 0), *own = function(w, "G", 0, 0),
       *literal = function(w, "F.func1", 0, 0);
  Op closure = {.kind = OP_CLOSURE};
  literal->closure = &closure;
  Func *funcs[] = {declared, own, literal};
  for (size_t i = 0; i < ARRAY_LEN(funcs); i++) vec_push(w->arena, &w->unit.funcs, funcs[i]);
  Facts facts = facts_of(w, &declared, 1);
  assert_true(facts_recall(&facts, function(w, "F", 0, 0)));
  assert_true(facts_recall(&facts, function(w, "G", 0, 0)));
  assert_false(facts_recall(&facts, function(w, "F.func1", 0, 0)));
}

static void test_many(void **state) {
  World *w = *state;
  enum { MANY = 2000 };
  Func *funcs[MANY];
  for (int i = 0; i < MANY; i++) {
    funcs[i] = function(w, (const char *)arena_printf(w->arena, "F%d", i).data, 0, 0);
    funcs[i]->inl = arena_new_of(w->arena, InlineBody);
    funcs[i]->inl->cost = i - MANY / 2;
  }
  Facts facts = facts_of(w, funcs, MANY);
  for (int i = 0; i < MANY; i++) {
    Func *back = function(w, atom_text(funcs[i]->name->name), 0, 0);
    assert_true(facts_recall(&facts, back));
    assert_int_equal(back->inl->cost, i - MANY / 2);
  }
  assert_false(facts_recall(&facts, function(w, "F", 0, 0)));
}

static void test_exported(void **state) {
  World *w = *state;
  static const uint64_t keys[] = {1, UINT64_MAX, UINT64_C(1) << 40};
  for (size_t i = 0; i < ARRAY_LEN(keys); i++) *map_put(&w->unit.exported_foreign, keys[i]) = 1;
  Facts facts = facts_of(w, NULL, 0);
  Map exported = map_in(w->arena);
  facts_exported(&facts, &exported);
  assert_int_equal(exported.entries.len, ARRAY_LEN(keys));
  for (size_t i = 0; i < ARRAY_LEN(keys); i++) assert_non_null(map_find(&exported, keys[i]));
  assert_false(facts_recall(&facts, function(w, "F", 0, 0)));
}

static void test_no_facts(void **state) {
  World *w = *state;
  Facts facts;
  static const char none[8] = {0}, odd[] = "\3\0\0\0\0\0\0\0............", many[] = "\0\0\0\x80\0\0\0\0....",
                    handed_on[] = "\1\0\0\0\xff\xff\xff\xff....";
  assert_false(facts_open((Str){0}, &facts));
  assert_false(facts_open((Str){none, 7}, &facts));
  assert_false(facts_open((Str){none, 8}, &facts)); /* a table has a slot */
  assert_false(facts_open((Str){odd, sizeof odd - 1}, &facts));
  assert_false(facts_open((Str){many, sizeof many - 1}, &facts));
  assert_false(facts_open((Str){handed_on, sizeof handed_on - 1}, &facts));
  assert_true(facts_open((Str){"\1\0\0\0\0\0\0\0\0\0\0\0", 12}, &facts));
  assert_false(facts_recall(&facts, function(w, "F", 0, 0)));
}

/* In a block of its own size, where reading on is found out. */
static void recall_from(World *w, const char *data, size_t len) {
  char *copy = malloc(len + 1);
  assert_non_null(copy);
  memcpy(copy, data, len);
  Facts facts;
  if (facts_open((Str){copy, len}, &facts)) {
    Map exported = map_in(w->arena);
    facts_exported(&facts, &exported);
    Func *back = function(w, "F", 3, 2);
    if (!facts_recall(&facts, back)) {
      assert_null(back->inl);
      assert_null(back->tags);
      assert_null(back->properties);
    }
  }
  free(copy);
}

static void test_damage(void **state) {
  World *w = *state;
  Func *fn = known_function(w, "F");
  *map_put(&w->unit.exported_foreign, 12345) = 1;
  Str bytes = facts_of(w, &fn, 1).bytes;
  for (size_t len = 0; len <= bytes.len; len++) recall_from(w, bytes.data, len);
  static const unsigned char flips[] = {0x01, 0x80, 0xff};
  char *damaged = arena_alloc(w->arena, bytes.len);
  for (size_t at = 0; at < bytes.len; at++)
    for (size_t k = 0; k < ARRAY_LEN(flips); k++) {
      memcpy(damaged, bytes.data, bytes.len);
      damaged[at] = (char)((unsigned char)damaged[at] ^ flips[k]);
      recall_from(w, damaged, bytes.len);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(test_everything_comes_back),
      TEST(test_what_is_not_known_stays_so),
      TEST(test_other_functions_get_nothing),
      TEST(test_functions_of_the_unit),
      TEST(test_many),
      TEST(test_exported),
      TEST(test_no_facts),
      TEST(test_damage),
  };
  return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
