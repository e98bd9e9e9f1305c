/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One run: environment, package graph, packages in parallel (the steps of each are those of pipeline.c), output in the graph's order.
 */
#include <stdlib.h>

#include "engine/private.h"

static Package *import_package(void *context, Package *importer, Str path, Str *why) {
  Engine *engine = context;
  const EnginePackage *from = importer->user;
  for (uint32_t i = 0; i < from->load->import_len; i++)
    if (str_equal(from->load->imports[i].path, path))
      return engine->packages[from->load->imports[i].package].pkg;
  *why = STR("package was not loaded");
  return NULL;
}

void engine_fail(EngineResult *result, Str text) {
  buffer_printf(&result->err, "heapwhy: " STR_FMT "\n", STR_ARG(text));
  result->exit_code = 2;
}

static bool find_profile(Engine *engine, LoadConfig *load, EngineResult *result) {
  if (!load->goroot.len) load->goroot = load_find_goroot(engine->arena, load->environment);
  Str release = load->release;
  if (!release.len && load->pack) release = load->pack->release;
  if (!release.len && load->goroot.len) release = load_goroot_release(engine->arena, load->goroot);
  engine->profile = release.len ? profile_find(release) : profile_newest();
  if (engine->profile && engine->options->first_escape) {
    engine->profile = profile_first_escape(engine->profile);
    if (!engine->profile) {
      engine_fail(result, arena_printf(engine->arena, "Go " STR_FMT " has no -newescape", STR_ARG(release)));
      return false;
    }
  }
  if (engine->profile && engine->options->live && !engine->profile->live_lines) {
    engine_fail(result,
                arena_printf(engine->arena, "-live is not followed for Go " STR_FMT, STR_ARG(release)));
    return false;
  }
  Str limits_of = engine->options->limits_of;
  const Profile *limits = limits_of.len ? profile_find(limits_of) : NULL;
  if (engine->profile && limits) {
    Profile *mixed = arena_new_of(engine->arena, Profile);
    *mixed = profile_with_limits(engine->profile, limits);
    engine->profile = mixed;
  }
  if (engine->profile) return true;
  Buffer known = {0};
  for (uint32_t i = 0; profile_known(i); i++) buffer_printf(&known, "%s%s", i ? ", " : "", profile_known(i));
  engine_fail(result, arena_printf(engine->arena, "Go " STR_FMT " is not known; known releases: " STR_FMT,
                                   STR_ARG(release), STR_ARG(buffer_view(&known))));
  buffer_free(&known);
  return false;
}

static void print_problems(Engine *engine, EngineResult *result) {
  for (uint32_t i = 0; i < engine->graph->problem_len; i++) {
    const LoadProblem *problem = &engine->graph->problems[i];
    buffer_printf(&result->err, STR_FMT "\n", STR_ARG(problem->text));
    int code = problem->fatal ? 2 : 1;
    if (!problem->warning && result->exit_code < code) result->exit_code = code;
  }
}

static void note_path(Engine *engine, EnginePackage *package) {
  void **slot = strmap_put(&engine->by_import_path, package->load->import_path);
  EnginePackage *other = *slot;
  if (other) other->shares_path = package->shares_path = true;
  *slot = package;
}

static void make_packages(Engine *engine) {
  engine->by_import_path = strmap_in(engine->arena);
  engine->packages = arena_new_array(engine->arena, EnginePackage, engine->graph->package_len);
  for (uint32_t i = 0; i < engine->graph->package_len; i++) {
    EnginePackage *package = &engine->packages[i];
    package->engine = engine;
    package->load = &engine->graph->packages[i];
    package->index = i;
    package->flags = pipeline_flags(package);
    note_path(engine, package);
  }
}

static uint32_t thread_count(const Engine *engine) {
  return engine->options->threads ? engine->options->threads : jobs_cpu_count();
}

