/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to the reading half of summary/: a summary while it is read.
 */
#ifndef HEAPWHY_SUMMARY_READER_H
#define HEAPWHY_SUMMARY_READER_H

#include "summary/private.h"

struct
    Summary { /* what is not constant after summary_open is under the package's lock, but for `published` */
  const SummaryReader *reader;
  Universe *universe;
  Package *pkg;
  Arena *arena; /* the package's */
  Str sections[SECTION_COUNT];
  ScopeSource source;
  size_t rest; /* of the head: behind what summary_open has read */
  uint32_t text_len, name_len, object_len, type_len, slot_len, package_len;
  bool started; /* the rest of the head has been read */
  uint32_t depth;
  Atom *atoms;
  Str *package_paths;
  Package **packages;
  SourceFile **sources;
  uint32_t *file_starts; /* one more than there are files */
  char **texts;          /* of the files, as far as bodies have been asked for; NULL: none was */
  Object **objects;      /* NULL until made, maybe not finished */
  Object **published;    /* package-level ones that are finished, with all that they lead to (release) */
  VEC(uint32_t) fresh;   /* package-level ones that are to be published */
  Type **types;
  uint32_t *open;       /* of types that are being read: `through` then, + 1 */
  uint32_t through;     /* number of types being read that may lead back to themselves */
  VEC(Object *) bodies; /* functions whose scopes are to be opened once their signatures are complete */
};

/* Something cannot be: the bytes are not what the writer wrote, although their checksum is right. */
NORETURN void summary_broken(const Summary *s);

Atom summary_atom(Summary *s, Wire *wire);
Package *summary_foreign(Summary *s, Wire *wire); /* NULL: none */
Pos summary_position(const Summary *s, Wire *wire);
Object *summary_lookup(Summary *s, Package *pkg, Atom name); /* in a package's scope; pkg NULL: predeclared */
void summary_start(Summary *s);
static inline uint32_t summary_word(Str section, uint32_t i) {
  const unsigned char *at = (const unsigned char *)section.data + 4 * (size_t)i;
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* records.c */
Object *summary_object(Summary *s, uint32_t index); /* from 0 */
void summary_open_scopes(Summary *s);               /* of s->bodies */

#endif
