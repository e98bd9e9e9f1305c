/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Command-line words -> import paths: folders, import paths, and patterns with `...`, `std`, `cmd`, `all`, `work` and `tool`.
 *
 * A wildcard is a walk over folders that keeps what matches and has Go files for the target. Folders whose names begin with
 * `.` or `_`, testdata, other modules and ignored folders are not entered.
 *
 * Go: cmd/go/internal/search/search.go, cmd/go/internal/modload/search.go, cmd/internal/pkgpattern/pkgpattern.go
 */
#include <stdlib.h>

#include "load/private.h"

/* ---- matching ---- */

enum {
  VENDOR_MARK = 1
}; /* stands for an element `vendor` that has something behind it: no wildcard matches it */

static Str mark_vendor(Arena *arena, Str text) {
  Buffer out = {0};
  for (Str rest = text, element; str_next(&rest, '/', &element);) {
    if (str_equal(element, STR("vendor")) && rest.len)
      buffer_char(&out, VENDOR_MARK);
    else
      buffer_str(&out, element);
    if (rest.len) buffer_char(&out, '/');
  }
  Str result = arena_str(arena, buffer_view(&out));
  buffer_free(&out);
  return result;
}

/* Each "..." is any text without a vendor mark; the last one that was met takes more when what follows does not fit. */
static bool glob(Str pattern, Str name) {
  size_t p = 0, n = 0, retry_p = 0, retry_n = 0;
  bool can_retry = false;
  while (true) {
    bool wild = p + 3 <= pattern.len && memcmp(pattern.data + p, "...", 3) == 0;
    if (wild) {
      can_retry = true;
      retry_p = p += 3;
      retry_n = n;
    } else if (p < pattern.len && n < name.len && pattern.data[p] == name.data[n]) {
      p++, n++;
    } else if (p == pattern.len && n == name.len) {
      return true;
    } else if (can_retry && retry_n < name.len && name.data[retry_n] != VENDOR_MARK) {
      n = ++retry_n;
      p = retry_p;
    } else {
      return false;
    }
  }
}

bool pattern_matches(Arena *arena, Str pattern, Str name) {
  Str marked = mark_vendor(arena, pattern), text = mark_vendor(arena, name);
  if (glob(marked, text)) return true;
  if (!str_has_suffix(marked, STR("/..."))) return false;
  Str stem = str_slice(marked, 0, marked.len - 4);
  if (stem.len && stem.data[stem.len - 1] == VENDOR_MARK) /* x/vendor/... also matches x/vendor */
    stem = arena_printf(arena, STR_FMT "vendor", STR_ARG(str_slice(stem, 0, stem.len - 1)));
  return glob(stem, text);
}

bool load_pattern_matches(Str pattern, Str dir, const LoadPackage *package) {
  bool is_command = str_has_prefix(package->import_path, STR("cmd/"));
  if (str_equal(pattern, STR("all"))) return true;
  if (str_equal(pattern, STR("std"))) return package->is_std && !is_command;
  if (str_equal(pattern, STR("cmd"))) return package->is_std && is_command;
  Arena *arena = arena_new();
  bool local = is_local_path(pattern);
  Str whole = local ? path_clean(arena, path_join(arena, dir, pattern)) : pattern;
  bool matches = pattern_matches(arena, whole, local ? package->dir : package->import_path);
  arena_free(arena);
  return matches;
}

static ptrdiff_t find_wildcard(Str text) {
  for (size_t i = 0; i + 3 <= text.len; i++)
    if (memcmp(text.data + i, "...", 3) == 0) return (ptrdiff_t)i;
  return -1;
}

/* Can something in the tree of that name match? */
static bool tree_can_match(Str pattern, Str name) {
  ptrdiff_t wild = find_wildcard(pattern);
  Str stem = wild < 0 ? pattern : str_slice(pattern, 0, (size_t)wild);
  if (name.len <= stem.len && path_has_prefix(stem, name)) return true;
  return wild >= 0 && str_has_prefix(name, stem);
}

/* ---- walking ---- */

typedef struct Candidates { /* folders with Go files, which are read when all are known */
  VEC(Str) dirs, names;
} Candidates;

typedef struct Walk {
  Loader *loader;
  Match *match;
  Candidates found;
  Str pattern;         /* empty: everything */
  const ModFile *file; /* of the module, for its ignore lines; NULL */
  Str root;            /* its folder */
  bool stop_at_modules, skip_vendor, std_only;
} Walk;

