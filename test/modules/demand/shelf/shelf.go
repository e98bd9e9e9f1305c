// Package shelf hands on some bodies of functions of other packages and keeps others to itself.
package shelf

import (
	"strings"
	"sync"
	"sync/atomic"
)

// Guarded shows the mutex's type to importers, and its methods have inlined Lock and Unlock.
type Guarded struct {
	Mutex sync.Mutex
	value []byte
}

func (g *Guarded) Set(b []byte) {
	g.Mutex.Lock()
	defer g.Mutex.Unlock()
	g.value = b
}

// Flag shows a type of which nothing is inlined here.
type Flag struct{ Done atomic.Bool }

func (f *Flag) Name(parts ...string) string { return strings.Join(parts, "/") }

var hidden struct {
	sync.RWMutex
	names map[string]*string
}

func Lookup(name string) *string {
	hidden.RLock()
	defer hidden.RUnlock()
	return hidden.names[name]
}

func Register(name string, value *string) {
	hidden.Lock()
	hidden.names[name] = value
	hidden.Unlock()
}

// Each calls f for what it made itself: nobody needs to know f.
func Each(n int, f func(*int)) {
	for i := range n {
		v := i
		f(&v)
	}
}

func Index[K comparable, V any](list []V, key func(V) K) map[K]V {
	m := make(map[K]V, len(list))
	for _, v := range list {
		m[key(v)] = v
	}
	return m
}

type Opener interface {
	Open(name string) (*Guarded, error)
}

type dir struct{ root *string }

func (d *dir) Open(name string) (*Guarded, error) {
	return &Guarded{value: []byte(*d.root + name)}, nil
}

func Dir(root string) Opener { return &dir{&root} }
