/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The package main of a test binary.
 *
 * In: a package and its test variants. Out: a node with one file that is on no disk, which lists their tests for package testing.
 * Lines and columns are those of the file that the go command generates, empty lines included: they are in the compiler's output.
 * What examples print is left out, since no position depends on it.
 *
 * Go: cmd/go/internal/load/test.go (formatTestmain)
 */
#include "load/test_main.h"

static const char file_name[] = "_testmain.go";

/* ---- the text ---- */

static void write_import(Buffer *out, bool wanted, bool named, const char *local, Str path,
                         const char *suffix) {
  if (wanted) buffer_printf(out, "\n\t%s \"" STR_FMT "%s\"\n", named ? local : "_", STR_ARG(path), suffix);
  buffer_char(out, '\n');
}

static const char *package_name(bool external) { return external ? "_xtest" : "_test"; }

static void write_imports(Buffer *out, const TestFunctions *all, Str path) {
  buffer_text(out, "\n//\n\npackage main\n\nimport (\n\t\"os\"\n");
  buffer_text(out, all->main.len ? "\n\t\"reflect\"\n\n" : "\n");
  buffer_text(out, "\t\"testing\"\n\t\"testing/internal/testdeps\"\n\n\n");
  write_import(out, all->mentioned[false], all->named[false], package_name(false), path, "");
  write_import(out, all->mentioned[true], all->named[true], package_name(true), path, "_test");
  buffer_text(out, ")\n\n");
}

static void write_table(Buffer *out, const TestFunctions *all, TestKind kind, const char *name,
                        const char *type) {
  buffer_printf(out, "var %s = []testing.%s{\n", name, type);
  vec_each (const TestFunction, function, &all->lists[kind])
    buffer_printf(out, "\n\t{\"" STR_FMT "\", %s." STR_FMT "%s},\n", STR_ARG(function->name),
                  package_name(function->external), STR_ARG(function->name),
                  kind == TEST_EXAMPLE ? ", \"\", false" : "");
  buffer_text(out, "\n}\n\n");
}

static void write_functions(Buffer *out, const TestFunctions *all, Str module, Str path) {
  buffer_text(out, "func init() {\n\n");
  buffer_printf(out, "\ttestdeps.ModulePath = \"" STR_FMT "\"\n", STR_ARG(module));
  buffer_printf(out, "\ttestdeps.ImportPath = \"" STR_FMT "\"\n}\n\n", STR_ARG(path));
  buffer_text(out,
              "func main() {\n\tm := testing.MainStart(testdeps.TestDeps{}, tests, benchmarks, fuzzTargets, "
              "examples)\n\n");
  if (all->main.len) {
    buffer_printf(out, "\t%s." STR_FMT "(m)\n", package_name(all->main_is_external), STR_ARG(all->main));
    buffer_text(out, "\tos.Exit(int(reflect.ValueOf(m).Elem().FieldByName(\"exitCode\").Int()))\n");
  } else
    buffer_text(out, "\tos.Exit(m.Run())\n");
  buffer_text(out, "\n}\n");
}

/* What the test binary calls its package. */
static Str told_path(const PackageNode *node) {
  return node->from_files || str_has_prefix(node->where.import_path, STR("_/")) ? STR("")
                                                                                : node->where.import_path;
}

static Str main_text(Loader *loader, const TestFunctions *all, const PackageNode *node) {
  Buffer out = {0};
  write_imports(&out, all, node->where.import_path);
  write_table(&out, all, TEST_TEST, "tests", "InternalTest");
  write_table(&out, all, TEST_BENCHMARK, "benchmarks", "InternalBenchmark");
  write_table(&out, all, TEST_FUZZ, "fuzzTargets", "InternalFuzzTarget");
  write_table(&out, all, TEST_EXAMPLE, "examples", "InternalExample");
  write_functions(&out, all, node->where.module ? node->where.module->path : STR(""), told_path(node));
  Str text = arena_str(loader->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

/* ---- the node ---- */

/* False: one of the files cannot be read or is no Go, which compiling it tells. */
static bool find_functions(Loader *loader, const Directory *directory, TestFunctions *all) {
  for (uint32_t pass = 0; pass < 2; pass++)
    for (uint32_t i = 0; i < directory->file_len; i++) {
      const FileHead *file = &directory->files[i];
      if (!file->is_test || file->is_external != (pass == 1)) continue;
      Str text;
      arena_reset(loader->scratch);
      if (!overlay_read(loader->overlay, loader->scratch, file->path, &text) ||
          !test_functions_add(all, file->path, text, file->is_external))
        return false;
    }
  return true;
}

static const FileHead **one_file(Loader *loader, Str dir, Str text) {
  FileHead *file = arena_new_of(loader->arena, FileHead);
  *file = (FileHead){.path = path_join(loader->arena, dir, str_from(file_name)),
                     .name = str_from(file_name),
                     .package_name = STR("main"),
                     .has_digest = true,
                     .digest = digest_of(text),
                     .form = digest_of(text)};
  Str *value = arena_new_of(loader->arena, Str);
  *value = text;
  *strmap_put(&loader->generated, file->path) = value;
  const FileHead **files = arena_new_array(loader->arena, const FileHead *, 1);
  files[0] = file;
  return files;
}

static void set_imports(Loader *loader, PackageNode *main, PackageNode *variant, PackageNode *tests) {
  static const char *const always[] = {"os", "reflect", "testing", "testing/internal/testdeps"};
  main->imports = arena_new_array(loader->arena, NodeImport, ARRAY_LEN(always) + 2);
  for (size_t i = 0; i < ARRAY_LEN(always); i++) {
    Str path = str_from(always[i]);
    PackageNode *imported = str_equal(path, variant->where.import_path)
                                ? variant
                                : graph_import(loader, path, NULL, NULL, NULL, NULL);
    main->imports[main->import_len++] = (NodeImport){.path = path, .node = imported};
  }
  if (variant->file_len)
    main->imports[main->import_len++] = (NodeImport){.path = variant->where.import_path, .node = variant};
  if (tests)
    main->imports[main->import_len++] = (NodeImport){.path = tests->where.import_path, .node = tests};
}

PackageNode *test_main_new(Loader *loader, PackageNode *node, PackageNode *variant, PackageNode *tests) {
  if (!loader->config->profile->test_mains) return NULL;
  TestFunctions all = {.arena = loader->arena};
  if (!find_functions(loader, node->directory, &all)) return NULL;
  all.mentioned[false] = all.mentioned[false] || variant->file_len > 0;
  all.mentioned[true] = all.mentioned[true] || tests;
  PackageNode *main = arena_new_of(loader->arena, PackageNode);
  main->where = (Resolved){.import_path =
                               arena_printf(loader->arena, STR_FMT ".test", STR_ARG(node->where.import_path)),
                           .dir = node->where.dir,
                           .lang = node->where.lang,
                           .module = node->where.module};
  main->directory = arena_new_of(loader->arena, Directory);
  main->directory->dir = node->where.dir;
  main->directory->has_digests = node->directory->has_digests;
  main->name = STR("main");
  main->variant = LOAD_TEST_MAIN;
  main->tested = node;
  main->files = one_file(loader, node->where.dir, main_text(loader, &all, node));
  main->file_len = 1;
  if (all.wrong.len)
    node_error(main,
               (PackageError){.text = arena_printf(loader->arena, "# " STR_FMT "\n" STR_FMT,
                                                   STR_ARG(node->where.import_path), STR_ARG(all.wrong))});
  set_imports(loader, main, variant, tests);
  return main;
}
