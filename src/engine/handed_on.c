/* SPDX-License-Identifier: BSD-3-Clause
 *
 * handed_on: does an import hand on the body of a third package's function?
 *
 * It does if it has inlined that function somewhere and its export data mentions it (src/ir/export.c). Both are properties of the
 * whole import. In: an import that is looked into on demand, and the function. Out: what compiling the import would show, from as few
 * of its functions as possible:
 *
 *   carriers   functions whose bodies bring the asked-for one along: they mention it, or mention a carrier. They are found backwards,
 *              by name in the text of bodies, then by what the name stands for. One that can neither be inlined nor is generic
 *              carries nothing further.
 *   inlined    calls are inlined into the import's own functions among those that mention a carrier: did the asked-for one come in?
 *   exported   a carrier's body is in the export data and the carrier can be reached there from an exported name.
 *
 * Where that leaves doubts (variables' initial values, methods of generic types, methods that come by embedding, types that only
 * bodies mention) it is asked what export data would reach if all bodies that can be inlined were in it; and if that does not
 * exclude the function, the import is compiled whole after all, beside what is known of it: the shadow.
 *
 * Go: cmd/compile/internal/noder/linker.go (exportBody)
 */
#include "engine/private.h"

typedef enum Answer { ANSWER_NO = 1, ANSWER_YES, ANSWER_UNKNOWN } Answer;

typedef struct Carrier {
  EnginePackage *home;
  Object *object;
  const Func *fn; /* NULL: generic */
  VEC(struct Carrier *) mentions;
  bool reached; /* by the import's export data */
} Carrier;

typedef struct Question {
  EnginePackage *import;
  const Func *fn;
  Arena *arena;
  Map carriers; /* Object* -> Carrier*, the function itself too */
  VEC(Carrier *) list, todo;
  bool inlined; /* somewhere in the import */
  bool doubts;  /* it may be inlined where nobody looked */
} Question;

/* ---- the graph ---- */

static bool depends_on(const EnginePackage *package, const EnginePackage *other) {
  return package == other || bitset_get(&package->reaches, other->index);
}

void packages_find_reach(Engine *engine) {
  uint32_t count = engine->graph->package_len;
  for (uint32_t i = 0; i < count; i++) {
    EnginePackage *package = &engine->packages[i];
    package->reaches = bitset_new(engine->arena, count);
    for (uint32_t k = 0; k < package->load->import_len; k++) {
      uint32_t other = package->load->imports[k].package;
      bitset_set(&package->reaches, other);
      for (uint32_t w = 0; w < (count + 63) / 64; w++)
        package->reaches.words[w] |= engine->packages[other].reaches.words[w];
    }
  }
}

/* ---- carriers ---- */

static Carrier *add_carrier(Question *q, EnginePackage *home, Object *object, const Func *fn) {
  Carrier *carrier = map_get_ptr(&q->carriers, object);
  if (carrier) return carrier;
  carrier = arena_new_of(q->arena, Carrier);
  *carrier = (Carrier){.home = home, .object = object, .fn = fn};
  map_set_ptr(&q->carriers, object, carrier);
  vec_push(q->arena, &q->list, carrier);
  vec_push(q->arena, &q->todo, carrier);
  return carrier;
}

/* func, of package `home`, mentions what `target` carries. */
static void consider(Question *q, EnginePackage *home, Object *func, Carrier *target) {
  const Type *signature = func->type;
  Carrier *carrier;
  if (signature->u.signature.recv_tparams.len || signature->u.signature.tparams.len) {
    /* Which types the import reads, so that it compiles their methods, is not known. */
    if (signature->u.signature.recv) q->doubts = true;
    carrier = add_carrier(q, home, func, NULL);
  } else {
    Func *fn = lower_find_func(home->unit, func);
    Unit *unit = q->import->unit;
    unit->require_func(unit->context, fn, NEED_INLINE);
    if (home == q->import) {
      demand_inlining(home, fn);
      if (map_find(&unit->inlined_foreign, map_key(q->fn))) q->inlined = true;
    }
    if (!fn->inl) return;
    carrier = add_carrier(q, home, func, fn);
  }
  vec_push(q->arena, &carrier->mentions, target);
}

