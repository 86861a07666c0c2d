package bench

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"gmnas/nasbench"
	"gmnas/nasbench/space"
)

// OracleResult is the line of the table benchmark.
type OracleResult struct {
	OpenMedianMS   float64 `json:"open_median_ms"` // of nasbench.Find: the joined table's file, or the join of its sources
	HeldMB         float64 `json:"held_mb"`        // memory that an open table keeps
	LookupsPerS    float64 `json:"lookups_per_s"`
	LookupNS       float64 `json:"lookup_ns"`
	LookupAllocs   float64 `json:"lookup_allocs"`
	Architectures  int     `json:"architectures"`
	TableSHA256    string  `json:"table_sha256"`
	LookupsCounted int     `json:"lookups"`
}

// Oracle times opening the table of a data folder and looking all architectures up in it.
func Oracle(folder string) (OracleResult, error) {
	const opens = 7
	var times []float64
	var table *nasbench.Table
	var m0, m1 runtime.MemStats
	for range opens {
		table = nil
		runtime.GC()
		runtime.ReadMemStats(&m0)
		start := time.Now()
		var err error
		if table, err = nasbench.Find(folder); err != nil {
			return OracleResult{}, fmt.Errorf("timing the table: %w", err)
		}
		times = append(times, float64(time.Since(start).Microseconds())/1000)
		runtime.GC()
		runtime.ReadMemStats(&m1)
	}
	slices.Sort(times)
	r := OracleResult{OpenMedianMS: times[len(times)/2], HeldMB: (float64(m1.HeapAlloc) - float64(m0.HeapAlloc)) / (1 << 20),
		Architectures: space.NB201.Size(), TableSHA256: table.Hash()}
	architectures := make([]space.Architecture, space.NB201.Size())
	for i := range architectures {
		a, err := space.NB201.At(i * 7919 % len(architectures)) // out of order, as searches ask
		if err != nil {
			return OracleResult{}, err
		}
		architectures[i] = a
	}
	runtime.ReadMemStats(&m0)
	start, sum := time.Now(), 0.0
	for range 20 {
		for _, a := range architectures {
			v, err := table.Accuracy(nasbench.Query{Space: space.NB201, Architecture: a, Dataset: nasbench.CIFAR10, Split: nasbench.Test, Epochs: 200})
			if err != nil {
				return OracleResult{}, err
			}
			sum += v.Accuracy
			r.LookupsCounted++
		}
	}
	seconds := time.Since(start).Seconds()
	runtime.ReadMemStats(&m1)
	if sum <= 0 {
		return OracleResult{}, fmt.Errorf("timing the table: all accuracies are 0")
	}
	r.LookupsPerS, r.LookupNS = float64(r.LookupsCounted)/seconds, seconds*1e9/float64(r.LookupsCounted)
	r.LookupAllocs = float64(m1.Mallocs-m0.Mallocs) / float64(r.LookupsCounted)
	return r, nil
}
