/* SPDX-License-Identifier: BSD-3-Clause
 *
 * base: unit tests.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* cmocka wants these before it */
#include <cmocka.h>

#define assert_str(s, text)                                                                                  \
  do {                                                                                                       \
    Str str_ = (s);                                                                                          \
    if (!str_equal(str_, str_from(text))) fail_msg("\"" STR_FMT "\", want \"%s\"", STR_ARG(str_), text);     \
  } while (0)

static void test_str(void **state) {
  (void)state;
  assert_true(str_compare(STR("ab"), STR("abc")) < 0);
  assert_true(str_compare(STR("b"), STR("abc")) > 0);
  assert_int_equal(str_compare(STR(""), (Str){0}), 0);
  assert_true(str_has_prefix(STR("abc"), STR("ab")));
  assert_false(str_has_prefix(STR("a"), STR("ab")));
  assert_true(str_has_suffix(STR("abc"), STR("bc")));
  assert_false(str_has_suffix(STR("c"), STR("bc")));
  assert_int_equal(str_index(STR("a/b/c"), '/'), 1);
  assert_int_equal(str_last_index(STR("a/b/c"), '/'), 3);
  assert_int_equal(str_last_index(STR(""), '/'), -1);
  assert_str(str_slice(STR("abc"), 1, 99), "bc");
  assert_str(str_slice(STR("abc"), 7, 2), "");
}

static void test_arena(void **state) {
  (void)state;
  Arena *arena = arena_new();
  for (int round = 0; round < 3; round++) {
    for (size_t size = 0; size < 70000; size = size * 2 + 1) {
      char *p = arena_alloc(arena, size);
      assert_int_equal((uintptr_t)p % 8, 0);
      for (size_t i = 0; i < size; i++) assert_int_equal(p[i], 0);
      memset(p, 'x', size);
      memset(arena_alloc_text(arena, size / 3), 'y', size / 3); /* what comes behind is zeroed all the same */
    }
    arena_reset(arena);
  }
  assert_str(arena_printf(arena, "%d-%s", 7, "x"), "7-x");
  assert_true(arena_bytes(arena) > 70000);
  arena_free(arena);
  arena_free(NULL);
  for (size_t held = 0; held <= 40000; held += 40000) { /* by the arena that takes over */
    Arena *into = arena_new(), *from = arena_new();
    memset(arena_alloc(into, held), 'z', held);
    Str text = arena_str(from, STR("taken over"));
    memset(arena_alloc(from, 50000), 'x', 50000);
    arena_adopt(into, from);
    assert_true(arena_bytes(into) > held + 50000);
    assert_str(text, "taken over");
    const char *more = arena_alloc(into, 30000);
    for (size_t i = 0; i < 30000; i++) assert_int_equal(more[i], 0);
    arena_adopt(into, arena_new());
    assert_str(text, "taken over");
    arena_free(into);
  }
}

static void test_vec(void **state) {
  (void)state;
  Arena *arena = arena_new();
  VEC(uint32_t) numbers = {0};
  VEC(uint16_t) others = {0};
  for (uint32_t i = 0; i < 5000; i++) {
    vec_push(arena, &numbers, i);
    if (i % 3 == 0) vec_push(arena, &others, (uint16_t)i);
  }
  uint32_t want = 0;
  vec_each (uint32_t, it, &numbers) assert_int_equal(*it, want++);
  assert_int_equal(want, 5000);
  for (uint32_t i = 0; i < others.len; i++) assert_int_equal(others.items[i], 3 * i);
  assert_int_equal(vec_last(&numbers), 4999);
  assert_int_equal(vec_pop(&numbers), 4999);
  uint32_t more[] = {1, 2, 3};
  vec_append(arena, &numbers, more, 3);
  assert_int_equal(numbers.len, 5002);
  assert_int_equal(vec_last(&numbers), 3);
  arena_free(arena);
}

