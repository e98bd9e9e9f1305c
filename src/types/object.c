/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Objects: what can be asked of a declared name without a checker.
 *
 * Go: cmd/compile/internal/types2/object.go
 */
#include <utf8proc.h>

#include "types/check.h"

bool name_is_exported_unicode_(Atom name) {
  utf8proc_int32_t rune;
  if (utf8proc_iterate((const utf8proc_uint8_t *)name->text, (utf8proc_ssize_t)name->len, &rune) <= 0)
    return false;
  return utf8proc_category(rune) == UTF8PROC_CATEGORY_LU;
}

bool object_is_exported(const Object *object) { return name_is_exported(object->name); }

bool package_same(const Package *a, const Package *b) { return a == b || (a && b && a->path == b->path); }

/* Go's EqualFold over simple case folding. */
static bool names_equal_fold(Atom a, Atom b) {
  if (a == b) return true;
  if (!a || !b) return false;
  const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)a->text, *p_end = p + a->len;
  const utf8proc_uint8_t *q = (const utf8proc_uint8_t *)b->text, *q_end = q + b->len;
  while (p < p_end && q < q_end) {
    utf8proc_int32_t x, y;
    utf8proc_ssize_t n = utf8proc_iterate(p, p_end - p, &x), m = utf8proc_iterate(q, q_end - q, &y);
    if (n <= 0 || m <= 0) return false;
    if (x != y && utf8proc_tolower(x) != utf8proc_tolower(y) && utf8proc_toupper(x) != utf8proc_toupper(y))
      return false;
    p += n;
    q += m;
  }
  return p == p_end && q == q_end;
}

bool object_same_id(const Object *object, const Package *pkg, Atom name, bool fold) {
  if (fold && names_equal_fold(object->name, name)) return true;
  if (object->name != name) return false;
  return name_is_exported(name) || package_same(object->pkg, pkg);
}

int object_compare(const Object *a, const Object *b) {
  if (a == b) return 0;
  bool a_exported = object_is_exported(a), b_exported = object_is_exported(b);
  if (a_exported != b_exported) return a_exported ? -1 : 1;
  if (a->name != b->name) return str_compare(atom_str(a->name), atom_str(b->name));
  if (a_exported || !a->pkg || !b->pkg) return 0;
  return str_compare(atom_str(a->pkg->path), atom_str(b->pkg->path));
}

bool object_is_alias(const Object *type_name) {
  const Type *t = type_name->type;
  if (!t) return false;
  const Universe *u = t->universe;
  switch ((int)t->kind) {
  case TYPE_BASIC:
    if (type_name->pkg && type_name->pkg->is_unsafe) return false;
    /* Basic types are declared in the universe only; byte and rune are second names there. */
    return type_name->pkg || t->u.basic.name != type_name->name || t == u->byte || t == u->rune;
  case TYPE_NAMED: return type_name != t->u.named.object;
  case TYPE_TYPE_PARAM: return type_name != t->u.tparam.object;
  default: return true;
  }
}

bool object_has_ptr_recv(const Object *method) {
  /* A signature that is being set up has no receiver yet: then the syntax must do. */
  if (method->type && method->type->kind == TYPE_SIGNATURE && method->type->u.signature.recv) {
    bool pointer;
    type_deref(method->type->u.signature.recv->type, &pointer);
    return pointer;
  }
  return method->u.func.has_ptr_recv;
}

const char *object_kind_text(const Object *object) {
  static const char *const roles[] = {
      [VAR_PACKAGE] = "package-level variable",
      [VAR_LOCAL] = "local variable",
      [VAR_RECV] = "receiver",
      [VAR_PARAM] = "parameter",
      [VAR_RESULT] = "result variable",
      [VAR_FIELD] = "struct field",
  };
  switch (object->kind) {
  case OBJECT_PACKAGE_NAME: return "package name";
  case OBJECT_CONST: return "constant";
  case OBJECT_TYPE_NAME:
    if (object_is_alias(object)) return "type alias";
    return object->type && object->type->kind == TYPE_TYPE_PARAM ? "type parameter" : "defined type";
  case OBJECT_VAR: return roles[object->u.var.role];
  case OBJECT_FUNC: {
    bool method = object->type && object->type->kind == TYPE_SIGNATURE && object->type->u.signature.recv;
    return method ? "method" : "function";
  }
  case OBJECT_LABEL: return "label";
  case OBJECT_BUILTIN: return "built-in function";
  case OBJECT_NIL: return "untyped nil";
  }
  return "unknown symbol";
}
