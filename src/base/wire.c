/* SPDX-License-Identifier: BSD-3-Clause
 *
 * wire: numbers and texts as bytes, the same on every machine.
 *
 * Numbers are varints, seven bits a byte, lowest first; texts have their length in front. A reader that runs beyond the end, or
 * meets what cannot be, gives zeros and empty texts from then on and says so once, when it is asked.
 *
 * Go: internal/pkgbits
 */
#include "base/base.h"

void wire_put(Buffer *out, uint64_t value) {
  char bytes[10];
  size_t len = 0;
  for (; value >= 0x80; value >>= 7) bytes[len++] = (char)(value | 0x80);
  bytes[len++] = (char)value;
  buffer_add(out, bytes, len);
}

void wire_put_signed(Buffer *out, int64_t value) {
  wire_put(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void wire_put_str(Buffer *out, Str s) {
  wire_put(out, s.len);
  buffer_str(out, s);
}

void wire_put_digest(Buffer *out, Digest digest) {
  wire_put(out, digest.low);
  wire_put(out, digest.high);
}

uint64_t wire_get(Wire *wire) {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 64 && wire->at < wire->bytes.len; shift += 7) {
    uint8_t byte = (uint8_t)wire->bytes.data[wire->at++];
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) return wire->bad ? 0 : value;
  }
  wire_spoil(wire);
  return 0;
}

int64_t wire_get_signed(Wire *wire) {
  uint64_t value = wire_get(wire);
  return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

uint32_t wire_get_below(Wire *wire, uint64_t limit) {
  uint64_t value = wire_get(wire);
  if (value < limit && value <= UINT32_MAX) return (uint32_t)value;
  wire_spoil(wire);
  return 0;
}

uint32_t wire_get_count(Wire *wire) {
  uint64_t count = wire_get(wire);
  if (count <= wire->bytes.len - wire->at && count <= UINT32_MAX) return (uint32_t)count;
  wire_spoil(wire);
  return 0;
}

Str wire_get_str(Wire *wire) {
  uint32_t len = wire_get_count(wire);
  Str s = {wire->bytes.data + wire->at, len};
  wire->at += len;
  return s;
}

Digest wire_get_digest(Wire *wire) {
  Digest digest = {wire_get(wire), 0};
  digest.high = wire_get(wire);
  return digest;
}

void wire_spoil(Wire *wire) {
  wire->bad = true;
  wire->at = wire->bytes.len;
}
