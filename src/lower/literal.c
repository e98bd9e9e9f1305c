/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Composite literals. Elements keep their source order; struct literals name the field of each value.
 *
 * Go: cmd/compile/internal/noder/{writer,reader}.go (compLit), typecheck/expr.go (tcCompLit)
 */
#include "lower/internal.h"

/* Where the compiler is when it looks at an element: one with a key stands at the key, first at the colon. */
static Pos element_pos(const Body *b, const Node *node) {
  bool at_key = node->kind == NODE_KEY_VALUE && !b->unit->profile->literals_end_at_brace;
  return at_key ? ((const KeyValueExpr *)node)->key->pos : node->pos;
}

static Op *array_elements(Body *b, Op *lit, Type *elem, NodeList elems) {
  int64_t index = 0, length = 0;
  for (uint32_t i = 0; i < elems.len; i++) {
    Node *node = elems.items[i];
    b->line = element_pos(b, node);
    Op *item;
    if (node->kind == NODE_KEY_VALUE) {
      KeyValueExpr *kv = (KeyValueExpr *)node;
      Op *key = lower_expr(b, kv->key);
      Op *value = lower_convert(b, elem, kv->value, true);
      const_int64(key->lit, &index);
      item = op_binary(b->unit, OP_KEY, xpos(kv->key->pos), NULL, key, value);
    } else {
      item = lower_convert(b, elem, node, true);
    }
    op_list_push(b->unit, &lit->list, item);
    index++;
    if (index > length) length = index;
  }
  lit->offset = length;
  return lit;
}

static Op *map_elements(Body *b, Op *lit, Type *map, NodeList elems) {
  for (uint32_t i = 0; i < elems.len; i++) {
    KeyValueExpr *kv = (KeyValueExpr *)elems.items[i];
    b->line = element_pos(b, &kv->node);
    Op *key = lower_convert(b, map->u.map.key, kv->key, true);
    Op *value = lower_convert(b, map->u.map.value, kv->value, true);
    op_list_push(b->unit, &lit->list, op_binary(b->unit, OP_KEY, xpos(kv->key->pos), NULL, key, value));
  }
  return lit;
}

static Op *struct_key(Body *b, Pos pos, Object *field, Op *value) {
  Op *op = op_unary(b->unit, OP_STRUCTKEY, xpos(pos), NULL, value);
  op->field = field;
  op->sym = field->name;
  op->sym_pkg = field->pkg;
  return op;
}

/* in_place: to the parser a field's name is a name like others, so `x: x` captures the variable at the field. */
static void capture_at_key(Body *b, const NameExpr *key, Node *value) {
  value = node_unparen(value);
  if (!b->low->in_place || !b->outer || value->kind != NODE_NAME) return;
  const NameExpr *name = (const NameExpr *)value;
  Object *object = name->name == key->name ? fact_use(b, name) : NULL;
  if (object && object->kind == OBJECT_VAR && !object_is_global(object)) local_name(b, key->node.pos, object);
}

static Op *struct_elements(Body *b, Op *lit, Type *structure, NodeList elems) {
  for (uint32_t i = 0; i < elems.len; i++) {
    Node *node = elems.items[i];
    b->line = element_pos(b, node);
    if (node->kind != NODE_KEY_VALUE) {
      Op *value = lower_convert(b, struct_field(structure, i)->type, node, true);
      op_list_push(b->unit, &lit->list, struct_key(b, node->pos, struct_field(lit->type, i), value));
      continue;
    }
    KeyValueExpr *kv = (KeyValueExpr *)node;
    NameExpr *name = (NameExpr *)kv->key;
    Lookup found = lookup_field_or_method(b->low->universe, structure, false, b->pkg, name->name);
    if (!found.object || found.object->kind != OBJECT_VAR) BUG("no field %s", name->name->text);
    capture_at_key(b, name, kv->value);
    Op *value = lower_convert(b, found.object->type, kv->value, true);
    Object *field = NULL;
    Type *t = lit->type;
    for (uint32_t k = 0; k < found.path_len; k++) {
      field = struct_field(t, found.path[k]);
      t = field->type;
    }
    op_list_push(b->unit, &lit->list, struct_key(b, kv->key->pos, field, value));
  }
  return lit;
}

/* Where the compiler is when a literal is done: at its last element. Nothing was looked at in an empty one. */
static Pos literal_end(const Body *b, const CompositeLit *node) {
  if (node->elems.len > 0) return element_pos(b, node->elems.items[node->elems.len - 1]);
  return b->unit->profile->literals_end_at_brace ? node->rbrace : POS_NONE;
}

Op *lower_composite(Body *b, CompositeLit *node) {
  Type *written = fact_type(b, &node->node);
  Type *whole = read_type(b, written), *type = whole;
  Type *core = type_core(written);
  bool pointer = core->kind == TYPE_POINTER;
  if (pointer) {
    written = core->u.elem.type;
    core = type_core(written);
    type = elem_of(whole);
  }
  Op *lit = op_new(b->unit, OP_STRUCTLIT, xpos(node->node.pos), type);
  if (core->kind == TYPE_ARRAY || core->kind == TYPE_SLICE) {
    lit->kind = core->kind == TYPE_ARRAY ? OP_ARRAYLIT : OP_SLICELIT;
    array_elements(b, lit, core->u.elem.type, node->elems);
    if (b->low->in_place && node->type && node->type->kind == NODE_ARRAY_TYPE &&
        !((ArrayTypeExpr *)node->type)->length)
      lit->flags |= OP_DDD; /* [...]T is printed as such */
  } else if (core->kind == TYPE_MAP) {
    lit->kind = OP_MAPLIT;
    read_rtype(b, written);
    use_descriptor(b, lit, written);
    map_elements(b, lit, core, node->elems);
  } else {
    struct_elements(b, lit, core, node->elems);
  }
  if (b->low->in_place) b->literal_end = literal_end(b, node);
  if (b->unit->profile->elided_types_hidden && !node->type && !pointer) lit->flags |= OP_ELIDED;
  if (!pointer) return lit;
  Op *addr = make_addr(b, node->node.pos, lit);
  addr->type = whole;
  return addr;
}
