/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Calls of predeclared functions and of those of package unsafe.
 *
 * In: the call and which function it is. Out: the operand of the result (without its expression); the signature that the call
 * has is recorded for the function's name, unless the result is constant. False: reported.
 *
 * Go: cmd/compile/internal/types2/builtins.go
 */
#include "types/values.h"

typedef struct BuiltinRow {
  const char *name;
  uint32_t args;
  bool variadic;
} BuiltinRow;

static const BuiltinRow builtin_rows[] = {
#define BUILTIN(NAME, text, args, variadic, kind) {text, args, variadic},
#include "types/builtins.def"
#undef BUILTIN
};

typedef struct BuiltinCall { /* what the functions below work on */
  Checker *check;
  CallExpr *call;
  BuiltinId id;
  const char *name;
  OperandList args; /* evaluated; empty for make, new and Offsetof */
  Operand *x;       /* first argument, then the result */
} BuiltinCall;

/* ---- signatures ---- */

/* result may be NULL; untyped arguments have their default types. */
static Type *make_signature(Checker *check, Type *result, uint32_t n, Type *const *args) {
  Universe *u = check->universe;
  Object **params = universe_new_array(u, Object *, n);
  for (uint32_t i = 0; i < n; i++)
    params[i] = object_new_var(u, VAR_PARAM, NULL, POS_NONE, NULL, type_default(u, args[i]));
  Object **results = universe_new_array(u, Object *, 1);
  if (result) results[0] = object_new_var(u, VAR_RESULT, NULL, POS_NONE, NULL, result);
  Type *in = type_new_tuple(u, (ObjectList){params, n});
  Type *out = type_new_tuple(u, (ObjectList){results, result ? 1 : 0});
  return type_new_signature(u, NULL, in, out, false);
}

static void record_signature(BuiltinCall *b, Type *result, uint32_t n, Type *const *args) {
  record_builtin_type(b->check, b->call->fun, make_signature(b->check, result, n, args));
}

static void record_signature1(BuiltinCall *b, Type *result, Type *arg) {
  record_signature(b, result, 1, &arg);
}

static void record_signature2(BuiltinCall *b, Type *result, Type *arg0, Type *arg1) {
  Type *args[] = {arg0, arg1};
  record_signature(b, result, 2, args);
}

static bool result_value(BuiltinCall *b, Type *t) {
  b->x->mode = MODE_VALUE;
  b->x->type = t;
  return true;
}

static bool no_result(BuiltinCall *b) {
  b->x->mode = MODE_NO_VALUE;
  return true;
}

static bool needs_version(BuiltinCall *b, uint16_t minor, const char *what) {
  if (check_allow_version(b->check, minor)) return true;
  return check_verify_name(b->check, error_pos(b->call->fun), minor, what, text_expr(b->check, b->call->fun));
}

/* ---- append, copy ---- */

/* The element type of x's slice type (or of all of its type set); NULL and *problem. */
static Type *slice_elem(Checker *check, Operand *x, const char **problem) {
  TypePair one;
  TypePairs pairs = type_pairs(check, x->type, &one);
  Type *elem = NULL;
  for (uint32_t i = 0; i < pairs.len; i++) {
    Type *under = pairs.items[i].under;
    if (!is_kind(under, TYPE_SLICE)) {
      *problem = operand_is_nil(x)
                     ? "argument must be a slice; have untyped nil"
                     : textf(check, "argument must be a slice; have %s", text_operand(check, x));
      return NULL;
    }
    if (!elem) elem = under->u.elem.type;
    if (type_identical(elem, under->u.elem.type)) continue;
    *problem = textf(check, "mismatched slice element types %s and %s in %s", text_type(check, elem),
                     text_type(check, under->u.elem.type), text_operand(check, x));
    return NULL;
  }
  return elem;
}

static Type *byte_slice(Checker *check) {
  return type_new_slice(check->universe, universe_byte(check->universe));
}

/* The type set of t has only strings and byte slices. *has_string: at least one string. */
static bool strings_and_bytes(Checker *check, Type *t, bool *has_string) {
  TypePair one;
  TypePairs pairs = type_pairs(check, t, &one);
  Type *byte = universe_byte(check->universe);
  *has_string = false;
  for (uint32_t i = 0; i < pairs.len; i++) {
    Type *under = pairs.items[i].under;
    if (is_kind(under, TYPE_SLICE) && type_identical(under->u.elem.type, byte)) continue;
    if (!under || !type_is_string(under)) return false;
    *has_string = true;
  }
  return true;
}

