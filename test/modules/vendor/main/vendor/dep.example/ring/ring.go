// Package ring is a buffer that overwrites its oldest element.
package ring

import "dep.example/ring/internal/slot"

type Ring[T any] struct {
	slots []slot.Slot[T]
	next  int
}

func New[T any](size int) *Ring[T] { return &Ring[T]{slots: make([]slot.Slot[T], size)} }

func (r *Ring[T]) Push(value T) *T {
	s := &r.slots[r.next]
	r.next = (r.next + 1) % len(r.slots)
	s.Set(value)
	return s.Get()
}

// Each calls visit with every element, oldest first; old language version: one variable for all iterations.
func (r *Ring[T]) Each(visit func(*T)) {
	for i := 0; i < len(r.slots); i++ {
		defer func() { visit(r.slots[i%len(r.slots)].Get()) }()
	}
}
