/* SPDX-License-Identifier: BSD-3-Clause
 *
 * live: what is alive at the entry of a function and across its calls; the variables that the collector finds by address.
 *
 * In: the functions of a reported unit. Out: events. Liveness goes backwards until nothing changes; a value counts where something
 * needs it that needs it itself. A call is left out when one of the values across it may be called otherwise than its variable.
 *
 * Go: cmd/compile/internal/liveness/plive.go
 */
#include <stdlib.h>

#include "live/flow.h"

/* ---- the data flow ---- */

typedef struct Solver {
  Flow *flow;
  uint32_t words;
  uint64_t *live;   /* at the step that is looked at */
  Forward *forward; /* the same */
} Solver;

static void step_back(const Solver *solver, const Step *step) {
  switch (step->kind) {
  case STEP_CALL:
  case STEP_ALLOCATE: return;
  case STEP_KILL: set_drop(solver->live, step->bit); return;
  case STEP_SET:
    if (!set_has(solver->live, step->bit)) return;
    set_drop(solver->live, step->bit);
    break;
  case STEP_USE: break;
  }
  for (uint32_t i = 0; i < step->reads.len; i++) set_add(solver->live, step->reads.items[i]);
}

static void start_at_end(const Solver *solver, const Block *block) {
  memset(solver->live, 0, solver->words * sizeof *solver->live);
  vec_each (uint32_t, next, &block->next)
    for (uint32_t w = 0; w < solver->words; w++)
      solver->live[w] |= solver->flow->blocks.items[*next].live_in[w];
}

static bool update(const Solver *solver, Block *block) {
  start_at_end(solver, block);
  for (uint32_t i = block->steps.len; i-- > 0;) step_back(solver, &block->steps.items[i]);
  size_t bytes = solver->words * sizeof *solver->live;
  if (memcmp(block->live_in, solver->live, bytes) == 0) return false;
  memcpy(block->live_in, solver->live, bytes);
  return true;
}

static void mark_reached(Flow *flow) {
  VEC(uint32_t) todo = {0};
  vec_push(flow->arena, &todo, 0);
  while (todo.len) {
    Block *block = &flow->blocks.items[vec_pop(&todo)];
    if (block->reached) continue;
    block->reached = true;
    vec_append(flow->arena, &todo, block->next.items, block->next.len);
  }
}

static void list_predecessors(Flow *flow) {
  for (uint32_t i = 0; i < flow->blocks.len; i++)
    vec_each (uint32_t, next, &flow->blocks.items[i].next)
      vec_push(flow->arena, &flow->blocks.items[*next].previous, i);
}

/* Blocks whose successors have changed, the last one first. */
static void solve(Solver *solver) {
  Flow *flow = solver->flow;
  solver->words = (2 * flow->vars.len + 63) / 64;
  solver->live = arena_new_array(flow->arena, uint64_t, solver->words);
  vec_each (Block, block, &flow->blocks)
    block->live_in = arena_new_array(flow->arena, uint64_t, solver->words);
  list_predecessors(flow);
  VEC(uint32_t) todo = {0};
  for (uint32_t i = 0; i < flow->blocks.len; i++) vec_push(flow->arena, &todo, i);
  uint64_t *waiting = arena_new_array(flow->arena, uint64_t, flow->blocks.len / 64 + 1);
  for (uint32_t i = 0; i < flow->blocks.len; i++) set_add(waiting, i);
  while (todo.len) {
    uint32_t at = vec_pop(&todo);
    set_drop(waiting, at);
    if (!update(solver, &flow->blocks.items[at])) continue;
    vec_each (uint32_t, previous, &flow->blocks.items[at].previous) {
      if (set_has(waiting, *previous)) continue;
      set_add(waiting, *previous);
      vec_push(flow->arena, &todo, *previous);
    }
  }
}

/* ---- names ---- */

typedef enum Shown { SHOWN_NOT, SHOWN, SHOWN_OTHERWISE /* or not at all: it cannot be told here */ } Shown;

