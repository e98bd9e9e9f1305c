/* SPDX-License-Identifier: BSD-3-Clause
 *
 * profile: the tables behind profile.h, folded by the preprocessor into constants.
 *
 * In: releases.def, targets.def. Out: one const Profile for each known release, one const Target for each port.
 *
 * Go: internal/buildcfg, internal/syslist, go/version, runtime/msize.go, internal/runtime/gc/sizeclasses.go
 */
#include "profile/profile.h"

/* ---- Lang ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* A number without a leading zero at s[*at]; moves *at behind it. */
static bool parse_number(Str s, size_t *at, uint32_t *out) {
  size_t start = *at;
  uint32_t number = 0;
  while (*at < s.len && is_digit(s.data[*at]) && number < 10000)
    number = 10 * number + (uint32_t)(s.data[(*at)++] - '0');
  *out = number;
  return *at > start && (*at == start + 1 || s.data[start] != '0') && number < 10000;
}

/* What may follow major.minor: nothing, .PATCH, rcN, betaN, or a vendor's -suffix. */
static bool valid_rest(Str rest) {
  if (rest.len == 0) return true;
  if (rest.data[0] == '-') return rest.len > 1;
  Str words[] = {STR("."), STR("rc"), STR("beta")};
  for (size_t i = 0; i < ARRAY_LEN(words); i++) {
    size_t at = words[i].len;
    uint32_t number;
    if (str_has_prefix(rest, words[i]))
      return parse_number(rest, &at, &number) && (at == rest.len || rest.data[at] == '-');
  }
  return false;
}

bool lang_parse(Str text, Lang *out) {
  if (str_has_prefix(text, STR("go"))) text = str_slice(text, 2, text.len);
  size_t at = 0;
  uint32_t major, minor = 0;
  if (!parse_number(text, &at, &major) || major != 1) return false;
  if (at < text.len) {
    if (text.data[at++] != '.' || !parse_number(text, &at, &minor)) return false;
    if (!valid_rest(str_slice(text, at, text.len))) return false;
  }
  *out = LANG((uint16_t)minor);
  return true;
}

/* ---- Target ---- */

typedef struct KnownName {
  const char *name;
  bool unix_like;
} KnownName;

/* An architecture's figures as constants that the table of ports can use. */
enum {
#define ARCH(name, pointer, align, big, merge, regabi)                                                       \
  ARCH_##name##_POINTER = pointer, ARCH_##name##_ALIGN = align, ARCH_##name##_BIG = big,                     \
  ARCH_##name##_MERGE = merge, ARCH_##name##_REGABI = regabi,
#include "profile/targets.def"
};

