#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Compares a result with test/ratchet.tsv and reports it as one test.
#
#   test/ratchet.sh NAME GOOD MISSING EXTRA [TEXT]
#
# GOOD may only rise, MISSING and EXTRA only fall. UPDATE=1 records the result. Exit code: 1 when it got worse.
set -u
cd "$(dirname "$0")/.."
file=test/ratchet.tsv
if [ -n "${UPDATE-}" ]; then
  { grep -v "^$1	" "$file" 2>/dev/null; printf '%s\t%d\t%d\t%d\n' "$1" "$2" "$3" "$4"; } | LC_ALL=C sort >"$file.new"
  mv "$file.new" "$file"
  printf 'ok %s: recorded %d, %d missing, %d extra\n' "$1" "$2" "$3" "$4"
  exit 0
fi
old=$(awk -F '\t' -v name="$1" '$1 == name { print $2, $3, $4 }' "$file" 2>/dev/null)
# shellcheck disable=SC2086
set -- "$1" "$2" "$3" "$4" ${old:-0 999999999 999999999}
if [ "$2" -lt "$5" ] || [ "$3" -gt "$6" ] || [ "$4" -gt "$7" ]; then
  printf 'FAILED %s: %d, %d missing, %d extra; recorded: %d, %d missing, %d extra\n' "$@"
  exit 1
fi
printf 'ok %s: %d, %d missing, %d extra\n' "$1" "$2" "$3" "$4"