static Shown value_shown(const LiveVar *v, bool rest) {
  if (v->is_address) return v->defs > 1 ? SHOWN_OTHERWISE : SHOWN_NOT;
  if (!v->pointers) return v->of_params ? SHOWN_OTHERWISE : SHOWN_NOT;
  TypeKind kind = type_underlying(v->type)->kind;
  if (!v->name || (v->name->name_flags & NAME_AUTOTEMP) || kind == TYPE_STRUCT || kind == TYPE_ARRAY)
    return SHOWN_OTHERWISE;
  if (v->shadowed) return SHOWN_OTHERWISE;
  if (v->param) return v->defs ? SHOWN_OTHERWISE : SHOWN;
  if (v->origin == ORIGIN_CONSTANT && !v->result) return SHOWN_NOT;
  if (v->result || v->origin != ORIGIN_FIXED) return SHOWN_OTHERWISE;
  return rest ? SHOWN_NOT : SHOWN;
}

static bool is_exposed(const Flow *flow, const Name *name) {
  return (name->name_flags & NAME_KEEP_ALIVE) || map_find(&flow->exposed, map_key(name));
}

static Shown bit_shown(const Flow *flow, uint32_t bit) {
  const LiveVar *v = &flow->vars.items[bit / 2];
  switch (v->home) {
  case HOME_VALUE: return value_shown(v, bit % 2);
  case HOME_MEMORY:
    if (!v->pointers) return SHOWN_NOT;
    return is_exposed(flow, v->name) ? SHOWN : SHOWN_OTHERWISE;
  case HOME_HEAP:
    if (bit % 2) return v->pointers ? SHOWN : SHOWN_NOT;
    return v->shadowed || v->origin == ORIGIN_FLOATING ? SHOWN_OTHERWISE : SHOWN;
  }
  return SHOWN_OTHERWISE;
}

/* rest: of a parameter on the heap, its value before it is there. */
static void print_var(Buffer *out, const LiveVar *v, bool rest) {
  const char *part = "";
  if (v->home == HOME_HEAP && !rest) buffer_char(out, '&');
  if (v->split && !v->param) part = type_underlying(v->type)->kind == TYPE_INTERFACE ? ".data" : ".ptr";
  buffer_str(out, atom_str(v->name->name));
  buffer_text(out, part);
}

static int by_bytes(const void *a, const void *b) { return str_compare(*(const Str *)a, *(const Str *)b); }

