/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The event log as findings for people and programs: one per value, with its reason as a sentence.
 *
 * In: a unit's events at level 2. Out: findings by position. The reason comes from the flow that the analysis proved: the
 * explanation that belongs to a value is looked up by the op that both events name, its last step says what made the value
 * outlive its function, and steps before it may say more (boxed into an interface, captured by a closure).
 */
#include <stdlib.h>

#include "explain/explain.h"

typedef struct Reason {
  const char *why, *code, *sentence;
} Reason;

static const Reason reasons[] = {
#define REASON(why, code, sentence) {why, code, sentence},
#include "explain/reasons.def"
#undef REASON
};

typedef struct Context {
  Arena *arena;
  const Unit *unit;
  Map explanations; /* Op* -> 1 + index of its ESCAPES_IN event */
  Map capturers; /* Name* -> 1 + index of the finding of a function literal on the heap that refers to it */
  VEC(Finding) list;
} Context;

/* ---- the flow of a value ---- */

static bool is_step(const Event *event) {
  return event->kind == EVENT_FLOW || event->kind == EVENT_FROM || event->kind == EVENT_TRUNCATED;
}

static FindingStep step_of(const Context *context, const Event *event) {
  return (FindingStep){.at = event->at,
                       .text = arena_str(context->arena, event->text[0]),
                       .why = arena_str(context->arena, event->text[1])};
}

/* What the first escape analysis says follows the value at once. */
static void collect_trail(Context *context, const Event *value, Finding *finding) {
  const EventLog *log = context->unit->events;
  VEC(FindingStep) steps = {0};
  uint32_t group = (uint32_t)(value - log->list.items) + 1;
  for (uint32_t i = group; i < log->list.len; i++) {
    const Event *event = &log->list.items[i];
    if ((event->kind != EVENT_TRAIL && event->kind != EVENT_MOVED_TRAIL) || event->group != group) break;
    vec_push(context->arena, &steps, step_of(context, event));
  }
  finding->steps = steps.items;
  finding->step_len = steps.len;
}

static void collect_steps(Context *context, const Event *value, Finding *finding) {
  if (context->unit->profile->escape_engine == ESCAPE_FLOOD) {
    collect_trail(context, value, finding);
    return;
  }
  const uint64_t *found = value->op ? map_find(&context->explanations, map_key(value->op)) : NULL;
  if (!found) return;
  const EventLog *log = context->unit->events;
  VEC(FindingStep) steps = {0};
  for (uint32_t i = (uint32_t)*found; i < log->list.len && is_step(&log->list.items[i]); i++) {
    const Event *event = &log->list.items[i];
    if (event->kind != EVENT_FROM) continue;
    vec_push(context->arena, &steps, step_of(context, event));
  }
  finding->steps = steps.items;
  finding->step_len = steps.len;
}

/* Where the value is written: in the inlined function for copies. */
static Pos event_source_pos(const Event *event) { return event->pos.pos; }

/* ---- the reason as a sentence ---- */

static const FindingStep *find_step(const Finding *finding, const char *why) {
  for (uint32_t i = finding->step_len; i > 0; i--)
    if (str_equal(finding->steps[i - 1].why, str_from(why))) return &finding->steps[i - 1];
  return NULL;
}

/* "fmt.Println" of "fmt.Println(... argument...)"; brackets of the callee's own are kept. */
static Str callee_text(Str call) {
  int depth = 0;
  for (size_t i = 0; i < call.len; i++) {
    char c = call.data[i];
    if (c == '(' && i > 0 && depth == 0) return str_slice(call, 0, i);
    depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
  }
  return call;
}

static void add_place(Context *context, Buffer *out, Pos pos) {
  if (!pos_known(pos)) return;
  Position at = source_position(context->unit->session->sources, pos);
  buffer_printf(out, " at %u:%u", at.line, at.col);
}

static Str function_text(const Event *event) {
  return event->func ? func_diagnostic_name(event->func) : STR("its function");
}

