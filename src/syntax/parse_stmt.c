/* SPDX-License-Identifier: BSD-3-Clause
 *
 * parser: statements.
 *
 * In: the parser at the first token of a statement. Out: its tree.
 * In the header of an if, for or switch a `{` behind a name opens the block and no composite literal: there expression_level is
 * -1, and brackets raise it.
 *
 * Go: cmd/compile/internal/syntax/parser.go
 */
#include "syntax/parser.h"

static Node *parse_statement(Parser *p);

/* ---- simple statements ---- */

static Node *expr_stmt(Parser *p, Node *x) {
  ExprStmt *statement = NEW_NODE(p, EXPR_STMT, ExprStmt, x->pos);
  statement->x = x;
  return &statement->node;
}

static AssignStmt *assign_stmt(Parser *p, Pos pos, Operator op, Node *lhs) {
  AssignStmt *statement = NEW_NODE(p, ASSIGN, AssignStmt, pos);
  statement->op = op;
  statement->lhs = lhs;
  return statement;
}

/* At `range`. */
static Node *parse_range(Parser *p, Node *lhs, bool define) {
  RangeClause *range = NEW_NODE(p, RANGE, RangeClause, parser_pos(p));
  parser_next(p);
  range->lhs = lhs;
  range->define = define;
  range->x = parse_expr(p);
  return &range->node;
}

/* Behind one expression: op=, ++, --, <-, or nothing more. */
static Node *parse_behind_expr(Parser *p, Node *x) {
  Pos pos = parser_pos(p);
  if (parser_at(p, TOKEN_ASSIGN_OP)) {
    AssignStmt *statement = assign_stmt(p, pos, p->scan.op, x);
    parser_next(p);
    statement->rhs = parse_expr(p);
    return &statement->node;
  }
  if (parser_at(p, TOKEN_INC_OP)) {
    AssignStmt *statement = assign_stmt(p, pos, p->scan.op, x);
    parser_next(p);
    return &statement->node;
  }
  if (parser_at(p, TOKEN_ARROW)) {
    SendStmt *send = NEW_NODE(p, SEND, SendStmt, pos);
    parser_next(p);
    send->chan = x;
    send->value = parse_expr(p);
    return &send->node;
  }
  return expr_stmt(p, x);
}

/* At `=` or `:=`. */
static Node *parse_assignment(Parser *p, Node *lhs, TokenKind keyword) {
  Pos pos = parser_pos(p);
  bool define = parser_at(p, TOKEN_DEFINE);
  parser_next(p);
  if (keyword == TOKEN_FOR && parser_at(p, TOKEN_RANGE)) return parse_range(p, lhs, define);
  Node *rhs = parse_expr_list(p);
  if (rhs->kind == NODE_TYPE_SWITCH_GUARD && keyword == TOKEN_SWITCH && define && lhs->kind == NODE_NAME) {
    ((TypeSwitchGuard *)rhs)->lhs = (NameExpr *)lhs;
    return expr_stmt(p, rhs);
  }
  AssignStmt *statement = assign_stmt(p, pos, OPERATOR_NONE, lhs);
  statement->define = define;
  statement->rhs = rhs;
  return &statement->node;
}

/* lhs: the first expressions, or NULL if they are still to be read. keyword: TOKEN_FOR and TOKEN_SWITCH allow `range` and type
   switches; TOKEN_END: neither. */
static Node *parse_simple(Parser *p, Node *lhs, TokenKind keyword) {
  if (keyword == TOKEN_FOR && parser_at(p, TOKEN_RANGE)) return parse_range(p, NULL, false);
  if (!lhs) lhs = parse_expr_list(p);
  if (parser_at(p, TOKEN_ASSIGN) || parser_at(p, TOKEN_DEFINE)) return parse_assignment(p, lhs, keyword);
  if (lhs->kind != NODE_LIST) return parse_behind_expr(p, lhs);
  parser_syntax_error(p, "expected := or = or comma");
  parser_advance(p, TOKEN_SET(SEMI) | TOKEN_SET(RBRACE));
  return expr_stmt(p, ((ListExpr *)lhs)->elems.items[0]);
}

