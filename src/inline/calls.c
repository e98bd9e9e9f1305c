/* SPDX-License-Identifier: BSD-3-Clause
 *
 * calls: functions that the inliner knows by package and name.
 *
 * In: a call. Out: whether the code generator has instructions for it (intrinsics.def), and whether its cost is known without
 * looking at the callee (known_calls.def). Few packages have such functions, so the package is looked up first and remembered.
 *
 * Go: cmd/compile/internal/ssagen/intrinsics.go, cmd/compile/internal/inline/inl.go (doNode)
 */
#include "inline/inline_private.h"

/* ---- tables ---- */

enum {
  X386 = 1 << 0,
  AMD64 = 1 << 1,
  ARM = 1 << 2,
  ARM64 = 1 << 3,
  LOONG64 = 1 << 4,
  MIPS = 1 << 5,
  MIPS64 = 1 << 6,
  PPC64 = 1 << 7,
  RISCV64 = 1 << 8,
  S390X = 1 << 9,
  WASM = 1 << 10,
  ALL = (1 << 11) - 1,
  ROTATION = 1 << 11 /* no architecture: profile->rotation_instructions decides */
};

typedef struct Intrinsic {
  const char *package, *name;
  uint32_t archs;
} Intrinsic;

#define INTRINSIC(package, name, archs) {package, name, (archs)},
static const Intrinsic late_intrinsics[] = {
#include "inline/intrinsics.def"
};
static const Intrinsic early_intrinsics[] = {
#include "inline/intrinsics_early.def"
};
#undef INTRINSIC

typedef struct IntrinsicTable {
  const Intrinsic *rows;
  size_t len;
} IntrinsicTable;

static IntrinsicTable intrinsics_of(const Profile *profile) {
  if (profile->early_intrinsics) return (IntrinsicTable){early_intrinsics, ARRAY_LEN(early_intrinsics)};
  return (IntrinsicTable){late_intrinsics, ARRAY_LEN(late_intrinsics)};
}

typedef struct ArchBit {
  const char *goarch;
  uint32_t bit;
} ArchBit;

static const ArchBit arch_bits[] = {
    {"386", X386},      {"amd64", AMD64},     {"arm", ARM},       {"arm64", ARM64},     {"loong64", LOONG64},
    {"mips", MIPS},     {"mipsle", MIPS},     {"mips64", MIPS64}, {"mips64le", MIPS64}, {"ppc64", PPC64},
    {"ppc64le", PPC64}, {"riscv64", RISCV64}, {"s390x", S390X},   {"wasm", WASM},
};

typedef enum KnownForm {
  FORM_EXACT,
  FORM_PREFIX,
  FORM_METHOD,
  FORM_EXACT_MERGE,
  FORM_METHOD_MERGE
} KnownForm;

typedef struct KnownRow {
  const char *package, *name;
  KnownForm form;
  KnownCall what;
  uint32_t rules; /* 1 << InlineRules of those that know it */
} KnownRow;

static const KnownRow known_rows[] = {
#define EARLY                                        (1u << INLINE_MIDSTACK)
#define LATE                                         (1u << INLINE_INTERLEAVED)
#define KNOWN_CALL(package, name, form, what, rules) {package, name, FORM_##form, KNOWN_##what, rules},
#include "inline/known_calls.def"
#undef KNOWN_CALL
#undef EARLY
#undef LATE
};

/* ---- packages ---- */

enum { HAS_INTRINSICS = 1, HAS_KNOWN_CALLS = 2, HAS_MARKER = 4 };

static uint32_t classify_package(const Unit *unit, const Package *pkg) {
  IntrinsicTable table = intrinsics_of(unit->profile);
  uint32_t bits = 0;
  Str path = atom_str(pkg->path);
  for (size_t i = 0; i < table.len && !(bits & HAS_INTRINSICS); i++)
    if (str_equal(path, str_from(table.rows[i].package))) bits |= HAS_INTRINSICS;
  for (size_t i = 0; i < ARRAY_LEN(known_rows); i++)
    if (str_equal(path, str_from(known_rows[i].package))) bits |= HAS_KNOWN_CALLS;
  if (str_equal(path, STR("go.runtime"))) bits |= HAS_INTRINSICS;
  if (str_equal(path, STR("internal/abi"))) bits |= HAS_MARKER;
  return bits;
}

