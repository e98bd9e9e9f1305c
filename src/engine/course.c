/* SPDX-License-Identifier: BSD-3-Clause
 *
 * course: a unit's trail as data that outlives the unit.
 *
 * Idea: the order in which components of a call graph are found depends on each edge of it, but the search takes no time. So it is done
 * again, with the edges of some functions replaced; only if it yields the other functions as before, in the same components and in the
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
  bool named = !(fn->flags & FUNC_ABI_WRAPPER); /* which has the name of what it wraps */
  vec_push(
      n->course->arena, &n->course->funcs,
      (CourseFunc){
          .key = named ? func_symbol_key(fn) : 0, .owner = number, .file = COURSE_NONE, .pos = fn->pos.pos});
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
  vec_each (const TrailInlined, it, &trail->inlined) {
    number_of(n, it->caller);
    number_of(n, it->callee);
  }
  vec_each (const TrailStep, step, &trail->steps)
    for (uint32_t i = 0; i < step->len; i++) number_of(n, step->funcs[i]);
}

static bool has_mention(const CourseSearch *in, const CourseVisit *v, uint32_t func) {
  for (uint32_t i = 0; i < v->len; i++)
    if (in->mentions.items[v->from + i] == func) return true;
  return false;
}

typedef struct Pair {
  uint32_t caller, callee;
} Pair;

/* By caller, each callee once. */
static void put_pairs(Arena *arena, CourseSearch *out, uint32_t func_len, const Pair *pairs, uint32_t len) {
  uint32_t at = out->mentions.len;
  uint32_t *counts = arena_new_array(arena, uint32_t, func_len);
  for (uint32_t i = 0; i < len; i++) counts[pairs[i].caller]++;
  for (uint32_t i = 0; i < func_len; i++) {
    if (!counts[i]) continue;
    out->visits[i] = (CourseVisit){.met = true, .from = at};
    at += counts[i];
  }
  vec_reserve(arena, &out->mentions, at);
  out->mentions.len = at;
  for (uint32_t i = 0; i < len; i++) {
    CourseVisit *v = &out->visits[pairs[i].caller];
    if (!has_mention(out, v, pairs[i].callee)) out->mentions.items[v->from + v->len++] = pairs[i].callee;
  }
}

static void add_inlined(Numbering *n, const Trail *trail) {
  Course *course = n->course;
  uint32_t len = trail->inlined.len;
  Pair *pairs = arena_new_array(course->arena, Pair, len);
  for (uint32_t i = 0; i < len; i++)
    pairs[i] =
        (Pair){number_of(n, trail->inlined.items[i].caller), number_of(n, trail->inlined.items[i].callee)};
  put_pairs(course->arena, &course->inlined, course->funcs.len, pairs, len);
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
  course->inlined.visits = arena_new_array(course->arena, CourseVisit, course->funcs.len);
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
  add_inlined(&n, trail);
  add_steps(&n, trail, text_starts, text_len);
  forget_shared_names(out);
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage) && !is_found(arena, out, (TrailStage)stage)) return false;
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
  wire_put(out, course->reordered);
  wire_put(out, course->funcs.len);
  for (uint32_t i = 0; i < course->funcs.len; i++) {
    const CourseFunc *func = &course->funcs.items[i];
    uint32_t owner = i - func->owner + course->funcs.len; /* owners may come later */
    wire_put(out, (uint64_t)owner << 1 | (uint64_t)func->changed);
    wire_put(out, func->file == COURSE_NONE ? 0 : func->file + 1);
    uint64_t key = func->key;
    for (int byte = 0; byte < 8; byte++, key >>= 8) buffer_char(out, (char)key);
  }
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage)) put_search(out, course, &course->searches[stage]);
  put_search(out, course, &course->inlined);
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
    uint64_t word = wire_get_below(wire, 4 * (uint64_t)len);
    CourseFunc func = {.owner = i + len - (uint32_t)(word >> 1), .changed = word & 1};
    func.file = wire_get_below(wire, UINT32_MAX) - 1; /* of 0: COURSE_NONE */
    if (func.owner >= len || wire->bytes.len - wire->at < 8) return false;
    for (int byte = 0; byte < 8; byte++)
      func.key |= (uint64_t)(unsigned char)wire->bytes.data[wire->at++] << (8 * byte);
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
  *out = (Course){.arena = arena, .reordered = wire_get_below(wire, 2) != 0};
  if (!get_funcs(wire, out)) return false;
  make_visits(out);
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage)) get_search(wire, out, &out->searches[stage]);
  get_search(wire, out, &out->inlined);
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

