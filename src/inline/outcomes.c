/* SPDX-License-Identifier: BSD-3-Clause
 *
 * outcomes: which statements lead to a panic or an exit for sure.
 *
 * In: a function's body. Out: for each statement what comes first once it is reached: a certain panic or exit, or a way out of the
 * function (or of a loop, which skips what follows in it). A list of statements has the first outcome in it, and so has each of
 * its statements from where it stands.
 *
 * Go: cmd/compile/internal/inline/inlheur/analyze_func_flags.go
 */
#include "inline/heuristics.h"

Outcome outcome_of(const Outcomes *outcomes, const Op *op) {
  const uint64_t *found = map_find(&outcomes->of, map_key(op));
  return found ? (Outcome)*found : OUTCOME_OPEN;
}

static void set_outcome(Outcomes *outcomes, const Op *op, Outcome outcome) {
  if (outcome == OUTCOME_OPEN && !map_find(&outcomes->of, map_key(op))) return;
  *map_put(&outcomes->of, map_key(op)) = outcome;
}

static Outcome outcome_of_list(const Outcomes *outcomes, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++) {
    Outcome outcome = outcome_of(outcomes, list->items[i]);
    if (outcome != OUTCOME_OPEN) return outcome;
  }
  return OUTCOME_OPEN;
}

/* What follows a statement belongs to its own outcome, once the list is complete. */
static Outcome settle_list(Outcomes *outcomes, const OpList *list) {
  Outcome outcome = OUTCOME_OPEN;
  for (uint32_t i = list->len; i-- > 0;) {
    Outcome own = outcome_of(outcomes, list->items[i]);
    if (own != OUTCOME_OPEN) outcome = own;
    set_outcome(outcomes, list->items[i], outcome);
  }
  return outcome;
}

/* ---- one statement ---- */

bool is_main_main(const Func *fn) {
  const Package *pkg = fn->name->pkg;
  return pkg && pkg->name && str_equal(atom_str(pkg->name), STR("main")) &&
         str_equal(atom_str(fn->name->name), STR("main"));
}

static bool is_function(const Name *name, Str package, Str function) {
  return name->pkg && str_equal(atom_str(name->pkg->path), package) &&
         str_equal(atom_str(name->name), function);
}

static bool call_exits(const Outcomes *outcomes, const Op *call) {
  Name *name = op_static_callee(outcomes->unit, call->fun);
  if (!name) return false;
  if (is_function(name, STR("os"), STR("Exit")) || is_function(name, STR("runtime"), STR("throw")))
    return true;
  const Func *fn = known_func(outcomes->unit, name);
  const FuncProperties *properties = fn ? func_properties(outcomes->unit, fn) : NULL;
  return properties && properties->never_returns;
}

static Outcome outcome_of_cases(const Outcomes *outcomes, const OpList *cases) {
  for (uint32_t i = 0; i < cases->len; i++)
    if (outcome_of_list(outcomes, &cases->items[i]->list2) == OUTCOME_LEAVES) return OUTCOME_LEAVES;
  return OUTCOME_OPEN;
}

static Outcome outcome_of_branches(Outcome x, Outcome y) {
  if (x == OUTCOME_LEAVES || y == OUTCOME_LEAVES) return OUTCOME_LEAVES;
  return x == OUTCOME_NEVER && y == OUTCOME_NEVER ? OUTCOME_NEVER : OUTCOME_OPEN;
}

static Outcome own_outcome(Outcomes *outcomes, const Op *op) {
  Outcome body;
  switch ((int)op->kind) {
  case OP_CALLFUNC: return call_exits(outcomes, op) ? OUTCOME_NEVER : OUTCOME_OPEN;
  case OP_PANIC: return OUTCOME_NEVER;
  case OP_RETURN: return OUTCOME_LEAVES;
  case OP_BREAK:
  case OP_CONTINUE: outcomes->jumps |= op->label != NULL; return OUTCOME_LEAVES;
  case OP_GOTO: outcomes->jumps = true; return OUTCOME_OPEN;
  case OP_BLOCK: return settle_list(outcomes, &op->list);
  case OP_CASE: return settle_list(outcomes, &op->list2);
  case OP_IF:
    body = settle_list(outcomes, &op->list);
    return outcome_of_branches(body, settle_list(outcomes, &op->orelse));
  case OP_FOR:
    body = settle_list(outcomes, &op->list);
    return !op->cond || body == OUTCOME_LEAVES ? body : OUTCOME_OPEN;
  case OP_RANGE: return settle_list(outcomes, &op->list) == OUTCOME_LEAVES ? OUTCOME_LEAVES : OUTCOME_OPEN;
  case OP_SELECT:
  case OP_SWITCH: return outcome_of_cases(outcomes, &op->list);
  }
  return OUTCOME_OPEN;
}

static bool visit(void *context, Op *op) {
  Outcomes *outcomes = context;
  op_children(op, visit, outcomes);
  Outcome own = own_outcome(outcomes, op);
  if (own != OUTCOME_OPEN) set_outcome(outcomes, op, own);
  return false;
}

Outcomes *outcomes_new(Arena *arena, Unit *unit, Func *fn) {
  Outcomes *outcomes = arena_new_of(arena, Outcomes);
  outcomes->unit = unit;
  outcomes->of = map_in(arena);
  for (uint32_t i = 0; i < fn->body.len; i++)
    if (fn->body.items[i]) visit(outcomes, fn->body.items[i]);
  if (!outcomes->jumps) settle_list(outcomes, &fn->body);
  return outcomes;
}

/* main often ends in os.Exit; its calls are not held back for that. */
bool never_returns(const Outcomes *outcomes, const Func *fn) {
  if (outcomes->jumps || is_main_main(fn)) return false;
  return outcome_of_list(outcomes, &fn->body) == OUTCOME_NEVER;
}
