/* SPDX-License-Identifier: BSD-3-Clause
 *
 * devirtualize: interface calls whose dynamic type is known.
 *
 * In: an interface call. Out: a direct call of the concrete method, its receiver asserted to the concrete type; or a call through
 * another interface, if the concrete type gets the method from an embedded interface.
 * The dynamic type comes from conversions, assertions, inlined results, and from all assignments of a local interface variable
 * whose address is not taken. Assignments are collected once per function, when first asked for, and kept up with inlining.
 *
 * Go: cmd/compile/internal/devirtualize/devirtualize.go, cmd/compile/internal/typecheck/{expr,subr,typecheck}.go (selectors)
 */
#include "inline/inline_private.h"

/* One assignment of an interface variable: a value, a concrete type, or neither (unknown). */
typedef struct Assignment {
  Op *value;
  Type *type;
} Assignment;

typedef struct AssignmentList {
  VEC(Assignment) list;
} AssignmentList;

typedef struct CallRef {
  AssignmentList *target;
  uint32_t index;  /* in target->list */
  uint32_t result; /* of the call */
} CallRef;

typedef struct CallRefList {
  VEC(CallRef) list;
} CallRefList;

Devirtualizer *devirtualizer_new(Unit *unit, Arena *arena) {
  Devirtualizer *d = arena_new_of(arena, Devirtualizer);
  d->unit = unit;
  d->arena = arena;
  d->assignments = map_in(arena);
  d->call_refs = map_in(arena);
  d->analyzed = map_in(arena);
  return d;
}

/* ---- collecting assignments ---- */

static bool collect(void *context, Op *op);

/* The list that got the new entry, or NULL if the target is of no interest. */
static AssignmentList *note_assignment(Devirtualizer *d, Op *target, Assignment value) {
  if (!op_is(target, OP_NAME) || op_is_blank(target)) return NULL;
  Name *name = target->name;
  if (!name->curfn || !name->op.type || !type_is_interface(name->op.type)) return NULL;
  name = name_canonical(name);
  if (name->class_ != CLASS_AUTO) return NULL;
  if (value.type && type_is_interface(value.type)) value.type = NULL;
  if (value.value && op_is_nil(value.value)) return NULL;
  AssignmentList *list = map_get_ptr(&d->assignments, name);
  if (!list) {
    list = arena_new_of(d->arena, AssignmentList);
    map_set_ptr(&d->assignments, name, list);
  }
  vec_push(d->arena, &list->list, value);
  return list;
}

static void note_type(Devirtualizer *d, Op *target, Type *type) {
  note_assignment(d, target, (Assignment){NULL, type});
}

static bool is_function_call(const Op *op) {
  return (op->kind == OP_CALLFUNC || op->kind == OP_CALLINTER || op->kind == OP_CALLMETH) && op->fun;
}

static Type *call_result_type(const Op *call, uint32_t i) {
  Type *signature = type_underlying(call->fun->type);
  if (signature->kind != TYPE_SIGNATURE) return NULL;
  ObjectList results = signature->u.signature.results->u.tuple.vars;
  return i < results.len ? results.items[i]->type : NULL;
}

/* The call may be inlined later and then tell more about its interface result. */
static void note_call_result(Devirtualizer *d, Op *target, Op *call, uint32_t result) {
  Type *type = call_result_type(call, result);
  AssignmentList *list = note_assignment(d, target, (Assignment){NULL, type});
  if (!list || !type || !type_is_interface(type)) return;
  CallRefList *refs = map_get_ptr(&d->call_refs, call);
  if (!refs) {
    refs = arena_new_of(d->arena, CallRefList);
    map_set_ptr(&d->call_refs, call, refs);
  }
  vec_push(d->arena, &refs->list, (CallRef){list, list->list.len - 1, result});
}

static void collect_assign(Devirtualizer *d, Op *op) {
  Op *value = op_unparen(op->y);
  if (!value) return;
  if (is_function_call(value))
    note_call_result(d, op->x, value, 0);
  else
    note_assignment(d, op->x, (Assignment){value, NULL});
}

