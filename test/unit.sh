#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs cmocka test programs and reports each of their tests: test/unit.sh PROGRAM...
set -u
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for program in "$@"; do
  layer=$(basename "$program" _test)
  CMOCKA_MESSAGE_OUTPUT=STDOUT timeout 300 "$program" >"$out" 2>&1
  code=$?
  sed -n "s/^\[       OK \] /ok unit $layer: /p" "$out"
  if [ $code != 0 ]; then
    failed=1
    sed -n "s/^\[  FAILED  \] \([a-z_0-9A-Z]*\)$/FAILED unit $layer: \1/p" "$out" | sort -u | { grep . || printf 'FAILED unit %s: exit code %d\n' "$layer" $code; }
    grep -vE '^\[ (RUN |      OK)|^\[(==|  PASSED)' "$out" | head -n 30 | sed 's/^/  /'
  fi
done
exit $failed
