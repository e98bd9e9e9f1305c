/* SPDX-License-Identifier: BSD-3-Clause
 *
 * text: slices of bytes and the growing byte buffer.
 *
 * Go: strings, bytes.Buffer (the few operations that a compiler needs)
 */
#include "base/base.h"

#define XXH_INLINE_ALL
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

int str_compare(Str a, Str b) {
  size_t shorter = a.len < b.len ? a.len : b.len;
  int order = shorter ? memcmp(a.data, b.data, shorter) : 0;
  return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_has_suffix(Str s, Str suffix) {
  return s.len >= suffix.len && str_equal(str_slice(s, s.len - suffix.len, s.len), suffix);
}

ptrdiff_t str_index(Str s, char c) {
  const char *at = s.len ? memchr(s.data, c, s.len) : NULL;
  return at ? at - s.data : -1;
}

ptrdiff_t str_last_index(Str s, char c) {
  for (size_t i = s.len; i-- > 0;)
    if (s.data[i] == c) return (ptrdiff_t)i;
  return -1;
}

uint64_t str_hash(Str s) { return XXH3_64bits(s.data ? s.data : "", s.len); }

void buffer_free(Buffer *buffer) {
  free(buffer->data);
  *buffer = (Buffer){0};
}

/* Room for n more bytes and a NUL. */
static void buffer_reserve(Buffer *buffer, size_t n) {
  if (n < buffer->cap - buffer->len) return;
  size_t cap = buffer->cap + buffer->cap / 2;
  if (cap < buffer->len + n + 1) cap = buffer->len + n + 1;
  if (cap < 64) cap = 64;
  char *grown = realloc(buffer->data, cap);
  if (!grown) fatal("out of memory");
  buffer->data = grown;
  buffer->cap = cap;
}

void buffer_add(Buffer *buffer, const void *bytes, size_t n) {
  buffer_reserve(buffer, n);
  if (n) memcpy(buffer->data + buffer->len, bytes, n);
  buffer->len += n;
  buffer->data[buffer->len] = 0;
}

char *buffer_extend(Buffer *buffer, size_t n) {
  buffer_reserve(buffer, n);
  char *room = buffer->data + buffer->len;
  buffer->len += n;
  buffer->data[buffer->len] = 0;
  return room;
}

char *decimal_put(char *to, int64_t value) {
  char digits[DECIMAL_MAX];
  size_t at = sizeof digits;
  uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
  do digits[--at] = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) digits[--at] = '-';
  memcpy(to, digits + at, sizeof digits - at);
  return to + (sizeof digits - at);
}

void buffer_decimal(Buffer *buffer, int64_t value) {
  char text[DECIMAL_MAX];
  buffer_add(buffer, text, (size_t)(decimal_put(text, value) - text));
}

void buffer_char(Buffer *buffer, char c) {
  buffer_reserve(buffer, 1);
  buffer->data[buffer->len++] = c;
  buffer->data[buffer->len] = 0;
}

void buffer_rune(Buffer *buffer, uint32_t rune) {
  if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) rune = 0xFFFD;
  unsigned char bytes[4];
  size_t n = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
  for (size_t i = n; i-- > 1; rune >>= 6) bytes[i] = (unsigned char)(0x80 | (rune & 0x3F));
  const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  bytes[0] = (unsigned char)(lead[n] | rune);
  buffer_add(buffer, bytes, n);
}

void buffer_vprintf(Buffer *buffer, const char *fmt, va_list args) {
  va_list again;
  va_copy(again, args);
  buffer_reserve(buffer, 0);
  size_t room = buffer->cap - buffer->len;
  int len = vsnprintf(buffer->data + buffer->len, room, fmt, args);
  if (len < 0) BUG("bad format: %s", fmt);
  if ((size_t)len >= room) {
    buffer_reserve(buffer, (size_t)len);
    vsnprintf(buffer->data + buffer->len, (size_t)len + 1, fmt, again);
  }
  va_end(again);
  buffer->len += (size_t)len;
}

void buffer_printf(Buffer *buffer, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  buffer_vprintf(buffer, fmt, args);
  va_end(args);
}
