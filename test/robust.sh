#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# No crash, no internal error, no sanitizer report, no hang: every Go file of GOROOT as a package of its own, and odd input.
#
#   test/robust.sh [files|single|nesting|odd]...     (default: all)
#   HEAPWHY=build/asan/heapwhy test/robust.sh files
#
# files    every .go file below GOROOT/src (deliberately broken ones too) and GOROOT/test, each alone in a folder of a copy of GOROOT,
#          ROBUST_CHUNK (500) folders in one process; a chunk that breaks is halved until the file is found
# single   GOROOT/test and the checker's testdata as `heapwhy FILE`, one process each, 20 s at most
# nesting  generated programs, ROBUST_DEPTH (100000) deep or long
# odd      large, binary, empty, missing, unreadable files, pipes, folders named x.go
. "$(dirname "$0")/lib.sh"
need_oracle || { printf 'skip robust: no GOROOT\n'; exit 0; }
room=$work/robust
seconds=${ROBUST_SECONDS:-20}
depth=${ROBUST_DEPTH:-100000}
signs='^heapwhy: internal error|^heapwhy: BUG|^==[0-9]+==ERROR|^WARNING: ThreadSanitizer|^src/[a-z/_]*\.[ch]:[0-9:]+ runtime error:'
mkdir -p "$room"
: >"$room/broken"

# Is the exit code of a run or what it wrote a sign of a fault of ours?
is_fault() { # CODE FILE
  [ "$1" -ge 124 ] || grep -qaE "$signs" "$2"
}

# A time limit in seconds of CPU, as other work on the machine is none of our business, and a wider one by the clock.
limited() { # SECONDS COMMAND...
  (
    ulimit -t "$1"
    shift
    exec timeout $((seconds * 30)) "$@"
  )
}

report() { # NAME CODE FILE
  reason=$(grep -aE -m 1 "$signs" "$3" | cut -c 1-200)
  [ "$2" != 124 ] && [ "$2" != 137 ] && [ "$2" != 152 ] || reason="longer than the time limit"
  printf '  %s: exit code %d, %s\n' "$1" "$2" "$reason"
  printf '%s\n' "$1" >>"$room/broken"
}

# ---- files ----

