/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Assignments and initialisations: of one value to one variable, of lists, of calls with several results; short variable
 * declarations.
 *
 * Go: cmd/compile/internal/types2/assignments.go
 */
#include "types/values.h"

/* ---- one value ---- */

const char CONTEXT_ARGUMENT[] = "argument";

static const char *context_text(Checker *check, const char *context) {
  if (context != CONTEXT_ARGUMENT) return context;
  return arena_printf(check->arena, "argument to %s", text_expr(check, check->called)).data;
}

/* The implicit conversion of an untyped operand in an assignment to t (NULL: to the blank identifier). */
static void assign_untyped(Checker *check, Operand *x, Type *t, const char *context) {
  Type *target = t;
  if (operand_is_nil(x)) {
    if (!t) {
      operand_error(check, x, "use of untyped nil in %s", context_text(check, context));
      operand_invalidate(x);
      return;
    }
  } else if (!t || type_is_non_type_param_interface(t)) {
    target = type_default(check->universe, x->type);
  }
  const Const *value;
  int failure;
  Type *type = check_implicit_type_and_value(check, x, target, &value, &failure);
  if (failure) {
    const char *how = failure == CONVERSION_TRUNCATED   ? " (truncated)"
                      : failure == CONVERSION_OVERFLOWS ? " (overflows)"
                                                        : "";
    operand_error(check, x, "cannot use %s as %s value in %s%s", text_operand(check, x),
                  text_type(check, target), context_text(check, context), how);
    operand_invalidate(x);
    return;
  }
  if (value) {
    x->value = value;
    update_expr_value(check, x->expr, value);
  }
  if (type != x->type) {
    x->type = type;
    check_update_expr_type(check, x->expr, type, false);
  }
}

void check_assignment(Checker *check, Operand *x, Type *t, const char *context) {
  check_single_value(check, x);
  if (!operand_valid(x)) return;
  if (x->mode == MODE_NO_VALUE || x->mode == MODE_BUILTIN || x->mode == MODE_TYPE ||
      x->mode == MODE_CGO_FUNC) {
    operand_error(check, x, "cannot assign %s to %s in %s", text_operand(check, x),
                  t ? text_type(check, t) : "<nil>", context_text(check, context));
    operand_invalidate(x);
    return;
  }
  if (type_is_untyped(x->type)) {
    assign_untyped(check, x, t, context);
    if (!operand_valid(x)) return;
  }
  if (x->type->kind == TYPE_SIGNATURE && x->type->u.signature.tparams.len > 0) {
    const char *outer = check->target_text;
    check->target_text = context_text(check, context);
    operand_non_generic(check, target_of(check, t), x);
    check->target_text = outer;
  }
  if (!operand_valid(x) || !t) return;
  const char *cause = "";
  if (operand_assignable(check, x, t, &cause)) return;
  bool reason = cause && *cause;
  operand_error(check, x, "cannot use %s as %s value in %s%s%s", text_operand(check, x), text_type(check, t),
                context_text(check, context), reason ? ": " : "", reason ? cause : "");
  operand_invalidate(x);
}

void check_init_const(Checker *check, Object *lhs, Operand *x) {
  bool ok = operand_valid(x) && type_valid(x->type) && (!lhs->type || type_valid(lhs->type));
  if (ok && !operand_is_const(x)) {
    operand_error(check, x, "%s is not constant", text_operand(check, x));
    ok = false;
  }
  if (!ok) {
    if (!lhs->type) lhs->type = type_invalid(check->universe);
    return;
  }
  if (!lhs->type) lhs->type = x->type;
  check_assignment(check, x, lhs->type, "constant declaration");
  if (operand_valid(x)) lhs->u.constant.value = (Const *)x->value;
}

void check_init_var(Checker *check, Object *lhs, Operand *x, const char *context) {
  if (!operand_valid(x) || !type_valid(x->type) || (lhs->type && !type_valid(lhs->type))) {
    if (!lhs->type) lhs->type = type_invalid(check->universe);
    operand_invalidate(x);
    return;
  }
  if (!lhs->type) {
    Type *t = x->type;
    if (type_is_basic(t, BASIC_UNTYPED_NIL)) {
      operand_error(check, x, "use of untyped nil in %s", context);
      lhs->type = type_invalid(check->universe);
      operand_invalidate(x);
      return;
    }
    lhs->type = type_is_untyped(t) ? type_default(check->universe, t) : t;
  }
  check_assignment(check, x, lhs->type, context);
}

/* ---- the left-hand side ---- */

/* A local variable (or one of this package) that an assignment to it does not count as a use of. */
static Object *assigned_variable(Checker *check, NameExpr *name) {
  Object *object = name ? check_lookup(check, name->name, NULL) : NULL;
  return object && object->kind == OBJECT_VAR && object->pkg == check->pkg ? object : NULL;
}

