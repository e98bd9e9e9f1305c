/* SPDX-License-Identifier: BSD-3-Clause
 *
 * early_calls: calls as releases see them that wrap no go and defer calls in closures (profile->captures_first).
 *
 * In: a call, holes for its results, the go or defer statement around it or NULL. Out: flows of function, receiver and arguments. Only
 * a callee that is named at the call is known. Operands of a go statement, or of a defer in a loop, are kept on the heap.
 *
 * Go: cmd/compile/internal/gc/escape.go (of Go 1.13 to 1.16)
 */
#include "escape/graph.h"

typedef struct EarlyCall {
  Walker *w;
  Op *call;
  const Op *go_defer;
} EarlyCall;

static void argument(const EarlyCall *c, Hole k, Op *op) {
  if (c->go_defer) {
    bool once = c->go_defer->kind == OP_DEFER && c->w->loop_depth == 1;
    k = once ? walker_later(c->w, k) : hole_at(LOC_HEAP);
  }
  walk_expr(c->w, hole_note(c->w->graph, k, c->call, "call parameter"), op);
}

/* An argument of a //go:uintptrescapes function: pointers that are made numbers right here are followed. */
static void hidden_pointer(Walker *w, Hole k, Op *op) {
  if (op->kind == OP_SLICELIT) {
    walk_stmts(w, op_init(op));
    k = walker_spill(w, k, op);
    for (uint32_t i = 0; i < op->list.len; i++) {
      Op *element = op->list.items[i];
      if (element->kind == OP_KEY) element = element->y;
      hidden_pointer(w, hole_note(w->graph, k, op, "slice-literal-element"), element);
    }
  } else if (op->kind == OP_CONVNOP && escape_is_unsafe_pointer(op->x->type)) {
    walk_stmts(w, op_init(op));
    walk_expr(w, k, op->x);
  } else {
    walk_expr(w, k, op);
  }
}

/* What callers know of it; nothing while it is analysed itself. */
static bool takes_hidden_pointer(const Graph *g, const Func *callee, uint32_t param) {
  return callee && !graph_in_component(g, callee) && (callee->flags & FUNC_ESCAPE_DONE) &&
         param < callee->param_len && callee->tags[param].uintptr_escapes;
}

/* Of T.M(x) nothing is known: the type of a method expression is made where it stands and has no tags. */
static Func *named_callee(const EarlyCall *c) {
  const Op *fun = c->call->fun;
  if (c->call->kind != OP_CALLFUNC) return NULL;
  if (fun->kind == OP_CLOSURE) return fun->func;
  Unit *unit = c->w->graph->unit;
  Name *name = NULL;
  bool method = fun->kind == OP_METHEXPR && (c->call->flags & OP_METHOD_CALL);
  if (method) name = op_method_name(unit, (Op *)(uintptr_t)fun);
  if (fun->kind == OP_NAME && fun->name->class_ == CLASS_FUNC) name = fun->name;
  if (!name) return NULL;
  if (!name->func && name->object && unit->resolve_func)
    name->func = unit->resolve_func(unit->context, unit, name->object);
  return name->func;
}

static void call_function(const EarlyCall *c, HoleList ks) {
  Walker *w = c->w;
  Op *call = c->call;
  call_gather_variadic(w->graph->unit, call, c->go_defer ? c->go_defer->pos : call->pos);
  Func *callee = named_callee(c);
  if (callee && ks.len > 0 && graph_in_component(w->graph, callee))
    for (uint32_t i = 0; i < callee->result_len && i < ks.len; i++)
      walk_expr(w, ks.items[i], &callee->results[i]->op);
  if (call->kind == OP_CALLINTER)
    argument(c, hole_at(LOC_HEAP), call->fun->x);
  else if (!(call->flags & OP_METHOD_CALL))
    argument(c, hole_at(LOC_BLANK), call->fun);
  for (uint32_t i = 0; i < call->args.len; i++) {
    Hole k = walk_tag_hole(w, ks, callee, i); /* asks for the tags */
    if (!c->go_defer && takes_hidden_pointer(w->graph, callee, i))
      hidden_pointer(w, hole_note(w->graph, k, call, "call parameter"), call->args.items[i]);
    else
      argument(c, k, call->args.items[i]);
  }
}

static bool element_has_pointers(Type *slice) { return type_has_pointers(escape_element(slice)); }

/* The old elements may stay where they are or move to a new array on the heap. */
static void call_append(const EarlyCall *c, HoleList ks) {
  Graph *g = c->w->graph;
  Op *call = c->call, **args = call->args.items;
  Hole appendee = ks.len > 0 ? ks.items[0] : hole_at(LOC_BLANK);
  if (element_has_pointers(args[0]->type)) {
    Hole both[2] = {appendee, hole_deref(g, hole_at(LOC_HEAP), call, "appendee slice")};
    appendee = walker_tee(c->w, both, 2);
  }
  argument(c, appendee, args[0]);
  if (call->flags & OP_DDD) {
    Hole appended = hole_at(LOC_BLANK);
    if (escape_is_slice(args[1]->type) && element_has_pointers(args[1]->type))
      appended = hole_deref(g, hole_at(LOC_HEAP), call, "appended slice...");
    argument(c, appended, args[1]);
    return;
  }
  for (uint32_t i = 1; i < call->args.len; i++) argument(c, hole_at(LOC_HEAP), args[i]);
}

static void call_copy(const EarlyCall *c) {
  Op *call = c->call;
  argument(c, hole_at(LOC_BLANK), call->x);
  Hole copied = hole_at(LOC_BLANK);
  if (escape_is_slice(call->y->type) && element_has_pointers(call->y->type))
    copied = hole_deref(c->w->graph, hole_at(LOC_HEAP), call, "copied slice");
  argument(c, copied, call->y);
}

void walk_call_early(Walker *w, HoleList ks, Op *call, const Op *go_defer) {
  EarlyCall c = {w, call, go_defer};
  switch ((int)call->kind) {
  case OP_CALLFUNC:
  case OP_CALLINTER: call_function(&c, ks); break;
  case OP_APPEND: call_append(&c, ks); break;
  case OP_COPY: call_copy(&c); break;
  case OP_PANIC: argument(&c, hole_at(LOC_HEAP), call->x); break;
  case OP_COMPLEX:
    argument(&c, hole_at(LOC_BLANK), call->x);
    argument(&c, hole_at(LOC_BLANK), call->y);
    break;
  case OP_DELETE:
  case OP_PRINT:
  case OP_PRINTLN:
  case OP_RECOVER:
    for (uint32_t i = 0; i < call->args.len; i++) argument(&c, hole_at(LOC_BLANK), call->args.items[i]);
    break;
  case OP_LEN:
  case OP_CAP:
  case OP_REAL:
  case OP_IMAG:
  case OP_CLOSE: argument(&c, hole_at(LOC_BLANK), call->x); break;
  case OP_UNSAFEADD:
    walk_expr(w, hole_at(LOC_BLANK), call->x);
    break; /* made by the compiler for type equality */
  case OP_INLCALL: walk_call(w, ks, call); break;
  default: BUG("escape: call of kind %s", op_name((OpKind)call->kind));
  }
}
