/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Instances of generic types and functions, and whether type arguments satisfy their constraints.
 *
 * Instances of named types are unique in the session: one table, under the universe's lock, finds them by origin and identical
 * arguments. They are made unexpanded; the right-hand side and the methods follow when somebody asks. While the package of the
 * origin is being checked its checker (NamedState.checker) is asked to determine a method's signature first; later no checker is
 * needed, so instances can be expanded from any thread.
 *
 * Go: cmd/compile/internal/types2/{instantiate,context,named,alias}.go
 */
#include "types/generics.h"

/* ---- the table of instances ---- */

typedef struct InstanceEntry {
  Type *instance;
  struct InstanceEntry *next; /* same hash */
} InstanceEntry;

typedef struct InstanceTable {
  Map by_hash; /* -> InstanceEntry */
} InstanceTable;

static uint64_t mix(uint64_t hash, uint64_t value) {
  return (hash ^ value) * 0x9e3779b97f4a7c15u + (hash >> 29);
}

/* Equal for identical types, cheap, and safe for types that are still being set up: interfaces and signatures are not looked
   into. */
static uint64_t shallow_hash(uint64_t hash, Type *t) {
  t = type_unalias(t);
  hash = mix(hash, t->kind);
  switch (t->kind) {
  case TYPE_BASIC: return mix(hash, t->u.basic.kind);
  case TYPE_NAMED:
    hash = mix(hash, t->u.named.origin ? t->u.named.origin->id : t->id);
    for (uint32_t i = 0; i < t->u.named.targs.len; i++) hash = shallow_hash(hash, t->u.named.targs.items[i]);
    return hash;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return t->u.elem.type ? shallow_hash(hash, t->u.elem.type) : hash;
  case TYPE_MAP: return t->u.map.key ? shallow_hash(hash, t->u.map.key) : hash;
  case TYPE_STRUCT: return mix(hash, t->u.structure.fields.len);
  case TYPE_TYPE_PARAM: return mix(hash, t->id);
  case TYPE_ALIAS:
  case TYPE_TUPLE:
  case TYPE_SIGNATURE:
  case TYPE_INTERFACE:
  case TYPE_UNION: return hash;
  }
  return hash;
}

static bool same_arguments(TypeList a, TypeList b) {
  if (a.len != b.len) return false;
  for (uint32_t i = 0; i < a.len; i++) {
    if (!type_identical(a.items[i], b.items[i])) return false;
  }
  return true;
}

static TypeList copy_types(Arena *arena, TypeList list) {
  Type **items = arena_new_array(arena, Type *, list.len);
  memcpy(items, list.items, sizeof(Type *) * list.len);
  return (TypeList){items, list.len};
}

static Type *new_named_instance(Universe *u, Pos pos, Type *origin, TypeList targs) {
  Type *t = type_new(u, TYPE_NAMED);
  t->u.named.object = origin->u.named.object;
  t->u.named.origin = origin;
  t->u.named.targs = copy_types(universe_arena(u), targs);
  t->u.named.state->pos = pos;
  return t;
}

/* The lock is held. */
static Type *named_instance(Universe *u, Pos pos, Type *origin, TypeList targs) {
  InstanceTable **table = (InstanceTable **)universe_generics(u);
  if (!*table) {
    *table = arena_new_of(universe_arena(u), InstanceTable);
    (*table)->by_hash = map_in(universe_arena(u));
  }
  uint64_t hash = mix(origin->id, targs.len);
  for (uint32_t i = 0; i < targs.len; i++) hash = shallow_hash(hash, targs.items[i]);
  const uint64_t *found = map_find(&(*table)->by_hash, hash);
  InstanceEntry *first = found ? (InstanceEntry *)(uintptr_t)*found : NULL;
  for (InstanceEntry *entry = first; entry; entry = entry->next) {
    Type *t = entry->instance;
    if (t->u.named.origin == origin && same_arguments(t->u.named.targs, targs)) return t;
  }
  InstanceEntry *entry = arena_new_of(universe_arena(u), InstanceEntry);
  *entry = (InstanceEntry){new_named_instance(u, pos, origin, targs), first};
  *map_put(&(*table)->by_hash, hash) = map_key(entry);
  return entry->instance;
}

