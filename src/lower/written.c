/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The order in which the compiler writes the types and objects of a package, and the one thing in it that shows.
 *
 * In:  the package, checked. Out: for each type and object, when it was written.
 * Idea: the writer goes depth first, from the names of the package in alphabetical order, through declarations and bodies. A type has
 * an index of its own once it is written completely, so a named type that mentions itself is written twice: what is written
 * meanwhile refers to the second, inner one, everything else to the outer one. To the reader these are two places that it visits
 * one by one, and when it visits them decides in which order wrappers are made. Here a clock ticks at each beginning and
 * end; a mention of a named type is the inner one if what it stands in was begun while the type was being written.
 *
 * Go: cmd/compile/internal/noder/writer.go (typIdx, objIdx), noder/unified.go (writePkgStub)
 */
#include <stdlib.h>

#include "lower/internal.h"

/* ---- types ---- */

static void write_vars(Lowering *low, ObjectList vars) {
  for (uint32_t i = 0; i < vars.len; i++) write_type(low, vars.items[i]->type);
}

static void write_list(Lowering *low, TypeList types) {
  for (uint32_t i = 0; i < types.len; i++) write_type(low, types.items[i]);
}

static void write_signature(Lowering *low, Type *signature) {
  write_vars(low, signature->u.signature.params->u.tuple.vars);
  write_vars(low, signature->u.signature.results->u.tuple.vars);
}

static void write_components(Lowering *low, Type *t) {
  switch (t->kind) {
  case TYPE_NAMED:
    write_list(low, t->u.named.targs);
    write_object(low, t->u.named.object);
    return;
  case TYPE_ALIAS: write_object(low, t->u.alias.object); return;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: write_type(low, t->u.elem.type); return;
  case TYPE_MAP:
    write_type(low, t->u.map.key);
    write_type(low, t->u.map.value);
    return;
  case TYPE_STRUCT: write_vars(low, t->u.structure.fields); return;
  case TYPE_SIGNATURE: write_signature(low, t); return;
  case TYPE_INTERFACE:
    for (uint32_t i = 0; i < t->u.interface.methods.len; i++)
      write_signature(low, t->u.interface.methods.items[i]->type);
    write_list(low, t->u.interface.embeddeds);
    return;
  case TYPE_UNION:
    for (uint32_t i = 0; i < t->u.union_.len; i++) write_type(low, t->u.union_.terms[i].type);
    return;
  case TYPE_TUPLE:
  case TYPE_BASIC:
  case TYPE_TYPE_PARAM: return;
  }
}

void write_type(Lowering *low, Type *t) {
  t = plain_alias(t);
  if (!t || t->kind == TYPE_BASIC || t->kind == TYPE_TYPE_PARAM || t->kind == TYPE_TUPLE) return;
  if (trail_watches(low->unit)) {
    if (t->kind == TYPE_NAMED)
      trail_meet(low->unit, MEET_WRITTEN_TYPE, meeting_key(low, t));
    else
      write_components(low, t);
    return;
  }
  TypeNote *note = type_note(low, t);
  if (note->begin) return; /* written, or this is the inner one, which has nothing new in it */
  note->begin = ++low->written_clock;
  note->end = UINT32_MAX;
  write_components(low, t);
  note->end = ++low->written_clock;
  if (t->kind != TYPE_NAMED || !trail_notes(low->unit)) return;
  trail_first(low->unit, MEET_WRITTEN_TYPE, meeting_key(low, t), note->begin);
  trail_first(low->unit, MEET_WRITTEN_TYPE_END, meeting_key(low, t), note->end);
}

/* ---- objects ---- */

static void write_method(Lowering *low, Object *method) {
  object_note(low, method)->begin = ++low->written_clock;
  note_object(low, MEET_FUNC_WRITTEN, method, low->written_clock);
  write_type(low, method->type->u.signature.recv->type);
  write_signature(low, method->type);
  note_object(low, MEET_BODY_WRITTEN, method, low->written_clock);
  write_body(low, method);
}

static void write_named(Lowering *low, Type *t) {
  ObjectList methods = {t->u.named.methods.items, t->u.named.methods.len};
  write_type(low, under(t));
  for (int generic = 0; generic < 2; generic++)
    for (uint32_t i = 0; i < methods.len; i++) {
      if ((methods.items[i]->type->u.signature.tparams.len != 0) != generic) continue;
      if (generic)
        write_object(low, methods.items[i]);
      else
        write_method(low, methods.items[i]);
    }
}

static void write_constraints(Lowering *low, Object *object) {
  TypeList tparams = body_tparams(object);
  for (uint32_t i = 0; i < tparams.len; i++) write_type(low, tparams.items[i]->u.tparam.bound);
}

void write_object(Lowering *low, Object *object) {
  if (object->pkg != low->unit->pkg) return;
  if (trail_watches(low->unit)) {
    trail_meet(low->unit, MEET_WRITTEN_OBJECT, object_symbol_key(object));
    return;
  }
  ObjectNote *note = object_note(low, object);
  if (note->begin) return;
  note->begin = ++low->written_clock;
  note_object(low, MEET_WRITTEN_OBJECT, object, note->begin);
  if (object->kind == OBJECT_FUNC) {
    if (object->type->u.signature.recv) write_type(low, object->type->u.signature.recv->type);
    write_signature(low, object->type);
    note_object(low, MEET_FUNC_WRITTEN, object, note->begin);
    note_object(low, MEET_BODY_WRITTEN, object, low->written_clock);
    write_body(low, object);
    write_constraints(low, object);
  } else if (object->kind != OBJECT_TYPE_NAME) {
    write_type(low, object->type);
  } else if (object->type->kind == TYPE_ALIAS) {
    write_type(low, object->type->u.alias.actual);
  } else if (object->type->kind == TYPE_NAMED) {
    write_named(low, object->type);
    write_constraints(low, object);
  }
}

/* ---- the package ---- */

static int compare_names(const void *a, const void *b) {
  return str_compare(atom_str((*(Object *const *)a)->name), atom_str((*(Object *const *)b)->name));
}

void write_package(Lowering *low) {
  Package *pkg = low->unit->pkg;
  uint32_t len = pkg->scope->objects.len;
  Object **names = arena_new_array(low->arena, Object *, len);
  if (len) memcpy(names, pkg->scope->objects.items, sizeof *names * len);
  qsort(names, len, sizeof *names, compare_names);
  for (uint32_t i = 0; i < len; i++) write_object(low, names[i]);
  vec_each (Initializer, init, &pkg->init_order) {
    for (uint32_t i = 0; i < init->lhs_len; i++) write_object(low, init->lhs[i]);
    write_initializer(low, init);
  }
}
