/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The phases of one package, in the compiler's order: this list is what heapwhy does.
 *
 * In: a package whose dependencies have been through it, or through its first steps. Out: functions with inline bodies and parameter tags, and for reported
 * packages the text of what was decided.
 *
 * Go: cmd/compile/internal/gc/main.go
 */
#include <stdlib.h>

#include "engine/private.h"

/* ---- flags ---- */

static bool flags_match(const EngineOptions *options, Str pattern, const LoadPackage *load) {
  if (pattern.len == 0) return load->is_root;
  return load_pattern_matches(pattern, options->load.dir, load);
}

/* What -gcflags and -l ask for; a package of the runtime is always optimised. */
CompilerFlags pipeline_flags(const EnginePackage *package) {
  const EngineOptions *options = package->engine->options;
  CompilerFlags flags = {0};
  for (uint32_t i = 0; i < options->gcflags_len; i++)
    if (flags_match(options, options->gcflags[i].pattern, package->load)) flags = options->gcflags[i].flags;
  if (options->no_inline && package->load->is_root && flags.inline_level == 0) flags.inline_level = 1;
  Str path = flags.path.len ? flags.path : package->load->import_path;
  uint32_t traits = profile_package_traits(package->engine->profile, path);
  if (flags.runtime || (package->load->is_std && (traits & PACKAGE_RUNTIME)))
    flags.checkptr = flags.no_optimize = 0;
  if ((traits & PACKAGE_RUNTIME) && !(traits & PACKAGE_INSTRUMENTED)) flags.race = false;
  if (flags.race && flags.checkptr == 0) flags.checkptr = 1;
  return flags;
}

/* The path by which the package is known: -p sets it. */
static Str import_path_of(const EnginePackage *package) {
  return package->flags.path.len ? package->flags.path : package->load->import_path;
}

/* ---- phases ---- */

ParseFlags pipeline_parse_flags(const EnginePackage *package) {
  ParseFlags flags = PARSE_CHECK_BRANCHES;
  if (package->load->is_std || package->flags.std) flags |= PARSE_STD;
  if (package->traits & PACKAGE_RUNTIME) flags |= PARSE_RUNTIME;
  const Profile *profile = package->engine->profile;
  if (profile->not_in_heap_directive) flags |= PARSE_NOT_IN_HEAP;
  if (profile->old_messages) flags |= PARSE_NO_TYPE_PARAMS;
  if (!profile->go_build_lines) flags |= PARSE_NO_BUILD_LINES;
  if (strcmp(package->engine->graph->env.target->goarch, "wasm") == 0) flags |= PARSE_WASM;
  if (package->bodies_later) flags |= PARSE_SKIP_BODIES;
  return flags;
}

/* Releases that check trees in place decide in the order of the whole package; so do scores of call sites. */
static bool is_lazy(const EnginePackage *package) {
  Profile profile = *package->engine->profile;
  profile_apply_experiments(&profile, package->engine->graph->env.experiments);
  return !package->reported && !summaries_in_use(package->engine) && profile.front_end == FRONT_UNIFIED &&
         profile.inline_rules == INLINE_INTERLEAVED && !profile.inline_scores;
}

static void decide_how(EnginePackage *package) {
  package->lazy = is_lazy(package);
  /* Whatever is wrong in somebody's dependency stops the go command; what is in GOROOT compiles. */
  package->bodies_later = package->lazy && package->load->is_std;
}

static bool has_hard_note(const Notes *notes) {
  vec_each (const Note, note, &notes->list)
    if (!note->soft) return true;
  return false;
}

/* A generated file is in a folder that is always cut off. */
Atom pipeline_shown_path(Engine *engine, const LoadPackage *load, Str file) {
  if (load->variant == LOAD_TEST_MAIN) return intern(engine->interner, path_base(file));
  Arena *scratch = arena_new();
  Str shown = load->position_dir.len ? arena_printf(scratch, STR_FMT "/" STR_FMT, STR_ARG(load->position_dir),
                                                    STR_ARG(path_base(file)))
                                     : file;
  Atom name = intern(engine->interner, shown);
  arena_free(scratch);
  return name;
}

static void find_traits(EnginePackage *package) {
  if (package->load->is_std || package->flags.std)
    package->traits = profile_package_traits(package->engine->profile, import_path_of(package));
  if (package->flags.runtime) package->traits |= PACKAGE_RUNTIME;
}

