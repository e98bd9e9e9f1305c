/* SPDX-License-Identifier: BSD-3-Clause
 *
 * static_init: package-level variables whose value the linker can lay out.
 *
 * In: the package's init function after inlining. Out: the same function without the assignments that need no code; a composite
 * value may leave single assignments to parts of it, ".stmp_N" being the linker's name of the N-th piece of data. It shows: what is
 * data is never allocated, so it has no line.
 * Nothing is laid out here; what counts is whether it could be. A variable may be copied from another one only as long as no
 * function was called that may have changed it.
 *
 * Go: cmd/compile/internal/staticinit/sched.go, pkginit/init.go
 */
#include "escape/escape.h"

typedef struct PlanEntry {
  int64_t offset;
  Op *value;
} PlanEntry;

typedef struct Plan { /* non-zero parts of a composite literal, nested structs and arrays flattened */
  VEC(PlanEntry) entries;
} Plan;

typedef struct Schedule {
  Unit *unit;
  Arena *arena;
  OpList out;     /* statements that remain */
  Map plans;      /* Op* -> Plan* */
  Map ends;       /* Name* of a plain copy of a variable -> Name* of the last one of such a chain */
  XPos pos;       /* of what is looked at: new statements get it */
  uint32_t names; /* .stmp_N so far */
  bool seen_mutation, no_addresses;
} Schedule;

static bool static_assign(Schedule *s, Name *l, int64_t offset, Op *r, Type *type);

/* ---- questions about expressions ---- */

static void move_to(Schedule *s, const Op *op) {
  if (op->kind != OP_NAME && op->kind != OP_TYPE && pos_known(op->pos.pos)) s->pos = op->pos;
}

static bool visit_side_effect(void *context, Op *op) {
  (void)context;
  return op_has_side_effect(op);
}

static bool visit_unrepeatable(void *context, Op *op) {
  (void)context;
  if (op_has_side_effect(op)) return true;
  OpKind kind = (OpKind)op->kind;
  return kind == OP_MAKECHAN || kind == OP_MAKEMAP || kind == OP_MAKESLICE || kind == OP_MAPLIT ||
         kind == OP_NEW || kind == OP_PTRLIT || kind == OP_SLICELIT || kind == OP_STR2BYTES ||
         kind == OP_STR2RUNES;
}

/* Assigning to it changes no variable of this package. */
static bool is_harmless_target(const Unit *unit, Op *target) {
  if (!target) return true;
  target = op_outer_value(target);
  while (target->kind == OP_DEREF) target = target->x;
  if (target->kind != OP_NAME) return false;
  return !(target->name->class_ == CLASS_EXTERN && target->name->pkg == unit->pkg);
}

static bool is_function_address(const Op *call) {
  if (call->kind != OP_CALLFUNC || !op_is(call->fun, OP_NAME) || !call->fun->name->pkg) return false;
  Str name = atom_str(call->fun->name->name);
  return str_equal(atom_str(call->fun->name->pkg->path), STR("internal/abi")) &&
         (str_equal(name, STR("FuncPCABI0")) || str_equal(name, STR("FuncPCABIInternal")));
}

static bool visit_mutation(void *context, Op *op) {
  const Unit *unit = context;
  switch ((int)op->kind) {
  case OP_CALLFUNC:
  case OP_CALLINTER: return !is_function_address(op);
  case OP_APPEND:
  case OP_CLEAR:
  case OP_COPY: return true;
  case OP_AS:
  case OP_ASOP: return !is_harmless_target(unit, op->x);
  case OP_AS2:
  case OP_AS2DOTTYPE:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2RECV:
    for (uint32_t i = 0; i < op->lhs.len; i++)
      if (!is_harmless_target(unit, op->lhs.items[i])) return true;
    break;
  }
  return false;
}

/* The variable that the expression is a fixed part of; NULL: none. */
static Name *static_location(const Op *op) {
  int64_t index;
  switch ((int)op->kind) {
  case OP_NAME: return op->name;
  case OP_METHEXPR: return op->name;
  case OP_DOT: return static_location(op->x);
  case OP_INDEX:
    if (op->x->type && type_underlying(op->x->type)->kind == TYPE_SLICE) return NULL;
    if (!op_is_const(op->index, CONST_INT) || !const_int64(op->index->lit, &index) || index < 0) return NULL;
    return static_location(op->x);
  }
  return NULL;
}

