/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Statements.
 *
 * Blocks vanish into the list around them; statements that cannot be reached are not lowered, up to the last label of their list.
 * Values of a call or comma-ok form with several results go through temporaries, assigned in the init list of the first value.
 *
 * Go: cmd/compile/internal/noder/{writer,reader}.go, typecheck/stmt.go
 */
#include "lower/internal.h"

static void lower_stmt(Body *b, Node *stmt, OpList *out);

/* Older releases look at `if true { …; return }` only. */
static bool leaves_for_sure(Body *b, Node *stmt) {
  if (!b->low->in_place) return statement_terminates(b, stmt);
  if (stmt->kind != NODE_IF || b->unit->profile->dead_statements_kept) return false;
  IfStmt *s = (IfStmt *)stmt;
  Node *cond = s->cond, *taken = &s->then->node;
  int known = static_bool(b, &cond);
  if (known < 0) taken = s->orelse;
  if (known == 0 || !taken || taken->kind != NODE_BLOCK) return false;
  NodeList stmts = ((BlockStmt *)taken)->stmts;
  const Node *last = stmts.len ? stmts.items[stmts.len - 1] : NULL;
  return last && last->kind != NODE_BRANCH && last->kind != NODE_IF && last->kind != NODE_BLOCK &&
         statement_terminates(b, stmts.items[stmts.len - 1]);
}

/* in_place: what the checker has seen before it was dropped stays beside the if statement that decided so. */
static void keep_dropped(Body *b, Op *decider, OpList *dropped) {
  if (!b->low->in_place || dropped->len == 0) return;
  if (decider->y) op_list_prepend(b->unit, dropped, &(OpList){&decider->y, 1, 1});
  decider->y = block_of(b, dropped);
}

void lower_stmts(Body *b, NodeList stmts, OpList *out) {
  int64_t last_label = -1;
  for (uint32_t i = 0; i < stmts.len; i++)
    if (stmts.items[i]->kind == NODE_LABELED) last_label = i;
  bool dead = false;
  OpList dropped = {0};
  Op *decider = NULL;
  for (uint32_t i = 0; i < stmts.len; i++) {
    Node *stmt = stmts.items[i];
    if (dead && (int64_t)i > last_label && stmt->kind != NODE_LABELED) {
      if (b->low->in_place) lower_stmt(b, stmt, &dropped);
      continue;
    }
    lower_stmt(b, stmt, out);
    dead = i + 1 < stmts.len && leaves_for_sure(b, stmt); /* else nobody asks: it may be deep */
    if (dead) decider = out->items[out->len - 1];
  }
  keep_dropped(b, decider, &dropped);
}

Op *block_of(Body *b, OpList *list) {
  if (list->len == 0) return NULL;
  if (list->len == 1) return list->items[0];
  Op *block = op_new(b->unit, OP_BLOCK, list->items[0]->pos, NULL);
  block->list = *list;
  return block;
}

Op *lower_one(Body *b, Node *stmt) {
  OpList list = {0};
  if (stmt) lower_stmt(b, stmt, &list);
  return block_of(b, &list);
}

bool define_names(Body *b, Op *stmt, Name *const *names, uint32_t len) {
  if (len == 0) return false;
  stmt->init = NULL;
  for (uint32_t i = 0; i < len; i++) {
    names[i]->defn = stmt;
    op_list_push(b->unit, op_own_init(b->unit, stmt), make_dcl(b, names[i]->op.pos.pos, names[i]));
  }
  stmt->flags |= OP_DEF;
  return true;
}

static Op *blank_op(Body *b) {
  Name *blank = name_new(b->unit, CLASS_NONE, XPOS_NONE, NULL, intern(b->unit->session->interner, STR("_")),
                         NULL, NULL);
  return &blank->op;
}

Op *lower_assignee(Body *b, Node *node, Name **defined) {
  *defined = NULL;
  node = node_unparen(node);
  if (node->kind == NODE_NAME) {
    NameExpr *name = (NameExpr *)node;
    if (strcmp(name->name->text, "_") == 0) return blank_op(b);
    Object *object = fact_def(b, name);
    if (object) {
      b->low->base = object->pos;
      Type *type = read_type(b, object->type);
      *defined = declare_local(b, object->pos, object->name, type, object);
      return &(*defined)->op;
    }
  }
  return lower_expr(b, node);
}

