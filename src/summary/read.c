/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The bytes of a summary -> a Package that fills itself.
 *
 * In: bytes whose checksum is right. Out: at once a package with path and name; with the first lookup its files, imports and file
 * scopes; with each lookup an object and all that it leads to. Nothing is decoded that nobody asks for.
 *
 * Go: cmd/compile/internal/importer/ureader.go
 */
#include "summary/reader.h"

void summary_broken(const Summary *s) {
  BUG("the summary of %s is damaged", s->pkg ? atom_text(s->pkg->path) : "a package");
}

/* ---- small things ---- */

static Str text_at(const Summary *s, uint32_t i) {
  if (i >= s->text_len) summary_broken(s);
  uint32_t from = i ? summary_word(s->sections[SECTION_TEXT_ENDS], i - 1) : 0;
  uint32_t to = summary_word(s->sections[SECTION_TEXT_ENDS], i);
  if (from > to || to > s->sections[SECTION_TEXTS].len) summary_broken(s);
  return (Str){s->sections[SECTION_TEXTS].data + from, to - from};
}

Atom summary_atom(Summary *s, Wire *wire) {
  uint32_t i = wire_get_below(wire, s->text_len);
  if (wire->bad) summary_broken(s);
  if (!s->atoms[i]) s->atoms[i] = intern(s->reader->config->session->interner, text_at(s, i));
  return s->atoms[i];
}

Package *summary_foreign(Summary *s, Wire *wire) {
  uint32_t i = wire_get_below(wire, (uint64_t)s->package_len + 1);
  if (wire->bad) summary_broken(s);
  if (i == 0) return NULL;
  Package **slot = &s->packages[i - 1];
  Str path = s->package_paths[i - 1];
  if (!*slot && str_equal(path, atom_str(s->pkg->path))) *slot = s->pkg;
  if (!*slot && str_equal(path, STR("unsafe"))) *slot = universe_unsafe(s->universe);
  if (!*slot) *slot = s->reader->find_package(s->reader->context, s->pkg, path);
  if (!*slot)
    BUG("%s mentions package " STR_FMT ", which was not loaded", atom_text(s->pkg->path), STR_ARG(path));
  return *slot;
}

Pos summary_position(const Summary *s, Wire *wire) {
  uint32_t files = s->pkg->file_len;
  uint32_t at = wire_get_below(wire, (uint64_t)POSITION_FIRST + s->file_starts[files]);
  if (at < POSITION_FIRST) return (Pos){at};
  at -= POSITION_FIRST;
  uint32_t low = 0, high = files; /* the last file that does not begin behind it */
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (s->file_starts[middle] <= at)
      low = middle;
    else
      high = middle;
  }
  return source_pos(s->sources[low], at - s->file_starts[low]);
}

Object *summary_lookup(Summary *s, Package *pkg, Atom name) {
  Object *object = scope_lookup(pkg ? pkg->scope : universe_scope(s->universe), name);
  if (!object)
    BUG("%s mentions %s.%s, which is not there", atom_text(s->pkg->path), pkg ? atom_text(pkg->path) : "",
        atom_text(name));
  return object;
}

/* ---- files ---- */

/* The words themselves where the machine has them in that order and place. */
static uint32_t *line_starts(Summary *s, uint32_t from, uint32_t len) {
  Str words = s->sections[SECTION_LINES];
  if (from > words.len / 4 || len > words.len / 4 - from || len == 0) summary_broken(s);
  const uint16_t probe = 1;
  const char *at = words.data + 4 * (size_t)from;
  if (*(const char *)&probe == 1 && (uintptr_t)at % sizeof(uint32_t) == 0) return (uint32_t *)(uintptr_t)at;
  uint32_t *copy = arena_new_array(s->arena, uint32_t, len);
  for (uint32_t i = 0; i < len; i++) copy[i] = summary_word(words, from + i);
  return copy;
}

static SourceFile *read_source(Summary *s, Wire *wire, uint32_t number) {
  const SummaryReader *reader = s->reader;
  Sources *sources = reader->config->session->sources;
  Atom path = summary_atom(s, wire);
  if (reader->file_path) path = reader->file_path(reader->context, s->pkg, number);
  uint32_t len = wire_get_below(wire, UINT32_MAX);
  uint32_t from = wire_get_below(wire, UINT32_MAX), lines = wire_get_below(wire, UINT32_MAX);
  SourceFile *source = sources_add_known(sources, path, len, line_starts(s, from, lines), lines);
  if (!source) BUG("more than 4 GiB of source in one run");
  uint32_t directives = wire_get_count(wire);
  for (uint32_t i = 0; i < directives; i++) {
    LineDirective it = {.offset = wire_get_below(wire, (uint64_t)len + 1)};
    if (source->directives.len && vec_last(&source->directives).offset > it.offset) summary_broken(s);
    it.filename = summary_atom(s, wire);
    it.line = wire_get_below(wire, UINT32_MAX);
    it.col = wire_get_below(wire, UINT32_MAX);
    source_add_directive(sources, source, it);
  }
  return source;
}

