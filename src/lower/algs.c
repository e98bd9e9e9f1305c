/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Type descriptors that must exist while bodies are read, and the equality and hash functions that they need.
 *
 * A conversion to a non-empty interface writes an itab at once; that writes the descriptors of both types and of what they
 * consist of, and a descriptor of a type whose values are not compared as plain memory makes an equality function. The functions
 * are named after the layout that they compare: M8SI is eight bytes of memory, a string, an interface.
 *
 * Go: cmd/compile/internal/reflectdata/{reflect,alg,map}.go
 */
#include "lower/internal.h"

static void write_descriptor(Lowering *low, Type *t);

/* ---- layout signatures ---- */

typedef struct Signature {
  Lowering *low;
  Buffer text;
  int64_t memory, skip; /* bytes not yet written */
} Signature;

static void flush(Signature *s, bool at_end) {
  if (s->memory > 0) buffer_printf(&s->text, "M%lld", (long long)s->memory);
  if (s->skip > 0 && !at_end) buffer_printf(&s->text, "K%lld", (long long)s->skip);
  s->memory = s->skip = 0;
}

static void add_memory(Signature *s, int64_t n) {
  if (s->memory == 0) flush(s, false);
  s->memory += n;
}

static void add_skip(Signature *s, int64_t n) {
  if (s->skip == 0) flush(s, false);
  s->skip += n;
}

static void add_letter(Signature *s, char letter) {
  flush(s, false);
  buffer_char(&s->text, letter);
}

bool is_blank_field(const Object *field) { return field->name && strcmp(field->name->text, "_") == 0; }

bool is_plain_memory(Lowering *low, Type *t) {
  const Target *target = low->unit->target;
  Type *u = under(t);
  if (u->kind == TYPE_BASIC)
    return (u->u.basic.flags & (BASIC_IS_INTEGER | BASIC_IS_BOOLEAN)) != 0 ||
           u->u.basic.kind == BASIC_UNSAFE_POINTER;
  if (u->kind == TYPE_POINTER || u->kind == TYPE_CHAN) return true;
  if (u->kind == TYPE_ARRAY)
    return u->u.elem.length == 0 ? type_comparable(u->u.elem.type) : is_plain_memory(low, u->u.elem.type);
  if (u->kind != TYPE_STRUCT) return false;
  ObjectList fields = u->u.structure.fields;
  int64_t end = 0;
  for (uint32_t i = 0; i < fields.len; i++) {
    if (is_blank_field(fields.items[i]) || !is_plain_memory(low, fields.items[i]->type)) return false;
    if (type_field_offset(target, u, i) != end) return false;
    end += type_size(target, fields.items[i]->type);
  }
  return end == type_size(target, u);
}

static void add_layout(Signature *s, Type *t);

static void add_struct(Signature *s, Type *u) {
  const Target *target = s->low->unit->target;
  ObjectList fields = u->u.structure.fields;
  int64_t offset = 0;
  for (uint32_t i = 0; i < fields.len; i++) {
    if (is_blank_field(fields.items[i])) continue;
    int64_t at = type_field_offset(target, u, i);
    if (offset < at) add_skip(s, at - offset);
    add_layout(s, fields.items[i]->type);
    offset = at + type_size(target, fields.items[i]->type);
  }
  int64_t size = type_size(target, u);
  if (offset < size) add_skip(s, size - offset);
}

#define UNROLL_BYTES 32 /* a loop over an array compares about this much each time */

static void add_array(Signature *s, Type *u) {
  const Target *target = s->low->unit->target;
  Type *elem = u->u.elem.type;
  int64_t n = u->u.elem.length, size = type_size(target, elem);
  if (is_plain_memory(s->low, u)) {
    add_memory(s, type_size(target, u));
    return;
  }
  if (n == 1) add_layout(s, elem);
  if (n <= 1 || size == 0) return;
  int64_t unroll = UNROLL_BYTES / size > 1 ? UNROLL_BYTES / size : 1;
  for (; n % unroll != 0; n--) add_layout(s, elem);
  if (n == 0) return;
  if (n == unroll) {
    for (int64_t i = 0; i < n; i++) add_layout(s, elem);
    return;
  }
  flush(s, false);
  buffer_printf(&s->text, "[%lld", (long long)(n / unroll));
  for (int64_t i = 0; i < unroll; i++) add_layout(s, elem);
  add_letter(s, ']');
}

