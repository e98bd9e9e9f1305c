package tree

type Tree struct{ m map[interface{}]interface{} }

func (t *Tree) Get(key interface{}) (value interface{}, found bool) {
	if len(t.m) == 0 {
		println(1)
	}
	value, found = t.m[key]
	return
}

type Alias = map[string]interface{}
type Fn func(interface{}) interface{}

func List() []interface{}                                          { return nil }
func M() (map[string]interface{}, error)                           { return nil, nil }
func Two() (Alias, []*interface{})                                 { println(); return nil, nil }
func F(f func(interface{}) interface{}, x interface{}) interface{} { return f(x) }
func G[T any](x T, f func(T) interface{}) (interface{}, T)         { return f(x), x }
func Vari(x ...interface{}) (interface{}, int)                     { return x[0], len(x) }

var V interface{}

type S struct {
	X interface{}
	Y []interface{}
}

func (s S) Get() (interface{}, []interface{}) { return s.X, s.Y }