static void read_file_scope(Summary *s, Wire *wire, PackageFile *file) {
  file->scope = scope_new(s->universe, s->pkg->scope);
  uint32_t len = wire_get_count(wire);
  for (uint32_t i = 0; i < len && !wire->bad; i++) {
    bool import = wire_get(wire) != 0;
    Atom name = summary_atom(s, wire);
    Package *pkg = summary_foreign(s, wire);
    Pos pos = summary_position(s, wire);
    Object *object = import ? object_new(s->universe, OBJECT_PACKAGE_NAME, s->pkg, pos, name, NULL)
                            : summary_lookup(s, pkg, name);
    if (import) {
      object->u.package_name.imported = pkg;
      object->used = true;
      object->type = universe_basic(s->universe, BASIC_INVALID);
    }
    if (import && !pkg) summary_broken(s);
    scope_insert(s->universe, file->scope, object);
  }
}

/* The files' sources come first: positions of one may be asked for while another is read. */
static void read_files(Summary *s, Wire *wire) {
  Package *pkg = s->pkg;
  uint32_t len = wire_get_count(wire);
  pkg->files = arena_new_array(s->arena, PackageFile, len);
  s->sources = arena_new_array(s->arena, SourceFile *, len);
  s->file_starts = arena_new_array(s->arena, uint32_t, (size_t)len + 1);
  s->texts = arena_new_array(s->arena, char *, len);
  for (uint32_t i = 0; i < len && !wire->bad; i++) {
    SourceFile *source = s->sources[i] = read_source(s, wire, i);
    s->file_starts[i + 1] = s->file_starts[i] + (uint32_t)source->text.len + 1;
    SyntaxFile *syntax = arena_new_of(s->arena, SyntaxFile);
    syntax->source = source;
    syntax->arena = s->arena;
    syntax->late.arena = s->arena;
    pkg->files[i] = (PackageFile){.syntax = syntax, .pkg = pkg};
    pkg->files[i].lang.minor = (uint16_t)wire_get_below(wire, UINT16_MAX);
    pkg->file_len = i + 1;
    read_file_scope(s, wire, &pkg->files[i]);
  }
}

void summary_start(Summary *s) {
  s->started = true;
  Wire wire = {.bytes = s->sections[SECTION_HEAD], .at = s->rest};
  s->package_len = wire_get_count(&wire);
  s->package_paths = arena_new_array(s->arena, Str, s->package_len);
  s->packages = arena_new_array(s->arena, Package *, s->package_len);
  for (uint32_t i = 0; i < s->package_len; i++) s->package_paths[i] = atom_str(summary_atom(s, &wire));
  uint32_t imports = wire_get_count(&wire);
  for (uint32_t i = 0; i < imports; i++) {
    Package *import = summary_foreign(s, &wire);
    if (!import) summary_broken(s);
    vec_push(s->arena, &s->pkg->imports, import);
  }
  read_files(s, &wire);
  if (wire.bad) summary_broken(s);
  s->objects = arena_new_array(s->arena, Object *, s->object_len);
  s->types = arena_new_array(s->arena, Type *, s->type_len);
  s->open = arena_new_array(s->arena, uint32_t, s->type_len);
}

/* ---- looking up ---- */

/* Index of the package-level object of that name, or -1. */
static int64_t find_name(const Summary *s, Atom name) {
  Str wanted = atom_str(name);
  uint32_t mask = s->slot_len - 1, at = name_hash(wanted) & mask;
  for (uint32_t tries = 0; tries < s->slot_len; tries++, at = (at + 1) & mask) {
    uint32_t number = summary_word(s->sections[SECTION_SLOTS], at);
    if (number == 0) return -1;
    if (number > s->name_len) summary_broken(s);
    /* A record begins with the kind and the number of its name's text. */
    Wire wire = {.bytes = s->sections[SECTION_RECORDS]};
    wire.at = summary_word(s->sections[SECTION_OBJECTS], number - 1);
    if (wire.at > wire.bytes.len) summary_broken(s);
    wire_get(&wire);
    if (str_equal(text_at(s, wire_get_below(&wire, s->text_len)), wanted)) return number - 1;
  }
  return -1;
}

