/* SPDX-License-Identifier: BSD-3-Clause
 *
 * cost: can a function be inlined, and what does its body cost.
 *
 * In: a lowered function into which nothing was inlined yet. Out: fn->inl with cost and pristine body, or the reason why not, as
 * an event. An op costs 1; the visitor corrects that per kind, children in the compiler's order. A call costs what its callee's
 * body costs if it would be inlined. Without explanations (-m=1) counting stops as soon as the budget is used up, which is
 * visible: closures called further down are then not looked at yet.
 *
 * Go: cmd/compile/internal/inline/inl.go
 */
#include "inline/inline_private.h"

typedef struct CostVisit {
  Unit *unit;
  Func *fn;
  bool big;
  bool count_all;   /* go on below zero, for the true cost */
  bool optimistic;  /* calls of functions that nobody has looked at cost nothing */
  bool hopeful;     /* it is not asked which bodies come through imports: they do if that is cheaper */
  bool open;        /* some callee's own cost depends on that */
  VEC(FarCall) far; /* hopeful: calls for which that was assumed or not; in unit->arena */
  int32_t budget, budget_at_start;
  Str reason; /* of a refusal that is not about cost; lives in the event log's arena or is static */
} CostVisit;

static bool cost_op(void *context, Op *op);

/* ---- names in events ---- */

/* The symbol as it is. */
static bool is_shown_as_named(const Unit *unit, const Name *name) {
  if (!name->name || (name->pkg && name->pkg != unit->pkg)) return false;
  return name->name->text[0] != '~' && !strchr(name->name->text, '#');
}

Str name_event_text(Unit *unit, const Name *name, bool diagnostic) {
  enum { HASH_LEN = 12 };
  if (is_shown_as_named(unit, name)) return atom_str(name->name);
  Buffer text = {0};
  name_print(&text, unit, name);
  Str view = buffer_view(&text);
  ptrdiff_t at = diagnostic ? str_index(view, '#') : -1;
  Str tail = {NULL, 0};
  if (at >= 0 && view.len >= (size_t)at + HASH_LEN + 2 && view.data[at + HASH_LEN + 1] == '#') {
    tail = str_slice(view, (size_t)at + HASH_LEN + 2, view.len);
    view = str_slice(view, 0, (size_t)at);
  }
  char *copy = arena_alloc(unit->events->arena, view.len + tail.len + 1);
  memcpy(copy, view.data, view.len);
  if (tail.len) memcpy(copy + view.len, tail.data, tail.len);
  Str shown = {copy, view.len + tail.len};
  buffer_free(&text);
  return shown;
}

static void note_cannot_inline(Unit *unit, Func *fn, Str reason) {
  Event *event = event_add(unit, EVENT_CANNOT_INLINE, fn->pos);
  if (!event) return;
  event->func = fn;
  event->text[0] = name_event_text(unit, fn->name, false);
  event->text[1] = reason;
}

void note_can_inline(Unit *unit, Func *fn, int32_t cost) {
  Event *event = event_add(unit, EVENT_CAN_INLINE, fn->pos);
  if (!event) return;
  event->func = fn;
  event->number[0] = cost;
  event->text[0] = name_event_text(unit, fn->name, true);
  if (!event_wanted(unit, 2)) return;
  Buffer text = {0};
  func_signature_text(&text, unit, fn);
  event->text[1] = arena_str(unit->events->arena, buffer_view(&text));
  buffer_reset(&text);
  op_list_print(&text, unit, fn->body.items, fn->body.len);
  event->text[2] = arena_str(unit->events->arena, buffer_view(&text));
  buffer_free(&text);
}

/* ---- refusals that do not depend on the body ---- */

typedef struct PragmaRefusal {
  uint32_t pragma;
  const char *reason;
} PragmaRefusal;

static const PragmaRefusal pragma_refusals[] = {
    {PRAGMA_CGO_UNSAFE_ARGS, "marked go:cgo_unsafe_args"},
    {PRAGMA_UINTPTR_KEEPALIVE, "marked as having a keep-alive uintptr argument"},
    {PRAGMA_UINTPTR_ESCAPES, "marked as having an escaping uintptr argument"},
    {PRAGMA_YESWRITEBARRIERREC, "marked go:yeswritebarrierrec"},
};

