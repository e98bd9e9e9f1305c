/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Selectors: fields, methods as values, expressions and callees; instances of functions.
 *
 * A method reference has up to three parts: the function to call (of a generic type: the shaped one), its dictionary, and a plain
 * wrapper that needs no dictionary. Where only function and dictionary are there, a value is made by currying.
 *
 * Go: cmd/compile/internal/noder/reader.go (methodExpr, funcInst, curry, methodExprWrap), typecheck/typecheck.go (NewMethodExpr)
 */
#include "lower/internal.h"

/* ---- fields ---- */

Op *lower_field(Body *b, SelectorExpr *selector, const Selection *selection) {
  Op *x = lower_expr(b, selector->x);
  for (uint32_t i = 0; i < selection->path_len; i++)
    x = make_dot(b, selector->node.pos, x, selection->path[i], i + 1 < selection->path_len);
  return x;
}

static bool points_to(Type *from, Type *to) {
  from = type_unalias(from);
  return from->kind == TYPE_POINTER && type_identical(from->u.elem.type, to);
}

static Type *method_receiver(const Selection *selection) {
  return selection->object->type->u.signature.recv->type;
}

Op *lower_receiver(Body *b, SelectorExpr *selector, const Selection *selection, Type **recv) {
  Type *type = fact_type(b, node_unparen(selector->x));
  Pos pos = selector->node.pos;
  Op *x = lower_expr(b, selector->x);
  for (uint32_t i = 0; i + 1 < selection->path_len; i++) {
    x = make_dot(b, pos, x, selection->path[i], true);
    type = struct_field(deref(type), selection->path[i])->type;
  }
  Type *want = method_receiver(selection);
  if (points_to(type, want)) {
    x = make_deref(b, pos, x);
    x->flags |= OP_IMPLICIT;
    type = want;
  } else if (points_to(want, type)) {
    x = make_addr(b, pos, x);
    x->flags |= OP_IMPLICIT;
    type = want;
  }
  *recv = type;
  return x;
}

/* ---- method expressions ---- */

static Type *method_type(Lowering *low, Type *signature, Type *recv) {
  ObjectList params = signature->u.signature.params->u.tuple.vars;
  uint32_t extra = recv ? 1 : 0;
  ObjectList all = {universe_new_array(low->universe, Object *, params.len + extra), params.len + extra};
  if (recv) all.items[0] = object_new_var(low->universe, VAR_PARAM, NULL, POS_NONE, NULL, recv);
  for (uint32_t i = 0; i < params.len; i++)
    all.items[i + extra] =
        object_new_var(low->universe, VAR_PARAM, NULL, POS_NONE, NULL, params.items[i]->type);
  return type_new_signature(low->universe, NULL, type_new_tuple(low->universe, all),
                            signature->u.signature.results, signature->u.signature.variadic);
}

static Op *method_expr(Lowering *low, Pos pos, Type *type, Type *recv, Object *method, Func *fn) {
  Op *op = op_new(low->unit, OP_METHEXPR, xpos(pos), type);
  op->x = op_type(low->unit, XPOS_NONE, recv);
  op->sym = method->name;
  op->method = method;
  op->name = fn ? fn->name : NULL;
  return op;
}

Op *make_method_expr(Lowering *low, Pos pos, Type *recv, Object *method, Func *fn) {
  return method_expr(low, pos, method_type(low, fn ? fn->type : method->type, recv), recv, method, fn);
}

Func *method_func(Lowering *low, Type *recv, Object *method) {
  Type *base = type_unalias(method->type->u.signature.recv->type);
  base = type_unalias(deref(base));
  if (is_interface(base) || base->kind != TYPE_NAMED) return NULL;
  (void)recv;
  if (base->u.named.origin) {
    Instantiation *inst = instance_of_type(low, base);
    return instance_method(low, inst, method_index(base->u.named.origin, origin_func(method)));
  }
  return object_func(low, method);
}

