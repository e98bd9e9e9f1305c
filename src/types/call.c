/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Calls, conversions, and the instantiation of generic functions by calls, index expressions and assignments.
 *
 * A call's arguments may be generic functions themselves: then their type parameters are inferred together with those of the
 * called function. Type parameters that take part in an inference are renamed first, so that recursive calls of a generic
 * function keep the parameter and the argument apart.
 *
 * Go: cmd/compile/internal/types2/call.go
 */
#include "types/generics.h"

static ExprKind builtin_kind(BuiltinId id) {
  enum { CONVERSION = EXPR_CONVERSION, EXPRESSION = EXPR_EXPRESSION, STATEMENT = EXPR_STATEMENT };
  static const uint8_t kinds[] = {
#define BUILTIN(NAME, text, args, variadic, kind) kind,
#include "types/builtins.def"
#undef BUILTIN
  };
  return (ExprKind)kinds[id];
}

static bool is_generic_signature(const Type *t) {
  return t && t->kind == TYPE_SIGNATURE && t->u.signature.tparams.len > 0;
}

/* The type arguments of an index expression; NULL items: one of them is invalid. */
static TypeList type_arguments(Checker *check, NodeList list) {
  Type **items = arena_new_array(check->arena, Type *, list.len);
  bool valid = true;
  for (uint32_t i = 0; i < list.len; i++) {
    items[i] = check_var_type(check, list.items[i]);
    valid = valid && type_valid(items[i]);
  }
  return (TypeList){valid ? items : NULL, list.len};
}

/* ---- instantiation ---- */

typedef struct PendingVerify {
  Pos pos;
  TypeList tparams, targs;
  NodeList exprs; /* of the type arguments that are written */
} PendingVerify;

static void verify_later(Checker *check, void *data) {
  const PendingVerify *v = data;
  const char *cause = "";
  int i = check_verify_instance(check, v->pos, v->tparams, v->targs, &cause);
  if (i < 0) {
    mono_record_instance(check, v->pos, v->tparams, v->targs, v->exprs);
    return;
  }
  Pos pos = (uint32_t)i < v->exprs.len ? node_start(v->exprs.items[i]) : v->pos;
  check_soft_error(check, pos, "%s", cause);
}

static Type *instantiate_function(Checker *check, Pos pos, Node *expr, Type *signature, TypeList targs,
                                  NodeList exprs) {
  assert(targs.len == signature->u.signature.tparams.len);
  Type *instance = check_instance(check, pos, signature, targs);
  record_instance(check, expr, targs, instance);
  PendingVerify *pending = arena_new_of(check->arena, PendingVerify);
  *pending = (PendingVerify){pos, signature->u.signature.tparams, targs, exprs};
  check_later(check, verify_later, pending);
  return instance;
}

/* The type of a function as a value: without receiver and type parameters. */
static Type *plain_signature(Checker *check, const Type *t) {
  return type_new_signature(check->universe, NULL, t->u.signature.params, t->u.signature.results,
                            t->u.signature.variadic);
}

static Type *tuple_of_one(Checker *check, Pos pos, Type *t) {
  lock_take(universe_lock(check->universe));
  Object **items = arena_new_of(universe_arena(check->universe), Object *);
  lock_release(universe_lock(check->universe));
  items[0] = object_new_var(check->universe, VAR_PARAM, check->pkg, pos, NULL, t);
  return type_new_tuple(check->universe, (ObjectList){items, 1});
}

