/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Small things about texts and paths that several files of this folder need.
 */
#include "load/private.h"

bool str_contains(Str s, const char *word) {
  size_t len = strlen(word);
  for (size_t i = 0; i + len <= s.len; i++)
    if (memcmp(s.data + i, word, len) == 0) return true;
  return false;
}

Str str_trim(Str s) {
  while (s.len && strchr(" \t\r", s.data[0])) s = str_slice(s, 1, s.len);
  while (s.len && strchr(" \t\r", s.data[s.len - 1])) s.len--;
  return s;
}

bool str_next(Str *rest, char separator, Str *out) {
  if (rest->len == 0) return false;
  ptrdiff_t end = str_index(*rest, separator);
  *out = end < 0 ? *rest : str_slice(*rest, 0, (size_t)end);
  *rest = end < 0 ? STR("") : str_slice(*rest, (size_t)end + 1, rest->len);
  return true;
}

bool path_has_prefix(Str path, Str prefix) {
  if (!str_has_prefix(path, prefix)) return false;
  return prefix.len == 0 || path.len == prefix.len || prefix.data[prefix.len - 1] == '/' ||
         path.data[prefix.len] == '/';
}

Str path_relative(Arena *arena, Str base, Str path) {
  Str rest = str_slice(path, base.len, path.len);
  while (rest.len && rest.data[0] == '/') rest = str_slice(rest, 1, rest.len);
  return arena_str(arena, rest);
}

Str path_below(Arena *arena, Str dir, Str name) {
  char *text = arena_alloc(arena, dir.len + name.len + 2);
  if (dir.len) memcpy(text, dir.data, dir.len);
  text[dir.len] = '/';
  if (name.len) memcpy(text + dir.len + 1, name.data, name.len);
  return (Str){text, dir.len + 1 + name.len};
}

bool is_standard_path(Str path) {
  ptrdiff_t slash = str_index(path, '/');
  return str_index(slash < 0 ? path : str_slice(path, 0, (size_t)slash), '.') < 0;
}

bool is_local_path(Str path) {
  return str_equal(path, STR(".")) || str_equal(path, STR("..")) || str_has_prefix(path, STR("./")) ||
         str_has_prefix(path, STR("../"));
}

/* Both absolute; "" if no relative form exists. */
static Str relative_to(Arena *arena, Str base, Str path) {
  if (!path_is_absolute(base) || !path_is_absolute(path)) return STR("");
  Str common = base;
  Buffer out = {0};
  while (!path_has_prefix(path, common)) {
    buffer_text(&out, out.len ? "/.." : "..");
    common = path_dir(common);
  }
  Str rest = path_relative(arena, common, path);
  if (rest.len && out.len) buffer_char(&out, '/');
  buffer_str(&out, rest);
  Str result = out.len ? arena_str(arena, buffer_view(&out)) : STR(".");
  buffer_free(&out);
  return result;
}

Str short_path(Loader *loader, Str path) {
  Str relative = relative_to(loader->arena, loader->config->dir, path);
  return relative.len && relative.len < path.len ? relative : path;
}
