/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Headers of records, and files of them.
 */
#define XXH_INLINE_ALL
#include "base/record.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

enum {
  FORMAT = 1,
  USED_AFTER = 3600 /* seconds: a file is marked as used at most that often */
};

static const char MAGIC[8] = "heapwhy";

void record_put_u64(char *at, uint64_t value) {
  for (int i = 0; i < 8; i++) at[i] = (char)(value >> (8 * i));
}

uint64_t record_get_u64(const char *at) {
  uint64_t value = 0;
  for (int i = 0; i < 8; i++) value |= (uint64_t)(unsigned char)at[i] << (8 * i);
  return value;
}

void record_write(char *at, const RecordHeader *header, Str bytes) {
  memcpy(at, MAGIC, sizeof MAGIC);
  record_put_u64(at + 8, (uint64_t)header->kind << 32 | FORMAT);
  record_put_u64(at + 16, header->program.low);
  record_put_u64(at + 24, header->program.high);
  record_put_u64(at + 32, header->key.low);
  record_put_u64(at + 40, header->key.high);
  record_put_u64(at + 48, bytes.len);
  record_put_u64(at + 56, XXH3_64bits(bytes.data, bytes.len));
}

bool record_read(Str file, RecordHeader *out) {
  if (file.len < RECORD_HEADER || memcmp(file.data, MAGIC, sizeof MAGIC) != 0) return false;
  uint64_t kind = record_get_u64(file.data + 8);
  *out = (RecordHeader){.program = {record_get_u64(file.data + 16), record_get_u64(file.data + 24)},
                        .key = {record_get_u64(file.data + 32), record_get_u64(file.data + 40)},
                        .kind = (uint32_t)(kind >> 32),
                        .len = record_get_u64(file.data + 48)};
  return (uint32_t)kind == FORMAT;
}

bool record_is_sound(Str file, const RecordHeader *header) {
  return header->len <= file.len - RECORD_HEADER &&
         XXH3_64bits(file.data + RECORD_HEADER, header->len) == record_get_u64(file.data + 56);
}

void record_mark_as_used(int fd, int64_t modified) {
  if (time(NULL) - modified > USED_AFTER) futimens(fd, NULL);
}

static bool write_fully(int fd, Str bytes) {
  while (bytes.len) {
    ssize_t n = write(fd, bytes.data, bytes.len);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = str_slice(bytes, (size_t)n, bytes.len);
  }
  return true;
}

bool file_write_parts(const char *path, Str const *parts, uint32_t len) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return false;
  bool ok = true;
  for (uint32_t i = 0; i < len && ok; i++) ok = write_fully(fd, parts[i]);
  return close(fd) == 0 && ok;
}
