/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Type sets of interfaces: all methods, the terms that restrict the types, and whether only comparable types are meant.
 *
 * A type set is computed once, under the universe's lock, and published when it is complete; whoever reads it later takes no
 * lock. While it is computed it stands for "all types", so that a cycle of embedded interfaces ends. The checker that made
 * the interface (u.interface.checker) is told what is wrong with it, whoever asks first.
 *
 * Go: cmd/compile/internal/types2/{typeset,under,union}.go
 */
#include "types/generics.h"

enum { TERM_LIMIT = 100 }; /* of a union, as the compiler has it */

static const TypeSet top_set = {.terms = {&(const UnionTerm){false, NULL}, 1}, .done = true};

typedef struct SetBuilder {
  Universe *universe;
  Arena *arena;   /* session lifetime; guarded by the lock that is held */
  Checker *check; /* NULL: nobody wants errors */
  VEC(Object *) methods;
  VEC(Pos) method_pos; /* where each method is specified or embedded */
  Map by_name;         /* Atom -> index + 1 of the first method with that name, once there are many */
} SetBuilder;

/* ---- methods ---- */

typedef struct
    DuplicateMethod { /* an embedded method with a name that is there already: compared when types are complete */
  Pos pos, other_pos;
  Object *method, *other;
} DuplicateMethod;

static void report_duplicate(Checker *check, const DuplicateMethod *duplicate) {
  const char *name = atom_text(duplicate->method->name);
  if (check_is_old(check)) {
    check_error(check, duplicate->pos, "duplicate method %s", name);
    return;
  }
  if (!pos_known(duplicate->other_pos)) {
    check_error(check, duplicate->pos, "duplicate method %s\n\tother declaration of method %s", name, name);
    return;
  }
  check_error(check, duplicate->pos, "duplicate method %s\n\t%s: other declaration of method %s", name,
              text_pos(check, duplicate->other_pos), name);
}

static void check_duplicate(Checker *check, void *data) {
  const DuplicateMethod *duplicate = data;
  bool too_old = pos_known(duplicate->pos) && !check_allow_version(check, 14);
  if (too_old || !type_identical(duplicate->method->type, duplicate->other->type))
    report_duplicate(check, duplicate);
}

enum { MANY_METHODS_IN_SET = 32 };

/* From where on a method of that name can be; the number of methods: nowhere. */
static uint32_t first_of_name(SetBuilder *builder, Atom name) {
  uint32_t len = builder->methods.len;
  if (len < MANY_METHODS_IN_SET) return 0;
  if (!builder->by_name.arena) {
    builder->by_name = map_in(builder->arena);
    for (uint32_t i = len; i-- > 0;)
      *map_put(&builder->by_name, map_key(builder->methods.items[i]->name)) = i + 1;
  }
  uint64_t *first = map_put(&builder->by_name, map_key(name));
  if (*first) return (uint32_t)*first - 1;
  *first = len + 1; /* it is going to be added */
  return len;
}

static void add_method(SetBuilder *builder, Pos pos, Object *method, bool explicit) {
  for (uint32_t i = first_of_name(builder, method->name); i < builder->methods.len; i++) {
    Object *other = builder->methods.items[i];
    if (other->name != method->name) continue;
    if (other->pkg != method->pkg && !name_is_exported(method->name)) continue;
    if (!builder->check || (other == method && check_allow_version(builder->check, 14))) return;
    DuplicateMethod *duplicate = arena_new_of(builder->check->arena, DuplicateMethod);
    *duplicate = (DuplicateMethod){pos, builder->method_pos.items[i], method, other};
    if (explicit)
      report_duplicate(builder->check, duplicate);
    else
      check_later(builder->check, check_duplicate, duplicate);
    return;
  }
  vec_push(builder->arena, &builder->methods, method);
  vec_push(builder->arena, &builder->method_pos, pos);
}

/* Insertion sort from the back: the lists come mostly sorted already. */
static void sort_methods(Object **items, uint32_t len) {
  for (uint32_t i = 1; i < len; i++) {
    Object *method = items[i];
    uint32_t j = i;
    for (; j > 0 && object_compare(items[j - 1], method) > 0; j--) items[j] = items[j - 1];
    items[j] = method;
  }
}

