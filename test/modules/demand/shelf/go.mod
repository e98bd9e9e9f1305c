module dep.example/shelf

go 1.25
