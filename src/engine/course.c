/* SPDX-License-Identifier: BSD-3-Clause
 *
 * course: a unit's trail as data that outlives the unit.
 *
 * Idea: the order in which components of a call graph are found depends on each edge of it, but the search takes no time. So it is done
 * again, with the edges of one function replaced; only if it yields the other functions as before, in the same components and in the
 * same order, are their results what they were.
 *
 * Go: cmd/compile/internal/ir/scc.go
 */
#include "engine/course.h"

static bool has_components(TrailStage stage) {
  return stage == TRAIL_DECIDE || stage == TRAIL_EDIT || stage == TRAIL_ESCAPE;
}

/* ---- searching ---- */

typedef struct Found { /* components */
  VEC(uint32_t) members;
  VEC(CourseStep) list;
} Found;

typedef struct Search {
  Arena *arena;
  const CourseSearch *in;
  uint32_t *numbers; /* by function; 0: not met yet */
  uint32_t last;
  VEC(uint32_t) stack;
  Found *found;
} Search;

static const uint32_t DONE = UINT32_MAX;

static void hand_over(Search *s, uint32_t root, bool recursive) {
  uint32_t i = s->stack.len;
  do s->numbers[s->stack.items[--i]] = DONE;
  while (s->stack.items[i] != root);
  uint32_t len = s->stack.len - i;
  vec_push(s->arena, &s->found->list,
           (CourseStep){.recursive = recursive, .from = s->found->members.len, .len = len});
  vec_append(s->arena, &s->found->members, s->stack.items + i, len);
  s->stack.len = i;
}

/* As visit_func of ir/components.c. */
static uint32_t visit(Search *s, uint32_t func) {
  if (s->numbers[func]) return s->numbers[func];
  const CourseVisit *v = &s->in->visits[func];
  uint32_t number = s->numbers[func] = ++s->last, lowest = ++s->last;
  vec_push(s->arena, &s->stack, func);
  for (uint32_t i = 0; i < v->len; i++) {
    uint32_t other = visit(s, s->in->mentions.items[v->from + i]);
    if (other < lowest) lowest = other;
  }
  if ((lowest == number || lowest == number + 1) && !v->attached) hand_over(s, func, lowest == number);
  return lowest;
}

static Found search(Arena *arena, const Course *course, TrailStage stage) {
  Found found = {0};
  Search s = {.arena = arena, .in = &course->searches[stage], .found = &found};
  s.numbers = arena_new_array(arena, uint32_t, course->funcs.len);
  for (uint32_t i = 0; i < s.in->roots.len; i++) visit(&s, s.in->roots.items[i]);
  return found;
}

static bool same_members(const uint32_t *a, const uint32_t *b, uint32_t len) {
  return memcmp(a, b, sizeof *a * len) == 0;
}

/* The search finds the steps that the course has. */
static bool is_found(Arena *arena, const Course *course, TrailStage stage) {
  Found found = search(arena, course, stage);
  uint32_t n = 0;
  vec_each (const CourseStep, step, &course->steps) {
    if (step->stage != stage) continue;
    if (n == found.list.len) return false;
    const CourseStep *other = &found.list.items[n++];
    if (other->len != step->len || other->recursive != step->recursive ||
        !same_members(course->members.items + step->from, found.members.items + other->from, step->len))
      return false;
  }
  return n == found.list.len;
}

/* ---- from a trail ---- */

typedef struct Numbering {
  Course *course;
  Map funcs; /* Func* -> number + 1 */
  bool failed;
} Numbering;

static uint32_t number_of(Numbering *n, Func *fn) {
  const uint64_t *known = map_find(&n->funcs, map_key(fn));
  if (known) return (uint32_t)*known - 1;
  uint32_t number = n->course->funcs.len;
  bool named = !fn->closure && !(fn->flags & FUNC_ABI_WRAPPER); /* which has the name of what it wraps */
  vec_push(n->course->arena, &n->course->funcs,
           (CourseFunc){.key = named ? func_symbol_key(fn) : 0, .owner = number});
  *map_put(&n->funcs, map_key(fn)) = (uint64_t)number + 1;
  Func *outermost = func_outermost(fn);
  if (outermost != fn) {
    uint32_t owner = number_of(n, outermost);
    n->course->funcs.items[number].owner = owner;
  }
  return number;
}

