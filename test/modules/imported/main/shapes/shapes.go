// Package shapes has instances whose type arguments are interfaces: shapes of their own, with methods and wrappers.
package shapes

type Comparator[T any] interface {
	Hash(o T) int
	Same(T, T) bool
}

type Store[T any, C Comparator[T]] struct {
	lists      map[int][]T
	comparator Comparator[T]
}

func NewStore[T any, C Comparator[T]](comparator Comparator[T]) *Store[T, C] {
	if comparator == nil {
		panic("no comparator")
	}
	return &Store[T, C]{lists: make(map[int][]T, 1), comparator: comparator}
}

func (s *Store[T, C]) Put(value T) (T, bool) {
	hash := s.comparator.Hash(value)
	s.lists[hash] = append(s.lists[hash], value)
	return value, false
}

type Key[T any] interface {
	Code() int
	Is(other Key[T]) bool
}

// The calls of methods of T are not as precise as they could be; the compiler says so each time.
type byKey[T Key[T]] struct{}

func (byKey[T]) Hash(o T) int      { return o.Code() }
func (*byKey[T]) Same(a, b T) bool { return a.Is(b) }

type Node interface{ Key[Node] }

type user struct {
	nodes *Store[Node, Comparator[Node]]
}

func newUser() *user {
	return &user{NewStore[Node, Comparator[Node]](&byKey[Node]{})}
}

type pool struct {
	done chan error
	last []string
}

//go:noinline
func (p *pool) run(f func()) { go f() }

func (p *pool) close(names []string, err error) { p.last = names; p.done <- err }

// A literal that comes along with an inlined one counts its own go and defer statements.
func (p *pool) all(names []string) {
	ask := func(name string) {
		p.run(func() {
			defer p.close([]string{"asked", name}, nil)
			println(name)
		})
	}
	for _, name := range names {
		ask(name)
	}
}