static void report_append_count(BuiltinCall *b, Type *slice, bool dots) {
  Checker *check = b->check;
  TypeList have = {arena_new_array(check->arena, Type *, b->args.len), b->args.len};
  for (uint32_t i = 0; i < have.len; i++) have.items[i] = b->args.items[i].type;
  Type *params[] = {b->x->type, slice};
  bool too_many = b->args.len > 2;
  Operand *at = too_many ? &b->args.items[2] : &b->args.items[b->args.len - 1];
  operand_error(check, at, "%s arguments in call to %s\n\thave %s\n\twant %s",
                too_many ? "too many" : "not enough", text_expr(check, b->call->fun),
                text_types_summary(check, have, false, dots),
                text_types_summary(check, (TypeList){params, 2}, true, false));
}

/* append(s, x...) and append(s, x, y): the arguments are passed as to a variadic function. */
static void append_arguments(BuiltinCall *b, Type *elem, Type *slice) {
  Checker *check = b->check;
  bool dots = b->call->has_dots;
  if (dots && b->call->args.len == 1 && b->args.len > 1) {
    check_error(check, error_pos(&b->call->node), "cannot use ... with %u-valued %s", b->args.len,
                text_expr(check, b->call->args.items[0]));
    return;
  }
  if (dots && b->args.len != 2) {
    report_append_count(b, slice, dots);
    return;
  }
  const char *context = textf(check, "argument to %s", text_expr(check, b->call->fun));
  for (uint32_t i = 0; i < b->args.len; i++)
    check_assignment(check, &b->args.items[i], i == 0 ? b->x->type : dots ? slice : elem, context);
}

static bool builtin_append(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  const char *problem;
  Type *elem = slice_elem(check, x, &problem);
  if (!elem) {
    operand_error(check, x, "invalid append: %s", problem);
    return false;
  }
  Type *second = NULL;
  bool has_string;
  if (b->args.len == 2 && b->call->has_dots && !is_kind(type_unalias(b->args.items[1].type), TYPE_SLICE) &&
      operand_assignable(check, x, byte_slice(check), NULL) &&
      strings_and_bytes(check, b->args.items[1].type, &has_string) && has_string)
    second = b->args.items[1].type; /* append([]byte, string...) */
  if (!second) {
    second = type_new_slice(check->universe, elem);
    append_arguments(b, elem, second);
  }
  Type *args[] = {x->type, second};
  Type *signature = make_signature(check, x->type, 2, args);
  signature->u.signature.variadic = true;
  record_builtin_type(check, b->call->fun, signature);
  x->mode = MODE_VALUE;
  return true;
}

static bool builtin_copy(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x, *y = &b->args.items[1];
  const char *problem;
  Type *to = slice_elem(check, x, &problem);
  if (!to) {
    operand_error(check, x, "invalid copy: %s", problem);
    return false;
  }
  bool has_string;
  bool special =
      operand_assignable(check, x, byte_slice(check), NULL) && strings_and_bytes(check, y->type, &has_string);
  if (!special) {
    Type *from = slice_elem(check, y, &problem);
    if (!from && !type_all_string(check->universe, y->type)) {
      operand_error(check, y, "invalid copy: %s", problem);
      return false;
    }
    if (!from) from = universe_byte(check->universe);
    if (!type_identical(to, from)) {
      operand_error(check, x, "invalid copy: arguments %s and %s have different element types %s and %s",
                    text_operand(check, x), text_operand(check, y), text_type(check, to),
                    text_type(check, from));
      return false;
    }
  }
  record_signature2(b, basic_type(check, BASIC_INT), x->type, y->type);
  return result_value(b, basic_type(check, BASIC_INT));
}

/* ---- len, cap, clear, close, delete ---- */

static bool has_length(Type *under, BuiltinId id) {
  if (!under) return false;
  Type *t = array_pointer_deref(under);
  if (t->kind == TYPE_ARRAY || t->kind == TYPE_SLICE || t->kind == TYPE_CHAN) return true;
  return id == BUILTIN_LEN && (t->kind == TYPE_MAP || type_is_string(t));
}

