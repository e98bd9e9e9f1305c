/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Private to load/: one run of load_packages.
 *
 *   environment.c   variables, go.env files, GOROOT, tags
 *   overlay.c       files as they are, or as -overlay says
 *   constraints.c   which files belong to the target
 *   header.c        one file's package clause, imports and embed patterns
 *   directory.c     one folder -> its Go files for the target
 *   memory.c        what an earlier run saw in a folder
 *   ahead.c         many folders at once
 *   pack.c          GOROOT in a release pack
 *   semver.c        versions and module paths
 *   modfile.c       go.mod and go.work as data
 *   modules.c       main modules, replacements, where a module's files are
 *   build_list.c    minimal version selection
 *   vendor.c        vendor/modules.txt
 *   resolve.c       an import path -> a folder (GOROOT, modules); gopath.c: GOPATH mode
 *   patterns.c      command-line words -> packages
 *   embed.c         //go:embed patterns against the folder
 *   graph.c         packages and their imports; problems.c: their errors; tests.c: test variants; emit.c: the order
 *   test_main.c     the package main of a test binary; test_functions.c: what it runs
 */
#ifndef HEAPWHY_LOAD_PRIVATE_H
#define HEAPWHY_LOAD_PRIVATE_H

#include "load/load.h"

typedef struct Loader Loader;

/* ---- texts ---- */

bool str_contains(Str s, const char *word);
Str str_trim(Str s); /* without blanks, tabs and carriage returns at both ends */
/* Cuts the text up to `separator` off the front of *rest. False at the end; "" gives nothing. */
bool str_next(Str *rest, char separator, Str *out);
/* `path` is `prefix` or is below it: whole elements. */
bool path_has_prefix(Str path, Str prefix);
Str path_below(Arena *arena, Str dir, Str name);     /* DIR/NAME as it stands */
Str path_relative(Arena *arena, Str base, Str path); /* both absolute; `path` is below base: "" for itself */

/* ---- overlay.c ---- */

struct LoadOverlay {
  StrMap files; /* absolute path -> Str*: where its contents are; "" = the file is gone */
  StrMap names; /* absolute folder -> OverlayNames*: what the overlay puts there */
};

/* NULL: no overlay. *why: what is wrong with it (data NULL: nothing). */
LoadOverlay *overlay_load(Arena *arena, Str file, Str dir, Str *why);
bool overlay_read(const LoadOverlay *overlay, Arena *arena, Str path, Str *out);
/* At most `limit` bytes from the front; *whole: that was all. */
bool overlay_read_start(const LoadOverlay *overlay, Arena *arena, Str path, size_t limit, Str *out,
                        bool *whole);
bool overlay_file_exists(const LoadOverlay *overlay, Str path);
bool overlay_list(const LoadOverlay *overlay, Arena *arena, Str dir, DirList *out);

/* ---- header.c, directory.c ---- */

typedef struct HeadImport {
  Str path;
  uint32_t offset; /* of the import with its name, of the pattern */
} HeadImport;

typedef struct FileHead { /* what one Go file says before its declarations */
  Str path;               /* absolute */
  Str name;
  Str package_name;
  HeadImport *imports;
  uint32_t import_len;
  HeadImport *embeds; /* patterns of //go:embed lines, if the file imports "embed" */
  uint32_t embed_len;
  bool is_test;     /* NAME_test.go */
  bool is_external; /* package p_test of such a file */
  bool imports_cgo, broken;
  bool has_digest;
  Digest digest; /* of all its bytes */
  Digest form;   /* LoadPackage.file_forms */
} FileHead;

/* ---- memory.c: NULL where nothing is remembered ---- */

enum { RECORD_FOLDER = 1 };

typedef struct FolderMemory FolderMemory;

FolderMemory *memory_open(Loader *loader, const LoadTags *tags, Str dir);
FolderMemory *memory_parse(Arena *arena, Str bytes); /* of a record; what does not fit gives an empty one */
bool memory_names(const FolderMemory *memory, DirList *out); /* false: list the folder */
bool memory_is_all(const FolderMemory *memory);              /* what it does not know is not there */
/* Fills head and *fits if the file is as it was. Else false; memory_note then remembers what was found, with this stamp. */
bool memory_recall(Loader *loader, FolderMemory *memory, Str path, FileHead *head, bool *fits,
                   FileStamp *stamp);
