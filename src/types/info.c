/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the checker found out about syntax nodes.
 *
 * Idea: nodes have dense ids, so facts are entries of an array. A node has one further fact at most, whose meaning depends on the kind
 * of the node (names: the object; selectors: the selection; others: the implicit object or the scope).
 *
 * Go: cmd/compile/internal/types2/recording.go
 */
#include "types/core.h"

Info *info_new(Package *pkg) {
  Info *info = arena_new_of(pkg->arena, Info);
  info->pkg = pkg;
  return info;
}

static Arena *arena_of(const Info *info, uint32_t id) {
  return id & NODE_PASSING ? info->pkg->ids->passing : info->pkg->arena;
}

static NodeFact *fact_new_at(Info *info, uint32_t id) {
  Arena *arena = arena_of(info, id);
  FactPages *pages = id & NODE_PASSING ? &info->passing : &info->kept;
  uint32_t number = (id & ~NODE_PASSING) >> FACT_PAGE_BITS;
  if (number >= pages->len) {
    uint32_t len = number + 1 + number / 2;
    NodeFact **items = arena_new_array(arena, NodeFact *, len);
    if (pages->len) memcpy(items, pages->items, sizeof(NodeFact *) * pages->len);
    STORE_RELEASE(&pages->items, items);
    STORE_RELEASE(&pages->len, len);
  }
  if (!pages->items[number])
    STORE_RELEASE(&pages->items[number], arena_new_array(arena, NodeFact, FACT_PAGE_SIZE));
  return &pages->items[number][id & (FACT_PAGE_SIZE - 1)];
}

static NodeFact *fact_put_at(Info *info, uint32_t id) {
  NodeFact *fact = (NodeFact *)info_fact_at(info, id);
  return fact ? fact : fact_new_at(info, id);
}

static NodeFact *fact_put(Info *info, const Node *node) { return fact_put_at(info, node->id); }

/* ---- reading ---- */

Object *info_def(const Info *info, const NameExpr *name) {
  const NodeFact *fact = info_fact(info, &name->node);
  if (!fact || !(fact->flags & FACT_DEF)) return NULL;
  return fact->flags & FACT_INSTANCE ? ((const InstanceFact *)fact->more)->object : fact->more;
}

Object *info_implicit(const Info *info, const Node *node) {
  const NodeFact *fact = info_fact(info, node);
  return fact && !(fact->flags & FACT_SCOPE) ? fact->more : NULL;
}

Scope *info_scope(const Info *info, const Node *node) {
  const NodeFact *fact = info_fact(info, node);
  return fact && fact->flags & FACT_SCOPE ? fact->more : NULL;
}

void info_each_use(const Info *info, uint32_t from, uint32_t to, void (*visit)(void *context, Object *object),
                   void *context) {
  for (uint32_t id = from; info && id < to; id++) {
    const NodeFact *fact = info_fact_at(info, id);
    Object *object = fact ? fact_used_object(fact) : NULL;
    if (object) visit(context, object);
  }
}

static void each_def(const FactPages *pages, void (*visit)(void *context, Object *object), void *context) {
  for (uint32_t page = 0; page < pages->len; page++)
    for (uint32_t i = 0; pages->items[page] && i < FACT_PAGE_SIZE; i++) {
      const NodeFact *fact = &pages->items[page][i];
      if ((fact->flags & FACT_DEF) && fact->more) visit(context, fact->more);
    }
}

void info_each_def(const Info *info, void (*visit)(void *context, Object *object), void *context) {
  each_def(&info->kept, visit, context);
  each_def(&info->passing, visit, context);
}

/* ---- writing ---- */

void record_type_and_value(Checker *check, Node *x, ValueMode mode, Type *t, const Const *value) {
  if (mode == MODE_INVALID) return;
  assert(t);
  NodeFact *fact = fact_put(check->info, x);
  fact->type = t;
  fact->value = mode == MODE_CONSTANT ? value : NULL;
  fact->mode = (uint8_t)mode;
  fact->flags &= (uint8_t) ~(FACT_OPEN | FACT_SHIFTED);
}

/* Its type is open from now on. */
void record_untyped(Checker *check, Node *x, ValueMode mode, Type *t, const Const *value) {
  record_type_and_value(check, x, mode, t, value);
  fact_put(check->info, x)->flags |= FACT_OPEN;
}

NodeFact *untyped_find(Checker *check, const Node *x) {
  const NodeFact *fact = info_fact(check->info, x);
  return fact && fact->flags & FACT_OPEN ? (NodeFact *)fact : NULL;
}

void record_def(Checker *check, NameExpr *name, Object *object) {
  NodeFact *fact = fact_put(check->info, &name->node);
  fact->more = object;
  fact->flags = object ? fact->flags | FACT_DEF : 0;
}

