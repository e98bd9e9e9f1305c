/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Command-line words -> packages: Go files, import paths, folders, and patterns with `...`, `std` and `cmd`.
 *
 * Go: cmd/go/internal/search/search.go, cmd/go/internal/modload/load.go
 */
#include "load/private.h"

/* Does the name match a pattern in which each "..." stands for any text? A pattern ending in "/..." also matches without it. */
static bool pattern_matches(Str pattern, Str name) {
  if (str_has_suffix(pattern, STR("/..."))) {
    Str stem = str_slice(pattern, 0, pattern.len - 4);
    if (str_equal(stem, name)) return true;
  }
  for (size_t i = 0; i + 3 <= pattern.len; i++) {
    if (memcmp(pattern.data + i, "...", 3) != 0) continue;
    if (!str_has_prefix(name, str_slice(pattern, 0, i))) return false;
    Str rest = str_slice(pattern, i + 3, pattern.len);
    for (size_t at = i; at <= name.len; at++)
      if (pattern_matches(rest, str_slice(name, at, name.len))) return true;
    return false;
  }
  return str_equal(pattern, name);
}

static bool is_meta(Str pattern) { return str_equal(pattern, STR("std")) || str_equal(pattern, STR("cmd")); }

static bool wanted_in_goroot(Str pattern, Str import_path) {
  bool command = str_has_prefix(import_path, STR("cmd/"));
  if (str_equal(pattern, STR("std"))) return !command;
  if (str_equal(pattern, STR("cmd"))) return command;
  return pattern_matches(pattern, import_path);
}

/* All packages below a folder of GOROOT, in the order of their paths' elements. */
static void walk_goroot(Loader *loader, Str dir, Str import_path, Str pattern) {
  DirList list;
  if (import_path.len && !str_equal(import_path, STR("builtin")) && !str_equal(import_path, STR("cmd")) &&
      wanted_in_goroot(pattern, import_path)) {
    Directory *directory = directory_read(loader, dir);
    bool any = false;
    for (uint32_t i = 0; i < directory->file_len; i++) any = any || !directory->files[i].is_test;
    if (any)
      graph_add(loader,
                (Resolved){.import_path = import_path,
                           .dir = dir,
                           .origin = ORIGIN_STD,
                           .lang = arena_printf(loader->arena, "go%s", loader->config->profile->release)},
                true);
  }
  if (!dir_list(loader->arena, dir.data, &list)) return;
  for (uint32_t i = 0; i < list.len; i++) {
    Str name = list.entries[i].name;
    bool skip = !list.entries[i].is_dir || list.entries[i].is_link || name.data[0] == '.' ||
                name.data[0] == '_' || str_equal(name, STR("testdata"));
    if (skip) continue;
    Str path = import_path.len ? path_join(loader->arena, import_path, name) : arena_str(loader->arena, name);
    walk_goroot(loader, path_join(loader->arena, dir, name), path, pattern);
  }
}

static void load_one(Loader *loader, Str pattern) {
  bool wildcard = is_meta(pattern);
  for (size_t i = 0; i + 3 <= pattern.len; i++)
    wildcard = wildcard || memcmp(pattern.data + i, "...", 3) == 0;
  if (wildcard) {
    uint32_t before = loader->roots.len;
    Str src = path_join(loader->arena, loader->env.goroot, STR("src"));
    if (loader->env.goroot.len) walk_goroot(loader, src, STR(""), pattern);
    if (loader->roots.len == before)
      load_problem(loader, false, "warning: \"" STR_FMT "\" matched no packages", STR_ARG(pattern));
    return;
  }
  Resolved where = resolve_import(loader, NULL, pattern);
  if (where.dir.len)
    graph_add(loader, where, true);
  else
    load_problem(loader, true, STR_FMT, STR_ARG(where.problem));
}

void patterns_load(Loader *loader, Str const *patterns, uint32_t len) {
  bool files = len > 0;
  for (uint32_t i = 0; i < len; i++) files = files && str_has_suffix(patterns[i], STR(".go"));
  if (files) {
    graph_add_files(loader, patterns, len);
    return;
  }
  Str here = STR(".");
  if (len == 0) patterns = &here, len = 1;
  for (uint32_t i = 0; i < len; i++) load_one(loader, patterns[i]);
}

LoadGraph *load_packages(const LoadConfig *config, Str const *patterns, uint32_t len) {
  Loader loader = {.config = config, .arena = config->arena};
  loader.by_key = strmap_in(config->arena);
  loader.directories = strmap_in(config->arena);
  Str why;
  loader.env = load_environment(config, &why);
  if (why.data)
    load_problem(&loader, true, STR_FMT, STR_ARG(why));
  else {
    environment_tags(&loader);
    patterns_load(&loader, patterns, len);
  }
  LoadGraph *graph = arena_new_of(config->arena, LoadGraph);
  *graph = (LoadGraph){.env = loader.env,
                       .packages = loader.packages.items,
                       .package_len = loader.packages.len,
                       .roots = loader.roots.items,
                       .root_len = loader.roots.len,
                       .problems = loader.problems.items,
                       .problem_len = loader.problems.len,
                       .fatal = loader.fatal};
  return graph;
}
