/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ir_test: closure names, call-graph components, mentions, copies, reassignment, printed text of trees made by hand.
 */
#include "ir/ir.h"

#include <setjmp.h>
#include <cmocka.h>

typedef struct Fixture {
  Unit unit;
  SyntaxSession session;
  Package pkg, other;
} Fixture;

static int setup(void **state) {
  Arena *arena = arena_new();
  Fixture *f = arena_new_of(arena, Fixture);
  f->session.interner = interner_new();
  f->unit.arena = f->unit.bodies = arena;
  f->unit.session = &f->session;
  f->unit.target = target_find(STR("linux"), STR("amd64"));
  f->unit.universe = universe_new(f->session.interner, f->unit.target);
  f->unit.profile = profile_newest();
  f->pkg.name = f->pkg.path = intern(f->session.interner, STR("p"));
  f->other.name = intern(f->session.interner, STR("yaml"));
  f->other.path = intern(f->session.interner, STR("gopkg.in/yaml.v2"));
  f->unit.pkg = &f->pkg;
  *state = f;
  return 0;
}

static int teardown(void **state) {
  Fixture *f = *state;
  universe_free(f->unit.universe);
  interner_free(f->session.interner);
  arena_free(f->unit.arena);
  return 0;
}

static Atom atom(Fixture *f, const char *text) { return intern_text(f->session.interner, text); }
static Func *function(Fixture *f, const char *name) {
  return func_new(&f->unit, XPOS_NONE, &f->pkg, atom(f, name), NULL);
}
static Type *int_type(Fixture *f) { return universe_basic(f->unit.universe, BASIC_INT); }

static Name *local(Fixture *f, Func *fn, const char *name, Type *type) {
  Name *n = name_new(&f->unit, CLASS_AUTO, XPOS_NONE, &f->pkg, atom(f, name), type, fn);
  func_declare(&f->unit, fn, n);
  return n;
}

static Op *number(Fixture *f, int64_t value) {
  return op_literal(&f->unit, XPOS_NONE, int_type(f), const_make_int64(f->unit.arena, value));
}

static void assert_op_text(Fixture *f, const Op *op, const char *want) {
  Buffer text = {0};
  op_print(&text, &f->unit, op);
  buffer_char(&text, 0);
  assert_string_equal(text.data, want);
  buffer_free(&text);
}

static void assert_type_text(Fixture *f, Type *t, TypeTextMode mode, const char *want) {
  Buffer text = {0};
  type_text(&text, &f->unit, t, mode);
  buffer_char(&text, 0);
  assert_string_equal(text.data, want);
  buffer_free(&text);
}

static void test_closure_names(void **state) {
  Fixture *f = *state;
  Func *fn = function(f, "F");
  assert_string_equal(func_closure_name(&f->unit, fn, XPOS_NONE, CLOSURE_LITERAL)->text, "F.func1");
  assert_string_equal(func_closure_name(&f->unit, fn, XPOS_NONE, CLOSURE_LITERAL)->text, "F.func2");
  assert_string_equal(func_closure_name(&f->unit, fn, XPOS_NONE, CLOSURE_RANGE)->text, "F-range1");
  assert_string_equal(func_closure_name(&f->unit, fn, XPOS_NONE, CLOSURE_GO)->text, "F.gowrap1");
  assert_string_equal(func_closure_name(&f->unit, fn, XPOS_NONE, CLOSURE_DEFER)->text, "F.deferwrap2");
  Func *inner = function(f, "F.func1");
  inner->closure = op_new(&f->unit, OP_CLOSURE, XPOS_NONE, NULL);
  assert_string_equal(func_closure_name(&f->unit, inner, XPOS_NONE, CLOSURE_LITERAL)->text, "F.func1.1");
}

