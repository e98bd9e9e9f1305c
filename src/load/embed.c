/* SPDX-License-Identifier: BSD-3-Clause
 *
 * //go:embed patterns against what is in the package's folder.
 *
 * Only whether they match is of interest: which bytes are embedded changes nothing that the compiler decides.
 *
 * Go: cmd/go/internal/load/pkg.go, path/match.go
 */
#include "load/private.h"

/* ---- path.Match for one element ---- */

static bool match_class(Str *pattern, char c, bool *bad) {
  size_t at = 1;
  bool negate = at < pattern->len && pattern->data[at] == '^', found = false, any = false;
  if (negate) at++;
  while (at < pattern->len && (pattern->data[at] != ']' || !any)) {
    any = true;
    if (pattern->data[at] == '\\') at++;
    char low = at < pattern->len ? pattern->data[at++] : 0, high = low;
    if (at + 1 < pattern->len && pattern->data[at] == '-') {
      high = pattern->data[at + 1];
      at += 2;
    }
    found = found || (low <= c && c <= high);
  }
  *bad = *bad || at >= pattern->len || !any;
  *pattern = str_slice(*pattern, at + 1, pattern->len);
  return found != negate;
}

static bool match_element(Str pattern, Str name, bool *bad) {
  while (pattern.len && !*bad) {
    char p = pattern.data[0];
    if (p == '*') {
      pattern = str_slice(pattern, 1, pattern.len);
      for (size_t at = 0; at <= name.len; at++)
        if (match_element(pattern, str_slice(name, at, name.len), bad)) return true;
      return false;
    }
    if (name.len == 0 && p != '[') return false;
    if (p == '[') {
      if (!match_class(&pattern, name.len ? name.data[0] : 0, bad) || name.len == 0) return false;
    } else {
      if (p == '\\') pattern = str_slice(pattern, 1, pattern.len);
      if (p == '\\' && pattern.len == 0) *bad = true;
      if (p != '?' && (pattern.len == 0 || pattern.data[0] != name.data[0])) return false;
      pattern = str_slice(pattern, 1, pattern.len);
    }
    name = str_slice(name, 1, name.len);
  }
  return pattern.len == 0 && name.len == 0 && !*bad;
}

/* ---- what a pattern finds ---- */

typedef struct Embed {
  Loader *loader;
  Str dir;  /* the package's */
  bool all; /* `all:`: names that begin with . or _ as well */
  bool bad; /* the pattern is malformed */
  uint32_t files;
  Str problem; /* empty: fine */
} Embed;

static bool is_bad_name(Str name) {
  static const char *const names[] = {"", ".bzr", ".hg", ".git", ".svn"};
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (str_equal(name, str_from(names[i]))) return true;
  for (size_t i = 0; i < name.len; i++)
    if (strchr("\"'*<>?`|/\\:", name.data[i])) return true;
  return false;
}

static void count_folder(Embed *embed, Str dir) {
  const Listing *listing = listing_read(embed->loader, dir);
  for (uint32_t i = 0; i < listing->len && !embed->problem.len; i++) {
    const DirEntry *entry = &listing->entries[i];
    bool hidden = entry->name.data[0] == '.' || entry->name.data[0] == '_';
    Str path = path_join(embed->loader->arena, dir, entry->name);
    if (is_bad_name(entry->name) || (hidden && !embed->all)) {
      if (!entry->is_dir && !hidden)
        embed->problem = arena_printf(
            embed->loader->arena, "cannot embed file " STR_FMT ": invalid name " STR_FMT,
            STR_ARG(path_relative(embed->loader->arena, embed->dir, path)), STR_ARG(entry->name));
    } else if (entry->is_dir && !entry->is_link) {
      if (!listing_read(embed->loader, path)->has_go_mod) count_folder(embed, path);
    } else if (entry->is_regular && !entry->is_link)
      embed->files++;
  }
}

