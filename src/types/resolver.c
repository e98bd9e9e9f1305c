/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Collecting what a package declares, before anything is checked: imports go into file scopes, all else into the package
 * scope; methods are set aside for the types that they belong to.
 *
 * Go: cmd/compile/internal/types2/resolver.go
 */
#include <utf8proc.h>

#include "types/core.h"

typedef struct MethodInfo { /* with a receiver that may name a type of this package */
  Object *method;
  bool pointer;
  NameExpr *recv;
} MethodInfo;

typedef struct Collector {
  Checker *check;
  Package *pkg;
  PackageFile *file;
  VEC(MethodInfo) methods;
  Map imported;          /* packages in pkg->imports */
  const ConstDecl *last; /* that has a type or values, in the current group */
  uint32_t group;
} Collector;

static void add_object(Collector *c, Object *object, DeclInfo *decl) {
  object->decl = decl;
  vec_push(c->pkg->arena, &c->pkg->objects, object);
  object->order = c->pkg->objects.len;
}

static void declare_package_object(Collector *c, NameExpr *name, Object *object, DeclInfo *decl) {
  const Universe *u = c->check->universe;
  if (name->name == u->init) {
    check_error(c->check, name->node.pos, "cannot declare init - must be func");
    return;
  }
  if (name->name == u->main && c->pkg->name == u->main) {
    check_error(c->check, name->node.pos, "cannot declare main - must be func");
    return;
  }
  declare_object(c->check, c->pkg->scope, name, object);
  add_object(c, object, decl);
}

static DeclInfo *new_decl(Collector *c) {
  DeclInfo *decl = arena_new_of(c->pkg->arena, DeclInfo);
  decl->file = c->file;
  decl->dep_set = map_in(c->check->passing);
  return decl;
}

static Object *new_object(Collector *c, ObjectKind kind, const NameExpr *name) {
  return object_new(c->check->universe, kind, c->pkg, name->node.pos, name->name, NULL);
}

/* ---- imports ---- */

/* NULL: fine; else what is wrong with the path. */
static const char *invalid_path(Checker *check, Str path) {
  if (path.len == 0) return "empty string";
  const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)path.data, *end = p + path.len;
  while (p < end) {
    utf8proc_int32_t rune;
    utf8proc_ssize_t n = utf8proc_iterate(p, end - p, &rune);
    if (n <= 0) {
      rune = 0xfffd;
      n = 1;
    }
    p += n;
    int category = (int)utf8proc_category(rune);
    bool graphic = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_SO;
    bool illegal = rune < 0x80 ? rune <= ' ' || strchr("!\"#$%&'()*,:;<=>?[\\]^{|}`", (int)rune) != NULL
                               : !graphic || rune == 0xfffd;
    if (!illegal) continue;
    if (rune < 0x20 || rune == 0x7f || (rune >= 0x80 && !graphic))
      return arena_printf(check->arena, "invalid character U+%04X", (unsigned)rune).data;
    utf8proc_uint8_t shown[4];
    n = utf8proc_encode_char(rune, shown);
    return arena_printf(check->arena, "invalid character U+%04X '%.*s'", (unsigned)rune, (int)n,
                        (const char *)shown)
        .data;
  }
  return NULL;
}

static Package *load_import(Checker *check, Pos pos, Str path) {
  if (str_equal(path, STR("unsafe"))) return check->universe->unsafe;
  Str why = STR("package not found");
  for (uint32_t i = 0; i < check->pkg->imports.len; i++) { /* a failure is reported once */
    Package *known = check->pkg->imports.items[i];
    if (known->fake && str_equal(atom_str(known->path), path)) return known;
  }
  const CheckConfig *config = check->config;
  Package *imported =
      config->import_package ? config->import_package(config->import_context, check->pkg, path, &why) : NULL;
  if (imported) return imported;
  check_error(check, pos, "could not import " STR_FMT " (" STR_FMT ")", STR_ARG(path), STR_ARG(why));
  Str name = path;
  if (name.len && name.data[name.len - 1] == '/') name.len--;
  imported = package_new_synthetic(check->universe, intern(check->universe->interner, path),
                                   intern(check->universe->interner, path_base(name)));
  imported->fake = true;
  return imported;
}

