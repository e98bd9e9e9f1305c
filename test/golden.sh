#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Recorded outputs: test/golden/*.txtar and src/*/testdata/*.txtar.
#
#   test/golden.sh [FILE...]
#
# A file holds `-- NAME --` sections: the inputs, `-- cmd --` (a shell script; `heapwhy` is our program, $GOROOT the real one's) and
# `-- want --`: what the script prints on both streams, and `exit code N` when that is not 0. GOROOT's path reads $GOROOT there.
# UPDATE=1 records `want` again. Where cmd is one `heapwhy -m…` of Go files, `-go 1.15 -m ./...`, or `-m -test ./...`, the real compiler is asked
# (that of `-go 1.N`, if given), never our own program.
. "$(dirname "$0")/lib.sh"
need_oracle || :
GOROOT=${goroot-}
export GOROOT
failed=0
dir=$work/golden
# The folder for `heapwhy` in front of PATH.
mkdir -p "$work/bin"
ln -sf "$heapwhy" "$work/bin/heapwhy"
PATH=$work/bin:$PATH

unpack() { # FILE: its sections as files of $dir
  rm -rf "$dir"
  mkdir -p "$dir/in"
  awk -v dir="$dir" '
    /^-- .* --$/ {
      if (file) close(file)
      name = substr($0, 4, length($0) - 6)
      file = dir "/" (name == "cmd" || name == "want" ? name : "in/" name)
      folder = file
      sub(/\/[^\/]*$/, "", folder)
      system("mkdir -p \"" folder "\"")
      printf "" >file
      next
    }
    file { print >file }' "$1"
}

# The compiler's own text when cmd is one plain heapwhy command over Go files; else ours.
record() {
  if [ "$(grep -c . "$dir/cmd")" = 1 ] && grep -qE '^(GOEXPERIMENT=[a-z]+ )?heapwhy( -goroot \$GOROOT| -go 1\.[0-9]+| -l| -m(=2)?| -gcflags=-live)+( [a-z0-9_]+\.go)+( 2>\/dev\/null)?$' "$dir/cmd" && [ -n "$GOROOT" ]; then
    flags=$(tr ' ' '\n' <"$dir/cmd" | sed -n 's/^-gcflags=//; /^-\(l\|m\|m=2\|live\)$/p' | tr '\n' ' ')
    files=$(tr ' ' '\n' <"$dir/cmd" | grep '\.go$' | tr '\n' ' ')
    asked=$(sed -n 's/.* -go \(1\.[0-9]*\) .*/\1/p' "$dir/cmd")
    # shellcheck disable=SC2086
    experiment=$(sed -n 's/^GOEXPERIMENT=\([a-z]*\) .*/\1/p' "$dir/cmd")
    (cd "$dir/in" && GO111MODULE=off GOEXPERIMENT="$experiment" "$top/tools/oracle.sh" "${asked:-$release}" "$dir/in" build -o /dev/null -gcflags="$flags" $files 2>&1)
  elif [ "$(cat "$dir/cmd")" = 'heapwhy -goroot $GOROOT -go 1.15 -m ./...' ] && [ -n "$GOROOT" ]; then
    (cd "$dir/in" && GO111MODULE=on "$top/tools/oracle.sh" 1.15 "$dir/in" build -gcflags=-m ./... 2>&1)
  elif [ "$(cat "$dir/cmd")" = 'heapwhy -goroot $GOROOT -m -test ./...' ] && [ -n "$GOROOT" ]; then
    (cd "$dir/in" && "$top/tools/oracle.sh" "$release" "$dir/in" test -c -vet=off -o "$dir/" -gcflags=-m ./... 2>&1)
  else
    (cd "$dir/in" && sh ../cmd 2>&1)
  fi
}

[ $# -gt 0 ] || set -- "$top"/test/golden/*.txtar "$top"/src/*/testdata/*.txtar
for file in "$@"; do
  [ -f "$file" ] || continue
  name=${file#"$top/"}
  if [ -z "$GOROOT" ] && grep -q '\$GOROOT' "$file"; then
    printf 'skip golden %s: no GOROOT\n' "$name"
    continue
  fi
  unpack "$file"
  if [ -n "${UPDATE-}" ]; then record; else (cd "$dir/in" && timeout 60 sh ../cmd 2>&1); fi >"$dir/out"
  code=$?
  [ $code = 0 ] || printf 'exit code %d\n' $code >>"$dir/out"
  [ -z "$GOROOT" ] || sed -i "s|$GOROOT|\$GOROOT|g" "$dir/out"
  if [ -n "${UPDATE-}" ]; then
    { sed '/^-- want --$/,$d' "$file"; printf -- '-- want --\n'; cat "$dir/out"; } >"$file.new"
    mv "$file.new" "$file"
    printf 'ok golden %s: recorded\n' "$name"
  elif diff -u "$dir/want" "$dir/out" >"$dir/diff"; then
    printf 'ok golden %s\n' "$name"
  else
    printf 'FAILED golden %s\n' "$name"
    sed '1,2d; s/^/  /' "$dir/diff" | head -n 20
    failed=1
  fi
done
exit $failed
