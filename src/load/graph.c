/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Packages and what they import, dependencies first.
 *
 * In: resolved folders or a list of files. Out: loader->packages in the order of a depth-first walk over sorted imports: the
 * order in which the go command starts its compile actions, so also the order of its output with -p 1.
 *
 * Go: cmd/go/internal/load/pkg.go, cmd/go/internal/work/exec.go
 */
#include <stdlib.h>

#include "load/private.h"

enum { NOT_LOADED = UINT32_MAX };

typedef struct LoadState {
  uint32_t package; /* index, NOT_LOADED while its imports are being loaded or when it cannot be loaded */
  bool in_progress;
  bool failed;
  struct LoadState *importer; /* the package that asked first, for cycles */
  Str import_path;
} LoadState;

void load_problem(Loader *loader, bool fatal, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  LoadProblem problem = {.text = arena_vprintf(loader->arena, fmt, args), .fatal = fatal};
  va_end(args);
  vec_push(loader->arena, &loader->problems, problem);
  loader->fatal = loader->fatal || fatal;
}

static LoadState *state_of(Loader *loader, Str import_path) {
  void **slot = strmap_put(&loader->by_key, import_path);
  if (!*slot) {
    LoadState *state = arena_new_of(loader->arena, LoadState);
    *state = (LoadState){.package = NOT_LOADED, .import_path = arena_str(loader->arena, import_path)};
    *slot = state;
  }
  return *slot;
}

static int compare_str(const void *a, const void *b) { return str_compare(*(const Str *)a, *(const Str *)b); }

/* The imports of all files, sorted, each once. */
static Str *collect_imports(Loader *loader, const FileHead *files, uint32_t len, uint32_t *count) {
  VEC(Str) all = {0};
  for (uint32_t i = 0; i < len; i++) vec_append(loader->arena, &all, files[i].imports, files[i].import_len);
  if (all.len) qsort(all.items, all.len, sizeof(Str), compare_str);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < all.len; i++)
    if (kept == 0 || !str_equal(all.items[kept - 1], all.items[i])) all.items[kept++] = all.items[i];
  *count = kept;
  return all.items;
}

static void report_cycle(Loader *loader, const LoadState *from, const LoadState *to) {
  Buffer text = {0};
  buffer_printf(&text, "package " STR_FMT, STR_ARG(to->import_path));
  VEC(const LoadState *) chain = {0};
  for (const LoadState *at = from; at && at != to; at = at->importer) vec_push(loader->arena, &chain, at);
  for (uint32_t i = chain.len; i > 0; i--)
    buffer_printf(&text, "\n\timports " STR_FMT, STR_ARG(chain.items[i - 1]->import_path));
  buffer_printf(&text, "\n\timports " STR_FMT ": import cycle not allowed", STR_ARG(to->import_path));
  load_problem(loader, false, STR_FMT, STR_ARG(buffer_view(&text)));
  buffer_free(&text);
}

/* Where in the package's files an import stands, as "file:line:col". */
static Str import_place(Loader *loader, const FileHead *files, uint32_t len, Str path) {
  for (uint32_t i = 0; i < len; i++)
    for (uint32_t k = 0; k < files[i].import_len; k++) {
      if (!str_equal(files[i].imports[k], path)) continue;
      Str text;
      uint32_t line = 1, col = 1, offset = files[i].import_pos[k].v - 16;
      if (!file_read(loader->arena, files[i].path.data, &text)) continue;
      for (uint32_t at = 0; at < offset && at < text.len; at++)
        col = text.data[at] == '\n' ? (line++, 1) : col + 1;
      return arena_printf(loader->arena, STR_FMT ":%u:%u", STR_ARG(files[i].path), line, col);
    }
  return STR("");
}

static uint32_t add_resolved(Loader *loader, Resolved where, LoadState *importer);

/* False: an import cannot be loaded; the problem is noted. */
static bool add_imports(Loader *loader, LoadPackage *package, LoadState *state, const FileHead *files,
                        uint32_t file_len) {
  uint32_t count;
  Str *paths = collect_imports(loader, files, file_len, &count);
  bool fine = true;
  package->imports = arena_new_array(loader->arena, LoadImport, count);
  for (uint32_t i = 0; i < count; i++) {
    if (str_equal(paths[i], STR("unsafe")) || str_equal(paths[i], STR("C"))) continue;
    Resolved where = resolve_import(loader, package, paths[i]);
    if (!where.dir.len) {
      Str place = import_place(loader, files, file_len, paths[i]);
      load_problem(loader, false, STR_FMT ": " STR_FMT, STR_ARG(place), STR_ARG(where.problem));
      fine = false;
      continue;
    }
    uint32_t index = add_resolved(loader, where, state);
    if (index == NOT_LOADED)
      fine = false;
    else
      package->imports[package->import_len++] = (LoadImport){.path = paths[i], .package = index};
  }
  return fine;
}

