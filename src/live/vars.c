/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vars: the variables of a function, where they live, and what their values are made of.
 *
 * In: a function after escape analysis. Out: Flow.vars. A variable that is assigned once from another one that never changes after
 * that has the same value, and the two are one; a number that is computed from a parameter keeps that parameter alive instead of
 * itself, since the computation may come as late as its first use.
 *
 * Go: cmd/compile/internal/ssagen/ssa.go, cmd/compile/internal/ssa/{value,schedule,stackalloc}.go
 */
#include "live/flow.h"

enum { VALUE_FIELDS_MAX = 4, CAPTURE_BY_VALUE_MAX = 128 };

/* ---- where ---- */

static bool is_array(Type *t) { return t && type_underlying(t)->kind == TYPE_ARRAY; }

/* A value of the type may be kept in registers. */
static bool fits_registers(const Target *target, Type *type) {
  int64_t size = type_size(target, type);
  if (size == 0) return true;
  if (size > VALUE_FIELDS_MAX * (int64_t)target->pointer_size) return false;
  Type *t = type_underlying(type);
  if (t->kind == TYPE_ARRAY) return t->u.elem.length <= 1 && fits_registers(target, t->u.elem.type);
  if (t->kind != TYPE_STRUCT || type_is_direct_interface(t)) return true;
  if (t->u.structure.fields.len > VALUE_FIELDS_MAX) return false;
  for (uint32_t i = 0; i < t->u.structure.fields.len; i++)
    if (!fits_registers(target, t->u.structure.fields.items[i]->type)) return false;
  return true;
}

bool flow_is_split(Type *type) {
  Type *t = type_underlying(type);
  return t->kind == TYPE_SLICE || t->kind == TYPE_INTERFACE || type_is_basic(t, BASIC_STRING);
}

bool flow_is_local(const Name *name) {
  return name->class_ == CLASS_AUTO || name->class_ == CLASS_AUTOHEAP || name->class_ == CLASS_PARAM ||
         name->class_ == CLASS_PARAM_OUT;
}

Name *flow_stored_name(Op *op) {
  for (;;) {
    OpKind kind = (OpKind)op->kind;
    if (kind == OP_DOT || kind == OP_PAREN || (kind == OP_INDEX && is_array(op->x->type)))
      op = op->x;
    else
      return kind == OP_NAME && flow_is_local(op->name) && !name_is_blank(op->name) ? op->name : NULL;
  }
}

static bool is_captured_by_value(Flow *flow, const Name *name) {
  return (name->name_flags & NAME_BY_VALUE) && fits_registers(flow->unit->target, name->op.type) &&
         type_size(flow->unit->target, name->op.type) <= CAPTURE_BY_VALUE_MAX;
}

Home flow_home(Flow *flow, Name *name) {
  if (name->name_flags & NAME_CLOSURE_VAR) return is_captured_by_value(flow, name) ? HOME_VALUE : HOME_HEAP;
  if (name->name_flags & NAME_ON_HEAP) return HOME_HEAP;
  if ((name->name_flags & NAME_ADDRTAKEN) || map_find(&flow->address, map_key(name))) return HOME_MEMORY;
  if (name->class_ == CLASS_PARAM_OUT && flow->defers) return HOME_MEMORY;
  return fits_registers(flow->unit->target, name->op.type) ? HOME_VALUE : HOME_MEMORY;
}

static bool note_address(void *context, Op *op) {
  Flow *flow = context;
  Name *name = op->kind == OP_ADDR ? flow_stored_name(op->x) : NULL;
  if (name) *map_put(&flow->address, map_key(name)) = 1;
  if (op->kind == OP_DEFER) flow->defers = true;
  if (op->kind != OP_CLOSURE) return false;
  for (uint32_t i = 0; i < op->func->closure_vars.len; i++) {
    const Name *inner = op->func->closure_vars.items[i];
    if (!(inner->name_flags & NAME_BY_VALUE) && inner->outer)
      *map_put(&flow->address, map_key(inner->outer)) = 1;
  }
  return false;
}

/* ---- the list ---- */

static uint32_t add_var(Flow *flow, LiveVar var) {
  vec_push(flow->arena, &flow->vars, var);
  return flow->vars.len - 1;
}

