/* SPDX-License-Identifier: BSD-3-Clause
 *
 * flow: statements -> blocks of steps.
 *
 * In: a function's body and its variables. Out: Flow.blocks; block 0 is the entry. Calls inside of an expression come before its statement, in
 * the order in which they stand; everything else is evaluated where its value is used.
 *
 * Go: cmd/compile/internal/walk/order.go, ssagen/ssa.go
 */
#include "live/flow.h"

/* ---- blocks ---- */

static uint32_t new_block(Flow *flow) {
  vec_push(flow->arena, &flow->blocks, (Block){0});
  return flow->blocks.len - 1;
}

static void go_to(Flow *flow, uint32_t target) {
  if (flow->current == NO_BLOCK || target == NO_BLOCK) return;
  vec_push(flow->arena, &flow->blocks.items[flow->current].next, target);
}

static void continue_in(Flow *flow, uint32_t block) {
  go_to(flow, block);
  flow->current = block;
}

static void add_step(Flow *flow, Step step) {
  if (flow->current == NO_BLOCK) return;
  vec_push(flow->arena, &flow->blocks.items[flow->current].steps, step);
}

static void use(Flow *flow, const Op *op, Part part) {
  Bits reads = {0};
  flow_reads(flow, &reads, op, part);
  add_step(flow, (Step){.kind = STEP_USE, .reads = reads});
}

static void use_effects(Flow *flow, const Op *op) {
  Bits reads = {0};
  flow_effects(flow, &reads, op);
  if (reads.len) add_step(flow, (Step){.kind = STEP_USE, .reads = reads});
}

static uint32_t block_of_label(Flow *flow, Atom label) {
  uint64_t *known = map_find(&flow->labels, map_key(label));
  if (known) return (uint32_t)*known - 1;
  uint32_t block = new_block(flow);
  *map_put(&flow->labels, map_key(label)) = block + 1;
  return block;
}

/* ---- values ---- */

static void set_part(Flow *flow, uint32_t var, const Op *value, bool zero, Part part) {
  Bits reads = {0};
  flow_reads(flow, &reads, value, part);
  if (!flow->vars.items[var].split) part = PART_POINTER;
  bool constant = value && (value->kind == OP_LITERAL || value->kind == OP_NIL);
  add_step(flow, (Step){.kind = STEP_SET,
                        .bit = flow_bit(var, part),
                        .reads = reads,
                        .constant = constant || zero,
                        .value = value});
}

/* var = value; value NULL: something that reads nothing, or zero. */
static void set_var_to(Flow *flow, uint32_t var, const Op *value, bool zero) {
  const LiveVar *v = &flow->vars.items[var];
  if (v->home == HOME_VALUE && (v->origin == ORIGIN_COPY || v->origin == ORIGIN_ADDRESS)) return;
  bool split = v->split;
  set_part(flow, var, value, zero, split ? PART_POINTER : PART_ALL);
  if (split) set_part(flow, var, value, zero, PART_REST);
}

static void set_var(Flow *flow, uint32_t var, const Op *value) { set_var_to(flow, var, value, false); }

static bool has_variable_index(const Op *op) {
  for (; op->kind == OP_DOT || op->kind == OP_INDEX || op->kind == OP_PAREN; op = op->x)
    if (op->kind == OP_INDEX && !op_is_const(op->index, CONST_INT)) return true;
  return false;
}

static void assign_part(Flow *flow, Op *target, const Op *value, Name *name) {
  uint32_t var = flow_var(flow, name);
  Bits reads = {0};
  switch (flow->vars.items[var].home) {
  case HOME_VALUE:
    flow_reads(flow, &reads, value, PART_ALL);
    flow_reads(flow, &reads, target, PART_ALL);
    add_step(flow, (Step){.kind = STEP_SET, .bit = flow_bit(var, PART_POINTER), .reads = reads});
    return;
  case HOME_MEMORY:
    if (has_variable_index(target)) flow_address_reads(flow, &reads, target);
    break;
  case HOME_HEAP: flow_address_reads(flow, &reads, target); break;
  }
  flow_reads(flow, &reads, value, PART_ALL);
  add_step(flow, (Step){.kind = STEP_USE, .reads = reads});
}

