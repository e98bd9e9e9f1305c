/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tests of src/inline that need no Go input: the tables, and functions put together by hand. What the layer does to real functions
 * is tested end to end against the compiler (test/).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inline/inline.h"

typedef struct Row {
  const char *package, *name;
} Row;

#define INTRINSIC(package, name, archs) {package, name},
static const Row late_rows[] = {
#include "inline/intrinsics.def"
};
static const Row early_rows[] = {
#include "inline/intrinsics_early.def"
};
#undef INTRINSIC

static void check_sorted(const Row *rows, size_t len) {
  for (size_t i = 1; i < len; i++) {
    int order = strcmp(rows[i - 1].package, rows[i].package);
    if (order == 0) order = strcmp(rows[i - 1].name, rows[i].name);
    if (order >= 0)
      fail_msg("%s.%s stands before %s.%s", rows[i - 1].package, rows[i - 1].name, rows[i].package,
               rows[i].name);
  }
}

/* They are searched by halves. */
static void intrinsics_are_sorted(void **state) {
  (void)state;
  check_sorted(late_rows, ARRAY_LEN(late_rows));
  check_sorted(early_rows, ARRAY_LEN(early_rows));
}

typedef struct Case {
  const char *package, *name, *goarch;
  bool want;
} Case;

static const Case cases[] = {
    {"math/bits", "Len64", "amd64", true},
    {"math/bits", "Len64", "riscv64", false},
    {"math/bits", "Len64", "386", false},
    {"math/bits", "Len63", "amd64", false},
    {"sync/atomic", "LoadInt64", "arm64", true},
    {"sync/atomic", "LoadInt64", "arm", false},
    {"sync/atomic", "LoadInt64", "mipsle", false},
    {"sync/atomic", "LoadInt32", "mipsle", true},
    {"runtime", "KeepAlive", "wasm", true},
    {"go.runtime", "KeepAlive", "amd64", true},
    {"example.com/runtime", "KeepAlive", "amd64", false},
    {"math", "sqrt", "ppc64le", true},
    {"", "sqrt", "amd64", false},
};

static void intrinsics_depend_on_the_target(void **state) {
  (void)state;
  Interner *interner = interner_new();
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    const Case *c = &cases[i];
    Target target = {.goos = "linux", .goarch = c->goarch};
    Unit unit = {.target = &target, .profile = profile_newest()};
    Package pkg = {.path = intern_text(interner, c->package)};
    Name name = {.pkg = &pkg, .name = intern_text(interner, c->name)};
    if (inline_is_intrinsic(&unit, &name) != c->want) fail_msg("%s.%s on %s", c->package, c->name, c->goarch);
  }
  interner_free(interner);
}

/* ---- func add(a, b int) int { return a + b }; func twice(n int) int { x := add(n, n); return x } ---- */

typedef struct Program {
  Interner *interner;
  Universe *universe;
  SyntaxSession session;
  Package pkg;
  Unit unit;
  Func *add, *twice;
} Program;

static Type *signature(Program *p, uint32_t params) {
  Type *t = universe_basic(p->universe, BASIC_INT);
  ObjectList in = {arena_new_array(p->unit.arena, Object *, params), params};
  for (uint32_t i = 0; i < params; i++)
    in.items[i] = object_new_var(p->universe, VAR_PARAM, &p->pkg, POS_NONE, NULL, t);
  ObjectList out = {arena_new_array(p->unit.arena, Object *, 1), 1};
  out.items[0] = object_new_var(p->universe, VAR_RESULT, &p->pkg, POS_NONE, NULL, t);
  return type_new_signature(p->universe, NULL, type_new_tuple(p->universe, in),
                            type_new_tuple(p->universe, out), false);
}

static Name *variable(Program *p, Func *fn, NameClass class_, const char *text) {
  Type *t = universe_basic(p->universe, BASIC_INT);
  Name *name = name_new(&p->unit, class_, XPOS_NONE, &p->pkg, intern_text(p->interner, text), t, fn);
  func_declare(&p->unit, fn, name);
  return name;
}

static Func *function(Program *p, const char *name, const char *const *params, uint32_t param_len,
                      uint32_t at) {
  Unit *unit = &p->unit;
  Func *fn =
      func_new(unit, xpos((Pos){at}), &p->pkg, intern_text(p->interner, name), signature(p, param_len));
  fn->params = arena_new_array(unit->arena, Name *, param_len);
  for (uint32_t i = 0; i < param_len; i++)
    fn->params[fn->param_len++] = variable(p, fn, CLASS_PARAM, params[i]);
  fn->results = arena_new_array(unit->arena, Name *, 1);
  fn->results[fn->result_len++] = variable(p, fn, CLASS_PARAM_OUT, "~r0");
  vec_push(unit->arena, &unit->funcs, fn);
  return fn;
}

static Op *give_back(Program *p, Op *value) {
  Op *ret = op_new(&p->unit, OP_RETURN, XPOS_NONE, NULL);
  op_list_push(&p->unit, &ret->list, value);
  return ret;
}

