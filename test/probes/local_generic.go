package main

// Types declared in a generic function have that function's type arguments.

type number interface{ ~int | ~string }

func local[A number](a A, show func(...any)) {
	type pair struct {
		x A
		n int
	}
	type flat struct{ n int }
	type id int
	type box[B any] struct{ b B }
	show(pair{a, 1}, flat{2}, id(3), &flat{4}, []pair{{a, 2}}, box[id]{5}, box[A]{a})
	var e any = flat{1}
	if _, ok := e.(flat); ok {
		show(map[id]pair{})
	}
	wrap := func(f flat) any { return f }
	show(wrap(flat{7}))
}

// Methods of a generic interface that mention other instances.

type function[a, b any] interface{ Apply(x a) b }

type list[a any] interface {
	Match(empty function[none[a], any], full function[cons[a], any]) any
}

type none[a any] struct{}

func (n none[a]) Match(empty function[none[a], any], full function[cons[a], any]) any {
	return empty.Apply(n)
}

type cons[a any] struct {
	head a
	tail list[a]
}

func (c cons[a]) Match(empty function[none[a], any], full function[cons[a], any]) any {
	return full.Apply(c)
}

// A dictionary is used by what needs a type descriptor, too.

type set[E comparable] struct{ m map[E]struct{} }

func (s set[E]) Add(v E) { s.m[v] = struct{}{} }

func (s set[E]) Len() int { return len(s.m) }

type adder interface{ Add(string) }

// An unnamed interface with a method that is not exported.

func sum(x interface{ get() int }) int { return x.get() }

type one int

func (o one) get() int { return int(o) }

func main() {
	show := func(...any) {}
	local(1, show)
	local("x", show)
	var l list[int] = cons[int]{1, none[int]{}}
	_ = l
	s := set[string]{map[string]struct{}{}}
	var a adder = &s
	a.Add("x")
	println(sum(one(1)), s.Len())
}
