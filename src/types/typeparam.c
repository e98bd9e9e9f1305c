/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Type parameters: declaring those of a generic type or function, their constraints, and small state of the generic files.
 *
 * Go: cmd/compile/internal/types2/{typeparam,decl}.go
 */
#include "types/core.h"
#include "types/generics.h"

Type *type_new_type_param(Universe *u, Object *object, Type *bound) {
  Type *t = type_new(u, TYPE_TYPE_PARAM);
  t->u.tparam.object = object;
  t->u.tparam.bound = bound;
  t->u.tparam.serial = t->id;
  if (!object->type) object->type = t;
  return t;
}

Type *type_param_interface(Universe *universe, Type *tparam) {
  Type *bound = load_acquire(&tparam->u.tparam.bound);
  if (!bound) return universe_empty_interface(universe);
  if (type_unalias(bound)->kind == TYPE_TYPE_PARAM) return universe_empty_interface(universe);
  Type *under = type_underlying(bound);
  if (under->kind == TYPE_INTERFACE) return under;
  if (!type_valid(under)) return universe_empty_interface(universe);
  /* A type that is no interface stands for the interface that embeds it. */
  lock_take(universe_lock(universe));
  bound = tparam->u.tparam.bound;
  if (type_underlying(bound)->kind != TYPE_INTERFACE) {
    Type **embedded = arena_new_of(universe_arena(universe), Type *);
    *embedded = bound;
    Type *interface = type_new_interface(universe, (ObjectList){NULL, 0}, (TypeList){embedded, 1});
    interface->u.interface.implicit = true;
    interface->u.interface.complete = true;
    store_release(&tparam->u.tparam.bound, interface);
  }
  under = type_underlying(tparam->u.tparam.bound);
  lock_release(universe_lock(universe));
  return under;
}

/* ---- declaration ---- */

Type *check_bound(Checker *check, Node *e) {
  const Operation *operation = e->kind == NODE_OPERATION ? (Operation *)e : NULL;
  bool literal =
      operation && (operation->op == OPERATOR_TILDE || (operation->op == OPERATOR_OR && operation->y));
  if (!literal) return check_type(check, e);
  /* ~T and A|B stand for the interface that embeds them. */
  FieldNode *field = arena_new_of(check->arena, FieldNode);
  field->node = (Node){NODE_FIELD, check->pkg->ids->next++, e->pos};
  field->type = e;
  InterfaceTypeExpr *wrapper = arena_new_of(check->arena, InterfaceTypeExpr);
  wrapper->node = (Node){NODE_INTERFACE_TYPE, check->pkg->ids->next++, e->pos};
  wrapper->elems.items = arena_new_of(check->arena, FieldNode *);
  wrapper->elems.items[0] = field;
  wrapper->elems.len = 1;
  Type *t = check_type(check, &wrapper->node);
  if (t->kind == TYPE_INTERFACE) t->u.interface.implicit = true;
  return t;
}

static Type *declare_tparam(Checker *check, NameExpr *name, uint32_t index) {
  Type *t = check_declare_tparam(check, name);
  t->u.tparam.index = index;
  return t;
}

void check_collect_tparams_into(Checker *check, FieldList list, TypeList *list_out) {
  if (list.len == 0) {
    *list_out = (TypeList){NULL, 0};
    return;
  }
  lock_take(universe_lock(check->universe));
  Type **items = arena_new_array(universe_arena(check->universe), Type *, list.len);
  lock_release(universe_lock(check->universe));
  for (uint32_t i = 0; i < list.len; i++) items[i] = declare_tparam(check, list.items[i]->name, i);
  *list_out = (TypeList){items, list.len};
  bool outer = check->env.in_tparam_list;
  check->env.in_tparam_list = true;
  Type *bound = NULL;
  for (uint32_t i = 0; i < list.len; i++) {
    Node *type = list.items[i]->type;
    if (i == 0 || type != list.items[i - 1]->type) {
      bound = check_bound(check, type);
      if (type_unalias(bound)->kind == TYPE_TYPE_PARAM) {
        check_error(check, error_pos(type), "cannot use a type parameter as constraint");
        bound = type_invalid(check->universe);
      }
    }
    store_release(&items[i]->u.tparam.bound, bound);
  }
  check->env.in_tparam_list = outer;
}

TypeList check_collect_tparams(Checker *check, FieldList list) {
  TypeList result;
  check_collect_tparams_into(check, list, &result);
  return result;
}

/* ---- small things shared by the generic files ---- */

GenericsState *check_generics(Checker *check) {
  if (!check->generics) {
    GenericsState *state = arena_new_of(check->arena, GenericsState);
    state->method_values = map_in(check->arena);
    check->generics = state;
  }
  return check->generics;
}

void check_ensure_declared(Checker *check, Object *object) {
  if (object->decl && object->pkg == check->pkg) check_object_decl(check, object);
}
