package imported

import "imported.example/main/tree"

type Map struct{ tree *tree.Tree }

func (m *Map) Get(key interface{}) (value interface{}, found bool) {
	return m.tree.Get(key)
}
func (m *Map) Get2(key any) (value any, found bool) {
	return m.tree.Get(key)
}
func (m *Map) Get3(key any) (value any, found bool) {
	value, found = m.tree.Get(key)
	return
}
func (m *Map) Get4(key any) (any, bool) {
	var v interface{}
	v, ok := m.tree.Get(key)
	return v, ok
}

type own struct{ m map[interface{}]interface{} }

func (t *own) Get(key interface{}) (value interface{}, found bool) {
	if len(t.m) == 0 {
		println(1)
	}
	value, found = t.m[key]
	return
}
func (m *own) Get2(key interface{}) (value interface{}, found bool) {
	return m.Get(key)
}
func (m *own) Get3(key interface{}) (value any, found bool) {
	return m.Get(key)
}
func (m *own) Get4(key interface{}) (value any, found bool) {
	var v interface{}
	v, ok := m.Get(key)
	return v, ok
}