# The copy of GOROOT: real folders, links to its files; $1: where.
copy_goroot() {
  [ -d "$1/src/zztest" ] && return 0
  mkdir -p "$1"
  cp -f "$goroot/VERSION" "$goroot/go.env" "$1/"
  cp -rsfL "$(readlink -f "$goroot/src")" "$1/" 2>/dev/null || cp -rfL "$goroot/src" "$1/"
  (cd "$goroot/" && find -L src test -name '*.go' -type f | sort) >"$room/list"
  awk -v goroot="$goroot" -v copy="$1" '
    {
      folder = $0
      sub(/\/[^\/]*$/, "", folder)
      sub(/^test/, "src/zztest", folder)
      folder = folder "/zz" NR
      out = copy "/" folder "/x.go"
      system("mkdir -p \"" copy "/" folder "\"")
      in_file = goroot "/" $0
      printf "" >out
      while ((getline line <in_file) > 0) {
        sub(/^\/\/go:build/, "//xx:build", line)
        sub(/^\/\/ \+build/, "// xbuild", line)
        print line >out
      }
      close(in_file)
      close(out)
      sub(/^src\//, "", folder)
      print folder, $0
    }' "$room/list" >"$room/packages"
}

# One process over the folders named in file $1; halves them when it breaks.
run_chunk() {
  count=$(wc -l <"$1")
  # shellcheck disable=SC2046
  limited $((seconds + count)) "$heapwhy" -goroot "$room/goroot" "$flags" $(cut -d ' ' -f 1 "$1") >"$1.out" 2>&1
  code=$?
  is_fault $code "$1.out" || return 0
  if [ "$count" = 1 ]; then
    report "$(cut -d ' ' -f 2 "$1")" $code "$1.out"
    return 0
  fi
  split -n l/2 "$1" "$1."
  if [ ! -s "$1.aa" ] || [ ! -s "$1.ab" ]; then # l/2 divides by bytes
    head -n $((count / 2)) "$1" >"$1.aa"
    tail -n +$((count / 2 + 1)) "$1" >"$1.ab"
  fi
  set -- "$1.aa" "$1.ab"
  run_chunk_pair "$@"
}
run_chunk_pair() {
  (run_chunk "$1")
  (run_chunk "$2")
}

suite_files() {
  copy_goroot "$room/goroot"
  rm -f "$room"/chunk.*
  split -l "${ROBUST_CHUNK:-500}" -a 4 "$room/packages" "$room/chunk."
  for flags in ${ROBUST_FLAGS:--m=2 -json}; do
    for chunk in "$room"/chunk.????; do run_chunk "$chunk"; done
  done
  ran=$(wc -l <"$room/packages")
}

# ---- single ----

suite_single() {
  (cd "$goroot/" && find -L test src/internal/types/testdata src/cmd/compile/internal/syntax/testdata \
    src/cmd/compile/internal/types2/testdata -name '*.go' -type f 2>/dev/null | sort) >"$room/singles"
  while read -r file; do
    limited "$seconds" "$heapwhy" -goroot "$goroot" -m=2 "$goroot/$file" >"$room/out" 2>&1
    code=$?
    is_fault $code "$room/out" && report "$file" $code "$room/out"
  done <"$room/singles"
  ran=$(wc -l <"$room/singles")
}

# ---- nesting ----

try() { # NAME ARGUMENT...
  name=$1
  shift
  ran=$((ran + 1))
  start=$(now)
  limited "$seconds" "$heapwhy" -goroot "$goroot" "$@" >"$room/out" 2>&1 </dev/null
  code=$?
  took=$(awk -v a="$start" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }')
  [ -z "${ROBUST_VERBOSE-}" ] || printf '  %-28s %6s s  exit code %d  %s\n' "$name" "$took" $code "$(head -n 2 "$room/out" | tail -n 1 | cut -c 1-100)"
  ! is_fault $code "$room/out" || report "$name" $code "$room/out"
}

# nest NAME PROGRAM [FLAG]: awk program with the functions rep(text, times) and n; -m=2 unless said
nest() {
  awk -v n="$depth" 'function rep(text, times,   all, unit) {
      all = ""
      for (unit = text; times > 0; times = int(times / 2)) { if (times % 2) all = all unit; unit = unit unit }
      return all
    }
    BEGIN { '"$2"' }' >"$room/nest.go"
  try "nest $1" "${3--m=2}" "$room/nest.go"
}

