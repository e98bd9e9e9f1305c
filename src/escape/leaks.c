/* SPDX-License-Identifier: BSD-3-Clause
 *
 * leaks: how far a parameter's value goes, and its form as a tag.
 *
 * In: numbers of derefs found by the solver. Out: the smallest one for each sink; the compiler's tag text and back.
 *
 * Go: cmd/compile/internal/escape/leaks.go
 */
#include "escape/escape.h"

enum { TAG_RESULTS = 5, TAG_BYTES = 3 + TAG_RESULTS, DEREFS_MAX = 126 };

Leaks leaks_none(void) {
  Leaks leaks = {-1, -1, -1, {0}};
  for (uint32_t i = 0; i < LEAK_RESULTS_MAX; i++) leaks.results[i] = -1;
  return leaks;
}

Leaks leaks_unknown(void) {
  Leaks leaks = leaks_none();
  leaks.heap = 0;
  return leaks;
}

void leaks_add(int8_t *where, int32_t derefs) {
  if (derefs > DEREFS_MAX) derefs = DEREFS_MAX;
  if (*where < 0 || derefs < *where) *where = (int8_t)derefs;
}

void leaks_optimize(Leaks *leaks) {
  if (leaks->heap < 0) return;
  if (leaks->mutator >= leaks->heap) leaks->mutator = -1;
  if (leaks->callee >= leaks->heap) leaks->callee = -1;
  for (uint32_t i = 0; i < LEAK_RESULTS_MAX; i++)
    if (leaks->results[i] >= leaks->heap) leaks->results[i] = -1;
}

Str leaks_encode(Arena *arena, const Leaks *leaks) {
  if (leaks->heap == 0) return STR("");
  int8_t ways[TAG_BYTES] = {leaks->heap, leaks->mutator, leaks->callee};
  for (uint32_t i = 0; i < TAG_RESULTS; i++) ways[3 + i] = leaks->results[i];
  size_t len = TAG_BYTES;
  while (len > 0 && ways[len - 1] < 0) len--;
  Str prefix = STR("esc:");
  char *text = arena_alloc(arena, prefix.len + len);
  memcpy(text, prefix.data, prefix.len);
  for (size_t i = 0; i < len; i++) text[prefix.len + i] = (char)(ways[i] + 1);
  return (Str){text, prefix.len + len};
}

Leaks leaks_decode(Str tag) {
  if (!str_has_prefix(tag, STR("esc:"))) return leaks_unknown();
  Leaks leaks = leaks_none();
  for (size_t i = 0; i + 4 < tag.len && i < TAG_BYTES; i++) {
    int8_t derefs = (int8_t)((unsigned char)tag.data[4 + i] - 1);
    if (i == 0)
      leaks.heap = derefs;
    else if (i == 1)
      leaks.mutator = derefs;
    else if (i == 2)
      leaks.callee = derefs;
    else
      leaks.results[i - 3] = derefs;
  }
  return leaks;
}
