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
	os.Args[0] = "my bin/gmnas"
	if got, want := hintsAsCalled("mend it with `gmnas data get cifar10 --data it's my data`, then on"),
		"mend it with `'my bin/gmnas' data get cifar10 --data 'it'\\''s my data'`, then on"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := databaseArgument("dä ta/r.db")+databaseArgument("a/b-1.db")+databaseArgument("a$b"), " --db 'dä ta/r.db' --db a/b-1.db --db 'a$b'"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := asCalled("make data"); got != "make data" {
		t.Errorf("%q", got)
	}
}
