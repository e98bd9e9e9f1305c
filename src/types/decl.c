/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Declarations: what a declared name is. Package-level objects are determined when they are first needed; those that are
 * being determined are on the object path, and meeting one of them again is a cycle, which may or may not be an error.
 *
 * Go: cmd/compile/internal/types2/decl.go
 */
#include "types/core.h"

void declare_object(Checker *check, Scope *scope, NameExpr *name, Object *object) {
  if (object->name != check->universe->blank) {
    const Object *other = scope_insert(check->universe, scope, object);
    if (other) {
      const char *text = atom_text(object->name);
      if (pos_known(other->pos))
        check_error(check, object->pos, "%s redeclared in this block\n\t%s: other declaration of %s", text,
                    text_pos(check, other->pos), text);
      else
        check_error(check, object->pos, "%s redeclared in this block", text);
      return;
    }
  }
  if (name) record_def(check, name, object);
}

Scope *check_open_scope(Checker *check, Node *node) {
  Scope *scope = scope_new_in(check->arena, check->universe, check->env.scope);
  scope->is_block = true;
  record_scope(check, node, scope);
  check->env.scope = scope;
  return scope;
}

void check_close_scope(Checker *check) { check->env.scope = check->env.scope->parent; }

Object *check_lookup(Checker *check, Atom name, Scope **where) {
  return scope_lookup_parent(check->env.scope, name, where);
}

void check_add_dependency(Checker *check, Object *to) {
  DeclInfo *from = check->env.decl;
  if (!from || !to->decl || to->pkg != check->pkg) return;
  if (to->kind == OBJECT_FUNC && to->u.func.origin) return; /* methods of instances are no declarations */
  uint64_t *seen = map_put(&from->dep_set, map_key(to));
  if (*seen) return;
  *seen = 1;
  vec_push(check->passing, &from->deps, to);
}

/* ---- objects on demand ---- */

/* Whether the cycle that ends with `object`, which is on the path, is allowed; reports it if not. */
static bool valid_cycle(Checker *check, const Object *object) {
  int32_t start = object_path_index(check, object);
  assert(start >= 0);
  Object **cycle = check->object_path.items + start;
  uint32_t len = check->object_path.len - (uint32_t)start;
  uint32_t values = 0, definitions = 0;
  for (uint32_t i = 0; i < len; i++) {
    const Object *o = cycle[i];
    if (o->kind == OBJECT_CONST || o->kind == OBJECT_VAR) {
      values++;
    } else if (o->kind == OBJECT_TYPE_NAME) {
      if (check->env.in_tparam_list && o->type && type_is_generic(o->type)) return true;
      if (!object_is_alias(o)) definitions++;
    }
  }
  /* Cycles of values only are found when the order of initialisation is determined. */
  if (values == len) return true;
  /* Names that lead to a type literal somewhere are fine. */
  if (values == 0 && definitions > 0) return true;
  check_cycle_error(check, cycle, len, first_in_source(cycle, len));
  return false;
}

static void const_decl(Checker *check, Object *object, const Const *iota, Node *type, Node *init,
                       bool inherited);
static void var_decl(Checker *check, Object *object, ObjectList lhs, Node *type, Node *init);
static void func_decl(Checker *check, Object *object, DeclInfo *decl);

static void meet_again(Checker *check, Object *object) {
  bool is_value = object->kind == OBJECT_CONST || object->kind == OBJECT_VAR;
  bool valid = valid_cycle(check, object);
  if (is_value ? !valid || !object->type : object->kind == OBJECT_TYPE_NAME && !valid)
    object->type = type_invalid(check->universe);
  assert(object->type);
}

void check_object_decl(Checker *check, Object *object) {
  if (object->color == COLOR_GREY && object_path_index(check, object) >= 0) {
    meet_again(check, object);
    return;
  }
  if (object->type) return;
  DeclInfo *decl = object->decl;
  if (!decl) BUG("no declaration for %s", atom_text(object->name));
  check_push_object(check, object);
  Environment saved = check->env;
  Arena *arena = check->arena;
  check->arena = check->pkg->arena;
  check->env = (Environment){.scope = decl->file->scope, .file = decl->file, .lang = decl->file->lang};
  switch ((int)object->kind) {
  case OBJECT_CONST:
    check->env.decl = decl;
    const_decl(check, object, const_make_int64(check->passing, decl->iota_value), decl->var_type, decl->init,
               decl->inherited);
    break;
  case OBJECT_VAR:
    check->env.decl = decl;
    var_decl(check, object, (ObjectList){decl->lhs, decl->lhs_len}, decl->var_type, decl->init);
    break;
  case OBJECT_TYPE_NAME:
    check_type_decl(check, object, decl->type_decl);
    check_collect_methods(check, object);
    break;
  case OBJECT_FUNC: func_decl(check, object, decl); break;
  default: BUG("declaration of a kind that has none: %d", (int)object->kind);
  }
  check->env = saved;
  check->arena = arena;
  check_pop_object(check);
}

