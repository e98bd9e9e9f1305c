/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Function bodies and statements.
 *
 * In: a body and the signature of its function. Out: facts about its nodes; errors. Labels and the places of break, continue,
 * goto and fallthrough are verified by the parser, as in the compiler.
 *
 * Go: cmd/compile/internal/types2/stmt.go
 */
#include "types/values.h"

#include <stdlib.h>

/* ---- bodies ---- */

void check_func_body(Checker *check, DeclInfo *decl, const char *name, Type *signature, BlockStmt *body,
                     Const *iota_value) {
  (void)name;
  Environment outer = check->env;
  check->env = (Environment){
      .decl = decl,
      .scope = signature->u.signature.scope,
      .file = outer.file,
      .lang = outer.lang,
      .iota_value = iota_value,
      .signature = signature,
  };
  for (uint32_t i = 0; i < body->stmts.len; i++) check_stmt(check, body->stmts.items[i]);
  if (signature->u.signature.results->u.tuple.vars.len > 0 &&
      !check_terminating(check, &body->node, (Str){0}))
    check_error(check, body->rbrace, "missing return");
  check_usage(check, signature->u.signature.scope);
  check->env = outer;
}

static int compare_positions(const void *a, const void *b) {
  return pos_compare((*(Object *const *)a)->pos, (*(Object *const *)b)->pos);
}

void check_usage(Checker *check, Scope *scope) {
  VEC(Object *) unused = {0};
  for (uint32_t i = 0; i < scope->objects.len; i++) {
    Object *v = scope->objects.items[i];
    if (v->kind != OBJECT_VAR || v->used) continue;
    VarRole role = v->u.var.role;
    if (role != VAR_RECV && role != VAR_PARAM && role != VAR_RESULT) vec_push(check->scratch, &unused, v);
  }
  if (unused.len > 1) qsort(unused.items, unused.len, sizeof *unused.items, compare_positions);
  for (uint32_t i = 0; i < unused.len; i++)
    check_soft_error(check, unused.items[i]->pos, "declared and not used: %s",
                     atom_text(unused.items[i]->name));
  for (uint32_t i = 0; i < scope->children.len; i++) { /* function literals do it themselves */
    if (!scope->children.items[i]->is_func) check_usage(check, scope->children.items[i]);
  }
}

static void stmt_list(Checker *check, NodeList list) {
  for (uint32_t i = 0; i < list.len; i++) check_stmt(check, list.items[i]);
}

static void optional_stmt(Checker *check, Node *s) {
  if (s) check_stmt(check, s);
}

/* ---- simple statements ---- */

static void expr_stmt(Checker *check, ExprStmt *s) {
  Operand x;
  ExprKind kind = check_raw_expr(check, NULL, &x, s->x, NULL, false);
  const char *problem;
  if (x.mode == MODE_BUILTIN)
    problem = "must be called";
  else if (x.mode == MODE_TYPE)
    problem = "is not an expression";
  else if (kind == EXPR_STATEMENT)
    return;
  else
    problem = "is not used";
  operand_error(check, &x, "%s %s", text_operand(check, &x), problem);
}

static void send_stmt(Checker *check, SendStmt *s) {
  Operand channel, value;
  check_expr(check, NULL, &channel, s->chan);
  check_generic_expr(check, &value, s->value);
  if (!operand_valid(&channel) || !operand_valid(&value)) return;
  Type *elem = channel_elem(check, error_pos(&s->node), &channel, false);
  if (elem) check_assignment(check, &value, elem, "send");
}

static void increment_stmt(Checker *check, AssignStmt *s) {
  Operand x;
  check_expr(check, NULL, &x, s->lhs);
  if (!operand_valid(&x)) return;
  if (!type_all_numeric(check->universe, x.type)) {
    const char *op = operator_text(s->op);
    check_error(check, error_pos(s->lhs), "invalid operation: %s%s%s (non-numeric type %s)",
                text_expr(check, s->lhs), op, op, text_type(check, x.type));
    return;
  }
  assign_var(check, s->lhs, NULL, &x, "assignment");
}

static void assign_stmt(Checker *check, AssignStmt *s) {
  if (!s->rhs) {
    increment_stmt(check, s);
    return;
  }
  NodeList lhs = node_elements(&s->lhs), rhs = node_elements(&s->rhs);
  if (s->define) {
    short_var_decl(check, s->node.pos, lhs, rhs);
  } else if (s->op == OPERATOR_NONE) {
    assign_vars(check, lhs, rhs);
  } else if (lhs.len != 1 || rhs.len != 1) {
    check_error(check, error_pos(&s->node), "assignment operation %s requires single-valued expressions",
                operator_text(s->op));
  } else {
    Operand x;
    check->env.assignment_pos = s->node.pos;
    binary_expr(check, &x, NULL, lhs.items[0], rhs.items[0], s->op);
    assign_var(check, lhs.items[0], NULL, &x, "assignment");
  }
}

