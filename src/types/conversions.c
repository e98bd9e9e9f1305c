/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Conversions T(x): constant and non-constant, with type parameters on either side.
 *
 * Go: cmd/compile/internal/types2/conversions.go
 */
#include "types/values.h"

#define MAX_RUNE 0x10FFFF

static bool under_is_basic(Type *t, BasicKind kind) { return type_is_basic(type_underlying(t), kind); }
bool type_is_uintptr(Type *t) { return under_is_basic(t, BASIC_UINTPTR); }
bool type_is_unsafe_pointer(Type *t) { return under_is_basic(t, BASIC_UNSAFE_POINTER); }

/* ---- constants ---- */

/* The text of a code point; invalid ones give U+FFFD. */
static Const *rune_string(Checker *check, const Const *value) {
  uint64_t rune;
  Buffer out = {0};
  buffer_rune(&out, const_uint64(value, &rune) && rune <= MAX_RUNE ? (uint32_t)rune : 0xFFFD);
  Str text = arena_str(check->arena, buffer_view(&out));
  buffer_free(&out);
  return const_make_string(check->arena, text);
}

/* The value of the constant x after conversion to t; NULL: not convertible. */
static const Const *constant_converted(Checker *check, const Operand *x, Type *t) {
  Type *basic = type_underlying(t);
  if (basic->kind != TYPE_BASIC) return NULL;
  const Const *value = const_represent_on(check->arena, check->config->target, x->value, basic);
  if (value) return value;
  return type_is_integer(x->type) && type_is_string(basic) ? rune_string(check, x->value) : NULL;
}

/* A constant to a type parameter: it must fit each specific type. */
static bool constant_to_type_param(Checker *check, const Operand *x, Type *t, const char **cause) {
  TypePair one;
  TypePairs pairs = type_pairs(check, t, &one);
  for (uint32_t i = 0; i < pairs.len; i++) {
    Type *u = pairs.items[i].under;
    if (!u) {
      *cause = textf(check, "%s does not contain specific types", text_type(check, t));
      return false;
    }
    if ((type_is_string(x->type) && type_is_bytes_or_runes(u)) || constant_converted(check, x, u)) continue;
    if (type_is_integer(x->type) && type_is_integer(u)) {
      *cause = textf(check, "constant %s overflows %s (in %s)", text_const(check, x->value),
                     text_type(check, u), text_type(check, t));
    } else {
      *cause = textf(check, "cannot convert %s to type %s (in %s)", text_operand(check, x),
                     text_type(check, u), text_type(check, t));
    }
    return false;
  }
  return true;
}

/* ---- values ---- */

static bool convertible_pointers(Type *v, Type *t) {
  if (v->kind != TYPE_POINTER || t->kind != TYPE_POINTER) return false;
  Type *vb = v->u.elem.type, *tb = t->u.elem.type;
  return !is_type_param(vb) && !is_type_param(tb) &&
         type_identical_ignore_tags(type_underlying(vb), type_underlying(tb));
}

/* A slice to an array or a pointer to one. *allowed: the elements match but the language version is too old. */
static bool slice_to_array(Checker *check, Type *vu, Type *tu, const char **cause, bool *decided) {
  bool pointer = tu->kind == TYPE_POINTER;
  Type *array = pointer ? type_underlying(tu->u.elem.type) : tu;
  *decided = vu->kind == TYPE_SLICE && array->kind == TYPE_ARRAY &&
             type_identical(vu->u.elem.type, array->u.elem.type);
  if (!*decided) return false;
  if (check_allow_version(check, pointer ? 17 : 20)) return true;
  if (cause) {
    *cause = pointer ? "conversion of slice to array pointer requires go1.17 or later"
                     : "conversion of slice to array requires go1.20 or later";
  }
  return false;
}

static bool basic_convertible(Type *vu, Type *tu) {
  if (type_is_integer_or_float(vu) && type_is_integer_or_float(tu)) return true;
  if (type_is_complex(vu) && type_is_complex(tu)) return true;
  if ((type_is_integer(vu) || type_is_bytes_or_runes(vu)) && type_is_string(tu)) return true;
  if (type_is_string(vu) && type_is_bytes_or_runes(tu)) return true;
  if ((type_is_pointer(vu) || type_is_uintptr(vu)) && type_is_unsafe_pointer(tu)) return true;
  return type_is_unsafe_pointer(vu) && (type_is_pointer(tu) || type_is_uintptr(tu));
}

typedef struct TypeIn { /* a type, and the type parameter whose type set it comes from (or NULL) */
  Type *type, *param;
} TypeIn;

