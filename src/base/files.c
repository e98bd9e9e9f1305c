/* SPDX-License-Identifier: BSD-3-Clause
 *
 * files: reading whole files, listing folders, and lexical paths.
 *
 * Files are read, not mapped: a file that somebody truncates meanwhile cannot kill us, and the NUL behind the last byte that the
 * scanner relies on is ours.
 *
 * Go: path/filepath (Unix), os.Getwd
 */
#define _DEFAULT_SOURCE /* d_type */
#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST_FILE = INT32_MAX, LARGEST_STREAM = 1 << 28, READ_STEP = 64 * 1024 };

/* Without waiting for somebody to write: a named pipe that nobody has open for writing is an empty file. */
static int open_to_read(const char *path) { return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); }

static bool must_wait(int fd) {
  if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
  struct pollfd readable = {.fd = fd, .events = POLLIN};
  return poll(&readable, 1, -1) > 0 || errno == EINTR;
}

/* Reads up to `room` bytes, less only at the end of the file. Negative: errno. */
static ptrdiff_t read_fully(int fd, char *to, size_t room) {
  size_t got = 0;
  while (got < room) {
    ssize_t n = read(fd, to + got, room - got);
    if (n < 0 && (errno == EINTR || must_wait(fd))) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    got += (size_t)n;
  }
  return (ptrdiff_t)got;
}

/* A regular file of known size. What is appended while we read is left out. */
static bool read_sized(Arena *arena, int fd, size_t size, Str *out) {
  char *data = arena_alloc_text(arena, size + 1);
  ptrdiff_t got = read_fully(fd, data, size);
  if (got < 0) return false;
  data[got] = 0;
  *out = (Str){data, (size_t)got};
  return true;
}

/* Pipes, devices and files below /proc: the size is not known before the end, and there may be none. */
static bool read_stream(Arena *arena, int fd, Str *out) {
  Buffer all = {0};
  char step[READ_STEP];
  ptrdiff_t got;
  while ((got = read_fully(fd, step, sizeof step)) > 0 && all.len <= LARGEST_STREAM)
    buffer_add(&all, step, (size_t)got);
  if (got >= 0 && all.len > LARGEST_STREAM) {
    errno = EFBIG;
    got = -1;
  }
  if (got >= 0) *out = arena_str(arena, buffer_view(&all));
  int error = errno;
  buffer_free(&all);
  errno = error;
  return got >= 0;
}

bool file_read(Arena *arena, const char *path, Str *out) {
  int fd = open_to_read(path);
  if (fd < 0) return false;
  struct stat st;
  bool ok = fstat(fd, &st) == 0;
  if (ok && S_ISDIR(st.st_mode)) {
    errno = EISDIR;
    ok = false;
  } else if (ok && st.st_size > LARGEST_FILE) {
    errno = EFBIG;
    ok = false;
  } else if (ok) {
    ok = S_ISREG(st.st_mode) && st.st_size > 0 ? read_sized(arena, fd, (size_t)st.st_size, out)
                                               : read_stream(arena, fd, out);
  }
  int error = errno;
  close(fd);
  errno = error;
  return ok;
}

bool file_read_start(Arena *arena, const char *path, size_t limit, Str *out, bool *whole) {
  int fd = open_to_read(path);
  if (fd < 0) return false;
  char *data = arena_alloc_text(arena, limit + 1);
  ptrdiff_t got = read_fully(fd, data, limit);
  int error = errno;
  close(fd);
  errno = error;
  if (got < 0) return false;
  data[got] = 0;
  *out = (Str){data, (size_t)got};
  *whole = (size_t)got < limit;
  return true;
}

