#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Accept or reject? The single-file programs of Go's own test folder, ours against the real compiler's verdict and messages.
#
#   test/errorcheck.sh [-v] [FILE...]      FILE: path below GOROOT/test, e.g. fixedbugs/bug001.go; default: all
#
# A program counts as passed when the verdict and the position of the first message are the compiler's; how many have all messages equal
# is told besides. Verdicts are cached in build/oracle/outputs/RELEASE/errorcheck/. Compiler flags other than -m, -l, -0 are out of scope.
# The ratchet row is `errorcheck passed 0 failed`. Exit code: 1 when worse than test/ratchet.tsv.
. "$(dirname "$0")/lib.sh"
verbose=
[ "${1-}" != -v ] || { verbose=1; shift; }
need_oracle && need_importcfg || { printf 'skip errorcheck: no compiler %s\n' "$release"; exit 0; }
[ -x "$heapwhy" ] || { printf 'FAILED errorcheck: no %s\n' "$heapwhy"; exit 1; }
cache=$outputs/errorcheck
report=$top/build/conformance/errorcheck
rm -rf "$report"
mkdir -p "$cache" "$report"

# Files whose first line asks for run, compile, build or errorcheck without special flags.
candidates() {
  (cd "$goroot/test/" && find . -name '*.go' ! -path './codegen/*' ! -path '*.dir/*' ! -path './simd/*' | sed 's|^\./||' | sort | xargs awk '
    FNR == 1 {
      header = $0
      sub(/^\/\/ */, "", header)
      n = split(header, w, " ")
      ok = w[1] ~ /^(run|compile|build|errorcheck)$/
      for (i = 2; i <= n && w[1] != "run"; i++) if (w[i] !~ /^-(0|m|l|m=2|e|complete)$/) ok = 0
      if (w[1] == "run") for (i = 2; i <= n; i++) if (w[i] ~ /^-/ || w[i] ~ /\.go$/) ok = 0
      if (ok) print FILENAME
      nextfile
    }')
}

# Diagnostics only, one a line, the file by its base name: "base.go:3:4: text"; the tabs of continuation lines stay.
diagnostics() { grep -v '^#' | sed "s|^\(\./\)\{0,1\}\([^ :]*/\)\{0,1\}\([^ /:]*\.go:[0-9]\)|\3|"; }
first_position() { sed -n 's/^\([^ ]*\.go:[0-9]*\(:[0-9]*\)\{0,1\}\): .*/\1/p' "$1" | head -n 1; }

passed=0 failed=0 exact=0 crashed=0
cd "$goroot/test/" || exit 1
if [ $# -gt 0 ]; then printf '%s\n' "$@"; else candidates; fi >"$report/files"
while read -r path; do
  want=$cache/$(printf '%s' "$path" | tr / ,)
  cd "$goroot/test/$(dirname "$path")" || continue
  file=$(basename "$path")
  if [ ! -f "$want" ]; then
    if oracle_compile "$file" >"$report/one"; then echo accept; else echo reject; diagnostics <"$report/one"; fi >"$want.new"
    mv "$want.new" "$want"
  fi
  timeout 20 "$heapwhy" -goroot "$goroot" -m "./$file" >"$report/text" 2>"$report/one"
  code=$?
  case $code in
    0) echo accept >"$report/got" ;;
    1) { echo reject; diagnostics <"$report/one"; } >"$report/got" ;;
    *) { echo "crash (exit code $code)"; head -n 3 "$report/one"; } >"$report/got"; crashed=$((crashed + 1)) ;;
  esac
  if cmp -s "$want" "$report/got"; then
    exact=$((exact + 1))
    passed=$((passed + 1))
    continue
  fi
  read -r a <"$want"
  read -r b <"$report/got"
  if [ "$a" = "$b" ] && [ "$(first_position "$want")" = "$(first_position "$report/got")" ]; then
    passed=$((passed + 1))
    printf '%s\n' "$path" >>"$report/texts"
  else
    failed=$((failed + 1))
    printf '%s: want %s, got %s\n' "$path" "$a $(sed -n '2{s/^[^:]*://;p;}' "$want")" "$b $(sed -n '2{s/^[^:]*://;p;}' "$report/got")" >>"$report/failed"
  fi
  { printf -- '-- %s --\n' "$path"; diff "$want" "$report/got"; } >>"$report/diffs"
done <"$report/files"

if [ $# -gt 0 ]; then cat "$report/diffs" 2>/dev/null; fi
printf '== errorcheck: %d of %d programs as the compiler judges them, %d with exactly its messages, %d crashes\n' "$passed" $((passed + failed)) "$exact" "$crashed"
[ ! -f "$report/failed" ] || head -n "$([ -n "$verbose" ] && echo 100000 || echo 20)" "$report/failed" | cut -c 1-240 | sed 's/^/  /'
[ $# -eq 0 ] || exit 0
"$top/test/ratchet.sh" errorcheck "$exact" 0 "$failed"
