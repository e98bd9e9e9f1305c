/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Command line -> Options. One row of flags.def a flag; `-name`, `--name`, `-name=value` and `-name value` as Go programs take them.
 */
#include "cli/options.h"

typedef enum FlagKind { FLAG_BOOL, FLAG_TEXT, FLAG_TEXTS, FLAG_COUNT, FLAG_LEVEL, FLAG_UNSET } FlagKind;

typedef struct Flag {
  const char *name;
  FlagKind kind;
  size_t offset; /* of the field in Options */
  const char *argument, *help;
} Flag;

static const Flag flags[] = {
#define FLAG(name, kind, field, argument, help) {name, FLAG_##kind, offsetof(Options, field), argument, help},
#include "cli/flags.def"
#undef FLAG
};

static const Flag *find_flag(Str name) {
  for (size_t i = 0; i < ARRAY_LEN(flags); i++)
    if (str_equal(str_from(flags[i].name), name)) return &flags[i];
  return NULL;
}

static bool parse_count(Str text, uint32_t *out) {
  uint64_t value = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] < '0' || text.data[i] > '9' || value > 100000) return false;
    value = value * 10 + (uint64_t)(text.data[i] - '0');
  }
  *out = (uint32_t)value;
  return text.len > 0;
}

/* Stores the value; has_value: it was given. False: it is not of the flag's kind. */
static bool set_flag(Arena *arena, const Flag *flag, Options *options, bool has_value, Str value) {
  void *field = (char *)options + flag->offset;
  uint32_t number = 0;
  switch (flag->kind) {
  case FLAG_BOOL:
    if (has_value && !str_equal(value, STR("true")) && !str_equal(value, STR("false"))) return false;
    *(bool *)field = !has_value || str_equal(value, STR("true"));
    return true;
  case FLAG_UNSET:
    if (has_value && !str_equal(value, STR("true")) && !str_equal(value, STR("false"))) return false;
    *(bool *)field = has_value && str_equal(value, STR("false"));
    return true;
  case FLAG_TEXT: *(Str *)field = value; return true;
  case FLAG_TEXTS: {
    TextList *list = field;
    vec_push(arena, list, value);
    return true;
  }
  case FLAG_COUNT: return parse_count(value, (uint32_t *)field);
  case FLAG_LEVEL:
    if (has_value && (!parse_count(value, &number) || number > 2)) return false;
    int *level = field;
    *level = has_value ? (int)number : *level < 2 ? *level + 1 : 2;
    return true;
  }
  return false;
}

typedef struct Words {
  Str *items;
  uint32_t len, next;
} Words;

/* Handles words->items[words->next], which begins with '-'. */
static Str parse_flag(Arena *arena, Words *words, Options *options) {
  Str word = words->items[words->next++];
  Str name = str_slice(word, str_has_prefix(word, STR("--")) ? 2 : 1, word.len), value = {NULL, 0};
  ptrdiff_t equals = str_index(name, '=');
  bool has_value = equals >= 0;
  if (has_value) {
    value = str_slice(name, (size_t)equals + 1, name.len);
    name = str_slice(name, 0, (size_t)equals);
  }
  const Flag *flag = find_flag(name);
  if (!flag) return arena_printf(arena, "flag provided but not defined: -" STR_FMT, STR_ARG(name));
  bool wants_value = flag->kind == FLAG_TEXT || flag->kind == FLAG_TEXTS || flag->kind == FLAG_COUNT;
  if (wants_value && !has_value) {
    if (words->next == words->len)
      return arena_printf(arena, "flag needs an argument: -" STR_FMT, STR_ARG(name));
    value = words->items[words->next++];
  }
  if (!set_flag(arena, flag, options, has_value || wants_value, value))
    return arena_printf(arena, "invalid value \"" STR_FMT "\" for flag -" STR_FMT, STR_ARG(value),
                        STR_ARG(name));
  return (Str){NULL, 0};
}

/* What a GOFLAGS word may set here: flags of `go build` that we have as well; others are the go command's own business. */
static bool is_build_flag(Str word) {
  static const char *const names[] = {"gcflags", "tags", "mod", "modfile", "overlay", "trimpath"};
  while (str_has_prefix(word, STR("-"))) word = str_slice(word, 1, word.len);
  ptrdiff_t equals = str_index(word, '=');
  if (equals >= 0) word = str_slice(word, 0, (size_t)equals);
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (str_equal(word, str_from(names[i]))) return true;
  return false;
}

/* Words are separated by blanks; one that contains blanks is quoted. */
static void parse_goflags(Arena *arena, Str text, Options *options) {
  size_t at = 0;
  Str word;
  while (next_quoted_word(text, &at, &word)) {
    Words words = {.items = &word, .len = 1};
    if (word.len > 1 && word.data[0] == '-' && is_build_flag(word)) parse_flag(arena, &words, options);
  }
}

