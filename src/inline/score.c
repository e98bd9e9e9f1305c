/* SPDX-License-Identifier: BSD-3-Clause
 *
 * score: what a call costs where it stands.
 *
 * In: sites with their callees' properties. Out: scores, which take the place of costs when calls are inlined: the callee's cost,
 * more on the way to a panic or in package initialization, less where a constant, function or concrete type meets a parameter
 * that is used as such, or where a result does in the caller. What comes out of an inlined body is scored with less knowledge.
 *
 * A call inside an inlined body is found in the table of the function that was scored last (which matters where several functions
 * call each other): the compiler has one such table at a time.
 *
 * Go: cmd/compile/internal/inline/inlheur/scoring.go, score_callresult_uses.go, analyze.go
 */
#include "inline/heuristics.h"

/* ---- adjustments ---- */

typedef enum Adjustment {
  ADJUST_NONE,
#define ADJUST(NAME, value, weaker) ADJUST_##NAME,
#include "inline/adjustments.def"
#undef ADJUST
} Adjustment;

typedef struct AdjustmentRow {
  int32_t value;
  Adjustment weaker; /* which it takes the place of */
} AdjustmentRow;

static const AdjustmentRow rows[] = {
    [ADJUST_NONE] = {0, ADJUST_NONE},
#define ADJUST(NAME, value, weaker) [ADJUST_##NAME] = {value, ADJUST_##weaker},
#include "inline/adjustments.def"
#undef ADJUST
};

static uint32_t bit(Adjustment adjustment) { return adjustment ? (uint32_t)1 << adjustment : 0; }

static Adjustment stronger_than(Adjustment adjustment) {
  for (size_t i = 1; i < ARRAY_LEN(rows); i++)
    if (rows[i].weaker == adjustment) return (Adjustment)i;
  return ADJUST_NONE;
}

/* Each counts once, and a pair of weaker and stronger only as the stronger. */
static void adjust(Site *site, Adjustment adjustment) {
  if (site->applied & (bit(adjustment) | bit(stronger_than(adjustment)))) return;
  Adjustment weaker = rows[adjustment].weaker;
  if (site->applied & bit(weaker)) {
    site->score -= rows[weaker].value;
    site->applied &= ~bit(weaker);
  }
  site->score += rows[adjustment].value;
  site->applied |= bit(adjustment);
}

/* ---- arguments ---- */

typedef struct ArgumentRow { /* a kind of argument for a parameter with such uses */
  ArgumentKind kind;
  uint32_t maybe, surely; /* ParamTraits */
  Adjustment if_maybe, if_surely;
} ArgumentRow;

static const ArgumentRow argument_rows[] = {
    {ARGUMENT_CONSTANT, PARAM_MAY_DECIDE, PARAM_DECIDES, ADJUST_CONSTANT_MAY_DECIDE, ADJUST_CONSTANT_DECIDES},
    {ARGUMENT_CONCRETE, PARAM_MAY_CALL_METHOD, PARAM_CALLS_METHOD, ADJUST_CONCRETE_MAY_BE_CALLED,
     ADJUST_CONCRETE_IS_CALLED},
    {ARGUMENT_FUNCTION, PARAM_MAY_BE_CALLED, PARAM_IS_CALLED, ADJUST_FUNCTION_MAY_BE_CALLED,
     ADJUST_FUNCTION_IS_CALLED},
    {ARGUMENT_INLINABLE, PARAM_MAY_BE_CALLED, PARAM_IS_CALLED, ADJUST_INLINABLE_MAY_BE_CALLED,
     ADJUST_INLINABLE_IS_CALLED},
};

static bool is_unnamed(const Name *param) {
  return name_is_blank(param) || !param->name || param->name->len == 0 || param->name->text[0] == '~';
}

static void score_argument(Site *site, ArgumentKind kind, uint32_t uses) {
  for (size_t i = 0; i < ARRAY_LEN(argument_rows); i++) {
    const ArgumentRow *row = &argument_rows[i];
    if (row->kind != kind) continue;
    if (uses & row->maybe) adjust(site, row->if_maybe);
    if (uses & row->surely) adjust(site, row->if_surely);
  }
}

static void score_site(Unit *unit, Site *site) {
  const Func *callee = site->callee;
  const FuncProperties *properties = func_properties(unit, callee);
  site->score = callee->inl->cost;
  site->applied = 0;
  if (site->flags & SITE_DOOMED) adjust(site, ADJUST_DOOMED);
  if (site->flags & SITE_IN_INIT) adjust(site, ADJUST_IN_INIT);
  if (site->flags & SITE_IN_LOOP) adjust(site, ADJUST_IN_LOOP);
  if (!properties || !site->args) return;
  for (uint32_t i = 0; i < site->call->args.len && i < callee->param_len; i++)
    if (!is_unnamed(callee->params[i]))
      score_argument(site, (ArgumentKind)site->args[i], properties->params[i]);
}

/* ---- results ---- */

