/* SPDX-License-Identifier: BSD-3-Clause
 *
 * pack: many records in one file.
 *
 * The file is records as the store has them, one behind the other, each beginning at a multiple of 8. The first one is the index:
 * for each of the others, in the order of kinds and keys, key and kind, and where it begins; what follows it is in that order, too.
 * Idea: whoever names a pack counts on it, so all of it is verified when it is opened, and whatever is wrong is said. A shelf (of a
 * store) is the same file, of which each record is verified when it is asked for; one can be taken off by spoiling its header.
 *
 * Go: none
 */
#include "base/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  RECORD_INDEX = UINT16_MAX,
  ENTRY_BYTES = 32, /* key, kind, offset in the file: 64 bits each */
  PADDING = 8
};

typedef struct PackEntry {
  Digest key;
  uint32_t kind;
  Str bytes;       /* without the header; not set in a shelf */
  uint64_t offset; /* in the file */
} PackEntry;

struct Pack {
  Arena *arena; /* under the lock, as all that follows, while records are put */
  Lock *lock;
  Digest program;
  VEC(PackEntry) entries; /* of a file: in order */
  void *map;              /* the file; NULL: there is none */
  size_t map_len;
  int shelf; /* the file, open; -1: this is no shelf */
};

static Pack *new_pack(Digest program) {
  Arena *arena = arena_new();
  Pack *pack = arena_new_of(arena, Pack);
  *pack = (Pack){.arena = arena, .lock = lock_new(arena), .program = program, .shelf = -1};
  return pack;
}

Pack *pack_new(Digest program) { return new_pack(program); }

void pack_close(Pack *pack) {
  if (!pack) return;
  if (pack->map) munmap(pack->map, pack->map_len);
  if (pack->shelf >= 0) close(pack->shelf);
  arena_free(pack->arena);
}

void pack_put(Pack *pack, uint32_t kind, Digest key, Str bytes) {
  lock_take(pack->lock);
  vec_push(pack->arena, &pack->entries,
           (PackEntry){.key = key, .kind = kind, .bytes = arena_str(pack->arena, bytes)});
  lock_release(pack->lock);
}

/* Those of one kind lie together: a run may need one kind only. */
static int compare_entries(const void *a, const void *b) {
  const PackEntry *x = a, *y = b;
  if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
  if (x->key.high != y->key.high) return x->key.high < y->key.high ? -1 : 1;
  return (x->key.low > y->key.low) - (x->key.low < y->key.low);
}

static const PackEntry *find(const Pack *pack, uint32_t kind, Digest key) {
  PackEntry wanted = {.key = key, .kind = kind};
  if (!pack->entries.len) return NULL;
  return bsearch(&wanted, pack->entries.items, pack->entries.len, sizeof wanted, compare_entries);
}

bool pack_get(const Pack *pack, uint32_t kind, Digest key, Str *out) {
  const PackEntry *found = find(pack, kind, key);
  if (found) *out = found->bytes;
  return found != NULL;
}

/* ---- writing ---- */

static uint64_t padded(uint64_t len) { return (len + (PADDING - 1)) & ~(uint64_t)(PADDING - 1); }

static void add_record(Buffer *out, const Pack *pack, uint32_t kind, Digest key, Str bytes) {
  char header[RECORD_HEADER];
  record_write(header, &(RecordHeader){.program = pack->program, .key = key, .kind = kind}, bytes);
  buffer_add(out, header, sizeof header);
  buffer_str(out, bytes);
  while (out->len % PADDING) buffer_char(out, 0);
}

static Buffer file_of(const Pack *pack, const PackEntry *entries, uint32_t len) {
  Buffer out = {0}, index = {0};
  uint64_t offset = RECORD_HEADER + padded((uint64_t)len * ENTRY_BYTES);
  for (uint32_t i = 0; i < len; i++) {
    char entry[ENTRY_BYTES];
    record_put_u64(entry, entries[i].key.low);
    record_put_u64(entry + 8, entries[i].key.high);
    record_put_u64(entry + 16, entries[i].kind);
    record_put_u64(entry + 24, offset);
    buffer_add(&index, entry, sizeof entry);
    offset += RECORD_HEADER + padded(entries[i].bytes.len);
  }
  add_record(&out, pack, RECORD_INDEX, (Digest){0}, buffer_view(&index));
  for (uint32_t i = 0; i < len; i++)
    add_record(&out, pack, entries[i].kind, entries[i].key, entries[i].bytes);
  buffer_free(&index);
  return out;
}

bool pack_write(const Pack *pack, Arena *arena, Str path, uint64_t *bytes, Str *why) {
  uint32_t len = pack->entries.len;
  PackEntry *entries = arena_new_array(arena, PackEntry, len);
  if (len) memcpy(entries, pack->entries.items, len * sizeof *entries);
  if (len) qsort(entries, len, sizeof *entries, compare_entries);
  Buffer file = file_of(pack, entries, len);
  Str temporary = arena_printf(arena, STR_FMT ".new-%ld", STR_ARG(path), (long)getpid());
  const Str parts[] = {buffer_view(&file)};
  *bytes = file.len;
  bool ok =
      file_write_parts(temporary.data, parts, 1) && rename(temporary.data, arena_strdup(arena, path)) == 0;
  if (!ok) {
    *why = arena_printf(arena, STR_FMT ": cannot be written: %s", STR_ARG(path), strerror(errno));
    unlink(temporary.data);
  }
  buffer_free(&file);
  return ok;
}

/* ---- reading ---- */

