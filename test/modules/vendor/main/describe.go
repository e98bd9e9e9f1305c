package main

import (
	"fmt"
	"strings"

	"dep.example/ring"
)

func describe(r *ring.Ring[point]) fmt.Stringer {
	var b strings.Builder
	r.Each(func(p *point) { fmt.Fprintf(&b, "(%d,%d)", p.x, p.y) })
	return &b
}
