/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Function bodies: parameters, variables, captured variables; the entry points of the layer.
 *
 * A closure's captured variables are made when they are first used inside it; a use two literals deep passes through both, inner
 * one first, which gives the compiler's order of closure variables.
 *
 * Go: cmd/compile/internal/noder/reader.go (funcBody, declareParams), noder/writer.go (useLocal), ir/name.go
 */
#include "lower/internal.h"

void body_init(Body *b, Lowering *low, Func *fn, Body *outer) {
  *b = (Body){.low = low, .unit = low->unit, .fn = fn, .outer = outer, .pkg = low->unit->pkg};
  low->base = fn->pos.pos;
  b->info = b->pkg->info;
  b->locals = map_in(low->unit->bodies);
  if (!outer) return;
  b->pkg = outer->pkg;
  b->info = outer->info;
  b->lang = outer->lang;
  b->generic = outer->generic;
  b->inst = outer->inst;
  b->subst = outer->subst;
}

Op *make_dcl(Body *b, Pos pos, Name *name) { return op_unary(b->unit, OP_DCL, xpos(pos), NULL, &name->op); }

Name *declare_local(Body *b, Pos pos, Atom atom, Type *type, Object *object) {
  Name *name = name_new(b->unit, CLASS_AUTO, xpos(pos), object && object->pkg ? object->pkg : b->pkg, atom,
                        type, b->fn);
  name->object = object;
  func_declare(b->unit, b->fn, name);
  if (b->fn->names_to_come) b->fn->names_to_come--;
  if (object) map_set_ptr(&b->locals, object, name);
  return name;
}

Name *temp_name(Body *b, Pos pos, Type *type) { return name_temp(b->unit, b->fn, xpos(pos), type); }

Name *temp_copy(Body *b, Pos pos, Op *value, OpList *init) {
  Name *temp = temp_name(b, pos, value->type);
  op_list_push(b->unit, init, make_dcl(b, pos, temp));
  Op *assign = op_assign(b->unit, xpos(pos), &temp->op, value, true);
  op_list_push(b->unit, init, assign);
  temp->defn = assign;
  return temp;
}

static Name *capture(Body *b, Pos pos, Name *outer) {
  Name *c = name_new(b->unit, CLASS_AUTOHEAP, xpos(pos), outer->pkg, outer->name, outer->op.type, b->fn);
  c->name_flags |= NAME_CLOSURE_VAR;
  outer->name_flags |= NAME_CAPTURED;
  c->outer = outer;
  c->object = outer->object;
  return c;
}

Name *local_name(Body *b, Pos pos, Object *object) {
  Name *name = map_get_ptr(&b->locals, object);
  if (name) return name;
  if (!b->outer)
    BUG("variable %s is not declared in %s", atom_text(object->name), atom_text(b->fn->name->name));
  /* Older releases pass it on to the literal around this one when they are done with this one. */
  Pos passed_at = b->low->in_place && b->block ? b->block->rbrace : pos;
  name = capture(b, pos, local_name(b->outer, passed_at, object));
  vec_push(b->unit->arena, &b->fn->closure_vars, name);
  map_set_ptr(&b->locals, object, name);
  return name;
}

static void bind(Body *b, Object *object, Name *name) {
  if (object) map_set_ptr(&b->locals, object, name);
}

/* Binds the variables of the signature as written to the function's parameters. */
static void bind_params(Body *b, Type *signature) {
  Func *fn = b->fn;
  uint32_t n = 0;
  if (signature->u.signature.recv) bind(b, signature->u.signature.recv, fn->params[n++]);
  if (n < fn->param_len && (fn->params[n]->name_flags & NAME_DICT)) b->dict = fn->params[n++];
  ObjectList params = signature->u.signature.params->u.tuple.vars,
             results = signature->u.signature.results->u.tuple.vars;
  for (uint32_t i = 0; i < params.len; i++) bind(b, params.items[i], fn->params[n++]);
  for (uint32_t i = 0; i < results.len; i++) bind(b, results.items[i], fn->results[i]);
}

/* in_place: nothing but conditions that are constant, and nothing left where they lead to. */
static bool is_dead(const OpList *body) {
  for (uint32_t i = 0; i < body->len; i++) {
    const Op *op = body->items[i];
    bool dead = op->kind == OP_IF && op_init(op)->len == 0 && op->list.len == 0 && op->orelse.len == 0 &&
                op_is_const(op->cond, CONST_BOOL);
    if (!dead) return false;
  }
  return true;
}

static void lower_block_body(Body *b, BlockStmt *block) {
  b->block = block;
  if (!block) return;
  if (b->low->in_place) b->fn->names_to_come = count_declared(b, block);
  lower_stmts(b, block->stmts, &b->fn->body);
  if (b->low->in_place && is_dead(&b->fn->body)) b->fn->body.len = 0;
  if (b->fn->body.len == 0) op_list_push(b->unit, &b->fn->body, op_new(b->unit, OP_BLOCK, XPOS_NONE, NULL));
  if (!b->low->in_place && !b->low->inlining) func_mark_inert(b->fn);
}

