/* SPDX-License-Identifier: BSD-3-Clause
 *
 * export_packages: the packages that a unit's export data names (FRONT_TYPECHECK).
 *
 * In: a unit. Out: its own package and those of all that importers of it can come across: objects with everything that their declarations
 * mention, and what the bodies mention that come along. A package that two of them call by the same name is printed with its path.
 *
 * Two walks. The first finds the bodies that importers may want: of functions that can be reached by using values, so not through
 * types of parameters; and what such bodies call. The second follows what is written for each object: of types all methods, of
 * bodies only what they spell out (x.f names neither the type of x nor that of f).
 *
 * Go: cmd/compile/internal/gc/bexport.go (markType), inl.go (inlFlood), iexport.go (of Go 1.12 to 1.15)
 */
#include "ir/ir.h"

typedef struct Exporter {
  Unit *unit;
  Arena *scratch;
  Map used;    /* Type* -> 1: values of it can be had */
  Map bodies;  /* Func* -> 1: exported with its body */
  Map written; /* Object*, Type* -> 1 */
  Map *packages;
  VEC(Object *) todo;
} Exporter;

static bool first_time(Map *map, const void *key) {
  uint64_t *seen = map_put(map, map_key(key));
  return *seen ? false : (*seen = 1);
}

static bool is_exported(const Object *object) { return text_is_exported(atom_str(object->name)); }

static Func *inlinable(Exporter *x, Object *object) {
  Unit *unit = x->unit;
  if (object->kind != OBJECT_FUNC || !object->pkg || !object->u.func.syntax) return NULL;
  if (object->type->u.signature.tparams.len || object->type->u.signature.recv_tparams.len) return NULL;
  Func *fn = unit->resolve_func(unit->context, unit, object);
  if (!fn) return NULL;
  unit->require_func(unit->context, fn, NEED_INLINE);
  return fn->inl ? fn : NULL;
}

static OpList inline_statements(Func *fn) {
  const InlineBody *inl = func_inline_body(fn);
  return (OpList){inl->body_items, inl->body_len, inl->body_len};
}

/* The method of a call x.M(…); NULL: another call. */
static Object *called_method(const Op *op) {
  bool method = op->kind == OP_CALLFUNC && (op->flags & OP_METHOD_CALL) && op->fun->kind == OP_METHEXPR;
  return method ? op->fun->method : NULL;
}

static Object *named_object(const Op *op) {
  if (op->kind != OP_NAME || (op->name->class_ != CLASS_FUNC && op->name->class_ != CLASS_EXTERN))
    return NULL;
  return op->name->object ? op->name->object : op->name->func ? op->name->func->object : NULL;
}

/* ---- bodies ---- */

static void write_object(Exporter *x, Object *object);
static void use_body(Exporter *x, Object *object);

static bool use_op(void *context, Op *op) {
  Exporter *x = context;
  Object *object = op->kind == OP_METHEXPR ? op->method : named_object(op);
  if (object && object->kind == OBJECT_FUNC) use_body(x, object);
  return false;
}

static void use_body(Exporter *x, Object *object) {
  Func *fn = inlinable(x, object);
  if (!fn || !first_time(&x->bodies, fn)) return;
  OpList body = inline_statements(fn);
  op_list_any(&body, use_op, x);
}

static void use_type(Exporter *x, Type *t);

static void use_results(Exporter *x, Type *signature) {
  ObjectList results = signature->u.signature.results->u.tuple.vars;
  for (uint32_t i = 0; i < results.len; i++) use_type(x, results.items[i]->type);
}

static void use_func(Exporter *x, Object *object) {
  use_body(x, object);
  use_results(x, object->type);
}

static void use_named(Exporter *x, Type *t) {
  if (type_underlying(t)->kind == TYPE_INTERFACE) return;
  for (uint32_t i = 0; i < t->u.named.methods.len; i++)
    if (is_exported(t->u.named.methods.items[i])) use_func(x, t->u.named.methods.items[i]);
}

static void use_parts(Exporter *x, Type *t) {
  switch (t->kind) {
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY: use_type(x, t->u.elem.type); break;
  case TYPE_CHAN:
    if (t->u.elem.dir != CHAN_SEND) use_type(x, t->u.elem.type);
    break;
  case TYPE_MAP:
    use_type(x, t->u.map.key);
    use_type(x, t->u.map.value);
    break;
  case TYPE_STRUCT:
    for (uint32_t i = 0; i < t->u.structure.fields.len; i++) {
      const Object *field = t->u.structure.fields.items[i];
      if (is_exported(field) || field->u.var.embedded) use_type(x, field->type);
    }
    break;
  case TYPE_SIGNATURE: use_results(x, t); break;
  case TYPE_INTERFACE: {
    InterfaceMethods methods = interface_methods(x->unit->universe, t);
    for (uint32_t i = 0; i < methods.len; i++)
      if (is_exported(methods.items[i])) use_results(x, methods.items[i]->type);
    break;
  }
  case TYPE_BASIC:
  case TYPE_NAMED:
  case TYPE_ALIAS:
  case TYPE_TUPLE:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: break;
  }
}

