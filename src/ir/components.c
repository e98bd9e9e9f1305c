/* SPDX-License-Identifier: BSD-3-Clause
 *
 * components: the call graph of a unit, cut into strongly connected components, callees first.
 *
 * In: root functions. Out: one call of the visitor for each component, its functions in the order in which they were met.
 * An edge is any mention of a function of the unit: its name, a method of it, a literal. Literals that capture something never
 * make a component of their own; they belong to the component of the function that mentions them. What a body mentions is kept with
 * its function until the body changes.
 * Tarjan's algorithm with two numbers for each function: reaching its own first number again means recursion.
 *
 * Go: cmd/compile/internal/ir/scc.go
 */
#include "ir/ir.h"

typedef struct Components {
  Unit *unit;
  Arena *scratch;
  bool within; /* another search: the functions' own numbers are that one's */
  Map numbers; /* of a search within another one: Func* -> first number; DONE_NUMBER when its component was handed over */
  uint32_t last_number;
  uint32_t done_flags;
  const Func *only; /* it, the literals in it, and `others` likewise; NULL: all */
  Map others;       /* Func* -> 1 */
  VEC(Func *) stack;
  void (*meet)(void *context, Func *fn); /* or NULL */
  void (*visit)(void *context, Func *const *list, uint32_t len, bool recursive);
  void *context;
} Components;

typedef struct FuncWalk {
  Components *components;
  uint32_t lowest;
} FuncWalk;

#define DONE_NUMBER UINT32_MAX

static void search_begin(Components *c) {
  c->scratch = scratch_new();
  c->within = c->unit->searching;
  c->numbers = map_in(c->scratch);
  if (c->within) return;
  c->unit->searching = true;
  c->unit->searches++;
}

static void search_end(Components *c) {
  if (!c->within) c->unit->searching = false;
  scratch_free(c->scratch);
}

/* 0: it was not visited. */
static uint32_t number_of(const Components *c, const Func *fn) {
  if (!c->within) return fn->search == c->unit->searches ? fn->number : 0;
  const uint64_t *known = map_find(&c->numbers, map_key(fn));
  return known ? (uint32_t)*known : 0;
}

static void set_number(Components *c, Func *fn, uint32_t number) {
  if (c->within) {
    *map_put(&c->numbers, map_key(fn)) = number;
  } else {
    fn->search = c->unit->searches;
    fn->number = number;
  }
}

static uint32_t visit_func(Components *c, Func *fn);

/* Belongs to the component of the function that mentions it: literals that capture something; to older releases, all that stand
   in a function. */
static bool is_attached(const Components *c, const Func *fn) {
  if (c->unit->profile->front_end == FRONT_UNIFIED) return func_captures(fn);
  return fn->closure && fn->closure_parent && !(fn->closure_parent->flags & FUNC_PACKAGE_INIT);
}

/* Functions that were analysed alone may be in a cycle with others. */
static bool is_done(const Components *c, const Func *fn) {
  return (fn->flags & c->done_flags) && !(fn->flags & FUNC_ALONE);
}

static bool is_looked_for(const Components *c, Func *fn) {
  const Func *outermost = c->only ? func_outermost(fn) : NULL;
  return outermost == c->only || map_find(&c->others, map_key(outermost));
}

static void visit_mentioned(FuncWalk *walk, Func *fn) {
  if (!fn || fn->unit != walk->components->unit || is_done(walk->components, fn)) return;
  if (!is_looked_for(walk->components, fn)) return;
  uint32_t number = visit_func(walk->components, fn);
  if (number < walk->lowest) walk->lowest = number;
}

/* The variable's declaration has no type of its own: `f := x.M`, or `var f = F` of the package. */
static bool has_type_of_value(const Name *name) {
  const Op *defn = name->defn;
  if (!op_is(defn, OP_AS) || !op_is(defn->x, OP_NAME) || defn->x->name != name) return false;
  return name->class_ == CLASS_EXTERN ? defn->y && defn->y->type == name->op.type
                                      : (defn->flags & OP_DEF) != 0;
}

