/* SPDX-License-Identifier: BSD-3-Clause
 *
 * parser (private to syntax): tokens -> nodes by recursive descent; the state and what its files share.
 *
 *   parser.c      tokens wanted and found, errors, lists, nodes; entry points
 *   parse_decl.c  files and declarations       parse_type.c   types, parameters
 *   parse_expr.c  expressions                  parse_stmt.c   statements
 *   directive.c   //line, //go:                branches.c     labels, goto, break, continue
 *
 * The parser looks one token ahead: `parser->scan` holds the current token. Lists are collected on one stack and copied to the
 * arena when complete.
 */
#ifndef HEAPWHY_SYNTAX_PARSER_H
#define HEAPWHY_SYNTAX_PARSER_H

#include "syntax/scanner.h"

typedef struct PragmaMark {
  uint32_t flags;
  Pos pos;
} PragmaMark;

/* Directives read since the last declaration or statement: they belong to the next declaration. */
typedef struct PendingPragma {
  bool any;
  uint32_t flags;
  VEC(PragmaMark) marks;
  VEC(EmbedDirective) embeds;
} PendingPragma;

typedef struct Parser {
  Scanner scan;
  const SyntaxSession *session;
  Arena *arena; /* of what is being parsed: ids->passing in a body that lies there */
  bool passing;
  SourceFile *source;
  SyntaxFile *file; /* NULL for parse_expression */
  IdCounter *ids;
  Notes *notes;
  ParseFlags flags;

  bool in_header;           /* before the package clause */
  int function_nesting;     /* > 0: keywords that start statements stop error recovery */
  int expression_level;     /* < 0: in the header of a statement, where `{` starts a block */
  uint32_t depth;           /* of nested constructs */
  uint32_t branch_count;    /* labels, break, continue, goto, fallthrough seen so far */
  uint32_t directives_from; /* comments before this offset were handled already */
  PendingPragma pragma;
  VEC(Node *) stack; /* elements of unfinished lists */
  VEC(Atom) labels;  /* of unfinished function bodies */

  uint32_t error_count;      /* found, whether noted or not */
  uint32_t last_syntax_line; /* of the last syntax error, 0 = none */
  uint32_t last_other_line;
  Str last_other_text;
} Parser;

/* The language before type parameters, in the words of that time. */
static inline bool parser_is_old(const Parser *p) { return (p->flags & PARSE_NO_TYPE_PARAMS) != 0; }

/* ---- tokens ---- */

static inline bool parser_at(const Parser *p, TokenKind kind) { return p->scan.kind == kind; }
static inline bool parser_at_operator(const Parser *p, Operator op) {
  return p->scan.kind == TOKEN_OPERATOR && p->scan.op == op;
}
static inline Pos parser_pos(const Parser *p) { return source_pos(p->source, p->scan.offset); }
static inline void parser_next(Parser *p) { scanner_next(&p->scan); }
static inline bool parser_got(Parser *p, TokenKind kind) {
  if (p->scan.kind != kind) return false;
  parser_next(p);
  return true;
}
void parser_want(Parser *p, TokenKind kind);
/* Like parser_got(TOKEN_ASSIGN), but takes `:=` as well, with an error. */
bool parser_got_assign(Parser *p);
/* Skips to a token of the set, or of those that start a statement if in a function. An empty set skips one token. */
void parser_advance(Parser *p, TokenSet follow);
#define FOLLOW_CLOSING (TOKEN_SET(RPAREN) | TOKEN_SET(RBRACK) | TOKEN_SET(RBRACE))

/* ---- errors ---- */

