#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Files of a module and of the standard library are edited, one edit after the other, with the cache on: after each of them -m and -m=2 print what they
# print without a cache. So many answers have to come from earlier ones; else reuse does not work, or the edits are not what they were.
. "$(dirname "$0")/lib.sh"
need_oracle || { printf 'skip edits: no GOROOT\n'; exit 0; }
here=$work/edits
rm -rf "$here"
mkdir -p "$here/goroot/src"
cd "$here" || exit 1
# A copy without links: nothing outside of this folder may be written to.
for folder in "$goroot"/src/*; do
  case $folder in */cmd) ;; *) cp -RL "$folder" goroot/src/ ;; esac
done
cp "$goroot/VERSION" "$goroot/go.env" goroot/ 2>/dev/null
if [ -n "$(find goroot -type l)" ] || [ "$(cd goroot/src && pwd -P)" != "$(pwd -P)/goroot/src" ]; then
  printf 'FAILED edits: the copy has links\n'
  exit 1
fi
sleep 2 # what has been written a moment ago is not relied on
failed=0

ours() { "$heapwhy" -goroot "$here/goroot" "$@"; }

# Counts in `tried` and `reused`.
compare() { # PACKAGE WHAT
  for flag in -m -m=2; do
    ours "$flag" "$1" >off 2>off.err
    HEAPWHY_CACHE=$here/store ours -timings "$flag" "$1" >got 2>timings
    sed '/^load  *[0-9.]* s$/,$d' timings >got.err # what -timings prints comes last
    tried=$((tried + 1))
    grep -q '^answers  *0 new,' timings && reused=$((reused + 1))
    cmp -s off got && cmp -s off.err got.err && continue
    printf 'FAILED edits: %s %s, %s\n' "$1" "$flag" "$2"
    diff off got | head -n 6 | cut -c 1-200 | sed 's/^/  /'
    diff off.err got.err | head -n 6 | cut -c 1-200 | sed 's/^/  /'
    failed=1
  done
}

kinds='blank statement constant escape call leak blank convert closure twice literal defer comment capture delete function statement
  broken generic unfinished constant large spread semi statement call'

# The edits stay, but for those that break the code. So many of them are made before the next answer.
edit_package() { # PACKAGE FILE EDITS LEAST TOGETHER
  file=goroot/src/$1/$2
  "$top/test/edits.pl" sink 0 "$file"
  tried=0 reused=0 number=0
  compare "$1" 'as it is'
  # shellcheck disable=SC2086
  set -- "$1" "$3" "$4" "$5" $kinds
  package=$1 edits=$2 least=$3 together=$4
  shift 4
  while [ "$number" -lt "$edits" ]; do
    number=$((number + 1))
    kind=$1
    shift
    set -- "$@" "$kind"
    case $kind in broken | unfinished | large) cp "$file" mended ;; esac
    "$top/test/edits.pl" "$kind" "$number" "$file" || continue
    case $kind in broken | unfinished | large) ;; *) [ $((number % together)) = 0 ] || continue ;; esac
    compare "$package" "edit $number: $kind"
    case $kind in broken | unfinished | large) cp mended "$file" ;; esac
  done
  if [ "$reused" -lt "$least" ]; then
    printf 'FAILED edits: of %s answers for %s only %s came from earlier ones, not %s\n' "$tried" "$package" "$reused" "$least"
    failed=1
  else
    printf 'ok edits: %s answers for %s, %s of them from earlier ones\n' "$tried" "$package" "$reused"
  fi
}

# A package whose imports change nothing but places: known again, unless it prints places of theirs, as for instances of generic functions.
mkdir -p module/base module/plain module/generic
printf 'module example.com/m\n\ngo 1.27\n' >module/go.mod
cat >module/base/base.go <<EOF
// Package base is imported.
package base

// Keep returns its argument.
func Keep[T any](p *T) *T {
	if p == nil {
		println("none")
	}
	return p
}

// New can be inlined.
func New() *int { return new(int) }
EOF
printf 'package plain\n\nimport "example.com/m/base"\n\nvar P = base.New()\n\nfunc F() *int { return base.New() }\n' >module/plain/plain.go
printf 'package generic\n\nimport "example.com/m/base"\n\nfunc F(p *int) *int { return base.Keep(p) }\n' >module/generic/generic.go
touch -d '1 hour ago' module/*/*.go module/go.mod module/* module
edit_module() { # WHAT ANSWERS
  for flag in -m -m=2; do
    (cd module && ours "$flag" ./... >../off 2>&1)
    (cd module && HEAPWHY_CACHE=$here/store ours -timings "$flag" ./... >../got 2>../timings)
    if ! cmp -s off got; then
      printf 'FAILED edits: a module, %s, %s\n' "$flag" "$1"
      diff off got | head -n 6 | sed 's/^/  /'
      failed=1
    elif [ "$(sed -n 's/^answers  *//p' timings)" != "$2" ]; then
      printf 'FAILED edits: a module, %s, %s: %s instead of %s\n' "$flag" "$1" "$(sed -n 's/^answers  *//p' timings)" "$2"
      failed=1
    else
      printf 'ok edits: a module, %s, %s\n' "$flag" "$1"
    fi
  done
}
edit_module 'as it is' '3 new, 0 known, 0 moved'
edit_module 'again' '0 new, 3 known, 0 moved'
sed -i 's/is imported/is\n\/\/ imported/' module/base/base.go
edit_module 'a comment in an import' '1 new, 1 known, 1 moved'
sed -i 's/new(int)/new (int)/; s/return p/return  p/' module/base/base.go
edit_module 'a blank in an import' '1 new, 1 known, 1 moved'
sed -i 's/println(/print(/' module/base/base.go
edit_module 'a statement in an import' '3 new, 0 known, 0 moved'
printf '\n//go:noinline\nfunc Old() {}\n' >>module/base/base.go
edit_module 'a function in an import' '3 new, 0 known, 0 moved'
sed -i 's/^\/\/go:noinline/\/\/ go:noinline/' module/base/base.go
edit_module 'a directive less in an import' '3 new, 0 known, 0 moved'

