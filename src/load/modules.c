/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Module mode: main modules, workspace, vendor decision, and where the files of a module are.
 *
 * In: the working directory and the environment. Out: loader->modules, or NULL for GOPATH mode. Nothing is fetched: a module
 * whose files are not in the module cache is described by what to type.
 *
 * Go: cmd/go/internal/modload/init.go, cmd/go/internal/modload/modfile.go
 */
#include "load/private.h"

enum { DEFAULT_GO_MINOR = 16 }; /* of a go.mod file without a go line */

/* ---- language versions ---- */

Str modules_lang(Loader *loader, Str go) {
  Lang lang = LANG(DEFAULT_GO_MINOR);
  uint16_t newest = loader->config->profile->lang_max;
  if (go.len && !lang_parse(go, &lang)) lang = LANG(DEFAULT_GO_MINOR);
  if (lang.minor > newest) return loader->std_lang;
  return arena_printf(loader->arena, "go1.%u", (unsigned)lang.minor);
}

static Lang go_line(Str go) {
  Lang lang = LANG(DEFAULT_GO_MINOR);
  if (go.len) lang_parse(go, &lang);
  return lang;
}

/* ---- finding files ---- */

static Str find_upwards(Loader *loader, const char *name) {
  Str dir = loader->config->dir, goroot = loader->env.goroot;
  while (true) {
    Str file = path_join(loader->arena, dir, str_from(name));
    if (overlay_file_exists(loader->overlay, file)) return file;
    Str parent = path_dir(dir);
    bool leaves_goroot = strcmp(name, "go.work") == 0 && goroot.len && str_equal(parent, goroot);
    if (str_equal(parent, dir) || leaves_goroot) return STR("");
    dir = parent;
  }
}

static Str find_work_file(Loader *loader) {
  Str set = loader->env.gowork;
  if (str_equal(set, STR("off"))) return STR("");
  if (set.len == 0 || str_equal(set, STR("auto"))) return find_upwards(loader, "go.work");
  if (path_is_absolute(set)) return path_clean(loader->arena, set);
  load_problem(loader, true, "go: invalid GOWORK: not an absolute path");
  return STR("");
}

static Str temporary_root(Loader *loader) {
  Str set = environment_get(loader->config->environment, "TMPDIR");
  return set.len ? path_clean(loader->arena, set) : STR("/tmp");
}

/* ---- main modules ---- */

static ModFile *read_modfile(Loader *loader, Str file, ModFileKind kind) {
  Str text;
  if (!overlay_read(loader->overlay, loader->arena, file, &text)) return NULL;
  ModFile *out = arena_new_of(loader->arena, ModFile);
  modfile_parse(loader->arena, short_path(loader, file), text, kind, out);
  return out;
}

static void check_go_line(Loader *loader, const ModFile *file) {
  uint16_t newest = loader->config->profile->lang_max;
  if (go_line(file->go).minor > newest)
    load_problem(loader, true, "go: " STR_FMT " requires go >= " STR_FMT " (this is the answer for go %s)",
                 STR_ARG(file->name), STR_ARG(file->go), loader->config->profile->release);
}

static void add_replaces(Loader *loader, const ModFile *file, Str base) {
  for (uint32_t i = 0; i < file->replace.len; i++) {
    ModReplace replace = file->replace.items[i];
    replace.base = base;
    vec_push(loader->arena, &loader->modules->replaces, replace);
  }
}

/* dir: the module's folder; file: its go.mod, which -modfile can move. False: a fatal problem was noted. */
static bool add_main(Loader *loader, Str dir, Str file) {
  Modules *modules = loader->modules;
  ModFile *mod = read_modfile(loader, file, MOD_MAIN);
  Str shown = short_path(loader, file);
  if (!mod && modules->work)
    load_problem(loader, true,
                 "go: cannot load module " STR_FMT " listed in go.work file: open " STR_FMT
                 ": no such file or directory",
                 STR_ARG(short_path(loader, dir)), STR_ARG(shown));
  else if (!mod)
    load_problem(loader, true, "go: open " STR_FMT ": no such file or directory", STR_ARG(shown));
  else if (mod->errors.len)
    load_problem(loader, true, "go: errors parsing " STR_FMT ":\n" STR_FMT, STR_ARG(shown),
                 STR_ARG(mod->errors));
  else if (!mod->module.len)
    load_problem(loader, true,
                 "go: error reading " STR_FMT
                 ": missing module declaration. To specify the module path:\n\tgo mod edit "
                 "-module=example.com/mod",
                 STR_ARG(shown));
  else
    check_go_line(loader, mod);
  if (loader->fatal) return false;
  Module *module = arena_new_of(loader->arena, Module);
  *module = (Module){.path = mod->module,
                     .dir = arena_str(loader->arena, dir),
                     .lang = modules_lang(loader, mod->go),
                     .file = mod,
                     .is_main = true,
                     .is_local = true};
  vec_push(loader->arena, &modules->mains, module);
  if (path_has_prefix(dir, loader->goroot_src) && loader->goroot_src.len) modules->in_goroot = true;
  return true;
}

