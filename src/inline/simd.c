/* SPDX-License-Identifier: BSD-3-Clause
 *
 * simd: the vector types of simd/archsimd (GOEXPERIMENT=simd).
 *
 * In: a function. Out: whether the code generator replaces it by instructions, and how much more its body may cost because vectors
 * go through it: what is done with vectors should end up in one function, where they stay in registers.
 *
 * The package declares its instructions: functions without a body. Some have a body for where no instruction fits and are
 * replaced nevertheless; these go by their names.
 *
 * Go: cmd/compile/internal/ssagen/intrinsics.go, types/size.go (simdify), inline/inl.go (simdCreditMultiplier)
 */
#include "inline/inline_private.h"

#define VECTOR_PACKAGE STR("simd/archsimd")

/* ---- instructions ---- */

/* Methods with a body: reinterpretations, which take no instruction, and choices that take one if they are constant. */
static bool is_replaced_despite_body(Str name) {
  ptrdiff_t dot = str_index(name, '.');
  if (dot < 0) return false;
  Str method = str_slice(name, (size_t)dot + 1, name.len);
  return str_has_prefix(method, STR("As")) || str_has_prefix(method, STR("ConcatPermuteScalars"));
}

bool simd_is_intrinsic(Unit *unit, Name *callee) {
  if (!unit->profile->vector_types || !callee->pkg || !str_equal(atom_str(callee->pkg->path), VECTOR_PACKAGE))
    return false;
  const Func *fn = known_func(unit, callee);
  return (fn && (fn->flags & FUNC_NO_BODY)) || is_replaced_despite_body(atom_str(callee->name));
}

/* ---- vectors ---- */

/* v128, v256, v512: what marks a struct as a vector. */
static bool is_vector_mark(Type *t) {
  static const char *const marks[] = {"v128", "v256", "v512"};
  t = type_unalias(t);
  if (t->kind != TYPE_NAMED) return false;
  const Object *object = t->u.named.object;
  if (!object->pkg || !str_equal(atom_str(object->pkg->path), VECTOR_PACKAGE)) return false;
  for (size_t i = 0; i < ARRAY_LEN(marks); i++)
    if (str_equal(atom_str(object->name), str_from(marks[i]))) return true;
  return false;
}

static bool is_vector(Type *t) {
  if (is_vector_mark(t)) return true;
  t = type_underlying(t);
  if (t->kind != TYPE_STRUCT || t->u.structure.fields.len == 0) return false;
  return is_vector_mark(t->u.structure.fields.items[0]->type);
}

static bool any_is_vector(Name *const *names, uint32_t len) {
  for (uint32_t i = 0; i < len; i++)
    if (is_vector(names[i]->op.type)) return true;
  return false;
}

int32_t simd_budget_factor(const Unit *unit, const Func *fn) {
  enum { THROUGH_SIGNATURE = 3, THROUGH_CAPTURES = 16 };
  if (!unit->profile->vector_types) return 1;
  if (any_is_vector(fn->params, fn->param_len) || any_is_vector(fn->results, fn->result_len))
    return THROUGH_SIGNATURE;
  return any_is_vector(fn->closure_vars.items, fn->closure_vars.len) ? THROUGH_CAPTURES : 1;
}