static void program_open(Program *p) {
  memset(p, 0, sizeof *p);
  p->interner = interner_new();
  Unit *unit = &p->unit;
  unit->arena = unit->bodies = arena_new();
  unit->target = target_find(STR("linux"), STR("amd64"));
  unit->profile = profile_newest();
  p->universe = universe_new(p->interner, unit->target);
  p->session.interner = p->interner;
  p->pkg.path = p->pkg.name = unit->path = intern_text(p->interner, "p");
  unit->pkg = &p->pkg;
  unit->session = &p->session;
  unit->universe = p->universe;
  unit->events = event_log_new(unit->arena, 2);
  unit->whole = true;

  Type *t = universe_basic(p->universe, BASIC_INT);
  p->twice = function(p, "twice", (const char *const[]){"n"}, 1, 100);
  p->add = function(p, "add", (const char *const[]){"a", "b"}, 2, 10);
  Op *sum = op_binary(unit, OP_ADD, xpos((Pos){20}), t, &p->add->params[0]->op, &p->add->params[1]->op);
  op_list_push(unit, &p->add->body, give_back(p, sum));

  Op *call = op_new(unit, OP_CALLFUNC, xpos((Pos){120}), t);
  call->fun = &p->add->name->op;
  op_list_push(unit, &call->args, &p->twice->params[0]->op);
  op_list_push(unit, &call->args, &p->twice->params[0]->op);
  Name *x = variable(p, p->twice, CLASS_AUTO, "x");
  Op *assign = op_assign(unit, xpos((Pos){115}), &x->op, call, true);
  x->defn = assign;
  op_list_push(unit, op_own_init(unit, assign), op_unary(unit, OP_DCL, assign->pos, NULL, &x->op));
  op_list_push(unit, &p->twice->body, assign);
  op_list_push(unit, &p->twice->body, give_back(p, &x->op));
}

static void program_close(Program *p) {
  universe_free(p->universe);
  arena_free(p->unit.arena);
  interner_free(p->interner);
}

static void calls_are_inlined_callees_first(void **state) {
  (void)state;
  Program p;
  program_open(&p);
  inline_unit(&p.unit);
  const EventKind want[] = {EVENT_CAN_INLINE, EVENT_CAN_INLINE, EVENT_INLINING_CALL};
  assert_int_equal(p.unit.events->list.len, ARRAY_LEN(want));
  for (uint32_t i = 0; i < ARRAY_LEN(want); i++) assert_int_equal(p.unit.events->list.items[i].kind, want[i]);
  assert_int_equal(p.add->inl->cost, 4);
  assert_true(p.add->inl->can_delay_results);
  assert_int_equal(p.twice->inl->cost, 14);
  assert_int_equal(p.unit.inline_tree.len, 1);
  assert_ptr_equal(p.unit.inline_tree.items[0].callee, p.add);
  program_close(&p);
}

static void inlined_call_has_the_parts_of_the_callee(void **state) {
  (void)state;
  Program p;
  program_open(&p);
  inline_unit(&p.unit);
  const Op *inlined = p.twice->body.items[0]->y;
  assert_int_equal(inlined->kind, OP_INLCALL);
  assert_int_equal(op_init(inlined)->len, 1); /* arguments: results are declared by the return */
  const Op *args = op_init(inlined)->items[0];
  assert_int_equal(args->lhs.len, 2);
  assert_ptr_equal(args->lhs.items[0]->name->defn, args);
  assert_ptr_not_equal(args->lhs.items[0]->name, p.add->params[0]);
  assert_int_equal(p.twice->dcl.len, 3 + 3);
  assert_ptr_equal(p.twice->dcl.items[3], args->lhs.items[0]->name);
  assert_int_equal(inlined->list.len, 1); /* the return */
  const Op *returned = inlined->list.items[0];
  assert_int_equal(returned->kind, OP_AS2);
  assert_int_equal(returned->flags, OP_DECLARES | OP_RETURNS);
  assert_int_equal(returned->rhs.items[0]->pos.inl, 1);
  assert_ptr_equal(returned->rhs.items[0]->x, args->lhs.items[0]);
  assert_ptr_equal(returned->lhs.items[0], inlined->results.items[0]);
  program_close(&p);
}

static void pragmas_are_respected(void **state) {
  (void)state;
  Program p;
  program_open(&p);
  p.add->pragma = PRAGMA_NOINLINE;
  inline_unit(&p.unit);
  assert_null(p.add->inl);
  assert_int_equal(p.twice->inl->cost, 10 + 57);
  assert_int_equal(p.unit.inline_tree.len, 0);
  assert_int_equal(p.twice->body.items[0]->y->kind, OP_CALLFUNC); /* and the parentheses are gone */
  program_close(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(intrinsics_are_sorted),
      cmocka_unit_test(intrinsics_depend_on_the_target),
      cmocka_unit_test(calls_are_inlined_callees_first),
      cmocka_unit_test(inlined_call_has_the_parts_of_the_callee),
      cmocka_unit_test(pragmas_are_respected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
