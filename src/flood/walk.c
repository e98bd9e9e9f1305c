/* SPDX-License-Identifier: BSD-3-Clause
 *
 * walk: the flows of a function's body.
 *
 * In: a function. Out: flows and spots in the order of the compiler's walk, which shows in the output: an op's operands first, in the
 * order left, right, body, lists, then the op itself. Loop depth counts loops; a label that a later goto jumps back to deepens all that
 * follows in its loop or function.
 *
 * Go: cmd/compile/internal/gc/esc.go
 */
#include "flood/graph.h"

static void walk(Flood *f, Op *op);
static void flow_of(Flood *f, Op *op);

static void walk_list(Flood *f, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++) walk(f, list->items[i]);
}

/* ---- labels ---- */

typedef enum LabelState { LABEL_UNKNOWN, LABEL_PLAIN, LABEL_LOOPING } LabelState;

static bool find_looping_labels(void *context, Op *op) {
  Flood *f = context;
  if (op->kind == OP_LABEL) {
    *map_put(&f->labels, map_key(op->label)) = LABEL_PLAIN;
  } else if (op->kind == OP_GOTO) {
    uint64_t *state = map_find(&f->labels, map_key(op->label));
    if (state && *state == LABEL_PLAIN) *state = LABEL_LOOPING;
  }
  return false;
}

/* ---- what is too large for the stack ---- */

static bool small_int(const Op *op, int64_t *out) {
  return op_is(op, OP_LITERAL) && const_int64(op->lit, out) && *out >= INT32_MIN && *out <= INT32_MAX;
}

static bool is_small_make(const Flood *f, const Op *op) {
  int64_t len, cap, element = type_size(f->unit->target, flood_element(op->type));
  if (!small_int(op->x, &len) || !small_int(op->y ? op->y : op->x, &cap)) return false;
  return element == 0 || profile_implicit_fits(f->unit->profile, cap, element);
}

static const char *heap_reason(const Flood *f, const Op *op) {
  static const char too_large[] = "too large for stack";
  const Profile *profile = f->unit->profile;
  const Target *target = f->unit->target;
  if (!op->type || op->type->kind == TYPE_TUPLE || type_is_untyped(op->type) || op->kind == OP_TYPE)
    return NULL;
  if (type_size(target, op->type) > profile->stack_var_limit) return too_large;
  if (op->kind == OP_NEW || op->kind == OP_PTRLIT)
    return profile_implicit_fits(profile, type_size(target, flood_element(op->type)), 1) ? NULL : too_large;
  if (op->kind != OP_MAKESLICE || is_small_make(f, op)) return NULL;
  if (!profile->make_needs_constant && !op_is_const(op->y ? op->y : op->x, CONST_INT)) return NULL;
  bool constant = op_is_const(op->x, CONST_INT) && op->y && op_is_const(op->y, CONST_INT);
  return constant || !profile->unknown_sizes_named ? too_large : "non-constant size";
}

static void keep_off_stack(Flood *f, Op *op) {
  const char *why = heap_reason(f, op);
  if (!why) return;
  Spot *spot = spot_get(f, op);
  if (spot->exposure.fate == FATE_HEAP) return;
  exposure_to_heap(&spot->exposure);
  Step step = {.src = op, .dst = op, .why = why};
  address_escapes(f, op, &step);
  assign_sink(f, op, op, why, NULL);
}

/* ---- statements ---- */

static void declare(Flood *f, Op *name) {
  if (name) spot_get(f, name)->loop_depth = f->loop_depth;
}

static bool is_array(Type *t) { return t && type_underlying(t)->kind == TYPE_ARRAY; }

static void flow_range(Flood *f, Op *op) {
  if (!op->value) return;
  if (is_array(op->x->type)) {
    assign_why(f, op->value, op->x, "range", op);
    return;
  }
  assign_content(f, op->value, op->x,
                 (Step){.dst = op->value, .src = op->x, .why = "range-deref", .where = op});
}

static void flow_type_switch(Flood *f, Op *op) {
  if (!op_is(op->x, OP_TYPESW)) return;
  for (uint32_t i = 0; i < op->list.len; i++)
    if (op->list.items[i]->x) assign_why(f, op->list.items[i]->x, op->x->x, "switch case", op);
}