static void set_files(Loader *loader, LoadPackage *package, const FileHead *files, uint32_t len) {
  package->files = arena_new_array(loader->arena, Str, len);
  for (uint32_t i = 0; i < len; i++) package->files[package->file_len++] = files[i].path;
}

static uint32_t finish(Loader *loader, LoadPackage *package, LoadState *state) {
  package->is_command = str_equal(package->name, STR("main"));
  package->compile_path = package->is_command ? STR("main") : package->import_path;
  package->description = package->import_path;
  vec_push(loader->arena, &loader->packages, *package);
  state->in_progress = false;
  return state->package = loader->packages.len - 1;
}

/* The files that a plain build compiles: no tests, no cgo, no "documentation" packages beside the real one. */
static uint32_t plain_files(Loader *loader, const Directory *directory, FileHead *out, LoadPackage *package) {
  uint32_t len = 0;
  for (uint32_t i = 0; i < directory->file_len; i++) {
    const FileHead *file = &directory->files[i];
    if (file->is_test || str_equal(file->package_name, STR("documentation"))) continue;
    if (file->imports_cgo) {
      if (loader->env.cgo_enabled) package->needs_cgo = true;
      continue;
    }
    if (!package->name.len) package->name = file->package_name;
    out[len++] = *file;
  }
  return len;
}

static uint32_t add_resolved(Loader *loader, Resolved where, LoadState *importer) {
  LoadState *state = state_of(loader, where.import_path);
  if (state->in_progress) {
    report_cycle(loader, importer, state);
    return NOT_LOADED;
  }
  if (state->failed || state->package != NOT_LOADED) return state->package;
  state->importer = importer;
  state->in_progress = true;
  Directory *directory = directory_read(loader, where.dir);
  LoadPackage package = {.import_path = where.import_path, .dir = where.dir, .lang = where.lang};
  package.is_std = where.origin == ORIGIN_STD;
  FileHead *files = arena_new_array(loader->arena, FileHead, directory->file_len);
  uint32_t file_len = plain_files(loader, directory, files, &package);
  set_files(loader, &package, files, file_len);
  package.asm_files = directory->asm_files;
  package.asm_len = directory->asm_len;
  package.broken = !add_imports(loader, &package, state, files, file_len);
  return finish(loader, &package, state);
}

uint32_t graph_add(Loader *loader, Resolved where, bool root) {
  uint32_t index = add_resolved(loader, where, NULL);
  if (root && index != NOT_LOADED) graph_add_root(loader, index);
  return index;
}

void graph_add_root(Loader *loader, uint32_t package) {
  if (loader->packages.items[package].is_root) return;
  loader->packages.items[package].is_root = true;
  vec_push(loader->arena, &loader->roots, package);
}

uint32_t graph_add_files(Loader *loader, Str const *names, uint32_t len) {
  Str path = STR("command-line-arguments");
  LoadState *state = state_of(loader, path);
  LoadPackage package = {.import_path = path, .dir = loader->config->dir};
  FileHead *files = arena_new_array(loader->arena, FileHead, len);
  uint32_t count = 0;
  for (uint32_t i = 0; i < len; i++) {
    Str file = path_is_absolute(names[i]) ? path_clean(loader->arena, names[i])
                                          : path_join(loader->arena, loader->config->dir, names[i]);
    Str text;
    if (!file_exists(file.data)) {
      load_problem(loader, true, "no required module provides package " STR_FMT "; file does not exist",
                   STR_ARG(names[i]));
      return NOT_LOADED;
    }
    if (!directory_read_file(loader, file, &files[count]) && !file_read(loader->arena, file.data, &text)) {
      load_problem(loader, true, "open " STR_FMT ": cannot be read", STR_ARG(names[i]));
      return NOT_LOADED;
    }
    package.dir = path_dir(file);
    if (!package.name.len) package.name = files[count].package_name;
    count++;
  }
  state->in_progress = true;
  package.lang = arena_printf(loader->arena, "go%s", loader->config->profile->release);
  set_files(loader, &package, files, count);
  package.broken = !add_imports(loader, &package, state, files, count);
  uint32_t index = finish(loader, &package, state);
  graph_add_root(loader, index);
  return index;
}
