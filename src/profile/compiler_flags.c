/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compiler_flags: the text of -gcflags -> CompilerFlags.
 *
 * In: the value of one -gcflags. Out: fields of CompilerFlags, or a message: a flag that would change the compiler's answer in a way that we
 * do not follow is refused instead of ignored.
 *
 * Go: cmd/compile/internal/base/flag.go, cmd/internal/objabi/flag.go
 */
#include "profile/profile.h"

typedef enum FlagKind { FLAG_COUNT, FLAG_SWITCH, FLAG_TEXT, FLAG_IGNORED, FLAG_IGNORED_VALUE } FlagKind;

typedef struct FlagRow {
  const char *name;
  FlagKind kind;
  size_t offset; /* of the field */
} FlagRow;

static const FlagRow flag_rows[] = {
#define FLAG(name, kind, field, meaning) {name, FLAG_##kind, offsetof(CompilerFlags, field)},
#define IGNORED(name, value)             {name, value ? FLAG_IGNORED_VALUE : FLAG_IGNORED, 0},
#define DEBUG(name, field, meaning)
#include "profile/compiler_flags.def"
#undef FLAG
#undef IGNORED
#undef DEBUG
};

typedef struct DebugRow {
  const char *name;
  size_t offset;
  bool negated;
} DebugRow;

static const DebugRow debug_rows[] = {
#define FLAG(name, kind, field, meaning)
#define IGNORED(name, value)
#define DEBUG(name, field, meaning)                                                                          \
  {name, offsetof(CompilerFlags, field), #field[0] == 'n' && #field[2] == '_'},
#include "profile/compiler_flags.def"
#undef FLAG
#undef IGNORED
#undef DEBUG
};

bool next_quoted_word(Str text, size_t *at, Str *word) {
  while (*at < text.len && strchr(" \t\r\n", text.data[*at])) (*at)++;
  if (*at >= text.len) return false;
  char quote = text.data[*at] == '\'' || text.data[*at] == '"' ? text.data[*at] : 0;
  size_t start = quote ? ++*at : *at;
  while (*at < text.len && (quote ? text.data[*at] != quote : !strchr(" \t\r\n", text.data[*at]))) (*at)++;
  *word = str_slice(text, start, *at);
  if (quote && *at < text.len) (*at)++;
  return true;
}

static bool parse_number(Str text, int32_t *out) {
  int32_t value = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] < '0' || text.data[i] > '9' || value > 10000) return false;
    value = value * 10 + (text.data[i] - '0');
  }
  *out = value;
  return text.len > 0;
}

static bool parse_switch(Str text, bool *out) {
  *out = str_equal(text, STR("true")) || str_equal(text, STR("1"));
  return *out || str_equal(text, STR("false")) || str_equal(text, STR("0"));
}

/* "name" or "name=value": cuts name, returns whether there is a value. */
static bool split_value(Str *name, Str *value) {
  ptrdiff_t equals = str_index(*name, '=');
  if (equals < 0) return false;
  *value = str_slice(*name, (size_t)equals + 1, name->len);
  *name = str_slice(*name, 0, (size_t)equals);
  return true;
}

static Str parse_debug_item(Arena *arena, Str name, CompilerFlags *flags) {
  Str value = {NULL, 0};
  bool has_value = split_value(&name, &value);
  for (size_t i = 0; i < ARRAY_LEN(debug_rows); i++) {
    const DebugRow *row = &debug_rows[i];
    if (!str_equal(name, str_from(row->name))) continue;
    int32_t number = 1;
    if (has_value && !parse_number(value, &number))
      return arena_printf(arena, "invalid debug value \"" STR_FMT "\" for -d=" STR_FMT, STR_ARG(value),
                          STR_ARG(name));
    *(int32_t *)((char *)flags + row->offset) = row->negated ? number == 0 : number;
    return STR("");
  }
  return arena_printf(arena, "-gcflags: heapwhy does not follow the compiler's debug setting -d=" STR_FMT,
                      STR_ARG(name));
}