static void add_members(Numbering *n, const TrailStep *step) {
  Course *course = n->course;
  for (uint32_t i = 0; i < step->len; i++) {
    uint32_t member = number_of(n, step->funcs[i]);
    vec_push(course->arena, &course->members, member);
  }
}

/* Of single functions: literals without a text of their own are left out. */
static bool is_kept(const TrailStep *step, uint32_t text_len) {
  bool single = step->stage == TRAIL_MARK || step->stage == TRAIL_BOUNDS;
  return !single || text_len > 0 || !step->funcs[0]->closure;
}

static void add_steps(Numbering *n, const Trail *trail, const uint32_t *text_starts, uint32_t text_len) {
  Course *course = n->course;
  for (uint32_t i = 0; i < trail->steps.len; i++) {
    const TrailStep *step = &trail->steps.items[i];
    uint32_t from = text_starts[i], to = i + 1 < trail->steps.len ? text_starts[i + 1] : text_len;
    if (!is_kept(step, to - from)) continue;
    vec_push(course->arena, &course->steps,
             (CourseStep){.stage = step->stage,
                          .recursive = step->recursive,
                          .from = course->members.len,
                          .len = step->len,
                          .text_from = from,
                          .text_to = to});
    add_members(n, step);
  }
}

static void add_visit(Numbering *n, CourseSearch *out, const TrailVisit *visit) {
  Arena *arena = n->course->arena;
  uint32_t from = out->mentions.len;
  for (uint32_t i = 0; i < visit->len; i++) {
    uint32_t mentioned = number_of(n, visit->mentions[i]);
    vec_push(arena, &out->mentions, mentioned);
  }
  uint32_t func = number_of(n, visit->fn);
  out->visits[func] = (CourseVisit){true, visit->attached, from, visit->len};
}

static void number_all(Numbering *n, const Trail *trail) {
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++) {
    const TrailSearch *in = &trail->searches[stage];
    vec_each (const TrailVisit, visit, &in->visits) {
      number_of(n, visit->fn);
      for (uint32_t i = 0; i < visit->len; i++) number_of(n, visit->mentions[i]);
    }
    for (uint32_t i = 0; i < in->roots.len; i++) number_of(n, in->roots.items[i]);
  }
  vec_each (const TrailStep, step, &trail->steps)
    for (uint32_t i = 0; i < step->len; i++) number_of(n, step->funcs[i]);
}

static void forget_shared_names(Course *course) {
  Map seen = map_in(course->arena);
  for (uint32_t i = 0; i < course->funcs.len; i++) {
    CourseFunc *func = &course->funcs.items[i];
    if (!func->key) continue;
    uint64_t *first = map_put(&seen, func->key);
    if (*first) course->funcs.items[*first - 1].key = func->key = 0;
    if (!*first) *first = (uint64_t)i + 1;
  }
}

static void make_visits(Course *course) {
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage))
      course->searches[stage].visits = arena_new_array(course->arena, CourseVisit, course->funcs.len);
}

bool course_of_trail(Arena *arena, const Trail *trail, const uint32_t *text_starts, uint32_t text_len,
                     Course *out) {
  *out = (Course){.arena = arena};
  Numbering n = {.course = out, .funcs = map_in(arena)};
  number_all(&n, trail);
  make_visits(out);
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++) {
    if (!has_components((TrailStage)stage)) continue;
    CourseSearch *search_out = &out->searches[stage];
    vec_each (const TrailVisit, visit, &trail->searches[stage].visits) add_visit(&n, search_out, visit);
    for (uint32_t i = 0; i < trail->searches[stage].roots.len; i++)
      vec_push(arena, &search_out->roots, number_of(&n, trail->searches[stage].roots.items[i]));
  }
  add_steps(&n, trail, text_starts, text_len);
  forget_shared_names(out);
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage) && !is_found(arena, out, (TrailStage)stage)) return false;
  return true;
}

bool course_note_inlined(Course *course, const InlinedCall *calls, uint32_t len) {
  Map by_key = map_in(course->arena);
  for (uint32_t i = 0; i < course->funcs.len; i++)
    if (course->funcs.items[i].key) *map_put(&by_key, course->funcs.items[i].key) = (uint64_t)i + 1;
  for (uint32_t i = 0; i < len; i++) {
    const uint64_t *known = map_find(&by_key, func_symbol_key(func_outermost(calls[i].callee)));
    if (!known) continue;
    CourseFunc *func = &course->funcs.items[*known - 1];
    if (func->changed) return false;
    func->inlined = true;
  }
  return true;
}

