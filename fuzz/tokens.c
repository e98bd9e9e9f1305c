/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: a text against itself with some bytes changed, as its own first bytes say. What both have is the same, and in order.
 */
#include "syntax/syntax.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(Str before, Str after, const TokenPairs *pairs, const TokenChanges *changes) {
  uint32_t done = 0, before_end = 0, after_end = 0;
  for (const TokenPair *pair = pairs->items; pair < pairs->items + pairs->len; pair++) {
    bool in_order = pair->before >= before_end && pair->after >= after_end;
    if (!in_order || memcmp(before.data + pair->before, after.data + pair->after, pair->len) != 0) abort();
    before_end = pair->before + pair->len;
    after_end = pair->after + pair->len;
    if (done == changes->len || changes->items[done].before.from != pair->before) continue;
    before_end = changes->items[done].before.to;
    after_end = changes->items[done++].after.to;
  }
  if (done < changes->len) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { EDITS = 4, HEAD = 3 * EDITS };
  if (size <= HEAD) return 0;
  Arena *arena = arena_new();
  Interner *interner = interner_new();
  Str text = {(const char *)data + HEAD, size - HEAD};
  Str before = arena_str(arena, text), after = arena_str(arena, text);
  for (const uint8_t *edit = data; edit < data + HEAD; edit += 3)
    ((char *)after.data)[(edit[0] << 8 | edit[1]) % after.len] = (char)edit[2];
  TokenPairs pairs;
  TokenChanges found;
  if (tokens_compare(arena, interner, before, after, &pairs, &found)) check(before, after, &pairs, &found);
  interner_free(interner);
  arena_free(arena);
  return 0;
}
