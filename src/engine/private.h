/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to engine/: one run and what it holds of each package.
 *
 *   engine.c     a run: environment, graph, jobs, output in order
 *   pipeline.c   the phases of one package, as a list
 *   cache.c      what is taken from earlier runs
 *   moved.c      likewise, where only the places of lines have changed
 *   edited.c     likewise, where bodies of functions have
 *   again.c      single functions, as they were and as they are
 *   course.c     in which order a package's functions were worked on
 *   messages.c   what is wrong with a package, as text
 *   summaries.c  dependencies that are read from summaries
 *   pack.c       release packs: summaries of all of std in one file
 *   demand.c     dependencies, function by function
 *   circles.c    functions whose costs depend on who is decided first
 *   handed_on.c  which bodies come through imports
 *   shared_names.c  which packages are printed with their paths
 *   mentions.c   which files and texts mention a name
 *   findings.c   findings -> plain data for report
 *   compare.c    the same under several releases
 *   timings.c    -timings
 *   dump.c       `heapwhy dump PHASE`
 */
#ifndef HEAPWHY_ENGINE_PRIVATE_H
#define HEAPWHY_ENGINE_PRIVATE_H

#include "engine/engine.h"
#include "summary/summary.h"

enum { PHASE_MAX = 20 };

typedef struct NameFilter NameFilter;
struct Moved;

typedef enum Answered {                  /* what is asked about a package */
                        ANSWERED_NOW,    /* by this run, or it is not asked for */
                        ANSWERED_BEFORE, /* by an earlier one */
                        ANSWERED_MOVED   /* likewise, for other places, or but for some functions */
} Answered;

/* What a package's phases need of its imports; steps of a job. */
typedef enum PackageStep {
  STEP_PARSE,  /* nothing */
  STEP_CHECK,  /* that they are checked */
  STEP_DECIDE, /* that they are done */
  STEP_COUNT
} PackageStep;

typedef struct EnginePackage {
  Engine *engine;
  const LoadPackage *load;
  uint32_t index;
  CompilerFlags flags; /* of -gcflags, and -l */
  uint32_t traits;     /* PackageTraits */
  Arena *arena;        /* syntax, facts, functions: session lifetime */
  Arena *
      bodies; /* syntax and facts of bodies, ops and variables of its unit; given back when the package is done */
  Arena *log_arena; /* events of a reported package; dropped when its text is there */
  IdCounter ids;
  Notes notes;                /* syntax errors; the checker's are in pkg->notes */
  bool lazy;                  /* a dependency of which only what is asked for is looked into: demand.c */
  bool bodies_later;          /* bodies of functions are parsed and checked when they are needed */
  VEC(Func *) deciding;       /* lazy: functions whose callees are being decided, outermost first */
  Map demands;                /* lazy: Func* -> DemandState */
  Map handed_on;              /* lazy: Func* of other packages -> Answer of handed_on.c */
  Map handed;                 /* Func* of third packages -> Answer: does some import hand it on? */
  NameFilter *filters;        /* mentions.c: for each file; NULL: none has been asked */
  Map mentions, own_mentions; /* functions_mentioning: Object* (function) -> ObjectList* */
  Map export_most;            /* lazy: what export data reaches at most */
  bool export_most_known;     /* export_most is complete */
  Map export_packages;        /* what its export data name, once asked for (shared_names.c) */
  Map shared_names;           /* Package* -> 1 no, 2 yes: printed here with its path */
  Map export_types;           /* lazy: what export data reaches through types */
  BitSet reaches;             /* packages that it depends on, by index */
  uint32_t users; /* of this run that are not finished: it and those that reach it; under the output lock */
  Unit *shadow;   /* lazy: the package once more, whole, for questions that need all of it; mostly NULL */
  VEC(Func *) shadow_instances; /* functions of the shadow that no declaration leads to */
  SyntaxFile **files;
  Package *pkg;
  Unit *unit;
  Answered answered;
  Str known_text; /* what an earlier run has printed, in the store; data NULL: not known, or not what is asked for */
  bool shares_path; /* another package has its import path */
  bool reported;    /* asked for, and not answered by an earlier run */
  bool finished;    /* nothing of it is running any more; under the output lock */
  bool needed;      /* has to be run: asked for, or imported by such */
  bool is_imported; /* by a package of this run */
  Facts facts;      /* of a package that is read from a summary */
  Summary *summary; /* likewise; NULL: it is not */
  bool has_key;     /* key covers all that the package's answers depend on */
  bool packed;      /* is in the pack that is written */
  bool changed;     /* a file is not what the key says, here or in a dependency */
  Digest key;
  /* Likewise, where imports that are token for token the same are the same: but for the contents of its own files, with their bytes,
     with their tokens. */
  Digest form_key, text_key, tokens_key;
  uint32_t next_phase; /* of engine_phases */
  bool declared;       /* it has been checked, and nothing was wrong */
  bool failed;         /* wrong Go here, or a dependency failed; or it broke */
  bool broke;          /* a BUG of ours */
  const char *phase;   /* that is running */
  Buffer out;          /* the compiler's text, unframed */
  TextPlaces places;   /* positions in it, while cache_wants_text */
  bool text_begun;     /* it has lost its beginning, which went out */
  struct Moved *moved; /* an earlier answer for files that differ in one place; else NULL */
  Str course;          /* of a reported package that is done: for edited.c; empty: not known */
  Package *stale;      /* read for nothing: other packages' types may still name it */
  Arena *stale_arena;
  Buffer errors; /* the compiler's error messages, unframed */
  Findings findings;
  ReportPackage report;
  double seconds[PHASE_MAX];
  double finish_seconds; /* after the phases: what stays is put aside, the rest given back */
  size_t bodies_bytes, log_bytes, text_bytes; /* that it took while it was worked on */
  size_t functions_bytes, declarations_bytes; /* that it took from then on */
} EnginePackage;

