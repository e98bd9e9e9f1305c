package p

func f(i any, b bool) int {
	switch {
	case i == 1:
		return 1
	case b:
		return 2
	}
	return 3
}

func g(i any, b bool) int {
	switch {
	case i, b:
		return 1
	}
	return 3
}

func h(i any, x int) int {
	switch x {
	case i:
		return 1
	case 2:
		return 4
	}
	return 3
}

func k(i any, x int) int {
	switch i {
	case x:
		return 1
	case 2:
		return 4
	}
	return 3
}
func l(i interface{ M() }, x any) int {
	switch i {
	case x:
		return 1
	}
	switch true {
	case x:
		return 1
	}
	return 3
}

type E interface{}

func m(i E, b bool) int {
	switch {
	case b, i:
		return 1
	case b:
		return 2
	}
	return 3
}

func n(i E) int {
	switch {
	case i:
		return 1
	}
	return 3
}
