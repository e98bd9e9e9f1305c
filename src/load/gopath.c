/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An import path -> the folder that has it, without modules (GO111MODULE=off).
 *
 * Vendor folders beside the importer and above it come first, then GOROOT, then the folders of GOPATH. Folders outside of all
 * of them have a name that begins with an underscore. Code that comes as a module may import x/y/v2/z from x/y/z, if there is no
 * x/y/v2/z and x/y is the module x/y/v2.
 *
 * Go: go/build/build.go, cmd/go/internal/load/pkg.go
 */
#include "load/private.h"

/* GOROOT or the GOPATH entry whose src/ has the folder; "" if none. */
static Str root_of(Loader *loader, Str dir) {
  if (loader->goroot_src.len && path_has_prefix(dir, loader->goroot_src)) return loader->env.goroot;
  Str entry;
  for (Str rest = loader->env.gopath; str_next(&rest, ':', &entry);)
    if (entry.len && path_has_prefix(dir, path_join(loader->arena, entry, STR("src")))) return entry;
  return STR("");
}

Str gopath_import_path(Loader *loader, Str dir, Str *root) {
  *root = root_of(loader, dir);
  Str src = root->len ? path_join(loader->arena, *root, STR("src")) : STR("");
  Str path = root->len ? path_relative(loader->arena, src, dir) : STR("");
  bool hidden = str_contains(path, "/testdata/") || str_has_suffix(path, STR("/testdata")) ||
                str_has_prefix(path, STR("testdata/")) || str_equal(path, STR("testdata"));
  if (path.len && !hidden) return path;
  *root = STR("");
  char *name = arena_strdup(loader->arena, arena_printf(loader->arena, "_" STR_FMT, STR_ARG(dir)));
  for (char *at = name; *at; at++)
    if (strchr("!\"#$%&'()*,:;<=>?[\\]^{|}` ", *at)) *at = '_';
  return str_from(name);
}

static Resolved in_root(Loader *loader, Str root, Str import_path, Str dir) {
  bool std = loader->env.goroot.len && str_equal(root, loader->env.goroot);
  return (Resolved){.import_path = arena_str(loader->arena, import_path),
                    .dir = arena_str(loader->arena, dir),
                    .lang = loader->std_lang,
                    .root = root,
                    .origin = std ? ORIGIN_STD : ORIGIN_GOPATH};
}

static void add_tried(Loader *loader, Buffer *tried, Str dir, const char *kind) {
  (void)loader;
  buffer_printf(tried, "\n\t" STR_FMT "%s", STR_ARG(dir), kind);
}

/* The vendor folders from the importer's folder up to its root. */
static Resolved find_vendored(Loader *loader, const Resolved *importer, Str path, Buffer *tried) {
  if (!importer || !importer->root.len) return (Resolved){0};
  Arena *arena = loader->arena;
  Str src = path_join(arena, importer->root, STR("src"));
  const char *kind = " (vendor tree)";
  for (Str at = importer->dir; path_has_prefix(at, src); at = path_dir(at)) {
    Str vendor = path_join(arena, at, STR("vendor"));
    if (!listing_read(loader, vendor)->exists) continue;
    Str dir = path_join(arena, vendor, path);
    if (listing_read(loader, dir)->has_go_files)
      return in_root(loader, importer->root, path_relative(arena, src, dir), dir);
    add_tried(loader, tried, dir, kind);
    kind = "";
  }
  return (Resolved){0};
}

static Resolved find_local(Loader *loader, const Resolved *importer, Str path) {
  Str dir = path_join(loader->arena, importer ? importer->dir : loader->config->dir, path), root;
  Str import_path = gopath_import_path(loader, dir, &root);
  Resolved found = in_root(loader, root, import_path, dir);
  if (!listing_read(loader, dir)->exists) {
    found.dir = STR("");
    found.problem = arena_printf(loader->arena, "cannot find package \"" STR_FMT "\" in:\n\t" STR_FMT,
                                 STR_ARG(import_path), STR_ARG(dir));
  }
  return found;
}

/* GOROOT, then the folders of GOPATH; no folder in the result if nobody has the package. */
static Resolved find_by_path(Loader *loader, Str path, Buffer *tried) {
  Arena *arena = loader->arena;
  if (loader->goroot_src.len) {
    Str dir = path_join(arena, loader->goroot_src, path);
    if (listing_read(loader, dir)->exists) return in_root(loader, loader->env.goroot, path, dir);
    add_tried(loader, tried, dir, " (from $GOROOT)");
  } else {
    buffer_text(tried, "\n\t($GOROOT not set)");
  }
  const char *kind = " (from $GOPATH)";
  Str entry;
  for (Str rest = loader->env.gopath; str_next(&rest, ':', &entry); kind = "") {
    Str dir = path_join(arena, path_join(arena, entry, STR("src")), path);
    if (listing_read(loader, dir)->exists) return in_root(loader, entry, path, dir);
    add_tried(loader, tried, dir, kind);
  }
  return (Resolved){0};
}

