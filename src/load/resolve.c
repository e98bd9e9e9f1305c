/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An import path -> the folder that has it, in module mode.
 *
 * In: the path as written and who imports it. A path whose first element has no dot is looked for in GOROOT first; packages of
 * GOROOT see GOROOT's vendor folders; everybody else the main modules, then the vendor folder or the selected modules whose
 * path is a prefix. Out: the folder, or the go command's words for why there is none.
 *
 * Go: cmd/go/internal/modload/import.go, cmd/go/internal/modload/load.go
 */
#include "load/private.h"

Resolved resolve_std(Loader *loader, Str import_path) {
  Resolved found = {.import_path = arena_str(loader->arena, import_path), .origin = ORIGIN_STD};
  found.lang = loader->std_lang;
  found.root = loader->env.goroot;
  if (!loader->goroot_src.len) return found;
  Str dir = path_below(loader->arena, loader->goroot_src, import_path);
  if (listing_read(loader, dir)->has_go_files) found.dir = dir;
  return found;
}

/* GOROOT's packages see GOROOT's vendor folders: cmd/… that of cmd, all others that of std. */
static Resolved for_std_package(Loader *loader, const Resolved *importer, Str path) {
  if (is_standard_path(path)) return resolve_std(loader, path);
  bool command = path_has_prefix(importer->import_path, STR("cmd"));
  return resolve_std(
      loader, arena_printf(loader->arena, "%s/" STR_FMT, command ? "cmd/vendor" : "vendor", STR_ARG(path)));
}

/* ---- inside of modules ---- */

Str dir_in_module(Loader *loader, const Module *module, Str path, bool *has_go_files) {
  *has_go_files = false;
  if (!module->dir.len || !path_has_prefix(path, module->path)) return STR("");
  Str rest = path_relative(loader->arena, module->path, path);
  Str dir = rest.len ? path_join(loader->arena, module->dir, rest) : module->dir;
  if (module->is_local)
    for (Str at = dir; at.len > module->dir.len; at = path_dir(at))
      if (listing_read(loader, at)->has_go_mod) return STR("");
  *has_go_files = listing_read(loader, dir)->has_go_files;
  return dir;
}

typedef struct Candidates { /* who provides the package */
  VEC(const Module *) modules;
  VEC(Str) dirs;
  const Module *missing; /* could provide it, but its files are not here */
} Candidates;

static void try_module(Loader *loader, Candidates *found, const Module *module, Str path) {
  bool has_go_files;
  if (!module->dir.len) {
    if (!found->missing) found->missing = module;
    return;
  }
  Str dir = dir_in_module(loader, module, path, &has_go_files);
  if (!dir.len || !has_go_files) return;
  vec_push(loader->arena, &found->modules, module);
  vec_push(loader->arena, &found->dirs, dir);
}

/* Longest module path first. */
static Candidates find_candidates(Loader *loader, Str path, bool all) {
  Candidates found = {0};
  for (Str prefix = path;; prefix = path_dir(prefix)) {
    if (str_equal(prefix, STR(".")) || str_equal(prefix, STR("/"))) break;
    const Module *main_module = modules_main_with_path(loader->modules, prefix);
    Str version = main_module ? STR("") : build_list_version(loader, prefix, all);
    if (main_module)
      try_module(loader, &found, main_module, path);
    else if (version.data)
      try_module(loader, &found, modules_fetch(loader, (ModuleVersion){prefix, version}), path);
  }
  return found;
}

static Str ambiguous_text(Loader *loader, const Candidates *found, Str path) {
  Buffer text = {0};
  buffer_printf(&text, "ambiguous import: found package " STR_FMT " in multiple modules:", STR_ARG(path));
  for (uint32_t i = found->modules.len; i > 0; i--) {
    const Module *module = found->modules.items[i - 1];
    buffer_printf(&text, "\n\t" STR_FMT "%s" STR_FMT " (" STR_FMT ")", STR_ARG(module->path),
                  module->version.len ? " " : "", STR_ARG(module->version),
                  STR_ARG(found->dirs.items[i - 1]));
  }
  Str result = arena_str(loader->arena, buffer_view(&text));
  buffer_free(&text);
  return result;
}

/* ---- what to say when nobody has it ---- */

