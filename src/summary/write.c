/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A checked package -> the bytes of its summary.
 *
 * In: package-level objects. Out: them and all that can be reached from them, each object and type once, in the order in which
 * they are first mentioned. An object that belongs to another package ends the walk: its path and name are written.
 *
 * Go: cmd/compile/internal/noder/writer.go
 */
#include "summary/private.h"

typedef struct Writer {
  Arena *arena;
  const SummaryWriter *given;
  const Package *pkg;
  ObjectList names;                    /* package-level, in source order */
  bool failed;                         /* something cannot be written */
  Map texts, packages, objects, types; /* -> number + 1 */
  Buffer text;
  VEC(uint32_t) text_ends, lines, object_offsets, type_offsets;
  VEC(const Package *) package_list;
  VEC(Object *) object_list;
  VEC(Type *) type_list;
  uint32_t *file_starts; /* where each file begins in the package's positions */
  Buffer records, bodies;
} Writer;

/* ---- numbers of things ---- */

static void put_text(Writer *w, Buffer *out, Str text) {
  /* Atoms are unique, so are their bytes. */
  uint64_t *slot = map_put(&w->texts, text.len ? map_key(text.data) : 0);
  if (!*slot) {
    buffer_str(&w->text, text);
    vec_push(w->arena, &w->text_ends, (uint32_t)w->text.len);
    *slot = w->text_ends.len;
  }
  wire_put(out, *slot - 1);
}

static void put_atom(Writer *w, Buffer *out, Atom atom) { put_text(w, out, atom_str(atom)); }

/* 0: none, which is where predeclared names belong. */
static void put_package(Writer *w, Buffer *out, const Package *pkg) {
  if (!pkg) {
    wire_put(out, 0);
    return;
  }
  uint64_t *slot = map_put(&w->packages, map_key(pkg));
  if (!*slot) {
    vec_push(w->arena, &w->package_list, pkg);
    *slot = w->package_list.len;
  }
  wire_put(out, *slot);
}

static void put_position(Writer *w, Buffer *out, Pos pos) {
  const SourceFile *source = pos.v >= POSITION_FIRST ? sources_file(w->given->sources, pos) : NULL;
  for (uint32_t i = 0; source && i < w->pkg->file_len; i++)
    if (w->pkg->files[i].syntax->source == source) {
      wire_put(out, POSITION_FIRST + w->file_starts[i] + source_offset(source, pos));
      return;
    }
  wire_put(out, source ? 0 : pos.v);
}

static void put_object(Writer *w, Buffer *out, Object *object) {
  if (!object) {
    wire_put(out, 0);
    return;
  }
  uint64_t *slot = map_put(&w->objects, map_key(object));
  if (!*slot) {
    vec_push(w->arena, &w->object_list, object);
    *slot = w->object_list.len;
  }
  wire_put(out, *slot);
}

static uint32_t fixed_id(const Universe *universe, const Type *t) {
  if (t->kind != TYPE_BASIC && t->kind != TYPE_NAMED && t->kind != TYPE_ALIAS && t->kind != TYPE_INTERFACE &&
      t->kind != TYPE_TUPLE)
    return FIXED_NONE;
  if (t->kind == TYPE_BASIC && t == universe_basic(universe, t->u.basic.kind))
    return FIXED_BASIC + t->u.basic.kind;
  for (uint32_t id = FIXED_BYTE; id < FIXED_COUNT; id++)
    if (fixed_type(universe, id) == t) return id;
  return FIXED_NONE;
}

static void put_type(Writer *w, Buffer *out, Type *t) {
  uint32_t fixed = t ? fixed_id(w->given->universe, t) : 0;
  if (!t || fixed) {
    wire_put(out, fixed);
    return;
  }
  uint64_t *slot = map_put(&w->types, map_key(t));
  if (!*slot) {
    vec_push(w->arena, &w->type_list, t);
    *slot = w->type_list.len;
  }
  wire_put(out, FIXED_COUNT + *slot - 1);
}

