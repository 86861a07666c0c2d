package spec

import (
	"strings"
	"time"
)

// Provenance says where an outcome comes from. None of it is part of a key. Seed, settings and the hashes of data and
// table are the stage's; how long it took is the outcome's Cost. What a field doesn't say wasn't recorded.
type Provenance struct {
	Started time.Time
	Build   Build
	Machine Machine
}

// Build is the program that computed an outcome.
type Build struct {
	Commit   string   `json:",omitempty"` // "unknown" outside a checkout; "+dirty" appended where the checkout differed from it
	Diff     string   `json:",omitempty"` // SHA-256 of that difference (package code)
	Code     string   `json:",omitempty"` // SHA-256 of the sources that compute (package code); empty where `make build` didn't stamp it
	Binary   string   `json:",omitempty"` // SHA-256 of the executable
	Go       string   `json:",omitempty"` // version
	Settings []string `json:",omitempty"` // of the Go build: "-tags=onednn"
	Modules  []string `json:",omitempty"` // in the executable: path, version and checksum
}

// Machine is what an outcome was computed on. Backend and what follows it are empty where nothing was computed in the
// engine, as in a look-up.
type Machine struct {
	Host           string `json:",omitempty"` // operating system, cores, processor
	Backend        string `json:",omitempty"`
	BackendVersion string `json:",omitempty"`
	InstructionSet string `json:",omitempty"`
	Threads        int    `json:",omitempty"`
}

// Identity says which code computed: builds of one identity give the same bits for a stage on the same kind of machine.
// It is the sources that compute, or the executable where they weren't stamped, or the commit where neither was recorded.
// So a change to documents, reports or the command line doesn't change it, and a change to what computes does.
func (b Build) Identity() string {
	switch {
	case b.Code != "":
		return "code " + b.Code
	case b.Binary != "":
		return "binary " + b.Binary
	case b.Commit != "":
		return "commit " + b.Commit
	}
	return ""
}

// LooksUp reports whether the outcome is a table's entry, which follows from the table, whose hash is in the stage's key,
// and from nothing that was computed.
func (o Outcome) LooksUp() bool {
	return o.Kind == KindEvaluate && o.Evaluate != nil && len(o.Evaluate.Curve) == 0
}

// String is the build as people read it: "commit 51e15f8d103d+dirty, code 0c5e2b11a9f4".
func (b Build) String() string {
	if b.Identity() == "" {
		return "not recorded"
	}
	text := "commit " + b.ShortCommit()
	if kind, hash, _ := strings.Cut(b.Identity(), " "); kind != "commit" {
		text += ", " + kind + " " + Key(hash).Short()
	}
	return text
}

// ShortCommit keeps the mark of a modified checkout.
func (b Build) ShortCommit() string {
	hash, mark, dirty := strings.Cut(b.Commit, "+")
	if dirty {
		return Key(hash).Short() + "+" + mark
	}
	return Key(hash).Short()
}

// Arithmetic says what the engine computed with; machines of one arithmetic round alike. Empty where the engine wasn't used.
func (m Machine) Arithmetic() string {
	return strings.Join(strings.Fields(m.Backend+" "+m.BackendVersion+" "+m.InstructionSet), " ")
}