/* b.buf = b.buf[i:j]; later releases also know b.x = b.y */
static bool is_self_assignment(const Flood *f, const Op *dst, const Op *src) {
  if (!dst || !src || !op_is_self_assignment(dst, src)) return false;
  if (f->unit->profile->self_assignment_of_parts) return true;
  return src->kind == OP_SLICE || src->kind == OP_SLICE3 || src->kind == OP_SLICESTR;
}

static void flow_assignment(Flood *f, Op *op) {
  if (!is_self_assignment(f, op->x, op->y)) {
    assign(f, op->x, op->y, (Step){.where = op});
    return;
  }
  Event *event = note_op(f, EVENT_SELF_ASSIGNMENT, op);
  if (!event) return;
  Str function = flood_text(f, &f->fn->name->op);
  Str changed = flood_text(f, f->unit->profile->self_assignment_of_parts ? op : op->x);
  event->text[0] = function;
  event->text[1] = changed;
  event->func = f->fn;
}

static void flow_pairs(Flood *f, Op *op, OpRefs values, const char *why) {
  bool whole = f->unit->profile->pairs_at_statement;
  for (uint32_t i = 0; i < op->lhs.len && i < values.len; i++)
    assign_why(f, op->lhs.items[i], values.items[i], why, whole ? op : op->lhs.items[i]);
}

static void flow_first(Flood *f, Op *op, const char *why) {
  assign_why(f, op->lhs.items[0], op->rhs.items[0], why, op);
}

static void flow_assignments(Flood *f, Op *op) {
  Op *first = op->rhs.len ? op->rhs.items[0] : NULL;
  if (op->rhs.len == op->lhs.len && op->kind == OP_AS2)
    flow_pairs(f, op, (OpRefs){op->rhs.items, op->rhs.len}, "assign-pair");
  else if (first)
    flow_pairs(f, op, call_results(f, first), "assign-pair-func-call");
}

static void flow_return(Flood *f, Op *op) {
  Func *fn = f->fn;
  OpRefs values = {op->list.items, op->list.len};
  if (op->list.len == 1 && fn->result_len > 1) values = call_results(f, op->list.items[0]);
  for (uint32_t i = 0; i < fn->result_len && i < values.len; i++)
    assign_why(f, &fn->results[i]->op, values.items[i], "return", op);
}

/* What the statement keeps until its call runs: function or receiver, extra arguments, arguments. */
static void flow_go_defer(Flood *f, Op *op) {
  bool is_go = op->kind == OP_GO;
  if (!is_go && f->loop_depth == 1) return;
  Op *call = op->call, *dots = spot_get(f, call)->dots_op;
  bool method = (call->flags & OP_METHOD_CALL) != 0;
  Op *fun = method ? call->args.items[0] : call->fun;
  assign_sink(f, op, fun, is_go ? "go func" : "defer func", NULL);
  const char *extra = is_go ? "go func ..." : "defer func ...",
             *arg = is_go ? "go func arg" : "defer func arg";
  bool has_list = strchr(op_slots((OpKind)call->kind), 'l') != NULL;
  assign_sink(f, op, has_list ? dots : call->y, extra, NULL);
  for (uint32_t i = method; has_list && i < call->args.len; i++)
    assign_sink(f, op, call->args.items[i], arg, NULL);
}

static void flow_label(Flood *f, const Op *op) {
  const uint64_t *state = map_find(&f->labels, map_key(op->label));
  if (state && *state == LABEL_LOOPING) f->loop_depth++;
}

/* ---- expressions ---- */

static void flow_append(Flood *f, Op *op) {
  Op **args = op->args.items;
  if (!(op->flags & OP_DDD))
    for (uint32_t i = 1; i < op->args.len; i++) assign_sink(f, op, args[i], "appended to slice", NULL);
  else
    assign_content(f, f->sink, args[1],
                   (Step){.dst = op, .src = args[1], .why = "appended slice...", .where = op});
  assign_content(f, f->sink, args[0],
                 (Step){.dst = op, .src = args[0], .why = "appendee slice", .where = op});
}

static void flow_elements(Flood *f, Op *op, const char *why) {
  for (uint32_t i = 0; i < op->list.len; i++) {
    Op *element = op->list.items[i];
    if (element->kind == OP_KEY) element = element->y;
    if (element->kind == OP_STRUCTKEY) element = element->x;
    assign_why(f, op, element, why, op);
  }
}