static void test_maps(void **state) {
  (void)state;
  Arena *arena = arena_new();
  Map map = map_in(arena);
  assert_null(map_find(&map, 1));
  for (uint64_t i = 0; i < 10000; i++) *map_put(&map, i << 32) = i;
  for (uint64_t i = 0; i < 10000; i++) assert_int_equal(*map_find(&map, i << 32), i);
  *map_put(&map, 0) = 42;
  assert_int_equal(map.entries.len, 10000);
  assert_int_equal(map.entries.items[0].value, 42);
  assert_null(map_find(&map, 7));
  Map pairs = map_in(arena);
  Map *first = map_nested(&pairs, arena), *second = map_nested(&pairs, NULL);
  map_set_ptr(first, &map, arena);
  assert_ptr_not_equal(first, second);
  assert_ptr_equal(map_nested(&pairs, arena), first);
  assert_ptr_equal(map_get_ptr(map_nested(&pairs, arena), &map), arena);
  assert_null(map_get_ptr(second, &map));
  StrMap names = strmap_in(arena);
  char name[16];
  for (int i = 0; i < 1000; i++) {
    snprintf(name, sizeof name, "n%d", i);
    *strmap_put(&names, str_from(name)) = &map;
  }
  assert_ptr_equal(strmap_get(&names, STR("n999")), &map);
  assert_null(strmap_get(&names, STR("n1000")));
  assert_str(names.entries.items[5].key, "n5");
  BitSet set = bitset_new(arena, 100);
  bitset_set(&set, 99);
  assert_true(bitset_get(&set, 99));
  assert_false(bitset_get(&set, 98));
  assert_false(bitset_get(&set, 1000));
  arena_free(arena);
}

static void test_buffer(void **state) {
  (void)state;
  Buffer buffer = {0};
  for (int i = 0; i < 100; i++) buffer_printf(&buffer, "%d,", i);
  assert_int_equal(buffer.len, 290);
  assert_int_equal(strlen(buffer.data), 290);
  buffer_reset(&buffer);
  buffer_decimal(&buffer, 0);
  buffer_decimal(&buffer, INT64_MIN);
  memcpy(buffer_extend(&buffer, 2), ";x", 2);
  assert_string_equal(buffer.data, "0-9223372036854775808;x");
  buffer_reset(&buffer);
  buffer_rune(&buffer, 'a');
  buffer_rune(&buffer, 0xE9);
  buffer_rune(&buffer, 0x20AC);
  buffer_rune(&buffer, 0x1F600);
  buffer_rune(&buffer, 0xD800);
  buffer_rune(&buffer, 0x110000);
  buffer_char(&buffer, '!');
  assert_str(buffer_view(&buffer), "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBD\xEF\xBF\xBD!");
  buffer_free(&buffer);
}

static void test_paths(void **state) {
  (void)state;
  static const char *const cleaned[][2] = {
      {"", "."},    {"abc/", "abc"},       {"a/b/../../c", "c"},    {"../../a", "../../a"},
      {"/..", "/"}, {"/../a/./b", "/a/b"}, {"a/../..", ".."},       {"//a//b//", "/a/b"},
      {"./a", "a"}, {"a/..", "."},         {"../a/../..", "../.."}, {"/a/..", "/"},
      {"..", ".."}, {"a/b/..", "a"},       {"...", "..."},
  };
  Arena *arena = arena_new();
  for (size_t i = 0; i < ARRAY_LEN(cleaned); i++)
    assert_str(path_clean(arena, str_from(cleaned[i][0])), cleaned[i][1]);
  assert_str(path_join(arena, STR("a/b"), STR("../c")), "a/c");
  assert_str(path_join(arena, STR(""), STR("c/")), "c");
  assert_str(path_dir(STR("/a/b")), "/a");
  assert_str(path_dir(STR("/a")), "/");
  assert_str(path_dir(STR("a")), ".");
  assert_str(path_base(STR("/a/b/")), "b");
  assert_str(path_base(STR("/")), "/");
  assert_str(path_base(STR("a")), "a");
  assert_true(path_is_absolute(path_absolute(arena, STR("x"))));
  arena_free(arena);
}

