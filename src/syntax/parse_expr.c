/* SPDX-License-Identifier: BSD-3-Clause
 *
 * parser: expressions and names.
 *
 * In: the parser at the first token of an expression. Out: its tree.
 * Parentheses are kept where their absence could be an error or change the meaning; elsewhere they are dropped, as the compiler
 * does. Types are expressions.
 *
 * Go: cmd/compile/internal/syntax/parser.go
 */
#include "syntax/parser.h"

/* ---- names and literals ---- */

NameExpr *parse_name(Parser *p) {
  Pos pos = parser_pos(p);
  if (parser_at(p, TOKEN_NAME)) {
    NameExpr *name = parser_name_at(p, pos, p->scan.name);
    parser_next(p);
    return name;
  }
  NameExpr *name = parser_name_at(p, pos, intern_text(p->session->interner, "_"));
  parser_syntax_error(p, "expected name");
  parser_advance(p, 0);
  return name;
}

NameExpr **parse_name_list(Parser *p, NameExpr *first, uint32_t *len) {
  uint32_t begin = list_begin(p);
  list_push(p, first);
  while (parser_got(p, TOKEN_COMMA)) list_push(p, parse_name(p));
  return list_end(p, begin, len);
}

BasicLit *parse_literal_or_null(Parser *p) {
  if (!parser_at(p, TOKEN_LITERAL)) return NULL;
  BasicLit *literal = NEW_NODE(p, BASIC_LIT, BasicLit, parser_pos(p));
  literal->source = p->scan.literal;
  literal->lit = p->scan.lit;
  literal->bad = p->scan.malformed;
  parser_next(p);
  return literal;
}

/* ---- unary and binary ---- */

static Node *parse_unary(Parser *p);

Node *parse_expr(Parser *p) { return parse_binary(p, NULL, 0); }

/* x, if it is there, is the first operand. Operators of a precedence up to `precedence` are left for the caller. */
Node *parse_binary(Parser *p, Node *x, int precedence) {
  if (!x) x = parse_unary(p);
  uint32_t chain = 0;
  while ((parser_at(p, TOKEN_OPERATOR) || parser_at(p, TOKEN_STAR)) && p->scan.precedence > precedence) {
    if (!parser_chain_ok(p, ++chain)) break;
    Operation *operation = NEW_NODE(p, OPERATION, Operation, parser_pos(p));
    operation->op = p->scan.op;
    int tighter = p->scan.precedence;
    parser_next(p);
    operation->x = x;
    operation->y = parse_binary(p, NULL, tighter);
    x = &operation->node;
  }
  return x;
}

static Node *parse_unary_operator(Parser *p) {
  Operation *operation = NEW_NODE(p, OPERATION, Operation, parser_pos(p));
  operation->op = p->scan.op;
  parser_next(p);
  operation->x = parse_unary(p);
  if (operation->op == OPERATOR_AND) operation->x = node_unparen(operation->x); /* &(T{}) */
  return &operation->node;
}

/* `<- chan…` was read as `<-` and a channel type: the arrow belongs to the first `chan`, its own arrow to the next one, … */
static void shift_arrows(Parser *p, Node *type) {
  ChanDir dir = CHAN_SEND;
  while (dir == CHAN_SEND && type->kind == NODE_CHAN_TYPE) {
    ChanTypeExpr *chan = (ChanTypeExpr *)type;
    dir = chan->dir;
    if (dir == CHAN_RECV) parser_syntax_error(p, "unexpected <-, expected chan");
    chan->dir = CHAN_RECV;
    type = chan->elem;
  }
  if (dir == CHAN_SEND) {
    Str shown = node_text(p->arena, type);
    parser_syntax_error(p, "unexpected " STR_FMT ", expected chan", STR_ARG(shown));
  }
}

