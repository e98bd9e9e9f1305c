/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Identifiers and type expressions.
 *
 * Go: cmd/compile/internal/types2/typexpr.go
 */
#include "types/core.h"

static Type *type_internal(Checker *check, Node *e, Object *def);

/* ---- identifiers ---- */

static bool is_identifier(Atom name) { return name->len > 0; }

/* An object of another package in a file scope came there by a dot import, which is used thereby. */
static void use_dot_import(Checker *check, const Scope *where, const Object *object) {
  if (object->pkg == check->pkg || !object->pkg || !where) return;
  const struct PackageState *state = check->pkg->state;
  for (uint32_t i = 0; i < state->dot_imports.len; i++) {
    const DotImport *import = &state->dot_imports.items[i];
    if (import->scope == where && import->package_name->u.package_name.imported == object->pkg)
      import->package_name->used = true;
  }
}

static void ident_const(Checker *check, Operand *x, NameExpr *e, Object *object) {
  check_add_dependency(check, object);
  if (!type_valid(object->type)) return;
  x->value = object->u.constant.value;
  if (object == check->universe->iota) {
    if (!check->env.iota_value) {
      check_error(check, e->node.pos, "cannot use iota outside constant declaration");
      return;
    }
    x->value = check->env.iota_value;
  }
  x->mode = MODE_CONSTANT;
}

static void ident_object(Checker *check, Operand *x, NameExpr *e, Object *object) {
  switch (object->kind) {
  case OBJECT_PACKAGE_NAME:
    check_error(check, e->node.pos, "use of package %s not in selector", atom_text(object->name));
    return;
  case OBJECT_CONST: ident_const(check, x, e, object); break;
  case OBJECT_TYPE_NAME: x->mode = MODE_TYPE; break;
  case OBJECT_VAR:
    if (object->pkg == check->pkg) object->used = true;
    check_add_dependency(check, object);
    if (type_valid(object->type)) x->mode = MODE_VARIABLE;
    break;
  case OBJECT_FUNC:
    check_add_dependency(check, object);
    x->mode = MODE_VALUE;
    break;
  case OBJECT_BUILTIN:
    x->builtin = object->u.builtin.id;
    x->mode = MODE_BUILTIN;
    break;
  case OBJECT_NIL: x->mode = MODE_NIL; break;
  case OBJECT_LABEL: BUG("label found as a name");
  }
  if (x->mode != MODE_INVALID) x->type = object->type;
}

void check_ident(Checker *check, Operand *x, NameExpr *e, Object *def, bool want_type) {
  (void)def;
  *x = (Operand){.mode = MODE_INVALID, .expr = &e->node, .type = type_invalid(check->universe)};
  Scope *where = NULL;
  Object *object = check_lookup(check, e->name, &where);
  if (!object) {
    if (e->name == check->universe->blank)
      check_error(check, e->node.pos, "cannot use _ as value or type");
    else if (is_identifier(e->name))
      check_error(check, e->node.pos, "undefined: %s", atom_text(e->name));
    return;
  }
  if (object == check->universe->any_object || object == check->universe->comparable_object) {
    const char *what = object == check->universe->any_object ? "predeclared any" : "predeclared comparable";
    if (!check_verify_name(check, e->node.pos, 18, what, atom_text(e->name))) return;
  }
  record_use(check, e, object);
  bool is_type = object->kind == OBJECT_TYPE_NAME;
  if (want_type && !is_type) {
    check_error(check, e->node.pos, "%s (%s) is not a type", atom_text(object->name),
                object_kind_text(object));
    if (object->kind == OBJECT_VAR && object->pkg == check->pkg) object->used = true;
    return;
  }
  /* Objects of other packages are complete. A type of this one may close a cycle. */
  if ((!object->type && object->kind != OBJECT_PACKAGE_NAME) ||
      (is_type && want_type && object->pkg == check->pkg && object->pkg))
    if (object->decl || object->color == COLOR_GREY) check_object_decl(check, object);
  use_dot_import(check, where, object);
  ident_object(check, x, e, object);
}

