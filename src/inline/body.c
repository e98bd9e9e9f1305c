/* SPDX-License-Identifier: BSD-3-Clause
 *
 * body: copies of function bodies.
 *
 *   pristine   what a function looked like before anything was inlined into it, with its variables and closures (templates);
 *              made only for functions that can be inlined; importers clone it from any thread, so it never changes
 *   clones     a template's closures become functions of the unit that inlines the body, with names of their own
 *
 * Go: cmd/compile/internal/noder/reader.go (funcLit, inlClosureFunc, declareParams)
 */
#include "inline/inline_private.h"

/* ---- variables ---- */

Op **clone_room(Unit *unit, uint32_t len) {
  InlineState *state = inline_state(unit);
  vec_reserve(unit->arena, &state->replacements, len);
  return state->replacements.items;
}

Name *clone_name(Unit *unit, const Name *name, Func *into) {
  Name *copy = arena_new_of(unit->bodies, Name);
  *copy = *name;
  copy->op.name = copy;
  copy->curfn = into;
  copy->opt = NULL;
  copy->name_flags &= ~(uint32_t)(NAME_REASSIGNED | NAME_REASSIGNED_KNOWN);
  if ((name->name_flags & NAME_AUTOTEMP) && unit->profile->front_end == FRONT_UNIFIED) copy->pkg = unit->pkg;
  return copy;
}

static Name *mapped_name(const CloneOptions *options, Name *name) {
  Op *other = clone_renamed(options, name);
  return op_is(other, OP_NAME) ? other->name : name;
}

static void clone_dcl(Unit *unit, CloneOptions *options, Func *copy, const Func *fn) {
  copy->dcl.items = NULL;
  copy->dcl.len = copy->dcl.cap = 0;
  vec_reserve(unit->bodies, &copy->dcl, fn->dcl.len);
  for (uint32_t i = 0; i < fn->dcl.len; i++) {
    Name *name = clone_name(unit, fn->dcl.items[i], copy);
    if (name->name && name->name->len > 0 && name->name->text[0] == '~') name->pkg = copy->name->pkg;
    clone_rename(options, fn->dcl.items[i], &name->op);
    vec_push(unit->bodies, &copy->dcl, name);
  }
}

static Name **mapped_names(Unit *unit, const CloneOptions *options, Name *const *names, uint32_t len) {
  Name **copy = arena_new_array(unit->bodies, Name *, len);
  for (uint32_t i = 0; i < len; i++) copy[i] = mapped_name(options, names[i]);
  return copy;
}

/* Captured variables: the copies capture what replaces the originals' captured variables. */
static void clone_closure_vars(Unit *unit, CloneOptions *options, Func *copy, const Func *fn) {
  copy->closure_vars.items = NULL;
  copy->closure_vars.len = copy->closure_vars.cap = 0;
  vec_reserve(unit->bodies, &copy->closure_vars, fn->closure_vars.len);
  for (uint32_t i = 0; i < fn->closure_vars.len; i++) {
    const Name *var = fn->closure_vars.items[i];
    Name *name = clone_name(unit, var, copy);
    if (name->outer) name->outer = mapped_name(options, name->outer);
    bool moves = !(name->name_flags & NAME_DICT) && !(fn->flags & FUNC_WRAPPER);
    if (options->inl != 0 && name->op.pos.inl == 0 && moves) name->op.pos.inl = options->inl;
    clone_rename(options, fn->closure_vars.items[i], &name->op);
    vec_push(unit->bodies, &copy->closure_vars, name);
  }
}

/* ---- closures ---- */

static Op *replace_in_closure(void *context, CloneOptions *options, Op *op) {
  return replace_foreign_instance(((CloneContext *)context)->unit, options, op);
}

/* Everything but the name. options: of the surrounding body. Inside of closures positions and labels stay as they are. */
static void clone_closure_body(Unit *unit, CloneOptions *options, Func *copy, const Func *fn) {
  clone_closure_vars(unit, options, copy, fn);
  for (uint32_t i = 0; (fn->flags & FUNC_TEMPLATE) && fn->written && i < fn->written->closure_var_len; i++)
    clone_rename(options, fn->written->closure_vars[i], &copy->closure_vars.items[i]->op);
  clone_dcl(unit, options, copy, fn);
  copy->params = mapped_names(unit, options, fn->params, fn->param_len);
  copy->results = mapped_names(unit, options, fn->results, fn->result_len);
  CloneOptions inner = *options;
  inner.inl = 0;
  inner.into = copy;
  inner.relabel = NULL;
  inner.calls = NULL;
  inner.replace = options->replace ? replace_in_closure : NULL;
  copy->body = op_list_clone(unit, &inner, &fn->body);
  options->names = inner.names;
}