static void add_basic(Signature *s, Type *u) {
  switch ((int)u->u.basic.kind) {
  case BASIC_STRING: add_letter(s, 'S'); return;
  case BASIC_FLOAT32: add_letter(s, 'F'); return;
  case BASIC_FLOAT64: add_letter(s, 'G'); return;
  case BASIC_COMPLEX64:
    add_letter(s, 'F');
    add_letter(s, 'F');
    return;
  case BASIC_COMPLEX128:
    add_letter(s, 'G');
    add_letter(s, 'G');
    return;
  default: add_memory(s, type_size(s->low->unit->target, u));
  }
}

static void add_layout(Signature *s, Type *t) {
  Type *u = under(t);
  if (u->kind == TYPE_BASIC)
    add_basic(s, u);
  else if (u->kind == TYPE_INTERFACE)
    add_letter(s, is_empty_interface(s->low, u) ? 'E' : 'I');
  else if (u->kind == TYPE_STRUCT)
    add_struct(s, u);
  else if (u->kind == TYPE_ARRAY)
    add_array(s, u);
  else
    add_memory(s, type_size(s->low->unit->target, u));
}

static Str layout_signature(Lowering *low, Type *t) {
  Signature s = {.low = low};
  const Target *target = low->unit->target;
  if (!target->unaligned_loads && type_align(target, t) != target->pointer_size)
    buffer_printf(&s.text, "A%lld", (long long)type_align(target, t));
  add_layout(&s, t);
  flush(&s, true);
  Str text = arena_str(low->arena, buffer_view(&s.text));
  buffer_free(&s.text);
  return text;
}

static int64_t take_number(Str *s) {
  int64_t n = 0;
  size_t i = 0;
  while (i < s->len && s->data[i] >= '0' && s->data[i] <= '9') n = n * 10 + (s->data[i++] - '0');
  *s = str_slice(*s, i, s->len);
  return n;
}

/* After '[': the count, the elements' signature, and *s behind the ']'. */
static int64_t take_array(Str *s, Str *elem) {
  int64_t n = take_number(s);
  size_t i = 0;
  for (int depth = 1; i < s->len; i++) {
    if (s->data[i] == '[') depth++;
    if (s->data[i] == ']' && --depth == 0) break;
  }
  *elem = str_slice(*s, 0, i);
  *s = str_slice(*s, i + 1, s->len);
  return n;
}

static int64_t signature_size(Lowering *low, Str s) {
  int64_t size = 0, word = low->unit->target->pointer_size;
  while (s.len) {
    char kind = s.data[0];
    s = str_slice(s, 1, s.len);
    if (kind == 'M' || kind == 'K')
      size += take_number(&s);
    else if (kind == 'F')
      size += 4;
    else if (kind == 'G')
      size += 8;
    else if (kind == 'S' || kind == 'I' || kind == 'E')
      size += 2 * word;
    else if (kind == '[') {
      Str elem;
      int64_t n = take_array(&s, &elem);
      size += n * signature_size(low, elem);
    }
  }
  return size;
}

static Str trim_skip(Str s) {
  size_t i = s.len;
  while (i > 0 && s.data[i - 1] >= '0' && s.data[i - 1] <= '9') i--;
  return i > 0 && i < s.len && s.data[i - 1] == 'K' ? str_slice(s, 0, i - 1) : s;
}

/* ---- the functions ---- */

typedef struct Alg { /* function being made */
  Lowering *low;
  Body b;
  Func *fn;
  int64_t align, offset;
  bool has_call;
  Op *last_test;
  Atom neq;
  VEC(int64_t) strings; /* offsets of strings whose bytes are still to be compared */
} Alg;

static Func *equal_func(Lowering *low, Str signature);

static Type *basic(Alg *a, BasicKind kind) { return basic_type(a->low, kind); }

static Op *offset_from(Alg *a, Name *base, int64_t offset) {
  return op_binary(a->low->unit, OP_UNSAFEADD, XPOS_AUTOGENERATED, basic(a, BASIC_UNSAFE_POINTER), &base->op,
                   make_int(&a->b, POS_AUTOGENERATED, BASIC_UINTPTR, offset));
}

