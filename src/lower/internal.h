/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to src/lower: the state of one unit, of one generic declaration, of one instance and of one body.
 *
 * Two orders run through everything here. "Written" order is that in which the compiler's writer walks a declaration: it decides
 * the layout of dictionaries (collect.c) and which mentions of a type are one to the reader (written.c). "Read" order is that in which its reader meets types and objects: it decides which
 * functions exist and in which order they are lowered (resolve.c). Functions named read_* do the latter.
 */
#ifndef HEAPWHY_LOWER_INTERNAL_H
#define HEAPWHY_LOWER_INTERNAL_H

#include "lower/lower.h"

typedef struct TypePair {
  const Type *a, *b;
  struct TypePair *outer;
} TypePair;

typedef struct Lowering Lowering;
typedef struct Descriptors Descriptors; /* descriptors.c */
typedef struct Body Body;

/* Type parameters in the order of a dictionary and what stands for them. */
typedef struct Subst {
  TypeList tparams, targs;
  Map memo; /* Type* -> Type* */
} Subst;

/* Entries of a dictionary. `tparams` are the type parameters in terms of which the types are written: methods of a generic
   type name their receiver's type parameters themselves. */
typedef struct MethodWord { /* method expression of a type parameter */
  uint32_t tparam;
  Object *method;
} MethodWord;

typedef struct SubdictWord { /* dictionary of another generic object */
  Object *object;
  TypeList args, tparams;
} SubdictWord;

typedef struct RtypeWord {
  Type *type;
  TypeList tparams;
} RtypeWord;

typedef struct ItabWord {
  Type *type, *iface;
  TypeList tparams;
} ItabWord;

typedef struct UsedInstance { /* instance of a generic function that a generic body mentions */
  Object *object;
  TypeList targs;
  Type *signature;
} UsedInstance;

/* A generic declaration: function, generic method, or type with its methods. */
typedef struct Generic {
  Object *object;
  TypeList tparams; /* implicit ones, then the receiver's, then its own */
  uint32_t implicit_len, receiver_len;
  bool *basic; /* per type parameter: its constraint is a basic interface */
  bool collected;
  VEC(MethodWord) method_words;
  VEC(SubdictWord) subdicts;
  VEC(RtypeWord) rtypes;
  VEC(ItabWord) itabs;
  VEC(UsedInstance) used;
  Map same; /* Type* -> Type*: parameter and result types of equal instances are one type to the compiler */
} Generic;

typedef struct Instantiation {
  struct Instantiation *next; /* same hash */
  Generic *generic;
  TypeList targs;
  bool shaped;                 /* code is shared by types of one shape: has a dictionary parameter */
  Type *type;                  /* generic type: the instance */
  Func *func;                  /* generic function or method */
  Func **methods;              /* generic type: by index of the declared method, NULL until made */
  struct Instantiation *shape; /* of a plain instance: the shaped one, once known */
  Name *dict;                  /* of a plain instance: the dictionary variable, once used */
  Atom name;                   /* "F[int]", once used */
  bool read;                   /* its declaration was read */
} Instantiation;

/* Where a function's body comes from. */
typedef struct BodySource {
  Func *fn;
  Object *object;      /* declares the body; NULL for synthetic ones */
  Instantiation *inst; /* NULL: not generic */
} BodySource;

typedef struct Todo { /* dictionary work that the compiler postpones */
  Instantiation *inst;
} Todo;

/* Facts about a synthetic syntax node (id 0). */
typedef struct Fact {
  Type *type;
  const Const *value;
  ValueMode mode;
  Object *def, *use;
  Atom runtime;    /* name of a runtime function that the node stands for */
  bool range_body; /* function literal made from the body of a range-over-func loop */
} Fact;