Engine *engine_open(const EngineOptions *options, Str const *patterns, uint32_t len, EngineResult *result) {
  Arena *arena = arena_new();
  Engine *engine = arena_new_of(arena, Engine);
  engine->arena = arena;
  engine->options = options;
  engine->interner = interner_new();
  engine->sources = sources_new(engine->interner);
  engine->session = (SyntaxSession){.interner = engine->interner, .sources = engine->sources};
  LoadConfig *load = arena_new_of(arena, LoadConfig);
  *load = options->load;
  load->arena = arena;
  load->session = &engine->session;
  engine->load = load;
  if (options->pack.len && !pack_open_named(engine, load, result)) return engine;
  if (!find_profile(engine, load, result)) return engine;
  engine->pack = load->pack;
  load->profile = engine->profile;
  cache_open(engine);
  load->store = engine->store;
  load->threads = thread_count(engine);
  double start = clock_process_seconds(); /* of the threads that read folders, too */
  engine->graph = load_packages(load, patterns, len);
  engine->load_seconds = clock_process_seconds() - start;
  print_problems(engine, result);
  if (engine->graph->fatal) return engine;
  engine->universe = universe_new(engine->interner, engine->graph->env.target);
  engine->check = (CheckConfig){.session = &engine->session,
                                .universe = engine->universe,
                                .profile = engine->profile,
                                .target = engine->graph->env.target,
                                .import_package = import_package,
                                .import_context = engine,
                                .max_errors = options->all_errors ? 0 : MESSAGES_MAX,
                                .bodies = true};
  engine->check_later = engine->check;
  engine->check_later.bodies = false;
  engine->check_later.ignore_func_bodies_unused = true;
  make_packages(engine);
  if (options->pack.len && !pack_check_flags(engine, result)) {
    engine->packages = NULL;
    return engine;
  }
  summaries_open(engine);
  cache_recall(engine);
  summaries_choose(engine);
  packages_find_reach(engine);
  return engine;
}

/* The compiler shortens no folders in errors, whatever -trimpath says: each line's folder is written out again. */
static Str untrimmed(const EnginePackage *package, Arena *scratch) {
  const LoadPackage *load = package->load;
  Str text = buffer_view(&package->errors);
  if (!load->position_dir.len) return text;
  Str prefix = arena_printf(scratch, STR_FMT "/", STR_ARG(load->position_dir));
  Buffer out = {0};
  for (size_t at = 0; at < text.len;) {
    const char *newline = memchr(text.data + at, '\n', text.len - at);
    size_t end = newline ? (size_t)(newline - text.data) + 1 : text.len;
    Str line = str_slice(text, at, end);
    if (str_has_prefix(line, STR("\t"))) buffer_char(&out, '\t'), line = str_slice(line, 1, line.len);
    if (str_has_prefix(line, prefix)) {
      buffer_printf(&out, STR_FMT "/", STR_ARG(load->dir));
      line = str_slice(line, prefix.len, line.len);
    }
    buffer_str(&out, line);
    at = end;
  }
  Str result = arena_str(scratch, buffer_view(&out));
  buffer_free(&out);
  return result;
}

void engine_print_errors(EnginePackage *package, EngineResult *result) {
  if (!package->errors.len) return;
  Arena *scratch = arena_new();
  report_frame(&result->err, package->load->description, package->load->dir,
               package->engine->options->load.dir, untrimmed(package, scratch));
  arena_free(scratch);
  int code = package->broke ? 2 : 1;
  if (result->exit_code < code) result->exit_code = code;
}

static void frame_text(EnginePackage *package, Buffer *out) {
  const LoadPackage *load = package->load;
  Str cwd = package->engine->options->load.dir;
  Str text = package->known_text.data ? package->known_text : buffer_view(&package->out);
  if (package->text_begun)
    report_frame_more(out, load->dir, cwd, text);
  else
    report_frame(out, load->description, load->dir, cwd, text);
}

static void print_package(Engine *engine, EnginePackage *package, EngineResult *result) {
  engine_print_errors(package, result);
  if (package->load->is_root && engine_prints_lines(engine->options)) frame_text(package, &result->out);
  buffer_free(&package->out);
}