/* ---- headers of if, for and switch ---- */

typedef struct Header {
  Node *init, *cond, *post;
  Node *cond_stmt; /* the statement that cond is taken from */
  Pos semi_pos;    /* of the semicolon behind init, or none */
  SemiKind semi;
} Header;

static void parse_for_rest(Parser *p, Header *header) {
  if (!parser_at(p, TOKEN_SEMI)) {
    if (parser_at(p, TOKEN_LBRACE)) {
      parser_syntax_error(p, "expected for loop condition");
      return;
    }
    header->cond_stmt = parse_simple(p, NULL, TOKEN_END);
  }
  parser_want(p, TOKEN_SEMI);
  if (parser_at(p, TOKEN_LBRACE)) return;
  header->post = parse_simple(p, NULL, TOKEN_END);
  if (header->post->kind == NODE_ASSIGN && ((AssignStmt *)header->post)->define)
    parser_syntax_error_at(p, header->post->pos, "cannot declare in post statement of for loop");
}

/* Behind the first simple statement, which becomes the init or, before `{`, the condition. */
static void parse_header_rest(Parser *p, Header *header, TokenKind keyword) {
  if (parser_at(p, TOKEN_LBRACE)) {
    header->cond_stmt = header->init;
    header->init = NULL;
    return;
  }
  if (parser_at(p, TOKEN_SEMI)) {
    header->semi_pos = parser_pos(p);
    header->semi = p->scan.semi;
    parser_next(p);
  } else {
    parser_want(p, TOKEN_LBRACE); /* asking for the brace gives the better message */
    if (!parser_at(p, TOKEN_LBRACE)) parser_advance(p, TOKEN_SET(LBRACE) | TOKEN_SET(RBRACE));
  }
  if (keyword == TOKEN_FOR)
    parse_for_rest(p, header);
  else if (!parser_at(p, TOKEN_LBRACE))
    header->cond_stmt = parse_simple(p, NULL, keyword);
}

/* The text of x, in parentheses if that makes an `=` around it stand out. */
static Str emphasized(Parser *p, const Node *x) {
  Str text = node_text(p->arena, x);
  bool binary = x->kind == NODE_OPERATION && ((const Operation *)x)->y;
  return binary ? arena_printf(p->arena, "(" STR_FMT ")", STR_ARG(text)) : text;
}

static void statement_as_value(Parser *p, const Node *statement) {
  const AssignStmt *assign = (const AssignStmt *)statement;
  if (statement->kind == NODE_ASSIGN && assign->op == OPERATOR_NONE && !assign->define) {
    Str lhs = emphasized(p, assign->lhs), rhs = emphasized(p, assign->rhs);
    parser_syntax_error_at(p, statement->pos, "cannot use assignment " STR_FMT " = " STR_FMT " as value",
                           STR_ARG(lhs), STR_ARG(rhs));
  } else {
    Str text = node_text(p->arena, statement);
    parser_syntax_error_at(p, statement->pos, "cannot use " STR_FMT " as value", STR_ARG(text));
  }
}

static void set_condition(Parser *p, Header *header, TokenKind keyword) {
  if (header->cond_stmt) {
    if (header->cond_stmt->kind == NODE_EXPR_STMT)
      header->cond = ((ExprStmt *)header->cond_stmt)->x;
    else
      statement_as_value(p, header->cond_stmt);
    return;
  }
  if (keyword != TOKEN_IF || !pos_known(header->semi_pos)) return;
  if (header->semi == SEMI_SEMICOLON)
    parser_syntax_error_at(p, header->semi_pos, "missing condition in if statement");
  else
    parser_syntax_error_at(p, header->semi_pos, "unexpected %s, expected { after if clause",
                           header->semi == SEMI_NEWLINE ? "newline" : "EOF");
  header->cond = NEW_NODE(p, BAD_EXPR, Node, header->semi_pos);
}

