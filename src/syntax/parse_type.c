/* SPDX-License-Identifier: BSD-3-Clause
 *
 * parser: types, fields, parameters and type parameters.
 *
 * In: the parser at the first token of a type, or behind the bracket of a parameter list. Out: type expressions, field lists.
 *
 * Go: cmd/compile/internal/syntax/parser.go
 */
#include "syntax/parser.h"

static FieldNode *field_new(Parser *p, Pos pos, NameExpr *name, Node *type) {
  FieldNode *field = NEW_NODE(p, FIELD, FieldNode, pos);
  field->name = name;
  field->type = type;
  return field;
}

static FieldList field_list(Parser *p, uint32_t begin) {
  FieldList list;
  list.items = list_end(p, begin, &list.len);
  return list;
}

static Node *pointer_to(Parser *p, Pos pos, Node *type) {
  Operation *pointer = NEW_NODE(p, OPERATION, Operation, pos);
  pointer->op = OPERATOR_MUL;
  pointer->x = type;
  return &pointer->node;
}

/* ---- type names ---- */

static Node *parse_instance(Parser *p, Node *generic) {
  Pos pos = parser_pos(p);
  parser_want(p, TOKEN_LBRACK);
  IndexExpr *instance = NEW_NODE(p, INDEX, IndexExpr, pos);
  instance->x = generic;
  bool comma, deep = !parser_enter(p);
  if (deep || parser_at(p, TOKEN_RBRACK)) {
    parser_syntax_error(p, "expected type argument list");
    instance->index = parser_bad_expr(p);
  } else {
    instance->index = parse_type_list(p, true, &comma);
  }
  parser_leave(p);
  parser_want(p, TOKEN_RBRACK);
  return &instance->node;
}

/* name, package.name, either with type arguments; the first name may have been read already. */
static Node *parse_type_name(Parser *p, NameExpr *name) {
  Node *x;
  if (name) {
    x = &name->node;
  } else if (parser_at(p, TOKEN_NAME)) {
    x = &parse_name(p)->node;
  } else {
    x = &parser_name_at(p, parser_pos(p), intern_text(p->session->interner, "_"))->node;
    parser_syntax_error(p, "expected name");
    parser_advance(p, TOKEN_SET(DOT) | TOKEN_SET(SEMI) | TOKEN_SET(RBRACE));
  }
  if (parser_at(p, TOKEN_DOT)) {
    SelectorExpr *selector = NEW_NODE(p, SELECTOR, SelectorExpr, parser_pos(p));
    parser_next(p);
    selector->x = x;
    selector->sel = parse_name(p);
    x = &selector->node;
  }
  return parser_at(p, TOKEN_LBRACK) && !parser_is_old(p) ? parse_instance(p, x) : x;
}

/* ---- type literals ---- */

Node *parse_array_type(Parser *p, Pos pos, Node *length) {
  if (!length && !parser_got(p, TOKEN_DOTS)) {
    p->expression_level++;
    length = parse_expr(p);
    p->expression_level--;
  }
  if (parser_at(p, TOKEN_COMMA)) {
    parser_syntax_error(p, "unexpected comma; expected ]");
    parser_next(p);
  }
  parser_want(p, TOKEN_RBRACK);
  ArrayTypeExpr *array = NEW_NODE(p, ARRAY_TYPE, ArrayTypeExpr, pos);
  array->length = length;
  array->elem = parse_type(p);
  return &array->node;
}

Node *parse_slice_type(Parser *p, Pos pos) {
  SliceTypeExpr *slice = NEW_NODE(p, SLICE_TYPE, SliceTypeExpr, pos);
  slice->elem = parse_type(p);
  return &slice->node;
}

static Node *parse_chan_elem(Parser *p) {
  Node *type = parse_type_or_null(p);
  if (type) return type;
  type = parser_bad_expr(p);
  parser_syntax_error(p, "missing channel element type");
  return type;
}

