/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The same packages under several releases: which values are on the heap in one and not in another, and what made the difference.
 *
 * In: releases. Out: a comparison for report. Every release is a run of its own. Releases place and print the same value differently, so a
 * value is known by its kind and type and by where it is written: a variable by its declaration, others by their line and their order in
 * it. A value of a function that one release inlines and another does not is a value for each such call, too: without inlining it shares
 * the fate of the function's own.
 *
 * The cause is found by experiment. If two releases agree on a value once neither inlines, what is inlined made the difference. Else, if
 * they agree once the first has the second's limits of the stack, the limits did. Else the analysis itself.
 */
#include <stdlib.h>

#include "engine/private.h"

typedef struct Answer { /* about one value in one run */
  const ReportFinding *finding;
  bool heap;
} Answer;

typedef struct Answers { /* of one package in one run */
  StrMap own;            /* value -> Answer* */
  StrMap groups; /* kind and line -> Answer*: any of the function's own values of that kind on that line */
  StrMap copies; /* the same and a call -> Answer*: what was inlined there */
  StrMap calls;  /* call -> anything: it is inlined */
} Answers;

typedef struct Run {
  Engine *engine;
  Answers *packages; /* in the order of `Comparing.packages` */
} Run;

typedef struct Candidate { /* a value that some release has something to say about */
  Str own;                 /* key in Answers.own; empty: a copy */
  Str group, copy, call;   /* keys */
  const ReportFinding *shown;
  Position at; /* of the call, for copies */
} Candidate;

typedef struct Comparing {
  const EngineOptions *options;
  Str const *patterns;
  uint32_t pattern_len;
  Arena *arena;
  Str const *releases;
  uint32_t release_len;
  ReportPackage **packages; /* of the newest run: those that all runs have */
  uint32_t package_len;
  Run *runs, *without_inlining, *with_limits; /* one for each release; limits: those of the next release */
  EngineResult *result;
} Comparing;

/* ---- runs ---- */

static bool is_reported(const EnginePackage *package) {
  return package->load->is_root && !package->failed && !package->broke;
}

static Engine *run_release(const Comparing *c, Str release, bool no_inline, Str limits_of,
                           EngineResult *result) {
  EngineOptions *options = arena_new_of(c->arena, EngineOptions);
  *options = *c->options;
  options->load.release = release;
  options->limits_of = limits_of;
  options->no_inline = c->options->no_inline || no_inline;
  options->level = 0;
  options->cache_dir = STR(""); /* it does not keep how values are told apart */
  Engine *engine = engine_open(options, c->patterns, c->pattern_len, result);
  if (engine->packages) engine_run_packages(engine);
  return engine;
}

static ReportPackage *find_report(const Engine *engine, const ReportPackage *like) {
  for (uint32_t i = 0; engine->packages && i < engine->graph->package_len; i++) {
    EnginePackage *package = &engine->packages[i];
    if (is_reported(package) && str_equal(package->report.import_path, like->import_path) &&
        str_equal(package->report.description, like->description))
      return &package->report;
  }
  return NULL;
}

/* ---- how a value is known ---- */

static bool is_kind(const ReportFinding *finding, const char *kind) {
  return strcmp(finding->kind, kind) == 0;
}

static Str group_key(const Comparing *c, const ReportFinding *finding) {
  bool variable = str_has_prefix(finding->identity, STR("variable "));
  const Position *at = &finding->written;
  return arena_printf(c->arena, STR_FMT ":%u:%u " STR_FMT, STR_ARG(at->filename), at->line,
                      variable ? at->col : 0, STR_ARG(finding->identity));
}

static Str call_key(const Comparing *c, const Position *at) {
  return arena_printf(c->arena, STR_FMT ":%u:%u", STR_ARG(at->filename), at->line, at->col);
}

static Str copy_key(const Comparing *c, Str group, Str call) {
  return arena_printf(c->arena, STR_FMT " in " STR_FMT, STR_ARG(group), STR_ARG(call));
}

/* A value on the heap says more than one that is not. */
static void answer(const Comparing *c, StrMap *map, Str key, const ReportFinding *finding) {
  void **slot = strmap_put(map, key);
  if (!*slot) *slot = arena_new_of(c->arena, Answer);
  Answer *known = *slot;
  bool heap = is_kind(finding, "heap");
  if (known->finding && (known->heap || !heap)) return;
  *known = (Answer){finding, heap};
}

