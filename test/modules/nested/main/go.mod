module nested.example/main

go 1.27

require dep.example/old v1.0.0

tool nested.example/main/cmd/tool

ignore ./junk
