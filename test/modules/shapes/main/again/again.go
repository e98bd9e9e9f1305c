// Package again has a call of a shaped function inlined, and method values and expressions of shapes.
package again

import (
	"reflect"

	"example.com/shapes/later"
)

type I interface{ Gen(one *int, two int) *int }

type T[X interface{ Gen(x *int, y int) *int }] struct{ v X }

func (t T[X]) Value() func(*int, int) *int { return t.v.Gen }
func (t T[X]) Call(p *int) *int            { return X.Gen(t.v, p, 1) }

func Inlined(v reflect.Value) any { return later.As(v) }
func Value(i I) any               { return T[I]{i}.Value() }
func Expr(i I) any                { return T[I]{i}.Call }
