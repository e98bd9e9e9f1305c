/* SPDX-License-Identifier: BSD-3-Clause
 *
 * expand: a call becomes its callee's body.
 *
 * In: a call, its callee with a pristine body, the number of the inlined call. Out: an INLCALL
 *
 *   init      what was to be done before the call; parameters := arguments; results zeroed, unless the one return statement
 *             declares them
 *   body      a clone: parameters, results and locals are locals of the caller now, captured variables are the captured ones,
 *             return became an assignment that ends the body (OP_RETURNS)
 *   results   the result variables
 *
 * What surrounds inlined bodies is much of what there is after inlining, so assignments declare their variables and jump
 * themselves. Of older releases declarations, a mark, gotos and their label are ops of their own.
 *
 * Wrappers that only pass a dictionary are written anew by the compiler for each call, at the call's position.
 *
 * Go: cmd/compile/internal/noder/reader.go (unifiedInlineCall), cmd/compile/internal/inline/inl.go (CalleeEffects)
 */
#include "inline/inline_private.h"

typedef struct Expansion {
  CloneContext base;
  Func *caller, *callee;
  Op *call;
  uint32_t inl;
  Atom return_label;
  bool in_place;  /* older releases */
  OpList results; /* names */
  bool delay_results;
} Expansion;

/* ---- what runs before the call ---- */

/* Evaluating the function expression may do something; what it is, is known already. */
static void take_callee_effects(Unit *unit, OpList *init, Op *fun) {
  for (;;) {
    if (fun->init) { /* names of functions are shared between threads: never written */
      op_list_append(unit, init, fun->init);
      fun->init = NULL;
    }
    if (fun->kind == OP_CONVNOP || fun->kind == OP_PAREN) {
      fun = fun->x;
    } else if (fun->kind == OP_INLCALL) {
      op_list_append(unit, init, &fun->list);
      fun->list.len = 0;
      fun = fun->results.items[0];
    } else {
      return;
    }
  }
}

static void assign_arguments(Expansion *x, OpList *init, const OpList *params) {
  Unit *unit = x->base.unit;
  Op *assign = op_new(unit, OP_AS2, x->call->pos, NULL);
  assign->flags |= OP_DEF | OP_DECLARES;
  assign->lhs = *params;
  assign->rhs = x->call->args;
  if (assign->lhs.len != assign->rhs.len)
    BUG("%s takes %u arguments, the call has %u", atom_text(x->callee->name->name), assign->lhs.len,
        assign->rhs.len);
  for (uint32_t i = 0; i < params->len; i++) {
    Op *param = params->items[i];
    if (!op_is_blank(param)) param->name->defn = assign;
  }
  op_list_push(unit, init, assign);
}

static void declare_results(Expansion *x, OpList *init) {
  Unit *unit = x->base.unit;
  for (uint32_t i = 0; i < x->results.len; i++) {
    Op *assign = op_assign(unit, x->call->pos, x->results.items[i], NULL, false);
    assign->flags |= OP_DECLARES;
    op_list_push(unit, init, assign);
  }
}

/* ---- the body ---- */

static Op *assign_returned(Expansion *x, CloneOptions *options, const Op *ret) {
  Unit *unit = x->base.unit;
  Op *assign = op_new(unit, OP_AS2, x->call->pos, NULL);
  op_list_append(unit, &assign->lhs, &x->results);
  assign->rhs = op_list_clone(unit, options, &ret->list);
  return assign;
}

