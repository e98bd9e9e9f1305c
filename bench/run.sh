#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# heapwhy beside the real compiler on the same work: processor time, wall time, peak memory of the largest process. Medians.
#
#   bench/run.sh [WORK...]      std std2 http hello statements lines (default: all)
#   RUNS=5                      of heapwhy; ORACLE_RUNS=1 of the compiler, 0: leave it out
#
# std, std2   the standard library with -m and -m=2
# http        net/http alone
# hello       a program that imports fmt
# statements  a generated function with 100,000 statements
# lines       generated modules of 1 and 4 million lines: time per line
# The compiler's side is `go build` with an empty cache: it cannot print its decisions without compiling, dependencies included.
set -eu
cd "$(dirname "$0")/.."
release=${RELEASE:-1.27}
runs=${RUNS:-5}
oracle_runs=${ORACLE_RUNS:-1}
goroot=$(tools/go-toolchain.sh "$release")
here=$PWD
heapwhy=${HEAPWHY:-$here/build/release/heapwhy}
work=${TMPDIR:-/tmp}/heapwhy-bench
HEAPWHY_CACHE=off
export HEAPWHY_CACHE
mkdir -p "$work" build/bench
measure=$here/build/bench/measure
${CC:-cc} -O2 -o "$measure" bench/measure.c
cd "$work"
CGO_ENABLED=0
export CGO_ENABLED

row() { # NAME CPU WALL MEGABYTES RATIO
  printf '%-34s %10s %10s %10s %8s\n' "$@"
}

# NAME FLAG ARGUMENT...: our row and the compiler's
compare() {
  name=$1 flag=$2
  shift 2
  # shellcheck disable=SC2046
  set -- $("$measure" "$runs" "$heapwhy" -goroot "$goroot" "$flag" "$@") -- "$@"
  ours=$1
  row "$name: heapwhy" "$1 s" "$2 s" "$3 MB" ''
  shift 4
  [ "$oracle_runs" != 0 ] || return 0
  # shellcheck disable=SC2046
  set -- $("$measure" "$oracle_runs" "$here/tools/oracle.sh" "$release" "$work" build -o /dev/null "-gcflags=$flag" "$@")
  row "$name: go build" "$1 s" "$2 s" "$3 MB" "$(echo "$1 $ours" | awk '{ printf "%.1f", $1 / $2 }')"
}

hello() {
  printf 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello", 3) }\n' >hello.go
  compare 'hello with fmt' -m hello.go
}

statements() {
  awk 'BEGIN { print "package main\n\nvar sink []*int\n\nfunc main() {\n\tx := 0"
    for (i = 0; i < 100000; i++) print (i % 10 ? "\tx += " i : "\tsink = append(sink, &x)")
    print "}" }' >statements.go
  compare '100,000 statements' -m statements.go
}

# MILLIONS: packages of 10,000 lines each
module() {
  rm -rf module
  mkdir module
  printf 'module example.com/big\n\ngo 1.27\n' >module/go.mod
  awk -v packages=$(($1 * 100)) 'BEGIN {
    for (p = 0; p < packages; p++) {
      dir = "module/p" p; system("mkdir " dir); file = dir "/p.go"
      print "package p" p "\n\ntype T struct{ a, b *int }\n" >file
      for (f = 0; f < 1000; f++)
        print "func F" f "(t *T, n int) *T {\n\tx := n + " f "\n\tif n > 0 {\n\t\treturn F" (f + 1) % 1000 "(t, n-1)\n\t}\n\tu := &T{a: &x}\n\tt.b = u.a\n\treturn u\n}\n" >file
      close(file)
    }
  }'
}

lines() {
  for millions in 1 4; do
    module "$millions"
    # shellcheck disable=SC2046
    set -- $("$measure" 1 "$heapwhy" -goroot "$goroot" -m -C module ./...)
    row "$millions million lines: heapwhy" "$1 s" "$2 s" "$3 MB" "$(echo "$1 $millions" | awk '{ printf "%.2f us/line", $1 / $2 }')"
  done
  rm -rf module
}

row work 'user+sys' wall peak ratio
for name in ${*:-std std2 http hello statements lines}; do
  case $name in
    std) compare 'std -m' -m std ;;
    std2) compare 'std -m=2' -m=2 std ;;
    http) compare 'net/http -m' -m net/http ;;
    hello | statements | lines) $name ;;
    *) printf 'no work %s\n' "$name" >&2; exit 2 ;;
  esac
done
