/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finds instantiation without end: f[T] that needs f[*T] that needs f[**T] …
 *
 * A graph over type parameters and types declared inside generic functions: an edge says that one is instantiated with
 * another, of weight 0 if with it alone, of weight 1 if with a type made of it. A cycle of positive weight has no end. Such
 * cycles lie within one package.
 *
 * Go: cmd/compile/internal/types2/mono.go
 */
#include "types/generics.h"

typedef struct Vertex {
  Object *object;  /* type parameter or local defined type */
  uint32_t weight; /* of the heaviest path known */
  uint32_t before; /* last edge of that path */
  uint32_t len;    /* of that path */
} Vertex;

typedef struct Edge {
  uint32_t to, from, weight;
  Pos pos;
  Type *type; /* the type argument */
} Edge;

typedef struct MonoGraph {
  VEC(Vertex) vertices;
  VEC(Edge) edges;
  Map canonical; /* type parameter of a method of an instance -> of the declaration */
  Map index;     /* Object* -> vertex + 1; NONE: needs no vertex */
} MonoGraph;

#define NO_VERTEX UINT32_MAX

static MonoGraph *graph_of(Checker *check) {
  if (!check->mono) {
    check->mono = arena_new_of(check->arena, MonoGraph);
    check->mono->canonical = map_in(check->arena);
    check->mono->index = map_in(check->arena);
  }
  return check->mono;
}

void mono_record_canon(Checker *check, Type *mine, Type *canonical) {
  map_set_ptr(&graph_of(check)->canonical, mine, canonical);
}

static uint32_t new_vertex(Checker *check, Object *object) {
  vec_push(check->arena, &check->mono->vertices, (Vertex){.object = object});
  return check->mono->vertices.len - 1;
}

static void add_edge(Checker *check, Edge edge) { vec_push(check->arena, &check->mono->edges, edge); }

static uint32_t tparam_vertex(Checker *check, Type *tparam) {
  Type *canonical = map_get_ptr(&check->mono->canonical, tparam);
  Object *object = (canonical ? canonical : tparam)->u.tparam.object;
  uint64_t *slot = map_put(&check->mono->index, map_key(object));
  if (*slot == 0) *slot = (uint64_t)new_vertex(check, object) + 1;
  return (uint32_t)(*slot - 1);
}

/* A defined type inside a generic function is parameterized by all type parameters around it. */
static uint32_t local_type_vertex(Checker *check, Object *object) {
  if (object->pkg != check->pkg || object->parent == check->pkg->scope || !object->parent) return NO_VERTEX;
  const uint64_t *known = map_find(&check->mono->index, map_key(object));
  if (known) return (uint32_t)(*known - 1);
  uint32_t vertex = NO_VERTEX;
  for (Scope *scope = object->parent; scope && scope != check->pkg->scope; scope = scope->parent) {
    for (uint32_t i = 0; i < scope->objects.len; i++) {
      Object *other = scope->objects.items[i];
      if (other->kind != OBJECT_TYPE_NAME || !other->type || other->type->kind != TYPE_TYPE_PARAM) continue;
      if (pos_compare(other->pos, object->pos) >= 0) continue;
      if (vertex == NO_VERTEX) vertex = new_vertex(check, object);
      add_edge(check, (Edge){vertex, tparam_vertex(check, other->type), 1, object->pos, other->type});
    }
  }
  *map_put(&check->mono->index, map_key(object)) = (uint64_t)vertex + 1;
  return vertex;
}

/* ---- what flows into a type parameter ---- */

typedef struct Flow {
  Checker *check;
  Type *tparam, *targ;
  Pos pos;
  const struct InterfacePath *path;
} Flow;

typedef struct InterfacePath {
  const Type *type;
  const struct InterfacePath *outer;
} InterfacePath;

static void flow_from(Flow *flow, Type *t);

static void flow_edge(Flow *flow, uint32_t from, Type *t) {
  uint32_t to = tparam_vertex(flow->check, flow->tparam);
  add_edge(flow->check, (Edge){to, from, t == flow->targ ? 0 : 1, flow->pos, flow->targ});
}

static void flow_from_objects(Flow *flow, ObjectList list) {
  for (uint32_t i = 0; i < list.len; i++) {
    if (list.items[i]->type) flow_from(flow, list.items[i]->type);
  }
}

