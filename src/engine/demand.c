/* SPDX-License-Identifier: BSD-3-Clause
 *
 * demand: dependencies, function by function.
 *
 * In: a question about a function of a package that is not reported. Out: the answer that compiling the whole package would give,
 * after looking into that function and into those that the answer depends on:
 *   can it be inlined    its body is parsed, checked and lowered, and so are the callees that can make a difference
 *   its tags             calls are inlined into it, then escape analysis looks at it alone (escape/later.c); if its tags depend on
 *                        the cycle of calls that it may be in, the same for every function of its package that it reaches.
 *                        Whether a body comes through imports is not asked where a call has the same tags (inline/transparent.c)
 *   does an import hand on its body    see below
 *
 * Reported packages run on many threads, lazy packages belong to nobody: who holds engine->demand_lock works on them. What was
 * found out is published by Func.known; it never changes from then on.
 *
 * Go: none; the compiler reads export data
 */
#include "engine/private.h"

typedef enum DemandState {
  DEMAND_DECIDING = 1, /* whether it can be inlined */
  DEMAND_EDITED = 2,   /* calls are inlined, the passes before escape analysis are through */
  DEMAND_VISITED = 4,  /* reached by the function whose tags are wanted */
  DEMAND_BY_ORDER = 8, /* the decision depends on that of a function that depends on this one */
  DEMAND_LEFT = 16,    /* edited, but calls that make no difference to tags were left */
  DEMAND_ALONE = 32    /* analysed as if it were in no cycle */
} DemandState;

static EnginePackage *owner_of(const Package *pkg) { return pkg->user; }

static uint64_t *state_of(EnginePackage *package, const Func *fn) {
  if (!package->demands.arena) package->demands = map_in(package->arena);
  return map_put(&package->demands, map_key(fn));
}

/* ---- whole packages after all ---- */

/* All of the package once more, as far as inlining: for what depends on what it inlines anywhere. */
Unit *demand_shadow(EnginePackage *package) {
  if (package->shadow) return package->shadow;
  const CheckConfig *config = &package->engine->check_later;
  Package *pkg = package->pkg;
  for (uint32_t i = 0; i < pkg->objects.len; i++) {
    Object *object = pkg->objects.items[i];
    if (object->kind == OBJECT_FUNC) check_function_body(config, pkg, object);
    if (object->kind == OBJECT_VAR) check_initial_value(config, pkg, object);
  }
  check_init_order(config, pkg);
  Unit *unit = package->shadow = pipeline_new_unit(package, arena_new());
  unit->whole = true;
  lower_package(unit);
  inline_unit(unit);
  pipeline_make_wrappers(unit);
  unit_export_bodies(unit);
  for (uint32_t i = 0; i < unit->funcs.len; i++)
    if (unit->funcs.items[i]->targs.len)
      vec_push(package->arena, &package->shadow_instances, unit->funcs.items[i]);
  Arena *bodies = unit->bodies;
  unit_drop_bodies(unit);
  arena_free(bodies);
  return unit;
}

static Func *same_in_shadow(EnginePackage *package, const Func *fn) {
  Unit *shadow = demand_shadow(package);
  if (fn->object) return lower_find_func(shadow, fn->object);
  for (uint32_t i = 0; i < package->shadow_instances.len; i++) {
    Func *other = package->shadow_instances.items[i];
    if (other->name->name == fn->name->name && other->name->pkg == fn->name->pkg) return other;
  }
  return NULL;
}

/* ---- can it be inlined ---- */

/* Functions that call each other, each of which would fit if the others were free: whoever is decided first does not know
   about the others, and who that is depends on the whole package. */
static void note_cycle(EnginePackage *package, const Func *fn) {
  for (uint32_t i = package->deciding.len; i-- > 0 && package->deciding.items[i] != fn;) {
    *state_of(package, package->deciding.items[i]) |= DEMAND_BY_ORDER;
    *state_of(package, fn) |= DEMAND_BY_ORDER;
  }
}

