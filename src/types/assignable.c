/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Assignability of values by their types alone: what later stages need of it.
 *
 * In: two complete types. Out: may a value of the first be assigned to a variable of the second? Constants, untyped values and
 * the reasons for messages are the checker's (operand_assignable).
 *
 * Go: cmd/compile/internal/types2/operand.go
 */
#include "types/check.h"

static bool channels_fit(Type *from, Type *to) {
  return from->kind == TYPE_CHAN && from->u.elem.dir == CHAN_BOTH && to->kind == TYPE_CHAN &&
         type_identical(from->u.elem.type, to->u.elem.type);
}

bool type_assignable(Universe *universe, Type *from, Type *to) {
  from = type_unalias(from);
  to = type_unalias(to);
  if (type_identical(from, to)) return true;
  Type *from_under = type_underlying(from), *to_under = type_underlying(to);
  if (type_is_basic(from, BASIC_UNTYPED_NIL)) return type_has_nil(universe, to);
  bool parameters = type_is_type_param(from) || type_is_type_param(to);
  bool one_unnamed = !type_is_named(from) || !type_is_named(to);
  if (!parameters && one_unnamed && type_identical(from_under, to_under)) return true;
  if (to_under->kind == TYPE_INTERFACE && !type_is_type_param(to))
    return type_implements(universe, from, to, false);
  return !parameters && one_unnamed && channels_fit(from_under, to_under);
}
