/* SPDX-License-Identifier: BSD-3-Clause
 *
 * types: what names, expressions and declarations mean.
 *
 *   constants     exact values (GMP integers and rationals, 512-bit MPFR floats beyond)
 *   types         Type, one tagged struct; immutable once its package is published, apart from lazily expanded instances
 *   objects       what a name stands for; scopes
 *   packages      checking one: declarations first, then bodies, all or one by one
 *   Info          facts about syntax nodes, in arrays indexed by node id
 *   relations     identity, assignability, method sets, sizes
 *   text          types as the compiler's error messages print them
 *
 * Errors are notes, worded as the compiler words them. A type that could not be determined is the invalid basic type.
 *
 * Go: cmd/compile/internal/types2, go/constant
 */
#ifndef HEAPWHY_TYPES_H
#define HEAPWHY_TYPES_H

#include "profile/profile.h"
#include "syntax/syntax.h"

typedef struct Type Type;
typedef struct Object Object;
typedef struct Scope Scope;
typedef struct Package Package;
typedef struct Info Info;
typedef struct Universe Universe;

/* ---- constants: immutable values ---- */

typedef enum ConstKind {
  CONST_UNKNOWN,
  CONST_BOOL,
  CONST_STRING,
  CONST_INT,
  CONST_FLOAT,
  CONST_COMPLEX
} ConstKind;

typedef struct Const Const; /* opaque; lives in the arena that made it; NULL = no constant */

ConstKind const_kind(const Const *c);
bool const_bool(const Const *c);
Str const_string(const Const *c);
/* The exact integer value if it fits; false otherwise. Floats and complex values with integral value count (3.0 is 3). */
bool const_int64(const Const *c, int64_t *out);
bool const_uint64(const Const *c, uint64_t *out);
double const_double(const Const *c); /* nearest; of the real part */
double const_imag_double(const Const *c);
int const_sign(const Const *c);                  /* -1, 0, 1; complex: 0 iff zero */
Const *const_copy(Arena *arena, const Const *c); /* all of it in the arena */
Const *const_make_unknown(Arena *arena);
Const *const_make_bool(Arena *arena, bool value);
Const *const_make_string(Arena *arena, Str value);
Const *const_make_int64(Arena *arena, int64_t value);
Const *const_make_uint64(Arena *arena, uint64_t value);
Const *const_make_double(Arena *arena, double value);
Const *const_from_literal(Arena *arena, LitKind kind, Str source); /* NULL: malformed */
/* Of a decimal or hexadecimal literal that fits and has no underscores, as all releases know them; else NULL. */
Const *const_from_plain_integer(Arena *arena, Str source);
/* As go/constant's ToInt, ToFloat, ToComplex: CONST_UNKNOWN if the value does not fit. */
Const *const_to_kind(Arena *arena, const Const *c, ConstKind kind);
Const *const_unary(Arena *arena, Operator op, const Const *x,
                   uint32_t unsigned_bits); /* bits for ^ on unsigned, else 0 */
Const *const_binary(Arena *arena, const Const *x, Operator op, const Const *y, bool integer_division);
Const *const_shift(Arena *arena, const Const *x, Operator op, uint64_t count);
bool const_compare(const Const *x, Operator op, const Const *y);
Const *const_real(Arena *arena, const Const *x);
Const *const_imag(Arena *arena, const Const *x);
Const *const_complex(Arena *arena, const Const *re, const Const *im);
uint32_t const_bit_length(const Const *c); /* of an integer's magnitude */
/* Rounds to what a value of the basic type holds (float32 … complex128; integers: unchanged). NULL: does not fit. */
Const *const_represent(Arena *arena, const Const *c, const Type *basic);
/* The same with the target's sizes of int, uint and uintptr; const_represent takes them as 64 bits. */
Const *const_represent_on(Arena *arena, const Target *target, const Const *c, const Type *basic);
int64_t const_string_length(const Const *c);   /* bytes */
void const_print(Buffer *out, const Const *c); /* short form of go/constant String (strings cut at 72) */
void const_print_exact(Buffer *out, const Const *c); /* ExactString */