/* ---- entry points ---- */

Type *check_type(Checker *check, Node *e) { return check_defined_type(check, e, NULL); }

typedef struct VarTypeTask {
  Type *type;
  Pos pos;
} VarTypeTask;

static void verify_var_type(Checker *check, void *data) {
  const VarTypeTask *task = data;
  Type *under = type_underlying(task->type);
  if (under->kind != TYPE_INTERFACE) return;
  const TypeSet *set = type_set_check(check, task->pos, under);
  if (type_set_is_method_set(set)) return;
  bool by_comparable = !type_set_has_terms(set) && !type_set_is_empty(set);
  check_soft_error(check, task->pos, "cannot use type %s outside a type constraint: interface %s",
                   text_type(check, task->type),
                   by_comparable ? "is (or embeds) comparable" : "contains type constraints");
}

void check_valid_var_type(Checker *check, Node *e, Type *t) {
  /* Only interfaces are of interest, but whether a name is one may not be known yet. */
  if (t->kind != TYPE_NAMED && t->kind != TYPE_ALIAS && t->kind != TYPE_INTERFACE) return;
  if (type_is_type_param(t)) return;
  const Type *known = t->kind == TYPE_NAMED ? LOAD_ACQUIRE(&t->u.named.underlying) : NULL;
  if (known && known->kind != TYPE_INTERFACE) return;
  VarTypeTask *task = arena_new_of(check->arena, VarTypeTask);
  *task = (VarTypeTask){t, node_start(e)};
  check_later(check, verify_var_type, task);
}

Type *check_var_type(Checker *check, Node *e) {
  Type *t = check_defined_type(check, e, NULL);
  check_valid_var_type(check, e, t);
  return t;
}

Type *check_defined_type(Checker *check, Node *e, Object *def) {
  Type *t = type_internal(check, e, def);
  if (type_is_generic(t)) {
    check_error(check, error_pos(e), "cannot use generic type %s without instantiation", text_type(check, t));
    t = type_invalid(check->universe);
  }
  record_type_and_value(check, e, MODE_TYPE, t, NULL);
  return t;
}

Type *check_generic_type(Checker *check, Node *e, const char **cause) {
  Type *t = type_internal(check, e, NULL);
  if (type_valid(t) && !type_is_generic(t)) {
    if (cause) *cause = arena_printf(check->arena, "%s is not a generic type", text_type(check, t)).data;
    t = type_invalid(check->universe);
  }
  record_type_and_value(check, e, MODE_TYPE, t, NULL);
  return t;
}

void check_type_and_record(Checker *check, Operand *x, Node *e, Object *def) {
  Type *t = check_defined_type(check, e, def);
  *x = (Operand){.mode = MODE_TYPE, .expr = e, .type = t};
}

/* ---- kinds of type expressions ---- */

static Type *named_operand(Checker *check, const Operand *x) {
  if (x->mode == MODE_TYPE) return x->type;
  if (x->mode == MODE_NO_VALUE)
    check_error(check, error_pos(x->expr), "%s used as type", text_operand(check, x));
  else if (x->mode != MODE_INVALID)
    check_error(check, error_pos(x->expr), "%s is not a type", text_operand(check, x));
  return type_invalid(check->universe);
}

static Type *array_type(Checker *check, ArrayTypeExpr *e) {
  int64_t length = -1;
  if (e->length)
    length = check_array_length(check, e->length);
  else
    check_error(check, e->node.pos, "invalid use of [...] array (outside a composite literal)");
  Type *elem = check_var_type(check, e->elem);
  return length >= 0 ? type_new_array(check->universe, elem, length) : type_invalid(check->universe);
}

static Type *pointer_type(Checker *check, Operation *e) {
  Type *base = check_var_type(check, e->x);
  return type_valid(base) ? type_new_pointer(check->universe, base) : type_invalid(check->universe);
}

typedef struct MapTask {
  Type *key;
  Node *expr;
} MapTask;

