/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Substitution of type parameters by types.
 *
 * Types that do not mention a replaced parameter are returned as they are, so most of a type is shared with the original.
 * Named types are never looked into: their type arguments are rewritten and the instance is found or made, unexpanded.
 *
 * Go: cmd/compile/internal/types2/subst.go
 */
#include "types/generics.h"

typedef struct Rewriter {
  Universe *universe;
  const Substitution *map;
} Rewriter;

static Type *rewrite(const Rewriter *r, Type *t);

static void *new_bytes(Universe *u, size_t size) {
  lock_take(universe_lock(u));
  void *memory = arena_alloc(universe_arena(u), size);
  lock_release(universe_lock(u));
  return memory;
}

static Type *lookup(const Substitution *map, Type *tparam) {
  uint32_t index = tparam->u.tparam.index;
  for (; map; map = map->outer) {
    const TypeList *from = map->tparams;
    if (index >= from->len || from->items[index] != tparam) { /* the usual place first */
      for (index = 0; index < from->len && from->items[index] != tparam;) index++;
    }
    if (index < from->len) return map->targs->items[index] ? map->targs->items[index] : tparam;
    index = tparam->u.tparam.index;
  }
  return tparam;
}

/* ---- lists: NULL items while nothing has changed ---- */

static TypeList rewrite_types(const Rewriter *r, TypeList list) {
  Type **out = NULL;
  for (uint32_t i = 0; i < list.len; i++) {
    Type *t = rewrite(r, list.items[i]);
    if (t == list.items[i]) continue;
    if (!out) {
      out = new_bytes(r->universe, sizeof(Type *) * list.len);
      memcpy(out, list.items, sizeof(Type *) * list.len);
    }
    out[i] = t;
  }
  return (TypeList){out, list.len};
}

Object *object_with_type(Universe *u, const Object *object, Type *type) {
  Object *copy = object_new(u, object->kind, object->pkg, object->pos, object->name, type);
  /* `used` stays false and is not read: another thread may be checking a body that uses the original */
  copy->parent = object->parent;
  copy->order = object->order;
  if (object->kind == OBJECT_VAR) {
    copy->u.var = object->u.var;
    if (!copy->u.var.origin) copy->u.var.origin = (Object *)(uintptr_t)object;
  } else if (object->kind == OBJECT_FUNC) {
    copy->u.func = object->u.func;
    if (!copy->u.func.origin) copy->u.func.origin = (Object *)(uintptr_t)object;
    copy->u.func.syntax = NULL;
  } else if (object->kind == OBJECT_TYPE_NAME) {
    copy->u.type_name = object->u.type_name;
  }
  return copy;
}

static ObjectList rewrite_objects(const Rewriter *r, ObjectList list) {
  Object **out = NULL;
  for (uint32_t i = 0; i < list.len; i++) {
    Object *object = list.items[i];
    Type *t = object->type ? rewrite(r, object->type) : NULL;
    if (t == object->type) continue;
    if (!out) {
      out = new_bytes(r->universe, sizeof(Object *) * list.len);
      memcpy(out, list.items, sizeof(Object *) * list.len);
    }
    out[i] = object_with_type(r->universe, object, t);
  }
  return (ObjectList){out, list.len};
}

/* ---- kinds ---- */

static Type *rewrite_elem(const Rewriter *r, Type *t) {
  Type *elem = t->u.elem.type ? rewrite(r, t->u.elem.type) : type_invalid(r->universe);
  if (elem == t->u.elem.type) return t;
  Type *result = type_new(r->universe, t->kind);
  result->u.elem = t->u.elem;
  result->u.elem.type = elem;
  return result;
}

static Type *rewrite_map(const Rewriter *r, Type *t) {
  Type *key = rewrite(r, t->u.map.key), *value = rewrite(r, t->u.map.value);
  if (key == t->u.map.key && value == t->u.map.value) return t;
  return type_new_map(r->universe, key, value);
}

static Type *rewrite_struct(const Rewriter *r, Type *t) {
  ObjectList fields = rewrite_objects(r, t->u.structure.fields);
  return fields.items ? type_new_struct(r->universe, fields, t->u.structure.tags) : t;
}

