/* SPDX-License-Identifier: BSD-3-Clause
 *
 * escape: which variables and allocations leave their function's frame.
 *
 *   loop_vars_unit     first: one loop variable per iteration
 *   static_init_unit   package-level variables that need no code leave the package's init function
 *   escape_unit        all functions of a reported unit, component by component; events in the compiler's order. In each function
 *                      assignments to locals that nobody reads vanish before (FRONT_UNIFIED)
 *   escape_funcs       the same on demand for some functions and what they need, without events
 *   bounds_unit        after it: indexing that cannot go out of range
 *
 * What later calls need of a function is left in Func.tags (FUNC_ESCAPE_DONE). The graph of a component is gone when it is done.
 *
 * Go: cmd/compile/internal/loopvar, staticinit, deadlocals, escape, walk
 */
#ifndef HEAPWHY_ESCAPE_H
#define HEAPWHY_ESCAPE_H

#include "ir/ir.h"

void captures_unit(Unit *unit); /* before inlining, for releases that decide then; else part of escape_unit */
void loop_vars_unit(Unit *unit);
void static_init_unit(Unit *unit);
/* The same for some functions, for on-demand runs. */
void loop_vars_funcs(Unit *unit, Func *const *funcs, uint32_t len);
void dead_locals_funcs(Unit *unit, Func *const *funcs, uint32_t len);
void escape_unit(Unit *unit);
void escape_funcs(Unit *unit, Func *const *roots, uint32_t len);
/* The same for one function, followed by its literals, as if nothing that it mentions led back to it: FUNC_ALONE, and FUNC_ESCAPE_DONE
   where that makes no difference. */
void escape_family(Unit *unit, Func *const *family, uint32_t len);
/* Likewise of several functions, each followed by its literals, where nothing does. */
void escape_alone(Unit *unit, Func *const *funcs, uint32_t len);
/* compiled (or NULL): called after each function, as code for it is generated then (FRONT_TYPECHECK). */
void bounds_unit(Unit *unit, void (*compiled)(Unit *unit, Func *fn));
void bounds_func(Unit *unit, Func *fn);
void bounds_alone(Unit *unit, Func *const *funcs, uint32_t len); /* as bounds_unit */

/* How far a parameter's value goes, as the compiler counts: see Leaks. */
Leaks leaks_none(void);
Leaks leaks_unknown(void);                     /* to the heap at once */
void leaks_add(int8_t *where, int32_t derefs); /* keeps the smaller number */
/* Drops what says no more than that the value reaches the heap. */
void leaks_optimize(Leaks *leaks);
/* The tag as the compiler stores it: "esc:" and one byte for each way, number of derefs + 1; "" if it leaks at once. */
Str leaks_encode(Arena *arena, const Leaks *leaks);
Leaks leaks_decode(Str tag);

#endif
