/* SPDX-License-Identifier: BSD-3-Clause
 *
 * captures: by value or by reference, decided before inlining (profile->captures_first).
 *
 * In: lowered functions. Out: NAME_BY_VALUE of captured variables, one event each. By value goes what is small and neither addressed nor
 * assigned after it was captured first. An assignment before that does not count if it is in the same loop (Walk.depth).
 *
 * Go: cmd/compile/internal/gc/closure.go, typecheck.go (of Go 1.10 to 1.16)
 */
#include "escape/escape.h"

typedef struct Variable { /* a captured variable or one that may be */
  int32_t depth;
  bool captured, assigned;
} Variable;

typedef struct Walk {
  Unit *unit;
  Arena *arena;
  Map *variables; /* Name* -> Variable* */
  int32_t depth;
} Walk;

static void walk_body(Walk *w, Func *fn);

static Variable *variable_of(Walk *w, Name *name) {
  name = name_canonical(name);
  Variable *variable = map_get_ptr(w->variables, name);
  if (variable) return variable;
  variable = arena_new_of(w->arena, Variable);
  variable->depth = w->depth;
  map_set_ptr(w->variables, name, variable);
  return variable;
}

/* Assigning to a part of a variable assigns to it. Range variables are assigned again and again. */
static void assign(Walk *w, Op *op, const Op *stmt) {
  if (!op || op_is_blank(op)) return;
  if (op->kind == OP_NAME && op->name->defn == stmt && stmt->kind != OP_RANGE) return;
  Op *outer = op_outer_value(op);
  if (outer->kind == OP_NAME && outer->name->curfn) variable_of(w, outer->name)->assigned = true;
}

static void capture(Walk *w, Func *fn) {
  for (uint32_t i = 0; i < fn->closure_vars.len; i++) {
    Variable *variable = variable_of(w, fn->closure_vars.items[i]);
    if (variable->captured) continue;
    variable->captured = true;
    if (variable->depth == w->depth) variable->assigned = false;
  }
}

static bool visit(void *context, Op *op) {
  Walk *w = context;
  if (op->kind == OP_CLOSURE) {
    capture(w, op->func);
    int32_t depth = w->depth;
    w->depth = 1;
    walk_body(w, op->func);
    w->depth = depth;
    return false;
  }
  if (op->kind == OP_DCL) variable_of(w, op->x->name);
  if (op->kind == OP_IF && op->y) visit(w, op->y);
  bool loop = op->kind == OP_FOR || op->kind == OP_RANGE;
  if (op->kind == OP_RANGE) {
    assign(w, op->key, op);
    assign(w, op->value, op);
  }
  if (loop) {
    for (uint32_t i = 0; i < op_init(op)->len; i++) visit(w, op_init(op)->items[i]);
    OpList *init = op->init;
    op->init = NULL;
    w->depth++;
    op_children(op, visit, w);
    w->depth--;
    op->init = init;
    return false;
  }
  op_children(op, visit, w);
  switch ((int)op->kind) {
  case OP_AS:
  case OP_ASOP: assign(w, op->x, op); break;
  case OP_AS2:
  case OP_AS2DOTTYPE:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2RECV:
  case OP_SELRECV2:
    for (uint32_t i = 0; i < op->lhs.len; i++) assign(w, op->lhs.items[i], op);
    break;
  case OP_LABEL: w->depth++; break;
  }
  return false;
}

static void walk_body(Walk *w, Func *fn) {
  for (uint32_t i = 0; i < fn->dcl.len; i++)
    if (fn->dcl.items[i]->class_ != CLASS_AUTO) variable_of(w, fn->dcl.items[i]);
  for (uint32_t i = 0; i < fn->body.len; i++)
    if (fn->body.items[i]) visit(w, fn->body.items[i]);
}

/* ---- the decision ---- */

enum { CAPTURE_BY_VALUE_MAX = 128 };

static void decide(Walk *w, Func *fn) {
  for (uint32_t i = 0; i < fn->closure_vars.len; i++) {
    Name *inner = fn->closure_vars.items[i], *outer = name_canonical(inner);
    const Variable *variable = variable_of(w, outer);
    int64_t size = type_size(w->unit->target, outer->op.type);
    bool by_value = outer->class_ != CLASS_PARAM_OUT && !(outer->name_flags & NAME_ADDRTAKEN) &&
                    !variable->assigned && size <= CAPTURE_BY_VALUE_MAX;
    if (by_value)
      inner->name_flags |= NAME_BY_VALUE;
    else
      outer->name_flags |= NAME_ADDRTAKEN;
    Event *event = event_add(w->unit, EVENT_CAPTURING, inner->op.pos);
    if (!event) continue;
    bool named = w->unit->profile->capture_names;
    event->text[0] = named ? event_text(w->unit, &fn->name->op) : STR("<S>");
    event->text[1] = event_text(w->unit, &inner->op);
    event->text[2] = event_printf(w->unit, "%lld", (long long)size);
    event->number[0] = !by_value;
    event->number[1] = (outer->name_flags & NAME_ADDRTAKEN) != 0;
    event->number[2] = variable->assigned;
    event->func = fn;
    event->type = outer->op.type;
    event->op = &inner->op;
  }
}

/* Inner closures come before the one that they stand in. */
static bool decide_inner(void *context, Op *op) {
  Walk *w = context;
  if (op->kind == OP_IF && op->y) decide_inner(w, op->y);
  if (op->kind != OP_CLOSURE) return op_children(op, decide_inner, w);
  for (uint32_t i = 0; i < op->func->body.len; i++)
    if (op->func->body.items[i]) decide_inner(w, op->func->body.items[i]);
  decide(w, op->func);
  return false;
}

static void each_declared(Walk *w, bool deciding) {
  Unit *unit = w->unit;
  for (uint32_t i = 0; i < unit->funcs.len; i++) {
    Func *fn = unit->funcs.items[i];
    if (fn->closure_parent) continue;
    if (!deciding) {
      w->depth = 1;
      walk_body(w, fn);
      continue;
    }
    for (uint32_t k = 0; k < fn->body.len; k++)
      if (fn->body.items[k]) decide_inner(w, fn->body.items[k]);
  }
}

void captures_unit(Unit *unit) {
  if (!unit->profile->captures_first) return;
  Arena *arena = scratch_new();
  Map variables = map_in(arena);
  Walk w = {unit, arena, &variables, 1};
  each_declared(&w, false);
  each_declared(&w, true);
  scratch_free(arena);
}
