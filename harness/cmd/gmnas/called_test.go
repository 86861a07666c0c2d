package main

import (
	"os"
	"testing"
)

// TestHintsNameTheProgramAsItWasCalled: stories can't, as they call every program gmnas.
func TestHintsNameTheProgramAsItWasCalled(t *testing.T) {
	defer func(name string) { os.Args[0] = name }(os.Args[0])
	for _, name := range []string{"gmnas", "bin/gmnas", "/opt/gmnas"} {
		os.Args[0] = name
		if got, want := asCalled("gmnas run table3"), name+" run table3"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got, want := hintsAsCalled("no such label (`gmnas list` says); gmnas is its name"), "no such label (`"+name+" list` says); gmnas is its name"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := asCalled("make data"); got != "make data" {
		t.Errorf("%q", got)
	}
}