static Op *expand_return(Expansion *x, CloneOptions *options, const Op *ret) {
  Unit *unit = x->base.unit;
  Op *block = NULL, *assign = NULL;
  if (op_init(ret)->len > 0 || ret->list.len == 0) {
    block = op_new(unit, OP_BLOCK, x->call->pos, NULL);
    block->list = op_list_clone_with_room(unit, options, op_init(ret), 1);
  }
  if (ret->list.len > 0) {
    assign = assign_returned(x, options, ret);
    if (x->delay_results) {
      assign->flags |= OP_DECLARES;
      for (uint32_t i = 0; i < x->results.len; i++) x->results.items[i]->name->defn = assign;
    }
    if (block) op_list_push(unit, &block->list, assign);
  }
  Op *last = assign ? assign : block;
  last->flags |= OP_RETURNS;
  last->label = x->return_label;
  return block ? block : assign;
}

/* Of older releases. */
static Op *expand_return_in_place(Expansion *x, CloneOptions *options, const Op *ret) {
  Unit *unit = x->base.unit;
  Op *block = op_new(unit, OP_BLOCK, x->call->pos, NULL);
  block->list = op_list_clone_with_room(unit, options, op_init(ret), (ret->list.len > 0) + 1);
  if (ret->list.len > 0) op_list_push(unit, &block->list, assign_returned(x, options, ret));
  Op *jump = op_new(unit, OP_GOTO, x->call->pos, NULL);
  jump->label = x->return_label;
  op_list_push(unit, &block->list, jump);
  return block;
}

/* What the compiler says whenever it reads a body, it says of the copy, too. */
static void note_copied(Unit *unit, const CloneOptions *options, const Op *op) {
  if (!(op->flags & OP_IMPRECISE)) return;
  XPos pos = op->pos;
  if (pos.inl == 0) pos.inl = options->inl;
  event_add(unit, EVENT_IMPRECISE_INTERFACE_CALL, pos);
}

static Op *replace_op(void *context, CloneOptions *options, Op *op) {
  Expansion *x = context;
  note_copied(x->base.unit, options, op);
  if (op->kind == OP_RETURN)
    return x->in_place ? expand_return_in_place(x, options, op) : expand_return(x, options, op);
  return replace_foreign_instance(x->base.unit, options, op);
}

static Atom relabel(void *context, Atom label) {
  Expansion *x = context;
  if (label->len == 1 && label->text[0] == '_') return label;
  Buffer text = {0};
  buffer_printf(&text, "~%s\xC2\xB7%u", atom_text(label), x->inl);
  Atom renamed = intern(x->base.unit->session->interner, buffer_view(&text));
  buffer_free(&text);
  return renamed;
}

static Atom new_return_label(Unit *unit, Func *caller) {
  InlineState *state = inline_state(unit);
  uint32_t number = caller->label_gen++;
  while (state->return_labels.len <= number) {
    char text[16] = ".i";
    Buffer digits = {0};
    buffer_decimal(&digits, state->return_labels.len);
    memcpy(text + 2, digits.data, digits.len);
    Atom label = intern(unit->session->interner, (Str){text, 2 + digits.len});
    buffer_free(&digits);
    vec_push(unit->arena, &state->return_labels, label);
  }
  return state->return_labels.items[number];
}

static bool place_at(void *context, Op *op) {
  if (op->kind != OP_NAME && op->kind != OP_NONAME) op->pos = *(const XPos *)context;
  return false;
}

/* Written by the compiler at each call: passes the dictionary on to the shaped function. */
static bool is_dictionary_wrapper(const Func *fn) {
  return fn->targs.len > 0 && !fn->closure && !(fn->flags & FUNC_SHAPED);
}

/* Closures written by the compiler keep the place of the expression that they stand for. */
static bool is_synthetic_closure(const Func *fn) { return fn->closure && (fn->flags & FUNC_WRAPPER); }

/* A variable of the callee as a variable of the caller. */
static Name *adopt_name(Expansion *x, const Name *name, uint32_t inl) {
  Name *copy = clone_name(x->base.unit, name, x->caller);
  if (name->class_ != CLASS_AUTO) {
    copy->class_ = CLASS_AUTO;
    copy->name_flags |= NAME_INL_FORMAL;
    inl = x->inl;
    if (name->name && name->name->len > 0 && name->name->text[0] == '~') copy->pkg = x->caller->name->pkg;
  } else {
    copy->name_flags |= NAME_INL_LOCAL;
  }
  if (copy->op.pos.inl == 0) copy->op.pos.inl = inl;
  return copy;
}

