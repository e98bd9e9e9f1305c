/* SPDX-License-Identifier: BSD-3-Clause
 *
 * trail: events, and the way from a value to where it must live, step by step.
 *
 * In: the steps of a flood, innermost first. Out: events, whose texts are rendered when they happen. The same expressions come again and again,
 * so their texts are kept.
 *
 * Go: cmd/compile/internal/gc/esc.go
 */
#include "flood/graph.h"

Str flood_text(Flood *f, const Op *op) {
  Str *text = map_get_ptr(&f->texts, op);
  if (!text) {
    text = arena_new_of(f->arena, Str);
    *text = event_text(f->unit, op);
    map_set_ptr(&f->texts, op, text);
  }
  return *text;
}

Event *note_op(Flood *f, EventKind kind, const Op *op) {
  if (!event_wanted(f->unit, 1)) return NULL;
  Str text = flood_text(f, op);
  Event *event = event_add(f->unit, kind, op->pos);
  if (!event) return NULL;
  event->text[0] = text;
  event->type = op->type;
  event->op = op;
  event->func = op->kind == OP_NAME ? op->name->curfn : spot_get(f, (Op *)(uintptr_t)op)->fn;
  return event;
}

/* A step leads to what the next one starts from; the last one to its own destination. */
static void note_steps(Flood *f, EventKind kind, Step *first, const Op *src) {
  if (!event_wanted(f->unit, 2)) return;
  uint32_t group = f->unit->events->list.len;
  for (Step *step = first; step && !step->busy; step = step->parent) {
    step->busy = true;
    const Op *dst = step->parent ? step->parent->src : step->dst;
    Str text = flood_text(f, dst);
    Event *event = event_add(f->unit, kind, src->pos);
    event->text[0] = text;
    event->text[1] = str_from(step->why);
    event->at = xpos_outermost(f->unit, (step->where ? step->where : dst)->pos);
    event->op = dst;
    event->group = group;
  }
  for (Step *step = first; step && step->busy; step = step->parent) step->busy = false;
}

void note_trail(Flood *f, Step *first, const Op *src) { note_steps(f, EVENT_TRAIL, first, src); }

void note_moved_trail(Flood *f, Step *first, const Op *variable) {
  note_steps(f, EVENT_MOVED_TRAIL, first, variable);
}
