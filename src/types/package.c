/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Checking a package: the order of the phases, delayed work, bodies on demand.
 *
 * Idea: whatever needs complete types is delayed until the declarations are determined. A Checker lives as long as one call:
 * for a single body a new one is made, what has to survive is in PackageState.
 *
 * Go: cmd/compile/internal/types2/check.go
 */
#include "types/core.h"

#include <stdlib.h>

/* ---- packages ---- */

Package *package_new_synthetic(Universe *universe, Atom path, Atom name) {
  Package *pkg = universe_new_array(universe, Package, 1);
  pkg->path = path;
  pkg->name = name;
  pkg->arena = universe->arena;
  pkg->scope = scope_new(universe, universe->scope);
  return pkg;
}

Package *package_new(const CheckConfig *config, Atom path, Atom name, Lang lang) {
  Arena *arena = arena_new();
  Package *pkg = universe_new_array(config->universe, Package, 1);
  pkg->path = path;
  pkg->name = name;
  pkg->arena = arena;
  pkg->lang = lang;
  pkg->scope = scope_new(config->universe, config->universe->scope);
  pkg->scope->arena = arena;
  pkg->ids = arena_new_of(arena, IdCounter);
  pkg->ids->next = 1;
  pkg->notes.arena = arena;
  pkg->info = info_new(pkg);
  pkg->state = arena_new_of(arena, struct PackageState);
  pkg->state->lock = lock_new(arena);
  return pkg;
}

Lock *package_lock(Package *pkg) { return pkg->state->lock; }

void package_free(Package *pkg) {
  if (!pkg) return;
  arena_free(pkg->arena);
  pkg->arena = NULL;
}

void package_add_file(Package *pkg, SyntaxFile *file) {
  PackageFile *files = arena_new_array(pkg->arena, PackageFile, pkg->file_len + 1);
  if (pkg->file_len) memcpy(files, pkg->files, sizeof(PackageFile) * pkg->file_len);
  Lang lang = pkg->lang, declared = {0};
  /* A file may ask for another version, but not for one from before such lines meant anything. */
  if (file->go_version.len && lang_parse(file->go_version, &declared) && declared.minor)
    lang.minor = declared.minor > 21 ? declared.minor : 21;
  files[pkg->file_len++] = (PackageFile){.syntax = file, .lang = lang, .pkg = pkg};
  pkg->files = files;
}

/* Where lies what goes when the package is done. */
static Arena *passing_arena(const Package *pkg) { return pkg->ids->passing ? pkg->ids->passing : pkg->arena; }

void check_arena_of(Checker *check, const Node *body) {
  check->arena = node_is_passing(body) ? check->passing : check->pkg->arena;
}

/* ---- delayed work ---- */

void check_later(Checker *check, void (*run)(Checker *, void *), void *data) {
  Delayed *delayed = arena_new_of(check->scratch, Delayed);
  *delayed = (Delayed){run, data, check->env, check->arena};
  delayed->env.error_pos = POS_NONE;
  delayed->env.in_tparam_list = false;
  vec_push(check->scratch, &check->delayed, delayed);
}

void check_process_delayed(Checker *check, uint32_t from) {
  Environment saved = check->env;
  Arena *arena = check->arena;
  for (uint32_t i = from; i < check->delayed.len; i++) {
    const Delayed *delayed = check->delayed.items[i];
    check->env = delayed->env;
    check->arena = delayed->arena;
    delayed->run(check, delayed->data);
  }
  assert(from <= check->delayed.len);
  check->delayed.len = from;
  check->env = saved;
  check->arena = arena;
}

void check_needs_cleanup(Checker *check, Type *t) { vec_push(check->scratch, &check->cleaners, t); }

/* Publishing: everything lazy about the types that the package declares is computed. */
void check_cleanup(Checker *check) {
  for (uint32_t i = 0; i < check->cleaners.len; i++) {
    Type *t = check->cleaners.items[i];
    if (t->kind == TYPE_NAMED) {
      type_underlying(t);
      t->u.named.state->checker = NULL;
    } else if (t->kind == TYPE_ALIAS) {
      if (!t->u.alias.from_rhs) t->u.alias.from_rhs = type_invalid(check->universe);
      type_unalias(t);
    } else if (t->kind == TYPE_INTERFACE) {
      type_set(check->universe, t);
    }
  }
  check->cleaners.len = 0;
}

/* ---- drivers ---- */

Checker *checker_new(const CheckConfig *config, Package *pkg) {
  Checker *check = arena_new_of(pkg->arena, Checker);
  check->config = config;
  check->universe = config->universe;
  check->pkg = pkg;
  check->arena = pkg->arena;
  check->passing = passing_arena(pkg);
  check->scratch = scratch_new();
  check->notes = &pkg->notes;
  check->info = pkg->info;
  check->core = arena_new_of(pkg->arena, Core);
  return check;
}