static uint32_t owner_of(const Course *course, uint32_t func) { return course->funcs.items[func].owner; }

static bool search_sees(const Course *course, const CourseSearch *in, uint32_t func, uint32_t other) {
  for (uint32_t i = 0; i < course->funcs.len; i++) {
    const CourseVisit *v = &in->visits[i];
    for (uint32_t k = 0; owner_of(course, i) == func && k < v->len; k++)
      if (owner_of(course, in->mentions.items[v->from + k]) == other) return true;
  }
  return false;
}

bool course_sees(const Course *course, uint32_t func, uint32_t other) {
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage) && search_sees(course, &course->searches[stage], func, other))
      return true;
  return search_sees(course, &course->inlined, func, other);
}

/* ---- who has to be looked into together ---- */

typedef struct Closing {
  const Course *course;
  const CourseChoice *choice;
  bool grew;
} Closing;

static void choose(Closing *c, uint32_t func) {
  uint32_t owner = owner_of(c->course, func);
  c->grew = c->grew || !c->choice->chosen[owner];
  c->choice->chosen[owner] = true;
}

static void close_components(Closing *c) {
  const Course *course = c->course;
  vec_each (const CourseStep, step, &course->steps) {
    const uint32_t *members = course->members.items + step->from;
    bool any = false;
    for (uint32_t i = 0; i < step->len; i++) any = any || c->choice->chosen[owner_of(course, members[i])];
    for (uint32_t i = 0; any && i < step->len; i++) choose(c, members[i]);
  }
}

static void close_mention(Closing *c, uint32_t from, uint32_t to) {
  bool changed = c->course->funcs.items[to].changed;
  if (c->choice->chosen[from] && changed) choose(c, to);
  if (c->choice->chosen[to] && (changed || c->choice->different[to])) choose(c, from);
}

static void close_search(Closing *c, const CourseSearch *in) {
  for (uint32_t i = 0; i < c->course->funcs.len; i++) {
    const CourseVisit *v = &in->visits[i];
    for (uint32_t k = 0; k < v->len; k++)
      close_mention(c, owner_of(c->course, i), owner_of(c->course, in->mentions.items[v->from + k]));
  }
}

uint32_t course_order(const Course *course, const bool *chosen, uint32_t *out) {
  uint32_t len = 0;
  vec_each (const CourseStep, step, &course->steps)
    for (uint32_t i = 0; step->stage == TRAIL_DECIDE && i < step->len; i++) {
      uint32_t func = course->members.items[step->from + i];
      if (chosen[func]) out[len++] = func;
    }
  return len;
}

void course_close(const Course *course, const CourseChoice *choice) {
  Closing c = {course, choice, true};
  while (c.grew) {
    c.grew = false;
    close_components(&c);
    for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
      if (has_components((TrailStage)stage)) close_search(&c, &course->searches[stage]);
    close_search(&c, &course->inlined);
  }
}

static bool *chosen_of(Arena *arena, const Course *course, const CourseAgain *again) {
  bool *chosen = arena_new_array(arena, bool, course->funcs.len);
  for (uint32_t i = 0; i < again->len; i++) chosen[again->funcs[i]] = true;
  return chosen;
}

static bool is_chosen_step(const Course *course, const bool *chosen, const CourseStep *step) {
  return step->len && chosen[owner_of(course, course->members.items[step->from])];
}

/* ---- steps of a trail ---- */

static Str trail_text(const CourseAgain *again, const TrailStep *step) {
  uint32_t i = (uint32_t)(step - again->trail->steps.items);
  uint32_t to = i + 1 < again->trail->steps.len ? again->text_starts[i + 1] : (uint32_t)again->text.len;
  return str_slice(again->text, again->text_starts[i], to);
}

static bool is_wanted(const CourseAgain *again, const TrailStep *step) {
  return step->stage != TRAIL_NOBODY && is_kept(step, (uint32_t)trail_text(again, step).len);
}

/* Of literals it is enough that they stand in the same function: names of those that were inlined may not be the only ones. */
static bool has_members(const Course *course, const CourseStep *kept, const TrailStep *step) {
  if (kept->len != step->len || kept->recursive != step->recursive) return false;
  for (uint32_t i = 0; i < step->len; i++) {
    uint32_t owner = owner_of(course, course->members.items[kept->from + i]);
    if (course->funcs.items[owner].key != func_symbol_key(func_outermost(step->funcs[i]))) return false;
  }
  return true;
}

/* A function has one step in each stage; that of a component is its first one's. */
static uint64_t step_key(TrailStage stage, uint64_t key) { return key * TRAIL_STAGE_COUNT + (uint64_t)stage; }

