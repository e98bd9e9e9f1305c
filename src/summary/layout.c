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

BodyLines body_lines(const SourceFile *source, const FuncDecl *decl) {
  uint32_t first = source_line_at(source, source_offset(source, decl->node.pos));
  uint32_t last = source_line_at(source, decl->body_offset + decl->body_len - 1);
  return (BodyLines){source->line_starts[first - 1],
                     last < source->line_count ? source->line_starts[last] : (uint32_t)source->text.len};
}

uint32_t name_hash(Str name) { return (uint32_t)str_hash(name); }
