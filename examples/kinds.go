// Values of many kinds, each of which ends up on the heap for another reason. `make run` reports on this file; test/report.sh
// compares reasons with the compiler's and sizes with what a running program allocates.
package main

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
)

type point struct{ x, y int }

type node struct {
	value int
	next  *node
	name  string
}

type shape interface{ area() float64 }

type square struct{ side float64 }

func (s square) area() float64 { return s.side * s.side }

type big struct{ words [40000]int }

var (
	global  *point
	table   = map[string]*point{}
	shapes  []shape
	anyone  any
	workers []func() int
)

//go:noinline
func newPoint(x, y int) *point {
	p := point{x, y}
	return &p
}

//go:noinline
func newNode(v int, next *node) *node { return &node{value: v, next: next, name: "n"} }

//go:noinline
func counter() func() int {
	n := 0
	return func() int { n++; return n }
}

//go:noinline
func buffer(n int) []byte { return make([]byte, n) }

//go:noinline
func fixed() []int { return make([]int, 10) }

//go:noinline
func primes() []int { return []int{2, 3, 5, 7, 11} }

//go:noinline
func store(x int) {
	p := new(point)
	p.x = x
	global = p
}

//go:noinline
func remember(key string, x int) { table[key] = &point{x: x} }

//go:noinline
func box(x int) { anyone = x }

//go:noinline
func addShape(side float64) { shapes = append(shapes, square{side}) }

//go:noinline
func send(ch chan *point) { ch <- &point{1, 2} }

//go:noinline
func goroutine(wg *sync.WaitGroup) {
	total := 0
	wg.Add(1)
	go func() {
		total++
		wg.Done()
	}()
	wg.Wait()
}

//go:noinline
func tooLarge() int {
	var b big
	for i := range b.words {
		b.words[i] = i
	}
	return b.words[7]
}

//go:noinline
func method(s square) func() float64 { return s.area }

//go:noinline
func text(parts []string) string { return strings.Join(parts, "") + "!" }

//go:noinline
func failure(code int) error { return fmt.Errorf("code %d", code) }

//go:noinline
func words(s string) []byte { return []byte(s) }

//go:noinline
func double(p **point) { *p = &point{3, 4} }

//go:noinline
func lateClosure(x int) { workers = append(workers, func() int { return x }) }

//go:noinline
func array() *[4]int64 { return &[4]int64{1, 2, 3, 4} }

//go:noinline
func channel() chan int { return make(chan int, 4) }

//go:noinline
func mapping() map[int]int { return map[int]int{1: 1} }

func main() {
	fmt.Println(newPoint(1, 2).x, newNode(1, nil).value, counter()(), len(buffer(100)), len(fixed()), len(primes()))
	store(1)
	remember("a", 2)
	box(1000)
	addShape(2)
	ch := make(chan *point, 1)
	send(ch)
	var wg sync.WaitGroup
	goroutine(&wg)
	fmt.Println(tooLarge(), method(square{3})(), text([]string{"a", "b"}), failure(3), words("abc"))
	var p *point
	double(&p)
	lateClosure(4)
	sort.Ints(fixed())
	fmt.Println(*array(), cap(channel()), mapping(), errors.New("x"))
}

// More kinds, each alone in its function.

type record struct {
	id    int64
	name  string
	tags  []string
	other *record
}

type wide struct {
	next *wide
	data [600]byte
}

type small struct{ a, b, c byte }

var (
	keep    any
	records []*record
	sinkInt *int
)

//go:noinline
func newRecord(name string) *record { return &record{id: 1, name: name} }

//go:noinline
func newWide() *wide { return new(wide) }

//go:noinline
func newSmall() *small { return &small{1, 2, 3} }

//go:noinline
func boxStruct(p point) { keep = p }

//go:noinline
func boxString(s string) { keep = s }

//go:noinline
func boxSlice(s []int) { keep = s }

//go:noinline
func named() (result *int) {
	value := 7
	result = &value
	return
}

//go:noinline
func addressOfParameter(x int) { sinkInt = &x }

//go:noinline
func addressOfField() *string {
	var r record
	return &r.name
}

//go:noinline
func byValue(a, b int) func() int { return func() int { return a + b } }

//go:noinline
func pointerMethod(r *record) func() string { return r.title }

//go:noinline
func (r *record) title() string { return r.name }

//go:noinline
func strings3() []string { return []string{"a", "b", "c"} }

//go:noinline
func matrix() [][2]int32 { return make([][2]int32, 5) }

//go:noinline
func largeSlice() []byte { return make([]byte, 70000) }

func wrap[T any](x T) *T { return &x }

//go:noinline
func generic() *float64 { return wrap(1.5) }

//go:noinline
func inField(r *record) { r.other = &record{id: 2} }

//go:noinline
func perIteration() (all [2]*int) {
	for i := 0; i < 2; i++ {
		all[i] = &i
	}
	return all
}
