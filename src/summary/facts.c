/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What compiling a package has found out about its functions, as bytes, and the answers from them.
 *
 * In: a unit that is through all phases. Out: for each function, found by its symbol: whether it can be inlined and at which cost,
 * parameter tags, properties; and the functions of other packages whose bodies it hands on.
 *
 * Layout: the number of slots of the hash table and of functions handed on, as words; the slots (offset of a record from the end of
 * these words, + 1; 0 free); the keys of functions handed on, two words each; records of wire values.
 *
 * Go: cmd/compile/internal/noder/linker.go, cmd/compile/internal/ir/func.go
 */
#include "summary/facts.h"

#include "summary/private.h"

enum { FIXED_WORDS = 2 };

/* ---- writing ---- */

typedef struct FactWriter {
  Arena *arena;
  Map offsets; /* Func* -> offset of its record + 1 */
  VEC(uint64_t) keys;
  VEC(uint32_t) record_offsets;
  Buffer records;
} FactWriter;

static void put_word(Buffer *out, uint32_t word) {
  const char bytes[4] = {(char)word, (char)(word >> 8), (char)(word >> 16), (char)(word >> 24)};
  buffer_add(out, bytes, sizeof bytes);
}

static void put_key(Buffer *out, uint64_t key) {
  put_word(out, (uint32_t)key);
  put_word(out, (uint32_t)(key >> 32));
}

static void put_tags(Buffer *out, const Func *fn) {
  bool known = (fn->flags & FUNC_ESCAPE_DONE) && fn->tags;
  wire_put(out, known);
  for (uint32_t i = 0; known && i < fn->param_len; i++) {
    const ParamTag *tag = &fn->tags[i];
    wire_put(out, (uint32_t)tag->known | (uint32_t)tag->unsafe_uintptr << 1 |
                      (uint32_t)tag->uintptr_escapes << 2 | (uint32_t)tag->uintptr_keep_alive << 3);
    buffer_add(out, &tag->leaks, sizeof tag->leaks); /* signed bytes */
  }
}

static void put_properties(Buffer *out, const Func *fn) {
  wire_put(out, fn->properties != NULL);
  if (!fn->properties) return;
  wire_put(out, fn->properties->never_returns);
  buffer_add(out, fn->properties->params, fn->param_len);
  buffer_add(out, fn->properties->results, fn->result_len);
}

static void put_func(FactWriter *w, const Func *fn) {
  uint64_t *seen = map_put(&w->offsets, map_key(fn));
  if (*seen) return;
  *seen = 1;
  Buffer *out = &w->records;
  vec_push(w->arena, &w->keys, func_symbol_key(fn));
  vec_push(w->arena, &w->record_offsets, (uint32_t)out->len);
  put_key(out, func_symbol_key(fn));
  wire_put(out, fn->flags);
  wire_put(out, fn->param_len);
  wire_put(out, fn->result_len);
  wire_put(out, fn->inl != NULL);
  if (fn->inl) {
    wire_put_signed(out, fn->inl->cost);
    wire_put(out, fn->inl->can_delay_results);
  }
  put_tags(out, fn);
  put_properties(out, fn);
}

void facts_write(Buffer *out, const Unit *unit, Func *const *declared, uint32_t len) {
  Arena *arena = arena_new();
  FactWriter w = {.arena = arena, .offsets = map_in(arena)};
  for (uint32_t i = 0; i < len; i++) put_func(&w, declared[i]);
  for (uint32_t i = 0; i < unit->funcs.len; i++)
    if (!unit->funcs.items[i]->closure) put_func(&w, unit->funcs.items[i]);
  uint32_t count = 4;
  while (count < 2 * w.keys.len) count *= 2;
  uint32_t *slots = arena_new_array(arena, uint32_t, count);
  for (uint32_t i = 0; i < w.keys.len; i++) {
    uint32_t at = (uint32_t)w.keys.items[i] & (count - 1);
    while (slots[at]) at = (at + 1) & (count - 1);
    slots[at] = w.record_offsets.items[i] + 1;
  }
  put_word(out, count);
  put_word(out, unit->exported_foreign.entries.len);
  for (uint32_t i = 0; i < count; i++) put_word(out, slots[i]);
  vec_each (const MapEntry, it, &unit->exported_foreign.entries) put_key(out, it->key);
  buffer_str(out, buffer_view(&w.records));
  buffer_free(&w.records);
  arena_free(arena);
}

/* ---- reading ---- */

