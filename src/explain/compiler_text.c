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

typedef struct Printer {
  Buffer *out;
  const Unit *unit;
  Pos last; /* position whose text is in `place`; explanations repeat one position many times */
  Buffer place;
} Printer;

/* The position is that of an imported package's declaration, as export data tell it. */
static bool is_hidden(const Unit *unit, Pos pos) {
  if (!unit->profile->goroot_hidden || unit->goroot.len == 0) return false;
  const SourceFile *file = sources_file(unit->session->sources, pos);
  return file && !str_equal(path_dir(atom_str(file->path)), unit->dir) &&
         str_has_prefix(atom_str(file->path), unit->goroot);
}

static void put_position(const Printer *printer, Buffer *out, Pos pos) {
  const Unit *unit = printer->unit;
  if (is_hidden(unit, pos)) {
    Buffer text = {0};
    source_print_position(unit->session->sources, &text, pos);
    Str place = buffer_view(&text);
    bool whole = !str_has_prefix(place, unit->goroot);
    buffer_printf(out, "%s" STR_FMT, whole ? "" : "$GOROOT",
                  STR_ARG(str_slice(place, whole ? 0 : unit->goroot.len, place.len)));
    buffer_free(&text);
    return;
  }
  source_print_position(unit->session->sources, out, pos);
  if (pos_equal(pos, POS_AUTOGENERATED) && printer->unit->profile->autogenerated_column)
    buffer_text(out, ":0");
}

static void print_position(Printer *printer, Pos pos) {
  if (!pos_equal(pos, printer->last)) {
    buffer_reset(&printer->place);
    put_position(printer, &printer->place, pos);
    printer->last = pos;
  }
  buffer_str(printer->out, buffer_view(&printer->place));
}

/* One placeholder: `sign` and the digit behind it (none for @). Returns how many bytes of the template it takes. */
static size_t print_placeholder(Printer *printer, const Event *event, const char *template) {
  size_t index = (size_t)(template[1] - '0');
  switch (*template) {
  case '%': buffer_str(printer->out, event->text[index]); return 2;
  case '#': buffer_printf(printer->out, "%lld", (long long)event->number[index]); return 2;
  case '!': buffer_text(printer->out, event->number[index] ? "true" : "false"); return 2;
  case '~': buffer_text(printer->out, printer->unit->profile->flow_arrow); return 1;
  case '?': buffer_text(printer->out, event->number[index] ? "ref" : "value"); return 2;
  default: put_position(printer, printer->out, event->at); return 1;
  }
}

/* Lines that older releases start with the function. */
static bool names_function(const Event *event) {
  return event->func && (event->kind == EVENT_DOES_NOT_ESCAPE || event->kind == EVENT_UNSAFE_UINTPTR ||
                         event->kind == EVENT_UINTPTR_ESCAPES);
}

static void print_event(Printer *printer, const Event *event, int level) {
  const Wording *wording = &wordings[event->kind];
  const char *at = template_of(printer->unit->profile, event->kind, level);
  if (wording->level > level || !at) return;
  if (pos_known(event->outermost) || wording->channel == PLAIN) {
    print_position(printer, event->outermost);
    buffer_text(printer->out, ": ");
  }
  if (names_function(event) && printer->unit->profile->function_prefix) {
    if (printer->unit->profile->escape_engine == ESCAPE_FLOOD)
      name_print(printer->out, printer->unit,
                 event->func->name); /* with its package, if that is another one */
    else
      buffer_str(printer->out, atom_str(event->func->name->name));
    buffer_char(printer->out, ' ');
  }
  while (*at) {
    size_t plain = strcspn(at, "%#!?@~");
    buffer_add(printer->out, at, plain);
    at += plain;
    if (*at) at += print_placeholder(printer, event, at);
  }
  buffer_char(printer->out, '\n');
}

/* ---- in order of position ---- */

typedef struct Line {
  uint64_t
      file; /* in the order in which the compiler meets them; what inlining brought is a file of its own for each call */
  uint32_t pos;
  uint32_t number; /* in the log */
} Line;

static int by_position(const void *a, const void *b) {
  const Line *x = a, *y = b;
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
  Arena *arena = arena_new();
  Map ranks = map_in(arena);
  for (uint32_t i = 0; i < unit->funcs.len; i++) file_rank(unit, &ranks, xpos(unit->funcs.items[i]->pos.pos));
  uint32_t len = unit->events->list.len;
  Line *lines = arena_new_array(arena, Line, len);
  for (uint32_t i = 0; i < len; i++) {
    XPos pos = unit->events->list.items[i].pos;
    lines[i] = (Line){file_rank(unit, &ranks, pos), pos.pos.v, i};
  }
  if (len) qsort(lines, len, sizeof *lines, by_position);
  Buffer *out = printer->out;
  size_t last = out->len, last_len = 0;
  for (uint32_t i = 0; i < len; i++) {
    size_t start = out->len;
    print_event(printer, &unit->events->list.items[lines[i].number], 0);
    size_t line_len = out->len - start;
    if (line_len == last_len && memcmp(out->data + start, out->data + last, line_len) == 0) {
      out->len = start;
      continue;
    }
    last = start;
    last_len = line_len;
  }
  arena_free(arena);
}

void explain_compiler_text(Buffer *out, const Unit *unit, int level) {
  if (!unit->events) return;
  Printer printer = {.out = out, .unit = unit, .last = {UINT32_MAX}};
  if (level == 0)
    print_sorted(&printer);
  else
    vec_each (Event, event, &unit->events->list) print_event(&printer, event, level);
  buffer_free(&printer.place);
}
