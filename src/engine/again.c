/* SPDX-License-Identifier: BSD-3-Clause
 *
 * again: single functions of a package, as they were and as they are, looked into without the others.
 *
 * In: what an earlier run left of the package, its files of then and of now, which functions. Out: for both versions what they print, the
 * way that they went, and what they look like from outside.
 * Idea: a function that is looked into is the one that the rest of the package knows: it is made new, for one version after the other, so
 * that whoever mentions it mentions the version at hand.
 *
 * Go: none
 */
#include "engine/again.h"

enum { MOST_MEMBERS = 48 };

/* ---- files ---- */

static SourceFile *source_of(Edit *e, uint32_t i, bool now) {
  const EnginePackage *package = e->package;
  const MovedFile *file = &e->moved->files[i];
  if (now && file->moved) return file->source;
  SourceFile **before = &e->before[i];
  if (!*before)
    *before = sources_add(package->engine->sources,
                          pipeline_shown_path(package->engine, package->load, package->load->files[i]),
                          file->before);
  return *before;
}

static bool has_dot_imports(const PackageFile *file) {
  for (uint32_t i = 0; i < file->scope->objects.len; i++)
    if (file->scope->objects.items[i]->kind != OBJECT_PACKAGE_NAME) return true;
  return false;
}

/* NULL: something is wrong with it. */
static PackageFile *file_of(Edit *e, Version *v, uint32_t i) {
  EnginePackage *package = e->package;
  Package *pkg = package->pkg;
  PackageFile *file = &v->files[i];
  if (file->syntax) return file;
  SourceFile *source = source_of(e, i, v->now);
  if (!source || has_dot_imports(&pkg->files[i])) return NULL;
  Notes notes = {.arena = e->arena};
  *file = pkg->files[i];
  file->syntax = parse_file(pkg->arena, &package->engine->session, source, pkg->ids, &notes,
                            pipeline_parse_flags(package) | PARSE_SKIP_BODIES);
  return notes.list.len ? NULL : file;
}

/* ---- declarations ---- */

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

typedef struct Receiver {
  Atom type; /* T of T or *T; NULL: something else */
  bool pointer;
} Receiver;

static Receiver receiver_of(const FuncDecl *decl) {
  Node *type = node_unparen(decl->recv->type);
  const Operation *star = type->kind == NODE_OPERATION ? (const Operation *)type : NULL;
  bool pointer = star && star->op == OPERATOR_MUL && !star->y;
  if (pointer) type = node_unparen(star->x);
  return (Receiver){type->kind == NODE_NAME ? ((const NameExpr *)type)->name : NULL, pointer};
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
  Atom receiver = receiver_of(decl).type;
  const Object *type = receiver ? scope_lookup(pkg->scope, receiver) : NULL;
  if (!type || type->kind != OBJECT_TYPE_NAME || type->type->kind != TYPE_NAMED) return NULL;
  if (type->type->u.named.tparams.len) return NULL;
  for (uint32_t i = 0; i < type->type->u.named.methods.len; i++)
    if (type->type->u.named.methods.items[i]->name == name) return type->type->u.named.methods.items[i];
  return NULL;
}

/* As func_symbol_key. */
static uint64_t declared_key(Edit *e, const FuncDecl *decl) {
  Str name = atom_str(decl->name->name);
  if (decl->recv) {
    Receiver receiver = receiver_of(decl);
    if (!receiver.type) return 0;
    name = arena_printf(e->arena, receiver.pointer ? "(*%s)." STR_FMT : "%s." STR_FMT,
                        atom_text(receiver.type), STR_ARG(name));
  }
  return symbol_key(atom_str(e->package->pkg->path), name);
}

static FuncDecl *find_decl(Edit *e, Version *v, uint32_t file_number, uint64_t key) {
  const PackageFile *file = file_of(e, v, file_number);
  for (uint32_t i = 0; file && i < file->syntax->decls.len; i++) {
    FuncDecl *decl = (FuncDecl *)file->syntax->decls.items[i];
    if (decl->node.kind == NODE_FUNC_DECL && declared_key(e, decl) == key) return decl;
  }
  return NULL;
}