/* Makes the caller's variables; params and x->results get those that stand for parameters and results. */
static void adopt_names(Expansion *x, CloneOptions *options, OpList *params) {
  Unit *unit = x->base.unit;
  const InlineBody *body = func_inline_body(x->callee);
  uint32_t param_len = x->callee->param_len, result_len = x->callee->result_len;
  vec_reserve(unit->bodies, params, param_len);
  vec_reserve(unit->bodies, &x->results, result_len);
  for (uint32_t i = 0; i < body->closure_var_len; i++)
    clone_rename(options, body->closure_vars[i], &x->callee->closure_vars.items[i]->outer->op);
  vec_reserve(unit->bodies, &x->caller->dcl, x->caller->dcl.len + body->dcl_len);
  clone_number(options, body->dcl, body->dcl_len, clone_room(unit, body->dcl_len));
  for (uint32_t i = 0; i < body->dcl_len; i++) {
    Name *name = adopt_name(x, body->dcl[i], options->inl);
    if (is_dictionary_wrapper(x->callee) && body->dcl[i]->class_ == CLASS_AUTO) name->op.pos = x->call->pos;
    clone_rename(options, body->dcl[i], &name->op);
    vec_push(unit->bodies, &x->caller->dcl, name);
    if (i < param_len)
      op_list_push(unit, params, &name->op);
    else if (i < param_len + result_len)
      op_list_push(unit, &x->results, &name->op);
  }
}

static OpList expand_body(Expansion *x, CloneOptions *options) {
  Unit *unit = x->base.unit;
  const InlineBody *body = inline_body_here(unit, x->callee);
  OpList source = {body->body_items, body->body_len, body->body_len};
  OpList list = op_list_clone_with_room(unit, options, &source, x->in_place);
  if (is_dictionary_wrapper(x->callee)) op_list_any(&list, place_at, &x->call->pos);
  return list;
}

void expand_call(Unit *unit, Func *caller, Op *place, Func *callee, uint32_t inl, CallList *calls) {
  Op call;
  memcpy(&call, place, op_size((OpKind)place->kind));
  Expansion x = {.base = {unit}, .caller = caller, .callee = callee, .call = &call, .inl = inl};
  x.delay_results = callee->inl->can_delay_results;
  x.return_label = new_return_label(unit, caller);
  InlineState *state = inline_state(unit);
  CloneOptions options = {.names = map_in(state->scratch), .into = caller, .context = &x};
  options.inl = is_synthetic_closure(callee) ? 0 : inl;
  options.relabel = relabel;
  options.replace = replace_op;
  options.clone_closure = clone_inlined_closure;
  options.calls = calls;

  OpList params = {0};
  adopt_names(&x, &options, &params);
  Op inlined = {.kind = OP_INLCALL, .pos = call.pos, .type = call.type, .func = callee, .init = call.init};
  inlined.flags = call.flags & (OP_RESHAPE | OP_PARENTHESES);
  OpList *init = op_own_init(unit, &inlined);
  take_callee_effects(unit, init, call.fun);
  assign_arguments(&x, init, &params);
  if (!x.delay_results) declare_results(&x, init);
  inlined.list = expand_body(&x, &options);
  func_changed(caller);
  if (callee->inl->has_loop_vars) caller->flags |= FUNC_LOOP_VARS;
  inlined.results = x.results;
  op_become(place, &inlined);
  arena_reset(state->scratch);
  if (unit->note_inlined) unit->note_inlined(unit, callee);
}

/* ---- older releases ---- */

static void push_declaration(Unit *unit, OpList *list, XPos pos, Op *name) {
  op_list_push(unit, list, op_unary(unit, OP_DCL, pos, NULL, name));
}

