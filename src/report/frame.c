/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A package's compiler output as the go command prints it: a `# name` line, then the text with folder names shortened.
 *
 * The package's folder and each folder above it is written relative to the working directory wherever that is shorter and
 * the name stands at the start of a line, behind a blank or behind a newline and a tab. The innermost folder that fits wins: the
 * go command replaces them one after the other, and what it puts there is relative and fits no other.
 *
 * Go: cmd/go/internal/work/shell.go, cmd/go/internal/base/path.go
 */
#include "report/report.h"

/* `path` relative to the folder `base`; both absolute and clean. */
static Str relative_path(Arena *arena, Str base, Str path) {
  size_t common = 0; /* length of the shared leading folders, without a slash at the end */
  size_t limit = base.len < path.len ? base.len : path.len;
  for (size_t i = 0; i <= limit; i++) {
    bool base_ends = i == base.len || base.data[i] == '/', path_ends = i == path.len || path.data[i] == '/';
    if (base_ends && path_ends) common = i;
    if (i < limit && base.data[i] != path.data[i]) break;
  }
  if (str_equal(base, STR("/"))) common = 0;
  Buffer out = {0};
  Str rest_base = str_slice(base, common, base.len), rest_path = str_slice(path, common, path.len);
  for (size_t i = 0; i < rest_base.len; i++) {
    bool names_follow = rest_base.data[i] == '/' && i + 1 < rest_base.len;
    if (names_follow) buffer_text(&out, out.len ? "/.." : "..");
  }
  rest_path = rest_path.len && rest_path.data[0] == '/' ? str_slice(rest_path, 1, rest_path.len) : rest_path;
  if (rest_path.len) {
    if (out.len) buffer_char(&out, '/');
    buffer_str(&out, rest_path);
  }
  Str result = out.len ? arena_str(arena, buffer_view(&out)) : STR(".");
  buffer_free(&out);
  return result;
}

Str report_short_path(Arena *arena, Str cwd, Str path) {
  if (!path_is_absolute(path) || !path_is_absolute(cwd)) return path;
  Str relative = relative_path(arena, cwd, path);
  return relative.len < path.len ? relative : path;
}

/* more: a line ends before the text. */
static bool may_replace_at(const char *text, size_t at, bool more) {
  if (at == 0) return true;
  char before = text[at - 1];
  return before == ' ' || before == '\n' || (before == '\t' && (at > 1 ? text[at - 2] == '\n' : more));
}

typedef struct Folder {
  Str path, shown;
} Folder;

typedef VEC(Folder) Folders;

/* The folder and those above it, innermost first, as far as they are written in another way. */
static Folders shortened_folders(Arena *arena, Str dir, Str cwd) {
  Folders folders = {0};
  while (dir.len) {
    Str shown = report_short_path(arena, cwd, dir), parent = path_dir(dir);
    if (!str_equal(shown, dir)) vec_push(arena, &folders, (Folder){dir, shown});
    if (str_equal(parent, dir)) break;
    dir = parent;
  }
  return folders;
}

static char *put(char *to, Str text) {
  if (text.len) memcpy(to, text.data, text.len);
  return to + text.len;
}

/* What stands for a folder is shorter than its name. */
static void replace_folders(Buffer *out, Str text, const Folder *folders, uint32_t len, bool more) {
  size_t copied = 0;
  char *to = buffer_extend(out, text.len);
  for (size_t at = 0; at < text.len; at++) {
    const char *hit = memchr(text.data + at, '/', text.len - at);
    if (!hit) break;
    at = (size_t)(hit - text.data);
    if (!may_replace_at(text.data, at, more)) continue;
    Str rest = {hit, text.len - at};
    uint32_t i = 0;
    while (i < len && !str_has_prefix(rest, folders[i].path)) i++;
    if (i == len) continue;
    to = put(put(to, str_slice(text, copied, at)), folders[i].shown);
    copied = at + folders[i].path.len;
    at = copied - 1;
  }
  to = put(to, str_slice(text, copied, text.len));
  out->len = (size_t)(to - out->data);
  *to = 0;
}

/* One folder after the other: a name with blanks in it may bring about the start of another. */
static void replace_each_folder(Buffer *out, Str text, const Folders *folders, bool more) {
  Buffer turns[2] = {{0}, {0}};
  for (uint32_t i = 0; i < folders->len; i++) {
    Buffer *next = &turns[i % 2];
    buffer_reset(next);
    replace_folders(next, text, &folders->items[i], 1, more);
    text = buffer_view(next);
  }
  buffer_str(out, text);
  buffer_free(&turns[0]);
  buffer_free(&turns[1]);
}

static void add_text(Buffer *out, Str package_dir, Str cwd, Str text, bool more) {
  Arena *arena = arena_new();
  Folders folders = shortened_folders(arena, package_dir, cwd);
  bool blanks = false;
  for (size_t i = 0; i < package_dir.len; i++) blanks |= package_dir.data[i] <= ' ';
  if (folders.len == 0)
    buffer_str(out, text);
  else if (blanks)
    replace_each_folder(out, text, &folders, more);
  else
    replace_folders(out, text, folders.items, folders.len, more);
  if (out->data[out->len - 1] != '\n') buffer_char(out, '\n');
  arena_free(arena);
}

void report_frame(Buffer *out, Str description, Str package_dir, Str cwd, Str compiler_output) {
  if (compiler_output.len == 0) return;
  buffer_text(out, "# ");
  buffer_str(out, description);
  buffer_char(out, '\n');
  add_text(out, package_dir, cwd, compiler_output, false);
}

void report_frame_more(Buffer *out, Str package_dir, Str cwd, Str compiler_output) {
  if (compiler_output.len) add_text(out, package_dir, cwd, compiler_output, true);
}
