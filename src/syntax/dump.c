/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dump: the tree of a file as indented text, for `heapwhy dump syntax` and tests.
 *
 * In: a SyntaxFile. Out: one line a node: what it is to its parent, its kind, line:column, and its own data. Children follow,
 * two blanks deeper.
 *
 * Go: cmd/compile/internal/syntax/dumper.go
 */
#include "syntax/syntax.h"

enum { MAX_INDENT = 100 }; /* so that deep nesting does not make quadratic text */

typedef struct Dumper {
  Buffer *out;
  const Sources *sources;
  uint32_t indent;
} Dumper;

#define AS(Type, node) ((const Type *)(node))

static void dump_node(Dumper *d, const char *role, const Node *n);

static void dump_nodes(Dumper *d, const char *role, NodeList list) {
  for (uint32_t i = 0; i < list.len; i++) dump_node(d, role, list.items[i]);
}

static void dump_names(Dumper *d, NameExpr *const *names, uint32_t len) {
  for (uint32_t i = 0; i < len; i++) dump_node(d, "name", &names[i]->node);
}

static void dump_fields(Dumper *d, const char *role, FieldList list) {
  for (uint32_t i = 0; i < list.len; i++) dump_node(d, role, &list.items[i]->node);
}

static void dump_pos(Dumper *d, const char *role, Pos pos) {
  Position p = source_position_physical(d->sources, pos);
  if (pos_known(pos)) buffer_printf(d->out, " %s%u:%u", role, p.line, p.col);
}

