/* SPDX-License-Identifier: BSD-3-Clause
 *
 * scanner: the main switch over first characters, comments, blanks, and skipping of blocks.
 *
 * In: the bytes of a file. Out: the current token in the Scanner.
 * Bytes are classed by one table.
 *
 * Go: cmd/compile/internal/syntax/scanner.go, source.go
 */
#include "syntax/scanner_private.h"

#include <stdio.h>
#include <utf8proc.h>

#define L  (CLASS_LETTER | CLASS_BLOCK_QUIET)
#define LX (CLASS_LETTER | CLASS_HEX | CLASS_BLOCK_QUIET)
#define D  (CLASS_DIGIT | CLASS_HEX | CLASS_BLOCK_QUIET)
#define S  (CLASS_SPACE | CLASS_BLOCK_QUIET)
#define Q  CLASS_BLOCK_QUIET
const uint8_t BYTE_CLASS[256] = {
    0, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, S, Q, Q, Q, S, Q, Q, /* control: tab, newline, CR */
    Q, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, Q, Q, Q, Q, Q, Q, Q, /**/
    S, Q,  0,  Q,  Q,  Q,  Q,  0, Q, Q, Q, Q, Q, Q, Q, 0, /* blank, quotes, slash */
    D, D,  D,  D,  D,  D,  D,  D, D, D, Q, Q, Q, Q, Q, Q, /**/
    Q, LX, LX, LX, LX, LX, LX, L, L, L, L, L, L, L, L, L, /* A-O */
    L, L,  L,  L,  L,  L,  L,  L, L, L, L, Q, Q, Q, Q, L, /* P-Z, underscore */
    0, LX, LX, LX, LX, LX, LX, L, L, L, L, L, L, L, L, L, /* backquote, a-o */
    L, L,  L,  L,  L,  L,  L,  L, L, L, L, 0, Q, 0, Q, Q, /* p-z, braces */
    Q, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, Q, Q, Q, Q, Q, Q, Q, /**/
    Q, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, Q, Q, Q, Q, Q, Q, Q, /**/
    Q, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, Q, Q, Q, Q, Q, Q, Q, /**/
    Q, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, Q, Q, Q, Q, Q, Q, Q, /**/
    Q, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, Q, Q, Q, Q, Q, Q, Q, /**/
    Q, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, Q, Q, Q, Q, Q, Q, Q, /**/
    Q, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, Q, Q, Q, Q, Q, Q, Q, /**/
    Q, Q,  Q,  Q,  Q,  Q,  Q,  Q, Q, Q, Q, Q, Q, Q, Q, Q, /**/
};
#undef L
#undef LX
#undef D
#undef S
#undef Q

/* ---- tokens and runes ---- */

static const char *const TOKEN_TEXTS[TOKEN_COUNT] = {
#define TOKEN(NAME, text)           [TOKEN_##NAME] = text,
#define KEYWORD(NAME, text, c0, c1) [TOKEN_##NAME] = "keyword " text,
#include "syntax/tokens.def"
#undef TOKEN
#undef KEYWORD
};

bool token_is_keyword(TokenKind kind) { return kind >= TOKEN_BREAK; }

const char *token_text(TokenKind kind) {
  if (kind == TOKEN_COMMA) return "comma";
  if (kind == TOKEN_SEMI) return "semicolon or newline";
  return TOKEN_TEXTS[kind];
}

uint32_t rune_decode(const char *at, const char *end, uint32_t *width) {
  utf8proc_int32_t rune;
  utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)at, end - at, &rune);
  *width = n > 0 ? (uint32_t)n : 1;
  return n > 0 ? (uint32_t)rune : RUNE_ERROR;
}

bool rune_is_letter(uint32_t rune) {
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)rune);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool rune_is_digit(uint32_t rune) {
  return utf8proc_category((utf8proc_int32_t)rune) == UTF8PROC_CATEGORY_ND;
}

