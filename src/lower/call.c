/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Calls: functions, methods, builtins; go and defer.
 *
 * A method call is a call of the method's function with the receiver first. Extra arguments of a variadic call become an implicit
 * slice. A callee that itself calls something is computed into a temporary before.
 *
 * Go: cmd/compile/internal/noder/{writer,reader}.go (exprCall), typecheck/func.go, typecheck/stmt.go (go, defer)
 */
#include "lower/internal.h"

/* ---- finishing a call ---- */

static bool is_call_or_receive(void *context, Op *op) {
  (void)context;
  switch ((int)op->kind) {
  case OP_APPEND:
  case OP_CALLFUNC:
  case OP_CALLINTER:
  case OP_CALLMETH:
  case OP_CAP:
  case OP_CLEAR:
  case OP_CLOSE:
  case OP_COMPLEX:
  case OP_COPY:
  case OP_DELETE:
  case OP_IMAG:
  case OP_LEN:
  case OP_MAX:
  case OP_MIN:
  case OP_PANIC:
  case OP_PRINT:
  case OP_PRINTLN:
  case OP_REAL:
  case OP_RECOVER:
  case OP_RECV:
  case OP_UNSAFEADD:
  case OP_UNSAFESLICE:
  case OP_UNSAFESLICEDATA:
  case OP_UNSAFESTRING:
  case OP_UNSAFESTRINGDATA: return true;
  default: return false;
  }
}

static void hoist_callee(Body *b, Op *call) {
  Op **place = &call->fun;
  if (call->fun->kind == OP_DOTMETH || call->fun->kind == OP_DOTINTER || call->fun->kind == OP_METHVALUE)
    place = &call->fun->x;
  if (!op_any(*place, is_call_or_receive, NULL)) return;
  Name *temp = temp_name(b, call->pos.pos, (*place)->type);
  Op *as = op_assign(b->unit, call->pos, &temp->op, *place, false);
  op_list_push(b->unit, op_own_init(b->unit, as), make_dcl(b, call->pos.pos, temp));
  *place = &temp->op;
  op_list_push(b->unit, op_own_init(b->unit, call), finish_stmt(b, as));
}

static Op *variadic_slice(Body *b, Pos pos, Type *type, Op *const *extra, uint32_t len) {
  if (len == 0) return op_nil(b->unit, xpos(pos), type);
  Op *lit = op_new(b->unit, OP_SLICELIT, xpos(pos), type);
  for (uint32_t i = 0; i < len; i++) op_list_push(b->unit, &lit->list, extra[i]);
  lit->offset = len;
  lit->flags |= OP_IMPLICIT;
  return lit;
}

static void convert_args(Body *b, Op *call, ObjectList params, bool variadic) {
  const Type *only = call->args.len == 1 ? call->args.items[0]->type : NULL;
  if (only && only->kind == TYPE_TUPLE) return;
  for (uint32_t i = 0; i < call->args.len; i++) {
    Type *type;
    if (variadic && !(call->flags & OP_DDD) && i + 1 >= params.len)
      type = elem_of(params.items[params.len - 1]->type);
    else
      type = params.items[i]->type;
    call->args.items[i] = assign_convert(b, call->args.items[i], type, call->args.items[i]->pos.pos);
  }
}

static bool is_getg(const Op *fun) {
  return fun->kind == OP_NAME && fun->name->class_ == CLASS_FUNC && fun->name->pkg &&
         strcmp(atom_text(fun->name->name), "getg") == 0 &&
         strcmp(atom_text(fun->name->pkg->path), "runtime") == 0;
}