/* The function that a variable's type was taken from. */
static Func *func_of_type(const Op *op) {
  while (op_is(op, OP_NAME) && (op->name->class_ == CLASS_AUTO || op->name->class_ == CLASS_EXTERN)) {
    if (!has_type_of_value(op->name)) return NULL;
    op = op->name->defn->y;
  }
  if (op_is(op, OP_METHVALUE)) return op->made ? op->made->func : NULL;
  return op_is(op, OP_NAME) && op->name->class_ == CLASS_FUNC ? op->name->func : NULL;
}

/* Older releases follow calls only, not every mention. */
static bool visit_call(void *context, Op *op) {
  FuncWalk *walk = context;
  if (op->kind == OP_CALLFUNC) {
    const Op *fun = op->fun;
    const Name *method = fun->kind == OP_METHEXPR ? op_method_name(walk->components->unit, op->fun) : NULL;
    visit_mentioned(walk, method ? method->func : func_of_type(fun));
  } else if (op->kind == OP_METHVALUE && walk->components->unit->profile->method_values_are_calls) {
    Name *method = op_method_name(walk->components->unit, op);
    if (method) visit_mentioned(walk, method->func);
  } else if (op->kind == OP_CLOSURE) {
    visit_mentioned(walk, op->func);
  }
  return op_each_child(op, visit_call, walk);
}

/* ---- what is not looked at in a body ---- */

/* Kinds that a survey has a use for: calls (op_is_call), and what mentions a function, or jumps; beside names of functions. */
static const bool is_of_interest[OP_KIND_COUNT] = {
    [OP_CALLFUNC] = true,  [OP_CALLMETH] = true, [OP_CALLINTER] = true, [OP_APPEND] = true,
    [OP_DELETE] = true,    [OP_PRINT] = true,    [OP_PRINTLN] = true,   [OP_RECOVER] = true,
    [OP_MIN] = true,       [OP_MAX] = true,      [OP_GETG] = true,      [OP_DOTMETH] = true,
    [OP_METHVALUE] = true, [OP_METHEXPR] = true, [OP_CLOSURE] = true,   [OP_LABEL] = true,
    [OP_GOTO] = true,      [OP_TAILCALL] = true};

typedef struct Marking {
  int32_t nodes, most_nodes; /* so far; before some were given back */
  bool of_interest;          /* something so far in the op that is looked at */
} Marking;

/* The op itself is counted, but not a node by itself. */
static void count_extra(Marking *m, const Op *op) {
  if (m->nodes - 1 > m->most_nodes) m->most_nodes = m->nodes - 1;
  m->nodes += op_extra_nodes(op);
}

/* Names of functions are shared between threads: never written to. */
static bool mark_tree(void *context, Op *op) {
  Marking *m = context;
  m->nodes++;
  if (op->kind == OP_NAME && op->name->class_ == CLASS_FUNC) m->of_interest = true;
  if (op->kind == OP_NAME || op->kind == OP_NONAME) return false;
  bool before = m->of_interest;
  m->of_interest = is_of_interest[op->kind];
  if (op->kind == OP_AS2 || op->kind == OP_TYPESW || op->kind == OP_SWITCH) count_extra(m, op);
  op_each_child(op, mark_tree, m);
  if (!m->of_interest) op->flags |= OP_INERT;
  m->of_interest |= before;
  return false;
}

void func_mark_inert(Func *fn) {
  Marking m = {0};
  op_each_item(&fn->body, mark_tree, &m);
  fn->nodes = m.nodes > m.most_nodes ? m.nodes : m.most_nodes;
}

static bool unmark_tree(void *context, Op *op) {
  (void)context;
  if (op->kind == OP_NAME || op->kind == OP_NONAME) return false;
  op->flags &= ~(uint32_t)OP_INERT;
  return op_each_child(op, unmark_tree, NULL);
}

void func_unmark_inert(Func *fn) {
  op_each_item(&fn->body, unmark_tree, NULL);
  fn->nodes = 0;
}

/* ---- what is in a body ---- */

typedef struct Survey {
  Unit *unit;
  Func *fn;
  uint32_t mark; /* Func.mention_mark of those that were met */
  bool labels, jumps;
  bool stores_funcs;
  CallList *calls; /* NULL: not wanted */
} Survey;