static bool builtin_length(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  TypePair one;
  TypePairs pairs = type_pairs(check, x->type, &one);
  for (uint32_t i = 0; i < pairs.len; i++) {
    if (has_length(pairs.items[i].under, b->id)) continue;
    if (type_valid(type_underlying(x->type)))
      operand_error(check, x, "invalid argument: %s for built-in %s", text_operand(check, x), b->name);
    return false;
  }
  const Const *value = NULL;
  if (!is_type_param(x->type)) {
    Type *t = array_pointer_deref(type_underlying(x->type));
    if (t->kind == TYPE_BASIC && operand_is_const(x)) {
      value = const_make_int64(check->arena, const_string_length(x->value));
    } else if (t->kind == TYPE_ARRAY && !check->env.has_call_or_recv) {
      /* The argument is not evaluated. */
      value = t->u.elem.length >= 0 ? const_make_int64(check->arena, t->u.elem.length)
                                    : const_make_unknown(check->arena);
    }
  }
  Type *integer = basic_type(check, BASIC_INT);
  if (!value) record_signature1(b, integer, x->type);
  result_value(b, integer);
  if (value) x->mode = MODE_CONSTANT;
  x->value = value;
  return true;
}

static bool builtin_clear(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  needs_version(b, 21, "clear");
  TypePair one;
  TypePairs pairs = type_pairs(check, x->type, &one);
  for (uint32_t i = 0; i < pairs.len; i++) {
    if (is_kind(pairs.items[i].under, TYPE_MAP) || is_kind(pairs.items[i].under, TYPE_SLICE)) continue;
    operand_error(check, x,
                  "invalid argument: cannot clear %s: argument must be (or constrained by) map or slice",
                  text_operand(check, x));
    return false;
  }
  record_signature1(b, NULL, x->type);
  return no_result(b);
}

static bool builtin_close(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  TypePair one;
  TypePairs pairs = type_pairs(check, x->type, &one);
  for (uint32_t i = 0; i < pairs.len; i++) {
    Type *under = pairs.items[i].under;
    bool channel = is_kind(under, TYPE_CHAN);
    if (channel && under->u.elem.dir != CHAN_RECV) continue;
    operand_error(check, x, "invalid operation: cannot close %schannel %s",
                  channel ? "receive-only " : "non-", text_operand(check, x));
    return false;
  }
  record_signature1(b, NULL, x->type);
  return no_result(b);
}

static bool builtin_delete(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  Type *map = x->type, *key = NULL;
  TypePair one;
  TypePairs pairs = type_pairs(check, map, &one);
  for (uint32_t i = 0; i < pairs.len; i++) {
    Type *under = pairs.items[i].under;
    if (!is_kind(under, TYPE_MAP)) {
      operand_error(check, x, "invalid argument: %s is not a map", text_operand(check, x));
      return false;
    }
    if (key && !type_identical(under->u.map.key, key)) {
      operand_error(check, x, "invalid argument: maps of %s must have identical key types",
                    text_operand(check, x));
      return false;
    }
    key = under->u.map.key;
  }
  *x = b->args.items[1];
  check_assignment(check, x, key, "argument to delete");
  if (!operand_valid(x)) return false;
  record_signature2(b, NULL, map, key);
  return no_result(b);
}

/* ---- complex, real, imag ---- */

static Type *complex_of(Checker *check, Type *t) {
  Type *under = type_underlying(t);
  if (type_is_basic(under, BASIC_FLOAT32)) return basic_type(check, BASIC_COMPLEX64);
  if (type_is_basic(under, BASIC_FLOAT64)) return basic_type(check, BASIC_COMPLEX128);
  return type_is_basic(under, BASIC_UNTYPED_FLOAT) ? basic_type(check, BASIC_UNTYPED_COMPLEX) : NULL;
}

static Type *float_of(Checker *check, Type *t) {
  Type *under = type_underlying(t);
  if (type_is_basic(under, BASIC_COMPLEX64)) return basic_type(check, BASIC_FLOAT32);
  if (type_is_basic(under, BASIC_COMPLEX128)) return basic_type(check, BASIC_FLOAT64);
  return type_is_basic(under, BASIC_UNTYPED_COMPLEX) ? basic_type(check, BASIC_UNTYPED_FLOAT) : NULL;
}

