package gen

import (
	"cmp"
	"dep.example/old"
	"fmt"
	"iter"
	"slices"
)

type Set[T comparable] struct{ m map[T]struct{} }

func (s *Set[T]) Add(v T) {
	if s.m == nil {
		s.m = map[T]struct{}{}
	}
	s.m[v] = struct{}{}
}
func (s *Set[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range s.m {
			if !yield(v) {
				return
			}
		}
	}
}
func Sorted[T cmp.Ordered](s *Set[T]) []T {
	list := make([]T, 0, len(s.m))
	for v := range s.m {
		list = append(list, v)
	}
	slices.Sort(list)
	return list
}
func Print[T fmt.Stringer](xs ...T) string {
	out := ""
	for _, x := range xs {
		out += x.String()
	}
	return out
}
func Use(l []int) int { return *old.Small(l) }
