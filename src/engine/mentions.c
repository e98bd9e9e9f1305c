/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mentions: is a name anywhere in a text, or in a file?
 *
 * Files are asked again and again, mostly in vain. So each has a filter, made when it is first asked: one bit for the hash of each word
 * in it. A name whose bit is not set is not there.
 *
 * Go: none
 */
#define _GNU_SOURCE /* memmem */
#include "engine/private.h"

struct NameFilter {
  uint64_t *bits; /* NULL: not made yet */
  uint32_t mask;
};

enum { FILTER_BITS_MIN = 1024, BYTES_PER_BIT = 2 /* of source text, about */ };

static const uint32_t HASH_FACTOR = 0x9E3779B1; /* odd, spreads over all bits */

static bool in_name(char c) {
  unsigned char byte = (unsigned char)c;
  return (unsigned char)((byte | 0x20) - 'a') < 26 || (unsigned char)(byte - '0') < 10 || byte == '_' ||
         byte >= 0x80;
}

bool text_mentions(Str text, Str name) {
  const char *end = text.data + text.len;
  for (const char *at = text.data; text.len && at + name.len <= end; at++) {
    at = memmem(at, (size_t)(end - at), name.data, name.len);
    if (!at) return false;
    if ((at == text.data || !in_name(at[-1])) && (at + name.len == end || !in_name(at[name.len])))
      return true;
  }
  return false;
}

static uint32_t hash_step(uint32_t hash, unsigned char c) { return (hash ^ c) * HASH_FACTOR; }

static uint32_t slot_of(const NameFilter *filter, uint32_t hash) {
  return (hash ^ hash >> 15) & filter->mask;
}

static void fill(NameFilter *filter, Arena *arena, Str text) {
  uint32_t count = FILTER_BITS_MIN;
  while (count < text.len / BYTES_PER_BIT) count *= 2;
  filter->mask = count - 1;
  filter->bits = arena_new_array(arena, uint64_t, count / 64);
  for (size_t i = 0; i < text.len;) {
    uint32_t hash = 0;
    size_t start = i;
    for (; i < text.len && in_name(text.data[i]); i++) hash = hash_step(hash, (unsigned char)text.data[i]);
    uint32_t slot = slot_of(filter, hash);
    if (i > start) filter->bits[slot / 64] |= (uint64_t)1 << slot % 64;
    while (i < text.len && !in_name(text.data[i])) i++;
  }
}

bool file_mentions(EnginePackage *package, const PackageFile *file, Str name) {
  const Package *pkg = package->pkg;
  Str text = file->syntax->source->text;
  if (!package->filters) package->filters = arena_new_array(package->arena, NameFilter, pkg->file_len);
  NameFilter *filter = &package->filters[file - pkg->files];
  if (!filter->bits) fill(filter, package->arena, text);
  uint32_t hash = 0;
  for (size_t i = 0; i < name.len; i++) hash = hash_step(hash, (unsigned char)name.data[i]);
  uint32_t slot = slot_of(filter, hash);
  return filter->bits[slot / 64] >> slot % 64 & 1;
}
