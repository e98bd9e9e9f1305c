/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A package's compiler output as the go command prints it: a `# name` line, then the text with folder names shortened.
 *
 * The package's folder and each folder above it is written relative to the working directory wherever that is shorter and
 * the name stands at the start of a line, behind a blank or behind a newline and a tab. The folders are replaced one after
 * the other, innermost first, so a later one sees what an earlier one left.
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

static bool may_replace_at(const char *text, size_t at) {
  if (at == 0) return true;
  char before = text[at - 1];
  return before == ' ' || before == '\n' || (before == '\t' && at > 1 && text[at - 2] == '\n');
}

static void replace_prefix(Buffer *out, Str text, Str from, Str to) {
  size_t copied = 0;
  for (size_t at = 0; at + from.len <= text.len;) {
    const char *hit = memchr(text.data + at, from.data[0], text.len - from.len - at + 1);
    if (!hit) break;
    at = (size_t)(hit - text.data);
    if (!may_replace_at(text.data, at) || memcmp(hit, from.data, from.len) != 0) {
      at++;
      continue;
    }
    buffer_str(out, str_slice(text, copied, at));
    buffer_str(out, to);
    at += from.len;
    copied = at;
  }
  buffer_str(out, str_slice(text, copied, text.len));
}

void report_frame(Buffer *out, Str description, Str package_dir, Str cwd, Str compiler_output) {
  if (compiler_output.len == 0) return;
  buffer_text(out, "# ");
  buffer_str(out, description);
  buffer_char(out, '\n');
  Arena *arena = arena_new();
  Buffer text[2] = {{0}, {0}};
  uint32_t current = 0;
  Str now = compiler_output;
  for (Str dir = package_dir; dir.len;) {
    Str short_dir = report_short_path(arena, cwd, dir);
    if (!str_equal(short_dir, dir)) {
      Buffer *next = &text[current ^= 1];
      buffer_reset(next);
      replace_prefix(next, now, dir, short_dir);
      now = buffer_view(next);
    }
    Str parent = path_dir(dir);
    if (str_equal(parent, dir)) break;
    dir = parent;
  }
  buffer_str(out, now);
  if (now.data[now.len - 1] != '\n') buffer_char(out, '\n');
  buffer_free(&text[0]);
  buffer_free(&text[1]);
  arena_free(arena);
}
