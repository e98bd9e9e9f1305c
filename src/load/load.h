/* SPDX-License-Identifier: BSD-3-Clause
 *
 * load: from command-line patterns to a graph of packages: which files, which imports, which language version.
 *
 *   environment    GOROOT, GOPATH, GOFLAGS, go.env … as the go command reads them
 *   constraints    names and `//go:build` lines against the target and tags
 *   modules        go.mod, go.work, vendor, the module cache, minimal version selection
 *   patterns       files, import paths, ./..., std, cmd/..., several at once
 *   packages       the graph, dependencies first
 *
 * Only package clauses and imports are read here (files are parsed again as a whole by the engine). Nothing is executed and
 * nothing is fetched: a missing module is a problem that says which command would fetch it.
 *
 * Go: cmd/go/internal/load, cmd/go/internal/modload, go/build
 */
#ifndef HEAPWHY_LOAD_H
#define HEAPWHY_LOAD_H

#include "profile/profile.h"
#include "syntax/syntax.h"

typedef struct StrList {
  Str *items;
  uint32_t len;
} StrList;

/* A release pack: std of one GOROOT for one environment. */
typedef struct LoadPack {
  Pack *records;
  Str path; /* of its file */
  bool writing;
  StrMap asked; /* writing: build tags that files of GOROOT ask for; the values mean nothing */
  /* Reading: what it was written for. */
  Str release, goroot, goos, goarch, goamd64, goexperiment;
  bool cgo_enabled;
  StrList tags, asked_tags;
} LoadPack;

typedef struct LoadConfig {
  Arena *arena; /* everything loaded lives here */
  const SyntaxSession *session;
  const Profile *profile;
  Str goroot;       /* absolute; empty: none found */
  Str dir;          /* working directory, absolute (-C applied) */
  Str goos, goarch; /* empty: the environment's, else the host's */
  Str tags;         /* -tags, comma or space separated */
  Str mod;          /* -mod: "", mod, readonly, vendor */
  Str modfile, overlay;
  Str release; /* -go: "" = that of the GOROOT */
  bool test;   /* -test: with test variants */
  bool trimpath;
  const char *const *environment; /* NAME=value, NULL-terminated; the process's environ */
  uint32_t threads;               /* 0 or 1: this one */
  Store *store;                   /* what earlier runs saw in folders; NULL: look at everything */
  LoadPack *pack;                 /* to be written from GOROOT, or read instead of it; NULL: neither */
} LoadConfig;

/* What the go command would see in its environment, after go.env and `go env -w` files. */
typedef struct LoadEnv {
  Str goroot, gopath, gomodcache, goos, goarch, goamd64, goexperiment, goflags, go111module, gowork;
  bool cgo_enabled;
  uint32_t experiments; /* Experiments that are on */
  const Target *target;
} LoadEnv;

typedef struct LoadProblem { /* the environment or a package cannot be used; the others go on */
  Str text;     /* complete, with file:line:col: where there is one; several lines are possible */
  bool fatal;   /* nothing can be answered (usage, environment) */
  bool warning; /* worth saying, but everything is answered */
} LoadProblem;

typedef struct LoadImport {
  Str path;         /* as written */
  uint32_t package; /* index in LoadGraph.packages */
} LoadImport;

typedef enum LoadVariant {
  LOAD_PLAIN,
  LOAD_TEST_IN_PACKAGE, /* p [p.test]: with its _test.go files of the same package */
  LOAD_TEST_EXTERNAL,   /* p_test [p.test] */
  LOAD_TEST_DEPENDENCY, /* q [p.test]: q imports p and is imported by p_test, so it is compiled against the variant of p */
  LOAD_TEST_MAIN /* p.test: the generated package main, which runs them */
} LoadVariant;

