/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What moved.c and edited.c know of an earlier answer.
 *
 * In: a record of the text of a package, its files and the way that its compilation went. Out: its parts, and how they relate to
 * the files of now.
 */
#ifndef HEAPWHY_ENGINE_EDITED_H
#define HEAPWHY_ENGINE_EDITED_H

#include "engine/private.h"

typedef struct MovedFile {
  Str text, before; /* as it is; as it was */
  bool moved;       /* it has other bytes; if so: */
  TokenPairs tokens;
  TokenChanges changes;
  SourceFile *source; /* as it is */
} MovedFile;

typedef struct Moved {
  Arena *arena;
  MovedFile *files;
  uint32_t file_len, change_len; /* changes: of all files together */
  Str text;                      /* as it was */
  Wire places, course;
  size_t at; /* in the text: behind the last place that was read */
} Moved;

typedef struct MovedPlace { /* a position in the text, and in a file as it was */
  uint32_t file, at, len, offset;
} MovedPlace;

typedef struct MovedPlaces { /* being written */
  Buffer bytes;
  uint32_t end; /* of the last one in the text */
} MovedPlaces;

bool moved_in_use(const EnginePackage *package);
/* The number of the package's file that has the position; file_len: none, it is somewhere else. */
uint32_t moved_file_of(const EnginePackage *package, Pos pos, uint32_t likely);
/* Positions in that file of another package are what they were as long as the key is. */
bool moved_is_stable(const EnginePackage *package, const SourceFile *foreign);
bool moved_next_place(Moved *moved, MovedPlace *out);
void moved_put_place(MovedPlaces *out, uint32_t file, uint32_t at, uint32_t len, uint32_t offset);
void moved_write(const EnginePackage *package, const MovedFile *files, Str text, MovedPlaces *places,
                 Str course);

#endif
