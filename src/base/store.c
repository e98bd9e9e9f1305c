/* SPDX-License-Identifier: BSD-3-Clause
 *
 * store: records on disk, found by a digest, shared by all processes of a user.
 *
 * In: a key that covers everything the record depends on. Out: the bytes that somebody stored under it, or nothing.
 * Idea: a record is a file of its own, written under another name and renamed, so a reader sees all of it or none. Its header
 * repeats what it should be and has a checksum of the rest; whatever does not fit is not there, and is replaced by the next
 * put. No locks: two writers of one key write the same bytes. Files that were used lately have a late modification time; when
 * the folder has grown beyond its limit the oldest go.
 * Records that many runs read, hundreds at a time, are also in one file that is opened once: the shelf. One that is put anew is
 * taken off it; when some that were asked for were not on it, it is written again with them.
 *
 * Go: cmd/go/internal/cache/cache.go
 */
#define _GNU_SOURCE /* dl_iterate_phdr */
#define XXH_INLINE_ALL
#include "base/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

enum {
  MAP_FROM = 64 * 1024, /* bytes: from here on a record is mapped, not read */
  FOLDER_DIGITS = 1, /* of a record's digest, as the name of its folder: few, since making one takes long */
  NAME_DIGITS = 32 - FOLDER_DIGITS,
  RECORD_SHELF = UINT16_MAX - 1, /* a kind that nobody else uses */
  SHELF_AFTER = 16,              /* common records: the shelf is written again when so many are not on it */
  LARGEST_SHELF = 64 << 20,      /* bytes: a larger one is begun anew */
  TRIM_AFTER = 600, /* seconds: the folder is measured at most that often, or when this process wrote much */
  LEFT_AFTER = 3600 /* seconds: a half-written file that old belongs to nobody */
};

typedef struct Mapping {
  void *data;
  size_t len;
} Mapping;

typedef struct Missed { /* a common record that is not on the shelf */
  Digest key;
  uint32_t kind;
  Str bytes;
} Missed;

struct Store {
  Arena *arena; /* under the lock, as all that follows */
  Lock *lock;
  Str dir;
  Digest program;
  uint64_t limit, written; /* bytes */
  uint32_t temporaries;
  VEC(Mapping) mappings;
  VEC(Missed) missed;
  Str shelf_path; /* empty: none is used */
  Pack *shelf;    /* NULL: there is none yet */
};

/* ---- digests ---- */

Digest digest_of(Str bytes) {
  XXH128_hash_t hash = XXH3_128bits(bytes.data, bytes.len);
  return (Digest){hash.low64, hash.high64};
}

typedef struct BuildIds { /* of the program and the libraries that it has loaded */
  Buffer bytes;
  bool alone;          /* the program only */
  bool first, missing; /* missing: the program itself has none */
} BuildIds;

/* Notes: lengths of name and contents, type, name, contents, each padded to four bytes. */
static bool add_build_id(BuildIds *ids, const char *notes, size_t len) {
  while (len >= 12) {
    uint32_t words[3];
    memcpy(words, notes, sizeof words);
    size_t name = (words[0] + 3u) & ~3u, contents = (words[1] + 3u) & ~3u;
    if (name > len - 12 || contents > len - 12 - name) return false;
    if (words[2] == NT_GNU_BUILD_ID && words[0] == 4 && memcmp(notes + 12, "GNU", 4) == 0) {
      buffer_add(&ids->bytes, notes + 12 + name, words[1]);
      return true;
    }
    notes += 12 + name + contents;
    len -= 12 + name + contents;
  }
  return false;
}

static int visit_object(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size;
  BuildIds *ids = context;
  bool found = false;
  for (int i = 0; i < object->dlpi_phnum && !found; i++)
    if (object->dlpi_phdr[i].p_type == PT_NOTE)
      found = add_build_id(ids, (const char *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr),
                           object->dlpi_phdr[i].p_memsz);
  if (ids->first) ids->missing = !found;
  ids->first = false;
  return ids->alone;
}

