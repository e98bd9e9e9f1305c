/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the testing package is to run: the tests, benchmarks, fuzz targets and examples of one _test.go file.
 *
 * In: a file. Out: its functions, in four lists, in the order in which the file has them. Names decide: `Test` and nothing or no
 * small letter after it. An example counts if the last comment of its body says what it prints.
 *
 * Go: cmd/go/internal/load/test.go (testFuncs.load), go/doc/example.go
 */
#include <utf8proc.h>

#include "load/test_main.h"

/* ---- names and signatures ---- */

static bool is_named(Str name, Str prefix) {
  if (!str_has_prefix(name, prefix)) return false;
  utf8proc_int32_t rune;
  Str rest = str_slice(name, prefix.len, name.len);
  if (rest.len == 0) return true;
  if (utf8proc_iterate((const utf8proc_uint8_t *)rest.data, (utf8proc_ssize_t)rest.len, &rune) < 0)
    return true;
  return utf8proc_category(rune) != UTF8PROC_CATEGORY_LL;
}

/* func(*T), where T is that name, of whatever package. */
static bool takes_pointer_to(const FuncDecl *decl, Str type_name) {
  const FuncTypeExpr *type = decl->type;
  if (type->results.len > 0 || type->params.len != 1) return false;
  const Operation *pointer = (const Operation *)type->params.items[0]->type;
  if (pointer->node.kind != NODE_OPERATION || pointer->op != OPERATOR_MUL || pointer->y) return false;
  const NameExpr *name = (const NameExpr *)pointer->x;
  if (pointer->x->kind == NODE_SELECTOR) name = ((const SelectorExpr *)pointer->x)->sel;
  return name->node.kind == NODE_NAME && str_equal(atom_str(name->name), type_name);
}

/* ---- the comment at an example's end ---- */

typedef struct Comments {
  Str text; /* from the body's `{` to behind its `}` */
  size_t at;
  size_t first, last_end; /* of the last group; first == SIZE_MAX: no comment yet */
  bool open;              /* a comment that comes now can belong to that group */
  bool trailing; /* the group stands behind code on its line, so only that line's comments are of it */
  bool line_has_code;
} Comments;

static bool looking_at(const Comments *c, const char *two) {
  return c->at + 1 < c->text.len && c->text.data[c->at] == two[0] && c->text.data[c->at + 1] == two[1];
}

static void skip_quoted(Comments *c, char quote) {
  for (c->at++; c->at < c->text.len && c->text.data[c->at] != quote; c->at++)
    if (c->text.data[c->at] == '\\' && quote != '`') c->at++;
  c->at++;
}

static uint32_t newlines_between(Str text, size_t from, size_t to) {
  uint32_t count = 0;
  for (; from < to; from++) count += text.data[from] == '\n';
  return count;
}

static void add_comment(Comments *c) {
  bool line = looking_at(c, "//");
  size_t start = c->at;
  c->at += 2;
  while (c->at < c->text.len && !(line ? c->text.data[c->at] == '\n' : looking_at(c, "*/"))) c->at++;
  if (!line) c->at += 2;
  bool joins = c->open && newlines_between(c->text, c->last_end, start) <= (c->trailing ? 0 : 1);
  if (!joins) {
    c->first = start;
    c->trailing = c->line_has_code;
  }
  c->open = true;
  c->last_end = c->at;
  if (newlines_between(c->text, start, c->at)) c->line_has_code = false;
}

/* The last group of comments: what nothing but blanks and at most one newline keeps apart. Empty: none. */
static Str last_comments(Str body) {
  Comments c = {.text = body, .first = SIZE_MAX};
  while (c.at < body.len) {
    char byte = body.data[c.at];
    if (looking_at(&c, "//") || looking_at(&c, "/*")) {
      add_comment(&c);
      continue;
    }
    if (byte == '\n')
      c.line_has_code = false;
    else if (!strchr(" \t\r", byte)) {
      c.line_has_code = true;
      if (c.at + 1 < body.len) c.open = false;
    }
    if (byte == '"' || byte == '\'' || byte == '`')
      skip_quoted(&c, byte);
    else
      c.at++;
  }
  return c.first == SIZE_MAX ? STR("")
                             : str_slice(body, c.first, c.last_end < body.len ? c.last_end : body.len);
}

static bool is_small_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/* `//go:noinline` and such are no text. line: behind the slashes. */
static bool is_directive(Str line) {
  if (str_has_prefix(line, STR("line ")) || str_has_prefix(line, STR("extern ")) ||
      str_has_prefix(line, STR("export ")))
    return true;
  size_t at = 0;
  while (at < line.len && is_small_or_digit(line.data[at])) at++;
  return at > 0 && at + 1 < line.len && line.data[at] == ':' && is_small_or_digit(line.data[at + 1]);
}

static bool begins_with(Str text, const char *small) {
  for (size_t i = 0; small[i]; i++) {
    if (i >= text.len) return false;
    char c = text.data[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != small[i]) return false;
  }
  return true;
}

static Str without_blanks(Str text) {
  size_t at = 0;
  while (at < text.len && strchr(" \t\r\n\v\f", text.data[at])) at++;
  return str_slice(text, at, text.len);
}