/* f of x's type; of a type parameter: a new one over the results for its terms (and an error: not supported). */
static Type *apply_type_func(BuiltinCall *b, Type *(*f)(Checker *, Type *)) {
  Checker *check = b->check;
  Operand *x = b->x;
  if (!is_type_param(x->type)) return f(check, x->type);
  Universe *u = check->universe;
  TypePair one;
  TypePairs pairs = type_pairs(check, x->type, &one);
  UnionTerm *terms = universe_new_array(u, UnionTerm, pairs.len);
  for (uint32_t i = 0; i < pairs.len; i++) {
    Type *result = pairs.items[i].type ? f(check, pairs.items[i].type) : NULL;
    if (!result) return NULL;
    terms[i] = (UnionTerm){true, result};
  }
  operand_soft_error(check, x,
                     "%s not supported as argument to built-in %s for go1.18 (see go.dev/issue/50937)",
                     text_operand(check, x), b->name);
  Type *all = type_new(u, TYPE_UNION);
  all->u.union_.terms = terms;
  all->u.union_.len = pairs.len;
  Type **embedded = universe_new_array(u, Type *, 1);
  embedded[0] = all;
  Type *bound = type_new_interface(u, (ObjectList){0}, (TypeList){embedded, 1});
  Atom name = type_unalias(x->type)->u.tparam.object->name;
  return type_new_type_param(u, object_new(u, OBJECT_TYPE_NAME, check->pkg, POS_NONE, name, NULL), bound);
}

static void complex_operand_to_float(Checker *check, Operand *x) {
  if (type_is_numeric(x->type) && const_sign(const_imag(check->arena, x->value)) == 0)
    x->type = basic_type(check, BASIC_UNTYPED_FLOAT);
}

static bool match_complex_arguments(Checker *check, Operand *x, Operand *y) {
  bool ux = type_is_untyped(x->type), uy = type_is_untyped(y->type);
  if (ux && !uy) {
    check_convert_untyped(check, x, y->type);
  } else if (uy && !ux) {
    check_convert_untyped(check, y, x->type);
  } else if (ux && operand_is_const(x) && operand_is_const(y)) {
    complex_operand_to_float(check, x);
    complex_operand_to_float(check, y);
  } else if (ux) {
    check_convert_untyped(check, x, basic_type(check, BASIC_FLOAT64)); /* an error: a shift of a float */
    check_convert_untyped(check, y, basic_type(check, BASIC_FLOAT64));
  }
  return operand_valid(x) && operand_valid(y);
}

static bool builtin_complex(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x, *y = &b->args.items[1];
  if (!match_complex_arguments(check, x, y)) return false;
  if (!type_identical(x->type, y->type)) {
    operand_error(check, x, "invalid operation: %s (mismatched types %s and %s)",
                  text_expr(check, &b->call->node), text_type(check, x->type), text_type(check, y->type));
    return false;
  }
  Type *result = apply_type_func(b, complex_of);
  if (!result) {
    operand_error(check, x, "invalid argument: arguments have type %s, expected floating-point",
                  text_type(check, x->type));
    return false;
  }
  if (operand_is_const(x) && operand_is_const(y)) {
    x->value = const_complex(check->arena, const_to_kind(check->arena, x->value, CONST_FLOAT),
                             const_to_kind(check->arena, y->value, CONST_FLOAT));
  } else {
    x->mode = MODE_VALUE;
    record_signature2(b, result, x->type, x->type);
  }
  x->type = result;
  return true;
}

static bool builtin_part(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  if (type_is_untyped(x->type)) {
    if (!operand_is_const(x)) {
      check_convert_untyped(check, x,
                            basic_type(check, BASIC_COMPLEX128)); /* an error: a shift of a complex value */
      if (!operand_valid(x)) return false;
    } else if (type_is_numeric(x->type)) {
      x->type = basic_type(check, BASIC_UNTYPED_COMPLEX);
    }
  }
  Type *result = apply_type_func(b, float_of);
  if (!result) {
    operand_error(check, x, "invalid argument: argument has type %s, expected complex type",
                  text_type(check, x->type));
    return false;
  }
  if (operand_is_const(x)) {
    x->value =
        b->id == BUILTIN_REAL ? const_real(check->arena, x->value) : const_imag(check->arena, x->value);
  } else {
    x->mode = MODE_VALUE;
    record_signature1(b, result, x->type);
  }
  x->type = result;
  return true;
}

/* ---- make, new ---- */