static Type *rewrite_tuple(const Rewriter *r, Type *t) {
  ObjectList vars = rewrite_objects(r, t->u.tuple.vars);
  return vars.items ? type_new_tuple(r->universe, vars) : t;
}

Type *signature_copy(Universe *u, const Type *signature) {
  Type *copy = type_new(u, TYPE_SIGNATURE);
  copy->u.signature = signature->u.signature;
  copy->u.signature.scope = NULL;
  return copy;
}

static bool is_replaced(const Substitution *map, Type *tparam) {
  for (; map; map = map->outer) {
    for (uint32_t i = 0; i < map->tparams->len; i++) {
      if (map->tparams->items[i] == tparam) return true;
    }
  }
  return false;
}

/* New type parameters named as those of list, still without rewritten bounds. */
static TypeList fresh_tparams(Universe *u, TypeList list) {
  Type **items = new_bytes(u, sizeof(Type *) * list.len);
  for (uint32_t i = 0; i < list.len; i++) {
    const Object *old = list.items[i]->u.tparam.object;
    Object *object = object_new(u, OBJECT_TYPE_NAME, old->pkg, old->pos, old->name, NULL);
    items[i] = type_new_type_param(u, object, NULL);
    items[i]->u.tparam.index = list.items[i]->u.tparam.index;
  }
  return (TypeList){items, list.len};
}

static Type *rewrite_signature(const Rewriter *r, Type *t) {
  TypeList tparams = t->u.signature.tparams, fresh = tparams;
  Rewriter inner = *r;
  Substitution map = {&tparams, &fresh, r->map->check, r->map, r->map->pos};
  /* A generic method of a type that is being instantiated: its own parameters are new ones for each instance, since their
     bounds may mention the receiver's. If its own parameters are replaced, the signature itself is instantiated. */
  if (tparams.len > 0 && !is_replaced(r->map, tparams.items[0])) {
    fresh = fresh_tparams(r->universe, tparams);
    inner.map = &map;
    for (uint32_t i = 0; i < fresh.len; i++) {
      if (map.check) mono_record_canon(map.check, fresh.items[i], tparams.items[i]);
      fresh.items[i]->u.tparam.bound = rewrite(&inner, tparams.items[i]->u.tparam.bound);
    }
  }
  Type *params = t->u.signature.params ? rewrite(&inner, t->u.signature.params) : NULL;
  Type *results = t->u.signature.results ? rewrite(&inner, t->u.signature.results) : NULL;
  if (params == t->u.signature.params && results == t->u.signature.results && fresh.items == tparams.items)
    return t;
  Type *copy = signature_copy(r->universe, t);
  copy->u.signature.params = params;
  copy->u.signature.results = results;
  copy->u.signature.tparams = fresh;
  return copy;
}

static Type *rewrite_union(const Rewriter *r, Type *t) {
  UnionTerm *out = NULL;
  for (uint32_t i = 0; i < t->u.union_.len; i++) {
    Type *term = rewrite(r, t->u.union_.terms[i].type);
    if (term == t->u.union_.terms[i].type) continue;
    if (!out) {
      out = new_bytes(r->universe, sizeof(UnionTerm) * t->u.union_.len);
      memcpy(out, t->u.union_.terms, sizeof(UnionTerm) * t->u.union_.len);
    }
    out[i].type = term;
  }
  if (!out) return t;
  Type *result = type_new(r->universe, TYPE_UNION);
  result->u.union_.terms = out;
  result->u.union_.len = t->u.union_.len;
  return result;
}

ObjectList methods_with_receiver(Universe *u, ObjectList methods, Type *old, Type *new) {
  Object **out = NULL;
  for (uint32_t i = 0; i < methods.len; i++) {
    Object *method = methods.items[i];
    Object *recv = method->type->u.signature.recv;
    if (!recv || recv->type != old) continue;
    if (!out) {
      out = new_bytes(u, sizeof(Object *) * methods.len);
      memcpy(out, methods.items, sizeof(Object *) * methods.len);
    }
    Type *signature = signature_copy(u, method->type);
    signature->u.signature.recv = object_with_type(u, recv, new);
    out[i] = object_with_type(u, method, signature);
  }
  return (ObjectList){out ? out : methods.items, methods.len};
}

