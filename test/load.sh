#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Which packages and files are loaded, and what is said when that fails: `heapwhy dump load` against `go list -deps` and `go build`,
# over small modules, workspaces, vendor folders and a GOPATH tree that are made here. No network: the module cache is made here as well.
. "$(dirname "$0")/lib.sh"
need_oracle || { printf 'skip load: no Go %s\n' "$release"; exit 0; }
export GOROOT="$goroot" GOSUMDB=off
root=$work/load
rm -rf "$root"
mkdir -p "$root/cache/cache/download" "$root/gopath/src"
export GOMODCACHE="$root/cache" GOPATH="$root/gopath"
want=$root/want
got=$root/got
failed=0

file() { # file PATH: standard input
  mkdir -p "$root/$(dirname "$1")"
  cat >"$root/$1"
}
go_() { env GOCACHE="$oracle/cache-$release" GOFLAGS="${GOFLAGS-}" "$goroot/bin/go" "$@"; }
verdict() { # verdict NAME: compares $want and $got
  if cmp -s "$want" "$got"; then
    printf 'ok load %s\n' "$1"
  else
    failed=1
    printf 'FAILED load %s\n' "$1"
    diff "$want" "$got" | head -n 20 | sed 's/^/  /'
  fi
}
# Lines `package* files...`, * for packages that were asked for, in order, without the standard library unless standard=1.
ours() {
  "$heapwhy" dump load "$@" 2>&1 | awk -v all="${standard-0}" '
    /^  imports / { next }
    /^  / { sub(/^ */, ""); sub(/.*\//, ""); if (!/\.s$/) line = line " " $0; next }
    { flush() ; show = all || !/ \(standard\)/
      star = / \(asked for\)/ ? "*" : ""; sub(/ \(standard\)/, ""); sub(/ \(asked for\)/, ""); sub(/ go1\.[0-9]*$/, ""); line = $0 star }
    function flush() { if (line != "" && show) print line; line = "" }
    END { flush() }'
}
theirs() {
  go_ list -deps -f '{{if not .Standard}}{{.ImportPath}}{{if not .DepOnly}}*{{end}}{{range .GoFiles}} {{.}}{{end}}{{end}}' "$@" 2>&1 | grep . |
    sed 's|^\([^ ]*\.test\*\) .*|\1 _testmain.go|' # which is in the cache, under another name
}
list_case() { # list_case NAME DIR ARGS...
  name=$1
  cd "$root/$2" || exit 1
  shift 2
  theirs "$@" >"$want"
  ours "$@" >"$got"
  verdict "$name"
}
# With -test the plain package is not built when there is a variant of it.
test_case() { # test_case NAME DIR PACKAGES...
  name=$1
  cd "$root/$2" || exit 1
  shift 2
  theirs -test "$@" | awk '{ lines[++n] = $0; if ($2 ~ /^\[/) variant[$1 "*"] = 1 }
    END { for (i = 1; i <= n; i++) { split(lines[i], w, " "); if (w[2] ~ /^\[/ || !(w[1] in variant)) print lines[i] } }' | LC_ALL=C sort >"$want"
  ours -test "$@" | LC_ALL=C sort >"$got"
  verdict "$name"
}
error_case() { # error_case DIR ARGS...: the messages of go build
  dir=$1
  cd "$root/$dir" || exit 1
  shift
  go_ build -o /dev/null "$@" >"$want" 2>&1
  "$heapwhy" dump load "$@" 2>"$got" >/dev/null
  [ -s "$want" ] || printf 'no error\n' >"$want"
  verdict "error: $dir $*"
}
says() { # says NAME DIR TEXT ARGS...: the message has that text, which the go command words otherwise
  name=$1
  cd "$root/$2" || exit 1
  printf '%s\n' "$3" >"$want"
  text=$3
  shift 3
  "$heapwhy" dump load "$@" 2>&1 >/dev/null | grep -F -e "$text" | head -n 1 | grep -oF -e "$text" >"$got"
  verdict "$name"
}
cached() { # cached MODULE VERSION: a module in the cache; its go.mod on standard input
  download=$root/cache/cache/download/$1/@v
  mkdir -p "$download" "$root/cache/$1@$2"
  cat >"$download/$2.mod"
  cp "$download/$2.mod" "$root/cache/$1@$2/go.mod"
  printf '{"Version":"%s"}\n' "$2" >"$download/$2.info"
  printf 'h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' >"$download/$2.ziphash"
  : >"$download/$2.zip"
  : >"$download/$2.lock"
}

sums() { # sums DIR: its go.sum, with the go.mod left as it is
  (cd "$root/$1" && cp go.mod keep && go_ list -mod=mod -deps ./... >/dev/null 2>&1; mv keep go.mod)
}

# ---- one module ----
file a/go.mod <<'X'
module example.com/a // a comment

go 1.21

ignore (
	./skipped
	anywhere
)
X
printf 'package main\n\nimport (\n\t"example.com/a/lib"\n\t"fmt"\n)\n\nfunc main() { fmt.Println(lib.X) }\n' | file a/main.go
printf 'package lib\n\nimport "example.com/a/internal/deep"\n\nvar X = deep.Y\n' | file a/lib/lib.go
printf 'package lib\n' | file a/lib/lib_windows.go
printf '//go:build special\n\npackage lib\n' | file a/lib/tagged.go
printf 'package lib\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n' | file a/lib/lib_test.go
printf 'package lib_test\n\nimport (\n\t"example.com/a/lib"\n\t"example.com/a/uses"\n\t"testing"\n)\n\nfunc TestY(t *testing.T) { _, _ = lib.X, uses.Z }\n' | file a/lib/ext_test.go
printf 'package uses\n\nimport "example.com/a/lib"\n\nvar Z = lib.X\n' | file a/uses/uses.go
printf 'package deep\n\nvar Y = 1\n' | file a/internal/deep/deep.go
printf 'package nested\n' | file a/nested/x.go
printf 'module example.com/nested\n' | file a/nested/go.mod
printf 'package skipped\n' | file a/skipped/x.go
printf 'package x\n' | file a/uses/anywhere/x.go
printf 'package hidden\n' | file a/_hidden/x.go
printf 'package data\n' | file a/testdata/x.go
list_case 'module' a .
list_case 'module: ./...' a ./...
list_case 'module: a folder and an import path' a ./lib example.com/a/uses
list_case 'module: wildcard over import paths' a example.com/a/...
list_case 'module: tags' a -tags=special ./lib
list_case 'module: all' a all
GOOS=windows list_case 'module: another target' a ./lib
test_case 'tests: both variants and what is compiled again' a ./lib
# What -gcflags means for a named package it means for its copies in other packages' tests, too, which go list calls dependencies.
cd "$root/a" && ours -test ./... | LC_ALL=C sort >"$got.all" && theirs -test ./... | awk '
  { lines[++n] = $0; if ($1 ~ /\*$/) named[$1] = 1 }
  END { for (i = 1; i <= n; i++) { split(lines[i], w, " "); if (w[2] ~ /^\[.*\]$/ && (w[1] "*") in named) sub(/\]/, "]*", lines[i]); print lines[i] } }' |
  LC_ALL=C sort >"$want.all"
LC_ALL=C comm -23 "$got.all" "$want.all" >"$got" # go list names all packages, also those that no test binary is made of
: >"$want"
verdict 'tests: ./...'
printf 'package lib\n\nimport "sort"\n\nvar X = len(sort.SearchInts)\n' | file replaced.go
printf '{"Replace": {"%s": "%s", "lib/gone.go": "", "fresh/new.go": "../replaced.go", "lib/lib_windows.go": ""}}' "$root/a/lib/lib.go" "$root/replaced.go" | file a.overlay
list_case 'overlay' a -overlay=../a.overlay ./lib ./fresh
printf 'package p\n\nimport _ "embed"\n\n//go:embed *.txt "a b.dat"\nvar X string\n' | file e/p/p.go
printf 'module example.com/e\n' | file e/go.mod
: | file e/p/1.txt
: | file 'e/p/a b.dat'
list_case 'embed' e ./p

# ---- requirements: the highest of the lowest ----
for v in v1.0.0 v1.2.0 v1.10.0; do
  printf 'module example.com/c\n' | cached example.com/c $v
  printf 'package c\n' | file cache/example.com/c@$v/c-$v.go
done
printf 'module example.com/b\n\ngo 1.12\n\nrequire example.com/c v1.2.0\n' | cached example.com/b v1.0.0
printf 'package b\n\nimport _ "example.com/c"\n' | file cache/example.com/b@v1.0.0/b.go
printf 'module example.com/d\n\ngo 1.20\n\nrequire example.com/p v1.0.0\n' | cached example.com/d v1.0.0
printf 'package d\n' | file cache/example.com/d@v1.0.0/d.go
printf 'module example.com/p\n\ngo 1.20\n\nrequire example.com/c v1.10.0\n' | cached example.com/p v1.0.0
printf 'package p\n' | file cache/example.com/p@v1.0.0/p.go
printf 'package m\n\nimport (\n\t_ "example.com/b"\n\t_ "example.com/c"\n\t_ "example.com/d"\n)\n' | file mvs/m.go
printf 'module example.com/m\n\ngo 1.16\n\nrequire (\n\texample.com/b v1.0.0\n\texample.com/c v1.0.0 // indirect\n\texample.com/d v1.0.0\n)\n' | file mvs/go.mod
cp -R "$root/mvs" "$root/pruned"
printf 'module example.com/m\n\ngo 1.21\n\nrequire (\n\texample.com/b v1.0.0\n\texample.com/c v1.2.0\n\texample.com/d v1.0.0\n\texample.com/p v1.0.0 // indirect\n)\n\nexclude example.com/p v1.0.0\n' | file pruned/go.mod
cp -R "$root/mvs" "$root/excluded"
printf 'exclude example.com/c v1.2.0\n\nretract [v1.0.0, v1.1.0]\n' >>"$root/excluded/go.mod"
cp -R "$root/mvs" "$root/replaced"
printf 'package c\n' | file other/c/c-other.go
printf 'module example.com/other\n' | file other/c/go.mod
printf 'replace (\n\texample.com/c => ../other/c\n\texample.com/b v1.0.0 => example.com/b2 v1.1.0\n\texample.com/b v1.3.0 => ../nowhere\n)\n' >>"$root/replaced/go.mod"
printf 'module example.com/b2\n' | cached example.com/b2 v1.1.0
printf 'package b\n' | file cache/example.com/b2@v1.1.0/b2.go
for m in mvs pruned excluded replaced; do
  # -mod=mod selects from scratch, and writes what it selected into go.mod: then without it.
  cd "$root/$m" || exit 1
  ours -mod=mod . >"$got"
  theirs -mod=mod . | grep -v '^go: ' >"$want"
  verdict "requirements: $m, from scratch"
  list_case "requirements: $m" $m .
  list_case "requirements: $m, all" $m all
done
cp -R "$root/mvs" "$root/modfile"
(cd "$root/modfile" && mv go.mod other.mod && mv go.sum other.sum && printf 'module example.com/wrong\n' >go.mod)
list_case '-modfile' modfile -modfile=other.mod .

# ---- vendor ----
cp -R "$root/mvs" "$root/vendored"
(cd "$root/vendored" && go_ mod vendor >/dev/null 2>&1)
list_case 'vendor by default' vendored .
list_case 'vendor: wildcard' vendored ./... example.com/c/...
list_case 'vendor: -mod=mod' vendored -mod=mod .
cp -R "$root/vendored" "$root/inconsistent"
printf 'module example.com/m\n\ngo 1.16\n\nrequire (\n\texample.com/b v1.0.1\n\texample.com/c v1.2.0\n\texample.com/d v1.0.0\n)\n\nreplace example.com/c => ../other/c\n' | file inconsistent/go.mod
error_case inconsistent .
printf 'package m\n\nimport _ "example.com/nobody"\n' | file vendored/sub/x.go
error_case vendored ./sub

# ---- workspace ----
printf 'go 1.21\n\nuse (\n\t./one\n\t./two\n)\n\nreplace example.com/c => ../other/c\n' | file work/go.work
printf 'module example.com/one\n\ngo 1.20\n\nrequire example.com/b v1.0.0\n' | file work/one/go.mod
printf 'package one\n\nimport (\n\t_ "example.com/b"\n\t_ "example.com/two/x"\n)\n' | file work/one/one.go
printf 'module example.com/two\n\ngo 1.21\n\nrequire example.com/c v1.0.0\n' | file work/two/go.mod
printf 'package x\n\nimport _ "example.com/c"\n' | file work/two/x/x.go
printf 'package three\n' | file work/three/x.go
printf 'module example.com/three\n' | file work/three/go.mod
(cd "$root/work" && go_ list ./one >/dev/null 2>&1)
list_case 'workspace' work ./one
list_case 'workspace: from a module' work/two ./... example.com/one
list_case 'workspace: work' work work
(cd "$root/work/two" && GOWORK=off go_ list -mod=mod -deps ./... >/dev/null 2>&1)
GOWORK=off list_case 'workspace: off' work/two ./...
error_case work ./three
error_case work ./nowhere
(cd "$root/work" && go_ work vendor >/dev/null 2>&1)
list_case 'workspace: vendor' work ./one

# ---- without modules ----
printf 'package g\n\nimport (\n\t_ "example.com/v"\n\t_ "example.com/w"\n)\n' | file gopath/src/example.com/g/g.go
printf 'package v\n\nimport _ "example.com/w"\n' | file gopath/src/example.com/g/vendor/example.com/v/vendored.go
printf 'package v\n' | file gopath/src/example.com/v/plain.go
printf 'package w\n\nimport _ "example.com/v"\n' | file gopath/src/example.com/w/w.go
printf 'package far\n\nimport _ "example.com/v"\n' | file far/x.go
export GO111MODULE=off
list_case 'GOPATH: vendor folder' gopath/src/example.com/g .
list_case 'GOPATH: wildcard' gopath/src/example.com ./...
list_case 'GOPATH: import paths' far example.com/g example.com/w/...
list_case 'GOPATH: a folder outside' far .
printf 'package gone\n\nimport _ "example.com/gone/away"\n' | file gopath/src/example.com/gone/x.go
error_case gopath/src/example.com/gone .
error_case gopath/src/example.com/g example.com/nothing
# Code with a go.mod may name a module's version; the folder has none.
printf 'module "example.com/m/v3"\n' | file gopath/src/example.com/m/go.mod
printf 'package m\n\nimport _ "example.com/m/v3/api/v2/sub"\n' | file gopath/src/example.com/m/m.go
printf 'package sub\n' | file gopath/src/example.com/m/api/v2/sub/s.go
printf 'module example.com/user\n' | file gopath/src/example.com/user/go.mod
printf 'package user\n\nimport _ "example.com/m/v3"\n' | file gopath/src/example.com/user/deep/u.go
printf 'package plain\n\nimport _ "example.com/m/v3"\n' | file gopath/src/example.com/plain/p.go
printf 'package other\n\nimport _ "example.com/m/v4/api"\n' | file gopath/src/example.com/user/other/o.go
list_case 'GOPATH: a version in the path' gopath/src/example.com/user ./deep
error_case gopath/src/example.com/plain .
error_case gopath/src/example.com/user/other .
unset GO111MODULE

# ---- the standard library ----
cd "$root/far" || exit 1
for p in std cmd/gofmt cmd/go net/http; do
  go_ list -deps -f '{{.ImportPath}}{{if not .DepOnly}}*{{end}}{{range .GoFiles}} {{.}}{{end}}' $p | grep ' ' | grep -v '^unsafe' >"$want"
  standard=1 ours $p >"$got"
  # Commands depend on the runtime even when they do not import it, which changes the order alone.
  if [ $p != std ]; then for f in "$want" "$got"; do sort -o "$f" "$f"; done; fi
  verdict "standard library: $p"
done

# ---- messages ----
for n in 1 2 3 4 5 6 7 8 9; do mkdir -p "$root/a/bad$n"; done
printf 'package bad\n\nimport _ "example.com/a"\n' | file a/bad1/x.go
printf 'package bad\n\nimport (\n\t"fmt"\n\n\tnamed "example.com/a/two"\n)\n' | file a/bad2/x.go
printf 'package one\n' | file a/two/a.go
printf 'package two\n' | file a/two/b.go
printf 'package bad\n\nimport _ "example.com/a/excluded"\n' | file a/bad3/x.go
printf '//go:build never\n\npackage excluded\n' | file a/excluded/x.go
printf 'package bad\n\nimport _ "nostd/foo"\n' | file a/bad4/x.go
printf 'package bad\n\nimport _ "example.com/a/nopackage"\n' | file a/bad5/x.go
printf 'package bad\n\nimport _ "./x"\n' | file a/bad6/x.go
printf 'package bad\n\nimport _ "net/http/internal"\n' | file a/bad7/x.go
printf 'package bad\n\nimport _ "embed"\n\n//go:embed nothing*\nvar X string\n' | file a/bad8/x.go
printf 'package bad\n\nimport _ "example.com/a/bad2"\n' | file a/bad9/x.go
printf 'package cycle1\n\nimport _ "example.com/a/cycle2"\n' | file a/cycle1/one.go
printf 'package cycle2\n\nimport _ "example.com/a/cycle1"\n' | file a/cycle2/two.go
printf 'package testonly\n' | file a/testonly/x_test.go
: | file a/empty/README
for p in 1 2 3 4 5 6 7 8 9; do error_case a ./bad$p; done
for p in ./cycle1 ./cycle2 ./two ./excluded ./testonly ./empty ./nowhere ./nested example.com/a/nowhere example.com/nobody/x \
  fmt/nothing nofile.go main.go/x ../other /usr /usr/... lib/lib.go\ uses/uses.go; do
  # shellcheck disable=SC2086
  error_case a $p
done
error_case far .
error_case far ./...
printf 'package far\n\nimport _ "example.com/v"\n' | file far/y.go
error_case far y.go
printf 'module example.com/broken\n\nfoo bar\n\nrequire (\n\texample.com/x\n)\ngo 1.21 1.22\nreplace x => y\n' | file broken/go.mod
printf 'package p\n' | file broken/p.go
error_case broken .
printf 'module example.com/broken /* a */\n' | file broken2/go.mod
error_case broken2 .
printf 'go 1.21\n' | file broken3/go.mod
error_case broken3 .
printf 'module example.com/direct\n\ngo 1.21\n\nrequire example.com/d v1.0.0\n' | file direct/go.mod
printf 'package p\n\nimport (\n\t_ "example.com/d"\n\t_ "example.com/p"\n)\n' | file direct/p.go
sums direct
says 'a module that only others require' direct 'package example.com/direct imports example.com/p from implicitly required module' .
cp -R "$root/direct" "$root/direct16"
sed -i 's/go 1.21/go 1.16/' "$root/direct16/go.mod"
sums direct16
error_case direct16 .
printf 'module example.com/lost\n\ngo 1.21\n\nrequire example.com/lost/dep v1.4.0\n' | file lost/go.mod
printf 'package p\n\nimport _ "example.com/lost/dep"\n' | file lost/p.go
says 'a module that is not in the cache: where' lost 'p.go:3:8: module example.com/lost/dep@v1.4.0 is not in the module cache; to fetch it:' .
says 'a module that is not in the cache: how' lost 'go mod download example.com/lost/dep@v1.4.0' .
printf 'package p\n\nimport "C"\n' | file a/cgo/c.go
printf '//go:build !cgo\n\npackage p\n' | file a/cgo/nocgo.go
CGO_ENABLED=1 says 'cgo: the file is named' a 'cgo/c.go:3:8: warning: import "C" needs cgo' ./cgo
GOFLAGS=-mod=mod list_case 'GOFLAGS' vendored .

[ -n "${KEEP-}" ] || rm -rf "$root"
exit $failed
