/* SPDX-License-Identifier: BSD-3-Clause
 *
 * parser: source files and declarations.
 *
 * In: the parser at the first token of a file. Out: SyntaxFile.decls and what else the file says.
 *
 * Go: cmd/compile/internal/syntax/parser.go
 */
#include "syntax/parser.h"

static const TokenSet DECL_STARTS =
    TOKEN_SET(IMPORT) | TOKEN_SET(CONST) | TOKEN_SET(TYPE) | TOKEN_SET(VAR) | TOKEN_SET(FUNC);

static const uint32_t FUNC_PRAGMAS =
    PRAGMA_NOINTERFACE | PRAGMA_NOESCAPE | PRAGMA_NORACE | PRAGMA_NOSPLIT | PRAGMA_NOINLINE |
    PRAGMA_NOCHECKPTR | PRAGMA_REGISTERPARAMS | PRAGMA_CGO_UNSAFE_ARGS | PRAGMA_UINTPTR_KEEPALIVE |
    PRAGMA_UINTPTR_ESCAPES | PRAGMA_SYSTEMSTACK | PRAGMA_NOWRITEBARRIER | PRAGMA_NOWRITEBARRIERREC |
    PRAGMA_YESWRITEBARRIERREC | PRAGMA_WASMIMPORT | PRAGMA_WASMEXPORT;

/* ---- groups ---- */

/* Where a spec stands: alone, or as number `index` of a parenthesised group. */
typedef struct SpecPlace {
  uint32_t group, index;
} SpecPlace;

typedef Node *(*SpecParser)(Parser *p, SpecPlace place);

/* At what follows the keyword: one spec or several in parentheses, pushed on the list. */
static void parse_specs(Parser *p, SpecParser parse_spec) {
  if (!parser_at(p, TOKEN_LPAREN)) {
    list_push(p, parse_spec(p, (SpecPlace){0}));
    return;
  }
  SpecPlace place = {.group = parser_pos(p).v};
  pragma_clear(p); /* before the token behind `(` is read: directives there belong to the first spec */
  parser_next(p);
  Bracketed specs = {.context = "grouped declaration", .separator = TOKEN_SEMI, .close = TOKEN_RPAREN};
  for (; bracketed_more(p, &specs); bracketed_separator(p, &specs)) {
    list_push(p, parse_spec(p, place));
    place.index++;
  }
  bracketed_end(p, &specs);
}

/* ---- import, const, var ---- */

static void note_import(Parser *p, const ImportDecl *decl) {
  if (str_equal(decl->path->source, STR("\"unsafe\"")) || str_equal(decl->path->source, STR("`unsafe`")))
    p->file->imports_unsafe = true;
}

static Node *parse_import_spec(Parser *p, SpecPlace place) {
  ImportDecl *decl = NEW_NODE(p, IMPORT_DECL, ImportDecl, parser_pos(p));
  decl->group = place.group;
  pragma_take(p, 0, NULL);
  if (parser_at(p, TOKEN_NAME)) {
    decl->local = parse_name(p);
  } else if (parser_at(p, TOKEN_DOT)) {
    decl->local = parser_name_at(p, parser_pos(p), intern_text(p->session->interner, "."));
    parser_next(p);
  }
  decl->path = parse_literal_or_null(p);
  if (!decl->path) {
    parser_syntax_error(p, "missing import path");
    parser_advance(p, TOKEN_SET(SEMI) | TOKEN_SET(RPAREN));
    return &decl->node;
  }
  if (!decl->path->bad && decl->path->lit != LIT_STRING) {
    parser_syntax_error_at(p, decl->path->node.pos, "import path must be a string");
    decl->path->bad = true;
  }
  note_import(p, decl);
  return &decl->node;
}

/* Initial values: at package level they go when the package is done. */
static Node *parse_values(Parser *p) {
  Arena *outer = p->arena;
  bool begins = p->ids->passing && !p->passing && p->function_nesting == 0;
  if (begins) {
    p->arena = p->ids->passing;
    p->passing = true;
  }
  Node *values = parse_expr_list(p);
  if (begins) {
    p->arena = outer;
    p->passing = false;
  }
  return values;
}

