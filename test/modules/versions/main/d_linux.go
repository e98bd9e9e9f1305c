//go:build go1.21

package main

func D[T any](xs []T) (out []*T) {
	for _, x := range xs {
		out = append(out, &x)
	}
	return
}
func E(n int) *int { return new(int) }
