/* SPDX-License-Identifier: BSD-3-Clause
 *
 * abi_wrappers: functions that translate between the two calling conventions.
 *
 * In: a unit whose functions are all there, its //go:linkname directives, its assembly sources (unit->asm_texts). Out: for each
 * function that is called by the other convention too, one that takes the same parameters and calls it, at the end of
 * unit->funcs. Assembly defines and calls functions by the old convention unless it says otherwise; a function with a linkname
 * may be called by both.
 *
 * Of assembly only the operands of the form name(SB) matter. The preprocessor's conditionals and macros are followed as far as
 * needed for that; included files are not read.
 *
 * Go: cmd/compile/internal/ssagen/abi.go, cmd/asm/internal/asm/asm.go (ParseSymABIs), cmd/asm/internal/lex
 */
#include "lower/lower.h"

typedef enum Abi { ABI_OLD = 1, ABI_INTERNAL = 2 } Abi;

typedef struct Macro {
  Str *params; /* NULL: without parentheses */
  uint32_t param_len;
  Str body;
} Macro;

typedef struct AsmReader {
  Unit *unit;
  Arena *arena;
  StrMap macros;          /* name -> Macro* */
  Map defs, refs;         /* Atom of the symbol -> Abi bits */
  bool macro_starts[256]; /* by the first byte of a name: there may be a macro */
  int skipping;           /* conditionals that exclude the current line */
  int depth;              /* of macro expansion */
} AsmReader;

/* ---- characters ---- */

static bool is_word(char c) {
  unsigned char u = (unsigned char)c;
  return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '_' || u >= 0x80;
}

static Str trim(Str s) {
  size_t from = 0, to = s.len;
  while (from < to && (s.data[from] == ' ' || s.data[from] == '\t' || s.data[from] == '\r')) from++;
  while (to > from && (s.data[to - 1] == ' ' || s.data[to - 1] == '\t' || s.data[to - 1] == '\r')) to--;
  return str_slice(s, from, to);
}

/* The identifier at the start of *rest, which moves behind it. */
static Str take_word(Str *rest) {
  size_t n = 0;
  while (n < rest->len && is_word(rest->data[n])) n++;
  Str word = str_slice(*rest, 0, n);
  *rest = str_slice(*rest, n, rest->len);
  return word;
}

/* ---- symbols ---- */

/* "·f" and "runtime·f" as the linker writes them: "pkg.f", "runtime.f". */
static Atom symbol_name(AsmReader *r, Str name) {
  Buffer text = {0};
  for (size_t i = 0; i < name.len; i++) {
    Str rest = str_slice(name, i, name.len);
    if (str_has_prefix(rest, STR("·"))) {
      if (i == 0) link_path_print(&text, atom_str(r->unit->path));
      buffer_char(&text, '.');
      i += sizeof "·" - 2;
    } else if (str_has_prefix(rest, STR("∕"))) {
      buffer_char(&text, '/');
      i += sizeof "∕" - 2;
    } else {
      buffer_char(&text, name.data[i]);
    }
  }
  Atom atom = intern(r->unit->session->interner, buffer_view(&text));
  buffer_free(&text);
  return atom;
}

/* An operand name(SB), name<ABIInternal>(SB) or with an offset, after $ or *. Local symbols, name<>, do not count. */
static void note_operand(AsmReader *r, Str operand, Map *where) {
  operand = trim(operand);
  if (operand.len > 0 && (operand.data[0] == '$' || operand.data[0] == '*'))
    operand = str_slice(operand, 1, operand.len);
  Str rest = operand, name = take_word(&rest);
  if (name.len == 0 || (name.data[0] >= '0' && name.data[0] <= '9')) return;
  Abi abi = ABI_OLD;
  if (str_has_prefix(rest, STR("<>"))) return;
  if (str_has_prefix(rest, STR("<ABIInternal>"))) {
    abi = ABI_INTERNAL;
    rest = str_slice(rest, sizeof "<ABIInternal>" - 1, rest.len);
  } else if (str_has_prefix(rest, STR("<ABI0>"))) {
    rest = str_slice(rest, sizeof "<ABI0>" - 1, rest.len);
  }
  if (rest.len > 0 && (rest.data[0] == '+' || rest.data[0] == '-')) {
    ptrdiff_t paren = str_index(rest, '(');
    if (paren < 0) return;
    rest = str_slice(rest, (size_t)paren, rest.len);
  }
  if (!str_has_prefix(rest, STR("(SB)"))) return;
  *map_put(where, map_key(symbol_name(r, name))) |= (uint64_t)abi;
}

