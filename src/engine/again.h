/* SPDX-License-Identifier: BSD-3-Clause
 *
 * again: single functions of a package, as they were and as they are, looked into without the others.
 *
 * In: what an earlier run left of the package, its files of then and of now, which functions. Out: for both versions what they print, the
 * way that they went, and what they look like from outside.
 */
#ifndef HEAPWHY_ENGINE_AGAIN_H
#define HEAPWHY_ENGINE_AGAIN_H

#include "engine/course.h"
#include "engine/edited.h"

typedef struct Member { /* a function that is looked into again */
  uint32_t func;        /* in the course */
  uint32_t file;        /* of the package */
  Object *declared;     /* as the package's scope knows it */
  Func *fn;             /* of the version that was compiled last */
  Func recalled;        /* as the base tells */
  bool edited;          /* its text has changed */
  bool different;       /* as it is, it looks different to others */
} Member;

typedef struct Version { /* of the members: as they were, or as they are */
  bool now;
  PackageFile *files; /* by number; syntax NULL: not read yet */
  uint32_t *order;    /* members, as they are compiled */
  uint32_t order_len;
  /* By member: */
  Object **objects;
  Func *looks;       /* when this version had been compiled */
  ObjectList *types; /* declared in it, in order */
  Map *mentions;     /* Object* -> 1: global ones that its body mentions, if it is edited */
  Map packages;      /* Object* -> 1: imports that edited ones mention */
  Trail *trail;
  Buffer text;
  TextPlaces places;
} Version;

typedef struct Edit {
  EnginePackage *package;
  Moved *moved;
  Arena *arena;
  Str meetings;        /* rows of the base */
  SourceFile **before; /* the package's files as they were, once asked for */
  Course course, next;
  VEC(Member) members; /* first those that are edited */
  Version was, is;
} Edit;

/* The functions that have changed become members. False: there are changes elsewhere, or one cannot be looked into by itself. */
bool again_find_edited(Edit *e);
/* A function of the course becomes a member. False: it cannot be looked into by itself, or there are too many. */
bool again_add(Edit *e, uint32_t func);
/* Parses, checks and compiles all members anew. False: something is wrong with them. */
bool again_compile(Edit *e, Version *v);

#endif