/* The type that a value is converted to when it is assigned to node; NULL: none. */
static Type *assignee_type(Body *b, Node *node) {
  node = node_unparen(node);
  if (node->kind == NODE_NAME) {
    NameExpr *name = (NameExpr *)node;
    if (strcmp(name->name->text, "_") == 0) return NULL;
    Object *object = fact_def(b, name);
    if (!object) object = fact_use(b, name);
    if (object) return object->type;
  }
  return fact_type(b, node);
}

static void check_assigned(Op *left) {
  if (left->kind == OP_INDEXMAP) left->flags |= OP_ASSIGNED;
}

void finish_assign_list(Body *b, Op *stmt) {
  for (uint32_t i = 0; i < stmt->lhs.len; i++) check_assigned(stmt->lhs.items[i]);
  if (stmt->rhs.len != 1 || stmt->lhs.len < 2) return;
  Op *value = stmt->rhs.items[0];
  if (value->kind == OP_INDEXMAP) {
    stmt->kind = OP_AS2MAPR;
  } else if (value->kind == OP_RECV) {
    stmt->kind = OP_AS2RECV;
  } else if (value->kind == OP_DOTTYPE || value->kind == OP_DYNAMICDOTTYPE) {
    stmt->kind = OP_AS2DOTTYPE;
    value->kind = value->kind == OP_DOTTYPE ? OP_DOTTYPE2 : OP_DYNAMICDOTTYPE2;
  } else {
    stmt->kind = OP_AS2FUNC;
    Type *tuple = value->type;
    bool mismatch = false;
    if (b->low->in_place) return;
    for (uint32_t i = 0; i < stmt->lhs.len; i++) {
      Op *left = stmt->lhs.items[i];
      if (!op_is_blank(left) && !same_type(b->low, left->type, tuple->u.tuple.vars.items[i]->type))
        mismatch = true;
    }
    if (!mismatch) return;
    Op *as = op_new(b->unit, OP_AS2FUNC, stmt->pos, NULL);
    op_list_push(b->unit, &as->rhs, value);
    stmt->kind = OP_AS2;
    stmt->rhs = (OpList){0};
    for (uint32_t i = 0; i < stmt->lhs.len; i++) {
      Name *temp = temp_name(b, stmt->pos.pos, tuple->u.tuple.vars.items[i]->type);
      op_list_push(b->unit, op_own_init(b->unit, as), make_dcl(b, stmt->pos.pos, temp));
      op_list_push(b->unit, &as->lhs, &temp->op);
    }
    op_list_push(b->unit, op_own_init(b->unit, stmt), as);
    for (uint32_t i = 0; i < stmt->lhs.len; i++) {
      Op *left = stmt->lhs.items[i], *temp = as->lhs.items[i];
      op_list_push(b->unit, &stmt->rhs,
                   op_is_blank(left) ? temp : assign_convert(b, temp, left->type, stmt->pos.pos));
    }
  }
}

/* `return f()` and calls `g(f())` whose operand was not split when it was written. */
static void split_results(Body *b, Op *stmt, OpList *values) {
  if (values->len != 1 || !values->items[0]->type || values->items[0]->type->kind != TYPE_TUPLE) return;
  Op *call = values->items[0];
  ObjectList vars = call->type->u.tuple.vars;
  Op *as = op_new(b->unit, OP_AS2FUNC, stmt->pos, NULL);
  op_list_push(b->unit, &as->rhs, call);
  *values = (OpList){0};
  for (uint32_t i = 0; i < vars.len; i++) {
    Name *temp = temp_name(b, stmt->pos.pos, vars.items[i]->type);
    op_list_push(b->unit, op_own_init(b->unit, as), make_dcl(b, stmt->pos.pos, temp));
    op_list_push(b->unit, &as->lhs, &temp->op);
    op_list_push(b->unit, values, &temp->op);
  }
  op_list_push(b->unit, op_own_init(b->unit, stmt), as);
  if (b->low->in_place) stmt->y = call;
}