static void test_files(void **state) {
  (void)state;
  Arena *arena = arena_new();
  Str text;
  assert_true(file_read(arena, "/proc/self/status", &text));
  assert_true(text.len > 0 && text.data[text.len] == 0);
  assert_false(file_read(arena, "/proc", &text));
  assert_false(file_read(arena, "/proc/no such file", &text));
  assert_true(dir_exists("/proc"));
  assert_false(file_exists("/proc"));
  assert_true(file_exists("/proc/self/status"));
  DirList list;
  assert_true(dir_list(arena, "/", &list));
  for (uint32_t i = 1; i < list.len; i++)
    assert_true(str_compare(list.entries[i - 1].name, list.entries[i].name) < 0);
  assert_false(dir_list(arena, "/proc/no such folder", &list));
  arena_free(arena);
}

enum { TEXTS = 20000, THREADS = 4 };

typedef struct InternTest {
  Interner *interner;
  Atom atoms[THREADS][TEXTS];
} InternTest;

static void intern_many(void *context, uint32_t index) {
  InternTest *test = context;
  char name[16];
  for (int i = 0; i < TEXTS; i++) {
    snprintf(name, sizeof name, "%d", i);
    test->atoms[index][i] = intern_text(test->interner, name);
  }
}

static void test_intern(void **state) {
  (void)state;
  InternTest *test = calloc(1, sizeof *test);
  test->interner = interner_new();
  jobs_run(THREADS, THREADS, intern_many, test);
  for (int i = 0; i < TEXTS; i++) {
    assert_int_equal(atoi(atom_text(test->atoms[0][i])), i);
    for (int k = 1; k < THREADS; k++) assert_ptr_equal(test->atoms[k][i], test->atoms[0][i]);
  }
  assert_ptr_equal(intern(test->interner, (Str){0}), intern_text(test->interner, ""));
  interner_free(test->interner);
  free(test);
}

enum { JOBS = 64 };

typedef struct GraphTest {
  Lock *lock;
  const JobGraph *graph;
  uint32_t done[JOBS], len; /* jobs whose last step is done */
  uint32_t steps[JOBS];     /* how many of each job are done */
  uint32_t begun;           /* steps of jobs that the last job waits for in its own last step */
  bool wrong;               /* worker threads cannot fail a test */
} GraphTest;

typedef struct AgendaTest {
  GraphTest graph;
  Agenda *agenda;
} AgendaTest;

static void note_done(void *context, uint32_t index) {
  GraphTest *test = context;
  lock_take(test->lock);
  test->done[test->len++] = index;
  lock_release(test->lock);
}

static size_t note_step(void *context, uint32_t index, uint32_t step) {
  GraphTest *test = context;
  const JobGraph *graph = test->graph;
  lock_take(test->lock);
  if (test->steps[index]++ != step) test->wrong = true;
  for (uint32_t i = 0; step >= graph->free_steps && i < graph->need_len[index]; i++)
    if (test->steps[graph->needs[index][i]] <= step) test->wrong = true;
  lock_release(test->lock);
  if (step + 1 == graph->step_len) note_done(context, index);
  return 1;
}

/* Each number up to JOBS / 2 finds two more. */
static void work_off(void *context, uint32_t index) {
  (void)index;
  AgendaTest *test = context;
  for (uint32_t number; agenda_take(test->agenda, &number); agenda_done(test->agenda)) {
    note_done(&test->graph, number);
    if (number < JOBS / 2 - 1) agenda_add(test->agenda, 2);
  }
}

static void test_agenda(void **state) {
  (void)state;
  for (uint32_t threads = 1; threads <= THREADS; threads++) {
    Arena *arena = arena_new();
    AgendaTest test = {.graph.lock = lock_new(arena), .agenda = agenda_new(arena)};
    uint32_t none;
    assert_false(agenda_take(test.agenda, &none));
    agenda_add(test.agenda, 1);
    jobs_run(threads, threads, work_off, &test);
    assert_int_equal(test.graph.len, JOBS - 1);
    for (uint32_t i = 0; threads == 1 && i < JOBS - 1; i++) assert_int_equal(test.graph.done[i], i);
    agenda_end(test.agenda);
    arena_free(arena);
  }
}