static void put_types(Writer *w, Buffer *out, TypeList list) {
  wire_put(out, list.len);
  for (uint32_t i = 0; i < list.len; i++) put_type(w, out, list.items[i]);
}

static void put_objects(Writer *w, Buffer *out, ObjectList list) {
  wire_put(out, list.len);
  for (uint32_t i = 0; i < list.len; i++) put_object(w, out, list.items[i]);
}

/* ---- types ---- */

/* Package-level and not ours, or nobody's (the name, not the type, may be found in a scope). */
static bool is_foreign(const Writer *w, const Object *object) { return object->pkg != w->pkg; }

static void put_foreign(Writer *w, const Object *object) {
  wire_put(&w->records, RECORD_FOREIGN);
  put_package(w, &w->records, object->pkg);
  put_atom(w, &w->records, object->name);
  const Scope *scope = object->pkg ? object->pkg->scope : universe_scope(w->given->universe);
  if (scope_lookup(scope, object->name) != object) w->failed = true;
}

/* Declared types, instances and names of other packages' types. rhs: what stands behind the name. */
static void put_declared(Writer *w, Type *t, Object *object, Type *origin, TypeList tparams, TypeList targs,
                         Type *rhs) {
  Buffer *out = &w->records;
  if (origin) {
    wire_put(out, RECORD_INSTANCE);
    put_type(w, out, origin);
    put_types(w, out, targs);
    return;
  }
  if (is_foreign(w, object)) {
    put_foreign(w, object);
    return;
  }
  if (scope_lookup(w->pkg->scope, object->name) != object || !rhs) w->failed = true;
  wire_put(out, t->kind);
  put_object(w, out, object);
  put_types(w, out, tparams);
  put_type(w, out, rhs);
  if (t->kind == TYPE_NAMED) put_objects(w, out, t->u.named.methods);
}

static void put_struct(Writer *w, const Type *t) {
  Buffer *out = &w->records;
  put_objects(w, out, t->u.structure.fields);
  wire_put(out, t->u.structure.tags != NULL);
  for (uint32_t i = 0; t->u.structure.tags && i < t->u.structure.fields.len; i++)
    wire_put_str(out, t->u.structure.tags[i]);
}

static void put_signature(Writer *w, const Type *t) {
  Buffer *out = &w->records;
  put_object(w, out, t->u.signature.recv);
  put_types(w, out, t->u.signature.tparams);
  put_types(w, out, t->u.signature.recv_tparams);
  put_type(w, out, t->u.signature.params);
  put_type(w, out, t->u.signature.results);
  wire_put(out, (t->u.signature.variadic ? BIT_VARIADIC : 0));
}

static void put_union(Writer *w, const Type *t) {
  wire_put(&w->records, t->u.union_.len);
  for (uint32_t i = 0; i < t->u.union_.len; i++) {
    wire_put(&w->records, t->u.union_.terms[i].tilde);
    put_type(w, &w->records, t->u.union_.terms[i].type);
  }
}

static void put_literal(Writer *w, Type *t) {
  Buffer *out = &w->records;
  switch ((int)t->kind) {
  case TYPE_ARRAY:
    wire_put_signed(out, t->u.elem.length);
    put_type(w, out, t->u.elem.type);
    break;
  case TYPE_CHAN:
    wire_put(out, t->u.elem.dir);
    put_type(w, out, t->u.elem.type);
    break;
  case TYPE_POINTER:
  case TYPE_SLICE: put_type(w, out, t->u.elem.type); break;
  case TYPE_MAP:
    put_type(w, out, t->u.map.key);
    put_type(w, out, t->u.map.value);
    break;
  case TYPE_STRUCT: put_struct(w, t); break;
  case TYPE_TUPLE: put_objects(w, out, t->u.tuple.vars); break;
  case TYPE_SIGNATURE: put_signature(w, t); break;
  case TYPE_INTERFACE:
    put_objects(w, out, t->u.interface.methods);
    put_types(w, out, t->u.interface.embeddeds);
    wire_put(out, t->u.interface.implicit ? BIT_IMPLICIT : 0);
    put_package(w, out, t->u.interface.pkg);
    break;
  case TYPE_UNION: put_union(w, t); break;
  case TYPE_TYPE_PARAM:
    put_object(w, out, t->u.tparam.object);
    wire_put(out, t->u.tparam.index);
    put_type(w, out, t->u.tparam.bound);
    break;
  default: w->failed = true;
  }
}

