/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Loops, switches and selects.
 *
 * Go: cmd/compile/internal/noder/{writer,reader}.go, typecheck/stmt.go
 */
#include "lower/internal.h"

/* ---- loops ---- */

void range_types(Body *b, Type *x, Type **key, Type **value) {
  *key = *value = NULL;
  Type *core = type_core(x);
  Type *int_type = basic_type(b->low, BASIC_INT);
  if (!core) return;
  if (core->kind == TYPE_POINTER) core = under(core->u.elem.type);
  if (core->kind == TYPE_ARRAY || core->kind == TYPE_SLICE) {
    *key = int_type;
    *value = core->u.elem.type;
  } else if (core->kind == TYPE_MAP) {
    *key = core->u.map.key;
    *value = core->u.map.value;
  } else if (core->kind == TYPE_CHAN) {
    *key = core->u.elem.type;
  } else if (is_string(core)) {
    *key = int_type;
    *value = universe_rune(b->low->universe);
  } else {
    *key = x;
  }
}

/* The types that a key or value passes through: what their descriptors bring along. */
static void read_range_conversion(Body *b, RangeClause *range, NodeList lhs, uint32_t i, Type *src) {
  if (i >= lhs.len || !src) return;
  Node *dst = node_unparen(lhs.items[i]);
  if (dst->kind == NODE_NAME && strcmp(((NameExpr *)dst)->name->text, "_") == 0) return;
  Object *object = range->define ? fact_def(b, (NameExpr *)dst) : NULL;
  Type *type = object ? object->type : fact_type(b, dst);
  if (type) read_itab(b, src, type);
}

static void mark_distinct(Body *b, Op *loop, bool declares) {
  if (!lang_at_least(b->lang, 22)) return;
  loop->flags |= OP_DISTINCT;
  if (declares) b->fn->flags |= FUNC_LOOP_VARS;
}

static Op *lower_range(Body *b, ForStmt *stmt, Atom label) {
  RangeClause *range = (RangeClause *)stmt->init;
  Op *op = op_new(b->unit, OP_RANGE, xpos(range->node.pos), NULL);
  op->label = label;
  NodeList lhs = range->lhs ? node_elements(&range->lhs) : (NodeList){0};
  Name *names[2], *name;
  uint32_t name_len = 0;
  for (uint32_t i = 0; i < lhs.len && i < 2; i++) {
    Op *left = lower_assignee(b, lhs.items[i], &name);
    if (left->kind == OP_INDEXMAP) left->flags |= OP_ASSIGNED;
    if (i == 0)
      op->key = left;
    else
      op->value = left;
    if (name) names[name_len++] = name;
  }
  define_names(b, op, names, name_len);
  op->x = lower_expr(b, range->x);
  Type *x = fact_type(b, node_unparen(range->x));
  Type *core = type_core(x), *key, *value;
  if (core && core->kind == TYPE_MAP) read_rtype(b, x);
  range_types(b, x, &key, &value);
  read_range_conversion(b, range, lhs, 0, key);
  read_range_conversion(b, range, lhs, 1, value);
  lower_stmts(b, stmt->body->stmts, &op->list);
  mark_distinct(b, op, name_len > 0);
  return op;
}

Op *lower_for(Body *b, ForStmt *stmt, Atom label) {
  if (stmt->init && stmt->init->kind == NODE_RANGE) return lower_range(b, stmt, label);
  Node *cond_node = stmt->cond;
  bool never = cond_node && static_bool(b, &cond_node) < 0;
  Op *init = lower_one(b, stmt->init);
  Op *cond = cond_node ? lower_expr(b, cond_node) : NULL;
  Op *post = never ? NULL : lower_one(b, stmt->post);
  Op *op = op_new(b->unit, OP_FOR, xpos(stmt->node.pos), NULL);
  if (!never) lower_stmts(b, stmt->body->stmts, &op->list);
  if (cond && op_is_const(cond, CONST_BOOL) && !const_bool(cond->lit)) return init;
  if (init) op_list_push(b->unit, op_own_init(b->unit, op), init);
  op->cond = cond;
  op->post = post;
  op->label = label;
  mark_distinct(b, op, init && (init->flags & OP_DEF));
  return op;
}