const char *inline_impossible(const Unit *unit, const Func *fn) {
  if (fn->pragma & PRAGMA_NOINLINE) return "marked go:noinline";
  if (unit->flags.race && (fn->pragma & PRAGMA_NORACE)) return "marked go:norace with -race compilation";
  if (unit->flags.checkptr && (fn->pragma & PRAGMA_NOCHECKPTR)) return "marked go:nocheckptr";
  uint32_t pragma = fn->pragma;
  if (unit->profile->front_end == FRONT_TYPECHECK) pragma &= ~(uint32_t)PRAGMA_UINTPTR_KEEPALIVE; /* later */
  if (unit->profile->inline_rules == INLINE_LEAVES) pragma &= ~(uint32_t)PRAGMA_UINTPTR_ESCAPES;
  for (size_t i = 0; i < ARRAY_LEN(pragma_refusals); i++)
    if (pragma & pragma_refusals[i].pragma) return pragma_refusals[i].reason;
  if (fn->body.len == 0 && !fn->inl) return "no function body";
  return NULL;
}

/* ---- calls ---- */

static bool refuse(CostVisit *v, Str reason) {
  v->reason = reason;
  return true;
}

static int32_t other_call_cost(const CostVisit *v, const Op *call) {
  const Profile *profile = v->unit->profile;
  int32_t cost = profile->inline_call_cost;
  if (!op_is(call->fun, OP_NAME)) return cost;
  const Name *name = call->fun->name;
  bool captured = name->class_ == CLASS_AUTOHEAP && (name->name_flags & NAME_CLOSURE_VAR);
  if ((name->class_ == CLASS_PARAM || captured) && profile->inline_param_call_cost < cost)
    cost = profile->inline_param_call_cost;
  return cost;
}

/* Would the call be inlined by what is known now? Then its cost is that of the callee's body. */
static bool inlined_cost(CostVisit *v, Op *call, int32_t *cost) {
  if (v->optimistic) return true;
  Func *callee = inline_callee(v->unit, v->fn, call->fun, false);
  CallSite site = {.caller = v->fn, .call = call, .big_caller = v->big};
  if (!callee || !can_inline_call(v->unit, &site, callee, false)) return false;
  *cost = v->hopeful ? callee->inl->cost : func_inline_cost(callee);
  if (!v->hopeful) return func_has_inline_body(v->unit, callee);
  if (callee->inl->far_len) v->open = true;
  if (func_body_is_near(v->unit, callee)) return true;
  int32_t unseen = other_call_cost(v, call);
  vec_push(v->unit->arena, &v->far, ((FarCall){callee, *cost, unseen}));
  return *cost < unseen;
}

/* True: the function cannot be inlined because of this call. */
static bool cost_call(CostVisit *v, Op *call) {
  int32_t cost = 0;
  switch (known_call(v->unit, call)) {
  case KNOWN_CHEAP: return false;
  case KNOWN_THROW: v->budget -= v->unit->profile->inline_budget; return false;
  case KNOWN_CALLER: {
    const char *name = atom_text(call_named_callee(v->unit, call)->name);
    return refuse(v, event_wanted(v->unit, 2) ? event_printf(v->unit, "call to %s", name) : STR("call to"));
  }
  case KNOWN_RANGE_DEFER: return refuse(v, STR("defer call in range func"));
  case KNOWN_NONE: break;
  }
  if (call_is_intrinsic(v->unit, call)) return false;
  if (!inlined_cost(v, call, &cost)) cost = other_call_cost(v, call);
  v->budget -= cost;
  return false;
}

/* ---- other ops ---- */

static bool field_at_offset_zero(const CostVisit *v, const Op *dot) {
  Type *t = type_underlying(dot->x->type);
  if (t->kind == TYPE_POINTER) t = type_underlying(t->u.elem.type);
  if (t->kind != TYPE_STRUCT || !dot->field) return false;
  return type_field_offset(v->unit->target, t, dot->field->u.var.field_index) == 0;
}

