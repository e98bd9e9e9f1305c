/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Types that would contain themselves in memory: `type T struct { f T }`, also through type arguments.
 *
 * Idea: walk what a type contains. `nest` is the chain of named types whose memory surrounds the place; meeting one of them
 * again is an error. A type parameter stands for the argument of the instance around it, and that argument is walked in the
 * nest in which the instance stands. `path` keeps everything for the message.
 *
 * Go: cmd/compile/internal/types2/validtype.go
 */
#include "types/core.h"

typedef struct Link { /* innermost first */
  Type *type;
  const struct Link *outer;
} Link;

static bool valid(Checker *check, Type *t, const Link *nest, const Link *path);

static void make_invalid(Checker *check, Type *t) {
  t = t->u.named.origin ? t->u.named.origin : t;
  t->u.named.from_rhs = type_invalid(check->universe);
  t->u.named.underlying = NULL;
}

static void report_cycle(Checker *check, Type *t, const Link *path) {
  uint32_t len = 0;
  const Link *first = NULL;
  uint32_t first_len = 0;
  for (const Link *l = path; l; l = l->outer) {
    len++;
    if (type_identical(l->type, t)) { /* the outermost occurrence starts the cycle */
      first = l;
      first_len = len;
    }
  }
  if (!first) BUG("start of a type cycle not found");
  Object **cycle = arena_new_array(check->arena, Object *, first_len);
  uint32_t i = first_len;
  for (const Link *l = path; i > 0; l = l->outer) {
    /* Instances keep their arguments in the message: an object of their own says so. */
    Object *object = l->type->u.named.object;
    if (l->type->u.named.targs.len) {
      Object *copy = object_copy(check->arena, object);
      copy->type = l->type;
      if (pos_known(l->type->u.named.state->pos)) copy->pos = l->type->u.named.state->pos;
      object = copy;
    }
    cycle[--i] = object;
  }
  check_cycle_error(check, cycle, first_len, 0);
}

static bool valid_named(Checker *check, Type *t, const Link *nest, const Link *path) {
  for (const Link *l = nest; l; l = l->outer) {
    if (!type_identical(l->type, t)) continue;
    make_invalid(check, t);
    report_cycle(check, t, path);
    return false;
  }
  Type *origin = t->u.named.origin ? t->u.named.origin : t;
  Type *rhs = origin->u.named.from_rhs;
  if (!rhs || rhs->kind == TYPE_BASIC) return true;
  /* What is not generic is the same in every nest. Imported types are published, thus valid. */
  bool generic = type_params(t).len > 0;
  NamedState *state = t->u.named.state;
  if (!generic && (state->valid || t->u.named.object->pkg != check->pkg)) return true;
  Link in_nest = {t, nest}, on_path = {t, path};
  if (!valid(check, rhs, &in_nest, &on_path)) return false;
  if (!generic) state->valid = true;
  return true;
}

static bool valid_tparam(Checker *check, Type *t, const Link *nest, const Link *path) {
  if (!nest) return true;
  TypeList tparams = type_params(nest->type), targs = nest->type->u.named.targs;
  for (uint32_t i = 0; i < tparams.len && i < targs.len; i++)
    if (tparams.items[i] == t) return valid(check, targs.items[i], nest->outer, path);
  return true;
}

static bool valid(Checker *check, Type *t, const Link *nest, const Link *path) {
  t = type_unalias(t);
  switch (t->kind) {
  case TYPE_ARRAY: return valid(check, t->u.elem.type, nest, path);
  case TYPE_STRUCT:
    for (uint32_t i = 0; i < t->u.structure.fields.len; i++)
      if (!valid(check, t->u.structure.fields.items[i]->type, nest, path)) return false;
    return true;
  case TYPE_UNION:
    for (uint32_t i = 0; i < t->u.union_.len; i++)
      if (!valid(check, t->u.union_.terms[i].type, nest, path)) return false;
    return true;
  case TYPE_INTERFACE:
    for (uint32_t i = 0; i < t->u.interface.embeddeds.len; i++)
      if (!valid(check, t->u.interface.embeddeds.items[i], nest, path)) return false;
    return true;
  case TYPE_NAMED: return valid_named(check, t, nest, path);
  case TYPE_TYPE_PARAM: return valid_tparam(check, t, nest, path);
  case TYPE_BASIC:
  case TYPE_ALIAS:
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_MAP:
  case TYPE_CHAN:
  case TYPE_TUPLE:
  case TYPE_SIGNATURE: break;
  }
  return true;
}

void check_valid_type(Checker *check, Type *named) { valid(check, named, NULL, NULL); }
