/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What an earlier run saw in a folder: what is listed there, and of each file its stamp, the digest of its bytes and its head.
 *
 * In: a store. Out: heads of files that have not changed since, without opening them. A file or folder whose stamp is too young
 * is not remembered, since it can change once more without its stamp telling. Nothing is remembered with an overlay.
 *
 * Go: cmd/go/internal/modindex
 */
#include "load/private.h"

typedef struct KnownFile {
  Str name;
  FileStamp stamp;
  bool fits;
  FileHead head; /* path is not set */
} KnownFile;

typedef enum MemoryPlace {
  MEMORY_IN_STORE,
  MEMORY_IN_PACK, /* a folder of GOROOT, which is not looked at */
  MEMORY_TO_PACK  /* likewise, which is being packed: nothing is known of it, and stamps do not count */
} MemoryPlace;

struct FolderMemory {
  MemoryPlace place;
  int folder; /* open from the first file that is asked for until the record is saved; else -1 */
  Digest key;
  FileStamp stamp;      /* of the folder, before it is listed */
  bool settled, listed; /* the stamp counts; the list of names is that of the record */
  DirList names;
  KnownFile *files; /* of the record, by name */
  uint32_t len, next;
  VEC(const KnownFile *) seen; /* in this run */
  uint32_t young;              /* files that are not remembered since they may change again */
  bool changed;
};

/* ---- one value ---- */

static void put_stamp(Buffer *out, const FileStamp *stamp) {
  wire_put_signed(out, stamp->size);
  wire_put_signed(out, stamp->modified);
  wire_put_signed(out, stamp->changed);
  wire_put(out, stamp->inode);
  wire_put(out, stamp->device);
}

static FileStamp get_stamp(Wire *wire) {
  FileStamp stamp = {.size = wire_get_signed(wire)};
  stamp.modified = wire_get_signed(wire);
  stamp.changed = wire_get_signed(wire);
  stamp.inode = wire_get(wire);
  stamp.device = wire_get(wire);
  return stamp;
}

static void put_imports(Buffer *out, const HeadImport *imports, uint32_t len) {
  wire_put(out, len);
  for (uint32_t i = 0; i < len; i++) {
    wire_put_str(out, imports[i].path);
    wire_put(out, imports[i].offset);
  }
}

static HeadImport *get_imports(Arena *arena, Wire *wire, uint32_t *len) {
  *len = wire_get_count(wire);
  HeadImport *imports = arena_new_array(arena, HeadImport, *len);
  for (uint32_t i = 0; i < *len; i++) {
    imports[i].path = wire_get_str(wire);
    imports[i].offset = wire_get_below(wire, UINT32_MAX);
  }
  return imports;
}

static void put_file(Buffer *out, const KnownFile *file) {
  wire_put_str(out, file->name);
  put_stamp(out, &file->stamp);
  wire_put(out, file->fits);
  wire_put_digest(out, file->head.digest);
  wire_put_digest(out, file->head.form);
  wire_put_str(out, file->head.package_name);
  put_imports(out, file->head.imports, file->head.import_len);
  put_imports(out, file->head.embeds, file->head.embed_len);
  wire_put(out, (uint32_t)file->head.imports_cgo | (uint32_t)file->head.broken << 1);
}

static void get_file(Arena *arena, Wire *wire, KnownFile *file) {
  file->name = wire_get_str(wire);
  file->stamp = get_stamp(wire);
  file->fits = wire_get(wire) != 0;
  file->head.digest = wire_get_digest(wire);
  file->head.form = wire_get_digest(wire);
  file->head.has_digest = true;
  file->head.package_name = wire_get_str(wire);
  file->head.imports = get_imports(arena, wire, &file->head.import_len);
  file->head.embeds = get_imports(arena, wire, &file->head.embed_len);
  uint64_t bits = wire_get(wire);
  file->head.imports_cgo = bits & 1;
  file->head.broken = bits >> 1 & 1;
}

static void put_names(Buffer *out, const Listing *listing) {
  wire_put(out, listing->len);
  for (uint32_t i = 0; i < listing->len; i++) {
    const DirEntry *entry = &listing->entries[i];
    wire_put_str(out, entry->name);
    wire_put(out, (uint32_t)entry->is_dir | (uint32_t)entry->is_regular << 1);
  }
}

static DirList get_names(Arena *arena, Wire *wire) {
  uint32_t len = wire_get_count(wire);
  DirList list = {arena_new_array(arena, DirEntry, len), len};
  for (uint32_t i = 0; i < list.len; i++) {
    list.entries[i].name = wire_get_str(wire);
    uint64_t bits = wire_get(wire);
    list.entries[i].is_dir = bits & 1;
    list.entries[i].is_regular = bits >> 1 & 1;
  }
  return list;
}

/* ---- the record of a folder ---- */

static Digest folder_key(const LoadTags *tags, Str dir) {
  Buffer text = {0};
  wire_put_str(&text, dir);
  wire_put_str(&text, tags->goos);
  wire_put_str(&text, tags->goarch);
  wire_put(&text, (uint32_t)tags->cgo_enabled | (uint32_t)tags->go_minor << 1);
  for (uint32_t i = 0; i < tags->tag_len; i++) wire_put_str(&text, tags->tags[i]);
  Digest key = digest_of(buffer_view(&text));
  buffer_free(&text);
  return key;
}

