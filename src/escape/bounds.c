/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bounds: indexing of arrays and constant strings that cannot go out of range.
 *
 * In: all functions of a reported unit, after everything else. Out: an event for each such index that is not constant itself.
 * The range of an index follows from its type and its outermost operation. Operands come before the index that uses them, and a
 * literal that captures something comes after the function around it, the last one first.
 *
 * Go: cmd/compile/internal/walk/expr.go, gc/compile.go
 */
#include "escape/escape.h"

typedef struct BoundsWalk {
  Unit *unit;
  Arena *arena;
  VEC(Func *) found; /* literals of the function that is walked */
} BoundsWalk;

static bool small_int(const Op *op, int64_t *out) {
  return op_is(op, OP_LITERAL) && const_int64(op->lit, out) && *out >= INT32_MIN && *out <= INT32_MAX;
}

/* Number of bits that the value can have, starting with its type's; -1: it is below max for another reason. */
static int64_t value_bits(const Op *op, int64_t bits, bool is_signed, int64_t max) {
  int64_t value, other = -1;
  switch ((int)op->kind) {
  case OP_AND:
  case OP_ANDNOT:
    if (small_int(op->x, &value)) {
      other = value;
    } else if (small_int(op->y, &value)) {
      other = value;
      if (op->kind == OP_ANDNOT) {
        other = ~value;
        if (!is_signed && bits < 64) other &= ((int64_t)1 << bits) - 1;
      }
    }
    if (other >= 0 && other < max) return -1;
    break;
  case OP_MOD:
    if (!is_signed && small_int(op->y, &value) && value >= 0 && value <= max) return -1;
    break;
  case OP_DIV:
    if (!is_signed && small_int(op->y, &value))
      for (; bits > 0 && value >= 2; value >>= 1) bits--;
    break;
  case OP_RSH:
    if (!is_signed && small_int(op->y, &value)) {
      if (value > bits) return max > 0 ? -1 : 64;
      bits -= value;
    }
    break;
  }
  return bits;
}

static bool is_bounded(const Unit *unit, const Op *index, int64_t max) {
  Type *t = index->type ? type_underlying(index->type) : NULL;
  if (!t || t->kind != TYPE_BASIC || !(t->u.basic.flags & BASIC_IS_INTEGER)) return false;
  int64_t value;
  if (small_int(index, &value)) return value >= 0 && value < max;
  bool is_signed = !(t->u.basic.flags & BASIC_IS_UNSIGNED);
  int64_t bits = value_bits(index, 8 * type_size(unit->target, t), is_signed, max);
  if (bits < 0) return true;
  return !is_signed && bits <= 62 && ((int64_t)1 << bits) <= max;
}

/* How many elements the array or constant string has; -1: something else, or not known now. */
static int64_t static_length(const Op *op) {
  if (op_is_const(op, CONST_STRING)) return const_string_length(op->lit);
  Type *t = op->type ? type_underlying(op->type) : NULL;
  if (t && t->kind == TYPE_POINTER) t = type_underlying(t->u.elem.type);
  return t && t->kind == TYPE_ARRAY ? t->u.elem.length : -1;
}

static bool visit_op(void *context, Op *op) {
  BoundsWalk *walk = context;
  op_children(op, visit_op, walk);
  if (op->kind == OP_CLOSURE && func_captures(op->func)) vec_push(walk->arena, &walk->found, op->func);
  if (op->kind != OP_INDEX || (op->flags & OP_BOUNDED)) return false;
  int64_t length = static_length(op->x);
  if (length < 0 || !is_bounded(walk->unit, op->index, length)) return false;
  op->flags |= OP_BOUNDED;
  if (!op_is_const(op->index, CONST_INT)) {
    Event *event = event_add(walk->unit, EVENT_BOUNDS_ELIDED, op->pos);
    if (event) event->op = op;
  }
  return false;
}

static void visit_func(BoundsWalk *walk, Func *fn) {
  VEC(Func *) todo = {0};
  vec_push(walk->arena, &todo, fn);
  while (todo.len > 0) {
    Func *next = vec_pop(&todo);
    walk->found.len = 0;
    for (uint32_t i = 0; i < next->body.len; i++) visit_op(walk, next->body.items[i]);
    vec_append(walk->arena, &todo, walk->found.items, walk->found.len);
  }
}

void bounds_unit(Unit *unit) {
  if (!event_wanted(unit, 1)) return;
  BoundsWalk walk = {.unit = unit, .arena = arena_new()};
  for (uint32_t i = 0; i < unit->funcs.len; i++) {
    Func *fn = unit->funcs.items[i];
    if (!name_is_blank(fn->name) && !func_captures(fn)) visit_func(&walk, fn);
  }
  arena_free(walk.arena);
}