void memory_note(Loader *loader, FolderMemory *memory, const FileStamp *stamp, const FileHead *head,
                 bool fits);

/* ---- pack.c ---- */

/* dir is below GOROOT, and there is a pack: its key, and what the pack has of it (empty: nothing). */
bool pack_has_folder(const Loader *loader, const LoadTags *tags, Str dir, Digest *key, Str *bytes);
bool loader_reads_pack(const Loader *loader); /* nothing below GOROOT is opened */
void pack_refuse(Loader *loader, Str name);   /* the problem that packages of std are asked for */
void pack_check_roots(Loader *loader);
/* What the pack is not for; empty: all is well. */
Str load_pack_mismatch(const LoadConfig *config, const LoadEnv *env);

/* False: the text ends too early and is not the whole file. */
bool header_parse(Arena *arena, Str text, bool whole, FileHead *out);

typedef struct Listing { /* what is in a folder, read once per run */
  DirEntry *entries;
  uint32_t len;
  bool exists, has_go_files, has_go_mod;
  FolderMemory *memory;
} Listing;

typedef struct Directory { /* a folder's Go files for this target */
  Str dir;
  FileHead *files; /* by name; tests among them */
  uint32_t file_len, file_room;
  Str *asm_files;
  Digest *asm_digests;
  uint32_t asm_len;
  bool has_digests; /* of all files that belong to it */
  bool met;         /* an earlier run has seen all of them, as they are */
  Str package_name;
  Str problem;   /* two packages in one folder; empty: fine */
  FileHead *cgo; /* NULL for none: files that import "C" and are left out although cgo is on */
  uint32_t cgo_len;
  bool has_ignored; /* Go files that constraints exclude */
  bool has_plain, has_tests;
} Directory;

/* At the end: writes the record if it is not what is there already. */
void memory_save(Loader *loader, FolderMemory *memory, const Listing *listing);

const Listing *listing_read(Loader *loader, Str dir);
Directory *directory_read(Loader *loader, Str dir);
/* The same without the loader's maps: neither asked nor told. */
const Listing *listing_make(Loader *loader, Str dir);
Directory *directory_make(Loader *loader, Str dir, const Listing *listing);
/* Files named on the command line: constraints do not count. */
Directory *directory_of_files(Loader *loader, Str dir, Str const *paths, uint32_t len);
/* "file:line:col" of an offset, the file as the go command shortens it. */
Str file_place(Loader *loader, const FileHead *file, uint32_t offset);
Str short_path(Loader *loader, Str path);

/* ---- ahead.c: folders and what they import, read on all threads before they are asked for ---- */

/* alone: without what they import. */
void ahead_of_folders(Loader *loader, Str const *dirs, uint32_t len, bool alone);
void ahead_of_packages(Loader *loader, Str const *import_paths, uint32_t len);
void ahead_of_imports(Loader *loader, const Directory *directory);

/* ---- semver.c ---- */

bool semver_valid(Str version);
int semver_compare(Str a, Str b); /* invalid ones are smallest; build metadata does not count */
/* Upper-case letters as `!` and the letter in lower case: names in the module cache. */
Str module_escape(Arena *arena, Str path);

/* ---- modfile.c ---- */

typedef struct ModuleVersion {
  Str path, version; /* version "": a main module, or a folder as replacement */
} ModuleVersion;

typedef struct ModReplace {
  ModuleVersion old; /* version "": all */
  ModuleVersion with;
  Str base; /* folder to which a relative path belongs */
} ModReplace;

typedef struct ModInterval {
  Str low, high;
} ModInterval;

typedef enum ModFileKind { MOD_MAIN, MOD_DEPENDENCY, MOD_WORK } ModFileKind;

typedef struct ModFile {
  Str name;   /* for messages */
  Str module; /* "" in go.work */
  Str go, toolchain;
  VEC(ModuleVersion) require, exclude;
  VEC(ModReplace) replace;
  VEC(ModInterval) retract;
  VEC(Str) tools, ignores, uses;
  Str errors; /* "file:line:col: message" lines; empty: fine */
} ModFile;

void modfile_parse(Arena *arena, Str name, Str text, ModFileKind kind, ModFile *out);

/* ---- modules.c, build_list.c, vendor.c ---- */

