/* SPDX-License-Identifier: BSD-3-Clause
 *
 * forward: what may have happened before a step.
 *
 * In: blocks of steps. Out: for any step, which assignments of a variable may be the last ones, and which addresses may have been
 * computed. A variable that can only be one constant is not kept, it is made anew; where values meet, it is one. An address that is
 * computed in two places may be kept from the one to the other.
 *
 * Go: cmd/compile/internal/ssagen/phi.go, cmd/compile/internal/ssa/cse.go
 */
#include "live/flow.h"

typedef struct Definition {
  uint32_t bit;
  const Op *value; /* the constant; NULL: zero, or no constant */
  bool constant;
  uint32_t next; /* of the same bit, + 1 */
} Definition;

struct Forward {
  Flow *flow;
  uint32_t words;
  uint32_t *first; /* of each bit, + 1 */
  VEC(Definition) definitions;
  Map numbers;   /* Step* -> definition + 1 */
  uint64_t *now; /* variables that are addresses: computed; then definitions: may be the last */
};

static uint32_t place_of(const Forward *forward, uint32_t definition) {
  return forward->flow->vars.len + definition;
}

static void number_step(Forward *forward, const Step *step) {
  if (step->kind != STEP_SET || !forward->flow->vars.items[step->bit / 2].varies) return;
  Definition definition = {step->bit, step->value, step->constant, forward->first[step->bit]};
  vec_push(forward->flow->arena, &forward->definitions, definition);
  forward->first[step->bit] = forward->definitions.len;
  *map_put(&forward->numbers, map_key(step)) = forward->definitions.len;
}

void forward_step(Forward *forward, const Step *step) {
  for (uint32_t i = 0; i < step->reads.len; i++)
    if (forward->flow->vars.items[step->reads.items[i] / 2].is_address)
      set_add(forward->now, step->reads.items[i] / 2);
  const uint64_t *number = map_find(&forward->numbers, map_key(step));
  if (!number) return;
  for (uint32_t d = forward->first[step->bit]; d; d = forward->definitions.items[d - 1].next)
    set_drop(forward->now, place_of(forward, d - 1));
  set_add(forward->now, place_of(forward, (uint32_t)*number - 1));
}

void forward_enter(Forward *forward, const Block *block) {
  memcpy(forward->now, block->before, forward->words * sizeof *forward->now);
}

static bool join(const Forward *forward, uint64_t *before) {
  bool changed = false;
  for (uint32_t w = 0; w < forward->words; w++) {
    changed |= (forward->now[w] & ~before[w]) != 0;
    before[w] |= forward->now[w];
  }
  return changed;
}

Forward *forward_solve(Flow *flow) {
  Forward *forward = arena_new_of(flow->arena, Forward);
  forward->flow = flow;
  forward->numbers = map_in(flow->arena);
  forward->first = arena_new_array(flow->arena, uint32_t, 2 * flow->vars.len);
  vec_each (Block, block, &flow->blocks)
    vec_each (const Step, step, &block->steps) number_step(forward, step);
  forward->words = (flow->vars.len + forward->definitions.len + 63) / 64;
  forward->now = arena_new_array(flow->arena, uint64_t, forward->words);
  vec_each (Block, block, &flow->blocks)
    block->before = arena_new_array(flow->arena, uint64_t, forward->words);
  VEC(uint32_t) todo = {0};
  uint64_t *visited = arena_new_array(flow->arena, uint64_t, flow->blocks.len / 64 + 1);
  vec_push(flow->arena, &todo, 0);
  while (todo.len) {
    const Block *block = &flow->blocks.items[vec_pop(&todo)];
    forward_enter(forward, block);
    vec_each (const Step, step, &block->steps) forward_step(forward, step);
    vec_each (uint32_t, next, &block->next) {
      bool changed = join(forward, flow->blocks.items[*next].before);
      if (!changed && set_has(visited, *next)) continue;
      set_add(visited, *next);
      vec_push(flow->arena, &todo, *next);
    }
  }
  return forward;
}

bool forward_computed(const Forward *forward, uint32_t var) { return set_has(forward->now, var); }

static bool same_constant(const Definition *a, const Definition *b) {
  bool zero_a = !a->value || op_is_zero(a->value), zero_b = !b->value || op_is_zero(b->value);
  if (zero_a || zero_b) return zero_a && zero_b;
  if (a->value->kind != OP_LITERAL || b->value->kind != OP_LITERAL) return a->value == b->value;
  return const_kind(a->value->lit) == const_kind(b->value->lit) &&
         const_compare(a->value->lit, OPERATOR_EQL, b->value->lit);
}

bool forward_is_constant(const Forward *forward, uint32_t bit) {
  const Definition *only = NULL;
  for (uint32_t d = forward->first[bit]; d; d = forward->definitions.items[d - 1].next) {
    if (!set_has(forward->now, place_of(forward, d - 1))) continue;
    const Definition *definition = &forward->definitions.items[d - 1];
    if (!definition->constant || (only && !same_constant(only, definition))) return false;
    only = definition;
  }
  return true;
}
