/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nodes: small facts about nodes and operators, where nodes begin and end, notes, values of literals.
 *
 * Go: cmd/compile/internal/syntax/positions.go, tokens.go; strconv.Unquote
 */
#include "syntax/parser.h"

/* ---- notes ---- */

void note_push(Notes *notes, Pos pos, Str text, bool soft) {
  vec_push(notes->arena, &notes->list, (Note){.pos = pos, .text = text, .soft = soft});
}

void note_add(Notes *notes, Pos pos, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  note_push(notes, pos, arena_vprintf(notes->arena, fmt, args), false);
  va_end(args);
}

void note_add_soft(Notes *notes, Pos pos, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  note_push(notes, pos, arena_vprintf(notes->arena, fmt, args), true);
  va_end(args);
}

/* ---- operators and kinds ---- */

typedef struct OperatorRow {
  const char *text;
  int precedence;
} OperatorRow;

static const OperatorRow OPERATORS[OPERATOR_COUNT] = {
    [OPERATOR_NONE] = {"", 0},   [OPERATOR_NOT] = {"!", 0},   [OPERATOR_RECV] = {"<-", 0},
    [OPERATOR_TILDE] = {"~", 0}, [OPERATOR_OROR] = {"||", 1}, [OPERATOR_ANDAND] = {"&&", 2},
    [OPERATOR_EQL] = {"==", 3},  [OPERATOR_NEQ] = {"!=", 3},  [OPERATOR_LSS] = {"<", 3},
    [OPERATOR_LEQ] = {"<=", 3},  [OPERATOR_GTR] = {">", 3},   [OPERATOR_GEQ] = {">=", 3},
    [OPERATOR_ADD] = {"+", 4},   [OPERATOR_SUB] = {"-", 4},   [OPERATOR_OR] = {"|", 4},
    [OPERATOR_XOR] = {"^", 4},   [OPERATOR_MUL] = {"*", 5},   [OPERATOR_DIV] = {"/", 5},
    [OPERATOR_REM] = {"%", 5},   [OPERATOR_AND] = {"&", 5},   [OPERATOR_ANDNOT] = {"&^", 5},
    [OPERATOR_SHL] = {"<<", 5},  [OPERATOR_SHR] = {">>", 5},
};

const char *operator_text(Operator op) { return OPERATORS[op].text; }
int operator_precedence(Operator op) { return OPERATORS[op].precedence; }

const char *node_kind_text(NodeKind kind) {
  static const char *const TEXTS[NODE_KIND_COUNT] = {
      [NODE_NONE] = "no node",
#define NODE(KIND, Struct, text) [NODE_##KIND] = text,
#include "syntax/nodes.def"
#undef NODE
  };
  return TEXTS[kind];
}

NodeList node_elements(Node *const *self) {
  if (!*self) return (NodeList){NULL, 0};
  if ((*self)->kind == NODE_LIST) return ((ListExpr *)*self)->elems;
  return (NodeList){(Node **)self, 1};
}

/* ---- begin and end ---- */

#define AS(Type, node) ((const Type *)(node))

/* The part of a node that it begins with, or NULL: it begins at its own position. */
static const Node *first_part(const Node *n) {
  switch ((int)n->kind) {
  case NODE_COMPOSITE_LIT: return AS(CompositeLit, n)->type;
  case NODE_KEY_VALUE: return AS(KeyValueExpr, n)->key;
  case NODE_SELECTOR: return AS(SelectorExpr, n)->x;
  case NODE_INDEX: return AS(IndexExpr, n)->x;
  case NODE_ASSERT: return AS(AssertExpr, n)->x;
  case NODE_TYPE_SWITCH_GUARD:
    return AS(TypeSwitchGuard, n)->lhs ? &AS(TypeSwitchGuard, n)->lhs->node : AS(TypeSwitchGuard, n)->x;
  case NODE_OPERATION: return AS(Operation, n)->y ? AS(Operation, n)->x : NULL;
  case NODE_CALL: return AS(CallExpr, n)->fun;
  case NODE_LIST: return AS(ListExpr, n)->elems.len ? AS(ListExpr, n)->elems.items[0] : NULL;
  case NODE_SEND: return AS(SendStmt, n)->chan;
  case NODE_ASSIGN: return AS(AssignStmt, n)->lhs;
  case NODE_RANGE: return AS(RangeClause, n)->lhs ? AS(RangeClause, n)->lhs : AS(RangeClause, n)->x;
  default: return NULL; /* also a slice expression: it begins at its `[` */
  }
}

Pos node_start(const Node *node) {
  for (const Node *part; (part = first_part(node)) != NULL;) node = part;
  return node->pos;
}