InlineState *inline_state(Unit *unit) {
  if (unit->inline_state) return unit->inline_state;
  InlineState *state = arena_new_of(unit->arena, InlineState);
  state->package_classes = map_in(unit->arena);
  state->intrinsics = map_in(unit->arena);
  state->instances = map_in(unit->arena);
  state->site_tables = map_in(unit->arena);
  unit->inline_state = state;
  if (!unit->inlined_foreign.arena) unit->inlined_foreign = map_in(unit->arena);
  return state;
}

static bool package_has(Unit *unit, const Package *pkg, uint32_t bit) {
  if (!pkg) return false;
  InlineState *state = inline_state(unit);
  if (pkg != state->last_package) {
    uint64_t *known = map_put(&state->package_classes, map_key(pkg));
    if (*known == 0) *known = 1 + classify_package(unit, pkg);
    state->last_package = pkg;
    state->last_package_bits = (uint32_t)(*known - 1);
  }
  return state->last_package_bits & bit;
}

/* ---- intrinsics ---- */

static uint32_t target_arch_bit(const Target *target) {
  for (size_t i = 0; i < ARRAY_LEN(arch_bits); i++)
    if (strcmp(arch_bits[i].goarch, target->goarch) == 0) return arch_bits[i].bit;
  return 0;
}

static const Intrinsic *find_intrinsic(IntrinsicTable table, Str package, Str name) {
  size_t from = 0, to = table.len;
  while (from < to) {
    size_t middle = (from + to) / 2;
    int order = str_compare(package, str_from(table.rows[middle].package));
    if (order == 0) order = str_compare(name, str_from(table.rows[middle].name));
    if (order == 0) return &table.rows[middle];
    if (order < 0)
      to = middle;
    else
      from = middle + 1;
  }
  return NULL;
}

bool inline_is_intrinsic(const Unit *unit, const Name *callee) {
  if (!callee || !callee->pkg || !callee->name) return false;
  Str package = atom_str(callee->pkg->path);
  if (str_equal(package, STR("go.runtime"))) package = STR("runtime");
  const Intrinsic *row = find_intrinsic(intrinsics_of(unit->profile), package, atom_str(callee->name));
  if (!row || ((row->archs & ROTATION) && !unit->profile->rotation_instructions)) return false;
  return row->archs & target_arch_bit(unit->target);
}

Name *call_named_callee(Unit *unit, const Op *call) {
  if (op_is(call->fun, OP_NAME)) return call->fun->name;
  if (op_is(call->fun, OP_METHEXPR)) return op_method_name(unit, call->fun);
  return NULL;
}

bool call_is_intrinsic(Unit *unit, const Op *call) {
  Name *callee = call_named_callee(unit, call);
  if (!callee) return false;
  if (unit->profile->vector_types && simd_is_intrinsic(unit, callee)) return true;
  if (!package_has(unit, callee->pkg, HAS_INTRINSICS)) return false;
  uint64_t *known = map_put(&inline_state(unit)->intrinsics, map_key(callee));
  if (*known == 0) *known = 1 + inline_is_intrinsic(unit, callee);
  return *known == 2;
}

/* ---- known calls ---- */

static bool row_matches(const KnownRow *row, const Name *callee, bool method, bool merge) {
  if ((row->form == FORM_EXACT_MERGE || row->form == FORM_METHOD_MERGE) && !merge) return false;
  if (method != (row->form == FORM_METHOD || row->form == FORM_METHOD_MERGE)) return false;
  if (!str_equal(atom_str(callee->pkg->path), str_from(row->package))) return false;
  Str name = atom_str(callee->name), want = str_from(row->name);
  return row->form == FORM_PREFIX ? str_has_prefix(name, want) : str_equal(name, want);
}

KnownCall known_call(Unit *unit, const Op *call) {
  Name *callee = call_named_callee(unit, call);
  if (!callee || callee->class_ != CLASS_FUNC || !package_has(unit, callee->pkg, HAS_KNOWN_CALLS))
    return KNOWN_NONE;
  bool method = op_is(call->fun, OP_METHEXPR);
  for (size_t i = 0; i < ARRAY_LEN(known_rows); i++)
    if ((known_rows[i].rules & (1u << unit->profile->inline_rules)) &&
        row_matches(&known_rows[i], callee, method, unit->target->unaligned_loads))
      return known_rows[i].what;
  return KNOWN_NONE;
}

bool callee_is_escape_marker(Unit *unit, const Name *callee) {
  return callee && package_has(unit, callee->pkg, HAS_MARKER) &&
         str_has_prefix(atom_str(callee->name), STR("EscapeNonString["));
}
