/* SPDX-License-Identifier: BSD-3-Clause
 *
 * solve: floods the graph from every variable and closure that something flows into.
 *
 * In: the flows of a component. Out: the fates of its spots, events in the order in which the flood meets them. A flood goes from a
 * destination against the flows and into operands; a dereference raises the level, an address lowers it. At level zero and below, what is
 * met is reachable by the destination: it must outlive it. A destination whose own fate changes is flooded again.
 *
 * Go: cmd/compile/internal/gc/esc.go
 */
#include "flood/graph.h"

enum { NO_DEPTH = -1 };

typedef struct Visit {
  Level level;
  SpotId root;
  int32_t extra_depth; /* src counts as declared at least that deep */
} Visit;

static void flood_spot(Flood *f, Visit visit, SpotId src, Step *step);

static void step_into(Flood *f, Visit visit, Op *operand, const char *why, Step *parent) {
  if (!operand) return;
  Step step = {.dst = spot_at(f, visit.root)->op, .src = operand, .why = why, .parent = parent};
  flood_spot(f, visit, spot_of(f, operand), &step);
}

static Visit at_level(Visit visit, Level level) { return (Visit){level, visit.root, NO_DEPTH}; }

/* ---- variables that move to the heap ---- */

static bool is_movable(const Spot *spot) {
  NameClass class_ = spot->op->name->class_;
  if (spot->moved) return false;
  return class_ == CLASS_PARAM || class_ == CLASS_PARAM_OUT ||
         (class_ == CLASS_AUTO && !(spot->op->name->name_flags & NAME_AUTOTEMP));
}

static void move_variable(Flood *f, Name *name, Step *first) {
  if (name->name_flags & NAME_CLOSURE_VAR) name = name_canonical(name);
  Spot *spot = spot_get(f, &name->op);
  if (!is_movable(spot)) return;
  spot->moved = true;
  exposure_to_heap(&spot->exposure);
  Event *event = note_op(f, EVENT_MOVED_TO_HEAP, &name->op);
  if (event) event->func = name->curfn;
  note_moved_trail(f, first, &name->op);
}

void address_escapes(Flood *f, Op *op, Step *first) {
  for (;;) {
    switch ((int)op->kind) {
    case OP_NAME: move_variable(f, op->name, first); return;
    case OP_DOT:
    case OP_INDEX:
    case OP_PAREN:
    case OP_CONVNOP: break;
    default: return;
    }
    if (flood_is_slice(op->x->type)) return;
    op = op->x;
  }
}

/* ---- what a flood finds ---- */

static void note_headline(Flood *f, EventKind kind, const Op *src, Step *step) {
  note_op(f, kind, src);
  note_trail(f, step, src);
}

static bool flows_to_own_result(const Spot *dst, const Spot *src) {
  return spot_is_result(dst) && spot_is_param(src) && src->op->name->curfn == dst->op->name->curfn &&
         src->exposure.fate < FATE_HEAP && dst->exposure.fate != FATE_HEAP;
}

static uint32_t result_number(const Name *result) {
  const Func *fn = result->curfn;
  for (uint32_t i = 0; i < fn->result_len; i++)
    if (fn->results[i] == result) return i;
  BUG("flood: %s is no result", atom_text(result->name));
}

static void reach_result(Flood *f, const Visit *visit, SpotId src, Step *step) {
  const Name *result = spot_at(f, visit->root)->op->name;
  Op *param = spot_at(f, src)->op;
  Event *event = note_op(f, EVENT_LEAKING_TO_RESULT, param);
  if (event) {
    event->text[1] = atom_str(result->name);
    event->number[0] = (int)visit->level.value;
    event->func = result->curfn;
  }
  note_trail(f, step, param);
  exposure_to_result(&spot_at(f, src)->exposure, result_number(result), visit->level);
}

static void leak_param(Flood *f, const Visit *visit, SpotId src, Step *step) {
  Spot *spot = spot_at(f, src);
  if (visit->level.suffix <= 0) {
    exposure_to_heap(&spot->exposure);
    note_headline(f, EVENT_LEAKING_PARAM, spot->op, step);
    return;
  }
  Exposure before = spot->exposure;
  exposure_content(&spot->exposure);
  if (!exposure_equal(&before, &spot->exposure)) note_headline(f, EVENT_LEAKING_CONTENT, spot->op, step);
}

/* The content of what is on the heap is on the heap. */
static void leak_content(Flood *f, const Visit *visit, SpotId src, Step *step) {
  const Spot *dst = spot_at(f, visit->root);
  Spot *spot = spot_at(f, src);
  if (dst->exposure.fate != FATE_HEAP || !spot_is_param(spot) || spot->exposure.fate >= FATE_HEAP ||
      visit->level.value <= 0)
    return;
  exposure_content(&spot->exposure);
  if (f->unit->profile->content_lines) note_headline(f, EVENT_MARK_ESCAPED_CONTENT, spot->op, step);
}

