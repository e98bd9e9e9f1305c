#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# heapwhy beside the real compiler on the same work, in turns: processor time, wall time, peak memory of the largest process. Medians.
#
#   bench/run.sh [WORK...]      default: all
#   RUNS=5                      of heapwhy; ORACLE_RUNS=5 of the compiler, 0: leave it out
#   THREADS=2                   -j of heapwhy
#
# parse       scanning and parsing the files of std: heapwhy's library and go/parser, megabytes a second
# check       go/parser and go/types on std, beside heapwhy's whole std -m
# std, std2   the standard library with -m and -m=2
# threads     std -m with -j 1 and -j 2
# cmd         Go's own commands
# http        net/http alone; the compiler has its dependencies cached
# hello       a program that imports fmt
# aws         a large library (golang-github-aws-aws-sdk-go-dev)
# statements  a generated function with 100,000 statements
# component   20,000 generated functions that call each other, all in one circle; 2,000 that hand one pointer around; the compiler is stopped
#             after LIMIT seconds of processor time, which makes the ratio a lower bound, printed as >
# lines       generated modules of 1, 2, 4 and 8 million lines: time per line
# pack        programs that import fmt and net/http: from GOROOT, then from a release pack without one
# warm        std, net/http and hello again when heapwhy's cache has them
# edited      net/http likewise, each time after an edit to one of its files: a comment, a statement
# edits       net/http likewise, after each of 200 plain edits at random lines (bench/edits.pl)
# heapwhy's cache is off but for `warm` and edits. The compiler's side is `go build` with an empty cache, unless said: it cannot print its
# decisions without compiling, dependencies included.
set -eu
cd "$(dirname "$0")/.."
release=${RELEASE:-1.27}
runs=${RUNS:-5}
oracle_runs=${ORACLE_RUNS:-5}
limit=${LIMIT:-120}
threads=${THREADS:-2}
goroot=$(cd "$(tools/go-toolchain.sh "$release")" && pwd -P)
here=$PWD
heapwhy=${HEAPWHY:-$here/build/release/heapwhy}
work=${TMPDIR:-/tmp}/heapwhy-bench
mkdir -p "$work" build/bench
make -s benches
measure=$here/build/release/bench/measure
cd "$work"
export CGO_ENABLED=0 HEAPWHY_CACHE=off GOTOOLCHAIN=local GOFLAGS='' GOENV=off GOPROXY=off

row() { # NAME CPU WALL MEGABYTES RATIO
  printf '%-36s %10s %10s %10s %8s\n' "$@"
}

ratio() { # A B
  awk "BEGIN { printf \"%.1f\", $1 / $2 }"
}

at_least() { # A B: whether A >= B
  awk "BEGIN { exit !($1 >= $2) }"
}

