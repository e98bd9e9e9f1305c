/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Types and objects as text, the way error messages print them.
 *
 * In:  a type or object, and how package names are to be shown. Out: bytes in a buffer.
 * Idea: one writer with a chain of the types being printed, so that cyclic anonymous interfaces end.
 *
 * Go: cmd/compile/internal/types2/typestring.go, the printing half of object.go
 */
#include <stdio.h>

#include "types/typestring.h"

enum { CYCLE_WINDOW = 128 }; /* types */

typedef struct Chain { /* types that are being printed, innermost first */
  const Type *type;
  const struct Chain *outer;
  uint32_t depth;
} Chain;

static void write_type(TypeWriter *w, Type *t, const Chain *outer);
static void write_signature(TypeWriter *w, Type *t, const Chain *chain);

void type_writer_package(TypeWriter *w, const Package *pkg) {
  if (!pkg || pkg == w->relative_to) return;
  if (!w->by_name || (w->ambiguous && w->ambiguous(w->context, pkg))) {
    if (w->by_name) buffer_char(w->out, '"');
    buffer_str(w->out, atom_str(pkg->path));
    if (w->by_name) buffer_char(w->out, '"');
  } else {
    buffer_str(w->out, atom_str(pkg->name));
  }
  buffer_char(w->out, '.');
}

static void write_name(TypeWriter *w, const Object *object) {
  type_writer_package(w, object->pkg);
  buffer_str(w->out, atom_str(object->name));
}

static void write_list(TypeWriter *w, TypeList list, const Chain *chain) {
  buffer_char(w->out, '[');
  for (uint32_t i = 0; i < list.len; i++) {
    if (i) buffer_text(w->out, ", ");
    write_type(w, list.items[i], chain);
  }
  buffer_char(w->out, ']');
}

/* [P, Q C1, R C2]: a bound is written once for neighbours that share it. */
static void write_tparams(TypeWriter *w, TypeList list, const Chain *chain) {
  buffer_char(w->out, '[');
  Type *bound = NULL;
  for (uint32_t i = 0; i < list.len; i++) {
    Type *next = list.items[i]->u.tparam.bound;
    if (i) {
      if (next != bound) {
        buffer_char(w->out, ' ');
        write_type(w, bound, chain);
      }
      buffer_text(w->out, ", ");
    }
    bound = next;
    write_type(w, list.items[i], chain);
  }
  if (bound) {
    buffer_char(w->out, ' ');
    write_type(w, bound, chain);
  }
  buffer_char(w->out, ']');
}

void buffer_quoted(Buffer *out, Str text) {
  buffer_char(out, '"');
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c == '"' || c == '\\') {
      buffer_char(out, '\\');
      buffer_char(out, (char)c);
    } else if (c == '\n' || c == '\t' || c == '\r') {
      buffer_text(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
    } else if (c < 0x20 || c == 0x7f) {
      buffer_printf(out, "\\x%02x", c);
    } else {
      buffer_char(out, (char)c);
    }
  }
  buffer_char(out, '"');
}

static void open_brace(TypeWriter *w, const char *keyword, bool empty) {
  buffer_text(w->out, keyword);
  buffer_text(w->out, !w->spaced ? "{" : empty ? " {" : " { ");
}

static void close_brace(TypeWriter *w, bool empty) { buffer_text(w->out, w->spaced && !empty ? " }" : "}"); }

static void write_struct(TypeWriter *w, Type *t, const Chain *chain) {
  ObjectList fields = t->u.structure.fields;
  open_brace(w, "struct", fields.len == 0);
  for (uint32_t i = 0; i < fields.len; i++) {
    const Object *field = fields.items[i];
    if (i) buffer_text(w->out, "; ");
    bool annotate = w->annotate_package && !object_is_exported(field);
    if (annotate) w->annotate_package = false;
    if (!field->u.var.embedded) {
      buffer_str(w->out, atom_str(field->name));
      buffer_char(w->out, ' ');
    }
    write_type(w, field->type, chain);
    if (annotate && field->pkg) {
      buffer_text(w->out, " /* package ");
      buffer_str(w->out, atom_str(field->pkg->path));
      buffer_text(w->out, " */ ");
    }
    if (t->u.structure.tags && t->u.structure.tags[i].len) {
      buffer_char(w->out, ' ');
      buffer_quoted(w->out, t->u.structure.tags[i]);
    }
  }
  close_brace(w, fields.len == 0);
}

