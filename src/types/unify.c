/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Unification: finds types for type parameters that make two types structurally equal.
 *
 * The unifier binds a list of type parameters; all others are opaque, apart from their core types. Parameters that are unified
 * with each other share a handle, so what is found for one holds for all of them. Named types and type literals unify through
 * underlying types unless the mode is exact; whether the result really is assignable is decided later, when the instantiated
 * signature meets its arguments.
 *
 * Go: cmd/compile/internal/types2/unify.go
 */
#include "types/generics.h"

enum { DEPTH_LIMIT = 50, UNBOUND = -1 };

typedef struct
    InterfacePair { /* interfaces that are being compared: ends cycles through anonymous interfaces */
  Type *x, *y;
  const struct InterfacePair *outer;
} InterfacePair;

static bool unify_types(Unifier *unifier, Type *x, Type *y, unsigned mode, const InterfacePair *pair);

void unifier_start(Unifier *unifier, Checker *check, Universe *u, Arena *arena, TypeList tparams,
                   TypeList targs, bool interfaces) {
  assert(targs.len <= tparams.len);
  *unifier = (Unifier){.check = check, .universe = u, .tparams = tparams, .interfaces = interfaces};
  unifier->handles = arena_new_array(arena, Type *, tparams.len);
  unifier->handle_of = arena_new_array(arena, uint32_t, tparams.len);
  for (uint32_t i = 0; i < tparams.len; i++) {
    unifier->handle_of[i] = i;
    if (i < targs.len) unifier->handles[i] = targs.items[i];
  }
}

uint32_t unifier_unknowns(const Unifier *unifier) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < unifier->tparams.len; i++) n += unifier_at(unifier, i) == NULL;
  return n;
}

bool unify(Unifier *unifier, Type *x, Type *y, unsigned mode) {
  return unify_types(unifier, x, y, mode, NULL);
}

/* ---- handles ---- */

/* The number of a bound type parameter, or UNBOUND. */
static int bound_index(const Unifier *unifier, Type *t) {
  t = type_unalias(t);
  if (t->kind != TYPE_TYPE_PARAM) return UNBOUND;
  for (uint32_t i = 0; i < unifier->tparams.len; i++) {
    if (unifier->tparams.items[i] == t) return (int)i;
  }
  return UNBOUND;
}

static void share_handle(Unifier *unifier, uint32_t from, uint32_t to) {
  for (uint32_t i = 0; i < unifier->tparams.len; i++) {
    if (unifier->handle_of[i] == from) unifier->handle_of[i] = to;
  }
}

/* False: both have a type already. */
static bool join(Unifier *unifier, int x, int y) {
  uint32_t hx = unifier->handle_of[x], hy = unifier->handle_of[y];
  if (hx == hy) return true;
  if (unifier->handles[hx] && unifier->handles[hy]) return false;
  if (unifier->handles[hx])
    share_handle(unifier, hy, hx);
  else
    share_handle(unifier, hx, hy);
  return true;
}

/* ---- small predicates ---- */

static Type *as_named(Type *t) {
  t = type_unalias(t);
  return t->kind == TYPE_NAMED ? t : NULL;
}

/* The underlying interface of anything but a type parameter. */
static Type *plain_interface(Type *t) {
  t = type_unalias(t);
  return t->kind == TYPE_TYPE_PARAM ? NULL : type_as_interface(t);
}

static bool is_literal(Type *t) {
  t = type_unalias(t);
  return t->kind != TYPE_NAMED && t->kind != TYPE_TYPE_PARAM;
}

static bool same_type(Type *x, Type *y) { return x == y || type_unalias(x) == type_unalias(y); }

static void swap_types(Type **x, Type **y) {
  Type *other = *x;
  *x = *y;
  *y = other;
}

/* ---- a bound parameter that has a type ---- */

/* px stands for x, which unified with y inexactly: which of them is the better one, and is that certain? */
static bool settle(Unifier *unifier, int px, Type *x, Type *y, unsigned mode) {
  Type *xi = plain_interface(x), *yi = plain_interface(y);
  bool x_named = as_named(x) != NULL, y_named = as_named(y) != NULL;
  if (xi && yi) {
    if (x_named && y_named) return type_identical(x, y);
    if (type_set(unifier->universe, xi)->methods.len != type_set(unifier->universe, yi)->methods.len)
      return false;
  } else if (xi || yi) {
    return false; /* either could be meant, depending on the order of arguments */
  }
  if ((mode & UNIFY_EXACT) || x_named) return true;
  Type *under = y_named ? NULL : type_underlying(y);
  /* A name is not lost, and a directed channel wins over an undirected one, in whatever order they come. */
  if (y_named || (under->kind == TYPE_CHAN && under->u.elem.dir != CHAN_BOTH))
    unifier_set(unifier, (uint32_t)px, y);
  return true;
}

