/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The front of a Go file: package clause, imports, and `//go:embed` patterns.
 *
 * In: the first kilobytes of a file, or all of it. Out: names and offsets. A scanner of its own that knows comments, names and
 * strings, and gives up at the first thing that is neither: the engine parses the file as a whole and says what is wrong with it.
 *
 * Go: go/build/read.go
 */
#include "load/private.h"

typedef struct Reader {
  Arena *arena;
  Str text;
  size_t at;
  VEC(HeadImport) imports, embeds;
} Reader;

static char byte_at(const Reader *r, size_t at) { return at < r->text.len ? r->text.data[at] : 0; }

/* Skips to behind the newline, or to the end. */
static void skip_line(Reader *r) {
  const char *end = memchr(r->text.data + r->at, '\n', r->text.len - r->at);
  r->at = end ? (size_t)(end - r->text.data) + 1 : r->text.len;
}

static void skip_block_comment(Reader *r) {
  for (r->at += 2; r->at < r->text.len; r->at++)
    if (r->text.data[r->at] == '*' && byte_at(r, r->at + 1) == '/') {
      r->at += 2;
      return;
    }
}

static void skip(Reader *r, const char *blanks) {
  while (r->at < r->text.len) {
    char c = r->text.data[r->at];
    if (c == '/' && byte_at(r, r->at + 1) == '/')
      skip_line(r);
    else if (c == '/' && byte_at(r, r->at + 1) == '*')
      skip_block_comment(r);
    else if (c && strchr(blanks, c))
      r->at++;
    else
      return;
  }
}

static void skip_space(Reader *r) { skip(r, " \t\r\n;"); }
/* Inside of a declaration, where a semicolon would end it. */
static void skip_inside(Reader *r) { skip(r, " \t\r\n"); }

static bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (unsigned char)c >= 0x80;
}

static Str take_name(Reader *r) {
  size_t start = r->at;
  while (r->at < r->text.len && is_name_byte(r->text.data[r->at])) r->at++;
  return str_slice(r->text, start, r->at);
}

/* A string literal at r->at without its quotes. False: none, or it does not end. */
static bool take_string(Reader *r, Str *out) {
  char quote = byte_at(r, r->at);
  if (quote != '"' && quote != '`') return false;
  size_t start = ++r->at;
  for (; r->at < r->text.len; r->at++) {
    char c = r->text.data[r->at];
    if (c == quote) {
      *out = str_slice(r->text, start, r->at++);
      return true;
    }
    if (quote == '"' && c == '\n') return false;
    if (quote == '"' && c == '\\') r->at++;
  }
  return false;
}

/* What can be looked for at all; anything else is for the type checker to complain about. */
static bool is_import_path(Str path) {
  static const char illegal[] = "!\"#$%&'()*,:;<=>?[\\]^{|}`\x7F";
  for (size_t i = 0; i < path.len; i++)
    if ((unsigned char)path.data[i] <= ' ' || strchr(illegal, path.data[i])) return false;
  return path.len > 0;
}

/* One import: an optional name or dot, and the path; it stands where the name does. */
static bool take_import(Reader *r, FileHead *out) {
  uint32_t offset = (uint32_t)r->at;
  if (byte_at(r, r->at) == '.')
    r->at++;
  else if (is_name_byte(byte_at(r, r->at)))
    take_name(r);
  skip_inside(r);
  Str path;
  if (!take_string(r, &path)) return false;
  if (str_equal(path, STR("C"))) out->imports_cgo = true;
  if (is_import_path(path))
    vec_push(r->arena, &r->imports, (HeadImport){.path = arena_str(r->arena, path), .offset = offset});
  return true;
}

static bool take_import_group(Reader *r, FileHead *out) {
  skip_inside(r);
  if (byte_at(r, r->at) != '(') return take_import(r, out);
  r->at++;
  while (true) {
    skip_space(r);
    if (byte_at(r, r->at) == ')') break;
    if (!take_import(r, out)) return false;
  }
  r->at++;
  return true;
}

/* ---- //go:embed ---- */

static void take_patterns(Reader *r, size_t start, size_t end) {
  for (r->at = start; r->at < end;) {
    char c = r->text.data[r->at];
    if (strchr(" \t\r", c)) {
      r->at++;
      continue;
    }
    Str pattern;
    uint32_t offset = (uint32_t)r->at;
    if (c == '"' || c == '`') {
      if (!take_string(r, &pattern) || r->at > end) return;
    } else {
      while (r->at < end && !strchr(" \t\r", r->text.data[r->at])) r->at++;
      pattern = str_slice(r->text, offset, r->at);
    }
    vec_push(r->arena, &r->embeds, (HeadImport){.path = arena_str(r->arena, pattern), .offset = offset});
  }
}

static void take_line_comment(Reader *r) {
  size_t start = r->at;
  skip_line(r);
  size_t next = r->at, end = next;
  if (end > start && r->text.data[end - 1] == '\n') end--;
  Str line = str_slice(r->text, start, end);
  if (str_has_prefix(line, STR("//go:embed ")) || str_has_prefix(line, STR("//go:embed\t")))
    take_patterns(r, start + 11, end);
  r->at = next;
}

static void skip_rune(Reader *r) {
  for (r->at++; r->at < r->text.len && r->text.data[r->at] != '\'' && r->text.data[r->at] != '\n'; r->at++)
    if (r->text.data[r->at] == '\\') r->at++;
  r->at++;
}

/* Every //go:embed comment behind the imports; strings and other comments are stepped over. */
static void find_embeds(Reader *r) {
  Str ignored;
  while (r->at < r->text.len) {
    char c = r->text.data[r->at], next = byte_at(r, r->at + 1);
    if (c == '/' && next == '/')
      take_line_comment(r);
    else if (c == '/' && next == '*')
      skip_block_comment(r);
    else if (c == '"' || c == '`') {
      if (!take_string(r, &ignored)) r->at++;
    } else if (c == '\'')
      skip_rune(r);
    else
      r->at++;
  }
}

static bool imports_embed(const Reader *r) {
  for (uint32_t i = 0; i < r->imports.len; i++)
    if (str_equal(r->imports.items[i].path, STR("embed"))) return true;
  return false;
}

bool header_parse(Arena *arena, Str text, bool whole, FileHead *out) {
  Reader r = {.arena = arena, .text = text};
  if (str_has_prefix(text, STR("\xEF\xBB\xBF"))) r.at = 3;
  skip_space(&r);
  bool fine = str_equal(take_name(&r), STR("package"));
  skip_space(&r);
  Str name = take_name(&r);
  out->broken = !fine || name.len == 0;
  size_t seen = r.at; /* how far we had to look */
  while (!out->broken) {
    size_t before = r.at; /* comments behind the imports can be directives */
    skip_space(&r);
    bool more = str_equal(take_name(&r), STR("import"));
    seen = r.at;
    if (!more) {
      r.at = before;
      break;
    }
    out->broken = !take_import_group(&r, out);
    seen = r.at;
  }
  if (!whole && (seen + 8 >= text.len || imports_embed(&r))) return false;
  if (imports_embed(&r)) find_embeds(&r);
  out->package_name = out->broken && !name.len ? STR("") : arena_str(arena, name);
  out->imports = r.imports.items;
  out->import_len = r.imports.len;
  out->embeds = r.embeds.items;
  out->embed_len = r.embeds.len;
  return true;
}
