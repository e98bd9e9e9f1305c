#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Does all of std and cmd pass the type checker, for every target that issue 2 names? The real compiler accepts all of it.
#
#   test/targets.sh [GOOS/GOARCH...]     default: linux/amd64 linux/arm64 windows/amd64 darwin/arm64 js/wasm
#
# One line a target: packages checked (dependencies among them) and seconds; then the messages, if there are any.
. "$(dirname "$0")/lib.sh"
need_oracle || { printf 'skip targets: no compiler %s\n' "$release"; exit 0; }
[ -x "$heapwhy" ] || { printf 'FAILED targets: no %s\n' "$heapwhy"; exit 1; }
failed=0
for target in ${*:-linux/amd64 linux/arm64 windows/amd64 darwin/arm64 js/wasm}; do
  start=$(now)
  GOOS=${target%/*} GOARCH=${target#*/} "$heapwhy" dump check -goroot "$goroot" std cmd/... >"$work/targets.out" 2>"$work/targets.err"
  code=$?
  packages=$(grep -c '^# ' "$work/targets.out")
  seconds=$(awk -v from="$start" -v to="$(now)" 'BEGIN { printf "%.1f", to - from }')
  if [ $code -eq 0 ] && [ ! -s "$work/targets.err" ] && [ "$packages" -gt 100 ]; then
    printf 'ok targets %s: %d packages without an error, %s s\n' "$target" "$packages" "$seconds"
  else
    failed=1
    printf 'FAILED targets %s: exit code %d, %d packages\n' "$target" $code "$packages"
    head -n 10 "$work/targets.err" | sed 's/^/  /'
  fi
done
exit $failed
