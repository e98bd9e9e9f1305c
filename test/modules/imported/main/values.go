package imported

import "imported.example/main/tree"

func b1() (m map[string]interface{}, err error) {
	m, err = tree.M()
	return tree.M()
}
func b2() (interface{}, bool) {
	for k, v := range tree.List() {
		println(k)
		x := v
		return x, true
	}
	a, p := tree.Two()
	_ = p
	y := append(tree.List(), a)
	return y, false
}
func b3(s tree.S) (interface{}, []interface{}) {
	defer tree.F(func(x interface{}) interface{} { return x }, 3)
	go tree.Vari(1, 2)
	q := new(interface{})
	*q, _ = s.Get()
	z := []interface{}{s.X, tree.V, nil}
	z[0], z[1] = tree.G[interface{}](3, func(x interface{}) interface{} { return x })
	return s.Get()
}
func b4() (interface{}, int)         { return tree.Vari(tree.Vari(1)) }
func b5() interface{}                { return tree.Alias{"a": 1} }
func b6() any                        { return interface{}(tree.V).(interface{ Foo() }) }
func b7(f tree.Fn) any               { return tree.F(f, make(tree.Alias)) }
func b8() []interface{}              { return []interface{}(tree.List()) }
func b9() (x map[string]interface{}) { x, _ = tree.Two(); return }
