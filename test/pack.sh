#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A release pack instead of a GOROOT changes no byte; a pack that cannot be used is refused.
. "$(dirname "$0")/lib.sh"
need_oracle || { printf 'skip pack: no GOROOT\n'; exit 0; }
failed=0
here=$work/pack
rm -rf "$here"
mkdir -p "$here/module/sub" "$here/module/api" && cd "$here" || exit 1
unset GOROOT GOOS GOARCH GOAMD64 GOEXPERIMENT
export CGO_ENABLED=0
pack=$here/std.pack

verdict() { # NAME FILE FILE
  if cmp -s "$2" "$3"; then printf 'ok pack: %s\n' "$1"; else
    printf 'FAILED pack: %s\n' "$1"
    diff "$2" "$3" | head -n 6 | cut -c 1-200 | sed 's/^/  /'
    failed=1
  fi
}

"$heapwhy" pack -goroot "$goroot" -o "$pack" >said || { printf 'FAILED pack: not written\n'; exit 1; }
"$heapwhy" pack -goroot "$goroot" -j 1 -o "$pack.again" >/dev/null
verdict 'the same bytes each time' "$pack" "$pack.again"

cat >module/go.mod <<'X'
module example.com/m

go 1.27
X
cat >module/main.go <<'X'
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"text/template"
	"time"

	"example.com/m/api"
	"example.com/m/sub"
)

type server struct {
	http.Server
	*bytes.Buffer
	sync.Mutex
	io.Reader
	count atomic.Int64
}

type byLength []string

func (b byLength) Len() int           { return len(b) }
func (b byLength) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLength) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	defer s.Unlock()
	s.count.Add(1)
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	var in struct{ Names []string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, fmt.Errorf("bad request: %w", err).Error(), http.StatusBadRequest)
		return
	}
	sort.Sort(byLength(in.Names))
	sort.Slice(in.Names, func(i, j int) bool { return in.Names[i] < in.Names[j] })
	slices.SortFunc(in.Names, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	seen := maps.Collect(slices.All(in.Names))
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		s.WriteString(strings.Repeat(seen[k], rand.IntN(3)))
	}
	slog.InfoContext(ctx, "served", "names", in.Names, slog.Group("more", "n", len(seen)))
	fmt.Fprintln(w, slices.Max(append(in.Names, "")), errors.Is(ctx.Err(), context.Canceled))
	_ = template.Must(template.New("x").Parse("{{.}}")).Execute(w, seen)
}

func main() {
	once := sync.OnceValue(func() *bufio.Scanner { return bufio.NewScanner(os.Stdin) })
	s := &server{Buffer: new(bytes.Buffer)}
	s.Handler = s
	list := sub.New(3, 1, 2)
	slices.SortFunc(list.All(), func(a, b int) int { return a - b })
	http.Handle("/", http.StripPrefix("/x", s))
	fmt.Println(once().Text(), list, api.Of[int]{}, http.ListenAndServe(":0", nil))
}
X
cat >module/sub/sub.go <<'X'
package sub

import (
	"container/list"
	"iter"
	"slices"
	"strings"
	"unique"
)

type List struct {
	list.List
	strings.Builder
	handle unique.Handle[string]
}

func New(values ...int) *List {
	l := &List{handle: unique.Make("list")}
	for v := range slices.Values(values) {
		l.PushBack(v)
	}
	return l
}

func (l *List) each() iter.Seq[int] {
	return func(yield func(int) bool) {
		for e := l.Front(); e != nil && yield(e.Value.(int)); e = e.Next() {
		}
	}
}

func (l *List) All() []int { return slices.Collect(l.each()) }
X
cat >module/api/api.go <<'X'
package api

import (
	"net/url"
	"reflect"
	"sync"
)

type Of[T any] struct {
	sync.Pool
	url.URL
}

func (o *Of[T]) Take() *T {
	if v, ok := o.Get().(*T); ok {
		return v
	}
	return new(T)
}

func Kind[T any]() reflect.Kind { return reflect.TypeFor[T]().Kind() }
X
cat >module/sub/sub_test.go <<'X'
package sub

import (
	"net/http/httptest"
	"testing"
	"testing/quick"
)

