package space

import (
	"strings"
	"testing"
)

func TestParseInvertsStringAndIndexInvertsAt(t *testing.T) {
	for _, s := range []Space{NB201, NB201NoNone} {
		for index := range s.Size() {
			a, err := s.At(index)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Index(a); got != index {
				t.Fatalf("%s: index %d came back as %d", s.Name, index, got)
			}
			back, err := s.Parse(s.String(a))
			if err != nil || back != a {
				t.Fatalf("%s: %s came back as %v, %v", s.Name, s.String(a), back, err)
			}
		}
	}
}

func TestParseAcceptsPublishedSpelling(t *testing.T) {
	const text = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|"
	for _, spelled := range []string{text, " " + text + "\n", text + "\r\n", "\u00a0" + text} {
		a, err := NB201.Parse(spelled)
		if err != nil {
			t.Fatal(err)
		}
		if want := (Architecture{3, 3, 4, 1, 3, 1}); a != want {
			t.Errorf("%q: %v, want %v", spelled, a, want)
		}
		if got := NB201.String(a); got != text {
			t.Errorf("printed as %s", got)
		}
	}
	a, err := NB201NoNone.Parse(text)
	if want := (Architecture{2, 2, 3, 0, 2, 0}); err != nil || a != want {
		t.Errorf("4 operations: %v, %v, want %v", a, err, want)
	}
}

func TestParseErrorsNameEdgeAndToken(t *testing.T) {
	for _, c := range []struct {
		space Space
		text  string
		wants []string
	}{
		{NB201, "", []string{"empty"}},
		{NB201, "24:24:24:24:24", []string{"this is an sss string"}},
		{NB201, "|none~0|", []string{"edge 1 (2<-0)", "missing"}},
		{NB201, "|none~0|+|none~0|none~1|+|none~0|none~1|none~-1|", []string{"edge 5 (3<-2)", `"none~-1"`, `"-1"`, "must be 2"}},
		{NB201, "|none~0|+|none~0|none~0|+|none~0|none~1|none~2|", []string{"edge 2 (2<-1)", `"none~0"`, "must be 1"}},
		{NB201, "|bogus~0|+|none~0|none~1|+|none~0|none~1|none~2|", []string{"edge 0 (1<-0)", `"bogus"`, "nor_conv_3x3"}},
		{NB201, "|none~0|+|none~0|none~1|+|none~0|none~1|none~3|", []string{"edge 5 (3<-2)", `"none~3"`}},
		{NB201, "|none~0|+|none~0|conv3x3~1|+|none~0|none~1|none~2|", []string{"edge 2 (2<-1)", `"conv3x3"`}},
		{NB201, "|none~0|+|none~0|none\u00a0~1|+|none~0|none~1|none~2|", []string{"edge 2 (2<-1)", `"none\u00a0"`}},
		{NB201, "|none~0|+|none~0|none~1\r\n|+|none~0|none~1|none~2|", []string{"edge 2 (2<-1)", `none~1\r\n`}},
		{NB201, "|none~0|+|none~0|none|+|none~0|none~1|none~2|", []string{"edge 2 (2<-1)", `"none"`, "source node"}},
		{NB201, "none~0|+|none~0|none~1|+|none~0|none~1|none~2|", []string{"edge 0 (1<-0)", "begin and end"}},
		{NB201, "|none~0|+|none~0|+|none~0|none~1|none~2|", []string{"edge 2 (2<-1)", "missing"}},
		{NB201, "|none~0|none~1|+|none~0|none~1|+|none~0|none~1|none~2|", []string{"node 1", `"none~1"`, "too many"}},
		{NB201, "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|+|none~0|", []string{"4 nodes", "too many"}},
		{NB201, strings.Repeat("|none~0|+", 1000), []string{"9000 bytes", "at most 256"}},
		{NB201NoNone, "|skip_connect~0|+|none~0|skip_connect~1|+|none~0|none~1|none~2|", []string{"edge 1 (2<-0)", `"none"`, "nasbench201-4op"}},
	} {
		_, err := c.space.Parse(c.text)
		if err == nil {
			t.Errorf("%q was accepted", c.text)
			continue
		}
		for _, want := range c.wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: error %q lacks %q", c.text, err, want)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for index := 0; index < NB201.Size(); index += 1001 {
		a, _ := NB201.At(index)
		f.Add(NB201.String(a))
	}
	for _, text := range []string{"", "24:24:24:24:24", "|none~0|", "|none~-1|+||+|~|", "\xff|\x00~0|"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range []Space{NB201, NB201NoNone} {
			a, err := s.Parse(text)
			if err == nil && s.String(a) != strings.TrimSpace(text) {
				t.Errorf("%q was read as %s", text, s.String(a))
			}
			if err != nil && len(err.Error()) > 2000 {
				t.Errorf("error of %d bytes", len(err.Error()))
			}
		}
	})
}
