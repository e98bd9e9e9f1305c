/* SPDX-License-Identifier: BSD-3-Clause
 *
 * exposed: variables in memory whose address somebody else gets to see.
 *
 * In: a function's body. Out: Flow.exposed. An address that is only followed on the spot, or held by local variables of which the
 * same is true, is one that the code generator can see through: it may keep such a variable in registers after all, or drop it.
 * An address becomes visible as an argument, as a part of something that is stored, or in a closure.
 *
 * Go: cmd/compile/internal/ssa/deadstore.go, cmd/compile/internal/ssa/_gen/generic.rules
 */
#include "live/flow.h"

typedef struct Holder { /* `held` has an address or a part of it that `from` has */
  const Name *from, *held;
} Holder;

typedef struct Exposure {
  Flow *flow;
  VEC(Holder) holders;
  const Name *into; /* the variable that the value goes to; NULL: out of sight */
} Exposure;

static bool visit(void *context, Op *op);

static void visit_into(Exposure *e, Op *op, const Name *into) {
  if (!op) return;
  const Name *outer = e->into;
  e->into = into;
  visit(e, op);
  e->into = outer;
}

static void hand_over(Exposure *e, const Name *from) {
  if (e->into == NULL)
    *map_put(&e->flow->exposed, map_key(from)) = 1;
  else if (e->into != from)
    vec_push(e->flow->arena, &e->holders, (Holder){from, e->into});
}

/* What is stored in a local variable stays in sight. */
static const Name *target_in_sight(Exposure *e, Op *target) {
  Name *name = flow_stored_name(target);
  return name && flow_home(e->flow, name) == HOME_VALUE ? name : NULL;
}

static void visit_pairs(Exposure *e, const Op *op) {
  for (uint32_t i = 0; i < op->lhs.len && i < op->rhs.len; i++)
    visit_into(e, op->rhs.items[i], target_in_sight(e, op->lhs.items[i]));
}

static void expose_captured(Exposure *e, const Func *fn) {
  for (uint32_t i = 0; i < fn->closure_vars.len; i++)
    if (fn->closure_vars.items[i]->outer)
      *map_put(&e->flow->exposed, map_key(fn->closure_vars.items[i]->outer)) = 1;
}

/* A pointer that is followed here; what is computed from it on the way goes nowhere else. */
static bool is_followed_name(Op *op) {
  Op *pointer = op;
  while (pointer->kind == OP_CONVNOP || pointer->kind == OP_PAREN) pointer = pointer->x;
  if (pointer->kind == OP_NAME) return true;
  if (pointer->kind != OP_ADDR) return false;
  return flow_stored_name(pointer->x) != NULL;
}

static bool visit(void *context, Op *op) {
  Exposure *e = context;
  switch ((int)op->kind) {
  case OP_NAME:
    if (flow_is_local(op->name) && flow_home(e->flow, op->name) == HOME_VALUE) hand_over(e, op->name);
    return false;
  case OP_ADDR: {
    const Name *name = flow_stored_name(op->x);
    if (name) hand_over(e, name);
    break;
  }
  case OP_AS:
    if (op->y) visit_into(e, op->y, target_in_sight(e, op->x));
    if (op->x->kind != OP_NAME) visit_into(e, op->x, NULL);
    for (uint32_t i = 0; i < op_init(op)->len; i++) visit(e, op_init(op)->items[i]);
    return false;
  case OP_AS2:
    visit_pairs(e, op);
    for (uint32_t i = 0; i < op_init(op)->len; i++) visit(e, op_init(op)->items[i]);
    return false;
  case OP_DEREF:
  case OP_DOTPTR:
    if (is_followed_name(op->x)) return false;
    break;
  case OP_CLOSURE: expose_captured(e, op->func); return false;
  case OP_INLCALL:
    for (uint32_t i = 0; i < op_init(op)->len; i++) visit_into(e, op_init(op)->items[i], NULL);
    for (uint32_t i = 0; i < op->list.len; i++) visit_into(e, op->list.items[i], NULL);
    for (uint32_t i = 0; i < op->results.len; i++) visit(e, op->results.items[i]);
    return false;
  case OP_DCL: return false;
  case OP_CONVNOP:
  case OP_PAREN: break;
  default: {
    const Name *outer = e->into;
    e->into = NULL;
    op_children(op, visit, e);
    e->into = outer;
    return false;
  }
  }
  op_children(op, visit, e);
  return false;
}

void flow_find_exposed(Flow *flow) {
  Exposure e = {.flow = flow};
  for (uint32_t i = 0; i < flow->fn->body.len; i++)
    if (flow->fn->body.items[i]) visit(&e, flow->fn->body.items[i]);
  for (bool changed = true; changed;) {
    changed = false;
    vec_each (Holder, holder, &e.holders) {
      if (!map_find(&flow->exposed, map_key(holder->held)) || map_find(&flow->exposed, map_key(holder->from)))
        continue;
      *map_put(&flow->exposed, map_key(holder->from)) = 1;
      changed = true;
    }
  }
}
