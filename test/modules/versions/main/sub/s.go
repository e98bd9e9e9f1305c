// Package sub has positions of its own making.
//line gen.y:10
package sub

type T struct{ a [4]int }

//line /abs/other.y:20:5
func New() *T { return &T{} }

//line :30
func Old() *T { t := T{}; return &t }
/*line x.y:7:9*/func Inl() *T { return New() }