static uint32_t steps_of_others(GraphTest *test) {
  uint32_t sum = 0;
  lock_take(test->lock);
  for (uint32_t i = 0; i < JOBS - 1; i++) sum += test->steps[i];
  lock_release(test->lock);
  return sum;
}

static size_t note_ahead(void *context, uint32_t index, uint32_t step) {
  GraphTest *test = context;
  double deadline = clock_seconds() + 60;
  if (index == JOBS - 1 && step + 1 == test->graph->step_len)
    while (steps_of_others(test) != test->begun && !test->wrong) test->wrong = clock_seconds() > deadline;
  return note_step(context, index, step);
}

static void test_jobs(void **state) {
  (void)state;
  Arena *arena = arena_new();
  static const uint32_t last[] = {JOBS - 1};
  const uint32_t *needs[JOBS] = {0};
  uint32_t need_len[JOBS] = {0};
  for (uint32_t i = 0; i < JOBS - 1; i++) needs[i] = last, need_len[i] = 1;
  for (uint32_t threads = 1; threads < 5; threads++) {
    GraphTest test = {.lock = lock_new(arena)};
    JobGraph graph = {.count = JOBS,
                      .needs = needs,
                      .need_len = need_len,
                      .step_len = 1,
                      .run = note_step,
                      .context = &test};
    test.graph = &graph;
    jobs_run_graph(threads, &graph);
    assert_false(test.wrong);
    assert_int_equal(test.len, JOBS);
    assert_int_equal(test.done[0], JOBS - 1);
    for (uint32_t i = 1; threads == 1 && i < JOBS; i++) assert_int_equal(test.done[i], i - 1);
  }
  /* What can start comes in order: 0 before 3 once 2 is done. */
  GraphTest ordered = {.lock = lock_new(arena)};
  static const uint32_t two[] = {2};
  const uint32_t *few[] = {two, NULL, NULL, NULL};
  const uint32_t few_len[] = {1, 0, 0, 0};
  JobGraph graph = {.count = 4,
                    .needs = few,
                    .need_len = few_len,
                    .step_len = 3,
                    .free_steps = 1,
                    .run = note_step,
                    .context = &ordered};
  ordered.graph = &graph;
  jobs_run_graph(1, &graph);
  static const uint32_t want[] = {1, 2, 0, 3};
  assert_memory_equal(ordered.done, want, sizeof want);
  jobs_run(2, 0, note_done, NULL);
  arena_free(arena);
}

static void test_jobs_ahead(void **state) {
  (void)state;
  Arena *arena = arena_new();
  static const uint32_t last[] = {JOBS - 1};
  const uint32_t *needs[JOBS] = {0};
  uint32_t need_len[JOBS] = {0};
  for (uint32_t i = 0; i < JOBS - 1; i++) needs[i] = last, need_len[i] = 1;
  static const struct {
    size_t room;
    uint32_t steps; /* that are done meanwhile: all that can be, or until the room is used up */
  } limits[] = {{JOBS, 2 * (JOBS - 1)}, {0, 0}};
  for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
    GraphTest test = {.lock = lock_new(arena), .begun = limits[i].steps};
    JobGraph graph = {.count = JOBS,
                      .needs = needs,
                      .need_len = need_len,
                      .step_len = 3,
                      .free_steps = 1,
                      .run = note_ahead,
                      .ahead_bytes = limits[i].room,
                      .context = &test};
    test.graph = &graph;
    jobs_run_graph(2, &graph);
    assert_false(test.wrong);
    assert_int_equal(test.len, JOBS);
    assert_int_equal(test.done[0], JOBS - 1);
  }
  arena_free(arena);
}