/* What T.name is. */
typedef struct MethodExpr {
  Type *recv;
  Atom name;
  Package *pkg;
  Object *method;
  Type *type;              /* of the expression, once made */
  struct MethodExpr *next; /* same hash */
} MethodExpr;

static MethodExpr *method_expr_of(Lowering *low, Type *recv, Atom name, Package *pkg) {
  uint64_t *first = map_put(&low->method_exprs, (uint64_t)recv->id << 32 | name->hash);
  MethodExpr *known = (MethodExpr *)(uintptr_t)*first;
  while (known && (known->recv != recv || known->name != name || known->pkg != pkg)) known = known->next;
  if (known) return known;
  Lookup found = lookup_field_or_method(low->universe, recv, true, pkg, name);
  if (!found.object || found.object->kind != OBJECT_FUNC) BUG("no method %s", atom_text(name));
  MethodExpr *expr = arena_new_of(low->arena, MethodExpr);
  *expr = (MethodExpr){recv, name, pkg, found.object, NULL, (MethodExpr *)(uintptr_t)*first};
  *first = map_key(expr);
  return expr;
}

Op *find_method_expr(Lowering *low, Pos pos, Type *recv, Atom name, Package *pkg) {
  MethodExpr *expr = method_expr_of(low, recv, name, pkg);
  Func *fn = method_func(low, recv, expr->method);
  if (!expr->type) expr->type = method_type(low, fn ? fn->type : expr->method->type, recv);
  return method_expr(low, pos, expr->type, recv, expr->method, fn);
}

Op *make_dot_inter(Body *b, Pos pos, Op *x, Object *method) {
  Op *op = op_unary(b->unit, OP_DOTINTER, xpos(pos), method->type, x);
  op->sym = method->name;
  op->method = method;
  return op;
}

/* A method of a type parameter, through the dictionary. */
static Op *type_param_method(Body *b, Pos pos, Type *recv, Type *signature, Object *method) {
  Generic *g = b->generic;
  uint32_t tparam = tparam_index(g, b->subst->tparams, type_unalias(recv));
  Op *word = dict_word(b, pos, method_word(b->low, g, tparam, method));
  Type *type = method_type(b->low, signature, subst_type(b->low, b->subst, recv));
  return op_unary(b->unit, OP_CONVNOP, xpos(pos), type, make_addr(b, pos, word));
}

static TypeList subst_targs(Body *b, TypeList written) {
  TypeList out = {universe_new_array(b->low->universe, Type *, written.len), written.len};
  for (uint32_t i = 0; i < written.len; i++) out.items[i] = read_type(b, written.items[i]);
  return out;
}

static bool any_derived(const Body *b, TypeList written) {
  for (uint32_t i = 0; i < written.len; i++)
    if (is_derived(b, written.items[i])) return true;
  return false;
}

static Op *dynamic_dict(Body *b, Pos pos, Object *object, TypeList written, Type *type) {
  uint32_t index =
      dict_subdicts(b->generic) + subdict_word(b->low, b->generic, object, written, b->subst->tparams);
  return op_unary(b->unit, OP_CONVNOP, xpos(pos), type, dict_word(b, pos, index));
}

static Op *static_dict(Body *b, Pos pos, Object *object, TypeList targs) {
  Instantiation *plain = instance_record(b->low, object, targs, false);
  return make_addr(b, pos, &instance_dict(b->low, plain)->op);
}

static Op *shaped_method(Body *b, Pos pos, Instantiation *shape, Object *method, bool generic_method) {
  if (generic_method) {
    Func *fn = instance_func(b->low, shape);
    Op *op = make_method_expr(b->low, pos, fn->params[0]->op.type, method, fn);
    op->sym = instance_method_name(b->low, shape);
    return op;
  }
  uint32_t index = method_index(shape->type->u.named.origin, method);
  Object *instance = named_method(b->low->universe, shape->type, index);
  return make_method_expr(b->low, pos, instance->type->u.signature.recv->type, instance,
                          instance_method(b->low, shape, index));
}