/* ---- as bytes ---- */

static void put_numbers(Buffer *out, const uint32_t *items, uint32_t len) {
  wire_put(out, len);
  uint32_t last = 0; /* neighbours are often near */
  for (uint32_t i = 0; i < len; i++) {
    wire_put_signed(out, (int64_t)items[i] - last);
    last = items[i];
  }
}

static void put_search(Buffer *out, const Course *course, const CourseSearch *in) {
  for (uint32_t i = 0; i < course->funcs.len; i++) {
    const CourseVisit *v = &in->visits[i];
    wire_put(out, v->len << 2 | (uint32_t)v->attached << 1 | v->met);
    for (uint32_t k = 0; k < v->len; k++) wire_put(out, in->mentions.items[v->from + k]);
  }
  put_numbers(out, in->roots.items, in->roots.len);
}

void course_put(Buffer *out, const Course *course) {
  wire_put(out, course->funcs.len);
  for (uint32_t i = 0; i < course->funcs.len; i++) {
    const CourseFunc *func = &course->funcs.items[i];
    uint32_t owner = i - func->owner + course->funcs.len; /* owners may come later */
    wire_put(out, (uint64_t)owner << 2 | (uint64_t)func->inlined << 1 | (uint64_t)func->changed);
    if (func->owner != i) continue;
    uint64_t key = func->key;
    for (int byte = 0; byte < 8; byte++, key >>= 8) buffer_char(out, (char)key);
  }
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage)) put_search(out, course, &course->searches[stage]);
  wire_put(out, course->steps.len);
  uint32_t at = 0;
  vec_each (const CourseStep, step, &course->steps) {
    wire_put(out, (uint32_t)step->stage << 1 | step->recursive);
    wire_put(out, step->text_from - at);
    wire_put(out, step->text_to - step->text_from);
    at = step->text_to;
    wire_put(out, step->len);
    for (uint32_t i = 0; i < step->len; i++) wire_put(out, course->members.items[step->from + i]);
  }
}

static bool get_funcs(Wire *wire, Course *out) {
  uint32_t len = wire_get_count(wire);
  vec_reserve(out->arena, &out->funcs, len);
  for (uint32_t i = 0; i < len && !wire->bad; i++) {
    uint64_t word = wire_get_below(wire, 8 * (uint64_t)len);
    CourseFunc func = {
        .owner = i + len - (uint32_t)(word >> 2), .inlined = word >> 1 & 1, .changed = word & 1};
    if (func.owner >= len) return false;
    if (func.owner == i) {
      if (wire->bytes.len - wire->at < 8) return false;
      for (int byte = 0; byte < 8; byte++)
        func.key |= (uint64_t)(unsigned char)wire->bytes.data[wire->at++] << (8 * byte);
    }
    vec_push(out->arena, &out->funcs, func);
  }
  return !wire->bad;
}

static void get_search(Wire *wire, Course *course, CourseSearch *out) {
  uint32_t len = course->funcs.len;
  for (uint32_t i = 0; i < len && !wire->bad; i++) {
    uint32_t word = wire_get_below(wire, UINT32_MAX);
    CourseVisit *v = &out->visits[i];
    *v = (CourseVisit){word & 1, word >> 1 & 1, out->mentions.len, word >> 2};
    for (uint32_t k = 0; k < v->len && !wire->bad; k++)
      vec_push(course->arena, &out->mentions, wire_get_below(wire, len));
  }
  uint32_t roots = wire_get_count(wire);
  int64_t last = 0;
  for (uint32_t i = 0; i < roots && !wire->bad; i++) {
    last += wire_get_signed(wire);
    if (last < 0 || last >= len) wire_spoil(wire);
    vec_push(course->arena, &out->roots, (uint32_t)last);
  }
}

