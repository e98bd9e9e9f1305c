/* SPDX-License-Identifier: BSD-3-Clause
 *
 * properties: what callers may gain from a function when they pass or get something special.
 *
 * In: a function that was checked for inlining, before anything was inlined into it. Out: FuncProperties.
 *
 *   params    the parameter's value is called, its method is called, or it decides an if or switch; directly or through a callee
 *   results   all return statements return the same kind of thing
 *
 * Only scalars and what can be nil is followed, and only for functions that can be inlined.
 *
 * Go: cmd/compile/internal/inline/inlheur/analyze_func_params.go, analyze_func_returns.go
 */
#include "inline/heuristics.h"

const FuncProperties *func_properties(const Unit *unit, const Func *fn) {
  return fn->unit == unit || fn->inl ? fn->properties : NULL;
}

static bool is_followed_type(const Unit *unit, Type *t) {
  t = type_underlying(t);
  if (t->kind == TYPE_BASIC && (t->u.basic.flags & (BASIC_IS_NUMERIC | BASIC_IS_BOOLEAN))) return true;
  return type_has_nil(unit->universe, t);
}

/* ---- parameters ---- */

typedef struct ParamVisit {
  Unit *unit;
  Func *fn;
  ReassignOracle *oracle;
  uint8_t *uses;
  bool *open; /* nothing is known of the parameter yet */
  int depth;
} ParamVisit;

int condition_depth_change(const Op *op) {
  if (op->kind == OP_IF || op->kind == OP_SWITCH) return 1;
  return op->kind == OP_FOR || op->kind == OP_RANGE ? -1 : 0;
}

static int param_index(const ParamVisit *v, const Name *name) {
  for (uint32_t i = 0; i < v->fn->param_len; i++)
    if (v->fn->params[i] == name) return (int)i;
  return -1;
}

static bool is_of_interest(const ParamVisit *v, uint32_t i) { return v->open[i] || v->uses[i]; }

/* The use that is sure, or the one behind it in ParamTraits, which is not. */
static void add_use(ParamVisit *v, uint32_t i, uint32_t sure) {
  v->uses[i] |= (uint8_t)(v->depth != 0 ? sure << 1 : sure);
  v->open[i] = false;
}

static void add_use_of_name(ParamVisit *v, const Op *op, uint32_t sure) {
  if (op->kind != OP_NAME || op->name->class_ != CLASS_PARAM) return;
  int i = param_index(v, op->name);
  if (i >= 0 && is_of_interest(v, (uint32_t)i)) add_use(v, (uint32_t)i, sure);
}

static void note_decision(ParamVisit *v, Op *condition) {
  for (uint32_t i = 0; i < v->fn->param_len; i++)
    if (is_of_interest(v, i) && folds_if_constant(v->unit, condition, (NameSet){&v->fn->params[i], 1}))
      add_use(v, i, PARAM_DECIDES);
}

/* A parameter that is passed on is used as the callee uses it. Stops at the first argument of interest to the callee that is no
   parameter of this function. */
static void note_passed_on(ParamVisit *v, const Op *call, Func *callee) {
  enum { SURE = PARAM_CALLS_METHOD | PARAM_IS_CALLED | PARAM_DECIDES };
  const FuncProperties *properties = func_properties(v->unit, callee);
  if (!properties) return;
  for (uint32_t k = 0; k < call->args.len && k < callee->param_len; k++) {
    uint32_t uses = properties->params[k];
    if (!uses) continue;
    const Op *value = reassign_oracle_value(v->oracle, call->args.items[k]);
    int i = value->kind == OP_NAME && value->name->class_ == CLASS_PARAM ? param_index(v, value->name) : -1;
    if (i < 0) return;
    if (!is_of_interest(v, (uint32_t)i)) continue;
    uint32_t sure = v->depth == 0 ? uses & SURE : 0;
    uint32_t maybe = (((uses & SURE) << 1) | (uses & ~(uint32_t)SURE)) & ~(sure << 1);
    v->uses[i] |= (uint8_t)(sure | maybe);
    v->open[i] = false;
  }
}

static void note_call(ParamVisit *v, Op *call) {
  if (call->kind == OP_CALLINTER) {
    add_use_of_name(v, reassign_oracle_value(v->oracle, call->fun->x), PARAM_CALLS_METHOD);
    return;
  }
  if (call->fun->kind != OP_NAME) return;
  Op *called = op_static_value(v->unit, call->fun);
  if (called->kind != OP_NAME) return;
  if (called->name->class_ == CLASS_PARAM) {
    add_use_of_name(v, called, PARAM_IS_CALLED);
    return;
  }
  Name *name = op_static_callee(v->unit, reassign_oracle_value(v->oracle, called));
  Func *callee = name ? known_func(v->unit, name) : NULL;
  if (callee) note_passed_on(v, call, callee);
}

static bool visit_params(void *context, Op *op) {
  ParamVisit *v = context;
  int change = condition_depth_change(op);
  v->depth += change;
  op_children(op, visit_params, v);
  v->depth -= change;
  switch ((int)op->kind) {
  case OP_CALLFUNC:
  case OP_CALLINTER: note_call(v, op); break;
  case OP_IF: note_decision(v, op->cond); break;
  case OP_SWITCH:
    if (op->x) note_decision(v, op->x);
    break;
  }
  return false;
}

