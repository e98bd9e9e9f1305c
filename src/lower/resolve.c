/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What reading a type or an object brings along, and the queues of bodies.
 *
 * In a reported unit every named type that is met is read completely: its underlying type, then its methods' signatures, whose
 * bodies are queued if the type is ours or an instance. The queue is last in, first out, and that order is visible in the output.
 * Dependencies (not eager) skip all of this; functions are made when they are asked for.
 *
 * Go: cmd/compile/internal/noder/reader.go, noder/unified.go
 */
#include "lower/internal.h"

enum {
  READ_OWN = 1,
  READ_IMPORTED = 2,
  READ_OBJECT = 4,
  READ_OPEN = 8 /* its underlying type is being read */,
  READ_SKIPPED = 16 /* an instance that got no wrappers since it was open */,
  READ_INNER = 32 /* by own code that was written while the type was */
};

static void read_components(Lowering *low, Type *t, bool imported);

bool read_is_open(Lowering *low, Type *named) { return type_note(low, named)->read & READ_OPEN; }

static void need_wrapper(Lowering *low, Type *t, bool imported) {
  if (t->kind == TYPE_POINTER || t->kind == TYPE_BASIC || t->kind == TYPE_TUPLE || t->kind == TYPE_UNION)
    return;
  if (t->kind == TYPE_SLICE || t->kind == TYPE_ARRAY || t->kind == TYPE_CHAN || t->kind == TYPE_MAP ||
      t->kind == TYPE_SIGNATURE)
    return; /* no methods */
  TypeNote *note = type_note(low, t);
  if (note->read & READ_OPEN) {
    if (t->kind == TYPE_NAMED && t->u.named.origin) {
      note->read |= READ_SKIPPED;
      note_type(low, MEET_READ_SKIPPED, t);
    }
    return;
  }
  if (!imported && (t->kind == TYPE_STRUCT || t->kind == TYPE_INTERFACE)) note_type(low, MEET_WRAPPERS, t);
  if (imported && t != universe_error(low->universe)) /* error is nobody's but the package's that emits it */
    vec_push(low->arena, &low->have_wrappers, t);
  else
    vec_push(low->arena, &low->need_wrappers, t);
}

static void read_vars(Lowering *low, ObjectList vars, bool imported) {
  for (uint32_t i = 0; i < vars.len; i++) read_resolve(low, vars.items[i]->type, imported);
}

static void read_signature(Lowering *low, Type *signature, bool imported) {
  read_vars(low, signature->u.signature.params->u.tuple.vars, imported);
  read_vars(low, signature->u.signature.results->u.tuple.vars, imported);
}

/* Reads what a type or an object consists of, which was written when `written` says; its mentions were written then. */
static uint32_t enter_element(Lowering *low, uint32_t written) {
  uint32_t outer = low->reading;
  if (written) low->reading = written;
  return outer;
}

static void read_element(Lowering *low, Type *t, bool imported) {
  uint32_t outer = enter_element(low, type_note(low, t)->begin);
  read_components(low, t, imported);
  low->reading = outer;
}

static void read_underlying(Lowering *low, Type *named, bool imported) {
  TypeNote *note = type_note(low, named);
  note->read |= READ_OPEN;
  if (named->u.named.origin && has_shape(low, named)) shape_underlying(low, named);
  read_element(low, under(named), imported);
  note->read &= (uint8_t)~READ_OPEN;
}

static void read_declared(Lowering *low, Type *t) {
  Object *object = t->u.named.object;
  bool imported = object->pkg != low->unit->pkg;
  uint32_t outer = enter_element(low, object_note(low, object)->begin);
  read_underlying(low, t, imported);
  for (uint32_t i = 0; i < t->u.named.methods.len; i++) {
    Object *method = t->u.named.methods.items[i];
    if (method->type->u.signature.tparams.len) continue; /* generic methods are objects of their own */
    read_resolve(low, method->type->u.signature.recv->type, imported);
    read_signature(low, method->type, imported);
    if (imported) continue;
    add_body(low, declare_func(low, method), method, NULL);
  }
  low->reading = outer;
  need_wrapper(low, t, imported);
}

