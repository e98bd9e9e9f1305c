/* SPDX-License-Identifier: BSD-3-Clause
 *
 * base: what every layer stands on; nothing here knows Go.
 *
 *   Str, Buffer      text: a slice that nobody owns, and a growing byte buffer
 *   Arena            all other memory: freed as a whole, never piece by piece
 *   VEC              growing arrays that live in an arena
 *   Map, BitSet      one hash map (64-bit key -> 64-bit value), one bit set
 *   Atom             interned strings: equal text <=> equal pointer
 *   files            whole-file reading, directory listing, existence
 *   jobs             running work on several threads with deep stacks
 *   BUG              broken invariants of ours, with one recovery point per package
 *
 * Errors: reading and listing return false and set errno; everything else that can fail for lack of memory ends the process
 * with exit code 2 and a message. This is the only layer that allocates, opens files or starts threads.
 */
#ifndef HEAPWHY_BASE_H
#define HEAPWHY_BASE_H

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#if defined(__GNUC__)
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN               __attribute__((noreturn))
#define UNUSED                 __attribute__((unused))
#define ALWAYS_INLINE          inline __attribute__((always_inline))
#else
#define PRINTF_LIKE(fmt, args)
#define NORETURN
#define UNUSED
#define ALWAYS_INLINE inline
#endif

/* Publishing a pointer or flag to readers that hold no lock. */
#define load_acquire(p)         __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store_release(p, value) __atomic_store_n((p), (value), __ATOMIC_RELEASE)

/* Number of zero bits below the lowest one bit; x != 0. */
static inline uint32_t bits_trailing_zeros(uint64_t x) {
#if defined(__GNUC__)
  return (uint32_t)__builtin_ctzll(x);
#else
  uint32_t count = 0;
  for (; !(x & 1); x >>= 1) count++;
  return count;
#endif
}

/* ---- Str: a slice of bytes that somebody else owns ---- */

typedef struct Str {
  const char *data; /* not NUL-terminated; may be NULL when len is 0 */
  size_t len;       /* bytes */
} Str;

#define STR(literal) ((Str){"" literal, sizeof(literal) - 1})
#define STR_FMT      "%.*s"
#define STR_ARG(s)   (int)(s).len, ((s).data ? (s).data : "")

