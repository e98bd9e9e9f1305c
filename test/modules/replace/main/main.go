package main

import (
	"os"
	"time"

	"dep.example/clock"
	"dep.example/store"
)

type entry struct {
	at   time.Time
	note [4]string
}

func main() {
	s := store.Open(store.With("start", entry{at: time.Unix(0, 0)}), store.With("end", entry{}))
	c := clock.At(time.Unix(1, 0))
	for i, tick := range clock.Ticks(c, 3) {
		e := entry{at: tick()}
		e.note[i] = os.Args[0]
		s.Put(e.note[i], e)
	}
	for key, e := range s.All() {
		if e.at.After(c.Now()) {
			println(key, e.at.Unix())
			continue
		}
		keep(&e)
	}
	if _, err := s.Get("nothing"); err == store.ErrMissing {
		println(err.Error())
	}
}

var kept []*entry

func keep(e *entry) { kept = append(kept, e) }