/* What is known about a type while a unit is lowered. */
typedef struct TypeNote {
  uint32_t id;         /* of the type */
  uint32_t begin, end; /* when it was written (written.c); 0: not at all; UINT32_MAX: it is being written */
  uint8_t read;        /* flags of resolve.c */
  enum { SHAPE_UNKNOWN, SHAPE_NO, SHAPE_YES } shape : 8; /* of has_shape */
  bool pointed;                                          /* its pointer type was met before inlining began */
  /* That stands for types of which it is the underlying one, once made. Of a shape: the first of these that the unit has met; others
     have other names of parameters, at other places. */
  Type *shape_type;
  Type *pointer;            /* its pointer type, once made */
  const Package *seen_from; /* type_as_seen: the package that asked last, */
  Type *seen;               /* what it got */
} TypeNote;

typedef struct ObjectNote {
  uint32_t id;    /* of the object */
  uint32_t begin; /* when it was written; 0: not at all */
  bool read;
} ObjectNote;

/* Notes about what has dense ids, found by hashing: a unit meets few of the ids of a session. A note starts with the id, is made
   when it is first asked for and never moves. */
typedef struct NoteTable {
  uint32_t **slots; /* notes; NULL: free */
  uint32_t slot_mask, len;
  uint32_t shift; /* of a hash of 32 bits, to the number of a slot */
  uint32_t note_size;
} NoteTable;

struct Lowering { /* per unit */
  Unit *unit;
  Arena *arena; /* until the unit is done */
  Arena *kept;  /* as long as the run: what importers may ask for, parts of types */
  Universe *universe;
  bool eager;         /* reported unit: resolve everything in read order */
  bool queue_closed;  /* bodies are lowered at once (on demand) */
  bool in_place;      /* FRONT_TYPECHECK */
  Map names;          /* package-level variable Object* -> Name* */
  Map funcs;          /* Object* -> Func* (own package) */
  Map generics;       /* Object* -> Generic* */
  Map instances;      /* hash -> Instantiation* */
  Map instance_types; /* named instance Type* -> Instantiation* */
  NoteTable type_notes, object_notes;
  Map seen_types;         /* Package* -> Type* -> Type*: type_as_seen */
  uint32_t written_clock; /* types and objects begun and finished so far */
  uint32_t reading;       /* when the element that is being read was written; 0: outside of all others */
  Map replaced;           /* Node* -> Node*: conditions simplified by static_bool */
  Map facts;              /* synthetic Node* -> Fact* */
  Map rewritten;          /* ForStmt* -> Node*: range-over-func loops */
  Map renamed;            /* written signature Type* -> 1: results have names of rangefunc.c */
  Atom param_names[16], result_names[16]; /* "~p0", "~r0" and so on, once made */
  Map method_exprs;             /* receiver type and method name, hashed -> MethodExpr* (select.c) */
  Map runtime_names;            /* Atom -> Name* */
  Map itabs;                    /* hash -> 1: itabs that were written */
  Map type_keys;                /* of type_link_key */
  uint64_t long_texts;          /* bytes of the long ones that link_text made */
  struct TypePair *comparing;   /* types that same_type is comparing, innermost first */
  StrMap written_types;         /* link_key -> Type*: descriptors that were written */
  StrMap algs;                  /* ".eq." / ".hash." signature -> Func* */
  StrMap wrapped_values;        /* receiver type and method -> done: method value wrappers */
  Map method_sets;              /* Type* -> MethodSet* */
  Map methodless;               /* Type* -> 1: neither it nor anything embedded in it has methods */
  const Type *named_in_wrapper; /* wrapper_name: the type that was asked for last, */
  Str name_in_wrapper;          /* and what it is called there */
  VEC(Instantiation *) todo_dicts;
  VEC(Func *) todo_bodies;
  VEC(Type *) have_wrappers, need_wrappers;
  VEC(struct MethodValueWrapper) need_method_values;
  uint32_t init_count, map_init_count, label_count;
  Package *runtime, *go_package, *type_package;
  Pos base; /* the compiler's current position: of a function, an object that was met, or a local variable */
  Map inlined;             /* Func* -> 1: foreign functions whose bodies were read since they were inlined */
  VEC(Func *) inline_only; /* instances that were lowered while a call was inlined */
  bool package_read; /* everything of the package was read; what comes now comes with inlining and wrappers */
  bool inlining;     /* reading such a body: what is made is used, but not compiled */
  Func *(*resolve_func)(void *context, Unit *unit, Object *object); /* the engine's, for declared functions */
  void (*finish)(void *context, Unit *unit, Func *fn);
  void *finish_context;
  Descriptors *descriptors;  /* in_place */
  VEC(Func *) late_wrappers; /* in_place */
};