static void get_step(Wire *wire, Course *out, uint32_t *at, uint32_t text_len) {
  uint32_t word = wire_get_below(wire, 2 * TRAIL_STAGE_COUNT);
  CourseStep step = {.stage = (TrailStage)(word >> 1), .recursive = word & 1, .from = out->members.len};
  step.text_from = *at + wire_get_below(wire, (uint64_t)text_len - *at + 1);
  step.text_to = step.text_from + wire_get_below(wire, (uint64_t)text_len - step.text_from + 1);
  *at = step.text_to;
  step.len = wire_get_count(wire);
  for (uint32_t i = 0; i < step.len && !wire->bad; i++)
    vec_push(out->arena, &out->members, wire_get_below(wire, out->funcs.len));
  vec_push(out->arena, &out->steps, step);
}

bool course_get(Arena *arena, Wire *wire, uint32_t text_len, Course *out) {
  *out = (Course){.arena = arena};
  if (!get_funcs(wire, out)) return false;
  make_visits(out);
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage)) get_search(wire, out, &out->searches[stage]);
  uint32_t steps = wire_get_count(wire), at = 0;
  for (uint32_t i = 0; i < steps && !wire->bad; i++) get_step(wire, out, &at, text_len);
  return !wire->bad;
}

/* ---- looking up ---- */

uint32_t course_find(const Course *course, uint64_t key) {
  for (uint32_t i = 0; key && i < course->funcs.len; i++)
    if (course->funcs.items[i].key == key) return i;
  return COURSE_NONE;
}

static bool mentions(const CourseSearch *in, const CourseVisit *v, const Course *course, uint32_t func) {
  for (uint32_t i = 0; i < v->len; i++)
    if (course->funcs.items[in->mentions.items[v->from + i]].owner == func) return true;
  return false;
}

bool course_is_alone(const Course *course, uint32_t func) {
  if (course->funcs.items[func].inlined) return false;
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++) {
    const CourseSearch *in = &course->searches[stage];
    for (uint32_t i = 0; has_components((TrailStage)stage) && i < course->funcs.len; i++)
      if (course->funcs.items[i].owner != func && mentions(in, &in->visits[i], course, func)) return false;
  }
  return true;
}

CourseSteps course_steps_of(Arena *arena, const Course *course, uint32_t func) {
  CourseSteps steps = {0};
  for (uint32_t i = 0; i < course->steps.len; i++) {
    const CourseStep *step = &course->steps.items[i];
    if (step->len && course->funcs.items[course->members.items[step->from]].owner == func)
      vec_push(arena, &steps.list, i);
  }
  return steps;
}

/* ---- with one function replaced ---- */

typedef struct Replacing {
  const Course *old;
  Course *out;
  uint32_t func, new_func; /* before, afterwards */
  uint32_t *numbers;       /* of old functions that stay: afterwards; COURSE_NONE: a literal that goes */
  Map fresh;               /* Func* -> number + 1 */
  Map by_key;              /* of those that stay -> number + 1 */
} Replacing;

static bool is_literal_of(const Course *course, uint32_t i, uint32_t func) {
  return i != func && course->funcs.items[i].owner == func;
}

static void keep_funcs(Replacing *r) {
  uint32_t len = r->old->funcs.len, next = 0;
  for (uint32_t i = 0; i < len; i++) r->numbers[i] = is_literal_of(r->old, i, r->func) ? COURSE_NONE : next++;
  for (uint32_t i = 0; i < len; i++) {
    if (r->numbers[i] == COURSE_NONE) continue;
    CourseFunc func = r->old->funcs.items[i];
    func.owner = r->numbers[func.owner];
    vec_push(r->out->arena, &r->out->funcs, func);
    if (func.key) *map_put(&r->by_key, func.key) = (uint64_t)r->numbers[i] + 1;
  }
  r->new_func = r->numbers[r->func];
}

static void add_literal(Replacing *r, Func *fn) {
  uint64_t *known = map_put(&r->fresh, map_key(fn));
  if (*known) return;
  *known = (uint64_t)r->out->funcs.len + 1;
  vec_push(r->out->arena, &r->out->funcs, (CourseFunc){.owner = r->new_func});
}

static bool add_literals(Replacing *r, const Trail *trail, const Func *fn) {
  *map_put(&r->fresh, map_key(fn)) = (uint64_t)r->new_func + 1;
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    vec_each (const TrailVisit, visit, &trail->searches[stage].visits) {
      if (func_outermost(visit->fn) != fn) return false;
      add_literal(r, visit->fn);
    }
  return true;
}

