/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Types as the compiler's back end sees them: kinds below names, shapes, which conversion op stands between two types.
 *
 * Shape types are named types of the package go.shape, one per underlying type in the session. A shape is equal to what it
 * stands for in most rules (same_type), but not in the strict sense (type_identical).
 *
 * Go: cmd/compile/internal/typecheck/subr.go, cmd/compile/internal/types/{type,identity}.go, noder/reader.go (shapify)
 */
#include <nettle/sha2.h>
#include <stdio.h>

#include "lower/internal.h"

/* One text stands for several shapes when a package and its test variant, which have the same path, are compiled in one session. */
typedef struct Shape {
  Type *type;
  struct Shape *next; /* same text */
} Shape;

typedef struct ShapeTable { /* session-wide, under the universe's lock */
  Package *pkg;
  StrMap types; /* text -> Shape* */
  Map written;  /* shaped instance Type* -> its underlying type as substituted, before shape_underlying */
} ShapeTable;

enum { FIRST_NOTE_BITS = 6, FIRST_NOTE_SLOTS = 1 << FIRST_NOTE_BITS };

NoteTable note_table_new(Lowering *low, uint32_t note_size) {
  return (NoteTable){.slots = arena_new_array(low->arena, uint32_t *, FIRST_NOTE_SLOTS),
                     .slot_mask = FIRST_NOTE_SLOTS - 1,
                     .shift = 32 - FIRST_NOTE_BITS,
                     .note_size = note_size};
}

static void note_insert(NoteTable *table, uint32_t *note) {
  uint32_t i = note_slot(table, *note);
  while (table->slots[i]) i = (i + 1) & table->slot_mask;
  table->slots[i] = note;
}

static void note_table_grow(Lowering *low, NoteTable *table) {
  uint32_t **old = table->slots, len = table->slot_mask + 1;
  table->slots = arena_new_array(low->arena, uint32_t *, 2 * (size_t)len);
  table->slot_mask = 2 * len - 1;
  table->shift--;
  for (uint32_t i = 0; i < len; i++)
    if (old[i]) note_insert(table, old[i]);
}

void *note_make(Lowering *low, NoteTable *table, uint32_t id) {
  if (++table->len > table->slot_mask / 2) note_table_grow(low, table);
  uint32_t *note = arena_alloc(low->arena, table->note_size);
  *note = id;
  note_insert(table, note);
  return note;
}

bool is_basic_flag(Type *t, uint32_t flags) {
  Type *u = under(t);
  return u->kind == TYPE_BASIC && (u->u.basic.flags & flags) != 0;
}

bool is_basic_kind(Type *t, BasicKind kind) { return type_is_basic(under(t), kind); }

bool is_empty_interface(Lowering *low, Type *t) {
  Type *u = under(t);
  return u->kind == TYPE_INTERFACE && interface_methods(low->universe, u).len == 0;
}

bool is_named(Type *t) {
  t = type_unalias(t);
  return t->kind == TYPE_NAMED || t->kind == TYPE_BASIC;
}

bool is_shape(Type *t) {
  t = type_unalias(t);
  return t->kind == TYPE_NAMED && t->u.named.object->pkg && t->u.named.object->pkg->path &&
         strcmp(t->u.named.object->pkg->path->text, "go.shape") == 0;
}

static bool any_has_shape(Lowering *low, Type *const *items, uint32_t len) {
  for (uint32_t i = 0; i < len; i++)
    if (has_shape(low, items[i])) return true;
  return false;
}

static bool objects_have_shape(Lowering *low, ObjectList objects) {
  for (uint32_t i = 0; i < objects.len; i++)
    if (has_shape(low, objects.items[i]->type)) return true;
  return false;
}

static bool find_shape(Lowering *low, Type *t) {
  switch (t->kind) {
  case TYPE_NAMED: return is_shape(t) || any_has_shape(low, t->u.named.targs.items, t->u.named.targs.len);
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return has_shape(low, t->u.elem.type);
  case TYPE_MAP: return has_shape(low, t->u.map.key) || has_shape(low, t->u.map.value);
  case TYPE_STRUCT: return objects_have_shape(low, t->u.structure.fields);
  case TYPE_TUPLE: return objects_have_shape(low, t->u.tuple.vars);
  case TYPE_SIGNATURE: return has_shape(low, t->u.signature.params) || has_shape(low, t->u.signature.results);
  case TYPE_INTERFACE:
    return objects_have_shape(low, t->u.interface.methods) ||
           any_has_shape(low, t->u.interface.embeddeds.items, t->u.interface.embeddeds.len);
  case TYPE_BASIC:
  case TYPE_ALIAS:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: return false;
  }
  return false;
}

