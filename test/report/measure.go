// Measures what functions of examples/kinds.go allocate: `name bytes` a line, bytes of one call by the runtime's own count.
// test/report.sh builds it together with that file; nothing else of the program runs.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

func bytesPerCall(f func()) uint64 {
	const calls = 1000
	var before, after runtime.MemStats
	f()
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := 0; i < calls; i++ {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc + calls/2) / calls
}

func init() {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	some := newRecord("x")
	ch := make(chan *point, 100000)
	var p *point
	words := []int{1}
	for _, test := range []struct {
		name string
		call func()
	}{
		{"newPoint", func() { newPoint(1, 2) }},
		{"newNode", func() { newNode(1, nil) }},
		{"counter", func() { counter() }},
		{"fixed", func() { fixed() }},
		{"primes", func() { primes() }},
		{"store", func() { store(1) }},
		{"remember", func() { remember("a", 1) }},
		{"box", func() { box(100000) }},
		{"send", func() { send(ch) }},
		{"tooLarge", func() { tooLarge() }},
		{"method", func() { method(square{1}) }},
		{"double", func() { double(&p) }},
		{"array", func() { array() }},
		{"newRecord", func() { newRecord("y") }},
		{"newWide", func() { newWide() }},
		{"newSmall", func() { newSmall() }},
		{"boxStruct", func() { boxStruct(point{1, 2}) }},
		{"boxString", func() { boxString("text") }},
		{"boxSlice", func() { boxSlice(words) }},
		{"named", func() { named() }},
		{"addressOfParameter", func() { addressOfParameter(1) }},
		{"addressOfField", func() { addressOfField() }},
		{"byValue", func() { byValue(1, 2) }},
		{"pointerMethod", func() { pointerMethod(some) }},
		{"strings3", func() { strings3() }},
		{"matrix", func() { matrix() }},
		{"largeSlice", func() { largeSlice() }},
		{"generic", func() { generic() }},
		{"inField", func() { inField(some) }},
		{"perIteration", func() { perIteration() }},
	} {
		fmt.Println(test.name, bytesPerCall(test.call))
	}
	os.Exit(0)
}