/* What the linker wrote into the program as its fingerprint; without one the whole file is read. */
bool digest_of_program(bool libraries, Digest *out) {
  BuildIds ids = {.first = true, .alone = !libraries};
  dl_iterate_phdr(visit_object, &ids);
  if (!ids.missing) *out = digest_of(buffer_view(&ids.bytes));
  buffer_free(&ids.bytes);
  if (!ids.missing) return true;
  Arena *arena = arena_new();
  Str bytes;
  bool ok = file_read(arena, "/proc/self/exe", &bytes);
  if (ok) *out = digest_of(bytes);
  arena_free(arena);
  return ok;
}

/* The bytes behind the header if the whole file is what it should be. */
static bool verify(const Store *store, uint32_t kind, Digest key, Str file, Str *out) {
  RecordHeader header;
  if (!record_read(file, &header) || header.kind != kind || !digest_equal(header.key, key) ||
      !digest_equal(header.program, store->program) || header.len != file.len - RECORD_HEADER)
    return false;
  *out = str_slice(file, RECORD_HEADER, file.len);
  return record_is_sound(file, &header);
}

/* ---- names ---- */

/* Records of different programs lie side by side and never meet. */
static Str record_path(const Store *store, Arena *arena, uint32_t kind, Digest key) {
  uint64_t words[5] = {store->program.low, store->program.high, key.low, key.high, kind};
  char bytes[sizeof words];
  for (size_t i = 0; i < ARRAY_LEN(words); i++) record_put_u64(bytes + 8 * i, words[i]);
  Digest digest = digest_of((Str){bytes, sizeof bytes});
  Str hex =
      arena_printf(arena, "%016llx%016llx", (unsigned long long)digest.high, (unsigned long long)digest.low);
  return arena_printf(arena, STR_FMT "/%.*s/%s", STR_ARG(store->dir), FOLDER_DIGITS, hex.data,
                      hex.data + FOLDER_DIGITS);
}

static bool is_hex(const char *name) { return strspn(name, "0123456789abcdef") == strlen(name); }

/* What is in its folders: other names are not ours. */
static bool is_record_name(const char *name) { return strlen(name) == NAME_DIGITS && is_hex(name); }
static bool is_temporary_name(const char *name) {
  return strncmp(name, "new-", 4) == 0 || strstr(name, ".new-");
}

static bool make_folders(Str dir) {
  Arena *scratch = arena_new();
  char *path = arena_strdup(scratch, dir);
  for (char *at = path + 1; *at; at++) {
    if (*at != '/') continue;
    *at = 0;
    mkdir(path, 0777);
    *at = '/';
  }
  bool ok = mkdir(path, 0777) == 0 || dir_exists(path);
  arena_free(scratch);
  return ok;
}

/* ---- opening ---- */

Store *store_open(Str dir, Digest program, uint64_t limit) {
  if (!path_is_absolute(dir) || !make_folders(dir)) return NULL;
  Arena *arena = arena_new();
  Store *store = arena_new_of(arena, Store);
  *store = (Store){.arena = arena, .lock = lock_new(arena), .dir = arena_str(arena, dir)};
  store->program = program;
  store->limit = limit;
  return store;
}

/* ---- reading ---- */

static bool map_file(Store *store, int fd, size_t size, Str *out) {
  void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) return false;
  lock_take(store->lock);
  vec_push(store->arena, &store->mappings, (Mapping){data, size});
  lock_release(store->lock);
  *out = (Str){data, size};
  return true;
}

static bool read_file(Store *store, int fd, size_t size, Str *out) {
  lock_take(store->lock);
  char *data = arena_alloc(store->arena, size + 1);
  lock_release(store->lock);
  size_t got = 0;
  while (got < size) {
    ssize_t n = read(fd, data + got, size - got);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    got += (size_t)n;
  }
  *out = (Str){data, size};
  return true;
}

