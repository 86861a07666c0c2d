package datasets

import (
	"fmt"
	"math/rand/v2"
)

// Augment says how a stored image becomes an input of the network: random crop, random flip, normalisation and cutout,
// in this order. Zero values switch a part off, but for Std, which must be positive.
type Augment struct {
	// CropPad is the width in pixels of the black border from which a crop of the image's own size is drawn.
	CropPad int
	// Flip mirrors half of the images left to right.
	Flip bool
	// Mean and Std normalise a channel: (pixel/255 - Mean) / Std. A grey image uses the first only.
	Mean, Std [3]float32
	// Cutout is the side in pixels of the square, clipped at the border, that is set to zero after normalisation.
	Cutout int
}

// normal holds the mean and standard deviation of each set, as fractions of 255 (spec.md section 2 for
// the first three; measured on the training part, border included, for the others).
var normal = map[string]struct{ mean, std [3]float32 }{
	"cifar10":  {[3]float32{.49139968, .48215827, .44653124}, [3]float32{.24703233, .24348505, .26158768}},
	"cifar100": {[3]float32{.5071, .4865, .4409}, [3]float32{.2673, .2564, .2762}},
	"imagenet16-120": {[3]float32{122.68 / 255., 116.66 / 255., 104.01 / 255.},
		[3]float32{63.22 / 255., 61.26 / 255., 65.09 / 255.}},
	"fashion-mnist": {[3]float32{.2190}, [3]float32{.3318}},
	"synthetic":     {[3]float32{.5036, .5005, .5037}, [3]float32{.2219, .2219, .2220}},
}

// Standard is the training augmentation of a set whose images have the given side: random crop, flip and normalisation
// with the constants of spec.md section 2, no cutout. The border is an eighth of the side: 4 pixels for 32x32, 2 for
// 16x16, which is what spec.md states for CIFAR and ImageNet16-120 and its proportion for pooled images.
func Standard(name string, side int) (Augment, error) {
	n, ok := normal[name]
	if !ok {
		return Augment{}, unknownSet(name)
	}
	if side < 1 {
		return Augment{}, fmt.Errorf("augmentation of %s: image side %d must be positive", name, side)
	}
	return Augment{CropPad: side / 8, Flip: true, Mean: n.mean, Std: n.std}, nil
}

// Plain is the same normalisation without anything random: what test images get.
func (a Augment) Plain() Augment { return Augment{Mean: a.Mean, Std: a.Std} }

// random says whether applying a draws random numbers.
func (a Augment) random() bool { return a.CropPad > 0 || a.Flip || a.Cutout > 0 }

// A transform is an Augment made ready for the images of one set.
type transform struct {
	Augment
	set *Set
	// value is the normalised value of each pixel value, by channel.
	value [3][256]float32
	rng   *rand.Rand
}

func newTransform(s *Set, a Augment, rng *rand.Rand) (*transform, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("augmenting %w", err)
	}
	if s.Channels < 1 || s.Channels > 3 {
		return nil, fmt.Errorf("augmenting %s: %d channels, want 1 to 3", s.Name, s.Channels)
	}
	if a.CropPad < 0 || a.CropPad > s.Height || a.CropPad > s.Width {
		return nil, fmt.Errorf("augmenting %s: crop pad %d, want 0 to the image's side %d", s.Name, a.CropPad, min(s.Height, s.Width))
	}
	if a.Cutout < 0 {
		return nil, fmt.Errorf("augmenting %s: cutout %d must not be negative", s.Name, a.Cutout)
	}
	if a.random() && rng == nil {
		return nil, fmt.Errorf("augmenting %s: crop, flip and cutout need a random stream; give one or use Plain", s.Name)
	}
	t := &transform{Augment: a, set: s, rng: rng}
	for c := range s.Channels {
		if !(a.Std[c] > 0) {
			return nil, fmt.Errorf("augmenting %s: standard deviation %g of channel %d must be positive", s.Name, a.Std[c], c)
		}
		for p := range 256 {
			t.value[c][p] = float32((float64(p)/255 - float64(a.Mean[c])) / float64(a.Std[c]))
		}
	}
	return t, nil
}

// apply writes image i of the set to out, which has the image's size.
func (t *transform) apply(i int, out []float32) {
	s := t.set
	in := s.Pixels[i*s.imageSize():][:s.imageSize()]
	dy, dx, mirror := 0, 0, false
	if t.CropPad > 0 {
		dy = t.rng.IntN(2*t.CropPad+1) - t.CropPad
		dx = t.rng.IntN(2*t.CropPad+1) - t.CropPad
	}
	if t.Flip {
		mirror = t.rng.IntN(2) == 1
	}
	at := 0
	for y := range s.Height {
		for x := range s.Width {
			sx := x
			if mirror {
				sx = s.Width - 1 - x
			}
			sy, sx := y+dy, sx+dx
			inside := sy >= 0 && sy < s.Height && sx >= 0 && sx < s.Width
			for c := range s.Channels {
				var pixel uint8 // black outside the image
				if inside {
					pixel = in[(sy*s.Width+sx)*s.Channels+c]
				}
				out[at] = t.value[c][pixel]
				at++
			}
		}
	}
	if t.Cutout > 0 {
		t.cutOut(out)
	}
}

// cutOut zeroes a square around a random pixel.
func (t *transform) cutOut(out []float32) {
	s := t.set
	top := t.rng.IntN(s.Height) - t.Cutout/2
	left := t.rng.IntN(s.Width) - t.Cutout/2
	from, to := max(left, 0)*s.Channels, min(left+t.Cutout, s.Width)*s.Channels
	for y := max(top, 0); y < min(top+t.Cutout, s.Height); y++ {
		clear(out[y*s.Width*s.Channels:][from:to])
	}
}
