/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tags: what callers will know about a function's parameters.
 *
 * In: a function of a flooded component. Out: Func.tags. leaks.heap is 1 if the content reaches the heap, never 0: a parameter that does so
 * itself has no tag.
 *
 * Go: cmd/compile/internal/gc/esc.go
 */
#include "flood/graph.h"

static bool is_uintptr(Type *t) { return t && type_is_basic(type_underlying(t), BASIC_UINTPTR); }

static Leaks no_leaks(void) {
  Leaks leaks;
  memset(&leaks, -1, sizeof leaks);
  return leaks;
}

static ParamTag tag_without_body(Flood *f, Func *fn, uint32_t param) {
  ParamTag tag = {.leaks = no_leaks()};
  Type *type = fn->params[param]->op.type;
  bool recv = fn->has_recv && param == 0;
  if (is_uintptr(type) && !recv) {
    event_uintptr_param(f->unit, EVENT_UNSAFE_UINTPTR, fn, param, false);
    tag.unsafe_uintptr = true;
    return tag;
  }
  tag.known = (fn->pragma & PRAGMA_NOESCAPE) && type_has_pointers(type) && !recv;
  return tag;
}

static bool marks_uintptr(Flood *f, Func *fn, uint32_t param) {
  if (!(fn->pragma & PRAGMA_UINTPTR_ESCAPES) || (fn->has_recv && param == 0)) return false;
  Type *type = fn->params[param]->op.type;
  bool variadic = fn->type->u.signature.variadic && param + 1 == fn->param_len;
  bool dots = variadic && flood_is_slice(type) && is_uintptr(flood_element(type));
  if (!dots && !is_uintptr(type)) return false;
  event_uintptr_param(f->unit, EVENT_UINTPTR_ESCAPES, fn, param, dots);
  return true;
}

static ParamTag tag_of_spot(const Spot *spot) {
  ParamTag tag = {.leaks = no_leaks()};
  if (spot->exposure.fate != FATE_STACK && spot->exposure.fate != FATE_RETURNED) return tag;
  tag.known = true;
  if (spot->exposure.content) tag.leaks.heap = 1;
  for (uint32_t i = 0; i < EXPOSED_RESULTS; i++)
    tag.leaks.results[i] = (int8_t)(spot->exposure.results[i] - 1);
  return tag;
}

void flood_tags(Flood *f, Func *fn) {
  fn->tags = arena_new_array(f->unit->arena, ParamTag, fn->param_len);
  for (uint32_t i = 0; i < fn->param_len; i++) {
    Name *param = fn->params[i];
    if (fn->flags & FUNC_NO_BODY) {
      fn->tags[i] = tag_without_body(f, fn, i);
      continue;
    }
    fn->tags[i].leaks = no_leaks();
    fn->tags[i].uintptr_escapes = marks_uintptr(f, fn, i);
    if (fn->tags[i].uintptr_escapes || !type_has_pointers(param->op.type)) continue;
    if (flood_is_variable(param))
      fn->tags[i] = tag_of_spot(spot_get(f, &param->op));
    else
      fn->tags[i].known = !(fn->has_recv && i == 0) || !f->unit->profile->unnamed_receiver_untagged;
  }
}