static bool map_open_file(Pack *pack, int fd, struct stat *st) {
  bool ok = fstat(fd, st) == 0;
  if (ok && !S_ISREG(st->st_mode)) {
    errno = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
    ok = false;
  }
  if (ok && st->st_size > 0) {
    pack->map_len = (size_t)st->st_size;
    pack->map = mmap(NULL, pack->map_len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (pack->map == MAP_FAILED) pack->map = NULL, ok = false;
  }
  return ok;
}

static bool map_file(Pack *pack, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  struct stat st;
  bool ok = map_open_file(pack, fd, &st);
  int error = errno;
  close(fd);
  errno = error;
  return ok;
}

/* The record that begins at the offset, with what is said of it. */
static bool read_record(const Pack *pack, Str file, uint64_t offset, RecordHeader *header) {
  if (offset % PADDING || offset > file.len) return false;
  Str rest = str_slice(file, offset, file.len);
  return record_read(rest, header) && digest_equal(header->program, pack->program) &&
         record_is_sound(rest, header);
}

static bool read_entry(Pack *pack, Str file, const char *at, uint64_t *end) {
  PackEntry entry = {.key = {record_get_u64(at), record_get_u64(at + 8)}};
  uint64_t kind = record_get_u64(at + 16), offset = record_get_u64(at + 24);
  RecordHeader header;
  if (kind >= RECORD_INDEX || offset != *end || !read_record(pack, file, offset, &header)) return false;
  entry.kind = (uint32_t)kind;
  if (header.kind != entry.kind || !digest_equal(header.key, entry.key)) return false;
  if (pack->entries.len && compare_entries(&vec_last(&pack->entries), &entry) >= 0) return false;
  entry.bytes = str_slice(file, offset + RECORD_HEADER, offset + RECORD_HEADER + header.len);
  vec_push(pack->arena, &pack->entries, entry);
  *end = offset + RECORD_HEADER + padded(header.len);
  return true;
}

static bool read_all(Pack *pack, Str file) {
  RecordHeader index;
  if (!read_record(pack, file, 0, &index) || !digest_equal(index.key, (Digest){0}) || index.len % ENTRY_BYTES)
    return false;
  uint64_t end = RECORD_HEADER + padded(index.len);
  for (uint64_t at = 0; at < index.len; at += ENTRY_BYTES)
    if (!read_entry(pack, file, file.data + RECORD_HEADER + at, &end)) return false;
  return end == file.len;
}

Pack *pack_open(Arena *arena, Str path, Digest program, Str *why) {
  Pack *pack = new_pack(program);
  const char *problem = NULL;
  RecordHeader first;
  Str file;
  if (!map_file(pack, arena_strdup(arena, path)))
    problem = strerror(errno);
  else if (file = (Str){pack->map, pack->map_len}, !record_read(file, &first) || first.kind != RECORD_INDEX)
    problem = "it is no release pack";
  else if (!digest_equal(first.program, program))
    problem = "another build of heapwhy has written it; `heapwhy pack` writes a new one";
  else if (!read_all(pack, file))
    problem = "it is damaged or cut off";
  if (!problem) return pack;
  *why = arena_printf(arena, STR_FMT ": %s", STR_ARG(path), problem);
  pack_close(pack);
  return NULL;
}

/* ---- shelves: packs that are verified record by record when they are asked for, and from which records can be taken away ---- */

static bool read_index(Pack *shelf, Str file) {
  RecordHeader index;
  if (!read_record(shelf, file, 0, &index) || index.kind != RECORD_INDEX || index.len % ENTRY_BYTES)
    return false;
  vec_reserve(shelf->arena, &shelf->entries, (uint32_t)(index.len / ENTRY_BYTES));
  for (uint64_t at = 0; at < index.len; at += ENTRY_BYTES) {
    const char *words = file.data + RECORD_HEADER + at;
    PackEntry entry = {.key = {record_get_u64(words), record_get_u64(words + 8)},
                       .kind = (uint32_t)record_get_u64(words + 16),
                       .offset = record_get_u64(words + 24)};
    vec_push(shelf->arena, &shelf->entries, entry);
  }
  return true;
}

Pack *shelf_open(Str path, Digest program) {
  Pack *shelf = new_pack(program);
  char *name = arena_strdup(shelf->arena, path);
  struct stat st;
  shelf->shelf = open(name, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (shelf->shelf < 0 || !map_open_file(shelf, shelf->shelf, &st) ||
      !read_index(shelf, (Str){shelf->map, shelf->map_len})) {
    pack_close(shelf);
    return NULL;
  }
  record_mark_as_used(shelf->shelf, st.st_mtime);
  return shelf;
}

static bool read_shelved(const Pack *shelf, const PackEntry *entry, Str *out) {
  Str file = {shelf->map, shelf->map_len};
  RecordHeader header;
  if (!read_record(shelf, file, entry->offset, &header) || header.kind != entry->kind ||
      !digest_equal(header.key, entry->key))
    return false;
  *out = str_slice(file, entry->offset + RECORD_HEADER, entry->offset + RECORD_HEADER + header.len);
  return true;
}

bool shelf_get(const Pack *shelf, uint32_t kind, Digest key, Str *out) {
  const PackEntry *found = find(shelf, kind, key);
  return found && read_shelved(shelf, found, out);
}

/* What begins with a zero byte is no record. Where that cannot be written, an old record stays, as it would in the store. */
bool shelf_remove(const Pack *shelf, uint32_t kind, Digest key) {
  const PackEntry *found = find(shelf, kind, key);
  return found && pwrite(shelf->shelf, "", 1, (off_t)found->offset) == 1;
}

void shelf_copy(const Pack *shelf, Pack *to, size_t limit) {
  for (uint32_t i = 0; i < shelf->entries.len && shelf->map_len <= limit; i++) {
    const PackEntry *entry = &shelf->entries.items[i];
    Str bytes;
    if (read_shelved(shelf, entry, &bytes)) pack_put(to, entry->kind, entry->key, bytes);
  }
}
