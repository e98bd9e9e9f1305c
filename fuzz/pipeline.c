/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: every phase on one file without GOROOT. An internal error is a finding.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run(Str path, const char *const *environment, int level) {
  EngineOptions options = {.load = {.environment = environment, .dir = STR("/"), .release = STR("1.27")},
                           .level = level,
                           .threads = 1};
  EngineResult result = engine_run(&options, &path, 1);
  /* The source may have that text, too: then the exit code is another one. */
  if (result.exit_code == 2 && result.err.len && strstr(result.err.data, "heapwhy: internal error in ")) {
    fputs(result.err.data, stderr);
    abort();
  }
  engine_result_free(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *folder = getenv("TMPDIR");
  Arena *arena = arena_new();
  Str path = arena_printf(arena, "%s/heapwhy-fuzz-%ld.go", folder ? folder : "/tmp", (long)getpid());
  FILE *file = fopen(path.data, "wb");
  if (!file) abort();
  fwrite(data, 1, size, file);
  fclose(file);
  const char *const environment[] = {"GOENV=off", "GO111MODULE=off", "PATH=", NULL};
  run(path, environment, 2);
  run(path, environment, 0);
  unlink(path.data);
  arena_free(arena);
  return 0;
}