static Str not_in_std(Loader *loader, Str path) {
  if (!loader->env.goroot.len)
    return arena_printf(
        loader->arena,
        "package " STR_FMT
        ": no GOROOT found: install the packages golang-%s-go and golang-%s-src, set GOROOT, or "
        "pass -goroot DIR",
        STR_ARG(path), loader->config->profile->release, loader->config->profile->release);
  return arena_printf(loader->arena, "package " STR_FMT " is not in std (" STR_FMT "/" STR_FMT ")",
                      STR_ARG(path), STR_ARG(loader->goroot_src), STR_ARG(path));
}

/* A `replace` line offers the package but nobody requires the module. */
static const ModReplace *unused_replacement(Loader *loader, Str path) {
  const Modules *modules = loader->modules;
  for (uint32_t i = 0; i < modules->replaces.len; i++) {
    const ModReplace *replace = &modules->replaces.items[i];
    bool has_go_files = false;
    if (!path_has_prefix(path, replace->old.path)) continue;
    if (build_list_version(loader, replace->old.path, true).data) continue;
    dir_in_module(loader, modules_fetch(loader, replace->old), path, &has_go_files);
    if (has_go_files) return replace;
  }
  return NULL;
}

static Str lookup_disabled(Loader *loader) {
  const Modules *modules = loader->modules;
  const char *mode = modules->vendor ? "vendor" : "readonly";
  Str set = loader->config->mod;
  if (set.len) return arena_printf(loader->arena, "import lookup disabled by -mod=" STR_FMT, STR_ARG(set));
  if (!modules->mod_reason.len) return STR("");
  return arena_printf(loader->arena, "import lookup disabled by -mod=%s\n\t(" STR_FMT ")", mode,
                      STR_ARG(modules->mod_reason));
}

static Str not_provided(Loader *loader, const Resolved *importer, Str path) {
  const Modules *modules = loader->modules;
  Arena *arena = loader->arena;
  if (modules->mains.len == 0)
    return arena_printf(
        arena,
        "no required module provides package " STR_FMT
        ": go.mod file not found in current directory or any parent directory; see 'go help modules'",
        STR_ARG(path));
  Str why = lookup_disabled(loader);
  if (str_equal(loader->config->mod, STR("mod")))
    return arena_printf(arena, "cannot find module providing package " STR_FMT, STR_ARG(path));
  if (why.len)
    return arena_printf(arena, "cannot find module providing package " STR_FMT ": " STR_FMT, STR_ARG(path),
                        STR_ARG(why));
  const ModReplace *replace = unused_replacement(loader, path);
  if (replace)
    return arena_printf(arena,
                        "module " STR_FMT " provides package " STR_FMT
                        " and is replaced but not required; to add it:\n\tgo get " STR_FMT "%s" STR_FMT,
                        STR_ARG(replace->old.path), STR_ARG(path), STR_ARG(replace->old.path),
                        replace->old.version.len ? "@" : "", STR_ARG(replace->old.version));
  const Module *of = importer ? importer->module : NULL;
  bool elsewhere = of && of->is_main && !path_has_prefix(loader->config->dir, of->dir);
  return arena_printf(
      arena, "no required module provides package " STR_FMT "; to add it:\n\t%s" STR_FMT "%sgo get " STR_FMT,
      STR_ARG(path), elsewhere ? "cd " : "", STR_ARG(elsewhere ? of->dir : STR("")), elsewhere ? "\n\t" : "",
      STR_ARG(path));
}

static Resolved missing(Loader *loader, const Resolved *importer, Str path) {
  Resolved result = {.import_path = path};
  bool no_lines = loader->modules->replaces.len == 0 || !unused_replacement(loader, path);
  result.problem =
      is_standard_path(path) && no_lines ? not_in_std(loader, path) : not_provided(loader, importer, path);
  return result;
}

/* ---- the three ways ---- */

static Resolved in_module(Loader *loader, const Module *module, Str dir, Str path) {
  return (Resolved){.import_path = arena_str(loader->arena, path),
                    .dir = dir,
                    .lang = module->lang,
                    .module = module,
                    .origin = ORIGIN_MODULE};
}

static const Module *vendored_module(Loader *loader, const VendorModule *from) {
  Module *module = arena_new_of(loader->arena, Module);
  *module = (Module){.path = from ? from->mod.path : STR(""), .version = from ? from->mod.version : STR("")};
  module->lang = modules_lang(loader, from ? from->go : STR(""));
  return module;
}