static Object *make_object(Summary *s, uint32_t index) {
  lock_take(package_lock(s->pkg));
  if (!s->started) summary_start(s);
  s->depth++;
  Object *object = summary_object(s, index);
  if (--s->depth == 0) {
    summary_open_scopes(s);
    vec_each (const uint32_t, it, &s->fresh) store_release(&s->published[*it], s->objects[*it]);
    s->fresh.len = 0;
  }
  lock_release(package_lock(s->pkg));
  return object;
}

static Object *find_object(void *context, Atom name) {
  Summary *s = context;
  int64_t index = find_name(s, name);
  if (index < 0) return NULL;
  Object *known = load_acquire(&s->published[index]);
  return known ? known : make_object(s, (uint32_t)index);
}

void summary_read_files(Summary *s) {
  lock_take(package_lock(s->pkg));
  if (!s->started) summary_start(s);
  lock_release(package_lock(s->pkg));
}

ObjectList summary_objects(Summary *s) {
  summary_read_files(s);
  ObjectList list = {arena_new_array(s->arena, Object *, s->name_len), s->name_len};
  for (uint32_t i = 0; i < s->name_len; i++) {
    Object *known = load_acquire(&s->published[i]);
    list.items[i] = known ? known : make_object(s, i);
  }
  return list;
}

static ObjectList all_objects(void *context) { return summary_objects(context); }

/* ---- bodies ---- */

void summary_load_body(Summary *s, const Object *func) {
  SourceFile *source = func->u.func.file->syntax->source;
  const FuncDecl *decl = func->u.func.syntax;
  Str bodies = s->sections[SECTION_BODIES];
  if (!func->decl->text)
    BUG("the body of %s.%s has not been kept", atom_text(s->pkg->path), atom_text(func->name));
  BodyLines lines = body_lines(source, decl);
  uint32_t at = func->decl->text - 1;
  if (at > bodies.len || lines.from > lines.to || lines.to > source->text.len ||
      lines.to - lines.from > bodies.len - at)
    summary_broken(s);
  lock_take(package_lock(s->pkg));
  char *text = s->texts[func->u.func.file - s->pkg->files];
  if (!text) {
    text = s->texts[func->u.func.file - s->pkg->files] = arena_alloc(s->arena, source->text.len + 1);
    store_release(&source->text.data, text);
  }
  memcpy(text + lines.from, bodies.data + at, lines.to - lines.from);
  lock_release(package_lock(s->pkg));
}

/* ---- opening ---- */

static bool find_sections(Str bytes, Str *sections) {
  if (bytes.len < HEADER_BYTES || bytes.len > UINT32_MAX) return false;
  for (uint32_t i = 0; i < SECTION_COUNT; i++) {
    uint32_t from = summary_word(bytes, 2 * i), len = summary_word(bytes, 2 * i + 1);
    if (from > bytes.len || len > bytes.len - from) return false;
    sections[i] = (Str){bytes.data + from, len};
  }
  return true;
}

Summary *summary_open(const SummaryReader *reader, Str bytes, Lang lang) {
  Str sections[SECTION_COUNT];
  if (!find_sections(bytes, sections)) return NULL;
  Wire head = {.bytes = sections[SECTION_HEAD]};
  Summary outline = {.text_len = (uint32_t)(sections[SECTION_TEXT_ENDS].len / 4)};
  memcpy(outline.sections, sections, sizeof sections);
  uint32_t path = wire_get_below(&head, outline.text_len), name = wire_get_below(&head, outline.text_len);
  bool is_std = wire_get(&head) != 0;
  uint32_t names = wire_get_below(&head, UINT32_MAX);
  uint32_t objects = (uint32_t)(sections[SECTION_OBJECTS].len / 4),
           slots = (uint32_t)(sections[SECTION_SLOTS].len / 4);
  if (head.bad || names > objects || slots == 0 || (slots & (slots - 1)) != 0) return NULL;
  Interner *interner = reader->config->session->interner;
  Package *pkg = package_new(reader->config, intern(interner, text_at(&outline, path)),
                             intern(interner, text_at(&outline, name)), lang);
  Summary *s = arena_new_of(pkg->arena, Summary);
  *s = outline;
  s->reader = reader;
  s->universe = reader->config->universe;
  s->pkg = pkg;
  s->arena = pkg->arena;
  s->rest = head.at;
  s->name_len = names;
  s->object_len = objects;
  s->slot_len = slots;
  s->type_len = (uint32_t)(sections[SECTION_TYPES].len / 4);
  s->atoms = arena_new_array(s->arena, Atom, s->text_len);
  s->published = arena_new_array(s->arena, Object *, names);
  s->source = (ScopeSource){find_object, all_objects, s};
  pkg->scope->source = &s->source;
  pkg->is_std = is_std;
  pkg->complete = true;
  return s;
}

Package *summary_package(Summary *summary) { return summary->pkg; }
