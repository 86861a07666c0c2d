package main

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"gmnas/harness/spec"
)

// origins are programs and machines, numbered from 1 in the order that they are met.
type origins struct{ list []spec.Provenance }

func (o *origins) number(p spec.Provenance) int {
	p.Started = time.Time{}
	at := slices.IndexFunc(o.list, func(q spec.Provenance) bool { return reflect.DeepEqual(p, q) })
	if at < 0 {
		at = len(o.list)
		o.list = append(o.list, p)
	}
	return at + 1
}

// write lists them, with all modules where all is set.
func (o *origins) write(w io.Writer, all bool) {
	if len(o.list) > 0 {
		fmt.Fprint(w, "\nComputed by\n")
	}
	for i, p := range o.list {
		mark := fmt.Sprintf("  [%d]", i+1)
		say := func(name, text string) {
			fmt.Fprintf(w, "%-6s%-11s %s\n", mark, name, cmp.Or(strings.TrimSpace(text), "not recorded"))
			mark = ""
		}
		b, m := p.Build, p.Machine
		say("commit", b.Commit)
		if strings.HasSuffix(b.Commit, "+dirty") {
			say("difference", prefixed("SHA-256 ", b.Diff))
		}
		say("code", prefixed("SHA-256 of the sources that compute ", b.Code))
		say("executable", prefixed("SHA-256 ", b.Binary))
		say("go", strings.Join(append([]string{b.Go}, b.Settings...), " "))
		if n := len(b.Modules); n > 0 && !all {
			say("modules", fmt.Sprintf("%d: --all lists them", n))
		} else {
			say("modules", strings.Join(b.Modules, "\n"+strings.Repeat(" ", 18)))
		}
		say("machine", m.Host)
		backend := cmp.Or(m.Arithmetic(), "none was used")
		if m.Threads > 0 {
			backend += fmt.Sprintf(", %d threads", m.Threads)
		}
		say("backend", backend)
	}
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}
