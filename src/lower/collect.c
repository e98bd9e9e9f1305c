/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A walk over bodies in the order in which the compiler writes them. It has two uses:
 *
 *   the layout of dictionaries: what the code of a generic declaration (of all methods, for a type) needs to know at run time about
 *   its type arguments: methods of type parameters, dictionaries of other instances, type descriptors and itabs. Sizes and indices
 *   of dictionaries are visible in the printed bodies of shaped functions.
 *   the order in which a package's types and objects are written (`writing`): written.c is told about each one.
 *
 * Go: cmd/compile/internal/noder/writer.go (writerDict)
 */
#include "lower/internal.h"

typedef struct Collector {
  Body *b;
  Generic *g;
  TypeList tparams; /* of the body being walked */
  Atom label;       /* of the statement about to be walked, or NULL */
  bool writing;     /* tells written.c what it meets and makes no words; g is NULL */
} Collector;

static void collect_expr(Collector *c, Node *node);
static void collect_stmts(Collector *c, NodeList stmts);
static void collect_stmt(Collector *c, Node *stmt);

/* ---- words ---- */

static void meet_type(Collector *c, Type *t) {
  if (c->writing && t && !type_is_written(c->b->low, t)) write_type(c->b->low, t);
}

/* Whether the conversion of an expression meets nothing but what the expression meets itself. */
static bool converts_unseen(Collector *c, Type *dst, const Node *node) {
  if (!c->writing || node->kind == NODE_OPERATION || node->kind == NODE_PAREN) return false;
  return !dst || type_is_written(c->b->low, dst);
}

static void meet_object(Collector *c, Object *object, TypeList targs) {
  if (!c->writing) return;
  for (uint32_t i = 0; i < targs.len; i++) write_type(c->b->low, targs.items[i]);
  write_object(c->b->low, object);
}

static void need_rtype(Collector *c, Type *t) {
  meet_type(c, t);
  if (c->writing) return;
  if (is_untyped(t)) t = type_default(c->b->low->universe, t);
  if (is_derived(c->b, t)) rtype_word(c->b->low, c->g, t, c->tparams);
}

static void need_itab(Collector *c, Type *type, Type *iface) {
  if (is_untyped(type)) type = type_default(c->b->low->universe, type);
  if (is_untyped(iface)) iface = type_default(c->b->low->universe, iface);
  bool derived = is_derived(c->b, type) || is_derived(c->b, iface);
  need_rtype(c, type);
  need_rtype(c, iface);
  if (derived && !c->writing) itab_word(c->b->low, c->g, type, iface, c->tparams);
}

static void need_variable(Collector *c, Object *var) {
  meet_type(c, var->type);
  if (c->writing) return;
  if (is_derived(c->b, var->type)) rtype_word(c->b->low, c->g, var->type, c->tparams);
}

static void need_dictionary(Collector *c, Object *object, TypeList args) {
  meet_object(c, object, args);
  if (c->writing) return;
  for (uint32_t i = 0; i < args.len; i++)
    if (is_derived(c->b, args.items[i])) {
      subdict_word(c->b->low, c->g, object, args, c->tparams);
      return;
    }
}

static void identify(Collector *c, ObjectList from, ObjectList to) {
  for (uint32_t i = 0; i < from.len && i < to.len; i++)
    if (from.items[i]->type != to.items[i]->type)
      map_set_ptr(&c->g->same, from.items[i]->type, to.items[i]->type);
}

/* The compiler has one signature for all uses of an instance; ours are made anew, so their types are identified. */
static void note_instance(Collector *c, Object *object, const Instance *inst) {
  if (c->writing || inst->type->kind != TYPE_SIGNATURE) return;
  for (uint32_t i = 0; i < c->g->used.len; i++) {
    UsedInstance *u = &c->g->used.items[i];
    bool same = u->object == object && u->targs.len == inst->targs.len;
    for (uint32_t k = 0; same && k < inst->targs.len; k++)
      same = type_identical(u->targs.items[k], inst->targs.items[k]);
    if (!same) continue;
    identify(c, inst->type->u.signature.params->u.tuple.vars, u->signature->u.signature.params->u.tuple.vars);
    identify(c, inst->type->u.signature.results->u.tuple.vars,
             u->signature->u.signature.results->u.tuple.vars);
    return;
  }
  vec_push(c->b->low->arena, &c->g->used, (UsedInstance){object, inst->targs, inst->type});
}

