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

static bool is_string_lit(const Node *node) {
  return node->kind == NODE_BASIC_LIT && ((const BasicLit *)node)->lit == LIT_STRING;
}

static bool is_sum(const Node *node) {
  return node->kind == NODE_OPERATION && ((const Operation *)node)->op == OPERATOR_ADD &&
         ((const Operation *)node)->y;
}

bool sum_joins_literal(const Operation *sum) {
  const Node *x = sum->x;
  if (sum->op != OPERATOR_ADD || !sum->y || !is_string_lit(sum->y)) return false;
  return is_string_lit(x) || (is_sum(x) && is_string_lit(((const Operation *)x)->y));
}

Pos written_pos(const Body *b, Node *node) {
  node = node_unparen(node);
  while (b->low->in_place && is_sum(node) && sum_joins_literal((Operation *)node))
    node = ((Operation *)node)->x;
  return node->pos;
}

bool is_untyped_source(const Body *b, Node *node) {
  node = node_unparen(node);
  const Instance *inst;
  Object *object = fact_object(b, node, &inst);
  if (object) return object->kind == OBJECT_CONST && is_untyped(object->type);
  if (node->kind == NODE_OPERATION) {
    const Operation *op = (Operation *)node;
    bool shift = op->op == OPERATOR_SHL || op->op == OPERATOR_SHR;
    return is_untyped_source(b, op->x) && (!op->y || shift || is_untyped_source(b, op->y));
  }
  return node->kind == NODE_BASIC_LIT;
}

/* ---- texts ---- */

static void print_string(Buffer *out, const Body *b, Type *type, Str value) {
  if (type) {
    type_text(out, b->unit, type, TYPE_TEXT_GO);
    buffer_char(out, '(');
  }
  text_quote(out, value);
  if (type) buffer_char(out, ')');
}

static void print_rune(Buffer *out, uint64_t rune) {
  if (rune >= ' ' && rune < 0x80 && rune != '\\' && rune != '\'')
    buffer_printf(out, "'%c'", (char)rune);
  else if (rune < 0x10000)
    buffer_printf(out, "'\\u%04x'", (unsigned)rune);
  else
    buffer_printf(out, "'\\U%08x'", (unsigned)rune);
}

static void print_basic_lit(SourcePrinter *p, Node *node) {
  Arena *arena = p->b->low->arena;
  LitKind lit = ((BasicLit *)node)->lit;
  const Const *value = const_from_literal(arena, lit, ((BasicLit *)node)->source);
  uint64_t rune;
  if (!value) return;
  switch (lit) {
  case LIT_RUNE:
    if (const_uint64(value, &rune)) print_rune(p->out, rune);
    break;
  case LIT_STRING: text_quote(p->out, const_string(value)); break;
  case LIT_IMAG:
    value = const_imag(arena, value);
    const_print(p->out, const_to_kind(arena, value, CONST_FLOAT));
    if (const_sign(value) != 0) buffer_char(p->out, 'i');
    break;
  case LIT_FLOAT: const_print(p->out, const_to_kind(arena, value, CONST_FLOAT)); break;
  case LIT_INT: const_print(p->out, value); break;
  }
}

static void print_type_of(SourcePrinter *p, Node *node) {
  Type *t = fact_type(p->b, node_unparen(node));
  bool bare = t && (t->kind == TYPE_NAMED || t->kind == TYPE_BASIC || t->kind == TYPE_ALIAS);
  if (!bare) buffer_char(p->out, '(');
  type_text(p->out, p->b->unit, t, TYPE_TEXT_GO);
  if (!bare) buffer_char(p->out, ')');
}

/* In unsafe.Sizeof(T{}). */
static void print_literal_type(SourcePrinter *p, Node *node) {
  type_text(p->out, p->b->unit, fact_type(p->b, node), TYPE_TEXT_GO);
  buffer_text(p->out, " literal");
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
    print_source(p, op->x, own + 1);
  }
  if (precedence > own) buffer_char(p->out, ')');
}

/* A sum of strings is one string; if it has a type, that shows. */
static bool is_folded(const Body *b, const Node *node) {
  return is_sum(node) && const_kind(fact_const(b, node)) == CONST_STRING;
}

static void print_folded(SourcePrinter *p, Node *node) {
  Type *type = is_untyped_source(p->b, node) ? NULL : fact_type(p->b, node);
  print_string(p->out, p->b, type, const_string(fact_const(p->b, node)));
}

