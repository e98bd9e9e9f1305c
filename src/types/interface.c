/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Interface types, and the search for anonymous interfaces that mention themselves.
 *
 * Go: cmd/compile/internal/types2/interface.go, noder/irgen.go (cycleFinder)
 */
#include <stdlib.h>

#include "types/core.h"

typedef struct Parts {
  VEC(Object *) methods;
  VEC(Type *) embeddeds;
  VEC(Pos) positions;
} Parts;

typedef struct TypeSetTask {
  Type *type;
  Pos pos;
} TypeSetTask;

static void compute_type_set(Checker *check, void *data) {
  const TypeSetTask *task = data;
  type_set_check(check, task->pos, task->type);
}

static void add_method(Checker *check, Parts *parts, FieldNode *field, Type *recv) {
  NameExpr *name = field->name;
  if (name->name == check->universe->blank) {
    check_error(check, name->node.pos, "methods must have a unique non-blank name");
    return;
  }
  Type *signature = check_type(check, field->type);
  if (signature->kind != TYPE_SIGNATURE) {
    if (type_valid(signature))
      check_error(check, error_pos(field->type), "invalid syntax tree: %s is not a method signature",
                  text_type(check, signature));
    return;
  }
  signature->u.signature.recv =
      object_new_var(check->universe, VAR_RECV, check->pkg, name->node.pos, NULL, recv);
  Object *method =
      object_new(check->universe, OBJECT_FUNC, check->pkg, name->node.pos, name->name, signature);
  record_def(check, name, method);
  vec_push(check->scratch, &parts->methods, method);
}

static int compare_methods(const void *a, const void *b) {
  const Object *x = *(Object *const *)a, *y = *(Object *const *)b;
  int order = object_compare(x, y);
  return order ? order : pos_compare(x->pos, y->pos);
}

void check_interface_type(Checker *check, Type *result, InterfaceTypeExpr *e, Object *def) {
  Parts parts = {0};
  Type *named = def && def->type ? type_as_named(def->type) : NULL;
  result->u.interface.pkg = check->pkg;
  for (uint32_t i = 0; i < e->elems.len; i++) {
    FieldNode *field = e->elems.items[i];
    if (field->name) {
      add_method(check, &parts, field, named ? named : result);
      continue;
    }
    Type *embedded = check_parse_union(check, field->type);
    vec_push(check->scratch, &parts.embeddeds, embedded);
    vec_push(check->scratch, &parts.positions, node_start(field->type));
  }
  if (parts.methods.len > 1) qsort(parts.methods.items, parts.methods.len, sizeof(Object *), compare_methods);
  Universe *u = check->universe;
  result->u.interface.methods = (ObjectList){universe_copy(u, parts.methods), parts.methods.len};
  result->u.interface.embeddeds = (TypeList){universe_copy(u, parts.embeddeds), parts.embeddeds.len};
  result->u.interface.embed_pos = universe_copy(u, parts.positions);
  result->u.interface.complete = true;
  Core *core = check->core;
  vec_push(check->scratch, &core->interfaces, (InterfaceSite){result, &e->node});
  if (parts.methods.len == 0 && parts.embeddeds.len == 0) return;
  result->u.interface.checker = check; /* whoever needs the type set first reports what is wrong with it */
  TypeSetTask *task = arena_new_of(check->arena, TypeSetTask);
  *task = (TypeSetTask){result, e->node.pos};
  check_later(check, compute_type_set, task);
}

/* ---- anonymous interfaces in a cycle ---- */

typedef struct Finder {
  Universe *universe;
  Map visited; /* interface -> 1 while it is being visited, 2 when it is known to be fine */
} Finder;

static bool visit(Finder *f, Type *t);

static bool visit_vars(Finder *f, ObjectList vars) {
  for (uint32_t i = 0; i < vars.len; i++)
    if (visit(f, vars.items[i]->type)) return true;
  return false;
}

static bool visit_methods(Finder *f, Type *interface) {
  InterfaceMethods methods = interface_methods(f->universe, interface);
  return visit_vars(f, (ObjectList){methods.items, methods.len});
}

static bool visit_interface(Finder *f, Type *t) {
  if (t->u.interface.methods.len == 0 && t->u.interface.embeddeds.len == 0) return false;
  uint64_t state = *map_put(&f->visited, map_key(t));
  if (state) return state == 1;
  *map_put(&f->visited, map_key(t)) = 1;
  if (visit_methods(f, t)) return true;
  *map_put(&f->visited, map_key(t)) = 2;
  return false;
}

static bool visit(Finder *f, Type *t) {
  t = type_unalias(t);
  switch (t->kind) {
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return visit(f, t->u.elem.type);
  case TYPE_MAP: return visit(f, t->u.map.key) || visit(f, t->u.map.value);
  case TYPE_STRUCT: return visit_vars(f, t->u.structure.fields);
  case TYPE_TUPLE: return visit_vars(f, t->u.tuple.vars);
  case TYPE_SIGNATURE: return visit(f, t->u.signature.params) || visit(f, t->u.signature.results);
  case TYPE_INTERFACE: return visit_interface(f, t);
  case TYPE_BASIC:
  case TYPE_NAMED:
  case TYPE_ALIAS:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: break;
  }
  return false; /* named types are not part of anonymous cycles */
}

static int compare_sites(const void *a, const void *b) {
  return pos_compare(((const InterfaceSite *)a)->node->pos, ((const InterfaceSite *)b)->node->pos);
}

void check_anonymous_cycles(Checker *check) {
  Core *core = check->core;
  Finder f = {check->universe, map_in(check->scratch)};
  /* The outer interface of a cycle is the one that is reported: source order. */
  if (core->interfaces.len > 1)
    qsort(core->interfaces.items, core->interfaces.len, sizeof(InterfaceSite), compare_sites);
  Pos end = POS_NONE; /* of the last interface: those inside it are not looked at */
  for (uint32_t i = 0; i < core->interfaces.len; i++) {
    const InterfaceSite *site = &core->interfaces.items[i];
    if (pos_compare(site->node->pos, end) < 0) continue;
    end = node_end(site->node);
    if (!visit_methods(&f, site->type)) continue;
    check_error(
        check, site->node->pos,
        "invalid recursive type: anonymous interface refers to itself (see https://go.dev/issue/56103)");
    for (uint32_t j = 0; j < f.visited.entries.len; j++) /* no second report of the same cycle */
      f.visited.entries.items[j].value = 2;
  }
}