struct Body { /* a function body being lowered */
  Lowering *low;
  Unit *unit;
  Func *fn;
  Body *outer;  /* of a closure */
  Package *pkg; /* whose syntax is read */
  const Info *info;
  Lang lang;
  Generic *generic; /* NULL: no type parameters in sight */
  Instantiation *inst;
  Subst *subst;
  Type *signature; /* as written: for result types */
  Map locals;      /* Object* -> Name*, captured ones included */
  Name *dict;      /* dictionary parameter or captured dictionary */
  bool dict_captured;
  int32_t literal_gen, range_gen;     /* closures so far, by kind */
  int32_t range_states, range_yields; /* range-over-func loops so far */
  BlockStmt *block;                   /* the body */
  Atom loop_label;                    /* of the range-over-func loop that is rewritten next, or NULL */
  bool each_line;                     /* in_place: values of a list move the current position one by one */
  Pos literal_end;                    /* in_place: where the compiler was after the last composite literal */
  Pos line; /* in_place: the compiler's current position, where implicit conversions are placed */
};

NoteTable note_table_new(Lowering *low, uint32_t note_size);
void *note_make(Lowering *low, NoteTable *table, uint32_t id);

/* Spreads runs of ids, which would meet others. */
static inline uint32_t note_slot(const NoteTable *table, uint32_t id) {
  return (id * 0x9E3779B1u) >> table->shift;
}

static inline void *note_at(Lowering *low, NoteTable *table, uint32_t id) {
  for (uint32_t i = note_slot(table, id); table->slots[i]; i = (i + 1) & table->slot_mask)
    if (*table->slots[i] == id) return table->slots[i];
  return note_make(low, table, id);
}

static inline TypeNote *type_note(Lowering *low, const Type *t) {
  return note_at(low, &low->type_notes, t->id);
}
static inline ObjectNote *object_note(Lowering *low, const Object *object) {
  return note_at(low, &low->object_notes, object->id);
}

/* Whether write_type has nothing to do. False where that is only known of what an alias stands for. */
static inline bool type_is_written(Lowering *low, const Type *t) {
  return t->kind == TYPE_BASIC || t->kind == TYPE_TYPE_PARAM || t->kind == TYPE_TUPLE ||
         type_note(low, t)->begin != 0;
}

typedef struct MethodValueWrapper {
  Type *recv;
  Object *method;
  Name *func;
} MethodValueWrapper;

/* ---- facts.c: Info, and the same for synthetic nodes ---- */

/* What is known about an expression, all at once. */
typedef struct ExprFacts {
  Type *type; /* as written (unsubstituted); NULL if there is none */
  const Const *value;
  ValueMode mode;
} ExprFacts;

ExprFacts expr_facts(const Body *b, const Node *node);
Type *fact_type(const Body *b, const Node *node); /* as written (unsubstituted); NULL if none */
const Const *fact_const(const Body *b, const Node *node);
ValueMode fact_mode(const Body *b, const Node *node);
Object *fact_def(const Body *b, const NameExpr *name);
Object *fact_use(const Body *b, const NameExpr *name);
const Selection *fact_selection(const Body *b, const SelectorExpr *selector);
const Instance *fact_instance(const Body *b, const NameExpr *name);
Object *fact_implicit(const Body *b, const Node *node);
Fact *fact_make(Lowering *low, const Node *node);
Fact *fact_find(const Body *b, const Node *node);
/* The object that an expression names, if it does (qualified or instantiated or not); *inst gets its instance or NULL. */
Object *fact_object(const Body *b, Node *node, const Instance **inst);
bool object_is_global(const Object *object);
bool fact_is_builtin(const Body *b, Node *node, BuiltinId id);
/* +1 always true, -1 always false, 0 unknown; *cond is simplified. */
int static_bool(Body *b, Node **cond);
bool statement_terminates(Body *b, Node *stmt);
Node *node_current(const Body *b, Node *node); /* without parentheses; simplified form */

