/* SPDX-License-Identifier: BSD-3-Clause
 *
 * lower: checked packages (syntax trees + Info) to functions of the intermediate form.
 *
 *   in    unit->pkg with its declarations and bodies checked
 *   out   unit->funcs in the compiler's order, each with parameters, variables and body
 *
 * What the compiler does in three steps (writing unified IR, reading it, type-checking what was read) happens here in one pass
 * over each body, with the same result: nodes, positions, temporaries, implicit conversions, order of functions.
 *
 * A reported unit (unit->whole) runs lower_package: everything that reading a body touches is resolved eagerly and in order,
 * since that order is what people see. A dependency (not whole) lowers single functions on demand.
 *
 * Go: cmd/compile/internal/noder/{writer,reader,unified}.go, cmd/compile/internal/typecheck
 */
#ifndef HEAPWHY_LOWER_H
#define HEAPWHY_LOWER_H

#include "ir/ir.h"

/* Fills unit->funcs with all functions and their bodies. */
void lower_package(Unit *unit);

/* Lowers the body of one function of this unit (declared or instance); its closures come along. Safe to call again. */
void lower_function(Unit *unit, Func *fn);

/* Makes the function what it would be if `object` declared it, another declaration of the same name and type. Nothing is known of it. */
void lower_renew(Unit *unit, Func *fn, Object *object);
/* As lower_function for one that is looked into alone: unit->trail is watching meanwhile. */
void lower_alone(Unit *unit, Func *fn);

/* The function for a declared, non-generic function or method of unit->pkg; made when first asked for, with signature and
   parameters but without body. */
Func *lower_find_func(Unit *unit, Object *object);

/* Generates method wrappers and appends them to unit->funcs. finish is called for each one before it is appended: the compiler
   devirtualizes and inlines it at that moment. */
void lower_wrappers(Unit *unit, void (*finish)(void *context, Unit *unit, Func *fn), void *context);
/* The same for FRONT_TYPECHECK, where each wrapper goes through all that follows at once: those that type checking asked for; later, once
   code was generated, those that type descriptors ask for. */
void lower_table_wrappers(Unit *unit, void (*finish)(void *context, Unit *unit, Func *fn), void *context);
void lower_descriptor_wrappers(Unit *unit);
/* What descriptors of fn's variables on the stack ask for, while code for it is generated; for reported units. */
void lower_stack_descriptors(Unit *unit, Func *fn);

/* Functions for calls by the other calling convention; after all others. */
void lower_abi_wrappers(Unit *unit);

/* The shaped or plain instance of a generic function for these type arguments, made on demand (tests, dumps). */
Func *lower_instance(Unit *unit, Object *generic, TypeList targs, bool shaped);

#endif