bool course_repeats(Arena *arena, const Course *course, Str text, const CourseAgain *again) {
  const bool *chosen = chosen_of(arena, course, again);
  Map steps = map_in(arena); /* -> number + 1 */
  uint32_t wanted = 0, found = 0;
  for (uint32_t i = 0; i < course->steps.len; i++) {
    const CourseStep *step = &course->steps.items[i];
    if (!is_chosen_step(course, chosen, step)) continue;
    uint64_t *known =
        map_put(&steps, step_key(step->stage, course->funcs.items[course->members.items[step->from]].key));
    if (*known) return false;
    *known = (uint64_t)i + 1;
    wanted++;
  }
  vec_each (const TrailStep, step, &again->trail->steps) {
    if (!is_wanted(again, step)) continue;
    uint64_t *known = map_find(&steps, step_key(step->stage, func_symbol_key(step->funcs[0])));
    if (!known || !*known) return false;
    const CourseStep *kept = &course->steps.items[*known - 1];
    *known = 0;
    if (!has_members(course, kept, step) ||
        !str_equal(trail_text(again, step), str_slice(text, kept->text_from, kept->text_to)))
      return false;
    found++;
  }
  return found == wanted;
}

/* ---- with some functions replaced ---- */

typedef struct Replacing {
  const Course *old;
  Course *out;
  const CourseAgain *again;
  const bool *chosen; /* before */
  uint32_t *numbers;  /* of old functions that stay: afterwards; COURSE_NONE: a literal that goes */
  Map fresh;          /* Func* -> number + 1 */
  Map by_key;         /* of those that stay -> number + 1 */
  Map literals;       /* new ones, likewise */
} Replacing;

static bool goes(const Replacing *r, uint32_t func) {
  uint32_t owner = owner_of(r->old, func);
  return owner != func && r->chosen[owner];
}

static void keep_funcs(Replacing *r) {
  uint32_t len = r->old->funcs.len, next = 0;
  for (uint32_t i = 0; i < len; i++) r->numbers[i] = goes(r, i) ? COURSE_NONE : next++;
  for (uint32_t i = 0; i < len; i++) {
    if (r->numbers[i] == COURSE_NONE) continue;
    CourseFunc func = r->old->funcs.items[i];
    func.owner = r->numbers[func.owner];
    vec_push(r->out->arena, &r->out->funcs, func);
    if (func.key) *map_put(&r->by_key, func.key) = (uint64_t)r->numbers[i] + 1;
  }
}

static void add_literal(Replacing *r, Func *fn, uint32_t owner) {
  uint64_t *known = map_put(&r->fresh, map_key(fn));
  if (*known) return;
  *known = (uint64_t)r->out->funcs.len + 1;
  uint64_t key = func_symbol_key(fn);
  *map_put(&r->literals, key) = *known;
  vec_push(r->out->arena, &r->out->funcs, (CourseFunc){.key = key, .owner = owner, .file = COURSE_NONE});
}

static bool add_literals(Replacing *r) {
  const CourseAgain *again = r->again;
  for (uint32_t i = 0; i < again->len; i++)
    *map_put(&r->fresh, map_key(again->fns[i])) = (uint64_t)r->numbers[again->funcs[i]] + 1;
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    vec_each (const TrailVisit, visit, &again->trail->searches[stage].visits) {
      const uint64_t *owner = map_find(&r->fresh, map_key(func_outermost(visit->fn)));
      if (!owner) return false;
      add_literal(r, visit->fn, (uint32_t)*owner - 1);
    }
  return true;
}

/* One that was looked into again, or a literal in it. */
static bool is_new(const Replacing *r, uint32_t number) {
  uint32_t owner = r->out->funcs.items[number].owner;
  for (uint32_t i = 0; i < r->again->len; i++)
    if (r->numbers[r->again->funcs[i]] == owner) return true;
  return false;
}

