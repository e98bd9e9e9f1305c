/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Type inference: the type arguments of a call (or of an assignment of a generic function) that are not written down.
 *
 * Steps: unify the types of typed arguments with the parameters' types; then, until nothing is new, unify what is known with
 * the constraints' core types and methods; then give default types to parameters that only untyped constants meet; finally
 * replace parameters in what was inferred by what was inferred for them.
 *
 * Go: cmd/compile/internal/types2/infer.go
 */
#include "types/generics.h"

/* ---- does a type mention these parameters? ---- */

typedef struct Mention {
  TypeList tparams;
  const struct Visit *path; /* interfaces above: cycles of anonymous interfaces end here */
} Mention;

typedef struct Visit {
  const Type *type;
  const struct Visit *outer;
} Visit;

static bool mentions(Mention *m, Type *t);

static bool mentions_in_vars(Mention *m, ObjectList vars) {
  for (uint32_t i = 0; i < vars.len; i++) {
    if (vars.items[i]->type && mentions(m, vars.items[i]->type)) return true;
  }
  return false;
}

static bool mentions_in_interface(Mention *m, Type *t) {
  for (const Visit *v = m->path; v; v = v->outer) {
    if (v->type == t) return false;
  }
  Visit visit = {t, m->path};
  m->path = &visit;
  const TypeSet *set = type_set(t->universe, t);
  bool found = mentions_in_vars(m, set->methods);
  for (uint32_t i = 0; i < set->terms.len && !found; i++) {
    Type *term = set->terms.items[i].type;
    if (!term) break;
    found = mentions(m, term);
  }
  m->path = visit.outer;
  return found;
}

static int tparam_index(TypeList tparams, const Type *t) {
  for (uint32_t i = 0; i < tparams.len; i++) {
    if (tparams.items[i] == t) return (int)i;
  }
  return -1;
}

static bool mentions(Mention *m, Type *t) {
  t = type_unalias(t);
  switch (t->kind) {
  case TYPE_BASIC:
  case TYPE_ALIAS:
  case TYPE_UNION: return false;
  case TYPE_NAMED:
    for (uint32_t i = 0; i < t->u.named.targs.len; i++) {
      if (mentions(m, t->u.named.targs.items[i])) return true;
    }
    return false;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return t->u.elem.type && mentions(m, t->u.elem.type);
  case TYPE_MAP: return mentions(m, t->u.map.key) || mentions(m, t->u.map.value);
  case TYPE_STRUCT: return mentions_in_vars(m, t->u.structure.fields);
  case TYPE_TUPLE: return mentions_in_vars(m, t->u.tuple.vars);
  case TYPE_SIGNATURE: return mentions(m, t->u.signature.params) || mentions(m, t->u.signature.results);
  case TYPE_INTERFACE: return mentions_in_interface(m, t);
  case TYPE_TYPE_PARAM: return tparam_index(m->tparams, t) >= 0;
  }
  return false;
}

bool type_is_parameterized(TypeList tparams, Type *t) {
  if (tparams.len == 0 || t->kind == TYPE_BASIC) return false;
  Mention m = {tparams, NULL};
  return mentions(&m, t);
}

/* ---- the state of one inference ---- */

typedef struct Inference {
  Checker *check;
  Unifier unifier;
  Pos pos;
  TypeList tparams;
  Type *params; /* tuple */
  OperandList args;
  bool reverse;
  const char *what; /* the function in "in call to …", or NULL */
} Inference;

static bool infer_fail(Inference *in, Pos pos, const char *fmt, ...) PRINTF_LIKE(3, 4);

static bool infer_fail(Inference *in, Pos pos, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  Str text = arena_vprintf(in->check->arena, fmt, args);
  va_end(args);
  if (in->what)
    check_error(in->check, pos, "in call to %s, %s", in->what, text.data);
  else
    check_error(in->check, pos, "%s", text.data);
  return false;
}

static TypeList inferred_so_far(const Inference *in) {
  Type **items = arena_new_array(in->check->arena, Type *, in->tparams.len);
  for (uint32_t i = 0; i < in->tparams.len; i++) items[i] = unifier_at(&in->unifier, i);
  return (TypeList){items, in->tparams.len};
}

