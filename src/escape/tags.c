/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tags: what callers will know about a function's parameters.
 *
 * In: a function of a solved component. Out: Func.tags, and an event for each parameter that holds pointers. Functions without a
 * body are taken at their directive's word: nothing escapes with //go:noescape, everything does otherwise.
 *
 * Go: cmd/compile/internal/escape/escape.go
 */
#include "escape/graph.h"

typedef struct ParamTagger {
  Graph *g;
  Func *fn;
  Name *param;
  uint32_t index;
  bool diagnose;
} ParamTagger;

static Event *param_event(ParamTagger *t, EventKind kind) {
  if (!t->diagnose) return NULL;
  Event *event = event_add(t->g->unit, kind, t->param->op.pos);
  if (!event) return NULL;
  event->text[0] = atom_str(t->param->name);
  event->func = t->fn;
  event->type = t->param->op.type;
  event->op = &t->param->op;
  return event;
}

/* The source gave no name at all, not even `_`. */
static bool is_unnamed(const Name *param) {
  return str_has_prefix(atom_str(param->name), STR("~p")) &&
         (!param->object || !param->object->name || param->object->name->len == 0);
}

static bool is_unused(const Name *param) {
  return name_is_blank(param) || str_has_prefix(atom_str(param->name), STR("~p"));
}

static ParamTag tag_without_body(ParamTagger *t) {
  ParamTag tag = {.leaks = leaks_none()};
  Type *type = t->param->op.type;
  t->fn->pragma |= PRAGMA_UINTPTR_KEEPALIVE;
  if (escape_is_uintptr(type)) {
    tag.unsafe_uintptr = true;
    return tag;
  }
  if (!type_has_pointers(type)) return tag;
  tag.known = true;
  if (t->fn->pragma & PRAGMA_NOESCAPE) {
    if (!is_unnamed(t->param)) param_event(t, EVENT_DOES_NOT_ESCAPE);
    tag.leaks.mutator = tag.leaks.callee = 0;
  } else {
    if (!is_unnamed(t->param)) param_event(t, EVENT_LEAKING_PARAM);
    tag.leaks.heap = 0;
  }
  return tag;
}

/* -d=escapemutationscalls */
static void report_mutation(ParamTagger *t, const Leaks *leaks, bool reported) {
  const struct {
    int32_t derefs;
    EventKind kind;
  } ways[] = {{leaks->mutator, EVENT_MUTATES_PARAM}, {leaks->callee, EVENT_CALLS_PARAM}};
  for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
    if (ways[i].derefs < 0) continue;
    Event *event = param_event(t, ways[i].kind);
    if (event) event->number[0] = ways[i].derefs;
    reported = true;
  }
  if (!reported) param_event(t, EVENT_NOT_USED_FURTHER);
}

/* The result's symbol: with its package where it is another one's, as in wrappers of foreign methods. */
static Str result_text(Unit *unit, const Name *result) {
  if (result->name->text[0] == '~') return atom_str(result->name);
  Buffer text = {0};
  name_print(&text, unit, result);
  Str copy = arena_str(unit->events->arena, buffer_view(&text));
  buffer_free(&text);
  return copy;
}

static void report_leaks(ParamTagger *t, const Leaks *leaks) {
  bool reported = false;
  if (leaks->heap >= 0) {
    param_event(t, leaks->heap == 0 ? EVENT_LEAKING_PARAM : EVENT_LEAKING_CONTENT);
    reported = true;
  }
  for (uint32_t i = 0; i < t->fn->result_len && i < t->g->unit->profile->leak_results; i++) {
    if (leaks->results[i] < 0) continue;
    Event *event = param_event(t, EVENT_LEAKING_TO_RESULT);
    if (event) {
      event->text[1] = result_text(t->g->unit, t->fn->results[i]);
      event->number[0] = (int)leaks->results[i];
    }
    reported = true;
  }
  if (t->g->unit->flags.mutations_and_calls)
    report_mutation(t, leaks, reported);
  else if (!reported)
    param_event(t, EVENT_DOES_NOT_ESCAPE);
}