static Node *parse_chan_type(Parser *p) {
  Pos pos = parser_pos(p);
  ChanDir dir = CHAN_BOTH;
  if (parser_got(p, TOKEN_ARROW)) {
    dir = CHAN_RECV;
    parser_want(p, TOKEN_CHAN);
  } else {
    parser_next(p);
    if (parser_got(p, TOKEN_ARROW)) dir = CHAN_SEND;
  }
  ChanTypeExpr *chan = NEW_NODE(p, CHAN_TYPE, ChanTypeExpr, pos);
  chan->dir = dir;
  chan->elem = parse_chan_elem(p);
  return &chan->node;
}

static Node *parse_map_type(Parser *p) {
  Pos pos = parser_pos(p);
  parser_next(p);
  parser_want(p, TOKEN_LBRACK);
  MapTypeExpr *map = NEW_NODE(p, MAP_TYPE, MapTypeExpr, pos);
  map->key = parse_type(p);
  parser_want(p, TOKEN_RBRACK);
  map->value = parse_type(p);
  return &map->node;
}

static Node *parse_bracket_type(Parser *p) {
  Pos pos = parser_pos(p);
  parser_next(p);
  return parser_got(p, TOKEN_RBRACK) ? parse_slice_type(p, pos) : parse_array_type(p, pos, NULL);
}

FuncTypeExpr *parse_func_type(Parser *p, const char *context, FieldList *tparams) {
  FuncTypeExpr *type = NEW_NODE(p, FUNC_TYPE, FuncTypeExpr, parser_pos(p));
  if (!parser_is_old(p) && parser_got(p, TOKEN_LBRACK)) {
    if (context) parser_syntax_error_at(p, type->node.pos, "%s must have no type parameters", context);
    if (parser_at(p, TOKEN_RBRACK)) {
      parser_syntax_error(p, "empty type parameter list");
      parser_next(p);
    } else {
      ParamRules rules = {.close = TOKEN_RBRACK, .require_names = true};
      FieldList list = parse_params(p, NULL, NULL, rules);
      if (tparams) *tparams = list;
    }
  }
  parser_want(p, TOKEN_LPAREN);
  type->params = parse_params(p, NULL, NULL, (ParamRules){.close = TOKEN_RPAREN, .dots_ok = true});
  if (parser_got(p, TOKEN_LPAREN)) {
    type->results = parse_params(p, NULL, NULL, (ParamRules){.close = TOKEN_RPAREN});
    return type;
  }
  Pos pos = parser_pos(p);
  Node *result = parse_type_or_null(p);
  if (!result) return type;
  uint32_t begin = list_begin(p);
  list_push(p, field_new(p, pos, NULL, result));
  type->results = field_list(p, begin);
  return type;
}

/* ---- struct types ---- */

/* What is between the brackets of `name [ … ]`, and the element type if there is one: an array or slice type; or, without an
   element type, an instance whose x the caller sets. */
static Node *parse_array_or_arguments(Parser *p) {
  Pos pos = parser_pos(p);
  parser_want(p, TOKEN_LBRACK);
  if (parser_got(p, TOKEN_RBRACK)) return parse_slice_type(p, pos);
  bool comma;
  Node *inside = parse_type_list(p, false, &comma);
  parser_want(p, TOKEN_RBRACK);
  Node *elem = comma ? NULL : parse_type_or_null(p);
  if (elem) {
    ArrayTypeExpr *array = NEW_NODE(p, ARRAY_TYPE, ArrayTypeExpr, pos);
    array->length = inside;
    array->elem = elem;
    return &array->node;
  }
  IndexExpr *instance = NEW_NODE(p, INDEX, IndexExpr, pos);
  instance->index = inside;
  return &instance->node;
}

/* Fields are collected in pairs: field, tag or NULL. */
static void push_field(Parser *p, FieldNode *field, BasicLit *tag) {
  list_push(p, field);
  list_push(p, tag);
}

static void push_embedded(Parser *p, Pos pos, Node *type) {
  BasicLit *tag = parse_literal_or_null(p);
  push_field(p, field_new(p, pos, NULL, type), tag);
}

