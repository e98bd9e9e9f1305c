/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: records of folders in the cache, as if their checksums were right.
 */
#include "load/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  char *copy = arena_alloc(arena, size); /* of exactly that size: a byte too many is noticed */
  if (size) memcpy(copy, data, size);
  DirList names;
  memory_names(memory_parse(arena, (Str){copy, size}), &names);
  arena_free(arena);
  return 0;
}
