/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Questions about one type: is it numeric, comparable, does it have nil, what is its core type.
 *
 * The type_is_* functions do not look into type parameters; the type_all_* functions ask all types of a type set.
 *
 * Go: cmd/compile/internal/types2/{predicates,under}.go
 */
#include "types/core.h"

/* ---- basic types ---- */

static bool is_basic(Type *t, uint32_t flags) {
  const Type *under = type_underlying(t);
  return under->kind == TYPE_BASIC && (under->u.basic.flags & flags);
}

bool type_valid(const Type *t) {
  if (t->kind == TYPE_ALIAS) t = type_unalias((Type *)t);
  return t != t->universe->basic[BASIC_INVALID];
}

bool type_is_boolean(Type *t) { return is_basic(t, BASIC_IS_BOOLEAN); }
bool type_is_numeric(Type *t) { return is_basic(t, BASIC_IS_NUMERIC); }
bool type_is_string(Type *t) { return is_basic(t, BASIC_IS_STRING); }
bool type_is_integer(Type *t) { return is_basic(t, BASIC_IS_INTEGER); }
bool type_is_unsigned(Type *t) { return is_basic(t, BASIC_IS_UNSIGNED); }
bool type_is_float(Type *t) { return is_basic(t, BASIC_IS_FLOAT); }
bool type_is_complex(Type *t) { return is_basic(t, BASIC_IS_COMPLEX); }
bool type_is_integer_or_float(Type *t) { return is_basic(t, BASIC_IS_INTEGER | BASIC_IS_FLOAT); }
bool type_is_const_type(Type *t) { return is_basic(t, BASIC_IS_CONST_TYPE); }

static bool term_is_basic(void *context, Type *t, Type *under) {
  (void)t;
  return under && under->kind == TYPE_BASIC && (under->u.basic.flags & *(const uint32_t *)context);
}

bool type_all_basic(Universe *u, Type *t, uint32_t flags) {
  if (type_unalias(t)->kind == TYPE_TYPE_PARAM) return type_each(u, t, term_is_basic, &flags);
  return is_basic(t, flags);
}

bool type_all_boolean(Universe *u, Type *t) { return type_all_basic(u, t, BASIC_IS_BOOLEAN); }
bool type_all_integer(Universe *u, Type *t) { return type_all_basic(u, t, BASIC_IS_INTEGER); }
bool type_all_unsigned(Universe *u, Type *t) { return type_all_basic(u, t, BASIC_IS_UNSIGNED); }
bool type_all_numeric(Universe *u, Type *t) { return type_all_basic(u, t, BASIC_IS_NUMERIC); }
bool type_all_string(Universe *u, Type *t) { return type_all_basic(u, t, BASIC_IS_STRING); }
bool type_all_ordered(Universe *u, Type *t) { return type_all_basic(u, t, BASIC_IS_ORDERED); }
bool type_all_numeric_or_string(Universe *u, Type *t) {
  return type_all_basic(u, t, BASIC_IS_NUMERIC | BASIC_IS_STRING);
}

bool type_is_typed(Type *t) { return !type_is_untyped(t); }

Type *type_default(const Universe *universe, Type *t) {
  if (t->kind != TYPE_BASIC) return t;
  switch ((int)t->u.basic.kind) {
  case BASIC_UNTYPED_BOOL: return universe->basic[BASIC_BOOL];
  case BASIC_UNTYPED_INT: return universe->basic[BASIC_INT];
  case BASIC_UNTYPED_RUNE: return universe->rune;
  case BASIC_UNTYPED_FLOAT: return universe->basic[BASIC_FLOAT64];
  case BASIC_UNTYPED_COMPLEX: return universe->basic[BASIC_COMPLEX128];
  case BASIC_UNTYPED_STRING: return universe->basic[BASIC_STRING];
  default: return t;
  }
}

/* ---- kinds ---- */

bool type_is_named(Type *t) {
  t = type_unalias(t);
  return t->kind == TYPE_BASIC || t->kind == TYPE_NAMED || t->kind == TYPE_TYPE_PARAM;
}

bool type_is_type_param(Type *t) { return type_unalias(t)->kind == TYPE_TYPE_PARAM; }

bool type_is_interface(Type *t) {
  return !type_is_type_param(t) && type_underlying(t)->kind == TYPE_INTERFACE;
}

