/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Method wrappers of releases that check trees in place (FRONT_TYPECHECK).
 *
 *   method values   T.M-fm is a function of the unit as soon as the checker meets x.M, so it goes through inlining and escape
 *                   analysis with the others
 *   method tables   wrappers are made while descriptions of types are written, after everything else: types sorted by their text,
 *                   each after those that its description refers to
 *
 * Go: cmd/compile/internal/gc/closure.go (makepartialcall), reflect.go (dumpsignats, dtypesym, methods), subr.go (genwrapper)
 */
#include <stdlib.h>

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

/* Parameters and results have names of their own; the first releases number both kinds. */
static void name_formals(Lowering *low, Func *fn, const char *param, const char *result) {
  for (uint32_t i = 0; i < fn->param_len; i++) {
    fn->params[i]->op.pos = fn->pos;
    fn->params[i]->name = atom_printf(low, "%s%u", param, i);
  }
  for (uint32_t i = 0; result && i < fn->result_len; i++) {
    fn->results[i]->op.pos = fn->pos;
    fn->results[i]->name = atom_printf(low, "%s%u", result, i);
  }
}

static Func *method_value_func(Lowering *low, const Op *value) {
  Type *recv = value->x->type;
  Str key = arena_printf(low->arena, STR_FMT ".%s", STR_ARG(link_text(low, recv)), value->method->name->text);
  void **slot = strmap_put(&low->wrapped_values, key);
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
  Func *fn = func_new(low->unit, pos, pkg, name, wrapper_signature(low, value->method, NULL));
  *slot = fn;
  fn->flags |= FUNC_DUPOK | FUNC_LOWERED;
  declare_params(low, fn, fn->type, NULL);
  if (at_use)
    name_formals(low, fn, "a", "r");
  else
    name_formals(low, fn, ".anon", NULL);
  Body b;
  body_init(&b, low, fn, NULL);
  call_method(&b, receiver_variable(low, fn, recv), value->method, callee);
  vec_push(low->unit->arena, &low->unit->funcs, fn);
  return fn;
}

static bool meet_method_value(void *context, Op *op) {
  Lowering *low = context;
  if (op->kind == OP_METHVALUE) op->y = &method_value_func(low, op)->name->op;
  if (op->kind == OP_CLOSURE) op_list_any(&op->func->body, meet_method_value, low);
  return false;
}

void lower_method_values_in_place(Lowering *low) {
  uint32_t len = low->unit->funcs.len;
  for (uint32_t i = 0; i < len; i++) {
    Func *fn = low->unit->funcs.items[i];
    if (!fn->closure) op_list_any(&fn->body, meet_method_value, low);
  }
}

/* ---- descriptions of types ---- */

struct Descriptions {
  Lowering *low;
  StrMap described; /* link text -> Type* */
  StrMap wrapped;   /* link text of the receiver and method -> Type* */
};

static void describe(Descriptions *d, Type *t);

static void wrap_once(Descriptions *d, Type *base, const SetMethod *m, bool pointer) {
  Str text = link_text(d->low, base);
  Str key = arena_printf(d->low->arena, "%s" STR_FMT " %s %s", pointer ? "*" : "", STR_ARG(text),
                         m->object->name->text, m->object->pkg ? atom_text(m->object->pkg->path) : "");
  void **slot = strmap_put(&d->wrapped, key);
  if (*slot) return;
  *slot = base;
  wrap_method(d->low, base, m, pointer);
}

/* Wrappers for what an interface holds, a pointer if the value does not fit, then for the type itself. */
static MethodSet write_methods(Descriptions *d, Type *t) {
  bool pointer = t->kind == TYPE_POINTER;
  Type *base = pointer ? type_unalias(t->u.elem.type) : t;
  if (is_interface(base) || (pointer && base->kind == TYPE_POINTER)) return (MethodSet){0};
  MethodSet set = method_set(d->low, base);
  for (uint32_t i = 0; i < set.len; i++) {
    const SetMethod *m = &set.items[i];
    if (!pointer && !m->through_value) continue;
    if (pointer || !type_is_direct_interface(t)) wrap_once(d, base, m, true);
    if (!pointer) wrap_once(d, base, m, false);
  }
  return set;
}

static void describe_signature(Descriptions *d, Type *signature) {
  ObjectList params = signature->u.signature.params->u.tuple.vars,
             results = signature->u.signature.results->u.tuple.vars;
  for (uint32_t i = 0; i < params.len; i++) describe(d, params.items[i]->type);
  for (uint32_t i = 0; i < results.len; i++) describe(d, results.items[i]->type);
}

static void describe_pointer_to(Descriptions *d, Type *t) {
  if (t->kind != TYPE_POINTER) describe(d, pointer_to(d->low, t));
}

static void describe_methods(Descriptions *d, Type *t) {
  MethodSet set = write_methods(d, t);
  for (uint32_t i = 0; i < set.len; i++) describe_signature(d, set.items[i].object->type);
}

