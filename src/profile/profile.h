/* SPDX-License-Identifier: BSD-3-Clause
 *
 * profile: what differs between Go releases, language versions and targets, as data.
 *
 * Three axes stay apart:
 *   Profile  how a release's toolchain behaves (releases.def; the only place that compares releases)
 *   Lang     the language version of a file (go.mod line, `//go:build go1.N`)
 *   Target   GOOS/GOARCH: sizes, alignment (targets.def)
 */
#ifndef HEAPWHY_PROFILE_H
#define HEAPWHY_PROFILE_H

#include "base/base.h"

/* ---- Lang ---- */

typedef struct Lang {
  uint16_t minor; /* of go1.N; 0 = not given: everything is allowed */
} Lang;

#define LANG(n) ((Lang){n})
bool lang_parse(Str text, Lang *out); /* "go1.21", "1.21", "go1.21.3", "go1.22rc1" */
static inline bool lang_at_least(Lang lang, uint16_t minor) { return lang.minor == 0 || lang.minor >= minor; }

/* ---- Target ---- */

typedef struct Target {
  const char *goos, *goarch;
  int64_t pointer_size; /* bytes */
  int64_t max_align;    /* bytes: alignment of int64 and float64 in structs */
  bool big_endian;
  bool unaligned_loads; /* the code generator merges byte loads (amd64, arm64, ppc64, ppc64le, s390x, 386…) */
  bool register_abi;    /* arguments go in registers */
} Target;

const Target *target_find(Str goos, Str goarch); /* NULL: no such port */
bool target_known_os(Str goos);                  /* GOOS names that build constraints in file names know */
bool target_known_arch(Str goarch);
bool target_is_unix(Str goos); /* satisfies the `unix` constraint */

/* ---- Profile ---- */

/* Rule sets: what differs too much for a number. Each is asked for once, where its phase begins. */
typedef enum EscapeEngine {
  ESCAPE_FLOOD,    /* the first analysis: a flood over a graph of expressions (to 1.13) */
  ESCAPE_LOCATIONS /* the second: locations and weighted edges */
} EscapeEngine;

typedef enum InlineRules {
  INLINE_LEAVES,     /* functions that call nothing */
  INLINE_MIDSTACK,   /* functions with calls, without loops or closures */
  INLINE_INTERLEAVED /* everything but defer; together with devirtualizing */
} InlineRules;

typedef enum FrontEnd {
  FRONT_TYPECHECK, /* syntax trees are checked and rewritten in place: rewriting shows in texts and positions */
  FRONT_UNIFIED    /* written as unified IR and read again */
} FrontEnd;

