package deep

import "dep.example/lib/v2/gen"

type Visitor interface{ Visit(n *Node) Visitor }
type Node struct {
	Kids []*Node
	gen.Set[string]
}

func (n *Node) Walk(v Visitor) {
	if v = v.Visit(n); v == nil {
		return
	}
	for _, k := range n.Kids {
		defer func() { k.Kids = nil }()
		k.Walk(v)
	}
}

type counter struct{ n int }

func (c *counter) Visit(n *Node) Visitor { c.n++; return c }
func Count(n *Node) int {
	c := &counter{}
	n.Walk(c)
	return c.n
}
func Ptrs(xs []int) (out []*int) {
	for i, x := range xs {
		out = append(out, &x)
		_ = i
	}
	for i := 0; i < 3; i++ {
		out = append(out, &i)
	}
	return
}
