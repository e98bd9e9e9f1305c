/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: facts about functions from any bytes, as if their checksum was right.
 */
#include "summary/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Facts facts;
  if (size < 3 || !facts_open((Str){(const char *)data + 1, size - 1}, &facts)) return 0;
  Arena *arena = arena_new();
  Map exported = map_in(arena);
  facts_exported(&facts, &exported);
  Unit unit = {.arena = arena};
  Name name = {0};
  /* An unnamed function, which is what the first record is taken to be about. */
  Func fn = {.name = &name, .unit = &unit, .param_len = data[0] % 4, .result_len = data[0] / 4 % 4};
  uint64_t key = func_symbol_key(&fn);
  if (facts.records.len >= 8) {
    char *records = arena_alloc(arena, facts.records.len);
    memcpy(records, facts.records.data, facts.records.len);
    for (int i = 0; i < 8; i++) records[i] = (char)(key >> (8 * i));
    facts.records.data = records;
  }
  facts_recall(&facts, &fn);
  arena_free(arena);
  return 0;
}
