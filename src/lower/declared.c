/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How many names a body declares, for releases that declare them all while they parse and number temporaries behind them.
 *
 * In: a block. Out: the number of variables, constants and types in it; those of function literals are theirs.
 *
 * Go: cmd/compile/internal/gc/dcl.go (declare), gen.go (tempAt) (of Go 1.10 to 1.15)
 */
#include "lower/internal.h"

static uint32_t count_stmt(const Body *b, const Node *stmt);

static uint32_t count_name(const Body *b, const NameExpr *name) {
  return strcmp(name->name->text, "_") != 0 && fact_def(b, name) != NULL;
}

static uint32_t count_names(const Body *b, NameExpr *const *names, uint32_t len) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < len; i++) count += count_name(b, names[i]);
  return count;
}

static uint32_t count_defined(const Body *b, const Node *lhs) {
  if (!lhs) return 0;
  if (lhs->kind == NODE_NAME) return count_name(b, (const NameExpr *)lhs);
  uint32_t count = 0;
  if (lhs->kind == NODE_LIST)
    for (uint32_t i = 0; i < ((const ListExpr *)lhs)->elems.len; i++)
      count += count_defined(b, ((const ListExpr *)lhs)->elems.items[i]);
  return count;
}

static uint32_t count_stmts(const Body *b, NodeList stmts) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < stmts.len; i++) count += count_stmt(b, stmts.items[i]);
  return count;
}

static uint32_t count_block(const Body *b, const BlockStmt *block) {
  return block ? count_stmts(b, block->stmts) : 0;
}

static uint32_t count_decls(const Body *b, NodeList decls) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < decls.len; i++) {
    const Node *decl = decls.items[i];
    if (decl->kind == NODE_VAR_DECL)
      count += count_names(b, ((const VarDecl *)decl)->names, ((const VarDecl *)decl)->name_len);
    else if (decl->kind == NODE_CONST_DECL)
      count += count_names(b, ((const ConstDecl *)decl)->names, ((const ConstDecl *)decl)->name_len);
    else if (decl->kind == NODE_TYPE_DECL)
      count += count_name(b, ((const TypeDecl *)decl)->name);
  }
  return count;
}

/* A type switch declares its variable anew in each clause. */
static uint32_t count_switch(const Body *b, const SwitchStmt *stmt) {
  uint32_t count = count_stmt(b, stmt->init);
  for (uint32_t i = 0; i < stmt->clause_len; i++) {
    const CaseClause *clause = stmt->clauses[i];
    count += (fact_implicit(b, &clause->node) != NULL) + count_stmts(b, clause->body);
  }
  return count;
}

static uint32_t count_select(const Body *b, const SelectStmt *stmt) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < stmt->clause_len; i++)
    count += count_stmt(b, stmt->clauses[i]->comm) + count_stmts(b, stmt->clauses[i]->body);
  return count;
}

static uint32_t count_stmt(const Body *b, const Node *stmt) {
  if (!stmt) return 0;
  switch ((int)stmt->kind) {
  case NODE_BLOCK: return count_block(b, (const BlockStmt *)stmt);
  case NODE_LABELED: return count_stmt(b, ((const LabeledStmt *)stmt)->stmt);
  case NODE_DECL_STMT: return count_decls(b, ((const DeclStmt *)stmt)->decls);
  case NODE_ASSIGN:
    return ((const AssignStmt *)stmt)->define ? count_defined(b, ((const AssignStmt *)stmt)->lhs) : 0;
  case NODE_RANGE:
    return ((const RangeClause *)stmt)->define ? count_defined(b, ((const RangeClause *)stmt)->lhs) : 0;
  case NODE_IF: {
    const IfStmt *s = (const IfStmt *)stmt;
    return count_stmt(b, s->init) + count_block(b, s->then) + count_stmt(b, s->orelse);
  }
  case NODE_FOR: {
    const ForStmt *s = (const ForStmt *)stmt;
    return count_stmt(b, s->init) + count_stmt(b, s->post) + count_block(b, s->body);
  }
  case NODE_SWITCH: return count_switch(b, (const SwitchStmt *)stmt);
  case NODE_SELECT: return count_select(b, (const SelectStmt *)stmt);
  default: return 0;
  }
}

uint32_t count_declared(const Body *b, const BlockStmt *block) { return count_block(b, block); }
