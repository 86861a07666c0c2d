package datasets

import (
	"slices"
	"testing"
)

// numbered is a set of n 1x1 images, n at most 256; image i has the pixel i.
func numbered(n int) *Set {
	s := &Set{Name: "synthetic", Classes: 10, Height: 1, Width: 1, Channels: 1}
	for i := range n {
		s.Pixels = append(s.Pixels, uint8(i))
		s.Labels = append(s.Labels, uint8(i%10))
	}
	return s
}

// plainValue is an Augment that leaves pixel p as p.
var plainValue = Augment{Std: [3]float32{1. / 255}}

func TestABatchHoldsNoImageTwice(t *testing.T) {
	const n, size, draws = 40, 30, 400
	b, err := NewBatcher(numbered(n), plainValue, size, stream(3))
	if err != nil {
		t.Fatal(err)
	}
	images, labels := make([]float32, size), make([]float32, size)
	counts, pairs := make([]int, n), 0
	var before []float32
	for range draws {
		if err := b.Next(images, labels); err != nil {
			t.Fatal(err)
		}
		seen := map[int]bool{}
		for i, v := range images {
			image := int(v + .5)
			if seen[image] {
				t.Fatalf("image %d twice in a batch", image)
			}
			seen[image] = true
			counts[image]++
			if labels[i] != float32(image%10) {
				t.Fatalf("label %g for image %d", labels[i], image)
			}
			if slices.Contains(before, v) {
				pairs++
			}
		}
		before = append(before[:0], images...)
	}
	for image, c := range counts {
		if c < 240 || c > 360 { // 300 expected, standard deviation 8.7
			t.Errorf("image %d came %d times in %d batches of %d out of %d", image, c, draws, size, n)
		}
	}
	// Without replacement across batches an image would wait for its next turn; independent batches share 22.5 on average.
	if mean := float64(pairs) / (draws - 1); mean < 22 || mean > 23 {
		t.Errorf("successive batches share %.2f images on average, want 22.5", mean)
	}
}

func TestBatchesDependOnTheStreamOnly(t *testing.T) {
	s := ramp(20, 8, 3)
	a, err := Standard("cifar10", 8)
	if err != nil {
		t.Fatal(err)
	}
	draw := func(seed uint64) []float32 {
		b, err := NewBatcher(s, a, 5, stream(seed))
		if err != nil {
			t.Fatal(err)
		}
		var all []float32
		images, labels := make([]float32, 5*s.imageSize()), make([]float32, 5)
		for range 3 {
			if err := b.Next(images, labels); err != nil {
				t.Fatal(err)
			}
			all = append(append(all, images...), labels...)
		}
		return all
	}
	if !slices.Equal(draw(1), draw(1)) {
		t.Error("the same stream gives other batches")
	}
	if slices.Equal(draw(1), draw(2)) {
		t.Error("another stream gives the same batches")
	}
}

func TestScanDeliversTheWholeSetOnce(t *testing.T) {
	scan, err := NewScan(numbered(10), plainValue, 4, nil)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		var sizes []int
		var seen []float32
		images, labels := make([]float32, 4), make([]float32, 4)
		for {
			n, err := scan.Next(images, labels)
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, n)
			if n == 0 {
				break
			}
			seen = append(seen, labels[:n]...)
		}
		if !slices.Equal(sizes, []int{4, 4, 2, 0}) || !slices.Equal(seen, []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Fatalf("round %d: batches of %v with labels %v", round, sizes, seen)
		}
		scan.Rewind()
	}
}

func TestWrongBatchSlicesAreErrors(t *testing.T) {
	b, err := NewBatcher(numbered(8), plainValue, 4, stream(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Next(make([]float32, 3), make([]float32, 4)); err == nil {
		t.Error("too few values are accepted")
	}
	if err := b.Next(make([]float32, 4), make([]float32, 5)); err == nil {
		t.Error("too many labels are accepted")
	}
	for _, size := range []int{0, -1, 9} {
		if _, err := NewBatcher(numbered(8), plainValue, size, stream(1)); err == nil {
			t.Errorf("batch size %d of 8 images is accepted", size)
		}
	}
	if _, err := NewScan(numbered(8), plainValue, 0, nil); err == nil {
		t.Error("scanning in batches of 0 is accepted")
	}
}

func TestNextAllocatesNothing(t *testing.T) {
	s, err := Synthetic(1, "train", 64)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Standard("synthetic", 32)
	if err != nil {
		t.Fatal(err)
	}
	a.Cutout = 8
	b, err := NewBatcher(s, a, 16, stream(1))
	if err != nil {
		t.Fatal(err)
	}
	images, labels := make([]float32, 16*s.imageSize()), make([]float32, 16)
	if n := testing.AllocsPerRun(5, func() {
		if err := b.Next(images, labels); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

func BenchmarkNext(b *testing.B) {
	s, err := Synthetic(1, "train", 1000)
	if err != nil {
		b.Fatal(err)
	}
	a, err := Standard("synthetic", 32)
	if err != nil {
		b.Fatal(err)
	}
	batches, err := NewBatcher(s, a, 64, stream(1))
	if err != nil {
		b.Fatal(err)
	}
	images, labels := make([]float32, 64*s.imageSize()), make([]float32, 64)
	for b.Loop() {
		if err := batches.Next(images, labels); err != nil {
			b.Fatal(err)
		}
	}
}

// Each epoch of a shuffled scan must deliver the whole set once, in an order and with crops that depend on its stream alone.
func TestAShuffledScanDependsOnItsStreamOnly(t *testing.T) {
	const n, size = 40, 12
	cropped := plainValue
	cropped.CropPad = 1 // a shifted pixel is black
	scan := func(a Augment, seeds ...uint64) (pixels []int) {
		s, err := NewScan(numbered(n), a, size, stream(1))
		if err != nil {
			t.Fatal(err)
		}
		images, labels := make([]float32, size), make([]float32, size)
		for _, seed := range seeds {
			s.Shuffle(stream(seed))
			pixels = pixels[:0]
			for {
				got, err := s.Next(images, labels)
				if err != nil {
					t.Fatal(err)
				}
				if got == 0 {
					break
				}
				for i, v := range images[:got] {
					if labels[i] != float32(int(v+.5)%10) && v != 0 {
						t.Fatalf("label %g for image %g", labels[i], v)
					}
					pixels = append(pixels, int(v+.5))
				}
			}
		}
		return pixels
	}
	whole := scan(plainValue, 7)
	if sorted := slices.Sorted(slices.Values(whole)); len(sorted) != n || sorted[0] != 0 || sorted[n-1] != n-1 || len(slices.Compact(sorted)) != n {
		t.Errorf("an epoch delivers %v", whole)
	}
	if slices.Equal(whole, scan(plainValue, 8)) {
		t.Error("two streams give one order")
	}
	if again := scan(cropped, 3, 5, 7); !slices.Equal(again, scan(cropped, 7)) {
		t.Error("an epoch depends on those before it")
	}
}