/* Embedded fields that were left out show. */
static void print_selector(SourcePrinter *p, SelectorExpr *selector) {
  const Selection *selection = fact_selection(p->b, selector);
  if (!p->b->low->in_place || !selection || selection->kind != SELECT_FIELD) {
    node_print(p->out, &selector->node, true);
    return;
  }
  print_source(p, selector->x, 8);
  Type *t = selection->recv;
  for (uint32_t i = 0; i < selection->path_len; i++) {
    const Object *field = struct_field(deref(type_unalias(t)), selection->path[i]);
    buffer_printf(p->out, ".%s", atom_text(field->name));
    t = field->type;
  }
}

static void print_source(SourcePrinter *p, Node *node, int precedence) {
  node = node_unparen(node);
  const Instance *inst;
  Object *object = fact_object(p->b, node, &inst);
  if (object)
    object_name_print(p->out, p->b->unit, object);
  else if (node->kind == NODE_BASIC_LIT)
    print_basic_lit(p, node);
  else if (node->kind == NODE_COMPOSITE_LIT)
    print_literal_type(p, node);
  else if (is_folded(p->b, node))
    print_folded(p, node);
  else if (node->kind == NODE_CALL)
    print_call(p, (CallExpr *)node);
  else if (node->kind == NODE_OPERATION)
    print_operation(p, (Operation *)node, precedence);
  else if (node->kind == NODE_SELECTOR)
    print_selector(p, (SelectorExpr *)node);
  else
    node_print(p->out, node, true);
}

/* The checker leaves the operands where they were when it makes a string out of a sum. */
static uint32_t count_operands(Node *node) {
  node = node_unparen(node);
  if (!is_sum(node)) return 0;
  Operation *sum = (Operation *)node;
  if (sum_joins_literal(sum)) return count_operands(sum->x);
  return 2 + count_operands(sum->x) + count_operands(sum->y);
}

void remember_source(Body *b, Op *literal, Node *node) {
  Buffer text = {0};
  SourcePrinter p = {b, &text};
  print_source(&p, node, 0);
  literal->sym = intern(b->unit->session->interner, buffer_view(&text));
  buffer_free(&text);
  node = node_unparen(node);
  if (b->low->in_place && const_kind(literal->lit) == CONST_STRING) literal->below = count_operands(node);
  const Instance *inst;
  if (fact_object(b, node, &inst))
    literal->op2 = OP_NAME;
  else if (node->kind == NODE_OPERATION && !is_folded(b, node))
    literal->op2 = (uint16_t)operation_kind((Operation *)node);
}

static void put_joined(Buffer *out, const Body *b, const Operation *sum) {
  if (sum_joins_literal(sum)) put_joined(out, b, (const Operation *)sum->x);
  buffer_str(out, const_string(fact_const(b, sum->y)));
}

Op *lower_joined(Body *b, const Operation *sum) {
  const Operation *first = sum;
  while (sum_joins_literal(first)) first = (const Operation *)first->x;
  Op *literal = lower_expr(b, first->y);
  Buffer value = {0}, shown = {0};
  put_joined(&value, b, sum);
  print_string(&shown, b, NULL, buffer_view(&value));
  literal->lit = const_make_string(b->low->arena, arena_str(b->low->arena, buffer_view(&value)));
  literal->sym = intern(b->unit->session->interner, buffer_view(&shown));
  buffer_free(&value);
  buffer_free(&shown);
  return literal;
}

/* The first one's name stays, whatever it stands for now. */
static Op *join_pair(Body *b, Type *type, Op *x, const Op *y) {
  Buffer text = {0};
  buffer_str(&text, const_string(x->lit));
  buffer_str(&text, const_string(y->lit));
  Str value = arena_str(b->low->arena, buffer_view(&text));
  Op *joined = op_literal(b->unit, x->pos, type, const_make_string(b->low->arena, value));
  joined->sym = x->sym;
  joined->op2 = x->op2;
  joined->below = x->below;
  if (x->op2 != OP_NAME) {
    Buffer shown = {0};
    print_string(&shown, b, type, value);
    joined->sym = intern(b->unit->session->interner, buffer_view(&shown));
    buffer_free(&shown);
  }
  buffer_free(&text);
  return joined;
}

void join_literals(Body *b, Op *sum) {
  uint32_t len = 0;
  Op **items = sum->list.items;
  for (uint32_t i = 0; i < sum->list.len; i++) {
    bool joins = len > 0 && op_is_const(items[len - 1], CONST_STRING) && op_is_const(items[i], CONST_STRING);
    if (joins)
      items[len - 1] = join_pair(b, sum->type, items[len - 1], items[i]);
    else
      items[len++] = items[i];
  }
  sum->list.len = len;
}

bool has_line(const Body *b, Node *node) {
  node = node_unparen(node);
  const Instance *inst;
  if (node->kind == NODE_NAME || fact_object(b, node, &inst)) return false;
  return node->kind != NODE_SELECTOR || !fact_const(b, node);
}