static void decide(EnginePackage *package, Func *fn) {
  if (fn->known >= NEED_INLINE) return;
  if (*state_of(package, fn) & DEMAND_DECIDING) {
    note_cycle(package, fn);
    return;
  }
  lower_function(package->unit, fn);
  *state_of(package, fn) |= DEMAND_DECIDING;
  vec_push(package->arena, &package->deciding, fn);
  bool may_fit = inline_decide(package->unit, fn);
  package->deciding.len--;
  if (*state_of(package, fn) & DEMAND_BY_ORDER)
    inline_decide_as(package->unit, fn, same_in_shadow(package, fn));
  else if (may_fit && circle_may_matter(package, fn))
    store_release(&fn->open,
                  inline_body_anyway(package->unit, fn)); /* nothing has been inlined into it yet */
  store_release(&fn->known, NEED_INLINE);
}

/* What it costs is told to somebody. Tags do not depend on that. */
static void settle(EnginePackage *package, Func *fn) {
  decide(package, fn);
  if (!fn->open) return;
  if (circle_matters(package, fn)) inline_decide_as(package->unit, fn, same_in_shadow(package, fn));
  store_release(&fn->open, NULL);
}

/* ---- tags ---- */

void family_add(Arena *arena, FuncList *list, Func *fn) {
  vec_push(arena, list, fn);
  for (uint32_t i = 0; i < fn->closures.len; i++) family_add(arena, list, fn->closures.items[i]);
}

/* Calls are inlined into the family; true: some were left. */
static bool expand(EnginePackage *package, const FuncList *family, bool tags_only) {
  Unit *unit = package->unit;
  bool was_tags_only = unit->tags_only, were_left = unit->calls_left;
  unit->tags_only = tags_only;
  unit->calls_left = false;
  inline_family(unit, family->items, family->len);
  bool left = unit->calls_left;
  unit->tags_only = was_tags_only;
  unit->calls_left = were_left;
  return left;
}

/* What was left for the sake of tags is made up for. */
static void edit(EnginePackage *package, Func *fn, bool tags_only) {
  uint64_t state = *state_of(package, fn);
  bool again = !tags_only && (state & DEMAND_LEFT);
  if ((state & DEMAND_EDITED) && !again) return;
  *state_of(package, fn) = (state & ~(uint64_t)DEMAND_LEFT) | DEMAND_EDITED;
  decide(package, fn);
  Arena *scratch = scratch_new();
  FuncList family = {0};
  family_add(scratch, &family, fn);
  if (expand(package, &family, tags_only)) *state_of(package, fn) |= DEMAND_LEFT;
  family.len = 0; /* with the literals of inlined bodies */
  family_add(scratch, &family, fn);
  loop_vars_funcs(package->unit, family.items, family.len);
  dead_locals_funcs(package->unit, family.items, family.len);
  scratch_free(scratch);
}

typedef struct Instances {
  EnginePackage *package;
  FuncList todo;
  Map seen;
} Instances;

static void add_instance(void *context, Func *fn) {
  Instances *found = context;
  uint64_t *seen = map_put(&found->seen, map_key(fn));
  if (*seen || fn->targs.len == 0) return;
  *seen = 1;
  vec_push(found->seen.arena, &found->todo, fn);
}

void demand_inlining(EnginePackage *package, Func *fn) {
  Arena *scratch = scratch_new();
  Instances found = {.package = package, .seen = map_in(scratch)};
  vec_push(scratch, &found.todo, fn);
  while (found.todo.len) {
    Func *next = vec_pop(&found.todo);
    edit(package, next, false);
    FuncList family = {0};
    family_add(scratch, &family, next);
    for (uint32_t i = 0; i < family.len; i++)
      func_each_mentioned(package->unit, family.items[i], add_instance, &found);
  }
  scratch_free(scratch);
}

typedef struct Reach {
  EnginePackage *package;
  Arena *scratch;
  FuncList list; /* functions, each followed by its literals */
  FuncList todo;
} Reach;

static void reach(void *context, Func *fn) {
  Reach *r = context;
  fn = func_outermost(fn);
  if ((fn->flags & FUNC_ESCAPE_DONE) && !(fn->flags & FUNC_ALONE)) return;
  uint64_t *state = state_of(r->package, fn);
  if (*state & DEMAND_VISITED) return;
  *state |= DEMAND_VISITED;
  vec_push(r->scratch, &r->todo, fn);
}

static void publish_tags(const FuncList *list) {
  for (uint32_t i = 0; i < list->len; i++)
    if (list->items[i]->flags & FUNC_ESCAPE_DONE) store_release(&list->items[i]->known, NEED_TAGS);
}

