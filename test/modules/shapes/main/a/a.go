// Packages a and b have interfaces that differ in the names and places of parameters only.
package a

import "reflect"

type G interface{ Gen(first *int, second int) *int }

func Use(v reflect.Value) G {
	g, _ := reflect.TypeAssert[G](v)
	return g
}