typedef struct ResultTable {
  Unit *unit;
  SiteTable *sites;
  Map of; /* Name* -> ResultUse*: variables that hold an interesting result and nothing else */
} ResultTable;

typedef struct ResultUse {
  Site *site;
  uint8_t kind; /* ResultKind */
} ResultUse;

static bool is_interesting(uint8_t kind) { return kind != RESULT_VARIES && kind != RESULT_ALLOCATED; }

/* The variable that takes result i, or NULL; *temporary: the one that it goes through, or NULL. */
static Name *variable_of_result(const Site *site, uint32_t i, Name **temporary) {
  const Op *assign = site->assign;
  *temporary = NULL;
  if (!assign) return NULL;
  if (site->callee->result_len == 1)
    return assign->kind == OP_AS && op_is(assign->x, OP_NAME) ? assign->x->name : NULL;
  if (assign->kind == OP_AS || !(assign->flags & OP_DEF)) return NULL;
  for (uint32_t k = 0; k < assign->lhs.len; k++)
    if (!op_is(assign->lhs.items[k], OP_NAME)) return NULL;
  if (i >= assign->lhs.len || i >= assign->rhs.len) return NULL;
  const Op *value = assign->rhs.items[i];
  if (value->kind == OP_CONVNOP) value = value->x;
  if (op_is(value, OP_NAME) && (value->name->name_flags & NAME_AUTOTEMP)) *temporary = value->name;
  return assign->lhs.items[i]->name;
}

/* Results of functions of this unit only. */
static void note_results(ResultTable *table, Arena *scratch, ReassignOracle *oracle, Site *site) {
  const Func *callee = site->callee;
  if (callee->unit != table->unit || !callee->properties) return;
  for (uint32_t i = 0; i < callee->result_len; i++) {
    Name *temporary, *name = variable_of_result(site, i, &temporary);
    uint8_t kind = callee->properties->results[i];
    if (!name || !is_interesting(kind) || reassign_oracle_reassigned(oracle, name)) continue;
    ResultUse *use = arena_new_of(scratch, ResultUse);
    *use = (ResultUse){site, kind};
    map_set_ptr(&table->of, name, use);
    if (temporary) map_set_ptr(&table->of, temporary, use);
  }
}

/* The variable that a call calls, or calls a method of. */
static const Name *called_variable(const ResultTable *table, const Op *call) {
  Op *fun = call->fun;
  if (fun->kind == OP_DOTINTER || fun->kind == OP_METHEXPR || fun->kind == OP_DOT || fun->kind == OP_DOTPTR)
    fun = fun->x;
  else if (fun->kind != OP_NAME)
    return NULL;
  if (!fun) return NULL;
  const Op *value = op_static_value(table->unit, fun);
  if (value->kind == OP_CALLFUNC) {
    Name *temporary;
    const Site *site = table->sites ? map_get_ptr(&table->sites->by_call, value) : NULL;
    bool known = site && site->callee->unit == table->unit && site->callee->properties;
    return known && site->callee->result_len > 0 ? variable_of_result(site, 0, &temporary) : NULL;
  }
  return value->kind == OP_NAME ? value->name : NULL;
}

static void use_as_callee(const ResultTable *table, const Op *call) {
  const Name *name = called_variable(table, call);
  if (!name || name->class_ != CLASS_AUTO) return;
  const ResultUse *use = map_get_ptr(&table->of, name);
  if (!use) return;
  if (call->kind == OP_CALLINTER) {
    if (use->kind == RESULT_CONCRETE) adjust(use->site, ADJUST_RESULT_CONCRETE_CALLED);
  } else if (use->kind == RESULT_INLINABLE) {
    adjust(use->site, ADJUST_RESULT_INLINABLE_CALLED);
  } else if (use->kind == RESULT_FUNCTION) {
    adjust(use->site, ADJUST_RESULT_FUNCTION_CALLED);
  }
}

typedef struct NamesUsed {
  Arena *arena;
  VEC(Name *) list;
} NamesUsed;

static bool collect_local(void *context, Op *op) {
  NamesUsed *used = context;
  if (op->kind == OP_NAME && op->name->class_ == CLASS_AUTO) vec_push(used->arena, &used->list, op->name);
  return false;
}

/* A condition on constant results of one call alone. */
static void use_as_condition(const ResultTable *table, Op *condition) {
  NamesUsed used = {.arena = table->of.arena};
  op_any(condition, collect_local, &used);
  Site *site = NULL;
  for (uint32_t i = 0; i < used.list.len; i++) {
    const ResultUse *use = map_get_ptr(&table->of, used.list.items[i]);
    if (!use || (site && use->site != site)) return;
    site = use->site;
    if (use->kind != RESULT_CONSTANT) return;
  }
  if (site && folds_if_constant(table->unit, condition, (NameSet){used.list.items, used.list.len}))
    adjust(site, ADJUST_RESULT_CONSTANT_DECIDES);
}