/* target = value; NULL: see set_var_to. */
static void assign_to(Flow *flow, Op *target, const Op *value, bool zero) {
  if (flow->current == NO_BLOCK) return;
  use_effects(flow, value);
  if (op_is_blank(target)) return;
  Name *name = flow_stored_name(target);
  if (name && target->kind != OP_NAME) {
    assign_part(flow, target, value, name);
    return;
  }
  if (!name) {
    Bits reads = {0};
    flow_address_reads(flow, &reads, target);
    flow_reads(flow, &reads, value, PART_ALL);
    add_step(flow, (Step){.kind = STEP_USE, .reads = reads});
    return;
  }
  uint32_t var = flow_var(flow, name);
  if (flow->vars.items[var].home == HOME_VALUE) {
    set_var_to(flow, var, value, zero);
    return;
  }
  Bits reads = {0};
  flow_reads(flow, &reads, value, PART_ALL);
  if (flow->vars.items[var].home == HOME_HEAP) vec_push(flow->arena, &reads, flow_bit(var, PART_POINTER));
  add_step(flow, (Step){.kind = STEP_USE, .reads = reads});
  if (flow->vars.items[var].home == HOME_MEMORY)
    add_step(flow, (Step){.kind = STEP_KILL, .bit = flow_bit(var, PART_POINTER)});
}

static void assign(Flow *flow, Op *target, const Op *value) { assign_to(flow, target, value, false); }

/* ---- memory on the heap ---- */

static bool is_allocated(void *context, Op *op) { return op != context && (op->flags & OP_ON_HEAP); }

/* For op, or NULL: for a variable. */
static void allocate(Flow *flow, const Op *op, XPos pos, int64_t size, bool pointers) {
  enum { SHARED_BELOW = 16 };
  if (size == 0) return;
  add_step(flow, (Step){.kind = STEP_ALLOCATE,
                        .pos = pos,
                        .size = size,
                        .pointers = pointers,
                        .shared = !op && !pointers && size < SHARED_BELOW,
                        .nested = op && op->kind != OP_CLOSURE && op_any((Op *)op, is_allocated, (Op *)op)});
}

static void allocate_type(Flow *flow, const Op *op, XPos pos, Type *type) {
  allocate(flow, op, pos, type_size(flow->unit->target, type), type_has_pointers(type));
}

/* A function's code, then what it captures. */
static void allocate_closure(Flow *flow, const Op *op) {
  const Target *target = flow->unit->target;
  int64_t size = target->pointer_size;
  bool pointers = false;
  for (uint32_t i = 0; i < op->func->closure_vars.len; i++) {
    const Name *inner = op->func->closure_vars.items[i];
    bool by_value = (inner->name_flags & NAME_BY_VALUE) != 0;
    int64_t align = by_value ? type_align(target, inner->op.type) : target->pointer_size;
    size = (size + align - 1) / align * align;
    size += by_value ? type_size(target, inner->op.type) : target->pointer_size;
    pointers |= !by_value || type_has_pointers(inner->op.type);
  }
  size = (size + target->pointer_size - 1) / target->pointer_size * target->pointer_size;
  allocate(flow, op, op->pos, size, pointers);
}

static bool allocate_for(Flow *flow, const Op *op) {
  const Target *target = flow->unit->target;
  if (!(op->flags & OP_ON_HEAP)) return false;
  switch ((int)op->kind) {
  case OP_NEW:
  case OP_PTRLIT: allocate_type(flow, op, op->pos, type_underlying(op->type)->u.elem.type); return true;
  case OP_SLICELIT: {
    Type *elem = type_underlying(op->type)->u.elem.type;
    XPos pos = op == flow->assigned ? flow->assignment : op->pos;
    allocate(flow, op, pos, op->offset * type_size(target, elem), type_has_pointers(elem));
    return true;
  }
  case OP_CLOSURE:
    if (op->func->closure_vars.len == 0) return false;
    allocate_closure(flow, op);
    return true;
  }
  return false;
}