Op *finish_call(Body *b, Pos pos, Op *fun, OpList args, bool dots) {
  Type *signature = type_core(fun->type);
  if (!signature || signature->kind != TYPE_SIGNATURE) BUG("call of something that is not a function");
  Op *call = op_new(b->unit, fun->kind == OP_DOTINTER ? OP_CALLINTER : OP_CALLFUNC, xpos(pos), NULL);
  call->fun = fun;
  call->args = args;
  if (dots) call->flags |= OP_DDD;
  if (!b->low->in_place) hoist_callee(b, call);
  bool variadic = signature->u.signature.variadic;
  ObjectList params = signature->u.signature.params->u.tuple.vars,
             results = signature->u.signature.results->u.tuple.vars;
  convert_args(b, call, params, variadic);
  if (variadic && !dots && !b->low->in_place) {
    uint32_t fixed = params.len - 1, rest = call->args.len - fixed;
    Op *slice =
        variadic_slice(b, pos, params.items[fixed]->type, rest ? call->args.items + fixed : NULL, rest);
    call->args.len = fixed;
    op_list_push(b->unit, &call->args, slice);
    call->flags |= OP_DDD;
  }
  if (results.len == 1) {
    call->type = results.items[0]->type;
    if (call->kind == OP_CALLFUNC && is_getg(fun)) call->kind = OP_GETG;
  } else if (results.len > 1) {
    call->type = signature->u.signature.results;
  }
  return call;
}

/* ---- builtins ---- */

static const uint8_t builtin_ops[BUILTIN_COUNT] = {
    [BUILTIN_APPEND] = OP_APPEND,
    [BUILTIN_CAP] = OP_CAP,
    [BUILTIN_CLEAR] = OP_CLEAR,
    [BUILTIN_CLOSE] = OP_CLOSE,
    [BUILTIN_COMPLEX] = OP_COMPLEX,
    [BUILTIN_COPY] = OP_COPY,
    [BUILTIN_DELETE] = OP_DELETE,
    [BUILTIN_IMAG] = OP_IMAG,
    [BUILTIN_LEN] = OP_LEN,
    [BUILTIN_MAX] = OP_MAX,
    [BUILTIN_MIN] = OP_MIN,
    [BUILTIN_PANIC] = OP_PANIC,
    [BUILTIN_PRINT] = OP_PRINT,
    [BUILTIN_PRINTLN] = OP_PRINTLN,
    [BUILTIN_REAL] = OP_REAL,
    [BUILTIN_RECOVER] = OP_RECOVER,
    [BUILTIN_UNSAFE_ADD] = OP_UNSAFEADD,
    [BUILTIN_UNSAFE_SLICE] = OP_UNSAFESLICE,
    [BUILTIN_UNSAFE_SLICE_DATA] = OP_UNSAFESLICEDATA,
    [BUILTIN_UNSAFE_STRING] = OP_UNSAFESTRING,
    [BUILTIN_UNSAFE_STRING_DATA] = OP_UNSAFESTRINGDATA,
};

static Op *lower_make(Body *b, CallExpr *call) {
  Pos pos = call->node.pos;
  Type *written = fact_type(b, node_unparen(call->args.items[0]));
  Type *type = subst_type(b->low, b->subst, written);
  Op *sizes[2] = {NULL, NULL};
  read_rtype(b, written);
  for (uint32_t i = 1; i < call->args.len && i < 3; i++) sizes[i - 1] = lower_expr(b, call->args.items[i]);
  Type *core = type_core(type);
  OpKind kind = OP_MAKECHAN;
  if (core->kind == TYPE_SLICE) kind = OP_MAKESLICE;
  if (core->kind == TYPE_MAP) kind = OP_MAKEMAP;
  if (!sizes[0]) sizes[0] = make_int(b, pos, BASIC_UNTYPED_INT, 0);
  if (b->low->in_place && kind == OP_MAKESLICE)
    for (uint32_t i = 1; i < call->args.len && i < 3; i++)
      if (is_untyped_source(b, call->args.items[i]))
        sizes[i - 1]->type = basic_type(b->low, BASIC_UNTYPED_INT);
  Op *op = op_binary(b->unit, kind, xpos(pos), type, sizes[0], sizes[1]);
  use_descriptor(b, op, written);
  return op;
}

static Op *lower_new(Body *b, CallExpr *call) {
  Pos pos = call->node.pos;
  Node *arg = call->args.items[0];
  if (fact_mode(b, node_unparen(arg)) == MODE_TYPE) {
    Op *operand = lower_type_operand(b, arg, NULL);
    return op_unary(b->unit, OP_NEW, xpos(pos), pointer_to(b->low, operand->type), operand);
  }
  Op *x = lower_expr(b, arg);
  OpList init = {0};
  Op *addr = make_addr(b, pos, &temp_copy(b, pos, x, &init)->op);
  op_set_init(b->unit, addr, init);
  return addr;
}

