package datasets

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTheRegistryIsWhole(t *testing.T) {
	names := map[string]bool{}
	paths := map[string]bool{}
	digest := map[string]*regexp.Regexp{"sha256": regexp.MustCompile("^[0-9a-f]{64}$"), "md5": regexp.MustCompile("^[0-9a-f]{32}$")}
	for _, s := range Sources() {
		if names[s.Name] || s.What == "" {
			t.Errorf("source %q: twice, or it does not say what it is", s.Name)
		}
		names[s.Name] = true
		if (len(s.Downloads) == 0) != (s.Manual != "") {
			t.Errorf("source %s: wants either downloads or the way to get it by hand", s.Name)
		}
		brought := map[string]bool{}
		for _, d := range s.Downloads {
			u, err := url.Parse(d.URL)
			if err != nil || u.Scheme != "https" || d.Size <= 0 || digest[d.Hash.Kind] == nil || !digest[d.Hash.Kind].MatchString(d.Hash.Hex) {
				t.Errorf("download %+v: wants https, a size and a digest of its kind", d)
			}
			if (d.Path == "") != (d.Members != nil) {
				t.Errorf("download %s: wants either a path or members", d.URL)
			}
			brought[d.Path] = true
			for _, p := range d.Members {
				brought[p] = true
			}
		}
		for _, f := range s.Files {
			if paths[f.Path] || !filepath.IsLocal(f.Path) || f.Licence == "" || f.What == "" || len(f.Known) == 0 {
				t.Errorf("file %+v: twice, outside the data folder, or not described", f)
			}
			paths[f.Path] = true
			if s.Manual == "" && !brought[f.Path] {
				t.Errorf("file %s: no download brings it", f.Path)
			}
			for _, c := range f.Known {
				if c.Hash.Kind == "" && c.Size <= 0 || c.Hash.Kind != "" && !digest[c.Hash.Kind].MatchString(c.Hash.Hex) {
					t.Errorf("file %s: content %+v has neither a size nor a digest of its kind", f.Path, c)
				}
			}
		}
	}
	for _, name := range append(slices.Clone(Names), "nasbench201") {
		if name != "synthetic" && !names[name] {
			t.Errorf("%s is not registered", name)
		}
	}
}

func TestStatusOfAFile(t *testing.T) {
	data := payload(5000)
	s := Source{Name: "tables"}
	f := File{Path: "tables/t.csv", Known: []Content{{Size: 5000, Hash: shaOf(data)}, {Size: 1000, Hash: shaOf(data[:1000]), Note: "the first 1,000"}}}
	flipped := slices.Clone(data)
	flipped[0] ^= 1
	for what, test := range map[string]struct {
		files    map[string][]byte
		verified bool
		note     string
		says     []string
	}{
		"right":          {map[string][]byte{f.Path: data}, true, "", nil},
		"known part":     {map[string][]byte{f.Path: data[:1000]}, true, "the first 1,000", nil},
		"truncated half": {map[string][]byte{f.Path: data[:2500]}, false, "", []string{"2500 bytes, want 5000", "gmnas data get tables"}},
		"flipped byte":   {map[string][]byte{f.Path: flipped}, false, "", []string{shaOf(flipped).Hex, shaOf(data).Hex, "5000 bytes", "gmnas data get tables"}},
		"web page":       {map[string][]byte{f.Path: []byte("<html>")}, false, "", []string{"web page", "gmnas data get tables"}},
		"absent":         {nil, false, "", []string{"not there", "gmnas data get tables"}},
		"a folder":       {map[string][]byte{f.Path + "/x": data}, false, "", []string{"not a regular file"}},
		"bad hash list":  {map[string][]byte{f.Path: data, "tables/" + sumsFile: []byte("<html>")}, false, "", []string{sumsFile}},
	} {
		state := fileState(folder(t, test.files), s, f)
		if state.Verified != test.verified || state.Content.Note != test.note || (state.Problem == "") != test.verified {
			t.Errorf("%s: %+v", what, state)
		}
		for _, want := range test.says {
			if !strings.Contains(state.Problem, want) {
				t.Errorf("%s: problem %q does not say %q", what, state.Problem, want)
			}
		}
	}
}

func TestStatusOfAFileWithoutAKnownHash(t *testing.T) {
	f := File{Path: "set/a.bin", Known: []Content{{Size: 10}}}
	state := fileState(folder(t, map[string][]byte{"set/a.bin": payload(10)}), Source{Name: "set"}, f)
	if !state.Present || state.Verified || state.Problem != "" {
		t.Errorf("right size, no hash to compare: %+v, want present, not verified, no problem", state)
	}
}

func TestStatusOfRealData(t *testing.T) {
	dir := realData(t)
	verified := map[string]bool{}
	for _, state := range Status(dir) {
		verified[state.File.Path] = state.Verified
		if state.Present && state.Problem != "" {
			t.Errorf("%s: %s", state.File.Path, state.Problem)
		}
	}
	for path := range verified {
		if _, err := os.Stat(filepath.Join(dir, path)); err == nil && !verified[path] && !strings.HasPrefix(path, "cifar-100-binary/") {
			t.Errorf("%s is there, but not verified", path)
		}
	}
}
