/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Selectors: qualified identifiers, fields, method values and method expressions; and "using" expressions after an error.
 *
 * Go: cmd/compile/internal/types2/call.go (selector, use)
 */
#include "types/generics.h"

/* ---- package.Name ---- */

static Atom exported_ignoring_case(const Scope *scope, Atom name) {
  Atom best = NULL;
  ObjectList objects = scope_objects(scope);
  for (uint32_t i = 0; i < objects.len; i++) {
    const Object *object = objects.items[i];
    if (object->name->len != name->len || !object_is_exported(object)) continue;
    bool equal = true;
    for (uint32_t j = 0; j < name->len && equal; j++) {
      unsigned char a = (unsigned char)object->name->text[j], b = (unsigned char)name->text[j];
      bool letter = (a | 32) >= 'a' && (a | 32) <= 'z';
      equal = a == b || (letter && (a | 32) == (b | 32));
    }
    if (equal && (!best || str_compare(atom_str(object->name), atom_str(best)) < 0)) best = object->name;
  }
  return best;
}

/* The package name that x stands for, or NULL. */
static Object *package_name(Checker *check, Node *x) {
  if (x->kind != NODE_NAME) return NULL;
  Object *object = check_lookup(check, ((NameExpr *)x)->name, NULL);
  return object && object->kind == OBJECT_PACKAGE_NAME ? object : NULL;
}

/* The object of a qualified identifier; NULL: an error was reported. */
static Object *imported_object(Checker *check, SelectorExpr *e, Package *pkg) {
  Atom name = e->sel->name;
  Pos pos = error_pos(&e->sel->node);
  Object *object = pkg->scope ? scope_lookup(pkg->scope, name) : NULL;
  if (!object || !object_is_exported(object)) { /* export data has exported names only */
    if (pkg->fake || !pkg->scope) return NULL;  /* the import failed: that was reported */
    Atom other = exported_ignoring_case(pkg->scope, name);
    if (other) {
      check_error(check, pos, "undefined: %s (but have %s)", text_expr(check, &e->node), atom_text(other));
    } else {
      check_error(check, pos, "undefined: %s", text_expr(check, &e->node));
    }
    return NULL;
  }
  return object;
}

static void operand_from_object(Operand *x, Object *object) {
  x->type = object->type;
  switch (object->kind) {
  case OBJECT_CONST:
    x->mode = MODE_CONSTANT;
    x->value = object->u.constant.value;
    return;
  case OBJECT_TYPE_NAME: x->mode = MODE_TYPE; return;
  case OBJECT_VAR: x->mode = MODE_VARIABLE; return;
  case OBJECT_FUNC: x->mode = MODE_VALUE; return;
  case OBJECT_BUILTIN:
    x->mode = MODE_BUILTIN;
    x->builtin = object->u.builtin.id;
    return;
  case OBJECT_PACKAGE_NAME:
  case OBJECT_LABEL:
  case OBJECT_NIL: BUG("a package declares a %d", (int)object->kind);
  }
}

static bool qualified_identifier(Checker *check, Operand *x, SelectorExpr *e, Object *import) {
  record_use(check, (NameExpr *)e->x, import);
  import->used = true;
  Object *object = imported_object(check, e, import->u.package_name.imported);
  if (!object) return false;
  record_use(check, e->sel, object);
  if (!object->type && object->kind != OBJECT_BUILTIN) return false;
  operand_from_object(x, object);
  return true;
}

/* A method of another package as the first type checker names it: other.(*T).m. */
static const char *text_method(Checker *check, const Object *method) {
  const Object *recv = method->kind == OBJECT_FUNC ? method->type->u.signature.recv : NULL;
  Type *t = recv ? type_unalias(recv->type) : NULL;
  bool pointer = t && t->kind == TYPE_POINTER;
  if (pointer) t = type_unalias(t->u.elem.type);
  if (!t || t->kind != TYPE_NAMED || type_underlying(t)->kind == TYPE_INTERFACE)
    return atom_text(method->name);
  const char *format = pointer ? "%s.(*%s).%s" : "%s.%s.%s";
  return textf(check, format, atom_text(method->pkg->name), atom_text(t->u.named.object->name),
               atom_text(method->name));
}