typedef struct Profile {
  const char *release; /* "1.27" */
  bool test_mains;     /* the layout of the main package that the go command generates for tests is known */
  bool live_lines;     /* what -live prints of this release is known */
  uint16_t lang_max;   /* newest language version: 27 */
  bool go_build_lines; /* `//go:build` constraints are known, not only `// +build` */
  bool not_in_heap_directive; /* types can be //go:notinheap */
  bool first_escape;          /* -newescape=false */
  FrontEnd front_end;
  InlineRules inline_rules;
  EscapeEngine escape_engine;
  /* inliner */
  int32_t inline_budget;          /* nodes: 80 */
  int32_t inline_closure_budget;  /* 800: for closures that are called directly once */
  int32_t inline_closure_factor;  /* 2: budget of a call site of a closure */
  int32_t inline_call_cost;       /* 57 */
  int32_t inline_param_call_cost; /* 17 */
  int32_t inline_panic_cost;      /* 1 */
  int32_t inline_closure_cost;    /* 15 */
  int32_t inline_big_nodes;       /* 5000: a function of so many nodes is big */
  bool inline_extra_nodes;        /* types of literals, keys, slices and intrinsics count more than once */
  bool inline_copies_print;   /* a function that can be inlined goes on as a copy that prints as written */
  bool tuples_kept;           /* FRONT_TYPECHECK: f(g()) and return g() do not go through variables */
  bool dead_statements_kept;  /* FRONT_TYPECHECK: what follows `if true { return }` */
  bool rotation_instructions; /* the code generator has them for bits.RotateLeft */
  bool early_intrinsics;      /* what Go 1.15 has instructions for */
  bool inline_cycles;         /* functions that call each other can be inlined into each other */
  bool
      position_cycles; /* a call that came by inlining a call at its own place stays; before: one of the function itself */
  int32_t inline_big_budget; /* 20: its call sites accept this much */
  bool vector_types;         /* those of simd/archsimd are known (GOEXPERIMENT=simd) */
  bool inline_scores; /* what a call site costs depends on what is known there (GOEXPERIMENT=newinliner) */
  /* escape */
  int64_t stack_var_limit;       /* bytes: 128 KiB; declared variables above it move to the heap */
  int64_t stack_implicit_limit;  /* bytes: 64 KiB; new, &T{}, make, closures */
  bool stack_implicit_inclusive; /* a value of exactly that size is too large, too */
  bool make_needs_length;        /* and neither is it if only its capacity is known */
  bool make_needs_constant;      /* make([]T, n) with unknown n is never on the stack */
  bool constants_found_late;     /* sizes and interface operands that turn out to be constant */
  bool lines_for_addresses;      /* `&x escapes to heap` besides `moved to heap: x` */
  /* The second analysis in its first form: all values that become interfaces and all variadic calls get lines, receivers of
     method values are lost, tags tell heap and content apart and no more, parameters are reported among other locations. */
  bool coarse_values;
  bool uintptr_at_function; /* lines about uintptr parameters stand there, without the receiver */
  bool unnamed_counted;     /* and a parameter without a name is "arg#1" there, not "~p0" */
  bool captures_first;      /* how closures capture is decided before inlining */
  bool literal_pointers;    /* &T{} stands where its literal stands, not at the & */
  bool labels_deepen;       /* a looping label inside a block counts for what follows the block */
  bool names_unplaced; /* a name stands where the front end was: a parameter at the signature's last type */
  bool method_values_are_calls; /* FRONT_TYPECHECK: x.M belongs to the call graph like x.M() */
  bool method_values_at_use;    /* T.M-fm stands where it is first asked for, not at the method */
  bool function_itabs_first;    /* wrappers that itabs of functions need come before those that types need */
  bool types_after_bounds;      /* and these after the lines about bounds checks */
  bool foreign_interfaces_wrapped; /* methods of imported interfaces get wrappers like own ones */
  bool wrappers_inline; /* calls are inlined into all method wrappers, not only into (*T).M of T.M */
  bool
      methods_as_declared; /* wrappers of promoted methods come first, then others in the order of declaration */
  bool init_last;          /* package initialization comes after all functions */
  uint32_t leak_results; /* results that a parameter tag can name: 5 */
  /* wording */
  const char *flow_arrow;    /* between the sides of a flow line of an explanation, UTF-8 */
  bool explain_function;     /* explanations name the function: "escapes to heap in F:" */
  bool append_lines;         /* append has a location of its own, so it gets lines */
  bool explain_flows;        /* the second analysis explains itself at -m=2 */
  bool function_prefix;      /* "F x does not escape" */
  bool capture_names;        /* "F.func1 capturing by ..." */
  bool pairs_hidden;         /* FRONT_TYPECHECK: "a, b = <N>" for pairwise assignments */
  bool inline_costs;         /* "can inline F with cost N as" */
  bool inlined_bodies;       /* -m=2: "inlining call to F func(T) R { body }" */
  bool source_constants;     /* constants as they are written */
  bool shared_names_by_path; /* `"crypto/rand".Read` where math/rand is around, too */
  bool old_messages;         /* what is wrong with a program in the words of the first type checker */
  bool literal_word;         /* "[]int literal", "&T literal" */
  bool autogenerated_column; /* "<autogenerated>:1:0" */
  bool pointer_tables;       /* early method tables are made of pointers and the like only */
  bool stack_descriptors;    /* variables on the stack whose address is taken have their types described */
  bool global_closures;      /* literals of initialisers are "glob..func1", not "init.func1" */
  bool goroot_hidden; /* positions in imported packages of the toolchain: "$GOROOT/src/io/io.go:78:7" */
  /* size classes of the runtime's allocator, ascending, bytes; ends with 0 */
  const uint16_t *size_classes;
  bool malloc_headers;      /* large objects with pointers carry a header of 8 bytes */
  bool array_dots_printed;  /* "[<node DDD>]T literal" for [...]T{} */
  bool literals_placed;     /* FRONT_TYPECHECK: a literal that becomes an interface does so where it stands */
  bool elided_types_hidden; /* literals whose types are left out print without them */
  bool
      literals_end_at_brace; /* an empty literal is done at its brace, elements with keys stand at the colon */
  /* the first escape analysis */
  bool parts_at_whole;                /* x.f and x[i] have the loop depth of x */
  bool pairs_at_statement;            /* a, b = c, d is shown at the statement, not at a or b */
  bool slice_contents_typed;          /* what a slice of numbers points at holds no pointers */
  bool unknown_sizes_named;           /* "non-constant size", not "too large for stack" */
  bool self_assignment_of_parts;      /* x.a = x.b is a self-assignment like x.a = x.a[i:] */
  bool boxed_contents_escape;         /* pointers in a boxed value are on the heap when the box is */
  bool unnamed_receiver_untagged;     /* nothing is known about it */
  bool unnamed_take_arguments;        /* arguments of unnamed parameters do not go to the next one */
  const char *recursive_receiver_why; /* reason for a receiver of the own component */
  bool content_lines;                 /* `mark escaped content`, `leaking closure reference` */
} Profile;