Type *alias_instance(Checker *check, Pos pos, Type *origin, TypeList targs) {
  Universe *u = origin->universe;
  TypeList tparams = origin->u.alias.tparams;
  if (tparams.len != targs.len || !origin->u.alias.from_rhs) return type_invalid(u);
  Substitution map = {&tparams, &targs, check, NULL, pos};
  Type *rhs = subst_in(u, origin->u.alias.from_rhs, &map);
  Type *t = type_new(u, TYPE_ALIAS);
  t->u.alias.object = origin->u.alias.object;
  t->u.alias.origin = origin;
  t->u.alias.from_rhs = rhs;
  t->u.alias.actual = type_unalias(rhs);
  t->u.alias.tparams = tparams;
  lock_take(universe_lock(u));
  t->u.alias.targs = copy_types(universe_arena(u), targs);
  lock_release(universe_lock(u));
  return t;
}

static Type *instantiate_signature(Checker *check, Pos pos, Type *origin, TypeList targs) {
  Universe *u = origin->universe;
  TypeList tparams = origin->u.signature.tparams;
  Substitution map = {&tparams, &targs, check, NULL, pos};
  Type *t = subst_in(u, origin, &map);
  if (t == origin) t = signature_copy(u, origin);
  t->u.signature.tparams = (TypeList){NULL, 0};
  return t;
}

Type *signature_instance(Universe *u, Type *generic_signature, TypeList targs) {
  (void)u;
  return instantiate_signature(NULL, POS_NONE, generic_signature, targs);
}

bool check_validate_targ_len(Checker *check, Pos pos, const char *name, uint32_t want, uint32_t got) {
  if (got == want) return true;
  check_error(check, pos, "%s type arguments for type %s: have %u, want %u",
              got < want ? "not enough" : "too many", name, got, want);
  return false;
}

Type *check_instance(Checker *check, Pos pos, Type *origin, TypeList targs) {
  Universe *u = origin->universe;
  if (origin->kind == TYPE_NAMED) {
    lock_take(universe_lock(u));
    Type *t = named_instance(u, pos, origin, targs);
    lock_release(universe_lock(u));
    return t;
  }
  if (origin->kind == TYPE_ALIAS) {
    uint32_t want = origin->u.alias.tparams.len;
    const char *name = atom_text(origin->u.alias.object->name);
    if (check && !check_validate_targ_len(check, pos, name, want, targs.len)) return type_invalid(u);
    return want == 0 ? origin : alias_instance(check, pos, origin, targs);
  }
  assert(origin->kind == TYPE_SIGNATURE);
  return instantiate_signature(check, pos, origin, targs);
}

Type *type_instantiate(Universe *universe, Type *origin, TypeList targs) {
  (void)universe;
  return check_instance(NULL, POS_NONE, origin, targs);
}

/* ---- expansion ---- */

TypeList named_tparams(Universe *u, const Type *origin, uint32_t targ_len) {
  TypeList own = origin->u.named.tparams, implicits = origin->u.named.implicits;
  if (own.len == targ_len || implicits.len == 0) return own;
  TypeList all = {NULL, implicits.len + own.len};
  lock_take(universe_lock(u));
  all.items = arena_new_array(universe_arena(u), Type *, all.len);
  lock_release(universe_lock(u));
  memcpy(all.items, implicits.items, sizeof(Type *) * implicits.len);
  if (own.len) memcpy(all.items + implicits.len, own.items, sizeof(Type *) * own.len);
  return all;
}

void named_expand(Universe *u, Type *instance) {
  Type *origin = instance->u.named.origin;
  TypeList targs = instance->u.named.targs, tparams = named_tparams(u, origin, targs.len);
  if (tparams.len != targs.len) {
    instance->u.named.from_rhs = type_invalid(u);
    return;
  }
  if (!origin->u.named.from_rhs) return; /* still being declared */
  Substitution map = {&tparams, &targs, origin->u.named.state->checker, NULL, instance->u.named.state->pos};
  Type *rhs = subst_in(u, origin->u.named.from_rhs, &map);
  if (rhs->kind == TYPE_INTERFACE) { /* its methods have the named type as receiver */
    ObjectList old = rhs->u.interface.methods;
    ObjectList methods = methods_with_receiver(u, old, origin, instance);
    if (methods.items != old.items) {
      Type *copy = type_new(u, TYPE_INTERFACE);
      copy->u.interface = rhs->u.interface;
      copy->u.interface.tset = NULL;
      copy->u.interface.checker = NULL;
      copy->u.interface.methods = methods;
      rhs = copy;
    }
  }
  instance->u.named.from_rhs = rhs;
}

