package space

import (
	"slices"
	"strings"
	"testing"
)

// TestIsomorphismCounts: the four ways to call architectures the same (spec.md section 1.4). A node is the sorted list
// of what it adds up; skip hands its source on, and none, or what comes from nothing, is nothing.
func TestIsomorphismCounts(t *testing.T) {
	for _, c := range []struct {
		name                 string
		skip, zero, dropNull bool
		five, four           int
	}{
		{"plain", false, false, false, 15_625, 4096},
		{"skip", true, false, false, 12_751, 3131},
		{"skip and zero", true, true, false, 6466, 3131},
		{"skip, zero and no null branches", true, true, true, 5390, 3131},
	} {
		for s, want := range map[*Space]int{&NB201: c.five, &NB201NoNone: c.four} {
			seen := map[string]bool{}
			for a := range s.Enumerate(Full(*s)) {
				nodes := []string{"0"}
				for to := 1; to < 4; to++ {
					var parts []string
					for e := range s.Edges() {
						from, at := s.Edge(e)
						if at != to {
							continue
						}
						op, source := s.Operations[a[e]], nodes[from]
						part := "(" + source + ")@" + op
						switch {
						case c.zero && (op == none || source == "#"):
							part = "#"
						case c.skip && op == "skip_connect":
							part = source
						}
						if !c.dropNull || part != "#" {
							parts = append(parts, part)
						}
					}
					if len(parts) == 0 {
						parts = []string{"#"}
					}
					slices.Sort(parts)
					nodes = append(nodes, strings.Join(parts, "+"))
				}
				seen[nodes[3]] = true
			}
			if len(seen) != want {
				t.Errorf("%s, %s: %d classes, want %d", c.name, s.Name, len(seen), want)
			}
		}
	}
}