static void collect_assign_func(Devirtualizer *d, Op *op) {
  Op *call = op_unparen(op->rhs.items[0]);
  for (uint32_t i = 0; i < op->lhs.len; i++)
    if (op_is(call, OP_INLCALL))
      note_assignment(d, op->lhs.items[i], (Assignment){call->results.items[i], NULL});
    else
      note_call_result(d, op->lhs.items[i], call, i);
}

static void collect_range(Devirtualizer *d, Op *op) {
  Type *t = type_underlying(op->x->type);
  if (t->kind == TYPE_POINTER) t = type_underlying(t->u.elem.type);
  if (t->kind == TYPE_ARRAY || t->kind == TYPE_SLICE) {
    note_type(d, op->key, NULL);
    note_type(d, op->value, t->u.elem.type);
  } else if (t->kind == TYPE_CHAN) {
    note_type(d, op->key, t->u.elem.type);
  } else if (t->kind == TYPE_MAP) {
    note_type(d, op->key, t->u.map.key);
    note_type(d, op->value, t->u.map.value);
  } else {
    note_type(d, op->key, NULL);
    note_type(d, op->value, NULL);
  }
}

static void collect_switch(Devirtualizer *d, Op *op) {
  if (!op_is(op->x, OP_TYPESW)) return;
  for (uint32_t i = 0; i < op->list.len; i++)
    if (op->list.items[i]->x) note_assignment(d, op->list.items[i]->x, (Assignment){op->x->x, NULL});
}

static void collect_closure(Devirtualizer *d, Func *closure) {
  uint64_t *seen = map_put(&d->analyzed, map_key(closure));
  if (*seen) return;
  *seen = 1;
  op_list_any(&closure->body, collect, d);
}

static bool collect(void *context, Op *op) {
  Devirtualizer *d = context;
  switch ((int)op->kind) {
  case OP_AS: collect_assign(d, op); break;
  case OP_AS2:
    for (uint32_t i = 0; i < op->lhs.len && i < op->rhs.len; i++)
      note_assignment(d, op->lhs.items[i], (Assignment){op->rhs.items[i], NULL});
    break;
  case OP_AS2DOTTYPE:
    note_assignment(d, op->lhs.items[0], (Assignment){op->rhs.items[0], NULL});
    note_type(d, op->lhs.items[1], NULL);
    break;
  case OP_AS2MAPR:
  case OP_AS2RECV:
  case OP_SELRECV2:
    note_type(d, op->lhs.items[0], op->rhs.items[0]->type);
    if (op->lhs.len > 1) note_type(d, op->lhs.items[1], NULL);
    break;
  case OP_AS2FUNC: collect_assign_func(d, op); break;
  case OP_RANGE: collect_range(d, op); break;
  case OP_SWITCH: collect_switch(d, op); break;
  case OP_CLOSURE: collect_closure(d, op->func); break;
  }
  return false;
}

static const AssignmentList *assignments_of(Devirtualizer *d, Name *name) {
  uint64_t *seen = map_put(&d->analyzed, map_key(name->curfn));
  if (!*seen) {
    *seen = 1;
    op_list_any(&name->curfn->body, collect, d);
  }
  return map_get_ptr(&d->assignments, name);
}

void devirtualize_note_inlined(Devirtualizer *d, Func *fn, Op *inlined) {
  const uint64_t *seen = map_find(&d->analyzed, map_key(fn));
  if (!seen || !*seen) return;
  op_list_any(op_init(inlined), collect, d);
  op_list_any(&inlined->list, collect, d);
  CallRefList *refs = map_get_ptr(&d->call_refs, inlined);
  if (!refs) return;
  map_set_ptr(&d->call_refs, inlined, NULL);
  for (uint32_t i = 0; i < refs->list.len; i++) {
    const CallRef *ref = &refs->list.items[i];
    ref->target->list.items[ref->index].value = inlined->results.items[ref->result];
  }
}

/* ---- dynamic types ---- */

