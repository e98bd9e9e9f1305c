#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The cache changes no byte: cold and warm runs, damaged records, several programs at once, edited files.
. "$(dirname "$0")/lib.sh"
need_oracle || { printf 'skip cache: no GOROOT\n'; exit 0; }
failed=0
here=$work/cache
rm -rf "$here"
mkdir -p "$here/module/sub" && cd "$here" || exit 1

same() { # NAME FILE FILE
  if cmp -s "$2" "$3"; then printf 'ok cache: %s\n' "$1"; else
    printf 'FAILED cache: %s\n' "$1"
    diff "$2" "$3" | head -n 6 | cut -c 1-200 | sed 's/^/  /'
    failed=1
  fi
}
ours() { "$heapwhy" -goroot "$goroot" "$@"; }
cached() { HEAPWHY_CACHE=$here/store ours "$@"; }

# All of std: without, cold, warm, and each package alone.
ours -m std >off 2>&1
cached -m std >cold 2>&1
cached -m std >warm 2>&1
same 'std, cold' off cold
same 'std, warm' off warm
"$heapwhy" dump load -goroot "$goroot" std | sed -n 's/^\([^ ]*\) (standard).*(asked for).*/\1/p' >packages
: >each
while read -r package; do cached -m "$package" >>each 2>&1; done <packages
same 'each package of std alone, warm' off each

# The same, computed: dependencies come from their summaries, and no answer is there under these flags.
: >each
while read -r package; do cached -gcflags=-m "$package" >>each 2>&1; done <packages
same 'each package of std alone, dependencies from summaries' off each
for flags in '-m=2' -json -v; do
  ours "$flags" net/http >off 2>&1
  cached "$flags" net/http >warm 2>&1
  same "net/http with '$flags', dependencies from summaries" off warm
done
HEAPWHY_CACHE=$here/store "$heapwhy" -goroot "$goroot" -j 1 -gcflags='-m -lang=go1.27' net/http >one 2>&1
ours -j 4 -gcflags='-m -lang=go1.27' net/http >off 2>&1
same 'net/http on one thread, dependencies from summaries' off one

# Other questions about the same packages.
ours -m=2 fmt >off 2>&1
cached -m=2 fmt >cold 2>&1
cached -m=2 fmt >warm 2>&1
same '-m=2 after -m, cold' off cold
same '-m=2 after -m, warm' off warm
for flags in '' -json -v '-l -m' '-gcflags=-N -m'; do
  # shellcheck disable=SC2086
  ours $flags strconv >off 2>&1
  # shellcheck disable=SC2086
  cached $flags strconv >cold 2>&1
  # shellcheck disable=SC2086
  cached $flags strconv >warm 2>&1
  same "strconv with '$flags', cold" off cold
  same "strconv with '$flags', warm" off warm
done

# A module that changes. Its files are old enough to be remembered.
cat >module/go.mod <<EOF
module example.com/m

go 1.27
EOF
cat >module/main.go <<EOF
package main

import "example.com/m/sub"

func main() { sub.Use(new(int)) }
EOF
cat >module/sub/sub.go <<EOF
package sub

//go:noinline
func Use(p *int) { _ = *p }
EOF
touch -d '1 hour ago' module/*.go module/sub/*.go module module/sub
step() { # NAME
  (cd module && ours -m ./... >../off 2>&1)
  (cd module && cached -m ./... >../got 2>&1)
  same "a module, $1" off got
  (cd module && cached -m ./... >../got 2>&1)
  same "a module, $1, again" off got
}
step 'as it is'
sed 's/_ = \*p/sink = p/; $a var sink *int' module/sub/sub.go >new && cat new >module/sub/sub.go
step 'a dependency edited in place'
touch -d '1 hour ago' module/sub/sub.go
step 'the same with an old date'
sed 's/sink = p/sink=  p/' module/sub/sub.go >new && touch -r module/sub/sub.go new && mv new module/sub/sub.go
step 'replaced by a file of the same size and date'
printf 'package sub\n\nfunc More() *int { return new(int) }\n' >module/sub/more.go
step 'a file added'
rm module/sub/more.go
step 'a file removed'
printf 'package sub\n\nfunc Use(p *int) { x }\n' >module/sub/sub.go
step 'broken'
printf 'package sub\n\nfunc Use(p *int) { println(*p) }\n' >module/sub/sub.go
step 'mended'
(cd module/sub && ours -m . >../../off 2>&1)
(cd module/sub && cached -m . >../../got 2>&1)
same 'from another folder' off got

# Dependencies are looked into, compiled whole for later, read back: all the same.
HEAPWHY_CACHE=$here/store "$heapwhy" cache clear >/dev/null
for flags in -m -m=2 -json '-gcflags=-m -complete' -v; do
  # shellcheck disable=SC2086
  ours $flags text/template >off 2>&1
  # shellcheck disable=SC2086
  cached $flags text/template >got 2>&1
  same "met again and again: $flags" off got
done

# Damage: cut off, changed, foreign, a folder in the way.
ours -m fmt strconv >off 2>&1
i=0
find store -type f | sort | while read -r file; do
  i=$((i + 1))
  case $((i % 5)) in
    0) : >"$file" ;;
    1) head -c 100 "$file" >cut && cat cut >"$file" ;;
    2) printf 'X' | dd of="$file" bs=1 seek=70 conv=notrunc 2>/dev/null ;;
    3) printf 'something else' >"$file" ;;
    4) rm "$file" && mkdir "$file" ;;
  esac
done
cached -m fmt strconv >got 2>&1
same 'every record damaged' off got
HEAPWHY_CACHE=/dev/null/no ours -m fmt strconv >got 2>&1
same 'no place for records' off got

# Many at once, with an empty store.
HEAPWHY_CACHE=$here/store "$heapwhy" cache clear >/dev/null
for i in 1 2 3 4 5 6; do cached -m fmt strconv >"many$i" 2>&1 & done
wait
for i in 1 2 3 4 5 6; do same "six at once, $i" off "many$i"; done
HEAPWHY_CACHE=$here/store "$heapwhy" cache status >status
grep -q "^$here/store: [1-9][0-9]* records, [1-9][0-9]* bytes$" status || { printf 'FAILED cache: status\n'; failed=1; }
HEAPWHY_CACHE=$here/store "$heapwhy" cache clear >/dev/null
HEAPWHY_CACHE=$here/store "$heapwhy" cache status >status
grep -q ': 0 records, 0 bytes$' status && printf 'ok cache: clear\n' || { printf 'FAILED cache: clear\n'; failed=1; }
rm -rf "$here"
exit $failed