static void load_workspace(Loader *loader) {
  Modules *modules = loader->modules;
  modules->work_dir = arena_str(loader->arena, path_dir(modules->work_file));
  modules->work = read_modfile(loader, modules->work_file, MOD_WORK);
  Str shown = short_path(loader, modules->work_file);
  if (!modules->work)
    load_problem(loader, true, "go: open " STR_FMT ": no such file or directory", STR_ARG(shown));
  else if (modules->work->errors.len)
    load_problem(loader, true, "go: errors parsing " STR_FMT ":\n" STR_FMT, STR_ARG(shown),
                 STR_ARG(modules->work->errors));
  else if (loader->config->modfile.len)
    load_problem(loader, true, "go: -modfile cannot be used in workspace mode");
  else if (modules->work->uses.len == 0)
    load_problem(loader, true, "go: no modules were found in the current workspace; see 'go help work'");
  if (loader->fatal) return;
  check_go_line(loader, modules->work);
  for (uint32_t i = 0; i < modules->work->uses.len; i++) {
    Str use = modules->work->uses.items[i];
    Str dir = path_is_absolute(use) ? path_clean(loader->arena, use)
                                    : path_join(loader->arena, modules->work_dir, use);
    if (!add_main(loader, dir, path_join(loader->arena, dir, STR("go.mod")))) return;
  }
  add_replaces(loader, modules->work, modules->work_dir);
}

static Str modfile_of(Loader *loader, Str go_mod) {
  Str set = loader->config->modfile;
  if (!set.len) return go_mod;
  if (!str_has_suffix(set, STR(".mod")))
    load_problem(loader, true, "go: -modfile=" STR_FMT ": file does not have .mod extension", STR_ARG(set));
  return path_is_absolute(set) ? path_clean(loader->arena, set)
                               : path_join(loader->arena, loader->config->dir, set);
}

/* ---- vendor ---- */

static bool is_workspace_vendor(Loader *loader, Str dir) {
  Str text, line, entry;
  if (!overlay_read(loader->overlay, loader->arena, path_join(loader->arena, dir, STR("modules.txt")), &text))
    return false;
  if (!str_next(&text, '\n', &line) || !str_has_prefix(line, STR("## "))) return false;
  for (Str rest = str_slice(line, 3, line.len); str_next(&rest, ';', &entry);)
    if (str_equal(str_trim(entry), STR("workspace"))) return true;
  return false;
}

/* Whether the vendor folder is used when nobody says so; notes why not. */
static bool vendor_by_default(Loader *loader, Str dir) {
  Modules *modules = loader->modules;
  const char *source = modules->work ? "go.work" : "go.mod";
  Str go = modules->work ? modules->work->go : modules->mains.items[0]->file->go;
  if (!listing_read(loader, dir)->exists) return false;
  if (!go.len)
    modules->mod_reason = arena_printf(
        loader->arena, "Go version in %s is unspecified, so vendor directory was not used.", source);
  else if (!lang_at_least(go_line(go), 14))
    modules->mod_reason =
        arena_printf(loader->arena, "Go version in %s is " STR_FMT ", so vendor directory was not used.",
                     source, STR_ARG(go));
  else if (is_workspace_vendor(loader, dir) && !modules->work)
    modules->mod_reason = STR("Outside workspace mode, but vendor directory is for a workspace.");
  else if (!is_workspace_vendor(loader, dir) && modules->work)
    modules->mod_reason = STR("In workspace mode, but vendor directory is not for a workspace");
  else {
    modules->mod_reason =
        arena_printf(loader->arena, "Go version in %s is at least 1.14 and vendor directory exists.", source);
    return true;
  }
  return false;
}