static void read_instance_type(Lowering *low, Instantiation *inst) {
  if (inst->read) return;
  inst->read = true;
  Type *t = inst->type;
  note_type(low, MEET_INSTANCE, t);
  read_underlying(low, t, false);
  if (!inst->shaped) vec_push(low->arena, &low->todo_dicts, inst);
  uint32_t len = named_method_count(t);
  for (uint32_t i = 0; i < len; i++) {
    Object *method = named_method(low->universe, t, i);
    if (origin_func(method)->type->u.signature.tparams.len) continue;
    read_resolve(low, method->type->u.signature.recv->type, false);
    read_signature(low, shaped_types(low, method->type), false);
    Func *fn = instance_method(low, inst, i);
    add_body(low, fn, origin_func(method), inst);
  }
  if (!inst->shaped) need_wrapper(low, t, false);
}

/* Where the compiler is from now on. */
void note_met(Lowering *low, const Object *object) {
  if (!low->in_place) low->base = object->pos;
}

void read_named_type(Lowering *low, Type *named) {
  TypeNote *note = type_note(low, named);
  if (note->read & READ_OBJECT) return;
  note->read |= READ_OBJECT;
  Object *object = named->u.named.object;
  if (!object->pkg || is_shape(named)) return;
  note_met(low, object);
  if (named->u.named.origin) {
    read_instance_type(low, instance_of_type(low, named));
  } else {
    read_declared(low, named);
  }
}

static void read_named(Lowering *low, Type *t) {
  /* Arguments come first: what they lead to may already mention this instance, and reads it then and there. */
  for (uint32_t i = 0; i < t->u.named.targs.len; i++) read_resolve(low, t->u.named.targs.items[i], false);
  read_named_type(low, t);
}

static void read_components(Lowering *low, Type *t, bool imported) {
  switch (t->kind) {
  case TYPE_BASIC:
  case TYPE_TYPE_PARAM:
  case TYPE_UNION: return;
  case TYPE_NAMED: read_named(low, t); return;
  case TYPE_ALIAS:
    if (t->u.alias.object->pkg)
      read_resolve(low, t->u.alias.actual, t->u.alias.object->pkg != low->unit->pkg);
    return;
  case TYPE_POINTER:
    note_pointed(low, t->u.elem.type);
    read_resolve(low, t->u.elem.type, imported);
    return;
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: read_resolve(low, t->u.elem.type, imported); return;
  case TYPE_MAP:
    read_resolve(low, t->u.map.key, imported);
    read_resolve(low, t->u.map.value, imported);
    return;
  case TYPE_STRUCT: read_vars(low, t->u.structure.fields, imported); return;
  case TYPE_TUPLE: read_vars(low, t->u.tuple.vars, imported); return;
  case TYPE_SIGNATURE: read_signature(low, t, imported); return;
  case TYPE_INTERFACE:
    for (uint32_t i = 0; i < t->u.interface.methods.len; i++)
      read_signature(low, t->u.interface.methods.items[i]->type, imported);
    for (uint32_t i = 0; i < t->u.interface.embeddeds.len; i++)
      read_resolve(low, t->u.interface.embeddeds.items[i], imported);
    return;
  }
}

/* What reading it would touch for the first time, if anything. */
static void meet_type(Lowering *low, Type *t, bool imported) {
  if (t->kind == TYPE_NAMED) {
    trail_meet(low->unit, imported ? MEET_READ_IMPORTED : MEET_READ_OWN, meeting_key(low, t));
    return;
  }
  read_components(low, t, imported);
  if (t->kind == TYPE_STRUCT || t->kind == TYPE_INTERFACE)
    trail_meet(low->unit, MEET_WRAPPERS, meeting_key(low, t));
}