mkdir module/locals
cat >module/locals/locals.go <<EOF
package locals

type named struct{ n int }

func (n *named) Get() int { return n.n }

// First declares types before Second does.
func First(n int) (sum int) {
	type pair struct {
		*named
		a, b int
	}
	defer func() { recover() }()
	for i := range n {
		p := &pair{&named{i}, n, i}
		sum += p.a + p.Get()
	}
	return sum
}

// Second has a type of the same name.
func Second(n int) (values []any) {
	type pair struct{ a int }
	defer func() { recover() }()
	for i := range n {
		values = append(values, pair{i}, &pair{n})
	}
	return values
}
EOF
touch -d '1 hour ago' module/locals/locals.go module/locals
edit_module 'a package more' '1 new, 3 known, 0 moved'
sed -i 's/\(sum += .*\)/\1 + 1/' module/locals/locals.go
edit_module 'a function with a type of its own' '0 new, 3 known, 1 moved'
sed -i 's/append(values, /&nil, /' module/locals/locals.go
edit_module 'another one' '0 new, 3 known, 1 moved'
sed -i 's/type pair struct{ a int }/type pair struct{ a int64 }/; s/pair{i}/pair{int64(i)}/; s/pair{n}/pair{int64(n)}/' module/locals/locals.go
edit_module 'a type of a function' '1 new, 3 known, 0 moved'
sed -i 's/^\tdefer/\ttype more int\n&/' module/locals/locals.go
edit_module 'types more' '1 new, 3 known, 0 moved'

mkdir module/unseen
cat >module/unseen/unseen.go <<EOF
package unseen

var sink any

type getter interface{ get(p *int) int }

type plain struct{}

func (*plain) get(p *int) int { return *p }

func unused(p *int) int { return *p }

// Use cannot be inlined.
func Use(n int) (sum int) {
	defer func() { recover() }()
	var g getter
	println(g != nil)
	return n
}
EOF
touch -d '1 hour ago' module/unseen/unseen.go module/unseen
edit_module 'once more a package' '1 new, 4 known, 0 moved'
sed -i 's/unused(p \*int) int {/&\n\tsink = p\n\t/' module/unseen/unseen.go
edit_module 'a function that nobody mentions' '0 new, 4 known, 1 moved'
sed -i 's/return n$/return n + unused(\&n)/' module/unseen/unseen.go
edit_module 'it is called' '1 new, 4 known, 0 moved'
sed -i 's/get(p \*int) int {/&\n\tsink = p\n\t/' module/unseen/unseen.go
edit_module 'a method that nobody mentions' '0 new, 4 known, 1 moved'
sed -i 's/^\tprintln.*/\tg = \&plain{}\n\tprintln(g.get(\&n))/' module/unseen/unseen.go
edit_module 'it is called through an interface' '1 new, 4 known, 0 moved'

mkdir module/together
cat >module/together/together.go <<EOF
package together

var kept *int

func odd(n int, p *int) bool {
	if n == 0 {
		kept = nil
		return false
	}
	return even(n-1, p)
}

func even(n int, p *int) bool {
	if n == 0 {
		return true
	}
	println("even", n)
	return odd(n-1, p)
}

func small(p *int) *int { return p }

func between(p *int) *int { return small(p) }

// Use calls both, and itself.
func Use(n int) *int {
	defer func() { recover() }()
	if n > 3 {
		return Use(n - 1)
	}
	println(odd(n, &n))
	return between(&n)
}
EOF
touch -d '1 hour ago' module/together/together.go module/together
edit_module 'yet another package' '1 new, 5 known, 0 moved'
sed -i 's/^\tprintln("even".*/&\n\tprintln(n + 1)/' module/together/together.go
edit_module 'functions that call each other' '0 new, 5 known, 1 moved'
sed -i 's/^\tprintln("even".*/&\n\tkept = p/' module/together/together.go
edit_module 'they look different to others' '0 new, 5 known, 1 moved'
sed -i 's/n > 3/n > 4/' module/together/together.go
edit_module 'a function that calls itself' '0 new, 5 known, 1 moved'
sed -i 's/small(p \*int) \*int { /&*p++; /' module/together/together.go
edit_module 'a function that is inlined' '0 new, 5 known, 1 moved'
sed -i 's/small(p \*int) \*int { /&*p--; /' module/together/together.go
edit_module 'once more' '0 new, 5 known, 1 moved'
sed -i 's/small(p \*int) \*int { /&defer print(1); /' module/together/together.go
edit_module 'it is not inlined any more' '0 new, 5 known, 1 moved'
sed -i 's/return odd(n-1, p)/return false/' module/together/together.go
edit_module 'a circle less' '1 new, 5 known, 0 moved'