/* A function that a body mentions: of the family, or one that the old course knows, that is as the base tells and that is not the old
   version of this one. */
static uint32_t find_mentioned(const Replacing *r, Func *fn) {
  const uint64_t *own = map_find(&r->fresh, map_key(fn));
  if (own) return (uint32_t)*own - 1;
  const uint64_t *other = fn->closure ? NULL : map_find(&r->by_key, func_symbol_key(fn));
  if (!other || *other - 1 == r->new_func || r->out->funcs.items[*other - 1].changed) return COURSE_NONE;
  return (uint32_t)*other - 1;
}

static bool keep_visit(const Replacing *r, const CourseSearch *in, uint32_t i, CourseSearch *out) {
  const CourseVisit *v = &in->visits[i];
  CourseVisit kept = {v->met, v->attached, out->mentions.len, v->len};
  for (uint32_t k = 0; k < v->len; k++) {
    uint32_t mentioned = r->numbers[in->mentions.items[v->from + k]];
    if (mentioned == COURSE_NONE) return false;
    vec_push(r->out->arena, &out->mentions, mentioned);
  }
  out->visits[r->numbers[i]] = kept;
  return true;
}

static bool replace_visits(const Replacing *r, const TrailSearch *fresh, CourseSearch *out) {
  vec_each (const TrailVisit, visit, &fresh->visits) {
    CourseVisit made = {true, visit->attached, out->mentions.len, visit->len};
    for (uint32_t i = 0; i < visit->len; i++) {
      uint32_t mentioned = find_mentioned(r, visit->mentions[i]);
      if (mentioned == COURSE_NONE) return false;
      vec_push(r->out->arena, &out->mentions, mentioned);
    }
    out->visits[*map_find(&r->fresh, map_key(visit->fn)) - 1] = made;
  }
  return true;
}

static bool replace_search(const Replacing *r, TrailStage stage, const Trail *trail) {
  const CourseSearch *in = &r->old->searches[stage];
  CourseSearch *out = &r->out->searches[stage];
  vec_reserve(r->out->arena, &out->mentions, in->mentions.len + 64);
  vec_reserve(r->out->arena, &out->roots, in->roots.len);
  for (uint32_t i = 0; i < r->old->funcs.len; i++)
    if (i != r->func && r->numbers[i] != COURSE_NONE && !keep_visit(r, in, i, out)) return false;
  for (uint32_t i = 0; i < in->roots.len; i++) {
    uint32_t root = r->numbers[in->roots.items[i]];
    if (root != COURSE_NONE) vec_push(r->out->arena, &out->roots, root);
  }
  return replace_visits(r, &trail->searches[stage], out);
}

/* The next step of the function alone in that stage. */
static const TrailStep *next_fresh(const Trail *trail, TrailStage stage, uint32_t *at) {
  while (*at < trail->steps.len) {
    const TrailStep *step = &trail->steps.items[(*at)++];
    if (step->stage == stage) return step;
  }
  return NULL;
}

typedef struct Text {
  const uint32_t *starts;
  uint32_t len;
} Text;

static CourseStep fresh_step(const Trail *trail, const TrailStep *step, Text text) {
  uint32_t i = (uint32_t)(step - trail->steps.items);
  return (CourseStep){.stage = step->stage,
                      .recursive = step->recursive,
                      .text_from = text.starts[i],
                      .text_to = i + 1 < trail->steps.len ? text.starts[i + 1] : text.len,
                      .fresh = true};
}

static void push_step(const Replacing *r, CourseStep step, const uint32_t *members, uint32_t len) {
  Course *out = r->out;
  step.from = out->members.len;
  step.len = len;
  vec_append(out->arena, &out->members, members, len);
  vec_push(out->arena, &out->steps, step);
}

static bool is_fresh_component(const Replacing *r, const TrailStep *step, const uint32_t *members,
                               uint32_t len, bool recursive) {
  if (!step || step->len != len || step->recursive != recursive) return false;
  for (uint32_t i = 0; i < len; i++) {
    const uint64_t *own = map_find(&r->fresh, map_key(step->funcs[i]));
    if (!own || *own - 1 != members[i]) return false;
  }
  return true;
}

