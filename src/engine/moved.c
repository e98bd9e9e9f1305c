/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Answers of which nothing but the places has changed.
 *
 * In: a reported package that an earlier run has printed lines for, and its files as they are now. Out: those lines, if each file is token
 * for token what it was then, with the places where its tokens are now.
 * Idea: all that an analysis sees of a file beyond its tokens is their order and where they are, and it does nothing with the
 * latter but print it. So a record has the text, the files that it came from, and which of its bytes are positions in them. After a
 * comment or a blank line nothing has to be looked into, not even an import. Where there are other tokens in some places, edited.c goes
 * on from here.
 *
 * Go: none
 */
#include "engine/edited.h"

enum { RECORD_MOVABLE = 19 };

static const size_t LARGEST_SOURCES = (size_t)16 << 20; /* bytes of a package's files together */

/* Older releases compare positions, or print them in texts. */
bool moved_in_use(const EnginePackage *package) {
  const Engine *engine = package->engine;
  const Profile *profile = engine->profile;
  return package->has_key && engine->options->level > 0 && engine_prints_lines(engine->options) &&
         !engine->graph->overlay && profile->front_end == FRONT_UNIFIED &&
         profile->inline_rules == INLINE_INTERLEAVED;
}

/* ---- writing ---- */

static bool sources_fit(const MovedFile *files, uint32_t len) {
  size_t bytes = 0;
  for (uint32_t i = 0; i < len; i++) bytes += files[i].text.len;
  return bytes <= LARGEST_SOURCES;
}

void moved_put_place(MovedPlaces *out, uint32_t file, uint32_t at, uint32_t len, uint32_t offset) {
  wire_put(&out->bytes, file + 1);
  wire_put(&out->bytes, at - out->end);
  wire_put(&out->bytes, len);
  wire_put(&out->bytes, offset);
  out->end = at + len;
}

uint32_t moved_file_of(const EnginePackage *package, Pos pos, uint32_t likely) {
  uint32_t len = package->load->file_len;
  if (likely < len && source_file_has(package->files[likely]->source, pos)) return likely;
  for (uint32_t i = 0; i < len; i++)
    if (source_file_has(package->files[i]->source, pos)) return i;
  return len;
}

/* Places outside of the package's files are like any other text. */
static void put_places(MovedPlaces *out, const EnginePackage *package) {
  uint32_t file = 0, none = package->load->file_len;
  vec_each (const TextPlace, place, &package->places.list) {
    uint32_t found = moved_file_of(package, place->pos, file);
    if (found == none) continue;
    file = found;
    moved_put_place(out, file, place->at, place->len,
                    source_offset(package->files[file]->source, place->pos));
  }
}

void moved_write(const EnginePackage *package, const MovedFile *files, Str text, MovedPlaces *places,
                 Str course) {
  const LoadPackage *load = package->load;
  if (!sources_fit(files, load->file_len)) return;
  Buffer out = {0};
  for (uint32_t i = 0; i < load->file_len; i++) {
    wire_put_digest(&out, load->file_digests[i]);
    wire_put_str(&out, files[i].text);
    buffer_char(&out, 0); /* the scanner relies on it */
  }
  wire_put_str(&out, text);
  wire_put_str(&out, buffer_view(&places->bytes));
  wire_put_str(&out, course);
  store_put(package->engine->store, RECORD_MOVABLE, package->form_key, buffer_view(&out));
  buffer_free(&out);
}

