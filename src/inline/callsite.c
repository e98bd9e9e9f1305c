/* SPDX-License-Identifier: BSD-3-Clause
 *
 * callsite: may this call be inlined.
 *
 * In: a call and the function that contains it. Out: its callee if that is known, whether its cost is acceptable here, whether the
 * call is a turn of a recursion that was inlined already; and if all is well, the INLCALL.
 *
 * Go: cmd/compile/internal/inline/inl.go
 */
#include "inline/heuristics.h"

/* ---- who is called ---- */

/* Shape types stand for all types of one shape, so receivers of shaped methods agree if they come from the same declaration. */
static bool same_receiver(Type *a, Type *b) {
  if (type_identical(a, b)) return true;
  a = type_unalias(a), b = type_unalias(b);
  if (a->kind == TYPE_POINTER && b->kind == TYPE_POINTER)
    a = type_unalias(a->u.elem.type), b = type_unalias(b->u.elem.type);
  return a->kind == TYPE_NAMED && b->kind == TYPE_NAMED && a->u.named.origin &&
         a->u.named.origin == b->u.named.origin;
}

static Type *receiver_type(const Func *fn) {
  if (fn->has_recv && fn->param_len > 0) return fn->params[0]->op.type;
  Type *signature = type_underlying(fn->type);
  if (signature->kind == TYPE_SIGNATURE && signature->u.signature.recv)
    return signature->u.signature.recv->type;
  return fn->param_len > 0 ? fn->params[0]->op.type : NULL;
}

static Func *method_callee(Unit *unit, Op *fun) {
  Name *name = op_method_name(unit, fun);
  if (!name || !name->func) return NULL;
  Type *recv = receiver_type(name->func);
  if (!recv || !same_receiver(recv, fun->x->type)) return NULL;
  return name->func;
}

static Func *closure_callee(Unit *unit, const Func *caller, Func *closure, bool resolve_only) {
  if (closure->closure_vars.len > 0 && closure->closure_vars.items[0]->outer->curfn != caller) return NULL;
  if (!resolve_only) can_inline(unit, closure);
  return closure;
}

static Func *name_callee(Unit *unit, Name *name) {
  if (name->class_ != CLASS_FUNC) return NULL;
  if (!name->func && name->object && unit->resolve_func)
    name->func = unit->resolve_func(unit->context, unit, name->object);
  return name->func;
}

static void require_checked(Unit *unit, Func *fn) {
  if (unit->require_func && (fn->unit != unit || !unit->whole))
    unit->require_func(unit->context, fn, need_to_inline(unit, fn));
}

Func *known_func(Unit *unit, Name *name) {
  Func *fn = name_callee(unit, name);
  if (fn) require_checked(unit, fn);
  return fn;
}

Func *inline_callee(Unit *unit, Func *caller, Op *fun, bool resolve_only) {
  Func *callee = NULL;
  fun = op_static_value(unit, fun);
  if (op_is(fun, OP_METHEXPR))
    callee = method_callee(unit, fun);
  else if (op_is(fun, OP_NAME))
    callee = name_callee(unit, fun->name);
  else if (op_is(fun, OP_CLOSURE))
    return closure_callee(unit, caller, fun->func, resolve_only);
  if (callee) require_checked(unit, callee);
  return callee;
}

Func *direct_callee(Unit *unit, Op *fun) {
  fun = op_static_value(unit, fun);
  return op_is(fun, OP_CLOSURE) ? fun->func : inline_callee(unit, NULL, fun, true);
}

/* ---- is it worth it ---- */

/* With pointer checks these methods of reflect are recognised as calls later on, so they stay calls. */
static bool is_checked_pointer_method(Unit *unit, const Op *call) {
  if (!unit->flags.checkptr || !op_is(call->fun, OP_METHEXPR)) return false;
  const Name *method = op_method_name(unit, call->fun);
  if (!method || !method->pkg || !str_equal(atom_str(method->pkg->path), STR("reflect"))) return false;
  Str name = atom_str(method->name);
  return str_equal(name, STR("Value.UnsafeAddr")) || str_equal(name, STR("Value.Pointer"));
}

bool might_inline(Unit *unit, const Op *call) {
  if (compiler_flags_no_inline(&unit->flags) || call->kind != OP_CALLFUNC ||
      (call->flags & (OP_GODEFER | OP_NOINLINE)))
    return false;
  if (is_checked_pointer_method(unit, call)) return false;
  return !callee_is_escape_marker(unit, op_static_callee(unit, call->fun)) && !call_is_intrinsic(unit, call);
}

static int32_t cost_of_call(Unit *unit, const CallSite *site, const Func *callee) {
  int32_t score;
  return call_score(unit, site->caller, site->call, &score) ? score : func_inline_cost(callee);
}

static bool cost_is_within(Unit *unit, const CallSite *site, const Func *callee, int32_t limit) {
  int32_t score;
  if (call_score(unit, site->caller, site->call, &score)) return score <= limit;
  return func_inline_cost_within(callee, limit);
}

