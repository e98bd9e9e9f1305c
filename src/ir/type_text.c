/* SPDX-License-Identifier: BSD-3-Clause
 *
 * type_text: types as `-m` prints them, and as symbol names of instances contain them.
 *
 * In: a type as checked. Out: text. The compiler prints its own type nodes, not the checker's; what follows from that:
 * aliases are gone except `any`, which prints as written; parameters have no names; methods of an interface are sorted, exported
 * ones first; unexported names of other packages are qualified, in interfaces always, by path; the number of a local type
 * ("T·1") shows only in symbol names, where packages are paths and byte, rune and any are uint8, int32 and interface {}.
 *
 * Go: cmd/compile/internal/types/fmt.go, cmd/internal/objabi/path.go
 */
#include "ir/ir.h"

typedef struct TypePrinter {
  Buffer *out;
  const Unit *unit;
  bool link;          /* for symbol names */
  bool object;        /* the own package has no path yet */
  Map *keys;          /* of type_link_key: parts of types print as their keys; else NULL */
  size_t key_bytes;   /* in `out` */
  uint64_t parts_len; /* bytes of the texts that these stand for */
} TypePrinter;

static void print_type(TypePrinter *p, Type *t);

static bool is_exported(Atom name) {
  unsigned char first = name && name->len > 0 ? (unsigned char)name->text[0] : '_';
  if (first < 0x80) return first >= 'A' && first <= 'Z';
  return text_is_exported(atom_str(name));
}

/* The path as the linker writes it: dots of the last element and unusual bytes as %xx. Shapes keep theirs. */
void link_path_print(Buffer *out, Str path) {
  if (str_equal(path, STR("go.shape"))) {
    buffer_str(out, path);
    return;
  }
  ptrdiff_t slash = str_last_index(path, '/');
  for (size_t i = 0; i < path.len; i++) {
    unsigned char c = (unsigned char)path.data[i];
    bool dot = c == '.' && (ptrdiff_t)i > slash;
    if (c <= ' ' || dot || c == '%' || c == '"' || c >= 0x7f)
      buffer_printf(out, "%%%02x", c);
    else
      buffer_char(out, (char)c);
  }
}

void link_package_print(Buffer *out, const Unit *unit, const Package *pkg) {
  link_path_print(out, atom_str(pkg == unit->pkg && unit->path ? unit->path : pkg->path));
}

/* "pkg." before a symbol; nothing for the own package (unless for symbol names) and the universe. */
static void print_qualifier(TypePrinter *p, const Package *pkg, bool link) {
  if (!pkg) return;
  if (link && p->object && pkg == p->unit->pkg) {
    buffer_text(p->out, "\"\"");
  } else if (link) {
    link_package_print(p->out, p->unit, pkg);
  } else {
    const Unit *unit = p->unit;
    if (pkg == unit->pkg || !pkg->name || pkg->name->len == 0) return;
    if (unit->name_is_shared && unit->name_is_shared(unit->context, unit, pkg))
      text_quote(p->out, atom_str(pkg->path));
    else
      buffer_str(p->out, atom_str(pkg->name));
  }
  buffer_char(p->out, '.');
}

/* implicits: so many stand for type parameters of the function around the declaration. */
static void print_list(TypePrinter *p, TypeList list, uint32_t implicits) {
  for (uint32_t i = 0; i < list.len; i++) {
    if (i > 0) buffer_char(p->out, i == implicits ? ';' : ',');
    print_type(p, list.items[i]);
  }
}

bool object_is_local_type(const Object *object) {
  return object->pkg && object->parent && object->parent != object->pkg->scope && object->order != 0;
}

/* Names of shapes of local types end with the type's number; it does not show. */
static Str without_local_number(Str name) {
  size_t n = name.len;
  while (n > 0 && name.data[n - 1] >= '0' && name.data[n - 1] <= '9') n--;
  Str head = str_slice(name, 0, n);
  return n < name.len && str_has_suffix(head, STR("·")) ? str_slice(head, 0, n - (sizeof "·" - 1)) : name;
}