static Type *rewrite_interface(const Rewriter *r, Type *t) {
  ObjectList methods = rewrite_objects(r, t->u.interface.methods);
  TypeList embeddeds = rewrite_types(r, t->u.interface.embeddeds);
  if (!methods.items && !embeddeds.items) return t;
  Type *result = type_new(r->universe, TYPE_INTERFACE);
  result->u.interface = t->u.interface;
  result->u.interface.tset = NULL;
  result->u.interface.checker = NULL;
  if (embeddeds.items) result->u.interface.embeddeds = embeddeds;
  if (!methods.items) methods = t->u.interface.methods;
  result->u.interface.methods = methods_with_receiver(r->universe, methods, t, result);
  return result;
}

/* A type declared in the generic function whose type parameters are replaced. */
static Type *instantiate_implicits(const Rewriter *r, Type *origin, TypeList targs) {
  TypeList implicits = origin->u.named.implicits, all = {NULL, implicits.len + targs.len};
  all.items = new_bytes(r->universe, sizeof(Type *) * all.len);
  for (uint32_t i = 0; i < implicits.len; i++) all.items[i] = lookup(r->map, implicits.items[i]);
  for (uint32_t i = 0; i < targs.len; i++) all.items[implicits.len + i] = rewrite(r, targs.items[i]);
  return check_instance(r->map->check, r->map->pos, origin, all);
}

static Type *rewrite_named(const Rewriter *r, Type *t) {
  Type *origin = t->u.named.origin ? t->u.named.origin : t;
  uint32_t own = origin->u.named.tparams.len, implicit = origin->u.named.implicits.len;
  if (implicit && t->u.named.targs.len == own && is_replaced(r->map, origin->u.named.implicits.items[0]))
    return instantiate_implicits(r, origin, t->u.named.targs);
  if (t->u.named.targs.len == 0) return t;
  if (t->u.named.targs.len != own && t->u.named.targs.len != implicit + own) return type_invalid(r->universe);
  TypeList targs = rewrite_types(r, t->u.named.targs);
  return targs.items ? check_instance(r->map->check, r->map->pos, t->u.named.origin, targs) : t;
}

static Type *rewrite_alias(const Rewriter *r, Type *t) {
  if (t->u.alias.targs.len == 0) return t;
  TypeList targs = rewrite_types(r, t->u.alias.targs);
  return targs.items ? alias_instance(r->map->check, r->map->pos, t->u.alias.origin, targs) : t;
}

static Type *rewrite(const Rewriter *r, Type *t) {
  switch (t->kind) {
  case TYPE_BASIC: return t;
  case TYPE_NAMED: return rewrite_named(r, t);
  case TYPE_ALIAS: return rewrite_alias(r, t);
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return rewrite_elem(r, t);
  case TYPE_MAP: return rewrite_map(r, t);
  case TYPE_STRUCT: return rewrite_struct(r, t);
  case TYPE_TUPLE: return rewrite_tuple(r, t);
  case TYPE_SIGNATURE: return rewrite_signature(r, t);
  case TYPE_INTERFACE: return rewrite_interface(r, t);
  case TYPE_UNION: return rewrite_union(r, t);
  case TYPE_TYPE_PARAM: return lookup(r->map, t);
  }
  return t;
}

/* ---- entry points ---- */

Type *subst_in(Universe *u, Type *t, const Substitution *map) {
  if (t->kind == TYPE_BASIC || map->tparams->len == 0) return t;
  return rewrite(&(Rewriter){u, map}, t);
}

Type *type_subst(Universe *universe, Type *t, TypeList tparams, TypeList targs) {
  assert(tparams.len == targs.len);
  return subst_in(universe, t, &(Substitution){&tparams, &targs, NULL, NULL, POS_NONE});
}

TypeList check_rename_tparams(Checker *check, TypeList tparams, Type **type) {
  if (tparams.len == 0) return tparams;
  Universe *u = check->universe;
  TypeList fresh = fresh_tparams(u, tparams);
  Substitution map = {&tparams, &fresh, check, NULL, POS_NONE};
  for (uint32_t i = 0; i < fresh.len; i++) {
    fresh.items[i]->u.tparam.bound = subst_in(u, tparams.items[i]->u.tparam.bound, &map);
  }
  *type = subst_in(u, *type, &map);
  return fresh;
}
