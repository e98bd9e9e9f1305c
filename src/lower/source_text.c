/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Constants as they were written, for releases that keep the tree of a constant expression beside its value.
 *
 * In: a constant expression. Out: its text with the operators' own spacing: values of literals in the compiler's notation, names of
 * constants, operations with as many parentheses as they need.
 *
 * Go: cmd/compile/internal/gc/fmt.go, const.go (of Go 1.10 to 1.21)
 */
#include "lower/internal.h"

typedef struct SourcePrinter {
  Body *b;
  Buffer *out;
} SourcePrinter;

static void print_source(SourcePrinter *p, Node *node, int precedence);

static bool is_basic_lit(const Node *node) { return node->kind == NODE_BASIC_LIT; }

static void print_rune(Buffer *out, uint64_t rune) {
  if (rune >= ' ' && rune < 0x80 && rune != '\\' && rune != '\'')
    buffer_printf(out, "'%c'", (char)rune);
  else if (rune < 0x10000)
    buffer_printf(out, "'\\u%04x'", (unsigned)rune);
  else
    buffer_printf(out, "'\\U%08x'", (unsigned)rune);
}

static void print_basic_lit(SourcePrinter *p, Node *node) {
  const Const *value = fact_const(p->b, node);
  uint64_t rune;
  LitKind lit = ((BasicLit *)node)->lit;
  if (!value) return;
  if (lit == LIT_RUNE && const_uint64(value, &rune)) {
    print_rune(p->out, rune);
  } else if (lit == LIT_STRING) {
    text_quote(p->out, const_string(value));
  } else if (lit == LIT_IMAG) {
    const_print(p->out, const_imag(p->b->low->arena, value));
    buffer_char(p->out, 'i');
  } else {
    const_print(p->out, value);
  }
}

static void print_type_of(SourcePrinter *p, Node *node) {
  Type *t = fact_type(p->b, node_unparen(node));
  bool bare = t && (t->kind == TYPE_NAMED || t->kind == TYPE_BASIC || t->kind == TYPE_ALIAS);
  if (!bare) buffer_char(p->out, '(');
  type_text(p->out, p->b->unit, t, TYPE_TEXT_GO);
  if (!bare) buffer_char(p->out, ')');
}

static void print_call(SourcePrinter *p, CallExpr *call) {
  Node *fun = node_unparen(call->fun);
  if (fact_mode(p->b, fun) == MODE_TYPE)
    print_type_of(p, fun);
  else
    print_source(p, fun, 8);
  buffer_char(p->out, '(');
  for (uint32_t i = 0; i < call->args.len; i++) {
    if (i > 0) buffer_text(p->out, ", ");
    print_source(p, call->args.items[i], 0);
  }
  buffer_char(p->out, ')');
}

static OpKind operation_kind(const Operation *op) {
  if (op->y) return binary_op(op->op);
  if (op->op == OPERATOR_SUB) return OP_NEG;
  if (op->op == OPERATOR_ADD) return OP_PLUS;
  if (op->op == OPERATOR_NOT) return OP_NOT;
  if (op->op == OPERATOR_AND) return OP_ADDR;
  if (op->op == OPERATOR_MUL) return OP_DEREF;
  return OP_BITNOT;
}

static void print_operation(SourcePrinter *p, Operation *op, int precedence) {
  OpKind kind = operation_kind(op);
  int own = op_precedence(kind);
  if (precedence > own) buffer_char(p->out, '(');
  if (op->y) {
    print_source(p, op->x, own);
    buffer_printf(p->out, " %s ", op_text(kind));
    print_source(p, op->y, own + 1);
  } else {
    buffer_text(p->out, op_text(kind));
    Node *x = node_unparen(op->x);
    if (x->kind == NODE_OPERATION && operation_kind((Operation *)x) == kind) buffer_char(p->out, ' ');
    print_source(p, x, own + 1);
  }
  if (precedence > own) buffer_char(p->out, ')');
}

static void print_source(SourcePrinter *p, Node *node, int precedence) {
  node = node_unparen(node);
  if (is_basic_lit(node))
    print_basic_lit(p, node);
  else if (node->kind == NODE_CALL)
    print_call(p, (CallExpr *)node);
  else if (node->kind == NODE_OPERATION)
    print_operation(p, (Operation *)node, precedence);
  else
    node_print(p->out, node, true);
}

void remember_source(Body *b, Op *literal, Node *node) {
  Buffer text = {0};
  SourcePrinter p = {b, &text};
  print_source(&p, node, 0);
  literal->sym = intern(b->unit->session->interner, buffer_view(&text));
  buffer_free(&text);
  node = node_unparen(node);
  if (node->kind == NODE_OPERATION) literal->op2 = (uint16_t)operation_kind((Operation *)node);
}

bool has_line(const Body *b, Node *node) {
  node = node_unparen(node);
  const Instance *inst;
  if (node->kind == NODE_NAME || fact_object(b, node, &inst)) return false;
  return node->kind != NODE_SELECTOR || !fact_const(b, node);
}