/* ---- switches ---- */

static NodeList clause_cases(CaseClause *clause) {
  return clause->cases ? node_elements(&clause->cases) : (NodeList){0};
}

static bool ends_in_fallthrough(NodeList body) {
  Node *last = NULL;
  for (uint32_t i = 0; i < body.len; i++)
    if (body.items[i]->kind != NODE_EMPTY) last = body.items[i];
  while (last && last->kind == NODE_LABELED) last = ((LabeledStmt *)last)->stmt;
  return last && last->kind == NODE_BRANCH && ((BranchStmt *)last)->branch == BRANCH_FALLTHROUGH;
}

/* With a constant tag and constant cases only one clause can run. True if it was found out which (*target, NULL for none). */
static bool constant_target(Body *b, SwitchStmt *stmt, const Const *tag, CaseClause **target) {
  *target = NULL;
  for (uint32_t i = 0; i < stmt->clause_len; i++) {
    CaseClause *clause = stmt->clauses[i];
    if (!clause->cases) *target = clause;
    NodeList cases = clause_cases(clause);
    for (uint32_t k = 0; k < cases.len; k++) {
      const Const *value = fact_const(b, node_unparen(cases.items[k]));
      if (!value) return false;
      if (!const_compare(tag, OPERATOR_EQL, value)) continue;
      *target = clause;
      return !ends_in_fallthrough(clause->body);
    }
  }
  return !*target || !ends_in_fallthrough((*target)->body);
}

/* The type in which tag and cases are compared: `any` if some case can only be compared through an interface. */
static Type *comparison_type(Body *b, Clauses clauses, Type *tag) {
  for (uint32_t i = 0; i < clauses.len; i++) {
    NodeList cases = clause_cases(clauses.items[i]);
    for (uint32_t k = 0; k < cases.len; k++) {
      Type *t = fact_type(b, node_unparen(cases.items[k]));
      if (!type_assignable(b->low->universe, t, tag) && (type_is_interface(t) || type_is_interface(tag)))
        return universe_empty_interface(b->low->universe);
    }
  }
  return tag;
}

Pos last_field_end(FieldList fields, Pos otherwise) {
  return fields.len ? type_end(fields.items[fields.len - 1]->type) : otherwise;
}

/* Where the compiler places the variable of a type switch clause. */
Pos type_end(Node *type) {
  switch ((int)type->kind) {
  case NODE_SELECTOR: return ((SelectorExpr *)type)->x->pos;
  case NODE_PAREN: return type_end(((ParenExpr *)type)->x);
  case NODE_OPERATION: return type_end(((Operation *)type)->x);
  case NODE_ARRAY_TYPE: return type_end(((ArrayTypeExpr *)type)->elem);
  case NODE_CHAN_TYPE: return type_end(((ChanTypeExpr *)type)->elem);
  case NODE_DOTS_TYPE: return type_end(((DotsTypeExpr *)type)->elem);
  case NODE_MAP_TYPE: return type_end(((MapTypeExpr *)type)->value);
  case NODE_SLICE_TYPE: return type_end(((SliceTypeExpr *)type)->elem);
  case NODE_INTERFACE_TYPE: return last_field_end(((InterfaceTypeExpr *)type)->elems, type->pos);
  case NODE_FUNC_TYPE: {
    FuncTypeExpr *f = (FuncTypeExpr *)type;
    return last_field_end(f->results, last_field_end(f->params, type->pos));
  }
  case NODE_INDEX: {
    Node *index = ((IndexExpr *)type)->index;
    if (index->kind == NODE_LIST) {
      NodeList list = ((ListExpr *)index)->elems;
      index = list.items[list.len - 1];
    }
    return type_end(index);
  }
  default: return type->pos;
  }
}

