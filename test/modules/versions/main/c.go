//go:build linux && go1.23

package main

func C(xs []int) (out []*int) {
	for i, x := range xs {
		out = append(out, &x, &i)
	}
	for i := range 3 {
		go func() { println(i) }()
	}
	for x := range seq {
		out = append(out, &x)
		defer println(x)
	}
	return
}
func seq(yield func(int) bool) { _ = yield(1) && yield(2) }
func main()                    { A(nil); B(nil); C(nil); D[int](nil); println(*E(3)) }
