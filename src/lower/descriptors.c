/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Method wrappers of releases that check trees in place: made one by one while type descriptors are written, after everything else.
 *
 * In: a unit whose functions went through everything else. Out: wrappers, handed to low->finish in the order in which the compiler makes them.
 *   1. for tables of methods that type checking asked for: pointers and the like that become interfaces with methods
 *   2. after code generation for descriptors: those of the package's types and those that its code needs at run time, by name; each
 *      writes the descriptors that it refers to first. The methods of a descriptor get their wrappers on the way.
 *   3. for tables that code generation asked for
 *
 * Go: cmd/compile/internal/gc/reflect.go, walk.go (of Go 1.10 to 1.16)
 */
#include <stdlib.h>

#include "lower/internal.h"

typedef struct Needed { /* a type whose descriptor the package's code needs */
  Type *type;
  Str text;
} Needed;

typedef struct Table { /* of the methods of a type that becomes an interface */
  Type *type, *interface;
} Table;

struct Descriptors {
  Lowering *low;
  VEC(Table) tables;
  StrMap tables_found;
  uint32_t tables_done;
  Map on_stack, on_heap;  /* Op* -> 1: values that do not escape, variables that moved */
  uint32_t events_seen;   /* that told about them */
  uint32_t wrappers_seen; /* whose needs are in `needed` */
  VEC(Needed) needed;
  Map found;      /* Type* -> 1: in `needed` */
  StrMap written; /* link_key -> Type* */
  StrMap methods; /* receiver and method -> Type*: wrapper made, or not necessary */
};

/* ---- wrappers of one descriptor ---- */

static Type *receiver_of(const Object *method) {
  Object *recv = method->type->u.signature.recv;
  return recv && !is_interface(deref(recv->type)) ? recv->type : NULL;
}

static bool is_foreign(const Descriptors *d, Type *t) {
  t = type_unalias(t);
  return t->kind == TYPE_NAMED && t->u.named.object->pkg != d->low->unit->pkg;
}

static void wrap(Descriptors *d, Type *recv, const SetMethod *m) {
  Object *method = m->object;
  Str name = atom_str(method->name);
  Str pkg = name_is_exported(method->name) || !method->pkg ? (Str){0} : atom_str(method->pkg->path);
  Str symbol = arena_printf(d->low->arena, STR_FMT "." STR_FMT, STR_ARG(pkg), STR_ARG(name));
  void **slot = strmap_put(&d->methods, link_key_with(d->low, recv, symbol));
  if (*slot) return;
  *slot = recv;
  Type *own = receiver_of(method), *plain = type_unalias(recv);
  if (own && type_identical(own, recv)) return;
  /* Other packages make these for their own types. */
  if (own && plain->kind == TYPE_POINTER && type_identical(plain->u.elem.type, own) && is_foreign(d, own))
    return;
  bool elsewhere = is_interface(recv) && is_foreign(d, recv) && recv != universe_error(d->low->universe);
  if (elsewhere && !d->low->unit->profile->foreign_interfaces_wrapped) return;
  make_wrapper(d->low, recv, m);
}

/* The type whose methods a descriptor lists; NULL: none. */
static Type *method_type_of(Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_POINTER) t = type_unalias(t->u.elem.type);
  if (t->kind != TYPE_NAMED && t->kind != TYPE_STRUCT) return NULL;
  return is_kind(t, TYPE_POINTER) || is_interface(t) ? NULL : t;
}

static bool is_applicable(Type *t, const SetMethod *m) {
  return type_unalias(t)->kind == TYPE_POINTER || m->through_value;
}

/* Returns whether t has methods. */
static bool write_methods(Descriptors *d, Type *t) {
  Type *base = method_type_of(t);
  if (!base) return false;
  Type *boxed = type_is_direct_interface(t) ? t : pointer_to(d->low, t);
  MethodSet set = method_set(d->low, base);
  bool any = false;
  for (uint32_t i = 0; i < set.len; i++) {
    if (!is_applicable(t, &set.items[i])) continue;
    any = true;
    wrap(d, boxed, &set.items[i]);
    wrap(d, t, &set.items[i]);
  }
  return any;
}