func TestNew(t *testing.T) {
	if err := quick.Check(func(x int) bool { return New(x).Len() == 1 }, nil); err != nil {
		t.Fatal(err, httptest.NewRecorder().Body)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(1, 2)
	}
}
X
unused=$goroot.none # is not there, and sorts as the other does
compare() { # NAME ARGUMENT...: in the module, from the sources and from the pack without any GOROOT
  name=$1
  shift
  (cd module && "$heapwhy" -goroot "$goroot" "$@" >../want 2>&1)
  (cd module && PATH=/nowhere "$heapwhy" -goroot "$unused" -pack "$pack" "$@" >../got 2>&1)
  sed "s|$goroot/|$unused/|g" want >moved # GOROOT as it was given
  verdict "$name" moved got
  [ -s got ] || { printf 'FAILED pack: %s says nothing\n' "$name"; failed=1; }
}
compare '-m' -m ./...
compare '-m=2' -m=2 ./...
compare 'the report' ./...
compare 'the report with all steps' -v ./...
compare 'JSON' -json ./...
compare '-m with tests' -test -m ./...
compare '-m=2, one thread' -j 1 -m=2 ./...
compare '-trimpath' -trimpath -m=2 ./...
compare '-l' -l -m ./...
compare 'go 1.21' -gcflags=-lang=go1.21 -m .
compare 'tags that std does not know' -tags=mine,yours -m ./sub

# The compiler itself names the folder in which it is: so does the pack when nobody says another.
(cd module && "$heapwhy" -goroot "$goroot" -m=2 ./... >../want 2>&1)
(cd module && PATH=/nowhere "$heapwhy" -pack "$pack" -m=2 ./... >../got 2>&1)
verdict 'GOROOT as it was packed' want got
(cd module && GOROOT=$goroot "$heapwhy" -pack "$pack" -m=2 ./... >../got 2>&1)
verdict 'GOROOT of the environment' want got
for i in cold warm; do
  (cd module && HEAPWHY_CACHE=$here/store "$heapwhy" -pack "$pack" -m=2 ./... >../got 2>&1)
  verdict "with a cache, $i" want got
done

refused() { # NAME TEXT ARGUMENT...
  name=$1 text=$2
  shift 2
  (cd module && "$heapwhy" "$@" >../got 2>&1)
  code=$?
  if [ $code = 2 ] && grep -qF -e "$text" got && [ "$(wc -l <got)" -le 2 ]; then printf 'ok pack: refused: %s\n' "$name"; else
    printf 'FAILED pack: refused: %s (exit code %s)\n' "$name" $code
    head -n 3 got | cut -c 1-200
    failed=1
  fi
}
size=$(wc -c <"$pack")
refused 'not there' 'none.pack: No such file or directory' -pack none.pack -m .
refused 'a folder' ': Is a directory' -pack "$here" -m .
: >empty.pack
refused 'empty' 'empty.pack: it is no release pack' -pack ../empty.pack -m .
refused 'another file' 'main.go: it is no release pack' -pack main.go -m .
for at in 40 63 $((size / 2)) $((size - 1000)); do
  cp "$pack" bad.pack
  printf 'X' | dd of=bad.pack bs=1 seek="$at" conv=notrunc 2>/dev/null
  refused "changed at byte $at" 'bad.pack: it is ' -pack ../bad.pack -m .
done
for len in 20 64 100 $((size / 2)) $((size - 8)); do
  head -c "$len" "$pack" >bad.pack
  refused "cut off at byte $len" 'bad.pack: it is ' -pack ../bad.pack -m .
done
cat "$pack" "$pack" >bad.pack
refused 'twice' 'bad.pack: it is damaged' -pack ../bad.pack -m .
cp "$pack" bad.pack && printf 'X' | dd of=bad.pack bs=1 seek=20 conv=notrunc 2>/dev/null
refused 'of another build' 'bad.pack: another build of heapwhy has written it' -pack ../bad.pack -m .
refused 'another release' 'std.pack: it is for Go 1.27, not 1.15' -pack "$pack" -go 1.15 -m .
refused 'several releases' 'a pack is of one release' -pack "$pack" -go 1.15,1.27 .
GOARCH=arm64 refused 'another processor' 'it is for GOARCH=amd64, not arm64' -pack "$pack" -m .
GOOS=windows refused 'another system' 'it is for GOOS=linux, not windows' -pack "$pack" -m .
GOAMD64=v3 refused 'another level' 'it is for GOAMD64=v1, not v3' -pack "$pack" -m .
CGO_ENABLED=1 refused 'with cgo' 'it is for CGO_ENABLED=0, not 1' -pack "$pack" -m .
refused 'a tag that std knows' 'std depends on the build tag purego, which it was written without' -pack "$pack" -tags=x,purego -m .
refused 'std itself' 'std cannot be asked for' -pack "$pack" -m std
refused 'a package of std' 'fmt cannot be asked for' -pack "$pack" -m fmt
refused 'flags for std' ' as compiled without the flags of -gcflags' -pack "$pack" -gcflags=all=-l -m .
refused 'packing an old release' 'there are no packs for Go 1.15' pack -goroot "$goroot" -go 1.15 -o ../old.pack
refused 'packing some packages' 'takes no packages' pack -goroot "$goroot" -o ../x.pack fmt
refused 'packing to nowhere' 'no/x.pack: cannot be written' pack -goroot "$goroot" -o ../no/x.pack
rm -rf "$here"
exit $failed
