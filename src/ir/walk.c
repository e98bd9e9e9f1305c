/* SPDX-License-Identifier: BSD-3-Clause
 *
 * walk: visiting, editing and copying ops. The slots of ops.def drive all three, so an op kind is described once.
 *
 * In: an op tree. Out: calls of the visitor in the compiler's order, an edited tree, or a deep copy.
 * A copy keeps the structure, moves positions below an inlined call, and redirects names; a copied assignment becomes the
 * definition of the names that it defines.
 *
 * Go: cmd/compile/internal/ir/visit.go, node_gen.go, copy.go; noder/reader.go for what copies stand for
 */
#include "ir/ir.h"

/* The combinations of slots in ops.def. */
enum {
  BITS__ = 0,
  BITS_s = 0,
  BITS_x = OP_SLOT_X,
  BITS_xs = OP_SLOT_X,
  BITS_xsf = OP_SLOT_X,
  BITS_xy = OP_SLOT_X | OP_SLOT_Y,
  BITS_xyz = OP_SLOT_X | OP_SLOT_Y | OP_SLOT_Z,
  BITS_xyzw = OP_SLOT_X | OP_SLOT_Y | OP_SLOT_Z | OP_SLOT_W,
  BITS_l = OP_SLOT_LIST,
  BITS_lm = OP_SLOT_LIST | OP_SLOT_LIST2,
  BITS_xl = OP_SLOT_X | OP_SLOT_LIST,
  BITS_xlm = OP_SLOT_X | OP_SLOT_LIST | OP_SLOT_LIST2,
  BITS_xlz = OP_SLOT_X | OP_SLOT_LIST | OP_SLOT_LAST_Z,
  BITS_xlzr = BITS_xlz,
  BITS_xyl = OP_SLOT_X | OP_SLOT_Y | OP_SLOT_LIST,
  BITS_xyzl = OP_SLOT_X | OP_SLOT_Y | OP_SLOT_Z | OP_SLOT_LIST
};

const uint8_t op_slot_bits[OP_KIND_COUNT] = {
    [OP_NONE] = 0,
#define OP(NAME, precedence, text, slots) [OP_##NAME] = BITS_##slots,
#include "ir/ops.def"
#undef OP
};

/* ---- visiting and editing ---- */

bool op_is_call(const Op *op) {
  switch ((int)op->kind) {
  case OP_CALLFUNC:
  case OP_CALLMETH:
  case OP_CALLINTER:
  case OP_APPEND:
  case OP_DELETE:
  case OP_PRINT:
  case OP_PRINTLN:
  case OP_RECOVER:
  case OP_MIN:
  case OP_MAX:
  case OP_GETG: return true;
  }
  return false;
}

bool op_children(Op *op, OpVisitor *visit, void *context) { return op_each_child(op, visit, context); }

void op_edit_children(Op *op, Op *(*edit)(void *context, Op *child), void *context) {
  op_edit_each_child(op, edit, context);
}

typedef struct AnyWalk {
  bool (*predicate)(void *context, Op *op);
  void *context;
} AnyWalk;

static bool any_visit(void *context, Op *op) {
  AnyWalk *walk = context;
  return walk->predicate(walk->context, op) || op_each_child(op, any_visit, walk);
}

bool op_any(Op *op, bool (*predicate)(void *context, Op *op), void *context) {
  AnyWalk walk = {predicate, context};
  return op && any_visit(&walk, op);
}

bool op_list_any(const OpList *list, bool (*predicate)(void *context, Op *op), void *context) {
  AnyWalk walk = {predicate, context};
  return op_each_item(list, any_visit, &walk);
}

/* ---- copying ---- */

static bool assigns_list(OpKind kind) {
  return kind == OP_AS2 || kind == OP_AS2DOTTYPE || kind == OP_AS2FUNC || kind == OP_AS2MAPR ||
         kind == OP_AS2RECV || kind == OP_SELRECV2;
}

static bool has_label(OpKind kind) {
  return kind == OP_LABEL || kind == OP_GOTO || kind == OP_BREAK || kind == OP_CONTINUE || kind == OP_FOR ||
         kind == OP_RANGE || kind == OP_SWITCH || kind == OP_SELECT;
}

void names_number(Name *const *names, uint32_t len) {
  for (uint32_t i = 0; i < len && i < UINT16_MAX; i++) names[i]->op.op2 = (uint16_t)(i + 1);
}

void clone_number(CloneOptions *options, Name *const *names, uint32_t len, Op **room) {
  options->numbered = names;
  options->numbered_len = len;
  options->replacements = room;
  if (len) memset(room, 0, len * sizeof *room);
}

static bool is_numbered(const CloneOptions *options, const Name *name) {
  uint32_t place = name->op.op2;
  return place > 0 && place <= options->numbered_len && options->numbered[place - 1] == name;
}

void clone_rename(CloneOptions *options, const Name *name, Op *replacement) {
  if (is_numbered(options, name))
    options->replacements[name->op.op2 - 1] = replacement;
  else
    map_set_ptr(&options->names, name, replacement);
}

Op *clone_renamed(const CloneOptions *options, const Name *name) {
  if (is_numbered(options, name)) return options->replacements[name->op.op2 - 1];
  return map_get_ptr(&options->names, name);
}

/* If `was` defined the name in the original, then its copy defines what replaces the name. */
static void redefine(CloneOptions *options, const Op *was, Op *copy, const Op *target) {
  if (!op_is(target, OP_NAME) || target->name->defn != was) return;
  Op *replacement = clone_renamed(options, target->name);
  if (op_is(replacement, OP_NAME)) replacement->name->defn = copy;
}

