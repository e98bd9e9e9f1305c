/* SPDX-License-Identifier: BSD-3-Clause
 *
 * intern: one address per text.
 *
 * The hash picks one of 64 shards. A shard's table is read without its lock: slots only ever go from 0 to an atom, and a
 * grown table replaces the old one, which stays readable in the arena. Whoever does not find its text takes the lock, looks
 * again and adds. Most look-ups wait for memory, so a slot is one word: the atom's address and, above it, a part of its hash.
 */
#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
  SHARDS = 64,
  FIRST_SLOTS = 256,
  GROWTH = 4,
  ADDRESS_BITS = 48, /* systems hand out no addresses beyond that to those who do not ask for them */
};

typedef _Atomic(uint64_t) Slot; /* 0: free */

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

static Atom slot_atom(uint64_t slot) { return (Atom)(uintptr_t)(slot & (((uint64_t)1 << ADDRESS_BITS) - 1)); }

/* The upper half of the hash tells most atoms apart without looking at them; the lower one says where they stand. */
static uint64_t slot_tag(uint32_t hash) { return (uint64_t)(hash >> 16) << ADDRESS_BITS; }

/* The atom with that text, or NULL; *slot is where it stands or belongs. */
static Atom table_find(Table *table, Str s, uint32_t hash, uint32_t *slot) {
  for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
    uint64_t word = atomic_load_explicit(&table->slots[i], memory_order_acquire);
    *slot = i;
    if (!word) return NULL;
    if ((word ^ slot_tag(hash)) >> ADDRESS_BITS) continue;
    Atom atom = slot_atom(word);
    if (atom->hash == hash && atom->len == s.len && memcmp(atom->text, s.data, s.len) == 0) return atom;
  }
}

static Table *shard_grow(Shard *shard, Table *old) {
  Table *table = table_new(shard->arena, GROWTH * (old->mask + 1));
  for (uint32_t i = 0; i <= old->mask; i++) {
    uint64_t word = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
    if (!word) continue;
    uint32_t slot = slot_atom(word)->hash & table->mask;
    while (atomic_load_explicit(&table->slots[slot], memory_order_relaxed)) slot = (slot + 1) & table->mask;
    atomic_store_explicit(&table->slots[slot], word, memory_order_relaxed);
  }
  atomic_store_explicit(&shard->table, table, memory_order_release);
  return table;
}

static Atom atom_new(Arena *arena, Str s, uint32_t hash) {
  AtomData *atom = arena_alloc(arena, sizeof *atom + s.len + 1);
  if ((uint64_t)(uintptr_t)atom >> ADDRESS_BITS) fatal("an address of more than %d bits", ADDRESS_BITS);
  atom->hash = hash;
  atom->len = (uint32_t)s.len;
  memcpy(atom->text, s.data, s.len);
  return atom;
}

static Atom shard_add(Shard *shard, Str s, uint32_t hash) {
  uint32_t slot;
  pthread_mutex_lock(&shard->mutex);
  Table *table = atomic_load_explicit(&shard->table, memory_order_relaxed);
  Atom atom = table_find(table, s, hash, &slot);
  if (!atom) {
    if (4 * (uint64_t)(shard->count + 1) > 3 * (uint64_t)(table->mask + 1)) {
      table = shard_grow(shard, table);
      table_find(table, s, hash, &slot);
    }
    atom = atom_new(shard->arena, s, hash);
    shard->count++;
    uint64_t word = (uint64_t)(uintptr_t)atom | slot_tag(hash);
    atomic_store_explicit(&table->slots[slot], word, memory_order_release);
  }
  pthread_mutex_unlock(&shard->mutex);
  return atom;
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
