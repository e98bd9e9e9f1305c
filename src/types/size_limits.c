/* SPDX-License-Identifier: BSD-3-Clause
 *
 * size_limits: types that no program can have, because they, or what a channel or map holds, are too large.
 *
 * In: a package whose types are right. Out: notes. The compiler finds out when it first needs a type's size, and says so at the
 * declaration that it is at; here that is each declared object in turn, with all that its type mentions, each type once. Types that are
 * written in expressions only are not looked at.
 *
 * Go: cmd/compile/internal/types/size.go
 */
#include "types/core.h"

static const int64_t ADDRESS_SPACE = (int64_t)1 << 50; /* bytes, on 64-bit targets */
static const int64_t ADDRESS_SPACE_32 = ((int64_t)1 << 32) - 1;
static const int64_t CHANNEL_ELEMENT_MAX = (int64_t)1 << 16;
static const int64_t MAP_ELEMENT_MAX = (int64_t)1 << 31;

typedef struct Limits {
  Checker *check;
  Map seen;  /* Type* -> 1 */
  Map open;  /* of type_has_type_params_known */
  Map sizes; /* array literals: Type* -> size + 2 */
  Pos pos;   /* of the declaration */
} Limits;

static void visit_type(Limits *l, Type *t);

/* An array's size is that of its elements, which was asked for before: nested arrays are done once each. */
static int64_t size_of(Limits *l, Type *t) {
  t = type_unalias(t);
  if (t->kind != TYPE_ARRAY) return type_size(l->check->universe->target, t);
  const uint64_t *known = map_find(&l->sizes, map_key(t));
  if (known) return (int64_t)*known - 2;
  int64_t n = t->u.elem.length, size = n > 0 ? size_of(l, t->u.elem.type) : 0;
  if (size > 0) size = size > INT64_MAX / n ? -1 : size * n;
  *map_put(&l->sizes, map_key(t)) = (uint64_t)size + 2;
  return size;
}

static bool is_at_least(Limits *l, Type *t, int64_t limit) {
  int64_t size = size_of(l, t);
  return size < 0 || size >= limit;
}

static void visit_array(Limits *l, Type *t) {
  visit_type(l, t->u.elem.type);
  int64_t size = size_of(l, t->u.elem.type), n = t->u.elem.length;
  int64_t limit = l->check->universe->target->pointer_size == 8 ? ADDRESS_SPACE : ADDRESS_SPACE_32;
  if (size > 0 && n > (limit - 1) / size)
    check_error(l->check, l->pos, "type %s larger than address space", text_type(l->check, t));
}

/* The size of a type literal inside of a map comes too late for it. */
static bool is_known_before(Type *t) { return type_unalias(t)->kind == TYPE_NAMED; }

static void visit_map(Limits *l, const Type *t) {
  visit_type(l, t->u.map.value);
  visit_type(l, t->u.map.key);
  if (is_known_before(t->u.map.value) && is_at_least(l, t->u.map.value, MAP_ELEMENT_MAX))
    check_error(l->check, l->pos, "map element type too large");
  if (is_known_before(t->u.map.key) && is_at_least(l, t->u.map.key, MAP_ELEMENT_MAX))
    check_error(l->check, l->pos, "map key type too large");
}

static void visit_objects(Limits *l, ObjectList list) {
  for (uint32_t i = 0; i < list.len; i++) visit_type(l, list.items[i]->type);
}

static void visit_literal(Limits *l, Type *t) {
  switch ((int)t->kind) {
  case TYPE_ARRAY: visit_array(l, t); break;
  case TYPE_POINTER:
  case TYPE_SLICE: visit_type(l, t->u.elem.type); break;
  case TYPE_CHAN:
    visit_type(l, t->u.elem.type);
    if (is_at_least(l, t->u.elem.type, CHANNEL_ELEMENT_MAX))
      check_error(l->check, l->pos, "channel element type too large (>64kB)");
    break;
  case TYPE_MAP: visit_map(l, t); break;
  case TYPE_STRUCT: visit_objects(l, t->u.structure.fields); break;
  case TYPE_SIGNATURE:
    if (t->u.signature.params) visit_objects(l, t->u.signature.params->u.tuple.vars);
    if (t->u.signature.results) visit_objects(l, t->u.signature.results->u.tuple.vars);
    break;
  }
}

static void visit_type(Limits *l, Type *t) {
  if (!t) return;
  t = type_unalias(t);
  if (t->kind == TYPE_BASIC || t->kind == TYPE_INTERFACE || t->kind == TYPE_TYPE_PARAM) return;
  uint64_t *seen = map_put(&l->seen, map_key(t));
  if (*seen) return;
  *seen = 1;
  if (t->kind != TYPE_NAMED) {
    visit_literal(l, t);
  } else if (t->u.named.object->pkg == l->check->pkg && t->u.named.tparams.len + t->u.named.targs.len == 0) {
    visit_type(l, type_underlying(t));
  }
}

/* Parameters and fields belong to what declares their function or struct. */
static bool is_declaration(const Object *object) {
  if (object->kind == OBJECT_VAR) return object->u.var.role == VAR_PACKAGE || object->u.var.role == VAR_LOCAL;
  return object->kind == OBJECT_TYPE_NAME || object->kind == OBJECT_FUNC;
}

/* visit_type would do nothing with it. */
static bool is_plain(const Limits *l, const Type *t) {
  return t->kind == TYPE_BASIC || t->kind == TYPE_INTERFACE ||
         (t->kind == TYPE_NAMED && t->u.named.object->pkg != l->check->pkg);
}

static void visit_definition(void *context, Object *object) {
  Limits *l = context;
  if (!is_declaration(object) || !object->type || is_plain(l, object->type) ||
      type_has_type_params_known(object->type, &l->open))
    return;
  l->pos = object->pos;
  visit_type(l, object->type);
}

void check_size_limits(Checker *check) {
  Arena *scratch = check->scratch;
  Limits l = {.check = check, .seen = map_in(scratch), .open = map_in(scratch), .sizes = map_in(scratch)};
  info_each_def(check->info, visit_definition, &l);
}