static void report_unassignable(Checker *check, Operand *x) {
  if (x->expr->kind == NODE_SELECTOR) {
    Operand base;
    check_expr(check, NULL, &base, ((SelectorExpr *)x->expr)->x);
    if (base.mode == MODE_MAP_INDEX) {
      operand_error(check, x, "cannot assign to struct field %s in map", text_expr(check, x->expr));
      return;
    }
  }
  operand_error(check, x, "cannot assign to %s (neither addressable nor a map index expression)",
                text_expr(check, x->expr));
}

/* The type of a left-hand side: NULL for the blank identifier, invalid if something is wrong with it. */
static Type *lhs_type(Checker *check, Node *lhs) {
  Node *inner = node_unparen(lhs);
  NameExpr *name = inner->kind == NODE_NAME ? (NameExpr *)inner : NULL;
  if (name && str_equal(atom_str(name->name), STR("_"))) {
    record_def(check, name, NULL);
    return NULL;
  }
  Object *variable = assigned_variable(check, name);
  bool used = variable && variable->used;
  Operand x;
  check_expr(check, NULL, &x, lhs);
  if (variable) variable->used = used;
  if (!operand_valid(&x) || !type_valid(x.type)) return type_invalid(check->universe);
  if (x.mode == MODE_VARIABLE || x.mode == MODE_MAP_INDEX) return x.type;
  report_unassignable(check, &x);
  return type_invalid(check->universe);
}

void assign_var(Checker *check, Node *lhs, Node *rhs, Operand *x, const char *context) {
  Type *t = lhs_type(check, lhs);
  if (t && !type_valid(t)) {
    if (x)
      operand_invalidate(x);
    else
      check_use(check, node_elements(&rhs));
    return;
  }
  Operand own;
  if (!x) {
    x = &own;
    bool func = t && type_underlying(t)->kind == TYPE_SIGNATURE; /* no text needed otherwise */
    if (!check_literal_as(check, x, rhs, t))
      check_expr_for(check, func ? t : NULL, func ? text_expr(check, lhs) : "", x, rhs);
  }
  if (!t && strcmp(context, "assignment") == 0) context = "assignment to _ identifier";
  check_assignment(check, x, t, context);
}

/* ---- lists ---- */

static const char *measure(Checker *check, uint32_t n, const char *unit) {
  return textf(check, "%u %s%s", n, unit, n == 1 ? "" : "s");
}

void check_assign_error(Checker *check, NodeList rhs, uint32_t l, uint32_t r) {
  const char *vars = measure(check, l, "variable"), *values = measure(check, r, "value");
  Node *first = rhs.items[0];
  Node *inner = node_unparen(first);
  if (rhs.len == 1 && inner->kind == NODE_CALL) {
    check_error(check, error_pos(first), "assignment mismatch: %s but %s returns %s", vars,
                text_expr(check, ((CallExpr *)inner)->fun), values);
    return;
  }
  check_error(check, error_pos(first), "assignment mismatch: %s but %s", vars, values);
}

static void return_error(Checker *check, Node *at, ObjectList lhs, OperandList rhs) {
  bool too_many = rhs.len > lhs.len;
  Pos pos = too_many      ? operand_pos(&rhs.items[lhs.len])
            : rhs.len > 0 ? operand_pos(&rhs.items[rhs.len - 1])
                          : error_pos(at);
  TypeList have = {arena_new_array(check->arena, Type *, rhs.len), rhs.len};
  TypeList want = {arena_new_array(check->arena, Type *, lhs.len), lhs.len};
  for (uint32_t i = 0; i < rhs.len; i++) have.items[i] = rhs.items[i].type;
  for (uint32_t i = 0; i < lhs.len; i++) want.items[i] = lhs.items[i]->type;
  check_error(check, pos, "%s return values\n\thave %s\n\twant %s", too_many ? "too many" : "not enough",
              text_types_summary(check, have, false, false), text_types_summary(check, want, false, false));
}

static bool is_call(NodeList rhs) { return rhs.len == 1 && node_unparen(rhs.items[0])->kind == NODE_CALL; }

static void invalidate_untyped_variables(Checker *check, ObjectList lhs) {
  for (uint32_t i = 0; i < lhs.len; i++) {
    if (!lhs.items[i]->type) lhs.items[i]->type = type_invalid(check->universe);
  }
}

static void record_comma_ok(Checker *check, Node *e, OperandList values) {
  if (!operand_valid(&values.items[0]) || !operand_valid(&values.items[1])) return;
  Type *const types[2] = {values.items[0].type, values.items[1].type};
  record_comma_ok_types(check, e, types);
}

/* One expression for several variables: a call or a comma-ok form. */
static void init_vars_from_one(Checker *check, ObjectList lhs, NodeList rhs, Node *return_stmt,
                               const char *context) {
  bool comma_ok;
  OperandList values = expr_values(check, rhs.items[0], lhs.len == 2 && !return_stmt, &comma_ok);
  if (lhs.len == values.len) {
    for (uint32_t i = 0; i < lhs.len; i++) check_init_var(check, lhs.items[i], &values.items[i], context);
    if (comma_ok) record_comma_ok(check, rhs.items[0], values);
    return;
  }
  if (operand_valid(&values.items[0])) {
    if (return_stmt)
      return_error(check, return_stmt, lhs, values);
    else
      check_assign_error(check, rhs, lhs.len, values.len);
  }
  invalidate_untyped_variables(check, lhs);
}

