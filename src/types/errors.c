/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Errors of the checker as notes, and the texts of types, operands and expressions that they quote.
 *
 * Idea: a message that quotes an invalid operand or type follows from an earlier error and is dropped, and so is a repetition
 * of the previous message on the same line. Errors about language versions say where the version comes from.
 *
 * Go: cmd/compile/internal/types2/{errors,format,version,operand,errsupport}.go, noder/irgen.go (checkFiles)
 */
#include <stdio.h>

#include "types/core.h"
#include "types/typestring.h"

Pos error_pos(const Node *node) { return node ? node_start(node) : POS_NONE; }

/* ---- reporting ---- */

static ptrdiff_t text_find(Str text, const char *what) {
  size_t n = strlen(what);
  for (size_t i = 0; i + n <= text.len; i++)
    if (memcmp(text.data + i, what, n) == 0) return (ptrdiff_t)i;
  return -1;
}

/* "requires go1.N or later", as the compiler's driver recognises it. */
static bool is_version_error(Str text) {
  ptrdiff_t at = text_find(text, "requires go");
  if (at < 0) return false;
  size_t i = (size_t)at + strlen("requires go"), start = i;
  while (i < text.len && text.data[i] >= '0' && text.data[i] <= '9') i++;
  if (i == start || i >= text.len || text.data[i] != '.') return false;
  start = ++i;
  while (i < text.len && text.data[i] >= '0' && text.data[i] <= '9') i++;
  return i > start && str_has_prefix(str_slice(text, i, text.len), STR(" or later"));
}

static const PackageFile *file_at(Checker *check, Pos pos) {
  const SourceFile *source = sources_file(check->config->session->sources, pos);
  for (uint32_t i = 0; source && i < check->pkg->file_len; i++)
    if (check->pkg->files[i].syntax->source == source) return &check->pkg->files[i];
  return NULL;
}

static Str explain_version(Checker *check, Pos pos, Str text) {
  const PackageFile *file = file_at(check, pos);
  if (!file) return text;
  Lang declared = {0};
  if (file->syntax->go_version.len && lang_parse(file->syntax->go_version, &declared) &&
      declared.minor == file->lang.minor)
    return arena_printf(check->arena, STR_FMT " (file declares //go:build go1.%u)", STR_ARG(text),
                        declared.minor);
  return arena_printf(check->arena, STR_FMT " (-lang was set to go1.%u; check go.mod)", STR_ARG(text),
                      check->pkg->lang.minor);
}

static bool repeats_last(Checker *check, Pos pos, Str text) {
  if (check->notes->list.len == 0) return false;
  const Note *last = &vec_last(&check->notes->list);
  if (!str_equal(last->text, text)) return false;
  const Sources *sources = check->config->session->sources;
  Position a = source_position_physical(sources, last->pos), b = source_position_physical(sources, pos);
  return a.line == b.line && str_equal(a.filename, b.filename);
}

/* Nobody will read what is reported now: its texts need not be made, which can be long. */
static bool is_full(const Checker *check) {
  return check->config->max_errors && check->error_count >= check->config->max_errors;
}

static void report(Checker *check, Pos pos, bool soft, Str text) {
  if (check->had_error) {
    /* Lines that begin with one tab quote other declarations; with two tabs they still belong to the message. */
    size_t end = 0;
    while (end < text.len && !(text.data[end] == '\n' && end + 2 < text.len && text.data[end + 2] != '\t'))
      end++;
    Str first = str_slice(text, 0, end);
    if (text_find(first, "invalid operand") > 0 || text_find(first, "invalid type") > 0) return;
  }
  if (pos_known(check->env.error_pos)) pos = check->env.error_pos;
  check->had_error = true;
  if (is_full(check)) return;
  if (is_version_error(text)) text = explain_version(check, pos, text);
  if (repeats_last(check, pos, text)) return;
  check->error_count++;
  if (soft)
    note_add_soft(check->notes, pos, STR_FMT, STR_ARG(text));
  else
    note_add(check->notes, pos, STR_FMT, STR_ARG(text));
}

void check_error(Checker *check, Pos pos, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  Str text = arena_vprintf(check->arena, fmt, args);
  va_end(args);
  report(check, pos, false, text);
}

void check_soft_error(Checker *check, Pos pos, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  Str text = arena_vprintf(check->arena, fmt, args);
  va_end(args);
  report(check, pos, true, text);
}

bool check_allow_version(Checker *check, uint16_t minor) { return lang_at_least(check->env.lang, minor); }

bool check_verify_version(Checker *check, Pos pos, uint16_t minor, const char *what) {
  if (check_allow_version(check, minor)) return true;
  check_error(check, pos, "%s requires go1.%u or later", what, minor);
  return false;
}

bool check_verify_name(Checker *check, Pos pos, uint16_t minor, const char *what, const char *name) {
  if (!check_is_old(check) || minor <= check->config->profile->lang_max)
    return check_verify_version(check, pos, minor, what);
  check_error(check, pos, "undefined: %s", name);
  return false;
}

/* ---- texts ---- */

/* Package names stand for packages unless two in the import graph share one. */
static void count_names(Checker *check, Core *core, const Package *pkg) {
  uint64_t *seen = map_put(&core->packages_seen, map_key(pkg));
  if (*seen) return;
  *seen = 1;
  uint64_t *path = map_put(&core->path_of_name, map_key(pkg->name));
  if (*path == 0)
    *path = map_key(pkg->path);
  else if (*path != map_key(pkg->path))
    *path = 1; /* more than one; no path has this address */
  for (uint32_t i = 0; i < pkg->imports.len; i++) count_names(check, core, pkg->imports.items[i]);
}

