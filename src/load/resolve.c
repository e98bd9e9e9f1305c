/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An import path -> the folder that has it.
 *
 * In: the path as written and the package that imports it. A path whose first element has no dot belongs to GOROOT; other paths
 * go to the vendor folder of GOROOT for its own packages, and to modules or GOPATH for everybody else.
 *
 * Go: cmd/go/internal/modload/import.go, cmd/go/internal/load/pkg.go
 */
#include "load/private.h"

static bool first_element_has_dot(Str path) {
  ptrdiff_t slash = str_index(path, '/');
  return str_index(slash < 0 ? path : str_slice(path, 0, (size_t)slash), '.') >= 0;
}

static Resolved in_goroot(Loader *loader, Str import_path) {
  Arena *arena = loader->arena;
  Str src = path_join(arena, loader->env.goroot, STR("src"));
  Str dir = path_join(arena, src, import_path);
  Resolved found = {.import_path = arena_str(arena, import_path), .origin = ORIGIN_STD};
  found.lang = arena_printf(arena, "go%s", loader->config->profile->release);
  if (loader->env.goroot.len && directory_read(loader, dir)->file_len) found.dir = dir;
  return found;
}

/* GOROOT's packages see GOROOT's vendor folders: cmd/… that of cmd, all others that of std. */
static Resolved for_goroot_package(Loader *loader, const LoadPackage *importer, Str path) {
  if (!first_element_has_dot(path)) return in_goroot(loader, path);
  bool command = str_has_prefix(importer->import_path, STR("cmd/"));
  return in_goroot(
      loader, arena_printf(loader->arena, "%s/" STR_FMT, command ? "cmd/vendor" : "vendor", STR_ARG(path)));
}

static Str not_found(Loader *loader, Str path) {
  if (!loader->env.goroot.len)
    return arena_printf(loader->arena,
                        "package " STR_FMT
                        ": no GOROOT found: install the package golang-%s-go and golang-%s-src, set GOROOT, "
                        "or pass -goroot DIR",
                        STR_ARG(path), loader->config->profile->release, loader->config->profile->release);
  return arena_printf(loader->arena, "package " STR_FMT " is not in std (" STR_FMT "/src/" STR_FMT ")",
                      STR_ARG(path), STR_ARG(loader->env.goroot), STR_ARG(path));
}

Resolved resolve_import(Loader *loader, const LoadPackage *importer, Str path) {
  Resolved found =
      importer && importer->is_std ? for_goroot_package(loader, importer, path) : in_goroot(loader, path);
  if (!found.dir.len) {
    found.origin = ORIGIN_NONE;
    found.problem = not_found(loader, path);
  }
  return found;
}
