/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Packages and what they import.
 *
 * In: an import path or a list of files. Out: nodes, one for each package, with everything that they import; a node is made
 * when the path is first met, depth first. What is wrong with a package is kept in its node, the first thing only, together
 * with the chain of imports that led there.
 *
 * Go: cmd/go/internal/load/pkg.go
 */
#include <stdlib.h>

#include "load/private.h"

const StackEntry *stack_push(Loader *loader, const StackEntry *stack, Str path, const FileHead *file) {
  StackEntry *entry = arena_new_of(loader->arena, StackEntry);
  *entry = (StackEntry){.path = path, .file = file ? file->name : STR(""), .outer = stack};
  return entry;
}

static Str place_of(Loader *loader, const HeadImport *import, const FileHead *file) {
  return import && file ? file_place(loader, file, import->offset) : STR("");
}

/* ---- imports ---- */

typedef struct ImportUse {
  const HeadImport *import;
  const FileHead *file;
  uint32_t order;
} ImportUse;

static int compare_uses(const void *a, const void *b) {
  const ImportUse *x = a, *y = b;
  int order = str_compare(x->import->path, y->import->path);
  return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* Every import once, by path, at its first place. */
static ImportUse *collect_imports(Loader *loader, const FileHead *const *files, uint32_t len,
                                  uint32_t *count) {
  VEC(ImportUse) all = {0};
  for (uint32_t i = 0; i < len; i++)
    for (uint32_t k = 0; k < files[i]->import_len; k++)
      vec_push(loader->arena, &all,
               (ImportUse){.import = &files[i]->imports[k], .file = files[i], .order = all.len});
  if (all.len) qsort(all.items, all.len, sizeof *all.items, compare_uses);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < all.len; i++)
    if (kept == 0 || !str_equal(all.items[kept - 1].import->path, all.items[i].import->path))
      all.items[kept++] = all.items[i];
  *count = kept;
  return all.items;
}

void graph_add_imports(Loader *loader, PackageNode *node, const FileHead *const *files, uint32_t len,
                       const StackEntry *stack) {
  uint32_t count;
  const ImportUse *uses = collect_imports(loader, files, len, &count);
  NodeImport *imports = arena_new_array(loader->arena, NodeImport, node->import_len + count);
  if (node->import_len) memcpy(imports, node->imports, node->import_len * sizeof *imports);
  uint32_t total = node->import_len;
  for (uint32_t i = 0; i < count; i++) {
    Str path = uses[i].import->path;
    if (str_equal(path, STR("unsafe")) || str_equal(path, STR("C"))) continue;
    PackageNode *imported = graph_import(loader, path, node, stack, uses[i].import, uses[i].file);
    if (imported->incomplete || imported->error.set) node->incomplete = true;
    imports[total++] = (NodeImport){.path = path, .node = imported};
  }
  node->imports = imports;
  node->import_len = total;
}

/* ---- one package ---- */

static void choose_files(Loader *loader, PackageNode *node) {
  const Directory *directory = node->directory;
  node->files = arena_new_array(loader->arena, const FileHead *, directory->file_len);
  for (uint32_t i = 0; i < directory->file_len; i++)
    if (!directory->files[i].is_test) node->files[node->file_len++] = &directory->files[i];
  node->name = directory->package_name;
}

/* What keeps the folder from being a package; false: nothing. */
static bool check_folder(Loader *loader, PackageNode *node, const StackEntry *stack, Str path, Str place) {
  const Directory *directory = node->directory;
  if (directory->problem.len) {
    node_error(node, (PackageError){.text = directory->problem, .place = place, .stack = stack});
    return true;
  }
  if (directory->has_plain || (directory->has_tests && loader->config->test)) return false;
  Str text = no_go_files_text(loader, directory);
  if (directory->has_tests && !directory->has_plain)
    node_error(node, (PackageError){.text = arena_printf(loader->arena, STR_FMT ": " STR_FMT,
                                                         STR_ARG(node->where.import_path), STR_ARG(text))});
  else
    node_error(node, (PackageError){.text = text, .stack = stack_push(loader, stack, path, NULL)});
  return true;
}

static void load_node(Loader *loader, PackageNode *node, Str path, const StackEntry *stack,
                      const HeadImport *import, const FileHead *file) {
  Str place = !node->where.dir.len || import ? place_of(loader, node->where.problem.len ? import : NULL, file)
                                             : STR("");
  if (!node->where.dir.len) {
    node_error(node, (PackageError){.text = node->where.problem, .place = place, .stack = stack});
    return;
  }
  node->directory = directory_read(loader, node->where.dir);
  if (node->directory->problem.len) place = place_of(loader, import, file);
  if (check_folder(loader, node, stack, path, place) && !node->directory->has_plain) return;
  choose_files(loader, node);
  const StackEntry *inner = stack_push(loader, stack, path, file);
  node->in_progress = true;
  if (node->where.origin != ORIGIN_STD) embed_check(loader, node, inner);
  graph_add_imports(loader, node, node->files, node->file_len, inner);
  node->in_progress = false;
}

static uint32_t stack_depth(const StackEntry *stack) {
  uint32_t depth = 0;
  for (; stack; stack = stack->outer) depth++;
  return depth;
}

