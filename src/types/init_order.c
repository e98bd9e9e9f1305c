/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The order in which package-level variables are initialised, and cycles among initialisations.
 *
 * In:  what each declaration mentions (DeclInfo.deps). Out: pkg->init_order.
 * Idea: a variable waits for the constants and variables that it reaches, directly or through functions. A queue yields the
 * object that waits for the fewest, in source order; if it still waits for something it is on a cycle.
 *
 * Go: cmd/compile/internal/types2/initorder.go
 */
#include <stdlib.h>

#include "types/core.h"

typedef struct InitNode {
  Object *object;
  VEC(uint32_t) waiting; /* nodes that depend on this one */
  uint32_t depends;      /* how many nodes it still waits for */
  uint32_t place;        /* in the heap */
} InitNode;

typedef struct InitOrder {
  const CheckConfig *config;
  Package *pkg;
  Arena *arena;
  InitNode *nodes;
  uint32_t node_len;
  uint32_t *node_of; /* object order -> node + 1; 0 for functions and types */
  uint32_t *stamp;   /* object order -> last node whose search came by */
  uint32_t *heap;    /* nodes */
  uint32_t heap_len;
} InitOrder;

/* ---- dependencies ---- */

static void add_dependencies(InitOrder *o, uint32_t n, Object *from) {
  if (from->kind == OBJECT_FUNC && !o->config->bodies && !from->decl->body_checked)
    check_function_body(o->config, o->pkg, from);
  const DeclInfo *decl = from->decl;
  for (uint32_t i = 0; i < decl->deps.len; i++) {
    Object *to = decl->deps.items[i];
    if (o->stamp[to->order] == n + 1) continue;
    o->stamp[to->order] = n + 1;
    if (o->node_of[to->order]) {
      o->nodes[n].depends++;
      vec_push(o->arena, &o->nodes[o->node_of[to->order] - 1].waiting, n);
    } else if (to->kind == OBJECT_FUNC) {
      add_dependencies(o, n, to);
    }
  }
}

/* ---- the queue ---- */

static bool goes_first(const InitOrder *o, uint32_t a, uint32_t b) {
  const InitNode *x = &o->nodes[a], *y = &o->nodes[b];
  bool x_const = x->object->kind == OBJECT_CONST, y_const = y->object->kind == OBJECT_CONST;
  if (x_const != y_const) return x_const;
  if (x->depends != y->depends) return x->depends < y->depends;
  return x->object->order < y->object->order;
}

static void heap_place(InitOrder *o, uint32_t place, uint32_t node) {
  o->heap[place] = node;
  o->nodes[node].place = place;
}

static void sift_up(InitOrder *o, uint32_t place) {
  uint32_t node = o->heap[place];
  while (place > 0) {
    uint32_t parent = (place - 1) / 2;
    if (!goes_first(o, node, o->heap[parent])) break;
    heap_place(o, place, o->heap[parent]);
    place = parent;
  }
  heap_place(o, place, node);
}

static void sift_down(InitOrder *o, uint32_t place) {
  uint32_t node = o->heap[place];
  for (;;) {
    uint32_t child = 2 * place + 1;
    if (child >= o->heap_len) break;
    if (child + 1 < o->heap_len && goes_first(o, o->heap[child + 1], o->heap[child])) child++;
    if (!goes_first(o, o->heap[child], node)) break;
    heap_place(o, place, o->heap[child]);
    place = child;
  }
  heap_place(o, place, node);
}

static uint32_t heap_take(InitOrder *o) {
  uint32_t node = o->heap[0];
  o->nodes[node].place = UINT32_MAX;
  uint32_t last = o->heap[--o->heap_len];
  if (o->heap_len) {
    heap_place(o, 0, last);
    sift_down(o, 0);
  }
  return node;
}

/* ---- cycles ---- */

static int by_order(const void *a, const void *b) {
  const Object *x = *(Object *const *)a, *y = *(Object *const *)b;
  return (x->order > y->order) - (x->order < y->order);
}

typedef struct Path {
  VEC(Object *) list; /* from the end to the start */
} Path;