/* At the keyword. */
static Header parse_header(Parser *p, TokenKind keyword) {
  Header header = {0};
  parser_next(p);
  if (parser_at(p, TOKEN_LBRACE)) {
    if (keyword == TOKEN_IF) {
      parser_syntax_error(p, "missing condition in if statement");
      header.cond = parser_bad_expr(p);
    }
    return header;
  }
  int outer_level = p->expression_level;
  p->expression_level = -1;
  if (!parser_at(p, TOKEN_SEMI)) {
    if (parser_got(p, TOKEN_VAR))
      parser_syntax_error(p, "var declaration not allowed in %s initializer",
                          keyword == TOKEN_IF    ? "if"
                          : keyword == TOKEN_FOR ? "for"
                                                 : "switch");
    header.init = parse_simple(p, NULL, keyword);
  }
  if (!header.init || header.init->kind != NODE_RANGE) {
    parse_header_rest(p, &header, keyword);
    set_condition(p, &header, keyword);
  }
  p->expression_level = outer_level;
  return header;
}

/* ---- blocks ---- */

BlockStmt *parse_block(Parser *p, const char *context) {
  BlockStmt *block = NEW_NODE(p, BLOCK, BlockStmt, parser_pos(p));
  if (!parser_got(p, TOKEN_LBRACE)) {
    parser_syntax_error(p, "expected { after %s", context);
    parser_advance(p, TOKEN_SET(NAME) | TOKEN_SET(RBRACE));
    block->rbrace = parser_pos(p);
    if (parser_got(p, TOKEN_RBRACE)) return block;
  }
  block->stmts = parse_statement_list(p);
  block->rbrace = parser_pos(p);
  parser_want(p, TOKEN_RBRACE);
  return block;
}

NodeList parse_statement_list(Parser *p) {
  static const TokenSet end = TOKEN_SET(END) | TOKEN_SET(RBRACE) | TOKEN_SET(CASE) | TOKEN_SET(DEFAULT);
  uint32_t begin = list_begin(p);
  while (!token_in(p->scan.kind, end)) {
    Node *statement = parse_statement(p);
    pragma_clear(p);
    if (!statement) break;
    list_push(p, statement);
    if (parser_got(p, TOKEN_SEMI) || parser_at(p, TOKEN_RBRACE)) continue;
    parser_syntax_error(p, "at end of statement");
    parser_advance(p, TOKEN_SET(SEMI) | TOKEN_SET(RBRACE) | TOKEN_SET(CASE) | TOKEN_SET(DEFAULT));
    parser_got(p, TOKEN_SEMI);
  }
  return list_nodes(p, begin);
}

/* ---- if, for, switch, select ---- */

static Node *parse_for(Parser *p) {
  ForStmt *statement = NEW_NODE(p, FOR, ForStmt, parser_pos(p));
  Header header = parse_header(p, TOKEN_FOR);
  statement->init = header.init;
  statement->cond = header.cond;
  statement->post = header.post;
  statement->body = parse_block(p, "for clause");
  return &statement->node;
}

static IfStmt *parse_one_if(Parser *p) {
  IfStmt *statement = NEW_NODE(p, IF, IfStmt, parser_pos(p));
  Header header = parse_header(p, TOKEN_IF);
  statement->init = header.init;
  statement->cond = header.cond;
  statement->then = parse_block(p, "if clause");
  return statement;
}

/* With all its `else if`: they are parsed in a loop, but make the tree as deep as there are many. */
static Node *parse_if(Parser *p) {
  IfStmt *first = parse_one_if(p), *last = first;
  for (uint32_t chain = 1; parser_got(p, TOKEN_ELSE) && parser_chain_ok(p, chain); chain++) {
    if (parser_at(p, TOKEN_IF)) {
      IfStmt *next = parse_one_if(p);
      last->orelse = &next->node;
      last = next;
      continue;
    }
    if (parser_at(p, TOKEN_LBRACE)) {
      last->orelse = &parse_block(p, NULL)->node;
    } else {
      parser_syntax_error(p, "else must be followed by if or statement block");
      parser_advance(p, TOKEN_SET(NAME) | TOKEN_SET(RBRACE));
    }
    break;
  }
  return &first->node;
}

