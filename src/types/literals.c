/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Literals: basic, function and composite.
 *
 * In: literal nodes, and for an elided element type the hint from the enclosing literal. Out: operands. Bodies of function
 * literals are checked later, before the enclosing scope changes.
 *
 * Go: cmd/compile/internal/types2/literals.go, trie.go
 */
#include "types/values.h"

#define LITERAL_LIMIT 10000 /* characters of a number */

/* ---- basic literals ---- */

static void literal_version(Checker *check, BasicLit *e) {
  Str s = e->source;
  if (s.len <= 2 || check_allow_version(check, 13)) return;
  const char *what = NULL, *plural = check_is_old(check) ? "s" : "";
  char radix = (char)(s.data[1] | 0x20);
  if (str_index(s, '_') >= 0)
    what = check_is_old(check) ? "underscores in numeric literal" : "underscore in numeric literal";
  else if (s.data[0] != '0')
    return;
  else if (radix == 'b')
    what = "binary literal";
  else if (radix == 'o')
    what = "0o/0O-style octal literal";
  else if (radix == 'x' && e->lit != LIT_INT)
    what = "hexadecimal floating-point literal";
  if (what) check_verify_version(check, error_pos(&e->node), 13, textf(check, "%s%s", what, plural));
}

void check_basic_lit(Checker *check, Operand *x, BasicLit *e) {
  static const BasicKind kinds[] = {
      [LIT_INT] = BASIC_UNTYPED_INT,       [LIT_FLOAT] = BASIC_UNTYPED_FLOAT,
      [LIT_IMAG] = BASIC_UNTYPED_COMPLEX,  [LIT_RUNE] = BASIC_UNTYPED_RUNE,
      [LIT_STRING] = BASIC_UNTYPED_STRING,
  };
  if (e->lit == LIT_INT || e->lit == LIT_FLOAT || e->lit == LIT_IMAG) {
    literal_version(check, e);
    if (e->source.len > LITERAL_LIMIT) {
      check_error(check, error_pos(&e->node), "excessively long constant: %.10s... (%zu chars)",
                  e->source.data, e->source.len);
      operand_invalidate(x);
      return;
    }
  }
  Const *value = const_from_literal(check->arena, e->lit, e->source);
  if (!value || const_kind(value) == CONST_UNKNOWN) {
    check_error(check, error_pos(&e->node), "malformed constant: " STR_FMT, STR_ARG(e->source));
    operand_invalidate(x);
    return;
  }
  operand_set_const(x, check->universe, value, kinds[e->lit]);
  x->expr = &e->node;
  check_overflow(check, x, error_pos(&e->node));
}

static bool literal_suits(const BasicLit *e, const Type *basic) {
  uint32_t flags = basic->u.basic.flags;
  if (flags & BASIC_IS_UNTYPED || e->bad) return false;
  if (e->lit == LIT_STRING) return flags & BASIC_IS_STRING;
  return flags & BASIC_IS_INTEGER && (e->lit == LIT_INT || e->lit == LIT_RUNE);
}

bool check_literal_as(Checker *check, Operand *x, Node *node, Type *t) {
  if (node->kind != NODE_BASIC_LIT || !t) return false;
  BasicLit *e = (BasicLit *)node;
  Type *under = type_underlying(t);
  if (under->kind != TYPE_BASIC || !literal_suits(e, under)) return false;
  const Const *value = e->lit == LIT_INT ? const_from_plain_integer(check->arena, e->source)
                                         : const_from_literal(check->arena, e->lit, e->source);
  if (value && e->lit != LIT_STRING)
    value = const_represent_on(check->arena, check->config->target, value, under);
  if (!value) return false;
  *x = (Operand){.mode = MODE_CONSTANT, .expr = node, .type = t, .value = value};
  record_type_and_value(check, node, MODE_CONSTANT, t, value);
  return true;
}

/* ---- function literals ---- */

typedef struct FuncLitBody {
  DeclInfo *decl;
  Type *signature;
  FuncLit *literal;
  Const *iota_value;
} FuncLitBody;

static void func_lit_body(Checker *check, void *data) {
  FuncLitBody *f = data;
  check_func_body(check, f->decl, "<function literal>", f->signature, f->literal->body, f->iota_value);
}

