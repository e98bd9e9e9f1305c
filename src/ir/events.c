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

enum { LOG_FIRST = 32, LOG_FULL = 1024 }; /* events: room at first; what a cache holds */

/* Most logs stay small, and all others get full. */
static void make_room(EventLog *log) {
  uint32_t room = log->list.cap < LOG_FIRST ? LOG_FIRST : 4 * log->list.cap;
  if (log->full && room > LOG_FULL) room = LOG_FULL;
  vec_reserve(log->arena, &log->list, room);
}

Event *event_add(Unit *unit, EventKind kind, XPos pos) {
  EventLog *log = unit->events;
  if (!log || event_levels[kind] > log->level) return NULL;
  if (log->full && log->list.len == LOG_FULL) {
    log->full(log->context, unit);
    log->list.len = 0;
  }
  if (log->list.len == log->list.cap) make_room(log);
  Event *event = &log->list.items[log->list.len++];
  memset(event, 0, sizeof *event);
  event->kind = kind;
  event->pos = pos;
  event->outermost = xpos_outermost(unit, pos);
  return event;
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

/* The name in the source; before names were made up, parameters without one were counted from 1. */
static Str param_shown(Unit *unit, const Func *fn, uint32_t param, uint32_t number) {
  const Name *name = fn->params[param];
  if (!unit->profile->unnamed_counted || !name->object) return atom_str(name->name);
  Atom given = name->object->name;
  return given && given->len > 0 ? atom_str(given) : event_printf(unit, "arg#%u", number);
}

Event *event_uintptr_param(Unit *unit, EventKind kind, Func *fn, uint32_t param, bool dots) {
  const Name *name = fn->params[param];
  bool at_function = unit->profile->uintptr_at_function;
  Event *event = event_add(unit, kind, at_function ? fn->pos : name->op.pos);
  if (!event) return NULL;
  event->text[0] = param_shown(unit, fn, param, param + 1 - (at_function && fn->has_recv));
  event->text[1] = dots ? STR("...uintptr") : STR("uintptr");
  event->func = fn;
  event->type = name->op.type;
  event->op = &name->op;
  return event;
}
