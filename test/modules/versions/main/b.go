//go:build go1.21 && !ignore

package main

func B(xs []int) (out []*int) {
	for i, x := range xs {
		out = append(out, &x, &i)
	}
	return
}