static const char *makeable(Checker *check, Type *t, Type *under) {
  (void)check;
  (void)t;
  if (!under) return "no specific type";
  bool ok = under->kind == TYPE_SLICE || under->kind == TYPE_MAP || under->kind == TYPE_CHAN;
  return ok ? NULL : "type must be slice, map, or channel";
}

static bool builtin_make(BuiltinCall *b) {
  Checker *check = b->check;
  NodeList args = b->call->args;
  Type *t = check_var_type(check, args.items[0]);
  if (!type_valid(t)) return false;
  const char *cause;
  Type *under = common_under(check, t, makeable, &cause);
  if (!under) {
    check_error(check, error_pos(args.items[0]), "invalid argument: cannot make %s: %s",
                text_expr(check, args.items[0]), cause);
    return false;
  }
  uint32_t least = under->kind == TYPE_SLICE ? 2 : 1;
  if (args.len < least || args.len > least + 1) {
    check_error(check, error_pos(&b->call->node),
                "invalid operation: %s expects %u or %u arguments; found %u",
                text_expr(check, &b->call->node), least, least + 1, args.len);
    return false;
  }
  Type *types[3] = {t};
  int64_t sizes[3];
  for (uint32_t i = 1; i < args.len; i++) types[i] = check_index_operand(check, args.items[i], -1, &sizes[i]);
  if (args.len == 3 && sizes[1] >= 0 && sizes[2] >= 0 && sizes[1] > sizes[2])
    check_error(check, error_pos(args.items[1]), "invalid argument: length and capacity swapped");
  record_signature(b, t, args.len, types);
  return result_value(b, t);
}

static bool builtin_new(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  Node *arg = b->call->args.items[0];
  check_expr_or_type(check, x, arg, false);
  operand_exclude(check, x, EXCLUDE_NO_VALUE | EXCLUDE_BUILTIN);
  if (!operand_valid(x)) return false;
  if (x->mode == MODE_TYPE) {
    check_valid_var_type(check, arg, x->type);
  } else {
    if (type_is_untyped(x->type)) {
      check_assignment(check, x, NULL, "argument to new");
      if (!operand_valid(x)) return false;
    }
    if (!check_allow_version(check, 26)) {
      if (check_is_old(check)) {
        check_error(check, arg->kind == NODE_NAME ? b->call->node.pos : arg->pos, "%s is not a type",
                    text_expr(check, arg));
        return false;
      }
      needs_version(b, 26, textf(check, "new(%s)", text_expr(check, arg)));
    }
  }
  Type *t = x->type;
  result_value(b, type_new_pointer(check->universe, t));
  record_signature1(b, x->type, t);
  return true;
}

/* ---- min, max, panic, print, recover ---- */

static bool builtin_extreme(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  needs_version(b, 21, b->id == BUILTIN_MAX ? "built-in max" : "built-in min");
  Operator better = b->id == BUILTIN_MAX ? OPERATOR_GTR : OPERATOR_LSS;
  for (uint32_t i = 0; i < b->args.len; i++) {
    Operand *a = &b->args.items[i];
    if (!operand_valid(a)) return false;
    if (!type_all_ordered(check->universe, a->type)) {
      operand_error(check, a, "invalid argument: %s cannot be ordered", text_operand(check, a));
      return false;
    }
    if (i == 0) continue;
    check_match_types(check, x, a);
    if (!operand_valid(x)) return false;
    if (!type_identical(x->type, a->type)) {
      operand_error(check, a, "invalid argument: mismatched types %s (previous argument) and %s (type of %s)",
                    text_type(check, x->type), text_type(check, a->type), text_expr(check, a->expr));
      return false;
    }
    if (!operand_is_const(x) || !operand_is_const(a))
      x->mode = MODE_VALUE;
    else if (const_compare(a->value, better, x->value))
      *x = *a;
  }
  if (!operand_is_const(x)) {
    x->mode = MODE_VALUE;
    check_assignment(check, x, universe_empty_interface(check->universe),
                     textf(check, "argument to built-in %s", b->name));
    if (!operand_valid(x)) return false;
  }
  Type **types = arena_new_array(check->arena, Type *, b->args.len);
  for (uint32_t i = 0; i < b->args.len; i++) {
    check_update_expr_type(check, b->args.items[i].expr, x->type, true);
    types[i] = x->type;
  }
  if (!operand_is_const(x)) record_signature(b, x->type, b->args.len, types);
  return true;
}