/* Allocations inside of op, the outer one first: its memory is there when its parts are made. */
static bool materialize(void *context, Op *op) {
  Flow *flow = context;
  if (!op || flow->current == NO_BLOCK || map_find(&flow->temps, map_key(op)) || op->kind == OP_NAME ||
      op->kind == OP_INLCALL)
    return false;
  if (!allocate_for(flow, op)) {
    flow_operands(op, materialize, flow);
    return false;
  }
  Bits parts = {0};
  flow_operands(op, materialize, flow);
  flow_reads(flow, &parts, op, PART_ALL);
  uint32_t var = flow_temp(flow, op, op->type);
  set_var(flow, var, NULL);
  add_step(flow, (Step){.kind = STEP_USE, .reads = parts});
  return false;
}

/* A literal that is assigned at pos is made where it goes to. */
static void materialize_in_place(Flow *flow, Op *op, XPos pos) {
  flow->assigned = op;
  flow->assignment = pos;
  materialize(flow, op);
  flow->assigned = NULL;
}

/* ---- calls in front of their statement ---- */

static void visit_stmts(Flow *flow, const OpList *list);
static void visit_stmt(Flow *flow, Op *op);
static bool hoist(void *context, Op *op);

static uint32_t end_of_inlined(Flow *flow) {
  if (flow->end == NO_BLOCK) flow->end = new_block(flow);
  return flow->end;
}

static void visit_inlined_body(Flow *flow, const OpList *body) {
  uint32_t outer = flow->end;
  flow->end = NO_BLOCK;
  visit_stmts(flow, body);
  continue_in(flow, end_of_inlined(flow));
  flow->end = outer;
}

static bool is_call(const Op *op) {
  return op->kind == OP_CALLFUNC || op->kind == OP_CALLINTER || op->kind == OP_CALLMETH;
}

static bool keeps_alive(const Op *declaration) {
  return declaration->kind == OP_DCL && (declaration->x->name->name_flags & NAME_KEEP_ALIVE);
}

/* What the function needs, then the call, then what must have lived until here. */
static void call(Flow *flow, Op *op) {
  visit_stmts(flow, op_init(op));
  if (op->fun) hoist(flow, op->fun);
  for (uint32_t i = 0; i < op->args.len; i++) hoist(flow, op->args.items[i]);
  materialize(flow, op->fun);
  for (uint32_t i = 0; i < op->args.len; i++) materialize(flow, op->args.items[i]);
  Bits reads = {0};
  if (op->fun) {
    flow_effects(flow, &reads, op->fun);
    flow_reads(flow, &reads, op->fun, PART_ALL);
  }
  for (uint32_t i = 0; i < op->args.len; i++) flow_reads(flow, &reads, op->args.items[i], PART_ALL);
  add_step(flow, (Step){.kind = STEP_USE, .reads = reads});
  if (op->kind == OP_CALLFUNC && flow->is_instruction(flow->unit, op)) return;
  add_step(flow, (Step){.kind = STEP_CALL, .call = op});
  Bits kept = {0};
  for (uint32_t i = 0; i < op_init(op)->len; i++)
    if (keeps_alive(op_init(op)->items[i]))
      vec_push(flow->arena, &kept, flow_bit(flow_var(flow, op_init(op)->items[i]->x->name), PART_POINTER));
  if (kept.len) add_step(flow, (Step){.kind = STEP_USE, .reads = kept});
}

static void hoist_condition(Flow *flow, Op *op) {
  hoist(flow, op->x);
  uint32_t var = flow_temp(flow, op, op->type), rest = new_block(flow), end = new_block(flow);
  use(flow, op->x, PART_ALL);
  set_var(flow, var, NULL);
  go_to(flow, rest);
  go_to(flow, end);
  flow->current = rest;
  hoist(flow, op->y);
  use_effects(flow, op->y);
  set_var(flow, var, op->y);
  continue_in(flow, end);
}