static TypeList concat(Body *b, TypeList x, TypeList y) {
  TypeList out = {universe_new_array(b->low->universe, Type *, x.len + y.len), x.len + y.len};
  if (x.len) memcpy(out.items, x.items, sizeof(Type *) * x.len);
  if (y.len) memcpy(out.items + x.len, y.items, sizeof(Type *) * y.len);
  return out;
}

Op *method_parts(Body *b, SelectorExpr *selector, Type *recv, const Selection *selection, Op **wrapper,
                 Op **dict) {
  Object *method = selection->object;
  Object *origin = origin_func(method);
  Pos pos = selector->node.pos;
  bool generic_method = origin->type->u.signature.tparams.len > 0;
  *wrapper = *dict = NULL;
  Type *type = read_type(b, recv);
  Type *signature = generic_method ? NULL : read_type(b, method->type);
  if (type_unalias(recv)->kind == TYPE_TYPE_PARAM) {
    *wrapper = type_param_method(b, pos, recv, signature, method);
    return *wrapper;
  }
  Type *base = type_unalias(deref(type_unalias(recv)));
  bool concrete = !is_interface(recv) && base->kind == TYPE_NAMED;
  TypeList written = concrete ? base->u.named.targs : (TypeList){0};
  Object *object = concrete ? base->u.named.object : NULL;
  if (concrete && generic_method) {
    const Instance *inst = fact_instance(b, selector->sel);
    if (inst) written = concat(b, written, inst->targs);
    object = origin;
  }
  if (written.len) {
    TypeList targs = subst_targs(b, written);
    Instantiation *shape = instantiate(b->low, object, targs, true);
    Op *fn = shaped_method(b, pos, shape, origin, generic_method);
    if (any_derived(b, written)) {
      *dict = dynamic_dict(b, pos, object, written, fn->name->func->params[1]->op.type);
      return fn;
    }
    *dict = static_dict(b, pos, object, targs);
    if (!generic_method) *wrapper = find_method_expr(b->low, pos, type, method->name, method->pkg);
    return fn;
  }
  *wrapper = find_method_expr(b->low, pos, type, method->name, method->pkg);
  return *wrapper;
}

Op *func_instance(Body *b, Pos pos, Object *object, const Instance *inst, Op **wrapper, Op **dict) {
  *wrapper = NULL;
  object = origin_func(object);
  TypeList targs = subst_targs(b, inst->targs);
  if (any_derived(b, inst->targs)) {
    Func *fn = instance_func(b->low, instantiate(b->low, object, targs, true));
    *dict = dynamic_dict(b, pos, object, inst->targs, fn->params[0]->op.type);
    return &fn->name->op;
  }
  *wrapper = &instance_func(b->low, instantiate(b->low, object, targs, false))->name->op;
  Func *fn = instance_func(b->low, instantiate(b->low, object, targs, true));
  *dict = static_dict(b, pos, object, targs);
  return &fn->name->op;
}

/* ---- synthetic closures ---- */

typedef struct Captured {
  Op *ops[3]; /* as seen inside: names of functions stay, everything else is captured */
  uint32_t len;
} Captured;

static bool is_function_name(const Op *op) {
  return (op->kind == OP_NAME && op->name->class_ == CLASS_FUNC) || op->kind == OP_METHEXPR;
}