bool rune_is_print(uint32_t rune) {
  if (rune == ' ') return true;
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)rune);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_SO;
}

/* ---- errors ---- */

void scanner_error(Scanner *s, const char *at, const char *fmt, ...) {
  char message[256];
  va_list args;
  va_start(args, fmt);
  vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  s->client.error(s->client.context, (uint32_t)(at - s->text), message);
}

bool scanner_skip_bad(Scanner *s) {
  if (s->bad->offset != (uint32_t)(s->at - s->text)) return false;
  s->client.error(s->client.context, s->bad->offset, s->bad->message);
  s->at += s->bad->width;
  s->bad++;
  return true;
}

/* Reports the unwanted bytes that were jumped over. */
static void report_passed(Scanner *s) {
  for (uint32_t here = (uint32_t)(s->at - s->text); s->bad->offset < here; s->bad++)
    s->client.error(s->client.context, s->bad->offset, s->bad->message);
}

/* "U+0040 '@'" */
void scanner_format_rune(char out[32], uint32_t rune) {
  int n = snprintf(out, 32, "U+%04X", (unsigned)rune);
  if (!rune_is_print(rune)) return;
  utf8proc_uint8_t bytes[4];
  utf8proc_ssize_t width = utf8proc_encode_char((utf8proc_int32_t)rune, bytes);
  snprintf(out + n, 32 - (size_t)n, " '%.*s'", (int)width, (const char *)bytes);
}

/* ---- start ---- */

static bool word_is_plain(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  uint64_t has_zero = (word - 0x0101010101010101u) & ~word;
  return ((word | has_zero) & 0x8080808080808080u) == 0;
}

typedef VEC(BadByte) BadBytes;

static const char *check_rune(Arena *arena, BadBytes *bad, Str text, const char *at) {
  uint32_t width, offset = (uint32_t)(at - text.data);
  if (*at == 0) {
    /* The compiler words it differently for the first byte of a file. */
    const char *message = offset == 0 ? "invalid character U+0000" : "invalid NUL character";
    vec_push(arena, bad, (BadByte){offset, 1, message});
    return at + 1;
  }
  if ((unsigned char)*at < 0x80) return at + 1;
  uint32_t rune = rune_decode(at, text.data + text.len, &width);
  if (rune == RUNE_ERROR && width == 1)
    vec_push(arena, bad, (BadByte){offset, 1, "invalid UTF-8 encoding"});
  else if (rune == RUNE_BOM && offset > 0)
    vec_push(arena, bad, (BadByte){offset, width, "invalid BOM in the middle of the file"});
  return at + width;
}

static const BadByte NO_BAD_BYTES[1] = {{UINT32_MAX, 0, NULL}};

void scanner_init(Scanner *s, NameCache names, Str text, uint32_t offset, ScanClient client) {
  assert(offset <= text.len);
  *s = (Scanner){.at = text.data + offset, .text = text.data, .end = text.data + text.len};
  s->client = client;
  s->bad = NO_BAD_BYTES;
  s->names = names;
}

void scanner_inspect(Scanner *s, Arena *arena) {
  BadBytes bad = {0};
  Str text = {s->text, (size_t)(s->end - s->text)};
  for (const char *at = s->text; at < s->end;) {
    if (s->end - at >= 8 && word_is_plain(at))
      at += 8;
    else
      at = check_rune(arena, &bad, text, at);
  }
  if (bad.len) {
    vec_push(arena, &bad, NO_BAD_BYTES[0]);
    s->bad = bad.items;
  }
  if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0) s->at += 3;
}

void scanner_stop(Scanner *s) {
  s->at = s->end;
  s->newline_is_semi = false;
  s->bad = NO_BAD_BYTES;
}

/* ---- comments ---- */

static bool has_prefix(const char *at, const char *end, const char *prefix, size_t len) {
  return (size_t)(end - at) >= len && memcmp(at, prefix, len) == 0;
}

