/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Test variants: what `go test -c` compiles for a package p.
 *
 *   p [p.test]        p with its _test.go files of package p
 *   p_test [p.test]   its _test.go files of package p_test
 *   q [p.test]        what these import and itself imports p: compiled again, against the first
 *   p.test            the generated package main
 *
 * Go: cmd/go/internal/load/test.go
 */
#include "load/private.h"

static uint32_t select_files(Loader *loader, const Directory *directory, bool external,
                             const FileHead ***out) {
  const FileHead **files = arena_new_array(loader->arena, const FileHead *, directory->file_len);
  uint32_t len = 0;
  for (uint32_t i = 0; i < directory->file_len; i++)
    if (directory->files[i].is_test && directory->files[i].is_external == external)
      files[len++] = &directory->files[i];
  *out = files;
  return len;
}

static PackageNode *variant_of(Loader *loader, const PackageNode *node, LoadVariant variant) {
  PackageNode *copy = arena_new_of(loader->arena, PackageNode);
  *copy = *node;
  copy->variant = variant;
  copy->emitted = copy->built = false;
  return copy;
}

/* p's own test files after its other ones; what the tests import comes first. */
static PackageNode *in_package(Loader *loader, PackageNode *node) {
  const FileHead **tests;
  uint32_t len = select_files(loader, node->directory, false, &tests);
  if (len == 0 && !str_equal(node->name, STR("main"))) return node;
  PackageNode *variant = variant_of(loader, node, LOAD_TEST_IN_PACKAGE);
  variant->tested = node;
  variant->files = arena_new_array(loader->arena, const FileHead *, node->file_len + len);
  if (node->file_len) memcpy(variant->files, node->files, node->file_len * sizeof *node->files);
  if (len) memcpy(variant->files + node->file_len, tests, len * sizeof *tests);
  variant->file_len = node->file_len + len;
  variant->imports = NULL;
  variant->import_len = 0;
  variant->error = node->error;
  Str label = arena_printf(loader->arena, STR_FMT " (test)", STR_ARG(node->where.import_path));
  const StackEntry *stack = stack_push(loader, NULL, label, NULL);
  if (node->where.origin != ORIGIN_STD) embed_check(loader, variant, stack);
  graph_add_imports(loader, variant, tests, len, stack);
  uint32_t total = variant->import_len + node->import_len;
  NodeImport *imports = arena_new_array(loader->arena, NodeImport, total);
  if (variant->import_len) memcpy(imports, variant->imports, variant->import_len * sizeof *imports);
  if (node->import_len)
    memcpy(imports + variant->import_len, node->imports, node->import_len * sizeof *imports);
  variant->imports = imports;
  variant->import_len = total;
  return variant;
}

static PackageNode *external(Loader *loader, PackageNode *node) {
  const FileHead **tests;
  uint32_t len = select_files(loader, node->directory, true, &tests);
  if (len == 0) return NULL;
  PackageNode *variant = variant_of(loader, node, LOAD_TEST_EXTERNAL);
  variant->tested = node;
  variant->where.import_path = arena_printf(loader->arena, STR_FMT "_test", STR_ARG(node->where.import_path));
  variant->name = arena_printf(loader->arena, STR_FMT "_test", STR_ARG(node->name));
  variant->files = tests;
  variant->file_len = len;
  variant->imports = NULL;
  variant->import_len = 0;
  variant->error = (PackageError){0};
  variant->incomplete = false;
  const StackEntry *stack = stack_push(loader, NULL, variant->where.import_path, NULL);
  if (node->where.origin != ORIGIN_STD) embed_check(loader, variant, stack);
  graph_add_imports(loader, variant, tests, len, stack);
  return variant;
}

/* ---- what has to be compiled again ---- */

typedef struct Copies {
  Loader *loader;
  PackageNode *real, *variant;
  Map done; /* PackageNode* -> PackageNode* */
} Copies;

