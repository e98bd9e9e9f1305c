#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Releases of other generations: our output against what those compilers printed, with a ratchet.
#
#   test/releases.sh [RELEASE...]              1.10 1.12 1.13 1.13old 1.15 (all of them if none is named)
#   test/releases.sh 1.15 escape_level         only files whose name contains the text: shows the differences
#
# Files: test/ and test/fixedbugs/ of Go 1.15's sources and the probes, each at -m and -m=2, with and without -l. Outputs of releases that no
# package carries are recorded (HEAPWHY_REFERENCE, see there); 1.15 runs, its outputs are kept in build/oracle/outputs/1.15.
#
#   releases.N          files that import nothing (or unsafe): byte for byte
#   releases.N.imports  files that import std: every line that no imported function decides. Such a file is analysed with three libraries of
#                       declarations (test/imports.txt): imported functions keep all arguments, keep none, or have an empty body that is
#                       inlined. A position is held if our lines there are the same all three times; at held positions the recorded lines
#                       and ours have to be the same, in any order. What is not held is counted, too.
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

# name<TAB>path of each file with recorded outputs, of one kind: plain or imports
files() {
  ls "$reference/old-releases/1.13" | sed 's/\..*//' | sort -u | while read -r name; do
    case $name in
      probe_*) path=$reference/probes/${name#probe_}.go ;;
      *) path=$root/test/$name.go; [ -f "$path" ] || path=$root/test/fixedbugs/$name.go ;;
    esac
    [ -f "$path" ] || continue
    kind=plain
    awk '/^import/ { on = 1 } on && /"/ && !/"unsafe"/ { found = 1 } on && (/^\)/ || /^import "/) { exit } END { exit !found }' "$path" && kind=imports
    grep -q '"runtime/internal' "$path" && kind=internal # the go command refuses it
    [ "$kind" = "$1" ] || continue
    case $name in *"$only"*) printf '%s\t%s\n' "$name" "$path" ;; esac
  done
}

plain() { grep -v '^# ' | sed 's|^\./||; s| \./| |g'; }

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
  fi | plain
}

got_of() { # RELEASE PATH FLAGS
  case $1 in 1.13old) set -- "1.13 -newescape=false" "$2" "$3" ;; esac
  # shellcheck disable=SC2086
  (cd "$(dirname "$2")" && timeout 20 "$heapwhy" -incomplete -go $1 $3 "$(basename "$2")" 2>&1) | plain
}

flags_of() {
  case $1 in m1) echo -m ;; m2) echo -m=2 ;; m1.l) echo "-m -l" ;; m2.l) echo "-m=2 -l" ;; esac
}

