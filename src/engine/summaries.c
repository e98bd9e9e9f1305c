/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Dependencies that are read from their summaries.
 *
 * In: a package path that a summary mentions. Out: the package of this run that it means: one that is imported, directly or not.
 *
 * Go: cmd/compile/internal/importer
 */
#include "engine/private.h"

typedef struct Search {
  const Engine *engine;
  Str path;
  BitSet seen;
} Search;

static Package *search(Search *s, const EnginePackage *from) {
  for (uint32_t i = 0; i < from->load->import_len; i++) {
    uint32_t index = from->load->imports[i].package;
    const EnginePackage *package = &s->engine->packages[index];
    if (bitset_get(&s->seen, index)) continue;
    bitset_set(&s->seen, index);
    if (package->pkg && str_equal(atom_str(package->pkg->path), s->path)) return package->pkg;
    Package *deeper = search(s, package);
    if (deeper) return deeper;
  }
  return NULL;
}

Package *summaries_find(void *context, const Package *importer, Str path) {
  (void)importer;
  const EnginePackage *from = context;
  Arena *arena = arena_new();
  Search s = {from->engine, path, bitset_new(arena, from->engine->graph->package_len)};
  Package *found = search(&s, from);
  arena_free(arena);
  return found;
}