static void parse(EnginePackage *package) {
  Engine *engine = package->engine;
  const LoadPackage *load = package->load;
  decide_how(package);
  package->bodies = package->ids.passing = arena_new();
  package->files = arena_new_array(package->arena, SyntaxFile *, load->file_len);
  for (uint32_t i = 0; i < load->file_len; i++) {
    Str text;
    if (!load_read_file(engine->graph, package->arena, load->files[i], &text)) {
      buffer_printf(&package->errors, "open " STR_FMT ": cannot be read\n", STR_ARG(load->files[i]));
      package->failed = true;
      return;
    }
    cache_verify(package, load->file_digests, i, text);
    SourceFile *source =
        sources_add(engine->sources, pipeline_shown_path(engine, load, load->files[i]), text);
    if (!source) {
      buffer_printf(&package->errors, STR_FMT ": more than 4 GiB of source in one run\n",
                    STR_ARG(load->files[i]));
      package->failed = true;
      return;
    }
    package->files[i] = parse_file(package->arena, &engine->session, source, &package->ids, &package->notes,
                                   pipeline_parse_flags(package));
  }
  /* Soft notes wait for those of the checker. */
  package->failed = has_hard_note(&package->notes);
  if (package->failed) print_notes(package, &package->notes);
}

Lang pipeline_language(const EnginePackage *package) {
  Lang lang = LANG(package->engine->profile->lang_max);
  Str text = package->flags.lang.len ? package->flags.lang : package->load->lang;
  if (text.len) lang_parse(text, &lang);
  return lang;
}

static void check(EnginePackage *package) {
  Engine *engine = package->engine;
  Atom path = intern(engine->interner, import_path_of(package));
  Atom name = intern(engine->interner, package->load->name);
  package->pkg = package_new(&engine->check, path, name, pipeline_language(package));
  package->pkg->user = package;
  package->pkg->ids = &package->ids;
  package->pkg->is_std = package->load->is_std || package->flags.std;
  package->pkg->complete = !package->engine->options->incomplete && package->load->asm_len == 0 &&
                           !(package->traits & PACKAGE_INCOMPLETE);
  for (uint32_t i = 0; i < package->load->file_len; i++) package_add_file(package->pkg, package->files[i]);
  package->pkg->doubted = package->notes.list.len > 0;
  bool fine = check_package(package->bodies_later ? &engine->check_later : &engine->check, package->pkg);
  /* In the compiler's order: what the parser left for now, the checker's, what is looked at when all types are right. */
  Notes *notes = &package->notes;
  const Notes *checked = &package->pkg->notes;
  vec_append(notes->arena, &notes->list, checked->list.items, checked->list.len);
  for (uint32_t i = 0; fine && i < package->load->file_len; i++)
    vec_append(notes->arena, &notes->list, package->files[i]->late.list.items,
               package->files[i]->late.list.len);
  print_notes(package, notes);
  package->failed = !fine || notes->list.len > 0;
}

Unit *pipeline_new_unit(EnginePackage *package, Arena *bodies) {
  Engine *engine = package->engine;
  Unit *unit = arena_new_of(package->arena, Unit);
  unit->arena = package->arena;
  unit->bodies = bodies;
  unit->pkg = package->pkg;
  unit->session = &engine->session;
  unit->universe = engine->universe;
  Profile *profile = arena_new_of(package->arena, Profile);
  *profile = compiler_flags_profile(&package->flags, engine->profile);
  profile_apply_experiments(profile, engine->graph->env.experiments);
  unit->profile = profile;
  unit->target = engine->graph->env.target;
  unit->dir = package->load->dir;
  unit->goroot = engine->graph->env.goroot;
  Str path = package->flags.path.len ? package->flags.path : package->load->compile_path;
  unit->path = intern(engine->interner, path);
  unit->flags = package->flags;
  unit->whole = !package->lazy;
  demand_hooks(package, unit);
  return unit;
}

/* Releases that check trees in place make wrappers one by one at the end, and have none of the passes over unified IR. */
static bool in_place(const EnginePackage *package) {
  return package->engine->profile->front_end == FRONT_TYPECHECK;
}

