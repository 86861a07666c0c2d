package retrain

import (
	"math"
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
	"gmnas/nasbench/space"
)

// goldenNetwork is a network of the golden files and what it computes.
type goldenNetwork struct {
	Name          string `json:"released_name"`
	Normal        tuples
	Reduce        tuples
	Params        map[string]golden.Tensor
	BuffersBefore map[string]golden.Tensor `json:"buffers_before"`
	LogitsTrain   golden.Tensor            `json:"logits_train"`
	LossTrain     float64                  `json:"loss_train"`
	LogitsEval    golden.Tensor            `json:"logits_eval_before_update"`
	Grad          map[string]golden.Tensor
	SumOfSquares  float64 `json:"grad_sum_of_squares"`
}

// tuples are a cell as the golden files list it.
type tuples [][2]any

func (list tuples) cell(t testing.TB) (c space.GenotypeCell) {
	t.Helper()
	for i, pair := range list {
		o, err := space.DARTS.Operation(pair[0].(string))
		if err != nil {
			t.Fatal(err)
		}
		c[i/2][i%2] = space.Gene{Operation: o, From: int(pair[1].(float64))}
	}
	return c
}

func open(t testing.TB, b kernel.Backend, g space.Genotype, r space.Retraining, o options) *net {
	t.Helper()
	m, err := newModel(b, g, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	n, err := newNet(m, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.close)
	return n
}

// load fills the model with golden tensors, all of which must have their place.
func load(t testing.TB, m *model, params, stats map[string]golden.Tensor) {
	t.Helper()
	if len(params) != len(m.Layout.Params) || len(stats) != len(m.Layout.Stats) {
		t.Fatalf("%d weights and %d statistics, golden are %d and %d", len(m.Layout.Params), len(m.Layout.Stats), len(params), len(stats))
	}
	for _, x := range m.Layout.Params {
		w, ok := params[x.Name]
		if !ok {
			t.Fatalf("no golden value for %s", x.Name)
		}
		m.Backend.Upload(x.Of(m.Weights), w.ChannelsLast())
	}
	for _, x := range m.Layout.Stats {
		w, ok := stats[x.Name]
		if !ok {
			t.Fatalf("no golden value for %s", x.Name)
		}
		m.Backend.Upload(x.Of(m.Stats), w.Floats())
	}
}

func get(b kernel.Backend, m kernel.Mem) []float32 {
	v := make([]float32, m.Len)
	b.Download(v, m)
	return v
}

func run(t testing.TB, p program) {
	t.Helper()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
}

// TestNetwork: two released genotypes' networks compute what the authors' do, in training and evaluation (golden G9).
func TestNetwork(t *testing.T) {
	var file struct {
		golden.Batch
		Networks []goldenNetwork
	}
	golden.Read(t, "testdata/g9_darts_retrain.json.gz", &file)
	shape := space.Retraining{Skeleton: space.Skeleton{Channels: 4, Cells: 5, ImageSize: 16, ImageChannels: 3, Classes: 10}}
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for _, c := range file.Networks {
			t.Run(c.Name, func(t *testing.T) {
				n := open(t, b, space.Genotype{Normal: c.Normal.cell(t), Reduction: c.Reduce.cell(t)}, shape, options{batch: 2, train: true, evaluate: true})
				load(t, n.m, c.Params, c.BuffersBefore)
				n.set(file.Input.ChannelsLast(), golden.Labels(file.Target))
				run(t, n.evaluate)
				golden.Near(t, "evaluation logits", get(b, n.evaluate.logits), c.LogitsEval.Floats(), 3e-5, 0)
				run(t, n.train)
				golden.Near(t, "logits", get(b, n.train.logits), c.LogitsTrain.Floats(), 3e-5, 0)
				golden.Near(t, "loss", get(b, n.train.loss), []float32{float32(c.LossTrain)}, 3e-5, 0)
				checkGradients(t, n.m, c.Grad, c.SumOfSquares)
			})
		}
	})
}

func checkGradients(t *testing.T, m *model, want map[string]golden.Tensor, sumOfSquares float64) {
	t.Helper()
	for name, g := range want {
		golden.Near(t, "gradient of "+name, get(m.Backend, m.Layout.Param(name).Of(m.Gradients)), g.ChannelsLast(), 3e-5, 3e-8)
	}
	if got := m.Backend.Inner(m.Gradients, m.Gradients); math.Abs(got-sumOfSquares) > 6e-5*sumOfSquares {
		t.Errorf("gradients' sum of squares is %g, want %g", got, sumOfSquares)
	}
}
