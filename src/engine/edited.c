/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Answers of which only what some functions add has changed.
 *
 * In: a reported package whose files are token for token what an earlier run has seen, but for places in the bodies of some functions. Out:
 * the lines of that run, with those of these functions made anew.
 * Idea: nearly all that a compilation finds out does not depend on the bodies of other functions, as long as these look the same from
 * outside. So the declarations of the package and the facts about its functions come from a record, as if it were a dependency; these
 * functions are looked into alone, as they were and as they are (again.c), together with those that call each other in a circle with them
 * and, if one looks different now, with whoever sees it. The lines of all others stay as they are if
 *   as they were the functions yield the very lines that the earlier run has printed for them, so that looking into them alone is right;
 *   as they are they look the same to all others: tags, and what can be inlined; and nobody's turn comes at another time or in other
 *     company (course.c);
 *   what each of them is the first to meet is the same in both versions, in the same order: types that get wrappers, instances, imported
 *     bodies. What somebody else has met before does not matter;
 *   nothing is wrong with them, and nothing that is checked about the whole package can be affected: imports that are used,
 *     the order of initialisation, types that are declared in functions, numbers of inlined calls where they are printed.
 * Where one of these is not so, or is not known, the package is compiled as ever.
 *
 * Go: none
 */
#include <stdlib.h>

#include "engine/again.h"

enum { RECORD_BASE = 20 };

/* ---- the base: what stays as it is while bodies are edited ---- */

static bool has_plain_flags(const EnginePackage *package) {
  Buffer own = {0}, plain = {0};
  compiler_flags_put(&own, &package->flags);
  compiler_flags_put(&plain, &(CompilerFlags){.std = package->flags.std});
  bool same = str_equal(buffer_view(&own), buffer_view(&plain));
  buffer_free(&own);
  buffer_free(&plain);
  return same;
}

static bool in_use(const EnginePackage *package) {
  const Profile *profile = package->engine->profile;
  return package->reported && !package->is_imported && moved_in_use(package) &&
         summaries_in_use(package->engine) && has_plain_flags(package) && !profile->inline_scores &&
         !package->engine->pack;
}

Trail *edited_trail(const EnginePackage *package) {
  return in_use(package) ? trail_new(package->bodies) : NULL;
}

/* Functions that initial values of variables lead to. */
static void note_initial(Unit *unit, Map *seen, const Object *from) {
  const DeclInfo *decl = from->decl;
  for (uint32_t i = 0; decl && i < decl->deps.len; i++) {
    const Object *to = decl->deps.items[i];
    uint64_t *known = map_put(seen, map_key(to));
    if (*known || to->kind != OBJECT_FUNC) continue;
    *known = 1;
    trail_first(unit, MEET_INITIAL_VALUE, object_symbol_key(to), 0);
    note_initial(unit, seen, to);
  }
}

static void note_initial_values(EnginePackage *package) {
  Arena *scratch = arena_new();
  Map seen = map_in(scratch);
  const Package *pkg = package->pkg;
  for (uint32_t i = 0; i < pkg->objects.len; i++)
    if (pkg->objects.items[i]->kind == OBJECT_VAR) note_initial(package->unit, &seen, pkg->objects.items[i]);
  arena_free(scratch);
}

enum { ROW_BYTES = 12 }; /* key and time of a meeting */

static int compare_rows(const void *a, const void *b) {
  uint64_t x = ((const MapEntry *)a)->key, y = ((const MapEntry *)b)->key;
  return (x > y) - (x < y);
}

static void put_meetings(Buffer *out, Arena *scratch, const Trail *trail) {
  uint32_t len = trail->first.entries.len;
  MapEntry *rows = arena_new_array(scratch, MapEntry, len);
  if (len) memcpy(rows, trail->first.entries.items, sizeof *rows * len);
  qsort(rows, len, sizeof *rows, compare_rows);
  Buffer bytes = {0};
  char *at = buffer_extend(&bytes, (size_t)len * ROW_BYTES);
  for (uint32_t i = 0; i < len; i++, at += ROW_BYTES) {
    uint32_t time = (uint32_t)(rows[i].value - 1);
    memcpy(at, &rows[i].key, sizeof rows[i].key);
    memcpy(at + sizeof rows[i].key, &time, sizeof time);
  }
  wire_put_str(out, buffer_view(&bytes));
  buffer_free(&bytes);
}