mkdir module/several
cat >module/several/several.go <<EOF
package several

import "strings"

var one, other = first(), second()

func first() int { return zero }

func second() int { return 2 }

var zero = len(strings.Repeat("x", 3))

// Upper makes a value.
func Upper(s string) *string {
	defer func() { recover() }()
	s = strings.ToUpper(s)
	return &s
}

// Lower makes another one.
func Lower(s string) *string {
	defer func() { recover() }()
	type pair struct{ a, b *string }
	p := &pair{&s, nil}
	return p.a
}
EOF
cat >module/several/tail.go <<EOF
package several

import (
	"bytes"
	"os"
)

// Leave has an import of its own.
func Leave(b []byte) {
	defer func() { recover() }()
	println(os.O_RDWR, b)
}

// Copy has not.
func Copy(b []byte) []byte {
	defer func() { recover() }()
	return bytes.Clone(b)
}
EOF
touch -d '1 hour ago' module/several/*.go module/several
edit_module 'a package of two files' '1 new, 6 known, 0 moved'
sed -i 's/x", 3/x", 4/' module/several/several.go
edit_module 'its imports are met again' '1 new, 6 known, 0 moved'
cp module/several/several.go before
sed -i 's/^\ts = .*/&\n\tprintln(\&s)/; s/^\tp := .*/&\n\tprintln(p)/' module/several/several.go
edit_module 'two functions of a file' '0 new, 6 known, 1 moved'
cp before module/several/several.go
edit_module 'that undone' '0 new, 7 known, 0 moved'
sed -i 's/^\tprintln(os/\tprintln(\&b)\n&/' module/several/tail.go
edit_module 'a third one, in another file' '0 new, 6 known, 1 moved'
sed -i 's/^\ts = /\t_ = 0\n&/' module/several/several.go
sed -i 's/os.O_RDWR/1/; s/^\treturn bytes/\tprintln(os.O_RDONLY)\n&/' module/several/tail.go
edit_module 'the only use of an import, from one function to another' '0 new, 6 known, 1 moved'
cp before module/several/several.go
sed -i 's/println(1/println(os.O_RDWR/; s/^\treturn /\tprintln(os.O_WRONLY)\n&/' module/several/tail.go
edit_module 'more uses of it' '0 new, 6 known, 1 moved'
sed -i 's/os.O_RDWR/1/' module/several/tail.go
edit_module 'one of them less' '1 new, 6 known, 0 moved'
sed -i 's/return zero/return 1/; s/return 2/return zero/' module/several/several.go
edit_module 'the order of initialisation' '1 new, 6 known, 0 moved'
sed -i 's/^\ttype pair.*//; s/p := .*/p := \&s/; s/p.a$/p/; s/^\ts = .*/\ttype pair struct{ a, b *string }\n\tprintln(\&pair{})\n&/' module/several/several.go
edit_module 'a type that has gone to another function' '1 new, 6 known, 0 moved'

mkdir module/shapes
cat >module/shapes/shapes.go <<EOF
package shapes

import (
	"os"
	"reflect"
)

// G becomes a shape.
type G interface{ Gen(first *int, second int) *int }

// Use needs it.
func Use(v reflect.Value) G {
	defer func() { recover() }()
	g, _ := reflect.TypeAssert[G](v)
	return g
}

// Other does not.
func Other(n int) {
	defer func() { recover() }()
	println(os.O_RDWR, n)
}
EOF
touch -d '1 hour ago' module/shapes/shapes.go module/shapes
edit_module 'a package with shapes' '1 new, 7 known, 0 moved'
printf '\nvar Number = 1\n' >>module/shapes/shapes.go
edit_module 'a variable more' '1 new, 7 known, 0 moved'
sed -i 's/^\tg, _ := /\tprintln(1)\n&/' module/shapes/shapes.go
edit_module 'a function with a shape' '0 new, 7 known, 1 moved'
sed -i 's/^\tg, _ := /\tos.Exit(1)\n&/' module/shapes/shapes.go
edit_module 'it is looked into in vain' '1 new, 7 known, 0 moved'

edit_package net/http server.go 24 18 1
edit_package encoding/json/v2 arshal_default.go 24 15 1
edit_package go/types infer.go 24 8 1
edit_package text/template exec.go 48 36 1
edit_package strconv quote.go 48 45 1
edit_package encoding/xml read.go 36 9 2
rm -rf "$here"
exit $failed
