package results

import (
	"testing"

	"gmnas/harness/spec"
)

// many fills a store with outcomes that carry a curve of 30 epochs, as the paper profile's do.
func many(b *testing.B, n int) (*Store, []spec.Key) {
	b.Helper()
	s := newStore(b)
	if _, err := s.db.Exec("PRAGMA synchronous = OFF"); err != nil {
		b.Fatal(err)
	}
	var keys []spec.Key
	for seed := range int64(n) {
		stage := trainStage(seed)
		must(b, s.Record(stage, long(stage)))
		keys = append(keys, stage.Key())
	}
	return s, keys
}

func long(stage spec.Stage) spec.Outcome {
	o := trained(stage, 1)
	o.Cost.GradientEvaluations = 10_000
	for e := range 27 {
		o.Train.Curve = append(o.Train.Curve, spec.EpochPoint{Epoch: e, LR: 0.1 / 3, TrainLoss: 1 / float64(e+3), TrainAcc: 100. / float64(e+3),
			ValidLoss: 2 / float64(e+3), ValidAcc: 200. / float64(e+3), Seconds: 1.25, Genotype: "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|"})
	}
	return o
}

func BenchmarkRecord(b *testing.B) {
	s := newStore(b)
	for seed := int64(0); b.Loop(); seed++ {
		stage := trainStage(seed)
		must(b, s.Record(stage, long(stage)))
	}
}

func BenchmarkLookup30000(b *testing.B) {
	s, keys := many(b, 30_000)
	b.ReportAllocs()
	for b.Loop() {
		clear(s.cache)
		lookup := s.Lookup()
		for _, key := range keys {
			if _, ok := lookup(key); !ok {
				b.Fatal("not found")
			}
		}
	}
}

func BenchmarkCounts30000(b *testing.B) {
	s, _ := many(b, 30_000)
	for b.Loop() {
		if counts, err := s.Counts(); err != nil || counts[0].N != 30_000 {
			b.Fatal(counts, err)
		}
	}
}
