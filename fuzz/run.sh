#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs fuzz targets for FUZZ_SECONDS (30) each: fuzz/run.sh FOLDER [TARGET...]. Corpora and findings are below build/fuzz/.
# Seeds: our probes and examples, and the tests and go.mod files of an unpacked GOROOT if there is one.
set -u
cd "$(dirname "$0")/.."
failed=0
ulimit -s 1000000 2>/dev/null || ulimit -s "$(ulimit -H -s)" 2>/dev/null || : # our threads have 1 GiB, the fuzzer runs on the first thread
TMPDIR=${TMPDIR:-/tmp}
export TMPDIR
folder=$1
shift
[ $# -gt 0 ] || set -- $(cd "$folder" && ls)

seed() { # TARGET CORPUS
  case $1 in
    modfile) find -L test examples build/oracle/1.27/usr/lib/*/src -maxdepth 5 -name 'go.mod' 2>/dev/null | head -n 50 |
      while read -r file; do cp "$file" "$2/$(printf '%s' "$file" | tr / _)"; done
      printf 'module m\n\ngo 1.27\n\ntoolchain go1.27.1\nrequire (\n\ta.b/c v1.2.3 // indirect\n)\nreplace a.b/c v1.2.3 => ../c\nexclude a.b/d v2.0.0+incompatible\nretract [v1.0.0, v1.1.0]\ntool a.b/c/x\nignore ./y\ngodebug default=go1.21\n' >"$2/all"
      printf 'go 1.27\n\nuse (\n\t./a\n\t./b\n)\nreplace x => ./y\n' >"$2/work" ;;
    constraint) printf 'linux && !(amd64 || go1.21) || race\n' >"$2/expression"
      printf '// +build linux,!amd64 race\n\npackage p\n' >"$2/old" ;;
    options) printf '%s\n' '-tags=a,b -mod=mod' -m=2 -json -go 1.27 -C / -tags x -j 4 -overlay=o.json ./... >"$2/all"
      printf '%s\n' '"-gcflags=-m -m"' dump check -l -goroot=/x -test fmt >"$2/dump" ;;
    *) find test/probes examples -name '*.go' -size -20k -exec cp -n {} "$2/" \; 2>/dev/null
      find -L build/oracle/1.27/usr/lib/*/test -name '*.go' -size -8k -type f 2>/dev/null |
        while read -r file; do cp -n "$file" "$2/$(printf '%s' "${file##*/test/}" | tr / _)"; done ;;
  esac
}

for name in "$@"; do
  target=$folder/$name
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus" build/fuzz/found
  seed "$name" "$corpus"
  if nice -n 10 "$target" -max_total_time="${FUZZ_SECONDS:-30}" -max_len=8192 -rss_limit_mb=4096 -timeout=20 -artifact_prefix="build/fuzz/found/$name-" "$corpus" >"build/fuzz/$name.log" 2>&1; then
    printf 'ok fuzz %s: %s\n' "$name" "$(grep -a '^Done' "build/fuzz/$name.log")"
  else
    printf 'FAILED fuzz %s (build/fuzz/%s.log)\n' "$name" "$name"
    tail -n 15 "build/fuzz/$name.log" | sed 's/^/  /'
    failed=1
  fi
done
exit $failed
