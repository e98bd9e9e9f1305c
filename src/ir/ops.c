/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ops: the table of op kinds, and how ops, names and functions are made.
 *
 * In: a unit, whose arenas own everything. Out: zeroed nodes.
 * What only bodies refer to goes with them; what other units may see of a function (itself, its parameters, globals) stays.
 * Names are ops as well, one per variable, shared by all uses. Temporaries are numbered by how many variables their function
 * has already, because the compiler does so and prints the numbers.
 *
 * Go: cmd/compile/internal/ir/node.go, expr.go, name.go, func.go
 */
#include "ir/ir.h"

typedef struct OpInfo {
  const char *name, *text, *slots;
  int8_t precedence;
} OpInfo;

static const OpInfo op_infos[OP_KIND_COUNT] = {
    [OP_NONE] = {"NONE", "NONE", "_", 0},
#define OP(NAME, precedence, text, slots) [OP_##NAME] = {#NAME, text, #slots, precedence},
#include "ir/ops.def"
#undef OP
};

const char *op_name(OpKind kind) { return op_infos[kind].name; }
const char *op_text(OpKind kind) { return op_infos[kind].text; }
const char *op_slots(OpKind kind) { return op_infos[kind].slots; }
int op_precedence(OpKind kind) { return op_infos[kind].precedence; }

/* ---- ops ---- */

/* Where the last slot ends; a combination of slots for each row. */
enum {
  SIZE__ = offsetof(Op, list),
  SIZE_x = offsetof(Op, list),
  SIZE_s = offsetof(Op, list),
  SIZE_xs = offsetof(Op, list),
  SIZE_xsf = offsetof(Op, list) + sizeof(Name *),
  SIZE_xy = offsetof(Op, list),
  SIZE_xyz = offsetof(Op, list),
  SIZE_l = offsetof(Op, list2),
  SIZE_xl = offsetof(Op, list2),
  SIZE_xlz = offsetof(Op, list2),
  SIZE_xlzr = offsetof(Op, w),
  SIZE_xyl = offsetof(Op, list2),
  SIZE_xyzl = offsetof(Op, list2),
  SIZE_lm = offsetof(Op, w),
  SIZE_xlm = offsetof(Op, w),
  SIZE_xyzw = sizeof(Op)
};

static const uint8_t op_sizes[OP_KIND_COUNT] = {
    [OP_NONE] = SIZE__,
#define OP(NAME, precedence, text, slots) [OP_##NAME] = SIZE_##slots,
#include "ir/ops.def"
#undef OP
};

size_t op_size(OpKind kind) { return op_sizes[kind]; }

Op *op_new(Unit *unit, OpKind kind, XPos pos, Type *type) {
  Op *op = arena_alloc(unit->bodies, op_sizes[kind]);
  op->kind = (uint16_t)kind;
  op->pos = pos;
  op->type = type;
  return op;
}

/* Values of the package's own bodies go with them. */
static const Const *value_as_long_as(const Unit *unit, const Const *value) {
  return unit->bodies == unit->arena ? const_copy(unit->arena, value) : value;
}

/* ---- statements before ---- */

const OpList op_no_items = {NULL, 0, 0};

static OpList *list_box(Unit *unit, OpList list) {
  OpList *box = arena_alloc(unit->bodies, sizeof *box);
  *box = list;
  return box;
}

OpList *op_own_init(Unit *unit, Op *op) {
  if (!op->init) op->init = list_box(unit, op_no_items);
  return op->init;
}

void op_set_init(Unit *unit, Op *op, OpList list) { op->init = list.len ? list_box(unit, list) : NULL; }

/* ---- copies, and ops of common shapes ---- */

Op *op_copy(Unit *unit, const Op *op) {
  size_t size = op_sizes[op->kind];
  Op *copy = arena_alloc(unit->bodies, size);
  memcpy(copy, op, size);
  if (op->kind == OP_LITERAL) copy->lit = value_as_long_as(unit, op->lit);
  if (op->init) copy->init = list_box(unit, *op->init);
  return copy;
}

void op_become(Op *op, const Op *what) {
  assert(op_sizes[what->kind] <= op_sizes[op->kind]);
  memcpy(op, what, op_sizes[what->kind]);
}

