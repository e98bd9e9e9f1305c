// Package parity has functions that call each other. Which of them can be inlined depends on which is looked at first; that is the
// first in the file, not the one that somebody asks about.
package parity

func Odd(n uint) bool {
	if n == 0 {
		return false
	}
	return Even(n - 1)
}

func Even(n uint) bool {
	if n == 0 {
		return true
	}
	return Odd(n - 1)
}

type Node struct {
	Left, Right *Node
	Name        *string
}

// Ping and Pong send their parameter around: neither can be analysed without the other.
func Ping(n *Node, depth int) *string {
	if depth == 0 {
		return n.Name
	}
	for i := 0; i < depth; i++ {
		if s := Pong(n.Left, depth-1); s != nil {
			return s
		}
	}
	return nil
}

func Pong(n *Node, depth int) *string {
	if n == nil {
		return nil
	}
	for i := 0; i < depth; i++ {
		if s := Ping(n.Right, depth-1); s != nil {
			return s
		}
	}
	return n.Name
}