static uint32_t recurse(const volatile char *above, uint32_t depth) {
  volatile char here[8192];
  here[0] = above ? above[0] : 1;
  return depth ? recurse(here, depth - 1) + (uint32_t)here[0] : 0;
}

static void deep_job(void *context, uint32_t index) {
  (void)index;
  *(uint32_t *)context = recurse(NULL, 20000);
}

static void test_deep_stack(void **state) {
  (void)state;
  uint32_t depth = 0;
  jobs_run(1, 1, deep_job, &depth);
  assert_int_equal(depth, 20000);
}

static void test_bug(void **state) {
  (void)state;
  Arena *arena = arena_new();
  Lock *lock = lock_new(arena);
  BugPoint outer, inner;
  volatile int reached = 0;
  if (bug_catch(&outer) == 0) {
    if (bug_catch(&inner) == 0) {
      lock_take(lock);
      lock_take(lock);
      BUG("number %d", 7);
    } else {
      reached++;
      assert_non_null(strstr(inner.message, "number 7"));
    }
    bug_end(&outer);
  } else {
    fail();
  }
  assert_int_equal(reached, 1);
  GraphTest test = {.lock = lock}; /* another thread gets the lock: BUG gave it back */
  jobs_run(1, 1, note_done, &test);
  assert_int_equal(test.len, 1);
  arena_free(arena);
}

static void test_give_up(void **state) {
  (void)state;
  BugPoint point;
  volatile bool reached = false;
  Arena *before = scratch_new();
  if (bug_catch(&point) == 0) {
    arena_strdup(scratch_new(), STR("freed by the jump"));
    scratch_free(scratch_new());
    give_up(42, "%d MiB", 256);
  } else {
    reached = true;
    assert_ptr_equal(scratch_mark(), before);
    assert_true(point.gave_up);
    assert_int_equal(point.place, 42);
    assert_string_equal(point.message, "256 MiB");
  }
  scratch_free(before);
  assert_true(reached);
}

static void test_wire(void **state) {
  (void)state;
  static const uint64_t numbers[] = {0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX};
  Buffer out = {0};
  for (size_t i = 0; i < ARRAY_LEN(numbers); i++) wire_put(&out, numbers[i]);
  wire_put_signed(&out, -1);
  wire_put_signed(&out, INT64_MIN);
  wire_put_signed(&out, INT64_MAX);
  wire_put_str(&out, STR("text"));
  wire_put_digest(&out, digest_of(STR("text")));
  Wire wire = {.bytes = buffer_view(&out)};
  for (size_t i = 0; i < ARRAY_LEN(numbers); i++) assert_true(wire_get(&wire) == numbers[i]);
  assert_int_equal(wire_get_signed(&wire), -1);
  assert_true(wire_get_signed(&wire) == INT64_MIN);
  assert_true(wire_get_signed(&wire) == INT64_MAX);
  assert_str(wire_get_str(&wire), "text");
  assert_true(digest_equal(wire_get_digest(&wire), digest_of(STR("text"))));
  assert_false(wire.bad);
  assert_int_equal(wire_get(&wire), 0);
  assert_true(wire.bad);
  for (size_t len = 0; len < out.len; len++) { /* cut off anywhere */
    Wire cut = {.bytes = {out.data, len}};
    while (!cut.bad) wire_get_str(&cut);
    assert_int_equal(wire_get(&cut), 0);
  }
  Wire count = {.bytes = STR("\x05"
                             "abcd")};
  assert_int_equal(wire_get_count(&count), 0);
  assert_true(count.bad);
  buffer_free(&out);
}

/* ---- store ---- */

typedef struct StoreTest {
  Arena *arena;
  Str dir;
} StoreTest;

static StoreTest store_test_begin(void) {
  char dir[] = "/tmp/heapwhy-store-XXXXXX";
  assert_non_null(mkdtemp(dir));
  StoreTest test = {.arena = arena_new()};
  test.dir = arena_printf(test.arena, "%s/deep/cache", dir);
  return test;
}