static Str own_key(const Comparing *c, StrMap *counts, Str group) {
  void **slot = strmap_put(counts, group);
  if (!*slot) *slot = arena_new_of(c->arena, uint32_t);
  uint32_t *count = *slot;
  return arena_printf(c->arena, STR_FMT " #%u", STR_ARG(group), (*count)++);
}

static bool is_value(const ReportFinding *finding) {
  return finding->identity.len && (is_kind(finding, "heap") || is_kind(finding, "stack"));
}

static void read_answers(const Comparing *c, const ReportPackage *package, Answers *out) {
  *out = (Answers){strmap_in(c->arena), strmap_in(c->arena), strmap_in(c->arena), strmap_in(c->arena)};
  StrMap counts = strmap_in(c->arena);
  for (uint32_t i = 0; i < package->finding_len; i++) {
    const ReportFinding *finding = &package->findings[i];
    if (is_kind(finding, "call") && strcmp(finding->code, "inlined") == 0)
      *strmap_put(&out->calls, call_key(c, &finding->at)) = out;
    if (!is_value(finding)) continue;
    Str group = group_key(c, finding);
    if (finding->inlined_from.len) {
      answer(c, &out->copies, copy_key(c, group, call_key(c, &finding->at)), finding);
    } else {
      answer(c, &out->groups, group, finding);
      answer(c, &out->own, own_key(c, &counts, group), finding);
    }
  }
}

static void read_run(const Comparing *c, Run *run) {
  run->packages = arena_new_array(c->arena, Answers, c->package_len);
  for (uint32_t i = 0; i < c->package_len; i++) {
    const ReportPackage *package = find_report(run->engine, c->packages[i]);
    if (package) read_answers(c, package, &run->packages[i]);
  }
}

/* ---- candidates ---- */

typedef struct Candidates {
  const Comparing *c;
  StrMap known; /* own or copy key -> Candidate* */
  VEC(Candidate *) list;
} Candidates;

static void add_candidate(Candidates *all, Str key, Candidate candidate) {
  void **slot = strmap_put(&all->known, key);
  if (*slot) return;
  Candidate *fresh = arena_new_of(all->c->arena, Candidate);
  *fresh = candidate;
  *slot = fresh;
  vec_push(all->c->arena, &all->list, fresh);
}

static void add_copy(Candidates *all, const ReportFinding *finding, const Position *call) {
  Candidate copy = {
      .group = group_key(all->c, finding), .call = call_key(all->c, call), .shown = finding, .at = *call};
  copy.copy = copy_key(all->c, copy.group, copy.call);
  add_candidate(all, copy.copy, copy);
}

/* What the functions that are inlined at a call keep on the heap elsewhere. */
static void add_copies_of_call(Candidates *all, const ReportPackage *package, const ReportFinding *call) {
  for (uint32_t i = 0; i < package->finding_len; i++) {
    const ReportFinding *finding = &package->findings[i];
    if (is_value(finding) && is_kind(finding, "heap") && !finding->inlined_from.len &&
        str_equal(finding->function, call->what))
      add_copy(all, finding, &call->at);
  }
}

static void add_candidates(Candidates *all, const ReportPackage *package) {
  const Comparing *c = all->c;
  StrMap counts = strmap_in(c->arena);
  for (uint32_t i = 0; i < package->finding_len; i++) {
    const ReportFinding *finding = &package->findings[i];
    if (is_kind(finding, "call") && strcmp(finding->code, "inlined") == 0)
      add_copies_of_call(all, package, finding);
    if (!is_value(finding)) continue;
    Str group = group_key(c, finding);
    if (finding->inlined_from.len) {
      add_copy(all, finding, &finding->at);
    } else {
      Str own = own_key(c, &counts, group);
      add_candidate(all, own, (Candidate){.own = own, .group = group, .shown = finding});
    }
  }
}

