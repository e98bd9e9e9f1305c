module workspace.example/lexer/tool

go 1.22