static Node *parse_const_spec(Parser *p, SpecPlace place) {
  ConstDecl *decl = NEW_NODE(p, CONST_DECL, ConstDecl, parser_pos(p));
  decl->group = place.group;
  decl->iota_value = place.index;
  pragma_take(p, 0, NULL);
  decl->names = parse_name_list(p, parse_name(p), &decl->name_len);
  if (!token_in(p->scan.kind, TOKEN_SET(END) | TOKEN_SET(SEMI) | TOKEN_SET(RPAREN))) {
    decl->type = parse_type_or_null(p);
    if (parser_got_assign(p)) decl->values = parse_values(p);
  }
  return &decl->node;
}

static Node *parse_var_spec(Parser *p, SpecPlace place) {
  VarDecl *decl = NEW_NODE(p, VAR_DECL, VarDecl, parser_pos(p));
  decl->group = place.group;
  pragma_take(p, 0, decl);
  decl->names = parse_name_list(p, parse_name(p), &decl->name_len);
  if (!parser_at(p, TOKEN_ASSIGN) && !parser_at(p, TOKEN_DEFINE)) decl->type = parse_type(p);
  if (parser_got_assign(p)) decl->values = parse_values(p);
  return &decl->node;
}

/* ---- type ---- */

/* x could be a value or a type in an array length; is it certainly a type? */
static bool is_type_element(const Node *x) {
  if (x->kind == NODE_OPERATION) {
    const Operation *operation = (const Operation *)x;
    return operation->op == OPERATOR_TILDE || is_type_element(operation->x) ||
           (operation->y && is_type_element(operation->y));
  }
  if (x->kind == NODE_PAREN) return is_type_element(((const ParenExpr *)x)->x);
  return x->kind == NODE_ARRAY_TYPE || x->kind == NODE_STRUCT_TYPE || x->kind == NODE_FUNC_TYPE ||
         x->kind == NODE_INTERFACE_TYPE || x->kind == NODE_SLICE_TYPE || x->kind == NODE_MAP_TYPE ||
         x->kind == NODE_CHAN_TYPE;
}

static NameExpr *as_name(Node *x) { return x->kind == NODE_NAME ? (NameExpr *)x : NULL; }

/* `type T[P …` may begin a type parameter list although it was read as the expression x: a product `P * C`, a union
   `P * C | D` or a call `P(C)`. If it is one, returns P and sets *constraint (NULL where x is only a name). An expression that
   could be either counts as a constraint only if `force` is set. Splitting changes x itself: `P * C` turns into `*C`. */
static NameExpr *split_type_parameter(Node *x, bool force, Node **constraint) {
  *constraint = NULL;
  if (x->kind == NODE_NAME) return (NameExpr *)x;
  if (x->kind == NODE_OPERATION) {
    Operation *operation = (Operation *)x;
    if (!operation->y) return NULL;
    if (operation->op == OPERATOR_MUL) {
      NameExpr *name = as_name(operation->x);
      if (!name || !(force || is_type_element(operation->y))) return NULL;
      operation->x = operation->y;
      operation->y = NULL;
      *constraint = x;
      return name;
    }
    if (operation->op != OPERATOR_OR) return NULL;
    Node *left;
    NameExpr *name = split_type_parameter(operation->x, force || is_type_element(operation->y), &left);
    if (!name || !left) return NULL;
    operation->x = left;
    *constraint = x;
    return name;
  }
  if (x->kind == NODE_CALL) {
    CallExpr *call = (CallExpr *)x;
    NameExpr *name = as_name(call->fun);
    if (!name || call->args.len != 1 || call->has_dots) return NULL;
    if (!force && !is_type_element(call->args.items[0])) return NULL;
    *constraint = node_unparen(call->args.items[0]);
    return name;
  }
  return NULL;
}

/* Behind `T [` with a name next: an array length or the first type parameter. An expression is read and then looked at. A `[`
   behind the name cannot continue an array length (those are constants), so it belongs to a constraint. */
static void parse_type_brackets(Parser *p, TypeDecl *decl, Pos pos) {
  Node *x = &parse_name(p)->node;
  if (!parser_at(p, TOKEN_LBRACK)) {
    p->expression_level++;
    x = parse_binary(p, parse_primary(p, x, false), 0);
    p->expression_level--;
  }
  Node *constraint;
  NameExpr *name = split_type_parameter(x, parser_at(p, TOKEN_COMMA), &constraint);
  if (name && (constraint || !parser_at(p, TOKEN_RBRACK))) {
    ParamRules rules = {.close = TOKEN_RBRACK, .require_names = true};
    decl->tparams = parse_params(p, name, constraint, rules);
    decl->alias = parser_got_assign(p);
    decl->type = parse_type_or_null(p);
  } else {
    decl->type = parse_array_type(p, pos, x);
  }
}

