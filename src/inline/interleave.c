/* SPDX-License-Identifier: BSD-3-Clause
 *
 * interleave: the order in which interface calls are resolved and calls are inlined.
 *
 * In: a unit. Out: its functions after both, events in the compiler's order.
 *   1. can each function be inlined: components of the call graph, callees first
 *   2. for each function: is it big; every call, in post-order, is marked as standing in parentheses, which is how the compiler
 *      makes it a thing that can be replaced; interface calls are resolved and callees counted
 *   3. components again: calls of each function in order, calls of inlined bodies as they come, until nothing changes
 *   4. parentheses away
 * Counting ahead matters: a closure with one call has a far larger budget.
 *
 * Go: cmd/compile/internal/inline/interleaved/interleaved.go
 */
#include "inline/heuristics.h"

typedef struct CallEntry {
  Op *op;       /* a call, or the INLCALL that it became */
  Func *callee; /* as far as known */
  bool settled; /* nothing more will happen to it */
} CallEntry;

typedef struct FuncCalls { /* one function that is being worked on */
  Unit *unit;
  Arena *arena;
  Func *fn;
  VEC(CallEntry) calls; /* in post-order; those of inlined bodies behind them */
  CallList copied;      /* of the body that was inlined last */
  Map *use_counts;      /* Func* -> calls of it seen so far, literals only; shared by all functions */
  bool big;
} FuncCalls;

typedef struct Interleaving {
  Unit *unit;
  Arena *arena;
  Devirtualizer *devirtualizer;
  Map use_counts;
} Interleaving;

/* ---- marks ---- */

static void add_call(FuncCalls *s, Op *call) {
  call->flags |= OP_PARENTHESES;
  vec_push(s->arena, &s->calls, (CallEntry){.op = call});
}

static bool mark_call(void *context, Op *op) {
  FuncCalls *s = context;
  if (op->kind == OP_NAME || op->kind == OP_LITERAL) return false;
  if (op->kind == OP_TAILCALL) {
    op->call->flags |= OP_NOINLINE; /* and it stays a bare call */
    return op_each_child(op->call, mark_call, s);
  }
  op_each_child(op, mark_call, s);
  if (op_is_call(op)) add_call(s, op);
  return false;
}

/* NULL: it came up after the work began. */
static FuncCalls *func_calls(const Func *fn) {
  const CallList *list = fn->opt;
  return list ? list->user : NULL;
}

static void func_calls_end(const FuncCalls *s) {
  vec_each (const CallEntry, entry, &s->calls) entry->op->flags &= ~(uint32_t)OP_PARENTHESES;
  s->fn->opt = NULL;
}

static FuncCalls *func_calls_new(Unit *unit, Arena *arena, Func *fn, Map *use_counts) {
  FuncCalls *s = arena_new_of(arena, FuncCalls);
  *s = (FuncCalls){
      .unit = unit, .arena = arena, .fn = fn, .use_counts = use_counts, .copied = {.arena = arena}};
  s->big = !compiler_flags_no_inline(&unit->flags) && func_is_big(unit, fn);
  if (s->big) note_big_function(unit, fn);
  CallList *found = fn->opt; /* by the survey, if there was one */
  if (found) {
    for (uint32_t i = 0; i < found->list.len; i++) add_call(s, found->list.items[i]);
  } else {
    op_each_item(&fn->body, mark_call, s);
    fn->opt = found = arena_new_of(arena, CallList);
  }
  found->user = s;
  return s;
}

/* ---- one call ---- */

/* Finds the callee; a literal's calls are counted. */
static void resolve_call(FuncCalls *s, Devirtualizer *d, CallEntry *entry) {
  if (entry->callee || entry->settled) return;
  Op *call = entry->op;
  if (devirtualize_call(d, call)) func_changed(s->fn);
  if (call->kind == OP_CALLINTER) return; /* more may be known later */
  if (call->kind != OP_CALLFUNC || !might_inline(s->unit, call)) {
    entry->settled = true;
    return;
  }
  Func *callee = entry->callee = inline_callee(s->unit, s->fn, call->fun, true);
  if (callee && callee->closure_parent) ++*map_put(s->use_counts, map_key(callee));
}