static void checker_done(Checker *check) {
  scratch_free(check->scratch);
  check->scratch = NULL;
}

static void verify_files(Checker *check) {
  Package *pkg = check->pkg;
  uint16_t newest = check->config->profile ? check->config->profile->lang_max : 0;
  if (newest && pkg->lang.minor > newest && pkg->file_len)
    check_error(check, source_pos(pkg->files[0].syntax->source, 0),
                "package requires newer Go version go1.%u (application built with go1.%u)", pkg->lang.minor,
                newest);
  for (uint32_t i = 0; i < pkg->file_len; i++) {
    const PackageFile *file = &pkg->files[i];
    const NameExpr *name = file->syntax->package_name;
    if (!name) continue;
    if (name->name == check->universe->blank)
      check_error(check, name->node.pos, "invalid package name _");
    else if (name->name != pkg->name)
      check_error(check, source_pos(file->syntax->source, 0), "package %s; expected package %s",
                  atom_text(name->name), atom_text(pkg->name));
    if (newest && file->syntax->go_version.len && file->lang.minor > newest)
      check_error(check, name->node.pos, "file requires newer Go version go1.%u", file->lang.minor);
  }
}

static int compare_pos(const void *a, const void *b) {
  return pos_compare((*(Object *const *)a)->pos, (*(Object *const *)b)->pos);
}

/* Bodies are not checked in source order, but the compiler numbers local types in it ("T·2"). */
static void number_local_types(Package *pkg) {
  if (pkg->local_types.len > 1)
    qsort(pkg->local_types.items, pkg->local_types.len, sizeof(Object *), compare_pos);
  for (uint32_t i = 0; i < pkg->local_types.len; i++) pkg->local_types.items[i]->order = i + 1;
}

bool check_package(const CheckConfig *config, Package *pkg) {
  Checker *check = checker_new(config, pkg);
  lock_take(pkg->state->lock);
  pkg->state->checker = check;
  verify_files(check);
  check_collect_objects(check);
  check_direct_cycles(check);
  check_package_objects(check);
  check_process_delayed(check, 0);
  check_cleanup(check);
  if (config->bodies) {
    check_init_order_of(check);
    number_local_types(pkg);
    if (!config->ignore_func_bodies_unused) check_unused_imports(check);
  }
  if (!check->had_error) mono_report(check);
  /* The compiler stops here if anything was wrong. */
  if (pkg->notes.list.len == 0 && !pkg->doubted) check_anonymous_cycles(check);
  if (pkg->notes.list.len == 0 && !pkg->doubted && config->bodies) check_directives(check);
  if (pkg->notes.list.len == 0 && !pkg->doubted && config->bodies) check_size_limits(check);
  pkg->failed = pkg->failed || check->had_error;
  pkg->state->checker = NULL;
  pkg->state->checked = true;
  checker_done(check);
  lock_release(pkg->state->lock);
  return !check->had_error;
}

/* Types of a body that is checked long after its package: they have the numbers that they had then. */
static void renumber_local_types(Package *pkg, uint32_t from, uint32_t number) {
  Object **items = pkg->local_types.items + from;
  uint32_t len = pkg->local_types.len - from;
  if (len > 1) qsort(items, len, sizeof *items, compare_pos);
  for (uint32_t i = 0; i < len; i++) items[i]->order = number + i;
}

/* A checker for something in a package whose declarations are checked. The package's lock is held. */
static Checker *checker_again(const CheckConfig *config, Package *pkg, Checker **outer) {
  Checker *check = checker_new(config, pkg);
  *outer = pkg->state->checker;
  return pkg->state->checker = check;
}

static bool checker_leave(Checker *check, Checker *outer) {
  check_process_delayed(check, 0);
  check_cleanup(check);
  check->pkg->state->checker = outer;
  bool ok = !check->had_error;
  if (!ok) check->pkg->failed = true;
  checker_done(check);
  return ok;
}

bool check_function_body(const CheckConfig *config, Package *pkg, Object *func) {
  if (func->u.func.origin) func = func->u.func.origin;
  DeclInfo *decl = func->decl;
  if (!decl || !decl->func_decl) return true;
  lock_take(pkg->state->lock);
  bool ok = true;
  FuncDecl *syntax = decl->func_decl;
  if (!decl->body_checked && (syntax->body || syntax->body_len)) {
    decl->body_checked = true;
    if (!syntax->body)
      parse_body(config->session, decl->file->syntax, syntax, pkg->ids, &pkg->notes, PARSE_CHECK_BRANCHES);
    Checker *outer, *check = checker_again(config, pkg, &outer);
    uint32_t local_types = pkg->local_types.len;
    check->env = (Environment){.scope = decl->file->scope, .file = decl->file, .lang = decl->file->lang};
    if (syntax->body) check_arena_of(check, &syntax->body->node);
    if (syntax->body) check_func_body(check, decl, atom_text(func->name), func->type, syntax->body, NULL);
    ok = checker_leave(check, outer);
    if (decl->local_types) renumber_local_types(pkg, local_types, decl->local_types);
  }
  lock_release(pkg->state->lock);
  return ok;
}

