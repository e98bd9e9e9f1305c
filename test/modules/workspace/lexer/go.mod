module workspace.example/lexer

go 1.20