static void call_stmt(Checker *check, CallStmt *s) {
  const char *keyword = s->node.kind == NODE_DEFER ? "defer" : "go";
  if (s->call->kind != NODE_CALL) {
    check_error(check, error_pos(s->call), "expression in %s must be function call", keyword);
    check_use(check, node_elements(&s->call));
    return;
  }
  Operand x;
  ExprKind kind = check_raw_expr(check, NULL, &x, s->call, NULL, false);
  if (kind == EXPR_STATEMENT) return;
  operand_error(check, &x, "%s %s %s", keyword,
                kind == EXPR_CONVERSION ? "requires function call, not conversion" : "discards result of",
                text_operand(check, &x));
}

static void return_stmt(Checker *check, ReturnStmt *s) {
  ObjectList results = check->env.signature->u.signature.results->u.tuple.vars;
  NodeList values = node_elements(&s->results);
  bool named = results.len > 0 && results.items[0]->name && results.items[0]->name->len > 0;
  if (values.len > 0 || !named) {
    check_init_vars(check, results, values, &s->node);
    return;
  }
  for (uint32_t i = 0; i < results.len; i++) {
    Object *inner = check_lookup(check, results.items[i]->name, NULL);
    if (!inner || inner == results.items[i]) continue;
    check_error(check, error_pos(&s->node),
                "result parameter %s not in scope at return\n\t%s: inner declaration of %s",
                atom_text(results.items[i]->name), text_pos(check, inner->pos), text_object(check, inner));
  }
}

/* ---- if, for, select ---- */

static void condition(Checker *check, Node *cond, const char *what) {
  Operand x;
  check_expr(check, NULL, &x, cond);
  if (operand_valid(&x) && !type_all_boolean(check->universe, x.type))
    check_error(check, error_pos(cond), "non-boolean condition in %s statement", what);
}

static void if_stmt(Checker *check, IfStmt *s) {
  check_open_scope(check, &s->node);
  optional_stmt(check, s->init);
  condition(check, s->cond, "if");
  check_stmt(check, &s->then->node);
  optional_stmt(check, s->orelse);
  check_close_scope(check);
}

static void for_stmt(Checker *check, ForStmt *s) {
  if (s->init && s->init->kind == NODE_RANGE) {
    range_stmt(check, s, (RangeClause *)s->init);
    return;
  }
  check_open_scope(check, &s->node);
  optional_stmt(check, s->init);
  if (s->cond) condition(check, s->cond, "for");
  optional_stmt(check, s->post);
  check_stmt(check, &s->body->node);
  check_close_scope(check);
}

/* The communication of a select case: a send, or a receive, possibly assigned. */
static bool is_communication(const Node *comm) {
  if (!comm || comm->kind == NODE_SEND) return true;
  Node *rhs = NULL;
  if (comm->kind == NODE_ASSIGN) rhs = ((const AssignStmt *)comm)->rhs;
  if (comm->kind == NODE_EXPR_STMT) rhs = ((const ExprStmt *)comm)->x;
  if (!rhs) return false;
  const Operation *o = (const Operation *)node_unparen(rhs);
  return o->node.kind == NODE_OPERATION && !o->y && o->op == OPERATOR_RECV;
}

static void multiple_defaults(Checker *check, Node *clause, bool is_default, Node **first) {
  if (!is_default) return;
  if (*first)
    check_error(check, error_pos(clause), "multiple defaults (first at %s)", text_pos(check, (*first)->pos));
  else
    *first = clause;
}

static void select_stmt(Checker *check, SelectStmt *s) {
  Node *first = NULL;
  for (uint32_t i = 0; i < s->clause_len; i++)
    multiple_defaults(check, &s->clauses[i]->node, !s->clauses[i]->comm, &first);
  for (uint32_t i = 0; i < s->clause_len; i++) {
    CommClause *clause = s->clauses[i];
    if (!is_communication(clause->comm)) {
      check_error(check, error_pos(clause->comm),
                  "select case must be send or receive (possibly with assignment)");
      continue;
    }
    check_open_scope(check, &clause->node);
    optional_stmt(check, clause->comm);
    stmt_list(check, clause->body);
    check_close_scope(check);
  }
}