/* An initial value of a package-level variable of the import mentions the name. */
static bool initial_value_mentions(EnginePackage *package, Str name) {
  const Package *pkg = package->pkg;
  for (uint32_t f = 0; f < pkg->file_len; f++) {
    const SyntaxFile *file = pkg->files[f].syntax;
    if (!file_mentions(package, &pkg->files[f], name)) continue;
    for (uint32_t i = 0; i < file->decls.len; i++) {
      const Node *decl = file->decls.items[i];
      if (decl->kind != NODE_VAR_DECL || !((const VarDecl *)decl)->values) continue;
      uint32_t from = source_offset(file->source, decl->pos);
      uint32_t to = i + 1 < file->decls.len ? source_offset(file->source, file->decls.items[i + 1]->pos)
                                            : (uint32_t)file->source->text.len;
      if (text_mentions(str_slice(file->source->text, from, to), name)) return true;
    }
  }
  return false;
}

static bool imports(const EnginePackage *package, const EnginePackage *other) {
  for (uint32_t i = 0; i < package->load->import_len; i++)
    if (package->load->imports[i].package == other->index) return true;
  return false;
}

static void find_mentions(Question *q, Carrier *target) {
  Engine *engine = q->import->engine;
  bool method = target->object->type->u.signature.recv != NULL;
  for (uint32_t i = q->import->index + 1; i-- > 0;) {
    EnginePackage *home = &engine->packages[i];
    if (!depends_on(q->import, home) || !depends_on(home, target->home)) continue;
    if (!method && home != target->home && !imports(home, target->home)) continue;
    const ObjectList *list = functions_mentioning(home, target->object, true);
    for (uint32_t k = 0; k < list->len; k++) consider(q, home, list->items[k], target);
    if (home == q->import && initial_value_mentions(home, atom_str(target->object->name))) q->doubts = true;
  }
}

/* ---- methods that come by embedding ---- */

static bool objects_embed(Map *seen, ObjectList list, const Object *wanted);

static bool type_embeds(Map *seen, Type *t, const Object *wanted) {
  if (!t) return false;
  uint64_t *known = map_put(seen, map_key(t));
  if (*known) return false;
  *known = 1;
  switch (t->kind) {
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return type_embeds(seen, t->u.elem.type, wanted);
  case TYPE_MAP: return type_embeds(seen, t->u.map.key, wanted) || type_embeds(seen, t->u.map.value, wanted);
  case TYPE_STRUCT:
    for (uint32_t i = 0; i < t->u.structure.fields.len; i++) {
      const Object *field = t->u.structure.fields.items[i];
      Type *type = type_unalias(field->type);
      if (type->kind == TYPE_POINTER) type = type_unalias(type->u.elem.type);
      if (field->u.var.embedded && type->kind == TYPE_NAMED && type->u.named.object == wanted) return true;
      if (type_embeds(seen, field->type, wanted)) return true;
    }
    return false;
  case TYPE_TUPLE: return objects_embed(seen, t->u.tuple.vars, wanted);
  case TYPE_SIGNATURE:
    return type_embeds(seen, t->u.signature.params, wanted) ||
           type_embeds(seen, t->u.signature.results, wanted);
  case TYPE_INTERFACE: return objects_embed(seen, t->u.interface.methods, wanted);
  case TYPE_BASIC:
  case TYPE_NAMED:
  case TYPE_ALIAS:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: return false;
  }
  return false;
}

static bool objects_embed(Map *seen, ObjectList list, const Object *wanted) {
  for (uint32_t i = 0; i < list.len; i++)
    if (type_embeds(seen, list.items[i]->type, wanted)) return true;
  return false;
}

/* A struct type in a body may embed it. */
static bool body_may_embed(EnginePackage *package, const Object *func, const Object *wanted) {
  Str name = atom_str(wanted->name);
  if (!func->u.func.syntax->body_len || !file_mentions(package, func->u.func.file, name)) return false;
  Str text = func_body_text(func);
  return text_mentions(text, name) && text_mentions(text, STR("struct"));
}

