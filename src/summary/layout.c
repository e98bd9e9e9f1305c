/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What writer and reader have to agree on.
 */
#include "summary/private.h"

Type *fixed_type(const Universe *universe, uint32_t id) {
  if (id >= FIXED_BASIC && id < FIXED_BYTE) return universe_basic(universe, (BasicKind)(id - FIXED_BASIC));
  switch (id) {
  case FIXED_BYTE: return universe_byte(universe);
  case FIXED_RUNE: return universe_rune(universe);
  case FIXED_ANY: return universe_any(universe);
  case FIXED_ERROR: return universe_error(universe);
  case FIXED_COMPARABLE: return universe_comparable(universe);
  case FIXED_EMPTY_INTERFACE: return universe_empty_interface(universe);
  case FIXED_EMPTY_TUPLE: return universe_empty_tuple(universe);
  default: return NULL;
  }
}

/* Offset of the first byte of the line behind that of an offset. */
static uint32_t line_end(const SourceFile *source, uint32_t offset) {
  uint32_t low = 0, high = source->line_count; /* all lines before `low` begin at the offset or before */
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (source->line_starts[middle] <= offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low < source->line_count ? source->line_starts[low] : (uint32_t)source->text.len;
}

static uint32_t line_start(const SourceFile *source, uint32_t offset) {
  uint32_t low = 0, high = source->line_count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (source->line_starts[middle] <= offset)
      low = middle;
    else
      high = middle;
  }
  return source->line_starts[low];
}

BodyLines body_lines(const SourceFile *source, const FuncDecl *decl) {
  return (BodyLines){line_start(source, source_offset(source, decl->node.pos)),
                     line_end(source, decl->body_offset + decl->body_len - 1)};
}

uint32_t name_hash(Str name) { return (uint32_t)str_hash(name); }