Op *op_unary(Unit *unit, OpKind kind, XPos pos, Type *type, Op *x) {
  Op *op = op_new(unit, kind, pos, type);
  op->x = x;
  return op;
}

Op *op_binary(Unit *unit, OpKind kind, XPos pos, Type *type, Op *x, Op *y) {
  Op *op = op_unary(unit, kind, pos, type, x);
  op->y = y;
  return op;
}

Op *op_literal(Unit *unit, XPos pos, Type *type, const Const *value) {
  Op *op = op_new(unit, OP_LITERAL, pos, type);
  op->lit = value_as_long_as(unit, value);
  return op;
}

Op *op_nil(Unit *unit, XPos pos, Type *type) { return op_new(unit, OP_NIL, pos, type); }
Op *op_type(Unit *unit, XPos pos, Type *type) { return op_new(unit, OP_TYPE, pos, type); }

Op *op_assign(Unit *unit, XPos pos, Op *left, Op *right, bool define) {
  Op *op = op_binary(unit, OP_AS, pos, NULL, left, right);
  if (define) op->flags |= OP_DEF;
  return op;
}

/* Most lists stay with one or two. */
void op_list_push(Unit *unit, OpList *list, Op *op) {
  enum { FIRST_ROOM = 2 };
  if (list->cap == 0) *list = (OpList){arena_new_array(unit->bodies, Op *, FIRST_ROOM), 0, FIRST_ROOM};
  vec_push(unit->bodies, list, op);
}

void op_list_append(Unit *unit, OpList *list, const OpList *more) {
  vec_append(unit->bodies, list, more->items, more->len);
}

void op_list_prepend(Unit *unit, OpList *list, const OpList *more) {
  OpList joined = {0};
  vec_reserve(unit->bodies, &joined, list->len + more->len);
  vec_append(unit->bodies, &joined, more->items, more->len);
  vec_append(unit->bodies, &joined, list->items, list->len);
  *list = joined;
}

/* ---- the compiler's nodes ---- */

static bool is_assign_list(const Op *op) {
  switch ((int)op->kind) {
  case OP_AS2:
  case OP_AS2DOTTYPE:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2RECV:
  case OP_SELRECV2: return true;
  }
  return false;
}

/* `a, b = f()` goes through temporaries that people did not write: what they cost is given back. */
static int32_t temporaries_refund(const Op *op) {
  if (op->rhs.len == 0) return 0;
  const OpList *init = op_init(op->rhs.items[0]);
  return init->len == 1 && is_assign_list(init->items[0]) ? 4 * (int32_t)op->lhs.len + 1 : 0;
}

static bool is_empty_interface_literal(const Type *t) {
  return t->kind == TYPE_INTERFACE && t->u.interface.methods.len == 0 && t->u.interface.embeddeds.len == 0;
}

/* In a switch without a tag, a case that is an empty interface has the address of bool's descriptor beside it. */
static int32_t case_word_count(const Op *op) {
  if (op->x) return 0;
  int32_t count = 0;
  for (uint32_t i = 0; i < op->list.len; i++) {
    const OpList *values = &op->list.items[i]->list;
    for (uint32_t k = 0; k < values->len; k++)
      if (is_empty_interface_literal(type_underlying(values->items[k]->type))) count += 2;
  }
  return count;
}

int32_t op_extra_nodes(const Op *op) {
  switch ((int)op->kind) {
  case OP_AS2: return -temporaries_refund(op);
  case OP_TYPESW: return op->guard != NULL; /* the variable of `switch x := y.(type)` */
  case OP_SWITCH: return case_word_count(op);
  }
  return 0;
}

/* ---- names ---- */

static Name *new_name(Arena *arena, NameClass class_, XPos pos, Package *pkg, Atom name, Type *type,
                      Func *curfn) {
  Name *n = arena_new_of(arena, Name);
  n->op.kind = OP_NAME;
  n->op.pos = pos;
  n->op.type = type;
  n->op.name = n;
  n->class_ = class_;
  n->pkg = pkg;
  n->name = name;
  n->curfn = curfn;
  return n;
}

Name *name_new(Unit *unit, NameClass class_, XPos pos, Package *pkg, Atom name, Type *type, Func *curfn) {
  bool passing = class_ == CLASS_AUTO || class_ == CLASS_AUTOHEAP || (curfn && (curfn->flags & FUNC_PASSING));
  return new_name(passing ? unit->bodies : unit->arena, class_, pos, pkg, name, type, curfn);
}

