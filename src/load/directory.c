/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One folder -> the Go files that belong to the target, each with its package clause and imports.
 *
 * Folders are read once per run. Files whose name or build line excludes them are left out; so are names that begin with `_`
 * or `.`. A folder with files that import "C" is read as with cgo off: nothing here runs cgo, and the package's authors often
 * provide for that case.
 *
 * Go: go/build/build.go
 */
#include "load/private.h"

enum { HEAD_BYTES = 8 * 1024 };

const Listing *listing_make(Loader *loader, Str dir) {
  Listing *listing = arena_new_of(loader->arena, Listing);
  DirList list;
  listing->memory = memory_open(loader, &loader->tags, dir);
  listing->exists = memory_names(listing->memory, &list) ||
                    (!memory_is_all(listing->memory) &&
                     overlay_list(loader->overlay, loader->arena, arena_str(loader->arena, dir), &list));
  if (!listing->exists) return listing;
  listing->entries = list.entries;
  listing->len = list.len;
  for (uint32_t i = 0; i < list.len; i++) {
    const DirEntry *entry = &list.entries[i];
    if (entry->is_dir) continue;
    if (str_has_suffix(entry->name, STR(".go"))) listing->has_go_files = true;
    if (str_equal(entry->name, STR("go.mod"))) listing->has_go_mod = true;
  }
  return listing;
}

const Listing *listing_read(Loader *loader, Str dir) {
  void **known = strmap_put(&loader->listings, dir);
  if (!*known) *known = (void *)listing_make(loader, dir);
  return *known;
}

/* ---- one file ---- */

typedef enum Fit { FIT_NO, FIT_YES, FIT_UNREADABLE } Fit;

typedef struct Folder { /* that is being read */
  Loader *loader;
  const LoadTags *tags; /* NULL: constraints do not count */
  FolderMemory *memory;
  Directory *directory; /* that is filled */
} Folder;

/* Whole files are read for their digests, which records need. */
static bool reads_all(const Folder *folder) {
  const LoadConfig *config = folder->loader->config;
  return (config->store && !folder->loader->overlay) || (config->pack && folder->memory);
}

/* Files of GOROOT are hardly ever edited. */
static Digest form_of(const Folder *folder, Str text, Digest digest) {
  const Loader *loader = folder->loader;
  if (loader->goroot_src.len && path_has_prefix(folder->directory->dir, loader->goroot_src)) return digest;
  Arena *scratch = scratch_new();
  Digest form;
  bool found = tokens_digest(scratch, loader->config->session->interner, text, &form);
  scratch_free(scratch);
  return found ? form : digest;
}

/* The front of a file grows until the imports are in it; else all of it is read. */
static Fit read_head(const Folder *folder, FileHead *out) {
  Loader *loader = folder->loader;
  bool all = reads_all(folder);
  for (size_t limit = HEAD_BYTES;; limit *= 16) {
    Str text;
    bool whole = true;
    arena_reset(loader->scratch);
    if (all ? !overlay_read(NULL, loader->scratch, out->path, &text)
            : !overlay_read_start(loader->overlay, loader->scratch, out->path, limit, &text, &whole))
      return FIT_UNREADABLE;
    if (!header_parse(loader->arena, text, whole, out)) continue;
    out->has_digest = all;
    if (all) out->digest = digest_of(text);
    if (all) out->form = form_of(folder, text, out->digest);
    return !folder->tags || load_constraint_matches(folder->tags, text) ? FIT_YES : FIT_NO;
  }
}

static Fit head_of(const Folder *folder, Str path, FileHead *out) {
  *out = (FileHead){.path = path, .name = path_base(path)};
  out->is_test = str_has_suffix(out->name, STR("_test.go"));
  bool fits;
  FileStamp stamp;
  if (memory_recall(folder->loader, folder->memory, path, out, &fits, &stamp)) return fits ? FIT_YES : FIT_NO;
  folder->directory->met = false;
  Fit fit = read_head(folder, out);
  if (fit != FIT_UNREADABLE) memory_note(folder->loader, folder->memory, &stamp, out, fit == FIT_YES);
  return fit;
}

