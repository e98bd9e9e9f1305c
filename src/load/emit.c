/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One run of load: environment, modules, patterns, graph; then the packages in the order in which the go command builds them.
 *
 * That order is a depth-first walk from the roots as they were asked for, through imports in sorted order, each package after
 * what it imports: with -p 1 it is also the order of the go command's output.
 *
 * Go: cmd/go/internal/load/pkg.go, cmd/go/internal/work/action.go
 */
#include "load/private.h"

/* ---- nodes -> LoadPackage ---- */

static void tell_cgo(Loader *loader, const PackageNode *node) {
  const Directory *directory = node->directory;
  if (node->where.origin == ORIGIN_STD && (!node->is_root || loader->config->pack)) return;
  for (uint32_t i = 0; i < directory->cgo_len; i++) {
    const FileHead *file = &directory->cgo[i];
    for (uint32_t k = 0; k < file->import_len; k++)
      if (str_equal(file->imports[k].path, STR("C")))
        load_warning(loader,
                     STR_FMT ": warning: import \"C\" needs cgo, which is not run here: " STR_FMT
                             " is read as with CGO_ENABLED=0",
                     STR_ARG(file_place(loader, file, file->imports[k].offset)),
                     STR_ARG(node->where.import_path));
  }
}

/* What -trimpath writes for the package's folder. */
static Str trimmed_dir(Loader *loader, const PackageNode *node) {
  Str path = node->variant == LOAD_TEST_EXTERNAL ? node->tested->where.import_path : node->where.import_path;
  const Module *module = node->where.module;
  if (node->from_files) return STR(".");
  if (!module || !module->version.len) return path;
  return arena_printf(loader->arena, STR_FMT "@" STR_FMT STR_FMT, STR_ARG(module->path),
                      STR_ARG(module->version), STR_ARG(str_slice(path, module->path.len, path.len)));
}

static Str description_of(Loader *loader, const PackageNode *node) {
  if (node->variant == LOAD_PLAIN || node->variant == LOAD_TEST_MAIN) return node->where.import_path;
  return arena_printf(loader->arena, STR_FMT " [" STR_FMT ".test]", STR_ARG(node->where.import_path),
                      STR_ARG(node->tested->where.import_path));
}

/* p with its tests is built after p where another package that is tested imports p: what is wrong with p is said once. */
static bool waits_for_plain(const PackageNode *node) {
  return node->variant == LOAD_TEST_IN_PACKAGE && node->tested->used_by_asked;
}

static void set_imports(Loader *loader, LoadPackage *package, const PackageNode *node) {
  package->imports = arena_new_array(loader->arena, LoadImport, node->import_len + 1);
  for (uint32_t i = 0; i < node->import_len; i++) {
    const NodeImport *import = &node->imports[i];
    bool known = !import->node->built;
    for (uint32_t k = 0; k < package->import_len && !known; k++)
      known = str_equal(package->imports[k].path, import->path);
    if (!known)
      package->imports[package->import_len++] =
          (LoadImport){.path = import->path, .package = import->node->index};
  }
  if (waits_for_plain(node) && node->tested->built)
    package->imports[package->import_len++] = (LoadImport){.package = node->tested->index};
}

static void set_digests(Loader *loader, LoadPackage *package, const PackageNode *node) {
  if (!node->directory->has_digests) return;
  package->file_digests = arena_new_array(loader->arena, Digest, node->file_len);
  package->file_forms = arena_new_array(loader->arena, Digest, node->file_len);
  for (uint32_t i = 0; i < node->file_len; i++) {
    package->file_digests[i] = node->files[i]->digest;
    package->file_forms[i] = node->files[i]->form;
  }
  package->asm_digests = node->directory->asm_digests;
}

