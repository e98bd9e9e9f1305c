module overlay.example/main

go 1.27