typedef struct LoadPackage {
  Str import_path;  /* "fmt", "command-line-arguments"; vendored std: "vendor/golang.org/x/…" */
  Str description;  /* behind `# `: the import path, for test variants "p [p.test]" */
  Str compile_path; /* what the compiler is told with -p: "main" for commands, else the import path */
  Str name;         /* of the package clause */
  Str dir;          /* absolute */
  LoadVariant variant;
  Str *files; /* Go files for this target, absolute paths, in the order in which the go command passes them */
  uint32_t file_len;
  Str *asm_files; /* .s files: functions without body are fine then */
  uint32_t asm_len;
  Digest *
      file_forms; /* of the files' tokens where the compiler sees nothing else but positions; else of their bytes. NULL with
                         file_digests */
  Digest *file_digests,
      *asm_digests;    /* of their bytes; NULL: not known, as without a store or with an overlay */
  bool met;            /* an earlier run with the store has seen these files, as they are */
  LoadImport *imports; /* by path as written; "unsafe" and "C" are left out */
  uint32_t import_len;
  Str lang;        /* "go1.27": of go.mod, or the toolchain's; "" = none given */
  bool is_std;     /* in GOROOT */
  bool is_command; /* package main */
  bool is_root;    /* asked for */
  bool
      needs_cgo; /* has files that import "C" while cgo is on: it is read as with cgo off, and a problem names the files */
  Str position_dir; /* -trimpath: what positions show instead of dir ("example.com/m@v1.2.3/sub"); else empty */
  bool broken;      /* do not compile: a problem says why */
} LoadPackage;

typedef struct LoadOverlay LoadOverlay;

typedef struct LoadGraph {
  LoadEnv env;
  const LoadOverlay *overlay; /* NULL: none */
  StrMap generated;           /* path -> Str*: files that are on no disk */
  LoadPackage *packages;      /* dependencies before their importers; index = id */
  uint32_t package_len;
  uint32_t
      *roots; /* what the patterns matched, in the order in which the go command builds and prints them */
  uint32_t root_len;
  LoadProblem *problems;
  uint32_t problem_len;
  bool fatal;
} LoadGraph;

/* A variable of an environment; data NULL: not set. */
Str environment_get(const char *const *environment, const char *name);
/* The environment alone (for -goroot and -version); problems as fatal text in *why (NULL: fine). */
LoadEnv load_environment(const LoadConfig *config, Str *why);
/* Finds the GOROOT without running anything: $GOROOT, the `go` on PATH (links followed), the usual places. "" if none. */
Str load_find_goroot(Arena *arena, const char *const *environment);
/* Release of a GOROOT ("1.27") from its VERSION file or the package sources; "" if unknown. */
Str load_goroot_release(Arena *arena, Str goroot);
/* GOFLAGS of the environment, else of `go env -w`, else of GOROOT/go.env (goroot empty: of none). */
Str load_goflags(Arena *arena, const char *const *environment, Str goroot);
LoadGraph *load_packages(const LoadConfig *config, Str const *patterns, uint32_t pattern_len);
/* The file as the compiler would see it: generated, or with -overlay. False: it cannot be read. */
bool load_read_file(const LoadGraph *graph, Arena *arena, Str path, Str *out);

/* Release packs (pack.c). Reads what the pack is for; false: it has nothing about that. */
bool load_pack_start(LoadPack *pack, Arena *arena);
/* Puts what it is for into a pack with which packages have been loaded. */
void load_pack_finish(LoadPack *pack, Arena *arena, const LoadConfig *config, const LoadEnv *env);
Digest load_pack_key(Str import_path); /* under which something about a package is in a pack */

/* Does a pattern of a per-package flag (`-gcflags=PATTERN=...`) mean this package? dir: the working directory. */
bool load_pattern_matches(Str pattern, Str dir, const LoadPackage *package);

/* Build constraints (also for tests). */
typedef struct LoadTags {
  Str goos, goarch;
  bool cgo_enabled;
  uint16_t go_minor; /* go1.1 … go1.N are satisfied */
  bool plus_only;    /* //go:build lines are not known yet */
  Str const *tags;   /* further ones, with those of GOAMD64 and GOEXPERIMENT */
  uint32_t tag_len;
  StrMap
      *asked; /* gets the names of tags that neither target nor release decide; NULL: nobody wants to know */
} LoadTags;
bool load_name_matches(const LoadTags *tags, Str file_name);
/* The `//go:build` line of a file's head (or // +build lines where there is none): satisfied? */
bool load_constraint_matches(const LoadTags *tags, Str text);

#endif
