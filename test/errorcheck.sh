#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Accept or reject? Go's own programs that are right or wrong on purpose, ours against the real compiler's verdict and messages.
#
#   test/errorcheck.sh [-v] [programs|types] [NAME...]      default: both suites
#
#   programs   the single-file programs of GOROOT/test; NAME is a path below it, e.g. fixedbugs/bug001.go
#   types      the file sets of GOROOT/src/internal/types/testdata: a file, or a folder that is one package
#
# A program counts as passed when the verdict and the position of the first message are the compiler's; how many have all messages equal
# is told besides. What the go command refuses before it asks the compiler (import "C", internal packages, patterns of //go:embed) counts as
# passed when it is refused in the go command's words. Frames that are too large are found while code is generated, so they do not count.
# Verdicts are cached in build/oracle/outputs/RELEASE/errorcheck/. What type checking cannot decide stands in test/known.txt with its
# cause. Compiler flags other than -m, -l, -0 and -lang are out of scope.
# The ratchet rows are `errorcheck.SUITE exact 0 failed`. Exit code: 1 when worse than test/ratchet.tsv.
. "$(dirname "$0")/lib.sh"
verbose='' suites=''
[ "${1-}" != -v ] || { verbose=1; shift; }
case ${1-} in programs | types) suites=$1; shift ;; esac
need_oracle && need_importcfg || { printf 'skip errorcheck: no compiler %s\n' "$release"; exit 0; }
[ -x "$heapwhy" ] || { printf 'FAILED errorcheck: no %s\n' "$heapwhy"; exit 1; }
cache=$outputs/errorcheck
mkdir -p "$cache"

suite_root() { case $1 in programs) echo "$goroot/test/" ;; types) echo "$goroot/src/internal/types/testdata/" ;; esac; }

# Files whose first line asks for run, compile, build or errorcheck without special flags.
list_programs() {
  find . -name '*.go' ! -path './codegen/*' ! -path '*.dir/*' ! -path './simd/*' | sed 's|^\./||' | sort |
    xargs grep -L '^//go:build goexperiment\.' | xargs awk '
    FNR == 1 {
      header = $0
      sub(/^\/\/ */, "", header)
      n = split(header, w, " ")
      ok = w[1] ~ /^(run|compile|build|errorcheck)$/
      for (i = 2; i <= n && w[1] != "run"; i++) if (w[i] !~ /^-(0|m|l|m=2|e|complete)$/) ok = 0
      if (w[1] == "run") for (i = 2; i <= n; i++) if (w[i] ~ /^-/ || w[i] ~ /\.go$/) ok = 0
      if (ok) print FILENAME
      nextfile
    }'
}
# Files that stand for themselves, and folders of a folder: those are packages. A first line may give flags.
list_types() {
  { find . -mindepth 2 -maxdepth 2 -name '*.go'; find . -mindepth 2 -maxdepth 2 -type d; } | sed 's|^\./||' | sort |
    while read -r name; do head -q -n 1 "$name" "$name"/*.go 2>/dev/null | grep -q '^// -[^l]' || printf '%s\n' "$name"; done
}

# Diagnostics only, one a line, the file by its base name: "base.go:3:4: text"; the tabs of continuation lines stay.
diagnostics() { grep -v '^#' | sed "s|^\(\./\)\{0,1\}\([^ :]*/\)\{0,1\}\([^ /:]*\.go:[0-9]\)|\3|"; }
first_position() { sed -n 's/^\([^ ]*\.go:[0-9]*\(:[0-9]*\)\{0,1\}\): .*/\1/p' "$1" | head -n 1; }

# Enters the program's folder; sets names (its files) and flags.
enter() {
  if [ -d "$1" ]; then cd "$1" && names=$(echo *.go)
  else cd "$(dirname "$1")" && names=$(basename "$1"); fi || return 1
  # shellcheck disable=SC2086
  flags=$(head -q -n 1 $names | sed -n 's|^// \(-lang=go[0-9.]*\)$|\1|p' | head -n 1)
}

# The compiler's verdict and messages into $want, unless they are there.
ask_compiler() {
  [ ! -f "$want" ] || return 0
  # shellcheck disable=SC2086
  oracle_compile "$names" $flags >"$report/one"
  code=$?
  grep -v ': stack frame too large (>1GB): ' "$report/one" >"$report/checked"
  if [ $code = 0 ] || [ ! -s "$report/checked" ]; then echo accept; else echo reject; diagnostics <"$report/checked"; fi >"$want.new"
  mv "$want.new" "$want"
}

