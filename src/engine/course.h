/* SPDX-License-Identifier: BSD-3-Clause
 *
 * course: a unit's trail as data that outlives the unit: functions are numbers.
 *
 * In: the trail of a whole run, and where in its text the steps begin. Out: who had its turn when, in each stage, and whom each function
 * mentioned; the same after the part of some functions was replaced.
 */
#ifndef HEAPWHY_ENGINE_COURSE_H
#define HEAPWHY_ENGINE_COURSE_H

#include "ir/ir.h"

enum { COURSE_NONE = UINT32_MAX };

typedef struct CourseFunc {
  uint64_t key;   /* of its symbol; 0: an ABI wrapper, or not the only one of that name */
  uint32_t owner; /* the function that stands around a literal; others: itself */
  uint32_t file;  /* that declares it, by number; COURSE_NONE: none, or somebody around it */
  Pos pos;        /* in the run that the trail is of */
  bool changed;   /* what the base tells of it is not so any more */
} CourseFunc;

typedef struct CourseVisit { /* of a function in the search of a stage */
  bool met, attached;
  uint32_t from, len; /* in the search's mentions */
} CourseVisit;

typedef struct CourseSearch {
  CourseVisit *visits; /* by function */
  VEC(uint32_t) mentions, roots;
} CourseSearch;

typedef struct CourseStep {
  TrailStage stage;
  bool recursive;
  uint32_t from, len;          /* in the course's members */
  uint32_t text_from, text_to; /* of what it has printed */
  bool fresh;                  /* in the text of the function that was looked into again */
} CourseStep;

typedef struct Course {
  Arena *arena;
  bool reordered; /* functions have had calls inlined in another order than in the run that the base is of */
  bool moved;     /* likewise, but by the replacement that made the course */
  VEC(CourseFunc) funcs;
  CourseSearch searches[TRAIL_STAGE_COUNT]; /* of stages with components */
  CourseSearch inlined; /* functions that were inlined into a function or its literals; no roots */
  VEC(CourseStep) steps;
  VEC(uint32_t) members;
} Course;

/* text_starts: one for each step. False: searching again does not give the same steps, so that nothing can be said about them. */
bool course_of_trail(Arena *arena, const Trail *trail, const uint32_t *text_starts, uint32_t text_len,
                     Course *out);
void course_put(Buffer *out, const Course *course);
bool course_get(Arena *arena, Wire *wire, uint32_t text_len, Course *out);
uint32_t course_find(const Course *course, uint64_t key);

/* One mentions the other or has it inlined, in itself or in a literal. */
bool course_sees(const Course *course, uint32_t func, uint32_t other);

/* Functions that are looked into again, without the others; and what came of it. */
typedef struct CourseAgain {
  const uint32_t *funcs; /* numbers in the course */
  Func *const *fns;
  uint32_t len;
  const Trail *trail;
  const uint32_t *text_starts; /* of its steps */
  Str text;
} CourseAgain;

typedef struct CourseChoice { /* flags by number; only functions that are no literals */
  bool *chosen;               /* are looked into again */
  const bool *different;      /* look different to others */
} CourseChoice;

/* Adds to the chosen functions those that share a component with one of them; those that have changed and are mentioned by one; and all
   that see a chosen one that is different or has changed. */
void course_close(const Course *course, const CourseChoice *choice);
/* The chosen functions in the order in which they were met when it was decided what can be inlined, which makes the first one of a
   component the first one again. Returns how many there are. */
uint32_t course_order(const Course *course, const bool *chosen, uint32_t *out);
/* The functions went the way of the course, with its text. */
bool course_repeats(Arena *arena, const Course *course, Str text, const CourseAgain *again);
/* The course if they had gone that way. False: then somebody else would have gone another way, or that is not known. */
bool course_replace(Arena *arena, const Course *course, const CourseAgain *again, Course *out);

#endif
