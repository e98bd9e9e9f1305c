/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Answers of which only what one function adds has changed.
 *
 * In: a reported package whose files are token for token what an earlier run has seen, but for one place in the body of one function. Out:
 * the lines of that run, with those of this function made anew.
 * Idea: nearly all that a compilation finds out does not depend on the bodies of other functions, as long as these look the same from
 * outside. So the declarations of the package and the facts about its functions come from a record, as if it were a dependency; the
 * function is looked into alone, as it was and as it is. The lines stay as they are if
 *   as it was it yields the very lines that the earlier run has printed for it, so that looking into it alone is right;
 *   as it is it looks the same from outside: no more inlinable than before, with the same tags, or else nobody else in the package
 *     mentions it, so that nobody sees it; and nobody's turn comes at another time or in other company (course.c);
 *   what it is the first to meet is the same in both versions, in the same order: types that get wrappers, instances, imported
 *     bodies. What somebody else has met before does not matter;
 *   nothing is wrong with it, and nothing that is checked about the whole package can be affected: imports that are used,
 *     the order of initialisation, types that are declared in functions, numbers of inlined calls where they are printed.
 * Where one of these is not so, or is not known, the package is compiled as ever.
 *
 * Go: none
 */
#include <stdlib.h>

#include "engine/course.h"
#include "engine/edited.h"

enum { RECORD_BASE = 20 };

typedef VEC(Func *) FuncList;

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

