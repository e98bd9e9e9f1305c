/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a run can take from earlier ones: the text or the findings of a reported package whose inputs have not changed.
 *
 * In: the graph with the digests of all files. Out: a key for each package that covers everything its answers depend on (its files
 * and flags, the release, the target, this program, the keys of what it imports), and which packages have to be run at all.
 * Idea: only what was found without any error is kept. A file that is read for a second time has to have the bytes that its
 * digest was taken of, else nothing is kept that depends on it.
 *
 * Go: cmd/go/internal/work/exec.go (buildActionID)
 */
#include "engine/private.h"

enum { RECORD_TEXT = 16, RECORD_FINDINGS = 17 };

static const uint64_t CACHE_LIMIT = (uint64_t)1 << 30; /* bytes */
static const size_t LARGEST_RECORD = (size_t)8 << 20;

void cache_open(Engine *engine) {
  Digest program;
  if (!engine->options->cache_dir.len || !digest_of_program(true, &program)) return;
  engine->store = store_open(engine->options->cache_dir, program, CACHE_LIMIT);
  store_use_shelf(engine->store, digest_of(engine->load->goroot));
}

/* ---- keys ---- */

/* What all packages of a run have in common. */
static Digest run_key(const Engine *engine) {
  const LoadEnv *env = &engine->graph->env;
  const EngineOptions *options = engine->options;
  Buffer text = {0};
  wire_put_str(&text, str_from(engine->profile->release));
  wire_put_str(&text, env->goos);
  wire_put_str(&text, env->goarch);
  wire_put_str(&text, env->goamd64);
  wire_put_str(&text, env->goexperiment);
  wire_put(&text, (uint32_t)options->first_escape | (uint32_t)options->incomplete << 1);
  Digest key = digest_of(buffer_view(&text));
  buffer_free(&text);
  return key;
}

/* digests may be NULL. */
static void put_files(Buffer *out, const Str *paths, const Digest *digests, uint32_t len) {
  wire_put(out, len);
  for (uint32_t i = 0; i < len; i++) {
    wire_put_str(out, paths[i]);
    if (digests) wire_put_digest(out, digests[i]);
  }
}

/* All but the contents of its Go files and its imports. False: not all of it is known. */
static bool put_package(Buffer *out, const EnginePackage *package) {
  const LoadPackage *load = package->load;
  if (!load->file_digests || load->broken) return false;
  const Str texts[] = {load->import_path, load->compile_path, load->description, load->name,
                       load->dir,         load->lang,         load->position_dir};
  for (size_t i = 0; i < ARRAY_LEN(texts); i++) wire_put_str(out, texts[i]);
  wire_put(out, (uint32_t)load->variant << 1 | load->is_std);
  put_files(out, load->files, NULL, load->file_len);
  put_files(out, load->asm_files, load->asm_digests, load->asm_len);
  compiler_flags_put(out, &package->flags);
  return true;
}

/* By their bytes, or by their tokens. */
static bool put_imports(const Engine *engine, Buffer *out, const LoadPackage *load, bool tokens) {
  for (uint32_t i = 0; i < load->import_len; i++) {
    const EnginePackage *imported = &engine->packages[load->imports[i].package];
    if (!imported->has_key) return false;
    wire_put_str(out, load->imports[i].path);
    wire_put_digest(out, tokens ? imported->tokens_key : imported->key);
  }
  return true;
}

/* With what is asked about the package. */
static Digest answer_key(const EnginePackage *package, Digest of) {
  Buffer text = {0};
  wire_put_digest(&text, of);
  wire_put(&text, (uint32_t)package->engine->options->level);
  wire_put(&text, engine_prints_lines(package->engine->options));
  Digest key = digest_of(buffer_view(&text));
  buffer_free(&text);
  return key;
}

/* Of the text and the digests; the text stays as it is. */
static Digest with_files(Buffer *text, const Digest *files, uint32_t len) {
  size_t before = text->len;
  for (uint32_t i = 0; i < len; i++) wire_put_digest(text, files[i]);
  Digest key = digest_of(buffer_view(text));
  text->len = before;
  return key;
}

