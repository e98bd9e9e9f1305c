/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The predeclared names, package unsafe, and the memory in which all types and objects of a session live.
 *
 * In:  the interner and the target. Out: a Universe; its scope is the parent of all package scopes.
 * Idea: types and objects are allocated from one of a few arenas, chosen by the address of the calling thread's stack, so
 * that threads that check packages side by side hardly ever wait for each other.
 *
 * Go: cmd/compile/internal/types2/universe.go
 */
#include "types/check.h"

/* ---- session memory ---- */

void *universe_alloc(Universe *universe, size_t size) {
  char marker = 0;
  uintptr_t stack = (uintptr_t)&marker;
  AllocShard *shard = &universe->shards[(stack >> 30 ^ stack >> 23) % ARRAY_LEN(universe->shards)];
  while (__atomic_test_and_set(&shard->busy, __ATOMIC_ACQUIRE)) {}
  if (!shard->arena) shard->arena = arena_new();
  void *memory = arena_alloc(shard->arena, size);
  __atomic_clear(&shard->busy, __ATOMIC_RELEASE);
  return memory;
}

void *universe_copy_(Universe *universe, const void *items, size_t size) {
  return size ? memcpy(universe_alloc(universe, size), items, size) : NULL;
}

Arena *universe_arena(Universe *universe) { return universe->arena; }
Lock *universe_lock(Universe *universe) { return universe->lock; }
void **universe_lowering(Universe *universe) { return &universe->lowering; }
void **universe_generics(Universe *universe) { return &universe->generics; }

/* ---- constructors ---- */

#define SIZE_WITH(T, member) (offsetof(T, u) + sizeof(((T *)0)->u.member))

/* There are many types and objects, most of them of the small kinds. */
static size_t type_size_of(TypeKind kind) {
  switch (kind) {
  case TYPE_BASIC: return SIZE_WITH(Type, basic);
  case TYPE_NAMED: return SIZE_WITH(Type, named);
  case TYPE_ALIAS: return SIZE_WITH(Type, alias);
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return SIZE_WITH(Type, elem);
  case TYPE_MAP: return SIZE_WITH(Type, map);
  case TYPE_STRUCT: return SIZE_WITH(Type, structure);
  case TYPE_TUPLE: return SIZE_WITH(Type, tuple);
  case TYPE_SIGNATURE: return SIZE_WITH(Type, signature);
  case TYPE_INTERFACE: return SIZE_WITH(Type, interface);
  case TYPE_UNION: return SIZE_WITH(Type, union_);
  case TYPE_TYPE_PARAM: return SIZE_WITH(Type, tparam);
  }
  return sizeof(Type);
}

static size_t object_size_of(ObjectKind kind) {
  switch (kind) {
  case OBJECT_PACKAGE_NAME: return SIZE_WITH(Object, package_name);
  case OBJECT_CONST: return SIZE_WITH(Object, constant);
  case OBJECT_TYPE_NAME: return SIZE_WITH(Object, type_name);
  case OBJECT_VAR: return SIZE_WITH(Object, var);
  case OBJECT_FUNC: return SIZE_WITH(Object, func);
  case OBJECT_BUILTIN: return SIZE_WITH(Object, builtin);
  case OBJECT_LABEL:
  case OBJECT_NIL: return offsetof(Object, u);
  }
  return sizeof(Object);
}

Type *type_new(Universe *universe, TypeKind kind) {
  Type *t = universe_alloc(universe, type_size_of(kind));
  t->kind = kind;
  t->id = __atomic_add_fetch(&universe->type_count, 1, __ATOMIC_RELAXED);
  t->universe = universe;
  if (kind == TYPE_NAMED) t->u.named.state = universe_alloc(universe, sizeof(NamedState));
  return t;
}

Type *type_new_pointer(Universe *universe, Type *elem) {
  Type *t = type_new(universe, TYPE_POINTER);
  t->u.elem.type = elem;
  return t;
}

Type *type_new_slice(Universe *universe, Type *elem) {
  Type *t = type_new(universe, TYPE_SLICE);
  t->u.elem.type = elem;
  return t;
}

Type *type_new_array(Universe *universe, Type *elem, int64_t length) {
  Type *t = type_new(universe, TYPE_ARRAY);
  t->u.elem.type = elem;
  t->u.elem.length = length;
  return t;
}