static void write_out(Engine *engine) {
  Buffer *out = &engine->result->out;
  if (!engine->options->write || !out->len) return;
  engine->options->write(engine->options->output_context, buffer_view(out));
  buffer_reset(out);
}

enum { TEXT_AT_ONCE = 1 << 20 }; /* bytes */

/* Text goes out in the graph's order, as soon as it is some package's turn. The lock is held, or nobody else is at work. */
static void hand_out(Engine *engine) {
  EngineResult *result = engine->result;
  bool timings = engine->options->timings;
  double start = timings ? clock_thread_seconds() : 0;
  for (; engine->handed_out < engine->graph->package_len; engine->handed_out++) {
    EnginePackage *package = &engine->packages[engine->handed_out];
    if (package->needed && !package->finished) break;
    print_package(engine, package, result);
    if (result->out.len >= TEXT_AT_ONCE) write_out(engine);
  }
  write_out(engine);
  if (timings) engine->output_seconds += clock_thread_seconds() - start;
}

void engine_take_text(EnginePackage *package) {
  Engine *engine = package->engine;
  bool whole = !engine->result || !engine->options->write || !package->load->is_root;
  if (whole || package->out.len < TEXT_AT_ONCE || cache_wants_text(package)) return;
  lock_take(engine->output_lock);
  if (engine->handed_out == package->index) {
    frame_text(package, &engine->result->out);
    write_out(engine);
    buffer_reset(&package->out);
    package->text_begun = true;
  }
  lock_release(engine->output_lock);
}

/* Calls visit for the package and for all that it reaches. */
static void each_used(EnginePackage *package, void (*visit)(EnginePackage *used)) {
  visit(package);
  for (uint32_t w = 0; w < (package->reaches.bits + 63) / 64; w++)
    for (uint64_t left = package->reaches.words[w]; left; left &= left - 1)
      visit(&package->engine->packages[w * 64 + bits_trailing_zeros(left)]);
}

static void add_user(EnginePackage *used) { used->users++; }

/* Findings are reported when all packages are through. */
static void drop_user(EnginePackage *used) {
  const Engine *engine = used->engine;
  if (--used->users == 0 && engine->result && engine_prints_lines(engine->options)) pipeline_retire(used);
}

/* The package is through. */
static void finish(Engine *engine, EnginePackage *package) {
  const EngineOptions *options = engine->options;
  cache_keep(package);
  lock_take(engine->output_lock);
  package->finished = true;
  engine->kept_bytes += package->functions_bytes + package->declarations_bytes;
  if (engine->most_kept_bytes < engine->kept_bytes) engine->most_kept_bytes = engine->kept_bytes;
  engine->done++;
  if (options->progress)
    options->progress(options->output_context, engine->done, engine->graph->package_len,
                      package->load->description);
  if (engine->result) hand_out(engine);
  each_used(package, drop_user);
  lock_release(engine->output_lock);
}

static size_t run_step(void *context, uint32_t index, uint32_t step) {
  Engine *engine = context;
  EnginePackage *package = &engine->packages[index];
  if (!package->needed) return 0;
  size_t bytes = pipeline_run(package, step);
  if (step == STEP_DECIDE) finish(engine, package);
  return bytes;
}

/* Of syntax and facts that wait: fills the time for which all else waits for runtime, when little else is held. */
enum { AHEAD_BYTES = 128 << 20 };

