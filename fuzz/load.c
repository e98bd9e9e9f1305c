/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What load reads: fronts of Go files, constraints, go.mod and go.work. No input may crash it, read outside of the text or hang.
 */
#include "load/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  /* A copy of exactly that size: a byte too many is noticed. */
  char *copy = arena_alloc(arena, size);
  if (size) memcpy(copy, data, size);
  Str text = {copy, size};
  FileHead head = {0};
  header_parse(arena, text, size % 2 == 0, &head);
  LoadTags tags = {.goos = STR("linux"), .goarch = STR("amd64"), .go_minor = 27};
  load_constraint_matches(&tags, text);
  load_name_matches(&tags, text);
  static const ModFileKind kinds[] = {MOD_MAIN, MOD_DEPENDENCY, MOD_WORK};
  for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
    ModFile file;
    modfile_parse(arena, STR("go.mod"), text, kinds[i], &file);
  }
  semver_valid(text);
  pattern_matches(arena, text, STR("a/vendor/b/c"));
  arena_free(arena);
  return 0;
}