static void verify_map_key(Checker *check, void *data) {
  const MapTask *task = data;
  if (type_comparable(task->key)) return;
  check_error(check, error_pos(task->expr), "invalid map key type %s%s", text_type(check, task->key),
              type_is_type_param(task->key) ? " (missing comparable constraint)" : "");
}

static Type *map_type(Checker *check, MapTypeExpr *e) {
  Type *key = check_var_type(check, e->key);
  Type *value = check_var_type(check, e->value);
  if (key->kind != TYPE_BASIC && key->kind != TYPE_POINTER) {
    MapTask *task = arena_new_of(check->arena, MapTask);
    *task = (MapTask){key, e->key};
    check_later(check, verify_map_key, task);
  }
  return type_new_map(check->universe, key, value);
}

static Type *not_a_type(Checker *check, Node *e) {
  check_error(check, error_pos(e), "%s is not a type", text_expr(check, e));
  check_use(check, (NodeList){&e, 1});
  return type_invalid(check->universe);
}

static Type *type_internal(Checker *check, Node *e, Object *def) {
  Universe *u = check->universe;
  Operand x;
  Type *t;
  switch ((int)e->kind) {
  case NODE_BAD_EXPR: return type_invalid(u);
  case NODE_NAME: check_ident(check, &x, (NameExpr *)e, def, true); return named_operand(check, &x);
  case NODE_SELECTOR:
    check_selector(check, &x, (SelectorExpr *)e, def, true);
    return named_operand(check, &x);
  case NODE_INDEX: {
    IndexExpr *index = (IndexExpr *)e;
    check_verify_version(check, error_pos(e), 18, "type instantiation");
    return check_instantiated_type(check, index->x, node_elements(&index->index), def);
  }
  case NODE_PAREN: return check_defined_type(check, ((ParenExpr *)e)->x, def);
  case NODE_ARRAY_TYPE: return array_type(check, (ArrayTypeExpr *)e);
  case NODE_SLICE_TYPE: return type_new_slice(u, check_var_type(check, ((SliceTypeExpr *)e)->elem));
  case NODE_DOTS_TYPE:
    check_error(check, e->pos, "invalid syntax tree: invalid use of ...");
    return type_invalid(u);
  case NODE_STRUCT_TYPE:
    t = type_new(u, TYPE_STRUCT);
    check_struct_type(check, t, (StructTypeExpr *)e);
    return t;
  case NODE_OPERATION:
    if (((Operation *)e)->op == OPERATOR_MUL && !((Operation *)e)->y)
      return pointer_type(check, (Operation *)e);
    return not_a_type(check, e);
  case NODE_FUNC_TYPE:
    t = type_new(u, TYPE_SIGNATURE);
    check_func_type(check, t, NULL, (FieldList){0}, (FuncTypeExpr *)e);
    return t;
  case NODE_INTERFACE_TYPE:
    t = type_new(u, TYPE_INTERFACE);
    t->u.interface.checker = check;
    check_needs_cleanup(check, t);
    check_interface_type(check, t, (InterfaceTypeExpr *)e, def);
    return t;
  case NODE_MAP_TYPE: return map_type(check, (MapTypeExpr *)e);
  case NODE_CHAN_TYPE: {
    const ChanTypeExpr *chan = (const ChanTypeExpr *)e;
    return type_new_chan(u, chan->dir, check_var_type(check, chan->elem));
  }
  default: return not_a_type(check, e);
  }
}

/* ---- instances ---- */

typedef struct InstanceTask {
  Node *expr;
  NodeList args;
  TypeList targs;
  Type *instance;
} InstanceTask;

static void verify_instance(Checker *check, void *data) {
  const InstanceTask *task = data;
  record_instance(check, task->expr, task->targs, task->instance);
  const Object *object =
      task->instance->kind == TYPE_ALIAS ? task->instance->u.alias.object : task->instance->u.named.object;
  TypeList tparams = type_params(task->instance);
  Pos pos = task->expr->pos;
  if (!check_validate_targ_len(check, pos, atom_text(object->name), tparams.len, task->targs.len)) return;
  const char *cause = NULL;
  int failed = check_verify_instance(check, pos, tparams, task->targs, &cause);
  if (failed < 0) {
    mono_record_instance(check, pos, tparams, task->targs, task->args);
    return;
  }
  if ((uint32_t)failed < task->args.len) pos = node_start(task->args.items[failed]);
  check_soft_error(check, pos, "%s", cause ? cause : "");
}