void body_enter(Body *b, Object *object) {
  b->pkg = object->pkg;
  b->info = object->pkg->info;
  b->lang = object->u.func.file ? object->u.func.file->lang : object->pkg->lang;
  b->signature = object->type;
}

void body_bind(Body *b, Type *signature, BlockStmt *block) {
  bind_params(b, signature);
  lower_block_body(b, block);
}

void lower_body(Lowering *low, Func *fn) {
  if (fn->flags & FUNC_LOWERED) return;
  fn->flags |= FUNC_LOWERED;
  BodySource *source = fn->source;
  if (!source) return;
  Instantiation *inst = source->inst;
  if (inst && !inst->shaped) {
    call_shaped(low, fn, source);
    return;
  }
  Object *object = source->object;
  if (low->unit->require_body) low->unit->require_body(low->unit->context, object);
  if (trail_notes(low->unit)) low->unit->trail->bodies_read++;
  if (trail_notes(low->unit) && !inst)
    note_object(low, MEET_BODY_READ, object, low->unit->trail->bodies_read);
  Pos base = low->base;
  Body b;
  body_init(&b, low, fn, NULL);
  body_enter(&b, object);
  Subst subst = {.memo = map_in(low->unit->bodies)};
  if (inst) {
    subst.tparams = body_tparams(object);
    subst.targs = inst->targs;
    b.subst = &subst;
    b.inst = inst;
    b.generic = inst->generic;
  }
  uint32_t outer = low->reading;
  low->reading = object_note(low, object)->begin;
  body_bind(&b, object->type, object->u.func.syntax->body);
  low->reading = outer;
  low->base = base;
}

/* ---- function literals ---- */

Func *new_closure_func(Body *b, Pos pos, Type *signature, ClosureWhy why) {
  Func *outer = b->fn;
  int32_t gen =
      0; /* go and defer wrappers are numbered by their function, literals by the body that they stand in */
  if (why == CLOSURE_LITERAL) gen = ++b->literal_gen;
  if (why == CLOSURE_RANGE) gen = ++b->range_gen;
  Atom name = func_closure_name_numbered(b->unit, outer, xpos(pos), why, gen);
  Func *fn = func_new_literal(b->unit, xpos(pos), outer->name->pkg, name, signature);
  fn->flags |= outer->flags & FUNC_DUPOK;
  fn->flags |= FUNC_LOWERED;
  fn->closure_gen = gen;
  fn->closure_parent = outer;
  if (why == CLOSURE_RANGE) {
    fn->flags |= FUNC_RANGE_BODY;
    fn->range_parent = outer->range_parent ? outer->range_parent : outer;
  }
  if (b->low->in_place) outer->names_to_come++;
  vec_push(b->unit->bodies, &outer->closures, fn);
  vec_push(b->unit->arena, &b->unit->funcs, fn);
  return fn;
}

Op *lower_func_lit(Body *b, FuncLit *lit) {
  Type *written = fact_type(b, &lit->node);
  written = under(written);
  Fact *fact = fact_find(b, &lit->node);
  bool range_body = fact && fact->range_body;
  Type *signature = subst_type(b->low, b->subst, written);
  ObjectList groups[2] = {written->u.signature.params->u.tuple.vars,
                          written->u.signature.results->u.tuple.vars};
  for (int g = 0; g < 2; g++)
    for (uint32_t i = 0; i < groups[g].len; i++) read_type(b, groups[g].items[i]->type);
  Func *fn = new_closure_func(b, lit->node.pos, signature, range_body ? CLOSURE_RANGE : CLOSURE_LITERAL);
  declare_params(b->low, fn, signature, NULL);
  place_params(b->low, fn, NULL, lit->type);
  Body inner;
  Pos base = b->low->base;
  body_init(&inner, b->low, fn, b);
  inner.signature = written;
  if (b->dict) {
    inner.dict = capture(&inner, b->dict->op.pos.pos, b->dict);
    inner.dict->name_flags |= NAME_DICT;
  }
  bind_params(&inner, written);
  lower_block_body(&inner, lit->body);
  b->low->base = base;
  if (inner.dict) vec_push(b->unit->bodies, &fn->closure_vars, inner.dict);
  return fn->closure;
}

/* ---- the unit ---- */

