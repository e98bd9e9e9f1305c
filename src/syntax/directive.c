/* SPDX-License-Identifier: BSD-3-Clause
 *
 * directive: `//line` and `//go:` comments.
 *
 * In: comments as the scanner finds them. Out: line directives in the SourceFile; the language version of the file; pending
 * pragmas, which the next declaration takes (or which are misplaced); linknames and embeds of the SyntaxFile.
 * What the compiler finds out only after type checking goes to SyntaxFile.late.
 *
 * Go: cmd/compile/internal/noder/noder.go, lex.go, writer.go; cmd/compile/internal/syntax/parser.go
 */
#include "syntax/parser.h"

/* ---- text ---- */

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static Str trim_space(Str s) {
  while (s.len && is_space(s.data[0])) s = str_slice(s, 1, s.len);
  while (s.len && is_space(s.data[s.len - 1])) s.len--;
  return s;
}

enum { MAX_FIELDS = 4 };

/* Splits at white space; the number of fields may be larger than MAX_FIELDS, which are kept. */
static uint32_t split_fields(Str s, Str fields[MAX_FIELDS]) {
  uint32_t count = 0;
  for (size_t i = 0; i < s.len;) {
    while (i < s.len && is_space(s.data[i])) i++;
    size_t start = i;
    while (i < s.len && !is_space(s.data[i])) i++;
    if (i == start) break;
    if (count < MAX_FIELDS) fields[count] = str_slice(s, start, i);
    count++;
  }
  return count;
}

/* ---- //line ---- */

/* The number behind the last colon. False: there is no colon; otherwise *at is the index behind it and *ok whether it is one. */
static bool trailing_number(Str text, size_t *at, uint64_t *number, bool *ok) {
  *ok = false;
  *number = 0;
  ptrdiff_t colon = str_last_index(text, ':');
  if (colon < 0) return false;
  *at = (size_t)colon + 1;
  for (size_t i = *at; i < text.len; i++) {
    char c = text.data[i];
    if (c < '0' || c > '9' || *number > (UINT64_MAX - 9) / 10) return true;
    *number = *number * 10 + (uint64_t)(c - '0');
  }
  *ok = *at < text.len;
  return true;
}

static const uint64_t LARGEST_LINE = 1u << 30;

static Atom directive_filename(Parser *p, Str name, bool has_column) {
  Interner *interner = p->session->interner;
  const SourceFile *source = p->source;
  if (!name.len && has_column)
    return source->directives.len ? vec_last(&source->directives).filename : source->path;
  if (!name.len) return intern(interner, STR("??"));
  name = path_clean(p->arena, name);
  Str folder = path_dir(atom_str(source->path));
  if (!path_is_absolute(name) && !str_equal(folder, STR("."))) name = path_join(p->arena, folder, name);
  return intern(interner, name);
}

/* text: behind `line `, at text_offset; takes effect at `effect`. */
static void read_line_directive(Parser *p, Str text, uint32_t text_offset, uint32_t effect) {
  size_t at, column_at;
  uint64_t line, column = 0;
  bool ok, has_column;
  if (!trailing_number(text, &at, &line, &ok)) return;
  Pos pos = source_pos(p->source, text_offset);
  if (!ok) {
    parser_error(p, (Pos){pos.v + (uint32_t)at}, "invalid line number: " STR_FMT,
                 STR_ARG(str_slice(text, at, text.len)));
    return;
  }
  size_t line_at;
  uint64_t number;
  has_column = trailing_number(str_slice(text, 0, at - 1), &line_at, &number, &ok) && ok;
  if (has_column) {
    column_at = at;
    column = line;
    at = line_at;
    line = number;
    if (column == 0 || column > LARGEST_LINE) {
      parser_error(p, (Pos){pos.v + (uint32_t)column_at}, "invalid column number: " STR_FMT,
                   STR_ARG(str_slice(text, column_at, text.len)));
      return;
    }
    text = str_slice(text, 0, column_at - 1);
  }
  if (line == 0 || line > LARGEST_LINE) {
    parser_error(p, (Pos){pos.v + (uint32_t)at}, "invalid line number: " STR_FMT,
                 STR_ARG(str_slice(text, at, text.len)));
    return;
  }
  const SourceFile *source = p->source;
  if (source->directives.len && vec_last(&source->directives).offset >= effect) return; /* parsed before */
  if (effect > source->text.len) return;
  LineDirective directive = {.offset = effect, .line = (uint32_t)line, .col = (uint32_t)column};
  directive.filename = directive_filename(p, str_slice(text, 0, at - 1), has_column);
  source_add_directive(p->session->sources, p->source, directive);
}