/* Met again: while it is being loaded this is a cycle; otherwise a shorter way to a broken package is the better story. */
static void reuse_node(PackageNode *node, const StackEntry *stack) {
  if (node->in_progress) {
    node_error(node,
               (PackageError){.text = STR("import cycle not allowed"), .stack = stack, .is_cycle = true});
    node->error.is_cycle = true;
  }
  if (node->error.set && node->error.stack && !node->error.is_cycle && node->error.always_stack == false &&
      stack_depth(stack) < stack_depth(node->error.stack))
    node->error.stack = stack;
}

static bool is_local_package(const PackageNode *node) {
  return node->from_files || str_has_prefix(node->where.import_path, STR("_/"));
}

/* Rules that concern the pair and not the imported package alone: the importer is at fault. */
static void check_pair(Loader *loader, PackageNode *importer, const PackageNode *node,
                       const StackEntry *stack, const HeadImport *import, const FileHead *file) {
  if (importer->error.set) return;
  PackageError error = {.stack = stack};
  if (!node->error.set && internal_forbidden(loader, importer, node)) {
    error.text = arena_printf(loader->arena, "use of internal package " STR_FMT " not allowed",
                              STR_ARG(node->where.import_path));
    error.always_stack = true;
  } else if (vendor_forbidden(importer, node))
    error.text = STR("use of vendored package not allowed");
  else if (!loader->modules && str_contains(import->path, "/vendor/")) {
    Str path = import->path;
    while (str_contains(path, "/vendor/")) path = str_slice(path, 1, path.len);
    error.text = arena_printf(loader->arena, STR_FMT " must be imported as " STR_FMT, STR_ARG(import->path),
                              STR_ARG(str_slice(path, 7, path.len)));
  } else if (str_equal(node->name, STR("main")) && !str_equal(importer->where.dir, node->where.dir))
    error.text = arena_printf(loader->arena, "import \"" STR_FMT "\" is a program, not an importable package",
                              STR_ARG(import->path));
  else if (is_local_path(import->path) && !is_local_package(importer))
    error.text = arena_printf(loader->arena, "local import \"" STR_FMT "\" in non-local package",
                              STR_ARG(import->path));
  else
    return;
  error.place = place_of(loader, import, file);
  node_error(importer, error);
}

PackageNode *graph_import(Loader *loader, Str path, PackageNode *importer, const StackEntry *stack,
                          const HeadImport *import, const FileHead *file) {
  Resolved where = resolve_import(loader, importer ? &importer->where : NULL, path);
  void **slot = strmap_put(&loader->nodes, where.import_path.len ? where.import_path : path);
  PackageNode *node = *slot;
  if (node)
    reuse_node(node, stack_push(loader, stack, path, file));
  else {
    *slot = node = arena_new_of(loader->arena, PackageNode);
    node->where = where;
    load_node(loader, node, path, stack, import, file);
  }
  if (importer && where.blame.len && !importer->error.set)
    node_error(importer, (PackageError){.text = where.blame});
  if (importer) check_pair(loader, importer, node, stack, import, file);
  return node;
}

/* ---- files named on the command line ---- */

static Str common_folder(Loader *loader, Str const *names, uint32_t len, Str *paths) {
  Str dir = {NULL, 0}, shown = {NULL, 0};
  for (uint32_t i = 0; i < len && !loader->fatal; i++) {
    Str path = path_is_absolute(names[i]) ? path_clean(loader->arena, names[i])
                                          : path_join(loader->arena, loader->config->dir, names[i]);
    paths[i] = path;
    if (!str_has_suffix(path, STR(".go")) && !str_has_suffix(path, STR(".s")))
      load_problem(loader, true, "named files must be .go files: " STR_FMT, STR_ARG(names[i]));
    else if (listing_read(loader, path)->exists)
      load_problem(loader, true, STR_FMT " is a directory, should be a Go file", STR_ARG(names[i]));
    else if (!overlay_file_exists(loader->overlay, path))
      load_problem(loader, true, "no such file or directory: " STR_FMT, STR_ARG(names[i]));
    else if (dir.data && !str_equal(dir, path_dir(path)))
      load_problem(loader, true, "named files must all be in one directory; have " STR_FMT " and " STR_FMT,
                   STR_ARG(shown), STR_ARG(path_dir(names[i])));
    dir = path_dir(path);
    shown = path_dir(names[i]);
  }
  return dir;
}

PackageNode *graph_files(Loader *loader, Str const *names, uint32_t len) {
  Str *paths = arena_new_array(loader->arena, Str, len);
  Str dir = common_folder(loader, names, len, paths);
  if (loader->fatal) return NULL;
  PackageNode *node = arena_new_of(loader->arena, PackageNode);
  node->where = (Resolved){.import_path = STR("command-line-arguments"),
                           .dir = arena_str(loader->arena, dir),
                           .lang = loader->std_lang,
                           .origin = ORIGIN_FILES};
  if (!loader->modules) gopath_import_path(loader, node->where.dir, &node->where.root);
  node->from_files = node->is_literal = true;
  node->directory = directory_of_files(loader, node->where.dir, paths, len);
  ahead_of_imports(loader, node->directory);
  *strmap_put(&loader->nodes, node->where.import_path) = node;
  if (check_folder(loader, node, NULL, node->where.import_path, STR(""))) return node;
  choose_files(loader, node);
  const StackEntry *stack = stack_push(loader, NULL, node->where.import_path, NULL);
  node->in_progress = true;
  embed_check(loader, node, stack);
  graph_add_imports(loader, node, node->files, node->file_len, stack);
  node->in_progress = false;
  return node;
}
