/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What -gcflags asks of the compiler, as data; all zero: a plain build. Rows in compiler_flags.def.
 */
#ifndef HEAPWHY_COMPILER_FLAGS_H
#define HEAPWHY_COMPILER_FLAGS_H

#include "profile/profile.h"

typedef struct CompilerFlags {
  int32_t messages;     /* -m: 0, 1, 2 */
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
/* One word of such a text, blanks before it skipped; false: no more. Moves *at behind it. */
bool next_quoted_word(Str text, size_t *at, Str *word);
/* -l: nothing is inlined. */
static inline bool compiler_flags_no_inline(const CompilerFlags *flags) { return flags->inline_level == 1; }
/* The release's profile under these flags: limits and costs that they change. */
Profile compiler_flags_profile(const CompilerFlags *flags, const Profile *profile);

#endif
