/* SPDX-License-Identifier: BSD-3-Clause
 *
 * course: a unit's trail as data that outlives the unit: functions are numbers.
 *
 * In: the trail of a whole run, and where in its text the steps begin. Out: who had its turn when, in each stage, and whom each function
 * mentioned; the same after one function's part of it was replaced.
 */
#ifndef HEAPWHY_ENGINE_COURSE_H
#define HEAPWHY_ENGINE_COURSE_H

#include "ir/ir.h"

typedef struct CourseFunc {
  uint64_t key;   /* of its symbol; 0: a literal, an ABI wrapper, or not the only one of that name */
  uint32_t owner; /* the function that stands around a literal; others: itself */
  bool inlined;   /* somewhere, or it was once */
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
  VEC(CourseFunc) funcs;
  CourseSearch searches[TRAIL_STAGE_COUNT]; /* of stages with components */
  VEC(CourseStep) steps;
  VEC(uint32_t) members;
} Course;

enum { COURSE_NONE = UINT32_MAX };

/* text_starts: one for each step. False: searching again does not give the same steps, so that nothing can be said about them. */
bool course_of_trail(Arena *arena, const Trail *trail, const uint32_t *text_starts, uint32_t text_len,
                     Course *out);
/* False: what one of them is now is not known. */
bool course_note_inlined(Course *course, const InlinedCall *calls, uint32_t len);
void course_put(Buffer *out, const Course *course);
bool course_get(Arena *arena, Wire *wire, uint32_t text_len, Course *out);
uint32_t course_find(const Course *course, uint64_t key);
/* Nobody else mentions it or has inlined it. */
bool course_is_alone(const Course *course, uint32_t func);
/* The steps of one function and its literals, in order. */
typedef struct CourseSteps {
  VEC(uint32_t) list;
} CourseSteps;
CourseSteps course_steps_of(Arena *arena, const Course *course, uint32_t func);

/* The course if function number func had gone the way of `trail` (of it alone, with its text), which begins with the function itself.
   False: then somebody else would have gone another way, or that is not known. */
bool course_replace(Arena *arena, const Course *course, uint32_t func, const Trail *trail, const Func *fn,
                    const uint32_t *text_starts, uint32_t text_len, Course *out);

#endif