static void store_test_end(const StoreTest *test) {
  store_clear(test->dir);
  for (Str at = test->dir; !str_equal(at, STR("/tmp")); at = path_dir(at))
    rmdir(arena_strdup(test->arena, at));
  arena_free(test->arena);
}

/* The only record's file. */
static Str only_record(const StoreTest *test) {
  DirList outer, inner;
  assert_true(dir_list(test->arena, test->dir.data, &outer));
  for (uint32_t i = 0; i < outer.len; i++) {
    if (!outer.entries[i].is_dir) continue;
    Str folder = path_join(test->arena, test->dir, outer.entries[i].name);
    assert_true(dir_list(test->arena, folder.data, &inner));
    if (inner.len == 1) return path_join(test->arena, folder, inner.entries[0].name);
  }
  fail();
  return STR("");
}

static void write_file(Str path, Str bytes) {
  FILE *file = fopen(path.data, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
  fclose(file);
}

static void expect_pack(const char *path, Digest program, const char *problem) {
  Arena *arena = arena_new();
  Str why = STR("");
  Pack *pack = pack_open(arena, str_from(path), program, &why);
  assert_true(!pack && strstr(why.data, problem) != NULL);
  pack_close(pack);
  arena_free(arena);
}

static void write_bytes(const char *path, Str bytes) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
  fclose(file);
}

static void write_pack(Arena *arena, Str path, Digest program) {
  uint64_t bytes;
  Str why, file;
  Pack *pack = pack_new(program);
  pack_put(pack, 7, digest_of(STR("a")), STR("first"));
  pack_put(pack, 8, digest_of(STR("a")), STR(""));
  pack_put(pack, 7, digest_of(STR("b")), STR("second\0record"));
  assert_true(pack_write(pack, arena, path, &bytes, &why));
  pack_close(pack);
  assert_true(file_read(arena, path.data, &file));
  assert_int_equal(file.len, bytes);
}

static void test_pack(void **state) {
  (void)state;
  StoreTest test = store_test_begin();
  Arena *arena = arena_new();
  Str path = path_join(arena, path_dir(path_dir(test.dir)), STR("pack")), why, got, file;
  Digest program = digest_of(STR("program")), a = digest_of(STR("a")), b = digest_of(STR("b"));
  write_pack(arena, path, program);
  Pack *pack = pack_open(arena, path, program, &why);
  assert_non_null(pack);
  assert_true(pack_get(pack, 7, a, &got) && str_equal(got, STR("first")));
  assert_true(pack_get(pack, 8, a, &got) && got.len == 0);
  assert_true(pack_get(pack, 7, b, &got) && str_equal(got, STR("second\0record")));
  assert_false(pack_get(pack, 8, b, &got));
  pack_close(pack);
  expect_pack(path.data, a, "another build");
  expect_pack("/tmp", program, "Is a directory");
  assert_true(file_read(arena, path.data, &file));
  char *copy = arena_strdup(arena, file);
  for (size_t i = 0; i < file.len; i++) {
    write_bytes(path.data, str_slice(file, 0, i)); /* cut off */
    expect_pack(path.data, program, "pack: ");
    copy[i] ^= 1;
    write_bytes(path.data,
                (Str){copy, file.len}); /* damaged; what fills up to the next record does not count */
    copy[i] ^= 1;
    pack = pack_open(arena, path, program, &why);
    if (pack) assert_int_equal(copy[i], 0);
    pack_close(pack);
  }
  unlink(path.data);
  arena_free(arena);
  store_test_end(&test);
}