static Node *parse_type_spec(Parser *p, SpecPlace place) {
  TypeDecl *decl = NEW_NODE(p, TYPE_DECL, TypeDecl, parser_pos(p));
  decl->group = place.group;
  decl->pragma = pragma_take(p, PRAGMA_NOT_IN_HEAP, NULL);
  decl->name = parse_name(p);
  Pos pos = parser_pos(p);
  if (!parser_got(p, TOKEN_LBRACK)) {
    decl->alias = parser_got_assign(p);
    decl->type = parse_type_or_null(p);
  } else if (parser_at(p, TOKEN_NAME) && !parser_is_old(p)) {
    parse_type_brackets(p, decl, pos);
  } else if (parser_got(p, TOKEN_RBRACK)) {
    decl->type = parse_slice_type(p, pos);
  } else {
    decl->type = parse_array_type(p, pos, NULL);
  }
  if (!decl->type) {
    decl->type = parser_bad_expr(p);
    parser_syntax_error(p, "in type declaration");
    parser_advance(p, TOKEN_SET(SEMI) | TOKEN_SET(RPAREN));
  }
  return &decl->node;
}

/* ---- func ---- */

static void parse_receiver(Parser *p, FuncDecl *decl) {
  FieldList list = parse_params(p, NULL, NULL, (ParamRules){.close = TOKEN_RPAREN});
  if (list.len == 0)
    parser_error(p, parser_pos(p), "method has no receiver");
  else if (list.len > 1)
    parser_error(p, parser_pos(p), "method has multiple receivers");
  if (list.len) decl->recv = list.items[0];
}

static uint32_t next_id(const Parser *p) {
  return p->passing ? NODE_PASSING | p->ids->next_passing : p->ids->next;
}

/* Other packages may ask for the bodies of generic functions and of methods of generic types. */
static bool is_generic(const FuncDecl *decl) {
  if (decl->tparams.len) return true;
  Node *recv = decl->recv && decl->recv->type ? node_unparen(decl->recv->type) : NULL;
  while (recv && recv->kind == NODE_OPERATION) recv = node_unparen(((Operation *)recv)->x);
  return recv && recv->kind == NODE_INDEX;
}

void parse_whole_body(Parser *p, FuncDecl *decl) {
  Arena *outer = p->arena;
  p->passing = p->ids->passing && !is_generic(decl);
  if (p->passing) p->arena = p->ids->passing;
  decl->body_id = next_id(p);
  decl->body = parse_function_body(p);
  decl->body_id_end = next_id(p);
  p->arena = outer;
  p->passing = false;
}

/* At the `{` of a declared function. */
static void parse_declared_body(Parser *p, FuncDecl *decl) {
  decl->body_offset = p->scan.offset;
  uint32_t end;
  if ((p->flags & PARSE_SKIP_BODIES) && scanner_skip_block(&p->scan)) {
    p->pragma = (PendingPragma){0};
    end = p->scan.offset;
    parser_next(p);
  } else {
    parse_whole_body(p, decl);
    end = source_offset(p->source, decl->body->rbrace);
  }
  decl->body_len = end + 1 - decl->body_offset;
}

static FuncDecl *parse_func_decl(Parser *p) {
  FuncDecl *decl = NEW_NODE(p, FUNC_DECL, FuncDecl, parser_pos(p));
  decl->pragma = pragma_take(p, FUNC_PRAGMAS, NULL);
  bool method = parser_got(p, TOKEN_LPAREN);
  if (method) parse_receiver(p, decl);
  if (parser_at(p, TOKEN_NAME)) {
    decl->name = parse_name(p);
    decl->type = parse_func_type(p, NULL, &decl->tparams);
  } else {
    decl->name = parser_name_at(p, parser_pos(p), intern_text(p->session->interner, "_"));
    decl->type = NEW_NODE(p, FUNC_TYPE, FuncTypeExpr, parser_pos(p));
    parser_syntax_error(p, method ? "expected name" : "expected name or (");
    parser_advance(p, TOKEN_SET(LBRACE) | TOKEN_SET(SEMI));
  }
  if (parser_at(p, TOKEN_LBRACE)) parse_declared_body(p, decl);
  return decl;
}

