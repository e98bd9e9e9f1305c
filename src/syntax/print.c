/* SPDX-License-Identifier: BSD-3-Clause
 *
 * print: nodes back to Go.
 *
 * In: a node. Out: its text. The short form is the one that the compiler's messages show: one line, no function bodies and no
 * elements of composite literals. The long form can be parsed again and gives an equal tree; it is for people and tests.
 *
 * Go: cmd/compile/internal/syntax/printer.go
 */
#include "syntax/parser.h"

enum { MAX_INDENT = 100 }; /* so that deep nesting does not make quadratic text */

typedef struct Printer {
  Buffer *out;
  bool short_form;
  uint32_t indent;
} Printer;

#define AS(Type, node) ((const Type *)(node))

static void print_node(Printer *p, const Node *n);
static void print_statements(Printer *p, NodeList list);

static void print(Printer *p, const char *text) { buffer_text(p->out, text); }

/* A new line; in the short form a blank. */
static void print_break(Printer *p) {
  if (p->short_form) {
    print(p, " ");
    return;
  }
  print(p, "\n");
  for (uint32_t i = 0; i < p->indent && i < MAX_INDENT; i++) print(p, "\t");
}

static void print_list(Printer *p, NodeList list) {
  for (uint32_t i = 0; i < list.len; i++) {
    if (i > 0) print(p, ", ");
    print_node(p, list.items[i]);
  }
}

static void print_names(Printer *p, NameExpr *const *names, uint32_t len) {
  for (uint32_t i = 0; i < len; i++) {
    if (i > 0) print(p, ", ");
    print_node(p, &names[i]->node);
  }
}

/* ---- types ---- */

/* After a name and a blank, would this constraint read as the rest of a product, union or call? */
static bool reads_as_expression(const Node *constraint) {
  return constraint->kind == NODE_OPERATION || constraint->kind == NODE_PAREN;
}

static void print_fields(Printer *p, FieldList list) {
  for (uint32_t i = 0; i < list.len; i++) {
    const FieldNode *field = list.items[i];
    if (i > 0) print(p, ", ");
    if (field->name) {
      print_node(p, &field->name->node);
      if (i + 1 < list.len && list.items[i + 1]->name && list.items[i + 1]->type == field->type) continue;
      print(p, " ");
    }
    print_node(p, field->type);
  }
}

static void print_type_params(Printer *p, FieldList list, bool of_type) {
  if (!list.len) return;
  print(p, "[");
  print_fields(p, list);
  if (of_type && list.len == 1 && reads_as_expression(list.items[0]->type)) print(p, ",");
  print(p, "]");
}

static void print_signature(Printer *p, const FuncTypeExpr *type) {
  print(p, "(");
  print_fields(p, type->params);
  print(p, ")");
  if (!type->results.len) return;
  print(p, " ");
  if (type->results.len == 1 && !type->results.items[0]->name) {
    print_node(p, type->results.items[0]->type);
    return;
  }
  print(p, "(");
  print_fields(p, type->results);
  print(p, ")");
}

/* One line of a struct type: the fields from `from` that share a type. Returns the index behind them. */
static uint32_t print_struct_line(Printer *p, const StructTypeExpr *type, uint32_t from) {
  const FieldNode *first = type->fields[from];
  uint32_t to = from + 1;
  while (first->name && to < type->field_len && type->fields[to]->name &&
         type->fields[to]->type == first->type)
    to++;
  for (uint32_t i = from; first->name && i < to; i++) {
    if (i > from) print(p, ", ");
    print_node(p, &type->fields[i]->name->node);
  }
  if (first->name) print(p, " ");
  print_node(p, first->type);
  if (type->tags && type->tags[from]) {
    print(p, " ");
    print_node(p, &type->tags[from]->node);
  }
  return to;
}

static void print_struct(Printer *p, const StructTypeExpr *type) {
  print(p, p->short_form || !type->field_len ? "struct{" : "struct {");
  p->indent++;
  for (uint32_t i = 0; i < type->field_len;) {
    if (!p->short_form)
      print_break(p);
    else if (i > 0)
      print(p, "; ");
    i = print_struct_line(p, type, i);
  }
  p->indent--;
  if (!p->short_form && type->field_len) print_break(p);
  print(p, "}");
}