/* s->at is at the `//`; stops at the newline. */
static void scan_line_comment(Scanner *s) {
  const char *start = s->at;
  const char *newline = memchr(start, '\n', (size_t)(s->end - start));
  s->at = newline ? newline : s->end;
  report_passed(s);
  if (has_prefix(start + 2, s->at, "go:", 3) || has_prefix(start + 2, s->at, "line ", 5))
    s->client.directive(s->client.context, (uint32_t)(start - s->text),
                        (Str){start, (size_t)(s->at - start)});
}

/* s->at is at the `/` of a general comment; false: it does not end. */
static bool scan_general_comment(Scanner *s) {
  const char *start = s->at;
  const char *at = start + 2;
  for (;; at++) {
    at = memchr(at, '*', (size_t)(s->end - at));
    if (!at) break;
    if (at[1] == '/') break;
  }
  s->at = at ? at + 2 : s->end;
  report_passed(s);
  if (!at) {
    scanner_error(s, start, "comment not terminated");
    return false;
  }
  if (has_prefix(start + 2, s->at, "line ", 5))
    s->client.directive(s->client.context, (uint32_t)(start - s->text),
                        (Str){start, (size_t)(s->at - start)});
  return true;
}

/* ---- tokens ---- */

static void set_token(Scanner *s, TokenKind kind, uint32_t width) {
  s->kind = kind;
  s->at += width;
}

static void set_closing(Scanner *s, TokenKind kind) {
  s->kind = kind;
  s->at++;
  s->newline_is_semi = true;
}

static void set_semi(Scanner *s, SemiKind semi, uint32_t width) {
  s->kind = TOKEN_SEMI;
  s->semi = semi;
  s->at += width;
}

static void set_operator(Scanner *s, Operator op, int precedence, uint32_t width) {
  s->kind = TOKEN_OPERATOR;
  s->op = op;
  s->precedence = precedence;
  s->at += width;
}

/* An operator that forms `op=`, too. */
static void set_assign_operator(Scanner *s, Operator op, int precedence, uint32_t width) {
  set_operator(s, op, precedence, width);
  if (*s->at != '=') return;
  s->at++;
  s->kind = TOKEN_ASSIGN_OP;
}

static void set_increment(Scanner *s, Operator op) {
  set_operator(s, op, 0, 2);
  s->kind = TOKEN_INC_OP;
  s->newline_is_semi = true;
}

static void scan_dot(Scanner *s) {
  if (byte_is(s->at[1], CLASS_DIGIT))
    scanner_number(s);
  else if (s->at[1] == '.' && s->at[2] == '.')
    set_token(s, TOKEN_DOTS, 3);
  else
    set_token(s, TOKEN_DOT, 1);
}

static void scan_less(Scanner *s) {
  char c = s->at[1];
  if (c == '=')
    set_operator(s, OPERATOR_LEQ, PRECEDENCE_COMPARE, 2);
  else if (c == '<')
    set_assign_operator(s, OPERATOR_SHL, PRECEDENCE_MUL, 2);
  else if (c == '-')
    set_token(s, TOKEN_ARROW, 2);
  else
    set_operator(s, OPERATOR_LSS, PRECEDENCE_COMPARE, 1);
}

static void scan_greater(Scanner *s) {
  char c = s->at[1];
  if (c == '=')
    set_operator(s, OPERATOR_GEQ, PRECEDENCE_COMPARE, 2);
  else if (c == '>')
    set_assign_operator(s, OPERATOR_SHR, PRECEDENCE_MUL, 2);
  else
    set_operator(s, OPERATOR_GTR, PRECEDENCE_COMPARE, 1);
}

