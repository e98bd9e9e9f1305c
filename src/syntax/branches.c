/* SPDX-License-Identifier: BSD-3-Clause
 *
 * branches: labels, break, continue, goto and fallthrough of one function body.
 *
 * In: a body without syntax errors. Out: notes about labels that are unused, twice there or missing, and about branches that
 * lead nowhere, into a block or over a variable.
 * Blocks are frames on the C stack. Gotos to labels not yet seen wait on one stack for the whole body: those above a block's
 * mark were found inside of it. A goto that waits when a variable is declared would jump over it, which the running number of
 * the goto tells.
 *
 * Go: cmd/compile/internal/syntax/branches.go
 */
#include "syntax/parser.h"

typedef struct Frame {
  const struct Frame *parent;
  uint32_t id; /* unlike its address, never used twice */
  Pos start;
  const LabeledStmt *labeled; /* the labeled statement that this is a block of, or NULL */
} Frame;

typedef struct Label {
  uint32_t frame_id; /* of the block that declares it */
  Pos frame_start;
  const LabeledStmt *stmt;
  bool used;
} Label;

typedef struct Waiting {
  const BranchStmt *branch;
  uint32_t number;
} Waiting;

typedef struct Checker {
  Parser *parser;
  Map labels; /* Atom -> Label */
  VEC(Waiting) waiting;
  uint32_t next_number, frame_count;
} Checker;

/* Where break, continue and fallthrough may lead. */
typedef struct Targets {
  const Node *breaks;    /* for, switch or select, or NULL */
  const Node *continues; /* for, or NULL */
  int case_index;        /* of the clause of a switch that we are directly in, or -1 */
} Targets;

/* What is being checked: one list of statements. */
typedef struct Body {
  Checker *checker;
  Frame frame;
  Targets targets;
  uint32_t mark;             /* of the waiting gotos */
  Pos variable_pos;          /* of the last variable declaration, or none */
  const Node *variable_name; /* its name or names */
  uint32_t variable_number;  /* gotos with smaller numbers wait since before it */
  bool is_last;              /* the current statement is the last one of the list */
} Body;

static void check_list(Checker *c, const Frame *parent, Targets targets, const LabeledStmt *labeled,
                       Pos start, NodeList list);

/* As positions look inside of a message; with the real place behind a //line directive. */
static Str position_text(const Parser *p, Pos pos) {
  Buffer buffer = {0};
  Position shown = source_position(p->session->sources, pos);
  Position real = source_position_physical(p->session->sources, pos);
  buffer_printf(&buffer, STR_FMT ":%u", STR_ARG(shown.filename), shown.line);
  if (shown.col) buffer_printf(&buffer, ":%u", shown.col);
  if (shown.line != real.line || shown.col != real.col || !str_equal(shown.filename, real.filename))
    buffer_printf(&buffer, "[" STR_FMT ":%u:%u]", STR_ARG(real.filename), real.line, real.col);
  Str text = arena_str(p->notes->arena, buffer_view(&buffer));
  buffer_free(&buffer);
  return text;
}

static Label *find_label(Checker *c, Atom name) { return map_get_ptr(&c->labels, name); }

/* ---- labels ---- */

static Label *declare_label(Body *b, const LabeledStmt *stmt) {
  Parser *p = b->checker->parser;
  Atom name = stmt->label->name;
  Label *label = find_label(b->checker, name);
  if (label) {
    Str where = position_text(p, label->stmt->label->node.pos);
    parser_report(p, stmt->label->node.pos, "label %s already defined at " STR_FMT, atom_text(name),
                  STR_ARG(where));
    return label;
  }
  label = arena_new_of(p->arena, Label);
  *label = (Label){.frame_id = b->frame.id, .frame_start = b->frame.start, .stmt = stmt};
  map_set_ptr(&b->checker->labels, name, label);
  return label;
}

static void note_jump_over(Body *b, const NameExpr *target) {
  Parser *p = b->checker->parser;
  Str variable = node_text(p->arena, b->variable_name), where = position_text(p, b->variable_pos);
  parser_report(p, target->node.pos, "goto %s jumps over declaration of " STR_FMT " at " STR_FMT,
                atom_text(target->name), STR_ARG(variable), STR_ARG(where));
}

