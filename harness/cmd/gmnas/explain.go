package main

func explainCommand() command { return command{name: "explain", flags: newFlags("explain")} }
