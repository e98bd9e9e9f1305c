/* SPDX-License-Identifier: BSD-3-Clause
 *
 * scanner: names and keywords.
 *
 * In: s->at at the first byte of a name. Out: TOKEN_NAME with its atom, or a keyword.
 * Names are handled as two words of eight bytes: their end is found by arithmetic on all bytes of a word at once, and keywords
 * (by a perfect hash) and names seen lately (in a small cache) are compared word by word. Few names are longer.
 *
 * Go: cmd/compile/internal/syntax/scanner.go
 */
#include "syntax/scanner_private.h"

/* ---- keywords ---- */

typedef struct Keyword {
  char text[16]; /* padded with zeros, as names in words are */
  uint8_t kind;
} Keyword;

/* Found by search; two keywords in one slot would be a duplicate initializer, which the compiler refuses. */
#define KEYWORD_SLOT(c0, c1, len) (((unsigned)(c0) + (unsigned)(c1)*4 + (unsigned)(len)*6) & 63)
static const Keyword KEYWORDS[64] = {
#define TOKEN(NAME, text)
#define KEYWORD(NAME, text, c0, c1) [KEYWORD_SLOT(c0, c1, sizeof(text) - 1)] = {text, TOKEN_##NAME},
#include "syntax/tokens.def"
#undef TOKEN
#undef KEYWORD
};

static const TokenSet SEMI_AFTER =
    TOKEN_SET(BREAK) | TOKEN_SET(CONTINUE) | TOKEN_SET(FALLTHROUGH) | TOKEN_SET(RETURN);

/* ---- words ---- */

typedef struct NameWords {
  uint64_t low, high; /* bytes 0-7 and 8-15, zero behind the end */
  uint32_t len;       /* 17: longer than both */
} NameWords;

enum { LONG_NAME = 17 };

#define EACH_BYTE(value) ((uint64_t)(value)*0x0101010101010101u)

/* How many of the bytes of a word, from the first on, are letters, digits or underscores. The tests work on the lower seven bits of
   each byte: adding 0x80 - x sets the upper bit of those that are at least x. */
static uint32_t count_name_bytes(uint64_t word) {
  uint64_t seven = word & EACH_BYTE(0x7F);
  uint64_t lower = seven | EACH_BYTE(0x20);
  uint64_t letters = (lower + EACH_BYTE(0x80 - 'a')) & ~(lower + EACH_BYTE(0x7F - 'z'));
  uint64_t digits = (seven + EACH_BYTE(0x80 - '0')) & ~(seven + EACH_BYTE(0x7F - '9'));
  uint64_t underscores = ~((seven ^ EACH_BYTE('_')) + EACH_BYTE(0x7F));
  uint64_t others = ~((letters | digits | underscores) & ~word) & EACH_BYTE(0x80);
  return others ? bits_trailing_zeros(others) / 8 : 8;
}

static uint64_t keep_bytes(uint64_t word, uint32_t count) {
  return count == 8 ? word : word & (((uint64_t)1 << 8 * count) - 1);
}

static NameWords read_words(const char *at, const char *end) {
  char tail[16] = {0};
  if (end - at < 16) {
    memcpy(tail, at, (size_t)(end - at));
    at = tail;
  }
  uint64_t low = word_load(at), high = word_load(at + 8);
  uint32_t len = count_name_bytes(low);
  if (len < 8) return (NameWords){keep_bytes(low, len), 0, len};
  uint32_t more = count_name_bytes(high);
  return (NameWords){low, keep_bytes(high, more), more == 8 ? LONG_NAME : 8 + more};
}

/* ---- the token ---- */

/* A name of less than 16 bytes is its words, which end in a zero; a longer one also needs its atom to be compared. */
static void set_name(Scanner *s, const char *start, NameWords words) {
  uint32_t len = (uint32_t)(s->at - start);
  uint64_t hash = (words.low ^ words.high * 0x9E3779B97F4A7C15u) * 0xC2B2AE3D27D4EB4Fu;
  NameSlot *slot = &s->names.slots[hash >> (64 - s->names.bits)];
  bool same = slot->low == words.low && slot->high == words.high && slot->atom &&
              (len < 16 || (slot->atom->len == len && memcmp(slot->atom->text, start, len) == 0));
  if (!same) *slot = (NameSlot){words.low, words.high, intern(s->names.interner, (Str){start, len})};
  s->newline_is_semi = true;
  s->kind = TOKEN_NAME;
  s->name = slot->atom;
}

/* The rest of a name that is longer than its words, or is not only ASCII. */
static void scan_long_name(Scanner *s, const char *start) {
  while (byte_is(*s->at, CLASS_LETTER | CLASS_DIGIT)) s->at++;
  scanner_unicode_name(s, start);
}

void scanner_name(Scanner *s) {
  const char *start = s->at;
  NameWords words = read_words(start, s->end);
  if (words.len == LONG_NAME) {
    s->at += 16;
    scan_long_name(s, start);
    return;
  }
  s->at += words.len;
  if ((signed char)*s->at <= 0 && s->at < s->end) { /* not ASCII, or a NUL inside of the file */
    scanner_unicode_name(s, start);
    return;
  }
  unsigned slot = KEYWORD_SLOT(words.low & 0xFF, words.low >> 8 & 0xFF, words.len);
  const Keyword *keyword = &KEYWORDS[slot];
  if (word_load(keyword->text) == words.low && word_load(keyword->text + 8) == words.high) {
    s->kind = (TokenKind)keyword->kind;
    s->newline_is_semi = token_in(s->kind, SEMI_AFTER);
    return;
  }
  set_name(s, start, words);
}

/* Every rune that is not ASCII belongs to the name, with an error if it may not. */
static void scan_name_rune(Scanner *s, const char *start) {
  uint32_t width;
  char shown[32];
  uint32_t rune = rune_decode(s->at, s->end, &width);
  if (!rune_is_letter(rune)) {
    scanner_format_rune(shown, rune);
    if (!rune_is_digit(rune))
      scanner_error(s, s->at, "invalid character %s in identifier", shown);
    else if (s->at == start)
      scanner_error(s, s->at, "identifier cannot begin with digit %s", shown);
  }
  s->at += width;
}

void scanner_unicode_name(Scanner *s, const char *start) {
  for (;;) {
    if (scanner_skip_bad(s)) continue;
    if (byte_is(*s->at, CLASS_LETTER | CLASS_DIGIT))
      s->at++;
    else if ((unsigned char)*s->at >= 0x80)
      scan_name_rune(s, start);
    else
      break;
  }
  uint32_t len = (uint32_t)(s->at - start);
  char padded[16] = {0};
  memcpy(padded, start, len < 16 ? len : 16);
  set_name(s, start, (NameWords){word_load(padded), word_load(padded + 8), len});
}