struct Engine {
  const EngineOptions *options;
  const LoadConfig *load; /* options->load with what was found out */
  Arena *arena;
  Interner *interner;
  Sources *sources;
  SyntaxSession session;
  Universe *universe;
  const Profile *profile;
  CheckConfig check, check_later; /* with bodies; without */
  LoadGraph *graph;
  LoadPack *pack;          /* that is written or read; NULL: none is */
  bool on_demand;          /* summaries are neither read nor written: too few are there */
  Store *store;            /* of earlier runs' results; NULL: none */
  EnginePackage *packages; /* one for each of the graph's */
  Lock *output_lock;       /* guards what follows, and `finished` of packages */
  EngineResult *result;    /* gets the text of packages; NULL: nobody wants it */
  double load_seconds, output_seconds;
  double idle_seconds;                /* that threads waited for each other, in all */
  ArenaSpare *spare;                  /* of the threads; NULL: no package was worked on yet */
  size_t kept_bytes, most_kept_bytes; /* by packages that are through and not retired */
  uint32_t handed_out;                /* packages whose text is in the result, or further */
  uint32_t done;                      /* packages that are through */
  Lock *demand_lock; /* who holds it may look into packages that are lazy or read from summaries */
  SummaryReader summaries;
  StrMap by_import_path; /* -> EnginePackage*; one of them if several share a path, as test variants do */
};

typedef struct Phase {
  const char *name;
  void (*run)(EnginePackage *package); /* sets package->failed to stop the package */
  PackageStep step;
  bool reported_only; /* not for dependencies */
  bool whole_only;    /* not for packages that are looked into on demand */
} Phase;

extern const Phase engine_phases[];
extern const uint32_t engine_phase_count;

/* The name of a file in positions: -trimpath replaces its folder. */
Atom pipeline_shown_path(Engine *engine, const LoadPackage *load, Str file);
Lang pipeline_language(const EnginePackage *package);
ParseFlags pipeline_parse_flags(const EnginePackage *package);
/* The package as it was read so far is nobody's: it may be compiled. */
void pipeline_forget(EnginePackage *package);
CompilerFlags
pipeline_flags(const EnginePackage *package); /* what the command line asks of its compilation */
/* Nobody can ask for anything of the package any more: it leaves only what went out already. */
void pipeline_retire(EnginePackage *package);
/* Runs the phases of a step (up to options->stop_after) on a package whose dependencies are through it, as far as it needs them.
   Returns how many bytes the package holds. */
size_t pipeline_run(EnginePackage *package, PackageStep step);

/* ---- cache.c: does nothing without a store ---- */

void cache_open(Engine *engine); /* before loading */
void cache_recall(
    Engine *engine); /* after loading: answers that are known; the others and what they import are `needed` */
void cache_keep(EnginePackage *package);             /* when it is done */
bool cache_wants_text(const EnginePackage *package); /* what is there of it */
/* To be told of file number i's text when it is read: `digests` are those of loading. */
void cache_verify(EnginePackage *package, const Digest *digests, uint32_t i, Str text);

/* ---- moved.c ---- */

/* True: `out` has the lines of an earlier run, whose files were token for token the same, at the places of now. */
bool moved_recall(EnginePackage *package);
void moved_keep(const EnginePackage *package); /* its text is kept, too */
/* Its text has positions in files that it does not own and that may change without any other key than `key`. */
bool moved_names_others(const EnginePackage *package);

/* ---- edited.c ---- */

