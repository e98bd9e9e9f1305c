/* SPDX-License-Identifier: BSD-3-Clause
 *
 * summary: what importers need to know of a finished package, as bytes.
 *
 *   writing    a checked package -> its declarations: objects, types, constants, method sets, positions, file scopes
 *   facts      what compiling it found out about its functions (facts.h)
 *   reading    the same bytes -> a Package whose objects are made when they are first looked up
 *
 * Bodies that importers may need are written as text: they are parsed and checked again on demand, as those of dependencies always
 * are.
 *
 * In the bytes an object or a type is a number: its place in a table of offsets. What belongs to another package is named by
 * path and name and looked up there. An object that was looked up is complete before anybody else sees it, with all that can be
 * reached from it, so what is read back is as immutable as what was checked.
 *
 * Go: internal/pkgbits, cmd/compile/internal/noder/{writer,reader}.go
 */
#ifndef HEAPWHY_SUMMARY_H
#define HEAPWHY_SUMMARY_H

#include "ir/ir.h"
#include "summary/facts.h"

typedef struct SummaryWriter {
  const Sources *sources;
  const Universe *universe;
  /* May importers need the body of a function that the package declares? */
  bool (*keeps_body)(void *context, Object *func);
  void *context;
} SummaryWriter;

/* Appends the declarations of a package that was checked without errors. False: something in it cannot be written (out is then
   of no use). */
bool summary_write(Buffer *out, const SummaryWriter *writer, const Package *pkg);

typedef struct Summary Summary;

typedef struct SummaryReader { /* what is common to all summaries of a run */
  const CheckConfig *config;
  /* The package that `importer` (of a summary) knows by its path, however far away; NULL: there is none. */
  Package *(*find_package)(void *context, const Package *importer, Str path);
  /* How its file number i is called now; NULL: as it was called when the summary was written. */
  Atom (*file_path)(void *context, const Package *importer, uint32_t i);
  void *context;
} SummaryReader;

/* Checks the outline of the bytes, which live as long as the result. NULL: they are none of ours. The package knows its path
   and name at once and the rest when it is asked for. */
Summary *summary_open(const SummaryReader *reader, Str bytes, Lang lang);
Package *summary_package(Summary *summary);
/* Its files are there without anything having been looked up. */
void summary_read_files(Summary *summary);
/* Brings the text of a function's body into its file: it has been kept, or this is a BUG. */
void summary_load_body(Summary *summary, const Object *func);
/* Makes all of its objects, in source order: for tests and dumps. */
ObjectList summary_objects(Summary *summary);
/* Of what was read back, all of it: the same bytes. */
bool summary_write_again(Buffer *out, const Sources *sources, const Universe *universe, Summary *summary);

#endif
