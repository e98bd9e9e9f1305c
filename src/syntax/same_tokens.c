/* SPDX-License-Identifier: BSD-3-Clause
 *
 * same_tokens: are two texts of a file the same program at other places?
 *
 * In: the texts. Out: no, or each token's place in both, and where there are other tokens. Blanks, blank lines and comments may
 * differ where they mean nothing: directives are tokens here, and whether one stands alone in its line is a part of it.
 * Idea: texts are the same from both ends on up to what has changed. If the same declarations start in between, each of them is compared
 * from both ends by itself.
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
  bool refused; /* not worth comparing: errors, //line, places that the compiler does not remember exactly */
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

/* Of both texts. */
typedef struct Comparison {
  Arena *arena;
  TokenList a, b; /* before, after */
  TokenPairs *pairs;
  TokenChanges *changes;
} Comparison;

/* Tokens a_from to a_to before, and those that have come in their place. */
typedef struct Stretch {
  uint32_t a_from, a_to, b_from, b_to;
} Stretch;

static bool same_token(const Comparison *c, uint32_t a, uint32_t b) {
  const Token *x = &c->a.list.items[a], *y = &c->b.list.items[b];
  return x->kind == y->kind && x->len == y->len &&
         memcmp(c->a.text.data + x->start, c->b.text.data + y->start, x->len) == 0;
}

static uint32_t same_in_front(const Comparison *c, Stretch s) {
  uint32_t count = 0;
  while (s.a_from + count < s.a_to && s.b_from + count < s.b_to &&
         same_token(c, s.a_from + count, s.b_from + count))
    count++;
  return count;
}

static uint32_t same_at_back(const Comparison *c, Stretch s) {
  uint32_t count = 0;
  while (s.a_from + count < s.a_to && s.b_from + count < s.b_to &&
         same_token(c, s.a_to - count - 1, s.b_to - count - 1))
    count++;
  return count;
}

/* Those that are the same, front and back, taken off the stretch. */
static Stretch middle_of(const Comparison *c, Stretch s) {
  uint32_t front = same_in_front(c, s);
  s.a_from += front;
  s.b_from += front;
  uint32_t back = same_at_back(c, s);
  s.a_to -= back;
  s.b_to -= back;
  return s;
}

/* Tokens a to `to` before are the same as those from b on after. */
static void add_pairs(const Comparison *c, uint32_t a, uint32_t to, uint32_t b) {
  const Token *before = c->a.list.items, *after = c->b.list.items;
  for (; a < to; a++, b++)
    c->pairs->items[c->pairs->len++] = (TokenPair){before[a].start, after[b].start, before[a].len};
}

static bool has_directive(const TokenList *tokens, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++)
    if (tokens->list.items[i].kind & TOKEN_DIRECTIVE) return true;
  return false;
}

/* From the token in front of them to the one behind. */
static TextRange range_of(const TokenList *tokens, uint32_t from, uint32_t to) {
  return (TextRange){tokens->list.items[from - 1].start, tokens->list.items[to].start};
}

/* At most one change, and pairs for all else. False: a directive has changed. */
static bool add_stretch(const Comparison *c, Stretch s) {
  Stretch middle = middle_of(c, s);
  add_pairs(c, s.a_from, middle.a_from, s.b_from);
  add_pairs(c, middle.a_to, s.a_to, middle.b_to);
  if (middle.a_from == middle.a_to && middle.b_from == middle.b_to) return true;
  c->changes->items[c->changes->len++] =
      (TokenChange){range_of(&c->a, middle.a_from, middle.a_to), range_of(&c->b, middle.b_from, middle.b_to)};
  return !has_directive(&c->a, middle.a_from, middle.a_to) &&
         !has_directive(&c->b, middle.b_from, middle.b_to);
}

/* ---- declarations ---- */

#define FIRST_OF_DECLARATION                                                                                 \
  (TOKEN_SET(PACKAGE) | TOKEN_SET(IMPORT) | TOKEN_SET(CONST) | TOKEN_SET(TYPE) | TOKEN_SET(VAR) |            \
   TOKEN_SET(FUNC))
#define OPENING (TOKEN_SET(LPAREN) | TOKEN_SET(LBRACK) | TOKEN_SET(LBRACE))
#define CLOSING (TOKEN_SET(RPAREN) | TOKEN_SET(RBRACK) | TOKEN_SET(RBRACE))

typedef struct Outline { /* of tokens */
  uint32_t depth;        /* of brackets, behind the last one */
  VEC(uint32_t) starts;  /* of declarations of the file */
} Outline;

static TokenKind kind_at(const TokenList *tokens, uint32_t i) {
  const Token *token = &tokens->list.items[i];
  return token->kind & TOKEN_DIRECTIVE ? TOKEN_END : (TokenKind)(token->kind & ((1u << SEMI_SHIFT) - 1));
}