static LoadPackage package_of(Loader *loader, const PackageNode *node) {
  bool command = str_equal(node->name, STR("main"));
  bool external = node->variant == LOAD_TEST_EXTERNAL;
  bool program = command && (node->variant == LOAD_PLAIN || node->variant == LOAD_TEST_MAIN);
  LoadPackage package = {.import_path = node->where.import_path,
                         .description = description_of(loader, node),
                         .compile_path = program ? STR("main") : node->where.import_path,
                         .name = node->name,
                         .dir = node->where.dir,
                         .variant = node->variant,
                         .lang = node->where.lang,
                         .is_std = node->where.origin == ORIGIN_STD,
                         .is_command = command,
                         .is_root = node->is_root,
                         .needs_cgo = node->directory->cgo_len > 0,
                         .met = node->directory->met,
                         .broken = node->incomplete || node->error.set};
  package.asm_files = external ? NULL : node->directory->asm_files;
  package.asm_len = external ? 0 : node->directory->asm_len;
  package.files = arena_new_array(loader->arena, Str, node->file_len);
  for (uint32_t i = 0; i < node->file_len; i++) package.files[package.file_len++] = node->files[i]->path;
  set_digests(loader, &package, node);
  if (loader->config->trimpath) package.position_dir = trimmed_dir(loader, node);
  set_imports(loader, &package, node);
  return package;
}

/* The compiler rewrites code over vectors of unknown size, once for each size: nothing that is done here. */
static void tell_portable_vectors(Loader *loader, const PackageNode *node) {
  if (!(loader->env.experiments & EXPERIMENT_SIMD) || node->where.origin == ORIGIN_STD) return;
  for (uint32_t i = 0; i < node->import_len; i++)
    if (str_equal(node->imports[i].node->where.import_path, STR("simd")))
      load_warning(loader,
                   STR_FMT
                   ": warning: code over vectors of package simd is compiled once for each of their sizes; "
                   "heapwhy reads it once",
                   STR_ARG(node->where.import_path));
}

static void emit(Loader *loader, PackageNode *node) {
  if (node->emitted) return;
  node->emitted = true;
  for (uint32_t i = 0; i < node->import_len; i++) {
    PackageNode *imported = node->imports[i].node;
    emit(loader, imported);
    if (imported->incomplete || imported->error.set) node->incomplete = true;
  }
  if (waits_for_plain(node)) emit(loader, node->tested);
  bool inherited = node->variant != LOAD_PLAIN && node->tested->emitted && node->tested->error.set;
  if (node->error.set && !inherited)
    load_problem(loader, false, STR_FMT, STR_ARG(package_error_text(loader, &node->error)));
  if (!node->directory) return;
  tell_cgo(loader, node);
  tell_portable_vectors(loader, node);
  if (node->file_len == 0) return;
  node->built = true;
  node->index = loader->packages.len;
  vec_push(loader->arena, &loader->packages, package_of(loader, node));
  if (node->is_root) vec_push(loader->arena, &loader->roots, node->index);
}

void emit_graph(Loader *loader, PackageNode **roots, uint32_t len) {
  for (uint32_t i = 0; i < len; i++) roots[i]->is_root = true;
  for (uint32_t i = 0; i < len; i++) emit(loader, roots[i]);
}

/* ---- words -> roots ---- */

typedef VEC(PackageNode *) Roots;

/* Packages that a wildcard found and that have nothing to build are passed over. */
static bool nothing_to_build(const Loader *loader, const PackageNode *node) {
  return !node->is_literal && node->directory && !node->directory->has_plain &&
         !(loader->config->test && node->directory->has_tests);
}

/* Every package that is asked for is known as such before the first is made into test variants, whose copies of others are so, too. */
static Roots choose_roots(Loader *loader, PackageNode *const *asked, uint32_t len) {
  Roots chosen = {0}, roots = {0};
  for (uint32_t i = 0; i < len; i++) {
    PackageNode *node = asked[i];
    if (str_equal(node->where.import_path, STR("unsafe"))) continue; /* nothing of it is compiled */
    if (node->is_root || nothing_to_build(loader, node)) continue;
    node->is_root = true;
    vec_push(loader->arena, &chosen, node);
  }
  if (!loader->config->test) return chosen;
  for (uint32_t i = 0; i < chosen.len; i++)
    for (uint32_t k = 0; k < chosen.items[i]->import_len; k++)
      chosen.items[i]->imports[k].node->used_by_asked = true;
  for (uint32_t i = 0; i < chosen.len; i++) {
    PackageNode **list;
    uint32_t count;
    tests_expand(loader, chosen.items[i], &list, &count);
    vec_append(loader->arena, &roots, list, count);
  }
  return roots;
}