void place_params(Lowering *low, Func *fn, const FieldNode *recv, const FuncTypeExpr *type) {
  if (!low->unit->profile->names_unplaced) return;
  Pos pos = recv ? type_end(recv->type) : type->node.pos;
  pos = last_field_end(type->results, last_field_end(type->params, pos));
  for (uint32_t i = 0; i < fn->param_len; i++) fn->params[i]->op.pos = xpos(pos);
  for (uint32_t i = 0; i < fn->result_len; i++) fn->results[i]->op.pos = xpos(pos);
}

static void lower_type_cases(Body *b, Op *op, CaseClause *clause, Type *iface) {
  NodeList cases = clause_cases(clause);
  for (uint32_t i = 0; i < cases.len; i++) {
    if (fact_mode(b, node_unparen(cases.items[i])) == MODE_NIL)
      op_list_push(b->unit, &op->list, op_nil(b->unit, XPOS_NONE, basic_type(b->low, BASIC_UNTYPED_NIL)));
    else
      op_list_push(b->unit, &op->list, lower_type_operand(b, cases.items[i], iface));
  }
}

static Op *lower_clause(Body *b, CaseClause *clause, Op *tag, Type *iface, Type *compare) {
  Op *op = op_new(b->unit, OP_CASE, xpos(clause->node.pos), NULL);
  NodeList cases = clause_cases(clause);
  if (iface) {
    lower_type_cases(b, op, clause, iface);
  } else {
    for (uint32_t i = 0; i < cases.len; i++)
      op_list_push(b->unit, &op->list, lower_convert(b, compare, cases.items[i], true));
  }
  Object *var = iface ? fact_implicit(b, &clause->node) : NULL;
  if (var) {
    Pos pos = cases.len ? type_end(cases.items[cases.len - 1]) : clause->node.pos;
    Type *type = read_type(b, var->type);
    Name *name = declare_local(b, pos, var->name, type, var);
    op->x = &name->op;
    name->defn = tag;
  }
  lower_stmts(b, clause->body, &op->list2);
  return op;
}

static Op *lower_guard(Body *b, TypeSwitchGuard *guard) {
  Op *op = op_new(b->unit, OP_TYPESW, xpos(guard->node.pos), NULL);
  if (guard->lhs) {
    Name *name =
        name_new(b->unit, CLASS_NONE, xpos(guard->lhs->node.pos), b->pkg, guard->lhs->name, NULL, b->fn);
    name->op.kind = OP_NONAME;
    op->guard = name;
  }
  op->x = lower_expr(b, guard->x);
  return op;
}

Node *switch_tag(Body *b, SwitchStmt *stmt, Clauses *clauses, Type **compare) {
  Node *tag = stmt->tag ? node_unparen(stmt->tag) : NULL;
  const Const *value = tag ? fact_const(b, tag) : const_make_bool(b->low->arena, true);
  Type *type = tag ? fact_type(b, tag) : basic_type(b->low, BASIC_BOOL);
  bool chan = is_kind(type, TYPE_CHAN);
  CaseClause *target;
  if (value && !b->low->in_place && constant_target(b, stmt, value, &target)) {
    CaseClause *only = arena_new_of(b->low->arena, CaseClause);
    if (target) {
      *only = *target;
      only->cases = NULL;
    }
    *clauses = (Clauses){arena_new_array(b->low->arena, CaseClause *, 1), target ? 1 : 0};
    clauses->items[0] = only;
    tag = NULL;
    type = basic_type(b->low, BASIC_BOOL);
  }
  *compare = chan || b->low->in_place ? type : comparison_type(b, *clauses, type);
  return tag;
}

static Op *lower_tag(Body *b, SwitchStmt *stmt, Clauses *clauses, Type **compare) {
  Node *tag = switch_tag(b, stmt, clauses, compare);
  Op *op = tag ? lower_convert(b, *compare, tag, true) : NULL;
  if (is_kind(*compare, TYPE_CHAN) || b->low->in_place) *compare = NULL; /* compared as they are */
  return op;
}

