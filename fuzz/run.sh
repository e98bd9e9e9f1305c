#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs every fuzz target for FUZZ_SECONDS (30) each: fuzz/run.sh FOLDER. Corpora and findings are below build/fuzz/.
set -u
cd "$(dirname "$0")/.."
failed=0
ulimit -s 1000000 2>/dev/null || ulimit -s "$(ulimit -H -s)" 2>/dev/null || : # our threads have 1 GiB, the fuzzer runs on the first thread
for target in "$1"/*; do
  [ -x "$target" ] || continue
  name=$(basename "$target")
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus" build/fuzz/found
  find test/probes examples -name '*.go' -exec cp -n {} "$corpus/" \; 2>/dev/null
  if "$target" -max_total_time="${FUZZ_SECONDS:-30}" -rss_limit_mb=4096 -timeout=10 -artifact_prefix="build/fuzz/found/$name-" "$corpus" >"build/fuzz/$name.log" 2>&1; then
    printf 'ok fuzz %s\n' "$name"
  else
    printf 'FAILED fuzz %s (build/fuzz/%s.log)\n' "$name" "$name"
    tail -n 15 "build/fuzz/$name.log" | sed 's/^/  /'
    failed=1
  fi
done
exit $failed