static void load_words(Loader *loader, Str const *words, uint32_t len) {
  Roots asked = {0};
  for (uint32_t i = 0; i < len; i++) {
    Match match = pattern_expand(loader, words[i]);
    for (uint32_t k = 0; k < match.errors.len; k++)
      load_problem(loader, false, STR_FMT, STR_ARG(match.errors.items[k]));
    if (match.packages.len + match.errors.len == 0)
      load_warning(loader, "go: warning: \"" STR_FMT "\" matched no packages", STR_ARG(words[i]));
    ahead_of_packages(loader, match.packages.items, match.packages.len);
    for (uint32_t k = 0; k < match.packages.len; k++) {
      PackageNode *node = graph_import(loader, match.packages.items[k], NULL, NULL, NULL, NULL);
      node->is_literal = node->is_literal || match.literal;
      vec_push(loader->arena, &asked, node);
    }
  }
  Roots roots = choose_roots(loader, asked.items, asked.len);
  emit_graph(loader, roots.items, roots.len);
}

static bool names_a_file(const Loader *loader, Arena *arena, Str word) {
  if (!str_has_suffix(word, STR(".go"))) return false;
  return overlay_file_exists(loader->overlay,
                             path_is_absolute(word) ? word : path_join(arena, loader->config->dir, word));
}

static void load_everything(Loader *loader, Str const *words, uint32_t len) {
  Str here = STR(".");
  if (len == 0) words = &here, len = 1;
  for (uint32_t i = 0; i < len; i++) {
    if (!names_a_file(loader, loader->arena, words[i])) continue;
    PackageNode *node = graph_files(loader, words, len);
    Roots roots = choose_roots(loader, &node, node ? 1 : 0);
    emit_graph(loader, roots.items, roots.len);
    return;
  }
  load_words(loader, words, len);
}

static void prepare(Loader *loader) {
  const LoadConfig *config = loader->config;
  Str why;
  loader->env = load_environment(config, &why);
  loader->std_lang = arena_printf(loader->arena, "go%s", config->profile->release);
  if (loader->env.goroot.len) loader->goroot_src = path_join(loader->arena, loader->env.goroot, STR("src"));
  if (why.data) load_problem(loader, true, STR_FMT, STR_ARG(why));
  environment_tags(loader);
  loader->overlay = overlay_load(loader->arena, config->overlay, config->dir, &why);
  if (why.data) load_problem(loader, true, STR_FMT, STR_ARG(why));
}

LoadGraph *load_packages(const LoadConfig *config, Str const *patterns, uint32_t len) {
  Arena *arena = config->arena;
  Loader *loader = arena_new_of(arena, Loader);
  loader->config = config;
  loader->arena = arena;
  loader->scratch = arena_new();
  loader->nodes = strmap_in(arena);
  loader->listings = strmap_in(arena);
  loader->directories = strmap_in(arena);
  loader->said = strmap_in(arena);
  loader->generated = strmap_in(arena);
  prepare(loader);
  if (!loader->fatal) modules_load(loader);
  if (!loader->fatal) load_everything(loader, patterns, len);
  if (loader_reads_pack(loader)) pack_check_roots(loader);
  arena_free(loader->scratch);
  LoadGraph *graph = arena_new_of(arena, LoadGraph);
  *graph = (LoadGraph){.env = loader->env,
                       .overlay = loader->overlay,
                       .generated = loader->generated,
                       .packages = loader->packages.items,
                       .package_len = loader->packages.len,
                       .roots = loader->roots.items,
                       .root_len = loader->roots.len,
                       .problems = loader->problems.items,
                       .problem_len = loader->problems.len,
                       .fatal = loader->fatal};
  return graph;
}