/* As if it were in no cycle with others. */
static void find_tags_alone(EnginePackage *package, Func *fn) {
  if (*state_of(package, fn) & DEMAND_ALONE) return;
  *state_of(package, fn) |= DEMAND_ALONE;
  Arena *scratch = scratch_new();
  FuncList family = {0};
  edit(package, fn, true);
  family_add(scratch, &family, fn);
  escape_family(package->unit, family.items, family.len);
  publish_tags(&family);
  scratch_free(scratch);
}

/* With all that it reaches. */
static void find_tags_in_cycles(EnginePackage *package, Func *fn) {
  Reach r = {.package = package, .scratch = scratch_new()};
  reach(&r, fn);
  while (r.todo.len) {
    Func *next = vec_pop(&r.todo);
    edit(package, next, true);
    uint32_t from = r.list.len;
    family_add(r.scratch, &r.list, next);
    for (uint32_t i = from; i < r.list.len; i++)
      func_each_mentioned(package->unit, r.list.items[i], reach, &r);
  }
  escape_funcs(package->unit, r.list.items, r.list.len);
  publish_tags(&r.list);
  scratch_free(r.scratch);
}

static void find_tags(EnginePackage *package, Func *fn, FuncNeed need) {
  if (fn->known >= NEED_TAGS) return;
  find_tags_alone(package, func_outermost(fn));
  if (need == NEED_TAGS && fn->known < NEED_TAGS) find_tags_in_cycles(package, fn);
}

/* ---- hooks ---- */

static Func *resolve_func(void *context, Unit *unit, Object *object) {
  const Engine *engine = context;
  EnginePackage *owner = owner_of(object->pkg);
  Unit *home = unit->pkg == object->pkg ? unit : owner->unit; /* a shadow's own functions are its own */
  if (home->whole) return lower_find_func(home, object);
  lock_take(engine->demand_lock);
  Func *fn = lower_find_func(home, object);
  lock_release(engine->demand_lock);
  return fn;
}

static Unit *find_unit(void *context, const Package *pkg) {
  (void)context;
  const EnginePackage *owner = pkg->user;
  return owner ? owner->unit : NULL;
}

static bool is_known(const Func *fn, FuncNeed need) {
  if (need == NEED_COST) return load_acquire(&fn->known) >= NEED_INLINE && !load_acquire(&fn->open);
  return load_acquire(&fn->known) >= (uint32_t)need;
}

static void require_func(void *context, Func *fn, FuncNeed need) {
  const Engine *engine = context;
  if (fn->unit->whole || is_known(fn, need)) return;
  lock_take(engine->demand_lock);
  EnginePackage *owner = owner_of(fn->unit->pkg);
  if (owner->summary)
    summaries_decide(fn);
  else if (need == NEED_COST)
    settle(owner, fn);
  else if (need == NEED_INLINE)
    decide(owner, fn);
  else
    find_tags(owner, fn, need);
  lock_release(engine->demand_lock);
}

static void require_body(void *context, Object *object) {
  const Engine *engine = context;
  EnginePackage *owner = owner_of(object->pkg);
  if (!owner->bodies_later && !owner->summary) return;
  lock_take(engine->demand_lock);
  if (owner->summary)
    summaries_check_body(owner, object);
  else
    check_function_body(&engine->check_later, object->pkg, object);
  lock_release(engine->demand_lock);
}

static bool is_handed(void *context, const Unit *unit, const Func *fn) {
  const Engine *engine = context;
  lock_take(engine->demand_lock);
  bool yes = package_is_handed(unit, fn);
  lock_release(engine->demand_lock);
  return yes;
}

static bool name_is_shared(void *context, const Unit *unit, const Package *pkg) {
  const Engine *engine = context;
  lock_take(engine->demand_lock);
  bool yes = package_name_is_shared(unit, pkg);
  lock_release(engine->demand_lock);
  return yes;
}

void demand_hooks(EnginePackage *package, Unit *unit) {
  unit->resolve_func = resolve_func;
  unit->find_unit = find_unit;
  unit->require_func = require_func;
  unit->require_body = require_body;
  unit->is_handed = is_handed;
  if (package->engine->profile->shared_names_by_path) unit->name_is_shared = name_is_shared;
  unit->context = package->engine;
}