static Node *parse_arrow(Parser *p) {
  Pos pos = parser_pos(p);
  parser_next(p);
  Node *x = parse_unary(p);
  if (x->kind == NODE_CHAN_TYPE) {
    shift_arrows(p, x);
    return x;
  }
  Operation *receive = NEW_NODE(p, OPERATION, Operation, pos);
  receive->op = OPERATOR_RECV;
  receive->x = x;
  return &receive->node;
}

static bool operator_is_unary(Operator op) {
  return op == OPERATOR_MUL || op == OPERATOR_ADD || op == OPERATOR_SUB || op == OPERATOR_NOT ||
         op == OPERATOR_XOR || op == OPERATOR_TILDE || op == OPERATOR_AND;
}

static Node *parse_unary(Parser *p) {
  Node *x;
  if (!parser_enter(p))
    x = parser_bad_expr(p);
  else if (parser_at(p, TOKEN_NAME)) /* most of them */
    x = parse_primary(p, NULL, true);
  else if ((parser_at(p, TOKEN_OPERATOR) || parser_at(p, TOKEN_STAR)) && operator_is_unary(p->scan.op))
    x = parse_unary_operator(p);
  else if (parser_at(p, TOKEN_ARROW))
    x = parse_arrow(p);
  else
    x = parse_primary(p, NULL, true);
  parser_leave(p);
  return x;
}

/* ---- operands ---- */

static Node *parse_parenthesized(Parser *p, bool keep_parens) {
  Pos pos = parser_pos(p);
  parser_next(p);
  p->expression_level++;
  Node *x = parse_expr(p);
  p->expression_level--;
  parser_want(p, TOKEN_RPAREN);
  /* A type in parentheses before `{` is no composite literal: keep them for the message. */
  if (!keep_parens && !parser_at(p, TOKEN_LBRACE)) return x;
  ParenExpr *paren = NEW_NODE(p, PAREN, ParenExpr, pos);
  paren->x = x;
  return &paren->node;
}

static Node *parse_function(Parser *p) {
  Pos pos = parser_pos(p);
  parser_next(p);
  FuncTypeExpr *type = parse_func_type(p, "function type", NULL);
  if (!parser_at(p, TOKEN_LBRACE)) return &type->node;
  p->expression_level++;
  FuncLit *literal = NEW_NODE(p, FUNC_LIT, FuncLit, pos);
  literal->type = type;
  literal->body = parse_function_body(p);
  p->expression_level--;
  return &literal->node;
}

static Node *parse_operand(Parser *p, bool keep_parens) {
  switch ((int)p->scan.kind) {
  case TOKEN_NAME: return &parse_name(p)->node;
  case TOKEN_LITERAL: return &parse_literal_or_null(p)->node;
  case TOKEN_LPAREN: return parse_parenthesized(p, keep_parens);
  case TOKEN_FUNC: return parse_function(p);
  case TOKEN_LBRACK:
  case TOKEN_CHAN:
  case TOKEN_MAP:
  case TOKEN_STRUCT:
  case TOKEN_INTERFACE: return parse_type(p);
  default: break;
  }
  Node *bad = parser_bad_expr(p);
  parser_syntax_error(p, "expected expression");
  parser_advance(p, FOLLOW_CLOSING);
  return bad;
}

/* ---- primary expressions ---- */

/* At the `.`; returns x itself after an error. */
static Node *parse_dot(Parser *p, Node *x) {
  Pos pos = parser_pos(p);
  parser_next(p);
  if (parser_at(p, TOKEN_NAME)) {
    SelectorExpr *selector = NEW_NODE(p, SELECTOR, SelectorExpr, pos);
    selector->x = x;
    selector->sel = parse_name(p);
    return &selector->node;
  }
  if (!parser_got(p, TOKEN_LPAREN)) {
    parser_syntax_error(p, "expected name or (");
    parser_advance(p, TOKEN_SET(SEMI) | TOKEN_SET(RPAREN));
    return x;
  }
  Node *result;
  if (parser_got(p, TOKEN_TYPE)) {
    TypeSwitchGuard *guard = NEW_NODE(p, TYPE_SWITCH_GUARD, TypeSwitchGuard, pos);
    guard->x = x;
    result = &guard->node;
  } else {
    AssertExpr *assertion = NEW_NODE(p, ASSERT, AssertExpr, pos);
    assertion->x = x;
    assertion->type = parse_type(p);
    result = &assertion->node;
  }
  parser_want(p, TOKEN_RPAREN);
  return result;
}