/* Its imports have theirs. text: for scratch. */
static void set_key(const Engine *engine, EnginePackage *package, Digest run, Buffer *text) {
  const LoadPackage *load = package->load;
  buffer_reset(text);
  wire_put_digest(text, run);
  if (!put_package(text, package)) return;
  Digest self = digest_of(buffer_view(text));
  for (int tokens = 0; tokens < 2; tokens++) {
    buffer_reset(text);
    wire_put_digest(text, self);
    package->has_key = put_imports(engine, text, load, tokens);
    if (!package->has_key) return;
    if (!tokens) package->key = with_files(text, load->file_digests, load->file_len);
  }
  package->form_key = answer_key(package, digest_of(buffer_view(text)));
  package->text_key = with_files(text, load->file_digests, load->file_len);
  package->tokens_key = with_files(text, load->file_forms, load->file_len);
}

static void set_keys(Engine *engine) {
  Digest run = run_key(engine);
  Buffer text = {0};
  for (uint32_t i = 0; i < engine->graph->package_len; i++) /* dependencies come first */
    set_key(engine, &engine->packages[i], run, &text);
  buffer_free(&text);
}

/* ---- findings ---- */

static void put_position(Buffer *out, const Position *position) {
  wire_put_str(out, position->filename);
  wire_put(out, position->line);
  wire_put(out, position->col);
}

static Position get_position(Wire *wire) {
  Position position = {.filename = wire_get_str(wire)};
  position.line = wire_get_below(wire, UINT32_MAX);
  position.col = wire_get_below(wire, UINT32_MAX);
  return position;
}

static void put_finding(Buffer *out, const ReportFinding *finding) {
  put_position(out, &finding->at);
  put_position(out, &finding->inner);
  wire_put_str(out, str_from(finding->kind));
  wire_put_str(out, str_from(finding->code ? finding->code : ""));
  wire_put(out, finding->code != NULL);
  const Str texts[] = {finding->what, finding->type, finding->reason, finding->inlined_from};
  for (size_t i = 0; i < ARRAY_LEN(texts); i++) wire_put_str(out, texts[i]);
  wire_put_signed(out, finding->size);
  wire_put_signed(out, finding->class_size);
  wire_put(out, finding->step_len);
  for (uint32_t i = 0; i < finding->step_len; i++) {
    const ReportStep *step = &finding->steps[i];
    put_position(out, &step->at);
    wire_put_str(out, step->source);
    wire_put_str(out, step->text);
    wire_put_str(out, step->why);
  }
}

static void get_finding(Arena *arena, Wire *wire, ReportFinding *finding) {
  finding->at = get_position(wire);
  finding->inner = get_position(wire);
  finding->kind = arena_strdup(arena, wire_get_str(wire));
  finding->code = arena_strdup(arena, wire_get_str(wire));
  if (!wire_get(wire)) finding->code = NULL;
  Str *const texts[] = {&finding->what, &finding->type, &finding->reason, &finding->inlined_from};
  for (size_t i = 0; i < ARRAY_LEN(texts); i++) *texts[i] = wire_get_str(wire);
  finding->size = wire_get_signed(wire);
  finding->class_size = wire_get_signed(wire);
  finding->step_len = wire_get_count(wire);
  finding->steps = arena_new_array(arena, ReportStep, finding->step_len);
  for (uint32_t i = 0; i < finding->step_len; i++) {
    ReportStep *step = &finding->steps[i];
    step->at = get_position(wire);
    step->source = wire_get_str(wire);
    step->text = wire_get_str(wire);
    step->why = wire_get_str(wire);
  }
}

static bool get_findings(EnginePackage *package, Str bytes) {
  Wire wire = {.bytes = bytes};
  ReportPackage *report = &package->report;
  *report = (ReportPackage){.description = package->load->description,
                            .import_path = package->load->import_path,
                            .dir = package->load->dir,
                            .finding_len = wire_get_count(&wire)};
  report->findings = arena_new_array(package->engine->arena, ReportFinding, report->finding_len);
  for (uint32_t i = 0; i < report->finding_len; i++)
    get_finding(package->engine->arena, &wire, &report->findings[i]);
  return !wire.bad;
}

/* ---- answers ---- */

