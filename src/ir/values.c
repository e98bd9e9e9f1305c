/* SPDX-License-Identifier: BSD-3-Clause
 *
 * values: what an expression is known to be without running it.
 *
 * In: an op. Out: the expression that a variable was given once and for all, the function that a call calls, whether an
 * expression is constant, zero, addressable, the same as another one.
 *
 * Two ways to the same answer about reassignment: name_reassigned walks the variable's function for one question, while a tree
 * is still changing; the oracle walks once and answers for all variables of a function and its closures.
 *
 * Go: cmd/compile/internal/ir/expr.go, reassignment.go, node.go, val.go
 */
#include "ir/ir.h"

/* ---- simple questions ---- */

bool op_is_const(const Op *op, ConstKind kind) {
  return op_is(op, OP_LITERAL) && const_kind(op->lit) == kind;
}

static bool literal_is_zero(const Const *value) {
  switch (const_kind(value)) {
  case CONST_STRING: return const_string_length(value) == 0;
  case CONST_BOOL: return !const_bool(value);
  case CONST_UNKNOWN:
  case CONST_INT:
  case CONST_FLOAT:
  case CONST_COMPLEX: return const_sign(value) == 0;
  }
  return false;
}

bool op_is_zero(const Op *op) {
  switch ((int)op->kind) {
  case OP_NIL: return true;
  case OP_LITERAL: return literal_is_zero(op->lit);
  case OP_ARRAYLIT:
    for (uint32_t i = 0; i < op->list.len; i++) {
      const Op *element = op->list.items[i];
      if (!op_is_zero(element->kind == OP_KEY ? element->y : element)) return false;
    }
    return true;
  case OP_STRUCTLIT:
    for (uint32_t i = 0; i < op->list.len; i++)
      if (!op_is_zero(op->list.items[i]->x)) return false;
    return true;
  }
  return false;
}

bool op_is_nil(const Op *op) { return op_is(op, OP_NIL); }

bool op_is_blank(const Op *op) {
  return op && (op->kind == OP_NAME || op->kind == OP_NONAME) && name_is_blank(op->name);
}

static bool is_array(Type *t) { return t && type_underlying(t)->kind == TYPE_ARRAY; }

bool op_is_addressable(const Op *op) {
  switch ((int)op->kind) {
  case OP_INDEX:
    if (is_array(op->x->type)) return op_is_addressable(op->x);
    return !(op->x->type && type_is_basic(type_underlying(op->x->type), BASIC_STRING));
  case OP_DEREF:
  case OP_DOTPTR:
  case OP_LINKSYMOFFSET: return true;
  case OP_DOT: return op_is_addressable(op->x);
  case OP_NAME: return op->name->class_ != CLASS_FUNC;
  }
  return false;
}

Op *op_unparen(Op *op) {
  while (op_is(op, OP_PAREN)) op = op->x;
  return op;
}

Op *op_outer_value(Op *op) {
  for (;;) {
    OpKind kind = (OpKind)op->kind;
    if (kind == OP_DOT || kind == OP_PAREN || kind == OP_CONVNOP ||
        (kind == OP_INDEX && is_array(op->x->type)))
      op = op->x;
    else
      return op;
  }
}

Name *op_outer_value_name(Op *op) {
  if (!op) return NULL;
  op = op_outer_value(op);
  return op->kind == OP_NAME ? op->name : NULL;
}

/* ---- same expression ---- */

static bool is_simple_type(Type *t) {
  t = type_underlying(t);
  if (t->kind != TYPE_BASIC) return false;
  return (t->u.basic.flags & (BASIC_IS_NUMERIC | BASIC_IS_BOOLEAN)) != 0 &&
         !type_is_basic(t, BASIC_UNSAFE_POINTER);
}

static bool same_literal(const Const *a, const Const *b) {
  ConstKind kind = const_kind(a);
  if (kind != const_kind(b) && (kind == CONST_BOOL || kind == CONST_STRING || const_kind(b) == CONST_BOOL ||
                                const_kind(b) == CONST_STRING))
    return false;
  return const_compare(a, OPERATOR_EQL, b);
}