/* Infers what is missing of targs, from the function type that is wanted (NULL: from the constraints alone). */
static TypeList infer_function(Checker *check, Type *target, Pos pos, const Operand *x, TypeList targs) {
  Type *signature = x->type;
  OperandList args = {NULL, 0};
  Type *params = type_new_tuple(check->universe, (ObjectList){NULL, 0});
  Operand wanted = {.mode = MODE_VALUE, .type = target};
  if (target) {
    params = tuple_of_one(check, x->expr->pos, plain_signature(check, signature));
    NameExpr *name = arena_new_of(check->arena, NameExpr);
    name->node = (Node){NODE_NAME, 0, x->expr->pos};
    name->name =
        intern_text(check->config->session->interner, check->target_text ? check->target_text : "variable");
    wanted.expr = &name->node;
    args = (OperandList){&wanted, 1};
  }
  TypeList tparams = check_rename_tparams(check, signature->u.signature.tparams, &params);
  return check_infer(check, pos, tparams, targs, params, args, target != NULL, NULL);
}

/* Instantiates the generic function x with the type arguments of inst and, with `infer`, inferred ones. Without `infer` and
   with too few type arguments these are returned and x stays generic; otherwise the result has no items. */
static TypeList function_instance(Checker *check, Type *target, Pos pos, Operand *x, IndexExpr *inst,
                                  bool infer) {
  const TypeList none = {NULL, 0};
  Pos inst_pos = inst ? inst->node.pos : pos;
  if (inst) x->expr = &inst->node;
  bool too_old = !check_verify_version(check, inst_pos, 18, "function instantiation");
  NodeList exprs = {NULL, 0};
  TypeList targs = none;
  if (inst) {
    exprs = node_elements(&inst->index);
    targs = type_arguments(check, exprs);
    if (!targs.items) {
      operand_invalidate(x);
      return none;
    }
  }
  uint32_t want = x->type->u.signature.tparams.len;
  if (targs.len > want) {
    check_error(check, error_pos(exprs.items[targs.len - 1]), "got %u type arguments but want %u", targs.len,
                want);
    operand_invalidate(x);
    return none;
  }
  if (targs.len < want) {
    if (!infer) return targs;
    if (target && !too_old) {
      check_verify_version(check, inst_pos, 21,
                           inst ? "partially instantiated function in assignment"
                                : "implicitly instantiated function in assignment");
    }
    targs = infer_function(check, target, pos, x, targs);
    if (!targs.items) {
      operand_invalidate(x);
      return none;
    }
  }
  x->type = instantiate_function(check, x->expr->pos, x->expr, x->type, targs, exprs);
  x->mode = MODE_VALUE;
  return none;
}

void check_func_inst(Checker *check, Type *target, Pos pos, Operand *x, IndexExpr *inst, bool infer) {
  if (target) {
    target = type_underlying(target);
    if (target->kind != TYPE_SIGNATURE) target = NULL;
  }
  if (!target && !inst) {
    check_error(check, operand_pos(x), "cannot use generic function %s without instantiation",
                text_expr(check, x->expr));
    operand_invalidate(x);
    return;
  }
  function_instance(check, target, pos, x, inst, infer);
}

/* ---- argument lists ---- */

static OperandList spread(Checker *check, Operand x) {
  OperandList result = {arena_new_of(check->scratch, Operand), 1};
  if (!operand_valid(&x) || x.type == NULL || x.type->kind != TYPE_TUPLE) {
    result.items[0] = x;
    return result;
  }
  ObjectList vars = x.type->u.tuple.vars;
  result = (OperandList){arena_new_array(check->scratch, Operand, vars.len), vars.len};
  for (uint32_t i = 0; i < vars.len; i++) {
    result.items[i] = (Operand){.mode = MODE_VALUE, .expr = x.expr, .type = vars.items[i]->type};
  }
  return result;
}

/* The argument x[…]: x may be a generic function, which stays generic if type arguments are missing (they are returned). */
static TypeList index_argument(Checker *check, Operand *x, IndexExpr *e, bool infer) {
  TypeList targs = {NULL, 0};
  if (check_index_expr(check, x, e)) targs = function_instance(check, NULL, e->node.pos, x, e, infer);
  x->expr = &e->node;
  if (!targs.items) record_operand(check, x);
  operand_exclude(check, x, EXCLUDE_NO_VALUE | EXCLUDE_BUILTIN | EXCLUDE_TYPE);
  return targs;
}