static void flow_map_literal(Flood *f, Op *op) {
  spot_track(f, op);
  for (uint32_t i = 0; i < op->list.len; i++) {
    assign_sink(f, op, op->list.items[i]->x, "map literal key", NULL);
    assign_sink(f, op, op->list.items[i]->y, "map literal value", NULL);
  }
}

static void flow_closure(Flood *f, Op *op) {
  const Func *closure = op->func;
  for (uint32_t i = 0; i < closure->closure_vars.len; i++) {
    Name *inner = closure->closure_vars.items[i];
    Op *value = &name_canonical(inner)->op;
    if (!(inner->name_flags & NAME_BY_VALUE)) {
      value =
          op_unary(f->unit, OP_ADDR, inner->op.pos, type_new_pointer(f->unit->universe, value->type), value);
      spot_get(f, value)->loop_depth = f->loop_depth;
    }
    assign_why(f, op, value, "captured by a closure", op);
  }
  spot_track(f, op);
}

/* An address lives as long as its variable. */
static void flow_address(Flood *f, Op *op) {
  spot_track(f, op);
  Op *variable = op->x;
  bool formal = variable->kind == OP_NAME && !(variable->name->name_flags & NAME_CLOSURE_VAR) &&
                (variable->name->class_ == CLASS_PARAM || variable->name->class_ == CLASS_PARAM_OUT) &&
                !spot_get(f, variable)->moved;
  int32_t depth = formal ? 1 : spot_get(f, variable)->loop_depth;
  if (depth != 0) spot_get(f, op)->loop_depth = depth;
}

static void flow_part(Flood *f, Op *op) {
  if (!f->unit->profile->parts_at_whole) return;
  if (op->x->kind == OP_LITERAL || op->x->kind == OP_NIL) return;
  int32_t depth = spot_get(f, op->x)->loop_depth;
  spot_get(f, op)->loop_depth = depth;
}

static void flow_of_expression(Flood *f, Op *op) {
  switch ((int)op->kind) {
  case OP_APPEND: flow_append(f, op); break;
  case OP_COPY:
    assign_content(f, f->sink, op->y, (Step){.dst = op, .src = op->y, .why = "copied slice", .where = op});
    break;
  case OP_PANIC: assign_sink(f, op, op->x, "panic", NULL); break;
  case OP_CONV:
  case OP_CONVNOP: assign_why(f, op, op->x, "converted", op); break;
  case OP_CONVIFACE:
    spot_track(f, op);
    assign_why(f, op, op->x, "interface-converted", op);
    break;
  case OP_ARRAYLIT: flow_elements(f, op, "array literal element"); break;
  case OP_SLICELIT:
    spot_track(f, op);
    flow_elements(f, op, "slice literal element");
    break;
  case OP_STRUCTLIT: flow_elements(f, op, "struct literal element"); break;
  case OP_PTRLIT:
    spot_track(f, op);
    assign_why(f, op, op->x, "pointer literal [assign]", op);
    break;
  case OP_METHVALUE:
    spot_track(f, op);
    assign_sink(f, op, op->x, "call part", NULL);
    break;
  case OP_MAPLIT: flow_map_literal(f, op); break;
  case OP_CLOSURE: flow_closure(f, op); break;
  case OP_MAKECHAN:
  case OP_MAKEMAP:
  case OP_MAKESLICE:
  case OP_NEW:
  case OP_RUNES2STR:
  case OP_BYTES2STR:
  case OP_STR2RUNES:
  case OP_STR2BYTES:
  case OP_RUNESTR:
  case OP_ADDSTR: spot_track(f, op); break;
  case OP_ADDR: flow_address(f, op); break;
  case OP_DOT:
  case OP_DOTPTR:
  case OP_INDEX: flow_part(f, op); break;
  }
}