bool store_get(Store *store, uint32_t kind, Digest key, Str *out) {
  if (!store) return false;
  Arena *scratch = arena_new();
  int fd = open(record_path(store, scratch, kind, key).data, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  arena_free(scratch);
  if (fd < 0) return false;
  struct stat st;
  Str file;
  bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= RECORD_HEADER;
  if (ok)
    ok = st.st_size >= MAP_FROM ? map_file(store, fd, (size_t)st.st_size, &file)
                                : read_file(store, fd, (size_t)st.st_size, &file);
  ok = ok && verify(store, kind, key, file, out);
  if (ok) record_mark_as_used(fd, st.st_mtime);
  close(fd);
  return ok;
}

/* ---- writing ---- */

static void forget_missed(Store *store, uint32_t kind, Digest key) {
  for (uint32_t i = 0; i < store->missed.len; i++) {
    Missed *missed = &store->missed.items[i];
    if (missed->kind == kind && digest_equal(missed->key, key))
      *missed = store->missed.items[--store->missed.len];
  }
}

void store_put(Store *store, uint32_t kind, Digest key, Str bytes) {
  if (!store) return;
  if (store->shelf) shelf_remove(store->shelf, kind, key);
  Arena *scratch = arena_new();
  Str path = record_path(store, scratch, kind, key);
  char header[RECORD_HEADER];
  record_write(header, &(RecordHeader){.program = store->program, .key = key, .kind = kind}, bytes);
  lock_take(store->lock);
  forget_missed(store, kind, key);
  uint32_t number = store->temporaries++;
  store->written += RECORD_HEADER + bytes.len;
  lock_release(store->lock);
  Str folder = path_dir(path);
  Str temporary = arena_printf(scratch, STR_FMT "/new-%ld-%u", STR_ARG(folder), (long)getpid(), number);
  const Str parts[] = {{header, sizeof header}, bytes};
  bool ok = file_write_parts(temporary.data, parts, ARRAY_LEN(parts));
  if (!ok && errno == ENOENT && (mkdir(arena_strdup(scratch, folder), 0777) == 0 || errno == EEXIST))
    ok = file_write_parts(temporary.data, parts, ARRAY_LEN(parts));
  if (!ok || rename(temporary.data, path.data) != 0) unlink(temporary.data);
  arena_free(scratch);
}

/* ---- the shelf ---- */

void store_use_shelf(Store *store, Digest name) {
  if (!store) return;
  store->shelf_path = record_path(store, store->arena, RECORD_SHELF, name);
  store->shelf = shelf_open(store->shelf_path, store->program);
}

bool store_get_common(Store *store, uint32_t kind, Digest key, Str *out) {
  if (store && store->shelf && shelf_get(store->shelf, kind, key, out)) return true;
  if (!store_get(store, kind, key, out)) return false;
  lock_take(store->lock);
  forget_missed(store, kind, key);
  vec_push(store->arena, &store->missed, (Missed){key, kind, *out});
  lock_release(store->lock);
  return true;
}

/* With what has been met outside of it, if that is worth the while. */
static void write_shelf(Store *store, Arena *scratch) {
  if (!store->shelf_path.len || store->missed.len < SHELF_AFTER) return;
  if (access(arena_strdup(scratch, path_dir(store->shelf_path)), W_OK) != 0) return;
  Pack *shelf = pack_new(store->program);
  if (store->shelf) shelf_copy(store->shelf, shelf, LARGEST_SHELF);
  vec_each (const Missed, record, &store->missed) pack_put(shelf, record->kind, record->key, record->bytes);
  uint64_t bytes;
  Str why;
  if (pack_write(shelf, scratch, store->shelf_path, &bytes, &why)) store->written += bytes;
  pack_close(shelf);
}

/* ---- the folder as a whole ---- */

typedef struct RecordFile {
  Str path;
  uint64_t bytes;
  int64_t used; /* seconds */
  bool temporary;
} RecordFile;

typedef struct RecordFiles {
  Arena *arena;
  VEC(RecordFile) list;
} RecordFiles;

static void list_folder(RecordFiles *files, Str folder) {
  DirList list;
  if (!dir_list(files->arena, folder.data, &list)) return;
  for (uint32_t i = 0; i < list.len; i++) {
    const char *name = arena_strdup(files->arena, list.entries[i].name);
    if (!is_record_name(name) && !is_temporary_name(name)) continue;
    RecordFile file = {.path = arena_printf(files->arena, STR_FMT "/%s", STR_ARG(folder), name)};
    struct stat st;
    if (lstat(file.path.data, &st) != 0 || !S_ISREG(st.st_mode)) continue;
    file.bytes = (uint64_t)st.st_size;
    file.used = st.st_mtime;
    file.temporary = is_temporary_name(name);
    vec_push(files->arena, &files->list, file);
  }
}

static RecordFiles list_records(Arena *arena, Str dir) {
  RecordFiles files = {.arena = arena};
  DirList list;
  if (!dir_list(arena, arena_strdup(arena, dir), &list)) return files;
  for (uint32_t i = 0; i < list.len; i++) {
    Str name = list.entries[i].name;
    if (list.entries[i].is_dir && name.len == FOLDER_DIGITS && is_hex(arena_strdup(arena, name)))
      list_folder(&files, arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(dir), STR_ARG(name)));
  }
  return files;
}