static Resolved from_vendor(Loader *loader, const Resolved *importer, Str path) {
  const Modules *modules = loader->modules;
  Candidates found = {0};
  for (uint32_t i = 0; i < modules->mains.len; i++) try_module(loader, &found, modules->mains.items[i], path);
  Str dir = path_join(loader->arena, modules->vendor->dir, path);
  const VendorModule *module = strmap_get(&modules->vendor->packages, path);
  bool exists = listing_read(loader, dir)->has_go_files;
  Lang lang = LANG(0);
  lang_parse(modules->mains.items[0]->lang, &lang);
  if (exists && !module && lang_at_least(lang, 23)) {
    load_warning(
        loader,
        "go: ignoring package " STR_FMT
        " which exists in the vendor directory but is missing from vendor/modules.txt. To sync the vendor "
        "directory run go %s vendor.",
        STR_ARG(path), modules->work ? "work" : "mod");
    exists = false;
  }
  if (exists && found.dirs.len)
    return (Resolved){.import_path = path,
                      .problem = arena_printf(loader->arena,
                                              "ambiguous import: found package " STR_FMT
                                              " in multiple directories:\n\t" STR_FMT "\n\t" STR_FMT,
                                              STR_ARG(path), STR_ARG(found.dirs.items[0]), STR_ARG(dir))};
  if (exists) return in_module(loader, vendored_module(loader, module), dir, path);
  if (found.dirs.len) return in_module(loader, found.modules.items[0], found.dirs.items[0], path);
  return missing(loader, importer, path);
}

/* A package of the main module may only import what the main module's own go.mod names. */
static Str implicit_import(Loader *loader, const Resolved *importer, const Resolved *found) {
  const Modules *modules = loader->modules;
  bool asked = importer && importer->module && importer->module->is_main && !found->module->is_main;
  if (!asked || modules->work || str_equal(loader->config->mod, STR("mod"))) return STR("");
  if (strmap_get(&modules->roots, found->module->path)) return STR("");
  return arena_printf(loader->arena,
                      "package " STR_FMT " imports " STR_FMT
                      " from implicitly required module; to add missing requirements, run:\n\tgo get " STR_FMT
                      "@" STR_FMT,
                      STR_ARG(importer->import_path), STR_ARG(found->import_path),
                      STR_ARG(found->module->path), STR_ARG(found->module->version));
}

static Resolved from_modules(Loader *loader, const Resolved *importer, Str path) {
  Candidates found = find_candidates(loader, path, false);
  if (!found.modules.len && !found.missing) found = find_candidates(loader, path, true);
  if (found.modules.len > 1)
    return (Resolved){.import_path = path, .problem = ambiguous_text(loader, &found, path)};
  if (found.modules.len == 1) {
    Resolved result = in_module(loader, found.modules.items[0], found.dirs.items[0], path);
    result.blame = implicit_import(loader, importer, &result);
    return result;
  }
  if (found.missing) return (Resolved){.import_path = path, .problem = found.missing->missing};
  return missing(loader, importer, path);
}

static Str invalid_path(Loader *loader, Str path) {
  Arena *arena = loader->arena;
  if (str_index(path, '@') >= 0)
    return arena_printf(arena, "import path \"" STR_FMT "\" should not have @version", STR_ARG(path));
  if (is_local_path(path))
    return arena_printf(
        arena, "\"" STR_FMT "\" is relative, but relative import paths are not supported in module mode",
        STR_ARG(path));
  if (path_is_absolute(path))
    return arena_printf(arena, "\"" STR_FMT "\" is not a package path; see 'go help packages'",
                        STR_ARG(path));
  if (str_has_suffix(path, STR("/")) || str_contains(path, "//") || path.len == 0)
    return arena_printf(arena, "malformed import path \"" STR_FMT "\": %s", STR_ARG(path),
                        path.len == 0              ? "empty string"
                        : str_contains(path, "//") ? "double slash"
                                                   : "trailing slash");
  return STR("");
}

Resolved resolve_import(Loader *loader, const Resolved *importer, Str path) {
  if (!loader->modules) return resolve_gopath(loader, importer, path);
  if (importer && importer->origin == ORIGIN_STD) {
    Resolved found = for_std_package(loader, importer, path);
    if (found.dir.len) return found;
  }
  Str wrong = invalid_path(loader, path);
  if (wrong.len) return (Resolved){.import_path = path, .problem = wrong};
  if (is_standard_path(path)) {
    Resolved found = resolve_std(loader, path);
    if (found.dir.len) return found;
  }
  if (loader->modules->vendor) return from_vendor(loader, importer, path);
  if (loader->modules->mains.len == 0) return missing(loader, importer, path);
  return from_modules(loader, importer, path);
}
