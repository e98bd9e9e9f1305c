#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Is the report true? Sizes and reasons of the values in examples/kinds.go against the compiler and a running program.
#
#   test/report.sh [-v]
#
# sizes    for each function that test/report/measure.go calls: the sum of its values' size classes against the bytes that the runtime
#          counts for one call (a byte-sized value shares a block of 16 bytes with others, so it counts with its own size there)
# reasons  each value on the heap has a line `escapes to heap` or `moved to heap` of the compiler at its place, none is left out, and the
#          steps of its flow are the `from` lines of the compiler's -m=2
. "$(dirname "$0")/lib.sh"
need_oracle || { printf 'skip report: no compiler %s\n' "$release"; exit 0; }
[ -x "$heapwhy" ] || { printf 'FAILED report: no %s\n' "$heapwhy"; exit 1; }
folder=$work/report
rm -rf "$folder"
mkdir -p "$folder/measure" "$folder/plain"
cp "$top/examples/kinds.go" "$folder/plain/"
cp "$top/examples/kinds.go" "$top/test/report/measure.go" "$folder/measure/"
cd "$folder/plain" || exit 1
"$heapwhy" -goroot "$goroot" -json ./kinds.go >"$folder/findings.json" || { printf 'FAILED report: heapwhy -json\n'; exit 1; }
oracle_build "$folder/compiler" "$folder/plain" -gcflags=-m=2 ./kinds.go
(cd "$folder/measure" && oracle_go build -o "$folder/program" ./kinds.go ./measure.go && "$folder/program") >"$folder/measured" 2>"$folder/err" ||
  { printf 'FAILED report: the measuring program\n'; head -n 5 "$folder/err"; exit 1; }
perl "$top/test/report.pl" "$folder" "$@"
