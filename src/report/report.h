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
  Position inner; /* line 0: none */
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

void report_people(Buffer *out, const ReportOptions *options, const ReportPackage *packages, uint32_t len);
void report_json(Buffer *out, const ReportOptions *options, const ReportPackage *packages, uint32_t len);

#endif