/* Values that are computed before the rest of their statement. */
static bool comes_first(const Op *op) {
  switch ((int)op->kind) {
  case OP_CAP:
  case OP_COMPLEX:
  case OP_COPY:
  case OP_IMAG:
  case OP_LEN:
  case OP_MAKECHAN:
  case OP_MAKEMAP:
  case OP_MAKESLICE:
  case OP_MAX:
  case OP_MIN:
  case OP_NEW:
  case OP_REAL:
  case OP_RECOVER:
  case OP_STR2BYTES:
  case OP_STR2RUNES:
  case OP_RECV:
  case OP_APPEND: return true;
  case OP_DOTTYPE: return !type_is_direct_interface(op->type);
  }
  return false;
}

static bool hoist(void *context, Op *op) {
  Flow *flow = context;
  if (!op || flow->current == NO_BLOCK || op->kind == OP_NAME || op->kind == OP_LITERAL ||
      map_find(&flow->temps, map_key(op)))
    return false;
  if (is_call(op)) {
    call(flow, op);
    set_var(flow, flow_temp(flow, op, op->type), NULL);
    return false;
  }
  visit_stmts(flow, op_init(op));
  if (op->kind == OP_INLCALL) {
    visit_inlined_body(flow, &op->list);
    return false;
  }
  if (op->kind == OP_ANDAND || op->kind == OP_OROR) {
    hoist_condition(flow, op);
    return false;
  }
  flow_operands(op, hoist, flow);
  if (!comes_first(op) || flow->current == NO_BLOCK) return false;
  use_effects(flow, op);
  Bits reads = {0};
  flow_reads(flow, &reads, op, PART_ALL);
  if (op->kind == OP_NEW) allocate_for(flow, op);
  uint32_t var = flow_temp(flow, op, op->type);
  bool split = flow->vars.items[var].split;
  add_step(flow, (Step){.kind = STEP_SET, .bit = flow_bit(var, PART_POINTER), .reads = reads});
  if (split) add_step(flow, (Step){.kind = STEP_SET, .bit = flow_bit(var, PART_REST), .reads = reads});
  return false;
}

static void hoist_list(Flow *flow, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++) hoist(flow, list->items[i]);
}

/* ---- statements ---- */

static void visit_assign(Flow *flow, Op *op) {
  hoist(flow, op->x);
  hoist(flow, op->y);
  if (op->x->kind == OP_NAME || op->x->kind == OP_INDEXMAP)
    materialize_in_place(flow, op->y, op->pos);
  else
    materialize(flow, op->y);
  assign_to(flow, op->x, op->y, !op->y);
}

static void visit_update(Flow *flow, Op *op) {
  hoist(flow, op->x);
  hoist(flow, op->y);
  use_effects(flow, op->y);
  Name *name = flow_stored_name(op->x);
  if (name) {
    assign_part(flow, op->x, op->y, name);
    return;
  }
  Bits reads = {0};
  flow_address_reads(flow, &reads, op->x);
  flow_reads(flow, &reads, op->y, PART_ALL);
  add_step(flow, (Step){.kind = STEP_USE, .reads = reads});
}

static void visit_assign_list(Flow *flow, Op *op) {
  hoist_list(flow, &op->lhs);
  if (op->kind == OP_AS2) {
    hoist_list(flow, &op->rhs);
    for (uint32_t i = 0; i < op->rhs.len; i++) materialize_in_place(flow, op->rhs.items[i], op->pos);
  } else if (op->rhs.len == 1) {
    Op *x = op->rhs.items[0];
    if (is_call(x) || x->kind == OP_INLCALL) {
      hoist(flow, x);
    } else {
      flow_operands(x, hoist, flow);
      use(flow, x, PART_ALL);
    }
  }
  for (uint32_t i = 0; i < op->lhs.len; i++) {
    const Op *value = op->kind == OP_AS2 ? op->rhs.items[i] : NULL;
    if (op->kind != OP_AS2 && op_is(op->rhs.items[0], OP_INLCALL)) value = op->rhs.items[0]->results.items[i];
    assign(flow, op->lhs.items[i], value);
  }
}

static void branch(Flow *flow, const OpList *body, uint32_t end) {
  visit_stmts(flow, body);
  go_to(flow, end);
}

