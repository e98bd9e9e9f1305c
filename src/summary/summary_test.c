/* SPDX-License-Identifier: BSD-3-Clause
 *
 * summary: what is written, read back and written again is the same; bytes that are damaged do no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka needs the headers above */
#include <cmocka.h>

#include "summary/summary.h"

typedef struct World {
  Arena *arena;
  SyntaxSession session;
  CheckConfig config;
  Package *pkg;
} World;

static Package *no_package(void *context, const Package *importer, Str path) {
  (void)context, (void)importer, (void)path;
  return NULL;
}

static void open_world(World *w, const char *text) {
  *w = (World){.arena = arena_new()};
  w->session.interner = interner_new();
  w->session.sources = sources_new(w->session.interner);
  const Target *target = target_find(STR("linux"), STR("amd64"));
  w->config = (CheckConfig){.session = &w->session,
                            .universe = universe_new(w->session.interner, target),
                            .profile = profile_newest(),
                            .target = target,
                            .bodies = true};
  Atom p = intern_text(w->session.interner, "p");
  w->pkg = package_new(&w->config, p, p, LANG(w->config.profile->lang_max));
  SourceFile *source =
      sources_add(w->session.sources, intern_text(w->session.interner, "p.go"), str_from(text));
  package_add_file(
      w->pkg, parse_file(w->arena, &w->session, source, w->pkg->ids, &w->pkg->notes, PARSE_CHECK_BRANCHES));
  check_package(&w->config, w->pkg);
  if (w->pkg->notes.list.len) fail_msg(STR_FMT, STR_ARG(w->pkg->notes.list.items[0].text));
}

static void close_world(World *w) {
  package_free(w->pkg);
  universe_free(w->config.universe);
  sources_free(w->session.sources);
  interner_free(w->session.interner);
  arena_free(w->arena);
}

static const char *const program =
    "package p\n"
    "import \"unsafe\"\n"
    "type List[T any] struct { head *node[T]; len int `json:\"len\"` }\n"
    "type node[T any] struct { value T; next *node[T]; list *List[T] }\n"
    "func (l *List[T]) Push(value T) *List[T] { return l }\n"
    "func (l List[E]) Map(f func(E) E) (out List[E]) { return }\n"
    "type Number interface { ~int | ~float64; String() string }\n"
    "type Self interface { Again() Self; Number() (int, error) }\n"
    "func Sum[N Number, S ~[]N](list S, more ...N) (sum N, ok bool) { return }\n"
    "type Alias[K comparable] = map[K]List[Self]\n"
    "type Plain = struct { a, b int; List[string] }\n"
    "type Tree struct { left, right *Tree; by Alias[[3]byte]; done <-chan struct{}; raw unsafe.Pointer }\n"
    "func (t *Tree) Walk(func(*Tree) bool) {}\n"
    "func (Tree) private(any, rune) {}\n"
    "const Small, Text, Yes = -7, \"text\\x00\\xff\", true\n"
    "const Huge = 1 << 200\n"
    "const Third = 1.0 / 3\n"
    "const Tiny = 1e-10000 / 3\n"
    "const Complex = Third + 1i*Huge\n"
    "const Typed float32 = 0.1\n"
    "var walk = (*Tree).Walk\n"
    "var sum = Sum[myNumber, []myNumber]\n"
    "type myNumber int\n"
    "func (myNumber) String() string { return \"\" }\n"
    "var anonymous, other = struct{ x int }{}, func(x int) (y, z error) { return }\n"
    "func Outside(x uintptr)\n"
    "//line other.go:100\n"
    "func _() {}\n"
    "var table map[string]func(...[]*Tree)\n";

static bool keeps_all(void *context, Object *func) {
  (void)context, (void)func;
  return true;
}

static Buffer written(World *w) {
  Buffer bytes = {0};
  open_world(w, program);
  SummaryWriter writer = {w->session.sources, w->config.universe, keeps_all, NULL};
  assert_true(summary_write(&bytes, &writer, w->pkg));
  return bytes;
}