/* `name …`: named fields or an embedded type */
static void parse_named_field(Parser *p) {
  Pos pos = parser_pos(p);
  NameExpr *name = parse_name(p);
  if (token_in(p->scan.kind, TOKEN_SET(DOT) | TOKEN_SET(LITERAL) | TOKEN_SET(SEMI) | TOKEN_SET(RBRACE))) {
    push_embedded(p, pos, parse_type_name(p, name));
    return;
  }
  uint32_t len;
  NameExpr **names = parse_name_list(p, name, &len);
  Node *type;
  if (len == 1 && parser_at(p, TOKEN_LBRACK) && !parser_is_old(p)) {
    type = parse_array_or_arguments(p);
    if (type->kind == NODE_INDEX) {
      ((IndexExpr *)type)->x = &name->node;
      push_embedded(p, pos, type);
      return;
    }
  } else {
    type = parse_type(p);
  }
  BasicLit *tag = parse_literal_or_null(p);
  for (uint32_t i = 0; i < len; i++) push_field(p, field_new(p, names[i]->node.pos, names[i], type), tag);
}

/* `*T`, and the wrong `(T)`, `(*T)`, `*(T)` */
static void parse_embedded_pointer(Parser *p) {
  Pos pos = parser_pos(p), star = pos;
  bool pointer = parser_got(p, TOKEN_STAR);
  bool parens = parser_at(p, TOKEN_LPAREN);
  if (parens) {
    parser_syntax_error(p, "cannot parenthesize embedded type");
    parser_next(p);
  }
  if (parens && !pointer && parser_at(p, TOKEN_STAR)) {
    star = parser_pos(p);
    pointer = true;
    parser_next(p);
  }
  Node *type = parse_type_name(p, NULL);
  if (parens) parser_got(p, TOKEN_RPAREN);
  if (pointer) type = pointer_to(p, star, type);
  push_embedded(p, pos, type);
}

static void struct_take_fields(Parser *p, StructTypeExpr *type, uint32_t begin) {
  uint32_t len;
  Node **pairs = list_end(p, begin, &len);
  type->field_len = len / 2;
  if (!len) return;
  bool tagged = false;
  for (uint32_t i = 1; i < len; i += 2) tagged |= pairs[i] != NULL;
  if (tagged) type->tags = arena_new_array(p->arena, BasicLit *, len / 2);
  type->fields = (FieldNode **)(void *)pairs;
  for (uint32_t i = 0; i < len / 2; i++) { /* fields move to the front of their own array */
    if (tagged) type->tags[i] = (BasicLit *)pairs[2 * i + 1];
    pairs[i] = pairs[2 * i];
  }
}

static Node *parse_struct_type(Parser *p) {
  StructTypeExpr *type = NEW_NODE(p, STRUCT_TYPE, StructTypeExpr, parser_pos(p));
  parser_next(p);
  parser_want(p, TOKEN_LBRACE);
  uint32_t begin = list_begin(p);
  Bracketed fields = {.context = "struct type", .separator = TOKEN_SEMI, .close = TOKEN_RBRACE};
  for (; bracketed_more(p, &fields); bracketed_separator(p, &fields)) {
    if (parser_at(p, TOKEN_NAME)) {
      parse_named_field(p);
    } else if (parser_at(p, TOKEN_STAR) || parser_at(p, TOKEN_LPAREN)) {
      parse_embedded_pointer(p);
    } else {
      parser_syntax_error(p, "expected field name or embedded type");
      parser_advance(p, TOKEN_SET(SEMI) | TOKEN_SET(RBRACE));
    }
  }
  bracketed_end(p, &fields);
  struct_take_fields(p, type, begin);
  return &type->node;
}

/* ---- interface types ---- */

static Node *parse_term(Parser *p) {
  if (parser_at_operator(p, OPERATOR_TILDE)) {
    Operation *tilde = NEW_NODE(p, OPERATION, Operation, parser_pos(p));
    tilde->op = OPERATOR_TILDE;
    parser_next(p);
    tilde->x = parse_type(p);
    return &tilde->node;
  }
  Node *type = parse_type_or_null(p);
  if (type) return type;
  type = parser_bad_expr(p);
  parser_syntax_error(p, "expected ~ term or type");
  parser_advance(p, TOKEN_SET(OPERATOR) | TOKEN_SET(SEMI) | FOLLOW_CLOSING);
  return type;
}

