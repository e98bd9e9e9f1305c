module dep.example/lib/v2

go 1.22.3

require dep.example/old v1.0.0