static bool find_path(InitOrder *o, Object *from, const Object *to, Map *seen, Path *path) {
  uint64_t *visited = map_put(seen, map_key(from));
  if (*visited) return false;
  *visited = 1;
  uint32_t len = from->decl->deps.len;
  Object **deps = arena_new_array(o->arena, Object *, len);
  if (len) memcpy(deps, from->decl->deps.items, sizeof(Object *) * len);
  qsort(deps, len, sizeof(Object *), by_order);
  for (uint32_t i = 0; i < len; i++) {
    if (deps[i] == to || find_path(o, deps[i], to, seen, path)) {
      vec_push(o->arena, &path->list, deps[i]);
      return true;
    }
  }
  return false;
}

static void report_cycle(Checker *check, const Path *path) {
  const Object *object = path->list.items[0];
  if (path->list.len == 1) {
    check_error(check, object->pos, "initialization cycle: %s refers to itself", atom_text(object->name));
    return;
  }
  Pos pos = object->pos;
  Buffer text = {0};
  buffer_printf(&text, "initialization cycle for %s", atom_text(object->name));
  for (uint32_t i = path->list.len; i-- > 0;) {
    const Object *next = path->list.items[i];
    buffer_printf(&text, "\n\t%s: %s refers to %s", text_pos(check, object->pos), atom_text(object->name),
                  atom_text(next->name));
    object = next;
  }
  check_error(check, pos, "%s", text.data);
  buffer_free(&text);
}

/* ---- the order ---- */

static void build(InitOrder *o) {
  uint32_t count = o->pkg->objects.len;
  o->nodes = arena_new_array(o->arena, InitNode, count);
  o->node_of = arena_new_array(o->arena, uint32_t, count + 1);
  o->stamp = arena_new_array(o->arena, uint32_t, count + 1);
  o->heap = arena_new_array(o->arena, uint32_t, count);
  for (uint32_t i = 0; i < count; i++) {
    Object *object = o->pkg->objects.items[i];
    if (object->kind != OBJECT_CONST && object->kind != OBJECT_VAR) continue;
    o->nodes[o->node_len].object = object;
    o->node_of[object->order] = ++o->node_len;
  }
  for (uint32_t n = 0; n < o->node_len; n++) add_dependencies(o, n, o->nodes[n].object);
  for (uint32_t n = 0; n < o->node_len; n++) heap_place(o, n, n);
  o->heap_len = o->node_len;
  for (uint32_t n = o->heap_len / 2; n-- > 0;) sift_down(o, n);
}

static void emit(InitOrder *o, Map *emitted, Object *object) {
  DeclInfo *decl = object->decl;
  if (object->kind != OBJECT_VAR || !decl->init) return;
  uint64_t *seen = map_put(emitted, map_key(decl));
  if (*seen) return; /* a, b = f() */
  *seen = 1;
  Initializer initializer = {.lhs = decl->lhs, .lhs_len = decl->lhs_len, .rhs = decl->init};
  if (!initializer.lhs) {
    initializer.lhs = arena_new_array(o->pkg->arena, Object *, 1);
    initializer.lhs[0] = object;
    initializer.lhs_len = 1;
  }
  vec_push(o->pkg->arena, &o->pkg->init_order, initializer);
}

/* check is NULL when cycles are known not to exist. */
static void compute(InitOrder *o, Checker *check) {
  build(o);
  Map emitted = map_in(o->arena);
  o->pkg->init_order.len = 0;
  while (o->heap_len) {
    InitNode *node = &o->nodes[heap_take(o)];
    if (node->depends && check) {
      Map seen = map_in(o->arena);
      Path path = {0};
      if (find_path(o, node->object, node->object, &seen, &path)) report_cycle(check, &path);
    }
    for (uint32_t i = 0; i < node->waiting.len; i++) {
      InitNode *other = &o->nodes[node->waiting.items[i]];
      other->depends--;
      if (other->place != UINT32_MAX) sift_up(o, other->place);
    }
    emit(o, &emitted, node->object);
  }
}

void check_init_order_of(Checker *check) {
  Arena *scratch = scratch_new();
  InitOrder o = {.config = check->config, .pkg = check->pkg, .arena = scratch};
  compute(&o, check);
  scratch_free(scratch);
}

void check_init_order(const CheckConfig *config, Package *pkg) {
  if (pkg->init_order.len) return;
  Arena *scratch = scratch_new();
  InitOrder o = {.config = config, .pkg = pkg, .arena = scratch};
  compute(&o, NULL);
  scratch_free(scratch);
}
