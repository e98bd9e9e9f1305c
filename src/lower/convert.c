/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Conversions, implicit and explicit, constants, and the small ops that lowering makes by itself.
 *
 * An implicit conversion stands at the position of its operand.
 *
 * Go: cmd/compile/internal/noder/writer.go (convertExpr), typecheck/expr.go (tcConv), typecheck/subr.go
 */
#include "lower/internal.h"

Op *make_int(Body *b, Pos pos, BasicKind kind, int64_t value) {
  return op_literal(b->unit, xpos(pos), basic_type(b->low, kind), const_make_int64(b->low->arena, value));
}

Op *make_zero(Body *b, Pos pos, Type *type) {
  if (has_nil(type)) return op_nil(b->unit, xpos(pos), type);
  Arena *arena = b->low->arena;
  if (is_basic_flag(type, BASIC_IS_BOOLEAN))
    return op_literal(b->unit, xpos(pos), type, const_make_bool(arena, false));
  if (is_string(type)) return op_literal(b->unit, xpos(pos), type, const_make_string(arena, STR("")));
  if (is_basic_flag(type, BASIC_IS_NUMERIC))
    return op_literal(b->unit, xpos(pos), type, fix_value(b->low, type, const_make_int64(arena, 0)));
  return op_new(b->unit, OP_COMPLIT, xpos(pos), type);
}

static void mark_address_taken(Op *x) {
  Op *outer = op_outer_value(x);
  if (outer->kind != OP_NAME) return;
  Name *name = outer->name;
  name->name_flags |= NAME_ADDRTAKEN;
  while ((name->name_flags & NAME_CLOSURE_VAR) && !(name->name_flags & NAME_BY_VALUE) && name->outer)
    name = name->outer;
  name->name_flags |= NAME_ADDRTAKEN;
}

Op *make_addr(Body *b, Pos pos, Op *x) {
  bool literal =
      x->kind == OP_ARRAYLIT || x->kind == OP_MAPLIT || x->kind == OP_SLICELIT || x->kind == OP_STRUCTLIT;
  if (!literal) mark_address_taken(x);
  if (literal && b->unit->profile->literal_pointers) {
    if (pos_known(b->literal_end)) pos = b->literal_end;
    x->flags |= OP_POINTED;
  }
  return op_unary(b->unit, literal ? OP_PTRLIT : OP_ADDR, xpos(pos), pointer_to(b->low, x->type), x);
}

Op *make_deref(Body *b, Pos pos, Op *x) {
  return op_unary(b->unit, OP_DEREF, xpos(pos), elem_of(x->type), x);
}

Op *make_dot(Body *b, Pos pos, Op *x, uint32_t index, bool implicit) {
  bool pointer = is_kind(x->type, TYPE_POINTER);
  Object *field = struct_field(deref(x->type), index);
  Op *op = op_unary(b->unit, pointer ? OP_DOTPTR : OP_DOT, xpos(pos), field->type, x);
  op->field = field;
  op->sym = field->name;
  op->sym_pkg = field->pkg;
  if (implicit) op->flags |= OP_IMPLICIT;
  return op;
}

bool may_be_shared(const Op *op) {
  return op->kind == OP_NAME || op->kind == OP_LITERAL || op->kind == OP_NIL || op->kind == OP_TYPE;
}

Op *with_init(Body *b, OpList *init, Op *x) {
  if (init->len == 0) return x;
  if (may_be_shared(x)) x = op_unary(b->unit, OP_CONVNOP, xpos(b->low->base), x->type, x);
  op_list_prepend(b->unit, op_own_init(b->unit, x), init);
  return x;
}

OpList take_init(Op *op) {
  OpList init = *op_init(op);
  op->init = NULL;
  return init;
}

/* ---- conversions ---- */

/* []rune("…") of a constant is a slice literal. */
static Op *rune_literal(Body *b, Pos pos, Type *type, Str text) {
  Op *lit = op_new(b->unit, OP_SLICELIT, xpos(pos), type);
  int64_t n = 0;
  Type *untyped = basic_type(b->low, BASIC_UNTYPED_INT);
  for (size_t i = 0; i < text.len; n++) {
    unsigned char c = (unsigned char)text.data[i];
    size_t width = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;
    int64_t rune = width == 1 ? c : c & (0x7F >> width);
    bool good = (c < 0x80 || width > 1) && i + width <= text.len;
    for (size_t k = 1; good && k < width; k++) {
      unsigned char next = (unsigned char)text.data[i + k];
      good = (next & 0xC0) == 0x80;
      rune = rune << 6 | (next & 0x3F);
    }
    i += good ? width : 1;
    if (!good) rune = 0xFFFD;
    Op *key = op_literal(b->unit, xpos(pos), untyped, const_make_int64(b->low->arena, n));
    Op *value = op_literal(b->unit, xpos(pos), elem_of(type), const_make_int64(b->low->arena, rune));
    op_list_push(b->unit, &lit->list, op_binary(b->unit, OP_KEY, xpos(pos), NULL, key, value));
  }
  lit->offset = n;
  return lit;
}

