/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Unit tests of load: build constraints, versions, go.mod, minimal version selection, patterns, fronts of files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "load/private.h"

static int arena_setup(void **state) {
  *state = arena_new();
  return 0;
}

static int arena_teardown(void **state) {
  arena_free(*state);
  return 0;
}

static void assert_str(Str got, const char *want) {
  assert_int_equal(got.len, strlen(want));
  assert_memory_equal(got.data ? got.data : "", want, got.len);
}

/* ---- constraints ---- */

static const Str further_tags[] = {{"special", 7}, {"goexperiment.jsonv2", 19}};
static const LoadTags linux_tags = {.goos = {"linux", 5},
                                    .goarch = {"amd64", 5},
                                    .cgo_enabled = true,
                                    .go_minor = 27,
                                    .tags = further_tags,
                                    .tag_len = 2};

static void test_names(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool matches;
  } cases[] = {
      {"x.go", true},
      {"linux.go", true},
      {"x_linux.go", true},
      {"x_windows.go", false},
      {"x_amd64.go", true},
      {"x_arm64.go", false},
      {"x_linux_amd64.go", true},
      {"x_linux_arm64.go", false},
      {"x_linux_test.go", true},
      {"x_windows_test.go", false},
      {"x_windows_amd64.go", false},
      {"windows.go", true},
      {"x_unix.go", true},
      {"x_foo_linux.go", true},
      {"x_windows_foo.go", true},
      {"_windows.go", false},
      {"x_android.go", false},
      {"amd64_test.go", true},
      {"x_linux.v2.go", true},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    if (load_name_matches(&linux_tags, str_from(cases[i].name)) != cases[i].matches)
      fail_msg("%s", cases[i].name);
}

static void test_lines(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool matches;
  } cases[] = {
      {"package p\n", true},
      {"//go:build linux\n\npackage p\n", true},
      {"//go:build windows\n\npackage p\n", false},
      {"//go:build !windows && (amd64 || arm64)\n\npackage p\n", true},
      {"//go:build linux && !cgo\n\npackage p\n", false},
      {"//go:build unix && gc && go1.27\n", true},
      {"//go:build go1.28\n", false},
      {"//go:build special\n", true},
      {"//go:build other || goexperiment.jsonv2\n", true},
      {"//go:build ignore\npackage p\n", false},
      {"//go:build linux &&\n", false},
      {"//go:build (linux\n", false},
      {"//go:build !!linux\n", true},
      {"// text\n/* block\n comment */\n//go:build windows\n\npackage p\n", false},
      {"package p\n//go:build windows\n", true},
      {"// +build windows\n\npackage p\n", false},
      {"// +build windows linux\n\npackage p\n", true},
      {"// +build linux,arm64\n\npackage p\n", false},
      {"// +build linux\n// +build !amd64\n\npackage p\n", false},
      {"// +build windows\npackage p\n", true}, /* no blank line behind it: a plain comment */
      {"//go:build linux\n// +build windows\n\npackage p\n", true},
      {"\xEF\xBB\xBF//go:build windows\n", false},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    if (load_constraint_matches(&linux_tags, str_from(cases[i].text)) != cases[i].matches)
      fail_msg("%s", cases[i].text);
}

static void test_plus_lines(void **state) {
  (void)state;
  LoadTags old_tags = linux_tags;
  old_tags.plus_only = true;
  assert_true(load_constraint_matches(&old_tags, STR("//go:build windows\n\npackage p\n")));
  assert_false(load_constraint_matches(&old_tags, STR("//go:build linux\n// +build windows\n\npackage p\n")));
}

/* ---- versions ---- */

