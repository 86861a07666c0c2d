package curves

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gmnas/nasbench/space"
)

// array is a numpy file.
func array(rows ...[]float64) []byte {
	head := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", len(rows), len(rows[0]))
	head += strings.Repeat(" ", 117-len(head)) + "\n"
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	b = append(b, head...)
	for _, row := range rows {
		for _, v := range row {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	return b
}

const nested = "GENOTYPE=Genotype(normal=[[('max_pool_3x3', 0), ('skip_connect', 1)], [('sep_conv_3x3', 2), ('sep_conv_5x5', 0)], [('sep_conv_3x3', 1), ('max_pool_3x3', 0)], [('sep_conv_5x5', 0), ('max_pool_3x3', 2)]], normal_concat=range(2, 6), " +
	"reduce=[[('sep_conv_5x5', 1), ('avg_pool_3x3', 0)], [('skip_connect', 0), ('dil_conv_3x3', 2)], [('avg_pool_3x3', 1), ('dil_conv_3x3', 2)], [('skip_connect', 1), ('sep_conv_3x3', 3)]], reduce_concat=range(2, 6))"

// pickled is a list of (text, numpy number) in protocol 3, as numpy writes it.
func pickled(entries map[string]float64) []byte {
	b := []byte("\x80\x03]q\x00(")
	text := func(s string) {
		b = binary.LittleEndian.AppendUint32(append(b, 'X'), uint32(len(s)))
		b = append(b, s...)
	}
	for name, v := range entries {
		text(name)
		b = append(b, "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n"...)
		text("f8")
		b = append(b, "K\x00K\x01\x87R(K\x03"...)
		text("<")
		b = append(b, "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbC\x08"...)
		b = append(binary.LittleEndian.AppendUint64(b, math.Float64bits(v)), "\x86R\x86"...)
	}
	return append(b, "e."...)
}

func TestJoinRandom(t *testing.T) {
	list, err := joinRandom(array([]float64{30, 97.5, 97}), pickled(map[string]float64{nested: 97.5}))
	if err != nil {
		t.Fatal(err)
	}
	g, err := space.ParseGenotype(list[0].Name)
	if err != nil || g.Normal[0][0] != (space.Gene{Operation: 0, From: 0}) || g.Reduction[3][1] != (space.Gene{Operation: 3, From: 3}) {
		t.Errorf("%s, %v", list[0].Name, err)
	}
	if a := list[0].Accuracy; len(a) != 3 || a[1] != 97.5 || a[2] != 97 {
		t.Errorf("%v", a)
	}
	for want, c := range map[string][2][]byte{
		"don't fit together":          {array([]float64{30, 97.5, 97}), pickled(map[string]float64{nested: 90})},
		"2 curves and 1 genotypes":    {array([]float64{30}, []float64{97.5}), pickled(map[string]float64{nested: 97.5})},
		"genotype, at byte":           {array([]float64{30, 97.5, 97}), pickled(map[string]float64{"Genotype()": 97.5})},
		"is no numpy file":            {[]byte("epoch,lr"), nil},
		"16 bytes of values, shape (": {array([]float64{1, 2, 3})[:10+118+16], nil},
		"must describe two":           {[]byte(strings.Replace(string(array([]float64{1})), "<f8", "<f4", 1)), nil},
		"at most 10000 of":            {[]byte(strings.Replace(string(array([]float64{1})), "(1, 1), }     ", "(999999, 1), }", 1)), nil},
	} {
		if _, err := joinRandom(c[0], c[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestPicklesAreNotExecuted: a name off the list is refused before anything is made of it.
func TestPicklesAreNotExecuted(t *testing.T) {
	if _, err := parseGenotypes([]byte("\x80\x03]q\x00(cos\nsystem\nX\x02\x00\x00\x00id\x85Re.")); err == nil || !strings.Contains(err.Error(), "os.system") {
		t.Error(err)
	}
}

const log = `2021-09-26 11:23:43,065 param size = 3.660166MB
2021-09-26 11:23:44,603 epoch 0 lr 2.500000e-02 cutout_prob 1.000000e+00
2021-09-26 11:23:46,008 train 000 3.318566e+00 10.416666 45.833336
2021-09-26 11:42:38,191 train_acc 61.146000
2021-09-26 11:42:38,360 valid 000 9.585728e-01 68.750000 94.791672
2021-09-26 11:42:50,191 valid_acc 68.250000
2021-09-26 11:42:50,194 epoch 1 lr 2.499606e-02 cutout_prob 1.000000e+00
2021-09-26 11:42:50,890 train_acc 64.583328
2021-09-26 11:42:50,890 valid_acc 66.000000
2021-09-26 11:42:50,890 best valid_acc 68.250000
`

func TestFromLog(t *testing.T) {
	got, err := FromLog([]byte(log))
	want := columns + "\n0,2.500000e-02,61.146000,68.250000\n1,2.499606e-02,64.583328,66.000000\n"
	if err != nil || string(got) != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	for name, bad := range map[string]string{
		"cut off":         log[:strings.Index(log, "2021-09-26 11:42:50,191")],
		"an epoch short":  strings.Replace(log, "epoch 1", "epoch 2", 1),
		"without epochs":  "a b c d",
		"above 100":       strings.Replace(log, "66.000000", "166.00", 1),
		"no number":       strings.Replace(log, "66.000000", "1,5", 1),
		"empty":           "",
		"twice the same":  strings.Replace(log, "epoch 1", "epoch 0", 1),
		"epoch in a file": columns,
	} {
		if out, err := FromLog([]byte(bad)); err == nil {
			t.Errorf("%s: made %q", name, out)
		}
	}
}

func TestReadTellsAbsentFromDamaged(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{Random, Released} {
		if _, err := Read(dir, name); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "gmnas data get darts-curves") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(dir, "../etc"); err == nil || !strings.Contains(err.Error(), "there is no set") {
		t.Error(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, Folder), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, Folder, releasedFiles[0].Name), []byte("epoch"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir, Released); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "5 bytes with SHA-256") {
		t.Errorf("damaged: %v", err)
	}
}

// TestRealCurves compares with the figures of spec.md section 9, and of Yang et al. for the best epoch of a random
// architecture (97.03 ± 0.23).
func TestRealCurves(t *testing.T) {
	dir := os.Getenv("GMNAS_DATA")
	if _, err := os.Stat(filepath.Join(dir, Folder)); dir == "" || err != nil {
		t.Skip("GMNAS_DATA has no folder darts: the registered learning curves aren't here")
	}
	random, err := Read(dir, Random)
	if err != nil {
		t.Fatal(err)
	}
	mean, squares := 0., 0.
	for _, c := range random.Curves {
		best := 0.
		for _, a := range c.Accuracy {
			best = max(best, a)
		}
		mean += best / 214
		squares += best * best / 214
	}
	std := math.Sqrt((squares - mean*mean) * 214 / 213)
	if len(random.Curves) != 214 || len(random.Curves[0].Accuracy) != 600 || math.Abs(mean-97.0341) > 1e-4 || math.Abs(std-0.2266) > 1e-4 {
		t.Errorf("%d curves, best epochs %v ± %v", len(random.Curves), mean, std)
	}
	released, err := Read(dir, Released)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []struct{ at30, at100, last, best float64 }{
		{89.64, 92.62, 97.65, 97.65}, {87.27, 92.38, 97.53, 97.60}, {88.74, 92.37, 97.58, 97.66},
	} {
		a := released.Curves[k].Accuracy
		best := 0.
		for _, v := range a {
			best = max(best, v)
		}
		for i, pair := range [][2]float64{{a[29], want.at30}, {a[99], want.at100}, {a[599], want.last}, {best, want.best}} {
			if math.Abs(pair[0]-pair[1]) > 0.005 {
				t.Errorf("%s, figure %d: %v, want %v", released.Curves[k].Name, i, pair[0], pair[1])
			}
		}
	}
	if random.Hash() == released.Hash() || len(random.Hash()) != 64 {
		t.Error("hashes")
	}
}

// The readers take any bytes without a panic, and what they take is possible.
func FuzzArray(f *testing.F) {
	f.Add(array([]float64{1, 2}, []float64{3, 4}))
	f.Add([]byte("\x93NUMPY\x01\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := parseArray(data)
		if err == nil && len(rows) > 0 && 8*len(rows)*len(rows[0]) > len(data) {
			t.Errorf("%d rows of %d out of %d bytes", len(rows), len(rows[0]), len(data))
		}
	})
}

func FuzzGenotypes(f *testing.F) {
	f.Add(pickled(map[string]float64{nested: 97.5}))
	f.Add([]byte("\x80\x03]q\x00(X\x01\x00\x00\x00aK\x00\x86e."))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parseGenotypes(data)
		if err != nil {
			return
		}
		for _, g := range list {
			if _, err := space.ParseGenotype(g.text); err != nil {
				t.Errorf("%q: %v", g.text, err)
			}
		}
	})
}

// TestReadRetraining: a log and the curve's file that is made of it say the same epochs; only the log says how many weights.
func TestReadRetraining(t *testing.T) {
	made, err := FromLog([]byte(log))
	if err != nil {
		t.Fatal(err)
	}
	for text, params := range map[string]float64{log: 3.660166, string(made): 0} {
		r, err := ReadRetraining([]byte(text))
		if want := []Epoch{{0.025, 61.146, 68.25}, {0.02499606, 64.583328, 66}}; err != nil || r.Params != params || !slices.Equal(r.Epochs, want) {
			t.Errorf("%.20q: %+v, %v", text, r, err)
		}
	}
	for _, bad := range []string{"", "epoch", strings.Replace(log, "3.660166MB", "many", 1), strings.Replace(log, "3.660166MB", "-1MB", 1), columns + "\n1,0,0,0\n"} {
		if r, err := ReadRetraining([]byte(bad)); err == nil {
			t.Errorf("%.40q: %+v", bad, r)
		}
	}
}

func FuzzLog(f *testing.F) {
	f.Add([]byte(log))
	f.Add([]byte(columns + "\r\n0,1e-1,2,3\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := ReadRetraining(data); err == nil {
			if err := (Set{Curves: []Curve{{Accuracy: tests(r.Epochs)}}}).check(); err != nil || r.Params < 0 {
				t.Error(err)
			}
		}
		made, err := FromLog(data)
		if err != nil {
			return
		}
		if _, err := parseCSV(made); err != nil {
			t.Errorf("%q, made of %q: %v", made, data, err)
		}
	})
}
