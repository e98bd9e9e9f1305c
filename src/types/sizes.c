/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sizes, alignments and offsets as gc lays memory out on a target. A size that does not fit in 63 bits is -1.
 *
 * Go: cmd/compile/internal/types2/{gcsizes,sizes}.go
 */
#include "types/core.h"

static int64_t round_up(int64_t x, int64_t align) {
  return (int64_t)(((uint64_t)x + (uint64_t)align - 1) & ~((uint64_t)align - 1));
}

/* Empty struct types by which the runtime asks for 8-byte alignment on all targets. */
static bool is_align64(Type *t) {
  const Type *named = type_as_named(t);
  if (!named || !named->u.named.object->pkg) return false;
  Str name = atom_str(named->u.named.object->name), path = atom_str(named->u.named.object->pkg->path);
  return str_equal(name, STR("align64")) &&
         (str_equal(path, STR("sync/atomic")) || str_equal(path, STR("internal/runtime/atomic")));
}

int64_t type_align(const Target *target, Type *t) {
  Type *under = type_underlying(t);
  switch (under->kind) {
  case TYPE_ARRAY: return type_align(target, under->u.elem.type);
  case TYPE_STRUCT: {
    ObjectList fields = under->u.structure.fields;
    if (fields.len == 0 && is_align64(t)) return 8;
    int64_t max = 1;
    for (uint32_t i = 0; i < fields.len; i++) {
      int64_t align = type_align(target, fields.items[i]->type);
      if (align > max) max = align;
    }
    return max;
  }
  case TYPE_BASIC: {
    if (under->u.basic.flags & BASIC_IS_STRING) return target->pointer_size;
    int64_t align = type_size(target, under);
    if (under->u.basic.flags & BASIC_IS_COMPLEX) align /= 2;
    return align < 1 ? 1 : align > target->max_align ? target->max_align : align;
  }
  case TYPE_SLICE:
  case TYPE_INTERFACE:
  case TYPE_POINTER:
  case TYPE_MAP:
  case TYPE_CHAN:
  case TYPE_SIGNATURE: return target->pointer_size;
  case TYPE_NAMED:
  case TYPE_ALIAS:
  case TYPE_TUPLE:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: break;
  }
  return 1;
}

/* Walks the fields up to `until` (or all): the offset of that field, or the end of the last one; -1: too large. */
static int64_t lay_out(const Target *target, ObjectList fields, uint32_t until, bool end) {
  int64_t offset = 0;
  for (uint32_t i = 0; i < fields.len; i++) {
    offset = round_up(offset, type_align(target, fields.items[i]->type));
    if (offset < 0) return -1;
    if (i == until && !end) return offset;
    int64_t size = type_size(target, fields.items[i]->type);
    if (size < 0 || offset > INT64_MAX - size) return -1;
    /* A pointer past an empty last field would point into the next object. */
    if (size == 0 && offset > 0 && i + 1 == fields.len) size = 1;
    offset += size;
  }
  return offset;
}

int64_t type_field_offset(const Target *target, Type *structure, uint32_t field) {
  return lay_out(target, type_underlying(structure)->u.structure.fields, field, false);
}

static int64_t basic_size(const Target *target, BasicKind kind) {
  static const uint8_t sizes[BASIC_KIND_COUNT] = {
      [BASIC_BOOL] = 1,       [BASIC_INT8] = 1,    [BASIC_INT16] = 2,   [BASIC_INT32] = 4,
      [BASIC_INT64] = 8,      [BASIC_UINT8] = 1,   [BASIC_UINT16] = 2,  [BASIC_UINT32] = 4,
      [BASIC_UINT64] = 8,     [BASIC_FLOAT32] = 4, [BASIC_FLOAT64] = 8, [BASIC_COMPLEX64] = 8,
      [BASIC_COMPLEX128] = 16};
  if (sizes[kind]) return sizes[kind];
  return kind == BASIC_STRING ? 2 * target->pointer_size : target->pointer_size;
}