void const_put(Buffer *out, const Const *c); /* as bytes, exactly */
Const *const_get(Arena *arena,
                 Wire *wire); /* texts stay slices of the bytes; CONST_UNKNOWN if they do not fit */

/* ---- types ---- */

typedef enum TypeKind {
  TYPE_BASIC,
  TYPE_NAMED,
  TYPE_ALIAS,
  TYPE_POINTER,
  TYPE_SLICE,
  TYPE_ARRAY,
  TYPE_MAP,
  TYPE_CHAN,
  TYPE_STRUCT,
  TYPE_TUPLE,
  TYPE_SIGNATURE,
  TYPE_INTERFACE,
  TYPE_UNION,
  TYPE_TYPE_PARAM
} TypeKind;

typedef enum BasicKind {
  BASIC_INVALID,
  BASIC_BOOL,
  BASIC_INT,
  BASIC_INT8,
  BASIC_INT16,
  BASIC_INT32,
  BASIC_INT64,
  BASIC_UINT,
  BASIC_UINT8,
  BASIC_UINT16,
  BASIC_UINT32,
  BASIC_UINT64,
  BASIC_UINTPTR,
  BASIC_FLOAT32,
  BASIC_FLOAT64,
  BASIC_COMPLEX64,
  BASIC_COMPLEX128,
  BASIC_STRING,
  BASIC_UNSAFE_POINTER,
  BASIC_UNTYPED_BOOL,
  BASIC_UNTYPED_INT,
  BASIC_UNTYPED_RUNE,
  BASIC_UNTYPED_FLOAT,
  BASIC_UNTYPED_COMPLEX,
  BASIC_UNTYPED_STRING,
  BASIC_UNTYPED_NIL,
  BASIC_KIND_COUNT
} BasicKind;

typedef enum BasicFlags {
  BASIC_IS_BOOLEAN = 1,
  BASIC_IS_INTEGER = 2,
  BASIC_IS_UNSIGNED = 4,
  BASIC_IS_FLOAT = 8,
  BASIC_IS_COMPLEX = 16,
  BASIC_IS_STRING = 32,
  BASIC_IS_UNTYPED = 64,
  BASIC_IS_ORDERED = BASIC_IS_INTEGER | BASIC_IS_FLOAT | BASIC_IS_STRING,
  BASIC_IS_NUMERIC = BASIC_IS_INTEGER | BASIC_IS_FLOAT | BASIC_IS_COMPLEX,
  BASIC_IS_CONST_TYPE = BASIC_IS_BOOLEAN | BASIC_IS_NUMERIC | BASIC_IS_STRING
} BasicFlags;

typedef struct TypeList {
  Type **items;
  uint32_t len;
} TypeList;

typedef struct ObjectList {
  Object **items;
  uint32_t len;
} ObjectList;

typedef struct UnionTerm {
  bool tilde;
  Type *type;
} UnionTerm;

