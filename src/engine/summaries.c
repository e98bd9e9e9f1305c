/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Dependencies that are read from what an earlier run found out about them.
 *
 * In: the record of a package under its key: its declarations and facts about its functions. Out: a Package and a Unit that are
 * empty at first. Objects are made when they are looked up, functions when they are mentioned, bodies when calls of them are
 * expanded: then their text is parsed, checked and lowered as ever, and what was decided about it then is known already.
 *
 * Threads: whoever makes functions or bodies here holds engine->demand_lock, as for lazy packages.
 *
 * Go: cmd/compile/internal/importer, cmd/compile/internal/noder/reader.go (InlineCall)
 */
#include "engine/private.h"

enum { RECORD_PACKAGE = 18 };

/* Other releases decide in the order of the whole package, or change bodies before they are inlined. */
bool summaries_in_use(const Engine *engine) {
  const Profile *profile = engine->profile;
  bool kept = engine->store && !engine->graph->overlay;
  return (kept || engine->pack) && !engine->on_demand && !engine->options->stop_after.len &&
         profile->front_end == FRONT_UNIFIED && profile->inline_rules == INLINE_INTERLEAVED &&
         profile->escape_engine == ESCAPE_LOCATIONS && !profile->captures_first;
}

/* In the store; packs are asked under other keys. */
static bool can_be_kept(const EnginePackage *package) {
  return package->has_key && summaries_in_use(package->engine);
}

bool summaries_may_have(const EnginePackage *package) {
  return pack_has(package) || (!package->reported && can_be_kept(package));
}

static bool find_record(const EnginePackage *package, Str *out) {
  const Engine *engine = package->engine;
  if (pack_has(package)) {
    if (pack_get(engine->pack->records, RECORD_PACKAGE, load_pack_key(package->load->import_path), out))
      return true;
    BUG("package " STR_FMT " is not in the pack", STR_ARG(package->load->import_path));
  }
  return !package->reported && can_be_kept(package) &&
         (package->load->is_std ? store_get_common : store_get)(engine->store, RECORD_PACKAGE, package->key,
                                                                out);
}

static void recall_func(void *context, Func *fn);
static void recall_body(void *context, Func *fn);

/* ---- reading ---- */

/* Compiling all of what a run imports of std, to keep it, takes longer than looking into it. So it is done for packages that are met
   for the second time as they are: the first run with an empty store is as fast as one without. */
void summaries_choose(Engine *engine) {
  if (!engine->store || engine->pack) return;
  for (uint32_t i = 0; i < engine->graph->package_len && !engine->on_demand; i++) {
    const EnginePackage *package = &engine->packages[i];
    Str bytes;
    if (!package->needed || package->reported || !package->load->is_std || package->load->met) continue;
    engine->on_demand = !find_record(package, &bytes);
  }
}

bool summaries_open_own(EnginePackage *package, Str bytes) {
  Engine *engine = package->engine;
  Wire wire = {.bytes = bytes};
  Str facts = wire_get_str(&wire);
  if (wire.bad || !facts_open(facts, &package->facts)) return false;
  size_t at = (wire.at + 3) & ~(size_t)3;
  package->summary =
      summary_open(&engine->summaries, str_slice(bytes, at, bytes.len), pipeline_language(package));
  if (!package->summary) return false;
  Package *pkg = package->pkg = summary_package(package->summary);
  pkg->user = package;
  package->bodies = arena_new();
  Unit *unit = package->unit = pipeline_new_unit(package, package->bodies);
  unit->whole = false;
  unit->recall_func = recall_func;
  unit->recall_body = recall_body;
  unit->exported_foreign = map_in(package->arena);
  facts_exported(&package->facts, &unit->exported_foreign);
  return true;
}

bool summaries_take(EnginePackage *package) {
  Str bytes;
  return find_record(package, &bytes) && summaries_open_own(package, bytes);
}

typedef struct Search {
  const Engine *engine;
  Str path;
  BitSet seen;
} Search;

static Package *search(Search *s, const EnginePackage *from) {
  for (uint32_t i = 0; i < from->load->import_len; i++) {
    uint32_t index = from->load->imports[i].package;
    const EnginePackage *package = &s->engine->packages[index];
    if (bitset_get(&s->seen, index)) continue;
    bitset_set(&s->seen, index);
    if (package->pkg && str_equal(atom_str(package->pkg->path), s->path)) return package->pkg;
    Package *deeper = search(s, package);
    if (deeper) return deeper;
  }
  return NULL;
}

static Package *find_package(void *context, const Package *importer, Str path) {
  (void)context;
  const EnginePackage *from = importer->user;
  const EnginePackage *known = strmap_get(&from->engine->by_import_path, path);
  if (known && !known->shares_path && known->pkg && str_equal(atom_str(known->pkg->path), path))
    return known->pkg;
  Arena *arena = arena_new();
  Search s = {from->engine, path, bitset_new(arena, from->engine->graph->package_len)};
  Package *found = search(&s, from);
  arena_free(arena);
  return found;
}

