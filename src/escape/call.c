/* SPDX-License-Identifier: BSD-3-Clause
 *
 * call: calls, built-in functions, go and defer.
 *
 * In: a call and holes for its results. Out: flows from the arguments to where the callee is known to send them. A callee of the
 * same component takes part with its own locations; another one by its tags; several possible ones all together; an unknown one
 * sends everything to the heap.
 *
 * Go: cmd/compile/internal/escape/call.go
 */
#include "escape/graph.h"

typedef struct Callees { /* names of functions that a call may reach; none: unknown */
  Name **items;
  uint32_t len;
} Callees;

static const uint32_t uintptr_pragmas = PRAGMA_UINTPTR_KEEPALIVE | PRAGMA_UINTPTR_ESCAPES;

static void walk_argument(Walker *w, Hole k, Op *arg, Op *call) {
  walk_expr(w, hole_note(w->graph, k, call, "call parameter"), arg);
}

/* ---- callees ---- */

ReassignOracle *graph_oracle(Graph *g, Func *fn) {
  while (fn->closure_parent && !(fn->closure_parent->flags & FUNC_PACKAGE_INIT)) fn = fn->closure_parent;
  ReassignOracle *oracle = map_get_ptr(g->oracles, fn);
  if (!oracle) {
    oracle = reassign_oracle_new(g->run_arena, g->unit, fn);
    map_set_ptr(g->oracles, fn, oracle);
  }
  return oracle;
}

static uint32_t callee_pragma(const Name *name) { return name->func ? name->func->pragma : 0; }

static FuncNeed need_of(const Graph *g, const Func *callee) {
  bool own = callee->unit == g->unit;
  if (!g->tags_later) return own ? NEED_NOTHING : NEED_TAGS;
  if (callee->flags & FUNC_NO_BODY) return (callee->flags & FUNC_ESCAPE_DONE) ? NEED_NOTHING : NEED_TAGS;
  return own ? NEED_NOTHING : NEED_INLINE;
}

/* Makes sure that the name of a function knows its function, if there is one. */
static Name *resolved(Walker *w, Name *name) {
  Unit *unit = w->graph->unit;
  if (!name->func && name->object && unit->resolve_func)
    name->func = unit->resolve_func(unit->context, unit, name->object);
  FuncNeed need = name->func ? need_of(w->graph, name->func) : NEED_NOTHING;
  if (need && unit->require_func) unit->require_func(unit->context, name->func, need);
  return name;
}

/* A function variable all of whose values are known functions. */
static Callees assigned_callees(Walker *w, OpRefs assigns) {
  Callees callees = {arena_new_array(w->graph->arena, Name *, assigns.len), 0};
  for (uint32_t i = 0; i < assigns.len; i++) {
    Op *value = assigns.items[i]->y;
    if (op_is_zero(value)) continue;
    Name *callee = op_static_callee(w->graph->unit, value);
    if (!callee || (callee_pragma(resolved(w, callee)) & uintptr_pragmas)) return (Callees){NULL, 0};
    callees.items[callees.len++] = callee;
  }
  return callees;
}

/* one: room for the callee, if there is only one. */
static Callees find_callees(Walker *w, const Op *call, Name **one) {
  if (call->kind != OP_CALLFUNC) return (Callees){NULL, 0};
  Op *value = call->fun;
  Name *callee = op_static_callee(w->graph->unit, value);
  ReassignOracle *oracle = NULL;
  if (!callee) { /* most calls are of functions by name */
    oracle = graph_oracle(w->graph, w->fn);
    value = reassign_oracle_value(oracle, value);
    callee = op_static_callee(w->graph->unit, value);
  }
  if (callee) {
    *one = resolved(w, callee);
    return (Callees){one, 1};
  }
  if (value->kind != OP_NAME) return (Callees){NULL, 0};
  if (!oracle) oracle = graph_oracle(w->graph, w->fn);
  return assigned_callees(w, reassign_oracle_func_assignments(oracle, value->name));
}

/* ---- arguments ---- */

