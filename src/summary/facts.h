/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Part of summary.h: facts about functions.
 */
#ifndef HEAPWHY_SUMMARY_FACTS_H
#define HEAPWHY_SUMMARY_FACTS_H

#include "ir/ir.h"

/* declared: the functions that the package declares, those without a body too. The unit's own ones come along. */
void facts_write(Buffer *out, const Unit *unit, Func *const *declared, uint32_t len);

typedef struct Facts {
  Str bytes, records;
  uint32_t slot_len, exported_len;
} Facts;

bool facts_open(Str bytes, Facts *out); /* false: they are none; the bytes live as long as the facts */
/* Keys (func_symbol_key) of the functions of other packages whose bodies the package hands on. */
void facts_exported(const Facts *facts, Map *out);
/* Fills what is known of fn, which was made just now: inl (its body is left for later), tags, properties, flags. False: nothing. */
bool facts_recall(const Facts *facts, Func *fn);

#endif
