# SPDX-License-Identifier: BSD-3-Clause
# Common to the scripts in this folder (sourced). Gives: top, release, goroot, outputs, work, heapwhy, oracle_go, need_oracle.
#
# What a test reports is one line each: `ok NAME`, `FAILED NAME`, `skip NAME: reason`; details are indented. test/run.sh counts them.

set -u
LC_ALL=C
export LC_ALL
top=$(cd "$(dirname "$0")/.." && pwd)
release=${RELEASE:-1.27}
oracle=${HEAPWHY_ORACLE:-$top/build/oracle}
outputs=$oracle/outputs/$release
# Results of another release than the newest are recorded under names of their own.
ratchet_prefix=
[ "$release" = 1.27 ] || ratchet_prefix=$release.
heapwhy=${HEAPWHY:-$top/build/release/heapwhy}
case $heapwhy in /*) ;; *) heapwhy=$top/$heapwhy ;; esac
# Both programs run in a folder of this one place: positions are printed relative to the working directory where that is shorter.
work=${TMPDIR:-/tmp}/heapwhy-test
mkdir -p "$outputs" "$work"

# Both programs see the same environment (tools/oracle.sh).
CGO_ENABLED=0 GOFLAGS= GOENV=off GOTOOLCHAIN=local GOPROXY=off
export CGO_ENABLED GOFLAGS GOENV GOTOOLCHAIN GOPROXY

# Everything is computed, unless a test is about the cache.
HEAPWHY_CACHE=off
export HEAPWHY_CACHE

# The real compiler's GOROOT in $goroot, or return 1.
need_oracle() {
  [ -n "${goroot-}" ] || goroot=$("$top/tools/go-toolchain.sh" "$release" 2>/dev/null) || { goroot=; return 1; }
  # The real folder: build/oracle may be a link into another checkout, whose recorded outputs have its paths.
  goroot=$(cd "$goroot" && pwd -P)
}

# The real go command with a cache that is kept. Only for what does not need compiler output (the cache would swallow it).
oracle_go() {
  env GOROOT="$goroot" GOCACHE="$oracle/cache-$release" GOTOOLCHAIN=local GOPROXY=off GOFLAGS= CGO_ENABLED=0 GOENV=off \
    "$goroot/bin/go" "$@"
}

# oracle_build OUT DIR FLAG... ARGUMENT...: what the compiler prints for that build, into OUT unless OUT is there.
oracle_build() {
  out=$1
  dir=$2
  shift 2
  [ -f "$out" ] && return 0
  "$top/tools/oracle.sh" "$release" "$dir" build -o /dev/null "$@" >"$out.new" 2>&1
  mv "$out.new" "$out"
}

# Export data of the std packages that Go's own tests and our probes import, made once: $importcfg.
need_importcfg() {
  importcfg=$oracle/imports-$release
  [ -f "$importcfg" ] && return 0
  imports=$(find "$goroot/test/" "$goroot/src/internal/types/testdata/" "$top/test/probes" -name '*.go' | xargs awk '
    FNR == 1 { on = 1; block = 0 }
    /^(func|type|var|const) / { on = 0 }
    on && /^import \(/ { block = 1; next }
    on && block && /^\)/ { block = 0; next }
    on && (block || /^import /) && match($0, /"[a-z][a-z0-9\/]*"/) { print substr($0, RSTART + 1, RLENGTH - 2) }' | sort -u |
    while read -r path; do [ ! -d "$goroot/src/$path" ] || printf '%s\n' "$path"; done)
  # shellcheck disable=SC2086
  oracle_go list -e -export -deps -f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' $imports >"$importcfg.new" || return 1
  mv "$importcfg.new" "$importcfg"
}

# oracle_compile FILE FLAG...: what `go build` of that one file prints, made by the compiler alone (milliseconds instead of a build).
# Run it in the file's folder. The exit code is the compiler's. It removes its output file when it fails, so that is never a device.
# FILE may be several names, separated by blanks: the files of one package.
oracle_compile() {
  files=$1
  shift
  object=$(mktemp "${TMPDIR:-/tmp}/heapwhy-object.XXXXXX")
  package=command-line-arguments
  # shellcheck disable=SC2086
  grep -q '^package main' $files && package=main
  # shellcheck disable=SC2046,SC2086
  text=$("$goroot/pkg/tool/linux_amd64/compile" -p "$package" -lang="go$release" -complete -importcfg "$importcfg" -o "$object" "$@" $(printf './%s ' $files) 2>&1)
  code=$?
  rm -f "$object"
  [ -z "$text" ] || printf '%s\n' "$text" | sed "s|$PWD/|./|g; s|\$GOROOT/|$goroot/|g"
  return $code
}

# Seconds since the epoch with milliseconds, for timing.
now() { date +%s.%3N; }

# known_cause SUITE PATH: the recorded cause of a failure, or nothing.
known_cause() { awk -v suite="$1" -v path="$2" '$1 == suite && $2 == path { sub(/^[^ ]+ [^ ]+ /, ""); print; exit }' "$top/test/known.txt"; }