void moved_keep(const EnginePackage *package) {
  const LoadPackage *load = package->load;
  if (!moved_in_use(package)) return;
  Arena *scratch = arena_new();
  MovedFile *files = arena_new_array(scratch, MovedFile, load->file_len);
  for (uint32_t i = 0; i < load->file_len; i++) files[i].text = package->files[i]->source->text;
  MovedPlaces places = {0};
  put_places(&places, package);
  moved_write(package, files, buffer_view(&package->out), &places, package->course);
  buffer_free(&places.bytes);
  arena_free(scratch);
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

/* Other packages of std are covered by their bytes. */
bool moved_is_stable(const EnginePackage *package, const SourceFile *foreign) {
  Str path = atom_str(foreign->path);
  return path_is_absolute(path) && !is_folder_of_another(package, path_dir(path));
}

bool moved_names_others(const EnginePackage *package) {
  uint32_t none = package->load->file_len, file = 0;
  const SourceFile *last = NULL;
  vec_each (const TextPlace, place, &package->places.list) {
    uint32_t found = moved_file_of(package, place->pos, file);
    if (found != none) file = found;
    if (found != none || (last && source_file_has(last, place->pos))) continue;
    const SourceFile *other = sources_file(package->engine->sources, place->pos);
    if (!other) continue;
    if (!moved_is_stable(package, other)) return true;
    last = other;
  }
  return false;
}

/* ---- reading ---- */

/* The bytes of file number i as it was come next. False: they cannot be compared with those of now. */
static bool compare_file(const EnginePackage *package, Arena *arena, Wire *wire, uint32_t i, MovedFile *out) {
  Engine *engine = package->engine;
  const LoadPackage *load = package->load;
  Digest digest = wire_get_digest(wire);
  out->before = out->text = wire_get_str(wire);
  bool ended = wire_get(wire) == 0;
  if (wire->bad || !ended) return false;
  if (digest_equal(digest, load->file_digests[i])) return true;
  out->moved = true;
  if (!load_read_file(engine->graph, engine->arena, load->files[i], &out->text) ||
      !digest_equal(digest_of(out->text), load->file_digests[i]) ||
      !tokens_compare(arena, engine->interner, out->before, out->text, &out->tokens, &out->changes))
    return false;
  out->source = sources_add(engine->sources, pipeline_shown_path(engine, load, load->files[i]), out->text);
  return out->source != NULL;
}

bool moved_next_place(Moved *moved, MovedPlace *out) {
  Wire *wire = &moved->places;
  if (wire->bad || wire->at == wire->bytes.len) return false;
  uint32_t file = wire_get_below(wire, (uint64_t)moved->file_len + 1);
  uint32_t start = wire_get_below(wire, UINT32_MAX), len = wire_get_below(wire, UINT32_MAX);
  uint32_t offset = wire_get_below(wire, UINT32_MAX);
  size_t left = moved->text.len - moved->at;
  if (wire->bad || file == 0 || start > left || len > left - start) {
    wire_spoil(wire);
    return false;
  }
  *out = (MovedPlace){file - 1, (uint32_t)moved->at + start, len, offset};
  moved->at += start + len;
  return true;
}

/* The text, with the places of the files that have changed as they are now. */
static bool put_text(Buffer *out, Moved *moved) {
  size_t done = 0;
  for (MovedPlace place; moved_next_place(moved, &place);) {
    const MovedFile *file = &moved->files[place.file];
    uint32_t after;
    if (!file->moved) continue;
    buffer_str(out, str_slice(moved->text, done, place.at));
    done = place.at + place.len;
    if (!token_moved(&file->tokens, place.offset, &after)) return false;
    source_print_position_in(file->source, out, source_pos(file->source, after));
  }
  buffer_str(out, str_slice(moved->text, done, moved->text.len));
  return !moved->places.bad;
}

static bool read_record(const EnginePackage *package, Arena *arena, Str bytes, Moved *out) {
  Wire wire = {.bytes = bytes};
  uint32_t len = out->file_len = package->load->file_len;
  out->files = arena_new_array(arena, MovedFile, len);
  for (uint32_t i = 0; i < len; i++) {
    if (!compare_file(package, arena, &wire, i, &out->files[i])) return false;
    out->change_len += out->files[i].changes.len;
  }
  out->text = wire_get_str(&wire);
  out->places.bytes = wire_get_str(&wire);
  out->course.bytes = wire_get_str(&wire);
  return !wire.bad;
}

bool moved_recall(EnginePackage *package) {
  const Engine *engine = package->engine;
  Str bytes;
  if (!moved_in_use(package) || !store_get(engine->store, RECORD_MOVABLE, package->form_key, &bytes))
    return false;
  Arena *arena = arena_new();
  Moved *moved = arena_new_of(arena, Moved);
  moved->arena = arena;
  bool ok = read_record(package, arena, bytes, moved);
  bool same = ok && moved->change_len == 0;
  if (ok && !same && moved->course.bytes.len) {
    package->moved = moved;
    return false;
  }
  same = same && put_text(&package->out, moved);
  if (!same) buffer_reset(&package->out);
  arena_free(arena);
  return same;
}