static void decide_vendor(Loader *loader) {
  Modules *modules = loader->modules;
  Str mode = loader->config->mod;
  static const char *const modes[] = {"", "mod", "readonly", "vendor"};
  bool known = false;
  for (size_t i = 0; i < ARRAY_LEN(modes); i++) known = known || str_equal(mode, str_from(modes[i]));
  if (!known) {
    load_problem(loader, true, "-mod=" STR_FMT " not supported (can be '', 'mod', 'readonly', or 'vendor')",
                 STR_ARG(mode));
    return;
  }
  if (modules->work && str_equal(mode, STR("mod"))) {
    load_problem(
        loader, true,
        "go: -mod may only be set to readonly or vendor when in workspace mode, but it is set to \"mod\""
        "\n\tRemove the -mod flag to use the default readonly value, "
        "\n\tor set GOWORK=off to disable workspace mode.");
    return;
  }
  if (modules->mains.len == 0 || modules->in_goroot) return;
  Str dir = path_join(loader->arena, modules->work ? modules->work_dir : modules->mains.items[0]->dir,
                      STR("vendor"));
  bool use = mode.len ? str_equal(mode, STR("vendor")) : vendor_by_default(loader, dir);
  if (!use) return;
  modules->vendor = vendor_read(loader, dir);
  vendor_check(loader, modules->vendor);
}

/* ---- all together ---- */

static bool is_excluded(const Modules *modules, ModuleVersion mod) {
  for (uint32_t i = 0; i < modules->mains.len; i++) {
    const ModFile *file = modules->mains.items[i]->file;
    for (uint32_t k = 0; k < file->exclude.len; k++)
      if (str_equal(file->exclude.items[k].path, mod.path) &&
          str_equal(file->exclude.items[k].version, mod.version))
        return true;
  }
  return false;
}

static void note_roots(Loader *loader) {
  Modules *modules = loader->modules;
  if (modules->work || modules->mains.len == 0) return;
  const ModFile *file = modules->mains.items[0]->file;
  modules->pruned = lang_at_least(go_line(file->go), 17);
  for (uint32_t i = 0; i < file->require.len; i++) {
    ModuleVersion mod = file->require.items[i];
    if (is_excluded(modules, mod)) continue;
    const Str *known = strmap_get(&modules->roots, mod.path);
    if (known && semver_compare(*known, mod.version) >= 0) continue;
    Str *version = arena_new_of(loader->arena, Str);
    *version = mod.version;
    *strmap_put(&modules->roots, mod.path) = version;
  }
}

static void load_single(Loader *loader, Str go_mod) {
  if (go_mod.len && str_equal(path_dir(go_mod), temporary_root(loader))) {
    load_warning(loader, "go: warning: ignoring go.mod in system temp root " STR_FMT,
                 STR_ARG(path_dir(go_mod)));
    return;
  }
  if (go_mod.len)
    add_main(loader, path_dir(go_mod), modfile_of(loader, go_mod));
  else if (loader->config->modfile.len)
    load_problem(
        loader, true,
        "go: cannot find main module, but -modfile was set.\n\t-modfile cannot be used to set the module "
        "root directory.");
}

void modules_load(Loader *loader) {
  Str mode = loader->env.go111module;
  bool is_auto = str_equal(mode, STR("auto"));
  if (str_equal(mode, STR("off"))) return;
  if (mode.len && !is_auto && !str_equal(mode, STR("on"))) {
    load_problem(loader, true, "go: unknown environment setting GO111MODULE=" STR_FMT, STR_ARG(mode));
    return;
  }
  Str work = find_work_file(loader), go_mod = find_upwards(loader, "go.mod");
  if (is_auto && !work.len && !go_mod.len) return;
  Modules *modules = loader->modules = arena_new_of(loader->arena, Modules);
  *modules = (Modules){.work_file = work,
                       .roots = strmap_in(loader->arena),
                       .summaries = strmap_in(loader->arena),
                       .fetched = strmap_in(loader->arena),
                       .list = {.selected = strmap_in(loader->arena)}};
  if (work.len)
    load_workspace(loader);
  else
    load_single(loader, go_mod);
  for (uint32_t i = 0; i < modules->mains.len && !loader->fatal; i++)
    add_replaces(loader, modules->mains.items[i]->file, modules->mains.items[i]->dir);
  if (!loader->fatal) decide_vendor(loader);
  if (!loader->fatal) note_roots(loader);
}

/* ---- replacements, summaries, folders ---- */

const Module *modules_main_with_path(const Modules *modules, Str path) {
  for (uint32_t i = 0; i < modules->mains.len; i++)
    if (str_equal(modules->mains.items[i]->path, path)) return modules->mains.items[i];
  return NULL;
}

/* A line for exactly that version goes before one for all versions of the same file. */
const ModReplace *modules_replacement(const Modules *modules, ModuleVersion mod) {
  const ModReplace *any = NULL;
  for (uint32_t i = 0; i < modules->replaces.len; i++) {
    const ModReplace *replace = &modules->replaces.items[i];
    if (!str_equal(replace->old.path, mod.path)) continue;
    if (replace->old.version.len && str_equal(replace->old.version, mod.version)) return replace;
    if (!replace->old.version.len && !any) any = replace;
  }
  return any;
}