/* As large as its kind needs: made by type_new, never copied as a whole. */
struct Type {
  TypeKind kind : 8;
  uint8_t traits;     /* private to sizes.c: what was found out about its pointers */
  uint32_t id;        /* dense in the session, from 1: a stable hash and side-table key */
  Universe *universe; /* that made it (set by type_new) */
  union {
    struct { /* TYPE_BASIC */
      BasicKind kind;
      uint32_t flags; /* BasicFlags */
      Atom name;
    } basic;
    struct {              /* TYPE_NAMED: declared, or an instance of a generic one (origin != NULL) */
      Object *object;     /* the type name; of the origin for instances */
      Type *underlying;   /* NULL until resolved: use type_underlying() */
      Type *from_rhs;     /* right-hand side of the declaration; NULL for instances */
      TypeList tparams;   /* TYPE_TYPE_PARAM; of the declaration (origin) */
      TypeList implicits; /* declared in a generic function: that function's type parameters */
      TypeList
          targs; /* of an instance; where type_subst replaced implicits: what stands for them, then its own */
      Type *origin; /* declared type of an instance, else NULL */
      ObjectList
          methods; /* declared methods in source order; of instances: expanded lazily, use named_method() */
      struct NamedState *state; /* private to the checker */
    } named;
    struct { /* TYPE_ALIAS */
      Object *object;
      Type *actual; /* the aliased type; maybe an alias again */
      TypeList tparams, targs;
      Type *origin;
      Type *from_rhs;
    } alias;
    struct { /* TYPE_POINTER, TYPE_SLICE, TYPE_ARRAY, TYPE_CHAN */
      Type *type;
      int64_t length; /* array: elements, <0 unknown */
      ChanDir dir;
    } elem;
    struct { /* TYPE_MAP */
      Type *key, *value;
    } map;
    struct {             /* TYPE_STRUCT */
      ObjectList fields; /* OBJECT_VAR with is_field */
      Str *tags;         /* fields.len entries (decoded) or NULL */
    } structure;
    struct { /* TYPE_TUPLE */
      ObjectList vars;
    } tuple;
    struct {            /* TYPE_SIGNATURE */
      Object *recv;     /* NULL for functions */
      TypeList tparams; /* of a generic function or method */
      TypeList recv_tparams;
      Type *params, *results; /* TYPE_TUPLE; never NULL */
      bool variadic;          /* the last parameter's type is a slice (or string, for append) */
      Scope *scope;           /* of the function's parameters; NULL for instances */
    } signature;
    struct {                /* TYPE_INTERFACE */
      ObjectList methods;   /* explicit, OBJECT_FUNC, source order */
      TypeList embeddeds;   /* as written */
      Pos *embed_pos;       /* of each embedded, or NULL */
      const Package *pkg;   /* that it is written in; NULL for what nobody wrote */
      bool implicit;        /* wraps a constraint literal such as ~int */
      bool complete;        /* all methods and embeddeds are known */
      struct TypeSet *tset; /* private; computed by type_set() */
      void *
          checker; /* reports what type_set() finds wrong; set by the checker that makes it, NULL when done */
    } interface;
    struct { /* TYPE_UNION */
      UnionTerm *terms;
      uint32_t len;
    } union_;
    struct { /* TYPE_TYPE_PARAM */
      Object *object;
      uint32_t index;
      Type *bound;     /* any type; use type_param_interface() */
      uint32_t serial; /* unique, for ordering */
    } tparam;
  } u;
};

/* ---- objects ---- */

typedef enum ObjectKind {
  OBJECT_PACKAGE_NAME,
  OBJECT_CONST,
  OBJECT_TYPE_NAME,
  OBJECT_VAR,
  OBJECT_FUNC,
  OBJECT_LABEL,
  OBJECT_BUILTIN,
  OBJECT_NIL
} ObjectKind;

typedef enum VarRole { VAR_PACKAGE, VAR_LOCAL, VAR_RECV, VAR_PARAM, VAR_RESULT, VAR_FIELD } VarRole;

typedef enum BuiltinId {
#define BUILTIN(NAME, text, args, variadic, kind) BUILTIN_##NAME,
#include "types/builtins.def"
#undef BUILTIN
  BUILTIN_COUNT
} BuiltinId;

