#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Reports on every program below examples/: tools/run-examples.sh HEAPWHY
set -eu
cd "$(dirname "$0")/.."
heapwhy=$PWD/$1
[ -x "$heapwhy" ] || { printf 'run-examples.sh: no %s\n' "$1" >&2; exit 2; }
goroot=
[ ! -d build/oracle/1.27/usr/lib/go-1.27 ] || goroot="-goroot $PWD/build/oracle/1.27/usr/lib/go-1.27"
for example in examples/*/ examples/*.go; do
  [ -e "$example" ] || continue
  printf '\n$ heapwhy -m %s\n' "$example"
  # shellcheck disable=SC2086
  if [ -d "$example" ]; then "$heapwhy" $goroot -m -C "$example" . || :; else (cd examples && "$heapwhy" $goroot -m "$(basename "$example")") || :; fi
done