/* ---- statements that remain ---- */

static Op *part_of(Schedule *s, XPos pos, Name *name, int64_t offset, Type *type) {
  Op *part = op_new(s->unit, OP_LINKSYMOFFSET, pos, type);
  Buffer text = {0};
  const Package *pkg = name->pkg;
  if (pkg) link_package_print(&text, s->unit, pkg);
  buffer_printf(&text, ".%s", atom_text(name->name));
  part->sym = intern(s->unit->session->interner, buffer_view(&text));
  part->offset = offset;
  buffer_free(&text);
  return part;
}

static void emit(Schedule *s, Op *left, Op *right) {
  op_list_push(s->unit, &s->out, op_assign(s->unit, s->pos, left, right, false));
}

static void assign_part(Schedule *s, Name *name, int64_t offset, Op *value) {
  XPos pos = s->pos;
  if (static_assign(s, name, offset, value, value->type)) return;
  s->pos = pos;
  emit(s, name_is_blank(name) ? &name->op : part_of(s, pos, name, offset, value->type), value);
}

static Name *static_name(Schedule *s, Type *type) {
  Str text = arena_printf(s->arena, ".stmp_%u", (unsigned)s->names++);
  return name_new(s->unit, CLASS_EXTERN, s->pos, s->unit->pkg, intern(s->unit->session->interner, text), type,
                  NULL);
}

/* ---- composite literals ---- */

static Plan *plan_of(Schedule *s, const Op *literal);

static void plan_add(Schedule *s, Plan *plan, int64_t offset, Op *value) {
  if (op_is_zero(value)) return;
  if (value->kind != OP_ARRAYLIT && value->kind != OP_STRUCTLIT) {
    vec_push(s->arena, &plan->entries, (PlanEntry){offset, value});
    return;
  }
  const Plan *inner = plan_of(s, value);
  for (uint32_t i = 0; i < inner->entries.len; i++) {
    PlanEntry entry = inner->entries.items[i];
    entry.offset += offset;
    vec_push(s->arena, &plan->entries, entry);
  }
}

static void plan_elements(Schedule *s, Plan *plan, const Op *literal) {
  int64_t size = type_size(s->unit->target, type_underlying(literal->type)->u.elem.type), k = 0;
  for (uint32_t i = 0; i < literal->list.len; i++) {
    Op *element = literal->list.items[i];
    if (element->kind == OP_KEY) {
      const_int64(element->x->lit, &k);
      element = element->y;
    }
    plan_add(s, plan, k++ * size, element);
  }
}

static int64_t field_offset(Schedule *s, Type *structure, const Object *field) {
  structure = type_underlying(structure);
  ObjectList fields = structure->u.structure.fields;
  for (uint32_t i = 0; field && i < fields.len; i++)
    if (fields.items[i] == field ||
        (fields.items[i]->name == field->name && fields.items[i]->pkg == field->pkg))
      return type_field_offset(s->unit->target, structure, i);
  return 0;
}

static Plan *plan_of(Schedule *s, const Op *literal) {
  Plan *plan = map_get_ptr(&s->plans, literal);
  if (plan) return plan;
  plan = arena_new_of(s->arena, Plan);
  map_set_ptr(&s->plans, literal, plan);
  if (literal->kind != OP_STRUCTLIT) {
    plan_elements(s, plan, literal);
    return plan;
  }
  for (uint32_t i = 0; i < literal->list.len; i++) {
    const Op *key = literal->list.items[i];
    if (key->field && str_equal(atom_str(key->field->name), STR("_"))) continue;
    plan_add(s, plan, field_offset(s, literal->type, key->field), key->x);
  }
  return plan;
}

static bool is_literal_with_address(const Op *op) {
  return op->kind == OP_ARRAYLIT || op->kind == OP_SLICELIT || op->kind == OP_STRUCTLIT ||
         op->kind == OP_MAPLIT;
}

