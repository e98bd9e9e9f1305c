/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Cycles among declarations: names that stand for each other without a type literal between them, declarations that need
 * themselves to be set up.
 *
 * Go: cmd/compile/internal/types2/cycles.go, the cycle half of decl.go
 */
#include "types/core.h"

/* ---- the path of objects in progress ---- */

int32_t object_path_index(const Checker *check, const Object *object) {
  if (object->color != COLOR_GREY) return -1;
  for (uint32_t i = check->object_path.len; i-- > 0;)
    if (check->object_path.items[i] == object) return (int32_t)i;
  return -1;
}

void check_push_object(Checker *check, Object *object) {
  object->color = COLOR_GREY;
  vec_push(check->scratch, &check->object_path, object);
}

void check_pop_object(Checker *check) {
  Object *object = vec_pop(&check->object_path);
  object->color = COLOR_NONE;
}

uint32_t first_in_source(Object *const *path, uint32_t len) {
  uint32_t first = 0;
  for (uint32_t i = 1; i < len; i++)
    if (pos_compare(path[i]->pos, path[first]->pos) < 0) first = i;
  return first;
}

/* ---- reporting ---- */

static const char *cycle_name(Checker *check, const Object *object) {
  Type *named = object->type && object->kind == OBJECT_TYPE_NAME ? type_as_named(object->type) : NULL;
  if (named && named->u.named.targs.len) return text_type(check, named);
  if (!object->pkg || object->pkg == check->pkg) return atom_text(object->name);
  return arena_printf(check->arena, "%s.%s", atom_text(object->pkg->name), atom_text(object->name)).data;
}

void check_cycle_error(Checker *check, Object **cycle, uint32_t len, uint32_t start) {
  Object *object = cycle[start];
  bool is_type = object->kind == OBJECT_TYPE_NAME;
  if (is_type && object->type && object->type->kind == TYPE_ALIAS) {
    object->type->u.alias.from_rhs = type_invalid(check->universe);
    object->type->u.alias.actual = NULL;
  }
  const char *name = cycle_name(check, object);
  if (len == 1) {
    check_error(check, object->pos,
                is_type ? "invalid recursive type: %s refers to itself"
                        : "invalid cycle in declaration: %s refers to itself",
                name);
    return;
  }
  Buffer text = {0};
  buffer_printf(&text, is_type ? "invalid recursive type %s" : "invalid cycle in declaration of %s", name);
  Pos pos = object->pos;
  for (uint32_t i = 0; i < len; i++) {
    const Object *next = cycle[(start + i + 1) % len];
    buffer_printf(&text, "\n\t%s: %s refers to %s", text_pos(check, object->pos), cycle_name(check, object),
                  cycle_name(check, next));
    object = (Object *)next;
  }
  check_error(check, pos, "%s", buffer_view(&text).data);
  buffer_free(&text);
}

/* ---- type A B; type B A ---- */

typedef struct DirectCycles {
  Map state; /* type name -> 1 + index on the path while it is walked, DONE afterwards */
  VEC(Object *) path;
} DirectCycles;

static const uint64_t DONE = UINT64_MAX;

/* The package-level type name that the declaration of a type name consists of, or NULL. */
static Object *next_name(Checker *check, const Object *type_name) {
  const Node *rhs = type_name->decl->type_decl->type;
  if (!rhs || rhs->kind != NODE_NAME) return NULL;
  Object *object = scope_lookup(check->pkg->scope, ((const NameExpr *)rhs)->name);
  return object && object->kind == OBJECT_TYPE_NAME ? object : NULL;
}

static void walk_names(Checker *check, DirectCycles *d, Object *type_name) {
  d->path.len = 0;
  for (Object *t = type_name; t; t = next_name(check, t)) {
    uint64_t *state = map_put(&d->state, map_key(t));
    if (*state == DONE) break;
    if (*state) {
      uint32_t start = (uint32_t)(*state - 1);
      t->type = type_invalid(check->universe);
      Object **cycle = d->path.items + start;
      uint32_t len = d->path.len - start;
      check_cycle_error(check, cycle, len, first_in_source(cycle, len));
      break;
    }
    *state = d->path.len + 1;
    vec_push(check->arena, &d->path, t);
  }
  for (uint32_t i = 0; i < d->path.len; i++) *map_put(&d->state, map_key(d->path.items[i])) = DONE;
}

void check_direct_cycles(Checker *check) {
  DirectCycles d = {.state = map_in(check->arena)};
  for (uint32_t i = 0; i < check->pkg->objects.len; i++) {
    Object *object = check->pkg->objects.items[i];
    if (object->kind == OBJECT_TYPE_NAME) walk_names(check, &d, object);
  }
}

/* ---- use of a type that is being set up ---- */

bool check_is_complete(Checker *check, Type *t) {
  while (t && (t->kind == TYPE_NAMED || t->kind == TYPE_ALIAS)) {
    bool alias = t->kind == TYPE_ALIAS;
    Object *object = alias ? t->u.alias.object : t->u.named.object;
    /* An instance is not the declaration of its generic type. */
    bool instance = alias ? t->u.alias.origin != NULL : t->u.named.origin != NULL;
    int32_t start = instance ? -1 : object_path_index(check, object);
    if (start >= 0) {
      Object **cycle = check->object_path.items + start;
      uint32_t len = check->object_path.len - (uint32_t)start;
      check_cycle_error(check, cycle, len, first_in_source(cycle, len));
      return false;
    }
    t = alias ? t->u.alias.from_rhs : t->u.named.from_rhs;
  }
  return true;
}

/* Instances have a place of their own in cycles: T[int] may be on the path while T[string] is looked at. */
static Object *named_place(Checker *check, Type *named) {
  if (!named->u.named.origin) return named->u.named.object;
  NamedState *state = named->u.named.state;
  if (!state->place) {
    state->place = object_copy(check->pkg->arena, named->u.named.object);
    state->place->type = named;
    state->place->color = COLOR_NONE;
    if (pos_known(state->pos)) state->place->pos = state->pos;
  }
  return state->place;
}

/* Types of other packages are known to be fine, and are not ours to mark. */
static bool is_foreign(const Checker *check, const Type *named) {
  return named->u.named.object->pkg != check->pkg;
}

bool check_enter_type(Checker *check, Type *named) {
  if (is_foreign(check, named)) return true;
  Object *object = named_place(check, named);
  int32_t start = object_path_index(check, object);
  if (start < 0) {
    check_push_object(check, object);
    return true;
  }
  Object **cycle = check->object_path.items + start;
  uint32_t len = check->object_path.len - (uint32_t)start;
  check_cycle_error(check, cycle, len, first_in_source(cycle, len));
  return false;
}

void check_leave_type(Checker *check, Type *named) {
  if (!is_foreign(check, named)) check_pop_object(check);
}
