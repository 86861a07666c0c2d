package datasets

import (
	"math"
	"slices"
	"testing"
)

func TestSyntheticSetIsTheSameEverywhere(t *testing.T) {
	train, err := Load("synthetic", "train", "")
	if err != nil {
		t.Fatal(err)
	}
	test, err := Load("synthetic", "test", "")
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 4000 || test.Len() != 1000 {
		t.Fatalf("%d + %d images, want 4000 + 1000", train.Len(), test.Len())
	}
	if got, want := train.Hash(), "c6e3f52a4c6ed8259acf4665dc1a183adfbed5feca5ece77aedb9cfa2f4edda8"; got != want {
		t.Errorf("train: hash %s, want %s", got, want)
	}
	if got, want := test.Hash(), "d3d704dd0b3b273d1a4d9ad1de83b4db0e0985d82cd8344b01de00e2426e9c5f"; got != want {
		t.Errorf("test: hash %s, want %s", got, want)
	}
	counts := make([]int, 10)
	for _, l := range train.Labels {
		counts[l]++
	}
	if slices.Min(counts) < 340 || slices.Max(counts) > 460 {
		t.Errorf("classes have %v images, want about 400 each", counts)
	}
}

func TestSyntheticImagesDoNotDependOnTheirNumber(t *testing.T) {
	few, err := Synthetic(7, "train", 20)
	if err != nil {
		t.Fatal(err)
	}
	many, err := Synthetic(7, "train", 50)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(few.Pixels, many.Pixels[:len(few.Pixels)]) || !slices.Equal(few.Labels, many.Labels[:20]) {
		t.Error("the first 20 of 50 images are not the 20 images")
	}
	for what, other := range map[string]func() (*Set, error){
		"another seed": func() (*Set, error) { return Synthetic(8, "train", 20) },
		"another part": func() (*Set, error) { return Synthetic(7, "test", 20) },
	} {
		s, err := other()
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(s.Pixels, few.Pixels) {
			t.Errorf("%s gives the same images", what)
		}
	}
	for _, n := range []int{0, -1, syntheticLimit + 1} {
		if _, err := Synthetic(7, "train", n); err == nil {
			t.Errorf("%d images are accepted", n)
		}
	}
	if _, err := Synthetic(7, "valid", 1); err == nil {
		t.Error("part valid is accepted")
	}
}

// Convolution must help on this set, or a search on it says nothing: a linear classifier of the pixels stays below one
// of pooled random convolutions, at the laptop profile's 16x16.
func TestConvolutionHelpsOnTheSyntheticSet(t *testing.T) {
	part := func(name string, n int) *Set {
		s, err := Synthetic(syntheticSeed, name, n)
		if err != nil {
			t.Fatal(err)
		}
		if s, err = s.Pool(2); err != nil {
			t.Fatal(err)
		}
		return s
	}
	train, test := part("train", 2000), part("test", 500)
	linear := linearAccuracy(pixelFeatures(train), train.Labels, pixelFeatures(test), test.Labels)
	conv := linearAccuracy(randomConvolutions(train), train.Labels, randomConvolutions(test), test.Labels)
	t.Logf("linear on pixels %.3f, linear on random convolutions %.3f", linear, conv)
	if linear > .4 {
		t.Errorf("a linear classifier of the pixels reaches %.3f, want at most 0.4", linear)
	}
	if conv < linear+.2 {
		t.Errorf("random convolutions reach %.3f, want 0.2 more than the pixels' %.3f", conv, linear)
	}
}

func pixelFeatures(s *Set) [][]float64 {
	features := make([][]float64, s.Len())
	for i := range features {
		for _, p := range s.Pixels[i*s.imageSize():][:s.imageSize()] {
			features[i] = append(features[i], float64(p))
		}
	}
	return features
}

// randomConvolutions are the energies, over the image and its colours, of random 5x5 convolutions with zero-sum filters,
// relative to each other.
func randomConvolutions(s *Set) [][]float64 {
	const filters, width = 64, 5
	rng := stream(9)
	taps := make([][width * width]float64, filters)
	for f := range taps {
		mean := 0.
		for i := range taps[f] {
			taps[f][i] = rng.NormFloat64()
			mean += taps[f][i] / float64(len(taps[f]))
		}
		for i := range taps[f] {
			taps[f][i] -= mean
		}
	}
	features := make([][]float64, s.Len())
	for i := range features {
		features[i] = make([]float64, filters)
		patch := make([]float64, 0, width*width)
		for y := range s.Height - width + 1 {
			for x := range s.Width - width + 1 {
				c := (x + y) % s.Channels // one colour at each place
				patch = patch[:0]
				for dy := range width {
					for dx := range width {
						patch = append(patch, float64(s.Pixels[((i*s.Height+y+dy)*s.Width+x+dx)*s.Channels+c]))
					}
				}
				for f := range taps {
					sum := 0.
					for j, v := range patch {
						sum += taps[f][j] * v
					}
					features[i][f] += sum * sum
				}
			}
		}
		mean := 0.
		for j, energy := range features[i] {
			features[i][j] = math.Log(1 + energy)
			mean += features[i][j] / filters
		}
		for j := range features[i] {
			features[i][j] -= mean
		}
	}
	return features
}

// linearAccuracy is the test accuracy of softmax regression on standardised features.
func linearAccuracy(train [][]float64, trainLabels []uint8, test [][]float64, testLabels []uint8) float64 {
	standardise(train, test)
	const classes, epochs = 10, 15
	width := len(train[0])
	weights := make([][]float64, classes)
	for c := range weights {
		weights[c] = make([]float64, width+1)
	}
	scores := func(x []float64) []float64 {
		out := make([]float64, classes)
		for c, w := range weights {
			out[c] = w[width]
			for j, v := range x {
				out[c] += w[j] * v
			}
		}
		return out
	}
	for epoch := range epochs {
		rate := .5 / float64(width) * (1 - float64(epoch)/epochs)
		for i, x := range train {
			p := scores(x)
			top, sum := slices.Max(p), 0.
			for c := range p {
				p[c] = math.Exp(p[c] - top)
				sum += p[c]
			}
			for c, w := range weights {
				g := p[c] / sum
				if c == int(trainLabels[i]) {
					g--
				}
				for j, v := range x {
					w[j] -= rate * g * v
				}
				w[width] -= rate * g
			}
		}
	}
	right := 0
	for i, x := range test {
		p := scores(x)
		if slices.Index(p, slices.Max(p)) == int(testLabels[i]) {
			right++
		}
	}
	return float64(right) / float64(len(test))
}

// standardise scales each feature to mean 0 and deviation 1 on the training set.
func standardise(train, test [][]float64) {
	for j := range train[0] {
		var sum, squares float64
		for _, x := range train {
			sum += x[j]
			squares += x[j] * x[j]
		}
		mean := sum / float64(len(train))
		std := math.Sqrt(squares/float64(len(train))-mean*mean) + 1e-9
		for _, set := range [][][]float64{train, test} {
			for _, x := range set {
				x[j] = (x[j] - mean) / std
			}
		}
	}
}