static void dot_import(Collector *c, ImportDecl *decl, Object *package_name) {
  Checker *check = c->check;
  const Scope *from = package_name->u.package_name.imported->scope;
  ObjectList objects = scope_objects(from);
  Scope *scope = c->file->scope;
  vec_push(c->pkg->arena, &c->pkg->state->dot_imports, (DotImport){scope, package_name});
  for (uint32_t i = 0; i < objects.len; i++) {
    Object *object = objects.items[i];
    if (!object_is_exported(object)) continue;
    const Object *other = scope_insert(check->universe, scope, object);
    if (!other) continue;
    const char *name = atom_text(object->name);
    if (pos_known(other->pos))
      check_error(check, decl->local->node.pos, "%s redeclared in this block\n\t%s: other declaration of %s",
                  name, text_pos(check, other->pos), name);
    else
      check_error(check, decl->local->node.pos, "%s redeclared in this block", name);
  }
}

static void collect_import(Collector *c, ImportDecl *decl) {
  Checker *check = c->check;
  Universe *u = check->universe;
  Str path;
  if (!decl->path || decl->path->bad) return;
  if (!literal_unquote(check->arena, decl->path, &path)) return;
  const char *wrong = invalid_path(check, path);
  if (wrong) {
    check_error(check, decl->path->node.pos, "invalid import path (%s)", wrong);
    return;
  }
  Package *imported = load_import(check, decl->path->node.pos, path);
  Atom name = decl->local ? decl->local->name : imported->name;
  if (decl->local && str_equal(path, STR("C"))) {
    check_error(check, decl->local->node.pos, "cannot rename import \"C\"");
    return;
  }
  if (name == u->init) {
    check_error(check, decl->node.pos, "cannot import package as init - init must be a func");
    return;
  }
  uint64_t *seen = map_put(&c->imported, map_key(imported));
  if (!*seen) {
    *seen = 1;
    vec_push(c->pkg->arena, &c->pkg->imports, imported);
  }
  Object *object = object_new(u, OBJECT_PACKAGE_NAME, c->pkg, decl->node.pos, name, type_invalid(u));
  object->u.package_name.imported = imported;
  object->used = imported->fake;
  if (decl->local)
    record_def(check, decl->local, object);
  else
    record_implicit(check, &decl->node, object);
  vec_push(c->pkg->arena, &c->pkg->state->package_names, object);
  if (name == u->dot)
    dot_import(c, decl, object);
  else
    declare_object(check, c->file->scope, NULL, object);
}

/* ---- constants, variables, types ---- */

static void collect_const(Collector *c, ConstDecl *spec, bool first) {
  if (first) c->last = NULL;
  bool inherited = !spec->type && !spec->values && c->last;
  if (spec->type || spec->values) c->last = spec;
  Node *list = c->last ? c->last->values : NULL;
  NodeList values = node_elements(&list);
  for (uint32_t i = 0; i < spec->name_len; i++) {
    DeclInfo *decl = new_decl(c);
    decl->var_type = c->last ? c->last->type : NULL;
    decl->init = i < values.len ? values.items[i] : NULL;
    decl->inherited = inherited;
    decl->iota_value = spec->iota_value;
    declare_package_object(c, spec->names[i], new_object(c, OBJECT_CONST, spec->names[i]), decl);
  }
  check_arity(c->check, spec->node.pos, spec->names, spec->name_len, values, true, inherited);
}