/* A type that the import declares has the method by embedding: its wrapper calls it, so the method is inlined. */
static bool is_promoted(const Question *q) {
  Unit *unit = q->import->unit;
  const Object *method = q->fn->object;
  const Package *pkg = q->import->pkg;
  for (uint32_t i = 0; i < pkg->objects.len; i++) {
    Object *object = pkg->objects.items[i];
    if (object->kind != OBJECT_TYPE_NAME || object->u.type_name.is_alias || type_is_generic(object->type))
      continue;
    if (type_underlying(object->type)->kind != TYPE_STRUCT) continue;
    Lookup found = lookup_field_or_method(unit->universe, object->type, true, method->pkg, method->name);
    if (found.path_len > 1 && found.object == method) return func_has_inline_body(unit, q->fn);
  }
  return false;
}

/* Some package between the import and the method embeds its receiver's type: wrappers may call the method. */
static bool may_be_embedded(Question *q, const EnginePackage *home, const Object *receiver) {
  Map seen = map_in(q->arena);
  Engine *engine = q->import->engine;
  for (uint32_t p = 0; p <= q->import->index; p++) {
    EnginePackage *package = &engine->packages[p];
    if (!depends_on(q->import, package) || !depends_on(package, home)) continue;
    for (uint32_t i = 0; i < package->pkg->objects.len; i++) {
      const Object *object = package->pkg->objects.items[i];
      Type *t = object->type;
      if (object->kind == OBJECT_FUNC && body_may_embed(package, object, receiver)) return true;
      if (object->kind == OBJECT_TYPE_NAME) t = type_underlying(t);
      if (type_embeds(&seen, t, receiver)) return true;
    }
  }
  return false;
}

static bool may_be_promoted(Question *q, const EnginePackage *home, const Object *receiver) {
  if (!receiver) return false;
  return may_be_embedded(q, home, receiver) || (initial_value_mentions(q->import, atom_str(receiver->name)) &&
                                                initial_value_mentions(q->import, STR("struct")));
}

/* ---- export data ---- */

static const Map *exported_types(EnginePackage *package) {
  if (!package->export_types.arena) package->export_types = unit_export_types(package->unit);
  return &package->export_types;
}

static bool body_is_exported(const Question *q, const Carrier *carrier) {
  return !carrier->fn || carrier->home == q->import ||
         map_find(&q->import->unit->inlined_foreign, map_key(carrier->fn));
}

static void reach_carrier(const Question *q, Carrier *carrier) {
  if (carrier->reached) return;
  carrier->reached = true;
  if (!body_is_exported(q, carrier) && carrier->fn != q->fn) return;
  for (uint32_t i = 0; i < carrier->mentions.len; i++) reach_carrier(q, carrier->mentions.items[i]);
}

/* Is the function in the import's export data, by what was found so far? */
static bool is_reached(Question *q) {
  const Map *types = exported_types(q->import);
  for (uint32_t i = 0; i < q->list.len; i++) q->list.items[i]->reached = false;
  for (uint32_t i = 0; i < q->list.len; i++) {
    Carrier *carrier = q->list.items[i];
    const Object *owner = object_export_owner(carrier->object);
    if (owner && map_find(types, map_key(owner))) reach_carrier(q, carrier);
  }
  return q->list.items[0]->reached;
}

/* Bodies that only might be in the export data do not lead there either. */
static bool is_out_of_reach(EnginePackage *import, Object *func) {
  if (!import->export_most.arena)
    import->export_most_known = unit_export_at_most(import->unit, &import->export_most);
  return import->export_most_known && !map_find(&import->export_most, map_key(object_export_owner(func)));
}

/* Everything that could lead to it is known, and nothing does. All functions of the import that mention carriers were inlined
   into, so that without doubts it is known of a carrier as well whether it was inlined. */