static ReportSide side_of(const Answers *answers, const Candidate *value) {
  const Answer *found = NULL;
  if (value->own.len) {
    found = strmap_get(&answers->own, value->own);
  } else {
    found = strmap_get(&answers->copies, value->copy);
    if (!found && strmap_get(&answers->calls, value->call)) return (ReportSide){.inlined = true};
    if (!found) found = strmap_get(&answers->groups, value->group);
  }
  return found ? (ReportSide){.heap = found->heap, .finding = found->finding} : (ReportSide){.heap = false};
}

/* ---- changes ---- */

static void open_experiments(Comparing *c) {
  if (c->without_inlining) return;
  c->without_inlining = arena_new_array(c->arena, Run, c->release_len);
  c->with_limits = arena_new_array(c->arena, Run, c->release_len);
  for (uint32_t i = 0; i < c->release_len; i++) {
    EngineResult ignored = {0};
    c->without_inlining[i].engine = run_release(c, c->releases[i], true, STR(""), &ignored);
    if (i + 1 < c->release_len)
      c->with_limits[i].engine = run_release(c, c->releases[i], false, c->releases[i + 1], &ignored);
    else
      c->with_limits[i] = c->runs[i];
    engine_result_free(&ignored);
    read_run(c, &c->without_inlining[i]);
    read_run(c, &c->with_limits[i]);
  }
}

static const char *cause_of(const Comparing *c, uint32_t package, uint32_t to, const Candidate *value) {
  const Run *plain = c->without_inlining;
  bool before = side_of(&plain[to - 1].packages[package], value).heap;
  bool after = side_of(&plain[to].packages[package], value).heap;
  if (before == after) return "inlining";
  bool limited = side_of(&c->with_limits[to - 1].packages[package], value).heap;
  return limited == side_of(&c->runs[to].packages[package], value).heap ? "limits" : "analysis";
}

/* The sides of a value; false: it is on the same one everywhere, or a copy that goes with the function's own. */
static bool compare_value(Comparing *c, uint32_t package, const Candidate *value, ReportValue *out) {
  *out = (ReportValue){.shown = value->shown, .call = value->at};
  out->sides = arena_new_array(c->arena, ReportSide, c->release_len);
  bool changed = false, differs_from_own = value->own.len > 0;
  for (uint32_t i = 0; i < c->release_len; i++) {
    const Answers *answers = &c->runs[i].packages[package];
    out->sides[i] = side_of(answers, value);
    changed |= out->sides[i].heap != out->sides[0].heap;
    const Answer *own = strmap_get(&answers->groups, value->group);
    differs_from_own |= out->sides[i].heap != (own && own->heap);
  }
  if (!changed || !differs_from_own) return false;
  open_experiments(c);
  out->changes = arena_new_array(c->arena, ReportChange, c->release_len);
  for (uint32_t i = 1; i < c->release_len; i++)
    if (out->sides[i].heap != out->sides[i - 1].heap)
      out->changes[out->change_len++] = (ReportChange){i, cause_of(c, package, i, value)};
  return true;
}

static int compare_places(const Position *a, const Position *b) {
  int order = str_compare(a->filename, b->filename);
  if (order == 0) order = (a->line > b->line) - (a->line < b->line);
  return order ? order : (a->col > b->col) - (a->col < b->col);
}

static int compare_values(const void *a, const void *b) {
  const ReportValue *x = a, *y = b;
  int order =
      compare_places(x->call.line ? &x->call : &x->shown->at, y->call.line ? &y->call : &y->shown->at);
  return order ? order : compare_places(&x->shown->written, &y->shown->written);
}

/* The last release comes first, so that values are shown in its words. */
static ReportComparedPackage compare_package(Comparing *c, uint32_t index) {
  ReportComparedPackage out = {.package = c->packages[index]};
  Candidates all = {.c = c, .known = strmap_in(c->arena)};
  for (uint32_t i = c->release_len; i > 0; i--)
    add_candidates(&all, find_report(c->runs[i - 1].engine, c->packages[index]));
  out.values = arena_new_array(c->arena, ReportValue, all.list.len);
  for (uint32_t i = 0; i < all.list.len; i++)
    if (compare_value(c, index, all.list.items[i], &out.values[out.value_len])) out.value_len++;
  if (out.value_len) qsort(out.values, out.value_len, sizeof *out.values, compare_values);
  return out;
}

