/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Index and slice expressions.
 *
 * In: x[i], x[i:j:k]. Out: the operand for the element or slice; constant indices are verified against known lengths. An
 * index expression over a generic function is left to the caller, over a generic type it is a type.
 *
 * Go: cmd/compile/internal/types2/index.go
 */
#include "types/values.h"

/* ---- indices ---- */

bool check_index_value(Checker *check, Operand *x, const char *what, bool allow_negative) {
  if (!operand_valid(x)) return false;
  check_convert_untyped(check, x, basic_type(check, BASIC_INT));
  if (!operand_valid(x)) return false;
  const char *problem = NULL;
  if (!type_all_integer(check->universe, x->type)) {
    problem = "must be integer";
  } else if (operand_is_const(x)) {
    const Const *value =
        const_represent_on(check->arena, check->config->target, x->value, basic_type(check, BASIC_INT));
    if (!allow_negative && const_kind(x->value) != CONST_UNKNOWN && const_sign(x->value) < 0)
      problem = "must not be negative";
    else if (!value)
      problem = "overflows int";
    else
      x->value = value;
  }
  if (!problem) return true;
  operand_error(check, x, "invalid argument: %s %s %s", what, text_operand(check, x), problem);
  return false;
}

Type *check_index_operand(Checker *check, Node *index, int64_t max, int64_t *value) {
  Operand x;
  *value = -1;
  if (!check_literal_as(check, &x, index, basic_type(check, BASIC_INT))) check_expr(check, NULL, &x, index);
  if (!check_index_value(check, &x, "index", false)) return type_invalid(check->universe);
  if (!operand_is_const(&x)) return x.type;
  int64_t v;
  if (!const_int64(x.value, &v)) return type_invalid(check->universe);
  if (max >= 0 && v >= max) {
    operand_error(check, &x, "invalid argument: index %s out of bounds [0:%lld]", text_const(check, x.value),
                  (long long)max);
    return type_invalid(check->universe);
  }
  *value = v;
  return x.type;
}

/* The one index of e; NULL: reported. */
static Node *single_index(Checker *check, IndexExpr *e) {
  if (!e->index) {
    check_error(check, error_pos(&e->node), "invalid syntax tree: missing index for %s",
                text_expr(check, e->x));
    return NULL;
  }
  if (e->index->kind != NODE_LIST) return e->index;
  NodeList list = ((ListExpr *)e->index)->elems;
  if (list.len <= 1) {
    check_error(check, error_pos(&e->node),
                "invalid syntax tree: invalid use of ListExpr for index expression %s with %u indices",
                text_expr(check, &e->node), list.len);
    return NULL;
  }
  check_error(check, error_pos(list.items[1]), "invalid operation: more than one index");
  return list.items[0];
}

static void use_node(Checker *check, Node *e) {
  if (e) check_use(check, node_elements(&e));
}

/* ---- index expressions ---- */

typedef struct Indexed { /* what indexing a value gives */
  Type *elem;            /* NULL: cannot be indexed */
  Type *key;             /* maps */
  int64_t length;        /* -1: not known */
  ValueMode mode;
} Indexed;

/* Of one underlying type; x says whether it is addressable and constant. */
static Indexed indexed_by(Checker *check, const Operand *x, Type *under) {
  Indexed result = {.length = -1, .mode = MODE_VARIABLE};
  if (!under) return result;
  if (under->kind == TYPE_BASIC && type_is_string(under)) {
    result.elem = universe_byte(check->universe);
    result.mode = MODE_VALUE;
    if (operand_is_const(x)) result.length = const_string_length(x->value);
  } else if (under->kind == TYPE_ARRAY) {
    result.elem = under->u.elem.type;
    result.length = under->u.elem.length;
    if (x->mode != MODE_VARIABLE) result.mode = MODE_VALUE;
  } else if (under->kind == TYPE_POINTER) {
    Type *array = type_underlying(under->u.elem.type);
    if (array->kind != TYPE_ARRAY) return result;
    result.elem = array->u.elem.type;
    result.length = array->u.elem.length;
  } else if (under->kind == TYPE_SLICE) {
    result.elem = under->u.elem.type;
  } else if (under->kind == TYPE_MAP) {
    result.key = under->u.map.key;
    result.elem = under->u.map.value;
    result.mode = MODE_MAP_INDEX;
  }
  return result;
}