/* As large as its kind needs: made by object_new and object_copy. */
struct Object {
  ObjectKind kind;
  uint32_t id;   /* dense in the session */
  Atom name;     /* "_" possible; NULL or "" for unnamed parameters */
  Package *pkg;  /* NULL: universe */
  Scope *parent; /* scope in which it is declared; NULL for fields, methods */
  Pos pos;       /* of its identifier */
  Type *type;    /* NULL until determined */
  uint32_t
      order; /* source order among package-level objects, or among the package's local defined types, from 1; else 0 */
  uint8_t color;         /* private to the checker */
  bool used;             /* package names, local variables, labels */
  struct DeclInfo *decl; /* package-level objects and methods; see decl_info below */
  union {
    struct {
      Package *imported;
    } package_name;
    struct {
      Const *value;
    } constant;
    struct {
      bool is_alias;
      bool not_in_heap; /* //go:notinheap */
    } type_name;
    struct {
      VarRole role;
      bool embedded;  /* struct fields */
      Object *origin; /* of a field or parameter of an instance: the generic one; else NULL */
      uint32_t field_index;
    } var;
    struct {
      bool has_ptr_recv; /* methods: valid before the signature is */
      Object *origin;    /* of a method of an instance: the generic method; else NULL */
      bool nointerface;  /* //go:nointerface */
      FuncDecl *syntax;  /* NULL: interface methods, instances, universe (error.Error) */
      struct PackageFile *file;
    } func;
    struct {
      BuiltinId id;
    } builtin;
  } u;
};

/* What the checker keeps about a package-level declaration: its file, its syntax. */
typedef struct DeclInfo {
  struct PackageFile *file;
  Object **lhs; /* n:1 variable declarations; else NULL */
  uint32_t lhs_len;
  Node *var_type; /* variable or constant */
  Node *init;     /* initialisation expression */
  bool inherited; /* constant whose init comes from an earlier spec */
  TypeDecl *type_decl;
  FuncDecl *func_decl;
  uint32_t iota_value;
  bool body_checked; /* functions */
  bool init_later;   /* variables: the type is known, init has not been checked yet */
  /* Of a function that was read back: number of the first type declared in it; place of its text. 0: there is none. */
  uint32_t local_types, text;
  VEC(Object *) deps; /* package-level objects that init or the body mentions, first mention first */
  Map dep_set;
} DeclInfo;

/* Where objects of a package scope come from that are made when they are first asked for. Any thread may ask. */
typedef struct ScopeSource {
  Object *(*find)(void *context, Atom name); /* NULL: there is none of that name */
  ObjectList (*all)(void *context);          /* in source order */
  void *context;
} ScopeSource;

struct Scope {
  Scope *parent;
  Scope *outer; /* where lookups go on: blocks that declare nothing before this one are left out */
  const ScopeSource *source; /* NULL: all objects are there */
  Arena *arena;              /* in which it grows: the package's */
  VEC(Object *) objects;     /* order of insertion */
  Map by_name;               /* Atom -> Object*, for large scopes */
  VEC(Scope *) children;
  bool is_func;
  bool is_block;  /* in a function: what it declares later is not seen in blocks that were opened before */
  uint32_t depth; /* scopes around it, below the package's file */
};

Object *scope_lookup(const Scope *scope, Atom name); /* this scope only */
ObjectList scope_objects(const Scope *scope);        /* all of this scope, in order of insertion */
/* The innermost one that is declared by now, going outwards; NULL: none. *where (may be NULL) gets its scope. */
Object *scope_lookup_parent(Scope *scope, Atom name, Scope **where);

/* ---- packages ---- */

typedef struct PackageFile {
  SyntaxFile *syntax;
  Lang lang;    /* language version of this file */
  Scope *scope; /* file scope: imports */
  Package *pkg;
} PackageFile;

typedef struct Initializer { /* package-level variables in initialisation order */
  Object **lhs;
  uint32_t lhs_len;
  Node *rhs;
} Initializer;

struct Package {
  Atom path; /* as the compiler knows it, e.g. "main" for commands is NOT applied here */
  Atom name;
  Arena *arena; /* everything of the package that lives as long as the session */
  Scope *scope;
  PackageFile *files;
  uint32_t file_len;
  Lang lang;  /* of go.mod or the toolchain */
  Info *info; /* NULL for unsafe */
  Notes notes;
  VEC(Package *) imports; /* direct, in order of first import; without repetition */
  VEC(Initializer) init_order;
  VEC(Object *) objects;     /* package-level objects and methods, in source order */
  VEC(Object *) local_types; /* defined inside of functions, by `order` */
  IdCounter *ids;            /* with the arena of what goes when the package is done */
  bool is_unsafe, is_std, failed;
  bool doubted;  /* the parser has notes that did not stop it: nothing is looked for once types are right */
  bool complete; /* no other source of function bodies (assembly): a missing body is an error */
  bool fake;     /* could not be loaded: every name in it is acceptable */
  struct PackageState *state; /* private to the checker */
  void *user;                 /* the engine's own */
};

