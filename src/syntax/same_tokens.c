/* SPDX-License-Identifier: BSD-3-Clause
 *
 * same_tokens: are two texts of a file the same program at other places?
 *
 * In: the texts. Out: no, or each token's place in both. Blanks, blank lines and comments may differ where they mean nothing:
 * directives are tokens here, and whether one stands alone in its line is a part of it.
 *
 * Go: cmd/compile/internal/syntax/scanner.go
 */
#include "syntax/parser.h"

enum { NAME_BITS = 8, BYTES_PER_TOKEN = 5 /* about */ };

typedef struct Token {
  uint32_t start, len; /* in bytes */
  uint32_t kind;       /* TokenKind with SemiKind; that of directives is their own */
} Token;

enum { SEMI_SHIFT = 8, TOKEN_DIRECTIVE = 1 << 16, DIRECTIVE_ALONE = 1 << 17 };

typedef struct TokenList {
  Arena *arena;
  Str text;
  bool
      refused; /* it is not worth comparing: errors, //line, places that the compiler does not remember exactly */
  VEC(Token) list;
} TokenList;

static void note_error(void *context, uint32_t offset, const char *message) {
  (void)offset;
  (void)message;
  TokenList *tokens = context;
  tokens->refused = true;
}

static void note_directive(void *context, uint32_t offset, Str comment) {
  TokenList *tokens = context;
  if (str_has_prefix(str_slice(comment, 2, comment.len), STR("line "))) tokens->refused = true;
  uint32_t kind = TOKEN_DIRECTIVE | (directive_is_alone(tokens->text, offset) ? DIRECTIVE_ALONE : 0u);
  vec_push(tokens->arena, &tokens->list, (Token){offset, (uint32_t)comment.len, kind});
}

/* The column, counted from 0, of a token that starts in the line that begins at *line or in a later one. */
static uint32_t column_at(Str text, uint32_t from, uint32_t start, uint32_t *line) {
  for (uint32_t at = start; at > from; at--)
    if (text.data[at - 1] == '\n') {
      *line = at;
      break;
    }
  return start - *line;
}

static TokenList read_tokens(Arena *arena, Interner *interner, Str text) {
  TokenList tokens = {.arena = arena, .text = text, .refused = text.len >= SOURCE_LINE_LIMIT};
  NameSlot slots[1 << NAME_BITS] = {0};
  Scanner scan;
  ScanClient client = {&tokens, note_error, note_directive};
  scanner_init(&scan, (NameCache){interner, slots, NAME_BITS}, text, 0, client);
  scanner_inspect(&scan, arena);
  vec_reserve(arena, &tokens.list, (uint32_t)(text.len / BYTES_PER_TOKEN));
  uint32_t line = 0, last = 0;
  do {
    scanner_next(&scan);
    uint32_t end = (uint32_t)(scan.at - scan.text), kind = (uint32_t)scan.kind;
    bool implied = scan.kind == TOKEN_SEMI && scan.semi != SEMI_SEMICOLON;
    if (scan.kind == TOKEN_SEMI) kind |= (uint32_t)scan.semi << SEMI_SHIFT;
    /* What stands for a newline may be a comment. */
    vec_push(arena, &tokens.list, (Token){scan.offset, implied ? 0 : end - scan.offset, kind});
    if (column_at(text, last, scan.offset, &line) + 1 >= SOURCE_COL_LIMIT) tokens.refused = true;
    last = scan.offset;
  } while (scan.kind != TOKEN_END && !tokens.refused);
  return tokens;
}

static bool same_token(const TokenList *a, const Token *x, const TokenList *b, const Token *y) {
  return x->kind == y->kind && x->len == y->len &&
         memcmp(a->text.data + x->start, b->text.data + y->start, x->len) == 0;
}

/* How many tokens are the same from the beginning on (from 0), or at the end, those excluded. */
static uint32_t count_same(const TokenList *a, const TokenList *b, bool at_end, uint32_t excluded) {
  uint32_t shorter = a->list.len < b->list.len ? a->list.len : b->list.len, count = 0;
  while (count < shorter - excluded) {
    const Token *x = &a->list.items[at_end ? a->list.len - 1 - count : count];
    const Token *y = &b->list.items[at_end ? b->list.len - 1 - count : count];
    if (!same_token(a, x, b, y)) break;
    count++;
  }
  return count;
}

static bool has_directive(const TokenList *tokens, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++)
    if (tokens->list.items[i].kind & TOKEN_DIRECTIVE) return true;
  return false;
}

static void add_pairs(TokenPairs *out, const Token *a, const Token *b, uint32_t len) {
  for (uint32_t i = 0; i < len; i++) out->items[out->len++] = (TokenPair){a[i].start, b[i].start, a[i].len};
}

/* front, back: of those that are the same. */
static TextRange change_in(const TokenList *tokens, uint32_t front, uint32_t back) {
  const Token *items = tokens->list.items;
  return (TextRange){front ? items[front - 1].start : 0, items[tokens->list.len - back].start};
}

bool tokens_compare(Arena *arena, Interner *interner, Str before, Str after, TokenPairs *out,
                    TokenChange *change) {
  TokenList a = read_tokens(arena, interner, before);
  if (a.refused) return false;
  TokenList b = read_tokens(arena, interner, after);
  if (b.refused) return false;
  uint32_t front = count_same(&a, &b, false, 0), back = count_same(&a, &b, true, front);
  *out = (TokenPairs){arena_new_array(arena, TokenPair, front + back), 0};
  add_pairs(out, a.list.items, b.list.items, front);
  add_pairs(out, a.list.items + a.list.len - back, b.list.items + b.list.len - back, back);
  *change = (TokenChange){.any = out->len < a.list.len || out->len < b.list.len};
  if (!change->any) return true;
  if (has_directive(&a, front, a.list.len - back) || has_directive(&b, front, b.list.len - back))
    return false;
  if (front == 0 || back == 0) return false;
  change->before = change_in(&a, front, back);
  change->after = change_in(&b, front, back);
  return true;
}

bool tokens_match(Arena *arena, Interner *interner, Str before, Str after, TokenPairs *out) {
  TokenChange change;
  return tokens_compare(arena, interner, before, after, out, &change) && !change.any;
}

bool tokens_digest(Arena *arena, Interner *interner, Str text, Digest *out) {
  TokenList tokens = read_tokens(arena, interner, text);
  if (tokens.refused) return false;
  Buffer bytes = {0};
  for (uint32_t i = 0; i < tokens.list.len; i++) {
    const Token *token = &tokens.list.items[i];
    wire_put(&bytes, token->kind);
    wire_put_str(&bytes, str_slice(text, token->start, token->start + token->len));
  }
  *out = digest_of(buffer_view(&bytes));
  buffer_free(&bytes);
  return true;
}

bool token_moved(const TokenPairs *pairs, uint32_t before, uint32_t *after) {
  uint32_t low = 0, high = pairs->len; /* the last token that does not start behind it */
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (pairs->items[middle].before <= before)
      low = middle;
    else
      high = middle;
  }
  if (low == pairs->len) return false;
  const TokenPair *pair = &pairs->items[low];
  if (pair->before > before) return false;
  uint32_t inside = before - pair->before;
  *after = pair->after + inside;
  return inside == 0 || inside < pair->len;
}
