/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to escape/: the graph of one component, and who calls whom while it is built.
 *
 * Locations stand for variables and allocations; an edge of a location says which value flows into it and how often it is
 * dereferenced on the way (-1: its address). Everything is a number in a table: locations, edges, notes.
 */
#ifndef HEAPWHY_ESCAPE_GRAPH_H
#define HEAPWHY_ESCAPE_GRAPH_H

#include "escape/escape.h"

typedef struct LocId {
  uint32_t v;
} LocId;
typedef struct EdgeId {
  uint32_t v; /* 0 = none */
} EdgeId;
typedef struct NoteId {
  uint32_t v; /* 0 = none */
} NoteId;

static inline bool loc_equal(LocId a, LocId b) { return a.v == b.v; }

/* Locations that every graph has; real ones start at LOC_FIRST. */
#define LOC_NONE    ((LocId){0})
#define LOC_HEAP    ((LocId){1})
#define LOC_MUTATOR ((LocId){2}) /* pointers that are written through */
#define LOC_CALLEE  ((LocId){3}) /* functions that are called without knowing which */
#define LOC_BLANK   ((LocId){4}) /* values that nobody keeps */
enum { LOC_FIRST = 5 };

typedef enum LocAttrs {
  ATTR_ESCAPES = 1,  /* must be allocated on the heap */
  ATTR_PERSISTS = 2, /* outlives its statement */
  ATTR_MUTATES = 4,  /* memory that is reachable from it may be written */
  ATTR_CALLS = 8     /* functions that are reachable from it may be called, results unknown */
} LocAttrs;

typedef struct Loc {
  Op *op;      /* variable or expression; NULL: temporary */
  Func *curfn; /* surrounding function */
  int32_t loop_depth;
  uint32_t result; /* of a result variable: its number from 1 */
  uint32_t path;   /* number of the explained path that it was seen on last */
  EdgeId last;
  /* What the solver's walks look at, together in half of a cache line. */
  EdgeId first;     /* what flows into it, in order of creation up to `last` */
  int32_t derefs;   /* from the walk's root, >= -1 */
  uint32_t walk;    /* number of the walk that derefs and next belong to */
  LocId next;       /* towards the root */
  EdgeId next_edge; /* edge of `next` that leads here */
  uint32_t queued_in_walk;
  uint32_t leaks; /* of a parameter: its number in Graph.leaks */
  uint8_t attrs;
  uint8_t
      handed_on; /* attributes that everything that flows here has been told of, as far as it learns them */
  bool queued : 1;
  bool sees_address : 1; /* some address flows here, over any number of edges */
  bool above : 1;        /* other locations of its function are deeper in loops */
  bool around : 1;       /* others are in literals inside its function */
  bool captured : 1, reassigned : 1, addrtaken : 1, param : 1, param_out : 1;
} Loc;
_Static_assert(sizeof(Loc) <= 64, "a location fits in a cache line");

typedef struct Edge {
  LocId src;
  int32_t derefs; /* >= -1 */
  NoteId notes;
  EdgeId next; /* of the same destination */
} Edge;

typedef struct Reason { /* why: one step of an explanation, innermost expression first */
  NoteId next;
  uint32_t texts; /* Graph.texts_made when `text` was made */
  Op *where;
  const char *why;
  Str text; /* of `where`, once it was printed */
} Reason;

typedef struct PendingClosure { /* captures are decided when all bodies were walked */
  Func *func;
  LocId record;
  int32_t derefs;
  NoteId notes;
} PendingClosure;

/* Where a value goes, and what happens to it on the way. */
typedef struct Hole {
  LocId dst;
  int32_t derefs;
  NoteId notes;
  bool addrtaken; /* the expression's address is taken, wherever it goes */
} Hole;

typedef struct HoleList {
  Hole *items;
  uint32_t len;
} HoleList;

typedef struct LaterArgument { /* of a call whose callee has no tag (yet) */
  Func *callee;                /* NULL: settled */
  uint32_t param;              /* its number, the receiver is 0 */
  HoleList results;
  LocId loc; /* takes the argument */
} LaterArgument;