static void print_interface(Printer *p, const InterfaceTypeExpr *type) {
  print(p, "interface{");
  for (uint32_t i = 0; i < type->elems.len; i++) {
    const FieldNode *elem = type->elems.items[i];
    if (i > 0) print(p, "; ");
    if (elem->name) {
      print_node(p, &elem->name->node);
      print_signature(p, AS(FuncTypeExpr, elem->type));
    } else {
      print_node(p, elem->type);
    }
  }
  print(p, "}");
}

static void print_chan(Printer *p, const ChanTypeExpr *chan) {
  print(p, chan->dir == CHAN_RECV ? "<-chan " : chan->dir == CHAN_SEND ? "chan<- " : "chan ");
  bool parens = chan->dir == CHAN_BOTH && chan->elem->kind == NODE_CHAN_TYPE &&
                AS(ChanTypeExpr, chan->elem)->dir == CHAN_RECV;
  if (parens) print(p, "(");
  print_node(p, chan->elem);
  if (parens) print(p, ")");
}

static void print_array(Printer *p, const ArrayTypeExpr *array) {
  print(p, "[");
  if (array->length)
    print_node(p, array->length);
  else
    print(p, "...");
  print(p, "]");
  print_node(p, array->elem);
}

static void print_map(Printer *p, const MapTypeExpr *map) {
  print(p, "map[");
  print_node(p, map->key);
  print(p, "]");
  print_node(p, map->value);
}

/* ---- expressions ---- */

static void print_func_literal(Printer *p, const FuncLit *literal) {
  print_node(p, &literal->type->node);
  print(p, " ");
  if (p->short_form)
    print(p, literal->body->stmts.len ? "{…}" : "{}");
  else
    print_node(p, &literal->body->node);
}

static void print_composite(Printer *p, const CompositeLit *literal) {
  if (literal->type) print_node(p, literal->type);
  print(p, "{");
  if (!p->short_form)
    print_list(p, literal->elems);
  else if (literal->elems.len)
    print(p, "…");
  print(p, "}");
}

static void print_operation(Printer *p, const Operation *operation) {
  if (operation->y) {
    print_node(p, operation->x);
    print(p, " ");
    print(p, operator_text(operation->op));
    print(p, " ");
    print_node(p, operation->y);
    return;
  }
  print(p, operator_text(operation->op));
  /* Two unary operators could merge into another token; the short form ignores that, as the compiler does. */
  bool unary = operation->x->kind == NODE_OPERATION && !AS(Operation, operation->x)->y;
  if (unary && !p->short_form) print(p, " ");
  print_node(p, operation->x);
}

static void print_slice(Printer *p, const SliceExpr *slice) {
  print_node(p, slice->x);
  print(p, "[");
  if (slice->index[0]) print_node(p, slice->index[0]);
  print(p, ":");
  if (slice->index[1]) print_node(p, slice->index[1]);
  if (slice->index[2]) {
    print(p, ":");
    print_node(p, slice->index[2]);
  }
  print(p, "]");
}

/* x, what stands between, y, what stands behind. */
static void print_two(Printer *p, const Node *x, const char *between, const Node *y, const char *behind) {
  print_node(p, x);
  print(p, between);
  if (y) print_node(p, y);
  print(p, behind);
}

static void print_guard(Printer *p, const TypeSwitchGuard *guard) {
  if (guard->lhs) print_two(p, &guard->lhs->node, " := ", NULL, "");
  print_two(p, guard->x, ".(type)", NULL, "");
}

static void print_call(Printer *p, const CallExpr *call) {
  print_two(p, call->fun, "(", NULL, "");
  print_list(p, call->args);
  print(p, call->has_dots ? "...)" : ")");
}

/* ---- declarations ---- */

static void print_values(Printer *p, const Node *type, const Node *values) {
  if (type) {
    print(p, " ");
    print_node(p, type);
  }
  if (values) {
    print(p, " = ");
    print_node(p, values);
  }
}

static void print_spec(Printer *p, const Node *n) {
  if (n->kind == NODE_IMPORT_DECL) {
    const ImportDecl *decl = AS(ImportDecl, n);
    if (decl->local) print_two(p, &decl->local->node, " ", NULL, "");
    if (decl->path) print_node(p, &decl->path->node);
  } else if (n->kind == NODE_CONST_DECL) {
    const ConstDecl *decl = AS(ConstDecl, n);
    print_names(p, decl->names, decl->name_len);
    print_values(p, decl->type, decl->values);
  } else if (n->kind == NODE_VAR_DECL) {
    const VarDecl *decl = AS(VarDecl, n);
    print_names(p, decl->names, decl->name_len);
    print_values(p, decl->type, decl->values);
  } else {
    const TypeDecl *decl = AS(TypeDecl, n);
    print_node(p, &decl->name->node);
    print_type_params(p, decl->tparams, true);
    print(p, decl->alias ? " = " : " ");
    print_node(p, decl->type);
  }
}

