/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mentions: is a name anywhere in a text, or in a file? Which functions mention another one?
 *
 * Files are asked again and again, mostly in vain. So each has a filter, made when it is first asked: one bit for the hash of each word
 * in it. A name whose bit is not set is not there. Only bodies that have the name are checked for what it stands for.
 *
 * Go: none
 */
#define _GNU_SOURCE /* memmem */
#include "engine/private.h"

struct NameFilter {
  uint64_t *bits; /* NULL: not made yet */
  uint32_t mask;
};

enum { FILTER_BITS_MIN = 1024, BYTES_PER_BIT = 2 /* of source text, about */ };

static const uint32_t HASH_FACTOR = 0x9E3779B1; /* odd, spreads over all bits */

static bool in_name(char c) {
  unsigned char byte = (unsigned char)c;
  return (unsigned char)((byte | 0x20) - 'a') < 26 || (unsigned char)(byte - '0') < 10 || byte == '_' ||
         byte >= 0x80;
}

bool text_mentions(Str text, Str name) {
  const char *end = text.data + text.len;
  for (const char *at = text.data; text.len && at + name.len <= end; at++) {
    at = memmem(at, (size_t)(end - at), name.data, name.len);
    if (!at) return false;
    if ((at == text.data || !in_name(at[-1])) && (at + name.len == end || !in_name(at[name.len])))
      return true;
  }
  return false;
}

static uint32_t hash_step(uint32_t hash, unsigned char c) { return (hash ^ c) * HASH_FACTOR; }

static uint32_t slot_of(const NameFilter *filter, uint32_t hash) {
  return (hash ^ hash >> 15) & filter->mask;
}

static void fill(NameFilter *filter, Arena *arena, Str text) {
  uint32_t count = FILTER_BITS_MIN;
  while (count < text.len / BYTES_PER_BIT) count *= 2;
  filter->mask = count - 1;
  filter->bits = arena_new_array(arena, uint64_t, count / 64);
  for (size_t i = 0; i < text.len;) {
    uint32_t hash = 0;
    size_t start = i;
    for (; i < text.len && in_name(text.data[i]); i++) hash = hash_step(hash, (unsigned char)text.data[i]);
    uint32_t slot = slot_of(filter, hash);
    if (i > start) filter->bits[slot / 64] |= (uint64_t)1 << slot % 64;
    while (i < text.len && !in_name(text.data[i])) i++;
  }
}

bool file_mentions(EnginePackage *package, const PackageFile *file, Str name) {
  const Package *pkg = package->pkg;
  Str text = file->syntax->source->text;
  if (!package->filters) package->filters = arena_new_array(package->arena, NameFilter, pkg->file_len);
  NameFilter *filter = &package->filters[file - pkg->files];
  if (!filter->bits) fill(filter, package->arena, text);
  uint32_t hash = 0;
  for (size_t i = 0; i < name.len; i++) hash = hash_step(hash, (unsigned char)name.data[i]);
  uint32_t slot = slot_of(filter, hash);
  return filter->bits[slot / 64] >> slot % 64 & 1;
}

/* ---- functions ---- */

Str func_body_text(const Object *func) {
  const FuncDecl *decl = func->u.func.syntax;
  return str_slice(func->u.func.file->syntax->source->text, decl->body_offset,
                   decl->body_offset + decl->body_len);
}

typedef struct Use {
  const Object *wanted;
  bool interfaces, found;
} Use;

static void visit_use(void *context, Object *object) {
  Use *use = context;
  if (object->kind != OBJECT_FUNC) return;
  const Object *func = object->u.func.origin ? object->u.func.origin : object;
  bool method = use->wanted->type->u.signature.recv != NULL;
  bool may_be = use->interfaces && method && !func->u.func.syntax && func->name == use->wanted->name;
  if (func == use->wanted || may_be) use->found = true;
}

static bool body_uses(const EnginePackage *home, Object *func, const Object *wanted, bool interfaces) {
  home->unit->require_body(home->unit->context, func);
  Use use = {.wanted = wanted, .interfaces = interfaces};
  const FuncDecl *decl = func->u.func.syntax;
  info_each_use(func->pkg->info, decl->body_id, decl->body_id_end, visit_use, &use);
  return use.found;
}

const ObjectList *functions_mentioning(EnginePackage *home, const Object *wanted, bool interfaces) {
  Map *answers = interfaces ? &home->mentions : &home->own_mentions;
  if (!answers->arena) *answers = map_in(home->arena);
  const ObjectList *known = map_get_ptr(answers, wanted);
  if (known) return known;
  const Package *pkg = home->pkg;
  Str name = atom_str(wanted->name);
  const PackageFile *file = NULL;
  bool in_file = false;
  VEC(Object *) found = {0};
  for (uint32_t i = 0; i < pkg->objects.len; i++) {
    Object *func = pkg->objects.items[i];
    if (func->kind != OBJECT_FUNC || !func->u.func.syntax || !func->u.func.syntax->body_len) continue;
    if (func->u.func.file != file) {
      file = func->u.func.file;
      in_file = file_mentions(home, file, name);
    }
    if (in_file && func != wanted && text_mentions(func_body_text(func), name) &&
        body_uses(home, func, wanted, interfaces))
      vec_push(home->arena, &found, func);
  }
  ObjectList *list = arena_new_of(home->arena, ObjectList);
  *list = (ObjectList){found.items, found.len};
  map_set_ptr(answers, wanted, list);
  return list;
}