static void test_store(void **state) {
  (void)state;
  StoreTest test = store_test_begin();
  Digest program = digest_of(STR("program")), key = digest_of(STR("key"));
  Str got;
  Store *store = store_open(test.dir, program, 1 << 20);
  assert_non_null(store);
  assert_false(store_get(store, 1, key, &got));
  store_put(store, 1, key, STR("value"));
  assert_true(store_get(store, 1, key, &got));
  assert_str(got, "value");
  assert_false(store_get(store, 2, key, &got));
  char *large = arena_alloc(test.arena, 300000);
  memset(large, 'x', 300000);
  store_put(store, 2, key, (Str){large, 300000});
  assert_true(store_get(store, 2, key, &got)); /* mapped */
  assert_true(str_equal(got, (Str){large, 300000}));
  store_put(store, 3, key, STR(""));
  assert_true(store_get(store, 3, key, &got));
  assert_int_equal(got.len, 0);
  store_close(store);
  store = store_open(test.dir, digest_of(STR("another")), 1 << 20);
  assert_false(store_get(store, 1, key, &got));
  store_close(store);
  assert_int_equal(store_status(test.dir).records, 3);
  assert_int_equal(store_clear(test.dir).records, 3);
  assert_int_equal(store_status(test.dir).bytes, 0);
  assert_null(store_open(STR("relative"), program, 1));
  assert_false(store_get(NULL, 1, key, &got));
  store_test_end(&test);
}

static void test_store_damage(void **state) {
  (void)state;
  StoreTest test = store_test_begin();
  Digest key = digest_of(STR("key"));
  Str got, bytes;
  Store *store = store_open(test.dir, key, 1 << 20);
  store_put(store, 1, key, STR("value"));
  Str path = only_record(&test);
  assert_true(file_read(test.arena, path.data, &bytes));
  for (size_t i = 0; i < bytes.len; i++) {
    char *copy = arena_strdup(test.arena, bytes);
    copy[i] = (char)(copy[i] ^ 0x10);
    write_file(path, (Str){copy, bytes.len});
    assert_false(store_get(store, 1, key, &got));
    write_file(path, str_slice(bytes, 0, i));
    assert_false(store_get(store, 1, key, &got));
  }
  write_file(path, arena_printf(test.arena, STR_FMT "more", STR_ARG(bytes)));
  assert_false(store_get(store, 1, key, &got));
  store_put(store, 1, key, STR("again"));
  assert_true(store_get(store, 1, key, &got));
  assert_str(got, "again");
  store_close(store);
  store_test_end(&test);
}

enum { COMMON = 100 };

/* Returns how many are there. */
static uint32_t get_common(Store *store, const char *want) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < COMMON; i++) {
    Str got;
    if (!store_get_common(store, 1, (Digest){i, 0}, &got)) continue;
    assert_str(got, want);
    found++;
  }
  return found;
}

static Store *with_shelf(const StoreTest *test) {
  Store *store = store_open(test->dir, digest_of(STR("program")), 1 << 20);
  store_use_shelf(store, digest_of(STR("shelf")));
  return store;
}

/* Removes all records but the largest one; returns its path. */
static Str leave_largest(const StoreTest *test) {
  DirList folders, list;
  Str largest = {NULL, 0};
  int64_t size = 0;
  assert_true(dir_list(test->arena, test->dir.data, &folders));
  for (uint32_t i = 0; i < folders.len; i++) {
    if (!folders.entries[i].is_dir) continue;
    Str folder = path_join(test->arena, test->dir, folders.entries[i].name);
    assert_true(dir_list(test->arena, folder.data, &list));
    for (uint32_t k = 0; k < list.len; k++) {
      Str path = path_join(test->arena, folder, list.entries[k].name);
      FileStamp stamp;
      assert_true(file_stamp(path.data, &stamp));
      if (stamp.size > size && largest.data) unlink(largest.data);
      if (stamp.size <= size) unlink(path.data);
      if (stamp.size > size) size = stamp.size, largest = path;
    }
  }
  return largest;
}

