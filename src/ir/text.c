/* SPDX-License-Identifier: BSD-3-Clause
 *
 * text: ops as `-m` prints them.
 *
 * In: an op. Out: text that looks like Go: what the compiler inserted itself is left out, loops and function literals are cut to a
 * word, composite literals to their type. Parentheses come from precedences; the gaps of the compiler's table are kept.
 *
 * Go: cmd/compile/internal/ir/fmt.go
 */
#include "ir/ir.h"

typedef struct Printer {
  Buffer *out;
  const Unit *unit;
  const Op *whole; /* what was asked for */
} Printer;

static void print_expr(Printer *p, const Op *op, int precedence);
static void print_stmt(Printer *p, const Op *op);

static void put(Printer *p, const char *text) { buffer_text(p->out, text); }

/* What is printed for a missing operand. */
static const char *nothing(const Printer *p) {
  return p->unit->profile->front_end == FRONT_TYPECHECK ? "<N>" : "<nil>";
}

static void print_op(Printer *p, const Op *op) {
  if (!op)
    put(p, nothing(p));
  else if (op_precedence((OpKind)op->kind) < 0)
    print_stmt(p, op);
  else
    print_expr(p, op, 0);
}

static void print_ops(Printer *p, Op *const *items, uint32_t len, const char *separator) {
  for (uint32_t i = 0; i < len; i++) {
    if (i > 0) put(p, separator);
    print_op(p, items[i]);
  }
}

static void print_list(Printer *p, const OpList *list) { print_ops(p, list->items, list->len, ", "); }

/* What a return gives or a call gets, the first ones left out. */
static void print_values(Printer *p, const Op *op, uint32_t first) {
  if (op->flags & OP_GENERATED) return;
  if (op->y) /* one call that gives all of them */
    print_op(p, op->y);
  else if (op->list.len > first)
    print_ops(p, op->list.items + first, op->list.len - first, ", ");
}

static void print_type(Printer *p, Type *t) { type_text(p->out, p->unit, t, TYPE_TEXT_GO); }

static void print_declaration(Printer *p, const Op *var) {
  put(p, "var ");
  name_print(p->out, p->unit, var->name);
  put(p, " ");
  print_type(p, var->type);
}

/* To people it is up to three statements: `var r T; r = value; goto end`. */
static void print_returning(Printer *p, const Op *op) {
  for (uint32_t i = 0; (op->flags & OP_DECLARES) && i < op->lhs.len; i++) {
    print_declaration(p, op->lhs.items[i]);
    put(p, "; ");
  }
  if (op->kind != OP_BLOCK || op->list.len > 0) {
    print_op(p, op);
    put(p, "; ");
  }
  put(p, op_text(OP_GOTO));
  put(p, " ");
  buffer_str(p->out, atom_str(op->label));
}

static void print_body(Printer *p, const OpList *list) {
  for (uint32_t i = 0; i < list->len; i++) {
    const Op *op = list->items[i];
    if (i > 0) put(p, "; ");
    if (op && (op->flags & OP_RETURNS))
      print_returning(p, op);
    else
      print_op(p, op);
  }
}

/* ---- statements ---- */

static void print_if(Printer *p, const Op *op) {
  put(p, "if ");
  if (op_init(op)->len == 1 && op_init(op_init(op)->items[0])->len == 0) {
    print_op(p, op_init(op)->items[0]);
    put(p, "; ");
  }
  print_op(p, op->cond);
  put(p, " { ");
  print_body(p, &op->list);
  put(p, " }");
  if (op->orelse.len == 0) return;
  put(p, " else { ");
  print_body(p, &op->orelse);
  put(p, " }");
}

static void print_assign_op(Printer *p, const Op *op) {
  print_op(p, op->x);
  if (op->flags & OP_INCDEC) {
    put(p, op->op2 == OP_ADD ? "++" : "--");
    return;
  }
  put(p, " ");
  put(p, op_text((OpKind)op->op2));
  put(p, "= ");
  print_op(p, op->y);
}

static void print_assign_list(Printer *p, const Op *op) {
  print_list(p, &op->lhs);
  if (p->unit->profile->front_end == FRONT_TYPECHECK && (op->kind != OP_AS2 || !(op->flags & OP_DEF))) {
    put(p, " = ");
    if (op->kind == OP_AS2 && p->unit->profile->pairs_hidden)
      put(p, nothing(p)); /* what is assigned pairwise is not where the printer looks */
    else
      print_list(p, &op->rhs);
    return;
  }
  put(p, op->flags & OP_DEF ? " := " : " = ");
  print_list(p, &op->rhs);
}

