// Package c uses a type of a, and one that looks like it.
package c

import (
	"reflect"

	"example.com/shapes/a"
)

type I interface{ Gen(other *int, more int) *int }

func Imported(v reflect.Value) a.G {
	g, _ := reflect.TypeAssert[a.G](v)
	return g
}

func Own(v reflect.Value) I {
	g, _ := reflect.TypeAssert[I](v)
	return g
}