/* ---- //go:build ---- */

/* The smallest N for which the expression can hold, read by recursive descent: -1 none, 0 "go1". An operator under an odd number
   of `!` counts as its dual; a tag under such implies nothing. */
typedef struct BuildLine {
  const char *at, *end;
  Str token; /* current, empty at the end */
  bool is_tag, failed;
  int size;
} BuildLine;

enum { MAX_BUILD_TERMS = 1000 };

static void build_next(BuildLine *b) {
  while (b->at < b->end && (*b->at == ' ' || *b->at == '\t')) b->at++;
  const char *start = b->at;
  b->is_tag = false;
  b->token = (Str){start, 0};
  if (start == b->end) return;
  if (*start == '(' || *start == ')' || *start == '!') {
    b->at++;
  } else if (*start == '&' || *start == '|') {
    if (start + 1 == b->end || start[1] != *start) {
      b->failed = true;
      b->at = b->end;
      return;
    }
    b->at += 2;
  } else {
    while (b->at < b->end) {
      uint32_t width, rune = rune_decode(b->at, b->end, &width);
      if (!rune_is_letter(rune) && !rune_is_digit(rune) && rune != '_' && rune != '.') break;
      b->at += width;
    }
    b->is_tag = true;
    if (b->at == start) b->failed = true;
    if (b->failed) b->at = b->end;
  }
  b->token.len = (size_t)(b->at - start);
}

static int64_t tag_version(Str tag) {
  if (str_equal(tag, STR("go1"))) return 0;
  for (size_t i = 0; i + 4 <= tag.len; i++) {
    if (memcmp(tag.data + i, "go1.", 4) != 0) continue;
    int64_t version = 0;
    for (size_t digit = i + 4; digit < tag.len; digit++) {
      char c = tag.data[digit];
      if (c < '0' || c > '9' || version > INT64_MAX / 10 - 1) return -1;
      version = version * 10 + (c - '0');
    }
    return tag.len > i + 4 ? version : -1;
  }
  return -1;
}

static int64_t build_or(BuildLine *b, bool negated);

/* The first token is the current one. */
static int64_t build_atom(BuildLine *b, bool negated) {
  if (b->failed) return -1;
  if (str_equal(b->token, STR("("))) {
    int64_t version = build_or(b, negated);
    if (!str_equal(b->token, STR(")"))) b->failed = true;
    build_next(b);
    return version;
  }
  if (!b->is_tag) {
    b->failed = true;
    return -1;
  }
  int64_t version = negated ? -1 : tag_version(b->token);
  build_next(b);
  return version;
}

static int64_t build_not(BuildLine *b, bool negated) {
  if (++b->size > MAX_BUILD_TERMS) b->failed = true;
  if (b->failed) return -1;
  build_next(b);
  if (!str_equal(b->token, STR("!"))) return build_atom(b, negated);
  build_next(b);
  if (str_equal(b->token, STR("!"))) b->failed = true;
  return build_atom(b, !negated);
}

static int64_t combine(int64_t a, int64_t b, bool both) { return (a > b) == both ? a : b; }

static int64_t build_and(BuildLine *b, bool negated) {
  int64_t version = build_not(b, negated);
  while (!b->failed && str_equal(b->token, STR("&&")))
    version = combine(version, build_not(b, negated), !negated);
  return version;
}

static int64_t build_or(BuildLine *b, bool negated) {
  int64_t version = build_and(b, negated);
  while (!b->failed && str_equal(b->token, STR("||")))
    version = combine(version, build_and(b, negated), negated);
  return version;
}

bool build_line_version(Arena *arena, Str line, Str *version) {
  line = trim_space(line);
  if (!str_has_prefix(line, STR("//go:build"))) return false;
  Str rest = str_slice(line, sizeof "//go:build" - 1, line.len);
  if (rest.len && !is_space(rest.data[0])) return false; /* another directive */
  rest = trim_space(rest);
  BuildLine b = {.at = rest.data, .end = rest.data + rest.len};
  int64_t number = build_or(&b, false);
  if (b.failed || b.token.len) return false;
  *version = (Str){NULL, 0};
  if (number == 0) *version = STR("go1");
  if (number > 0) *version = arena_printf(arena, "go1.%lld", (long long)number);
  return true;
}