static bool is_dots_of_uintptr(const Func *fn, uint32_t param) {
  const Type *signature = fn->type;
  Type *type = fn->params[param]->op.type;
  return signature && signature->kind == TYPE_SIGNATURE && signature->u.signature.variadic &&
         param + 1 == fn->param_len && escape_is_slice(type) && escape_is_uintptr(escape_element(type));
}

static bool marks_uintptr(const ParamTagger *t) {
  return (t->fn->pragma & PRAGMA_UINTPTR_ESCAPES) &&
         (escape_is_uintptr(t->param->op.type) || is_dots_of_uintptr(t->fn, t->index));
}

static void report_uintptr(Graph *g, Func *fn, uint32_t param) {
  const ParamTag *tag = &fn->tags[param];
  if (tag->unsafe_uintptr) event_uintptr_param(g->unit, EVENT_UNSAFE_UINTPTR, fn, param, false);
  if (tag->uintptr_escapes)
    event_uintptr_param(g->unit, EVENT_UINTPTR_ESCAPES, fn, param, is_dots_of_uintptr(fn, param));
}

void report_uintptr_params(Graph *g, Func *fn) {
  for (uint32_t i = fn->has_recv ? 1 : 0; i < fn->param_len; i++) report_uintptr(g, fn, i);
}

static ParamTag tag_param(ParamTagger *t) {
  if (t->fn->flags & FUNC_NO_BODY) return tag_without_body(t);
  ParamTag tag = {.leaks = leaks_none()};
  if (marks_uintptr(t)) {
    tag.uintptr_escapes = true;
    return tag;
  }
  if (!type_has_pointers(t->param->op.type)) return tag;
  tag.known = true;
  if (is_unused(t->param)) return tag;
  const Loc *loc = graph_loc(t->g, graph_name_loc(t->g, t->param));
  tag.leaks = *graph_leaks(t->g, loc);
  leaks_optimize(&tag.leaks);
  if (!(loc->attrs & ATTR_ESCAPES)) report_leaks(t, &tag.leaks);
  return tag;
}

void report_param(Graph *g, Func *fn, Name *param) {
  ParamTagger t = {.g = g, .fn = fn, .param = param, .diagnose = g->unit->events != NULL};
  if (!type_has_pointers(param->op.type) || is_unused(param)) return;
  Leaks leaks = *graph_leaks(g, graph_loc(g, graph_name_loc(g, param)));
  leaks_optimize(&leaks);
  report_leaks(&t, &leaks);
}

/* In a cycle others may send on what comes out of it. */
static bool is_by_cycle(const ParamTag *tag) {
  for (uint32_t i = 0; i < LEAK_RESULTS_MAX; i++)
    if (tag->leaks.results[i] >= 0) return true;
  return false;
}

void tag_params(Graph *g, Func *fn) {
  if (fn->flags & FUNC_ESCAPE_DONE) return; /* analysed alone before, and nothing was open */
  bool diagnose = g->unit->events && (g->early || !(fn->flags & (FUNC_WRAPPER | FUNC_DUPOK)));
  if (g->unit->profile->coarse_values && !(fn->flags & FUNC_NO_BODY)) diagnose = false; /* report_param */
  fn->tags = arena_new_array(g->unit->arena, ParamTag, fn->param_len);
  for (uint32_t i = 0; i < fn->param_len; i++) {
    ParamTagger t = {g, fn, fn->params[i], i, diagnose};
    fn->tags[i] = tag_param(&t);
    fn->tags[i].by_cycle = g->alone && is_by_cycle(&fn->tags[i]);
    if (diagnose && !g->unit->profile->coarse_values) report_uintptr(g, fn, i);
  }
}
