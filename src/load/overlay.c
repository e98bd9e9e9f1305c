/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Files as the program is to see them: as they are on disk, or as -overlay replaces them.
 *
 * An overlay is a JSON object whose "Replace" maps paths to the paths of their contents; an empty one removes the file. Folders
 * that only the overlay knows exist as well.
 *
 * Go: cmd/go/internal/fsys/fsys.go
 */
#include <jansson.h>
#include <stdlib.h>

#include "load/private.h"

typedef struct OverlayNames {
  VEC(Str) items;
} OverlayNames;

static void add_name(LoadOverlay *overlay, Arena *arena, Str dir, Str name) {
  void **slot = strmap_put(&overlay->names, dir);
  if (!*slot) *slot = arena_new_of(arena, OverlayNames);
  OverlayNames *names = *slot;
  for (uint32_t i = 0; i < names->items.len; i++)
    if (str_equal(names->items.items[i], name)) return;
  vec_push(arena, &names->items, arena_str(arena, name));
}

static void add_file(LoadOverlay *overlay, Arena *arena, Str path, Str contents) {
  Str *value = arena_new_of(arena, Str);
  *value = contents;
  *strmap_put(&overlay->files, path) = value;
  if (contents.len == 0) return;
  for (Str at = path; at.len > 1; at = path_dir(at)) add_name(overlay, arena, path_dir(at), path_base(at));
}

static bool read_replacements(LoadOverlay *overlay, Arena *arena, const json_t *root, Str dir) {
  const char *key;
  json_t *value, *replace = json_object_get(root, "Replace");
  if (replace && !json_is_object(replace)) return false;
  json_object_foreach(replace, key, value) {
    const char *text = json_string_value(value);
    if (!text) return false;
    Str from = str_from(key), to = str_from(text);
    from = path_is_absolute(from) ? path_clean(arena, from) : path_join(arena, dir, from);
    if (to.len) to = path_is_absolute(to) ? path_clean(arena, to) : path_join(arena, dir, to);
    add_file(overlay, arena, from, to);
  }
  return true;
}

LoadOverlay *overlay_load(Arena *arena, Str file, Str dir, Str *why) {
  *why = (Str){NULL, 0};
  if (file.len == 0) return NULL;
  Str path = path_is_absolute(file) ? arena_str(arena, file) : path_join(arena, dir, file), text;
  if (!file_read(arena, path.data, &text)) {
    *why = arena_printf(arena, "go: reading overlay: open " STR_FMT ": no such file or directory",
                        STR_ARG(file));
    return NULL;
  }
  LoadOverlay *overlay = arena_new_of(arena, LoadOverlay);
  *overlay = (LoadOverlay){.files = strmap_in(arena), .names = strmap_in(arena)};
  json_error_t error;
  json_t *root = json_loadb(text.data, text.len, JSON_DECODE_ANY, &error);
  if (!root)
    *why = arena_printf(arena, "go: parsing overlay JSON: " STR_FMT ":%d:%d: %s", STR_ARG(file), error.line,
                        error.column, error.text);
  else if (!json_is_object(root) || !read_replacements(overlay, arena, root, dir))
    *why = arena_printf(arena, "go: parsing overlay JSON: " STR_FMT ": \"Replace\" must map paths to paths",
                        STR_ARG(file));
  json_decref(root);
  return overlay;
}

static const Str *replacement(const LoadOverlay *overlay, Str path) {
  return overlay ? strmap_get(&overlay->files, path) : NULL;
}

bool overlay_read(const LoadOverlay *overlay, Arena *arena, Str path, Str *out) {
  const Str *contents = replacement(overlay, path);
  if (contents && contents->len == 0) return false;
  return file_read(arena, contents ? contents->data : arena_strdup(arena, path), out);
}

bool overlay_read_start(const LoadOverlay *overlay, Arena *arena, Str path, size_t limit, Str *out,
                        bool *whole) {
  const Str *contents = replacement(overlay, path);
  if (contents && contents->len == 0) return false;
  return file_read_start(arena, contents ? contents->data : arena_strdup(arena, path), limit, out, whole);
}

bool overlay_file_exists(const LoadOverlay *overlay, Str path) {
  const Str *contents = replacement(overlay, path);
  if (contents) return contents->len > 0;
  Arena *scratch = arena_new();
  bool exists = file_exists(arena_strdup(scratch, path));
  arena_free(scratch);
  return exists;
}

static int compare_entries(const void *a, const void *b) {
  return str_compare(((const DirEntry *)a)->name, ((const DirEntry *)b)->name);
}

static bool is_deleted(const LoadOverlay *overlay, Arena *arena, Str dir, Str name) {
  const Str *contents = replacement(overlay, path_join(arena, dir, name));
  return contents && contents->len == 0;
}

bool overlay_list(const LoadOverlay *overlay, Arena *arena, Str dir, DirList *out) {
  bool exists = dir_list(arena, arena_strdup(arena, dir), out);
  if (!overlay) return exists;
  const OverlayNames *names = strmap_get(&overlay->names, dir);
  if (!exists && !names) return false;
  uint32_t have = exists ? out->len : 0, kept = 0;
  DirEntry *entries = arena_new_array(arena, DirEntry, have + (names ? names->items.len : 0));
  for (uint32_t i = 0; i < have; i++)
    if (!is_deleted(overlay, arena, dir, out->entries[i].name)) entries[kept++] = out->entries[i];
  for (uint32_t i = 0; names && i < names->items.len; i++) {
    Str name = names->items.items[i];
    bool known = false;
    for (uint32_t k = 0; k < kept && !known; k++) known = str_equal(entries[k].name, name);
    bool is_file = strmap_get(&overlay->files, path_join(arena, dir, name)) != NULL;
    if (!known) entries[kept++] = (DirEntry){.name = name, .is_dir = !is_file, .is_regular = is_file};
  }
  if (kept) qsort(entries, kept, sizeof *entries, compare_entries);
  *out = (DirList){entries, kept};
  return true;
}

bool load_read_file(const LoadGraph *graph, Arena *arena, Str path, Str *out) {
  const Str *generated = strmap_get(&graph->generated, path);
  if (!generated) return overlay_read(graph->overlay, arena, path, out);
  *out = *generated;
  return true;
}