bool op_same_safe(const Op *a, const Op *b) {
  while (a->kind == OP_CONVNOP) a = a->x;
  while (b->kind == OP_CONVNOP) b = b->x;
  if (a->kind != b->kind) return false;
  if (a->type != b->type && !(a->type && b->type && type_identical(a->type, b->type))) return false;
  switch ((int)a->kind) {
  case OP_NAME: return a == b;
  case OP_DOT:
  case OP_DOTPTR: return a->sym == b->sym && a->sym_pkg == b->sym_pkg && op_same_safe(a->x, b->x);
  case OP_DEREF:
  case OP_NOT:
  case OP_BITNOT:
  case OP_PLUS:
  case OP_NEG: return op_same_safe(a->x, b->x);
  case OP_CONV: return is_simple_type(a->type) && op_same_safe(a->x, b->x);
  case OP_INDEX:
  case OP_INDEXMAP:
  case OP_ADD:
  case OP_SUB:
  case OP_OR:
  case OP_XOR:
  case OP_MUL:
  case OP_LSH:
  case OP_RSH:
  case OP_AND:
  case OP_ANDNOT:
  case OP_DIV:
  case OP_MOD: return op_same_safe(a->x, b->x) && op_same_safe(a->y, b->y);
  case OP_LITERAL: return same_literal(a->lit, b->lit);
  case OP_NIL: return true;
  }
  return false;
}

/* ---- who is called ---- */

Name *op_method_name(Unit *unit, Op *op) {
  if (op->name) return op->name;
  if (!op->method || !unit->resolve_func) return NULL;
  Type *recv = op->x ? op->x->type : NULL;
  if (!recv || type_is_interface(recv)) return NULL;
  const Object *own = op->method->type->u.signature.recv;
  if (!own || type_is_interface(own->type)) return NULL; /* promoted from an embedded interface */
  Func *fn = unit->resolve_func(unit->context, unit, op->method);
  if (fn) op->name = fn->name;
  return op->name;
}

Name *op_static_callee(Unit *unit, Op *fun) {
  switch ((int)fun->kind) {
  case OP_METHEXPR: return op_method_name(unit, fun);
  case OP_NAME: return fun->name->class_ == CLASS_FUNC ? fun->name : NULL;
  case OP_CLOSURE: return fun->func->name;
  }
  return NULL;
}

/* ---- reassignment, one question ---- */

typedef struct Reassigned {
  Name *name;
  const Op *defn;
} Reassigned;

static bool is_name(const Reassigned *question, Op *op) {
  Name *n = op_outer_value_name(op);
  return n && name_canonical(n) == question->name;
}

static bool list_has_name(const Reassigned *question, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++)
    if (is_name(question, list->items[i])) return true;
  return false;
}

static bool reassigns(void *context, Op *op) {
  Reassigned *question = context;
  switch ((int)op->kind) {
  case OP_AS: return op != question->defn && is_name(question, op->x);
  case OP_AS2:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2DOTTYPE:
  case OP_AS2RECV:
  case OP_SELRECV2: return op != question->defn && list_has_name(question, &op->lhs);
  case OP_ASOP: return is_name(question, op->x);
  case OP_RANGE: return is_name(question, op->key) || is_name(question, op->value);
  case OP_CLOSURE: return op_list_any(&op->func->body, reassigns, question);
  }
  return false;
}

bool name_reassigned(Unit *unit, Name *name) {
  (void)unit;
  if (!name->curfn || (name->name_flags & NAME_ADDRTAKEN)) return true;
  if (name->name_flags & NAME_REASSIGNED_KNOWN) return name->name_flags & NAME_REASSIGNED;
  Reassigned question = {name, name->defn};
  bool reassigned = op_list_any(&name->curfn->body, reassigns, &question);
  name->name_flags |= NAME_REASSIGNED_KNOWN | (reassigned ? NAME_REASSIGNED : 0);
  return reassigned;
}

/* What the definition of a local variable gives it, if it is a plain assignment; whether it stays is another question. */
static Op *defined_value(const Name *name) {
  if (name->class_ != CLASS_AUTO || !name->defn) return NULL;
  const Op *defn = name->defn;
  if (defn->kind == OP_AS) return defn->y;
  if (defn->kind != OP_AS2) return NULL;
  for (uint32_t i = 0; i < defn->lhs.len; i++)
    if (op_is(defn->lhs.items[i], OP_NAME) && defn->lhs.items[i]->name == name) return defn->rhs.items[i];
  return NULL;
}

/* Through conversions without effect, inlined calls and parentheses; NULL if op is none of these. */
static Op *transparent_operand(Op *op) {
  if (op->kind == OP_CONVNOP || op->kind == OP_PAREN) return op->x;
  if (op->kind == OP_INLCALL && op->results.len == 1) return op->results.items[0];
  return NULL;
}