static void note_files(const EnginePackage *package, Course *course) {
  uint32_t file = 0;
  vec_each (CourseFunc, func, &course->funcs) {
    file = moved_file_of(package, func->pos, file);
    if (file < package->load->file_len)
      func->file = file;
    else
      file = 0;
  }
}

void edited_keep(EnginePackage *package) {
  Unit *unit = package->unit;
  if (!unit || !unit->trail || package->failed || package->changed || package->broke) return;
  Arena *scratch = arena_new();
  Course course;
  const Trail *trail = unit->trail;
  bool ok = trail->steps.len == package->places.steps.len &&
            course_of_trail(scratch, trail, package->places.steps.items, (uint32_t)package->out.len, &course);
  Buffer summary = {0};
  if (ok && summaries_write_own(package, &summary)) {
    note_initial_values(package);
    note_files(package, &course);
    Buffer base = {0}, bytes = {0};
    put_meetings(&base, scratch, trail);
    while (base.len % 4) buffer_char(&base, 0);
    buffer_str(&base, buffer_view(&summary));
    store_put(package->engine->store, RECORD_BASE, package->form_key, buffer_view(&base));
    course_put(&bytes, &course);
    package->course = arena_str(package->arena, buffer_view(&bytes));
    buffer_free(&bytes);
    buffer_free(&base);
  }
  buffer_free(&summary);
  arena_free(scratch);
}

/* ---- from outside ---- */

static bool find_time(const Edit *e, Meeting kind, uint64_t key, uint32_t *time) {
  uint64_t wanted = trail_key(kind, key), found;
  size_t low = 0, high = e->meetings.len / ROW_BYTES;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    memcpy(&found, e->meetings.data + middle * ROW_BYTES, sizeof found);
    if (found < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == e->meetings.len / ROW_BYTES) return false;
  memcpy(&found, e->meetings.data + low * ROW_BYTES, sizeof found);
  memcpy(time, e->meetings.data + low * ROW_BYTES + sizeof found, sizeof *time);
  return found == wanted;
}

static void put_definition(Buffer *out, const Unit *unit, const Object *type) {
  buffer_str(out, atom_str(type->name));
  buffer_char(out, ' ');
  type_text(out, unit, type_underlying(type->type), TYPE_TEXT_LINK);
}

static bool member_declares_the_same(const Unit *unit, const ObjectList *was, const ObjectList *is) {
  bool same = was->len == is->len;
  Buffer a = {0}, b = {0};
  for (uint32_t i = 0; same && i < was->len; i++) {
    put_definition(&a, unit, was->items[i]);
    put_definition(&b, unit, is->items[i]);
    same = str_equal(buffer_view(&a), buffer_view(&b));
  }
  buffer_free(&a);
  buffer_free(&b);
  return same;
}

/* Types that they declare: the numbers of others and what they stand for in names of symbols. */
static bool declares_the_same(const Edit *e) {
  for (uint32_t i = 0; i < e->members.len; i++)
    if (!member_declares_the_same(e->package->unit, &e->was.types[i], &e->is.types[i])) return false;
  return true;
}

static bool same_tags(const Func *a, const Func *b) {
  for (uint32_t i = 0; i < a->param_len; i++) {
    const ParamTag *x = &a->tags[i], *y = &b->tags[i];
    if (x->known != y->known || x->unsafe_uintptr != y->unsafe_uintptr ||
        x->uintptr_escapes != y->uintptr_escapes || x->uintptr_keep_alive != y->uintptr_keep_alive ||
        memcmp(&x->leaks, &y->leaks, sizeof x->leaks) != 0)
      return false;
  }
  return true;
}

static bool same_bodies(const InlineBody *a, const InlineBody *b) {
  if (!a || !b) return !a && !b;
  return a->cost == b->cost && a->can_delay_results == b->can_delay_results &&
         a->has_loop_vars == b->has_loop_vars;
}

/* But for what is in a body that can be inlined. */
static bool looks_like(const Func *fn, const Func *other) {
  static const uint32_t SEEN = FUNC_CLOSURE_RESULTS_LOST | FUNC_HAS_DEFER;
  return (fn->flags & FUNC_ESCAPE_DONE) && fn->tags && other->tags && fn->param_len == other->param_len &&
         (fn->flags & SEEN) == (other->flags & SEEN) && same_bodies(fn->inl, other->inl) &&
         same_tags(fn, other);
}