static bool is_kept_component(const Replacing *r, const CourseStep *step, const uint32_t *members,
                              uint32_t len, bool recursive) {
  if (step->len != len || step->recursive != recursive) return false;
  for (uint32_t i = 0; i < len; i++)
    if (r->numbers[r->old->members.items[step->from + i]] != members[i]) return false;
  return true;
}

static bool is_of_family(const Course *course, const CourseStep *step, uint32_t func) {
  return step->len && course->funcs.items[course->members.items[step->from]].owner == func;
}

/* Steps of others stay as they are and where they are among each other. */
static bool replace_components(Replacing *r, Arena *scratch, TrailStage stage, uint32_t *at,
                               const Trail *trail, Text text) {
  Found found = search(scratch, r->out, stage);
  uint32_t fresh_at = 0, old_len = r->old->steps.len;
  for (uint32_t i = 0; i < found.list.len; i++) {
    const CourseStep *now = &found.list.items[i];
    const uint32_t *members = found.members.items + now->from;
    if (r->out->funcs.items[members[0]].owner == r->new_func) {
      const TrailStep *step = next_fresh(trail, stage, &fresh_at);
      if (!is_fresh_component(r, step, members, now->len, now->recursive)) return false;
      push_step(r, fresh_step(trail, step, text), members, now->len);
      continue;
    }
    while (*at < old_len && is_of_family(r->old, &r->old->steps.items[*at], r->func)) ++*at;
    if (*at == old_len) return false;
    const CourseStep *step = &r->old->steps.items[(*at)++];
    if (step->stage != stage || !is_kept_component(r, step, members, now->len, now->recursive)) return false;
    push_step(r, *step, members, now->len);
  }
  while (*at < old_len && r->old->steps.items[*at].stage == stage) {
    if (!is_of_family(r->old, &r->old->steps.items[*at], r->func)) return false;
    ++*at;
  }
  return !next_fresh(trail, stage, &fresh_at);
}

/* Literals without captures have steps of their own in other places: they may not have printed anything, or it is not known where to
   put what they print now. */
static bool replace_singles(Replacing *r, TrailStage stage, uint32_t *at, const Trail *trail, Text text) {
  uint32_t fresh_at = 0;
  const TrailStep *own = next_fresh(trail, stage, &fresh_at);
  for (const TrailStep *other; own && (other = next_fresh(trail, stage, &fresh_at)) != NULL;) {
    CourseStep step = fresh_step(trail, other, text);
    if (step.text_from != step.text_to) return false;
  }
  for (; *at < r->old->steps.len && r->old->steps.items[*at].stage == stage; ++*at) {
    const CourseStep *step = &r->old->steps.items[*at];
    uint32_t func = r->old->members.items[step->from];
    if (is_literal_of(r->old, func, r->func)) {
      if (step->text_from != step->text_to) return false;
      continue;
    }
    uint32_t number = r->numbers[func];
    if (func != r->func) {
      push_step(r, *step, &number, 1);
    } else {
      if (!own) return false;
      push_step(r, fresh_step(trail, own, text), &number, 1);
      own = NULL;
    }
  }
  return !own;
}

static bool replace_steps(Replacing *r, Arena *scratch, const Trail *trail, Text text) {
  uint32_t at = 0;
  while (at < r->old->steps.len) {
    TrailStage stage = r->old->steps.items[at].stage;
    if (stage == TRAIL_NOBODY) {
      push_step(r, r->old->steps.items[at++], NULL, 0);
      continue;
    }
    bool ok = has_components(stage) ? replace_components(r, scratch, stage, &at, trail, text)
                                    : replace_singles(r, stage, &at, trail, text);
    if (!ok) return false;
  }
  return true;
}

bool course_replace(Arena *arena, const Course *course, uint32_t func, const Trail *trail, const Func *fn,
                    const uint32_t *text_starts, uint32_t text_len, Course *out) {
  *out = (Course){.arena = arena};
  Replacing r = {.old = course, .out = out, .func = func, .fresh = map_in(arena), .by_key = map_in(arena)};
  r.numbers = arena_new_array(arena, uint32_t, course->funcs.len);
  keep_funcs(&r);
  if (!add_literals(&r, trail, fn)) return false;
  make_visits(out);
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage) && !replace_search(&r, (TrailStage)stage, trail)) return false;
  return replace_steps(&r, arena, trail, (Text){text_starts, text_len});
}
