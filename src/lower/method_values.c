/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Method values of releases that check trees in place (FRONT_TYPECHECK).
 *
 * T.M-fm is a function of the unit as soon as the checker meets x.M, so it goes through inlining and escape analysis with the others: it
 * takes the receiver out of the closure and calls the method.
 *
 * Go: cmd/compile/internal/gc/closure.go (makepartialcall)
 */
#include "lower/internal.h"

/* ---- method values ---- */

static Op *assign_local(Unit *unit, Func *fn, Name *local, Op *value) {
  Op *assign = op_assign(unit, fn->pos, &local->op, value, false);
  local->defn = assign;
  return assign;
}

/* this = what the closure holds, or its address: methods are called on a pointer. */
static Name *receiver_variable(Lowering *low, Func *fn, Type *recv) {
  Unit *unit = low->unit;
  bool direct = type_unalias(recv)->kind == TYPE_POINTER || is_interface(recv);
  Op *held = op_new(unit, OP_CLOSUREVAR, fn->pos, recv);
  if (!direct) held = op_unary(unit, OP_ADDR, fn->pos, pointer_to(low, recv), held);
  Atom text = atom_printf(low, "%s", unit->profile->method_values_at_use ? "rcvr" : ".this");
  Name *local = name_new(unit, CLASS_AUTO, fn->pos, unit->pkg, text, held->type, fn);
  func_declare(unit, fn, local);
  op_list_push(unit, &fn->body, assign_local(unit, fn, local, held));
  return local;
}

/* r0, r1 = this.M(a0); return */
static void assign_results(Body *b, Op *call) {
  Func *fn = b->fn;
  Op *assign = op_new(b->unit, OP_AS2, fn->pos, NULL);
  for (uint32_t i = 0; i < fn->result_len; i++) op_list_push(b->unit, &assign->lhs, &fn->results[i]->op);
  op_list_push(b->unit, &assign->rhs, call);
  finish_assign_list(b, assign);
  op_list_push(b->unit, &fn->body, assign);
  op_list_push(b->unit, &fn->body, op_new(b->unit, OP_RETURN, fn->pos, NULL));
}

static void call_method(Body *b, Name *this, Object *method, Func *callee) {
  Func *fn = b->fn;
  OpList args = {0};
  Op *fun, *recv = &this->op;
  Type *want = method->type->u.signature.recv ? method->type->u.signature.recv->type : NULL;
  if (!callee) {
    fun = make_dot_inter(b, fn->pos.pos, recv, method);
  } else {
    if (type_unalias(want)->kind != TYPE_POINTER) {
      recv = make_deref(b, fn->pos.pos, recv);
      recv->flags |= OP_IMPLICIT;
    }
    op_list_push(b->unit, &args, recv);
    fun = make_method_expr(b->low, fn->pos.pos, want, method, callee);
  }
  for (uint32_t i = 0; i < fn->param_len; i++) op_list_push(b->unit, &args, &fn->params[i]->op);
  Op *call = finish_call(b, fn->pos.pos, fun, args, method->type->u.signature.variadic);
  if (callee) call->flags |= OP_METHOD_CALL;
  if (fn->result_len > 0 && b->unit->profile->method_values_at_use) {
    assign_results(b, call);
  } else if (fn->result_len > 0) {
    Op *ret = op_new(b->unit, OP_RETURN, fn->pos, NULL);
    op_list_push(b->unit, &ret->list, call);
    op_list_push(b->unit, &fn->body, finish_stmt(b, ret));
  } else {
    op_list_push(b->unit, &fn->body, call);
  }
}

/* Parameters and results have numbers for names. */
static Func *numbered_func(Lowering *low, Package *pkg, Atom name, Type *signature, XPos pos) {
  Func *fn = func_new(low->unit, pos, pkg, name, signature);
  fn->flags |= FUNC_DUPOK | FUNC_LOWERED;
  declare_params(low, fn, signature, NULL);
  for (uint32_t i = 0; i < fn->param_len; i++) {
    fn->params[i]->op.pos = pos;
    fn->params[i]->name = atom_printf(low, "a%u", i);
  }
  for (uint32_t i = 0; i < fn->result_len; i++) {
    fn->results[i]->op.pos = pos;
    fn->results[i]->name = atom_printf(low, "r%u", i);
  }
  return fn;
}

Func *method_value_func(Lowering *low, const Op *value) {
  Type *recv = value->x->type;
  void **slot = strmap_put(&low->wrapped_values, link_key_with(low, recv, atom_str(value->method->name)));
  if (*slot) return *slot;
  bool at_use = low->unit->profile->method_values_at_use;
  Package *pkg;
  Atom name = at_use ? old_method_value_name(low, recv, value->method, &pkg)
                     : wrapper_name(low, recv, value->method, "-fm", &pkg);
  Func *callee = is_interface(recv) ? NULL : method_func(low, recv, value->method);
  XPos pos = value->pos;
  if (!at_use && callee)
    pos = callee->pos;
  else if (!at_use && pos_known(value->method->pos))
    pos = xpos(value->method->pos);
  Type *signature = wrapper_signature(low, method_as_met(low, recv, value->method), NULL);
  Func *fn = at_use ? numbered_func(low, pkg, name, signature, pos) : new_wrapper(low, pkg, name, signature);
  *slot = fn;
  fn->pos = pos;
  Body b;
  body_init(&b, low, fn, NULL);
  call_method(&b, receiver_variable(low, fn, recv), value->method, callee);
  vec_push(low->unit->arena, &low->unit->funcs, fn);
  return fn;
}