static bool unify_bound(Unifier *unifier, int px, Type *y, unsigned mode, const InterfacePair *pair) {
  int py = bound_index(unifier, y);
  Type *x = unifier_at(unifier, (uint32_t)px);
  if (py != UNBOUND) {
    if (join(unifier, px, py)) return true;
    return unify_types(unifier, x, unifier_at(unifier, (uint32_t)py), mode, pair);
  }
  if (x) return unify_types(unifier, x, y, mode, pair) && settle(unifier, px, x, y, mode);
  unifier_set(unifier, (uint32_t)px, y);
  return true;
}

/* ---- interfaces ---- */

static bool seen_before(const InterfacePair *pair, Type *x, Type *y) {
  for (; pair; pair = pair->outer) {
    if ((pair->x == x && pair->y == y) || (pair->x == y && pair->y == x)) return true;
  }
  return false;
}

static bool same_restrictions(const TypeSet *x, const TypeSet *y) {
  return x->comparable == y->comparable && term_list_equal(x->terms, y->terms);
}

/* The methods of the smaller interface are methods of the other one. */
static bool unify_interfaces(Unifier *unifier, Type *x, Type *y, const InterfacePair *pair) {
  const TypeSet *xs = type_set(unifier->universe, x), *ys = type_set(unifier->universe, y);
  if (!same_restrictions(xs, ys)) return false;
  if (seen_before(pair, x, y)) return true;
  InterfacePair inner = {x, y, pair};
  const TypeSet *small = xs->methods.len > ys->methods.len ? ys : xs;
  const TypeSet *large = small == xs ? ys : xs;
  uint32_t j = 0; /* both lists are sorted alike */
  for (uint32_t i = 0; i < small->methods.len; i++) {
    Object *method = small->methods.items[i];
    while (j < large->methods.len && object_compare(large->methods.items[j], method) < 0) j++;
    if (j == large->methods.len || object_compare(large->methods.items[j], method) != 0) return false;
    if (!unify_types(unifier, method->type, large->methods.items[j]->type, UNIFY_EXACT, &inner)) return false;
  }
  return true;
}

/* All methods of the interface are methods of t. */
static bool unify_methods(Unifier *unifier, Type *interface, Type *t, const InterfacePair *pair) {
  ObjectList methods = type_set(unifier->universe, interface)->methods;
  for (uint32_t i = 0; i < methods.len; i++) {
    Object *want = methods.items[i];
    Lookup found = lookup_field_or_method(unifier->universe, t, false, want->pkg, want->name);
    if (!found.object || found.object->kind != OBJECT_FUNC) return false;
    if (unifier->check) check_ensure_declared(unifier->check, found.object);
    Type *have = found.object->type;
    /* a generic method satisfies no interface */
    if (!have || have->u.signature.tparams.len > 0) return false;
    if (!unify_types(unifier, want->type, have, UNIFY_EXACT, pair)) return false;
  }
  return true;
}

/* Identical up to bound parameters. */
static bool unify_same_interfaces(Unifier *unifier, Type *x, Type *y, const InterfacePair *pair) {
  const TypeSet *xs = type_set(unifier->universe, x), *ys = type_set(unifier->universe, y);
  if (!same_restrictions(xs, ys) || xs->methods.len != ys->methods.len) return false;
  if (seen_before(pair, x, y)) return true;
  InterfacePair inner = {x, y, pair};
  for (uint32_t i = 0; i < xs->methods.len; i++) {
    Object *a = xs->methods.items[i], *b = ys->methods.items[i];
    if (!object_same_id(a, b->pkg, b->name, false)) return false;
    if (!unify_types(unifier, a->type, b->type, UNIFY_EXACT, &inner)) return false;
  }
  return true;
}

/* ---- structure ---- */

static bool unify_structs(Unifier *unifier, Type *x, Type *y, unsigned mode, const InterfacePair *pair) {
  ObjectList xf = x->u.structure.fields, yf = y->u.structure.fields;
  if (xf.len != yf.len) return false;
  for (uint32_t i = 0; i < xf.len; i++) {
    Object *f = xf.items[i], *g = yf.items[i];
    Str xtag = x->u.structure.tags ? x->u.structure.tags[i] : (Str){NULL, 0};
    Str ytag = y->u.structure.tags ? y->u.structure.tags[i] : (Str){NULL, 0};
    if (f->u.var.embedded != g->u.var.embedded || !str_equal(xtag, ytag)) return false;
    if (!object_same_id(f, g->pkg, g->name, false) || !unify_types(unifier, f->type, g->type, mode, pair))
      return false;
  }
  return true;
}

static bool unify_tuples(Unifier *unifier, Type *x, Type *y, unsigned mode, const InterfacePair *pair) {
  ObjectList xv = x->u.tuple.vars, yv = y->u.tuple.vars;
  if (xv.len != yv.len) return false;
  for (uint32_t i = 0; i < xv.len; i++) {
    if (!unify_types(unifier, xv.items[i]->type, yv.items[i]->type, mode, pair)) return false;
  }
  return true;
}

