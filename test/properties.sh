#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What must hold without anybody's recorded output: threads and what else is asked for change no byte.
. "$(dirname "$0")/lib.sh"
need_oracle || { printf 'skip properties: no GOROOT\n'; exit 0; }
failed=0
cd "$work" || exit 1
packages='fmt strconv sort encoding/json text/template go/types net/http
  cmd/compile/internal/typecheck cmd/compile/internal/walk cmd/compile/internal/escape'

same() { # NAME FILE FILE
  if cmp -s "$2" "$3"; then printf 'ok property %s\n' "$1"; else
    printf 'FAILED property %s\n' "$1"
    diff "$2" "$3" | head -n 6 | cut -c 1-200 | sed 's/^/  /'
    failed=1
  fi
}
ours() { "$heapwhy" -goroot "$goroot" -m=2 "$@"; }

# shellcheck disable=SC2086
ours -j 1 $packages >j1 2>&1
[ "$(grep -c '^# ' j1)" = 10 ] || { printf 'FAILED property: not every package has output\n'; exit 1; }
# shellcheck disable=SC2086
ours -j 4 $packages >j4 2>&1
same 'one thread prints what four print' j1 j4
# shellcheck disable=SC2086
ours -j 4 $packages >again 2>&1
same 'a second run prints the same' j4 again
for package in $packages; do
  ours "$package" >alone 2>&1
  awk -v want="$package" '/^# / { on = $2 == want } on' j1 >among
  same "$package alone prints what it prints among others" alone among
done
exit $failed
