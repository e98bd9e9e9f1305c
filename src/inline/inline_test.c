/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tests of src/inline that need no Go input: the tables. What the layer does to functions is tested end to end against the
 * compiler (test/).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inline/inline.h"

typedef struct Row {
  const char *package, *name;
} Row;

static const Row rows[] = {
#define INTRINSIC(package, name, archs) {package, name},
#include "inline/intrinsics.def"
#undef INTRINSIC
};

static void intrinsics_are_sorted(void **state) {
  (void)state;
  for (size_t i = 1; i < ARRAY_LEN(rows); i++) {
    int order = strcmp(rows[i - 1].package, rows[i].package);
    if (order == 0) order = strcmp(rows[i - 1].name, rows[i].name);
    if (order >= 0)
      fail_msg("%s.%s stands before %s.%s", rows[i - 1].package, rows[i - 1].name, rows[i].package,
               rows[i].name);
  }
}

typedef struct Case {
  const char *package, *name, *goarch;
  bool want;
} Case;

static const Case cases[] = {
    {"math/bits", "Len64", "amd64", true},
    {"math/bits", "Len64", "riscv64", false},
    {"math/bits", "Len64", "386", false},
    {"math/bits", "Len63", "amd64", false},
    {"sync/atomic", "LoadInt64", "arm64", true},
    {"sync/atomic", "LoadInt64", "arm", false},
    {"sync/atomic", "LoadInt64", "mipsle", false},
    {"sync/atomic", "LoadInt32", "mipsle", true},
    {"runtime", "KeepAlive", "wasm", true},
    {"go.runtime", "KeepAlive", "amd64", true},
    {"example.com/runtime", "KeepAlive", "amd64", false},
    {"math", "sqrt", "ppc64le", true},
    {"", "sqrt", "amd64", false},
};

static void intrinsics_depend_on_the_target(void **state) {
  (void)state;
  Interner *interner = interner_new();
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    const Case *c = &cases[i];
    Target target = {.goos = "linux", .goarch = c->goarch};
    Unit unit = {.target = &target};
    Package pkg = {.path = intern_text(interner, c->package)};
    Name name = {.pkg = &pkg, .name = intern_text(interner, c->name)};
    if (inline_is_intrinsic(&unit, &name) != c->want) fail_msg("%s.%s on %s", c->package, c->name, c->goarch);
  }
  interner_free(interner);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(intrinsics_are_sorted),
      cmocka_unit_test(intrinsics_depend_on_the_target),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