static void assign_composite(Schedule *s, Name *l, int64_t offset, Op *literal) {
  const Plan *plan = plan_of(s, literal);
  for (uint32_t i = 0; i < plan->entries.len; i++) {
    Op *value = plan->entries.items[i].value;
    if ((value->kind == OP_LITERAL && !s->no_addresses) || value->kind == OP_NIL) continue;
    move_to(s, value);
    assign_part(s, l, offset + plan->entries.items[i].offset, value);
  }
}

/* ---- copies of other variables ---- */

static bool static_copy(Schedule *s, Name *l, int64_t offset, Name *from, Type *type);

static bool copy_composite(Schedule *s, Name *l, int64_t offset, Name *from, const Op *literal) {
  const Plan *plan = plan_of(s, literal);
  for (uint32_t i = 0; i < plan->entries.len; i++) {
    PlanEntry entry = plan->entries.items[i];
    if (entry.value->kind == OP_LITERAL || entry.value->kind == OP_NIL) continue;
    Op *value = entry.value;
    Name *name = value->kind == OP_METHEXPR ? op_method_name(s->unit, value) : op_as_name(value);
    if (name && value->kind != OP_NONAME && static_copy(s, l, offset + entry.offset, name, value->type))
      continue;
    Op *left = part_of(s, s->pos, l, offset + entry.offset, value->type);
    emit(s, left, part_of(s, s->pos, from, entry.offset, value->type));
  }
  return true;
}

static bool copy_name(Schedule *s, Name *l, int64_t offset, Name *r, Type *type) {
  if (static_copy(s, l, offset, r, type)) return true;
  bool whole = offset == 0 && type_identical(type, l->op.type);
  Op *right = &r->op;
  if (!type_identical(right->type, type)) right = op_unary(s->unit, OP_CONVNOP, s->pos, type, right);
  emit(s, whole ? &l->op : part_of(s, s->pos, l, offset, type), right);
  return true;
}

/* l gets what the variable `from` was initialised with. */
/* The variable that a package-level variable is a plain copy of, or NULL. */
static Name *copied_from(const Schedule *s, const Name *name) {
  if (name->class_ != CLASS_EXTERN || name->pkg != s->unit->pkg || !op_is(name->defn, OP_AS)) return NULL;
  if (type_is_basic(type_underlying(name->op.type), BASIC_STRING)) return NULL;
  return op_as_name(name->defn->y);
}

/* The first variable on the way of copies from name on that is no plain copy itself. Chains are gone through once. */
static Name *end_of_copies(Schedule *s, Name *name) {
  Name *end = name;
  for (Name *next = end; next; next = copied_from(s, end)) {
    Name *known = map_get_ptr(&s->ends, next);
    end = known ? known : next;
  }
  for (Name *at = name; at != end && !map_get_ptr(&s->ends, at); at = copied_from(s, at))
    map_set_ptr(&s->ends, at, end);
  return end;
}

static bool static_copy(Schedule *s, Name *l, int64_t offset, Name *from, Type *type) {
  if (from->class_ == CLASS_FUNC) return true;
  if (from->class_ != CLASS_EXTERN || from->pkg != s->unit->pkg || !op_is(from->defn, OP_AS)) return false;
  if (type_is_basic(type_underlying(from->op.type), BASIC_STRING))
    return false; /* the linker may set strings */
  if (s->seen_mutation) return false;
  Op *r = from->defn->y;
  if (!r) return false;
  while (r->kind == OP_CONVNOP && !type_identical(r->type, type)) r = r->x;
  switch ((int)r->kind) {
  case OP_METHEXPR: {
    Name *method = op_method_name(s->unit, r);
    return method && copy_name(s, l, offset, method, type);
  }
  case OP_NAME: return copy_name(s, l, offset, end_of_copies(s, r->name), type);
  case OP_NIL:
  case OP_LITERAL: return true;
  case OP_ADDR: return op_is(r->x, OP_NAME) && r->x->name->class_ == CLASS_EXTERN;
  case OP_PTRLIT: return is_literal_with_address(r->x);
  case OP_SLICELIT: return true;
  case OP_ARRAYLIT:
  case OP_STRUCTLIT: return copy_composite(s, l, offset, from, r);
  }
  return false;
}

