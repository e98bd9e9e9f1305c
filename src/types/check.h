/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to types/: the checker's state and what its files call of each other.
 *
 * Who has what (file: Go file with the same job):
 *   core      universe.c object.c scope.c package.c info.c resolver.c decl.c named.c typexpr.c struct.c interface.c
 *             signature.c lookup.c predicates.c sizes.c typestring.c init_order.c valid_type.c cycles.c unused.c
 *   values    constant*.c const_represent.c expr.c operand.c conversions.c builtins.c index.c literals.c
 *             assignments.c stmt.c range.c labels.c return.c
 *   generics  typeset.c union.c termlist.c infer.c unify.c instantiate.c subst.c typeparam.c mono.c call.c selector.c
 */
#ifndef HEAPWHY_TYPES_CHECK_H
#define HEAPWHY_TYPES_CHECK_H

#include "types/types.h"

typedef struct Checker Checker;

/* Fields that are filled lazily, maybe while other threads read them: written last, with release; read with acquire. */
#define LOAD_ACQUIRE(place)         __atomic_load_n((place), __ATOMIC_ACQUIRE)
#define STORE_RELEASE(place, value) __atomic_store_n((place), (value), __ATOMIC_RELEASE)

typedef struct AllocShard { /* session memory for the threads that hash to it */
  Arena *arena;
  char busy; /* spin lock */
} AllocShard;

struct Universe {
  Interner *interner;
  const Target *target;
  Arena *arena; /* under the lock */
  Lock *lock;
  AllocShard shards[16];
  uint32_t type_count, object_count, tparam_count; /* last numbers given; atomic */
  Type *basic[BASIC_KIND_COUNT];
  Type *byte, *rune, *error, *any, *comparable, *empty_interface, *empty_tuple;
  Type *comparable_interface; /* underlying of comparable: type_set() knows it by its identity */
  Object *iota, *any_object, *comparable_object;
  Scope *scope;
  Package *unsafe;
  Atom blank, init, main, dot; /* "_", "init", "main", "." */
  Map instances;               /* instantiate.c's own, under the lock */
  void *generics;              /* the generics group's further private state */
  void *lowering;              /* src/lower's session state */
};

/* An expression while it is being checked. */
typedef struct Operand {
  ValueMode mode;
  Node *expr;         /* NULL only for synthetic operands */
  Type *type;         /* NULL for MODE_INVALID and MODE_NO_VALUE may be set to the invalid type */
  const Const *value; /* MODE_CONSTANT */
  BuiltinId builtin;  /* MODE_BUILTIN */
} Operand;

/* Whether an expression may stand as a statement. */
typedef enum ExprKind { EXPR_CONVERSION, EXPR_EXPRESSION, EXPR_STATEMENT } ExprKind;

/* What surrounds the code being checked; copied when a body or declaration is entered. */
typedef struct Environment {
  DeclInfo *decl;    /* declaration whose dependencies are recorded, or NULL */
  Scope *scope;      /* innermost */
  PackageFile *file; /* for its language version */
  Lang lang;
  Const *iota_value;  /* value of iota, or NULL outside of constant declarations */
  Pos error_pos;      /* constants that inherit their expression: report here */
  Pos assignment_pos; /* operator of the last assignment operation */
  bool in_tparam_list;
  Type *signature;  /* of the function being checked, or NULL */
  Map *panic_calls; /* CallExpr* of calls to panic, for missing-return; or NULL */
  bool has_label, has_call_or_recv;
} Environment;

typedef struct Delayed { /* runs once all types so far are set up; describes itself for debugging */
  void (*run)(Checker *check, void *data);
  void *data;
  Environment env;
  Arena *arena; /* Checker.arena */
} Delayed;

struct Checker {
  const CheckConfig *config;
  Universe *universe;
  Package *pkg;
  Arena *arena;   /* as long as what is being checked: of the package, or of its passing bodies */
  Arena *passing; /* until the package is done */
  Arena *scratch; /* until this call is: for what is taken up and laid down again */
  Notes *notes;
  Info *info;
  Environment env;
  VEC(Object *) object_path; /* declarations in progress, for cycles */
  VEC(Delayed *) delayed;
  VEC(Type *) cleaners; /* named types, interfaces… to finish after checking */
  struct MonoGraph *mono;
  const Node *called;      /* CONTEXT_ARGUMENT: whose argument it is */
  const char *target_text; /* what a function value is wanted for, as messages say it; NULL: a variable */
  bool had_error;
  uint32_t error_count;           /* notes of this checker */
  uint32_t instance_depth;        /* lists of type arguments around what is being checked */
  void *core, *values, *generics; /* each group's further private state */
};

