package nasbench

import (
	"os"
	"sync"
	"testing"
)

// real returns the table joined from the public files, once for all tests, or skips.
func real(t testing.TB) *Table {
	t.Helper()
	dir := os.Getenv("GMNAS_DATA")
	if dir == "" {
		t.Skip("GMNAS_DATA is not set: no NAS-Bench-201 files to test on")
	}
	table, err := imported(dir)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

var once sync.Once
var shared struct {
	table *Table
	err   error
}

func imported(dir string) (*Table, error) {
	once.Do(func() { shared.table, shared.err = Import(dir + "/" + Folder) })
	return shared.table, shared.err
}

func BenchmarkImport(b *testing.B) {
	real(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Import(os.Getenv("GMNAS_DATA") + "/" + Folder); err != nil {
			b.Fatal(err)
		}
	}
}
