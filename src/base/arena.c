/* SPDX-License-Identifier: BSD-3-Clause
 *
 * arena: memory that is freed as a whole; and the vectors that grow in it.
 *
 * An arena is a chain of chunks that get larger as it grows; what does not fit the current chunk opens the next one. Fresh
 * chunks come zeroed from the system, so zeroing costs something only in the part of a chunk that was used before a reset
 * (`dirty`). Under ASan whatever is not handed out is poisoned and each allocation has a red zone behind it; a build with
 * -DHEAPWHY_STRESS gives every allocation a chunk of its own and moves vectors on each push.
 */
#include "base/base.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifndef ARENA_ASAN
#define ARENA_ASAN 0
#endif

#if ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

#ifdef HEAPWHY_STRESS
#define ARENA_STRESS 1
#else
#define ARENA_STRESS 0
#endif

enum {
  ALIGNMENT = 8,
  RED_ZONE = ARENA_ASAN ? 64 : 0, /* more than the slots that an op may lack at its end */
  FIRST_CHUNK = 16 * 1024,
  LARGEST_CHUNK = 4 * 1024 * 1024,
  SPARE_BYTES = 16 * 1024 * 1024, /* more than that an arena does not keep in a pool */
};

typedef struct Chunk {
  struct Chunk *next;
  size_t size;  /* usable bytes */
  size_t dirty; /* bytes from the start that may be nonzero */
  char bytes[];
} Chunk;

struct Arena {
  Arena *next; /* in a pool, or of the thread's scratch arenas the one made before */
  Chunk *first, *current;
  size_t used; /* bytes used of the current chunk */
  size_t held; /* bytes held from the system */
};

static size_t round_up(size_t n) { return (n + (ALIGNMENT - 1)) & ~(size_t)(ALIGNMENT - 1); }

Arena *arena_new(void) {
  Arena *arena = calloc(1, sizeof *arena);
  if (!arena) fatal("out of memory");
  arena->held = sizeof *arena;
  return arena;
}

void arena_free(Arena *arena) {
  if (!arena) return;
  for (Chunk *chunk = arena->first, *next; chunk; chunk = next) {
    next = chunk->next;
    UNPOISON(chunk->bytes, chunk->size);
    free(chunk);
  }
  free(arena);
}

/* ---- scratch arenas: known to their thread, since a jump to a recovery point goes past their end ---- */

static _Thread_local Arena *scratch_arenas;

Arena *scratch_new(void) {
  Arena *arena = arena_new();
  arena->next = scratch_arenas;
  scratch_arenas = arena;
  return arena;
}

void scratch_free(Arena *arena) {
  if (!arena) return;
  Arena **link = &scratch_arenas;
  while (*link != arena) link = &(*link)->next;
  *link = arena->next;
  arena_free(arena);
}

Arena *scratch_mark(void) { return scratch_arenas; }

void scratch_free_since(const Arena *mark) {
  while (scratch_arenas != mark) scratch_free(scratch_arenas);
}

static void chunk_mark_used(Arena *arena) {
  if (arena->current && arena->current->dirty < arena->used) arena->current->dirty = arena->used;
}

void arena_reset(Arena *arena) {
  chunk_mark_used(arena);
  for (Chunk *chunk = arena->first; chunk; chunk = chunk->next) POISON(chunk->bytes, chunk->size);
  arena->current = arena->first;
  arena->used = 0;
}

/* Gives back what a reset arena holds beyond so many bytes. */
static void arena_trim(Arena *arena, size_t bytes) {
  size_t kept = sizeof *arena;
  Chunk **link = &arena->first;
  while (*link) {
    Chunk *chunk = *link;
    size_t size = sizeof *chunk + chunk->size;
    if (kept + size <= bytes) {
      kept += size;
      link = &chunk->next;
    } else {
      *link = chunk->next;
      UNPOISON(chunk->bytes, chunk->size);
      free(chunk);
    }
  }
  arena->current = arena->first;
  arena->held = kept;
}

/* The one that was used last comes first: most of it is still in a cache. */
struct ArenaPool {
  pthread_mutex_t mutex;
  Arena *spare;
};

ArenaPool *arena_pool_new(void) {
  ArenaPool *pool = calloc(1, sizeof *pool);
  if (!pool) fatal("out of memory");
  pthread_mutex_init(&pool->mutex, NULL);
  return pool;
}

void arena_pool_free(ArenaPool *pool) {
  if (!pool) return;
  for (Arena *arena = pool->spare, *next; arena; arena = next) {
    next = arena->next;
    arena_free(arena);
  }
  pthread_mutex_destroy(&pool->mutex);
  free(pool);
}

Arena *arena_pool_take(ArenaPool *pool) {
  if (!pool) return arena_new();
  pthread_mutex_lock(&pool->mutex);
  Arena *arena = pool->spare;
  if (arena) pool->spare = arena->next;
  pthread_mutex_unlock(&pool->mutex);
  return arena ? arena : arena_new();
}