static void print_func_decl(Printer *p, const FuncDecl *decl) {
  print(p, "func ");
  if (decl->recv) {
    print(p, "(");
    print_fields(p, (FieldList){(FieldNode **)&decl->recv, 1});
    print(p, ") ");
  }
  print_node(p, &decl->name->node);
  print_type_params(p, decl->tparams, false);
  print_signature(p, decl->type);
  if (decl->body) {
    print(p, " ");
    print_node(p, &decl->body->node);
  }
}

static uint32_t decl_group(const Node *decl) {
  switch ((int)decl->kind) {
  case NODE_IMPORT_DECL: return AS(ImportDecl, decl)->group;
  case NODE_CONST_DECL: return AS(ConstDecl, decl)->group;
  case NODE_TYPE_DECL: return AS(TypeDecl, decl)->group;
  case NODE_VAR_DECL: return AS(VarDecl, decl)->group;
  default: return 0;
  }
}

static const char *decl_keyword(const Node *decl) {
  return decl->kind == NODE_IMPORT_DECL  ? "import "
         : decl->kind == NODE_CONST_DECL ? "const "
         : decl->kind == NODE_TYPE_DECL  ? "type "
                                         : "var ";
}

/* Prints the declaration at `from`, with its group if it is in one. Returns the index behind. */
static uint32_t print_decl_group(Printer *p, NodeList decls, uint32_t from) {
  const Node *first = decls.items[from];
  if (first->kind == NODE_FUNC_DECL) {
    print_func_decl(p, AS(FuncDecl, first));
    return from + 1;
  }
  print(p, decl_keyword(first));
  uint32_t group = decl_group(first), to = from;
  if (!group) {
    print_spec(p, first);
    return from + 1;
  }
  print(p, "(");
  p->indent++;
  for (; to < decls.len && decl_group(decls.items[to]) == group; to++) {
    print_break(p);
    print_spec(p, decls.items[to]);
    if (p->short_form) print(p, ";");
  }
  p->indent--;
  print_break(p);
  print(p, ")");
  return to;
}

static void print_decls(Printer *p, NodeList decls) {
  if (!decls.len) print(p, "var ()");
  for (uint32_t i = 0; i < decls.len;) {
    i = print_decl_group(p, decls, i);
    if (i < decls.len) print_break(p);
  }
}

/* ---- statements ---- */

static void print_block(Printer *p, const BlockStmt *block) {
  print(p, "{");
  if (block->stmts.len) {
    p->indent++;
    print_statements(p, block->stmts);
    p->indent--;
    print_break(p);
  }
  print(p, "}");
}

static void print_statements(Printer *p, NodeList list) {
  for (uint32_t i = 0; i < list.len; i++) {
    print_break(p);
    print_node(p, list.items[i]);
    if (list.items[i]->kind == NODE_EMPTY || (p->short_form && i + 1 < list.len)) print(p, ";");
  }
}

static void print_labeled(Printer *p, const LabeledStmt *stmt) {
  print_two(p, &stmt->label->node, ":", NULL, "");
  print_break(p);
  print_node(p, stmt->stmt);
  if (stmt->stmt->kind == NODE_EMPTY) print(p, ";");
}

static void print_assign(Printer *p, const AssignStmt *stmt) {
  print_node(p, stmt->lhs);
  if (!stmt->rhs) {
    print(p, operator_text(stmt->op));
    print(p, operator_text(stmt->op));
    return;
  }
  print(p, " ");
  print(p, stmt->define ? ":" : operator_text(stmt->op));
  print(p, "= ");
  print_node(p, stmt->rhs);
}

static void print_branch(Printer *p, const BranchStmt *stmt) {
  static const char *const TEXTS[] = {[BRANCH_BREAK] = "break",
                                      [BRANCH_CONTINUE] = "continue",
                                      [BRANCH_GOTO] = "goto",
                                      [BRANCH_FALLTHROUGH] = "fallthrough"};
  print(p, TEXTS[stmt->branch]);
  if (stmt->label) {
    print(p, " ");
    print_node(p, &stmt->label->node);
  }
}