/* What the caller supplies for checking a package. */
typedef struct CheckConfig {
  const SyntaxSession *session;
  Universe *universe;
  const Profile *profile;
  const Target *target;
  /* The package for an import path as written in `importer`; NULL: it could not be loaded and *why says so. */
  Package *(*import_package)(void *context, Package *importer, Str path, Str *why);
  void *import_context;
  /* Check function bodies and initial values too; else on demand by check_function_body and check_initial_value. */
  bool bodies;
  bool ignore_func_bodies_unused; /* dependencies: no "declared and not used", no unused imports */
  uint32_t max_errors;            /* what is reported after so many is left out; 0: no limit */
} CheckConfig;

Universe *universe_new(Interner *interner, const Target *target);
void universe_free(Universe *universe);
size_t universe_bytes(const Universe *universe); /* held; nobody else is at work */
Type *universe_basic(const Universe *universe, BasicKind kind);
Type *universe_byte(const Universe *universe); /* the type that prints as byte; identical to uint8 */
Type *universe_rune(const Universe *universe);
Type *universe_any(const Universe *universe);   /* alias any */
Type *universe_error(const Universe *universe); /* named error */
Type *universe_comparable(const Universe *universe);
Type *universe_empty_interface(const Universe *universe);
Type *universe_empty_tuple(const Universe *universe);
Package *universe_unsafe(const Universe *universe);
Scope *universe_scope(const Universe *universe);

Package *package_new(const CheckConfig *config, Atom path, Atom name, Lang lang);
Lock *package_lock(
    Package
        *pkg); /* of package_new: held by who adds to it once it is published; before those of its imports */
/* Before package_drop_bodies: the body of a declared function and the facts about it stay. */
void package_keep_body(const SyntaxSession *session, Package *pkg, Object *func);
/* Nobody asks for passing syntax any more, nor for facts about it: pkg->ids->passing may be reset. */
void package_drop_bodies(Package *pkg);
void package_free(Package *pkg); /* of package_new; NULL is allowed */
void package_add_file(Package *pkg, SyntaxFile *file);
/* Resolves and checks all package-level declarations; with config->bodies also all bodies, initialisation order, unused things.
   False if there is a (hard) note in pkg->notes. The config must outlive the package's last check_function_body. */
bool check_package(const CheckConfig *config, Package *pkg);
/* Checks the body of a function or method declared in pkg, once; parsing it first if it was skipped. Safe to call again. */
bool check_function_body(const CheckConfig *config, Package *pkg, Object *func);
/* Checks a function that the package declares as it is written in another text, whose names mean what they mean in `file`; it gets an
   object of its own, which is in no scope. Types that it declares are numbered from first_local_type on. NULL: something is wrong with
   it. */
Object *check_function_again(const CheckConfig *config, Package *pkg, PackageFile *file, FuncDecl *syntax,
                             uint32_t first_local_type);
/* Checks the initial value of a package-level variable, where that has been left for later (config->bodies was false). */
void check_initial_value(const CheckConfig *config, Package *pkg, Object *var);
/* Initialisation order of a package whose declarations are checked, initial values too: fills pkg->init_order. */
void check_init_order(const CheckConfig *config, Package *pkg);

/* ---- Info: facts about nodes ---- */

typedef enum ValueMode {
  MODE_INVALID,
  MODE_NO_VALUE,
  MODE_BUILTIN,
  MODE_TYPE,
  MODE_CONSTANT,
  MODE_VARIABLE,  /* addressable */
  MODE_MAP_INDEX, /* assignable, not addressable, comma-ok */
  MODE_VALUE,
  MODE_NIL,
  MODE_COMMA_OK,
  MODE_COMMA_ERROR,
  MODE_CGO_FUNC
} ValueMode;

