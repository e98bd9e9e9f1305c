/* SPDX-License-Identifier: BSD-3-Clause
 *
 * verify: checks a function's tree, and prints it for people.
 *
 * In: a lowered function. Out: BUG for a broken invariant; for the dump, an indented listing, one op a line, with type and
 * position.
 *
 * Go: cmd/compile/internal/ir/dump.go
 */
#include "ir/ir.h"

static void verify_op(const Unit *unit, const Func *fn, const Op *op) {
  if (op->kind == OP_NONE || op->kind >= OP_KIND_COUNT)
    BUG("%s: op of kind %d", atom_text(fn->name->name), op->kind);
  if (op->pos.inl > unit->inline_tree.len) BUG("%s: inlined call %u", atom_text(fn->name->name), op->pos.inl);
  if (op->kind == OP_NAME && (!op->name || &op->name->op != op))
    BUG("%s: name without owner", atom_text(fn->name->name));
  if (op->kind == OP_CLOSURE && (!op->func || op->func->closure != op))
    BUG("%s: closure without function", atom_text(fn->name->name));
  if (op->kind == OP_LITERAL && !op->lit) BUG("%s: literal without value", atom_text(fn->name->name));
}

typedef struct VerifyWalk {
  const Unit *unit;
  const Func *fn;
  bool inert; /* something around the op is */
} VerifyWalk;

/* What surveys must not miss (func_mark_inert). */
static bool calls_or_mentions(const Op *op) {
  switch ((int)op->kind) {
  case OP_NAME: return op->name->class_ == CLASS_FUNC;
  case OP_DOTMETH:
  case OP_METHVALUE:
  case OP_METHEXPR:
  case OP_CLOSURE: return true;
  default: return op_is_call(op);
  }
}

static bool verify_visit(void *context, Op *op) {
  VerifyWalk *walk = context;
  bool outer = walk->inert;
  walk->inert |= (op->flags & OP_INERT) != 0;
  verify_op(walk->unit, walk->fn, op);
  if (walk->inert && calls_or_mentions(op))
    BUG("%s: %s in an inert op", atom_text(walk->fn->name->name), op_name((OpKind)op->kind));
  op_children(op, verify_visit, walk);
  walk->inert = outer;
  return false;
}

void ir_verify(const Unit *unit, const Func *fn) {
  VerifyWalk walk = {.unit = unit, .fn = fn};
  for (uint32_t i = 0; i < fn->body.len; i++) {
    if (!fn->body.items[i]) BUG("%s: empty statement", atom_text(fn->name->name));
    verify_visit(&walk, fn->body.items[i]);
  }
}

/* ---- dump ---- */

typedef struct DumpWalk {
  Buffer *out;
  const Unit *unit;
  int depth;
} DumpWalk;

static bool dump_visit(void *context, Op *op) {
  DumpWalk *walk = context;
  for (int i = 0; i < walk->depth; i++) buffer_text(walk->out, ".   ");
  buffer_text(walk->out, op_name((OpKind)op->kind));
  if (op->flags & OP_IMPLICIT) buffer_text(walk->out, " implicit");
  if (op->flags & OP_DEF) buffer_text(walk->out, " def");
  if (op->flags & OP_DECLARES) buffer_text(walk->out, " declares");
  if (op->flags & OP_RETURNS) buffer_text(walk->out, " returns");
  if (op->kind == OP_NAME || op->kind == OP_LITERAL) {
    buffer_char(walk->out, ' ');
    op_print(walk->out, walk->unit, op);
  }
  if (op->type) {
    buffer_text(walk->out, " : ");
    type_text(walk->out, walk->unit, op->type, TYPE_TEXT_GO);
  }
  if (walk->unit->session && walk->unit->session->sources) {
    buffer_text(walk->out, " # ");
    source_print_position(walk->unit->session->sources, walk->out, xpos_outermost(walk->unit, op->pos));
  }
  buffer_char(walk->out, '\n');
  walk->depth++;
  op_children(op, dump_visit, walk);
  walk->depth--;
  return false;
}

void ir_dump(Buffer *out, const Unit *unit, const Func *fn) {
  buffer_text(out, "func ");
  name_print(out, unit, fn->name);
  buffer_text(out, " ");
  func_signature_text(out, unit, fn);
  buffer_text(out, "\n");
  for (uint32_t i = 0; i < fn->dcl.len; i++) {
    buffer_text(out, "  dcl ");
    name_print(out, unit, fn->dcl.items[i]);
    buffer_char(out, ' ');
    type_text(out, unit, fn->dcl.items[i]->op.type, TYPE_TEXT_GO);
    buffer_char(out, '\n');
  }
  DumpWalk walk = {out, unit, 1};
  for (uint32_t i = 0; i < fn->body.len; i++) dump_visit(&walk, fn->body.items[i]);
}
