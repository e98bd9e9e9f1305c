package p

type A struct {
	*B
	D
}
type B struct{ n int }

func (b *B) Get() int  { return b.n }
func (b B) Val(x *int) *int { return x }

type D interface{ Do(*int) error }

func f(a A, x *int) int {
	g := A.Get
	h := (*A).Val
	d := A.Do
	d(a, x)
	return g(a) + *h(&a, x) + (*A).Get(&a)
}
func k(a A, x *int) { A.Do(a, x); A.Val(a, x); (*A).Do(&a, x) }

var v = (*A).Do
var w = A.Get