static void describe_interface(Descriptions *d, Type *t) {
  MethodSet set = method_set(d->low, t);
  for (uint32_t i = 0; i < set.len; i++) wrap_once(d, t, &set.items[i], false);
  for (uint32_t i = 0; i < set.len; i++) describe_signature(d, set.items[i].object->type);
}

static void describe_parts(Descriptions *d, Type *t) {
  Type *u = under(t);
  switch ((int)u->kind) {
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_CHAN:
  case TYPE_ARRAY: describe(d, u->u.elem.type); break;
  case TYPE_MAP:
    describe(d, u->u.map.key);
    describe(d, u->u.map.value);
    break;
  case TYPE_SIGNATURE: describe_signature(d, u); break;
  case TYPE_INTERFACE: describe_interface(d, t); break;
  case TYPE_STRUCT:
    for (uint32_t i = 0; i < u->u.structure.fields.len; i++)
      describe(d, u->u.structure.fields.items[i]->type);
    break;
  }
}

/* Declared types of other packages are described there. */
static bool is_described_here(const Lowering *low, Type *t) {
  Type *base = t->kind == TYPE_POINTER ? type_unalias(t->u.elem.type) : t;
  if (base->kind == TYPE_BASIC) return false;
  if (base->kind != TYPE_NAMED) return true;
  const Package *pkg = base->u.named.object->pkg;
  return pkg ? pkg == low->unit->pkg : strcmp(atom_text(low->unit->path), "runtime") == 0;
}

static void describe(Descriptions *d, Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_TUPLE || t->kind == TYPE_UNION || is_untyped(t)) return;
  void **slot = strmap_put(&d->described, link_text(d->low, t));
  if (*slot) return;
  *slot = t;
  if (!is_described_here(d->low, t)) return;
  describe_parts(d, t);
  describe_pointer_to(d, t);
  describe_methods(d, t);
}

/* ---- itabs ---- */

/* Tables of methods of what is converted to an interface, or asserted to be in one, are written first of all. */
static void need_itab(Descriptions *d, Type *t, Type *iface) {
  if (!t || is_interface(t) || is_untyped(t) || !is_interface(iface) || is_empty_interface(d->low, iface))
    return;
  iface = type_unalias(iface);
  t = type_unalias(t);
  if (is_described_here(d->low, iface)) {
    MethodSet set = method_set(d->low, iface);
    for (uint32_t i = 0; i < set.len; i++) wrap_once(d, iface, &set.items[i], false);
  }
  write_methods(d, t);
}

static bool find_itabs(void *context, Op *op);

static bool find_itabs_in_order(void *context, Op *op) {
  op_children(op, find_itabs_in_order, context);
  return find_itabs(context, op);
}

static bool find_itabs(void *context, Op *op) {
  Descriptions *d = context;
  if (op->kind == OP_CONVIFACE) {
    need_itab(d, op->x->type, op->type);
  } else if (op->kind == OP_DOTTYPE || op->kind == OP_DOTTYPE2) {
    need_itab(d, op->type, op->x->type);
  } else if (op->kind == OP_SWITCH && op_is(op->x, OP_TYPESW)) {
    for (uint32_t i = 0; i < op->list.len; i++)
      for (uint32_t k = 0; k < op->list.items[i]->list.len; k++)
        need_itab(d, op->list.items[i]->list.items[k]->type, op->x->x->type);
  }
  return false;
}

static void write_itabs_of(Descriptions *d, const Func *fn) {
  for (uint32_t i = 0; i < fn->body.len; i++)
    if (fn->body.items[i]) find_itabs_in_order(d, fn->body.items[i]);
}

void lower_itab_wrappers(Lowering *low) {
  Descriptions *d = arena_new_of(low->arena, Descriptions);
  *d = (Descriptions){low, strmap_in(low->arena), strmap_in(low->arena)};
  low->descriptions = d;
  const Unit *unit = low->unit;
  uint32_t len = unit->funcs.len; /* wrappers are added meanwhile */
  for (uint32_t i = 0; i < len; i++)
    if (unit->profile->function_itabs_first || (unit->funcs.items[i]->flags & FUNC_PACKAGE_INIT))
      write_itabs_of(d, unit->funcs.items[i]);
}

/* ---- types ---- */

typedef struct Root {
  Str text;
  Type *type;
} Root;

static int compare_roots(const void *a, const void *b) {
  return str_compare(((const Root *)a)->text, ((const Root *)b)->text);
}

void lower_type_wrappers(Lowering *low) {
  uint32_t len = low->need_wrappers.len;
  Root *roots = arena_new_array(low->arena, Root, len);
  for (uint32_t i = 0; i < len; i++)
    roots[i] = (Root){link_text(low, low->need_wrappers.items[i]), low->need_wrappers.items[i]};
  qsort(roots, len, sizeof *roots, compare_roots);
  for (uint32_t i = 0; i < len; i++) describe(low->descriptions, roots[i].type);
  describe(low->descriptions, universe_error(low->universe));
}
