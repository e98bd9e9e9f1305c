module workspace.example/main

go 1.25