/* The value of a flag before everything else is looked at: GOROOT/go.env can hold GOFLAGS. */
static Str early_flag(const Words *words, const char *flag) {
  Str name = str_from(flag);
  for (uint32_t i = words->next; i < words->len; i++) {
    Str word = words->items[i];
    if (str_has_prefix(word, STR("--"))) word = str_slice(word, 1, word.len);
    if (!str_has_prefix(word, name)) continue;
    if (word.len == name.len && i + 1 < words->len) return words->items[i + 1];
    if (word.len > name.len && word.data[name.len] == '=') return str_slice(word, name.len + 1, word.len);
  }
  return STR("");
}

/* The GOROOT whose go.env counts; empty: none, as with a pack. */
static Str goroot_of_flags(Arena *arena, const Words *words, const char *const *environment) {
  if (early_flag(words, "-pack").len) return STR("");
  Str goroot = early_flag(words, "-goroot");
  return goroot.len ? path_absolute(arena, goroot) : load_find_goroot(arena, environment);
}

/* "[pattern=]flags" of each -gcflags; -m among them is our -m, and -e our -e. */
static Str parse_gcflags(Arena *arena, Options *options) {
  EngineOptions *engine = &options->engine;
  engine->gcflags = arena_new_array(arena, EngineFlags, options->gcflags.len);
  for (uint32_t i = 0; i < options->gcflags.len; i++) {
    Str text = options->gcflags.items[i];
    while (text.len && strchr(" \t", text.data[0])) text = str_slice(text, 1, text.len);
    EngineFlags *entry = &engine->gcflags[i];
    if (text.len && text.data[0] != '-') {
      ptrdiff_t equals = str_index(text, '=');
      if (equals <= 0)
        return arena_printf(arena, "-gcflags: missing =<value> in <pattern>=<value>: " STR_FMT,
                            STR_ARG(text));
      entry->pattern = str_slice(text, 0, (size_t)equals);
      text = str_slice(text, (size_t)equals + 1, text.len);
    }
    Str problem = compiler_flags_parse(arena, text, &entry->flags);
    if (problem.len) return problem;
    if (entry->flags.messages > engine->level) engine->level = entry->flags.messages >= 2 ? 2 : 1;
    if (entry->flags.live > 1) return STR("-gcflags: heapwhy does not follow the compiler's flag -live=2");
    if (entry->flags.live) engine->live = true;
    if (entry->flags.all_errors) engine->all_errors = true;
  }
  engine->gcflags_len = options->gcflags.len;
  return STR("");
}

/* Where results are kept: $HEAPWHY_CACHE (a folder, or "off"), else below the user's cache folder. Empty: nowhere. */
static Str find_cache(Arena *arena, const char *const *environment) {
  Str chosen = environment_get(environment, "HEAPWHY_CACHE"),
      user = environment_get(environment, "XDG_CACHE_HOME");
  if (str_equal(chosen, STR("off"))) return STR("");
  if (chosen.len) return path_absolute(arena, chosen);
  if (path_is_absolute(user)) return path_join(arena, user, STR("heapwhy"));
  Str home = environment_get(environment, "HOME");
  return path_is_absolute(home) ? path_join(arena, home, STR(".cache/heapwhy")) : STR("");
}

/* -go with several releases: a comparison. */
static Str parse_releases(Arena *arena, Options *options) {
  Str text = options->engine.load.release;
  if (str_index(text, ',') < 0) return STR("");
  while (text.len) {
    ptrdiff_t comma = str_index(text, ',');
    Str one = str_slice(text, 0, comma < 0 ? text.len : (size_t)comma);
    text = str_slice(text, comma < 0 ? text.len : (size_t)comma + 1, text.len);
    if (!one.len) return STR("-go: a release is missing between the commas");
    for (uint32_t i = 0; i < options->releases.len; i++)
      if (str_equal(options->releases.items[i], one))
        return arena_printf(arena, "-go: release " STR_FMT " is named twice", STR_ARG(one));
    vec_push(arena, &options->releases, one);
  }
  if (options->releases.len < 2) return STR("-go: a release is missing after the comma");
  if (options->engine.level) return STR("-m prints what one compiler prints: -go has to name one release");
  if (options->engine.live) return STR("-live prints what one compiler prints: -go has to name one release");
  if (options->dump_phase.len) return STR("dump shows one release: -go has to name one");
  return STR("");
}

static Str check_pack(Arena *arena, Options *options) {
  Str *file = &options->engine.pack;
  if (file->len) *file = path_absolute(arena, *file);
  if (options->pack_out.len && !options->pack_verb) return STR("-o is a flag of heapwhy pack");
  if (file->len && options->releases.len) return STR("a pack is of one release: -go has to name one");
  if (!options->pack_verb) return STR("");
  if (!options->pack_out.len) return STR("heapwhy pack needs -o FILE");
  if (options->pattern_len) return STR("heapwhy pack takes no packages: all of std is packed");
  if (file->len || options->gcflags.len || options->engine.load.overlay.len || options->engine.load.trimpath)
    return STR("heapwhy pack has no flags but -o, -go, -goroot, -tags and -j");
  options->pack_out = path_absolute(arena, options->pack_out);
  return STR("");
}

