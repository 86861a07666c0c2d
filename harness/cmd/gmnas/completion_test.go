package main

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestCandidates(t *testing.T) {
	for _, c := range []struct {
		line string // the last word is at the cursor
		want string // separated by blanks, in order; "..." stands for more
	}{
		{"re", "report"},
		{"", "list plan run ... completion help"},
		{"worker", ""},
		{"compl", "completion"},
		{"help ru", "run"},
		{"run tabl", "table1 table2 table3 ..."},
		{"run table1 table", "table2 table3 ..."},
		{"run table3 --pro", "--profile"},
		{"run table3 --profile ", "smoke laptop paper"},
		{"run table3 --profile=s", "--profile=smoke"},
		{"run table3 --only ", "method=rsps method=fewshot+rsps ..."},
		{"run --only method=gm+d table3", "table3"},
		{"run table3 --only method=gm+", "method=gm+rsps method=gm+darts method=gm+snas"},
		{"run table3 --only=method=gm+d", "--only=method=gm+darts"},
		{"run table3 --oversubscribe ta", "table1 ..."},
		{"run table3 --db ", ""},
		{"run --workers 2 -- tab", "table1 ..."},
		{"report table3 --format c", "csv"},
		{"export table3 --format b", "benchstat"},
		{"export table3 --only method=gm+d", "method=gm+darts"},
		{"export table3 table", "table1 ..."},
		{"plan table3 --precision b", "bf16"},
		{"explain table3 gm+d", "gm+darts"},
		{"explain table3 gm+darts cifar10/", "cifar10/valid cifar10/test"},
		{"explain table3 gm+darts cifar10/test ", ""},
		{"explain nothing ", ""},
		{"data g", "get"},
		{"data get cifar10 cifar", "cifar100"},
		{"bench c", "compare"},
		{"query --encoding n", "nasbench201 nni naslib"},
		{"rank --beside table7 ", ""},
		{"completion z", "zsh"},
		{"nonsense ", ""},
		{"list --", "--db --labels --help"},
	} {
		got := candidates(strings.Split(c.line, " "))
		want := strings.Fields(c.want)
		if !matches(got, want) {
			t.Errorf("%q: %v, want %v", c.line, got, want)
		}
	}
}

// matches tells whether list is as wanted, where "..." stands for any words.
func matches(list, want []string) bool {
	for i, w := range want {
		if w == "..." {
			rest := want[i+1:]
			return len(list) >= i+len(rest) && slices.Equal(list[len(list)-len(rest):], rest)
		}
		if i >= len(list) || list[i] != w {
			return false
		}
	}
	return len(list) == len(want)
}

// TestCompletionCoversEveryCommandAndFlag: what help shows can be completed.
func TestCompletionCoversEveryCommandAndFlag(t *testing.T) {
	for _, c := range commands() {
		if c.hidden {
			continue
		}
		if !slices.Contains(candidates([]string{c.name[:1]}), c.name) {
			t.Errorf("%s isn't completed", c.name)
		}
		for _, flag := range c.flagNames() {
			if !slices.Contains(candidates([]string{c.name, flag[:3]}), flag) {
				t.Errorf("%s %s isn't completed", c.name, flag)
			}
		}
	}
}

// TestBashCutsAtEquals: bash gives words that it cut at =, and replaces what is behind the last one only.
func TestBashCutsAtEquals(t *testing.T) {
	for words, want := range map[string]string{
		"bash run table3 --only method = gm+d": "gm+darts\n",
		"bash run table3 --profile = la":       "laptop\n",
		"bash run table3 --profile =":          "smoke\nlaptop\npaper\n",
		"bash run table3 --profile la":         "laptop\n",
		"zsh run table3 --profile=la":          "--profile=laptop\n",
	} {
		var out bytes.Buffer
		c := completeCommand()
		if err := c.start(strings.Fields(words), &out, &out); err != nil || out.String() != want {
			t.Errorf("%s: %q, %v, want %q", words, out.String(), err, want)
		}
	}
}

// TestScriptsParse: each shell that is here takes its script.
func TestScriptsParse(t *testing.T) {
	for shell, script := range scripts {
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("%s is not installed: its script is not tried", shell)
			continue
		}
		cmd := exec.Command(shell, "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", shell, err, out)
		}
	}
}
