package plan

import (
	"strings"
	"testing"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// inDARTS is spec.md section 5.2's run with so many splits.
func inDARTS(method string, splits int) spec.Run {
	r := gm(method, 2, 15)
	r.Space, r.Evaluate = space.DARTS.Name, spec.Evaluate{}
	r.Net.Cells, r.Batch = 8, 64
	level := r.Levels[0]
	level.Enable = spec.EnableSoft
	r.Levels = nil
	for range splits {
		r.Levels = append(r.Levels, level)
	}
	return r
}

// TestGenotypesAreSplit: the paper's search in the DARTS space takes 134 epochs for 8 leaves, whose masks are split on
// three edges of the normal cell, and derives a genotype from each.
func TestGenotypesAreSplit(t *testing.T) {
	for _, method := range []string{spec.DARTS, spec.SNAS} {
		run := inDARTS(method, 3)
		tree := simulate(t, run, 0, store{}, oracle)
		if got := supernetEpochs(tree); got != 134 || len(tree.Leaves) != 8 || !tree.Complete {
			t.Errorf("%s: %d epochs, %d leaves, complete %v; want 134, 8, true", method, got, len(tree.Leaves), tree.Complete)
		}
		for _, l := range tree.Leaves {
			m, err := space.DARTS.ParseMask(l.Mask)
			if err != nil {
				t.Fatal(err)
			}
			if unsplit := m.Unsplit(space.DARTS); len(unsplit) != 11 {
				t.Errorf("leaf %s has unsplit edges %v of mask %s", l.Path, unsplit, m)
			}
			for e := space.DARTS.CellEdges(); e < space.DARTS.Edges(); e++ {
				if m.Count(e) != len(space.DARTS.Operations) {
					t.Errorf("leaf %s is split on %s", l.Path, space.DARTS.EdgeName(e))
				}
			}
		}
	}
}

// TestGenotypesOfOtherLeavesAreRefused: a recorded genotype that the leaf's mask doesn't allow, or that is none.
func TestGenotypesOfOtherLeavesAreRefused(t *testing.T) {
	run := inDARTS(spec.DARTS, 0)
	run.Restart = spec.RestartNone
	for text, want := range map[string]string{
		"|none~0|+|none~0|none~1|+|none~0|none~1|none~2|": "where \"Genotype\" should be",
		"Genotype()": "genotype, at byte",
	} {
		tree := simulate(t, run, 0, store{}, func(t testing.TB, s spec.Stage) spec.Outcome {
			o := oracle(t, s)
			if o.Derive != nil {
				o.Derive.Architecture = text
			}
			return o
		})
		if tree.Complete || len(tree.Blocked) != 1 || !strings.Contains(tree.Blocked[0].Reason, want) {
			t.Errorf("%s: complete %v, blocked %+v", text, tree.Complete, tree.Blocked)
		}
	}
	full := space.Full(space.DARTS)
	text := space.DARTS.Discretize(full, make([]float64, 196)) // pools only
	if got, err := derived(space.DARTS, full, &spec.Derived{Architecture: strings.ReplaceAll(text, " ", "")}); err != nil || got != text {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := derived(space.DARTS, full.With(0, []int{3}), &spec.Derived{Architecture: text}); err == nil || !strings.Contains(err.Error(), "edge 0 (2<-0)") {
		t.Errorf("a genotype of another leaf: %v", err)
	}
}

// TestRefusedInDARTS: what only NAS-Bench-201 has.
func TestRefusedInDARTS(t *testing.T) {
	sampled := inDARTS(spec.RSPS, 0)
	sampled.Restart = spec.RestartNone
	for _, c := range []struct {
		base   spec.Run
		change func(*spec.Run)
		want   string
	}{
		{sampled, func(*spec.Run) {}, `Method.Name "rsps": samples single paths, which darts has not; use darts or snas`},
		{inDARTS(spec.DARTS, 3), func(r *spec.Run) { r.Evaluate.By = spec.ByTable }, "the space is darts, whose architectures no table has; they are retrained"},
		{inDARTS(spec.DARTS, 3), func(r *spec.Run) { r.Evaluate = byTraining() }, "no table has; they are retrained"},
		{inDARTS(spec.DARTS, 15), func(r *spec.Run) {}, "Levels 15 of them: an edge is split once, and a cell has 14 edges"},
		{inDARTS(spec.DARTS, 3), func(r *spec.Run) { r.Levels[0].Groups = 8 }, "Levels[0].Groups 8: must be 2 to 7"},
	} {
		run := c.base
		c.change(&run)
		if err := ValidateRun(run); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v\nwant one problem with %q", err, c.want)
		}
	}
	for name, change := range map[string]func(*spec.Run){
		"Rank":  func(r *spec.Run) { r.Rank.Images = spec.RankOnTest },
		"Pairs": func(r *spec.Run) { r.Pairs = 50 },
	} {
		run := sampled
		change(&run)
		if err := ValidateRun(run); err == nil || !strings.Contains(err.Error(), "\n"+name+" ") && !strings.HasPrefix(err.Error(), name+" ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
