/* SPDX-License-Identifier: BSD-3-Clause
 *
 * scanner (private to syntax): bytes -> tokens, one at a time, without allocation.
 *
 * In: the text of a file, followed by a NUL. Out: the fields "current token", valid after scanner_next.
 *
 * A file is looked over once before scanning. If it is plain (valid UTF-8, no NUL, no byte order mark inside), comments and
 * strings are crossed with memchr; otherwise the unwanted bytes are collected, and the scanner reports and skips each one
 * when it comes past.
 */
#ifndef HEAPWHY_SYNTAX_SCANNER_H
#define HEAPWHY_SYNTAX_SCANNER_H

#include "syntax/syntax.h"

typedef enum TokenKind {
#define TOKEN(NAME, text)           TOKEN_##NAME,
#define KEYWORD(NAME, text, c0, c1) TOKEN_##NAME,
#include "syntax/tokens.def"
#undef TOKEN
#undef KEYWORD
  TOKEN_COUNT
} TokenKind;

_Static_assert(TOKEN_COUNT <= 64, "a set of tokens is a uint64_t");

typedef uint64_t TokenSet;
#define TOKEN_SET(NAME) ((TokenSet)1 << TOKEN_##NAME)
static inline bool token_in(TokenKind kind, TokenSet set) { return set >> kind & 1; }
/* As the compiler's messages name it: "comma", "keyword func", ")". */
const char *token_text(TokenKind kind);
bool token_is_keyword(TokenKind kind);

/* Why a TOKEN_SEMI is there. */
typedef enum SemiKind { SEMI_SEMICOLON, SEMI_NEWLINE, SEMI_END } SemiKind;

typedef struct BadByte {
  uint32_t offset;
  uint32_t width; /* 3 for a byte order mark, else 1 */
  const char *message;
} BadByte;

/* Who is told about errors and directives; offsets are in the file. */
typedef struct ScanClient {
  void *context;
  void (*error)(void *context, uint32_t offset, const char *message);
  /* A comment that begins with `//go:`, `//line ` or the block form of it; without the newline at its end. */
  void (*directive)(void *context, uint32_t offset, Str comment);
} ScanClient;

/* A name seen lately, so that few of them need the shared interner. */
typedef struct NameSlot {
  uint64_t low, high; /* its first and next eight bytes */
  Atom atom;          /* NULL: free */
} NameSlot;

typedef struct NameCache {
  Interner *interner;
  NameSlot *slots; /* 1 << bits of them, zeroed at first */
  uint32_t bits;
} NameCache;

typedef struct Scanner {
  const char *at; /* next byte to read */
  const char *text, *end;
  ScanClient client;
  NameCache names;
  const BadByte *bad; /* those not yet passed; the last one's offset is UINT32_MAX */
  bool newline_is_semi;
  bool no_tilde; /* it is no character of the language */

  /* current token */
  TokenKind kind;
  uint32_t offset; /* of its first byte */
  Atom name;       /* TOKEN_NAME */
  Str literal;     /* TOKEN_LITERAL: as written */
  LitKind lit;     /* TOKEN_LITERAL */
  bool malformed;  /* TOKEN_LITERAL: an error was reported */
  SemiKind semi;   /* TOKEN_SEMI */
  Operator op;     /* TOKEN_OPERATOR, TOKEN_STAR, TOKEN_ASSIGN_OP, TOKEN_INC_OP */
  int precedence;  /* TOKEN_OPERATOR, TOKEN_STAR; 0: not binary */
} Scanner;

/* Starts at an offset of a text that is known to be plain from there on. */
void scanner_init(Scanner *scanner, NameCache names, Str text, uint32_t offset, ScanClient client);
/* Looks a whole text over before its first token is read; what has to be remembered lives in the arena. */
void scanner_inspect(Scanner *scanner, Arena *arena);
void scanner_next(Scanner *scanner);
/* From TOKEN_LBRACE to the matching TOKEN_RBRACE, which becomes the current token. Directives on the way are reported. False:
   there is none; the scanner has not moved. */
bool scanner_skip_block(Scanner *scanner);
/* The rest of the file is ignored: the next token is TOKEN_END. */
void scanner_stop(Scanner *scanner);

/* Decodes one rune as Go does: U+FFFD and width 1 where the bytes are not UTF-8. at < end. */
uint32_t rune_decode(const char *at, const char *end, uint32_t *width);
bool rune_is_letter(uint32_t rune);
bool rune_is_digit(uint32_t rune);
bool rune_is_print(uint32_t rune);

#endif