static void write_interface(TypeWriter *w, Type *t, const Chain *chain) {
  if (t == t->universe->comparable_interface) {
    buffer_text(w->out, "interface{comparable}");
    return;
  }
  ObjectList methods = t->u.interface.methods;
  TypeList embeddeds = t->u.interface.embeddeds;
  if (t->u.interface.implicit) {
    if (methods.len == 0 && embeddeds.len == 1) {
      write_type(w, embeddeds.items[0], chain);
      return;
    }
    buffer_text(w->out, "/* implicit */ ");
  }
  /* The empty interface has the short name of its alias only if it was written so. */
  bool empty = methods.len + embeddeds.len == 0;
  open_brace(w, "interface", empty);
  for (uint32_t i = 0; i < methods.len; i++) {
    if (i) buffer_text(w->out, "; ");
    buffer_str(w->out, atom_str(methods.items[i]->name));
    if (methods.items[i]->type) write_signature(w, methods.items[i]->type, chain);
  }
  for (uint32_t i = 0; i < embeddeds.len; i++) {
    if (i || methods.len) buffer_text(w->out, "; ");
    write_type(w, embeddeds.items[i], chain);
  }
  close_brace(w, empty);
}

static void write_chan(TypeWriter *w, Type *t, const Chain *chain) {
  static const char *const heads[] = {
      [CHAN_BOTH] = "chan ", [CHAN_SEND] = "chan<- ", [CHAN_RECV] = "<-chan "};
  const Type *elem = t->u.elem.type;
  bool parens =
      t->u.elem.dir == CHAN_BOTH && elem && elem->kind == TYPE_CHAN && elem->u.elem.dir == CHAN_RECV;
  buffer_text(w->out, heads[t->u.elem.dir]);
  if (parens) buffer_char(w->out, '(');
  write_type(w, t->u.elem.type, chain);
  if (parens) buffer_char(w->out, ')');
}

static void write_tparam(TypeWriter *w, const Type *t) {
  const Object *object = t->u.tparam.object;
  if (!object) {
    buffer_text(w->out, "<unnamed type parameter>");
    return;
  }
  buffer_str(w->out, atom_str(object->name));
  /* A type parameter called int is best told apart from the predeclared one. */
  if (!scope_lookup(t->universe->scope, object->name)) return;
  buffer_text(w->out, " /* with ");
  buffer_str(w->out, atom_str(object->name));
  buffer_text(w->out, " declared at ");
  if (w->sources)
    source_print_position(w->sources, w->out, object->pos);
  else
    buffer_text(w->out, "?");
  buffer_text(w->out, " */");
}

static void write_tuple(TypeWriter *w, Type *t, bool variadic, const Chain *chain) {
  buffer_char(w->out, '(');
  ObjectList vars = t ? t->u.tuple.vars : (ObjectList){0};
  for (uint32_t i = 0; i < vars.len; i++) {
    const Object *var = vars.items[i];
    if (i) buffer_text(w->out, ", ");
    if (var->name && var->name->len && !w->no_param_names) {
      buffer_str(w->out, atom_str(var->name));
      buffer_char(w->out, ' ');
    }
    if (!variadic || i + 1 < vars.len) {
      write_type(w, var->type, chain);
    } else if (var->type && var->type->kind == TYPE_SLICE) {
      buffer_text(w->out, "...");
      write_type(w, var->type->u.elem.type, chain);
    } else { /* append([]byte, string...) */
      write_type(w, var->type, chain);
      buffer_text(w->out, "...");
    }
  }
  buffer_char(w->out, ')');
}