static Fit read_assembly(const Folder *folder, FileHead *out) {
  Loader *loader = folder->loader;
  bool all = reads_all(folder), whole;
  Str text;
  arena_reset(loader->scratch);
  if (all ? !overlay_read(NULL, loader->scratch, out->path, &text)
          : !overlay_read_start(loader->overlay, loader->scratch, out->path, HEAD_BYTES, &text, &whole))
    return FIT_UNREADABLE;
  out->has_digest = all;
  if (all) out->digest = digest_of(text);
  text = str_slice(text, 0, HEAD_BYTES);
  return !folder->tags || load_constraint_matches(folder->tags, text) ? FIT_YES : FIT_NO;
}

static void add_assembly(const Folder *folder, Str path) {
  Directory *directory = folder->directory;
  FileHead head = {.path = path, .name = path_base(path)};
  bool fits;
  FileStamp stamp;
  if (!memory_recall(folder->loader, folder->memory, path, &head, &fits, &stamp)) {
    directory->met = false;
    Fit fit = read_assembly(folder, &head);
    fits = fit == FIT_YES;
    if (fit != FIT_UNREADABLE) memory_note(folder->loader, folder->memory, &stamp, &head, fits);
  }
  if (!fits && folder->tags) return;
  directory->has_digests = directory->has_digests && head.has_digest;
  directory->asm_digests[directory->asm_len] = head.digest;
  directory->asm_files[directory->asm_len++] = path;
}

/* ---- the folder ---- */

static Str without_test_suffix(Str name) {
  return str_has_suffix(name, STR("_test")) ? str_slice(name, 0, name.len - 5) : name;
}

/* The first file names the package; a test file of package p_test is p's external test. */
static void note_package(Loader *loader, Directory *directory, const char *first_name, FileHead *head) {
  Str name = head->package_name;
  if (head->is_test && str_has_suffix(name, STR("_test")) && !str_equal(directory->package_name, name)) {
    head->is_external = true;
    name = without_test_suffix(name);
  }
  if (!directory->package_name.len) {
    directory->package_name = name;
    return;
  }
  if (name.len && !str_equal(directory->package_name, name) && !directory->problem.len)
    directory->problem = arena_printf(
        loader->arena, "found packages " STR_FMT " (%s) and " STR_FMT " (" STR_FMT ") in " STR_FMT,
        STR_ARG(directory->package_name), first_name, STR_ARG(name), STR_ARG(head->name),
        STR_ARG(directory->dir));
}

static void add_file(Loader *loader, Directory *directory, FileHead *head) {
  if (str_equal(head->package_name, STR("documentation"))) {
    directory->has_ignored = true;
    return;
  }
  const char *first = directory->file_len ? arena_strdup(loader->arena, directory->files[0].name) : "";
  note_package(loader, directory, first, head);
  if (head->is_test)
    directory->has_tests = true;
  else
    directory->has_plain = true;
  directory->has_digests = directory->has_digests && head->has_digest;
  directory->files[directory->file_len++] = *head;
}

static void add_cgo_file(Loader *loader, Directory *directory, const FileHead *head) {
  if (!directory->cgo) directory->cgo = arena_new_array(loader->arena, FileHead, directory->file_room);
  directory->cgo[directory->cgo_len++] = *head;
}

static void add_go_file(const Folder *folder, Str path) {
  Directory *directory = folder->directory;
  FileHead head;
  Fit fit = head_of(folder, path, &head);
  if (fit == FIT_UNREADABLE) head.broken = true;
  if (fit == FIT_NO || (head.imports_cgo && !head.is_test && !folder->tags->cgo_enabled))
    directory->has_ignored = true;
  else if (head.imports_cgo && !head.is_test)
    add_cgo_file(folder->loader, directory, &head);
  else
    add_file(folder->loader, directory, &head);
}

static void fill(const Folder *folder, const Listing *listing) {
  Directory *directory = folder->directory;
  for (uint32_t i = 0; i < listing->len; i++) {
    Str name = listing->entries[i].name;
    if (!listing->entries[i].is_regular || name.data[0] == '_' || name.data[0] == '.') continue;
    bool is_go = str_has_suffix(name, STR(".go"));
    if (!is_go && !str_has_suffix(name, STR(".s"))) continue;
    if (!load_name_matches(folder->tags, name)) {
      directory->has_ignored = directory->has_ignored || is_go;
      continue;
    }
    Str path = path_below(folder->loader->arena, directory->dir, name);
    if (is_go)
      add_go_file(folder, path);
    else
      add_assembly(folder, path);
  }
}

