/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Build constraints: does a file belong to the target?
 *
 * In: a file's name or the head of its text, and the tags that hold. Out: yes or no. A name is judged by its last one or two
 * words between underscores; a text by the `//go:build` line among its leading comments, or by the older `// +build` lines
 * where there is none. A line that cannot be understood excludes the file, as the go command would report an error.
 *
 * Go: go/build/build.go, go/build/constraint/expr.go
 */
#include "load/private.h"

static bool list_has(Str const *list, uint32_t len, Str word) {
  for (uint32_t i = 0; i < len; i++)
    if (str_equal(list[i], word)) return true;
  return false;
}

/* go1.N for N up to the toolchain's release. */
static bool release_tag_holds(const LoadTags *tags, Str tag) {
  Lang lang;
  return str_has_prefix(tag, STR("go1.")) && lang_parse(tag, &lang) && lang.minor <= tags->go_minor &&
         lang.minor > 0;
}

static bool tag_holds(const LoadTags *tags, Str tag) {
  static const struct {
    const char *os, *implies;
  } implied[] = {{"android", "linux"}, {"illumos", "solaris"}, {"ios", "darwin"}};
  if (str_equal(tag, STR("cgo"))) return tags->cgo_enabled;
  if (str_equal(tag, tags->goos) || str_equal(tag, tags->goarch) || str_equal(tag, STR("gc"))) return true;
  for (size_t i = 0; i < ARRAY_LEN(implied); i++)
    if (str_equal(tags->goos, str_from(implied[i].os)) && str_equal(tag, str_from(implied[i].implies)))
      return true;
  if (str_equal(tag, STR("unix"))) return target_is_unix(tags->goos);
  if (str_equal(tag, STR("boringcrypto"))) tag = STR("goexperiment.boringcrypto");
  if (tags->asked) *strmap_put(tags->asked, tag) = tags->asked;
  return release_tag_holds(tags, tag) || list_has(tags->tags, tags->tag_len, tag);
}

bool load_name_matches(const LoadTags *tags, Str file_name) {
  ptrdiff_t dot = str_index(file_name, '.');
  Str stem = dot < 0 ? file_name : str_slice(file_name, 0, (size_t)dot);
  /* What stands before the first underscore is never a constraint: linux.go is for everybody. */
  ptrdiff_t first = str_index(stem, '_');
  if (first < 0) return true;
  stem = str_slice(stem, (size_t)first, stem.len);
  if (str_has_suffix(stem, STR("_test"))) stem.len -= 5;
  ptrdiff_t last = str_last_index(stem, '_');
  if (last < 0) return true;
  Str word = str_slice(stem, (size_t)last + 1, stem.len);
  Str before = str_slice(stem, 0, (size_t)last);
  ptrdiff_t previous = str_last_index(before, '_');
  if (previous >= 0 && target_known_arch(word)) {
    Str os = str_slice(before, (size_t)previous + 1, before.len);
    if (target_known_os(os)) return tag_holds(tags, word) && tag_holds(tags, os);
  }
  if (target_known_os(word) || target_known_arch(word)) return tag_holds(tags, word);
  return true;
}

/* ---- the expression of a //go:build line ---- */

typedef struct Expression {
  const LoadTags *tags;
  Str text;
  size_t at;
  uint32_t depth;
  bool wrong;
} Expression;

static void skip_blanks(Expression *e) {
  while (e->at < e->text.len && (e->text.data[e->at] == ' ' || e->text.data[e->at] == '\t')) e->at++;
}

static bool take(Expression *e, const char *token) {
  skip_blanks(e);
  Str rest = str_slice(e->text, e->at, e->text.len);
  if (!str_has_prefix(rest, str_from(token))) return false;
  e->at += strlen(token);
  return true;
}

static bool is_tag_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
         (unsigned char)c >= 0x80;
}

static bool parse_or(Expression *e);

static bool parse_operand(Expression *e) {
  bool negate = false, value;
  while (take(e, "!")) negate = !negate;
  if (take(e, "(")) {
    if (++e->depth > 1000) e->wrong = true;
    value = e->wrong ? false : parse_or(e);
    e->depth--;
    if (!take(e, ")")) e->wrong = true;
  } else {
    skip_blanks(e);
    size_t start = e->at;
    while (e->at < e->text.len && is_tag_byte(e->text.data[e->at])) e->at++;
    if (e->at == start) e->wrong = true;
    value = tag_holds(e->tags, str_slice(e->text, start, e->at));
  }
  return value != negate;
}

