// Package tool answers questions about texts.
package tool

import (
	"slices"
	"strings"

	"workspace.example/lexer"
)

func Longest(text string) string {
	tokens := new(lexer.Lexer).Run(text)
	slices.SortFunc(tokens, func(a, b *lexer.Token) int { return len(b.Text) - len(a.Text) })
	if len(tokens) == 0 {
		return ""
	}
	return strings.ToUpper(string(tokens[0].Text))
}

func Kinds(tokens []*lexer.Token) map[int]int {
	counts := make(map[int]int, len(tokens))
	for _, t := range tokens {
		counts[t.Kind]++
	}
	return counts
}