static bool is_exactly(Type *t, BasicKind kind) { return type_is_basic(type_unalias(t), kind); }

/* What is converted is what shows, even when a copy of it is converted instead. */
static void hide_conversion(const Body *b, Op *op) {
  op->flags |= OP_IMPLICIT;
  if (b->low->in_place) op->y = op->x;
}

Op *make_convert(Body *b, Pos pos, Type *type, Op *x, bool implicit) {
  OpKind kind = convert_op(b->low, x->type, type);
  if (kind == OP_NONE) kind = OP_CONV;
  const uint32_t inexact = BASIC_IS_FLOAT | BASIC_IS_COMPLEX;
  if (kind == OP_CONVNOP && is_basic_flag(x->type, inexact) && is_basic_flag(type, inexact)) kind = OP_CONV;
  if (kind == OP_STR2RUNES && x->kind == OP_LITERAL) return rune_literal(b, pos, type, const_string(x->lit));
  Type *plain = NULL;
  if (kind == OP_BYTES2STR && !is_exactly(elem_of(x->type), BASIC_UINT8))
    plain = universe_byte(b->low->universe);
  if (kind == OP_RUNES2STR && !is_exactly(elem_of(x->type), BASIC_INT32))
    plain = universe_rune(b->low->universe);
  if (plain) x = op_unary(b->unit, OP_CONVNOP, x->pos, slice_of(b->low, plain), x);
  Op *op = op_unary(b->unit, kind, xpos(pos), type, x);
  if (implicit) hide_conversion(b, op);
  return op;
}

Op *assign_convert(Body *b, Op *x, Type *type, Pos pos) {
  if (!x->type || same_type(b->low, x->type, type)) return x;
  OpKind kind = assign_op(b->low, x->type, type);
  Op *op = op_unary(b->unit, kind == OP_NONE ? OP_CONV : kind, xpos(pos), type, x);
  hide_conversion(b, op);
  return op;
}

/* A constant converted to a type parameter's argument becomes a literal of it, if the argument can hold it. */
static Op *constant_argument(Body *b, Pos pos, Type *type, Op *x) {
  Type *u = under(type);
  ConstKind kind = const_kind(x->lit);
  bool fits = u->kind == TYPE_BASIC && ((kind == CONST_BOOL && is_basic_flag(u, BASIC_IS_BOOLEAN)) ||
                                        (kind == CONST_STRING && is_string(u)) ||
                                        (kind >= CONST_INT && is_basic_flag(u, BASIC_IS_NUMERIC)));
  if (!fits) return NULL;
  x = op_literal(b->unit, x->pos, type, fix_value(b->low, type, x->lit));
  Op *op = op_unary(b->unit, OP_CONVNOP, xpos(pos), type, x);
  op->flags |= OP_IMPLICIT;
  return op;
}

/* Where the checker is: at a pointer to a literal, if it looks at that, it is where this one was put. */
static Pos conversion_line(const Body *b, Node *node, const Op *x) {
  if (b->unit->profile->literals_placed && node_unparen(node)->kind == NODE_BASIC_LIT)
    return node_unparen(node)->pos;
  return x->kind == OP_PTRLIT && pos_equal(b->line, node_unparen(node)->pos) ? x->pos.pos : b->line;
}

Op *lower_convert(Body *b, Type *dst, Node *node, bool implicit) {
  Type *src = fact_type(b, node_unparen(node));
  bool identical = !dst || type_identical(src, dst);
  if (implicit && identical) return lower_expr(b, node);
  Type *type = read_type(b, dst);
  read_itab(b, src, dst);
  Op *x = lower_expr(b, node);
  if (type_unalias(dst)->kind == TYPE_TYPE_PARAM && x->kind == OP_LITERAL) {
    Op *op = constant_argument(b, node->pos, type, x);
    if (op) return op;
  }
  Op *op = make_convert(b, implicit && b->low->in_place ? conversion_line(b, node, x) : node->pos, type, x,
                        implicit);
  if (!identical && is_interface(type)) {
    use_descriptor(b, op, src);
    use_descriptor(b, op, dst);
  }
  if (!identical && op->kind == OP_CONVNOP && is_interface(type) && !is_empty_interface(b->low, type) &&
      (has_shape(b->low, type) || has_shape(b->low, op->x->type)))
    op->kind = OP_CONVIFACE;
  return op;
}