OperandList check_generic_expr_list(Checker *check, NodeList list, TypeList **targs_out) {
  bool infer = !check_allow_version(check, 21);
  *targs_out = arena_new_array(check->scratch, TypeList, list.len);
  OperandList result = {arena_new_array(check->scratch, Operand, list.len), list.len};
  for (uint32_t i = 0; i < list.len; i++) {
    Node *e = list.items[i];
    Operand *x = &result.items[i];
    if (e->kind == NODE_INDEX) {
      (*targs_out)[i] = index_argument(check, x, (IndexExpr *)e, infer);
    } else if (list.len > 1) {
      check_generic_expr(check, x, e);
    } else {
      check_raw_expr(check, NULL, x, e, NULL, true);
      operand_exclude(check, x, EXCLUDE_NO_VALUE | EXCLUDE_BUILTIN | EXCLUDE_TYPE);
      return spread(check, *x);
    }
  }
  return result;
}

/* ---- calls ---- */

typedef struct Call {
  CallExpr *call;
  Type *signature; /* of the function; may be generic */
  TypeList targs;  /* those that are written, if not all are */
  NodeList exprs;  /* of these */
  OperandList args;
  TypeList *arg_targs;   /* per argument: partial type arguments of a generic function */
  Type **params;         /* type of the parameter for each argument */
  uint32_t generic_args; /* arguments that are generic functions */
} Call;

static TypeList types_of_vars(Checker *check, ObjectList vars) {
  Type **items = arena_new_array(check->arena, Type *, vars.len);
  for (uint32_t i = 0; i < vars.len; i++) items[i] = vars.items[i]->type;
  return (TypeList){items, vars.len};
}

static void report_argument_count(Checker *check, const Call *c, uint32_t want) {
  Type **types = arena_new_array(check->scratch, Type *, c->args.len);
  for (uint32_t i = 0; i < c->args.len; i++) types[i] = c->args.items[i].type;
  bool too_many = c->args.len > want;
  Pos pos = error_pos(&c->call->node);
  if (too_many)
    pos = operand_pos(&c->args.items[want]);
  else if (c->args.len > 0)
    pos = operand_pos(&c->args.items[c->args.len - 1]);
  TypeList params = types_of_vars(check, c->signature->u.signature.params->u.tuple.vars);
  check_error(check, pos, "%s arguments in call to %s\n\thave %s\n\twant %s",
              too_many ? "too many" : "not enough", text_expr(check, c->call->fun),
              text_types_summary(check, (TypeList){types, c->args.len}, false, c->call->has_dots),
              text_types_summary(check, params, c->signature->u.signature.variadic, false));
}

/* Finds the parameter type for each argument. False: the numbers do not match, which was reported. */
static bool match_parameters(Checker *check, Call *c) {
  ObjectList vars = c->signature->u.signature.params->u.tuple.vars;
  uint32_t want = vars.len, have = c->args.len;
  bool spread_last = false;
  if (c->signature->u.signature.variadic) {
    if (c->call->has_dots) {
      if (c->call->args.len == 1 && have > 1) {
        check_error(check, error_pos(&c->call->node), "cannot use ... with %u-valued %s", have,
                    text_expr(check, c->call->args.items[0]));
        return false;
      }
    } else {
      spread_last = have + 1 >= want;
      want = spread_last ? have : want - 1;
    }
  } else if (c->call->has_dots) {
    check_error(check, error_pos(&c->call->node), "cannot use ... in call to non-variadic %s",
                text_expr(check, c->call->fun));
    return false;
  }
  if (have != want) {
    report_argument_count(check, c, want);
    return false;
  }
  c->params = arena_new_array(check->scratch, Type *, have);
  for (uint32_t i = 0; i < have; i++) {
    bool in_variadic = spread_last && i + 1 >= vars.len;
    Type *t = vars.items[in_variadic ? vars.len - 1 : i]->type;
    if (in_variadic && t->kind == TYPE_SLICE) t = t->u.elem.type;
    c->params[i] = t;
  }
  return true;
}

