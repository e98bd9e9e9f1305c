package lexer

type Token struct {
	Kind int
	Text []byte
}

type state func(*Lexer) state

type Lexer struct {
	input  []byte
	start  int
	at     int
	tokens []*Token
}

func (l *Lexer) emit(kind int) {
	l.tokens = append(l.tokens, &Token{kind, l.input[l.start:l.at]})
	l.start = l.at
}

func (l *Lexer) Run(input string) []*Token {
	l.input = []byte(input)
	for s := state(word); s != nil; {
		s = s(l)
	}
	return l.tokens
}

func word(l *Lexer) state {
	for l.at < len(l.input) {
		if l.input[l.at] == ' ' {
			l.emit(1)
			return space
		}
		l.at++
	}
	l.emit(1)
	return nil
}

func space(l *Lexer) state {
	for l.at < len(l.input) && l.input[l.at] == ' ' {
		l.at++
	}
	l.emit(2)
	return word
}