Op *finish_stmt(Body *b, Op *stmt) {
  switch ((int)stmt->kind) {
  case OP_AS:
    if (stmt->x->kind == OP_NAME && (stmt->x->name->name_flags & NAME_AUTOTEMP)) stmt->x->name->defn = stmt;
    check_assigned(stmt->x);
    return stmt;
  case OP_AS2: finish_assign_list(b, stmt); return stmt;
  case OP_ASOP: check_assigned(stmt->x); return stmt;
  case OP_RETURN:
    if (!b->unit->profile->tuples_kept) split_results(b, stmt, &stmt->list);
    return stmt;
  default: return stmt;
  }
}

void lower_multi(Body *b, Pos pos, Type *const *dst, NodeList exprs, OpList *out, OpList *before) {
  Type *single = exprs.len == 1 ? fact_type(b, node_unparen(exprs.items[0])) : NULL;
  if (!single || single->kind != TYPE_TUPLE) {
    Pos line = b->line;
    for (uint32_t i = 0; i < exprs.len; i++) {
      if (b->each_line && has_line(b, exprs.items[i])) b->line = written_pos(b, exprs.items[i]);
      bool each = b->each_line;
      b->each_line = false;
      op_list_push(b->unit, out, lower_convert(b, dst[i], exprs.items[i], true));
      b->each_line = each;
    }
    b->line = line;
    return;
  }
  if (b->unit->profile->tuples_kept) {
    op_list_push(b->unit, out, lower_expr(b, exprs.items[0]));
    return;
  }
  ObjectList vars = single->u.tuple.vars;
  Op *as = op_new(b->unit, OP_AS2, xpos(pos), NULL);
  op_list_push(b->unit, &as->rhs, lower_expr(b, exprs.items[0]));
  if (!b->low->in_place) as->flags |= OP_DEF;
  for (uint32_t i = 0; i < vars.len; i++) {
    Type *src = vars.items[i]->type;
    Name *temp = temp_name(b, pos, read_type(b, src));
    temp->defn = as;
    op_list_push(b->unit, op_own_init(b->unit, as), make_dcl(b, pos, temp));
    op_list_push(b->unit, &as->lhs, &temp->op);
    Op *value = &temp->op;
    if (dst[i] && !type_identical(src, dst[i])) {
      Type *type = read_type(b, dst[i]);
      read_itab(b, src, dst[i]);
      value = make_convert(b, pos, type, value, true);
      use_descriptor(b, value, src);
    }
    op_list_push(b->unit, out, value);
  }
  OpList init = {0};
  op_list_push(b->unit, &init, finish_stmt(b, as));
  if (b->low->in_place)
    *before = init;
  else
    out->items[out->len - vars.len] = with_init(b, &init, out->items[out->len - vars.len]);
}

void show_split(Op *op, const OpList *before) {
  if (before->len > 0) op->y = before->items[0]->rhs.items[0];
}

/* ---- assignments ---- */

/* The left sides; names gets the variables that are declared by them. */
static uint32_t lower_assignees(Body *b, NodeList lhs, OpList *left, Name **names) {
  uint32_t name_len = 0;
  for (uint32_t i = 0; i < lhs.len; i++) {
    Name *name;
    op_list_push(b->unit, left, lower_assignee(b, lhs.items[i], &name));
    if (name) names[name_len++] = name;
  }
  return name_len;
}

static void lower_assigned(Body *b, Pos pos, NodeList lhs, NodeList rhs, OpList *right) {
  Type **dst = arena_new_array(b->low->arena, Type *, lhs.len);
  for (uint32_t i = 0; i < lhs.len && rhs.len; i++) dst[i] = assignee_type(b, lhs.items[i]);
  bool split = rhs.len == 1 && lhs.len > 1;
  if (b->low->in_place && split) /* stays one call, assertion, receive or index */
    op_list_push(b->unit, right, lower_expr(b, rhs.items[0]));
  else
    lower_multi(b, pos, dst, rhs, right, NULL);
}

