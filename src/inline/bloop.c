/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bloop: benchmarks that loop with `for b.Loop()` shall not have their work optimised away.
 *
 * In: functions before inlining. Out: inside of such loops each assignment is followed by calls of runtime.KeepAlive for what it
 * assigned, and calls get temporaries for their results (or arguments, if they have no results) that are kept alive likewise.
 * The calls are marked: they neither escape nor inline.
 *
 * Go: cmd/compile/internal/bloop/bloop.go
 */
#include "inline/inline_private.h"

typedef struct KeepAlive {
  Unit *unit;
  Func *fn;
  bool in_loop;
  Name *runtime_func;
} KeepAlive;

static void note_text(Unit *unit, XPos pos, const char *sentence) {
  Event *event = event_add(unit, EVENT_KEPT_ALIVE, pos);
  if (event) event->text[0] = str_from(sentence);
}

static void note_name(Unit *unit, XPos pos, const Name *name) {
  if (!event_wanted(unit, 2)) return;
  Event *event = event_add(unit, EVENT_KEPT_ALIVE, pos);
  Str path = atom_str(name->pkg && name->pkg != unit->pkg ? name->pkg->path : unit->path);
  event->text[0] = event_printf(unit, STR_FMT ".%s will be kept alive", STR_ARG(path), atom_text(name->name));
}

/* ---- what to keep ---- */

static Name *underlying_name(Op *op) {
  while (op) switch ((int)op->kind) {
    case OP_NAME: return op->name;
    case OP_SLICE:
    case OP_SLICE3:
    case OP_DOT:
    case OP_DOTPTR:
    case OP_CONV:
    case OP_CONVIFACE:
    case OP_CONVNOP:
    case OP_ADDR:
    case OP_INDEX:
    case OP_INDEXMAP: op = op->x; break;
    default: return NULL;
    }
  return NULL;
}

static Name *addressable_name(Op *op) {
  Name *name = underlying_name(op);
  return name && op_is_addressable(&name->op) ? name : NULL;
}

static void push_kept(KeepAlive *k, OpList *kept, XPos pos, Op *op) {
  Name *name = addressable_name(op);
  if (name) {
    note_name(k->unit, pos, name);
    op_list_push(k->unit, kept, &name->op);
  } else if (op_is(op, OP_DEREF)) {
    note_text(k->unit, pos, "dereference will be kept alive");
    op_list_push(k->unit, kept, op);
  } else {
    note_text(k->unit, pos, "expr is unknown to bloop pass");
  }
}

/* ---- keeping it ---- */

static Op *keep_alive_call(KeepAlive *k, XPos pos, Op *what) {
  Unit *unit = k->unit;
  Type *pointer = universe_basic(unit->universe, BASIC_UNSAFE_POINTER);
  if (op_is(what, OP_NAME)) what->name->name_flags |= NAME_ADDRTAKEN;
  Op *address = op_unary(unit, OP_ADDR, pos, type_new_pointer(unit->universe, what->type), what);
  Op *call = op_new(unit, OP_CALLFUNC, pos, NULL);
  Op *arg = op_unary(unit, OP_CONVNOP, pos, pointer, address);
  Op *boxed = op_unary(unit, OP_CONVIFACE, pos, universe_empty_interface(unit->universe), arg);
  boxed->flags |= OP_IMPLICIT;
  call->fun = &k->runtime_func->op;
  op_list_push(unit, &call->args, boxed);
  call->flags |= OP_COMPILER_VAR_LIVE | OP_NOINLINE;
  return call;
}

static Op *keep_after(KeepAlive *k, const OpList *kept, Op *statement) {
  if (kept->len == 0) return statement;
  Op *block = op_new(k->unit, OP_BLOCK, statement->pos, NULL);
  op_list_push(k->unit, &block->list, statement);
  for (uint32_t i = 0; i < kept->len; i++)
    if (op_is(kept->items[i], OP_NAME) && !op_is_blank(kept->items[i]))
      op_list_push(k->unit, &block->list, keep_alive_call(k, statement->pos, kept->items[i]));
  return block;
}

/* A temporary declared by the statement. */
static Op *declared_temp(KeepAlive *k, Op *statement, XPos pos, Type *type) {
  Name *temp = name_temp(k->unit, k->fn, pos, type);
  op_list_push(k->unit, op_own_init(k->unit, statement),
               op_unary(k->unit, OP_DCL, statement->pos, NULL, &temp->op));
  return &temp->op;
}

