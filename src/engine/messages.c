/* SPDX-License-Identifier: BSD-3-Clause
 *
 * messages: what is wrong with a package, as the compiler prints it.
 *
 * In: notes in the order in which they were found. Out: lines "position: text" in source order. The first ten that were found count (all
 * with -e), and the place of the tenth says where it was given up: messages that come earlier in the source may be among those left out.
 *
 * Go: cmd/compile/internal/base/print.go
 */
#include "engine/private.h"

#include <stdlib.h>

typedef struct FoundNote {
  const Note *note;
  uint32_t index;
} FoundNote;

static int compare_notes(const void *a, const void *b) {
  const FoundNote *x = a, *y = b;
  int order = pos_compare(x->note->pos, y->note->pos);
  return order ? order : (x->index > y->index) - (x->index < y->index);
}

static bool is_syntax_error(const Note *note) { return str_has_prefix(note->text, STR("syntax error")); }

static bool same_line(const Sources *sources, Pos a, Pos b) {
  const SourceFile *file = sources_file(sources, a);
  if (!file || file != sources_file(sources, b)) return false;
  return source_position_physical(sources, a).line == source_position_physical(sources, b).line;
}

/* One syntax error a line, whatever it says; other messages once a line, if they come one after the other. */
static bool is_repeated(const Sources *sources, const Note *last, const Note *note) {
  if (!last || !same_line(sources, last->pos, note->pos)) return false;
  return is_syntax_error(note) || str_equal(last->text, note->text);
}

/* The notes that count, as found; how many. */
static uint32_t select_notes(const EnginePackage *package, const Notes *notes, FoundNote *selected) {
  const Sources *sources = package->engine->sources;
  uint32_t limit = package->engine->options->all_errors ? UINT32_MAX : MESSAGES_MAX, len = 0;
  const Note *last[2] = {NULL, NULL};
  for (uint32_t i = 0; i < notes->list.len && len < limit; i++) {
    const Note *note = &notes->list.items[i];
    const Note **before = &last[is_syntax_error(note)];
    if (is_repeated(sources, *before, note)) continue;
    *before = note;
    selected[len++] = (FoundNote){note, i};
  }
  return len;
}

void print_note(EnginePackage *package, Pos pos, Str text) {
  source_print_position(package->engine->sources, &package->errors, pos);
  buffer_printf(&package->errors, ": " STR_FMT "\n", STR_ARG(text));
}

void print_notes(EnginePackage *package, const Notes *notes) {
  if (!notes->list.len) return;
  Arena *scratch = arena_new();
  FoundNote *found = arena_new_array(scratch, FoundNote, notes->list.len);
  uint32_t len = select_notes(package, notes, found);
  Pos last_found = found[len - 1].note->pos;
  qsort(found, len, sizeof *found, compare_notes);
  for (uint32_t i = 0; i < len; i++) {
    const Note *note = found[i].note;
    bool again = i > 0 && pos_equal(found[i - 1].note->pos, note->pos) &&
                 str_equal(found[i - 1].note->text, note->text);
    if (!again) print_note(package, note->pos, note->text);
  }
  if (len == MESSAGES_MAX && !package->engine->options->all_errors)
    print_note(package, last_found, STR("too many errors"));
  arena_free(scratch);
}
