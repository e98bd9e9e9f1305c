/* SPDX-License-Identifier: BSD-3-Clause
 * Private to types/: the writer behind type_print, for the files that print messages.
 */
#ifndef HEAPWHY_TYPES_TYPESTRING_H
#define HEAPWHY_TYPES_TYPESTRING_H

#include "types/check.h"

typedef struct TypeWriter {
  Buffer *out;
  const Package *relative_to; /* names of this package stand alone; NULL: none */
  bool by_name; /* packages by name, and by quoted path where `ambiguous` says so; else by path */
  bool (*ambiguous)(void *context, const Package *pkg);
  void *context;
  bool no_param_names;    /* types of parameters only */
  bool spaced;            /* "interface {}", "struct { x int }" */
  bool annotate_package;  /* the first unexported field says its package, to tell two equal texts apart */
  const Sources *sources; /* for positions; may be NULL */
} TypeWriter;

void type_writer_package(TypeWriter *w, const Package *pkg); /* "pkg." or nothing */
void buffer_quoted(Buffer *out, Str text);                   /* as a Go string literal */
void type_write(TypeWriter *w, Type *t);
void type_write_signature(TypeWriter *w, Type *t); /* without `func` */
void object_write(TypeWriter *w, const Object *object);
/* A writer for messages of a checker. */
TypeWriter check_writer(Checker *check, Buffer *out);

#endif
