/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What scanner.c, scan_name.c and scan_literal.c share.
 */
#ifndef HEAPWHY_SYNTAX_SCANNER_PRIVATE_H
#define HEAPWHY_SYNTAX_SCANNER_PRIVATE_H

#include "syntax/scanner.h"

enum {
  CLASS_LETTER = 1, /* and underscore */
  CLASS_DIGIT = 2,
  CLASS_HEX = 4,
  CLASS_SPACE = 8,        /* but newline */
  CLASS_BLOCK_QUIET = 16, /* needs no attention in a block that is skipped */
};
extern const uint8_t BYTE_CLASS[256];
static inline bool byte_is(char c, uint8_t classes) { return BYTE_CLASS[(unsigned char)c] & classes; }

enum { RUNE_ERROR = 0xFFFD, RUNE_BOM = 0xFEFF, RUNE_MAX = 0x10FFFF };

enum {
  PRECEDENCE_OROR = 1,
  PRECEDENCE_ANDAND,
  PRECEDENCE_COMPARE,
  PRECEDENCE_ADD,
  PRECEDENCE_MUL,
};

void scanner_error(Scanner *s, const char *at, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Reports and skips an unwanted byte at s->at, if there is one. */
bool scanner_skip_bad(Scanner *s);

/* "U+0040 '@'" */
void scanner_format_rune(char out[32], uint32_t rune);

/* Eight bytes as a number whose lowest byte comes first in memory; compilers make one load of it. */
static inline uint64_t word_load(const char *at) {
  const unsigned char *b = (const unsigned char *)at;
  return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
         (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

/* Scans the name or keyword that starts with an ASCII letter at s->at. */
void scanner_name(Scanner *s);
/* The rest of the name that begins at start, from s->at on, where the first byte is that is not ASCII. */
void scanner_unicode_name(Scanner *s, const char *start);

/* Each scans the literal that starts at s->at. */
void scanner_number(Scanner *s);
void scanner_string(Scanner *s);
void scanner_raw_string(Scanner *s);
void scanner_rune(Scanner *s);

#endif
