/* SPDX-License-Identifier: BSD-3-Clause
 *
 * engine: the order of phases over a graph of packages; pipeline.c has it as a list.
 *
 * A package that is reported runs whole, in the compiler's order. Of a dependency only what is reached from there is checked,
 * lowered, inlined and tagged, when it is first asked for.
 */
#ifndef HEAPWHY_ENGINE_H
#define HEAPWHY_ENGINE_H

#include "escape/escape.h"
#include "explain/explain.h"
#include "flood/flood.h"
#include "inline/inline.h"
#include "live/live.h"
#include "load/load.h"
#include "lower/lower.h"
#include "report/report.h"

/* One -gcflags. pattern: as go build takes it; empty: the packages that are asked for. */
typedef struct EngineFlags {
  Str pattern;
  CompilerFlags flags;
} EngineFlags;

typedef struct EngineOptions {
  LoadConfig load;
  int level; /* -m: 1 or 2; 0: findings for people or JSON (runs at 2) */
  bool live; /* -live for some package: the compiler's lines even if level is 0 */
  bool json;
  bool no_inline;       /* -l */
  bool all_errors;      /* -e */
  bool incomplete;      /* functions may lack bodies */
  bool first_escape;    /* -newescape=false */
  EngineFlags *gcflags; /* the last one that matches a package counts */
  uint32_t gcflags_len;
  bool verbose, timings, color;
  uint32_t threads; /* -j */
  /* Neither is called twice at a time, nor both at once; NULL: nobody wants to know. progress: after each package; `done`
     counts up to `total`. write: gets standard output piece by piece, and result.out only what is left. */
  void (*progress)(void *context, uint32_t done, uint32_t total, Str package);
  void (*write)(void *context, Str text);
  void *output_context;
  Str stop_after; /* phase name; empty: all */
  Str cache_dir;  /* absolute; empty: nothing is kept or taken from earlier runs */
  Str pack;       /* a release pack that is used instead of GOROOT; empty: none */
  Str limits_of;  /* a release whose stack has room for other values than that of load.release; empty: none */
} EngineOptions;

/* The answer is the compiler's lines. */
static inline bool engine_prints_lines(const EngineOptions *options) {
  return options->level > 0 || options->live;
}

typedef struct EngineResult {
  int exit_code;   /* 0, 1 (Go errors) or 2 (environment) */
  Buffer out, err; /* for standard output and standard error; freed by engine_result_free */
} EngineResult;

typedef struct Engine Engine;

EngineResult engine_run(const EngineOptions *options, Str const *patterns, uint32_t pattern_len);
/* Which values are on the heap under one of the releases and not under another (docs/then-and-now.md). options->load.release is not
   looked at; no -m. */
EngineResult engine_compare(const EngineOptions *options, Str const *releases, uint32_t release_len,
                            Str const *patterns, uint32_t pattern_len);
/* Writes a release pack: what other runs need of std of options->load.goroot, for the environment in use (docs/packs.md). */
EngineResult engine_pack(const EngineOptions *options, Str path);
/* What a phase produced, as text: `heapwhy dump PHASE …`. */
EngineResult engine_dump(const EngineOptions *options, Str phase, Str const *patterns, uint32_t pattern_len);
const char *engine_phase_name(uint32_t i); /* NULL after the last */
void engine_result_free(EngineResult *result);

#endif
