package nasbench

import (
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gmnas/nasbench/space"
)

// publicTable returns the table joined from the public files, once for all tests, or skips.
func publicTable(t testing.TB) *Table {
	t.Helper()
	table, err := joined()
	if err != nil {
		t.Fatal(err)
	}
	if table == nil {
		t.Skip("GMNAS_DATA is not set: no NAS-Bench-201 files to test on")
	}
	return table
}

// joined is nil without GMNAS_DATA.
var joined = sync.OnceValues(func() (*Table, error) {
	dir := os.Getenv("GMNAS_DATA")
	if dir == "" {
		return nil, nil
	}
	return Import(filepath.Join(dir, Folder))
})

// madeUp returns a table of made-up numbers: row r is architecture 15624 - r, with 1 + r%3 seeds; validation is
// better than test; everything of row 7 is missing.
func madeUp(t testing.TB) *Table {
	t.Helper()
	table := &Table{}
	for row := range Size {
		table.index[row] = uint16(Size - 1 - row)
		table.seeds[row] = uint8(1 + row%3)
		table.params[row] = 73306
		for i := range table.seconds {
			table.seconds[i][row] = 1000 + float64(row) + float64(i)
		}
		for seed := range table.single {
			table.single[seed][row] = missing
			if seed < 1+row%3 {
				table.single[seed][row] = uint32(10000 + row/2 + seed)
			}
		}
		for c := 1; c < len(columns); c++ {
			table.counts[c][row] = uint32((table.images(c, row) * (row + c)) / (Size + 20))
		}
	}
	table.params[7] = 0
	for seed := range table.single {
		table.single[seed][7] = missing
	}
	for c := range columns {
		table.counts[c][7] = missing
	}
	for i := range table.seconds {
		table.seconds[i][7] = math.NaN()
	}
	if err := table.complete(); err != nil {
		t.Fatal(err)
	}
	table.hash = sum(table.payload())
	return table
}

// at returns the architecture of a NATS-Bench index.
func at(t testing.TB, table *Table, index int) space.Architecture {
	t.Helper()
	a, err := table.ByNATSIndex(index)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// accuracy returns a 200-epoch accuracy.
func accuracy(t testing.TB, table *Table, index int, dataset Dataset, split Split) Value {
	t.Helper()
	value, err := table.Accuracy(Query{space.NB201, at(t, table, index), dataset, split, 200})
	if err != nil {
		t.Fatal(err)
	}
	return value
}