static const char *old_lookup_error(Checker *check, const Operand *x, const Object *other, Atom name) {
  const char *type = text_type(check, x->type), *sel = atom_text(name);
  Type *under = type_underlying(x->type);
  if (type_is_interface_pointer(x->type))
    return textf(check, "type %s is pointer to interface, not interface", type);
  if (under->kind == TYPE_INTERFACE && interface_methods(check->universe, under).len == 0)
    return textf(check, "type %s is interface with no methods", type);
  if (other && other->name == name && other->pkg != check->pkg)
    return textf(check, "cannot refer to unexported field or method %s", text_method(check, other));
  if (other && (object_is_exported(other) || other->pkg == check->pkg))
    return textf(check, "type %s has no field or method %s, but does have %s", type, sel,
                 atom_text(other->name));
  return textf(check, "type %s has no field or method %s", type, sel);
}

/* ---- fields and methods ---- */

static void report_missing(Checker *check, Operand *x, SelectorExpr *e, const Lookup *found) {
  Type *t = x->type;
  const char *sel = atom_text(e->sel->name);
  Pos pos = error_pos(&e->sel->node);
  if (!type_valid(type_underlying(t))) return;
  if (found->ambiguous) {
    check_error(check, pos, "ambiguous selector %s.%s", text_expr(check, x->expr), sel);
    return;
  }
  if (found->indirect) {
    const char *type = text_type(check, t);
    if (x->mode == MODE_TYPE) {
      check_error(check, pos, "invalid method expression %s.%s (needs pointer receiver (*%s).%s)", type, sel,
                  type, sel);
    } else {
      check_error(check, pos, "cannot call pointer method %s on %s", sel, type);
    }
    return;
  }
  const char *why;
  Lookup other =
      lookup_field_or_method_fold(check->universe, t, x->mode == MODE_VARIABLE, check->pkg, e->sel->name);
  if (check_is_old(check)) {
    why = old_lookup_error(check, x, other.object, e->sel->name);
    pos = e->node.pos;
  } else if (type_is_interface_pointer(t)) {
    why = text_interface_pointer(check, t);
  } else {
    why = lookup_error(check, t, e->sel->name, other.object, false);
  }
  check_error(check, pos, "%s.%s undefined (%s)", text_expr(check, x->expr), sel, why);
}

static bool select_field(Checker *check, Operand *x, SelectorExpr *e, const Lookup *found) {
  if (x->mode == MODE_TYPE) {
    check_error(check, error_pos(e->x), "operand for field selector %s must be value of type %s",
                atom_text(e->sel->name), text_type(check, x->type));
    return false;
  }
  record_selection(check, e, SELECT_FIELD, x->type, found->object, found);
  x->mode = x->mode == MODE_VARIABLE || found->indirect ? MODE_VARIABLE : MODE_VALUE;
  x->type = found->object->type;
  return true;
}

/* The method's signature with the receiver as first parameter. */
static Type *method_expression(Checker *check, Type *recv_type, const Type *signature) {
  Universe *u = check->universe;
  ObjectList old = signature->u.signature.params->u.tuple.vars;
  const Object *recv = signature->u.signature.recv;
  lock_take(universe_lock(u));
  Object **params = arena_new_array(universe_arena(u), Object *, old.len + 1);
  lock_release(universe_lock(u));
  Atom name = NULL;
  if (old.len > 0 && old.items[0]->name &&
      old.items[0]->name->len > 0) { /* named parameters: the receiver needs a name */
    name = recv->name;
    if (!name || name->len == 0) name = intern_text(check->config->session->interner, "_");
  }
  params[0] = object_new_var(u, VAR_PARAM, recv->pkg, recv->pos, name, recv_type);
  if (old.len > 0) memcpy(params + 1, old.items, sizeof(Object *) * old.len);
  Type *tuple = type_new_tuple(u, (ObjectList){params, old.len + 1});
  Type *result =
      type_new_signature(u, NULL, tuple, signature->u.signature.results, signature->u.signature.variadic);
  result->u.signature.tparams = signature->u.signature.tparams;
  return result;
}

