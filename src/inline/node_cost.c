/* SPDX-License-Identifier: BSD-3-Clause
 *
 * node_cost: what a body costs for the inliners that know no loops and no closures (INLINE_LEAVES, INLINE_MIDSTACK).
 *
 * In: a lowered function. Out: its cost or the reason why it cannot be inlined. Every node of the compiler's tree costs 1; some of its nodes
 * are not ops of ours and are added: the selector of a method call, the type before a method expression, the length of a
 * slice literal. Without explanations counting stops when the budget is used up.
 *
 * Go: cmd/compile/internal/gc/inl.go (of Go 1.10 to 1.16)
 */
#include "inline/inline_private.h"

typedef struct NodeCost {
  Unit *unit;
  int32_t budget;
  bool count_all;
  Str reason;
} NodeCost;

static bool visit(void *context, Op *op);

static bool visit_list(NodeCost *v, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++)
    if (list->items[i] && visit(v, list->items[i])) return true;
  return false;
}

static bool refuse(NodeCost *v, const char *op) {
  v->reason = event_wanted(v->unit, 2) ? event_printf(v->unit, "unhandled op %s", op) : STR("unhandled op");
  return true;
}

static const char *too_hairy(const Op *op) {
  switch ((int)op->kind) {
  case OP_CLOSURE: return "CLOSURE";
  case OP_METHVALUE: return "CALLPART";
  case OP_RANGE: return "RANGE";
  case OP_FOR: return "FOR";
  case OP_SELECT: return "SELECT";
  case OP_TYPESW: return "TYPESW";
  case OP_GO: return "GO";
  case OP_DEFER: return "DEFER";
  case OP_BREAK: return "BREAK";
  case OP_DCLTYPE: return "DCLTYPE";
  }
  return NULL;
}

static Func *named_callee(Unit *unit, const Op *call) {
  Name *name = call_named_callee(unit, call);
  if (!name || name->class_ != CLASS_FUNC) return NULL;
  if (!name->func && name->object && unit->resolve_func)
    name->func = unit->resolve_func(unit->context, unit, name->object);
  return name->func;
}

static bool cost_call(NodeCost *v, Op *call) {
  const Profile *profile = v->unit->profile;
  if (call->flags & OP_METHOD_CALL) v->budget--; /* x.M is a node, the method's function is none */
  switch (known_call(v->unit, call)) {
  case KNOWN_CHEAP: return false;
  case KNOWN_THROW: v->budget -= profile->inline_budget; return false;
  case KNOWN_CALLER:
    v->reason = event_printf(v->unit, "call to %s", atom_text(call_named_callee(v->unit, call)->name));
    return true;
  case KNOWN_RANGE_DEFER:
  case KNOWN_NONE: break;
  }
  if (call_is_intrinsic(v->unit, call)) {
    v->budget -= profile->inline_extra_nodes;
    return false;
  }
  bool leaves = v->unit->profile->inline_rules == INLINE_LEAVES;
  Func *callee = named_callee(v->unit, call);
  if (leaves && (!callee || !callee->inl)) {
    v->reason = call->flags & OP_METHOD_CALL ? STR("non-leaf method") : STR("non-leaf function");
    return true;
  }
  v->budget -= callee && callee->inl ? callee->inl->cost : profile->inline_call_cost;
  return false;
}

static bool visit_children(NodeCost *v, Op *op) {
  if (op->kind == OP_IF)
    return visit(v, op->cond) || visit_list(v, &op->orelse) || visit_list(v, op_init(op)) ||
           visit_list(v, &op->list);
  if ((op->flags & OP_METHOD_CALL) && op->fun->kind == OP_METHEXPR)
    return visit_list(v, &op->args) || visit_list(v, op_init(op));
  if (op->kind == OP_METHEXPR) return false;
  OpList *init = op->init;
  op->init = NULL;
  bool stop = op_children(op, visit, v);
  op->init = init;
  return stop || visit_list(v, op_init(op));
}

/* Nodes that count more than once, and the type that a literal keeps. */
static int32_t extra_nodes(const Op *op) {
  switch ((int)op->kind) {
  case OP_STRUCTKEY:
  case OP_SLICE:
  case OP_SLICEARR:
  case OP_SLICESTR:
  case OP_STRUCTLIT:
  case OP_ARRAYLIT:
  case OP_MAPLIT: return 1;
  case OP_SLICE3:
  case OP_SLICE3ARR: return 2;
  }
  return 0;
}

static bool visit(void *context, Op *op) {
  NodeCost *v = context;
  const char *hairy = too_hairy(op);
  if (op->kind == OP_GO && v->unit->profile->inline_rules == INLINE_LEAVES) hairy = "PROC";
  if (hairy) return refuse(v, hairy);
  switch ((int)op->kind) {
  case OP_FALL:
  case OP_LABEL:
  case OP_DCLCONST:
    if (!v->unit->profile->inline_extra_nodes) return false;
    break;
  case OP_BLOCK: /* an empty statement */
    if (op->list.len == 0 && !v->unit->profile->inline_extra_nodes) return false;
    break;
  case OP_RECOVER: v->reason = STR("call to recover"); return true;
  case OP_CALLFUNC:
    if (cost_call(v, op)) return true;
    break;
  case OP_CALLINTER:
    if (v->unit->profile->inline_rules == INLINE_LEAVES) {
      v->reason = STR("non-leaf op CALLINTER");
      return true;
    }
    v->budget -= v->unit->profile->inline_call_cost;
    break;
  case OP_PANIC:
    if (v->unit->profile->inline_rules == INLINE_LEAVES) {
      v->reason = STR("non-leaf op PANIC");
      return true;
    }
    v->budget -= v->unit->profile->inline_panic_cost;
    break;
  case OP_IF:
    if (!v->unit->profile->dead_statements_kept && op_is_const(op->cond, CONST_BOOL))
      return visit_list(v, op_init(op)) || visit_list(v, &op->list) || visit_list(v, &op->orelse);
    break;
  case OP_CONVNOP:
    if (op_init(op)->len > 0) v->budget++; /* a name that carries statements of ours */
    break;
  case OP_METHEXPR: v->budget -= 2; break; /* a name with its type and its selector below it */
  case OP_NEW:
  case OP_SLICELIT: v->budget--; break;
  case OP_LITERAL: v->budget -= (int32_t)op->below; break;
  }
  if (v->unit->profile->inline_extra_nodes) v->budget -= extra_nodes(op);
  v->budget--;
  if (v->budget < 0 && !v->count_all) return true;
  return visit_children(v, op);
}

bool node_cost(Unit *unit, Func *fn, int32_t *cost, Str *reason) {
  int32_t budget = unit->profile->inline_budget;
  NodeCost v = {.unit = unit, .budget = budget, .count_all = event_wanted(unit, 2)};
  if (unit->profile->inline_rules == INLINE_LEAVES && type_core(fn->type)->u.signature.variadic) {
    *cost = 0;
    *reason = STR("has ... args");
    return false;
  }
  bool stopped = visit_list(&v, &fn->body);
  *cost = budget - v.budget;
  *reason = v.reason;
  if (!stopped && v.budget < 0)
    *reason = event_printf(unit, "function too complex: cost %d exceeds budget %d", (int)*cost, (int)budget);
  return !stopped && v.budget >= 0;
}

static bool count(void *context, Op *op) {
  int32_t *nodes = context;
  *nodes += op->kind == OP_SLICELIT ? 2 : 1;
  return false;
}

int32_t node_count(Func *fn) {
  int32_t nodes = 1;
  op_list_any(&fn->body, count, &nodes);
  return nodes;
}