static bool is_ambiguous(void *context, const Package *pkg) {
  Checker *check = context;
  Core *core = check->core;
  if (!core->packages_seen.arena) {
    core->packages_seen = map_in(check->arena);
    core->path_of_name = map_in(check->arena);
    count_names(check, core, check->pkg);
  }
  const uint64_t *path = map_find(&core->path_of_name, map_key(pkg->name));
  return path && *path == 1;
}

TypeWriter check_writer(Checker *check, Buffer *out) {
  return (TypeWriter){.out = out,
                      .relative_to = check->pkg,
                      .by_name = true,
                      .spaced = check_is_old(check),
                      .ambiguous = is_ambiguous,
                      .context = check,
                      .sources = check->config->session->sources};
}

static const char *finish_text(Checker *check, Buffer *out) {
  const char *text = arena_strdup(check->arena, buffer_view(out));
  buffer_free(out);
  return text;
}

const char *text_type(Checker *check, Type *t) {
  if (is_full(check)) return "";
  Buffer out = {0};
  TypeWriter w = check_writer(check, &out);
  type_write(&w, t);
  return finish_text(check, &out);
}

const char *text_types(Checker *check, TypeList list) {
  Buffer out = {0};
  TypeWriter w = check_writer(check, &out);
  buffer_char(&out, '[');
  for (uint32_t i = 0; i < list.len; i++) {
    if (i) buffer_text(&out, ", ");
    type_write(&w, list.items[i]);
  }
  buffer_char(&out, ']');
  return finish_text(check, &out);
}

const char *text_object(Checker *check, const Object *object) {
  Buffer out = {0};
  TypeWriter w = check_writer(check, &out);
  object_write(&w, object);
  return finish_text(check, &out);
}

const char *text_expr(Checker *check, const Node *expr) {
  if (is_full(check)) return "";
  Buffer out = {0};
  if (expr) node_print(&out, expr, true);
  return finish_text(check, &out);
}

const char *text_typed(Checker *check, const Operand *x) {
  return arena_printf(check->arena, "%s (type %s)", text_expr(check, x->expr), text_type(check, x->type))
      .data;
}

const char *text_function(Checker *check, const Object *f, bool package_info) {
  Buffer out = {0};
  TypeWriter w = check ? check_writer(check, &out) : (TypeWriter){.out = &out};
  if (package_info) w = (TypeWriter){.out = &out, .annotate_package = true};
  w.no_param_names = true;
  buffer_str(&out, atom_str(f->name));
  type_write_signature(&w, f->type);
  Str text = arena_str(check ? check->arena : universe_arena(f->type->universe), buffer_view(&out));
  buffer_free(&out);
  return text.data;
}

/* ---- a selector that was not found ---- */

static Str without_first_rune(Atom name) {
  size_t i = 1;
  while (i < name->len && ((unsigned char)name->text[i] & 0xc0) == 0x80) i++;
  return str_slice(atom_str(name), i, name->len);
}

typedef enum LookupMiss { MISS_PLAIN, MISS_SPELLING, MISS_UNEXPORTED, MISS_INACCESSIBLE } LookupMiss;

static LookupMiss classify_miss(const Checker *check, Atom sel, const Object *object) {
  if (!object) return MISS_PLAIN;
  if (object->pkg == check->pkg) return MISS_SPELLING;
  bool same_tail = str_equal(without_first_rune(sel), without_first_rune(object->name));
  if (name_is_exported(sel)) {
    if (object_is_exported(object)) return MISS_SPELLING;
    return same_tail ? MISS_UNEXPORTED : MISS_PLAIN;
  }
  if (object_is_exported(object)) return same_tail ? MISS_SPELLING : MISS_PLAIN;
  return sel == object->name ? MISS_INACCESSIBLE : MISS_PLAIN;
}

const char *lookup_error(Checker *check, Type *t, Atom sel, Object *object, bool struct_literal) {
  LookupMiss miss = classify_miss(check, sel, object);
  const char *type = text_type(check, t), *name = atom_text(sel),
             *other = object ? atom_text(object->name) : "";
  const char *what = !object                       ? "object"
                     : object->kind == OBJECT_VAR  ? "field"
                     : object->kind == OBJECT_FUNC ? "method"
                                                   : "object";
  Str s = {0};
  if (struct_literal) {
    s = miss == MISS_INACCESSIBLE
            ? arena_printf(check->arena, "cannot refer to unexported field %s in struct literal of type %s",
                           other, type)
        : miss == MISS_PLAIN
            ? arena_printf(check->arena, "unknown field %s in struct literal of type %s", name, type)
            : arena_printf(check->arena, "unknown field %s in struct literal of type %s, but does have %s%s",
                           name, type, miss == MISS_UNEXPORTED ? "unexported " : "", other);
    return s.data;
  }
  s = miss == MISS_INACCESSIBLE ? arena_printf(check->arena, "cannot refer to unexported %s %s", what, other)
      : miss == MISS_PLAIN
          ? arena_printf(check->arena, "type %s has no field or method %s", type, name)
          : arena_printf(check->arena, "type %s has no field or method %s, but does have %s%s %s", type, name,
                         miss == MISS_UNEXPORTED ? "unexported " : "", what, other);
  return s.data;
}