static void reach_variable(Flood *f, Visit visit, SpotId src, Step *step, bool leaks) {
  const Spot *spot = spot_at(f, src);
  bool global = spot_at(f, visit.root)->loop_depth < 0;
  if (spot_is_param(spot) && (leaks || global) && spot->exposure.fate < FATE_HEAP)
    leak_param(f, &visit, src, step);
  Name *name = spot->op->name;
  if (!(name->name_flags & NAME_CLOSURE_VAR)) return;
  if (leaks && f->unit->profile->content_lines) note_headline(f, EVENT_LEAKING_REFERENCE, &name->op, step);
  step_into(f, at_level(visit, visit.level), &name_canonical(name)->op, "closure-var", step);
}

/* An allocation that leaks is on the heap; true if this is news. */
static bool allocate_on_heap(Flood *f, SpotId src) {
  Exposure before = spot_at(f, src)->exposure;
  exposure_to_heap(&spot_at(f, src)->exposure);
  return !exposure_equal(&before, &spot_at(f, src)->exposure);
}

static void reach_address(Flood *f, Visit *visit, SpotId src, Step *step, bool leaks, int32_t depth) {
  Op *op = spot_at(f, src)->op;
  const char *why = op->kind == OP_ADDR ? "address-of" : "pointer literal";
  Visit inner = at_level(*visit, level_addr(visit->level));
  if (leaks) {
    bool closure = op->x->kind == OP_CLOSURE;
    bool shown = op->kind != OP_ADDR || f->unit->profile->lines_for_addresses;
    if (allocate_on_heap(f, src) && shown) {
      Event *event = note_op(f, EVENT_ESCAPES, op);
      if (event && closure) event->text[0] = flood_text(f, op->x);
      note_trail(f, step, op);
    }
    address_escapes(f, op->x, step);
    inner.extra_depth = depth;
    visit->extra_depth = depth;
  }
  step_into(f, inner, op->x, why, step);
}

static bool is_boxed(const Op *op) {
  if (op->kind != OP_CONVIFACE || type_is_interface(op->x->type)) return false;
  return !type_is_direct_interface(op->x->type) && type_has_pointers(op->x->type);
}

static void reach_allocation(Flood *f, Visit *visit, SpotId src, Step *step, bool leaks, int32_t depth) {
  if (!leaks) return;
  Op *op = spot_at(f, src)->op;
  if (allocate_on_heap(f, src)) note_headline(f, EVENT_ESCAPES, op, step);
  visit->extra_depth = depth;
  if (!f->unit->profile->boxed_contents_escape || !is_boxed(op)) return;
  Step inner = {
      .dst = spot_at(f, visit->root)->op, .src = op->x, .why = "interface-converted", .parent = step};
  flood_spot(f, (Visit){visit->level, spot_of(f, f->sink), NO_DEPTH}, spot_of(f, op->x), &inner);
}

static bool is_array(Type *t) { return t && type_underlying(t)->kind == TYPE_ARRAY; }

static void reach_elements(Flood *f, Visit visit, const Op *op, Step *step) {
  for (uint32_t i = 0; i < op->list.len; i++) {
    Op *element = op->list.items[i];
    if (element->kind == OP_KEY) element = element->y;
    step_into(f, at_level(visit, level_addr(visit.level)), element, "slice-literal-element", step);
  }
}

/* Operands: the same value, or what it points at. */
static void reach_operand(Flood *f, Visit visit, const Op *op, Step *step) {
  Visit same = at_level(visit, visit.level), content = at_level(visit, level_deref(visit.level));
  switch ((int)op->kind) {
  case OP_APPEND: step_into(f, same, op->args.items[0], "append-first-arg", step); break;
  case OP_DOT:
  case OP_DOTTYPE: step_into(f, same, op->x, "dot", step); break;
  case OP_SLICE:
  case OP_SLICEARR:
  case OP_SLICE3:
  case OP_SLICE3ARR:
  case OP_SLICESTR: step_into(f, same, op->x, "slice", step); break;
  case OP_INDEX:
    if (is_array(op->x->type))
      step_into(f, same, op->x, "fixed-array-index-of", step);
    else
      step_into(f, content, op->x, "dot of pointer", step);
    break;
  case OP_DOTPTR: step_into(f, content, op->x, "dot of pointer", step); break;
  case OP_INDEXMAP: step_into(f, content, op->x, "map index", step); break;
  case OP_DEREF: step_into(f, content, op->x, "indirection", step); break;
  }
}

