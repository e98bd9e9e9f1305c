/* SPDX-License-Identifier: BSD-3-Clause
 *
 * An import path -> the folder that has it, without modules (GO111MODULE=off).
 *
 * Vendor folders beside the importer and above it come first, then GOROOT, then the folders of GOPATH. Folders outside of all
 * of them have a name that begins with an underscore.
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
  Str goroot_dir = loader->goroot_src.len ? path_join(loader->arena, loader->goroot_src, path) : STR("");
  if (!found.dir.len && goroot_dir.len && listing_read(loader, goroot_dir)->exists)
    found = in_root(loader, loader->env.goroot, path, goroot_dir);
  if (!found.dir.len) {
    if (goroot_dir.len)
      add_tried(loader, &tried, goroot_dir, " (from $GOROOT)");
    else
      buffer_text(&tried, "\n\t($GOROOT not set)");
  }
  const char *kind = " (from $GOPATH)";
  Str entry;
  for (Str rest = loader->env.gopath; !found.dir.len && str_next(&rest, ':', &entry);) {
    Str dir = path_join(loader->arena, path_join(loader->arena, entry, STR("src")), path);
    if (listing_read(loader, dir)->exists) found = in_root(loader, entry, path, dir);
    add_tried(loader, &tried, dir, kind);
    kind = "";
  }
  if (!found.dir.len) {
    found.import_path = path;
    found.problem = arena_printf(loader->arena, "cannot find package \"" STR_FMT "\" in any of:" STR_FMT,
                                 STR_ARG(path), STR_ARG(buffer_view(&tried)));
  }
  buffer_free(&tried);
  return found;
}
