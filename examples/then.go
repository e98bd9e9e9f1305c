// then.go
package main

func memAllocRepro(values []int) *[]int {
	for {
		break
	}
	return &values
}

func main() {
	memAllocRepro(nil)
}
