package main

import "fmt"

type point struct{ x, y int }

func newPoint(x, y int) *point {
	p := point{x, y}
	return &p
}

func length(p *point) int { return p.x*p.x + p.y*p.y }

func main() {
	near := newPoint(1, 2)
	fmt.Println(length(near))
}