/* ---- descriptors ---- */

static void write_signature(Descriptors *d, Type *signature) {
  ObjectList lists[2] = {signature->u.signature.params->u.tuple.vars,
                         signature->u.signature.results->u.tuple.vars};
  for (int side = 0; side < 2; side++)
    for (uint32_t i = 0; i < lists[side].len; i++) describe_type(d, lists[side].items[i]->type);
}

static void write_components(Descriptors *d, Type *t) {
  Type *u = under(t);
  switch (u->kind) {
  case TYPE_ARRAY:
    describe_type(d, u->u.elem.type);
    describe_type(d, slice_of(d->low, u->u.elem.type));
    break;
  case TYPE_SLICE:
  case TYPE_CHAN:
  case TYPE_POINTER: describe_type(d, u->u.elem.type); break;
  case TYPE_SIGNATURE: write_signature(d, u); break;
  case TYPE_MAP:
    describe_type(d, u->u.map.key);
    describe_type(d, u->u.map.value);
    break;
  case TYPE_STRUCT:
    for (uint32_t i = 0; i < u->u.structure.fields.len; i++)
      describe_type(d, u->u.structure.fields.items[i]->type);
    break;
  case TYPE_INTERFACE: {
    MethodSet set = method_set(d->low, t);
    for (uint32_t i = 0; i < set.len; i++) wrap(d, t, &set.items[i]);
    for (uint32_t i = 0; i < set.len; i++) describe_type(d, set.items[i].object->type);
    break;
  }
  case TYPE_BASIC:
  case TYPE_NAMED:
  case TYPE_ALIAS:
  case TYPE_TUPLE:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: break;
  }
}

/* Only the runtime has descriptors of predeclared types. */
static bool is_written_elsewhere(const Descriptors *d, Type *t) {
  Type *base = t->kind == TYPE_POINTER && is_named(t->u.elem.type) ? type_unalias(t->u.elem.type) : t;
  if (base->kind == TYPE_BASIC || (base->kind == TYPE_NAMED && !base->u.named.object->pkg))
    return strcmp(atom_text(d->low->unit->path), "runtime") != 0;
  return is_foreign(d, base);
}

void describe_type(Descriptors *d, Type *t) {
  t = type_unalias(t);
  if (is_untyped(t)) return;
  void **slot = strmap_put(&d->written, link_key(d->low, t));
  if (*slot) return;
  *slot = t;
  if (is_written_elsewhere(d, t)) return;
  write_components(d, t);
  if (t->kind != TYPE_POINTER) {
    Type *pointer = pointer_to(d->low, t);
    if (!is_named(t)) write_methods(d, pointer);
    describe_type(d, pointer);
  }
  if (!write_methods(d, t)) return;
  MethodSet set = method_set(d->low, method_type_of(t));
  for (uint32_t i = 0; i < set.len; i++)
    if (is_applicable(t, &set.items[i])) write_signature(d, set.items[i].object->type);
}

/* ---- what is needed ---- */

static void need(Descriptors *d, Type *t) {
  if (!t) return;
  t = type_unalias(t);
  if (is_untyped(t) || t->kind == TYPE_TUPLE) return;
  uint64_t *found = map_put(&d->found, map_key(t));
  if (*found) return;
  *found = 1;
  Buffer text = {0};
  type_text(&text, d->low->unit, t, TYPE_TEXT_OBJECT);
  Str shown = arena_str(d->low->arena, buffer_view(&text));
  buffer_free(&text);
  vec_push(d->low->arena, &d->needed, (Needed){t, shown});
}

