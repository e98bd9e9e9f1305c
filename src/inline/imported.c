/* SPDX-License-Identifier: BSD-3-Clause
 *
 * imported: bodies as the packages that import them read them (FRONT_TYPECHECK).
 *
 * In: a unit whose functions were checked for inlining. Out: for each that can be inlined a second body, which other units expand and print.
 * Export data keep what was decided, not how it was written: constants are values of their type, implicit conversions are
 * conversions, declarations are statements of their own, variables are numbered, results without a name are the inliner's.
 *
 * Go: cmd/compile/internal/gc/iexport.go, iimport.go (of Go 1.10 to 1.16)
 */
#include "inline/inline_private.h"

/* ---- variables ---- */

static Atom imported_name(const Unit *unit, const Func *fn, const Name *name, uint32_t index,
                          uint32_t number) {
  bool result = index >= fn->param_len && index < fn->param_len + fn->result_len;
  bool local = name->class_ == CLASS_AUTO && !(name->name_flags & NAME_AUTOTEMP);
  if (!local && !(result && name->name->text[0] == '~')) return name->name;
  Buffer text = {0};
  if (local)
    buffer_printf(&text, "%s\xC2\xB7%u", atom_text(name->name), number);
  else
    buffer_printf(&text, "~R%u", index - fn->param_len);
  Atom atom = intern(unit->session->interner, buffer_view(&text));
  buffer_free(&text);
  return atom;
}

/* Locals are numbered behind the results and the named parameters. */
static uint32_t first_number(const Func *fn) {
  uint32_t number = fn->result_len;
  for (uint32_t i = 0; i < fn->param_len; i++) {
    const Object *object = fn->params[i]->object;
    number += object && object->name && object->name->len > 0;
  }
  return number;
}

static void number_names(Unit *unit, const Func *fn, CloneOptions *options, InlineBody *body) {
  const InlineBody *own = fn->inl;
  body->dcl = arena_new_array(unit->arena, Name *, own->dcl_len);
  body->dcl_len = own->dcl_len;
  uint32_t number = first_number(fn);
  for (uint32_t i = 0; i < own->dcl_len; i++) {
    Name *name = own->dcl[i];
    if (name->class_ == CLASS_AUTO && !(name->name_flags & NAME_AUTOTEMP)) number++;
    Name *copy = clone_name(unit, name, name->curfn);
    copy->name = imported_name(unit, fn, name, i, number);
    if (name->name_flags & NAME_AUTOTEMP) copy->pkg = fn->name->pkg;
    if (text_is_exported(atom_str(name->name))) copy->pkg = NULL; /* read as the importer's own */
    clone_rename(options, name, &copy->op);
    body->dcl[i] = copy;
  }
}

/* ---- statements ---- */

static void write_statement(Unit *unit, OpList *out, Op *op);

static void write_list(Unit *unit, OpList *list) {
  OpList out = {0};
  for (uint32_t i = 0; i < list->len; i++) write_statement(unit, &out, list->items[i]);
  *list = out;
}

/* The statement that splits the values of `return f()` or `g(f())`, taken from below the first value; or NULL. */
static Op *take_split(Op **first) {
  while ((*first)->kind == OP_CONVIFACE || ((*first)->kind == OP_CONVNOP && op_init(*first)->len == 0))
    first = &(*first)->x;
  Op *holder = *first;
  if (holder->kind != OP_CONVNOP || op_init(holder)->len != 1 ||
      op_init(holder)->items[0]->kind != OP_AS2FUNC)
    return NULL;
  Op *split = op_init(holder)->items[0];
  *first = holder->x;
  return split;
}

static bool keeps_init(const Op *op) {
  return op->kind == OP_IF || op->kind == OP_FOR || op->kind == OP_SWITCH || op->kind == OP_SELECT;
}

