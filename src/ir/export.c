/* SPDX-License-Identifier: BSD-3-Clause
 *
 * export: what a unit sees of other units' functions.
 *
 * In: a function of another unit. Out: whether its body comes with the packages that the unit imports. A package hands on the
 * bodies of its own functions, and of those that it has inlined itself if its export data mentions them. So a function that came
 * along through a third package may be known by its signature and cost only, and calls of it are calls.
 *
 * Export data consists of what can be reached from the exported names: types in full, signatures, bodies that can be inlined,
 * bodies of generic functions (by their syntax: they have no other form).
 *
 * Go: cmd/compile/internal/noder/linker.go (exportBody), cmd/compile/internal/noder/reader.go (bodyReaderFor)
 */
#include "ir/ir.h"

typedef struct FuncRow { /* a function that can be inlined */
  struct FuncRow *next;  /* same owner */
  Func *fn;
} FuncRow;

typedef struct Exporter {
  Unit *unit;
  Arena *scratch;
  Map objects, types; /* reached: pointer -> 1 */
  Map rows;           /* owner Object* (function, or receiver's type) -> FuncRow* */
  bool types_only;    /* no bodies */
  bool on_demand;     /* bodies of all functions that can be inlined, whoever declares them */
  uint32_t asked;     /* on_demand: functions so far */
  VEC(Object *) todo;
} Exporter;

static bool first_time(Map *map, const void *key) {
  uint64_t *seen = map_put(map, map_key(key));
  return *seen ? false : (*seen = 1);
}

/* ---- reaching ---- */

static void reach_type(Exporter *x, Type *t);

Object *object_export_owner(Object *object) {
  if (object->kind != OBJECT_FUNC || !object->type) return object;
  Type *signature = type_underlying(object->type);
  Object *recv = signature->kind == TYPE_SIGNATURE ? signature->u.signature.recv : NULL;
  if (!recv) return object;
  Type *t = type_unalias(recv->type);
  if (t->kind == TYPE_POINTER) t = type_unalias(t->u.elem.type);
  return t->kind == TYPE_NAMED ? t->u.named.object : NULL;
}

static void reach_object(void *context, Object *object) {
  Exporter *x = context;
  if (!object || !object->pkg) return;
  object = object_export_owner(object);
  if (!object || !object->pkg) return;
  if (object->kind == OBJECT_VAR && object->u.var.role != VAR_PACKAGE) return;
  if (object->kind != OBJECT_VAR && object->kind != OBJECT_CONST && object->kind != OBJECT_FUNC &&
      object->kind != OBJECT_TYPE_NAME)
    return;
  if (first_time(&x->objects, object)) vec_push(x->scratch, &x->todo, object);
}

static void reach_types(Exporter *x, TypeList list) {
  for (uint32_t i = 0; i < list.len; i++) reach_type(x, list.items[i]);
}

static void reach_objects_types(Exporter *x, ObjectList list) {
  for (uint32_t i = 0; i < list.len; i++) reach_type(x, list.items[i]->type);
}

static void reach_parts(Exporter *x, Type *t) {
  switch (t->kind) {
  case TYPE_BASIC: break;
  case TYPE_NAMED:
    reach_object(x, t->u.named.object);
    reach_types(x, t->u.named.targs);
    break;
  case TYPE_ALIAS:
    reach_object(x, t->u.alias.object);
    reach_type(x, t->u.alias.actual);
    break;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: reach_type(x, t->u.elem.type); break;
  case TYPE_MAP:
    reach_type(x, t->u.map.key);
    reach_type(x, t->u.map.value);
    break;
  case TYPE_STRUCT: reach_objects_types(x, t->u.structure.fields); break;
  case TYPE_TUPLE: reach_objects_types(x, t->u.tuple.vars); break;
  case TYPE_SIGNATURE:
    reach_types(x, t->u.signature.tparams);
    reach_type(x, t->u.signature.params);
    reach_type(x, t->u.signature.results);
    break;
  case TYPE_INTERFACE:
    reach_objects_types(x, t->u.interface.methods);
    reach_types(x, t->u.interface.embeddeds);
    break;
  case TYPE_UNION:
    for (uint32_t i = 0; i < t->u.union_.len; i++) reach_type(x, t->u.union_.terms[i].type);
    break;
  case TYPE_TYPE_PARAM: reach_type(x, t->u.tparam.bound); break;
  }
}

