module dep.example/descent

go 1.25
