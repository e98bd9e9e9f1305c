/* SPDX-License-Identifier: BSD-3-Clause
 *
 * call: where the arguments of a call go, and what its results are.
 *
 * In: a call whose operands were walked. Out: flows. A callee of the same component takes part with its own parameters and results;
 * of another one its tags say what reaches the results, for which new variables stand; a callee that is not named keeps everything.
 *
 * Go: cmd/compile/internal/gc/esc.go
 */
#include "flood/graph.h"

typedef struct Call {
  Flood *f;
  Op *op;
  Func *callee; /* NULL: not known, or a method expression, which has no tags */
  Op *recv;     /* NULL: none */
  Op **args;    /* without the receiver */
  uint32_t arg_len;
  Type *signature;
} Call;

OpRefs call_results(Flood *f, Op *call) {
  const Spot *spot = spot_get(f, call);
  return (OpRefs){spot->results, spot->result_len};
}

static Step call_step(const Call *c, const Op *dst, const Op *src, const char *why) {
  return (Step){.dst = dst, .src = src, .why = why, .where = c->op};
}

/* ---- results ---- */

static void make_results(const Call *c) {
  Flood *f = c->f;
  ObjectList types = c->signature->u.signature.results->u.tuple.vars;
  Op **results = arena_new_array(f->arena, Op *, types.len);
  for (uint32_t i = 0; i < types.len; i++) {
    Str text = arena_printf(f->arena, ".out%u", i);
    Atom atom = intern(f->unit->session->interner, text);
    Name *name = name_new(f->unit, CLASS_AUTO, c->op->pos, f->unit->pkg, atom, types.items[i]->type, f->fn);
    spot_get(f, &name->op)->loop_depth = f->loop_depth;
    results[i] = &name->op;
  }
  Spot *spot = spot_get(f, c->op);
  spot->results = results;
  spot->result_len = types.len;
}

/* ---- extra arguments ---- */

static Op *make_dots(const Call *c, Type *type) {
  Flood *f = c->f;
  Op *dots = op_new(f->unit, OP_SLICELIT, c->op->pos, type);
  dots->flags |= OP_IMPLICIT;
  spot_get(f, dots)->dots = true;
  spot_track(f, dots);
  spot_get(f, c->op)->dots_op = dots;
  return dots;
}

/* ---- unknown callees ---- */

static void call_unknown(const Call *c) {
  Flood *f = c->f;
  for (uint32_t i = 0; i < c->arg_len; i++)
    assign_sink(f, c->op, c->args[i], "parameter to indirect call", NULL);
  make_results(c);
  if (c->recv) {
    assign_sink(f, c->op, c->recv, "receiver in indirect call", NULL);
    return;
  }
  OpRefs results = call_results(f, c->op);
  for (uint32_t i = 0; i < results.len; i++)
    assign_content(f, results.items[i], c->op->fun,
                   call_step(c, results.items[i], c->op->fun, "captured by called closure"));
}

/* ---- callees of the component ---- */

static bool is_variadic(const Call *c, const Func *fn, uint32_t param) {
  return c->signature->u.signature.variadic && param + 1 == fn->param_len && !(c->op->flags & OP_DDD);
}

static void call_member(const Call *c) {
  Flood *f = c->f;
  Func *fn = c->callee;
  const Profile *profile = f->unit->profile;
  Op *recv = c->recv;
  uint32_t next = 0;
  for (uint32_t i = 0; i < fn->param_len; i++) {
    Op *param = &fn->params[i]->op;
    bool named = flood_is_variable(fn->params[i]);
    if (!named && !profile->unnamed_take_arguments) continue; /* and the next one gets its argument */
    if (recv && (i == 0 || !profile->unnamed_take_arguments)) {
      if (named) assign_why(f, param, recv, profile->recursive_receiver_why, c->op);
      recv = NULL;
      continue;
    }
    if (!is_variadic(c, fn, i)) {
      if (next >= c->arg_len) continue;
      if (named) assign_why(f, param, c->args[next], "arg to recursive call", c->op);
      next++;
      continue;
    }
    if (!named || next >= c->arg_len) continue;
    Op *dots = make_dots(c, param->type);
    assign_why(f, param, dots, "arg to recursive call", c->op);
    for (; next < c->arg_len; next++) assign_sink(f, dots, c->args[next], "... arg to recursive call", c->op);
  }
  Op **results = arena_new_array(f->arena, Op *, fn->result_len);
  for (uint32_t i = 0; i < fn->result_len; i++) results[i] = &fn->results[i]->op;
  Spot *spot = spot_get(f, c->op);
  spot->results = results;
  spot->result_len = fn->result_len;
}