suite_nesting() {
  ran=0
  nest parentheses 'print "package p\nvar x = " rep("(", n) "1" rep(")", n)'
  nest "open parentheses" 'print "package p\nvar x = " rep("(", n)'
  nest blocks 'print "package p\nfunc f() " rep("{", n) rep("}", n)'
  nest "open blocks" 'print "package p\nfunc f() " rep("{", n)'
  nest composites 'print "package p\ntype T []T\nvar x = T" rep("{", n) rep("}", n)'
  nest "pointer composites" 'print "package p\ntype T []*T\nvar x = T" rep("{", n) rep("}", n)'
  nest "local composites" 'print "package p\ntype T []T\nfunc f() T { return T" rep("{", n) rep("}", n) "}"'
  nest unary 'print "package p\nfunc f(x int) int { return " rep("- ", n) "x }"'
  nest "constant unary" 'print "package p\nconst c = " rep("- ", n) "1"'
  nest not 'print "package p\nfunc f(x bool) bool { return " rep("!", n) "x }"'
  nest stars 'print "package p\nfunc f(x *int) int { return " rep("*", n) "x }"'
  nest receives 'print "package p\nfunc f(x chan int) int { return " rep("<-", n) "x }"'
  nest addresses 'print "package p\nfunc f(x int) { _ = " rep("& ", n) "x }"'
  nest additions 'print "package p\nfunc f(x int) int { return x" rep("+x", n) " }"'
  nest "constant additions" 'print "package p\nconst c = 1" rep("+1", n)'
  nest "string additions" 'print "package p\nfunc f(x string) string { return x" rep("+x", n) " }"'
  nest "constant strings" 'print "package p\nconst c = \"a\"" rep("+\"a\"", n)'
  nest "right additions" 'print "package p\nfunc f(x int) int { return " rep("x+(", n) "x" rep(")", n) " }"'
  nest ands 'print "package p\nfunc f(x bool) bool { return x" rep("&&x", n) " }"'
  # Chains: with -m=2 each step of the explanation prints the whole chain, ten gigabytes, for the compiler as well.
  nest selectors 'print "package p\ntype T struct{ x *T }\nfunc f(t *T) *T { return t" rep(".x", n) " }"' -m
  nest "method chain" 'print "package p\ntype T struct{}\nfunc (t *T) m() *T { return t }\nfunc f(t *T) *T { return t" rep(".m()", n - 10) " }"'
  nest "calls" 'print "package p\nfunc g(x int) int { for {} }\nfunc f(x int) int { return " rep("g(", n) "x" rep(")", n) " }"'
  nest "inlined calls" 'print "package p\nfunc g(x *int) *int { return x }\nfunc f(x *int) *int { return " rep("g(", n) "x" rep(")", n) " }"'
  nest "conversions" 'print "package p\nfunc f(x int) int { return " rep("int(", n) "x" rep(")", n) " }"'
  nest indices 'print "package p\nfunc f(x []int) int { return " rep("x[", n) "0" rep("]", n) " }"'
  nest "index chain" 'print "package p\ntype T []T\nfunc f(x T) T { return x" rep("[0]", n) " }"' -m
  nest "slice chain" 'print "package p\nfunc f(x []int) []int { return x" rep("[:]", n) " }"' -m
  nest "assertions" 'print "package p\nfunc f(x any) any { return x" rep(".(any)", n) " }"' -m
  nest slices 'print "package p\nvar x " rep("[]", n) "int"'
  nest arrays 'print "package p\nvar x " rep("[1]", n) "int"'
  nest pointers 'print "package p\nvar x " rep("*", n) "int"'
  nest channels 'print "package p\nvar x " rep("chan ", n) "int"'
  nest maps 'print "package p\nvar x " rep("map[int]", n) "int"'
  nest "function types" 'print "package p\nvar x " rep("func(", n) rep(")", n)'
  nest "function results" 'print "package p\nvar x " rep("func() ", n) "int"'
  nest structs 'print "package p\nvar x " rep("struct { a ", n) "int" rep("}", n)'
  nest interfaces 'print "package p\nvar x " rep("interface { m() ", n) "int" rep("}", n)'
  nest "instances" 'print "package p\ntype G[T any] struct{ x *T }\nvar x " rep("G[", n) "int" rep("]", n)'
  nest "alias instances" 'print "package p\ntype A[T any] = *T\nvar x " rep("A[", n) "int" rep("]", n)'
  nest "type arguments" 'print "package p\ntype P[S, T any] struct{ s S; t T }\nvar x " rep("P[int, ", n) "int" rep("]", n)'
  nest "map keys" 'print "package p\nvar x " rep("map[", n) "int" rep("]int", n)'
  nest "lists of arrays" 'print "package p\nvar x = " rep("[][1]", n) "int{}"'
  nest "structs of interfaces" 'print "package p\nvar x " rep("struct { a interface { m(", n / 2) "int" rep(") } }", n / 2)'
  nest "functions of functions" 'print "package p\nfunc f(x " rep("func(func(", n / 2) rep("))", n / 2) ") { _ = x }"'
  nest "receive channels" 'print "package p\nvar x " rep("<-chan ", n) "int"'
  nest "struct literals" 'print "package p\nvar x = " rep("struct{ a any }{", n) "nil" rep("}", n)'
  nest "map literals" 'print "package p\ntype T map[string]T\nvar x = T" rep("{\"a\": ", n) "nil" rep("}", n)'
  nest "boxes" 'print "package p\nfunc f(x int) any { return " rep("any(", n) "x" rep(")", n) " }"'
  # Each line of -m prints what is inside.
  nest "named conversions" 'n = n < 5000 ? n : 5000; print "package p\ntype A []byte\ntype B string\nfunc f(x A) A { return " rep("A(B(", n / 2) "x" rep("))", n / 2) " }"' -m
  nest "method expressions" 'print "package p\ntype T struct{}\nfunc (t T) m(u T) T { return u }\nfunc f(t T) T { return " rep("T.m(t, ", n) "t" rep(")", n) " }"'
  nest "method values" 'print "package p\ntype T struct{}\nfunc (t *T) m() *T { return t }\nfunc f(t *T) any { return t" rep(".m()", n - 1) ".m }"' -m
  nest "appends" 'n = n < 500 ? n : 500; print "package p\nfunc f(x []int) []int { return " rep("append(", n) "x" rep(", 1)", n) " }"'
  nest "minima" 'print "package p\nfunc f(x int) int { return " rep("min(1, ", n) "x" rep(")", n) " }"'
  nest "comparisons" 'print "package p\nfunc f(x bool) bool { return x" rep(" == x", n) " }"'
  nest "shifts" 'print "package p\nfunc f(x uint) uint { return x" rep("<<1", n) " }"'
  nest "else" 'print "package p\nfunc f(x int) int { " rep("if x == 1 { x++ } else ", n) "{ return 2 }; return x }"'
  nest "type switches" 'print "package p\nfunc f(x any) { " rep("switch y := x.(type) { case int: _ = y; ", n) rep("}", n) "}"'
  nest "ranges over functions" 'print "package p\nfunc f(x func(func(int) bool)) { " rep("for range x {", n) rep("}", n) "}"'
  nest "type parameter list" 'print "package p\ntype G[T interface{ " rep("interface{ ", n) "int" rep("}", n) " }] struct{ x T }\nvar x G[int]"'
  nest "constraints" 'print "package p\nfunc f[T0 any"; for (i = 1; i < 2000; i++) print ", T" i " interface{ m(T" i - 1 ") }"; print "]() {}"'
  nest "tags" 'print "package p\ntype T struct { x int `" rep("a", n * 10) "` }\nvar x any = T{}"'
  nest "doubled aliases" 'print "package p\ntype A0 = struct{ x *int }"; for (i = 1; i < 24; i++) print "type A" i " = struct { a, b A" i - 1 " }"; print "func f(x A23) any { return &x }"'
  nest "doubled interfaces" 'print "package p\ntype A0 = interface{ m() }"; for (i = 1; i < 24; i++) print "type A" i " = interface { m(a, b A" i - 1 ") }"; print "var x A23"'
  nest "doubled instances" 'print "package p\ntype G[S, T any] struct{ x *S; y *T }\ntype A0 = G[int, int]"; for (i = 1; i < 24; i++) print "type A" i " = G[A" i - 1 ", A" i - 1 "]"; print "var x A23"'
  nest "used slices" 'print "package p\nfunc f() any { var x " rep("[]", n) "int; return x }"'
  nest "type chain" 'print "package p\ntype T0 int"; for (i = 1; i < n; i++) print "type T" i " T" i - 1'
  nest "alias chain" 'print "package p\ntype T0 = int"; for (i = 1; i < n; i++) print "type T" i " = T" i - 1'
  nest "struct chain" 'print "package p\ntype T0 struct{}"; for (i = 1; i < n; i++) print "type T" i " struct { T" i - 1 " }"; print "var x T" n - 1'
  nest "interface chain" 'print "package p\ntype T0 interface{ m() }"; for (i = 1; i < n; i++) print "type T" i " interface { T" i - 1 " }"; print "var x T" n - 1'
  nest "variable chain" 'print "package p\nvar x0 = 1"; for (i = 1; i < n; i++) print "var x" i " = x" i - 1'
  nest "backward variables" 'print "package p"; for (i = 0; i < n; i++) print "var x" i " = x" i + 1; print "var x" n " = g()\nfunc g() int { for {} }"'
  nest "constant chain" 'print "package p\nconst x0 = 1"; for (i = 1; i < n; i++) print "const x" i " = x" i - 1'
  nest "iota list" 'print "package p\nconst (\nx0 = iota"; for (i = 1; i < n; i++) print "x" i; print ")"'
  nest "if else" 'print "package p\nfunc f(x int) int { "; for (i = 0; i < n; i++) print "if x == " i " { return 1 } else "; print "{ return 2 } }"'
  nest "nested if" 'print "package p\nfunc f(x bool) { " rep("if x {", n) rep("}", n) "}"'
  nest "nested for" 'print "package p\nfunc f(x bool) { " rep("for x {", n) rep("}", n) "}"'
  nest "nested range" 'print "package p\nfunc f(x []int) { " rep("for range x {", n) rep("}", n) "}"'
  nest "nested switch" 'print "package p\nfunc f(x int) { " rep("switch x { case 1: ", n) rep("}", n) "}"'
  nest "nested select" 'print "package p\nfunc f(x chan int) { " rep("select { case <-x: ", n) rep("}", n) "}"'
  nest closures 'print "package p\nfunc f() { " rep("func() {", n) rep("}()", n) "}"'
  nest "capturing closures" 'print "package p\nfunc f(x *int) { " rep("func() {", n < 60000 ? n : 60000) "*x = 1" rep("}()", n < 60000 ? n : 60000) "}"'
  # Between what the parser takes and what names of literals, types and wrappers have room for.
  for deep in 200 1000 20000 60000; do
    nest "closures $deep" 'n = '$deep'; print "package p\nfunc f() { " rep("func() {", n) rep("}()", n) "}"'
    nest "unused closures $deep" 'n = '$deep'; print "package p\nfunc f() { " rep("_ = func() {", n) rep("}", n) "}"'
    nest "deferred closures $deep" 'n = '$deep'; print "package p\nfunc f() { " rep("defer func() {", n) rep("}()", n) "}"'
    nest "goroutines $deep" 'n = '$deep'; print "package p\nfunc f(x *int) { " rep("go func() {", n) "*x = 1" rep("}()", n) "}"'
    nest "returned closures $deep" 'n = '$deep'; print "package p\nfunc f(x *int) *int { return " rep("func() *int { return ", n) "x" rep("}()", n) "}"'
    nest "closures in lines $deep" 'n = '$deep'; print "package p\nfunc f(x *int) {"; for (i = 0; i < n; i++) print "func(y" i " *int) {"; for (i = 0; i < n; i++) print "}(x)"; print "}"'
    nest "interfaces $deep" 'n = '$deep'; print "package p\nvar x " rep("interface { m() ", n) "int" rep("}", n)'
    nest "local interfaces $deep" 'n = '$deep'; print "package p\nfunc f() any { var x " rep("interface { m() ", n) "int" rep("}", n) "; return x }"'
    nest "embedded interfaces $deep" 'n = '$deep'; print "package p\nvar x " rep("interface { ", n) "m()" rep("}", n)'
    nest "embedding structs $deep" 'n = '$deep'; print "package p\ntype I interface{ m() }\nvar x " rep("struct { I; a ", n) "int" rep("}", n)'
  done
  for deep in 200 400; do
    nest "loops over functions $deep" 'n = '$deep'; print "package p\nfunc f(x func(func(int) bool)) { " rep("for range x {", n) rep("}", n) "}"'
  done
  for deep in 200 1000; do
    nest "instances $deep" 'n = '$deep'; print "package p\ntype G[T any] struct{ x *T }\nfunc (g *G[T]) m() {}\nvar x " rep("G[", n) "int" rep("]", n)'
    nest "instances of pointers $deep" 'n = '$deep'; print "package p\nfunc g[T any](x T) *T { return &x }\nfunc f() any { return g[" rep("*", n) "int](nil) }"'
    nest "calls of instances $deep" 'n = '$deep'; print "package p\nfunc g[T any](x T) *T { return &x }\nfunc f() any { return " rep("g(", n) "1" rep(")", n) " }"'
  done
  nest labels 'print "package p\nfunc f() {"; for (i = 0; i < n; i++) print "L" i ": goto L" i; print "}"'
  nest "nested labels" 'print "package p\nfunc f() {"; for (i = 0; i < n; i++) print "L" i ": for {"; for (i = n - 1; i >= 0; i--) print "break L" i "}"; print "}"'
  nest "forward gotos" 'print "package p\nfunc f() {"; for (i = 0; i < n; i++) print "goto L" i; for (i = 0; i < n; i++) print "L" i ":"; print "}"'
  nest statements 'print "package p\nfunc f(x int) int {"; for (i = 0; i < n; i++) print "x += " i; print "return x }"'
  nest "local variables" 'print "package p\nfunc f(x int) int {"; for (i = 0; i < n; i++) print "x" i " := x; x += x" i; print "return x }"'
  nest "escaping variables" 'print "package p\nvar g *int\nfunc f() {"; for (i = 0; i < n; i++) print "x" i " := " i "; g = &x" i; print "}"'
  nest "assignment chain" 'print "package p\nfunc f(x0 *int) *int {"; for (i = 1; i < n; i++) print "x" i " := x" i - 1; print "return x" n - 1 " }"'
  nest "one slice of many" 'print "package p\nfunc f(x *int) []*int { var s []*int"; for (i = 1; i < n; i++) print "s = append(s, x)"; print "return s }"'
  nest "many calls" 'print "package p\nfunc g(x *int) *int { return x }\nfunc f(x *int) {"; for (i = 1; i < n; i++) print "x = g(x)"; print "}"'
  nest "many boxes" 'print "package p\nfunc g(x any) { for {} }\nfunc f(x int) {"; for (i = 1; i < n; i++) print "g(x)"; print "}"'
  nest "cases" 'print "package p\nfunc f(x int) int { switch x {"; for (i = 0; i < n; i++) print "case " i ": return " i + 1; print "}; return 0 }"'
  nest "string cases" 'print "package p\nfunc f(x string) int { switch x {"; for (i = 0; i < n; i++) print "case \"a" i "\": return " i + 1; print "}; return 0 }"'
  nest "type cases" 'print "package p"; for (i = 0; i < n; i++) print "type T" i " int"; print "func f(x any) int { switch x.(type) {"; for (i = 0; i < n; i++) print "case T" i ": return " i + 1; print "}; return 0 }"'
  nest "list literal" 'print "package p\nvar x = []int{"; for (i = 0; i < n; i++) print i ","; print "}"'
  nest "keyed literal" 'print "package p\nvar x = [...]int{"; for (i = 0; i < n; i++) print i ": " i ","; print "}"'
  nest "map literal" 'print "package p\nvar x = map[string]int{"; for (i = 0; i < n; i++) print "\"a" i "\": " i ","; print "}"'
  nest "pointer list" 'print "package p\ntype T struct{ x int }\nvar x = []*T{"; for (i = 0; i < n; i++) print "{" i "},"; print "}"'
  nest "fields" 'print "package p\ntype T struct {"; for (i = 0; i < n; i++) print "x" i " int"; print "}\nfunc f(t T) int { return t.x5 }"'
  nest "methods" 'print "package p\ntype T struct {}"; for (i = 0; i < n; i++) print "func (T) m" i "() {}"; print "var x interface{ m1() } = T{}"'
  nest "interface methods" 'print "package p\ntype T interface {"; for (i = 0; i < n; i++) print "m" i "()"; print "}\nvar x interface{ m1() } = T(nil)"'
  nest "parameters" 'print "package p\nfunc f(x0 *int,"; for (i = 1; i < n; i++) print "x" i " *int,"; print ") {}"'
  nest "arguments" 'print "package p\nfunc g(x ...*int) {}\nfunc f(x *int) { g(x,"; for (i = 1; i < n; i++) print "x,"; print ") }"'
  nest "type parameters" 'print "package p\nfunc f[T0 any,"; for (i = 1; i < n; i++) print "T" i " any,"; print "]() {}"'
  nest "union" 'print "package p"; for (i = 0; i < 5000; i++) print "type T" i " int"; print "type U interface { T0 |"; for (i = 1; i < 5000; i++) print "T" i "|"; print "int }"'
  nest "functions" 'print "package p"; for (i = 0; i < n; i++) print "func f" i "(x *int) *int { return x }"'
  nest "call chain" 'print "package p\nfunc f0(x *int) *int { return x }"; for (i = 1; i < n; i++) print "func f" i "(x *int) *int { return f" i - 1 "(x) }"'
  nest "call cycle" 'print "package p"; k = n < 20000 ? n : 20000; for (i = 0; i < k; i++) print "func f" i "(x *int) *int { if x == nil { return f" (i + 1) % k "(x) }; return f" (i * 7 + 3) % k "(x) }"'
  nest "instances of a function" 'print "package p\nfunc g[T any](x T) *T { return &x }"; k = n < 10000 ? n : 10000; for (i = 0; i < k; i++) print "type T" i " int\nvar x" i " = g(T" i "(0))"'
  nest "imports" 'print "package p"; for (i = 0; i < n; i++) print "import _ \"unsafe\""'
  nest "comments" 'print "package p\n" rep("/* x */ ", n) rep("// y\n", n)'
  nest "directives" 'print "package p\n" rep("//go:noinline\n", n) "func f() {}"'
  nest "line directives" 'print "package p"; for (i = 1; i < n; i++) print "//line a" i ".go:" i "\nvar x" i " *int"'
  nest "syntax errors" 'print "package p\n" rep("} ) ] 1\n", n)'
  nest "errors" 'print "package p\nfunc f() {\n" rep("x = y\n", n) "}"'
  nest "redeclarations" 'print "package p\n" rep("var x int\n", n)'
  nest "long identifier" 'print "package p\nvar " rep("x", n * 10) " = 1"'
  nest "long string" 'print "package p\nvar x = \"" rep("x", n * 10) "\""'
  nest "long number" 'print "package p\nconst x = " rep("9", n) "\nvar y = x / x"'
  nest "large shift" 'print "package p\nconst x = 1 << 100000\nvar y = x >> 99999"'
  nest "squares" 'print "package p\nconst x0 = 3"; for (i = 1; i < 60; i++) print "const x" i " = x" i - 1 " * x" i - 1'
  nest "embedding doubles" 'print "package p\ntype T0 struct{ x int }\ntype U0 struct { x int }"; for (i = 1; i < 60; i++) print "type T" i " struct { T" i - 1 "; U" i - 1 " }\ntype U" i " struct { T" i - 1 "; U" i - 1 " }"; print "func f(t *T59) { t.y() }"'
  nest "doubled types" 'print "package p\ntype T0 struct{ x *int }"; for (i = 1; i < 60; i++) print "type T" i " struct { a, b *T" i - 1 " }"; print "var x, y T59\nvar z = x == y"'
  nest "doubled signatures" 'print "package p\nfunc f() {\nx0 := func(int) {}"; for (i = 1; i < 22; i++) print "x" i " := func(a, b func(int)) (c, d func()) { return nil, nil }; _ = x" i; print "_ = x0 }"'
  if [ -z "${ROBUST_QUICK-}" ]; then deep_imports; fi
}

