/* SPDX-License-Identifier: BSD-3-Clause
 *
 * transparent: functions whose calls need not be inlined where only tags are wanted.
 *
 * In: a function that can be inlined, from a package that the unit does not import. Out: whether the tags of its caller come out the
 * same with a call of it and with its body in place of the call. They do if
 *   parameters leak to results only, so that no local variable holds one and outlives the function: then the number of derefs of
 *     each way through the body is that of the tag, wherever the body stands. Or they leak because they are handed to a function
 *     that leaks them, which is so everywhere;
 *   the functions that it calls have the same tags or are transparent themselves: which of them are inlined may be different there;
 *   no result is a function or an interface: knowing where it comes from tells whom a call calls;
 *   nothing jumps back to a label: variables that are declared afterwards would count as those of a loop.
 *
 * Go: none; there a call is inlined if it can be
 */
#include "inline/inline_private.h"

static bool is_transparent(Unit *unit, Func *fn);

/* The callee of a call in the body of a function that is looked into; NULL: not known, or not from the start. */
static Func *plain_callee(Unit *unit, const Op *call) {
  Func *callee = op_is(call->fun, OP_CLOSURE) ? NULL : direct_callee(unit, call->fun);
  return callee && callee->targs.len == 0 ? callee : NULL;
}

/* ---- parameters ---- */

/* The variable whose value op has, or points into: p, &p.x.y */
static const Name *pointer_of(const Op *op) {
  while (op->kind == OP_CONVNOP || op->kind == OP_PAREN) op = op->x;
  if (op->kind != OP_ADDR) return op->kind == OP_NAME ? op->name : NULL;
  for (op = op->x; op->kind == OP_DOT; op = op->x) continue;
  return op->kind == OP_DOTPTR && op->x->kind == OP_NAME ? op->x->name : NULL;
}

typedef struct LeakSearch {
  Unit *unit;
  const Name *param;
} LeakSearch;

/* Is a call that leaks the parameter itself, wherever it stands? */
static bool is_leaking_call(void *context, Op *op) {
  const LeakSearch *search = context;
  if (op->kind != OP_CALLFUNC || call_is_intrinsic(search->unit, op)) return false;
  Func *callee = plain_callee(search->unit, op);
  if (!callee || callee->param_len != op->args.len) return false;
  for (uint32_t i = 0; i < op->args.len; i++) {
    if (pointer_of(op->args.items[i]) != search->param) continue;
    search->unit->require_func(search->unit->context, callee, NEED_TAGS);
    if ((load_acquire(&callee->flags) & FUNC_ESCAPE_DONE) && callee->tags[i].known &&
        callee->tags[i].leaks.heap == 0)
      return true;
  }
  return false;
}

/* What is asked of every parameter (`name` in the body): whether it leaks the same way in every caller. */
static bool is_tag_enough(const Func *fn, OpList *body, uint32_t i, const Name *name) {
  const ParamTag *tag = &fn->tags[i];
  if (!type_has_pointers(name->op.type)) return true;
  if (!tag->known || tag->leaks.heap > 0) return false;
  LeakSearch search = {fn->unit, name};
  return tag->leaks.heap < 0 || op_list_any(body, is_leaking_call, &search);
}

static bool are_tags_enough(Unit *unit, Func *fn) {
  unit->require_func(unit->context, fn, NEED_TAGS);
  if (!(load_acquire(&fn->flags) & FUNC_ESCAPE_DONE)) return false;
  const InlineBody *inl = func_inline_body(fn);
  OpList body = {inl->body_items, inl->body_len, inl->body_len};
  uint32_t param = 0;
  for (uint32_t i = 0; i < inl->dcl_len; i++)
    if (inl->dcl[i]->class_ == CLASS_PARAM && !is_tag_enough(fn, &body, param++, inl->dcl[i])) return false;
  return param == fn->param_len;
}

/* ---- bodies ---- */

static bool may_name_callee(Type *t) {
  Type *under = type_underlying(t);
  return under->kind == TYPE_SIGNATURE || type_is_interface(t) || under->kind == TYPE_TUPLE;
}

static bool is_opaque_call(Unit *unit, Op *call) {
  if (call_is_intrinsic(unit, call)) return false;
  Func *callee = plain_callee(unit, call);
  return !callee || (callee->inl && !is_transparent(unit, callee));
}

static bool is_opaque(void *context, Op *op) {
  Unit *unit = context;
  switch ((int)op->kind) {
  case OP_CLOSURE:
  case OP_CALLINTER:
  case OP_CALLMETH:
  case OP_METHVALUE:
  case OP_GOTO: return true;
  case OP_CALLFUNC: return is_opaque_call(unit, op);
  }
  return false;
}

static bool find_out(Unit *unit, Func *fn) {
  if (fn->closure || fn->targs.len > 0 || fn->closures.len > 0 || fn->unit->whole) return false;
  for (uint32_t i = 0; i < fn->result_len; i++)
    if (may_name_callee(fn->results[i]->op.type)) return false;
  const InlineBody *body = func_inline_body(fn);
  OpList list = {body->body_items, body->body_len, body->body_len};
  return !op_list_any(&list, is_opaque, fn->unit) && are_tags_enough(unit, fn);
}

static bool is_transparent(Unit *unit, Func *fn) {
  if (fn->transparent == TRANSPARENT_UNKNOWN) {
    fn->transparent = TRANSPARENT_NO; /* while it is found out: functions that call each other */
    if (find_out(unit, fn)) fn->transparent = TRANSPARENT_YES;
  }
  return fn->transparent == TRANSPARENT_YES;
}

bool call_may_stay(Unit *unit, Func *callee) {
  return callee->inl && !func_body_is_near(unit, callee) && is_transparent(unit, callee);
}