Name *name_temp(Unit *unit, Func *fn, XPos pos, Type *type) {
  char text[32];
  size_t len = 0;
  const char *prefix = ".autotmp_";
  while (prefix[len]) {
    text[len] = prefix[len];
    len++;
  }
  char digits[12];
  size_t n = 0;
  uint32_t number = fn->dcl.len + fn->names_to_come;
  do digits[n++] = (char)('0' + number % 10);
  while (number /= 10);
  while (n > 0) text[len++] = digits[--n];
  Atom atom = intern(unit->session->interner, (Str){text, len});
  Name *name = name_new(unit, CLASS_AUTO, pos, unit->pkg, atom, type, fn);
  name->name_flags |= NAME_AUTOTEMP | NAME_USED;
  func_declare(unit, fn, name);
  return name;
}

/* ---- functions ---- */

static Func *new_func(Unit *unit, Arena *arena, XPos pos, Package *pkg, Atom name, Type *signature) {
  Func *fn = arena_new_of(arena, Func);
  fn->unit = unit;
  fn->pos = pos;
  fn->type = signature;
  fn->name = new_name(arena, CLASS_FUNC, pos, pkg, name, signature, NULL);
  fn->name->func = fn;
  return fn;
}

Func *func_new(Unit *unit, XPos pos, Package *pkg, Atom name, Type *signature) {
  return new_func(unit, unit->arena, pos, pkg, name, signature);
}

Func *func_new_passing(Unit *unit, XPos pos, Package *pkg, Atom name, Type *signature) {
  Func *fn = new_func(unit, unit->bodies, pos, pkg, name, signature);
  fn->flags |= FUNC_PASSING;
  return fn;
}

Func *func_new_literal(Unit *unit, XPos pos, Package *pkg, Atom name, Type *signature) {
  Func *fn = func_new_passing(unit, pos, pkg, name, signature);
  fn->closure = op_new(unit, OP_CLOSURE, pos, signature);
  fn->closure->func = fn;
  return fn;
}

const InlineBody *func_inline_body(Func *fn) {
  Func *later = load_acquire(&fn->inl->later);
  if (later) later->unit->recall_body(later->unit->context, later);
  return fn->inl;
}

uint64_t symbol_key(Str path, Str name) { return str_hash(path) * 31 + str_hash(name); }

uint64_t func_symbol_key(const Func *fn) {
  return symbol_key(atom_str(fn->name->pkg ? fn->name->pkg->path : NULL), atom_str(fn->name->name));
}

void func_declare(Unit *unit, Func *fn, Name *name) { vec_push(unit->bodies, &fn->dcl, name); }

void unit_drop_bodies(Unit *unit) {
  for (uint32_t i = 0; i < unit->funcs.len; i++) {
    Func *fn = unit->funcs.items[i];
    if (fn->closure) continue; /* it goes as a whole */
    fn->body = (OpList){0};
    fn->dcl.items = NULL;
    fn->dcl.len = fn->dcl.cap = 0;
    fn->closures.items = NULL;
    fn->closures.len = fn->closures.cap = 0;
    fn->mentions.items = NULL;
    fn->mentions.len = fn->mentions.cap = 0;
    func_changed(fn);
  }
  unit->funcs.len = 0;
  unit->inline_tree.items = NULL;
  unit->inline_tree.len = unit->inline_tree.cap = 0;
  unit->bodies = NULL;
}

Func *func_outermost(Func *fn) {
  while (fn->closure_parent) fn = fn->closure_parent;
  return fn;
}

bool func_contains_closure(const Func *outer, const Func *inner) {
  if (outer == inner || !inner->closure) return false;
  for (const Func *f = inner->closure_parent; f; f = f->closure_parent)
    if (f == outer) return true;
  return false;
}

Pos xpos_outermost(const Unit *unit, XPos pos) {
  Pos at = pos.pos;
  if (!pos_known(at)) return at; /* what stands nowhere is not moved by inlining */
  for (uint32_t n = pos.inl; n != 0;) {
    const InlinedCall *call = &unit->inline_tree.items[n - 1];
    at = call->pos;
    n = call->parent;
  }
  return at;
}