static void flow_from_named(Flow *flow, Type *t) {
  uint32_t vertex = local_type_vertex(flow->check, t->u.named.object);
  if (vertex != NO_VERTEX) flow_edge(flow, vertex, t);
  for (uint32_t i = 0; i < t->u.named.targs.len; i++) flow_from(flow, t->u.named.targs.items[i]);
}

static void flow_from_interface(Flow *flow, Type *t) {
  for (const InterfacePath *p = flow->path; p; p = p->outer) {
    if (p->type == t) return;
  }
  InterfacePath path = {t, flow->path};
  flow->path = &path;
  flow_from_objects(flow, type_set(t->universe, t)->methods);
  flow->path = path.outer;
}

static void flow_from(Flow *flow, Type *t) {
  bool whole = t == flow->targ;
  t = type_unalias(t);
  if (whole) flow->targ = t;
  switch (t->kind) {
  case TYPE_BASIC:
  case TYPE_ALIAS:
  case TYPE_UNION: return;
  case TYPE_NAMED: flow_from_named(flow, t); return;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: flow_from(flow, t->u.elem.type); return;
  case TYPE_MAP:
    flow_from(flow, t->u.map.key);
    flow_from(flow, t->u.map.value);
    return;
  case TYPE_STRUCT: flow_from_objects(flow, t->u.structure.fields); return;
  case TYPE_TUPLE: flow_from_objects(flow, t->u.tuple.vars); return;
  case TYPE_SIGNATURE:
    flow_from(flow, t->u.signature.params);
    flow_from(flow, t->u.signature.results);
    return;
  case TYPE_INTERFACE: flow_from_interface(flow, t); return;
  case TYPE_TYPE_PARAM: flow_edge(flow, tparam_vertex(flow->check, t), t); return;
  }
}

void mono_record_instance(Checker *check, Pos pos, TypeList tparams, TypeList targs, NodeList exprs) {
  graph_of(check);
  for (uint32_t i = 0; i < tparams.len; i++) {
    if (tparams.items[i]->u.tparam.object->pkg != check->pkg) continue;
    Pos at = i < exprs.len ? node_start(exprs.items[i]) : pos;
    Flow flow = {check, tparams.items[i], targs.items[i], at, NULL};
    flow_from(&flow, targs.items[i]);
  }
}

/* ---- cycles ---- */

static void report_cycle(Checker *check, uint32_t v) {
  const MonoGraph *graph = check->mono;
  uint32_t count = graph->vertices.len, len = 0, first = 0;
  uint32_t *stack = arena_new_array(check->arena, uint32_t, count);
  BitSet seen = bitset_new(check->arena, count);
  while (!bitset_get(&seen, v)) {
    stack[len++] = v;
    bitset_set(&seen, v);
    v = graph->edges.items[graph->vertices.items[v].before].from;
  }
  while (stack[first] != v) first++; /* what leads to the cycle is no part of it */
  Buffer text = {0};
  buffer_text(&text, "instantiation cycle:");
  for (uint32_t i = first; i < len; i++) {
    const Edge *edge = &graph->edges.items[graph->vertices.items[stack[i]].before];
    const Object *object = graph->vertices.items[edge->to].object;
    bool is_param = object->type->kind == TYPE_TYPE_PARAM;
    buffer_printf(&text, "\n\t%s: %s %s %s", text_pos(check, edge->pos), atom_text(object->name),
                  is_param ? "instantiated as" : "implicitly parameterized by", text_type(check, edge->type));
  }
  buffer_char(&text, '\0');
  check_error(check, graph->vertices.items[v].object->pos, "%s", text.data);
  buffer_free(&text);
}

/* Heaviest paths by relaxation, until nothing changes or a path is as long as there are vertices. */
void mono_report(Checker *check) {
  MonoGraph *graph = check->mono;
  bool again = graph != NULL;
  while (again) {
    again = false;
    for (uint32_t i = 0; i < graph->edges.len; i++) {
      const Edge *edge = &graph->edges.items[i];
      const Vertex *from = &graph->vertices.items[edge->from];
      Vertex *to = &graph->vertices.items[edge->to];
      if (from->weight + edge->weight <= to->weight) continue;
      to->before = i;
      to->len = from->len + 1;
      if (to->len == graph->vertices.len) {
        report_cycle(check, edge->to);
        return;
      }
      to->weight = from->weight + edge->weight;
      again = true;
    }
  }
}
