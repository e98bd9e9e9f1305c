package slot

type Slot[T any] struct {
	value *T
}

func (s *Slot[T]) Set(value T) { s.value = &value }
func (s *Slot[T]) Get() *T     { return s.value }