/* ---- inlined calls ---- */

static Op *shallow_copy(Unit *unit, const Op *op) {
  Op *copy = op_copy(unit, op);
  OpList *lists[3] = {copy->init, NULL, NULL};
  for (const char *slot = op_slots((OpKind)op->kind); *slot; slot++) {
    if (*slot == 'l') lists[1] = &copy->list;
    if (*slot == 'm') lists[2] = &copy->list2;
  }
  for (uint32_t i = 0; i < ARRAY_LEN(lists); i++)
    if (lists[i] && lists[i]->len > 0) {
      OpList list = {0};
      op_list_append(unit, &list, lists[i]);
      *lists[i] = list;
    }
  return copy;
}

static bool is_shared(const Op *op) {
  OpKind kind = (OpKind)op->kind;
  return kind == OP_NAME || kind == OP_NONAME || kind == OP_LITERAL || kind == OP_NIL || kind == OP_TYPE;
}

typedef struct Substitution {
  Unit *unit;
  Map arguments; /* Name* -> Op* */
  XPos pos;      /* of copied arguments */
  bool failed;
} Substitution;

static Op *copy_argument(void *context, Op *op) {
  Substitution *sub = context;
  if (is_shared(op)) return op;
  Op *copy = shallow_copy(sub->unit, op);
  copy->pos = sub->pos;
  op_edit_children(copy, copy_argument, sub);
  return copy;
}

static uint32_t basic_flags(Type *t) {
  t = type_underlying(t);
  return t->kind == TYPE_BASIC ? t->u.basic.flags : 0;
}

/* A literal after conversion to t; NULL: too difficult. */
static Op *convert_literal(Substitution *sub, Op *literal, Type *t) {
  Arena *arena = sub->unit->arena;
  Type *from = type_underlying(literal->type), *to = type_underlying(t);
  const Const *value = literal->lit;
  if (from->kind != TYPE_BASIC || to->kind != TYPE_BASIC) return NULL;
  if (from->u.basic.kind != to->u.basic.kind) {
    if (!(basic_flags(from) & BASIC_IS_INTEGER) || !(basic_flags(to) & BASIC_IS_INTEGER)) return NULL;
    int64_t bits = 8 * type_size(sub->unit->target, to);
    uint64_t mask = bits < 64 ? ((uint64_t)1 << bits) - 1 : UINT64_MAX, low;
    const Const *cut = const_binary(arena, value, OPERATOR_AND, const_make_uint64(arena, mask), true);
    if (!const_uint64(cut, &low)) return NULL;
    bool negative = !(basic_flags(to) & BASIC_IS_UNSIGNED) && (low >> (bits - 1) & 1);
    value = negative ? const_make_int64(arena, (int64_t)(low | ~mask)) : const_make_uint64(arena, low);
  }
  return op_literal(sub->unit, literal->pos, t, value);
}

/* A concatenation of constants only, as one literal. */
static Op *join_strings(Substitution *sub, Op *sum) {
  for (uint32_t i = 0; i < sum->list.len; i++)
    if (!op_is_const(sum->list.items[i], CONST_STRING)) return sum;
  Buffer text = {0};
  for (uint32_t i = 0; i < sum->list.len; i++) buffer_str(&text, const_string(sum->list.items[i]->lit));
  const Const *value = const_make_string(sub->unit->arena, arena_str(sub->unit->arena, buffer_view(&text)));
  buffer_free(&text);
  return op_literal(sub->unit, sum->pos, sum->type, value);
}

static Op *substitute(void *context, Op *op) {
  Substitution *sub = context;
  if (op->kind == OP_NAME) {
    Op *argument = map_get_ptr(&sub->arguments, op->name);
    if (!argument) return op;
    sub->pos = argument->pos;
    return copy_argument(sub, argument);
  }
  if (is_shared(op)) return op;
  Op *copy = shallow_copy(sub->unit, op);
  op_edit_children(copy, substitute, sub);
  if (copy->kind == OP_CONV && op_is(copy->x, OP_LITERAL)) {
    Op *literal = convert_literal(sub, copy->x, copy->type);
    if (literal) return literal;
    sub->failed = true;
  }
  return copy->kind == OP_ADDSTR ? join_strings(sub, copy) : copy;
}

