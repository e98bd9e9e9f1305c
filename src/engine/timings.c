/* SPDX-License-Identifier: BSD-3-Clause
 *
 * timings: where the time went and what the memory holds, when all packages are through.
 *
 * Seconds are processor time, summed over packages; the rest is what none of the lines above it has. Memory is what arenas hold. What
 * packages keep for those that reach them ("functions", "declarations") is told of all together, and how much of it there was at one
 * time ("kept"); what lives as long as the run at its end; what goes with its package of the largest one. At the end:
 * of how many packages the answer was found now, in the cache, or there at other places.
 */
#include "engine/private.h"

static void print_seconds(Buffer *out, const char *name, double seconds) {
  buffer_printf(out, "%-14s %8.3f s\n", name, seconds);
}

static void print_bytes(Buffer *out, const char *name, size_t bytes, const EnginePackage *package) {
  buffer_printf(out, "%-14s %8.1f MB", name, (double)bytes / 1e6);
  if (package) buffer_printf(out, "  " STR_FMT, STR_ARG(package->load->description));
  buffer_char(out, '\n');
}

static const EnginePackage *largest(const Engine *engine, size_t offset, size_t *bytes) {
  const EnginePackage *found = NULL;
  for (uint32_t i = 0; i < engine->graph->package_len; i++) {
    size_t here;
    memcpy(&here, (const char *)&engine->packages[i] + offset, sizeof here);
    if (found && here <= *bytes) continue;
    found = &engine->packages[i];
    *bytes = here;
  }
  return found;
}

static void print_memory(Engine *engine, Buffer *out) {
  size_t functions = 0, declarations = 0;
  for (uint32_t i = 0; i < engine->graph->package_len; i++) {
    functions += engine->packages[i].functions_bytes;
    declarations += engine->packages[i].declarations_bytes;
  }
  print_bytes(out, "functions", functions, NULL);
  print_bytes(out, "declarations", declarations, NULL);
  print_bytes(out, "kept", engine->most_kept_bytes, NULL);
  print_bytes(out, "types", universe_bytes(engine->universe), NULL);
  print_bytes(out, "names", interner_bytes(engine->interner), NULL);
  print_bytes(out, "positions", sources_bytes(engine->sources), NULL);
  print_bytes(out, "load graph", arena_bytes(engine->arena), NULL);
  static const struct {
    const char *name;
    size_t offset;
  } passing[] = {{"bodies", offsetof(EnginePackage, bodies_bytes)},
                 {"events", offsetof(EnginePackage, log_bytes)},
                 {"text", offsetof(EnginePackage, text_bytes)}};
  for (size_t i = 0; i < ARRAY_LEN(passing); i++) {
    size_t bytes = 0;
    const EnginePackage *package = largest(engine, passing[i].offset, &bytes);
    print_bytes(out, passing[i].name, bytes, package);
  }
}

static void print_answers(const Engine *engine, Buffer *out) {
  uint32_t counts[ANSWERED_MOVED + 1] = {0};
  for (uint32_t i = 0; i < engine->graph->package_len; i++)
    if (engine->packages[i].load->is_root) counts[engine->packages[i].answered]++;
  buffer_printf(out, "%-14s %u new, %u known, %u moved\n", "answers", counts[ANSWERED_NOW],
                counts[ANSWERED_BEFORE], counts[ANSWERED_MOVED]);
}

void timings_print(Engine *engine, Buffer *out) {
  double finish = 0, named = engine->load_seconds + engine->output_seconds;
  print_seconds(out, "load", engine->load_seconds);
  for (uint32_t phase = 0; phase < engine_phase_count; phase++) {
    double sum = 0;
    for (uint32_t i = 0; i < engine->graph->package_len; i++) sum += engine->packages[i].seconds[phase];
    print_seconds(out, engine_phases[phase].name, sum);
    named += sum;
  }
  for (uint32_t i = 0; i < engine->graph->package_len; i++) finish += engine->packages[i].finish_seconds;
  print_seconds(out, "finish", finish);
  print_seconds(out, "output", engine->output_seconds);
  print_seconds(out, "rest", clock_process_seconds() - named - finish);
  print_seconds(out, "idle", engine->idle_seconds);
  print_memory(engine, out);
  print_answers(engine, out);
}
