package parity

var kept *Node

// Around hands on the address of a variable of its loop, and back hands that to Around, whose parameters live longer than the loop's
// variables. So what the variable holds goes to the heap, though neither function sends it there.
//
//go:noinline
func Around(n *Node, where **Node, depth int) {
	for i := 0; i < depth; i++ {
		local := n
		back(&local, depth-1)
	}
}

//go:noinline
func back(where **Node, depth int) { Around(nil, where, depth) }

// Keep only returns its parameter, but store, which it calls with something else, keeps what Keep returns.
//
//go:noinline
func Keep(n *Node, depth int) *Node {
	if depth > 0 {
		return n
	}
	store(depth)
	return nil
}

//go:noinline
func store(depth int) {
	var n Node
	kept = Keep(&n, depth+1)
}

// Send and receive call each other, and nothing comes of it.
//
//go:noinline
func Send(n *Node, depth int) int {
	if depth == 0 {
		return 0
	}
	return receive(n.Left, depth)
}

//go:noinline
func receive(n *Node, depth int) int {
	if n != nil && n.Name == nil {
		return 1
	}
	return Send(&Node{Left: n}, depth-1)
}
