/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vendor/modules.txt: which package of the vendor folder belongs to which module, and whether that agrees with go.mod.
 *
 *   # path version [=> replacement]      a module; without a version: a replacement for all versions
 *   ## explicit; go 1.21                 about that module
 *   path/of/package
 *
 * Go: cmd/go/internal/modload/vendor.go
 */
#include "load/private.h"

enum { FIELDS = 6 };

/* Words between blanks; at most FIELDS of them, the count may be larger. */
static uint32_t split_words(Str line, Str out[FIELDS]) {
  uint32_t count = 0;
  for (Str word; str_next(&line, ' ', &word);) {
    word = str_trim(word);
    if (!word.len) continue;
    if (count < FIELDS) out[count] = word;
    count++;
  }
  return count;
}

static VendorModule *vendor_module(const Vendor *vendor, ModuleVersion mod) {
  for (uint32_t i = 0; i < vendor->modules.len; i++) {
    VendorModule *module = vendor->modules.items[i];
    if (str_equal(module->mod.path, mod.path) && str_equal(module->mod.version, mod.version)) return module;
  }
  return NULL;
}

static VendorModule *read_module_line(Loader *loader, Vendor *vendor, Str line) {
  Str words[FIELDS];
  uint32_t count = split_words(line, words), at;
  if (count < 3 || count > FIELDS) return NULL;
  ModuleVersion mod = {.path = words[1]};
  if (semver_valid(words[2]))
    mod.version = words[2], at = 3;
  else if (str_equal(words[2], STR("=>")))
    at = 2;
  else
    return NULL;
  VendorModule *module = vendor_module(vendor, mod);
  if (!module) {
    module = arena_new_of(loader->arena, VendorModule);
    module->mod = mod;
    vec_push(loader->arena, &vendor->modules, module);
  }
  if (count >= at + 2 && str_equal(words[at], STR("=>"))) {
    if (count == at + 2) module->replacement = (ModuleVersion){.path = words[at + 1]};
    if (count == at + 3)
      module->replacement = (ModuleVersion){.path = words[at + 1], .version = words[at + 2]};
  }
  return module;
}

static void read_annotations(VendorModule *module, Str line) {
  for (Str entry; str_next(&line, ';', &entry);) {
    entry = str_trim(entry);
    if (str_equal(entry, STR("explicit"))) module->is_explicit = true;
    if (str_has_prefix(entry, STR("go "))) module->go = str_slice(entry, 3, entry.len);
  }
}

Vendor *vendor_read(Loader *loader, Str dir) {
  Vendor *vendor = arena_new_of(loader->arena, Vendor);
  *vendor = (Vendor){.dir = dir, .packages = strmap_in(loader->arena)};
  Str text, line, words[FIELDS];
  if (!overlay_read(loader->overlay, loader->arena, path_join(loader->arena, dir, STR("modules.txt")), &text))
    return vendor;
  VendorModule *module = NULL;
  while (str_next(&text, '\n', &line)) {
    if (str_has_prefix(line, STR("# ")))
      module = read_module_line(loader, vendor, line);
    else if (!module)
      continue;
    else if (str_has_prefix(line, STR("## ")))
      read_annotations(module, str_slice(line, 3, line.len));
    else if (split_words(line, words) == 1) {
      module->has_packages = true;
      *strmap_put(&vendor->packages, words[0]) = module;
    }
  }
  return vendor;
}

/* ---- agreement with go.mod ---- */

typedef struct Report {
  Buffer text;
} Report;

