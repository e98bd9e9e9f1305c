/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finding fields and methods, through embedded fields, and finding out which method of an interface a type lacks.
 *
 * Idea: breadth first over the embedded types. All entries of a search are in one array; an entry knows the entry that it is
 * embedded in, so the path is put together only for what was found. Types that occur twice at one depth are merged and marked;
 * types seen at a smaller depth hide later ones.
 *
 * Go: cmd/compile/internal/types2/lookup.go
 */
#include "types/core.h"

enum { LOCAL_ENTRIES = 24 }; /* what fits on the stack; deeper searches are rare */

typedef struct Entry {
  Type *type;
  uint32_t parent; /* entry + 1 that embeds it; 0 at the start */
  uint32_t field;  /* index of the embedded field in the parent's struct */
  bool indirect;   /* a pointer was followed */
  bool multiple;   /* occurs more than once at its depth */
} Entry;

typedef struct Search {
  Universe *universe;
  Package *pkg;
  Atom name;
  bool fold;
  Entry *entries;
  uint32_t len, cap;
  Object *found;
  uint32_t found_entry, found_index; /* entry + 1 */
  bool collision;
} Search;

static void add_entry(Search *s, Entry entry) {
  if (s->len == s->cap) {
    Entry *more = universe_new_array(s->universe, Entry, s->cap * 4);
    memcpy(more, s->entries, sizeof(Entry) * s->len);
    s->entries = more;
    s->cap *= 4;
  }
  s->entries[s->len++] = entry;
}

/* A match in entry number e; a second one at the same depth is a collision. */
static void match(Search *s, uint32_t e, Object *object, uint32_t index) {
  if (s->found || s->entries[e].multiple) s->collision = true;
  s->found = object;
  s->found_entry = e + 1;
  s->found_index = index;
}

static void search_struct(Search *s, uint32_t e, const Type *t, uint32_t level_end) {
  ObjectList fields = t->u.structure.fields;
  for (uint32_t i = 0; i < fields.len; i++) {
    Object *field = fields.items[i];
    if ((field->name == s->name || s->fold) && object_same_id(field, s->pkg, s->name, s->fold)) {
      match(s, e, field, i);
      if (s->collision) return;
      continue;
    }
    /* Once something is found deeper levels are not of interest. */
    if (s->found || !field->u.var.embedded) continue;
    bool pointer;
    Type *type = type_deref(field->type, &pointer);
    bool merged = false;
    for (uint32_t j = level_end; j < s->len && !merged; j++) {
      if (!type_identical(s->entries[j].type, type)) continue;
      s->entries[j].multiple = true;
      merged = true;
    }
    const Entry *here = &s->entries[e];
    if (!merged) add_entry(s, (Entry){type, e + 1, i, here->indirect || pointer, here->multiple});
  }
}