static void scan_and(Scanner *s) {
  char c = s->at[1];
  if (c == '&')
    set_operator(s, OPERATOR_ANDAND, PRECEDENCE_ANDAND, 2);
  else if (c == '^')
    set_assign_operator(s, OPERATOR_ANDNOT, PRECEDENCE_MUL, 2);
  else
    set_assign_operator(s, OPERATOR_AND, PRECEDENCE_MUL, 1);
}

static void scan_star(Scanner *s) {
  set_assign_operator(s, OPERATOR_MUL, PRECEDENCE_MUL, 1);
  if (s->kind == TOKEN_OPERATOR) s->kind = TOKEN_STAR;
}

/* False: a comment without a meaning was skipped. newline: a newline is a semicolon here. */
static bool scan_slash(Scanner *s, bool newline) {
  if (s->at[1] == '/') {
    scan_line_comment(s);
    return false;
  }
  if (s->at[1] != '*') {
    set_assign_operator(s, OPERATOR_DIV, PRECEDENCE_MUL, 1);
    return true;
  }
  const char *start = s->at;
  scan_general_comment(s);
  if (!newline || !memchr(start, '\n', (size_t)(s->at - start))) return false;
  set_semi(s, SEMI_NEWLINE, 0);
  return true;
}

/* A character that starts no token in every release. True: it is the end of the file, `~`, or something like a name. */
static bool scan_other(Scanner *s, bool newline) {
  if (s->at == s->end) {
    if (newline)
      set_semi(s, SEMI_END, 0);
    else
      s->kind = TOKEN_END;
    return true;
  }
  if (scanner_skip_bad(s)) return false;
  if ((unsigned char)*s->at >= 0x80) {
    scanner_unicode_name(s, s->at);
    return true;
  }
  if (*s->at == '~' && !s->no_tilde) {
    set_operator(s, OPERATOR_TILDE, 0, 1);
    return true;
  }
  char shown[32];
  scanner_format_rune(shown, (unsigned char)*s->at);
  scanner_error(s, s->at, "invalid character %s", shown);
  s->at++;
  return false;
}

/* How many of the eight bytes of a word, from the first on, are tabs. */
static uint32_t count_tabs(uint64_t word) {
  word ^= 0x0909090909090909u;
  return word ? bits_trailing_zeros(word) / 8 : 8;
}

/* Most tokens have one blank or none before them; most others follow a newline and tabs, which are crossed without a loop. */
static inline const char *skip_blanks(const Scanner *s, bool newline) {
  const char *at = s->at;
  if (*at == ' ') at++;
  while (byte_is(*at, CLASS_SPACE) || (*at == '\n' && !newline)) {
    at++;
    if (s->end - at >= 8) at += count_tabs(word_load(at));
  }
  return at;
}