static bool is_surely_not_reached(const Question *q) {
  for (uint32_t i = 0; i < q->list.len; i++) {
    const Carrier *carrier = q->list.items[i];
    bool method = carrier->object->type->u.signature.recv != NULL;
    if (method && !carrier->reached && !is_out_of_reach(q->import, carrier->object)) return false;
    bool open = carrier->reached && i > 0 && !body_is_exported(q, carrier);
    if (open && (method || q->doubts)) return false;
  }
  return true;
}

/* ---- the answer ---- */

static Answer find_answer(Question *q) {
  const Object *receiver = object_export_owner(q->fn->object);
  EnginePackage *home = q->fn->unit->pkg->user;
  bool method = receiver != q->fn->object;
  add_carrier(q, home, q->fn->object, q->fn);
  if (receiver && q->import->export_most.arena && is_out_of_reach(q->import, q->fn->object)) return ANSWER_NO;
  if (method) q->inlined = is_promoted(q);
  if (q->inlined && is_reached(q)) return ANSWER_YES;
  while (q->todo.len) {
    find_mentions(q, vec_pop(&q->todo));
    if (q->inlined && is_reached(q)) return ANSWER_YES;
  }
  /* Nobody has inlined it: the cheapest proof. */
  bool embedded = method && may_be_promoted(q, home, receiver);
  if (receiver && !q->inlined && !q->doubts && !embedded) return ANSWER_NO;
  if (!is_reached(q) && is_surely_not_reached(q)) return ANSWER_NO;
  return receiver && is_out_of_reach(q->import, q->fn->object) ? ANSWER_NO : ANSWER_UNKNOWN;
}

static bool ask(EnginePackage *import, const Func *fn) {
  if (!depends_on(import, fn->unit->pkg->user)) return false;
  if (!import->handed_on.arena) import->handed_on = map_in(import->arena);
  const uint64_t *known = map_find(&import->handed_on, map_key(fn));
  if (known) return *known == ANSWER_YES;
  Question q = {.import = import, .fn = fn, .arena = scratch_new()};
  q.carriers = map_in(q.arena);
  Answer answer = fn->object ? find_answer(&q) : ANSWER_UNKNOWN;
  scratch_free(q.arena);
  if (answer == ANSWER_UNKNOWN) {
    const Unit *shadow = demand_shadow(import);
    answer = map_find(&shadow->exported_foreign, func_symbol_key(fn)) ? ANSWER_YES : ANSWER_NO;
  }
  *map_put(&import->handed_on, map_key(fn)) = (uint64_t)answer;
  return answer == ANSWER_YES;
}

/* How likely it is that asking tells: imports that have inlined it, then those that import its package. */
static int promise(const EnginePackage *import, const Func *fn) {
  const EnginePackage *home = fn->unit->pkg->user;
  if (map_find(&import->unit->inlined_foreign, map_key(fn))) return 2;
  return imports(import, home);
}

static bool ask_imports(const EnginePackage *importer, const Func *fn, const Package *bearer) {
  Engine *engine = importer->engine;
  EnginePackage *first = bearer ? bearer->user : NULL;
  if (first && first->lazy && ask(first, fn)) return true;
  for (int wanted = 2; wanted >= 0; wanted--)
    for (uint32_t i = 0; i < importer->load->import_len; i++) {
      EnginePackage *import = &engine->packages[importer->load->imports[i].package];
      if (!import->lazy || promise(import, fn) < wanted)
        continue; /* asking may add to it; answers are kept */
      if (ask(import, fn)) return true;
    }
  return false;
}

bool package_is_handed(const Unit *unit, const Func *fn) {
  EnginePackage *importer = unit->pkg->user;
  if (!importer->handed.arena) importer->handed = map_in(importer->arena);
  const uint64_t *known = map_find(&importer->handed, map_key(fn));
  if (known) return *known == ANSWER_YES;
  bool yes = ask_imports(importer, fn, unit->bearer);
  *map_put(&importer->handed, map_key(fn)) = yes ? ANSWER_YES : ANSWER_NO;
  return yes;
}