/* Of all types of a type set: they must agree about key and element; the shortest length counts. */
static Indexed indexed_by_all(Checker *check, const Operand *x) {
  TypePair one;
  TypePairs pairs = type_pairs(check, x->type, &one);
  Indexed result = {0};
  for (uint32_t i = 0; i < pairs.len; i++) {
    Indexed each = indexed_by(check, x, pairs.items[i].under);
    if (!each.elem) return (Indexed){0};
    if (!result.elem) {
      result = each;
      continue;
    }
    bool same_key = result.key && each.key ? type_identical(result.key, each.key) : !result.key && !each.key;
    if (!same_key || !type_identical(result.elem, each.elem)) return (Indexed){0};
    if (each.length >= 0 && each.length < result.length) result.length = each.length;
    if (each.mode == MODE_VALUE) result.mode = MODE_VALUE;
  }
  return result;
}

static bool index_base_complete(Checker *check, const Operand *x) {
  if (!check_is_complete(check, x->type)) return false;
  Type *under = type_underlying(x->type);
  if (under->kind == TYPE_POINTER) return check_is_complete(check, under->u.elem.type);
  return under->kind != TYPE_MAP || check_is_complete(check, under->u.map.value);
}

static void map_index(Checker *check, Operand *x, IndexExpr *e, const Indexed *indexed) {
  Node *index = single_index(check, e);
  if (!index) {
    operand_invalidate(x);
    return;
  }
  Operand key;
  check_generic_expr(check, &key, index);
  check_assignment(check, &key, indexed->key, "map index");
  x->mode = MODE_MAP_INDEX; /* the element type is known even if the key is wrong */
  x->type = indexed->elem;
  x->expr = &e->node;
}

bool check_index_expr(Checker *check, Operand *x, IndexExpr *e) {
  check_expr_or_type(check, x, e->x, true);
  if (!operand_valid(x)) {
    use_node(check, e->index);
    return false;
  }
  if (x->mode == MODE_TYPE) {
    operand_invalidate(x);
    x->type = check_var_type(check, &e->node);
    if (type_valid(x->type)) x->mode = MODE_TYPE;
    return false;
  }
  if (x->mode == MODE_VALUE) {
    Type *under = type_underlying(x->type);
    if (under->kind == TYPE_SIGNATURE && under->u.signature.tparams.len > 0) return true;
  }
  operand_non_generic(check, NULL, x);
  if (!operand_valid(x)) return false;
  if (!index_base_complete(check, x)) {
    operand_invalidate(x);
    return false;
  }
  Indexed indexed =
      is_type_param(x->type) ? indexed_by_all(check, x) : indexed_by(check, x, type_underlying(x->type));
  if (indexed.key) {
    map_index(check, x, e, &indexed);
    return false;
  }
  if (!indexed.elem) {
    check_error(check, e->node.pos, "cannot index %s", text_operand(check, x));
    use_node(check, e->index);
    operand_invalidate(x);
    return false;
  }
  x->mode = indexed.mode;
  x->type = indexed.elem;
  Node *index = single_index(check, e);
  if (!index) {
    operand_invalidate(x);
    return false;
  }
  int64_t value;
  check_index_operand(check, index, indexed.length, &value);
  return false;
}

/* ---- slice expressions ---- */