static Type *type_of(Collector *c, Node *node) { return fact_type(c->b, node_unparen(node)); }

/* A type operand; iface: of the value that is asserted, or NULL. */
static void collect_type(Collector *c, Type *iface, Node *type) {
  if (iface && !is_empty_interface(c->b->low, iface))
    need_itab(c, type_of(c, type), iface);
  else
    need_rtype(c, type_of(c, type));
}

static void collect_convert(Collector *c, Type *dst, Node *node, bool implicit) {
  if (converts_unseen(c, dst, node)) {
    collect_expr(c, node);
    return;
  }
  Type *src = type_of(c, node);
  bool identical = !dst || type_identical(src, dst);
  if (!implicit || !identical) {
    meet_type(c, dst);
    need_itab(c, src, dst);
  }
  collect_expr(c, node);
}

enum { NEAR_TARGETS = 8 };

/* Zeroed room for the types of so many targets: `near` if it is enough. */
static Type **targets_new(Collector *c, Type *near[NEAR_TARGETS], uint32_t len) {
  if (len > NEAR_TARGETS) return arena_new_array(c->b->low->arena, Type *, len);
  memset(near, 0, sizeof *near * len);
  return near;
}

static void collect_multi(Collector *c, Type *const *dst, NodeList exprs) {
  Type *single = exprs.len == 1 ? type_of(c, exprs.items[0]) : NULL;
  if (!single || single->kind != TYPE_TUPLE) {
    for (uint32_t i = 0; i < exprs.len; i++) collect_convert(c, dst ? dst[i] : NULL, exprs.items[i], true);
    return;
  }
  collect_expr(c, exprs.items[0]);
  ObjectList vars = single->u.tuple.vars;
  for (uint32_t i = 0; i < vars.len; i++) {
    meet_type(c, vars.items[i]->type);
    if (!dst || !dst[i] || type_identical(vars.items[i]->type, dst[i])) continue;
    meet_type(c, dst[i]);
    need_itab(c, vars.items[i]->type, dst[i]);
  }
}

/* ---- expressions ---- */

static bool points_to(Type *from, Type *to) {
  from = type_unalias(from);
  return from->kind == TYPE_POINTER && type_identical(from->u.elem.type, to);
}

static Type *receiver_type(const Selection *selection, Type *type) {
  for (uint32_t i = 0; i + 1 < selection->path_len; i++)
    type = struct_field(deref(type), selection->path[i])->type;
  Type *want = selection->object->type->u.signature.recv->type;
  return points_to(type, want) || points_to(want, type) ? want : type;
}

static void collect_method(Collector *c, SelectorExpr *selector, const Selection *selection) {
  Type *recv = receiver_type(selection, type_of(c, selector->x));
  Type *plain = type_unalias(recv);
  meet_type(c, recv);
  if (origin_func(selection->object)->type->u.signature.tparams.len == 0)
    meet_type(c, selection->object->type);
  if (plain->kind == TYPE_TYPE_PARAM) {
    if (!c->writing) method_word(c->b->low, c->g, tparam_index(c->g, c->tparams, plain), selection->object);
    return;
  }
  if (is_interface(recv)) return;
  Type *base = type_unalias(deref(plain));
  if (base->kind != TYPE_NAMED) return;
  Object *origin = origin_func(selection->object);
  TypeList args = base->u.named.targs;
  Object *object = base->u.named.object;
  if (origin->type->u.signature.tparams.len) {
    const Instance *inst = fact_instance(c->b, selector->sel);
    TypeList own = inst ? inst->targs : (TypeList){0};
    TypeList all = {arena_new_array(c->b->low->arena, Type *, args.len + own.len), args.len + own.len};
    if (args.len) memcpy(all.items, args.items, sizeof(Type *) * args.len);
    if (own.len) memcpy(all.items + args.len, own.items, sizeof(Type *) * own.len);
    args = all;
    object = origin;
  }
  need_dictionary(c, object, args);
}