static void redefine_all(CloneOptions *options, const Op *was, Op *copy) {
  OpKind kind = (OpKind)was->kind;
  if (kind == OP_AS) redefine(options, was, copy, was->x);
  if (assigns_list(kind))
    for (uint32_t i = 0; i < was->lhs.len; i++) redefine(options, was, copy, was->lhs.items[i]);
  if (kind == OP_RANGE) {
    redefine(options, was, copy, was->key);
    redefine(options, was, copy, was->value);
  }
  if (kind == OP_SWITCH && op_is(was->x, OP_TYPESW))
    for (uint32_t i = 0; i < was->list.len; i++) {
      redefine(options, was, copy, was->list.items[i]->x);
      redefine(options, was->x, copy->x, was->list.items[i]->x);
      redefine(options, was->list.items[i], copy->list.items[i], was->list.items[i]->x);
    }
}

OpList op_list_clone(Unit *unit, CloneOptions *options, const OpList *list) {
  return list->len == 0 ? (OpList){0} : op_list_clone_with_room(unit, options, list, 0);
}

OpList op_list_clone_with_room(Unit *unit, CloneOptions *options, const OpList *list, uint32_t room) {
  OpList copy = {0};
  copy.cap = list->len + room;
  copy.items = arena_new_array(unit->bodies, Op *, copy.cap);
  for (uint32_t i = 0; i < list->len; i++) copy.items[i] = op_clone(unit, options, list->items[i]);
  copy.len = list->len;
  return copy;
}

static void clone_slots(Unit *unit, CloneOptions *options, Op *copy, const Op *op) {
  uint32_t slots = op_slot_bits[op->kind];
  if (op->init) op_set_init(unit, copy, op_list_clone(unit, options, op->init));
  if (slots & OP_SLOT_X) copy->x = op_clone(unit, options, op->x);
  if (slots & OP_SLOT_Y) copy->y = op_clone(unit, options, op->y);
  if (slots & OP_SLOT_Z) copy->z = op_clone(unit, options, op->z);
  if (slots <= (OP_SLOT_X | OP_SLOT_Y | OP_SLOT_Z)) return;
  if (slots & OP_SLOT_LIST) copy->list = op_list_clone(unit, options, &op->list);
  if (slots & OP_SLOT_LIST2) copy->list2 = op_list_clone(unit, options, &op->list2);
  if (slots & OP_SLOT_LAST_Z) copy->z = op_clone(unit, options, op->z);
  if (slots & OP_SLOT_W) copy->w = op_clone(unit, options, op->w);
}

/* What CloneOptions.replace is asked about, beside names of functions. */
static bool clone_asks(const Op *op) {
  return op->kind == OP_RETURN || op->kind == OP_METHEXPR || op->kind == OP_METHVALUE ||
         (op->flags & OP_IMPRECISE);
}

static Op *ask(CloneOptions *options, const Op *op) {
  return options->replace ? options->replace(options->context, options, (Op *)(uintptr_t)op) : NULL;
}

static Op *clone_name_use(CloneOptions *options, const Op *op) {
  Op *other = op->kind == OP_NAME && op->name->class_ == CLASS_FUNC ? ask(options, op) : NULL;
  if (!other) other = clone_renamed(options, op->name);
  return other ? other : (Op *)(uintptr_t)op;
}

/* Kinds of which a copy is more than a copy of the operands. */
static const bool has_more[OP_KIND_COUNT] = {
    [OP_AS] = true,       [OP_AS2] = true,      [OP_AS2DOTTYPE] = true, [OP_AS2FUNC] = true,
    [OP_AS2MAPR] = true,  [OP_AS2RECV] = true,  [OP_SELRECV2] = true,   [OP_RANGE] = true,
    [OP_SWITCH] = true,   [OP_LABEL] = true,    [OP_GOTO] = true,       [OP_BREAK] = true,
    [OP_CONTINUE] = true, [OP_FOR] = true,      [OP_SELECT] = true,     [OP_IF] = true,
    [OP_CLOSURE] = true,  [OP_CALLFUNC] = true, [OP_CALLMETH] = true,   [OP_CALLINTER] = true,
    [OP_APPEND] = true,   [OP_DELETE] = true,   [OP_PRINT] = true,      [OP_PRINTLN] = true,
    [OP_RECOVER] = true,  [OP_MIN] = true,      [OP_MAX] = true,        [OP_GETG] = true};

static void clone_more(CloneOptions *options, Op *copy, const Op *op) {
  if (op->kind == OP_IF) copy->y = NULL; /* what was dropped stays with the original */
  redefine_all(options, op, copy);
  if (options->relabel && op->label && has_label((OpKind)op->kind))
    copy->label = options->relabel(options->context, op->label);
  if (op->kind == OP_CLOSURE) {
    assert(options->clone_closure);
    copy->func = options->clone_closure(options->context, options, op->func);
    copy->func->closure = copy;
  }
  if (options->calls && op_is_call(copy)) vec_push(options->calls->arena, &options->calls->list, copy);
}

Op *op_clone(Unit *unit, CloneOptions *options, const Op *op) {
  if (!op) return NULL;
  if (op->kind == OP_NAME || op->kind == OP_NONAME) return clone_name_use(options, op);
  if (clone_asks(op)) {
    Op *other = ask(options, op);
    if (other) return other;
  }
  Op *copy = op_copy(unit, op);
  if (options->inl != 0 && copy->pos.inl == 0) copy->pos.inl = options->inl;
  clone_slots(unit, options, copy, op);
  if (copy->flags & OP_DESCRIPTOR) {
    const Op *dict = clone_renamed(options, op->dict);
    if (dict && dict->kind == OP_NAME) copy->dict = dict->name;
  }
  if (has_more[op->kind]) clone_more(options, copy, op);
  return copy;
}