static void lower_assign(Body *b, Pos pos, NodeList lhs, NodeList rhs, OpList *out) {
  Name **names = arena_new_array(b->low->arena, Name *, lhs.len);
  OpList left = {0}, right = {0};
  bool right_first = b->low->in_place; /* what is captured is captured there first */
  if (right_first) lower_assigned(b, pos, lhs, rhs, &right);
  uint32_t name_len = lower_assignees(b, lhs, &left, names);
  if (!right_first) lower_assigned(b, pos, lhs, rhs, &right);
  if (right.len == 0) {
    for (uint32_t i = 0; i < name_len; i++) {
      Op *as = op_assign(b->unit, xpos(pos), &names[i]->op, NULL, false);
      op_list_push(b->unit, op_own_init(b->unit, as), make_dcl(b, pos, names[i]));
      op_list_push(b->unit, out, as);
    }
    return;
  }
  Op *stmt;
  if (left.len == 1 && right.len == 1) {
    stmt = op_assign(b->unit, xpos(pos), left.items[0], right.items[0], false);
  } else {
    stmt = op_new(b->unit, OP_AS2, xpos(pos), NULL);
    stmt->lhs = left;
    stmt->rhs = right;
  }
  define_names(b, stmt, names, name_len);
  op_list_push(b->unit, out, finish_stmt(b, stmt));
}

static Op *make_one(Body *b, Pos pos, Type *type) {
  const Const *one = const_make_int64(b->low->arena, 1);
  return op_literal(b->unit, xpos(pos), type, fix_value(b->low, type, one));
}

static void lower_assign_stmt(Body *b, AssignStmt *s, OpList *out) {
  if (!s->rhs) {
    Op *left = lower_expr(b, s->lhs);
    Op *stmt =
        op_binary(b->unit, OP_ASOP, xpos(s->node.pos), NULL, left, make_one(b, s->node.pos, left->type));
    stmt->op2 = (uint16_t)binary_op(s->op);
    stmt->flags |= OP_INCDEC;
    op_list_push(b->unit, out, finish_stmt(b, stmt));
  } else if (s->op != OPERATOR_NONE) {
    bool shift = s->op == OPERATOR_SHL || s->op == OPERATOR_SHR;
    Op *left = lower_expr(b, s->lhs);
    Op *right = lower_convert(b, shift ? NULL : fact_type(b, node_unparen(s->lhs)), s->rhs, true);
    Op *stmt = op_binary(b->unit, OP_ASOP, xpos(s->node.pos), NULL, left, right);
    stmt->op2 = (uint16_t)binary_op(s->op);
    op_list_push(b->unit, out, finish_stmt(b, stmt));
  } else {
    lower_assign(b, s->node.pos, node_elements(&s->lhs), node_elements(&s->rhs), out);
  }
}

/* All variables of a declaration stand at the first one where names have no place of their own. */
static void place_declared(const Body *b, const OpList *declared, const VarDecl *var) {
  if (!b->unit->profile->names_unplaced) return;
  for (uint32_t i = 0; i < declared->len; i++) {
    Op *dcl = declared->items[i];
    dcl->pos = dcl->x->pos = xpos(var->names[0]->node.pos);
  }
}

/* `var x = y` declares x by a statement of its own before. */
static void separate_declarations(Body *b, OpList *list, uint32_t from, const VarDecl *var) {
  OpList declared = {0}, assigned = {0};
  for (uint32_t i = from; i < list->len; i++) {
    Op *stmt = list->items[i];
    op_list_append(b->unit, &declared, op_init(stmt));
    stmt->init = NULL;
    stmt->flags &= ~(uint32_t)OP_DEF;
    op_list_push(b->unit, &assigned, stmt);
  }
  list->len = from;
  place_declared(b, &declared, var);
  bool pairs = declared.len == assigned.len;
  for (uint32_t i = 0; i < declared.len; i++) {
    op_list_push(b->unit, list, declared.items[i]);
    if (pairs) op_list_push(b->unit, list, assigned.items[i]);
  }
  if (!pairs) op_list_append(b->unit, list, &assigned);
}