Op *op_static_value(Unit *unit, Op *op) {
  for (;;) {
    Op *inner = transparent_operand(op);
    if (!inner && op->kind == OP_NAME) {
      Name *name = name_canonical(op->name);
      inner = defined_value(name);
      if (inner && name_reassigned(unit, name)) inner = NULL;
    }
    if (!inner) return op;
    op = inner;
  }
}

/* ---- reassignment, all questions ---- */

typedef struct FuncAssigns {
  bool valid;
  VEC(Op *) list;
} FuncAssigns;

struct ReassignOracle {
  Arena *arena;
  Func *outermost;
  bool filled; /* once something was asked that needs the walk: most calls are of functions by name */
  Map single;  /* Name* -> definition (an Op*, or the Func* for parameters); 0: reassigned */
  Map funcs;   /* Name* -> FuncAssigns* */
};

static bool find_locals(void *context, Op *op) {
  ReassignOracle *oracle = context;
  if (op->kind == OP_CLOSURE) op_each_item(&op->func->body, find_locals, oracle);
  if (op->kind != OP_NAME) return op_each_child(op, find_locals, oracle);
  Name *n = op->name;
  if (n->class_ != CLASS_AUTO || (n->name_flags & NAME_ADDRTAKEN)) return false;
  bool is_func = op->type && type_underlying(op->type)->kind == TYPE_SIGNATURE;
  if (n->defn) map_set_ptr(&oracle->single, n, n->defn);
  if (is_func && (!n->defn || n->defn->kind == OP_AS) && !map_get_ptr(&oracle->funcs, n)) {
    FuncAssigns *assigns = arena_new_of(oracle->arena, FuncAssigns);
    assigns->valid = true;
    map_set_ptr(&oracle->funcs, n, assigns);
  }
  return false;
}

static bool assigns_nil(const Op *assign) {
  const Op *y = assign->y;
  while (y && y->kind == OP_CONVNOP) y = y->x;
  return !y || y->kind == OP_NIL;
}

static void note_assignment(ReassignOracle *oracle, Op *target, Op *assign) {
  Name *name = op_outer_value_name(target);
  if (!name) return;
  name = name_canonical(name);
  uint64_t *defn = map_find(&oracle->single, map_key(name));
  if (defn && (name->class_ == CLASS_PARAM || (name->class_ == CLASS_AUTO && *defn != map_key(assign))))
    *defn = 0;
  FuncAssigns *assigns = map_get_ptr(&oracle->funcs, name);
  if (!assigns || !assigns->valid) return;
  if (assign->kind != OP_AS)
    assigns->valid = false;
  else if (!assigns_nil(assign))
    vec_push(oracle->arena, &assigns->list, assign);
}

static bool find_assignments(void *context, Op *op) {
  ReassignOracle *oracle = context;
  switch ((int)op->kind) {
  case OP_NAME: return false;
  case OP_AS:
  case OP_ASOP: note_assignment(oracle, op->x, op); break;
  case OP_AS2:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2DOTTYPE:
  case OP_AS2RECV:
  case OP_SELRECV2:
    for (uint32_t i = 0; i < op->lhs.len; i++) note_assignment(oracle, op->lhs.items[i], op);
    break;
  case OP_RANGE:
    note_assignment(oracle, op->key, op);
    note_assignment(oracle, op->value, op);
    break;
  case OP_CLOSURE: op_each_item(&op->func->body, find_assignments, oracle); break;
  }
  return op_each_child(op, find_assignments, oracle);
}

ReassignOracle *reassign_oracle_new(Arena *arena, Unit *unit, Func *outermost) {
  (void)unit;
  ReassignOracle *oracle = arena_new_of(arena, ReassignOracle);
  oracle->arena = arena;
  oracle->outermost = outermost;
  return oracle;
}

static void fill(ReassignOracle *oracle) {
  if (oracle->filled) return;
  oracle->filled = true;
  oracle->single = map_in(oracle->arena);
  oracle->funcs = map_in(oracle->arena);
  const Func *outermost = oracle->outermost;
  for (uint32_t i = 0; i < outermost->param_len; i++)
    if (!name_is_blank(outermost->params[i])) map_set_ptr(&oracle->single, outermost->params[i], outermost);
  op_each_item(&outermost->body, find_locals, oracle);
  op_each_item(&outermost->body, find_assignments, oracle);
}

