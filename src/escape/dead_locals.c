/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dead_locals: assignments to local variables that nobody reads.
 *
 * In: functions after inlining. Out: the same, where such an assignment is `_ = 0` now if its right side does nothing. That shows:
 * a function literal that was only assigned is gone, and so is its line.
 * A right side is looked at only when its variable turns out to be read, since the variables that it mentions are dead otherwise.
 * Escape analysis will ask what bodies mention, so that is found out on the way.
 *
 * Go: cmd/compile/internal/deadlocals
 */
#include "escape/escape.h"

typedef struct Assign { /* of a variable that nobody is known to read */
  Op **left, **right;
  uint32_t before; /* number of another one of the same variable, from 1; 0: none */
  bool lives;
} Assign;

typedef struct LocalWalk { /* of one function after the other */
  Arena *arena;
  VEC(Assign) assigns;  /* name->opt: number of the last one, from 1 */
  VEC(Func *) literals; /* whose bodies are to be looked at */
  BodySurvey survey;    /* of the function whose body is being looked at */
  bool surveying;       /* it is not known what it mentions */
} LocalWalk;

static bool visit_op(void *context, Op *op);

static bool is_local(const Name *name, bool blank_is_discard) {
  if (name->class_ == CLASS_FUNC) return false;
  if (name_is_blank(name)) return blank_is_discard;
  return name->class_ == CLASS_AUTO || name->class_ == CLASS_PARAM;
}

static void visit_name(LocalWalk *walk, Name *name);

/* Without captured variables its locals are its own, and its turn comes as a function. */
static void visit_literal(LocalWalk *walk, Func *literal) {
  if (literal->closure_vars.len == 0) return;
  for (uint32_t i = 0; i < literal->closure_vars.len; i++) visit_name(walk, literal->closure_vars.items[i]);
  vec_push(walk->arena, &walk->literals, literal);
}

/* It was noted when it was met. */
static void visit_value(LocalWalk *walk, const Op *value) {
  if (value->kind == OP_NAME) visit_name(walk, value->name);
  if (value->kind == OP_CLOSURE) visit_literal(walk, value->func);
  if (value->flags & OP_DESCRIPTOR) visit_name(walk, value->dict);
}

static void visit_name(LocalWalk *walk, Name *name) {
  name = name_canonical(name);
  if ((name->name_flags & NAME_READ) || !is_local(name, false)) return;
  name->name_flags |= NAME_READ;
  uint32_t number = (uint32_t)(uintptr_t)name->opt;
  name->opt = NULL;
  while (number) {
    Assign *assign = &walk->assigns.items[number - 1];
    assign->lives = true;
    number = assign->before;
    if (*assign->right) visit_value(walk, *assign->right);
  }
}

static bool has_effects(const Op *op) {
  if (!op) return false;
  if (op->init.len > 0) return true;
  return op->kind != OP_NAME && op->kind != OP_LITERAL && op->kind != OP_NIL && op->kind != OP_CLOSURE;
}

static void add_assign(LocalWalk *walk, Name *name, Op **left, Op **right) {
  if (walk->surveying && *right) survey_note(&walk->survey, *right);
  bool blank = name_is_blank(name); /* bodies of several packages share its Name, and nobody reads it */
  uint32_t before = blank ? 0 : (uint32_t)(uintptr_t)name->opt;
  vec_push(walk->arena, &walk->assigns, (Assign){.left = left, .right = right, .before = before});
  if (!blank) name->opt = (void *)(uintptr_t)walk->assigns.len;
}

static void visit_assign(LocalWalk *walk, Op **left, Op **right, bool blank_is_discard) {
  if (!op_is(*left, OP_NAME) && !op_is_blank(*left)) {
    visit_op(walk, *left);
  } else {
    Name *name = name_canonical((*left)->name);
    if (!(name->name_flags & NAME_READ) && is_local(name, blank_is_discard) && !has_effects(*right)) {
      add_assign(walk, name, left, right);
      return;
    }
  }
  if (*right) visit_op(walk, *right);
}