/* ---- terms ---- */

/* The terms of a union. False: there are too many of them, which was reported. */
static bool union_terms(SetBuilder *builder, Pos pos, const Type *t, TermList *out) {
  TermList all = {NULL, 0};
  for (uint32_t i = 0; i < t->u.union_.len; i++) {
    UnionTerm *term = &t->u.union_.terms[i];
    Type *under = type_underlying(term->type);
    if (!type_valid(under)) continue;
    TermList terms = {term, 1};
    if (under->kind == TYPE_INTERFACE)
      terms = type_set(builder->universe, under)->terms;
    else if (term->tilde && !type_identical(term->type, under))
      continue; /* no type has it as underlying type */
    all = term_list_union(builder->arena, all, terms);
    if (all.len <= TERM_LIMIT) continue;
    if (builder->check) {
      check_error(builder->check, pos, "cannot handle more than %d union terms (implementation limitation)",
                  TERM_LIMIT);
    }
    return false;
  }
  *out = all;
  return true;
}

static bool version_allowed(SetBuilder *builder, Pos pos, const char *what, Type *t) {
  if (!builder->check || !pos_known(pos) || check_allow_version(builder->check, 18)) return true;
  if (check_is_old(builder->check)) {
    check_error(builder->check, pos, "interface contains embedded non-interface %s",
                text_type(builder->check, t));
    return false;
  }
  Str text = arena_printf(builder->check->arena, "embedding %s %s", what, text_type(builder->check, t));
  return check_verify_version(builder->check, pos, 18, text.data);
}

/* A constraint interface of another package: needs language 1.18 where it is embedded. */
static bool imported_constraint(const Checker *check, Type *t, const TypeSet *set) {
  t = type_unalias(t);
  if (t->kind != TYPE_NAMED || t->u.named.object->pkg == check->pkg || !t->u.named.object->pkg) return false;
  return !type_set_is_method_set(set);
}

/* What one embedded element adds. False: it is wrong and does not count. */
static bool embedded_terms(SetBuilder *builder, Type *embedded, Pos pos, TermList *terms, bool *comparable) {
  Type *under = type_underlying(embedded);
  if (under->kind == TYPE_INTERFACE) {
    TypeSet *set = type_set_check(builder->check ? builder->check : under->u.interface.checker, pos, under);
    if (builder->check && pos_known(pos) && imported_constraint(builder->check, embedded, set) &&
        !version_allowed(builder, pos, "constraint interface", embedded)) {
      return false;
    }
    for (uint32_t i = 0; i < set->methods.len; i++) add_method(builder, pos, set->methods.items[i], false);
    *comparable = set->comparable;
    *terms = set->terms;
    return true;
  }
  if (under->kind == TYPE_UNION) {
    return version_allowed(builder, pos, "interface element", under) &&
           union_terms(builder, pos, under, terms);
  }
  if (!type_valid(under) || !version_allowed(builder, pos, "non-interface type", embedded)) return false;
  UnionTerm *term = arena_new_of(builder->arena, UnionTerm);
  term->type = embedded;
  *terms = (TermList){term, 1};
  return true;
}

/* Only the comparable terms of a list. */
static TermList comparable_terms(SetBuilder *builder, TermList terms) {
  UnionTerm *items = arena_new_array(builder->arena, UnionTerm, terms.len);
  uint32_t n = 0;
  for (uint32_t i = 0; i < terms.len; i++) {
    if (type_comparable_cause(builder->universe, terms.items[i].type, false, NULL, NULL))
      items[n++] = terms.items[i];
  }
  return (TermList){items, n};
}

