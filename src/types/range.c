/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Range statements: over arrays, slices, strings, maps, channels, integers and iterator functions.
 *
 * Go: cmd/compile/internal/types2/range.go
 */
#include "types/values.h"

typedef struct RangeTypes { /* what a range expression yields; NULL: nothing */
  Type *key, *value;
  const char *cause; /* why it cannot be ranged over; "": no specific reason */
  bool ok;
} RangeTypes;

static RangeTypes bad_range(Checker *check, const char *cause) {
  Type *invalid = type_invalid(check->universe);
  return (RangeTypes){invalid, invalid, cause, false};
}

static const char *rangeable(Checker *check, Type *t, Type *under) {
  if (!is_kind(under, TYPE_CHAN) || under->u.elem.dir != CHAN_SEND) return NULL;
  return textf(check, "receive from send-only channel %s", text_type(check, t));
}

/* func(yield func(K, V) bool) */
static RangeTypes range_func(Checker *check, Type *func) {
#define MUST_BE "func must be func(yield func(...) bool): "
  if (!check_allow_version(check, 23)) return bad_range(check, "requires go1.23 or later");
  ObjectList params = func->u.signature.params->u.tuple.vars;
  if (params.len != 1) return bad_range(check, MUST_BE "wrong argument count");
  if (func->u.signature.results->u.tuple.vars.len != 0) return bad_range(check, MUST_BE "unexpected results");
  const char *cause;
  Type *yield = common_under(check, params.items[0]->type, NULL, &cause);
  if (!yield) return bad_range(check, textf(check, MUST_BE "in yield type, %s", cause));
  if (yield->kind != TYPE_SIGNATURE) return bad_range(check, MUST_BE "argument is not func");
  ObjectList values = yield->u.signature.params->u.tuple.vars,
             results = yield->u.signature.results->u.tuple.vars;
  if (values.len > 2) return bad_range(check, MUST_BE "yield func has too many parameters");
  if (results.len == 1 && !type_identical(results.items[0]->type, basic_type(check, BASIC_BOOL)) &&
      type_is_boolean(results.items[0]->type))
    return bad_range(check, MUST_BE "yield func returns user-defined boolean, not bool");
  if (results.len != 1 || !type_identical(results.items[0]->type, basic_type(check, BASIC_BOOL)))
    return bad_range(check, MUST_BE "yield func does not return bool");
  if (yield->u.signature.variadic)
    return bad_range(check,
                     textf(check, "yield func of type %s cannot be variadic", text_type(check, yield)));
  return (RangeTypes){values.len > 0 ? values.items[0]->type : NULL,
                      values.len > 1 ? values.items[1]->type : NULL, "", true};
#undef MUST_BE
}

static RangeTypes range_types(Checker *check, Type *t) {
  const char *cause;
  Type *under = common_under(check, t, rangeable, &cause);
  if (!under) return bad_range(check, cause);
  under = array_pointer_deref(under);
  Type *integer = basic_type(check, BASIC_INT);
  switch ((int)under->kind) {
  case TYPE_BASIC:
    if (type_is_string(under)) return (RangeTypes){integer, universe_rune(check->universe), "", true};
    if (!type_is_integer(under)) break;
    if (!check_allow_version(check, 22)) return bad_range(check, "requires go1.22 or later");
    return (RangeTypes){t, NULL, "", true};
  case TYPE_ARRAY:
  case TYPE_SLICE: return (RangeTypes){integer, under->u.elem.type, "", true};
  case TYPE_MAP: return (RangeTypes){under->u.map.key, under->u.map.value, "", true};
  case TYPE_CHAN: return (RangeTypes){under->u.elem.type, NULL, "", true};
  case TYPE_SIGNATURE: return range_func(check, under);
  default: break;
  }
  return (RangeTypes){NULL, NULL, "", false};
}

/* With at most a key over an array whose expression has no calls: only the length counts, nothing is evaluated. */
static void record_constant_range(Checker *check, const Operand *x, Node *e) {
  Type *array = array_pointer_deref(type_underlying(x->type));
  if (array->kind != TYPE_ARRAY) return;
  Operand length = {.mode = MODE_CONSTANT,
                    .expr = node_unparen(e),
                    .type = basic_type(check, BASIC_INT),
                    .value = const_make_int64(check->arena, array->u.elem.length)};
  record_operand(check, &length);
}

typedef struct RangeStmt {
  ForStmt *stmt;
  Node *lhs[2]; /* key and value, or NULL */
  Type *types[2];
  bool over_integer;
} RangeStmt;

