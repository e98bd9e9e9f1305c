/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Scopes: names of one block and the way outwards.
 *
 * Idea: most scopes hold a handful of names, so they are lists that are searched from front to back by comparing atoms; a
 * scope that grows beyond that gets a hash map as well.
 *
 * Go: cmd/compile/internal/types2/scope.go
 */
#include "types/check.h"

enum { SMALL_SCOPE = 8 }; /* objects: up to here a linear search is as good as hashing */

Scope *scope_new_in(Arena *arena, Universe *universe, Scope *parent) {
  bool outermost = !parent || parent == universe->scope;
  Scope *scope = outermost ? universe_new_array(universe, Scope, 1) : arena_new_of(arena, Scope);
  scope->parent = parent;
  scope->outer = parent && parent->is_block && parent->objects.len == 0 ? parent->outer : parent;
  scope->arena = outermost ? universe->arena : arena;
  if (!outermost) vec_push(parent->arena, &parent->children, scope);
  return scope;
}

Scope *scope_new(Universe *universe, Scope *parent) {
  return scope_new_in(parent ? parent->arena : NULL, universe, parent);
}

Object *scope_lookup(const Scope *scope, Atom name) {
  if (scope->source) return scope->source->find(scope->source->context, name);
  if (scope->objects.len <= SMALL_SCOPE) {
    for (uint32_t i = 0; i < scope->objects.len; i++)
      if (scope->objects.items[i]->name == name) return scope->objects.items[i];
    return NULL;
  }
  return map_get_ptr(&scope->by_name, name);
}

ObjectList scope_objects(const Scope *scope) {
  if (scope->source) return scope->source->all(scope->source->context);
  return (ObjectList){scope->objects.items, scope->objects.len};
}

Object *scope_lookup_parent(Scope *scope, Atom name, Pos pos, Scope **where) {
  for (; scope; scope = scope->outer) {
    Object *object = scope_lookup(scope, name);
    if (!object) continue;
    if (pos_known(pos) && pos_known(object->scope_pos) && pos_compare(object->scope_pos, pos) > 0) continue;
    if (where) *where = scope;
    return object;
  }
  if (where) *where = NULL;
  return NULL;
}

Object *scope_insert(Universe *universe, Scope *scope, Object *object) {
  (void)universe;
  Object *other = scope_lookup(scope, object->name);
  if (other) return other;
  vec_push(scope->arena, &scope->objects, object);
  if (scope->objects.len == SMALL_SCOPE + 1) {
    scope->by_name = map_in(scope->arena);
    for (uint32_t i = 0; i < scope->objects.len; i++)
      map_set_ptr(&scope->by_name, scope->objects.items[i]->name, scope->objects.items[i]);
  } else if (scope->objects.len > SMALL_SCOPE) {
    map_set_ptr(&scope->by_name, object->name, object);
  }
  if (!object->parent) object->parent = scope;
  return NULL;
}