typedef enum SelectionKind { SELECT_FIELD, SELECT_METHOD_VALUE, SELECT_METHOD_EXPR } SelectionKind;

typedef struct Selection {
  SelectionKind kind;
  Type *recv;
  Object *object; /* field or method */
  uint32_t *path; /* field indices; the last one is the field, or the index of the method */
  uint32_t path_len;
  bool indirect; /* a pointer was followed on the way */
} Selection;

typedef struct Instance { /* of a name that denotes a generic function or type */
  TypeList targs;
  Type *type; /* instantiated signature or named type */
} Instance;

/* What is known about one node. */
typedef struct NodeFact {
  Type *type;
  const Const *value;
  void *more; /* its meaning depends on the node and the flags: Object, InstanceFact, Selection or Scope */
  uint8_t mode, flags;
} NodeFact;

enum {                      /* NodeFact.flags */
       FACT_DEF = 1,        /* names: declared here */
       FACT_USE = 2,        /* names: refers to the object */
       FACT_SCOPE = 4,      /* `more` is a scope */
       FACT_INSTANCE = 8,   /* names: refers to the object of an InstanceFact */
       FACT_SELECTION = 16, /* `more` is a selection */
       FACT_OPEN = 32,      /* untyped, and the context may still give it a type */
       FACT_SHIFTED =
           64 /* FACT_OPEN: left operand of a shift that is no constant, so that type must be an integer type */
};

typedef struct InstanceFact {
  Instance instance;
  Object *object; /* that is instantiated */
} InstanceFact;

/* Facts by node id, in pages that never move: other threads may read them while later nodes are still being checked. */
enum { FACT_PAGE_BITS = 9, FACT_PAGE_SIZE = 1 << FACT_PAGE_BITS };

typedef struct FactPages {
  NodeFact **items; /* NULL entries: nothing is known about any of those nodes */
  uint32_t len;
} FactPages;

struct Info {
  const Package *pkg;
  FactPages kept, passing; /* of nodes with NODE_PASSING */
};

/* NULL: nothing is known. Pages and their table are published while others read: the count last. */
static inline const NodeFact *info_fact_at(const Info *info, uint32_t id) {
  const FactPages *pages = id & NODE_PASSING ? &info->passing : &info->kept;
  uint32_t number = (id & ~NODE_PASSING) >> FACT_PAGE_BITS;
  if (number >= load_acquire(&pages->len)) return NULL;
  const NodeFact *page = load_acquire(&load_acquire(&pages->items)[number]);
  return page ? &page[id & (FACT_PAGE_SIZE - 1)] : NULL;
}

static inline const NodeFact *info_fact(const Info *info, const Node *node) {
  return info && node ? info_fact_at(info, node->id) : NULL;
}

/* All by node id; NULL or MODE_INVALID where nothing is known. Untyped expressions have their final type. */
/* Of an expression or type expression. */
static inline Type *info_type(const Info *info, const Node *expr) {
  const NodeFact *fact = info_fact(info, expr);
  return fact ? fact->type : NULL;
}
/* Its constant value. */
static inline const Const *info_const(const Info *info, const Node *expr) {
  const NodeFact *fact = info_fact(info, expr);
  return fact ? fact->value : NULL;
}
static inline ValueMode info_mode(const Info *info, const Node *expr) {
  const NodeFact *fact = info_fact(info, expr);
  return fact ? (ValueMode)fact->mode : MODE_INVALID;
}
static inline Object *fact_used_object(const NodeFact *fact) {
  if (fact->flags & FACT_INSTANCE) return ((const InstanceFact *)fact->more)->object;
  return fact->flags & FACT_USE ? (Object *)fact->more : NULL;
}
static inline Object *info_use(const Info *info, const NameExpr *name) {
  const NodeFact *fact = info_fact(info, &name->node);
  return fact ? fact_used_object(fact) : NULL;
}
/* NULL: qualified identifier. */
static inline const Selection *info_selection(const Info *info, const SelectorExpr *selector) {
  const NodeFact *fact = info_fact(info, &selector->node);
  return fact ? (const Selection *)fact->more : NULL;
}
static inline const Instance *info_instance(const Info *info, const NameExpr *name) {
  const NodeFact *fact = info_fact(info, &name->node);
  return fact && fact->flags & FACT_INSTANCE ? &((const InstanceFact *)fact->more)->instance : NULL;
}
Object *info_def(const Info *info,
                 const NameExpr *name); /* declared here; NULL for `_ = x` and type switch symbols */
