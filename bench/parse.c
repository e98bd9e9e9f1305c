/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Scans and parses Go files with heapwhy's library, on one thread, for bench/run.sh.
 *
 *   parse TURNS <LIST        -> "BYTES SECONDS": processor time of the fastest turn over all files of the list, one name a line
 *
 * As in a run, a package's files (those of one folder in a row) share an arena; files are read each time.
 */
#include "syntax/syntax.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Parsing {
  SyntaxSession session;
  Arena *arena; /* of the package */
  Str folder;
  IdCounter ids;
  Notes notes;
} Parsing;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void next_package(Parsing *p, Str folder) {
  arena_reset(p->arena);
  p->folder = folder;
  p->ids = (IdCounter){.next = 1};
  p->notes = (Notes){.arena = p->arena};
}

static size_t parse_all(const Str *names, uint32_t len) {
  Parsing p = {.session.interner = interner_new(), .arena = arena_new()};
  p.session.sources = sources_new(p.session.interner);
  size_t bytes = 0;
  for (uint32_t i = 0; i < len; i++) {
    Str folder = path_dir(names[i]), text;
    if (!p.folder.len || !str_equal(folder, p.folder)) next_package(&p, folder);
    if (!file_read(p.arena, names[i].data, &text)) fatal("%s cannot be read", names[i].data);
    SourceFile *source = sources_add(p.session.sources, intern(p.session.interner, names[i]), text);
    parse_file(p.arena, &p.session, source, &p.ids, &p.notes, PARSE_CHECK_BRANCHES | PARSE_STD);
    vec_each (Note, note, &p.notes.list) /* soft: directives that only the runtime may have */
      if (!note->soft) fatal("%s: " STR_FMT, names[i].data, STR_ARG(note->text));
    bytes += text.len;
  }
  arena_free(p.arena);
  sources_free(p.session.sources);
  interner_free(p.session.interner);
  return bytes;
}

int main(int argc, char **argv) {
  int turns = argc > 1 ? atoi(argv[1]) : 1;
  Arena *arena = arena_new();
  VEC(Str) names = {0};
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    vec_push(arena, &names, arena_str(arena, str_from(line)));
  }
  double best = 1e9;
  size_t bytes = 0;
  for (int turn = 0; turn < turns; turn++) {
    double start = seconds();
    bytes = parse_all(names.items, names.len);
    double took = seconds() - start;
    if (took < best) best = took;
  }
  printf("%zu %.4f\n", bytes, best);
  arena_free(arena);
  return 0;
}
