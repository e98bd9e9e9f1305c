package main

import (
	"flag"
	"fmt"
	"nested.example/deep"
	"nested.example/main/internal/core"
	"os"
)

var n = flag.Int("n", 3, "n")

func main() {
	flag.Parse()
	s := core.New(&deep.Node{})
	fmt.Println(s.Put(core.ID(*n)), core.Names(os.Args), core.First([]int{1, 2}))
	s.Walk(nil)
	s.Set.Add("x")
}