static void push_mark(Expansion *x, OpList *init) {
  Op *mark = op_new(x->base.unit, OP_INLMARK, x->call->pos, NULL);
  mark->offset = x->inl - 1;
  op_list_push(x->base.unit, init, mark);
}

static void push_label(Expansion *x, OpList *list) {
  Op *label = op_new(x->base.unit, OP_LABEL, x->call->pos, NULL);
  label->label = x->return_label;
  label->flags |= OP_IMPLICIT;
  op_list_push(x->base.unit, list, label);
}

static Op *assign_at_call(Expansion *x, Op *left, Op *right) {
  return op_assign(x->base.unit, x->call->pos, left, right, false);
}

static Name *new_local(Expansion *x, const char *text, Type *type) {
  Unit *unit = x->base.unit;
  Name *name = name_new(unit, CLASS_AUTO, x->call->pos, unit->pkg, intern_text(unit->session->interner, text),
                        type, x->caller);
  func_declare(unit, x->caller, name);
  return name;
}

/* By value: a copy of the captured variable; by reference: a variable that holds its address. */
static void adopt_captured(Expansion *x, CloneOptions *options, OpList *init) {
  Unit *unit = x->base.unit;
  const InlineBody *body = inline_body_here(unit, x->callee);
  for (uint32_t i = 0; i < body->closure_var_len; i++) {
    Name *inner = body->closure_vars[i];
    Op *outer = &x->callee->closure_vars.items[i]->outer->op, *local, *value = outer;
    Op *use;
    if (inner->name_flags & NAME_BY_VALUE) {
      use = local = &new_local(x, atom_text(inner->name), inner->op.type)->op;
    } else {
      Type *pointer = type_new_pointer(unit->universe, inner->op.type);
      Buffer text = {0};
      buffer_printf(&text, "&%s", atom_text(inner->name));
      buffer_char(&text, 0);
      local = &new_local(x, text.data, pointer)->op;
      buffer_free(&text);
      value = op_unary(unit, OP_ADDR, x->call->pos, pointer, outer);
      use = op_unary(unit, OP_DEREF, x->call->pos, inner->op.type, local);
      use->y = &inner->op;
      if (unit->profile->inline_copies_print) use->flags |= OP_AS_WRITTEN;
    }
    push_declaration(unit, init, x->call->pos, local);
    op_list_push(unit, init, assign_at_call(x, local, value));
    clone_rename(options, inner, use);
  }
}

/* Variables of the callee that it uses, as the caller's. */
static void adopt_names_in_place(Expansion *x, CloneOptions *options, OpList *params, OpList *init) {
  Unit *unit = x->base.unit;
  const InlineBody *body = inline_body_here(unit, x->callee);
  uint32_t param_len = x->callee->param_len, result_len = x->callee->result_len;
  for (uint32_t pass = 0; pass < 2; pass++)
    for (uint32_t i = 0; i < body->dcl_len; i++) {
      bool result = i >= param_len && i < param_len + result_len;
      if (result != (pass == 1)) continue;
      Name *name = adopt_name(x, body->dcl[i], x->inl);
      clone_rename(options, body->dcl[i], &name->op);
      vec_push(unit->bodies, &x->caller->dcl, name);
      if (i < param_len) op_list_push(unit, params, &name->op);
      if (result) op_list_push(unit, &x->results, &name->op);
      if (i < param_len || result) push_declaration(unit, init, x->call->pos, &name->op);
    }
}

