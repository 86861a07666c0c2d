package nasbench

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gmnas/nasbench/space"
)

// The content of the table that the registered sources give, on any machine.
const publicHash = "098653540523ea8da7d734b4dec52be3c11371b66b3dfdd054132c58fa7aa433"

func TestImportIsOneContent(t *testing.T) {
	if got := publicTable(t).Hash(); got != publicHash {
		t.Errorf("hash %s, want %s", got, publicHash)
	}
	if got := paramsDiffer(publicTable(t)); got != 150 {
		t.Errorf("%d architectures have other parameters than counted, want 150", got)
	}
}

// paramsDiffer counts the architectures whose stated parameters are not those that space.Space.Params counts.
func paramsDiffer(table *Table) (n int) {
	for row, params := range table.params {
		a, err := table.ByNATSIndex(row)
		if err == nil && params != 0 && int64(params) != space.NB201.Params(a, space.CIFAR10) {
			n++
		}
	}
	return n
}

// Every value of an independent join of the same files, 4 decimals.
func TestImportAgreesWithReference(t *testing.T) {
	table := publicTable(t)
	records := gzipCSV(t, filepath.Join(os.Getenv("GMNAS_DATA"), Folder, "reference_join.csv.gz"))
	if len(records) != Size+1 {
		t.Fatalf("%d records", len(records))
	}
	for row, record := range records[1:] {
		a, err := space.NB201.Parse(record[1])
		if err != nil {
			t.Fatal(err)
		}
		if a != at(t, table, row) {
			t.Fatalf("row %d is %v, want %s", row, at(t, table, row), record[1])
		}
		check := func(name, want string, got, tolerance float64, err error) {
			number, parseErr := strconv.ParseFloat(want, 64)
			if err != nil || parseErr != nil || math.Abs(number-got) > tolerance {
				t.Fatalf("row %d, %s: %g, want %s: %v %v", row, name, got, want, err, parseErr)
			}
		}
		for i, c := range []int{0, 1, 2, 3, 4, 5, 7, 6, 9, 8, 11, 10} {
			field := []int{2, 3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 16}[i]
			q := Query{space.NB201, a, columns[c].dataset, columns[c].split, columns[c].epochs}
			value, err := table.Accuracy(q)
			check(records[0][field], record[field], value.Accuracy, 5.1e-5, err)
			if seeds, _ := strconv.Atoi(record[8]); c < 6 && value.N != seeds {
				t.Fatalf("row %d: %d seeds, want %d", row, value.N, seeds)
			}
		}
		params, err := table.Params(space.NB201, a, CIFAR10)
		check("parameters", record[9], float64(params)/1e6, 5.1e-5, err)
		seconds, err := table.TrainSeconds(Query{space.NB201, a, CIFAR10, Validation, 200})
		check("seconds", record[10], seconds, 5.1e-5, err)
	}
}

