/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stmt: the walk over statements.
 *
 * In: a function's body. Out: flows in the graph, in the order of the compiler's walk, because that order shows in the output.
 * Loop depth counts enclosing loops; a label that some later goto jumps back to is a loop as well, up to the end of its block.
 *
 * Go: cmd/compile/internal/escape/stmt.go, escape.go
 */
#include "escape/graph.h"

typedef enum LabelState { LABEL_UNKNOWN, LABEL_PLAIN, LABEL_LOOPING } LabelState;

static bool label_is_blank(Atom label) { return label && label->len == 1 && label->text[0] == '_'; }

static bool find_looping_labels(void *context, Op *op) {
  Walker *w = context;
  if (op->kind == OP_LABEL && !label_is_blank(op->label)) {
    *map_put(&w->labels, map_key(op->label)) = LABEL_PLAIN;
  } else if (op->kind == OP_GOTO) {
    uint64_t *state = map_find(&w->labels, map_key(op->label));
    if (state && *state == LABEL_PLAIN) *state = LABEL_LOOPING;
  }
  return false;
}

/* Like walk_stmts, but labels inside do not deepen what follows. */
static void walk_block(Walker *w, const OpList *list) {
  int32_t depth = w->loop_depth;
  walk_stmts(w, list);
  if (!w->graph->unit->profile->labels_deepen) w->loop_depth = depth;
}

void walk_func(Graph *g, Func *fn) {
  Walker w = {.graph = g, .fn = fn, .loop_depth = 1, .labels = map_in(g->arena)};
  uint32_t known = fn->flags & (FUNC_SURVEYED | FUNC_JUMPS);
  if (known != FUNC_SURVEYED) op_list_any(&fn->body, find_looping_labels, &w);
  walk_block(&w, &fn->body);
}

void walk_stmts(Walker *w, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++) walk_stmt(w, list->items[i]);
}

static Hole walk_declare(Walker *w, Name *name) {
  LocId loc = graph_name_loc(w->graph, name);
  graph_loc(w->graph, loc)->loop_depth = w->loop_depth;
  return hole_at(loc);
}

/* Of an assignment that inlining has made. */
static void walk_declared(Walker *w, Op *op) {
  OpList vars = op_declared(op);
  for (uint32_t i = 0; i < vars.len; i++)
    if (!op_is_blank(vars.items[i])) walk_declare(w, vars.items[i]->name);
}

static void walk_label(Walker *w, const Op *op) {
  if (label_is_blank(op->label)) return;
  const uint64_t *state = map_find(&w->labels, map_key(op->label));
  if (state && *state == LABEL_LOOPING) w->loop_depth++;
}

static void walk_for(Walker *w, Op *op) {
  w->loop_depth++;
  walk_discard(w, op->cond);
  walk_stmt(w, op->post);
  walk_block(w, &op->list);
  w->loop_depth--;
}

static void walk_range_early(Walker *w, Op *op) {
  Graph *g = w->graph;
  w->loop_depth++;
  Op *targets[2] = {op->key, op->value};
  HoleList ks = walk_addrs(w, targets, 2);
  walk_block(w, &op->list);
  w->loop_depth--;
  Hole k = hole_at(LOC_BLANK);
  if (op->value && escape_is_array(op->x->type))
    k = hole_note(g, ks.items[1], op, "range");
  else if (op->value)
    k = hole_deref(g, ks.items[1], op, "range-deref");
  walk_expr(w, walker_later(w, k), op->x);
}

/* What is ranged over is evaluated before the loop and lives as long as it. */
static void walk_range(Walker *w, Op *op) {
  Graph *g = w->graph;
  if (g->early) {
    walk_range_early(w, op);
    return;
  }
  LocId whole = graph_add_loc(g, w->fn, w->loop_depth, NULL, true);
  walk_expr(w, hole_at(whole), op->x);
  w->loop_depth++;
  Op *targets[2] = {op->key, op->value};
  HoleList ks = walk_addrs(w, targets, 2);
  if (escape_is_array(op->x->type))
    graph_flow(g, hole_note(g, ks.items[1], op, "range"), whole);
  else
    graph_flow(g, hole_deref(g, ks.items[1], op, "range-deref"), whole);
  walk_reassigned(w, ks, op);
  walk_block(w, &op->list);
  w->loop_depth--;
}

/* `switch x := y.(type)`: y's value goes to each clause's x. */
static void walk_type_switch_guard(Walker *w, Op *op) {
  Op *guard = op->x;
  VEC(Hole) ks = {0};
  if (guard->guard)
    for (uint32_t i = 0; i < op->list.len; i++) {
      Op *clause = op->list.items[i];
      if (!clause->x) continue;
      Hole k = walk_declare(w, clause->x->name);
      if (type_has_pointers(clause->x->type))
        vec_push(w->graph->arena, &ks, hole_dot_type(w->graph, k, clause->x->type, clause, "switch case"));
    }
  walk_expr(w, walker_tee(w, ks.items, ks.len), guard->x);
}

