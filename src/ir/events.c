/* SPDX-License-Identifier: BSD-3-Clause
 *
 * events: the ordered log of what the passes decided.
 *
 * In: kind and position of a decision, texts rendered at that moment. Out: the log, in the order of the decisions, which is the
 * order in which the compiler prints. Nothing is recorded without a log or above its level.
 *
 * Go: cmd/compile/internal/base/print.go
 */
#include "ir/ir.h"

static const uint8_t event_levels[EVENT_COUNT] = {
#define EVENT(NAME, level, channel) [EVENT_##NAME] = level,
#include "ir/events.def"
#undef EVENT
};

EventLog *event_log_new(Arena *arena, int level) {
  EventLog *log = arena_new_of(arena, EventLog);
  log->arena = arena;
  log->level = level;
  return log;
}

Event *event_add(Unit *unit, EventKind kind, XPos pos) {
  EventLog *log = unit->events;
  if (!log || event_levels[kind] > log->level) return NULL;
  vec_push(log->arena, &log->list, (Event){.kind = kind, .pos = pos, .outermost = xpos_outermost(unit, pos)});
  return &vec_last(&log->list);
}

Str event_text(Unit *unit, const Op *op) {
  Buffer text = {0};
  op_print(&text, unit, op);
  Str copy = arena_str(unit->events->arena, buffer_view(&text));
  buffer_free(&text);
  return copy;
}

Str event_printf(Unit *unit, const char *fmt, ...) {
  if (!unit->events) return (Str){0};
  va_list args;
  va_start(args, fmt);
  Str text = arena_vprintf(unit->events->arena, fmt, args);
  va_end(args);
  return text;
}