static const char *text_type_in(Checker *check, TypeIn t) {
  if (!t.param) return text_type(check, t.type);
  return textf(check, "%s (in %s)", text_type(check, t.type), text_type(check, t.param));
}

static bool convertible_in(Checker *check, const Operand *x, TypeIn from, TypeIn to, const char **cause) {
  if (!from.type || !to.type) return false; /* no specific types */
  Operand each = *x;
  each.type = from.type;
  if (operand_convertible(check, &each, to.type, cause)) return true;
  if (!cause) return false;
  const char *text =
      textf(check, "cannot convert %s to type %s", text_type_in(check, from), text_type_in(check, to));
  *cause = *cause && **cause ? textf(check, "%s\n\t%s", text, *cause) : text;
  return false;
}

/* t: the target without aliases; orig: as written. It or the operand's type is a type parameter. */
static bool generic_convertible(Checker *check, Operand *x, Type *t, Type *orig, const char **cause) {
  Type *v = type_unalias(x->type);
  bool vp = v->kind == TYPE_TYPE_PARAM, tp = t->kind == TYPE_TYPE_PARAM;
  TypePair one_v, one_t;
  TypePairs from = type_pairs(check, v, &one_v), to = type_pairs(check, t, &one_t);
  for (uint32_t i = 0; i < from.len; i++) {
    for (uint32_t j = 0; j < to.len; j++) {
      TypeIn source = {vp ? from.items[i].type : x->type, vp ? v : NULL};
      TypeIn target = {tp ? to.items[j].type : orig, tp ? t : NULL};
      if (!convertible_in(check, x, source, target, cause)) return false;
    }
  }
  return true;
}

bool operand_convertible(Checker *check, Operand *x, Type *target, const char **cause) {
  if (operand_assignable(check, x, target, cause)) return true;
  Type *v = type_unalias(x->type), *t = type_unalias(target);
  Type *vu = type_underlying(v), *tu = type_underlying(t);
  bool generic = v->kind == TYPE_TYPE_PARAM || t->kind == TYPE_TYPE_PARAM;
  if (!generic && type_identical_ignore_tags(vu, tu)) return true;
  if (convertible_pointers(v, t)) return true;
  if (basic_convertible(vu, tu)) return true;
  bool decided;
  if (slice_to_array(check, vu, tu, cause, &decided)) return true;
  if (decided || !generic) return false;
  return generic_convertible(check, x, t, target, cause);
}

/* The type that an untyped operand of a conversion to t gets. */
static Type *final_type(Checker *check, const Operand *x, Type *t, bool constant) {
  if (type_is_basic(x->type, BASIC_UNTYPED_NIL)) return t;
  if (type_is_non_type_param_interface(t) || (constant && !type_is_const_type(t)))
    return type_default(check->universe, x->type);
  if (operand_is_const(x) && type_is_integer(x->type) && type_all_string(check->universe, t)) return x->type;
  return t;
}

void check_conversion(Checker *check, Operand *x, Type *t, Pos at) {
  bool constant = operand_is_const(x), ok = false;
  const char *cause = "";
  if (constant && type_is_const_type(t)) {
    const Const *value = constant_converted(check, x, t);
    ok = value != NULL;
    if (ok) x->value = value;
    if (!ok && type_is_integer(t)) { /* messages show the integer that does not fit */
      const Const *integer = const_to_kind(check->arena, x->value, CONST_INT);
      if (const_kind(integer) == CONST_INT) x->value = integer;
    }
    if (!ok && type_is_integer(x->type) && type_is_integer(t)) {
      operand_error(check, x, "constant %s overflows %s", text_const(check, x->value), text_type(check, t));
      operand_invalidate(x);
      return;
    }
  } else if (constant && is_type_param(t)) {
    ok = constant_to_type_param(check, x, t, &cause);
    x->mode = MODE_VALUE; /* type parameters are not constants */
  } else if (operand_convertible(check, x, t, &cause)) {
    ok = true;
    x->mode = MODE_VALUE;
  }
  if (!ok && check_is_old(check)) {
    check_error(check, at, "cannot convert %s to type %s", text_typed(check, x), text_type(check, t));
    operand_invalidate(x);
    return;
  }
  if (!ok) {
    const char *what = text_operand(check, x), *to = text_type(check, t);
    bool reason = cause && *cause;
    operand_error(check, x, "cannot convert %s to type %s%s%s", what, to, reason ? ": " : "",
                  reason ? cause : "");
    operand_invalidate(x);
    return;
  }
  if (type_is_untyped(x->type))
    check_update_expr_type(check, x->expr, final_type(check, x, t, constant), true);
  x->type = t;
}
