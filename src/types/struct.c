/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Struct types.
 *
 * Go: cmd/compile/internal/types2/struct.go
 */
#include "types/core.h"
#include "types/typestring.h"

static bool is_indirection(const Node *e) {
  return e->kind == NODE_OPERATION && ((const Operation *)e)->op == OPERATOR_MUL &&
         !((const Operation *)e)->y;
}

/* The identifier that names an embedded field: T, *T, p.T, T[A]; NULL: not such a type. */
static NameExpr *embedded_name(Node *e) {
  for (;;) {
    switch ((int)e->kind) {
    case NODE_NAME: return (NameExpr *)e;
    case NODE_SELECTOR: return ((SelectorExpr *)e)->sel;
    case NODE_INDEX: e = ((IndexExpr *)e)->x; break;
    case NODE_OPERATION:
      if (!is_indirection(e) || is_indirection(((Operation *)e)->x)) return NULL;
      e = ((Operation *)e)->x;
      break;
    default: return NULL;
    }
  }
}

typedef struct Embedded {
  Type *type;
  Pos pos;
} Embedded;

static void verify_embedded(Checker *check, void *data) {
  const Embedded *e = data;
  bool pointer;
  Type *t = type_deref(e->type, &pointer);
  const Type *under = type_underlying(t);
  if (under->kind == TYPE_BASIC) {
    if (type_valid(t) && under->u.basic.kind == BASIC_UNSAFE_POINTER)
      check_error(check, e->pos, "embedded field type cannot be unsafe.Pointer");
  } else if (under->kind == TYPE_POINTER) {
    check_error(check, e->pos, "embedded field type cannot be a pointer");
  } else if (under->kind == TYPE_INTERFACE) {
    if (type_is_type_param(t))
      check_error(check, e->pos, "embedded field type cannot be a (pointer to a) type parameter");
    else if (pointer)
      check_error(check, e->pos, "embedded field type cannot be a pointer to an interface");
  }
}

typedef struct Fields {
  VEC(Object *) list;
  VEC(Str) tags; /* as long as the list once there is a tag */
  Map seen;      /* Atom -> Object; from some length on */
} Fields;

enum { FEW_FIELDS = 8 };

static Object *find_field(Fields *fields, Atom name) {
  if (fields->list.len > FEW_FIELDS) return map_get_ptr(&fields->seen, name);
  for (uint32_t i = 0; i < fields->list.len; i++)
    if (fields->list.items[i]->name == name) return fields->list.items[i];
  return NULL;
}

static void add_field(Checker *check, Fields *fields, NameExpr *name, Type *type, bool embedded, Str tag) {
  Object *field = object_new_var(check->universe, VAR_FIELD, check->pkg, name->node.pos, name->name, type);
  field->u.var.embedded = embedded;
  if (tag.len && !fields->tags.len)
    for (uint32_t i = 0; i < fields->list.len; i++) vec_push(check->scratch, &fields->tags, (Str){0});
  const Object *other = name->name == check->universe->blank ? NULL : find_field(fields, name->name);
  if (other) {
    const char *text = atom_text(name->name);
    check_error(check, name->node.pos, "%s redeclared\n\t%s: other declaration of %s", text,
                text_pos(check, other->pos), text);
    return;
  }
  if (fields->tags.len || tag.len) vec_push(check->scratch, &fields->tags, tag);
  field->u.var.field_index = fields->list.len;
  vec_push(check->scratch, &fields->list, field);
  if (fields->list.len == FEW_FIELDS + 1) {
    fields->seen = map_in(check->scratch);
    for (uint32_t i = 0; i < fields->list.len; i++)
      map_set_ptr(&fields->seen, fields->list.items[i]->name, fields->list.items[i]);
  } else if (fields->list.len > FEW_FIELDS) {
    map_set_ptr(&fields->seen, name->name, field);
  }
  /* The name of an embedded field is recorded as the use of its type; the field itself as implicit. */
  if (!embedded) record_def(check, name, field);
}

static void add_embedded(Checker *check, Fields *fields, FieldNode *node, Type *type, Str tag) {
  Pos pos = node_start(node->type);
  NameExpr *name = embedded_name(node->type);
  if (!name) {
    check_error(check, pos, "invalid syntax tree: invalid embedded field type %s",
                text_expr(check, node->type));
    return;
  }
  uint32_t before = fields->list.len;
  add_field(check, fields, name, type, true, tag);
  if (fields->list.len > before) record_implicit(check, &node->node, fields->list.items[before]);
  Embedded *todo = arena_new_of(check->arena, Embedded);
  *todo = (Embedded){type, pos};
  check_later(check, verify_embedded, todo);
}

static Str decode_tag(Checker *check, const BasicLit *tag) {
  Str text = {0};
  if (!tag || tag->bad) return text;
  if (tag->lit != LIT_STRING || !literal_unquote(check->scratch, tag, &text)) {
    Buffer quoted = {0};
    buffer_quoted(&quoted, tag->source);
    check_error(check, tag->node.pos, "invalid syntax tree: incorrect tag syntax: %s", quoted.data);
    buffer_free(&quoted);
    return (Str){0};
  }
  return (Str){universe_copy_(check->universe, text.data, text.len), text.len};
}

void check_struct_type(Checker *check, Type *result, StructTypeExpr *e) {
  Fields fields = {0};
  const Node *previous = NULL;
  Type *type = NULL;
  for (uint32_t i = 0; i < e->field_len; i++) {
    FieldNode *node = e->fields[i];
    if (i == 0 || node->type != previous) { /* a, b T share their type */
      type = check_var_type(check, node->type);
      previous = node->type;
    }
    Str tag = decode_tag(check, e->tags ? e->tags[i] : NULL);
    if (node->name)
      add_field(check, &fields, node->name, type, false, tag);
    else
      add_embedded(check, &fields, node, type, tag);
  }
  Universe *u = check->universe;
  result->u.structure.fields = (ObjectList){universe_copy(u, fields.list), fields.list.len};
  result->u.structure.tags = universe_copy(u, fields.tags);
}