/* ---- members ---- */

static bool add_member(Edit *e, Member member) {
  if (e->members.len == MOST_MEMBERS) return false;
  member.fn = lower_find_func(e->package->unit, member.declared);
  if (!(member.fn->flags & FUNC_ESCAPE_DONE)) return false;
  member.recalled = *member.fn;
  vec_push(e->arena, &e->members, member);
  return true;
}

static void version_begin(Edit *e, Version *v, bool now) {
  buffer_reset(&v->text);
  *v = (Version){.now = now, .text = v->text};
  v->files = arena_new_array(e->arena, PackageFile, e->package->load->file_len);
}

static Object *find_edited(Edit *e, Version *v, uint32_t file_number, TextRange range) {
  const PackageFile *file = file_of(e, v, file_number);
  const FuncDecl *decl = file ? function_around(file->syntax, range) : NULL;
  return decl ? find_declared(e->package->pkg, decl) : NULL;
}

static bool add_edited(Edit *e, uint32_t file, const TokenChange *change) {
  Object *declared = find_edited(e, &e->is, file, change->after);
  if (!declared || find_edited(e, &e->was, file, change->before) != declared) return false;
  uint32_t func = course_find(&e->course, func_symbol_key(lower_find_func(e->package->unit, declared)));
  return func != COURSE_NONE &&
         add_member(e, (Member){.func = func, .file = file, .declared = declared, .edited = true});
}

bool again_find_edited(Edit *e) {
  const EnginePackage *package = e->package;
  e->before = arena_new_array(e->arena, SourceFile *, package->load->file_len);
  summary_read_files(package->summary);
  if (package->pkg->file_len != package->load->file_len) return false;
  version_begin(e, &e->was, false);
  version_begin(e, &e->is, true);
  for (uint32_t i = 0; i < e->moved->file_len; i++) {
    const TokenChanges *changes = &e->moved->files[i].changes;
    for (uint32_t k = 0; k < changes->len; k++)
      if (!add_edited(e, i, &changes->items[k])) return false;
  }
  return true;
}

bool again_add(Edit *e, uint32_t func) {
  const CourseFunc *known = &e->course.funcs.items[func];
  if (!known->key || known->file >= e->package->load->file_len) return false;
  const FuncDecl *decl = find_decl(e, &e->is, known->file, known->key);
  Object *declared = decl ? find_declared(e->package->pkg, decl) : NULL;
  return declared && add_member(e, (Member){.func = func, .file = known->file, .declared = declared});
}

/* ---- a version ---- */

typedef struct Uses { /* of one body */
  const Package *pkg;
  Map *packages, *mentions;
} Uses;

static void note_use(void *context, Object *object) {
  const Uses *uses = context;
  if (object->kind == OBJECT_PACKAGE_NAME) *map_put(uses->packages, map_key(object)) = 1;
  bool method = object->kind == OBJECT_FUNC && object->type->u.signature.recv;
  bool global =
      object->kind == OBJECT_FUNC || (object->kind == OBJECT_VAR && object->u.var.role == VAR_PACKAGE);
  if (method && object->u.func.origin) object = object->u.func.origin;
  if (global && object->pkg == uses->pkg) *map_put(uses->mentions, map_key(object)) = 1;
}

static bool check_member(Edit *e, Version *v, uint32_t i) {
  Package *pkg = e->package->pkg;
  const Member *m = &e->members.items[i];
  FuncDecl *decl = find_decl(e, v, m->file, e->course.funcs.items[m->func].key);
  if (!decl) return false;
  uint32_t others = pkg->local_types.len, first = m->declared->decl->local_types;
  Object *object = v->objects[i] =
      check_function_again(&e->package->engine->check, pkg, &v->files[m->file], decl, first);
  v->types[i] = (ObjectList){pkg->local_types.items + others, pkg->local_types.len - others};
  if (!object || v->files[m->file].syntax->late.list.len || (v->types[i].len && !first)) return false;
  object->u.func.has_ptr_recv = m->declared->u.func.has_ptr_recv;
  Uses uses = {pkg, &v->packages, &v->mentions[i]};
  if (m->edited) info_each_use(pkg->info, decl->body_id, decl->body_id_end, note_use, &uses);
  return true;
}

