// Command main asks its dependencies about few of their functions, in another order than they are written in.
package main

import (
	"fmt"

	"dep.example/parity"
	"dep.example/shelf"
)

type key struct{ name string }

func keyOf(s string) key { return key{s} }

func first(n *parity.Node) *string { return parity.Pong(n, 3) }

func lock(g *shelf.Guarded, b []byte) {
	g.Mutex.Lock()
	g.Mutex.Unlock()
	g.Set(b)
}

func done(f *shelf.Flag) bool { return f.Done.Load() }

func around() { parity.Around(&parity.Node{}, nil, 3) }

func keep() { parity.Keep(&parity.Node{}, 1) }

func send() int { return parity.Send(&parity.Node{}, 3) }

func main() {
	around()
	keep()
	fmt.Println(send())
	fmt.Println(parity.Odd(3), parity.Even(4))
	name := "n"
	node := parity.Node{Name: &name}
	fmt.Println(first(&node) == nil)
	var g shelf.Guarded
	lock(&g, make([]byte, 8))
	var f shelf.Flag
	fmt.Println(done(&f), f.Name("a", "b"))
	shelf.Register("x", shelf.Lookup("y"))
	sum := 0
	shelf.Each(3, func(p *int) { sum += *p })
	fmt.Println(sum, len(shelf.Index([]string{"a"}, keyOf)))
	opened, err := shelf.Dir("/").Open("a")
	fmt.Println(opened != nil, err)
}
