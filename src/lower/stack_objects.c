/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Stack objects: variables of a function that stay on the stack although something holds their address. Each has its type's descriptor
 * written while code for the function is made, in releases that check trees in place.
 *
 * In: a function after escape analysis. Out: descriptors, in the compiler's order: declared variables first, then the temporaries that
 * take the place of values. A temporary is made for what does not escape, and for what the runtime gets the address of; a part of a
 * variable that has an address already is passed as it is, which puts the whole variable on the stack.
 *
 * Go: cmd/compile/internal/gc/pgen.go (compile), order.go, walk.go (of Go 1.12 to 1.16)
 */
#include "lower/internal.h"

enum {
  STACK_VALUE_MAX =
      1024, /* largest value that has its copy on the stack when it becomes an interface that does not escape */
  MAP_PART_MAX = 128,     /* larger keys and elements are not in a map's buckets themselves */
  COMPARED_PARTS_MAX = 4, /* so many parts are compared one by one */
  COMPARED_BYTES_MAX = 16
};

typedef struct StackWalk {
  Lowering *low;
  const Map *on_stack; /* Op* -> 1: values that do not escape */
  Map addressed;       /* Name* -> 1: the runtime gets the address of a part */
  VEC(Type *) temporaries;
} StackWalk;

static void add_temporary(StackWalk *walk, Type *t) {
  if (t && type_has_pointers(t)) vec_push(walk->low->arena, &walk->temporaries, t);
}

static int64_t size_of(const StackWalk *walk, Type *t) { return type_size(walk->low->unit->target, t); }

static bool is_on_stack(const StackWalk *walk, const Op *op) {
  return map_find(walk->on_stack, map_key(op)) != NULL;
}

/* ---- values whose address the runtime gets ---- */

static bool is_addressable(const Op *op) {
  switch ((int)op->kind) {
  case OP_NAME: return op->name->class_ != CLASS_FUNC;
  case OP_DEREF:
  case OP_DOTPTR: return true;
  case OP_DOT: return is_addressable(op->x);
  case OP_INDEX:
    if (is_string(op->x->type)) return false;
    return !is_kind(op->x->type, TYPE_ARRAY) || is_addressable(op->x);
  }
  return false;
}

/* The variable that op is a part of, NULL if it is reached through a pointer. */
static Name *variable_around(Op *op) {
  while (op->kind == OP_DOT || (op->kind == OP_INDEX && is_kind(op->x->type, TYPE_ARRAY))) op = op->x;
  return op->kind == OP_NAME ? op->name : NULL;
}

static void take_address(StackWalk *walk, Op *op) {
  if (op->kind == OP_LITERAL || op->kind == OP_NIL) return;
  Name *variable = is_addressable(op) ? variable_around(op) : NULL;
  if (op->kind != OP_NAME && is_addressable(op)) {
    if (variable) *map_put(&walk->addressed, map_key(variable)) = 1;
  } else if (!variable || variable->class_ != CLASS_EXTERN) {
    add_temporary(walk, op->type);
  }
}

/* ---- interfaces ---- */

/* The one part that a struct or an array consists of, or NULL. */
static Type *sole_part(Type *t) {
  for (;;) {
    Type *u = under(t);
    if (u->kind == TYPE_STRUCT) {
      if (u->u.structure.fields.len != 1) return NULL;
      t = u->u.structure.fields.items[0]->type;
    } else if (u->kind == TYPE_ARRAY) {
      if (u->u.elem.length != 1) return NULL;
      t = u->u.elem.type;
    } else {
      return t;
    }
  }
}

/* The runtime makes an interface of it by its address. */
static bool converted_by_address(const StackWalk *walk, Type *t) {
  int64_t size = size_of(walk, t), align = type_align(walk->low->unit->target, t);
  if (size == align && (size == 2 || ((size == 4 || size == 8) && !type_has_pointers(t)))) return false;
  Type *part = sole_part(t);
  return !part || !(is_string(part) || is_kind(part, TYPE_SLICE));
}

/* x becomes an interface. */
static void visit_conversion(StackWalk *walk, Op *x, bool on_stack) {
  Type *t = x->type;
  if (is_interface(t) || is_untyped(t) || type_is_direct_interface(t) || x->kind == OP_LITERAL) return;
  int64_t size = size_of(walk, t);
  if (size == 0 || (size == 1 && is_basic_flag(t, BASIC_IS_INTEGER | BASIC_IS_BOOLEAN))) return;
  if (on_stack && size <= STACK_VALUE_MAX)
    add_temporary(walk, t);
  else if (converted_by_address(walk, t))
    take_address(walk, x);
}