static void test_versions(void **state) {
  (void)state;
  /* Rising. */
  static const char *const order[] = {
      "bad",
      "v1-alpha.beta.",
      "v1.0.0-0",
      "v1.0.0-1",
      "v1.0.0-2",
      "v1.0.0-10",
      "v1.0.0-alpha",
      "v1.0.0-alpha.1",
      "v1.0.0-alpha.beta",
      "v1.0.0-beta",
      "v1.0.0-beta.2",
      "v1.0.0-beta.11",
      "v1.0.0-rc.1",
      "v1",
      "v1.0.1",
      "v1.2.0",
      "v1.10.0",
      "v2.0.0-20200101000000-abcdefabcdef",
      "v2.0.0",
      "v2.0.1+incompatible",
  };
  for (size_t i = 2; i < ARRAY_LEN(order); i++)
    for (size_t k = 0; k < ARRAY_LEN(order); k++) {
      int want = k < 2 ? 1 : (i > k) - (i < k);
      if (semver_compare(str_from(order[i]), str_from(order[k])) != want)
        fail_msg("%s %s", order[i], order[k]);
    }
  static const char *const wrong[] = {"",        "1.2.3",     "v",           "v01.2.3", "v1.2.3.4",
                                      "v1.2.3-", "v1.2.3-01", "v1.2.3-a..b", "v1.2.3+", "v1.x"};
  for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
    if (semver_valid(str_from(wrong[i]))) fail_msg("%s", wrong[i]);
  assert_int_equal(semver_compare(STR("v1.0.0+a"), STR("v1.0.0+b")), 0);
  assert_int_equal(semver_compare(STR("v1"), STR("v1.0.0")), 0);
}

static void test_escape(void **state) {
  assert_str(module_escape(*state, STR("github.com/Masterminds/semVer")), "github.com/!masterminds/sem!ver");
  assert_str(module_escape(*state, STR("v1.0.0-RC1")), "v1.0.0-!r!c1");
}

/* ---- go.mod ---- */

static void test_modfile(void **state) {
  Str text =
      STR("// a comment\nmodule \"example.com/m\" // here\n\ngo 1.21.3\ntoolchain go1.22.0\n"
          "require example.com/a v1.0.0\nrequire (\n\t// comment\n\texample.com/b v1.2.3 // indirect\n\n"
          "\texample.com/c v0.0.0-20200101000000-abcdefabcdef\n)\n"
          "exclude example.com/a v1.1.0\nreplace example.com/a => ../a\n"
          "replace (\n\texample.com/b v1.2.3 => example.com/bb v1.3.0\n)\n"
          "retract v1.0.0 // broken\nretract [v1.1.0, v1.2.0]\ntool example.com/a/cmd/x\n"
          "ignore ./node_modules\ngodebug default=go1.21\nrequire ()\n");
  ModFile file;
  modfile_parse(*state, STR("go.mod"), text, MOD_MAIN, &file);
  assert_str(file.errors, "");
  assert_str(file.module, "example.com/m");
  assert_str(file.go, "1.21.3");
  assert_str(file.toolchain, "go1.22.0");
  assert_int_equal(file.require.len, 3);
  assert_str(file.require.items[1].path, "example.com/b");
  assert_str(file.require.items[1].version, "v1.2.3");
  assert_int_equal(file.exclude.len, 1);
  assert_int_equal(file.replace.len, 2);
  assert_str(file.replace.items[0].with.path, "../a");
  assert_str(file.replace.items[0].old.version, "");
  assert_str(file.replace.items[1].with.version, "v1.3.0");
  assert_int_equal(file.retract.len, 2);
  assert_str(file.retract.items[1].high, "v1.2.0");
  assert_int_equal(file.tools.len, 1);
  assert_str(file.ignores.items[0], "./node_modules");
}

static void test_modfile_errors(void **state) {
  static const struct {
    const char *text, *want;
  } cases[] = {
      {"module m\nfoo bar\n", "go.mod:2: unknown directive: foo"},
      {"module m\ngo 1.x\n", "go.mod:2: invalid go version '1.x': must match format 1.23.0"},
      {"module m\nmodule n\n", "go.mod:2: repeated module statement"},
      {"module m\nrequire (\n\texample.com/a\n)\n", "go.mod:3:2: usage: require module/path v1.2.3"},
      {"module m /* x */\n", "go.mod:1:10: mod files must use // comments (not /* */ comments)"},
      {"foo (\n\tbar\n)\n", "go.mod:1: unknown block type: foo"},
      {"module m\nreplace a => b\n", "go.mod:2: replacement module without version must be directory path "
                                     "(rooted or starting with . or ..)"},
      {"module \"m\n", "go.mod:1:10: unexpected newline in string"},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    ModFile file;
    modfile_parse(*state, STR("go.mod"), str_from(cases[i].text), MOD_MAIN, &file);
    assert_str(file.errors, cases[i].want);
  }
  ModFile file; /* a dependency may have directives that are not known yet */
  modfile_parse(*state, STR("go.mod"), STR("module m\nnew thing\nnew (\n\tx\n)\nrequire a v1.0.0\n"),
                MOD_DEPENDENCY, &file);
  assert_str(file.errors, "");
  assert_int_equal(file.require.len, 1);
}

