/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Answers of which nothing but the places has changed.
 *
 * In: a reported package that an earlier run has printed lines for, and its files as they are now. Out: those lines, if each file is token
 * for token what it was then, with the places where its tokens are now.
 * Idea: all that an analysis sees of a file beyond its tokens is their order and where they are, and it does nothing with the
 * latter but print it. So a record has the text, the files that it came from, and which of its bytes are positions in them. After a
 * comment or a blank line nothing has to be looked into, not even an import.
 *
 * Go: none
 */
#include "engine/private.h"

enum { RECORD_MOVABLE = 19 };

static const size_t LARGEST_SOURCES = (size_t)16 << 20; /* bytes of a package's files together */

/* Older releases compare positions, or print them in texts. */
static bool in_use(const EnginePackage *package) {
  const Engine *engine = package->engine;
  const Profile *profile = engine->profile;
  return package->has_key && engine->options->level > 0 && engine_prints_lines(engine->options) &&
         !engine->graph->overlay && profile->front_end == FRONT_UNIFIED &&
         profile->inline_rules == INLINE_INTERLEAVED;
}

/* ---- writing ---- */

static bool sources_fit(const EnginePackage *package) {
  size_t bytes = 0;
  for (uint32_t i = 0; i < package->load->file_len; i++) bytes += package->files[i]->source->text.len;
  return bytes <= LARGEST_SOURCES;
}

/* The number of the package's file that has the position; file_len: none, it is somewhere else. */
static uint32_t file_of(const EnginePackage *package, Pos pos, uint32_t likely) {
  uint32_t len = package->load->file_len;
  if (likely < len && source_file_has(package->files[likely]->source, pos)) return likely;
  for (uint32_t i = 0; i < len; i++)
    if (source_file_has(package->files[i]->source, pos)) return i;
  return len;
}

/* Places outside of the package's files are like any other text. */
static void put_places(Buffer *out, const EnginePackage *package) {
  uint32_t end = 0, file = 0, none = package->load->file_len;
  vec_each (const TextPlace, place, &package->places.list) {
    uint32_t found = file_of(package, place->pos, file);
    if (found == none) continue;
    file = found;
    wire_put(out, file + 1);
    wire_put(out, place->at - end);
    wire_put(out, place->len);
    wire_put(out, source_offset(package->files[file]->source, place->pos));
    end = place->at + place->len;
  }
  wire_put(out, 0);
}

void moved_keep(const EnginePackage *package) {
  const LoadPackage *load = package->load;
  if (!in_use(package) || !sources_fit(package)) return;
  Buffer out = {0};
  for (uint32_t i = 0; i < load->file_len; i++) {
    wire_put_digest(&out, load->file_digests[i]);
    wire_put_str(&out, package->files[i]->source->text);
    buffer_char(&out, 0); /* the scanner relies on it */
  }
  wire_put_str(&out, buffer_view(&package->out));
  put_places(&out, package);
  store_put(package->engine->store, RECORD_MOVABLE, package->form_key, buffer_view(&out));
  buffer_free(&out);
}

static bool is_folder_of_another(const EnginePackage *package, Str folder) {
  const Engine *engine = package->engine;
  for (uint32_t i = 0; i < engine->graph->package_len; i++) {
    const LoadPackage *load = &engine->graph->packages[i];
    Str shown = load->position_dir.len ? load->position_dir : load->dir;
    if (!load->is_std && load != package->load && str_equal(shown, folder)) return true;
  }
  return false;
}

bool moved_names_others(const EnginePackage *package) {
  uint32_t none = package->load->file_len, file = 0;
  const SourceFile *last = NULL;
  vec_each (const TextPlace, place, &package->places.list) {
    uint32_t found = file_of(package, place->pos, file);
    if (found != none) file = found;
    if (found != none || (last && source_file_has(last, place->pos))) continue;
    const SourceFile *other = sources_file(package->engine->sources, place->pos);
    if (!other) continue;
    Str path = atom_str(other->path);
    if (!path_is_absolute(path) || is_folder_of_another(package, path_dir(path))) return true;
    last = other;
  }
  return false;
}

/* ---- reading ---- */

typedef struct MovedFile {
  bool moved;
  TokenPairs tokens;  /* if so: as it was, as it is */
  SourceFile *source; /* as it is */
} MovedFile;

/* The bytes of file number i as it was come next. False: its tokens are others now. */
static bool compare_file(const EnginePackage *package, Arena *arena, Wire *wire, uint32_t i, MovedFile *out) {
  Engine *engine = package->engine;
  const LoadPackage *load = package->load;
  Digest digest = wire_get_digest(wire);
  Str before = wire_get_str(wire), after;
  bool ended = wire_get(wire) == 0;
  if (wire->bad || !ended) return false;
  if (digest_equal(digest, load->file_digests[i])) return true;
  out->moved = true;
  if (!load_read_file(engine->graph, engine->arena, load->files[i], &after) ||
      !digest_equal(digest_of(after), load->file_digests[i]) ||
      !tokens_match(arena, engine->interner, before, after, &out->tokens))
    return false;
  out->source = sources_add(engine->sources, pipeline_shown_path(engine, load, load->files[i]), after);
  return out->source != NULL;
}

/* The text, with the places of the files that have changed as they are now. */
static bool put_text(Buffer *out, const EnginePackage *package, const MovedFile *files, Wire *wire) {
  Str text = wire_get_str(wire);
  size_t at = 0;
  for (uint32_t file; (file = wire_get_below(wire, package->load->file_len + 1)) != 0;) {
    uint32_t start = wire_get_below(wire, UINT32_MAX), len = wire_get_below(wire, UINT32_MAX);
    uint32_t before = wire_get_below(wire, UINT32_MAX), after;
    if (wire->bad || start > text.len - at || len > text.len - at - start) return false;
    const MovedFile *moved = &files[file - 1];
    size_t end = at + start + (moved->moved ? 0 : len);
    buffer_str(out, str_slice(text, at, end));
    at += start + len;
    if (!moved->moved) continue;
    if (!token_moved(&moved->tokens, before, &after)) return false;
    source_print_position_in(moved->source, out, source_pos(moved->source, after));
  }
  buffer_str(out, str_slice(text, at, text.len));
  return !wire->bad;
}

bool moved_recall(EnginePackage *package) {
  Str bytes;
  if (!in_use(package) || !store_get(package->engine->store, RECORD_MOVABLE, package->form_key, &bytes))
    return false;
  Arena *arena = scratch_new();
  Wire wire = {.bytes = bytes};
  MovedFile *files = arena_new_array(arena, MovedFile, package->load->file_len);
  bool ok = true;
  for (uint32_t i = 0; i < package->load->file_len && ok; i++)
    ok = compare_file(package, arena, &wire, i, &files[i]);
  ok = ok && put_text(&package->out, package, files, &wire);
  if (!ok) buffer_reset(&package->out);
  scratch_free(arena);
  return ok;
}
