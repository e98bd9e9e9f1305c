/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: the type checker on whatever the parser makes of any bytes. Imports other than unsafe fail.
 */
#include "types/types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
static Package *no_import(void *context, Package *importer, Str path, Str *why) {
  (void)context, (void)importer, (void)path;
  *why = STR("nothing can be imported here");
  return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  SyntaxSession session = {.interner = interner_new()};
  session.sources = sources_new(session.interner);
  Str text = arena_str(arena, (Str){(const char *)data, size});
  SourceFile *source = sources_add(session.sources, intern_text(session.interner, "fuzz.go"), text);
  const Target *target = target_find(STR("linux"), STR("amd64"));
  CheckConfig config = {.session = &session,
                        .universe = universe_new(session.interner, target),
                        .profile = profile_newest(),
                        .target = target,
                        .import_package = no_import,
                        .bodies = true};
  Atom name = intern_text(session.interner, "p");
  Package *pkg = package_new(&config, name, name, LANG(config.profile->lang_max));
  IdCounter ids = {.next = 1};
  pkg->ids = &ids;
  Notes notes = {.arena = arena};
  package_add_file(pkg, parse_file(arena, &session, source, &ids, &notes, PARSE_CHECK_BRANCHES));
  if (notes.list.len == 0) check_package(&config, pkg);
  package_free(pkg);
  universe_free(config.universe);
  sources_free(session.sources);
  interner_free(session.interner);
  arena_free(arena);
  return 0;
}