void check_func_lit(Checker *check, Operand *x, FuncLit *e) {
  Type *signature = check_type(check, &e->type->node);
  if (signature->kind != TYPE_SIGNATURE) {
    check_error(check, error_pos(&e->node), "invalid syntax tree: invalid function literal %s",
                text_expr(check, &e->node));
    operand_invalidate(x);
    return;
  }
  if (e->body) {
    /* Not now: the literal may be part of a type that its body mentions. */
    FuncLitBody *body = arena_new_of(check->arena, FuncLitBody);
    *body = (FuncLitBody){check->env.decl, signature, e, check->env.iota_value};
    check_later(check, func_lit_body, body);
  }
  x->mode = MODE_VALUE;
  x->type = signature;
}

/* ---- struct literals ---- */

typedef struct VisitedField { /* a field that a literal has set, by its path from the literal's type */
  Object *field;
  uint32_t *path;
  uint32_t path_len;
  struct VisitedField *next; /* same first index */
} VisitedField;

/* Adds; if an earlier path is a prefix of the new one or the other way around, returns its field and the common length. */
static Object *visit_field(Checker *check, Map *visited, Object *field, const Lookup *how, uint32_t *common) {
  uint64_t *slot = map_put(visited, how->path[0]);
  VisitedField *found = NULL;
  for (VisitedField *v = (VisitedField *)(uintptr_t)*slot; v; v = v->next) {
    uint32_t n = v->path_len < how->path_len ? v->path_len : how->path_len;
    if (memcmp(v->path, how->path, n * sizeof *v->path) != 0) continue;
    /* Of several fields inside a new embedded one, the first in order of paths. */
    if (!found ||
        memcmp(v->path, found->path,
               sizeof *v->path * (v->path_len < found->path_len ? v->path_len : found->path_len)) < 0)
      found = v;
    *common = n;
  }
  if (found) return found->field;
  VisitedField *v = arena_new_of(check->scratch, VisitedField);
  *v = (VisitedField){field, arena_new_array(check->scratch, uint32_t, how->path_len), how->path_len,
                      (VisitedField *)(uintptr_t)*slot};
  memcpy(v->path, how->path, how->path_len * sizeof *v->path);
  *slot = map_key(v);
  return NULL;
}