/* ---- minimal version selection ---- */

typedef struct Requirement {
  const char *module, *version, *needs, *needed_version;
} Requirement;

static void add_summary(Loader *loader, const char *path, const char *version, bool pruned) {
  Str key = arena_printf(loader->arena, "%s@%s", path, version);
  ModSummary *summary = arena_new_of(loader->arena, ModSummary);
  *summary = (ModSummary){.pruned = pruned, .require = arena_new_array(loader->arena, ModuleVersion, 4)};
  *strmap_put(&loader->modules->summaries, key) = summary;
}

static void add_requirement(Loader *loader, Requirement r) {
  ModSummary *summary =
      strmap_get(&loader->modules->summaries, arena_printf(loader->arena, "%s@%s", r.module, r.version));
  assert_non_null(summary);
  summary->require[summary->require_len++] = (ModuleVersion){str_from(r.needs), str_from(r.needed_version)};
}

static void add_root(Loader *loader, const char *path, const char *version) {
  Str *value = arena_new_of(loader->arena, Str);
  *value = str_from(version);
  *strmap_put(&loader->modules->roots, str_from(path)) = value;
}

static Loader *new_loader(Arena *arena, bool pruned) {
  Loader *loader = arena_new_of(arena, Loader);
  loader->arena = arena;
  loader->said = strmap_in(arena);
  loader->modules = arena_new_of(arena, Modules);
  loader->modules->pruned = pruned;
  loader->modules->roots = strmap_in(arena);
  loader->modules->summaries = strmap_in(arena);
  loader->modules->list.selected = strmap_in(arena);
  vec_push(arena, &loader->modules->mains, arena_new_of(arena, Module));
  loader->modules->mains.items[0]->path = STR("main");
  return loader;
}

/* main needs a and b; a needs c v1.2.0, b needs c v1.10.0, c v1.10.0 needs d v1.0.0 */
static Loader *diamond(Arena *arena, bool main_pruned, bool pruned) {
  Loader *loader = new_loader(arena, main_pruned);
  static const char *const all[][2] = {
      {"a", "v1.0.0"}, {"b", "v1.0.0"}, {"c", "v1.2.0"}, {"c", "v1.10.0"}, {"d", "v1.0.0"}};
  for (size_t i = 0; i < ARRAY_LEN(all); i++) add_summary(loader, all[i][0], all[i][1], pruned);
  add_requirement(loader, (Requirement){"a", "v1.0.0", "c", "v1.2.0"});
  add_requirement(loader, (Requirement){"b", "v1.0.0", "c", "v1.10.0"});
  add_requirement(loader, (Requirement){"c", "v1.10.0", "d", "v1.0.0"});
  add_root(loader, "a", "v1.0.0");
  add_root(loader, "b", "v1.0.0");
  return loader;
}

static void test_selection(void **state) {
  Loader *loader = diamond(*state, false, false);
  assert_str(build_list_version(loader, STR("c"), true), "v1.10.0");
  assert_str(build_list_version(loader, STR("d"), true), "v1.0.0");
  uint32_t len;
  build_list_modules(loader, &len);
  assert_int_equal(len, 4);
}

static void test_pruning(void **state) {
  /* a and b name all that they need; what c needs is of no interest */
  Loader *loader = diamond(*state, true, true);
  assert_null(build_list_version(loader, STR("c"), false).data);
  assert_str(build_list_version(loader, STR("c"), true), "v1.10.0");
  assert_null(build_list_version(loader, STR("d"), true).data);
  /* below modules of old the walk goes on */
  loader = diamond(*state, true, false);
  assert_str(build_list_version(loader, STR("d"), true), "v1.0.0");
}

static void test_cyclic_requirements(void **state) {
  Loader *loader = new_loader(*state, false);
  add_summary(loader, "a", "v1.0.0", false);
  add_summary(loader, "b", "v1.0.0", false);
  add_summary(loader, "a", "v1.1.0", false);
  add_requirement(loader, (Requirement){"a", "v1.0.0", "b", "v1.0.0"});
  add_requirement(loader, (Requirement){"b", "v1.0.0", "a", "v1.1.0"});
  add_requirement(loader, (Requirement){"a", "v1.1.0", "b", "v1.0.0"});
  add_root(loader, "a", "v1.0.0");
  assert_str(build_list_version(loader, STR("a"), true), "v1.1.0");
}