static void reach_type(Exporter *x, Type *t) {
  if (t && first_time(&x->types, t)) reach_parts(x, t);
}

/* ---- bodies ---- */

static void reach_func(Exporter *x, Func *fn) {
  reach_object(x, fn->object);
  reach_types(x, fn->targs);
}

static bool reach_op(void *context, Op *op) {
  Exporter *x = context;
  reach_type(x, op->type);
  if (op->kind == OP_CLOSURE) {
    op_list_any(&op->func->body, reach_op, x);
  } else if (op->kind == OP_NAME) {
    if (op->name->func) reach_func(x, op->name->func);
    if (op->name->class_ == CLASS_EXTERN || op->name->class_ == CLASS_FUNC) reach_object(x, op->name->object);
  } else if ((op->kind == OP_METHEXPR || op->kind == OP_METHVALUE || op->kind == OP_DOTMETH) && op->name &&
             op->name->func) {
    reach_func(x, op->name->func);
  }
  return false;
}

static void reach_body(Exporter *x, const InlineBody *inl) {
  OpList list = {inl->body_items, inl->body_len, inl->body_len};
  op_list_any(&list, reach_op, x);
  for (uint32_t i = 0; i < inl->dcl_len; i++) reach_type(x, inl->dcl[i]->op.type);
}

static void reach_inline_body(Exporter *x, Func *fn) { reach_body(x, func_inline_body(fn)); }

static void reach_generic_body(Exporter *x, Object *object) {
  const FuncDecl *decl = object->u.func.syntax;
  if (!decl || x->types_only) return;
  if (x->unit->require_body) x->unit->require_body(x->unit->context, object);
  info_each_use(object->pkg->info, decl->body_id, decl->body_id_end, reach_object, x);
}

/* ---- objects ---- */

static void reach_named(Exporter *x, const Object *object) {
  Type *t = object->type;
  if (!t) return;
  if (t->kind == TYPE_ALIAS) {
    reach_types(x, t->u.alias.tparams);
    reach_type(x, t->u.alias.actual);
    return;
  }
  if (t->kind != TYPE_NAMED) return;
  reach_types(x, t->u.named.tparams);
  reach_type(x, type_underlying(t));
  for (uint32_t i = 0; i < t->u.named.methods.len; i++) {
    Object *method = t->u.named.methods.items[i];
    reach_type(x, method->type);
    if (t->u.named.tparams.len > 0) reach_generic_body(x, method);
  }
}

static bool is_generic_func(const Object *object) {
  const Type *t = object->type;
  return object->kind == OBJECT_FUNC && t && t->kind == TYPE_SIGNATURE && t->u.signature.tparams.len > 0;
}

enum { ASKED_MAX = 2000 }; /* functions, before compiling the package whole is cheaper */

static void reach_declared(Exporter *x, Object *object) {
  const FuncDecl *decl = object->u.func.syntax;
  if (!decl || !decl->body_len || x->asked == ASKED_MAX) return;
  x->asked++;
  Unit *unit = x->unit;
  Func *fn = unit->resolve_func(unit->context, unit, object);
  unit->require_func(unit->context, fn, NEED_INLINE);
  if (fn->inl)
    reach_inline_body(x, fn);
  else if (fn->open)
    reach_body(x, fn->open);
}

static void reach_declared_bodies(Exporter *x, Object *object) {
  if (object->kind == OBJECT_FUNC && !is_generic_func(object)) reach_declared(x, object);
  Type *t = object->kind == OBJECT_TYPE_NAME && object->type ? type_unalias(object->type) : NULL;
  if (!t || t->kind != TYPE_NAMED || t->u.named.tparams.len) return;
  for (uint32_t i = 0; i < t->u.named.methods.len; i++)
    if (!is_generic_func(t->u.named.methods.items[i])) reach_declared(x, t->u.named.methods.items[i]);
}

static void export_object(Exporter *x, Object *object) {
  if (x->on_demand) reach_declared_bodies(x, object);
  if (object->kind == OBJECT_TYPE_NAME)
    reach_named(x, object);
  else
    reach_type(x, object->type);
  if (is_generic_func(object)) reach_generic_body(x, object);
  for (const FuncRow *row = map_get_ptr(&x->rows, object); row; row = row->next) {
    if (row->fn->unit != x->unit) *map_put(&x->unit->exported_foreign, func_symbol_key(row->fn)) = 1;
    reach_inline_body(x, row->fn);
  }
}