/* The common underlying type of what is sliced, strings counting as byte slices; NULL: reported. */
static Type *sliced_type(Checker *check, Operand *x) {
  TypePair one, common = {0};
  TypePairs pairs = type_pairs(check, x->type, &one);
  bool has_string = false;
  for (uint32_t i = 0; i < pairs.len; i++) {
    TypePair p = pairs.items[i];
    if (!p.under) {
      operand_error(check, x, "cannot slice %s: no specific type in %s", text_operand(check, x),
                    text_type(check, x->type));
      return NULL;
    }
    if (type_is_string(p.under)) {
      has_string = true;
      if (pairs.len == 1) break;
      p.under = type_new_slice(check->universe, universe_byte(check->universe));
    }
    if (!common.under) {
      common = p;
    } else if (!type_identical(common.under, p.under)) {
      operand_error(check, x, "cannot slice %s: %s and %s have different underlying types",
                    text_operand(check, x), text_type(check, common.type), text_type(check, p.type));
      common.under = NULL;
      break; /* if there was a string among the types the compiler goes on with that */
    }
  }
  if (!has_string) return common.under;
  return is_type_param(x->type) ? basic_type(check, BASIC_STRING) : type_underlying(x->type);
}

/* Sets x's type to that of the slice; *length: of what is sliced if known, else -1. False: cannot be sliced, reported. */
static bool slice_operand(Checker *check, Operand *x, SliceExpr *e, Type *under, int64_t *length) {
  *length = -1;
  if (under->kind == TYPE_BASIC && type_is_string(under)) {
    if (e->full) {
      Node *at = e->index[2] ? e->index[2] : &e->node;
      check_error(check, error_pos(at), "invalid operation: 3-index slice of string");
      return false;
    }
    if (operand_is_const(x)) *length = const_string_length(x->value);
    if (type_is_untyped(x->type)) x->type = basic_type(check, BASIC_STRING);
    return true;
  }
  if (under->kind == TYPE_ARRAY) {
    if (x->mode != MODE_VARIABLE) {
      operand_error(check, x, "cannot slice unaddressable value %s", text_operand(check, x));
      return false;
    }
    *length = under->u.elem.length;
    x->type = type_new_slice(check->universe, under->u.elem.type);
    return true;
  }
  if (under->kind == TYPE_POINTER && type_underlying(under->u.elem.type)->kind == TYPE_ARRAY) {
    Type *array = type_underlying(under->u.elem.type);
    *length = array->u.elem.length;
    x->type = type_new_slice(check->universe, array->u.elem.type);
    return true;
  }
  if (under->kind == TYPE_SLICE) return true;
  operand_error(check, x, "cannot slice %s", text_operand(check, x));
  return false;
}

/* Constant indices must not fall; one error is enough. */
static void check_index_order(Checker *check, SliceExpr *e, const int64_t values[3]) {
  for (int i = 0; i < 2; i++) {
    for (int j = i + 1; values[i] > 0 && j < 3; j++) {
      if (values[j] < 0 || values[j] >= values[i]) continue;
      check_error(check, error_pos(e->index[j]), "invalid slice indices: %lld < %lld", (long long)values[j],
                  (long long)values[i]);
      return;
    }
  }
}

static void slice_indices(Checker *check, SliceExpr *e, int64_t length) {
  int64_t values[3];
  for (int i = 0; i < 3; i++) {
    values[i] = i == 0 ? 0 : length; /* defaults; -1: not known */
    if (!e->index[i]) continue;
    check_index_operand(check, e->index[i], length >= 0 ? length + 1 : -1, &values[i]);
  }
  check_index_order(check, e, values);
}

void check_slice_expr(Checker *check, Operand *x, SliceExpr *e) {
  check_expr(check, NULL, x, e->x);
  if (!operand_valid(x)) {
    for (int i = 0; i < 3; i++) use_node(check, e->index[i]);
    return;
  }
  Type *under = sliced_type(check, x);
  Type *own = type_underlying(x->type);
  int64_t length;
  bool ok = own->kind != TYPE_POINTER || check_is_complete(check, own->u.elem.type);
  if (!ok || !under || !slice_operand(check, x, e, under, &length)) {
    operand_invalidate(x);
    return;
  }
  x->mode = MODE_VALUE;
  if (e->full && (!e->index[1] || !e->index[2])) {
    check_error(check, error_pos(&e->node),
                "invalid syntax tree: 2nd and 3rd index required in 3-index slice");
    operand_invalidate(x);
    return;
  }
  slice_indices(check, e, length);
}
