/* SPDX-License-Identifier: BSD-3-Clause
 *
 * go.mod and go.work -> data.
 *
 * The files consist of lines `verb words` and of blocks `verb ( lines )`; words are bare or quoted; comments are `//` to the end
 * of the line. A table maps each verb to what it does. In a dependency's go.mod what only concerns main modules is skipped, and
 * so is what is not understood.
 *
 * Go: golang.org/x/mod/modfile/read.go, golang.org/x/mod/modfile/rule.go
 */
#include "load/private.h"

typedef struct Line { /* the words of one line or of one line of a block */
  Str *words;
  bool *quoted;
  uint32_t len, cap;
  uint32_t line, col;
} Line;

typedef struct Parser {
  Arena *arena;
  Str text, name;
  size_t at;
  uint32_t line;
  size_t line_start;
  ModFileKind kind;
  ModFile *out;
  Buffer errors;
  bool stop; /* a syntax error: nothing behind it is looked at */
} Parser;

static void error_at(Parser *p, uint32_t line, uint32_t col, const char *fmt, ...) PRINTF_LIKE(4, 5);
static void error_at(Parser *p, uint32_t line, uint32_t col, const char *fmt, ...) {
  if (p->errors.len) buffer_char(&p->errors, '\n');
  buffer_printf(&p->errors, STR_FMT ":%u", STR_ARG(p->name), line);
  if (col > 1) buffer_printf(&p->errors, ":%u", col);
  buffer_text(&p->errors, ": ");
  va_list args;
  va_start(args, fmt);
  buffer_vprintf(&p->errors, fmt, args);
  va_end(args);
}

/* ---- words ---- */

static uint32_t column(const Parser *p) { return (uint32_t)(p->at - p->line_start) + 1; }
static bool at_end(const Parser *p) { return p->stop || p->at >= p->text.len; }
static char peek(const Parser *p, size_t ahead) {
  return p->at + ahead < p->text.len ? p->text.data[p->at + ahead] : 0;
}

static void syntax_error(Parser *p, const char *message) {
  error_at(p, p->line, column(p), "%s", message);
  p->stop = true;
}

/* Blanks and a comment up to the newline, which stays. */
static void skip_blanks(Parser *p) {
  if (p->stop) return;
  while (!at_end(p) && strchr(" \t\r", peek(p, 0))) p->at++;
  if (peek(p, 0) == '/' && peek(p, 1) == '/')
    while (!at_end(p) && peek(p, 0) != '\n') p->at++;
  else if (peek(p, 0) == '/' && peek(p, 1) == '*')
    syntax_error(p, "mod files must use // comments (not /* */ comments)");
}

static void next_line(Parser *p) {
  p->at++;
  p->line++;
  p->line_start = p->at;
}

static void take_string(Parser *p, Str *out) {
  char quote = peek(p, 0);
  Buffer text = {0};
  for (p->at++; !at_end(p) && peek(p, 0) != quote; p->at++) {
    if (peek(p, 0) == '\n') {
      syntax_error(p, "unexpected newline in string");
      break;
    }
    if (peek(p, 0) == '\\' && quote == '"') p->at++;
    buffer_char(&text, peek(p, 0));
  }
  if (!p->stop && p->at >= p->text.len) syntax_error(p, "unexpected EOF in string");
  if (!p->stop) p->at++;
  *out = arena_str(p->arena, buffer_view(&text));
  buffer_free(&text);
}

static void take_bare(Parser *p, Str *out) {
  size_t start = p->at;
  while (!at_end(p) && !strchr(" \t\r\n()[]{},", peek(p, 0)) && !(peek(p, 0) == '/' && peek(p, 1) == '/'))
    p->at++;
  if (p->at == start) p->at++; /* punctuation is a word of its own */
  *out = str_slice(p->text, start, p->at);
}

static void add_word(Parser *p, Line *line, Str word, bool quoted) {
  if (line->len == line->cap) {
    uint32_t cap = line->cap ? line->cap * 2 : 8;
    Str *words = arena_new_array(p->arena, Str, cap);
    bool *flags = arena_new_array(p->arena, bool, cap);
    if (line->len) memcpy(words, line->words, line->len * sizeof *words);
    if (line->len) memcpy(flags, line->quoted, line->len * sizeof *flags);
    line->words = words;
    line->quoted = flags;
    line->cap = cap;
  }
  line->words[line->len] = word;
  line->quoted[line->len++] = quoted;
}

/* The words up to the newline, which is consumed. */
static Line take_line(Parser *p) {
  Line line = {.line = p->line, .col = column(p)};
  while (true) {
    skip_blanks(p);
    if (at_end(p)) break;
    if (peek(p, 0) == '\n') {
      next_line(p);
      break;
    }
    Str word;
    bool quoted = peek(p, 0) == '"' || peek(p, 0) == '`';
    if (quoted)
      take_string(p, &word);
    else
      take_bare(p, &word);
    add_word(p, &line, word, quoted);
  }
  return line;
}

