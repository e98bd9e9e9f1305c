/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Generic declarations, their instances and their dictionaries.
 *
 * Each use of F[int] knows two functions: the shaped F[go.shape.int], which has the code and takes a dictionary, and the plain
 * F[int], a wrapper that supplies the dictionary. Methods of generic types work alike; there the type is what is instantiated.
 *
 * Go: cmd/compile/internal/noder/reader.go (readerDict, objDictIdx, dictNameOf, callShaped)
 */
#include "lower/internal.h"

Object *origin_func(Object *func) { return func->u.func.origin ? func->u.func.origin : func; }

Type *plain_alias(Type *t) {
  while (t && t->kind == TYPE_ALIAS && !object_is_global(t->u.alias.object)) t = t->u.alias.actual;
  return t;
}

TypeList body_tparams(Object *object) {
  Type *t = object->type;
  if (object->kind == OBJECT_TYPE_NAME) return type_unalias(t)->u.named.tparams;
  TypeList recv = t->u.signature.recv_tparams, own = t->u.signature.tparams;
  if (recv.len == 0) return own;
  if (own.len == 0) return recv;
  TypeList all = {arena_new_array(object->pkg->arena, Type *, recv.len + own.len), recv.len + own.len};
  memcpy(all.items, recv.items, sizeof(Type *) * recv.len);
  memcpy(all.items + recv.len, own.items, sizeof(Type *) * own.len);
  return all;
}

Generic *generic_of(Lowering *low, Object *object) {
  Generic *g = map_get_ptr(&low->generics, object);
  if (g) return g;
  g = arena_new_of(low->kept, Generic);
  map_set_ptr(&low->generics, object, g);
  g->object = object;
  g->same = map_in(low->arena);
  g->tparams = body_tparams(object);
  if (object->kind == OBJECT_TYPE_NAME) {
    g->implicit_len = type_unalias(object->type)->u.named.implicits.len;
    g->tparams = named_tparams(low->universe, type_unalias(object->type), g->implicit_len + g->tparams.len);
  }
  if (object->kind == OBJECT_FUNC) g->receiver_len = object->type->u.signature.recv_tparams.len;
  g->basic = arena_new_array(low->arena, bool, g->tparams.len);
  for (uint32_t i = 0; i < g->tparams.len; i++)
    g->basic[i] =
        interface_is_method_set(low->universe, type_param_interface(low->universe, g->tparams.items[i]));
  return g;
}

/* ---- dictionary layout ---- */

uint32_t tparam_index(const Generic *g, TypeList tparams, const Type *tparam) {
  (void)g;
  for (uint32_t i = 0; i < tparams.len; i++)
    if (tparams.items[i] == tparam) return i;
  return tparam->u.tparam.index;
}

static Type *canonical(const Generic *g, Type *t) {
  t = plain_alias(t);
  Type *same = map_get_ptr(&g->same, t);
  return same ? same : t;
}

uint32_t method_word(Lowering *low, Generic *g, uint32_t tparam, Object *method) {
  for (uint32_t i = 0; i < g->method_words.len; i++) {
    MethodWord *w = &g->method_words.items[i];
    if (w->tparam == tparam && w->method->name == method->name && w->method->pkg == method->pkg) return i;
  }
  vec_push(low->arena, &g->method_words, (MethodWord){tparam, method});
  return g->method_words.len - 1;
}

uint32_t subdict_word(Lowering *low, Generic *g, Object *object, TypeList args, TypeList tparams) {
  for (uint32_t i = 0; i < g->subdicts.len; i++) {
    SubdictWord *w = &g->subdicts.items[i];
    bool same = w->object == object && w->args.len == args.len;
    for (uint32_t k = 0; same && k < args.len; k++)
      same = canonical(g, w->args.items[k]) == canonical(g, args.items[k]);
    if (same) return i;
  }
  vec_push(low->arena, &g->subdicts, (SubdictWord){object, args, tparams});
  return g->subdicts.len - 1;
}