/* In the methods of a type set, which are sorted: the first that can have the name. */
static uint32_t first_named(ObjectList methods, Atom name) {
  bool exported = name_is_exported(name);
  uint32_t from = 0, to = methods.len;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    const Object *method = methods.items[middle];
    bool before = object_is_exported(method) != exported
                      ? !exported
                      : str_compare(atom_str(method->name), atom_str(name)) < 0;
    if (before)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

static void search_interface(Search *s, uint32_t e, Type *t) {
  ObjectList methods = type_set_methods(type_set(s->universe, t));
  for (uint32_t i = s->fold ? 0 : first_named(methods, s->name); i < methods.len; i++) {
    Object *method = methods.items[i];
    if (method->name != s->name && !s->fold) return;
    if (!object_same_id(method, s->pkg, s->name, s->fold)) continue;
    match(s, e, method, i);
    return;
  }
}

static bool seen_before(const Search *s, const Type *named, uint32_t level_start) {
  for (uint32_t i = 0; i < level_start; i++) {
    Type *t = type_unalias(s->entries[i].type);
    if (t->kind == TYPE_NAMED && type_identical(t, (Type *)named)) return true;
  }
  return false;
}

static void search_entry(Search *s, uint32_t e, uint32_t level_start, uint32_t level_end) {
  Type *named = type_as_named(s->entries[e].type);
  if (named) {
    if (seen_before(s, named, level_start)) return;
    named_resolve(s->universe, named);
    if (s->fold || name_is_exported(s->name) || package_same(named->u.named.object->pkg, s->pkg)) {
      int i = named_method_index(named, s->name, s->fold);
      if (i >= 0) {
        match(s, e, named_method(s->universe, named, (uint32_t)i), (uint32_t)i);
        return;
      }
    }
  }
  Type *under = type_underlying(s->entries[e].type);
  if (under->kind == TYPE_STRUCT)
    search_struct(s, e, under, level_end);
  else if (under->kind == TYPE_INTERFACE)
    search_interface(s, e, under);
}

static void fill_path(const Search *s, Lookup *result) {
  uint32_t depth = 1;
  for (uint32_t e = s->found_entry; s->entries[e - 1].parent; e = s->entries[e - 1].parent) depth++;
  if (depth > ARRAY_LEN(result->path))
    BUG("fields embedded more than %zu levels deep", ARRAY_LEN(result->path));
  result->path_len = depth;
  result->path[--depth] = s->found_index;
  for (uint32_t e = s->found_entry; s->entries[e - 1].parent; e = s->entries[e - 1].parent)
    result->path[--depth] = s->entries[e - 1].field;
}

/* Without the rule about named pointer types. */
static Lookup lookup_plain(Universe *u, Type *t, bool addressable, Package *pkg, Atom name, bool fold) {
  Lookup result = {0};
  if (name == u->blank) return result;
  bool pointer;
  Type *base = type_deref(t, &pointer);
  if (pointer && type_underlying(base)->kind == TYPE_INTERFACE) return result;
  Entry local[LOCAL_ENTRIES]; /* not set */
  Search s = {.universe = u, .pkg = pkg, .name = name, .fold = fold, .entries = local, .cap = LOCAL_ENTRIES};
  add_entry(&s, (Entry){base, 0, 0, pointer, false});
  for (uint32_t start = 0, end = 1; start < end && !s.found; start = end, end = s.len) {
    for (uint32_t e = start; e < end; e++) {
      search_entry(&s, e, start, end);
      if (!s.collision) continue;
      result.ambiguous = true;
      return result;
    }
  }
  if (!s.found) return result;
  bool indirect = s.entries[s.found_entry - 1].indirect;
  result.indirect = indirect;
  if (s.found->kind == OBJECT_FUNC && !indirect && !addressable && object_has_ptr_recv(s.found)) {
    result.indirect = true; /* it is there, but not for this receiver */
    return result;
  }
  result.object = s.found;
  fill_path(&s, &result);
  return result;
}

static Lookup lookup(Universe *u, Type *t, bool addressable, Package *pkg, Atom name, bool fold) {
  Type *named = type_as_named(t);
  if (named) {
    Type *under = type_underlying(named);
    if (under->kind == TYPE_POINTER) { /* such types have no methods, but their fields are found */
      Lookup result = lookup_plain(u, under, false, pkg, name, fold);
      return result.object && result.object->kind == OBJECT_FUNC ? (Lookup){0} : result;
    }
  }
  return lookup_plain(u, t, addressable, pkg, name, fold);
}

Lookup lookup_field_or_method(Universe *universe, Type *t, bool addressable, Package *pkg, Atom name) {
  return lookup(universe, t, addressable, pkg, name, false);
}

Lookup lookup_field_or_method_fold(Universe *u, Type *t, bool addressable, Package *pkg, Atom name) {
  return lookup(u, t, addressable, pkg, name, true);
}

/* ---- missing methods ---- */

typedef bool (*Equivalence)(void *context, Type *x, Type *y);

typedef enum Missing {
  MISSING_NOTHING,
  MISSING_NOT_FOUND,
  MISSING_WRONG_NAME,
  MISSING_UNEXPORTED,
  MISSING_WRONG_SIGNATURE,
  MISSING_AMBIGUOUS,
  MISSING_PTR_RECV,
  MISSING_IS_FIELD,
  MISSING_NOINTERFACE
} Missing;

typedef struct MissingMethod {
  Checker *check; /* NULL: everything is set up */
  Universe *universe;
  Equivalence equivalent;
  void *context;
  Missing state;
  Object *wanted, *have;
} MissingMethod;

static bool identical_types(void *context, Type *x, Type *y) {
  (void)context;
  return type_identical(x, y);
}

static void complete_method(Checker *check, Object *method) {
  if (!method->type && check) check_object_decl(check, method);
}

static Object *method_in(ObjectList methods, const Object *wanted) {
  for (uint32_t i = 0; i < methods.len; i++)
    if (object_same_id(methods.items[i], wanted->pkg, wanted->name, false)) return methods.items[i];
  return NULL;
}

static Missing compare_method(MissingMethod *m, Type *t, Object *wanted) {
  Lookup found = lookup_plain(m->universe, t, false, wanted->pkg, wanted->name, false);
  if (!found.object) {
    if (found.ambiguous) return MISSING_AMBIGUOUS;
    if (found.indirect) return MISSING_PTR_RECV;
    found = lookup_plain(m->universe, t, false, wanted->pkg, wanted->name, true);
    if (!found.object || found.object->kind != OBJECT_FUNC) return MISSING_NOT_FOUND;
    m->have = found.object;
    return m->have->name == wanted->name ? MISSING_UNEXPORTED : MISSING_WRONG_NAME;
  }
  if (found.object->kind != OBJECT_FUNC) return MISSING_IS_FIELD;
  m->have = found.object;
  complete_method(m->check, m->have);
  if (m->have->u.func.nointerface) return MISSING_NOINTERFACE;
  return m->equivalent(m->context, m->have->type, wanted->type) ? MISSING_NOTHING : MISSING_WRONG_SIGNATURE;
}

/* Whether a method of `interface` is missing in t; not `complete`: methods that an interface t lacks do not count. */
static bool find_missing(MissingMethod *m, Type *t, Type *interface, bool complete) {
  ObjectList methods = type_set_methods(type_set(m->universe, type_underlying(interface)));
  Type *under = type_underlying(t);
  for (uint32_t i = 0; i < methods.len; i++) {
    m->wanted = methods.items[i];
    m->have = NULL;
    if (under->kind != TYPE_INTERFACE) {
      m->state = compare_method(m, t, m->wanted);
    } else {
      m->have = method_in(type_set_methods(type_set(m->universe, under)), m->wanted);
      if (!m->have)
        m->state = complete ? MISSING_NOT_FOUND : MISSING_NOTHING;
      else if (!m->equivalent(m->context, m->have->type, m->wanted->type))
        m->state = MISSING_WRONG_SIGNATURE;
    }
    if (m->state != MISSING_NOTHING) return true;
  }
  return false;
}

static bool is_interface_pointer(Type *t) {
  const Type *under = type_underlying(t);
  return under->kind == TYPE_POINTER && type_underlying(under->u.elem.type)->kind == TYPE_INTERFACE;
}

static const char *pointer_cause(Checker *check, Arena *arena, Type *t) {
  bool tparam = type_is_type_param(type_underlying(t)->u.elem.type);
  return arena_printf(arena,
                      tparam ? "(type %s is pointer to type parameter, not type parameter)"
                             : "(type %s is pointer to interface, not interface)",
                      text_type(check, t))
      .data;
}

static const char *signature_cause(const MissingMethod *m, const char *how, Arena *arena, const char *name) {
  const char *have = text_function(m->check, m->have, false),
             *want = text_function(m->check, m->wanted, false);
  bool wrong_type = m->state == MISSING_WRONG_SIGNATURE;
  if (wrong_type && strcmp(have, want) == 0) {
    have = text_function(m->check, m->have, true);
    want = text_function(m->check, m->wanted, true);
    if (strcmp(have, want) == 0) return arena_printf(arena, "(wrong type for method %s)", name).data;
  }
  return arena_printf(arena, "(%s method %s)\n\t\thave %s\n\t\twant %s", how, name, have, want).data;
}

static const char *missing_cause(const MissingMethod *m, Type *t, Type *interface) {
  Arena *arena = m->check->arena;
  const char *name = atom_text(m->wanted->name);
  if (m->have) complete_method(m->check, m->have);
  switch (m->state) {
  case MISSING_NOT_FOUND:
    if (is_interface_pointer(t)) return pointer_cause(m->check, arena, t);
    if (is_interface_pointer(interface)) return pointer_cause(m->check, arena, interface);
    return arena_printf(arena, "(missing method %s)", name).data;
  case MISSING_WRONG_NAME: return signature_cause(m, "missing", arena, name);
  case MISSING_WRONG_SIGNATURE: return signature_cause(m, "wrong type for", arena, name);
  case MISSING_UNEXPORTED: return arena_printf(arena, "(unexported method %s)", name).data;
  case MISSING_AMBIGUOUS:
    return arena_printf(arena, "(ambiguous selector %s.%s)", text_type(m->check, t), name).data;
  case MISSING_PTR_RECV: return arena_printf(arena, "(method %s has pointer receiver)", name).data;
  case MISSING_IS_FIELD:
    return arena_printf(arena, "(%s.%s is a field, not a method)", text_type(m->check, t), name).data;
  case MISSING_NOINTERFACE: return arena_printf(arena, "(%s method is marked 'nointerface')", name).data;
  case MISSING_NOTHING: break;
  }
  return "";
}

const char *check_missing_method(Checker *check, Type *t, Type *interface, bool static_, Object **missing) {
  MissingMethod m = {.check = check, .universe = check->universe, .equivalent = identical_types};
  bool is_missing = find_missing(&m, t, interface, static_);
  if (missing) *missing = is_missing ? m.wanted : NULL;
  return is_missing ? missing_cause(&m, t, interface) : NULL;
}

typedef struct Seen {
  const Type *type;
  const struct Seen *outer;
} Seen;

/* An embedded field of unknown type may have any method. */
static bool has_invalid_embedded(Type *t, const Seen *outer) {
  Type *under = type_underlying(t);
  if (under->kind == TYPE_POINTER) {
    Type *base = type_underlying(under->u.elem.type);
    if (base->kind == TYPE_STRUCT) under = base;
  }
  if (under->kind != TYPE_STRUCT) return false;
  for (const Seen *s = outer; s; s = s->outer)
    if (s->type == under) return false;
  Seen here = {under, outer};
  for (uint32_t i = 0; i < under->u.structure.fields.len; i++) {
    const Object *field = under->u.structure.fields.items[i];
    if (field->u.var.embedded && (!type_valid(field->type) || has_invalid_embedded(field->type, &here)))
      return true;
  }
  return false;
}

bool check_has_all_methods_with(Checker *check, Type *t, Type *interface, bool static_,
                                bool (*equivalent)(void *context, Type *x, Type *y), void *context,
                                const char **cause) {
  if (!type_valid(t)) return true;
  MissingMethod m = {.check = check,
                     .universe = t->universe,
                     .equivalent = equivalent ? equivalent : identical_types,
                     .context = context};
  if (!find_missing(&m, t, interface, static_)) return true;
  if (cause && check) *cause = missing_cause(&m, t, interface);
  return has_invalid_embedded(t, NULL);
}

bool check_has_all_methods(Checker *check, Type *t, Type *interface, bool static_, const char **cause) {
  return check_has_all_methods_with(check, t, interface, static_, identical_types, NULL, cause);
}

bool check_new_assertable_to(Checker *check, Type *t, Type *interface, const char **cause) {
  if (type_underlying(t)->kind == TYPE_INTERFACE) return true;
  return check_implements(check, t, interface, false, cause);
}

InterfaceMethods interface_methods(Universe *universe, Type *interface) {
  ObjectList list = type_set_methods(type_set(universe, type_underlying(interface)));
  return (InterfaceMethods){list.items, list.len};
}

bool interface_is_method_set(Universe *universe, Type *interface) {
  return type_set_is_method_set(type_set(universe, type_underlying(interface)));
}
