package space

import "fmt"

// Skeleton is the network around the cells, which has three stages of C, 2C and 4C channels. NAS-Bench-201's (spec.md
// section 1.1) is a 3x3 stem, stages of Cells cells that all share one architecture, a residual block of stride 2
// between stages, and a linear classifier. DARTS's (section 5.1) is a 3x3 stem, Cells cells in all, of which two (see
// Reduction) are reduction cells and begin a stage, and a linear classifier.
type Skeleton struct {
	Channels      int // C of the first stage; the paper has 16
	Cells         int // NAS-Bench-201: cells of each stage, N, in the paper 5; DARTS: all cells, L, in the paper 8
	ImageSize     int // height and width in pixels: 32 for CIFAR, 16 for ImageNet16-120; a multiple of 4
	ImageChannels int // 3 for colour
	Classes       int
}

// CIFAR10 is the paper's network on CIFAR-10.
var CIFAR10 = Skeleton{Channels: 16, Cells: 5, ImageSize: 32, ImageChannels: 3, Classes: 10}

// CIFAR100 is the paper's network on CIFAR-100.
var CIFAR100 = Skeleton{Channels: 16, Cells: 5, ImageSize: 32, ImageChannels: 3, Classes: 100}

// ImageNet16 is the paper's network on ImageNet16-120.
var ImageNet16 = Skeleton{Channels: 16, Cells: 5, ImageSize: 16, ImageChannels: 3, Classes: 120}

// stages is the number of stages; channels double and the image halves between them.
const stages = 3

// DARTSSearch is the paper's network for searching in DARTS on CIFAR-10.
var DARTSSearch = Skeleton{Channels: 16, Cells: 8, ImageSize: 32, ImageChannels: 3, Classes: 10}

// Reduction reports whether that cell of a DARTS network, the first being 0, is a reduction cell: at a third and at two
// thirds of the depth.
func (k Skeleton) Reduction(cell int) bool { return cell == k.Cells/3 || cell == 2*k.Cells/3 }

// Check returns an error that names the first size out of its bounds.
func (k Skeleton) Check() error {
	for _, field := range []struct {
		name       string
		value, max int
	}{
		{"channels", k.Channels, 1024}, {"cells", k.Cells, 100}, {"image size", k.ImageSize, 1024},
		{"image channels", k.ImageChannels, 16}, {"classes", k.Classes, 100000},
	} {
		if field.value < 1 || field.value > field.max {
			return fmt.Errorf("skeleton: %s %d: must be 1 to %d", field.name, field.value, field.max)
		}
	}
	if k.ImageSize%4 != 0 {
		return fmt.Errorf("skeleton: image size %d: must be a multiple of 4, as two blocks halve it", k.ImageSize)
	}
	return nil
}

// CheckSkeleton is Skeleton.Check and what the space itself needs.
func (s Space) CheckSkeleton(k Skeleton) error {
	if err := k.Check(); err != nil || !s.Genotypes() {
		return err
	}
	if k.Cells < stages {
		return fmt.Errorf("skeleton: cells %d: must be %d or more in %s, for a normal cell before two reduction cells", k.Cells, stages, s.Name)
	}
	if k.Channels%2 != 0 {
		return fmt.Errorf("skeleton: channels %d: must be even in %s, as a factorized reduce makes them in two halves", k.Channels, s.Name)
	}
	return nil
}

// Kernel returns the kernel size, in pixels a side, of a convolution, or 0 for an operation without weights.
func Kernel(operation string) int {
	switch operation {
	case "nor_conv_1x1":
		return 1
	case "nor_conv_3x3":
		return 3
	}
	return 0
}

// MACs returns the multiply-adds of one image through a trained NAS-Bench-201 network, convolutions and classifier only. For
// CIFAR10 it is 7.783040 M + 3.932160 M * (1x1 convolutions) + 35.389440 M * (3x3), exact (spec.md section 1.4).
func (s Space) MACs(a Architecture, k Skeleton) int64 {
	total := k.fixedMACs()
	for _, o := range a {
		total += s.edgeMACs(int(o), k)
	}
	return total
}

// SupernetMACs returns the multiply-adds of one image forward through the mixture of every operation that the
// mask allows: 300,255,744 for DARTS, all operations and DARTSSearch.
func (s Space) SupernetMACs(m Mask, k Skeleton) int64 {
	if s.Genotypes() {
		return k.dartsSupernet(s, m).macs
	}
	total := k.fixedMACs()
	for e := range s.Edges() {
		for _, o := range m.Operations(e) {
			total += s.edgeMACs(o, k)
		}
	}
	return total
}

// fixedMACs is the part outside the cells: stem, two residual blocks (14 C^2 S^2 each), classifier.
func (k Skeleton) fixedMACs() int64 {
	c, size := int64(k.Channels), int64(k.ImageSize)
	return 9*int64(k.ImageChannels)*c*size*size + 2*14*c*c*size*size + 4*c*int64(k.Classes)
}

// edgeMACs is one operation on one edge of every cell; a stage's channels and image size cancel out.
func (s Space) edgeMACs(o int, k Skeleton) int64 {
	if o >= len(s.Operations) {
		return 0
	}
	side, c, size := int64(Kernel(s.Operations[o])), int64(k.Channels), int64(k.ImageSize)
	return stages * int64(k.Cells) * side * side * c * c * size * size
}

// Params returns the trainable numbers of a trained NAS-Bench-201 network, batch norms affine: for CIFAR10 73,306 +
// 5 * (5376 k^2 + 224) for each k x k convolution (spec.md section 1.4).
func (s Space) Params(a Architecture, k Skeleton) int64 {
	total := k.fixedParams()
	for _, o := range a {
		if int(o) >= len(s.Operations) || Kernel(s.Operations[o]) == 0 {
			continue
		}
		total += s.edgeWeights(int(o), k) + 14*int64(k.Channels)*int64(k.Cells)
	}
	return total
}

// SupernetParams returns the weights of the supernet, whose cells have batch norms without affine numbers:
// 1,686,106 for CIFAR10, 1,691,956 for CIFAR100, 1,693,256 for ImageNet16 (spec.md section 1.1), and in DARTS
// 1,930,618 for DARTSSearch (section 5.1). Every sub-supernet has the same tensors, whatever its mask.
func (s Space) SupernetParams(k Skeleton) int64 {
	if s.Genotypes() {
		return k.dartsSupernet(s, Full(s)).params
	}
	total := k.fixedParams()
	for o := range s.Operations {
		total += int64(s.Edges()) * s.edgeWeights(o, k)
	}
	return total
}

// fixedParams is the part outside the cells: stem, two residual blocks, last batch norm, classifier.
func (k Skeleton) fixedParams() int64 {
	c, classes := int64(k.Channels), int64(k.Classes)
	stem := 9*int64(k.ImageChannels)*c + 2*c
	residual := 56*5*c*c + 8*3*c // 56 c^2 + 8 c for c = C and 2C
	head := 2*4*c + 4*c*classes + classes
	return stem + residual + head
}

// edgeWeights is the convolution weights of one operation on one edge of every cell: (1+4+16) C^2 k^2 N.
func (s Space) edgeWeights(o int, k Skeleton) int64 {
	side, c := int64(Kernel(s.Operations[o])), int64(k.Channels)
	return 21 * c * c * side * side * int64(k.Cells)
}