uint32_t rtype_word(Lowering *low, Generic *g, Type *type, TypeList tparams) {
  type = canonical(g, type);
  for (uint32_t i = 0; i < g->rtypes.len; i++)
    if (g->rtypes.items[i].type == type) return i;
  vec_push(low->arena, &g->rtypes, (RtypeWord){type, tparams});
  return g->rtypes.len - 1;
}

uint32_t itab_word(Lowering *low, Generic *g, Type *type, Type *iface, TypeList tparams) {
  type = canonical(g, type);
  iface = canonical(g, iface);
  for (uint32_t i = 0; i < g->itabs.len; i++)
    if (g->itabs.items[i].type == type && g->itabs.items[i].iface == iface) return i;
  vec_push(low->arena, &g->itabs, (ItabWord){type, iface, tparams});
  return g->itabs.len - 1;
}

uint32_t dict_subdicts(const Generic *g) { return g->method_words.len; }
uint32_t dict_rtypes(const Generic *g) { return dict_subdicts(g) + g->subdicts.len; }
uint32_t dict_itabs(const Generic *g) { return dict_rtypes(g) + g->rtypes.len; }

Type *dict_type(Lowering *low, Generic *g) {
  if (!g->collected) collect_dictionary(low, g);
  return type_new_array(low->universe, basic_type(low, BASIC_UINTPTR), dict_itabs(g) + g->itabs.len);
}

Op *dict_word(Body *b, Pos pos, uint32_t index) {
  Type *word = basic_type(b->low, BASIC_UINTPTR);
  Op *array = op_unary(b->unit, OP_DEREF, xpos(pos), b->dict->op.type->u.elem.type, &b->dict->op);
  array->flags |= OP_IMPLICIT;
  return op_binary(b->unit, OP_INDEX, xpos(pos), word, array, make_int(b, pos, BASIC_INT, index));
}

bool is_derived(const Body *b, Type *t) { return b->generic && type_has_type_params(t); }

/* ---- instances ---- */

static uint64_t instance_hash(const Object *object, TypeList targs, bool shaped) {
  uint64_t hash = object->id * 2u + shaped;
  for (uint32_t i = 0; i < targs.len; i++) hash = hash * 1000003u + type_hash(targs.items[i]);
  return hash;
}

static bool same_targs(TypeList a, TypeList b) {
  if (a.len != b.len) return false;
  for (uint32_t i = 0; i < a.len; i++)
    if (!type_identical(a.items[i], b.items[i])) return false;
  return true;
}

Instantiation *instance_record(Lowering *low, Object *object, TypeList targs, bool shaped) {
  Generic *g = generic_of(low, object);
  assert(targs.len == g->tparams.len);
  for (uint32_t i = 0; i < targs.len; i++) shaped = shaped || has_shape(low, targs.items[i]);
  TypeList actual = {universe_new_array(low->universe, Type *, targs.len), targs.len};
  for (uint32_t i = 0; i < targs.len; i++)
    actual.items[i] = shaped ? shapify(low, targs.items[i], g->basic[i]) : targs.items[i];
  uint64_t *chain = map_put(&low->instances, instance_hash(object, actual, shaped));
  for (Instantiation *it = (Instantiation *)(uintptr_t)*chain; it; it = it->next)
    if (it->generic == g && it->shaped == shaped && same_targs(it->targs, actual)) return it;
  Instantiation *inst = arena_new_of(low->kept, Instantiation);
  *inst = (Instantiation){
      .next = (Instantiation *)(uintptr_t)*chain, .generic = g, .targs = actual, .shaped = shaped};
  *chain = map_key(inst);
  if (object->kind == OBJECT_TYPE_NAME) {
    inst->type = type_instantiate(low->universe, type_unalias(object->type), actual);
    map_set_ptr(&low->instance_types, inst->type, inst);
  }
  return inst;
}

Instantiation *instance_of_type(Lowering *low, Type *named) {
  Instantiation *inst = map_get_ptr(&low->instance_types, named);
  if (inst) return inst;
  inst = instance_record(low, named->u.named.object, named->u.named.targs, false);
  map_set_ptr(&low->instance_types, named, inst);
  return inst;
}

