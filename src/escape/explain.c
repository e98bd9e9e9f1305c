/* SPDX-License-Identifier: BSD-3-Clause
 *
 * explain: the paths that prove a decision, as events.
 *
 * In: the graph in the middle of a walk, where each location knows the next one towards the root. Out: a headline event, then a
 * FLOW event for each edge and a FROM event for each of its notes. Texts are rendered here, when it happens: the compiler prints
 * at once, and ops may change later. The same expressions come again and again, so their texts are kept.
 *
 * Go: cmd/compile/internal/escape/solve.go, graph.go
 */
#include "escape/graph.h"

static Str kept_text(Graph *g, const Op *op) {
  Str *text = map_get_ptr(&g->texts, op);
  if (!text) {
    text = arena_new_of(g->arena, Str);
    *text = event_text(g->unit, op);
    map_set_ptr(&g->texts, op, text);
  }
  return *text;
}

static Str storage_text(Graph *g, const Op *op) {
  Str inner = kept_text(g, op);
  static const char before[] = "{storage for ", after[] = "}";
  char *whole = arena_alloc(g->unit->events->arena, sizeof before - 1 + inner.len + sizeof after);
  memcpy(whole, before, sizeof before - 1);
  if (inner.len) memcpy(whole + sizeof before - 1, inner.data, inner.len);
  memcpy(whole + sizeof before - 1 + inner.len, after, sizeof after);
  return (Str){whole, sizeof before - 1 + inner.len + sizeof after - 1};
}

/* Where the location's text is kept; locations are still added while some are explained. */
static Str *loc_text_slot(Graph *g, LocId id) {
  if (id.v >= g->loc_texts_len) {
    Str *grown = arena_new_array(g->arena, Str, 2 * g->locs.len);
    if (g->loc_texts_len) memcpy(grown, g->loc_texts, g->loc_texts_len * sizeof *grown);
    g->loc_texts = grown;
    g->loc_texts_len = 2 * g->locs.len;
  }
  return &g->loc_texts[id.v];
}

static Str loc_text(Graph *g, LocId id) {
  if (loc_equal(id, LOC_HEAP)) return STR("{heap}");
  Op *op = graph_loc(g, id)->op;
  if (!op) return STR("{temp}");
  Str *text = loc_text_slot(g, id);
  if (!text->data) *text = op->kind == OP_NAME ? kept_text(g, op) : storage_text(g, op);
  return *text;
}

static Str ops_text(Graph *g, int32_t derefs) {
  if (derefs < 0) return STR("&");
  static const char stars[] = "****************";
  if ((size_t)derefs < sizeof stars) return (Str){stars, (size_t)derefs};
  char *text = arena_alloc(g->unit->events->arena, (size_t)derefs);
  memset(text, '*', (size_t)derefs);
  return (Str){text, (size_t)derefs};
}

static uint32_t headline(Graph *g) { return g->unit->events->list.len; }

static void explain_flow(Graph *g, XPos pos, uint32_t group, LocId dst, Hole from, LocId src) {
  Event *event = event_add(g->unit, EVENT_FLOW, pos);
  event->text[0] = loc_text(g, dst);
  event->text[1] = loc_text(g, src);
  event->text[2] = ops_text(g, from.derefs);
  event->number[0] = from.derefs;
  event->group = group;
  for (NoteId id = from.notes; id.v; id = graph_note(g, id)->next) {
    Reason *note = graph_note(g, id);
    if (!note->text.data || note->texts != g->texts_made) {
      note->text = kept_text(g, note->where);
      note->texts = g->texts_made;
    }
    event = event_add(g->unit, EVENT_FROM, pos);
    event->text[0] = note->text;
    event->text[1] = str_from(note->why);
    event->at = xpos_outermost(g->unit, note->where->pos);
    event->op = note->where;
    event->group = group;
  }
}

static void explain_path(Graph *g, XPos pos, uint32_t group, LocId root, LocId src) {
  uint32_t path = ++g->paths;
  for (;;) {
    Loc *loc = graph_loc(g, src);
    if (loc->path == path) {
      Event *event = event_add(g->unit, EVENT_TRUNCATED, pos);
      event->group = group;
      return;
    }
    loc->path = path;
    LocId dst = loc->next;
    const Edge *edge = graph_edge(g, loc->next_edge);
    if (!loc_equal(edge->src, src)) BUG("explanation leaves its path");
    explain_flow(g, pos, group, dst, (Hole){.derefs = edge->derefs, .notes = edge->notes}, src);
    if (loc_equal(dst, root)) return;
    src = dst;
  }
}

static uint32_t explain_headline(Graph *g, LocId src) {
  const Loc *loc = graph_loc(g, src);
  Str text = kept_text(g, loc->op);
  Event *event = event_add(g->unit, EVENT_ESCAPES_IN, loc->op->pos);
  event->text[0] = text;
  event->text[1] = atom_str(loc->curfn->name->name);
  event->func = loc->curfn;
  event->type = loc->op->type;
  event->op = loc->op;
  return headline(g);
}

void explain_edge(Graph *g, Hole k, LocId src) {
  uint32_t group = explain_headline(g, src);
  explain_flow(g, graph_loc(g, src)->op->pos, group, k.dst, k, src);
}

void explain_escape(Graph *g, LocId root, LocId src) {
  uint32_t group = explain_headline(g, src);
  explain_path(g, graph_loc(g, src)->op->pos, group, root, src);
}

void explain_leak(Graph *g, LocId root, LocId param, int32_t derefs) {
  const Loc *loc = graph_loc(g, param);
  Str name = kept_text(g, loc->op), where = loc_text(g, root);
  Event *event = event_add(g->unit, EVENT_LEAKS_FOR, loc->op->pos);
  event->text[0] = name;
  event->text[1] = where;
  event->text[2] = atom_str(loc->curfn->name->name);
  event->number[0] = derefs;
  event->func = loc->curfn;
  event->type = loc->op->type;
  event->op = loc->op;
  explain_path(g, loc->op->pos, headline(g), root, param);
}
