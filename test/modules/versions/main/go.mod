module versions.example/main

go 1.26
