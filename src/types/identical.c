/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Type identity, and the hash that goes with it.
 *
 * Idea: types are compared by structure down to named types, which are one pointer each (instances are unique in a session,
 * but may be compared before they are, so their arguments are compared). Anonymous interfaces can be cyclic: pairs of
 * interfaces under comparison are chained on the stack and taken for equal when met again.
 *
 * Go: cmd/compile/internal/types2/predicates.go (comparer)
 */
#include "types/core.h"

typedef struct Pair {
  const Type *x, *y;
  const struct Pair *outer;
} Pair;

static bool identical(Type *x, Type *y, bool ignore_tags, const Pair *outer);

static bool same_vars(ObjectList a, ObjectList b, bool ignore_tags, const Pair *outer) {
  if (a.len != b.len) return false;
  for (uint32_t i = 0; i < a.len; i++)
    if (!identical(a.items[i]->type, b.items[i]->type, ignore_tags, outer)) return false;
  return true;
}

static bool same_structs(const Type *x, const Type *y, bool ignore_tags, const Pair *outer) {
  ObjectList a = x->u.structure.fields, b = y->u.structure.fields;
  if (a.len != b.len) return false;
  for (uint32_t i = 0; i < a.len; i++) {
    const Object *f = a.items[i], *g = b.items[i];
    if (f->u.var.embedded != g->u.var.embedded || !object_same_id(f, g->pkg, g->name, false)) return false;
    if (!ignore_tags) {
      Str p = x->u.structure.tags ? x->u.structure.tags[i] : (Str){0};
      Str q = y->u.structure.tags ? y->u.structure.tags[i] : (Str){0};
      if (!str_equal(p, q)) return false;
    }
    if (!identical(f->type, g->type, ignore_tags, outer)) return false;
  }
  return true;
}

static bool same_signatures(Type *x, Type *y, bool ignore_tags, const Pair *outer) {
  TypeList xs = x->u.signature.tparams, ys = y->u.signature.tparams;
  if (xs.len != ys.len || x->u.signature.variadic != y->u.signature.variadic) return false;
  Type *params = y->u.signature.params, *results = y->u.signature.results;
  if (xs.len) { /* names of type parameters do not matter: put x's into y */
    Universe *u = x->universe;
    for (uint32_t i = 0; i < xs.len; i++) {
      Type *bound = type_subst(u, ys.items[i]->u.tparam.bound, ys, xs);
      if (!identical(xs.items[i]->u.tparam.bound, bound, ignore_tags, outer)) return false;
    }
    params = type_subst(u, params, ys, xs);
    results = type_subst(u, results, ys, xs);
  }
  return identical(x->u.signature.params, params, ignore_tags, outer) &&
         identical(x->u.signature.results, results, ignore_tags, outer);
}

static bool same_interfaces(Type *x, Type *y, bool ignore_tags, const Pair *outer) {
  Universe *u = x->universe;
  TypeSet *xs = type_set(u, x), *ys = type_set(u, y);
  if (type_set_is_comparable(xs) != type_set_is_comparable(ys)) return false;
  if (type_set_has_terms(xs) != type_set_has_terms(ys) || type_set_is_empty(xs) != type_set_is_empty(ys))
    return false;
  if (type_set_has_terms(xs) && !(type_set_subset_of(u, xs, ys) && type_set_subset_of(u, ys, xs)))
    return false;
  ObjectList a = type_set_methods(xs), b = type_set_methods(ys);
  if (a.len != b.len) return false;
  for (const Pair *p = outer; p; p = p->outer)
    if ((p->x == x && p->y == y) || (p->x == y && p->y == x)) return true;
  Pair pair = {x, y, outer};
  for (uint32_t i = 0; i < a.len; i++) {
    const Object *f = a.items[i], *g = b.items[i];
    if (!object_same_id(f, g->pkg, g->name, false)) return false;
    if (!identical(f->type, g->type, ignore_tags, &pair)) return false;
  }
  return true;
}

static bool has_term(const Type *t, UnionTerm term) {
  for (uint32_t i = 0; i < t->u.union_.len; i++)
    if (t->u.union_.terms[i].tilde == term.tilde && type_identical(t->u.union_.terms[i].type, term.type))
      return true;
  return false;
}