static Object *make_method(Universe *u, Type *instance, Object *method, Checker *check) {
  Type *old = method->type;
  TypeList tparams = old->u.signature.recv_tparams, targs = instance->u.named.targs;
  Type *signature = old;
  if (tparams.len == targs.len) { /* else the declaration is wrong */
    signature = subst_in(u, old, &(Substitution){&tparams, &targs, check, NULL, method->pos});
  }
  if (signature == old) signature = signature_copy(u, old);
  Type *recv = object_has_ptr_recv(method) ? type_new_pointer(u, instance) : instance;
  if (old->u.signature.recv) signature->u.signature.recv = object_with_type(u, old->u.signature.recv, recv);
  signature->u.signature.recv_tparams = (TypeList){NULL, 0};
  return object_with_type(u, method, signature);
}

Object *named_expand_method(Universe *u, Type *instance, uint32_t i) {
  NamedState *state = instance->u.named.state;
  Object **methods = load_acquire(&state->methods);
  Object *method = methods ? load_acquire(&methods[i]) : NULL;
  if (method) return method;
  Type *origin = instance->u.named.origin;
  Object *declared = origin->u.named.methods.items[i];
  Checker *check = origin->u.named.state->checker;
  if (check) check_ensure_declared(check, declared);
  if (!declared->type || declared->type->kind != TYPE_SIGNATURE) return declared; /* an invalid cycle */
  lock_take(universe_lock(u));
  if (!state->methods) {
    uint32_t count = origin->u.named.methods.len;
    store_release(&state->methods, arena_new_array(universe_arena(u), Object *, count));
  }
  if (!state->methods[i]) {
    method = make_method(u, instance, declared, check);
    store_release(&state->methods[i], method);
  }
  method = state->methods[i];
  lock_release(universe_lock(u));
  return method;
}

/* ---- constraints ---- */

bool type_is_interface_pointer(Type *t) {
  Type *under = type_underlying(t);
  return under->kind == TYPE_POINTER && under->u.elem.type && type_as_interface(under->u.elem.type);
}

const char *text_interface_pointer(Checker *check, Type *t) {
  Type *elem = type_unalias(type_underlying(t)->u.elem.type);
  const char *what = elem->kind == TYPE_TYPE_PARAM ? "type parameter" : "interface";
  return arena_printf(check->arena, "type %s is pointer to %s, not %s", text_type(check, t), what, what).data;
}

typedef struct Satisfaction { /* the question: does v implement t? */
  Checker *check;             /* NULL: no cause wanted */
  Type *v, *t;
  Type *interface; /* of t */
  bool constraint;
  const char *verb; /* "implement" or "satisfy" */
  const char **cause;
} Satisfaction;

/* Sets the cause to "v does not VERB t" + the detail in parentheses or as it is. */
static bool unsatisfied(const Satisfaction *s, const char *open, const char *detail, const char *close) {
  if (s->cause && s->check) {
    *s->cause = arena_printf(s->check->arena, "%s does not %s %s%s%s%s", text_type(s->check, s->v), s->verb,
                             text_type(s->check, s->t), open, detail, close)
                    .data;
  }
  return false;
}

static bool comparable_satisfied(const Satisfaction *s) {
  Universe *u = s->interface->universe;
  if (!type_set_is_comparable(type_set(u, s->interface))) return true;
  if (type_comparable_cause(u, s->v, false, NULL, NULL)) return true;
  bool dynamic = s->constraint && type_comparable_cause(u, s->v, true, NULL, NULL);
  if (dynamic && (!s->check || check_allow_version(s->check, 20))) return true;
  if (!s->cause || !s->check) return false;
  const char *name = text_type(s->check, s->v);
  *s->cause =
      dynamic
          ? arena_printf(s->check->arena, "%s to %s comparable requires go1.20 or later", name, s->verb).data
          : arena_printf(s->check->arena, "%s does not %s comparable", name, s->verb).data;
  return false;
}

/* t is an element or term of the constraint, whether it is in its type set or not. */
static bool mentions(Type *constraint, Type *t) {
  if (constraint->kind == TYPE_INTERFACE) {
    TypeList embeddeds = constraint->u.interface.embeddeds;
    for (uint32_t i = 0; i < embeddeds.len; i++) {
      if (mentions(embeddeds.items[i], t)) return true;
    }
    return false;
  }
  if (constraint->kind == TYPE_UNION) {
    for (uint32_t i = 0; i < constraint->u.union_.len; i++) {
      if (mentions(constraint->u.union_.terms[i].type, t)) return true;
    }
    return false;
  }
  return type_identical(constraint, t);
}