uint32_t flow_var(Flow *flow, Name *name) {
  uint64_t *known = map_find(&flow->index, map_key(name));
  if (known) return (uint32_t)*known - 1;
  Type *type = name->op.type;
  Home home = flow_home(flow, name);
  uint32_t var = add_var(flow, (LiveVar){.name = name,
                                         .type = type,
                                         .home = home,
                                         .split = home == HOME_VALUE && flow_is_split(type),
                                         .pointers = type_has_pointers(type),
                                         .param = name->class_ == CLASS_PARAM && name->curfn == flow->fn,
                                         .result = name->class_ == CLASS_PARAM_OUT});
  *map_put(&flow->index, map_key(name)) = var + 1;
  LiveVar *v = &flow->vars.items[var];
  if (home == HOME_HEAP || (name->name_flags & NAME_CLOSURE_VAR) || v->param) v->origin = ORIGIN_FIXED;
  return var;
}

uint32_t flow_temp(Flow *flow, const Op *op, Type *type) {
  uint64_t *known = map_find(&flow->temps, map_key(op));
  if (known) return (uint32_t)*known - 1;
  bool pointers = type && type->kind != TYPE_TUPLE && type_has_pointers(type);
  bool split = pointers && flow_is_split(type);
  uint32_t var = add_var(flow, (LiveVar){.type = type, .pointers = pointers, .split = split, .defs = 1});
  *map_put(&flow->temps, map_key(op)) = var + 1;
  return var;
}

uint32_t flow_resolve(const Flow *flow, uint32_t var) {
  while (flow->vars.items[var].origin == ORIGIN_COPY) var = flow->vars.items[var].copied;
  return var;
}

/* ---- what is assigned ---- */

static Origin origin_of(Flow *flow, Op *op);

static Origin origin_of_name(Flow *flow, Name *name) {
  if (name->class_ == CLASS_FUNC) return ORIGIN_CONSTANT;
  if (!flow_is_local(name)) return ORIGIN_FIXED;
  return flow_home(flow, name) == HOME_VALUE ? ORIGIN_COPY : ORIGIN_FIXED;
}

static Origin origin_of_address(Flow *flow, Op *place) {
  Op *outer = op_outer_value(place);
  if (outer->kind != OP_NAME) return ORIGIN_FLOATING;
  Name *name = outer->name;
  if (!flow_is_local(name)) return ORIGIN_CONSTANT;
  for (Op *op = place; op != outer; op = op->x)
    if (op->kind == OP_INDEX && !op_is_const(op->index, CONST_INT)) return ORIGIN_FLOATING;
  return flow_home(flow, name) == HOME_MEMORY ? ORIGIN_ADDRESS : ORIGIN_FLOATING;
}

static Origin origin_of_part(Flow *flow, Op *op) {
  Origin whole = origin_of(flow, op->x);
  return whole == ORIGIN_COPY ? ORIGIN_FLOATING : whole;
}

static Origin origin_of(Flow *flow, Op *op) {
  if (!op) return ORIGIN_CONSTANT;
  switch ((int)op->kind) {
  case OP_LITERAL:
  case OP_NIL: return ORIGIN_CONSTANT;
  case OP_NAME: return origin_of_name(flow, op->name);
  case OP_PAREN: return origin_of(flow, op->x);
  case OP_ADDR: return origin_of_address(flow, op->x);
  case OP_DOT: return origin_of_part(flow, op);
  case OP_INDEX: return is_array(op->x->type) ? origin_of_part(flow, op) : ORIGIN_FIXED;
  case OP_CONVNOP:
    return op->x->type && type_identical(op->type, op->x->type) ? origin_of(flow, op->x) : ORIGIN_FLOATING;
  case OP_INLCALL: return op->results.len == 1 ? origin_of(flow, op->results.items[0]) : ORIGIN_FLOATING;
  case OP_NEW:
  case OP_PTRLIT: return op->flags & OP_ON_HEAP ? ORIGIN_FIXED : ORIGIN_FLOATING;
  case OP_DEREF:
  case OP_DOTPTR:
  case OP_INDEXMAP:
  case OP_CALLFUNC:
  case OP_CALLINTER:
  case OP_CALLMETH:
  case OP_RECV:
  case OP_MAKECHAN:
  case OP_ADDSTR:
  case OP_RUNESTR:
  case OP_RUNES2STR: return ORIGIN_FIXED;
  }
  return ORIGIN_FLOATING;
}

