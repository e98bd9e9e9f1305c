package old

func Each(list []string, f func(*string)) {
	for _, s := range list {
		f(&s)
	}
}
func Small(list []int) *int {
	for _, s := range list {
		return &s
	}
	return nil
}