/* What was found out about the types that were asked for last, by their ids; of the whole run. */
enum { TYPE_ANSWERS = 256 };
typedef struct TypeAnswer {
  const Type *type;
  bool yes;
} TypeAnswer;

/* One component while it is analysed. */
typedef struct Graph {
  Unit *unit;
  Arena *arena;      /* dropped with the graph */
  Arena *run_arena;  /* of the whole run: has the tables, which the next graph fills again */
  bool explain;      /* notes are wanted */
  bool has_literals; /* some location belongs to a function literal */
  bool early;        /* profile->captures_first: each function is walked by itself, captures are known */
  VEC(Loc) locs;
  VEC(Edge) edges;
  VEC(Reason) notes;
  VEC(Leaks) leaks; /* of parameters; 0: none */
  VEC(PendingClosure) closures;
  bool tags_later; /* only tags are wanted, those of callees where they make a difference: later.c */
  VEC(LaterArgument) later;
  const Func *
      alone; /* analysed without those that it may be in a cycle with: one of the component; NULL: with them */
  Map *oracles;        /* Func* -> ReassignOracle*; in run_arena */
  TypeAnswer *answers; /* TYPE_ANSWERS: whether values carry nothing */
  uint32_t paths;      /* explained so far */
  Map texts;           /* Op* -> Str*: printed forms; emptied when an op changes (graph_forget_texts) */
  uint32_t texts_made; /* how often that happened */
  Str *
      loc_texts; /* by location, likewise: what stands for it in explanations; without data: not printed yet */
  uint32_t loc_texts_len;
} Graph;

/* One function body while it is walked. */
typedef struct Walker {
  Graph *graph;
  Func *fn;
  int32_t loop_depth;
  Map labels; /* Atom -> LabelState */
} Walker;

/* graph.c */
static inline Loc *graph_loc(const Graph *g, LocId id) { return &g->locs.items[id.v]; }
static inline Edge *graph_edge(const Graph *g, EdgeId id) { return &g->edges.items[id.v]; }
static inline Reason *graph_note(const Graph *g, NoteId id) { return &g->notes.items[id.v]; }
static inline Leaks *graph_leaks(const Graph *g, const Loc *loc) { return &g->leaks.items[loc->leaks]; }
static inline bool loc_has(const Graph *g, LocId id, uint8_t attrs) {
  return (graph_loc(g, id)->attrs & attrs) != 0;
}
/* tables: an older graph of the run, which is done, or NULL. */
void graph_init(Graph *g, Unit *unit, Arena *arena, Arena *run_arena, const Graph *tables);
LocId graph_add_loc(Graph *g, Func *fn, int32_t loop_depth, Op *op, bool persists);
/* Name.opt may be left from another component; a location belongs to the name only if it says so itself. */
static inline bool graph_has_name(const Graph *g, const Name *name) {
  uintptr_t v = (uintptr_t)name->opt;
  return v >= LOC_FIRST && v < g->locs.len && g->locs.items[v].op == &name->op;
}
LocId graph_name_loc(Graph *g, Name *name);
static inline void graph_forget_texts(Graph *g) {
  g->texts = map_in(g->arena);
  g->texts_made++;
  g->loc_texts_len = 0;
}
bool graph_in_component(const Graph *g, const Func *fn); /* being analysed right now: no tags yet */
void graph_flow(Graph *g, Hole k, LocId src);
static inline Hole hole_at(LocId loc) { return (Hole){.dst = loc}; }
Hole hole_add_note(Graph *g, Hole k, Op *where, const char *why);
static inline Hole hole_note(Graph *g, Hole k, Op *where, const char *why) {
  return g->explain ? hole_add_note(g, k, where, why) : k;
}
Hole hole_shift(Hole k, int32_t delta);
Hole hole_deref(Graph *g, Hole k, Op *where, const char *why);
Hole hole_addr(Graph *g, Hole k, Op *where, const char *why);
Hole hole_dot_type(Graph *g, Hole k, Type *t, Op *where, const char *why);
Hole walker_tee(Walker *w, const Hole *ks, uint32_t len);
Hole walker_later(Walker *w, Hole k);
Hole walker_spill(Walker *w, Hole k, Op *op);