bool has_shape(Lowering *low, Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_BASIC) return false;
  TypeNote *note = type_note(low, t);
  if (note->shape != SHAPE_UNKNOWN) return note->shape == SHAPE_YES;
  note->shape = SHAPE_NO; /* while we look: recursive types */
  if (find_shape(low, t)) note->shape = SHAPE_YES;
  return note->shape == SHAPE_YES;
}

Type *elem_of(Type *t) {
  Type *u = under(t);
  assert(u->kind == TYPE_POINTER || u->kind == TYPE_SLICE || u->kind == TYPE_ARRAY || u->kind == TYPE_CHAN);
  return u->u.elem.type;
}

Type *deref(Type *t) {
  Type *u = under(t);
  return u->kind == TYPE_POINTER ? u->u.elem.type : t;
}

/* ---- identity up to shapes ---- */

static bool same_objects(Lowering *low, ObjectList a, ObjectList b) {
  if (a.len != b.len) return false;
  for (uint32_t i = 0; i < a.len; i++)
    if (!same_type(low, a.items[i]->type, b.items[i]->type)) return false;
  return true;
}

static bool same_interface(Lowering *low, Type *a, Type *b) {
  InterfaceMethods x = interface_methods(low->universe, a), y = interface_methods(low->universe, b);
  if (x.len != y.len) return false;
  for (uint32_t i = 0; i < x.len; i++)
    if (x.items[i]->name != y.items[i]->name || !same_type(low, x.items[i]->type, y.items[i]->type))
      return false;
  return true;
}

static bool same_structure(Lowering *low, Type *a, Type *b) {
  if (a->kind != b->kind) return false;
  switch (a->kind) {
  case TYPE_BASIC: return a->u.basic.kind == b->u.basic.kind;
  case TYPE_ARRAY:
    return a->u.elem.length == b->u.elem.length && same_type(low, a->u.elem.type, b->u.elem.type);
  case TYPE_CHAN: return a->u.elem.dir == b->u.elem.dir && same_type(low, a->u.elem.type, b->u.elem.type);
  case TYPE_POINTER:
  case TYPE_SLICE: return same_type(low, a->u.elem.type, b->u.elem.type);
  case TYPE_MAP:
    return same_type(low, a->u.map.key, b->u.map.key) && same_type(low, a->u.map.value, b->u.map.value);
  case TYPE_STRUCT: return same_objects(low, a->u.structure.fields, b->u.structure.fields);
  case TYPE_TUPLE: return same_objects(low, a->u.tuple.vars, b->u.tuple.vars);
  case TYPE_SIGNATURE:
    return a->u.signature.variadic == b->u.signature.variadic &&
           same_type(low, a->u.signature.params, b->u.signature.params) &&
           same_type(low, a->u.signature.results, b->u.signature.results);
  case TYPE_INTERFACE: return same_interface(low, a, b);
  case TYPE_NAMED:
  case TYPE_ALIAS:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: return type_identical(a, b);
  }
  return false;
}

/* True while a and b are being compared further out: recursive types are the same unless something else tells them apart. */
static bool is_assumed_same(const Lowering *low, const Type *a, const Type *b) {
  for (const TypePair *pair = low->comparing; pair; pair = pair->outer)
    if (pair->a == a && pair->b == b) return true;
  return false;
}

static bool same_structure_of_named(Lowering *low, Type *a, Type *b) {
  if (is_assumed_same(low, a, b)) return true;
  TypePair pair = {.a = a, .b = b, .outer = low->comparing};
  low->comparing = &pair;
  bool same = same_structure(low, under(a), under(b));
  low->comparing = pair.outer;
  return same;
}

