/* SPDX-License-Identifier: BSD-3-Clause
 *
 * arena: memory that is freed as a whole; and the vectors that grow in it.
 *
 * An arena is a chain of chunks that get larger as it grows; what does not fit the current chunk opens the next one. Memory is
 * made ready a few allocations ahead: what may be nonzero (`dirty`: small chunks, and what was used before a reset) is cleared;
 * pages that are fresh from the system are asked for many at a time, which costs less than meeting them one by one, above all if
 * they are read first (slots of a map): that is two faults, and the second one interrupts the other threads.
 * Threads that share spare memory cut their chunks out of regions: small ones are fresh, too, and all go back at once.
 * Under ASan whatever is not handed out is poisoned and each allocation has a red zone behind it; a build with
 * -DHEAPWHY_STRESS gives every allocation a chunk of its own and moves vectors on each push.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, madvise */
#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#if ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum {
  ALIGNMENT = 8,
  RED_ZONE = ARENA_ASAN ? 64 : 0, /* more than the slots that an op may lack at its end */
  FIRST_CHUNK = 16 * 1024,
  MAPPED_CHUNK = 256 * 1024, /* from here on chunks are mapped: pages of their own, fresh from the system */
  CHUNK_SIZES = 9,
  LARGEST_CHUNK = FIRST_CHUNK << (CHUNK_SIZES - 1), /* 4 MB; but for what is larger itself */
  CLEARED_AHEAD = 2 * 1024,
  PAGE = 4096,
  PAGES_AHEAD = 64, /* at most */
  REGION = 32 * 1024 * 1024,
};

/* Memory that chunks are cut out of, one behind the other; it goes back when all of them are given up. */
typedef struct Region {
  struct Region *older; /* of the same spare memory */
  char *start, *at;     /* what lies behind `at` is fresh */
  atomic_uint holders;  /* its chunks, and the spare memory that cuts them */
} Region;

typedef struct ArenaChunk {
  struct ArenaChunk *next;
  Region *region; /* NULL: it is memory of its own */
  size_t size;    /* usable bytes */
  size_t dirty;   /* bytes from the start that may be nonzero */
  char bytes[];
} Chunk;

static size_t round_up(size_t n) { return (n + (ALIGNMENT - 1)) & ~(size_t)(ALIGNMENT - 1); }

/* ---- chunks ---- */

static bool is_mapped(size_t size) { return !ARENA_ASAN && size >= MAPPED_CHUNK; }

/* Chunks that were freed, by size: a page that is used again costs a tenth of a fresh one. */
struct ArenaSpare {
  pthread_mutex_t mutex;
  Chunk *chunks
      [CHUNK_SIZES]; /* of FIRST_CHUNK << i bytes, the one that was used last first: some of it is still in a cache */
  Region *region; /* for new ones, and the older ones behind it; NULL: there was none yet */
};

/* Where the thread's arenas put chunks and look for them; NULL: nowhere. */
static _Thread_local ArenaSpare *spare_memory;

/* The number of the size, or CHUNK_SIZES if there are no spare chunks of it. */
static uint32_t chunk_size_number(size_t size) {
  for (uint32_t i = 0; i < CHUNK_SIZES && !ARENA_ASAN; i++)
    if (size == (size_t)FIRST_CHUNK << i) return i;
  return CHUNK_SIZES;
}

static char *pages_new(size_t size) {
  char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) fatal("out of memory");
  return pages;
}

static Region *region_new(Region *older) {
  Region *region = malloc(sizeof *region);
  if (!region) fatal("out of memory");
  region->older = older;
  region->start = region->at = pages_new(REGION);
  atomic_init(&region->holders, 1);
  return region;
}

static void region_release(Region *region) {
  if (atomic_fetch_sub(&region->holders, 1) > 1) return;
  munmap(region->start, REGION);
  free(region);
}

/* A new chunk of that size. The mutex is held. */
static Chunk *chunk_cut(ArenaSpare *spare, size_t size) {
  if (!spare->region || (size_t)(spare->region->at - spare->region->start) + size > REGION)
    spare->region = region_new(spare->region);
  Region *region = spare->region;
  Chunk *chunk = (Chunk *)(void *)region->at;
  region->at += size;
  atomic_fetch_add(&region->holders, 1);
  *chunk = (Chunk){.region = region, .size = size - sizeof *chunk};
  return chunk;
}

/* A spare chunk of that size or, if there is none, a smaller one that has room for `want` bytes, else a new one; NULL: the thread has no
   spare memory, or none of that size. */
static Chunk *spare_take(size_t size, size_t want) {
  ArenaSpare *spare = spare_memory;
  uint32_t i = chunk_size_number(size);
  if (!spare || i == CHUNK_SIZES) return NULL;
  Chunk *chunk = NULL;
  pthread_mutex_lock(&spare->mutex);
  for (uint32_t left = i + 1; left-- > 0 && ((size_t)FIRST_CHUNK << left) >= sizeof *chunk + want;) {
    chunk = spare->chunks[left];
    if (!chunk) continue;
    spare->chunks[left] = chunk->next;
    break;
  }
  if (!chunk) chunk = chunk_cut(spare, size);
  pthread_mutex_unlock(&spare->mutex);
  return chunk;
}

