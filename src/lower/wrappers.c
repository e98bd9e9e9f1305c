/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Method wrappers: functions that method tables and method values need, besides the declared ones.
 *
 *   (*T).M of a method with value receiver, T.M and (*T).M of promoted methods, I.M of interface methods, T.M-fm of method values
 *
 * Types are treated in the order in which they were read; types that an imported package has read are that package's business.
 *
 * Go: cmd/compile/internal/noder/reader.go (MakeWrappers), typecheck/subr.go (CalcMethods)
 */
#include <stdlib.h>

#include "lower/internal.h"

/* ---- method sets ---- */

static int compare_methods(const void *a, const void *b) {
  const Object *x = ((const SetMethod *)a)->object, *y = ((const SetMethod *)b)->object;
  bool ex = name_is_exported(x->name), ey = name_is_exported(y->name);
  if (ex != ey) return ex ? -1 : 1;
  int order = str_compare(atom_str(x->name), atom_str(y->name));
  if (order || ex) return order;
  return str_compare(atom_str(x->pkg ? x->pkg->path : NULL), atom_str(y->pkg ? y->pkg->path : NULL));
}

typedef struct Names {
  Lowering *low;
  VEC(Object *) methods; /* candidates: one for each name */
  Map seen_types;
  Map seen_names; /* Package*, NULL for exported names -> names */
} Names;

static void add_name(Names *names, Object *method) {
  if (strcmp(method->name->text, "_") == 0) return;
  Map *seen_names = map_nested(&names->seen_names, name_is_exported(method->name) ? NULL : method->pkg);
  uint64_t *seen = map_put(seen_names, map_key(method->name));
  if (*seen) return;
  *seen = 1;
  vec_push(names->low->arena, &names->methods, method);
}

static void gather(Names *names, Type *t) {
  t = type_unalias(deref(type_unalias(t)));
  if (map_find(&names->low->methodless, map_key(t))) return;
  uint64_t *seen = map_put(&names->seen_types, map_key(t));
  if (*seen) return;
  *seen = 1;
  Universe *universe = names->low->universe;
  Type *u = under(t);
  if (u->kind == TYPE_INTERFACE) {
    InterfaceMethods methods = interface_methods(universe, u);
    for (uint32_t i = 0; i < methods.len; i++) add_name(names, methods.items[i]);
    return;
  }
  if (t->kind == TYPE_NAMED && !is_shape(t)) {
    uint32_t len = named_method_count(t);
    for (uint32_t i = 0; i < len; i++) {
      Object *method = named_method(universe, t, i);
      if (origin_func(method)->type->u.signature.tparams.len == 0) add_name(names, method);
    }
  }
  if (u->kind != TYPE_STRUCT) return;
  for (uint32_t i = 0; i < u->u.structure.fields.len; i++)
    if (u->u.structure.fields.items[i]->u.var.embedded) gather(names, u->u.structure.fields.items[i]->type);
}

static void promoted_first(Lowering *low, MethodSet *set) {
  SetMethod *items = arena_new_array(low->arena, SetMethod, set->len);
  uint32_t len = 0;
  for (int own = 0; own < 2; own++)
    for (uint32_t i = 0; i < set->len; i++)
      if ((set->items[i].path_len == 0) == own) items[len++] = set->items[i];
  set->items = items;
}

