/* SPDX-License-Identifier: BSD-3-Clause
 *
 * names: what closures and the compiler's own wrappers are called.
 *
 * In: the surrounding function, the literal's position (with its inlined call), the kind of closure.
 * Out: "F.func1", nested "F.func1.2", "F-range1", "F.gowrap1", "F.deferwrap1". A closure that came with an inlined body is named
 * after the innermost inlined function, plus a hash of the chain of inlined calls between two '#', so that copies differ.
 *
 * Go: cmd/compile/internal/ir/func.go, cmd/internal/obj/objfile.go, cmd/internal/hash
 */
#include "ir/ir.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>

enum { HASH_BYTES = 8, HASH_TEXT = 12 };

static size_t print_number(char *out, uint64_t number) {
  char digits[24];
  size_t n = 0, len = 0;
  do digits[n++] = (char)('0' + number % 10);
  while (number /= 10);
  while (n > 0) out[len++] = digits[--n];
  return len;
}

/* The chain from the outermost call down to call number n, each call's parent as the compiler counts (from 0). */
static void hash_parents(const Unit *unit, uint32_t n, struct sha256_ctx *hash) {
  const InlinedCall *call = &unit->inline_tree.items[n - 1];
  if (call->parent == 0) return;
  hash_parents(unit, call->parent, hash);
  char text[24] = " ";
  size_t len = 1 + print_number(text + 1, call->parent - 1);
  sha256_update(hash, len, (const uint8_t *)text);
}

static void inline_hash(const Unit *unit, uint32_t n, char out[HASH_TEXT]) {
  struct sha256_ctx hash;
  sha256_init(&hash);
  sha256_update(&hash, 1, (const uint8_t *)"\1");
  char text[24];
  size_t len = print_number(text, n - 1);
  sha256_update(&hash, len, (const uint8_t *)text);
  hash_parents(unit, n, &hash);
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(&hash, sizeof digest, digest);
  char encoded[BASE64_ENCODE_RAW_LENGTH(HASH_BYTES) + 1];
  base64_encode_raw(encoded, HASH_BYTES, digest);
  memcpy(out, encoded, HASH_TEXT);
}

/* Where the name's "#hash#" starts; -1 without one. */
static ptrdiff_t find_hash(Str name) {
  ptrdiff_t at = str_index(name, '#');
  if (at < 0 || name.len < (size_t)at + HASH_TEXT + 2 || name.data[at + HASH_TEXT + 1] != '#') return -1;
  return at;
}

Str func_diagnostic_name(const Func *f) {
  Str name = atom_str(f->name->name);
  ptrdiff_t at = find_hash(name);
  if (at < 0) return name;
  Str head = str_slice(name, 0, (size_t)at);
  Str tail = str_slice(name, (size_t)at + HASH_TEXT + 2, name.len);
  return tail.len == 0 ? head : arena_printf(f->unit->arena, STR_FMT STR_FMT, STR_ARG(head), STR_ARG(tail));
}

static int32_t *gen_counter(Func *outer, ClosureWhy why) {
  if (why == CLOSURE_LITERAL) return &outer->func_lit_gen;
  if (why == CLOSURE_RANGE) return &outer->range_lit_gen;
  return &outer->go_defer_gen;
}

static const char *why_suffix(const Func *outer, ClosureWhy why) {
  switch (why) {
  case CLOSURE_LITERAL: return outer->closure ? "." : ".func";
  case CLOSURE_RANGE: return "-range";
  case CLOSURE_GO: return ".gowrap";
  case CLOSURE_DEFER: return ".deferwrap";
  }
  BUG("closure of kind %d", (int)why);
}

enum { LONG_NAME = 256 };
static const uint64_t LONG_NAMES_MAX = 256 << 20;

/* Of n closures one in the other all names together have the order of n * n bytes. */
static void limit_names(Unit *unit, Pos pos, size_t len) {
  if (len >= LONG_NAME) unit->long_names += len;
  if (unit->long_names > LONG_NAMES_MAX)
    give_up(pos.v, "function literals nested too deeply: their names take more than %d MiB",
            (int)(LONG_NAMES_MAX >> 20));
}

Atom func_closure_name_numbered(Unit *unit, Func *outer, XPos pos, ClosureWhy why, int32_t gen) {
  bool global = (outer->flags & FUNC_PACKAGE_INIT) && unit->profile->global_closures;
  Str base = name_is_blank(outer->name) || global ? STR("glob.") : atom_str(outer->name->name);
  if (pos.inl != 0) base = atom_str(unit->inline_tree.items[pos.inl - 1].callee->name->name);
  if (gen == 0) gen = ++*gen_counter(outer, why);
  Buffer text = {0};
  buffer_str(&text, base);
  buffer_printf(&text, "%s%d", why_suffix(outer, why), (int)gen);
  if (pos.inl != 0) {
    ptrdiff_t at = find_hash(buffer_view(&text));
    if (at >= 0) {
      memmove(text.data + at, text.data + at + HASH_TEXT + 2, text.len - (size_t)at - HASH_TEXT - 2);
      text.len -= HASH_TEXT + 2;
    }
    char hash[HASH_TEXT];
    inline_hash(unit, pos.inl, hash);
    buffer_char(&text, '#');
    buffer_add(&text, hash, HASH_TEXT);
    buffer_char(&text, '#');
  }
  Atom name = intern(unit->session->interner, buffer_view(&text));
  buffer_free(&text);
  limit_names(unit, xpos_outermost(unit, pos), name->len);
  return name;
}

Atom func_closure_name(Unit *unit, Func *outer, XPos pos, ClosureWhy why) {
  return func_closure_name_numbered(unit, outer, pos, why, 0);
}