# What the go command prints, into $want.build.
ask_go_command() {
  [ ! -f "$want.build" ] || return 0
  # shellcheck disable=SC2046
  if GO111MODULE=off oracle_go build -o /dev/null $(printf './%s ' $names) >"$report/one" 2>&1; then echo accept
  else echo reject; diagnostics <"$report/one"; fi >"$want.new"
  mv "$want.new" "$want.build"
}

# Type checking only: what comes after it is other tests' business, and takes longer.
ask_heapwhy() {
  # shellcheck disable=SC2046,SC2086
  GO111MODULE=off timeout 20 "$heapwhy" dump check -goroot "$goroot" -gcflags="$flags" $(printf './%s ' $names) >/dev/null 2>"$report/one"
  code=$?
  case $code in
    0) echo accept ;;
    1) echo reject; sed "s|$PWD/|./|g" "$report/one" | diagnostics ;;
    *) echo "crash (exit code $code)"; head -n 3 "$report/one"; crashed=$((crashed + 1)) ;;
  esac >"$report/got"
}

# The compiler goes through labels and the like in no fixed order and stops after ten errors: does its first error of all stand where ours does?
same_first_of_all() {
  # shellcheck disable=SC2086
  oracle_compile "$names" $flags -e | diagnostics >"$report/all.want"
  # shellcheck disable=SC2046,SC2086
  GO111MODULE=off timeout 20 "$heapwhy" dump check -goroot "$goroot" -gcflags="$flags -e" $(printf './%s ' $names) 2>&1 >/dev/null |
    sed "s|$PWD/|./|g" | diagnostics >"$report/all.got"
  sort -t: -k2,2n -k3,3n "$report/all.want" | sed 's/^/reject\n/;q' >"$report/first.want"
  sort -t: -k2,2n -k3,3n "$report/all.got" | sed 's/^/reject\n/;q' >"$report/first.got"
  [ -s "$report/all.want" ] && [ "$(first_position "$report/first.want")" = "$(first_position "$report/first.got")" ]
}

# One program, counted.
judge() {
  if cmp -s "$want" "$report/got"; then
    exact=$((exact + 1))
    passed=$((passed + 1))
    return
  fi
  read -r a <"$want"
  read -r b <"$report/got"
  [ "$b" != reject ] || [ "$(first_position "$want")" = "$(first_position "$report/got")" ] || ask_go_command
  if [ -f "$want.build" ] && cmp -s "$want.build" "$report/got"; then
    passed=$((passed + 1)) exact=$((exact + 1))
    return
  fi
  if [ "$a" = "$b" ] && { [ "$(first_position "$want")" = "$(first_position "$report/got")" ] || same_first_of_all; }; then
    passed=$((passed + 1))
    printf '%s\n' "$1" >>"$report/texts"
  else
    failed=$((failed + 1))
    cause=$(known_cause errorcheck "$1")
    printf '%s: want %s, got %s%s\n' "$1" "$a $(sed -n '2{s/^[^:]*://;p;}' "$want")" "$b $(sed -n '2{s/^[^:]*://;p;}' "$report/got")" \
      "${cause:+ (cause: $cause)}" >>"$report/failed"
  fi
  { printf -- '-- %s --\n' "$1"; diff "$want" "$report/got"; } >>"$report/diffs"
}

run_suite() { # SUITE NAME...
  suite=$1
  shift
  report=$top/build/conformance/errorcheck.$suite$([ $# -eq 0 ] || echo .some)
  rm -rf "$report"
  mkdir -p "$report"
  passed=0 failed=0 exact=0 crashed=0
  cd "$(suite_root "$suite")" || exit 1
  if [ $# -gt 0 ]; then printf '%s\n' "$@"; else "list_$suite"; fi >"$report/files"
  while read -r name; do
    want=$cache/$(printf '%s' "$suite:$name" | sed 's/^programs://' | tr / ,)
    cd "$(suite_root "$suite")" && enter "$name" || continue
    ask_compiler
    ask_heapwhy
    judge "$name"
  done <"$report/files"
  if [ $# -gt 0 ]; then cat "$report/diffs" 2>/dev/null; fi
  printf '== errorcheck.%s: %d of %d as the compiler judges them, %d with exactly its messages, %d crashes\n' "$suite" "$passed" \
    $((passed + failed)) "$exact" "$crashed"
  [ ! -f "$report/failed" ] || head -n "$([ -n "$verbose" ] && echo 100000 || echo 20)" "$report/failed" | cut -c 1-240 | sed 's/^/  /'
  [ $# -eq 0 ] || return 0
  "$top/test/ratchet.sh" "errorcheck.$suite" "$exact" 0 "$failed"
}

status=0
for suite in ${suites:-programs types}; do run_suite "$suite" "$@" || status=1; done
exit $status
