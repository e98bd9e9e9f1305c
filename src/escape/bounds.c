/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bounds: indexing of arrays and constant strings that cannot go out of range.
 *
 * In: all functions of a reported unit, after everything else. Out: an event for each such index that is not constant itself. Most
 * functions index nothing but slices, and escape analysis has told which ones do (FUNC_INDEXES).
 * The range of an index follows from its type and its outermost operation. Operands come before the index that uses them, and a
 * literal that captures something comes after the function around it, the last one first.
 *
 * Go: cmd/compile/internal/walk/expr.go, gc/compile.go
 */
#include "escape/escape.h"

typedef struct BoundsWalk {
  Unit *unit;
  Arena *arena;
  bool in_place;     /* FRONT_TYPECHECK */
  VEC(Func *) found; /* literals of the function that is walked */
  Map hoisted;       /* Op* that was walked before its statement */
  Map copied;        /* Op* whose index was copied to a variable, so that only its type is known */
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

static bool is_bounded(const Unit *unit, const Op *index, int64_t max, bool copied) {
  Type *t = index->type ? type_underlying(index->type) : NULL;
  if (!t || t->kind != TYPE_BASIC || !(t->u.basic.flags & BASIC_IS_INTEGER)) return false;
  int64_t value;
  if (small_int(index, &value)) return value >= 0 && value < max;
  bool is_signed = !(t->u.basic.flags & BASIC_IS_UNSIGNED);
  int64_t bits = 8 * type_size(unit->target, t);
  if (!copied) bits = value_bits(index, bits, is_signed, max);
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

static void check_index(BoundsWalk *walk, Op *op) {
  if (op->flags & OP_BOUNDED) return;
  int64_t length = static_length(op->x);
  bool copied = map_find(&walk->copied, map_key(op)) != NULL;
  if (length < 0 || !is_bounded(walk->unit, op->index, length, copied)) return;
  op->flags |= OP_BOUNDED;
  if (op_is_const(op->index, CONST_INT)) return;
  Event *event = event_add(walk->unit, EVENT_BOUNDS_ELIDED, op->pos);
  if (event) event->op = op;
}

/* ---- the order: what the compiler computes into a temporary comes before the rest of its statement ---- */

static void visit_stmt(BoundsWalk *walk, Op *op);
static bool visit_expr(void *context, Op *op);
static bool hoist(void *context, Op *op);

static void visit_stmts(BoundsWalk *walk, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++)
    if (list->items[i]) visit_stmt(walk, list->items[i]);
}

static bool is_call(const Op *op) {
  return op->kind == OP_CALLFUNC || op->kind == OP_CALLINTER || op->kind == OP_CALLMETH;
}

/* Operands of append, and of pairwise assignments in older releases, are made safe to evaluate twice: an index becomes a variable. */
static void copy_indices(BoundsWalk *walk, const OpList *operands) {
  for (uint32_t i = 0; i < operands->len; i++)
    for (Op *op = operands->items[i]; op;) {
      OpKind kind = (OpKind)op->kind;
      if (kind == OP_INDEX && op->index->kind != OP_NAME) *map_put(&walk->copied, map_key(op)) = 1;
      bool safe = kind == OP_INDEX || kind == OP_DOT || kind == OP_DOTPTR || kind == OP_DEREF ||
                  kind == OP_LEN || kind == OP_CAP;
      op = safe ? op->x : NULL;
    }
}

/* The expression with everything in it; operands that were computed before are left out. */
static bool visit_expr(void *context, Op *op) {
  BoundsWalk *walk = context;
  if (op->kind == OP_NAME || map_find(&walk->hoisted, map_key(op))) return false;
  if (op->kind == OP_APPEND) copy_indices(walk, &op->args);
  op_children(op, visit_expr, walk);
  if (op->kind == OP_INDEX) check_index(walk, op);
  if (op->kind != OP_CLOSURE || !func_captures(op->func)) return false;
  *map_put(&walk->hoisted, map_key(op)) = 1;
  vec_push(walk->arena, &walk->found, op->func);
  return false;
}

static void visit_whole(BoundsWalk *walk, Op *op) {
  if (!op) return;
  hoist(walk, op);
  visit_expr(walk, op);
}

/* Calls, inlined bodies and conditional operands inside of op, innermost first. */
static bool hoist(void *context, Op *op) {
  BoundsWalk *walk = context;
  if (op->kind == OP_NAME || op->kind == OP_LITERAL || map_find(&walk->hoisted, map_key(op))) return false;
  visit_stmts(walk, op_init(op));
  if (op->kind == OP_INLCALL) {
    visit_stmts(walk, &op->list);
    for (uint32_t i = 0; i < op->results.len; i++) visit_expr(walk, op->results.items[i]);
  } else if (op->kind == OP_ANDAND || op->kind == OP_OROR) {
    visit_whole(walk, op->x);
    visit_whole(walk, op->y);
  } else {
    op_children(op, hoist, walk);
    if (!is_call(op)) return false;
    visit_expr(walk, op);
  }
  *map_put(&walk->hoisted, map_key(op)) = 1;
  return false;
}

/* A call that is all of an assignment's right side stays where it is; its operands do not. */
static void hoist_operand(BoundsWalk *walk, Op *op) {
  if (!op) return;
  if (is_call(op)) {
    visit_stmts(walk, op_init(op));
    op_children(op, hoist, walk);
  } else {
    hoist(walk, op);
  }
}

static void visit_side(BoundsWalk *walk, const OpList *side) {
  for (uint32_t i = 0; i < side->len; i++)
    if (side->items[i]) visit_expr(walk, side->items[i]);
}

static void visit_assign_list(BoundsWalk *walk, Op *op) {
  if (op->kind == OP_AS2 && walk->unit->profile->front_end == FRONT_TYPECHECK) {
    copy_indices(walk, &op->lhs);
    copy_indices(walk, &op->rhs);
  }
  for (uint32_t i = 0; i < op->lhs.len; i++) hoist_operand(walk, op->lhs.items[i]);
  for (uint32_t i = 0; i < op->rhs.len; i++) hoist_operand(walk, op->rhs.items[i]);
  visit_side(walk, walk->in_place ? &op->lhs : &op->rhs);
  visit_side(walk, walk->in_place ? &op->rhs : &op->lhs);
}

/* All tests come before all bodies. */
static void visit_switch(BoundsWalk *walk, Op *op) {
  visit_whole(walk, op->x);
  for (uint32_t i = 0; i < op->list.len; i++)
    for (uint32_t k = 0; k < op->list.items[i]->list.len; k++)
      visit_whole(walk, op->list.items[i]->list.items[k]);
  for (uint32_t i = 0; i < op->list.len; i++) visit_stmts(walk, &op->list.items[i]->list2);
}

static void visit_select(BoundsWalk *walk, Op *op) {
  for (uint32_t i = 0; i < op->list.len; i++) {
    if (op->list.items[i]->x) visit_stmt(walk, op->list.items[i]->x);
    visit_stmts(walk, &op->list.items[i]->list2);
  }
}

static void visit_stmt(BoundsWalk *walk, Op *op) {
  visit_stmts(walk, op_init(op));
  switch ((int)op->kind) {
  case OP_BLOCK: visit_stmts(walk, &op->list); break;
  case OP_IF:
    visit_whole(walk, op->cond);
    visit_stmts(walk, &op->list);
    visit_stmts(walk, &op->orelse);
    break;
  case OP_FOR:
    visit_whole(walk, op->cond);
    if (op->post) visit_stmt(walk, op->post);
    visit_stmts(walk, &op->list);
    break;
  case OP_RANGE:
    visit_whole(walk, op->x);
    visit_whole(walk, op->key);
    visit_whole(walk, op->value);
    visit_stmts(walk, &op->list);
    break;
  case OP_SWITCH: visit_switch(walk, op); break;
  case OP_SELECT: visit_select(walk, op); break;
  case OP_AS:
  case OP_ASOP:
    hoist_operand(walk, op->x);
    hoist_operand(walk, op->y);
    visit_expr(walk, op->x);
    if (op->y) visit_expr(walk, op->y);
    break;
  case OP_AS2:
  case OP_AS2FUNC:
  case OP_AS2DOTTYPE:
  case OP_AS2MAPR:
  case OP_AS2RECV:
  case OP_SELRECV2: visit_assign_list(walk, op); break;
  case OP_INLCALL: hoist(walk, op); break;
  default:
    op_children(op, hoist, walk);
    visit_expr(walk, op);
    break;
  }
}

static void start_func(BoundsWalk *walk, Func *fn) {
  walk->found.len = 0;
  walk->hoisted = map_in(walk->arena);
  walk->copied = map_in(walk->arena);
  visit_stmts(walk, &fn->body);
}

static void visit_func(BoundsWalk *walk, Func *fn) {
  VEC(Func *) todo = {0};
  vec_push(walk->arena, &todo, fn);
  while (todo.len > 0) {
    start_func(walk, vec_pop(&todo));
    vec_append(walk->arena, &todo, walk->found.items, walk->found.len);
  }
}

void bounds_func(Unit *unit, Func *fn) {
  if (!event_wanted(unit, 1)) return;
  BoundsWalk walk = {.unit = unit, .arena = scratch_new()};
  walk.in_place = unit->profile->front_end == FRONT_TYPECHECK;
  start_func(&walk, fn);
  scratch_free(walk.arena);
}

static void compile_func(BoundsWalk *walk, Func *fn) {
  if (func_captures(fn) || name_is_blank(fn->name)) return;
  trail_step(walk->unit, TRAIL_BOUNDS, &fn, 1, false);
  if (fn->flags & FUNC_INDEXES) visit_func(walk, fn);
}

void bounds_unit(Unit *unit, void (*compiled)(Unit *unit, Func *fn)) {
  if (!event_wanted(unit, 1)) return;
  BoundsWalk walk = {.unit = unit, .arena = scratch_new()};
  walk.in_place = unit->profile->front_end == FRONT_TYPECHECK;
  uint32_t len = unit->funcs.len;
  for (uint32_t i = 0; i < len; i++) {
    Func *fn = unit->funcs.items[i];
    if (walk.in_place) {
      start_func(&walk, fn);
      if (compiled) compiled(unit, fn);
    } else {
      compile_func(&walk, fn);
    }
  }
  scratch_free(walk.arena);
}

void bounds_alone(Unit *unit, Func *const *funcs, uint32_t len) {
  BoundsWalk walk = {.unit = unit, .arena = scratch_new()};
  for (uint32_t i = 0; i < len; i++) compile_func(&walk, funcs[i]);
  scratch_free(walk.arena);
}