/* ---- //go: ---- */

/* Its own bit and what it implies. */
static uint32_t pragma_flags(Str verb, ParseFlags parse) {
  static const struct {
    Str verb;
    uint32_t flags;
  } VERBS[] = {
#define PRAGMA(NAME, bit, text) {{text, sizeof(text) - 1}, PRAGMA_##NAME},
#include "syntax/pragmas.def"
#undef PRAGMA
  };
  uint32_t flags = 0;
  for (size_t i = 0; i < ARRAY_LEN(VERBS); i++)
    if (str_equal(verb, VERBS[i].verb)) flags = VERBS[i].flags;
  if (flags & (PRAGMA_NOSPLIT | PRAGMA_CGO_UNSAFE_ARGS)) flags |= PRAGMA_NOCHECKPTR;
  if (flags & PRAGMA_NOWRITEBARRIERREC) flags |= PRAGMA_NOWRITEBARRIER;
  if (flags & PRAGMA_UINTPTR_ESCAPES) flags |= PRAGMA_UINTPTR_KEEPALIVE;
  if (!(parse & PARSE_NOT_IN_HEAP)) flags &= ~(uint32_t)PRAGMA_NOT_IN_HEAP;
  /* Without the experiment "fieldtrack", and for amd64, these mean nothing. */
  return flags & ~(uint32_t)(PRAGMA_NOINTERFACE | PRAGMA_WASMIMPORT | PRAGMA_WASMEXPORT);
}

/* Has no bit, but the standard library may use it. */
static bool allowed_in_std(Str verb) {
  static const Str VERBS[] = {
      {"go:cgo_export_static", 20},
      {"go:cgo_export_dynamic", 21},
      {"go:cgo_import_static", 20},
      {"go:cgo_import_dynamic", 21},
      {"go:cgo_ldflag", 13},
      {"go:cgo_dynamic_linker", 21},
      {"go:embed", 8},
      {"go:fix", 6},
      {"go:generate", 11},
  };
  for (size_t i = 0; i < ARRAY_LEN(VERBS); i++)
    if (str_equal(verb, VERBS[i])) return true;
  return false;
}

static void read_linkname(Parser *p, Pos pos, Str text) {
  Str fields[MAX_FIELDS];
  uint32_t count = split_fields(text, fields);
  if (count < 2 || count > 3) {
    parser_report(p, pos, "usage: //" STR_FMT " localname [linkname]", STR_ARG(fields[0]));
    return;
  }
  Linkname linkname = {.pos = pos, .std = str_equal(fields[0], STR("go:linknamestd"))};
  linkname.local = intern(p->session->interner, fields[1]);
  if (count == 3) linkname.remote = intern(p->session->interner, fields[2]);
  vec_push(p->file->arena, &p->file->linknames, linkname);
}

/* The length of the pattern that rest starts with; 0: it is badly quoted. */
static size_t embed_pattern_len(Str rest) {
  size_t i = 1;
  if (rest.data[0] == '`') {
    while (i < rest.len && rest.data[i] != '`') i++;
  } else if (rest.data[0] == '"') {
    for (; i < rest.len && rest.data[i] != '"'; i++)
      if (rest.data[i] == '\\') i++;
  } else {
    while (i < rest.len && !is_space(rest.data[i])) i++;
    return i;
  }
  return i < rest.len && (i + 1 == rest.len || is_space(rest.data[i + 1])) ? i + 1 : 0;
}

static void read_embed(Parser *p, Pos pos, Str text) {
  Str patterns = trim_space(str_slice(text, sizeof "go:embed" - 1, text.len));
  uint32_t count = 0;
  for (Str rest = patterns; rest.len; count++) {
    size_t len = embed_pattern_len(rest);
    if (len == 0) {
      parser_report(p, pos, "invalid quoted string in //go:embed: " STR_FMT, STR_ARG(rest));
      count = 0;
      break;
    }
    rest = trim_space(str_slice(rest, len, rest.len));
  }
  if (count == 0) {
    parser_report(p, pos, "usage: //go:embed pattern...");
    return;
  }
  EmbedDirective embed = {.pos = pos, .patterns = patterns, .in_function = p->function_nesting > 0};
  vec_push(p->arena, &p->pragma.embeds, embed);
}