static Op *keep_assign(KeepAlive *k, Op *op) {
  if (op_is_blank(op->x) && op->y) {
    op->x = declared_temp(k, op, op->pos, op->y->type);
    op->flags |= OP_DEF;
  }
  OpList kept = {0};
  push_kept(k, &kept, op->pos, op->x);
  return keep_after(k, &kept, op);
}

static Type *assigned_type(const Op *op, uint32_t i) {
  Type *t = op->rhs.len == 1 ? op->rhs.items[0]->type : NULL;
  if (t && t->kind == TYPE_TUPLE && t->u.tuple.vars.len == op->lhs.len) return t->u.tuple.vars.items[i]->type;
  return op->rhs.len == op->lhs.len ? op->rhs.items[i]->type : NULL;
}

static Op *keep_assign_list(KeepAlive *k, Op *op) {
  OpList kept = {0};
  bool had_blank = false;
  for (uint32_t i = 0; i < op->lhs.len; i++) {
    if (op_is_blank(op->lhs.items[i])) {
      Type *type = assigned_type(op, i);
      if (!type) {
        note_text(k->unit, op->pos, "unrecognized shape for assign list stmt for blank assignment");
        continue;
      }
      op->lhs.items[i] = declared_temp(k, op, op->pos, type);
      had_blank = true;
    }
    push_kept(k, &kept, op->pos, op->lhs.items[i]);
  }
  if (had_blank) op->flags |= OP_DEF;
  return keep_after(k, &kept, op);
}

static ObjectList call_results(const Op *call) {
  Type *signature = call->fun && call->fun->type ? type_underlying(call->fun->type) : NULL;
  if (!signature || signature->kind != TYPE_SIGNATURE) return (ObjectList){0};
  return signature->u.signature.results->u.tuple.vars;
}

static Op *keep_call_results(KeepAlive *k, Op *call, ObjectList results) {
  Unit *unit = k->unit;
  OpKind kind = results.len > 1 ? OP_AS2FUNC : OP_AS2;
  Op *assign = op_new(unit, kind, call->pos, NULL);
  assign->flags |= OP_DEF;
  for (uint32_t i = 0; i < results.len; i++)
    op_list_push(unit, &assign->lhs, &name_temp(unit, k->fn, call->pos, results.items[i]->type)->op);
  note_text(unit, call->pos,
            results.len > 1 ? "function results will be kept alive" : "function result will be kept alive");
  op_list_push(unit, &assign->rhs, call);
  for (uint32_t i = 0; i < results.len; i++)
    op_list_push(unit, op_own_init(unit, assign),
                 op_unary(unit, OP_DCL, call->pos, NULL, assign->lhs.items[i]));
  return keep_after(k, &assign->lhs, assign);
}

typedef struct KeptArgs {
  OpList assigns, kept;
} KeptArgs;

static Op *keep_in_temp(KeepAlive *k, KeptArgs *args, XPos call_pos, XPos pos, Op *value) {
  Name *temp = name_temp(k->unit, k->fn, pos, value->type);
  Op *assign = op_assign(k->unit, pos, &temp->op, value, true);
  op_list_push(k->unit, op_own_init(k->unit, assign), op_unary(k->unit, OP_DCL, pos, NULL, &temp->op));
  op_list_push(k->unit, &args->assigns, assign);
  op_list_push(k->unit, &args->kept, &temp->op);
  note_text(k->unit, call_pos, "function arg will be kept alive");
  return &temp->op;
}

static void keep_variadic(KeepAlive *k, KeptArgs *args, const Op *call, Op *literal) {
  OpList names = {0};
  for (uint32_t i = 0; i < literal->list.len; i++) {
    Op *element = literal->list.items[i];
    Name *name = addressable_name(element);
    if (name) {
      note_name(k->unit, call->pos, name);
      op_list_push(k->unit, &names, &name->op);
    } else {
      literal->list.items[i] = keep_in_temp(k, args, call->pos, element->pos, element);
    }
  }
  op_list_append(k->unit, &args->kept, &names);
}