static void check_label(Body *b, const LabeledStmt *stmt) {
  Checker *c = b->checker;
  Label *label = declare_label(b, stmt);
  uint32_t kept = b->mark;
  for (uint32_t i = b->mark; i < c->waiting.len; i++) {
    Waiting waiting = c->waiting.items[i];
    if (waiting.branch->label->name != stmt->label->name) {
      c->waiting.items[kept++] = waiting;
      continue;
    }
    label->used = true;
    if (pos_known(b->variable_pos) && waiting.number < b->variable_number)
      note_jump_over(b, waiting.branch->label);
  }
  c->waiting.len = kept;
}

/* ---- branches ---- */

static void check_fallthrough(const Body *b, const BranchStmt *stmt) {
  const char *message = "fallthrough statement out of place";
  if (b->targets.breaks && b->targets.breaks->kind == NODE_SWITCH) {
    const SwitchStmt *outer = (const SwitchStmt *)b->targets.breaks;
    if (outer->tag && outer->tag->kind == NODE_TYPE_SWITCH_GUARD)
      message = "cannot fallthrough in type switch";
    else if (b->targets.case_index < 0 || !b->is_last)
      message = "fallthrough statement out of place";
    else if (b->targets.case_index + 1 == (int)outer->clause_len)
      message = "cannot fallthrough final case in switch";
    else
      return;
  }
  parser_report(b->checker->parser, stmt->node.pos, "%s", message);
}

static void check_plain_branch(const Body *b, const BranchStmt *stmt) {
  Parser *p = b->checker->parser;
  if (stmt->branch == BRANCH_FALLTHROUGH)
    check_fallthrough(b, stmt);
  else if (stmt->branch == BRANCH_BREAK && !b->targets.breaks)
    parser_report(p, stmt->node.pos, "break is not in a loop, switch, or select");
  else if (stmt->branch == BRANCH_CONTINUE && !b->targets.continues)
    parser_report(p, stmt->node.pos, "continue is not in a loop");
}

/* break L, continue L: L must label a statement of the right kind around the branch. */
static void check_labeled_exit(const Body *b, const BranchStmt *stmt) {
  bool is_break = stmt->branch == BRANCH_BREAK;
  const char *verb = is_break ? "break" : "continue";
  Parser *p = b->checker->parser;
  Label *label = find_label(b->checker, stmt->label->name);
  if (!label) {
    parser_report(p, stmt->label->node.pos, "%s label not defined: %s", verb, atom_text(stmt->label->name));
    return;
  }
  label->used = true;
  const Frame *frame = &b->frame;
  while (frame && frame->labeled != label->stmt) frame = frame->parent;
  NodeKind kind = frame ? label->stmt->stmt->kind : NODE_NONE;
  if (kind == NODE_FOR || (is_break && (kind == NODE_SWITCH || kind == NODE_SELECT))) return;
  parser_report(p, stmt->label->node.pos, "invalid %s label %s", verb, atom_text(stmt->label->name));
}

static void check_goto(const Body *b, const BranchStmt *stmt) {
  Checker *c = b->checker;
  Label *label = find_label(c, stmt->label->name);
  if (label) {
    label->used = true;
    for (const Frame *frame = &b->frame; frame; frame = frame->parent)
      if (frame->id == label->frame_id) return;
  }
  vec_push(c->parser->arena, &c->waiting, (Waiting){stmt, c->next_number++});
}

static void check_branch(const Body *b, const BranchStmt *stmt) {
  if (!stmt->label)
    check_plain_branch(b, stmt);
  else if (stmt->branch == BRANCH_GOTO)
    check_goto(b, stmt);
  else
    check_labeled_exit(b, stmt);
}

/* ---- statements ---- */

static void record_variable(Body *b, Pos pos, const Node *name) {
  b->variable_pos = pos;
  b->variable_name = name;
  b->variable_number = b->checker->next_number;
}

static void check_decls(Body *b, const DeclStmt *stmt) {
  for (uint32_t i = 0; i < stmt->decls.len; i++) {
    const Node *decl = stmt->decls.items[i];
    if (decl->kind != NODE_VAR_DECL) continue;
    record_variable(b, decl->pos, &((const VarDecl *)decl)->names[0]->node);
    return;
  }
}