/* A function that a body mentions: one of those that are looked into, or one that the old course knows and that is as the base tells. */
static uint32_t find_mentioned(const Replacing *r, Func *fn) {
  const uint64_t *own = map_find(&r->fresh, map_key(fn));
  if (own) return (uint32_t)*own - 1;
  const uint64_t *other = fn->closure ? NULL : map_find(&r->by_key, func_symbol_key(fn));
  if (!other || r->out->funcs.items[*other - 1].changed || is_new(r, (uint32_t)*other - 1))
    return COURSE_NONE;
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

static bool keep_visits(const Replacing *r, const CourseSearch *in, CourseSearch *out) {
  vec_reserve(r->out->arena, &out->mentions, in->mentions.len + 64);
  for (uint32_t i = 0; i < r->old->funcs.len; i++)
    if (!r->chosen[owner_of(r->old, i)] && !keep_visit(r, in, i, out)) return false;
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

/* The number, afterwards, of old function `func`, or of the literal of its name; COURSE_NONE: it is a literal that is gone. */
static uint32_t heir_of(const Replacing *r, uint32_t func) {
  if (r->numbers[func] != COURSE_NONE) return r->numbers[func];
  uint64_t key = r->old->funcs.items[func].key;
  const uint64_t *literal = key ? map_find(&r->literals, key) : NULL;
  return literal ? (uint32_t)*literal - 1 : COURSE_NONE;
}

/* A literal's place among the roots is that of the old literal of its name. Without one it has to be met elsewhere. */
static void replace_roots(const Replacing *r, const CourseSearch *in, CourseSearch *out) {
  vec_reserve(r->out->arena, &out->roots, in->roots.len);
  for (uint32_t i = 0; i < in->roots.len; i++) {
    uint32_t old = in->roots.items[i], root = heir_of(r, old);
    if (root == COURSE_NONE) continue;
    if (goes(r, old) && (!out->visits[root].met || out->visits[root].attached)) continue;
    vec_push(r->out->arena, &out->roots, root);
  }
}

static bool replace_search(const Replacing *r, TrailStage stage) {
  const CourseSearch *in = &r->old->searches[stage];
  CourseSearch *out = &r->out->searches[stage];
  if (!keep_visits(r, in, out) || !replace_visits(r, &r->again->trail->searches[stage], out)) return false;
  replace_roots(r, in, out);
  return true;
}

static bool replace_inlined(const Replacing *r) {
  Arena *arena = r->out->arena;
  if (!keep_visits(r, &r->old->inlined, &r->out->inlined)) return false;
  VEC(Pair) pairs = {0};
  vec_each (const TrailInlined, it, &r->again->trail->inlined) {
    uint32_t caller = find_mentioned(r, it->caller), callee = find_mentioned(r, it->callee);
    if (caller == COURSE_NONE || callee == COURSE_NONE) return false;
    vec_push(arena, &pairs, (Pair){caller, callee});
  }
  put_pairs(arena, &r->out->inlined, r->out->funcs.len, pairs.items, pairs.len);
  return true;
}

/* ---- their steps ---- */

typedef struct Fresh {     /* steps of a stage */
  const TrailStep **steps; /* by number of the first function, afterwards */
  uint32_t left;
} Fresh;

static bool find_fresh(const Replacing *r, Arena *scratch, TrailStage stage, Fresh *out) {
  *out = (Fresh){arena_new_array(scratch, const TrailStep *, r->out->funcs.len), 0};
  vec_each (const TrailStep, step, &r->again->trail->steps) {
    if (step->stage != stage || !is_wanted(r->again, step)) continue;
    const uint64_t *first = map_find(&r->fresh, map_key(step->funcs[0]));
    if (!first || out->steps[*first - 1]) return false;
    out->steps[*first - 1] = step;
    out->left++;
  }
  return true;
}

static void push_step(const Replacing *r, CourseStep step, const uint32_t *members, uint32_t len) {
  Course *out = r->out;
  step.from = out->members.len;
  step.len = len;
  vec_append(out->arena, &out->members, members, len);
  vec_push(out->arena, &out->steps, step);
}

static void push_fresh(const Replacing *r, Fresh *fresh, const TrailStep *step, const uint32_t *members) {
  uint32_t from = r->again->text_starts[step - r->again->trail->steps.items];
  fresh->left--;
  push_step(r,
            (CourseStep){.stage = step->stage,
                         .recursive = step->recursive,
                         .text_from = from,
                         .text_to = from + (uint32_t)trail_text(r->again, step).len,
                         .fresh = true},
            members, step->len);
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

/* Steps of others stay as they are and where they are among each other. */
static bool replace_components(Replacing *r, Arena *scratch, TrailStage stage, uint32_t *at) {
  Found found = search(scratch, r->out, stage);
  Fresh fresh;
  if (!find_fresh(r, scratch, stage, &fresh)) return false;
  uint32_t old_len = r->old->steps.len;
  for (uint32_t i = 0; i < found.list.len; i++) {
    const CourseStep *now = &found.list.items[i];
    const uint32_t *members = found.members.items + now->from;
    if (is_new(r, members[0])) {
      const TrailStep *step = fresh.steps[members[0]];
      if (!is_fresh_component(r, step, members, now->len, now->recursive)) return false;
      push_fresh(r, &fresh, step, members);
      continue;
    }
    while (*at < old_len && is_chosen_step(r->old, r->chosen, &r->old->steps.items[*at])) ++*at;
    if (*at == old_len) return false;
    const CourseStep *step = &r->old->steps.items[(*at)++];
    if (step->stage != stage || !is_kept_component(r, step, members, now->len, now->recursive)) return false;
    push_step(r, *step, members, now->len);
  }
  while (*at < old_len && r->old->steps.items[*at].stage == stage) {
    if (!is_chosen_step(r->old, r->chosen, &r->old->steps.items[*at])) return false;
    ++*at;
  }
  return fresh.left == 0;
}

/* Literals have steps in other places: where to put what one prints now is known if one of that name has printed something before. */
static bool replace_singles(Replacing *r, Arena *scratch, TrailStage stage, uint32_t *at) {
  Fresh fresh;
  if (!find_fresh(r, scratch, stage, &fresh)) return false;
  for (; *at < r->old->steps.len && r->old->steps.items[*at].stage == stage; ++*at) {
    const CourseStep *step = &r->old->steps.items[*at];
    uint32_t func = r->old->members.items[step->from], heir = heir_of(r, func);
    if (!is_chosen_step(r->old, r->chosen, step)) {
      push_step(r, *step, &heir, 1);
      continue;
    }
    const TrailStep *own = heir == COURSE_NONE ? NULL : fresh.steps[heir];
    if (!own && !goes(r, func)) return false;
    if (own) push_fresh(r, &fresh, own, &heir);
  }
  return fresh.left == 0;
}

static bool replace_steps(Replacing *r, Arena *scratch) {
  uint32_t at = 0;
  while (at < r->old->steps.len) {
    TrailStage stage = r->old->steps.items[at].stage;
    if (stage == TRAIL_NOBODY) {
      push_step(r, r->old->steps.items[at++], NULL, 0);
      continue;
    }
    bool ok = has_components(stage) ? replace_components(r, scratch, stage, &at)
                                    : replace_singles(r, scratch, stage, &at);
    if (!ok) return false;
  }
  return true;
}

/* The next step from *at on in which calls are inlined into a function. */
static const CourseStep *next_edit(const Course *course, uint32_t *at) {
  while (*at < course->steps.len) {
    const CourseStep *step = &course->steps.items[(*at)++];
    uint32_t first = step->stage == TRAIL_EDIT ? course->members.items[step->from] : COURSE_NONE;
    if (first != COURSE_NONE && owner_of(course, first) == first) return step;
  }
  return NULL;
}

static bool edits_in_order(const Replacing *r) {
  uint32_t old_at = 0, new_at = 0;
  for (;;) {
    const CourseStep *before = next_edit(r->old, &old_at), *now = next_edit(r->out, &new_at);
    if (!before || !now) return !before && !now;
    if (r->numbers[r->old->members.items[before->from]] != r->out->members.items[now->from]) return false;
  }
}

/* Literals that make components of their own: their places among the functions of the unit follow those of others. */
static bool has_free_literals(const Replacing *r) {
  const CourseVisit *before = r->old->searches[TRAIL_ESCAPE].visits,
                    *now = r->out->searches[TRAIL_ESCAPE].visits;
  for (uint32_t i = 0; i < r->old->funcs.len; i++)
    if (goes(r, i) && before[i].met && !before[i].attached) return true;
  for (uint32_t i = 0; i < r->out->funcs.len; i++)
    if (owner_of(r->out, i) != i && is_new(r, i) && now[i].met && !now[i].attached) return true;
  return false;
}

bool course_replace(Arena *arena, const Course *course, const CourseAgain *again, Course *out) {
  *out = (Course){.arena = arena};
  Replacing r = {.old = course,
                 .out = out,
                 .again = again,
                 .chosen = chosen_of(arena, course, again),
                 .numbers = arena_new_array(arena, uint32_t, course->funcs.len),
                 .fresh = map_in(arena),
                 .by_key = map_in(arena),
                 .literals = map_in(arena)};
  keep_funcs(&r);
  if (!add_literals(&r)) return false;
  make_visits(out);
  for (int stage = 0; stage < TRAIL_STAGE_COUNT; stage++)
    if (has_components((TrailStage)stage) && !replace_search(&r, (TrailStage)stage)) return false;
  if (!replace_inlined(&r) || !replace_steps(&r, arena)) return false;
  out->moved = !edits_in_order(&r);
  out->reordered = course->reordered || out->moved;
  return !out->moved || !has_free_literals(&r);
}