/* The rest of a union that begins with x. */
static Node *parse_union(Parser *p, Node *x) {
  if (parser_is_old(p)) return x;
  for (uint32_t chain = 1; parser_at_operator(p, OPERATOR_OR) && parser_chain_ok(p, chain); chain++) {
    Operation *operation = NEW_NODE(p, OPERATION, Operation, parser_pos(p));
    operation->op = OPERATOR_OR;
    parser_next(p);
    operation->x = x;
    operation->y = parse_term(p);
    x = &operation->node;
  }
  return x;
}

static void set_method(Parser *p, FieldNode *field, NameExpr *name) {
  field->name = name;
  field->type = &parse_func_type(p, "interface method", NULL)->node;
}

/* `name []`: the brackets count as absent. */
static void parse_empty_brackets(Parser *p, FieldNode *field, NameExpr *name) {
  Pos pos = parser_pos(p);
  parser_next(p);
  if (parser_at(p, TOKEN_LPAREN)) {
    parser_error(p, pos, "empty type parameter list");
    set_method(p, field, name);
  } else {
    parser_error(p, pos, "empty type argument list");
    field->type = &name->node;
  }
}

static Node *instance_of_fields(Parser *p, Pos pos, NameExpr *name, FieldList list) {
  IndexExpr *instance = NEW_NODE(p, INDEX, IndexExpr, pos);
  instance->x = &name->node;
  instance->index = list.items[0]->type;
  if (list.len == 1) return &instance->node;
  ListExpr *types = NEW_NODE(p, LIST, ListExpr, list.items[0]->node.pos);
  types->elems.items = arena_new_array(p->arena, Node *, list.len);
  types->elems.len = list.len;
  for (uint32_t i = 0; i < list.len; i++) types->elems.items[i] = list.items[i]->type;
  instance->index = &types->node;
  return &instance->node;
}

/* `name [`: an instantiated type that is embedded; or a method with type parameters, which is not allowed. A list of type
   arguments looks like a list of parameters without names. */
static void parse_bracketed_element(Parser *p, FieldNode *field, NameExpr *name) {
  Pos pos = parser_pos(p);
  parser_next(p);
  if (parser_at(p, TOKEN_RBRACK)) {
    parse_empty_brackets(p, field, name);
    return;
  }
  FieldList list = parse_params(p, NULL, NULL, (ParamRules){.close = TOKEN_RBRACK});
  if (list.len == 0) {
    if (parser_at(p, TOKEN_LPAREN))
      set_method(p, field, name);
    else
      field->type = &name->node;
  } else if (list.items[0]->name) {
    set_method(p, field, name);
    parser_error(p, pos, "interface method must have no type parameters");
  } else {
    field->type = instance_of_fields(p, pos, name, list);
  }
}

static FieldNode *parse_interface_element(Parser *p) {
  FieldNode *field = field_new(p, parser_pos(p), NULL, NULL);
  if (parser_at(p, TOKEN_NAME)) {
    NameExpr *name = parse_name(p);
    if (parser_at(p, TOKEN_LPAREN))
      set_method(p, field, name);
    else if (parser_at(p, TOKEN_LBRACK) && !parser_is_old(p))
      parse_bracketed_element(p, field, name);
    else
      field->type = parse_type_name(p, name);
  } else if (parser_is_old(p)) {
    field->type = parser_bad_expr(p);
    parser_syntax_error(p, "expected method or interface name");
    parser_advance(p, TOKEN_SET(SEMI) | TOKEN_SET(RBRACE));
  } else {
    field->type = parse_term(p);
  }
  if (!field->name) field->type = parse_union(p, field->type);
  return field;
}

static Node *parse_interface_type(Parser *p) {
  InterfaceTypeExpr *type = NEW_NODE(p, INTERFACE_TYPE, InterfaceTypeExpr, parser_pos(p));
  parser_next(p);
  parser_want(p, TOKEN_LBRACE);
  uint32_t begin = list_begin(p);
  Bracketed elems = {.context = "interface type", .separator = TOKEN_SEMI, .close = TOKEN_RBRACE};
  for (; bracketed_more(p, &elems); bracketed_separator(p, &elems)) list_push(p, parse_interface_element(p));
  bracketed_end(p, &elems);
  type->elems = field_list(p, begin);
  return &type->node;
}