/* Only what has no syntax errors can be checked. */
static bool parse_again(const CheckConfig *config, Package *pkg, const PackageFile *file, FuncDecl *syntax) {
  uint32_t notes = pkg->notes.list.len;
  if (!syntax->body)
    parse_body(config->session, file->syntax, syntax, pkg->ids, &pkg->notes, PARSE_CHECK_BRANCHES);
  return syntax->body && pkg->notes.list.len == notes;
}

static bool check_again(const CheckConfig *config, Package *pkg, Object *object) {
  uint32_t notes = pkg->notes.list.len;
  Checker *outer, *check = checker_again(config, pkg, &outer);
  check_object_decl(check, object);
  check_process_delayed(check, 0);
  check_cleanup(check);
  if (!check->had_error) mono_report(check);
  if (!check->had_error) check_anonymous_cycles(check);
  if (!check->had_error) check_size_limits(check);
  return checker_leave(check, outer) && pkg->notes.list.len == notes;
}

Object *check_function_again(const CheckConfig *config, Package *pkg, PackageFile *file, FuncDecl *syntax,
                             uint32_t first_local_type) {
  lock_take(pkg->state->lock);
  uint32_t local_types = pkg->local_types.len;
  Object *object =
      object_new(config->universe, OBJECT_FUNC, pkg, syntax->name->node.pos, syntax->name->name, NULL);
  object->u.func.syntax = syntax;
  object->u.func.file = file;
  object->decl = arena_new_of(pkg->arena, DeclInfo);
  object->decl->file = file;
  object->decl->func_decl = syntax;
  object->decl->dep_set = map_in(pkg->arena);
  bool ok = parse_again(config, pkg, file, syntax) && check_again(config, pkg, object);
  renumber_local_types(pkg, local_types, first_local_type);
  lock_release(pkg->state->lock);
  return ok ? object : NULL;
}

void check_initial_value(const CheckConfig *config, Package *pkg, Object *var) {
  lock_take(pkg->state->lock);
  if (var->decl && var->decl->init_later) {
    Checker *outer, *check = checker_again(config, pkg, &outer);
    check_waiting_init(check, var);
    checker_leave(check, outer);
  }
  lock_release(pkg->state->lock);
}

/* ---- when the package is done ---- */

void package_keep_body(const SyntaxSession *session, Package *pkg, Object *func) {
  FuncDecl *decl = func->u.func.syntax;
  if (!decl || !decl->body || !node_is_passing(&decl->body->node)) return;
  uint32_t from = decl->body_id, end = decl->body_id_end;
  IdCounter kept = {.next = pkg->ids->next, .names = pkg->ids->names};
  Notes ignored = {.arena = pkg->ids->passing};
  decl->body = NULL;
  parse_body(session, func->u.func.file->syntax, decl, &kept, &ignored, PARSE_ALL);
  pkg->ids->next = kept.next;
  if (decl->body_id_end - decl->body_id != end - from) BUG("%s: parsed twice", atom_text(func->name));
  info_move(pkg, from, end, decl->body_id);
}

static void drop_values(Node **values) {
  if (*values && node_is_passing(*values)) *values = NULL;
}

static void drop_passing_syntax(Node *node) {
  if (node->kind == NODE_VAR_DECL) drop_values(&((VarDecl *)node)->values);
  if (node->kind == NODE_CONST_DECL) drop_values(&((ConstDecl *)node)->values);
  if (node->kind != NODE_FUNC_DECL) return;
  FuncDecl *decl = (FuncDecl *)node;
  if (!decl->body || !node_is_passing(&decl->body->node)) return;
  decl->body = NULL;
  decl->body_id = decl->body_id_end = 0;
}

void package_drop_bodies(Package *pkg) {
  info_drop_passing(pkg->info);
  for (uint32_t f = 0; f < pkg->file_len; f++) {
    NodeList decls = pkg->files[f].syntax->decls;
    for (uint32_t i = 0; i < decls.len; i++) drop_passing_syntax(decls.items[i]);
  }
  for (uint32_t i = 0; i < pkg->objects.len; i++) {
    DeclInfo *decl = pkg->objects.items[i]->decl;
    if (decl) drop_values(&decl->init);
  }
  pkg->init_order.len = 0;
  pkg->ids->passing = NULL;
  pkg->ids->names = NULL;
}

void types_dump(Buffer *out, const Package *pkg) {
  for (uint32_t i = 0; i < pkg->objects.len; i++) {
    object_print(out, pkg->objects.items[i], pkg);
    buffer_char(out, '\n');
  }
}