static void print_case(Printer *p, const Op *op) {
  if (op->list.len > 0) {
    put(p, "case ");
    print_list(p, &op->list);
  } else {
    put(p, "default");
  }
  put(p, ": ");
  print_body(p, &op->list2);
}

static void print_block(Printer *p, const Op *op) {
  if (op->list.len > 0 && p->unit->profile->front_end == FRONT_TYPECHECK)
    put(p, "<node BLOCK>");
  else
    print_body(p, &op->list);
}

static void print_stmt(Printer *p, const Op *op) {
  switch ((int)op->kind) {
  case OP_DCL: print_declaration(p, op->x); break;
  case OP_AS:
    print_op(p, op->x);
    put(p, op->flags & OP_DEF ? " := " : " = ");
    print_op(p, op->y);
    break;
  case OP_ASOP: print_assign_op(p, op); break;
  case OP_AS2:
  case OP_AS2DOTTYPE:
  case OP_AS2FUNC:
  case OP_AS2MAPR:
  case OP_AS2RECV: print_assign_list(p, op); break;
  case OP_BLOCK: print_block(p, op); break;
  case OP_RETURN:
    put(p, "return ");
    print_values(p, op, 0);
    break;
  case OP_GO:
  case OP_DEFER:
    put(p, op->kind == OP_GO ? "go " : "defer ");
    print_op(p, op->call);
    break;
  case OP_IF: print_if(p, op); break;
  case OP_FOR:
  case OP_RANGE: put(p, "for loop"); break;
  case OP_SELECT:
  case OP_SWITCH:
    put(p, op_text((OpKind)op->kind));
    put(p, " statement");
    break;
  case OP_CASE: print_case(p, op); break;
  case OP_BREAK:
  case OP_CONTINUE:
  case OP_GOTO:
  case OP_FALL:
    put(p, op_text((OpKind)op->kind));
    if (op->kind == OP_FALL || !op->label) break;
    put(p, " ");
    buffer_str(p->out, atom_str(op->label));
    break;
  case OP_LABEL:
    buffer_str(p->out, atom_str(op->label));
    put(p, ": ");
    break;
  }
}

/* ---- expressions ---- */

static bool is_default_type(const Universe *universe, const Type *t, ConstKind kind) {
  if (t->kind != TYPE_BASIC) return false;
  BasicKind basic = t->u.basic.kind;
  switch (kind) {
  case CONST_BOOL: return basic == BASIC_BOOL || basic == BASIC_UNTYPED_BOOL;
  case CONST_STRING: return basic == BASIC_STRING || basic == BASIC_UNTYPED_STRING;
  case CONST_INT: return basic == BASIC_INT || basic == BASIC_UNTYPED_INT;
  case CONST_FLOAT: return basic == BASIC_FLOAT64 || basic == BASIC_UNTYPED_FLOAT;
  case CONST_COMPLEX: return basic == BASIC_COMPLEX128 || basic == BASIC_UNTYPED_COMPLEX;
  case CONST_UNKNOWN: break;
  }
  (void)universe;
  return false;
}

static void print_literal(Printer *p, const Op *op) {
  if (op->sym && p->unit->profile->source_constants) {
    buffer_str(p->out, atom_str(op->sym));
    return;
  }
  Type *t = op->type ? type_unalias(op->type) : NULL;
  const Universe *universe = p->unit->universe;
  bool rune = t && (t == universe_rune(universe) || type_is_basic(t, BASIC_UNTYPED_RUNE));
  uint64_t value;
  if (rune && !p->unit->profile->source_constants && const_uint64(op->lit, &value) && value <= 0x10ffff) {
    text_quote_rune(p->out, (uint32_t)value);
    return;
  }
  bool typed = p->unit->profile->source_constants && t && !type_is_untyped(t) && !(op->flags & OP_IMPLICIT);
  if (!t || (op->flags & OP_IMPLICIT) || (!typed && is_default_type(universe, t, const_kind(op->lit)))) {
    const_print(p->out, op->lit);
    return;
  }
  print_type(p, t);
  put(p, "(");
  const_print(p->out, op->lit);
  put(p, ")");
}

static void print_slice(Printer *p, const Op *op, int precedence) {
  print_expr(p, op->x, precedence);
  put(p, "[");
  if (op->low) print_op(p, op->low);
  put(p, ":");
  if (op->high) print_op(p, op->high);
  if (op->kind == OP_SLICE3 || op->kind == OP_SLICE3ARR) {
    put(p, ":");
    if (op->max) print_op(p, op->max);
  }
  put(p, "]");
}