/* ---- maps ---- */

/* Keys that the runtime compares in a register are passed by value. */
static bool has_fast_key(const StackWalk *walk, Type *map) {
  Type *key = map->u.map.key;
  if (size_of(walk, map->u.map.value) > MAP_PART_MAX) return false;
  int64_t size = size_of(walk, key);
  return is_string(key) || (is_plain_memory(walk->low, key) && (size == 4 || size == 8));
}

static void visit_key(StackWalk *walk, Type *map, Op *key) {
  if (is_kind(map, TYPE_MAP) && !has_fast_key(walk, under(map))) take_address(walk, key);
}

static Type *bucket_part(const StackWalk *walk, Type *t) {
  return size_of(walk, t) > MAP_PART_MAX ? pointer_to(walk->low, t) : t;
}

/* A map that does not escape lies on the stack with its first bucket. */
static void visit_stack_map(StackWalk *walk, Type *map) {
  vec_push(walk->low->arena, &walk->temporaries, bucket_part(walk, map->u.map.key));
  vec_push(walk->low->arena, &walk->temporaries, bucket_part(walk, map->u.map.value));
}

static bool is_reflexive(Type *t) {
  Type *u = under(t);
  if (u->kind == TYPE_BASIC) return !(u->u.basic.flags & (BASIC_IS_FLOAT | BASIC_IS_COMPLEX));
  if (u->kind == TYPE_ARRAY) return is_reflexive(u->u.elem.type);
  bool all = u->kind != TYPE_INTERFACE;
  for (uint32_t i = 0; u->kind == TYPE_STRUCT && i < u->u.structure.fields.len; i++)
    all = all && is_reflexive(u->u.structure.fields.items[i]->type);
  return all;
}

/* `for k := range m { delete(m, k) }` is one call of the runtime. */
static bool clears_map(const Op *op) {
  if (!op_is(op->key, OP_NAME) || op->key->name->defn != op || op->value || op->list.len != 1) return false;
  const Op *stmt = op->list.items[0];
  return stmt->kind == OP_DELETE && op_same_safe(stmt->args.items[0], op->x) &&
         stmt->args.items[1] == op->key && is_reflexive(under(op->x->type)->u.map.key);
}

/* A loop over a map has an iterator; one over an array a pointer into its copy, unless elements are as easily found by index. */
static void visit_range(StackWalk *walk, const Op *op) {
  Type *t = under(op->x->type);
  if (t->kind == TYPE_MAP && !clears_map(op)) {
    vec_push(walk->low->arena, &walk->temporaries, pointer_to(walk->low, t->u.map.key));
    vec_push(walk->low->arena, &walk->temporaries, pointer_to(walk->low, t->u.map.value));
  }
  if (t->kind != TYPE_ARRAY || !op->value || op_is_blank(op->value)) return;
  int64_t size = size_of(walk, t->u.elem.type);
  if (size != 1 && size != 2 && size != 4 && size != 8) add_temporary(walk, op->x->type);
}

/* ---- comparisons ---- */

static int64_t count_parts(Type *t) {
  Type *u = under(t);
  if (u->kind == TYPE_ARRAY) return u->u.elem.length * count_parts(u->u.elem.type);
  if (u->kind != TYPE_STRUCT) return 1;
  int64_t parts = 0;
  for (uint32_t i = 0; i < u->u.structure.fields.len; i++)
    if (!is_blank_field(u->u.structure.fields.items[i]))
      parts += count_parts(u->u.structure.fields.items[i]->type);
  return parts;
}

static bool compared_in_place(const StackWalk *walk, Type *t) {
  Type *u = under(t);
  if (u->kind == TYPE_STRUCT) return count_parts(t) <= COMPARED_PARTS_MAX;
  int64_t length = u->u.elem.length;
  bool simple = is_basic_flag(u->u.elem.type, BASIC_IS_NUMERIC | BASIC_IS_BOOLEAN) ||
                is_kind(u->u.elem.type, TYPE_POINTER);
  return length <= 1 || (simple && (length <= COMPARED_PARTS_MAX || size_of(walk, t) <= COMPARED_BYTES_MAX));
}

