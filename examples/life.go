package list

type node struct {
	value int
	next  *node
}

func push(list *node, value int) *node {
	n := node{value, list}
	return &n
}

func first() int { return push(nil, 1).value }