void arena_pool_give(ArenaPool *pool, Arena *arena) {
  if (!arena) return;
  if (ARENA_ASAN || !pool) { /* whoever still looks there is seen */
    arena_free(arena);
    return;
  }
  arena_reset(arena);
  arena_trim(arena, SPARE_BYTES);
  pthread_mutex_lock(&pool->mutex);
  arena->next = pool->spare;
  pool->spare = arena;
  pthread_mutex_unlock(&pool->mutex);
}

size_t arena_bytes(const Arena *arena) { return arena ? arena->held : 0; }

size_t arena_used(const Arena *arena) {
  if (!arena || !arena->current) return 0;
  size_t sum = arena->used;
  for (const Chunk *chunk = arena->first; chunk != arena->current; chunk = chunk->next) sum += chunk->dirty;
  return sum;
}

size_t arena_pool_bytes(ArenaPool *pool) {
  size_t sum = 0;
  pthread_mutex_lock(&pool->mutex);
  for (const Arena *arena = pool->spare; arena; arena = arena->next) sum += arena->held;
  pthread_mutex_unlock(&pool->mutex);
  return sum;
}

static Chunk *chunk_new(Arena *arena, size_t want) {
  size_t size = arena->held < FIRST_CHUNK ? FIRST_CHUNK : arena->held;
  if (size > LARGEST_CHUNK) size = LARGEST_CHUNK;
  size -= sizeof(Chunk);
  if (ARENA_STRESS || size < want) size = want;
  Chunk *chunk = calloc(1, sizeof *chunk + size);
  if (!chunk) fatal("out of memory");
  chunk->size = size;
  arena->held += sizeof *chunk + size;
  POISON(chunk->bytes, chunk->size);
  return chunk;
}

/* Makes a chunk with room for `want` bytes the current one: the next of the chain if it is large enough, else a new one. */
static void chunk_advance(Arena *arena, size_t want) {
  Chunk *old = arena->current;
  chunk_mark_used(arena);
  Chunk **link = old ? &old->next : &arena->first;
  if (!*link || (*link)->size < want) {
    Chunk *chunk = chunk_new(arena, want);
    chunk->next = *link;
    *link = chunk;
  }
  arena->current = *link;
  arena->used = 0;
}

void *arena_alloc(Arena *arena, size_t size) {
  assert(size < SIZE_MAX / 2);
  size_t need = round_up(size ? size : 1) + RED_ZONE;
  Chunk *chunk = arena->current;
  if (!chunk || need > chunk->size - arena->used || ARENA_STRESS) {
    chunk_advance(arena, need);
    chunk = arena->current;
  }
  char *result = chunk->bytes + arena->used;
  UNPOISON(result, size);
  if (arena->used < chunk->dirty) {
    size_t stale = chunk->dirty - arena->used;
    memset(result, 0, stale < size ? stale : size);
  }
  arena->used += need;
  return result;
}

char *arena_strdup(Arena *arena, Str s) {
  char *copy = arena_alloc(arena, s.len + 1);
  if (s.len) memcpy(copy, s.data, s.len);
  return copy;
}

Str arena_str(Arena *arena, Str s) { return (Str){arena_strdup(arena, s), s.len}; }

Str arena_vprintf(Arena *arena, const char *fmt, va_list args) {
  assert(fmt);
  va_list again;
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, fmt, again);
  va_end(again);
  if (len < 0) BUG("bad format: %s", fmt);
  char *text = arena_alloc(arena, (size_t)len + 1);
  vsnprintf(text, (size_t)len + 1, fmt, args);
  return (Str){text, (size_t)len};
}

Str arena_printf(Arena *arena, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  Str result = arena_vprintf(arena, fmt, args);
  va_end(args);
  return result;
}

/* Whether the array of old_size bytes is the arena's last allocation and can become new_size bytes where it stands. */
static bool grows_in_place(Arena *arena, const char *array, size_t old_size, size_t new_size) {
  if (ARENA_ASAN || ARENA_STRESS || !array || !old_size || !arena->current) return false;
  Chunk *chunk = arena->current;
  size_t old_need = round_up(old_size);
  return arena->used >= old_need && chunk->bytes + arena->used - old_need == array && new_size > old_need &&
         round_up(new_size - old_need) <= chunk->size - arena->used;
}

void vec_grow_(Arena *arena, void *items_pointer, uint32_t *cap, uint32_t want, size_t item_size) {
  char **items = items_pointer;
  uint64_t next = ARENA_STRESS ? want : (uint64_t)*cap + *cap / 2;
  if (next < want) next = want;
  if (next < 4 && !ARENA_STRESS) next = 4;
  if (next > UINT32_MAX) {
    if (want == UINT32_MAX) fatal("out of memory: an array has 2^32 entries");
    next = UINT32_MAX;
  }
  size_t old_size = *cap * item_size, new_size = (size_t)next * item_size;
  if (grows_in_place(arena, *items, old_size, new_size)) {
    arena_alloc(arena, new_size - round_up(old_size));
  } else {
    char *grown = arena_alloc(arena, new_size);
    if (old_size) memcpy(grown, *items, old_size);
    *items = grown;
  }
  *cap = (uint32_t)next;
}