bool same_type(Lowering *low, Type *a, Type *b) {
  a = type_unalias(a);
  b = type_unalias(b);
  if (a == b) return true;
  bool shapes = has_shape(low, a) || has_shape(low, b);
  if (!shapes) return type_identical(a, b);
  if (a->kind != TYPE_NAMED && b->kind != TYPE_NAMED && a->kind != TYPE_BASIC && b->kind != TYPE_BASIC)
    return same_structure(low, a, b);
  Type *x = under(a), *y = under(b);
  if (x->kind != y->kind) return false;
  if (x->kind == TYPE_BASIC) return x->u.basic.kind == y->u.basic.kind;
  if (x->kind == TYPE_POINTER) return true;
  return same_structure_of_named(low, a, b);
}

/* ---- types of imported objects ---- */

static Type *with_elem(Body *b, Type *t, Type *elem) {
  Universe *universe = b->low->universe;
  switch ((int)t->kind) {
  case TYPE_POINTER: return pointer_to(b->low, elem);
  case TYPE_SLICE: return type_new_slice(universe, elem);
  case TYPE_ARRAY: return type_new_array(universe, elem, t->u.elem.length);
  default: return type_new_chan(universe, t->u.elem.dir, elem);
  }
}

/* Of a type with other parts than were written: one for each package that sees it. */
static Type *seen_by_package(Body *b, Type *t, Type *key, Type *elem) {
  Map *seen_types = map_nested(&b->low->seen_types, b->pkg);
  Type *known = map_get_ptr(seen_types, t);
  if (known) return known;
  known = key ? type_new_map(b->low->universe, key, elem) : with_elem(b, t, elem);
  map_set_ptr(seen_types, t, known);
  return known;
}

static Type *parts_as_seen(Body *b, Type *t) {
  bool map = t->kind == TYPE_MAP;
  Type *old_key = map ? t->u.map.key : NULL, *old_elem = map ? t->u.map.value : t->u.elem.type;
  Type *key = map ? type_as_seen(b, old_key) : NULL, *elem = type_as_seen(b, old_elem);
  return key == old_key && elem == old_elem ? t : seen_by_package(b, t, key, elem);
}

/* The compiler's reader of export data makes one object of all empty interfaces, which is that of any. */
Type *type_as_seen(Body *b, Type *t) {
  if (b->low->in_place || t->kind == TYPE_BASIC || t->kind == TYPE_NAMED) return t;
  if (t->kind == TYPE_INTERFACE) {
    bool empty = t->u.interface.methods.len == 0 && t->u.interface.embeddeds.len == 0;
    return empty && t->u.interface.pkg != b->pkg ? type_unalias(universe_any(b->low->universe)) : t;
  }
  bool has_elem =
      t->kind == TYPE_POINTER || t->kind == TYPE_SLICE || t->kind == TYPE_ARRAY || t->kind == TYPE_CHAN;
  if (!has_elem && t->kind != TYPE_MAP) return t;
  TypeNote *note = type_note(b->low, t);
  if (note->seen_from == b->pkg) return note->seen;
  Type *seen = parts_as_seen(b, t);
  note->seen_from = b->pkg;
  note->seen = seen;
  return seen;
}

/* ---- constructors ---- */

void note_pointed(Lowering *low, Type *elem) {
  elem = type_unalias(elem);
  bool declared = elem->kind == TYPE_NAMED || elem->kind == TYPE_BASIC; /* others are somebody's own */
  if (declared && trail_watches(low->unit)) trail_meet(low->unit, MEET_POINTED, meeting_key(low, elem));
  if (!low->eager || low->package_read) return;
  TypeNote *note = type_note(low, elem);
  if (declared && !note->pointed) note_type(low, MEET_POINTED, elem);
  note->pointed = true;
}

Type *pointer_to(Lowering *low, Type *t) {
  note_pointed(low, t);
  TypeNote *note = type_note(low, t);
  if (!note->pointer) note->pointer = type_new_pointer(low->universe, t);
  return note->pointer;
}

Type *slice_of(Lowering *low, Type *t) { return type_new_slice(low->universe, t); }

Type *basic_type(Lowering *low, BasicKind kind) { return universe_basic(low->universe, kind); }