static Op *load(Alg *a, int side, Type *type) {
  Op *p = offset_from(a, a->fn->params[side], a->offset);
  Op *conv = op_unary(a->low->unit, OP_CONVNOP, XPOS_AUTOGENERATED, pointer_to(a->low, type), p);
  return op_unary(a->low->unit, OP_DEREF, XPOS_AUTOGENERATED, type, conv);
}

static Op *go_to(Alg *a, Atom label) {
  Op *op = op_new(a->low->unit, OP_GOTO, XPOS_AUTOGENERATED, NULL);
  op->label = label;
  return op;
}

static void flush_test(Alg *a) {
  if (!a->last_test) return;
  Op *op = op_new(a->low->unit, OP_IF, XPOS_AUTOGENERATED, NULL);
  op->cond = a->last_test;
  op_list_push(a->low->unit, &op->orelse, go_to(a, a->neq));
  op_list_push(a->low->unit, &a->fn->body, op);
  a->last_test = NULL;
}

static void add_test(Alg *a, Op *test) {
  flush_test(a);
  a->last_test = test;
}

static void compare(Alg *a, BasicKind kind) {
  Type *type = basic(a, kind);
  Op *x = load(a, 0, type), *y = load(a, 1, type);
  a->offset += type_size(a->low->unit->target, type);
  add_test(a, op_binary(a->low->unit, OP_EQ, XPOS_AUTOGENERATED, basic(a, BASIC_BOOL), x, y));
}

static Op *call_runtime(Alg *a, const char *name, Op *const *args, uint32_t len, Type *result) {
  Type *types[3];
  OpList list = {0};
  for (uint32_t i = 0; i < len; i++) {
    types[i] = args[i]->type;
    op_list_push(a->low->unit, &list, args[i]);
  }
  Name *callee = runtime_name(a->low, name, make_signature(a->low, len, types, 1, &result));
  return finish_call(&a->b, POS_AUTOGENERATED, &callee->op, list, false);
}

static void compare_strings(Alg *a) {
  int64_t saved = a->offset;
  for (uint32_t i = 0; i < a->strings.len; i++) {
    a->offset = a->strings.items[i];
    Op *args[3] = {load(a, 0, basic(a, BASIC_UNSAFE_POINTER)), load(a, 1, basic(a, BASIC_UNSAFE_POINTER)),
                   NULL};
    a->offset += a->low->unit->target->pointer_size;
    args[2] = load(a, 0, basic(a, BASIC_UINTPTR));
    add_test(a, call_runtime(a, "memequal", args, 3, basic(a, BASIC_BOOL)));
    a->has_call = true;
  }
  a->strings.len = 0;
  a->offset = saved;
}

static void compare_memory(Alg *a, int64_t n) {
  bool unaligned = a->low->unit->target->unaligned_loads;
  if (n > 64) {
    Op *args[3] = {offset_from(a, a->fn->params[0], a->offset), offset_from(a, a->fn->params[1], a->offset),
                   make_int(&a->b, POS_AUTOGENERATED, BASIC_UINTPTR, n)};
    add_test(a, call_runtime(a, "memequal", args, 3, basic(a, BASIC_BOOL)));
    a->has_call = true;
    a->offset += n;
    return;
  }
  int64_t whole = n;
  while (n) {
    if (n >= 8 && (unaligned || (a->align >= 8 && a->offset % 8 == 0))) {
      compare(a, BASIC_UINT64);
      n -= 8;
    } else if (n >= 5 && n <= 7 && unaligned && whole >= 8) {
      a->offset -= 8 - n;
      compare(a, BASIC_UINT64);
      n = 0;
    } else if (n >= 4 && (unaligned || (a->align >= 4 && a->offset % 4 == 0))) {
      compare(a, BASIC_UINT32);
      n -= 4;
    } else if (n == 3 && unaligned && whole >= 4) {
      a->offset--;
      compare(a, BASIC_UINT32);
      n = 0;
    } else if (n >= 2 && (unaligned || (a->align >= 2 && a->offset % 2 == 0))) {
      compare(a, BASIC_UINT16);
      n -= 2;
    } else {
      compare(a, BASIC_UINT8);
      n--;
    }
  }
}