/* EventLog.full */
static void print_events(void *context, Unit *unit) {
  EnginePackage *package = context;
  TextPlaces *places = cache_wants_text(package) ? &package->places : NULL;
  explain_compiler_text(&package->out, unit, package->engine->options->level, places);
  engine_take_text(package);
}

static void lower(EnginePackage *package) {
  const EngineOptions *options = package->engine->options;
  Unit *unit = package->unit = pipeline_new_unit(package, package->bodies);
  if (package->reported) {
    package->log_arena = arena_new();
    int level = engine_prints_lines(options) ? options->level : 2;
    unit->events = event_log_new(package->log_arena, level);
    unit->events->context = package;
    if (options->level && !in_place(package)) unit->events->full = print_events; /* descriptors look at all */
    unit->trail = edited_trail(package);
  }
  if (unit->whole) lower_package(unit);
}

static void keep_loops(EnginePackage *package) { inline_keep_loop_results(package->unit); }
static void inline_calls(EnginePackage *package) { inline_unit(package->unit); }

static void finish_wrapper(void *context, Unit *unit, Func *fn) {
  (void)context;
  inline_func(unit, fn);
}

void pipeline_make_wrappers(Unit *unit) {
  inline_begin(unit);
  lower_wrappers(unit, finish_wrapper, NULL);
  inline_end(unit);
}

static void wrappers(EnginePackage *package) {
  if (in_place(package)) {
    inline_write_bodies(package->unit);
    return;
  }
  pipeline_make_wrappers(package->unit);
  if (package->is_imported) unit_export_bodies(package->unit);
}
static void captures(EnginePackage *package) { captures_unit(package->unit); }
static void loop_vars(EnginePackage *package) {
  if (!in_place(package)) loop_vars_unit(package->unit);
}
static void static_init(EnginePackage *package) {
  if (!in_place(package)) static_init_unit(package->unit);
}

static void finish_late_wrapper(void *context, Unit *unit, Func *fn) {
  (void)context;
  if ((fn->flags & FUNC_POINTER_WRAPPER) || unit->profile->wrappers_inline) inline_func(unit, fn);
  if (unit->profile->escape_engine == ESCAPE_FLOOD)
    flood_alone(unit, fn);
  else
    escape_funcs(unit, &fn, 1);
  bounds_func(unit, fn);
  if (unit->events) lower_stack_descriptors(unit, fn);
}

static void table_wrappers(EnginePackage *package) {
  if (!in_place(package)) return;
  lower_table_wrappers(package->unit, finish_late_wrapper, NULL);
  if (!package->engine->profile->types_after_bounds) lower_descriptor_wrappers(package->unit);
}
static void descriptors(EnginePackage *package) {
  if (in_place(package) && package->engine->profile->types_after_bounds)
    lower_descriptor_wrappers(package->unit);
}

/* Assembly that cannot be read calls nothing. */
static void abi_wrappers(EnginePackage *package) {
  if (in_place(package)) return;
  const LoadPackage *load = package->load;
  Str *texts = arena_new_array(package->arena, Str, load->asm_len);
  uint32_t len = 0;
  for (uint32_t i = 0; i < load->asm_len; i++)
    if (file_read(package->arena, load->asm_files[i].data, &texts[len])) {
      cache_verify(package, load->asm_digests, i, texts[len]);
      len++;
    }
  package->unit->asm_texts = texts;
  package->unit->asm_len = len;
  lower_abi_wrappers(package->unit);
}

static void escape(EnginePackage *package) {
  switch (package->engine->profile->escape_engine) {
  case ESCAPE_FLOOD: flood_unit(package->unit); break;
  case ESCAPE_LOCATIONS: escape_unit(package->unit); break;
  }
}
static void bounds(EnginePackage *package) {
  bounds_unit(package->unit, in_place(package) ? lower_stack_descriptors : NULL);
}

static void live(EnginePackage *package) {
  if (package->flags.live) live_unit(package->unit, call_is_intrinsic);
}

static void explain(EnginePackage *package) {
  if (engine_prints_lines(package->engine->options))
    print_events(package, package->unit);
  else
    findings_convert(package);
  package->unit->events = NULL;
  package->log_bytes = arena_used(package->log_arena);
  arena_free(package->log_arena);
  package->log_arena = NULL;
}

