package b

import "reflect"

type H interface{ Gen(p *int, q int) *int }

func Use(v reflect.Value) H {
	g, _ := reflect.TypeAssert[H](v)
	return g
}