static bool not_in_terms(const Satisfaction *s, const TypeSet *set, Type *alternative) {
  if (!s->cause || !s->check) return false;
  Arena *arena = s->check->arena;
  const char *v = text_type(s->check, s->v), *t = text_type(s->check, s->t);
  if (alternative) {
    Str detail = arena_printf(arena, "possibly missing ~ for %s in %s", text_type(s->check, alternative), t);
    return unsatisfied(s, " (", detail.data, ")");
  }
  if (mentions(s->interface, s->v)) {
    Str detail = arena_printf(arena, "%s mentions %s, but %s is not in the type set of %s", t, v, v, t);
    return unsatisfied(s, " (", detail.data, ")");
  }
  Buffer terms = {0};
  term_list_print(&terms, set->terms, NULL); /* with full package paths */
  Str detail = arena_printf(arena, "%s missing in " STR_FMT, v, STR_ARG(buffer_view(&terms)));
  buffer_free(&terms);
  return unsatisfied(s, " (", detail.data, ")");
}

static bool terms_satisfied(const Satisfaction *s, Type *v_interface) {
  const TypeSet *set = type_set(s->interface->universe, s->interface);
  if (!type_set_has_terms(set)) return comparable_satisfied(s);
  if (v_interface) {
    const TypeSet *mine = type_set(v_interface->universe, v_interface);
    return term_list_subset_of(mine->terms, set->terms) ? comparable_satisfied(s)
                                                        : unsatisfied(s, "", "", "");
  }
  Type *alternative = NULL;
  for (uint32_t i = 0; i < set->terms.len; i++) {
    UnionTerm term = set->terms.items[i];
    if (term_includes(term, s->v)) return comparable_satisfied(s);
    bool could_have_tilde = !term.tilde && type_identical(term.type, type_underlying(term.type));
    if (!alternative && could_have_tilde && term_includes((UnionTerm){true, term.type}, s->v))
      alternative = term.type;
  }
  return not_in_terms(s, set, alternative);
}

static bool methods_satisfied(const Satisfaction *s) {
  const char *missing = "";
  if (check_has_all_methods(s->check, s->v, s->t, true, s->cause ? &missing : NULL)) return true;
  return unsatisfied(s, " ", missing, "");
}

bool check_implements(Checker *check, Type *v, Type *t, bool constraint, const char **cause) {
  Type *v_under = type_underlying(v), *t_under = type_underlying(t);
  if (!type_valid(v_under) || !type_valid(t_under)) return true;
  if (v_under->kind == TYPE_POINTER && !type_valid(type_underlying(v_under->u.elem.type))) return true;
  Satisfaction s = {check, v, t, type_as_interface(t), constraint, constraint ? "satisfy" : "implement",
                    cause};
  if (!s.interface) {
    if (!cause || !check) return false;
    const char *detail = type_is_interface_pointer(t)
                             ? text_interface_pointer(check, t)
                             : arena_printf(check->arena, "%s is not an interface", text_type(check, t)).data;
    return unsatisfied(&s, " (", detail, ")");
  }
  const TypeSet *set = type_set(t->universe, s.interface);
  if (type_set_is_all(set)) return true;
  Type *v_interface = type_as_interface(v);
  if (v_interface && type_set_is_empty(type_set(v->universe, v_interface))) return true;
  if (type_set_is_empty(set)) {
    if (cause && check) {
      *cause = arena_printf(check->arena, "cannot %s %s (empty type set)", s.verb, text_type(check, t)).data;
    }
    return false;
  }
  return methods_satisfied(&s) && terms_satisfied(&s, v_interface);
}

bool type_implements(Universe *universe, Type *t, Type *interface, bool constraint) {
  (void)universe;
  return check_implements(NULL, t, interface, constraint, NULL);
}

int check_verify_instance(Checker *check, Pos pos, TypeList tparams, TypeList targs, const char **cause) {
  Substitution map = {&tparams, &targs, check, NULL, pos};
  for (uint32_t i = 0; i < tparams.len; i++) {
    Type *tparam = tparams.items[i];
    Universe *u = tparam->universe;
    type_param_interface(u, tparam); /* makes the bound an interface */
    Type *bound = subst_in(u, tparam->u.tparam.bound, &map);
    if (!check_implements(check, targs.items[i], bound, true, cause)) return (int)i;
  }
  return -1;
}