static bool is_behind_semi(const TokenList *tokens, uint32_t i) {
  while (i > 0 && tokens->list.items[i - 1].kind & TOKEN_DIRECTIVE) i--;
  return i == 0 || kind_at(tokens, i - 1) == TOKEN_SEMI;
}

static bool may_start(const TokenList *tokens, uint32_t i) {
  return token_in(kind_at(tokens, i), FIRST_OF_DECLARATION) && is_behind_semi(tokens, i);
}

static bool any_may_start(const TokenList *tokens, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++)
    if (may_start(tokens, i)) return true;
  return false;
}

/* Goes on with the next tokens. False: a bracket is closed that is not open. */
static bool outline_read(const TokenList *tokens, uint32_t from, uint32_t to, Outline *out) {
  for (uint32_t i = from; i < to; i++) {
    TokenKind kind = kind_at(tokens, i);
    if (out->depth == 0 && may_start(tokens, i)) vec_push(tokens->arena, &out->starts, i);
    if (token_in(kind, OPENING)) out->depth++;
    if (token_in(kind, CLOSING) && out->depth-- == 0) return false;
  }
  return true;
}

/* Declarations that start there are of the same function, as far as it looks from outside, or of the same first name. */
static bool same_head(const Comparison *c, uint32_t a, uint32_t b) {
  bool func = kind_at(&c->a, a) == TOKEN_FUNC;
  TokenKind last = TOKEN_END;
  for (uint32_t i = 0, depth = 0; a + i < c->a.list.len && b + i < c->b.list.len; i++) {
    if (!same_token(c, a + i, b + i)) return false;
    TokenKind kind = kind_at(&c->a, a + i);
    bool body = kind == TOKEN_LBRACE && last != TOKEN_STRUCT && last != TOKEN_INTERFACE;
    if (func ? depth == 0 && (body || kind == TOKEN_SEMI) : i == 1) return true;
    depth += token_in(kind, OPENING);
    depth -= token_in(kind, CLOSING);
    last = kind;
  }
  return false;
}

/* The declarations that start in the stretch are the same ones before and after, and so is that in which it begins. */
static bool find_declarations(const Comparison *c, Stretch s, Outline *a, Outline *b) {
  Outline front = {0};
  if (!any_may_start(&c->a, s.a_from, s.a_to)) return false; /* mostly; what is in front need not be read */
  if (!outline_read(&c->a, 0, s.a_from, &front)) return false;
  a->depth = b->depth = front.depth;
  if (!outline_read(&c->a, s.a_from, s.a_to, a) || !outline_read(&c->b, s.b_from, s.b_to, b) ||
      a->depth != b->depth || a->starts.len != b->starts.len)
    return false;
  if (front.starts.len && !same_head(c, vec_last(&front.starts), vec_last(&front.starts))) return false;
  for (uint32_t i = 0; i < a->starts.len; i++)
    if (!same_head(c, a->starts.items[i], b->starts.items[i])) return false;
  return true;
}

static bool add_changes(const Comparison *c, Stretch s) {
  Outline a = {0}, b = {0};
  uint32_t len = find_declarations(c, s, &a, &b) ? a.starts.len : 0;
  c->changes->items = arena_new_array(c->arena, TokenChange, len + 1);
  for (uint32_t i = 0; i < len; i++) {
    uint32_t a_to = a.starts.items[i], b_to = b.starts.items[i];
    if (!add_stretch(c, (Stretch){s.a_from, a_to, s.b_from, b_to})) return false;
    s.a_from = a_to;
    s.b_from = b_to;
  }
  return add_stretch(c, s);
}

/* ---- entry points ---- */

bool tokens_compare(Arena *arena, Interner *interner, Str before, Str after, TokenPairs *out,
                    TokenChanges *changes) {
  Comparison c = {.arena = arena, .pairs = out, .changes = changes};
  c.a = read_tokens(arena, interner, before);
  if (c.a.refused) return false;
  c.b = read_tokens(arena, interner, after);
  if (c.b.refused) return false;
  uint32_t a_len = c.a.list.len, b_len = c.b.list.len;
  *out = (TokenPairs){arena_new_array(arena, TokenPair, a_len < b_len ? a_len : b_len), 0};
  *changes = (TokenChanges){0};
  Stretch middle = middle_of(&c, (Stretch){0, a_len, 0, b_len});
  bool same = middle.a_from == a_len && middle.b_from == b_len;
  if (!same && (middle.a_from == 0 || middle.a_to == a_len)) return false;
  add_pairs(&c, 0, middle.a_from, 0);
  if (!same && !add_changes(&c, middle)) return false;
  add_pairs(&c, middle.a_to, a_len, middle.b_to);
  return true;
}

bool tokens_match(Arena *arena, Interner *interner, Str before, Str after, TokenPairs *out) {
  TokenChanges changes;
  return tokens_compare(arena, interner, before, after, out, &changes) && changes.len == 0;
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