static void add_row(Exporter *x, Func *fn) {
  if (!fn->inl || !fn->object || fn->closure || fn->targs.len > 0) return;
  Object *owner = object_export_owner(fn->object);
  if (!owner) return;
  FuncRow *row = arena_new_of(x->scratch, FuncRow);
  *row = (FuncRow){map_get_ptr(&x->rows, owner), fn};
  map_set_ptr(&x->rows, owner, row);
}

static void export_names(Exporter *x, const Scope *scope) {
  for (uint32_t i = 0; i < scope->objects.len; i++)
    if (text_is_exported(atom_str(scope->objects.items[i]->name))) reach_object(x, scope->objects.items[i]);
  while (x->todo.len > 0) export_object(x, vec_pop(&x->todo));
}

void unit_export_bodies(Unit *unit) {
  if (unit->inlined_foreign.entries.len == 0) return;
  unit->exported_foreign = map_in(unit->arena);
  Arena *scratch = scratch_new();
  Exporter x = {.unit = unit, .scratch = scratch, .objects = map_in(scratch), .types = map_in(scratch)};
  x.rows = map_in(scratch);
  for (uint32_t i = 0; i < unit->funcs.len; i++) add_row(&x, unit->funcs.items[i]);
  vec_each (MapEntry, it, &unit->inlined_foreign.entries) add_row(&x, (Func *)(uintptr_t)it->key);
  export_names(&x, unit->pkg->scope);
  scratch_free(scratch);
}

bool unit_export_at_most(Unit *unit, Map *objects) {
  Arena *scratch = scratch_new();
  Exporter x = {.unit = unit, .scratch = scratch, .types = map_in(scratch), .on_demand = true};
  x.objects = map_in(unit->arena);
  x.rows = map_in(scratch);
  export_names(&x, unit->pkg->scope);
  scratch_free(scratch);
  *objects = x.objects;
  return x.asked < ASKED_MAX;
}

Map unit_export_types(Unit *unit) {
  Arena *scratch = scratch_new();
  Exporter x = {.unit = unit, .scratch = scratch, .types = map_in(scratch), .types_only = true};
  x.objects = map_in(unit->arena);
  x.rows = map_in(scratch);
  export_names(&x, unit->pkg->scope);
  scratch_free(scratch);
  return x.objects;
}

/* ---- the question ---- */

static bool hands_on(const Unit *unit, const Package *import, uint64_t key) {
  const Unit *other = unit->find_unit ? unit->find_unit(unit->context, import) : NULL;
  return other && map_find(&other->exported_foreign, key);
}

bool func_body_is_near(const Unit *unit, const Func *fn) {
  if (fn->unit == unit || fn->targs.len > 0) return true;
  for (uint32_t i = 0; i < unit->pkg->imports.len; i++)
    if (unit->pkg->imports.items[i] == fn->unit->pkg) return true;
  return false;
}

int32_t func_inline_cost(const Func *fn) {
  int32_t cost = fn->inl->cost;
  for (uint32_t i = 0; i < fn->inl->far_len; i++) {
    const FarCall *call = &fn->inl->far[i];
    int32_t least = call->seen < call->unseen ? call->seen : call->unseen;
    cost += (func_has_inline_body(fn->unit, call->callee) ? call->seen : call->unseen) - least;
  }
  return cost;
}

bool func_inline_cost_within(const Func *fn, int32_t limit) {
  int32_t most = fn->inl->cost;
  for (uint32_t i = 0; i < fn->inl->far_len; i++) {
    const FarCall *call = &fn->inl->far[i];
    most += call->seen < call->unseen ? call->unseen - call->seen : call->seen - call->unseen;
  }
  if (most <= limit || fn->inl->cost > limit) return most <= limit;
  return func_inline_cost(fn) <= limit;
}

bool func_has_inline_body(const Unit *unit, const Func *fn) {
  if (!fn->inl) return false;
  if (func_body_is_near(unit, fn)) return true;
  uint64_t key = func_symbol_key(fn);
  for (uint32_t i = 0; i < unit->pkg->imports.len; i++)
    if (hands_on(unit, unit->pkg->imports.items[i], key)) return true;
  return unit->is_handed && unit->is_handed(unit->context, unit, fn);
}