/* ---- constants and variables ---- */

static void const_decl(Checker *check, Object *object, const Const *iota, Node *type, Node *init,
                       bool inherited) {
  Environment saved = check->env;
  check->env.iota_value = (Const *)iota;
  check->env.error_pos = POS_NONE;
  object->u.constant.value = const_make_unknown(check->arena); /* valid whatever happens */
  bool type_ok = true;
  if (type) {
    Type *t = check_type(check, type);
    type_ok = type_is_const_type(t);
    if (!type_ok && type_valid(type_underlying(t)))
      check_error(check, error_pos(type), "invalid constant type %s", text_type(check, t));
    object->type = type_ok ? t : type_invalid(check->universe);
  }
  if (type_ok) {
    Operand x = {.mode = MODE_INVALID};
    Arena *arena = check->arena;
    if (init) {
      check_arena_of(check, init);
      /* An inherited expression stands elsewhere: errors in it are shown at the name. */
      if (inherited) check->env.error_pos = object->pos;
      check_expr(check, NULL, &x, init);
    }
    check_init_const(check, object, &x);
    if (check->arena != arena) object->u.constant.value = const_copy(arena, object->u.constant.value);
    check->arena = arena;
  }
  check->env.iota_value = saved.iota_value;
  check->env.error_pos = saved.error_pos;
}

/* T{...} or &T{...}, whose type says all that the declaration does: such tables are long. NULL: something else. */
static const CompositeLit *plain_literal(Node *init, bool *pointer) {
  Node *node = node_unparen(init);
  const Operation *operation = (const Operation *)node;
  *pointer = node->kind == NODE_OPERATION && !operation->y && operation->op == OPERATOR_AND;
  if (*pointer) node = node_unparen(operation->x);
  const CompositeLit *literal = (const CompositeLit *)node;
  return node->kind == NODE_COMPOSITE_LIT && literal->type ? literal : NULL;
}

/* Of [...]T{...} with an index the length has to be computed: NULL. */
static Type *plain_literal_type(Checker *check, const CompositeLit *literal) {
  const ArrayTypeExpr *array = (const ArrayTypeExpr *)literal->type;
  if (literal->type->kind != NODE_ARRAY_TYPE || array->length) return check_type(check, literal->type);
  for (uint32_t i = 0; i < literal->elems.len; i++)
    if (literal->elems.items[i]->kind == NODE_KEY_VALUE) return NULL;
  return type_new_array(check->universe, check_var_type(check, array->elem), literal->elems.len);
}

/* Gives a variable its type and leaves the initial value for later, where bodies wait, too. */
static bool init_can_wait(Checker *check, Object *object, const Node *type, Node *init) {
  bool pointer;
  if (check->config->bodies || object->u.var.role != VAR_PACKAGE) return false;
  const CompositeLit *literal = plain_literal(init, &pointer);
  Type *t = literal && !type ? plain_literal_type(check, literal) : object->type;
  if (!literal || !t) return false;
  if (!type) object->type = pointer ? type_new_pointer(check->universe, t) : t;
  object->decl->init_later = true;
  return true;
}

void check_waiting_init(Checker *check, Object *object) {
  DeclInfo *decl = object->decl;
  Operand x = {.mode = MODE_INVALID};
  decl->init_later = false;
  check->env =
      (Environment){.scope = decl->file->scope, .file = decl->file, .lang = decl->file->lang, .decl = decl};
  check_arena_of(check, decl->init);
  check_expr_for(check, object->type, atom_text(object->name), &x, decl->init);
  check_init_var(check, object, &x, "variable declaration");
}

