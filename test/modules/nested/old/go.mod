module dep.example/old
