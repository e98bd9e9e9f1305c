#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The blocks of README.md and docs/*.md are real: each ```console block starts with `$ heapwhy …` and shows what that prints
# in examples/; each ```go block with a first line `// FILE` shows that file of examples/.
#
#   test/docs.sh            compare
#   UPDATE=1 test/docs.sh   write the outputs into the documents again; the review happens in git diff
. "$(dirname "$0")/lib.sh"
need_oracle || :
failed=0
[ -x "$heapwhy" ] || { printf 'FAILED docs: no %s\n' "$heapwhy"; exit 1; }
mkdir -p "$work/bin" "$work/docs"
ln -sf "$heapwhy" "$work/bin/heapwhy"
PATH=$work/bin:$PATH
GOROOT=${goroot-}
export GOROOT NO_COLOR=1

# The document with every block made again.
render() { # FILE
  awk -v examples="$top/examples" '
    /^```console$/ { print; getline; print; sub(/^\$ /, ""); command = "cd \"" examples "\" && " $0 " 2>&1"
                     while ((command | getline line) > 0) print line
                     close(command); skipping = 1; next }
    /^```go$/ { print; getline; print
                if ($0 ~ /^\/\/ [a-z_]+\.go$/) { file = examples "/" $2; while ((getline line <file) > 0) print line; close(file); skipping = 1 }
                next }
    /^```$/ { skipping = 0 }
    !skipping { print }' "$1"
}
for file in "$top"/README.md "$top"/docs/*.md; do
  name=${file#"$top"/}
  render "$file" >"$work/docs/new"
  if cmp -s "$file" "$work/docs/new"; then printf 'ok docs %s\n' "$name"
  elif [ "${UPDATE-}" = 1 ]; then cp "$work/docs/new" "$file"; printf 'ok docs %s (rewritten)\n' "$name"
  else
    printf 'FAILED docs %s\n' "$name"
    diff "$file" "$work/docs/new" | head -n 40 | sed 's/^/  /'
    failed=1
  fi
done
exit $failed
