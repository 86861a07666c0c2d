// Package bench times what users wait for.
package bench

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"gmnas/datasets"
	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// StepOptions describe one supernet step.
type StepOptions struct {
	Space string // of space.ByName
	// Mode is "darts": a weight step of the mixture; "path": of one sampled operation an edge (NAS-Bench-201); "gm": one
	// mini-batch of gradient matching over all candidate edges; "darts2": a second-order alpha step and a weight step.
	Mode     string
	Channels int
	Cells    int // NAS-Bench-201: of each stage; DARTS: in all
	Size     int // image height and width
	Batch    int
	Threads  int
	Steps    int // timed, after one warm-up
	Backend  string
	// Precision of convolutions.
	Precision spec.Precision
}

// StepResult is one line of the step benchmark.
type StepResult struct {
	Gmnas          string  `json:"gmnas"` // backend and version
	Space          string  `json:"space"`
	Mode           string  `json:"mode"`
	Channels       int     `json:"channels"`
	Cells          int     `json:"cells"`
	Size           int     `json:"size"`
	Batch          int     `json:"batch"`
	Threads        int     `json:"threads"`
	Precision      string  `json:"precision"`
	Steps          int     `json:"steps"`
	SecondsMin     float64 `json:"s_min"`
	SecondsMedian  float64 `json:"s_median"`
	ImagesPerS     float64 `json:"images_per_s"`
	GFLOPs         float64 `json:"gflop_per_s"`      // of convolutions and classifier, over the median step
	PeakGFLOPs     float64 `json:"peak_gflop_per_s"` // measured: a 3x3 convolution of 64 channels, all threads
	ShareOfPeak    float64 `json:"share_of_peak"`
	AllocsPerStep  float64 `json:"allocs_per_step"`
	InstructionSet string  `json:"instruction_set"`
}

// maxValues bounds an activation of the first stage, of which a step holds dozens; the paper's has 1,048,576.
const maxValues = 1 << 26

// Step times weight steps (or gradient-matching mini-batches) on random images, on a locked thread.
func Step(o StepOptions) (StepResult, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if o.Steps < 1 || o.Batch < 2 || o.Size < 4 || o.Channels < 1 || o.Cells < 1 {
		return StepResult{}, fmt.Errorf("timing steps: steps %d, batch %d, size %d, channels %d, cells %d: all must be positive, batch 2 or more and size a multiple of 4",
			o.Steps, o.Batch, o.Size, o.Channels, o.Cells)
	}
	if values := float64(o.Batch) * float64(o.Size) * float64(o.Size) * float64(o.Channels); values > maxValues {
		return StepResult{}, fmt.Errorf("timing steps: batch %d, size %d, channels %d: %.3g numbers in one activation, at most %d; give a smaller batch, size or channels",
			o.Batch, o.Size, o.Channels, values, maxValues)
	}
	b, err := engine.OpenBackend(o.Backend, o.Threads)
	if err != nil {
		return StepResult{}, err
	}
	s, err := searcher(b, o)
	if err != nil {
		return StepResult{}, fmt.Errorf("timing steps: %w", err)
	}
	defer s.Close()
	step := s.TimedStep
	switch o.Mode {
	case "gm":
		if step, err = s.TimedMatching(); err != nil {
			return StepResult{}, err
		}
	case "darts2":
		step = s.TimedSearchStep
	}
	if err := step(); err != nil {
		return StepResult{}, err
	}
	before := s.Cost()
	var m0, m1 runtime.MemStats
	runtime.ReadMemStats(&m0)
	times := make([]float64, o.Steps)
	for i := range times {
		start := time.Now()
		if err := step(); err != nil {
			return StepResult{}, err
		}
		times[i] = time.Since(start).Seconds()
	}
	runtime.ReadMemStats(&m1)
	flops := (s.Cost().FLOPs - before.FLOPs) / float64(o.Steps)
	slices.Sort(times)
	median := times[len(times)/2]
	peak, err := convolutionPeak(b)
	if err != nil {
		return StepResult{}, err
	}
	r := StepResult{Gmnas: b.Name() + " " + b.Version(), Space: o.Space, Mode: o.Mode, Channels: o.Channels, Cells: o.Cells, Size: o.Size, Batch: o.Batch,
		Threads: o.Threads, Precision: o.Precision.String(), Steps: o.Steps, SecondsMin: times[0], SecondsMedian: median, ImagesPerS: float64(o.Batch) / median,
		GFLOPs: flops / median / 1e9, PeakGFLOPs: peak, AllocsPerStep: float64(m1.Mallocs-m0.Mallocs) / float64(o.Steps), InstructionSet: b.InstructionSet()}
	r.ShareOfPeak = r.GFLOPs / r.PeakGFLOPs
	return r, nil
}

// searcher opens a supernet over random images.
func searcher(b kernel.Backend, o StepOptions) (*search.Searcher, error) {
	s, err := space.ByName(o.Space)
	if err != nil {
		return nil, err
	}
	setup := setupOf(s)
	setup.Net, setup.Batch, setup.Precision = spec.Net{Channels: o.Channels, Cells: o.Cells}, o.Batch, o.Precision
	setup.Method = spec.Method{Name: spec.DARTS, Order: 1}
	purpose := search.TrainWeights
	switch o.Mode {
	case "darts":
	case "darts2":
		purpose, setup.Method.Order = search.TrainBoth, 2
	case "gm":
		purpose = search.Match
	case "path":
		setup.Method = spec.Method{Name: spec.RSPS}
	default:
		return nil, fmt.Errorf("mode %q: use darts, path, gm or darts2", o.Mode)
	}
	rng := search.Stream("bench", "images")
	set := &datasets.Set{Name: "cifar10", Classes: 10, Height: o.Size, Width: o.Size, Channels: 3,
		Pixels: make([]uint8, 2*o.Batch*o.Size*o.Size*3), Labels: make([]uint8, 2*o.Batch)}
	for i := range set.Pixels {
		set.Pixels[i] = uint8(rng.Uint32())
	}
	for i := range set.Labels {
		set.Labels[i] = uint8(rng.IntN(10))
	}
	return search.New(setup, search.Options{Backend: b, Mask: space.Full(s), Images: set, Key: "bench", For: purpose})
}

// setupOf is the optimizers of the paper's searches in the space (spec.md sections 2 and 5.2).
func setupOf(s space.Space) spec.Setup {
	setup := spec.Setup{Space: s.Name, Weights: spec.Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, Nesterov: true, WeightDecay: 5e-4, Clip: 5},
		Alpha: spec.Alpha{InitStd: 1e-3, LR: 3e-4, Beta1: 0.5, Beta2: 0.999, WeightDecay: 1e-3}}
	if s.Genotypes() {
		setup.Weights.Nesterov, setup.Weights.WeightDecay = false, 3e-4
		setup.Alpha.InitMean, setup.Alpha.InitStd = 1e-3, 0
	}
	return setup
}
