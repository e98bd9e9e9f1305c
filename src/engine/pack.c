/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Release packs: all of std, compiled once, in one file that goes to machines without a GOROOT.
 *
 * Writing: std is loaded and compiled as dependencies are; each package leaves its summary in the pack. Reading: packages of std come
 * from their summaries and from nowhere else. What a pack cannot answer is refused before anything is run.
 *
 * Go: none
 */
#include "engine/private.h"

/* ---- reading ---- */

bool pack_open_named(Engine *engine, LoadConfig *load, EngineResult *result) {
  Arena *arena = engine->arena;
  LoadPack *pack = load->pack = arena_new_of(arena, LoadPack);
  Digest program = {0};
  Str why = STR("");
  pack->path = engine->options->pack;
  digest_of_program(false, &program);
  pack->records = pack_open(arena, pack->path, program, &why);
  engine->pack = pack->records ? pack : NULL;
  if (!why.len && !load_pack_start(pack, arena))
    why = arena_printf(arena, STR_FMT ": it is damaged", STR_ARG(pack->path));
  if (!why.len && load->release.len && !str_equal(load->release, pack->release))
    why = arena_printf(arena, STR_FMT ": it is for Go " STR_FMT ", not " STR_FMT, STR_ARG(pack->path),
                       STR_ARG(pack->release), STR_ARG(load->release));
  if (!load->goroot.len) load->goroot = environment_get(load->environment, "GOROOT");
  load->goroot = load->goroot.len ? path_clean(arena, load->goroot) : pack->goroot;
  if (!why.len) return true;
  engine_fail(result, why);
  return false;
}

bool pack_check_flags(const Engine *engine, EngineResult *result) {
  Buffer plain = {0}, asked = {0};
  CompilerFlags none = {0};
  const EnginePackage *wrong = NULL;
  compiler_flags_put(&plain, &none);
  for (uint32_t i = 0; i < engine->graph->package_len && !wrong; i++) {
    buffer_reset(&asked);
    compiler_flags_put(&asked, &engine->packages[i].flags);
    if (engine->packages[i].load->is_std && !str_equal(buffer_view(&plain), buffer_view(&asked)))
      wrong = &engine->packages[i];
  }
  buffer_free(&plain);
  buffer_free(&asked);
  if (!wrong) return true;
  engine_fail(result, arena_printf(engine->arena,
                                   STR_FMT ": it has " STR_FMT " as compiled without the flags of -gcflags",
                                   STR_ARG(engine->pack->path), STR_ARG(wrong->load->import_path)));
  return false;
}

bool pack_has(const EnginePackage *package) {
  const LoadPack *pack = package->engine->pack;
  return pack && !pack->writing && package->load->is_std;
}

/* ---- writing ---- */

static uint32_t count_broken(Engine *engine, EngineResult *result) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < engine->graph->package_len; i++) {
    EnginePackage *package = &engine->packages[i];
    engine_print_errors(package, result);
    if (package->packed || package->errors.len) continue;
    engine_fail(result, arena_printf(engine->arena, "package " STR_FMT " cannot be packed",
                                     STR_ARG(package->load->import_path)));
    count++;
  }
  return count;
}

static void write_file(Engine *engine, Str path, EngineResult *result) {
  const LoadEnv *env = &engine->graph->env;
  uint64_t bytes;
  Str why;
  if (count_broken(engine, result) || result->exit_code) return;
  load_pack_finish(engine->pack, engine->arena, engine->load, env);
  if (pack_write(engine->pack->records, engine->arena, path, &bytes, &why))
    buffer_printf(&result->out, STR_FMT ": std of Go %s %s/%s, %u packages, %llu bytes\n", STR_ARG(path),
                  engine->profile->release, env->target->goos, env->target->goarch,
                  engine->graph->package_len, (unsigned long long)bytes);
  else
    engine_fail(result, why);
}

EngineResult engine_pack(const EngineOptions *options, Str path) {
  EngineResult result = {0};
  Arena *arena = arena_new();
  EngineOptions changed = *options;
  LoadPack pack = {.path = path, .writing = true, .asked = strmap_in(arena)};
  Digest program = {0};
  Str std = STR("std");
  digest_of_program(false, &program);
  pack.records = pack_new(program);
  changed.cache_dir = STR("");
  changed.load.pack = &pack;
  changed.load.dir = STR("/"); /* no module's go.mod has a say */
  Engine *engine = engine_open(&changed, &std, 1, &result);
  if (engine->packages && !summaries_in_use(engine)) {
    engine_fail(&result,
                arena_printf(engine->arena, "there are no packs for Go %s", engine->profile->release));
  } else if (engine->packages) {
    engine_run_packages(engine);
    write_file(engine, path, &result);
  }
  engine->pack = &pack;
  engine_close(engine);
  arena_free(arena);
  return result;
}