static Lowering *lowering_of(Unit *unit) {
  if (unit->lower_state) return unit->lower_state;
  Lowering *low = arena_new_of(unit->arena, Lowering);
  low->unit = unit;
  low->arena = unit->bodies;
  low->kept = unit->arena;
  low->universe = unit->universe;
  low->eager = unit->whole;
  low->in_place = unit->profile->front_end == FRONT_TYPECHECK;
  Map *maps[] = {&low->names,       &low->generics,     &low->instances,     &low->replaced,
                 &low->facts,       &low->rewritten,    &low->itabs,         &low->instance_types,
                 &low->method_sets, &low->methodless,   &low->runtime_names, &low->renamed,
                 &low->inlined,     &low->method_exprs, &low->seen_types,    &low->type_keys};
  for (size_t i = 0; i < ARRAY_LEN(maps); i++) *maps[i] = map_in(low->arena);
  low->funcs = map_in(low->kept);
  low->type_notes = note_table_new(low, sizeof(TypeNote));
  low->object_notes = note_table_new(low, sizeof(ObjectNote));
  low->algs = strmap_in(low->arena);
  low->written_types = strmap_in(low->arena);
  low->wrapped_values = strmap_in(low->arena);
  Interner *interner = unit->session->interner;
  low->runtime = package_new_synthetic(unit->universe, intern(interner, STR("go.runtime")),
                                       intern(interner, STR("runtime")));
  low->go_package =
      package_new_synthetic(unit->universe, intern(interner, STR("go")), intern(interner, STR("")));
  low->type_package =
      package_new_synthetic(unit->universe, intern(interner, STR("type")), intern(interner, STR("type")));
  unit->lower_state = low;
  hook_unit(low);
  return low;
}

static void lower_declaration(Lowering *low, Node *node) {
  Body b;
  Func holder = {.pos = XPOS_NONE};
  body_init(&b, low, &holder, NULL);
  if (node->kind == NODE_CONST_DECL) {
    ConstDecl *decl = (ConstDecl *)node;
    for (uint32_t i = 0; i < decl->name_len; i++) {
      Object *object = fact_def(&b, decl->names[i]);
      if (object) read_object(low, object);
    }
  } else if (node->kind == NODE_VAR_DECL) {
    VarDecl *decl = (VarDecl *)node;
    for (uint32_t i = 0; i < decl->name_len; i++) {
      Object *object = fact_def(&b, decl->names[i]);
      if (object) read_object(low, object);
    }
  } else if (node->kind == NODE_TYPE_DECL) {
    TypeDecl *decl = (TypeDecl *)node;
    Object *object = fact_def(&b, decl->name);
    if (!object || decl->tparams.len || strcmp(decl->name->name->text, "_") == 0) return;
    if (is_interface(object->type) && !interface_is_method_set(low->universe, under(object->type))) return;
    read_object(low, object);
  } else if (node->kind == NODE_FUNC_DECL) {
    FuncDecl *decl = (FuncDecl *)node;
    if (strcmp(decl->name->name->text, "_") == 0 && !low->in_place) return;
    Object *object = fact_def(&b, decl->name);
    if (!object) return;
    Type *signature = object->type;
    if (signature->u.signature.recv_tparams.len || signature->u.signature.tparams.len) return;
    Object *recv = signature->u.signature.recv;
    if (recv)
      read_resolve(low, type_unalias(deref(type_unalias(recv->type))), false);
    else
      read_object(low, object);
    vec_push(low->unit->arena, &low->unit->funcs, declare_func(low, object));
  }
}

void lower_package(Unit *unit) {
  Lowering *low = lowering_of(unit);
  if (low->eager && !low->in_place) write_package(low);
  lower_package_init(low);
  for (uint32_t f = 0; f < unit->pkg->file_len; f++) {
    NodeList decls = unit->pkg->files[f].syntax->decls;
    for (uint32_t i = 0; i < decls.len; i++) lower_declaration(low, decls.items[i]);
  }
  if (!low->eager)
    for (uint32_t i = unit->funcs.len; i > 0; i--)
      if (unit->funcs.items[i - 1]->object) vec_push(low->arena, &low->todo_bodies, unit->funcs.items[i - 1]);
  run_todos(low);
  if (low->in_place) order_functions(low);
  low->package_read = true;
}

void lower_function(Unit *unit, Func *fn) {
  Lowering *low = lowering_of(unit);
  if (fn->flags & FUNC_LOWERED) return;
  bool watching = trail_watch(unit, false);
  lower_body(low, fn);
  if (!low->eager) run_todos(low);
  trail_watch(unit, watching);
}

void lower_alone(Unit *unit, Func *fn) {
  Lowering *low = lowering_of(unit);
  BodySource *source = fn->source;
  trail_begin(unit, fn);
  trail_watch(unit, true);
  write_body(low, source->object);
  lower_body(low, fn);
  trail_watch(unit, false);
  run_todos(low);
}

void lower_renew(Unit *unit, Func *fn, Object *object) {
  *fn = (Func){.name = fn->name,
               .unit = fn->unit,
               .pos = xpos(object->u.func.syntax->node.pos),
               .type = object->type,
               .object = fn->object};
  declare_as(lowering_of(unit), fn, object);
}

Func *lower_find_func(Unit *unit, Object *object) {
  return declare_func(lowering_of(unit), origin_func(object));
}