/* `MNEMONIC a, b, c`, perhaps after a label. */
static void read_instruction(AsmReader *r, Str line) {
  line = trim(line);
  Str rest = line, word = take_word(&rest);
  while (word.len > 0 && rest.len > 0 && rest.data[0] == ':') {
    line = rest = trim(str_slice(rest, 1, rest.len));
    word = take_word(&rest);
  }
  if (word.len == 0 || str_equal(word, STR("GLOBL")) || str_equal(word, STR("PCDATA"))) return;
  bool text = str_equal(word, STR("TEXT"));
  uint32_t first = str_equal(word, STR("DATA")) || str_equal(word, STR("FUNCDATA")) ? 1 : 0, number = 0;
  size_t depth = 0, start = 0;
  for (size_t i = 0; i <= rest.len; i++) {
    char c = i < rest.len ? rest.data[i] : ',';
    if (c == '(') depth++;
    if (c == ')' && depth > 0) depth--;
    if (c != ',' || (depth > 0 && i < rest.len)) continue;
    if (number >= first && (!text || number == 0))
      note_operand(r, str_slice(rest, start, i), text ? &r->defs : &r->refs);
    number++;
    start = i + 1;
  }
}

/* ---- preprocessor ---- */

static void read_line(AsmReader *r, Str line);

/* Arguments of a macro's use, as written; rest moves behind the closing parenthesis. */
static uint32_t take_arguments(Str *rest, Str *args, uint32_t max) {
  uint32_t len = 0;
  size_t depth = 0, start = 1;
  for (size_t i = 0; i < rest->len; i++) {
    char c = rest->data[i];
    if (c == '(') depth++;
    if (c == ')') depth--;
    if ((c == ',' && depth == 1) || depth == 0) {
      if (len < max) args[len++] = trim(str_slice(*rest, start, i));
      start = i + 1;
    }
    if (depth > 0) continue;
    *rest = str_slice(*rest, i + 1, rest->len);
    break;
  }
  return len;
}

enum { MACRO_ARGUMENTS = 32, MACRO_DEPTH = 64 };

static void substitute(Buffer *out, const Macro *macro, const Str *args, uint32_t arg_len) {
  for (Str rest = macro->body; rest.len > 0;) {
    Str word = take_word(&rest);
    if (word.len == 0) {
      buffer_char(out, rest.data[0]);
      rest = str_slice(rest, 1, rest.len);
      continue;
    }
    Str with = word;
    for (uint32_t i = 0; i < macro->param_len && i < arg_len; i++)
      if (str_equal(word, macro->params[i])) with = args[i];
    buffer_str(out, with);
  }
}

static const Macro *macro_at(const AsmReader *r, Str word, Str rest) {
  const Macro *macro = strmap_get(&r->macros, word);
  return macro && macro->params && (rest.len == 0 || rest.data[0] != '(') ? NULL : macro;
}

static bool has_macro(const AsmReader *r, Str line) {
  for (Str rest = line; rest.len > 0;) {
    Str word = take_word(&rest);
    if (word.len == 0)
      rest = str_slice(rest, 1, rest.len);
    else if (r->macro_starts[(unsigned char)word.data[0]] && macro_at(r, word, rest))
      return true;
  }
  return false;
}

/* Whether some operand may be one that note_operand looks for. */
static bool has_symbol(Str line) {
  for (size_t at = 0; at < line.len; at++) {
    const char *paren = memchr(line.data + at, '(', line.len - at);
    if (!paren) return false;
    at = (size_t)(paren - line.data);
    if (str_has_prefix(str_slice(line, at, line.len), STR("(SB)"))) return true;
  }
  return false;
}

/* The line with its macros replaced. */
static void expand(AsmReader *r, Str line, Buffer *out) {
  for (Str rest = line; rest.len > 0;) {
    Str word = take_word(&rest);
    if (word.len == 0) {
      buffer_char(out, rest.data[0]);
      rest = str_slice(rest, 1, rest.len);
      continue;
    }
    const Macro *macro = macro_at(r, word, rest);
    if (!macro) {
      buffer_str(out, word);
      continue;
    }
    Str args[MACRO_ARGUMENTS];
    uint32_t arg_len = macro->params ? take_arguments(&rest, args, MACRO_ARGUMENTS) : 0;
    substitute(out, macro, args, arg_len);
  }
}

static void add_macro(AsmReader *r, Str name, Macro *macro) {
  *strmap_put(&r->macros, name) = macro;
  r->macro_starts[(unsigned char)name.data[0]] = true;
}

static void define(AsmReader *r, Str rest) {
  rest = trim(rest);
  Str name = take_word(&rest);
  Macro *macro = arena_new_of(r->arena, Macro);
  if (rest.len > 0 && rest.data[0] == '(') {
    macro->params = arena_new_array(r->arena, Str, MACRO_ARGUMENTS);
    macro->param_len = take_arguments(&rest, macro->params, MACRO_ARGUMENTS);
  }
  macro->body = trim(rest);
  if (name.len > 0) add_macro(r, arena_str(r->arena, name), macro);
}