const Phase engine_phases[] = {
    {"parse", parse, STEP_PARSE, false, false},
    {"check", check, STEP_CHECK, false, false},
    {"lower", lower, STEP_DECIDE, false, false},
    {"captures", captures, STEP_DECIDE, false, true},
    {"keep-loops", keep_loops, STEP_DECIDE, false, true},
    {"inline", inline_calls, STEP_DECIDE, false, true},
    {"wrappers", wrappers, STEP_DECIDE, false, true},
    {"loop-vars", loop_vars, STEP_DECIDE, false, true},
    {"static-init", static_init, STEP_DECIDE, false, true},
    {"abi-wrappers", abi_wrappers, STEP_DECIDE, true, true},
    {"escape", escape, STEP_DECIDE, false, true},
    {"table-wrappers", table_wrappers, STEP_DECIDE, false, true},
    {"bounds", bounds, STEP_DECIDE, true, true},
    {"descriptors", descriptors, STEP_DECIDE, false, true},
    {"live", live, STEP_DECIDE, true, true},
    {"explain", explain, STEP_DECIDE, true, true},
};
const uint32_t engine_phase_count = ARRAY_LEN(engine_phases);
_Static_assert(ARRAY_LEN(engine_phases) <= PHASE_MAX, "EnginePackage.seconds has a place for each phase");

/* Whether a package that is looked into on demand hands on bodies is found out by looking for mentions in all that it imports. */
static bool has_lazy_importer(const EnginePackage *package) {
  const Engine *engine = package->engine;
  for (uint32_t i = 0; i < engine->graph->package_len; i++)
    if (is_lazy(&engine->packages[i]) && bitset_get(&engine->packages[i].reaches, package->index))
      return true;
  return false;
}

/* What importers inline is read again by them: from the declared function's syntax. */
static void keep_inlined_syntax(EnginePackage *package) {
  const Engine *engine = package->engine;
  Unit *unit = package->unit;
  if (!package->is_imported || package->failed || package->broke) return;
  for (uint32_t i = 0; i < unit->funcs.len; i++) {
    const Func *fn = unit->funcs.items[i];
    if (fn->inl && fn->object && !fn->closure) package_keep_body(&engine->session, package->pkg, fn->object);
  }
}

/* From here on only what other packages may ask for is there: functions without bodies, inline bodies with their syntax, tags,
   generic syntax. */
static void drop_bodies(EnginePackage *package) {
  if (!package->bodies || package->lazy || package->summary) return;
  if (has_lazy_importer(package)) return;
  if (package->unit) {
    keep_inlined_syntax(package);
    unit_drop_bodies(package->unit);
  }
  if (package->pkg) package_drop_bodies(package->pkg);
  arena_free(package->bodies);
  package->bodies = NULL;
}

void pipeline_retire(EnginePackage *package) {
  if (package->summary) return;
  package->engine->kept_bytes -= package->functions_bytes + package->declarations_bytes;
  Arena **arenas[] = {&package->bodies, &package->log_arena, &package->arena};
  for (size_t i = 0; i < ARRAY_LEN(arenas); i++) {
    arena_free(*arenas[i]);
    *arenas[i] = NULL;
  }
  package_free(package->pkg); /* types may still name it */
  package->pkg = NULL;
  package->unit = package->shadow = NULL;
  package->files = NULL;
  package->notes = (Notes){0};
}

void pipeline_forget(EnginePackage *package) {
  arena_free(package->bodies);
  package->stale = package->pkg;
  package->stale_arena = package->arena;
  package->notes.arena = package->places.arena = package->arena = arena_new();
  package->bodies = NULL;
  package->pkg = NULL;
  package->unit = package->shadow = NULL;
  package->summary = NULL;
  package->facts = (Facts){0};
  package->filters = NULL;
  Map *maps[] = {&package->demands,         &package->handed_on,    &package->handed,
                 &package->mentions,        &package->own_mentions, &package->export_most,
                 &package->export_packages, &package->shared_names, &package->export_types};
  for (size_t i = 0; i < ARRAY_LEN(maps); i++) *maps[i] = (Map){0};
}

static bool dependency_failed(EnginePackage *package) {
  for (uint32_t i = 0; i < package->load->import_len; i++) {
    EnginePackage *needed = &package->engine->packages[package->load->imports[i].package];
    if (needed->changed) package->changed = true;
    if (needed->failed || needed->broke) return true;
  }
  return false;
}