static bool need_of_op(void *context, Op *op) {
  Descriptors *d = context;
  switch ((int)op->kind) {
  case OP_CONVIFACE:
    if (is_empty_interface(d->low, op->type) && !is_interface(op->x->type)) need(d, op->x->type);
    break;
  case OP_PANIC:
    if (!is_interface(op->x->type)) need(d, op->x->type);
    break;
  case OP_DOTTYPE:
    need(d, op->x->type);
    need(d, op->type);
    break;
  case OP_DOTTYPE2: need(d, op->type); break;
  case OP_NEW: need(d, op->type ? elem_of(op->type) : NULL); break;
  case OP_PTRLIT: need(d, elem_of(op->type)); break;
  case OP_MAKESLICE:
  case OP_APPEND: need(d, elem_of(op->type)); break;
  case OP_MAKEMAP:
  case OP_MAKECHAN:
  case OP_MAPLIT: need(d, op->type); break;
  case OP_INDEXMAP: need(d, op->x->type); break;
  case OP_RANGE:
    if (op->x->type && is_kind(op->x->type, TYPE_MAP)) need(d, op->x->type);
    break;
  case OP_SWITCH:
    if (op->x && op->x->kind == OP_TYPESW)
      for (uint32_t i = 0; i < op->list.len; i++)
        for (uint32_t k = 0; k < op->list.items[i]->list.len; k++)
          if (op->list.items[i]->list.items[k]->kind == OP_TYPE)
            need(d, op->list.items[i]->list.items[k]->type);
    break;
  case OP_CLOSURE: op_list_any(&op->func->body, need_of_op, d); break;
  }
  return false;
}

static int compare_needed(const void *a, const void *b) {
  return str_compare(((const Needed *)a)->text, ((const Needed *)b)->text);
}

/* ---- tables ---- */

static void add_table(Descriptors *d, Type *t, Type *interface) {
  if (is_interface(t) || !is_interface(interface) || is_empty_interface(d->low, interface) || is_untyped(t))
    return;
  void **slot = strmap_put(&d->tables_found, link_key_with(d->low, t, link_key(d->low, interface)));
  if (*slot) return;
  *slot = t;
  vec_push(d->low->arena, &d->tables, (Table){type_unalias(t), type_unalias(interface)});
}

typedef enum TableSource {                 /* which conversions and assertions ask for tables */
                           TABLES_WRITTEN, /* those of types that fit into an interface's word */
                           TABLES_INLINED, /* of them, those that came with inlined bodies */
                           TABLES_GENERATED /* all, while code is generated; literals are functions of their own */
} TableSource;

typedef struct TableWalk {
  Descriptors *d;
  TableSource source;
} TableWalk;

static void add_checked(const TableWalk *walk, XPos pos, Type *t, Type *interface) {
  if (!t || !interface) return;
  if (walk->source != TABLES_GENERATED) {
    if (walk->d->low->unit->profile->pointer_tables && !type_is_direct_interface(t)) return;
    if ((pos.inl != 0) != (walk->source == TABLES_INLINED)) return;
  }
  add_table(walk->d, t, interface);
}

/* Operands first, as types are checked. */
static bool tables_of_op(void *context, Op *op) {
  const TableWalk *walk = context;
  bool dropped = op->kind == OP_IF && op->y && walk->source == TABLES_WRITTEN;
  if (dropped) tables_of_op(context, op->y);
  op_children(op, tables_of_op, context);
  switch ((int)op->kind) {
  case OP_CONVIFACE: add_checked(walk, op->pos, op->x->type, op->type); break;
  case OP_DOTTYPE:
  case OP_DOTTYPE2: add_checked(walk, op->pos, op->type, op->x->type); break;
  case OP_SWITCH:
    if (!op->x || op->x->kind != OP_TYPESW) break;
    for (uint32_t i = 0; i < op->list.len; i++)
      for (uint32_t k = 0; k < op->list.items[i]->list.len; k++)
        if (op->list.items[i]->list.items[k]->kind == OP_TYPE)
          add_checked(walk, op->pos, op->list.items[i]->list.items[k]->type, op->x->x->type);
    break;
  case OP_CLOSURE:
    for (uint32_t i = 0; i < op->func->body.len && walk->source != TABLES_GENERATED; i++)
      tables_of_op(context, op->func->body.items[i]);
    break;
  }
  return false;
}

