/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to base/: the header in front of the bytes of a record, alone in a file (store.c) or among others (pack.c).
 *
 * 64 bytes, numbers little-endian: "heapwhy" and a NUL; format and kind (32 bits each); digests of the program that wrote it and of its
 * key (128 bits each); number of bytes behind the header; their checksum.
 */
#ifndef HEAPWHY_BASE_RECORD_H
#define HEAPWHY_BASE_RECORD_H

#include "base/base.h"

enum { RECORD_HEADER = 64 /* bytes */ };

typedef struct RecordHeader {
  Digest program, key;
  uint32_t kind;
  uint64_t len; /* of what follows */
} RecordHeader;

void record_put_u64(char *at, uint64_t value);
uint64_t record_get_u64(const char *at);

void record_write(char *at, const RecordHeader *header, Str bytes); /* header->len is not looked at */
/* False: no header of a record, of this format. */
bool record_read(Str file, RecordHeader *out);
/* The record at the beginning of `file` has its checksum; header: as record_read gave it. */
bool record_is_sound(Str file, const RecordHeader *header);

/* modified: of the file, in seconds. */
void record_mark_as_used(int fd, int64_t modified);

/* base/files.c has reading; this writes a new file, all of it. */
bool file_write_parts(const char *path, Str const *parts, uint32_t len);

/* ---- pack.c: a shelf is a pack of which records are verified when they are asked for ---- */

Pack *shelf_open(Str path, Digest program); /* NULL: there is none that can be used */
bool shelf_get(const Pack *shelf, uint32_t kind, Digest key, Str *out);
bool shelf_remove(const Pack *shelf, uint32_t kind, Digest key); /* for whoever opens it from now on, too */
void shelf_copy(const Pack *shelf, Pack *to, size_t limit);      /* nothing if its file is larger than that */

#endif
