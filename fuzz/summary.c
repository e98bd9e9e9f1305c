/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: summaries of any bytes, as if their checksums were right.
 */
#include "summary/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Package *no_package(void *context, const Package *importer, Str path) {
  (void)context, (void)importer, (void)path;
  return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SyntaxSession session = {.interner = interner_new()};
  session.sources = sources_new(session.interner);
  const Target *target = target_find(STR("linux"), STR("amd64"));
  Universe *universe = universe_new(session.interner, target);
  CheckConfig config = {
      .session = &session, .universe = universe, .profile = profile_newest(), .target = target};
  SummaryReader reader = {.config = &config, .find_package = no_package};
  Package *volatile pkg = NULL;
  BugPoint point;
  if (bug_catch(&point) == 0) {
    Summary *summary = summary_open(&reader, (Str){(const char *)data, size}, (Lang){0});
    if (summary) {
      pkg = summary_package(summary);
      summary_objects(summary);
    }
    bug_end(&point);
  }
  package_free(pkg);
  universe_free(universe);
  sources_free(session.sources);
  interner_free(session.interner);
  return 0;
}