static void collect_selector(Collector *c, SelectorExpr *selector) {
  const Selection *selection = fact_selection(c->b, selector);
  if (!selection) return;
  if (selection->kind != SELECT_METHOD_EXPR) collect_expr(c, selector->x);
  if (selection->kind != SELECT_FIELD) collect_method(c, selector, selection);
}

/* A method value, or one with type arguments; the call of a method does not write the type of its callee. */
static bool collect_method_value(Collector *c, Node *node) {
  if (node->kind == NODE_INDEX) node = ((IndexExpr *)node)->x;
  if (node->kind != NODE_SELECTOR) return false;
  const Selection *selection = fact_selection(c->b, (SelectorExpr *)node);
  if (!selection || selection->kind == SELECT_FIELD) return false;
  collect_selector(c, (SelectorExpr *)node);
  return true;
}

static void collect_index(Collector *c, IndexExpr *node) {
  if (collect_method_value(c, &node->node)) return;
  Type *x = type_of(c, node->x), *core = type_core(x);
  bool map = core && core->kind == TYPE_MAP;
  collect_expr(c, node->x);
  collect_convert(c, map ? core->u.map.key : NULL, node->index, true);
  if (map) need_rtype(c, x);
}

static void collect_composite(Collector *c, CompositeLit *lit) {
  Type *type = fact_type(c->b, &lit->node), *core = type_core(type);
  if (core->kind == TYPE_POINTER) {
    type = core->u.elem.type;
    core = type_core(type);
  }
  if (core->kind == TYPE_MAP) need_rtype(c, type);
  for (uint32_t i = 0; i < lit->elems.len; i++) {
    Node *elem = lit->elems.items[i];
    KeyValueExpr *kv = elem->kind == NODE_KEY_VALUE ? (KeyValueExpr *)elem : NULL;
    if (core->kind == TYPE_STRUCT) {
      Type *want = kv ? fact_use(c->b, (NameExpr *)kv->key)->type : struct_field(core, i)->type;
      collect_convert(c, want, kv ? kv->value : elem, true);
    } else if (core->kind == TYPE_MAP) {
      collect_convert(c, core->u.map.key, kv->key, true);
      collect_convert(c, core->u.map.value, kv->value, true);
    } else {
      if (kv) collect_expr(c, kv->key);
      collect_convert(c, core->u.elem.type, kv ? kv->value : elem, true);
    }
  }
}

static void collect_body(Collector *c, Type *signature, BlockStmt *body) {
  Type *outer = c->b->signature;
  c->b->signature = signature;
  if (signature->u.signature.recv) need_variable(c, signature->u.signature.recv);
  ObjectList lists[2] = {signature->u.signature.params->u.tuple.vars,
                         signature->u.signature.results->u.tuple.vars};
  for (int side = 0; side < 2; side++)
    for (uint32_t i = 0; i < lists[side].len; i++) need_variable(c, lists[side].items[i]);
  BlockStmt *outer_block = c->b->block;
  int32_t states = c->b->range_states, yields = c->b->range_yields;
  c->b->block = body;
  c->b->range_states = c->b->range_yields = 0;
  if (body) collect_stmts(c, body->stmts);
  c->b->block = outer_block;
  c->b->range_states = states;
  c->b->range_yields = yields;
  c->b->signature = outer;
}

static void collect_args(Collector *c, CallExpr *call, Type *signature) {
  uint32_t len = call->args.len;
  Type *single = len == 1 ? type_of(c, call->args.items[0]) : NULL;
  if (single && single->kind == TYPE_TUPLE) len = single->u.tuple.vars.len;
  Type *near[NEAR_TARGETS], **dst = targets_new(c, near, len);
  if (signature) {
    ObjectList params = signature->u.signature.params->u.tuple.vars;
    for (uint32_t i = 0; i < len; i++) {
      if (signature->u.signature.variadic && !call->has_dots && i + 1 >= params.len)
        dst[i] = elem_of(params.items[params.len - 1]->type);
      else if (i < params.len)
        dst[i] = params.items[i]->type;
    }
  }
  collect_multi(c, dst, call->args);
}