static void complain(Report *report, ModuleVersion mod, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void complain(Report *report, ModuleVersion mod, const char *fmt, ...) {
  buffer_printf(&report->text, "\n\t" STR_FMT "%s" STR_FMT ": ", STR_ARG(mod.path),
                mod.version.len ? "@" : "", STR_ARG(mod.version));
  va_list args;
  va_start(args, fmt);
  buffer_vprintf(&report->text, fmt, args);
  va_end(args);
}

static const VendorModule *module_with_packages(const Vendor *vendor, Str path) {
  for (uint32_t i = 0; i < vendor->modules.len; i++)
    if (vendor->modules.items[i]->has_packages && str_equal(vendor->modules.items[i]->mod.path, path))
      return vendor->modules.items[i];
  return NULL;
}

static void check_requires(Report *report, const Vendor *vendor, const ModFile *file, bool old) {
  for (uint32_t i = 0; i < file->require.len; i++) {
    ModuleVersion mod = file->require.items[i];
    const VendorModule *module = vendor_module(vendor, mod);
    if (module && module->is_explicit) continue;
    if (!old) {
      complain(report, mod,
               "is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt");
      continue;
    }
    const VendorModule *used = module_with_packages(vendor, mod.path);
    if (used && !str_equal(used->mod.version, mod.version))
      complain(report, mod,
               "is explicitly required in go.mod, but vendor/modules.txt indicates " STR_FMT "@" STR_FMT,
               STR_ARG(mod.path), STR_ARG(used->mod.version));
  }
}

static Str describe(Loader *loader, ModuleVersion mod) {
  if (!mod.version.len) return mod.path;
  return arena_printf(loader->arena, STR_FMT "@" STR_FMT, STR_ARG(mod.path), STR_ARG(mod.version));
}

static void check_replaces(Loader *loader, Report *report, const Vendor *vendor, bool old) {
  const Modules *modules = loader->modules;
  for (uint32_t i = 0; i < modules->replaces.len; i++) {
    const ModReplace *replace = &modules->replaces.items[i];
    if (modules_main_with_path(modules, replace->old.path)) continue;
    const VendorModule *module = vendor_module(vendor, replace->old);
    const char *source = modules->work ? "go.work" : "go.mod";
    bool marked = module && module->replacement.path.len;
    if (!marked) {
      const VendorModule *used = module_with_packages(vendor, replace->old.path);
      if (old && (!replace->old.version.len || !used || !str_equal(used->mod.version, replace->old.version)))
        continue;
      complain(report, replace->old, "is replaced in %s, but not marked as replaced in vendor/modules.txt",
               source);
    } else if (!modules->work && (!str_equal(module->replacement.path, replace->with.path) ||
                                  !str_equal(module->replacement.version, replace->with.version)))
      complain(
          report, replace->old,
          "is replaced by " STR_FMT " in %s, but marked as replaced by " STR_FMT " in vendor/modules.txt",
          STR_ARG(describe(loader, replace->with)), source, STR_ARG(describe(loader, module->replacement)));
  }
}

static bool is_required(const Modules *modules, ModuleVersion mod) {
  for (uint32_t i = 0; i < modules->mains.len; i++) {
    const ModFile *file = modules->mains.items[i]->file;
    for (uint32_t k = 0; k < file->require.len; k++)
      if (str_equal(file->require.items[k].path, mod.path) &&
          str_equal(file->require.items[k].version, mod.version))
        return true;
  }
  return false;
}

static void check_marks(const Modules *modules, Report *report, const Vendor *vendor) {
  for (uint32_t i = 0; i < vendor->modules.len; i++) {
    const VendorModule *module = vendor->modules.items[i];
    if (module->has_packages && module->is_explicit && !is_required(modules, module->mod))
      complain(report, module->mod,
               "is marked as explicit in vendor/modules.txt, but not explicitly required in %sgo.mod",
               modules->work ? "a " : "");
  }
  for (uint32_t i = 0; i < vendor->modules.len; i++) {
    const VendorModule *module = vendor->modules.items[i];
    if (module->replacement.path.len && !modules_replacement(modules, module->mod))
      complain(report, module->mod, "is marked as replaced in vendor/modules.txt, but not replaced in %s",
               modules->work ? "the workspace" : "go.mod");
  }
}

void vendor_check(Loader *loader, const Vendor *vendor) {
  const Modules *modules = loader->modules;
  Report report = {{0}};
  Lang lang = LANG(0);
  bool has_go = !modules->work && lang_parse(modules->mains.items[0]->file->go, &lang);
  bool old = !modules->work && (!has_go || !lang_at_least(lang, 14));
  for (uint32_t i = 0; i < modules->mains.len; i++)
    check_requires(&report, vendor, modules->mains.items[i]->file, old);
  check_replaces(loader, &report, vendor, old);
  check_marks(modules, &report, vendor);
  const char *command = modules->work ? "work" : "mod";
  if (report.text.len)
    load_problem(loader, true,
                 "go: inconsistent vendoring in " STR_FMT ":" STR_FMT
                 "\n\n\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n\tTo sync the vendor "
                 "directory, run:\n\t\tgo %s vendor",
                 STR_ARG(path_dir(vendor->dir)), STR_ARG(buffer_view(&report.text)), command);
  buffer_free(&report.text);
}