typedef enum Knowledge { UNKNOWN, NO_TYPE /* nil, or nothing but itself */, KNOWN } Knowledge;

/* The operand that has the same dynamic value, or NULL. */
static Op *same_dynamic_value(Op *op) {
  switch ((int)op->kind) {
  case OP_CONVNOP:
  case OP_CONVIFACE:
  case OP_PAREN:
  case OP_DOTTYPE:
  case OP_DOTTYPE2: return op->x;
  case OP_INLCALL: return op->results.items[0];
  }
  return NULL;
}

/* A dynamic type as the compiler's object for it. */
typedef struct TypeObject {
  Type *type;
  const Op
      *maker; /* expression whose type is an object of its own; NULL: all such types are the same object */
} TypeObject;

static Knowledge dynamic_type(Devirtualizer *d, Op *op, Map *seen, TypeObject *found);

/* The compiler has one object for a named type and for pointers to and slices of one; a struct, array, map, channel or function
   type is a new object wherever it is written, and different objects are different types here. */
static bool same_type_object(TypeObject x, TypeObject y) {
  if (x.maker != y.maker) return false;
  Type *a = type_unalias(x.type), *b = type_unalias(y.type);
  while (a != b && a->kind == b->kind && (a->kind == TYPE_POINTER || a->kind == TYPE_SLICE)) {
    a = type_unalias(a->u.elem.type);
    b = type_unalias(b->u.elem.type);
  }
  if (a == b) return true;
  return (a->kind == TYPE_NAMED || a->kind == TYPE_BASIC) && type_identical(a, b);
}

static Knowledge assigned_type(Devirtualizer *d, const AssignmentList *list, Map *seen, TypeObject *found) {
  *found = (TypeObject){0};
  for (uint32_t i = 0; list && i < list->list.len; i++) {
    Assignment a = list->list.items[i];
    TypeObject t = {.type = a.type};
    if (a.value) {
      Knowledge known = dynamic_type(d, a.value, seen, &t);
      if (known == NO_TYPE) continue;
      if (known == UNKNOWN) return UNKNOWN;
    }
    if (!t.type || (found->type && !same_type_object(*found, t))) return UNKNOWN;
    *found = t;
  }
  return found->type ? KNOWN : NO_TYPE;
}

/* Taking an address makes the pointer type anew if the unit did not know it before it began to inline. */
static bool makes_type(const Devirtualizer *d, const Op *op) {
  if (op->kind != OP_PTRLIT && op->kind != OP_ADDR && op->kind != OP_NEW) return false;
  const Unit *unit = d->unit;
  return unit->pointer_type_shared && !unit->pointer_type_shared(unit, type_unalias(op->type)->u.elem.type);
}

static Knowledge dynamic_type(Devirtualizer *d, Op *op, Map *seen, TypeObject *found) {
  while (op && op->type && type_is_interface(op->type)) {
    Op *inner = same_dynamic_value(op);
    if (!inner) break;
    op = inner;
  }
  if (!op || !op->type) return UNKNOWN;
  if (!type_is_interface(op->type)) {
    *found = (TypeObject){op->type, makes_type(d, op) ? op : NULL};
    return KNOWN;
  }
  if (op->kind != OP_NAME) return UNKNOWN;
  Name *name = name_canonical(op->name);
  if (name->class_ != CLASS_AUTO || (name->name_flags & NAME_ADDRTAKEN) || !name->curfn) return UNKNOWN;
  uint64_t *visited = map_put(seen, map_key(name));
  if (*visited) return NO_TYPE;
  *visited = 1;
  return assigned_type(d, assignments_of(d, name), seen, found);
}

static Type *concrete_type(Devirtualizer *d, Op *op) {
  if (op->kind == OP_NAME) { /* most calls: parameters and such need no search */
    const Name *name = name_canonical(op->name);
    if (name->class_ != CLASS_AUTO || (name->name_flags & NAME_ADDRTAKEN)) return NULL;
  }
  Map seen = map_in(d->arena);
  TypeObject found;
  return dynamic_type(d, op, &seen, &found) == KNOWN ? found.type : NULL;
}

