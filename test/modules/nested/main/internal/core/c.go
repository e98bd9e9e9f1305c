package core

import (
	"dep.example/lib/v2/gen"
	"dep.example/old"
	"nested.example/deep"
)

type ID int

func (id ID) String() string { return string(rune('a' + id)) }

type Store struct {
	ids gen.Set[ID]
	*deep.Node
}

func New(n *deep.Node) *Store { return &Store{Node: n} }
func (s *Store) Put(ids ...ID) string {
	for _, id := range ids {
		s.ids.Add(id)
	}
	for id := range s.ids.All() {
		if id > 3 {
			break
		}
		defer println(id.String())
	}
	return gen.Print(gen.Sorted(&s.ids)...)
}
func Names(list []string) (out []*string) {
	old.Each(list, func(p *string) { out = append(out, p) })
	return
}
func First(l []int) int { return *old.Small(l) + gen.Use(l) + deep.Count(nil) }