/* ---- versions in paths of modules ---- */

/* The module that the folder's go.mod declares; "" if none. */
static Str module_declared(Loader *loader, Str dir) {
  Str text, line;
  if (!listing_read(loader, dir)->has_go_mod) return STR("");
  if (!file_read(loader->arena, path_join(loader->arena, dir, STR("go.mod")).data, &text)) return STR("");
  while (str_next(&text, '\n', &line)) {
    if (!str_has_prefix(line, STR("module "))) continue;
    Str path = str_trim(str_slice(line, sizeof "module " - 1, line.len));
    bool quoted = path.len > 1 && path.data[0] == '"' && path.data[path.len - 1] == '"';
    return quoted ? str_slice(path, 1, path.len - 1) : path;
  }
  return STR("");
}

/* "v2", "v10": but not "v0" and "v1" */
static bool is_version_element(Str s) {
  if (s.len < 2 || s.data[0] != 'v' || s.data[1] == '0' || (s.len == 2 && s.data[1] == '1')) return false;
  for (size_t i = 1; i < s.len; i++)
    if (s.data[i] < '0' || s.data[i] > '9') return false;
  return true;
}

/* The path up to and with its last version element; "" if it has none. */
static Str versioned_prefix(Str path) {
  for (Str at = path;;) {
    ptrdiff_t slash = str_last_index(at, '/');
    if (slash < 0) return STR("");
    if (is_version_element(str_slice(at, (size_t)slash + 1, at.len))) return at;
    at = str_slice(at, 0, (size_t)slash);
  }
}

static bool stands_in_module(Loader *loader, const Resolved *importer) {
  Str src = path_join(loader->arena, importer->root, STR("src"));
  for (Str at = importer->dir; path_has_prefix(at, src); at = path_dir(at))
    if (module_declared(loader, at).len) return true;
  return false;
}

/* The path as it is to be looked for: without its version where that is how the module's folder is named. */
static Str path_without_version(Loader *loader, const Resolved *importer, Str path) {
  Str versioned = versioned_prefix(path);
  if (!importer || !importer->root.len || !versioned.len || !stands_in_module(loader, importer)) return path;
  Buffer tried = {0};
  bool exists = find_by_path(loader, path, &tried).dir.len > 0;
  for (; !exists && versioned.len; versioned = versioned_prefix(path_dir(versioned))) {
    Str base = path_dir(versioned);
    Str dir = find_by_path(loader, base, &tried).dir;
    Str module = dir.len ? module_declared(loader, dir) : STR("");
    if (!module.len) continue;
    if (str_equal(module, versioned))
      path = arena_printf(loader->arena, STR_FMT STR_FMT, STR_ARG(base),
                          STR_ARG(str_slice(path, versioned.len, path.len)));
    break;
  }
  buffer_free(&tried);
  return path;
}

Resolved resolve_gopath(Loader *loader, const Resolved *importer, Str path) {
  if (is_local_path(path)) return find_local(loader, importer, path);
  if (path_is_absolute(path)) {
    if (!importer) return find_local(loader, &(Resolved){.dir = STR("/")}, str_slice(path, 1, path.len));
    return (Resolved){.import_path = path,
                      .problem =
                          arena_printf(loader->arena, "import \"" STR_FMT "\": cannot import absolute path",
                                       STR_ARG(path))};
  }
  Str clean = path_clean(loader->arena, path);
  if (!str_equal(path, clean))
    return (Resolved){.import_path = path,
                      .problem =
                          arena_printf(loader->arena,
                                       "non-canonical import path \"" STR_FMT "\": should be \"" STR_FMT "\"",
                                       STR_ARG(path), STR_ARG(clean))};
  Buffer tried = {0};
  Resolved found = find_vendored(loader, importer, path, &tried);
  if (!found.dir.len) {
    path = path_without_version(loader, importer, path);
    found = find_by_path(loader, path, &tried);
  }
  if (!found.dir.len) {
    found.import_path = path;
    found.problem = arena_printf(loader->arena, "cannot find package \"" STR_FMT "\" in any of:" STR_FMT,
                                 STR_ARG(path), STR_ARG(buffer_view(&tried)));
  }
  buffer_free(&tried);
  return found;
}