static int compare_use(const void *a, const void *b) {
  const RecordFile *x = a, *y = b;
  return (x->used > y->used) - (x->used < y->used);
}

static uint64_t total_bytes(const RecordFiles *files) {
  uint64_t total = 0;
  vec_each (const RecordFile, file, &files->list) total += file->bytes;
  return total;
}

/* Down to three quarters, so that it does not happen again at once. */
static void trim(const Store *store, Arena *scratch) {
  RecordFiles files = list_records(scratch, store->dir);
  uint64_t total = total_bytes(&files);
  int64_t now = time(NULL);
  if (files.list.len) qsort(files.list.items, files.list.len, sizeof(RecordFile), compare_use);
  bool full = total > store->limit;
  vec_each (const RecordFile, file, &files.list) {
    bool old = file->temporary && now - file->used > LEFT_AFTER;
    bool surplus = full && !file->temporary && total > store->limit / 4 * 3;
    if ((old || surplus) && unlink(file->path.data) == 0) total -= file->bytes;
  }
}

static bool time_to_trim(const Store *store, Arena *scratch) {
  Str marker = arena_printf(scratch, STR_FMT "/trimmed", STR_ARG(store->dir));
  struct stat st;
  bool due = store->written > store->limit / 8 || stat(marker.data, &st) != 0 ||
             time(NULL) - st.st_mtime > TRIM_AFTER || st.st_mtime > time(NULL);
  if (!due) return false;
  int fd = open(marker.data, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return true;
  futimens(fd, NULL);
  close(fd);
  return true;
}

void store_close(Store *store) {
  if (!store) return;
  Arena *scratch = arena_new();
  write_shelf(store, scratch);
  pack_close(store->shelf);
  if (store->written && time_to_trim(store, scratch)) trim(store, scratch);
  arena_free(scratch);
  vec_each (const Mapping, mapping, &store->mappings) munmap(mapping->data, mapping->len);
  arena_free(store->arena);
}

StoreStatus store_status(Str dir) {
  Arena *scratch = arena_new();
  RecordFiles files = list_records(scratch, dir);
  StoreStatus status = {.records = files.list.len, .bytes = total_bytes(&files)};
  arena_free(scratch);
  return status;
}

StoreStatus store_clear(Str dir) {
  Arena *scratch = arena_new();
  RecordFiles files = list_records(scratch, dir);
  StoreStatus removed = {0};
  vec_each (const RecordFile, file, &files.list) {
    if (unlink(file->path.data) != 0) continue;
    removed.records++;
    removed.bytes += file->bytes;
    rmdir(arena_strdup(scratch, path_dir(file->path)));
  }
  unlink(arena_printf(scratch, STR_FMT "/trimmed", STR_ARG(dir)).data);
  arena_free(scratch);
  return removed;
}

/* ---- stamps ---- */

static int64_t nanoseconds(struct timespec t) { return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }

bool file_stamp(const char *path, FileStamp *out) { return file_stamp_in(AT_FDCWD, path, out); }

bool file_stamp_in(int folder, const char *name, FileStamp *out) {
  struct stat st;
  if (fstatat(folder, name, &st, 0) != 0) return false;
  *out = (FileStamp){.size = st.st_size,
                     .modified = nanoseconds(st.st_mtim),
                     .changed = nanoseconds(st.st_ctim),
                     .inode = st.st_ino,
                     .device = st.st_dev};
  return true;
}

int folder_open(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

void folder_close(int folder) {
  if (folder >= 0) close(folder);
}

bool file_stamp_equal(const FileStamp *a, const FileStamp *b) {
  return a->size == b->size && a->modified == b->modified && a->changed == b->changed &&
         a->inode == b->inode && a->device == b->device;
}

bool file_stamp_settled(const FileStamp *stamp) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t latest = stamp->modified > stamp->changed ? stamp->modified : stamp->changed;
  return nanoseconds(now) - latest > (int64_t)2 * 1000000000;
}
