package main

import "testing"

func TestNearest(t *testing.T) {
	commands := []string{"list", "plan", "run", "report", "explain", "query", "data", "doctor"}
	tables := []string{"table1", "table3", "table7", "figure2"}
	for _, c := range []struct {
		value   string
		choices []string
		want    string
	}{
		{"rnu", commands, "run"},
		{"Report", commands, "report"},
		{"rep", commands, "report"},
		{"dcotor", commands, "doctor"},
		{"expalin", commands, "explain"},
		{"frobnicate", commands, ""},
		{"", commands, ""},
		{"x", commands, ""},
		{"tabel3", tables, "table3"},
		{"table9", tables, ""}, // as close to each
		{"table33", tables, "table3"},
		{"figure", tables, "figure2"},
		{"--profle", []string{"--profile", "--precision"}, "--profile"},
	} {
		if got := nearest(c.value, c.choices); got != c.want {
			t.Errorf("%q: %q, want %q", c.value, got, c.want)
		}
	}
}
