#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Our output against the real compiler's, package by package, with a ratchet.
#
#   test/conformance.sh SET...                 the sets of test/sets.sh, e.g. probes.m1 std.m2 std.l.m1 cmd.m1 libraries.m2
#   test/conformance.sh all                    all of them, and one table at the end (make conformance)
#   test/conformance.sh std.m2 fmt strconv     only these packages: shows the differences, leaves the ratchet alone
#
# The compiler's outputs are made once and kept in build/oracle/outputs/RELEASE/. test/ratchet.tsv holds the best result of each set: identical
# packages may only rise, missing and extra lines only fall; UPDATE=1 records a new result. The parts of the last comparison stay in
# build/conformance/SET/: want/PACKAGE, got/PACKAGE, missing, extra, packages, stderr.
# Environment: RELEASE, HEAPWHY, SAMPLES, PACKAGES_SHOWN. Exit code: 1 when a set got worse than the ratchet says, or, for `all`, when
# there was no compiler to compare with.
. "$(dirname "$0")/lib.sh"
. "$top/test/sets.sh"
failed=0 rows=''

sets='' packages='' table=''
for argument in "$@"; do
  if [ "$argument" = all ]; then sets="$sets $every_set" table=1
  elif is_set "$argument"; then sets="$sets $argument"
  else packages="$packages $argument"; fi
done

# The blocks of $packages alone.
blocks_of_packages() {
  awk -v list="$packages" 'BEGIN { n = split(list, p, " "); for (i = 1; i <= n; i++) on[p[i]] = 1 } /^# / { show = ($2 in on) } show' "$1"
}

# How many packages of std have a block in neither output: they print nothing, there and here.
silent_packages() { # silent_packages SET OURS
  (enter_set "$1" && oracle_go list std) |
    awk 'FILENAME != "-" { if (/^# /) printed[$2]; next } !($1 in printed) { n++ } END { print n + 0 }' "$want" "$2" -
}

compare_set() { # compare_set SET
  set=$1
  report=$top/build/conformance/$set
  rm -rf "$report"
  mkdir -p "$report"
  : >"$report/stderr"
  (enter_set "$set" && oracle_set "$set") || { printf 'FAILED conformance %s: no output of the compiler\n' "$set"; return 1; }
  want=$outputs/$set
  [ "$set" = "${set#alone.}" ] || want=$want.own
  start=$(now)
  # shellcheck disable=SC2086
  (enter_set "$set" && run_heapwhy "$set" $packages) >"$report/output"
  # What the compiler says of a package that is wrong stands in its block as well.
  awk '/^# / { on = 1 } /^[^ ]*: no |^[^ ]*: warning: / { on = 0 } on' "$report/stderr" >>"$report/output"
  seconds=$(printf '%s %s\n' "$start" "$(now)" | awk '{ printf "%.2f", $2 - $1 }')
  if [ -n "$packages" ]; then
    blocks_of_packages "$want" >"$report/wanted"
    want=$report/wanted
    blocks_of_packages "$report/output" >"$report/output.some"
    mv "$report/output.some" "$report/output"
  fi
  printf '== %s (%s s)\n' "$set" "$seconds"
  "$top/test/compare.sh" "$want" "$report/output" "$report" >"$report/summary"
  grep -v '^TOTAL' "$report/summary"
  case $set$packages in std.*.m[12] | std.m[12]) printf '  %d packages more print nothing, there and here\n' "$(silent_packages "$set" "$report/output")" ;; esac
  [ ! -s "$report/crashes" ] || sed 's/^/  /' "$report/crashes"
  [ ! -s "$report/stderr" ] || { printf '  on standard error:\n'; head -n 10 "$report/stderr" | cut -c 1-300 | sed 's/^/    /'; }
  [ -z "$packages" ] || return 0
  awk -v set="$set" -v seconds="$seconds" '
    /^TOTAL / { printf "%-16s %4d of %4d %9d %9d %9d %9.2f\n", set, $2, $3, $6, $4, $5, seconds }' "$report/summary" >"$report/row"
  rows="$rows $report/row"
  # shellcheck disable=SC2046
  "$top/test/ratchet.sh" "$ratchet_prefix$set" $(awk '/^TOTAL / { print $2, $4, $5 }' "$report/summary")
}

for set in ${sets:-probes.m1 probes.m2}; do
  if ! need_oracle; then
    if [ -n "$table" ]; then printf 'FAILED conformance %s: no compiler %s to compare with\n' "$set" "$release"; failed=1
    else printf 'skip conformance %s: no compiler %s to compare with\n' "$set" "$release"; fi
    continue
  fi
  [ -x "$heapwhy" ] || { printf 'FAILED conformance %s: no %s\n' "$set" "$heapwhy"; failed=1; continue; }
  compare_set "$set" || failed=1
done
if [ -n "$table" ] && [ -n "$rows" ]; then
  printf '\n%-16s %12s %9s %9s %9s %9s\n' set identical lines missing extra seconds
  # shellcheck disable=SC2086
  cat $rows
fi
exit $failed
