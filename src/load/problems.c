/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is wrong with a package, in the go command's words, and who may import whom.
 *
 * Go: cmd/go/internal/load/pkg.go
 */
#include "load/private.h"

static void add_problem(Loader *loader, LoadProblem problem) {
  vec_push(loader->arena, &loader->problems, problem);
  loader->fatal = loader->fatal || problem.fatal;
}

void load_problem(Loader *loader, bool fatal, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  add_problem(loader, (LoadProblem){.text = arena_vprintf(loader->arena, fmt, args), .fatal = fatal});
  va_end(args);
}

/* Each text once. */
void load_warning(Loader *loader, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  Str text = arena_vprintf(loader->arena, fmt, args);
  va_end(args);
  void **slot = strmap_put(&loader->said, text);
  if (*slot) return;
  *slot = loader;
  add_problem(loader, (LoadProblem){.text = text, .warning = true});
}

/* The first error of a package is the one that is told. */
void node_error(PackageNode *node, PackageError error) {
  node->incomplete = true;
  if (node->error.set) return;
  node->error = error;
  node->error.set = true;
}

Str no_go_files_text(Loader *loader, const Directory *directory) {
  const char *what = directory->cgo_len || directory->has_ignored
                         ? "build constraints exclude all Go files in "
                     : directory->has_tests ? "no non-test Go files in "
                                            : "no Go files in ";
  return arena_printf(loader->arena, "%s" STR_FMT, what, STR_ARG(directory->dir));
}

static void print_stack(Buffer *out, const StackEntry *stack, bool with_files) {
  if (stack->outer) {
    print_stack(out, stack->outer, with_files);
    buffer_text(out, "\n\timports ");
  }
  buffer_str(out, stack->path);
  if (with_files && stack->file.len) buffer_printf(out, " from " STR_FMT, STR_ARG(stack->file));
}

/* A place says it all, unless the chain of imports is the point. */
Str package_error_text(Loader *loader, const PackageError *error) {
  if (error->place.len && (!error->stack || !error->always_stack))
    return arena_printf(loader->arena, STR_FMT ": " STR_FMT, STR_ARG(error->place), STR_ARG(error->text));
  if (!error->stack) return error->text;
  Buffer out = {0};
  buffer_text(&out, "package ");
  print_stack(&out, error->stack, error->is_cycle);
  if (error->place.len) buffer_printf(&out, "\n\t" STR_FMT, STR_ARG(error->place));
  buffer_printf(&out, ": " STR_FMT, STR_ARG(error->text));
  Str text = arena_str(loader->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

/* ---- internal and vendor folders ---- */

/* Where the last element `name` begins in an import path, or -1. last_too: it may be the last element. */
static ptrdiff_t find_element(Str path, Str name, bool last_too) {
  ptrdiff_t found = -1;
  for (size_t at = 0; at < path.len;) {
    size_t end = at;
    while (end < path.len && path.data[end] != '/') end++;
    if (str_equal(str_slice(path, at, end), name) && (end < path.len || last_too)) found = (ptrdiff_t)at;
    at = end + 1;
  }
  return found;
}

/* The folder above the element, by cutting as much off the folder as is cut off the import path; "" if they do not agree. */
static Str folder_above(const PackageNode *node, ptrdiff_t element) {
  size_t keep = element > 0 ? (size_t)element - 1 : 0;
  size_t cut = node->where.import_path.len - keep;
  return cut <= node->where.dir.len ? path_dir(str_slice(node->where.dir, 0, node->where.dir.len - cut + 1))
                                    : STR("");
}

/* The path that a list of files would have as a package of its main module. */
static Str path_of_files(Loader *loader, const PackageNode *node) {
  const Modules *modules = loader->modules;
  for (uint32_t i = 0; modules && i < modules->mains.len; i++) {
    const Module *module = modules->mains.items[i];
    if (path_has_prefix(node->where.dir, module->dir))
      return path_join(loader->arena, module->path,
                       path_relative(loader->arena, module->dir, node->where.dir));
  }
  return STR(".");
}

bool internal_forbidden(Loader *loader, const PackageNode *importer, const PackageNode *imported) {
  Str path = imported->where.import_path, from = importer->where.import_path;
  ptrdiff_t element = find_element(path, STR("internal"), true);
  if (element < 0) return false;
  Str fips = STR("crypto/internal/fips140");
  if (path_has_prefix(from, STR("crypto")) && path_has_prefix(path, fips)) return false;
  if (path_has_prefix(from, fips)) return !path_has_prefix(path, STR("crypto/internal"));
  if (imported->where.module) {
    if (importer->from_files) from = path_of_files(loader, importer);
    return !path_has_prefix(from, str_slice(path, 0, element > 0 ? (size_t)element - 1 : 0));
  }
  return !path_has_prefix(importer->where.dir, folder_above(imported, element));
}

bool vendor_forbidden(const PackageNode *importer, const PackageNode *imported) {
  ptrdiff_t element = find_element(imported->where.import_path, STR("vendor"), false);
  if (element < 0 || !imported->where.dir.len) return false;
  return !path_has_prefix(importer->where.dir, folder_above(imported, element));
}
