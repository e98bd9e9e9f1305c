package later

import "reflect"

type Z interface{ Gen(z1 *int, z2 int) *int }

func As(v reflect.Value) Z {
	g, _ := reflect.TypeAssert[Z](v)
	return g
}
