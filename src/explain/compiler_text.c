/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The event log as the compiler prints it: one line per event, in log order.
 *
 * In: a unit's events. Out: lines "position: message". Each kind of event has one row in `wordings`: a template in which
 * %0 %1 %2 stand for the event's texts, #0 #1 #2 for its numbers, @ for its second position and ~ for the arrow of flows.
 *
 * Go: the print statements of cmd/compile/internal/{inline,devirtualize,escape,walk}, base/print.go
 */
#include <stdlib.h>

#include "explain/explain.h"

typedef enum Channel { PLAIN, WARN } Channel;

typedef struct Wording {
  uint8_t level;
  Channel channel;
  const char *text[2]; /* at -m=1 and at -m=2 */
} Wording;

/* One message for both levels. */
#define SAME(text)                                                                                           \
  { text, text }

static const Wording wordings[EVENT_COUNT] = {
#define EVENT(NAME, level, channel) [EVENT_##NAME] = {level, channel, WORDING_##NAME},
#define WORDING_CAN_INLINE                                                                                   \
  { "can inline %0", "can inline %0 with cost #0 as: %1 { %2 }" }
#define WORDING_CANNOT_INLINE            SAME("cannot inline %0: %1")
#define WORDING_BIG_FUNCTION             SAME("function %0 considered 'big'; reducing max cost of inlinees")
#define WORDING_INLINING_CALL            SAME("inlining call to %0")
#define WORDING_RECURSIVE_CYCLE          SAME("cannot inline %0 into %1: repeated recursive cycle")
#define WORDING_DEVIRTUALIZING           SAME("devirtualizing %0 to %1")
#define WORDING_PARTIALLY_DEVIRTUALIZING SAME("partially devirtualizing %0 to %1")
#define WORDING_CANNOT_DEVIRTUALIZE      SAME("cannot devirtualize %0: %1")
#define WORDING_IMPRECISE_INTERFACE_CALL SAME("imprecise interface call")
#define WORDING_KEPT_ALIVE               SAME("%0")
#define WORDING_CLOSURE_VARIABLE         SAME("%0")
#define WORDING_CAPTURING                SAME("%0 capturing by ?0: %1 (addr=!1 assign=!2 width=%2)")
#define WORDING_ESCAPES_IN               SAME("%0 escapes to heap in %1:")
#define WORDING_LEAKS_FOR                SAME("parameter %0 leaks to %1 for %2 with derefs=#0:")
#define WORDING_FLOW                     SAME("  flow: %0 ~ %2%1:")
#define WORDING_FROM                     SAME("    from %0 (%1) at @")
#define WORDING_TRUNCATED                                                                                    \
  SAME("  warning: truncated explanation due to assignment cycle; see golang.org/issue/35518")
#define WORDING_MOVED_TO_HEAP          SAME("moved to heap: %0")
#define WORDING_ESCAPES                SAME("%0 escapes to heap")
#define WORDING_DOES_NOT_ESCAPE        SAME("%0 does not escape")
#define WORDING_APPEND_ESCAPES         SAME("append escapes to heap")
#define WORDING_APPEND_DOES_NOT_ESCAPE SAME("append does not escape")
#define WORDING_ZERO_COPY              SAME("zero-copy string->[]byte conversion")
#define WORDING_LEAKING_PARAM          SAME("leaking param: %0")
#define WORDING_LEAKING_CONTENT        SAME("leaking param content: %0")
#define WORDING_LEAKING_TO_RESULT      SAME("leaking param: %0 to result %1 level=#0")
#define WORDING_MUTATES_PARAM          SAME("mutates param: %0 derefs=#0")
#define WORDING_CALLS_PARAM            SAME("calls param: %0 derefs=#0")
#define WORDING_NOT_USED_FURTHER       SAME("%0 does not escape, mutate, or call")
#define WORDING_UNSAFE_UINTPTR         SAME("assuming %0 is unsafe uintptr")
#define WORDING_UINTPTR_ESCAPES        SAME("marking %0 as escaping %1")
#define WORDING_SELF_ASSIGNMENT        SAME("%0 ignoring self-assignment in %1")
#define WORDING_TRAIL                  SAME("\tfrom %0 (%1) at @")
#define WORDING_MOVED_TRAIL                                                                                  \
  { NULL, NULL }
#define WORDING_MARK_ESCAPED_CONTENT  SAME("mark escaped content: %0")
#define WORDING_LEAKING_REFERENCE     SAME("leaking closure reference %0")
#define WORDING_LIVE_AT_ENTRY         SAME("live at entry to %0:%1")
#define WORDING_LIVE_AT_CALL          SAME("live at call to %0:%1")
#define WORDING_LIVE_AT_INDIRECT_CALL SAME("live at indirect call:%1")
#define WORDING_STACK_OBJECT          SAME("stack object %0 %1")
#define WORDING_BOUNDS_ELIDED         SAME("index bounds check elided")
#include "ir/events.def"
#undef EVENT
};