static Type *params_tuple(Checker *check, const Call *c) {
  Universe *u = check->universe;
  lock_take(universe_lock(u));
  Object **items = arena_new_array(universe_arena(u), Object *, c->args.len);
  lock_release(universe_lock(u));
  for (uint32_t i = 0; i < c->args.len; i++) {
    items[i] = object_new_var(u, VAR_PARAM, check->pkg, POS_NONE, NULL, c->params[i]);
  }
  return type_new_tuple(u, (ObjectList){items, c->args.len});
}

static TypeList append_types(Checker *check, TypeList a, TypeList b, uint32_t len) {
  Type **items = arena_new_array(check->arena, Type *, len);
  if (a.len) memcpy(items, a.items, sizeof(Type *) * a.len);
  if (b.len) memcpy(items + a.len, b.items, sizeof(Type *) * b.len);
  return (TypeList){items, len};
}

/* Gives a generic function argument type parameters of its own, which join those to be inferred. */
static void join_argument(Checker *check, Operand *arg, TypeList given, TypeList *tparams, TypeList *targs) {
  Type *signature = arg->type;
  TypeList fresh = check_rename_tparams(check, arg->type->u.signature.tparams, &signature);
  if (signature == arg->type) signature = signature_copy(check->universe, arg->type);
  signature->u.signature.tparams = fresh;
  arg->type = signature;
  *targs = append_types(check, *targs, given, tparams->len + fresh.len);
  *tparams = append_types(check, *tparams, fresh, tparams->len + fresh.len);
}

static bool infer_call(Checker *check, Call *c) {
  CallExpr *call = c->call;
  uint32_t n = c->signature->u.signature.tparams.len;
  TypeList tparams = {NULL, 0}, targs = c->targs;
  Type *params = params_tuple(check, c);
  if (n > 0) {
    check_verify_version(check, error_pos(&call->node), 18,
                         call->fun->kind == NODE_INDEX ? "function instantiation"
                                                       : "implicit function instantiation");
    tparams = check_rename_tparams(check, c->signature->u.signature.tparams, &params);
    targs = append_types(check, targs, (TypeList){NULL, 0}, n);
  }
  Operand *first = NULL;
  for (uint32_t i = 0; i < c->args.len && c->generic_args > 0; i++) {
    if (!is_generic_signature(c->args.items[i].type)) continue;
    if (!first) first = &c->args.items[i];
    join_argument(check, &c->args.items[i], c->arg_targs ? c->arg_targs[i] : (TypeList){NULL, 0}, &tparams,
                  &targs);
  }
  if (first)
    check_verify_version(check, operand_pos(first), 21, "implicitly instantiated function as argument");
  targs =
      check_infer(check, call->node.pos, tparams, targs, params, c->args, false, text_expr(check, call->fun));
  if (!targs.items) return false;
  TypeList own = {targs.items, n}, own_tparams = {tparams.items, n};
  if (n > 0) {
    c->signature = instantiate_function(check, call->node.pos, call->fun, c->signature, own, c->exprs);
    Substitution map = {&own_tparams, &own, check, NULL, call->node.pos};
    params = subst_in(check->universe, params, &map);
  }
  for (uint32_t i = 0; i < c->args.len; i++) c->params[i] = params->u.tuple.vars.items[i]->type;
  uint32_t at = n;
  for (uint32_t i = 0; i < c->args.len && first; i++) {
    Operand *arg = &c->args.items[i];
    if (!is_generic_signature(arg->type)) continue;
    TypeList mine = {targs.items + at, arg->type->u.signature.tparams.len};
    at += mine.len;
    arg->type = instantiate_function(check, call->node.pos, arg->expr, arg->type, mine, (NodeList){NULL, 0});
    record_operand(check, arg);
  }
  return true;
}