static void recall_text(EnginePackage *package) {
  Store *store = package->engine->store;
  Str *text = &package->known_text;
  if (!store_get(store, RECORD_TEXT, answer_key(package, package->text_key), text) &&
      !store_get(store, RECORD_TEXT, answer_key(package, package->key), text))
    *text = (Str){NULL, 0};
}

static void recall_root(void *context, uint32_t i) {
  const Engine *engine = context;
  EnginePackage *package = &engine->packages[engine->graph->roots[i]];
  if (package->has_key) recall_text(package);
}

enum { FEW_TEXTS = 8 }; /* they are read sooner than threads are there */

static void recall_texts(Engine *engine) {
  uint32_t len = engine->graph->root_len;
  if (len > FEW_TEXTS && engine->load->threads > 1)
    jobs_run(engine->load->threads, len, recall_root, engine);
  else
    for (uint32_t i = 0; i < len; i++) recall_root(engine, i);
}

static bool recall_findings(EnginePackage *package) {
  Str bytes;
  return store_get(package->engine->store, RECORD_FINDINGS, answer_key(package, package->key), &bytes) &&
         get_findings(package, bytes);
}

static Answered recall(EnginePackage *package) {
  if (!package->has_key) return ANSWERED_NOW;
  bool text = engine_prints_lines(package->engine->options);
  if (text ? package->known_text.data != NULL : recall_findings(package)) return ANSWERED_BEFORE;
  return moved_recall(package) ? ANSWERED_MOVED : ANSWERED_NOW;
}

/* What is asked for, is not known, and all that it imports. */
static void need(Engine *engine, EnginePackage *package) {
  if (package->needed) return;
  package->needed = true;
  for (uint32_t i = 0; i < package->load->import_len; i++) {
    EnginePackage *imported = &engine->packages[package->load->imports[i].package];
    imported->is_imported = true;
    need(engine, imported);
  }
}

void cache_recall(Engine *engine) {
  if (engine->store) set_keys(engine);
  bool packing = engine->pack && engine->pack->writing;
  bool answers = engine->store && !engine->options->stop_after.len;
  if (answers && !packing && engine_prints_lines(engine->options)) recall_texts(engine);
  for (uint32_t i = 0; i < engine->graph->package_len; i++) {
    EnginePackage *package = &engine->packages[i];
    if (answers && package->load->is_root && !packing) package->answered = recall(package);
    package->reported = package->load->is_root && !packing && package->answered == ANSWERED_NOW;
    if (package->reported || packing) need(engine, package);
    if (packing) package->is_imported = true;
  }
}

bool cache_wants_text(const EnginePackage *package) {
  return package->engine->store && package->has_key && package->out.len <= LARGEST_RECORD;
}

static void keep_text(const EnginePackage *package) {
  if (package->out.len > LARGEST_RECORD) return;
  bool alone = package->engine->options->level > 0 && !moved_names_others(package);
  Digest key = answer_key(package, alone ? package->text_key : package->key);
  store_put(package->engine->store, RECORD_TEXT, key, buffer_view(&package->out));
  if (alone && package->answered == ANSWERED_NOW) moved_keep(package);
}

static void keep_findings(const EnginePackage *package) {
  Buffer findings = {0};
  wire_put(&findings, package->report.finding_len);
  for (uint32_t i = 0; i < package->report.finding_len; i++)
    put_finding(&findings, &package->report.findings[i]);
  if (findings.len <= LARGEST_RECORD)
    store_put(package->engine->store, RECORD_FINDINGS, answer_key(package, package->key),
              buffer_view(&findings));
  buffer_free(&findings);
}

void cache_keep(EnginePackage *package) {
  const Engine *engine = package->engine;
  bool fine = !package->failed && !package->broke && !package->errors.len;
  if (!package->has_key || package->changed || !fine || !package->reported) return;
  if (engine->options->stop_after.len || package->text_begun) return;
  if (engine_prints_lines(engine->options))
    keep_text(package);
  else
    keep_findings(package);
}

void cache_verify(EnginePackage *package, const Digest *digests, uint32_t i, Str text) {
  if (package->engine->store && digests && !digest_equal(digests[i], digest_of(text)))
    package->changed = true;
}
