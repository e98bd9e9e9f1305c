/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: build constraints in the head of a file and in its name.
 */
#include "load/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  Str text = arena_str(arena, (Str){(const char *)data, size}), tag = STR("race");
  LoadTags tags = {.goos = STR("linux"), .goarch = STR("amd64"), .go_minor = 27, .tags = &tag, .tag_len = 1};
  load_constraint_matches(&tags, text);
  load_name_matches(&tags, text);
  load_constraint_matches(&tags, arena_printf(arena, "//go:build " STR_FMT "\n\n", STR_ARG(text)));
  arena_free(arena);
  return 0;
}