MethodSet method_set(Lowering *low, Type *t) {
  t = type_unalias(t);
  MethodSet *known = map_get_ptr(&low->method_sets, t);
  if (known) return *known;
  Names names = {.low = low, .seen_types = map_in(low->arena), .seen_names = map_in(low->arena)};
  gather(&names, t);
  if (names.methods.len == 0) { /* so has none of those that were looked at */
    vec_each (const MapEntry, it, &names.seen_types.entries) *map_put(&low->methodless, it->key) = 1;
  }
  MethodSet *set = arena_new_of(low->arena, MethodSet);
  map_set_ptr(&low->method_sets, t, set);
  set->items = arena_new_array(low->arena, SetMethod, names.methods.len);
  for (uint32_t i = 0; i < names.methods.len; i++) {
    Object *candidate = names.methods.items[i];
    Lookup found = lookup_field_or_method(low->universe, t, true, candidate->pkg, candidate->name);
    if (!found.object || found.object->kind != OBJECT_FUNC) continue;
    SetMethod *m = &set->items[set->len++];
    m->object = found.object;
    m->path_len = found.path_len ? found.path_len - 1 : 0;
    uint32_t *path = arena_new_array(low->arena, uint32_t, m->path_len);
    memcpy(path, found.path, sizeof *path * m->path_len);
    m->path = path;
    Type *at = t;
    for (uint32_t k = 0; k < m->path_len; k++) {
      Type *field = struct_field(deref(at), m->path[k])->type;
      if (type_unalias(field)->kind == TYPE_POINTER) m->through_pointer = true;
      at = field;
    }
    Type *recv = found.object->type->u.signature.recv ? found.object->type->u.signature.recv->type : at;
    m->through_value =
        type_unalias(recv)->kind != TYPE_POINTER || m->through_pointer || is_interface(deref(at));
  }
  if (!low->unit->profile->methods_as_declared || is_interface(t))
    qsort(set->items, set->len, sizeof *set->items, compare_methods);
  else
    promoted_first(low, set);
  return *set;
}

/* ---- one wrapper ---- */

static bool must_emit(Lowering *low, Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_NAMED && !t->u.named.object->pkg)
    return strcmp(atom_text(low->unit->path), "runtime") == 0;
  if (t->kind == TYPE_INTERFACE && is_empty_interface(low, t)) return false;
  if (t->kind != TYPE_NAMED) return true;
  return t->u.named.object->pkg == low->unit->pkg || t->u.named.origin || has_shape(low, t);
}

/* What the name of a wrapper calls a type that is no pointer. */
static Str name_in_wrapper(Lowering *low, Type *base) {
  if (low->named_in_wrapper == base) return low->name_in_wrapper;
  Str text = link_text(low, base);
  if (is_shape(base)) {
    text = atom_str(base->u.named.object->name);
  } else if (base->kind == TYPE_NAMED) { /* the symbol's name has no package in front of it */
    ptrdiff_t bracket = str_index(text, '[');
    Str head = str_slice(text, 0, bracket < 0 ? text.len : (size_t)bracket);
    ptrdiff_t dot = str_last_index(head, '.');
    if (dot >= 0) text = str_slice(text, (size_t)dot + 1, text.len);
  }
  low->named_in_wrapper = base;
  return low->name_in_wrapper = text;
}

Atom wrapper_name(Lowering *low, Type *recv, const Object *method, const char *suffix, Package **pkg) {
  Type *base = type_unalias(deref(type_unalias(recv)));
  bool pointer = type_unalias(recv)->kind == TYPE_POINTER;
  bool twice = base->kind == TYPE_POINTER; /* of types that are not in the heap: **T */
  if (twice) base = type_unalias(base->u.elem.type);
  *pkg = base->kind == TYPE_NAMED && base->u.named.object->pkg && !twice ? base->u.named.object->pkg
                                                                         : low->go_package;
  Str base_name = name_in_wrapper(low, base); /* may give up: nothing is held meanwhile */
  Buffer name = {0};
  buffer_text(&name, twice ? "(**" : pointer ? "(*" : "");
  buffer_str(&name, base_name);
  buffer_text(&name, twice || pointer ? ")" : "");
  if (!name_is_exported(method->name) && method->pkg && method->pkg != *pkg) {
    buffer_char(&name, '.');
    link_package_print(&name, low->unit, method->pkg);
  }
  buffer_char(&name, '.');
  buffer_str(&name, atom_str(method->name));
  buffer_text(&name, suffix);
  Atom atom = intern(low->unit->session->interner, buffer_view(&name));
  buffer_free(&name);
  return atom;
}