/* A message that stands for itself. */
void parser_error(Parser *p, Pos pos, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Likewise, for what is no reason to distrust the tree. */
void parser_report(Parser *p, Pos pos, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* "syntax error: " and the message. If that begins with "in ", "at ", "after " or "expected ", the current token is named. */
void parser_syntax_error_at(Parser *p, Pos pos, const char *fmt, ...) PRINTF_LIKE(3, 4);
void parser_syntax_error(Parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Around each construct that can contain itself: parser_enter is false, and the rest of the file ignored, if it is nested too
   deep. Both must be called in any case. */
bool parser_enter(Parser *p);
static inline void parser_leave(Parser *p) { p->depth--; }
/* For loops that make a tree deeper with each round. */
bool parser_chain_ok(Parser *p, uint32_t length);

/* ---- nodes and lists ---- */

void *parser_node(Parser *p, NodeKind kind, size_t size, Pos pos);
#define NEW_NODE(p, KIND, Type, pos) ((Type *)parser_node((p), NODE_##KIND, sizeof(Type), (pos)))
NameExpr *parser_name_at(Parser *p, Pos pos, Atom name);
Node *parser_bad_expr(Parser *p);

static inline uint32_t list_begin(const Parser *p) { return p->stack.len; }
static inline void list_push(Parser *p, void *node) {
  vec_push(p->ids->passing ? p->ids->passing : p->arena, &p->stack, (Node *)node);
}
static inline uint32_t list_len(const Parser *p, uint32_t begin) { return p->stack.len - begin; }
/* Takes the elements since `begin` off the stack: an array in the arena, or NULL if there are none. */
void *list_end(Parser *p, uint32_t begin, uint32_t *len);
NodeList list_nodes(Parser *p, uint32_t begin);

/* A list in brackets: for (l = …; bracketed_more(p, &l); bracketed_separator(p, &l)) element; end = bracketed_end(p, &l). */
typedef struct Bracketed {
  const char *context; /* for messages */
  TokenKind separator, close;
  bool done; /* no more elements are wanted */
  bool broken;
} Bracketed;
bool bracketed_more(const Parser *p, const Bracketed *list);
void bracketed_separator(Parser *p, Bracketed *list);
Pos bracketed_end(Parser *p, const Bracketed *list);

/* ---- grammar ---- */

void parse_source_file(Parser *p);
BlockStmt *parse_function_body(Parser *p);
void parse_whole_body(Parser *p, FuncDecl *decl); /* of a declared function, at its `{` */
NodeList parse_decl_statement(Parser *p);         /* at `var`, `const` or `type` */

NameExpr *parse_name(Parser *p);
NameExpr **parse_name_list(Parser *p, NameExpr *first, uint32_t *len);
BasicLit *parse_literal_or_null(Parser *p);
Node *parse_expr(Parser *p);
Node *parse_expr_list(Parser *p);
/* The rest of a primary expression that starts with x, or all of it if x is NULL. */
Node *parse_primary(Parser *p, Node *x, bool keep_parens);
Node *parse_binary(Parser *p, Node *x, int precedence);

Node *parse_type(Parser *p);
Node *parse_type_or_null(Parser *p);
/* One or more types; the first may be an expression unless strict. *comma: there was one. */
Node *parse_type_list(Parser *p, bool strict, bool *comma);
Node *parse_array_type(Parser *p, Pos pos, Node *length); /* behind the `[`, or behind the length */
Node *parse_slice_type(Parser *p, Pos pos);               /* behind `[]` */
/* context is NULL where type parameters are allowed (then *tparams is set), else what the message calls it. */
FuncTypeExpr *parse_func_type(Parser *p, const char *context, FieldList *tparams);
/* What the parentheses or brackets may contain. */
typedef struct ParamRules {
  TokenKind close;
  bool require_names; /* type parameters */
  bool dots_ok;
} ParamRules;
/* Behind the bracket; name and type: of the first parameter, as far as parsed already. */
FieldList parse_params(Parser *p, NameExpr *name, Node *type, ParamRules rules);

BlockStmt *parse_block(Parser *p, const char *context); /* context: "if clause", …; NULL: we are at the `{` */
NodeList parse_statement_list(Parser *p);

/* ---- directives ---- */

/* Is there nothing but white space before the comment in its line? */
bool directive_is_alone(Str text, uint32_t offset);
/* ScanClient.directive; context is the Parser. */
void directive_read(void *context, uint32_t offset, Str comment);
/* The pending directives go to a declaration that may have `allowed` ones; the rest is misplaced. decl: takes go:embed. */
uint32_t pragma_take(Parser *p, uint32_t allowed, VarDecl *decl);
/* No declaration follows the pending directives. */
void pragma_drop(Parser *p);
static inline void pragma_clear(Parser *p) {
  if (p->pragma.any) pragma_drop(p);
}
/* At the end of the file: what depends on its imports. */
void directives_check(Parser *p);
/* "go1.N" if the line `//go:build …` implies a release, "" if not; false: malformed. */
bool build_line_version(Arena *arena, Str line, Str *version);

void branches_check(Parser *p, const BlockStmt *body);

/* ---- notes ---- */

void note_push(Notes *notes, Pos pos, Str text, bool soft);
/* The short form of a node in the arena. */
Str node_text(Arena *arena, const Node *node);

#endif
