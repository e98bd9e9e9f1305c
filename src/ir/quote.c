/* SPDX-License-Identifier: BSD-3-Clause
 *
 * quote: strings and characters in Go's quotes, as the compiler's printing functions write them.
 *
 * In: bytes or a code point. Out: "…" or '…' with the escapes that Go's %q uses: printable characters stay as they are.
 *
 * Go: strconv/quote.go
 */
#include "ir/ir.h"

#include <utf8proc.h>

static bool is_printable(int32_t rune) {
  if (rune < 0x80) return rune >= ' ' && rune < 0x7f;
  utf8proc_category_t category = utf8proc_category(rune);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_SO;
}

static void quote_rune(Buffer *out, int32_t rune, char quote) {
  static const char short_escapes[] = "\aa\bb\ff\nn\rr\tt\vv";
  if (rune == quote || rune == '\\') {
    buffer_char(out, '\\');
    buffer_char(out, (char)rune);
    return;
  }
  if (is_printable(rune)) {
    buffer_rune(out, (uint32_t)rune);
    return;
  }
  for (size_t i = 0; short_escapes[i]; i += 2)
    if (rune == short_escapes[i]) {
      buffer_char(out, '\\');
      buffer_char(out, short_escapes[i + 1]);
      return;
    }
  if (rune < ' ' || rune == 0x7f)
    buffer_printf(out, "\\x%02x", (unsigned)rune);
  else if (rune < 0x10000)
    buffer_printf(out, "\\u%04x", (unsigned)rune);
  else
    buffer_printf(out, "\\U%08x", (unsigned)rune);
}

void text_quote(Buffer *out, Str s) {
  buffer_char(out, '"');
  for (size_t i = 0; i < s.len;) {
    utf8proc_int32_t rune = -1;
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)s.data + i, (utf8proc_ssize_t)(s.len - i), &rune);
    if (n <= 0) {
      buffer_printf(out, "\\x%02x", (unsigned char)s.data[i++]);
      continue;
    }
    quote_rune(out, rune, '"');
    i += (size_t)n;
  }
  buffer_char(out, '"');
}

void text_quote_rune(Buffer *out, uint32_t rune) {
  bool valid = rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  buffer_char(out, '\'');
  quote_rune(out, valid ? (int32_t)rune : 0xfffd, '\'');
  buffer_char(out, '\'');
}

bool text_is_exported(Str name) {
  utf8proc_int32_t rune = -1;
  if (name.len == 0) return false;
  utf8proc_ssize_t n =
      utf8proc_iterate((const utf8proc_uint8_t *)name.data, (utf8proc_ssize_t)name.len, &rune);
  return n > 0 && utf8proc_category(rune) == UTF8PROC_CATEGORY_LU;
}
