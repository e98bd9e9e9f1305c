/* SPDX-License-Identifier: BSD-3-Clause
 *
 * parser: tokens, errors, lists, nodes, and the entry points of the layer.
 *
 * Errors are filtered as the compiler filters them: of several syntax errors in one line only the first is noted, and of equal
 * other errors in one line, too.
 *
 * Go: cmd/compile/internal/syntax/parser.go, syntax.go; cmd/compile/internal/base/print.go
 */
#include "syntax/parser.h"

enum {
  /* Deeper nesting is refused, so that no recursion over the tree needs more than the stack of a job. */
  MAX_DEPTH = 200000,
  FIRST_STACK = 64,
  /* Names of a whole file repeat; those of one body are few. */
  PACKAGE_NAME_BITS = 11,
  FILE_NAME_BITS = 10,
  BODY_NAME_BITS = 7,
};

/* ---- errors ---- */

static uint32_t line_of(const SourceFile *source, uint32_t offset) {
  uint32_t low = 0, high = source->line_count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (source->line_starts[middle] <= offset)
      low = middle;
    else
      high = middle;
  }
  return low + 1;
}

static void note_syntax_error(Parser *p, Pos pos, Str text) {
  uint32_t line = line_of(p->source, source_offset(p->source, pos));
  p->error_count++;
  if (line == p->last_syntax_line) return;
  p->last_syntax_line = line;
  note_push(p->notes, pos, text, false);
}

static void note_other_error(Parser *p, Pos pos, const char *fmt, va_list args) {
  Str text = arena_vprintf(p->notes->arena, fmt, args);
  uint32_t line = line_of(p->source, source_offset(p->source, pos));
  if (line == p->last_other_line && str_equal(text, p->last_other_text)) return;
  p->last_other_line = line;
  p->last_other_text = text;
  note_push(p->notes, pos, text, true);
}

void parser_report(Parser *p, Pos pos, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  note_other_error(p, pos, fmt, args);
  va_end(args);
}

void parser_error(Parser *p, Pos pos, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  p->error_count++;
  note_other_error(p, pos, fmt, args);
  va_end(args);
}

/* Appends the current token as messages name it. No printf for what the file says: it may contain NULs. */
static void show_token(const Parser *p, Buffer *out) {
  const Scanner *scan = &p->scan;
  static const char *const SEMIS[] = {
      [SEMI_SEMICOLON] = "semicolon", [SEMI_NEWLINE] = "newline", [SEMI_END] = "EOF"};
  if (scan->kind == TOKEN_NAME) {
    if (!parser_is_old(p)) buffer_text(out, "name ");
    buffer_str(out, atom_str(scan->name));
  } else if (scan->kind == TOKEN_LITERAL) {
    buffer_text(out, "literal ");
    buffer_str(out, scan->literal);
  } else if (scan->kind == TOKEN_SEMI) {
    buffer_text(out, SEMIS[scan->semi]);
  } else if (scan->kind == TOKEN_OPERATOR || scan->kind == TOKEN_ASSIGN_OP || scan->kind == TOKEN_INC_OP) {
    buffer_text(out, operator_text(scan->op));
    if (scan->kind == TOKEN_ASSIGN_OP) buffer_char(out, '=');
    if (scan->kind == TOKEN_INC_OP) buffer_text(out, operator_text(scan->op));
  } else {
    buffer_text(out, token_text(scan->kind));
  }
}

/* "expecting" in older releases; "unexpected" stays. */
static void put_expectation(Buffer *out, Str message) {
  Str word = STR("expected");
  for (size_t at = 0; at < message.len;) {
    bool found =
        (at == 0 || message.data[at - 1] == ' ') && str_has_prefix(str_slice(message, at, message.len), word);
    if (found)
      buffer_text(out, "expecting");
    else
      buffer_char(out, message.data[at]);
    at += found ? word.len : 1;
  }
}