static void compare_interface(Alg *a, bool empty) {
  compare_strings(a);
  Type *word = pointer_to(a->low, basic(a, BASIC_UINTPTR));
  Op *types[2] = {load(a, 0, word), load(a, 1, word)};
  a->offset += a->low->unit->target->pointer_size;
  add_test(a, op_binary(a->low->unit, OP_EQ, XPOS_AUTOGENERATED, basic(a, BASIC_BOOL), types[0], types[1]));
  Type *pointer = basic(a, BASIC_UNSAFE_POINTER);
  Op *args[3] = {types[0], load(a, 0, pointer), load(a, 1, pointer)};
  a->offset += a->low->unit->target->pointer_size;
  add_test(a, call_runtime(a, empty ? "efaceeq" : "ifaceeq", args, 3, basic(a, BASIC_BOOL)));
  a->has_call = true;
}

static Op *loop_over(Alg *a, Name *index, int64_t n, int64_t size, Op *body) {
  Unit *unit = a->low->unit;
  Type *word = basic(a, BASIC_UINTPTR);
  Op *loop = op_new(unit, OP_FOR, XPOS_AUTOGENERATED, NULL);
  op_list_push(
      unit, op_own_init(unit, loop),
      finish_stmt(&a->b, op_assign(unit, XPOS_AUTOGENERATED, &index->op,
                                   make_int(&a->b, POS_AUTOGENERATED, BASIC_UINTPTR, a->offset), false)));
  loop->cond = op_binary(unit, OP_LT, XPOS_AUTOGENERATED, basic(a, BASIC_BOOL), &index->op,
                         make_int(&a->b, POS_AUTOGENERATED, BASIC_UINTPTR, a->offset + n * size));
  Op *next = op_binary(unit, OP_ADD, XPOS_AUTOGENERATED, word, &index->op,
                       make_int(&a->b, POS_AUTOGENERATED, BASIC_UINTPTR, size));
  loop->post = finish_stmt(&a->b, op_assign(unit, XPOS_AUTOGENERATED, &index->op, next, false));
  op_list_push(unit, &loop->list, body);
  return loop;
}

static void compare_array(Alg *a, int64_t n, Str elem) {
  Unit *unit = a->low->unit;
  compare_strings(a);
  flush_test(a);
  int64_t size = signature_size(a->low, elem);
  Func *elem_fn = equal_func(a->low, trim_skip(elem));
  Name *index = name_temp(unit, a->fn, XPOS_AUTOGENERATED, basic(a, BASIC_UINTPTR));
  OpList args = {0};
  for (int side = 0; side < 2; side++)
    op_list_push(unit, &args,
                 op_binary(unit, OP_UNSAFEADD, XPOS_AUTOGENERATED, basic(a, BASIC_UNSAFE_POINTER),
                           &a->fn->params[side]->op, &index->op));
  Op *test = op_new(unit, OP_IF, XPOS_AUTOGENERATED, NULL);
  test->cond = finish_call(&a->b, POS_AUTOGENERATED, &elem_fn->name->op, args, false);
  op_list_push(unit, &test->orelse, go_to(a, a->neq));
  op_list_push(unit, &a->fn->body, loop_over(a, index, n, size, test));
  a->offset += n * size;
}

static void compare_signature(Alg *a, Str s) {
  while (s.len) {
    char kind = s.data[0];
    s = str_slice(s, 1, s.len);
    if (kind == 'M') {
      compare_memory(a, take_number(&s));
    } else if (kind == 'F' || kind == 'G') {
      compare(a, kind == 'F' ? BASIC_FLOAT32 : BASIC_FLOAT64);
    } else if (kind == 'S') {
      vec_push(a->low->arena, &a->strings, a->offset);
      a->offset += a->low->unit->target->pointer_size;
      compare(a, BASIC_UINTPTR);
    } else if (kind == 'E' || kind == 'I') {
      compare_interface(a, kind == 'E');
    } else if (kind == 'K') {
      a->offset += take_number(&s);
    } else if (kind == '[') {
      Str elem;
      int64_t n = take_array(&s, &elem);
      compare_array(a, n, elem);
    }
  }
  compare_strings(a);
}