static void print_named(TypePrinter *p, Type *t) {
  const Object *object = t->u.named.object;
  Str name = atom_str(object->name);
  if (!p->link && t->u.named.targs.len == 0) name = without_local_number(name);
  print_qualifier(p, object->pkg, p->link);
  buffer_str(p->out, name);
  if (t->u.named.targs.len > 0) {
    bool outer = p->link;
    p->link = true;
    buffer_char(p->out, '[');
    const Type *origin = t->u.named.origin;
    uint32_t len = t->u.named.targs.len;
    print_list(p, t->u.named.targs,
               origin && len > origin->u.named.tparams.len ? origin->u.named.implicits.len : 0);
    buffer_char(p->out, ']');
    p->link = outer;
  }
  if (p->link && object_is_local_type(object)) buffer_printf(p->out, "·%u", (unsigned)object->order);
}

static void print_basic(TypePrinter *p, const Type *t) {
  const Universe *universe = p->unit->universe;
  if (t->u.basic.kind == BASIC_UNSAFE_POINTER)
    buffer_text(p->out, "unsafe.Pointer");
  else if (t->u.basic.kind == BASIC_UNTYPED_NIL)
    buffer_text(p->out, "nil");
  else if (p->link && t == universe_byte(universe))
    buffer_text(p->out, "uint8");
  else if (p->link && t == universe_rune(universe))
    buffer_text(p->out, "int32");
  else
    buffer_str(p->out, atom_str(t->u.basic.name));
}

static void print_chan(TypePrinter *p, Type *t) {
  Type *elem = t->u.elem.type;
  bool parens = false;
  if (t->u.elem.dir == CHAN_RECV)
    buffer_text(p->out, "<-chan ");
  else if (t->u.elem.dir == CHAN_SEND)
    buffer_text(p->out, "chan<- ");
  else {
    buffer_text(p->out, "chan ");
    Type *plain = type_unalias(elem);
    parens = plain->kind == TYPE_CHAN && plain->u.elem.dir == CHAN_RECV;
  }
  if (parens) buffer_char(p->out, '(');
  print_type(p, elem);
  if (parens) buffer_char(p->out, ')');
}

static void print_params(TypePrinter *p, Type *tuple, bool variadic) {
  buffer_char(p->out, '(');
  ObjectList vars = tuple->u.tuple.vars;
  for (uint32_t i = 0; i < vars.len; i++) {
    if (i > 0) buffer_text(p->out, ", ");
    Type *t = vars.items[i]->type;
    Type *slice = type_unalias(t);
    if (variadic && i + 1 == vars.len && slice->kind == TYPE_SLICE) {
      buffer_text(p->out, "...");
      t = slice->u.elem.type;
    }
    print_type(p, t);
  }
  buffer_char(p->out, ')');
}

/* "(int, string) bool" */
static void print_signature(TypePrinter *p, Type *t) {
  print_params(p, t->u.signature.params, t->u.signature.variadic);
  ObjectList results = t->u.signature.results->u.tuple.vars;
  if (results.len == 0) return;
  buffer_char(p->out, ' ');
  if (results.len == 1)
    print_type(p, results.items[0]->type);
  else
    print_params(p, t->u.signature.results, false);
}

static void print_method(TypePrinter *p, const Object *method, bool first) {
  if (!first) buffer_char(p->out, ';');
  buffer_char(p->out, ' ');
  if (!is_exported(method->name)) print_qualifier(p, method->pkg, true);
  buffer_str(p->out, atom_str(method->name));
  print_signature(p, method->type);
}

static void print_interface(TypePrinter *p, Type *t) {
  Universe *universe = p->unit->universe;
  if (!p->link && t == type_unalias(universe_any(universe))) {
    buffer_text(p->out, "any");
    return;
  }
  InterfaceMethods methods = interface_methods(universe, t);
  buffer_text(p->out, "interface {");
  bool first = true;
  for (int exported = 1; exported >= 0; exported--)
    for (uint32_t i = 0; i < methods.len; i++)
      if (is_exported(methods.items[i]->name) == (exported == 1)) {
        print_method(p, methods.items[i], first);
        first = false;
      }
  buffer_text(p->out, methods.len > 0 ? " }" : "}");
}