/* The name was printed by the real compiler for crypto/x509. */
static void test_closure_hash(void **state) {
  Fixture *f = *state;
  Func *callee = function(f, "parseSANExtension"), *caller = function(f, "caller");
  for (int i = 0; i < 1102; i++)
    vec_push(f->unit.arena, &f->unit.inline_tree, (InlinedCall){.callee = callee});
  XPos pos = {POS_NONE, 1102};
  Func *closure = func_new(&f->unit, pos, &f->pkg,
                           func_closure_name_numbered(&f->unit, caller, pos, CLOSURE_LITERAL, 1), NULL);
  assert_string_equal(closure->name->name->text, "parseSANExtension.func1#nAbLxIbgaxc=#");
  assert_true(str_equal(func_diagnostic_name(closure), STR("parseSANExtension.func1")));
}

typedef struct Visits {
  Buffer text;
} Visits;

static void record_component(void *context, Func *const *list, uint32_t len, bool recursive) {
  Visits *visits = context;
  for (uint32_t i = 0; i < len; i++)
    buffer_printf(&visits->text, "%s%s", i ? "+" : "", list[i]->name->name->text);
  buffer_text(&visits->text, recursive ? "! " : " ");
}

static void call(Fixture *f, Func *from, Func *to) {
  op_list_push(&f->unit, &from->body, op_unary(&f->unit, OP_CALLFUNC, XPOS_NONE, NULL, &to->name->op));
}

static void test_components(void **state) {
  Fixture *f = *state;
  Func *a = function(f, "a"), *b = function(f, "b"), *c = function(f, "c"), *d = function(f, "d");
  call(f, a, b);
  call(f, b, c);
  call(f, c, b);
  call(f, c, d);
  call(f, d, d);
  Func *roots[] = {a, b, c, d};
  Visits visits = {{0}};
  unit_visit_components(&f->unit, roots, 4, record_component, &visits);
  buffer_char(&visits.text, 0);
  assert_string_equal(visits.text.data, "d! b+c! a ");
  buffer_free(&visits.text);
}

static void test_mentions_are_kept(void **state) {
  Fixture *f = *state;
  Func *a = function(f, "a"), *b = function(f, "b"), *c = function(f, "c");
  call(f, a, b);
  call(f, a, b);
  func_survey(&f->unit, a);
  assert_int_equal(a->mentions.len, 1);
  assert_ptr_equal(a->mentions.items[0], b);
  call(f, a, c);
  func_survey(&f->unit, a);
  assert_int_equal(a->mentions.len, 1); /* nobody has said that it changed */
  func_changed(a);
  func_survey(&f->unit, a);
  assert_int_equal(a->mentions.len, 2);
  assert_ptr_equal(a->mentions.items[1], c);
}

static void test_jumps_need_a_written_label(void **state) {
  Fixture *f = *state;
  Func *fn = function(f, "f");
  Op *label = op_new(&f->unit, OP_LABEL, XPOS_NONE, NULL);
  label->flags |= OP_IMPLICIT;
  op_list_push(&f->unit, &fn->body, op_new(&f->unit, OP_GOTO, XPOS_NONE, NULL));
  op_list_push(&f->unit, &fn->body, label);
  func_survey(&f->unit, fn);
  assert_false(fn->flags & FUNC_JUMPS);
  op_list_push(&f->unit, &fn->body, op_new(&f->unit, OP_LABEL, XPOS_NONE, NULL));
  func_changed(fn);
  func_survey(&f->unit, fn);
  assert_true(fn->flags & FUNC_JUMPS);
}

/* x := 7; y := x, and x = 8 if again. What y is known to be. */
static void check_static_value(Fixture *f, const char *text, bool again) {
  Func *fn = function(f, text);
  Name *x = local(f, fn, "x", int_type(f)), *y = local(f, fn, "y", int_type(f));
  Op *seven = number(f, 7);
  x->defn = op_assign(&f->unit, XPOS_NONE, &x->op, seven, true);
  y->defn = op_assign(&f->unit, XPOS_NONE, &y->op, &x->op, true);
  op_list_push(&f->unit, &fn->body, x->defn);
  op_list_push(&f->unit, &fn->body, y->defn);
  if (again) op_list_push(&f->unit, &fn->body, op_assign(&f->unit, XPOS_NONE, &x->op, number(f, 8), false));
  Op *want = again ? &x->op : seven;
  ReassignOracle *oracle = reassign_oracle_new(f->unit.arena, &f->unit, fn);
  assert_ptr_equal(reassign_oracle_value(oracle, &y->op), want);
  assert_ptr_equal(op_static_value(&f->unit, &y->op), want);
  assert_ptr_equal(op_static_value(&f->unit, &y->op), want);
}