/* ---- directives ---- */

typedef struct Args {
  const Line *line;
  Str verb;
  Str *words;
  uint32_t len;
} Args;

#define COMPLAIN(p, args, ...) error_at((p), (args)->line->line, (args)->line->col, __VA_ARGS__)

static bool is_go_version(Str text) {
  Lang lang;
  return text.len && text.data[0] >= '1' && text.data[0] <= '9' && str_index(text, '.') > 0 &&
         lang_parse(text, &lang);
}

static void read_go(Parser *p, const Args *args) {
  if (p->out->go.len)
    COMPLAIN(p, args, "repeated go statement");
  else if (args->len != 1)
    COMPLAIN(p, args, "go directive expects exactly one argument");
  else if (!is_go_version(args->words[0]) && p->kind != MOD_DEPENDENCY)
    COMPLAIN(p, args, "invalid go version '" STR_FMT "': must match format 1.23.0", STR_ARG(args->words[0]));
  else
    p->out->go = args->words[0];
}

static void read_toolchain(Parser *p, const Args *args) {
  if (p->out->toolchain.len)
    COMPLAIN(p, args, "repeated toolchain statement");
  else if (args->len != 1)
    COMPLAIN(p, args, "toolchain directive expects exactly one argument");
  else if (!str_equal(args->words[0], STR("default")) && !str_equal(args->words[0], STR("go1")) &&
           !str_has_prefix(args->words[0], STR("go1.")))
    COMPLAIN(p, args, "invalid toolchain version '" STR_FMT "': must match format go1.23.0 or default",
             STR_ARG(args->words[0]));
  else
    p->out->toolchain = args->words[0];
}

static void read_module(Parser *p, const Args *args) {
  if (p->out->module.len)
    COMPLAIN(p, args, "repeated module statement");
  else if (args->len != 1)
    COMPLAIN(p, args, "usage: module module/path");
  else
    p->out->module = args->words[0];
}

static bool valid_version(Parser *p, const Args *args, Str path, Str version) {
  if (semver_valid(version) || p->kind == MOD_DEPENDENCY) return true;
  COMPLAIN(p, args, STR_FMT "@" STR_FMT ": invalid version: must be of the form v1.2.3", STR_ARG(path),
           STR_ARG(version));
  return false;
}

static void read_version_line(Parser *p, const Args *args) {
  if (args->len != 2) {
    COMPLAIN(p, args, "usage: " STR_FMT " module/path v1.2.3", STR_ARG(args->verb));
    return;
  }
  ModuleVersion mod = {.path = args->words[0], .version = args->words[1]};
  if (!valid_version(p, args, mod.path, mod.version)) return;
  if (str_equal(args->verb, STR("require")))
    vec_push(p->arena, &p->out->require, mod);
  else
    vec_push(p->arena, &p->out->exclude, mod);
}

static bool is_folder(Str path) { return is_local_path(path) || path_is_absolute(path); }

static void read_replace(Parser *p, const Args *args) {
  uint32_t arrow = args->len >= 2 && str_equal(args->words[1], STR("=>")) ? 1 : 2;
  if (args->len < arrow + 2 || args->len > arrow + 3 || !str_equal(args->words[arrow], STR("=>"))) {
    COMPLAIN(
        p, args,
        "usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace module/path [v1.2.3] => "
        "../local/directory");
    return;
  }
  ModReplace replace = {.old = {.path = args->words[0]}, .with = {.path = args->words[arrow + 1]}};
  if (arrow == 2) replace.old.version = args->words[1];
  if (args->len == arrow + 3) replace.with.version = args->words[arrow + 2];
  bool folder = is_folder(replace.with.path);
  if (!replace.with.version.len && !folder)
    COMPLAIN(
        p, args, "%s",
        str_index(replace.with.path, '@') >= 0
            ? "replacement module must match format 'path version', not 'path@version'"
            : "replacement module without version must be directory path (rooted or starting with . or ..)");
  else if (replace.with.version.len && folder)
    COMPLAIN(p, args, "replacement module directory path \"" STR_FMT "\" cannot have version",
             STR_ARG(replace.with.path));
  else if (arrow == 1 || valid_version(p, args, replace.old.path, replace.old.version))
    vec_push(p->arena, &p->out->replace, replace);
}

