#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# All gates. Prints `ok GATE` or `FAILED GATE` with what was found; exit code 1 when one failed. SKIP_TIDY=1 leaves clang-tidy out.
set -u
cd "$(dirname "$0")/.."
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
gate() { # gate NAME COMMAND...
  name=$1
  shift
  if "$@" >"$out" 2>&1; then
    printf 'ok     lint %s\n' "$name"
  else
    printf 'FAILED lint %s\n' "$name"
    head -n 60 "$out" | sed 's/^/       /'
    failed=1
  fi
}
format() { find src fuzz -name '*.[ch]' 2>/dev/null | xargs clang-format --dry-run -Werror 2>&1 | grep -E 'error:' | sed 's/:[0-9]*:[0-9]*: error.*//' | sort | uniq -c | { if grep .; then return 1; fi; }; }
objects() { make -s -k all >/dev/null 2>&1 || echo 'the build failed'; tools/globals.sh; }
tidy() {
  cpus=$(nproc)
  flags="-std=c17 -D_POSIX_C_SOURCE=200809L -Isrc $(pkg-config --cflags gmp mpfr libutf8proc jansson nettle libxxhash)"
  find src -name '*.c' ! -name '*_test.c' | sort >"$out.files"
  # shellcheck disable=SC2086
  xargs -P "$cpus" -n 4 sh -c 'flags=$1; shift; clang-tidy --quiet --warnings-as-errors="*" "$@" -- $flags 2>/dev/null' sh "$flags" <"$out.files"
  code=$?
  rm -f "$out.files"
  return $code
}
gate format format
gate layers tools/layers.sh
gate versions tools/versions.sh
gate size tools/size.sh
gate globals objects
[ -n "${SKIP_TIDY-}" ] || gate clang-tidy tidy
exit $failed
