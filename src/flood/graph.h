/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to flood/: the graph of one component while it is analysed.
 *
 * A spot, the node of this graph, belongs to an op: an expression, a variable, or an op that only the analysis knows (the sink, results of calls, captured
 * variables' addresses, the slice of extra arguments). Flows hang at their destination, in order of creation.
 */
#ifndef HEAPWHY_FLOOD_GRAPH_H
#define HEAPWHY_FLOOD_GRAPH_H

#include "flood/flood.h"

typedef struct SpotId {
  uint32_t v; /* 0 = none */
} SpotId;
typedef struct FlowId {
  uint32_t v; /* 0 = none */
} FlowId;

/* Where the flood is, seen from its root: dereferences minus addresses, over the whole way and over the part behind the last
   copy (>= 0: so often was something dereferenced and then copied). */
typedef struct Level {
  int8_t value, suffix;
} Level;

Level level_zero(void);
Level level_deref(Level level);
Level level_addr(Level level);
Level level_copy(Level level);
Level level_min(Level a, Level b);
static inline bool level_equal(Level a, Level b) { return a.value == b.value && a.suffix == b.suffix; }

/* What is known about a spot: grows, never shrinks. */
typedef enum Fate { FATE_UNKNOWN, FATE_STACK, FATE_RETURNED, FATE_HEAP } Fate;

enum { EXPOSED_RESULTS = 4, EXPOSED_LEVEL_MAX = 6 };

typedef struct Exposure {
  uint8_t fate; /* Fate */
  bool content; /* of a parameter: what it points at reaches the heap */
  uint8_t results
      [EXPOSED_RESULTS]; /* of a parameter: 1 + level at which it reaches the result; 0 = it does not */
} Exposure;

bool exposure_equal(const Exposure *a, const Exposure *b);
void exposure_to_heap(Exposure *exposure);
void exposure_content(Exposure *exposure);
/* A parameter reaches result number `result` (from 0) at that level. */
void exposure_to_result(Exposure *exposure, uint32_t result, Level level);

/* One step of an explanation: src flows into dst. Steps of a flood are linked towards its root. */
typedef struct Step {
  const Op *src, *dst;
  const Op *where; /* whose position is shown; NULL: dst's */
  const char *why; /* NULL: not known yet */
  struct Step *parent;
  bool busy; /* being printed: explanations may be circular */
} Step;

typedef struct Flow {
  SpotId src;
  FlowId next; /* of the same destination */
  Step step;
} Flow;

typedef struct Spot {
  Op *op;
  Func *fn;           /* that was being walked when the spot was made */
  int32_t loop_depth; /* -1 sink, 0 results, 1 a function's top level */
  FlowId first, last;
  Exposure exposure;
  bool moved;   /* a variable that lives on the heap now */
  bool dots;    /* extra arguments of a variadic call */
  Op **results; /* of a call: what stands for its results */
  uint32_t result_len;
  Op *dots_op; /* of a call: its extra arguments, or NULL */
  /* the current flood */
  Level level;
  uint32_t walk;
  int32_t extra_depth;
} Spot;

typedef struct Flood {
  Unit *unit;
  Arena *arena; /* dropped with the component */
  bool recursive;
  Op *sink; /* everything that outlives the component's functions */
  VEC(Spot) spots;
  VEC(Flow) flows;
  VEC(SpotId) destinations; /* in the order of their first flows */
  VEC(SpotId) reported;     /* for the lines at the end: what does not escape */
  Map ids;                  /* Op* -> SpotId */
  Map texts;                /* Op* -> Str*: printed forms */
  uint32_t walk;
  /* the function that is walked */
  Func *fn;
  int32_t loop_depth;
  Map labels; /* Atom -> LabelState */
} Flood;

/* graph.c */
void flood_init(Flood *f, Unit *unit, Arena *arena, bool recursive);
SpotId spot_of(Flood *f, Op *op); /* made if there is none */
static inline Spot *spot_at(const Flood *f, SpotId id) { return &f->spots.items[id.v]; }
/* Valid until the next spot is made. */
static inline Spot *spot_get(Flood *f, Op *op) { return spot_at(f, spot_of(f, op)); }
bool spot_is_param(const Spot *spot);
bool spot_is_result(const Spot *spot);
/* An allocation or address whose fate will be reported. */
void spot_track(Flood *f, Op *op);
void flood_flow(Flood *f, Op *dst, Op *src, Step step);
bool flood_is_variable(const Name *param); /* has a name that the body can use */
bool flood_has_func(const Flood *f, const Func *fn);
bool flood_is_slice(Type *t);
Type *flood_element(Type *t);

/* assign.c: src is assigned to dst; what the step leaves open is filled in. */
void assign(Flood *f, Op *dst, Op *src, Step step);
void assign_why(Flood *f, Op *dst, Op *src, const char *why, const Op *where);
void assign_sink(Flood *f, const Op *dst, Op *src, const char *why, const Op *where);
/* What src points at is assigned to dst. */
void assign_content(Flood *f, Op *dst, Op *src, Step step);
Op *content_of(Flood *f, Op *op);

/* walk.c */
void flood_function(Flood *f, Func *fn);

/* call.c */
void flood_call(Flood *f, Op *op);
OpRefs call_results(Flood *f, Op *call);

/* solve.c */
void flood_solve(Flood *f);
/* Because of the steps from `first` on, which end at `address`. */
void address_escapes(Flood *f, Op *op, Step *first);

/* tags.c */
void flood_tags(Flood *f, Func *fn);

/* trail.c */
Str flood_text(Flood *f, const Op *op);
/* Events only if somebody listens: NULL otherwise. */
Event *note_op(Flood *f, EventKind kind, const Op *op);
void note_trail(Flood *f, Step *first, const Op *src);
void note_moved_trail(Flood *f, Step *first, const Op *variable);

#endif