/* The constant that op always is, or NULL: variables of inlined calls are often assigned only that. */
static const Op *constant_of(Flow *flow, const Op *op) {
  while (op->kind == OP_PAREN || op->kind == OP_CONVNOP) op = op->x;
  if (op->kind == OP_NAME && flow_is_local(op->name)) {
    uint32_t var = flow_resolve(flow, flow_var(flow, op->name));
    const LiveVar *v = &flow->vars.items[var];
    if (v->home != HOME_VALUE || v->param || v->defs != 1 || !v->value) return NULL;
    op = v->value;
  }
  return op->kind == OP_LITERAL || op->kind == OP_NIL ? op : NULL;
}

typedef enum Truth { IS_FALSE, IS_TRUE, IS_OPEN } Truth;

static Truth truth_of_comparison(Flow *flow, const Op *op) {
  const Op *x = constant_of(flow, op->x), *y = constant_of(flow, op->y);
  if (!x || !y) return IS_OPEN;
  if (x->kind == OP_NIL && y->kind == OP_NIL) return op->kind == OP_EQ ? IS_TRUE : IS_FALSE;
  if (x->kind == OP_NIL || y->kind == OP_NIL || const_kind(x->lit) != const_kind(y->lit)) return IS_OPEN;
  bool equal = const_compare(x->lit, OPERATOR_EQL, y->lit);
  return equal == (op->kind == OP_EQ) ? IS_TRUE : IS_FALSE;
}

static Truth truth_of(Flow *flow, const Op *op) {
  switch ((int)op->kind) {
  case OP_EQ:
  case OP_NE: return truth_of_comparison(flow, op);
  case OP_NOT: {
    Truth truth = truth_of(flow, op->x);
    return truth == IS_OPEN ? IS_OPEN : truth == IS_TRUE ? IS_FALSE : IS_TRUE;
  }
  }
  const Op *constant = constant_of(flow, op);
  if (!op_is_const(constant ? constant : op, CONST_BOOL)) return IS_OPEN;
  return const_bool(constant->lit) ? IS_TRUE : IS_FALSE;
}

static void visit_if(Flow *flow, Op *op) {
  hoist(flow, op->cond);
  if (flow->current == NO_BLOCK) return;
  Truth truth = truth_of(flow, op->cond);
  use(flow, op->cond, PART_ALL);
  uint32_t before = flow->current, end = new_block(flow);
  if (truth != IS_FALSE) {
    continue_in(flow, new_block(flow));
    branch(flow, &op->list, end);
  }
  flow->current = before;
  if (truth != IS_TRUE) {
    continue_in(flow, new_block(flow));
    branch(flow, &op->orelse, end);
  }
  flow->current = end;
}

static void push_jump(Flow *flow, Atom label, uint32_t at_break, uint32_t at_continue) {
  vec_push(flow->arena, &flow->jumps, (Jump){label, at_break, at_continue});
}

static void visit_for(Flow *flow, Op *op, Atom label) {
  uint32_t head = new_block(flow), body = new_block(flow), post = new_block(flow), end = new_block(flow);
  continue_in(flow, head);
  hoist(flow, op->cond);
  if (op->cond) use(flow, op->cond, PART_ALL);
  go_to(flow, body);
  if (op->cond && !(op_is_const(op->cond, CONST_BOOL) && const_bool(op->cond->lit))) go_to(flow, end);
  flow->current = body;
  push_jump(flow, label, end, post);
  visit_stmts(flow, &op->list);
  flow->jumps.len--;
  continue_in(flow, post);
  if (op->post) visit_stmt(flow, op->post);
  go_to(flow, head);
  flow->current = end;
}

/* What the loop keeps of x: a pointer that moves, an iterator, a channel or a length. */
static Part part_ranged_over(const Op *op) {
  bool value = op->value && !op_is_blank(op->value);
  Type *t = type_underlying(op->x->type);
  return t->kind == TYPE_SLICE && !value ? PART_REST : PART_ALL;
}