static uint32_t word_at(Str bytes, size_t i) {
  const unsigned char *at = (const unsigned char *)bytes.data + 4 * i;
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t key_at(Str bytes, size_t i) {
  return word_at(bytes, i) | (uint64_t)word_at(bytes, i + 1) << 32;
}

bool facts_open(Str bytes, Facts *out) {
  if (bytes.len < 4 * FIXED_WORDS) return false;
  uint64_t slots = word_at(bytes, 0), exported = word_at(bytes, 1);
  uint64_t words = FIXED_WORDS + slots + 2 * exported;
  if (slots == 0 || (slots & (slots - 1)) != 0 || words > bytes.len / 4) return false;
  *out = (Facts){.bytes = bytes, .slot_len = (uint32_t)slots, .exported_len = (uint32_t)exported};
  out->records = str_slice(bytes, 4 * words, bytes.len);
  return true;
}

void facts_exported(const Facts *facts, Map *out) {
  for (uint32_t i = 0; i < facts->exported_len; i++)
    *map_put(out, key_at(facts->bytes, FIXED_WORDS + facts->slot_len + 2 * (size_t)i)) = 1;
}

/* The record behind its key; false: none. */
static bool find_record(const Facts *facts, uint64_t key, Wire *out) {
  uint32_t mask = facts->slot_len - 1, at = (uint32_t)key & mask;
  for (uint32_t tries = 0; tries < facts->slot_len; tries++, at = (at + 1) & mask) {
    uint32_t offset = word_at(facts->bytes, FIXED_WORDS + (size_t)at);
    if (offset == 0 || facts->records.len < 8 || offset - 1 > facts->records.len - 8) return false;
    Str record = str_slice(facts->records, offset - 1, facts->records.len);
    if (key_at(record, 0) != key) continue;
    *out = (Wire){.bytes = record, .at = 8};
    return true;
  }
  return false;
}

static void get_bytes(Wire *wire, void *to, size_t len) {
  if (len > wire->bytes.len - wire->at) {
    wire_spoil(wire);
    return;
  }
  memcpy(to, wire->bytes.data + wire->at, len);
  wire->at += len;
}

static ParamTag *get_tags(Arena *arena, Wire *wire, uint32_t len) {
  if (!wire_get(wire)) return NULL;
  ParamTag *tags = arena_new_array(arena, ParamTag, len);
  for (uint32_t i = 0; i < len; i++) {
    uint64_t bits = wire_get(wire);
    tags[i] = (ParamTag){.known = bits & 1,
                         .unsafe_uintptr = bits >> 1 & 1,
                         .uintptr_escapes = bits >> 2 & 1,
                         .uintptr_keep_alive = bits >> 3 & 1};
    get_bytes(wire, &tags[i].leaks, sizeof tags[i].leaks);
  }
  return tags;
}

static FuncProperties *get_properties(Arena *arena, Wire *wire, const Func *fn) {
  if (!wire_get(wire)) return NULL;
  FuncProperties *properties = arena_new_of(arena, FuncProperties);
  properties->never_returns = wire_get(wire) != 0;
  properties->params = arena_new_array(arena, uint8_t, fn->param_len);
  properties->results = arena_new_array(arena, uint8_t, fn->result_len);
  get_bytes(wire, properties->params, fn->param_len);
  get_bytes(wire, properties->results, fn->result_len);
  return properties;
}

bool facts_recall(const Facts *facts, Func *fn) {
  static const uint32_t KEPT = FUNC_CLOSURE_RESULTS_LOST | FUNC_HAS_DEFER;
  Wire wire;
  if (!find_record(facts, func_symbol_key(fn), &wire)) return false;
  uint32_t flags = wire_get_below(&wire, UINT32_MAX);
  if (wire_get(&wire) != fn->param_len || wire_get(&wire) != fn->result_len) return false;
  Arena *arena = fn->unit->arena;
  InlineBody *inl = NULL;
  if (wire_get(&wire)) {
    inl = arena_new_of(arena, InlineBody);
    inl->cost = (int32_t)wire_get_signed(&wire);
    inl->can_delay_results = wire_get(&wire) != 0;
    inl->later = fn;
  }
  ParamTag *tags = get_tags(arena, &wire, fn->param_len);
  FuncProperties *properties = get_properties(arena, &wire, fn);
  if (wire.bad) return false;
  fn->inl = inl;
  fn->tags = tags;
  fn->properties = properties;
  fn->flags |= (flags & KEPT) | (flags & FUNC_INLINABILITY_CHECKED) | (tags ? FUNC_ESCAPE_DONE : 0);
  return true;
}
