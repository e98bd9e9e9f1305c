/* SPDX-License-Identifier: BSD-3-Clause
 *
 * interleave: the order in which interface calls are resolved and calls are inlined.
 *
 * In: a unit. Out: its functions after both, events in the compiler's order.
 *   1. can each function be inlined: components of the call graph, callees first
 *   2. for each function: is it big; every call gets a pair of parentheses, in which it can be replaced later, in post-order;
 *      interface calls are resolved and callees counted
 *   3. components again: calls of each function in order, calls of inlined bodies as they come, until nothing changes
 *   4. parentheses away
 * Counting ahead matters: a closure with one call has a far larger budget.
 *
 * Go: cmd/compile/internal/inline/interleaved/interleaved.go
 */
#include "inline/heuristics.h"

typedef struct FuncCalls { /* one function that is being worked on */
  Unit *unit;
  Arena *arena;
  Func *fn;
  VEC(Op *) parens;     /* PAREN ops around calls, or around what replaced them */
  VEC(Func *) resolved; /* of each call, as far as known */
  Map *use_counts;      /* Func* -> calls of it seen so far; shared by all functions */
  bool big;
} FuncCalls;

typedef struct Interleaving {
  Unit *unit;
  Arena *arena;
  Devirtualizer *devirtualizer;
  Map calls; /* Func* -> FuncCalls* */
  Map use_counts;
} Interleaving;

/* ---- parentheses ---- */

static bool is_call(const Op *op) {
  switch ((int)op->kind) {
  case OP_CALLFUNC:
  case OP_CALLMETH:
  case OP_CALLINTER:
  case OP_APPEND:
  case OP_DELETE:
  case OP_PRINT:
  case OP_PRINTLN:
  case OP_RECOVER:
  case OP_MIN:
  case OP_MAX:
  case OP_GETG: return true;
  }
  return false;
}

static Op *mark_call(void *context, Op *op) {
  FuncCalls *s = context;
  if (op->kind == OP_NAME || op->kind == OP_LITERAL) return op;
  if (op->kind == OP_PAREN) return op; /* only this pass makes them, so what is inside is marked */
  if (op->kind == OP_TAILCALL) {
    op->call->flags |= OP_NOINLINE; /* and it stays a bare call */
    op_edit_each_child(op->call, mark_call, s);
  } else {
    op_edit_each_child(op, mark_call, s);
  }
  if (!is_call(op)) return op;
  Op *paren = op_new_place(s->unit, op->pos, op);
  vec_push(s->arena, &s->parens, paren);
  return paren;
}

static void edit_body(Func *fn, Op *(*edit)(void *context, Op *child), void *context) {
  for (uint32_t i = 0; i < fn->body.len; i++)
    if (fn->body.items[i]) fn->body.items[i] = edit(context, fn->body.items[i]);
}

/* What stands in parentheses takes their place: nothing else refers to it. */
static void remove_parens(FuncCalls *s) {
  for (uint32_t i = 0; i < s->parens.len; i++) op_fill_place(s->parens.items[i]);
}

static FuncCalls *func_calls_new(Unit *unit, Arena *arena, Func *fn, Map *use_counts) {
  FuncCalls *s = arena_new_of(arena, FuncCalls);
  *s = (FuncCalls){.unit = unit, .arena = arena, .fn = fn, .use_counts = use_counts};
  s->big = !compiler_flags_no_inline(&unit->flags) && func_is_big(unit, fn);
  if (s->big) note_big_function(unit, fn);
  edit_body(fn, mark_call, s);
  return s;
}

/* ---- one call ---- */

/* The callee of call number i, counted once; *count: its calls so far, 0 if the callee is unknown, -1: inlined already. */
static Func *resolve_call(FuncCalls *s, Devirtualizer *d, uint32_t i, int64_t *count) {
  if (i < s->resolved.len && s->resolved.items[i]) {
    *count = (int64_t)*map_put(s->use_counts, map_key(s->resolved.items[i]));
    return s->resolved.items[i];
  }
  Op *call = s->parens.items[i]->x;
  *count = is_call(call) ? 0 : -1;
  if (*count < 0) return NULL;
  if (devirtualize_call(d, call)) func_changed(s->fn);
  Func *callee = inline_call_target(s->unit, s->fn, call);
  if (!callee) return NULL;
  while (s->resolved.len <= i) vec_push(s->arena, &s->resolved, NULL);
  s->resolved.items[i] = callee;
  *count = (int64_t)++ * map_put(s->use_counts, map_key(callee));
  return callee;
}

