package main

import (
	"fmt"

	"dep.example/ring"
)

type point struct{ x, y int }

func main() {
	points := ring.New[point](3)
	for i := range 5 {
		p := points.Push(point{i, i * i})
		p.x++
	}
	sum := 0
	points.Each(func(p *point) { sum += p.x })
	names := ring.New[string](2)
	fmt.Println(sum, *names.Push("last"), describe(points))
}
