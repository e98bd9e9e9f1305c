/* SPDX-License-Identifier: BSD-3-Clause
 *
 * loop_vars: one variable per iteration (language version 1.22 and later), where it can make a difference.
 *
 * In: functions after inlining, loops marked OP_DISTINCT. Out: no marks; a loop whose variable is captured by a literal or has its
 * address taken gets a hidden variable that lives through all iterations, and a copy of it that is declared inside of the body:
 *
 *   for i := range x { … }          for t := range x { i := t; … }
 *   for i := 0; i < n; i++ { … }    for t, first := 0, true; ; { i := t; if first { first = false } else { i++ };
 *                                       if !(i < n) { break }; … continue -> goto next …; next: t = i }
 *
 * What stands in a return statement does not count: it leaves the loop. Functions without a variable that is captured or has its
 * address taken are not looked at, and keep their marks.
 *
 * Go: cmd/compile/internal/loopvar/loopvar.go
 */
#include "escape/escape.h"

typedef struct LoopWalk {
  Unit *unit;
  Func *fn;
  Arena *arena;
  Map candidates; /* Name* -> 1, 2 once it leaks */
  Map moved;      /* Name* -> Op*: assignment that its declaration moves to */
  int32_t depth, return_depth;
  uint32_t label_count;
} LoopWalk;

enum { CANDIDATE = 1, LEAKED = 2 };

static bool scan(void *context, Op *op);
static void scan_children(LoopWalk *walk, Op *op) { op_each_child(op, scan, walk); }

/* ---- what leaks ---- */

static void add_candidate(LoopWalk *walk, const Op *op) {
  if (op_is(op, OP_NAME) && !op_is_blank(op)) *map_put(&walk->candidates, map_key(op->name)) = CANDIDATE;
}

static bool has_leaked(const LoopWalk *walk, const Op *op) {
  if (!op_is(op, OP_NAME)) return false;
  const uint64_t *state = map_find(&walk->candidates, map_key(op->name));
  return state && *state == LEAKED;
}

static void note_leak(LoopWalk *walk, const Name *name) {
  uint64_t *state = map_find(&walk->candidates, map_key(name));
  if (state) *state = LEAKED;
}

static void scan_closure(LoopWalk *walk, const Func *closure) {
  if (walk->return_depth >= walk->depth) return;
  for (uint32_t i = 0; i < closure->closure_vars.len; i++)
    note_leak(walk, name_canonical(closure->closure_vars.items[i]));
}

static void scan_address(LoopWalk *walk, Op *op) {
  if (walk->return_depth >= walk->depth) return;
  const Name *name = op_outer_value_name(op->x);
  if (name) note_leak(walk, name);
}

/* ---- range loops ---- */

static Op *own_variable(LoopWalk *walk, Op *loop, Op *variable) {
  if (!has_leaked(walk, variable)) return variable;
  Unit *unit = walk->unit;
  Name *hidden = name_temp(unit, walk->fn, walk->fn->pos, variable->type);
  Op *copy = op_assign(unit, loop->pos, variable, &hidden->op, true);
  OpList first = {0};
  op_list_push(unit, &first, copy);
  op_list_prepend(unit, &loop->list, &first);
  map_set_ptr(&walk->moved, variable->name, copy);
  return &hidden->op;
}

static void scan_range(LoopWalk *walk, Op *op) {
  bool distinct = (op->flags & OP_DISTINCT) && (op->flags & OP_DEF);
  op->flags &= ~(uint32_t)OP_DISTINCT;
  if (!distinct) {
    scan_children(walk, op);
    return;
  }
  add_candidate(walk, op->key);
  add_candidate(walk, op->value);
  walk->depth++;
  scan_children(walk, op);
  walk->depth--;
  op->key = own_variable(walk, op, op->key);
  op->value = own_variable(walk, op, op->value);
}

/* ---- three-clause loops ---- */

/* The places of the variables that the loop's first clause declares. */
typedef struct Places {
  VEC(Op **) list;
} Places;