static bool cost_is_acceptable(Unit *unit, const CallSite *site, const Func *callee) {
  const Profile *profile = unit->profile;
  int32_t limit = site->big_caller ? profile->inline_big_budget : profile->inline_budget;
  int32_t vector_limit = limit * simd_budget_factor(unit, callee);
  if (callee->closure_parent && profile->inline_closure_factor > 1) {
    limit *= profile->inline_closure_factor;
    if (site->called_once && limit < profile->inline_closure_budget) limit = profile->inline_closure_budget;
  }
  return cost_is_within(unit, site, callee, vector_limit > limit ? vector_limit : limit);
}

/* A call that came here by inlining the very place where it stands, as far as the compiler can tell. */
static bool repeats_position(const Unit *unit, XPos at) {
  const Sources *sources = unit->session->sources;
  for (uint32_t n = at.inl; n != 0; n = unit->inline_tree.items[n - 1].parent)
    if (source_same_place(sources, unit->inline_tree.items[n - 1].pos, at.pos)) return true;
  return false;
}

static bool is_recursive(const Unit *unit, const CallSite *site, const Func *callee) {
  return unit->profile->position_cycles ? repeats_position(unit, site->call->pos) : callee == site->caller;
}

static bool inside_inlined(const Unit *unit, XPos at, const Func *callee) {
  for (uint32_t n = at.inl; n != 0; n = unit->inline_tree.items[n - 1].parent)
    if (unit->inline_tree.items[n - 1].callee == callee) return true;
  return false;
}

static void note_cycle(Unit *unit, const CallSite *site, const Func *callee) {
  Event *event = event_add(unit, EVENT_RECURSIVE_CYCLE, site->call->pos);
  if (!event) return;
  event->func = site->caller;
  event->text[0] = name_event_text(unit, callee->name, false);
  event->text[1] = atom_str(site->caller->name->name);
}

/* Code of the runtime must not be instrumented, so it does not come into code that is. */
static bool not_into_instrumented(const Unit *unit, const Func *callee) {
  if (!unit->flags.race && !unit->flags.checkptr) return false;
  const Package *pkg = callee->name->pkg;
  if (!pkg || !pkg->path) return false;
  uint32_t traits = profile_package_traits(unit->profile, atom_str(pkg->path));
  if ((traits & PACKAGE_RUNTIME) && (unit->flags.checkptr || !(traits & PACKAGE_INSTRUMENTED))) return true;
  return unit->flags.race && (traits & PACKAGE_NO_RACE);
}

bool can_inline_call(Unit *unit, const CallSite *site, const Func *callee, bool log) {
  if (!callee->inl || !cost_is_acceptable(unit, site, callee)) return false;
  if (is_recursive(unit, site, callee)) return false;
  if (not_into_instrumented(unit, callee)) return false;
  if (inside_inlined(unit, site->call->pos, callee)) {
    if (log) note_cycle(unit, site, callee);
    return false;
  }
  return true;
}

/* ---- doing it ---- */

static void note_inlining(Unit *unit, const CallSite *site, const Func *callee) {
  Event *event = event_add(unit, EVENT_INLINING_CALL, site->call->pos);
  if (!event) return;
  event->func = site->caller;
  event->text[0] = name_event_text(unit, callee->name, true);
  event->number[0] = cost_of_call(unit, site, callee);
}

/* The directly imported package whose function brought the call along when it was inlined; NULL: none did. */
static const Package *bearer_of(const Unit *unit, XPos at) {
  for (uint32_t n = at.inl; n != 0; n = unit->inline_tree.items[n - 1].parent) {
    const Func *callee = unit->inline_tree.items[n - 1].callee;
    if (callee->unit != unit && func_body_is_near(unit, callee)) return callee->unit->pkg;
  }
  return NULL;
}

/* The import that brought the call along has most likely inlined the callee, too. */
static bool sees_body(Unit *unit, const Op *call, const Func *callee) {
  if (func_body_is_near(unit, callee)) return callee->inl != NULL;
  unit->bearer = bearer_of(unit, call->pos);
  bool sees = func_has_inline_body(unit, callee);
  unit->bearer = NULL;
  return sees;
}

/* That it has no inline body stays so. What was asked of another unit's function is known; others may work on it. */
static bool never_has_body(const Unit *unit, const Func *fn) {
  return !fn->inl && (fn->unit != unit || (fn->flags & FUNC_INLINABILITY_CHECKED));
}

bool try_inline_call(Unit *unit, CallSite *site) {
  Op *call = site->call;
  Func *callee = inline_callee(unit, site->caller, call->fun, false);
  if (callee && unit->tags_only && call_may_stay(unit, callee)) {
    unit->calls_left = site->refused = true;
    return false;
  }
  if (!callee || !sees_body(unit, call, callee)) {
    site->refused = callee && never_has_body(unit, callee);
    return false;
  }
  if (!can_inline_call(unit, site, callee, true)) {
    /* A cycle is reported whenever somebody asks, and scores change. */
    site->refused = !unit->profile->inline_scores && !cost_is_acceptable(unit, site, callee);
    return false;
  }
  if (callee->unit != unit) *map_put(&unit->inlined_foreign, map_key(callee)) = 1;
  vec_push(unit->bodies, &unit->inline_tree, (InlinedCall){call->pos.inl, call->pos.pos, callee});
  trail_inlined(unit, site->caller, callee);
  uint32_t inl = unit->inline_tree.len;
  note_inlining(unit, site, callee);
  expand_call(unit, site->caller, call, callee, inl, site->calls);
  score_inlined(unit, site->caller, call);
  return true;
}
