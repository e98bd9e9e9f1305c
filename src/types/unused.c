/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Imports that nothing refers to.
 *
 * Go: cmd/compile/internal/types2/resolver.go (unusedImports)
 */
#include "types/core.h"

void check_unused_imports(Checker *check) {
  const struct PackageState *state = check->pkg->state;
  for (uint32_t i = 0; i < state->package_names.len; i++) {
    const Object *object = state->package_names.items[i];
    if (object->used || object->name == check->universe->blank) continue;
    Str path = atom_str(object->u.package_name.imported->path), name = atom_str(object->name);
    ptrdiff_t slash = str_last_index(path, '/');
    Str last = str_slice(path, (size_t)(slash + 1), path.len);
    if (str_equal(name, last) || object->name == check->universe->dot || name.len == 0)
      check_soft_error(check, object->pos, "\"" STR_FMT "\" imported and not used", STR_ARG(path));
    else
      check_soft_error(check, object->pos, "\"" STR_FMT "\" imported as " STR_FMT " and not used",
                       STR_ARG(path), STR_ARG(name));
  }
}
