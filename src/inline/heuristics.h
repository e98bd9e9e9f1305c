/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to src/inline: what a call is worth where it stands (GOEXPERIMENT=newinliner). Off unless the profile says inline_scores.
 *
 *   folding.c     expressions that a constant parameter would fold away
 *   outcomes.c    statements after which the function never returns
 *   properties.c  what callers may gain from a function: its parameters and results
 *   sites.c       the calls of a function and what is special about each
 *   score.c       cost of the callee, corrected by what is known at the call
 *
 * Go: cmd/compile/internal/inline/inlheur
 */
#ifndef HEAPWHY_INLINE_HEURISTICS_H
#define HEAPWHY_INLINE_HEURISTICS_H

#include "inline/inline_private.h"

/* ---- folding.c ---- */

typedef struct NameSet {
  Name *const *items;
  uint32_t len;
} NameSet;

/* The expression is made of operators, constants and all of these names, in a way that cannot fail when it is computed: if the
   names were constants, so would it be. */
bool folds_if_constant(Unit *unit, Op *op, NameSet names);

/* ---- outcomes.c ---- */

/* What surely happens, or may happen, first once a statement is reached. */
typedef enum Outcome {
  OUTCOME_OPEN,  /* goes on to what follows, as far as is known */
  OUTCOME_NEVER, /* panics or exits */
  OUTCOME_LEAVES /* may return, or leave the loop around it */
} Outcome;

typedef struct Outcomes {
  Unit *unit;
  Map of;     /* Op* -> Outcome; absent: open */
  bool jumps; /* goto and labels: nothing can be said about the whole */
} Outcomes;

Outcomes *outcomes_new(Arena *arena, Unit *unit, Func *fn);
Outcome outcome_of(const Outcomes *outcomes, const Op *op);
bool never_returns(const Outcomes *outcomes, const Func *fn);
bool is_main_main(const Func *fn);

/* ---- properties.c ---- */

/* Of a function of this unit, or one whose body it sees; NULL: nothing is known. */
const FuncProperties *func_properties(const Unit *unit, const Func *fn);
FuncProperties *properties_of_body(Unit *unit, Func *fn, ReassignOracle *oracle, const Outcomes *outcomes);
/* How deep in conditions the op's children are, counting loops against conditions; the compiler's rough measure. */
int condition_depth_change(const Op *op);

/* ---- sites.c ---- */

typedef enum SiteFlags { SITE_IN_LOOP = 1 << 0, SITE_DOOMED = 1 << 1, SITE_IN_INIT = 1 << 2 } SiteFlags;

typedef enum ArgumentKind {
  ARGUMENT_ANY,
  ARGUMENT_CONSTANT,
  ARGUMENT_CONCRETE, /* an interface made from a concrete type */
  ARGUMENT_FUNCTION,
  ARGUMENT_INLINABLE /* a function that can be inlined */
} ArgumentKind;

typedef struct Site {
  Func *callee;
  Op *call;
  Op *assign;    /* what assigns its results to variables, or NULL */
  uint8_t *args; /* ArgumentKind of each argument; NULL: all ARGUMENT_ANY */
  uint32_t flags;
  int32_t score;
  uint32_t applied; /* Adjustments, as bits */
} Site;

struct SiteTable {
  VEC(Site *) list; /* as found */
  Map by_call;      /* Op* -> Site* */
};

/* Where to look for calls: the statements of a function, or of an inlined call in it. */
typedef struct SiteRegion {
  Func *fn;
  const OpList *statements;
  const Outcomes *outcomes; /* NULL: unknown */
  ReassignOracle *oracle;   /* NULL: variables are not followed */
  bool in_loop;
} SiteRegion;

/* NULL: no calls that could be inlined. */
SiteTable *sites_of_region(Unit *unit, const SiteRegion *region);

/* ---- score.c ---- */

/* After can_inline: what the function and the closures in it are like. Closures are looked at with the function around them. */
void analyze_function(Unit *unit, Func *fn);
/* Before the calls of a function are inlined. */
void score_calls(Unit *unit, Func *fn);
/* A call became its callee's body, whose calls are sites now. */
void score_inlined(Unit *unit, Func *caller, const Op *inlined);
/* False: the call has no score; what counts is its callee's cost. */
bool call_score(Unit *unit, const Func *caller, const Op *call, int32_t *score);

#endif
