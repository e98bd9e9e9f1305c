/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bottom_up: the inliners that go through the call graph once (INLINE_LEAVES, INLINE_MIDSTACK).
 *
 * In: a unit. Out: its functions with calls expanded, events in the compiler's order: for each component of the call graph, for each of its
 * functions, first whether it can be inlined, then its calls, innermost first; an expanded body's own calls right after it. Neither closures nor
 * calls of go and defer statements are looked into.
 *
 * Go: cmd/compile/internal/gc/inl.go, main.go (of Go 1.10 to 1.16)
 */
#include "inline/inline_private.h"

typedef struct Expander {
  Unit *unit;
  Func *fn;
  int32_t max_cost;
  Map active; /* Func* -> 1: being expanded around here */
} Expander;

static Op *edit(void *context, Op *op);
static void settle_statements(Unit *unit, OpList *list);

static void note_cannot(Unit *unit, const Func *fn, Str reason) {
  Event *event = event_add(unit, EVENT_CANNOT_INLINE, fn->pos);
  if (!event) return;
  event->func = fn;
  event->text[0] = name_event_text(unit, fn->name, false);
  event->text[1] = reason;
}

/* ---- can it be inlined ---- */

static void check_body(Unit *unit, Func *fn) {
  int32_t cost;
  Str reason;
  if (!node_cost(unit, fn, &cost, &reason)) {
    if (reason.len) note_cannot(unit, fn, reason);
    return;
  }
  fn->inl = inline_body_new(unit, fn);
  fn->inl->cost = cost;
  note_can_inline(unit, fn, cost);
}

static void check(Unit *unit, Func *fn) {
  const char *impossible = inline_impossible(unit, fn);
  if (impossible) {
    note_cannot(unit, fn, str_from(impossible));
    return;
  }
  if (fn->flags & FUNC_INLINABILITY_CHECKED) return;
  check_body(unit, fn);
  fn->flags |= FUNC_INLINABILITY_CHECKED;
}

/* ---- closures in variables ---- */

static void note_closure(Expander *x, const Op *call, Str text) {
  Event *event = event_add(x->unit, EVENT_CLOSURE_VARIABLE, call->pos);
  if (event) event->text[0] = text;
}

typedef struct Search {
  const Name *name;
  Op *found;
} Search;

static bool assigns_again(void *context, Op *op) {
  Search *s = context;
  if (op == s->name->defn) return false;
  if (op->kind == OP_AS && op_is(op->x, OP_NAME) && op->x->name == s->name) s->found = op;
  if (op->kind == OP_AS2 || op->kind == OP_AS2FUNC || op->kind == OP_AS2MAPR || op->kind == OP_AS2DOTTYPE)
    for (uint32_t i = 0; i < op->lhs.len; i++)
      if (op_is(op->lhs.items[i], OP_NAME) && op->lhs.items[i]->name == s->name) s->found = op;
  return s->found != NULL;
}

/* The closure of a variable that holds nothing else. */
static Func *closure_of_variable(Expander *x, const Op *call, Name *name) {
  if (name->class_ == CLASS_EXTERN && name->pkg != x->unit->pkg) return NULL; /* its definition stays there */
  const Op *defn = name->defn;
  if (!op_is(defn, OP_AS) || !op_is(defn->y, OP_CLOSURE)) return NULL;
  Func *closure = defn->y->func;
  check(x->unit, closure);
  if (!closure->inl) return NULL;
  if (name->name_flags & NAME_ADDRTAKEN) {
    note_closure(x, call,
                 event_printf(x->unit, "cannot inline escaping closure variable %s", atom_text(name->name)));
    return NULL;
  }
  if (!name->curfn) {
    note_closure(x, call,
                 event_printf(x->unit, "cannot inline global closure variable %s", atom_text(name->name)));
    return NULL;
  }
  Search search = {name, NULL};
  if (!op_list_any(&name->curfn->body, assigns_again, &search)) return closure;
  if (event_wanted(x->unit, 2)) {
    Buffer text = {0};
    buffer_text(&text, "cannot inline re-assigned closure variable at ");
    source_print_position(x->unit->session->sources, &text, xpos_outermost(x->unit, search.found->pos));
    buffer_text(&text, ": ");
    op_print(&text, x->unit, search.found);
    note_closure(x, call, arena_str(x->unit->events->arena, buffer_view(&text)));
    buffer_free(&text);
  }
  return NULL;
}

static Func *callee_of(Expander *x, Op *call) {
  Op *fun = call->fun;
  if (fun->kind == OP_CLOSURE) {
    check(x->unit, fun->func);
    return fun->func;
  }
  Name *name = call_named_callee(x->unit, call);
  if (name && name->class_ == CLASS_FUNC) {
    if (!name->func && name->object && x->unit->resolve_func)
      name->func = x->unit->resolve_func(x->unit->context, x->unit, name->object);
    return name->func;
  }
  return fun->kind == OP_NAME ? closure_of_variable(x, call, fun->name) : NULL;
}