/* ---- the direct call ---- */

static Str type_event_text(Unit *unit, Type *t) {
  Buffer text = {0};
  type_text(&text, unit, t, TYPE_TEXT_GO);
  Str copy = arena_str(unit->events->arena, buffer_view(&text));
  buffer_free(&text);
  return copy;
}

static void note_shaped(Unit *unit, const Op *call, const char *what, Type *t) {
  Event *event = event_add(unit, EVENT_CANNOT_DEVIRTUALIZE, call->pos);
  if (!event) return;
  event->op = call;
  event->text[0] = event_text(unit, call);
  Str type = type_event_text(unit, t);
  event->text[1] = event_printf(unit, "shaped %s " STR_FMT, what, STR_ARG(type));
}

static void note_devirtualized(Unit *unit, EventKind kind, const Op *call, const Op *selector, Type *t) {
  Event *event = event_add(unit, kind, call->pos);
  if (!event) return;
  event->op = call;
  event->type = t;
  event->text[0] = event_text(unit, selector);
  event->text[1] = type_event_text(unit, t);
}

static Type *pointee(Type *t) {
  t = type_underlying(t);
  return t->kind == TYPE_POINTER ? t->u.elem.type : NULL;
}

static Op *implicit_unary(Unit *unit, OpKind kind, XPos pos, Type *type, Op *x) {
  Op *op = op_unary(unit, kind, pos, type, x);
  op->flags |= OP_IMPLICIT;
  return op;
}

/* Selects the embedded fields on the way to the method. */
static Op *select_embedded(Unit *unit, XPos pos, Op *x, const Lookup *found) {
  for (uint32_t i = 0; i + 1 < found->path_len; i++) {
    Type *structure = pointee(x->type);
    OpKind kind = structure ? OP_DOTPTR : OP_DOT;
    structure = type_underlying(structure ? structure : x->type);
    Object *field = structure->u.structure.fields.items[found->path[i]];
    x = implicit_unary(unit, kind, pos, field->type, x);
    x->field = field;
    x->sym = field->name;
    x->sym_pkg = field->pkg;
  }
  return x;
}

static Op *adjust_receiver(Unit *unit, XPos pos, Op *x, Type *recv) {
  if (type_identical(x->type, recv)) return x;
  Type *elem = pointee(recv);
  if (elem && type_identical(elem, x->type)) return implicit_unary(unit, OP_ADDR, pos, recv, x);
  elem = pointee(x->type);
  if (elem && type_identical(elem, recv)) return implicit_unary(unit, OP_DEREF, pos, elem, x);
  return x;
}

/* The method's type with its receiver as the first parameter. */
static Type *method_expression_type(Unit *unit, Type *signature, Type *recv) {
  Type *s = type_underlying(signature);
  ObjectList old = s->u.signature.params->u.tuple.vars;
  ObjectList vars = {arena_new_array(unit->arena, Object *, old.len + 1), old.len + 1};
  vars.items[0] = object_new_var(unit->universe, VAR_PARAM, NULL, POS_NONE, NULL, recv);
  for (uint32_t i = 0; i < old.len; i++) vars.items[i + 1] = old.items[i];
  return type_new_signature(unit->universe, NULL, type_new_tuple(unit->universe, vars),
                            s->u.signature.results, s->u.signature.variadic);
}

static void prepend_argument(Unit *unit, Op *call, Op *arg) {
  OpList args = {0};
  vec_reserve(unit->bodies, &args, call->args.len + 1);
  op_list_push(unit, &args, arg);
  op_list_append(unit, &args, &call->args);
  call->args = args;
}

static bool is_instance_method(const Func *fn, const Object *method, Type *recv) {
  if (fn->targs.len == 0 || !fn->has_recv || fn->closure || (fn->flags & FUNC_SHAPED)) return false;
  Str name = atom_str(fn->name->name);
  ptrdiff_t dot = str_last_index(name, '.');
  return dot >= 0 && str_equal(str_slice(name, (size_t)dot + 1, name.len), atom_str(method->name)) &&
         type_identical(fn->params[0]->op.type, recv);
}