static void read_directive(AsmReader *r, Str line) {
  Str rest = trim(str_slice(line, 1, line.len)), word = take_word(&rest), name = trim(rest);
  bool ifdef = str_equal(word, STR("ifdef")), ifndef = str_equal(word, STR("ifndef"));
  if (ifdef || ifndef) {
    bool holds = (strmap_get(&r->macros, name) != NULL) == ifdef;
    if (r->skipping > 0 || !holds) r->skipping++;
  } else if (str_equal(word, STR("else"))) {
    if (r->skipping <= 1) r->skipping = !r->skipping;
  } else if (str_equal(word, STR("endif"))) {
    if (r->skipping > 0) r->skipping--;
  } else if (r->skipping == 0 && str_equal(word, STR("define"))) {
    define(r, rest);
  } else if (r->skipping == 0 && str_equal(word, STR("undef"))) {
    void **macro = strmap_put(&r->macros, name);
    *macro = NULL;
  }
}

static void read_statements(AsmReader *r, Str line) {
  for (size_t start = 0, i = 0; i <= line.len; i++)
    if (i == line.len || line.data[i] == ';') {
      read_line(r, str_slice(line, start, i));
      start = i + 1;
    }
}

static void read_line(AsmReader *r, Str line) {
  if (r->depth == MACRO_DEPTH || !has_macro(r, line)) {
    if (has_symbol(line)) read_instruction(r, line);
    return;
  }
  Buffer text = {0};
  expand(r, line, &text);
  r->depth++;
  read_statements(r, arena_str(r->arena, buffer_view(&text)));
  r->depth--;
  buffer_free(&text);
}

/* Without comments; lines that a backslash continues become one. */
static Str plain_text(AsmReader *r, Str text) {
  char *out = arena_new_array(r->arena, char, text.len + 1);
  size_t len = 0;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.data[i], next = i + 1 < text.len ? text.data[i + 1] : 0;
    if (c == '/' && next == '/') {
      while (i < text.len && text.data[i] != '\n') i++;
      bool continued = i < text.len && text.data[i - 1] == '\\';
      if (i < text.len) out[len++] = continued ? ';' : '\n';
    } else if (c == '/' && next == '*') {
      for (i += 2; i + 1 < text.len && !(text.data[i] == '*' && text.data[i + 1] == '/'); i++)
        if (text.data[i] == '\n') out[len++] = ' ';
      i++;
    } else if (c == '\\' && next == '\n') {
      out[len++] = ' ';
      i++;
    } else {
      out[len++] = c;
    }
  }
  return (Str){out, len};
}

static void read_file(AsmReader *r, Str text) {
  text = plain_text(r, text);
  r->macros = strmap_in(r->arena);
  r->skipping = 0;
  Macro *defined = arena_new_of(r->arena, Macro);
  const Target *target = r->unit->target;
  memset(r->macro_starts, 0, sizeof r->macro_starts);
  add_macro(r, arena_printf(r->arena, "GOOS_%s", target->goos), defined);
  add_macro(r, arena_printf(r->arena, "GOARCH_%s", target->goarch), defined);
  for (size_t start = 0, i = 0; i <= text.len; i++) {
    if (i < text.len && text.data[i] != '\n') continue;
    Str line = trim(str_slice(text, start, i));
    if (line.len > 0 && line.data[0] == '#')
      read_directive(r, line);
    else if (r->skipping == 0)
      read_statements(r, line);
    start = i + 1;
  }
}

/* ---- wrappers ---- */

/* A call for its statement: `f(x)`, `return f(x)`, or through temporaries for several results. */
static void add_body(Unit *unit, Func *wrapper, Func *fn, Op *call) {
  XPos pos = XPOS_AUTOGENERATED;
  if (fn->result_len == 0) {
    op_list_push(unit, &wrapper->body, call);
    return;
  }
  Op *result = op_new(unit, OP_RETURN, pos, NULL);
  if (fn->result_len == 1) {
    call->type = fn->results[0]->op.type;
    op_list_push(unit, &result->list, call);
  } else {
    Op *assign = op_new(unit, OP_AS2FUNC, pos, NULL);
    op_list_push(unit, &assign->rhs, call);
    for (uint32_t i = 0; i < fn->result_len; i++) {
      Name *temp = name_temp(unit, wrapper, pos, fn->results[i]->op.type);
      op_list_push(unit, op_own_init(unit, assign), op_unary(unit, OP_DCL, pos, NULL, &temp->op));
      op_list_push(unit, &assign->lhs, &temp->op);
      op_list_push(unit, &result->list, &temp->op);
    }
    op_list_push(unit, op_own_init(unit, result), assign);
  }
  op_list_push(unit, &wrapper->body, result);
}

