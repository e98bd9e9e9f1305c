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
  const Object *wanted; /* is it reached again? */
  bool direct;          /* these are its own calls: only those of callees matter */
  bool found, open;     /* open: functions were met that nobody has looked into */
  Map seen;             /* Object* -> 1 */
  VEC(Object *) todo;
  VEC(Func *) callees; /* that can be inlined, or could */
} Circle;

static bool is_generic(const Object *func) {
  return func->type->u.signature.tparams.len || func->type->u.signature.recv_tparams.len;
}

/* Their bodies say what was called before anything was inlined. */
static void meet(void *context, Object *object) {
  Circle *c = context;
  if (object->kind != OBJECT_FUNC) return;
  if (object->u.func.origin) object = object->u.func.origin;
  const FuncDecl *decl = object->u.func.syntax;
  if (object->pkg != c->package->pkg || !decl || !decl->body_len) return;
  if (object == c->wanted) c->found = c->found || !c->direct;
  if (object == c->wanted || map_find(&c->seen, map_key(object))) return;
  if (c->direct && !is_generic(object)) {
    Func *fn = lower_find_func(c->package->unit, object);
    if (!fn->inl && !fn->open) return;
    vec_push(c->arena, &c->callees, fn);
  }
  *map_put(&c->seen, map_key(object)) = 1;
  vec_push(c->arena, &c->todo, object);
}

static void follow(Circle *c, Object *func) {
  const Unit *unit = c->package->unit;
  unit->require_body(unit->context, func);
  const FuncDecl *decl = func->u.func.syntax;
  info_each_use(func->pkg->info, decl->body_id, decl->body_id_end, meet, c);
}

static Circle begin(EnginePackage *package, Arena *arena, Object *func) {
  Circle c = {.package = package, .arena = arena, .wanted = func, .direct = true, .seen = map_in(arena)};
  follow(&c, func);
  c.direct = false;
  return c;
}

static bool is_looked_into(const Circle *c, Object *func) {
  return is_generic(func) || (lower_find_func(c->package->unit, func)->flags & FUNC_LOWERED);
}

/* Without `all` it stops when it is known that the circle may be there. */
static void look_ahead(Circle *c, bool all) {
  while (c->todo.len && !c->found && (all || !c->open)) {
    Object *next = vec_pop(&c->todo);
    if (is_looked_into(c, next))
      follow(c, next);
    else
      c->open = true;
  }
}

/* What instances call is not known by name. */
static Object *declared(const Func *fn) { return fn->targs.len ? NULL : fn->object; }

bool circle_may_matter(EnginePackage *package, const Func *fn) {
  Object *func = declared(fn);
  if (!func || !func->u.func.syntax) return false;
  Arena *scratch = scratch_new();
  Circle c = begin(package, scratch, func);
  bool open = false;
  for (uint32_t i = 0; i < c.callees.len; i++) open = open || c.callees.items[i]->open;
  if (!open) look_ahead(&c, false);
  open = open || c.found || c.open;
  scratch_free(scratch);
  return open;
}

/* Somebody that mentions the function, or mentions somebody who does, has been met. */
static bool leads_back(Circle *c) {
  Map seen = map_in(c->arena);
  VEC(const Object *) todo = {0};
  vec_push(c->arena, &todo, c->wanted);
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

static bool matters(EnginePackage *package, Arena *arena, Object *func, Map *asked) {
  uint64_t *known = map_put(asked, map_key(func));
  if (*known) return false;
  *known = 1;
  Circle c = begin(package, arena, func);
  look_ahead(&c, true);
  if (c.found || (c.open && leads_back(&c))) return true;
  for (uint32_t i = 0; i < c.callees.len; i++)
    if (matters(package, arena, c.callees.items[i]->object, asked)) return true;
  return false;
}

bool circle_matters(EnginePackage *package, const Func *fn) {
  Arena *scratch = scratch_new();
  Map asked = map_in(scratch);
  bool yes = matters(package, scratch, declared(fn), &asked);
  scratch_free(scratch);
  return yes;
}
