//go:build special

package main

import "versions.example/main/sub"

func S() *sub.T { return sub.New() }