static void test_store_shelf(void **state) {
  (void)state;
  StoreTest test = store_test_begin();
  Str got, bytes;
  Store *store = with_shelf(&test);
  for (uint32_t i = 0; i < COMMON; i++) store_put(store, 1, (Digest){i, 0}, STR("value"));
  assert_int_equal(get_common(store, "value") + get_common(store, "value"), 2 * COMMON);
  store_close(store);
  assert_int_equal(store_status(test.dir).records, COMMON + 1);
  Str path = leave_largest(&test);
  store = with_shelf(&test);
  assert_false(store_get(store, 1, (Digest){0, 0}, &got));
  assert_int_equal(get_common(store, "value"), COMMON);
  assert_false(store_get_common(store, 2, (Digest){0, 0}, &got));
  store_put(store, 1, (Digest){0, 0}, STR("another")); /* for runs to come, too */
  store_close(store);
  store = with_shelf(&test);
  assert_true(store_get_common(store, 1, (Digest){0, 0}, &got));
  assert_str(got, "another");
  store_close(store);
  /* Whatever is damaged is not there. */
  assert_true(file_read(test.arena, path.data, &bytes));
  leave_largest(&test);
  for (size_t i = 0; i < bytes.len; i += 7) {
    char *copy = arena_strdup(test.arena, bytes);
    copy[i] = (char)(copy[i] ^ 0x10);
    write_file(path, (Str){copy, bytes.len});
    store = with_shelf(&test);
    uint32_t found = get_common(store, "value");
    assert_true(found >= COMMON - 2 || found == 0);
    store_close(store);
  }
  for (size_t len = 0; len < bytes.len; len += 97) {
    write_file(path, str_slice(bytes, 0, len));
    store = with_shelf(&test);
    assert_true(get_common(store, "value") < COMMON);
    store_close(store);
  }
  store_test_end(&test);
}

/* More than the limit: the oldest go. */
static void test_store_limit(void **state) {
  (void)state;
  StoreTest test = store_test_begin();
  Digest program = digest_of(STR("program"));
  for (uint32_t round = 0; round < 40; round++) {
    Store *store = store_open(test.dir, program, 10000);
    char text[1000] = {(char)round};
    store_put(store, 1, digest_of((Str){text, 1}), (Str){text, sizeof text});
    store_put(store, 2, digest_of((Str){text, 1}), (Str){text, sizeof text});
    store_close(store);
    assert_true(store_status(test.dir).bytes <= 10000 + 2 * 1100);
  }
  assert_true(store_status(test.dir).records >= 4);
  store_test_end(&test);
}

static void test_stamp(void **state) {
  (void)state;
  StoreTest test = store_test_begin();
  FileStamp a, b;
  assert_false(file_stamp("/tmp/heapwhy-is-not-there", &a));
  Store *store = store_open(test.dir, digest_of(STR("")), 1);
  store_put(store, 1, digest_of(STR("")), STR("value"));
  Str path = only_record(&test);
  assert_true(file_stamp(path.data, &a));
  assert_false(file_stamp_settled(&a));
  assert_true(file_stamp(path.data, &b));
  assert_true(file_stamp_equal(&a, &b));
  write_file(path, STR("longer than before"));
  assert_true(file_stamp(path.data, &b));
  assert_false(file_stamp_equal(&a, &b));
  a.modified = a.changed = 1;
  assert_true(file_stamp_settled(&a));
  store_close(store);
  store_test_end(&test);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_str),         cmocka_unit_test(test_arena),
      cmocka_unit_test(test_vec),         cmocka_unit_test(test_maps),
      cmocka_unit_test(test_buffer),      cmocka_unit_test(test_paths),
      cmocka_unit_test(test_files),       cmocka_unit_test(test_intern),
      cmocka_unit_test(test_jobs),        cmocka_unit_test(test_jobs_ahead),
      cmocka_unit_test(test_agenda),      cmocka_unit_test(test_bug),
      cmocka_unit_test(test_give_up),     cmocka_unit_test(test_deep_stack),
      cmocka_unit_test(test_wire),        cmocka_unit_test(test_store),
      cmocka_unit_test(test_pack),        cmocka_unit_test(test_store_damage),
      cmocka_unit_test(test_store_shelf), cmocka_unit_test(test_store_limit),
      cmocka_unit_test(test_stamp),
  };
  return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
