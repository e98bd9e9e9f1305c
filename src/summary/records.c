/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Records of a summary -> objects and types.
 *
 * Each is made once. It is entered in its table before its parts are read, so that parts that lead back find it. The package's
 * lock is held.
 *
 * Go: cmd/compile/internal/noder/reader.go, cmd/compile/internal/importer/ureader.go
 */
#include "summary/reader.h"

static Type *type_at(Summary *s, uint32_t index);

/* ---- references ---- */

static Type *get_type(Summary *s, Wire *wire) {
  uint32_t id = wire_get_below(wire, (uint64_t)FIXED_COUNT + s->type_len);
  if (wire->bad) summary_broken(s);
  if (id == FIXED_NONE) return NULL;
  return id < FIXED_COUNT ? fixed_type(s->universe, id) : type_at(s, id - FIXED_COUNT);
}

static Type *get_some_type(Summary *s, Wire *wire) {
  Type *t = get_type(s, wire);
  if (!t) summary_broken(s);
  return t;
}

static Type *get_tuple(Summary *s, Wire *wire) {
  Type *t = get_some_type(s, wire);
  if (t->kind != TYPE_TUPLE) summary_broken(s);
  return t;
}

static TypeList get_types(Summary *s, Wire *wire) {
  uint32_t len = wire_get_count(wire);
  TypeList list = {len ? arena_new_array(s->arena, Type *, len) : NULL, len};
  for (uint32_t i = 0; i < len; i++) list.items[i] = get_some_type(s, wire);
  return list;
}

static TypeList get_type_params(Summary *s, Wire *wire) {
  TypeList list = get_types(s, wire);
  for (uint32_t i = 0; i < list.len; i++)
    if (list.items[i]->kind != TYPE_TYPE_PARAM) summary_broken(s);
  return list;
}

static Object *get_object(Summary *s, Wire *wire) {
  uint32_t number = wire_get_below(wire, (uint64_t)s->object_len + 1);
  if (wire->bad) summary_broken(s);
  return number ? summary_object(s, number - 1) : NULL;
}

static ObjectList get_objects(Summary *s, Wire *wire, ObjectKind kind) {
  uint32_t len = wire_get_count(wire);
  ObjectList list = {len ? arena_new_array(s->arena, Object *, len) : NULL, len};
  for (uint32_t i = 0; i < len; i++) {
    list.items[i] = get_object(s, wire);
    if (!list.items[i] || list.items[i]->kind != kind) summary_broken(s);
  }
  return list;
}

/* ---- types ---- */

static Type *get_foreign(Summary *s, Wire *wire) {
  Package *pkg = summary_foreign(s, wire);
  const Object *object = summary_lookup(s, pkg, summary_atom(s, wire));
  if (object->kind != OBJECT_TYPE_NAME || !object->type) summary_broken(s);
  return object->type;
}

static Type *get_instance(Summary *s, Wire *wire) {
  Type *origin = get_some_type(s, wire);
  TypeList targs = get_types(s, wire);
  if (origin->kind != TYPE_NAMED && origin->kind != TYPE_ALIAS) summary_broken(s);
  if (origin->kind == TYPE_ALIAS && (!origin->u.alias.from_rhs || origin->u.alias.tparams.len != targs.len))
    summary_broken(s);
  return type_instantiate(s->universe, origin, targs);
}

static Object *get_type_name(Summary *s, Wire *wire) {
  Object *object = get_object(s, wire);
  if (!object || object->kind != OBJECT_TYPE_NAME) summary_broken(s);
  return object;
}

static void read_named(Summary *s, Wire *wire, Type *t) {
  t->u.named.object = get_type_name(s, wire);
  t->u.named.tparams = get_type_params(s, wire);
  t->u.named.from_rhs = get_some_type(s, wire);
  ObjectList methods = get_objects(s, wire, OBJECT_FUNC);
  named_add_methods(t, methods.items, methods.len, s->arena);
}

static void read_alias(Summary *s, Wire *wire, Type *t) {
  t->u.alias.tparams = get_type_params(s, wire);
  t->u.alias.from_rhs = get_some_type(s, wire);
}

static void read_struct(Summary *s, Wire *wire, Type *t) {
  t->u.structure.fields = get_objects(s, wire, OBJECT_VAR);
  if (!wire_get(wire)) return;
  uint32_t len = t->u.structure.fields.len;
  t->u.structure.tags = arena_new_array(s->arena, Str, len);
  for (uint32_t i = 0; i < len; i++) t->u.structure.tags[i] = wire_get_str(wire);
}