/* ---- errors ---- */
/* fmt knows %s and so on; use the temporary texts below for types, operands, expressions. */
void check_error(Checker *check, Pos pos, const char *fmt, ...) PRINTF_LIKE(3, 4);
void check_soft_error(Checker *check, Pos pos, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Position at which the compiler reports an error about a node (types2 errors.go atPos). */
Pos error_pos(const Node *node);
/* An error of a lower language version: "… requires go1.N or later …" as the compiler words it. True if allowed. */
bool check_allow_version(Checker *check, uint16_t minor);
bool check_verify_version(Checker *check, Pos pos, uint16_t minor, const char *what);
/* The same for what is declared since go1.N: a release that does not know it at all says "undefined: name". */
bool check_verify_name(Checker *check, Pos pos, uint16_t minor, const char *what, const char *name);
/* Messages are those of the type checker before types2. */
static inline bool check_is_old(const Checker *check) { return check->config->profile->old_messages; }
/* "s (type []int)", as that one describes an operand. */
const char *text_typed(Checker *check, const Operand *x);
/* NUL-terminated texts in check->arena for messages: packages qualified as error messages do. */
const char *text_type(Checker *check, Type *t);
const char *text_expr(Checker *check, const Node *expr);
const char *text_operand(Checker *check, const Operand *x);
const char *text_object(Checker *check, const Object *object);
const char *text_types(Checker *check, TypeList list);

/* A list that is complete, as part of a type; NULL if it is empty. */
void *universe_copy_(Universe *universe, const void *items, size_t size);
#define universe_copy(universe, vec) universe_copy_((universe), (vec).items, sizeof(*(vec).items) * (vec).len)

/* ---- recording (info.c) ---- */
Info *info_new(Package *pkg);
Scope *scope_new_in(Arena *arena, Universe *universe, Scope *parent);
/* Facts about the passing nodes `from` … `end` - 1 become those of the kept nodes from `to` on. */
void info_move(Package *pkg, uint32_t from, uint32_t end, uint32_t to);
void info_drop_passing(Info *info);
void record_type_and_value(Checker *check, Node *x, ValueMode mode, Type *t, const Const *value);
/* x is untyped; its type may still change, until it is recorded with another one. */
void record_untyped(Checker *check, Node *x, ValueMode mode, Type *t, const Const *value);
NodeFact *untyped_find(Checker *check,
                       const Node *x); /* NULL: x may be NULL, or is not (or no longer) open */
void record_def(Checker *check, NameExpr *name, Object *object);
void record_use(Checker *check, NameExpr *name, Object *object);
void record_implicit(Checker *check, Node *node, Object *object);
void record_selection(Checker *check, SelectorExpr *x, SelectionKind kind, Type *recv, Object *object,
                      const Lookup *how);
void record_instance(Checker *check, Node *expr, TypeList targs, Type *type);
void record_scope(Checker *check, Node *node, Scope *scope);
void record_builtin_type(Checker *check, Node *fun, Type *signature);
void record_comma_ok_types(Checker *check, Node *x, Type *const types[2]);

/* ---- core ---- */
/* Opens a scope inside env.scope for what node encloses; closing goes back to the parent. */
Scope *check_open_scope(Checker *check, Node *node);
void check_close_scope(Checker *check);
Object *check_lookup(Checker *check, Atom name, Scope **where); /* env.scope outwards; where may be NULL */
bool object_is_exported(const Object *object);
/* Go's sameId: equal names, and equal packages if unexported; fold: equal but for case, in any package. */
bool object_same_id(const Object *object, const Package *pkg, Atom name, bool fold);
int object_compare(const Object *a,
                   const Object *b); /* order of methods in type sets: exported first, name, package path */
const char *object_kind_text(const Object *object); /* "local variable", "defined type", … */
bool object_is_alias(const Object *type_name);
bool object_has_ptr_recv(const Object *method);
bool package_same(const Package *a, const Package *b);
/* Type parameters and arguments of a named type, alias or signature; empty for other types. */
TypeList type_params(Type *t);
TypeList type_args(Type *t);
Type *type_as_named(Type *t); /* unaliased; NULL unless TYPE_NAMED */
/* Declared method of a named type by name; -1: none. */
int named_method_index(Type *named, Atom name, bool fold);
Lookup lookup_field_or_method_fold(Universe *u, Type *t, bool addressable, Package *pkg, Atom name);
/* Puts a named type on the path of objects in progress; false: it is there already, the cycle was reported. */
bool check_enter_type(Checker *check, Type *named);
void check_leave_type(Checker *check, Type *named);
bool check_is_complete(Checker *check, Type *t); /* has an underlying type; else reports the cycle */
/* Private part of a named type. `methods` and `underlying` of instances are filled under universe_lock; readers without the
   lock use load_acquire. */
typedef struct NamedState {
  Checker *checker; /* of the package that declares it (origin), while that is being checked; else NULL */
  Object **
      methods; /* of an instance: one slot per method of the origin, NULL until expanded; array NULL at first */
  bool expanding; /* named_expand is at work on it */
  Pos pos;        /* of an instance: where it was first mentioned */
  bool expanded;  /* instances: from_rhs is set (release); private to named.c */
  bool valid;     /* does not contain itself; private to valid_type.c */
  Object *
      place; /* of an instance: its type name, at the place where it was first written; private to cycles.c */
  Map method_index; /* declared types with many methods: Atom -> index + 1; private to named.c */
} NamedState;
void **
universe_generics(Universe *universe); /* slot in which the generics files keep their table of instances */
Type *type_invalid(const Universe *universe);
bool type_valid(const Type *t);
void declare_object(Checker *check, Scope *scope, NameExpr *name, Object *object);
/* Of a variable that has init_later. */
void check_waiting_init(Checker *check, Object *object);
void check_object_decl(Checker *check, Object *object); /* determines object->type, on demand */
void check_decl_stmt(Checker *check, NodeList decls);   /* declarations inside functions */
void check_function(Checker *check, DeclInfo *decl, const char *name, Type *signature, BlockStmt *body,
                    const Const *iota);
/* What follows lies where the body does. */
void check_arena_of(Checker *check, const Node *body);
void check_later(Checker *check, void (*run)(Checker *, void *),
                 void *data); /* env is saved and restored for it */
void check_process_delayed(Checker *check, uint32_t from);
void check_add_dependency(Checker *check, Object *to);

/* Type expressions. */
Type *check_type(Checker *check, Node *e);     /* must be a complete, non-generic, non-constraint type */
Type *check_var_type(Checker *check, Node *e); /* may not be a constraint interface */
Type *check_defined_type(Checker *check, Node *e,
                         Object *def); /* right-hand side of the declaration of def */
Type *check_generic_type(Checker *check, Node *e, const char **cause);
void check_ident(Checker *check, Operand *x, NameExpr *e, Object *def, bool want_type);
void check_type_and_record(Checker *check, Operand *x, Node *e, Object *def); /* typInternal + MODE_TYPE */
void check_valid_var_type(Checker *check, Node *e, Type *t);                  /* types2 validVarType */
int64_t check_array_length(Checker *check, Node *e);                          /* <0: error reported */
void check_struct_type(Checker *check, Type *result, StructTypeExpr *e);
void check_interface_type(Checker *check, Type *result, InterfaceTypeExpr *e, Object *def);
void check_func_type(Checker *check, Type *result, FieldNode *recv, FieldList tparams, FuncTypeExpr *e);
Type *check_instantiated_type(Checker *check, Node *x, NodeList targs, Object *def);

/* Predicates beyond types.h. */
bool type_is_boolean(Type *t), type_is_numeric(Type *t), type_is_string(Type *t), type_is_integer(Type *t);
bool type_is_unsigned(Type *t), type_is_float(Type *t), type_is_complex(Type *t),
    type_is_integer_or_float(Type *t);
bool type_is_const_type(Type *t);
bool type_all_basic(Universe *u, Type *t,
                    uint32_t flags); /* t, or all types of a type parameter's type set */
bool type_all_boolean(Universe *u, Type *t), type_all_integer(Universe *u, Type *t),
    type_all_unsigned(Universe *u, Type *t);
bool type_all_numeric(Universe *u, Type *t), type_all_string(Universe *u, Type *t),
    type_all_ordered(Universe *u, Type *t);
bool type_all_numeric_or_string(Universe *u, Type *t);
bool type_is_typed(Type *t), type_is_named(Type *t), type_has_empty_type_set(Universe *u, Type *t);
bool type_comparable_cause(Universe *u, Type *t, bool dynamic, Checker *check,
                           const char **cause); /* both may be NULL */
bool type_is_non_type_param_interface(Type *t);
bool type_is_bytes_or_runes(Type *t);
bool type_identical_ignore_tags(Type *a, Type *b);
Type *type_deref(Type *t, bool *was_pointer); /* *T -> T, not through named pointers */
const char *check_missing_method(Checker *check, Type *t, Type *interface, bool static_,
                                 Object **missing); /* NULL: none */
bool check_has_all_methods(Checker *check, Type *t, Type *interface, bool static_, const char **cause);
/* The same with another relation than identity between signatures (for inference). */
bool check_has_all_methods_with(Checker *check, Type *t, Type *interface, bool static_,
                                bool (*equivalent)(void *context, Type *x, Type *y), void *context,
                                const char **cause);
bool check_new_assertable_to(Checker *check, Type *t, Type *interface, const char **cause);
const char *lookup_error(Checker *check, Type *t, Atom sel, Object *object, bool struct_literal);
void check_valid_type(Checker *check, Type *named);
Type *named_resolve(Universe *u,
                    Type *named); /* makes underlying, tparams, methods count available; returns named */
Type *type_under_all(Universe *u, Type *t);   /* underlying; of a type parameter: its interface */
Type *type_core_string(Universe *u, Type *t); /* core type where []byte|string counts as string */
Type *type_common_under(Universe *u, Type *t, bool (*accept)(Type *, Type *), const char **cause,
                        Checker *check);

/* ---- values ---- */
void check_expr(Checker *check, Type *target, Operand *x, Node *e); /* single value; untyped stays untyped */
/* For a variable of type t (may be NULL), which messages call `text`: generic function values are inferred from t. */
void check_expr_for(Checker *check, Type *t, const char *text, Operand *x, Node *e);
ExprKind check_raw_expr(Checker *check, Type *target, Operand *x, Node *e, Type *hint, bool allow_generic);
void check_generic_expr(Checker *check, Operand *x, Node *e);
void record_operand(Checker *check,
                    const Operand *x);         /* types2 record: type and value now, or later if untyped */
const char *text_pos(Checker *check, Pos pos); /* "file:line:col" for continuation lines */
/* types2 typesSummary: "(number, string, ...T)" for "have" and "want" lines. */
const char *text_types_summary(Checker *check, TypeList list, bool variadic, bool has_dots);
void check_multi_expr(Checker *check, Operand *x, Node *e); /* may be a tuple or comma-ok */
void check_expr_with_hint(Checker *check, Operand *x, Node *e, Type *hint);
void check_expr_or_type(Checker *check, Operand *x, Node *e, bool allow_generic);
void check_single_value(Checker *check, Operand *x);
typedef struct OperandList {
  Operand *items;
  uint32_t len;
} OperandList;
/* Expressions of a list; one multi-valued call is spread. With allow_comma_ok two results of a comma-ok form. */
OperandList check_expr_list(Checker *check, NodeList list, bool allow_comma_ok, bool *comma_ok);
void check_convert_untyped(Checker *check, Operand *x, Type *target);
Type *check_implicit_type_and_value(Checker *check, Operand *x, Type *target, const Const **value,
                                    int *error_code);
void check_update_expr_type(Checker *check, Node *x, Type *t, bool final);
void check_match_types(Checker *check, Operand *x, Operand *y);
void check_comparison(Checker *check, Operand *x, Operand *y, Operator op);
bool check_representable(Checker *check, Operand *x, Type *basic);
void check_conversion(Checker *check, Operand *x, Type *t, Pos at); /* at: of the call */
bool operand_convertible(Checker *check, Operand *x, Type *t, const char **cause);
bool operand_assignable(Checker *check, Operand *x, Type *t,
                        const char **cause); /* constants and untyped included */
bool operand_is_nil(const Operand *x);
void check_assignment(Checker *check, Operand *x, Type *t,
                      const char *context); /* x to a variable of type t (NULL: := ) */
/* As context of check_assignment: "argument to f", put into words when it is needed; check->called is f. */
extern const char CONTEXT_ARGUMENT[];
void check_init_const(Checker *check, Object *lhs, Operand *x);
void check_init_var(Checker *check, Object *lhs, Operand *x, const char *context);
void check_init_vars(Checker *check, ObjectList lhs, NodeList rhs, Node *return_stmt);
void check_assign_error(Checker *check, NodeList rhs, uint32_t l, uint32_t r);
void check_func_body(Checker *check, DeclInfo *decl, const char *name, Type *signature, BlockStmt *body,
                     Const *iota_value);
bool check_builtin(Checker *check, Operand *x, CallExpr *call, BuiltinId id);
bool check_index_expr(Checker *check, Operand *x,
                      IndexExpr *e); /* true: a generic function, to be instantiated */
void check_slice_expr(Checker *check, Operand *x, SliceExpr *e);
void check_composite_lit(Checker *check, Operand *x, CompositeLit *e, Type *hint);
void check_func_lit(Checker *check, Operand *x, FuncLit *e);
void check_basic_lit(Checker *check, Operand *x, BasicLit *e);
bool check_index_value(Checker *check, Operand *x, const char *what, bool allow_negative); /* isValidIndex */
void check_overflow(Checker *check, Operand *x, Pos op_pos);
bool check_terminating(Checker *check, Node *stmt, Str label);
void check_usage(Checker *check, Scope *scope); /* declared and not used */
void operand_set_const(Operand *x, Universe *u, const Const *value, BasicKind untyped_kind);
bool check_nesting(Checker *check, const Node *node); /* false and an error if nested too deeply */

/* ---- generics ---- */
void check_call_expr(Checker *check, Operand *x, CallExpr *call, bool *is_statement, bool *is_conversion);
void check_func_inst(Checker *check, Type *target, Pos pos, Operand *x, IndexExpr *inst, bool infer);
void check_selector(Checker *check, Operand *x, SelectorExpr *e, Object *def, bool want_type);
OperandList check_generic_expr_list(Checker *check, NodeList list, TypeList **targs_out);
bool check_use(Checker *check,
               NodeList list); /* evaluates for effects on "used" after an error; true: no (further) error */
bool check_use_lhs(Checker *check, NodeList list);
/* Type parameters of a declaration: declares them in the current scope. */
TypeList check_collect_tparams(Checker *check, FieldList list);
/* The same; *list_out is set before the bounds are checked: they may mention the declared type (use this for types). */
void check_collect_tparams_into(Checker *check, FieldList list, TypeList *list_out);
Type *check_bound(Checker *check, Node *e);
void check_union(Checker *check, Type *result, Operation *e); /* a | b, ~a in interfaces */
Type *check_parse_union(Checker *check, Node *e);
Type *check_parse_tilde(Checker *check, Node *e);
/* Infers missing type arguments. NULL items: failed and an error was reported. */
TypeList check_infer(Checker *check, Pos pos, TypeList tparams, TypeList targs, Type *params,
                     OperandList args, bool reverse, const char *what);
bool check_validate_targ_len(Checker *check, Pos pos, const char *name, uint32_t want, uint32_t got);
/* Index of the first type argument that does not satisfy its constraint, or -1; *cause says why. */
int check_verify_instance(Checker *check, Pos pos, TypeList tparams, TypeList targs, const char **cause);
Type *check_instance(Checker *check, Pos pos, Type *origin, TypeList targs); /* unique; expanded lazily */
bool check_implements(Checker *check, Type *v, Type *t, bool constraint, const char **cause);
Type *signature_instance(Universe *u, Type *generic_signature, TypeList targs);
/* Sets from_rhs of an instance (maybe itself a named type or an alias); the lock is held, called once by named_resolve. */
void named_expand(Universe *u, Type *instance);
void mono_record_canon(Checker *check, Type *mine, Type *canonical);
Object *named_expand_method(Universe *u, Type *instance,
                            uint32_t i); /* for named_method(): made once, then the same */
/* Type sets. */
typedef struct TypeSet TypeSet;
TypeSet *type_set(Universe *u, Type *interface); /* computes once */
TypeSet *type_set_check(Checker *check, Pos pos, Type *interface);
ObjectList type_set_methods(const TypeSet *set); /* sorted by unique name */
bool type_set_is_all(const TypeSet *set), type_set_is_empty(const TypeSet *set),
    type_set_is_comparable(const TypeSet *set);
bool type_set_is_method_set(const TypeSet *set), type_set_has_terms(const TypeSet *set);
bool type_set_subset_of(Universe *u, const TypeSet *a, const TypeSet *b);
/* Calls f for each term's type (and its underlying); stops at false. With no specific terms: once with NULLs. */
bool type_set_each(Universe *u, const TypeSet *set, bool (*f)(void *context, Type *t, Type *under),
                   void *context);
/* The same over any type: a type parameter's type set, else the type itself. */
bool type_each(Universe *u, Type *t, bool (*f)(void *context, Type *t, Type *under), void *context);
void mono_record_instance(Checker *check, Pos pos, TypeList tparams, TypeList targs, NodeList exprs);
void mono_report(Checker *check);

#endif