/* " a b c", sorted; empty: nothing with pointers is alive. */
static Str names_of(Flow *flow, Str *names, uint32_t len) {
  Buffer out = {0};
  if (len) qsort(names, len, sizeof *names, by_bytes);
  for (uint32_t i = 0; i < len; i++) {
    buffer_char(&out, ' ');
    buffer_str(&out, names[i]);
  }
  Str text = arena_str(flow->unit->events->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

static Str name_of(Flow *flow, uint32_t bit) {
  Buffer out = {0};
  print_var(&out, &flow->vars.items[bit / 2], bit % 2);
  Str text = arena_str(flow->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

/* ---- events ---- */

/* Parameters that anything is done with. */
static void note_entry(Flow *flow) {
  Str *names = arena_new_array(flow->arena, Str, flow->fn->param_len);
  uint32_t len = 0;
  for (uint32_t i = 0; i < flow->fn->param_len; i++) {
    Name *name = flow->fn->params[i];
    if (name_is_blank(name) || !type_has_pointers(name->op.type)) continue;
    uint32_t var = flow_var(flow, name);
    const uint64_t *live = flow->blocks.items[0].live_in;
    if (set_has(live, flow_bit(var, PART_POINTER)) || set_has(live, flow_bit(var, PART_REST)))
      names[len++] = atom_str(name->name);
  }
  if (len == 0) return;
  Event *event = event_add(flow->unit, EVENT_LIVE_AT_ENTRY, flow->fn->name->op.pos);
  if (!event) return;
  event->text[0] = atom_str(flow->fn->name->name);
  event->text[1] = names_of(flow, names, len);
  event->func = flow->fn;
}

/* The callee's symbol from the first dot on. */
static Str callee_text(Flow *flow, const Op *call) {
  const Op *fun = call->fun;
  bool method = fun->kind == OP_METHEXPR || fun->kind == OP_DOTMETH;
  Name *name = method ? op_method_name(flow->unit, (Op *)fun) : NULL;
  if (!name && op_is(fun, OP_NAME) && fun->name->class_ == CLASS_FUNC) name = fun->name;
  if (!name && op_is(fun, OP_CLOSURE)) name = fun->func->name;
  if (!name) return (Str){0};
  Buffer out = {0};
  link_package_print(&out, flow->unit, name->pkg ? name->pkg : flow->unit->pkg);
  buffer_char(&out, '.');
  buffer_str(&out, atom_str(name->name));
  Str symbol = buffer_view(&out);
  ptrdiff_t dot = str_index(symbol, '.');
  Str text = arena_str(flow->unit->events->arena, str_slice(symbol, (size_t)dot + 1, symbol.len));
  buffer_free(&out);
  return text;
}

/* The allocator for values of that size. */
static Str allocator_text(const Flow *flow, const Step *step) {
  enum { TINY = 16, OWN_ALLOCATOR_MAX = 80 };
  const CompilerFlags *flags = &flow->unit->flags;
  if (step->shared || step->size > OWN_ALLOCATOR_MAX || flags->runtime || flags->race)
    return STR("newobject");
  uint32_t class_ = 0;
  while (flow->unit->profile->size_classes[class_] < step->size) class_++;
  if (!step->pointers && step->size < TINY) return STR("mallocgcTinySC2");
  return event_printf(flow->unit, "mallocgcSmall%sSC%u", step->pointers ? "ScanNoHeader" : "NoScan",
                      class_ + 1);
}

static void note_call(const Solver *solver, const Step *step) {
  Flow *flow = solver->flow;
  if (flow->defers || step->nested) return;
  Str *names = arena_new_array(flow->arena, Str, flow->vars.len * 2);
  uint32_t len = 0;
  for (uint32_t bit = 0; bit < 2 * flow->vars.len; bit++) {
    if (!set_has(solver->live, bit)) continue;
    const LiveVar *v = &flow->vars.items[bit / 2];
    if (v->is_address && !forward_computed(solver->forward, bit / 2)) continue;
    if (v->varies && !v->param && forward_is_constant(solver->forward, bit)) continue;
    Shown shown = bit_shown(flow, bit);
    if (shown == SHOWN_OTHERWISE) return;
    bool again = bit % 2 && set_has(solver->live, bit - 1) && flow->vars.items[bit / 2].home == HOME_VALUE;
    if (shown == SHOWN && !again) names[len++] = name_of(flow, bit);
  }
  if (len == 0) return;
  const Op *call = step->call;
  Str callee = call ? callee_text(flow, call) : allocator_text(flow, step);
  EventKind kind = callee.len ? EVENT_LIVE_AT_CALL : EVENT_LIVE_AT_INDIRECT_CALL;
  Event *event = event_add(flow->unit, kind, call ? call->pos : step->pos);
  if (!event) return;
  event->text[0] = callee;
  event->text[1] = names_of(flow, names, len);
  event->func = flow->fn;
  event->op = call;
}

typedef struct Moment { /* what is alive when a step is done */
  const Step *step;
  uint64_t *live;
} Moment;

/* Backwards to know, forwards to tell. */
static void note_calls(Solver *solver) {
  Arena *arena = solver->flow->arena;
  size_t bytes = solver->words * sizeof *solver->live;
  uint64_t *live = solver->live;
  vec_each (Block, block, &solver->flow->blocks) {
    if (!block->reached) continue;
    VEC(Moment) moments = {0};
    start_at_end(solver, block);
    for (uint32_t i = block->steps.len; i-- > 0;) {
      const Step *step = &block->steps.items[i];
      if (step->kind == STEP_CALL || step->kind == STEP_ALLOCATE) {
        Moment moment = {step, arena_alloc(arena, bytes)};
        memcpy(moment.live, live, bytes);
        vec_push(arena, &moments, moment);
      }
      step_back(solver, step);
    }
    forward_enter(solver->forward, block);
    const Step *next = block->steps.items;
    while (moments.len) {
      Moment moment = vec_pop(&moments);
      for (; next <= moment.step; next++) forward_step(solver->forward, next);
      solver->live = moment.live;
      note_call(solver, moment.step);
    }
    solver->live = live;
  }
}

static void note_bit(bool *used, uint32_t bit) { used[bit / 2] = true; }

static void note_used(const Flow *flow, bool *used) {
  vec_each (const Block, block, &flow->blocks) {
    if (!block->reached) continue;
    vec_each (const Step, step, &block->steps) {
      if (step->kind == STEP_CALL || step->kind == STEP_ALLOCATE) continue;
      if (step->kind != STEP_USE) note_bit(used, step->bit);
      for (uint32_t i = 0; i < step->reads.len; i++) note_bit(used, step->reads.items[i]);
    }
  }
}

/* Variables in memory, the one with the lowest address first. */
static void note_objects(Flow *flow) {
  bool *used = arena_new_array(flow->arena, bool, flow->vars.len);
  note_used(flow, used);
  for (uint32_t i = 0; i < flow->vars.len; i++) {
    const LiveVar *v = &flow->vars.items[i];
    bool addressed = v->home == HOME_MEMORY && v->pointers &&
                     ((v->name->name_flags & NAME_ADDRTAKEN) || map_find(&flow->address, map_key(v->name)));
    if (!addressed || !used[i] || !is_exposed(flow, v->name)) continue;
    Event *event = event_add(flow->unit, EVENT_STACK_OBJECT, v->name->op.pos);
    if (!event) return;
    event->text[0] = event_text(flow->unit, &v->name->op);
    Buffer type = {0};
    type_text(&type, flow->unit, v->type, TYPE_TEXT_GO);
    event->text[1] = arena_str(flow->unit->events->arena, buffer_view(&type));
    buffer_free(&type);
    event->func = flow->fn;
  }
}

/* ---- functions ---- */

typedef struct Family {
  Arena *arena;
  VEC(Func *) closures;
} Family;

static bool is_shown(const Func *fn) {
  if (fn->flags & (FUNC_NO_BODY | FUNC_WRAPPER | FUNC_ABI_WRAPPER | FUNC_DUPOK | FUNC_EQ_HASH | FUNC_SHAPED))
    return false;
  Str name = atom_str(fn->name->name);
  return !name_is_blank(fn->name) && !str_equal(name, STR("init")) && !str_has_prefix(name, STR("."));
}

static void live_func(Unit *unit, Func *fn, bool (*is_instruction)(Unit *unit, const Op *call),
                      Arena *arena) {
  Flow flow = {.unit = unit, .arena = arena, .fn = fn, .is_instruction = is_instruction};
  flow.index = map_in(arena);
  flow.temps = map_in(arena);
  flow.address = map_in(arena);
  flow.exposed = map_in(arena);
  flow.shapes = map_in(arena);
  flow.shaped = map_in(arena);
  flow.labels = map_in(arena);
  flow_collect(&flow);
  flow_find_exposed(&flow);
  flow_build(&flow);
  mark_reached(&flow);
  Solver solver = {.flow = &flow};
  solve(&solver);
  if (is_shown(fn)) {
    solver.forward = forward_solve(&flow);
    note_entry(&flow);
    note_calls(&solver);
  }
  note_objects(&flow);
}

static bool find_closure(void *context, Op *op) {
  Family *family = context;
  if (op->kind == OP_CLOSURE && func_captures(op->func)) vec_push(family->arena, &family->closures, op->func);
  return false;
}

/* A function, then the literals in it that code is generated for, those in these, … */
static void live_family(Unit *unit, Func *fn, bool (*is_instruction)(Unit *unit, const Op *call),
                        Arena *arena) {
  Family todo = {.arena = arena};
  vec_push(arena, &todo.closures, fn);
  Arena *scratch = scratch_new();
  while (todo.closures.len) {
    Func *next = vec_pop(&todo.closures);
    if (!(next->flags & FUNC_NO_BODY)) live_func(unit, next, is_instruction, scratch);
    arena_reset(scratch);
    op_list_any(&next->body, find_closure, &todo);
  }
  scratch_free(scratch);
}

void live_unit(Unit *unit, bool (*is_instruction)(Unit *unit, const Op *call)) {
  Arena *arena = scratch_new();
  for (uint32_t i = 0; i < unit->funcs.len; i++) {
    Func *fn = unit->funcs.items[i];
    if (name_is_blank(fn->name) || func_captures(fn)) continue;
    live_family(unit, fn, is_instruction, arena);
    arena_reset(arena);
  }
  scratch_free(arena);
}
