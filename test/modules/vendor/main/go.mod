module vendored.example/main

go 1.24

require dep.example/ring v1.2.0