# A chain of packages, each importing the one before.
deep_imports() {
  chain=$room/chain
  rm -rf "$chain"
  mkdir -p "$chain"
  printf 'module m\n\ngo 1.27\n' >"$chain/go.mod"
  awk -v dir="$chain" 'BEGIN {
    for (i = 0; i < 2000; i++) {
      system("mkdir -p " dir "/p" i)
      file = dir "/p" i "/x.go"
      print "package p" i >file
      if (i) print "import \"m/p" i - 1 "\"\nfunc F(x *int) *int { return p" i - 1 ".F(x) }" >file
      else print "func F(x *int) *int { return x }" >file
      close(file)
    }
  }'
  try 'deep imports' -C "$chain" -m=2 ./...
}

# ---- odd ----

suite_odd() {
  ran=0
  dir=$room/odd
  rm -rf "$dir"
  mkdir -p "$dir"
  cd "$dir" || return
  : >empty.go
  printf 'package p\0\nvar x\0y = 1\n' >nul.go
  printf '\357\273\277package p\nvar x = "\357\273\277"\n' >bom.go
  printf 'package p\r\nvar x = `a\r\nb`\r\rvar y\r= 1\r\n' >crs.go
  printf 'package p\nvar \377\376 = "\300\200\355\240\200"\n' >latin.go
  printf 'package p\nvar x = "abc' >half.go
  printf 'package p /* abc' >comment.go
  printf 'package p\nvar x = `abc' >raw.go
  printf "package p\nvar x = '" >rune.go
  printf 'package' >word.go
  head -c 1000000 "$(readlink -f /bin/sh)" >binary.go
  head -c 3000000 /dev/urandom >random.go
  head -c 1000000 /dev/zero >zeros.go
  for file in *.go; do try "odd $file" -m=2 "$file"; done
  head -c 1000000 /dev/zero | tr '\0' '\n' >newlines.go
  head -c 1000000 /dev/zero | tr '\0' '\r' >returns.go
  for file in newlines returns; do try "odd $file" -m=2 $file.go; done
  ln -s nowhere.go dangling.go
  ln -s loop.go loop.go
  mkdir folder.go
  mkfifo pipe.go
  printf 'package p\n' >unreadable.go
  chmod 0 unreadable.go
  for file in dangling.go loop.go folder.go pipe.go unreadable.go missing.go /proc/self/mem /dev/null /dev/zero ''; do
    try "odd file '$file'" -m=2 "$file"
  done
  ln -s /proc/self/mem mem.go
  ln -s /dev/zero endless.go
  try 'odd link to memory' -m=2 mem.go
  try 'odd link to a device' -m=2 endless.go
  try 'odd folder' -m=2 .
  printf 'module m\ngo 1.27\n' >go.mod
  try 'odd folder of a module' -m=2 ./...
  mkfifo sub.mod
  try 'odd -modfile' -modfile=sub.mod -m=2 .
  try 'odd -overlay' -overlay=pipe.go -m=2 .
  head -c 100000 /dev/urandom >random.mod
  try 'odd random -modfile' -modfile=random.mod -m=2 .
  try 'odd random -overlay' -overlay=random.go -m=2 .
  awk 'BEGIN { print "package p"
    for (i = 0; i < 500000; i++) print "func f" i "(x *int) *int { y := x; if y == nil { return new(int) }; return y } // " i }' >big.go
  keep=$seconds
  seconds=$((seconds * 10))
  try 'odd 50 MB' -m big.go
  seconds=$keep
  vanish
  cd "$work" || return
}

