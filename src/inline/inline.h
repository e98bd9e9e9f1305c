/* SPDX-License-Identifier: BSD-3-Clause
 *
 * inline: which functions can be inlined, what their calls cost, and the expansion of calls; interface calls whose callee is
 * known become direct calls on the way.
 *
 *   in    a unit with its functions lowered (and their closures)
 *   out   func->inl of each function; bodies with INLCALL ops in place of calls; unit->inline_tree; closures of inlined bodies
 *         appended to unit->funcs; events in the compiler's order
 *
 * The compiler builds an inlined call by reading the callee's body once more. Here the callee keeps a pristine copy of its body
 * (InlineBody), made before anything was inlined into it, and a call clones that. Names, temporaries, positions and closure names
 * come out the same.
 *
 * Go: cmd/compile/internal/inline, inline/interleaved, devirtualize, bloop, noder/reader.go (unifiedInlineCall)
 */
#ifndef HEAPWHY_INLINE_H
#define HEAPWHY_INLINE_H

#include "ir/ir.h"

/* All functions of a reported package: first what can be inlined, then the calls. With -l interface calls are
   resolved and nothing else happens. */
void inline_unit(Unit *unit);

/* One function at once, with what is known by now: method wrappers, which are made after inline_unit. */
void inline_func(Unit *unit, Func *fn);
/* Around many inline_func: what it works with is used again. */
void inline_begin(Unit *unit);
void inline_end(Unit *unit);

/* FRONT_TYPECHECK, after inline_unit: bodies as importing packages see them (InlineBody.imported). */
void inline_write_bodies(Unit *unit);

/* For units that are not whole: decides about one function that is lowered; what its callees cost is asked by
   unit->require_func. False: it is too costly even if all calls that it makes were free. */
bool inline_decide(Unit *unit, Func *fn);
/* The same, but the answer is that for `other`, the same function of a whole unit (NULL: not there). */
void inline_decide_as(Unit *unit, Func *fn, const Func *other);
/* fn->inl, or the body that it would have. */
InlineBody *inline_body_anyway(Unit *unit, Func *fn);
/* For units that are not whole: inlines into a function and its closures (which follow it, as they stand in it). */
void inline_family(Unit *unit, Func *const *funcs, uint32_t len);

/* Decides about one function (and the functions of its unit that it reaches) without events and without changing it: for
   functions that came up while inlining. fn and every function of the unit that its calls reach is lowered. Safe to call again. */
void inline_can_inline(Unit *unit, Func *fn);

/* For functions, each followed by its literals, that are looked into alone, with their turns, events and meetings as in the whole unit;
   nothing else that they mention leads back to them. */
void inline_alone(Unit *unit, Func *const *funcs, uint32_t len);

/* Makes the body of fn->inl, which was left for later: fn is lowered. */
void inline_make_body(Unit *unit, Func *fn);

/* The callee is replaced by instructions on the unit's target. fun: function expression of a call. */
bool inline_is_intrinsic(const Unit *unit, const Name *callee);
bool call_is_intrinsic(Unit *unit, const Op *call); /* the same of a call */

/* `for b.Loop()` of tests: what the loop computes is kept alive. Comes before inline_unit; does nothing unless the package
   imports testing. */
void inline_keep_loop_results(Unit *unit);

#endif