static bool same_unions(const Type *x, const Type *y) {
  for (uint32_t i = 0; i < x->u.union_.len; i++)
    if (!has_term(y, x->u.union_.terms[i])) return false;
  for (uint32_t i = 0; i < y->u.union_.len; i++)
    if (!has_term(x, y->u.union_.terms[i])) return false;
  return true;
}

static bool same_named(Type *x, Type *y) {
  TypeList xs = x->u.named.targs, ys = y->u.named.targs;
  if (xs.len != ys.len || !xs.len) return false; /* different declarations, or generic and instance */
  if (x->u.named.object != y->u.named.object) return false;
  for (uint32_t i = 0; i < xs.len; i++)
    if (!type_identical(xs.items[i], ys.items[i])) return false;
  return true;
}

static bool identical(Type *x, Type *y, bool ignore_tags, const Pair *outer) {
  if (x == y) return true;
  if (!x || !y) return false;
  x = type_unalias(x);
  y = type_unalias(y);
  if (x == y) return true;
  if (x->kind != y->kind) return false;
  switch (x->kind) {
  case TYPE_BASIC: return x->u.basic.kind == y->u.basic.kind;
  case TYPE_ARRAY:
    if (x->u.elem.length >= 0 && y->u.elem.length >= 0 && x->u.elem.length != y->u.elem.length) return false;
    return identical(x->u.elem.type, y->u.elem.type, ignore_tags, outer);
  case TYPE_POINTER:
  case TYPE_SLICE: return identical(x->u.elem.type, y->u.elem.type, ignore_tags, outer);
  case TYPE_CHAN:
    return x->u.elem.dir == y->u.elem.dir && identical(x->u.elem.type, y->u.elem.type, ignore_tags, outer);
  case TYPE_MAP:
    return identical(x->u.map.key, y->u.map.key, ignore_tags, outer) &&
           identical(x->u.map.value, y->u.map.value, ignore_tags, outer);
  case TYPE_STRUCT: return same_structs(x, y, ignore_tags, outer);
  case TYPE_TUPLE: return same_vars(x->u.tuple.vars, y->u.tuple.vars, ignore_tags, outer);
  case TYPE_SIGNATURE: return same_signatures(x, y, ignore_tags, outer);
  case TYPE_INTERFACE: return same_interfaces(x, y, ignore_tags, outer);
  case TYPE_UNION: return same_unions(x, y);
  case TYPE_NAMED: return same_named(x, y);
  case TYPE_ALIAS: /* not set up yet */
  case TYPE_TYPE_PARAM: /* equal only to itself */ break;
  }
  return false;
}

bool type_identical_structure_(Type *a, Type *b) { return identical(a, b, false, NULL); }
bool type_identical_ignore_tags(Type *a, Type *b) { return identical(a, b, true, NULL); }

/* ---- hash ---- */

static uint32_t mix(uint32_t h, uint32_t v) { return (h ^ v) * 0x9e3779b1u + (h >> 15); }

/* Nothing that may still change while a package is checked goes in: of interfaces and generic signatures only the kind. */
uint32_t type_hash(Type *t) {
  t = type_unalias(t);
  uint32_t h = mix(0x811c9dc5u, (uint32_t)t->kind);
  switch (t->kind) {
  case TYPE_BASIC: return mix(h, (uint32_t)t->u.basic.kind);
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY: return t->u.elem.type ? mix(h, type_hash(t->u.elem.type)) : h;
  case TYPE_CHAN: return mix(mix(h, (uint32_t)t->u.elem.dir), type_hash(t->u.elem.type));
  case TYPE_MAP: return mix(mix(h, type_hash(t->u.map.key)), type_hash(t->u.map.value));
  case TYPE_STRUCT:
    for (uint32_t i = 0; i < t->u.structure.fields.len; i++) {
      const Object *field = t->u.structure.fields.items[i];
      h = mix(mix(h, field->name ? field->name->hash : 0), type_hash(field->type));
    }
    return h;
  case TYPE_TUPLE:
    for (uint32_t i = 0; i < t->u.tuple.vars.len; i++) h = mix(h, type_hash(t->u.tuple.vars.items[i]->type));
    return h;
  case TYPE_SIGNATURE:
    if (t->u.signature.tparams.len || !t->u.signature.params || !t->u.signature.results) return h;
    return mix(mix(h, type_hash(t->u.signature.params)), type_hash(t->u.signature.results));
  case TYPE_NAMED:
    h = mix(h, t->u.named.object->id);
    for (uint32_t i = 0; i < t->u.named.targs.len; i++) h = mix(h, type_hash(t->u.named.targs.items[i]));
    return h;
  case TYPE_TYPE_PARAM: return mix(h, t->id);
  case TYPE_INTERFACE:
  case TYPE_UNION:
  case TYPE_ALIAS: break;
  }
  return h;
}