/* What some releases say differently. The first row whose condition holds for the profile counts; NULL: nothing is printed. */
typedef enum Condition {
  WITHOUT_FLOWS,
  WITHOUT_FUNCTION,
  WITHOUT_COSTS,
  WITH_BODIES,
  WITH_SCORES,
  WITHOUT_PARTS
} Condition;

typedef struct Variant {
  EventKind kind;
  Condition condition;
  int level; /* at which it holds */
  const char *text;
} Variant;

static const Variant variants[] = {
    {EVENT_ESCAPES_IN, WITHOUT_FLOWS, 2, NULL},
    {EVENT_LEAKS_FOR, WITHOUT_FLOWS, 2, NULL},
    {EVENT_FLOW, WITHOUT_FLOWS, 2, NULL},
    {EVENT_FROM, WITHOUT_FLOWS, 2, NULL},
    {EVENT_TRUNCATED, WITHOUT_FLOWS, 2, NULL},
    {EVENT_ESCAPES_IN, WITHOUT_FUNCTION, 2, "%0 escapes to heap:"},
    {EVENT_LEAKS_FOR, WITHOUT_FUNCTION, 2, "parameter %0 leaks to %1 with derefs=#0:"},
    {EVENT_CAN_INLINE, WITHOUT_COSTS, 2, "can inline %0 as: %1 { %2 }"},
    {EVENT_SELF_ASSIGNMENT, WITHOUT_PARTS, 1, "%0 ignoring self-assignment to %1"},
    {EVENT_SELF_ASSIGNMENT, WITHOUT_PARTS, 2, "%0 ignoring self-assignment to %1"},
    {EVENT_INLINING_CALL, WITH_BODIES, 2, "inlining call to %0 %1 { %2 }"},
    {EVENT_INLINING_CALL, WITH_SCORES, 1, "inlining call to %0 with score #0"},
    {EVENT_INLINING_CALL, WITH_SCORES, 2, "inlining call to %0 with score #0"},
};

static bool condition_holds(const Profile *profile, Condition condition) {
  switch (condition) {
  case WITHOUT_FLOWS: return !profile->explain_flows;
  case WITHOUT_FUNCTION: return !profile->explain_function;
  case WITHOUT_COSTS: return !profile->inline_costs;
  case WITH_BODIES: return profile->inlined_bodies;
  case WITH_SCORES: return profile->inline_scores;
  case WITHOUT_PARTS: return !profile->self_assignment_of_parts;
  }
  return false;
}

static const char *template_of(const Profile *profile, EventKind kind, int level) {
  for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
    const Variant *variant = &variants[i];
    if (variant->kind == kind && variant->level == (level >= 2 ? 2 : 1) &&
        condition_holds(profile, variant->condition))
      return variant->text;
  }
  return wordings[kind].text[level >= 2];
}

/* ---- templates, cut into pieces once per package ---- */

typedef struct
    Piece { /* plain text, then a placeholder: its sign and, where it has one, its digit; sign 0 ends the line */
  const char *plain;
  uint16_t plain_len;
  char sign;
  uint8_t index;
} Piece;

enum { PIECES_MAX = 8 };
typedef struct Template {
  bool known, printed; /* cut; there is something to print */
  Piece pieces[PIECES_MAX];
} Template;

/* Texts of positions: explanations come back to the same places. */
enum { PLACES = 512 };
typedef struct Place {
  Pos pos; /* POS_NONE: free */
  Str text;
} Place;

typedef struct Printer {
  Buffer *out;
  TextPlaces *seen; /* NULL: nobody asks */
  const Unit *unit;
  int level;
  const SourceFile *file; /* of the last position that had one */
  Arena *arena;
  Buffer scratch;
  Place places[PLACES];
  Template templates[EVENT_COUNT];
} Printer;