/* y: a value of the type that the loop gives to the variable; there is no expression for it but the variable's. */
static Operand iteration_value(Node *lhs, Type *t) {
  return (Operand){.mode = MODE_VALUE, .expr = lhs, .type = t};
}

static Object *range_variable(Checker *check, Node *lhs) {
  Interner *interner = check->config->session->interner;
  if (lhs->kind != NODE_NAME) {
    check_error(check, error_pos(lhs), "invalid syntax tree: cannot declare %s", text_expr(check, lhs));
    return object_new_var(check->universe, VAR_LOCAL, check->pkg, lhs->pos, intern_text(interner, "_"), NULL);
  }
  NameExpr *name = (NameExpr *)lhs;
  Object *object = object_new_var(check->universe, VAR_LOCAL, check->pkg, lhs->pos, name->name, NULL);
  record_def(check, name, object);
  return object;
}

static void declare_range_variables(Checker *check, RangeStmt *r, Operand *x) {
  Object *vars[2];
  uint32_t len = 0;
  for (int i = 0; i < 2; i++) {
    if (!r->lhs[i]) continue;
    Object *object = range_variable(check, r->lhs[i]);
    if (!str_equal(atom_str(object->name), STR("_"))) vars[len++] = object;
    Type *t = r->types[i];
    if (!t || !type_valid(t)) {
      object->type = type_invalid(check->universe);
      object->used = true; /* no follow-up error */
    } else if (r->over_integer) {
      check_init_var(check, object, x, "range clause");
    } else {
      Operand y = iteration_value(r->lhs[i], t);
      check_init_var(check, object, &y, "assignment");
    }
  }
  if (len == 0) check_error(check, error_pos(&r->stmt->node), "no new variables on left side of :=");
  for (uint32_t i = 0; i < len; i++) declare_object(check, check->env.scope, NULL, vars[i]);
}

static void assign_range_variables(Checker *check, RangeStmt *r, Operand *x) {
  for (int i = 0; i < 2; i++) {
    Type *t = r->types[i];
    if (!r->lhs[i] || !t || !type_valid(t)) continue;
    if (!r->over_integer) {
      Operand y = iteration_value(r->lhs[i], t);
      assign_var(check, r->lhs[i], NULL, &y, "assignment");
      continue;
    }
    assign_var(check, r->lhs[i], NULL, x, "range clause");
    if (operand_valid(x) && !type_is_integer(x->type))
      check_soft_error(check, error_pos(r->lhs[i]), "cannot use iteration variable of type %s",
                       text_type(check, x->type));
  }
}

/* The types that the loop yields, and what is wrong with the number of variables. */
static void check_range_types(Checker *check, RangeStmt *r, Operand *x, Node *extra) {
  RangeTypes types = range_types(check, x->type);
  r->types[0] = types.key;
  r->types[1] = types.value;
  if (!types.ok && check_is_old(check)) {
    check_soft_error(check, r->stmt->init->pos, "cannot range over %s", text_typed(check, x));
  } else if (!types.ok) {
    bool reason = *types.cause;
    operand_soft_error(check, x, "cannot range over %s%s%s", text_operand(check, x), reason ? ": " : "",
                       types.cause);
  } else if (!types.key && r->lhs[0]) {
    check_soft_error(check, error_pos(r->lhs[0]), "range over %s permits no iteration variables",
                     text_operand(check, x));
  } else if (!types.value && r->lhs[1]) {
    check_soft_error(check, error_pos(r->lhs[1]), "range over %s permits only one iteration variable",
                     text_operand(check, x));
  } else if (extra) {
    check_soft_error(check, error_pos(extra), "range clause permits at most two iteration variables");
  }
}

void range_stmt(Checker *check, ForStmt *s, RangeClause *clause) {
  RangeStmt r = {.stmt = s};
  NodeList lhs = node_elements(&clause->lhs);
  for (uint32_t i = 0; i < 2 && i < lhs.len; i++) r.lhs[i] = lhs.items[i];
  check->env.has_call_or_recv = false;
  Operand x;
  check_expr(check, NULL, &x, clause->x);
  if (operand_valid(&x)) {
    if (!r.lhs[1] && !check->env.has_call_or_recv) record_constant_range(check, &x, clause->x);
    check_range_types(check, &r, &x, lhs.len > 2 ? lhs.items[2] : NULL);
  }
  check_open_scope(check, &s->node);
  r.over_integer = type_is_integer(x.type);
  if (clause->define)
    declare_range_variables(check, &r, &x);
  else if (r.lhs[0])
    assign_range_variables(check, &r, &x);
  else if (r.over_integer)
    check_assignment(check, &x, NULL, "range clause");
  check_stmt(check, &s->body->node);
  check_close_scope(check);
}