/* The extra arguments of a call that the first form of the second analysis has gathered: to readers they stay apart. */
static const Op *gathered(const Printer *p, const Op *call) {
  if (!p->unit->profile->coarse_values || !(call->flags & OP_DDD) || call->args.len == 0) return NULL;
  const Op *last = call->args.items[call->args.len - 1];
  return last->kind == OP_SLICELIT && (last->flags & OP_IMPLICIT) ? last : NULL;
}

static void print_arguments(Printer *p, const Op *op, uint32_t first) {
  const Op *extra = op->y ? NULL : gathered(p, op);
  put(p, "(");
  if (extra) {
    print_ops(p, op->args.items + first, op->args.len - 1 - first, ", ");
    if (op->args.len - 1 > first && extra->list.len > 0) put(p, ", ");
    print_list(p, &extra->list);
  } else {
    print_values(p, op, first);
  }
  put(p, (op->flags & OP_DDD) && !op->y && !extra ? "...)" : ")");
}

/* A call that was written x.M(…): the receiver is the first argument. */
static void print_method_call(Printer *p, const Op *op, int precedence) {
  if (op->flags & OP_GENERATED)
    put(p, nothing(p));
  else
    print_expr(p, op->args.items[0], precedence);
  put(p, ".");
  buffer_str(p->out, atom_str(op->fun->sym));
  print_arguments(p, op, 1);
}

static bool type_has_symbol(Type *t) {
  if (!t) return false;
  t = type_unalias(t);
  return t->kind == TYPE_NAMED || t->kind == TYPE_BASIC;
}

static void print_conversion(Printer *p, const Op *op, const Universe *universe) {
  bool bare = type_has_symbol(op->type) ||
              (op->type && type_unalias(op->type) == type_unalias(universe_any(universe)));
  if (!bare) put(p, "(");
  print_type(p, op->type);
  if (!bare) put(p, ")");
  put(p, "(");
  print_op(p, op->x);
  put(p, ")");
}

static void print_make(Printer *p, const Op *op) {
  put(p, "make(");
  print_type(p, op->type);
  bool untyped = op->x && op->x->type && type_is_untyped(op->x->type);
  if (op->y || (op->x && (op->kind == OP_MAKESLICE || !untyped))) {
    put(p, ", ");
    print_op(p, op->x);
  }
  if (op->y) {
    put(p, ", ");
    print_op(p, op->y);
  }
  put(p, ")");
}

static void print_composite(Printer *p, const Op *op) {
  if (op->flags & OP_IMPLICIT) {
    put(p, "... argument");
    return;
  }
  if (op->flags & OP_ELIDED) {
    put(p, "composite literal");
    return;
  }
  if (op->flags & OP_POINTED) put(p, "&");
  if ((op->flags & OP_DDD) && op->kind == OP_ARRAYLIT && p->unit->profile->array_dots_printed) {
    put(p, "[<node DDD>]");
    print_type(p, type_underlying(op->type)->u.elem.type);
  } else {
    print_type(p, op->type);
  }
  if (p->unit->profile->literal_word)
    put(p, " literal");
  else
    put(p, op->list.len > 0 ? "{...}" : "{}");
}

/* FRONT_TYPECHECK: an implicit conversion that is an operand itself is not left out. */
static void print_converted(Printer *p, const Op *op, int precedence) {
  bool conversion = op && (op->flags & OP_IMPLICIT) && op->kind == OP_CONVIFACE;
  if (conversion && p->unit->profile->front_end == FRONT_TYPECHECK)
    print_conversion(p, op, p->unit->universe);
  else
    print_expr(p, op, precedence);
}

static void print_binary(Printer *p, const Op *op, int precedence) {
  print_converted(p, op->x, precedence);
  put(p, " ");
  put(p, op_text((OpKind)op->kind));
  put(p, " ");
  print_converted(p, op->y, precedence + 1);
}

/* The operation and its operands in parentheses: len(x), copy(x, y). */
static void print_builtin(Printer *p, const Op *op, bool two) {
  put(p, op_text((OpKind)op->kind));
  put(p, "(");
  print_op(p, op->x);
  if (two) {
    put(p, ", ");
    print_op(p, op->y);
  }
  put(p, ")");
}

static void print_unary(Printer *p, const Op *op, int precedence) {
  put(p, op_text((OpKind)op->kind));
  bool spaced = op->kind != OP_DEREF || p->unit->profile->front_end == FRONT_TYPECHECK;
  if (spaced && op->x && op->x->kind == op->kind) put(p, " ");
  print_expr(p, op->x, precedence + 1);
}