/* True if call number i was inlined now; calls of the inlined body are marked. */
static bool edit_call(FuncCalls *s, Devirtualizer *d, uint32_t i) {
  Op *paren = s->parens.items[i];
  Op *call = paren->x;
  if (!is_call(call)) return false;
  int64_t count;
  Func *callee = resolve_call(s, d, i, &count);
  if (count <= 0) return false;
  CallSite site = {.caller = s->fn, .call = call, .big_caller = s->big};
  site.called_once = count == 1 && callee->closure_parent;
  Op *inlined = try_inline_call(s->unit, &site);
  if (!inlined) return false;
  paren->x = inlined;
  op_edit_children(inlined, mark_call, s);
  devirtualize_note_inlined(d, s->fn, call, inlined);
  return true;
}

/* One round over a function. New calls are resolved together before any of them is inlined, so that a closure's calls are all
   counted. */
static bool edit_round(FuncCalls *s, Devirtualizer *d) {
  bool changed = false;
  uint32_t from = 0, to = s->parens.len;
  do {
    for (uint32_t i = from; i < to; i++) changed |= edit_call(s, d, i);
    from = to;
    to = s->parens.len;
    int64_t count;
    for (uint32_t i = from; i < to; i++) resolve_call(s, d, i, &count);
  } while (from < to);
  return changed;
}

/* ---- a unit ---- */

static void can_inline_component(void *context, Func *const *list, uint32_t len, bool recursive) {
  (void)recursive;
  for (uint32_t i = 0; i < len; i++) {
    can_inline(context, list[i]);
    analyze_function(context, list[i]);
  }
}

static void edit_component(void *context, Func *const *list, uint32_t len, bool recursive) {
  (void)recursive;
  Interleaving *all = context;
  bool changed;
  if (!compiler_flags_no_inline(&all->unit->flags))
    for (uint32_t i = 0; i < len; i++) score_calls(all->unit, list[i]);
  do {
    changed = false;
    for (uint32_t i = 0; i < len; i++) {
      FuncCalls *s = map_get_ptr(&all->calls, list[i]);
      if (s) changed |= edit_round(s, all->devirtualizer);
    }
  } while (changed);
}

static void mark_and_resolve(Interleaving *all, Func *fn) {
  FuncCalls *s = func_calls_new(all->unit, all->arena, fn, &all->use_counts);
  map_set_ptr(&all->calls, fn, s);
  int64_t count;
  for (uint32_t i = 0; i < s->parens.len; i++) resolve_call(s, all->devirtualizer, i, &count);
}

typedef struct Session { /* of one entry point */
  InlineState *state;
  bool opened;
} Session;

static Session open_session(Unit *unit) {
  InlineState *state = inline_state(unit);
  if (state->scratch) return (Session){state, false};
  state->scratch = scratch_new();
  return (Session){state, true};
}

static void close_session(Session session) {
  if (!session.opened) return;
  scratch_free(session.state->scratch);
  session.state->scratch = NULL;
}

/* Functions that only came up because a body was inlined. */
static void check_quietly(Unit *unit, Func *const *funcs, uint32_t len) {
  for (uint32_t i = 0; i < len; i++) inline_can_inline(unit, funcs[i]);
}

/* A literal that captures something goes with the function that it stands in. */
static const Func *component_of(const Func *fn) {
  while (func_captures(fn)) fn = fn->closure_parent;
  return fn;
}

/* A function and its literals (unit not whole): innermost components first. */
static void edit_family(Interleaving *all, Func *const *funcs, uint32_t len) {
  Func **list = arena_new_array(all->arena, Func *, len);
  for (uint32_t root = len; root-- > 0;) {
    uint32_t count = 0;
    for (uint32_t i = root; i < len; i++)
      if (component_of(funcs[i]) == funcs[root]) list[count++] = funcs[i];
    if (count) edit_component(all, list, count, false);
  }
}