typedef struct Module {
  Str path, version; /* version "": a main module */
  Str dir;           /* empty: not in the module cache */
  Str lang;          /* "go1.21" */
  Str missing;       /* what to say and do when dir is empty */
  Str ignores_of;    /* dir again if `ignore` lines apply */
  ModFile *file;
  bool is_main, is_local; /* local: nested go.mod files cut off subfolders */
} Module;

typedef struct ModSummary { /* what a dependency's go.mod says */
  ModuleVersion *require;
  uint32_t require_len;
  Str go;
  ModFile *file;
  bool pruned;  /* go >= 1.17: its go.mod names all that its packages need */
  bool unknown; /* no go.mod in the cache */
} ModSummary;

typedef struct BuildList {
  StrMap selected; /* module path -> Str* version */
  bool loaded;
} BuildList;

typedef struct VendorModule {
  ModuleVersion mod, replacement;
  Str go;
  bool is_explicit, has_packages;
} VendorModule;

typedef struct Vendor {
  Str dir;
  StrMap packages; /* import path -> VendorModule* */
  VEC(VendorModule *) modules;
} Vendor;

typedef struct Modules {
  VEC(Module *) mains;
  Str work_file, work_dir; /* empty: no workspace */
  ModFile *work;
  VEC(ModReplace) replaces; /* of go.work first, then of each main module */
  Vendor *vendor;           /* NULL: not in vendor mode */
  Str mod_reason;           /* why the mode is what it is, for messages */
  StrMap roots;             /* what the main module's go.mod requires: path -> Str* version */
  bool pruned;
  bool in_goroot; /* the main module is std or cmd */
  BuildList list;
  StrMap summaries, fetched; /* path@version -> ModSummary*, Module* */
} Modules;

/* Decides between module and GOPATH mode and reads go.mod, go.work, modules.txt. loader->modules NULL: GOPATH mode. */
void modules_load(Loader *loader);
/* go.mod of a dependency, after replacement. */
const ModSummary *modules_summary(Loader *loader, ModuleVersion mod);
/* Where the files of a selected module are. */
const Module *modules_fetch(Loader *loader, ModuleVersion mod);
/* Where they should be, whether they are there or not; asks no folder. */
Str modules_place(Loader *loader, ModuleVersion mod);
const ModReplace *modules_replacement(const Modules *modules, ModuleVersion mod);
const Module *modules_main_with_path(const Modules *modules, Str path);
Str modules_lang(Loader *loader,
                 Str go); /* "go1.21" of a `go` line; "" gives the default of go.mod files without one */
/* The version to use, data NULL if the module is not needed. all: the whole graph, else the main module's own lines. */
Str build_list_version(Loader *loader, Str path, bool all);
/* Every selected module that is not a main one, by path. */
ModuleVersion *build_list_modules(Loader *loader, uint32_t *len);
Vendor *vendor_read(Loader *loader, Str dir);
/* What differs between go.mod and vendor/modules.txt, as a fatal problem. */
void vendor_check(Loader *loader, const Vendor *vendor);

/* ---- resolve.c, gopath.c ---- */

typedef enum Origin { ORIGIN_NONE, ORIGIN_STD, ORIGIN_MODULE, ORIGIN_GOPATH, ORIGIN_FILES } Origin;

typedef struct Resolved { /* where an import path leads */
  Str import_path;        /* as it is known to the compiler: "vendor/…" for GOROOT's vendored packages */
  Str dir;                /* absolute; empty: not found */
  Str lang;               /* language version of its module */
  Str root;               /* GOPATH mode: the GOPATH entry or GOROOT */
  const Module *module;   /* NULL: none */
  Origin origin;
  Str problem; /* why it was not found, as the go command words it */
  Str blame;   /* the import is fine but the importer is at fault: its error */
} Resolved;

/* importer NULL: named on the command line. */
Resolved resolve_import(Loader *loader, const Resolved *importer, Str path);
Resolved resolve_std(Loader *loader, Str import_path);
Resolved resolve_gopath(Loader *loader, const Resolved *importer, Str path);
bool is_standard_path(Str path); /* its first element has no dot */
bool is_local_path(Str path);    /* ".", "..", "./x", "../x" */
/* Folder of a package inside a module, or empty. */
Str dir_in_module(Loader *loader, const Module *module, Str path, bool *has_go_files);
Str gopath_import_path(Loader *loader, Str dir, Str *root);