static Places declared_places(LoopWalk *walk, Op *op) {
  Places places = {{0}};
  for (uint32_t i = 0; i < op_init(op)->len; i++) {
    Op *stmt = op_init(op)->items[i];
    if (!(stmt->flags & OP_DEF)) continue;
    if (stmt->kind == OP_AS) vec_push(walk->arena, &places.list, &stmt->x);
    bool many = stmt->kind == OP_AS2 || stmt->kind == OP_AS2FUNC || stmt->kind == OP_AS2DOTTYPE ||
                stmt->kind == OP_AS2MAPR || stmt->kind == OP_AS2RECV;
    for (uint32_t k = 0; many && k < stmt->lhs.len; k++)
      vec_push(walk->arena, &places.list, &stmt->lhs.items[k]);
  }
  return places;
}

typedef struct ContinueWalk {
  Atom loop, next; /* the loop's label or NULL; where its continue goes now */
  int32_t depth;
} ContinueWalk;

static bool redirect_continue(void *context, Op *op) {
  ContinueWalk *walk = context;
  if (op->kind == OP_CONTINUE &&
      ((walk->depth == 0 && !op->label) || (walk->loop && op->label == walk->loop))) {
    op->kind = OP_GOTO;
    op->label = walk->next;
  }
  bool loop = op->kind == OP_FOR || op->kind == OP_RANGE;
  walk->depth += loop;
  op_children(op, redirect_continue, walk);
  walk->depth -= loop;
  return false;
}

/* `if first { first = false } else { post }` in front of the body, `first = true` in front of the loop. */
static void move_post(LoopWalk *walk, Op *loop, OpList *body) {
  Unit *unit = walk->unit;
  Type *bool_type = universe_basic(unit->universe, BASIC_BOOL);
  Name *first = name_temp(unit, walk->fn, walk->fn->pos, bool_type);
  Op *yes = op_literal(unit, walk->fn->pos, bool_type, const_make_bool(unit->arena, true));
  Op *no = op_literal(unit, walk->fn->pos, bool_type, const_make_bool(unit->arena, false));
  Op *branch = op_unary(unit, OP_IF, loop->pos, NULL, &first->op);
  op_list_push(unit, op_own_init(unit, branch), op_unary(unit, OP_DCL, walk->fn->pos, NULL, &first->op));
  op_list_push(unit, &branch->list, op_assign(unit, loop->pos, &first->op, no, false));
  op_list_push(unit, &branch->orelse, loop->post);
  op_list_push(unit, body, branch);
  op_list_push(unit, op_own_init(unit, loop), op_assign(unit, loop->pos, &first->op, yes, false));
}

static void move_condition(LoopWalk *walk, Op *loop, OpList *body) {
  Unit *unit = walk->unit;
  Op *branch = op_unary(unit, OP_IF, loop->pos, NULL,
                        op_unary(unit, OP_NOT, loop->cond->pos, loop->cond->type, loop->cond));
  op_list_push(unit, &branch->list, op_new(unit, OP_BREAK, loop->pos, NULL));
  op_list_push(unit, body, branch);
}

static void own_variables(LoopWalk *walk, Op *loop, const Places *places) {
  Unit *unit = walk->unit;
  OpList body = {0}, end = {0};
  for (uint32_t i = 0; i < places->list.len; i++) {
    Op *variable = *places->list.items[i];
    if (!has_leaked(walk, variable)) continue;
    Name *hidden = name_temp(unit, walk->fn, walk->fn->pos, variable->type);
    Op *copy = op_assign(unit, loop->pos, variable, &hidden->op, true);
    variable->name->defn = copy;
    op_list_push(unit, &body, copy);
    op_list_push(unit, &end, op_assign(unit, loop->pos, &hidden->op, variable, false));
    map_set_ptr(&walk->moved, variable->name, copy);
    *places->list.items[i] = &hidden->op;
  }
  if (body.len == 0) return;
  Str text = arena_printf(walk->arena, ".3clNext_%u", (unsigned)++walk->label_count);
  Op *next = op_new(unit, OP_LABEL, loop->pos, NULL);
  next->label = intern(unit->session->interner, text);
  ContinueWalk redirect = {.loop = loop->label, .next = next->label};
  for (uint32_t i = 0; i < loop->list.len; i++) redirect_continue(&redirect, loop->list.items[i]);
  if (loop->post) move_post(walk, loop, &body);
  if (loop->cond) move_condition(walk, loop, &body);
  op_list_append(unit, &body, &loop->list);
  op_list_push(unit, &body, next);
  op_list_append(unit, &body, &end);
  loop->list = body;
  loop->cond = loop->post = NULL;
}