/* Returns the spot whose flows come next: a call stands for its only result. */
static SpotId reach(Flood *f, Visit *visit, SpotId src, Step *step, bool leaks, int32_t depth) {
  Op *op = spot_at(f, src)->op;
  switch ((int)op->kind) {
  case OP_NAME: reach_variable(f, *visit, src, step, leaks); break;
  case OP_PTRLIT:
  case OP_ADDR: reach_address(f, visit, src, step, leaks, depth); break;
  case OP_SLICELIT:
    if (!spot_at(f, src)->dots) reach_elements(f, *visit, op, step);
    reach_allocation(f, visit, src, step, leaks, depth);
    if (spot_at(f, src)->dots) visit->level = level_addr(visit->level);
    break;
  case OP_MAKECHAN:
  case OP_MAKEMAP:
  case OP_MAKESLICE:
  case OP_RUNES2STR:
  case OP_BYTES2STR:
  case OP_STR2RUNES:
  case OP_STR2BYTES:
  case OP_ADDSTR:
  case OP_MAPLIT:
  case OP_NEW:
  case OP_CLOSURE:
  case OP_METHVALUE:
  case OP_RUNESTR:
  case OP_CONVIFACE: reach_allocation(f, visit, src, step, leaks, depth); break;
  case OP_CALLFUNC:
  case OP_CALLMETH:
  case OP_CALLINTER:
    if (spot_at(f, src)->result_len > 0) return spot_of(f, spot_at(f, src)->results[0]);
    break;
  default: reach_operand(f, *visit, op, step); break;
  }
  return src;
}

/* ---- the flood ---- */

/* Marks src as visited; false: been there, and this visit is no worse. */
static bool enter(const Flood *f, Visit *visit, Spot *src) {
  if (src->walk == f->walk) {
    visit->level = level_min(visit->level, src->level);
    if (level_equal(visit->level, src->level)) {
      if (src->extra_depth >= visit->extra_depth || src->loop_depth >= visit->extra_depth) return false;
      src->extra_depth = visit->extra_depth;
    }
  } else {
    src->extra_depth = NO_DEPTH;
  }
  src->walk = f->walk;
  src->level = visit->level;
  return true;
}

static bool reachable(const Flood *f, const Visit *visit, int32_t depth) {
  const Spot *dst = spot_at(f, visit->root);
  if (visit->level.value > 0) return false;
  return (visit->level.suffix <= 0 && dst->loop_depth < depth) || dst->exposure.fate == FATE_HEAP;
}

static void flood_spot(Flood *f, Visit visit, SpotId src, Step *step) {
  const Op *op = spot_at(f, src)->op;
  if (op->kind == OP_LITERAL || op->kind == OP_NIL) return;
  if (!enter(f, &visit, spot_at(f, src))) return;
  if (flows_to_own_result(spot_at(f, visit.root), spot_at(f, src))) {
    reach_result(f, &visit, src, step);
  } else {
    int32_t depth = spot_at(f, src)->loop_depth;
    if (visit.extra_depth > depth) depth = visit.extra_depth;
    leak_content(f, &visit, src, step);
    src = reach(f, &visit, src, step, reachable(f, &visit, depth), depth);
  }
  visit.level = level_copy(visit.level);
  for (FlowId id = spot_at(f, src)->first; id.v; id = f->flows.items[id.v].next) {
    Flow *flow = &f->flows.items[id.v];
    flow->step.parent = step;
    flood_spot(f, visit, flow->src, &flow->step);
    flow->step.parent = NULL;
  }
}

static void flood_from(Flood *f, SpotId root) {
  OpKind kind = (OpKind)spot_at(f, root)->op->kind;
  if (kind != OP_NAME && kind != OP_CLOSURE) return;
  for (FlowId id = spot_at(f, root)->first; id.v; id = f->flows.items[id.v].next) {
    Flow *flow = &f->flows.items[id.v];
    f->walk++;
    flow->step.parent = NULL;
    flood_spot(f, (Visit){level_zero(), root, NO_DEPTH}, flow->src, &flow->step);
  }
}

void flood_solve(Flood *f) {
  uint32_t len = f->destinations.len;
  Exposure *before = arena_new_array(f->arena, Exposure, len);
  for (uint32_t i = 0; i < len; i++) before[i] = spot_at(f, f->destinations.items[i])->exposure;
  for (uint32_t i = 0; i < len; i++) flood_from(f, f->destinations.items[i]);
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t i = 0; i < len; i++) {
      const Exposure *now = &spot_at(f, f->destinations.items[i])->exposure;
      if (exposure_equal(now, &before[i])) continue;
      changed = true;
      before[i] = *now;
      flood_from(f, f->destinations.items[i]);
    }
  }
}
