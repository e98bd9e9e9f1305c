// Package old has the loop variables of its language version: one for all iterations.
package old

import "sort"

type Job struct {
	Name string
	Run  func() int
}

func Jobs(names []string) []Job {
	var jobs []Job
	for i, name := range names {
		jobs = append(jobs, Job{name, func() int { return i + len(name) }})
	}
	for n := 0; n < 3; n++ {
		p := &n
		jobs = append(jobs, Job{"n", func() int { return *p }})
	}
	sort.Slice(jobs, func(a, b int) bool { return jobs[a].Name < jobs[b].Name })
	return jobs
}

func Last[T any](list []T) *T {
	var last *T
	for _, v := range list {
		last = &v
	}
	return last
}

func First(m map[string]int) (key string, value *int) {
	for k, v := range m {
		return k, &v
	}
	return
}
