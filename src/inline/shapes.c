/* SPDX-License-Identifier: BSD-3-Clause
 *
 * shapes: types that stand for all types with one underlying type, as far as the devirtualizer meets them.
 *
 * In: types. Out: whether a type is or contains a shape, and whether a type implements an interface when shapes count as the types
 * that they stand for. Methods declared on a shaped type take a dictionary first, so they implement nothing.
 *
 * Go: cmd/compile/internal/types/identity.go, cmd/compile/internal/typecheck/subr.go (implements)
 */
#include "inline/inline_private.h"

bool type_is_shape(Type *t) {
  t = type_unalias(t);
  if (t->kind != TYPE_NAMED || !t->u.named.object->pkg) return false;
  return str_equal(atom_str(t->u.named.object->pkg->path), STR("go.shape"));
}

static bool any_has_shape(const ObjectList *vars) {
  for (uint32_t i = 0; i < vars->len; i++)
    if (type_has_shape(vars->items[i]->type)) return true;
  return false;
}

bool type_has_shape(Type *t) {
  if (!t) return false;
  if (type_is_shape(t)) return true;
  t = type_unalias(t);
  switch ((int)t->kind) {
  case TYPE_NAMED:
    for (uint32_t i = 0; i < t->u.named.targs.len; i++)
      if (type_has_shape(t->u.named.targs.items[i])) return true;
    return false;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return type_has_shape(t->u.elem.type);
  case TYPE_MAP: return type_has_shape(t->u.map.key) || type_has_shape(t->u.map.value);
  case TYPE_STRUCT: return any_has_shape(&t->u.structure.fields);
  case TYPE_TUPLE: return any_has_shape(&t->u.tuple.vars);
  case TYPE_SIGNATURE: return type_has_shape(t->u.signature.params) || type_has_shape(t->u.signature.results);
  case TYPE_INTERFACE: return any_has_shape(&t->u.interface.methods);
  }
  return false;
}

/* ---- identity up to shapes ---- */

static bool same(Unit *unit, Type *a, Type *b, uint32_t depth);

static bool same_objects(Unit *unit, ObjectList a, ObjectList b, uint32_t depth) {
  if (a.len != b.len) return false;
  for (uint32_t i = 0; i < a.len; i++)
    if (!same(unit, a.items[i]->type, b.items[i]->type, depth)) return false;
  return true;
}

static bool same_methods(Unit *unit, Type *a, Type *b, uint32_t depth) {
  InterfaceMethods x = interface_methods(unit->universe, a), y = interface_methods(unit->universe, b);
  if (x.len != y.len) return false;
  for (uint32_t i = 0; i < x.len; i++)
    if (x.items[i]->name != y.items[i]->name || !same(unit, x.items[i]->type, y.items[i]->type, depth))
      return false;
  return true;
}

static bool same_structure(Unit *unit, Type *a, Type *b, uint32_t depth) {
  if (a->kind != b->kind) return false;
  switch ((int)a->kind) {
  case TYPE_BASIC: return a->u.basic.kind == b->u.basic.kind;
  case TYPE_ARRAY:
  case TYPE_CHAN:
  case TYPE_POINTER:
  case TYPE_SLICE:
    if (a->kind == TYPE_ARRAY && a->u.elem.length != b->u.elem.length) return false;
    if (a->kind == TYPE_CHAN && a->u.elem.dir != b->u.elem.dir) return false;
    return same(unit, a->u.elem.type, b->u.elem.type, depth);
  case TYPE_MAP:
    return same(unit, a->u.map.key, b->u.map.key, depth) && same(unit, a->u.map.value, b->u.map.value, depth);
  case TYPE_STRUCT: return same_objects(unit, a->u.structure.fields, b->u.structure.fields, depth);
  case TYPE_TUPLE: return same_objects(unit, a->u.tuple.vars, b->u.tuple.vars, depth);
  case TYPE_SIGNATURE:
    return a->u.signature.variadic == b->u.signature.variadic &&
           same(unit, a->u.signature.params, b->u.signature.params, depth) &&
           same(unit, a->u.signature.results, b->u.signature.results, depth);
  case TYPE_INTERFACE: return same_methods(unit, a, b, depth);
  }
  return type_identical(a, b);
}

/* Recursive types that agree that far down are taken to be the same. */
enum { DEPTH_MAX = 50 };

static bool same(Unit *unit, Type *a, Type *b, uint32_t depth) {
  a = type_unalias(a);
  b = type_unalias(b);
  if (a == b || depth > DEPTH_MAX) return true;
  if (!type_has_shape(a) && !type_has_shape(b)) return type_identical(a, b);
  bool named = a->kind == TYPE_NAMED || b->kind == TYPE_NAMED;
  Type *x = type_underlying(a), *y = type_underlying(b);
  if (named && x->kind == TYPE_POINTER && y->kind == TYPE_POINTER) return true;
  return same_structure(unit, x, y, depth + 1);
}

/* ---- interfaces ---- */

static bool has_method(Unit *unit, Type *type, const Object *method) {
  Lookup found = lookup_field_or_method(unit->universe, type, false, method->pkg, method->name);
  if (!found.object || found.object->kind != OBJECT_FUNC) return false;
  const Object *recv = type_underlying(found.object->type)->u.signature.recv;
  if (recv && !type_is_interface(recv->type) && type_has_shape(recv->type)) return false;
  return same(unit, found.object->type, method->type, 0);
}

bool implements_up_to_shapes(Unit *unit, Type *type, Type *interface) {
  interface = type_underlying(interface);
  if (!type_has_shape(type) && !type_has_shape(interface))
    return type_implements(unit->universe, type, interface, false);
  InterfaceMethods methods = interface_methods(unit->universe, interface);
  for (uint32_t i = 0; i < methods.len; i++)
    if (!has_method(unit, type, methods.items[i])) return false;
  return true;
}
