/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz target: scanner and parser on any bytes. Printing what was parsed must not crash either.
 */
#include "syntax/syntax.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  SyntaxSession session = {.interner = interner_new()};
  session.sources = sources_new(session.interner);
  Str text = arena_str(arena, (Str){(const char *)data, size});
  SourceFile *source = sources_add(session.sources, intern_text(session.interner, "fuzz.go"), text);
  Notes notes = {.arena = arena};
  IdCounter ids = {.next = 1};
  SyntaxFile *file = parse_file(arena, &session, source, &ids, &notes, PARSE_CHECK_BRANCHES);
  Buffer out = {0};
  syntax_dump(&out, session.sources, file);
  vec_each (Note, note, &notes.list) source_print_position(session.sources, &out, note->pos);
  buffer_free(&out);
  sources_free(session.sources);
  interner_free(session.interner);
  arena_free(arena);
  return 0;
}
