/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The heapwhy program: flags and environment in, bytes and an exit code out.
 *
 * Exit codes: 0 reported, 1 the Go code has errors, 2 usage or environment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/options.h"

extern char **environ;

static void write_text(FILE *stream, Str text) {
  if (text.len) fwrite(text.data, 1, text.len, stream);
  if (fflush(stream) != 0 || ferror(stream)) fatal("cannot write the output");
}

static void write_all(FILE *stream, const Buffer *buffer) { write_text(stream, buffer_view(buffer)); }

/* ---- a line that says how far we are, on a terminal, when it takes longer than a second ---- */

typedef struct Progress {
  double started, shown; /* seconds; 0: not yet */
  bool visible;
} Progress;

static const double PROGRESS_AFTER = 1.0, PROGRESS_EVERY = 0.1;

static void show_progress(void *context, uint32_t done, uint32_t total, Str package) {
  Progress *progress = context;
  double now = clock_seconds();
  if (now - progress->started < PROGRESS_AFTER || now - progress->shown < PROGRESS_EVERY) return;
  progress->shown = now;
  progress->visible = true;
  if (package.len > 60) package.len = 60;
  fprintf(stderr, "\r\033[K%u/%u " STR_FMT, done, total, STR_ARG(package));
  fflush(stderr);
}

static void clear_progress(Progress *progress) {
  if (progress->visible) fputs("\r\033[K", stderr);
  progress->visible = false;
}

static void write_output(void *context, Str text) {
  clear_progress(context);
  write_text(stdout, text);
}

static void tell_cache(Buffer *out, const Options *options) {
  Str dir = options->engine.cache_dir;
  bool clear = str_equal(options->cache_verb, STR("clear"));
  if (!dir.len) {
    buffer_text(out, "heapwhy: the cache is off\n");
    return;
  }
  StoreStatus status = clear ? store_clear(dir) : store_status(dir);
  buffer_printf(out, STR_FMT ": %s%llu records, %llu bytes\n", STR_ARG(dir), clear ? "removed " : "",
                (unsigned long long)status.records, (unsigned long long)status.bytes);
}

static EngineResult answer(const Options *options) {
  const EngineOptions *engine = &options->engine;
  if (options->pack_verb) return engine_pack(engine, options->pack_out);
  if (options->dump_phase.len)
    return engine_dump(engine, options->dump_phase, options->patterns, options->pattern_len);
  if (options->releases.len)
    return engine_compare(engine, options->releases.items, options->releases.len, options->patterns,
                          options->pattern_len);
  return engine_run(engine, options->patterns, options->pattern_len);
}

static int run(Arena *arena, int argc, char **argv) {
  Options options;
  Str problem = options_parse(arena, argc, argv, (const char *const *)environ, &options);
  if (problem.len) {
    fprintf(stderr, "heapwhy: " STR_FMT "\nRun 'heapwhy -help' for usage.\n", STR_ARG(problem));
    return 2;
  }
  if (options.help || options.version || options.cache_verb.len) {
    Buffer text = {0};
    if (options.cache_verb.len)
      tell_cache(&text, &options);
    else if (options.help)
      options_print_help(&text);
    else
      options_print_version(&text);
    write_all(stdout, &text);
    buffer_free(&text);
    return 0;
  }
  options.engine.color = !options.engine.json && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
  Progress progress = {.started = clock_seconds()};
  options.engine.write = write_output;
  options.engine.output_context = &progress;
  const char *terminal = getenv("TERM");
  if (isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0))
    options.engine.progress = show_progress;
  EngineResult result = answer(&options);
  clear_progress(&progress);
  write_all(stdout, &result.out);
  write_all(stderr, &result.err);
  int code = result.exit_code;
  engine_result_free(&result);
  return code;
}

int main(int argc, char **argv) {
  Arena *arena = arena_new();
  int code = run(arena, argc, argv);
  arena_free(arena);
  return code;
}