/* ---- expression switches ---- */

static void case_value(Checker *check, Operand *x, Node *e, ConstSet *seen) {
  Operand v;
  check_expr(check, NULL, &v, e);
  if (!operand_valid(x) || !operand_valid(&v)) return;
  check_convert_untyped(check, &v, x->type);
  if (!operand_valid(&v)) return;
  Operand result = v;
  comparison(check, &result, x, OPERATOR_EQL, true); /* v first: errors are at the case */
  if (!operand_valid(&result) || !operand_is_const(&v)) return;
  ConstKind kind = const_kind(v.value);
  if (kind != CONST_INT && kind != CONST_FLOAT && kind != CONST_STRING) return;
  ConstEntry *previous = const_set_add(check->scratch, seen, v.value, v.type, v.expr->pos, true);
  if (!previous) return;
  operand_error(check, &v, "duplicate case %s in expression switch\n\t%s: previous case",
                text_operand(check, &v), text_pos(check, previous->pos));
}

static void switch_tag(Checker *check, Operand *x, SwitchStmt *s) {
  if (!s->tag) {
    Pos pos = s->clause_len > 0 ? s->clauses[0]->node.pos : s->rbrace;
    *x = (Operand){.mode = MODE_CONSTANT,
                   .expr = placeholder_name(check, pos, "true"),
                   .type = basic_type(check, BASIC_BOOL),
                   .value = const_make_bool(check->arena, true)};
    return;
  }
  check_expr(check, NULL, x, s->tag);
  check_assignment(check, x, NULL, "switch expression"); /* as to an invisible variable */
  if (!operand_valid(x) || type_comparable(x->type) || type_has_nil(check->universe, x->type)) return;
  operand_error(check, x, "cannot switch on %s (%s is not comparable)", text_operand(check, x),
                text_type(check, x->type));
  operand_invalidate(x);
}

static void expression_switch(Checker *check, SwitchStmt *s) {
  Operand x;
  switch_tag(check, &x, s);
  Node *first = NULL;
  for (uint32_t i = 0; i < s->clause_len; i++)
    multiple_defaults(check, &s->clauses[i]->node, !s->clauses[i]->cases, &first);
  ConstSet seen = {0};
  for (uint32_t i = 0; i < s->clause_len; i++) {
    CaseClause *clause = s->clauses[i];
    NodeList values = node_elements(&clause->cases);
    for (uint32_t j = 0; j < values.len; j++) case_value(check, &x, values.items[j], &seen);
    check_open_scope(check, &clause->node);
    stmt_list(check, clause->body);
    check_close_scope(check);
  }
}

/* ---- type switches ---- */

typedef struct SeenType {
  Type *type; /* NULL: nil */
  Node *expr;
  struct SeenType *next; /* same hash */
} SeenType;

static bool is_nil_name(Checker *check, Node *e) {
  Node *inner = node_unparen(e);
  if (inner->kind != NODE_NAME) return false;
  Object *object = check_lookup(check, ((NameExpr *)inner)->name, NULL);
  return object && object->kind == OBJECT_NIL;
}

/* Whether the case is new; a repeated one is reported. */
static bool see_type(Checker *check, Map *seen, Type *t, Node *e) {
  uint64_t *slot = map_put(seen, t ? type_hash(t) + UINT64_C(1) : 0);
  SeenType *first = (SeenType *)(uintptr_t)*slot;
  for (SeenType *s = first; s; s = s->next) {
    if (t ? !s->type || !type_identical(t, s->type) : s->type != NULL) continue;
    check_error(check, error_pos(e), "duplicate case %s in type switch\n\t%s: previous case",
                t ? text_type(check, t) : "nil", text_pos(check, error_pos(s->expr)));
    return false;
  }
  SeenType *entry = arena_new_of(check->scratch, SeenType);
  *entry = (SeenType){t, e, first};
  *slot = map_key(entry);
  return true;
}

/* The type of the guard's variable in the clause. x: what is switched on, or NULL if that is invalid. */
static Type *case_types(Checker *check, Operand *x, NodeList types, Map *seen) {
  Type *t = NULL;
  for (uint32_t i = 0; i < types.len; i++) {
    Node *e = types.items[i];
    if (is_nil_name(check, e)) {
      Operand ignored;
      t = NULL;
      check_expr(check, NULL, &ignored, e);
    } else {
      t = check_var_type(check, e);
      if (!type_valid(t)) continue;
    }
    if (see_type(check, seen, t, e) && x && t) type_assertion(check, e, x, t, true);
  }
  if (types.len == 1 && t) return t;
  return x ? x->type : type_invalid(check->universe);
}