/* `case …` or `default`, without the colon: true if there are cases to read. */
static bool parse_clause_start(Parser *p) {
  if (parser_got(p, TOKEN_CASE)) return true;
  if (parser_got(p, TOKEN_DEFAULT)) return false;
  parser_syntax_error(p, "expected case or default or }");
  parser_advance(p, TOKEN_SET(COLON) | TOKEN_SET(CASE) | TOKEN_SET(DEFAULT) | TOKEN_SET(RBRACE));
  return false;
}

static CaseClause *parse_case(Parser *p) {
  CaseClause *clause = NEW_NODE(p, CASE, CaseClause, parser_pos(p));
  if (parse_clause_start(p)) clause->cases = parse_expr_list(p);
  clause->colon = parser_pos(p);
  parser_want(p, TOKEN_COLON);
  clause->body = parse_statement_list(p);
  return clause;
}

static CommClause *parse_comm(Parser *p) {
  CommClause *clause = NEW_NODE(p, COMM, CommClause, parser_pos(p));
  if (parse_clause_start(p)) clause->comm = parse_simple(p, NULL, TOKEN_END);
  clause->colon = parser_pos(p);
  parser_want(p, TOKEN_COLON);
  clause->body = parse_statement_list(p);
  return clause;
}

static void parse_clauses_start(Parser *p, const char *message) {
  if (parser_got(p, TOKEN_LBRACE)) return;
  parser_syntax_error(p, "%s", message);
  parser_advance(p, TOKEN_SET(CASE) | TOKEN_SET(DEFAULT) | TOKEN_SET(RBRACE));
}

static bool at_clause(const Parser *p) { return !parser_at(p, TOKEN_END) && !parser_at(p, TOKEN_RBRACE); }

static Node *parse_switch(Parser *p) {
  SwitchStmt *statement = NEW_NODE(p, SWITCH, SwitchStmt, parser_pos(p));
  Header header = parse_header(p, TOKEN_SWITCH);
  statement->init = header.init;
  statement->tag = header.cond;
  parse_clauses_start(p, "missing { after switch clause");
  uint32_t begin = list_begin(p);
  while (at_clause(p)) list_push(p, parse_case(p));
  statement->clauses = list_end(p, begin, &statement->clause_len);
  statement->rbrace = parser_pos(p);
  parser_want(p, TOKEN_RBRACE);
  return &statement->node;
}

static Node *parse_select(Parser *p) {
  SelectStmt *statement = NEW_NODE(p, SELECT, SelectStmt, parser_pos(p));
  parser_next(p);
  parse_clauses_start(p, "missing { after select clause");
  uint32_t begin = list_begin(p);
  while (at_clause(p)) list_push(p, parse_comm(p));
  statement->clauses = list_end(p, begin, &statement->clause_len);
  statement->rbrace = parser_pos(p);
  parser_want(p, TOKEN_RBRACE);
  return &statement->node;
}

/* ---- other statements ---- */

/* At the `:` or, in a list, at something else. */
static Node *parse_labeled(Parser *p, NameExpr *label) {
  LabeledStmt *statement = NEW_NODE(p, LABELED, LabeledStmt, parser_pos(p));
  p->branch_count++;
  vec_push(p->arena, &p->labels, label->name);
  statement->label = label;
  parser_want(p, TOKEN_COLON);
  if (parser_at(p, TOKEN_RBRACE)) { /* an empty statement, whose semicolon may be left out here */
    statement->stmt = NEW_NODE(p, EMPTY, Node, parser_pos(p));
    return &statement->node;
  }
  statement->stmt = parse_statement(p);
  if (statement->stmt) return &statement->node;
  parser_syntax_error_at(p, statement->node.pos, "missing statement after label");
  return NULL;
}

static Node *parse_branch(Parser *p, BranchKind kind) {
  BranchStmt *statement = NEW_NODE(p, BRANCH, BranchStmt, parser_pos(p));
  p->branch_count++;
  statement->branch = kind;
  parser_next(p);
  if (kind == BRANCH_GOTO || (kind != BRANCH_FALLTHROUGH && parser_at(p, TOKEN_NAME)))
    statement->label = parse_name(p);
  return &statement->node;
}