/* One more value: what one of them cannot promise, all of them together cannot; constants that meet are one value from then on. */
static void define(Flow *flow, Op *target, Op *value, Origin origin) {
  Name *name = flow_stored_name(target);
  if (!name) return;
  uint32_t var = flow_var(flow, name);
  LiveVar *v = &flow->vars.items[var];
  if (v->home != HOME_VALUE) return;
  v->defs++;
  bool whole = target->kind == OP_NAME;
  if (v->defs > 1 && (origin == ORIGIN_CONSTANT || v->origin == ORIGIN_CONSTANT)) v->varies = true;
  if (whole && v->defs == 1 && !v->param) {
    v->origin = origin;
    v->value = value;
    return;
  }
  v->value = NULL;
  bool plain = whole && (origin == ORIGIN_FIXED || origin == ORIGIN_CONSTANT) &&
               (v->origin == ORIGIN_FIXED || v->origin == ORIGIN_CONSTANT) && !v->param;
  v->origin = plain ? ORIGIN_FIXED : ORIGIN_FLOATING;
}

static void define_all(Flow *flow, const OpList *targets, Origin origin) {
  for (uint32_t i = 0; i < targets->len; i++)
    if (targets->items[i]) define(flow, targets->items[i], NULL, origin);
}

static void define_clause_vars(Flow *flow, const Op *op) {
  if (!op_is(op->x, OP_TYPESW)) return;
  for (uint32_t i = 0; i < op->list.len; i++)
    if (op->list.items[i]->x) define(flow, op->list.items[i]->x, NULL, ORIGIN_FLOATING);
}

/* A field at the start of what a variable points to has the address that the variable holds; so has what a variable on the heap
   is called by. The two have the same value. */
static void shadow_base(Flow *flow, const Op *place) {
  while (place->kind == OP_DOT || place->kind == OP_PAREN) place = place->x;
  const Op *base = place->kind == OP_DOTPTR || place->kind == OP_DEREF ? place->x : place;
  while (base->kind == OP_CONVNOP || base->kind == OP_PAREN) base = base->x;
  if (base->kind != OP_NAME || !flow_is_local(base->name)) return;
  uint32_t var = flow_var(flow, base->name);
  if (base != place || flow->vars.items[var].home == HOME_HEAP) flow->vars.items[var].shadowed = true;
}

static bool note_definition(void *context, Op *op) {
  Flow *flow = context;
  switch ((int)op->kind) {
  case OP_ADDR:
    if (flow_is_plain_address(flow, op->x)) shadow_base(flow, op->x);
    break;
  case OP_AS: define(flow, op->x, op->y, origin_of(flow, op->y)); break;
  case OP_ASOP: define(flow, op->x, NULL, ORIGIN_FLOATING); break;
  case OP_AS2:
    for (uint32_t i = 0; i < op->lhs.len; i++) {
      Op *value = i < op->rhs.len ? op->rhs.items[i] : NULL;
      define(flow, op->lhs.items[i], value, value ? origin_of(flow, value) : ORIGIN_FLOATING);
    }
    break;
  case OP_AS2FUNC:
    define_all(flow, &op->lhs, op_is(op->rhs.items[0], OP_INLCALL) ? ORIGIN_FLOATING : ORIGIN_FIXED);
    break;
  case OP_AS2RECV:
  case OP_AS2MAPR:
  case OP_SELRECV2: define_all(flow, &op->lhs, ORIGIN_FIXED); break;
  case OP_AS2DOTTYPE: define_all(flow, &op->lhs, ORIGIN_FLOATING); break;
  case OP_RANGE:
    if (op->key) define(flow, op->key, NULL, ORIGIN_FIXED);
    if (op->value) define(flow, op->value, NULL, ORIGIN_FIXED);
    break;
  case OP_SWITCH: define_clause_vars(flow, op); break;
  }
  return false;
}

/* ---- copies, numbers out of parameters ---- */

static void settle_copy(Flow *flow, uint32_t var) {
  LiveVar *v = &flow->vars.items[var];
  if (v->origin != ORIGIN_COPY) return;
  v->origin = ORIGIN_FLOATING;
  const Op *value = v->value;
  while (value && (value->kind == OP_PAREN || value->kind == OP_CONVNOP || value->kind == OP_INLCALL))
    value = value->kind == OP_INLCALL ? value->results.items[0] : value->x;
  if (!value || value->kind != OP_NAME || v->result) return;
  uint32_t source = flow_var(flow, value->name);
  v = &flow->vars.items[var];
  const LiveVar *s = &flow->vars.items[source];
  bool settled = s->param || (s->name->name_flags & NAME_CLOSURE_VAR) ? s->defs == 0 : s->defs == 1;
  if (!settled || s->result || source == var || !type_identical(v->type, s->type)) return;
  v->origin = ORIGIN_COPY;
  v->copied = source;
}