/* Evaluates what is switched on; false: invalid. */
static bool type_switch_operand(Checker *check, Operand *x, TypeSwitchGuard *guard) {
  check_expr(check, NULL, x, guard->x);
  if (!operand_valid(x)) return false;
  if (is_type_param(x->type)) {
    operand_error(check, x, "cannot use type switch on type parameter value %s", text_operand(check, x));
    return false;
  }
  if (type_is_interface(x->type)) return true;
  operand_error(check, x, "%s is not an interface", text_operand(check, x));
  return false;
}

static void type_switch(Checker *check, SwitchStmt *s, TypeSwitchGuard *guard) {
  NameExpr *lhs = guard->lhs;
  if (lhs && str_equal(atom_str(lhs->name), STR("_"))) {
    check_soft_error(check, error_pos(&lhs->node), "no new variable on left side of :=");
    lhs = NULL;
  } else if (lhs) {
    record_def(check, lhs, NULL); /* each clause has its own variable */
  }
  Operand x;
  Operand *sx = type_switch_operand(check, &x, guard) ? &x : NULL;
  Node *first = NULL;
  for (uint32_t i = 0; i < s->clause_len; i++)
    multiple_defaults(check, &s->clauses[i]->node, !s->clauses[i]->cases, &first);
  Object **vars = arena_new_array(check->arena, Object *, s->clause_len);
  Map seen = map_in(check->scratch);
  for (uint32_t i = 0; i < s->clause_len; i++) {
    CaseClause *clause = s->clauses[i];
    Type *t = case_types(check, sx, node_elements(&clause->cases), &seen);
    check_open_scope(check, &clause->node);
    if (lhs) {
      vars[i] = object_new_var(check->universe, VAR_LOCAL, check->pkg, lhs->node.pos, lhs->name, t);
      declare_object(check, check->env.scope, NULL, vars[i]);
      record_implicit(check, &clause->node, vars[i]);
    }
    stmt_list(check, clause->body);
    check_close_scope(check);
  }
  if (!lhs) return;
  bool used = false; /* one used variable is enough */
  for (uint32_t i = 0; i < s->clause_len; i++) {
    used = used || vars[i]->used;
    vars[i]->used = true;
  }
  if (!used) check_soft_error(check, error_pos(&lhs->node), "%s declared and not used", atom_text(lhs->name));
}

static void switch_stmt(Checker *check, SwitchStmt *s) {
  check_open_scope(check, &s->node);
  optional_stmt(check, s->init);
  if (s->tag && s->tag->kind == NODE_TYPE_SWITCH_GUARD)
    type_switch(check, s, (TypeSwitchGuard *)s->tag);
  else
    expression_switch(check, s);
  check_close_scope(check);
}

/* ---- dispatch ---- */

static void block_stmt(Checker *check, BlockStmt *s) {
  check_open_scope(check, &s->node);
  stmt_list(check, s->stmts);
  check_close_scope(check);
}

void check_stmt(Checker *check, Node *s) {
  uint32_t delayed = check->delayed.len;
  switch ((int)s->kind) {
  case NODE_EMPTY:
  case NODE_BRANCH: break;
  case NODE_BLOCK: block_stmt(check, (BlockStmt *)s); break;
  case NODE_LABELED: check_stmt(check, ((LabeledStmt *)s)->stmt); break;
  case NODE_EXPR_STMT: expr_stmt(check, (ExprStmt *)s); break;
  case NODE_SEND: send_stmt(check, (SendStmt *)s); break;
  case NODE_DECL_STMT: check_decl_stmt(check, ((DeclStmt *)s)->decls); break;
  case NODE_ASSIGN: assign_stmt(check, (AssignStmt *)s); break;
  case NODE_GO:
  case NODE_DEFER: call_stmt(check, (CallStmt *)s); break;
  case NODE_RETURN: return_stmt(check, (ReturnStmt *)s); break;
  case NODE_IF: if_stmt(check, (IfStmt *)s); break;
  case NODE_FOR: for_stmt(check, (ForStmt *)s); break;
  case NODE_SWITCH: switch_stmt(check, (SwitchStmt *)s); break;
  case NODE_SELECT: select_stmt(check, (SelectStmt *)s); break;
  default: check_error(check, error_pos(s), "invalid syntax tree: invalid statement"); break;
  }
  check_process_delayed(check, delayed); /* function literals see the scope of their statement */
}