static void add_targs(Lowering *low, Buffer *out, TypeList targs, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++) {
    buffer_char(out, i == from ? '[' : ',');
    buffer_str(out, link_text(low, targs.items[i]));
  }
  if (to > from) buffer_char(out, ']');
}

/* "F[int]", "T[int]", or for methods with type parameters "(*T[int]).M[string]". */
static Atom instance_name(Lowering *low, Instantiation *inst) {
  if (inst->name) return inst->name;
  Object *object = inst->generic->object;
  Buffer out = {0};
  uint32_t receivers = inst->generic->receiver_len;
  Object *recv = object->kind == OBJECT_FUNC ? object->type->u.signature.recv : NULL;
  if (recv) {
    Type *t = type_unalias(recv->type);
    bool pointer = t->kind == TYPE_POINTER;
    t = type_unalias(deref(t));
    buffer_text(&out, pointer ? "(*" : "");
    buffer_str(&out, atom_str(t->u.named.object->name));
    add_targs(low, &out, inst->targs, 0, receivers);
    buffer_text(&out, pointer ? ")." : ".");
  } else {
    receivers = 0;
  }
  buffer_str(&out, atom_str(object->name));
  add_targs(low, &out, inst->targs, receivers, inst->targs.len);
  inst->name = intern(low->unit->session->interner, buffer_view(&out));
  buffer_free(&out);
  return inst->name;
}

Atom instance_method_name(Lowering *low, Instantiation *inst) {
  Buffer out = {0};
  buffer_str(&out, atom_str(inst->generic->object->name));
  add_targs(low, &out, inst->targs, inst->generic->receiver_len, inst->targs.len);
  Atom name = intern(low->unit->session->interner, buffer_view(&out));
  buffer_free(&out);
  return name;
}

static ObjectList with_dictionary(Lowering *low, ObjectList params, Type *dictionary, Package *pkg, Pos pos) {
  ObjectList all = {universe_new_array(low->universe, Object *, params.len + 1), params.len + 1};
  all.items[0] = object_new_var(low->universe, VAR_PARAM, pkg, pos,
                                intern_text(low->unit->session->interner, ".dict"), dictionary);
  if (params.len) memcpy(all.items + 1, params.items, sizeof(Object *) * params.len);
  return all;
}

/* Makes the function for a declaration of an instance; signature as substituted. */
static Func *make_instance_func(Lowering *low, Instantiation *inst, Object *object, Atom name,
                                Type *signature) {
  Pos pos = object->u.func.syntax->node.pos;
  Type *dictionary = inst->shaped ? pointer_to(low, dict_type(low, inst->generic)) : NULL;
  Type *whole = signature;
  if (dictionary) {
    ObjectList params =
        with_dictionary(low, signature->u.signature.params->u.tuple.vars, dictionary, object->pkg, pos);
    whole =
        type_new_signature(low->universe, signature->u.signature.recv, type_new_tuple(low->universe, params),
                           signature->u.signature.results, signature->u.signature.variadic);
  }
  Func *fn = func_new(low->unit, xpos(pos), object->pkg, name, whole);
  fn->name->op.pos = xpos(object->pos);
  fn->targs = inst->targs;
  fn->pragma = object->u.func.syntax->pragma;
  fn->flags |= FUNC_DUPOK | (inst->shaped ? FUNC_SHAPED : FUNC_WRAPPER);
  if (object->u.func.syntax->body_len == 0 && !object->u.func.syntax->body) fn->flags |= FUNC_NO_BODY;
  declare_params(low, fn, signature, dictionary);
  if (!inst->generic->collected) collect_dictionary(low, inst->generic);
  rename_results(low, fn, object->type);
  BodySource *source = arena_new_of(low->kept, BodySource);
  *source = (BodySource){.fn = fn, .object = object, .inst = inst};
  fn->source = source;
  if (low->unit->recall_func) low->unit->recall_func(low->unit->context, fn);
  if (!low->eager)
    vec_push(low->arena, &low->todo_bodies, fn); /* of a dependency: lowered since it is used */
  return fn;
}