static bool is_ignored(const Walk *walk, Str dir) {
  if (!walk->file) return false;
  Arena *arena = walk->loader->arena;
  Str slashed = arena_printf(arena, "/" STR_FMT "/", STR_ARG(path_relative(arena, walk->root, dir)));
  for (uint32_t i = 0; i < walk->file->ignores.len; i++) {
    Str ignore = walk->file->ignores.items[i];
    bool relative = str_has_prefix(ignore, STR("./"));
    if (relative) ignore = str_slice(ignore, 2, ignore.len);
    ignore = arena_printf(arena, "/" STR_FMT "/", STR_ARG(path_relative(arena, STR(""), ignore)));
    if (relative ? str_has_prefix(slashed, ignore) : str_contains(slashed, ignore.data)) return true;
  }
  return false;
}

static bool is_package(Loader *loader, Str dir) {
  const Directory *directory = directory_read(loader, dir);
  return directory->file_len + directory->cgo_len > 0;
}

static bool wanted(const Walk *walk, Str name) {
  if (walk->std_only && (!is_standard_path(name) || path_has_prefix(name, STR("cmd")))) return false;
  return !walk->pattern.len || pattern_matches(walk->loader->arena, walk->pattern, name);
}

static bool enters(const Walk *walk, Str dir, Str element, Str name) {
  if (element.data[0] == '.' || element.data[0] == '_' || str_equal(element, STR("testdata"))) return false;
  if (walk->stop_at_modules && listing_read(walk->loader, dir)->has_go_mod) return false;
  if (is_ignored(walk, dir)) return false;
  if (walk->std_only && path_has_prefix(name, STR("cmd"))) return false;
  return !walk->pattern.len || tree_can_match(walk->pattern, name);
}

static void note_candidate(Loader *loader, Candidates *found, Str dir, Str name) {
  if (!listing_read(loader, dir)->has_go_files) return;
  vec_push(loader->arena, &found->dirs, dir);
  vec_push(loader->arena, &found->names, name);
}

/* name: the import path of the folder; "" for the root of GOROOT/src, GOPATH/src and vendor folders. */
static void walk_below(Walk *walk, Str dir, Str name) {
  Loader *loader = walk->loader;
  const Listing *listing = listing_read(loader, dir);
  bool fake =
      str_equal(name, STR("builtin")) || (str_equal(name, STR("runtime/cgo")) && !loader->env.cgo_enabled);
  if (name.len && !fake && wanted(walk, name)) note_candidate(loader, &walk->found, dir, name);
  if (walk->skip_vendor && !str_equal(dir, walk->root) && str_equal(path_base(dir), STR("vendor"))) return;
  for (uint32_t i = 0; i < listing->len; i++) {
    const DirEntry *entry = &listing->entries[i];
    if (!entry->is_dir || entry->is_link) continue;
    Str below = path_join(loader->arena, dir, entry->name);
    Str path = name.len ? path_join(loader->arena, name, entry->name) : arena_str(loader->arena, entry->name);
    if (enters(walk, below, entry->name, path)) walk_below(walk, below, path);
  }
}

static void walk_packages(Walk *walk, Str dir, Str name) {
  walk_below(walk, dir, name);
  const Candidates *found = &walk->found;
  ahead_of_folders(walk->loader, found->dirs.items, found->dirs.len, walk->std_only);
  for (uint32_t i = 0; i < found->dirs.len; i++)
    if (is_package(walk->loader, found->dirs.items[i]))
      vec_push(walk->loader->arena, &walk->match->packages, found->names.items[i]);
}

static int compare_paths(const void *a, const void *b) {
  return str_compare(*(const Str *)a, *(const Str *)b);
}

static void sort_packages(Match *match) {
  if (!match->packages.len) return;
  if (match->packages.len) qsort(match->packages.items, match->packages.len, sizeof(Str), compare_paths);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < match->packages.len; i++)
    if (kept == 0 || !str_equal(match->packages.items[kept - 1], match->packages.items[i]))
      match->packages.items[kept++] = match->packages.items[i];
  match->packages.len = kept;
}

static void walk_module(Loader *loader, Match *match, const Module *module, Str pattern) {
  if (!module->dir.len || (pattern.len && !tree_can_match(pattern, module->path))) return;
  Walk walk = {.loader = loader,
               .match = match,
               .pattern = pattern,
               .file = module->file,
               .root = module->dir,
               .stop_at_modules = module->is_local,
               .skip_vendor = true};
  walk_packages(&walk, module->dir, module->path);
}

static void walk_mains(Loader *loader, Match *match, Str pattern) {
  const Modules *modules = loader->modules;
  for (uint32_t i = 0; modules && !modules->in_goroot && i < modules->mains.len; i++)
    walk_module(loader, match, modules->mains.items[i], pattern);
}