/* Only a nil that the compiler made has a type and nothing that was written. */
static void print_nil(Printer *p, const Op *op) {
  if (!(op->flags & OP_IMPLICIT)) {
    put(p, "nil");
    return;
  }
  print_type(p, op->type);
  put(p, "(nil)");
}

/* T.M is the name of a function: pkg.(*T).M. False: it has none. */
static bool print_method_name(Printer *p, const Op *op) {
  Type *t = type_unalias(op->x->type);
  bool pointer = t->kind == TYPE_POINTER;
  if (pointer) t = type_unalias(t->u.elem.type);
  if (t->kind != TYPE_NAMED || !t->u.named.object->pkg) return false;
  Name symbol = {.pkg = t->u.named.object->pkg};
  Buffer text = {0};
  buffer_printf(&text, pointer ? "(*%s).%s" : "%s.%s", atom_text(t->u.named.object->name),
                atom_text(op->sym));
  symbol.name = intern(p->unit->session->interner, buffer_view(&text));
  name_print(p->out, p->unit, &symbol);
  buffer_free(&text);
  return true;
}

static void print_inlined_call(Printer *p, const Op *op) {
  if (op->results.len == 1) {
    print_op(p, op->results.items[0]);
    return;
  }
  put(p, "(.");
  print_body(p, &op->results);
  put(p, ")");
}

static void print_key(Printer *p, const Op *op) {
  if (op->x) print_op(p, op->x);
  put(p, ":");
  if (op->y) print_op(p, op->y);
}

static bool is_silent(const Op *op) {
  if (!(op->flags & OP_IMPLICIT)) return false;
  OpKind kind = (OpKind)op->kind;
  return kind == OP_ADDR || kind == OP_DEREF || kind == OP_CONV || kind == OP_CONVNOP || kind == OP_CONVIFACE;
}

/* What is printed for a silent op: a conversion shows what was converted first, and a call that was inlined since. */
static const Op *shown_operand(const Op *op) {
  if (op->kind == OP_ADDR || op->kind == OP_DEREF) return op->x;
  const Op *x = op->y ? op->y : op->x;
  return x && x->kind == OP_CONVNOP && x->y && !(x->flags & OP_IMPLICIT) ? x->y : x;
}

/* Leaves and what prints like a call; false: not one of these. */
static bool print_operand(Printer *p, const Op *op) {
  switch ((int)op->kind) {
  case OP_NIL: print_nil(p, op); return true;
  case OP_LITERAL: print_literal(p, op); return true;
  case OP_NAME:
  case OP_NONAME: name_print(p->out, p->unit, op->name); return true;
  case OP_TYPE: print_type(p, op->type); return true;
  case OP_CLOSURE: put(p, "func literal"); return true;
  case OP_PAREN:
    put(p, "(");
    print_op(p, op->x);
    put(p, ")");
    return true;
  case OP_COMPLIT:
  case OP_STRUCTLIT:
  case OP_ARRAYLIT:
  case OP_SLICELIT:
  case OP_MAPLIT: print_composite(p, op); return true;
  case OP_KEY: print_key(p, op); return true;
  case OP_STRUCTKEY:
    if (op->field) buffer_str(p->out, atom_str(op->field->name));
    put(p, ":");
    print_op(p, op->x);
    return true;
  case OP_COMPLEX:
  case OP_COPY:
  case OP_UNSAFEADD:
  case OP_UNSAFESLICE: print_builtin(p, op, true); return true;
  case OP_REAL:
  case OP_IMAG:
  case OP_CAP:
  case OP_CLEAR:
  case OP_CLOSE:
  case OP_LEN:
  case OP_NEW:
  case OP_PANIC: print_builtin(p, op, false); return true;
  case OP_APPEND:
  case OP_DELETE:
  case OP_MAX:
  case OP_MIN:
  case OP_RECOVER:
  case OP_PRINT:
  case OP_PRINTLN:
    put(p, op_text((OpKind)op->kind));
    print_arguments(p, op, 0);
    return true;
  case OP_CONV:
  case OP_CONVIFACE:
  case OP_CONVNOP:
  case OP_BYTES2STR:
  case OP_RUNES2STR:
  case OP_STR2BYTES:
  case OP_STR2RUNES:
  case OP_RUNESTR:
  case OP_SLICE2ARR:
  case OP_SLICE2ARRPTR: print_conversion(p, op, p->unit->universe); return true;
  case OP_INLCALL: print_inlined_call(p, op); return true;
  case OP_MAKEMAP:
  case OP_MAKECHAN:
  case OP_MAKESLICE: print_make(p, op); return true;
  case OP_LINKSYMOFFSET:
    put(p, "(");
    print_type(p, op->type);
    put(p, ")");
    buffer_printf(p->out, "(" STR_FMT "@%lld)", STR_ARG(atom_str(op->sym)), (long long)op->offset);
    return true;
  }
  return false;
}