/* The clauses come first, the value that they look at last. */
static void walk_switch_early(Walker *w, Op *op) {
  Op *guard = op_is(op->x, OP_TYPESW) ? op->x : NULL;
  VEC(Hole) ks = {0};
  for (uint32_t i = 0; i < op->list.len; i++) {
    Op *clause = op->list.items[i];
    if (guard && guard->guard && clause->x) {
      Hole k = walk_declare(w, clause->x->name);
      if (type_has_pointers(clause->x->type))
        vec_push(w->graph->arena, &ks, hole_dot_type(w->graph, k, clause->x->type, clause, "switch case"));
    }
    walk_discards(w, &clause->list);
    walk_block(w, &clause->list2);
  }
  if (guard)
    walk_expr(w, walker_tee(w, ks.items, ks.len), guard->x);
  else
    walk_discard(w, op->x);
}

static void walk_switch(Walker *w, Op *op) {
  if (w->graph->early) {
    walk_switch_early(w, op);
    return;
  }
  if (op_is(op->x, OP_TYPESW))
    walk_type_switch_guard(w, op);
  else
    walk_discard(w, op->x);
  for (uint32_t i = 0; i < op->list.len; i++) {
    walk_discards(w, &op->list.items[i]->list);
    walk_block(w, &op->list.items[i]->list2);
  }
}

static void walk_select(Walker *w, Op *op) {
  for (uint32_t i = 0; i < op->list.len; i++) {
    walk_stmt(w, op->list.items[i]->x);
    walk_block(w, &op->list.items[i]->list2);
  }
}

static void walk_return(Walker *w, Op *op) {
  Op **results = arena_new_array(w->graph->arena, Op *, w->fn->result_len);
  for (uint32_t i = 0; i < w->fn->result_len; i++) results[i] = &w->fn->results[i]->op;
  walk_assign_list(w, results, w->fn->result_len, &op->list, "return", op);
}

static void walk_assign_call(Walker *w, Op *op) {
  Op *call = op->rhs.items[0];
  walk_stmts(w, op_init(call));
  HoleList ks = walk_addrs(w, op->lhs.items, op->lhs.len);
  call_gather_variadic(w->graph->unit, call, op->pos); /* the statement's position, not the call's */
  walk_call(w, ks, call);
  walk_reassigned(w, ks, op);
}

static void walk_assign(Walker *w, Op *op) {
  Op *dst[1] = {op->x};
  Op *src[1] = {op->y};
  OpList srcs = {src, 1, 1};
  walk_assign_list(w, dst, 1, &srcs, "assign", op);
}

static void walk_assign_multi(Walker *w, Op *op, const char *why) {
  walk_assign_list(w, op->lhs.items, op->lhs.len, &op->rhs, why, op);
}

void walk_stmt(Walker *w, Op *op) {
  if (!op) return;
  if (op_init(op)->len) walk_stmts(w, op_init(op));
  if (op->flags & OP_DECLARES) walk_declared(w, op);
  switch ((int)op->kind) {
  case OP_FALL:
  case OP_DCLCONST:
  case OP_DCLTYPE:
  case OP_INLMARK:
  case OP_BREAK:
  case OP_CONTINUE:
  case OP_GOTO: break;
  case OP_BLOCK: walk_stmts(w, &op->list); break;
  case OP_DCL:
    if (!op_is_blank(op->x)) walk_declare(w, op->x->name);
    break;
  case OP_LABEL: walk_label(w, op); break;
  case OP_IF:
    walk_discard(w, op->cond);
    walk_block(w, &op->list);
    walk_block(w, &op->orelse);
    break;
  case OP_CHECKNIL: walk_discard(w, op->x); break;
  case OP_FOR: walk_for(w, op); break;
  case OP_RANGE: walk_range(w, op); break;
  case OP_SWITCH: walk_switch(w, op); break;
  case OP_SELECT: walk_select(w, op); break;
  case OP_RECV: walk_expr_without_init(w, hole_at(LOC_BLANK), op); break;
  case OP_SEND:
    walk_discard(w, op->x);
    walk_assign_heap(w, op->y, "send", op);
    break;
  case OP_AS:
  case OP_ASOP: walk_assign(w, op); break;
  case OP_AS2: walk_assign_multi(w, op, "assign-pair"); break;
  case OP_AS2DOTTYPE: walk_assign_multi(w, op, "assign-pair-dot-type"); break;
  case OP_AS2MAPR: walk_assign_multi(w, op, "assign-pair-mapr"); break;
  case OP_AS2RECV:
  case OP_SELRECV2: walk_assign_multi(w, op, "assign-pair-receive"); break;
  case OP_AS2FUNC: walk_assign_call(w, op); break;
  case OP_RETURN: walk_return(w, op); break;
  case OP_GO:
  case OP_DEFER: walk_go_defer(w, op); break;
  case OP_TAILCALL: walk_call(w, (HoleList){NULL, 0}, op->call); break;
  case OP_CALLFUNC:
  case OP_CALLMETH:
  case OP_CALLINTER:
  case OP_INLCALL:
  case OP_CLEAR:
  case OP_CLOSE:
  case OP_COPY:
  case OP_DELETE:
  case OP_PANIC:
  case OP_PRINT:
  case OP_PRINTLN:
  case OP_RECOVER: walk_call(w, (HoleList){NULL, 0}, op); break;
  default: BUG("escape: statement of kind %s in %s", op_name((OpKind)op->kind), atom_text(w->fn->name->name));
  }
}
