/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which statements are terminating: after them a function needs no return.
 *
 * Go: cmd/compile/internal/types2/return.go
 */
#include "types/values.h"

static bool list_breaks(NodeList list, Str label, bool implicit);

/* Whether s contains a break out of the statement with the label, or (implicit) out of the innermost one around s. */
static bool stmt_breaks(const Node *s, Str label, bool implicit) {
  switch ((int)s->kind) {
  case NODE_LABELED: return stmt_breaks(((const LabeledStmt *)s)->stmt, label, implicit);
  case NODE_BRANCH: {
    const BranchStmt *b = (const BranchStmt *)s;
    if (b->branch != BRANCH_BREAK) return false;
    return b->label ? label.len > 0 && str_equal(atom_str(b->label->name), label) : implicit;
  }
  case NODE_BLOCK: return list_breaks(((const BlockStmt *)s)->stmts, label, implicit);
  case NODE_IF: {
    const IfStmt *i = (const IfStmt *)s;
    return stmt_breaks(&i->then->node, label, implicit) ||
           (i->orelse && stmt_breaks(i->orelse, label, implicit));
  }
  case NODE_SWITCH: {
    const SwitchStmt *w = (const SwitchStmt *)s;
    for (uint32_t i = 0; label.len > 0 && i < w->clause_len; i++) {
      if (list_breaks(w->clauses[i]->body, label, false)) return true;
    }
    return false;
  }
  case NODE_SELECT: {
    const SelectStmt *w = (const SelectStmt *)s;
    for (uint32_t i = 0; label.len > 0 && i < w->clause_len; i++) {
      if (list_breaks(w->clauses[i]->body, label, false)) return true;
    }
    return false;
  }
  case NODE_FOR: return label.len > 0 && stmt_breaks(&((const ForStmt *)s)->body->node, label, false);
  default: return false;
  }
}

static bool list_breaks(NodeList list, Str label, bool implicit) {
  for (uint32_t i = 0; i < list.len; i++) {
    if (stmt_breaks(list.items[i], label, implicit)) return true;
  }
  return false;
}

static bool list_terminates(Checker *check, NodeList list) {
  uint32_t n = list.len;
  while (n > 0 && list.items[n - 1]->kind == NODE_EMPTY) n--;
  return n > 0 && check_terminating(check, list.items[n - 1], (Str){0});
}

static bool clause_terminates(Checker *check, NodeList body, Str label) {
  return list_terminates(check, body) && !list_breaks(body, label, true);
}

static bool switch_terminates(Checker *check, const SwitchStmt *s, Str label) {
  bool has_default = false;
  for (uint32_t i = 0; i < s->clause_len; i++) {
    if (!s->clauses[i]->cases) has_default = true;
    if (!clause_terminates(check, s->clauses[i]->body, label)) return false;
  }
  return has_default;
}

static bool select_terminates(Checker *check, const SelectStmt *s, Str label) {
  for (uint32_t i = 0; i < s->clause_len; i++) {
    if (!clause_terminates(check, s->clauses[i]->body, label)) return false;
  }
  return true;
}

static bool is_panic_call(Checker *check, Node *e) {
  Node *call = node_unparen(e);
  return call->kind == NODE_CALL && check->env.panic_calls && map_find(check->env.panic_calls, map_key(call));
}

bool check_terminating(Checker *check, Node *s, Str label) {
  switch ((int)s->kind) {
  case NODE_LABELED: {
    LabeledStmt *l = (LabeledStmt *)s;
    return check_terminating(check, l->stmt, atom_str(l->label->name));
  }
  case NODE_EXPR_STMT: return is_panic_call(check, ((ExprStmt *)s)->x);
  case NODE_RETURN: return true;
  case NODE_BRANCH: {
    BranchKind kind = ((BranchStmt *)s)->branch;
    return kind == BRANCH_GOTO || kind == BRANCH_FALLTHROUGH;
  }
  case NODE_BLOCK: return list_terminates(check, ((BlockStmt *)s)->stmts);
  case NODE_IF: {
    IfStmt *i = (IfStmt *)s;
    return i->orelse && check_terminating(check, &i->then->node, (Str){0}) &&
           check_terminating(check, i->orelse, (Str){0});
  }
  case NODE_SWITCH: return switch_terminates(check, (SwitchStmt *)s, label);
  case NODE_SELECT: return select_terminates(check, (SelectStmt *)s, label);
  case NODE_FOR: {
    ForStmt *f = (ForStmt *)s;
    if (f->init && f->init->kind == NODE_RANGE) return false;
    return !f->cond && !stmt_breaks(&f->body->node, label, true);
  }
  default: return false;
  }
}
