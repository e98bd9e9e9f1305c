/* SPDX-License-Identifier: BSD-3-Clause
 *
 * map: the hash maps and the bit set.
 *
 * Both maps keep their entries in a vector, in insertion order, and a power-of-two table of entry numbers beside it with
 * linear probing. Nothing is ever removed. The table is at most half full; a Map gets room for so many entries together with it.
 */
#include "base/base.h"

enum { FIRST_SLOTS = 8 };

/* Fibonacci hashing after folding the high half in: keys are pointers and small numbers. */
static uint32_t key_hash(uint64_t key) {
  key ^= key >> 32;
  return (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static uint32_t next_slot_count(uint32_t slot_mask) { return slot_mask ? 2 * (slot_mask + 1) : FIRST_SLOTS; }

/* The slot that holds key, or the free slot where it belongs. */
static ALWAYS_INLINE uint32_t map_slot(const Map *map, uint64_t key) {
  uint32_t i = key_hash(key) & map->slot_mask;
  while (map->slots[i] && map->entries.items[map->slots[i] - 1].key != key) i = (i + 1) & map->slot_mask;
  return i;
}

uint64_t *map_find(const Map *map, uint64_t key) {
  if (!map->slot_mask) return NULL;
  uint32_t entry = map->slots[map_slot(map, key)];
  return entry ? &map->entries.items[entry - 1].value : NULL;
}

/* A table of twice the size, and room for all entries that it may have. */
static void map_grow(Map *map) {
  uint32_t count = next_slot_count(map->slot_mask), room = count / 2;
  MapEntry *entries = arena_alloc(map->arena, room * sizeof *entries + count * sizeof *map->slots);
  if (map->entries.len) memcpy(entries, map->entries.items, map->entries.len * sizeof *entries);
  map->entries.items = entries;
  map->entries.cap = room;
  map->slots = (uint32_t *)(entries + room);
  map->slot_mask = count - 1;
  for (uint32_t i = 0; i < map->entries.len; i++) {
    uint32_t slot = key_hash(entries[i].key) & map->slot_mask;
    while (map->slots[slot]) slot = (slot + 1) & map->slot_mask;
    map->slots[slot] = i + 1;
  }
}

uint64_t *map_put(Map *map, uint64_t key) {
  assert(map->arena);
  if (!map->slot_mask || 2 * (map->entries.len + 1) > map->slot_mask + 1) {
    uint64_t *value = map_find(map, key);
    if (value) return value;
    map_grow(map);
  }
  uint32_t slot = map_slot(map, key);
  if (!map->slots[slot]) {
    vec_push(map->arena, &map->entries, (MapEntry){.key = key});
    map->slots[slot] = map->entries.len;
  }
  return &map->entries.items[map->slots[slot] - 1].value;
}

Map *map_nested(Map *outer, const void *key) {
  uint64_t *inner = map_put(outer, map_key(key));
  if (*inner == 0) {
    Map *map = arena_new_of(outer->arena, Map);
    *map = map_in(outer->arena);
    *inner = map_key(map);
  }
  return (Map *)(uintptr_t)*inner;
}

static uint32_t strmap_slot(const StrMap *map, Str key) {
  uint32_t i = (uint32_t)str_hash(key) & map->slot_mask;
  while (map->slots[i] && !str_equal(map->entries.items[map->slots[i] - 1].key, key))
    i = (i + 1) & map->slot_mask;
  return i;
}

void *strmap_get(const StrMap *map, Str key) {
  if (!map->slot_mask) return NULL;
  uint32_t entry = map->slots[strmap_slot(map, key)];
  return entry ? map->entries.items[entry - 1].value : NULL;
}

static void strmap_rehash(StrMap *map) {
  uint32_t count = next_slot_count(map->slot_mask);
  map->slots = arena_new_array(map->arena, uint32_t, count);
  map->slot_mask = count - 1;
  for (uint32_t i = 0; i < map->entries.len; i++)
    map->slots[strmap_slot(map, map->entries.items[i].key)] = i + 1;
}

void **strmap_put(StrMap *map, Str key) {
  assert(map->arena);
  if (!map->slot_mask || 2 * (map->entries.len + 1) > map->slot_mask + 1) strmap_rehash(map);
  uint32_t slot = strmap_slot(map, key);
  if (!map->slots[slot]) {
    vec_push(map->arena, &map->entries, (StrMapEntry){.key = arena_str(map->arena, key)});
    map->slots[slot] = map->entries.len;
  }
  return &map->entries.items[map->slots[slot] - 1].value;
}

BitSet bitset_new(Arena *arena, uint32_t bits) {
  return (BitSet){arena_new_array(arena, uint64_t, (bits + UINT64_C(63)) / 64), bits};
}