/* As it was each one looks as the base tells, if that holds still. */
static bool looked_as_told(const Edit *e) {
  for (uint32_t i = 0; i < e->members.len; i++) {
    const Member *m = &e->members.items[i];
    if (!(e->was.looks[i].flags & e->is.looks[i].flags & FUNC_ESCAPE_DONE)) return false;
    if (!e->course.funcs.items[m->func].changed && !looks_like(&e->was.looks[i], &m->recalled)) return false;
  }
  return true;
}

static bool can_be_inlined(const Edit *e, uint32_t i) {
  return e->was.looks[i].inl || e->is.looks[i].inl || e->members.items[i].recalled.inl;
}

static bool sees_difference(const Edit *e, const Member *m) {
  vec_each (const Member, other, &e->members)
    if (other->different && course_sees(&e->course, m->func, other->func)) return true;
  return false;
}

static void find_differences(Edit *e) {
  for (uint32_t i = 0; i < e->members.len; i++) {
    Member *m = &e->members.items[i];
    bool changed = e->course.funcs.items[m->func].changed;
    m->different =
        changed || (m->edited && can_be_inlined(e, i)) || !looks_like(&e->is.looks[i], &m->recalled);
  }
  for (bool more = true; more;) {
    more = false;
    for (uint32_t i = 0; i < e->members.len; i++) {
      Member *m = &e->members.items[i];
      if (m->different || !can_be_inlined(e, i) || !sees_difference(e, m)) continue;
      m->different = more = true;
    }
  }
}

static bool is_part_of(const Map *a, const Map *b) {
  vec_each (const MapEntry, it, &a->entries)
    if (!map_find(b, it->key)) return false;
  return true;
}

static bool are_equal(const Map *a, const Map *b) { return is_part_of(a, b) && is_part_of(b, a); }

/* Imports that only these bodies may have used, the order of initialisation. */
static bool package_is_untouched(const Edit *e) {
  for (uint32_t i = 0; i < e->members.len; i++) {
    const Member *m = &e->members.items[i];
    uint32_t ignored;
    if (!find_time(e, MEET_INITIAL_VALUE, object_symbol_key(m->declared), &ignored)) continue;
    if (m->different || !are_equal(&e->was.mentions[i], &e->is.mentions[i])) return false;
  }
  return is_part_of(&e->was.packages, &e->is.packages);
}

/* ---- what it is the first to meet ---- */

typedef struct Turn { /* of the function */
  uint32_t func_written, body_written, body_read, edits;
} Turn;

static bool is_before(const Edit *e, Meeting kind, uint64_t key, uint32_t turn) {
  uint32_t time;
  return find_time(e, kind, key, &time) && time < turn;
}

/* To the reader a type that is being written when the function is has a second, inner place. */
static bool is_read_before(const Edit *e, uint64_t key, const Turn *turn) {
  uint32_t begin, end, ignored;
  if (find_time(e, MEET_READ_SKIPPED, key, &ignored)) return false;
  bool inner = find_time(e, MEET_WRITTEN_TYPE, key, &begin) &&
               find_time(e, MEET_WRITTEN_TYPE_END, key, &end) && begin < turn->func_written &&
               turn->func_written < end;
  return is_before(e, inner ? MEET_READ_INNER : MEET_READ_OWN, key, turn->body_read);
}

/* Somebody has met it before. */
static bool is_met(const Edit *e, const TrailItem *item, const Turn *turn) {
  switch (item->kind) {
  case MEET_WRITTEN_OBJECT:
  case MEET_WRITTEN_TYPE: return is_before(e, item->kind, item->key, turn->body_written + 1);
  case MEET_READ_OWN: return is_read_before(e, item->key, turn);
  case MEET_READ_OBJECT:
  case MEET_WRAPPERS:
  case MEET_POINTED:
  case MEET_INSTANCE:
  case MEET_DICTIONARY:
  case MEET_METHOD_VALUE:
  case MEET_ITAB: return is_before(e, item->kind, item->key, turn->body_read);
  case MEET_INLINED: return !e->course.reordered && is_before(e, item->kind, item->key, turn->edits);
  case MEET_WRITTEN_TYPE_END:
  case MEET_READ_INNER:
  case MEET_READ_IMPORTED:
  case MEET_READ_SKIPPED:
  case MEET_BODY_READ:
  case MEET_BODY_WRITTEN:
  case MEET_FUNC_WRITTEN:
  case MEET_INSTANCE_METHOD:
  case MEET_FOREIGN_INSTANCE:
  case MEET_POINTER_ASKED:
  case MEET_INITIAL_VALUE: return false;
  }
  return false;
}

