// Package descent has small functions in a circle of calls that leads through a large one: whether the call of a small one counts as
// its body or as a call depends on who is met first. Only the whole circle tells.
package descent

type Node struct {
	List []*Node
	Kind int
}

var depth int

func First(list []*Node)  { each(list, 1) }
func Second(list []*Node) { each(list, 2) }

// each can be inlined.
func each(list []*Node, kind int) {
	for i := range list {
		list[i] = walk(list[i], kind)
	}
}

// walk can not.
func walk(n *Node, kind int) *Node {
	depth++
	defer func() { depth-- }()
	if n == nil {
		return nil
	}
	switch n.Kind {
	case 1:
		Second(n.List)
	case 2:
		visit(n, kind)
	case 3:
		Third(n)
	default:
		each(n.List, kind)
	}
	return n
}

func visit(n *Node, kind int) {
	if kind > 2 {
		First(n.List)
	}
}

// Third is in the circle as well; Outside calls into it and is not.
func Third(n *Node) *Node { return walk(n.List[0], 3) }

func Outside(n *Node) { First(n.List) }

func Wrapped(n *Node) { Outside(n) }
