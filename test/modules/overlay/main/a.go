package main

func main() { println(*f()) }