static void walk_gopath(Loader *loader, Match *match, Str pattern) {
  Str entry;
  for (Str rest = loader->env.gopath; str_next(&rest, ':', &entry);) {
    Walk walk = {.loader = loader, .match = match, .pattern = pattern};
    Str src = path_join(loader->arena, entry, STR("src"));
    if (entry.len) walk_packages(&walk, src, STR(""));
  }
}

static void walk_goroot(Loader *loader, Match *match, Str pattern) {
  Walk walk = {.loader = loader, .match = match, .pattern = pattern};
  walk.std_only = str_equal(pattern, STR("std"));
  bool cmd = str_equal(pattern, STR("cmd"));
  if (loader_reads_pack(loader)) {
    if (walk.std_only || cmd) pack_refuse(loader, pattern);
    return;
  }
  if (walk.std_only || cmd) walk.pattern = cmd ? STR("cmd/...") : STR("");
  if (!loader->goroot_src.len) return;
  if (!cmd) walk_packages(&walk, loader->goroot_src, STR(""));
  if (cmd) walk_packages(&walk, path_join(loader->arena, loader->goroot_src, STR("cmd")), STR("cmd"));
}

/* a/... over everything that the build could use */
static void match_wildcard(Loader *loader, Match *match, Str pattern) {
  walk_goroot(loader, match, pattern);
  const Modules *modules = loader->modules;
  if (!modules) {
    walk_gopath(loader, match, pattern);
    return;
  }
  walk_mains(loader, match, pattern);
  if (modules->vendor) {
    Walk walk = {.loader = loader, .match = match, .pattern = pattern, .root = modules->vendor->dir};
    walk.skip_vendor = true;
    walk_packages(&walk, modules->vendor->dir, STR(""));
  } else {
    uint32_t len;
    const ModuleVersion *mods = build_list_modules(loader, &len);
    for (uint32_t i = 0; i < len; i++)
      if (tree_can_match(pattern, mods[i].path))
        walk_module(loader, match, modules_fetch(loader, mods[i]), pattern);
  }
  sort_packages(match);
}

/* ---- all: main modules, what they and their tests import, and so on without tests ---- */

typedef struct Closure {
  Loader *loader;
  Match *match;
  StrMap seen;
  VEC(Resolved) queue;
} Closure;

static void close_over(Closure *closure, const Resolved *importer, Str path) {
  if (str_equal(path, STR("C")) || str_equal(path, STR("unsafe"))) {
    if (path.len == 1) return;
  }
  Resolved found = resolve_import(closure->loader, importer, path);
  void **slot = strmap_put(&closure->seen, found.import_path);
  if (*slot) return;
  *slot = closure;
  vec_push(closure->loader->arena, &closure->match->packages, found.import_path);
  if (found.dir.len) vec_push(closure->loader->arena, &closure->queue, found);
}

static void match_all(Loader *loader, Match *match) {
  walk_mains(loader, match, STR(""));
  if (!loader->modules) {
    walk_goroot(loader, match, STR("..."));
    walk_gopath(loader, match, STR("..."));
    return;
  }
  Closure closure = {.loader = loader, .match = match, .seen = strmap_in(loader->arena)};
  uint32_t roots = match->packages.len;
  for (uint32_t i = 0; i < roots; i++) {
    Resolved found = resolve_import(loader, NULL, match->packages.items[i]);
    *strmap_put(&closure.seen, found.import_path) = &closure;
    if (found.dir.len) vec_push(loader->arena, &closure.queue, found);
  }
  for (uint32_t i = 0; i < closure.queue.len; i++) {
    Resolved at = closure.queue.items[i];
    const Directory *directory = directory_read(loader, at.dir);
    bool with_tests = at.module && at.module->is_main;
    for (uint32_t k = 0; k < directory->file_len; k++)
      for (uint32_t m = 0; m < directory->files[k].import_len; m++)
        if (with_tests || !directory->files[k].is_test)
          close_over(&closure, &at, directory->files[k].imports[m].path);
  }
  sort_packages(match);
}

static void match_tools(Loader *loader, Match *match) {
  const Modules *modules = loader->modules;
  for (uint32_t i = 0; modules && i < modules->mains.len; i++) {
    const ModFile *file = modules->mains.items[i]->file;
    vec_append(loader->arena, &match->packages, file->tools.items, file->tools.len);
  }
  sort_packages(match);
}

/* ---- folders ---- */