/* Only the go command's helper for cgo may write most of these; its files are named _cgo_…. */
static void read_cgo(Parser *p, Pos pos, Str text) {
  Str fields[MAX_FIELDS];
  bool import = str_has_prefix(text, STR("go:cgo_import_dynamic ")) && split_fields(text, fields) >= 4;
  bool generated = str_has_prefix(path_base(atom_str(p->source->path)), STR("_cgo_"));
  if (!import && !generated && !(p->flags & (PARSE_STD | PARSE_SKIP_BODIES)))
    parser_report(p, pos, "//" STR_FMT " only allowed in cgo-generated code", STR_ARG(text));
  p->file->has_cgo_directives = true;
}

static void read_flag(Parser *p, Pos pos, Str text) {
  static const uint32_t RUNTIME_ONLY =
      PRAGMA_SYSTEMSTACK | PRAGMA_NOWRITEBARRIER | PRAGMA_NOWRITEBARRIERREC | PRAGMA_YESWRITEBARRIERREC;
  ptrdiff_t blank = str_index(text, ' ');
  Str verb = blank < 0 ? text : str_slice(text, 0, (size_t)blank);
  uint32_t flags = pragma_flags(verb, p->flags);
  bool std = p->flags & PARSE_STD;
  if (!(p->flags & PARSE_SKIP_BODIES)) {
    if (!(p->flags & PARSE_RUNTIME) && (flags & RUNTIME_ONLY))
      parser_report(p, pos, "//" STR_FMT " only allowed in runtime", STR_ARG(verb));
    if (flags == PRAGMA_UINTPTR_KEEPALIVE && !std)
      parser_report(p, pos, "//" STR_FMT " is only allowed in the standard library", STR_ARG(verb));
    if (!flags && std && !allowed_in_std(verb))
      parser_report(p, pos, "//" STR_FMT " is not allowed in the standard library", STR_ARG(verb));
  }
  p->pragma.flags |= flags;
  vec_push(p->arena, &p->pragma.marks, (PragmaMark){flags, pos});
}

/* Elsewhere than on WebAssembly such a line says nothing. */
static void note_wasm(Parser *p, Pos pos, uint32_t flag) {
  if (!(p->flags & PARSE_WASM)) return;
  p->pragma.flags |= flag;
  vec_push(p->arena, &p->pragma.marks, (PragmaMark){flag, pos});
}

static bool check_wasm(Parser *p, Pos pos, Str text) {
  Str fields[MAX_FIELDS];
  if (str_has_prefix(text, STR("go:wasmimport "))) {
    if (split_fields(text, fields) != 3)
      parser_report(p, pos, "usage: //go:wasmimport importmodule importname");
    else
      note_wasm(p, pos, PRAGMA_WASMIMPORT);
    return true;
  }
  if (str_has_prefix(text, STR("go:wasmexport "))) {
    if (split_fields(text, fields) != 2)
      parser_report(p, pos, "usage: //go:wasmexport exportname");
    else
      note_wasm(p, pos, PRAGMA_WASMEXPORT);
    return true;
  }
  return false;
}

bool directive_is_alone(Str text, uint32_t offset) {
  const char *at = text.data;
  uint32_t i = offset;
  while (i > 0 && (at[i - 1] == ' ' || at[i - 1] == '\t' || at[i - 1] == '\r')) i--;
  return i == 0 || at[i - 1] == '\n' || (i == 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0);
}

/* text: without the slashes, at pos. */
static void read_pragma(Parser *p, Pos pos, Str text) {
  p->pragma.any = true;
  if (!directive_is_alone(p->source->text, source_offset(p->source, pos) - 2)) {
    parser_report(p, pos, "misplaced compiler directive");
    return;
  }
  if (check_wasm(p, pos, text)) return;
  if (str_has_prefix(text, STR("go:linkname ")) || str_has_prefix(text, STR("go:linknamestd "))) {
    read_linkname(p, pos, text);
    return;
  }
  if (str_equal(text, STR("go:embed")) || str_has_prefix(text, STR("go:embed "))) {
    read_embed(p, pos, text);
    return;
  }
  if (str_has_prefix(text, STR("go:cgo_"))) read_cgo(p, pos, text);
  read_flag(p, pos, text);
}