static Str fill_sentence(Context *context, const char *sentence, const FindingStep *step,
                         const Event *value) {
  Buffer out = {0};
  for (const char *at = sentence; *at; at++) {
    if (*at != '%') {
      buffer_char(&out, *at);
      continue;
    }
    switch (*++at) {
    case 'f': buffer_str(&out, function_text(value)); break;
    case 'c': buffer_str(&out, callee_text(step->text)); break;
    case 'e': buffer_str(&out, step->text); break;
    default: add_place(context, &out, step->at); break;
    }
  }
  Str text = arena_str(context->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

static void set_reason(Context *context, Finding *finding, const char *code, const char *sentence,
                       const FindingStep *step, const Event *value) {
  finding->code = code;
  finding->reason = fill_sentence(context, sentence, step, value);
}

/* The word of the source before a position: "go" of `go func() {}()`. */
static Str word_before(const Context *context, Pos pos) {
  const Sources *sources = context->unit->session->sources;
  SourceFile *file = pos_known(pos) ? sources_file(sources, pos) : NULL;
  if (!file) return STR("");
  Position at = source_position_physical(sources, pos);
  Str line = source_line_text(file, at.line);
  size_t end = at.col ? at.col - 1 : 0;
  if (end > line.len) return STR("");
  while (end > 0 && (line.data[end - 1] == ' ' || line.data[end - 1] == '\t')) end--;
  size_t start = end;
  while (start > 0 && line.data[start - 1] >= 'a' && line.data[start - 1] <= 'z') start--;
  return str_slice(line, start, end);
}

/* A function literal that goes to the heap by nothing but its own creation is what a go or defer statement calls. */
static bool reason_of_literal(Context *context, Finding *finding, const FindingStep *last,
                              const Event *value) {
  if (!op_is(value->op, OP_CLOSURE) || finding->step_len != 1 || !str_equal(last->why, STR("spill")))
    return false;
  Str word = word_before(context, event_source_pos(value));
  if (str_equal(word, STR("go")))
    set_reason(context, finding, "goroutine", "started as a goroutine%a", last, value);
  else if (str_equal(word, STR("defer")))
    set_reason(context, finding, "deferred", "deferred%a, maybe many times", last, value);
  else
    return false;
  return true;
}

/* A closure's values share the closure's fate: it is started as a goroutine, deferred in a loop, or kept. */
static bool reason_of_capture(Context *context, Finding *finding, const FindingStep *last,
                              const Event *value) {
  bool captured = find_step(finding, "captured by a closure") != NULL;
  bool is_go = str_has_prefix(last->text, STR("go ")), is_defer = str_has_prefix(last->text, STR("defer "));
  if (is_go)
    set_reason(context, finding, "goroutine",
               captured ? "captured by the goroutine%a" : "needed by the goroutine%a", last, value);
  else if (is_defer)
    set_reason(context, finding, "deferred", "needed by a deferred call that may run many times%a", last,
               value);
  else if (captured && str_equal(last->why, STR("return")))
    set_reason(context, finding, "closure", "captured by a closure that is returned from %f%a", last, value);
  else if (captured && str_equal(last->why, STR("call parameter")))
    set_reason(context, finding, "closure",
               "captured by a closure that is passed to %c%a, whose argument leaks", last, value);
  else
    return false;
  return true;
}

static void explain_reason(Context *context, Finding *finding, const Event *value) {
  if (finding->step_len == 0) {
    finding->code = "unknown size";
    finding->reason = STR("its size is not known at compile time");
    return;
  }
  const FindingStep *last = &finding->steps[finding->step_len - 1];
  if (reason_of_literal(context, finding, last, value)) return;
  if (reason_of_capture(context, finding, last, value)) return;
  if (str_equal(last->why, STR("call parameter")) && str_equal(callee_text(last->text), STR("append"))) {
    set_reason(context, finding, "appended", "appended%a to a slice that is on the heap", last, value);
    return;
  }
  if (find_step(finding, "interface-converted") && str_equal(last->why, STR("call parameter"))) {
    set_reason(context, finding, "interface", "boxed into an interface for %c%a, whose argument leaks", last,
               value);
    return;
  }
  bool known_size = str_equal(last->why, STR("non-constant size")) && finding->size >= 0;
  if (known_size) { /* older compilers say so of every make without a capacity */
    set_reason(context, finding, "too large", "too large for the stack", last, value);
    return;
  }
  for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
    if (str_equal(last->why, str_from(reasons[i].why))) {
      set_reason(context, finding, reasons[i].code, reasons[i].sentence, last, value);
      return;
    }
  finding->code = "flow";
  finding->reason = arena_printf(context->arena, "it outlives its function: " STR_FMT " (" STR_FMT ")",
                                 STR_ARG(last->text), STR_ARG(last->why));
}

/* ---- what it is and how large ---- */

/* Bytes of the object behind a closure value: the code pointer and what is captured. */
static int64_t closure_size(const Target *target, const Func *fn) {
  int64_t size = target->pointer_size;
  for (uint32_t i = 0; i < fn->closure_vars.len; i++) {
    const Name *name = fn->closure_vars.items[i];
    bool by_value = name->name_flags & NAME_BY_VALUE;
    int64_t bytes = by_value ? type_size(target, name->op.type) : target->pointer_size;
    int64_t align = by_value ? type_align(target, name->op.type) : target->pointer_size;
    if (align > 1) size = (size + align - 1) / align * align;
    size += bytes;
  }
  return (size + target->pointer_size - 1) / target->pointer_size * target->pointer_size;
}

static int64_t slice_size(const Target *target, const Op *op, const Op *count) {
  Type *elem = type_underlying(op->type)->u.elem.type;
  int64_t n = op->kind == OP_SLICELIT ? op->offset : -1;
  if (count && (count->kind != OP_LITERAL || !const_int64(count->lit, &n))) return -1;
  int64_t size = type_size(target, elem);
  return n < 0 || (size > 0 && n > INT64_MAX / size) ? -1 : n * size;
}

typedef struct Allocation {
  Type *type;    /* of the allocated object; NULL: not one type */
  int64_t bytes; /* -1: not known */
  bool pointers;
} Allocation;

static Allocation allocation_of(const Target *target, const Op *op) {
  Type *type = op->type;
  switch ((int)op->kind) {
  case OP_NAME: break;
  case OP_NEW:
  case OP_PTRLIT: type = type_underlying(op->type)->u.elem.type; break;
  case OP_CONVIFACE: type = op->x->type; break;
  case OP_CLOSURE: return (Allocation){op->type, closure_size(target, op->func), true};
  case OP_METHVALUE: {
    int64_t size = target->pointer_size + type_size(target, op->x->type);
    return (Allocation){op->type, size, true};
  }
  case OP_SLICELIT: {
    Type *elem = type_underlying(op->type)->u.elem.type;
    return (Allocation){op->type, slice_size(target, op, NULL), type_has_pointers(elem)};
  }
  case OP_MAKESLICE: {
    Type *elem = type_underlying(op->type)->u.elem.type;
    return (Allocation){op->type, slice_size(target, op, op->y ? op->y : op->x), type_has_pointers(elem)};
  }
  default: return (Allocation){op->type, -1, false};
  }
  return (Allocation){type, type_size(target, type), type_has_pointers(type)};
}

static void describe(Context *context, Finding *finding, const Event *event) {
  finding->size = finding->class_size = -1;
  finding->what = arena_str(context->arena, event->text[0]);
  if (event->kind == EVENT_MOVED_TO_HEAP)
    finding->what = arena_printf(context->arena, "variable " STR_FMT, STR_ARG(event->text[0]));
  if (str_has_prefix(event->text[0], STR("~r"))) finding->what = STR("result of a call");
  if (str_has_prefix(event->text[0], STR(".autotmp_"))) /* the compiler's name for something without one */
    finding->what =
        str_has_suffix(event->text[0], STR(")")) ? STR("result of a call") : STR("temporary value");
  if (event->kind == EVENT_APPEND_ESCAPES || event->kind == EVENT_APPEND_DOES_NOT_ESCAPE)
    finding->what = STR("backing store of append");
  if (!event->op || !event->op->type) return;
  Allocation allocation = allocation_of(context->unit->target, event->op);
  Buffer text = {0};
  type_text(&text, context->unit, allocation.type, TYPE_TEXT_GO);
  finding->type = arena_str(context->arena, buffer_view(&text));
  buffer_free(&text);
  if (event->kind == EVENT_APPEND_ESCAPES || event->kind == EVENT_APPEND_DOES_NOT_ESCAPE) return;
  finding->size = allocation.bytes;
  if (allocation.bytes >= 0)
    finding->class_size = profile_size_class(context->unit->profile, allocation.bytes, allocation.pointers);
}

/* For comparing releases, which print and place the same value differently. */
static void identify(Context *context, Finding *finding, const Event *event) {
  if (event->func) finding->function = func_diagnostic_name(event->func);
  finding->written = event->pos.pos;
  if (!event->op) return;
  if (event->op->kind == OP_NAME) {
    const Name *name = event->op->name;
    if (name->object) finding->written = name->object->pos;
    finding->identity = arena_printf(context->arena, "variable %s", atom_text(name->name));
  } else {
    bool extra = event->op->kind == OP_SLICELIT && (event->op->flags & OP_IMPLICIT);
    finding->identity = arena_printf(context->arena, "%s%s " STR_FMT, op_name((OpKind)event->op->kind),
                                     extra ? " of extra arguments" : "", STR_ARG(finding->type));
  }
}

static void note_inlining(Context *context, Finding *finding, const Event *event) {
  if (!event->pos.inl) return;
  const InlinedCall *call = &context->unit->inline_tree.items[event->pos.inl - 1];
  finding->inlined_from = call->callee ? func_diagnostic_name(call->callee) : STR("an inlined function");
  finding->inner = event->pos.pos;
}

/* ---- one finding per event ---- */

static void note_captures(Context *context, const Func *literal, uint32_t index) {
  for (uint32_t i = 0; i < literal->closure_vars.len; i++) {
    Name *name = literal->closure_vars.items[i];
    if (name->name_flags & NAME_BY_VALUE) continue;
    uint64_t *slot = map_put(&context->capturers, map_key(name_canonical(name)));
    if (!*slot) *slot = index + 1;
  }
}

/* Variables that a function literal refers to are where they are because of it: its reason is part of theirs. */
static void explain_captured(Context *context, Finding *finding, const Event *event) {
  if (event->kind != EVENT_MOVED_TO_HEAP || finding->step_len == 0) return;
  if (!str_equal(finding->steps[finding->step_len - 1].why, STR("reference"))) return;
  const uint64_t *found = map_find(&context->capturers, map_key(name_canonical(event->op->name)));
  if (!found) return;
  const Finding *literal = &context->list.items[*found - 1];
  Buffer out = {0};
  buffer_text(&out, "captured by reference by the function literal");
  add_place(context, &out, literal->pos);
  buffer_printf(&out, ", which is " STR_FMT, STR_ARG(literal->reason));
  finding->reason = arena_str(context->arena, buffer_view(&out));
  finding->code = strcmp(literal->code, "goroutine") == 0 ? "goroutine" : "closure";
  buffer_free(&out);
}

/* A value that is on the heap since it becomes an interface: that comes first in its reason. */
static void mention_boxing(Context *context, Finding *finding, const Event *event) {
  if (!event->op || event->op->kind != OP_CONVIFACE || str_has_prefix(finding->reason, STR("boxed"))) return;
  const FindingStep *last = finding->step_len ? &finding->steps[finding->step_len - 1] : NULL;
  bool passed =
      last && str_equal(last->why, STR("call parameter")) && str_has_prefix(finding->reason, STR("passed"));
  if (passed)
    set_reason(context, finding, "interface", "boxed into an interface for %c%a, whose argument leaks", last,
               event);
  else
    finding->reason = arena_printf(context->arena, "boxed into an interface, %s" STR_FMT,
                                   str_has_prefix(finding->reason, STR("its size")) ? "" : "which is ",
                                   STR_ARG(finding->reason));
}

/* The first analysis also reports what is nothing of its own: addresses of variables, and pointers in interfaces. */
static bool is_allocation(const Event *event) {
  if (!event->op) return true;
  if (event->op->kind == OP_ADDR) return false;
  return event->op->kind != OP_CONVIFACE || !event->op->x->type || type_is_interface(event->op->x->type) ||
         !type_is_direct_interface(event->op->x->type);
}

static void add_value(Context *context, const Event *event, FindingKind kind) {
  if (!is_allocation(event)) return;
  Finding finding = {.kind = kind, .pos = event->outermost};
  describe(context, &finding, event);
  identify(context, &finding, event);
  note_inlining(context, &finding, event);
  if (kind == FINDING_HEAP) {
    collect_steps(context, event, &finding);
    explain_reason(context, &finding, event);
    mention_boxing(context, &finding, event);
    if (op_is(event->op, OP_CLOSURE)) note_captures(context, event->op->func, context->list.len);
    if (event->kind == EVENT_APPEND_ESCAPES && finding.step_len == 0) {
      finding.code = "grows";
      finding.reason = STR("it grows at run time");
    }
  } else {
    finding.code = "does not escape";
    finding.reason = STR("does not escape");
  }
  vec_push(context->arena, &context->list, finding);
}

static void add_plain(Context *context, const Event *event, FindingKind kind, const char *code, Str reason) {
  Finding finding = {.kind = kind,
                     .pos = event->outermost,
                     .what = arena_str(context->arena, event->text[0]),
                     .code = code,
                     .reason = reason,
                     .size = -1,
                     .class_size = -1};
  note_inlining(context, &finding, event);
  vec_push(context->arena, &context->list, finding);
}

static void add_event(Context *context, const Event *event) {
  Arena *arena = context->arena;
  switch ((int)event->kind) {
  case EVENT_MOVED_TO_HEAP:
  case EVENT_ESCAPES:
  case EVENT_APPEND_ESCAPES: add_value(context, event, FINDING_HEAP); return;
  case EVENT_DOES_NOT_ESCAPE:
  case EVENT_APPEND_DOES_NOT_ESCAPE: add_value(context, event, FINDING_STACK); return;
  case EVENT_LEAKING_PARAM:
    add_plain(context, event, FINDING_PARAM, "leaks", STR("leaks to the heap"));
    return;
  case EVENT_LEAKING_CONTENT:
    add_plain(context, event, FINDING_PARAM, "content leaks", STR("what it points to leaks to the heap"));
    return;
  case EVENT_LEAKING_TO_RESULT:
    add_plain(context, event, FINDING_PARAM, "flows to result",
              arena_printf(arena, "flows to result " STR_FMT, STR_ARG(event->text[1])));
    return;
  case EVENT_CAN_INLINE:
    add_plain(context, event, FINDING_INLINE, "can inline", STR("can be inlined"));
    return;
  case EVENT_CANNOT_INLINE:
    add_plain(context, event, FINDING_INLINE, "cannot inline",
              arena_printf(arena, "cannot be inlined: " STR_FMT, STR_ARG(event->text[1])));
    return;
  case EVENT_INLINING_CALL:
    add_plain(context, event, FINDING_CALL, "inlined", STR("call is inlined"));
    return;
  case EVENT_DEVIRTUALIZING:
    add_plain(context, event, FINDING_CALL, "devirtualized",
              arena_printf(arena, "interface call becomes a call of a method of " STR_FMT,
                           STR_ARG(event->text[1])));
    return;
  default: return;
  }
}

/* ---- order: what the compiler wrote, other packages' files by name, the package's own in its order ---- */

typedef struct Place {
  int rank; /* 0 no file, 1 another package's, 2 own */
  Str path; /* of another package's file: which of them came first is chance */
  const Finding *finding;
  uint32_t index;
} Place;

static Place place_of(const Unit *unit, const Finding *finding, uint32_t index) {
  Place place = {.finding = finding, .index = index};
  const SourceFile *file = sources_file(unit->session->sources, finding->pos);
  if (!file) return place;
  place.rank = 1;
  for (uint32_t i = 0; i < unit->pkg->file_len; i++)
    if (unit->pkg->files[i].syntax->source == file) place.rank = 2;
  if (place.rank == 1) place.path = atom_str(file->path);
  return place;
}

static int compare_places(const void *a, const void *b) {
  const Place *x = a, *y = b;
  int order = (x->rank > y->rank) - (x->rank < y->rank);
  if (!order) order = str_compare(x->path, y->path);
  if (!order) order = pos_compare(x->finding->pos, y->finding->pos);
  if (!order) order = (x->finding->kind > y->finding->kind) - (x->finding->kind < y->finding->kind);
  return order ? order : (x->index > y->index) - (x->index < y->index);
}

static Findings sorted(Arena *arena, const Unit *unit, const Finding *list, uint32_t len) {
  Place *places = arena_new_array(arena, Place, len);
  for (uint32_t i = 0; i < len; i++) places[i] = place_of(unit, &list[i], i);
  if (len) qsort(places, len, sizeof *places, compare_places);
  Findings result = {arena_new_array(arena, Finding, len), len};
  for (uint32_t i = 0; i < len; i++) result.items[i] = *places[i].finding;
  return result;
}

Findings explain_findings(Arena *arena, const Unit *unit) {
  Context context = {.arena = arena, .unit = unit, .explanations = map_in(arena), .capturers = map_in(arena)};
  const EventLog *log = unit->events;
  Map events = map_in(arena); /* Event* -> 1 + index of its finding */
  for (uint32_t i = 0; i < log->list.len; i++) {
    const Event *event = &log->list.items[i];
    if (event->kind != EVENT_ESCAPES_IN || !event->op) continue;
    uint64_t *slot = map_put(&context.explanations, map_key(event->op));
    if (!*slot) *slot = i + 1;
  }
  vec_each (const Event, event, &log->list) {
    uint32_t before = context.list.len;
    add_event(&context, event);
    if (context.list.len > before && event->op) *map_put(&events, map_key(event)) = before + 1;
  }
  vec_each (const Event, event, &log->list) {
    const uint64_t *index = map_find(&events, map_key(event));
    if (index) explain_captured(&context, &context.list.items[*index - 1], event);
  }
  return sorted(arena, unit, context.list.items, context.list.len);
}