Atom old_method_value_name(Lowering *low, Type *recv, const Object *method, Package **pkg) {
  Type *base = type_unalias(deref(type_unalias(recv)));
  bool pointer = type_unalias(recv)->kind == TYPE_POINTER, named = base->kind == TYPE_NAMED;
  *pkg = named && base->u.named.object->pkg ? base->u.named.object->pkg : low->go_package;
  Str type = named ? atom_str(base->u.named.object->name) : link_text(low, base);
  const char *text = method->name->text;
  Str method_text =
      name_is_exported(method->name) ? str_from(text) : arena_printf(low->arena, "(\"\".%s)", text);
  return atom_printf(low, "(%s" STR_FMT ")." STR_FMT "-fm", pointer ? "*" : "", STR_ARG(type),
                     STR_ARG(method_text));
}

/* With the method's own function known its signature is taken: that of a shaped method has the dictionary. */
Type *wrapper_signature(Lowering *low, Object *method, Type *recv) {
  Func *own = method_func(low, recv, method);
  Type *s = own ? own->type : method->type;
  Object *old = method->type->u.signature.recv;
  Object *var = NULL;
  if (recv) {
    bool real = old && !is_interface(deref(old->type));
    var = object_new_var(low->universe, VAR_RECV, method->pkg, real ? old->pos : POS_AUTOGENERATED,
                         real ? old->name : NULL, recv);
  }
  return type_new_signature(low->universe, var, s->u.signature.params, s->u.signature.results,
                            s->u.signature.variadic);
}

Func *new_wrapper(Lowering *low, Package *pkg, Atom name, Type *signature) {
  Func *fn = func_new_passing(low->unit, XPOS_AUTOGENERATED, pkg, name, signature);
  fn->flags |= FUNC_DUPOK | FUNC_LOWERED;
  declare_params(low, fn, signature, NULL);
  uint32_t unnamed = 0;
  for (uint32_t i = 0; low->unit->profile->names_unplaced && i < fn->result_len; i++)
    fn->results[i]->op.pos = XPOS_AUTOGENERATED;
  for (uint32_t i = 0; low->in_place && i < fn->param_len; i++) {
    bool recv = fn->has_recv && i == 0;
    if (recv || low->unit->profile->names_unplaced) fn->params[i]->op.pos = XPOS_AUTOGENERATED;
    if (!recv && fn->params[i]->name->text[0] != '~') continue;
    fn->params[i]->name = recv ? atom_printf(low, ".this") : atom_printf(low, ".anon%u", unnamed++);
    fn->params[i]->pkg = low->unit->pkg;
    const Object *unnamed_object = fn->params[i]->object;
    Object *named = unnamed_object ? object_copy(low->kept, unnamed_object)
                                   : object_new_var(low->universe, VAR_PARAM, NULL, POS_NONE, NULL, NULL);
    named->name = fn->params[i]->name; /* it counts as one that was written */
    fn->params[i]->object = named;
  }
  return fn;
}

/* recv.M with everything implicit spelled out; the callee's name in *callee if it is a concrete method. */
static Op *select_method(Body *b, Op *recv, const SetMethod *m, OpList *args, Name **callee) {
  Op *x = recv;
  for (uint32_t i = 0; i < m->path_len; i++) x = make_dot(b, POS_AUTOGENERATED, x, m->path[i], true);
  *callee = NULL;
  if (is_interface(x->type)) return make_dot_inter(b, POS_AUTOGENERATED, x, m->object);
  Type *want = m->object->type->u.signature.recv->type;
  bool pointer = type_unalias(x->type)->kind == TYPE_POINTER,
       want_pointer = type_unalias(want)->kind == TYPE_POINTER;
  if (pointer != want_pointer) {
    x = want_pointer ? make_addr(b, POS_AUTOGENERATED, x) : make_deref(b, POS_AUTOGENERATED, x);
    x->flags |= OP_IMPLICIT;
  }
  op_list_push(b->unit, args, x);
  Func *fn = method_func(b->low, x->type, m->object);
  *callee = fn->name;
  return make_method_expr(b->low, POS_AUTOGENERATED, x->type, m->object, fn);
}

static bool can_tail_call(Body *b, const Op *recv, const SetMethod *m, const Name *callee) {
  if (m->path_len == 0 || type_unalias(recv->type)->kind != TYPE_POINTER) return false;
  if (!callee) return strcmp(b->unit->target->goarch, "wasm") != 0;
  if (type_unalias(m->object->type->u.signature.recv->type)->kind != TYPE_POINTER) return false;
  if (!callee->func) return true;
  Unit *unit = b->unit;
  if (unit->require_func) unit->require_func(unit->context, callee->func, need_to_inline(unit, callee->func));
  return !callee->func->inl;
}

