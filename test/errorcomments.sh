#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Go's own escape and inlining tests: files that start with `// errorcheck -0 -m …` and say in ERROR comments which lines they expect.
#
#   test/errorcomments.sh [-v] [FILE...]      FILE: path below GOROOT/test; default: all that use -m
#
# The rules are those of cmd/internal/testdir: each quoted regular expression needs a matching message on its line, and each
# message of the file needs a matching expression. The header's flags go into -gcflags; errorcheckdir runs the folder's packages in order.
# Where testdir expects the compiler itself to fail (types2Failures), the messages must be the compiler's instead.
. "$(dirname "$0")/lib.sh"
need_oracle || { printf 'skip errorcomments: no compiler %s\n' "$release"; exit 0; }
[ -x "$heapwhy" ] || { printf 'FAILED errorcomments: no %s\n' "$heapwhy"; exit 1; }
RELEASE_NAME=$release ORACLE_CACHE=$oracle/cache-$release
export RELEASE_NAME ORACLE_CACHE
result=$(perl "$top/test/errorcomments.pl" "$heapwhy" "$goroot" "$@") || { printf 'FAILED errorcomments: the runner broke\n'; exit 1; }
printf '%s\n' "$result" | grep -v '^TOTAL'
# shellcheck disable=SC2046
set -- $(printf '%s\n' "$result" | sed -n 's/^TOTAL //p')
[ "$3" = all ] || exit 0
"$top/test/ratchet.sh" "${ratchet_prefix}errorcomments" "$1" 0 "$2"