uint32_t tag_holes(const Graph *g, HoleList ks, const Func *callee, uint32_t param, Hole holes[HOLES_MAX]) {
  uint32_t len = 0;
  if (!func_has_tag(callee, param) || param >= callee->param_len || !callee->tags[param].known) {
    holes[len++] = hole_at(LOC_HEAP);
    return len;
  }
  const Leaks *leaks = &callee->tags[param].leaks;
  if (leaks->heap >= 0) holes[len++] = hole_shift(hole_at(LOC_HEAP), leaks->heap);
  if (leaks->mutator >= 0) holes[len++] = hole_shift(hole_at(LOC_MUTATOR), leaks->mutator);
  if (leaks->callee >= 0) holes[len++] = hole_shift(hole_at(LOC_CALLEE), leaks->callee);
  for (uint32_t i = 0; i < ks.len && i < g->unit->profile->leak_results; i++)
    if (leaks->results[i] >= 0) holes[len++] = hole_shift(ks.items[i], leaks->results[i]);
  return len;
}

/* A hole for the argument that becomes callee's parameter number `param` (the receiver is number 0). */
Hole walk_tag_hole(Walker *w, HoleList ks, Func *callee, uint32_t param) {
  Graph *g = w->graph;
  if (!callee) return hole_at(LOC_HEAP);
  if (graph_in_component(g, callee)) {
    if (param >= callee->param_len || name_is_blank(callee->params[param])) return hole_at(LOC_BLANK);
    return walk_addr(w, &callee->params[param]->op);
  }
  if (g->tags_later && !func_has_tag(callee, param)) return later_hole(w, ks, callee, param);
  if (callee->unit != g->unit && g->unit->require_func)
    g->unit->require_func(g->unit->context, callee, NEED_TAGS);
  Hole holes[HOLES_MAX];
  return walker_tee(w, holes, tag_holes(g, ks, callee, param, holes));
}

static Hole merged_tag_hole(Walker *w, HoleList ks, Callees callees, uint32_t param) {
  if (callees.len == 0) return hole_at(LOC_HEAP);
  if (callees.len == 1) return walk_tag_hole(w, ks, callees.items[0]->func, param);
  Hole *holes = arena_new_array(w->graph->arena, Hole, callees.len);
  for (uint32_t i = 0; i < callees.len; i++) holes[i] = walk_tag_hole(w, ks, callees.items[i]->func, param);
  return walker_tee(w, holes, callees.len);
}

static bool has_unique_position(const Op *op) {
  return op->kind != OP_NAME && op->kind != OP_NONAME && op->kind != OP_TYPE && pos_known(op->pos.pos);
}

/* A new variable that holds the pointer while the call runs. */
static Name *copy_to_temp(Walker *w, Op *op, OpList *init) {
  Unit *unit = w->graph->unit;
  XPos pos = op->pos;
  if (has_unique_position(op->x)) pos = op->x->pos;
  Name *temp = name_temp(unit, w->fn, pos, op->x->type);
  OpList stmts = {0};
  op_list_push(unit, &stmts, op_unary(unit, OP_DCL, pos, NULL, &temp->op));
  op_list_push(unit, &stmts, op_assign(unit, pos, &temp->op, op->x, false));
  op_list_append(unit, init, &stmts);
  graph_add_loc(w->graph, w->fn, w->loop_depth, &temp->op, true);
  walk_stmts(w, &stmts);
  return temp;
}

/* uintptr(pointer) for a function that takes addresses as numbers. */
static void rewrite_uintptr(Walker *w, Op *arg, Op *call, uint32_t pragma) {
  if (arg->kind != OP_CONVNOP || !escape_is_unsafe_pointer(arg->x->type) || !escape_is_uintptr(arg->type))
    return;
  Name *temp = copy_to_temp(w, arg, op_own_init(w->graph->unit, call));
  arg->x = &temp->op;
  graph_forget_texts(w->graph);
  Hole k = hole_at(LOC_MUTATOR);
  if (pragma & PRAGMA_UINTPTR_ESCAPES) k = hole_note(w->graph, hole_at(LOC_HEAP), arg, "//go:uintptrescapes");
  graph_flow(w->graph, k, graph_name_loc(w->graph, temp));
  if (pragma & PRAGMA_UINTPTR_KEEPALIVE) temp->name_flags |= NAME_ADDRTAKEN | NAME_KEEP_ALIVE;
}

static void rewrite_argument(Walker *w, Op *arg, Op *call, Callees callees) {
  uint32_t pragma = 0;
  for (uint32_t i = 0; i < callees.len; i++) pragma |= callee_pragma(callees.items[i]);
  if (!(pragma & uintptr_pragmas)) return;
  if (arg->kind != OP_SLICELIT) {
    rewrite_uintptr(w, arg, call, pragma);
    return;
  }
  for (uint32_t i = 0; i < arg->list.len; i++) {
    Op *element = arg->list.items[i];
    rewrite_uintptr(w, element->kind == OP_KEY ? element->y : element, call, pragma);
  }
}