static bool check_members(Edit *e, Version *v) {
  uint32_t len = e->members.len;
  v->objects = arena_new_array(e->arena, Object *, len);
  v->types = arena_new_array(e->arena, ObjectList, len);
  v->mentions = arena_new_array(e->arena, Map, len);
  v->packages = map_in(e->arena);
  for (uint32_t i = 0; i < len; i++) {
    v->mentions[i] = map_in(e->arena);
    if (!check_member(e, v, i)) return false;
  }
  return true;
}

/* The members so that each component is entered where it was. */
static void order_members(Edit *e, Version *v) {
  uint32_t len = e->course.funcs.len;
  bool *chosen = arena_new_array(e->arena, bool, len);
  uint32_t *numbers = arena_new_array(e->arena, uint32_t, len),
           *funcs = arena_new_array(e->arena, uint32_t, len);
  for (uint32_t i = 0; i < e->members.len; i++) {
    chosen[e->members.items[i].func] = true;
    numbers[e->members.items[i].func] = i;
  }
  uint32_t known = course_order(&e->course, chosen, funcs);
  v->order = arena_new_array(e->arena, uint32_t, known);
  for (uint32_t i = 0; i < known; i++) v->order[i] = numbers[funcs[i]];
  v->order_len = known;
}

static FuncList with_literals(Edit *e, const Version *v) {
  FuncList list = {0};
  for (uint32_t i = 0; i < v->order_len; i++) family_add(e->arena, &list, e->members.items[v->order[i]].fn);
  return list;
}

/* False: it says something. */
static bool lower_members(Edit *e, const Version *v) {
  Unit *unit = e->package->unit;
  for (uint32_t i = 0; i < e->members.len; i++) lower_renew(unit, e->members.items[i].fn, v->objects[i]);
  for (uint32_t i = 0; i < e->members.len; i++) lower_alone(unit, e->members.items[i].fn);
  return unit->events->list.len == 0;
}

/* All phases, in the order of the pipeline. False: something was said that no step has. */
static bool compile_members(Edit *e, Version *v) {
  Unit *unit = e->package->unit;
  unit->trail = v->trail = trail_new(e->arena);
  v->trail->alone = true;
  unit->events = event_log_new(e->arena, e->package->engine->options->level);
  bool quiet = lower_members(e, v);
  FuncList funcs = with_literals(e, v);
  inline_alone(unit, funcs.items, funcs.len);
  trail_step(unit, TRAIL_NOBODY, NULL, 0, false);
  funcs = with_literals(e, v);
  loop_vars_funcs(unit, funcs.items, funcs.len);
  dead_locals_funcs(unit, funcs.items, funcs.len);
  escape_alone(unit, funcs.items, funcs.len);
  trail_step(unit, TRAIL_NOBODY, NULL, 0, false);
  bounds_alone(unit, funcs.items, funcs.len);
  v->places.arena = e->arena;
  explain_compiler_text(&v->text, unit, unit->events->level, &v->places);
  unit->events = NULL;
  unit->trail = NULL;
  v->looks = arena_new_array(e->arena, Func, e->members.len);
  for (uint32_t i = 0; i < e->members.len; i++) v->looks[i] = *e->members.items[i].fn;
  return quiet && v->places.steps.len == v->trail->steps.len;
}

bool again_compile(Edit *e, Version *v) {
  if (v->trail) version_begin(e, v, v->now);
  order_members(e, v);
  return v->order_len == e->members.len && check_members(e, v) && compile_members(e, v);
}