static const Node *last_of(NodeList list) { return list.len ? list.items[list.len - 1] : NULL; }
static const Node *last_field(FieldNode *const *items, uint32_t len) {
  return len ? &items[len - 1]->node : NULL;
}
static const Node *either(const Node *a, const Node *b) { return a ? a : b; }

static const Node *last_part_of_decl(const Node *n) {
  switch ((int)n->kind) {
  case NODE_IMPORT_DECL: return AS(ImportDecl, n)->path ? &AS(ImportDecl, n)->path->node : NULL;
  case NODE_CONST_DECL: {
    const ConstDecl *decl = AS(ConstDecl, n);
    return either(either(decl->values, decl->type), &decl->names[decl->name_len - 1]->node);
  }
  case NODE_TYPE_DECL: return AS(TypeDecl, n)->type;
  case NODE_VAR_DECL: {
    const VarDecl *decl = AS(VarDecl, n);
    return either(either(decl->values, decl->type), &decl->names[decl->name_len - 1]->node);
  }
  case NODE_FUNC_DECL:
    return AS(FuncDecl, n)->body ? &AS(FuncDecl, n)->body->node : &AS(FuncDecl, n)->type->node;
  default: return NULL;
  }
}

static const Node *last_part_of_expr(const Node *n) {
  switch ((int)n->kind) {
  case NODE_KEY_VALUE: return AS(KeyValueExpr, n)->value;
  case NODE_FUNC_LIT: return &AS(FuncLit, n)->body->node;
  case NODE_PAREN: return AS(ParenExpr, n)->x;
  case NODE_SELECTOR: return &AS(SelectorExpr, n)->sel->node;
  case NODE_INDEX: return AS(IndexExpr, n)->index;
  case NODE_SLICE: return AS(SliceExpr, n)->x; /* not the last index: so does the compiler */
  case NODE_ASSERT: return AS(AssertExpr, n)->type;
  case NODE_TYPE_SWITCH_GUARD: return AS(TypeSwitchGuard, n)->x;
  case NODE_OPERATION: return either(AS(Operation, n)->y, AS(Operation, n)->x);
  case NODE_CALL: return either(last_of(AS(CallExpr, n)->args), AS(CallExpr, n)->fun);
  case NODE_LIST: return last_of(AS(ListExpr, n)->elems);
  case NODE_ARRAY_TYPE: return AS(ArrayTypeExpr, n)->elem;
  case NODE_SLICE_TYPE: return AS(SliceTypeExpr, n)->elem;
  case NODE_DOTS_TYPE: return AS(DotsTypeExpr, n)->elem;
  case NODE_STRUCT_TYPE: return last_field(AS(StructTypeExpr, n)->fields, AS(StructTypeExpr, n)->field_len);
  case NODE_FIELD: return either(AS(FieldNode, n)->type, (Node *)AS(FieldNode, n)->name);
  case NODE_INTERFACE_TYPE:
    return last_field(AS(InterfaceTypeExpr, n)->elems.items, AS(InterfaceTypeExpr, n)->elems.len);
  case NODE_FUNC_TYPE:
    return either(last_field(AS(FuncTypeExpr, n)->results.items, AS(FuncTypeExpr, n)->results.len),
                  last_field(AS(FuncTypeExpr, n)->params.items, AS(FuncTypeExpr, n)->params.len));
  case NODE_MAP_TYPE: return AS(MapTypeExpr, n)->value;
  case NODE_CHAN_TYPE: return AS(ChanTypeExpr, n)->elem;
  default: return NULL;
  }
}

static const Node *last_part_of_stmt(const Node *n) {
  switch ((int)n->kind) {
  case NODE_LABELED: return AS(LabeledStmt, n)->stmt;
  case NODE_EXPR_STMT: return AS(ExprStmt, n)->x;
  case NODE_SEND: return AS(SendStmt, n)->value;
  case NODE_DECL_STMT: return last_of(AS(DeclStmt, n)->decls);
  case NODE_ASSIGN: return AS(AssignStmt, n)->rhs;
  case NODE_BRANCH: return AS(BranchStmt, n)->label ? &AS(BranchStmt, n)->label->node : NULL;
  case NODE_GO:
  case NODE_DEFER: return AS(CallStmt, n)->call;
  case NODE_RETURN: return AS(ReturnStmt, n)->results;
  case NODE_IF: return either(AS(IfStmt, n)->orelse, &AS(IfStmt, n)->then->node);
  case NODE_FOR: return &AS(ForStmt, n)->body->node;
  case NODE_RANGE: return AS(RangeClause, n)->x;
  case NODE_CASE: return last_of(AS(CaseClause, n)->body);
  case NODE_COMM: return last_of(AS(CommClause, n)->body);
  default: return NULL;
  }
}

