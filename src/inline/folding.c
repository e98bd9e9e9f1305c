/* SPDX-License-Identifier: BSD-3-Clause
 *
 * folding: expressions that would be constant if some variables were.
 *
 * In: an expression and the variables. Out: whether it consists of constants, these variables (every one of them) and operators
 * on integers, strings, booleans and things that can be nil, where nothing can go wrong at run time: shifts and divisions by
 * constants only.
 *
 * Go: cmd/compile/internal/inline/inlheur/eclassify.go
 */
#include "inline/heuristics.h"

typedef enum Parts { PARTS_OTHER, PARTS_CONSTANTS, PARTS_NAMES } Parts; /* of what an expression is made */

enum { NAMES_MAX = 64 }; /* more names than that are not followed */

typedef struct Folding {
  Unit *unit;
  NameSet names;
  uint64_t seen; /* names, as bits */
} Folding;

static bool has_foldable_type(const Folding *f, const Op *op) {
  if (!op->type) return false;
  Type *t = type_underlying(op->type);
  if (t->kind == TYPE_BASIC && (t->u.basic.flags & (BASIC_IS_INTEGER | BASIC_IS_STRING | BASIC_IS_BOOLEAN)))
    return true;
  return type_has_nil(f->unit->universe, t);
}

static bool is_wanted(Folding *f, const Name *name) {
  for (uint32_t i = 0; i < f->names.len; i++) {
    if (f->names.items[i] != name) continue;
    f->seen |= (uint64_t)1 << i;
    return true;
  }
  return false;
}

static Parts parts_of_name(Folding *f, Op *op) {
  if (is_wanted(f, op->name)) return PARTS_NAMES;
  const Op *value = op_static_value(f->unit, op);
  return value->kind == OP_NAME && is_wanted(f, value->name) ? PARTS_NAMES : PARTS_OTHER;
}

static Parts both(Parts x, Parts y) {
  if (x == PARTS_OTHER || y == PARTS_OTHER) return PARTS_OTHER;
  return x == PARTS_NAMES || y == PARTS_NAMES ? PARTS_NAMES : PARTS_CONSTANTS;
}

static Parts parts_of(Folding *f, Op *op) {
  if (!has_foldable_type(f, op)) return PARTS_OTHER;
  Parts x, y;
  switch ((int)op->kind) {
  case OP_NIL:
  case OP_LITERAL: return PARTS_CONSTANTS;
  case OP_NAME: return parts_of_name(f, op);
  case OP_NOT:
  case OP_PLUS:
  case OP_NEG: return parts_of(f, op->x);
  case OP_EQ:
  case OP_NE:
  case OP_LT:
  case OP_GT:
  case OP_GE:
  case OP_LE:
  case OP_ADD:
  case OP_SUB:
  case OP_OR:
  case OP_XOR:
  case OP_MUL:
  case OP_AND:
  case OP_ANDNOT:
  case OP_ANDAND:
  case OP_OROR:
    x = parts_of(f, op->x);
    y = parts_of(f, op->y);
    return both(x, y);
  case OP_LSH:
  case OP_RSH:
  case OP_DIV:
  case OP_MOD:
    x = parts_of(f, op->x);
    y = parts_of(f, op->y);
    return y == PARTS_CONSTANTS ? both(x, y) : PARTS_OTHER;
  }
  return PARTS_OTHER;
}

bool folds_if_constant(Unit *unit, Op *op, NameSet names) {
  if (names.len == 0 || names.len > NAMES_MAX) return false;
  Folding f = {.unit = unit, .names = names};
  if (parts_of(&f, op) != PARTS_NAMES) return false;
  uint64_t all = names.len == NAMES_MAX ? UINT64_MAX : ((uint64_t)1 << names.len) - 1;
  for (uint32_t i = 0; i < names.len; i++) /* a name may be listed twice */
    for (uint32_t k = 0; k < i; k++)
      if (names.items[i] == names.items[k] && (f.seen >> k & 1)) f.seen |= (uint64_t)1 << i;
  return f.seen == all;
}
