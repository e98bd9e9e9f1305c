package clock

import "time"

type Clock interface {
	Now() time.Time
}

type fixed struct{ at time.Time }

func (f *fixed) Now() time.Time { return f.at }

func At(t time.Time) Clock { return &fixed{t} }

func Ticks(c Clock, n int) []func() time.Time {
	var all []func() time.Time
	for i := 0; i < n; i++ {
		all = append(all, func() time.Time { return c.Now().Add(time.Duration(i)) })
	}
	return all
}