static Atom file_path(void *context, const Package *importer, uint32_t i) {
  const EnginePackage *package = importer->user;
  if (i >= package->load->file_len) BUG("the summary of %s has too many files", atom_text(importer->path));
  return pipeline_shown_path(context, package->load, package->load->files[i]);
}

/* ---- bodies ---- */

void summaries_check_body(const EnginePackage *package, Object *object) {
  if (object->u.func.origin) object = object->u.func.origin;
  if (!object->u.func.syntax || !object->u.func.syntax->body_len || object->decl->body_checked) return;
  summary_load_body(package->summary, object);
  check_function_body(&package->engine->check, package->pkg, object);
}

/* Functions that are lowered on the way are nobody's to visit. */
static void lower_one(Unit *unit, Func *fn) {
  lower_function(unit, fn);
  unit->funcs.len = 0;
}

static void recall_body(void *context, Func *fn) {
  const Engine *engine = context;
  lock_take(engine->demand_lock);
  if (fn->inl->later) {
    lower_one(fn->unit, fn);
    inline_make_body(fn->unit, fn);
  }
  lock_release(engine->demand_lock);
}

static void recall_func(void *context, Func *fn) {
  (void)context;
  const EnginePackage *package = fn->unit->pkg->user;
  if (facts_recall(&package->facts, fn)) store_release(&fn->known, NEED_TAGS);
}

/* An instance that the package did not make when it was compiled. */
void summaries_decide(Func *fn) {
  if (fn->known >= NEED_TAGS) return;
  lower_one(fn->unit, fn);
  inline_can_inline(fn->unit, fn);
  store_release(&fn->known, NEED_TAGS);
}

void summaries_open(Engine *engine) {
  engine->summaries = (SummaryReader){
      .config = &engine->check, .find_package = find_package, .file_path = file_path, .context = engine};
}

/* ---- writing ---- */

/* Loops of benchmarks are changed before anything is inlined, all of a package at once. */
static bool may_have_benchmarks(const EnginePackage *package) {
  bool imports = false;
  for (uint32_t i = 0; i < package->load->import_len; i++)
    if (str_equal(package->load->imports[i].path, STR("testing"))) imports = true;
  for (uint32_t i = 0; imports && i < package->load->file_len; i++)
    if (text_mentions(package->files[i]->source->text, STR("Loop"))) return true;
  return false;
}

static void write_facts(Buffer *out, const EnginePackage *package) {
  Arena *scratch = arena_new();
  VEC(Func *) declared = {0};
  for (uint32_t i = 0; i < package->pkg->objects.len; i++) {
    Object *object = package->pkg->objects.items[i];
    if (object->kind != OBJECT_FUNC || !object->type || object->type->kind != TYPE_SIGNATURE) continue;
    if (object->type->u.signature.tparams.len || object->type->u.signature.recv_tparams.len) continue;
    vec_push(scratch, &declared, lower_find_func(package->unit, object));
  }
  facts_write(out, package->unit, declared.items, declared.len);
  arena_free(scratch);
}

/* Functions whose calls are expanded where they are; generic ones are compiled there. */
static bool keeps_body(void *context, Object *func) {
  const Type *signature = func->type;
  if (signature->u.signature.tparams.len || signature->u.signature.recv_tparams.len) return true;
  return lower_find_func(context, func)->inl != NULL;
}

static void keep(EnginePackage *package, Str bytes) {
  const LoadPack *pack = package->engine->pack;
  if (pack && pack->writing) {
    pack_put(pack->records, RECORD_PACKAGE, load_pack_key(package->load->import_path), bytes);
    package->packed = true;
  } else if (can_be_kept(package)) {
    store_put(package->engine->store, RECORD_PACKAGE, package->key, bytes);
  }
}

bool summaries_write_own(EnginePackage *package, Buffer *out) {
  const Engine *engine = package->engine;
  if (may_have_benchmarks(package)) return false;
  Buffer facts = {0};
  SummaryWriter writer = {engine->sources, engine->universe, keeps_body, package->unit};
  write_facts(&facts, package);
  wire_put_str(out, buffer_view(&facts));
  buffer_free(&facts);
  while (out->len % 4) buffer_char(out, 0);
  return summary_write(out, &writer, package->pkg);
}

void summaries_keep(EnginePackage *package) {
  const Engine *engine = package->engine;
  if (!package->is_imported || !summaries_in_use(engine) || package->failed || package->changed) return;
  Buffer out = {0};
  if (summaries_write_own(package, &out)) keep(package, buffer_view(&out));
  buffer_free(&out);
}
