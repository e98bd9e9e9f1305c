/* SPDX-License-Identifier: BSD-3-Clause
 *
 * cli: what the command line asks for.
 */
#ifndef HEAPWHY_CLI_OPTIONS_H
#define HEAPWHY_CLI_OPTIONS_H

#include "engine/engine.h"

typedef struct TextList {
  Str *items;
  uint32_t len, cap;
} TextList;

typedef struct Options {
  EngineOptions engine;
  Str dump_phase;    /* `heapwhy dump PHASE`; empty otherwise */
  Str cache_verb;    /* `heapwhy cache status` or `clear`; empty otherwise */
  bool pack_verb;    /* `heapwhy pack` */
  Str pack_out;      /* -o */
  TextList gcflags;  /* -gcflags, as written */
  TextList releases; /* of -go, if it names several; else empty */
  Str const *patterns;
  uint32_t pattern_len;
  bool help, version;
} Options;

/* Empty on success, else what is wrong with the command line. GOFLAGS are read before the arguments, as the go command does. */
Str options_parse(Arena *arena, int argc, char **argv, const char *const *environment, Options *out);
void options_print_help(Buffer *out);
void options_print_version(Buffer *out);

#endif
