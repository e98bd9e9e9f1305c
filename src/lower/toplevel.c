/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The list of functions of releases that check trees in place: declared ones, then literals and method values as checking met them, then
 * the initialisation of variables.
 *
 * In: a unit with all bodies lowered. Out: unit->funcs in the compiler's order; later passes start from it.
 * Initialisers are checked before all bodies; literals in them are functions like declared ones, whose bodies come later.
 *
 * Go: cmd/compile/internal/gc/main.go, closure.go (of Go 1.10 to 1.16)
 */
#include "lower/internal.h"

typedef VEC(Func *) FuncVec;

typedef struct TopLevel {
  Lowering *low;
  FuncVec list;
  Map nested;        /* Func* -> 1: literal whose body was checked with the function around it */
  bool initialisers; /* of variables: bodies wait */
} TopLevel;

/* Operands first, as they are checked. */
static bool meet(void *context, Op *op) {
  TopLevel *top = context;
  op_children(op, meet, top);
  Arena *arena = top->low->arena;
  if (op->kind == OP_METHVALUE && op->method) {
    uint32_t before = top->low->unit->funcs.len;
    Func *fn = method_value_func(top->low, op);
    op->made = fn->name;
    if (top->low->unit->funcs.len > before) vec_push(arena, &top->list, fn);
  }
  if (op->kind != OP_CLOSURE) return false;
  if (!top->initialisers) {
    *map_put(&top->nested, map_key(op->func)) = 1;
    for (uint32_t i = 0; i < op->func->body.len; i++) meet(top, op->func->body.items[i]);
  }
  vec_push(arena, &top->list, op->func);
  return false;
}

static void meet_body(TopLevel *top, const Func *fn) {
  for (uint32_t i = 0; i < fn->body.len; i++) meet(top, fn->body.items[i]);
}

void order_functions(Lowering *low) {
  Unit *unit = low->unit;
  TopLevel top = {.low = low, .nested = map_in(low->arena)};
  Func *init = NULL;
  for (uint32_t i = 0; i < unit->funcs.len; i++) {
    Func *fn = unit->funcs.items[i];
    if (fn->flags & FUNC_PACKAGE_INIT)
      init = fn;
    else if (!fn->closure)
      vec_push(low->arena, &top.list, fn);
  }
  top.initialisers = true;
  if (init) meet_body(&top, init);
  top.initialisers = false;
  for (uint32_t i = 0; i < top.list.len; i++)
    if (!map_find(&top.nested, map_key(top.list.items[i]))) meet_body(&top, top.list.items[i]);
  if (init) vec_push(low->arena, &top.list, init);
  unit->funcs.len = 0;
  vec_append(unit->arena, &unit->funcs, top.list.items, top.list.len);
}