/* At `go` or `defer`. */
static Node *parse_call_statement(Parser *p, NodeKind kind) {
  CallStmt *statement = parser_node(p, kind, sizeof(CallStmt), parser_pos(p));
  parser_next(p);
  Node *x = parse_primary(p, NULL, parser_at(p, TOKEN_LPAREN));
  statement->call = node_unparen(x);
  if (statement->call != x)
    parser_error(p, x->pos, "expression in %s must not be parenthesized", kind == NODE_GO ? "go" : "defer");
  return &statement->node;
}

static Node *parse_return(Parser *p) {
  ReturnStmt *statement = NEW_NODE(p, RETURN, ReturnStmt, parser_pos(p));
  parser_next(p);
  if (!parser_at(p, TOKEN_SEMI) && !parser_at(p, TOKEN_RBRACE)) statement->results = parse_expr_list(p);
  return &statement->node;
}

static Node *parse_decl(Parser *p) {
  DeclStmt *statement = NEW_NODE(p, DECL_STMT, DeclStmt, parser_pos(p));
  statement->decls = parse_decl_statement(p);
  return &statement->node;
}

static bool at_unary_operator(const Parser *p) {
  Operator op = p->scan.op;
  return op == OPERATOR_ADD || op == OPERATOR_SUB || op == OPERATOR_MUL || op == OPERATOR_AND ||
         op == OPERATOR_XOR || op == OPERATOR_NOT;
}

static Node *parse_statement_at(Parser *p) {
  switch ((int)p->scan.kind) {
  case TOKEN_VAR:
  case TOKEN_CONST:
  case TOKEN_TYPE: return parse_decl(p);
  default: break;
  }
  pragma_clear(p);
  switch ((int)p->scan.kind) {
  case TOKEN_LBRACE: return &parse_block(p, NULL)->node;
  case TOKEN_OPERATOR:
  case TOKEN_STAR: return at_unary_operator(p) ? parse_simple(p, NULL, TOKEN_END) : NULL;
  case TOKEN_LITERAL:
  case TOKEN_FUNC:
  case TOKEN_LPAREN:
  case TOKEN_LBRACK:
  case TOKEN_STRUCT:
  case TOKEN_MAP:
  case TOKEN_CHAN:
  case TOKEN_INTERFACE:
  case TOKEN_ARROW: return parse_simple(p, NULL, TOKEN_END);
  case TOKEN_FOR: return parse_for(p);
  case TOKEN_SWITCH: return parse_switch(p);
  case TOKEN_SELECT: return parse_select(p);
  case TOKEN_IF: return parse_if(p);
  case TOKEN_FALLTHROUGH: return parse_branch(p, BRANCH_FALLTHROUGH);
  case TOKEN_BREAK: return parse_branch(p, BRANCH_BREAK);
  case TOKEN_CONTINUE: return parse_branch(p, BRANCH_CONTINUE);
  case TOKEN_GOTO: return parse_branch(p, BRANCH_GOTO);
  case TOKEN_GO: return parse_call_statement(p, NODE_GO);
  case TOKEN_DEFER: return parse_call_statement(p, NODE_DEFER);
  case TOKEN_RETURN: return parse_return(p);
  case TOKEN_SEMI: return NEW_NODE(p, EMPTY, Node, parser_pos(p));
  default: return NULL;
  }
}

/* NULL: there is no statement here. */
static Node *parse_statement(Parser *p) {
  Node *statement = NULL;
  if (!parser_enter(p)) {
    /* nothing more to read */
  } else if (parser_at(p, TOKEN_NAME)) { /* most of them */
    pragma_clear(p);
    Node *lhs = parse_expr_list(p);
    if (lhs->kind == NODE_NAME && parser_at(p, TOKEN_COLON))
      statement = parse_labeled(p, (NameExpr *)lhs);
    else
      statement = parse_simple(p, lhs, TOKEN_END);
  } else {
    statement = parse_statement_at(p);
  }
  parser_leave(p);
  return statement;
}