static void find_tables_of(Descriptors *d, const Func *fn, TableSource source) {
  bool init = (fn->flags & FUNC_PACKAGE_INIT) != 0;
  bool checked = source != TABLES_GENERATED;
  if (checked && (fn->closure || (!init && !d->low->unit->profile->function_itabs_first))) return;
  TableWalk walk = {d, source};
  for (uint32_t k = 0; k < fn->body.len; k++) tables_of_op(&walk, fn->body.items[k]);
}

static void find_tables_in(Descriptors *d, bool init, TableSource source) {
  const Unit *unit = d->low->unit;
  for (uint32_t i = 0; i < unit->funcs.len; i++)
    if (((unit->funcs.items[i]->flags & FUNC_PACKAGE_INIT) != 0) == init)
      find_tables_of(d, unit->funcs.items[i], source);
}

/* Bodies of other packages are checked when a call of them is expanded first. */
static void find_tables_of_inlined(Descriptors *d) {
  const Unit *unit = d->low->unit;
  Map seen = map_in(d->low->arena);
  TableWalk walk = {d, TABLES_WRITTEN};
  for (uint32_t i = 0; i < unit->inline_tree.len; i++) {
    Func *callee = unit->inline_tree.items[i].callee;
    uint64_t *known = map_put(&seen, map_key(callee));
    if (*known || callee->unit == unit || !callee->inl) continue;
    *known = 1;
    const InlineBody *body = func_inline_body(callee);
    for (uint32_t k = 0; k < body->body_len; k++) tables_of_op(&walk, body->body_items[k]);
  }
}

/* Initialisers of variables are checked before bodies. */
static void find_checked_tables(Descriptors *d) {
  find_tables_in(d, true, TABLES_WRITTEN);
  find_tables_in(d, false, TABLES_WRITTEN);
  if (d->low->unit->profile->function_itabs_first) find_tables_of_inlined(d);
  find_tables_in(d, true, TABLES_INLINED);
  find_tables_in(d, false, TABLES_INLINED);
}

/* Code for initialisers comes last. */
static void find_generated_tables(Descriptors *d) {
  find_tables_in(d, false, TABLES_GENERATED);
  find_tables_in(d, true, TABLES_GENERATED);
}

static void write_tables(Descriptors *d, bool descriptors) {
  for (; d->tables_done < d->tables.len; d->tables_done++) {
    Table table = d->tables.items[d->tables_done];
    if (descriptors) {
      describe_type(d, table.interface);
      describe_type(d, table.type);
    }
    MethodSet set = method_set(d->low, table.interface);
    for (uint32_t i = 0; i < set.len; i++) wrap(d, table.interface, &set.items[i]);
    write_methods(d, table.type);
  }
}

void lower_table_wrappers(Unit *unit, void (*finish)(void *context, Unit *unit, Func *fn), void *context) {
  Lowering *low = unit->lower_state;
  low->finish = finish;
  low->finish_context = context;
  Descriptors *d = low->descriptors = arena_new_of(low->arena, Descriptors);
  *d = (Descriptors){.low = low, .found = map_in(low->arena), .written = strmap_in(low->arena)};
  d->methods = strmap_in(low->arena);
  d->on_stack = map_in(low->arena);
  d->on_heap = map_in(low->arena);
  d->tables_found = strmap_in(low->arena);
  find_checked_tables(d);
  write_tables(d, false);
}

/* ---- values on the stack ---- */

/* Wrappers tell about theirs one by one. */
static void find_places(Descriptors *d) {
  for (; d->events_seen < d->low->unit->events->list.len; d->events_seen++) {
    const Event *event = &d->low->unit->events->list.items[d->events_seen];
    if (event->op && event->kind == EVENT_DOES_NOT_ESCAPE) *map_put(&d->on_stack, map_key(event->op)) = 1;
    if (event->op && event->kind == EVENT_MOVED_TO_HEAP) *map_put(&d->on_heap, map_key(event->op)) = 1;
  }
}