/* Older releases replace the receiver and jump; what jumps says nothing to escape analysis. */
static bool jumps_to_method(const Op *recv, const SetMethod *m) {
  return m->path_len > 0 && type_unalias(recv->type)->kind == TYPE_POINTER &&
         type_unalias(m->object->type->u.signature.recv->type)->kind == TYPE_POINTER;
}

static void add_call(Body *b, Op *recv, const SetMethod *m) {
  Func *fn = b->fn;
  OpList args = {0};
  Name *callee;
  Op *fun = select_method(b, recv, m, &args, &callee);
  for (uint32_t i = fn->has_recv ? 1 : 0; i < fn->param_len; i++)
    op_list_push(b->unit, &args, &fn->params[i]->op);
  if (b->low->in_place && callee && jumps_to_method(recv, m)) {
    args.items[0]->flags &= ~(uint32_t)OP_IMPLICIT; /* an address is written out */
    Op *adjusted = op_unary(b->unit, OP_CONVNOP, XPOS_AUTOGENERATED, recv->type, args.items[0]);
    op_list_push(b->unit, &fn->body, op_assign(b->unit, XPOS_AUTOGENERATED, recv, adjusted, false));
    return;
  }
  Op *call = finish_call(b, POS_AUTOGENERATED, fun, args, m->object->type->u.signature.variadic);
  if (b->low->in_place && callee) call->flags |= OP_METHOD_CALL;
  if (can_tail_call(b, recv, m, callee)) {
    op_list_push(b->unit, &fn->body, op_unary(b->unit, OP_TAILCALL, XPOS_AUTOGENERATED, NULL, call));
    return;
  }
  fn->flags |= FUNC_WRAPPER;
  if (fn->result_len == 0) {
    op_list_push(b->unit, &fn->body, call);
    return;
  }
  Op *ret = op_new(b->unit, OP_RETURN, XPOS_AUTOGENERATED, NULL);
  op_list_push(b->unit, &ret->list, call);
  op_list_push(b->unit, &fn->body, finish_stmt(b, ret));
}

static void wrap_method_value(Lowering *low, Type *recv, Object *method);

static bool find_method_values(void *context, Op *op) {
  Lowering *low = context;
  if (op->kind == OP_METHVALUE && op->method && !low->in_place)
    wrap_method_value(low, op->x->type, op->method);
  if (op->kind == OP_CLOSURE) op_list_any(&op->func->body, find_method_values, low);
  return false;
}

/* Method values that came with inlined bodies get their wrappers before the wrapper that they stand in. */
static void finish_wrapper(Lowering *low, Func *fn) {
  if (low->finish) low->finish(low->finish_context, low->unit, fn);
  op_list_any(&fn->body, find_method_values, low);
  if (low->in_place)
    vec_push(low->arena, &low->late_wrappers, fn);
  else
    vec_push(low->unit->arena, &low->unit->funcs, fn);
}

void make_wrapper(Lowering *low, Type *recv_type, const SetMethod *m) {
  Object *object = m->object;
  Type *own = object->type->u.signature.recv ? object->type->u.signature.recv->type : NULL;
  Type *base = type_unalias(recv_type);
  uint32_t derefs = 0;
  for (; base->kind == TYPE_POINTER && derefs < 2; derefs++) base = type_unalias(base->u.elem.type);
  Package *pkg;
  Atom name = wrapper_name(low, recv_type, object, "", &pkg);
  Func *fn = new_wrapper(low, pkg, name, wrapper_signature(low, method_as_met(low, base, object), recv_type));
  Body b;
  body_init(&b, low, fn, NULL);
  Op *recv = &fn->params[0]->op;
  if (derefs == 1 && own && !is_interface(deref(own)) && type_identical(base, own)) {
    fn->flags |= FUNC_POINTER_WRAPPER;
    Op *test = op_new(low->unit, OP_IF, XPOS_AUTOGENERATED, NULL);
    test->cond = op_binary(low->unit, OP_EQ, XPOS_AUTOGENERATED, basic_type(low, BASIC_BOOL), recv,
                           op_nil(low->unit, XPOS_NONE, recv_type));
    Name *panic = runtime_name(low, "panicwrap", make_signature(low, 0, NULL, 0, NULL));
    op_list_push(low->unit, &test->list, finish_call(&b, POS_AUTOGENERATED, &panic->op, (OpList){0}, false));
    op_list_push(low->unit, &fn->body, test);
  }
  if (derefs == 2) {
    recv = make_deref(&b, POS_AUTOGENERATED, recv);
    recv->flags |= OP_IMPLICIT;
  }
  add_call(&b, recv, m);
  finish_wrapper(low, fn);
}