static uint8_t *uses_of_params(Unit *unit, Func *fn, ReassignOracle *oracle) {
  uint8_t *uses = arena_new_array(unit->arena, uint8_t, fn->param_len);
  if (!fn->inl || fn->param_len == 0) return uses;
  Arena *scratch = scratch_new();
  ParamVisit v = {.unit = unit, .fn = fn, .oracle = oracle, .uses = uses};
  v.open = arena_new_array(scratch, bool, fn->param_len);
  bool any = false;
  for (uint32_t i = 0; i < fn->param_len; i++) {
    v.open[i] = is_followed_type(unit, fn->params[i]->op.type) && !name_reassigned(unit, fn->params[i]);
    any |= v.open[i];
  }
  for (uint32_t i = 0; any && i < fn->body.len; i++)
    if (fn->body.items[i]) visit_params(&v, fn->body.items[i]);
  scratch_free(scratch);
  return uses;
}

/* ---- results ---- */

typedef struct Result { /* what is known so far */
  bool open;            /* no return statement seen yet */
  bool derived;         /* from the callee whose call is returned; a second return statement ends that */
  uint8_t kind;
  const Const *value; /* RESULT_CONSTANT; NULL: nil */
  Name *function;     /* RESULT_FUNCTION */
} Result;

typedef struct ResultVisit {
  Unit *unit;
  Func *fn;
  ReassignOracle *oracle;
  Result *results;
} ResultVisit;

static bool allocates(const Op *op) {
  return op->kind == OP_MAKESLICE || op->kind == OP_NEW || op->kind == OP_PTRLIT || op->kind == OP_SLICELIT;
}

/* The kind of a result that is the call's own; false: nothing is known of the callee. */
static bool kind_from_callee(const ResultVisit *v, Op *call, uint8_t *kind) {
  if (call->kind != OP_CALLFUNC || call->fun->kind != OP_NAME) return false;
  Op *called = op_static_value(v->unit, call->fun);
  if (called->kind != OP_NAME) return false;
  Name *name = op_static_callee(v->unit, reassign_oracle_value(v->oracle, called));
  Func *callee = name ? known_func(v->unit, name) : NULL;
  const FuncProperties *properties = callee ? func_properties(v->unit, callee) : NULL;
  if (!properties || callee->result_len != 1) return false;
  *kind = properties->results[0];
  return true;
}

static Result describe(const ResultVisit *v, Op *returned) {
  Result out = {.kind = RESULT_VARIES};
  Op *value = reassign_oracle_value(v->oracle, returned);
  if (allocates(value)) {
    out.kind = RESULT_ALLOCATED;
  } else if (value->kind == OP_CONVIFACE && !type_is_interface(value->x->type)) {
    out.kind = RESULT_CONCRETE;
  } else if ((out.function = op_static_callee(v->unit, value))) {
    out.kind = RESULT_FUNCTION;
  } else if (value->kind == OP_LITERAL || value->kind == OP_NIL) {
    out.kind = RESULT_CONSTANT;
    out.value = value->kind == OP_LITERAL ? value->lit : NULL;
  } else {
    out.derived = kind_from_callee(v, returned, &out.kind);
  }
  return out;
}

static bool is_same(const Result *before, const Result *now) {
  if (before->derived || before->kind != now->kind || now->derived) return false;
  if (now->kind == RESULT_FUNCTION) return before->function == now->function;
  if (now->kind != RESULT_CONSTANT) return true;
  if (!before->value || !now->value) return before->value == now->value;
  return const_compare(before->value, OPERATOR_EQL, now->value);
}

static void note_return(ResultVisit *v, Op *op) {
  for (uint32_t i = 0; i < v->fn->result_len; i++) {
    Result *result = &v->results[i];
    if (op->list.len != v->fn->result_len) { /* named results: nothing is known */
      result->kind = RESULT_VARIES;
      continue;
    }
    Result now = describe(v, op->list.items[i]);
    bool was_derived = result->derived;
    if (!result->open && !is_same(result, &now)) now = (Result){.derived = was_derived};
    *result = now;
  }
}

static bool visit_returns(void *context, Op *op) {
  op_children(op, visit_returns, context);
  if (op->kind == OP_RETURN) note_return(context, op);
  return false;
}

/* Of functions it counts whether they are cheap, not whether some call of them might be worth it. */
static uint8_t final_kind(const Unit *unit, const Result *result) {
  if (result->kind != RESULT_FUNCTION || result->derived) return result->kind;
  const Func *fn = result->function->func;
  return fn && fn->inl && fn->inl->cost <= unit->profile->inline_budget ? RESULT_INLINABLE : RESULT_FUNCTION;
}

static uint8_t *kinds_of_results(Unit *unit, Func *fn, ReassignOracle *oracle) {
  uint8_t *kinds = arena_new_array(unit->arena, uint8_t, fn->result_len);
  if (!fn->inl || fn->result_len == 0) return kinds;
  Arena *scratch = scratch_new();
  ResultVisit v = {.unit = unit, .fn = fn, .oracle = oracle};
  v.results = arena_new_array(scratch, Result, fn->result_len);
  bool any = false;
  for (uint32_t i = 0; i < fn->result_len; i++) {
    v.results[i].open = is_followed_type(unit, fn->results[i]->op.type);
    any |= v.results[i].open;
  }
  for (uint32_t i = 0; any && i < fn->body.len; i++)
    if (fn->body.items[i]) visit_returns(&v, fn->body.items[i]);
  for (uint32_t i = 0; i < fn->result_len; i++) kinds[i] = final_kind(unit, &v.results[i]);
  scratch_free(scratch);
  return kinds;
}

FuncProperties *properties_of_body(Unit *unit, Func *fn, ReassignOracle *oracle, const Outcomes *outcomes) {
  FuncProperties *properties = arena_new_of(unit->arena, FuncProperties);
  properties->never_returns = never_returns(outcomes, fn);
  properties->params = uses_of_params(unit, fn, oracle);
  properties->results = kinds_of_results(unit, fn, oracle);
  return properties;
}