# NAME FLAG ARGUMENT...: our row and the compiler's
compare() {
  name=$1 flag=$2
  shift 2
  if [ "$oracle_runs" = 0 ]; then
    # shellcheck disable=SC2046
    set -- $("$measure" "$runs" "$heapwhy" -goroot "$goroot" -j "$threads" "$flag" "$@")
  else
    # shellcheck disable=SC2046
    set -- $("$measure" "$runs" "$heapwhy" -goroot "$goroot" -j "$threads" "$flag" "$@" -- "$oracle_runs" \
      "${oracle:-$here/tools/oracle.sh}" "$release" "$work" build -o /dev/null "-gcflags=$flag" "$@")
  fi
  row "$name: heapwhy" "$1 s" "$2 s" "$3 MB" ''
  [ $# = 3 ] || row "$name: go build" "$4 s" "$5 s" "$6 MB" "$(at_least "$4" "${seconds:-1e9}" && printf '>')$(ratio "$4" "$1")"
}

# The same for what may take the compiler for ever: once, and not for longer than $limit seconds.
compare_bounded() {
  cat >bounded.sh <<EOF
#!/bin/sh
ulimit -t $limit
exec $here/tools/oracle.sh "\$@"
EOF
  chmod +x bounded.sh
  oracle=$work/bounded.sh seconds=$limit oracle_runs=$((oracle_runs > 0)) compare "$@"
}

gofront() { # builds bench/gofront once
  [ -x "$here/build/bench/gofront" ] && return
  GOROOT=$goroot GOCACHE=$work/gocache GO111MODULE=off "$goroot/bin/go" build -o "$here/build/bench/gofront" \
    "$here/bench/gofront/main.go"
}

parse() {
  gofront
  "$here/build/bench/gofront" "$goroot" list >files
  # shellcheck disable=SC2046
  set -- $("$here/build/release/bench/parse" "$runs" <files) $("$here/build/bench/gofront" "$goroot" parse "$runs")
  row 'scan and parse std: heapwhy' "$2 s" '' '' "$(awk "BEGIN { printf \"%.0f MB/s\", $1 / $2 / 1e6 }")"
  row 'scan and parse std: go/parser' "$4 s" '' '' "$(awk "BEGIN { printf \"%.0f MB/s\", $3 / $4 / 1e6 }")"
}

check() {
  gofront
  # shellcheck disable=SC2046
  set -- $("$measure" "$runs" "$heapwhy" -goroot "$goroot" -j "$threads" -m std -- "$runs" "$here/build/bench/gofront" "$goroot" check)
  row 'std -m: heapwhy' "$1 s" "$2 s" "$3 MB" ''
  row 'std: go/parser and go/types' "$4 s" "$5 s" "$6 MB" "$(ratio "$4" "$1")"
}

threads() {
  # shellcheck disable=SC2046
  set -- $("$measure" "$runs" "$heapwhy" -goroot "$goroot" -j 1 -m std -- "$runs" "$heapwhy" -goroot "$goroot" -j 2 -m std)
  row 'std -m -j 1' "$1 s" "$2 s" "$3 MB" ''
  row 'std -m -j 2' "$4 s" "$5 s" "$6 MB" "$(ratio "$2" "$5")"
}

# The compiler with the dependencies in its cache: each run takes a fresh copy of such a cache.
http() {
  rm -rf cached cached.*
  GOCACHE=$work/cached GOROOT=$goroot "$goroot/bin/go" build -o /dev/null net/http
  for n in $(seq "$oracle_runs"); do cp -r cached "cached.$n"; done
  cat >cached.sh <<EOF
#!/bin/sh
next=\$(ls -d $work/cached.[0-9]* | head -n 1)
mv "\$next" $work/cached.now
GOCACHE=$work/cached.now GOROOT=$goroot $goroot/bin/go build -o /dev/null -gcflags=-m net/http
rm -rf $work/cached.now
EOF
  chmod +x cached.sh
  oracle=$work/cached.sh compare 'net/http -m' -m net/http
  rm -rf cached cached.*
}

hello() {
  printf 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello", 3) }\n' >hello.go
  compare 'hello with fmt' -m hello.go
}

aws() {
  GOPATH=$("$here/tools/go-libraries.sh" golang-github-aws-aws-sdk-go-dev)
  GO111MODULE=off
  export GOPATH GO111MODULE
  compare 'aws-sdk-go -m' -m github.com/aws/aws-sdk-go/...
  unset GOPATH GO111MODULE
}

statements() {
  awk 'BEGIN { print "package main\n\nvar sink []*int\n\nfunc main() {\n\tx := 0"
    for (i = 0; i < 100000; i++) print (i % 10 ? "\tx += " i : "\tsink = append(sink, &x)")
    print "}" }' >statements.go
  compare '100,000 statements' -m statements.go
}

# MANY: functions that call two others each, all of them in one circle; FLOW: a pointer goes around with the calls
circle() {
  awk -v many="$1" -v flow="$2" 'BEGIN {
    print "package main\n\ntype T struct{ a, b *int }\n\nfunc main() { F0(&T{}, 3) }\n"
    for (f = 0; f < many; f++) {
      next_one = (f + 1) % many; other = (f * 7919 + 13) % many; t = flow ? "t" : "&T{}"
      print "func F" f "(t *T, n int) *T {\n\tx := n + " f "\n\tif n > 0 {\n\t\tF" next_one "(" t ", n-1)\n\t\tF" other \
        "(" t ", n-2)\n\t}\n\tu := &T{a: &x}\n\tt.b = u.a\n\treturn u\n}\n"
    }
  }' >component.go
}

