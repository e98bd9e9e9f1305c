/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is known about syntax nodes, and which statements and conditions the compiler never writes.
 *
 * In:  nodes of the tree (facts in Info) and synthetic ones of rangefunc.c (facts in low->facts, id 0).
 * Idea: trees are immutable, so a simplified condition is remembered as a replacement of its operation node.
 *
 * Go: cmd/compile/internal/noder/writer.go
 */
#include "lower/internal.h"

Fact *fact_make(Lowering *low, const Node *node) {
  Fact *fact = arena_new_of(low->arena, Fact);
  map_set_ptr(&low->facts, node, fact);
  return fact;
}

Fact *fact_find(const Body *b, const Node *node) {
  return node->id == 0 ? map_get_ptr(&b->low->facts, node) : NULL;
}

ExprFacts expr_facts(const Body *b, const Node *node) {
  if (node->id == 0) {
    Fact *fact = fact_find(b, node);
    return fact ? (ExprFacts){fact->type, fact->value, fact->mode} : (ExprFacts){NULL, NULL, MODE_INVALID};
  }
  const NodeFact *fact = info_fact(b->info, node);
  if (!fact) return (ExprFacts){NULL, NULL, MODE_INVALID};
  Type *type = fact->flags & FACT_INSTANCE ? ((const InstanceFact *)fact->more)->instance.type : fact->type;
  return (ExprFacts){type, fact->value, (ValueMode)fact->mode};
}

Type *fact_type(const Body *b, const Node *node) {
  if (node->id == 0) {
    Fact *fact = fact_find(b, node);
    return fact ? fact->type : NULL;
  }
  const NodeFact *fact = info_fact(b->info, node);
  if (!fact) return NULL;
  return fact->flags & FACT_INSTANCE ? ((const InstanceFact *)fact->more)->instance.type : fact->type;
}

const Const *fact_const(const Body *b, const Node *node) {
  if (node->id == 0) {
    Fact *fact = fact_find(b, node);
    return fact ? fact->value : NULL;
  }
  return info_const(b->info, node);
}

ValueMode fact_mode(const Body *b, const Node *node) {
  if (node->id == 0) {
    Fact *fact = fact_find(b, node);
    return fact ? fact->mode : MODE_INVALID;
  }
  return info_mode(b->info, node);
}

Object *fact_def(const Body *b, const NameExpr *name) {
  if (name->node.id == 0) {
    Fact *fact = fact_find(b, &name->node);
    return fact ? fact->def : NULL;
  }
  return info_def(b->info, name);
}

Object *fact_use(const Body *b, const NameExpr *name) {
  if (name->node.id == 0) {
    Fact *fact = fact_find(b, &name->node);
    return fact ? fact->use : NULL;
  }
  return info_use(b->info, name);
}

const Selection *fact_selection(const Body *b, const SelectorExpr *selector) {
  return selector->node.id == 0 ? NULL : info_selection(b->info, selector);
}

const Instance *fact_instance(const Body *b, const NameExpr *name) {
  return name->node.id == 0 ? NULL : info_instance(b->info, name);
}

Object *fact_implicit(const Body *b, const Node *node) {
  if (node->id == 0) {
    Fact *fact = fact_find(b, node);
    return fact ? fact->def : NULL;
  }
  return info_implicit(b->info, node);
}

bool object_is_global(const Object *object) {
  if (!object->pkg) return true;
  return object->parent == object->pkg->scope;
}

static bool mode_is_value(ValueMode mode) {
  return mode == MODE_CONSTANT || mode == MODE_VARIABLE || mode == MODE_MAP_INDEX || mode == MODE_VALUE ||
         mode == MODE_NIL || mode == MODE_COMMA_OK || mode == MODE_COMMA_ERROR || mode == MODE_CGO_FUNC;
}

static bool is_package_qualified(const Body *b, const SelectorExpr *selector) {
  if (selector->x->kind != NODE_NAME) return false;
  Object *object = fact_use(b, (const NameExpr *)selector->x);
  return object && object->kind == OBJECT_PACKAGE_NAME;
}