/* Nothing to convert, nothing to check: the usual case, without the text that an error would need. */
static bool is_plain_match(const Operand *arg, const Type *param) {
  return arg->type == param && arg->mode >= MODE_VARIABLE && arg->mode <= MODE_VALUE &&
         arg->mode != MODE_NIL && param->kind != TYPE_TUPLE && !is_generic_signature(param) &&
         !type_is_untyped(arg->type) && type_valid(arg->type);
}

/* Checks arguments against parameters and infers type arguments; afterwards c->signature is the one that is called. */
static void check_arguments(Checker *check, Call *c) {
  if (!match_parameters(check, c)) return;
  for (uint32_t i = 0; i < c->args.len; i++) {
    c->generic_args += operand_valid(&c->args.items[i]) && is_generic_signature(c->args.items[i].type);
  }
  if ((c->signature->u.signature.tparams.len > 0 || c->generic_args > 0) && !infer_call(check, c)) return;
  check->called = c->call->fun;
  for (uint32_t i = 0; i < c->args.len; i++) {
    Operand *arg = &c->args.items[i];
    if (is_plain_match(arg, c->params[i])) continue;
    check_assignment(check, arg, c->params[i], CONTEXT_ARGUMENT);
  }
}

static void convert_call(Checker *check, Operand *x, CallExpr *call) {
  Type *t = x->type;
  Pos pos = error_pos(&call->node);
  operand_invalidate(x);
  if (!check_is_complete(check, t)) return;
  uint32_t n = call->args.len;
  if (n == 0) {
    check_error(check, pos, "missing argument in conversion to %s", text_type(check, t));
    return;
  }
  if (n > 1) {
    check_use(check, call->args);
    check_error(check, error_pos(call->args.items[n - 1]), "too many arguments in conversion to %s",
                text_type(check, t));
    return;
  }
  check_expr_for(check, t, "conversion", x, call->args.items[0]);
  if (!operand_valid(x)) return;
  if (type_unalias(t)->kind != TYPE_TYPE_PARAM && type_underlying(t)->kind == TYPE_INTERFACE &&
      !type_set_is_method_set(type_set(check->universe, type_underlying(t)))) {
    check_error(check, pos,
                "cannot use interface %s in conversion (contains specific type constraints or is comparable)",
                text_type(check, t));
    operand_invalidate(x);
    return;
  }
  if (call->has_dots) {
    check_error(check, error_pos(call->args.items[0]), "invalid use of ... in conversion to %s",
                text_type(check, t));
    operand_invalidate(x);
    return;
  }
  check_conversion(check, x, t, call->node.pos);
}

static bool is_function(void *context, Type *t, Type *under) {
  if (!under || under->kind == TYPE_SIGNATURE) return true;
  *(Type **)context = t;
  return false;
}

/* The signature of what is called. NULL: it is no function, which was reported. */
static Type *called_signature(Checker *check, const Operand *x) {
  Type *other = NULL;
  const char *cause = "";
  if (!type_each(check->universe, x->type, is_function, &other)) {
    cause = arena_printf(check->arena, "%s is not a function", text_type(check, other)).data;
  } else {
    Type *common = type_common_under(check->universe, x->type, NULL, &cause, check);
    if (common) return common;
  }
  check_error(check, operand_pos(x), "invalid operation: cannot call %s: %s", text_operand(check, x), cause);
  return NULL;
}

