/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: go.mod and go.work files of any bytes.
 */
#include "load/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const ModFileKind KINDS[] = {MOD_MAIN, MOD_DEPENDENCY, MOD_WORK};
  for (size_t i = 0; i < ARRAY_LEN(KINDS); i++) {
    Arena *arena = arena_new();
    ModFile out = {0};
    modfile_parse(arena, STR("go.mod"), arena_str(arena, (Str){(const char *)data, size}), KINDS[i], &out);
    arena_free(arena);
  }
  return 0;
}