static void visit_comparison(StackWalk *walk, const Op *op) {
  Type *t = op->x->type;
  if (!t || is_interface(t) || (op->y->type && is_interface(op->y->type))) return;
  if (!(is_kind(t, TYPE_STRUCT) || is_kind(t, TYPE_ARRAY)) || compared_in_place(walk, t)) return;
  take_address(walk, op->x);
  take_address(walk, op->y);
}

/* ---- communication ---- */

/* x = <-c, x, ok = <-c and cases of select: into a temporary, unless the value is not wanted. */
static void visit_receive(StackWalk *walk, const Op *op) {
  if (op->lhs.len > 0 && !op_is_blank(op->lhs.items[0])) add_temporary(walk, op->rhs.items[0]->type);
}

/* ---- values ---- */

/* What a function literal holds: values and addresses of variables. */
static void visit_closure(StackWalk *walk, const Op *op) {
  if (op->flags & OP_CALLED) return; /* what it captures is passed to it */
  const Func *fn = op->func;
  bool pointers = false;
  for (uint32_t i = 0; i < fn->closure_vars.len; i++) {
    const Name *var = fn->closure_vars.items[i];
    pointers = pointers || !(var->name_flags & NAME_BY_VALUE) || type_has_pointers(var->op.type);
  }
  for (uint32_t i = 0; pointers && i < fn->closure_vars.len; i++) {
    const Name *var = fn->closure_vars.items[i];
    bool by_value = var->name_flags & NAME_BY_VALUE;
    vec_push(walk->low->arena, &walk->temporaries,
             by_value ? var->op.type : pointer_to(walk->low, var->op.type));
  }
}

static void visit_stack_slice(StackWalk *walk, const Op *op) {
  const Op *capacity = op->y ? op->y : op->x;
  int64_t length;
  if (!op_is(capacity, OP_LITERAL) || !const_int64(capacity->lit, &length)) return;
  add_temporary(walk, type_new_array(walk->low->universe, elem_of(op->type), length));
}

static void visit_stack_value(StackWalk *walk, const Op *op) {
  switch ((int)op->kind) {
  case OP_PTRLIT:
  case OP_NEW: add_temporary(walk, elem_of(op->type)); break;
  case OP_SLICELIT:
    add_temporary(walk, type_new_array(walk->low->universe, elem_of(op->type), op->offset));
    break;
  case OP_MAKESLICE: visit_stack_slice(walk, op); break;
  case OP_MAKEMAP:
  case OP_MAPLIT: visit_stack_map(walk, under(op->type)); break;
  case OP_CLOSURE: visit_closure(walk, op); break;
  case OP_METHVALUE: add_temporary(walk, op->x->type); break;
  }
}

static bool visit(void *context, Op *op) {
  StackWalk *walk = context;
  op_children(op, visit, walk);
  if (is_on_stack(walk, op)) visit_stack_value(walk, op);
  switch ((int)op->kind) {
  case OP_CONVIFACE: visit_conversion(walk, op->x, is_on_stack(walk, op)); break;
  case OP_PANIC: visit_conversion(walk, op->x, false); break;
  case OP_INDEXMAP: visit_key(walk, op->x->type, op->index); break;
  case OP_DELETE: visit_key(walk, op->args.items[0]->type, op->args.items[1]); break;
  case OP_RANGE:
    if (op->x->type) visit_range(walk, op);
    break;
  case OP_EQ:
  case OP_NE: visit_comparison(walk, op); break;
  case OP_SEND: take_address(walk, op->y); break;
  case OP_RECV: add_temporary(walk, op->type); break;
  case OP_AS2RECV:
  case OP_SELRECV2: visit_receive(walk, op); break;
  case OP_CALLFUNC:
  case OP_CALLINTER: op->flags |= OP_GENERATED; break;
  }
  return false;
}

void write_stack_objects(Descriptors *d, Lowering *low, const Func *fn, const Map *on_stack,
                         const Map *on_heap) {
  StackWalk walk = {.low = low, .on_stack = on_stack, .addressed = map_in(low->arena)};
  for (uint32_t i = 0; i < fn->body.len; i++) visit(&walk, fn->body.items[i]);
  for (uint32_t i = 0; i < fn->dcl.len; i++) {
    Name *name = fn->dcl.items[i];
    bool taken = (name->name_flags & NAME_ADDRTAKEN) || map_find(&walk.addressed, map_key(name));
    if (taken && type_has_pointers(name->op.type) && !map_find(on_heap, map_key(&name->op)))
      describe_type(d, name->op.type);
  }
  for (uint32_t i = 0; i < walk.temporaries.len; i++) describe_type(d, walk.temporaries.items[i]);
}