static Type *tail_signature(Body *b, Type *signature, uint32_t skip, Type *recv) {
  ObjectList params = signature->u.signature.params->u.tuple.vars,
             results = signature->u.signature.results->u.tuple.vars;
  ObjectList out[2] = {{universe_new_array(b->low->universe, Object *, params.len + 1), 0},
                       {universe_new_array(b->low->universe, Object *, results.len), 0}};
  if (recv)
    out[0].items[out[0].len++] =
        object_new_var(b->low->universe, VAR_PARAM, NULL, POS_AUTOGENERATED, NULL, recv);
  for (uint32_t i = skip; i < params.len; i++)
    out[0].items[out[0].len++] =
        object_new_var(b->low->universe, VAR_PARAM, params.items[i]->pkg, POS_AUTOGENERATED,
                       params.items[i]->name, params.items[i]->type);
  for (uint32_t i = 0; i < results.len; i++)
    out[1].items[out[1].len++] =
        object_new_var(b->low->universe, VAR_RESULT, results.items[i]->pkg, POS_AUTOGENERATED,
                       results.items[i]->name, results.items[i]->type);
  return type_new_signature(b->low->universe, NULL, type_new_tuple(b->low->universe, out[0]),
                            type_new_tuple(b->low->universe, out[1]), signature->u.signature.variadic);
}

/* Starts a closure that captures ops; *init gets the assignments of the captured values. */
static Func *begin_synthetic(Body *b, Pos pos, Type *signature, bool check_nil, Captured *captured,
                             OpList *init) {
  Func *fn = new_closure_func(b, pos, signature, CLOSURE_LITERAL);
  fn->flags |= FUNC_WRAPPER;
  for (uint32_t i = 0; i < captured->len; i++) {
    Op *op = captured->ops[i];
    if (is_function_name(op)) continue;
    Name *temp = temp_copy(b, pos, op, init);
    Name *c = name_new(b->unit, CLASS_AUTOHEAP, xpos(pos), temp->pkg, temp->name, temp->op.type, fn);
    c->name_flags |= NAME_CLOSURE_VAR;
    c->outer = temp;
    vec_push(b->unit->bodies, &fn->closure_vars, c);
    captured->ops[i] = &c->op;
    if (!check_nil || i != 1 || !is_interface(op->type)) continue;
    Op *itab = op_unary(b->unit, OP_ITAB, xpos(pos), pointer_to(b->low, basic_type(b->low, BASIC_UINTPTR)),
                        &temp->op);
    op_list_push(b->unit, init, op_unary(b->unit, OP_CHECKNIL, xpos(pos), NULL, itab));
  }
  declare_params(b->low, fn, signature, NULL);
  return fn;
}

static void finish_synthetic(Body *inner, Pos pos, Op *fun, OpList args) {
  Func *fn = inner->fn;
  Op *call = finish_call(inner, pos, fun, args, type_core(fun->type)->u.signature.variadic);
  if (fn->result_len == 0) {
    op_list_push(inner->unit, &fn->body, call);
    return;
  }
  Op *ret = op_new(inner->unit, OP_RETURN, xpos(pos), NULL);
  op_list_push(inner->unit, &ret->list, call);
  op_list_push(inner->unit, &fn->body, finish_stmt(inner, ret));
}

Op *curry(Body *b, Pos pos, bool check_nil, Op *fun, Op *arg0, Op *arg1) {
  Captured captured = {{fun, arg0, arg1}, arg1 ? 3 : 2};
  Type *signature = tail_signature(b, type_core(fun->type), captured.len - 1, NULL);
  OpList init = {0}, args = {0};
  Func *fn = begin_synthetic(b, pos, signature, check_nil, &captured, &init);
  Body inner;
  body_init(&inner, b->low, fn, b);
  for (uint32_t i = 1; i < captured.len; i++) op_list_push(b->unit, &args, captured.ops[i]);
  for (uint32_t i = 0; i < fn->param_len; i++) op_list_push(b->unit, &args, &fn->params[i]->op);
  finish_synthetic(&inner, pos, captured.ops[0], args);
  return with_init(b, &init, fn->closure);
}

static void meet_method_value(Lowering *low, Type *recv, const Object *method) {
  if (!low->unit->trail) return;
  uint64_t key = digest_of(link_key_with(low, recv, atom_str(method->name))).low;
  trail_meet(low->unit, MEET_METHOD_VALUE, key);
  if (low->eager) trail_first(low->unit, MEET_METHOD_VALUE, key, low->unit->trail->bodies_read);
}

