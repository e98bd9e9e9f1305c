/* SPDX-License-Identifier: BSD-3-Clause
 *
 * reads: which parts of which variables an expression needs.
 *
 * In: an expression whose calls were taken out before (Flow.temps). Out: bits. The length of a string does not need its pointer, the
 * comparison of an interface with nil only its type word. Addresses that are computed (&p.f, a[i].f, s[i:]) are counted by shape: the
 * compiler computes equal ones once and keeps the result, which is a value that no variable names.
 *
 * Go: cmd/compile/internal/ssagen/ssa.go (expr, addr), cmd/compile/internal/ssa/cse.go
 */
#include "live/flow.h"

static void push(Flow *flow, Bits *out, uint32_t var, Part part) {
  if (!flow->vars.items[var].split) part = PART_POINTER;
  for (Part one = PART_POINTER; one <= PART_REST; one++)
    if (part & one) vec_push(flow->arena, out, flow_bit(var, one));
}

static void read_name(Flow *flow, Bits *out, Name *name, Part part) {
  if (!flow_is_local(name) || name_is_blank(name)) return;
  uint32_t var = flow_var(flow, name);
  const LiveVar *v = &flow->vars.items[var];
  if (v->origin == ORIGIN_ADDRESS && v->home == HOME_VALUE) {
    flow_address_reads(flow, out, v->value->x);
    return;
  }
  push(flow, out, flow_resolve(flow, var), part);
}

/* ---- shapes ---- */

static uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t pair[2] = {a, b};
  return str_hash((Str){(const char *)pair, sizeof pair});
}

static uint64_t shape_of(Flow *flow, const Op *op) {
  if (!op) return 0;
  uint64_t shape = op->kind;
  switch ((int)op->kind) {
  case OP_PAREN:
  case OP_CONVNOP: return shape_of(flow, op->x);
  case OP_NAME: {
    if (!flow_is_local(op->name)) return mix(shape, map_key(op->name));
    return mix(shape, flow_resolve(flow, flow_var(flow, op->name)));
  }
  case OP_LITERAL: {
    int64_t value = 0;
    const_int64(op->lit, &value);
    return mix(shape, (uint64_t)value);
  }
  case OP_DOT:
  case OP_DOTPTR: return mix(mix(shape, map_key(op->sym)), shape_of(flow, op->x));
  case OP_DEREF:
  case OP_ADDR: return mix(shape, shape_of(flow, op->x));
  case OP_ADD:
  case OP_SUB:
  case OP_INDEX: return mix(mix(shape, shape_of(flow, op->x)), shape_of(flow, op->y));
  case OP_SLICE:
  case OP_SLICESTR:
  case OP_SLICEARR:
    return mix(mix(mix(shape, shape_of(flow, op->x)), shape_of(flow, op->y)), shape_of(flow, op->z));
  }
  return mix(shape, map_key(op));
}

/* An address is a value of its own from the second place on where it is computed. */
static void count_shape(Flow *flow, Bits *out, const Op *op) {
  uint64_t *known = map_put(&flow->shapes, shape_of(flow, op) | 1);
  if (*known == 0) {
    vec_push(flow->arena, &flow->vars, (LiveVar){.pointers = true, .is_address = true});
    *known = flow->vars.len;
  }
  uint32_t var = (uint32_t)*known - 1;
  uint64_t *counted = map_put(&flow->shaped, map_key(op));
  if (*counted == 0) flow->vars.items[var].defs++;
  *counted = 1;
  vec_push(flow->arena, out, flow_bit(var, PART_POINTER));
}

/* ---- addresses ---- */

static bool is_first_field(Flow *flow, const Op *op) {
  Type *t = op->x->type ? type_underlying(op->x->type) : NULL;
  if (t && t->kind == TYPE_POINTER) t = type_underlying(t->u.elem.type);
  if (!t || t->kind != TYPE_STRUCT) return false;
  for (uint32_t i = 0; i < t->u.structure.fields.len; i++) {
    if (t->u.structure.fields.items[i] != op->field && t->u.structure.fields.items[i]->name != op->sym)
      continue;
    return type_field_offset(flow->unit->target, t, i) == 0;
  }
  return false;
}

bool flow_is_plain_address(Flow *flow, const Op *op) {
  while (op->kind == OP_DOT && is_first_field(flow, op)) op = op->x;
  if (op->kind == OP_DEREF) return true;
  if (op->kind == OP_DOTPTR) return is_first_field(flow, op);
  return op->kind == OP_NAME;
}

void flow_address_reads(Flow *flow, Bits *out, const Op *op) {
  for (;;) switch ((int)op->kind) {
    case OP_DOT:
    case OP_PAREN:
    case OP_CONVNOP: op = op->x; break;
    case OP_DEREF:
    case OP_DOTPTR: flow_reads(flow, out, op->x, PART_ALL); return;
    case OP_NAME:
      if (flow_is_local(op->name) && !name_is_blank(op->name))
        push(flow, out, flow_resolve(flow, flow_var(flow, op->name)), PART_ALL);
      return;
    case OP_INDEX:
      flow_reads(flow, out, op->index, PART_ALL);
      if (type_underlying(op->x->type)->kind != TYPE_ARRAY) {
        flow_reads(flow, out, op->x, PART_ALL);
        return;
      }
      op = op->x;
      break;
    default: flow_reads(flow, out, op, PART_ALL); return;
    }
}

/* ---- values ---- */