/* The symbol that an embedded type brings along; NULL if it has none. */
static const Object *type_symbol(Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_POINTER) t = type_unalias(t->u.elem.type);
  return t->kind == TYPE_NAMED ? t->u.named.object : NULL;
}

/* The field's name is not the one of its type's symbol: renamed by an alias, with type arguments, or with the number of a local type. */
static bool embedded_needs_name(Type *type, const Object *field) {
  const Object *symbol = type_symbol(type);
  Type *plain = type_unalias(type);
  if (plain->kind == TYPE_POINTER) plain = type_unalias(plain->u.elem.type);
  if (plain->kind == TYPE_BASIC) return plain->u.basic.kind != BASIC_UNSAFE_POINTER;
  if (!symbol || symbol->name != field->name || object_is_local_type(symbol)) return true;
  if (plain->kind == TYPE_NAMED && plain->u.named.targs.len > 0) return true;
  return !is_exported(symbol->name) && symbol->pkg != field->pkg;
}

static void print_field(TypePrinter *p, const Object *field) {
  bool embedded = field->u.var.embedded;
  if (!embedded || (p->link && embedded_needs_name(field->type, field))) {
    if (!is_exported(field->name)) print_qualifier(p, field->pkg, p->link);
    buffer_str(p->out, atom_str(field->name));
    buffer_text(p->out, embedded ? " = " : " ");
  }
  print_type(p, field->type);
}

static void print_struct(TypePrinter *p, Type *t) {
  ObjectList fields = t->u.structure.fields;
  buffer_text(p->out, "struct {");
  for (uint32_t i = 0; i < fields.len; i++) {
    buffer_text(p->out, i > 0 ? "; " : " ");
    print_field(p, fields.items[i]);
    Str tag = t->u.structure.tags ? t->u.structure.tags[i] : (Str){NULL, 0};
    if (tag.len > 0) {
      buffer_char(p->out, ' ');
      text_quote(p->out, tag);
    }
  }
  buffer_text(p->out, fields.len > 0 ? " }" : "}");
}

static void print_tuple(TypePrinter *p, Type *t) {
  ObjectList vars = t->u.tuple.vars;
  for (uint32_t i = 0; i < vars.len; i++) {
    if (i > 0) buffer_char(p->out, ',');
    print_type(p, vars.items[i]->type);
  }
}

static void print_elem(TypePrinter *p, Type *t) {
  if (t->kind == TYPE_POINTER) buffer_char(p->out, '*');
  if (t->kind == TYPE_SLICE) buffer_text(p->out, "[]");
  if (t->kind == TYPE_ARRAY) buffer_printf(p->out, "[%lld]", (long long)t->u.elem.length);
  print_type(p, t->u.elem.type);
}

static void print_parts(TypePrinter *p, Type *t) {
  switch (t->kind) {
  case TYPE_BASIC: print_basic(p, t); break;
  case TYPE_NAMED: print_named(p, t); break;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY: print_elem(p, t); break;
  case TYPE_MAP:
    buffer_text(p->out, "map[");
    print_type(p, t->u.map.key);
    buffer_char(p->out, ']');
    print_type(p, t->u.map.value);
    break;
  case TYPE_CHAN: print_chan(p, t); break;
  case TYPE_STRUCT: print_struct(p, t); break;
  case TYPE_TUPLE: print_tuple(p, t); break;
  case TYPE_SIGNATURE:
    buffer_text(p->out, "func");
    print_signature(p, t);
    break;
  case TYPE_INTERFACE: print_interface(p, t); break;
  case TYPE_TYPE_PARAM: buffer_str(p->out, atom_str(t->u.tparam.object->name)); break;
  case TYPE_ALIAS:
  case TYPE_UNION: buffer_text(p->out, "interface {}"); break;
  }
}