static Type *slice_elem(Type *t) {
  Type *core = type_core(t);
  return core && core->kind == TYPE_SLICE ? core->u.elem.type : NULL;
}

static Type *first_arg_type(Collector *c, CallExpr *call) {
  Type *t = type_of(c, call->args.items[0]);
  return t->kind == TYPE_TUPLE ? t->u.tuple.vars.items[0]->type : t;
}

static void collect_builtin(Collector *c, CallExpr *call, BuiltinId id) {
  Node *first = call->args.len ? call->args.items[0] : NULL;
  Type *rtype = NULL;
  if (id == BUILTIN_UNSAFE_SIZEOF || id == BUILTIN_UNSAFE_ALIGNOF || id == BUILTIN_UNSAFE_OFFSETOF) return;
  if (id == BUILTIN_NEW) {
    if (fact_mode(c->b, node_unparen(first)) == MODE_TYPE)
      collect_type(c, NULL, first);
    else
      collect_expr(c, first);
    return;
  }
  if (id == BUILTIN_MAKE) {
    collect_type(c, NULL, first);
    for (uint32_t i = 1; i < call->args.len; i++) collect_expr(c, call->args.items[i]);
    Type *type = type_of(c, first), *elem = slice_elem(type);
    need_rtype(c, elem ? elem : type);
    return;
  }
  if (id == BUILTIN_APPEND || id == BUILTIN_UNSAFE_SLICE) rtype = slice_elem(fact_type(c->b, &call->node));
  if (id == BUILTIN_COPY) rtype = slice_elem(first_arg_type(c, call));
  if (id == BUILTIN_DELETE) rtype = first_arg_type(c, call);
  Type *signature = type_of(c, call->fun);
  if (signature && signature->kind != TYPE_SIGNATURE) signature = NULL;
  collect_args(c, call, signature);
  if (rtype) need_rtype(c, rtype);
}

static void collect_call(Collector *c, CallExpr *call) {
  Node *fun = node_unparen(call->fun);
  ValueMode mode = fact_mode(c->b, fun);
  const Instance *inst;
  if (mode == MODE_TYPE) {
    collect_convert(c, fact_type(c->b, fun), call->args.items[0], false);
    return;
  }
  Object *object = fact_object(c->b, fun, &inst);
  if (mode == MODE_BUILTIN) {
    collect_builtin(c, call, object->u.builtin.id);
    return;
  }
  if (!collect_method_value(c, fun)) collect_expr(c, fun);
  collect_args(c, call, type_core(fact_type(c->b, fun)));
}

static void collect_operation(Collector *c, Operation *op) {
  if (!op->y) {
    collect_expr(c, op->x);
    return;
  }
  Type *common = NULL;
  if (op->op != OPERATOR_SHL && op->op != OPERATOR_SHR) {
    Type *x = type_of(c, op->x), *y = type_of(c, op->y);
    common = type_assignable(c->b->low->universe, x, y) ? y : x;
  }
  collect_convert(c, common, op->x, true);
  collect_convert(c, common, op->y, true);
}

static void collect_object(Collector *c, Object *object, const Instance *inst) {
  if (inst && inst->targs.len) {
    note_instance(c, origin_func(object), inst);
    need_dictionary(c, origin_func(object), inst->targs);
  } else if (object_is_global(object)) {
    meet_object(c, object, (TypeList){0});
  }
}

static bool may_name_object(const Node *node) {
  return node->kind == NODE_NAME || node->kind == NODE_SELECTOR || node->kind == NODE_INDEX;
}

