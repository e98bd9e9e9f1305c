/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to load/: what a generated test main is made of (test_functions.c finds it, test_main.c writes the file).
 */
#ifndef HEAPWHY_LOAD_TEST_MAIN_H
#define HEAPWHY_LOAD_TEST_MAIN_H

#include "load/private.h"

typedef enum TestKind { TEST_TEST, TEST_BENCHMARK, TEST_FUZZ, TEST_EXAMPLE, TEST_KIND_COUNT } TestKind;

typedef struct TestFunction {
  Str name;
  bool external; /* of package p_test */
} TestFunction;

typedef struct TestFunctions {
  Arena *arena;
  VEC(TestFunction) lists[TEST_KIND_COUNT];
  Str main; /* TestMain, or empty */
  bool main_is_external;
  bool named[2];     /* the test main uses a name of p, of p_test */
  bool mentioned[2]; /* it imports p, p_test */
  Str wrong;         /* what is wrong with one of them; empty: nothing */
} TestFunctions;

/* Adds those of one file. False: it is no Go. */
bool test_functions_add(TestFunctions *all, Str path, Str text, bool external);

#endif