/* The end of a node that has no last part. */
static Pos own_end(const Node *n) {
  switch ((int)n->kind) {
  case NODE_NAME: return (Pos){n->pos.v + AS(NameExpr, n)->name->len};
  case NODE_BASIC_LIT: return (Pos){n->pos.v + (uint32_t)AS(BasicLit, n)->source.len};
  case NODE_COMPOSITE_LIT: return AS(CompositeLit, n)->rbrace;
  case NODE_BLOCK: return AS(BlockStmt, n)->rbrace;
  case NODE_SWITCH: return AS(SwitchStmt, n)->rbrace;
  case NODE_SELECT: return AS(SelectStmt, n)->rbrace;
  case NODE_CASE: return AS(CaseClause, n)->colon;
  case NODE_COMM: return AS(CommClause, n)->colon;
  default: return n->pos;
  }
}

static const Node *last_part(const Node *n) {
  if (n->kind >= NODE_IMPORT_DECL && n->kind <= NODE_FUNC_DECL) return last_part_of_decl(n);
  return n->kind < NODE_IMPORT_DECL ? last_part_of_expr(n) : last_part_of_stmt(n);
}

Pos node_end(const Node *node) {
  for (const Node *part; (part = last_part(node)) != NULL;) node = part;
  if (node->kind == NODE_ASSIGN) return (Pos){node_end(AS(AssignStmt, node)->lhs).v + 2}; /* ++ or -- */
  return own_end(node);
}

/* ---- literals ---- */

static uint32_t hex_value(char c) {
  if (c >= '0' && c <= '9') return (uint32_t)(c - '0');
  return (uint32_t)((c | 0x20) - 'a') + 10;
}

static size_t rune_encode(char *out, uint32_t rune) {
  if (rune < 0x80) {
    out[0] = (char)rune;
    return 1;
  }
  if (rune < 0x800) {
    out[0] = (char)(0xC0 | rune >> 6);
    out[1] = (char)(0x80 | (rune & 0x3F));
    return 2;
  }
  if (rune < 0x10000) {
    out[0] = (char)(0xE0 | rune >> 12);
    out[1] = (char)(0x80 | (rune >> 6 & 0x3F));
    out[2] = (char)(0x80 | (rune & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | rune >> 18);
  out[1] = (char)(0x80 | (rune >> 12 & 0x3F));
  out[2] = (char)(0x80 | (rune >> 6 & 0x3F));
  out[3] = (char)(0x80 | (rune & 0x3F));
  return 4;
}

/* Decodes the escape whose character behind the backslash is at *at, moves *at behind it, and returns the number of bytes. */
static size_t decode_escape(const char **at, char *out, bool is_rune) {
  static const char NAMED[] = "a\ab\bf\fn\nr\rt\tv\v";
  char c = *(*at)++;
  for (const char *pair = NAMED; *pair; pair += 2) {
    if (c != *pair) continue;
    *out = pair[1];
    return 1;
  }
  uint32_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : c >= '0' && c <= '7' ? 3 : 0, value = 0;
  if (!digits) { /* a backslash or quote */
    *out = c;
    return 1;
  }
  if (digits == 3) --*at;
  for (uint32_t i = 0; i < digits; i++) value = value * (digits == 3 ? 8 : 16) + hex_value(*(*at)++);
  if (is_rune || digits > 3) return rune_encode(out, value);
  *out = (char)value;
  return 1;
}

/* A raw string has all its bytes but carriage returns. */
static Str unquote_raw(Arena *arena, Str inside) {
  if (!memchr(inside.data, '\r', inside.len)) return inside;
  char *text = arena_alloc(arena, inside.len + 1);
  size_t len = 0;
  for (size_t i = 0; i < inside.len; i++)
    if (inside.data[i] != '\r') text[len++] = inside.data[i];
  return (Str){text, len};
}

bool literal_unquote(Arena *arena, const BasicLit *lit, Str *out) {
  if (lit->bad || lit->source.len < 2 || (lit->lit != LIT_STRING && lit->lit != LIT_RUNE)) return false;
  Str inside = str_slice(lit->source, 1, lit->source.len - 1);
  *out = inside;
  if (lit->source.data[0] == '`') {
    *out = unquote_raw(arena, inside);
    return true;
  }
  if (inside.len == 0 || !memchr(inside.data, '\\', inside.len)) return true;
  char *text = arena_alloc(arena, inside.len + 4);
  size_t len = 0;
  for (const char *at = inside.data, *end = at + inside.len; at < end;) {
    if (*at != '\\') {
      text[len++] = *at++;
      continue;
    }
    at++;
    len += decode_escape(&at, text + len, lit->lit == LIT_RUNE);
  }
  *out = (Str){text, len};
  return true;
}