static void put_type_record(Writer *w, Type *t) {
  if (t->kind == TYPE_NAMED) {
    put_declared(w, t, t->u.named.object, t->u.named.origin, t->u.named.tparams, t->u.named.targs,
                 t->u.named.from_rhs);
  } else if (t->kind == TYPE_ALIAS) {
    put_declared(w, t, t->u.alias.object, t->u.alias.origin, t->u.alias.tparams, t->u.alias.targs,
                 t->u.alias.from_rhs);
  } else {
    wire_put(&w->records, t->kind);
    put_literal(w, t);
  }
}

/* ---- objects ---- */

static uint32_t file_index(Writer *w, const PackageFile *file) {
  for (uint32_t i = 0; i < w->pkg->file_len; i++)
    if (&w->pkg->files[i] == file) return i;
  w->failed = true;
  return 0;
}

/* Number of the first type that is declared in the body; 0: none. They are in source order. */
static uint32_t first_local_type(const Writer *w, const SourceFile *source, const FuncDecl *decl) {
  uint32_t from = source->base + decl->body_offset, to = from + decl->body_len;
  uint32_t low = 0, high = w->pkg->local_types.len; /* the first one that is not in front of it */
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (w->pkg->local_types.items[middle]->pos.v < from)
      low = middle + 1;
    else
      high = middle;
  }
  return low < w->pkg->local_types.len && w->pkg->local_types.items[low]->pos.v < to ? low + 1 : 0;
}

/* Place of the function's text + 1; 0: it is not kept. */
static uint32_t put_body(Writer *w, Object *object, const FuncDecl *decl) {
  if (decl->body_len == 0 || !w->given->keeps_body(w->given->context, object)) return 0;
  const SourceFile *source = object->u.func.file->syntax->source;
  BodyLines lines = body_lines(source, decl);
  uint32_t place = (uint32_t)w->bodies.len;
  buffer_str(&w->bodies, str_slice(source->text, lines.from, lines.to));
  if (w->bodies.len >= UINT32_MAX) w->failed = true;
  return place + 1;
}

static void put_function(Writer *w, Object *object) {
  Buffer *out = &w->records;
  const FuncDecl *decl = object->u.func.syntax;
  uint32_t bits =
      (object->u.func.has_ptr_recv ? BIT_PTR_RECV : 0) | (object->u.func.nointerface ? BIT_NOINTERFACE : 0);
  wire_put(out, bits | (decl ? BIT_SYNTAX : 0));
  if (object->u.func.origin) w->failed = true;
  if (!decl) return;
  wire_put(out, file_index(w, object->u.func.file));
  wire_put(out, decl->pragma);
  put_position(w, out, decl->node.pos);
  wire_put(out, decl->body_offset);
  wire_put(out, decl->body_len);
  wire_put(out, first_local_type(w, object->u.func.file->syntax->source, decl));
  wire_put(out, put_body(w, object, decl));
}

static void put_object_record(Writer *w, Object *object) {
  Buffer *out = &w->records;
  wire_put(out, object->kind);
  put_atom(w, out, object->name);
  put_package(w, out, object->pkg); /* unexported names of another package's anonymous struct */
  put_position(w, out, object->pos);
  wire_put(out, object->order);
  put_type(w, out, object->type);
  switch (object->kind) {
  case OBJECT_CONST:
    if (!object->u.constant.value)
      w->failed = true;
    else
      const_put(out, object->u.constant.value);
    break;
  case OBJECT_VAR:
    wire_put(out, object->u.var.role);
    wire_put(out, object->u.var.embedded ? BIT_EMBEDDED : 0);
    wire_put(out, object->u.var.field_index);
    break;
  case OBJECT_FUNC: put_function(w, object); break;
  case OBJECT_TYPE_NAME: wire_put(out, object->u.type_name.is_alias ? BIT_ALIAS : 0); break;
  case OBJECT_PACKAGE_NAME:
  case OBJECT_LABEL:
  case OBJECT_BUILTIN:
  case OBJECT_NIL: w->failed = true; break;
  }
}

