/* SPDX-License-Identifier: BSD-3-Clause
 *
 * circles: functions whose costs depend on who is decided first.
 *
 * A call of a function that can be inlined costs what its body costs, but only once that is known. Callees are decided first, except in
 * a circle of calls: there it depends on all of the package who is first. In: a function of a package that is looked into on demand. Out:
 * whether one of the calls that its cost is made of leads back to where it is made.
 * Idea: from what is called on, through functions that have been looked into anyway. Where these end, at functions too costly to be
 * inlined, from the caller back, by name.
 *
 * Go: cmd/compile/internal/ir/scc.go
 */
#include "engine/private.h"

typedef struct Circle {
  EnginePackage *package;
  Arena *arena;
  const Func *fn;            /* is it reached again? */
  bool direct;               /* these are its own calls: only those of callees matter */
  bool found, open;          /* open: functions were met that nobody has looked into */
  Map seen;                  /* Func* -> 1; Object* of those functions -> 1 */
  VEC(Func *) callees, todo; /* callees: those that can be inlined, or could */
} Circle;

static void meet(void *context, Func *fn) {
  Circle *c = context;
  fn = func_outermost(fn);
  if (fn->unit != c->package->unit || (c->direct && (fn == c->fn || (!fn->inl && !fn->open)))) return;
  if (fn == c->fn) c->found = true;
  uint64_t *seen = map_put(&c->seen, map_key(fn));
  if (*seen) return;
  *seen = 1;
  if (fn->object) *map_put(&c->seen, map_key(fn->object)) = 1;
  vec_push(c->arena, &c->todo, fn);
  if (c->direct) vec_push(c->arena, &c->callees, fn);
}

static void follow(Circle *c, const Func *fn) {
  func_each_mentioned(c->package->unit, fn, meet, c);
  for (uint32_t i = 0; i < fn->closures.len; i++) follow(c, fn->closures.items[i]);
}

static Circle begin(EnginePackage *package, Arena *arena, const Func *fn) {
  Circle c = {.package = package, .arena = arena, .fn = fn, .direct = true, .seen = map_in(arena)};
  follow(&c, fn);
  c.direct = false;
  return c;
}

/* Stops when it is known that the circle may be there. */
static void look_ahead(Circle *c, bool all) {
  while (c->todo.len && !c->found && (all || !c->open)) {
    const Func *next = vec_pop(&c->todo);
    if (next->flags & FUNC_LOWERED)
      follow(c, next);
    else
      c->open = true;
  }
}

bool circle_may_matter(EnginePackage *package, Func *fn) {
  Arena *scratch = scratch_new();
  Circle c = begin(package, scratch, fn);
  bool open = false;
  for (uint32_t i = 0; i < c.callees.len; i++) open = open || c.callees.items[i]->open;
  look_ahead(&c, false);
  open = open || c.found || c.open;
  scratch_free(scratch);
  return open;
}

/* Somebody that mentions the function, or mentions somebody who does, has been met. */
static bool leads_back(Circle *c) {
  if (!c->fn->object) return true; /* an instance: its callers are not found by name */
  Map seen = map_in(c->arena);
  VEC(const Object *) todo = {0};
  vec_push(c->arena, &todo, c->fn->object);
  while (todo.len) {
    const ObjectList *list = functions_mentioning(c->package, vec_pop(&todo), false);
    for (uint32_t i = 0; i < list->len; i++) {
      const Object *func = list->items[i];
      if (map_find(&c->seen, map_key(func))) return true;
      uint64_t *known = map_put(&seen, map_key(func));
      if (!*known) vec_push(c->arena, &todo, func);
      *known = 1;
    }
  }
  return false;
}

static bool matters(EnginePackage *package, Arena *arena, const Func *fn, Map *asked) {
  uint64_t *known = map_put(asked, map_key(fn));
  if (*known) return false;
  *known = 1;
  Circle c = begin(package, arena, fn);
  look_ahead(&c, true);
  if (c.found || (c.open && leads_back(&c))) return true;
  for (uint32_t i = 0; i < c.callees.len; i++)
    if (matters(package, arena, c.callees.items[i], asked)) return true;
  return false;
}

bool circle_matters(EnginePackage *package, Func *fn) {
  Arena *scratch = scratch_new();
  Map asked = map_in(scratch);
  bool yes = matters(package, scratch, fn, &asked);
  scratch_free(scratch);
  return yes;
}
