/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the files of src/inline share: see inline.h for the layer.
 *
 *   calls.c         functions that the inliner knows by name
 *   cost.c          can a function be inlined, and at what cost
 *   body.c          copies of bodies: the pristine one, and clones of closures
 *   imported.c      bodies as the packages that import them read them, in older releases
 *   callsite.c      may this call be inlined
 *   transparent.c   calls that need not be inlined where only tags are wanted
 *   expand.c        a call becomes an INLCALL
 *   interleave.c    the order of it all
 *   bottom_up.c     the order of older releases, and their rules for calls
 *   node_cost.c     their costs
 *   devirtualize.c  interface calls with a known callee
 *   shapes.c        types with shapes
 *   simd.c          vector types: an experiment, off by default
 *   heuristics.h    what calls are worth where they stand: an experiment, off by default
 *   bloop.c         testing.B.Loop
 */
#ifndef HEAPWHY_INLINE_PRIVATE_H
#define HEAPWHY_INLINE_PRIVATE_H

#include "inline/inline.h"

typedef struct SiteTable SiteTable;

/* Owned by the unit (unit->inline_state), in its arena. */
typedef struct InlineState {
  Arena *scratch;          /* for one cloning at a time; there while one of the layer's entry points runs */
  Arena *spare;            /* likewise, what inline_func used last, to be used again; or NULL */
  VEC(Op *) replacements;  /* room for those of one cloning (clone_room) */
  VEC(Atom) return_labels; /* ".i0", ".i1" … (expand.c) */
  Map package_classes;     /* Package* -> bits of known packages + 1 (calls.c) */
  const Package *last_package; /* the one that was looked up last, and its bits */
  uint32_t last_package_bits;
  Map intrinsics;          /* Name* of functions of packages that have some -> 1: is none, 2: is one */
  Map instances;           /* Package* -> Atom* -> Func*: instances that this unit has (body.c) */
  uint32_t instances_seen; /* how many of unit->funcs are in `instances` */
  /* heuristics.h; only with profile->inline_scores */
  Map site_tables;        /* Func* -> SiteTable* */
  SiteTable *last_scored; /* of the function that was scored last; sites of inlined bodies go there */
  bool scoring_done;      /* the unit's functions are through; wrappers are not scored */
} InlineState;

InlineState *inline_state(Unit *unit);

/* ---- calls.c ---- */

typedef enum KnownCall {
  KNOWN_NONE,
  KNOWN_CHEAP,      /* costs as little as any other op */
  KNOWN_THROW,      /* as panic; never worth it */
  KNOWN_CALLER,     /* asks for its caller: refuse */
  KNOWN_RANGE_DEFER /* defer in the body of a range-over-func loop: refuse */
} KnownCall;

KnownCall known_call(Unit *unit, const Op *call);
/* internal/abi.EscapeNonString: means something to escape analysis only. */
bool callee_is_escape_marker(Unit *unit, const Name *callee);
/* The function name of a direct call, as written: a name or a method expression. NULL otherwise. */
Name *call_named_callee(Unit *unit, const Op *call);

/* ---- cost.c ---- */

void can_inline(Unit *unit, Func *fn);
/* False: too costly even if all calls that it makes were free. */
bool inline_may_fit(Unit *unit, Func *fn);
bool func_is_big(const Unit *unit, Func *fn);
void note_big_function(Unit *unit, Func *fn);
/* Name as messages show it; the hash of cloned closures is left out of diagnostic names. */
Str name_event_text(Unit *unit, const Name *name, bool diagnostic);

void note_can_inline(Unit *unit, Func *fn, int32_t cost);
const char *inline_impossible(const Unit *unit, const Func *fn); /* NULL: it depends on the body */

/* ---- node_cost.c ---- */

/* False: cannot be inlined, *reason says why (empty: nothing is said at this level). */
bool node_cost(Unit *unit, Func *fn, int32_t *cost, Str *reason);
int32_t node_count(Func *fn);

/* ---- bottom_up.c ---- */

void inline_bottom_up(Unit *unit, Func *const *roots, uint32_t len);
void inline_one_bottom_up(Unit *unit, Func *fn); /* its calls only */