/* ---- all of it ---- */

static ReportTotal total_of(const Comparing *c, uint32_t release) {
  ReportTotal total = {.release = str_from(c->runs[release].engine->profile->release)};
  for (uint32_t i = 0; i < c->package_len; i++) {
    const ReportPackage *package = find_report(c->runs[release].engine, c->packages[i]);
    for (uint32_t k = 0; k < package->finding_len; k++) {
      const ReportFinding *finding = &package->findings[k];
      if (!is_kind(finding, "heap")) continue;
      total.heap++;
      if (finding->class_size > 0) total.bytes += finding->class_size;
    }
  }
  return total;
}

static void find_packages(Comparing *c) {
  const Engine *last = c->runs[c->release_len - 1].engine;
  c->packages = arena_new_array(c->arena, ReportPackage *, last->graph->package_len);
  for (uint32_t i = 0; i < last->graph->package_len; i++) {
    EnginePackage *package = &last->packages[i];
    bool everywhere = is_reported(package);
    for (uint32_t k = 0; k < c->release_len && everywhere; k++)
      everywhere = find_report(c->runs[k].engine, &package->report) != NULL;
    if (everywhere) c->packages[c->package_len++] = &package->report;
  }
}

static void report(Comparing *c) {
  const Engine *last = c->runs[c->release_len - 1].engine;
  ReportComparison comparison = {.release_len = c->release_len, .package_len = c->package_len};
  comparison.releases = arena_new_array(c->arena, ReportTotal, c->release_len);
  comparison.packages = arena_new_array(c->arena, ReportComparedPackage, c->package_len);
  for (uint32_t i = 0; i < c->release_len; i++) comparison.releases[i] = total_of(c, i);
  for (uint32_t i = 0; i < c->package_len; i++) comparison.packages[i] = compare_package(c, i);
  ReportOptions options = engine_report_options(last);
  if (c->options->json)
    report_comparison_json(&c->result->out, &options, &comparison);
  else
    report_comparison_people(&c->result->out, &options, &comparison);
}

/* What is wrong under one release; false: there is nothing to compare. */
static bool open_run(Comparing *c, uint32_t i) {
  EngineResult own = {0};
  Engine *engine = c->runs[i].engine = run_release(c, c->releases[i], false, STR(""), &own);
  if (engine->packages)
    for (uint32_t k = 0; k < engine->graph->package_len; k++) engine_print_errors(&engine->packages[k], &own);
  if (own.err.len)
    buffer_printf(&c->result->err, "heapwhy: for Go " STR_FMT ":\n" STR_FMT, STR_ARG(c->releases[i]),
                  STR_ARG(buffer_view(&own.err)));
  if (own.exit_code > c->result->exit_code) c->result->exit_code = own.exit_code;
  bool usable = engine->packages && own.exit_code < 2;
  engine_result_free(&own);
  return usable;
}

static void close_runs(const Comparing *c, const Run *runs) {
  for (uint32_t i = 0; runs && i < c->release_len; i++) {
    bool shared = runs != c->runs && runs[i].engine == c->runs[i].engine;
    if (runs[i].engine && !shared) engine_close(runs[i].engine);
  }
}

EngineResult engine_compare(const EngineOptions *options, Str const *releases, uint32_t release_len,
                            Str const *patterns, uint32_t pattern_len) {
  EngineResult result = {0};
  Comparing c = {.options = options,
                 .patterns = patterns,
                 .pattern_len = pattern_len,
                 .arena = arena_new(),
                 .releases = releases,
                 .release_len = release_len,
                 .result = &result};
  c.runs = arena_new_array(c.arena, Run, release_len);
  bool usable = true;
  for (uint32_t i = 0; i < release_len && usable; i++) usable = open_run(&c, i);
  if (usable) find_packages(&c);
  if (usable && (c.package_len > 0 || result.exit_code == 0)) {
    for (uint32_t i = 0; i < release_len; i++) read_run(&c, &c.runs[i]);
    report(&c);
  }
  close_runs(&c, c.without_inlining);
  close_runs(&c, c.with_limits);
  close_runs(&c, c.runs);
  arena_free(c.arena);
  return result;
}