void read_resolve(Lowering *low, Type *t, bool imported) {
  if (t && trail_watches(low->unit)) meet_type(low, t, imported);
  if (!low->eager || !t) return;
  if (t->kind == TYPE_BASIC) return;
  TypeNote *note = type_note(low, t);
  uint8_t bit = imported ? READ_IMPORTED : READ_OWN;
  if (!imported && t->kind == TYPE_NAMED && written_inside(note, low->reading)) bit = READ_INNER;
  if (!(note->read & bit)) read_element(low, t, imported);
  bool again = (note->read & bit) != 0; /* before, or on the way */
  if (again && (!(note->read & READ_SKIPPED) || (note->read & READ_OPEN))) return;
  note->read &= (uint8_t)~READ_SKIPPED; /* each dictionary has types of its own, so it counts the next time */
  note->read |= bit;
  if (t->kind == TYPE_NAMED)
    note_type(low,
              bit == READ_OWN     ? MEET_READ_OWN
              : bit == READ_INNER ? MEET_READ_INNER
                                  : MEET_READ_IMPORTED,
              t);
  if (t->kind != TYPE_ALIAS) need_wrapper(low, t, imported);
}

Type *read_type(Body *b, Type *t) {
  assert(t);
  if (t->kind == TYPE_BASIC) return t;
  t = subst_type(b->low, b->subst, type_as_seen(b, t));
  bool imported = b->low->eager && b->pkg != b->unit->pkg && !b->inst;
  read_resolve(b->low, t, imported);
  return t;
}

/* ---- objects ---- */

Name *global_name(Lowering *low, Object *object) {
  Name *name = map_get_ptr(&low->names, object);
  if (name) return name;
  name = name_new(low->unit, CLASS_EXTERN, xpos(object->pos), object->pkg, object->name, object->type, NULL);
  name->object = object;
  map_set_ptr(&low->names, object, name);
  return name;
}

static void read_func(Lowering *low, Object *object) {
  bool imported = object->pkg != low->unit->pkg;
  read_signature(low, object->type, imported);
  if (!imported) add_body(low, declare_func(low, object), object, NULL);
}

void read_object(Lowering *low, Object *object) {
  if (trail_watches(low->unit)) trail_meet(low->unit, MEET_READ_OBJECT, object_symbol_key(object));
  if (!low->eager) return;
  ObjectNote *note = object_note(low, object);
  if (note->read) return;
  note->read = true;
  if (low->unit->trail) note_object(low, MEET_READ_OBJECT, object, low->unit->trail->bodies_read);
  note_met(low, object);
  bool imported = object->pkg != low->unit->pkg;
  uint32_t outer = enter_element(low, object_note(low, object)->begin);
  if (object->kind == OBJECT_FUNC) {
    read_func(low, object);
  } else if (object->kind == OBJECT_TYPE_NAME) {
    Type *t = object->type;
    if (t->kind == TYPE_ALIAS)
      read_resolve(low, t->u.alias.actual, imported);
    else if (t->kind == TYPE_NAMED && object->pkg)
      read_named(low, t);
    else
      read_resolve(low, t, imported);
  } else if (object->type) {
    read_resolve(low, object->type, imported);
  }
  low->reading = outer;
}

/* ---- functions ---- */

Type *make_signature(Lowering *low, uint32_t param_len, Type *const *params, uint32_t result_len,
                     Type *const *results) {
  Type *tuples[2];
  for (int side = 0; side < 2; side++) {
    uint32_t len = side == 0 ? param_len : result_len;
    Type *const *types = side == 0 ? params : results;
    ObjectList vars = {universe_new_array(low->universe, Object *, len), len};
    for (uint32_t i = 0; i < len; i++)
      vars.items[i] = object_new_var(low->universe, side == 0 ? VAR_PARAM : VAR_RESULT, low->unit->pkg,
                                     POS_AUTOGENERATED, NULL, types[i]);
    tuples[side] = type_new_tuple(low->universe, vars);
  }
  return type_new_signature(low->universe, NULL, tuples[0], tuples[1], false);
}