static Func *begin_alg(Alg *a, Lowering *low, const char *prefix, Str signature, const char *const *names,
                       Type *const *types) {
  *a = (Alg){.low = low, .align = low->unit->target->pointer_size};
  Interner *interner = low->unit->session->interner;
  Package *pkg = low->type_package;
  Object *vars[3];
  for (int i = 0; i < 3; i++)
    vars[i] = object_new_var(low->universe, i < 2 ? VAR_PARAM : VAR_RESULT, low->unit->pkg, POS_AUTOGENERATED,
                             names[i] ? intern_text(interner, names[i]) : NULL, types[i]);
  ObjectList params = {universe_new_array(low->universe, Object *, 2), 2},
             results = {universe_new_array(low->universe, Object *, 1), 1};
  params.items[0] = vars[0];
  params.items[1] = vars[1];
  results.items[0] = vars[2];
  Type *type = type_new_signature(low->universe, NULL, type_new_tuple(low->universe, params),
                                  type_new_tuple(low->universe, results), false);
  Atom name = atom_printf(low, "%s" STR_FMT, prefix, STR_ARG(signature));
  a->fn = func_new_passing(low->unit, XPOS_AUTOGENERATED, pkg, name, type);
  a->fn->pragma |= PRAGMA_NOINLINE;
  a->fn->flags |= FUNC_LOWERED | FUNC_EQ_HASH | FUNC_DUPOK;
  declare_params(low, a->fn, type, NULL);
  vec_push(low->unit->arena, &low->unit->funcs, a->fn);
  body_init(&a->b, low, a->fn, NULL);
  return a->fn;
}

static void push_label(Alg *a, Atom label) {
  Op *op = op_new(a->low->unit, OP_LABEL, XPOS_AUTOGENERATED, NULL);
  op->label = label;
  op_list_push(a->low->unit, &a->fn->body, op);
}

static void push_result(Alg *a, Op *value) {
  op_list_push(a->low->unit, &a->fn->body,
               op_assign(a->low->unit, XPOS_AUTOGENERATED, &a->fn->results[0]->op, value, false));
}

static Func *equal_func(Lowering *low, Str signature) {
  Atom key = atom_printf(low, ".eq." STR_FMT, STR_ARG(signature));
  void **slot = strmap_put(&low->algs, atom_str(key));
  if (*slot) return *slot;
  Type *pointer = basic_type(low, BASIC_UNSAFE_POINTER);
  Type *const types[] = {pointer, pointer, basic_type(low, BASIC_BOOL)};
  static const char *const names[] = {"p", "q", "r"};
  Alg a;
  Func *fn = begin_alg(&a, low, ".eq.", signature, names, types);
  *strmap_put(&low->algs, atom_str(key)) = fn;
  a.neq = atom_printf(low, ".neq%u", low->label_count++);
  if (signature.len && signature.data[0] == 'A') {
    signature = str_slice(signature, 1, signature.len);
    a.align = take_number(&signature);
  }
  compare_signature(&a, signature);
  Unit *unit = low->unit;
  Type *boolean = basic_type(low, BASIC_BOOL);
  if (!a.last_test)
    a.last_test = op_literal(unit, XPOS_AUTOGENERATED, boolean, const_make_bool(low->arena, true));
  push_result(&a, a.last_test);
  Atom ret = atom_printf(low, ".ret%u", low->label_count++);
  push_label(&a, ret);
  op_list_push(unit, &fn->body, op_new(unit, OP_RETURN, XPOS_AUTOGENERATED, NULL));
  push_label(&a, a.neq);
  push_result(&a, op_literal(unit, XPOS_AUTOGENERATED, boolean, const_make_bool(low->arena, false)));
  op_list_push(unit, &fn->body,
               a.has_call ? go_to(&a, ret) : op_new(unit, OP_RETURN, XPOS_AUTOGENERATED, NULL));
  return fn;
}

static void hash_with(Alg *a, const char *name, Op *size) {
  Op *args[3] = {offset_from(a, a->fn->params[0], a->offset), &a->fn->params[1]->op, size};
  Op *call = call_runtime(a, name, args, size ? 3 : 2, basic(a, BASIC_UINTPTR));
  op_list_push(a->low->unit, &a->fn->body,
               op_assign(a->low->unit, XPOS_AUTOGENERATED, &a->fn->params[1]->op, call, false));
}

static Func *hash_func(Lowering *low, Str signature);