/* "P", "P and Q", "P, Q, and R". */
static const char *text_tparams(Checker *check, TypeList list) {
  Buffer out = {0};
  for (uint32_t i = 0; i < list.len; i++) {
    if (i > 0) buffer_text(&out, list.len == 2 ? " and " : i + 1 == list.len ? ", and " : ", ");
    buffer_str(&out, atom_str(list.items[i]->u.tparam.object->name));
  }
  const char *text = arena_strdup(check->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

static Type *subst_inferred(Inference *in, Type *t, TypeList targs) {
  Substitution map = {&in->tparams, &targs, in->check, NULL, in->pos};
  return subst_in(in->check->universe, t, &map);
}

/* The argument's type does not unify with its parameter's. */
static bool report_mismatch(Inference *in, Type *param, const Operand *arg) {
  Checker *check = in->check;
  TypeList targs = inferred_so_far(in);
  const char *arg_type = text_type(check, arg->type), *arg_text = text_expr(check, arg->expr);
  bool nothing_known = true;
  for (uint32_t i = 0; i < targs.len && nothing_known; i++) nothing_known = !targs.items[i];
  if (nothing_known) {
    return infer_fail(in, operand_pos(arg), "type %s of %s does not match %s (cannot infer %s)", arg_type,
                      arg_text, text_type(check, param), text_tparams(check, in->tparams));
  }
  Type *inferred = subst_inferred(in, param, targs);
  if (inferred == param) {
    return infer_fail(in, operand_pos(arg), "type %s of %s does not match %s", arg_type, arg_text,
                      text_type(check, param));
  }
  if (in->reverse) {
    return infer_fail(in, operand_pos(arg), "inferred type %s for %s does not match type %s of %s",
                      text_type(check, inferred), text_type(check, param), arg_type, arg_text);
  }
  return infer_fail(in, operand_pos(arg), "type %s of %s does not match inferred type %s for %s", arg_type,
                    arg_text, text_type(check, inferred), text_type(check, param));
}

/* ---- step 1: typed arguments ---- */

static bool infer_from_arguments(Inference *in) {
  for (uint32_t i = 0; i < in->args.len; i++) {
    const Operand *arg = &in->args.items[i];
    Type *param = in->params->u.tuple.vars.items[i]->type;
    if (type_is_untyped(arg->type)) continue;
    if (!type_is_parameterized(in->tparams, param) && !type_is_parameterized(in->tparams, arg->type))
      continue;
    if (!unify(&in->unifier, param, arg->type, UNIFY_ASSIGN)) return report_mismatch(in, param, arg);
  }
  return true;
}

/* ---- step 2: constraints ---- */

/* The only term of a constraint (*single), or its core type as a term. False: neither. */
static bool core_term(Type *tparam, UnionTerm *out, bool *single) {
  const TypeSet *set = type_set(tparam->universe, type_param_interface(tparam->universe, tparam));
  if (!type_set_has_terms(set)) return false;
  *single = set->terms.len == 1;
  if (*single) {
    *out = set->terms.items[0];
    return true;
  }
  bool tilde = false;
  for (uint32_t i = 0; i < set->terms.len; i++) tilde |= set->terms.items[i].tilde;
  *out = (UnionTerm){tilde, type_core(tparam)};
  return out->type != NULL;
}

static bool unify_exactly(void *context, Type *x, Type *y) { return unify(context, x, y, UNIFY_EXACT); }

static bool infer_from_constraint(Inference *in, uint32_t i) {
  Checker *check = in->check;
  Type *tparam = in->tparams.items[i];
  Type *known = unifier_at(&in->unifier, i);
  Type *interface = type_param_interface(check->universe, tparam);
  UnionTerm core;
  bool single;
  if (core_term(tparam, &core, &single)) {
    if (known) {
      /* a type argument's underlying type must be that of the constraint */
      if (!unify(&in->unifier, known, core.type, UNIFY_INEXACT)) {
        return infer_fail(in, in->pos, "%s (type %s) does not satisfy %s", text_type(check, tparam),
                          text_type(check, known), text_type(check, tparam->u.tparam.bound));
      }
    } else if (single && !core.tilde) {
      unifier_set(&in->unifier, i, core.type);
    }
  }
  if (!known || type_is_parameterized(in->tparams, known)) return true;
  if (type_set(check->universe, interface)->methods.len == 0) return true;
  const char *cause = "";
  if (check_has_all_methods_with(check, known, interface, true, unify_exactly, &in->unifier, &cause))
    return true;
  return infer_fail(in, in->pos, "%s (type %s) does not satisfy %s %s", text_type(check, tparam),
                    text_type(check, known), text_type(check, tparam->u.tparam.bound), cause);
}

static bool infer_from_constraints(Inference *in) {
  uint32_t unknown;
  do {
    unknown = unifier_unknowns(&in->unifier);
    for (uint32_t i = 0; i < in->tparams.len; i++) {
      if (!infer_from_constraint(in, i)) return false;
    }
  } while (unifier_unknowns(&in->unifier) != unknown);
  return true;
}

/* ---- step 3: untyped constants ---- */

static Type *larger_untyped(Type *a, Type *b) {
  if (a == b) return a;
  if (!type_is_numeric(a) || !type_is_numeric(b)) return NULL;
  return a->u.basic.kind > b->u.basic.kind ? a : b;
}

static bool infer_from_untyped(Inference *in) {
  Checker *check = in->check;
  Type **largest = arena_new_array(check->arena, Type *, in->tparams.len);
  for (uint32_t i = 0; i < in->args.len; i++) {
    const Operand *arg = &in->args.items[i];
    int p = tparam_index(in->tparams, in->params->u.tuple.vars.items[i]->type);
    if (p < 0 || !type_is_untyped(arg->type) || operand_is_nil(arg) || unifier_at(&in->unifier, (uint32_t)p))
      continue;
    Type *merged = largest[p] ? larger_untyped(largest[p], arg->type) : arg->type;
    if (!merged) {
      return infer_fail(in, operand_pos(arg), "mismatched types %s and %s (cannot infer %s)",
                        text_type(check, largest[p]), text_type(check, arg->type),
                        text_type(check, in->tparams.items[p]));
    }
    largest[p] = merged;
  }
  for (uint32_t i = 0; i < in->tparams.len; i++) {
    if (largest[i]) unifier_set(&in->unifier, i, type_default(check->universe, largest[i]));
  }
  return true;
}

/* ---- step 4: parameters in inferred types ---- */

typedef struct CycleFinder {
  TypeList tparams, inferred;
  const Visit *path;
} CycleFinder;

static void find_cycles(CycleFinder *finder, Type *t);

static void find_cycles_in_objects(CycleFinder *finder, ObjectList list) {
  for (uint32_t i = 0; i < list.len; i++) {
    if (list.items[i]->type) find_cycles(finder, list.items[i]->type);
  }
}

static void find_cycles_in_types(CycleFinder *finder, TypeList list) {
  for (uint32_t i = 0; i < list.len; i++) find_cycles(finder, list.items[i]);
}

static void find_cycles_inside(CycleFinder *finder, Type *t) {
  switch (t->kind) {
  case TYPE_BASIC:
  case TYPE_ALIAS:
  case TYPE_TUPLE: return;
  case TYPE_NAMED: find_cycles_in_types(finder, t->u.named.targs); return;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: find_cycles(finder, t->u.elem.type); return;
  case TYPE_MAP:
    find_cycles(finder, t->u.map.key);
    find_cycles(finder, t->u.map.value);
    return;
  case TYPE_STRUCT: find_cycles_in_objects(finder, t->u.structure.fields); return;
  case TYPE_SIGNATURE:
    find_cycles_in_objects(finder, t->u.signature.params->u.tuple.vars);
    find_cycles_in_objects(finder, t->u.signature.results->u.tuple.vars);
    return;
  case TYPE_UNION:
    for (uint32_t i = 0; i < t->u.union_.len; i++) find_cycles(finder, t->u.union_.terms[i].type);
    return;
  case TYPE_INTERFACE:
    find_cycles_in_objects(finder, t->u.interface.methods);
    find_cycles_in_types(finder, t->u.interface.embeddeds);
    return;
  case TYPE_TYPE_PARAM: {
    int i = tparam_index(finder->tparams, t);
    if (i >= 0 && finder->inferred.items[i]) find_cycles(finder, finder->inferred.items[i]);
    return;
  }
  }
}

/* A parameter that is inferred through itself (say P -> Q -> []P) has no type: forget it. */
static void find_cycles(CycleFinder *finder, Type *t) {
  t = type_unalias(t);
  for (const Visit *visit = finder->path; visit; visit = visit->outer) {
    if (visit->type != t) continue;
    int i = tparam_index(finder->tparams, t);
    if (i >= 0) finder->inferred.items[i] = NULL;
    return;
  }
  Visit visit = {t, finder->path};
  finder->path = &visit;
  find_cycles_inside(finder, t);
  finder->path = visit.outer;
}

/* Replaces parameters in inferred types until none changes. */
static void simplify(Inference *in, TypeList inferred, TypeList given) {
  bool again = true;
  bool *settled = arena_new_array(in->check->arena, bool, inferred.len);
  for (uint32_t i = 0; i < inferred.len; i++) {
    settled[i] = !inferred.items[i] || (i < given.len && given.items[i]) ||
                 !type_is_parameterized(in->tparams, inferred.items[i]);
  }
  while (again) {
    again = false;
    for (uint32_t i = 0; i < inferred.len; i++) {
      if (settled[i]) continue;
      Type *before = inferred.items[i];
      Type *after = subst_inferred(in, before, inferred);
      if (after == before) {
        settled[i] = true;
        continue;
      }
      /* a generic function argument whose parameters are all known is generic no more */
      if (after->kind == TYPE_SIGNATURE && after->u.signature.tparams.len > 0 &&
          !type_is_parameterized(in->tparams, after)) {
        after->u.signature.tparams = (TypeList){NULL, 0};
      }
      inferred.items[i] = after;
      again = true;
    }
  }
}

static bool all_known(Inference *in, TypeList inferred) {
  for (uint32_t i = 0; i < inferred.len; i++) {
    if (inferred.items[i] && !type_is_parameterized(in->tparams, inferred.items[i])) continue;
    const Object *object = in->tparams.items[i]->u.tparam.object;
    return infer_fail(in, in->pos, "cannot infer %s (declared at %s)", atom_text(object->name),
                      text_pos(in->check, object->pos));
  }
  return true;
}

/* ---- all steps ---- */

static bool is_complete_list(TypeList targs, uint32_t n) {
  if (targs.len != n) return false;
  for (uint32_t i = 0; i < n; i++) {
    if (!targs.items[i]) return false;
  }
  return true;
}

TypeList check_infer(Checker *check, Pos pos, TypeList tparams, TypeList targs, Type *params,
                     OperandList args, bool reverse, const char *what) {
  const TypeList none = {NULL, 0};
  assert(tparams.len > 0 && targs.len <= tparams.len);
  if (is_complete_list(targs, tparams.len)) return targs;
  for (uint32_t i = 0; i < args.len; i++) {
    if (!operand_valid(&args.items[i])) return none;
  }
  Inference in = {
      .check = check, .pos = pos, .tparams = tparams, .args = args, .reverse = reverse, .what = what};
  Type **given = arena_new_array(check->arena, Type *, tparams.len);
  if (targs.len) memcpy(given, targs.items, sizeof(Type *) * targs.len);
  targs = (TypeList){given, tparams.len};
  in.params = subst_inferred(&in, params, targs);
  unifier_start(&in.unifier, check, check->universe, check->arena, tparams, targs,
                check_allow_version(check, 21));
  if (!infer_from_arguments(&in) || !infer_from_constraints(&in) || !infer_from_untyped(&in)) return none;
  TypeList inferred = inferred_so_far(&in);
  CycleFinder finder = {tparams, inferred, NULL};
  find_cycles_in_types(&finder, tparams);
  simplify(&in, inferred, targs);
  return all_known(&in, inferred) ? inferred : none;
}