/* Edits of others before the function's first step, as Trail.edits counts them. */
static uint32_t edits_before(const Course *course, uint32_t func) {
  uint32_t edits = 0;
  vec_each (const CourseStep, step, &course->steps) {
    if (step->stage != TRAIL_EDIT) continue;
    const uint32_t *members = course->members.items + step->from;
    bool own = false;
    for (uint32_t i = 0; i < step->len; i++) own = own || course->funcs.items[members[i]].owner == func;
    if (own) break;
    if (course->funcs.items[members[0]].owner == members[0]) edits += 2;
  }
  return edits;
}

static bool find_turn(const Edit *e, const Member *m, Turn *turn) {
  uint64_t key = object_symbol_key(m->declared);
  uint32_t was = edits_before(&e->course, m->func),
           is = edits_before(&e->next, course_find(&e->next, e->course.funcs.items[m->func].key));
  turn->edits = (was < is ? was : is) + 1;
  return find_time(e, MEET_FUNC_WRITTEN, key, &turn->func_written) &&
         find_time(e, MEET_BODY_WRITTEN, key, &turn->body_written) &&
         find_time(e, MEET_BODY_READ, key, &turn->body_read);
}

/* The next one that has consequences. */
static const TrailItem *next_item(const Edit *e, const Member *m, const Turn *turn, const Version *v,
                                  uint32_t *at) {
  while (*at < v->trail->items.len) {
    const TrailItem *item = &v->trail->items.items[(*at)++];
    if (item->fn != m->fn || item->kind == MEET_POINTER_ASKED) continue;
    if (!is_met(e, item, turn)) return item;
  }
  return NULL;
}

/* Pointer types are taken to be shared, which they are if somebody has met them before inlining begins. */
static bool pointers_are_shared(const Edit *e, const Version *v) {
  vec_each (const TrailItem, item, &v->trail->items) {
    uint32_t ignored;
    if (item->kind == MEET_POINTER_ASKED && !find_time(e, MEET_POINTED, item->key, &ignored)) return false;
  }
  return true;
}

static bool member_meets_the_same(const Edit *e, const Member *m) {
  Turn turn;
  if (!find_turn(e, m, &turn)) return false;
  uint32_t was_at = 0, is_at = 0;
  for (;;) {
    const TrailItem *a = next_item(e, m, &turn, &e->was, &was_at),
                    *b = next_item(e, m, &turn, &e->is, &is_at);
    if (!a || !b) return !a && !b;
    if (a->kind != b->kind || a->key != b->key) return false;
    if (a->kind == MEET_INLINED && e->next.moved)
      return false; /* others may come before it now, or after it */
  }
}

static bool meet_the_same(const Edit *e) {
  if (!pointers_are_shared(e, &e->is)) return false;
  vec_each (const Member, m, &e->members)
    if (!member_meets_the_same(e, m)) return false;
  return true;
}

/* ---- the lines ---- */

/* Hashes of inlined calls, in names of literals that came with them. */
static bool has_hashes(Str text) {
  enum { HASH_LEN = 12 };
  for (size_t i = 0; i + HASH_LEN + 1 < text.len; i++)
    if (text.data[i] == '#' && text.data[i + HASH_LEN + 1] == '#') return true;
  return false;
}

/* Calls that were inlined into the function and its literals. The last step is nobody's. */
static uint32_t inlined_calls(const Version *v, const Func *fn) {
  const TrailStep *steps = v->trail->steps.items;
  uint32_t calls = 0;
  for (uint32_t i = 0; i + 1 < v->trail->steps.len; i++)
    if (steps[i].stage == TRAIL_EDIT && func_outermost(steps[i].funcs[0]) == fn)
      calls += steps[i + 1].calls - steps[i].calls;
  return calls;
}