static void hash_array(Alg *a, int64_t n, Str elem) {
  Unit *unit = a->low->unit;
  int64_t size = signature_size(a->low, elem);
  Func *elem_fn = hash_func(a->low, elem);
  Name *index = name_temp(unit, a->fn, XPOS_AUTOGENERATED, basic(a, BASIC_UINTPTR));
  OpList args = {0};
  op_list_push(unit, &args,
               op_binary(unit, OP_UNSAFEADD, XPOS_AUTOGENERATED, basic(a, BASIC_UNSAFE_POINTER),
                         &a->fn->params[0]->op, &index->op));
  op_list_push(unit, &args, &a->fn->params[1]->op);
  Op *call = finish_call(&a->b, POS_AUTOGENERATED, &elem_fn->name->op, args, false);
  Op *as = op_assign(unit, XPOS_AUTOGENERATED, &a->fn->params[1]->op, call, false);
  op_list_push(unit, &a->fn->body, loop_over(a, index, n, size, as));
  a->offset += n * size;
}

static void hash_part(Alg *a, char kind, Str *s) {
  int64_t word = a->low->unit->target->pointer_size;
  if (kind == 'M') {
    int64_t n = take_number(s);
    if (n == 4 || n == 8)
      hash_with(a, n == 4 ? "memhash32" : "memhash64", NULL);
    else
      hash_with(a, "memhash", make_int(&a->b, POS_AUTOGENERATED, BASIC_UINTPTR, n));
    a->offset += n;
  } else if (kind == 'F' || kind == 'G') {
    hash_with(a, kind == 'F' ? "f32hash" : "f64hash", NULL);
    a->offset += kind == 'F' ? 4 : 8;
  } else if (kind == 'S' || kind == 'E' || kind == 'I') {
    hash_with(a, kind == 'S' ? "strhash" : kind == 'E' ? "nilinterhash" : "interhash", NULL);
    a->offset += 2 * word;
  } else if (kind == 'K') {
    a->offset += take_number(s);
  } else if (kind == '[') {
    Str elem;
    int64_t n = take_array(s, &elem);
    hash_array(a, n, elem);
  }
}

static Func *hash_func(Lowering *low, Str signature) {
  Atom key = atom_printf(low, ".hash." STR_FMT, STR_ARG(signature));
  void **slot = strmap_put(&low->algs, atom_str(key));
  if (*slot) return *slot;
  Type *word = basic_type(low, BASIC_UINTPTR);
  Type *const types[] = {basic_type(low, BASIC_UNSAFE_POINTER), word, word};
  static const char *const names[] = {"p", "h", NULL};
  Alg a;
  Func *fn = begin_alg(&a, low, ".hash.", signature, names, types);
  *strmap_put(&low->algs, atom_str(key)) = fn;
  if (signature.len && signature.data[0] == 'A') {
    signature = str_slice(signature, 1, signature.len);
    take_number(&signature);
  }
  while (signature.len) {
    char kind = signature.data[0];
    signature = str_slice(signature, 1, signature.len);
    hash_part(&a, kind, &signature);
  }
  Op *ret = op_new(low->unit, OP_RETURN, XPOS_AUTOGENERATED, NULL);
  op_list_push(low->unit, &ret->list, &fn->params[1]->op);
  op_list_push(low->unit, &fn->body, ret);
  return fn;
}

/* ---- which types need one ---- */

/* The runtime has a function for it already. */
static bool is_known_layout(Lowering *low, Str s, bool hash) {
  int64_t align = low->unit->target->pointer_size;
  if (s.len && s.data[0] == 'A') {
    s = str_slice(s, 1, s.len);
    align = take_number(&s);
  }
  if (low->unit->target->unaligned_loads) align = 8;
  static const char *const always[] = {"", "S", "I", "E", "F", "G", "FF", "GG"};
  for (size_t i = 0; i < ARRAY_LEN(always); i++)
    if (str_equal(s, str_from(always[i]))) return true;
  if (s.data[0] != 'M') return false;
  (void)align;
  (void)hash;
  Str rest = str_slice(s, 1, s.len);
  take_number(&rest);
  return rest.len == 0; /* plain memory: memequalN or a closure over memequal_varlen */
}

static void need_equal(Lowering *low, Type *t) {
  if (low->in_place) return; /* made by the back end, which says nothing about them */
  if (!type_comparable(t)) return;
  Str signature = layout_signature(low, t);
  if (!is_known_layout(low, signature, false)) equal_func(low, signature);
}