/* ---- run-time types ---- */

static Type *default_type(Body *b, Type *t) { return is_untyped(t) ? type_default(b->low->universe, t) : t; }

void read_rtype(Body *b, Type *type) {
  if (b->low->eager || trail_watches(b->unit)) read_type(b, default_type(b, type));
}

void read_itab(Body *b, Type *type, Type *iface) {
  if ((!b->low->eager && !trail_watches(b->unit)) || b->low->in_place) return;
  type = default_type(b, type);
  iface = default_type(b, iface);
  bool derived = is_derived(b, type) || is_derived(b, iface);
  Type *t = read_type(b, type), *i = read_type(b, iface);
  if (derived || is_interface(t) || !is_interface(i) || is_empty_interface(b->low, i)) return;
  write_itab(b->low, t, i);
}

void use_descriptor(Body *b, Op *op, Type *type) {
  if (!b->dict || !is_derived(b, type)) return;
  op->flags |= OP_DESCRIPTOR;
  op->dict = b->dict;
}

static Op *symbol_address(Body *b, Pos pos) {
  Type *byte = basic_type(b->low, BASIC_UINT8);
  Op *sym = op_new(b->unit, OP_LINKSYMOFFSET, XPOS_NONE, byte);
  return op_unary(b->unit, OP_ADDR, xpos(pos), pointer_to(b->low, byte), sym);
}

static Op *word_address(Body *b, Pos pos, uint32_t index) {
  Type *type = pointer_to(b->low, basic_type(b->low, BASIC_UINT8));
  return op_unary(b->unit, OP_CONVNOP, xpos(pos), type, dict_word(b, pos, index));
}

Op *rtype_op(Body *b, Pos pos, Type *type) {
  type = default_type(b, type);
  if (!is_derived(b, type)) return symbol_address(b, pos);
  Generic *g = b->generic;
  return word_address(b, pos, dict_rtypes(g) + rtype_word(b->low, g, type, b->subst->tparams));
}

/* The type word of an assertion or type switch case; *itab for concrete types and non-empty interfaces. */
static Op *type_words(Body *b, Pos pos, Type *type, Type *iface, Op **itab) {
  *itab = NULL;
  Generic *g = b->generic;
  Op *rtype = rtype_op(b, pos, type);
  rtype_op(b, pos, iface);
  bool derived = is_derived(b, type) || is_derived(b, iface);
  Type *t = subst_type(b->low, b->subst, type);
  Type *i = subst_type(b->low, b->subst, iface);
  if (!is_interface(t) && !is_empty_interface(b->low, i))
    *itab = derived
                ? word_address(b, pos, dict_itabs(g) + itab_word(b->low, g, type, iface, b->subst->tparams))
                : symbol_address(b, pos);
  return is_interface(t) ? rtype : NULL;
}

static bool is_symbol_address(const Op *op) {
  return op && op->kind == OP_ADDR && op->x->kind == OP_LINKSYMOFFSET;
}

Op *lower_type_operand(Body *b, Node *node, Type *iface) {
  Type *written = fact_type(b, node_unparen(node));
  Op *rtype, *itab = NULL;
  bool words = iface && !is_empty_interface(b->low, iface);
  if (words) {
    read_itab(b, written, iface);
    rtype = type_words(b, node->pos, written, iface, &itab);
  } else {
    read_rtype(b, written);
    rtype = rtype_op(b, node->pos, written);
  }
  Type *type = subst_type(b->low, b->subst, written);
  bool fixed = words ? is_symbol_address(rtype) || is_symbol_address(itab) : !is_derived(b, written);
  if (fixed) return op_type(b->unit, xpos(node->pos), type);
  Op *op = op_binary(b->unit, OP_DYNAMICTYPE, xpos(node->pos), type, rtype, itab);
  op->dynamic = type;
  return op;
}

Op *lower_assert(Body *b, AssertExpr *node) {
  Type *iface = fact_type(b, node_unparen(node->x));
  Op *x = lower_expr(b, node->x);
  Op *target = lower_type_operand(b, node->type, iface);
  read_rtype(b, iface);
  Pos pos = node->node.pos;
  if (target->kind != OP_DYNAMICTYPE) return op_unary(b->unit, OP_DOTTYPE, xpos(pos), target->type, x);
  Op *op = op_unary(b->unit, OP_DYNAMICDOTTYPE, xpos(pos), target->type, x);
  op->y = rtype_op(b, pos, iface);
  op->z = target->x;
  op->w = target->y;
  op->dynamic = target->type;
  return op;
}