void lower_stack_descriptors(Unit *unit, Func *fn) {
  Lowering *low = unit->lower_state;
  Descriptors *d = low->descriptors;
  if (name_is_blank(fn->name) || !unit->profile->stack_descriptors) return;
  find_places(d);
  write_stack_objects(d, low, fn, &d->on_stack, &d->on_heap);
}

/* ---- variables ---- */

static bool find_reads(void *context, Op *op);

static void find_reads_in(Map *used, const OpList *list, bool assigned) {
  for (uint32_t i = 0; i < list->len; i++)
    if (!assigned || list->items[i]->kind != OP_NAME) find_reads(used, list->items[i]);
}

/* Variables whose values are looked at; `_ = x` does not. */
static bool find_reads(void *context, Op *op) {
  Map *used = context;
  switch ((int)op->kind) {
  case OP_DCL: return false;
  case OP_NAME: *map_put(used, map_key(op->name)) = 1; return false;
  case OP_AS:
    find_reads_in(used, op_init(op), false);
    if (op->x->kind != OP_NAME) find_reads(used, op->x);
    if (op->y && !(op_is_blank(op->x) && op->y->kind == OP_NAME)) find_reads(used, op->y);
    return false;
  case OP_AS2:
  case OP_AS2DOTTYPE:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2RECV:
    find_reads_in(used, op_init(op), false);
    find_reads_in(used, &op->lhs, true);
    find_reads_in(used, &op->rhs, false);
    return false;
  }
  return op_children(op, find_reads, used);
}

/* Variables have their types in the debugger's data, unless nothing is left of them. */
static void need_of_variables(Descriptors *d, const Func *fn) {
  Map used = map_in(d->low->arena);
  find_reads_in(&used, &fn->body, false);
  for (uint32_t i = 0; i < fn->dcl.len; i++) {
    const Name *name = fn->dcl.items[i];
    if (name->class_ != CLASS_AUTO || map_find(&used, map_key(name))) need(d, name->op.type);
  }
}

static void need_of_function(Descriptors *d, const Func *fn) {
  need_of_variables(d, fn);
  op_list_any(&fn->body, need_of_op, d);
}

/* Wrappers that were made since the last time. */
static void need_of_wrappers(Descriptors *d) {
  for (; d->wrappers_seen < d->low->late_wrappers.len; d->wrappers_seen++)
    need_of_function(d, d->low->late_wrappers.items[d->wrappers_seen]);
}

/* By name; what wrappers need that are made on the way comes in a round of its own. */
static void describe_needed(Descriptors *d, bool wrappers) {
  for (uint32_t from = 0, to; from < d->needed.len; from = to) {
    to = d->needed.len;
    qsort(d->needed.items + from, to - from, sizeof *d->needed.items, compare_needed);
    for (uint32_t i = from; i < to; i++) {
      Type *t = d->needed.items[i].type;
      describe_type(d, t);
      if (is_named(t)) describe_type(d, pointer_to(d->low, t));
    }
    if (wrappers) need_of_wrappers(d);
  }
}

void lower_descriptor_wrappers(Unit *unit) {
  Lowering *low = unit->lower_state;
  Descriptors *d = low->descriptors;
  for (uint32_t i = 0; i < unit->pkg->objects.len; i++) {
    Object *object = unit->pkg->objects.items[i];
    bool type = object->kind == OBJECT_TYPE_NAME && object->type->kind == TYPE_NAMED;
    if (type || object->kind == OBJECT_VAR) need(d, object->type);
  }
  bool functions = unit->profile->function_itabs_first;
  for (uint32_t i = 0; functions && i < unit->funcs.len; i++) need_of_function(d, unit->funcs.items[i]);
  if (functions) need_of_wrappers(d);
  describe_needed(d, functions);
  find_generated_tables(d);
  d->tables_done = 0;
  write_tables(d, true);
}
