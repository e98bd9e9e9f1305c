#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Lines of -gcflags=-live over packages of std: which of the compiler's are there, and which are there that are not the compiler's.
#
#   test/live.sh [-v]      -v: all missing and extra lines, too
#
# For each kind of line: identical, missing, extra. heapwhy prints what it is sure of (docs/gcflags.md), so lines are missing; an entry
# never may. The compiler runs once, its lines are kept.
. "$(dirname "$0")/lib.sh"
packages='errors unicode/utf8 sort container/list strings bytes bufio strconv path path/filepath text/tabwriter
container/ring container/heap encoding/hex encoding/base64 encoding/csv encoding/binary html io io/fs regexp regexp/syntax
text/scanner text/template/parse context fmt net/url net/textproto mime go/scanner go/token go/ast archive/zip
compress/flate compress/gzip flag log math/rand index/suffixarray unicode/utf16 encoding/json encoding/xml'
need_oracle || { printf 'skip live: no compiler %s\n' "$release"; exit 0; }
[ -x "$heapwhy" ] || { printf 'FAILED live: no %s\n' "$heapwhy"; exit 1; }
# shellcheck disable=SC2086
oracle_build "$outputs/live.std" "$goroot/src" -gcflags=-live $packages
# shellcheck disable=SC2086
(cd "$goroot/src" && "$heapwhy" -goroot "$goroot" -gcflags=-live $packages) >"$work/live.got" 2>"$work/live.err"

# KIND, package and line, once each.
classify() {
  awk '/^# / { package = $2; next }
    / live at entry to / { print "entry\t" package "\t" $0; next }
    / stack object \.autotmp/ { print "temporary\t" package "\t" $0; next }
    / stack object / { print "object\t" package "\t" $0; next }
    / live at call to (mallocgc|newobject)/ { print "allocation\t" package "\t" $0; next }
    / live at (call to|indirect call)/ { print "call\t" package "\t" $0 }' "$1" | sort -u
}
classify "$outputs/live.std" >"$work/live.want.lines"
classify "$work/live.got" >"$work/live.got.lines"
comm -12 "$work/live.want.lines" "$work/live.got.lines" >"$work/live.same"
comm -23 "$work/live.want.lines" "$work/live.got.lines" >"$work/live.missing"
comm -13 "$work/live.want.lines" "$work/live.got.lines" >"$work/live.extra"
if [ "${1-}" = -v ]; then
  sed 's/^/- /' "$work/live.missing"
  sed 's/^/+ /' "$work/live.extra"
fi
count() { grep -c "^$1	" "$work/live.$2"; }
for kind in entry object temporary allocation call; do
  printf '  %-10s %5d identical %5d missing %5d extra\n' $kind "$(count $kind same)" "$(count $kind missing)" "$(count $kind extra)"
done
same=$(grep -c . "$work/live.same")
if [ "$(count entry missing)" -gt 0 ] || [ "$(count entry extra)" -gt 0 ] || [ "$same" -eq 0 ]; then
  printf 'FAILED live: entries differ\n'
  exit 1
fi
"$top/test/ratchet.sh" live "$same" "$(grep -c . "$work/live.missing")" "$(grep -c . "$work/live.extra")"
