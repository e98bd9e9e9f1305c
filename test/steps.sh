#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What changed from one release to the next: the difference between our outputs for both against that between the compilers' own.
#
#   test/steps.sh [PROBE]       all probes without imports; with a name: shows what differs
#
# Each probe at -m and -m=2, with and without -l. Recorded outputs: HEAPWHY_REFERENCE (test/releases.sh); the others come from compilers that
# run and are kept below build/oracle/outputs/. The ratchet row of a step counts outputs whose difference is the compilers', and lines of
# differences that are missing or too many.
. "$(dirname "$0")/lib.sh"
reference=${HEAPWHY_REFERENCE:-$top/../shared/reference}
[ -d "$reference/old-releases" ] || { echo "skip steps: no recorded outputs (HEAPWHY_REFERENCE)"; exit 0; }
only=${1-}
dir=$work/steps
mkdir -p "$dir"

probes() {
  for file in "$reference"/probes/*.go; do
    name=$(basename "$file" .go)
    grep -q '^import' "$file" || [ ! -f "$reference/old-releases/1.13/probe_$name.m1" ] || printf '%s\n' "$name"
  done
}

folder=$(cd "$reference/probes" && pwd -P)
plain() { grep -v '^# ' | sed "s|$folder/||g; s|^\./||; s| \./| |g"; }

real_of() { # RELEASE PROBE VARIANT FLAGS
  if [ "$1" = 1.13 ]; then
    plain <"$reference/old-releases/1.13/probe_$2.$3"
    return
  fi
  kept=$oracle/outputs/$1/step.$2.$3.$(sha256sum "$reference/probes/$2.go" | cut -c 1-16)
  if [ ! -f "$kept" ]; then
    root=$("$top/tools/go-toolchain.sh" "$1" 2>/dev/null) || return 1
    # shellcheck disable=SC2086
    (cd "$reference/probes" && "$root/pkg/tool/linux_amd64/compile" -p command-line-arguments $4 -o "$dir/object" "$2.go") >"$kept.new" 2>&1
    mv "$kept.new" "$kept"
  fi
  plain <"$kept"
}

own_of() { # RELEASE PROBE FLAGS
  # shellcheck disable=SC2086
  (cd "$reference/probes" && timeout 20 "$heapwhy" -incomplete -go "$1" $3 "$2.go" 2>&1) | plain
}

step() { # OLD NEW
  same=0 all=0 missing=0 extra=0
  for name in $(probes); do
    case $name in *"$only"*) ;; *) continue ;; esac
    for variant in m1 m2 m1.l m2.l; do
      case $variant in m1) flags=-m ;; m2) flags=-m=2 ;; m1.l) flags="-m -l" ;; m2.l) flags="-m=2 -l" ;; esac
      for release in "$1" "$2"; do
        real_of "$release" "$name" "$variant" "$flags" >"$dir/real.$release" || { echo "skip steps: no Go $release"; return 0; }
        own_of "$release" "$name" "$flags" >"$dir/own.$release"
      done
      diff "$dir/real.$1" "$dir/real.$2" | grep '^[<>]' >"$dir/real"
      diff "$dir/own.$1" "$dir/own.$2" | grep '^[<>]' >"$dir/own"
      all=$((all + 1))
      if cmp -s "$dir/real" "$dir/own"; then
        same=$((same + 1))
        continue
      fi
      [ -z "$only" ] || { printf '== %s.%s, %s to %s\n' "$name" "$variant" "$1" "$2"; diff "$dir/real" "$dir/own"; }
      missing=$((missing + $(diff "$dir/real" "$dir/own" | grep -c '^<')))
      extra=$((extra + $(diff "$dir/real" "$dir/own" | grep -c '^>')))
    done
  done
  printf '== %s to %s: %d of %d outputs change as the compilers'"'"' own\n' "$1" "$2" "$same" "$all"
  [ -n "$only" ] || "$top/test/ratchet.sh" "steps.$1-$2" "$same" "$missing" "$extra"
}

failed=0
step 1.13 1.15 || failed=1
step 1.15 1.27 || failed=1
exit $failed
