#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Gate: #include "layer/..." only where src/layers.txt allows it; private headers stay in their folder; folder = layer.
# Exit codes: 0 clean, 1 violations (listed).
set -eu
cd "$(dirname "$0")/.."
find src -mindepth 2 -name '*.[ch]' -o -mindepth 2 -name '*.def' | sort | xargs awk '
  BEGIN {
    while ((getline line < "src/layers.txt") > 0) {
      if (line ~ /^#/ || line !~ /:/) continue
      layer = line; sub(/:.*/, "", layer)
      sub(/^[^:]*:/, "", line)
      known[layer] = 1; allowed[layer, layer] = 1
      n = split(line, names, " ")
      for (i = 1; i <= n; i++) {
        if (!(names[i] in known)) fail("src/layers.txt: " layer " names " names[i] ", which is not a lower layer")
        allowed[layer, names[i]] = 1
      }
    }
  }
  function fail(message) { print message; bad = 1 }
  FNR == 1 {
    split(FILENAME, parts, "/"); mine = parts[2]
    if (!(mine in known) && !(mine in said)) { said[mine] = 1; fail("src/" mine ": not in src/layers.txt") }
  }
  /^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    n = split(quoted[2], path, "/")
    where = FILENAME ":" FNR ": "
    if (n == 1) fail(where "write \"" mine "/" quoted[2] "\"")
    else if (!((mine, path[1]) in allowed)) fail(where mine " may not include " quoted[2])
    else if (path[1] != mine && path[2] != path[1] ".h" && path[2] !~ /\.def$/) fail(where quoted[2] " is private to " path[1])
  }
  END { exit bad }'
