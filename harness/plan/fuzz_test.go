package plan

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"gmnas/harness/spec"
)

// FuzzRun: whatever a run's settings are, there is an error or a plan: its first stages, their work and their text.
func FuzzRun(f *testing.F) {
	for _, r := range []spec.Run{gmDARTS(), l2(), fewShot(spec.SNAS, 30), fewShot(spec.RSPS, 50), oneShot(spec.DARTS, 50), selecting(spec.SelectHalving), rankingGM(), pairing(), {}} {
		b, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"Levels":[{"Groups":-1},{"Groups":99999999999}],"Batch":1e3,"SearchEpochs":-1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var r spec.Run
		if json.Unmarshal(body, &r) != nil {
			return
		}
		if err := ValidateRun(r); err != nil {
			if _, err := Expand(r, 1, nothing); err == nil {
				t.Fatalf("planned in spite of %v", err)
			}
			return
		}
		tree, err := Expand(r, 1, nothing)
		if err != nil {
			t.Fatalf("valid, and yet: %v", err)
		}
		if len(tree.Ready) == 0 {
			t.Fatal("a valid run has nothing to begin with")
		}
		for _, s := range tree.Ready {
			if cost, err := Work(s); err != nil || !(cost.FLOPs >= 0) {
				t.Fatalf("%s stage: %+v, %v", s.Kind, cost, err)
			}
		}
	})
}

func nothing(spec.Key) (spec.Outcome, bool) { return spec.Outcome{}, false }

// FuzzName: a label or row ID that is accepted is one file name, make target and CSV field everywhere; others are quoted
// and cut in the message.
func FuzzName(f *testing.F) {
	for _, text := range []string{"table3", "gm+darts", "../../etc/x", "a|b", "=cmd()", "<script>", strings.Repeat("x", 300), "", "..", "a/b", "-x", "CON", "a\n", "ä", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e := small()
		e.Label, e.Rows[0].ID = text, text
		err := Validate(e)
		if err != nil {
			if !strings.Contains(err.Error(), nameRule) && !strings.Contains(err.Error(), "is also the ID of row") || len(err.Error()) > 2000 || !utf8.ValidString(err.Error()) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if filepath.Base(text) != text || !filepath.IsLocal(text) || strings.ContainsAny(text, " \t\r\n/\\|<>&$`'\"=;%:*?~\x00") || strings.ContainsAny(text[:1], ".-+@") {
			t.Errorf("%q is a name", text)
		}
	})
}
