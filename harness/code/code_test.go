package code

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// checkout makes a small module of the same form.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                     "module gmnas\n\nrequire (\n\texample.org/fast v1.0.0 // who uses it\n\texample.org/plot v1.0.0\n)\n",
		"harness/execute/execute.go": "package execute\n\nimport (\n\t\"gmnas/harness/run\"\n\t\"gmnas/harness/search\"\n)\n\nvar _, _ = run.X, search.X\n",
		"harness/search/search.go":   "package search\n\nimport \"example.org/fast/vector\"\n\n// X is a number.\nconst X = vector.One + 1\n",
		"harness/search/fast.go":     "//go:build cgo\n\npackage search\n\n// #include \"fast.h\"\n// #define SIZE 8\nimport \"C\"\n",
		"harness/search/fast.h":      "int fast(void);\n",
		"harness/search/s_test.go":   "package search\n",
		"harness/run/run.go":         "package run\n\nimport \"gmnas/report\"\n\nconst X = report.X\n",
		"report/report.go":           "package report\n\nimport \"example.org/plot\"\n\nconst X = plot.X\n",
		"README.md":                  "docs\n",
	} {
		write(t, filepath.Join(root, name), text)
	}
	return root
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func hash(t *testing.T, root string) string {
	t.Helper()
	h, err := Hash(root)
	if err != nil || len(h) != 64 {
		t.Fatalf("%q, %v", h, err)
	}
	return h
}

// TestHashFollowsWhatComputes: a change that can change a number changes the hash, another one doesn't.
func TestHashFollowsWhatComputes(t *testing.T) {
	for _, c := range []struct {
		what, file, old, new string
		changes              bool
	}{
		{"a number", "harness/search/search.go", "+ 1", "+ 2", true},
		{"a build tag", "harness/search/fast.go", "//go:build cgo", "//go:build !cgo", true},
		{"a preamble in C", "harness/search/fast.go", "SIZE 8", "SIZE 9", true},
		{"a header", "harness/search/fast.h", "int", "long", true},
		{"a module's version", "go.mod", "fast v1.0.0", "fast v1.0.1", true},
		{"a comment", "harness/search/search.go", "is a number", "is one of the numbers", false},
		{"layout", "harness/search/search.go", "const X = vector.One + 1", "const X =   vector.One+1", false},
		{"a test", "harness/search/s_test.go", "package search", "package search\n\nconst y = 1", false},
		{"how stages are run", "harness/run/run.go", "report.X", "report.X + 1", false},
		{"a report", "report/report.go", "plot.X", "plot.X + 1", false},
		{"a report's module", "go.mod", "plot v1.0.0", "plot v1.0.1", false},
		{"a comment in go.mod", "go.mod", "who uses it", "nobody", false},
		{"a document", "README.md", "docs", "more docs", false},
	} {
		root := checkout(t)
		before := hash(t, root)
		path := filepath.Join(root, c.file)
		b, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(b), c.old) {
			t.Fatalf("%s: %v", c.what, err)
		}
		write(t, path, strings.ReplaceAll(string(b), c.old, c.new))
		if after := hash(t, root); (after != before) != c.changes {
			t.Errorf("%s: the hash changed: %v", c.what, after != before)
		}
	}
}

// TestPackagesThatCompute: in this checkout, what trains, splits and looks up is in it, and what shows and records isn't.
func TestPackagesThatCompute(t *testing.T) {
	s, err := computes("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"harness/engine/kernel/native", "harness/engine/kernel/onednn", "harness/search", "harness/split", "harness/supernet", "harness/train",
		"harness/execute", "datasets", "nasbench", "nasbench/space"} {
		if !slices.Contains(s.packages, want) {
			t.Errorf("%s isn't among %v", want, s.packages)
		}
	}
	for _, folder := range s.packages {
		for _, other := range []string{"report", "results", "experiments", "harness/run", "harness/plan", "harness/spec", "harness/cmd", "harness/bench"} {
			if folder == other || strings.HasPrefix(folder, other+"/") {
				t.Errorf("%s counts as computing", folder)
			}
		}
	}
	hash(t, "../..")
}

func TestCommit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	root := checkout(t)
	if commit, diff := Commit(root); commit != "unknown" || diff != "" {
		t.Errorf("outside a checkout: %s %s", commit, diff)
	}
	run := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.org"}, args...)...)
		c.Dir = root
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	run("init", "-q")
	run("add", "-A")
	run("commit", "-q", "-m", "first")
	clean, diff := Commit(root)
	if len(clean) != 40 || diff != "" {
		t.Errorf("a clean checkout: %s %s", clean, diff)
	}
	seen := map[string]bool{}
	for _, change := range []struct{ file, text string }{{"README.md", "other docs\n"}, {"new.txt", "a\n"}, {"new.txt", "b\n"}} {
		write(t, filepath.Join(root, change.file), change.text)
		commit, diff := Commit(root)
		if commit != clean+"+dirty" || len(diff) != 64 || seen[diff] {
			t.Errorf("%v: %s %s", change, commit, diff)
		}
		seen[diff] = true
	}
}