static void read_closure(Flow *flow, Bits *out, const Func *fn) {
  for (uint32_t i = 0; i < fn->closure_vars.len; i++) {
    Name *outer = fn->closure_vars.items[i]->outer;
    if (!outer) continue;
    if (flow_home(flow, outer) == HOME_VALUE)
      read_name(flow, out, outer, PART_ALL);
    else
      flow_address_reads(flow, out, &outer->op);
  }
}

void flow_operands(const Op *op, bool (*visit)(void *context, Op *child), void *context) {
  Op *operands = (Op *)op;
  OpList *init = operands->init;
  operands->init = NULL;
  op_children(operands, visit, context);
  operands->init = init;
}

typedef struct Children {
  Flow *flow;
  Bits *out;
} Children;

static bool read_child(void *context, Op *child) {
  Children *children = context;
  flow_reads(children->flow, children->out, child, PART_ALL);
  return false;
}

/* Comparing with nil or "" looks at one part. */
static bool read_comparison(Flow *flow, Bits *out, const Op *op) {
  const Op *x = op->x, *y = op->y;
  if (op_is_zero(x)) x = op->y, y = op->x;
  if (!op_is_zero(y) || !x->type) return false;
  Type *t = type_underlying(x->type);
  if (t->kind == TYPE_SLICE)
    flow_reads(flow, out, x, PART_POINTER);
  else if (t->kind == TYPE_INTERFACE || type_is_basic(t, BASIC_STRING))
    flow_reads(flow, out, x, PART_REST);
  else
    return false;
  return true;
}

static void read_slice(Flow *flow, Bits *out, const Op *op, Part part) {
  count_shape(flow, out, op);
  bool from_start = !op->low || op_is_zero(op->low);
  flow_reads(flow, out, op->x, part == PART_POINTER && from_start ? PART_POINTER : PART_ALL);
  flow_reads(flow, out, op->low, PART_ALL);
  flow_reads(flow, out, op->high, PART_ALL);
  flow_reads(flow, out, op->max, PART_ALL);
}

void flow_reads(Flow *flow, Bits *out, const Op *op, Part part) {
  if (!op) return;
  uint64_t *temp = map_find(&flow->temps, map_key(op));
  if (temp) {
    push(flow, out, (uint32_t)*temp - 1, part);
    return;
  }
  switch ((int)op->kind) {
  case OP_NAME: read_name(flow, out, op->name, part); return;
  case OP_LEN:
  case OP_CAP: flow_reads(flow, out, op->x, PART_REST); return;
  case OP_PAREN:
  case OP_CONVNOP: flow_reads(flow, out, op->x, part); return;
  case OP_IDATA:
  case OP_SPTR:
  case OP_UNSAFESTRINGDATA:
  case OP_UNSAFESLICEDATA: flow_reads(flow, out, op->x, PART_POINTER); return;
  case OP_ITAB: flow_reads(flow, out, op->x, PART_REST); return;
  case OP_ADDR:
    if (!flow_is_plain_address(flow, op->x)) count_shape(flow, out, op);
    flow_address_reads(flow, out, op->x);
    return;
  case OP_INDEX:
    if (op->x->type && type_underlying(op->x->type)->kind != TYPE_ARRAY && !op_is_const(op->index, CONST_INT))
      count_shape(flow, out, op);
    break;
  case OP_SLICE:
  case OP_SLICESTR:
  case OP_SLICEARR:
  case OP_SLICE3:
  case OP_SLICE3ARR: read_slice(flow, out, op, part); return;
  case OP_EQ:
  case OP_NE:
    if (read_comparison(flow, out, op)) return;
    break;
  case OP_CLOSURE: read_closure(flow, out, op->func); return;
  case OP_INLCALL:
    for (uint32_t i = 0; i < op->results.len; i++) flow_reads(flow, out, op->results.items[i], part);
    return;
  }
  Children children = {flow, out};
  flow_operands(op, read_child, &children);
}

static bool effects_of_child(void *context, Op *child) {
  Children *children = context;
  flow_effects(children->flow, children->out, child);
  return false;
}

void flow_effects(Flow *flow, Bits *out, const Op *op) {
  if (!op || map_find(&flow->temps, map_key(op)) || op->kind == OP_INLCALL || op->kind == OP_NAME) return;
  switch ((int)op->kind) {
  case OP_DEREF:
  case OP_DOTPTR: flow_reads(flow, out, op->x, PART_ALL); break;
  case OP_INDEX:
    flow_reads(flow, out, op->index, PART_ALL);
    flow_reads(flow, out, op->x, PART_REST);
    break;
  case OP_SLICE:
  case OP_SLICESTR:
  case OP_SLICEARR:
  case OP_SLICE3:
  case OP_SLICE3ARR: {
    flow_reads(flow, out, op->x, PART_REST);
    flow_reads(flow, out, op->low, PART_ALL);
    flow_reads(flow, out, op->high, PART_ALL);
    flow_reads(flow, out, op->max, PART_ALL);
    break;
  }
  case OP_DIV:
  case OP_MOD:
  case OP_LSH:
  case OP_RSH: flow_reads(flow, out, op->y, PART_ALL); break;
  case OP_DOTTYPE:
  case OP_DYNAMICDOTTYPE:
  case OP_INDEXMAP:
  case OP_CONVIFACE:
  case OP_STR2BYTES:
  case OP_BYTES2STR:
  case OP_ADDSTR:
  case OP_APPEND: flow_reads(flow, out, op, PART_ALL); return;
  }
  Children children = {flow, out};
  flow_operands(op, effects_of_child, &children);
}