static bool keeps_own_copy(const Op *op) {
  Type *t = type_underlying(op->x->type);
  bool value = op->value && !op_is_blank(op->value);
  if (t->kind == TYPE_MAP) return true;
  return value && (t->kind == TYPE_SLICE || t->kind == TYPE_ARRAY);
}

static void visit_range(Flow *flow, Op *op, Atom label) {
  hoist(flow, op->x);
  if (flow->current == NO_BLOCK) return;
  uint32_t head = new_block(flow), body = new_block(flow), end = new_block(flow);
  bool own = keeps_own_copy(op);
  uint32_t kept = own ? flow_temp(flow, op, universe_basic(flow->unit->universe, BASIC_UNSAFE_POINTER)) : 0;
  if (own) {
    use(flow, op->x, PART_ALL);
    set_var(flow, kept, NULL);
  }
  continue_in(flow, head);
  if (own) {
    Bits reads = {0};
    vec_push(flow->arena, &reads, flow_bit(kept, PART_POINTER));
    add_step(flow, (Step){.kind = STEP_USE, .reads = reads});
  } else {
    use(flow, op->x, part_ranged_over(op));
  }
  go_to(flow, body);
  go_to(flow, end);
  flow->current = body;
  if (op->key) assign(flow, op->key, NULL);
  if (op->value) assign(flow, op->value, NULL);
  push_jump(flow, label, end, head);
  visit_stmts(flow, &op->list);
  flow->jumps.len--;
  go_to(flow, head);
  flow->current = end;
}

/* One test after the other; the default's body where none of them holds. */
static void visit_switch(Flow *flow, Op *op, Atom label) {
  bool types = op_is(op->x, OP_TYPESW);
  const Op *tag = types ? op->x->x : op->x;
  if (tag) hoist(flow, (Op *)tag);
  if (flow->current == NO_BLOCK) return;
  uint32_t end = new_block(flow), otherwise = end;
  uint32_t *bodies = arena_new_array(flow->arena, uint32_t, op->list.len);
  if (tag) use(flow, tag, types ? PART_REST : PART_ALL);
  for (uint32_t i = 0; i < op->list.len; i++) {
    Op *clause = op->list.items[i];
    bodies[i] = new_block(flow);
    if (clause->list.len == 0) otherwise = bodies[i];
    for (uint32_t k = 0; k < clause->list.len; k++) {
      hoist(flow, clause->list.items[k]);
      if (tag) use(flow, tag, types ? PART_REST : PART_ALL);
      if (!types) use(flow, clause->list.items[k], PART_ALL);
      go_to(flow, bodies[i]);
      continue_in(flow, new_block(flow));
    }
  }
  go_to(flow, otherwise);
  uint32_t fall = flow->fall;
  push_jump(flow, label, end, NO_BLOCK);
  for (uint32_t i = 0; i < op->list.len; i++) {
    Op *clause = op->list.items[i];
    flow->current = bodies[i];
    flow->fall = i + 1 < op->list.len ? bodies[i + 1] : NO_BLOCK;
    if (types && clause->x) assign(flow, clause->x, tag);
    visit_stmts(flow, &clause->list2);
    go_to(flow, end);
  }
  flow->jumps.len--;
  flow->fall = fall;
  flow->current = end;
}

/* Kept until all channels and values are known. */
static void keep_operand(Flow *flow, Bits *kept, Op *op) {
  hoist(flow, op);
  materialize(flow, op);
  uint64_t *temp = map_find(&flow->temps, map_key(op));
  uint32_t var = temp ? (uint32_t)*temp - 1 : flow_temp(flow, op, op->type);
  if (!temp) {
    map_put(&flow->temps, map_key(op));
    Bits reads = {0};
    flow_address_reads(flow, &reads, op);
    add_step(flow, (Step){.kind = STEP_SET, .bit = flow_bit(var, PART_POINTER), .reads = reads});
  }
  vec_push(flow->arena, kept, flow_bit(var, PART_POINTER));
}