/* The hashes are of numbers that the calls have in the package. */
static bool numbers_are_the_same(const Edit *e) {
  if (has_hashes(buffer_view(&e->is.text))) return false;
  if (!has_hashes(e->moved->text)) return true;
  vec_each (const Member, m, &e->members)
    if (inlined_calls(&e->was, m->fn) != inlined_calls(&e->is, m->fn)) return false;
  return !e->next.moved;
}

typedef struct Output {
  Edit *edit;
  Buffer text;
  MovedPlaces places;
  MovedPlace next; /* place of the old text that is not done yet */
  bool more, failed;
  uint32_t fresh; /* places of the new text that are done */
} Output;

static void move_place(Output *o, const MovedFile *file) {
  uint32_t after = o->next.offset, at = (uint32_t)o->text.len;
  if (file->moved) {
    if (!token_moved(&file->tokens, o->next.offset, &after)) o->failed = true;
    source_print_position_in(file->source, &o->text, source_pos(file->source, after));
  } else {
    buffer_str(&o->text, str_slice(o->edit->moved->text, o->next.at, o->next.at + o->next.len));
  }
  moved_put_place(&o->places, o->next.file, at, (uint32_t)o->text.len - at, after);
}

static void put_kept(Output *o, uint32_t from, uint32_t to) {
  Moved *moved = o->edit->moved;
  while (o->more && o->next.at < from) o->more = moved_next_place(moved, &o->next);
  while (o->more && o->next.at < to && !o->failed) {
    buffer_str(&o->text, str_slice(moved->text, from, o->next.at));
    move_place(o, &moved->files[o->next.file]);
    from = o->next.at + o->next.len;
    o->more = moved_next_place(moved, &o->next);
  }
  buffer_str(&o->text, str_slice(moved->text, from, to));
}

/* Places in other packages are text like any other. */
static bool is_fixed_place(const Edit *e, Pos pos) {
  const EnginePackage *package = e->package;
  const SourceFile *source = sources_file(package->engine->sources, pos);
  if (!source) return pos_equal(pos, POS_AUTOGENERATED);
  Str own = atom_str(e->is.files[e->members.items[0].file].syntax->source->path);
  return !str_equal(path_dir(atom_str(source->path)), path_dir(own)) && moved_is_stable(package, source);
}

/* The file of the members that has it, by number; file_len: none. */
static uint32_t file_with(const Edit *e, Pos pos, uint32_t likely) {
  uint32_t len = e->package->load->file_len;
  const PackageFile *files = e->is.files;
  if (likely < len && source_file_has(files[likely].syntax->source, pos)) return likely;
  for (uint32_t i = 0; i < len; i++)
    if (files[i].syntax && source_file_has(files[i].syntax->source, pos)) return i;
  return len;
}

static void put_fresh(Output *o, uint32_t from, uint32_t to) {
  const Version *v = &o->edit->is;
  uint32_t none = o->edit->package->load->file_len, file = none;
  size_t base = o->text.len;
  buffer_str(&o->text, str_slice(buffer_view(&v->text), from, to));
  vec_each (const TextPlace, place, &v->places.list) {
    if (place->at < from || place->at >= to) continue;
    file = file_with(o->edit, place->pos, file);
    if (file == none) {
      o->failed = o->failed || !is_fixed_place(o->edit, place->pos);
      continue;
    }
    moved_put_place(&o->places, file, (uint32_t)(base + place->at - from), place->len,
                    source_offset(v->files[file].syntax->source, place->pos));
  }
}

/* The steps get their places in the new text. */
static bool put_steps(Output *o) {
  Edit *e = o->edit;
  CourseStep *steps = e->next.steps.items;
  o->more = moved_next_place(e->moved, &o->next);
  put_kept(o, 0, e->course.steps.len ? e->course.steps.items[0].text_from : (uint32_t)e->moved->text.len);
  for (uint32_t i = 0; i < e->next.steps.len; i++) {
    uint32_t from = (uint32_t)o->text.len;
    if (steps[i].fresh)
      put_fresh(o, steps[i].text_from, steps[i].text_to);
    else
      put_kept(o, steps[i].text_from, steps[i].text_to);
    steps[i].text_from = from;
    steps[i].text_to = (uint32_t)o->text.len;
  }
  return !o->failed && !e->moved->places.bad;
}

