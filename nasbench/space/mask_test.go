package space

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// anyMask draws a space and a mask with at least one operation on each edge.
func anyMask(t *rapid.T) (Space, Mask) {
	s := rapid.SampledFrom([]Space{NB201, NB201NoNone}).Draw(t, "space")
	var m Mask
	for e := range s.Edges() {
		m[e] = uint8(rapid.IntRange(1, int(s.row())).Draw(t, "row"))
	}
	return s, m
}

func TestMaskIsTheSetOfItsArchitectures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, m := anyMask(t)
		members, last := 0, -1
		for a := range s.Enumerate(m) {
			members++
			if !m.Contains(a) || s.Index(a) <= last {
				t.Fatalf("%s: %v is not contained or out of order", m, a)
			}
			last = s.Index(a)
		}
		if members != s.SizeOf(m) {
			t.Fatalf("%s: %d members, size %d", m, members, s.SizeOf(m))
		}
		back, err := s.ParseMask(m.String())
		if err != nil || back != m {
			t.Fatalf("%s came back as %s, %v", m, back, err)
		}
	})
}

// Leaves are disjoint and together the whole space (spec.md section 11).
func TestSplitsPartitionTheSpace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]Space{NB201, NB201NoNone}).Draw(t, "space")
		leaves := []Mask{Full(s)}
		for range rapid.IntRange(1, 3).Draw(t, "depth") {
			var children []Mask
			for _, parent := range leaves {
				e := rapid.SampledFrom(parent.Unsplit(s)).Draw(t, "edge")
				bits := rapid.IntRange(1, int(s.row())-1).Draw(t, "group")
				var groups [2][]int
				for o := range s.Operations {
					groups[bits>>o&1] = append(groups[bits>>o&1], o)
				}
				for _, group := range groups {
					child := parent.With(e, group)
					if slices.Contains(child.Unsplit(s), e) || child.Count(e) != len(group) {
						t.Fatalf("edge %d of %s counts as unsplit", e, child)
					}
					children = append(children, child)
				}
			}
			leaves = children
		}
		total := 0
		for _, leaf := range leaves {
			total += s.SizeOf(leaf)
		}
		if total != s.Size() {
			t.Fatalf("leaves have %d architectures, the space %d", total, s.Size())
		}
		a, err := s.At(rapid.IntRange(0, s.Size()-1).Draw(t, "architecture"))
		if err != nil {
			t.Fatal(err)
		}
		homes := 0
		for _, leaf := range leaves {
			if leaf.Contains(a) {
				homes++
			}
		}
		if homes != 1 {
			t.Fatalf("%v is in %d leaves", a, homes)
		}
	})
}

func TestSampleIsConnectedAndInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, m := anyMask(t)
		connected := false
		for a := range s.Enumerate(m) {
			connected = connected || s.Connected(a)
		}
		a, err := s.Sample(m, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
		if connected != (err == nil) {
			t.Fatalf("%s: a connected one exists: %v, error: %v", m, connected, err)
		}
		if err == nil && (!s.Connected(a) || !m.Contains(a)) {
			t.Fatalf("%s: sampled %v", m, a)
		}
	})
}

// Each of the connected architectures of a small mask comes up as often as any other: chi-squared is within 4
// standard deviations of its mean.
func TestSampleIsUniform(t *testing.T) {
	m, err := NB201.ParseMask("013/03/024/0/13/0234")
	if err != nil {
		t.Fatal(err)
	}
	counts := map[Architecture]int{}
	for a := range NB201.Enumerate(m) {
		if NB201.Connected(a) {
			counts[a] = 0
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	draws := 400 * len(counts)
	for range draws {
		a, err := NB201.Sample(m, rng)
		if err != nil {
			t.Fatal(err)
		}
		counts[a]++
	}
	chi2 := 0.0
	for _, n := range counts {
		chi2 += float64((n-400)*(n-400)) / 400
	}
	free := float64(len(counts) - 1)
	if limit := free + 4*math.Sqrt(2*free); chi2 > limit || len(counts) < 50 {
		t.Errorf("chi-squared %.1f over %d architectures, limit %.1f", chi2, len(counts), limit)
	}
}

func TestBadMasksAreErrors(t *testing.T) {
	for _, m := range []Mask{{}, Full(NB201).With(6, []int{1}), Full(NB201).With(0, []int{8}), Full(NB201).With(0, []int{-1}),
		Full(NB201).With(2, nil), Full(NB201).With(2, []int{5})} {
		if NB201.CheckMask(m) == nil {
			t.Errorf("%s was accepted", m)
		}
		if _, err := NB201.Sample(m, rand.New(rand.NewPCG(1, 2))); err == nil {
			t.Errorf("%s was sampled", m)
		}
	}
	for text, want := range map[string]string{
		"":                                    "1 edges",
		"01234/01234/9/01234/01234/01234":     `edge 2 (2<-1), token "9"`,
		"01234/01234//01234/01234/01234":      "edge 2 (2<-1) allows no operation",
		"01234/01234/10/01234/01234/01234":    "ascending",
		"01234/01234/0 1/01234/01234/01234":   `"0 1"`,
		"0/0/0/0/0/0/0":                       "7 edges",
		strings.Repeat("01234/", 100):         "at most 256",
		"01234/01234/\u0660/01234/01234/0123": "edge 2",
	} {
		if _, err := NB201.ParseMask(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v lacks %q", text, err, want)
		}
	}
	if _, err := NB201NoNone.ParseMask(Full(NB201).String()); err == nil {
		t.Error("a mask of 5 operations was read as one of 4")
	}
}

func FuzzParseMask(f *testing.F) {
	for _, text := range []string{"", Full(NB201).String(), "0/1/2/3/4/0", "/////", "01234/01234/23/01234/01234/014", "\xff/\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range []Space{NB201, NB201NoNone} {
			m, err := s.ParseMask(text)
			if err != nil {
				continue
			}
			if m.String() != strings.TrimSpace(text) || s.CheckMask(m) != nil || s.SizeOf(m) < 1 {
				t.Errorf("%q was read as %s", text, m)
			}
		}
	})
}
