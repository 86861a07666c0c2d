package run

import (
	"gmnas/harness/spec"
	"gmnas/results"
)

// Survey is what is recorded of goals before they run.
type Survey struct {
	Recorded []spec.Outcome // each once; failed ones run again and aren't counted
	Left     bool           // there is something to run
}

// Look surveys the goals, and changes nothing.
func Look(store *results.Store, goals []Goal) (Survey, error) {
	lookup := store.Lookup()
	kept := func(key spec.Key) (spec.Outcome, bool) {
		o, ok := lookup(key)
		return o, ok && o.State != spec.Failed
	}
	var s Survey
	seen := map[spec.Key]bool{}
	for _, g := range goals {
		n, err := g.expand(kept)
		if err != nil {
			return s, err
		}
		s.Left = s.Left || len(n.ready) > 0
		for _, stage := range n.stages {
			if o, ok := kept(stage.key); ok && !seen[stage.key] {
				seen[stage.key] = true
				s.Recorded = append(s.Recorded, o)
			}
		}
	}
	return s, store.Err()
}