static void flow_of(Flood *f, Op *op) {
  switch ((int)op->kind) {
  case OP_DCL: declare(f, op->x); break;
  case OP_LABEL: flow_label(f, op); break;
  case OP_RANGE: flow_range(f, op); break;
  case OP_SWITCH: flow_type_switch(f, op); break;
  case OP_AS:
  case OP_ASOP: flow_assignment(f, op); break;
  case OP_AS2:
  case OP_AS2FUNC: flow_assignments(f, op); break;
  case OP_AS2RECV: flow_first(f, op, "assign-pair-receive"); break;
  case OP_AS2MAPR: flow_first(f, op, "assign-pair-mapr"); break;
  case OP_AS2DOTTYPE: flow_first(f, op, "assign-pair-dot-type"); break;
  case OP_SEND: assign_sink(f, op, op->y, "send", NULL); break;
  case OP_GO:
  case OP_DEFER: flow_go_defer(f, op); break;
  case OP_CALLFUNC:
  case OP_CALLMETH:
  case OP_CALLINTER: flood_call(f, op); break;
  case OP_RETURN: flow_return(f, op); break;
  default: flow_of_expression(f, op); break;
  }
}

/* ---- operands ---- */

static void walk_slots(Flood *f, const Op *op) {
  for (const char *slot = op_slots((OpKind)op->kind); *slot; slot++) {
    switch (*slot) {
    case 'x': walk(f, op->x); break;
    case 'y': walk(f, op->y); break;
    case 'z': walk(f, op->z); break;
    case 'w': walk(f, op->w); break;
    case 'l': walk_list(f, &op->list); break;
    case 'm': walk_list(f, &op->list2); break;
    }
  }
}

/* What is ranged over is evaluated outside of the loop; key and value come last. */
static void walk_range(Flood *f, const Op *op) {
  f->loop_depth--;
  walk(f, op->x);
  f->loop_depth++;
  walk_list(f, &op->list);
  walk(f, op->key);
  walk(f, op->value);
}

/* A clause: the communication of a select, the body, the values or types, the variable of a type switch. */
static void walk_clause(Flood *f, const Op *op) {
  bool variable = op_is(op->x, OP_NAME);
  if (!variable) walk(f, op->x);
  walk_list(f, &op->list2);
  walk_list(f, &op->list);
  if (variable) walk(f, op->x);
}

static void declare_clauses(Flood *f, const Op *op) {
  if (!op_is(op->x, OP_TYPESW)) return;
  for (uint32_t i = 0; i < op->list.len; i++) declare(f, op->list.items[i]->x);
}

static void walk(Flood *f, Op *op) {
  if (!op || op->kind == OP_LITERAL || op->kind == OP_NIL || op->kind == OP_TYPE) return;
  walk_list(f, op_init(op));
  bool loop = op->kind == OP_FOR || op->kind == OP_RANGE;
  if (loop) f->loop_depth++;
  if (op->kind == OP_SWITCH) declare_clauses(f, op);
  keep_off_stack(f, op);
  if (op->kind == OP_RANGE)
    walk_range(f, op);
  else if (op->kind == OP_CASE)
    walk_clause(f, op);
  else
    walk_slots(f, op);
  if (loop) f->loop_depth--;
  flow_of(f, op);
}

/* ---- functions ---- */

static void declare_formals(Flood *f, const Func *fn) {
  bool unknown = (fn->flags & FUNC_NO_BODY) && !(fn->pragma & PRAGMA_NOESCAPE);
  for (uint32_t i = 0; i < fn->param_len; i++) {
    Op *param = &fn->params[i]->op;
    if (!flood_is_variable(fn->params[i])) continue;
    SpotId id = spot_of(f, param);
    Spot *spot = spot_at(f, id);
    spot->loop_depth = 1;
    if (param->type && !type_has_pointers(param->type)) continue;
    spot->exposure = (Exposure){.fate = unknown ? FATE_HEAP : FATE_STACK};
    vec_push(f->arena, &f->reported, id);
  }
  for (uint32_t i = 0; i < fn->result_len; i++) {
    Op *result = &fn->results[i]->op;
    spot_get(f, result)->loop_depth = 0;
  }
  /* A recursive function's results may be anything's. */
  for (uint32_t i = 0; f->recursive && i < fn->result_len; i++) {
    Op *result = &fn->results[i]->op;
    flood_flow(f, f->sink, result,
               (Step){.dst = result, .src = result, .why = "returned from recursive function"});
  }
}

void flood_function(Flood *f, Func *fn) {
  f->fn = fn;
  f->loop_depth = 1;
  f->labels = map_in(f->arena);
  declare_formals(f, fn);
  op_list_any(&fn->body, find_looping_labels, f);
  walk_list(f, &fn->body);
  f->fn = NULL;
}
