/* SPDX-License-Identifier: BSD-3-Clause
 *
 * flood: the first escape analysis (profile->escape_engine == ESCAPE_FLOOD).
 *
 *   flood_unit    all functions of a unit, component by component, callees first; events in the compiler's order
 *   flood_funcs   the same for some functions and what they need
 *   flood_alone   one function as a component of its own: wrappers that are made at the end
 *
 * The graph's nodes are the expressions and variables themselves; a flow says which value reaches which. From every variable and
 * closure that something flows into, the graph is flooded against the flows, counting dereferences and addresses on the way
 * (Level). What later calls need of a function is left in Func.tags, in the form that the second analysis uses too.
 *
 * Go: cmd/compile/internal/gc/esc.go (of Go 1.10 to 1.13)
 */
#ifndef HEAPWHY_FLOOD_H
#define HEAPWHY_FLOOD_H

#include "ir/ir.h"

void flood_unit(Unit *unit);
void flood_funcs(Unit *unit, Func *const *roots, uint32_t len);
void flood_alone(Unit *unit, Func *fn);

#endif
