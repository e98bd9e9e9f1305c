/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sets of types written as unions of terms, and their algebra.
 *
 * A list never holds the empty term: an empty set is an empty list. The lists are short (unions have a limit of 100 terms),
 * so every operation compares terms pairwise.
 *
 * Go: cmd/compile/internal/types2/{termlist,typeterm}.go
 */
#include "types/generics.h"

static const UnionTerm all_types = {false, NULL};

TermList term_list_all(void) { return (TermList){&all_types, 1}; }

bool term_list_is_all(TermList list) {
  for (uint32_t i = 0; i < list.len; i++) {
    if (!list.items[i].type) return true;
  }
  return false;
}

/* The type as the other term looks at it: a tilde term sees underlying types. */
static Type *seen_by(Type *t, UnionTerm other) { return other.tilde ? type_underlying(t) : t; }

bool term_disjoint(UnionTerm a, UnionTerm b) {
  assert(a.type && b.type);
  return !type_identical(seen_by(a.type, b), seen_by(b.type, a));
}

bool term_includes(UnionTerm term, Type *t) {
  return !term.type || type_identical(term.type, seen_by(t, term));
}

static bool term_subset_of(UnionTerm a, UnionTerm b) {
  if (!b.type) return true;
  if (!a.type) return false;
  return !term_disjoint(a, b) && (!a.tilde || b.tilde);
}

/* One term for both, if there is one. */
static bool term_merge(UnionTerm a, UnionTerm b, UnionTerm *out) {
  if (!a.type || !b.type) {
    *out = all_types;
    return true;
  }
  if (term_disjoint(a, b)) return false;
  *out = a.tilde || !b.tilde ? a : b;
  return true;
}

static bool term_common(UnionTerm a, UnionTerm b, UnionTerm *out) {
  if (!a.type || !b.type) {
    *out = a.type ? a : b;
    return true;
  }
  if (term_disjoint(a, b)) return false;
  *out = !a.tilde || b.tilde ? a : b;
  return true;
}

TermList term_list_normal(Arena *arena, TermList list) {
  if (list.len < 2) return list;
  UnionTerm *out = arena_new_array(arena, UnionTerm, list.len);
  bool *merged = arena_new_array(arena, bool, list.len);
  uint32_t n = 0;
  for (uint32_t i = 0; i < list.len; i++) {
    if (merged[i]) continue;
    UnionTerm term = list.items[i];
    for (uint32_t j = i + 1; j < list.len; j++) {
      if (merged[j] || !term_merge(term, list.items[j], &term)) continue;
      if (!term.type) return term_list_all();
      merged[j] = true;
    }
    out[n++] = term;
  }
  return (TermList){out, n};
}

TermList term_list_union(Arena *arena, TermList a, TermList b) {
  UnionTerm *items = arena_new_array(arena, UnionTerm, a.len + b.len);
  if (a.len) memcpy(items, a.items, sizeof(UnionTerm) * a.len);
  if (b.len) memcpy(items + a.len, b.items, sizeof(UnionTerm) * b.len);
  return term_list_normal(arena, (TermList){items, a.len + b.len});
}

TermList term_list_intersect(Arena *arena, TermList a, TermList b) {
  if (term_list_is_all(a)) return b;
  if (term_list_is_all(b)) return a;
  UnionTerm *items = arena_new_array(arena, UnionTerm, a.len * b.len);
  uint32_t n = 0;
  for (uint32_t i = 0; i < a.len; i++) {
    for (uint32_t j = 0; j < b.len; j++) n += term_common(a.items[i], b.items[j], &items[n]);
  }
  return term_list_normal(arena, (TermList){items, n});
}

bool term_list_subset_of(TermList a, TermList b) {
  for (uint32_t i = 0; i < a.len; i++) {
    bool found = false;
    for (uint32_t j = 0; j < b.len && !found; j++) found = term_subset_of(a.items[i], b.items[j]);
    if (!found) return false;
  }
  return true;
}

void term_list_print(Buffer *out, TermList list, const Package *relative_to) {
  if (list.len == 0) buffer_text(out, "\xe2\x88\x85");
  for (uint32_t i = 0; i < list.len; i++) {
    if (i > 0) buffer_text(out, " | ");
    if (!list.items[i].type) {
      buffer_text(out, "\xf0\x9d\x93\xa4");
      continue;
    }
    if (list.items[i].tilde) buffer_char(out, '~');
    type_print(out, list.items[i].type, relative_to);
  }
}