/* The extra arguments go through variables of their own into a slice. */
static Op *gather_extra(Expansion *x, Op *assign, Op *param, uint32_t from, uint32_t total) {
  Unit *unit = x->base.unit;
  Type *slice = param->type;
  Op *value = op_nil(unit, x->call->pos, slice);
  if (total > from) {
    value = op_new(unit, OP_SLICELIT, x->call->pos, slice);
    for (uint32_t i = from; i < total; i++) {
      Buffer text = {0};
      buffer_printf(&text, "~arg%u", i);
      buffer_char(&text, 0);
      Name *temp = new_local(x, text.data, type_underlying(slice)->u.elem.type);
      buffer_free(&text);
      op_list_push(unit, &assign->lhs, &temp->op);
      op_list_push(unit, &value->list, &temp->op);
    }
    value->offset = value->list.len;
  }
  return assign_at_call(x, param, value);
}

static bool blank_parameter(const Op *param) {
  const Object *object = param->name->object;
  return !object || !object->name || object->name->len == 0 || strcmp(object->name->text, "_") == 0;
}

static Op *parameter_target(Expansion *x, Op *param) {
  if (!blank_parameter(param) || x->callee->wrapped) return param;
  Unit *unit = x->base.unit;
  return &name_new(unit, CLASS_NONE, XPOS_NONE, NULL, intern(unit->session->interner, STR("_")), NULL, NULL)
              ->op;
}

static void assign_in_place(Expansion *x, OpList *init, const OpList *params) {
  Unit *unit = x->base.unit;
  Op *call = x->call, *assign = op_new(unit, OP_AS2, call->pos, NULL), *gathered = NULL;
  uint32_t first = 0;
  if (call->flags & OP_METHOD_CALL) {
    op_list_push(unit, init, assign_at_call(x, parameter_target(x, params->items[0]), call->args.items[0]));
    first = 1;
  }
  Type *signature = type_core(x->callee->type);
  bool variadic = signature->u.signature.variadic && !(call->flags & OP_DDD);
  for (uint32_t i = first; i < call->args.len; i++) op_list_push(unit, &assign->rhs, call->args.items[i]);
  for (uint32_t i = first; i < params->len; i++) {
    Op *target = parameter_target(x, params->items[i]);
    if (variadic && i + 1 == params->len)
      gathered = gather_extra(x, assign, target, i - first, call->args.len - first);
    else
      op_list_push(unit, &assign->lhs, target);
  }
  const Type *only = assign->rhs.len == 1 ? assign->rhs.items[0]->type : NULL;
  if (only && only->kind == TYPE_TUPLE) assign->kind = OP_AS2FUNC;
  if (assign->rhs.len > 0) op_list_push(unit, init, assign);
  if (gathered) op_list_push(unit, init, gathered);
  for (uint32_t i = 0; i < x->results.len; i++)
    op_list_push(unit, init, assign_at_call(x, x->results.items[i], NULL));
}

Op *expand_call_in_place(Unit *unit, Func *caller, Op *call, Func *callee, uint32_t inl) {
  Expansion x = {.base = {unit}, .caller = caller, .callee = callee, .call = call, .inl = inl};
  x.in_place = true;
  x.return_label = new_return_label(unit, caller);
  InlineState *state = inline_state(unit);
  CloneOptions options = {.names = map_in(state->scratch), .into = caller, .context = &x, .inl = inl};
  options.relabel = relabel;
  options.replace = replace_op;
  options.clone_closure = clone_inlined_closure;
  Op *res = op_new(unit, OP_INLCALL, call->pos, call->type);
  res->func = callee;
  res->init = call->init;
  call->init = NULL;
  OpList params = {0};
  OpList *init = op_own_init(unit, res);
  adopt_captured(&x, &options, init);
  adopt_names_in_place(&x, &options, &params, init);
  assign_in_place(&x, init, &params);
  push_mark(&x, init);
  res->list = expand_body(&x, &options);
  push_label(&x, &res->list);
  func_changed(caller);
  if (callee->inl->has_loop_vars) caller->flags |= FUNC_LOOP_VARS;
  res->results = x.results;
  arena_reset(state->scratch);
  if (unit->note_inlined) unit->note_inlined(unit, callee);
  return res;
}