/* ---- patterns ---- */

static void test_patterns(void **state) {
  static const struct {
    const char *pattern, *name;
    bool matches;
  } cases[] = {
      {"...", "a/b", true},
      {"a/...", "a", true},
      {"a/...", "a/b/c", true},
      {"a/...", "ab", false},
      {"a...", "ab/c", true},
      {".../b", "a/x/b", true},
      {".../b", "b", false},
      {"a/.../c", "a/b/c", true},
      {"a/.../c", "a/c", false},
      {"./...", "./vendor/x", false},
      {"a/...", "a/vendor/b", false},
      {"a/vendor/...", "a/vendor/b", true},
      {"a/vendor/...", "a/vendor", true},
      {"a/...", "a/vendor", true},
      {"a/.../vendor/...", "a/b/vendor/c", true},
      {"net", "net/http", false},
      {"n...t", "net", true},
      {"n...tp", "net/http", true},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    if (pattern_matches(*state, str_from(cases[i].pattern), str_from(cases[i].name)) != cases[i].matches)
      fail_msg("%s %s", cases[i].pattern, cases[i].name);
}

/* ---- fronts of files ---- */

static void test_header(void **state) {
  Str text = STR("\xEF\xBB\xBF// c\n/* d */ package /* e */ p; import \"a\"\nimport (\n\tn \"b\" // x\n\t. "
                 "`c`;_ \"embed\"\n)\n"
                 "import()\n//go:embed x*.txt \"a b\" `c`\nvar s = \"//go:embed no\" + `\n//go:embed no\n`\n"
                 "/*\n//go:embed no\n*/\nfunc f() { _ = '\"' }\n\t//go:embed all:d\nvar t string\n");
  FileHead head = {0};
  assert_true(header_parse(*state, text, true, &head));
  assert_str(head.package_name, "p");
  assert_int_equal(head.import_len, 4);
  assert_str(head.imports[1].path, "b");
  assert_int_equal(text.data[head.imports[1].offset], 'n');
  assert_str(head.imports[2].path, "c");
  assert_int_equal(head.embed_len, 4);
  assert_str(head.embeds[0].path, "x*.txt");
  assert_str(head.embeds[1].path, "a b");
  assert_str(head.embeds[3].path, "all:d");
  assert_false(head.broken);
}

/* What cannot be an import path is left to the type checker. */
static void test_header_paths(void **state) {
  Str text = STR("package p\nimport (\n\"\"\n\"a\"\n\"b!c\"\n\"d e\"\nx `f/g`\n\"h\\x61\"\n)\n");
  FileHead head = {0};
  assert_true(header_parse(*state, text, true, &head));
  assert_false(head.broken);
  assert_int_equal(head.import_len, 2);
  assert_str(head.imports[0].path, "a");
  assert_str(head.imports[1].path, "f/g");
}

/* However the text is cut: either the answer is the same, or more is asked for. */
static void test_header_cut(void **state) {
  Str text = STR("// comment\npackage longname\n\nimport (\n\t\"fmt\"\n\tx \"example.com/x\"\n)\n\nimport "
                 "\"last\"\n\nfunc f() {}\n");
  for (size_t len = 0; len < text.len; len++) {
    FileHead head = {0};
    if (!header_parse(*state, str_slice(text, 0, len), false, &head)) continue;
    assert_str(head.package_name, "longname");
    assert_int_equal(head.import_len, 3);
  }
  static const char *const broken[] = {"",
                                       "package",
                                       "pack age p",
                                       "package p\nimport x\n",
                                       "package p; import \"a\n\"",
                                       "package p import (",
                                       "package p; import ; import \"a\"",
                                       "package p; import (.; \"a\")"};
  for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
    FileHead head = {0};
    assert_true(header_parse(*state, str_from(broken[i]), true, &head));
    assert_true(head.broken);
  }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_names),          TEST(test_lines),
      TEST(test_plus_lines),     TEST(test_versions),
      TEST(test_escape),         TEST(test_modfile),
      TEST(test_modfile_errors), TEST(test_selection),
      TEST(test_pruning),        TEST(test_cyclic_requirements),
      TEST(test_patterns),       TEST(test_header),
      TEST(test_header_cut),     TEST(test_header_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
