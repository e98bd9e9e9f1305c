#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Our output against the real compiler's, package by package, with a ratchet.
#
#   test/conformance.sh SET...                 probes.m1 probes.m2 probes.l.m1 probes.l.m2 std.m1 std.m2 std.l.m1 std.l.m2
#   test/conformance.sh std.m2 fmt strconv     only these packages: shows the differences, leaves the ratchet alone
#
# The compiler's outputs are made once and kept in build/oracle/outputs/RELEASE/. test/ratchet.tsv holds the best result of each set: identical
# packages may only rise, missing and extra lines only fall; UPDATE=1 records a new result. The parts of the last comparison stay in
# build/conformance/SET/: want/PACKAGE, got/PACKAGE, missing, extra, packages, stderr.
# Environment: RELEASE, HEAPWHY, SAMPLES, PACKAGES_SHOWN. Exit code: 1 when a set got worse than the ratchet says.
. "$(dirname "$0")/lib.sh"
failed=0

flags_of() { # std.l.m2 -> -l -m=2
  case $1 in *.l.*) printf '%s ' -l ;; esac
  case $1 in *.m2) printf '%s' -m=2 ;; *) printf '%s' -m ;; esac
}

# The compiler's text of the set into $outputs/SET; blocks of the probes are named by their file.
oracle_set() {
  flags=$(flags_of "$1")
  case $1 in
    std.*) oracle_build "$outputs/$1" "$work" -gcflags="$flags" std ;;
    probes.*)
      : >"$outputs/$1"
      for file in "$top"/test/probes/*.go; do
        name=$(basename "$file" .go)
        sum=$(sha256sum "$file" | cut -c 1-16)
        if [ ! -f "$outputs/$1.$name.$sum" ]; then
          need_importcfg
          cp "$file" "$work/"
          # shellcheck disable=SC2086
          (cd "$work" && oracle_compile "$name.go" $flags) >"$outputs/$1.$name.$sum"
        fi
        printf '# %s.go\n' "$name" >>"$outputs/$1"
        cat "$outputs/$1.$name.$sum" >>"$outputs/$1"
      done
      ;;
  esac
}

run_heapwhy() { # SET PACKAGE...  output on stdout, errors to $report/stderr
  flags=$(flags_of "$1")
  set=$1
  shift
  case $set in
    std.*) (cd "$work" && "$heapwhy" -goroot "$goroot" $flags "${@:-std}" 2>>"$report/stderr") || crash $? "$*" ;;
    probes.*)
      for file in "$top"/test/probes/*.go; do
        name=$(basename "$file")
        printf '# %s\n' "$name"
        (cd "$work" && cp "$file" . && "$heapwhy" -goroot "$goroot" $flags "$name" 2>>"$report/stderr") >"$report/one" || crash $? "$name"
        grep -v '^# ' "$report/one"
      done
      ;;
  esac
}
crash() { printf 'exit code %s: %s\n' "$1" "$2" >>"$report/crashes"; }

sets= packages=
for argument in "$@"; do
  case $argument in
    std.*m[12] | probes.*m[12]) sets="$sets $argument" ;;
    *) packages="$packages $argument" ;;
  esac
done
for set in ${sets:-probes.m1 probes.m2}; do
  need_oracle || { printf 'skip conformance %s: no compiler %s to compare with\n' "$set" "$release"; continue; }
  [ -x "$heapwhy" ] || { printf 'FAILED conformance %s: no %s\n' "$set" "$heapwhy"; failed=1; continue; }
  report=$top/build/conformance/$set
  rm -rf "$report"
  mkdir -p "$report"
  : >"$report/stderr"
  oracle_set "$set"
  start=$(now)
  # shellcheck disable=SC2086
  run_heapwhy "$set" $packages >"$report/output"
  end=$(now)
  want=$outputs/$set
  if [ -n "$packages" ]; then
    want=$report/wanted
    awk -v list="$packages" 'BEGIN { n = split(list, p, " "); for (i = 1; i <= n; i++) on[p[i]] = 1 } /^# / { show = ($2 in on) } show' "$outputs/$set" >"$want"
    awk -v list="$packages" 'BEGIN { n = split(list, p, " "); for (i = 1; i <= n; i++) on[p[i]] = 1 } /^# / { show = ($2 in on) } show' "$report/output" >"$report/output.some"
    mv "$report/output.some" "$report/output"
  fi
  printf '== %s (%s s)\n' "$set" "$(printf '%s %s\n' "$start" "$end" | awk '{ printf "%.2f", $2 - $1 }')"
  "$top/test/compare.sh" "$want" "$report/output" "$report" >"$report/summary"
  grep -v '^TOTAL' "$report/summary"
  [ ! -s "$report/crashes" ] || sed 's/^/  /' "$report/crashes"
  [ ! -s "$report/stderr" ] || { printf '  on standard error:\n'; head -n 10 "$report/stderr" | cut -c 1-300 | sed 's/^/    /'; }
  [ -z "$packages" ] || continue
  # shellcheck disable=SC2046
  "$top/test/ratchet.sh" "$set" $(awk '/^TOTAL / { print $2, $4, $5 }' "$report/summary") || failed=1
done
exit $failed
