/* SPDX-License-Identifier: BSD-3-Clause
 *
 * report: bytes for people and programs. Knows source positions and plain data only.
 *
 *   framing      `# import/path` blocks with shortened paths, as the go command prints compiler output
 *   people       per file, in source order: value, type, size, reason
 *   JSON         the same findings, schema in docs/json.md
 */
#ifndef HEAPWHY_REPORT_H
#define HEAPWHY_REPORT_H

#include "source/source.h"

/* Appends `# description` and the compiler's output with paths shortened against dir (the package's) and cwd, as
   cmd/go/internal/work/shell.go does. Nothing for empty output. */
void report_frame(Buffer *out, Str description, Str package_dir, Str cwd, Str compiler_output);
/* More of a text of which report_frame had the beginning, up to the end of a line. */
void report_frame_more(Buffer *out, Str package_dir, Str cwd, Str compiler_output);

/* A path as the go command shows it: relative to cwd when that is shorter. */
Str report_short_path(Arena *arena, Str cwd, Str path);

typedef struct ReportStep {
  Position at;
  Str source; /* the source line, trimmed; may be empty */
  Str text, why;
} ReportStep;

typedef struct ReportFinding {
  Position at;
  const char *kind; /* "heap", "stack", "param", "inline", "call", "other" */
  const char *code;
  Str what, type, reason, inlined_from;
  Str function, identity; /* for report_comparison; not kept in the cache */
  Position written;       /* likewise; line 0: none */
  Position inner;         /* line 0: none */
  int64_t size, class_size;
  ReportStep *steps;
  uint32_t step_len;
} ReportFinding;

typedef struct ReportPackage {
  Str description, import_path, dir;
  ReportFinding *findings;
  uint32_t finding_len;
  Str errors; /* the compiler's messages for broken packages; empty otherwise */
} ReportPackage;

typedef struct ReportOptions {
  Str cwd;
  Str goroot;  /* files below it are shown as $GOROOT/…; empty: none */
  Str release; /* "1.27" */
  Str target;  /* "linux/amd64" */
  bool color, verbose;
} ReportOptions;

/* ---- a comparison of releases ---- */

typedef struct ReportSide { /* of a value in one release */
  bool heap;
  bool
      inlined; /* nothing is said about it, since its function is inlined there and the copy is no allocation */
  const ReportFinding *finding; /* NULL: the compiler says nothing about it */
} ReportSide;

typedef struct ReportChange {
  uint32_t to;       /* the release in which the value's side is another one than in the release before */
  const char *cause; /* "inlining", "limits" or "analysis" */
} ReportChange;

typedef struct ReportValue {
  const ReportFinding *shown;
  Position call;     /* of a function that is inlined there in some release; line 0: the value itself */
  ReportSide *sides; /* one for each release */
  ReportChange *changes;
  uint32_t change_len;
} ReportValue;

typedef struct ReportComparedPackage {
  const ReportPackage *package;
  ReportValue *values; /* that changed sides, in source order */
  uint32_t value_len;
} ReportComparedPackage;

typedef struct ReportTotal { /* of one release */
  Str release;
  uint32_t heap;
  int64_t bytes; /* at least, if each is allocated once */
} ReportTotal;

typedef struct ReportComparison {
  ReportTotal *releases;
  uint32_t release_len;
  ReportComparedPackage *packages;
  uint32_t package_len;
} ReportComparison;

void report_comparison_people(Buffer *out, const ReportOptions *options, const ReportComparison *comparison);
void report_comparison_json(Buffer *out, const ReportOptions *options, const ReportComparison *comparison);

void report_people(Buffer *out, const ReportOptions *options, const ReportPackage *packages, uint32_t len);
void report_json(Buffer *out, const ReportOptions *options, const ReportPackage *packages, uint32_t len);

/* ---- shared by the reports for people (people.c) ---- */

typedef struct ReportWriter {
  Buffer *out;
  const ReportOptions *options;
  Arena *arena;
} ReportWriter;

#define REPORT_BOLD   "\033[1m"
#define REPORT_DIM    "\033[2m"
#define REPORT_YELLOW "\033[33m"

void report_styled(ReportWriter *writer, const char *style, Str text);
void report_add_bytes(Buffer *out, int64_t bytes);                        /* "48 B", "312.5 KiB" */
void report_add_size(ReportWriter *writer, const ReportFinding *finding); /* ", 24 B (takes 32 B)" */
void report_add_steps(ReportWriter *writer, const ReportFinding *finding);
/* A file as people know it: below the GOROOT by that name, else relative to the working directory where that is shorter. */
Str report_shown_file(ReportWriter *writer, Str path);

#endif
