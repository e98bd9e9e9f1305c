// Package store keeps values under string keys.
package store

import (
	"errors"
	"iter"
	"sync"
)

var ErrMissing = errors.New("missing")

type Store[V any] struct {
	mu     sync.Mutex
	values map[string]V
}

func Open[V any](options ...func(*Store[V])) *Store[V] {
	s := &Store[V]{values: map[string]V{}}
	for _, o := range options {
		o(s)
	}
	return s
}

func With[V any](key string, value V) func(*Store[V]) {
	return func(s *Store[V]) { s.Put(key, value) }
}

func (s *Store[V]) Put(key string, value V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = value
}

func (s *Store[V]) Get(key string) (v V, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[key]
	if !ok {
		return v, ErrMissing
	}
	return v, nil
}

func (s *Store[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for k, v := range s.values {
			if !yield(k, v) {
				return
			}
		}
	}
}
