/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Function types, receivers and parameters.
 *
 * Go: cmd/compile/internal/types2/signature.go, the receiver half of resolver.go
 */
#include "types/core.h"

/* ---- receivers ---- */

static bool is_indirection(const Node *e) {
  return e->kind == NODE_OPERATION && ((const Operation *)e)->op == OPERATOR_MUL &&
         !((const Operation *)e)->y;
}

static NameExpr *receiver_tparam(Checker *check, Node *arg) {
  if (arg->kind == NODE_NAME) return (NameExpr *)arg;
  if (arg->kind != NODE_BAD_EXPR)
    check_error(check, error_pos(arg), "receiver type parameter %s must be an identifier",
                text_expr(check, arg));
  NameExpr *blank = arena_new_of(check->arena, NameExpr);
  blank->node = (Node){.kind = NODE_NAME, .id = check->pkg->ids->next++, .pos = arg->pos};
  blank->name = check->universe->blank;
  return blank;
}

Receiver unpack_receiver(Checker *check, Node *type, bool unpack) {
  Receiver r = {.base = node_unparen(type)};
  if (is_indirection(r.base)) {
    r.pointer = true;
    r.base = node_unparen(((Operation *)r.base)->x);
  }
  if (r.base->kind != NODE_INDEX) return r;
  IndexExpr *index = (IndexExpr *)r.base;
  r.base = index->x;
  r.has_tparams = true;
  if (!unpack) return r;
  NodeList args = node_elements(&index->index);
  r.tparams = arena_new_array(check->arena, NameExpr *, args.len);
  r.tparam_len = args.len;
  for (uint32_t i = 0; i < args.len; i++) r.tparams[i] = receiver_tparam(check, args.items[i]);
  return r;
}

static Type *unpointer(Type *t) {
  while (t->kind == TYPE_POINTER) t = t->u.elem.type;
  return t;
}

/* A receiver without type parameters; methods of instances, maybe through aliases, are not allowed. */
static Type *plain_receiver(Checker *check, FieldNode *field, Node *base) {
  Type *recv = check_var_type(check, field->type);
  Type *t = unpointer(recv);
  while (t->kind == TYPE_ALIAS) {
    Type *next = t->u.alias.from_rhs ? unpointer(t->u.alias.from_rhs) : t;
    if (next == t) break;
    if ((next->kind == TYPE_NAMED || next->kind == TYPE_ALIAS) && type_params(next).len) {
      check_error(check, error_pos(base), "cannot define new methods on instantiated type %s",
                  text_type(check, next));
      return type_invalid(check->universe);
    }
    t = next;
  }
  return recv;
}

static Type *generic_base(Checker *check, Node *base) {
  const char *cause = NULL;
  Type *t = check_generic_type(check, base, &cause);
  if (type_valid(t)) {
    if (t->kind == TYPE_NAMED) return t;
    check_error(check, error_pos(base), "cannot define new methods on generic alias type %s",
                text_type(check, t));
  } else if (cause) {
    check_error(check, error_pos(base), "%s", cause);
  }
  return NULL;
}

/* Intermediate expressions of (*(T[P])) all get a type. */
static void record_receiver_types(Checker *check, Node *e, Type *t) {
  for (;;) {
    record_type_and_value(check, e, MODE_TYPE, t, NULL);
    if (e->kind == NODE_PAREN) {
      e = ((ParenExpr *)e)->x;
    } else if (is_indirection(e) && t->kind == TYPE_POINTER) {
      e = ((Operation *)e)->x;
      t = t->u.elem.type;
    } else {
      return;
    }
  }
}

Type *check_declare_tparam(Checker *check, NameExpr *name) {
  Object *object =
      object_new(check->universe, OBJECT_TYPE_NAME, check->pkg, name->node.pos, name->name, NULL);
  Type *t = type_new_type_param(check->universe, object, type_invalid(check->universe));
  declare_object(check, check->env.scope, name, object);
  return t;
}

static void bind_receiver_bounds(Checker *check, const Receiver *r, Type *base, TypeList tparams) {
  TypeList base_tparams = type_params(base);
  if (tparams.len != base_tparams.len) {
    check_error(check, error_pos(r->base),
                "receiver declares %u type parameter%s, but receiver base type declares %u", tparams.len,
                tparams.len == 1 ? "" : "s", base_tparams.len);
    return;
  }
  for (uint32_t i = 0; i < tparams.len; i++) {
    mono_record_canon(check, tparams.items[i], base_tparams.items[i]);
    tparams.items[i]->u.tparam.bound =
        type_subst(check->universe, base_tparams.items[i]->u.tparam.bound, base_tparams, tparams);
  }
}

static Type *generic_receiver(Checker *check, FieldNode *field, const Receiver *r, TypeList *recv_tparams) {
  /* The base is resolved first: the names of its parameters may be the same. */
  Type *base = generic_base(check, r->base);
  Type **items = universe_new_array(check->universe, Type *, r->tparam_len);
  for (uint32_t i = 0; i < r->tparam_len; i++) {
    items[i] = check_declare_tparam(check, r->tparams[i]);
    items[i]->u.tparam.index = i;
    record_use(check, r->tparams[i], items[i]->u.tparam.object);
    record_type_and_value(check, &r->tparams[i]->node, MODE_TYPE, items[i], NULL);
  }
  *recv_tparams = (TypeList){items, r->tparam_len};
  if (!base) return type_invalid(check->universe);
  bind_receiver_bounds(check, r, base, *recv_tparams);
  check_verify_version(check, error_pos(r->base), 18, "type instantiation");
  Type *recv = check_instance(check, field->type->pos, base, *recv_tparams);
  record_instance(check, r->base, *recv_tparams, recv);
  if (r->pointer && type_valid(recv)) recv = type_new_pointer(check->universe, recv);
  record_receiver_types(check, field->type, recv);
  return recv;
}