/* Type arguments written in f[T](…). False: they are wrong. */
static bool written_type_arguments(Checker *check, Call *c, IndexExpr *inst) {
  c->exprs = node_elements(&inst->index);
  c->targs = type_arguments(check, c->exprs);
  if (!c->targs.items) return false;
  uint32_t want = c->signature->u.signature.tparams.len;
  if (c->targs.len > want) {
    check_error(check, error_pos(c->exprs.items[want]), "got %u type arguments but want %u", c->targs.len,
                want);
    return false;
  }
  if (c->targs.len < want) return true;
  check_verify_version(check, error_pos(&inst->node), 18, "function instantiation");
  c->signature = instantiate_function(check, inst->node.pos, &inst->node, c->signature, c->targs, c->exprs);
  c->targs = (TypeList){NULL, 0};
  c->exprs = (NodeList){NULL, 0};
  return true;
}

static void set_call_result(Checker *check, Operand *x, Type *signature) {
  ObjectList results = signature->u.signature.results->u.tuple.vars;
  if (results.len == 0) {
    x->mode = MODE_NO_VALUE;
    return;
  }
  x->mode = x->mode == MODE_CGO_FUNC && results.len == 1 ? MODE_COMMA_ERROR : MODE_VALUE;
  x->type = results.len == 1 ? results.items[0]->type : signature->u.signature.results;
  if (results.len == 1 && !check_is_complete(check, x->type)) {
    operand_invalidate(x);
    return;
  }
  check->env.has_call_or_recv = true;
  TypeList tparams = signature->u.signature.tparams; /* still generic after an error */
  if (tparams.len > 0 && type_is_parameterized(tparams, x->type)) operand_invalidate(x);
}

static void call_function(Checker *check, Operand *x, CallExpr *call, IndexExpr *inst) {
  Call c = {.call = call, .signature = called_signature(check, x)};
  if (!c.signature) {
    operand_invalidate(x);
    return;
  }
  bool was_generic = c.signature->u.signature.tparams.len > 0;
  if (inst && !written_type_arguments(check, &c, inst)) {
    check_use(check, call->args);
    operand_invalidate(x);
    return;
  }
  c.args = check_generic_expr_list(check, call->args, &c.arg_targs);
  if (c.args.len != call->args.len) c.arg_targs = NULL;
  check_arguments(check, &c);
  if (was_generic && c.signature->u.signature.tparams.len == 0) {
    record_type_and_value(check, call->fun, MODE_VALUE, c.signature, NULL);
  }
  check->env.has_call_or_recv = true;
  set_call_result(check, x, c.signature);
}

static ExprKind check_call(Checker *check, Operand *x, CallExpr *call) {
  IndexExpr *inst = NULL;
  if (call->fun->kind == NODE_INDEX) {
    if (check_index_expr(check, x, (IndexExpr *)call->fun)) inst = (IndexExpr *)call->fun;
    x->expr = call->fun;
    record_operand(check, x);
  } else {
    check_expr_or_type(check, x, call->fun, true);
  }
  switch ((int)x->mode) {
  case MODE_INVALID: check_use(check, call->args); return EXPR_STATEMENT;
  case MODE_TYPE:
    if (type_is_generic(x->type)) {
      check_error(check, operand_pos(x), "cannot use generic type %s without instantiation",
                  text_expr(check, x->expr));
      operand_invalidate(x);
      x->type = type_invalid(check->universe);
      return EXPR_CONVERSION;
    }
    convert_call(check, x, call);
    return EXPR_CONVERSION;
  case MODE_BUILTIN: {
    BuiltinId id = x->builtin;
    if (!check_builtin(check, x, call, id)) operand_invalidate(x);
    if (operand_valid(x) && x->mode != MODE_CONSTANT) check->env.has_call_or_recv = true;
    return builtin_kind(id);
  }
  default: call_function(check, x, call, inst); return EXPR_STATEMENT;
  }
}

void check_call_expr(Checker *check, Operand *x, CallExpr *call, bool *is_statement, bool *is_conversion) {
  ExprKind kind = check_call(check, x, call);
  x->expr = &call->node;
  if (is_statement) *is_statement = kind == EXPR_STATEMENT;
  if (is_conversion) *is_conversion = kind == EXPR_CONVERSION;
}
