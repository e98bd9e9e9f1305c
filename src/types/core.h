/* SPDX-License-Identifier: BSD-3-Clause
 * Private to the core files of types/: state that the other groups do not see.
 */
#ifndef HEAPWHY_TYPES_CORE_H
#define HEAPWHY_TYPES_CORE_H

#include "types/check.h"

typedef struct DotImport { /* objects of `imported` are visible in the file scope through this import */
  Scope *scope;
  Object *package_name;
} DotImport;

struct PackageState { /* of a package, as long as bodies may be checked */
  Lock *lock;         /* one body at a time */
  Checker *checker;   /* that runs check_package right now, or NULL */
  VEC(DotImport) dot_imports;
  VEC(Object *) package_names; /* imports in source order, for "imported and not used" */
  bool checked;                /* check_package has run */
};

typedef struct MethodList {
  VEC(Object *) list;
} MethodList;

typedef struct InterfaceSite { /* an interface type as written */
  Type *type;
  const Node *node;
} InterfaceSite;

typedef struct Core { /* Checker.core */
  VEC(InterfaceSite) interfaces;
  Map packages_seen, path_of_name; /* names of packages in messages, see errors.c */
  Map methods;                     /* type name -> MethodList*, until they are attached */
} Core;

enum { COLOR_NONE, COLOR_GREY }; /* Object.color: grey while on the object path */

void check_collect_objects(Checker *check); /* resolver.c */
void check_package_objects(Checker *check); /* resolver.c */
void check_direct_cycles(Checker *check);   /* cycles.c */
void check_cycle_error(Checker *check, Object **cycle, uint32_t len, uint32_t start);
uint32_t first_in_source(Object *const *path, uint32_t len);
int32_t object_path_index(const Checker *check, const Object *object); /* -1: not in progress */
void check_push_object(Checker *check, Object *object);
void check_pop_object(Checker *check);
void check_directives(Checker *check);  /* directives.c */
void check_size_limits(Checker *check); /* size_limits.c */
/* All objects that names declare, in source order. */
void info_each_def(const Info *info, void (*visit)(void *context, Object *object), void *context);
void check_unused_imports(Checker *check);   /* unused.c */
void check_init_order_of(Checker *check);    /* init_order.c */
void check_anonymous_cycles(Checker *check); /* interface.c */
void check_arity(Checker *check, Pos pos, NameExpr **names, uint32_t name_len, NodeList inits, bool constants,
                 bool inherited);
void check_type_decl(Checker *check, Object *object, TypeDecl *decl);
void check_collect_methods(Checker *check, Object *type_name);
Type *check_declare_tparam(Checker *check, NameExpr *name);
/* *T[A, B]: pointer, T, and the names of the type parameters (only with `unpack`). */
typedef struct Receiver {
  bool pointer;
  Node *base;
  NameExpr **tparams;
  uint32_t tparam_len;
  bool has_tparams;
} Receiver;
Receiver unpack_receiver(Checker *check, Node *type, bool unpack);
const char *text_function(Checker *check, const Object *f, bool package_info); /* check may be NULL */
Checker *checker_new(const CheckConfig *config, Package *pkg);
void check_cleanup(Checker *check);
/* Remembers a type that must be complete when the package is published. */
void check_needs_cleanup(Checker *check, Type *t);

#endif