typedef struct ParamUses {
  Map counts; /* Name* -> 1 + number of uses */
  bool captured;
} ParamUses;

static bool count_use(void *context, Op *op) {
  ParamUses *uses = context;
  if (op->kind == OP_NAME) {
    uint64_t *count = map_find(&uses->counts, map_key(op->name));
    if (count) ++*count;
  }
  if (op->kind == OP_CLOSURE && func_captures(op->func)) uses->captured = true;
  return false;
}

/* The inlined body that is `return value` and nothing else: its one result expression. */
static Op *single_result(const Op *call) {
  if (call->list.len != 1 || call->list.items[0]->kind != OP_AS2) return NULL;
  const Op *assign = call->list.items[0];
  const uint32_t returned = OP_DECLARES | OP_RETURNS;
  return (assign->flags & returned) == returned && assign->lhs.len == 1 ? assign->rhs.items[0] : NULL;
}

static bool arguments_can_move(Schedule *s, const Op *params, ParamUses *uses) {
  (void)s;
  for (uint32_t i = 0; i < params->lhs.len; i++) {
    const uint64_t *count = map_find(&uses->counts, map_key(params->lhs.items[i]->name));
    if (*count > 2 && op_any(params->rhs.items[i], visit_unrepeatable, NULL)) return false;
  }
  return true;
}

static bool assign_inlined_call(Schedule *s, Name *l, int64_t offset, Op *call, Type *type) {
  Op *result = single_result(call);
  if (!result || op_init(call)->len != 1 || op_init(call)->items[0]->kind != OP_AS2) return false;
  const Op *params = op_init(call)->items[0];
  ParamUses uses = {.counts = map_in(s->arena)};
  Substitution sub = {.unit = s->unit, .arguments = map_in(s->arena)};
  for (uint32_t i = 0; i < params->lhs.len; i++) {
    if (params->lhs.items[i]->name->name_flags & NAME_ADDRTAKEN) return false;
    if (op_any(params->rhs.items[i], visit_side_effect, NULL)) return false;
    *map_put(&uses.counts, map_key(params->lhs.items[i]->name)) = 1;
    if (!op_is_blank(params->lhs.items[i]))
      map_set_ptr(&sub.arguments, params->lhs.items[i]->name, params->rhs.items[i]);
  }
  op_any(result, count_use, &uses);
  if (uses.captured || !arguments_can_move(s, params, &uses)) return false;
  result = substitute(&sub, result);
  return !sub.failed && static_assign(s, l, offset, result, type);
}

/* ---- one value ---- */

static bool has_shape(Type *t) {
  t = type_unalias(t);
  switch (t->kind) {
  case TYPE_NAMED:
    if (t->u.named.object->pkg && str_equal(atom_str(t->u.named.object->pkg->path), STR("go.shape")))
      return true;
    for (uint32_t i = 0; i < t->u.named.targs.len; i++)
      if (has_shape(t->u.named.targs.items[i])) return true;
    return false;
  case TYPE_POINTER:
  case TYPE_SLICE:
  case TYPE_ARRAY:
  case TYPE_CHAN: return has_shape(t->u.elem.type);
  case TYPE_MAP: return has_shape(t->u.map.key) || has_shape(t->u.map.value);
  case TYPE_BASIC:
  case TYPE_ALIAS:
  case TYPE_STRUCT:
  case TYPE_TUPLE:
  case TYPE_SIGNATURE:
  case TYPE_INTERFACE:
  case TYPE_UNION:
  case TYPE_TYPE_PARAM: break;
  }
  return false;
}

static bool is_direct_interface(const Target *target, Type *t) {
  return type_size(target, t) == target->pointer_size && type_has_pointers(t);
}

static bool assign_interface(Schedule *s, Name *l, int64_t offset, Op *value) {
  while (value->kind == OP_CONVIFACE) value = value->x;
  if (type_is_interface(value->type)) return value->kind == OP_NIL;
  if (has_shape(value->type)) return false;
  if (is_direct_interface(s->unit->target, value->type)) {
    if (value->kind == OP_NIL) return true;
    move_to(s, value);
    assign_part(s, l, offset + s->unit->target->pointer_size, value);
  } else {
    assign_part(s, static_name(s, value->type), 0, value);
  }
  return true;
}