/* At the first colon or at what is wrong instead. */
static Node *parse_slice_indices(Parser *p, Node *x, Node *first, Pos pos) {
  if (!parser_got(p, TOKEN_COLON)) {
    parser_syntax_error(p, parser_is_old(p) ? "expected :" : "expected comma, : or ]");
    parser_advance(p, TOKEN_SET(COMMA) | TOKEN_SET(COLON) | TOKEN_SET(RBRACK));
  }
  p->expression_level++;
  SliceExpr *slice = NEW_NODE(p, SLICE, SliceExpr, pos);
  slice->x = x;
  slice->index[0] = first;
  if (!parser_at(p, TOKEN_COLON) && !parser_at(p, TOKEN_RBRACK)) slice->index[1] = parse_expr(p);
  if (parser_at(p, TOKEN_COLON)) {
    slice->full = true;
    if (!slice->index[1]) {
      parser_error(p, parser_pos(p), "middle index required in 3-index slice");
      slice->index[1] = parser_bad_expr(p);
    }
    parser_next(p);
    if (!parser_at(p, TOKEN_RBRACK)) {
      slice->index[2] = parse_expr(p);
    } else {
      parser_error(p, parser_pos(p), "final index required in 3-index slice");
      slice->index[2] = parser_bad_expr(p);
    }
  }
  p->expression_level--;
  parser_want(p, TOKEN_RBRACK);
  return &slice->node;
}

static Node *parse_nested_expr(Parser *p) {
  p->expression_level++;
  Node *x = parse_expr(p);
  p->expression_level--;
  return x;
}

/* At the `[` of an index, a slice or an instantiation. */
static Node *parse_brackets(Parser *p, Node *x) {
  Pos pos = parser_pos(p);
  parser_next(p);
  Node *index = NULL;
  if (!parser_at(p, TOKEN_COLON)) {
    bool comma = false;
    if (parser_at(p, TOKEN_RBRACK)) {
      parser_syntax_error(p, "expected operand");
      index = parser_bad_expr(p);
    } else {
      index = parser_is_old(p) ? parse_nested_expr(p) : parse_type_list(p, false, &comma);
    }
    if (comma || parser_at(p, TOKEN_RBRACK)) {
      parser_want(p, TOKEN_RBRACK);
      IndexExpr *indexed = NEW_NODE(p, INDEX, IndexExpr, pos);
      indexed->x = x;
      indexed->index = index;
      return &indexed->node;
    }
  }
  return parse_slice_indices(p, x, index, pos);
}

static Node *parse_call(Parser *p, Node *fun) {
  CallExpr *call = NEW_NODE(p, CALL, CallExpr, parser_pos(p));
  parser_next(p);
  call->fun = fun;
  uint32_t begin = list_begin(p);
  p->expression_level++;
  Bracketed args = {.context = "argument list", .separator = TOKEN_COMMA, .close = TOKEN_RPAREN};
  for (; bracketed_more(p, &args); bracketed_separator(p, &args)) {
    list_push(p, parse_expr(p));
    call->has_dots = args.done = parser_got(p, TOKEN_DOTS);
  }
  call->rparen = bracketed_end(p, &args);
  p->expression_level--;
  call->args = list_nodes(p, begin);
  return &call->node;
}

static CompositeLit *parse_composite(Parser *p);

static Node *parse_element(Parser *p) {
  return parser_at(p, TOKEN_LBRACE) ? &parse_composite(p)->node : parse_expr(p);
}