Object *info_implicit(const Info *info,
                      const Node *node); /* type switch clause variable; import; embedded field */
Scope *info_scope(const Info *info, const Node *node); /* scope opened by a node, if kept */
/* Calls visit for the object of each name that refers to one, among nodes with ids from … to - 1, by id. */
void info_each_use(const Info *info, uint32_t from, uint32_t to, void (*visit)(void *context, Object *object),
                   void *context);

/* ---- relations ---- */

bool name_is_exported_unicode_(Atom name);
/* Starts with an upper-case letter. */
static inline bool name_is_exported(Atom name) {
  unsigned char first = name ? (unsigned char)name->text[0] : 0;
  return first < 0x80 ? first >= 'A' && first <= 'Z' : name_is_exported_unicode_(name);
}

Type *type_unalias_more_(Type *t);
static inline Type *type_unalias(Type *t) { return t->kind == TYPE_ALIAS ? type_unalias_more_(t) : t; }
Type *type_underlying_more_(Type *t);
/* Never NULL, alias or named. */
static inline Type *type_underlying(Type *t) {
  if (t->kind == TYPE_NAMED) {
    Type *under = load_acquire(&t->u.named.underlying);
    return under ? under : type_underlying_more_(t);
  }
  return t->kind == TYPE_ALIAS || t->kind == TYPE_TYPE_PARAM ? type_underlying_more_(t) : t;
}
bool type_has_nil(Universe *u, Type *t);
bool type_identical_structure_(Type *a, Type *b);
static inline bool type_identical(Type *a, Type *b) { return a == b || type_identical_structure_(a, b); }
uint32_t type_hash(Type *t); /* equal for identical types */
bool type_comparable(Type *t);
bool type_is_interface(Type *t); /* underlying, not a type parameter */
bool type_is_type_param(Type *t);
static inline bool type_is_untyped(const Type *t) {
  return t->kind == TYPE_BASIC && (t->u.basic.flags & BASIC_IS_UNTYPED) != 0;
}
bool type_is_generic(Type *t);      /* declared with type parameters and not instantiated */
bool type_has_type_params(Type *t); /* mentions type parameters somewhere */
/* The same of many types that do not change any more, large ones too. known: what was found out so far, empty at first. */
bool type_has_type_params_known(Type *t, Map *known);
Type *type_default(const Universe *universe, Type *t);
Type *type_core(Type *t); /* core type or NULL */
static inline bool type_is_basic(const Type *t, BasicKind kind) {
  return t->kind == TYPE_BASIC && t->u.basic.kind == kind;
}
bool type_assignable(Universe *universe, Type *from, Type *to); /* values, not constants */
bool type_implements(Universe *universe, Type *t, Type *interface, bool constraint);
Type *type_param_interface(Universe *universe, Type *tparam);

typedef struct
    InterfaceMethods { /* all methods incl. embedded, sorted by name (then package path for unexported) */
  Object **items;
  uint32_t len;
} InterfaceMethods;
InterfaceMethods interface_methods(Universe *universe, Type *interface);
bool interface_is_method_set(Universe *universe,
                             Type *interface); /* no type set restriction, not comparable */

uint32_t named_method_count(Type *named);
Object *named_method(Universe *universe, Type *named,
                     uint32_t i); /* of instances: with substituted signature */

