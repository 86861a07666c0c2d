// Package datasets reads the image sets that architectures are searched on, draws augmented batches from them, and
// knows where each file of data comes from.
//
// From file to batch:
//
//  1. [Get] downloads a registered [Source] into the data folder and verifies its hash; [Status] says what is there.
//  2. [Load] reads one part ("train" or "test") of a named set into a [Set].
//  3. [Set.First], [Set.Pool], [Split] and [HoldOut] cut it to what a profile declares.
//  4. [Standard] gives the set's augmentation; [Batcher] draws random training batches and [Scan] walks a set once.
//
// Everything that comes from a file or the network is untrusted: sizes are bounded and every value is checked.
package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// A Set is labelled images in memory. It is read-only after loading: [Set.First], [Set.Slice], [Split] and [HoldOut] share its memory.
type Set struct {
	Name    string
	Classes int
	Height  int
	Width   int
	// Channels is 3 (red, green, blue) or 1 (grey).
	Channels int
	// Pixels holds Len images, each Height x Width x Channels (NHWC), 0..255.
	Pixels []uint8
	// Labels holds one label an image, 0..Classes-1.
	Labels []uint8
}

// Len is the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// imageSize is the number of values of one image.
func (s *Set) imageSize() int { return s.Height * s.Width * s.Channels }

// First is the first n images. It fails where the set has fewer, and never returns fewer than asked for.
func (s *Set) First(n int) (*Set, error) {
	if n < 1 || n > s.Len() {
		return nil, fmt.Errorf("taking the first images of %s: want %d, have %d; ask for 1 to %d", s.Name, n, s.Len(), s.Len())
	}
	return s.view(0, n), nil
}

// Slice is the images from <= i < to.
func (s *Set) Slice(from, to int) (*Set, error) {
	if from < 0 || to <= from || to > s.Len() {
		return nil, fmt.Errorf("slicing %s: want images %d to %d, have 0 to %d; the end is exclusive and must lie behind the start",
			s.Name, from, to, s.Len())
	}
	return s.view(from, to), nil
}

func (s *Set) view(from, to int) *Set {
	v, size := *s, s.imageSize()
	v.Pixels = s.Pixels[from*size : to*size : to*size]
	v.Labels = s.Labels[from:to:to]
	return &v
}

// Pool is the set with each factor x factor block of pixels replaced by its mean, rounded half up: factor 2 makes
// 32x32 images 16x16. The sides must be divisible by the factor.
func (s *Set) Pool(factor int) (*Set, error) {
	if factor < 1 || s.Height%factor != 0 || s.Width%factor != 0 {
		return nil, fmt.Errorf("pooling %s: factor %d does not divide %dx%d pixels", s.Name, factor, s.Height, s.Width)
	}
	p := *s
	p.Height, p.Width = s.Height/factor, s.Width/factor
	p.Pixels = make([]uint8, s.Len()*p.imageSize())
	area := factor * factor
	row := make([]int, p.Width*p.Channels)
	for out := 0; out < len(p.Pixels); out += len(row) {
		clear(row)
		in := s.Pixels[out*area:][:len(row)*area]
		for y := range factor {
			for x := range s.Width {
				for c := range s.Channels {
					row[x/factor*s.Channels+c] += int(in[(y*s.Width+x)*s.Channels+c])
				}
			}
		}
		for i, sum := range row {
			p.Pixels[out+i] = uint8((2*sum + area) / (2 * area))
		}
	}
	return &p, nil
}

// Hash is the SHA-256, in hexadecimal, over name, classes, shape, labels and pixels.
func (s *Set) Hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "gmnas set 1\n%q\n%d classes, %d images of %dx%dx%d\n", s.Name, s.Classes, s.Len(), s.Height, s.Width, s.Channels)
	h.Write(s.Labels)
	h.Write(s.Pixels)
	return hex.EncodeToString(h.Sum(nil))
}

// Split parts a training set by index order: the first floor(n/2) images are the W-set, on which weights are trained,
// the rest is the A-set, on which alpha is trained and architectures are compared (spec.md section 2).
func Split(s *Set) (w, a *Set) {
	half := s.Len() / 2
	return s.view(0, half), s.view(half, s.Len())
}

// HoldOut parts a training set by index order: the last n images are held out, for choosing among what is trained on the
// rest (spec.md section 4). With n = 0 held is nil. At least one image must stay.
func HoldOut(s *Set, n int) (rest, held *Set, err error) {
	if n < 0 || n >= s.Len() {
		return nil, nil, fmt.Errorf("holding out images of %s: %d, want 0 to %d, as there are %d", s.Name, n, s.Len()-1, s.Len())
	}
	if n > 0 {
		held = s.view(s.Len()-n, s.Len())
	}
	return s.view(0, s.Len()-n), held, nil
}

// check says whether shape, pixels and labels fit together.
func (s *Set) check() error {
	if s.Len() == 0 {
		return fmt.Errorf("%s: no images: %w", s.Name, io.ErrUnexpectedEOF)
	}
	if len(s.Pixels) != s.Len()*s.imageSize() {
		return fmt.Errorf("%s: %d labels, but %d values of pixels, which is not %d an image", s.Name, s.Len(), len(s.Pixels), s.imageSize())
	}
	for i, label := range s.Labels {
		if int(label) >= s.Classes {
			return fmt.Errorf("%s: label %d of image %d is not below %d, the number of classes", s.Name, label, i, s.Classes)
		}
	}
	return nil
}