static bool reaches_param(void *context, Op *op) {
  Flow *flow = context;
  if (op->kind != OP_NAME || !flow_is_local(op->name)) return false;
  uint32_t var = flow_resolve(flow, flow_var(flow, op->name));
  const LiveVar *v = &flow->vars.items[var];
  return v->home == HOME_VALUE && (v->of_params || (v->pointers && v->name));
}

/* The number that op gives may be computed late, out of a value with pointers. */
static bool floats_on_params(Flow *flow, Op *op) {
  if (!op) return false;
  switch ((int)op->kind) {
  case OP_LITERAL:
  case OP_DEREF:
  case OP_DOTPTR:
  case OP_INDEXMAP:
  case OP_CALLFUNC:
  case OP_CALLINTER:
  case OP_CALLMETH:
  case OP_RECV: return false;
  case OP_INDEX: return is_array(op->x->type) && op_any(op, reaches_param, flow);
  }
  return op_any(op, reaches_param, flow);
}

static bool note_number(void *context, Op *op) {
  Flow *flow = context;
  if (op->kind != OP_AS && op->kind != OP_ASOP && op->kind != OP_AS2) return false;
  for (uint32_t i = 0; i < (op->kind == OP_AS2 ? op->lhs.len : 1); i++) {
    Op *target = op->kind == OP_AS2 ? op->lhs.items[i] : op->x;
    Op *value = op->kind == OP_AS2 ? (i < op->rhs.len ? op->rhs.items[i] : NULL) : op->y;
    Name *name = flow_stored_name(target);
    if (!name) continue;
    uint32_t var = flow_var(flow, name);
    if (!flow->vars.items[var].pointers && floats_on_params(flow, value))
      flow->vars.items[var].of_params = true;
  }
  return false;
}

/* Small variables without pointers get their memory together. */
static void share_memory(Flow *flow) {
  enum { TOGETHER_BELOW = 16 };
  uint32_t small = 0;
  for (int round = 0; round < 2; round++)
    for (uint32_t i = 0; i < flow->vars.len; i++) {
      LiveVar *v = &flow->vars.items[i];
      if (v->home != HOME_HEAP || v->pointers || !v->name || (v->name->name_flags & NAME_CLOSURE_VAR))
        continue;
      int64_t size = type_size(flow->unit->target, v->type);
      if (size == 0 || size >= TOGETHER_BELOW) continue;
      if (round == 0) small++;
      if (round == 1 && small > 1) v->origin = ORIGIN_FLOATING;
    }
}

static bool note_variable(void *context, Op *op) {
  if (op->kind == OP_DCL) flow_var(context, op->x->name);
  OpList vars = op_declared(op);
  for (uint32_t i = 0; i < vars.len; i++)
    if (!op_is_blank(vars.items[i])) flow_var(context, vars.items[i]->name);
  return false;
}

void flow_collect(Flow *flow) {
  Func *fn = flow->fn;
  op_list_any(&fn->body, note_address, flow);
  for (uint32_t i = 0; i < fn->param_len; i++)
    if (!name_is_blank(fn->params[i])) flow_var(flow, fn->params[i]);
  for (uint32_t i = 0; i < fn->result_len; i++) flow_var(flow, fn->results[i]);
  op_list_any(&fn->body, note_variable, flow);
  share_memory(flow);
  op_list_any(&fn->body, note_definition, flow);
  for (uint32_t i = 0; i < flow->vars.len; i++) settle_copy(flow, i);
  for (uint32_t i = 0; i < flow->vars.len; i++) {
    LiveVar *same = &flow->vars.items[flow_resolve(flow, i)];
    /* The value of a parameter keeps the parameter's name. */
    if (flow->vars.items[i].origin == ORIGIN_COPY && !same->param) same->shadowed = true;
  }
  for (int round = 0; round < 2; round++) op_list_any(&fn->body, note_number, flow);
}