/* ---- body.c ---- */

InlineBody *inline_body_new(Unit *unit, Func *fn);
/* Room for the replacements of so many names, until the next cloning. */
Op **clone_room(Unit *unit, uint32_t len);
/* A copy of a variable for function `into`. */
Name *clone_name(Unit *unit, const Name *name, Func *into);
/* What CloneOptions.context points to in this layer (maybe at the start of something larger). */
typedef struct CloneContext {
  Unit *unit;
} CloneContext;
/* CloneOptions.clone_closure for a body that is inlined into options->into: the clone is appended to unit->funcs. */
Func *clone_inlined_closure(void *context, CloneOptions *options, Func *closure);
/* The function of this unit that an instance made in another unit stands for here; other functions (and NULL): itself. */
Func *instance_here(Unit *unit, Func *fn);
/* For CloneOptions.replace: names of instances made in another unit become the ones of this unit. NULL: as it is. */
Op *replace_foreign_instance(Unit *unit, CloneOptions *options, const Op *op);

/* ---- imported.c ---- */

/* The body of fn that this unit expands and prints. */
const InlineBody *inline_body_here(const Unit *unit, const Func *fn);

/* ---- callsite.c ---- */

typedef struct CallSite {
  Func *caller;
  Op *call;
  bool big_caller;
  bool called_once; /* the callee is a closure with this one call */
  bool refused;     /* set when the answer is no and stays so */
  CallList *calls;  /* gets the calls of the inlined body */
} CallSite;

/* No matter who the callee is: a call by value or by name that stays no call for reasons of its own. The answer never changes. */
bool might_inline(Unit *unit, const Op *call);

/* The function that fun denotes if it is known; resolve_only: closures are not checked for inlining. */
Func *inline_callee(Unit *unit, Func *caller, Op *fun, bool resolve_only);
/* The same whatever the caller is: also closures that capture something somewhere else. */
Func *direct_callee(Unit *unit, Op *fun);
/* The function of a function's name, checked for inlining if another unit has it; NULL: only its name is known. */
Func *known_func(Unit *unit, Name *name);
bool can_inline_call(Unit *unit, const CallSite *site, const Func *callee, bool log);
/* True: the call is an INLCALL now. might_inline is true of it. */
bool try_inline_call(Unit *unit, CallSite *site);

/* ---- transparent.c ---- */

/* Only tags are wanted, and inlining the call would not change them. */
bool call_may_stay(Unit *unit, Func *callee);

/* ---- expand.c ---- */

/* The same for INLINE_LEAVES and INLINE_MIDSTACK: receiver, variadic arguments and captured variables are assigned one by one. */
Op *expand_call_in_place(Unit *unit, Func *caller, Op *call, Func *callee, uint32_t inl);
/* The call at `place` becomes an INLCALL; calls: gets those of its body. */
void expand_call(Unit *unit, Func *caller, Op *place, Func *callee, uint32_t inl, CallList *calls);

/* ---- simd.c ---- */

bool simd_is_intrinsic(Unit *unit, Name *callee);
/* How many times the usual budget counts for the function: more if vectors go in or out. */
int32_t simd_budget_factor(const Unit *unit, const Func *fn);

/* ---- shapes.c ---- */

bool type_is_shape(Type *t);
bool type_has_shape(Type *t); /* is one, or mentions one */
bool implements_up_to_shapes(Unit *unit, Type *type, Type *interface);

/* ---- devirtualize.c ---- */

/* What is assigned to interface variables, as far as it was asked for. */
typedef struct Devirtualizer {
  Unit *unit;
  Arena *arena;
  Map assignments; /* Name* -> AssignmentList* */
  Map call_refs;   /* Op* (call) -> CallRefList*: variables that a call's interface result goes to */
  Map analyzed;    /* Func* -> 1 */
} Devirtualizer;

Devirtualizer *devirtualizer_new(Unit *unit, Arena *arena);
bool devirtualize_call(Devirtualizer *d, Op *call); /* true: it calls something else now */
void devirtualize_note_inlined(Devirtualizer *d, Func *fn, Op *inlined); /* which was a call of fn */

#endif
