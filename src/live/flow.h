/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to live/: a function as blocks of steps over variables.
 *
 *   vars.c   variables, where they live, what is assigned to them
 *   reads.c  the parts of variables that an expression reads
 *   exposed.c  addresses that leave the function's own variables
 *   flow.c   statements -> blocks, calls out of expressions in front of their statement
 *   forward.c  what may have happened before a step
 *   live.c   the data flow, the events
 */
#ifndef HEAPWHY_LIVE_FLOW_H
#define HEAPWHY_LIVE_FLOW_H

#include "live/live.h"

typedef enum Home {
  HOME_VALUE,  /* in registers, spilled where needed */
  HOME_MEMORY, /* on the stack, with an address */
  HOME_HEAP    /* on the heap: what lives on the stack is its address, a value */
} Home;

/* What the values of a variable are made of. */
typedef enum Origin {
  ORIGIN_NONE,     /* nothing is assigned */
  ORIGIN_CONSTANT, /* made anew where it is needed */
  ORIGIN_FIXED,    /* of a parameter, call or load: is there from then on */
  ORIGIN_COPY,     /* the same value as another variable */
  ORIGIN_ADDRESS,  /* of a variable in memory: made anew where it is needed, which reads that variable */
  ORIGIN_FLOATING  /* computed from other values, anywhere before its first use */
} Origin;

/* A string, slice or interface has two parts: the word that is a pointer to what it holds, and the rest. */
typedef enum Part { PART_POINTER = 1, PART_REST = 2, PART_ALL = 3 } Part;

typedef struct LiveVar {
  Name *name; /* NULL: a value without a variable */
  Type *type;
  Home home;
  bool split;      /* in two parts */
  bool is_address; /* computed in `defs` places, and kept in between if that is more than one */
  bool pointers;   /* HOME_HEAP: of what it points to */
  bool param;
  bool result;
  bool shadowed; /* another variable has the same value: either may give its name */
  bool varies;   /* constants are among several values: it may be one of them, and not kept, in some places */
  bool of_params; /* a number that is computed from a parameter with pointers */
  Origin origin;
  uint32_t defs;   /* assignments, other than a parameter's first value */
  const Op *value; /* of the only assignment, if that is an expression */
  uint32_t copied; /* ORIGIN_COPY: of which variable */
} LiveVar;

typedef struct Bits { /* of parts: 2 * variable, 2 * variable + 1 for the rest of a variable with parts */
  uint32_t *items;
  uint32_t len, cap;
} Bits;

typedef enum StepKind {
  STEP_USE,  /* reads happen */
  STEP_SET,  /* bit gets a value out of the reads; nothing happens if nobody needs it */
  STEP_KILL, /* bit, a variable in memory, gets a new value */
  STEP_CALL,
  STEP_ALLOCATE
} StepKind;

typedef struct Step {
  StepKind kind;
  uint32_t bit;   /* SET, KILL */
  Bits reads;     /* USE, SET */
  const Op *call; /* CALL */
  XPos pos;       /* ALLOCATE, and what: */
  int64_t size;
  bool pointers;
  bool shared;     /* ALLOCATE: what the memory is for comes later, others may have their part */
  bool nested;     /* ALLOCATE: parts of the value are allocated, too */
  bool constant;   /* SET: the value is one */
  const Op *value; /* SET: which; NULL: zero */
} Step;

typedef struct Block {
  VEC(Step) steps;
  VEC(uint32_t) next, previous; /* blocks; the second list is made by live.c */
  bool reached;
  uint64_t *live_in, *before; /* live.c, forward.c */
} Block;

#define NO_BLOCK UINT32_MAX

typedef struct Jump { /* an enclosing statement that break or continue may mean */
  Atom label;
  uint32_t at_break, at_continue; /* NO_BLOCK: it has none */
} Jump;

typedef struct Flow {
  Unit *unit;
  Arena *arena;
  Func *fn;
  bool (*is_instruction)(Unit *unit, const Op *call);
  VEC(LiveVar) vars;
  Map index;   /* Name* -> variable + 1 */
  Map temps;   /* Op* that was computed before its statement -> variable + 1 */
  Map address; /* Name* whose address is taken */
  Map exposed; /* Name* whose address, or an address that it holds, is seen outside of this function's variables */
  Map shapes; /* addresses that are computed: hash -> variable + 1 */
  Map shaped; /* Op* that was counted */
  bool defers;
  VEC(Block) blocks;
  uint32_t current; /* NO_BLOCK: what follows is not reached */
  VEC(Jump) jumps;
  Map labels;         /* Atom -> block + 1 */
  uint32_t fall;      /* where fallthrough goes */
  uint32_t end;       /* of the inlined body that is looked at, NO_BLOCK as long as nothing goes there */
  const Op *assigned; /* the right side of the assignment that is looked at, and where that is */
  XPos assignment;
} Flow;

static inline uint32_t flow_bit(uint32_t var, Part part) { return 2 * var + (part == PART_REST); }

/* Sets as words of 64 elements. */
static inline bool set_has(const uint64_t *set, uint32_t i) { return set[i / 64] >> i % 64 & 1; }
static inline void set_add(uint64_t *set, uint32_t i) { set[i / 64] |= (uint64_t)1 << i % 64; }
static inline void set_drop(uint64_t *set, uint32_t i) { set[i / 64] &= ~((uint64_t)1 << i % 64); }

/* vars.c */
void flow_collect(Flow *flow);
uint32_t flow_var(Flow *flow, Name *name); /* makes it if it is new */
uint32_t flow_temp(Flow *flow, const Op *op, Type *type);
/* The variable that a value is kept under: follows copies. */
uint32_t flow_resolve(const Flow *flow, uint32_t var);
Home flow_home(Flow *flow, Name *name);
bool flow_is_split(Type *type);
Name *flow_stored_name(Op *op); /* the variable that op is (a part of), not through a pointer; or NULL */
bool flow_is_local(const Name *name);

/* reads.c */
void flow_reads(Flow *flow, Bits *out, const Op *op, Part part);
/* What evaluating op does even if nobody wants its value: pointers that must not be nil, indices that must be in range. */
void flow_effects(Flow *flow, Bits *out, const Op *op);
void flow_address_reads(Flow *flow, Bits *out, const Op *op); /* of &op */
/* The address of op is the pointer that it starts from. */
bool flow_is_plain_address(Flow *flow, const Op *op);
/* op_children without the statements in front of op. */
void flow_operands(const Op *op, bool (*visit)(void *context, Op *child), void *context);

/* exposed.c */
void flow_find_exposed(Flow *flow);

/* flow.c */
void flow_build(Flow *flow);

/* forward.c: enter a block, then go over its steps one by one. */
typedef struct Forward Forward;
Forward *forward_solve(Flow *flow);
void forward_enter(Forward *forward, const Block *block);
void forward_step(Forward *forward, const Step *step);
/* At this point: the address may have been computed; the part of a variable can only be one constant. */
bool forward_computed(const Forward *forward, uint32_t var);
bool forward_is_constant(const Forward *forward, uint32_t bit);

#endif