/* ---- calls of functions ---- */

static bool has_non_string_pointers(Type *t) {
  if (!type_has_pointers(t)) return false;
  t = type_underlying(t);
  if (t->kind == TYPE_BASIC) return !type_is_basic(t, BASIC_STRING);
  if (t->kind == TYPE_ARRAY) return has_non_string_pointers(t->u.elem.type);
  if (t->kind != TYPE_STRUCT) return true;
  for (uint32_t i = 0; i < t->u.structure.fields.len; i++)
    if (has_non_string_pointers(t->u.structure.fields.items[i]->type)) return true;
  return false;
}

static bool is_shape(Type *t) {
  t = type_unalias(t);
  if (t->kind != TYPE_NAMED || !t->u.named.object->pkg) return false;
  return str_equal(atom_str(t->u.named.object->pkg->path), STR("go.shape"));
}

/* internal/abi.EscapeNonString[shape](dict, value) */
static bool is_escape_non_string(Callees callees, const Op *call) {
  if (callees.len != 1 || call->args.len != 2) return false;
  const Name *name = callees.items[0];
  return name->pkg && str_equal(atom_str(name->pkg->path), STR("internal/abi")) &&
         str_has_prefix(atom_str(name->name), STR("EscapeNonString[")) && name->func &&
         name->func->param_len == 2 && is_shape(name->func->params[1]->op.type);
}

static void wire_results(Walker *w, HoleList ks, Callees callees) {
  for (uint32_t i = 0; i < callees.len; i++) {
    Func *fn = callees.items[i]->func;
    if (!graph_in_component(w->graph, fn)) continue;
    for (uint32_t r = 0; r < fn->result_len && r < ks.len; r++)
      walk_expr(w, ks.items[r], &fn->results[r]->op);
  }
}

/* If the results of an unknown function go somewhere, then functions that flow into the callee lose track of theirs. */
static Hole callee_hole(Walker *w, HoleList ks, Callees callees, Op *call) {
  if (callees.len == 0)
    for (uint32_t i = 0; i < ks.len; i++)
      if (!loc_equal(ks.items[i].dst, LOC_BLANK))
        return hole_note(w->graph, hole_at(LOC_CALLEE), call, "callee operand");
  return hole_at(LOC_BLANK);
}

static void walk_call_function(Walker *w, HoleList ks, Op *call) {
  Name *one;
  Callees callees = find_callees(w, call, &one);
  wire_results(w, ks, callees);
  Op *recv = NULL;
  if (call->kind == OP_CALLFUNC)
    walk_expr(w, callee_hole(w, ks, callees, call), call->fun);
  else
    recv = call->fun->x;
  bool live = (call->flags & OP_COMPILER_VAR_LIVE) != 0;
  if (recv) walk_argument(w, hole_at(live ? LOC_BLANK : LOC_HEAP), recv, call);
  bool marker = !live && is_escape_non_string(callees, call);
  Hole marker_hole = hole_at(LOC_BLANK);
  if (marker && has_non_string_pointers(callees.items[0]->func->params[1]->op.type))
    marker_hole = hole_at(LOC_HEAP);
  for (uint32_t i = 0; i < call->args.len; i++) {
    Op *arg = call->args.items[i];
    if (live || marker) {
      walk_argument(w, live ? hole_at(LOC_BLANK) : marker_hole, arg, call);
      continue;
    }
    rewrite_argument(w, arg, call, callees);
    walk_argument(w, merged_tag_hole(w, ks, callees, i), arg, call);
  }
}

static void walk_inlined_call(Walker *w, HoleList ks, Op *call) {
  walk_stmts(w, &call->list);
  for (uint32_t i = 0; i < call->results.len; i++)
    walk_expr(w, i < ks.len ? ks.items[i] : hole_at(LOC_BLANK), call->results.items[i]);
}

/* ---- built-in functions ---- */

static bool element_has_pointers(Type *slice) { return type_has_pointers(escape_element(slice)); }