/* ---- typeinfo.c: types as the back end sees them ---- */

static inline Type *under(Type *t) { return type_underlying(t); }
static inline bool is_kind(Type *t, TypeKind kind) { return under(t)->kind == kind; }
bool is_basic_flag(Type *t, uint32_t flags);
bool is_basic_kind(Type *t, BasicKind kind);
static inline bool is_interface(Type *t) { return is_kind(t, TYPE_INTERFACE); }
static inline bool is_string(Type *t) { return is_basic_flag(t, BASIC_IS_STRING); }
bool is_empty_interface(Lowering *low, Type *t);
bool is_named(Type *t); /* declared or predeclared: has a symbol */
bool is_shape(Type *t);
bool has_shape(Lowering *low, Type *t);
static inline bool is_untyped(const Type *t) { return type_is_untyped(t); }
Type *elem_of(Type *t);                          /* of a pointer, slice, array, channel */
Type *deref(Type *t);                            /* pointee of a pointer, else t itself */
bool same_type(Lowering *low, Type *a, Type *b); /* identical, shapes being equal to what they stand for */
/* *elem is met: as long as the package is being read, the compiler keeps one object for it. */
void note_pointed(Lowering *low, Type *elem);
Type *pointer_to(Lowering *low, Type *t);
/* A type of an expression as the body's package sees it: written in another package, an empty interface is the one called any. */
Type *type_as_seen(Body *b, Type *t);
Type *slice_of(Lowering *low, Type *t);
Type *basic_type(Lowering *low, BasicKind kind);
bool has_nil(Type *t);
Object *struct_field(Type *t, uint32_t index);
Type *shapify(Lowering *low, Type *targ, bool basic);
/* The method with the parameters as they are called in this unit, for receivers that are shapes of interfaces. */
Object *method_as_met(Lowering *low, Type *recv, Object *method);
OpKind assign_op(Lowering *low, Type *src, Type *dst);  /* OP_NONE: not assignable */
OpKind convert_op(Lowering *low, Type *src, Type *dst); /* OP_NONE: not convertible */
const Const *fix_value(Lowering *low, Type *type, const Const *value);
/* What a type is called in symbols, unique in the session. Gives up where the texts of nested types get too long together. */
Str link_text(Lowering *low, Type *t);
/* As a key: the same for types of one text, and short. */
Str link_key(Lowering *low, Type *t);
Str link_key_with(Lowering *low, Type *t, Str more); /* of the type and something that belongs to it */
Atom atom_printf(Lowering *low, const char *fmt, ...) PRINTF_LIKE(2, 3);
Type *shaped_types(Lowering *low, Type *t);
void shape_underlying(Lowering *low, Type *named);
Type *subst_type(Lowering *low, Subst *subst, Type *t);

/* ---- resolve.c: what reading touches, in order ---- */

bool read_is_open(Lowering *low, Type *named); /* its underlying type is being read right now */
void read_resolve(Lowering *low, Type *t, bool imported);
/* The object's declaration is read now. */
void note_met(Lowering *low, const Object *object);
void read_named_type(Lowering *low,
                     Type *named); /* the declaration only, not the type arguments of an instance */
Type *read_type(Body *b, Type *t); /* substitutes, resolves */
void read_object(Lowering *low, Object *object); /* a use of a package-level, non-generic object */
Name *global_name(Lowering *low, Object *object);
Func *object_func(Lowering *low, Object *object); /* own or foreign, not generic */
Func *declare_func(Lowering *low, Object *object);
/* Gives it what a declaration says. */
void declare_as(Lowering *low, Func *fn, Object *object);
void declare_params(Lowering *low, Func *fn, Type *signature, Type *dictionary);
void add_body(Lowering *low, Func *fn, Object *object, Instantiation *inst);
void run_todos(Lowering *low);
void lower_body(Lowering *low, Func *fn);
Name *runtime_name(Lowering *low, const char *text, Type *signature);
Atom method_name(Lowering *low, bool pointer, Atom type, Atom method); /* "type.method", "(*type).method" */
Type *make_signature(Lowering *low, uint32_t param_len, Type *const *params, uint32_t result_len,
                     Type *const *results);

