package datasets

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// ramp is a set of n images whose values count up.
func ramp(n, side, channels int) *Set {
	s := &Set{Name: "cifar10", Classes: 10, Height: side, Width: side, Channels: channels}
	for i := range n {
		s.Labels = append(s.Labels, uint8(i%10))
		for j := range side * side * channels {
			s.Pixels = append(s.Pixels, uint8(i*7+j))
		}
	}
	return s
}

func TestFirstAndSlice(t *testing.T) {
	s := ramp(10, 4, 3)
	first, err := s.First(4)
	if err != nil || first.Len() != 4 || !slices.Equal(first.Pixels, s.Pixels[:4*48]) {
		t.Fatalf("First(4): %v, %v", first, err)
	}
	mid, err := s.Slice(4, 7)
	if err != nil || !slices.Equal(mid.Labels, []uint8{4, 5, 6}) || !slices.Equal(mid.Pixels, s.Pixels[4*48:7*48]) {
		t.Fatalf("Slice(4, 7): %v, %v", mid, err)
	}
	_, err = s.First(11)
	if err == nil || !strings.Contains(err.Error(), "want 11, have 10") {
		t.Fatalf("First(11): error %v does not say want 11, have 10", err)
	}
	for _, bad := range [][2]int{{-1, 2}, {3, 3}, {5, 4}, {0, 11}} {
		if _, err := s.Slice(bad[0], bad[1]); err == nil {
			t.Errorf("Slice(%d, %d) has no error", bad[0], bad[1])
		}
	}
	if _, err := s.First(0); err == nil {
		t.Error("First(0) has no error")
	}
}

func TestPoolRoundsHalfUp(t *testing.T) {
	s := &Set{Name: "x", Classes: 1, Height: 2, Width: 4, Channels: 1, Labels: []uint8{0},
		Pixels: []uint8{
			0, 1, 255, 255,
			0, 1, 255, 254}}
	p, err := s.Pool(2)
	if err != nil {
		t.Fatal(err)
	}
	if want := []uint8{1, 255}; !slices.Equal(p.Pixels, want) { // 0.5 and 254.75
		t.Fatalf("pooled to %v, want %v", p.Pixels, want)
	}
	if p.Height != 1 || p.Width != 2 {
		t.Fatalf("pooled shape %dx%d, want 1x2", p.Height, p.Width)
	}
	if _, err := s.Pool(3); err == nil {
		t.Fatal("factor 3 divides neither 2 nor 4, but there is no error")
	}
}

// Pooling must agree with the definition, pixel by pixel.
func TestPoolIsTheMeanOfEachBlock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		factor := rapid.IntRange(1, 4).Draw(t, "factor")
		h, w := factor*rapid.IntRange(1, 3).Draw(t, "rows"), factor*rapid.IntRange(1, 3).Draw(t, "columns")
		c, n := rapid.SampledFrom([]int{1, 3}).Draw(t, "channels"), rapid.IntRange(1, 3).Draw(t, "images")
		s := &Set{Height: h, Width: w, Channels: c, Labels: make([]uint8, n)}
		s.Pixels = rapid.SliceOfN(rapid.Byte(), n*h*w*c, n*h*w*c).Draw(t, "pixels")
		p, err := s.Pool(factor)
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for i := range n {
			for y := range h / factor {
				for x := range w / factor {
					for ch := range c {
						sum := 0
						for dy := range factor {
							for dx := range factor {
								sum += int(s.Pixels[((i*h+y*factor+dy)*w+x*factor+dx)*c+ch])
							}
						}
						mean := float64(sum) / float64(factor*factor)
						if want := uint8(mean + .5); p.Pixels[at] != want {
							t.Fatalf("image %d, pixel (%d, %d, %d): %d, want %d", i, y, x, ch, p.Pixels[at], want)
						}
						at++
					}
				}
			}
		}
	})
}

func TestHashTellsSetsApart(t *testing.T) {
	hashes := map[string]string{}
	add := func(what string, s *Set) {
		h := s.Hash()
		if other, ok := hashes[h]; ok {
			t.Errorf("%s and %s have the same hash", what, other)
		}
		hashes[h] = what
	}
	add("the set", ramp(4, 4, 3))
	for what, change := range map[string]func(*Set){
		"another name":    func(s *Set) { s.Name = "cifar100" },
		"another shape":   func(s *Set) { s.Height, s.Width = 2, 8 },
		"another label":   func(s *Set) { s.Labels[3]++ },
		"another pixel":   func(s *Set) { s.Pixels[9]++ },
		"another classes": func(s *Set) { s.Classes = 11 },
	} {
		s := ramp(4, 4, 3)
		change(s)
		add(what, s)
	}
	if a, b := ramp(4, 4, 3).Hash(), ramp(4, 4, 3).Hash(); a != b {
		t.Errorf("the same set hashes to %s and %s", a, b)
	}
}

func TestSplitGivesTheOddImageToTheASet(t *testing.T) {
	s := ramp(7, 2, 1)
	w, a := Split(s)
	if w.Len() != 3 || a.Len() != 4 {
		t.Fatalf("split 7 images into %d and %d, want 3 and 4", w.Len(), a.Len())
	}
	if !slices.Equal(slices.Concat(w.Pixels, a.Pixels), s.Pixels) || !slices.Equal(slices.Concat(w.Labels, a.Labels), s.Labels) {
		t.Fatal("W-set and A-set, one after the other, are not the set")
	}
}

func TestHoldOutTakesTheLastImages(t *testing.T) {
	s := ramp(10, 2, 1)
	rest, held, err := HoldOut(s, 3)
	if err != nil || rest.Len() != 7 || held.Len() != 3 || rest.Labels[6] != 6 || held.Labels[0] != 7 || held.Pixels[0] != s.Pixels[7*4] {
		t.Errorf("7 + 3 images: %+v, %+v, %v", rest, held, err)
	}
	if rest, held, err := HoldOut(s, 0); err != nil || rest.Len() != 10 || held != nil {
		t.Errorf("none held out: %+v, %+v, %v", rest, held, err)
	}
	for _, n := range []int{-1, 10, 11} {
		if _, _, err := HoldOut(s, n); err == nil {
			t.Errorf("%d of 10 images held out: no error", n)
		}
	}
}