static void compute(SetBuilder *builder, Type *interface, TypeSet *set) {
  ObjectList methods = interface->u.interface.methods;
  for (uint32_t i = 0; i < methods.len; i++)
    add_method(builder, methods.items[i]->pos, methods.items[i], true);
  TermList all = term_list_all();
  bool all_comparable = interface == builder->universe->comparable_interface;
  TypeList embeddeds = interface->u.interface.embeddeds;
  for (uint32_t i = 0; i < embeddeds.len; i++) {
    Pos embed_pos = interface->u.interface.embed_pos ? interface->u.interface.embed_pos[i] : POS_NONE;
    TermList terms;
    bool comparable = false;
    if (!embedded_terms(builder, embeddeds.items[i], embed_pos, &terms, &comparable)) continue;
    all = term_list_intersect(builder->arena, all, terms);
    all_comparable = all_comparable || comparable;
    if (all_comparable && !term_list_is_all(all)) {
      all = comparable_terms(builder, all);
      all_comparable = false;
    }
  }
  sort_methods(builder->methods.items, builder->methods.len);
  set->methods = (ObjectList){builder->methods.items, builder->methods.len};
  set->terms = all;
  set->comparable = all_comparable;
}

TypeSet *type_set_check(Checker *check, Pos pos, Type *interface) {
  (void)pos; /* errors are reported where the elements stand */
  assert(interface->kind == TYPE_INTERFACE);
  TypeSet *set = load_acquire(&interface->u.interface.tset);
  if (set && load_acquire(&set->done)) return set;
  if (!interface->u.interface.complete) return (TypeSet *)(uintptr_t)&top_set;
  Universe *u = interface->universe;
  lock_take(universe_lock(u));
  set = interface->u.interface.tset;
  if (!set) {
    SetBuilder builder = {.universe = u, .arena = universe_arena(u), .check = check};
    set = arena_new_of(builder.arena, TypeSet);
    set->terms = term_list_all();
    store_release(&interface->u.interface.tset, set);
    compute(&builder, interface, set);
    if (interface == u->comparable_interface) set->comparable = true;
    interface->u.interface.checker = NULL;
    store_release(&set->done, true);
  }
  lock_release(universe_lock(u));
  return set;
}

TypeSet *type_set(Universe *u, Type *interface) {
  (void)u;
  TypeSet *set = load_acquire(&interface->u.interface.tset);
  if (set && load_acquire(&set->done)) return set;
  return type_set_check(interface->u.interface.checker, POS_NONE, interface);
}

/* ---- questions ---- */

ObjectList type_set_methods(const TypeSet *set) { return set->methods; }
bool type_set_is_empty(const TypeSet *set) { return term_list_is_empty(set->terms); }
bool type_set_is_all(const TypeSet *set) { return type_set_is_method_set(set) && set->methods.len == 0; }
bool type_set_is_method_set(const TypeSet *set) { return !set->comparable && term_list_is_all(set->terms); }
bool type_set_has_terms(const TypeSet *set) { return set->terms.len > 0 && !term_list_is_all(set->terms); }

bool type_set_is_comparable(const TypeSet *set) {
  if (!type_set_has_terms(set)) return set->comparable;
  for (uint32_t i = 0; i < set->terms.len; i++) {
    Type *t = set->terms.items[i].type;
    if (!type_comparable_cause(t->universe, t, false, NULL, NULL)) return false;
  }
  return true;
}

bool type_set_subset_of(Universe *u, const TypeSet *a, const TypeSet *b) {
  (void)u;
  return term_list_subset_of(a->terms, b->terms);
}

bool type_set_each(Universe *u, const TypeSet *set, bool (*f)(void *context, Type *t, Type *under),
                   void *context) {
  (void)u;
  if (!type_set_has_terms(set)) return f(context, NULL, NULL);
  for (uint32_t i = 0; i < set->terms.len; i++) {
    UnionTerm term = set->terms.items[i];
    Type *under = term.tilde ? type_unalias(term.type) : type_underlying(term.type);
    if (!f(context, term.type, under)) return false;
  }
  return true;
}

bool type_each(Universe *u, Type *t, bool (*f)(void *context, Type *t, Type *under), void *context) {
  Type *actual = type_unalias(t);
  if (actual->kind != TYPE_TYPE_PARAM) return f(context, t, type_underlying(t));
  return type_set_each(u, type_set(u, type_param_interface(u, actual)), f, context);
}

Type *type_as_interface(Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_TYPE_PARAM) return type_param_interface(t->universe, t);
  Type *under = type_underlying(t);
  return under->kind == TYPE_INTERFACE ? under : NULL;
}