static void write_statement(Unit *unit, OpList *out, Op *op) {
  if (op->kind == OP_RETURN && op->list.len > 1) {
    Op *split = take_split(&op->list.items[0]);
    if (split) write_statement(unit, out, split);
  }
  if (keeps_init(op)) {
    if (op->init) write_list(unit, op->init);
  } else {
    for (uint32_t i = 0; i < op_init(op)->len; i++) write_statement(unit, out, op_init(op)->items[i]);
    op->init = NULL;
  }
  if (op->kind == OP_AS || op->kind == OP_AS2 || op->kind == OP_AS2FUNC || op->kind == OP_AS2DOTTYPE ||
      op->kind == OP_AS2MAPR || op->kind == OP_AS2RECV)
    op->flags &= ~(uint32_t)OP_DEF;
  if (op->kind == OP_AS && !op->y) return; /* comes with the declaration */
  if (op->kind == OP_DCLCONST || op->kind == OP_DCLTYPE) return;
  if (op->kind == OP_RETURN) op->y = NULL;
  op_list_push(unit, out, op);
  if (op->kind == OP_DCL) op_list_push(unit, out, op_assign(unit, op->pos, op->x, NULL, false));
}

/* ---- ops ---- */

static bool is_conversion(const Op *op) {
  return op->kind == OP_CONV || op->kind == OP_CONVNOP || op->kind == OP_CONVIFACE;
}

static Op *write_op(void *context, Op *op) {
  Unit *unit = context;
  if (op->kind == OP_NAME || op->kind == OP_NONAME) return op;
  if (op->kind == OP_CALLFUNC || op->kind == OP_CALLINTER) op->y = NULL; /* the call as written */
  if (op->kind == OP_CALLFUNC && op->args.len > 1) {
    Op *split = take_split(&op->args.items[0]);
    if (split) write_statement(unit, op_own_init(unit, op), split);
  }
  op_edit_children(op, write_op, unit);
  if (op->kind == OP_PAREN) return op->x;
  if (op->kind == OP_LITERAL) {
    op->sym = NULL;
    op->op2 = 0;
  }
  if (is_conversion(op)) {
    op->flags &= ~(uint32_t)OP_IMPLICIT;
    op->y = NULL;
  }
  if (op->kind == OP_IF || op->kind == OP_FOR || op->kind == OP_RANGE || op->kind == OP_BLOCK)
    write_list(unit, &op->list);
  if (op->kind == OP_IF || op->kind == OP_CASE) write_list(unit, &op->list2);
  return op;
}

static InlineBody *imported_body(Unit *unit, const Func *fn) {
  InlineBody *body = arena_new_of(unit->arena, InlineBody);
  *body = *fn->inl;
  CloneContext context = {unit};
  InlineState *state = inline_state(unit);
  CloneOptions options = {.names = map_in(state->scratch), .context = &context};
  number_names(unit, fn, &options, body);
  OpList own = {fn->inl->body_items, fn->inl->body_len, fn->inl->body_len};
  OpList list = op_list_clone(unit, &options, &own);
  for (uint32_t i = 0; i < list.len; i++) list.items[i] = write_op(unit, list.items[i]);
  write_list(unit, &list);
  body->body_items = list.items;
  body->body_len = list.len;
  arena_reset(state->scratch);
  return body;
}

void inline_write_bodies(Unit *unit) {
  InlineState *state = inline_state(unit);
  state->scratch = scratch_new();
  Arena *bodies = unit->bodies;
  unit->bodies = unit->arena; /* as long as pristine ones */
  for (uint32_t i = 0; i < unit->funcs.len; i++) {
    Func *fn = unit->funcs.items[i];
    if (fn->inl && !fn->closure) fn->inl->imported = imported_body(unit, fn);
  }
  unit->bodies = bodies;
  scratch_free(state->scratch);
  state->scratch = NULL;
}

const InlineBody *inline_body_here(const Unit *unit, const Func *fn) {
  return fn->unit != unit && fn->inl->imported ? fn->inl->imported : fn->inl;
}