/* ---- any type ---- */

static Node *parse_type_at(Parser *p) {
  Pos pos = parser_pos(p);
  switch ((int)p->scan.kind) {
  case TOKEN_STAR: parser_next(p); return pointer_to(p, pos, parse_type(p));
  case TOKEN_ARROW:
  case TOKEN_CHAN: return parse_chan_type(p);
  case TOKEN_FUNC: parser_next(p); return &parse_func_type(p, "function type", NULL)->node;
  case TOKEN_LBRACK: return parse_bracket_type(p);
  case TOKEN_MAP: return parse_map_type(p);
  case TOKEN_STRUCT: return parse_struct_type(p);
  case TOKEN_INTERFACE: return parse_interface_type(p);
  default: break;
  }
  if (!parser_got(p, TOKEN_LPAREN)) return NULL;
  Node *type = parse_type(p);
  parser_want(p, TOKEN_RPAREN);
  return type;
}

Node *parse_type_or_null(Parser *p) {
  if (parser_at(p, TOKEN_NAME)) return parse_type_name(p, NULL); /* most of them */
  Node *type = parser_enter(p) ? parse_type_at(p) : NULL;
  parser_leave(p);
  return type;
}

Node *parse_type(Parser *p) {
  Node *type = parse_type_or_null(p);
  if (type) return type;
  type = parser_bad_expr(p);
  parser_syntax_error(p, "expected type");
  parser_advance(p, TOKEN_SET(COMMA) | TOKEN_SET(COLON) | TOKEN_SET(SEMI) | FOLLOW_CLOSING);
  return type;
}

Node *parse_type_list(Parser *p, bool strict, bool *comma) {
  p->expression_level++;
  Node *x = strict ? parse_type(p) : parse_expr(p);
  *comma = parser_got(p, TOKEN_COMMA);
  Node *next = *comma ? parse_type_or_null(p) : NULL;
  if (next) {
    uint32_t begin = list_begin(p);
    list_push(p, x);
    for (; next; next = parser_got(p, TOKEN_COMMA) ? parse_type_or_null(p) : NULL) list_push(p, next);
    ListExpr *list = NEW_NODE(p, LIST, ListExpr, x->pos);
    list->elems = list_nodes(p, begin);
    x = &list->node;
  }
  p->expression_level--;
  return x;
}

/* ---- parameters ---- */

/* Unions and `~` are allowed in type parameter lists only. */
static bool at_union(const Parser *p, bool type_sets) {
  return type_sets && parser_at_operator(p, OPERATOR_OR);
}

static Node *parse_dots(Parser *p) {
  DotsTypeExpr *dots = NEW_NODE(p, DOTS_TYPE, DotsTypeExpr, parser_pos(p));
  parser_next(p);
  dots->elem = parse_type_or_null(p);
  if (dots->elem) return &dots->node;
  Node *bad = parser_bad_expr(p);
  parser_syntax_error(p, "... is missing type");
  return bad;
}

/* Behind the name of a parameter, if what follows makes the name (part of) a type, or is in brackets. False: not so. */
static bool parse_behind_name(Parser *p, FieldNode *field, NameExpr *name, bool type_sets) {
  if (parser_at(p, TOKEN_LBRACK) && parser_is_old(p)) {
    field->name = name;
    field->type = parse_type(p);
    return true;
  }
  if (parser_at(p, TOKEN_LBRACK)) {
    field->type = parse_array_or_arguments(p);
    if (field->type->kind == NODE_INDEX)
      ((IndexExpr *)field->type)->x = &name->node;
    else
      field->name = name;
  } else if (parser_at(p, TOKEN_DOT)) {
    field->type = parse_type_name(p, name);
  } else if (at_union(p, type_sets)) {
    field->type = &name->node;
  } else {
    return false;
  }
  if (at_union(p, type_sets)) field->type = parse_union(p, field->type);
  return true;
}

