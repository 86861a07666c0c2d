package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report/table"
)

// FuzzCommandLine: whatever words follow the program's name, they are parsed or refused in one readable message.
func FuzzCommandLine(f *testing.F) {
	for _, c := range commands() {
		for line := range strings.Lines(c.example) {
			f.Add(strings.TrimPrefix(strings.TrimSpace(line), "gmnas "))
		}
	}
	for _, line := range []string{"", "run", "run table3 --seeds", "run --only", "rnu", "run -x", "run --=", "run ---", "run -- --seeds", "plan --profile=", "help", "run --workers=99999999999999999999",
		"run --stage-timeout -1s", "query -1", "bench step --steps=1e9", "rank --name a --name b x y", "\xff", "run --\xff", "report --format \x1b[31m"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Fields(line)
		if len(words) == 0 {
			return
		}
		c, err := find(words[0])
		if err == nil {
			c.flags.Usage = func() {}
			err = c.parse(words[1:])
		}
		if err == nil || errors.Is(err, pflag.ErrHelp) {
			return
		}
		if text := err.Error(); len(text) > 3000 || strings.ContainsAny(text, "\n\x1b\x00") {
			t.Fatalf("%q is refused with %q", line, text)
		}
	})
}

// FuzzExperiments: labels that are no declared experiment's are refused, quoted and cut, and none becomes another thing.
func FuzzExperiments(f *testing.F) {
	for _, text := range []string{"table3", "table3,table3", "../../etc/x", "a|b", "=cmd()", "<script>", strings.Repeat("x", 300), "", "Table3", "table3\n", "\x1b[31m"} {
		f.Add(text)
	}
	labels := experimentLabels()
	f.Fuzz(func(t *testing.T, text string) {
		list, err := findExperiments(strings.Split(text, ","))
		if err != nil {
			if len(err.Error()) > 2000 || strings.ContainsAny(err.Error(), "\n\x1b\x00") {
				t.Fatalf("%q is refused with %q", text, err)
			}
			return
		}
		for _, e := range list {
			if !slices.Contains(labels, e.Label) || !strings.Contains(text, e.Label) {
				t.Fatalf("%q is %q", text, e.Label)
			}
		}
	})
}

// FuzzExplain: whatever an outcome in a database says, it is printed as plain text.
func FuzzExplain(f *testing.F) {
	for _, body := range []string{
		`{"State":"failed","Error":"\u001b[31mred\u009b","Provenance":{"Build":{"Commit":"\u0007+dirty","Modules":["\u001b[2J"]},"Machine":{"Host":"a\r\nb","Threads":-1}}}`,
		`{"State":"done","Train":{"Curve":[{"Epoch":1,"LR":1e308,"Genotype":"|x~0|"},{}]},"Cost":{"FLOPs":-1e308}}`,
		`{"State":"done","Derive":{"Architecture":"\u001b[2J","Tried":[{}]}}`,
		`{"State":"done","Evaluate":{"Accuracy":{"cifar10/test":-1}}}`,
		`{"State":"done","Null":{"Picks":{"table-valid":{"cifar10/test":{}}}}}`,
		`{"State":"done","Rank":{"Architectures":[{"Index":-1},{"Accuracy":1e308}]}}`,
		`{"State":"done","Pair":{"Probes":[{"Edge":-1}],"Similar":{"Operation":99}}}`,
		`{"State":"done","Split":{"Edge":3,"Groups":[[-1,99],[]],"Candidates":[{"Edge":-7,"Operations":[0],"Groups":[[5]],"Distance":[[0,1],[2]],"ZeroNorm":[-1]}]}}`,
	} {
		f.Add([]byte(body))
	}
	columns := []table.Column{{ID: "cifar10/test"}}
	f.Fuzz(func(t *testing.T, body []byte) {
		var o spec.Outcome
		if json.Unmarshal(body, &o) != nil {
			return
		}
		var out bytes.Buffer
		x := explainer{call: call{out: harmless{&out}}, table: table.Table{Columns: columns}, origins: &origins{}}
		x.outcome("  ", o)
		x.origins.write(x.out, true)
		if o.Split != nil && o.Split.Edge >= 0 && o.Split.Edge < space.NB201.Edges() { // others are refused by the plan
			x.split(space.NB201, *o.Split)
		}
		if out.Len() == 0 || strings.IndexFunc(out.String(), control) >= 0 {
			t.Fatalf("%q", out.String())
		}
	})
}