static void print_operation(Printer *p, const Op *op, int precedence) {
  int own = op_precedence((OpKind)op->kind);
  if (op->kind == OP_LITERAL && op->op2)
    own = op_precedence((OpKind)op->op2); /* its source is an operation */
  if (op->kind == OP_TYPE && op->type && type_unalias(op->type)->kind == TYPE_POINTER)
    own = op_precedence(OP_DEREF);
  if (op->kind == OP_SLICELIT && (op->flags & OP_IMPLICIT) && p->unit->profile->front_end == FRONT_TYPECHECK)
    own = 0; /* extra arguments are a kind of their own */
  if (precedence > own) {
    put(p, "(");
    print_op(p, op);
    put(p, ")");
    return;
  }
  if (print_operand(p, op)) return;
  switch ((int)op->kind) {
  case OP_PTRLIT:
    if (!(op->x->flags & OP_POINTED)) put(p, "&");
    print_op(p, op->x);
    break;
  case OP_XDOT:
  case OP_DOT:
  case OP_DOTPTR:
  case OP_DOTINTER:
  case OP_DOTMETH:
  case OP_METHVALUE:
  case OP_METHEXPR:
    if (op->kind == OP_METHEXPR && p->unit->profile->front_end == FRONT_TYPECHECK && print_method_name(p, op))
      break;
    print_expr(p, op->x, own);
    put(p, ".");
    buffer_str(p->out, atom_str(op->sym));
    break;
  case OP_DOTTYPE:
  case OP_DOTTYPE2:
    print_expr(p, op->x, own);
    put(p, ".(");
    print_type(p, op->type);
    put(p, ")");
    break;
  case OP_INDEX:
  case OP_INDEXMAP:
    print_expr(p, op->x, own);
    put(p, "[");
    print_op(p, op->index);
    put(p, "]");
    break;
  case OP_SLICE:
  case OP_SLICESTR:
  case OP_SLICEARR:
  case OP_SLICE3:
  case OP_SLICE3ARR: print_slice(p, op, own); break;
  case OP_CALLFUNC:
  case OP_CALLINTER:
  case OP_CALLMETH:
  case OP_GETG:
    if (op->flags & OP_METHOD_CALL) {
      print_method_call(p, op, own);
      break;
    }
    print_expr(p, op->fun, own);
    print_arguments(p, op, 0);
    break;
  case OP_PLUS:
  case OP_NEG:
  case OP_BITNOT:
  case OP_NOT:
  case OP_RECV:
  case OP_ADDR:
  case OP_DEREF: print_unary(p, op, own); break;
  case OP_ADD:
  case OP_AND:
  case OP_ANDNOT:
  case OP_DIV:
  case OP_EQ:
  case OP_GE:
  case OP_GT:
  case OP_LE:
  case OP_LT:
  case OP_LSH:
  case OP_MOD:
  case OP_MUL:
  case OP_NE:
  case OP_OR:
  case OP_RSH:
  case OP_SUB:
  case OP_XOR:
  case OP_ANDAND:
  case OP_OROR:
  case OP_SEND: print_binary(p, op, own); break;
  case OP_ADDSTR:
    for (uint32_t i = 0; i < op->list.len; i++) {
      if (i > 0) put(p, " + ");
      print_expr(p, op->list.items[i], own);
    }
    break;
  default:
    put(p, "<node ");
    put(p, op_text((OpKind)op->kind));
    put(p, ">");
    break;
  }
}

static void print_expr(Printer *p, const Op *op, int precedence) {
  while (op && is_silent(op)) op = shown_operand(op);
  if (op && (op->flags & OP_AS_WRITTEN) && op->y && op != p->whole) op = op->y;
  if (!op) {
    put(p, nothing(p));
  } else if ((op->flags & OP_PARENTHESES) && op != p->whole) {
    put(p, "(");
    print_operation(p, op, 0);
    put(p, ")");
  } else {
    print_operation(p, op, precedence);
  }
}

void op_print(Buffer *out, const Unit *unit, const Op *op) {
  Printer p = {out, unit, op};
  print_op(&p, op);
}

void op_list_print(Buffer *out, const Unit *unit, Op *const *items, uint32_t len) {
  Printer p = {out, unit, NULL};
  print_ops(&p, items, len, "; ");
}
