//go:build go1.20

package main

// The constraint names a version before 1.21, so the file has that of 1.21: one variable for all iterations.
func A(xs []int) (out []*int) {
	for i, x := range xs {
		out = append(out, &x, &i)
	}
	for i := 0; i < 3; i++ {
		defer func() { println(i) }()
	}
	return
}
