/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Folders that will be asked for, read on all threads before that.
 *
 * In: the folders of packages. Out: they and what their imports lead to are in the loader's maps, as if they had been asked for.
 * Where an import leads is guessed here from its text alone: what is guessed wrong, or not at all, is read when it is resolved.
 */
#include "load/private.h"

/* Folders: while no more are known to be needed they are read sooner than threads are there. */
enum { FEW = 4 };

typedef struct Ahead {
  Loader *loader; /* its maps and what follows are under the lock while threads are at work */
  Lock *lock;
  Agenda *agenda; /* numbers of dirs */
  VEC(Str) dirs;
  StrMap asked, found; /* import paths, dirs; the values mean nothing */
  uint32_t first;      /* so many of dirs were asked for by themselves */
  bool alone;          /* without what their imports lead to */
  Arena *scratch;
  Loader *readers; /* of the threads: with an arena each; their maps are not used */
} Ahead;

/* ---- where does an import lead? ---- */

static Str in_folder(Arena *arena, Str dir, Str prefix, Str path) {
  Str rest = path_relative(arena, prefix, path);
  return rest.len ? path_join(arena, dir, rest) : dir;
}

static Str in_modules(Loader *loader, Str path) {
  const Modules *modules = loader->modules;
  if (modules->vendor) return path_join(loader->arena, modules->vendor->dir, path);
  for (Str prefix = path; prefix.len > 1; prefix = path_dir(prefix)) {
    const Str *version = strmap_get(&modules->roots, prefix);
    if (version)
      return in_folder(loader->arena, modules_place(loader, (ModuleVersion){prefix, *version}), prefix, path);
  }
  return STR("");
}

/* "": no idea. */
static Str folder_of(Loader *loader, Str path) {
  const Modules *modules = loader->modules;
  if (path_is_absolute(path)) return path;
  for (uint32_t i = 0; modules && !modules->in_goroot && i < modules->mains.len; i++) {
    const Module *module = modules->mains.items[i];
    if (path_has_prefix(path, module->path)) return in_folder(loader->arena, module->dir, module->path, path);
  }
  if (is_standard_path(path) && loader->goroot_src.len)
    return path_below(loader->arena, loader->goroot_src, path);
  return modules && !is_standard_path(path) ? in_modules(loader, path) : STR("");
}

/* As the package is known to the compiler. */
static Str full_path(Loader *loader, Str importer_dir, Str path) {
  if (is_standard_path(path) || !loader->goroot_src.len || !path_has_prefix(importer_dir, loader->goroot_src))
    return path;
  Str in_src = path_relative(loader->arena, loader->goroot_src, importer_dir);
  return arena_printf(loader->arena, "%s/" STR_FMT,
                      path_has_prefix(in_src, STR("cmd")) ? "cmd/vendor" : "vendor", STR_ARG(path));
}

/* ---- what is to be read ---- */

static void ask_for_folder(Ahead *ahead, Str dir) {
  if (!dir.len || strmap_get(&ahead->loader->directories, dir)) return;
  void **found = strmap_put(&ahead->found, dir);
  if (!*found) vec_push(ahead->scratch, &ahead->dirs, dir);
  *found = ahead;
}

/* loader: whose arena takes the paths. */
static void ask_for_package(Ahead *ahead, Loader *loader, Str path) {
  if (str_equal(path, STR("C")) || str_equal(path, STR("unsafe"))) return;
  void **asked = strmap_put(&ahead->asked, path);
  if (*asked) return;
  *asked = ahead;
  ask_for_folder(ahead, folder_of(loader, path));
}

static void ask_for_imports(Ahead *ahead, Loader *loader, const Directory *directory, bool tests) {
  for (uint32_t i = 0; i < directory->file_len; i++) {
    const FileHead *file = &directory->files[i];
    for (uint32_t k = 0; k < file->import_len && (tests || !file->is_test); k++)
      ask_for_package(ahead, loader, full_path(loader, directory->dir, file->imports[k].path));
  }
}

