#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Gate: no writable data in the objects (nm classes b B d D C s S g G), except what the list below names.
#
#   tools/globals.sh [OBJECT-FOLDER]     default: build/release/obj
#
# Exit codes: 0 clean, 1 violations (listed).
set -eu
cd "$(dirname "$0")/.."
dir=${1:-build/release/obj}
# A thread's recovery point, the locks that it holds and its scratch arenas, which BUG gives back; its spare memory (src/base/jobs.c, arena.c).
allowed='recovery_point held_locks scratch_arenas spare_memory'
find "$dir" -name '*.o' ! -name '*_test.o' | sort | xargs nm -A | awk -v allowed="$allowed" '
  BEGIN { n = split(allowed, names, " "); for (i = 1; i <= n; i++) ok[names[i]] = 1 }
  $(NF - 1) ~ /^[bBdDCsSgG]$/ {
    name = $NF
    sub(/\.[0-9]+$/, "", name)
    # Constant tables with addresses are in .data.rel.ro, which nm shows as d/D as well.
    split($1, at, ":")
    if (!(name in ok)) print at[1] " " $NF
  }' | while read -r object name; do
  objdump -t "$object" | awk -v name="$name" '$NF == name && $0 !~ /\.data\.rel\.ro/ { found = 1 } END { exit !found }' || continue
  printf '%s: writable data: %s\n' "$object" "$name"
done | { if grep .; then exit 1; else exit 0; fi; }