bool type_is_non_type_param_interface(Type *t) { return type_is_interface(t); }

bool type_is_bytes_or_runes(Type *t) {
  if (t->kind != TYPE_SLICE) return false;
  const Type *elem = type_underlying(t->u.elem.type);
  return elem->kind == TYPE_BASIC && (elem->u.basic.kind == BASIC_UINT8 || elem->u.basic.kind == BASIC_INT32);
}

bool type_has_empty_type_set(Universe *u, Type *t) {
  t = type_unalias(t);
  if (t->kind != TYPE_TYPE_PARAM || !t->u.tparam.bound) return false;
  Type *bound = type_unalias(t->u.tparam.bound);
  Type *under = bound->kind == TYPE_NAMED ? bound->u.named.underlying : bound;
  /* Only looks at a type set that is there: this may run while constraints are being set up. */
  if (!under || under->kind != TYPE_INTERFACE || !under->u.interface.tset) return false;
  return type_set_is_empty(type_set(u, under));
}

Type *type_deref(Type *t, bool *was_pointer) {
  const Type *pointer = type_unalias(t);
  bool is_pointer = pointer->kind == TYPE_POINTER;
  if (was_pointer) *was_pointer = is_pointer;
  if (!is_pointer) return t;
  return pointer->u.elem.type ? pointer->u.elem.type : type_invalid(t->universe);
}

static bool term_has_nil(void *context, Type *t, Type *under) {
  (void)t;
  return under && type_has_nil(context, under);
}

bool type_has_nil(Universe *u, Type *t) {
  const Type *under = type_underlying(t);
  switch (under->kind) {
  case TYPE_BASIC: return under->u.basic.kind == BASIC_UNSAFE_POINTER;
  case TYPE_SLICE:
  case TYPE_POINTER:
  case TYPE_SIGNATURE:
  case TYPE_MAP:
  case TYPE_CHAN: return true;
  case TYPE_INTERFACE: return !type_is_type_param(t) || type_each(u, t, term_has_nil, u);
  case TYPE_NAMED:
  case TYPE_ALIAS:
  case TYPE_ARRAY:
  case TYPE_STRUCT:
  case TYPE_TUPLE:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: break;
  }
  return false;
}

/* ---- comparability ---- */

typedef struct Comparison {
  Universe *universe;
  bool dynamic;   /* interfaces count as comparable: that is decided at run time */
  Checker *check; /* that wants to know the cause, or NULL */
  const char *cause;
} Comparison;

typedef struct Seen {
  const Type *type;
  const struct Seen *outer;
} Seen;

static void set_cause(Comparison *c, const char *before, Type *t, const char *after) {
  if (c->check)
    c->cause = arena_printf(c->check->arena, "%s%s%s", before, text_type(c->check, t), after).data;
}

static bool comparable(Comparison *c, Type *t, const Seen *outer);

typedef struct TermComparison {
  Comparison c;
  const Seen *outer;
} TermComparison;

static bool term_comparable(void *context, Type *t, Type *under) {
  TermComparison *term = context;
  (void)under;
  return t && comparable(&term->c, t, term->outer);
}

/* Each type of the set is strictly comparable. */
static bool terms_comparable(const Comparison *c, const TypeSet *set, const Seen *outer) {
  if (!type_set_has_terms(set)) return type_set_is_comparable(set);
  TermComparison term = {{.universe = c->universe, .cause = ""}, outer};
  return type_set_each(c->universe, set, term_comparable, &term);
}

static bool comparable(Comparison *c, Type *t, const Seen *outer) {
  for (const Seen *s = outer; s; s = s->outer)
    if (s->type == t) return true;
  Seen seen = {t, outer};
  Type *under = type_underlying(t);
  c->cause = "";
  switch ((int)under->kind) {
  case TYPE_BASIC: return under->u.basic.kind != BASIC_UNTYPED_NIL;
  case TYPE_POINTER:
  case TYPE_CHAN: return true;
  case TYPE_STRUCT:
    for (uint32_t i = 0; i < under->u.structure.fields.len; i++) {
      Type *field = under->u.structure.fields.items[i]->type;
      if (comparable(c, field, &seen)) continue;
      set_cause(c, "struct containing ", field, " cannot be compared");
      return false;
    }
    return true;
  case TYPE_ARRAY:
    if (comparable(c, under->u.elem.type, &seen)) return true;
    set_cause(c, "", t, " cannot be compared");
    return false;
  case TYPE_INTERFACE: {
    if (c->dynamic && !type_is_type_param(t)) return true;
    TypeSet *set = type_set(c->universe, under);
    if (terms_comparable(c, set, &seen)) return true;
    c->cause = type_set_is_empty(set) ? "empty type set" : "incomparable types in type set";
    return false;
  }
  default: return false;
  }
}