static void write_signature(TypeWriter *w, Type *t, const Chain *chain) {
  if (t->u.signature.tparams.len) write_tparams(w, t->u.signature.tparams, chain);
  write_tuple(w, t->u.signature.params, t->u.signature.variadic, chain);
  Type *results = t->u.signature.results;
  if (!results || results->u.tuple.vars.len == 0) return;
  buffer_char(w->out, ' ');
  const Object *first = results->u.tuple.vars.items[0];
  if (results->u.tuple.vars.len == 1 && (!first->name || first->name->len == 0))
    write_type(w, first->type, chain);
  else
    write_tuple(w, results, false, chain);
}

static const char *go_kind(const Type *t) {
  static const char *const names[] = {
      [TYPE_BASIC] = "*Basic",     [TYPE_NAMED] = "*Named",         [TYPE_ALIAS] = "*Alias",
      [TYPE_POINTER] = "*Pointer", [TYPE_SLICE] = "*Slice",         [TYPE_ARRAY] = "*Array",
      [TYPE_MAP] = "*Map",         [TYPE_CHAN] = "*Chan",           [TYPE_STRUCT] = "*Struct",
      [TYPE_TUPLE] = "*Tuple",     [TYPE_SIGNATURE] = "*Signature", [TYPE_INTERFACE] = "*Interface",
      [TYPE_UNION] = "*Union",     [TYPE_TYPE_PARAM] = "*TypeParam"};
  return names[t->kind];
}

static void write_named(TypeWriter *w, Type *t, const Chain *chain) {
  bool alias = t->kind == TYPE_ALIAS;
  write_name(w, alias ? t->u.alias.object : t->u.named.object);
  TypeList targs = type_args(t), tparams = type_params(t);
  if (targs.len)
    write_list(w, targs, chain);
  else if (tparams.len)
    write_tparams(w, tparams, chain);
}

/* Is t being printed? A cycle of more types than CYCLE_WINDOW is found when the depth is a power of two: each type costs little, however
   deep it is nested. */
static bool is_cycle(const Type *t, const Chain *chain, uint32_t depth) {
  uint32_t window = (depth & (depth - 1)) == 0 ? depth : CYCLE_WINDOW;
  for (; chain && window; chain = chain->outer, window--)
    if (chain->type == t) return true;
  return false;
}

static void write_type(TypeWriter *w, Type *t, const Chain *outer) {
  if (!t) {
    buffer_text(w->out, "<nil>");
    return;
  }
  uint32_t depth = outer ? outer->depth + 1 : 0;
  if (is_cycle(t, outer, depth)) {
    buffer_text(w->out, "<cycle to ");
    buffer_text(w->out, go_kind(t));
    buffer_char(w->out, '>');
    return;
  }
  Chain chain = {t, outer, depth};
  switch (t->kind) {
  case TYPE_BASIC:
    if (t->u.basic.kind == BASIC_UNSAFE_POINTER) type_writer_package(w, t->universe->unsafe);
    buffer_str(w->out, atom_str(t->u.basic.name));
    break;
  case TYPE_NAMED:
  case TYPE_ALIAS: write_named(w, t, &chain); break;
  case TYPE_POINTER:
    buffer_char(w->out, '*');
    write_type(w, t->u.elem.type, &chain);
    break;
  case TYPE_SLICE:
    buffer_text(w->out, "[]");
    write_type(w, t->u.elem.type, &chain);
    break;
  case TYPE_ARRAY:
    buffer_printf(w->out, "[%lld]", (long long)t->u.elem.length);
    write_type(w, t->u.elem.type, &chain);
    break;
  case TYPE_MAP:
    buffer_text(w->out, "map[");
    write_type(w, t->u.map.key, &chain);
    buffer_char(w->out, ']');
    write_type(w, t->u.map.value, &chain);
    break;
  case TYPE_CHAN: write_chan(w, t, &chain); break;
  case TYPE_STRUCT: write_struct(w, t, &chain); break;
  case TYPE_TUPLE: write_tuple(w, t, false, &chain); break;
  case TYPE_SIGNATURE:
    buffer_text(w->out, "func");
    write_signature(w, t, &chain);
    break;
  case TYPE_INTERFACE: write_interface(w, t, &chain); break;
  case TYPE_UNION:
    for (uint32_t i = 0; i < t->u.union_.len; i++) {
      if (i) buffer_text(w->out, " | ");
      if (t->u.union_.terms[i].tilde) buffer_char(w->out, '~');
      write_type(w, t->u.union_.terms[i].type, &chain);
    }
    break;
  case TYPE_TYPE_PARAM: write_tparam(w, t); break;
  }
}