/* Elements may move to a new backing store on the heap; the store itself is an allocation outside of all loops. */
static void walk_append(Walker *w, Hole k, Op *call) {
  Graph *g = w->graph;
  Op **args = call->args.items;
  Hole both[2] = {k, hole_at(LOC_MUTATOR)};
  Hole appendee = walker_tee(w, both, 2);
  if (element_has_pointers(args[0]->type)) {
    both[0] = appendee;
    both[1] = hole_deref(g, hole_at(LOC_HEAP), call, "appendee slice");
    appendee = walker_tee(w, both, 2);
  }
  walk_argument(w, appendee, args[0], call);
  if (call->flags & OP_DDD) {
    Hole appended = hole_at(LOC_BLANK);
    if (escape_is_slice(args[1]->type) && element_has_pointers(args[1]->type))
      appended = hole_deref(g, hole_at(LOC_HEAP), call, "appended slice...");
    walk_argument(w, appended, args[1], call);
  } else {
    for (uint32_t i = 1; i < call->args.len; i++) walk_argument(w, hole_at(LOC_HEAP), args[i], call);
  }
  if (!g->unit->profile->append_lines) return;
  Hole store = walker_spill(w, k, call);
  graph_loc(g, store.dst)->loop_depth = 0;
}

static void walk_copy(Walker *w, Op *call) {
  walk_argument(w, hole_at(LOC_MUTATOR), call->x, call);
  Hole copied = hole_at(LOC_BLANK);
  if (escape_is_slice(call->y->type) && element_has_pointers(call->y->type))
    copied = hole_deref(w->graph, hole_at(LOC_HEAP), call, "copied slice");
  walk_argument(w, copied, call->y, call);
}

void walk_call(Walker *w, HoleList ks, Op *call) {
  if (w->graph->early && call->kind != OP_INLCALL) {
    walk_call_early(w, ks, call, NULL);
    return;
  }
  Hole k = ks.len > 0 ? ks.items[0] : hole_at(LOC_BLANK);
  switch ((int)call->kind) {
  case OP_CALLFUNC:
  case OP_CALLMETH:
  case OP_CALLINTER: walk_call_function(w, ks, call); break;
  case OP_INLCALL: walk_inlined_call(w, ks, call); break;
  case OP_APPEND: walk_append(w, k, call); break;
  case OP_COPY: walk_copy(w, call); break;
  case OP_PANIC: walk_argument(w, hole_at(LOC_HEAP), call->x, call); break;
  case OP_COMPLEX:
    walk_discard(w, call->x);
    walk_discard(w, call->y);
    break;
  case OP_DELETE:
  case OP_PRINT:
  case OP_PRINTLN:
  case OP_RECOVER: walk_discards(w, &call->args); break;
  case OP_MIN:
  case OP_MAX:
    for (uint32_t i = 0; i < call->args.len; i++) walk_argument(w, k, call->args.items[i], call);
    break;
  case OP_LEN:
  case OP_CAP:
  case OP_REAL:
  case OP_IMAG:
  case OP_CLOSE: walk_discard(w, call->x); break;
  case OP_CLEAR: walk_argument(w, hole_at(LOC_MUTATOR), call->x, call); break;
  case OP_UNSAFESTRINGDATA:
  case OP_UNSAFESLICEDATA: walk_argument(w, k, call->x, call); break;
  case OP_UNSAFEADD:
  case OP_UNSAFESLICE:
  case OP_UNSAFESTRING:
    walk_argument(w, k, call->x, call);
    walk_discard(w, call->y);
    break;
  default: BUG("escape: call of kind %s in %s", op_name((OpKind)call->kind), atom_text(w->fn->name->name));
  }
}

/* A defer that runs once keeps its function until the end of the frame; all others need the heap. */
void walk_go_defer(Walker *w, Op *op) {
  if (w->graph->early) {
    walk_stmts(w, op_init(op->call));
    walk_call_early(w, (HoleList){NULL, 0}, op->call, op);
    return;
  }
  Hole k = hole_at(LOC_HEAP);
  if (op->kind == OP_DEFER && w->loop_depth == 1 && !op->defer_at) k = walker_later(w, hole_at(LOC_BLANK));
  if (op->call->kind != OP_CALLFUNC)
    BUG("escape: %s of %s", op_text((OpKind)op->kind), op_name((OpKind)op->call->kind));
  if (op_is(op->call->fun, OP_CLOSURE) && op->kind == OP_GO) op->call->fun->flags |= OP_GOWRAP;
  walk_expr(w, k, op->call->fun);
}
