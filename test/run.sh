#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# All tests, after `make all tests`: unit, golden, probes and Go's own tests against the real compiler, whole std.
#
#   test/run.sh [SUITE...]     unit golden docs load properties cache edits pack probes errorcheck errorcomments live releases targets report std  (default: all)
#
# The last line is `N passed, N failed` (and skipped, if any). Exit code: 1 when something failed.
set -u
cd "$(dirname "$0")/.."
mkdir -p build
log=build/test.log
: >"$log"
suite() {
  case $1 in
    unit) test/unit.sh build/release/test/*/*_test ;;
    golden) test/golden.sh ;;
    docs) test/docs.sh ;;
    load) test/load.sh ;;
    properties) test/properties.sh ;;
    cache) test/cache.sh ;;
    edits) test/edits.sh ;;
    pack) test/pack.sh ;;
    probes) test/conformance.sh probes.m1 probes.m2 probes.l.m1 probes.l.m2 ;;
    errorcheck) test/errorcheck.sh ;;
    errorcomments) test/errorcomments.sh ;;
    live) test/live.sh ;;
    releases) test/releases.sh; test/steps.sh; RELEASE=1.15 test/errorcomments.sh; RELEASE=1.15 test/conformance.sh std.m1 std.m2 ;;
    targets) test/targets.sh ;;
    report) test/report.sh ;;
    std) test/conformance.sh std.m1 std.m2 std.l.m1 modules.m1 modules.m2 ;;
    *) printf 'FAILED no suite %s\n' "$1" ;;
  esac
}
for name in ${*:-unit golden docs load properties cache edits pack probes errorcheck errorcomments live releases targets report std}; do
  suite "$name" 2>&1 | tee -a "$log"
done
awk '/^ok / { ok++ } /^FAILED / { bad++; print } /^skip / { skipped++ }
     END { printf "%d passed, %d failed%s\n", ok, bad, skipped ? sprintf(", %d skipped", skipped) : ""; exit bad > 0 || ok == 0 }' "$log"