Func *instance_func(Lowering *low, Instantiation *inst) {
  if (inst->func) return inst->func;
  Object *object = inst->generic->object;
  Type *s = object->type;
  TypeList tparams = inst->generic->tparams;
  Object *recv = s->u.signature.recv;
  if (recv)
    recv = object_new_var(low->universe, VAR_RECV, recv->pkg, recv->pos, recv->name,
                          shaped_types(low, type_subst(low->universe, recv->type, tparams, inst->targs)));
  Type *params = shaped_types(low, type_subst(low->universe, s->u.signature.params, tparams, inst->targs));
  Type *results = shaped_types(low, type_subst(low->universe, s->u.signature.results, tparams, inst->targs));
  Type *signature = type_new_signature(low->universe, recv, params, results, s->u.signature.variadic);
  inst->func = make_instance_func(low, inst, object, instance_name(low, inst), signature);
  return inst->func;
}

Func *instance_method(Lowering *low, Instantiation *inst, uint32_t index) {
  if (!inst->methods) inst->methods = arena_new_array(low->arena, Func *, named_method_count(inst->type));
  if (inst->methods[index]) return inst->methods[index];
  Object *method = named_method(low->universe, inst->type, index);
  bool pointer = type_unalias(method->type->u.signature.recv->type)->kind == TYPE_POINTER;
  Atom name = method_name(low, pointer, instance_name(low, inst), method->name);
  inst->methods[index] =
      make_instance_func(low, inst, origin_func(method), name, shaped_types(low, method->type));
  return inst->methods[index];
}

uint32_t method_index(Type *origin, const Object *method) {
  for (uint32_t i = 0; i < origin->u.named.methods.len; i++)
    if (origin->u.named.methods.items[i] == method) return i;
  BUG("%s is not a method of %s", atom_text(method->name), atom_text(origin->u.named.object->name));
}

/* The same in every run. */
static uint64_t instance_key(Lowering *low, Instantiation *inst) {
  return inst->type
             ? meeting_key(low, inst->type)
             : digest_of(atom_str(instance_name(low, inst))).low ^ object_symbol_key(inst->generic->object);
}

void read_instance(Lowering *low, Instantiation *inst) {
  if (trail_watches(low->unit)) trail_meet(low->unit, MEET_INSTANCE, instance_key(low, inst));
  if (inst->read || !low->eager) return;
  if (inst->type) {
    read_named_type(low, inst->type);
    return;
  }
  inst->read = true;
  if (trail_notes(low->unit))
    trail_first(low->unit, MEET_INSTANCE, instance_key(low, inst), low->unit->trail->bodies_read);
  note_met(low, inst->generic->object);
  Func *fn = instance_func(low, inst);
  for (uint32_t i = 0; i < fn->param_len; i++)
    if (!(fn->params[i]->name_flags & NAME_DICT)) read_resolve(low, fn->params[i]->op.type, false);
  for (uint32_t i = 0; i < fn->result_len; i++) read_resolve(low, fn->results[i]->op.type, false);
  if (!inst->shaped) vec_push(low->arena, &low->todo_dicts, inst);
  add_body(low, fn, inst->generic->object, inst);
}

Instantiation *instantiate(Lowering *low, Object *object, TypeList targs, bool shaped) {
  Instantiation *inst = instance_record(low, object, targs, shaped);
  read_instance(low, inst);
  return inst;
}

/* ---- dictionaries ---- */

static TypeList subst_list(Lowering *low, TypeList list, TypeList tparams, TypeList targs) {
  TypeList out = {universe_new_array(low->universe, Type *, list.len), list.len};
  for (uint32_t i = 0; i < list.len; i++) {
    Type *t = list.items[i];
    out.items[i] =
        type_has_type_params(t) ? shaped_types(low, type_subst(low->universe, t, tparams, targs)) : t;
    read_resolve(low, out.items[i], false);
  }
  return out;
}