static Str parse_debug(Arena *arena, Str list, CompilerFlags *flags) {
  while (list.len) {
    ptrdiff_t comma = str_index(list, ',');
    size_t end = comma < 0 ? list.len : (size_t)comma;
    Str problem = parse_debug_item(arena, str_slice(list, 0, end), flags);
    if (problem.len) return problem;
    list = str_slice(list, comma < 0 ? end : end + 1, list.len);
  }
  return STR("");
}

static const FlagRow *find_row(Str name) {
  for (size_t i = 0; i < ARRAY_LEN(flag_rows); i++)
    if (str_equal(name, str_from(flag_rows[i].name))) return &flag_rows[i];
  return NULL;
}

/* False: the value does not suit the flag. */
static bool set_field(const FlagRow *row, bool has_value, Str value, CompilerFlags *flags) {
  void *field = (char *)flags + row->offset;
  switch (row->kind) {
  case FLAG_COUNT:
    if (has_value) return parse_number(value, field);
    ++*(int32_t *)field;
    return true;
  case FLAG_SWITCH:
    if (has_value) return parse_switch(value, field);
    *(bool *)field = true;
    return true;
  case FLAG_TEXT: *(Str *)field = value; return true;
  case FLAG_IGNORED:
  case FLAG_IGNORED_VALUE: return true;
  }
  return false;
}

Str compiler_flags_parse(Arena *arena, Str text, CompilerFlags *flags) {
  size_t at = 0;
  Str word;
  while (next_quoted_word(text, &at, &word)) {
    if (word.len < 2 || word.data[0] != '-')
      return arena_printf(arena, "-gcflags: \"" STR_FMT "\" is not a flag", STR_ARG(word));
    Str name = str_slice(word, str_has_prefix(word, STR("--")) ? 2 : 1, word.len), value = {NULL, 0};
    bool has_value = split_value(&name, &value), is_debug = str_equal(name, STR("d"));
    const FlagRow *row = find_row(name);
    if (!row && !is_debug)
      return arena_printf(arena, "-gcflags: heapwhy does not follow the compiler's flag -" STR_FMT,
                          STR_ARG(name));
    bool needs_value = is_debug || row->kind == FLAG_TEXT || row->kind == FLAG_IGNORED_VALUE;
    if (needs_value && !has_value && !next_quoted_word(text, &at, &value))
      return arena_printf(arena, "-gcflags: flag needs an argument: -" STR_FMT, STR_ARG(name));
    Str problem = is_debug ? parse_debug(arena, value, flags) : STR("");
    if (problem.len) return problem;
    if (row && !set_field(row, has_value || needs_value, value, flags))
      return arena_printf(arena, "-gcflags: invalid value \"" STR_FMT "\" for flag -" STR_FMT, STR_ARG(value),
                          STR_ARG(name));
  }
  return STR("");
}

void compiler_flags_put(Buffer *out, const CompilerFlags *flags) {
  for (size_t i = 0; i < ARRAY_LEN(flag_rows); i++) {
    const void *field = (const char *)flags + flag_rows[i].offset;
    switch (flag_rows[i].kind) {
    case FLAG_COUNT: wire_put_signed(out, *(const int32_t *)field); break;
    case FLAG_SWITCH: wire_put(out, *(const bool *)field); break;
    case FLAG_TEXT: wire_put_str(out, *(const Str *)field); break;
    case FLAG_IGNORED:
    case FLAG_IGNORED_VALUE: break;
    }
  }
  for (size_t i = 0; i < ARRAY_LEN(debug_rows); i++)
    wire_put_signed(out, *(const int32_t *)((const char *)flags + debug_rows[i].offset));
}

Profile compiler_flags_profile(const CompilerFlags *flags, const Profile *profile) {
  enum { SMALL_FRAME_VAR = 64 * 1024, SMALL_FRAME_IMPLICIT = 16 * 1024, LEVEL_CHEAP_CALLS = 4 };
  Profile out = *profile;
  if (flags->small_frames) {
    out.stack_var_limit = SMALL_FRAME_VAR;
    out.stack_implicit_limit = SMALL_FRAME_IMPLICIT;
  }
  if (flags->inline_level == LEVEL_CHEAP_CALLS) {
    out.inline_call_cost = 1;
    if (out.inline_param_call_cost > 1) out.inline_param_call_cost = 1;
  }
  return out;
}