static void add_error(Loader *loader, Match *match, Str text) {
  if (!match->literal)
    text =
        arena_printf(loader->arena, "pattern " STR_FMT ": " STR_FMT, STR_ARG(match->pattern), STR_ARG(text));
  vec_push(loader->arena, &match->errors, text);
}

static Str path_in_module(Loader *loader, const Module *module, Str dir) {
  if (!module->dir.len || !path_has_prefix(dir, module->dir)) return STR("");
  Str rest = path_relative(loader->arena, module->dir, dir);
  if (str_index(rest, '@') >= 0) return STR("");
  return rest.len ? path_join(loader->arena, module->path, rest) : module->path;
}

/* The import path of a folder in a selected module's copy in the cache or behind a replace line; "" if it is in none. */
static Str path_in_dependency(Loader *loader, Str dir) {
  uint32_t len;
  const ModuleVersion *mods = build_list_modules(loader, &len);
  for (uint32_t i = 0; i < len; i++) {
    Str path = path_in_module(loader, modules_fetch(loader, mods[i]), dir);
    if (path.len && !str_contains(path, "/vendor/")) return path;
  }
  return STR("");
}

static Str outside_text(Loader *loader, Str dir) {
  const Modules *modules = loader->modules;
  Arena *arena = loader->arena;
  if (modules->mains.len == 0)
    return STR(
        "go: go.mod file not found in current directory or any parent directory; see 'go help modules'");
  Str shown = short_path(loader, dir);
  Str subject = str_equal(shown, STR(".")) ? STR("current directory")
                                           : arena_printf(arena, "directory " STR_FMT, STR_ARG(shown));
  if (!modules->work)
    return arena_printf(arena, STR_FMT " outside main module or its selected dependencies", STR_ARG(subject));
  for (Str at = dir; at.len > 1; at = path_dir(at))
    if (listing_read(loader, at)->has_go_mod)
      return arena_printf(arena,
                          STR_FMT
                          " is contained in a module that is not one of the workspace modules listed in "
                          "go.work. You can add the module to the workspace using:\n\tgo work use " STR_FMT,
                          STR_ARG(subject), STR_ARG(short_path(loader, at)));
  return arena_printf(arena, STR_FMT " outside modules listed in go.work or their selected dependencies",
                      STR_ARG(subject));
}

static Str vendored_path(Loader *loader, Str dir, Str rest, Str *why) {
  const Modules *modules = loader->modules;
  Str path = str_slice(rest, 7, rest.len);
  if (!modules->vendor)
    *why = arena_printf(loader->arena, "without -mod=vendor, directory " STR_FMT " has no package path",
                        STR_ARG(dir));
  else if (!strmap_get(&modules->vendor->packages, path))
    *why = arena_printf(loader->arena, "directory " STR_FMT " is not a package listed in vendor/modules.txt",
                        STR_ARG(dir));
  return path;
}

/* The import path of a folder in module mode; *why says what is wrong. */
static Str path_of_folder(Loader *loader, Str dir, Str *why) {
  const Modules *modules = loader->modules;
  *why = (Str){NULL, 0};
  if (!listing_read(loader, dir)->exists)
    *why = arena_printf(loader->arena, "stat " STR_FMT ": directory not found", STR_ARG(dir));
  else if (!listing_read(loader, dir)->has_go_files)
    *why = arena_printf(loader->arena, "no Go files in " STR_FMT, STR_ARG(dir));
  if (why->data && modules->mains.len) return STR("");
  for (uint32_t i = 0; !modules->in_goroot && i < modules->mains.len; i++) {
    const Module *module = modules->mains.items[i];
    if (!path_has_prefix(dir, module->dir)) continue;
    Str rest = path_relative(loader->arena, module->dir, dir);
    if (str_has_prefix(rest, STR("vendor/"))) return vendored_path(loader, dir, rest, why);
    bool has_go_files;
    Str path = path_in_module(loader, module, dir);
    if (path.len && dir_in_module(loader, module, path, &has_go_files).len) return path;
    *why = arena_printf(loader->arena, "main module (" STR_FMT ") does not contain package " STR_FMT,
                        STR_ARG(module->path), STR_ARG(path));
  }
  if (why->data && modules->mains.len) return STR("");
  Str src = loader->goroot_src;
  if (src.len && path_has_prefix(dir, src) && dir.len > src.len)
    return path_relative(loader->arena, src, dir);
  Str path = modules->mains.len ? path_in_dependency(loader, dir) : STR("");
  if (!path.len) *why = outside_text(loader, dir);
  return path;
}