static Op *lower_size(Body *b, CallExpr *call, BuiltinId id) {
  Pos pos = call->node.pos;
  Node *arg = node_unparen(call->args.items[0]);
  const Target *target = b->unit->target;
  int64_t value = 0;
  if (id == BUILTIN_UNSAFE_OFFSETOF) {
    SelectorExpr *selector = (SelectorExpr *)arg;
    const Selection *selection = fact_selection(b, selector);
    Type *t = subst_type(b->low, b->subst, deref(fact_type(b, node_unparen(selector->x))));
    for (uint32_t i = 0; i < selection->path_len; i++) {
      value += type_field_offset(target, under(t), selection->path[i]);
      t = struct_field(t, selection->path[i])->type;
    }
  } else {
    Type *t = read_type(b, fact_type(b, arg));
    value = id == BUILTIN_UNSAFE_SIZEOF ? type_size(target, t) : type_align(target, t);
  }
  return make_int(b, pos, BASIC_UINTPTR, value);
}

/* Arguments, converted to the parameter types of the signature as written (NULL: unknown, no conversion). */
static void lower_args(Body *b, CallExpr *call, Type *signature, OpList *args, OpList *before) {
  uint32_t len = call->args.len;
  Type *single = len == 1 ? fact_type(b, node_unparen(call->args.items[0])) : NULL;
  if (single && single->kind == TYPE_TUPLE) len = single->u.tuple.vars.len;
  Type **dst = arena_new_array(b->low->arena, Type *, len + 1);
  if (signature) {
    ObjectList params = signature->u.signature.params->u.tuple.vars;
    for (uint32_t i = 0; i < len; i++) {
      bool extra = signature->u.signature.variadic && !call->has_dots && i + 1 >= params.len;
      if (extra)
        dst[i] = elem_of(params.items[params.len - 1]->type);
      else if (i < params.len)
        dst[i] = params.items[i]->type;
    }
  }
  lower_multi(b, call->node.pos, dst, call->args, args, before);
}

static Op *without_implicit(Op *op) {
  return op->kind == OP_CONVNOP && (op->flags & OP_IMPLICIT) ? op->x : op;
}

static Op *finish_append(Body *b, Op *op) {
  Op **args = op->list.items;
  op->type = args[0]->type;
  if (op->flags & OP_DDD) {
    args[1] = without_implicit(args[1]);
    if (b->low->in_place &&
        !is_string(args[1]->type)) /* to the type that the slice's one was declared with */
      args[1] = assign_convert(b, args[1], under(op->type), op->pos.pos);
    return op;
  }
  for (uint32_t i = 1; i < op->list.len; i++)
    args[i] = assign_convert(b, args[i], elem_of(op->type), op->pos.pos);
  return op;
}

/* Whose descriptor a call of a builtin function needs, as written; NULL: none. */
static Type *descriptor_type(Body *b, CallExpr *call, BuiltinId id) {
  if (id == BUILTIN_APPEND || id == BUILTIN_UNSAFE_SLICE) {
    Type *slice = type_core(fact_type(b, &call->node));
    return slice && slice->kind == TYPE_SLICE ? slice->u.elem.type : NULL;
  }
  if (id != BUILTIN_COPY && id != BUILTIN_DELETE) return NULL;
  Type *type = fact_type(b, node_unparen(call->args.items[0]));
  if (type->kind == TYPE_TUPLE) type = type->u.tuple.vars.items[0]->type;
  return id == BUILTIN_COPY ? type_core(type)->u.elem.type : type;
}

