/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Unions of terms in interfaces: A | ~B | C.
 *
 * Go: cmd/compile/internal/types2/union.go
 */
#include "types/generics.h"

enum { TERM_LIMIT = 100 };

typedef struct Term { /* as written */
  UnionTerm term;
  Node *node;
  Operation *operation; /* the `|` left of it; NULL for the first */
} Term;

typedef struct TermVec {
  VEC(Term) list;
} TermVec;

static void flatten(Checker *check, Node *e, TermVec *out) {
  Operation * or = e->kind == NODE_OPERATION ? (Operation *)e : NULL;
  if (or && or->op == OPERATOR_OR && or->y) {
    flatten(check, or->x, out);
    vec_push(check->arena, &out->list, (Term){{false, NULL}, or->y, or });
    return;
  }
  vec_push(check->arena, &out->list, (Term){{false, NULL}, e, NULL});
}

static Type *new_union(Checker *check, const Term *terms, uint32_t len) {
  Type *t = type_new(check->universe, TYPE_UNION);
  lock_take(universe_lock(check->universe));
  t->u.union_.terms = arena_new_array(universe_arena(check->universe), UnionTerm, len);
  lock_release(universe_lock(check->universe));
  t->u.union_.len = len;
  for (uint32_t i = 0; i < len; i++) t->u.union_.terms[i] = terms[i].term;
  return t;
}

static UnionTerm parse_term(Checker *check, Node *e) {
  Operation *operation = e->kind == NODE_OPERATION ? (Operation *)e : NULL;
  bool tilde = operation && operation->op == OPERATOR_TILDE;
  Node *x = tilde ? operation->x : e;
  Type *t = check_type(check, x);
  if (type_unalias(t)->kind == TYPE_TYPE_PARAM) {
    if (tilde)
      check_error(check, error_pos(x), "type in term %s cannot be a type parameter", text_expr(check, e));
    else
      check_error(check, error_pos(x), "term cannot be a type parameter");
    t = type_invalid(check->universe);
  }
  UnionTerm term = {tilde, t};
  if (tilde) record_type_and_value(check, e, MODE_TYPE, new_union(check, &(Term){term, e, NULL}, 1), NULL);
  return term;
}

Type *check_parse_tilde(Checker *check, Node *e) {
  return new_union(check, &(Term){parse_term(check, e), e, NULL}, 1);
}

/* ---- validity, once all types are set up ---- */

/* Terms stand in messages with full package paths. */
static const char *text_term(Checker *check, UnionTerm term) {
  Buffer out = {0};
  term_list_print(&out, (TermList){&term, 1}, NULL);
  const char *text = arena_strdup(check->arena, buffer_view(&out));
  buffer_free(&out);
  return text;
}

static void check_interface_term(Checker *check, const Term *term, Type *interface) {
  const TypeSet *set = type_set(check->universe, interface);
  Pos pos = error_pos(term->node);
  const char *text = text_term(check, term->term);
  if (set->methods.len > 0) {
    check_error(check, pos, "cannot use %s in union (%s contains methods)", text, text);
  } else if (type_unalias(term->term.type) == type_unalias(universe_comparable(check->universe))) {
    check_error(check, pos, "cannot use comparable in union");
  } else if (set->comparable) {
    check_error(check, pos, "cannot use %s in union (%s embeds comparable)", text, text);
  }
}

static void check_terms(Checker *check, void *data) {
  const TermVec *terms = data;
  for (uint32_t i = 0; i < terms->list.len && i < TERM_LIMIT; i++) {
    const Term *term = &terms->list.items[i];
    Type *t = term->term.type;
    if (!type_valid(t)) continue;
    Type *under = type_underlying(t);
    Pos pos = error_pos(term->node);
    if (term->term.tilde && under->kind == TYPE_INTERFACE) {
      check_error(check, pos, "invalid use of ~ (%s is an interface)", text_type(check, t));
      continue;
    }
    if (term->term.tilde && !type_identical(under, t)) {
      check_error(check, pos, "invalid use of ~ (underlying type of %s is %s)", text_type(check, t),
                  text_type(check, under));
      continue;
    }
    if (under->kind == TYPE_INTERFACE) {
      check_interface_term(check, term, under);
      continue;
    }
    for (uint32_t j = 0; j < i; j++) {
      UnionTerm other = terms->list.items[j].term;
      if (type_underlying(other.type)->kind == TYPE_INTERFACE || term_disjoint(other, term->term)) continue;
      check_soft_error(check, pos, "overlapping terms %s and %s", text_term(check, term->term),
                       text_term(check, other));
      break;
    }
  }
}

Type *check_parse_union(Checker *check, Node *e) {
  TermVec *terms = arena_new_of(check->arena, TermVec);
  flatten(check, e, terms);
  Type *result = NULL;
  for (uint32_t i = 0; i < terms->list.len; i++) {
    Term *term = &terms->list.items[i];
    term->term = parse_term(check, term->node);
    if (terms->list.len == 1 && !term->term.tilde) return term->term.type;
    if (i < TERM_LIMIT) {
      result = new_union(check, terms->list.items, i + 1);
    } else if (type_valid(result)) {
      check_error(check, error_pos(term->node),
                  "cannot handle more than %d union terms (implementation limitation)", TERM_LIMIT);
      result = type_invalid(check->universe);
    }
    if (term->operation) record_type_and_value(check, &term->operation->node, MODE_TYPE, result, NULL);
  }
  if (type_valid(result)) check_later(check, check_terms, terms);
  return result;
}

void check_union(Checker *check, Type *result, Operation *e) {
  Type *t = check_parse_union(check, &e->node);
  if (t->kind == TYPE_UNION) result->u.union_ = t->u.union_;
}
