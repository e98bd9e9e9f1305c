/* SPDX-License-Identifier: BSD-3-Clause
 *
 * intern: one address per text.
 *
 * The hash picks one of 64 shards. A shard's table is read without its lock: slots only ever go from NULL to an atom, and a
 * grown table replaces the old one, which stays readable in the arena. Whoever does not find its text takes the lock, looks
 * again and adds.
 */
#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SHARDS = 64, FIRST_SLOTS = 256 };

typedef struct Slot {
  _Atomic(Atom) atom; /* NULL: free */
  uint32_t hash;      /* of the atom, written before it: most others are told apart without looking at them */
} Slot;

typedef struct Table {
  uint32_t mask;
  Slot slots[];
} Table;

typedef struct Shard {
  _Atomic(Table *) table;
  pthread_mutex_t mutex; /* guards what follows and all writing */
  Arena *arena;
  uint32_t count;
} Shard;

struct Interner {
  Shard shards[SHARDS];
};

static Table *table_new(Arena *arena, uint32_t slots) {
  Table *table = arena_alloc(arena, sizeof *table + slots * sizeof table->slots[0]);
  table->mask = slots - 1;
  return table;
}

Interner *interner_new(void) {
  Interner *interner = calloc(1, sizeof *interner);
  if (!interner) fatal("out of memory");
  for (uint32_t i = 0; i < SHARDS; i++) {
    Shard *shard = &interner->shards[i];
    pthread_mutex_init(&shard->mutex, NULL);
    shard->arena = arena_new();
    atomic_init(&shard->table, table_new(shard->arena, FIRST_SLOTS));
  }
  return interner;
}

void interner_free(Interner *interner) {
  if (!interner) return;
  for (uint32_t i = 0; i < SHARDS; i++) {
    pthread_mutex_destroy(&interner->shards[i].mutex);
    arena_free(interner->shards[i].arena);
  }
  free(interner);
}

size_t interner_bytes(const Interner *interner) {
  size_t sum = sizeof *interner;
  for (uint32_t i = 0; i < SHARDS; i++) sum += arena_bytes(interner->shards[i].arena);
  return sum;
}

/* The atom with that text, or NULL; *slot is where it stands or belongs. */
static Atom table_find(Table *table, Str s, uint32_t hash, uint32_t *slot) {
  for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
    Atom atom = atomic_load_explicit(&table->slots[i].atom, memory_order_acquire);
    if (!atom ||
        (table->slots[i].hash == hash && atom->len == s.len && memcmp(atom->text, s.data, s.len) == 0)) {
      *slot = i;
      return atom;
    }
  }
}

static Table *shard_grow(Shard *shard, Table *old) {
  Table *table = table_new(shard->arena, 2 * (old->mask + 1));
  for (uint32_t i = 0; i <= old->mask; i++) {
    Atom atom = atomic_load_explicit(&old->slots[i].atom, memory_order_relaxed);
    if (!atom) continue;
    uint32_t slot = old->slots[i].hash & table->mask;
    while (atomic_load_explicit(&table->slots[slot].atom, memory_order_relaxed))
      slot = (slot + 1) & table->mask;
    table->slots[slot].hash = old->slots[i].hash;
    atomic_store_explicit(&table->slots[slot].atom, atom, memory_order_relaxed);
  }
  atomic_store_explicit(&shard->table, table, memory_order_release);
  return table;
}

static Atom shard_add(Shard *shard, Str s, uint32_t hash) {
  uint32_t slot;
  pthread_mutex_lock(&shard->mutex);
  Table *table = atomic_load_explicit(&shard->table, memory_order_relaxed);
  Atom found = table_find(table, s, hash, &slot);
  if (!found) {
    if (2 * (shard->count + 1) > table->mask + 1) {
      table = shard_grow(shard, table);
      table_find(table, s, hash, &slot);
    }
    AtomData *atom = arena_alloc(shard->arena, sizeof *atom + s.len + 1);
    atom->hash = hash;
    atom->len = (uint32_t)s.len;
    memcpy(atom->text, s.data, s.len);
    shard->count++;
    table->slots[slot].hash = hash;
    atomic_store_explicit(&table->slots[slot].atom, atom, memory_order_release);
    found = atom;
  }
  pthread_mutex_unlock(&shard->mutex);
  return found;
}

Atom intern(Interner *interner, Str s) {
  assert(s.len < UINT32_MAX);
  if (!s.data) s.data = "";
  uint64_t hash = str_hash(s);
  Shard *shard = &interner->shards[hash >> 58];
  uint32_t slot;
  Atom atom = table_find(atomic_load_explicit(&shard->table, memory_order_acquire), s, (uint32_t)hash, &slot);
  return atom ? atom : shard_add(shard, s, (uint32_t)hash);
}
