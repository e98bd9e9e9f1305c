module nested.example/deep
go 1.19
