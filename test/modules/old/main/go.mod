module old.example/main

go 1.21