/* ---- instances.c ---- */

Generic *generic_of(Lowering *low, Object *object);
/* targs: implicit, receiver and own arguments, not yet shapified. */
Instantiation *instantiate(Lowering *low, Object *object, TypeList targs, bool shaped);
/* The record of an instance, without reading its declaration. */
Instantiation *instance_record(Lowering *low, Object *object, TypeList targs, bool shaped);
void read_instance(Lowering *low, Instantiation *inst);
Func *instance_func(Lowering *low, Instantiation *inst);
Atom instance_method_name(Lowering *low, Instantiation *inst); /* "M[int]" of a method with type parameters */
TypeList body_tparams(Object *object); /* as a declaration's body names them: the receiver's first */
Type *plain_alias(Type *t);            /* without aliases declared in functions */
Instantiation *instance_of_type(Lowering *low, Type *named);
Func *instance_method(Lowering *low, Instantiation *inst, uint32_t index);
Name *instance_dict(Lowering *low, Instantiation *inst);
Type *dict_type(Lowering *low, Generic *generic);
Op *dict_word(Body *b, Pos pos, uint32_t index);
uint32_t dict_subdicts(const Generic *g);
uint32_t dict_rtypes(const Generic *g);
uint32_t dict_itabs(const Generic *g);
void call_shaped(Lowering *low, Func *fn, const BodySource *source);
bool is_derived(const Body *b, Type *t); /* mentions the body's type parameters */
uint32_t method_index(Type *origin, const Object *method);
Object *origin_func(Object *func);
/* Positions within their sections; added when new (only while collecting). */
uint32_t method_word(Lowering *low, Generic *g, uint32_t tparam, Object *method);
uint32_t subdict_word(Lowering *low, Generic *g, Object *object, TypeList args, TypeList tparams);
uint32_t rtype_word(Lowering *low, Generic *g, Type *type, TypeList tparams);
uint32_t itab_word(Lowering *low, Generic *g, Type *type, Type *iface, TypeList tparams);
uint32_t tparam_index(const Generic *g, TypeList tparams, const Type *tparam);

/* ---- algs.c ---- */

bool is_blank_field(const Object *field);
/* Compared byte by byte: no padding, nothing with an equality of its own. */
bool is_plain_memory(Lowering *low, Type *t);

/* ---- descriptors.c, stack_objects.c ---- */

void describe_type(Descriptors *d, Type *t); /* unless that is done */
/* on_stack: values that do not escape, on_heap: variables that do (Op* -> 1). */
void write_stack_objects(Descriptors *d, Lowering *low, const Func *fn, const Map *on_stack,
                         const Map *on_heap);

/* ---- collect.c: bodies in written order ---- */

void collect_dictionary(Lowering *low, Generic *generic);
void write_body(Lowering *low, Object *func);
void write_initializer(Lowering *low, const Initializer *init);

/* ---- meet.c: what only the first body that meets it has to care about ---- */

uint64_t meeting_key(Lowering *low, Type *t);
void note_type(Lowering *low, Meeting kind, Type *t); /* met now, while bodies are read */
void note_object(Lowering *low, Meeting kind, const Object *object, uint32_t time);

/* ---- written.c: what is written when ---- */

void write_package(Lowering *low);
void write_type(Lowering *low, Type *t);
void write_object(Lowering *low, Object *object); /* nothing for objects of other packages */
/* What was begun at that time was written while the type was. */
static inline bool written_inside(const TypeNote *type, uint32_t at) {
  return type->begin && type->begin < at && at < type->end;
}

/* ---- body.c, stmt.c, switch.c ---- */