static void check_clauses(Body *b, const Node *stmt, const LabeledStmt *labeled) {
  Targets inner = {stmt, b->targets.continues, -1};
  if (stmt->kind == NODE_SWITCH) {
    const SwitchStmt *s = (const SwitchStmt *)stmt;
    for (uint32_t i = 0; i < s->clause_len; i++) {
      inner.case_index = (int)i;
      check_list(b->checker, &b->frame, inner, labeled, s->clauses[i]->node.pos, s->clauses[i]->body);
    }
  } else {
    const SelectStmt *s = (const SelectStmt *)stmt;
    for (uint32_t i = 0; i < s->clause_len; i++)
      check_list(b->checker, &b->frame, inner, labeled, s->clauses[i]->node.pos, s->clauses[i]->body);
  }
}

static void check_if(Body *b, const IfStmt *stmt, const LabeledStmt *labeled) {
  Targets inner = {b->targets.breaks, b->targets.continues, -1};
  check_list(b->checker, &b->frame, inner, labeled, stmt->then->node.pos, stmt->then->stmts);
  if (stmt->orelse)
    check_list(b->checker, &b->frame, inner, labeled, stmt->orelse->pos,
               (NodeList){(Node **)&stmt->orelse, 1});
}

static void check_statement(Body *b, const Node *stmt) {
  const LabeledStmt *labeled = NULL;
  while (stmt->kind == NODE_LABELED) {
    const LabeledStmt *outer = (const LabeledStmt *)stmt;
    if (!str_equal(atom_str(outer->label->name), STR("_"))) {
      check_label(b, outer);
      labeled = outer;
    }
    stmt = outer->stmt;
  }
  switch ((int)stmt->kind) {
  case NODE_DECL_STMT: check_decls(b, (const DeclStmt *)stmt); break;
  case NODE_BRANCH: check_branch(b, (const BranchStmt *)stmt); break;
  case NODE_ASSIGN:
    if (((const AssignStmt *)stmt)->define) record_variable(b, stmt->pos, ((const AssignStmt *)stmt)->lhs);
    break;
  case NODE_BLOCK: {
    Targets inner = {b->targets.breaks, b->targets.continues, -1};
    check_list(b->checker, &b->frame, inner, labeled, stmt->pos, ((const BlockStmt *)stmt)->stmts);
    break;
  }
  case NODE_IF: check_if(b, (const IfStmt *)stmt, labeled); break;
  case NODE_FOR: {
    const BlockStmt *body = ((const ForStmt *)stmt)->body;
    check_list(b->checker, &b->frame, (Targets){stmt, stmt, -1}, labeled, body->node.pos, body->stmts);
    break;
  }
  case NODE_SWITCH:
  case NODE_SELECT: check_clauses(b, stmt, labeled); break;
  default: break;
  }
}

static void check_list(Checker *c, const Frame *parent, Targets targets, const LabeledStmt *labeled,
                       Pos start, NodeList list) {
  Body b = {.checker = c,
            .frame = {parent, ++c->frame_count, start, labeled},
            .targets = targets,
            .mark = c->waiting.len};
  /* Empty statements at the end do not keep a fallthrough from being the last one. */
  while (list.len && list.items[list.len - 1]->kind == NODE_EMPTY) list.len--;
  for (uint32_t i = 0; i < list.len; i++) {
    b.is_last = i + 1 == list.len;
    check_statement(&b, list.items[i]);
  }
}

void branches_check(Parser *p, const BlockStmt *body) {
  Checker c = {.parser = p, .labels = map_in(p->arena)};
  check_list(&c, NULL, (Targets){NULL, NULL, 0}, NULL, body->node.pos, body->stmts);
  vec_each (Waiting, waiting, &c.waiting) {
    const NameExpr *target = waiting->branch->label;
    Label *label = find_label(&c, target->name);
    if (!label) {
      parser_report(p, target->node.pos, "label %s not defined", atom_text(target->name));
      continue;
    }
    label->used = true;
    Str where = position_text(p, label->frame_start);
    parser_report(p, target->node.pos, "goto %s jumps into block starting at " STR_FMT,
                  atom_text(target->name), STR_ARG(where));
  }
  vec_each (MapEntry, entry, &c.labels.entries) {
    const Label *label = (const Label *)(uintptr_t)entry->value;
    if (label->used) continue;
    const NameExpr *name = label->stmt->label;
    parser_report(p, name->node.pos, "label %s defined and not used", atom_text(name->name));
  }
}
