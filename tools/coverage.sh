#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Line coverage of a `make cov` build, by layer: tools/coverage.sh build/cov
set -eu
cd "$(dirname "$0")/.."
find "$1/obj" -name '*.gcda' ! -name '*_test.gcda' | sort | while read -r data; do
  gcov -n "$data" 2>/dev/null
done | awk '
  /^File / { file = $2; gsub(/\x27/, "", file) }
  /^Lines executed:/ && file ~ /^src\/.*\.c$/ {
    split($0, p, /[:% ]+/); percent = p[3]; lines = p[5]
    split(file, part, "/"); n[part[2]] += lines; hit[part[2]] += percent * lines / 100; all += lines; got += percent * lines / 100
    file = ""
  }
  END { for (l in n) printf "%-10s %6d lines %5.1f %%\n", l, n[l], 100 * hit[l] / n[l]; if (all) printf "all        %6d lines %5.1f %%\n", all, 100 * got / all }' | sort