bool has_nil(Type *t) {
  Type *u = under(t);
  return u->kind == TYPE_POINTER || u->kind == TYPE_SLICE || u->kind == TYPE_MAP || u->kind == TYPE_CHAN ||
         u->kind == TYPE_SIGNATURE || u->kind == TYPE_INTERFACE ||
         (u->kind == TYPE_BASIC &&
          (u->u.basic.kind == BASIC_UNSAFE_POINTER || u->u.basic.kind == BASIC_UNTYPED_NIL));
}

Object *struct_field(Type *t, uint32_t index) {
  Type *u = under(t);
  assert(u->kind == TYPE_STRUCT && index < u->u.structure.fields.len);
  return u->u.structure.fields.items[index];
}

Atom atom_printf(Lowering *low, const char *fmt, ...) {
  char near[256]; /* enough nearly always */
  va_list args;
  va_start(args, fmt);
  int len = vsnprintf(near, sizeof near, fmt, args);
  va_end(args);
  Str text = {near, (size_t)len};
  if (text.len >= sizeof near) {
    va_start(args, fmt);
    text = arena_vprintf(low->arena, fmt, args);
    va_end(args);
  }
  return intern(low->unit->session->interner, text);
}

/* Of something in the type that has a place. */
static Pos place_of(Type *t) {
  for (;;) {
    t = type_unalias(t);
    switch ((int)t->kind) {
    case TYPE_POINTER:
    case TYPE_SLICE:
    case TYPE_ARRAY:
    case TYPE_CHAN: t = t->u.elem.type; break;
    case TYPE_MAP: t = t->u.map.value; break;
    case TYPE_NAMED: return t->u.named.object->pos;
    case TYPE_STRUCT: return t->u.structure.fields.len ? t->u.structure.fields.items[0]->pos : POS_NONE;
    case TYPE_INTERFACE: return t->u.interface.methods.len ? t->u.interface.methods.items[0]->pos : POS_NONE;
    default: return POS_NONE;
    }
  }
}

Str link_key(Lowering *low, Type *t) {
  const TypeKey *key = type_link_key(&low->type_keys, low->unit, t);
  return (Str){(const char *)&key->digest, sizeof key->digest};
}

/* Keys have bytes of all values, so they are put together as bytes. */
Str link_key_with(Lowering *low, Type *t, Str more) {
  Str key = link_key(low, t);
  char *joined = arena_new_array(low->arena, char, key.len + more.len);
  memcpy(joined, key.data, key.len);
  if (more.len) memcpy(joined + key.len, more.data, more.len);
  return (Str){joined, key.len + more.len};
}

enum { LONG_TEXT = 4096 };
static const uint64_t LONG_TEXTS_MAX = 256 << 20;

/* Of n types one in the other all texts together have the order of n * n bytes. */
static void limit_texts(Lowering *low, Type *t) {
  uint64_t len = type_link_key(&low->type_keys, low->unit, t)->text_len;
  if (len < LONG_TEXT) return;
  if (len > LONG_TEXTS_MAX - low->long_texts)
    give_up(place_of(t).v, "types nested too deeply: their names take more than %d MiB",
            (int)(LONG_TEXTS_MAX >> 20));
  low->long_texts += len;
}

Str link_text(Lowering *low, Type *t) {
  limit_texts(low, t);
  Buffer buffer = {0};
  type_text(&buffer, low->unit, t, TYPE_TEXT_LINK);
  Str text = arena_str(low->arena, buffer_view(&buffer));
  buffer_free(&buffer);
  return text;
}

#define SHAPE_NAME_MAX 500 /* longer texts are hashed by the compiler */