static uint32_t begin_record(Writer *w) {
  if (w->records.len > UINT32_MAX) w->failed = true;
  return (uint32_t)w->records.len;
}

static void write_records(Writer *w) {
  uint32_t object = 0, type = 0;
  while (object < w->object_list.len || type < w->type_list.len) {
    if (object < w->object_list.len) {
      vec_push(w->arena, &w->object_offsets, begin_record(w));
      put_object_record(w, w->object_list.items[object++]);
    } else {
      vec_push(w->arena, &w->type_offsets, begin_record(w));
      put_type_record(w, w->type_list.items[type++]);
    }
  }
}

/* ---- files ---- */

/* What the file imports, and what a dot import brings into its scope. */
static void put_file_scope(Writer *w, Buffer *head, const PackageFile *file) {
  const Scope *scope = file->scope;
  wire_put(head, scope->objects.len);
  for (uint32_t i = 0; i < scope->objects.len; i++) {
    const Object *object = scope->objects.items[i];
    bool import = object->kind == OBJECT_PACKAGE_NAME;
    wire_put(head, import);
    put_atom(w, head, object->name);
    put_package(w, head, import ? object->u.package_name.imported : object->pkg);
    put_position(w, head, import ? object->pos : POS_NONE);
  }
}

static void put_file(Writer *w, Buffer *head, const PackageFile *file) {
  const SourceFile *source = file->syntax->source;
  put_atom(w, head, source->path);
  wire_put(head, source->text.len);
  wire_put(head, w->lines.len);
  wire_put(head, source->line_count);
  vec_append(w->arena, &w->lines, source->line_starts, source->line_count);
  wire_put(head, source->directives.len);
  vec_each (const LineDirective, it, &source->directives) {
    wire_put(head, it->offset);
    put_atom(w, head, it->filename);
    wire_put(head, it->line);
    wire_put(head, it->col);
  }
  wire_put(head, file->lang.minor);
  put_file_scope(w, head, file);
}

static void put_head(Writer *w, Buffer *head) {
  Buffer rest = {0}; /* may mention more packages */
  wire_put(&rest, w->pkg->imports.len);
  for (uint32_t i = 0; i < w->pkg->imports.len; i++) put_package(w, &rest, w->pkg->imports.items[i]);
  wire_put(&rest, w->pkg->file_len);
  for (uint32_t i = 0; i < w->pkg->file_len; i++) put_file(w, &rest, &w->pkg->files[i]);
  put_atom(w, head, w->pkg->path);
  put_atom(w, head, w->pkg->name);
  wire_put(head, w->pkg->is_std);
  wire_put(head, w->names.len);
  wire_put(head, w->package_list.len);
  for (uint32_t i = 0; i < w->package_list.len; i++) put_atom(w, head, w->package_list.items[i]->path);
  buffer_str(head, buffer_view(&rest));
  buffer_free(&rest);
}

/* ---- sections ---- */

static void put_word(Buffer *out, uint32_t word) {
  const char bytes[4] = {(char)word, (char)(word >> 8), (char)(word >> 16), (char)(word >> 24)};
  buffer_add(out, bytes, sizeof bytes);
}

static void set_word(Buffer *out, size_t at, uint32_t word) {
  for (int i = 0; i < 4; i++) out->data[at + (size_t)i] = (char)(word >> (8 * i));
}