static void test_static_value(void **state) {
  check_static_value(*state, "F", false);
  check_static_value(*state, "G", true);
}

static void test_clone(void **state) {
  Fixture *f = *state;
  Func *fn = function(f, "F"), *into = function(f, "G");
  Name *x = local(f, fn, "x", int_type(f)), *copy = local(f, into, "x", int_type(f));
  Op *assign = x->defn = op_assign(&f->unit, XPOS_NONE, &x->op, number(f, 1), true);
  CloneOptions options = {.names = map_in(f->unit.arena), .inl = 3, .into = into};
  map_set_ptr(&options.names, x, &copy->op);
  Op *cloned = op_clone(&f->unit, &options, assign);
  assert_ptr_not_equal(cloned, assign);
  assert_ptr_equal(cloned->x, &copy->op);
  assert_ptr_equal(copy->defn, cloned);
  assert_ptr_equal(x->defn, assign);
  assert_int_equal(cloned->y->pos.inl, 3);
}

static void test_op_text(void **state) {
  Fixture *f = *state;
  Unit *u = &f->unit;
  Func *fn = function(f, "F");
  Name *x = local(f, fn, "x", int_type(f)), *far = local(f, fn, "y", int_type(f));
  far->pkg = &f->other;
  Op *sum = op_binary(u, OP_ADD, XPOS_NONE, int_type(f), &x->op, number(f, 1));
  assert_op_text(f, sum, "x + 1");
  assert_op_text(f, op_binary(u, OP_MUL, XPOS_NONE, int_type(f), sum, &far->op), "(x + 1) * yaml.y");
  Op *imag = op_unary(u, OP_IMAG, XPOS_NONE, int_type(f), &x->op);
  assert_op_text(f, op_binary(u, OP_EQ, XPOS_NONE, int_type(f), imag, number(f, 0)), "(imag(x)) == 0");
  Op *neg = op_unary(u, OP_NEG, XPOS_NONE, int_type(f), &x->op);
  assert_op_text(f, op_unary(u, OP_NEG, XPOS_NONE, int_type(f), neg), "- (-x)");
  Op *addr = op_unary(u, OP_ADDR, XPOS_NONE, type_new_pointer(u->universe, int_type(f)), &x->op);
  assert_op_text(f, addr, "&x");
  addr->flags |= OP_IMPLICIT;
  assert_op_text(f, addr, "x");
  Type *slice = type_new_slice(u->universe, universe_any(u->universe));
  Op *list = op_new(u, OP_SLICELIT, XPOS_NONE, slice);
  assert_op_text(f, list, "[]any{}");
  op_list_push(u, &list->list, &x->op);
  assert_op_text(f, list, "[]any{...}");
  list->flags |= OP_IMPLICIT;
  assert_op_text(f, list, "... argument");
  Op *conv =
      op_unary(u, OP_STR2BYTES, XPOS_NONE, type_new_slice(u->universe, universe_byte(u->universe)), &x->op);
  assert_op_text(f, conv, "([]byte)(x)");
  Op *rune = op_literal(u, XPOS_NONE, universe_rune(u->universe), const_make_int64(u->arena, '\n'));
  assert_op_text(f, rune, "'\\n'");
  Op *byte = op_literal(u, XPOS_NONE, universe_byte(u->universe), const_make_int64(u->arena, 7));
  assert_op_text(f, byte, "byte(7)");
  assert_op_text(f, op_assign(u, XPOS_NONE, &x->op, NULL, false), "x = <nil>");
  Op *branch = op_unary(u, OP_IF, XPOS_NONE, NULL, &x->op);
  op_list_push(u, &branch->list, op_new(u, OP_RETURN, XPOS_NONE, NULL));
  assert_op_text(f, branch, "if x { return  }");
}