/* False: there is no place for it. */
static bool spare_put(Chunk *chunk) {
  ArenaSpare *spare = spare_memory;
  uint32_t i = chunk_size_number(sizeof *chunk + chunk->size);
  if (!spare || i == CHUNK_SIZES) return false;
  pthread_mutex_lock(&spare->mutex);
  chunk->next = spare->chunks[i];
  spare->chunks[i] = chunk;
  pthread_mutex_unlock(&spare->mutex);
  return true;
}

static Chunk *chunk_from_system(size_t size) {
  Chunk *chunk = is_mapped(size) ? (Chunk *)(void *)pages_new(size) : malloc(size);
  if (!chunk) fatal("out of memory");
  chunk->region = NULL;
  chunk->size = size - sizeof *chunk;
  chunk->dirty = is_mapped(size) ? 0 : chunk->size;
  return chunk;
}

static void chunk_to_system(Chunk *chunk) {
  size_t size = sizeof *chunk + chunk->size;
  if (chunk->region)
    region_release(chunk->region);
  else if (is_mapped(size))
    munmap(chunk, size);
  else
    free(chunk);
}

/* As large as all that the arena holds, within limits; larger if `want` bytes need it. */
static Chunk *chunk_new(Arena *arena, size_t want) {
  size_t size = FIRST_CHUNK;
  while (!ARENA_STRESS && size < LARGEST_CHUNK && (size < sizeof(Chunk) + want || 2 * size <= arena->held))
    size *= 2;
  if (ARENA_STRESS || size < sizeof(Chunk) + want) size = sizeof(Chunk) + want;
  Chunk *chunk = spare_take(size, want);
  if (!chunk) chunk = chunk_from_system(size);
  arena->held += sizeof *chunk + chunk->size;
  POISON(chunk->bytes, chunk->size);
  return chunk;
}

static void chunk_free(Chunk *chunk) {
  UNPOISON(chunk->bytes, chunk->size);
  if (!spare_put(chunk)) chunk_to_system(chunk);
}

ArenaSpare *arena_spare_new(void) {
  ArenaSpare *spare = calloc(1, sizeof *spare);
  if (!spare) fatal("out of memory");
  pthread_mutex_init(&spare->mutex, NULL);
  return spare;
}

void arena_spare_use(ArenaSpare *spare) { spare_memory = spare; }

/* Any of them; NULL: there is none. */
static Chunk *spare_pop(ArenaSpare *spare) {
  Chunk *chunk = NULL;
  pthread_mutex_lock(&spare->mutex);
  for (uint32_t i = 0; i < CHUNK_SIZES && !chunk; i++)
    if ((chunk = spare->chunks[i])) spare->chunks[i] = chunk->next;
  pthread_mutex_unlock(&spare->mutex);
  return chunk;
}

void arena_spare_drain(ArenaSpare *spare) {
  for (Chunk *chunk; (chunk = spare_pop(spare));) chunk_to_system(chunk);
}

static void region_empty(void *regions, uint32_t index) {
  const Region *region = ((Region *const *)regions)[index];
  madvise(region->start, (size_t)(region->at - region->start), MADV_DONTNEED);
}

/* Threads can give back pages at the same time, but not ranges of addresses: the pages first. */
static void regions_empty(Region *newest, uint32_t threads) {
  Arena *arena = arena_new();
  VEC(Region *) unused = {0};
  for (Region *region = newest; region; region = region->older)
    if (atomic_load(&region->holders) == 1) vec_push(arena, &unused, region);
  if (unused.len > 1) jobs_run(threads, unused.len, region_empty, unused.items);
  arena_free(arena);
}

void arena_spare_free(ArenaSpare *spare, uint32_t threads) {
  if (!spare) return;
  arena_spare_drain(spare);
  if (threads > 1) regions_empty(spare->region, threads);
  for (Region *region = spare->region, *older; region; region = older) {
    older = region->older;
    region_release(region);
  }
  pthread_mutex_destroy(&spare->mutex);
  free(spare);
}

