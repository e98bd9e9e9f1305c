/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Named types and aliases: from a name to what it stands for.
 *
 * In:  from_rhs, the type on the right-hand side of a declaration (of an instance: that with type arguments put in).
 * Out: underlying types, methods, type parameters.
 * Idea: everything is found when first asked for and kept. What is kept is the same whoever computes it, so it is stored
 * without a lock; only expanding an instance takes the universe's lock.
 *
 * Go: cmd/compile/internal/types2/{named,alias}.go
 */
#include "types/core.h"

enum {
  CHAIN_LIMIT = 100000, /* names in a chain of declarations: more can only be a cycle that was reported */
  MANY_METHODS = 8      /* from here on methods are found by hashing */
};

/* ---- aliases ---- */

Type *type_new_alias(Universe *u, Object *object) {
  Type *t = type_new(u, TYPE_ALIAS);
  t->u.alias.object = object;
  if (!object->type) object->type = t;
  return t;
}

/* An alias whose right-hand side is not known yet is returned as it is: it equals nothing. */
Type *type_unalias_more_(Type *t) {
  Type *actual = LOAD_ACQUIRE(&t->u.alias.actual);
  if (actual && actual->kind != TYPE_ALIAS) return actual;
  Type *end = t;
  for (int i = 0; end->kind == TYPE_ALIAS; i++) {
    Type *known = LOAD_ACQUIRE(&end->u.alias.actual), *next = known ? known : end->u.alias.from_rhs;
    if (!next || i > CHAIN_LIMIT) return end;
    end = next;
  }
  STORE_RELEASE(&t->u.alias.actual, end);
  return end;
}

Type *type_as_named(Type *t) {
  if (!t) return NULL;
  t = type_unalias(t);
  return t->kind == TYPE_NAMED ? t : NULL;
}

/* ---- parameters and arguments ---- */

TypeList type_params(Type *t) {
  switch ((int)t->kind) {
  case TYPE_NAMED: return (t->u.named.origin ? t->u.named.origin : t)->u.named.tparams;
  case TYPE_ALIAS: return (t->u.alias.origin ? t->u.alias.origin : t)->u.alias.tparams;
  case TYPE_SIGNATURE: return t->u.signature.tparams;
  default: return (TypeList){0};
  }
}

TypeList type_args(Type *t) {
  if (t->kind == TYPE_NAMED) return t->u.named.targs;
  if (t->kind == TYPE_ALIAS) return t->u.alias.targs;
  return (TypeList){0};
}

bool type_is_generic(Type *t) {
  if (t->kind == TYPE_ALIAS && t->u.alias.tparams.len && !t->u.alias.targs.len && !t->u.alias.origin)
    return true;
  Type *named = type_as_named(t);
  return named && !named->u.named.origin && named->u.named.tparams.len;
}

/* ---- underlying types ---- */

Type *named_resolve(Universe *u, Type *named) {
  assert(named->kind == TYPE_NAMED);
  Type *origin = named->u.named.origin;
  if (!origin) return named;
  NamedState *state = named->u.named.state;
  if (LOAD_ACQUIRE(&state->expanded)) return named;
  lock_take(u->lock);
  /* While the generic type itself is being declared there is nothing to expand yet. */
  if (!state->expanded && !state->expanding && origin->u.named.from_rhs) {
    named_expand(u, named);
    STORE_RELEASE(&state->expanded, named->u.named.from_rhs != NULL);
  }
  lock_release(u->lock);
  return named;
}

/* Follows the chain of names from n to a type literal; all names on the way get that as their underlying type. */
static Type *resolve_underlying(Type *n) {
  Type *t = n, *under = NULL;
  for (int i = 0; !under; i++) {
    if (!t || i > CHAIN_LIMIT) return type_invalid(n->universe); /* still being declared, or a cycle */
    if (t->kind == TYPE_ALIAS) {
      t = t->u.alias.from_rhs;
    } else if (t->kind == TYPE_NAMED) {
      under = LOAD_ACQUIRE(&t->u.named.underlying);
      if (!under) t = named_resolve(t->universe, t)->u.named.from_rhs;
    } else {
      under = t->kind == TYPE_TYPE_PARAM ? type_underlying(t) : t;
    }
  }
  for (t = n; t != under && (t->kind == TYPE_ALIAS || t->kind == TYPE_NAMED);) {
    if (t->kind == TYPE_ALIAS) {
      t = t->u.alias.from_rhs;
    } else {
      if (LOAD_ACQUIRE(&t->u.named.underlying)) break;
      STORE_RELEASE(&t->u.named.underlying, under);
      t = t->u.named.from_rhs;
    }
  }
  return under;
}

Type *type_underlying_more_(Type *t) {
  if (t->kind == TYPE_NAMED) return resolve_underlying(t);
  if (t->kind == TYPE_TYPE_PARAM) return type_param_interface(t->universe, t);
  Type *actual = type_unalias(t);
  return actual->kind == TYPE_ALIAS ? type_invalid(t->universe) : type_underlying(actual);
}

Type *type_under_all(Universe *u, Type *t) {
  (void)u;
  return type_underlying(t);
}

/* ---- methods ---- */

static Type *origin_of(Type *named) { return named->u.named.origin ? named->u.named.origin : named; }

uint32_t named_method_count(Type *named) { return origin_of(named)->u.named.methods.len; }

Object *named_method(Universe *universe, Type *named, uint32_t i) {
  Type *origin = named->u.named.origin;
  if (!origin) return named->u.named.methods.items[i];
  Object **slots = LOAD_ACQUIRE(&named->u.named.state->methods);
  Object *method = slots ? LOAD_ACQUIRE(&slots[i]) : NULL;
  if (method) return method;
  Object *generic = origin->u.named.methods.items[i];
  /* Only the thread that checks the declaring package can meet a method without a type. */
  if (!generic->type && generic->pkg && generic->pkg->state && generic->pkg->state->checker)
    check_object_decl(generic->pkg->state->checker, generic);
  return named_expand_method(universe, named, i);
}

int named_method_index(Type *named, Atom name, bool fold) {
  Type *origin = origin_of(named);
  ObjectList methods = origin->u.named.methods;
  if (name == origin->universe->blank) return -1;
  if (!fold && methods.len > MANY_METHODS) {
    const uint64_t *index = map_find(&origin->u.named.state->method_index, map_key(name));
    return index ? (int)*index - 1 : -1;
  }
  for (uint32_t i = 0; i < methods.len; i++) {
    const Object *method = methods.items[i];
    if (method->name == name || (fold && object_same_id(method, NULL, name, true))) return (int)i;
  }
  return -1;
}

void named_add_methods(Type *named, Object *const *methods, uint32_t len, Arena *arena) {
  ObjectList *list = &named->u.named.methods;
  Object **items = arena_new_array(arena, Object *, list->len + len);
  if (list->len) memcpy(items, list->items, sizeof(Object *) * list->len);
  if (len) memcpy(items + list->len, methods, sizeof(Object *) * len);
  *list = (ObjectList){items, list->len + len};
  if (list->len <= MANY_METHODS) return;
  Map *index = &named->u.named.state->method_index;
  *index = map_in(arena);
  for (uint32_t i = 0; i < list->len; i++) *map_put(index, map_key(items[i]->name)) = i + 1;
}