func gzipCSV(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Skipf("no reference to compare with: %v", err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(plain).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// Canonical spells each architecture as the source's UniqueString does.
func TestCanonicalIsTheSourcesUniqueString(t *testing.T) {
	publicTable(t)
	data, err := Sources[0].Read(filepath.Join(os.Getenv("GMNAS_DATA"), Folder))
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		a, err := space.NB201.Parse(record[3])
		if err != nil {
			t.Fatal(err)
		}
		if got := space.NB201.Canonical(a); got != record[4] {
			t.Fatalf("%s: %s, want %s", record[3], got, record[4])
		}
	}
}

// The paper's Table 3: optima, and rows that are one known architecture.
func TestPaperNumbers(t *testing.T) {
	table := publicTable(t)
	for _, c := range []struct {
		dataset Dataset
		split   Split
		want    float64
	}{
		{CIFAR10, Validation, 91.607}, {CIFAR10, Test, 94.373}, {CIFAR100, Validation, 73.493},
		{CIFAR100, Test, 73.513}, {ImageNet16, Validation, 46.733}, {ImageNet16, Test, 47.311},
	} {
		best, err := table.Optimum(c.dataset, c.split, 200)
		if err != nil || math.Abs(best.Value.Accuracy-c.want) > 5.1e-4 {
			t.Errorf("optimum of %s %s: %+v, %v, want %g", c.dataset, c.split, best, err, c.want)
		}
		if back := accuracy(t, table, best.NATSIndex, c.dataset, c.split); back != best.Value || at(t, table, best.NATSIndex) != best.Architecture {
			t.Errorf("optimum of %s %s is not what its index has", c.dataset, c.split)
		}
	}
	for index, want := range map[int]string{
		9930: "91.55 94.36 73.49 73.51 46.37 46.34", // GM+SNAS, DrNAS
		1835: "39.77 54.30",                         // DARTS on CIFAR-10: all skip
		2299: "- - 38.57 38.97 18.87 18.41",         // DARTS on the others
		1626: "- - - - 42.19 42.60",                 // GM+DARTS on ImageNet16-120
	} {
		for i, field := range strings.Fields(want) {
			got := fmt.Sprintf("%.2f", accuracy(t, table, index, columns[i].dataset, columns[i].split).Accuracy)
			if field != "-" && got != field {
				t.Errorf("index %d, %s %s: %s, want %s", index, columns[i].dataset, columns[i].split, got, field)
			}
		}
	}
	if got := at(t, table, 1835); got != (space.Architecture{1, 1, 1, 1, 1, 1}) {
		t.Errorf("index 1835 is %v, want all skip", got)
	}
	if got := accuracy(t, table, 347, ImageNet16, Test); got.N != 2 || got.Aggregation != MeanOfSeeds { // cases.md B3
		t.Errorf("index 347 has %+v, want 2 seeds", got)
	}
}

// TestOptimumIsOfMeans: the best of single trainings is above the optimum, which is of means over seeds; the paper prints
// means (cases.md B6).
func TestOptimumIsOfMeans(t *testing.T) {
	table := publicTable(t)
	for _, c := range columns {
		if c.epochs != 200 {
			continue
		}
		if best, err := table.Optimum(c.dataset, c.split, c.epochs); err != nil || best.Value.Aggregation != MeanOfSeeds {
			t.Errorf("optimum of %s %s: %+v, %v", c.dataset, c.split, best, err)
		}
	}
	best, single := accuracy(t, table, 6111, CIFAR10, Validation), 0.0
	for row := range Size {
		seeds, err := table.SeedAccuracies(Query{space.NB201, at(t, table, row), CIFAR10, Validation, 200})
		if err != nil {
			t.Fatal(err)
		}
		single = max(single, slices.Max(seeds))
	}
	if single <= best.Accuracy {
		t.Errorf("best single training %v, optimum %v: they should differ", single, best.Accuracy)
	}
}

func TestWrongSourceIsNamed(t *testing.T) {
	dir := t.TempDir()
	if _, err := Find(dir); err == nil || !strings.Contains(err.Error(), "gmnas data get nasbench201") {
		t.Errorf("empty data folder: %v", err)
	}
	if _, err := Find(""); err == nil || !strings.Contains(err.Error(), "GMNAS_DATA") {
		t.Errorf("no data folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "nats_bench.csv"), []byte("<html>404</html>"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Import(dir)
	for _, want := range []string{"nats_bench.csv", "16 bytes", "expected 3024008 bytes", Sources[0].SHA256, sum([]byte("<html>404</html>"))} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
}

// Files that pass as pickles and CSV but don't fit are refused.
func TestJoinRefusesWhatDoesNotFit(t *testing.T) {
	publicTable(t)
	var raw [3][]byte
	for i, source := range Sources {
		var err error
		if raw[i], err = source.Read(filepath.Join(os.Getenv("GMNAS_DATA"), Folder)); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.SplitAfter(string(raw[0]), "\n")
	swapped := append([]string{lines[0], lines[2], lines[1]}, lines[3:]...)
	for want, data := range map[string]string{
		"15624 architectures, must be 15625": strings.Join(lines[:len(lines)-2], ""),
		"more than 15625":                    string(raw[0]) + lines[1],
		"numbers this architecture 1":        strings.Join(swapped, ""),
		"header is not":                      strings.Join(lines[1:], ""),
		"line 2: CIFAR10TestAccuracy":        strings.Replace(string(raw[0]), "85.86333333333334", "-1", 1),
		"not a whole number":                 strings.Replace(string(raw[0]), "85.86333333333334", "85.8655", 1),
		"line 2: architecture string":        strings.Replace(string(raw[0]), "|avg_pool_3x3~0|", "|avg_pool_5x5~0|", 1),
		"wrong number of fields":             strings.Replace(string(raw[0]), ",", ";", 6)[0:] + "\n",
	} {
		if _, err := join([]byte(data), raw[1], raw[2]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
	empty := strings.Replace(string(raw[0]), "85.86333333333334,52.913333294677734", ",", 1)
	table, err := join([]byte(empty), raw[1], raw[2])
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := table.value(1, 0); ok {
		t.Error("an empty field got a value")
	}
	if _, ok := table.value(2, 0); ok {
		t.Error("validation was made up without the test accuracy that it is derived from")
	}
	if _, ok := table.value(5, 0); !ok {
		t.Error("an empty field took another data set's value with it")
	}
	for i, want := range map[int]string{1: "metric_vals.pkl", 2: "mini-bench"} {
		for _, data := range [][]byte{raw[i][:len(raw[i])/2], raw[0], {}, raw[3-i]} {
			broken := raw
			broken[i] = data
			if _, err := join(broken[0], broken[1], broken[2]); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v lacks %q", err, want)
			}
		}
	}
}

func FuzzParseNATS(f *testing.F) {
	header := strings.Join(natsHeader, ",") + "\n"
	f.Add(header + "85.8,52.9,26.6,|none~0|+|none~0|none~1|+|none~0|none~1|none~2|,#+#+#\n")
	f.Add(header + ",NaN,1e999,,\n")
	f.Add("\"" + header)
	f.Fuzz(func(t *testing.T, text string) {
		if rows, err := parseNATS([]byte(text)); err == nil && len(rows) != Size {
			t.Errorf("%d rows", len(rows))
		}
	})
}

// The two pickles' readers on anything that the pickle reader lets through.
func FuzzParsePickles(f *testing.F) {
	f.Add([]byte("\x80\x04}(\x8c\x07cifar10}(\x8c\x04lossNuu."))
	f.Add([]byte("\x80\x04\x8c\x11pandas.core.frame\x8c\x09DataFrame\x93)\x81}\x8c\x05_data" +
		"\x8c\x1epandas.core.internals.managers\x8c\x0cBlockManager\x93)\x81(]}\x8c\x060.14.1}(\x8c\x04axes](NNe\x8c\x06blocks]ustbsb."))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := parseMetric(data); err == nil && len(m.start) != Size+1 {
			t.Errorf("%d groups", len(m.start))
		}
		if m, err := parseMini(data); err == nil && len(m.row) != Size {
			t.Errorf("%d rows", len(m.row))
		}
	})
}

func BenchmarkImport(b *testing.B) {
	publicTable(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Import(filepath.Join(os.Getenv("GMNAS_DATA"), Folder)); err != nil {
			b.Fatal(err)
		}
	}
}
