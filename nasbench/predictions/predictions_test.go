package predictions

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gmnas/nasbench/space"
)

// tupleText spells an architecture as the public files do.
func tupleText(a space.Architecture) string {
	op := func(e, from int) string { return fmt.Sprintf("('%s', %d)", space.NB201.Operations[a[e]], from) }
	return fmt.Sprintf("[(%s,), (%s, %s), (%s, %s, %s)]", op(0, 0), op(1, 0), op(2, 1), op(3, 0), op(4, 1), op(5, 2))
}

// TestKnownKey is case A7's key: edge 0 first.
func TestKnownKey(t *testing.T) {
	got, err := Read(strings.NewReader(`{"[(('avg_pool_3x3', 0),), (('none', 0), ('none', 1)), (('none', 0), ('none', 1), ('nor_conv_1x1', 2))]": 10.5}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0] != (Prediction{space.Architecture{4, 0, 0, 0, 0, 2}, 10.5}) {
		t.Errorf("%+v", got)
	}
}

// TestAllFormatsSayTheSame: every architecture, spelled both ways, in JSON and CSV.
func TestAllFormatsSayTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		index := rapid.IntRange(0, space.NB201.Size()-1).Draw(t, "index")
		value := rapid.Float64Range(-1e6, 1e6).Draw(t, "value")
		a, err := space.NB201.At(index)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{
			fmt.Sprintf("{%q: %v}", tupleText(a), value),
			fmt.Sprintf("{%q: %v}", space.NB201.String(a), value),
			fmt.Sprintf("architecture,accuracy\n%s,%v\n", space.NB201.String(a), value),
			fmt.Sprintf("\"%s\",%v\n", tupleText(a), value),
		} {
			got, err := Read(strings.NewReader(text))
			if err != nil || len(got) != 1 || got[0] != (Prediction{a, value}) {
				t.Fatalf("%s: %+v, %v", text, got, err)
			}
		}
	})
}

func TestRefused(t *testing.T) {
	good := tupleText(space.Architecture{1, 2, 3, 4, 0, 1})
	for name, c := range map[string]struct{ text, want string }{
		"nothing":          {"", "there is none"},
		"empty object":     {"{}", "there is none"},
		"names only":       {"architecture,accuracy\n", "there is none"},
		"twice":            {fmt.Sprintf("{%q: 1, %q: 2}", good, good), "is also entry 1"},
		"both spellings":   {fmt.Sprintf("{%q: 1, %q: 2}", good, space.NB201.String(space.Architecture{1, 2, 3, 4, 0, 1})), "is also entry 1"},
		"no number":        {fmt.Sprintf("{%q: \"1\"}", good), "no number"},
		"nested":           {fmt.Sprintf("{%q: {}}", good), "no number"},
		"too large":        {fmt.Sprintf("{%q: 1e999}", good), "entry 1"},
		"cut off":          {fmt.Sprintf("{%q: 1", good), "after entry 1"},
		"more behind":      {fmt.Sprintf("{%q: 1} 2", good), "behind the closing brace"},
		"code":             {`{"[__import__('os').system('true')]": 1}`, "should be"},
		"operation":        {fmt.Sprintf("{%q: 1}", strings.Replace(good, "none", "conv_7x7", 1)), "conv_7x7"},
		"source":           {fmt.Sprintf("{%q: 1}", strings.Replace(good, "', 2)", "', 1)", 1)), "should be"},
		"left over":        {fmt.Sprintf("{%q: 1}", good+"+[]"), "left over"},
		"long":             {fmt.Sprintf("{%q: 1}", "["+strings.Repeat("(", 1000)), "at most 512"},
		"NaN in csv":       {space.NB201.String(space.Architecture{1}) + ",NaN\n", "no finite number"},
		"second line":      {"architecture,accuracy\nx,y\n", "line 2"},
		"columns":          {"a,b,c\n", "wrong number of fields"},
		"unknown in csv":   {"hello,1\n", "line 1"},
		"size space in it": {"24:24:24:24:24,1\n", "sss string"},
	} {
		_, err := Read(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want it to say %q", name, err, c.want)
		}
	}
	if _, err := Read(strings.NewReader(strings.Repeat(" ", maxBytes+1))); err == nil || !strings.Contains(err.Error(), "MiB") {
		t.Errorf("too many bytes: %v", err)
	}
}

// TestPublicFiles is case A7: each of the public files has every architecture once.
func TestPublicFiles(t *testing.T) {
	folder := os.Getenv("GMNAS_DATA")
	if folder == "" {
		t.Skip("GMNAS_DATA is not set: the public prediction files are not at hand")
	}
	for _, name := range []string{"one-shot-supernet.json", "few-shot-supernet.json", "nasbench201.json"} {
		f, err := os.Open(filepath.Join(folder, "fewshot", name))
		if os.IsNotExist(err) {
			t.Skipf("%s is not in the data folder", name)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		list, err := Read(f)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != space.NB201.Size() {
			t.Errorf("%s: %d architectures, want %d", name, len(list), space.NB201.Size())
		}
	}
}

// FuzzRead: whatever the bytes, no panic, and what is accepted is finite, distinct and in the space.
func FuzzRead(f *testing.F) {
	a := space.Architecture{4, 0, 0, 0, 0, 2}
	for _, seed := range []string{
		fmt.Sprintf("{%q: 10.0}", tupleText(a)), fmt.Sprintf("{%q: 1e3, %q: -2}", tupleText(a), space.NB201.String(space.Architecture{1, 1, 1, 1, 1, 1})),
		space.NB201.String(a) + ",93.5\n", "arch,acc\n\"" + tupleText(a) + "\",1\n", "{", "{\"\":1}", "[(", "\"", ",", "{\"[((\\\"none\\\",0),)\":0}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := Read(strings.NewReader(string(b)))
		if err != nil {
			return
		}
		seen := map[space.Architecture]bool{}
		for _, p := range list {
			if seen[p.Architecture] || space.NB201.Check(p.Architecture) != nil || p.Value-p.Value != 0 {
				t.Fatalf("accepted %+v", p)
			}
			seen[p.Architecture] = true
		}
	})
}