const Profile *profile_find(Str release); /* "1.27", "go1.27", "1.27.4"; NULL: not known */
/* The same release with its first escape analysis (-newescape=false); NULL: it has only one. */
const Profile *profile_first_escape(const Profile *profile);
const Profile *profile_newest(void);
/* n values of `unit` bytes that no variable holds have room on the stack. */
static inline bool profile_implicit_fits(const Profile *profile, int64_t n, int64_t unit) {
  int64_t most = profile->stack_implicit_limit / unit;
  return n < most || (n == most && !profile->stack_implicit_inclusive);
}
/* The release with another one's limits of what the stack has room for: an experiment. */
Profile profile_with_limits(const Profile *profile, const Profile *limits);
/* Names of the known releases, oldest first: profile_known(0) … until NULL. */
const char *profile_known(uint32_t i);
/* Bytes that the runtime takes for an allocation of size bytes. */
int64_t profile_size_class(const Profile *profile, int64_t size, bool has_pointers);
/* Whether the `goexperiment.NAME` constraint holds in a default build: "jsonv2", "regabiargs", … */
bool profile_experiment(const Profile *profile, const Target *target, Str name);

/* Experiments that change what is decided here; the others only choose files. */
typedef enum Experiments { EXPERIMENT_NEW_INLINER = 1 << 0, EXPERIMENT_SIMD = 1 << 1 } Experiments;
uint32_t profile_experiment_bit(Str name); /* 0: changes nothing here */
/* What the experiments that are on (Experiments) change in the profile of a run. */
void profile_apply_experiments(Profile *profile, uint32_t experiments);

/* What the toolchain knows of a standard package by its import path; rows in packages.def. */
typedef enum PackageTraits {
  PACKAGE_RUNTIME =
      1 << 0, /* compiled as part of the runtime: nothing may escape silently, more directives */
  PACKAGE_INCOMPLETE =
      1 << 1, /* has functions whose bodies other packages supply, without assembly of its own */
  PACKAGE_INSTRUMENTED = 1 << 2, /* although it is part of the runtime, the race detector sees its code */
  PACKAGE_NO_RACE = 1 << 3       /* stays out of code that the race detector sees */
} PackageTraits;
uint32_t profile_package_traits(const Profile *profile, Str import_path);

/* ---- flags of the compiler ---- */

/* What -gcflags asks of the compiler, as data; all zero: a plain build. Rows in compiler_flags.def. */
typedef struct CompilerFlags {
  int32_t messages;     /* -m: 0, 1, 2 */
  int32_t live;         /* -live: 0, 1 */
  int32_t inline_level; /* -l: 0 inlining, 1 none, 2 and 3 inlining, 4 inlining with cheap calls */
  bool no_optimize, all_errors, small_frames, race, runtime, std;
  Str path; /* -p; empty: that of the package */
  Str lang; /* -lang; empty: that of the module */
  /* -d */
  int32_t checkptr, mutations_and_calls, no_closures_in_inlined, no_dead_locals, no_zero_copy;
} CompilerFlags;

/* Reads the words of one -gcflags value into *flags (what is set there already stays unless a word says otherwise). Words are
   separated by blanks and may be quoted. Empty on success, else what is wrong. */
Str compiler_flags_parse(Arena *arena, Str text, CompilerFlags *flags);
/* Appends all of them, as bytes for a key. */
void compiler_flags_put(Buffer *out, const CompilerFlags *flags);
/* One word of such a text, blanks before it skipped; false: no more. Moves *at behind it. */
bool next_quoted_word(Str text, size_t *at, Str *word);
/* -l: nothing is inlined. */
static inline bool compiler_flags_no_inline(const CompilerFlags *flags) { return flags->inline_level == 1; }
/* The release's profile under these flags: limits and costs that they change. */
Profile compiler_flags_profile(const CompilerFlags *flags, const Profile *profile);

#endif