/* True if call number i was inlined now; calls of the inlined body are marked. */
static bool edit_call(FuncCalls *s, Devirtualizer *d, uint32_t i) {
  CallEntry *entry = &s->calls.items[i];
  resolve_call(s, d, entry);
  if (entry->settled || !entry->callee) return false;
  Op *op = entry->op;
  CallSite site = {.caller = s->fn, .call = op, .big_caller = s->big};
  site.called_once = entry->callee->closure_parent && *map_put(s->use_counts, map_key(entry->callee)) == 1;
  s->copied.list.len = 0;
  site.calls = &s->copied;
  bool inlined = try_inline_call(s->unit, &site);
  entry->settled = inlined || site.refused;
  if (!inlined) return false;
  for (uint32_t k = 0; k < s->copied.list.len; k++) add_call(s, s->copied.list.items[k]);
  devirtualize_note_inlined(d, s->fn, op);
  return true;
}

/* One round over a function. New calls are resolved together before any of them is inlined, so that a closure's calls are all
   counted. */
static bool edit_round(FuncCalls *s, Devirtualizer *d) {
  bool changed = false;
  uint32_t from = 0, to = s->calls.len;
  do {
    for (uint32_t i = from; i < to; i++) changed |= edit_call(s, d, i);
    from = to;
    to = s->calls.len;
    for (uint32_t i = from; i < to; i++) resolve_call(s, d, &s->calls.items[i]);
  } while (from < to);
  return changed;
}

/* ---- a unit ---- */

static void can_inline_component(void *context, Func *const *list, uint32_t len, bool recursive) {
  trail_step(context, TRAIL_DECIDE, list, len, recursive);
  for (uint32_t i = 0; i < len; i++) {
    can_inline(context, list[i]);
    analyze_function(context, list[i]);
  }
}

static void edit_component(void *context, Func *const *list, uint32_t len, bool recursive) {
  Interleaving *all = context;
  trail_step(all->unit, TRAIL_EDIT, list, len, recursive);
  bool changed;
  if (!compiler_flags_no_inline(&all->unit->flags))
    for (uint32_t i = 0; i < len; i++) score_calls(all->unit, list[i]);
  do {
    changed = false;
    for (uint32_t i = 0; i < len; i++) {
      FuncCalls *s = func_calls(list[i]);
      if (s) changed |= edit_round(s, all->devirtualizer);
    }
  } while (changed);
}