static void cost_addr(CostVisit *v, const Op *op) {
  const Op *dot = op->x;
  if (dot->kind != OP_DOT && dot->kind != OP_DOTPTR) return;
  if (op_is(dot->x, OP_NAME) && field_at_offset_zero(v, dot)) v->budget += 2;
}

static void cost_deref(CostVisit *v, const Op *op) {
  const Op *pointer = op->x;
  while (pointer->kind == OP_CONVNOP) pointer = pointer->x;
  if (pointer->kind == OP_ADDR) v->budget++;
}

static void cost_slice(CostVisit *v, const Op *op) {
  int64_t low;
  if (op_is_const(op->y, CONST_INT) && const_int64(op->y->lit, &low) && low == 0) v->budget++;
  if (op_is(op->z, OP_LEN) && op->z->x == op->x) v->budget += 2;
}

static bool cost_list(CostVisit *v, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++)
    if (list->items[i] && cost_op(v, list->items[i])) return true;
  return false;
}

/* Only the arm that can be reached counts, and the condition is free. */
static bool cost_constant_if(CostVisit *v, const Op *op) {
  if (cost_list(v, op_init(op))) return true;
  return cost_list(v, const_bool(op->cond->lit) ? &op->list : &op->orelse);
}

static bool refuse_op(CostVisit *v, const Op *op) {
  const char *name = op_name((OpKind)op->kind);
  return refuse(v, event_wanted(v->unit, 2) ? event_printf(v->unit, "unhandled op %s", name)
                                            : STR("unhandled op"));
}

/* What makes an op cost more or less than 1. True: refused. */
static bool correct_cost(CostVisit *v, Op *op) {
  switch ((int)op->kind) {
  case OP_CALLFUNC: return cost_call(v, op);
  case OP_CALLINTER: v->budget -= v->unit->profile->inline_call_cost; break;
  case OP_PANIC:
    if (op_is(op->x, OP_CONVIFACE) && (op->x->flags & OP_IMPLICIT)) v->budget++;
    v->budget -= v->unit->profile->inline_panic_cost;
    break;
  case OP_RECOVER: return refuse(v, STR("call to recover"));
  case OP_CLOSURE:
    if (v->unit->flags.no_closures_in_inlined) return refuse(v, STR("not inlining functions with closures"));
    v->budget -= v->unit->profile->inline_closure_cost;
    break;
  case OP_GO:
  case OP_DEFER:
  case OP_TAILCALL: return refuse_op(v, op);
  case OP_ADDR: cost_addr(v, op); break;
  case OP_DEREF: cost_deref(v, op); break;
  case OP_CONVNOP:
  case OP_BLOCK:
  case OP_METHEXPR: v->budget++; break;
  case OP_METHVALUE:
  case OP_SLICELIT: v->budget--; break;
  case OP_AS2:
  case OP_TYPESW:
  case OP_SWITCH: v->budget -= op_extra_nodes(op); break;
  case OP_SLICE:
  case OP_SLICEARR:
  case OP_SLICESTR:
  case OP_SLICE3:
  case OP_SLICE3ARR: cost_slice(v, op); break;
  }
  return false;
}

/* True: the function cannot be inlined. */
static bool cost_op(void *context, Op *op) {
  CostVisit *v = context;
  if (op->kind == OP_FALL || op->kind == OP_TYPE) return false;
  if (op->kind == OP_IF && op_is_const(op->cond, CONST_BOOL)) return cost_constant_if(v, op);
  if (correct_cost(v, op)) return true;
  v->budget--;
  if (v->budget < 0 && !v->count_all) return refuse(v, STR("too expensive"));
  return op_each_child(op, cost_op, v);
}

static bool too_costly(CostVisit *v) {
  if (cost_list(v, &v->fn->body)) return true;
  if (v->budget >= 0) return false;
  if (event_wanted(v->unit, 2))
    v->reason = event_printf(v->unit, "function too complex: cost %d exceeds budget %d",
                             (int)(v->budget_at_start - v->budget), (int)v->budget_at_start);
  return true;
}

/* ---- the decision ---- */