static void scan_for(LoopWalk *walk, Op *op) {
  if (!(op->flags & OP_DISTINCT)) {
    scan_children(walk, op);
    return;
  }
  op->flags &= ~(uint32_t)OP_DISTINCT;
  Places places = declared_places(walk, op);
  for (uint32_t i = 0; i < places.list.len; i++) add_candidate(walk, *places.list.items[i]);
  walk->depth++;
  scan_children(walk, op);
  walk->depth--;
  own_variables(walk, op, &places);
}

static bool scan(void *context, Op *op) {
  LoopWalk *walk = context;
  int32_t return_depth = walk->return_depth;
  switch ((int)op->kind) {
  case OP_RANGE: scan_range(walk, op); return false;
  case OP_FOR: scan_for(walk, op); return false;
  case OP_CLOSURE: scan_closure(walk, op->func); break;
  case OP_ADDR: scan_address(walk, op); break;
  case OP_RETURN: walk->return_depth = walk->depth; break;
  }
  scan_children(walk, op);
  walk->return_depth = return_depth;
  return false;
}

/* ---- declarations follow their variables into the body ---- */

static void move_declarations(LoopWalk *walk, OpList *list) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < list->len; i++) {
    Op *stmt = list->items[i];
    Op *copy = stmt->kind == OP_DCL ? map_get_ptr(&walk->moved, stmt->x->name) : NULL;
    if (copy) {
      OpList first = {0};
      op_list_push(walk->unit, &first, stmt);
      op_list_prepend(walk->unit, op_own_init(walk->unit, copy), &first);
      map_set_ptr(&walk->moved, stmt->x->name, NULL);
    } else {
      list->items[kept++] = stmt;
    }
  }
  if (kept < list->len) list->len = kept; /* lists of shared ops are never written: nothing moves there */
}

static bool visit_lists(void *context, Op *op) {
  LoopWalk *walk = context;
  if (op->init) move_declarations(walk, op->init);
  OpKind kind = (OpKind)op->kind;
  if (kind == OP_INLCALL || kind == OP_BLOCK || kind == OP_FOR || kind == OP_RANGE || kind == OP_IF)
    move_declarations(walk, &op->list);
  if (kind == OP_CASE || kind == OP_IF) move_declarations(walk, &op->list2);
  op_children(op, visit_lists, walk);
  return false;
}

static void visit_func(Unit *unit, Func *fn, Arena *arena) {
  LoopWalk walk = {
      .unit = unit, .fn = fn, .arena = arena, .candidates = map_in(arena), .moved = map_in(arena)};
  for (uint32_t i = 0; i < fn->body.len; i++) scan(&walk, fn->body.items[i]);
  if (walk.moved.entries.len == 0) return;
  func_changed(fn);
  move_declarations(&walk, &fn->body);
  for (uint32_t i = 0; i < fn->body.len; i++) visit_lists(&walk, fn->body.items[i]);
}

/* Variables that literals keep which the compiler writes itself are temporaries of their own. */
static bool has_candidates(const Func *fn) {
  if (!(fn->flags & FUNC_LOOP_VARS)) return false;
  for (uint32_t i = 0; i < fn->dcl.len; i++)
    if (fn->dcl.items[i]->name_flags & (NAME_ADDRTAKEN | NAME_CAPTURED)) return true;
  return false;
}

void loop_vars_funcs(Unit *unit, Func *const *funcs, uint32_t len) {
  Arena *arena = scratch_new();
  for (uint32_t i = 0; i < len; i++) {
    if (!has_candidates(funcs[i])) continue;
    visit_func(unit, funcs[i], arena);
    arena_reset(arena);
  }
  scratch_free(arena);
}

void loop_vars_unit(Unit *unit) { loop_vars_funcs(unit, unit->funcs.items, unit->funcs.len); }
