// Command main reads lines and prints their longest words.
package main

import (
	"bufio"
	"fmt"
	"os"

	"workspace.example/lexer"
	"workspace.example/lexer/tool"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		line := in.Text()
		fmt.Println(tool.Longest(line), len(tool.Kinds((&lexer.Lexer{}).Run(line))))
	}
}