typedef struct ReceiverTask {
  Object *recv;
  Pos pos;
} ReceiverTask;

/* Names that cgo makes: nobody may add methods to them. */
static bool is_cgo_type(Checker *check, const Object *object) {
  if (str_has_prefix(atom_str(object->name), STR("_Ctype_"))) return true;
  const SourceFile *file = sources_file(check->config->session->sources, object->pos);
  return file && str_has_prefix(path_base(atom_str(file->path)), STR("_cgo_"));
}

static void verify_receiver(Checker *check, void *data) {
  const ReceiverTask *task = data;
  Type *t = type_deref(task->recv->type, NULL);
  Type *actual = type_unalias(t);
  if (!type_valid(actual)) return;
  const char *cause = NULL;
  if (actual->kind == TYPE_NAMED) {
    const Object *object = actual->u.named.object;
    if (object->pkg != check->pkg || is_cgo_type(check, object)) {
      check_error(check, task->pos, "cannot define new methods on non-local type %s", text_type(check, t));
      return;
    }
    const Type *under = type_underlying(actual);
    if (under->kind == TYPE_BASIC && under->u.basic.kind == BASIC_UNSAFE_POINTER) cause = "unsafe.Pointer";
    if (under->kind == TYPE_POINTER || under->kind == TYPE_INTERFACE) cause = "pointer or interface type";
    if (cause) check_error(check, task->pos, "invalid receiver type %s (%s)", text_type(check, t), cause);
  } else if (actual->kind == TYPE_BASIC) {
    check_error(check, task->pos, "cannot define new methods on non-local type %s", text_type(check, t));
  } else {
    check_error(check, task->pos, "invalid receiver type %s", text_type(check, task->recv->type));
  }
}

static Object *collect_receiver(Checker *check, FieldNode *field, TypeList *recv_tparams) {
  Receiver r = unpack_receiver(check, field->type, true);
  Type *type =
      r.has_tparams ? generic_receiver(check, field, &r, recv_tparams) : plain_receiver(check, field, r.base);
  bool named = field->name && field->name->name->len;
  Object *recv =
      object_new_var(check->universe, VAR_RECV, check->pkg, named ? field->name->node.pos : field->node.pos,
                     named ? field->name->name : NULL, type);
  if (!named) record_implicit(check, &field->node, recv);
  ReceiverTask *task = arena_new_of(check->arena, ReceiverTask);
  *task = (ReceiverTask){recv, error_pos(r.base)};
  check_later(check, verify_receiver, task);
  return recv;
}

/* ---- parameters ---- */

static Type *param_type(Checker *check, VarRole role, FieldList list, uint32_t i, bool *variadic) {
  Node *type = list.items[i]->type;
  if (type->kind == NODE_DOTS_TYPE) {
    if (role == VAR_PARAM && i + 1 == list.len)
      *variadic = true;
    else
      check_error(check, type->pos, "invalid syntax tree: invalid use of ...");
    type = ((DotsTypeExpr *)type)->elem;
  }
  return check_var_type(check, type);
}

static Type *collect_params(Checker *check, VarRole role, FieldList list, bool *variadic) {
  if (list.len == 0) return check->universe->empty_tuple;
  Object **vars = universe_new_array(check->universe, Object *, list.len);
  const Node *previous = NULL;
  Type *type = NULL;
  for (uint32_t i = 0; i < list.len; i++) {
    FieldNode *field = list.items[i];
    if (field->type != previous) type = param_type(check, role, list, i, variadic);
    previous = field->type;
    bool named = field->name != NULL;
    vars[i] =
        object_new_var(check->universe, role, check->pkg, named ? field->name->node.pos : field->node.pos,
                       named ? field->name->name : NULL, type);
    if (!named) record_implicit(check, &field->node, vars[i]);
  }
  if (*variadic) {
    Object *last = vars[list.len - 1];
    last->type = type_new_slice(check->universe, last->type);
    record_type_and_value(check, list.items[list.len - 1]->type, MODE_TYPE, last->type, NULL);
  }
  return type_new_tuple(check->universe, (ObjectList){vars, list.len});
}

static void declare_params(Checker *check, FieldList list, const Type *tuple) {
  for (uint32_t i = 0; i < list.len; i++)
    if (list.items[i]->name && list.items[i]->name->name->len)
      declare_object(check, check->env.scope, list.items[i]->name, tuple->u.tuple.vars.items[i]);
}

void check_func_type(Checker *check, Type *result, FieldNode *recv, FieldList tparams, FuncTypeExpr *e) {
  Scope *scope = check_open_scope(check, &e->node);
  scope->is_func = true;
  result->u.signature.scope = scope;
  result->u.signature.params = result->u.signature.results = check->universe->empty_tuple;
  Object *receiver = NULL;
  TypeList recv_tparams = {0};
  if (recv) receiver = collect_receiver(check, recv, &recv_tparams);
  if (tparams.len) check_collect_tparams_into(check, tparams, &result->u.signature.tparams);
  bool variadic = false, no = false;
  Type *params = collect_params(check, VAR_PARAM, e->params, &variadic);
  Type *results = collect_params(check, VAR_RESULT, e->results, &no);
  /* Parameters are visible in the body only, hence declared after all types are checked. */
  if (receiver && receiver->name) declare_object(check, scope, recv->name, receiver);
  declare_params(check, e->params, params);
  declare_params(check, e->results, results);
  result->u.signature.recv = receiver;
  result->u.signature.recv_tparams = recv_tparams;
  result->u.signature.params = params;
  result->u.signature.results = results;
  result->u.signature.variadic = variadic;
  check_close_scope(check);
}
