/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Operands: how messages show them, and to which variables they can be assigned.
 *
 * Go: cmd/compile/internal/types2/operand.go, under.go
 */
#include "types/values.h"

/* ---- texts ---- */

const char *textf(Checker *check, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  Str s = arena_vprintf(check->arena, fmt, args);
  va_end(args);
  return s.data;
}

static const char *text_of(Checker *check, Buffer *buffer) {
  const char *text = arena_strdup(check->arena, buffer_view(buffer));
  buffer_free(buffer);
  return text;
}

const char *text_const(Checker *check, const Const *c) {
  Buffer out = {0};
  const_print(&out, c);
  return text_of(check, &out);
}

const char *text_pos(Checker *check, Pos pos) {
  Buffer out = {0};
  source_print_position(check->config->session->sources, &out, pos);
  return text_of(check, &out);
}

const char *composite_kind(Type *t) {
  static const char *const kinds[] = {
      [TYPE_POINTER] = "pointer",
      [TYPE_SLICE] = "slice",
      [TYPE_ARRAY] = "array",
      [TYPE_CHAN] = "chan",
      [TYPE_MAP] = "map",
      [TYPE_STRUCT] = "struct",
      [TYPE_TUPLE] = "tuple",
      [TYPE_SIGNATURE] = "func",
      [TYPE_INTERFACE] = "interface",
      [TYPE_UNION] = "union",
      [TYPE_TYPE_PARAM] = "interface",
  };
  const char *kind = kinds[type_underlying(t)->kind];
  return kind ? kind : "";
}

static const char *mode_text(ValueMode mode) {
  static const char *const texts[] = {
      [MODE_INVALID] = "invalid operand",
      [MODE_NO_VALUE] = "no value",
      [MODE_BUILTIN] = "built-in",
      [MODE_TYPE] = "type",
      [MODE_CONSTANT] = "constant",
      [MODE_VARIABLE] = "variable",
      [MODE_MAP_INDEX] = "map index expression",
      [MODE_VALUE] = "value",
      [MODE_NIL] = "nil",
      [MODE_COMMA_OK] = "comma, ok expression",
      [MODE_COMMA_ERROR] = "comma, error expression",
      [MODE_CGO_FUNC] = "cgo function",
  };
  return texts[mode];
}

static const char *builtin_text(BuiltinId id) {
  static const char *const texts[] = {
#define BUILTIN(NAME, text, args, variadic, kind) text,
#include "types/builtins.def"
#undef BUILTIN
  };
  return texts[id];
}

static const char *operand_expr_text(Checker *check, const Operand *x) {
  if (x->expr) return text_expr(check, x->expr);
  if (x->mode == MODE_BUILTIN) return builtin_text(x->builtin);
  if (x->mode == MODE_TYPE) return text_type(check, x->type);
  if (x->mode == MODE_CONSTANT) return text_const(check, x->value);
  return "";
}

/* " of struct type T", " of type P constrained by C", … */
static void print_operand_type(Checker *check, Buffer *out, Type *t) {
  if (!type_valid(t)) {
    buffer_text(out, " with invalid type");
    return;
  }
  Type *actual = type_unalias(t);
  buffer_text(out, " of ");
  if (type_is_generic(t)) buffer_text(out, "generic ");
  if (actual->kind != TYPE_TYPE_PARAM && (t->kind == TYPE_ALIAS || t->kind == TYPE_NAMED)) {
    const char *kind = composite_kind(t);
    Type *under = type_underlying(t);
    if (*kind)
      buffer_printf(out, "%s ", kind);
    else if (under->kind == TYPE_BASIC)
      buffer_printf(out, "%s ", atom_text(under->u.basic.name));
  }
  buffer_printf(out, "type %s", text_type(check, t));
  if (actual->kind == TYPE_TYPE_PARAM) {
    buffer_printf(out, " constrained by %s", text_type(check, actual->u.tparam.bound));
    if (type_has_empty_type_set(check->universe, actual)) buffer_text(out, " with empty type set");
  }
}