static void dump_pragma(Dumper *d, uint32_t bits) {
#define PRAGMA(NAME, bit, text)                                                                              \
  if (bits & PRAGMA_##NAME) buffer_text(d->out, " //" text);
#include "syntax/pragmas.def"
#undef PRAGMA
}

static void dump_flag(Dumper *d, bool set, const char *text) {
  if (set) buffer_printf(d->out, " %s", text);
}

/* What a node says besides its children. */
static void dump_own_data(Dumper *d, const Node *n) {
  static const char *const DIRECTIONS[] = {[CHAN_BOTH] = "", [CHAN_SEND] = " send", [CHAN_RECV] = " receive"};
  static const char *const BRANCHES[] = {[BRANCH_BREAK] = "break",
                                         [BRANCH_CONTINUE] = "continue",
                                         [BRANCH_GOTO] = "goto",
                                         [BRANCH_FALLTHROUGH] = "fallthrough"};
  switch ((int)n->kind) {
  case NODE_NAME: buffer_printf(d->out, " %s", atom_text(AS(NameExpr, n)->name)); break;
  case NODE_BASIC_LIT:
    buffer_printf(d->out, " " STR_FMT, STR_ARG(AS(BasicLit, n)->source));
    dump_flag(d, AS(BasicLit, n)->bad, "bad");
    break;
  case NODE_COMPOSITE_LIT:
    buffer_printf(d->out, " keys=%u", AS(CompositeLit, n)->key_count);
    dump_pos(d, "}", AS(CompositeLit, n)->rbrace);
    break;
  case NODE_SLICE: dump_flag(d, AS(SliceExpr, n)->full, "full"); break;
  case NODE_OPERATION: buffer_printf(d->out, " %s", operator_text(AS(Operation, n)->op)); break;
  case NODE_CALL:
    dump_flag(d, AS(CallExpr, n)->has_dots, "...");
    dump_pos(d, ")", AS(CallExpr, n)->rparen);
    break;
  case NODE_CHAN_TYPE: buffer_text(d->out, DIRECTIONS[AS(ChanTypeExpr, n)->dir]); break;
  case NODE_IMPORT_DECL: dump_flag(d, AS(ImportDecl, n)->group, "group"); break;
  case NODE_CONST_DECL:
    dump_flag(d, AS(ConstDecl, n)->group, "group");
    buffer_printf(d->out, " iota=%u", AS(ConstDecl, n)->iota_value);
    break;
  case NODE_TYPE_DECL:
    dump_flag(d, AS(TypeDecl, n)->group, "group");
    dump_flag(d, AS(TypeDecl, n)->alias, "alias");
    dump_pragma(d, AS(TypeDecl, n)->pragma);
    break;
  case NODE_VAR_DECL: dump_flag(d, AS(VarDecl, n)->group, "group"); break;
  case NODE_FUNC_DECL: dump_pragma(d, AS(FuncDecl, n)->pragma); break;
  case NODE_BLOCK: dump_pos(d, "}", AS(BlockStmt, n)->rbrace); break;
  case NODE_ASSIGN:
    if (AS(AssignStmt, n)->define)
      buffer_text(d->out, " :=");
    else if (AS(AssignStmt, n)->op)
      buffer_printf(d->out, " %s", operator_text(AS(AssignStmt, n)->op));
    break;
  case NODE_BRANCH: buffer_printf(d->out, " %s", BRANCHES[AS(BranchStmt, n)->branch]); break;
  case NODE_RANGE: dump_flag(d, AS(RangeClause, n)->define, ":="); break;
  case NODE_CASE: dump_pos(d, ":", AS(CaseClause, n)->colon); break;
  case NODE_COMM: dump_pos(d, ":", AS(CommClause, n)->colon); break;
  case NODE_SWITCH: dump_pos(d, "}", AS(SwitchStmt, n)->rbrace); break;
  case NODE_SELECT: dump_pos(d, "}", AS(SelectStmt, n)->rbrace); break;
  default: break;
  }
}

#define NODE_OR_NULL(x) ((x) ? &(x)->node : NULL)

static void dump_struct(Dumper *d, const StructTypeExpr *type) {
  for (uint32_t i = 0; i < type->field_len; i++) {
    dump_node(d, "field", &type->fields[i]->node);
    if (type->tags) dump_node(d, "tag", NODE_OR_NULL(type->tags[i]));
  }
}

/* Expressions with one or two operands in a row. */
static void dump_expr_parts(Dumper *d, const Node *n) {
  switch ((int)n->kind) {
  case NODE_COMPOSITE_LIT:
    dump_node(d, "type", AS(CompositeLit, n)->type);
    dump_nodes(d, "", AS(CompositeLit, n)->elems);
    break;
  case NODE_KEY_VALUE:
    dump_node(d, "", AS(KeyValueExpr, n)->key);
    dump_node(d, "", AS(KeyValueExpr, n)->value);
    break;
  case NODE_FUNC_LIT:
    dump_node(d, "", &AS(FuncLit, n)->type->node);
    dump_node(d, "", &AS(FuncLit, n)->body->node);
    break;
  case NODE_PAREN: dump_node(d, "", AS(ParenExpr, n)->x); break;
  case NODE_SELECTOR:
    dump_node(d, "", AS(SelectorExpr, n)->x);
    dump_node(d, "", &AS(SelectorExpr, n)->sel->node);
    break;
  case NODE_INDEX:
    dump_node(d, "", AS(IndexExpr, n)->x);
    dump_node(d, "", AS(IndexExpr, n)->index);
    break;
  case NODE_SLICE:
    dump_node(d, "", AS(SliceExpr, n)->x);
    dump_node(d, "low", AS(SliceExpr, n)->index[0]);
    dump_node(d, "high", AS(SliceExpr, n)->index[1]);
    dump_node(d, "max", AS(SliceExpr, n)->index[2]);
    break;
  case NODE_ASSERT:
    dump_node(d, "", AS(AssertExpr, n)->x);
    dump_node(d, "type", AS(AssertExpr, n)->type);
    break;
  case NODE_TYPE_SWITCH_GUARD:
    dump_node(d, "lhs", NODE_OR_NULL(AS(TypeSwitchGuard, n)->lhs));
    dump_node(d, "", AS(TypeSwitchGuard, n)->x);
    break;
  case NODE_OPERATION:
    dump_node(d, "", AS(Operation, n)->x);
    dump_node(d, "", AS(Operation, n)->y);
    break;
  case NODE_CALL:
    dump_node(d, "", AS(CallExpr, n)->fun);
    dump_nodes(d, "arg", AS(CallExpr, n)->args);
    break;
  case NODE_LIST: dump_nodes(d, "", AS(ListExpr, n)->elems); break;
  default: break;
  }
}

static void dump_type_parts(Dumper *d, const Node *n) {
  switch ((int)n->kind) {
  case NODE_ARRAY_TYPE:
    dump_node(d, "length", AS(ArrayTypeExpr, n)->length);
    dump_node(d, "", AS(ArrayTypeExpr, n)->elem);
    break;
  case NODE_SLICE_TYPE: dump_node(d, "", AS(SliceTypeExpr, n)->elem); break;
  case NODE_DOTS_TYPE: dump_node(d, "", AS(DotsTypeExpr, n)->elem); break;
  case NODE_STRUCT_TYPE: dump_struct(d, AS(StructTypeExpr, n)); break;
  case NODE_FIELD:
    dump_node(d, "", NODE_OR_NULL(AS(FieldNode, n)->name));
    dump_node(d, "type", AS(FieldNode, n)->type);
    break;
  case NODE_INTERFACE_TYPE: dump_fields(d, "", AS(InterfaceTypeExpr, n)->elems); break;
  case NODE_FUNC_TYPE:
    dump_fields(d, "parameter", AS(FuncTypeExpr, n)->params);
    dump_fields(d, "result", AS(FuncTypeExpr, n)->results);
    break;
  case NODE_MAP_TYPE:
    dump_node(d, "key", AS(MapTypeExpr, n)->key);
    dump_node(d, "value", AS(MapTypeExpr, n)->value);
    break;
  case NODE_CHAN_TYPE: dump_node(d, "", AS(ChanTypeExpr, n)->elem); break;
  default: break;
  }
}

static void dump_decl_parts(Dumper *d, const Node *n) {
  switch ((int)n->kind) {
  case NODE_IMPORT_DECL:
    dump_node(d, "local", NODE_OR_NULL(AS(ImportDecl, n)->local));
    dump_node(d, "", NODE_OR_NULL(AS(ImportDecl, n)->path));
    break;
  case NODE_CONST_DECL:
    dump_names(d, AS(ConstDecl, n)->names, AS(ConstDecl, n)->name_len);
    dump_node(d, "type", AS(ConstDecl, n)->type);
    dump_node(d, "value", AS(ConstDecl, n)->values);
    break;
  case NODE_TYPE_DECL:
    dump_node(d, "", &AS(TypeDecl, n)->name->node);
    dump_fields(d, "type parameter", AS(TypeDecl, n)->tparams);
    dump_node(d, "", AS(TypeDecl, n)->type);
    break;
  case NODE_VAR_DECL:
    dump_names(d, AS(VarDecl, n)->names, AS(VarDecl, n)->name_len);
    dump_node(d, "type", AS(VarDecl, n)->type);
    dump_node(d, "value", AS(VarDecl, n)->values);
    break;
  case NODE_FUNC_DECL:
    dump_node(d, "receiver", NODE_OR_NULL(AS(FuncDecl, n)->recv));
    dump_node(d, "", &AS(FuncDecl, n)->name->node);
    dump_fields(d, "type parameter", AS(FuncDecl, n)->tparams);
    dump_node(d, "", &AS(FuncDecl, n)->type->node);
    dump_node(d, "", NODE_OR_NULL(AS(FuncDecl, n)->body));
    break;
  default: break;
  }
}

static void dump_simple_parts(Dumper *d, const Node *n) {
  switch ((int)n->kind) {
  case NODE_EXPR_STMT: dump_node(d, "", AS(ExprStmt, n)->x); break;
  case NODE_SEND:
    dump_node(d, "", AS(SendStmt, n)->chan);
    dump_node(d, "", AS(SendStmt, n)->value);
    break;
  case NODE_ASSIGN:
    dump_node(d, "", AS(AssignStmt, n)->lhs);
    dump_node(d, "", AS(AssignStmt, n)->rhs);
    break;
  case NODE_RANGE:
    dump_node(d, "lhs", AS(RangeClause, n)->lhs);
    dump_node(d, "", AS(RangeClause, n)->x);
    break;
  case NODE_LABELED:
    dump_node(d, "", &AS(LabeledStmt, n)->label->node);
    dump_node(d, "", AS(LabeledStmt, n)->stmt);
    break;
  case NODE_DECL_STMT: dump_nodes(d, "", AS(DeclStmt, n)->decls); break;
  case NODE_BRANCH: dump_node(d, "", NODE_OR_NULL(AS(BranchStmt, n)->label)); break;
  case NODE_GO:
  case NODE_DEFER: dump_node(d, "", AS(CallStmt, n)->call); break;
  case NODE_RETURN: dump_node(d, "", AS(ReturnStmt, n)->results); break;
  default: break;
  }
}

static void dump_stmt_parts(Dumper *d, const Node *n) {
  switch ((int)n->kind) {
  case NODE_BLOCK: dump_nodes(d, "", AS(BlockStmt, n)->stmts); break;
  case NODE_IF:
    dump_node(d, "init", AS(IfStmt, n)->init);
    dump_node(d, "cond", AS(IfStmt, n)->cond);
    dump_node(d, "then", &AS(IfStmt, n)->then->node);
    dump_node(d, "else", AS(IfStmt, n)->orelse);
    break;
  case NODE_FOR:
    dump_node(d, "init", AS(ForStmt, n)->init);
    dump_node(d, "cond", AS(ForStmt, n)->cond);
    dump_node(d, "post", AS(ForStmt, n)->post);
    dump_node(d, "", &AS(ForStmt, n)->body->node);
    break;
  case NODE_CASE:
    dump_node(d, "cases", AS(CaseClause, n)->cases);
    dump_nodes(d, "", AS(CaseClause, n)->body);
    break;
  case NODE_COMM:
    dump_node(d, "comm", AS(CommClause, n)->comm);
    dump_nodes(d, "", AS(CommClause, n)->body);
    break;
  case NODE_SWITCH:
    dump_node(d, "init", AS(SwitchStmt, n)->init);
    dump_node(d, "tag", AS(SwitchStmt, n)->tag);
    for (uint32_t i = 0; i < AS(SwitchStmt, n)->clause_len; i++)
      dump_node(d, "", &AS(SwitchStmt, n)->clauses[i]->node);
    break;
  case NODE_SELECT:
    for (uint32_t i = 0; i < AS(SelectStmt, n)->clause_len; i++)
      dump_node(d, "", &AS(SelectStmt, n)->clauses[i]->node);
    break;
  default: dump_simple_parts(d, n); break;
  }
}

static void dump_node(Dumper *d, const char *role, const Node *n) {
  if (!n) return;
  for (uint32_t i = 0; i < d->indent && i < MAX_INDENT; i++) buffer_text(d->out, "  ");
  if (*role) buffer_printf(d->out, "%s: ", role);
  buffer_text(d->out, node_kind_text(n->kind));
  dump_pos(d, "", n->pos);
  dump_own_data(d, n);
  buffer_char(d->out, '\n');
  d->indent++;
  if (n->kind >= NODE_EMPTY)
    dump_stmt_parts(d, n);
  else if (n->kind >= NODE_IMPORT_DECL)
    dump_decl_parts(d, n);
  else if (n->kind >= NODE_ARRAY_TYPE)
    dump_type_parts(d, n);
  else
    dump_expr_parts(d, n);
  d->indent--;
}

void syntax_dump(Buffer *out, const Sources *sources, const SyntaxFile *file) {
  Dumper d = {.out = out, .sources = sources};
  buffer_printf(out, "file " STR_FMT, STR_ARG(path_base(atom_str(file->source->path))));
  if (file->go_version.len) buffer_printf(out, " " STR_FMT, STR_ARG(file->go_version));
  buffer_char(out, '\n');
  d.indent = 1;
  dump_node(&d, "package", NODE_OR_NULL(file->package_name));
  dump_nodes(&d, "", file->decls);
  for (uint32_t i = 0; i < file->linknames.len; i++) {
    const Linkname *linkname = &file->linknames.items[i];
    buffer_printf(out, "  linkname %s %s\n", atom_text(linkname->local), atom_text(linkname->remote));
  }
}