static Str replacement_dir(Loader *loader, const ModReplace *replace) {
  return path_is_absolute(replace->with.path) ? path_clean(loader->arena, replace->with.path)
                                              : path_join(loader->arena, replace->base, replace->with.path);
}

static Str cache_dir(Loader *loader, ModuleVersion mod) {
  Arena *arena = loader->arena;
  return arena_printf(arena, STR_FMT "/" STR_FMT "@" STR_FMT, STR_ARG(loader->env.gomodcache),
                      STR_ARG(module_escape(arena, mod.path)), STR_ARG(module_escape(arena, mod.version)));
}

/* The text of a module's go.mod, from the replacing folder or the cache. False: there is none. */
static bool read_go_mod(Loader *loader, ModuleVersion mod, Str *text) {
  Arena *arena = loader->arena;
  const ModReplace *replace = modules_replacement(loader->modules, mod);
  if (replace && !replace->with.version.len)
    return overlay_read(loader->overlay, arena,
                        path_join(arena, replacement_dir(loader, replace), STR("go.mod")), text);
  if (replace) mod = replace->with;
  Str file = arena_printf(arena, STR_FMT "/cache/download/" STR_FMT "/@v/" STR_FMT ".mod",
                          STR_ARG(loader->env.gomodcache), STR_ARG(module_escape(arena, mod.path)),
                          STR_ARG(module_escape(arena, mod.version)));
  if (file_read(arena, file.data, text)) return true;
  return file_read(arena, path_join(arena, cache_dir(loader, mod), STR("go.mod")).data, text);
}

const ModSummary *modules_summary(Loader *loader, ModuleVersion mod) {
  Modules *modules = loader->modules;
  Str key = arena_printf(loader->arena, STR_FMT "@" STR_FMT, STR_ARG(mod.path), STR_ARG(mod.version));
  void **slot = strmap_put(&modules->summaries, key);
  if (*slot) return *slot;
  ModSummary *summary = arena_new_of(loader->arena, ModSummary);
  *slot = summary;
  const Module *main_module = mod.version.len ? NULL : modules_main_with_path(modules, mod.path);
  ModFile *file = main_module ? main_module->file : NULL;
  Str text;
  if (!file && read_go_mod(loader, mod, &text)) {
    file = arena_new_of(loader->arena, ModFile);
    modfile_parse(loader->arena, key, text, MOD_DEPENDENCY, file);
  }
  summary->unknown = !file;
  if (!file) return summary;
  summary->file = file;
  summary->go = file->go;
  summary->pruned = lang_at_least(go_line(file->go), 17);
  summary->require = arena_new_array(loader->arena, ModuleVersion, file->require.len);
  for (uint32_t i = 0; i < file->require.len; i++)
    if (!is_excluded(modules, file->require.items[i]))
      summary->require[summary->require_len++] = file->require.items[i];
  return summary;
}

Str modules_place(Loader *loader, ModuleVersion mod) {
  const ModReplace *replace = modules_replacement(loader->modules, mod);
  if (replace && !replace->with.version.len) return replacement_dir(loader, replace);
  return cache_dir(loader, replace ? replace->with : mod);
}

const Module *modules_fetch(Loader *loader, ModuleVersion mod) {
  Modules *modules = loader->modules;
  Arena *arena = loader->arena;
  Str key = arena_printf(arena, STR_FMT "@" STR_FMT, STR_ARG(mod.path), STR_ARG(mod.version));
  void **slot = strmap_put(&modules->fetched, key);
  if (*slot) return *slot;
  Module *module = arena_new_of(arena, Module);
  *slot = module;
  const ModReplace *replace = modules_replacement(modules, mod);
  bool folder = replace && !replace->with.version.len;
  ModuleVersion from = replace && !folder ? replace->with : mod;
  *module = (Module){.path = arena_str(arena, mod.path), .version = arena_str(arena, mod.version)};
  module->is_local = folder;
  Str dir = modules_place(loader, mod);
  const ModSummary *summary = modules_summary(loader, mod);
  module->file = summary->file;
  module->lang = modules_lang(loader, summary->go);
  if (listing_read(loader, dir)->exists)
    module->dir = dir;
  else if (folder)
    module->missing = arena_printf(arena, STR_FMT ": replacement directory " STR_FMT " does not exist",
                                   STR_ARG(key), STR_ARG(replace->with.path));
  else
    module->missing =
        arena_printf(arena,
                     "module " STR_FMT "@" STR_FMT
                     " is not in the module cache; to fetch it:\n\tgo mod download " STR_FMT "@" STR_FMT,
                     STR_ARG(from.path), STR_ARG(from.version), STR_ARG(from.path), STR_ARG(from.version));
  return module;
}