bool file_exists(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

bool dir_exists(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int compare_entries(const void *a, const void *b) {
  return str_compare(((const DirEntry *)a)->name, ((const DirEntry *)b)->name);
}

static DirEntry entry_of(Arena *arena, DIR *dir, const struct dirent *found) {
  DirEntry entry = {.name = arena_str(arena, str_from(found->d_name)),
                    .is_dir = found->d_type == DT_DIR,
                    .is_regular = found->d_type == DT_REG,
                    .is_link = found->d_type == DT_LNK};
  struct stat st;
  if (found->d_type == DT_UNKNOWN && fstatat(dirfd(dir), found->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
    entry.is_link = S_ISLNK(st.st_mode);
  if ((entry.is_link || found->d_type == DT_UNKNOWN) && fstatat(dirfd(dir), found->d_name, &st, 0) == 0) {
    entry.is_dir = S_ISDIR(st.st_mode);
    entry.is_regular = S_ISREG(st.st_mode);
  }
  return entry;
}

bool dir_list(Arena *arena, const char *path, DirList *out) {
  DIR *dir = opendir(path);
  if (!dir) return false;
  VEC(DirEntry) entries = {0};
  const struct dirent *found;
  while (errno = 0, (found = readdir(dir)) != NULL) {
    if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0) continue;
    vec_push(arena, &entries, entry_of(arena, dir, found));
  }
  int error = errno;
  closedir(dir);
  errno = error;
  if (error) return false;
  if (entries.len) qsort(entries.items, entries.len, sizeof *entries.items, compare_entries);
  *out = (DirList){entries.items, entries.len};
  return true;
}

/* Length of out without its last element; `floor` bytes at its front stay ("/" or a run of ".."). */
static size_t drop_element(const char *out, size_t len, size_t floor) {
  while (len > floor && out[len - 1] != '/') len--;
  if (len > floor && len > 1) len--;
  return len;
}

Str path_clean(Arena *arena, Str path) {
  if (path.len == 0) return STR(".");
  bool rooted = path.data[0] == '/';
  char *out = arena_alloc(arena, path.len + 1);
  size_t len = 0, floor = 0;
  if (rooted) out[len++] = '/', floor = 1;
  for (size_t at = 0; at < path.len;) {
    size_t end = at;
    while (end < path.len && path.data[end] != '/') end++;
    Str element = str_slice(path, at, end);
    at = end + 1;
    bool up = str_equal(element, STR(".."));
    if (element.len == 0 || str_equal(element, STR("."))) continue;
    if (up && len > floor) {
      len = drop_element(out, len, floor);
      continue;
    }
    if (up && rooted) continue;
    if (len > (rooted ? 1u : 0u)) out[len++] = '/';
    memcpy(out + len, element.data, element.len);
    len += element.len;
    if (up) floor = len;
  }
  if (len == 0) out[len++] = '.';
  out[len] = 0;
  return (Str){out, len};
}

Str path_join(Arena *arena, Str a, Str b) {
  if (a.len == 0 && b.len == 0) return STR("");
  if (a.len == 0) return path_clean(arena, b);
  if (b.len == 0) return path_clean(arena, a);
  return path_clean(arena, arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(a), STR_ARG(b)));
}

Str path_dir(Str path) {
  ptrdiff_t slash = str_last_index(path, '/');
  if (slash < 0) return STR(".");
  size_t len = (size_t)slash;
  while (len > 0 && path.data[len - 1] == '/') len--;
  return len ? str_slice(path, 0, len) : STR("/");
}

Str path_base(Str path) {
  if (path.len == 0) return STR(".");
  while (path.len > 1 && path.data[path.len - 1] == '/') path.len--;
  ptrdiff_t slash = str_last_index(path, '/');
  if (path.len == 1 && slash == 0) return STR("/");
  return str_slice(path, (size_t)(slash + 1), path.len);
}

bool path_is_absolute(Str path) { return path.len > 0 && path.data[0] == '/'; }

/* The working directory as the shell names it if that is true ($PWD keeps links), else as the system names it. */
static Str working_directory(Arena *arena) {
  const char *shell = getenv("PWD");
  struct stat named, here;
  if (shell && shell[0] == '/' && stat(shell, &named) == 0 && stat(".", &here) == 0 &&
      named.st_dev == here.st_dev && named.st_ino == here.st_ino)
    return arena_str(arena, str_from(shell));
  for (size_t size = PATH_MAX;; size *= 2) {
    char *name = arena_alloc(arena, size);
    if (getcwd(name, size)) return str_from(name);
    if (errno != ERANGE) fatal("the working directory has no name: %s", strerror(errno));
  }
}

Str path_absolute(Arena *arena, Str path) {
  return path_is_absolute(path) ? path_clean(arena, path) : path_join(arena, working_directory(arena), path);
}
