/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One folder -> the Go files that belong to the target, each with its package clause and imports.
 *
 * Folders are read once per run. Files whose name or build line excludes them are left out; so are names that begin with `_`
 * or `.`. Nothing behind the imports is looked at.
 *
 * Go: go/build/build.go, go/build/read.go
 */
#include "load/private.h"

static void read_imports(Loader *loader, SyntaxFile *file, FileHead *out) {
  VEC(Str) paths = {0};
  VEC(Pos) positions = {0};
  for (uint32_t i = 0; i < file->decls.len; i++) {
    if (file->decls.items[i]->kind != NODE_IMPORT_DECL) continue;
    ImportDecl *import = (ImportDecl *)file->decls.items[i];
    Str path;
    if (!import->path || !literal_unquote(loader->arena, import->path, &path)) continue;
    if (str_equal(path, STR("C"))) out->imports_cgo = true;
    vec_push(loader->arena, &paths, arena_str(loader->arena, path));
    vec_push(loader->arena, &positions, import->path->node.pos);
  }
  out->imports = paths.items;
  out->import_pos = positions.items;
  out->import_len = paths.len;
}

/* False: unreadable or excluded by its build line. The text is parsed again as a whole by the engine, under its real name. */
bool directory_read_file(Loader *loader, Str path, FileHead *out) {
  Arena *scratch = arena_new();
  Str text;
  *out = (FileHead){.path = arena_str(loader->arena, path)};
  out->name = path_base(out->path);
  out->is_test = str_has_suffix(out->name, STR("_test.go"));
  bool fits = file_read(scratch, out->path.data, &text) && load_constraint_matches(&loader->tags, text);
  if (fits) {
    Notes notes = {.arena = scratch};
    IdCounter ids = {1};
    SourceFile source = {.base = 16, .path = intern(loader->config->session->interner, path), .text = text};
    SyntaxFile *file = parse_file(scratch, loader->config->session, &source, &ids, &notes,
                                  PARSE_IMPORTS_ONLY | PARSE_SKIP_BODIES);
    out->broken = !file->package_name;
    out->package_name =
        file->package_name ? arena_str(loader->arena, atom_str(file->package_name->name)) : STR("");
    read_imports(loader, file, out);
  }
  arena_free(scratch);
  return fits;
}

static bool assembly_fits(Loader *loader, Str path) {
  Arena *scratch = arena_new();
  Str text;
  bool fits = file_read(scratch, path.data, &text) && load_constraint_matches(&loader->tags, text);
  arena_free(scratch);
  return fits;
}

static void add_entry(Loader *loader, Directory *directory, const DirEntry *entry) {
  Str name = entry->name;
  if (!entry->is_regular || name.data[0] == '_' || name.data[0] == '.') return;
  bool is_go = str_has_suffix(name, STR(".go")), is_asm = str_has_suffix(name, STR(".s"));
  if (!is_go && !is_asm) return;
  if (is_go) directory->has_go_files = true;
  if (!load_name_matches(&loader->tags, name)) return;
  Str path = path_join(loader->arena, directory->dir, name);
  FileHead head;
  if (is_go && directory_read_file(loader, path, &head)) directory->files[directory->file_len++] = head;
  if (is_asm && assembly_fits(loader, path)) directory->asm_files[directory->asm_len++] = path;
}

Directory *directory_read(Loader *loader, Str dir) {
  void **known = strmap_put(&loader->directories, dir);
  if (*known) return *known;
  Directory *directory = arena_new_of(loader->arena, Directory);
  *known = directory;
  directory->dir = arena_str(loader->arena, dir);
  DirList list;
  if (!dir_list(loader->arena, directory->dir.data, &list)) return directory;
  directory->exists = true;
  directory->files = arena_new_array(loader->arena, FileHead, list.len);
  directory->asm_files = arena_new_array(loader->arena, Str, list.len);
  for (uint32_t i = 0; i < list.len; i++) add_entry(loader, directory, &list.entries[i]);
  return directory;
}