static void cut_template(Template *template, const char *text) {
  uint32_t i = 0;
  for (const char *at = text;; i++) {
    if (i == PIECES_MAX) BUG("a message has too many parts: %s", text);
    size_t plain = strcspn(at, "%#!?@~");
    template->pieces[i] = (Piece){at, (uint16_t)plain, at[plain], 0};
    at += plain;
    if (!*at) return;
    if (*at == '@' || *at == '~')
      at++;
    else
      template->pieces[i].index = (uint8_t)(at[1] - '0'), at += 2;
  }
}

static const Template *template_for(Printer *printer, EventKind kind) {
  Template *template = &printer->templates[kind];
  if (!template->known) {
    const char *text = template_of(printer->unit->profile, kind, printer->level);
    template->known = true;
    template->printed = wordings[kind].level <= printer->level &&text;
    if (template->printed) cut_template(template, text);
  }
  return template;
}

/* ---- positions ---- */

/* The position is that of an imported package's declaration, as export data tell it. */
static bool is_hidden(const Unit *unit, const SourceFile *file) {
  if (!unit->profile->goroot_hidden || unit->goroot.len == 0) return false;
  return file && !str_equal(path_dir(atom_str(file->path)), unit->dir) &&
         str_has_prefix(atom_str(file->path), unit->goroot);
}

static void write_position(Printer *printer, Buffer *out, Pos pos) {
  const Unit *unit = printer->unit;
  if (!printer->file || !source_file_has(printer->file, pos)) {
    SourceFile *file = sources_file(unit->session->sources, pos);
    if (file) printer->file = file;
  }
  const SourceFile *file = printer->file && source_file_has(printer->file, pos) ? printer->file : NULL;
  source_print_position_in(file, out, pos);
  if (pos_equal(pos, POS_AUTOGENERATED) && unit->profile->autogenerated_column) buffer_text(out, ":0");
  Str text = buffer_view(out);
  if (!is_hidden(unit, file) || !str_has_prefix(text, unit->goroot)) return;
  Str rest = arena_str(printer->arena, str_slice(text, unit->goroot.len, text.len));
  buffer_reset(out);
  buffer_text(out, "$GOROOT");
  buffer_str(out, rest);
}

static Str position_text(Printer *printer, Pos pos) {
  Place *place = &printer->places[pos.v % PLACES];
  if (!pos_equal(place->pos, pos) || !place->text.len) {
    buffer_reset(&printer->scratch);
    write_position(printer, &printer->scratch, pos);
    place->pos = pos;
    place->text = arena_str(printer->arena, buffer_view(&printer->scratch));
  }
  return place->text;
}

/* ---- lines ---- */

enum { PARTS_MAX = 2 * PIECES_MAX + 6 };
typedef struct Line {
  Str parts[PARTS_MAX];
  Pos places[PARTS_MAX]; /* of parts that are positions */
  uint32_t len;
  size_t bytes;
} Line;

static void add_part(Line *line, Str part) {
  line->places[line->len] = POS_NONE;
  line->parts[line->len++] = part;
  line->bytes += part.len;
}

static void add_position(Printer *printer, Line *line, Pos pos) {
  add_part(line, position_text(printer, pos));
  line->places[line->len - 1] = pos;
}

static Str number_text(Printer *printer, int32_t number) {
  buffer_reset(&printer->scratch);
  buffer_decimal(&printer->scratch, number);
  return arena_str(printer->arena, buffer_view(&printer->scratch));
}

static void add_placeholder(Printer *printer, Line *line, const Event *event, const Piece *piece) {
  switch (piece->sign) {
  case '%': add_part(line, event->text[piece->index]); break;
  case '#': add_part(line, number_text(printer, event->number[piece->index])); break;
  case '!': add_part(line, event->number[piece->index] ? STR("true") : STR("false")); break;
  case '~': add_part(line, str_from(printer->unit->profile->flow_arrow)); break;
  case '?': add_part(line, event->number[piece->index] ? STR("ref") : STR("value")); break;
  default: add_position(printer, line, event->at); break;
  }
}

/* Lines that older releases start with the function. */
static bool names_function(const Event *event) {
  return event->func && (event->kind == EVENT_DOES_NOT_ESCAPE || event->kind == EVENT_UNSAFE_UINTPTR ||
                         event->kind == EVENT_UINTPTR_ESCAPES);
}

static void add_function(Printer *printer, Line *line, const Func *fn) {
  if (printer->unit->profile->escape_engine == ESCAPE_FLOOD) {
    buffer_reset(&printer->scratch);
    name_print(&printer->scratch, printer->unit, fn->name); /* with its package, if that is another one */
    add_part(line, arena_str(printer->arena, buffer_view(&printer->scratch)));
  } else {
    add_part(line, atom_str(fn->name->name));
  }
  add_part(line, STR(" "));
}