/* The method's signature without receiver; one per method. */
static Type *method_value(Checker *check, Type *signature) {
  Map *values = &check_generics(check)->method_values;
  Type *known = map_get_ptr(values, signature);
  if (known && known->u.signature.params == signature->u.signature.params &&
      known->u.signature.results == signature->u.signature.results) {
    return known;
  }
  Type *value = signature_copy(check->universe, signature);
  value->u.signature.recv = NULL;
  map_set_ptr(values, signature, value);
  return value;
}

static bool select_method(Checker *check, Operand *x, SelectorExpr *e, const Lookup *found) {
  Object *method = found->object;
  check_ensure_declared(check, method);
  check_add_dependency(check, method);
  Type *signature = method->type;
  if (!signature || signature->kind != TYPE_SIGNATURE) return false;
  if (x->mode != MODE_TYPE) {
    record_selection(check, e, SELECT_METHOD_VALUE, x->type, method, found);
    x->mode = MODE_VALUE;
    x->type = method_value(check, signature);
    return true;
  }
  record_selection(check, e, SELECT_METHOD_EXPR, x->type, method, found);
  if (!signature->u.signature.recv) {
    check_error(check, error_pos(&e->node), "illegal cycle in method declaration");
    return false;
  }
  x->mode = MODE_VALUE;
  x->type = method_expression(check, x->type, signature);
  return true;
}

static bool select_member(Checker *check, Operand *x, SelectorExpr *e, bool want_type) {
  check_expr_or_type(check, x, e->x, false);
  if (!operand_valid(x)) return false;
  if (x->mode == MODE_BUILTIN) {
    check_error(check, e->node.pos, "invalid use of %s in selector expression", text_operand(check, x));
    return false;
  }
  if (!check_is_complete(check, x->type)) return false;
  if (want_type) {
    check_error(check, error_pos(&e->sel->node), "%s is not a type", text_expr(check, &e->node));
    return false;
  }
  Type *under = type_underlying(x->type);
  if (under->kind == TYPE_POINTER && !check_is_complete(check, under->u.elem.type)) return false;
  Lookup found =
      lookup_field_or_method(check->universe, x->type, x->mode == MODE_VARIABLE, check->pkg, e->sel->name);
  if (!found.object) {
    report_missing(check, x, e, &found);
    return false;
  }
  return found.object->kind == OBJECT_VAR ? select_field(check, x, e, &found)
                                          : select_method(check, x, e, &found);
}

void check_selector(Checker *check, Operand *x, SelectorExpr *e, Object *def, bool want_type) {
  (void)def;
  Object *import = package_name(check, e->x);
  bool ok = import ? qualified_identifier(check, x, e, import) : select_member(check, x, e, want_type);
  if (!ok) {
    operand_invalidate(x);
    x->type = type_invalid(check->universe);
  }
  x->expr = &e->node;
}

/* ---- use ---- */

static bool use_list(Checker *check, NodeList list, bool lhs);

static bool use_name(Checker *check, NameExpr *name, bool lhs) {
  if (name->name->len == 1 && name->name->text[0] == '_') return true;
  Object *variable = lhs ? check_lookup(check, name->name, NULL) : NULL;
  if (variable && (variable->kind != OBJECT_VAR || variable->pkg != check->pkg)) variable = NULL;
  bool used = variable && variable->used;
  Operand x = {.mode = MODE_VALUE};
  check_expr_or_type(check, &x, &name->node, true);
  if (variable) variable->used = used; /* assigning is not using */
  return operand_valid(&x);
}

static bool use_one(Checker *check, Node *e, bool lhs) {
  if (!e) return true;
  Node *inner = node_unparen(e);
  if (inner->kind == NODE_NAME) return use_name(check, (NameExpr *)inner, lhs);
  if (inner->kind == NODE_LIST) return use_list(check, ((ListExpr *)inner)->elems, lhs);
  Operand x = {.mode = MODE_VALUE};
  check_raw_expr(check, NULL, &x, e, NULL, true);
  return operand_valid(&x);
}

static bool use_list(Checker *check, NodeList list, bool lhs) {
  bool ok = true;
  for (uint32_t i = 0; i < list.len; i++) ok = use_one(check, list.items[i], lhs) && ok;
  return ok;
}

bool check_use(Checker *check, NodeList list) { return use_list(check, list, false); }
bool check_use_lhs(Checker *check, NodeList list) { return use_list(check, list, true); }