static void visit_assign_list(LocalWalk *walk, Op *op) {
  bool named = false, plain = true;
  for (uint32_t i = 0; i < op->lhs.len; i++) {
    named |= !op_is_blank(op->lhs.items[i]);
    plain &= op->lhs.items[i]->kind == OP_NAME || op->lhs.items[i]->kind == OP_NONAME;
  }
  bool surveying = walk->surveying;
  if (surveying && !plain) { /* all left sides come before all right ones */
    op_each_item(&op->lhs, survey_tree, &walk->survey);
    op_each_item(&op->rhs, survey_tree, &walk->survey);
    walk->surveying = false;
  }
  for (uint32_t i = 0; i < op->lhs.len; i++) visit_assign(walk, &op->lhs.items[i], &op->rhs.items[i], named);
  walk->surveying = surveying;
}

static bool visit_op(void *context, Op *op) {
  LocalWalk *walk = context;
  if (op->flags & OP_DESCRIPTOR) visit_name(walk, op->dict);
  switch ((int)op->kind) {
  case OP_NAME:
    if (walk->surveying) survey_note(&walk->survey, op);
    visit_name(walk, op->name);
    return false;
  case OP_CLOSURE:
    op_each_item(&op->init, visit_op, walk);
    if (walk->surveying) survey_note(&walk->survey, op);
    visit_literal(walk, op->func);
    return false;
  case OP_DCL: return false;
  case OP_AS:
  case OP_AS2:
    if (walk->surveying) op_each_item(&op->init, survey_tree, &walk->survey);
    if (op->kind == OP_AS)
      visit_assign(walk, &op->x, &op->y, false);
    else
      visit_assign_list(walk, op);
    return false;
  case OP_DOTMETH:
  case OP_METHVALUE:
  case OP_METHEXPR:
  case OP_LABEL:
  case OP_GOTO:
    if (walk->surveying) survey_note(&walk->survey, op);
    break;
  }
  return op_each_child(op, visit_op, walk);
}

static void visit_body(LocalWalk *walk, Unit *unit, Func *fn) {
  walk->surveying = !(fn->flags & FUNC_SURVEYED);
  if (walk->surveying) survey_begin(&walk->survey, unit, fn);
  op_each_item(&fn->body, visit_op, walk);
  if (walk->surveying) survey_end(&walk->survey);
}

static void drop_assign(Unit *unit, const Assign *assign) {
  Name *name = name_canonical((*assign->left)->name);
  if (!name_is_blank(name)) name->opt = name->defn = NULL;
  Atom blank = intern(unit->session->interner, STR("_"));
  Type *type = universe_basic(unit->universe, BASIC_INT);
  XPos pos = (*assign->left)->pos;
  *assign->left = &name_new(unit, CLASS_EXTERN, pos, unit->pkg, blank, type, NULL)->op;
  *assign->right = op_literal(unit, XPOS_AUTOGENERATED, type, const_make_int64(unit->arena, 0));
}

static void note_changed(Func *fn) {
  func_changed(fn);
  for (uint32_t i = 0; i < fn->closures.len; i++) note_changed(fn->closures.items[i]);
}

static void visit_family(LocalWalk *walk, Unit *unit, Func *fn) {
  walk->assigns.len = 0;
  visit_body(walk, unit, fn);
  while (walk->literals.len) visit_body(walk, unit, vec_pop(&walk->literals));
  bool changed = false;
  vec_each (const Assign, assign, &walk->assigns) {
    if (assign->lives) continue;
    drop_assign(unit, assign);
    changed = true;
  }
  if (changed) note_changed(fn);
}

void dead_locals_funcs(Unit *unit, Func *const *funcs, uint32_t len) {
  if (unit->flags.no_optimize || unit->flags.no_dead_locals) return;
  LocalWalk walk = {.arena = scratch_new()};
  for (uint32_t i = 0; i < len; i++)
    if (!func_captures(funcs[i])) visit_family(&walk, unit, funcs[i]);
  scratch_free(walk.arena);
}

void dead_locals_unit(Unit *unit) { dead_locals_funcs(unit, unit->funcs.items, unit->funcs.len); }