static Func *copy_func(Unit *unit, const Func *fn, Func *outer, Atom name, Package *pkg) {
  Func *copy = arena_new_of(unit->bodies, Func);
  *copy = *fn;
  copy->unit = unit;
  copy->name = clone_name(unit, fn->name, NULL);
  copy->name->name = name;
  copy->name->pkg = pkg;
  copy->name->func = copy;
  copy->closure_parent = outer;
  copy->closures.items = NULL;
  copy->closures.len = copy->closures.cap = 0;
  copy->mentions.items = NULL;
  copy->mentions.len = copy->mentions.cap = 0;
  copy->mention_mark = copy->search = 0;
  copy->nodes = 0;
  copy->flags &= ~(uint32_t)(FUNC_INLINABILITY_CHECKED | FUNC_ESCAPE_DONE | FUNC_ALONE | FUNC_TEMPLATE |
                             FUNC_BIG_KNOWN | FUNC_BIG | FUNC_SURVEYED);
  copy->func_lit_gen = copy->range_lit_gen = copy->go_defer_gen = 0; /* its closures are made anew */
  copy->inl = NULL;
  if (fn->unit != unit) copy->written = NULL;
  copy->tags = NULL;
  copy->opt = NULL;
  vec_push(unit->bodies, &outer->closures, copy);
  return copy;
}

/* The pristine body of a closure of this unit, if there is one, and the copy lives no longer. */
static const InlineBody *written_body(const Unit *unit, const Func *closure) {
  if (closure->unit != unit || unit->bodies == unit->arena) return NULL;
  return closure->inl && !closure->inl->later ? closure->inl : closure->written;
}

/* Templates do not change, so copies of one closure share its body: else n of them, one in the other, take n * n of room. */
static void share_body(Func *template, const InlineBody *body) {
  template->written = body;
  template->dcl.items = body->dcl;
  template->dcl.len = template->dcl.cap = body->dcl_len;
  template->params = body->dcl;
  template->results = body->dcl ? body->dcl + template->param_len : NULL;
  template->body = (OpList){body->body_items, body->body_len, body->body_len};
}

static Func *clone_template_closure(void *context, CloneOptions *options, Func *closure) {
  Unit *unit = ((CloneContext *)context)->unit;
  Func *copy = copy_func(unit, closure, options->into, closure->name->name, closure->name->pkg);
  copy->flags |= FUNC_TEMPLATE;
  const InlineBody *body = written_body(unit, closure);
  if (body) {
    clone_closure_vars(unit, options, copy, closure);
    share_body(copy, body);
  } else {
    copy->written = NULL;
    clone_closure_body(unit, options, copy, closure);
  }
  return copy;
}

static ClosureWhy closure_why(const Func *closure) {
  if (closure->flags & FUNC_RANGE_BODY) return CLOSURE_RANGE;
  Str name = atom_str(closure->name->name);
  while (name.len > 0 && name.data[name.len - 1] >= '0' && name.data[name.len - 1] <= '9') name.len--;
  if (str_has_suffix(name, STR(".gowrap"))) return CLOSURE_GO;
  if (str_has_suffix(name, STR(".deferwrap"))) return CLOSURE_DEFER;
  return CLOSURE_LITERAL;
}

Func *clone_inlined_closure(void *context, CloneOptions *options, Func *closure) {
  Unit *unit = ((CloneContext *)context)->unit;
  Func *outer = options->into;
  XPos pos = closure->closure->pos;
  if (pos.inl == 0) pos.inl = options->inl;
  Atom name = func_closure_name_numbered(unit, outer, pos, closure_why(closure), closure->closure_gen);
  Package *pkg = pos.inl != 0 ? unit->inline_tree.items[pos.inl - 1].callee->name->pkg : outer->name->pkg;
  Func *copy = copy_func(unit, closure, outer, name, pkg);
  if (outer->flags & FUNC_DUPOK)
    copy->flags |= FUNC_DUPOK;
  else
    copy->flags &= ~(uint32_t)FUNC_DUPOK;
  if (copy->flags & FUNC_RANGE_BODY) copy->range_parent = outer->range_parent ? outer->range_parent : outer;
  vec_push(unit->arena, &unit->funcs, copy);
  clone_closure_body(unit, options, copy, closure);
  return copy;
}

/* ---- the pristine body ---- */