Type *type_new_map(Universe *universe, Type *key, Type *value) {
  Type *t = type_new(universe, TYPE_MAP);
  t->u.map.key = key;
  t->u.map.value = value;
  return t;
}

Type *type_new_chan(Universe *universe, ChanDir dir, Type *elem) {
  Type *t = type_new(universe, TYPE_CHAN);
  t->u.elem.type = elem;
  t->u.elem.dir = dir;
  return t;
}

Type *type_new_tuple(Universe *universe, ObjectList vars) {
  if (vars.len == 0 && universe->empty_tuple) return universe->empty_tuple;
  Type *t = type_new(universe, TYPE_TUPLE);
  t->u.tuple.vars = vars;
  return t;
}

Type *type_new_struct(Universe *universe, ObjectList fields, Str *tags) {
  Type *t = type_new(universe, TYPE_STRUCT);
  t->u.structure.fields = fields;
  t->u.structure.tags = tags;
  return t;
}

Type *type_new_signature(Universe *universe, Object *recv, Type *params, Type *results, bool variadic) {
  assert(params && results);
  Type *t = type_new(universe, TYPE_SIGNATURE);
  t->u.signature.recv = recv;
  t->u.signature.params = params;
  t->u.signature.results = results;
  t->u.signature.variadic = variadic;
  return t;
}

Type *type_new_interface(Universe *universe, ObjectList methods, TypeList embeddeds) {
  if (methods.len == 0 && embeddeds.len == 0 && universe->empty_interface) return universe->empty_interface;
  Type *t = type_new(universe, TYPE_INTERFACE);
  for (uint32_t i = 0; i < methods.len; i++) {
    Type *signature = methods.items[i]->type;
    if (!signature->u.signature.recv)
      signature->u.signature.recv =
          object_new_var(universe, VAR_RECV, methods.items[i]->pkg, methods.items[i]->pos, NULL, t);
  }
  t->u.interface.methods = methods;
  t->u.interface.embeddeds = embeddeds;
  t->u.interface.complete = true;
  return t;
}

Type *type_new_named(Universe *universe, Object *object, Type *underlying) {
  Type *t = type_new(universe, TYPE_NAMED);
  t->u.named.object = object;
  t->u.named.from_rhs = underlying;
  t->u.named.underlying = underlying;
  if (!object->type) object->type = t;
  return t;
}

Object *object_new(Universe *universe, ObjectKind kind, Package *pkg, Pos pos, Atom name, Type *type) {
  Object *object = universe_alloc(universe, object_size_of(kind));
  object->kind = kind;
  object->id = __atomic_add_fetch(&universe->object_count, 1, __ATOMIC_RELAXED);
  object->pkg = pkg;
  object->pos = pos;
  object->name = name;
  object->type = type;
  return object;
}

Object *object_copy(Arena *arena, const Object *object) {
  size_t size = object_size_of(object->kind);
  return memcpy(arena_alloc(arena, size), object, size);
}

Object *object_new_var(Universe *universe, VarRole role, Package *pkg, Pos pos, Atom name, Type *type) {
  Object *object = object_new(universe, OBJECT_VAR, pkg, pos, name, type);
  object->u.var.role = role;
  return object;
}

/* ---- what is predeclared ---- */