static bool builtin_panic(BuiltinCall *b) {
  Checker *check = b->check;
  Environment *env = &check->env;
  if (env->signature && env->signature->u.signature.results->u.tuple.vars.len > 0) {
    if (!env->panic_calls) {
      env->panic_calls = arena_new_of(check->arena, Map);
      *env->panic_calls = map_in(check->arena);
    }
    *map_put(env->panic_calls, map_key(b->call)) = 1;
  }
  Type *any = universe_empty_interface(check->universe);
  check_assignment(check, b->x, any, "argument to panic");
  if (!operand_valid(b->x)) return false;
  record_signature1(b, NULL, any);
  return no_result(b);
}

static bool builtin_print(BuiltinCall *b) {
  Checker *check = b->check;
  Type **types = arena_new_array(check->arena, Type *, b->args.len);
  const char *context =
      b->id == BUILTIN_PRINT ? "argument to built-in print" : "argument to built-in println";
  for (uint32_t i = 0; i < b->args.len; i++) {
    check_assignment(check, &b->args.items[i], NULL, context);
    if (!operand_valid(&b->args.items[i])) return false;
    types[i] = b->args.items[i].type;
  }
  record_signature(b, NULL, b->args.len, types);
  return no_result(b);
}

static bool builtin_recover(BuiltinCall *b) {
  result_value(b, universe_empty_interface(b->check->universe));
  record_signature(b, b->x->type, 0, NULL);
  return true;
}

/* ---- unsafe ---- */

/* The size depends on type parameters (or is infinite because of a cycle, which is reported here). */
static bool has_variable_size(Checker *check, Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_TYPE_PARAM) return true;
  if (t->kind == TYPE_ARRAY) return has_variable_size(check, t->u.elem.type);
  if (t->kind == TYPE_STRUCT) {
    ObjectList fields = t->u.structure.fields;
    for (uint32_t i = 0; i < fields.len; i++) {
      if (has_variable_size(check, fields.items[i]->type)) return true;
    }
    return false;
  }
  if (t->kind != TYPE_NAMED) return false;
  if (!check_enter_type(check, t)) return true;
  Type *rhs = named_resolve(check->universe, t)->u.named.from_rhs;
  bool variable = !rhs || has_variable_size(check, rhs);
  check_leave_type(check, t);
  if (variable) return true;
  /* Portable vector types get their size from the target. */
  const Object *name = t->u.named.object;
  return name->pkg && str_equal(atom_str(name->name), STR("_simd")) &&
         str_equal(atom_str(name->pkg->path), STR("simd"));
}

static bool constant_uintptr(BuiltinCall *b, int64_t value) {
  b->x->mode = MODE_CONSTANT;
  b->x->type = basic_type(b->check, BASIC_UINTPTR);
  b->x->value = const_make_int64(b->check->arena, value);
  return true;
}

static bool variable_uintptr(BuiltinCall *b, Type *arg) {
  record_signature1(b, basic_type(b->check, BASIC_UINTPTR), arg);
  return result_value(b, basic_type(b->check, BASIC_UINTPTR));
}

static bool builtin_size(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  bool align = b->id == BUILTIN_UNSAFE_ALIGNOF;
  check_assignment(check, x, NULL, align ? "argument to unsafe.Alignof" : "argument to unsafe.Sizeof");
  if (!operand_valid(x)) return false;
  if (has_variable_size(check, x->type)) return variable_uintptr(b, x->type);
  int64_t value =
      align ? type_align(check->config->target, x->type) : type_size(check->config->target, x->type);
  if (value >= 0) return constant_uintptr(b, value);
  operand_error(check, x, "%s is too large", text_operand(check, x));
  return false;
}

static Type *deref_struct_pointer(Type *t) {
  Type *under = type_underlying(t);
  if (under->kind != TYPE_POINTER || type_underlying(under->u.elem.type)->kind != TYPE_STRUCT) return t;
  return under->u.elem.type;
}

/* Bytes from the start of base to the field; <0: too large. */
static int64_t path_offset(Checker *check, Type *base, const Lookup *how) {
  int64_t offset = 0;
  for (uint32_t i = 0; i < how->path_len; i++) {
    Type *s = type_underlying(base);
    int64_t o = type_field_offset(check->config->target, s, how->path[i]);
    if (o < 0 || __builtin_add_overflow(offset, o, &offset)) return -1;
    base = s->u.structure.fields.items[how->path[i]]->type;
  }
  return offset;
}