/* A unit that is not whole has no list of its instances. */
static Func *instance_method_in(const Unit *unit, const Object *method, Type *recv) {
  for (uint32_t i = 0; unit && unit->whole && i < unit->funcs.len; i++)
    if (is_instance_method(unit->funcs.items[i], method, recv)) return unit->funcs.items[i];
  return NULL;
}

/* Methods of instances are functions of whoever made the instance: this package, the type's, or one that is imported. */
static Name *instance_method_name(Unit *unit, const Object *method, Type *recv) {
  Func *fn = instance_method_in(unit, method, recv);
  if (!fn && unit->find_unit)
    fn = instance_method_in(unit->find_unit(unit->context, method->pkg), method, recv);
  for (uint32_t i = 0; !fn && unit->find_unit && i < unit->pkg->imports.len; i++)
    fn = instance_method_in(unit->find_unit(unit->context, unit->pkg->imports.items[i]), method, recv);
  fn = instance_here(unit, fn);
  return fn ? fn->name : NULL;
}

static void call_directly(Devirtualizer *d, Op *call, Op *recv, Type *type, Object *method) {
  Unit *unit = d->unit;
  Op *selector = call->fun;
  note_devirtualized(unit, EVENT_DEVIRTUALIZING, call, selector, type);
  Type *signature = method->type;
  Object *declared = type_underlying(signature)->u.signature.recv;
  if (declared) recv = adjust_receiver(unit, selector->pos, recv, declared->type);
  Op *fun = op_unary(unit, OP_METHEXPR, selector->pos, method_expression_type(unit, signature, recv->type),
                     op_type(unit, selector->pos, recv->type));
  fun->sym = method->name;
  fun->method = method;
  if (method->u.func.origin && declared) fun->name = instance_method_name(unit, method, declared->type);
  prepend_argument(unit, call, recv);
  call->kind = OP_CALLFUNC;
  call->fun = fun;
}

static void call_through_embedded(Devirtualizer *d, Op *call, Op *recv, Type *type, Object *method) {
  Unit *unit = d->unit;
  Op *selector = call->fun;
  note_devirtualized(unit, EVENT_PARTIALLY_DEVIRTUALIZING, call, selector, type);
  Type *elem = pointee(recv->type);
  if (elem) recv = implicit_unary(unit, OP_DEREF, selector->pos, elem, recv);
  Op *fun = op_unary(unit, OP_DOTINTER, selector->pos, selector->type, recv);
  fun->sym = selector->sym;
  fun->method = method;
  call->fun = fun;
}

bool devirtualize_call(Devirtualizer *d, Op *call) {
  if (call->kind != OP_CALLINTER || (call->flags & OP_GODEFER)) return false;
  Unit *unit = d->unit;
  Op *selector = call->fun;
  Type *type = concrete_type(d, selector->x);
  if (!type || !implements_up_to_shapes(unit, type, selector->x->type)) return false;
  if (type_is_shape(type)) return false;
  if (type_has_shape(type)) {
    note_shaped(unit, call, "receiver", type);
    return false;
  }
  if (type_has_shape(selector->x->type)) {
    note_shaped(unit, call, "interface", selector->x->type);
    return false;
  }
  Package *pkg = selector->method ? selector->method->pkg : unit->pkg;
  Lookup found = lookup_field_or_method(unit->universe, type, true, pkg, selector->sym);
  if (!found.object || found.object->kind != OBJECT_FUNC)
    BUG("no method %s to devirtualize to", atom_text(selector->sym));
  Op *assertion = op_unary(unit, OP_DOTTYPE, call->pos, type, selector->x);
  Op *recv = select_embedded(unit, selector->pos, assertion, &found);
  Type *holder = pointee(recv->type);
  if (type_is_interface(recv->type) || (holder && type_is_interface(holder)))
    call_through_embedded(d, call, recv, type, found.object);
  else
    call_directly(d, call, recv, type, found.object);
  return true;
}
