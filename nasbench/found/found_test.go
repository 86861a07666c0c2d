package found

import (
	"fmt"
	"strings"
	"testing"

	"gmnas/nasbench/space"
)

const arch = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|"

// show spells what was read.
func show(seeds []Seed) string {
	var parts []string
	for _, s := range seeds {
		var list []string
		for _, a := range s.Architectures {
			list = append(list, space.NB201.String(a))
		}
		parts = append(parts, fmt.Sprintf("%d: %s", s.Seed, strings.Join(list, " ")))
	}
	return strings.Join(parts, "; ")
}

// TestRead: lines and JSON, in each kind of encoding, say the same. Line ends, marks and spaces around are no matter (A12).
func TestRead(t *testing.T) {
	const other = "|avg_pool_3x3~0|+|skip_connect~0|none~1|+|nor_conv_1x1~0|avg_pool_3x3~1|nor_conv_1x1~2|" // (4, 0, 3, 1, 4, 3) in naslib
	const dict = `{"0_1": "avg_pool_3x3", "0_2": "skip_connect", "0_3": "conv_1x1", "1_2": "none", "1_3": "avg_pool_3x3", "2_3": "conv_1x1"}`
	for _, c := range []struct{ encoding, text, want string }{
		{"", "0 " + arch + "\n1," + other, "0: " + arch + "; 1: " + other},
		{"", "\ufeff# mine\r\n\r\n7,\"" + arch + "\"\r\n7\t" + other + " \u00a0\r\n", "7: " + arch + " " + other},
		{"naslib", "3, (4, 0, 3, 1, 4, 3)", "3: " + other},
		{"naslib", `{"3": [4, 0, 3, 1, 4, 3], "0": [[4,0,3,1,4,3], "(4, 0, 3, 1, 4, 3)"]}`, "3: " + other + "; 0: " + other + " " + other},
		{"nni", "5 " + dict, "5: " + other},
		{"nni", `{"5": ` + dict + `}`, "5: " + other},
		{"", `{"5": [` + dict + `, "` + arch + `"]}`, "5: " + other + " " + arch},
		{"fewshot", "1 [(('avg_pool_3x3', 0),), (('skip_connect', 0), ('none', 1)), (('nor_conv_1x1', 0), ('avg_pool_3x3', 1), ('nor_conv_1x1', 2))]", "1: " + other},
	} {
		got, err := Read(strings.NewReader(c.text), c.encoding)
		if err != nil || show(got) != c.want {
			t.Errorf("%s %q: %s, %v, want %s", c.encoding, c.text, show(got), err, c.want)
		}
	}
}

func TestErrorsNameLineAndToken(t *testing.T) {
	for _, c := range []struct{ encoding, text, want string }{
		{"", "", "there is none; write lines"},
		{"", "# nothing\n", "there is none"},
		{"", "{}", "there is none"},
		{"", arch, `line 1: "|nor_conv_3x3~0|`},
		{"", "-1 " + arch, `line 1: seed "-1"`},
		{"", "0x1 " + arch, `seed "0x1"`},
		{"", "99999999999 " + arch, "from 0 to 1000000000"},
		{"", "0 " + strings.Replace(arch, "nor_conv_3x3~0", "conv3x3~0", 1), `line 1: architecture string`},
		{"", "0 " + arch + "\n1 (4, 0, 3, 1, 4, 3)", "line 2: architecture \"(4, 0, 3, 1, 4, 3)\": the same numbers"},
		{"naslib", "0 " + arch, "line 1"},
		{"", `{"0": "` + arch + `", "0": "` + arch + `"}`, `seed "0" is there twice`},
		{"", `{"0": []}`, `seed "0"`},
		{"", `{"0": [null]}`, `seed "0", entry 1`},
		{"", `{"0": 5}`, `seed "0"`},
		{"", `{"0": "` + arch + `"} x`, "behind the closing brace"},
		{"", `{"0": `, `seed "0": EOF`},
		{"", strings.Repeat("0 "+arch+"\n", 65), "line 65: more than 64 architectures of seed 0"},
		{"", strings.Repeat("#\n", maxBytes), "more than 4 MiB"},
	} {
		got, err := Read(strings.NewReader(c.text), c.encoding)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80q: %s, %v, want %q", c.text, show(got), err, c.want)
		}
	}
}

// FuzzRead: an error, or bounded seeds with architectures of the space that read back as themselves.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"0 " + arch, "0,(4, 0, 3, 1, 4, 3)", `{"3": [4, 0, 3, 1, 4, 3], "0": [[4,0,3,1,4,3], "(4, 0, 3, 1, 4, 3)"]}`, `{"0": {"0_1": "none"}}`, "1 \"\"", `{"0": [[]]}`, "\ufeff0\t"} {
		for _, encoding := range []string{"", "naslib", "nni"} {
			f.Add(encoding, text)
		}
	}
	f.Fuzz(func(t *testing.T, encoding, text string) {
		seeds, err := Read(strings.NewReader(text), encoding)
		if err != nil {
			if len(err.Error()) > 8000 {
				t.Fatalf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		var lines strings.Builder
		for _, s := range seeds {
			for _, a := range s.Architectures {
				fmt.Fprintf(&lines, "%d %s\n", s.Seed, space.NB201.String(a))
			}
		}
		again, err := Read(strings.NewReader(lines.String()), "")
		if err != nil || len(seeds) == 0 || show(again) != show(seeds) {
			t.Fatalf("%q: %s, then %s, %v", text, show(seeds), show(again), err)
		}
	})
}