static bool assign_address(Schedule *s, Op *r) {
  if (r->kind == OP_ADDR) {
    const Name *name = static_location(r->x);
    if (name && name->class_ == CLASS_EXTERN) return true;
  }
  if (!is_literal_with_address(r->x)) return false;
  assign_part(s, static_name(s, r->x->type), 0, r->x);
  return true;
}

static bool static_assign(Schedule *s, Name *l, int64_t offset, Op *r, Type *type) {
  if (!r) return true;
  while (r->kind == OP_CONVNOP) r = r->x;
  switch ((int)r->kind) {
  case OP_NIL: return true;
  case OP_LITERAL:
    return op_is_zero(r) || !s->no_addresses || !type_is_basic(type_underlying(r->type), BASIC_STRING);
  case OP_ARRAYLIT:
  case OP_STRUCTLIT: assign_composite(s, l, offset, r); return true;
  }
  if (s->no_addresses) return false;
  switch ((int)r->kind) {
  case OP_NAME: return static_copy(s, l, offset, r->name, type);
  case OP_METHEXPR: {
    Name *method = op_method_name(s->unit, r);
    return method && static_copy(s, l, offset, method, type);
  }
  case OP_ADDR:
  case OP_PTRLIT: return assign_address(s, r);
  case OP_STR2BYTES: return l->class_ == CLASS_EXTERN && op_is(r->x, OP_LITERAL);
  case OP_SLICELIT:
    plan_of(s, r);
    assign_composite(
        s,
        static_name(s, type_new_array(s->unit->universe, type_underlying(r->type)->u.elem.type, r->offset)),
        0, r);
    return true;
  case OP_CLOSURE: return !func_captures(r->func);
  case OP_CONVIFACE: return assign_interface(s, l, offset, r);
  case OP_INLCALL: return assign_inlined_call(s, l, offset, r, type);
  }
  return false;
}

/* ---- the init function ---- */

static bool all_blank(const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++)
    if (!op_is_blank(list->items[i])) return false;
  return true;
}

static bool try_statement(Schedule *s, Op *stmt) {
  Op *left[1] = {stmt->x}, *right = stmt->y;
  OpList lhs = {left, 1, 1};
  switch ((int)stmt->kind) {
  case OP_AS: break;
  case OP_AS2DOTTYPE:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2RECV:
    lhs = stmt->lhs;
    right = stmt->rhs.items[0];
    break;
  default: return false;
  }
  if (!s->seen_mutation && right) s->seen_mutation = op_any(right, visit_mutation, s->unit);
  if (all_blank(&lhs) && !(right && op_any(right, visit_side_effect, NULL))) return true;
  if (lhs.len > 1 || (lhs.items[0]->kind != OP_NAME && lhs.items[0]->kind != OP_NONAME)) return false;
  move_to(s, stmt);
  return static_assign(s, lhs.items[0]->name, 0, right, lhs.items[0]->type);
}

static bool is_fips(Str path) {
  return !str_has_suffix(path, STR("_test")) && (str_equal(path, STR("crypto/internal/fips140")) ||
                                                 str_has_prefix(path, STR("crypto/internal/fips140/")));
}

void static_init_unit(Unit *unit) {
  for (uint32_t i = 0; i < unit->funcs.len; i++) {
    Func *fn = unit->funcs.items[i];
    if (!(fn->flags & FUNC_PACKAGE_INIT)) continue;
    Arena *arena = scratch_new();
    Schedule s = {.unit = unit,
                  .arena = arena,
                  .plans = map_in(arena),
                  .ends = map_in(arena),
                  .pos = XPOS_AUTOGENERATED};
    s.no_addresses = is_fips(atom_str(unit->path));
    for (uint32_t k = 0; k < fn->body.len; k++)
      if (!try_statement(&s, fn->body.items[k])) op_list_push(unit, &s.out, fn->body.items[k]);
    fn->body = s.out;
    func_changed(fn);
    scratch_free(arena);
  }
}
