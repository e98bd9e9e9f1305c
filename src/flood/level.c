/* SPDX-License-Identifier: BSD-3-Clause
 *
 * level: how far the flood is from its root in dereferences and addresses, and what a parameter's exposure says.
 *
 * Levels stop at LEVEL_MIN: whoever got there stays, so chains of addresses through loops end.
 *
 * Go: cmd/compile/internal/gc/esc.go
 */
#include "flood/graph.h"

enum { LEVEL_MIN = -2 };

static int8_t at_least(int8_t a, int8_t b) { return a > b ? a : b; }
static int8_t at_most(int8_t a, int8_t b) { return a < b ? a : b; }
static int8_t one_more(int8_t a) { return a == INT8_MAX ? a : (int8_t)(a + 1); }

static const Level level_lowest = {LEVEL_MIN, 0};

Level level_zero(void) { return (Level){0, 0}; }

Level level_deref(Level level) {
  if (level.value <= LEVEL_MIN) return level_lowest;
  return (Level){one_more(level.value), one_more(level.suffix)};
}

Level level_addr(Level level) {
  if (level.value <= LEVEL_MIN) return level_lowest;
  return (Level){(int8_t)(level.value - 1), (int8_t)(level.suffix - 1)};
}

Level level_copy(Level level) { return (Level){level.value, at_least(level.suffix, 0)}; }

Level level_min(Level a, Level b) { return (Level){at_most(a.value, b.value), at_most(a.suffix, b.suffix)}; }

/* ---- exposure ---- */

bool exposure_equal(const Exposure *a, const Exposure *b) {
  return a->fate == b->fate && a->content == b->content &&
         memcmp(a->results, b->results, sizeof a->results) == 0;
}

void exposure_to_heap(Exposure *exposure) { *exposure = (Exposure){.fate = FATE_HEAP}; }

void exposure_content(Exposure *exposure) {
  exposure->content = true;
  if (exposure->fate < FATE_STACK) exposure->fate = FATE_STACK;
}

void exposure_to_result(Exposure *exposure, uint32_t result, Level level) {
  if (exposure->fate != FATE_RETURNED) {
    bool content = exposure->content;
    *exposure = (Exposure){.fate = FATE_RETURNED, .content = content};
  }
  if (level.value <= 0 && level.suffix > 0) {
    exposure_content(exposure);
    return;
  }
  if (level.value < 0 || result >= EXPOSED_RESULTS) {
    exposure_to_heap(exposure);
    return;
  }
  uint8_t stored = (uint8_t)(1 + at_most(level.value, EXPOSED_LEVEL_MAX));
  uint8_t *old = &exposure->results[result];
  if (*old == 0 || stored < *old) *old = stored;
}