static bool unify_named(Unifier *unifier, Type *x, Type *y, unsigned mode, const InterfacePair *pair) {
  TypeList xa = x->u.named.targs, ya = y->u.named.targs;
  if (xa.len != ya.len) return false;
  for (uint32_t i = 0; i < xa.len; i++) { /* before the origins: what is inferred shows in messages */
    if (!unify_types(unifier, xa.items[i], ya.items[i], mode, pair)) return false;
  }
  Type *xo = x->u.named.origin ? x->u.named.origin : x, *yo = y->u.named.origin ? y->u.named.origin : y;
  return xo == yo;
}

/* x and y are neither bound nor aliases, and of one kind. `mode` is that of elements, `top` that of x and y themselves. */
static bool unify_structure(Unifier *unifier, Type *x, Type *y, unsigned top, unsigned mode,
                            const InterfacePair *pair) {
  switch (x->kind) {
  case TYPE_BASIC: return x->u.basic.kind == y->u.basic.kind;
  case TYPE_ARRAY:
    if (x->u.elem.length >= 0 && y->u.elem.length >= 0 && x->u.elem.length != y->u.elem.length) return false;
    return unify_types(unifier, x->u.elem.type, y->u.elem.type, mode, pair);
  case TYPE_SLICE:
  case TYPE_POINTER: return unify_types(unifier, x->u.elem.type, y->u.elem.type, mode, pair);
  case TYPE_CHAN:
    if ((top & UNIFY_EXACT) && x->u.elem.dir != y->u.elem.dir) return false;
    return unify_types(unifier, x->u.elem.type, y->u.elem.type, mode, pair);
  case TYPE_MAP:
    return unify_types(unifier, x->u.map.key, y->u.map.key, mode, pair) &&
           unify_types(unifier, x->u.map.value, y->u.map.value, mode, pair);
  case TYPE_STRUCT: return unify_structs(unifier, x, y, mode, pair);
  case TYPE_TUPLE: return unify_tuples(unifier, x, y, top, pair);
  case TYPE_SIGNATURE:
    return x->u.signature.variadic == y->u.signature.variadic &&
           unify_types(unifier, x->u.signature.params, y->u.signature.params, mode, pair) &&
           unify_types(unifier, x->u.signature.results, y->u.signature.results, mode, pair);
  case TYPE_INTERFACE: return unify_same_interfaces(unifier, x, y, pair);
  case TYPE_NAMED: return unify_named(unifier, x, y, top, pair);
  case TYPE_ALIAS:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: return false;
  }
  return false;
}

static bool unify_unbound(Unifier *unifier, Type *x, Type *y, unsigned mode, const InterfacePair *pair) {
  if ((unifier->interfaces) && !(mode & UNIFY_EXACT)) {
    Type *xi = plain_interface(x), *yi = plain_interface(y);
    if (xi && yi) return unify_interfaces(unifier, xi, yi, pair);
    if (xi) return unify_methods(unifier, xi, y, pair);
    if (yi) return unify_methods(unifier, yi, x, pair);
  }
  if (type_unalias(y)->kind == TYPE_TYPE_PARAM) swap_types(&x, &y);
  Type *actual = type_unalias(x);
  if (actual->kind == TYPE_TYPE_PARAM) {
    /* a type argument's underlying type must be the core type, if the parameter has one */
    Type *core = type_core(actual);
    return core && unify_types(unifier, core, y, UNIFY_ASSIGN, pair);
  }
  Type *other = type_unalias(y);
  unsigned elements = mode & UNIFY_ASSIGN ? mode | UNIFY_EXACT : mode;
  return actual->kind == other->kind && unify_structure(unifier, actual, other, mode, elements, pair);
}

static bool unify_types(Unifier *unifier, Type *x, Type *y, unsigned mode, const InterfacePair *pair) {
  if (!x || !y) return false;
  if (same_type(x, y)) return true;
  if (unifier->depth >= DEPTH_LIMIT) return false;
  unifier->depth++;
  /* A bound parameter stands left; else a named type stands right. */
  if (as_named(x) || bound_index(unifier, y) != UNBOUND) swap_types(&x, &y);
  bool result;
  if (!(mode & UNIFY_EXACT) && as_named(y) && is_literal(x) && !(unifier->interfaces && plain_interface(x))) {
    y = type_underlying(y);
  }
  int px = bound_index(unifier, x);
  if (same_type(x, y))
    result = true;
  else if (px != UNBOUND)
    result = unify_bound(unifier, px, y, mode, pair);
  else
    result = unify_unbound(unifier, x, y, mode, pair);
  unifier->depth--;
  return result;
}