void scanner_next(Scanner *s) {
  bool newline = s->newline_is_semi;
  s->newline_is_semi = false;
again:;
  const char *at = skip_blanks(s, newline);
  s->at = at;
  s->offset = (uint32_t)(at - s->text);
  if (byte_is(*at, CLASS_LETTER)) {
    scanner_name(s);
    return;
  }
  switch (*at) {
  case '\n': set_semi(s, SEMI_NEWLINE, 1); return;
  case '"': scanner_string(s); return;
  case '`': scanner_raw_string(s); return;
  case '\'': scanner_rune(s); return;
  case '(': set_token(s, TOKEN_LPAREN, 1); return;
  case '[': set_token(s, TOKEN_LBRACK, 1); return;
  case '{': set_token(s, TOKEN_LBRACE, 1); return;
  case ',': set_token(s, TOKEN_COMMA, 1); return;
  case ';': set_semi(s, SEMI_SEMICOLON, 1); return;
  case ')': set_closing(s, TOKEN_RPAREN); return;
  case ']': set_closing(s, TOKEN_RBRACK); return;
  case '}': set_closing(s, TOKEN_RBRACE); return;
  case ':':
    if (at[1] == '=')
      set_token(s, TOKEN_DEFINE, 2);
    else
      set_token(s, TOKEN_COLON, 1);
    return;
  case '.': scan_dot(s); return;
  case '+':
    if (at[1] == '+')
      set_increment(s, OPERATOR_ADD);
    else
      set_assign_operator(s, OPERATOR_ADD, PRECEDENCE_ADD, 1);
    return;
  case '-':
    if (at[1] == '-')
      set_increment(s, OPERATOR_SUB);
    else
      set_assign_operator(s, OPERATOR_SUB, PRECEDENCE_ADD, 1);
    return;
  case '*': scan_star(s); return;
  case '/':
    if (!scan_slash(s, newline)) goto again;
    return;
  case '%': set_assign_operator(s, OPERATOR_REM, PRECEDENCE_MUL, 1); return;
  case '&': scan_and(s); return;
  case '|':
    if (at[1] == '|')
      set_operator(s, OPERATOR_OROR, PRECEDENCE_OROR, 2);
    else
      set_assign_operator(s, OPERATOR_OR, PRECEDENCE_ADD, 1);
    return;
  case '^': set_assign_operator(s, OPERATOR_XOR, PRECEDENCE_ADD, 1); return;
  case '<': scan_less(s); return;
  case '>': scan_greater(s); return;
  case '=':
    if (at[1] == '=')
      set_operator(s, OPERATOR_EQL, PRECEDENCE_COMPARE, 2);
    else
      set_token(s, TOKEN_ASSIGN, 1);
    return;
  case '!':
    if (at[1] == '=')
      set_operator(s, OPERATOR_NEQ, PRECEDENCE_COMPARE, 2);
    else
      set_operator(s, OPERATOR_NOT, 0, 1);
    return;
  default: break;
  }
  if (byte_is(*at, CLASS_DIGIT))
    scanner_number(s);
  else if (!scan_other(s, newline))
    goto again;
}

/* ---- blocks ---- */

/* Behind the closing quote of a string or rune literal, or NULL. */
static const char *skip_quoted(const char *at, const char *end) {
  char quote = *at++;
  for (; at < end; at++) {
    if (*at == '\\')
      at++;
    else if (*at == quote)
      return at + 1;
    else if (*at == '\n')
      return NULL;
  }
  return NULL;
}

static const char *skip_raw(const char *at, const char *end) {
  const char *close = memchr(at + 1, '`', (size_t)(end - at - 1));
  return close ? close + 1 : NULL;
}

static bool skip_comment(Scanner *s) {
  if (s->at[1] == '/')
    scan_line_comment(s);
  else if (s->at[1] == '*')
    return scan_general_comment(s);
  else
    s->at++;
  return true;
}

/* Crosses what is not quiet at s->at; false: the text is broken. */
static bool skip_loud(Scanner *s, uint32_t *depth) {
  const char *next = s->at + 1;
  if (*s->at == '{')
    ++*depth;
  else if (*s->at == '}')
    --*depth;
  else if (*s->at == '"' || *s->at == '\'')
    next = skip_quoted(s->at, s->end);
  else if (*s->at == '`')
    next = skip_raw(s->at, s->end);
  else if (*s->at == '/')
    return skip_comment(s);
  else if (s->at == s->end)
    next = NULL;
  if (!next) return false;
  s->at = next;
  return true;
}

bool scanner_skip_block(Scanner *s) {
  assert(s->kind == TOKEN_LBRACE);
  if (s->bad->offset != UINT32_MAX) return false; /* let the parser find its way through the unwanted bytes */
  const char *start = s->at;
  for (uint32_t depth = 1; depth > 0;) {
    while (byte_is(*s->at, CLASS_BLOCK_QUIET)) s->at++;
    if (!skip_loud(s, &depth)) {
      s->at = start;
      return false;
    }
  }
  s->kind = TOKEN_RBRACE;
  s->offset = (uint32_t)(s->at - 1 - s->text);
  s->newline_is_semi = true;
  return true;
}