int64_t type_size(const Target *target, Type *t) {
  Type *under = type_underlying(t);
  switch (under->kind) {
  case TYPE_BASIC: return basic_size(target, under->u.basic.kind);
  case TYPE_ARRAY: {
    int64_t n = under->u.elem.length;
    if (n <= 0) return 0;
    int64_t size = type_size(target, under->u.elem.type);
    if (size <= 0) return size;
    return size > INT64_MAX / n ? -1 : size * n;
  }
  case TYPE_SLICE: return 3 * target->pointer_size;
  case TYPE_STRUCT: {
    int64_t end = lay_out(target, under->u.structure.fields, 0, true);
    if (end < 0) return -1;
    end = round_up(end, type_align(target, t));
    return end < 0 ? -1 : end;
  }
  case TYPE_INTERFACE: return 2 * target->pointer_size;
  case TYPE_NAMED:
  case TYPE_ALIAS:
  case TYPE_POINTER:
  case TYPE_MAP:
  case TYPE_CHAN:
  case TYPE_TUPLE:
  case TYPE_SIGNATURE:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: break;
  }
  return target->pointer_size;
}

bool type_is_direct_interface(Type *t) {
  t = type_underlying(t);
  switch ((int)t->kind) {
  case TYPE_POINTER: return !type_not_in_heap(t->u.elem.type);
  case TYPE_CHAN:
  case TYPE_MAP:
  case TYPE_SIGNATURE: return true;
  case TYPE_ARRAY: return t->u.elem.length == 1 && type_is_direct_interface(t->u.elem.type);
  case TYPE_STRUCT: {
    ObjectList fields = t->u.structure.fields;
    return fields.len == 1 && type_is_direct_interface(fields.items[0]->type);
  }
  }
  return type_is_basic(t, BASIC_UNSAFE_POINTER);
}

/* ---- pointers ---- */

/* Asked for often, and never another answer: each takes two bits of Type.traits, the second says that the first is known. */
typedef enum Trait { TRAIT_NOT_IN_HEAP = 1, TRAIT_POINTERS = 4 } Trait;

static bool trait(Type *t, Trait which, bool (*find_out)(Type *t)) {
  uint8_t known = __atomic_load_n(&t->traits, __ATOMIC_RELAXED);
  if (known & 2 * which) return known & which;
  bool answer = find_out(t);
  __atomic_fetch_or(&t->traits, (uint8_t)(2 * which + answer * which), __ATOMIC_RELAXED);
  return answer;
}

static bool find_not_in_heap(Type *t) {
  const Type *named = type_as_named(t);
  if (named && named->u.named.object->pkg) {
    const Object *object = named->u.named.object;
    if (object->u.type_name.not_in_heap) return true;
    if (str_equal(atom_str(object->name), STR("nih")) &&
        str_equal(atom_str(object->pkg->path), STR("internal/runtime/sys")))
      return true;
  }
  const Type *under = type_underlying(t);
  if (under->kind == TYPE_ARRAY) return type_not_in_heap(under->u.elem.type);
  if (under->kind != TYPE_STRUCT) return false;
  for (uint32_t i = 0; i < under->u.structure.fields.len; i++)
    if (type_not_in_heap(under->u.structure.fields.items[i]->type)) return true;
  return false;
}

bool type_not_in_heap(Type *t) {
  if (t->kind != TYPE_NAMED && t->kind != TYPE_STRUCT && t->kind != TYPE_ARRAY && t->kind != TYPE_ALIAS)
    return false;
  return trait(t, TRAIT_NOT_IN_HEAP, find_not_in_heap);
}

static bool find_pointers(Type *t) {
  Type *under = type_underlying(t);
  switch (under->kind) {
  case TYPE_BASIC:
    return under->u.basic.kind == BASIC_STRING || under->u.basic.kind == BASIC_UNSAFE_POINTER ||
           under->u.basic.kind == BASIC_UNTYPED_STRING || under->u.basic.kind == BASIC_UNTYPED_NIL;
  case TYPE_ARRAY: return under->u.elem.length != 0 && type_has_pointers(under->u.elem.type);
  case TYPE_STRUCT:
    for (uint32_t i = 0; i < under->u.structure.fields.len; i++)
      if (type_has_pointers(under->u.structure.fields.items[i]->type)) return true;
    return false;
  case TYPE_TUPLE:
    for (uint32_t i = 0; i < under->u.tuple.vars.len; i++)
      if (type_has_pointers(under->u.tuple.vars.items[i]->type)) return true;
    return false;
  case TYPE_POINTER:
  case TYPE_SLICE: return !type_not_in_heap(under->u.elem.type);
  case TYPE_NAMED:
  case TYPE_ALIAS:
  case TYPE_MAP:
  case TYPE_CHAN:
  case TYPE_SIGNATURE:
  case TYPE_INTERFACE:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: break;
  }
  return true;
}

bool type_has_pointers(Type *t) { return trait(t, TRAIT_POINTERS, find_pointers); }