bool type_comparable_cause(Universe *u, Type *t, bool dynamic, Checker *check, const char **cause) {
  Comparison c = {.universe = u, .dynamic = dynamic, .check = cause ? check : NULL, .cause = ""};
  bool yes = comparable(&c, t, NULL);
  if (!yes && cause) *cause = c.cause;
  return yes;
}

bool type_comparable(Type *t) { return type_comparable_cause(t->universe, t, true, NULL, NULL); }

/* ---- common underlying types ---- */

typedef struct Common {
  bool (*accept)(Type *, Type *);
  Checker *check; /* that wants to know the cause, or NULL */
  const char *cause;
  Type *type, *under; /* of the terms so far */
  bool failed;
} Common;

static bool common_fails(Common *c, const char *before, Type *x, Type *y, const char *after) {
  c->failed = true;
  if (!c->check) return false;
  const char *and = x ? " and " : "", *left = x ? text_type(c->check, x) : "",
             *right = x ? text_type(c->check, y) : "";
  c->cause = arena_printf(c->check->arena, "%s%s%s%s%s", before, left, and, right, after).data;
  return false;
}

static bool common_term(void *context, Type *t, Type *under) {
  Common *c = context;
  if (c->accept && !c->accept(t, under)) {
    c->failed = true;
    return false;
  }
  if (!under) return common_fails(c, "no specific type", NULL, NULL, "");
  if (!c->under) {
    c->type = t;
    c->under = under;
    return true;
  }
  if (c->under->kind == TYPE_CHAN && under->kind == TYPE_CHAN) {
    if (!type_identical(c->under->u.elem.type, under->u.elem.type))
      return common_fails(c, "channels ", c->type, t, " have different element types");
    if (c->under->u.elem.dir == under->u.elem.dir) return true;
    if (c->under->u.elem.dir == CHAN_BOTH) { /* the restricted one is what all can do */
      c->type = t;
      c->under = under;
    } else if (under->u.elem.dir != CHAN_BOTH) {
      return common_fails(c, "channels ", c->type, t, " have conflicting directions");
    }
    return true;
  }
  if (!type_identical(c->under, under))
    return common_fails(c, "", c->type, t, " have different underlying types");
  return true;
}

Type *type_common_under(Universe *u, Type *t, bool (*accept)(Type *, Type *), const char **cause,
                        Checker *check) {
  Common c = {.accept = accept, .check = cause ? check : NULL, .cause = ""};
  type_each(u, t, common_term, &c);
  if (!c.failed) return c.under;
  if (cause && c.cause[0]) *cause = c.cause;
  return NULL;
}

Type *type_core(Type *t) {
  if (!type_is_type_param(t)) return type_underlying(t);
  return type_common_under(t->universe, t, NULL, NULL, NULL);
}

typedef struct CoreString {
  Type *under;
  bool has_string, failed;
} CoreString;

static bool core_string_term(void *context, Type *t, Type *under) {
  CoreString *c = context;
  (void)t;
  c->failed = true;
  if (!under) return false;
  if (under->kind == TYPE_BASIC && (under->u.basic.flags & BASIC_IS_STRING)) {
    c->has_string = true;
    under = type_new_slice(under->universe, under->universe->byte);
  }
  if (c->under && !type_identical(c->under, under)) return false;
  c->under = under;
  c->failed = false;
  return true;
}

Type *type_core_string(Universe *u, Type *t) {
  if (!type_is_type_param(t)) return type_underlying(t);
  CoreString c = {0};
  type_each(u, t, core_string_term, &c);
  if (c.failed) return NULL;
  return c.has_string ? u->basic[BASIC_STRING] : c.under;
}