/* ---- patterns.c ---- */

typedef struct Match {
  Str pattern;
  VEC(Str) packages; /* import paths; of folders outside every root in GOPATH mode: the folder */
  VEC(Str) errors;
  bool literal;
} Match;

bool pattern_matches(Arena *arena, Str pattern, Str name);
Match pattern_expand(Loader *loader, Str word);

/* ---- graph.c, problems.c, tests.c, emit.c ---- */

typedef struct StackEntry { /* who imports whom, innermost first */
  Str path;
  Str file; /* base name of the file with the import; empty: command line */
  const struct StackEntry *outer;
} StackEntry;

typedef struct PackageError {
  Str text, place; /* place: "file:line:col" or empty */
  const StackEntry *stack;
  bool is_cycle, always_stack;
  bool set;
} PackageError;

typedef struct NodeImport {
  Str path; /* as written */
  struct PackageNode *node;
} NodeImport;

typedef struct PackageNode {
  Resolved where;
  Directory *directory; /* NULL: could not be found */
  Str name;
  LoadVariant variant;
  struct PackageNode *tested; /* variants: the package under test */
  bool used_by_asked;         /* one of the packages that are asked for imports it */
  const FileHead **files;
  uint32_t file_len;
  NodeImport *imports; /* in the order in which the go command builds them */
  uint32_t import_len;
  PackageError error;
  bool in_progress, incomplete;
  bool is_root, is_literal, from_files;
  bool embeds_checked, emitted, built;
  uint32_t index; /* in LoadGraph.packages */
} PackageNode;

struct Loader {
  const LoadConfig *config;
  Arena *arena, *scratch;
  LoadOverlay *overlay;
  LoadEnv env;
  LoadTags tags;
  VEC(Str) tag_list;
  Str std_lang; /* "go1.27" */
  Str goroot_src;
  VEC(LoadPackage) packages;
  VEC(uint32_t) roots;
  VEC(LoadProblem) problems;
  StrMap nodes;       /* import path -> PackageNode* */
  StrMap listings;    /* absolute folder -> Listing* */
  StrMap directories; /* absolute folder -> Directory* */
  Modules *modules;   /* NULL: GOPATH mode */
  StrMap said;        /* warnings that were given */
  StrMap generated;   /* path -> Str*: files that are on no disk */
  bool fatal;
};

void load_problem(Loader *loader, bool fatal, const char *fmt, ...) PRINTF_LIKE(3, 4);
void load_warning(Loader *loader, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* environment.c */
void environment_tags(Loader *loader);

/* The package of an import path with all that it imports. importer NULL: named on the command line. */
PackageNode *graph_import(Loader *loader, Str path, PackageNode *importer, const StackEntry *stack,
                          const HeadImport *import, const FileHead *file);
PackageNode *graph_files(Loader *loader, Str const *names, uint32_t len);
/* Loads what `files` import into node->imports, behind what is there. */
void graph_add_imports(Loader *loader, PackageNode *node, const FileHead *const *files, uint32_t len,
                       const StackEntry *stack);
const StackEntry *stack_push(Loader *loader, const StackEntry *stack, Str path, const FileHead *file);

void node_error(PackageNode *node, PackageError error);
Str package_error_text(Loader *loader, const PackageError *error);
Str no_go_files_text(Loader *loader, const Directory *directory);
/* NULL, or the error that forbids `importer` to import `imported`. */
bool internal_forbidden(Loader *loader, const PackageNode *importer, const PackageNode *imported);
bool vendor_forbidden(const PackageNode *importer, const PackageNode *imported);

/* Replaces a package by its test variants; appends what is to be built, in order. */
void tests_expand(Loader *loader, PackageNode *node, PackageNode ***list, uint32_t *len);
/* The main package of p's test binary, without imports of other packages; NULL: there is none. variant: p as it is tested, tests:
   p_test or NULL. */
PackageNode *test_main_new(Loader *loader, PackageNode *node, PackageNode *variant, PackageNode *tests);
/* Checks embed patterns of the node's files. */
void embed_check(Loader *loader, PackageNode *node, const StackEntry *stack);
/* Dependencies first; sets loader->packages and roots, and reports what is wrong. */
void emit_graph(Loader *loader, PackageNode **roots, uint32_t len);

#endif
