/* SPDX-License-Identifier: BSD-3-Clause
 *
 * live: which variables with pointers are live where (-gcflags=-live).
 *
 *   live_unit   events "live at entry", "live at call" and "stack object" for the functions of a reported unit
 *
 * The compiler finds this out after register allocation. Here it is a question about ops: a variable lives in memory (its address
 * is taken), behind a pointer (it was moved to the heap), or is a value; values live as long as something observable needs them. What
 * the allocator calls a value that it keeps across a call follows from the variable only in the plain cases (see vars.c), and a
 * call where one other value may be alive gets no event at all: what is said is meant to be right, not complete.
 *
 * Go: cmd/compile/internal/liveness
 */
#ifndef HEAPWHY_LIVE_H
#define HEAPWHY_LIVE_H

#include "ir/ir.h"

/* After escape analysis. is_instruction: the code generator has instructions in place of that call. */
void live_unit(Unit *unit, bool (*is_instruction)(Unit *unit, const Op *call));

#endif