static void print_if(Printer *p, const IfStmt *stmt) {
  for (;;) {
    print(p, "if ");
    if (stmt->init) print_two(p, stmt->init, "; ", NULL, "");
    if (stmt->cond) print_two(p, stmt->cond, " ", NULL, "");
    print_node(p, &stmt->then->node);
    if (!stmt->orelse) return;
    print(p, " else ");
    if (stmt->orelse->kind != NODE_IF) break;
    stmt = AS(IfStmt, stmt->orelse);
  }
  print_node(p, stmt->orelse);
}

static void print_for(Printer *p, const ForStmt *stmt) {
  print(p, "for ");
  if (stmt->init && stmt->init->kind == NODE_RANGE) {
    print_two(p, stmt->init, " ", NULL, "");
  } else if (stmt->init || stmt->post) {
    if (stmt->init) print_node(p, stmt->init);
    print(p, "; ");
    if (stmt->cond) print_node(p, stmt->cond);
    print(p, "; ");
    if (stmt->post) print_two(p, stmt->post, " ", NULL, "");
  } else if (stmt->cond) {
    print_two(p, stmt->cond, " ", NULL, "");
  }
  print_node(p, &stmt->body->node);
}

static void print_range(Printer *p, const RangeClause *range) {
  if (range->lhs) print_two(p, range->lhs, range->define ? " := " : " = ", NULL, "");
  print(p, "range ");
  print_node(p, range->x);
}

static void print_clause(Printer *p, const Node *cases, NodeList body) {
  print_break(p);
  if (cases) {
    print(p, "case ");
    print_node(p, cases);
  } else {
    print(p, "default");
  }
  print(p, ":");
  p->indent++;
  print_statements(p, body);
  p->indent--;
}

static void print_switch(Printer *p, const SwitchStmt *stmt) {
  print(p, "switch ");
  if (stmt->init) print_two(p, stmt->init, "; ", NULL, "");
  if (stmt->tag) print_two(p, stmt->tag, " ", NULL, "");
  print(p, "{");
  for (uint32_t i = 0; i < stmt->clause_len; i++)
    print_clause(p, stmt->clauses[i]->cases, stmt->clauses[i]->body);
  print_break(p);
  print(p, "}");
}

static void print_select(Printer *p, const SelectStmt *stmt) {
  print(p, "select {");
  for (uint32_t i = 0; i < stmt->clause_len; i++)
    print_clause(p, stmt->clauses[i]->comm, stmt->clauses[i]->body);
  print_break(p);
  print(p, "}");
}

static void print_keyword(Printer *p, const char *keyword, const Node *x) {
  print(p, keyword);
  if (!x) return;
  print(p, " ");
  print_node(p, x);
}