/* ---- calls ---- */

static void note_inlining(Expander *x, const Op *call, Func *callee) {
  Event *event = event_add(x->unit, EVENT_INLINING_CALL, call->pos);
  if (!event) return;
  event->func = x->fn;
  event->text[0] = name_event_text(x->unit, callee->name, true);
  if (!event_wanted(x->unit, 2)) return;
  Buffer text = {0};
  func_signature_text(&text, x->unit, callee);
  event->text[1] = arena_str(x->unit->events->arena, buffer_view(&text));
  buffer_reset(&text);
  const InlineBody *body = inline_body_here(x->unit, callee);
  op_list_print(&text, x->unit, body->body_items, body->body_len);
  event->text[2] = arena_str(x->unit->events->arena, buffer_view(&text));
  buffer_free(&text);
}

static void note_cycle(Expander *x, const Op *call, const Func *callee) {
  Event *event = event_add(x->unit, EVENT_RECURSIVE_CYCLE, call->pos);
  if (!event) return;
  event->func = x->fn;
  event->text[0] = name_event_text(x->unit, callee->name, false);
  event->text[1] = atom_str(x->fn->name->name);
}

static void edit_list(Expander *x, OpList *list) {
  for (uint32_t i = 0; i < list->len; i++)
    if (list->items[i]) list->items[i] = edit(x, list->items[i]);
}

static Op *expand(Expander *x, Op *call) {
  Unit *unit = x->unit;
  if (call_is_intrinsic(unit, call)) return call;
  Func *callee = callee_of(x, call);
  if (!callee || !callee->inl || callee->inl->cost > x->max_cost || callee == x->fn) return call;
  uint64_t *active = map_put(&x->active, map_key(callee));
  if (*active) {
    note_cycle(x, call, callee);
    return call;
  }
  *active = 1;
  note_inlining(x, call, callee);
  vec_push(unit->bodies, &unit->inline_tree, (InlinedCall){call->pos.inl, call->pos.pos, callee});
  Op *inlined = expand_call_in_place(unit, x->fn, call, callee, unit->inline_tree.len);
  edit_list(x, &inlined->list);
  settle_statements(unit, &inlined->list);
  inlined->y = call;
  bool copied = x->fn->inl || call->pos.inl; /* what surrounds the call prints like its original */
  if (copied && unit->profile->inline_copies_print) inlined->flags |= OP_AS_WRITTEN;
  *map_put(&x->active, map_key(callee)) = 0;
  return inlined;
}

/* ---- expanded calls in their places ---- */

/* A statement becomes a block; a value the result variable, under a conversion that carries what runs before. */
static Op *as_statement(Unit *unit, Op *op) {
  if (!op_is(op, OP_INLCALL)) return op;
  Op *block = op_new(unit, OP_BLOCK, op->pos, NULL);
  block->init = op->init;
  block->list = op->list;
  return block;
}

static Op *carry(Unit *unit, Op *inlined, XPos pos) {
  Op *result = inlined->results.items[0];
  Op *value = op_unary(unit, OP_CONVNOP, pos, result->type, result);
  value->y = inlined->y; /* the call, for texts that show it */
  value->flags |= inlined->flags & OP_AS_WRITTEN;
  op_list_append(unit, op_own_init(unit, value), op_init(inlined));
  op_list_append(unit, op_own_init(unit, value), &inlined->list);
  return value;
}

static Op *as_value(Unit *unit, Op *op, XPos pos) {
  return op_is(op, OP_INLCALL) && op->results.len > 0 ? carry(unit, op, pos) : op;
}

static void settle_statements(Unit *unit, OpList *list) {
  for (uint32_t i = 0; i < list->len; i++) list->items[i] = as_statement(unit, list->items[i]);
}

/* f(g()) and return g(): the variables of all results; the first one carries the body. */
static void settle_tuple(Unit *unit, const Op *op, OpList *list) {
  Op *inlined = list->items[0];
  OpList values = {0};
  for (uint32_t i = 0; i < inlined->results.len; i++)
    op_list_push(unit, &values, i == 0 ? carry(unit, inlined, op->pos) : inlined->results.items[i]);
  *list = values;
}

/* Values are converted while the op around them is looked at; a receiver belongs to the selector. */
static void settle_values(Unit *unit, const Op *op, OpList *list) {
  if (list->len == 1 && op_is(list->items[0], OP_INLCALL) && list->items[0]->results.len > 1) {
    settle_tuple(unit, op, list);
    return;
  }
  for (uint32_t i = 0; i < list->len; i++) {
    bool receiver = i == 0 && (op->flags & OP_METHOD_CALL);
    list->items[i] = as_value(unit, list->items[i], receiver ? op->fun->pos : op->pos);
  }
}