static Op *lower_builtin(Body *b, CallExpr *call, BuiltinId id) {
  if (id == BUILTIN_MAKE) return lower_make(b, call);
  if (id == BUILTIN_NEW) return lower_new(b, call);
  if (id == BUILTIN_UNSAFE_SIZEOF || id == BUILTIN_UNSAFE_ALIGNOF || id == BUILTIN_UNSAFE_OFFSETOF)
    return lower_size(b, call, id);
  OpKind kind = (OpKind)builtin_ops[id];
  Type *signature = fact_type(b, node_unparen(call->fun));
  if (signature && signature->kind != TYPE_SIGNATURE) signature = NULL;
  if (b->low->in_place && kind == OP_PANIC) signature = NULL;
  Type *type = fact_type(b, &call->node);
  type = subst_type(b->low, b->subst, type);
  if (type && type->kind == TYPE_BASIC && type->u.basic.kind == BASIC_INVALID) type = NULL;
  if (type && is_untyped(type)) type = type_default(b->low->universe, type);
  OpList args = {0}, before = {0};
  lower_args(b, call, signature, &args, &before);
  XPos pos = xpos(call->node.pos);
  Op *op;
  if (strcmp(op_slots(kind), "xlz") == 0) {
    op = op_new(b->unit, kind, pos, type);
    op->list = args;
    if (call->has_dots) op->flags |= OP_DDD;
  } else {
    op = op_binary(b->unit, kind, pos, type, args.items[0], args.len > 1 ? args.items[1] : NULL);
  }
  if (strcmp(op_slots(kind), "xlz") == 0) show_split(op, &before);
  op_set_init(b->unit, op, before);
  Type *descriptor = descriptor_type(b, call, id);
  if (descriptor) use_descriptor(b, op, descriptor);
  switch ((int)kind) {
  case OP_APPEND: return finish_append(b, op);
  case OP_DELETE:
    op->type = NULL;
    op->list.items[1] =
        assign_convert(b, op->list.items[1], under(op->list.items[0]->type)->u.map.key, pos.pos);
    return op;
  case OP_MIN:
  case OP_MAX: op->type = op->list.items[0]->type; return op;
  case OP_RECOVER: op->type = universe_empty_interface(b->low->universe); return op;
  case OP_LEN:
  case OP_CAP:
  case OP_COPY:
    op->type = basic_type(b->low, BASIC_INT);
    if (kind == OP_COPY && b->low->in_place) op->y = without_implicit(op->y);
    return op;
  case OP_PANIC:
    if (b->low->in_place) return op; /* converted by the code generator */
    op->x = assign_convert(b, op->x, universe_empty_interface(b->low->universe), pos.pos);
    return op;
  default: return op;
  }
}

/* ---- calls ---- */

static Op *lower_method_call(Body *b, SelectorExpr *selector, const Selection *selection, OpList *args) {
  Type *recv_type;
  Op *recv = lower_receiver(b, selector, selection, &recv_type);
  Op *wrapper, *dict;
  Op *method = method_parts(b, selector, recv_type, selection, &wrapper, &dict);
  Op *fun = method;
  if (is_interface(recv->type) && method->kind == OP_METHEXPR) {
    fun = make_dot_inter(b, method->pos.pos, recv, method->method);
  } else {
    if (is_interface(recv->type)) {
      event_add(b->unit, EVENT_IMPRECISE_INTERFACE_CALL, method->pos);
      method->flags |= OP_IMPRECISE;
    }
    op_list_push(b->unit, args, recv);
  }
  if (dict) op_list_push(b->unit, args, dict);
  return fun;
}

static Op *lower_callee(Body *b, CallExpr *call, OpList *args) {
  Node *fun = node_unparen(call->fun);
  Node *base = fun->kind == NODE_INDEX ? ((IndexExpr *)fun)->x : fun;
  if (base->kind == NODE_SELECTOR) {
    const Selection *selection = fact_selection(b, (SelectorExpr *)base);
    if (selection && selection->kind == SELECT_METHOD_VALUE)
      return lower_method_call(b, (SelectorExpr *)base, selection, args);
  }
  const Instance *inst;
  Object *object = fact_object(b, fun, &inst);
  if (object && inst && inst->targs.len) {
    Op *wrapper, *dict;
    Op *fn = func_instance(b, fun->pos, object, inst, &wrapper, &dict);
    op_list_push(b->unit, args, dict);
    return fn;
  }
  return lower_expr(b, fun);
}