static Node *parse_key_value(Parser *p, Node *key) {
  KeyValueExpr *pair = NEW_NODE(p, KEY_VALUE, KeyValueExpr, parser_pos(p));
  parser_next(p);
  pair->key = key;
  pair->value = parse_element(p);
  return &pair->node;
}

/* At the `{`. */
static CompositeLit *parse_composite(Parser *p) {
  CompositeLit *literal = NEW_NODE(p, COMPOSITE_LIT, CompositeLit, parser_pos(p));
  uint32_t begin = list_begin(p);
  if (parser_enter(p)) {
    p->expression_level++;
    parser_want(p, TOKEN_LBRACE);
    Bracketed elems = {.context = "composite literal", .separator = TOKEN_COMMA, .close = TOKEN_RBRACE};
    for (; bracketed_more(p, &elems); bracketed_separator(p, &elems)) {
      Node *elem = parse_element(p);
      if (parser_at(p, TOKEN_COLON)) {
        elem = parse_key_value(p, elem);
        literal->key_count++;
      }
      list_push(p, elem);
    }
    literal->rbrace = bracketed_end(p, &elems);
    p->expression_level--;
  }
  parser_leave(p);
  literal->elems = list_nodes(p, begin);
  return literal;
}

/* Does x look like a value, so that no instantiated type can be meant? */
static bool is_value(const Node *x) {
  switch ((int)x->kind) {
  case NODE_BASIC_LIT:
  case NODE_COMPOSITE_LIT:
  case NODE_FUNC_LIT:
  case NODE_SLICE:
  case NODE_ASSERT:
  case NODE_TYPE_SWITCH_GUARD:
  case NODE_CALL: return true;
  case NODE_OPERATION: return ((const Operation *)x)->op != OPERATOR_MUL || ((const Operation *)x)->y;
  case NODE_PAREN: return is_value(((const ParenExpr *)x)->x);
  case NODE_INDEX: return is_value(((const IndexExpr *)x)->x) || is_value(((const IndexExpr *)x)->index);
  default: return false;
  }
}

/* Does a `{` behind x open a composite literal of type x, and not a block? */
static bool opens_composite(const Parser *p, const Node *type) {
  switch ((int)type->kind) {
  case NODE_NAME:
  case NODE_SELECTOR: return p->expression_level >= 0;
  case NODE_INDEX: return p->expression_level >= 0 && !is_value(type);
  case NODE_ARRAY_TYPE:
  case NODE_SLICE_TYPE:
  case NODE_STRUCT_TYPE:
  case NODE_MAP_TYPE: return true;
  default: return false;
  }
}

static Node *parse_typed_composite(Parser *p, Node *type) {
  if (type->kind == NODE_PAREN) parser_syntax_error(p, "cannot parenthesize type in composite literal");
  CompositeLit *literal = parse_composite(p);
  literal->type = type;
  return &literal->node;
}

Node *parse_primary(Parser *p, Node *x, bool keep_parens) {
  if (!x) x = parse_operand(p, keep_parens);
  for (uint32_t chain = 1; parser_chain_ok(p, chain); chain++) {
    switch ((int)p->scan.kind) {
    case TOKEN_DOT: x = parse_dot(p, x); break;
    case TOKEN_LBRACK: x = parse_brackets(p, x); break;
    case TOKEN_LPAREN: x = parse_call(p, x); break;
    case TOKEN_LBRACE:
      if (!opens_composite(p, node_unparen(x))) return x;
      x = parse_typed_composite(p, x);
      break;
    default: return x;
    }
  }
  return x;
}

Node *parse_expr_list(Parser *p) {
  Node *x = parse_expr(p);
  if (!parser_at(p, TOKEN_COMMA)) return x;
  uint32_t begin = list_begin(p);
  list_push(p, x);
  while (parser_got(p, TOKEN_COMMA)) list_push(p, parse_expr(p));
  ListExpr *list = NEW_NODE(p, LIST, ListExpr, x->pos);
  list->elems = list_nodes(p, begin);
  return &list->node;
}