/* Labels from number `from` on are the body's; the function around it needs them as well. */
static void set_labels(Parser *p, BlockStmt *body, uint32_t from) {
  uint32_t len = p->labels.len - from;
  if (len > 0) {
    AtomList *labels = arena_new_of(p->arena, AtomList);
    *labels = (AtomList){arena_new_array(p->arena, Atom, len), len};
    memcpy(labels->items, p->labels.items + from, len * sizeof *labels->items);
    body->labels = labels;
  }
  if (p->function_nesting > 0) return;
  p->labels.items = NULL; /* it lies where this body does, the next one may lie elsewhere */
  p->labels.len = p->labels.cap = 0;
}

BlockStmt *parse_function_body(Parser *p) {
  uint32_t errors = p->error_count, branches = p->branch_count, labels = p->labels.len;
  p->function_nesting++;
  BlockStmt *body = parse_block(p, NULL);
  p->function_nesting--;
  set_labels(p, body, labels);
  /* A body with syntax errors would give spurious errors about labels. */
  bool check = (p->flags & PARSE_CHECK_BRANCHES) && errors == p->error_count;
  if (check && p->branch_count > branches) branches_check(p, body);
  return body;
}

/* ---- files ---- */

static SpecParser spec_parser(TokenKind keyword) {
  switch ((int)keyword) {
  case TOKEN_IMPORT: return parse_import_spec;
  case TOKEN_CONST: return parse_const_spec;
  case TOKEN_TYPE: return parse_type_spec;
  case TOKEN_VAR: return parse_var_spec;
  default: return NULL;
  }
}

NodeList parse_decl_statement(Parser *p) {
  SpecParser parse_spec = spec_parser(p->scan.kind);
  uint32_t begin = list_begin(p);
  parser_next(p);
  parse_specs(p, parse_spec);
  return list_nodes(p, begin);
}

/* A brace at the top level: was it meant to open the body of the function before? */
static bool behind_bodyless_function(const Parser *p, uint32_t begin) {
  if (!parser_at(p, TOKEN_LBRACE) || list_len(p, begin) == 0) return false;
  const Node *last = vec_last(&p->stack);
  return last->kind == NODE_FUNC_DECL && ((const FuncDecl *)last)->body_len == 0;
}

static void parse_top_level(Parser *p, uint32_t begin) {
  SpecParser parse_spec = spec_parser(p->scan.kind);
  if (!parse_spec && !parser_at(p, TOKEN_FUNC)) {
    if (behind_bodyless_function(p, begin))
      parser_syntax_error(p, "unexpected semicolon or newline before {");
    else
      parser_syntax_error(p, "non-declaration statement outside function body");
    parser_advance(p, DECL_STARTS);
    return;
  }
  parser_next(p);
  if (parse_spec)
    parse_specs(p, parse_spec);
  else
    list_push(p, parse_func_decl(p));
  pragma_clear(p); /* before the token behind `;` is read: directives there belong to the next declaration */
  if (!parser_at(p, TOKEN_END) && !parser_got(p, TOKEN_SEMI)) {
    parser_syntax_error(p, "after top level declaration");
    parser_advance(p, DECL_STARTS);
  }
}

static bool parse_package_clause(Parser *p) {
  SyntaxFile *file = p->file;
  file->pos = parser_pos(p);
  p->in_header = false;
  if (!parser_got(p, TOKEN_PACKAGE)) {
    parser_syntax_error(p, "package statement must be first");
    return false;
  }
  pragma_take(p, PRAGMA_GO_BUILD, NULL);
  NameExpr *name = parse_name(p);
  parser_want(p, TOKEN_SEMI);
  if (p->error_count) return false;
  file->package_name = name;
  return true;
}

void parse_source_file(Parser *p) {
  if (!parse_package_clause(p)) {
    p->file->eof = parser_pos(p);
    return;
  }
  uint32_t begin = list_begin(p);
  TokenKind previous = TOKEN_IMPORT;
  while (!parser_at(p, TOKEN_END)) {
    TokenKind kind = p->scan.kind;
    if ((p->flags & PARSE_IMPORTS_ONLY) && kind != TOKEN_IMPORT) break;
    if (kind == TOKEN_IMPORT && previous != TOKEN_IMPORT)
      parser_syntax_error(p, "imports must appear before other declarations");
    previous = kind;
    parse_top_level(p, begin);
  }
  p->file->decls = list_nodes(p, begin);
  p->file->eof = parser_pos(p);
  if (p->flags & PARSE_IMPORTS_ONLY) return;
  pragma_clear(p);
  directives_check(p);
}