const char *text_operand(Checker *check, const Operand *x) {
  if (x->mode == MODE_NIL) {
    if (!x->type || !type_valid(x->type)) return "nil (with invalid type)";
    if (type_is_basic(x->type, BASIC_UNTYPED_NIL)) return "nil";
    return textf(check, "nil (of type %s)", text_type(check, x->type));
  }
  Buffer out = {0};
  const char *expr = operand_expr_text(check, x);
  if (*expr) buffer_printf(&out, "%s (", expr);
  bool has_type = false;
  if (x->mode != MODE_INVALID && x->mode != MODE_NO_VALUE && x->mode != MODE_BUILTIN &&
      x->mode != MODE_TYPE && x->type) {
    has_type = !type_is_untyped(x->type);
    if (!has_type) buffer_printf(&out, "%s ", atom_text(x->type->u.basic.name));
  }
  buffer_text(&out, mode_text(x->mode));
  if (x->mode == MODE_CONSTANT) {
    const char *value = text_const(check, x->value);
    if (strcmp(value, expr) != 0) buffer_printf(&out, " %s", value);
  }
  if (has_type) print_operand_type(check, &out, x->type);
  if (*expr) buffer_char(&out, ')');
  return text_of(check, &out);
}

Node *placeholder_name(Checker *check, Pos pos, const char *text) {
  NameExpr *name = arena_new_of(check->arena, NameExpr);
  *name = (NameExpr){{NODE_NAME, 0, pos}, intern_text(check->config->session->interner, text)};
  return &name->node;
}

static const char *summary_text(Checker *check, Type *t) {
  if (!t || !type_valid(t)) return "unknown type";
  if (!type_is_untyped(t)) return text_type(check, t);
  if (type_is_numeric(t)) return "number"; /* no specific type is wanted */
  const char *name = atom_text(t->u.basic.name);
  return strncmp(name, "untyped ", 8) == 0 ? name + 8 : name;
}

const char *text_types_summary(Checker *check, TypeList list, bool variadic, bool has_dots) {
  Buffer out = {0};
  buffer_char(&out, '(');
  for (uint32_t i = 0; i < list.len; i++) {
    Type *t = list.items[i];
    bool last = i + 1 == list.len;
    if (i) buffer_text(&out, ", ");
    if (last && variadic) {
      buffer_text(&out, "...");
      if (is_kind(t, TYPE_SLICE)) {
        buffer_text(&out, text_type(check, t->u.elem.type));
        continue;
      }
    }
    buffer_text(&out, summary_text(check, t));
    if (last && has_dots) buffer_text(&out, "...");
  }
  buffer_char(&out, ')');
  return text_of(check, &out);
}

/* ---- operands ---- */

bool operand_is_nil(const Operand *x) { return x->mode == MODE_NIL; }

void operand_set_const(Operand *x, Universe *u, const Const *value, BasicKind untyped_kind) {
  x->mode = MODE_CONSTANT;
  x->type = universe_basic(u, untyped_kind);
  x->value = value;
}

/* ---- type sets ---- */

typedef struct PairCollector {
  Arena *arena;
  VEC(TypePair) pairs;
} PairCollector;

static bool collect_pair(void *context, Type *t, Type *under) {
  PairCollector *collector = context;
  vec_push(collector->arena, &collector->pairs, (TypePair){t, under});
  return true;
}

TypePairs type_pairs(Checker *check, Type *t, TypePair *one) {
  if (!is_type_param(t)) {
    *one = (TypePair){t, type_underlying(t)};
    return (TypePairs){one, 1};
  }
  PairCollector collector = {.arena = check->arena};
  type_each(check->universe, t, collect_pair, &collector);
  return (TypePairs){collector.pairs.items, collector.pairs.len};
}

/* A channel after a channel: the more restricted one of the two; NULL and *cause if they do not go together. */
static Type *common_channel(Checker *check, TypePair a, TypePair b, const char **cause) {
  ChanDir da = a.under->u.elem.dir, db = b.under->u.elem.dir;
  if (!type_identical(a.under->u.elem.type, b.under->u.elem.type)) {
    *cause = textf(check, "channels %s and %s have different element types", text_type(check, a.type),
                   text_type(check, b.type));
    return NULL;
  }
  if (da == db || db == CHAN_BOTH) return a.under;
  if (da == CHAN_BOTH) return b.under;
  *cause = textf(check, "channels %s and %s have conflicting directions", text_type(check, a.type),
                 text_type(check, b.type));
  return NULL;
}

Type *common_under(Checker *check, Type *t, UnderCondition condition, const char **cause) {
  const char *ignored;
  if (!cause) cause = &ignored;
  *cause = "";
  TypePair one, common = {0};
  TypePairs pairs = type_pairs(check, t, &one);
  for (uint32_t i = 0; i < pairs.len; i++) {
    TypePair p = pairs.items[i];
    const char *problem = condition ? condition(check, p.type, p.under) : NULL;
    if (!problem && !p.under) problem = "no specific type";
    if (problem) {
      *cause = problem;
      return NULL;
    }
    if (!common.under) {
      common = p;
    } else if (common.under->kind == TYPE_CHAN && p.under->kind == TYPE_CHAN) {
      Type *chan = common_channel(check, common, p, cause);
      if (!chan) return NULL;
      if (chan == p.under) common = p;
    } else if (!type_identical(common.under, p.under)) {
      *cause = textf(check, "%s and %s have different underlying types", text_type(check, common.type),
                     text_type(check, p.type));
      return NULL;
    }
  }
  return common.under;
}

