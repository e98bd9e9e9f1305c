/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What scanner.c and scan_literal.c share.
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

/* Each scans the literal that starts at s->at. */
void scanner_number(Scanner *s);
void scanner_string(Scanner *s);
void scanner_raw_string(Scanner *s);
void scanner_rune(Scanner *s);

#endif