void edited_keep(EnginePackage *package) {
  Unit *unit = package->unit;
  if (!unit || !unit->trail || package->failed || package->changed || package->broke) return;
  Arena *scratch = arena_new();
  Course course;
  const Trail *trail = unit->trail;
  bool ok =
      trail->steps.len == package->places.steps.len &&
      course_of_trail(scratch, trail, package->places.steps.items, (uint32_t)package->out.len, &course) &&
      course_note_inlined(&course, unit->inline_tree.items, unit->inline_tree.len);
  Buffer summary = {0};
  if (ok && summaries_write_own(package, &summary)) {
    note_initial_values(package);
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

/* ---- looking into it ---- */

typedef struct Version { /* of the function: as it was, or as it is */
  PackageFile file;
  FuncDecl *decl;
  Object *object;
  Func *fn;
  Trail *trail;
  Buffer text;
  TextPlaces places;
  uint32_t first_inlined, inlined; /* calls: items of Unit.inline_tree */
  ObjectList types;                /* declared in it, in order */
  Map packages, objects;           /* that its body mentions -> 1 */
} Version;

typedef struct Edit {
  EnginePackage *package;
  Moved *moved;
  Arena *arena;
  Str meetings;     /* rows of the base */
  Object *declared; /* as the package's scope knows it */
  Version was, is;
  Course course, next;
  uint32_t func; /* in course */
  bool unseen;   /* by others: they do not ask what it looks like */
} Edit;

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

static bool is_around(const FuncDecl *decl, TextRange range) {
  return decl->body_len > 0 && decl->body_offset <= range.from &&
         range.to < decl->body_offset + decl->body_len;
}

static FuncDecl *function_around(const SyntaxFile *file, TextRange range) {
  for (uint32_t i = 0; i < file->decls.len; i++) {
    FuncDecl *decl = (FuncDecl *)file->decls.items[i];
    if (decl->node.kind == NODE_FUNC_DECL && is_around(decl, range)) return decl;
  }
  return NULL;
}

/* T of a receiver T or *T; NULL: something else. */
static Atom receiver_name(const FuncDecl *decl) {
  Node *type = node_unparen(decl->recv->type);
  const Operation *star = type->kind == NODE_OPERATION ? (const Operation *)type : NULL;
  if (star && star->op == OPERATOR_MUL && !star->y) type = node_unparen(star->x);
  return type->kind == NODE_NAME ? ((const NameExpr *)type)->name : NULL;
}

/* The object of that declaration; NULL: there is none that can be looked into alone. */
static Object *find_declared(const Package *pkg, const FuncDecl *decl) {
  Atom name = decl->name->name;
  if (str_equal(atom_str(name), STR("_")) || str_equal(atom_str(name), STR("init")) || decl->tparams.len)
    return NULL;
  if (!decl->recv) {
    Object *object = scope_lookup(pkg->scope, name);
    return object && object->kind == OBJECT_FUNC ? object : NULL;
  }
  Atom receiver = receiver_name(decl);
  const Object *type = receiver ? scope_lookup(pkg->scope, receiver) : NULL;
  if (!type || type->kind != OBJECT_TYPE_NAME || type->type->kind != TYPE_NAMED) return NULL;
  if (type->type->u.named.tparams.len) return NULL;
  for (uint32_t i = 0; i < type->type->u.named.methods.len; i++)
    if (type->type->u.named.methods.items[i]->name == name) return type->type->u.named.methods.items[i];
  return NULL;
}

static void note_use(void *context, Object *object) {
  Version *v = context;
  if (object->kind == OBJECT_PACKAGE_NAME) *map_put(&v->packages, map_key(object)) = 1;
  bool method = object->kind == OBJECT_FUNC && object->type->u.signature.recv;
  bool global =
      object->kind == OBJECT_FUNC || (object->kind == OBJECT_VAR && object->u.var.role == VAR_PACKAGE);
  if (method && object->u.func.origin) object = object->u.func.origin;
  if (global && object->pkg == v->file.pkg) *map_put(&v->objects, map_key(object)) = 1;
}

static bool parse_version(Edit *e, Version *v, SourceFile *source, TextRange range) {
  EnginePackage *package = e->package;
  Package *pkg = package->pkg;
  Notes notes = {.arena = e->arena};
  v->file = pkg->files[e->moved->edited];
  v->file.syntax = parse_file(pkg->arena, &package->engine->session, source, pkg->ids, &notes,
                              pipeline_parse_flags(package) | PARSE_SKIP_BODIES);
  v->decl = function_around(v->file.syntax, range);
  return !notes.list.len && v->decl;
}

static bool check_version(Edit *e, Version *v) {
  Package *pkg = e->package->pkg;
  uint32_t others = pkg->local_types.len, first = e->declared->decl->local_types;
  v->packages = v->objects = map_in(e->arena);
  v->object = check_function_again(&e->package->engine->check, pkg, &v->file, v->decl, first);
  v->types = (ObjectList){pkg->local_types.items + others, pkg->local_types.len - others};
  if (!v->object || v->file.syntax->late.list.len || (v->types.len && !first)) return false;
  v->object->u.func.has_ptr_recv = e->declared->u.func.has_ptr_recv;
  info_each_use(pkg->info, v->decl->body_id, v->decl->body_id_end, note_use, v);
  return !map_find(&v->objects, map_key(e->declared));
}

static void add_family(Arena *arena, FuncList *list, Func *fn) {
  vec_push(arena, list, fn);
  for (uint32_t i = 0; i < fn->closures.len; i++) add_family(arena, list, fn->closures.items[i]);
}

static FuncList family_of(Edit *e, Func *fn) {
  FuncList list = {0};
  add_family(e->arena, &list, fn);
  return list;
}

/* Like a function that nobody knows anything about. */
static Func *new_function(Unit *unit, Object *object) {
  Func *fn = lower_find_func(unit, object);
  fn->flags &=
      ~(uint32_t)(FUNC_INLINABILITY_CHECKED | FUNC_ESCAPE_DONE | FUNC_CLOSURE_RESULTS_LOST | FUNC_HAS_DEFER);
  fn->tags = NULL;
  fn->inl = NULL;
  fn->known = 0;
  return fn;
}

/* All phases, in the order of the pipeline. False: something was said that no step has. */
static bool compile_version(Edit *e, Version *v) {
  Unit *unit = e->package->unit;
  v->first_inlined = unit->inline_tree.len;
  unit->trail = v->trail = trail_new(e->arena);
  v->trail->alone = true;
  unit->events = event_log_new(e->arena, e->package->engine->options->level);
  Func *fn = v->fn = new_function(unit, v->object);
  lower_alone(unit, fn);
  bool quiet = unit->events->list.len == 0;
  FuncList family = family_of(e, fn);
  inline_alone(unit, family.items, family.len);
  trail_step(unit, TRAIL_NOBODY, NULL, 0, false);
  family = family_of(e, fn);
  loop_vars_funcs(unit, family.items, family.len);
  dead_locals_funcs(unit, family.items, family.len);
  escape_alone(unit, family.items, family.len);
  trail_step(unit, TRAIL_NOBODY, NULL, 0, false);
  bounds_alone(unit, family.items, family.len);
  v->places.arena = e->arena;
  explain_compiler_text(&v->text, unit, unit->events->level, &v->places);
  v->inlined = unit->inline_tree.len - v->first_inlined;
  unit->events = NULL;
  unit->trail = NULL;
  return quiet && v->places.steps.len == v->trail->steps.len;
}

/* ---- from outside ---- */

static void put_definition(Buffer *out, const Unit *unit, const Object *type) {
  buffer_str(out, atom_str(type->name));
  buffer_char(out, ' ');
  type_text(out, unit, type_underlying(type->type), TYPE_TEXT_LINK);
}

/* Types that it declares: the numbers of others and what they stand for in names of symbols. */
static bool declares_the_same(const Edit *e) {
  bool same = e->was.types.len == e->is.types.len;
  Buffer a = {0}, b = {0};
  for (uint32_t i = 0; same && i < e->was.types.len; i++) {
    put_definition(&a, e->package->unit, e->was.types.items[i]);
    put_definition(&b, e->package->unit, e->is.types.items[i]);
    same = str_equal(buffer_view(&a), buffer_view(&b));
  }
  buffer_free(&a);
  buffer_free(&b);
  return same;
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

static bool looks_the_same(const Func *fn, const Func *recalled) {
  static const uint32_t SEEN = FUNC_CLOSURE_RESULTS_LOST | FUNC_HAS_DEFER;
  return !fn->inl && (fn->flags & FUNC_ESCAPE_DONE) && fn->tags && fn->param_len == recalled->param_len &&
         (fn->flags & SEEN) == (recalled->flags & SEEN) && same_tags(fn, recalled);
}

static bool is_part_of(const Map *a, const Map *b) {
  vec_each (const MapEntry, it, &a->entries)
    if (!map_find(b, it->key)) return false;
  return true;
}

/* Imports that only this body may have used, the order of initialisation. */
static bool package_is_untouched(const Edit *e) {
  uint32_t ignored;
  bool orders = find_time(e, MEET_INITIAL_VALUE, object_symbol_key(e->declared), &ignored);
  bool same = is_part_of(&e->was.objects, &e->is.objects) && is_part_of(&e->is.objects, &e->was.objects);
  return is_part_of(&e->was.packages, &e->is.packages) && (!orders || same);
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
  case MEET_INLINED: return is_before(e, item->kind, item->key, turn->edits);
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
    uint32_t first = course->members.items[step->from], owner = course->funcs.items[first].owner;
    if (owner == func) break;
    if (owner == first) edits += 2;
  }
  return edits;
}

static bool find_turn(const Edit *e, Turn *turn) {
  uint64_t key = object_symbol_key(e->declared);
  uint32_t was = edits_before(&e->course, e->func),
           is = edits_before(&e->next, course_find(&e->next, e->course.funcs.items[e->func].key));
  turn->edits = (was < is ? was : is) + 1;
  return find_time(e, MEET_FUNC_WRITTEN, key, &turn->func_written) &&
         find_time(e, MEET_BODY_WRITTEN, key, &turn->body_written) &&
         find_time(e, MEET_BODY_READ, key, &turn->body_read);
}

/* The next one that has consequences. */
static const TrailItem *next_item(const Edit *e, const Turn *turn, const Version *v, uint32_t *at) {
  while (*at < v->trail->items.len) {
    const TrailItem *item = &v->trail->items.items[(*at)++];
    if (item->kind == MEET_POINTER_ASKED) continue;
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

static bool meets_the_same(const Edit *e) {
  Turn turn;
  if (!find_turn(e, &turn) || !pointers_are_shared(e, &e->is)) return false;
  uint32_t was_at = 0, is_at = 0;
  for (;;) {
    const TrailItem *a = next_item(e, &turn, &e->was, &was_at), *b = next_item(e, &turn, &e->is, &is_at);
    if (!a || !b) return !a && !b;
    if (a->kind != b->kind || a->key != b->key) return false;
  }
}

/* ---- the lines ---- */

static Str version_step(const Version *v, uint32_t i) {
  uint32_t len = v->places.steps.len;
  size_t to = i + 1 < len ? v->places.steps.items[i + 1] : v->text.len;
  return str_slice(buffer_view(&v->text), v->places.steps.items[i], to);
}

/* What it yields alone is what the earlier run has printed for it. */
static bool was_rightly_alone(const Edit *e) {
  const Version *v = &e->was;
  uint32_t at = 0;
  CourseSteps steps = course_steps_of(e->arena, &e->course, e->func);
  for (uint32_t i = 0; i < v->trail->steps.len; i++) {
    const TrailStep *step = &v->trail->steps.items[i];
    bool single = step->stage == TRAIL_MARK || step->stage == TRAIL_BOUNDS;
    Str text = version_step(v, i);
    if (step->stage == TRAIL_NOBODY || (single && step->funcs[0]->closure && !text.len)) continue;
    if (at == steps.list.len) return false;
    const CourseStep *kept = &e->course.steps.items[steps.list.items[at++]];
    if (kept->stage != step->stage || kept->len != step->len || kept->recursive != step->recursive ||
        !str_equal(text, str_slice(e->moved->text, kept->text_from, kept->text_to)))
      return false;
  }
  return at == steps.list.len;
}

/* Hashes of inlined calls, in names of literals that came with them. */
static bool has_hashes(Str text) {
  enum { HASH_LEN = 12 };
  for (size_t i = 0; i + HASH_LEN + 1 < text.len; i++)
    if (text.data[i] == '#' && text.data[i + HASH_LEN + 1] == '#') return true;
  return false;
}

static bool numbers_are_the_same(const Edit *e) {
  if (has_hashes(buffer_view(&e->is.text))) return false;
  return e->was.inlined == e->is.inlined || !has_hashes(e->moved->text);
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
  Str own = atom_str(e->is.file.syntax->source->path);
  return !str_equal(path_dir(atom_str(source->path)), path_dir(own)) && moved_is_stable(package, source);
}

static void put_fresh(Output *o, uint32_t from, uint32_t to) {
  const Version *v = &o->edit->is;
  const SourceFile *source = v->file.syntax->source;
  size_t base = o->text.len;
  buffer_str(&o->text, str_slice(buffer_view(&v->text), from, to));
  vec_each (const TextPlace, place, &v->places.list) {
    if (place->at < from || place->at >= to) continue;
    if (!source_file_has(source, place->pos)) {
      o->failed = o->failed || !is_fixed_place(o->edit, place->pos);
      continue;
    }
    moved_put_place(&o->places, o->edit->moved->edited, (uint32_t)(base + place->at - from), place->len,
                    source_offset(source, place->pos));
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

static bool has_dot_imports(const PackageFile *file) {
  for (uint32_t i = 0; i < file->scope->objects.len; i++)
    if (file->scope->objects.items[i]->kind != OBJECT_PACKAGE_NAME) return true;
  return false;
}

static bool find_function(Edit *e) {
  const EnginePackage *package = e->package;
  const MovedFile *file = &e->moved->files[e->moved->edited];
  SourceFile *before = sources_add(package->engine->sources, file->source->path, file->before);
  summary_read_files(package->summary);
  if (!before || package->pkg->file_len != package->load->file_len ||
      has_dot_imports(&package->pkg->files[e->moved->edited]))
    return false;
  if (!parse_version(e, &e->was, before, file->change.before) ||
      !parse_version(e, &e->is, file->source, file->change.after))
    return false;
  e->declared = find_declared(package->pkg, e->is.decl);
  if (!e->declared || find_declared(package->pkg, e->was.decl) != e->declared) return false;
  return check_version(e, &e->was) && check_version(e, &e->is);
}

static bool is_unseen(const Edit *e) {
  uint32_t ignored;
  return course_is_alone(&e->course, e->func) &&
         !find_time(e, MEET_INITIAL_VALUE, object_symbol_key(e->declared), &ignored);
}

static bool may_look_like(const Edit *e, const Version *v, const Func *recalled) {
  return e->unseen ? (v->fn->flags & FUNC_ESCAPE_DONE) != 0 : looks_the_same(v->fn, recalled);
}

static bool replace_course(Edit *e, const Func *recalled) {
  const Version *v = &e->is;
  const InlinedCall *inlined = e->package->unit->inline_tree.items + v->first_inlined;
  if (!course_replace(e->arena, &e->course, e->func, v->trail, v->fn, v->places.steps.items,
                      (uint32_t)v->text.len, &e->next))
    return false;
  uint32_t func = course_find(&e->next, e->course.funcs.items[e->func].key);
  e->next.funcs.items[func].changed = recalled->inl || !looks_the_same(v->fn, recalled);
  return v->inlined == 0 || course_note_inlined(&e->next, inlined, v->inlined);
}

static bool answer(Edit *e) {
  if (!open_base(e) || !find_function(e)) return false;
  Unit *unit = e->package->unit;
  const Func *recalled = lower_find_func(unit, e->declared);
  if (!(recalled->flags & FUNC_ESCAPE_DONE)) return false;
  e->func = course_find(&e->course, func_symbol_key(recalled));
  if (e->func == COURSE_NONE || !declares_the_same(e)) return false;
  e->unseen = is_unseen(e);
  if (recalled->inl && !e->unseen) return false;
  unit->whole = true; /* as far as it is known */
  if (!compile_version(e, &e->was) || !may_look_like(e, &e->was, recalled) || !was_rightly_alone(e))
    return false;
  if (!compile_version(e, &e->is) || !may_look_like(e, &e->is, recalled)) return false;
  return package_is_untouched(e) && numbers_are_the_same(e) && replace_course(e, recalled) &&
         meets_the_same(e) && put_lines(e);
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