/* ---- objects ---- */

static void write_func_name(TypeWriter *w, const Object *f) {
  if (f->type && f->type->kind == TYPE_SIGNATURE) {
    const Object *recv = f->type->u.signature.recv;
    if (recv) {
      buffer_char(w->out, '(');
      if (recv->type && recv->type->kind == TYPE_INTERFACE)
        buffer_text(w->out, "interface");
      else
        write_type(w, recv->type, NULL);
      buffer_text(w->out, ").");
    } else {
      type_writer_package(w, f->pkg);
    }
  }
  buffer_str(w->out, atom_str(f->name));
}

static void write_type_name(TypeWriter *w, const Object *object) {
  Type *t = object->type;
  if (t->kind == TYPE_BASIC) return;
  TypeList tparams = type_params(t);
  if (tparams.len) write_tparams(w, tparams, NULL);
  if (object_is_alias(object)) {
    buffer_text(w->out, " =");
    if (t->kind == TYPE_ALIAS) t = t->u.alias.from_rhs;
  } else if (t->kind == TYPE_TYPE_PARAM) {
    t = t->u.tparam.bound;
  } else {
    t = type_underlying(t);
  }
  buffer_char(w->out, ' ');
  write_type(w, t, NULL);
}

void type_write(TypeWriter *w, Type *t) { write_type(w, t, NULL); }
void type_write_signature(TypeWriter *w, Type *t) { write_signature(w, t, NULL); }

void object_write(TypeWriter *w, const Object *object) {
  static const char *const words[] = {[OBJECT_PACKAGE_NAME] = "package ",
                                      [OBJECT_CONST] = "const ",
                                      [OBJECT_TYPE_NAME] = "type ",
                                      [OBJECT_VAR] = "var ",
                                      [OBJECT_FUNC] = "func ",
                                      [OBJECT_LABEL] = "label ",
                                      [OBJECT_BUILTIN] = "builtin ",
                                      [OBJECT_NIL] = "nil"};
  const char *word = words[object->kind];
  if (object->kind == OBJECT_VAR && object->u.var.role == VAR_FIELD) word = "field ";
  if (object->kind == OBJECT_TYPE_NAME && object->type && type_is_type_param(object->type))
    word = "type parameter ";
  buffer_text(w->out, word);
  if (object->kind == OBJECT_NIL) return;
  if (object->kind == OBJECT_FUNC) {
    write_func_name(w, object);
    if (object->type && object->type->kind == TYPE_SIGNATURE) write_signature(w, object->type, NULL);
    return;
  }
  if (object->kind == OBJECT_PACKAGE_NAME) {
    buffer_str(w->out, atom_str(object->name));
    const Package *imported = object->u.package_name.imported;
    if (imported && imported->path && imported->path != object->name)
      buffer_printf(w->out, " (\"%s\")", atom_text(imported->path));
    return;
  }
  if (object->pkg && object->pkg->scope && scope_lookup(object->pkg->scope, object->name) == object)
    type_writer_package(w, object->pkg);
  buffer_str(w->out, atom_str(object->name));
  if (!object->type || object->kind == OBJECT_LABEL || object->kind == OBJECT_BUILTIN) return;
  if (object->kind == OBJECT_TYPE_NAME) {
    write_type_name(w, object);
    return;
  }
  buffer_char(w->out, ' ');
  write_type(w, object->type, NULL);
}

void type_print(Buffer *out, Type *t, const Package *relative_to) {
  TypeWriter w = {.out = out, .relative_to = relative_to};
  type_write(&w, t);
}

void object_print(Buffer *out, const Object *object, const Package *relative_to) {
  TypeWriter w = {.out = out, .relative_to = relative_to};
  object_write(&w, object);
}