static void visit_communication(Flow *flow, Bits *kept, Op *op) {
  visit_stmts(flow, op_init(op));
  if (op->kind == OP_SEND) {
    keep_operand(flow, kept, op->x);
    keep_operand(flow, kept, op->y);
  } else if (op->kind == OP_SELRECV2 && op_is(op->rhs.items[0], OP_RECV)) {
    keep_operand(flow, kept, op->rhs.items[0]->x);
  } else {
    flow_operands(op, hoist, flow);
  }
}

static void visit_select(Flow *flow, Op *op, Atom label) {
  Bits kept = {0};
  for (uint32_t i = 0; i < op->list.len; i++)
    if (op->list.items[i]->x) visit_communication(flow, &kept, op->list.items[i]->x);
  add_step(flow, (Step){.kind = STEP_USE, .reads = kept});
  uint32_t before = flow->current, end = new_block(flow);
  push_jump(flow, label, end, NO_BLOCK);
  for (uint32_t i = 0; i < op->list.len; i++) {
    Op *clause = op->list.items[i];
    flow->current = before;
    continue_in(flow, new_block(flow));
    if (op_is(clause->x, OP_SELRECV2))
      for (uint32_t k = 0; k < clause->x->lhs.len; k++) {
        hoist(flow, clause->x->lhs.items[k]);
        assign(flow, clause->x->lhs.items[k], NULL);
      }
    branch(flow, &clause->list2, end);
  }
  flow->jumps.len--;
  flow->current = end;
}

static void visit_jump(Flow *flow, Op *op) {
  for (uint32_t i = flow->jumps.len; i-- > 0;) {
    Jump jump = flow->jumps.items[i];
    uint32_t target = op->kind == OP_BREAK ? jump.at_break : jump.at_continue;
    if (target == NO_BLOCK || (op->label && op->label != jump.label)) continue;
    go_to(flow, target);
    break;
  }
  flow->current = NO_BLOCK;
}

static void visit_return(Flow *flow, Op *op) {
  hoist_list(flow, &op->list);
  for (uint32_t i = 0; i < op->list.len; i++) materialize_in_place(flow, op->list.items[i], op->pos);
  if (flow->current == NO_BLOCK) return;
  for (uint32_t i = 0; i < op->list.len; i++) {
    use_effects(flow, op->list.items[i]);
    use(flow, op->list.items[i], PART_ALL);
  }
  for (uint32_t i = 0; i < flow->fn->result_len; i++) {
    if (op->list.len) assign(flow, &flow->fn->results[i]->op, NULL);
    use(flow, &flow->fn->results[i]->op, PART_ALL);
  }
  flow->current = NO_BLOCK;
}

/* The function is called elsewhere; its arguments are captured by then. */
static void visit_go_defer(Flow *flow, Op *op) {
  Op *fun = op->call->fun;
  visit_stmts(flow, op_init(op->call));
  hoist(flow, fun);
  hoist_list(flow, &op->call->args);
  materialize(flow, fun);
  use(flow, fun, PART_ALL);
  for (uint32_t i = 0; i < op->call->args.len; i++) use(flow, op->call->args.items[i], PART_ALL);
  if (op->defer_at) use(flow, op->defer_at, PART_ALL);
}

static void visit_other(Flow *flow, Op *op) {
  flow_operands(op, hoist, flow);
  flow_operands(op, materialize, flow);
  use_effects(flow, op);
  use(flow, op, PART_ALL);
  if (op->kind == OP_PANIC || op->kind == OP_TAILCALL) flow->current = NO_BLOCK;
}

/* A variable on the heap is allocated here. */
static void visit_declaration(Flow *flow, Name *name) {
  if (flow_home(flow, name) != HOME_HEAP) return;
  uint32_t var = flow_var(flow, name);
  bool together = flow->vars.items[var].origin == ORIGIN_FLOATING;
  XPos pos = name->class_ == CLASS_AUTO ? name->op.pos : flow->fn->pos;
  if (!together) allocate_type(flow, NULL, pos, name->op.type);
  add_step(flow, (Step){.kind = STEP_SET, .bit = flow_bit(var, PART_POINTER)});
  if (!flow->vars.items[var].param) return;
  /* The parameter's value is stored there. */
  Bits reads = {0};
  vec_push(flow->arena, &reads, flow_bit(var, PART_REST));
  add_step(flow, (Step){.kind = STEP_USE, .reads = reads});
}