static Op *keep_call_args(KeepAlive *k, Op *call) {
  KeptArgs args = {0};
  for (uint32_t i = 0; i < call->args.len; i++) {
    Op *arg = call->args.items[i];
    Name *name = addressable_name(arg);
    if (name) {
      note_name(k->unit, call->pos, name);
      op_list_push(k->unit, &args.kept, &name->op);
    } else if (arg->kind == OP_SLICELIT) {
      keep_variadic(k, &args, call, arg);
    } else {
      call->args.items[i] = keep_in_temp(k, &args, call->pos, call->pos, arg);
    }
  }
  if (args.assigns.len == 0) return keep_after(k, &args.kept, call);
  Op *block = op_new(k->unit, OP_BLOCK, call->pos, NULL);
  block->list = args.assigns;
  op_list_push(k->unit, &block->list, call);
  return keep_after(k, &args.kept, block);
}

/* ---- statements ---- */

static Op *keep_statement(KeepAlive *k, Op *op) {
  switch ((int)op->kind) {
  case OP_AS: return keep_assign(k, op);
  case OP_ASOP: {
    OpList kept = {0};
    push_kept(k, &kept, op->pos, op->x);
    return keep_after(k, &kept, op);
  }
  case OP_AS2:
  case OP_AS2DOTTYPE:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2RECV:
  case OP_SELRECV2: return keep_assign_list(k, op);
  case OP_CALLFUNC:
  case OP_CALLINTER:
  case OP_APPEND:
  case OP_DELETE:
  case OP_PRINT:
  case OP_PRINTLN:
  case OP_RECOVER:
  case OP_MIN:
  case OP_MAX: {
    ObjectList results = call_results(op);
    return results.len > 0 ? keep_call_results(k, op, results) : keep_call_args(k, op);
  }
  }
  return op;
}

static void keep_list(KeepAlive *k, OpList *list) {
  for (uint32_t i = 0; i < list->len; i++)
    if (list->items[i]) list->items[i] = keep_statement(k, list->items[i]);
}

static bool is_benchmark_loop(Unit *unit, const Op *op) {
  if (op->kind != OP_FOR || !op_is(op->cond, OP_CALLFUNC) || !op_is(op->cond->fun, OP_METHEXPR)) return false;
  const Name *callee = op_method_name(unit, op->cond->fun);
  return callee && callee->pkg && str_equal(atom_str(callee->name), STR("(*B).Loop")) &&
         str_equal(atom_str(callee->pkg->path), STR("testing"));
}

static Op *edit_op(void *context, Op *op) {
  KeepAlive *outer = context;
  KeepAlive k = *outer;
  k.in_loop = outer->in_loop || is_benchmark_loop(k.unit, op);
  op_edit_children(op, edit_op, &k);
  if (!k.in_loop) return op;
  switch ((int)op->kind) {
  case OP_FOR:
  case OP_BLOCK:
  case OP_RANGE: keep_list(&k, &op->list); break;
  case OP_IF:
    keep_list(&k, &op->list);
    keep_list(&k, &op->list2);
    break;
  case OP_CASE:
    keep_list(&k, &op->list);
    keep_list(&k, &op->list2);
    break;
  }
  return op;
}

static bool imports_testing(const Package *pkg) {
  for (uint32_t i = 0; i < pkg->imports.len; i++)
    if (str_equal(atom_str(pkg->imports.items[i]->path), STR("testing"))) return true;
  return false;
}

static Name *keep_alive_function(Unit *unit) {
  Atom name = intern_text(unit->session->interner, "KeepAlive");
  Package *runtime = package_new_synthetic(unit->universe, intern_text(unit->session->interner, "go.runtime"),
                                           intern_text(unit->session->interner, "runtime"));
  ObjectList params = {arena_new_array(unit->arena, Object *, 1), 1}, none = {0};
  params.items[0] = object_new_var(unit->universe, VAR_PARAM, NULL, POS_NONE, NULL,
                                   universe_empty_interface(unit->universe));
  Type *type = type_new_signature(unit->universe, NULL, type_new_tuple(unit->universe, params),
                                  type_new_tuple(unit->universe, none), false);
  return name_new(unit, CLASS_FUNC, XPOS_NONE, runtime, name, type, NULL);
}

void inline_keep_loop_results(Unit *unit) {
  if (!imports_testing(unit->pkg)) return;
  KeepAlive k = {.unit = unit, .runtime_func = keep_alive_function(unit)};
  for (uint32_t i = 0; i < unit->funcs.len; i++) {
    k.fn = unit->funcs.items[i];
    func_unmark_inert(k.fn);
    for (uint32_t j = 0; j < k.fn->body.len; j++)
      if (k.fn->body.items[j]) k.fn->body.items[j] = edit_op(&k, k.fn->body.items[j]);
    func_changed(k.fn);
  }
}
