/* SPDX-License-Identifier: BSD-3-Clause
 *
 * profile: unit tests.
 */
#include "profile/profile.h"

#include <stdlib.h>

#include <cmocka.h>

static void test_lang(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int minor; /* -1: not a version */
  } rows[] = {{"go1.21", 21},   {"1.21", 21},      {"go1.21.3", 21}, {"go1.22rc1", 22}, {"go1.9", 9},
              {"1", 0},         {"1.27beta2", 27}, {"1.27-x", 27},   {"", -1},          {"go", -1},
              {"2.1", -1},      {"1.", -1},        {"1.021", -1},    {"1.21x", -1},     {"1.21.", -1},
              {"go1.21rc", -1}, {"x1.2", -1}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    Lang lang = LANG(0);
    assert_int_equal(lang_parse(str_from(rows[i].text), &lang), rows[i].minor >= 0);
    if (rows[i].minor >= 0) assert_int_equal(lang.minor, rows[i].minor);
  }
  assert_true(lang_at_least(LANG(21), 21));
  assert_false(lang_at_least(LANG(20), 21));
  assert_true(lang_at_least(LANG(0), 27));
}

static void test_target(void **state) {
  (void)state;
  const Target *target = target_find(STR("linux"), STR("386"));
  assert_non_null(target);
  assert_int_equal(target->pointer_size, 4);
  assert_int_equal(target->max_align, 4);
  assert_false(target->big_endian);
  assert_null(target_find(STR("linux"), STR("sparc64")));
  assert_true(target_known_arch(STR("sparc64")));
  assert_false(target_known_arch(STR("linux")));
  assert_true(target_known_os(STR("zos")));
  assert_false(target_is_unix(STR("windows")));
  assert_true(target_is_unix(STR("android")));
}

static void test_profile(void **state) {
  (void)state;
  const Profile *profile = profile_find(STR("go1.27.4"));
  assert_ptr_equal(profile, profile_newest());
  assert_null(profile_find(STR("1.2")));
  assert_string_equal(profile_known(0), "1.10");
  assert_int_equal(profile->inline_closure_budget, 800);
  assert_int_equal(profile->inline_param_call_cost, 17);
  assert_int_equal(profile->stack_var_limit, 131072);
  assert_int_equal(profile->leak_results, 5);
  assert_int_equal(profile_size_class(profile, 1, false), 8);
  assert_int_equal(profile_size_class(profile, 512, true), 512);
  assert_int_equal(profile_size_class(profile, 513, false), 576);
  assert_int_equal(profile_size_class(profile, 576, true), 640);
  assert_int_equal(profile_size_class(profile, 32769, false), 40960);
  const Target *target = target_find(STR("linux"), STR("amd64"));
  assert_true(profile_experiment(profile, target, STR("regabiargs")));
  assert_true(profile_experiment(profile, target, STR("jsonv2")));
  assert_false(profile_experiment(profile, target, STR("simd")));
  assert_false(profile_experiment(profile, target_find(STR("js"), STR("wasm")), STR("regabiargs")));
}

/* Experiments change the copy that a run uses, and nothing unless they are on. */
static void test_experiments(void **state) {
  (void)state;
  Profile profile = *profile_find(STR("1.27"));
  profile_apply_experiments(&profile, profile_experiment_bit(STR("jsonv2")));
  assert_false(profile.inline_scores);
  assert_false(profile.vector_types);
  profile_apply_experiments(&profile, profile_experiment_bit(STR("newinliner")));
  assert_true(profile.inline_scores);
  assert_false(profile.vector_types);
  profile_apply_experiments(&profile, profile_experiment_bit(STR("simd")));
  assert_true(profile.vector_types);
  assert_false(profile_find(STR("1.27"))->inline_scores);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lang),
      cmocka_unit_test(test_target),
      cmocka_unit_test(test_profile),
      cmocka_unit_test(test_experiments),
  };
  return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