/* `v1.2.3` or `[v1.2.3, v1.4.0]` */
static void read_retract(Parser *p, const Args *args) {
  bool interval = args->len == 5 && str_equal(args->words[0], STR("[")) &&
                  str_equal(args->words[2], STR(",")) && str_equal(args->words[4], STR("]"));
  if (!interval && (args->len != 1 || !semver_valid(args->words[0]))) {
    if (p->kind == MOD_MAIN) COMPLAIN(p, args, "usage: retract v1.2.3 or retract [v1.2.3, v1.4.0]");
    return;
  }
  vec_push(p->arena, &p->out->retract,
           (ModInterval){.low = args->words[interval ? 1 : 0], .high = args->words[interval ? 3 : 0]});
}

static bool one_argument(Parser *p, const Args *args) {
  if (args->len == 1) return true;
  COMPLAIN(p, args, STR_FMT " directive expects exactly one argument", STR_ARG(args->verb));
  return false;
}

static void read_tool(Parser *p, const Args *args) {
  if (one_argument(p, args)) vec_push(p->arena, &p->out->tools, args->words[0]);
}

static void read_ignore(Parser *p, const Args *args) {
  if (one_argument(p, args)) vec_push(p->arena, &p->out->ignores, args->words[0]);
}

static void read_godebug(Parser *p, const Args *args) {
  if (args->len != 1 || str_index(args->words[0], '=') < 0) COMPLAIN(p, args, "usage: godebug key=value");
}

static void read_use(Parser *p, const Args *args) {
  if (args->len != 1)
    COMPLAIN(p, args, "usage: use local/dir");
  else
    vec_push(p->arena, &p->out->uses, args->words[0]);
}

typedef struct Directive {
  const char *verb;
  void (*read)(Parser *p, const Args *args);
  bool in_main, in_dependency, in_work, in_block;
} Directive;

static const Directive directives[] = {
    {"go", read_go, true, true, true, false},
    {"toolchain", read_toolchain, true, false, true, false},
    {"module", read_module, true, true, false, true},
    {"require", read_version_line, true, true, false, true},
    {"exclude", read_version_line, true, false, false, true},
    {"replace", read_replace, true, false, true, true},
    {"retract", read_retract, true, true, false, true},
    {"tool", read_tool, true, false, false, true},
    {"ignore", read_ignore, true, true, false, true},
    {"godebug", read_godebug, true, false, true, true},
    {"use", read_use, false, false, true, true},
};

static const Directive *find_directive(const Parser *p, Str verb) {
  for (size_t i = 0; i < ARRAY_LEN(directives); i++) {
    const Directive *d = &directives[i];
    bool here = p->kind == MOD_MAIN ? d->in_main : p->kind == MOD_WORK ? d->in_work : d->in_dependency;
    if (here && str_equal(str_from(d->verb), verb)) return d;
  }
  return NULL;
}

static void read_directive(Parser *p, const Line *line, Str verb, uint32_t skip) {
  Args args = {.line = line, .verb = verb, .words = line->words + skip, .len = line->len - skip};
  const Directive *directive = find_directive(p, verb);
  if (directive)
    directive->read(p, &args);
  else if (p->kind != MOD_DEPENDENCY)
    COMPLAIN(p, &args, "unknown directive: " STR_FMT, STR_ARG(verb));
}

static void read_block(Parser *p, const Line *head) {
  const Directive *directive = find_directive(p, head->words[0]);
  bool known = head->len == 2 && directive && directive->in_block;
  if (!known && p->kind != MOD_DEPENDENCY)
    error_at(p, head->line, head->col, "unknown block type: " STR_FMT, STR_ARG(head->words[0]));
  while (true) {
    skip_blanks(p);
    if (at_end(p)) {
      if (!p->stop) syntax_error(p, "syntax error (unterminated block started here)");
      return;
    }
    Line line = take_line(p);
    if (line.len == 0) continue;
    if (line.len == 1 && !line.quoted[0] && str_equal(line.words[0], STR(")"))) return;
    if (known) read_directive(p, &line, head->words[0], 0);
  }
}

static bool opens_block(const Line *line) {
  return !line->quoted[line->len - 1] && str_equal(line->words[line->len - 1], STR("("));
}

void modfile_parse(Arena *arena, Str name, Str text, ModFileKind kind, ModFile *out) {
  *out = (ModFile){.name = name};
  Parser p = {.arena = arena, .text = text, .name = name, .line = 1, .kind = kind, .out = out};
  while (true) {
    skip_blanks(&p);
    if (at_end(&p)) break;
    Line line = take_line(&p);
    if (line.len == 0 || p.stop) continue;
    bool empty_block =
        line.len == 3 && str_equal(line.words[1], STR("(")) && str_equal(line.words[2], STR(")"));
    if (empty_block) continue;
    if (line.len > 1 && opens_block(&line))
      read_block(&p, &line);
    else
      read_directive(&p, &line, line.words[0], 1);
  }
  out->errors = p.errors.len ? arena_str(arena, buffer_view(&p.errors)) : STR("");
  buffer_free(&p.errors);
}