/* The types of a list; false if one is invalid (all are checked). */
static bool type_list(Checker *check, NodeList list, TypeList *out) {
  Type **items = universe_new_array(check->universe, Type *, list.len);
  bool valid = true;
  for (uint32_t i = 0; i < list.len; i++) {
    items[i] = check_var_type(check, list.items[i]);
    valid = valid && type_valid(items[i]);
  }
  *out = (TypeList){items, list.len};
  return valid;
}

/* An instance is looked up by all that its arguments consist of. */
enum { MAX_INSTANCE_DEPTH = 2000 };

Type *check_instantiated_type(Checker *check, Node *x, NodeList targs, Object *def) {
  (void)def;
  const char *cause = NULL;
  Type *generic = check_generic_type(check, x, &cause);
  if (cause) {
    Buffer list = {0};
    for (uint32_t i = 0; i < targs.len; i++)
      buffer_printf(&list, "%s%s", i ? ", " : "", text_expr(check, targs.items[i]));
    check_error(check, error_pos(x), "invalid operation: %s[%s] (%s)", text_expr(check, x),
                list.data ? list.data : "", cause);
    buffer_free(&list);
  }
  if (!type_valid(generic)) return generic;
  /* The list may be storage in the caller: what is delayed needs its own. */
  InstanceTask *task = arena_new_of(check->arena, InstanceTask);
  Node **args = arena_new_array(check->arena, Node *, targs.len);
  if (targs.len) memcpy(args, targs.items, sizeof(Node *) * targs.len);
  *task = (InstanceTask){.expr = x, .args = {args, targs.len}};
  if (++check->instance_depth > MAX_INSTANCE_DEPTH)
    give_up(x->pos.v, "type arguments nested more than %d deep", MAX_INSTANCE_DEPTH);
  bool known = type_list(check, targs, &task->targs);
  check->instance_depth--;
  if (!known) return type_invalid(check->universe);
  task->instance = check_instance(check, x->pos, generic, task->targs);
  if (task->instance->kind != TYPE_NAMED && task->instance->kind != TYPE_ALIAS)
    return type_invalid(check->universe);
  check_later(check, verify_instance, task);
  return task->instance;
}

/* ---- array lengths ---- */

int64_t check_array_length(Checker *check, Node *e) {
  if (e->kind == NODE_NAME) {
    /* [P]T may be meant as a type parameter list without constraints: say what else it could be. */
    const NameExpr *name = (const NameExpr *)e;
    const Object *object = check_lookup(check, name->name, NULL);
    if (!object) {
      check_error(check, e->pos, "undefined array length %s or missing type constraint",
                  atom_text(name->name));
      return -1;
    }
    if (object->kind != OBJECT_CONST) {
      check_error(check, e->pos, "invalid array length %s", atom_text(name->name));
      return -1;
    }
  }
  Operand x = {.mode = MODE_INVALID};
  check_expr(check, NULL, &x, e);
  if (x.mode != MODE_CONSTANT) {
    if (x.mode != MODE_INVALID)
      check_error(check, error_pos(x.expr), "array length %s must be constant", text_operand(check, &x));
    return -1;
  }
  bool integer = type_is_integer(x.type);
  if ((type_is_untyped(x.type) || integer) && x.value) {
    int64_t n;
    Const *value = const_to_kind(check->arena, x.value, CONST_INT);
    if (const_kind(value) == CONST_INT &&
        const_represent_on(check->arena, check->universe->target, value, check->universe->basic[BASIC_INT]) &&
        const_int64(value, &n) && n >= 0)
      return n;
  }
  check_error(check, error_pos(x.expr),
              integer ? "invalid array length %s" : "array length %s must be integer",
              text_operand(check, &x));
  return -1;
}