/* a, b = f() becomes pairs, and each value is converted to its variable's type. */
static void split_assignment(Unit *unit, Op *op) {
  Op *inlined = op->rhs.items[0];
  OpList values = {0};
  for (uint32_t i = 0; i < inlined->results.len; i++) {
    Op *value = i == 0 ? carry(unit, inlined, op->pos) : inlined->results.items[i];
    const Op *left = op->lhs.items[i];
    if (!op_is_blank(left) && type_is_interface(left->type) && !type_is_interface(value->type)) {
      if (i == 0) value->y = NULL; /* the conversion is made after inlining: it shows the variable */
      value = op_unary(unit, OP_CONVIFACE, op->pos, left->type, value);
      value->flags |= OP_IMPLICIT;
    }
    op_list_push(unit, &values, value);
  }
  op->rhs = values;
  op->kind = OP_AS2;
}

static void settle(Unit *unit, Op *op) {
  OpKind kind = (OpKind)op->kind;
  if (op->init) settle_statements(unit, op->init);
  if (kind == OP_AS2FUNC && op_is(op->rhs.items[0], OP_INLCALL)) split_assignment(unit, op);
  for (const char *slot = op_slots(kind); *slot; slot++) switch (*slot) {
    case 'x': op->x = kind == OP_CASE ? as_statement(unit, op->x) : as_value(unit, op->x, op->pos); break;
    case 'y': op->y = kind == OP_FOR ? as_statement(unit, op->y) : as_value(unit, op->y, op->pos); break;
    case 'z': op->z = as_value(unit, op->z, op->pos); break;
    case 'w': op->w = as_value(unit, op->w, op->pos); break;
    case 'l':
      if (kind == OP_IF || kind == OP_FOR || kind == OP_RANGE || kind == OP_BLOCK)
        settle_statements(unit, &op->list);
      else
        settle_values(unit, op, &op->list);
      break;
    case 'm':
      if (kind == OP_IF || kind == OP_CASE)
        settle_statements(unit, &op->list2);
      else
        settle_values(unit, op, &op->list2);
      break;
    }
}

static Op *edit(void *context, Op *op) {
  Expander *x = context;
  if (op->kind == OP_GO || op->kind == OP_DEFER || op->kind == OP_CLOSURE) return op;
  if (op->kind == OP_IF) {
    if (op->init) edit_list(x, op->init);
    op->cond = edit(x, op->cond);
    edit_list(x, &op->orelse);
    edit_list(x, &op->list);
    settle(x->unit, op);
    return op;
  }
  op_edit_children(op, edit, x);
  settle(x->unit, op);
  if (op->kind != OP_CALLFUNC || (op->flags & (OP_NOINLINE | OP_GODEFER))) return op;
  return expand(x, op);
}

static void inline_calls_of(Unit *unit, Func *fn) {
  Arena *arena = scratch_new();
  const Profile *profile = unit->profile;
  Expander x = {.unit = unit, .fn = fn, .max_cost = profile->inline_budget, .active = map_in(arena)};
  if (node_count(fn) >= profile->inline_big_nodes) x.max_cost = profile->inline_big_budget;
  edit_list(&x, &fn->body);
  settle_statements(unit, &fn->body);
  scratch_free(arena);
}

/* ---- a unit ---- */

static void do_component(void *context, Func *const *list, uint32_t len, bool recursive) {
  Unit *unit = context;
  uint32_t declared = 0;
  for (uint32_t i = 0; i < len; i++) declared += list[i]->closure == NULL;
  bool refused = recursive && (declared <= 1 || !unit->profile->inline_cycles);
  for (uint32_t i = 0; i < len; i++) {
    if (list[i]->flags & FUNC_PACKAGE_INIT) continue;
    if (refused)
      note_cannot(unit, list[i], STR("recursive"));
    else
      check(unit, list[i]);
    inline_calls_of(unit, list[i]);
  }
}

void inline_bottom_up(Unit *unit, Func *const *roots, uint32_t len) {
  InlineState *state = inline_state(unit);
  bool opened = !state->scratch;
  if (opened) state->scratch = scratch_new();
  unit_visit_components(unit, roots, len, do_component, unit);
  if (!opened) return;
  scratch_free(state->scratch);
  state->scratch = NULL;
}

void inline_one_bottom_up(Unit *unit, Func *fn) {
  InlineState *state = inline_state(unit);
  bool opened = !state->scratch;
  if (opened) state->scratch = scratch_new();
  inline_calls_of(unit, fn);
  if (!opened) return;
  scratch_free(state->scratch);
  state->scratch = NULL;
}