static Type *subst_one(Lowering *low, Type *t, TypeList tparams, TypeList targs) {
  TypeList one = {&t, 1};
  return subst_list(low, one, tparams, targs).items[0];
}

Name *instance_dict(Lowering *low, Instantiation *inst) {
  if (trail_watches(low->unit)) trail_meet(low->unit, MEET_DICTIONARY, instance_key(low, inst));
  if (inst->dict) return inst->dict;
  Generic *g = inst->generic;
  assert(!inst->shaped);
  Type *type = dict_type(low, g);
  inst->dict = name_new(low->unit, CLASS_EXTERN, XPOS_AUTOGENERATED, g->object->pkg,
                        atom_printf(low, ".dict.%s", instance_name(low, inst)->text), type, NULL);
  if (!low->eager) return inst->dict;
  if (trail_notes(low->unit))
    trail_first(low->unit, MEET_DICTIONARY, instance_key(low, inst), low->unit->trail->bodies_read);
  for (uint32_t i = 0; i < g->subdicts.len; i++) {
    SubdictWord *w = &g->subdicts.items[i];
    TypeList args = subst_list(low, w->args, w->tparams, inst->targs);
    instance_dict(low, instance_record(low, w->object, args, false));
  }
  for (uint32_t i = 0; i < g->rtypes.len; i++)
    subst_one(low, g->rtypes.items[i].type, g->rtypes.items[i].tparams, inst->targs);
  for (uint32_t i = 0; i < g->itabs.len; i++) {
    ItabWord *w = &g->itabs.items[i];
    Type *t = subst_one(low, w->type, w->tparams, inst->targs);
    Type *iface = subst_one(low, w->iface, w->tparams, inst->targs);
    if (!is_interface(t) && is_interface(iface) && !is_empty_interface(low, iface)) write_itab(low, t, iface);
  }
  return inst->dict;
}

/* ---- plain instances: call the shaped one ---- */

void call_shaped(Lowering *low, Func *fn, const BodySource *source) {
  Body b;
  body_init(&b, low, fn, NULL);
  Instantiation *inst = source->inst;
  if (!inst->shape) inst->shape = instantiate(low, inst->generic->object, inst->targs, true);
  Pos pos = fn->pos.pos;
  OpList args = {0};
  uint32_t i = 0;
  Op *callee;
  if (inst->type) {
    uint32_t index = method_index(type_unalias(inst->generic->object->type), source->object);
    Func *shaped = instance_method(low, inst->shape, index);
    Object *method = named_method(low->universe, inst->shape->type, index);
    callee = make_method_expr(low, pos, method->type->u.signature.recv->type, method, shaped);
  } else if (fn->has_recv) {
    Func *shaped = instance_func(low, inst->shape);
    callee = make_method_expr(low, pos, shaped->params[0]->op.type, inst->generic->object, shaped);
    callee->sym = instance_method_name(low, inst->shape);
  } else {
    callee = &instance_func(low, inst->shape)->name->op;
  }
  if (fn->has_recv) op_list_push(low->unit, &args, &fn->params[i++]->op);
  op_list_push(low->unit, &args, make_addr(&b, pos, &instance_dict(low, inst)->op));
  for (; i < fn->param_len; i++) op_list_push(low->unit, &args, &fn->params[i]->op);
  fn->flags |= FUNC_WRAPPER;
  Op *call = finish_call(&b, pos, callee, args, fn->type->u.signature.variadic);
  if (fn->result_len == 0) {
    op_list_push(low->unit, &fn->body, call);
    return;
  }
  Op *ret = op_new(low->unit, OP_RETURN, xpos(pos), NULL);
  op_list_push(low->unit, &ret->list, call);
  op_list_push(low->unit, &fn->body, finish_stmt(&b, ret));
}

Func *lower_instance(Unit *unit, Object *generic, TypeList targs, bool shaped) {
  return instance_func(unit->lower_state, instance_record(unit->lower_state, generic, targs, shaped));
}
