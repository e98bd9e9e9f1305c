module dep.example/parity

go 1.25