component() {
  circle 20000 0
  compare_bounded 'component of 20,000 functions' -m component.go
  circle 2000 1
  compare '2,000 functions, one pointer' -m component.go
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
  for millions in 1 2 4 8; do
    module "$millions"
    # shellcheck disable=SC2046
    set -- $("$measure" 1 "$heapwhy" -goroot "$goroot" -j "$threads" -m -C module ./...)
    row "$millions million lines: heapwhy" "$1 s" "$2 s" "$3 MB" "$(awk "BEGIN { printf \"%.2f us\", $1 / $millions }")"
  done
  rm -rf module
}

pack() {
  hello=$work/hello.go web=$work/web.go
  printf 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello", 3) }\n' >"$hello"
  printf 'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n)\n\nfunc main() { fmt.Println(http.Get("x")) }\n' >"$web"
  "$heapwhy" pack -goroot "$goroot" -o std.pack
  for what in "$hello" "$web"; do
    # shellcheck disable=SC2046
    set -- $("$measure" "$runs" "$heapwhy" -goroot "$goroot" -j "$threads" -m "$what" -- \
      "$runs" "$heapwhy" -pack std.pack -j "$threads" -m "$what")
    row "$(basename "$what") -m, sources" "$1 s" "$2 s" "$3 MB" ''
    row "$(basename "$what") -m, pack" "$4 s" "$5 s" "$6 MB" "$(ratio "$1" "$4")"
  done
  rm -f std.pack
}

warm() {
  hello=$work/hello.go
  printf 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello", 3) }\n' >"$hello"
  rm -rf heapwhy-cache
  for what in std net/http "$hello"; do
    HEAPWHY_CACHE=$work/heapwhy-cache "$heapwhy" -goroot "$goroot" -m "$what" >/dev/null 2>&1
    # shellcheck disable=SC2046
    set -- $(HEAPWHY_CACHE=$work/heapwhy-cache "$measure" "$runs" "$heapwhy" -goroot "$goroot" -j "$threads" -m "$what")
    row "$(basename "$what") -m, cached" "$1 s" "$2 s" "$3 MB" ''
  done
  rm -rf heapwhy-cache
}

# NAME EDIT: the same edit once more before each run.
edited_row() {
  cat >edited.sh <<EOF
#!/bin/sh
HEAPWHY_CACHE=$work/heapwhy-cache exec $heapwhy -goroot $work/edited -j $threads -m net/http
EOF
  chmod +x edited.sh
  for what in 1 2 3; do
    sh -c "$2"
    ./edited.sh >/dev/null 2>&1
    sleep 3
  done
  # shellcheck disable=SC2046
  set -- "$1" $("$measure" -before "$2" "$runs" ./edited.sh)
  row "$1" "$2 s" "$3 s" "$4 MB" ''
}

# Makes a copy of GOROOT without links, since it is written to.
edited_copy() {
  rm -rf edited heapwhy-cache
  mkdir -p edited/src
  for folder in "$goroot"/src/*; do
    case $folder in */cmd) ;; *) cp -RL "$folder" edited/src/ ;; esac
  done
  cp "$goroot/VERSION" "$goroot/go.env" edited/
  [ -z "$(find edited -type l)" ]
}

edited() {
  edited_copy || return 1
  file=$work/edited/src/net/http/server.go
  edited_row 'net/http -m, cached, edited' "echo '// edited' >>$file"
  edited_row 'net/http -m, cached, a statement more' "sed -i 's/^\tt0 := time.Now()$/&\n\tprintln()/' $file"
  rm -rf edited heapwhy-cache edited.sh
}

edits() {
  edited_copy || return 1
  printf 'net/http -m, cached, plain edits at random lines:\n'
  HEAPWHY_CACHE=$work/heapwhy-cache "$here/bench/edits.pl" 200 1 "$work/edited" net/http \
    "$heapwhy" -goroot "$work/edited" -timings -m net/http | sed 's/^/  /'
  rm -rf edited heapwhy-cache
}

row work 'user+sys' wall peak ratio
for name in ${*:-parse check std std2 threads cmd http hello aws statements component lines pack warm edited edits}; do
  case $name in
    std) compare 'std -m' -m std ;;
    std2) compare 'std -m=2' -m=2 std ;;
    cmd) compare 'cmd -m' -m cmd ;;
    parse | check | threads | http | hello | aws | statements | component | lines | pack | warm | edited | edits) $name ;;
    *) printf 'no work %s\n' "$name" >&2; exit 2 ;;
  esac
done