static bool count_returns(void *context, Op *op) {
  uint32_t *returns = context;
  if (op->kind == OP_RETURN) *returns += op->list.len == 0 ? 2 : 1;
  return *returns > 1; /* more of them make no difference */
}

/* Results can be declared by the return statement if there is exactly one, with values, and none of the results has a name. */
static bool can_delay_results(const Func *fn) {
  uint32_t returns = 0;
  op_list_any(&fn->body, count_returns, &returns);
  if (returns != 1) return false;
  for (uint32_t i = 0; i < fn->result_len; i++) {
    const Name *result = fn->results[i];
    if (result->name && result->name->len > 0 && result->name->text[0] != '~' && !name_is_blank(result))
      return false;
  }
  return true;
}

static int32_t budget_for(const Unit *unit, const Func *fn) {
  int32_t budget = unit->profile->inline_budget * simd_budget_factor(unit, fn);
  if (unit->profile->inline_scores) budget += unit->profile->inline_budget; /* some call may be worth more */
  if (fn->closure_parent && unit->profile->inline_closure_budget > budget)
    budget = unit->profile->inline_closure_budget;
  return budget;
}

static bool is_cheap_enough(CostVisit *v, bool hopeful) {
  v->hopeful = hopeful;
  v->budget = v->budget_at_start;
  v->far.len = 0;
  return !too_costly(v);
}

/* On demand it is asked only where it decides whether bodies come through imports. Fills the cost; false: too much. */
static bool find_cost(CostVisit *v, InlineBody *found) {
  if (!is_cheap_enough(v, !v->unit->whole)) return false;
  if (v->open && !is_cheap_enough(v, false)) return false;
  found->cost = v->budget_at_start - v->budget;
  found->far = v->far.items;
  found->far_len = v->far.len;
  const Func probe = {.unit = v->unit, .inl = found};
  return !v->far.len || func_inline_cost_within(&probe, v->budget_at_start);
}

void can_inline(Unit *unit, Func *fn) {
  const char *impossible = inline_impossible(unit, fn);
  if (impossible) {
    note_cannot_inline(unit, fn, str_from(impossible));
    return;
  }
  if (fn->flags & FUNC_INLINABILITY_CHECKED) return;
  CostVisit v = {.unit = unit, .fn = fn, .count_all = event_wanted(unit, 2), .big = func_is_big(unit, fn)};
  v.budget_at_start = budget_for(unit, fn);
  InlineBody found = {0};
  if (!find_cost(&v, &found)) {
    note_cannot_inline(unit, fn, v.reason);
  } else {
    fn->inl = inline_body_new(unit, fn);
    fn->inl->cost = found.cost;
    fn->inl->far = found.far;
    fn->inl->far_len = found.far_len;
    fn->inl->can_delay_results = can_delay_results(fn);
    note_can_inline(unit, fn, fn->inl->cost);
  }
  fn->flags |= FUNC_INLINABILITY_CHECKED;
}

bool inline_may_fit(Unit *unit, Func *fn) {
  if (inline_impossible(unit, fn)) return false;
  CostVisit v = {.unit = unit, .fn = fn, .optimistic = true, .budget = budget_for(unit, fn)};
  return !cost_list(&v, &fn->body);
}

/* ---- big functions ---- */

static bool count_op(void *context, Op *op) {
  int32_t *left = context;
  *left -= op_extra_nodes(op);
  return --*left <= 0 || op_each_child(op, count_op, left);
}

bool func_is_big(const Unit *unit, Func *fn) {
  if (fn->flags & FUNC_BIG_KNOWN) return fn->flags & FUNC_BIG;
  int32_t left = unit->profile->inline_big_nodes - 1; /* the function itself counts as well */
  bool big = left <= 0;
  if (!big && fn->nodes)
    big = fn->nodes >= left;
  else if (!big)
    big = op_each_item(&fn->body, count_op, &left);
  fn->flags |= FUNC_BIG_KNOWN | (big ? FUNC_BIG : 0);
  return big;
}

void note_big_function(Unit *unit, Func *fn) {
  Event *event = event_add(unit, EVENT_BIG_FUNCTION, fn->pos);
  if (!event) return;
  event->func = fn;
  event->text[0] = name_event_text(unit, fn->name, false);
}
