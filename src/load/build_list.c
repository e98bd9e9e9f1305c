/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Minimal version selection: which version of each module is used.
 *
 * Every module that is reached says which versions it needs at least; the highest of them wins. A module at go 1.17 or later
 * names everything that its own packages need, so below such a module the walk goes no deeper (graph pruning), and what the
 * main module names itself is enough to find most packages: the whole graph is read only when it is asked for.
 *
 * Go: cmd/go/internal/modload/buildlist.go, cmd/go/internal/mvs/mvs.go
 */
#include <stdlib.h>

#include "load/private.h"

typedef enum Pruning { PRUNING_PRUNED, PRUNING_UNPRUNED, PRUNING_WORKSPACE } Pruning;

typedef struct Visit {
  ModuleVersion mod;
  Pruning pruning;
} Visit;

typedef struct Walk {
  Loader *loader;
  BuildList *list;
  StrMap seen;
  VEC(Visit) queue;
  uint32_t next;
} Walk;

static void require(Walk *walk, ModuleVersion mod) {
  const Str *known = strmap_get(&walk->list->selected, mod.path);
  if (known && semver_compare(*known, mod.version) >= 0) return;
  Str *version = arena_new_of(walk->loader->arena, Str);
  *version = mod.version;
  *strmap_put(&walk->list->selected, mod.path) = version;
}

static void enqueue(Walk *walk, ModuleVersion mod, Pruning pruning) {
  if (str_equal(mod.version, STR("none"))) return;
  Arena *arena = walk->loader->arena;
  void **slot = strmap_put(&walk->seen, arena_printf(arena, STR_FMT "@" STR_FMT " %d", STR_ARG(mod.path),
                                                     STR_ARG(mod.version), (int)pruning));
  if (*slot) return;
  *slot = walk;
  vec_push(arena, &walk->queue, (Visit){.mod = mod, .pruning = pruning});
}

static void warn_unknown(Loader *loader, ModuleVersion mod) {
  if (modules_main_with_path(loader->modules, mod.path)) return;
  const ModReplace *replace = modules_replacement(loader->modules, mod);
  if (replace && !replace->with.version.len) return; /* said when a package of it is needed */
  if (replace) mod = replace->with;
  load_warning(
      loader,
      "go: " STR_FMT "@" STR_FMT
      ": its go.mod is not in the module cache, so versions may be chosen differently; to fetch it:\n\tgo "
      "mod download " STR_FMT "@" STR_FMT,
      STR_ARG(mod.path), STR_ARG(mod.version), STR_ARG(mod.path), STR_ARG(mod.version));
}

static void visit(Walk *walk, Visit at) {
  const ModSummary *summary = modules_summary(walk->loader, at.mod);
  if (summary->unknown) warn_unknown(walk->loader, at.mod);
  Pruning below = summary->pruned && at.pruning != PRUNING_UNPRUNED ? PRUNING_PRUNED : PRUNING_UNPRUNED;
  bool deeper = at.pruning != PRUNING_PRUNED || !summary->pruned;
  for (uint32_t i = 0; i < summary->require_len; i++) {
    require(walk, summary->require[i]);
    if (deeper) enqueue(walk, summary->require[i], below);
  }
}

static void drain(Walk *walk) {
  while (walk->next < walk->queue.len) visit(walk, walk->queue.items[walk->next++]);
}

/* In a workspace the requirements of a version that was not chosen are not those of the chosen one: look at that one as well,
   for the main modules and whatever they need. */
static void visit_selected(Walk *walk) {
  Modules *modules = walk->loader->modules;
  bool more = true;
  while (more) {
    uint32_t before = walk->queue.len;
    for (uint32_t i = 0; i < walk->queue.len; i++) {
      const ModSummary *summary = modules_summary(walk->loader, walk->queue.items[i].mod);
      for (uint32_t k = 0; k < summary->require_len; k++) {
        ModuleVersion needed = summary->require[k];
        if (modules_main_with_path(modules, needed.path)) continue;
        const Str *selected = strmap_get(&walk->list->selected, needed.path);
        if (selected && !str_equal(*selected, needed.version))
          enqueue(walk, (ModuleVersion){needed.path, *selected}, PRUNING_WORKSPACE);
      }
    }
    drain(walk);
    more = walk->queue.len > before;
  }
}

static void load_graph(Loader *loader) {
  Modules *modules = loader->modules;
  if (modules->list.loaded) return;
  modules->list.loaded = true;
  Walk walk = {.loader = loader, .list = &modules->list, .seen = strmap_in(loader->arena)};
  if (modules->work) {
    for (uint32_t i = 0; i < modules->mains.len; i++)
      enqueue(&walk, (ModuleVersion){modules->mains.items[i]->path, STR("")}, PRUNING_WORKSPACE);
    drain(&walk);
    visit_selected(&walk);
    return;
  }
  for (uint32_t i = 0; i < modules->roots.entries.len; i++) {
    const StrMapEntry *root = &modules->roots.entries.items[i];
    ModuleVersion mod = {.path = root->key, .version = *(Str *)root->value};
    require(&walk, mod);
    enqueue(&walk, mod, modules->pruned ? PRUNING_PRUNED : PRUNING_UNPRUNED);
  }
  drain(&walk);
}

Str build_list_version(Loader *loader, Str path, bool all) {
  Modules *modules = loader->modules;
  if (all || (!modules->pruned && !modules->work)) load_graph(loader);
  bool whole = modules->list.loaded && (all || !modules->pruned);
  if (modules->work && !all) return (Str){NULL, 0};
  const Str *version = strmap_get(whole ? &modules->list.selected : &modules->roots, path);
  return version ? *version : (Str){NULL, 0};
}

static int compare_modules(const void *a, const void *b) {
  return str_compare(((const ModuleVersion *)a)->path, ((const ModuleVersion *)b)->path);
}

ModuleVersion *build_list_modules(Loader *loader, uint32_t *len) {
  Modules *modules = loader->modules;
  *len = 0;
  if (modules->mains.len == 0) return NULL;
  load_graph(loader);
  const StrMap *selected = &modules->list.selected;
  ModuleVersion *all = arena_new_array(loader->arena, ModuleVersion, selected->entries.len);
  for (uint32_t i = 0; i < selected->entries.len; i++) {
    const StrMapEntry *entry = &selected->entries.items[i];
    if (!modules_main_with_path(modules, entry->key))
      all[(*len)++] = (ModuleVersion){.path = entry->key, .version = *(Str *)entry->value};
  }
  if (*len) qsort(all, *len, sizeof *all, compare_modules);
  return all;
}
