/* SPDX-License-Identifier: BSD-3-Clause
 *
 * shared_names: which packages are printed with their paths, since others that the compiler meets have the same name.
 *
 * In: a package that is compiled, and one that is mentioned in it. Out: whether the export data of the direct imports name two
 * packages of the mentioned one's name. That is looked for only if it can be, and once for each import and each name.
 *
 * Go: cmd/compile/internal/gc/fmt.go (symfmt), iimport.go (numImport)
 */
#include "engine/private.h"

static bool same_name(const Package *a, const Package *b) { return a != b && a->name == b->name; }

static bool has_namesake(const EnginePackage *importer, const Package *pkg) {
  const Engine *engine = importer->engine;
  for (uint32_t i = 0; i < engine->graph->package_len; i++) {
    const Package *other = engine->packages[i].pkg;
    if (other && bitset_get(&importer->reaches, i) && same_name(other, pkg)) return true;
  }
  return false;
}

static const Map *named_packages(EnginePackage *import) {
  if (!import->export_packages.arena)
    import->export_packages = unit_export_packages(import->unit, import->arena);
  return &import->export_packages;
}

static bool is_shared(EnginePackage *importer, const Package *pkg) {
  if (!has_namesake(importer, pkg)) return false;
  const Package *first = NULL;
  for (uint32_t i = 0; i < importer->load->import_len; i++) {
    EnginePackage *import = &importer->engine->packages[importer->load->imports[i].package];
    if (!import->unit) continue;
    vec_each (MapEntry, it, &named_packages(import)->entries) {
      const Package *named = (const Package *)(uintptr_t)it->key;
      if (named->name != pkg->name) continue;
      if (first && first != named) return true;
      first = named;
    }
  }
  return false;
}

bool package_name_is_shared(const Unit *unit, const Package *pkg) {
  EnginePackage *importer = unit->pkg->user;
  if (!importer) return false;
  if (!importer->shared_names.arena) importer->shared_names = map_in(importer->arena);
  uint64_t *known = map_put(&importer->shared_names, map_key(pkg));
  if (!*known) {
    bool shared = is_shared(importer, pkg);
    known = map_put(&importer->shared_names, map_key(pkg)); /* asking may have added others */
    *known = shared ? 2 : 1;
  }
  return *known == 2;
}