static void collect_expr(Collector *c, Node *node) {
  node = node_current(c->b, node);
  const ExprFacts facts = expr_facts(c->b, node);
  if (facts.type) meet_type(c, facts.type);
  if (facts.value) return;
  const Instance *inst = NULL;
  Object *object = may_name_object(node) ? fact_object(c->b, node, &inst) : NULL;
  if (object) {
    collect_object(c, object, inst);
    return;
  }
  switch ((int)node->kind) {
  case NODE_COMPOSITE_LIT: collect_composite(c, (CompositeLit *)node); break;
  case NODE_FUNC_LIT: collect_body(c, under(fact_type(c->b, node)), ((FuncLit *)node)->body); break;
  case NODE_SELECTOR: collect_selector(c, (SelectorExpr *)node); break;
  case NODE_INDEX: collect_index(c, (IndexExpr *)node); break;
  case NODE_SLICE: {
    SliceExpr *s = (SliceExpr *)node;
    collect_expr(c, s->x);
    for (int i = 0; i < 3; i++)
      if (s->index[i]) collect_expr(c, s->index[i]);
    break;
  }
  case NODE_ASSERT: {
    AssertExpr *a = (AssertExpr *)node;
    Type *iface = type_of(c, a->x);
    collect_expr(c, a->x);
    collect_type(c, iface, a->type);
    need_rtype(c, iface);
    break;
  }
  case NODE_OPERATION: collect_operation(c, (Operation *)node); break;
  case NODE_CALL: collect_call(c, (CallExpr *)node); break;
  default: break;
  }
}

/* ---- statements ---- */

static Object *defined_name(Collector *c, Node *node) {
  node = node_unparen(node);
  if (node->kind != NODE_NAME) return NULL;
  return fact_def(c->b, (NameExpr *)node);
}

static bool is_blank_name(Node *node) {
  node = node_unparen(node);
  return node->kind == NODE_NAME && strcmp(((NameExpr *)node)->name->text, "_") == 0;
}

static Type *collect_assignee(Collector *c, Node *node) {
  if (is_blank_name(node)) return NULL;
  Object *object = defined_name(c, node);
  if (object) {
    need_variable(c, object);
    return object->type;
  }
  collect_expr(c, node);
  node = node_unparen(node);
  if (node->kind == NODE_NAME) {
    object = fact_use(c->b, (NameExpr *)node);
    if (object) return object->type;
  }
  return fact_type(c->b, node);
}

static void collect_assign(Collector *c, NodeList lhs, NodeList rhs) {
  Type *near[NEAR_TARGETS], **dst = targets_new(c, near, lhs.len);
  for (uint32_t i = 0; i < lhs.len; i++) dst[i] = collect_assignee(c, lhs.items[i]);
  collect_multi(c, dst, rhs);
}

static void collect_range(Collector *c, ForStmt *stmt) {
  RangeClause *range = (RangeClause *)stmt->init;
  NodeList lhs = range->lhs ? node_elements(&range->lhs) : (NodeList){0};
  Type *dst[2] = {NULL, NULL}, *src[2];
  for (uint32_t i = 0; i < lhs.len && i < 2; i++) dst[i] = collect_assignee(c, lhs.items[i]);
  collect_expr(c, range->x);
  Type *x = type_of(c, range->x), *core = type_core(x);
  if (core && core->kind == TYPE_MAP) need_rtype(c, x);
  range_types(c->b, x, &src[0], &src[1]);
  for (int i = 0; i < 2; i++)
    if (dst[i] && src[i]) need_itab(c, src[i], dst[i]);
  collect_stmts(c, stmt->body->stmts);
}

static void collect_for(Collector *c, ForStmt *stmt, Atom label) {
  if (stmt->init && stmt->init->kind == NODE_RANGE) {
    if (is_range_func(c->b, stmt)) {
      c->b->loop_label = label;
      collect_stmt(c, rewrite_range_func(c->b, stmt));
    } else {
      collect_range(c, stmt);
    }
    return;
  }
  Node *cond = stmt->cond;
  bool never = cond && static_bool(c->b, &cond) < 0;
  if (stmt->init) collect_stmt(c, stmt->init);
  if (cond) collect_expr(c, cond);
  if (never) return;
  if (stmt->post) collect_stmt(c, stmt->post);
  collect_stmts(c, stmt->body->stmts);
}

