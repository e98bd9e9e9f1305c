/* SPDX-License-Identifier: BSD-3-Clause
 *
 * export: what a unit sees of other units' functions.
 *
 * In: a function of another unit. Out: whether its body comes with the packages that the unit imports. A package hands on the bodies
 * of its own functions and of those that it has inlined itself, no others, so a method of a type that came along through a third
 * package may be known by its signature only.
 *
 * Go: cmd/compile/internal/noder/linker.go (exportBody), cmd/compile/internal/noder/reader.go (bodyReaderFor)
 */
#include "ir/ir.h"

static bool hands_on(const Unit *unit, const Package *import, const Func *fn) {
  if (import == fn->unit->pkg) return true;
  const Unit *other = unit->find_unit ? unit->find_unit(unit->context, import) : NULL;
  return other && map_find(&other->inlined_foreign, map_key(fn));
}

bool func_has_inline_body(const Unit *unit, const Func *fn) {
  if (!fn->inl) return false;
  if (fn->unit == unit || fn->targs.len > 0) return true;
  for (uint32_t i = 0; i < unit->pkg->imports.len; i++)
    if (hands_on(unit, unit->pkg->imports.items[i], fn)) return true;
  return false;
}
