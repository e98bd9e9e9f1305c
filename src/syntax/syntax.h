/* SPDX-License-Identifier: BSD-3-Clause
 *
 * syntax: bytes -> tokens -> one syntax tree per file.
 *
 * The tree is immutable after parsing. Every node has a dense id (per package: the files of a package are parsed with one
 * IdCounter), so facts about nodes live in side arrays. Positions are those that the compiler stores, see nodes.def and
 * gc-pipeline.md section 3: a call stands at its `(`, a binary operation at its operator, a composite literal at its `{`.
 *
 * Bodies of functions without type parameters may lie in an arena of their own, so that they can go first (IdCounter.passing).
 * Bodies of functions can be skipped (PARSE_SKIP_BODIES) and parsed later by parse_body, which appends to the same arena.
 * Errors are notes: parsing goes on, at most one per line, worded as the compiler words them ("syntax error: ...").
 *
 * Go: cmd/compile/internal/syntax
 */
#ifndef HEAPWHY_SYNTAX_H
#define HEAPWHY_SYNTAX_H

#include "source/source.h"

/* ---- notes: what is wrong with the user's Go ---- */

typedef struct Note {
  Pos pos;
  Str text; /* the message; may contain "\n\t" continuations */
  /* The compiler goes on: after an unused variable and such with later phases; after a note of the parser that is no "syntax
     error: ..." (bad literals, labels, directives) with type checking, and with nothing more. */
  bool soft;
} Note;

typedef struct Notes {
  Arena *arena;
  VEC(Note) list; /* in the order in which they were found */
} Notes;