Op *lower_call(Body *b, CallExpr *call) {
  Node *fun = node_unparen(call->fun);
  ValueMode mode = fact_mode(b, fun);
  if (mode == MODE_TYPE) {
    Op *converted = lower_convert(b, fact_type(b, fun), call->args.items[0], false);
    if (b->low->in_place && !may_be_shared(converted)) converted->pos = xpos(call->node.pos);
    return converted;
  }
  if (mode == MODE_BUILTIN) {
    const Instance *inst;
    Object *object = fact_object(b, fun, &inst);
    return lower_builtin(b, call, object->u.builtin.id);
  }
  OpList args = {0}, before = {0};
  Op *callee = lower_callee(b, call, &args);
  bool method = args.len > 0 && callee->kind == OP_METHEXPR;
  Type *signature = type_core(fact_type(b, fun));
  b->each_line = b->low->in_place && signature;
  lower_args(b, call, signature, &args, &before);
  b->each_line = false;
  Op *op = finish_call(b, call->node.pos, callee, args, call->has_dots);
  show_split(op, &before);
  if (before.len > 0) op_list_prepend(b->unit, op_own_init(b->unit, op), &before);
  if (b->low->in_place && callee->kind == OP_CLOSURE) callee->flags |= OP_CALLED;
  if (b->low->in_place && method) op->flags |= OP_METHOD_CALL;
  return op;
}

/* ---- go and defer ---- */

typedef struct Captures { /* operands of a go or defer call that are evaluated at the statement */
  VEC(Op **) places;
} Captures;

static void find_captures(Body *b, Captures *captures, Op **place) {
  Op *arg = *place;
  if (!arg) return;
  switch ((int)arg->kind) {
  case OP_LITERAL:
  case OP_NIL:
  case OP_METHEXPR:
  case OP_NEW: return;
  case OP_NAME:
    if (arg->name->class_ == CLASS_FUNC) return;
    break;
  case OP_ADDR:
    if (arg->x->kind == OP_LINKSYMOFFSET) return;
    break;
  case OP_CONVNOP:
    if (is_basic_kind(arg->type, BASIC_UINTPTR) && is_basic_kind(arg->x->type, BASIC_UNSAFE_POINTER)) {
      find_captures(b, captures, &arg->x);
      return;
    }
    break;
  case OP_ARRAYLIT:
  case OP_SLICELIT:
  case OP_STRUCTLIT:
    for (uint32_t i = 0; i < arg->list.len; i++) {
      Op *elem = arg->list.items[i];
      if (elem->kind == OP_KEY)
        find_captures(b, captures, &elem->y);
      else if (elem->kind == OP_STRUCTKEY)
        find_captures(b, captures, &elem->x);
      else
        find_captures(b, captures, &arg->list.items[i]);
    }
    return;
  default: break;
  }
  vec_push(b->low->arena, &captures->places, place);
}

static void find_call_captures(Body *b, Captures *captures, Op *call) {
  switch ((int)call->kind) {
  case OP_CALLFUNC: find_captures(b, captures, &call->fun); break;
  case OP_CALLINTER: vec_push(b->low->arena, &captures->places, &call->fun->x); break;
  case OP_COPY:
    find_captures(b, captures, &call->x);
    find_captures(b, captures, &call->y);
    return;
  case OP_CLEAR:
  case OP_CLOSE:
  case OP_PANIC: find_captures(b, captures, &call->x); return;
  case OP_APPEND:
  case OP_DELETE:
  case OP_PRINT:
  case OP_PRINTLN:
  case OP_RECOVER: break;
  default: BUG("go or defer of op %s", op_name((OpKind)call->kind));
  }
  for (uint32_t i = 0; i < call->args.len; i++) find_captures(b, captures, &call->args.items[i]);
}

static bool has_unique_pos(const Op *op) { return op->kind != OP_NAME && pos_known(op->pos.pos); }

