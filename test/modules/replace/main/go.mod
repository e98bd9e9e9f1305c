module replaced.example/main

go 1.25

require (
	dep.example/clock v0.0.0
	dep.example/store v1.0.0
)

replace (
	dep.example/clock => ./clock
	dep.example/store v1.0.0 => ../store
)
