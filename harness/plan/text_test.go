package plan

import (
	"strings"
	"testing"

	"gmnas/harness/spec"
)

func TestTextGolden(t *testing.T) {
	begun := store{}
	simulate(t, oneShot(spec.DARTS, 50), 0, begun, oracle)
	simulate(t, gmDARTS(), 0, begun, func(t testing.TB, s spec.Stage) spec.Outcome {
		o := oracle(t, s)
		if s.Kind == spec.KindSplit && s.Split.Node == "1" {
			o.State, o.Error = spec.Diverged, "gradient is NaN"
		}
		return o
	})
	for name, c := range map[string]struct {
		store store
		flops float64
	}{"plan-nothing-recorded": {store{}, 1.2e11}, "plan-begun": {begun, 0}} {
		got, err := Text(small(), spec.Paper, c.store.lookup, c.flops)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, got)
	}
	if _, err := Text(small(), spec.Smoke, store{}.lookup, 0); err == nil || !strings.Contains(err.Error(), `no profile "smoke"`) {
		t.Errorf("missing profile: got %v", err)
	}
}

// TestSharingIsCountedOnce: the l2 row shares only the root's warm-up with the cosine row, whatever the splits are.
func TestSharingIsCountedOnce(t *testing.T) {
	e := small()
	e.Rows = e.Rows[3:5]
	e.Seeds = []int64{0}
	p := planned{lookup: store{}.lookup, seen: map[string]bool{}}
	for _, r := range e.Rows {
		if err := p.row(r, r.Runs[spec.Paper], e.Seeds); err != nil {
			t.Fatal(err)
		}
	}
	if p.reused != 1 || len(p.items) != 2*(3+3+4+4+4)-1 {
		t.Errorf("%d stages shared, %d in all; want 1 and 35", p.reused, len(p.items))
	}
}

// TestForecastMatchesTheRun: the work doesn't depend on how a DARTS supernet is split.
func TestForecastMatchesTheRun(t *testing.T) {
	sum := func(items []item) (flops float64, epochs int) {
		for _, i := range items {
			flops += i.cost.FLOPs
			epochs += i.train
		}
		return flops, epochs
	}
	before, leaves, err := forecast(gmDARTS(), 5, store{}.lookup)
	if err != nil {
		t.Fatal(err)
	}
	ran := store{}
	simulate(t, gmDARTS(), 5, ran, oracle)
	after, _, err := forecast(gmDARTS(), 5, ran.lookup)
	if err != nil {
		t.Fatal(err)
	}
	a, epochs := sum(before)
	b, same := sum(after)
	if len(before) != len(after) || epochs != same || leaves != 4 || a < b*0.999 || a > b*1.001 {
		t.Errorf("forecast %d stages, %d epochs, %v FLOPs; it took %d, %d, %v", len(before), epochs, a, len(after), same, b)
	}
	for _, i := range after {
		if i.state != recorded {
			t.Errorf("%s is %s after the run", i.kind, i.state)
		}
	}
}

func TestNumbersForPeople(t *testing.T) {
	for x, want := range map[float64]string{0: "0 FLOP", 999: "999 FLOP", 2.5e9: "2.5 GFLOP", 2.42e16: "24.2 PFLOP"} {
		if got := flop(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
	for x, want := range map[float64]string{0.2: "a second", 59.6: "1m0s", 3725: "1h2m", 200_000: "2.3 days"} {
		if got := duration(x); got != want {
			t.Errorf("%v s: %s, want %s", x, got, want)
		}
	}
}