static bool visit_uses(void *context, Op *op) {
  const ResultTable *table = context;
  switch ((int)op->kind) {
  case OP_CALLFUNC:
  case OP_CALLINTER: use_as_callee(table, op); break;
  case OP_IF: use_as_condition(table, op->cond); break;
  case OP_SWITCH:
    if (op->x) use_as_condition(table, op->x);
    break;
  }
  return op_children(op, visit_uses, context);
}

/* ---- functions ---- */

static SiteTable *table_of(const InlineState *state, const Func *fn) {
  return map_get_ptr(&state->site_tables, fn);
}

static void analyze_one(Unit *unit, Func *fn, ReassignOracle *oracle) {
  if (fn->properties) return;
  Arena *scratch = scratch_new();
  Outcomes *outcomes = outcomes_new(scratch, unit, fn);
  FuncProperties *properties = properties_of_body(unit, fn, oracle, outcomes);
  SiteRegion region = {.fn = fn, .statements = &fn->body, .outcomes = outcomes, .oracle = oracle};
  SiteTable *table = sites_of_region(unit, &region);
  fn->properties = properties;
  map_set_ptr(&inline_state(unit)->site_tables, fn, table);
  scratch_free(scratch);
}

typedef struct FuncList {
  Arena *arena;
  VEC(Func *) list;
} FuncList;

static bool collect_closures(void *context, Op *op) {
  FuncList *funcs = context;
  if (op->kind != OP_CLOSURE) return false;
  vec_push(funcs->arena, &funcs->list, op->func);
  return op_list_any(&op->func->body, collect_closures, funcs);
}

void analyze_function(Unit *unit, Func *fn) {
  InlineState *state = inline_state(unit);
  if (!unit->profile->inline_scores || state->scoring_done || fn->closure) return;
  Arena *scratch = scratch_new();
  FuncList funcs = {.arena = scratch};
  vec_push(scratch, &funcs.list, fn);
  op_list_any(&fn->body, collect_closures, &funcs);
  ReassignOracle *oracle = reassign_oracle_new(scratch, unit, fn);
  for (uint32_t i = funcs.list.len; i-- > 0;) {
    Func *one = funcs.list.items[i];
    if (one->closure && !(one->flags & FUNC_INLINABILITY_CHECKED)) can_inline(unit, one);
    analyze_one(unit, one, oracle);
  }
  scratch_free(scratch);
}

void score_calls(Unit *unit, Func *fn) {
  InlineState *state = inline_state(unit);
  if (!unit->profile->inline_scores || state->scoring_done || (fn->flags & FUNC_WRAPPER)) return;
  if (fn->body.len == 0) return;
  Arena *scratch = scratch_new();
  ReassignOracle *oracle = reassign_oracle_new(scratch, unit, fn);
  SiteTable *sites = table_of(state, fn);
  if (!fn->properties) {
    SiteRegion region = {.fn = fn, .statements = &fn->body, .oracle = oracle};
    sites = sites_of_region(unit, &region);
  }
  ResultTable results = {.unit = unit, .sites = sites, .of = map_in(scratch)};
  for (uint32_t i = 0; sites && i < sites->list.len; i++) {
    Site *site = sites->list.items[i];
    score_site(unit, site);
    note_results(&results, scratch, oracle, site);
  }
  if (results.of.entries.len > 0) op_list_any(&fn->body, visit_uses, &results);
  state->last_scored = sites;
  scratch_free(scratch);
}

static void add_sites(SiteTable *to, const SiteTable *from) {
  for (uint32_t i = 0; i < from->list.len; i++)
    map_set_ptr(&to->by_call, from->list.items[i]->call, from->list.items[i]);
}

void score_inlined(Unit *unit, Func *caller, const Op *inlined) {
  InlineState *state = inline_state(unit);
  if (!unit->profile->inline_scores || state->scoring_done) return;
  const SiteTable *table = table_of(state, caller);
  const Site *site = table ? map_get_ptr(&table->by_call, inlined) : NULL;
  if (!site) return;
  SiteRegion region = {.fn = caller, .statements = &inlined->list};
  region.in_loop = site->flags & SITE_IN_LOOP;
  SiteTable *inner = sites_of_region(unit, &region);
  for (uint32_t i = 0; inner && i < inner->list.len; i++) score_site(unit, inner->list.items[i]);
  if (!state->last_scored)
    state->last_scored = inner;
  else if (inner)
    add_sites(state->last_scored, inner);
}

bool call_score(Unit *unit, const Func *caller, const Op *call, int32_t *score) {
  InlineState *state = inline_state(unit);
  if (!unit->profile->inline_scores || state->scoring_done) return false;
  const SiteTable *own = table_of(state, caller);
  const Site *site = own ? map_get_ptr(&own->by_call, call) : NULL;
  if (!site && state->last_scored) site = map_get_ptr(&state->last_scored->by_call, call);
  if (site) *score = site->score;
  return site != NULL;
}
