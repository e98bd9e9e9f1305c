#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Reports on every program below examples/: tools/run-examples.sh HEAPWHY
#
# They import the standard library: its source is unpacked below build/oracle/ if that was not done before. Without it (no
# network, another system) heapwhy looks for a Go of the user's.
set -eu
cd "$(dirname "$0")/.."
heapwhy=$PWD/$1
[ -x "$heapwhy" ] || { printf 'run-examples.sh: no %s\n' "$1" >&2; exit 2; }
if goroot=$(tools/go-toolchain.sh 1.27); then
  set -- -goroot "$goroot"
else
  set --
fi
failed=0
cd examples
for example in *.go; do
  printf '\n$ heapwhy examples/%s\n' "$example"
  "$heapwhy" "$@" "$example" || failed=1
done
exit $failed