Op *lower_switch(Body *b, SwitchStmt *stmt, Atom label) {
  Op *init = lower_one(b, stmt->init);
  Op *op = op_new(b->unit, OP_SWITCH, xpos(stmt->node.pos), NULL);
  op->label = label;
  Clauses clauses = {stmt->clauses, stmt->clause_len};
  Type *iface = NULL, *compare = NULL;
  if (stmt->tag && stmt->tag->kind == NODE_TYPE_SWITCH_GUARD) {
    TypeSwitchGuard *guard = (TypeSwitchGuard *)stmt->tag;
    iface = fact_type(b, node_unparen(guard->x));
    op->x = lower_guard(b, guard);
  } else {
    op->x = lower_tag(b, stmt, &clauses, &compare);
  }
  for (uint32_t i = 0; i < clauses.len; i++)
    op_list_push(b->unit, &op->list, lower_clause(b, clauses.items[i], op->x, iface, compare));
  if (init) op_list_push(b->unit, op_own_init(b->unit, op), init);
  return op;
}

/* ---- selects ---- */

static Op *blank(Body *b) {
  Name *name = name_new(b->unit, CLASS_NONE, XPOS_NONE, NULL, intern(b->unit->session->interner, STR("_")),
                        NULL, NULL);
  return &name->op;
}

static Op *receive_into(Body *b, Op *from, Op *dst, Op *recv) {
  Op *op = op_new(b->unit, OP_SELRECV2, from->pos, NULL);
  op_list_push(b->unit, &op->lhs, dst);
  op_list_push(b->unit, &op->lhs, blank(b));
  op_list_push(b->unit, &op->rhs, recv);
  op->init = from->init;
  op->flags |= from->flags & OP_DEF;
  return op;
}

static void prepend(Body *b, OpList *list, Op *op) {
  OpList one = {0};
  op_list_push(b->unit, &one, op);
  op_list_prepend(b->unit, list, &one);
}

/* Gives a communication the one form that later passes know; moves what is left of an assignment into the body. */
static Op *finish_communication(Body *b, Pos pos, Op *comm, OpList *body) {
  if (comm->kind == OP_AS && !(comm->flags & OP_DEF) && comm->y->kind == OP_CONVIFACE) {
    Op *conv = comm->y, *recv = conv->x;
    Name *temp = temp_name(b, pos, recv->type);
    Op *as = op_assign(b->unit, xpos(pos), &temp->op, recv, true);
    op_list_push(b->unit, op_own_init(b->unit, as), make_dcl(b, pos, temp));
    conv->x = &temp->op;
    prepend(b, body, comm);
    comm = finish_stmt(b, as);
  }
  if (comm->kind == OP_AS2) {
    OpList init = take_init(comm->rhs.items[0]);
    prepend(b, body, comm);
    comm = init.items[0];
  }
  if (comm->kind == OP_AS) {
    Op *value = comm->y;
    if ((value->kind == OP_CONVNOP || value->kind == OP_CONVIFACE) && (value->flags & OP_IMPLICIT))
      value = value->x;
    return receive_into(b, comm, comm->x, value);
  }
  if (comm->kind == OP_AS2RECV) {
    comm->kind = OP_SELRECV2;
    return comm;
  }
  if (comm->kind == OP_RECV) return receive_into(b, comm, blank(b), comm);
  return comm;
}

Op *lower_select(Body *b, SelectStmt *stmt, Atom label) {
  Op *op = op_new(b->unit, OP_SELECT, xpos(stmt->node.pos), NULL);
  op->label = label;
  for (uint32_t i = 0; i < stmt->clause_len; i++) {
    CommClause *clause = stmt->clauses[i];
    Op *item = op_new(b->unit, OP_CASE, xpos(clause->node.pos), NULL);
    Op *comm = lower_one(b, clause->comm);
    lower_stmts(b, clause->body, &item->list2);
    if (comm) item->x = finish_communication(b, clause->node.pos, comm, &item->list2);
    op_list_push(b->unit, &op->list, item);
  }
  return op;
}