void record_use(Checker *check, NameExpr *name, Object *object) {
  NodeFact *fact = fact_put(check->info, &name->node);
  fact->flags |= FACT_USE;
  if (fact->flags & FACT_INSTANCE)
    ((InstanceFact *)fact->more)->object = object;
  else
    fact->more = object;
}

void record_implicit(Checker *check, Node *node, Object *object) {
  NodeFact *fact = fact_put(check->info, node);
  fact->more = object;
  fact->flags &= (uint8_t)~FACT_SCOPE;
}

void record_scope(Checker *check, Node *node, Scope *scope) {
  NodeFact *fact = fact_put(check->info, node);
  if (fact->more) return;
  fact->more = scope;
  fact->flags |= FACT_SCOPE;
}

void record_selection(Checker *check, SelectorExpr *x, SelectionKind kind, Type *recv, Object *object,
                      const Lookup *how) {
  record_use(check, x->sel, object);
  Arena *arena = arena_of(check->info, x->node.id);
  Selection *selection = arena_new_of(arena, Selection);
  *selection = (Selection){
      .kind = kind, .recv = recv, .object = object, .path_len = how->path_len, .indirect = how->indirect};
  selection->path = arena_new_array(arena, uint32_t, how->path_len);
  memcpy(selection->path, how->path, sizeof(uint32_t) * how->path_len);
  NodeFact *fact = fact_put(check->info, &x->node);
  fact->more = selection;
  fact->flags |= FACT_SELECTION;
}

/* The name of what is instantiated by expr: f, p.f, f[T], p.f[T]. */
static NameExpr *instantiated_name(Node *expr) {
  if (expr->kind == NODE_INDEX) expr = ((IndexExpr *)expr)->x;
  if (expr->kind == NODE_NAME) return (NameExpr *)expr;
  if (expr->kind == NODE_SELECTOR) return ((SelectorExpr *)expr)->sel;
  return NULL;
}

void record_instance(Checker *check, Node *expr, TypeList targs, Type *type) {
  NameExpr *name = instantiated_name(expr);
  if (!name) BUG("instance of an expression without a name");
  NodeFact *fact = fact_put(check->info, &name->node);
  InstanceFact *instance = arena_new_of(arena_of(check->info, name->node.id), InstanceFact);
  *instance = (InstanceFact){.instance = {targs, type}, .object = fact_used_object(fact)};
  fact->more = instance;
  fact->flags |= FACT_INSTANCE;
}

void record_builtin_type(Checker *check, Node *fun, Type *signature) {
  for (;; fun = ((ParenExpr *)fun)->x) {
    record_type_and_value(check, fun, MODE_BUILTIN, signature, NULL);
    if (fun->kind != NODE_PAREN) return;
  }
}

void record_comma_ok_types(Checker *check, Node *x, Type *const types[2]) {
  if (!types[0] || !types[1]) return;
  Universe *u = check->universe;
  for (;; x = ((ParenExpr *)x)->x) {
    Object **vars = universe_new_array(u, Object *, 2);
    for (int i = 0; i < 2; i++) vars[i] = object_new_var(u, VAR_LOCAL, check->pkg, x->pos, NULL, types[i]);
    fact_put(check->info, x)->type = type_new_tuple(u, (ObjectList){vars, 2});
    if (x->kind != NODE_PAREN) return;
  }
}

/* ---- moving ---- */

static void *more_again(Arena *arena, const NodeFact *fact) {
  if (!fact->more || fact->flags & FACT_SCOPE) return NULL;
  if (fact->flags & FACT_INSTANCE) {
    InstanceFact *copy = arena_new_of(arena, InstanceFact);
    *copy = *(const InstanceFact *)fact->more;
    TypeList targs = copy->instance.targs;
    copy->instance.targs.items = arena_new_array(arena, Type *, targs.len);
    if (targs.len) memcpy(copy->instance.targs.items, targs.items, sizeof(Type *) * targs.len);
    return copy;
  }
  if (!(fact->flags & FACT_SELECTION)) return fact->more;
  Selection *copy = arena_new_of(arena, Selection);
  *copy = *(const Selection *)fact->more;
  uint32_t *path = arena_new_array(arena, uint32_t, copy->path_len);
  if (copy->path_len) memcpy(path, copy->path, sizeof(uint32_t) * copy->path_len);
  copy->path = path;
  return copy;
}

void info_move(Package *pkg, uint32_t from, uint32_t end, uint32_t to) {
  for (uint32_t id = from; id < end; id++, to++) {
    const NodeFact *fact = info_fact_at(pkg->info, id);
    if (!fact || (!fact->type && !fact->more)) continue;
    NodeFact *copy = fact_put_at(pkg->info, to);
    *copy = *fact;
    copy->flags &= (uint8_t)~FACT_SCOPE;
    copy->more = more_again(pkg->arena, fact);
    if (fact->value) copy->value = const_copy(pkg->arena, fact->value);
  }
}

void info_drop_passing(Info *info) { info->passing = (FactPages){0}; }
