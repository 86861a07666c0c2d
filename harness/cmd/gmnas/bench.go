package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gmnas/harness/bench"
	"gmnas/harness/execute"
	"gmnas/harness/run"
	"gmnas/nasbench/space"
)

var benchmarks = []string{"step", "oracle", "report", "compare"}

func benchCommand() command {
	f := newFlags("bench")
	searched := &oneOf{space.NB201.Name, space.Names()}
	f.Var(searched, "space", "step: search space; compare: this one's steps alone, where it is given")
	mode := &oneOf{"darts", []string{"darts", "path", "gm", "darts2"}}
	f.Var(mode, "mode", "step: what it is of; darts2 is of second order")
	channels := f.Int("channels", 16, "step: C, channels of the first stage")
	cells := f.Int("cells", 5, "step: N, cells of each stage; in the DARTS space all cells")
	size := f.Int("size", 32, "step: image height and width")
	batch := f.Int("batch", 64, "step: images of a batch")
	threads := f.Int("threads", 1, "step: threads")
	steps := f.Int("steps", 5, "step: timed steps, after one that isn't")
	precision := precisionFlag(f)
	backend := backendFlag(f)
	data := dataFlag(f)
	rounds := f.Int("rounds", 3, "compare: how often ours and the peer take turns")
	outcomes := f.Int("outcomes", 30000, "report: `N` recorded outcomes")
	out := pathFlag(f, "out", defaultOut, "compare: `folder` of bench.md")
	return command{
		name: "bench", args: strings.Join(benchmarks, "|"), choices: firstOf(func() []string { return benchmarks }), short: "time what users wait for; one JSON line each", flags: f,
		long: "step: a weight step of a supernet. oracle: opening the table and looking it up. report: rendering from\n" +
			"a large store. compare: steps against PyTorch, in turn, as a table (needs python3-torch; without it ours alone).",
		example: "gmnas bench step --mode path --cells 1 --size 16\ngmnas bench step --space darts --cells 8\ngmnas bench compare --rounds 5",
		do: func(ctx context.Context, c call) error {
			if len(c.args) != 1 {
				return fmt.Errorf("%d arguments; give one of %s", len(c.args), strings.Join(benchmarks, ", "))
			}
			if err := checkBackend(*backend); err != nil {
				return err
			}
			switch c.args[0] {
			case "step":
				if *threads < 1 || *threads > run.Cores() {
					return fmt.Errorf("--threads %d: must be 1 to the %d cores", *threads, run.Cores())
				}
				r, err := bench.Step(bench.StepOptions{Space: searched.value, Mode: mode.value, Channels: *channels, Cells: *cells, Size: *size, Batch: *batch,
					Threads: *threads, Steps: *steps, Backend: *backend, Precision: precision.of()})
				return printLine(c, r, err)
			case "oracle":
				r, err := bench.Oracle(*data)
				return printLine(c, r, err)
			case "report":
				r, err := benchReport(*outcomes)
				return printLine(c, r, err)
			case "compare":
				cases := bench.Cases(*backend)
				if f.Changed("space") {
					cases = slices.DeleteFunc(cases, func(k bench.Case) bool { return k.Space != searched.value })
				}
				return compare(ctx, c, cases, *rounds, *out)
			}
			return fmt.Errorf("benchmark %q: there is none; %s", short(c.args[0]), instead(c.args[0], benchmarks))
		},
	}
}

func printLine(c call, v any, err error) error {
	if err != nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s\n", b)
	return err
}

// compare times all cases and writes bench.md.
func compare(ctx context.Context, c call, cases []bench.Case, rounds int, out string) error {
	if rounds < 1 {
		return fmt.Errorf("--rounds %d: at least 1", rounds)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	peer, err := bench.OpenPeer(ctx)
	switch {
	case errors.Is(err, bench.ErrNoPeer):
		fmt.Fprintln(c.err, "PyTorch is not here (apt-get install python3-torch): ours alone is timed.")
	case err != nil:
		return err
	default:
		defer peer.Close()
	}
	var pairs []bench.Pairing
	for _, k := range cases {
		fmt.Fprintf(c.err, "%s %s C=%d N=%d %dx%d:", k.Space, k.Mode, k.Channels, k.Cells, k.Size, k.Size)
		p, err := bench.Compare(ctx, program, k, peer, rounds, func(who string, seconds float64) { fmt.Fprintf(c.err, " %s %.4f s", who, seconds) })
		fmt.Fprintln(c.err)
		if err != nil {
			return err
		}
		pairs = append(pairs, p)
	}
	if err := bench.WriteTable(c.out, execute.Host(), build().ShortCommit(), rounds, pairs); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(out, "bench.md"))
	if err != nil {
		return err
	}
	defer f.Close()
	return bench.WriteTable(f, execute.Host(), build().ShortCommit(), rounds, pairs)
}