static bool is_unnamed(Atom name) {
  return !name || name->len == 0 || (name->len == 1 && name->text[0] == '_');
}

enum { NUMBERED_NAMES = ARRAY_LEN(((Lowering *)0)->param_names) };

/* "~p0", "~r1", "~b2" */
static Atom unnamed_name(Lowering *low, char kind, uint32_t number) {
  if (kind == 'b' || number >= NUMBERED_NAMES) return atom_printf(low, "~%c%u", kind, number);
  Atom *known = kind == 'p' ? &low->param_names[number] : &low->result_names[number];
  if (!*known) *known = atom_printf(low, "~%c%u", kind, number);
  return *known;
}

/* Nameless ones are called after what they are and their number: ~p0, ~r1. */
static Name *declare_param(Lowering *low, Func *fn, NameClass class_, Object *var, char kind,
                           uint32_t number) {
  bool unnamed = is_unnamed(var->name);
  Atom name = unnamed ? unnamed_name(low, kind, number) : var->name;
  Package *pkg = unnamed || !var->pkg ? fn->name->pkg : var->pkg;
  Name *param = name_new(low->unit, class_, xpos(var->pos), pkg, name, var->type, fn);
  param->object = var;
  func_declare(low->unit, fn, param);
  return param;
}

static Name *declare_dictionary(Lowering *low, Func *fn, Type *type) {
  Name *dict = name_new(low->unit, CLASS_PARAM, fn->pos, fn->name->pkg, atom_printf(low, ".dict"), type, fn);
  dict->name_flags |= NAME_DICT;
  func_declare(low->unit, fn, dict);
  return dict;
}

void declare_params(Lowering *low, Func *fn, Type *signature, Type *dictionary) {
  Object *recv = signature->u.signature.recv;
  ObjectList params = signature->u.signature.params->u.tuple.vars,
             results = signature->u.signature.results->u.tuple.vars;
  Arena *in = fn->flags & FUNC_PASSING ? low->arena : low->kept;
  fn->has_recv = recv != NULL;
  fn->param_len = (recv ? 1 : 0) + (dictionary ? 1 : 0) + params.len;
  fn->result_len = results.len;
  fn->params = arena_new_array(in, Name *, fn->param_len);
  fn->results = arena_new_array(in, Name *, fn->result_len);
  uint32_t n = 0;
  if (recv) {
    fn->params[n] = declare_param(low, fn, CLASS_PARAM, recv, 'p', n);
    n++;
  }
  if (dictionary) fn->params[n++] = declare_dictionary(low, fn, dictionary);
  for (uint32_t i = 0; i < params.len; i++, n++)
    fn->params[n] = declare_param(low, fn, CLASS_PARAM, params.items[i], 'p', n);
  uint32_t unnamed = params.len; /* the older releases count on, and know blank results */
  for (uint32_t i = 0; i < results.len; i++) {
    Atom given = results.items[i]->name;
    bool counted = low->in_place && is_unnamed(given);
    fn->results[i] = declare_param(low, fn, CLASS_PARAM_OUT, results.items[i],
                                   counted && given && given->len ? 'b' : 'r', counted ? unnamed++ : i);
  }
}

Atom method_name(Lowering *low, bool pointer, Atom type, Atom method) {
  char near[256]; /* (*type).method */
  uint32_t type_len = type->len, method_len = method->len;
  if (type_len + method_len + 4 > sizeof near)
    return atom_printf(low, pointer ? "(*%s).%s" : "%s.%s", type->text, method->text);
  char *at = near;
  if (pointer) *at++ = '(', *at++ = '*';
  memcpy(at, type->text, type_len);
  at += type_len;
  if (pointer) *at++ = ')';
  *at++ = '.';
  memcpy(at, method->text, method_len);
  at += method_len;
  return intern(low->unit->session->interner, (Str){near, (size_t)(at - near)});
}

