/* SPDX-License-Identifier: BSD-3-Clause
 *
 * self_assign: assignments that bring no new pointers to where they store, and fields that hold pointers as numbers.
 *
 * In: both sides of an assignment. Out: whether escape analysis may ignore it.
 *
 * Go: cmd/compile/internal/ir/expr.go, escape/utils.go
 */
#include "ir/ir.h"

/* x in *x or x.f through a pointer, if x is a variable. */
static const Op *pointer_variable(const Op *op) {
  if (op->kind != OP_DEREF && op->kind != OP_DOTPTR) return NULL;
  return op_is(op->x, OP_NAME) ? op->x : NULL;
}

/* b.buf = b.buf[n:m] */
static bool is_slice_self_assignment(const Op *dst, const Op *src) {
  const Op *target = pointer_variable(dst);
  if (!target) return false;
  switch ((int)src->kind) {
  case OP_SLICE:
  case OP_SLICE3:
  case OP_SLICESTR: break;
  case OP_SLICEARR:
  case OP_SLICE3ARR:
    if (src->x->kind == OP_ADDR) return false; /* a new pointer into b itself */
    break;
  default: return false;
  }
  return pointer_variable(src->x) == target;
}

static bool may_affect_memory(const Op *op) {
  switch ((int)op->kind) {
  case OP_NAME:
  case OP_LITERAL:
  case OP_NIL: return false;
  case OP_ADD:
  case OP_SUB:
  case OP_OR:
  case OP_XOR:
  case OP_MUL:
  case OP_LSH:
  case OP_RSH:
  case OP_AND:
  case OP_ANDNOT:
  case OP_DIV:
  case OP_MOD:
  case OP_INDEX: return may_affect_memory(op->x) || may_affect_memory(op->y);
  case OP_CONVNOP:
  case OP_CONV:
  case OP_LEN:
  case OP_CAP:
  case OP_NOT:
  case OP_BITNOT:
  case OP_PLUS:
  case OP_NEG:
  case OP_DOT:
  case OP_DOTPTR:
  case OP_DEREF: return may_affect_memory(op->x);
  }
  return true;
}

bool op_is_self_assignment(const Op *dst, const Op *src) {
  if (is_slice_self_assignment(dst, src)) return true;
  if (dst->kind != src->kind) return false;
  if (dst->kind == OP_DOT || dst->kind == OP_DOTPTR) return op_same_safe(dst->x, src->x);
  if (dst->kind != OP_INDEX || may_affect_memory(dst->index) || may_affect_memory(src->index)) return false;
  return op_same_safe(dst->x, src->x);
}

/* p.Data of a reflect.SliceHeader or reflect.StringHeader */
bool op_is_reflect_header_data(const Op *op) {
  if (!op->type || !type_is_basic(type_unalias(op->type), BASIC_UINTPTR)) return false;
  if (op->kind != OP_DOT && op->kind != OP_DOTPTR) return false;
  Type *t = op->x->type;
  if (op->kind == OP_DOTPTR) t = type_underlying(t)->u.elem.type;
  t = type_unalias(t);
  if (t->kind != TYPE_NAMED || !str_equal(atom_str(op->sym), STR("Data"))) return false;
  const Object *object = t->u.named.object;
  if (!object->pkg || !str_equal(atom_str(object->pkg->path), STR("reflect"))) return false;
  return str_equal(atom_str(object->name), STR("SliceHeader")) ||
         str_equal(atom_str(object->name), STR("StringHeader"));
}