Object *fact_object(const Body *b, Node *node, const Instance **inst) {
  *inst = NULL;
  if (node->kind == NODE_INDEX) {
    IndexExpr *index = (IndexExpr *)node;
    if (index->index->kind != NODE_LIST && mode_is_value(fact_mode(b, index->index))) return NULL;
    node = index->x;
  }
  if (node->kind == NODE_SELECTOR) {
    SelectorExpr *selector = (SelectorExpr *)node;
    if (!is_package_qualified(b, selector)) return NULL;
    node = &selector->sel->node;
  }
  if (node->kind != NODE_NAME) return NULL;
  if (node->id == 0) return fact_use(b, (NameExpr *)node);
  const NodeFact *fact = info_fact(b->info, node);
  if (!fact) return NULL;
  if (fact->flags & FACT_INSTANCE) *inst = &((const InstanceFact *)fact->more)->instance;
  return fact_used_object(fact);
}

Node *node_current(const Body *b, Node *node) {
  for (;;) {
    node = node_unparen(node);
    Node *simpler = node->kind == NODE_OPERATION ? map_get_ptr(&b->low->replaced, node) : NULL;
    if (!simpler) return node;
    node = simpler;
  }
}

/* The operand as a position of its own: what stands there now. */
static Node *replaced_once(const Body *b, Node *node) {
  for (;;) {
    Node *simpler = node->kind == NODE_OPERATION ? map_get_ptr(&b->low->replaced, node) : NULL;
    if (!simpler) return node;
    node = simpler;
  }
}

static void replace(Body *b, Node **cond, Node *with) {
  map_set_ptr(&b->low->replaced, *cond, with);
  *cond = replaced_once(b, with);
}

int static_bool(Body *b, Node **cond) {
  *cond = replaced_once(b, *cond);
  if (b->low->in_place) *cond = replaced_once(b, node_unparen(*cond));
  const Const *value = fact_const(b, *cond);
  if (value && const_kind(value) == CONST_BOOL) return const_bool(value) ? +1 : -1;
  if ((*cond)->kind != NODE_OPERATION) return 0;
  Operation *op = (Operation *)*cond;
  Node *x = op->x, *y = op->y;
  if (op->op == OPERATOR_NOT) return static_bool(b, &x); /* sic: the compiler does not negate here */
  if (op->op != OPERATOR_ANDAND && op->op != OPERATOR_OROR) return 0;
  int decisive = op->op == OPERATOR_ANDAND ? -1 : +1;
  int left = static_bool(b, &x);
  if (left == decisive) {
    replace(b, cond, x);
    return left;
  }
  int right = static_bool(b, &y);
  bool by_right = right == decisive && !b->low->in_place; /* older releases look at the left side only */
  if (left == -decisive || by_right) {
    if (fact_const(b, x)) replace(b, cond, y);
    return right;
  }
  return 0;
}

bool fact_is_builtin(const Body *b, Node *node, BuiltinId id) {
  node = node_unparen(node);
  if (node->kind != NODE_NAME || fact_mode(b, node) != MODE_BUILTIN) return false;
  Object *object = fact_use(b, (NameExpr *)node);
  return object && object->kind == OBJECT_BUILTIN && object->u.builtin.id == id;
}

static Node *last_statement(NodeList stmts) {
  for (uint32_t i = stmts.len; i > 0; i--)
    if (stmts.items[i - 1]->kind != NODE_EMPTY) return stmts.items[i - 1];
  return NULL;
}

bool statement_terminates(Body *b, Node *stmt) {
  if (!stmt) return false;
  switch ((int)stmt->kind) {
  case NODE_BRANCH: return ((BranchStmt *)stmt)->branch == BRANCH_GOTO;
  case NODE_RETURN: return true;
  case NODE_EXPR_STMT: {
    Node *x = node_unparen(((ExprStmt *)stmt)->x);
    return x->kind == NODE_CALL && fact_is_builtin(b, ((CallExpr *)x)->fun, BUILTIN_PANIC);
  }
  case NODE_IF: {
    IfStmt *s = (IfStmt *)stmt;
    Node *cond = s->cond;
    int known = static_bool(b, &cond);
    return (known < 0 || statement_terminates(b, &s->then->node)) &&
           (known > 0 || statement_terminates(b, s->orelse));
  }
  case NODE_BLOCK: return statement_terminates(b, last_statement(((BlockStmt *)stmt)->stmts));
  default: return false;
  }
}