static const struct {
  const char *name;
  uint32_t flags;
} basic_table[BASIC_KIND_COUNT] = {
    [BASIC_INVALID] = {"invalid type", 0},
    [BASIC_BOOL] = {"bool", BASIC_IS_BOOLEAN},
    [BASIC_INT] = {"int", BASIC_IS_INTEGER},
    [BASIC_INT8] = {"int8", BASIC_IS_INTEGER},
    [BASIC_INT16] = {"int16", BASIC_IS_INTEGER},
    [BASIC_INT32] = {"int32", BASIC_IS_INTEGER},
    [BASIC_INT64] = {"int64", BASIC_IS_INTEGER},
    [BASIC_UINT] = {"uint", BASIC_IS_INTEGER | BASIC_IS_UNSIGNED},
    [BASIC_UINT8] = {"uint8", BASIC_IS_INTEGER | BASIC_IS_UNSIGNED},
    [BASIC_UINT16] = {"uint16", BASIC_IS_INTEGER | BASIC_IS_UNSIGNED},
    [BASIC_UINT32] = {"uint32", BASIC_IS_INTEGER | BASIC_IS_UNSIGNED},
    [BASIC_UINT64] = {"uint64", BASIC_IS_INTEGER | BASIC_IS_UNSIGNED},
    [BASIC_UINTPTR] = {"uintptr", BASIC_IS_INTEGER | BASIC_IS_UNSIGNED},
    [BASIC_FLOAT32] = {"float32", BASIC_IS_FLOAT},
    [BASIC_FLOAT64] = {"float64", BASIC_IS_FLOAT},
    [BASIC_COMPLEX64] = {"complex64", BASIC_IS_COMPLEX},
    [BASIC_COMPLEX128] = {"complex128", BASIC_IS_COMPLEX},
    [BASIC_STRING] = {"string", BASIC_IS_STRING},
    [BASIC_UNSAFE_POINTER] = {"Pointer", 0},
    [BASIC_UNTYPED_BOOL] = {"untyped bool", BASIC_IS_BOOLEAN | BASIC_IS_UNTYPED},
    [BASIC_UNTYPED_INT] = {"untyped int", BASIC_IS_INTEGER | BASIC_IS_UNTYPED},
    [BASIC_UNTYPED_RUNE] = {"untyped rune", BASIC_IS_INTEGER | BASIC_IS_UNTYPED},
    [BASIC_UNTYPED_FLOAT] = {"untyped float", BASIC_IS_FLOAT | BASIC_IS_UNTYPED},
    [BASIC_UNTYPED_COMPLEX] = {"untyped complex", BASIC_IS_COMPLEX | BASIC_IS_UNTYPED},
    [BASIC_UNTYPED_STRING] = {"untyped string", BASIC_IS_STRING | BASIC_IS_UNTYPED},
    [BASIC_UNTYPED_NIL] = {"untyped nil", BASIC_IS_UNTYPED},
};

static const char *const builtin_names[BUILTIN_COUNT] = {
#define BUILTIN(NAME, text, args, variadic, kind) [BUILTIN_##NAME] = text,
#include "types/builtins.def"
#undef BUILTIN
};

static Object *define(Universe *u, ObjectKind kind, const char *name, Type *type) {
  Atom atom = intern_text(u->interner, name);
  bool in_unsafe = name_is_exported(atom);
  Object *object = object_new(u, kind, in_unsafe ? u->unsafe : NULL, POS_NONE, atom, type);
  Object *other = scope_insert(u, in_unsafe ? u->unsafe->scope : u->scope, object);
  if (other) BUG("predeclared twice: %s", name);
  return object;
}

static Type *basic_new(Universe *u, BasicKind kind, const char *name, uint32_t flags) {
  Type *t = type_new(u, TYPE_BASIC);
  t->u.basic.kind = kind;
  t->u.basic.flags = flags;
  t->u.basic.name = intern_text(u->interner, name);
  return t;
}

static void define_basic_types(Universe *u) {
  for (int kind = 0; kind < BASIC_KIND_COUNT; kind++) {
    u->basic[kind] = basic_new(u, (BasicKind)kind, basic_table[kind].name, basic_table[kind].flags);
    /* Names with blanks only occur in messages. */
    if (!strchr(basic_table[kind].name, ' '))
      define(u, OBJECT_TYPE_NAME, basic_table[kind].name, u->basic[kind]);
  }
  u->byte = basic_new(u, BASIC_UINT8, "byte", basic_table[BASIC_UINT8].flags);
  u->rune = basic_new(u, BASIC_INT32, "rune", basic_table[BASIC_INT32].flags);
  define(u, OBJECT_TYPE_NAME, "byte", u->byte);
  define(u, OBJECT_TYPE_NAME, "rune", u->rune);
}

static Type *named_new(Universe *u, const char *name, Type *interface) {
  Object *object = define(u, OBJECT_TYPE_NAME, name, NULL);
  return type_new_named(u, object, interface);
}

/* type error interface{ Error() string } */
static void define_error(Universe *u) {
  Object **results = universe_new_array(u, Object *, 1);
  results[0] = object_new_var(u, VAR_RESULT, NULL, POS_NONE, NULL, u->basic[BASIC_STRING]);
  Type *signature =
      type_new_signature(u, NULL, u->empty_tuple, type_new_tuple(u, (ObjectList){results, 1}), false);
  Object **methods = universe_new_array(u, Object *, 1);
  methods[0] = object_new(u, OBJECT_FUNC, NULL, POS_NONE, intern_text(u->interner, "Error"), signature);
  Type *interface = type_new(u, TYPE_INTERFACE);
  interface->u.interface.methods = (ObjectList){methods, 1};
  interface->u.interface.complete = true;
  u->error = named_new(u, "error", interface);
  signature->u.signature.recv = object_new_var(u, VAR_RECV, NULL, POS_NONE, NULL, u->error);
}