static inline Str str_from(const char *z) { return (Str){z, strlen(z)}; }
static inline bool str_equal(Str a, Str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
int str_compare(Str a, Str b); /* bytewise: <0, 0, >0 */
static inline bool str_has_prefix(Str s, Str prefix) {
  return s.len >= prefix.len && str_equal((Str){s.data, prefix.len}, prefix);
}
bool str_has_suffix(Str s, Str suffix);
/* Index of the first (last) occurrence of c, or -1. */
ptrdiff_t str_index(Str s, char c);
ptrdiff_t str_last_index(Str s, char c);
/* s[from:to], clamped to the slice. */
static inline Str str_slice(Str s, size_t from, size_t to) {
  if (to > s.len) to = s.len;
  if (from > to) from = to;
  return (Str){s.data ? s.data + from : NULL, to - from};
}
uint64_t str_hash(Str s);

/* ---- Arena ---- */

/* Under ASan, and with -DHEAPWHY_STRESS, each allocation is watched: none of them takes the short way. */
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
#ifdef HEAPWHY_STRESS
#define ARENA_STRESS 1
#else
#define ARENA_STRESS 0
#endif

/* arena.c's own; open for arena_alloc. */
typedef struct Arena {
  char *at;    /* where the next allocation starts */
  char *ready; /* memory from `at` up to here is zero */
  struct ArenaChunk *first, *current;
  struct Arena *next; /* of the thread's scratch arenas the one made before */
  size_t held;        /* bytes held from the system */
} Arena;

Arena *arena_new(void);
void arena_free(Arena *arena);              /* NULL is allowed */
void arena_adopt(Arena *into, Arena *from); /* what `from` holds is `into`'s from now on; `from` is gone */
/* An arena that its thread frees before the work at hand is done: BUG and give_up free it too. */
Arena *scratch_new(void);
void scratch_free(Arena *arena); /* NULL is allowed */
Arena *scratch_mark(void);       /* the last one that is not freed yet, or NULL */
void scratch_free_since(const Arena *mark);
void arena_reset(Arena *arena);         /* forget everything, keep the memory for the next use */
size_t arena_bytes(const Arena *arena); /* held from the system; NULL is allowed */
size_t arena_used(const Arena *arena);  /* in use, about; NULL is allowed */
void *arena_alloc_more_(Arena *arena, size_t size);
/* Zeroed memory aligned to 8 bytes; lives as long as the arena. size 0 gives a valid pointer. */
static inline void *arena_alloc(Arena *arena, size_t size) {
  if (ARENA_ASAN || ARENA_STRESS || size - 1 >= (size_t)(arena->ready - arena->at))
    return arena_alloc_more_(arena, size);
  char *result = arena->at;
  arena->at += (size + 7) & ~(size_t)7;
  return result;
}
char *arena_alloc_text(Arena *arena, size_t size); /* likewise, but not zeroed: the caller fills it */
char *arena_strdup(Arena *arena, Str s);           /* a NUL-terminated copy */
Str arena_str(Arena *arena, Str s);                /* a copy; NUL-terminated as well */
Str arena_printf(Arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
Str arena_vprintf(Arena *arena, const char *fmt, va_list args);
#define arena_new_array(arena, T, n) ((T *)arena_alloc((arena), sizeof(T) * (size_t)(n)))
#define arena_new_of(arena, T)       arena_new_array(arena, T, 1)

/* Memory that arenas of some threads have freed, for others of theirs. */
typedef struct ArenaSpare ArenaSpare;
ArenaSpare *arena_spare_new(void);
void arena_spare_use(ArenaSpare *spare);   /* by this thread from now on; NULL: by none */
void arena_spare_drain(ArenaSpare *spare); /* gives back what is there; several threads may share the work */
/* No thread uses it any more; may be NULL. Much memory is given back on so many threads. */
void arena_spare_free(ArenaSpare *spare, uint32_t threads);

/* ---- VEC: typed growing array in an arena; zero-initialised = empty ---- */

#define VEC(T)                                                                                               \
  struct {                                                                                                   \
    T *items;                                                                                                \
    uint32_t len, cap;                                                                                       \
  }

void vec_grow_(Arena *arena, void *items_pointer, uint32_t *cap, uint32_t want, size_t item_size);

#define vec_reserve(arena, v, n)                                                                             \
  ((v)->cap >= (uint32_t)(n)                                                                                 \
       ? (void)0                                                                                             \
       : vec_grow_((arena), (void *)&(v)->items, &(v)->cap, (uint32_t)(n), sizeof(*(v)->items)))
#define vec_push(arena, v, ...)                                                                              \
  (vec_reserve(arena, v, (v)->len + 1), (void)((v)->items[(v)->len++] = (__VA_ARGS__)))
#define vec_pop(v)  ((v)->items[--(v)->len])
#define vec_last(v) ((v)->items[(v)->len - 1])
#define vec_append(arena, v, array, n)                                                                       \
  (vec_reserve(arena, v, (v)->len + (uint32_t)(n)),                                                          \
   (void)((n) ? memcpy((v)->items + (v)->len, (array), sizeof(*(v)->items) * (size_t)(n)) : NULL),           \
   (void)((v)->len += (uint32_t)(n)))
/* vec_each(T, it, &v): `it` points at each item in turn; the vector may not grow meanwhile. */
#define vec_each(T, it, v) for (T *it = (v)->items, *it##_end = it ? it + (v)->len : it; it < it##_end; it++)

/* ---- Map: open addressing, uint64_t -> uint64_t; grows in its arena; iteration order is insertion order ---- */

typedef struct MapEntry {
  uint64_t key, value;
} MapEntry;

typedef struct Map {
  Arena *arena;
  VEC(MapEntry) entries; /* insertion order; entries are never removed, only overwritten */
  uint32_t *slots;       /* entry number + 1, 0 = free */
  uint32_t slot_mask;    /* number of slots - 1, or 0 while there is no table */
} Map;

static inline Map map_in(Arena *arena) { return (Map){.arena = arena}; }
uint64_t *map_find(const Map *map, uint64_t key); /* pointer to the value or NULL; valid until the next put */
uint64_t *map_put(Map *map, uint64_t key);        /* pointer to the value, 0 when new */
static inline uint64_t map_key(const void *p) { return (uint64_t)(uintptr_t)p; }
Map *map_nested(Map *outer,
                const void *key); /* the map that belongs to key, for keys that are pairs of pointers */
static inline void *map_get_ptr(const Map *map, const void *key) {
  const uint64_t *value = map_find(map, map_key(key));
  return value ? (void *)(uintptr_t)*value : NULL;
}
static inline void map_set_ptr(Map *map, const void *key, const void *value) {
  *map_put(map, map_key(key)) = map_key(value);
}

/* StrMap: text -> pointer. Keys are copied into the arena. */
typedef struct StrMapEntry {
  Str key;
  void *value;
} StrMapEntry;

typedef struct StrMap {
  Arena *arena;
  VEC(StrMapEntry) entries; /* insertion order */
  uint32_t *slots;
  uint32_t slot_mask;
} StrMap;

static inline StrMap strmap_in(Arena *arena) { return (StrMap){.arena = arena}; }
void *strmap_get(const StrMap *map, Str key); /* NULL when missing */
void **strmap_put(StrMap *map, Str key);      /* pointer to the value, NULL when new */

/* ---- BitSet ---- */

typedef struct BitSet {
  uint64_t *words;
  uint32_t bits;
} BitSet;

BitSet bitset_new(Arena *arena, uint32_t bits);
static inline bool bitset_get(const BitSet *set, uint32_t i) {
  return i < set->bits && (set->words[i / 64] >> (i % 64) & 1);
}
static inline void bitset_set(BitSet *set, uint32_t i) {
  assert(i < set->bits);
  set->words[i / 64] |= (uint64_t)1 << (i % 64);
}
static inline void bitset_clear(BitSet *set, uint32_t i) {
  assert(i < set->bits);
  set->words[i / 64] &= ~((uint64_t)1 << (i % 64));
}

/* ---- Buffer: growing bytes, owned by the buffer itself ---- */

typedef struct Buffer {
  char *data; /* NUL-terminated once anything was written */
  size_t len, cap;
} Buffer;

void buffer_free(Buffer *buffer);
static inline void buffer_reset(Buffer *buffer) { buffer->len = 0; }
void buffer_add(Buffer *buffer, const void *bytes, size_t n);
static inline void buffer_str(Buffer *buffer, Str s) { buffer_add(buffer, s.data, s.len); }
static inline void buffer_text(Buffer *buffer, const char *z) { buffer_add(buffer, z, strlen(z)); }
char *buffer_extend(Buffer *buffer, size_t n); /* n more bytes, to be written at once */
void buffer_char(Buffer *buffer, char c);
enum { DECIMAL_MAX = 20 };
char *decimal_put(char *to, int64_t value); /* at most DECIMAL_MAX bytes; returns the end */
void buffer_decimal(Buffer *buffer, int64_t value);
void buffer_rune(Buffer *buffer, uint32_t rune); /* UTF-8; surrogates and beyond U+10FFFF become U+FFFD */
void buffer_printf(Buffer *buffer, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buffer_vprintf(Buffer *buffer, const char *fmt, va_list args);
static inline Str buffer_view(const Buffer *buffer) { return (Str){buffer->data, buffer->len}; }

/* ---- Atom: interned text; compare with ==. Safe from several threads. ---- */

typedef struct AtomData {
  uint32_t hash;
  uint32_t len;
  char text[]; /* NUL-terminated */
} AtomData;
typedef const AtomData *Atom;

typedef struct Interner Interner;

Interner *interner_new(void);
void interner_free(Interner *interner);
size_t interner_bytes(const Interner *interner); /* held; nobody else is at work */
Atom intern(Interner *interner, Str s);
static inline Atom intern_text(Interner *interner, const char *z) { return intern(interner, str_from(z)); }
static inline Str atom_str(Atom a) { return a ? (Str){a->text, a->len} : (Str){NULL, 0}; }
static inline const char *atom_text(Atom a) { return a ? a->text : ""; }

/* ---- files ---- */

/* The whole file; NUL follows the last byte. False: errno says why (EISDIR for a folder, EFBIG over 2 GiB, for pipes and devices over 256 MiB).
   The bytes live as long as the arena. */
bool file_read(Arena *arena, const char *path, Str *out);
/* The first `limit` bytes at most; *whole: there are no more. */
bool file_read_start(Arena *arena, const char *path, size_t limit, Str *out, bool *whole);
bool file_exists(const char *path);
bool dir_exists(const char *path);
typedef struct DirEntry {
  Str name;
  bool is_dir, is_regular; /* of the link's target for a symbolic link */
  bool is_link;
} DirEntry;
typedef struct DirList {
  DirEntry *entries; /* sorted by name, bytewise; without "." and ".." */
  uint32_t len;
} DirList;
bool dir_list(Arena *arena, const char *path, DirList *out);
/* Lexical: cleans "a/./b/../c" as Go's filepath.Clean; "" gives ".". */
Str path_clean(Arena *arena, Str path);
Str path_join(Arena *arena, Str a, Str b); /* cleaned */
Str path_dir(Str path);                    /* without the last element; "." if there is none */
Str path_base(Str path);
bool path_is_absolute(Str path);
Str path_absolute(Arena *arena, Str path); /* against the working directory; cleaned; links are kept */

/* ---- stamps: has a file changed? ---- */

typedef struct FileStamp {
  int64_t size, modified, changed; /* bytes; nanoseconds since the epoch: contents, contents or attributes */
  uint64_t inode, device;
} FileStamp;

bool file_stamp(const char *path, FileStamp *out); /* of a file or folder; false: there is none */
/* The same of a file in an open folder, without a walk along the folder's path. */
bool file_stamp_in(int folder, const char *name, FileStamp *out);
int folder_open(
    const char *path); /* for file_stamp_in; -1: there is none. A negative one is closed without effect. */
void folder_close(int folder);
bool file_stamp_equal(const FileStamp *a, const FileStamp *b);
/* Old enough that a later change cannot have the same stamp: clocks of file systems are coarse. */
bool file_stamp_settled(const FileStamp *stamp);

/* ---- store: records on disk, found by a digest; safe from several threads and processes ---- */

typedef struct Digest {
  uint64_t low, high;
} Digest;

static inline bool digest_equal(Digest a, Digest b) { return a.low == b.low && a.high == b.high; }
Digest digest_of(Str bytes); /* 128 bits, the same everywhere; not against an enemy */
/* The same for equal builds of the running program, and of the libraries that it has loaded; false: unknown. */
bool digest_of_program(bool libraries, Digest *out);

typedef struct Store Store;
typedef struct StoreStatus {
  uint64_t records, bytes;
} StoreStatus;

/* dir: absolute, made if missing. program: records of other programs are never seen. limit: bytes, about. NULL: unusable. */
Store *store_open(Str dir, Digest program, uint64_t limit);
void store_close(
    Store *store); /* removes what has not been used for longest if there is too much; NULL is allowed */
/* False: there is nothing, or nothing usable. The bytes live until store_close. store NULL: false. */
bool store_get(Store *store, uint32_t kind, Digest key, Str *out);
/* The same for a record that many runs ask for, with many others: it is kept where all of them are read at once. */
bool store_get_common(Store *store, uint32_t kind, Digest key, Str *out);
/* Before the first one: whose common records they are. store NULL: nothing. */
void store_use_shelf(Store *store, Digest name);
/* Fails silently: a record that is not there is made again. store NULL: nothing. */
void store_put(Store *store, uint32_t kind, Digest key, Str bytes);
StoreStatus store_status(Str dir);
StoreStatus store_clear(Str dir); /* what was removed */

/* ---- pack: many records in one file, which goes from machine to machine ---- */

typedef struct Pack Pack;

Pack *pack_new(Digest program); /* empty */
/* Any thread may put; the bytes are copied. */
void pack_put(Pack *pack, uint32_t kind, Digest key, Str bytes);
/* Writes a new file under another name and renames it. The same records give the same bytes. False: *why, in `arena`. */
bool pack_write(const Pack *pack, Arena *arena, Str path, uint64_t *bytes, Str *why);
/* All checksums are right, and equal programs wrote it, or NULL and *why. */
Pack *pack_open(Arena *arena, Str path, Digest program, Str *why);
bool pack_get(const Pack *pack, uint32_t kind, Digest key, Str *out); /* the bytes live until pack_close */
void pack_close(Pack *pack);                                          /* NULL is allowed */

/* ---- wire: values as bytes, the same on every machine ---- */

void wire_put(Buffer *out, uint64_t value);
void wire_put_signed(Buffer *out, int64_t value);
void wire_put_str(Buffer *out, Str s);
void wire_put_digest(Buffer *out, Digest digest);

typedef struct Wire { /* zero-initialised but for bytes */
  Str bytes;
  size_t at;
  bool bad; /* something did not fit: everything read since is zero or empty */
} Wire;

uint64_t wire_get(Wire *wire);
int64_t wire_get_signed(Wire *wire);
uint32_t wire_get_below(Wire *wire, uint64_t limit); /* 0 and bad if it is not below the limit */
uint32_t wire_get_count(Wire *wire);                 /* of things that need a byte each at least */
Str wire_get_str(Wire *wire);                        /* a slice of the bytes */
Digest wire_get_digest(Wire *wire);
void wire_spoil(Wire *wire);

/* ---- jobs ---- */

typedef void (*JobFn)(void *context, uint32_t index);

/* Runs fn(context, 0..count-1) on up to `threads` threads, each with a deep stack (reserved, not committed), and waits for all.
   The lowest index starts first. threads = 1 still runs on one thread of that kind. */
void jobs_run(uint32_t threads, uint32_t count, JobFn fn, void *context);

enum { JOB_STEPS = 3 };

/* Jobs that need each other, done in steps. A step of a job is done when the steps before it are, and the same step of all jobs that
   it needs; the first free_steps of them need no other job. A thread takes the lowest job of which all can be done that is left.
   If there is none it begins one ahead of time, a step at a time. */
typedef struct JobGraph {
  uint32_t count;
  const uint32_t *const *needs; /* of job i: needs[i][0 .. need_len[i]); no cycles. NULL: none needs any */
  const uint32_t *need_len;
  uint32_t step_len, free_steps; /* at most JOB_STEPS; less than step_len */
  size_t (*run)(void *context, uint32_t index,
                uint32_t step); /* returns how many bytes the job keeps until its last step is done */
  size_t ahead_bytes;           /* nothing is begun ahead of time while what was keeps so many */
  ArenaSpare *spare;            /* that the threads use; NULL: one that goes with the jobs */
  void *context;
} JobGraph;

/* Returns how many seconds the threads have waited for each other, in all. */
double jobs_run_graph(uint32_t threads, const JobGraph *graph);
uint32_t jobs_cpu_count(void);

/* Work that turns up while other work is done: things that the caller keeps, by number. */
typedef struct Agenda Agenda;
Agenda *agenda_new(Arena *arena);
void agenda_end(Agenda *agenda);                 /* nobody uses it any more */
void agenda_add(Agenda *agenda, uint32_t count); /* the next `count` numbers, from 0 */
/* The next number, to be followed by agenda_done. Waits if there is none but somebody still works. False: all is done. */
bool agenda_take(Agenda *agenda, uint32_t *number);
void agenda_done(Agenda *agenda);

typedef struct Lock Lock;
Lock *lock_new(Arena *arena); /* recursive mutex */
void lock_take(Lock *lock);
void lock_release(Lock *lock);

double clock_seconds(void);         /* monotonic wall time */
double clock_thread_seconds(void);  /* processor time of this thread */
double clock_process_seconds(void); /* processor time of all threads, also of those that are gone */

/* ---- BUG: an invariant of ours is broken ---- */

/* One recovery point per thread. Use: if (bug_catch(&point) == 0) { work; bug_end(&point); } else { point.message … } */
typedef struct BugPoint {
  jmp_buf jump;
  struct BugPoint *outer;
  struct Lock *held_locks; /* taken before the point; later ones are released by BUG */
  struct Arena *scratch;   /* the last one made before the point; later ones are freed by BUG */
  bool gave_up;            /* give_up, no BUG */
  uint32_t place;          /* of give_up */
  char message[512];
} BugPoint;

void bug_begin_(BugPoint *point);
#define bug_catch(point) (bug_begin_(point), setjmp((point)->jump))
void bug_end(BugPoint *point);
/* Without a recovery point: message on standard error and abort. */
void bug_(const char *file, int line, const char *fmt, ...) NORETURN PRINTF_LIKE(3, 4);
#define BUG(...) bug_(__FILE__, __LINE__, __VA_ARGS__)

/* What is to be worked on takes more room than we are willing to take: goes to the recovery point as well, and says where it is
   (a number that whoever catches it understands). */
void give_up(uint32_t place, const char *fmt, ...) NORETURN PRINTF_LIKE(2, 3);

/* The environment is wrong: `heapwhy: message` on standard error, exit code 2. For cli and for out of memory only. */
void fatal(const char *fmt, ...) NORETURN PRINTF_LIKE(1, 2);

#endif