static void syntax_error(Parser *p, Pos pos, Str message) {
  if (parser_at(p, TOKEN_END) && p->error_count > 0) return; /* a consequence of the error before */
  const char *joint = NULL;
  if (str_has_prefix(message, STR("in ")) || str_has_prefix(message, STR("at ")) ||
      str_has_prefix(message, STR("after ")))
    joint = " ";
  else if (str_has_prefix(message, STR("expected ")))
    joint = ", ";
  Buffer out = {0};
  buffer_text(&out, "syntax error: ");
  if (joint) {
    buffer_text(&out, "unexpected ");
    show_token(p, &out);
    buffer_text(&out, joint);
  }
  if (parser_is_old(p))
    put_expectation(&out, message);
  else
    buffer_str(&out, message);
  note_syntax_error(p, pos, arena_str(p->notes->arena, buffer_view(&out)));
  buffer_free(&out);
}

void parser_syntax_error_at(Parser *p, Pos pos, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  Str message = arena_vprintf(p->arena, fmt, args);
  va_end(args);
  syntax_error(p, pos, message);
}

void parser_syntax_error(Parser *p, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  Str message = arena_vprintf(p->arena, fmt, args);
  va_end(args);
  syntax_error(p, parser_pos(p), message);
}

static void scan_error(void *context, uint32_t offset, const char *message) {
  Parser *p = context;
  parser_error(p, source_pos(p->source, offset), "%s", message);
}

static bool too_deep(Parser *p) {
  if (p->scan.at < p->scan.end) {
    parser_syntax_error(p, "constructs nested more than %d levels deep", MAX_DEPTH);
    scanner_stop(&p->scan);
    parser_next(p);
  }
  return false;
}

bool parser_enter(Parser *p) { return ++p->depth <= MAX_DEPTH || too_deep(p); }

bool parser_chain_ok(Parser *p, uint32_t length) { return length <= MAX_DEPTH || too_deep(p); }

/* ---- tokens ---- */

void parser_want(Parser *p, TokenKind kind) {
  if (parser_got(p, kind)) return;
  parser_syntax_error(p, "expected %s", token_text(kind));
  parser_advance(p, 0);
}

bool parser_got_assign(Parser *p) {
  if (parser_at(p, TOKEN_DEFINE))
    parser_syntax_error(p, "expected =");
  else if (!parser_at(p, TOKEN_ASSIGN))
    return false;
  parser_next(p);
  return true;
}

static const TokenSet STATEMENT_STARTS =
    TOKEN_SET(BREAK) | TOKEN_SET(CONST) | TOKEN_SET(CONTINUE) | TOKEN_SET(DEFER) | TOKEN_SET(FALLTHROUGH) |
    TOKEN_SET(FOR) | TOKEN_SET(GO) | TOKEN_SET(GOTO) | TOKEN_SET(IF) | TOKEN_SET(RETURN) | TOKEN_SET(SELECT) |
    TOKEN_SET(SWITCH) | TOKEN_SET(TYPE) | TOKEN_SET(VAR);

void parser_advance(Parser *p, TokenSet follow) {
  if (!follow) {
    if (!parser_at(p, TOKEN_END)) parser_next(p);
    return;
  }
  follow |= TOKEN_SET(END);
  if (p->function_nesting > 0) follow |= STATEMENT_STARTS;
  while (!token_in(p->scan.kind, follow)) parser_next(p);
}

/* ---- nodes and lists ---- */

void *parser_node(Parser *p, NodeKind kind, size_t size, Pos pos) {
  Node *node = arena_alloc(p->arena, size);
  node->kind = kind;
  node->id = p->passing ? NODE_PASSING | p->ids->next_passing++ : p->ids->next++;
  node->pos = pos;
  return node;
}

NameExpr *parser_name_at(Parser *p, Pos pos, Atom name) {
  NameExpr *node = NEW_NODE(p, NAME, NameExpr, pos);
  node->name = name;
  return node;
}

Node *parser_bad_expr(Parser *p) { return NEW_NODE(p, BAD_EXPR, Node, parser_pos(p)); }

void *list_end(Parser *p, uint32_t begin, uint32_t *len) {
  *len = p->stack.len - begin;
  p->stack.len = begin;
  if (*len == 0) return NULL;
  Node **items = arena_new_array(p->arena, Node *, *len);
  memcpy(items, p->stack.items + begin, *len * sizeof *items);
  return items;
}

NodeList list_nodes(Parser *p, uint32_t begin) {
  NodeList list;
  list.items = list_end(p, begin, &list.len);
  return list;
}