static void collect_var(Collector *c, VarDecl *spec) {
  NodeList values = node_elements(&spec->values);
  DeclInfo *shared = NULL; /* of all names when one value initialises them */
  if (!spec->values || spec->values->kind != NODE_LIST) {
    shared = new_decl(c);
    shared->lhs = arena_new_array(c->pkg->arena, Object *, spec->name_len);
    shared->lhs_len = spec->name_len;
    shared->var_type = spec->type;
    shared->init = spec->values;
  }
  for (uint32_t i = 0; i < spec->name_len; i++) {
    Object *object = new_object(c, OBJECT_VAR, spec->names[i]);
    object->u.var.role = VAR_PACKAGE;
    DeclInfo *decl = shared;
    if (shared) {
      shared->lhs[i] = object;
    } else {
      decl = new_decl(c);
      decl->var_type = spec->type;
      decl->init = i < values.len ? values.items[i] : NULL;
    }
    declare_package_object(c, spec->names[i], object, decl);
  }
  if (!spec->type || values.len)
    check_arity(c->check, spec->node.pos, spec->names, spec->name_len, values, false, false);
}

static void collect_type(Collector *c, TypeDecl *spec) {
  DeclInfo *decl = new_decl(c);
  decl->type_decl = spec;
  declare_package_object(c, spec->name, new_object(c, OBJECT_TYPE_NAME, spec->name), decl);
}

/* ---- functions ---- */

static void collect_plain_func(Collector *c, FuncDecl *syntax, Object *object) {
  Checker *check = c->check;
  const Universe *u = check->universe;
  const char *name = atom_text(object->name);
  bool is_init = object->name == u->init;
  if (is_init || (object->name == u->main && c->pkg->name == u->main)) {
    if (syntax->tparams.len)
      check_soft_error(check, syntax->tparams.items[0]->node.pos, "func %s must have no type parameters",
                       name);
    if (syntax->type->params.len || syntax->type->results.len)
      check_soft_error(check, syntax->name->node.pos, "func %s must have no arguments and no return values",
                       name);
  } else if (syntax->tparams.len) {
    check_verify_version(check, syntax->tparams.items[0]->node.pos, 18, "type parameter");
  }
  if (!is_init) {
    declare_object(check, c->pkg->scope, syntax->name, object);
    return;
  }
  /* There may be many functions init; none can be named. */
  object->parent = c->pkg->scope;
  record_def(check, syntax->name, object);
  if (!syntax->body && !syntax->body_len) check_soft_error(check, object->pos, "func init must have a body");
}

static void collect_func(Collector *c, FuncDecl *syntax) {
  Object *object = new_object(c, OBJECT_FUNC, syntax->name);
  object->u.func.syntax = syntax;
  object->u.func.file = c->file;
  if (!syntax->recv) {
    collect_plain_func(c, syntax, object);
  } else {
    Receiver recv = unpack_receiver(c->check, syntax->recv->type, false);
    if (recv.base->kind == NODE_NAME && object->name != c->check->universe->blank)
      vec_push(c->pkg->arena, &c->methods, (MethodInfo){object, recv.pointer, (NameExpr *)recv.base});
    if (syntax->tparams.len)
      check_verify_version(c->check, syntax->tparams.items[0]->node.pos, 27, "generic method");
    record_def(c->check, syntax->name, object);
  }
  DeclInfo *decl = new_decl(c);
  decl->func_decl = syntax;
  add_object(c, object, decl);
}

/* ---- files ---- */

static void collect_file(Collector *c) {
  SyntaxFile *syntax = c->file->syntax;
  c->file->scope = scope_new(c->check->universe, c->pkg->scope);
  c->check->env.lang = c->file->lang;
  c->check->env.file = c->file;
  for (uint32_t i = 0; i < syntax->decls.len; i++) {
    Node *decl = syntax->decls.items[i];
    switch ((int)decl->kind) {
    case NODE_IMPORT_DECL: collect_import(c, (ImportDecl *)decl); break;
    case NODE_CONST_DECL: {
      ConstDecl *spec = (ConstDecl *)decl;
      bool continues = i > 0 && syntax->decls.items[i - 1]->kind == NODE_CONST_DECL && spec->group &&
                       spec->group == c->group;
      c->group = spec->group;
      collect_const(c, spec, !continues);
      break;
    }
    case NODE_VAR_DECL: collect_var(c, (VarDecl *)decl); break;
    case NODE_TYPE_DECL: collect_type(c, (TypeDecl *)decl); break;
    case NODE_FUNC_DECL: collect_func(c, (FuncDecl *)decl); break;
    default: break;
    }
  }
}