/* base: where the bytes begin in out; header entries count from there. */
static void put_section(Writer *w, Buffer *out, size_t base, Section section, Str bytes) {
  while ((out->len - base) % 4) buffer_char(out, 0);
  set_word(out, base + 8 * section, (uint32_t)(out->len - base));
  set_word(out, base + 8 * section + 4, (uint32_t)bytes.len);
  buffer_str(out, bytes);
  if (out->len - base > UINT32_MAX) w->failed = true;
}

static void put_words(Writer *w, Buffer *out, size_t base, Section section, const uint32_t *words,
                      uint32_t len) {
  Buffer bytes = {0};
  for (uint32_t i = 0; i < len; i++) put_word(&bytes, words[i]);
  put_section(w, out, base, section, buffer_view(&bytes));
  buffer_free(&bytes);
}

static void put_slots(Writer *w, Buffer *out, size_t base) {
  uint32_t count = 4;
  while (count < 2 * w->names.len) count *= 2;
  uint32_t *slots = arena_new_array(w->arena, uint32_t, count);
  for (uint32_t i = 0; i < w->names.len; i++) {
    uint32_t at = name_hash(atom_str(w->names.items[i]->name)) & (count - 1);
    while (slots[at]) at = (at + 1) & (count - 1);
    slots[at] = i + 1; /* they were numbered first */
  }
  put_words(w, out, base, SECTION_SLOTS, slots, count);
}

static void put_sections(Writer *w, Buffer *out) {
  size_t base = out->len;
  for (int i = 0; i < HEADER_WORDS; i++) put_word(out, 0);
  Buffer head = {0};
  write_records(w);
  put_head(w, &head);
  put_section(w, out, base, SECTION_HEAD, buffer_view(&head));
  put_section(w, out, base, SECTION_TEXTS, buffer_view(&w->text));
  put_words(w, out, base, SECTION_TEXT_ENDS, w->text_ends.items, w->text_ends.len);
  put_words(w, out, base, SECTION_LINES, w->lines.items, w->lines.len);
  put_slots(w, out, base);
  put_words(w, out, base, SECTION_OBJECTS, w->object_offsets.items, w->object_offsets.len);
  put_words(w, out, base, SECTION_TYPES, w->type_offsets.items, w->type_offsets.len);
  put_section(w, out, base, SECTION_RECORDS, buffer_view(&w->records));
  put_section(w, out, base, SECTION_BODIES, buffer_view(&w->bodies));
  buffer_free(&head);
}

static bool write_names(Buffer *out, const SummaryWriter *given, const Package *pkg, ObjectList names) {
  Arena *arena = arena_new();
  Writer w = {.arena = arena, .given = given, .pkg = pkg, .names = names};
  w.texts = w.packages = w.objects = w.types = map_in(arena);
  w.file_starts = arena_new_array(arena, uint32_t, pkg->file_len + 1);
  for (uint32_t i = 0; i < pkg->file_len; i++)
    w.file_starts[i + 1] = w.file_starts[i] + (uint32_t)pkg->files[i].syntax->source->text.len + 1;
  Buffer none = {0};
  for (uint32_t i = 0; i < names.len; i++) put_object(&w, &none, names.items[i]);
  buffer_free(&none);
  put_sections(&w, out);
  buffer_free(&w.text);
  buffer_free(&w.records);
  buffer_free(&w.bodies);
  arena_free(arena);
  return !w.failed;
}

bool summary_write(Buffer *out, const SummaryWriter *writer, const Package *pkg) {
  if (pkg->failed || pkg->fake || pkg->scope->source || pkg->notes.list.len) return false;
  ObjectList names = {pkg->scope->objects.items, pkg->scope->objects.len};
  return write_names(out, writer, pkg, names);
}

static bool was_kept(void *context, Object *func) {
  if (!func->decl->text) return false;
  summary_load_body(context, func);
  return true;
}

bool summary_write_again(Buffer *out, const Sources *sources, const Universe *universe, Summary *summary) {
  SummaryWriter writer = {
      .sources = sources, .universe = universe, .keeps_body = was_kept, .context = summary};
  return write_names(out, &writer, summary_package(summary), summary_objects(summary));
}