static void need_hash(Lowering *low, Type *key) {
  if (!type_comparable(key)) return;
  Str signature = layout_signature(low, key);
  if (!is_known_layout(low, signature, true)) hash_func(low, signature);
}

/* ---- descriptors ---- */

static bool is_predeclared(Lowering *low, Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_SLICE) t = type_unalias(t->u.elem.type);
  if (t->kind == TYPE_BASIC) return true;
  if (t->kind == TYPE_NAMED) return t->u.named.object->pkg == NULL;
  return t->kind == TYPE_INTERFACE && is_empty_interface(low, t);
}

static bool is_ours(Lowering *low, Type *t) {
  t = type_unalias(t);
  if (is_predeclared(low, t)) return false;
  if (t->kind != TYPE_NAMED) return true;
  return t->u.named.object->pkg == low->unit->pkg || t->u.named.origin || has_shape(low, t);
}

static void write_signature(Lowering *low, Type *signature) {
  ObjectList lists[2] = {signature->u.signature.params->u.tuple.vars,
                         signature->u.signature.results->u.tuple.vars};
  for (int side = 0; side < 2; side++)
    for (uint32_t i = 0; i < lists[side].len; i++) write_descriptor(low, lists[side].items[i]->type);
}

static void write_methods(Lowering *low, Type *t) {
  MethodSet set = method_set(low, deref(t));
  bool pointer = type_unalias(t)->kind == TYPE_POINTER;
  for (uint32_t i = 0; i < set.len; i++)
    if (pointer || set.items[i].through_value) write_signature(low, set.items[i].object->type);
}

static void write_components(Lowering *low, Type *t) {
  Type *u = under(t);
  switch ((int)u->kind) {
  case TYPE_ARRAY:
    write_descriptor(low, u->u.elem.type);
    write_descriptor(low, slice_of(low, u->u.elem.type));
    break;
  case TYPE_SLICE:
  case TYPE_CHAN:
  case TYPE_POINTER: write_descriptor(low, u->u.elem.type); break;
  case TYPE_SIGNATURE: write_signature(low, u); break;
  case TYPE_MAP:
    write_descriptor(low, u->u.map.key);
    write_descriptor(low, u->u.map.value);
    need_hash(low, u->u.map.key);
    break;
  case TYPE_STRUCT:
    for (uint32_t i = 0; i < u->u.structure.fields.len; i++)
      write_descriptor(low, u->u.structure.fields.items[i]->type);
    break;
  case TYPE_INTERFACE: {
    InterfaceMethods methods = interface_methods(low->universe, u);
    for (uint32_t i = 0; i < methods.len; i++) write_signature(low, methods.items[i]->type);
    break;
  }
  default: break;
  }
}

static void write_descriptor(Lowering *low, Type *t) {
  t = type_unalias(t);
  Type *base = t->kind == TYPE_POINTER && is_named(t->u.elem.type) ? type_unalias(t->u.elem.type) : t;
  if (is_untyped(t) || t->kind == TYPE_BASIC || is_predeclared(low, base)) return;
  void **slot = strmap_put(&low->written_types, link_key(low, t));
  if (*slot) return;
  *slot = t;
  if (!is_ours(low, base)) return;
  need_equal(low, t);
  if (t->kind != TYPE_POINTER) write_descriptor(low, pointer_to(low, t));
  write_components(low, t);
  write_methods(low, t);
}

void write_itab(Lowering *low, Type *type, Type *iface) {
  if ((!low->eager && !trail_watches(low->unit)) || has_shape(low, type) || has_shape(low, iface)) return;
  if (is_untyped(type_unalias(type))) return;
  uint64_t met = low->unit->trail ? meeting_key(low, type) * 31 + meeting_key(low, iface) : 0;
  trail_meet(low->unit, MEET_ITAB, met);
  if (!low->eager) return;
  uint64_t key = (uint64_t)type_hash(type) << 32 | type_hash(iface);
  uint64_t *done = map_put(&low->itabs, key);
  if (*done) return;
  *done = 1;
  if (low->unit->trail) trail_first(low->unit, MEET_ITAB, met, low->unit->trail->bodies_read);
  write_descriptor(low, iface);
  write_descriptor(low, type);
}