/* ---- other callees ---- */

static ParamTag tag_of(const Call *c, uint32_t param) {
  const Func *fn = c->callee;
  if (!fn || !(load_acquire(&fn->flags) & FUNC_ESCAPE_DONE) || param >= fn->param_len) return (ParamTag){0};
  return fn->tags[param];
}

static void apply_tag(const Call *c, ParamTag tag, Op *arg) {
  Flood *f = c->f;
  if (arg->kind == OP_LITERAL || arg->kind == OP_NIL) return;
  if (!tag.known) {
    assign_sink(f, arg, arg, "passed to call[argument escapes]", c->op);
    return;
  }
  if (tag.leaks.heap >= 0)
    assign(f, f->sink, content_of(f, arg),
           call_step(c, arg, arg, "passed to call[argument content escapes]"));
  OpRefs results = call_results(f, c->op);
  for (uint32_t i = 0; i < results.len && i < EXPOSED_RESULTS; i++) {
    if (tag.leaks.results[i] < 0) continue;
    Op *value = arg;
    for (int32_t k = 0; k < tag.leaks.results[i]; k++) value = content_of(f, value);
    assign(f, results.items[i], value,
           call_step(c, results.items[i], arg, "passed-to-and-returned-from-call"));
  }
}

static Op *gather(const Call *c, ParamTag tag, Type *type, uint32_t from) {
  Op *dots = make_dots(c, type);
  for (uint32_t i = from; i < c->arg_len; i++) {
    if (tag.uintptr_escapes)
      assign_sink(c->f, dots, c->args[i], "arg to uintptrescapes ...", c->op);
    else
      assign_why(c->f, dots, c->args[i], "arg to ...", c->op);
  }
  return dots;
}

static void call_tagged(const Call *c) {
  make_results(c);
  bool method = c->recv != NULL;
  if (method) {
    Type *type = c->callee ? c->callee->params[0]->op.type : c->recv->type;
    if (type_has_pointers(type)) apply_tag(c, tag_of(c, 0), c->recv);
  }
  ObjectList params = c->signature->u.signature.params->u.tuple.vars;
  for (uint32_t i = 0; i < params.len; i++) {
    ParamTag tag = tag_of(c, i + method);
    Type *type = params.items[i]->type;
    bool dots = c->signature->u.signature.variadic && i + 1 == params.len && !(c->op->flags & OP_DDD);
    if (i >= c->arg_len) break;
    Op *arg = dots ? gather(c, tag, type, i) : c->args[i];
    if (!dots && tag.uintptr_escapes) assign_sink(c->f, arg, arg, "escaping uintptr", NULL);
    if (type_has_pointers(type)) apply_tag(c, tag, arg);
  }
}

/* ---- the callee ---- */

static Func *named_callee(Flood *f, Op *call) {
  Name *name = NULL;
  if (call->kind == OP_CALLFUNC && call->fun->kind == OP_NAME && call->fun->name->class_ == CLASS_FUNC)
    name = call->fun->name;
  else if (call->flags & OP_METHOD_CALL)
    name = op_method_name(f->unit, call->fun);
  if (!name) return NULL;
  if (!name->func && name->object && f->unit->resolve_func)
    name->func = f->unit->resolve_func(f->unit->context, f->unit, name->object);
  return name->func;
}

/* f(g()): the results of g are the arguments. */
static void spread_arguments(Call *c) {
  if (c->arg_len != 1 || !c->args[0]->type || c->args[0]->type->kind != TYPE_TUPLE) return;
  OpRefs values = call_results(c->f, c->args[0]);
  c->args = values.items;
  c->arg_len = values.len;
}

void flood_call(Flood *f, Op *op) {
  Call c = {.f = f, .op = op, .args = op->args.items, .arg_len = op->args.len};
  bool method = (op->flags & OP_METHOD_CALL) != 0, interface = op->kind == OP_CALLINTER;
  c.signature = type_core(method ? op->fun->method->type : op->fun->type); /* without the receiver */
  if (method) {
    c.recv = c.args[0];
    c.args++;
    c.arg_len--;
  }
  if (interface) c.recv = op->fun->x;
  spread_arguments(&c);
  bool expression = op->fun->kind == OP_METHEXPR && !method;
  bool named = op->fun->kind == OP_NAME && op->fun->name->class_ == CLASS_FUNC;
  if (interface || (!method && !expression && !named)) {
    call_unknown(&c);
    return;
  }
  c.callee = expression ? NULL : named_callee(f, op);
  if (c.callee && flood_has_func(f, c.callee) && !(c.callee->flags & FUNC_NO_BODY))
    call_member(&c);
  else
    call_tagged(&c);
}
