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
#define WORDING_STEP                  SAME(NULL)
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
  uint32_t plain_len;  /* of all pieces */
  Piece pieces[PIECES_MAX];
} Template;

/* Texts of positions: explanations come back to the same places. */
enum { PLACES = 512, TAIL_MAX = 24, NUMBER_MAX = 12 };
typedef struct Place {
  Pos pos;
  bool known;
  uint8_t tail_len;
  char tail[TAIL_MAX]; /* ":LINE:COLUMN" */
  Str file;
} Place;

/* Lives in the log's arena, since the log is emptied many times. */
typedef struct Printer {
  Buffer *out;
  TextPlaces *seen; /* NULL: nobody asks */
  const Unit *unit;
  int level;
  Str arrow;              /* of flows */
  const SourceFile *file; /* of the last position that had one */
  Place places[PLACES];
  Template templates[EVENT_COUNT];
} Printer;

static void cut_template(Template *template, const char *text) {
  uint32_t i = 0;
  for (const char *at = text;; i++) {
    if (i == PIECES_MAX) BUG("a message has too many parts: %s", text);
    size_t plain = strcspn(at, "%#!?@~");
    template->pieces[i] = (Piece){at, (uint16_t)plain, at[plain], 0};
    template->plain_len += (uint32_t)plain;
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

/* ---- what lines are made of ---- */

static char *put(char *to, Str text) {
  if (text.len) memcpy(to, text.data, text.len);
  return to + text.len;
}

/* ---- positions ---- */

/* The position is that of an imported package's declaration, as export data tell it. */
static bool is_hidden(const Unit *unit, const SourceFile *file) {
  if (!unit->profile->goroot_hidden || unit->goroot.len == 0) return false;
  return file && !str_equal(path_dir(atom_str(file->path)), unit->dir) &&
         str_has_prefix(atom_str(file->path), unit->goroot);
}

static Str file_shown(const Printer *printer, const SourceFile *file, Str name) {
  const Unit *unit = printer->unit;
  if (!is_hidden(unit, file) || !str_has_prefix(name, unit->goroot)) return name;
  return arena_printf(unit->events->arena, "$GOROOT" STR_FMT,
                      STR_ARG(str_slice(name, unit->goroot.len, name.len)));
}

static void fill_place(Printer *printer, Place *place, Pos pos) {
  const Unit *unit = printer->unit;
  if (!printer->file || !source_file_has(printer->file, pos)) {
    SourceFile *file = sources_file(unit->session->sources, pos);
    if (file) printer->file = file;
  }
  *place = (Place){.pos = pos, .known = true};
  char *tail = place->tail;
  if (printer->file && source_file_has(printer->file, pos)) {
    Position shown = source_position_shown(printer->file, pos);
    place->file = file_shown(printer, printer->file, shown.filename);
    *tail++ = ':';
    tail = decimal_put(tail, shown.line);
    if (shown.col) {
      *tail++ = ':';
      tail = decimal_put(tail, shown.col);
    }
  } else if (pos_equal(pos, POS_AUTOGENERATED)) {
    place->file = STR("<autogenerated>:1");
    if (unit->profile->autogenerated_column) tail = put(tail, STR(":0"));
  } else {
    place->file = STR("<unknown line number>");
  }
  place->tail_len = (uint8_t)(tail - place->tail);
}

static const Place *place_of(Printer *printer, Pos pos) {
  Place *place = &printer->places[pos.v % PLACES];
  if (!place->known || !pos_equal(place->pos, pos)) fill_place(printer, place, pos);
  return place;
}

static size_t position_len(Printer *printer, Pos pos) {
  const Place *place = place_of(printer, pos);
  return place->file.len + place->tail_len;
}

static char *put_position(Printer *printer, char *to, Pos pos) {
  const Place *place = place_of(printer, pos);
  char *end = put(put(to, place->file), (Str){place->tail, place->tail_len});
  if (printer->seen && pos_known(pos))
    vec_push(printer->seen->arena, &printer->seen->list,
             (TextPlace){(uint32_t)(to - printer->out->data), (uint32_t)(end - to), pos});
  return end;
}

/* ---- lines ---- */

static char *put_placeholder(Printer *printer, char *to, const Event *event, const Piece *piece) {
  switch (piece->sign) {
  case '%': return put(to, event->text[piece->index]);
  case '#': return decimal_put(to, event->number[piece->index]);
  case '!': return put(to, event->number[piece->index] ? STR("true") : STR("false"));
  case '~': return put(to, printer->arrow);
  case '?': return put(to, event->number[piece->index] ? STR("ref") : STR("value"));
  }
  return put_position(printer, to, event->at);
}

/* Lines that older releases start with the function. */
static bool names_function(const Printer *printer, const Event *event) {
  if (!printer->unit->profile->function_prefix || !event->func) return false;
  return event->kind == EVENT_DOES_NOT_ESCAPE || event->kind == EVENT_UNSAFE_UINTPTR ||
         event->kind == EVENT_UINTPTR_ESCAPES;
}

static Str function_text(const Printer *printer, const Func *fn) {
  if (printer->unit->profile->escape_engine != ESCAPE_FLOOD) return atom_str(fn->name->name);
  Buffer text = {0};
  name_print(&text, printer->unit, fn->name); /* with its package, if that is another one */
  Str copy = arena_str(printer->unit->events->arena, buffer_view(&text));
  buffer_free(&text);
  return copy;
}

/* Bytes that the event's line takes at most, without the function in front. */
static size_t line_room(Printer *printer, const Template *template, const Event *event) {
  enum { REST = 3 * NUMBER_MAX + 4 }; /* numbers or words; ": " and the newline */
  size_t texts = event->text[0].len + event->text[1].len + event->text[2].len;
  return template->plain_len + texts + position_len(printer, event->outermost) +
         position_len(printer, event->at) + printer->arrow.len + REST;
}

static void print_event(Printer *printer, const Event *event) {
  const Template *template = template_for(printer, event->kind);
  if (!template->printed) return;
  Buffer *out = printer->out;
  Str function = names_function(printer, event) ? function_text(printer, event->func) : (Str){0};
  size_t start = out->len;
  char *to = buffer_extend(out, line_room(printer, template, event) + function.len + 1);
  if (pos_known(event->outermost) || wordings[event->kind].channel == PLAIN)
    to = put(put_position(printer, to, event->outermost), STR(": "));
  if (function.len) to = put(put(to, function), STR(" "));
  for (const Piece *piece = template->pieces;; piece++) {
    to = put(to, (Str){piece->plain, piece->plain_len});
    if (!piece->sign) break;
    to = put_placeholder(printer, to, event, piece);
  }
  *to++ = '\n';
  assert((size_t)(to - out->data) <= out->len && (size_t)(to - out->data) > start);
  out->len = (size_t)(to - out->data);
  *to = 0;
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

static Printer *printer_of(EventLog *log, const Unit *unit) {
  if (!log->printer) {
    Printer *printer = log->printer = arena_new_of(log->arena, Printer);
    printer->unit = unit;
    printer->arrow = str_from(unit->profile->flow_arrow);
  }
  return log->printer;
}

void explain_compiler_text(Buffer *out, const Unit *unit, int level, TextPlaces *places) {
  if (!unit->events) return;
  Printer *printer = printer_of(unit->events, unit);
  printer->out = out;
  printer->seen = level ? places : NULL;
  printer->level = level;
  if (level == 0)
    print_sorted(printer);
  else
    vec_each (const Event, event, &unit->events->list) {
      if (event->kind == EVENT_STEP && places)
        vec_push(places->arena, &places->steps, (uint32_t)out->len);
      else
        print_event(printer, event);
    }
}