static void note_places(const Printer *printer, const Line *line) {
  uint32_t at = (uint32_t)printer->out->len;
  for (uint32_t i = 0; i < line->len; i++) {
    uint32_t len = (uint32_t)line->parts[i].len;
    if (pos_known(line->places[i]))
      vec_push(printer->seen->arena, &printer->seen->list, (TextPlace){at, len, line->places[i]});
    at += len;
  }
}

static void write_line(Printer *printer, const Line *line) {
  if (printer->seen) note_places(printer, line);
  char *to = buffer_extend(printer->out, line->bytes);
  for (uint32_t i = 0; i < line->len; i++) {
    Str part = line->parts[i];
    if (part.len) memcpy(to, part.data, part.len);
    to += part.len;
  }
}

static void print_event(Printer *printer, const Event *event) {
  const Template *template = template_for(printer, event->kind);
  if (!template->printed) return;
  Line line = {.len = 0};
  if (pos_known(event->outermost) || wordings[event->kind].channel == PLAIN) {
    add_position(printer, &line, event->outermost);
    add_part(&line, STR(": "));
  }
  if (printer->unit->profile->function_prefix && names_function(event))
    add_function(printer, &line, event->func);
  for (const Piece *piece = template->pieces;; piece++) {
    add_part(&line, (Str){piece->plain, piece->plain_len});
    if (!piece->sign) break;
    add_placeholder(printer, &line, event, piece);
  }
  add_part(&line, STR("\n"));
  write_line(printer, &line);
}

/* ---- in order of position ---- */

typedef struct Entry {
  uint64_t
      file; /* in the order in which the compiler meets them; what inlining brought is a file of its own for each call */
  uint32_t pos;
  uint32_t number; /* in the log */
} Entry;

static int by_position(const void *a, const void *b) {
  const Entry *x = a, *y = b;
  if (x->file != y->file) return x->file < y->file ? -1 : 1;
  if (x->pos != y->pos) return x->pos < y->pos ? -1 : 1;
  return x->number < y->number ? -1 : 1;
}

static uint64_t file_rank(const Unit *unit, Map *ranks, XPos pos) {
  if (pos.inl) return ((uint64_t)1 << 32) + pos.inl;
  const SourceFile *file = sources_file(unit->session->sources, pos.pos);
  if (!file) return 0;
  uint64_t *rank = map_put(ranks, file->id);
  if (*rank == 0) *rank = ranks->entries.len;
  return *rank;
}

/* Without -m the compiler's lines wait until it is done; then a line that repeats the one before it is dropped. */
static void print_sorted(Printer *printer) {
  const Unit *unit = printer->unit;
  Arena *arena = scratch_new();
  Map ranks = map_in(arena);
  for (uint32_t i = 0; i < unit->funcs.len; i++) file_rank(unit, &ranks, xpos(unit->funcs.items[i]->pos.pos));
  uint32_t len = unit->events->list.len;
  Entry *lines = arena_new_array(arena, Entry, len);
  for (uint32_t i = 0; i < len; i++) {
    XPos pos = unit->events->list.items[i].pos;
    lines[i] = (Entry){file_rank(unit, &ranks, pos), pos.pos.v, i};
  }
  if (len) qsort(lines, len, sizeof *lines, by_position);
  Buffer *out = printer->out;
  size_t last = out->len, last_len = 0;
  for (uint32_t i = 0; i < len; i++) {
    size_t start = out->len;
    print_event(printer, &unit->events->list.items[lines[i].number]);
    size_t line_len = out->len - start;
    if (line_len == last_len && memcmp(out->data + start, out->data + last, line_len) == 0) {
      out->len = start;
      continue;
    }
    last = start;
    last_len = line_len;
  }
  scratch_free(arena);
}

void explain_compiler_text(Buffer *out, const Unit *unit, int level, TextPlaces *places) {
  if (!unit->events) return;
  Arena *arena = scratch_new();
  Printer *printer = arena_new_of(arena, Printer);
  *printer =
      (Printer){.out = out, .seen = level ? places : NULL, .unit = unit, .level = level, .arena = arena};
  if (level == 0)
    print_sorted(printer);
  else
    vec_each (const Event, event, &unit->events->list) print_event(printer, event);
  buffer_free(&printer->scratch);
  scratch_free(arena);
}