/* ---- reading ---- */

/* Folder `number`, into the arena of `loader`, a thread's own. */
static void read_folder(Ahead *ahead, Loader *loader, uint32_t number) {
  const Loader *shared = ahead->loader;
  lock_take(ahead->lock);
  Str dir = ahead->dirs.items[number];
  const Listing *listing = strmap_get(&shared->listings, dir);
  lock_release(ahead->lock);
  if (!listing) listing = listing_make(loader, dir);
  Directory *directory = directory_make(loader, dir, listing);
  lock_take(ahead->lock);
  *strmap_put(&ahead->loader->listings, dir) = (void *)listing;
  *strmap_put(&ahead->loader->directories, dir) = directory;
  uint32_t known = ahead->dirs.len;
  if (!ahead->alone) ask_for_imports(ahead, loader, directory, loader->config->test && number < ahead->first);
  agenda_add(ahead->agenda, ahead->dirs.len - known);
  lock_release(ahead->lock);
}

static void read_share(void *context, uint32_t index) {
  Ahead *ahead = context;
  Loader *reader = &ahead->readers[index];
  reader->scratch = arena_new();
  for (uint32_t number; agenda_take(ahead->agenda, &number); agenda_done(ahead->agenda))
    read_folder(ahead, reader, number);
  arena_free(reader->scratch);
}

static void read_on_threads(Ahead *ahead) {
  Loader *loader = ahead->loader;
  uint32_t threads = loader->config->threads;
  ahead->readers = arena_new_array(ahead->scratch, Loader, threads);
  for (uint32_t i = 0; i < threads; i++) {
    ahead->readers[i] = *loader;
    ahead->readers[i].arena = arena_new();
  }
  jobs_run(threads, threads, read_share, ahead);
  for (uint32_t i = 0; i < threads; i++) arena_adopt(loader->arena, ahead->readers[i].arena);
}

static void read_all(Ahead *ahead) {
  uint32_t number, read = 0;
  agenda_add(ahead->agenda, ahead->dirs.len);
  while (ahead->dirs.len - read < FEW && agenda_take(ahead->agenda, &number)) {
    read_folder(ahead, ahead->loader, number);
    agenda_done(ahead->agenda);
    read++;
  }
  if (read < ahead->dirs.len) read_on_threads(ahead);
}

/* A pack that is written notes down which tags were asked for. */
static bool begin(Ahead *ahead, Loader *loader) {
  if (loader->config->threads < 2 || loader->config->pack) return false;
  Arena *scratch = arena_new();
  *ahead =
      (Ahead){.loader = loader, .scratch = scratch, .asked = strmap_in(scratch), .found = strmap_in(scratch)};
  ahead->lock = lock_new(scratch);
  ahead->agenda = agenda_new(scratch);
  return true;
}

static void finish(Ahead *ahead) {
  ahead->first = ahead->dirs.len;
  if (ahead->dirs.len) read_all(ahead);
  agenda_end(ahead->agenda);
  arena_free(ahead->scratch);
}

void ahead_of_folders(Loader *loader, Str const *dirs, uint32_t len, bool alone) {
  Ahead ahead;
  if (!begin(&ahead, loader)) return;
  ahead.alone = alone;
  for (uint32_t i = 0; i < len; i++) ask_for_folder(&ahead, dirs[i]);
  finish(&ahead);
}

void ahead_of_packages(Loader *loader, Str const *import_paths, uint32_t len) {
  Ahead ahead;
  if (!begin(&ahead, loader)) return;
  for (uint32_t i = 0; i < len; i++) ask_for_package(&ahead, loader, import_paths[i]);
  finish(&ahead);
}

void ahead_of_imports(Loader *loader, const Directory *directory) {
  Ahead ahead;
  if (!begin(&ahead, loader)) return;
  ask_for_imports(&ahead, loader, directory, loader->config->test);
  finish(&ahead);
}