static void add_folder(Loader *loader, Match *match, Str dir) {
  Str root, why = {NULL, 0};
  Str path = loader->modules ? path_of_folder(loader, dir, &why) : gopath_import_path(loader, dir, &root);
  if (!loader->modules && !root.len) path = dir;
  if (str_equal(path, STR("builtin")) && !match->literal) return;
  if (why.data)
    add_error(loader, match, why);
  else
    vec_push(loader->arena, &match->packages, path);
}

typedef struct FolderWalk {
  Loader *loader;
  Match *match;
  const Module *module;
  Str pattern; /* absolute */
  Candidates found;
} FolderWalk;

static void walk_folders(FolderWalk *walk, Str dir, bool top) {
  Loader *loader = walk->loader;
  const Listing *listing = listing_read(loader, dir);
  if (!top && loader->modules && listing->has_go_mod) return;
  Walk ignoring = {.loader = loader, .file = walk->module ? walk->module->file : NULL};
  ignoring.root = walk->module ? walk->module->dir : STR("");
  if (is_ignored(&ignoring, dir)) return;
  if (pattern_matches(loader->arena, walk->pattern, dir)) note_candidate(loader, &walk->found, dir, STR(""));
  for (uint32_t i = 0; i < listing->len; i++) {
    const DirEntry *entry = &listing->entries[i];
    bool skip = !entry->is_dir || entry->is_link || entry->name.data[0] == '.' ||
                entry->name.data[0] == '_' || str_equal(entry->name, STR("testdata"));
    if (!skip) walk_folders(walk, path_join(loader->arena, dir, entry->name), false);
  }
}

static const Module *main_module_of(const Loader *loader, Str dir) {
  const Module *best = NULL;
  for (uint32_t i = 0; loader->modules && i < loader->modules->mains.len; i++) {
    const Module *module = loader->modules->mains.items[i];
    if (path_has_prefix(dir, module->dir) && (!best || module->dir.len > best->dir.len)) best = module;
  }
  return best;
}

static void match_folder_wildcard(Loader *loader, Match *match, Str pattern, size_t wild) {
  Str stem = str_slice(pattern, 0, wild);
  Str dir = str_slice(pattern, 0, (size_t)str_last_index(stem, '/'));
  if (!dir.len) dir = STR("/");
  const Module *module = main_module_of(loader, dir);
  bool in_goroot = loader->goroot_src.len && path_has_prefix(dir, loader->goroot_src);
  if (loader->modules && !module && !in_goroot && !path_in_dependency(loader, dir).len) {
    add_error(loader, match,
              arena_printf(loader->arena, "directory prefix " STR_FMT " does not contain %s",
                           STR_ARG(short_path(loader, dir)),
                           loader->modules->work ? "modules listed in go.work or their selected dependencies"
                                                 : "main module or its selected dependencies"));
    return;
  }
  FolderWalk walk = {.loader = loader, .match = match, .module = module, .pattern = pattern};
  walk_folders(&walk, dir, true);
  ahead_of_folders(loader, walk.found.dirs.items, walk.found.dirs.len, false);
  for (uint32_t i = 0; i < walk.found.dirs.len; i++)
    if (is_package(loader, walk.found.dirs.items[i])) add_folder(loader, match, walk.found.dirs.items[i]);
}

Match pattern_expand(Loader *loader, Str word) {
  Arena *arena = loader->arena;
  Match match = {.pattern = word};
  static const char *const metas[] = {"std", "cmd", "all", "work", "tool"};
  bool local = is_local_path(word) || path_is_absolute(word), meta = false;
  ptrdiff_t wild = find_wildcard(word);
  for (size_t i = 0; i < ARRAY_LEN(metas); i++) meta = meta || str_equal(word, str_from(metas[i]));
  match.literal = wild < 0 && !meta;
  if (local) {
    Str path = path_is_absolute(word) ? path_clean(arena, word) : path_join(arena, loader->config->dir, word);
    wild = find_wildcard(path);
    if (wild < 0)
      add_folder(loader, &match, path);
    else
      match_folder_wildcard(loader, &match, path, (size_t)wild);
  } else if (str_equal(word, STR("all")))
    match_all(loader, &match);
  else if (str_equal(word, STR("work"))) {
    walk_mains(loader, &match, STR(""));
    sort_packages(&match);
  } else if (str_equal(word, STR("tool")))
    match_tools(loader, &match);
  else if (meta)
    walk_goroot(loader, &match, word);
  else if (wild >= 0)
    match_wildcard(loader, &match, path_clean(arena, word));
  else
    vec_push(arena, &match.packages, path_clean(arena, word));
  return match;
}
