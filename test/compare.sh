#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Compares two outputs package by package.
#
#   test/compare.sh WANT GOT [REPORT-FOLDER]
#
# Both are texts of the go command: blocks that start with `# import/path`. Prints one line a package that differs, then the lines that
# are missing or too many by kind of message, largest first, with samples, and last a line `TOTAL identical packages missing extra lines`.
# `# p [q.test]` is compared by itself; counted is q.test with all that is compiled for it.
# Order matters inside a package: a package with the same lines in another order is not identical (`order`).
# Environment: SAMPLES (3), PACKAGES_SHOWN (25). Exit code: 0 all identical, 1 not.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
want=$1
got=$2
dir=${3:-$(mktemp -d)}
[ -n "${3-}" ] || trap 'rm -rf "$dir"' EXIT
rm -rf "$dir/want" "$dir/got" "$dir/missing" "$dir/extra"
mkdir -p "$dir/want" "$dir/got"

# One file a package; the slashes of its path become commas, the blank before a variant's test becomes @.
split() {
  awk -v dir="$2" '
    /^# / { if (file) close(file); name = substr($0, 3); sub(/ /, "@", name); gsub(/\//, ",", name); file = dir "/" name; printf "" >>file; next }
    { if (!file) file = dir "/(before the first package)"; print >>file }' "$1"
}
split "$want" "$dir/want"
split "$got" "$dir/got"

: >"$dir/missing"
: >"$dir/extra"
: >"$dir/packages"
{ ls "$dir/want"; ls "$dir/got"; } | sort -u | while read -r package; do
  a=$dir/want/$package
  b=$dir/got/$package
  [ -f "$a" ] || a=/dev/null
  [ -f "$b" ] || b=/dev/null
  lines=$(wc -l <"$a")
  if cmp -s "$a" "$b"; then
    printf 'identical\t%s\t%d\t0\t0\n' "$package" "$lines" >>"$dir/packages"
    continue
  fi
  sort "$a" >"$dir/a"
  sort "$b" >"$dir/b"
  comm -23 "$dir/a" "$dir/b" >"$dir/m"
  comm -13 "$dir/a" "$dir/b" >"$dir/e"
  cat "$dir/m" >>"$dir/missing"
  cat "$dir/e" >>"$dir/extra"
  m=$(wc -l <"$dir/m")
  e=$(wc -l <"$dir/e")
  state=differs
  [ "$m$e" != 00 ] || state=order
  [ "$b" != /dev/null ] || state=absent
  [ "$a" != /dev/null ] || state=unwanted
  printf '%s\t%s\t%d\t%d\t%d\n' "$state" "$package" "$lines" "$m" "$e" >>"$dir/packages"
done

awk -F '\t' -v shown="${PACKAGES_SHOWN:-25}" '
  $1 != "identical" { gsub(/,/, "/", $2); printf "%d\t  %-9s %-40s %7d lines %7d missing %7d extra\n", $4 + $5, $1, $2, $3, $4, $5 }' "$dir/packages" |
  sort -n -r | cut -f 2- | awk -v shown="${PACKAGES_SHOWN:-25}" 'NR <= shown { print } END { if (NR > shown) print "  … and " NR - shown " more packages that differ" }'

awk -v samples="${SAMPLES:-3}" -f "$here/classes.awk" -f /dev/stdin "$dir/missing" "$dir/extra" <<'AWK' | sort -t "$(printf '\t')" -k1,1nr -k2,2 -k3,3n | cut -f 4-
  FNR == 1 { file++ }
  FILENAME ~ /missing$/ { sign = "-" }
  FILENAME ~ /extra$/ { sign = "+" }
  {
    kind = kind_of($0)
    n[kind, sign]++
    total[kind]++
    line = $0
    gsub(/[^ ]*\/lib\/go-[0-9.]+\/src\//, "", line)
    if (n[kind, sign] <= samples) sample[kind] = sample[kind] "      " sign " " substr(line, 1, 240) "\n"
  }
  END {
    for (kind in total) {
      printf "%d\t%s\t0\t  %7d missing %7d extra  %s\n", total[kind], kind, n[kind, "-"], n[kind, "+"], kind
      count = split(sample[kind], lines, "\n")
      for (i = 1; i < count; i++) printf "%d\t%s\t%d\t%s\n", total[kind], kind, i, lines[i]
    }
  }
AWK
awk -F '\t' '
  {
    group = $2
    if (group ~ /@/) { sub(/.*\[/, "", group); sub(/\]$/, "", group) }
    state[group] = state[group] " " $1
    lines += $3; missing += $4; extra += $5
  }
  END {
    for (group in state) {
      all++
      if (state[group] ~ /^( identical)+$/) same++; else if (state[group] ~ /^( identical| order)+$/) order++
    }
    printf "  %d of %d packages identical (%d more in another order), %d lines: %d missing, %d extra\n", same, all, order, lines, missing, extra
    printf "TOTAL %d %d %d %d %d\n", same, all, missing, extra, lines
    exit same != all
  }' "$dir/packages"