static void use_type(Exporter *x, Type *t) {
  if (!t) return;
  t = type_unalias(t);
  if (!first_time(&x->used, t)) return;
  if (t->kind == TYPE_NAMED) use_named(x, t);
  use_parts(x, type_underlying(t));
}

/* ---- what is written ---- */

static void write_object(Exporter *x, Object *object) {
  if (!object || !object->pkg || !first_time(&x->written, object)) return;
  *map_put(x->packages, map_key(object->pkg)) = 1;
  vec_push(x->scratch, &x->todo, object);
}

static void write_type(Exporter *x, Type *t);

static void write_types(Exporter *x, ObjectList list) {
  for (uint32_t i = 0; i < list.len; i++) write_type(x, list.items[i]->type);
}

static void write_signature(Exporter *x, Type *signature) {
  write_types(x, signature->u.signature.params->u.tuple.vars);
  write_types(x, signature->u.signature.results->u.tuple.vars);
}

static void write_parts(Exporter *x, Type *t) {
  switch (t->kind) {
  case TYPE_NAMED: write_object(x, t->u.named.object); break;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: write_type(x, t->u.elem.type); break;
  case TYPE_MAP:
    write_type(x, t->u.map.key);
    write_type(x, t->u.map.value);
    break;
  case TYPE_STRUCT: write_types(x, t->u.structure.fields); break;
  case TYPE_TUPLE: write_types(x, t->u.tuple.vars); break;
  case TYPE_SIGNATURE: write_signature(x, t); break;
  case TYPE_INTERFACE:
    for (uint32_t i = 0; i < t->u.interface.embeddeds.len; i++)
      write_type(x, t->u.interface.embeddeds.items[i]);
    write_types(x, t->u.interface.methods);
    break;
  case TYPE_BASIC:
  case TYPE_ALIAS:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: break;
  }
}

static void write_type(Exporter *x, Type *t) {
  if (!t) return;
  t = type_unalias(t);
  if (first_time(&x->written, t)) write_parts(x, t);
}

/* Its type is a part of what the op looks like in export data. */
static bool shows_type(const Op *op) {
  switch ((int)op->kind) {
  case OP_LITERAL:
  case OP_TYPE:
  case OP_COMPLIT:
  case OP_STRUCTLIT:
  case OP_ARRAYLIT:
  case OP_SLICELIT:
  case OP_MAPLIT:
  case OP_DOTTYPE:
  case OP_DOTTYPE2:
  case OP_CONV:
  case OP_CONVIFACE:
  case OP_CONVNOP:
  case OP_BYTES2STR:
  case OP_RUNES2STR:
  case OP_STR2BYTES:
  case OP_STR2RUNES:
  case OP_RUNESTR:
  case OP_MAKEMAP:
  case OP_MAKECHAN:
  case OP_MAKESLICE: return true;
  default: return false;
  }
}

static bool write_op(void *context, Op *op) {
  Exporter *x = context;
  write_object(x, named_object(op));
  if (op->kind == OP_DCL) write_type(x, op->x->type);
  if (shows_type(op)) write_type(x, op->type);
  if (!called_method(op)) return op_children(op, write_op, x);
  for (uint32_t i = 0; i < op_init(op)->len; i++) write_op(x, op_init(op)->items[i]);
  for (uint32_t i = 0; i < op->args.len; i++) write_op(x, op->args.items[i]);
  return false;
}

static void write_func(Exporter *x, Object *object) {
  write_signature(x, object->type);
  Func *fn = inlinable(x, object);
  if (!fn || !map_find(&x->bodies, map_key(fn))) return;
  OpList body = inline_statements(fn);
  for (uint32_t i = 0; i < body.len; i++) write_op(x, body.items[i]);
}

static void write_declaration(Exporter *x, Object *object) {
  if (object->kind == OBJECT_FUNC) {
    write_func(x, object);
    return;
  }
  write_type(x, object->type);
  Type *t = type_unalias(object->type);
  if (object->kind != OBJECT_TYPE_NAME || t->kind != TYPE_NAMED || t->u.named.object != object) return;
  write_type(x, type_underlying(t));
  for (uint32_t i = 0; i < t->u.named.methods.len; i++) write_func(x, t->u.named.methods.items[i]);
}

/* ---- the unit ---- */

static void use_object(Exporter *x, Object *object) {
  if (object->kind == OBJECT_FUNC)
    use_func(x, object);
  else
    use_type(x, object->type);
}

Map unit_export_packages(Unit *unit, Arena *arena) {
  Map packages = map_in(arena);
  Arena *scratch = scratch_new();
  Exporter x = {.unit = unit, .scratch = scratch, .packages = &packages};
  x.used = map_in(scratch);
  x.bodies = map_in(scratch);
  x.written = map_in(scratch);
  *map_put(&packages, map_key(unit->pkg)) = 1;
  ObjectList objects = scope_objects(unit->pkg->scope);
  for (uint32_t i = 0; i < objects.len; i++)
    if (is_exported(objects.items[i])) use_object(&x, objects.items[i]);
  for (uint32_t i = 0; i < objects.len; i++)
    if (is_exported(objects.items[i])) write_object(&x, objects.items[i]);
  while (x.todo.len > 0) write_declaration(&x, vec_pop(&x.todo));
  scratch_free(scratch);
  return packages;
}
