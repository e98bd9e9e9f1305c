/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the compiler verifies about functions and `//go:` lines once a package has passed the type checker.
 *
 * Go: cmd/compile/internal/noder/writer.go (funcExt, collectDecls), noder/noder.go (checkEmbed)
 */
#include "types/core.h"

static void verify_function(Checker *check, const Object *func, const Map *linknames) {
  const FuncDecl *decl = func->decl->func_decl;
  Pos pos = decl->node.pos;
  uint32_t pragma = decl->pragma;
  if ((pragma & PRAGMA_SYSTEMSTACK) && (pragma & PRAGMA_NOSPLIT))
    check_error(check, pos, "go:nosplit and go:systemstack cannot be combined");
  if (decl->body || decl->body_len) {
    if (pragma & PRAGMA_NOESCAPE)
      check_error(check, pos, "can only use //go:noescape with external func implementations");
    if (pragma & PRAGMA_WASMIMPORT)
      check_error(check, pos, "can only use //go:wasmimport with external func implementations");
    if ((pragma & PRAGMA_UINTPTR_KEEPALIVE) && !(pragma & PRAGMA_UINTPTR_ESCAPES) &&
        !(pragma & PRAGMA_NOSPLIT))
      check_error(check, pos, "go:uintptrkeepalive requires go:nosplit");
    return;
  }
  /* Without assembly files nobody else can supply the body, except by a link name. */
  if (!check->pkg->complete || (pragma & PRAGMA_WASMIMPORT) || func->name == check->universe->blank) return;
  if (!map_find(linknames, map_key(func))) check_error(check, pos, "missing function body");
}

static void verify_linknames(Checker *check, const SyntaxFile *file, Map *linknames) {
  for (uint32_t i = 0; i < file->linknames.len; i++) {
    const Linkname *link = &file->linknames.items[i];
    if (!file->imports_unsafe) continue; /* the parser knows, see SyntaxFile.late */
    Str remote = atom_str(link->remote);
    if (str_index(remote, '[') >= 0 && str_index(remote, ']') >= 0) {
      check_error(check, link->pos, "//go:linkname reference of an instantiation is not allowed");
      continue;
    }
    const Object *object = scope_lookup(check->pkg->scope, link->local);
    if (!object || (object->kind != OBJECT_FUNC && object->kind != OBJECT_VAR)) {
      if (lang_at_least(check->pkg->lang, 18))
        check_error(check, link->pos, "//go:linkname must refer to declared function or variable");
      continue;
    }
    uint64_t *seen = map_put(linknames, map_key(object));
    if (*seen) check_error(check, link->pos, "duplicate //go:linkname for %s", atom_text(link->local));
    *seen = 1;
  }
}

static bool imports_embed(const PackageFile *file) {
  const SyntaxFile *syntax = file->syntax;
  for (uint32_t i = 0; i < syntax->decls.len && syntax->decls.items[i]->kind == NODE_IMPORT_DECL; i++) {
    const BasicLit *path = ((const ImportDecl *)syntax->decls.items[i])->path;
    if (path && str_equal(path->source, STR("\"embed\""))) return true;
  }
  return false;
}

static void verify_embed(Checker *check, const PackageFile *file, const EmbedDirective *embed) {
  const VarDecl *decl = embed->decl;
  if (!decl) return;
  const char *wrong = NULL;
  if (!imports_embed(file))
    wrong = "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)";
  else if (decl->name_len > 1)
    wrong = "go:embed cannot apply to multiple vars";
  else if (decl->values)
    wrong = "go:embed cannot apply to var with initializer";
  else if (!decl->type)
    wrong = "go:embed cannot apply to var without type";
  else {
    const Object *object = info_def(check->info, decl->names[0]);
    if (object && object->u.var.role != VAR_PACKAGE) wrong = "go:embed cannot apply to var inside func";
  }
  if (wrong)
    check_error(check, embed->pos, "%s", wrong);
  else
    check_verify_version(check, embed->pos, 16, "go:embed");
}

void check_directives(Checker *check) {
  const Package *pkg = check->pkg;
  Map linknames = map_in(check->arena);
  for (uint32_t i = 0; i < pkg->file_len; i++) {
    const Notes *late = &pkg->files[i].syntax->late;
    for (uint32_t j = 0; j < late->list.len; j++)
      check_error(check, late->list.items[j].pos, STR_FMT, STR_ARG(late->list.items[j].text));
  }
  for (uint32_t i = 0; i < pkg->file_len; i++) verify_linknames(check, pkg->files[i].syntax, &linknames);
  for (uint32_t i = 0; i < pkg->objects.len; i++)
    if (pkg->objects.items[i]->kind == OBJECT_FUNC) verify_function(check, pkg->objects.items[i], &linknames);
  for (uint32_t i = 0; i < pkg->file_len; i++) {
    const PackageFile *file = &pkg->files[i];
    check->env.lang = file->lang;
    vec_each (EmbedDirective, embed, &file->syntax->embeds) verify_embed(check, file, embed);
  }
}
