/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: command lines. The first line is GOFLAGS, each further line is an argument.
 */
#include "cli/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { MOST = 64 };
  Arena *arena = arena_new();
  char *text = arena_strdup(arena, (Str){(const char *)data, size});
  char *argv[MOST + 2] = {"heapwhy"};
  int argc = 1;
  const char *flags = NULL;
  for (char *line = text; line && argc <= MOST;) {
    char *end = strchr(line, '\n');
    if (end) *end = 0;
    if (flags)
      argv[argc++] = line;
    else
      flags = arena_printf(arena, "GOFLAGS=%s", line).data;
    line = end ? end + 1 : NULL;
  }
  const char *const environment[] = {flags, "GOENV=off", NULL};
  Options options;
  options_parse(arena, argc, argv, environment, &options);
  arena_free(arena);
  return 0;
}