static void lower_decl(Body *b, Node *decl, OpList *out) {
  if (b->low->in_place && decl->kind == NODE_TYPE_DECL)
    op_list_push(b->unit, out, op_new(b->unit, OP_DCLTYPE, xpos(decl->pos), NULL));
  if (b->low->in_place && decl->kind == NODE_CONST_DECL)
    for (uint32_t i = 0; i < ((ConstDecl *)decl)->name_len; i++)
      op_list_push(b->unit, out, op_new(b->unit, OP_DCLCONST, xpos(decl->pos), NULL));
  if (decl->kind != NODE_VAR_DECL) return;
  VarDecl *var = (VarDecl *)decl;
  NodeList lhs = {arena_new_array(b->low->arena, Node *, var->name_len), var->name_len};
  for (uint32_t i = 0; i < var->name_len; i++) lhs.items[i] = &var->names[i]->node;
  NodeList rhs = var->values ? node_elements(&var->values) : (NodeList){0};
  uint32_t from = out->len;
  if (b->low->in_place) b->line = decl->pos;
  if (b->low->in_place && rhs.len == lhs.len) /* one assignment a variable */
    for (uint32_t i = 0; i < lhs.len; i++)
      lower_assign(b, decl->pos, (NodeList){lhs.items + i, 1}, (NodeList){rhs.items + i, 1}, out);
  else
    lower_assign(b, decl->pos, lhs, rhs, out);
  if (b->low->in_place) separate_declarations(b, out, from, var);
}

/* ---- control ---- */

/* The condition stays, the branch that cannot be reached is empty. */
static Op *lower_if_in_place(Body *b, IfStmt *s) {
  Node *cond_node = s->cond;
  int known = static_bool(b, &cond_node);
  Op *op = op_new(b->unit, OP_IF, xpos(s->node.pos), NULL);
  OpList init = {0}, then = {0}, orelse = {0};
  if (s->init) lower_stmt(b, s->init, &init);
  Pos line = b->line;
  b->line = s->node.pos;
  op->cond = lower_expr(b, cond_node);
  b->line = line;
  lower_stmts(b, s->then->stmts, &then);
  if (s->orelse) lower_stmt(b, s->orelse, &orelse);
  op_set_init(b->unit, op, init);
  if (known >= 0) op->list = then;
  if (known <= 0) op->orelse = orelse;
  if (known != 0) keep_dropped(b, op, known < 0 ? &then : &orelse);
  return op;
}

static Op *lower_if(Body *b, IfStmt *s) {
  if (b->low->in_place) return lower_if_in_place(b, s);
  Node *cond_node = s->cond;
  int known = static_bool(b, &cond_node);
  OpList init = {0}, then = {0}, orelse = {0};
  if (s->init) lower_stmt(b, s->init, &init);
  Op *cond = lower_expr(b, cond_node);
  if (known >= 0) lower_stmts(b, s->then->stmts, &then);
  if (known <= 0 && s->orelse) lower_stmt(b, s->orelse, &orelse);
  if (known != 0) {
    if (cond->kind != OP_LITERAL)
      op_list_push(b->unit, &init, op_assign(b->unit, xpos(s->node.pos), blank_op(b), cond, false));
    op_list_append(b->unit, &init, &then);
    op_list_append(b->unit, &init, &orelse);
    return block_of(b, &init);
  }
  Op *op = op_new(b->unit, OP_IF, xpos(s->node.pos), NULL);
  op->cond = cond;
  op->list = then;
  op->orelse = orelse;
  op_set_init(b->unit, op, init);
  return op;
}

