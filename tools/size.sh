#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Gate: files up to 1,000 lines, functions up to 80. tools/size-exceptions.txt lists the flat dispatch functions that may be longer:
# `path function reason`. Exit codes: 0 clean, 1 violations (listed), 2 no ctags.
set -eu
cd "$(dirname "$0")/.."
command -v ctags >/dev/null 2>&1 || { echo 'size.sh: universal-ctags is missing (make deps)' >&2; exit 2; }
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find src fuzz -name '*.[ch]' -o -name '*.def' | sort >"$list"
xargs wc -l <"$list" | awk '$2 != "total" && $1 > 1000 { print $2 ": " $1 " lines (limit 1000)"; bad = 1 } END { exit bad }' || bad=1
grep '\.c$' "$list" | ctags -L - --languages=C --kinds-C=f --fields=+ne --output-format=u-ctags -f - 2>/dev/null | awk -F '\t' '
  BEGIN {
    while ((getline line < "tools/size-exceptions.txt") > 0) {
      if (line ~ /^#/ || split(line, w, " ") < 3) continue
      ok[w[1], w[2]] = 1
    }
  }
  {
    first = last = 0
    for (i = 4; i <= NF; i++) {
      if ($i ~ /^line:/) first = substr($i, 6)
      if ($i ~ /^end:/) last = substr($i, 5)
    }
    length_ = last - first + 1
    if (length_ > 80 && !(($2, $1) in ok)) { print $2 ":" first ": " $1 ": " length_ " lines (limit 80)"; bad = 1 }
  }
  END { exit bad }' || bad=1
exit "${bad:-0}"