/* Cuts one comment off the front of the group and gives what is in it; false: it is no text. */
static bool next_comment(Str *group, Str *out) {
  bool line = group->data[1] == '/';
  size_t end = 2;
  while (end < group->len &&
         (line ? group->data[end] != '\n' : !(group->data[end] == '*' && group->data[end + 1] == '/')))
    end++;
  *out = str_slice(*group, 2, end);
  size_t behind = line ? end : end + 2;
  *group = without_blanks(str_slice(*group, behind < group->len ? behind : group->len, group->len));
  return !line || !is_directive(*out);
}

/* Does the group's text begin with `output:` or `unordered output:`? */
static bool tells_output(Str group) {
  Str text = STR("");
  while (group.len >= 2 && text.len == 0)
    if (next_comment(&group, &text))
      text = without_blanks(text);
    else
      text = STR("");
  if (begins_with(text, "unordered ")) text = str_slice(text, strlen("unordered "), text.len);
  return begins_with(text, "output:");
}

static bool is_example(const FuncDecl *decl) {
  return is_named(atom_str(decl->name->name), STR("Example")) && decl->body_len > 0 &&
         decl->type->params.len + decl->type->results.len == 0;
}

/* ---- a file ---- */

typedef struct TestFile {
  SyntaxSession session; /* its own: nothing of these trees is kept */
  SourceFile *source;
  bool external;
} TestFile;

typedef struct KindRule {
  const char *prefix, *type, *param;
  TestKind kind;
} KindRule;

static const KindRule rules[] = {
    {"Test", "T", "t", TEST_TEST}, {"Benchmark", "B", "b", TEST_BENCHMARK}, {"Fuzz", "F", "f", TEST_FUZZ}};

static void add(TestFunctions *all, TestKind kind, Str name, bool external) {
  vec_push(all->arena, &all->lists[kind],
           (TestFunction){.name = arena_str(all->arena, name), .external = external});
  all->named[external] = all->mentioned[external] = true;
}

/* Where the `func` of a declaration stands, which is at its name. */
static Position place_of(const TestFile *file, const FuncDecl *decl) {
  uint32_t at = source_offset(file->source, decl->node.pos);
  while (at > 0 && !str_has_prefix(str_slice(file->source->text, at, file->source->text.len), STR("func")))
    at--;
  return source_position(file->session.sources, source_pos(file->source, at));
}

static void wrong_signature(TestFunctions *all, const TestFile *file, const FuncDecl *decl,
                            const KindRule *rule) {
  if (all->wrong.len) return;
  Str name = atom_str(decl->name->name);
  Str why = decl->tparams.len ? STR("test functions cannot have type parameters")
                              : arena_printf(all->arena, "must be: func " STR_FMT "(%s *testing.%s)",
                                             STR_ARG(name), rule->param, rule->type);
  Position place = place_of(file, decl);
  all->wrong = arena_printf(all->arena, STR_FMT ":%u:%u: wrong signature for " STR_FMT ", " STR_FMT,
                            STR_ARG(place.filename), place.line, place.col, STR_ARG(name), STR_ARG(why));
}

static void add_main(TestFunctions *all, const TestFile *file, const FuncDecl *decl) {
  static const KindRule rule = {"TestMain", "M", "m", TEST_TEST};
  if (!takes_pointer_to(decl, STR("M")) || decl->tparams.len)
    wrong_signature(all, file, decl, &rule);
  else if (all->main.len && !all->wrong.len)
    all->wrong = STR("multiple definitions of TestMain");
  all->main = STR("TestMain");
  all->main_is_external = file->external;
  all->named[file->external] = all->mentioned[file->external] = true;
}

static void add_function(TestFunctions *all, const TestFile *file, const FuncDecl *decl) {
  Str name = atom_str(decl->name->name);
  if (str_equal(name, STR("TestMain")) && !takes_pointer_to(decl, STR("T"))) {
    add_main(all, file, decl);
    return;
  }
  for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
    const KindRule *rule = &rules[i];
    if (!is_named(name, str_from(rule->prefix))) continue;
    if (!takes_pointer_to(decl, str_from(rule->type)) || decl->tparams.len)
      wrong_signature(all, file, decl, rule);
    add(all, rule->kind, name, file->external);
    return;
  }
  if (!is_example(decl)) return;
  all->mentioned[file->external] = true;
  Str body = str_slice(file->source->text, decl->body_offset, decl->body_offset + decl->body_len);
  if (tells_output(last_comments(body))) add(all, TEST_EXAMPLE, name, file->external);
}

bool test_functions_add(TestFunctions *all, Str path, Str text, bool external) {
  Arena *arena = arena_new();
  Interner *interner = interner_new();
  TestFile file = {.session = {.interner = interner, .sources = sources_new(interner)}, .external = external};
  IdCounter ids = {.next = 1};
  Notes notes = {.arena = arena};
  file.source = sources_add(file.session.sources, intern(interner, path), text);
  bool fine = file.source != NULL;
  if (fine) {
    const SyntaxFile *syntax = parse_file(arena, &file.session, file.source, &ids, &notes, PARSE_SKIP_BODIES);
    vec_each (const Note, note, &notes.list) fine = fine && note->soft;
    for (uint32_t i = 0; fine && i < syntax->decls.len; i++) {
      const FuncDecl *decl = (const FuncDecl *)syntax->decls.items[i];
      if (decl->node.kind == NODE_FUNC_DECL && !decl->recv) add_function(all, &file, decl);
    }
  }
  sources_free(file.session.sources);
  interner_free(interner);
  arena_free(arena);
  return fine;
}
