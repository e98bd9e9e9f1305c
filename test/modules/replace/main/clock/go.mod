module dep.example/clock

go 1.18