Op *reassign_oracle_value(ReassignOracle *oracle, Op *op) {
  for (;;) {
    Op *inner = transparent_operand(op);
    if (!inner && op->kind == OP_NAME) {
      Name *name = name_canonical(op->name);
      inner = defined_value(name);
      if (inner && reassign_oracle_reassigned(oracle, name)) inner = NULL;
    }
    if (!inner) return op;
    op = inner;
  }
}

Op *op_first_value(Op *op) {
  enum { STEPS_MAX = 64 }; /* variables may have each other's values */
  for (uint32_t i = 0; i < STEPS_MAX; i++) {
    Op *inner = transparent_operand(op);
    if (!inner && op->kind == OP_NAME) inner = defined_value(name_canonical(op->name));
    if (!inner) return op;
    op = inner;
  }
  return NULL;
}

bool reassign_oracle_reassigned(ReassignOracle *oracle, const Name *name) {
  fill(oracle);
  return !map_get_ptr(&oracle->single, name);
}

OpRefs reassign_oracle_func_assignments(ReassignOracle *oracle, Name *name) {
  name = name_canonical(name);
  if (name->class_ != CLASS_AUTO) return (OpRefs){NULL, 0};
  fill(oracle);
  FuncAssigns *assigns = map_get_ptr(&oracle->funcs, name);
  if (!assigns || !assigns->valid) return (OpRefs){NULL, 0};
  return (OpRefs){assigns->list.items, assigns->list.len};
}

/* ---- variadic calls ---- */

void call_gather_variadic(Unit *unit, Op *call, XPos pos) {
  if (unit->profile->front_end != FRONT_TYPECHECK || (call->flags & OP_DDD)) return;
  if (call->kind != OP_CALLFUNC && call->kind != OP_CALLINTER) return;
  Type *signature = type_core(call->fun->type);
  if (!signature || !signature->u.signature.variadic) return;
  ObjectList params = signature->u.signature.params->u.tuple.vars;
  uint32_t fixed = params.len - 1;
  bool coarse = unit->profile->coarse_values;
  if (coarse) pos = call->pos;
  Op *slice = op_nil(unit, pos, params.items[fixed]->type);
  slice->flags |= OP_IMPLICIT;
  if (call->args.len > fixed || coarse) {
    slice = op_new(unit, OP_SLICELIT, pos, params.items[fixed]->type);
    for (uint32_t i = fixed; i < call->args.len; i++) op_list_push(unit, &slice->list, call->args.items[i]);
    slice->offset = slice->list.len;
    slice->flags |= OP_IMPLICIT;
  }
  call->args.len = fixed;
  op_list_push(unit, &call->args, slice);
  call->flags |= OP_DDD;
}

bool op_has_side_effect(const Op *op) {
  switch ((int)op->kind) {
  case OP_NAME:
  case OP_NONAME:
  case OP_TYPE:
  case OP_LITERAL:
  case OP_NIL:
  case OP_ADD:
  case OP_SUB:
  case OP_OR:
  case OP_XOR:
  case OP_ADDSTR:
  case OP_ADDR:
  case OP_ANDAND:
  case OP_BYTES2STR:
  case OP_RUNES2STR:
  case OP_STR2BYTES:
  case OP_STR2RUNES:
  case OP_CAP:
  case OP_COMPLIT:
  case OP_MAPLIT:
  case OP_STRUCTLIT:
  case OP_ARRAYLIT:
  case OP_SLICELIT:
  case OP_PTRLIT:
  case OP_CONV:
  case OP_CONVIFACE:
  case OP_CONVNOP:
  case OP_DOT:
  case OP_EQ:
  case OP_NE:
  case OP_LT:
  case OP_LE:
  case OP_GT:
  case OP_GE:
  case OP_KEY:
  case OP_STRUCTKEY:
  case OP_LEN:
  case OP_MUL:
  case OP_LSH:
  case OP_RSH:
  case OP_AND:
  case OP_ANDNOT:
  case OP_NEW:
  case OP_NOT:
  case OP_BITNOT:
  case OP_PLUS:
  case OP_NEG:
  case OP_OROR:
  case OP_PAREN:
  case OP_RUNESTR:
  case OP_REAL:
  case OP_IMAG:
  case OP_COMPLEX: return false;
  case OP_DIV:
  case OP_MOD: return !op_is(op->y, OP_LITERAL) || const_sign(op->y->lit) == 0;
  case OP_MAKECHAN:
  case OP_MAKEMAP: return op->x && (!op_is_const(op->x, CONST_INT) || const_sign(op->x->lit) != 0);
  }
  return true;
}
