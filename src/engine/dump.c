/* SPDX-License-Identifier: BSD-3-Clause
 *
 * `heapwhy dump PHASE`: what a phase left behind, as text, for the packages that were asked for.
 */
#include "engine/private.h"

static void dump_functions(Buffer *out, const EnginePackage *package) {
  for (uint32_t i = 0; i < package->unit->funcs.len; i++)
    ir_dump(out, package->unit, package->unit->funcs.items[i]);
}

static bool keeps_none(void *context, Object *func) {
  (void)context, (void)func;
  return false;
}

/* What the summary holds, read back from its bytes. */
static void dump_summary(Buffer *out, const Engine *engine, EnginePackage *package) {
  Buffer bytes = {0};
  SummaryWriter writer = {engine->sources, engine->universe, keeps_none, NULL};
  if (!summary_write(&bytes, &writer, package->pkg)) {
    buffer_text(out, "cannot be written\n");
  } else {
    Summary *summary = summary_open(&engine->summaries, buffer_view(&bytes), package->pkg->lang);
    summary_package(summary)->user = package;
    ObjectList objects = summary_objects(summary);
    for (uint32_t i = 0; i < objects.len; i++) {
      object_print(out, objects.items[i], summary_package(summary));
      buffer_char(out, '\n');
    }
    buffer_printf(out, "%zu bytes\n", bytes.len);
    package_free(summary_package(summary));
  }
  buffer_free(&bytes);
}

static void dump_phase(Buffer *out, const Engine *engine, EnginePackage *package, Str phase) {
  if (str_equal(phase, STR("parse")))
    for (uint32_t i = 0; i < package->load->file_len; i++)
      syntax_dump(out, engine->sources, package->files[i]);
  else if (str_equal(phase, STR("check")))
    types_dump(out, package->pkg);
  else if (str_equal(phase, STR("summary")))
    dump_summary(out, engine, package);
  else if (str_equal(phase, STR("explain")))
    buffer_str(out, buffer_view(&package->out));
  else
    dump_functions(out, package);
}

static void dump_package(Buffer *out, const Engine *engine, EnginePackage *package, Str phase) {
  Buffer text = {0};
  dump_phase(&text, engine, package, phase);
  report_frame(out, package->load->description, package->load->dir, engine->options->load.dir,
               buffer_view(&text));
  buffer_free(&text);
}

static void dump_graph(Buffer *out, const LoadGraph *graph) {
  for (uint32_t i = 0; i < graph->package_len; i++) {
    const LoadPackage *package = &graph->packages[i];
    buffer_printf(out, STR_FMT "%s%s " STR_FMT "\n", STR_ARG(package->description),
                  package->is_std ? " (standard)" : "", package->is_root ? " (asked for)" : "",
                  STR_ARG(package->lang));
    for (uint32_t k = 0; k < package->file_len; k++)
      buffer_printf(out, "  " STR_FMT "\n", STR_ARG(package->files[k]));
    for (uint32_t k = 0; k < package->asm_len; k++)
      buffer_printf(out, "  " STR_FMT "\n", STR_ARG(package->asm_files[k]));
    for (uint32_t k = 0; k < package->import_len; k++)
      buffer_printf(out, "  imports " STR_FMT "\n",
                    STR_ARG(graph->packages[package->imports[k].package].description));
  }
}

static bool known_phase(Str phase) {
  for (uint32_t i = 0; i < engine_phase_count; i++)
    if (str_equal(phase, str_from(engine_phases[i].name))) return true;
  return str_equal(phase, STR("load")) || str_equal(phase, STR("summary"));
}

EngineResult engine_dump(const EngineOptions *options, Str phase, Str const *patterns, uint32_t pattern_len) {
  EngineResult result = {0};
  if (!known_phase(phase)) {
    buffer_printf(&result.err, "heapwhy: no phase is called " STR_FMT "; there are: load summary",
                  STR_ARG(phase));
    for (uint32_t i = 0; i < engine_phase_count; i++)
      buffer_printf(&result.err, " %s", engine_phases[i].name);
    buffer_char(&result.err, '\n');
    result.exit_code = 2;
    return result;
  }
  EngineOptions with_stop = *options;
  with_stop.stop_after = str_equal(phase, STR("summary")) ? STR("check") : phase;
  if (str_equal(phase, STR("explain")) && !with_stop.level) with_stop.level = 2;
  Engine *engine = engine_open(&with_stop, patterns, pattern_len, &result);
  bool graph_only = str_equal(phase, STR("load"));
  if (engine->packages && graph_only) dump_graph(&result.out, engine->graph);
  if (engine->packages && !graph_only) {
    engine_run_packages(engine);
    for (uint32_t i = 0; i < engine->graph->package_len; i++) {
      EnginePackage *package = &engine->packages[i];
      buffer_str(&result.err, buffer_view(&package->errors));
      if (package->errors.len) result.exit_code = package->broke ? 2 : 1;
      if (package->load->is_root && !package->failed && !package->broke)
        dump_package(&result.out, engine, package, phase);
    }
  }
  engine_close(engine);
  return result;
}
