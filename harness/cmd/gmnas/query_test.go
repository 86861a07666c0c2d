package main

import (
	"strings"
	"testing"

	"gmnas/nasbench"
	"gmnas/nasbench/space"
)

// FuzzQuery: whatever is asked for, an error that fits a terminal or an architecture of the space, the same when its own
// string is asked for.
func FuzzQuery(f *testing.F) {
	for _, text := range []string{"|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|", "11667", "-1", "015",
		"24:24:24:24:24", "99999999999999999999", "(4, 0, 3, 1, 4, 3)", "{'0_1': 'none'}", "[(('none', 0),)]", "", " 5", "٣", "|bogus~0|"} {
		for _, encoding := range []string{"", "gmnas", "nni"} {
			f.Add(text, encoding, space.NB201.Name, false)
		}
		f.Add(text, "", space.NB201NoNone.Name, true)
	}
	table := &nasbench.Table{} // row 0 is every architecture's, index 0
	f.Fuzz(func(t *testing.T, text, encoding, name string, nats bool) {
		s, err := space.ByName(name)
		if err != nil {
			return
		}
		a, err := architecture(table, s, text, encoding, nats)
		if err != nil {
			if len(err.Error()) > 4000 {
				t.Fatalf("a message of %d bytes", len(err.Error()))
			}
			return
		}
		if again, err := architecture(table, s, s.String(a), "", false); err != nil || again != a || s.Check(a) != nil {
			t.Fatalf("%q is %v, then %v, %v", text, a, again, err)
		}
	})
}

// TestQueriesThatAreNone: what could be taken for something else says what is missing.
func TestQueriesThatAreNone(t *testing.T) {
	for _, c := range []struct {
		text, encoding string
		nats           bool
		want           string
	}{
		{"24:24:24:24:24", "", false, "this is an sss string"},
		{"24:24:24:24:24", "naslib", false, "this is an sss string"},
		{"(4, 0, 3, 1, 4, 3)", "", false, "name its encoding, gmnas or naslib"},
		{"(4, 0, 3, 1, 4, 3)", "NASLib", false, `encoding "NASLib": is not known; use one of`},
		{"-1", "", false, "must begin and end with |"},
		{"15625", "", false, "0 to 15624"},
		{"|none~0|", "", true, "no index, which --nats needs"},
		{"7", "naslib", true, "no index, which --nats needs"},
	} {
		_, err := architecture(&nasbench.Table{}, space.NB201, c.text, c.encoding, c.nats)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q %q: %v, want %q", c.text, c.encoding, err, c.want)
		}
	}
}