static void var_decl(Checker *check, Object *object, ObjectList lhs, Node *type, Node *init) {
  if (type) object->type = check_var_type(check, type);
  if (!init) {
    if (!type) object->type = type_invalid(check->universe); /* reported as a missing initialisation */
    return;
  }
  if (lhs.len <= 1 && init_can_wait(check, object, type, init)) return;
  check_arena_of(check, init);
  if (lhs.len <= 1) {
    Operand x = {.mode = MODE_INVALID};
    check_expr_for(check, object->type, atom_text(object->name), &x, init);
    check_init_var(check, object, &x, "variable declaration");
    return;
  }
  if (type)
    for (uint32_t i = 0; i < lhs.len; i++) lhs.items[i]->type = object->type;
  check_init_vars(check, lhs, (NodeList){&init, 1}, NULL);
}

/* Names and values must be equally many; with one value it may be a call with several results. */
void check_arity(Checker *check, Pos pos, NameExpr **names, uint32_t name_len, NodeList inits, bool constants,
                 bool inherited) {
  if (name_len < inits.len) {
    Node *extra = inits.items[name_len];
    if (inherited)
      check_error(check, pos, "extra init expr at %s", text_pos(check, extra->pos));
    else
      check_error(check, error_pos(extra), "extra init expr %s", text_expr(check, extra));
  } else if (name_len > inits.len && (constants || inits.len != 1)) {
    const NameExpr *name = names[inits.len];
    check_error(check, name->node.pos, "missing init expr for %s", atom_text(name->name));
  }
}

/* ---- types ---- */

typedef struct TypeCheck { /* what remains to be verified when all types are set up */
  Object *object;
  TypeDecl *decl;
  Type *rhs;
  bool version_error;
} TypeCheck;

static bool is_imported_constraint(Checker *check, Type *t) {
  Type *named = t ? type_as_named(t) : NULL;
  if (!named || named->u.named.object->pkg == check->pkg || !named->u.named.object->pkg) return false;
  Type *under = type_underlying(named);
  return under->kind == TYPE_INTERFACE && !interface_is_method_set(check->universe, under);
}

static void verify_type_decl(Checker *check, void *data) {
  TypeCheck *todo = data;
  Type *named = todo->object->type ? type_as_named(todo->object->type) : NULL;
  if (named) check_valid_type(check, named);
  if (!todo->version_error && is_imported_constraint(check, todo->rhs))
    check_verify_version(
        check, error_pos(todo->decl->type), 18,
        arena_printf(check->arena, "using type constraint %s", text_type(check, todo->rhs)).data);
}

static void alias_decl(Checker *check, TypeCheck *todo) {
  TypeDecl *decl = todo->decl;
  bool generic = decl->tparams.len > 0;
  if (generic && !check_verify_version(check, decl->tparams.items[0]->node.pos, 23, "generic type alias"))
    todo->version_error = true;
  if (!todo->version_error && !check_verify_version(check, decl->node.pos, 9, "type alias"))
    todo->version_error = true;
  Type *alias = type_new_alias(check->universe, todo->object);
  todo->object->u.type_name.is_alias = true;
  check_needs_cleanup(check, alias);
  if (generic) {
    check_open_scope(check, &decl->node);
    check_collect_tparams_into(check, decl->tparams, &alias->u.alias.tparams);
  }
  Type *rhs = todo->rhs = check_defined_type(check, decl->type, todo->object);
  alias->u.alias.from_rhs = rhs;
  if (rhs->kind == TYPE_TYPE_PARAM) {
    for (uint32_t i = 0; i < alias->u.alias.tparams.len; i++) {
      if (alias->u.alias.tparams.items[i] != rhs) continue;
      check_error(check, error_pos(decl->type),
                  "cannot use type parameter declared in alias declaration as RHS");
      alias->u.alias.from_rhs = type_invalid(check->universe);
    }
  }
  if (generic) check_close_scope(check);
}

/* The type parameters of the function, and of its receiver, around a scope. */
static TypeList function_tparams(Checker *check, const Scope *scope) {
  TypeList list = {NULL, 0};
  const Scope *package = check->pkg->scope;
  const Scope *function = scope;
  for (; scope && scope != package; scope = scope->parent)
    if (scope->is_func) function = scope;
  if (!function || function == package) return list;
  list.items = arena_new_array(check->pkg->arena, Type *, function->objects.len);
  for (uint32_t i = 0; i < function->objects.len; i++) {
    const Object *object = function->objects.items[i];
    if (object->kind == OBJECT_TYPE_NAME && object->type && object->type->kind == TYPE_TYPE_PARAM)
      list.items[list.len++] = object->type;
  }
  return list;
}

