package datasets

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func stream(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func TestStandardAugmentationIsTheOneOfTheSpec(t *testing.T) {
	for _, want := range []struct {
		name string
		side int
		pad  int
		mean float32 // of the red channel
		std  float32
	}{
		{"cifar10", 32, 4, .49139968, .24703233},
		{"cifar10", 16, 2, .49139968, .24703233},
		{"cifar100", 32, 4, .5071, .2673},
		{"imagenet16-120", 16, 2, 122.68 / 255, 63.22 / 255},
	} {
		a, err := Standard(want.name, want.side)
		if err != nil {
			t.Fatal(err)
		}
		if a.CropPad != want.pad || !a.Flip || a.Cutout != 0 || a.Mean[0] != want.mean || a.Std[0] != want.std {
			t.Errorf("%s at %d: %+v, want pad %d, flip, no cutout, red %g / %g", want.name, want.side, a, want.pad, want.mean, want.std)
		}
	}
}

// The constants must fit the pixels that they normalise: then a set's values have mean 0 and deviation 1.
func TestNormalisationFitsTheSyntheticSet(t *testing.T) {
	s, err := Load("synthetic", "train", "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := Standard("synthetic", 32)
	if err != nil {
		t.Fatal(err)
	}
	images, labels := make([]float32, s.Len()*s.imageSize()), make([]float32, s.Len())
	scan, err := NewScan(s, a.Plain(), s.Len(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scan.Next(images, labels); err != nil {
		t.Fatal(err)
	}
	var sum, squares float64
	for _, v := range images {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	mean := sum / float64(len(images))
	if std := math.Sqrt(squares/float64(len(images)) - mean*mean); math.Abs(mean) > .01 || math.Abs(std-1) > .01 {
		t.Fatalf("mean %.4f, standard deviation %.4f, want 0 and 1", mean, std)
	}
}

// Each augmented image must be the original shifted by at most the pad in each direction, perhaps mirrored, black outside.
func TestAugmentedImagesAreShiftedAndMirroredOriginals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side, pad := rapid.IntRange(3, 6).Draw(t, "side"), rapid.IntRange(0, 3).Draw(t, "pad")
		channels := rapid.SampledFrom([]int{1, 3}).Draw(t, "channels")
		flip := rapid.Bool().Draw(t, "flip")
		s := ramp(2, side, channels)
		a := Augment{CropPad: pad, Flip: flip, Mean: [3]float32{.5, .25, 0}, Std: [3]float32{.5, .25, 1}}
		tr, err := newTransform(s, a, stream(rapid.Uint64().Draw(t, "seed")))
		if err != nil {
			t.Fatal(err)
		}
		out := make([]float32, s.imageSize())
		tr.apply(1, out)
		image := s.Pixels[s.imageSize():]
		candidate := make([]float32, len(out))
		for dy := -pad; dy <= pad; dy++ {
			for dx := -pad; dx <= pad; dx++ {
				for _, mirror := range []bool{false, flip} {
					for i := range candidate {
						y, x, c := i/channels/side+dy, i/channels%side, i%channels
						if mirror {
							x = side - 1 - x
						}
						x += dx
						var pixel float64
						if y >= 0 && y < side && x >= 0 && x < side {
							pixel = float64(image[(y*side+x)*channels+c])
						}
						candidate[i] = float32((pixel/255 - float64(a.Mean[c])) / float64(a.Std[c]))
					}
					if slices.Equal(candidate, out) {
						return
					}
				}
			}
		}
		t.Fatalf("%v is no shifted, mirrored original", out)
	})
}

func TestEveryShiftAndMirrorHappens(t *testing.T) {
	s := ramp(1, 4, 1)
	tr, err := newTransform(s, Augment{CropPad: 1, Flip: true, Std: [3]float32{1}}, stream(1))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[[16]float32]int{}
	const draws = 3600
	for range draws {
		var out [16]float32
		tr.apply(0, out[:])
		seen[out]++
	}
	if len(seen) != 18 {
		t.Fatalf("%d distinct images, want 9 shifts x 2", len(seen))
	}
	for _, n := range seen {
		if n < 130 || n > 270 { // 200 expected, standard deviation 13.7
			t.Errorf("one of 18 images came %d times out of %d", n, draws)
		}
	}
}

func TestCutoutZeroesASquareClippedAtTheBorder(t *testing.T) {
	s := ramp(1, 8, 3)
	plain := Augment{Mean: [3]float32{-1, -1, -1}, Std: [3]float32{1, 1, 1}} // no value is 0
	cut := plain
	cut.Cutout = 4
	tr, err := newTransform(s, cut, stream(2))
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, s.imageSize())
	whole := false
	for range 200 {
		tr.apply(0, out)
		top, left, bottom, right, zeros := 8, 8, -1, -1, 0
		for i, v := range out {
			if v == 0 {
				y, x := i/24, i/3%8
				top, left, bottom, right = min(top, y), min(left, x), max(bottom, y), max(right, x)
				zeros++
			}
		}
		h, w := bottom-top+1, right-left+1
		if h < 2 || h > 4 || w < 2 || w > 4 || zeros != 3*h*w {
			t.Fatalf("%d zeros between (%d, %d) and (%d, %d)", zeros, top, left, bottom, right)
		}
		if (h < 4 && top > 0 && bottom < 7) || (w < 4 && left > 0 && right < 7) {
			t.Fatalf("a %dx%d hole away from the border", h, w)
		}
		whole = whole || h == 4 && w == 4
	}
	if !whole {
		t.Fatal("no hole of 4x4 in 200 draws")
	}
}

func TestBadAugmentationsAreRefused(t *testing.T) {
	s := ramp(2, 4, 3)
	good := Augment{Std: [3]float32{1, 1, 1}}
	for says, change := range map[string]func(*Augment){
		"standard deviation 0 of channel 2": func(a *Augment) { a.Std[2] = 0 },
		"standard deviation NaN":            func(a *Augment) { a.Std[0] = float32(math.NaN()) },
		"crop pad -1":                       func(a *Augment) { a.CropPad = -1 },
		"crop pad 5":                        func(a *Augment) { a.CropPad = 5 },
		"cutout -2":                         func(a *Augment) { a.Cutout = -2 },
	} {
		a := good
		change(&a)
		if _, err := NewBatcher(s, a, 1, stream(1)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	if _, err := NewScan(s, Augment{Flip: true, Std: good.Std}, 1, nil); err == nil || !strings.Contains(err.Error(), "random stream") {
		t.Errorf("flip without a random stream: %v", err)
	}
}