static bool builtin_offsetof(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  Node *arg = b->call->args.items[0];
  SelectorExpr *selector = (SelectorExpr *)node_unparen(arg);
  if (selector->node.kind != NODE_SELECTOR) {
    check_error(check, error_pos(arg), "invalid argument: %s is not a selector expression",
                text_expr(check, arg));
    check_use(check, node_elements(&arg));
    return false;
  }
  check_expr(check, NULL, x, selector->x);
  if (!operand_valid(x)) return false;
  Type *base = deref_struct_pointer(x->type);
  const char *name = atom_text(selector->sel->name);
  Lookup how = lookup_field_or_method(check->universe, base, false, check->pkg, selector->sel->name);
  if (!how.object) {
    operand_error(check, x, "invalid argument: %s has no single field %s", text_type(check, base), name);
    return false;
  }
  if (how.object->kind == OBJECT_FUNC) {
    check_error(check, error_pos(arg), "invalid argument: %s is a method value", text_expr(check, arg));
    return false;
  }
  if (how.indirect) {
    operand_error(check, x, "invalid argument: field %s is embedded via a pointer in %s", name,
                  text_type(check, base));
    return false;
  }
  record_selection(check, selector, SELECT_FIELD, base, how.object, &how);
  Operand field = {.mode = x->mode == MODE_VARIABLE ? MODE_VARIABLE : MODE_VALUE,
                   .expr = &selector->node,
                   .type = how.object->type};
  record_operand(check, &field);
  if (has_variable_size(check, base)) return variable_uintptr(b, how.object->type);
  int64_t offset = path_offset(check, base, &how);
  if (offset >= 0) return constant_uintptr(b, offset);
  operand_error(check, x, "%s is too large", text_operand(check, x));
  return false;
}

static bool builtin_unsafe_add(BuiltinCall *b) {
  Checker *check = b->check;
  Type *pointer = basic_type(check, BASIC_UNSAFE_POINTER);
  needs_version(b, 17, "unsafe.Add");
  check_assignment(check, b->x, pointer, "argument to unsafe.Add");
  if (!operand_valid(b->x) || !check_index_value(check, &b->args.items[1], "length", true)) return false;
  record_signature2(b, pointer, pointer, b->args.items[1].type);
  return result_value(b, pointer);
}

static bool builtin_unsafe_slice(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  needs_version(b, 17, "unsafe.Slice");
  Type *pointer = common_under(check, x->type, NULL, NULL);
  if (!is_kind(pointer, TYPE_POINTER)) {
    operand_error(check, x, "invalid argument: %s is not a pointer", text_operand(check, x));
    return false;
  }
  if (!check_index_value(check, &b->args.items[1], "length", false)) return false;
  Type *slice = type_new_slice(check->universe, pointer->u.elem.type);
  record_signature2(b, slice, pointer, b->args.items[1].type);
  return result_value(b, slice);
}

static bool builtin_unsafe_slice_data(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  needs_version(b, 20, "unsafe.SliceData");
  Type *slice = common_under(check, x->type, NULL, NULL);
  if (!is_kind(slice, TYPE_SLICE)) {
    operand_error(check, x, "invalid argument: %s is not a slice", text_operand(check, x));
    return false;
  }
  Type *pointer = type_new_pointer(check->universe, slice->u.elem.type);
  record_signature1(b, pointer, slice);
  return result_value(b, pointer);
}

static bool builtin_unsafe_string(BuiltinCall *b) {
  Checker *check = b->check;
  needs_version(b, 20, "unsafe.String");
  Type *pointer = type_new_pointer(check->universe, universe_byte(check->universe));
  check_assignment(check, b->x, pointer, "argument to unsafe.String");
  if (!operand_valid(b->x) || !check_index_value(check, &b->args.items[1], "length", false)) return false;
  Type *string = basic_type(check, BASIC_STRING);
  record_signature2(b, string, pointer, b->args.items[1].type);
  return result_value(b, string);
}