typedef struct Lookup {
  Object *object;    /* field or method; NULL: not found */
  uint32_t path[32]; /* deeper embedding is a BUG */
  uint32_t path_len;
  bool indirect;
  bool ambiguous;
} Lookup;
Lookup lookup_field_or_method(Universe *universe, Type *t, bool addressable, Package *pkg, Atom name);

/* Substitution and instances. Instances are unique per session: equal origin and identical arguments give the same Type. */
Type *type_subst(Universe *universe, Type *t, TypeList tparams, TypeList targs);
Type *type_instantiate(Universe *universe, Type *origin, TypeList targs);
/* The type parameters of a declared type for which an instance with so many arguments has them: with implicits or without. */
TypeList named_tparams(Universe *universe, const Type *origin, uint32_t targ_len);

/* New types (session lifetime; not unique: compare with type_identical). */
Type *type_new_pointer(Universe *universe, Type *elem);
Type *type_new_slice(Universe *universe, Type *elem);
Type *type_new_array(Universe *universe, Type *elem, int64_t length);
Type *type_new_map(Universe *universe, Type *key, Type *value);
Type *type_new_chan(Universe *universe, ChanDir dir, Type *elem);
Type *type_new_tuple(Universe *universe, ObjectList vars);
Type *type_new_struct(Universe *universe, ObjectList fields, Str *tags);
Type *type_new_signature(Universe *universe, Object *recv, Type *params, Type *results, bool variadic);
Type *type_new_interface(Universe *universe, ObjectList methods, TypeList embeddeds);
Type *type_new_named(Universe *universe, Object *object, Type *underlying); /* shape types and such */
Object *object_new(Universe *universe, ObjectKind kind, Package *pkg, Pos pos, Atom name, Type *type);
Object *object_copy(Arena *arena, const Object *object);
Object *object_new_var(Universe *universe, VarRole role, Package *pkg, Pos pos, Atom name, Type *type);
Package *package_new_synthetic(Universe *universe, Atom path, Atom name); /* "go.shape" and such */
Arena *universe_arena(Universe *universe); /* session lifetime; allocate under universe_lock from threads */
Lock *universe_lock(Universe *universe);
void **universe_lowering(
    Universe *universe); /* a slot for the lower layer's session state (shape types), under the lock */

/* For reading types and packages back (src/summary): parts that are still to be filled in. */
Type *type_new(Universe *universe, TypeKind kind); /* zeroed, with an id and universe; named: with state */
Type *type_new_alias(Universe *universe, Object *object);
Type *type_new_type_param(Universe *universe, Object *object, Type *bound);
void *universe_alloc(Universe *universe,
                     size_t size); /* zeroed, session lifetime; any thread, no lock needed */
#define universe_new_array(universe, T, n) ((T *)universe_alloc((universe), sizeof(T) * (size_t)(n)))
void named_add_methods(Type *named, Object *const *methods, uint32_t len, Arena *arena);
Scope *scope_new(Universe *universe, Scope *parent); /* in the parent's arena */
Object *scope_insert(Universe *universe, Scope *scope,
                     Object *object); /* the object already there, or NULL */

/* Sizes of gc on the target. */
int64_t type_size(const Target *target, Type *t);
int64_t type_align(const Target *target, Type *t);
int64_t type_field_offset(const Target *target, Type *structure, uint32_t field);
bool type_has_pointers(Type *t);
/* Outside of the garbage collector's reach: //go:notinheap, or contains internal/runtime/sys.nih. */
bool type_not_in_heap(Type *t);
bool type_is_direct_interface(Type *t); /* an interface holds the value itself: it is one pointer */

/* ---- text ---- */

/* Appends t as error messages print it; packages by path relative to `relative_to` (NULL: full paths). */
void type_print(Buffer *out, Type *t, const Package *relative_to);
void object_print(Buffer *out, const Object *object, const Package *relative_to);
void types_dump(Buffer *out, const Package *pkg); /* `heapwhy dump types` */

#endif