static void print_node(Printer *p, const Node *n) {
  switch (n->kind) {
  case NODE_NONE:
  case NODE_KIND_COUNT:
  case NODE_EMPTY: break;
  case NODE_BAD_EXPR: print(p, "<bad expr>"); break;
  case NODE_NAME: buffer_str(p->out, atom_str(AS(NameExpr, n)->name)); break;
  case NODE_BASIC_LIT: buffer_str(p->out, AS(BasicLit, n)->source); break;
  case NODE_COMPOSITE_LIT: print_composite(p, AS(CompositeLit, n)); break;
  case NODE_KEY_VALUE: print_two(p, AS(KeyValueExpr, n)->key, ": ", AS(KeyValueExpr, n)->value, ""); break;
  case NODE_FUNC_LIT: print_func_literal(p, AS(FuncLit, n)); break;
  case NODE_PAREN:
    print(p, "(");
    print_two(p, AS(ParenExpr, n)->x, ")", NULL, "");
    break;
  case NODE_SELECTOR: print_two(p, AS(SelectorExpr, n)->x, ".", &AS(SelectorExpr, n)->sel->node, ""); break;
  case NODE_INDEX: print_two(p, AS(IndexExpr, n)->x, "[", AS(IndexExpr, n)->index, "]"); break;
  case NODE_SLICE: print_slice(p, AS(SliceExpr, n)); break;
  case NODE_ASSERT: print_two(p, AS(AssertExpr, n)->x, ".(", AS(AssertExpr, n)->type, ")"); break;
  case NODE_TYPE_SWITCH_GUARD: print_guard(p, AS(TypeSwitchGuard, n)); break;
  case NODE_OPERATION: print_operation(p, AS(Operation, n)); break;
  case NODE_CALL: print_call(p, AS(CallExpr, n)); break;
  case NODE_LIST: print_list(p, AS(ListExpr, n)->elems); break;
  case NODE_ARRAY_TYPE: print_array(p, AS(ArrayTypeExpr, n)); break;
  case NODE_SLICE_TYPE:
    print(p, "[]");
    print_node(p, AS(SliceTypeExpr, n)->elem);
    break;
  case NODE_DOTS_TYPE:
    print(p, "...");
    print_node(p, AS(DotsTypeExpr, n)->elem);
    break;
  case NODE_STRUCT_TYPE: print_struct(p, AS(StructTypeExpr, n)); break;
  case NODE_FIELD: print_fields(p, (FieldList){(FieldNode *[]){(FieldNode *)(uintptr_t)n}, 1}); break;
  case NODE_INTERFACE_TYPE: print_interface(p, AS(InterfaceTypeExpr, n)); break;
  case NODE_FUNC_TYPE:
    print(p, "func");
    print_signature(p, AS(FuncTypeExpr, n));
    break;
  case NODE_MAP_TYPE: print_map(p, AS(MapTypeExpr, n)); break;
  case NODE_CHAN_TYPE: print_chan(p, AS(ChanTypeExpr, n)); break;
  case NODE_IMPORT_DECL:
  case NODE_CONST_DECL:
  case NODE_TYPE_DECL:
  case NODE_VAR_DECL:
    if (!decl_group(n)) print(p, decl_keyword(n));
    print_spec(p, n);
    break;
  case NODE_FUNC_DECL: print_func_decl(p, AS(FuncDecl, n)); break;
  case NODE_BLOCK: print_block(p, AS(BlockStmt, n)); break;
  case NODE_LABELED: print_labeled(p, AS(LabeledStmt, n)); break;
  case NODE_EXPR_STMT: print_node(p, AS(ExprStmt, n)->x); break;
  case NODE_SEND: print_two(p, AS(SendStmt, n)->chan, " <- ", AS(SendStmt, n)->value, ""); break;
  case NODE_DECL_STMT: print_decls(p, AS(DeclStmt, n)->decls); break;
  case NODE_ASSIGN: print_assign(p, AS(AssignStmt, n)); break;
  case NODE_BRANCH: print_branch(p, AS(BranchStmt, n)); break;
  case NODE_GO: print_keyword(p, "go", AS(CallStmt, n)->call); break;
  case NODE_DEFER: print_keyword(p, "defer", AS(CallStmt, n)->call); break;
  case NODE_RETURN: print_keyword(p, "return", AS(ReturnStmt, n)->results); break;
  case NODE_IF: print_if(p, AS(IfStmt, n)); break;
  case NODE_RANGE: print_range(p, AS(RangeClause, n)); break;
  case NODE_FOR: print_for(p, AS(ForStmt, n)); break;
  case NODE_CASE: print_clause(p, AS(CaseClause, n)->cases, AS(CaseClause, n)->body); break;
  case NODE_SWITCH: print_switch(p, AS(SwitchStmt, n)); break;
  case NODE_COMM: print_clause(p, AS(CommClause, n)->comm, AS(CommClause, n)->body); break;
  case NODE_SELECT: print_select(p, AS(SelectStmt, n)); break;
  }
}

void node_print(Buffer *out, const Node *node, bool short_form) {
  Printer p = {.out = out, .short_form = short_form};
  print_node(&p, node);
}

Str node_text(Arena *arena, const Node *node) {
  Buffer buffer = {0};
  node_print(&buffer, node, true);
  Str text = arena_str(arena, buffer_view(&buffer));
  buffer_free(&buffer);
  return text;
}

void syntax_print(Buffer *out, const SyntaxFile *file) {
  Printer p = {.out = out};
  if (!file->package_name) return;
  print_keyword(&p, "package", &file->package_name->node);
  print(&p, "\n");
  for (uint32_t i = 0; i < file->decls.len;) {
    print(&p, "\n");
    i = print_decl_group(&p, file->decls, i);
    print(&p, "\n");
  }
}