InlineBody *inline_body_new(Unit *unit, Func *fn) {
  Arena *bodies = unit->bodies;
  if (!fn->closure) unit->bodies = unit->arena; /* nobody else asks for that of a literal */
  InlineBody *body = arena_new_of(unit->bodies, InlineBody);
  if (fn->written) {
    *body = *fn->written;
    unit->bodies = bodies;
    return body;
  }
  body->has_loop_vars = fn->flags & FUNC_LOOP_VARS;
  Func *holder = arena_new_of(unit->bodies, Func); /* surrounds the templates of closures */
  *holder = *fn;
  holder->flags |= FUNC_TEMPLATE;
  holder->closures.items = NULL;
  holder->closures.len = holder->closures.cap = 0;
  CloneContext context = {unit};
  InlineState *state = inline_state(unit);
  CloneOptions options = {.names = map_in(state->scratch), .into = holder, .context = &context};
  options.clone_closure = clone_template_closure;
  names_number(fn->dcl.items, fn->dcl.len);
  clone_number(&options, fn->dcl.items, fn->dcl.len, clone_room(unit, fn->dcl.len));
  clone_closure_vars(unit, &options, holder, fn);
  clone_dcl(unit, &options, holder, fn);
  OpList items = op_list_clone(unit, &options, &fn->body);
  body->body_items = items.items;
  body->body_len = items.len;
  body->dcl = holder->dcl.items;
  body->dcl_len = holder->dcl.len;
  body->closure_vars = holder->closure_vars.items;
  body->closure_var_len = holder->closure_vars.len;
  unit->bodies = bodies;
  arena_reset(state->scratch);
  return body;
}

/* ---- instances of other units ---- */

/* Bodies of other packages mention the instances that those packages made. The compiler makes instances by name, one per package
   being compiled, so this unit's own one counts; one that this unit does not have is known by its cost only. */

static uint64_t *instance_slot(InlineState *state, const Name *name) {
  return map_put(map_nested(&state->instances, name->pkg), map_key(name->name));
}

static Func *own_instance(Unit *unit, const Name *name) {
  InlineState *state = inline_state(unit);
  for (; state->instances_seen < unit->funcs.len; state->instances_seen++) {
    Func *fn = unit->funcs.items[state->instances_seen];
    if (fn->targs.len == 0 || fn->closure) continue;
    uint64_t *slot = instance_slot(state, fn->name);
    if (*slot == 0) *slot = map_key(fn);
  }
  return (Func *)(uintptr_t)*instance_slot(state, name);
}

static Func *instance_stub(Unit *unit, const Func *fn) {
  Func *stub = arena_new_of(unit->arena, Func);
  *stub = (Func){.unit = unit,
                 .name = clone_name(unit, fn->name, NULL),
                 .pos = fn->pos,
                 .type = fn->type,
                 .params = fn->params,
                 .param_len = fn->param_len,
                 .has_recv = fn->has_recv,
                 .results = fn->results,
                 .result_len = fn->result_len,
                 .object = fn->object,
                 .targs = fn->targs,
                 .inl = fn->inl,
                 .properties = fn->properties,
                 .tags = arena_new_array(unit->arena, ParamTag, fn->param_len),
                 .flags = FUNC_DUPOK | FUNC_ESCAPE_DONE | FUNC_INLINABILITY_CHECKED};
  stub->name->func = stub;
  *instance_slot(inline_state(unit), fn->name) = map_key(stub);
  return stub;
}

Func *instance_here(Unit *unit, Func *fn) {
  if (!fn || fn->unit == unit || fn->targs.len == 0 || fn->closure) return fn;
  trail_meet(unit, MEET_FOREIGN_INSTANCE, func_symbol_key(fn));
  Func *own = own_instance(unit, fn->name);
  if (own) return own;
  if (!unit->whole && unit->require_func) return fn; /* on demand: not all of its own instances are known */
  if (unit->require_func) unit->require_func(unit->context, fn, need_to_inline(unit, fn));
  return instance_stub(unit, fn);
}

Op *replace_foreign_instance(Unit *unit, CloneOptions *options, const Op *op) {
  if (op->kind == OP_NAME) {
    if (op->name->class_ != CLASS_FUNC) return NULL;
    Func *here = instance_here(unit, op->name->func);
    return here && here != op->name->func ? &here->name->op : NULL;
  }
  if ((op->kind != OP_METHEXPR && op->kind != OP_METHVALUE) || !op->name) return NULL;
  Func *here = instance_here(unit, op->name->func);
  if (!here || here == op->name->func) return NULL;
  Op *copy = op_copy(unit, op);
  copy->name = here->name;
  if (options->inl != 0 && copy->pos.inl == 0) copy->pos.inl = options->inl;
  op_set_init(unit, copy, op_list_clone(unit, options, op_init(op)));
  copy->x = op_clone(unit, options, op->x);
  return copy;
}