static void lower_return(Body *b, ReturnStmt *s, OpList *out) {
  ObjectList results = b->signature->u.signature.results->u.tuple.vars;
  NodeList exprs = s->results ? node_elements(&s->results) : (NodeList){0};
  Type **dst = arena_new_array(b->low->arena, Type *, results.len);
  for (uint32_t i = 0; i < results.len; i++) dst[i] = results.items[i]->type;
  Op *op = op_new(b->unit, OP_RETURN, xpos(s->node.pos), NULL);
  b->each_line = b->low->in_place;
  OpList before = {0};
  lower_multi(b, s->node.pos, dst, exprs, &op->list, &before);
  show_split(op, &before);
  if (before.len > 0) op_list_prepend(b->unit, op_own_init(b->unit, op), &before);
  b->each_line = false;
  op_list_push(b->unit, out, op);
}

static void lower_branch(Body *b, BranchStmt *s, OpList *out) {
  OpKind kind = OP_GOTO;
  if (s->branch == BRANCH_BREAK) kind = OP_BREAK;
  if (s->branch == BRANCH_CONTINUE) kind = OP_CONTINUE;
  if (s->branch == BRANCH_FALLTHROUGH) kind = OP_FALL;
  Op *op = op_new(b->unit, kind, xpos(s->node.pos), NULL);
  op->label = s->label ? s->label->name : NULL;
  op_list_push(b->unit, out, op);
}

static void lower_label(Body *b, LabeledStmt *s, OpList *out) {
  bool blank = strcmp(s->label->name->text, "_") == 0;
  Op *op = op_new(b->unit, blank ? OP_BLOCK : OP_LABEL, xpos(s->node.pos), NULL);
  if (!blank) op->label = s->label->name;
  op_list_push(b->unit, out, op);
  lower_stmt(b, s->stmt, out);
}

static Op *lower_send(Body *b, SendStmt *s) {
  Type *chan = type_core(fact_type(b, node_unparen(s->chan)));
  Op *x = lower_expr(b, s->chan);
  Op *y = lower_convert(b, chan->u.elem.type, s->value, true);
  return op_binary(b->unit, OP_SEND, xpos(s->node.pos), NULL, x, y);
}

static void push(Body *b, OpList *out, Op *op) {
  if (op) op_list_push(b->unit, out, op);
}

static void lower_stmt(Body *b, Node *stmt, OpList *out) {
  if (b->low->in_place) b->line = stmt->pos;
  Op *last = out->len ? out->items[out->len - 1] : NULL;
  Atom label = last && last->kind == OP_LABEL ? last->label : NULL;
  switch ((int)stmt->kind) {
  case NODE_EMPTY: break;
  case NODE_ASSIGN: lower_assign_stmt(b, (AssignStmt *)stmt, out); break;
  case NODE_BLOCK: lower_stmts(b, ((BlockStmt *)stmt)->stmts, out); break;
  case NODE_BRANCH: lower_branch(b, (BranchStmt *)stmt, out); break;
  case NODE_GO:
  case NODE_DEFER: push(b, out, lower_go_defer(b, (CallStmt *)stmt)); break;
  case NODE_DECL_STMT:
    for (uint32_t i = 0; i < ((DeclStmt *)stmt)->decls.len; i++)
      lower_decl(b, ((DeclStmt *)stmt)->decls.items[i], out);
    break;
  case NODE_EXPR_STMT: push(b, out, lower_expr(b, ((ExprStmt *)stmt)->x)); break;
  case NODE_FOR:
    if (is_range_func(b, (ForStmt *)stmt)) {
      b->loop_label = label;
      lower_stmt(b, rewrite_range_func(b, (ForStmt *)stmt), out);
    } else
      push(b, out, lower_for(b, (ForStmt *)stmt, label));
    break;
  case NODE_IF: push(b, out, lower_if(b, (IfStmt *)stmt)); break;
  case NODE_LABELED: lower_label(b, (LabeledStmt *)stmt, out); break;
  case NODE_RETURN: lower_return(b, (ReturnStmt *)stmt, out); break;
  case NODE_SELECT: push(b, out, lower_select(b, (SelectStmt *)stmt, label)); break;
  case NODE_SEND: push(b, out, lower_send(b, (SendStmt *)stmt)); break;
  case NODE_SWITCH: push(b, out, lower_switch(b, (SwitchStmt *)stmt, label)); break;
  default: BUG("unexpected statement: %s", node_kind_text(stmt->kind));
  }
}
