/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What only the first body of a package that meets it has to care about: it is noted down in the unit's trail.
 *
 * In: types and objects. Out: keys for them that are the same in every run.
 *
 * Go: none
 */
#include "lower/internal.h"

uint64_t meeting_key(Lowering *low, Type *t) { return digest_of(link_key(low, t)).low; }

void note_type(Lowering *low, Meeting kind, Type *t) {
  if (trail_notes(low->unit))
    trail_first(low->unit, kind, meeting_key(low, t), low->unit->trail->bodies_read);
}

/* What is declared in a function may have the name of something else. */
void note_object(Lowering *low, Meeting kind, const Object *object, uint32_t time) {
  if (!trail_notes(low->unit)) return;
  bool method = object->kind == OBJECT_FUNC && object->type->u.signature.recv;
  if (method || (object->pkg && object->parent == object->pkg->scope))
    trail_first(low->unit, kind, object_symbol_key(object), time);
}
