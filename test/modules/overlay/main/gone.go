package main

this is broken