static uint64_t add_lengths(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

static void print_key(TypePrinter *p, Type *t) {
  const TypeKey *key = type_link_key(p->keys, p->unit, t);
  buffer_add(p->out, &key->digest, sizeof key->digest);
  p->key_bytes += sizeof key->digest;
  p->parts_len = add_lengths(p->parts_len, key->text_len);
}

static bool has_parts(const Type *t) {
  return t->kind == TYPE_NAMED ? t->u.named.targs.len > 0
                               : t->kind != TYPE_BASIC && t->kind != TYPE_TYPE_PARAM;
}

static void print_type(TypePrinter *p, Type *t) {
  if (!t) {
    buffer_text(p->out, "<T>");
    return;
  }
  t = type_unalias(t);
  if (p->keys && has_parts(t))
    print_key(p, t);
  else
    print_parts(p, t);
}

/* What is hashed is the text with the digests of the parts in the places of their texts. */
const TypeKey *type_link_key(Map *known, const Unit *unit, Type *t) {
  t = type_unalias(t);
  TypeKey *key = map_get_ptr(known, t);
  if (key) return key;
  Buffer text = {0};
  TypePrinter p = {.out = &text, .unit = unit, .link = true, .keys = known};
  print_parts(&p, t);
  key = arena_new_of(known->arena, TypeKey);
  *key = (TypeKey){digest_of(buffer_view(&text)), add_lengths(text.len - p.key_bytes, p.parts_len)};
  buffer_free(&text);
  map_set_ptr(known, t, key);
  return key;
}

void type_text(Buffer *out, const Unit *unit, Type *t, TypeTextMode mode) {
  bool object = mode == TYPE_TEXT_OBJECT;
  TypePrinter p = {.out = out, .unit = unit, .link = object || mode == TYPE_TEXT_LINK, .object = object};
  if (mode == TYPE_TEXT_SIGNATURE && t && type_unalias(t)->kind == TYPE_SIGNATURE)
    print_signature(&p, type_unalias(t));
  else
    print_type(&p, t);
}

void name_print(Buffer *out, const Unit *unit, const Name *name) {
  TypePrinter p = {.out = out, .unit = unit};
  if (name->name && name->name->len >= 2 && memcmp(name->name->text, "~b", 2) == 0) {
    buffer_char(out, '_');
    return;
  }
  print_qualifier(&p, name->pkg, false);
  buffer_str(out, atom_str(name->name));
}

void object_name_print(Buffer *out, const Unit *unit, const Object *object) {
  TypePrinter p = {.out = out, .unit = unit};
  print_qualifier(&p, object->pkg, false);
  buffer_str(out, atom_str(object->name));
}

/* From the parameters as lowered, since they include what the compiler added. */
void func_signature_text(Buffer *out, const Unit *unit, const Func *fn) {
  TypePrinter p = {.out = out, .unit = unit};
  uint32_t first = 0;
  if (fn->has_recv && fn->param_len > 0) {
    buffer_text(out, "method(");
    print_type(&p, fn->params[0]->op.type);
    buffer_text(out, ") ");
    first = 1;
  }
  buffer_text(out, "func(");
  bool variadic = fn->type && fn->type->kind == TYPE_SIGNATURE && fn->type->u.signature.variadic;
  for (uint32_t i = first; i < fn->param_len; i++) {
    if (i > first) buffer_text(out, ", ");
    Type *t = fn->params[i]->op.type;
    if (variadic && i + 1 == fn->param_len && type_unalias(t)->kind == TYPE_SLICE) {
      buffer_text(out, "...");
      t = type_unalias(t)->u.elem.type;
    }
    print_type(&p, t);
  }
  buffer_char(out, ')');
  if (fn->result_len > 0) buffer_char(out, ' ');
  if (fn->result_len > 1) buffer_char(out, '(');
  for (uint32_t i = 0; i < fn->result_len; i++) {
    if (i > 0) buffer_text(out, ", ");
    print_type(&p, fn->results[i]->op.type);
  }
  if (fn->result_len > 1) buffer_char(out, ')');
}
