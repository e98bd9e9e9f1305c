/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to load/: one run of load_packages.
 *
 *   environment.c   variables, go.env files, GOROOT
 *   constraints.c   which files belong to the target
 *   directory.c     one folder -> its Go files with package clauses and imports
 *   resolve.c       an import path -> a folder (GOROOT, vendor folders, modules, GOPATH)
 *   patterns.c      command-line words -> packages
 *   graph.c         packages and their imports, dependencies first
 */
#ifndef HEAPWHY_LOAD_PRIVATE_H
#define HEAPWHY_LOAD_PRIVATE_H

#include "load/load.h"

typedef struct FileHead { /* what one Go file says before its declarations */
  Str path;               /* absolute */
  Str name;
  Str package_name;
  Str *imports;           /* decoded paths */
  Pos *import_pos;
  uint32_t import_len;
  bool is_test, imports_cgo, broken;
} FileHead;

typedef struct Directory { /* a folder's Go files for this target */
  Str dir;
  FileHead *files;
  uint32_t file_len;
  Str *asm_files;
  uint32_t asm_len;
  bool exists, has_go_files; /* has_go_files: some, maybe all excluded */
} Directory;

typedef enum Origin { ORIGIN_NONE, ORIGIN_STD, ORIGIN_MODULE, ORIGIN_GOPATH, ORIGIN_FILES } Origin;

typedef struct Resolved { /* where an import path leads */
  Str import_path;        /* as it is known to the compiler: "vendor/…" for GOROOT's vendored packages */
  Str dir;                /* absolute; empty: not found */
  Str lang;               /* language version of its module; "" = the toolchain's */
  Origin origin;
  Str problem;            /* why it was not found, as the go command words it */
} Resolved;

typedef struct Loader {
  const LoadConfig *config;
  Arena *arena;
  LoadEnv env;
  LoadTags tags;
  VEC(Str) tag_list;
  VEC(LoadPackage) packages;
  VEC(uint32_t) roots;
  VEC(LoadProblem) problems;
  StrMap by_key;          /* import path (and variant) -> LoadState* */
  StrMap directories;     /* absolute folder -> Directory* */
  struct Modules *modules; /* NULL: GOPATH mode or no module */
  bool fatal;
} Loader;

void load_problem(Loader *loader, bool fatal, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* environment.c */
Str environment_get(const char *const *environment, const char *name); /* data NULL: not set */
void environment_tags(Loader *loader);

/* directory.c: read once per folder. */
Directory *directory_read(Loader *loader, Str dir);
bool directory_read_file(Loader *loader, Str path, FileHead *out);

/* resolve.c */
Resolved resolve_import(Loader *loader, const LoadPackage *importer, Str path);

/* graph.c: index of the package, added with all that it imports. UINT32_MAX: it has no files for this target. */
uint32_t graph_add(Loader *loader, Resolved where, bool root);
uint32_t graph_add_files(Loader *loader, Str const *files, uint32_t len);
void graph_add_root(Loader *loader, uint32_t package);

/* patterns.c */
void patterns_load(Loader *loader, Str const *patterns, uint32_t len);

#endif