/* For the unit of a reported package; NULL: no later run will ask. */
Trail *edited_trail(const EnginePackage *package);
/* When its phases are through and its bodies still there: package->course, and a record of what stays as it is when bodies are edited. */
void edited_keep(EnginePackage *package);
/* True: `out` has the lines, which are those of an earlier run but for some functions. Imports are done. */
bool edited_recall(EnginePackage *package);

/* Appends what is wrong to package->errors; notes in the order in which the compiler finds them. */
void print_note(EnginePackage *package, Pos pos, Str text);
enum { MESSAGES_MAX = 10 }; /* of a package, unless all are asked for */
void print_notes(EnginePackage *package, const Notes *notes);
/* ---- summaries.c ---- */

/* ---- pack.c ---- */

bool pack_open_named(Engine *engine, LoadConfig *load,
                     EngineResult *result);                        /* options->pack; false: failed */
bool pack_check_flags(const Engine *engine, EngineResult *result); /* false: failed */
/* The package is read from a pack. */
bool pack_has(const EnginePackage *package);
void engine_fail(EngineResult *result, Str text);

/* demand.c: what units ask for through their hooks. */
void demand_hooks(EnginePackage *package, Unit *unit);
/* Inlines into a function of a lazy package, and into the instances that it uses. The lock is held, here and below. */
void demand_inlining(EnginePackage *package, Func *fn);
/* The whole package once more, as far as inlining. */
Unit *demand_shadow(EnginePackage *package);

/* handed_on.c: whether one of the lazy imports of the unit's package hands on the body of a third package's function. */
bool package_is_handed(const Unit *unit, const Func *fn);
void packages_find_reach(Engine *engine);

/* demand.c: the function, followed by all literals in it. */
typedef VEC(Func *) FuncList;
void family_add(Arena *arena, FuncList *list, Func *fn);

/* mentions.c: as a whole word. Of a file: false if it surely does not. The demand lock is held, for files. */
bool text_mentions(Str text, Str name);
bool file_mentions(EnginePackage *package, const PackageFile *file, Str name);
Str func_body_text(const Object *func);
/* The functions of the package whose bodies mention that one; with `interfaces` also those that call a method of its name through an
   interface, which may turn out to be it. The demand lock is held. */
const ObjectList *functions_mentioning(EnginePackage *home, const Object *wanted, bool interfaces);

/* circles.c: of a function that is decided and could be inlined if its calls were free: the cost may depend on which function of a
   circle of calls is decided first. First a quick answer from what has been looked into, which may be a wrong yes. */
bool circle_may_matter(EnginePackage *package, const Func *fn);
bool circle_matters(EnginePackage *package, const Func *fn);

/* shared_names.c: whether another package of that name comes through the imports of the unit's package. */
bool package_name_is_shared(const Unit *unit, const Package *pkg);

/* pipeline.c: a unit for the package; the parts of the pipeline that a shadow needs. */
Unit *pipeline_new_unit(EnginePackage *package, Arena *bodies);
/* Method wrappers and what is inlined into them, once all calls of the unit are. */
void pipeline_make_wrappers(Unit *unit);

void summaries_open(Engine *engine);
/* Dependencies leave summaries and come from them; else they are lazy where that is possible. */
bool summaries_in_use(const Engine *engine);
/* After it is known what is needed: decides engine->on_demand. */
void summaries_choose(Engine *engine);
/* False: summaries_take surely is. */
bool summaries_may_have(const EnginePackage *package);
/* A dependency that an earlier run has compiled: true and package->pkg and unit are there, but nothing is in them yet. */
bool summaries_take(EnginePackage *package);
/* When a package is done that others import. */
void summaries_keep(EnginePackage *package);
/* The same of a reported package for itself: appends its bytes, at a multiple of 4; false: they are of no use. */
bool summaries_write_own(EnginePackage *package, Buffer *out);
bool summaries_open_own(EnginePackage *package, Str bytes); /* as summaries_take */
/* Of a package that is read from its summary; the demand lock is held. */
void summaries_check_body(const EnginePackage *package, Object *object);
void summaries_decide(Func *fn);

void timings_print(Engine *engine, Buffer *out);
void findings_convert(EnginePackage *package); /* package->findings -> package->report */

Engine *engine_open(const EngineOptions *options, Str const *patterns, uint32_t len, EngineResult *result);
void engine_run_packages(Engine *engine);
void engine_close(Engine *engine);
/* More text of a package is there, up to the end of a line: it goes out at once if that is possible. */
void engine_take_text(EnginePackage *package);
void engine_print_errors(EnginePackage *package, EngineResult *result);
ReportOptions engine_report_options(const Engine *engine);

#endif