static void collect_if(Collector *c, IfStmt *stmt) {
  Node *cond = stmt->cond;
  int known = static_bool(c->b, &cond);
  if (stmt->init) collect_stmt(c, stmt->init);
  collect_expr(c, cond);
  if (known >= 0) collect_stmts(c, stmt->then->stmts);
  if (known <= 0 && stmt->orelse) collect_stmt(c, stmt->orelse);
}

static void collect_switch(Collector *c, SwitchStmt *stmt) {
  if (stmt->init) collect_stmt(c, stmt->init);
  Type *iface = NULL, *compare = NULL;
  Clauses clauses = {stmt->clauses, stmt->clause_len};
  if (stmt->tag && stmt->tag->kind == NODE_TYPE_SWITCH_GUARD) {
    Node *x = ((TypeSwitchGuard *)stmt->tag)->x;
    iface = type_of(c, x);
    collect_expr(c, x);
  } else {
    Node *tag = switch_tag(c->b, stmt, &clauses, &compare);
    if (tag) collect_convert(c, compare, tag, true);
    if (tag && is_kind(type_of(c, tag), TYPE_CHAN)) compare = NULL;
  }
  for (uint32_t i = 0; i < clauses.len; i++) {
    CaseClause *clause = clauses.items[i];
    NodeList cases = clause->cases ? node_elements(&clause->cases) : (NodeList){0};
    for (uint32_t k = 0; k < cases.len; k++) {
      if (!iface)
        collect_convert(c, compare, cases.items[k], true);
      else if (fact_mode(c->b, node_unparen(cases.items[k])) != MODE_NIL)
        collect_type(c, iface, cases.items[k]);
    }
    Object *var = iface ? fact_implicit(c->b, &clause->node) : NULL;
    if (var) need_variable(c, var);
    collect_stmts(c, clause->body);
  }
}

static void collect_return(Collector *c, ReturnStmt *stmt) {
  ObjectList results = c->b->signature->u.signature.results->u.tuple.vars;
  Type *near[NEAR_TARGETS], **dst = targets_new(c, near, results.len);
  for (uint32_t i = 0; i < results.len; i++) dst[i] = results.items[i]->type;
  collect_multi(c, dst, stmt->results ? node_elements(&stmt->results) : (NodeList){0});
}

static void collect_assign_stmt(Collector *c, AssignStmt *s) {
  if (!s->rhs) {
    collect_expr(c, s->lhs);
  } else if (s->op != OPERATOR_NONE) {
    bool shift = s->op == OPERATOR_SHL || s->op == OPERATOR_SHR;
    collect_expr(c, s->lhs);
    collect_convert(c, shift ? NULL : type_of(c, s->lhs), s->rhs, true);
  } else {
    collect_assign(c, node_elements(&s->lhs), node_elements(&s->rhs));
  }
}

static void collect_decl(Collector *c, Node *decl) {
  if (decl->kind != NODE_VAR_DECL) return;
  VarDecl *var = (VarDecl *)decl;
  NodeList lhs = {arena_new_array(c->b->low->arena, Node *, var->name_len), var->name_len};
  for (uint32_t i = 0; i < var->name_len; i++) lhs.items[i] = &var->names[i]->node;
  collect_assign(c, lhs, var->values ? node_elements(&var->values) : (NodeList){0});
}

static void collect_select(Collector *c, SelectStmt *stmt) {
  for (uint32_t i = 0; i < stmt->clause_len; i++) {
    if (stmt->clauses[i]->comm) collect_stmt(c, stmt->clauses[i]->comm);
    collect_stmts(c, stmt->clauses[i]->body);
  }
}

