// Package circles calls functions that are in a circle of calls, or call into one: literals tell what they cost.
package circles

import "dep.example/descent"

func Second(list []*descent.Node) func() {
	return func() { descent.Second(list) }
}

func First(list []*descent.Node) func() {
	return func() { descent.First(list) }
}

func Third(n *descent.Node) func() *descent.Node {
	return func() *descent.Node { return descent.Third(n) }
}

func Outside(n *descent.Node) func() {
	return func() { descent.Outside(n) }
}

func Wrapped(n *descent.Node) func() {
	return func() { descent.Wrapped(n) }
}