static PackageNode *copy_for_test(Copies *copies, PackageNode *node) {
  if (node == copies->real) return copies->variant;
  PackageNode *known = map_get_ptr(&copies->done, node);
  if (known) return known;
  map_set_ptr(&copies->done, node, node); /* stays so for packages that do not need p, and breaks cycles */
  NodeImport *imports = NULL;
  for (uint32_t i = 0; i < node->import_len; i++) {
    PackageNode *copy = copy_for_test(copies, node->imports[i].node);
    if (copy == node->imports[i].node) continue;
    if (!imports) {
      imports = arena_new_array(copies->loader->arena, NodeImport, node->import_len);
      memcpy(imports, node->imports, node->import_len * sizeof *imports);
    }
    imports[i].node = copy;
  }
  if (!imports) return node;
  PackageNode *copy = variant_of(copies->loader, node, LOAD_TEST_DEPENDENCY);
  copy->tested = copies->real;
  copy->imports = imports;
  map_set_ptr(&copies->done, node, copy);
  return copy;
}

static void import_copies(Copies *copies, PackageNode *node) {
  for (uint32_t i = 0; i < node->import_len; i++)
    node->imports[i].node = copy_for_test(copies, node->imports[i].node);
}

/* ---- tests of p that import something that imports p ---- */

typedef struct Step {
  PackageNode *node;
  uint32_t from; /* index in the queue; UINT32_MAX: p itself */
} Step;

static const FileHead *file_with_import(const PackageNode *node, const PackageNode *imported) {
  for (uint32_t i = 0; i < node->import_len; i++) {
    if (node->imports[i].node != imported) continue;
    for (uint32_t k = 0; k < node->file_len; k++)
      for (uint32_t m = 0; m < node->files[k]->import_len; m++)
        if (str_equal(node->files[k]->imports[m].path, node->imports[i].path)) return node->files[k];
  }
  return NULL;
}

/* Breadth first, so the shortest cycle is told. */
static void check_cycle(Loader *loader, PackageNode *variant, const PackageNode *real) {
  VEC(Step) queue = {0};
  Map seen = map_in(loader->arena);
  for (uint32_t i = 0; i < variant->import_len; i++) {
    if (map_find(&seen, map_key(variant->imports[i].node))) continue;
    map_set_ptr(&seen, variant->imports[i].node, variant);
    vec_push(loader->arena, &queue, (Step){variant->imports[i].node, UINT32_MAX});
  }
  for (uint32_t i = 0; i < queue.len; i++) {
    const PackageNode *node = queue.items[i].node;
    if (node == real) {
      VEC(uint32_t) chain = {0};
      for (uint32_t at = i; at != UINT32_MAX; at = queue.items[at].from) vec_push(loader->arena, &chain, at);
      const StackEntry *stack = stack_push(loader, NULL, real->where.import_path, NULL);
      for (uint32_t k = chain.len; k > 0; k--) {
        Step step = queue.items[chain.items[k - 1]];
        const PackageNode *from = step.from == UINT32_MAX ? variant : queue.items[step.from].node;
        stack = stack_push(loader, stack, step.node->where.import_path, file_with_import(from, step.node));
      }
      node_error(
          variant,
          (PackageError){.text = STR("import cycle not allowed in test"), .stack = stack, .is_cycle = true});
      return;
    }
    for (uint32_t k = 0; k < node->import_len; k++) {
      PackageNode *next = node->imports[k].node;
      if (map_find(&seen, map_key(next))) continue;
      map_set_ptr(&seen, next, variant);
      vec_push(loader->arena, &queue, (Step){next, i});
    }
  }
}

void tests_expand(Loader *loader, PackageNode *node, PackageNode ***list, uint32_t *len) {
  PackageNode **out = arena_new_array(loader->arena, PackageNode *, 3);
  *list = out;
  *len = 0;
  if (!node->directory || !node->directory->has_tests || node->error.set) {
    out[(*len)++] = node;
    return;
  }
  PackageNode *variant = in_package(loader, node), *tests = external(loader, node);
  if (variant != node) check_cycle(loader, variant, node);
  if (variant->file_len) out[(*len)++] = variant;
  if (tests) out[(*len)++] = tests;
  PackageNode *main = test_main_new(loader, node, variant, tests);
  if (main) out[(*len)++] = main;
  if (variant == node) return;
  Copies copies = {.loader = loader, .real = node, .variant = variant, .done = map_in(loader->arena)};
  if (tests) import_copies(&copies, tests);
  if (main) import_copies(&copies, main);
}
