/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Release packs: GOROOT as records. What loading needs of it are the folders of std with the heads of their files.
 *
 * Writing, GOROOT is read as ever, and what is seen is put into the pack. Reading, its folders come from the pack and nothing below
 * GOROOT is opened. The pack says for which environment it is; where the user does not say, that is what is meant, and else it
 * has to be the same. Build tags only have to agree as far as files of GOROOT ask for them.
 *
 * Go: none
 */
#include <stdlib.h>

#include "load/private.h"

enum { RECORD_PACK = 2 };

static const Digest NO_KEY = {0};

Digest load_pack_key(Str import_path) { return digest_of(import_path); }

/* ---- what it is for ---- */

static int compare_words(const void *a, const void *b) {
  return str_compare(*(const Str *)a, *(const Str *)b);
}

static void put_words(Buffer *out, Str *words, uint32_t len) {
  if (len) qsort(words, len, sizeof *words, compare_words);
  wire_put(out, len);
  for (uint32_t i = 0; i < len; i++) wire_put_str(out, words[i]);
}

static StrList get_words(Arena *arena, Wire *wire) {
  StrList list = {.len = wire_get_count(wire)};
  list.items = arena_new_array(arena, Str, list.len);
  for (uint32_t i = 0; i < list.len; i++) list.items[i] = wire_get_str(wire);
  return list;
}

/* The words of -tags. */
static StrList tag_words(Arena *arena, Str text) {
  VEC(Str) words = {0};
  for (size_t at = 0; at < text.len; at++) {
    size_t start = at;
    while (at < text.len && text.data[at] != ',' && text.data[at] != ' ') at++;
    if (at > start) vec_push(arena, &words, str_slice(text, start, at));
  }
  return (StrList){words.items, words.len};
}

void load_pack_finish(LoadPack *pack, Arena *arena, const LoadConfig *config, const LoadEnv *env) {
  Buffer out = {0};
  const Str texts[] = {str_from(config->profile->release),
                       env->goroot,
                       env->goos,
                       env->goarch,
                       env->goamd64,
                       env->goexperiment};
  for (size_t i = 0; i < ARRAY_LEN(texts); i++) wire_put_str(&out, texts[i]);
  wire_put(&out, env->cgo_enabled);
  StrList tags = tag_words(arena, config->tags);
  put_words(&out, tags.items, tags.len);
  VEC(Str) asked = {0};
  vec_each (const StrMapEntry, it, &pack->asked.entries) vec_push(arena, &asked, it->key);
  put_words(&out, asked.items, asked.len);
  pack_put(pack->records, RECORD_PACK, NO_KEY, buffer_view(&out));
  buffer_free(&out);
}

bool load_pack_start(LoadPack *pack, Arena *arena) {
  Str bytes;
  if (!pack_get(pack->records, RECORD_PACK, NO_KEY, &bytes)) return false;
  Wire wire = {.bytes = bytes};
  Str *const texts[] = {&pack->release, &pack->goroot,  &pack->goos,
                        &pack->goarch,  &pack->goamd64, &pack->goexperiment};
  for (size_t i = 0; i < ARRAY_LEN(texts); i++) *texts[i] = arena_str(arena, wire_get_str(&wire));
  pack->cgo_enabled = wire_get(&wire) != 0;
  pack->tags = get_words(arena, &wire);
  pack->asked_tags = get_words(arena, &wire);
  return !wire.bad;
}

static bool has_word(StrList list, Str word) {
  for (uint32_t i = 0; i < list.len; i++)
    if (str_equal(list.items[i], word)) return true;
  return false;
}

/* A tag that one of the lists has and the other has not, and that GOROOT asks for; empty: there is none. */
static Str differing_tag(const LoadPack *pack, StrList tags) {
  for (uint32_t i = 0; i < tags.len; i++)
    if (has_word(pack->asked_tags, tags.items[i]) && !has_word(pack->tags, tags.items[i]))
      return tags.items[i];
  for (uint32_t i = 0; i < pack->tags.len; i++)
    if (has_word(pack->asked_tags, pack->tags.items[i]) && !has_word(tags, pack->tags.items[i]))
      return pack->tags.items[i];
  return STR("");
}

Str load_pack_mismatch(const LoadConfig *config, const LoadEnv *env) {
  const LoadPack *pack = config->pack;
  const struct {
    const char *name;
    Str has, wanted;
  } rows[] = {
      {"GOOS", pack->goos, env->goos},
      {"GOARCH", pack->goarch, env->goarch},
      {"GOAMD64", pack->goamd64, env->goamd64},
      {"GOEXPERIMENT", pack->goexperiment, env->goexperiment},
      {"CGO_ENABLED", pack->cgo_enabled ? STR("1") : STR("0"), env->cgo_enabled ? STR("1") : STR("0")}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++)
    if (!str_equal(rows[i].has, rows[i].wanted))
      return arena_printf(config->arena, STR_FMT ": it is for %s=" STR_FMT ", not " STR_FMT,
                          STR_ARG(pack->path), rows[i].name, STR_ARG(rows[i].has), STR_ARG(rows[i].wanted));
  Str tag = differing_tag(pack, tag_words(config->arena, config->tags));
  if (!tag.len) return STR("");
  return arena_printf(config->arena,
                      STR_FMT ": std depends on the build tag " STR_FMT ", which it was written with%s",
                      STR_ARG(pack->path), STR_ARG(tag), has_word(pack->tags, tag) ? "" : "out");
}

/* ---- its folders ---- */

static bool is_below_goroot(const Loader *loader, Str dir) {
  return loader->config->pack && loader->goroot_src.len && path_has_prefix(dir, loader->goroot_src);
}

static Digest folder_key(const Loader *loader, const LoadTags *tags, Str dir) {
  Str below = str_slice(dir, loader->goroot_src.len, dir.len);
  return load_pack_key(arena_printf(loader->arena, "%d" STR_FMT, tags->cgo_enabled, STR_ARG(below)));
}

/* What is known of a folder below GOROOT: nothing if it is not in the pack, or while that is written. */
bool pack_has_folder(const Loader *loader, const LoadTags *tags, Str dir, Digest *key, Str *bytes) {
  if (!is_below_goroot(loader, dir)) return false;
  *key = folder_key(loader, tags, dir);
  *bytes = STR("");
  if (!loader->config->pack->writing) pack_get(loader->config->pack->records, RECORD_FOLDER, *key, bytes);
  return true;
}

bool loader_reads_pack(const Loader *loader) {
  return loader->config->pack && !loader->config->pack->writing;
}

void pack_refuse(Loader *loader, Str name) {
  load_problem(loader, true, STR_FMT " cannot be asked for: the sources of std are not in " STR_FMT,
               STR_ARG(name), STR_ARG(loader->config->pack->path));
}

void pack_check_roots(Loader *loader) {
  for (uint32_t i = 0; i < loader->packages.len; i++) {
    const LoadPackage *package = &loader->packages.items[i];
    if (!package->is_root || !package->is_std) continue;
    pack_refuse(loader, package->import_path);
    return;
  }
}