static Str printed(Arena *arena, ObjectList objects, const Package *pkg) {
  Buffer out = {0};
  for (uint32_t i = 0; i < objects.len; i++) {
    object_print(&out, objects.items[i], pkg);
    if (objects.items[i]->kind == OBJECT_CONST) const_print_exact(&out, objects.items[i]->u.constant.value);
    buffer_char(&out, '\n');
  }
  Str text = arena_str(arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

static void test_round_trip(void **state) {
  (void)state;
  World first, second;
  Buffer bytes = written(&first), again = {0};
  open_world(&second, "package p\n"); /* another session */
  SummaryReader reader = {.config = &second.config, .find_package = no_package};
  Summary *summary = summary_open(&reader, buffer_view(&bytes), first.pkg->lang);
  assert_non_null(summary);
  Package *pkg = summary_package(summary);
  ObjectList objects = {first.pkg->scope->objects.items, first.pkg->scope->objects.len};
  Str want = printed(first.arena, objects, first.pkg);
  Str got = printed(first.arena, summary_objects(summary), pkg);
  if (!str_equal(want, got)) fail_msg(STR_FMT "want\n" STR_FMT, STR_ARG(got), STR_ARG(want));
  assert_true(summary_write_again(&again, second.session.sources, second.config.universe, summary));
  assert_true(str_equal(buffer_view(&bytes), buffer_view(&again)));
  package_free(pkg);
  buffer_free(&again);
  buffer_free(&bytes);
  close_world(&second);
  close_world(&first);
}

static void test_lookup(void **state) {
  (void)state;
  World first, second;
  Buffer bytes = written(&first);
  open_world(&second, "package p\n");
  SummaryReader reader = {.config = &second.config, .find_package = no_package};
  Package *pkg = summary_package(summary_open(&reader, buffer_view(&bytes), first.pkg->lang));
  Interner *interner = second.session.interner;
  assert_null(scope_lookup(pkg->scope, intern_text(interner, "missing")));
  Object *tree = scope_lookup(pkg->scope, intern_text(interner, "Tree"));
  assert_non_null(tree);
  assert_ptr_equal(tree, scope_lookup(pkg->scope, intern_text(interner, "Tree")));
  Position at = source_position(second.session.sources, tree->pos);
  assert_int_equal(at.line, 12);
  assert_int_equal(at.col, 6);
  Lookup walk =
      lookup_field_or_method(second.config.universe, tree->type, true, pkg, intern_text(interner, "Walk"));
  assert_non_null(walk.object);
  assert_int_equal(walk.object->kind, OBJECT_FUNC);
  assert_true(walk.object->u.func.has_ptr_recv);
  assert_int_equal(type_size(second.config.target, tree->type), 40);
  const Object *table = scope_lookup(pkg->scope, intern_text(interner, "table"));
  at = source_position(second.session.sources, table->pos);
  assert_int_equal(at.line, 101);
  assert_true(str_has_suffix(at.filename, STR("other.go")));
  package_free(pkg);
  buffer_free(&bytes);
  close_world(&second);
  close_world(&first);
}

/* Everything is made or found to be impossible. */
static void read_all(World *w, Str bytes) {
  SummaryReader reader = {.config = &w->config, .find_package = no_package};
  Summary *volatile summary = NULL;
  BugPoint point;
  if (bug_catch(&point) == 0) {
    summary = summary_open(&reader, bytes, (Lang){0});
    if (summary) summary_objects(summary);
    bug_end(&point);
  }
  if (summary) package_free(summary_package(summary));
}

static void test_damage(void **state) {
  (void)state;
  World w;
  Buffer bytes = written(&w);
  for (size_t i = 0; i < bytes.len; i++) {
    char *copy = arena_alloc(w.arena, bytes.len);
    memcpy(copy, bytes.data, bytes.len);
    copy[i] = (char)(copy[i] + 1);
    read_all(&w, (Str){copy, bytes.len});
    if (i % 16 == 0) read_all(&w, (Str){copy, i});
  }
  buffer_free(&bytes);
  close_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_lookup),
      cmocka_unit_test(test_damage),
  };
  return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