/* explain.c */
void walk_captures(Graph *g, Hole record, Func *closure);
void explain_edge(Graph *g, Hole k, LocId src);
void explain_escape(Graph *g, LocId root, LocId src);
void explain_leak(Graph *g, LocId root, LocId param, int32_t derefs);

/* stmt.c */
void walk_func(Graph *g, Func *fn);
void walk_stmt(Walker *w, Op *op);
void walk_stmts(Walker *w, const OpList *list);

/* expr.c */
void walk_expr(Walker *w, Hole k, Op *op);
void walk_expr_without_init(Walker *w, Hole k, Op *op);
void walk_discard(Walker *w, Op *op);
void walk_discards(Walker *w, const OpList *list);
void walk_unsafe_value(Walker *w, Hole k, Op *op);

/* assign.c */
void note_index(const Walker *w, const Op *op);
Hole walk_addr(Walker *w, Op *op);
HoleList walk_addrs(Walker *w, Op *const *items, uint32_t len);
void walk_assign_heap(Walker *w, Op *value, const char *why, Op *where);
void walk_assign_list(Walker *w, Op *const *dsts, uint32_t len, const OpList *srcs, const char *why,
                      Op *where);
void walk_reassigned(Walker *w, HoleList ks, Op *where);

/* early_calls.c */
void walk_call_early(Walker *w, HoleList ks, Op *call, const Op *go_defer);

/* solve_stack.c */
void graph_solve_from_stack(Graph *g);

/* call.c */
void walk_call(Walker *w, HoleList ks, Op *call);
void walk_go_defer(Walker *w, Op *op);
Hole walk_tag_hole(Walker *w, HoleList ks, Func *callee, uint32_t param);
/* Where the tag sends an argument; ks: the call's results. At most HOLES_MAX holes, whose number is returned. */
enum { HOLES_MAX = 3 + LEAK_RESULTS_MAX };
uint32_t tag_holes(const Graph *g, HoleList ks, const Func *callee, uint32_t param, Hole holes[HOLES_MAX]);
ReassignOracle *graph_oracle(Graph *g, Func *fn);

/* dead_locals.c */
typedef struct LocalWalk LocalWalk;
LocalWalk *local_walk_new(Arena *arena, Unit *unit); /* NULL: dead local variables stay */
/* Of the function, and of the literals in it that capture something. */
void dead_locals_func(LocalWalk *walk, Func *fn);

/* solve.c */
/* The edges turned round: where[starts[l]] to where[starts[l + 1]] is where location l flows. */
typedef struct Sinks {
  uint32_t *starts;
  LocId *where;
} Sinks;
Sinks graph_sinks(const Graph *g);
void graph_solve(Graph *g);

/* later.c */
Hole later_hole(Walker *w, HoleList results, Func *callee, uint32_t param);
bool graph_settle_later(Graph *g); /* false: meanwhile the component was analysed together with others */

/* tags.c */
void tag_params(Graph *g, Func *fn);
/* The lines of one parameter, for releases that print them among those of other locations. */
void report_param(Graph *g, Func *fn, Name *param);
/* Lines about numbers that may be addresses, for releases that print them after all locations. */
void report_uintptr_params(Graph *g, Func *fn);

/* heap_reason.c */
const char *heap_alloc_reason(const Graph *g, const Op *op); /* NULL: may live on the stack */
const char *heap_alloc_reason_early(const Graph *g, const Op *op);
void rewrite_with_literals(Graph *g, Op *op, Func *fn);

/* types, in graph.c */
bool escape_is_direct_interface(const Target *target,
                                Type *t); /* the interface's data word holds the value itself */
bool escape_is_unsafe_pointer(Type *t);
bool escape_is_uintptr(Type *t);
bool escape_is_array(Type *t);
bool escape_is_slice(Type *t);
Type *escape_element(Type *t); /* of a pointer, slice, array, channel */

#endif