Name *local_name(Body *b, Pos pos, Object *object);
Name *declare_local(Body *b, Pos pos, Atom atom, Type *type, Object *object);
Name *temp_name(Body *b, Pos pos, Type *type);
Name *temp_copy(Body *b, Pos pos, Op *value, OpList *init);
Op *make_dcl(Body *b, Pos pos, Name *name);
void body_enter(Body *b, Object *object); /* syntax and facts of a declared function */
void body_bind(Body *b, Type *signature, BlockStmt *block);
void body_init(Body *b, Lowering *low, Func *fn, Body *outer);
void lower_stmts(Body *b, NodeList stmts, OpList *out);
Op *lower_one(Body *b, Node *stmt); /* one statement as an op: NULL, itself, or a block */
Op *block_of(Body *b, OpList *list);
bool define_names(Body *b, Op *stmt, Name *const *names, uint32_t len);
Op *lower_assignee(Body *b, Node *node, Name **defined);
/* Values for targets of the types dst (as written; NULL entries: none). in_place: a call with several results is made first, by the
   statement that goes to *before. */
void lower_multi(Body *b, Pos pos, Type *const *dst, NodeList exprs, OpList *out, OpList *before);
/* op gets or gives what one call gave (`before`): that call is what shows. */
void show_split(Op *op, const OpList *before);
typedef struct Clauses {
  CaseClause **items;
  uint32_t len;
} Clauses;
/* The tag of an expression switch (NULL: none), the clauses that can run, the type of the comparison (NULL: as written). */
Node *switch_tag(Body *b, SwitchStmt *stmt, Clauses *clauses, Type **compare);
/* Types of key and value that ranging over a value of type x gives, as written; NULL where there is none. */
void range_types(Body *b, Type *x, Type **key, Type **value);
Pos type_end(Node *type); /* of the last name in it, as the compiler sees it */
Pos last_field_end(FieldList fields, Pos otherwise);
/* Releases that place all parameters of a function at the end of its signature. */
void place_params(Lowering *low, Func *fn, const FieldNode *recv, const FuncTypeExpr *type);
Op *lower_switch(Body *b, SwitchStmt *stmt, Atom label);
Op *lower_select(Body *b, SelectStmt *stmt, Atom label);
Op *lower_for(Body *b, ForStmt *stmt, Atom label);
Op *finish_stmt(Body *b, Op *stmt); /* type-checks a statement made from lowered parts */
void finish_assign_list(Body *b, Op *stmt);

/* ---- expr.c, call.c, literal.c, select.c, convert.c ---- */

Op *lower_expr(Body *b, Node *node);
Op *lower_convert(Body *b, Type *dst, Node *node, bool implicit); /* dst as written or NULL */
Op *make_convert(Body *b, Pos pos, Type *type, Op *x, bool implicit);
Op *assign_convert(Body *b, Op *x, Type *type, Pos pos);
Op *make_zero(Body *b, Pos pos, Type *type);
Op *make_int(Body *b, Pos pos, BasicKind kind, int64_t value);
Op *make_addr(Body *b, Pos pos, Op *x);
Op *make_deref(Body *b, Pos pos, Op *x);
Op *make_dot(Body *b, Pos pos, Op *x, uint32_t field_index, bool implicit);
Op *with_init(Body *b, OpList *init, Op *x);
bool may_be_shared(const Op *op);
OpList take_init(Op *op);
OpKind binary_op(Operator op);
Op *lower_call(Body *b, CallExpr *call);
Op *finish_call(Body *b, Pos pos, Op *fun, OpList args, bool dots);
Op *lower_go_defer(Body *b, CallStmt *stmt);
Op *lower_composite(Body *b, CompositeLit *node);
Op *lower_func_lit(Body *b, FuncLit *lit);
Func *new_closure_func(Body *b, Pos pos, Type *signature, ClosureWhy why);
Op *lower_field(Body *b, SelectorExpr *selector, const Selection *selection);
Op *lower_receiver(Body *b, SelectorExpr *selector, const Selection *selection, Type **recv);
Op *lower_method_value(Body *b, SelectorExpr *selector, const Selection *selection);
Op *lower_method_expr(Body *b, SelectorExpr *selector, const Selection *selection);
/* The parts of a method reference: *wrapper may be NULL, *dict NULL if there is none; returns the function to call. */
Op *method_parts(Body *b, SelectorExpr *selector, Type *recv, const Selection *selection, Op **wrapper,
                 Op **dict);
