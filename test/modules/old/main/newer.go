//go:build go1.22

package old

// This file has the newer loops, by its build constraint.
func Pointers(n int) []*int {
	var all []*int
	for i := range n {
		all = append(all, &i)
	}
	for i := 0; i < n; i++ {
		all = append(all, &i)
	}
	return all
}

func LastOfStrings(list []string) *string { return Last(list) }
