/* SPDX-License-Identifier: BSD-3-Clause
 *
 * assign: which values an assigned expression stands for, and which spot gets them.
 *
 * In: a destination and a source expression. Out: flows. What is stored through a pointer, in a slice's element or in a map goes to
 * the sink; parts of a variable count as the variable; a conversion or slice of a value counts as the value.
 *
 * Go: cmd/compile/internal/gc/esc.go
 */
#include "flood/graph.h"

static Step filled(Step step, const Op *dst, const Op *src, const char *why) {
  if (!step.why) step.why = why;
  if (!step.dst) step.dst = dst;
  if (!step.src) step.src = src;
  return step;
}

static Step step_of(const Op *dst, const Op *src, const char *why) {
  return (Step){.dst = dst, .src = src, .why = why};
}

static bool is_array(Type *t) { return t && type_underlying(t)->kind == TYPE_ARRAY; }

/* ---- sources ---- */

typedef struct LeftSide {
  Op *dst;     /* the spot that gets the value */
  Op *written; /* left side as it was written */
  const char *why;
} LeftSide;

static void from_operand(Flood *f, const LeftSide *t, const Op *src, Op *operand, Step step) {
  assign(f, t->dst, operand, filled(step, t->written, src, t->why));
}

/* A closure's value is the address of its record. */
static void from_closure(Flood *f, const LeftSide *t, Op *src) {
  Op *address = op_unary(f->unit, OP_ADDR, src->pos, src->type, src);
  int32_t depth = spot_get(f, src)->loop_depth;
  spot_get(f, address)->loop_depth = depth;
  flood_flow(f, t->dst, address, step_of(t->written, src, t->why));
}

static void from_results(Flood *f, const LeftSide *t, Op *call) {
  OpRefs results = call_results(f, call);
  for (uint32_t i = 0; i < results.len; i++)
    flood_flow(f, t->dst, results.items[i], step_of(t->written, results.items[i], t->why));
}

static bool lacks_pointers(const Op *op) { return op->type && !type_has_pointers(op->type); }

static void from_source(Flood *f, const LeftSide *t, Op *src, Step step) {
  switch ((int)src->kind) {
  case OP_ADDR:
  case OP_DEREF:
  case OP_DOTPTR:
  case OP_NAME:
  case OP_METHEXPR:
  case OP_PTRLIT:
  case OP_ARRAYLIT:
  case OP_SLICELIT:
  case OP_MAPLIT:
  case OP_STRUCTLIT:
  case OP_MAKECHAN:
  case OP_MAKEMAP:
  case OP_MAKESLICE:
  case OP_RUNES2STR:
  case OP_BYTES2STR:
  case OP_STR2RUNES:
  case OP_STR2BYTES:
  case OP_ADDSTR:
  case OP_NEW:
  case OP_METHVALUE:
  case OP_RUNESTR:
  case OP_CONVIFACE: flood_flow(f, t->dst, src, filled(step, t->written, src, t->why)); break;
  case OP_CLOSURE: from_closure(f, t, src); break;
  case OP_CALLFUNC:
  case OP_CALLMETH:
  case OP_CALLINTER: from_results(f, t, src); break;
  case OP_DOT:
  case OP_DOTTYPE:
  case OP_DOTTYPE2:
    if (!lacks_pointers(src)) from_operand(f, t, src, src->x, step);
    break;
  case OP_PAREN:
  case OP_CONV:
  case OP_CONVNOP:
  case OP_DOTMETH:
  case OP_SLICE:
  case OP_SLICE3:
  case OP_SLICEARR:
  case OP_SLICE3ARR:
  case OP_SLICESTR: from_operand(f, t, src, src->x, step); break;
  case OP_APPEND:
    assign(f, t->dst, src->args.items[0], filled(step, t->dst, src->args.items[0], t->why));
    break;
  case OP_INDEX:
    if (is_array(src->x->type))
      from_operand(f, t, src, src->x, step);
    else
      flood_flow(f, t->dst, src, filled(step, t->written, src, t->why));
    break;
  case OP_ADD:
  case OP_SUB:
  case OP_OR:
  case OP_XOR:
  case OP_MUL:
  case OP_DIV:
  case OP_MOD:
  case OP_LSH:
  case OP_RSH:
  case OP_AND:
  case OP_ANDNOT:
    from_operand(f, t, src, src->x, step);
    from_operand(f, t, src, src->y, step);
    break;
  case OP_PLUS:
  case OP_NEG:
  case OP_BITNOT: from_operand(f, t, src, src->x, step); break;
  }
}

/* ---- destinations ---- */

void assign(Flood *f, Op *dst, Op *src, Step step) {
  if (!dst || !src || op_is_blank(dst)) return;
  LeftSide target = {dst, dst, "assigned"};
  switch ((int)dst->kind) {
  case OP_NAME:
    if (dst->name->class_ == CLASS_EXTERN) {
      target.why = "assigned to top level variable";
      target.dst = f->sink;
    }
    break;
  case OP_DOT: assign(f, dst->x, src, filled(step, dst, src, "dot-equals")); return;
  case OP_INDEX:
    if (is_array(dst->x->type)) {
      assign(f, dst->x, src, filled(step, dst, src, "array-element-equals"));
      return;
    }
    target.why = "slice-element-equals";
    target.dst = f->sink;
    break;
  case OP_DEREF:
    target.why = "star-equals";
    target.dst = f->sink;
    break;
  case OP_DOTPTR:
    target.why = "star-dot-equals";
    target.dst = f->sink;
    break;
  case OP_INDEXMAP:
    assign(f, f->sink, dst->index, step_of(dst, src, "key of map put"));
    target.why = "value of map put";
    target.dst = f->sink;
    break;
  }
  from_source(f, &target, src, step);
}

void assign_why(Flood *f, Op *dst, Op *src, const char *why, const Op *where) {
  assign(f, dst, src, (Step){.dst = dst, .src = src, .why = why, .where = where});
}

void assign_sink(Flood *f, const Op *dst, Op *src, const char *why, const Op *where) {
  assign(f, f->sink, src, (Step){.dst = dst, .src = src, .why = why, .where = where});
}

/* ---- contents ---- */

Op *content_of(Flood *f, Op *op) {
  Type *t = op->type, *under = t ? type_underlying(t) : NULL;
  bool typed = f->unit->profile->slice_contents_typed;
  if (under && (under->kind == TYPE_POINTER || (typed && under->kind == TYPE_SLICE)))
    t = under->u.elem.type;
  else if (typed && under && type_is_basic(under, BASIC_STRING))
    t = universe_byte(f->unit->universe);
  Op *content = op_unary(f->unit, OP_DEREF, op->pos, t, op);
  int32_t depth = spot_get(f, op)->loop_depth;
  spot_get(f, content)->loop_depth = depth;
  return content;
}

void assign_content(Flood *f, Op *dst, Op *src, Step step) {
  if (!src || src->kind == OP_LITERAL || src->kind == OP_NIL) return;
  assign(f, dst, content_of(f, src), step);
}