# Files that come and go while we read.
vanish() {
  mkdir -p vanish
  printf 'module m\ngo 1.27\n' >vanish/go.mod
  (while [ -d vanish ]; do
    for i in 1 2 3 4 5; do printf 'package p\nvar x%d int\n' $i >vanish/v$i.go; done
    rm -f vanish/v?.go
  done) 2>/dev/null &
  writer=$!
  for i in 1 2 3 4 5 6 7 8 9 10; do try "vanishing files $i" -C vanish -m=2 .; done
  rm -rf vanish
  wait "$writer" 2>/dev/null
  rm -rf vanish
}

failed=0
for suite in ${*:-files single nesting odd}; do
  before=$(wc -l <"$room/broken")
  suite_start=$(now)
  "suite_$suite"
  broken=$(($(wc -l <"$room/broken") - before))
  took=$(awk -v a="$suite_start" -v b="$(now)" 'BEGIN { printf "%.0f", b - a }')
  if [ "$broken" = 0 ] && [ "$ran" -gt 0 ]; then
    printf 'ok robust %s: %d inputs in %s s\n' "$suite" "$ran" "$took"
  else
    printf 'FAILED robust %s: %d of %d inputs in %s s\n' "$suite" "$broken" "$ran" "$took"
    failed=1
  fi
done
exit $failed