static bool parse_and(Expression *e) {
  bool value = parse_operand(e);
  while (!e->wrong && take(e, "&&")) value = parse_operand(e) && value;
  return value;
}

static bool parse_or(Expression *e) {
  bool value = parse_and(e);
  while (!e->wrong && take(e, "||")) value = parse_and(e) || value;
  return value;
}

static bool build_line_holds(const LoadTags *tags, Str text) {
  Expression e = {.tags = tags, .text = text};
  bool value = parse_or(&e);
  skip_blanks(&e);
  return value && !e.wrong && e.at == e.text.len;
}

/* ---- `// +build a,b !c`: any of the words, each of which is a conjunction ---- */

static bool plus_word_holds(const LoadTags *tags, Str word) {
  while (word.len) {
    ptrdiff_t comma = str_index(word, ',');
    Str tag = comma < 0 ? word : str_slice(word, 0, (size_t)comma);
    bool negate = tag.len && tag.data[0] == '!';
    if (tag_holds(tags, negate ? str_slice(tag, 1, tag.len) : tag) == negate) return false;
    word = comma < 0 ? STR("") : str_slice(word, (size_t)comma + 1, word.len);
  }
  return true;
}

static bool plus_line_holds(const LoadTags *tags, Str text) {
  bool any = false;
  for (size_t at = 0; at < text.len;) {
    while (at < text.len && (text.data[at] == ' ' || text.data[at] == '\t')) at++;
    size_t start = at;
    while (at < text.len && text.data[at] != ' ' && text.data[at] != '\t') at++;
    if (at > start && plus_word_holds(tags, str_slice(text, start, at))) any = true;
  }
  return any;
}

/* ---- the head of a file ---- */

typedef struct Head {
  Str build;         /* behind //go:build; data NULL: none */
  bool plus_holds;   /* all +build lines up to the last blank line */
  bool plus_pending; /* the same for the comment run that is being read */
  bool in_block;     /* inside of a block comment */
} Head;

/* True while the line still belongs to the leading comments. */
static bool read_head_line(Head *head, const LoadTags *tags, Str line) {
  line = str_trim(line);
  if (head->in_block) {
    ptrdiff_t end = -1;
    for (size_t i = 0; i + 1 < line.len && end < 0; i++)
      if (line.data[i] == '*' && line.data[i + 1] == '/') end = (ptrdiff_t)i + 2;
    if (end < 0) return true;
    head->in_block = false;
    line = str_trim(str_slice(line, (size_t)end, line.len));
    if (line.len == 0) return true;
  }
  if (line.len == 0) {
    head->plus_holds = head->plus_holds && head->plus_pending;
    head->plus_pending = true;
    return true;
  }
  if (!tags->plus_only &&
      (str_has_prefix(line, STR("//go:build ")) || str_has_prefix(line, STR("//go:build\t")))) {
    if (!head->build.data) head->build = str_trim(str_slice(line, 11, line.len));
    return true;
  }
  if (str_has_prefix(line, STR("//"))) {
    Str rest = str_trim(str_slice(line, 2, line.len));
    if (str_has_prefix(rest, STR("+build ")) && !plus_line_holds(tags, str_slice(rest, 7, rest.len)))
      head->plus_pending = false;
    return true;
  }
  if (!str_has_prefix(line, STR("/*"))) return false;
  head->in_block = true;
  return read_head_line(head, tags, str_slice(line, 2, line.len));
}

bool load_constraint_matches(const LoadTags *tags, Str text) {
  Head head = {.plus_holds = true, .plus_pending = true};
  if (str_has_prefix(text, STR("\xEF\xBB\xBF"))) text = str_slice(text, 3, text.len);
  for (size_t at = 0; at < text.len;) {
    const char *newline = memchr(text.data + at, '\n', text.len - at);
    size_t end = newline ? (size_t)(newline - text.data) : text.len;
    if (!read_head_line(&head, tags, str_slice(text, at, end))) break;
    at = end + 1;
  }
  return head.build.data ? build_line_holds(tags, head.build) : head.plus_holds;
}