static Str shape_name(Lowering *low, Type *u) {
  Str text = link_text(low, u);
  if (text.len <= SHAPE_NAME_MAX) return text;
  struct sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, text.len, (const uint8_t *)text.data);
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(&context, sizeof digest, digest);
  digest[0] ^= 0xff; /* as the compiler marks its hashes */
  Buffer out = {0};
  for (size_t i = 0; i < sizeof digest; i++) buffer_printf(&out, "%02x", digest[i]);
  text = arena_str(low->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

/* The lock is held. */
static ShapeTable *shape_table(Lowering *low) {
  void **slot = universe_lowering(low->universe);
  if (*slot) return *slot;
  ShapeTable *fresh = arena_new_of(universe_arena(low->universe), ShapeTable);
  Atom name = intern(low->unit->session->interner, STR("go.shape"));
  fresh->pkg = package_new_synthetic(low->universe, name, name);
  fresh->types = strmap_in(universe_arena(low->universe));
  fresh->written = map_in(universe_arena(low->universe));
  *slot = fresh;
  return fresh;
}

static Type *find_shape_type(Lowering *low, Type *u) {
  Str text = shape_name(low, u);
  lock_take(universe_lock(low->universe));
  ShapeTable *table = shape_table(low);
  void **entry = strmap_put(&table->types, text);
  Shape *shape = *entry;
  while (shape && !type_identical(type_underlying(shape->type), u)) shape = shape->next;
  if (!shape) {
    Object *object = object_new(low->universe, OBJECT_TYPE_NAME, table->pkg, POS_NONE,
                                intern(low->unit->session->interner, text), NULL);
    shape = arena_new_of(universe_arena(low->universe), Shape);
    *shape = (Shape){type_new_named(low->universe, object, u), *entry};
    *entry = shape;
  }
  lock_release(universe_lock(low->universe));
  return shape->type;
}

Type *shapify(Lowering *low, Type *targ, bool basic) {
  targ = type_unalias(targ);
  Type *u = under(targ);
  bool is_shaped_instance = targ->kind == TYPE_NAMED && targ->u.named.origin && has_shape(low, targ);
  if (is_shaped_instance && (u->kind == TYPE_INTERFACE || read_is_open(low, targ))) return targ;
  if (basic && u->kind == TYPE_POINTER && !type_not_in_heap(u->u.elem.type))
    u = pointer_to(low, basic_type(low, BASIC_UINT8));
  TypeNote *note = type_note(low, u);
  if (!note->shape_type) {
    note->shape_type = find_shape_type(low, u);
    TypeNote *shape = type_note(low, note->shape_type);
    if (!shape->shape_type) shape->shape_type = u;
  }
  return note->shape_type;
}

Object *method_as_met(Lowering *low, Type *recv, Object *method) {
  Type *base = type_unalias(deref(type_unalias(recv)));
  Type *met = is_shape(base) ? type_note(low, base)->shape_type : NULL;
  if (!met || met->kind != TYPE_INTERFACE) return method;
  InterfaceMethods methods = interface_methods(low->universe, met);
  for (uint32_t i = 0; i < methods.len; i++) {
    Object *other = methods.items[i];
    if (other->name != method->name) continue;
    if (name_is_exported(method->name) || other->pkg->path == method->pkg->path) return other;
  }
  return method;
}

/* ---- substitution ---- */

static TypeList shaped_list(Lowering *low, TypeList list) {
  TypeList out = {universe_new_array(low->universe, Type *, list.len), list.len};
  for (uint32_t i = 0; i < list.len; i++) out.items[i] = shaped_types(low, list.items[i]);
  return out;
}

static bool same_list(TypeList a, TypeList b) {
  for (uint32_t i = 0; i < a.len; i++)
    if (a.items[i] != b.items[i]) return false;
  return true;
}

static bool shaped_objects(Lowering *low, ObjectList *list, VarRole role) {
  ObjectList out = {universe_new_array(low->universe, Object *, list->len), list->len};
  bool changed = false;
  for (uint32_t i = 0; i < list->len; i++) {
    Object *old = list->items[i];
    Type *t = shaped_types(low, old->type);
    out.items[i] = old;
    if (t == old->type) continue;
    changed = true;
    out.items[i] = object_new_var(low->universe, role, old->pkg, old->pos, old->name, t);
    out.items[i]->u.var = old->u.var;
  }
  if (changed) *list = out;
  return changed;
}

static Type *shaped_signature(Lowering *low, Type *t) {
  ObjectList params = t->u.signature.params->u.tuple.vars, results = t->u.signature.results->u.tuple.vars;
  Object *recv = t->u.signature.recv;
  bool changed = shaped_objects(low, &params, VAR_PARAM);
  changed |= shaped_objects(low, &results, VAR_RESULT);
  if (!changed) return t;
  return type_new_signature(low->universe, recv, type_new_tuple(low->universe, params),
                            type_new_tuple(low->universe, results), t->u.signature.variadic);
}

static Type *shaped_interface(Lowering *low, Type *t) {
  ObjectList old = t->u.interface.methods;
  ObjectList methods = {universe_new_array(low->universe, Object *, old.len), old.len};
  TypeList embeddeds = shaped_list(low, t->u.interface.embeddeds);
  bool changed = !same_list(embeddeds, t->u.interface.embeddeds);
  for (uint32_t i = 0; i < old.len; i++) {
    Object *method = old.items[i];
    Type *signature = shaped_signature(low, method->type);
    methods.items[i] = method;
    if (signature == method->type) continue;
    changed = true;
    methods.items[i] =
        object_new(low->universe, OBJECT_FUNC, method->pkg, method->pos, method->name, signature);
    methods.items[i]->u.func = method->u.func;
  }
  return changed ? type_new_interface(low->universe, methods, embeddeds) : t;
}

static Type *shaped_instance(Lowering *low, Type *t) {
  TypeList targs = shaped_list(low, t->u.named.targs);
  Generic *g = generic_of(low, t->u.named.object);
  for (uint32_t i = 0; i < targs.len; i++) {
    read_resolve(low, targs.items[i], false);
    targs.items[i] = shapify(low, targs.items[i], g->basic[i]);
  }
  if (same_list(targs, t->u.named.targs)) return t;
  Type *shaped = type_instantiate(low->universe, t->u.named.origin, targs);
  read_resolve(low, shaped, false); /* before what comes after it */
  return shaped;
}

/* An instance with one shaped argument has only shaped arguments. */
Type *shaped_types(Lowering *low, Type *t) {
  if (!has_shape(low, t)) return t;
  Type *elem;
  switch (t->kind) {
  case TYPE_NAMED: return t->u.named.origin ? shaped_instance(low, t) : t;
  case TYPE_POINTER:
    elem = shaped_types(low, t->u.elem.type);
    return elem == t->u.elem.type ? t : pointer_to(low, elem);
  case TYPE_SLICE:
    elem = shaped_types(low, t->u.elem.type);
    return elem == t->u.elem.type ? t : slice_of(low, elem);
  case TYPE_ARRAY:
    elem = shaped_types(low, t->u.elem.type);
    return elem == t->u.elem.type ? t : type_new_array(low->universe, elem, t->u.elem.length);
  case TYPE_CHAN:
    elem = shaped_types(low, t->u.elem.type);
    return elem == t->u.elem.type ? t : type_new_chan(low->universe, t->u.elem.dir, elem);
  case TYPE_MAP: {
    Type *key = shaped_types(low, t->u.map.key), *value = shaped_types(low, t->u.map.value);
    return key == t->u.map.key && value == t->u.map.value ? t : type_new_map(low->universe, key, value);
  }
  case TYPE_STRUCT: {
    ObjectList fields = t->u.structure.fields;
    return shaped_objects(low, &fields, VAR_FIELD)
               ? type_new_struct(low->universe, fields, t->u.structure.tags)
               : t;
  }
  case TYPE_TUPLE: {
    ObjectList vars = t->u.tuple.vars;
    return shaped_objects(low, &vars, VAR_PARAM) ? type_new_tuple(low->universe, vars) : t;
  }
  case TYPE_SIGNATURE: return shaped_signature(low, t);
  case TYPE_INTERFACE: return shaped_interface(low, t);
  case TYPE_ALIAS: return shaped_types(low, t->u.alias.actual);
  case TYPE_BASIC:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: return t;
  }
  return t;
}

/* The fields of a shaped instance follow the same rule; what is being read keeps its name. */
void shape_underlying(Lowering *low, Type *named) {
  lock_take(universe_lock(low->universe));
  Map *written = &shape_table(low)->written;
  Type *old = map_get_ptr(written, named);
  bool first = !old;
  if (first) {
    old = under(named);
    map_set_ptr(written, named, old);
  }
  lock_release(universe_lock(low->universe));
  Type *shaped = shaped_types(low, old); /* in every unit: it reads types in an order that matters */
  if (!first || shaped == old) return;
  store_release(&named->u.named.underlying, shaped);
}

Type *subst_type(Lowering *low, Subst *subst, Type *t) {
  if (!subst || !t) return t;
  Type *known = map_get_ptr(&subst->memo, t);
  if (known) return known;
  Type *result = t;
  if (type_has_type_params(t))
    result = shaped_types(low, type_subst(low->universe, t, subst->tparams, subst->targs));
  map_set_ptr(&subst->memo, t, result);
  return result;
}

/* ---- conversions ---- */

static bool is_pointer_shaped_nil(Type *dst) {
  Type *u = under(dst);
  return u->kind == TYPE_POINTER || u->kind == TYPE_SIGNATURE || u->kind == TYPE_MAP ||
         u->kind == TYPE_CHAN || u->kind == TYPE_INTERFACE || u->kind == TYPE_SLICE;
}

OpKind assign_op(Lowering *low, Type *src, Type *dst) {
  src = type_unalias(src);
  dst = type_unalias(dst);
  if (src == dst || same_type(low, src, dst)) return OP_CONVNOP;
  Type *s = under(src), *d = under(dst);
  if (same_type(low, s, d)) {
    if (is_empty_interface(low, s)) return OP_CONVNOP;
    if ((!is_named(src) || !is_named(dst)) && s->kind != TYPE_INTERFACE) return OP_CONVNOP;
    if (is_shape(src) || is_shape(dst)) return OP_CONVNOP;
  }
  bool nil = type_is_basic(s, BASIC_UNTYPED_NIL);
  if (d->kind == TYPE_INTERFACE && !nil) {
    if (has_shape(low, src)) return OP_CONVIFACE;
    return type_implements(low->universe, src, d, false) ? OP_CONVIFACE : OP_NONE;
  }
  if (s->kind == TYPE_INTERFACE) return OP_NONE;
  if (s->kind == TYPE_CHAN && s->u.elem.dir == CHAN_BOTH && d->kind == TYPE_CHAN &&
      same_type(low, s->u.elem.type, d->u.elem.type) && (!is_named(src) || !is_named(dst)))
    return OP_CONVNOP;
  if (nil && is_pointer_shaped_nil(dst)) return OP_CONVNOP;
  return OP_NONE;
}

static bool same_ignoring_tags(Lowering *low, Type *a, Type *b) {
  if (same_type(low, a, b)) return true;
  Type *x = type_unalias(a), *y = type_unalias(b);
  if (x->kind != y->kind || x->kind == TYPE_NAMED) return false;
  if (x->kind == TYPE_POINTER || x->kind == TYPE_SLICE || x->kind == TYPE_ARRAY || x->kind == TYPE_CHAN)
    return x->u.elem.length == y->u.elem.length && x->u.elem.dir == y->u.elem.dir &&
           same_ignoring_tags(low, x->u.elem.type, y->u.elem.type);
  if (x->kind == TYPE_MAP)
    return same_ignoring_tags(low, x->u.map.key, y->u.map.key) &&
           same_ignoring_tags(low, x->u.map.value, y->u.map.value);
  if (x->kind != TYPE_STRUCT) return false;
  ObjectList f = x->u.structure.fields, g = y->u.structure.fields;
  if (f.len != g.len) return false;
  for (uint32_t i = 0; i < f.len; i++)
    if (f.items[i]->name != g.items[i]->name || f.items[i]->u.var.embedded != g.items[i]->u.var.embedded ||
        !same_ignoring_tags(low, f.items[i]->type, g.items[i]->type))
      return false;
  return true;
}

/* The kind with int, uint and uintptr resolved to their size. */
static BasicKind simple_kind(Lowering *low, Type *t) {
  BasicKind kind = under(t)->u.basic.kind;
  bool wide = low->unit->target->pointer_size == 8;
  if (kind == BASIC_INT) return wide ? BASIC_INT64 : BASIC_INT32;
  if (kind == BASIC_UINT || kind == BASIC_UINTPTR) return wide ? BASIC_UINT64 : BASIC_UINT32;
  return kind;
}

static OpKind convert_numbers(Lowering *low, Type *src, Type *dst) {
  const uint32_t reals = BASIC_IS_INTEGER | BASIC_IS_FLOAT;
  if ((is_basic_flag(src, reals) && is_basic_flag(dst, reals)) ||
      (is_basic_flag(src, BASIC_IS_COMPLEX) && is_basic_flag(dst, BASIC_IS_COMPLEX)))
    return simple_kind(low, src) == simple_kind(low, dst) ? OP_CONVNOP : OP_CONV;
  if (is_basic_flag(src, BASIC_IS_NUMERIC) && is_basic_flag(dst, BASIC_IS_NUMERIC))
    return OP_CONV; /* constants only */
  return OP_NONE;
}

static OpKind convert_text(Type *src, Type *dst) {
  Type *s = under(src), *d = under(dst);
  if (is_basic_flag(src, BASIC_IS_INTEGER) && is_string(dst)) return OP_RUNESTR;
  if (s->kind == TYPE_SLICE && is_string(dst)) {
    if (is_basic_kind(s->u.elem.type, BASIC_UINT8)) return OP_BYTES2STR;
    if (is_basic_kind(s->u.elem.type, BASIC_INT32)) return OP_RUNES2STR;
  }
  if (is_string(src) && d->kind == TYPE_SLICE) {
    if (is_basic_kind(d->u.elem.type, BASIC_UINT8)) return OP_STR2BYTES;
    if (is_basic_kind(d->u.elem.type, BASIC_INT32)) return OP_STR2RUNES;
  }
  return OP_NONE;
}

OpKind convert_op(Lowering *low, Type *src, Type *dst) {
  src = type_unalias(src);
  dst = type_unalias(dst);
  OpKind op = assign_op(low, src, dst);
  if (op != OP_NONE) return op;
  Type *s = under(src), *d = under(dst);
  if (s->kind == TYPE_INTERFACE || d->kind == TYPE_INTERFACE) return OP_NONE;
  if (same_ignoring_tags(low, s, d)) return OP_CONVNOP;
  if (s->kind == TYPE_POINTER && d->kind == TYPE_POINTER && !is_named(src) && !is_named(dst) &&
      same_ignoring_tags(low, under(s->u.elem.type), under(d->u.elem.type)))
    return OP_CONVNOP;
  op = convert_numbers(low, src, dst);
  if (op != OP_NONE) return op;
  op = convert_text(src, dst);
  if (op != OP_NONE) return op;
  bool src_unsafe = type_is_basic(s, BASIC_UNSAFE_POINTER),
       dst_unsafe = type_is_basic(d, BASIC_UNSAFE_POINTER);
  if ((s->kind == TYPE_POINTER || type_is_basic(s, BASIC_UINTPTR)) && dst_unsafe) return OP_CONVNOP;
  if (src_unsafe && (d->kind == TYPE_POINTER || type_is_basic(d, BASIC_UINTPTR))) return OP_CONVNOP;
  if (s->kind == TYPE_SLICE) {
    if (d->kind == TYPE_ARRAY && same_type(low, s->u.elem.type, d->u.elem.type)) return OP_SLICE2ARR;
    if (d->kind == TYPE_POINTER && is_kind(d->u.elem.type, TYPE_ARRAY) &&
        same_type(low, s->u.elem.type, elem_of(d->u.elem.type)))
      return OP_SLICE2ARRPTR;
  }
  return OP_NONE;
}

const Const *fix_value(Lowering *low, Type *type, const Const *value) {
  Type *u = under(type);
  if (u->kind != TYPE_BASIC) return value;
  ConstKind kind = CONST_UNKNOWN;
  if (u->u.basic.flags & BASIC_IS_INTEGER) kind = CONST_INT;
  if (u->u.basic.flags & BASIC_IS_FLOAT) kind = CONST_FLOAT;
  if (u->u.basic.flags & BASIC_IS_COMPLEX) kind = CONST_COMPLEX;
  if (kind == CONST_UNKNOWN) return value;
  const Const *fixed = const_kind(value) == kind ? value : const_to_kind(low->arena, value, kind);
  if (kind != CONST_INT) {
    const Const *rounded = const_represent_on(low->arena, low->unit->target, fixed, u);
    if (rounded) fixed = rounded;
  }
  return fixed;
}