Op *lower_method_value(Body *b, SelectorExpr *selector, const Selection *selection) {
  Pos pos = selector->node.pos;
  Type *recv_type;
  Op *recv = lower_receiver(b, selector, selection, &recv_type);
  Op *wrapper, *dict;
  Op *fn = method_parts(b, selector, recv_type, selection, &wrapper, &dict);
  if (!wrapper || wrapper->kind != OP_METHEXPR) return curry(b, pos, true, fn, recv, dict);
  if (has_shape(b->low, recv->type)) {
    Type *want = wrapper->type->u.signature.params->u.tuple.vars.items[0]->type;
    recv = op_unary(b->unit, OP_CONVNOP, recv->pos, want, recv);
  }
  Object *method = wrapper->method;
  Op *op = op_unary(b->unit, OP_METHVALUE, xpos(pos), method_type(b->low, method->type, NULL), recv);
  op->sym = method->name;
  op->method = method;
  op->name = wrapper->name;
  if (b->pkg != b->unit->pkg && !b->inst) return op;
  meet_method_value(b->low, recv->type, method);
  if (b->low->eager)
    vec_push(b->low->arena, &b->low->need_method_values,
             (MethodValueWrapper){recv->type, method, wrapper->name});
  return op;
}

typedef struct MethodPath { /* from the receiver of a method expression to that of the method */
  const uint32_t *fields;
  uint32_t len;
  bool deref, addr;
} MethodPath;

static Op *wrap_method_expr(Body *b, Pos pos, Type *recv, MethodPath path, Op *fun, Op *dict) {
  Captured captured = {{fun, dict, NULL}, dict ? 2 : 1};
  Type *signature = tail_signature(b, type_core(fun->type), dict ? 2 : 1, recv);
  OpList init = {0}, args = {0};
  Func *fn = begin_synthetic(b, pos, signature, false, &captured, &init);
  Body inner;
  body_init(&inner, b->low, fn, b);
  Op *arg = &fn->params[0]->op;
  for (uint32_t i = 0; i < path.len; i++) arg = make_dot(&inner, pos, arg, path.fields[i], true);
  if (path.deref) arg = make_deref(&inner, pos, arg);
  if (path.addr) arg = make_addr(&inner, pos, arg);
  if (path.deref || path.addr) arg->flags |= OP_IMPLICIT;
  op_list_push(b->unit, &args, arg);
  if (dict) op_list_push(b->unit, &args, captured.ops[1]);
  for (uint32_t i = 1; i < fn->param_len; i++) op_list_push(b->unit, &args, &fn->params[i]->op);
  finish_synthetic(&inner, pos, captured.ops[0], args);
  return with_init(b, &init, fn->closure);
}

Op *lower_method_expr(Body *b, SelectorExpr *selector, const Selection *selection) {
  Pos pos = selector->node.pos;
  Type *written = fact_type(b, node_unparen(selector->x));
  Type *recv = read_type(b, written), *type = written;
  MethodPath path = {selection->path, selection->path_len ? selection->path_len - 1 : 0, false, false};
  for (uint32_t i = 0; i < path.len; i++) type = struct_field(deref(type), selection->path[i])->type;
  Type *want = method_receiver(selection);
  path.deref = points_to(type, want);
  path.addr = !path.deref && points_to(want, type);
  if (path.deref || path.addr) type = want;
  Op *wrapper, *dict;
  Op *fn = method_parts(b, selector, type, selection, &wrapper, &dict);
  if (wrapper && path.len == 0 && !path.deref && !path.addr) return wrapper;
  if (wrapper && wrapper->kind == OP_METHEXPR && !has_shape(b->low, recv))
    return find_method_expr(b->low, pos, recv, wrapper->sym, wrapper->method->pkg);
  return wrap_method_expr(b, pos, recv, path, fn, dict);
}