/* A name may not be both imported into a file and declared in the package. */
static void verify_file_scope(Checker *check, const Scope *scope) {
  for (uint32_t i = 0; i < scope->objects.len; i++) {
    const Object *object = scope->objects.items[i], *other = scope_lookup(check->pkg->scope, object->name);
    if (!other) continue;
    const char *name = atom_text(object->name);
    Buffer text = {0};
    if (object->kind == OBJECT_PACKAGE_NAME) {
      const Package *imported = object->u.package_name.imported;
      buffer_printf(&text, "%s already declared through import of package %s (\"%s\")", name,
                    atom_text(imported->name), atom_text(imported->path));
    } else {
      buffer_printf(&text, "%s already declared through dot-import of package %s (\"%s\")", name,
                    atom_text(object->pkg->name), atom_text(object->pkg->path));
    }
    if (pos_known(object->pos))
      buffer_printf(&text, "\n\t%s: other declaration of %s", text_pos(check, object->pos), name);
    check_error(check, other->pos, "%s", text.data);
    buffer_free(&text);
  }
}

/* ---- methods ---- */

/* The defined type that a receiver's base name stands for, through aliases; NULL: none in this package. */
static Object *base_type_name(Collector *c, bool *pointer, NameExpr *name) {
  for (uint32_t steps = 0; name && steps <= c->pkg->objects.len; steps++) {
    Object *object = scope_lookup(c->pkg->scope, name->name);
    if (!object || object->kind != OBJECT_TYPE_NAME || !object->decl) return NULL;
    const TypeDecl *decl = object->decl->type_decl;
    if (!decl->alias) return object;
    if (decl->tparams.len) return NULL;
    Node *type = node_unparen(decl->type);
    const Operation *star = type->kind == NODE_OPERATION ? (const Operation *)type : NULL;
    if (star && star->op == OPERATOR_MUL && !star->y) {
      if (*pointer) return NULL;
      *pointer = true;
      type = node_unparen(star->x);
    }
    name = type->kind == NODE_NAME ? (NameExpr *)type : NULL;
  }
  return NULL;
}

static void associate_methods(Collector *c) {
  Core *core = c->check->core;
  core->methods = map_in(c->pkg->arena);
  for (uint32_t i = 0; i < c->methods.len; i++) {
    const MethodInfo *info = &c->methods.items[i];
    bool pointer = info->pointer;
    const Object *base = base_type_name(c, &pointer, info->recv);
    if (!base) continue;
    info->method->u.func.has_ptr_recv = pointer;
    uint64_t *slot = map_put(&core->methods, map_key(base));
    if (!*slot) *slot = map_key(arena_new_of(c->pkg->arena, MethodList));
    MethodList *list = (MethodList *)(uintptr_t)*slot;
    vec_push(c->pkg->arena, &list->list, info->method);
  }
}

void check_collect_objects(Checker *check) {
  Package *pkg = check->pkg;
  Collector c = {.check = check, .pkg = pkg, .imported = map_in(pkg->arena)};
  for (uint32_t i = 0; i < pkg->file_len; i++) {
    c.file = &pkg->files[i];
    collect_file(&c);
  }
  check->env = (Environment){0};
  for (uint32_t i = 0; i < pkg->file_len; i++) verify_file_scope(check, pkg->files[i].scope);
  associate_methods(&c);
}

/* Types first, aliases after other types, then all else: aliases are hardest to use before they are known. */
void check_package_objects(Checker *check) {
  for (int phase = 0; phase < 3; phase++) {
    for (uint32_t i = 0; i < check->pkg->objects.len; i++) {
      Object *object = check->pkg->objects.items[i];
      int wanted = object->kind != OBJECT_TYPE_NAME ? 2 : object->decl->type_decl->alias ? 1 : 0;
      if (phase == wanted) check_object_decl(check, object);
    }
  }
}
