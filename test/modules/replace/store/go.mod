module dep.example/store

go 1.23
