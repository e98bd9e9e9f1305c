/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to summary/: the layout of the bytes.
 *
 * At first a table of sections: for each its offset and length, 32-bit little-endian words, counted from the beginning. Sections
 * of words hold offsets into others; records are made of wire values. 0 is "none" where an object or a type is meant.
 */
#ifndef HEAPWHY_SUMMARY_PRIVATE_H
#define HEAPWHY_SUMMARY_PRIVATE_H

#include "summary/summary.h"

typedef enum Section {
  SECTION_TEXTS,     /* bytes of all texts */
  SECTION_TEXT_ENDS, /* words: where each text ends in it */
  SECTION_HEAD, /* wire: path, name, number of package-level objects, packages that are mentioned, imports, files */
  SECTION_LINES,   /* words: line starts of all files */
  SECTION_SLOTS,   /* words: hash table of package-level objects by name; a power of two, free ones 0 */
  SECTION_OBJECTS, /* words: where each object's record begins */
  SECTION_TYPES,   /* words: where each type's record begins */
  SECTION_RECORDS, /* wire */
  SECTION_BODIES,  /* bytes: texts of functions, whole lines */
  SECTION_COUNT
} Section;

enum { HEADER_WORDS = 2 * SECTION_COUNT, HEADER_BYTES = 4 * HEADER_WORDS };

/* Types that every session has. The basic kinds come first. */
typedef enum FixedType {
  FIXED_NONE,
  FIXED_BASIC, /* + BasicKind */
  FIXED_BYTE = FIXED_BASIC + BASIC_KIND_COUNT,
  FIXED_RUNE,
  FIXED_ANY,
  FIXED_ERROR,
  FIXED_COMPARABLE,
  FIXED_EMPTY_INTERFACE,
  FIXED_EMPTY_TUPLE,
  FIXED_COUNT /* + index in SECTION_TYPES */
} FixedType;

/* Objects: the package-level ones come first, in source order. */

/* First value of a type's record: its TypeKind, or one of these. */
enum {
  RECORD_FOREIGN = TYPE_TYPE_PARAM + 1, /* package, name: declared there */
  RECORD_INSTANCE,                      /* generic type, type arguments */
  RECORD_KIND_COUNT
};

/* Positions: 0 none, 1 written by the compiler, else 2 + offset in the package's files one behind the other, each with one byte
   more than it has. Those of other packages' files are left out. */
enum { POSITION_FIRST = 2 };

/* Bits of objects. */
enum {
  BIT_EMBEDDED = 1, /* fields */
  BIT_PTR_RECV = 1, /* functions */
  BIT_NOINTERFACE = 2,
  BIT_SYNTAX = 4, /* has a declaration of its own: the rest of the record is about that */
  BIT_ALIAS = 1   /* type names */
};

enum { BIT_VARIADIC = 1, BIT_IMPLICIT = 1 }; /* signatures, interfaces */

/* The lines of a file on which a function and its body stand: from `from` to before `to`. */
typedef struct BodyLines {
  uint32_t from, to;
} BodyLines;

BodyLines body_lines(const SourceFile *source, const FuncDecl *decl);

Type *fixed_type(const Universe *universe, uint32_t id); /* NULL: none of them */
uint32_t name_hash(Str name);

#endif
