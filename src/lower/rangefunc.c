/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Range over functions: the loop body becomes a function literal that the iterator calls.
 *
 *   for x := range f { body }   =>   { #next, #defers; #state1 := ready; #yield1 := func(x T) (#r bool) { … }; f(#yield1); checks }
 *
 * Whatever leaves the body (return, break, continue, goto) stores in #next where to go on and returns false; after the call the
 * checks continue from there. #stateN notices iterators that call the body at the wrong time. The result is new syntax around
 * the old trees: new nodes have id 0 and their facts in low->facts, containers that change are copied (with their ids).
 *
 * Go: cmd/compile/internal/rangefunc/rewrite.go
 */
#include "lower/internal.h"

enum { STATE_DONE, STATE_READY, STATE_PANIC, STATE_EXHAUSTED, STATE_MISSING_PANIC };
enum { STEP = 2 }; /* #next values per loop depth: continue and break */

typedef struct Branch {
  BranchKind kind;
  Atom label;
  int64_t next;
} Branch;

typedef struct Loop { /* range-over-func loop being rewritten */
  ForStmt *stmt;
  Object *state;
  bool check_return, check_break, check_continue;
  VEC(Branch) branches;
} Loop;

typedef struct Exit { /* statement that break or continue may mean */
  Node *stmt;
  Atom label;
  bool loop;
} Exit;

typedef struct LabelPlace {
  Atom label;
  ForStmt *loop; /* innermost range-over-func loop around it, or NULL */
} LabelPlace;

typedef struct Rewriter {
  Body *b; /* the function as the source shows it */
  Lowering *low;
  Arena *arena;
  VEC(Loop *) loops;
  VEC(Exit) targets;
  VEC(LabelPlace) labels;
  bool labels_known;
  Object *next, *defers;
  VEC(Node *) outer_decls; /* of the outermost loop's #next and #defers */
} Rewriter;

typedef VEC(Node *) NodeVec;

static Node *edit_stmt(Rewriter *r, Node *stmt);
static Node *rewrite_loop(Rewriter *r, ForStmt *stmt);

bool is_range_func(Body *b, ForStmt *stmt) {
  if (!stmt->init || stmt->init->kind != NODE_RANGE) return false;
  Type *t = fact_type(b, node_unparen(((RangeClause *)stmt->init)->x));
  Type *core = t ? type_core(t) : NULL;
  return core && core->kind == TYPE_SIGNATURE;
}

/* ---- making syntax ---- */

#define make_node(r, T, KIND, at) ((T *)new_node((r), sizeof(T), (KIND), (at)))

static void *new_node(Rewriter *r, size_t size, NodeKind kind, Pos pos) {
  Node *node = arena_alloc(r->arena, size);
  node->kind = kind;
  node->pos = pos;
  return node;
}

static Atom name_atom(Rewriter *r, const char *text) {
  return intern_text(r->low->unit->session->interner, text);
}
static Type *int_type(Rewriter *r) { return basic_type(r->low, BASIC_INT); }
static Type *bool_type(Rewriter *r) { return basic_type(r->low, BASIC_BOOL); }

static Object *new_var(Rewriter *r, VarRole role, Pos pos, Atom name, Type *type) {
  return object_new_var(r->low->universe, role, r->b->pkg, pos, name, type);
}

static Node *use(Rewriter *r, Pos pos, Object *object) {
  NameExpr *name = make_node(r, NameExpr, NODE_NAME, pos);
  name->name = object->name;
  Fact *fact = fact_make(r->low, &name->node);
  fact->type = object->type;
  fact->mode = MODE_VARIABLE;
  fact->use = object;
  return &name->node;
}

static Node *define(Rewriter *r, Pos pos, Object *object) {
  NameExpr *name = make_node(r, NameExpr, NODE_NAME, pos);
  name->name = object->name;
  Fact *fact = fact_make(r->low, &name->node);
  fact->type = object->type;
  fact->mode = MODE_VARIABLE;
  fact->def = object;
  return &name->node;
}

static Node *constant(Rewriter *r, Pos pos, Type *type, const Const *value) {
  NameExpr *name = make_node(r, NameExpr, NODE_NAME, pos);
  name->name = name_atom(r, "constant");
  Fact *fact = fact_make(r->low, &name->node);
  fact->type = type;
  fact->mode = MODE_CONSTANT;
  fact->value = value;
  return &name->node;
}

static Node *int_constant(Rewriter *r, Pos pos, int64_t value) {
  return constant(r, pos, int_type(r), const_make_int64(r->arena, value));
}

static Node *bool_constant(Rewriter *r, bool value) {
  return constant(r, POS_NONE, bool_type(r), const_make_bool(r->arena, value));
}

static Node *assign(Rewriter *r, Pos pos, Node *lhs, Node *rhs) {
  AssignStmt *s = make_node(r, AssignStmt, NODE_ASSIGN, pos);
  s->lhs = lhs;
  s->rhs = rhs;
  return &s->node;
}

static Node *return_stmt(Rewriter *r, Pos pos, Node *results) {
  ReturnStmt *s = make_node(r, ReturnStmt, NODE_RETURN, pos);
  s->results = results;
  return &s->node;
}

static Node *return_bool(Rewriter *r, Pos pos, bool value) {
  return return_stmt(r, pos, bool_constant(r, value));
}

static Node *block(Rewriter *r, Pos pos, NodeVec list) {
  BlockStmt *s = make_node(r, BlockStmt, NODE_BLOCK, pos);
  s->stmts = (NodeList){list.items, list.len};
  s->rbrace = pos;
  return &s->node;
}

static Node *declare(Rewriter *r, Pos pos, Node *name, Node *value) {
  VarDecl *var = make_node(r, VarDecl, NODE_VAR_DECL, pos);
  var->names = arena_new_array(r->arena, NameExpr *, 1);
  var->names[0] = (NameExpr *)name;
  var->name_len = 1;
  var->values = value;
  return &var->node;
}

static Node *declare_stmt(Rewriter *r, Pos pos, Node *const *decls, uint32_t len) {
  DeclStmt *s = make_node(r, DeclStmt, NODE_DECL_STMT, pos);
  s->decls = (NodeList){arena_new_array(r->arena, Node *, len), len};
  memcpy(s->decls.items, decls, sizeof(Node *) * len);
  return &s->node;
}

static Node *compare(Rewriter *r, Pos pos, Operator op, Node *x, Node *y) {
  Operation *o = make_node(r, Operation, NODE_OPERATION, pos);
  o->op = op;
  o->x = x;
  o->y = y;
  Fact *fact = fact_make(r->low, &o->node);
  fact->type = bool_type(r);
  fact->mode = MODE_VALUE;
  return &o->node;
}

static Node *if_stmt(Rewriter *r, Pos pos, Node *cond, NodeVec then) {
  IfStmt *s = make_node(r, IfStmt, NODE_IF, pos);
  s->cond = cond;
  s->then = (BlockStmt *)block(r, pos, then);
  return &s->node;
}

static Node *runtime_call(Rewriter *r, Pos pos, const char *name, Node *arg, Type *result) {
  Type *param = int_type(r);
  NameExpr *fun = make_node(r, NameExpr, NODE_NAME, pos);
  fun->name = name_atom(r, name);
  Fact *fact = fact_make(r->low, &fun->node);
  fact->type = make_signature(r->low, arg ? 1 : 0, &param, result ? 1 : 0, &result);
  fact->mode = MODE_VALUE;
  fact->runtime = fun->name;
  CallExpr *call = make_node(r, CallExpr, NODE_CALL, pos);
  call->fun = &fun->node;
  call->args = (NodeList){arena_new_array(r->arena, Node *, 1), arg ? 1 : 0};
  call->args.items[0] = arg;
  fact = fact_make(r->low, &call->node);
  fact->type = result;
  fact->mode = result ? MODE_VALUE : MODE_NO_VALUE;
  return &call->node;
}

static Node *panic_stmt(Rewriter *r, Pos pos, Node *state) {
  ExprStmt *s = make_node(r, ExprStmt, NODE_EXPR_STMT, pos);
  s->x = runtime_call(r, pos, "panicrangestate", state, NULL);
  return &s->node;
}

/* ---- #next, #defers, #state ---- */

static Object *outer_var(Rewriter *r, const char *name, Type *type, Node *value) {
  Object *object = new_var(r, VAR_LOCAL, POS_NONE, name_atom(r, name), type);
  Pos pos = r->loops.items[0]->stmt->node.pos;
  vec_push(r->arena, &r->outer_decls, declare(r, pos, define(r, pos, object), value));
  return object;
}

static Node *next_name(Rewriter *r, Pos pos) {
  if (!r->next) r->next = outer_var(r, "#next", int_type(r), NULL);
  return use(r, pos, r->next);
}

static Node *set_next(Rewriter *r, Pos pos, int64_t value) {
  return assign(r, pos, next_name(r, pos), int_constant(r, pos, value));
}

static Node *set_state(Rewriter *r, Pos pos, uint32_t loop, int64_t state) {
  return assign(r, pos, use(r, pos, r->loops.items[loop]->state), int_constant(r, pos, state));
}

static Node *set_own_state(Rewriter *r, Pos pos, int64_t state) {
  return set_state(r, pos, r->loops.len - 1, state);
}

/* ---- statements that leave the body ---- */

static Node *edit_return(Rewriter *r, ReturnStmt *stmt) {
  Pos pos = stmt->node.pos;
  NodeVec list = {0};
  if (stmt->results) {
    ObjectList results = r->b->signature->u.signature.results->u.tuple.vars;
    *map_put(&r->low->renamed, map_key(r->b->signature)) = 1;
    ListExpr *lhs = make_node(r, ListExpr, NODE_LIST, pos);
    lhs->elems = (NodeList){arena_new_array(r->arena, Node *, results.len), results.len};
    for (uint32_t i = 0; i < results.len; i++) {
      lhs->elems.items[i] = use(r, pos, results.items[i]);
      NameExpr *name = (NameExpr *)lhs->elems.items[i];
      if (!name->name || name->name->len == 0 || strcmp(name->name->text, "_") == 0)
        name->name = name_atom(r, "#rv");
    }
    Node *target = results.len == 1 ? lhs->elems.items[0] : &lhs->node;
    vec_push(r->arena, &list, assign(r, pos, target, stmt->results));
  }
  for (uint32_t i = 0; i < r->loops.len; i++) r->loops.items[i]->check_return = true;
  vec_push(r->arena, &list, set_next(r, pos, -1));
  vec_push(r->arena, &list, set_own_state(r, pos, STATE_DONE));
  vec_push(r->arena, &list, return_bool(r, pos, false));
  return block(r, pos, list);
}

static Node *edit_defer(Rewriter *r, CallStmt *stmt) {
  if (!r->defers) {
    Type *any = universe_any(r->low->universe);
    Node *init = runtime_call(r, r->loops.items[0]->stmt->node.pos, "deferrangefunc", NULL, any);
    r->defers = outer_var(r, "#defers", any, init);
  }
  CallStmt *copy = make_node(r, CallStmt, NODE_DEFER, stmt->node.pos);
  copy->call = stmt->call;
  fact_make(r->low, &copy->node)->use = r->defers;
  return &copy->node;
}

static void find_labels(Rewriter *r, Node *stmt, ForStmt *loop);

static void find_labels_in(Rewriter *r, NodeList list, ForStmt *loop) {
  for (uint32_t i = 0; i < list.len; i++) find_labels(r, list.items[i], loop);
}

static void find_labels(Rewriter *r, Node *stmt, ForStmt *loop) {
  if (!stmt) return;
  switch ((int)stmt->kind) {
  case NODE_BLOCK: find_labels_in(r, ((BlockStmt *)stmt)->stmts, loop); break;
  case NODE_IF:
    find_labels(r, &((IfStmt *)stmt)->then->node, loop);
    find_labels(r, ((IfStmt *)stmt)->orelse, loop);
    break;
  case NODE_FOR:
    if (is_range_func(r->b, (ForStmt *)stmt)) loop = (ForStmt *)stmt;
    find_labels(r, &((ForStmt *)stmt)->body->node, loop);
    break;
  case NODE_SWITCH:
    for (uint32_t i = 0; i < ((SwitchStmt *)stmt)->clause_len; i++)
      find_labels_in(r, ((SwitchStmt *)stmt)->clauses[i]->body, loop);
    break;
  case NODE_SELECT:
    for (uint32_t i = 0; i < ((SelectStmt *)stmt)->clause_len; i++)
      find_labels_in(r, ((SelectStmt *)stmt)->clauses[i]->body, loop);
    break;
  case NODE_LABELED:
    vec_push(r->arena, &r->labels, (LabelPlace){((LabeledStmt *)stmt)->label->name, loop});
    find_labels(r, ((LabeledStmt *)stmt)->stmt, loop);
    break;
  default: break;
  }
}

static void know_labels(Rewriter *r) {
  if (r->labels_known) return;
  r->labels_known = true;
  if (r->b->block) find_labels(r, &r->b->block->node, NULL);
}

/* The range-over-func loop that the label is in, or NULL. */
static ForStmt *loop_of_label(Rewriter *r, Atom label) {
  know_labels(r);
  for (uint32_t i = 0; i < r->labels.len; i++)
    if (r->labels.items[i].label == label) return r->labels.items[i].loop;
  return NULL;
}

/* The number of the label in its function. Labels of function literals count; of those with one name, the last one. */
static int64_t label_number(const Rewriter *r, Atom label) {
  const AtomList *labels = r->b->block ? r->b->block->labels : NULL;
  for (uint32_t i = labels ? labels->len : 0; i > 0; i--)
    if (labels->items[i - 1] == label) return i - 1;
  return -1;
}

static int64_t loop_index(const Rewriter *r, const Node *stmt) {
  int64_t i = (int64_t)r->loops.len - 1;
  while (i >= 0 && &r->loops.items[i]->stmt->node != stmt) i--;
  return i;
}

static Node *branch_target(const Rewriter *r, const BranchStmt *stmt) {
  for (uint32_t i = r->targets.len; i > 0; i--) {
    const Exit *t = &r->targets.items[i - 1];
    if (stmt->label ? t->label == stmt->label->name : stmt->branch == BRANCH_BREAK || t->loop) return t->stmt;
  }
  return NULL;
}

static Node *leave(Rewriter *r, Pos pos, int64_t next) {
  NodeVec list = {0};
  vec_push(r->arena, &list, set_next(r, pos, next));
  vec_push(r->arena, &list, set_own_state(r, pos, STATE_DONE));
  vec_push(r->arena, &list, return_bool(r, pos, false));
  return block(r, pos, list);
}

/* goto, or break and continue of an ordinary loop around range-over-func loops. */
static Node *edit_far_branch(Rewriter *r, BranchStmt *stmt) {
  int64_t number = label_number(r, stmt->label->name);
  ForStmt *home = loop_of_label(r, stmt->label->name);
  if (home == vec_last(&r->loops)->stmt) return &stmt->node;
  int64_t next = -1 - 3 * (number + 1);
  if (stmt->branch == BRANCH_CONTINUE) next += 1;
  if (stmt->branch == BRANCH_GOTO) next += 2;
  uint32_t exit_from = (uint32_t)(loop_index(r, home ? &home->node : NULL) + 1);
  vec_push(r->arena, &r->loops.items[exit_from]->branches, (Branch){stmt->branch, stmt->label->name, next});
  for (uint32_t i = exit_from + 1; i < r->loops.len; i++) r->loops.items[i]->check_return = true;
  return leave(r, stmt->node.pos, next);
}

static Node *edit_branch(Rewriter *r, BranchStmt *stmt) {
  if (stmt->branch == BRANCH_FALLTHROUGH) return &stmt->node;
  Pos pos = stmt->node.pos;
  Node *target = stmt->branch == BRANCH_GOTO ? NULL : branch_target(r, stmt);
  if (!stmt->label && &vec_last(&r->loops)->stmt->node != target) return &stmt->node;
  int64_t i = target ? loop_index(r, target) : -1;
  if (i < 0) return edit_far_branch(r, stmt);
  uint32_t exit_from = (uint32_t)i + 1;
  bool go_on = stmt->branch == BRANCH_CONTINUE;
  if (exit_from == r->loops.len) {
    NodeVec list = {0};
    vec_push(r->arena, &list, set_own_state(r, pos, go_on ? STATE_READY : STATE_DONE));
    vec_push(r->arena, &list, return_bool(r, pos, go_on));
    return block(r, pos, list);
  }
  if (go_on) {
    r->loops.items[exit_from]->check_continue = true;
  } else {
    exit_from = (uint32_t)i;
    r->loops.items[exit_from]->check_break = true;
  }
  for (uint32_t k = exit_from + 1; k < r->loops.len; k++) r->loops.items[k]->check_break = true;
  return leave(r, pos, STEP * (i + 1) - (go_on ? 1 : 0));
}

/* ---- copying what contains such statements ---- */

static NodeList edit_list(Rewriter *r, NodeList list) {
  NodeList out = {arena_new_array(r->arena, Node *, list.len), list.len};
  for (uint32_t i = 0; i < list.len; i++) out.items[i] = edit_stmt(r, list.items[i]);
  return out;
}

static BlockStmt *edit_block(Rewriter *r, BlockStmt *stmt) {
  BlockStmt *copy = arena_new_of(r->arena, BlockStmt);
  *copy = *stmt;
  copy->stmts = edit_list(r, stmt->stmts);
  return copy;
}

static Node *edit_if(Rewriter *r, IfStmt *stmt) {
  IfStmt *copy = arena_new_of(r->arena, IfStmt);
  *copy = *stmt;
  copy->then = edit_block(r, stmt->then);
  if (stmt->orelse && stmt->orelse->kind == NODE_IF) copy->orelse = edit_if(r, (IfStmt *)stmt->orelse);
  if (stmt->orelse && stmt->orelse->kind == NODE_BLOCK)
    copy->orelse = &edit_block(r, (BlockStmt *)stmt->orelse)->node;
  return &copy->node;
}

static Node *edit_for(Rewriter *r, ForStmt *stmt) {
  ForStmt *copy = arena_new_of(r->arena, ForStmt);
  *copy = *stmt;
  copy->body = edit_block(r, stmt->body);
  return &copy->node;
}

static Node *edit_switch(Rewriter *r, SwitchStmt *stmt) {
  SwitchStmt *copy = arena_new_of(r->arena, SwitchStmt);
  *copy = *stmt;
  copy->clauses = arena_new_array(r->arena, CaseClause *, stmt->clause_len);
  for (uint32_t i = 0; i < stmt->clause_len; i++) {
    copy->clauses[i] = arena_new_of(r->arena, CaseClause);
    *copy->clauses[i] = *stmt->clauses[i];
    copy->clauses[i]->body = edit_list(r, stmt->clauses[i]->body);
  }
  return &copy->node;
}

static Node *edit_select(Rewriter *r, SelectStmt *stmt) {
  SelectStmt *copy = arena_new_of(r->arena, SelectStmt);
  *copy = *stmt;
  copy->clauses = arena_new_array(r->arena, CommClause *, stmt->clause_len);
  for (uint32_t i = 0; i < stmt->clause_len; i++) {
    copy->clauses[i] = arena_new_of(r->arena, CommClause);
    *copy->clauses[i] = *stmt->clauses[i];
    copy->clauses[i]->body = edit_list(r, stmt->clauses[i]->body);
  }
  return &copy->node;
}

static Node *edit_target(Rewriter *r, Node *stmt, Atom label) {
  vec_push(r->arena, &r->targets, (Exit){stmt, label, stmt->kind == NODE_FOR});
  Node *result;
  if (stmt->kind == NODE_SWITCH)
    result = edit_switch(r, (SwitchStmt *)stmt);
  else if (stmt->kind == NODE_SELECT)
    result = edit_select(r, (SelectStmt *)stmt);
  else if (is_range_func(r->b, (ForStmt *)stmt))
    result = rewrite_loop(r, (ForStmt *)stmt);
  else
    result = edit_for(r, (ForStmt *)stmt);
  r->targets.len--;
  return result;
}

static Node *edit_labeled(Rewriter *r, LabeledStmt *stmt) {
  LabeledStmt *copy = arena_new_of(r->arena, LabeledStmt);
  *copy = *stmt;
  NodeKind kind = stmt->stmt->kind;
  if (kind == NODE_FOR || kind == NODE_SWITCH || kind == NODE_SELECT)
    copy->stmt = edit_target(r, stmt->stmt, stmt->label->name);
  else
    copy->stmt = edit_stmt(r, stmt->stmt);
  return &copy->node;
}

static Node *edit_stmt(Rewriter *r, Node *stmt) {
  switch ((int)stmt->kind) {
  case NODE_BLOCK: return &edit_block(r, (BlockStmt *)stmt)->node;
  case NODE_IF: return edit_if(r, (IfStmt *)stmt);
  case NODE_FOR:
  case NODE_SWITCH:
  case NODE_SELECT: return edit_target(r, stmt, NULL);
  case NODE_LABELED: return edit_labeled(r, (LabeledStmt *)stmt);
  case NODE_BRANCH: return edit_branch(r, (BranchStmt *)stmt);
  case NODE_DEFER: return edit_defer(r, (CallStmt *)stmt);
  case NODE_RETURN: return edit_return(r, (ReturnStmt *)stmt);
  default: return stmt;
  }
}

/* ---- the loop ---- */

static Object *body_param(Rewriter *r, NodeVec *prologue, RangeClause *range, uint32_t i, Type *type,
                          Pos pos) {
  NodeList lhs = range->lhs ? node_elements(&range->lhs) : (NodeList){0};
  if (i < lhs.len && range->define) {
    Object *defined = fact_def(r->b, (NameExpr *)node_unparen(lhs.items[i]));
    return defined ? defined : new_var(r, VAR_PARAM, lhs.items[i]->pos, name_atom(r, "_"), type);
  }
  Object *param = new_var(r, VAR_PARAM, pos, atom_printf(r->low, "#p%u", i + 1), type);
  if (i < lhs.len) {
    Pos at = lhs.items[i]->pos;
    vec_push(r->arena, prologue, assign(r, at, lhs.items[i], use(r, at, param)));
  }
  return param;
}

static Node *body_literal(Rewriter *r, Loop *loop, Type *yield) {
  RangeClause *range = (RangeClause *)loop->stmt->init;
  Pos start = loop->stmt->node.pos, end = loop->stmt->body->rbrace;
  ObjectList types = yield->u.signature.params->u.tuple.vars;
  ObjectList params = {universe_new_array(r->low->universe, Object *, types.len), types.len};
  ObjectList results = {universe_new_array(r->low->universe, Object *, 1), 1};
  NodeVec list = {0};
  for (uint32_t i = 0; i < types.len; i++)
    params.items[i] = body_param(r, &list, range, i, types.items[i]->type, start);
  results.items[0] =
      object_new_var(r->low->universe, VAR_RESULT, NULL, start, name_atom(r, "#r"), bool_type(r));
  Object *saved = new_var(r, VAR_LOCAL, POS_NONE, name_atom(r, "#tmpState"), int_type(r));
  Node *decl = declare(r, POS_NONE, define(r, POS_NONE, saved), use(r, POS_NONE, loop->state));
  vec_push(r->arena, &list, declare_stmt(r, POS_NONE, &decl, 1));
  vec_push(r->arena, &list, set_own_state(r, start, STATE_PANIC));
  NodeVec then = {0};
  vec_push(r->arena, &then, panic_stmt(r, start, use(r, start, saved)));
  vec_push(r->arena, &list,
           if_stmt(r, start,
                   compare(r, start, OPERATOR_NEQ, use(r, start, saved), int_constant(r, start, STATE_READY)),
                   then));
  NodeList body = edit_list(r, loop->stmt->body->stmts);
  vec_append(r->arena, &list, body.items, body.len);
  vec_push(r->arena, &list, set_own_state(r, end, STATE_READY));
  vec_push(r->arena, &list, return_bool(r, end, true));
  FuncLit *lit = make_node(r, FuncLit, NODE_FUNC_LIT, start);
  lit->body = (BlockStmt *)block(r, start, list);
  lit->body->rbrace = end;
  Fact *fact = fact_make(r->low, &lit->node);
  fact->type = type_new_signature(r->low->universe, NULL, type_new_tuple(r->low->universe, params),
                                  type_new_tuple(r->low->universe, results), yield->u.signature.variadic);
  fact->mode = MODE_VALUE;
  fact->range_body = true;
  return &lit->node;
}

static Node *if_next(Rewriter *r, Pos pos, Operator op, int64_t value, bool clear, NodeVec then) {
  NodeVec list = {0};
  if (clear) vec_push(r->arena, &list, set_next(r, pos, 0));
  if (then.len) vec_append(r->arena, &list, then.items, then.len);
  return if_stmt(r, pos, compare(r, pos, op, next_name(r, pos), int_constant(r, pos, value)), list);
}

static NodeVec leave_outer(Rewriter *r, Pos pos, uint32_t outer, int64_t state, bool result) {
  NodeVec list = {0};
  vec_push(r->arena, &list, set_state(r, pos, outer, state));
  vec_push(r->arena, &list, return_bool(r, pos, result));
  return list;
}

static void check_branches(Rewriter *r, Loop *loop, Pos pos, NodeVec *out) {
  for (uint32_t i = 0; i < loop->branches.len; i++) {
    Branch *branch = &loop->branches.items[i];
    bool done = false;
    for (uint32_t k = 0; k < i; k++) done |= loop->branches.items[k].next == branch->next;
    if (done) continue;
    BranchStmt *s = make_node(r, BranchStmt, NODE_BRANCH, pos);
    s->branch = branch->kind;
    s->label = make_node(r, NameExpr, NODE_NAME, pos);
    s->label->name = branch->label;
    NodeVec then = {0};
    vec_push(r->arena, &then, &s->node);
    vec_push(r->arena, out, if_next(r, pos, OPERATOR_EQL, branch->next, true, then));
  }
}

/* What follows the iterator's call: where does #next want to go? */
static void add_checks(Rewriter *r, Loop *loop, Pos pos, NodeVec *out) {
  check_branches(r, loop, pos, out);
  if (r->loops.len == 1) {
    if (!loop->check_return) return;
    NodeVec then = {0};
    vec_push(r->arena, &then, return_stmt(r, pos, NULL));
    vec_push(r->arena, out, if_next(r, pos, OPERATOR_EQL, -1, false, then));
    return;
  }
  uint32_t outer = r->loops.len - 2;
  int64_t step = STEP * (int64_t)(outer + 1);
  if (loop->check_return)
    vec_push(r->arena, out,
             if_next(r, pos, OPERATOR_LSS, 0, false, leave_outer(r, pos, outer, STATE_DONE, false)));
  NodeVec panics = {0};
  vec_push(r->arena, &panics, panic_stmt(r, pos, int_constant(r, pos, STATE_DONE)));
  vec_push(r->arena, out, if_next(r, pos, OPERATOR_GTR, step, false, panics));
  if (loop->check_continue)
    vec_push(r->arena, out,
             if_next(r, pos, OPERATOR_EQL, step - 1, true, leave_outer(r, pos, outer, STATE_READY, true)));
  if (loop->check_break)
    vec_push(r->arena, out,
             if_next(r, pos, OPERATOR_EQL, step, true, leave_outer(r, pos, outer, STATE_DONE, false)));
  if (loop->check_continue || loop->check_break)
    vec_push(r->arena, out,
             if_next(r, pos, OPERATOR_GTR, 0, false, leave_outer(r, pos, outer, STATE_DONE, false)));
}

static Node *iterator_call(Rewriter *r, Loop *loop, Object *yield) {
  Pos start = loop->stmt->node.pos;
  CallExpr *call = make_node(r, CallExpr, NODE_CALL, start);
  call->fun = ((RangeClause *)loop->stmt->init)->x;
  call->args = (NodeList){arena_new_array(r->arena, Node *, 1), 1};
  call->args.items[0] = use(r, start, yield);
  fact_make(r->low, &call->node)->mode = MODE_NO_VALUE;
  ExprStmt *s = make_node(r, ExprStmt, NODE_EXPR_STMT, start);
  s->x = &call->node;
  return &s->node;
}

/* What leaves a loop is checked after each loop around it: code for n loops grows with n². */
enum { MAX_NESTED_LOOPS = 500 };

static Node *rewrite_loop(Rewriter *r, ForStmt *stmt) {
  Loop loop = {.stmt = stmt};
  Pos start = stmt->node.pos, end = stmt->body->rbrace;
  if (r->loops.len == MAX_NESTED_LOOPS)
    give_up(start.v, "loops over functions nested more than %d deep", MAX_NESTED_LOOPS);
  Atom state = atom_printf(r->low, "#state%d", (int)++r->b->range_states);
  loop.state = new_var(r, VAR_LOCAL, start, state, int_type(r));
  vec_push(r->arena, &r->loops, &loop);
  Type *iterator = type_core(fact_type(r->b, node_unparen(((RangeClause *)stmt->init)->x)));
  Type *yield_type = type_core(iterator->u.signature.params->u.tuple.vars.items[0]->type);
  Node *literal = body_literal(r, &loop, yield_type);
  Object *yield = new_var(
      r, VAR_LOCAL, POS_NONE, atom_printf(r->low, "#yield%d", (int)++r->b->range_yields),
      map_get_ptr(&r->low->facts, literal) ? ((Fact *)map_get_ptr(&r->low->facts, literal))->type : NULL);
  NodeVec checks = {0}, list = {0};
  add_checks(r, &loop, end, &checks);
  if (r->loops.len == 1 && r->outer_decls.len)
    vec_push(r->arena, &list, declare_stmt(r, start, r->outer_decls.items, r->outer_decls.len));
  Node *decl = declare(r, start, define(r, start, loop.state), int_constant(r, start, STATE_READY));
  vec_push(r->arena, &list, declare_stmt(r, start, &decl, 1));
  decl = declare(r, start, define(r, start, yield), literal);
  vec_push(r->arena, &list, declare_stmt(r, start, &decl, 1));
  vec_push(r->arena, &list, iterator_call(r, &loop, yield));
  NodeVec panics = {0};
  vec_push(r->arena, &panics, panic_stmt(r, end, int_constant(r, end, STATE_MISSING_PANIC)));
  vec_push(r->arena, &list,
           if_stmt(r, end,
                   compare(r, end, OPERATOR_EQL, use(r, end, loop.state), int_constant(r, end, STATE_PANIC)),
                   panics));
  vec_push(r->arena, &list, set_own_state(r, end, STATE_EXHAUSTED));
  if (checks.len) vec_append(r->arena, &list, checks.items, checks.len);
  r->loops.len--;
  BlockStmt *result = (BlockStmt *)block(r, start, list);
  result->rbrace = end;
  return &result->node;
}

Node *rewrite_range_func(Body *b, ForStmt *stmt) {
  Node *known = map_get_ptr(&b->low->rewritten, stmt);
  if (!known) {
    Rewriter r = {.b = b, .low = b->low, .arena = b->low->arena};
    vec_push(r.arena, &r.targets, (Exit){&stmt->node, b->loop_label, true});
    known = rewrite_loop(&r, stmt);
    map_set_ptr(&b->low->rewritten, stmt, known);
  }
  rename_results(b->low, b->fn, b->signature);
  return known;
}

void rename_results(Lowering *low, Func *fn, Type *signature) {
  if (!map_find(&low->renamed, map_key(signature))) return;
  for (uint32_t i = 0; i < fn->result_len; i++) {
    Atom name = fn->results[i]->name;
    bool unnamed = name->text[0] == '~' || strcmp(name->text, "_") == 0;
    if (unnamed) fn->results[i]->name = atom_printf(low, "#rv%u", i + 1);
  }
}