Op *func_instance(Body *b, Pos pos, Object *object, const Instance *inst, Op **wrapper, Op **dict);
Op *curry(Body *b, Pos pos, bool check_nil, Op *fun, Op *arg0, Op *arg1);
Op *make_method_expr(Lowering *low, Pos pos, Type *recv, Object *method, Func *fn);
Op *find_method_expr(Lowering *low, Pos pos, Type *recv, Atom name, Package *pkg);
Op *make_dot_inter(Body *b, Pos pos, Op *x, Object *method);
void read_itab(Body *b, Type *type, Type *iface); /* both as written */
void read_rtype(Body *b, Type *type);
void use_descriptor(Body *b, Op *op, Type *type); /* when the op runs, as the compiler sees it */
Op *rtype_op(Body *b, Pos pos,
             Type *type); /* as written: the address of a descriptor or a word of the dictionary */
Op *lower_assert(Body *b, AssertExpr *node);
Op *lower_type_operand(Body *b, Node *node,
                       Type *iface); /* TYPE or DYNAMICTYPE; iface as written, NULL if none */

/* All methods of a type and its pointer, promoted ones included, in the compiler's order (exported first, then by name). */
typedef struct SetMethod {
  Object *object;
  const uint32_t *path; /* embedded fields on the way */
  uint32_t path_len;
  bool through_pointer; /* some embedded field on the way is a pointer */
  bool through_value;   /* callable on a value of the type */
} SetMethod;

typedef struct MethodSet {
  SetMethod *items;
  uint32_t len;
} MethodSet;
MethodSet method_set(Lowering *low, Type *t);
/* The function of method m for receivers of that type, which is not the one that the method was declared with. */
void make_wrapper(Lowering *low, Type *recv_type, const SetMethod *m);
Atom wrapper_name(Lowering *low, Type *recv, const Object *method, const char *suffix, Package **pkg);
Atom old_method_value_name(Lowering *low, Type *recv, const Object *method, Package **pkg);
Type *wrapper_signature(Lowering *low, Object *method, Type *recv);
Func *new_wrapper(Lowering *low, Package *pkg, Atom name, Type *signature);

/* ---- method_values.c, toplevel.c: FRONT_TYPECHECK ---- */

/* The function of a method value, made when first asked for and put behind all others. */
Func *method_value_func(Lowering *low, const Op *value);
void order_functions(Lowering *low);

/* ---- declared.c: FRONT_TYPECHECK ---- */

uint32_t count_declared(const Body *b, const BlockStmt *block); /* names */

/* ---- source_text.c: FRONT_TYPECHECK ---- */

/* Gives a literal the text that it has in the source. */
void remember_source(Body *b, Op *literal, Node *node);
/* x + "a" + "b": the parser makes one literal of the two, standing where the first does. */
bool sum_joins_literal(const Operation *sum);
/* That literal. */
Op *lower_joined(Body *b, const Operation *sum);
/* Where an expression stands for the checker. */
Pos written_pos(const Body *b, Node *node);
/* A constant expression without a type, as written. */
bool is_untyped_source(const Body *b, Node *node);
/* Neighbouring constants of a sum of strings become one. */
void join_literals(Body *b, Op *sum);
/* The node moves the compiler's current position: names and named constants do not. */
bool has_line(const Body *b, Node *node);

/* ---- initorder.c, algs.c, wrappers.c, rangefunc.c, inlined.c ---- */

void hook_unit(Lowering *low);

void lower_package_init(Lowering *low);
void write_itab(Lowering *low, Type *type, Type *iface);
Func *method_func(Lowering *low, Type *recv, Object *method);
Node *rewrite_range_func(Body *b, ForStmt *stmt);
bool is_range_func(Body *b, ForStmt *stmt);
/* Unnamed results get names where a range-over-func body returns values. signature: as written. */
void rename_results(Lowering *low, Func *fn, Type *signature);

#endif