/* ---- type parameters inside ---- */

typedef struct Mentions {
  const Pair *outer; /* interfaces around: they can be cyclic */
  Map *known;        /* Type* -> 1: does not (or is being looked at), 2: does; NULL: nothing is remembered */
} Mentions;

static bool mentions_tparams(Type *t, const Mentions *m);

static bool vars_mention(ObjectList vars, const Mentions *m) {
  for (uint32_t i = 0; i < vars.len; i++)
    if (vars.items[i]->type && mentions_tparams(vars.items[i]->type, m)) return true;
  return false;
}

static bool list_mentions(TypeList list, const Mentions *m) {
  for (uint32_t i = 0; i < list.len; i++)
    if (mentions_tparams(list.items[i], m)) return true;
  return false;
}

static bool interface_mentions(const Type *t, const Mentions *m) {
  Mentions inner = *m;
  Pair here = {t, NULL, m->outer};
  if (!m->known) {
    for (const Pair *p = m->outer; p; p = p->outer)
      if (p->x == t) return false;
    inner.outer = &here;
  }
  return vars_mention(t->u.interface.methods, &inner) || list_mentions(t->u.interface.embeddeds, &inner);
}

/* Declared in a generic function whose type parameters are not replaced in it. */
static bool named_is_open(const Type *t) {
  const Type *origin = t->u.named.origin ? t->u.named.origin : t;
  return origin->u.named.implicits.len && t->u.named.targs.len == origin->u.named.tparams.len;
}

static bool parts_mention(Type *t, const Mentions *m) {
  switch (t->kind) {
  case TYPE_BASIC:
  case TYPE_ALIAS: return false;
  case TYPE_TYPE_PARAM: return true;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return mentions_tparams(t->u.elem.type, m);
  case TYPE_MAP: return mentions_tparams(t->u.map.key, m) || mentions_tparams(t->u.map.value, m);
  case TYPE_STRUCT: return vars_mention(t->u.structure.fields, m);
  case TYPE_TUPLE: return vars_mention(t->u.tuple.vars, m);
  case TYPE_SIGNATURE:
    return t->u.signature.tparams.len || mentions_tparams(t->u.signature.params, m) ||
           mentions_tparams(t->u.signature.results, m);
  case TYPE_NAMED: return named_is_open(t) || list_mentions(t->u.named.targs, m);
  case TYPE_UNION:
    for (uint32_t i = 0; i < t->u.union_.len; i++)
      if (mentions_tparams(t->u.union_.terms[i].type, m)) return true;
    return false;
  case TYPE_INTERFACE: return interface_mentions(t, m);
  }
  return false;
}

static bool mentions_tparams(Type *t, const Mentions *m) {
  if (t->kind == TYPE_ALIAS && list_mentions(t->u.alias.targs, m)) return true;
  t = type_unalias(t);
  if (!m->known || t->kind == TYPE_BASIC) return parts_mention(t, m);
  uint64_t *known = map_put(m->known, map_key(t));
  if (*known) return *known == 2;
  *known = 1;
  bool found = parts_mention(t, m);
  if (found) *map_put(m->known, map_key(t)) = 2;
  return found;
}

bool type_has_type_params(Type *t) { return mentions_tparams(t, &(Mentions){0}); }
bool type_has_type_params_known(Type *t, Map *known) {
  return mentions_tparams(t, &(Mentions){.known = known});
}