void note_add(Notes *notes, Pos pos, const char *fmt, ...) PRINTF_LIKE(3, 4);
void note_add_soft(Notes *notes, Pos pos, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* ---- operators ---- */

typedef enum Operator {
  OPERATOR_NONE,
  /* unary only, besides + - ^ * & and <- */
  OPERATOR_NOT,   /* ! */
  OPERATOR_RECV,  /* <- */
  OPERATOR_TILDE, /* ~ */
  /* binary, by rising precedence */
  OPERATOR_OROR,   /* || */
  OPERATOR_ANDAND, /* && */
  OPERATOR_EQL,
  OPERATOR_NEQ,
  OPERATOR_LSS,
  OPERATOR_LEQ,
  OPERATOR_GTR,
  OPERATOR_GEQ,
  OPERATOR_ADD,
  OPERATOR_SUB,
  OPERATOR_OR,
  OPERATOR_XOR,
  OPERATOR_MUL, /* also unary: indirection, pointer type */
  OPERATOR_DIV,
  OPERATOR_REM,
  OPERATOR_AND, /* also unary: address */
  OPERATOR_ANDNOT,
  OPERATOR_SHL,
  OPERATOR_SHR,
  OPERATOR_COUNT
} Operator;

const char *operator_text(Operator op); /* "+", "&^", … */
int operator_precedence(Operator op);   /* 1 || … 5 *; 0 for unary only */

/* ---- nodes ---- */

typedef enum NodeKind {
  NODE_NONE,
#define NODE(KIND, Struct, text) NODE_##KIND,
#include "syntax/nodes.def"
#undef NODE
  NODE_KIND_COUNT
} NodeKind;

const char *node_kind_text(NodeKind kind); /* "call expression", … */

typedef struct Node {
  NodeKind kind;
  uint32_t id; /* dense in its package, from 1; see NODE_PASSING */
  Pos pos;
} Node;

/* Set in the ids of nodes that go when their package is done: bodies without type parameters, initial values at package level. They
   are counted on their own. */
#define NODE_PASSING 0x80000000u

static inline bool node_is_passing(const Node *node) { return (node->id & NODE_PASSING) != 0; }

typedef struct NodeList {
  Node **items;
  uint32_t len;
} NodeList;

/* Names and expressions. Types are expressions. */

typedef struct NameExpr { /* NODE_NAME: an identifier, at its first character */
  Node node;
  Atom name;
} NameExpr;

typedef enum LitKind { LIT_INT, LIT_FLOAT, LIT_IMAG, LIT_RUNE, LIT_STRING } LitKind;

typedef struct BasicLit { /* NODE_BASIC_LIT */
  Node node;
  LitKind lit;
  bool bad;   /* malformed: an error was noted */
  Str source; /* as written, quotes included; a slice of the file */
} BasicLit;

typedef struct CompositeLit { /* NODE_COMPOSITE_LIT: type{elems}, at the `{` */
  Node node;
  Node *type; /* NULL: elided in a surrounding literal */
  NodeList elems;
  uint32_t key_count; /* elems that are NODE_KEY_VALUE */
  Pos rbrace;
} CompositeLit;

typedef struct KeyValueExpr { /* NODE_KEY_VALUE, at the `:` */
  Node node;
  Node *key, *value;
} KeyValueExpr;

typedef struct FuncLit { /* NODE_FUNC_LIT, at `func` */
  Node node;
  struct FuncTypeExpr *type;
  struct BlockStmt *body;
} FuncLit;

typedef struct ParenExpr { /* NODE_PAREN, at the `(` */
  Node node;
  Node *x;
} ParenExpr;

typedef struct SelectorExpr { /* NODE_SELECTOR: x.sel, at the `.` as gc stores it (see nodes.def) */
  Node node;
  Node *x;
  NameExpr *sel;
} SelectorExpr;

typedef struct IndexExpr { /* NODE_INDEX: x[index] or x[T1, T2] (index is a NODE_LIST), at the `[` */
  Node node;
  Node *x, *index;
} IndexExpr;

typedef struct SliceExpr { /* NODE_SLICE: x[i:j:k], at the `[` */
  Node node;
  Node *x;
  Node *index[3]; /* NULL where absent */
  bool full;      /* two colons */
} SliceExpr;

typedef struct AssertExpr { /* NODE_ASSERT: x.(type), at the `.` */
  Node node;
  Node *x, *type;
} AssertExpr;

typedef struct TypeSwitchGuard { /* NODE_TYPE_SWITCH_GUARD: lhs := x.(type) */
  Node node;
  NameExpr *lhs; /* NULL: no variable */
  Node *x;
} TypeSwitchGuard;

typedef struct
    Operation { /* NODE_OPERATION: x op y, or op x with y == NULL (also *x and &x), at the operator */
  Node node;
  Operator op;
  Node *x, *y;
} Operation;

typedef struct CallExpr { /* NODE_CALL, at the `(` */
  Node node;
  Node *fun;
  NodeList args;
  bool has_dots;
  Pos rparen;
} CallExpr;

typedef struct
    ListExpr { /* NODE_LIST: a, b, c in assignments, returns, type arguments; at the first element */
  Node node;
  NodeList elems;
} ListExpr;

typedef struct ArrayTypeExpr { /* NODE_ARRAY_TYPE: [length]elem */
  Node node;
  Node *length; /* NULL: [...]elem */
  Node *elem;
} ArrayTypeExpr;

typedef struct SliceTypeExpr { /* NODE_SLICE_TYPE */
  Node node;
  Node *elem;
} SliceTypeExpr;

typedef struct DotsTypeExpr { /* NODE_DOTS_TYPE: ...elem, last parameter only */
  Node node;
  Node *elem;
} DotsTypeExpr;

typedef struct StructTypeExpr { /* NODE_STRUCT_TYPE */
  Node node;
  struct FieldNode **fields; /* one per name; embedded: name == NULL */
  uint32_t field_len;
  BasicLit **tags; /* field_len entries or NULL; NULL where there is no tag */
} StructTypeExpr;

typedef struct
    FieldNode { /* NODE_FIELD: a parameter, result, struct field, method or embedded type; at the name or type */
  Node node;
  NameExpr *name; /* NULL: unnamed parameter, embedded field or element */
  Node *type;     /* shared by all names of one group */
} FieldNode;

typedef struct FieldList {
  FieldNode **items;
  uint32_t len;
} FieldList;

typedef struct
    InterfaceTypeExpr { /* NODE_INTERFACE_TYPE; methods have a name and a NODE_FUNC_TYPE, unions are OPERATOR_OR */
  Node node;
  FieldList elems;
} InterfaceTypeExpr;

typedef struct FuncTypeExpr { /* NODE_FUNC_TYPE */
  Node node;
  FieldList params, results;
} FuncTypeExpr;

typedef struct MapTypeExpr { /* NODE_MAP_TYPE */
  Node node;
  Node *key, *value;
} MapTypeExpr;

typedef enum ChanDir { CHAN_BOTH, CHAN_SEND, CHAN_RECV } ChanDir;

typedef struct ChanTypeExpr { /* NODE_CHAN_TYPE */
  Node node;
  ChanDir dir;
  Node *elem;
} ChanTypeExpr;

/* Declarations. `group` is the same non-zero number for all specs of one parenthesised declaration, else 0. */

typedef struct ImportDecl { /* NODE_IMPORT_DECL */
  Node node;
  uint32_t group;
  NameExpr *local; /* NULL, or `_`, `.`, a name */
  BasicLit *path;
} ImportDecl;

typedef struct ConstDecl { /* NODE_CONST_DECL: one spec */
  Node node;
  uint32_t group;
  uint32_t iota_value; /* index of the spec in its group */
  NameExpr **names;
  uint32_t name_len;
  Node *type;   /* NULL; inherited types and values are the checker's work */
  Node *values; /* NULL, one expression or a NODE_LIST */
} ConstDecl;

typedef struct TypeDecl { /* NODE_TYPE_DECL */
  Node node;
  uint32_t group;
  uint32_t pragma;
  NameExpr *name;
  FieldList tparams;
  bool alias;
  Node *type;
} TypeDecl;

typedef struct VarDecl { /* NODE_VAR_DECL: one spec */
  Node node;
  uint32_t group;
  NameExpr **names;
  uint32_t name_len;
  Node *type;   /* NULL */
  Node *values; /* NULL, one expression or a NODE_LIST */
} VarDecl;

typedef struct FuncDecl { /* NODE_FUNC_DECL, at the name; at the receiver's `(` for a method */
  Node node;
  uint32_t pragma;
  FieldNode *recv; /* NULL for functions */
  NameExpr *name;
  FieldList tparams;
  FuncTypeExpr *type;
  struct BlockStmt *body;        /* NULL: no body, or skipped: see body_len */
  uint32_t body_offset;          /* of the `{` in the file */
  uint32_t body_len;             /* bytes from `{` to after `}`; 0: the function has no body */
  uint32_t body_id, body_id_end; /* numbers of the body's nodes, end excluded; 0 while it is not parsed */
} FuncDecl;

/* Statements. Simple statements: empty, expression, send, assignment. */

typedef struct AtomList {
  Atom *items;
  uint32_t len;
} AtomList;

typedef struct BlockStmt { /* NODE_BLOCK, at the `{` */
  Node node;
  NodeList stmts;
  Pos rbrace;
  const AtomList *
      labels; /* a function's body: its labels and those of literals in it, as written; NULL: there are none */
} BlockStmt;

typedef struct LabeledStmt { /* NODE_LABELED */
  Node node;
  NameExpr *label;
  Node *stmt;
} LabeledStmt;

typedef struct ExprStmt { /* NODE_EXPR_STMT */
  Node node;
  Node *x;
} ExprStmt;

typedef struct SendStmt { /* NODE_SEND, at the `<-` */
  Node node;
  Node *chan, *value;
} SendStmt;

typedef struct DeclStmt { /* NODE_DECL_STMT */
  Node node;
  NodeList decls;
} DeclStmt;

typedef struct AssignStmt { /* NODE_ASSIGN: lhs op= rhs, at the operator */
  Node node;
  Operator op; /* OPERATOR_NONE: plain */
  bool define; /* := */
  Node *lhs;   /* an expression or a NODE_LIST */
  Node *rhs;   /* NULL for x++ and x-- (op is ADD or SUB) */
} AssignStmt;

typedef enum BranchKind { BRANCH_BREAK, BRANCH_CONTINUE, BRANCH_GOTO, BRANCH_FALLTHROUGH } BranchKind;

typedef struct BranchStmt { /* NODE_BRANCH */
  Node node;
  BranchKind branch;
  NameExpr *label; /* NULL */
} BranchStmt;

typedef struct CallStmt { /* NODE_GO or NODE_DEFER, at the keyword */
  Node node;
  Node *call; /* a NODE_CALL unless the program is wrong */
} CallStmt;

typedef struct ReturnStmt { /* NODE_RETURN */
  Node node;
  Node *results; /* NULL, an expression or a NODE_LIST */
} ReturnStmt;

typedef struct IfStmt { /* NODE_IF */
  Node node;
  Node *init; /* NULL or a simple statement */
  Node *cond;
  BlockStmt *then;
  Node *orelse; /* NULL, NODE_IF or NODE_BLOCK */
} IfStmt;

typedef struct RangeClause { /* NODE_RANGE, as the init of a for statement; at `range` as gc stores it */
  Node node;
  bool define;
  Node *lhs; /* NULL, an expression or a NODE_LIST */
  Node *x;
} RangeClause;

typedef struct ForStmt { /* NODE_FOR */
  Node node;
  Node *init; /* NULL, a simple statement or a NODE_RANGE */
  Node *cond, *post;
  BlockStmt *body;
} ForStmt;

typedef struct CaseClause { /* NODE_CASE, at `case` or `default` */
  Node node;
  Node *cases; /* NULL: default; else an expression or a NODE_LIST */
  NodeList body;
  Pos colon;
} CaseClause;

typedef struct SwitchStmt { /* NODE_SWITCH */
  Node node;
  Node *init;
  Node *tag; /* NULL, an expression or a NODE_TYPE_SWITCH_GUARD */
  CaseClause **clauses;
  uint32_t clause_len;
  Pos rbrace;
} SwitchStmt;

typedef struct CommClause { /* NODE_COMM */
  Node node;
  Node *comm; /* NULL: default; else a send, expression or assignment statement */
  NodeList body;
  Pos colon;
} CommClause;

typedef struct SelectStmt { /* NODE_SELECT */
  Node node;
  CommClause **clauses;
  uint32_t clause_len;
  Pos rbrace;
} SelectStmt;

/* ---- directives: `//go:` comments ---- */

/* Bits of FuncDecl.pragma and TypeDecl.pragma; rows in pragmas.def. */
typedef enum Pragma {
#define PRAGMA(NAME, bit, text) PRAGMA_##NAME = 1u << (bit),
#include "syntax/pragmas.def"
#undef PRAGMA
} Pragma;

typedef struct Linkname { /* //go:linkname local [remote] */
  Pos pos;
  Atom local, remote; /* remote: NULL for the one-argument form */
  bool std;           /* //go:linknamestd */
} Linkname;

typedef struct EmbedDirective { /* //go:embed patterns, before a variable */
  Pos pos;
  Str patterns;  /* as written behind `go:embed` */
  VarDecl *decl; /* the declaration that it stands before */
  bool in_function;
} EmbedDirective;

/* ---- files ---- */

typedef struct SyntaxFile { /* one parsed file */
  SourceFile *source;
  Arena *arena;
  NameExpr *package_name; /* NULL if the package clause is broken */
  Pos pos;                /* of the `package` keyword */
  NodeList decls;
  Pos eof;
  VEC(Linkname) linknames;
  VEC(EmbedDirective) embeds;
  Str go_version; /* "go1.21" from a //go:build line before the package clause, or empty */
  bool imports_unsafe, has_cgo_directives;
  Notes late; /* misplaced directives: the compiler reports them only if type checking found nothing */
} SyntaxFile;

typedef enum ParseFlags {
  PARSE_ALL = 0,
  PARSE_SKIP_BODIES = 1 << 0,    /* FuncDecl.body stays NULL, body_len says where it is */
  PARSE_IMPORTS_ONLY = 1 << 1,   /* package clause and imports */
  PARSE_CHECK_BRANCHES = 1 << 2, /* labels, goto, break and continue are verified (the compiler does) */
  PARSE_STD =
      1 << 3, /* the compiler's -std: directives that only the standard library may use are accepted */
  PARSE_RUNTIME = 1 << 4, /* the compiler's -+: likewise for the runtime */
  PARSE_WASM = 1 << 5,    /* the target is WebAssembly: //go:wasmimport and //go:wasmexport mean something */
  PARSE_NOT_IN_HEAP = 1 << 6,    /* types can be //go:notinheap */
  PARSE_NO_TYPE_PARAMS = 1 << 7, /* the language and its messages before type parameters */
  PARSE_NO_BUILD_LINES = 1 << 8  /* //go:build is a comment like others */
} ParseFlags;

typedef struct IdCounter {
  uint32_t next;          /* id for the next node, from 1 */
  uint32_t next_passing;  /* the same for nodes with NODE_PASSING, without that bit */
  struct NameSlot *names; /* the parser's own, in `passing`: names seen lately in the package */
  Arena *
      passing; /* where bodies lie that nobody needs when the package is done: those without type parameters; NULL:
                     nowhere, they stay */
} IdCounter;

typedef struct SyntaxSession { /* what is shared by all packages of a run */
  Interner *interner;
  Sources *sources;
} SyntaxSession;

/* Parses one file into `arena`. Never fails as a whole: what is wrong is in `notes`. */
SyntaxFile *parse_file(Arena *arena, const SyntaxSession *session, SourceFile *source, IdCounter *ids,
                       Notes *notes, ParseFlags flags);
/* Parses the skipped body of a function; afterwards decl->body is set. */
void parse_body(const SyntaxSession *session, SyntaxFile *file, FuncDecl *decl, IdCounter *ids, Notes *notes,
                ParseFlags flags);
/* Parses one expression from a text of its own (tests, fuzzing). */
Node *parse_expression(Arena *arena, const SyntaxSession *session, SourceFile *source, IdCounter *ids,
                       Notes *notes);

/* The places of one token in two texts: offsets, and its length in bytes. */
typedef struct TokenPair {
  uint32_t before, after, len;
} TokenPair;

typedef struct TokenPairs { /* in order */
  TokenPair *items;
  uint32_t len;
} TokenPairs;

/* Whether two texts (a NUL behind each) differ in nothing but blanks and comments without a meaning, so that a position is all that
   the compiler can tell them apart by. Texts with errors of the scanner, `//line` directives or lines that are too long for exact
   positions do not match. */
bool tokens_match(Arena *arena, Interner *interner, Str before, Str after, TokenPairs *out);

typedef struct TextRange { /* in bytes */
  uint32_t from, to;
} TextRange;

/* From the start of the last token that is the same to that of the first one that is it again. */
typedef struct TokenChange {
  TextRange before, after;
} TokenChange;

/* In order, apart from each other, at most one in each declaration of the file. */
typedef struct TokenChanges {
  TokenChange *items;
  uint32_t len;
} TokenChanges;

/* The same for texts that may differ in some places: pairs for all tokens around them. Several places are told apart if they are in
   declarations that are the same up to the `{` of a function's body, or in their first name, with the same ones between them;
   otherwise one change covers all. False also where a directive has changed. */
bool tokens_compare(Arena *arena, Interner *interner, Str before, Str after, TokenPairs *out,
                    TokenChanges *changes);
/* Of a text's tokens: equal for texts that match. False: it matches none, not even itself. */
bool tokens_digest(Arena *arena, Interner *interner, Str text, Digest *out);
/* Where what stood at an offset stands in the other text. False: there was no token. */
bool token_moved(const TokenPairs *pairs, uint32_t before, uint32_t *after);

/* Appends the source form of a node, canonical, as the compiler's error messages show it (bodies of literals elided as
   `func() {…}` when short is set). */
void node_print(Buffer *out, const Node *node, bool short_form);
/* Appends a whole file in the long form. */
void syntax_print(Buffer *out, const SyntaxFile *file);
/* Appends an indented dump with positions: `heapwhy dump syntax`. */
void syntax_dump(Buffer *out, const Sources *sources, const SyntaxFile *file);

/* Position where a node's text begins or ends, as the compiler's syntax.StartPos / EndPos. */
Pos node_start(const Node *node);
Pos node_end(const Node *node);
static inline Node *node_unparen(Node *node) {
  while (node && node->kind == NODE_PAREN) node = ((ParenExpr *)node)->x;
  return node;
}
/* The elements of a NODE_LIST, or the node itself as a list of one; NULL gives an empty list. `self` is storage for one. */
NodeList node_elements(Node *const *self);

/* The text of a string or rune literal, decoded. False: malformed (already noted by the scanner). */
bool literal_unquote(Arena *arena, const BasicLit *lit, Str *out);

#endif
