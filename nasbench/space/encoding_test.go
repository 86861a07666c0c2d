package space

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestTheSameNumbersInOtherEncodings: case A6. NASLib's own converter gives the first string for these numbers.
func TestTheSameNumbersInOtherEncodings(t *testing.T) {
	const numbers = "(4, 0, 3, 1, 4, 3)"
	for encoding, want := range map[string]string{
		"naslib": "|avg_pool_3x3~0|+|skip_connect~0|none~1|+|nor_conv_1x1~0|avg_pool_3x3~1|nor_conv_1x1~2|",
		"gmnas":  "|avg_pool_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_3x3~2|",
	} {
		for _, text := range []string{numbers, "[4,0,3,1,4,3]", " ( 4,0,3, 1,4,3 )\n"} {
			a, err := ParseEncoded(encoding, text)
			if err != nil || NB201.String(a) != want {
				t.Errorf("%s %q: %s, %v, want %s", encoding, text, NB201.String(a), err, want)
			}
		}
	}
	if _, err := ParseEncoded("", numbers); err == nil || !strings.Contains(err.Error(), "name its encoding, gmnas or naslib") {
		t.Errorf("without an encoding: %v", err)
	}
}

// TestEdgesInAnyOrder: case A4. A dict's order says nothing.
func TestEdgesInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, err := NB201.At(rapid.IntRange(0, NB201.Size()-1).Draw(t, "index"))
		if err != nil {
			t.Fatal(err)
		}
		var entries []string
		for e, o := range a {
			name := NB201.Operations[o]
			if rapid.Bool().Draw(t, "nni's names") {
				name = strings.TrimPrefix(name, "nor_")
			}
			quote := rapid.SampledFrom([]string{"'", `"`}).Draw(t, "quote")
			entries = append(entries, fmt.Sprintf("%s%s%s: %s%s%s", quote, dictKey(e), quote, quote, name, quote))
		}
		text := "{" + strings.Join(rapid.Permutation(entries).Draw(t, "order"), ", ") + "}"
		for _, encoding := range []string{"", "nni"} {
			if got, err := ParseEncoded(encoding, text); err != nil || got != a {
				t.Fatalf("%s: %s, %v, want %s", text, NB201.String(got), err, NB201.String(a))
			}
		}
	})
}

func TestEncodedErrorsNameEdgeAndToken(t *testing.T) {
	const dict = "{'0_1': 'none', '0_2': 'none', '1_2': 'none', '0_3': 'none', '1_3': 'none', '2_3': 'none'}"
	if a, err := ParseEncoded("", dict); err != nil || a != (Architecture{}) {
		t.Fatal(a, err)
	}
	change := func(old, new string) string { return strings.Replace(dict, old, new, 1) }
	for _, c := range []struct{ encoding, text, want string }{
		{"naslib", "(4, 0, 3, 1, 4)", "5 numbers, a cell has 6 edges"},
		{"naslib", "(4, 0, 3, 1, 4, 3, 0)", `where ")" should be`},
		{"naslib", "(4, 0, 5, 1, 4, 3)", `edge 3 (3<-0): operation number "5", must be 0 to 4 (skip_connect,`},
		{"gmnas", "(4, 0, -1, 1, 4, 3)", `edge 2 (2<-1): operation number "-1", must be 0 to 4 (none,`},
		{"gmnas", "(4, 0, 0x1, 1, 4, 3)", `"x1, 1, 4, " where "," should be`},
		{"gmnas", "(4, 0, 99999999999999999999, 1, 4, 3)", `number "99999999999999999999", must be`},
		{"gmnas", "(4, 0, 3, 1, 4, 3]", `where ")" should be`},
		{"gmnas", "(4, 0, 3, 1, 4, 3) or 1", "left over"},
		{"gmnas", "", `it ends where "[" should be`},
		{"nni", change("'0_2': 'none', ", ""), "edge 1 (2<-0) is missing: give '0_2'"},
		{"nni", change("0_2", "0_1"), "edge 0 (1<-0) is there twice"},
		{"nni", change("0_2", "2_0"), `edge "2_0": use 0_1`},
		{"nni", change("'1_3': 'none'", "'1_3': 'conv3x3'"), `edge 4 (3<-1): operation "conv3x3" is not in`},
		{"nni", change("none'", "none"), "is not in nasbench201"},
		{"nni", dict + dict, "left over"},
		{"nni", "{", "it ends where"},
		{"fewshot", "[(('none', 0),), (('none', 0), ('none', 0)), (('none', 0), ('none', 1), ('none', 2))]", "edge 2 (2<-1)"},
		{"naslab", "(4, 0, 3, 1, 4, 3)", `encoding "naslab": is not known; use one of nasbench201, fewshot, nni, gmnas, naslib`},
		{"", strings.Repeat("[", 600), "at most 512"},
	} {
		a, err := ParseEncoded(c.encoding, c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: %v, %v, want an error with %q", c.encoding, c.text, a, err, c.want)
		}
	}
}

// FuzzEncoded: whatever the text, an error or an architecture of the space; and the reading of a string is its own.
func FuzzEncoded(f *testing.F) {
	for _, text := range []string{"(4, 0, 3, 1, 4, 3)", "{'0_1': 'none', \"0_2\": 'conv_1x1'}", "[(('none', 0),),", "[4,0", "{'0_1':", "[((\"none\",0),),((\"none\",0),(\"none\",1)),((\"none\",0),(\"none\",1),(\"none\",2))]", "{,}", "(-1", "|none~0|"} {
		f.Add("", text)
		for _, e := range Encodings() {
			f.Add(e.Name, text)
		}
	}
	f.Fuzz(func(t *testing.T, encoding, text string) {
		a, err := ParseEncoded(encoding, text)
		if err != nil {
			if len(err.Error()) > 4*maxEncoded+1000 {
				t.Errorf("error of %d bytes", len(err.Error()))
			}
			return
		}
		if err := NB201.Check(a); err != nil {
			t.Fatal(err)
		}
		if again, err := ParseEncoded("", NB201.String(a)); err != nil || again != a {
			t.Fatalf("%q: %v, %v", text, again, err)
		}
	})
}
