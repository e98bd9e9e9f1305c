module imported.example/main
go 1.27