void check_type_decl(Checker *check, Object *object, TypeDecl *decl) {
  TypeCheck *todo = arena_new_of(check->arena, TypeCheck);
  todo->object = object;
  todo->decl = decl;
  object->u.type_name.not_in_heap = (decl->pragma & PRAGMA_NOT_IN_HEAP) != 0;
  check_later(check, verify_type_decl, todo);
  if (decl->alias) {
    alias_decl(check, todo);
    return;
  }
  bool generic = decl->tparams.len > 0;
  if (generic && !check_verify_version(check, decl->tparams.items[0]->node.pos, 18, "type parameter"))
    todo->version_error = true;
  Type *named = type_new_named(check->universe, object, NULL);
  named->u.named.state->checker = check;
  named->u.named.implicits = function_tparams(check, object->parent);
  check_needs_cleanup(check, named);
  if (generic) {
    check_open_scope(check, &decl->node);
    check_collect_tparams_into(check, decl->tparams, &named->u.named.tparams);
  }
  Type *rhs = todo->rhs = check_defined_type(check, decl->type, object);
  named->u.named.from_rhs = rhs;
  if (type_is_type_param(rhs)) {
    check_error(check, error_pos(decl->type), "cannot use a type parameter as RHS in type declaration");
    named->u.named.from_rhs = type_invalid(check->universe);
  }
  if (generic) check_close_scope(check);
}

static void verify_fields(Checker *check, void *data) {
  Type *base = data;
  const Type *under = type_underlying(base);
  if (under->kind != TYPE_STRUCT) return;
  for (uint32_t i = 0; i < under->u.structure.fields.len; i++) {
    const Object *field = under->u.structure.fields.items[i];
    int m = named_method_index(base, field->name, false);
    if (m < 0) continue;
    const char *name = atom_text(field->name);
    check_error(check, base->u.named.methods.items[m]->pos,
                "field and method with the same name %s\n\t%s: other declaration of %s", name,
                text_pos(check, field->pos), name);
  }
}

void check_collect_methods(Checker *check, Object *type_name) {
  Core *core = check->core;
  uint64_t *found = core->methods.arena ? map_find(&core->methods, map_key(type_name)) : NULL;
  if (!found || !*found) return;
  MethodList *methods = (MethodList *)(uintptr_t)*found;
  *found = 0;
  Type *base = type_name->type ? type_as_named(type_name->type) : NULL;
  if (base) check_later(check, verify_fields, base);
  Map seen = map_in(check->arena);
  Object **kept = arena_new_array(check->arena, Object *, methods->list.len);
  uint32_t kept_len = 0;
  for (uint32_t i = 0; i < methods->list.len; i++) {
    Object *method = methods->list.items[i];
    const Object *other = map_get_ptr(&seen, method->name);
    if (other) {
      check_error(check, method->pos, "method %s.%s already declared at %s", atom_text(type_name->name),
                  atom_text(method->name), text_pos(check, other->pos));
      continue;
    }
    map_set_ptr(&seen, method->name, method);
    kept[kept_len++] = method;
  }
  if (base) named_add_methods(base, kept, kept_len, check->arena);
}

/* ---- functions ---- */

typedef struct Body {
  Object *object;
  DeclInfo *decl;
} Body;

static void check_body(Checker *check, void *data) {
  const Body *body = data;
  body->decl->body_checked = true;
  check_arena_of(check, &body->decl->func_decl->body->node);
  check_func_body(check, body->decl, atom_text(body->object->name), body->object->type,
                  body->decl->func_decl->body, NULL);
}

static void func_decl(Checker *check, Object *object, DeclInfo *decl) {
  FuncDecl *syntax = decl->func_decl;
  Type *signature = type_new(check->universe, TYPE_SIGNATURE);
  signature->u.signature.params = signature->u.signature.results = check->universe->empty_tuple;
  object->type = signature; /* so that cycles find one */
  check_func_type(check, signature, syntax->recv, syntax->tparams, syntax->type);
  object->u.func.nointerface = (syntax->pragma & PRAGMA_NOINTERFACE) != 0;
  bool has_body = syntax->body || syntax->body_len;
  if (syntax->tparams.len && !has_body)
    check_soft_error(check, syntax->node.pos, "generic function is missing function body");
  if (!check->config->bodies || !has_body) return;
  if (!syntax->body)
    parse_body(check->config->session, decl->file->syntax, syntax, check->pkg->ids, check->notes,
               PARSE_CHECK_BRANCHES);
  if (!syntax->body) return;
  Body *body = arena_new_of(check->arena, Body);
  *body = (Body){object, decl};
  check_later(check, check_body, body);
}