Str options_parse(Arena *arena, int argc, char **argv, const char *const *environment, Options *out) {
  *out = (Options){.engine = {.load = {.environment = environment}}};
  Words words = {.items = arena_new_array(arena, Str, argc)};
  for (int i = 1; i < argc; i++) words.items[words.len++] = str_from(argv[i]);
  if (words.len && str_equal(words.items[0], STR("dump"))) {
    if (words.len < 2 || words.items[1].data[0] == '-')
      return STR("dump needs the name of a phase: heapwhy dump PHASE [flags] [packages]");
    out->dump_phase = words.items[1];
    words.next = 2;
  }
  out->engine.cache_dir = find_cache(arena, environment);
  if (words.len == 2 && str_equal(words.items[0], STR("cache")) &&
      (str_equal(words.items[1], STR("status")) || str_equal(words.items[1], STR("clear")))) {
    out->cache_verb = words.items[1];
    return (Str){NULL, 0};
  }
  if (words.len && str_equal(words.items[0], STR("pack"))) {
    out->pack_verb = true;
    words.next = 1;
  }
  parse_goflags(arena, load_goflags(arena, environment, goroot_of_flags(arena, &words, environment)), out);
  VEC(Str) patterns = {0};
  bool only_patterns = false;
  while (words.next < words.len) {
    Str word = words.items[words.next];
    if (only_patterns || word.len < 2 || word.data[0] != '-') {
      vec_push(arena, &patterns, word);
      words.next++;
    } else if (str_equal(word, STR("--"))) {
      only_patterns = true;
      words.next++;
    } else {
      Str problem = parse_flag(arena, &words, out);
      if (problem.len) return problem;
    }
  }
  out->patterns = patterns.items;
  out->pattern_len = patterns.len;
  Str wrong = parse_gcflags(arena, out);
  if (!wrong.len) wrong = parse_releases(arena, out);
  if (!wrong.len) wrong = check_pack(arena, out);
  if (wrong.len) return wrong;
  LoadConfig *load = &out->engine.load;
  load->dir = path_absolute(arena, load->dir.len ? load->dir : STR("."));
  if (!dir_exists(load->dir.data))
    return arena_printf(arena, "-C " STR_FMT ": no such directory", STR_ARG(load->dir));
  if (load->goroot.len) load->goroot = path_absolute(arena, load->goroot);
  return (Str){NULL, 0};
}

void options_print_help(Buffer *out) {
  buffer_text(
      out,
      "usage: heapwhy [flags] [packages | files.go]\n"
      "       heapwhy dump PHASE [flags] [packages | files.go]\n"
      "       heapwhy pack [-go 1.N] -o FILE\n"
      "       heapwhy cache status | clear\n\n"
      "Tells why values of a Go program are on the heap. Without -m or -json: a report for people.\n"
      "Packages are named as for the go command: files, import paths, ./..., std, cmd/..., several at once;\n"
      "the one in this folder if none is named. Nothing is executed or fetched.\n\n"
      "  heapwhy                  report on the package in this folder\n"
      "  heapwhy -v ./...         with each step of the flow, for all packages below\n"
      "  heapwhy -m=2 main.go     what go build -gcflags=-m=2 prints\n"
      "  heapwhy -go 1.15,1.27    which values changed sides between two releases\n\n"
      "flags:\n");
  for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
    int used = (int)strlen(flags[i].name) + (int)strlen(flags[i].argument) + (flags[i].argument[0] ? 1 : 0);
    buffer_printf(out, "  -%s%s%s%*s%s\n", flags[i].name, flags[i].argument[0] ? " " : "", flags[i].argument,
                  used < 14 ? 14 - used : 1, "", flags[i].help);
  }
  buffer_text(out, "\nphases: load summary");
  for (uint32_t i = 0; engine_phase_name(i); i++) buffer_printf(out, " %s", engine_phase_name(i));
  buffer_text(out,
              "\nenvironment, go env -w and go.env: GOROOT GOPATH GOMODCACHE GOFLAGS GOOS GOARCH "
              "GOAMD64 GOEXPERIMENT\n"
              "  GO111MODULE GOWORK GOENV CGO_ENABLED; NO_COLOR\n"
              "results are kept in $HEAPWHY_CACHE (off: nowhere), else in heapwhy below $XDG_CACHE_HOME or "
              "~/.cache\n"
              "exit codes: 0 reported, 1 the Go code has errors, 2 usage or environment\n");
}

void options_print_version(Buffer *out) {
  buffer_text(out, "heapwhy 0.1, answers for Go");
  for (uint32_t i = 0; profile_known(i); i++) buffer_printf(out, "%s %s", i ? "," : "", profile_known(i));
  buffer_char(out, '\n');
}