static void read_signature(Summary *s, Wire *wire, Type *t) {
  t->u.signature.params = t->u.signature.results = universe_empty_tuple(s->universe);
  t->u.signature.recv = get_object(s, wire);
  t->u.signature.tparams = get_type_params(s, wire);
  t->u.signature.recv_tparams = get_type_params(s, wire);
  t->u.signature.params = get_tuple(s, wire);
  t->u.signature.results = get_tuple(s, wire);
  t->u.signature.variadic = (wire_get(wire) & BIT_VARIADIC) != 0;
}

static void read_union(Summary *s, Wire *wire, Type *t) {
  uint32_t len = wire_get_count(wire);
  t->u.union_.terms = arena_new_array(s->arena, UnionTerm, len);
  for (uint32_t i = 0; i < len; i++) {
    t->u.union_.terms[i].tilde = wire_get(wire) != 0;
    t->u.union_.terms[i].type = get_some_type(s, wire);
  }
  t->u.union_.len = len;
}

static void read_interface(Summary *s, Wire *wire, Type *t) {
  t->u.interface.methods = get_objects(s, wire, OBJECT_FUNC);
  t->u.interface.embeddeds = get_types(s, wire);
  t->u.interface.implicit = (wire_get(wire) & BIT_IMPLICIT) != 0;
  t->u.interface.pkg = summary_foreign(s, wire);
  t->u.interface.complete = true;
}

static void read_elem(Summary *s, Wire *wire, Type *t) {
  if (t->kind == TYPE_ARRAY) t->u.elem.length = wire_get_signed(wire);
  if (t->kind == TYPE_CHAN) t->u.elem.dir = (ChanDir)wire_get_below(wire, CHAN_RECV + 1);
  t->u.elem.type = get_some_type(s, wire);
}

static void read_type_param(Summary *s, Wire *wire, Type *t) {
  t->u.tparam.object = get_type_name(s, wire);
  t->u.tparam.index = wire_get_below(wire, UINT32_MAX);
  t->u.tparam.bound = get_some_type(s, wire);
}

static void read_parts(Summary *s, Wire *wire, Type *t) {
  switch (t->kind) {
  case TYPE_BASIC: summary_broken(s);
  case TYPE_NAMED: read_named(s, wire, t); break;
  case TYPE_ALIAS: read_alias(s, wire, t); break;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: read_elem(s, wire, t); break;
  case TYPE_MAP:
    t->u.map.key = get_some_type(s, wire);
    t->u.map.value = get_some_type(s, wire);
    break;
  case TYPE_STRUCT: read_struct(s, wire, t); break;
  case TYPE_TUPLE: t->u.tuple.vars = get_objects(s, wire, OBJECT_VAR); break;
  case TYPE_SIGNATURE: read_signature(s, wire, t); break;
  case TYPE_INTERFACE: read_interface(s, wire, t); break;
  case TYPE_UNION: read_union(s, wire, t); break;
  case TYPE_TYPE_PARAM: read_type_param(s, wire, t); break;
  }
}

static Wire record_at(const Summary *s, Section offsets, uint32_t index) {
  Wire wire = {.bytes = s->sections[SECTION_RECORDS]};
  wire.at = summary_word(s->sections[offsets], index);
  if (wire.at > wire.bytes.len) summary_broken(s);
  return wire;
}

/* Declared types, interfaces (through their methods' receivers) and type parameters may lead back to themselves. */
static bool may_recur(const Type *t) {
  return t->kind == TYPE_NAMED || t->kind == TYPE_INTERFACE || t->kind == TYPE_TYPE_PARAM;
}

static Type *type_at(Summary *s, uint32_t index) {
  Type *t = s->types[index];
  if (t) {
    if (s->open[index] == s->through + 1 && !may_recur(t)) summary_broken(s);
    return t;
  }
  Wire wire = record_at(s, SECTION_TYPES, index);
  uint32_t kind = wire_get_below(&wire, RECORD_KIND_COUNT);
  if (kind == RECORD_FOREIGN || kind == RECORD_INSTANCE) {
    t = kind == RECORD_FOREIGN ? get_foreign(s, &wire) : get_instance(s, &wire);
    s->types[index] = t;
  } else {
    t = s->types[index] = type_new(s->universe, (TypeKind)kind);
    if (t->kind == TYPE_TYPE_PARAM) t->u.tparam.serial = t->id;
    if (t->kind == TYPE_ALIAS)
      t->u.alias.object = get_type_name(s, &wire); /* leads back to the alias, rightly */
    s->open[index] = s->through + 1;
    s->through += may_recur(t);
    read_parts(s, &wire, t);
    s->through -= may_recur(t);
    s->open[index] = 0;
  }
  if (wire.bad) summary_broken(s);
  return t;
}

/* ---- objects ---- */

static void insert_named(Summary *s, Scope *scope, Object *object) {
  Str name = object ? atom_str(object->name) : STR("");
  if (name.len && !str_equal(name, STR("_"))) scope_insert(s->universe, scope, object);
}