void check_function(Checker *check, DeclInfo *decl, const char *name, Type *signature, BlockStmt *body,
                    const Const *iota) {
  check_func_body(check, decl, name, signature, body, (Const *)iota);
}

/* ---- declarations inside functions ---- */

static Object *new_object(Checker *check, ObjectKind kind, const NameExpr *name) {
  return object_new(check->universe, kind, check->pkg, name->node.pos, name->name, NULL);
}

static void local_consts(Checker *check, ConstDecl *spec, const ConstDecl *last, uint32_t iota,
                         bool inherited) {
  uint32_t top = check->delayed.len;
  Object **lhs = arena_new_array(check->arena, Object *, spec->name_len);
  Node *list = last ? last->values : NULL;
  NodeList values = node_elements(&list);
  const Const *iota_value = const_make_int64(check->arena, iota);
  for (uint32_t i = 0; i < spec->name_len; i++) {
    lhs[i] = new_object(check, OBJECT_CONST, spec->names[i]);
    const_decl(check, lhs[i], iota_value, last ? last->type : NULL, i < values.len ? values.items[i] : NULL,
               inherited);
  }
  check_arity(check, spec->node.pos, spec->names, spec->name_len, values, true, inherited);
  /* Function literals in the values must not see the new names. */
  check_process_delayed(check, top);
  for (uint32_t i = 0; i < spec->name_len; i++)
    declare_object(check, check->env.scope, spec->names[i], lhs[i]);
}

static void local_vars(Checker *check, VarDecl *spec) {
  uint32_t top = check->delayed.len;
  Object **lhs = arena_new_array(check->arena, Object *, spec->name_len);
  for (uint32_t i = 0; i < spec->name_len; i++) {
    lhs[i] = new_object(check, OBJECT_VAR, spec->names[i]);
    lhs[i]->u.var.role = VAR_LOCAL;
  }
  Node *list = spec->values;
  NodeList values = node_elements(&list);
  for (uint32_t i = 0; i < spec->name_len; i++) {
    bool spread = values.len == 1 && spec->name_len != 1;
    Node *init = spread ? values.items[0] : i < values.len ? values.items[i] : NULL;
    var_decl(check, lhs[i], spread ? (ObjectList){lhs, spec->name_len} : (ObjectList){0}, spec->type, init);
    if (values.len == 1) break; /* the first variable has given all of them their types */
  }
  if (!spec->type || values.len)
    check_arity(check, spec->node.pos, spec->names, spec->name_len, values, false, false);
  check_process_delayed(check, top);
  for (uint32_t i = 0; i < spec->name_len; i++)
    declare_object(check, check->env.scope, spec->names[i], lhs[i]);
}

static void local_type(Checker *check, TypeDecl *spec) {
  Object *object = new_object(check, OBJECT_TYPE_NAME, spec->name);
  declare_object(check, check->env.scope, spec->name, object);
  if (!spec->alias) {
    vec_push(check->pkg->arena, &check->pkg->local_types, object);
    object->order = check->pkg->local_types.len;
  }
  check_push_object(check, object);
  check_type_decl(check, object, spec);
  check_pop_object(check);
}

void check_decl_stmt(Checker *check, NodeList decls) {
  const ConstDecl *last = NULL;  /* that has a type or values */
  uint32_t first = 0, group = 0; /* index of the first spec of the group */
  for (uint32_t i = 0; i < decls.len; i++) {
    Node *decl = decls.items[i];
    if (decl->kind == NODE_CONST_DECL) {
      ConstDecl *spec = (ConstDecl *)decl;
      bool same_group =
          i > 0 && decls.items[i - 1]->kind == NODE_CONST_DECL && spec->group && spec->group == group;
      if (!same_group) {
        first = i;
        last = NULL;
      }
      group = spec->group;
      bool inherited = !spec->type && !spec->values && last;
      if (spec->type || spec->values) last = spec;
      local_consts(check, spec, last, i - first, inherited);
    } else if (decl->kind == NODE_VAR_DECL) {
      local_vars(check, (VarDecl *)decl);
    } else if (decl->kind == NODE_TYPE_DECL) {
      local_type(check, (TypeDecl *)decl);
    }
  }
}