static void collect_stmt(Collector *c, Node *stmt) {
  Atom label = c->label;
  c->label = NULL; /* of this statement, not of those in it */
  switch ((int)stmt->kind) {
  case NODE_ASSIGN: collect_assign_stmt(c, (AssignStmt *)stmt); break;
  case NODE_BLOCK: collect_stmts(c, ((BlockStmt *)stmt)->stmts); break;
  case NODE_GO:
  case NODE_DEFER: collect_expr(c, ((CallStmt *)stmt)->call); break;
  case NODE_DECL_STMT:
    for (uint32_t i = 0; i < ((DeclStmt *)stmt)->decls.len; i++)
      collect_decl(c, ((DeclStmt *)stmt)->decls.items[i]);
    break;
  case NODE_EXPR_STMT: collect_expr(c, ((ExprStmt *)stmt)->x); break;
  case NODE_FOR: collect_for(c, (ForStmt *)stmt, label); break;
  case NODE_IF: collect_if(c, (IfStmt *)stmt); break;
  case NODE_LABELED:
    c->label = ((LabeledStmt *)stmt)->label->name;
    collect_stmt(c, ((LabeledStmt *)stmt)->stmt);
    break;
  case NODE_RETURN: collect_return(c, (ReturnStmt *)stmt); break;
  case NODE_SELECT: collect_select(c, (SelectStmt *)stmt); break;
  case NODE_SEND: {
    SendStmt *s = (SendStmt *)stmt;
    Type *chan = type_core(type_of(c, s->chan));
    collect_expr(c, s->chan);
    collect_convert(c, chan->u.elem.type, s->value, true);
    break;
  }
  case NODE_SWITCH: collect_switch(c, (SwitchStmt *)stmt); break;
  default: break;
  }
}

static void collect_stmts(Collector *c, NodeList stmts) {
  int64_t last_label = -1;
  for (uint32_t i = 0; i < stmts.len; i++)
    if (stmts.items[i]->kind == NODE_LABELED) last_label = i;
  bool dead = false;
  for (uint32_t i = 0; i < stmts.len; i++) {
    Node *stmt = stmts.items[i];
    if (dead && (int64_t)i > last_label && stmt->kind != NODE_LABELED) continue;
    collect_stmt(c, stmt);
    dead = i + 1 < stmts.len && statement_terminates(c->b, stmt); /* else nobody asks: it may be deep */
  }
}

/* ---- declarations ---- */

static void collect_func(Lowering *low, Generic *g, Object *object) {
  if (low->unit->require_body) low->unit->require_body(low->unit->context, object);
  Body b;
  Func holder = {.pos = XPOS_NONE};
  body_init(&b, low, &holder, NULL);
  b.pkg = object->pkg;
  b.info = object->pkg->info;
  b.lang = object->u.func.file ? object->u.func.file->lang : object->pkg->lang;
  b.generic = g;
  Collector c = {.b = &b, .g = g, .tparams = body_tparams(object), .writing = !g};
  collect_body(&c, object->type, object->u.func.syntax->body);
}

void write_body(Lowering *low, Object *func) { collect_func(low, NULL, func); }

void write_initializer(Lowering *low, const Initializer *init) {
  Body b;
  Func holder = {.pos = XPOS_NONE};
  body_init(&b, low, &holder, NULL);
  Object *first = init->lhs[0];
  b.lang = first->decl && first->decl->file ? first->decl->file->lang : b.pkg->lang;
  Collector c = {.b = &b, .writing = true};
  collect_expr(&c, init->rhs);
}

static void collect_bodies(Lowering *low, Generic *g) {
  g->method_words.len = g->subdicts.len = g->rtypes.len = g->itabs.len = 0;
  if (g->object->kind == OBJECT_FUNC) {
    collect_func(low, g, g->object);
    return;
  }
  Type *t = type_unalias(g->object->type);
  for (uint32_t i = 0; i < t->u.named.methods.len; i++) {
    Object *method = t->u.named.methods.items[i];
    if (method->type->u.signature.tparams.len == 0) collect_func(low, g, method);
  }
}

void collect_dictionary(Lowering *low, Generic *g) {
  if (g->collected) return;
  g->collected = true;
  collect_bodies(low, g);
  if (g->same.entries.len)
    collect_bodies(low, g); /* variables come before the calls that tell which types are one */
}