static Atom declared_name(Lowering *low, Object *object) {
  Object *recv = object->type->u.signature.recv;
  if (!recv) {
    if (strcmp(atom_text(object->name), "init") == 0) return atom_printf(low, "init.%u", low->init_count++);
    return object->name;
  }
  Type *t = type_unalias(recv->type);
  bool pointer = t->kind == TYPE_POINTER;
  if (pointer) t = type_unalias(t->u.elem.type);
  Atom type =
      t->kind == TYPE_NAMED ? t->u.named.object->name : intern_text(low->unit->session->interner, "?");
  return method_name(low, pointer, type, object->name);
}

void declare_as(Lowering *low, Func *fn, Object *object) {
  FuncDecl *decl = object->u.func.syntax;
  fn->name->op.pos = xpos(object->pos);
  fn->pragma = decl->pragma;
  if (decl->body_len == 0 && !decl->body) fn->flags |= FUNC_NO_BODY;
  declare_params(low, fn, object->type, NULL);
  place_params(low, fn, decl->recv, decl->type);
  BodySource *source = arena_new_of(low->kept, BodySource);
  *source = (BodySource){.fn = fn, .object = object};
  fn->source = source;
}

Func *declare_func(Lowering *low, Object *object) {
  Func *fn = map_get_ptr(&low->funcs, object);
  if (fn) return fn;
  FuncDecl *decl = object->u.func.syntax;
  assert(decl && object->pkg == low->unit->pkg);
  fn = func_new(low->unit, xpos(decl->node.pos), object->pkg, declared_name(low, object), object->type);
  fn->name->object = object;
  fn->object = object;
  map_set_ptr(&low->funcs, object, fn);
  declare_as(low, fn, object);
  if (low->unit->recall_func) low->unit->recall_func(low->unit->context, fn);
  return fn;
}

Func *object_func(Lowering *low, Object *object) {
  if (object->pkg == low->unit->pkg) return declare_func(low, object);
  return low->resolve_func(low->unit->context, low->unit, object);
}

Name *runtime_name(Lowering *low, const char *text, Type *signature) {
  Atom atom = intern_text(low->unit->session->interner, text);
  Name *name = map_get_ptr(&low->runtime_names, atom);
  if (name) return name;
  Func *fn = func_new(low->unit, XPOS_NONE, low->runtime, atom, signature);
  fn->flags |= FUNC_NO_BODY | FUNC_LOWERED | FUNC_INLINABILITY_CHECKED | FUNC_ESCAPE_DONE;
  declare_params(low, fn, signature, NULL);
  fn->tags = arena_new_array(low->kept, ParamTag, fn->param_len); /* never given any: everything leaks */
  fn->name->func = NULL; /* only a name: the function is not part of any unit */
  map_set_ptr(&low->runtime_names, atom, fn->name);
  return fn->name;
}

/* ---- queues ---- */

void add_body(Lowering *low, Func *fn, Object *object, Instantiation *inst) {
  if (!fn->source) {
    BodySource *source = arena_new_of(low->kept, BodySource);
    *source = (BodySource){.fn = fn, .object = object, .inst = inst};
    fn->source = source;
  }
  if (low->eager) vec_push(low->arena, &low->todo_bodies, fn);
}

static void run_dict(Lowering *low, Instantiation *inst) {
  if (inst->shape) return;
  inst->shape = instantiate(low, inst->generic->object, inst->targs, true);
}

void run_todos(Lowering *low) {
  for (;;) {
    if (low->todo_dicts.len) {
      run_dict(low, vec_pop(&low->todo_dicts));
    } else if (low->todo_bodies.len) {
      Func *fn = vec_pop(&low->todo_bodies);
      lower_body(low, fn);
      BodySource *source = fn->source;
      if (!source->inst) continue;
      if (low->inlining)
        vec_push(low->arena, &low->inline_only, fn);
      else
        vec_push(low->unit->arena, &low->unit->funcs, fn);
    } else {
      break;
    }
  }
}