void directive_read(void *context, uint32_t offset, Str comment) {
  Parser *p = context;
  if (offset < p->directives_from) return;
  p->directives_from = offset + 1;
  bool block = comment.data[1] == '*';
  Str text = str_slice(comment, 2, comment.len - (block ? 2 : 0));
  if (!block && text.len && text.data[text.len - 1] == '\r') text.len--;
  if (str_has_prefix(text, STR("line "))) {
    bool at_line_start = offset == 0 || p->source->text.data[offset - 1] == '\n';
    uint32_t end = offset + (uint32_t)comment.len;
    if (block || at_line_start)
      read_line_directive(p, str_slice(text, 5, text.len), offset + 7, end + (block ? 0 : 1));
    return;
  }
  if (p->flags & PARSE_IMPORTS_ONLY && !p->in_header) return;
  if (p->in_header && str_has_prefix(text, STR("go:build"))) {
    Str version;
    if (!(p->flags & PARSE_NO_BUILD_LINES) && build_line_version(p->arena, comment, &version))
      p->file->go_version = version;
  }
  read_pragma(p, source_pos(p->source, offset + 2), text);
}

/* ---- pending pragmas ---- */

static void pragma_reset(Parser *p) {
  p->pragma.any = false;
  p->pragma.flags = 0;
  p->pragma.marks.len = 0;
  p->pragma.embeds.len = 0;
}

/* How messages call it. */
static const char *directive_kind(uint32_t flags) {
  if (flags & PRAGMA_WASMIMPORT) return "go:wasmimport";
  return flags & PRAGMA_WASMEXPORT ? "go:wasmexport" : "compiler";
}

uint32_t pragma_take(Parser *p, uint32_t allowed, VarDecl *decl) {
  if (!p->pragma.any) return 0;
  uint32_t flags = p->pragma.flags;
  vec_each (PragmaMark, mark, &p->pragma.marks)
    if (mark->flags & ~allowed)
      note_add(&p->file->late, mark->pos, "misplaced %s directive", directive_kind(mark->flags));
  vec_each (EmbedDirective, embed, &p->pragma.embeds) {
    embed->decl = decl;
    if (decl)
      vec_push(p->file->arena, &p->file->embeds, *embed);
    else
      note_add(&p->file->late, embed->pos, "misplaced go:embed directive");
  }
  pragma_reset(p);
  return flags;
}

void pragma_drop(Parser *p) {
  vec_each (PragmaMark, mark, &p->pragma.marks)
    if (mark->flags) parser_report(p, mark->pos, "misplaced %s directive", directive_kind(mark->flags));
  vec_each (EmbedDirective, embed, &p->pragma.embeds)
    parser_report(p, embed->pos, "misplaced go:embed directive");
  pragma_reset(p);
}

/* ---- at the end of the file ---- */

static bool imports_embed(const SyntaxFile *file) {
  for (uint32_t i = 0; i < file->decls.len && file->decls.items[i]->kind == NODE_IMPORT_DECL; i++) {
    const BasicLit *path = ((const ImportDecl *)file->decls.items[i])->path;
    if (path && str_equal(path->source, STR("\"embed\""))) return true;
  }
  return false;
}

static const char *embed_problem(const EmbedDirective *embed, bool imported) {
  if (!imported) return "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)";
  if (embed->decl->name_len > 1) return "go:embed cannot apply to multiple vars";
  if (embed->decl->values) return "go:embed cannot apply to var with initializer";
  if (!embed->decl->type) return "go:embed cannot apply to var without type";
  return embed->in_function ? "go:embed cannot apply to var inside func" : NULL;
}

void directives_check(Parser *p) {
  SyntaxFile *file = p->file;
  const VarDecl *previous = NULL;
  bool imported = file->embeds.len && imports_embed(file);
  vec_each (EmbedDirective, embed, &file->embeds) {
    const char *problem = embed->decl != previous ? embed_problem(embed, imported) : NULL;
    if (problem) note_add(&file->late, embed->pos, "%s", problem);
    previous = embed->decl;
  }
  vec_each (Linkname, linkname, &file->linknames) {
    const char *verb = linkname->std ? "go:linknamestd" : "go:linkname";
    Str remote = atom_str(linkname->remote);
    if (!file->imports_unsafe)
      note_add(&file->late, linkname->pos, "//%s only allowed in Go files that import \"unsafe\"", verb);
    else if (str_index(remote, '[') >= 0 && str_index(remote, ']') >= 0)
      note_add(&file->late, linkname->pos, "//%s reference of an instantiation is not allowed", verb);
  }
}