static const char *field_path(Checker *check, Type *t, const Lookup *how) {
  Buffer out = {0};
  for (uint32_t i = 0; i < how->path_len; i++) {
    bool pointer;
    Type *s = type_underlying(type_deref(t, &pointer));
    if (s->kind != TYPE_STRUCT) s = type_underlying(type_underlying(t)->u.elem.type);
    if (s->kind != TYPE_STRUCT) break;
    Object *field = s->u.structure.fields.items[how->path[i]];
    buffer_printf(&out, "%s%s", i ? "." : "", atom_text(field->name));
    t = field->type;
  }
  const char *text = arena_strdup(check->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

/* The field that a key names; NULL: reported. */
static Object *keyed_field(Checker *check, Type *under, Type *base, KeyValueExpr *kv, Lookup *how) {
  Universe *u = check->universe;
  Pos pos = error_pos(kv->key);
  if (kv->key->kind != NODE_NAME) {
    check_error(check, error_pos(&kv->node), "invalid field name %s in struct literal",
                text_expr(check, kv->key));
    return NULL;
  }
  NameExpr *key = (NameExpr *)kv->key;
  *how = lookup_field_or_method(u, under, false, check->pkg, key->name);
  if (!how->object) {
    Lookup alt = lookup_field_or_method_fold(u, under, false, check->pkg, key->name);
    check_error(check, pos, "%s", lookup_error(check, base, key->name, alt.object, true));
    return NULL;
  }
  if (how->object->kind != OBJECT_VAR) {
    check_error(check, pos, "%s is not a field", text_expr(check, kv->key));
    return NULL;
  }
  if (how->path_len > 1 && !check_allow_version(check, 27)) {
    const char *what =
        textf(check, "%s promoted field %s in struct literal of type %s",
              check_is_old(check) ? "use" : "use of", field_path(check, under, how), text_type(check, base));
    if (check_is_old(check))
      check_error(check, pos, "cannot %s", what);
    else
      check_verify_version(check, pos, 27, what);
    return NULL;
  }
  if (how->indirect) {
    check_error(check, pos, "invalid implicit pointer indirection to reach %s", text_expr(check, kv->key));
    return NULL;
  }
  record_use(check, key, how->object);
  return how->object;
}

static void keyed_struct(Checker *check, Operand *x, NodeList elems, Type *under, Type *base) {
  Map visited = map_in(check->scratch);
  for (uint32_t i = 0; i < elems.len; i++) {
    if (elems.items[i]->kind != NODE_KEY_VALUE) {
      check_error(check, error_pos(elems.items[i]),
                  "mixture of field:value and value elements in struct literal");
      continue;
    }
    KeyValueExpr *kv = (KeyValueExpr *)elems.items[i];
    Lookup how;
    /* The value first: whatever is wrong with the key, it is evaluated. */
    check_generic_expr(check, x, kv->value);
    Object *field = keyed_field(check, under, base, kv, &how);
    if (!field) continue;
    check_assignment(check, x, field->type, "struct literal");
    uint32_t common = 0;
    Object *other = visit_field(check, &visited, field, &how, &common);
    if (!other) continue;
    Pos pos = error_pos(&kv->node);
    const char *name = atom_text(field->name), *other_name = atom_text(other->name);
    if (other == field)
      check_error(check, pos, "duplicate field name %s in struct literal", name);
    else if (common < how.path_len)
      check_error(check, pos, "cannot specify promoted field %s and enclosing embedded field %s", name,
                  other_name);
    else
      check_error(check, pos, "cannot specify embedded field %s and enclosed promoted field %s", name,
                  other_name);
  }
}

static bool field_is_hidden(Checker *check, const Object *field) {
  return !object_is_exported(field) && field->pkg != check->pkg;
}

static void positional_struct(Checker *check, Operand *x, CompositeLit *e, ObjectList fields, Type *base) {
  for (uint32_t i = 0; i < e->elems.len; i++) {
    Node *elem = e->elems.items[i];
    if (elem->kind == NODE_KEY_VALUE) {
      check_error(check, error_pos(elem), "mixture of field:value and value elements in struct literal");
      continue;
    }
    if (i < fields.len && !field_is_hidden(check, fields.items[i]) &&
        check_literal_as(check, x, elem, fields.items[i]->type))
      continue;
    check_generic_expr(check, x, elem);
    if (i >= fields.len) {
      operand_error(check, x, "too many values in struct literal of type %s", text_type(check, base));
      break;
    }
    Object *field = fields.items[i];
    if (field_is_hidden(check, field)) {
      operand_error(check, x, "implicit assignment to unexported field %s in struct literal of type %s",
                    atom_text(field->name), text_type(check, base));
      continue;
    }
    check_assignment(check, x, field->type, "struct literal");
  }
  if (e->elems.len >= fields.len) return;
  bool hidden = false;
  for (uint32_t i = 0; i < fields.len && !hidden; i++) hidden = field_is_hidden(check, fields.items[i]);
  check_error(check, e->rbrace, "too few values in struct literal of type %s%s", text_type(check, base),
              hidden ? " (type has unexported fields - use key:value pairs)" : "");
}

/* ---- array, slice and map literals ---- */

/* Returns the length: the greatest index + 1. length < 0: not given. */
static int64_t indexed_elements(Checker *check, CompositeLit *e, Type *type, int64_t length) {
  Map visited = map_in(check->scratch); /* without keys nothing can be set twice */
  int64_t index = 0, max = 0;
  for (uint32_t i = 0; i < e->elems.len; i++) {
    Node *elem = e->elems.items[i], *value = elem;
    bool valid = false;
    if (elem->kind == NODE_KEY_VALUE) {
      KeyValueExpr *kv = (KeyValueExpr *)elem;
      int64_t key;
      if (type_valid(check_index_operand(check, kv->key, length, &key))) {
        valid = key >= 0;
        if (valid)
          index = key;
        else
          check_error(check, error_pos(elem), "index %s must be integer constant", text_expr(check, kv->key));
      }
      value = kv->value;
    } else if (length >= 0 && index >= length) {
      check_error(check, error_pos(elem), "index %lld is out of bounds (>= %lld)", (long long)index,
                  (long long)length);
    } else {
      valid = true;
    }
    if (valid && e->key_count > 0) {
      uint64_t *slot = map_put(&visited, (uint64_t)index);
      if (*slot)
        check_error(check, error_pos(elem), "duplicate index %lld in array or slice literal",
                    (long long)index);
      *slot = 1;
    }
    index++;
    if (index > max) max = index;
    Operand x;
    check_expr_with_hint(check, &x, value, type);
    check_assignment(check, &x, type, "array or slice literal");
  }
  return max;
}

static void map_elements(Checker *check, Operand *x, CompositeLit *e, Type *under) {
  Type *key = under->u.map.key, *value = under->u.map.value;
  bool with_type = type_is_non_type_param_interface(key);
  ConstSet seen = {0};
  for (uint32_t i = 0; i < e->elems.len; i++) {
    if (e->elems.items[i]->kind != NODE_KEY_VALUE) {
      check_error(check, error_pos(e->elems.items[i]), "missing key in map literal");
      continue;
    }
    KeyValueExpr *kv = (KeyValueExpr *)e->elems.items[i];
    check_expr_with_hint(check, x, kv->key, key);
    check_assignment(check, x, key, "map literal");
    if (!operand_valid(x)) continue;
    if (operand_is_const(x) && const_set_add(check->scratch, &seen, x->value, x->type, POS_NONE, with_type)) {
      operand_error(check, x, "duplicate key %s in map literal", text_const(check, x->value));
      continue;
    }
    check_expr_with_hint(check, x, kv->value, value);
    check_assignment(check, x, value, "map literal");
  }
}

/* ---- composite literals ---- */

static void no_literal_type(Checker *check, CompositeLit *e, Type *type, Type *under, bool is_elem) {
  for (uint32_t i = 0; i < e->elems.len; i++) {
    Node *elem = e->elems.items[i];
    if (elem->kind == NODE_KEY_VALUE)
      elem = ((KeyValueExpr *)elem)->value; /* the key may be a field's name */
    check_use(check, node_elements(&elem));
  }
  if (under && !type_valid(under)) return;
  check_error(check, error_pos(&e->node), "invalid composite literal%s type %s%s", is_elem ? " element" : "",
              text_type(check, type), under ? "" : " (no common underlying type)");
}

/* The type of the literal; *base: without the pointer that an elided &T stands for. */
static Type *literal_type(Checker *check, CompositeLit *e, Type *hint, Type **base) {
  if (e->type && e->type->kind == NODE_ARRAY_TYPE && !((ArrayTypeExpr *)e->type)->length) {
    Type *elem = check_var_type(check, ((ArrayTypeExpr *)e->type)->elem);
    return *base = type_new_array(check->universe, elem, -1); /* [...]T: the length comes later */
  }
  if (e->type) return *base = check_type(check, e->type);
  if (!hint) {
    check_error(check, error_pos(&e->node), "missing type in composite literal");
    return *base = type_invalid(check->universe);
  }
  *base = hint;
  Type *under = common_under(check, hint, NULL, NULL);
  if (is_kind(under, TYPE_POINTER)) *base = under->u.elem.type;
  return hint;
}

void check_composite_lit(Checker *check, Operand *x, CompositeLit *e, Type *hint) {
  Type *base, *type = literal_type(check, e, hint, &base);
  if (!check_is_complete(check, base)) {
    operand_invalidate(x);
    return;
  }
  Type *under = common_under(check, base, NULL, NULL);
  if (is_kind(under, TYPE_STRUCT)) {
    bool keyed = e->elems.len > 0 && e->elems.items[0]->kind == NODE_KEY_VALUE;
    if (keyed)
      keyed_struct(check, x, e->elems, under, base);
    else if (e->elems.len > 0)
      positional_struct(check, x, e, under->u.structure.fields, base);
  } else if (is_kind(under, TYPE_ARRAY)) {
    int64_t n = indexed_elements(check, e, under->u.elem.type, under->u.elem.length);
    if (under->u.elem.length < 0) {
      under->u.elem.length = n;
      if (e->type) record_type_and_value(check, e->type, MODE_TYPE, under, NULL);
    }
  } else if (is_kind(under, TYPE_SLICE)) {
    indexed_elements(check, e, under->u.elem.type, -1);
  } else if (is_kind(under, TYPE_MAP)) {
    map_elements(check, x, e, under);
  } else {
    no_literal_type(check, e, type, under, !e->type && hint);
    if (!under || type_valid(under)) {
      operand_invalidate(x);
      return;
    }
  }
  x->mode = MODE_VALUE;
  x->type = type;
}
