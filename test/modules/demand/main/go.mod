module demand.example/main

go 1.25

require (
	dep.example/descent v0.0.0
	dep.example/parity v0.0.0
	dep.example/shelf v0.0.0
)

replace (
	dep.example/descent => ../descent
	dep.example/parity => ../parity
	dep.example/shelf => ../shelf
)