static bool dependencies_declared(const EnginePackage *package) {
  for (uint32_t i = 0; i < package->load->import_len; i++)
    if (!package->engine->packages[package->load->imports[i].package].declared) return false;
  return true;
}

/* For -timings; asking costs a system call. */
static double processor_time(const EnginePackage *package) {
  return package->engine->options->timings ? clock_thread_seconds() : 0;
}

/* In builds that look for mistakes. */
static void verify(const EnginePackage *package) {
  const Unit *unit = package->unit;
  for (uint32_t i = 0; ARENA_ASAN && unit && i < unit->funcs.len; i++)
    if (unit->funcs.items[i]->flags & FUNC_LOWERED) ir_verify(unit, unit->funcs.items[i]);
}

/* Those up to the step that have not been run. */
static void run_phases(EnginePackage *package, PackageStep step) {
  Str stop = package->engine->options->stop_after;
  while (package->next_phase < engine_phase_count && !package->failed) {
    const Phase *phase = &engine_phases[package->next_phase];
    if (phase->step > step) return;
    uint32_t i = package->next_phase++;
    if (str_equal(stop, str_from(phase->name))) package->next_phase = engine_phase_count;
    if (phase->reported_only && !package->reported) continue;
    if (phase->whole_only && package->lazy) continue;
    package->phase = phase->name;
    double start = processor_time(package);
    if (package->unit) trail_step(package->unit, TRAIL_NOBODY, NULL, 0, false);
    phase->run(package);
    verify(package);
    package->seconds[i] += processor_time(package) - start;
  }
}

/* A package that an earlier run may have kept is not parsed before that is known. */
static bool waits_for_imports(const EnginePackage *package, PackageStep step) {
  if (package->moved) return step != STEP_DECIDE;
  return step == STEP_PARSE && summaries_may_have(package);
}

static void run_step(EnginePackage *package, PackageStep step) {
  if (waits_for_imports(package, step)) return;
  if (step == STEP_CHECK && !dependencies_declared(package)) return;
  if (step == STEP_CHECK && summaries_take(package)) package->next_phase = engine_phase_count;
  if (step == STEP_DECIDE && edited_recall(package)) return;
  run_phases(package, step);
  if (step == STEP_CHECK) package->declared = !package->failed;
  if (step != STEP_DECIDE || package->summary) return;
  summaries_keep(package);
  edited_keep(package);
}

/* Runs a step of the package and survives it. */
static void try_step(EnginePackage *package, PackageStep step) {
  BugPoint point;
  if (bug_catch(&point) == 0) {
    run_step(package, step);
    bug_end(&point);
  } else if (point.gave_up) {
    package->failed = true;
    print_note(package, (Pos){point.place}, str_from(point.message));
  } else {
    package->failed = package->broke = true;
    buffer_printf(&package->errors, "heapwhy: internal error in " STR_FMT ", phase %s: %s\n",
                  STR_ARG(package->load->import_path), package->phase, point.message);
  }
}

static void begin(EnginePackage *package) {
  package->arena = arena_new();
  package->notes.arena = package->places.arena = package->arena;
  package->ids.next = 1;
  package->failed = package->load->broken;
  find_traits(package);
}

/* What is wrong with a package is not told when a dependency is wrong. */
static void decide(EnginePackage *package) {
  if (dependency_failed(package)) {
    buffer_reset(&package->errors);
    package->failed = true;
    package->broke = false;
  }
  if (!package->failed) try_step(package, STEP_DECIDE);
  package->text_bytes = package->out.len;
  package->bodies_bytes = arena_used(package->bodies);
  double start = processor_time(package);
  if (!package->engine->options->stop_after.len) drop_bodies(package);
  package->finish_seconds = processor_time(package) - start;
  package->functions_bytes = arena_used(package->arena);
  package->declarations_bytes = package->pkg ? arena_used(package->pkg->arena) : 0;
}

size_t pipeline_run(EnginePackage *package, PackageStep step) {
  if (step == STEP_PARSE) begin(package);
  if (step == STEP_DECIDE)
    decide(package);
  else if (!package->failed)
    try_step(package, step);
  return arena_used(package->arena) + arena_used(package->bodies) +
         (package->pkg ? arena_used(package->pkg->arena) : 0);
}