static Name *copy_param(Unit *unit, Func *wrapper, const Name *param) {
  Name *copy = name_new(unit, param->class_, param->op.pos, param->pkg, param->name, param->op.type, wrapper);
  copy->object = param->object;
  copy->name_flags = NAME_USED;
  func_declare(unit, wrapper, copy);
  return copy;
}

static void add_wrapper(Unit *unit, Func *fn) {
  XPos pos = XPOS_AUTOGENERATED;
  Func *wrapper = func_new_passing(unit, pos, fn->name->pkg, fn->name->name, fn->type);
  wrapper->flags |= FUNC_ABI_WRAPPER | FUNC_DUPOK | FUNC_LOWERED | FUNC_INLINABILITY_CHECKED;
  wrapper->params = arena_new_array(unit->bodies, Name *, fn->param_len);
  wrapper->results = arena_new_array(unit->bodies, Name *, fn->result_len);
  wrapper->param_len = fn->param_len;
  wrapper->result_len = fn->result_len;
  Op *call = op_unary(unit, OP_CALLFUNC, pos, NULL, &fn->name->op);
  bool variadic = fn->type && fn->type->kind == TYPE_SIGNATURE && fn->type->u.signature.variadic;
  if (variadic) call->flags |= OP_DDD;
  for (uint32_t i = 0; i < fn->param_len; i++) {
    wrapper->params[i] = copy_param(unit, wrapper, fn->params[i]);
    op_list_push(unit, &call->args, &wrapper->params[i]->op);
  }
  for (uint32_t i = 0; i < fn->result_len; i++)
    wrapper->results[i] = copy_param(unit, wrapper, fn->results[i]);
  add_body(unit, wrapper, fn, call);
  vec_push(unit->arena, &unit->funcs, wrapper);
}

/* Names of functions with a linkname: local name -> the linker's name. */
static Map find_linknames(const Unit *unit, Arena *arena) {
  Map linknames = map_in(arena);
  for (uint32_t i = 0; i < unit->pkg->file_len; i++) {
    const SyntaxFile *file = unit->pkg->files[i].syntax;
    for (uint32_t k = 0; k < file->linknames.len; k++) {
      const Linkname *link = &file->linknames.items[k];
      Atom remote = link->remote;
      if (!remote) {
        Buffer text = {0};
        link_path_print(&text, atom_str(unit->path));
        buffer_printf(&text, ".%s", atom_text(link->local));
        remote = intern(unit->session->interner, buffer_view(&text));
        buffer_free(&text);
      }
      map_set_ptr(&linknames, link->local, remote);
    }
  }
  return linknames;
}

static void check_func(AsmReader *r, const Map *linknames, Func *fn) {
  Unit *unit = r->unit;
  if (fn->has_recv || fn->closure || name_is_blank(fn->name) || !fn->object || fn->name->pkg != unit->pkg)
    return;
  Atom symbol = map_get_ptr(linknames, fn->name->name);
  bool linked = symbol != NULL, mentioned = r->defs.entries.len > 0 || r->refs.entries.len > 0;
  if (!symbol && mentioned) {
    Buffer text = {0};
    link_path_print(&text, atom_str(unit->path));
    buffer_printf(&text, ".%s", atom_text(fn->name->name));
    symbol = intern(unit->session->interner, buffer_view(&text));
    buffer_free(&text);
  }
  const uint64_t *def = mentioned ? map_find(&r->defs, map_key(symbol)) : NULL;
  const uint64_t *ref = mentioned ? map_find(&r->refs, map_key(symbol)) : NULL;
  uint64_t own = def ? *def : ABI_INTERNAL, wanted = ABI_INTERNAL | (ref ? *ref : 0);
  if (fn->pragma & PRAGMA_CGO_UNSAFE_ARGS) own = ABI_OLD;
  if (linked && (def || !(fn->flags & FUNC_NO_BODY))) wanted |= ABI_OLD | ABI_INTERNAL;
  if (wanted & ~own) add_wrapper(unit, fn);
}

void lower_abi_wrappers(Unit *unit) {
  if (!unit->target->register_abi) return;
  Arena *arena = scratch_new();
  AsmReader r = {.unit = unit, .arena = arena, .defs = map_in(arena), .refs = map_in(arena)};
  for (uint32_t i = 0; i < unit->asm_len; i++) read_file(&r, unit->asm_texts[i]);
  Map linknames = find_linknames(unit, arena);
  uint32_t len = unit->funcs.len;
  for (uint32_t i = 0; i < len; i++) check_func(&r, &linknames, unit->funcs.items[i]);
  scratch_free(arena);
}