/* With room for so many Go files, and for assembly. */
static Directory *directory_new(Loader *loader, Str dir, uint32_t files, uint32_t assembly) {
  Directory *directory = arena_new_of(loader->arena, Directory);
  directory->dir = arena_str(loader->arena, dir);
  directory->files = arena_new_array(loader->arena, FileHead, files);
  directory->file_room = files;
  directory->asm_files = arena_new_array(loader->arena, Str, assembly);
  directory->asm_digests = arena_new_array(loader->arena, Digest, assembly);
  directory->has_digests = directory->met = true;
  return directory;
}

static Directory *directory_for(Loader *loader, Str dir, const Listing *listing) {
  uint32_t files = 0, assembly = 0;
  for (uint32_t i = 0; i < listing->len; i++) {
    Str name = listing->entries[i].name;
    if (str_has_suffix(name, STR(".go")))
      files++;
    else if (str_has_suffix(name, STR(".s")))
      assembly++;
  }
  return directory_new(loader, dir, files, assembly);
}

Directory *directory_make(Loader *loader, Str dir, const Listing *listing) {
  Directory *directory = directory_for(loader, dir, listing);
  LoadTags tags = loader->tags;
  /* A standard library that is newer than the release is read by its own rules. */
  if (loader->goroot_src.len && path_has_prefix(dir, loader->goroot_src)) tags.plus_only = false;
  Folder folder = {loader, &tags, listing->memory, directory};
  fill(&folder, listing);
  memory_save(loader, listing->memory, listing);
  if (!directory->cgo_len) return directory;
  tags.cgo_enabled = false;
  Directory *without = directory_for(loader, dir, listing);
  Folder other = {loader, &tags, memory_open(loader, &tags, dir), without};
  fill(&other, listing);
  memory_save(loader, other.memory, listing);
  without->cgo = directory->cgo;
  without->cgo_len = directory->cgo_len;
  return without;
}

Directory *directory_read(Loader *loader, Str dir) {
  void **known = strmap_put(&loader->directories, dir);
  if (*known) return *known;
  const Listing *listing = listing_read(loader, dir);
  Directory *directory = directory_make(loader, dir, listing);
  *strmap_put(&loader->directories, dir) = directory;
  return directory;
}

Directory *directory_of_files(Loader *loader, Str dir, Str const *paths, uint32_t len) {
  Directory *directory = directory_new(loader, dir, len, len);
  Folder folder = {.loader = loader, .directory = directory};
  bool only_tests = !loader->config->test;
  for (uint32_t i = 0; i < len; i++)
    only_tests =
        only_tests && (str_has_suffix(paths[i], STR("_test.go")) || str_has_suffix(paths[i], STR(".s")));
  for (uint32_t i = 0; i < len; i++) {
    FileHead head;
    if (str_has_suffix(paths[i], STR(".s"))) {
      add_assembly(&folder, paths[i]);
      continue;
    }
    if (head_of(&folder, paths[i], &head) == FIT_UNREADABLE) head.broken = true;
    if (only_tests) head.is_test = false; /* test files alone: what else could be meant */
    if (head.imports_cgo && loader->env.cgo_enabled)
      add_cgo_file(loader, directory, &head);
    else if (!head.imports_cgo)
      add_file(loader, directory, &head);
    else
      directory->has_ignored = true;
  }
  return directory;
}

Str file_place(Loader *loader, const FileHead *file, uint32_t offset) {
  Str text = STR("");
  arena_reset(loader->scratch);
  overlay_read(loader->overlay, loader->scratch, file->path, &text);
  uint32_t line = 1, col = 1;
  for (uint32_t at = 0; at < offset && at < text.len; at++)
    col = text.data[at] == '\n' ? (line++, 1) : col + 1;
  return arena_printf(loader->arena, STR_FMT ":%u:%u", STR_ARG(short_path(loader, file->path)), line, col);
}