static void note_mention(Survey *s, Func *fn) {
  if (!fn || fn->unit != s->unit || fn->mention_mark == s->mark) return;
  fn->mention_mark = s->mark;
  vec_push(s->unit->bodies, &s->fn->mentions, fn);
}

static void note_method(Survey *s, Op *op) {
  Name *method = op_method_name(s->unit, op);
  if (method) note_mention(s, method->func);
}

static void note_stored(Survey *s, const Op *value) {
  if (op_is(value, OP_CLOSURE) || (op_is(value, OP_NAME) && value->name->class_ == CLASS_FUNC))
    s->stores_funcs = true;
}

static bool survey_tree(void *context, Op *op) {
  Survey *s = context;
  if (op->flags & OP_INERT) return false;
  switch ((int)op->kind) {
  case OP_NAME:
    if (op->name->class_ == CLASS_FUNC) note_mention(s, op->name->func);
    return false;
  case OP_DOTMETH:
  case OP_METHVALUE:
  case OP_METHEXPR: note_method(s, op); break;
  case OP_CLOSURE: note_mention(s, op->func); break;
  case OP_LABEL: s->labels |= !(op->flags & OP_IMPLICIT); break; /* nothing jumps back to the others */
  case OP_GOTO: s->jumps = true; break;
  case OP_TAILCALL: s->calls = s->fn->opt = NULL; break; /* of wrappers; the call in it is none of these */
  case OP_AS: note_stored(s, op->y); break;
  case OP_AS2:
    for (uint32_t i = 0; i < op->rhs.len; i++) note_stored(s, op->rhs.items[i]);
    break;
  }
  op_each_child(op, survey_tree, s);
  if (s->calls && op_is_call(op)) vec_push(s->calls->arena, &s->calls->list, op);
  return false;
}

static CallList *call_list_new(CallLists *lists, Func *fn) {
  CallList *list = arena_new_of(lists->arena, CallList);
  list->arena = lists->arena;
  fn->opt = list;
  vec_push(lists->arena, &lists->funcs, fn);
  return list;
}

void func_survey(Unit *unit, Func *fn) {
  if (fn->flags & FUNC_SURVEYED) return;
  Survey s = {.unit = unit, .fn = fn, .mark = ++unit->surveys};
  fn->mentions.len = 0;
  if (unit->call_lists) s.calls = call_list_new(unit->call_lists, fn);
  op_each_item(&fn->body, survey_tree, &s);
  fn->flags &= ~(uint32_t)(FUNC_JUMPS | FUNC_STORES_FUNCS);
  fn->flags |= FUNC_SURVEYED;
  if (s.labels && s.jumps) fn->flags |= FUNC_JUMPS;
  if (s.stores_funcs) fn->flags |= FUNC_STORES_FUNCS;
}

typedef struct Mentions {
  Unit *unit;
  void (*visit)(void *context, Func *fn);
  void *context;
} Mentions;

static bool visit_mention(void *context, Op *op) {
  const Mentions *m = context;
  Name *name = NULL;
  if (op->kind == OP_NAME && op->name->class_ == CLASS_FUNC) name = op->name;
  if (op->kind == OP_DOTMETH || op->kind == OP_METHVALUE || op->kind == OP_METHEXPR)
    name = op_method_name(m->unit, op);
  if (name && name->func && name->func->unit == m->unit) m->visit(m->context, name->func);
  return op_children(op, visit_mention, context);
}

void func_each_mentioned(Unit *unit, const Func *fn, void (*visit)(void *context, Func *fn), void *context) {
  Mentions mentions = {unit, visit, context};
  for (uint32_t i = 0; i < fn->body.len; i++)
    if (fn->body.items[i]) visit_mention(&mentions, fn->body.items[i]);
}

