#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# heapwhy beside the real compiler over whole std: wall time and processor time. Both ask for the same lines.
#
#   bench/run.sh [FLAG]      -m=2 (default) or -m
#
# The real side is `go build` with an empty cache, which also generates code: it cannot print these lines without doing so.
set -eu
cd "$(dirname "$0")/.."
flag=${1:--m=2}
release=1.27
goroot=$(tools/go-toolchain.sh "$release")
work=${TMPDIR:-/tmp}/heapwhy-bench
mkdir -p "$work"
here=$PWD
measure() { # NAME COMMAND...
  name=$1
  shift
  start=$(date +%s.%N)
  (cd "$work" && perl -e 'use POSIX; my $pid = fork; if (!$pid) { open STDOUT, ">", "/dev/null"; open STDERR, ">", "/dev/null"; exec @ARGV } waitpid $pid, 0;
    my ($u, $s, $cu, $cs) = times; printf "%.2f s processor time", $cu + $cs;' "$@") >"$work/times"
  end=$(date +%s.%N)
  printf '%-40s %6.2f s wall, %s\n' "$name" "$(echo "$start $end" | awk '{ print $2 - $1 }')" "$(cat "$work/times")"
}
measure "heapwhy $flag std" "$here/build/release/heapwhy" -goroot "$goroot" "$flag" std
measure "go build -gcflags=$flag std" "$here/tools/oracle.sh" "$release" "$work" build -gcflags="$flag" std