/* One parameter: a name, a type, or both. NULL after an error. */
static FieldNode *parse_param(Parser *p, NameExpr *name, TokenKind close) {
  bool type_sets = close == TOKEN_RBRACK;
  FieldNode *field = field_new(p, name ? name->node.pos : parser_pos(p), NULL, NULL);
  if (name || parser_at(p, TOKEN_NAME)) {
    if (!name) name = parse_name(p);
    if (parse_behind_name(p, field, name, type_sets)) return field;
    field->name = name;
  }
  if (parser_at(p, TOKEN_DOTS)) {
    field->type = parse_dots(p);
    return field;
  }
  if (type_sets && parser_at_operator(p, OPERATOR_TILDE)) {
    field->type = parse_union(p, parse_term(p));
    return field;
  }
  field->type = parse_type_or_null(p);
  if (field->type && at_union(p, type_sets)) field->type = parse_union(p, field->type);
  if (field->name || field->type) return field;
  parser_syntax_error(p, "expected %s", token_text(close));
  parser_advance(p, TOKEN_SET(COMMA) | (TokenSet)1 << close);
  return NULL;
}

typedef struct ParamCount {
  uint32_t both, typed; /* parameters with name and type; with a type */
} ParamCount;

/* Only some parameters have both a name and a type: types go to the names before them; what still lacks something is an error,
   whose place is returned. */
static Pos complete_params(Parser *p, FieldList list) {
  Pos problem = POS_NONE;
  Node *type = NULL;
  for (uint32_t i = list.len; i-- > 0;) {
    FieldNode *field = list.items[i];
    if (field->type) {
      type = field->type;
      if (field->name) continue;
      problem = node_start(type);
      field->name = parser_name_at(p, problem, intern_text(p->session->interner, "_"));
    } else if (type) {
      field->type = type;
    } else {
      problem = field->name->node.pos;
      field->type = NEW_NODE(p, BAD_EXPR, Node, problem);
    }
  }
  return problem;
}

static void distribute_types(Parser *p, FieldList list, ParamCount count, Pos end, bool require_names) {
  if (count.both == 0 && !require_names) { /* no names at all: what looked like names are types */
    for (uint32_t i = 0; i < list.len; i++) {
      FieldNode *field = list.items[i];
      if (!field->name) continue;
      field->type = &field->name->node;
      field->name = NULL;
    }
    return;
  }
  if (count.both == list.len) return;
  Pos problem = complete_params(p, list);
  if (!pos_known(problem)) return;
  if (count.both == count.typed) /* the last names have no type */
    parser_syntax_error_at(p, end, require_names ? "missing type constraint" : "missing parameter type");
  else if (!require_names)
    parser_syntax_error_at(p, problem, "missing parameter name");
  else
    parser_syntax_error_at(p, problem, "missing type parameter name%s",
                           list.len == 1 ? " or invalid array length" : "");
}

static void check_dots(Parser *p, FieldList list, bool dots_ok) {
  bool reported = false;
  for (uint32_t i = 0; i < list.len; i++) {
    FieldNode *field = list.items[i];
    if (field->type->kind != NODE_DOTS_TYPE || (dots_ok && i + 1 == list.len)) continue;
    if (!reported)
      parser_error(p, field->type->pos,
                   dots_ok ? "can only use ... with final parameter" : "invalid use of ...");
    reported = true;
    field->type = ((DotsTypeExpr *)field->type)->elem;
  }
}

FieldList parse_params(Parser *p, NameExpr *name, Node *type, ParamRules rules) {
  uint32_t begin = list_begin(p);
  if (name && type && parser_got(p, rules.close)) {
    list_push(p, field_new(p, name->node.pos, name, type));
    return field_list(p, begin);
  }
  ParamCount count = {0};
  Bracketed params = {.context = "parameter list", .separator = TOKEN_COMMA, .close = rules.close};
  for (; bracketed_more(p, &params); bracketed_separator(p, &params)) {
    FieldNode *field = type ? field_new(p, name->node.pos, name, type) : parse_param(p, name, rules.close);
    name = NULL;
    type = NULL;
    if (!field) continue;
    count.both += field->name && field->type;
    count.typed += field->type != NULL;
    list_push(p, field);
  }
  Pos end = bracketed_end(p, &params);
  FieldList list = field_list(p, begin);
  if (list.len == 0) return list;
  distribute_types(p, list, count, end, rules.require_names);
  check_dots(p, list, rules.dots_ok);
  return list;
}