/* A file or folder that the pattern names. */
static void take_match(Embed *embed, Str path, const DirEntry *entry) {
  Arena *arena = embed->loader->arena;
  Str relative = path_relative(arena, embed->dir, path);
  bool folder = entry->is_dir && !entry->is_link;
  const char *what = folder ? "directory" : "file";
  for (Str at = path; at.len > embed->dir.len; at = path_dir(at)) {
    if (listing_read(embed->loader, at)->has_go_mod)
      embed->problem =
          arena_printf(arena, "cannot embed %s " STR_FMT ": in different module", what, STR_ARG(relative));
    else if (is_bad_name(path_base(at)))
      embed->problem =
          arena_printf(arena, "cannot embed %s " STR_FMT ": %s " STR_FMT, what, STR_ARG(relative),
                       at.len == path.len ? "invalid name" : "in invalid directory", STR_ARG(path_base(at)));
    if (embed->problem.len) return;
  }
  if (folder) {
    uint32_t before = embed->files;
    count_folder(embed, path);
    if (embed->files == before && !embed->problem.len)
      embed->problem = arena_printf(arena, "cannot embed directory " STR_FMT ": contains no embeddable files",
                                    STR_ARG(relative));
  } else if (entry->is_link || !entry->is_regular)
    embed->problem = arena_printf(arena, "cannot embed irregular file " STR_FMT, STR_ARG(relative));
  else
    embed->files++;
}

static void match_below(Embed *embed, Str dir, Str pattern) {
  ptrdiff_t slash = str_index(pattern, '/');
  Str element = slash < 0 ? pattern : str_slice(pattern, 0, (size_t)slash);
  const Listing *listing = listing_read(embed->loader, dir);
  bool ignored = match_element(element, STR(""), &embed->bad);
  (void)ignored; /* a malformed pattern is noticed even in an empty folder */
  for (uint32_t i = 0; i < listing->len && !embed->problem.len; i++) {
    const DirEntry *entry = &listing->entries[i];
    if (!match_element(element, entry->name, &embed->bad)) continue;
    Str path = path_join(embed->loader->arena, dir, entry->name);
    if (slash < 0)
      take_match(embed, path, entry);
    else if (entry->is_dir)
      match_below(embed, path, str_slice(pattern, (size_t)slash + 1, pattern.len));
  }
}

static bool valid_pattern(Str pattern) {
  if (pattern.len == 0 || str_equal(pattern, STR(".")) || pattern.data[pattern.len - 1] == '/') return false;
  for (Str rest = pattern, element; str_next(&rest, '/', &element);)
    if (element.len == 0 || str_equal(element, STR(".")) || str_equal(element, STR(".."))) return false;
  return true;
}

static Str check_pattern(Loader *loader, Str dir, Str pattern) {
  Embed embed = {.loader = loader, .dir = dir, .all = str_has_prefix(pattern, STR("all:"))};
  Str glob = embed.all ? str_slice(pattern, 4, pattern.len) : pattern;
  if (!valid_pattern(glob)) return STR("invalid pattern syntax");
  match_below(&embed, dir, glob);
  if (embed.bad) return STR("invalid pattern syntax");
  if (embed.problem.len) return embed.problem;
  return embed.files ? STR("") : STR("no matching files found");
}

/* The pattern that comes first in the alphabet behind `last` (all of them: NULL), where it stands first; NULL: no more. */
static const HeadImport *next_pattern(const PackageNode *node, const HeadImport *last, uint32_t *file) {
  const HeadImport *found = NULL;
  for (uint32_t i = 0; i < node->file_len; i++)
    for (uint32_t k = 0; k < node->files[i]->embed_len; k++) {
      const HeadImport *embed = &node->files[i]->embeds[k];
      if (last && str_compare(embed->path, last->path) <= 0) continue;
      if (found && str_compare(embed->path, found->path) >= 0) continue;
      found = embed;
      *file = i;
    }
  return found;
}

void embed_check(Loader *loader, PackageNode *node, const StackEntry *stack) {
  uint32_t file = 0;
  for (const HeadImport *embed = next_pattern(node, NULL, &file); embed && !node->error.set;
       embed = next_pattern(node, embed, &file)) {
    Str problem = check_pattern(loader, node->where.dir, embed->path);
    if (!problem.len) continue;
    Str text =
        arena_printf(loader->arena, "pattern " STR_FMT ": " STR_FMT, STR_ARG(embed->path), STR_ARG(problem));
    node_error(node, (PackageError){.text = text,
                                    .place = file_place(loader, node->files[file], embed->offset),
                                    .stack = stack});
  }
}