/* ---- assignability ---- */

static bool has_name(const Type *t) {
  return t->kind == TYPE_BASIC || t->kind == TYPE_NAMED || t->kind == TYPE_TYPE_PARAM ||
         t->kind == TYPE_ALIAS;
}

static void prepend_cause(Checker *check, const char **cause, const char *text) {
  if (cause) *cause = *cause && **cause ? textf(check, "%s\n\t%s", text, *cause) : text;
}

static bool untyped_assignable(Checker *check, Operand *x, Type *t) {
  const Const *value;
  int failure;
  if (!is_type_param(t)) return check_implicit_type_and_value(check, x, t, &value, &failure) != NULL;
  TypePair one;
  TypePairs pairs = type_pairs(check, t, &one);
  for (uint32_t i = 0; i < pairs.len; i++) {
    if (!pairs.items[i].type) return false;
    if (!check_implicit_type_and_value(check, x, pairs.items[i].type, &value, &failure)) return false;
  }
  return true;
}

/* x to each specific type of the type parameter t. */
static bool assignable_to_all(Checker *check, Operand *x, Type *t, const char **cause) {
  TypePair one;
  TypePairs pairs = type_pairs(check, t, &one);
  for (uint32_t i = 0; i < pairs.len; i++) {
    Type *each = pairs.items[i].type;
    if (!each) return false;
    if (operand_assignable(check, x, each, cause)) continue;
    prepend_cause(check, cause,
                  textf(check, "cannot assign %s to %s (in %s)", text_type(check, x->type),
                        text_type(check, each), text_type(check, t)));
    return false;
  }
  return pairs.len > 0;
}

/* A value of each specific type of x's type parameter to t. */
static bool all_assignable(Checker *check, const Operand *x, Type *t, const char **cause) {
  TypePair one;
  TypePairs pairs = type_pairs(check, x->type, &one);
  Operand each = *x;
  for (uint32_t i = 0; i < pairs.len; i++) {
    each.type = pairs.items[i].type;
    if (!each.type) return false;
    if (operand_assignable(check, &each, t, cause)) continue;
    prepend_cause(check, cause,
                  textf(check, "cannot assign %s (in %s) to %s", text_type(check, each.type),
                        text_type(check, x->type), text_type(check, t)));
    return false;
  }
  return pairs.len > 0;
}

static bool is_interface_pointer(Type *under) {
  return under->kind == TYPE_POINTER &&
         (type_is_interface(under->u.elem.type) || is_type_param(under->u.elem.type));
}

bool operand_assignable(Checker *check, Operand *x, Type *target, const char **cause) {
  if (!operand_valid(x) || !type_valid(target) || !type_valid(x->type)) return true;
  Type *v = type_unalias(x->type), *t = type_unalias(target);
  if (v == t || type_identical(v, t)) return true;
  Type *vu = type_underlying(v), *tu = type_underlying(t);
  bool v_param = v->kind == TYPE_TYPE_PARAM, t_param = t->kind == TYPE_TYPE_PARAM;
  if (type_is_untyped(vu)) return untyped_assignable(check, x, t);

  bool one_unnamed = !has_name(v) || !has_name(t);
  if (one_unnamed && !v_param && !t_param && type_identical(vu, tu)) return true;

  if ((tu->kind == TYPE_INTERFACE && !t_param) || is_interface_pointer(tu)) {
    /* In invalid cycles of interfaces it matters whose type set is computed first. */
    if (vu->kind == TYPE_INTERFACE) type_set(check->universe, vu);
    if (check_implements(check, v, t, false, cause)) return true;
    if (!v_param) return false;
    if (cause) *cause = ""; /* the types of v's type set decide */
  }
  if (vu->kind == TYPE_INTERFACE && !v_param && check_implements(check, t, v, false, NULL)) {
    if (cause) *cause = "need type assertion";
    return false;
  }
  if (vu->kind == TYPE_CHAN && vu->u.elem.dir == CHAN_BOTH && tu->kind == TYPE_CHAN &&
      type_identical(vu->u.elem.type, tu->u.elem.type))
    return one_unnamed;

  if (!has_name(v) && t_param) return assignable_to_all(check, x, t, cause);
  if (v_param && !has_name(t)) return all_assignable(check, x, target, cause);
  return false;
}