/* Evaluates the captured operands at the statement and hands them to the wrapper. */
static void capture_operands(Body *b, Pos pos, Op *call, Op *rtype, Func *wrapper, OpList *init) {
  Captures captures = {0};
  find_call_captures(b, &captures, call);
  find_captures(b, &captures, &rtype);
  if (captures.places.len == 0) return;
  Op *as = op_new(b->unit, OP_AS2, xpos(pos), NULL);
  for (uint32_t i = 0; i < captures.places.len; i++) {
    Op **place = captures.places.items[i];
    Op *arg = *place;
    Pos at = has_unique_pos(arg) ? arg->pos.pos : pos;
    Name *temp = temp_name(b, at, arg->type);
    op_list_push(b->unit, init, make_dcl(b, at, temp));
    temp->defn = as;
    op_list_push(b->unit, &as->lhs, &temp->op);
    op_list_push(b->unit, &as->rhs, arg);
    Name *c = name_new(b->unit, CLASS_AUTOHEAP, xpos(at), temp->pkg, temp->name, temp->op.type, wrapper);
    c->name_flags |= NAME_CLOSURE_VAR;
    c->outer = temp;
    vec_push(b->unit->bodies, &wrapper->closure_vars, c);
    *place = &c->op;
  }
  op_list_push(b->unit, init, as);
  if (call->kind != OP_CALLINTER) return;
  Type *word = pointer_to(b->low, basic_type(b->low, BASIC_UINTPTR));
  Op *itab = op_unary(b->unit, OP_ITAB, as->lhs.items[0]->pos, word, as->lhs.items[0]);
  op_list_push(b->unit, init, op_unary(b->unit, OP_CHECKNIL, xpos(pos), NULL, itab));
}

static Op *normal_call(Body *b, Pos pos, OpKind kind, Op *call, Op *rtype, OpList *init) {
  OpList before = take_init(call);
  op_list_append(b->unit, init, &before);
  if (call->kind == OP_CALLFUNC) {
    Type *s = type_core(call->fun->type);
    if (s->u.signature.params->u.tuple.vars.len + s->u.signature.results->u.tuple.vars.len == 0) return call;
  }
  Type *signature = make_signature(b->low, 0, NULL, 0, NULL);
  Func *wrapper = new_closure_func(b, pos, signature, kind == OP_GO ? CLOSURE_GO : CLOSURE_DEFER);
  wrapper->flags |= FUNC_WRAPPER;
  declare_params(b->low, wrapper, signature, NULL);
  if (call->kind == OP_CALLFUNC) {
    Name *callee = op_static_callee(b->unit, call->fun);
    if (callee) wrapper->wrapped = callee->func;
  }
  capture_operands(b, pos, call, rtype, wrapper, init);
  op_list_push(b->unit, &wrapper->body, call);
  return finish_call(b, call->pos.pos, wrapper->closure, (OpList){0}, false);
}

/* The type descriptor that a builtin call carries, where it comes from the dictionary; NULL otherwise. */
static Op *operand_rtype(Body *b, Node *node) {
  CallExpr *call = (CallExpr *)node_unparen(node);
  BuiltinId id = fact_is_builtin(b, call->fun, BUILTIN_COPY) ? BUILTIN_COPY : BUILTIN_DELETE;
  if (id == BUILTIN_DELETE && !fact_is_builtin(b, call->fun, id)) return NULL;
  Type *type = descriptor_type(b, call, id);
  return is_derived(b, type) ? rtype_op(b, call->node.pos, type) : NULL;
}

Op *lower_go_defer(Body *b, CallStmt *stmt) {
  Pos pos = stmt->node.pos;
  OpKind kind = stmt->node.kind == NODE_GO ? OP_GO : OP_DEFER;
  Op *call = lower_expr(b, stmt->call);
  Op *op = op_new(b->unit, kind, xpos(pos), NULL);
  Fact *fact = fact_find(b, &stmt->node);
  if (fact && fact->use) op->defer_at = &local_name(b, pos, fact->use)->op;
  if (b->low->in_place) {
    op->call = call;
    call->flags |= OP_GODEFER;
    return op;
  }
  OpList init = {0};
  op->call = normal_call(b, pos, kind, call, operand_rtype(b, stmt->call), &init);
  op_set_init(b->unit, op, init);
  op->call->flags |= OP_GODEFER;
  return op;
}