static void edit_funcs(Unit *unit, Func *const *funcs, uint32_t len) {
  Arena *arena = scratch_new();
  Interleaving all = {.unit = unit, .arena = arena, .calls = map_in(arena), .use_counts = map_in(arena)};
  all.devirtualizer = devirtualizer_new(unit, arena);
  for (uint32_t i = 0; i < len; i++) mark_and_resolve(&all, funcs[i]);
  if (unit->whole)
    unit_visit_components(unit, funcs, len, edit_component, &all);
  else
    edit_family(&all, funcs, len);
  for (uint32_t i = 0; i < len; i++) remove_parens(map_get_ptr(&all.calls, funcs[i]));
  scratch_free(arena);
}

void inline_unit(Unit *unit) {
  unit->check_inlining = check_quietly;
  if (unit->profile->inline_rules != INLINE_INTERLEAVED) {
    if (!compiler_flags_no_inline(&unit->flags)) inline_bottom_up(unit, unit->funcs.items, unit->funcs.len);
    return;
  }
  Session session = open_session(unit);
  /* Closures of inlined bodies are appended meanwhile; nothing is inlined into them. */
  Arena *arena = scratch_new();
  uint32_t len = unit->funcs.len;
  Func **funcs = arena_new_array(arena, Func *, len);
  if (len) memcpy(funcs, unit->funcs.items, sizeof(Func *) * len);
  if (!compiler_flags_no_inline(&unit->flags))
    unit_visit_components(unit, funcs, len, can_inline_component, unit);
  edit_funcs(unit, funcs, len);
  inline_state(unit)->scoring_done = true;
  scratch_free(arena);
  close_session(session);
}

/* ---- single functions ---- */

void inline_func(Unit *unit, Func *fn) {
  if (unit->profile->inline_rules != INLINE_INTERLEAVED) {
    if (!compiler_flags_no_inline(&unit->flags)) inline_one_bottom_up(unit, fn);
    return;
  }
  Session session = open_session(unit);
  Arena *arena = scratch_new();
  Map use_counts = map_in(arena);
  Devirtualizer *devirtualizer = devirtualizer_new(unit, arena);
  FuncCalls *s = func_calls_new(unit, arena, fn, &use_counts);
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t i = 0; i < s->parens.len; i++) changed |= edit_call(s, devirtualizer, i);
  }
  remove_parens(s);
  scratch_free(arena);
  close_session(session);
}

void inline_decide(Unit *unit, Func *fn) {
  if (compiler_flags_no_inline(&unit->flags)) return;
  Session session = open_session(unit);
  if (inline_may_fit(unit, fn)) can_inline(unit, fn);
  close_session(session);
}

void inline_decide_as(Unit *unit, Func *fn, const Func *other) {
  if (!other || !other->inl) {
    fn->inl = NULL;
    return;
  }
  Session session = open_session(unit);
  if (!fn->inl) fn->inl = inline_body_new(unit, fn);
  fn->inl->cost = other->inl->cost;
  fn->inl->can_delay_results = other->inl->can_delay_results;
  close_session(session);
}

void inline_family(Unit *unit, Func *const *funcs, uint32_t len) {
  Session session = open_session(unit);
  for (uint32_t i = 1; i < len && !compiler_flags_no_inline(&unit->flags); i++) can_inline(unit, funcs[i]);
  edit_funcs(unit, funcs, len);
  close_session(session);
}

void inline_make_body(Unit *unit, Func *fn) {
  Session session = open_session(unit);
  InlineBody *later = fn->inl, made = *inline_body_new(unit, fn);
  close_session(session);
  made.cost = later->cost;
  made.can_delay_results = later->can_delay_results;
  made.later = later->later;
  *later = made;
  store_release(&later->later, NULL);
}

void inline_can_inline(Unit *unit, Func *fn) {
  if ((fn->flags & FUNC_INLINABILITY_CHECKED) || compiler_flags_no_inline(&unit->flags)) return;
  Session session = open_session(unit);
  EventLog *events = unit->events;
  unit->events = NULL;
  unit_visit_components_except(unit, &fn, 1, FUNC_INLINABILITY_CHECKED, can_inline_component, unit);
  unit->events = events;
  fn->flags |= FUNC_INLINABILITY_CHECKED;
  close_session(session);
}