static void insert_all(Summary *s, Scope *scope, ObjectList list) {
  for (uint32_t i = 0; i < list.len; i++) insert_named(s, scope, list.items[i]);
}

/* The scope in which the body will be checked. */
static void open_body_scope(Summary *s, const PackageFile *file, Type *signature) {
  if (signature->u.signature.scope) return; /* of a function and of a variable that holds it */
  Scope *scope = signature->u.signature.scope = scope_new(s->universe, file->scope);
  scope->is_func = true;
  TypeList lists[2] = {signature->u.signature.recv_tparams, signature->u.signature.tparams};
  for (int k = 0; k < 2; k++)
    for (uint32_t i = 0; i < lists[k].len; i++) insert_named(s, scope, lists[k].items[i]->u.tparam.object);
  insert_named(s, scope, signature->u.signature.recv);
  insert_all(s, scope, signature->u.signature.params->u.tuple.vars);
  insert_all(s, scope, signature->u.signature.results->u.tuple.vars);
}

void summary_open_scopes(Summary *s) {
  for (uint32_t i = 0; i < s->bodies.len; i++)
    open_body_scope(s, s->bodies.items[i]->u.func.file, s->bodies.items[i]->type);
  s->bodies.len = 0;
}

static void read_declaration(Summary *s, Wire *wire, Object *object) {
  PackageFile *file = &s->pkg->files[wire_get_below(wire, s->pkg->file_len)];
  if (wire->bad || object->type->kind != TYPE_SIGNATURE) summary_broken(s);
  FuncDecl *decl = arena_new_of(s->arena, FuncDecl);
  decl->node = (Node){.kind = NODE_FUNC_DECL, .id = s->pkg->ids->next++};
  decl->pragma = wire_get_below(wire, UINT32_MAX);
  decl->node.pos = summary_position(s, wire);
  decl->body_offset = wire_get_below(wire, file->syntax->source->text.len + 1);
  decl->body_len = wire_get_below(wire, file->syntax->source->text.len - decl->body_offset + 1);
  decl->name = arena_new_of(s->arena, NameExpr);
  decl->name->node = (Node){.kind = NODE_NAME, .id = s->pkg->ids->next++, .pos = object->pos};
  decl->name->name = object->name;
  object->u.func.syntax = decl;
  object->u.func.file = file;
  object->decl = arena_new_of(s->arena, DeclInfo);
  object->decl->file = file;
  object->decl->func_decl = decl;
  object->decl->local_types = wire_get_below(wire, UINT32_MAX);
  object->decl->text = wire_get_below(wire, (uint64_t)s->sections[SECTION_BODIES].len + 1);
  object->decl->dep_set = map_in(s->arena);
  vec_push(s->arena, &s->bodies, object);
}

static void read_function(Summary *s, Wire *wire, Object *object) {
  uint64_t bits = wire_get(wire);
  object->u.func.has_ptr_recv = (bits & BIT_PTR_RECV) != 0;
  object->u.func.nointerface = (bits & BIT_NOINTERFACE) != 0;
  if (!object->type) summary_broken(s);
  if (bits & BIT_SYNTAX) read_declaration(s, wire, object);
}

static void read_details(Summary *s, Wire *wire, Object *object) {
  switch ((int)object->kind) {
  case OBJECT_CONST: object->u.constant.value = const_get(s->arena, wire); break;
  case OBJECT_VAR:
    object->u.var.role = (VarRole)wire_get_below(wire, VAR_FIELD + 1);
    object->u.var.embedded = (wire_get(wire) & BIT_EMBEDDED) != 0;
    object->u.var.field_index = wire_get_below(wire, UINT32_MAX);
    break;
  case OBJECT_FUNC: read_function(s, wire, object); break;
  case OBJECT_TYPE_NAME: object->u.type_name.is_alias = (wire_get(wire) & BIT_ALIAS) != 0; break;
  default: summary_broken(s);
  }
  if (!object->type) summary_broken(s);
}

Object *summary_object(Summary *s, uint32_t index) {
  Object *object = s->objects[index];
  if (object) return object;
  Wire wire = record_at(s, SECTION_OBJECTS, index);
  ObjectKind kind = (ObjectKind)wire_get_below(&wire, OBJECT_NIL + 1);
  Atom name = summary_atom(s, &wire);
  object = s->objects[index] = object_new(s->universe, kind, NULL, POS_NONE, name, NULL);
  object->pkg = summary_foreign(s, &wire);
  object->pos = summary_position(s, &wire);
  object->order = wire_get_below(&wire, UINT32_MAX);
  object->used = true;
  if (index < s->name_len) {
    object->parent = s->pkg->scope;
    vec_push(s->arena, &s->fresh, index);
  }
  object->type = get_type(s, &wire);
  read_details(s, &wire, object);
  if (wire.bad) summary_broken(s);
  return object;
}