/* fn is the root of a component: everything above it on the stack belongs to it. */
static void hand_over(Components *c, const Func *fn, bool recursive) {
  uint32_t i = c->stack.len;
  do set_number(c, c->stack.items[--i], DONE_NUMBER);
  while (c->stack.items[i] != fn);
  uint32_t len = c->stack.len - i;
  Func **list = arena_new_array(c->scratch, Func *, len);
  memcpy(list, c->stack.items + i, sizeof(Func *) * len);
  c->stack.len = i;
  c->visit(c->context, list, len, recursive);
}

/* Functions that were done before the search are as if they were not there. */
static void note_visit(Components *c, Func *fn) {
  if (!c->unit->trail || !c->unit->trail->stage) return;
  VEC(Func *) mentions = {0};
  for (uint32_t i = 0; i < fn->mentions.len; i++) {
    Func *mentioned = fn->mentions.items[i];
    if (!mentioned || mentioned->unit != c->unit) continue;
    if (is_done(c, mentioned) && !number_of(c, mentioned)) continue;
    vec_push(c->scratch, &mentions, mentioned);
  }
  trail_visit(c->unit, fn, mentions.items, mentions.len, is_attached(c, fn));
}

static uint32_t visit_func(Components *c, Func *fn) {
  uint32_t known = number_of(c, fn);
  if (known) return known;
  uint32_t number = ++c->last_number;
  set_number(c, fn, number);
  FuncWalk walk = {c, ++c->last_number};
  vec_push(c->scratch, &c->stack, fn);
  if (c->meet && !is_attached(c, fn)) c->meet(c->context, fn);
  if (c->unit->profile->front_end == FRONT_TYPECHECK) {
    op_each_item(&fn->body, visit_call, &walk);
  } else {
    func_survey(c->unit, fn);
    note_visit(c, fn);
    for (uint32_t i = 0; i < fn->mentions.len; i++) visit_mentioned(&walk, fn->mentions.items[i]);
  }
  if ((walk.lowest == number || walk.lowest == number + 1) && !is_attached(c, fn))
    hand_over(c, fn, walk.lowest == number);
  return walk.lowest;
}

void unit_visit_components_of(Unit *unit, Func *const *funcs, uint32_t len,
                              void (*visit)(void *context, Func *const *list, uint32_t len, bool recursive),
                              void *context) {
  Components c = {.unit = unit, .only = funcs[0], .visit = visit, .context = context};
  search_begin(&c);
  c.others = map_in(c.scratch);
  for (uint32_t i = 1; i < len; i++)
    if (!funcs[i]->closure_parent) *map_put(&c.others, map_key(funcs[i])) = 1;
  for (uint32_t i = 0; i < len; i++)
    if (!is_attached(&c, funcs[i])) visit_func(&c, funcs[i]);
  search_end(&c);
}

static void visit_roots(Components *c, Func *const *roots, uint32_t len) {
  search_begin(c);
  for (uint32_t i = 0; i < len; i++) {
    if (roots[i]->flags & FUNC_PACKAGE_INIT && c->unit->profile->init_last) continue;
    if (is_attached(c, roots[i])) continue;
    bool is_over = is_done(c, roots[i]);
    if (!is_over || number_of(c, roots[i])) trail_root(c->unit, roots[i]);
    if (!is_over) visit_func(c, roots[i]);
  }
  search_end(c);
}

void unit_visit_components_except(Unit *unit, Func *const *roots, uint32_t root_len, uint32_t done,
                                  void (*visit)(void *context, Func *const *list, uint32_t len,
                                                bool recursive),
                                  void *context) {
  Components c = {.unit = unit, .done_flags = done, .visit = visit, .context = context};
  visit_roots(&c, roots, root_len);
}

void unit_meet_components(Unit *unit, uint32_t done, void (*meet)(void *context, Func *fn),
                          void (*visit)(void *context, Func *const *list, uint32_t len, bool recursive),
                          void *context) {
  Components c = {.unit = unit, .done_flags = done, .meet = meet, .visit = visit, .context = context};
  visit_roots(&c, unit->funcs.items, unit->funcs.len);
}

void unit_visit_components(Unit *unit, Func *const *roots, uint32_t root_len,
                           void (*visit)(void *context, Func *const *list, uint32_t len, bool recursive),
                           void *context) {
  unit_visit_components_except(unit, roots, root_len, 0, visit, context);
}