static void wrap_method(Lowering *low, Type *base, const SetMethod *m, int derefs) {
  Type *recv_type = base;
  for (int i = 0; i < derefs; i++) recv_type = pointer_to(low, recv_type);
  Object *recv = m->object->type->u.signature.recv;
  bool concrete = recv && !is_interface(deref(recv->type));
  if (concrete && type_identical(recv->type, recv_type)) return;
  if (derefs == 0 && !m->through_value) return;
  if (must_emit(low, base)) make_wrapper(low, recv_type, m);
}

static void wrap_type(Lowering *low, Type *t, StrMap *seen, bool needed) {
  void **slot = strmap_put(seen, link_key(low, t));
  if (*slot) return;
  *slot = t;
  if (!needed) return;
  MethodSet set = method_set(low, t);
  for (uint32_t i = 0; i < set.len; i++) {
    wrap_method(low, t, &set.items[i], 0);
    if (is_interface(t)) continue;
    wrap_method(low, t, &set.items[i], 1);
    if (type_not_in_heap(t)) wrap_method(low, t, &set.items[i], 2);
  }
}

static void wrap_method_value(Lowering *low, Type *recv, Object *method) {
  void **slot = strmap_put(&low->wrapped_values, link_key_with(low, recv, atom_str(method->name)));
  if (*slot) return;
  *slot = method;
  SetMethod m = {.object = method};
  Package *pkg;
  Atom name = wrapper_name(low, recv, method, "-fm", &pkg);
  Func *fn = new_wrapper(low, pkg, name, wrapper_signature(low, method_as_met(low, recv, method), NULL));
  Atom this_name = atom_printf(low, ".this");
  Name *fake = name_new(low->unit, CLASS_PARAM, XPOS_AUTOGENERATED, low->unit->pkg, this_name, recv, NULL);
  fake->name_flags |= NAME_BY_VALUE;
  Name *captured =
      name_new(low->unit, CLASS_AUTOHEAP, XPOS_AUTOGENERATED, low->unit->pkg, this_name, recv, fn);
  captured->name_flags |= NAME_CLOSURE_VAR;
  captured->outer = fake;
  vec_push(low->unit->bodies, &fn->closure_vars, captured);
  Body b;
  body_init(&b, low, fn, NULL);
  add_call(&b, &captured->op, &m);
  finish_wrapper(low, fn);
}

void lower_wrappers(Unit *unit, void (*finish)(void *context, Unit *unit, Func *fn), void *context) {
  Lowering *low = unit->lower_state;
  if (!low || !low->eager) return;
  low->finish = finish;
  low->finish_context = context;
  StrMap seen = strmap_in(low->arena);
  for (uint32_t i = 0; i < low->have_wrappers.len; i++)
    wrap_type(low, low->have_wrappers.items[i], &seen, false);
  /* Types that come up while wrappers are inlined into are nobody's business any more. */
  for (uint32_t i = 0, len = low->need_wrappers.len; i < len; i++)
    wrap_type(low, low->need_wrappers.items[i], &seen, true);
  wrap_type(low, universe_error(low->universe), &seen, true);
  for (uint32_t i = 0, len = low->need_method_values.len; i < len; i++)
    wrap_method_value(low, low->need_method_values.items[i].recv, low->need_method_values.items[i].method);
}