bool bracketed_more(const Parser *p, const Bracketed *list) {
  return !parser_at(p, TOKEN_END) && !parser_at(p, list->close) && !list->done && !list->broken;
}

void bracketed_separator(Parser *p, Bracketed *list) {
  if (parser_got(p, list->separator) || parser_at(p, list->close))
    return; /* optional before the closing one */
  const char *separator = token_text(list->separator), *close = token_text(list->close);
  if (parser_is_old(p))
    parser_syntax_error(p, "expected %s or %s", separator, close);
  else
    parser_syntax_error(p, "in %s; possibly missing %s or %s", list->context, separator, close);
  parser_advance(p, FOLLOW_CLOSING);
  list->broken = !parser_at(p, list->close);
}

Pos bracketed_end(Parser *p, const Bracketed *list) {
  Pos pos = parser_pos(p);
  if (!list->broken) parser_want(p, list->close);
  return pos;
}

/* ---- entry points ---- */

/* Names seen lately are shared by the files of a package, if there is a place for them; else slots, which are not set. */
static NameCache name_cache(const Parser *p, NameSlot *slots, uint32_t slot_bits) {
  IdCounter *ids = p->ids;
  if (!ids->names && ids->passing)
    ids->names = arena_new_array(ids->passing, NameSlot, 1 << PACKAGE_NAME_BITS);
  if (ids->names) return (NameCache){p->session->interner, ids->names, PACKAGE_NAME_BITS};
  memset(slots, 0, sizeof *slots << slot_bits);
  return (NameCache){p->session->interner, slots, slot_bits};
}

static void parser_start(Parser *p, NameSlot *slots, uint32_t slot_bits, uint32_t offset) {
  if (!p->ids->next) p->ids->next = 1;
  vec_reserve(p->ids->passing ? p->ids->passing : p->arena, &p->stack, FIRST_STACK);
  ScanClient client = {p, scan_error, directive_read};
  scanner_init(&p->scan, name_cache(p, slots, slot_bits), p->source->text, offset, client);
  p->scan.no_tilde = parser_is_old(p);
  if (offset == 0) scanner_inspect(&p->scan, p->arena);
  parser_next(p);
}

SyntaxFile *parse_file(Arena *arena, const SyntaxSession *session, SourceFile *source, IdCounter *ids,
                       Notes *notes, ParseFlags flags) {
  SyntaxFile *file = arena_new_of(arena, SyntaxFile);
  file->source = source;
  file->arena = arena;
  file->late.arena = arena;
  Parser p = {.session = session, .arena = arena, .source = source, .file = file, .ids = ids, .notes = notes};
  p.flags = flags;
  p.in_header = true;
  NameSlot slots[1 << FILE_NAME_BITS];
  parser_start(&p, slots, FILE_NAME_BITS, 0);
  parse_source_file(&p);
  return file;
}

void parse_body(const SyntaxSession *session, SyntaxFile *file, FuncDecl *decl, IdCounter *ids, Notes *notes,
                ParseFlags flags) {
  assert(decl->body_len > 0);
  if (decl->body) return;
  Parser p = {.session = session, .arena = file->arena, .source = file->source, .file = file, .ids = ids};
  p.notes = notes;
  p.flags = flags & ~(ParseFlags)PARSE_SKIP_BODIES;
  p.directives_from = UINT32_MAX; /* they were read when the body was skipped */
  NameSlot slots[1 << BODY_NAME_BITS];
  parser_start(&p, slots, BODY_NAME_BITS, decl->body_offset);
  parse_whole_body(&p, decl);
}

Node *parse_expression(Arena *arena, const SyntaxSession *session, SourceFile *source, IdCounter *ids,
                       Notes *notes) {
  Parser p = {.session = session, .arena = arena, .source = source, .ids = ids, .notes = notes};
  p.directives_from = UINT32_MAX;
  NameSlot slots[1 << BODY_NAME_BITS];
  parser_start(&p, slots, BODY_NAME_BITS, 0);
  Node *x = parse_expr(&p);
  parser_got(&p, TOKEN_SEMI);
  if (!parser_at(&p, TOKEN_END)) parser_syntax_error(&p, "after expression");
  return x;
}
