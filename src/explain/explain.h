/* SPDX-License-Identifier: BSD-3-Clause
 *
 * explain: events -> the wording of a given release.
 *
 * Two readers of the same log: the compiler's text (`-m`, `-m=2`), line by line in log order, and findings for people and
 * programs: one per value, with its reason as a sentence and its flow as steps.
 *
 * Go: the messages of cmd/compile/internal/{inline,devirtualize,escape,walk}
 */
#ifndef HEAPWHY_EXPLAIN_H
#define HEAPWHY_EXPLAIN_H

#include "ir/ir.h"

typedef struct TextPlace { /* a position that was printed */
  uint32_t at, len;        /* bytes of the text */
  Pos pos;
} TextPlace;

typedef struct TextPlaces { /* in the order of the text */
  Arena *arena;
  VEC(TextPlace) list;
  VEC(uint32_t) steps; /* of the unit's trail: where the text of each one begins */
} TextPlaces;

/* Appends what `-m=level` prints for the unit's events: one line per event, positions with whole file names. places: gets them all
   (level > 0, text below 4 GiB), or NULL. */
void explain_compiler_text(Buffer *out, const Unit *unit, int level, TextPlaces *places);

/* ---- findings ---- */

typedef enum FindingKind {
  FINDING_HEAP,   /* a value that is allocated on the heap */
  FINDING_STACK,  /* a value that could have been and is not */
  FINDING_PARAM,  /* what a parameter leaks to */
  FINDING_INLINE, /* can or cannot be inlined */
  FINDING_CALL,   /* inlined or devirtualized call */
  FINDING_OTHER
} FindingKind;

typedef struct FindingStep {
  Pos at;   /* POS_NONE where the compiler knows no position */
  Str text; /* "p = &x" and the like: the expression */
  Str why;  /* the compiler's word for the step: "assign", "call parameter" … */
} FindingStep;

typedef struct Finding {
  FindingKind kind;
  Pos pos;            /* where the value is; the call for inlined copies */
  Pos inner;          /* in the inlined function, for inlined copies; else POS_NONE */
  Str what;           /* the value: "variable x", "&T{...}", "make([]byte, n)" */
  Str type;           /* its type; empty if it has none */
  int64_t size;       /* bytes of one allocation; -1: not known before the program runs */
  int64_t class_size; /* bytes that the runtime takes; -1 likewise */
  Str reason;         /* one sentence without a full stop */
  Str inlined_from;   /* the function whose inlined copy it is; empty otherwise */
  Str function;       /* in which it is; empty if there is none */
  Str identity;       /* the kind of value in words that are the same for all releases */
  Pos written;        /* a variable's declaration, else where the value is written */
  const char *code;   /* stable short name of the reason: "returned", "interface", "goroutine" … */
  FindingStep *steps;
  uint32_t step_len;
} Finding;

typedef struct Findings {
  Finding *items; /* by file, then position */
  uint32_t len;
} Findings;

/* Needs a log of level 2. */
Findings explain_findings(Arena *arena, const Unit *unit);

#endif