/* Asks for the pages between the two, if the system can do that at once. */
static void pages_touch(const char *from, const char *to) {
#ifdef MADV_POPULATE_WRITE
  char *first = (char *)(((uintptr_t)from + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
  if (first < to) madvise(first, (size_t)(to - first), MADV_POPULATE_WRITE);
#else
  (void)from, (void)to;
#endif
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Makes the next `need` bytes of the current chunk ready, and some more. */
static void make_ready(Arena *arena, size_t need) {
  Chunk *chunk = arena->current;
  size_t from = (size_t)(arena->ready - chunk->bytes), to = (size_t)(arena->at - chunk->bytes) + need;
  if (to <= from) return;
  if (from < chunk->dirty) {
    to = least(to + (ARENA_ASAN ? 0 : CLEARED_AHEAD), chunk->size);
    memset(arena->ready, 0, least(to, chunk->dirty) - from);
  } else if (chunk->size < MAPPED_CHUNK) {
    to = chunk->size;
    if (arena->held > FIRST_CHUNK + sizeof *arena) pages_touch(arena->ready, chunk->bytes + to);
  } else {
    size_t pages = least(arena->held / PAGE / 16, PAGES_AHEAD);
    to = least(to + pages * PAGE, chunk->size);
    if (pages >= 4) pages_touch(arena->ready, chunk->bytes + to);
  }
  arena->ready = chunk->bytes + to;
}

/* ---- arenas ---- */

static size_t used_of_current(const Arena *arena) { return (size_t)(arena->at - arena->current->bytes); }

/* Free bytes of the current chunk. */
static size_t arena_room(const Arena *arena) {
  return arena->current ? arena->current->size - used_of_current(arena) : 0;
}

static void chunk_mark_used(Arena *arena) {
  Chunk *chunk = arena->current;
  if (chunk && chunk->dirty < used_of_current(arena)) chunk->dirty = used_of_current(arena);
}

/* Goes on with the chunk, which may be NULL, from its start. */
static void arena_start(Arena *arena, Chunk *chunk) {
  arena->current = chunk;
  arena->at = arena->ready = chunk ? chunk->bytes : NULL;
}

Arena *arena_new(void) {
  Arena *arena = calloc(1, sizeof *arena);
  if (!arena) fatal("out of memory");
  arena->held = sizeof *arena;
  return arena;
}

void arena_free(Arena *arena) {
  if (!arena) return;
  chunk_mark_used(arena);
  for (Chunk *chunk = arena->first, *next; chunk; chunk = next) {
    next = chunk->next;
    chunk_free(chunk);
  }
  free(arena);
}

void arena_adopt(Arena *into, Arena *from) {
  chunk_mark_used(from);
  Chunk **end = &from->first;
  while (*end) end = &(*end)->next;
  *end = into->first;
  into->first = from->first;
  into->held += from->held - sizeof *from;
  if (!into->current) {
    into->current = from->current;
    into->at = from->at;
    into->ready = from->ready;
  }
  free(from);
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

void arena_reset(Arena *arena) {
  chunk_mark_used(arena);
  for (Chunk *chunk = arena->first; chunk; chunk = chunk->next) POISON(chunk->bytes, chunk->size);
  arena_start(arena, arena->first);
}

size_t arena_bytes(const Arena *arena) { return arena ? arena->held : 0; }

size_t arena_used(const Arena *arena) {
  if (!arena || !arena->current) return 0;
  size_t sum = used_of_current(arena);
  for (const Chunk *chunk = arena->first; chunk != arena->current; chunk = chunk->next) sum += chunk->dirty;
  return sum;
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
  arena_start(arena, *link);
}

void *arena_alloc_more_(Arena *arena, size_t size) {
  assert(size < SIZE_MAX / 2);
  size_t need = round_up(size ? size : 1) + RED_ZONE;
  if (need > arena_room(arena) || ARENA_STRESS) chunk_advance(arena, need);
  char *result = arena->at;
  UNPOISON(result, need);
  make_ready(arena, need);
  POISON(result, need);
  UNPOISON(result, size);
  arena->at += need;
  return result;
}

char *arena_alloc_text(Arena *arena, size_t size) {
  assert(size < SIZE_MAX / 2);
  size_t need = round_up(size ? size : 1) + RED_ZONE;
  if (need > arena_room(arena) || ARENA_STRESS) chunk_advance(arena, need);
  char *result = arena->at;
  if ((size_t)(arena->ready - arena->current->bytes) >= arena->current->dirty) make_ready(arena, need);
  arena->at += need;
  if (arena->ready < arena->at) arena->ready = arena->at; /* uncleared */
  UNPOISON(result, size);
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
  if (ARENA_ASAN || ARENA_STRESS || !array || !old_size) return false;
  size_t old_need = round_up(old_size);
  return array + old_need == arena->at && new_size > old_need &&
         round_up(new_size - old_need) <= arena_room(arena);
}

/* Memory of which only what lies behind the first `full` bytes is zero. */
static char *alloc_to_fill(Arena *arena, size_t size, size_t full) {
  if (ARENA_ASAN || ARENA_STRESS || round_up(size) > arena_room(arena)) return arena_alloc(arena, size);
  char *result = arena->at, *filled = result + (full & ~(size_t)(ALIGNMENT - 1));
  if (arena->ready < filled) arena->ready = filled;
  arena->at = filled;
  arena_alloc(arena, size - (size_t)(filled - result));
  return result;
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
    char *grown = alloc_to_fill(arena, new_size, old_size);
    if (old_size) memcpy(grown, *items, old_size);
    *items = grown;
  }
  *cap = (uint32_t)next;
}
