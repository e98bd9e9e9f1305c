#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Releases of other generations on import-free files: our output against what those compilers printed, with a ratchet.
#
#   test/releases.sh [RELEASE...]              1.10 1.12 1.13 1.13old 1.15 (all of them if none is named)
#   test/releases.sh 1.15 escape_level         only files whose name contains the text: shows the differences
#
# Files: test/ and test/fixedbugs/ of Go 1.15's sources and the probes, each at -m and -m=2, with and without -l. Outputs of releases that no
# package carries are recorded (HEAPWHY_REFERENCE, see there); 1.15 runs, its outputs are kept in build/oracle/outputs/1.15.
. "$(dirname "$0")/lib.sh"
reference=${HEAPWHY_REFERENCE:-$top/../shared/reference}
[ -d "$reference/old-releases" ] || { echo "skip releases: no recorded outputs (HEAPWHY_REFERENCE)"; exit 0; }
root=$("$top/tools/go-toolchain.sh" 1.15 2>/dev/null) || { echo "skip releases: no Go 1.15"; exit 0; }
live=$oracle/outputs/1.15
mkdir -p "$live"
releases=
while [ $# -gt 0 ]; do
  case $1 in 1.*) releases="$releases $1"; shift ;; *) break ;; esac
done
only=${1-}

# name<TAB>path of each import-free file with recorded outputs
files() {
  ls "$reference/old-releases/1.13" | sed 's/\..*//' | sort -u | while read -r name; do
    case $name in
      probe_*) path=$reference/probes/${name#probe_}.go ;;
      *) path=$root/test/$name.go; [ -f "$path" ] || path=$root/test/fixedbugs/$name.go ;;
    esac
    [ -f "$path" ] || continue
    grep -q '^import' "$path" && continue
    case $name in *"$only"*) printf '%s\t%s\n' "$name" "$path" ;; esac
  done
}

want_of() { # RELEASE NAME PATH VARIANT FLAGS
  if [ "$1" = 1.15 ]; then
    kept=$live/$2.$4
    if [ ! -f "$kept" ]; then
      # shellcheck disable=SC2086
      (cd "$(dirname "$3")" && "$root/pkg/tool/linux_amd64/compile" $5 -o "$work/releases.o" "$(basename "$3")") >"$kept.new" 2>&1
      mv "$kept.new" "$kept"
    fi
    cat "$kept"
  else
    cat "$reference/old-releases/$1/$2.$4"
  fi | grep -v '^# ' | sed 's|^\./||; s| \./| |g'
}

got_of() { # RELEASE PATH FLAGS
  case $1 in 1.13old) set -- "1.13 -newescape=false" "$2" "$3" ;; esac
  # shellcheck disable=SC2086
  (cd "$(dirname "$2")" && timeout 20 "$heapwhy" -incomplete -go $1 $3 "$(basename "$2")" 2>&1) | grep -v '^# ' | sed 's|^\./||; s| \./| |g'
}

for one in ${releases:-1.10 1.12 1.13 1.13old 1.15}; do
  dir=$work/releases/$one
  mkdir -p "$dir"
  : >"$dir/want.txt"
  : >"$dir/got.txt"
  files >"$dir/files"
  while IFS='	' read -r name path; do
    for variant in m1 m2 m1.l m2.l; do
      case $variant in m1) flags=-m ;; m2) flags=-m=2 ;; m1.l) flags="-m -l" ;; m2.l) flags="-m=2 -l" ;; esac
      printf '# %s.%s\n' "$name" "$variant" | tee -a "$dir/want.txt" >>"$dir/got.txt"
      want_of "$one" "$name" "$path" "$variant" "$flags" >>"$dir/want.txt"
      got_of "$one" "$path" "$flags" >>"$dir/got.txt"
    done
  done <"$dir/files"
  "$top/test/compare.sh" "$dir/want.txt" "$dir/got.txt" "$dir/report" >"$dir/summary"
  if [ -n "$only" ]; then
    for part in "$dir"/report/want/*; do diff "$part" "$dir/report/got/$(basename "$part")" >"$dir/diff" || { echo "== $(basename "$part")"; cat "$dir/diff"; }; done
    continue
  fi
  cat "$dir/summary"
  # shellcheck disable=SC2046
  set -- $(tail -n 1 "$dir/summary")
  "$top/test/ratchet.sh" "releases.$one" "$2" "$4" "$5" "of $3" || failed=1
done
exit "${failed:-0}"
