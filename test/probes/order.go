package p

import "sync/atomic"

// The compiler writes declarations from Checker on, alphabetically, and reads them from the initialised variable on: which mentions of
// a recursive type are one to its reader decides where the wrappers of Func stand among the others.

type Checker struct {
	named   []*Named
	methods map[string][]*Func
	last    Last
}

type Func struct {
	base
	origin *Func
}

func (f *Func) Signature() *Signature { return nil }

type Last struct{ other }

type Named struct {
	methods []*Func
}

type Set struct{ methods []*Func }

type Signature struct{ check *Checker }

type base struct{ n int }

func (b *base) Base() int { return b.n }

type other struct{ n int }

func (o *other) Other() int { return o.n }

var set = Set{}

// An instance that its own argument leads to is read there.

type Stack struct{ list *list }

func (s *Stack) First() *Counter { return s.list.head.Load() }

type list struct {
	head    atomic.Pointer[Counter]
	current atomic.Pointer[mapped]
}

type mapped struct{ n int }

type Counter struct {
	list *list
	next atomic.Pointer[Counter]
}