static const Target targets[] = {
#define PORT(os, arch)                                                                                       \
  {.goos = #os,                                                                                              \
   .goarch = #arch,                                                                                          \
   .pointer_size = ARCH_##arch##_POINTER,                                                                    \
   .max_align = ARCH_##arch##_ALIGN,                                                                         \
   .big_endian = ARCH_##arch##_BIG,                                                                          \
   .unaligned_loads = ARCH_##arch##_MERGE,                                                                   \
   .register_abi = ARCH_##arch##_REGABI},
#include "profile/targets.def"
};

static const KnownName systems[] = {
#define OS(name, unix_like) {#name, unix_like},
#include "profile/targets.def"
};

static const char *const architectures[] = {
#define ARCH(name, pointer, align, big, merge, regabi) #name,
#define ARCH_NAME(name)                                #name,
#include "profile/targets.def"
};

const Target *target_find(Str goos, Str goarch) {
  for (size_t i = 0; i < ARRAY_LEN(targets); i++)
    if (str_equal(goos, str_from(targets[i].goos)) && str_equal(goarch, str_from(targets[i].goarch)))
      return &targets[i];
  return NULL;
}

static const KnownName *system_find(Str goos) {
  for (size_t i = 0; i < ARRAY_LEN(systems); i++)
    if (str_equal(goos, str_from(systems[i].name))) return &systems[i];
  return NULL;
}

bool target_known_os(Str goos) { return system_find(goos) != NULL; }

bool target_is_unix(Str goos) {
  const KnownName *known = system_find(goos);
  return known && known->unix_like;
}

bool target_known_arch(Str goarch) {
  for (size_t i = 0; i < ARRAY_LEN(architectures); i++)
    if (str_equal(goarch, str_from(architectures[i]))) return true;
  return false;
}

/* ---- Profile ---- */

static const uint16_t size_classes_10[] = {
    8,     16,    32,    48,    64,    80,    96,    112,   128,   144,   160,   176,   192,   208,
    224,   240,   256,   288,   320,   352,   384,   416,   448,   480,   512,   576,   640,   704,
    768,   896,   1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304,  2688,  3072,  3200,  3456,
    4096,  4864,  5376,  6144,  6528,  6784,  6912,  8192,  9472,  9728,  10240, 10880, 12288, 13568,
    14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768, 0};

static const uint16_t size_classes_16[] = {
    8,     16,    24,    32,    48,    64,    80,    96,    112,   128,   144,   160,   176,   192,
    208,   224,   240,   256,   288,   320,   352,   384,   416,   448,   480,   512,   576,   640,
    704,   768,   896,   1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304,  2688,  3072,  3200,
    3456,  4096,  4864,  5376,  6144,  6528,  6784,  6912,  8192,  9472,  9728,  10240, 10880, 12288,
    13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768, 0};

/* A later row of releases.def overrides an earlier one: that is the fold. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Winitializer-overrides"
#elif defined(__GNUC__)
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
#define ROW(since, field, value, comment) .field = value,

static const Profile profiles[] = {
#define FIRST_ESCAPE 0
#define RELEASE      10
    {
        .release = "1.10",
        .lang_max = RELEASE,
#include "profile/releases.def"
    },
#undef RELEASE
#define RELEASE 12
    {
        .release = "1.12",
        .lang_max = RELEASE,
#include "profile/releases.def"
    },
#undef RELEASE
#define RELEASE 13
    {
        .release = "1.13",
        .lang_max = RELEASE,
#include "profile/releases.def"
    },
#undef RELEASE
#define RELEASE 15
    {
        .release = "1.15",
        .lang_max = RELEASE,
#include "profile/releases.def"
    },
#undef RELEASE
#define RELEASE 27
    {
        .release = "1.27",
        .lang_max = RELEASE,
#include "profile/releases.def"
    },
#undef RELEASE
};
#undef FIRST_ESCAPE

/* Toolchains that could still be told to use the first analysis. */
static const Profile first_escape_profiles[] = {
#define FIRST_ESCAPE 1
#define RELEASE      13
    {
        .release = "1.13",
        .lang_max = RELEASE,
        .first_escape = true,
#include "profile/releases.def"
    },
#undef RELEASE
#undef FIRST_ESCAPE
};

const Profile *profile_find(Str release) {
  Lang wanted;
  if (!lang_parse(release, &wanted)) return NULL;
  for (size_t i = 0; i < ARRAY_LEN(profiles); i++)
    if (profiles[i].lang_max == wanted.minor) return &profiles[i];
  return NULL;
}

const Profile *profile_first_escape(const Profile *profile) {
  for (size_t i = 0; i < ARRAY_LEN(first_escape_profiles); i++)
    if (first_escape_profiles[i].lang_max == profile->lang_max) return &first_escape_profiles[i];
  return NULL;
}

Profile profile_with_limits(const Profile *profile, const Profile *limits) {
  Profile mixed = *profile;
  mixed.stack_var_limit = limits->stack_var_limit;
  mixed.stack_implicit_limit = limits->stack_implicit_limit;
  mixed.stack_implicit_inclusive = limits->stack_implicit_inclusive;
  mixed.make_needs_constant = limits->make_needs_constant;
  return mixed;
}

const Profile *profile_newest(void) { return &profiles[ARRAY_LEN(profiles) - 1]; }

const char *profile_known(uint32_t i) { return i < ARRAY_LEN(profiles) ? profiles[i].release : NULL; }

enum { MALLOC_HEADER = 8, LARGEST_WITHOUT_HEADER = 512, PAGE = 8192 };

int64_t profile_size_class(const Profile *profile, int64_t size, bool has_pointers) {
  bool header = profile->malloc_headers && has_pointers && size > LARGEST_WITHOUT_HEADER;
  int64_t taken = header ? size + MALLOC_HEADER : size;
  if (size <= 0) return 0;
  for (const uint16_t *class = profile->size_classes; *class; class ++)
    if (taken <= *class) return *class;
  return (size + PAGE - 1) / PAGE * PAGE;
}

/* Experiments that are on without being asked for. */
typedef struct Experiment {
  const char *name;
  bool needs_register_abi;
  bool not_on_mach_or_xcoff; /* darwin, ios, aix: no DWARF 5 */
} Experiment;

static const Experiment experiments_27[] = {
    {.name = "regabiwrappers", .needs_register_abi = true},
    {.name = "regabiargs", .needs_register_abi = true},
    {.name = "dwarf5", .not_on_mach_or_xcoff = true},
    {.name = "randomizedheapbase64"},
    {.name = "greenteagc"},
    {.name = "jsonv2"},
    {.name = "sizespecializedmalloc"},
};

bool profile_experiment(const Profile *profile, const Target *target, Str name) {
  (void)profile;
  Str goos = str_from(target->goos);
  for (size_t i = 0; i < ARRAY_LEN(experiments_27); i++) {
    const Experiment *experiment = &experiments_27[i];
    if (!str_equal(name, str_from(experiment->name))) continue;
    if (experiment->needs_register_abi) return target->register_abi;
    if (experiment->not_on_mach_or_xcoff)
      return !str_equal(goos, STR("darwin")) && !str_equal(goos, STR("ios")) && !str_equal(goos, STR("aix"));
    return true;
  }
  return false;
}

uint32_t profile_experiment_bit(Str name) {
  if (str_equal(name, STR("newinliner"))) return EXPERIMENT_NEW_INLINER;
  if (str_equal(name, STR("simd"))) return EXPERIMENT_SIMD;
  return 0;
}

void profile_apply_experiments(Profile *profile, uint32_t experiments) {
  if (experiments & EXPERIMENT_NEW_INLINER) profile->inline_scores = true;
  if (experiments & EXPERIMENT_SIMD) profile->vector_types = true;
}

/* ---- packages with traits ---- */

typedef struct PackageRow {
  const char *path;
  uint32_t traits;
} PackageRow;

static const PackageRow package_rows[] = {
#define PACKAGE(path, traits) {path, traits},
#include "profile/packages.def"
#undef PACKAGE
};

uint32_t profile_package_traits(const Profile *profile, Str import_path) {
  (void)profile;
  for (size_t i = 0; i < ARRAY_LEN(package_rows); i++)
    if (str_equal(import_path, str_from(package_rows[i].path))) return package_rows[i].traits;
  return 0;
}