static void test_type_text(void **state) {
  Fixture *f = *state;
  Universe *u = f->unit.universe;
  assert_type_text(f, universe_any(u), TYPE_TEXT_GO, "any");
  assert_type_text(f, universe_any(u), TYPE_TEXT_LINK, "interface {}");
  assert_type_text(f, type_new_interface(u, (ObjectList){0}, (TypeList){0}), TYPE_TEXT_GO, "interface {}");
  assert_type_text(f, universe_error(u), TYPE_TEXT_GO, "error");
  Object *object = object_new(u, OBJECT_TYPE_NAME, &f->other, POS_NONE, atom(f, "Node"), NULL);
  Type *named = type_new_named(u, object, int_type(f));
  Type *pointers = type_new_map(u, universe_byte(u), type_new_pointer(u, named));
  assert_type_text(f, pointers, TYPE_TEXT_GO, "map[byte]*yaml.Node");
  assert_type_text(f, pointers, TYPE_TEXT_LINK, "map[uint8]*gopkg.in/yaml%2ev2.Node");
  Type *inner = type_new_chan(u, CHAN_RECV, int_type(f));
  assert_type_text(f, type_new_chan(u, CHAN_BOTH, inner), TYPE_TEXT_GO, "chan (<-chan int)");
  Object *field = object_new_var(u, VAR_FIELD, &f->other, POS_NONE, atom(f, "mu"), int_type(f));
  Str tag = STR("json:\"x\"");
  Type *structure = type_new_struct(u, (ObjectList){&field, 1}, &tag);
  assert_type_text(f, structure, TYPE_TEXT_GO, "struct { yaml.mu int \"json:\\\"x\\\"\" }");
}

/* The key of t has the length of its text, and is the one of the text's other types. */
static Digest key_of(Fixture *f, Map *known, Type *t) {
  const TypeKey *key = type_link_key(known, &f->unit, t);
  Buffer text = {0};
  type_text(&text, &f->unit, t, TYPE_TEXT_LINK);
  assert_int_equal(key->text_len, text.len);
  buffer_free(&text);
  return key->digest;
}

static void test_type_keys(void **state) {
  Fixture *f = *state;
  Universe *u = f->unit.universe;
  Map known = map_in(f->unit.arena);
  Type *list = type_new_slice(u, int_type(f));
  Digest lists = key_of(f, &known, type_new_slice(u, list));
  assert_true(digest_equal(lists, key_of(f, &known, type_new_slice(u, type_new_slice(u, int_type(f))))));
  assert_false(digest_equal(lists, key_of(f, &known, list)));
  assert_false(digest_equal(lists, key_of(f, &known, type_new_array(u, list, 3))));
  Digest bytes = key_of(f, &known, type_new_map(u, universe_byte(u), list));
  Type *same = type_new_map(u, universe_basic(u, BASIC_UINT8), list);
  assert_true(digest_equal(bytes, key_of(f, &known, same)));
  Type *doubled = int_type(f);
  for (int i = 0; i < 100; i++) doubled = type_new_map(u, doubled, doubled);
  assert_true(type_link_key(&known, &f->unit, doubled)->text_len == UINT64_MAX);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(test_closure_names),
      TEST(test_closure_hash),
      TEST(test_components),
      TEST(test_mentions_are_kept),
      TEST(test_jumps_need_a_written_label),
      TEST(test_static_value),
      TEST(test_clone),
      TEST(test_op_text),
      TEST(test_type_text),
      TEST(test_type_keys),
  };
  return cmocka_run_group_tests_name("ir", tests, NULL, NULL);
}