static bool builtin_unsafe_string_data(BuiltinCall *b) {
  Checker *check = b->check;
  needs_version(b, 20, "unsafe.StringData");
  Type *string = basic_type(check, BASIC_STRING);
  check_assignment(check, b->x, string, "argument to unsafe.StringData");
  if (!operand_valid(b->x)) return false;
  Type *pointer = type_new_pointer(check->universe, universe_byte(check->universe));
  record_signature1(b, pointer, string);
  return result_value(b, pointer);
}

/* ---- dispatch ---- */

static bool builtin_of_kind(BuiltinCall *b) {
  switch (b->id) {
  case BUILTIN_APPEND: return builtin_append(b);
  case BUILTIN_CAP:
  case BUILTIN_LEN: return builtin_length(b);
  case BUILTIN_CLEAR: return builtin_clear(b);
  case BUILTIN_CLOSE: return builtin_close(b);
  case BUILTIN_COMPLEX: return builtin_complex(b);
  case BUILTIN_COPY: return builtin_copy(b);
  case BUILTIN_DELETE: return builtin_delete(b);
  case BUILTIN_IMAG:
  case BUILTIN_REAL: return builtin_part(b);
  case BUILTIN_MAKE: return builtin_make(b);
  case BUILTIN_MAX:
  case BUILTIN_MIN: return builtin_extreme(b);
  case BUILTIN_NEW: return builtin_new(b);
  case BUILTIN_PANIC: return builtin_panic(b);
  case BUILTIN_PRINT:
  case BUILTIN_PRINTLN: return builtin_print(b);
  case BUILTIN_RECOVER: return builtin_recover(b);
  case BUILTIN_UNSAFE_ADD: return builtin_unsafe_add(b);
  case BUILTIN_UNSAFE_ALIGNOF:
  case BUILTIN_UNSAFE_SIZEOF: return builtin_size(b);
  case BUILTIN_UNSAFE_OFFSETOF: return builtin_offsetof(b);
  case BUILTIN_UNSAFE_SLICE: return builtin_unsafe_slice(b);
  case BUILTIN_UNSAFE_SLICE_DATA: return builtin_unsafe_slice_data(b);
  case BUILTIN_UNSAFE_STRING: return builtin_unsafe_string(b);
  case BUILTIN_UNSAFE_STRING_DATA: return builtin_unsafe_string_data(b);
  case BUILTIN_COUNT: break;
  }
  BUG("builtin %d", (int)b->id);
}

/* Evaluates the arguments where that is the ordinary way; *n: how many there are. False: one is invalid. */
static bool builtin_arguments(BuiltinCall *b, uint32_t *n) {
  *n = b->call->args.len;
  if (b->id == BUILTIN_MAKE || b->id == BUILTIN_NEW || b->id == BUILTIN_UNSAFE_OFFSETOF) return true;
  b->args = check_expr_list(b->check, b->call->args, false, NULL);
  *n = b->args.len;
  for (uint32_t i = 0; i < b->args.len; i++) {
    if (!operand_valid(&b->args.items[i])) return false;
  }
  if (b->args.len > 0) *b->x = b->args.items[0];
  return true;
}

static bool builtin_call(BuiltinCall *b) {
  Checker *check = b->check;
  const BuiltinRow *row = &builtin_rows[b->id];
  uint32_t n;
  if (!builtin_arguments(b, &n)) return false;
  if (n < row->args || (!row->variadic && n > row->args)) {
    check_error(check, error_pos(&b->call->node),
                "invalid operation: %s arguments for %s (expected %u, found %u)",
                n < row->args ? "not enough" : "too many", text_expr(check, &b->call->node), row->args, n);
    return false;
  }
  return builtin_of_kind(b);
}

bool check_builtin(Checker *check, Operand *x, CallExpr *call, BuiltinId id) {
  BuiltinCall b = {.check = check, .call = call, .id = id, .name = builtin_rows[id].name, .x = x};
  if (call->has_dots && id != BUILTIN_APPEND) {
    check_error(check, error_pos(&call->node), "invalid operation: invalid use of ... with built-in %s",
                b.name);
    check_use(check, call->args);
    return false;
  }
  if (id != BUILTIN_LEN && id != BUILTIN_CAP) return builtin_call(&b);
  /* Whether len and cap are constant depends on calls and receives in their argument alone. */
  bool outer = check->env.has_call_or_recv;
  check->env.has_call_or_recv = false;
  bool ok = builtin_call(&b);
  check->env.has_call_or_recv = outer;
  return ok;
}