# Three GOROOTs below $1: what is imported keeps its arguments, frees them, or is inlined.
libraries() {
  rm -rf "$1"
  awk -v dir="$1" '
    function start(path, name, folder, v) {
      name = path
      sub(/.*\//, "", name)
      for (v = 1; v <= 3; v++) {
        folder = dir "/" kind[v] "/src/" path
        system("mkdir -p " folder)
        printf "" >(folder "/declared.s") # bodies are elsewhere
        file[v] = folder "/declared.go"
        print "package " name "\n" >file[v]
      }
    }
    BEGIN { split("keeps frees inlines", kind, " ") }
    /^-- .* --$/ { start($2); on = 1; next }
    !on { next }
    /^func/ { print >file[1]; print "//go:noescape\n" $0 >file[2]; print $0 " { return }" >file[3]; next }
    { for (v = 1; v <= 3; v++) print >file[v] }' "$top/test/imports.txt"
  for library in keeps frees inlines; do
    mkdir -p "$1/$library/src/unsafe"
    echo go1.15 >"$1/$library/VERSION"
    cp "$root/src/unsafe/unsafe.go" "$1/$library/src/unsafe/"
  done
}

# The lines at held positions of the recorded output and of ours, sorted, as blocks of want.txt and got.txt; the number of all lines of both
# in counts.
hold() { # DIR NAME WANT KEEPS FREES INLINES
  for file in "$3" "$4" "$5" "$6"; do sort "$file" -o "$file"; done
  printf '# %s\n' "$2" | tee -a "$1/want.txt" >>"$1/got.txt"
  awk -v dir="$1" '
    function position(line) { match(line, /^[^ ]*:[0-9]+:([0-9]+:)?/); return substr(line, 1, RLENGTH) }
    { for (file = 1; FILENAME != ARGV[file]; file++); }
    file == 1 { want[++wants] = $0; next }
    file == 2 { got[++gots] = $0 }
    { text[file, position($0)] = text[file, position($0)] $0 "\n"; seen[position($0)] = 1 }
    END {
      for (p in seen) held[p] = text[2, p] == text[3, p] && text[2, p] == text[4, p]
      for (i = 1; i <= wants; i++) if (!(position(want[i]) in held) || held[position(want[i])]) { print want[i] >>(dir "/want.txt"); n++ }
      for (i = 1; i <= gots; i++) if (held[position(got[i])]) print got[i] >>(dir "/got.txt")
      print n + 0, wants + 0 >>(dir "/counts")
    }' "$3" "$4" "$5" "$6"
}

# Differences of each file, or the summary and the ratchet.
judge() { # RATCHET-NAME DIR
  "$top/test/compare.sh" "$2/want.txt" "$2/got.txt" "$2/report" >"$2/summary"
  if [ -n "$only" ]; then
    for part in "$2"/report/want/*; do
      [ -f "$part" ] || continue
      diff "$part" "$2/report/got/$(basename "$part")" >"$2/diff" || { echo "== $(basename "$part")"; cat "$2/diff"; }
    done
    return
  fi
  cat "$2/summary"
  # shellcheck disable=SC2046
  set -- "$1" $(tail -n 1 "$2/summary")
  "$top/test/ratchet.sh" "$1" "$3" "$5" "$6" "of $4" || failed=1
}

begin() { # DIR
  mkdir -p "$1"
  : >"$1/want.txt"
  : >"$1/got.txt"
  : >"$1/counts"
}

compare_plain() { # RELEASE DIR
  begin "$2"
  files plain >"$2/files"
  while IFS='	' read -r name path; do
    for variant in m1 m2 m1.l m2.l; do
      flags=$(flags_of $variant)
      printf '# %s.%s\n' "$name" "$variant" | tee -a "$2/want.txt" >>"$2/got.txt"
      want_of "$1" "$name" "$path" "$variant" "$flags" >>"$2/want.txt"
      got_of "$1" "$path" "$flags" >>"$2/got.txt"
    done
  done <"$2/files"
  judge "releases.$1" "$2"
}

compare_imports() { # RELEASE DIR
  [ "$1" != 1.15 ] || return # its std is there
  begin "$2"
  libraries "$2/libraries"
  files imports >"$2/files"
  while IFS='	' read -r name path; do
    for variant in m1 m2 m1.l m2.l; do
      flags=$(flags_of $variant)
      want_of "$1" "$name" "$path" "$variant" "$flags" >"$2/want"
      for library in keeps frees inlines; do
        got_of "$1" "$path" "-goroot $2/libraries/$library $flags" >"$2/$library"
      done
      hold "$2" "$name.$variant" "$2/want" "$2/keeps" "$2/frees" "$2/inlines"
    done
  done <"$2/files"
  [ -n "$only" ] || awk -v name="$1" '{ held += $1; all += $2 } END { printf "  %s: %d of %d recorded lines held\n", name, held, all }' "$2/counts"
  judge "releases.$1.imports" "$2"
}

for one in ${releases:-1.10 1.12 1.13 1.13old 1.15}; do
  compare_plain "$one" "$work/releases/$one"
  compare_imports "$one" "$work/releases/$one.imports"
done
exit "${failed:-0}"