void check_init_vars(Checker *check, ObjectList lhs, NodeList rhs, Node *return_stmt) {
  const char *context = return_stmt ? "return statement" : lhs.len > 1 ? "multiple assignment" : "assignment";
  if (lhs.len == rhs.len && !is_call(rhs)) {
    for (uint32_t i = 0; i < lhs.len; i++) {
      Operand x;
      const char *name = atom_text(lhs.items[i]->name);
      check_expr_for(check, lhs.items[i]->type, *name || !return_stmt ? name : "result variable", &x,
                     rhs.items[i]);
      check_init_var(check, lhs.items[i], &x, context);
    }
    return;
  }
  if (rhs.len == 1) {
    init_vars_from_one(check, lhs, rhs, return_stmt, context);
    return;
  }
  if (check_use(check, rhs)) {
    if (return_stmt)
      return_error(check, return_stmt, lhs, check_expr_list(check, rhs, false, NULL));
    else
      check_assign_error(check, rhs, lhs.len, rhs.len);
  }
  invalidate_untyped_variables(check, lhs);
}

void assign_vars(Checker *check, NodeList lhs, NodeList rhs) {
  const char *context = lhs.len > 1 ? "multiple assignment" : "assignment";
  if (lhs.len == rhs.len && !is_call(rhs)) {
    for (uint32_t i = 0; i < lhs.len; i++) assign_var(check, lhs.items[i], rhs.items[i], NULL, context);
    return;
  }
  if (rhs.len != 1) {
    bool lhs_ok = check_use_lhs(check, lhs);
    bool rhs_ok = check_use(check, rhs);
    if (lhs_ok && rhs_ok) check_assign_error(check, rhs, lhs.len, rhs.len);
    return;
  }
  bool comma_ok;
  OperandList values = expr_values(check, rhs.items[0], lhs.len == 2, &comma_ok);
  if (lhs.len == values.len) {
    for (uint32_t i = 0; i < lhs.len; i++) assign_var(check, lhs.items[i], NULL, &values.items[i], context);
    if (comma_ok) record_comma_ok(check, rhs.items[0], values);
    return;
  }
  if (operand_valid(&values.items[0])) check_assign_error(check, rhs, lhs.len, values.len);
  check_use_lhs(check, lhs);
}

/* ---- short variable declarations ---- */

/* The variable for one name on the left of :=. *is_new: it has to be declared. NULL: reported. */
static Object *short_var(Checker *check, NodeList lhs, uint32_t i, bool *is_new) {
  Node *e = lhs.items[i];
  if (e->kind != NODE_NAME) {
    check_use_lhs(check, node_elements(&e));
    check_error(check, error_pos(e), "non-name %s on left side of :=", text_expr(check, e));
    return NULL;
  }
  NameExpr *name = (NameExpr *)e;
  bool blank = str_equal(atom_str(name->name), STR("_"));
  for (uint32_t j = 0; j < i && !blank; j++) { /* the lists are short */
    if (lhs.items[j]->kind != NODE_NAME || ((NameExpr *)lhs.items[j])->name != name->name) continue;
    check_error(check, error_pos(e), "%s repeated on left side of :=", atom_text(name->name));
    return NULL;
  }
  Object *old = scope_lookup(check->env.scope, name->name);
  if (old) {
    record_use(check, name, old);
    if (old->kind == OBJECT_VAR) return old;
    check_error(check, error_pos(e), "cannot assign to %s", text_expr(check, e));
    return NULL;
  }
  Object *object = object_new_var(check->universe, VAR_LOCAL, check->pkg, name->node.pos, name->name, NULL);
  *is_new = !blank;
  record_def(check, name, object);
  return object;
}

void short_var_decl(Checker *check, Pos pos, NodeList lhs, NodeList rhs) {
  uint32_t delayed = check->delayed.len;
  Scope *scope = check->env.scope;
  ObjectList vars = {arena_new_array(check->arena, Object *, lhs.len), lhs.len};
  Object **new_vars = arena_new_array(check->arena, Object *, lhs.len);
  uint32_t new_len = 0;
  bool has_error = false;
  for (uint32_t i = 0; i < lhs.len; i++) {
    bool is_new = false;
    Object *object = short_var(check, lhs, i, &is_new);
    if (is_new) new_vars[new_len++] = object;
    if (!object) {
      has_error = true;
      Atom blank = intern_text(check->config->session->interner, "_");
      object = object_new_var(check->universe, VAR_LOCAL, check->pkg, lhs.items[i]->pos, blank, NULL);
    }
    vars.items[i] = object;
  }
  check_init_vars(check, vars, rhs, NULL);
  check_process_delayed(check, delayed); /* function literals see the scope as it was */
  if (new_len == 0 && !has_error) {
    check_soft_error(check, pos, "no new variables on left side of :=");
    return;
  }
  for (uint32_t i = 0; i < new_len; i++) declare_object(check, scope, NULL, new_vars[i]);
}