FolderMemory *memory_parse(Arena *arena, Str bytes) {
  FolderMemory *memory = arena_new_of(arena, FolderMemory);
  Wire wire = {.bytes = bytes};
  memory->stamp = get_stamp(&wire);
  memory->listed = wire_get(&wire) != 0;
  memory->names = get_names(arena, &wire);
  uint32_t len = wire_get_count(&wire);
  memory->files = arena_new_array(arena, KnownFile, len);
  for (uint32_t i = 0; i < len && !wire.bad; i++) get_file(arena, &wire, &memory->files[i]);
  memory->len = len;
  if (wire.bad) *memory = (FolderMemory){0};
  memory->folder = -1;
  return memory;
}

static FolderMemory *open_packed(const Loader *loader, Digest key, Str bytes) {
  FolderMemory *memory = memory_parse(loader->arena, bytes);
  memory->key = key;
  memory->place = loader_reads_pack(loader) ? MEMORY_IN_PACK : MEMORY_TO_PACK;
  memory->settled = memory->changed = memory->place == MEMORY_TO_PACK;
  return memory;
}

FolderMemory *memory_open(Loader *loader, const LoadTags *tags, Str dir) {
  Store *store = loader->config->store;
  Digest packed_key;
  Str packed;
  if (pack_has_folder(loader, tags, dir, &packed_key, &packed))
    return open_packed(loader, packed_key, packed);
  if (!store || loader->overlay) return NULL;
  Str name = arena_str(loader->arena, dir), bytes = STR("");
  FileStamp stamp;
  if (!file_stamp(name.data, &stamp)) return NULL;
  Digest key = folder_key(tags, dir);
  bool common = loader->goroot_src.len && path_has_prefix(dir, loader->goroot_src);
  (common ? store_get_common : store_get)(store, RECORD_FOLDER, key, &bytes);
  FolderMemory *memory = memory_parse(loader->arena, bytes);
  memory->key = key;
  memory->listed = memory->listed && file_stamp_equal(&stamp, &memory->stamp);
  memory->stamp = stamp;
  memory->settled = file_stamp_settled(&stamp);
  return memory;
}

bool memory_is_all(const FolderMemory *memory) { return memory && memory->place == MEMORY_IN_PACK; }

bool memory_names(const FolderMemory *memory, DirList *out) {
  if (!memory || !memory->listed) return false;
  *out = memory->names;
  return true;
}

static bool has_links(const Listing *listing) {
  for (uint32_t i = 0; i < listing->len; i++)
    if (listing->entries[i].is_link) return true;
  return false;
}

void memory_save(Loader *loader, FolderMemory *memory, const Listing *listing) {
  if (!memory) return;
  folder_close(memory->folder);
  memory->folder = -1;
  /* What a link leads to has no part in the folder's stamp. */
  bool lists = memory->place == MEMORY_TO_PACK || (memory->settled && !has_links(listing));
  bool same =
      !memory->changed && (memory->listed || !lists) && memory->seen.len + memory->young >= memory->len;
  if (memory->place == MEMORY_IN_PACK || same) return;
  Buffer out = {0};
  put_stamp(&out, &memory->stamp);
  wire_put(&out, lists);
  put_names(&out, listing);
  wire_put(&out, memory->seen.len);
  for (uint32_t i = 0; i < memory->seen.len; i++) put_file(&out, memory->seen.items[i]);
  if (memory->place == MEMORY_TO_PACK)
    pack_put(loader->config->pack->records, RECORD_FOLDER, memory->key, buffer_view(&out));
  else
    store_put(loader->config->store, RECORD_FOLDER, memory->key, buffer_view(&out));
  buffer_free(&out);
}

/* ---- files ---- */

/* Asked for by name, in order. */
static const KnownFile *find_file(FolderMemory *memory, Str name) {
  while (memory->next < memory->len && str_compare(memory->files[memory->next].name, name) < 0)
    memory->next++;
  if (memory->next == memory->len || !str_equal(memory->files[memory->next].name, name)) return NULL;
  return &memory->files[memory->next];
}

static bool stamp_of(Loader *loader, FolderMemory *memory, Str path, FileStamp *out) {
  if (memory->folder < 0) memory->folder = folder_open(arena_strdup(loader->arena, path_dir(path)));
  return memory->folder >= 0 && file_stamp_in(memory->folder, path_base(path).data, out);
}

bool memory_recall(Loader *loader, FolderMemory *memory, Str path, FileHead *head, bool *fits,
                   FileStamp *stamp) {
  *stamp = (FileStamp){0};
  if (!memory || (memory->place == MEMORY_IN_STORE && !stamp_of(loader, memory, path, stamp))) return false;
  const KnownFile *known = find_file(memory, path_base(path));
  if (!known || !file_stamp_equal(&known->stamp, stamp)) return false;
  FileHead here = *head; /* what its name says */
  *head = known->head;
  head->path = here.path;
  head->name = here.name;
  head->is_test = here.is_test;
  *fits = known->fits;
  vec_push(loader->arena, &memory->seen, known);
  return true;
}

void memory_note(Loader *loader, FolderMemory *memory, const FileStamp *stamp, const FileHead *head,
                 bool fits) {
  if (!memory) return;
  if (memory->place == MEMORY_IN_STORE && !file_stamp_settled(stamp)) {
    memory->young++;
    return;
  }
  memory->changed = true;
  KnownFile *file = arena_new_of(loader->arena, KnownFile);
  *file = (KnownFile){.name = head->name, .stamp = *stamp, .fits = fits, .head = *head};
  vec_push(loader->arena, &memory->seen, file);
}