static bool put_lines(Edit *e) {
  Output o = {.edit = e};
  bool ok = put_steps(&o);
  if (ok) {
    Buffer course = {0};
    course_put(&course, &e->next);
    buffer_str(&e->package->out, buffer_view(&o.text));
    moved_write(e->package, e->moved->files, buffer_view(&o.text), &o.places, buffer_view(&course));
    buffer_free(&course);
  }
  buffer_free(&o.text);
  buffer_free(&o.places.bytes);
  return ok;
}

/* ---- all of it ---- */

static bool open_base(Edit *e) {
  EnginePackage *package = e->package;
  Str bytes;
  if (!store_get(package->engine->store, RECORD_BASE, package->form_key, &bytes)) return false;
  Wire wire = {.bytes = bytes};
  e->meetings = wire_get_str(&wire);
  size_t at = (wire.at + 3) & ~(size_t)3;
  if (wire.bad || at > bytes.len || !summaries_open_own(package, str_slice(bytes, at, bytes.len)))
    return false;
  return course_get(e->arena, &e->moved->course, (uint32_t)e->moved->text.len, &e->course);
}

/* Whoever has to be looked into with the members becomes one, too. */
static bool add_members(Edit *e, bool *grew) {
  bool *chosen = arena_new_array(e->arena, bool, e->course.funcs.len),
       *different = arena_new_array(e->arena, bool, e->course.funcs.len),
       *known = arena_new_array(e->arena, bool, e->course.funcs.len);
  vec_each (const Member, m, &e->members) {
    chosen[m->func] = known[m->func] = true;
    different[m->func] = m->different;
  }
  course_close(&e->course, &(CourseChoice){chosen, different});
  *grew = false;
  for (uint32_t i = 0; i < e->course.funcs.len; i++) {
    if (!chosen[i] || known[i]) continue;
    if (!again_add(e, i)) return false;
    *grew = true;
  }
  return true;
}

static CourseAgain again_of(const Edit *e, const Version *v) {
  uint32_t len = e->members.len;
  uint32_t *funcs = arena_new_array(e->arena, uint32_t, len);
  Func **fns = arena_new_array(e->arena, Func *, len);
  for (uint32_t i = 0; i < len; i++) {
    funcs[i] = e->members.items[i].func;
    fns[i] = e->members.items[i].fn;
  }
  return (CourseAgain){funcs, fns, len, v->trail, v->places.steps.items, buffer_view(&v->text)};
}

/* Both versions of all that have to be looked into. */
static bool compile_all(Edit *e) {
  bool grew;
  if (!add_members(e, &grew)) return false;
  do {
    if (!again_compile(e, &e->was)) return false;
    CourseAgain was = again_of(e, &e->was);
    if (!course_repeats(e->arena, &e->course, e->moved->text, &was)) return false;
    if (!again_compile(e, &e->is) || !looked_as_told(e)) return false;
    find_differences(e);
    if (!add_members(e, &grew)) return false;
  } while (grew);
  return true;
}

static bool replace_course(Edit *e) {
  CourseAgain again = again_of(e, &e->is);
  if (!course_replace(e->arena, &e->course, &again, &e->next)) return false;
  vec_each (const Member, m, &e->members)
    e->next.funcs.items[course_find(&e->next, e->course.funcs.items[m->func].key)].changed = m->different;
  return true;
}

static bool answer(Edit *e) {
  if (!open_base(e) || !again_find_edited(e)) return false;
  e->package->unit->whole = true; /* as far as it is known */
  return compile_all(e) && declares_the_same(e) && package_is_untouched(e) && replace_course(e) &&
         numbers_are_the_same(e) && meet_the_same(e) && put_lines(e);
}

static void forget(EnginePackage *package) {
  pipeline_forget(package);
  arena_free(package->moved->arena);
  package->moved = NULL;
}

bool edited_recall(EnginePackage *package) {
  if (!package->moved) return false;
  Edit edit = {.package = package, .moved = package->moved, .arena = arena_new()};
  bool ok = false;
  BugPoint point;
  if (in_use(package) && bug_catch(&point) == 0) { /* a BUG comes up once more when the package is compiled */
    ok = answer(&edit);
    bug_end(&point);
  }
  buffer_free(&edit.was.text);
  buffer_free(&edit.is.text);
  arena_free(edit.arena);
  forget(package);
  if (ok)
    package->answered = ANSWERED_MOVED;
  else
    buffer_reset(&package->out);
  return ok;
}