void engine_run_packages(Engine *engine) {
  uint32_t count = engine->graph->package_len, needed = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!engine->packages[i].needed) continue;
    needed++;
    each_used(&engine->packages[i], add_user);
  }
  if (!needed) return;
  engine->output_lock = lock_new(engine->arena);
  engine->demand_lock = lock_new(engine->arena);
  JobGraph jobs = {.count = count,
                   .step_len = STEP_COUNT,
                   .free_steps = STEP_CHECK,
                   .run = run_step,
                   .ahead_bytes = AHEAD_BYTES,
                   .context = engine};
  const uint32_t **needs = arena_new_array(engine->arena, const uint32_t *, count);
  uint32_t *need_len = arena_new_array(engine->arena, uint32_t, count);
  for (uint32_t i = 0; i < count; i++) {
    const LoadPackage *load = &engine->graph->packages[i];
    uint32_t *list = arena_new_array(engine->arena, uint32_t, load->import_len);
    for (uint32_t k = 0; k < load->import_len; k++) list[k] = load->imports[k].package;
    needs[i] = list;
    need_len[i] = load->import_len;
  }
  jobs.needs = needs;
  jobs.need_len = need_len;
  if (!engine->spare) engine->spare = arena_spare_new();
  jobs.spare = engine->spare;
  engine->idle_seconds = jobs_run_graph(thread_count(engine), &jobs);
}

ReportOptions engine_report_options(const Engine *engine) {
  const LoadEnv *env = &engine->graph->env;
  return (ReportOptions){
      .cwd = engine->options->load.dir,
      .goroot = env->goroot,
      .release = str_from(engine->profile->release),
      .target = arena_printf(engine->arena, STR_FMT "/" STR_FMT, STR_ARG(env->goos), STR_ARG(env->goarch)),
      .color = engine->options->color,
      .verbose = engine->options->verbose};
}

static void print_findings(Engine *engine, EngineResult *result) {
  ReportPackage *packages = arena_new_array(engine->arena, ReportPackage, engine->graph->root_len);
  uint32_t len = 0;
  for (uint32_t i = 0; i < engine->graph->package_len; i++)
    if (engine->packages[i].load->is_root && !engine->packages[i].failed && !engine->packages[i].broke)
      packages[len++] = engine->packages[i].report;
  if (len == 0 && result->exit_code) return; /* the errors say it all */
  ReportOptions options = engine_report_options(engine);
  if (engine->options->json)
    report_json(&result->out, &options, packages, len);
  else
    report_people(&result->out, &options, packages, len);
}

/* What the packages held goes to the spare memory first and back from there, on all threads. */
void engine_close(Engine *engine) {
  ArenaSpare *spare = engine->spare;
  uint32_t threads = thread_count(engine);
  arena_spare_use(spare);
  for (uint32_t i = 0; engine->packages && i < engine->graph->package_len; i++) {
    EnginePackage *package = &engine->packages[i];
    buffer_free(&package->out);
    buffer_free(&package->errors);
    arena_free(package->log_arena);
    arena_free(package->bodies);
    package_free(package->pkg);
    package_free(package->stale);
    arena_free(package->arena);
    arena_free(package->stale_arena);
  }
  store_close(engine->store);
  if (engine->pack) pack_close(engine->pack->records);
  if (engine->universe) universe_free(engine->universe);
  sources_free(engine->sources);
  interner_free(engine->interner);
  arena_free(engine->arena);
  arena_spare_use(NULL);
  arena_spare_free(spare, threads);
}

EngineResult engine_run(const EngineOptions *options, Str const *patterns, uint32_t pattern_len) {
  EngineResult result = {0};
  Engine *engine = engine_open(options, patterns, pattern_len, &result);
  if (engine->packages) {
    engine->result = &result;
    engine_run_packages(engine);
    hand_out(engine);
    if (options->live)
      buffer_text(
          &result.err,
          "heapwhy: -live: calls across which the register allocator alone knows what is kept, calls of the "
          "runtime and temporaries of the compiler are left out\n");
    if (!engine_prints_lines(options) && !options->stop_after.len) print_findings(engine, &result);
    if (options->timings) timings_print(engine, &result.err);
  }
  engine_close(engine);
  return result;
}

void engine_result_free(EngineResult *result) {
  buffer_free(&result->out);
  buffer_free(&result->err);
}

const char *engine_phase_name(uint32_t i) { return i < engine_phase_count ? engine_phases[i].name : NULL; }