static void mark_and_resolve(Interleaving *all, Func *fn) {
  trail_step(all->unit, TRAIL_MARK, &fn, 1, false);
  FuncCalls *s = func_calls_new(all->unit, all->arena, fn, &all->use_counts);
  for (uint32_t i = 0; i < s->calls.len; i++) resolve_call(s, all->devirtualizer, &s->calls.items[i]);
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
  scratch_free(session.state->spare);
  scratch_free(session.state->scratch);
  session.state->spare = session.state->scratch = NULL;
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

typedef enum Extent {
  EXTENT_UNIT,  /* all functions */
  EXTENT_ALONE, /* a function and its literals, as in the whole unit */
  EXTENT_FAMILY /* the same on demand */
} Extent;

static void edit_funcs(Unit *unit, Func *const *funcs, uint32_t len, Extent extent) {
  Arena *arena = scratch_new();
  Interleaving all = {.unit = unit, .arena = arena, .use_counts = map_in(arena)};
  all.devirtualizer = devirtualizer_new(unit, arena);
  for (uint32_t i = 0; i < len; i++) mark_and_resolve(&all, funcs[i]);
  TrailStage stage = trail_enter(unit, TRAIL_EDIT);
  switch (extent) {
  case EXTENT_UNIT: unit_visit_components(unit, funcs, len, edit_component, &all); break;
  case EXTENT_ALONE: unit_visit_components_of(unit, funcs, len, edit_component, &all); break;
  case EXTENT_FAMILY: edit_family(&all, funcs, len); break;
  }
  trail_enter(unit, stage);
  for (uint32_t i = 0; i < len; i++) func_calls_end(func_calls(funcs[i]));
  scratch_free(arena);
}

/* Both passes; closures of inlined bodies are appended to the unit's functions meanwhile, and nothing is inlined into them. */
static void decide_and_edit(Unit *unit, Func *const *list, uint32_t len, Extent extent) {
  Session session = open_session(unit);
  Arena *arena = scratch_new();
  CallLists lists = {.arena = arena};
  Func **funcs = arena_new_array(arena, Func *, len);
  if (len) memcpy(funcs, list, sizeof(Func *) * len);
  if (!compiler_flags_no_inline(&unit->flags)) {
    unit->call_lists = &lists;
    TrailStage stage = trail_enter(unit, TRAIL_DECIDE);
    if (extent == EXTENT_UNIT)
      unit_visit_components(unit, funcs, len, can_inline_component, unit);
    else
      unit_visit_components_of(unit, funcs, len, can_inline_component, unit);
    trail_enter(unit, stage);
    unit->call_lists = NULL;
  }
  edit_funcs(unit, funcs, len, extent);
  for (uint32_t i = 0; i < lists.funcs.len; i++) lists.funcs.items[i]->opt = NULL;
  inline_state(unit)->scoring_done = true;
  scratch_free(arena);
  close_session(session);
}

void inline_unit(Unit *unit) {
  unit->check_inlining = check_quietly;
  if (unit->profile->inline_rules == INLINE_INTERLEAVED)
    decide_and_edit(unit, unit->funcs.items, unit->funcs.len, EXTENT_UNIT);
  else if (!compiler_flags_no_inline(&unit->flags))
    inline_bottom_up(unit, unit->funcs.items, unit->funcs.len);
}

void inline_alone(Unit *unit, Func *const *funcs, uint32_t len) {
  trail_watch(unit, true);
  decide_and_edit(unit, funcs, len, EXTENT_ALONE);
  trail_watch(unit, false);
}

/* ---- single functions ---- */

void inline_func(Unit *unit, Func *fn) {
  if (unit->profile->inline_rules != INLINE_INTERLEAVED) {
    if (!compiler_flags_no_inline(&unit->flags)) inline_one_bottom_up(unit, fn);
    return;
  }
  Session session = open_session(unit);
  Arena *arena = session.state->spare; /* not there: a wrapper that came up while another one is worked on */
  session.state->spare = NULL;
  if (!arena) arena = scratch_new();
  Map use_counts = map_in(arena);
  Devirtualizer *devirtualizer = devirtualizer_new(unit, arena);
  FuncCalls *s = func_calls_new(unit, arena, fn, &use_counts);
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t i = 0; i < s->calls.len; i++) changed |= edit_call(s, devirtualizer, i);
  }
  func_calls_end(s);
  if (session.state->spare) {
    scratch_free(arena);
  } else {
    arena_reset(arena);
    session.state->spare = arena;
  }
  close_session(session);
}

void inline_begin(Unit *unit) { open_session(unit); }

void inline_end(Unit *unit) { close_session((Session){inline_state(unit), true}); }

bool inline_decide(Unit *unit, Func *fn) {
  if (compiler_flags_no_inline(&unit->flags)) return false;
  Session session = open_session(unit);
  bool may_fit = inline_may_fit(unit, fn);
  if (may_fit) can_inline(unit, fn);
  close_session(session);
  return may_fit;
}

InlineBody *inline_body_anyway(Unit *unit, Func *fn) {
  if (fn->inl) return fn->inl;
  Session session = open_session(unit);
  InlineBody *body = inline_body_new(unit, fn);
  close_session(session);
  return body;
}

void inline_decide_as(Unit *unit, Func *fn, const Func *other) {
  if (!other || !other->inl) {
    fn->inl = NULL;
    return;
  }
  fn->inl = fn->open ? fn->open : inline_body_anyway(unit, fn);
  fn->inl->cost = func_inline_cost(other);
  fn->inl->far_len = 0;
  fn->inl->can_delay_results = other->inl->can_delay_results;
}

void inline_family(Unit *unit, Func *const *funcs, uint32_t len) {
  Session session = open_session(unit);
  for (uint32_t i = 1; i < len && !compiler_flags_no_inline(&unit->flags); i++) can_inline(unit, funcs[i]);
  edit_funcs(unit, funcs, len, EXTENT_FAMILY);
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
  TrailStage stage = trail_enter(unit, TRAIL_NOBODY);
  unit_visit_components_except(unit, &fn, 1, FUNC_INLINABILITY_CHECKED, can_inline_component, unit);
  trail_enter(unit, stage);
  unit->events = events;
  fn->flags |= FUNC_INLINABILITY_CHECKED;
  close_session(session);
}
