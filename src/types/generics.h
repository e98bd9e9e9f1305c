/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to the generic part of types/: term lists, type sets, the unifier, substitution.
 */
#ifndef HEAPWHY_TYPES_GENERICS_H
#define HEAPWHY_TYPES_GENERICS_H

#include "types/check.h"
#include "types/values.h"

/* ---- term lists: sets of types ---- */

/* A union of terms. A term is {T}, all types with underlying type T (tilde), or, with type == NULL, the set of all types.
   The empty list is the empty set. Normal form: the terms are disjoint. */
typedef struct TermList {
  const UnionTerm *items;
  uint32_t len;
} TermList;

TermList term_list_all(void);
static inline bool term_list_is_empty(TermList list) { return list.len == 0; }
bool term_list_is_all(TermList list);
TermList term_list_normal(Arena *arena, TermList list);
TermList term_list_union(Arena *arena, TermList a, TermList b);
TermList term_list_intersect(Arena *arena, TermList a, TermList b);
bool term_list_subset_of(TermList a, TermList b);
static inline bool term_list_equal(TermList a, TermList b) {
  return term_list_subset_of(a, b) && term_list_subset_of(b, a);
}
bool term_includes(UnionTerm term, Type *t);
bool term_disjoint(UnionTerm a, UnionTerm b); /* of two terms with types */
/* "int | ~string"; the empty set prints as the compiler prints it. */
void term_list_print(Buffer *out, TermList list, const Package *relative_to);

/* ---- type sets ---- */

struct TypeSet {
  ObjectList methods; /* sorted by object_compare */
  TermList terms;     /* normal form */
  bool comparable;    /* only comparable types; then terms is the set of all types */
  bool done;          /* published; false while it is being computed */
};

/* The interface itself: of an interface type or of a type parameter; NULL for other types. */
Type *type_as_interface(Type *t);

/* ---- substitution ---- */

typedef struct Substitution {
  const TypeList *tparams;          /* TYPE_TYPE_PARAM */
  const TypeList *targs;            /* same length; NULL items: not replaced */
  Checker *check;                   /* NULL outside of checking */
  const struct Substitution *outer; /* tried when a parameter is not among tparams */
  Pos pos;                          /* of new instances */
} Substitution;

Type *subst_in(Universe *u, Type *t, const Substitution *map);
/* A copy of a variable (function) with another type, linked to its origin. */
Object *object_with_type(Universe *u, const Object *object, Type *type);
Type *signature_copy(Universe *u, const Type *signature);
/* methods, with receivers of type `old` replaced by receivers of type `new`; the same list if there are none. */
ObjectList methods_with_receiver(Universe *u, ObjectList methods, Type *old, Type *new);
/* New type parameters with the same names, their bounds rewritten; *types is rewritten as well. */
TypeList check_rename_tparams(Checker *check, TypeList tparams, Type **type);
Type *alias_instance(Checker *check, Pos pos, Type *origin, TypeList targs);

/* ---- inference ---- */

/* t mentions one of tparams. */
bool type_is_parameterized(TypeList tparams, Type *t);

typedef enum UnifyMode {
  UNIFY_INEXACT = 0,
  UNIFY_ASSIGN = 1, /* as in an assignment: inexact at the top, exact below */
  UNIFY_EXACT = 2   /* identical types */
} UnifyMode;

typedef struct Unifier {
  Checker *check; /* NULL in tests */
  Universe *universe;
  TypeList tparams;
  uint32_t *handle_of; /* tparam -> slot of its inferred type; joined parameters share one */
  Type **handles;
  uint32_t depth;
  bool interfaces; /* shared methods of interfaces take part (language 1.21) */
} Unifier;

void unifier_start(Unifier *unifier, Checker *check, Universe *u, Arena *arena, TypeList tparams,
                   TypeList targs, bool interfaces);
bool unify(Unifier *unifier, Type *x, Type *y, unsigned mode);
static inline Type *unifier_at(const Unifier *unifier, uint32_t i) {
  return unifier->handles[unifier->handle_of[i]];
}
static inline void unifier_set(Unifier *unifier, uint32_t i, Type *t) {
  unifier->handles[unifier->handle_of[i]] = t;
}
uint32_t unifier_unknowns(const Unifier *unifier); /* parameters without a type */

/* ---- the checker's state of these files ---- */

typedef struct GenericsState {
  Map method_values; /* method signature -> the same without receiver */
} GenericsState;

GenericsState *check_generics(Checker *check);

/* The object is declared in the package being checked: makes sure that it has its type. */
void check_ensure_declared(Checker *check, Object *object);
bool type_is_interface_pointer(Type *t);
const char *text_interface_pointer(Checker *check, Type *t);

#endif
