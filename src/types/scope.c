/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Scopes: names of one block and the way outwards.
 *
 * Idea: most scopes hold a handful of names, so they are lists that are searched from front to back by comparing atoms; a
 * scope that grows beyond that gets a hash map as well. In code that is nested thousands deep each 64th scope keeps what was
 * found outside of it: nothing is declared there while it is open, so the answer cannot change.
 *
 * Go: cmd/compile/internal/types2/scope.go
 */
#include "types/check.h"

enum {
  SMALL_SCOPE = 8,     /* objects: up to here a linear search is as good as hashing */
  MILESTONE_STEP = 64, /* scopes */
};

/* What was found outside of a scope. */
typedef struct Found {
  Object *object;
  Scope *where;
} Found;

/* Each scope whose depth is a multiple of MILESTONE_STEP is one. */
typedef struct Milestone {
  Scope scope;
  Map outside; /* Atom -> Found* */
} Milestone;

static bool is_milestone(const Scope *scope) { return scope->depth && scope->depth % MILESTONE_STEP == 0; }

static Scope *new_block(Arena *arena, uint32_t depth) {
  if (depth % MILESTONE_STEP) return arena_new_of(arena, Scope);
  Milestone *milestone = arena_new_of(arena, Milestone);
  milestone->outside = map_in(arena);
  return &milestone->scope;
}

Scope *scope_new_in(Arena *arena, Universe *universe, Scope *parent) {
  bool outermost = !parent || parent == universe->scope;
  uint32_t depth = outermost ? 0 : parent->depth + 1;
  Scope *scope = outermost ? universe_new_array(universe, Scope, 1) : new_block(arena, depth);
  scope->depth = depth;
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

/* Outwards from a scope, as far as the milestones do not know the answer; the innermost one then does. */
static Found look_outwards(Scope *scope, Atom name) {
  Milestone *innermost = NULL;
  Found found = {NULL, NULL};
  for (; scope; scope = scope->outer) {
    found.object = scope_lookup(scope, name);
    if (found.object) {
      found.where = scope;
      break;
    }
    if (!is_milestone(scope)) continue;
    Milestone *milestone = (Milestone *)scope;
    const Found *known = map_get_ptr(&milestone->outside, name);
    if (known) {
      found = *known;
      break;
    }
    if (!innermost) innermost = milestone;
  }
  if (innermost && found.object) {
    Found *kept = arena_new_of(innermost->scope.arena, Found);
    *kept = found;
    map_set_ptr(&innermost->outside, name, kept);
  }
  return found;
}

Object *scope_lookup_parent(Scope *scope, Atom name, Scope **where) {
  Found found = look_outwards(scope, name);
  if (where) *where = found.where;
  return found.object;
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