static void visit_declared(Flow *flow, Op *op) {
  OpList vars = op_declared(op);
  for (uint32_t i = 0; i < vars.len; i++)
    if (!op_is_blank(vars.items[i])) visit_declaration(flow, vars.items[i]->name);
}

static void leave_inlined_body(Flow *flow) {
  if (flow->current == NO_BLOCK) flow->current = new_block(flow);
  go_to(flow, end_of_inlined(flow));
  flow->current = NO_BLOCK;
}

/* A call of the runtime after which the code generator ends the block. */
static bool never_returns(const Op *call) {
  if (!op_is(call->fun, OP_NAME) || !call->fun->name->pkg) return false;
  const Name *name = call->fun->name;
  Str path = atom_str(name->pkg->path);
  return (str_equal(path, STR("runtime")) || str_equal(path, STR("go.runtime"))) &&
         str_equal(atom_str(name->name), STR("panicrangestate"));
}

static void visit_stmt(Flow *flow, Op *op) {
  if (!op) return;
  if (op->kind == OP_LABEL) {
    continue_in(flow, block_of_label(flow, op->label));
    return;
  }
  if (is_call(op)) {
    call(flow, op);
    if (never_returns(op)) flow->current = NO_BLOCK;
    return;
  }
  visit_stmts(flow, op_init(op));
  if (op->flags & OP_DECLARES) visit_declared(flow, op);
  switch ((int)op->kind) {
  case OP_DCL: visit_declaration(flow, op->x->name); break;
  case OP_INLMARK: break;
  case OP_BLOCK: visit_stmts(flow, &op->list); break;
  case OP_AS: visit_assign(flow, op); break;
  case OP_ASOP: visit_update(flow, op); break;
  case OP_AS2:
  case OP_AS2FUNC:
  case OP_AS2DOTTYPE:
  case OP_AS2MAPR:
  case OP_AS2RECV: visit_assign_list(flow, op); break;
  case OP_IF: visit_if(flow, op); break;
  case OP_FOR: visit_for(flow, op, op->label); break;
  case OP_RANGE: visit_range(flow, op, op->label); break;
  case OP_SWITCH: visit_switch(flow, op, op->label); break;
  case OP_SELECT: visit_select(flow, op, op->label); break;
  case OP_BREAK:
  case OP_CONTINUE: visit_jump(flow, op); break;
  case OP_FALL:
    go_to(flow, flow->fall);
    flow->current = NO_BLOCK;
    break;
  case OP_GOTO:
    go_to(flow, block_of_label(flow, op->label));
    flow->current = NO_BLOCK;
    break;
  case OP_RETURN: visit_return(flow, op); break;
  case OP_GO:
  case OP_DEFER: visit_go_defer(flow, op); break;
  case OP_INLCALL: visit_inlined_body(flow, &op->list); break;
  default: visit_other(flow, op); break;
  }
  if (op->flags & OP_RETURNS) leave_inlined_body(flow);
}

static void visit_stmts(Flow *flow, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++) {
    if (flow->current == NO_BLOCK && list->items[i] && list->items[i]->kind != OP_LABEL)
      flow->current = new_block(flow);
    visit_stmt(flow, list->items[i]);
  }
}

void flow_build(Flow *flow) {
  flow->current = new_block(flow);
  flow->fall = flow->end = NO_BLOCK;
  for (uint32_t i = 0; i < flow->fn->param_len; i++)
    if (!name_is_blank(flow->fn->params[i])) visit_declaration(flow, flow->fn->params[i]);
  for (uint32_t i = 0; i < flow->fn->result_len; i++) visit_declaration(flow, flow->fn->results[i]);
  visit_stmts(flow, &flow->fn->body);
  if (flow->current == NO_BLOCK) return;
  for (uint32_t i = 0; i < flow->fn->result_len; i++) use(flow, &flow->fn->results[i]->op, PART_ALL);
}