static void define_interfaces(Universe *u) {
  Type *empty = type_new(u, TYPE_INTERFACE);
  empty->u.interface.complete = true;
  u->empty_interface = empty;
  define_error(u);

  u->any_object = define(u, OBJECT_TYPE_NAME, "any", NULL);
  u->any = type_new(u, TYPE_ALIAS);
  u->any->u.alias.object = u->any_object;
  /* An interface of its own: the compiler prints it as any, and interface{} as written. */
  Type *any = type_new(u, TYPE_INTERFACE);
  any->u.interface.complete = true;
  u->any->u.alias.from_rhs = u->any->u.alias.actual = any;
  u->any_object->type = u->any;
  u->any_object->u.type_name.is_alias = true;

  Type *comparable = type_new(u, TYPE_INTERFACE);
  comparable->u.interface.complete = true;
  u->comparable_interface = comparable;
  u->comparable = named_new(u, "comparable", comparable);
  u->comparable_object = u->comparable->u.named.object;
}

static void define_values(Universe *u) {
  Object *object = define(u, OBJECT_CONST, "true", u->basic[BASIC_UNTYPED_BOOL]);
  object->u.constant.value = const_make_bool(u->arena, true);
  object = define(u, OBJECT_CONST, "false", u->basic[BASIC_UNTYPED_BOOL]);
  object->u.constant.value = const_make_bool(u->arena, false);
  u->iota = define(u, OBJECT_CONST, "iota", u->basic[BASIC_UNTYPED_INT]);
  u->iota->u.constant.value = const_make_int64(u->arena, 0);
  define(u, OBJECT_NIL, "nil", u->basic[BASIC_UNTYPED_NIL]);
  for (int id = 0; id < BUILTIN_COUNT; id++) {
    object = define(u, OBJECT_BUILTIN, builtin_names[id], u->basic[BASIC_INVALID]);
    object->u.builtin.id = (BuiltinId)id;
  }
}

Universe *universe_new(Interner *interner, const Target *target) {
  Arena *arena = arena_new();
  Universe *u = arena_new_of(arena, Universe);
  u->arena = arena;
  u->interner = interner;
  u->target = target;
  u->lock = lock_new(arena);
  u->instances = map_in(arena);
  u->blank = intern_text(interner, "_");
  u->init = intern_text(interner, "init");
  u->main = intern_text(interner, "main");
  u->dot = intern_text(interner, ".");
  u->scope = scope_new(u, NULL);
  u->empty_tuple = type_new(u, TYPE_TUPLE);
  Atom unsafe = intern_text(interner, "unsafe");
  u->unsafe = package_new_synthetic(u, unsafe, unsafe);
  u->unsafe->is_unsafe = true;
  u->unsafe->is_std = true;
  define_basic_types(u);
  define_interfaces(u);
  define_values(u);
  return u;
}

void universe_free(Universe *universe) {
  if (!universe) return;
  for (size_t i = 0; i < ARRAY_LEN(universe->shards); i++) arena_free(universe->shards[i].arena);
  arena_free(universe->arena);
}

size_t universe_bytes(const Universe *universe) {
  size_t sum = arena_bytes(universe->arena);
  for (size_t i = 0; i < ARRAY_LEN(universe->shards); i++) sum += arena_bytes(universe->shards[i].arena);
  return sum;
}

/* ---- access ---- */

Type *universe_basic(const Universe *universe, BasicKind kind) { return universe->basic[kind]; }
Type *universe_byte(const Universe *universe) { return universe->byte; }
Type *universe_rune(const Universe *universe) { return universe->rune; }
Type *universe_any(const Universe *universe) { return universe->any; }
Type *universe_error(const Universe *universe) { return universe->error; }
Type *universe_comparable(const Universe *universe) { return universe->comparable; }
Type *universe_empty_interface(const Universe *universe) { return universe->empty_interface; }
Type *universe_empty_tuple(const Universe *universe) { return universe->empty_tuple; }
Package *universe_unsafe(const Universe *universe) { return universe->unsafe; }
Scope *universe_scope(const Universe *universe) { return universe->scope; }
Type *type_invalid(const Universe *universe) { return universe->basic[BASIC_INVALID]; }
