package datasets

import "fmt"

// syntheticSeed and syntheticCount are what [Load] uses.
const syntheticSeed = 1

var syntheticCount = map[string]int{"train": 4000, "test": 1000}

const (
	syntheticSide  = 32
	syntheticLimit = 1_000_000
)

// The ten classes, in the order of their labels.
var syntheticClasses = [...]func(p *painter) func(x, y int) bool{
	horizontalStripes, verticalStripes, diagonalStripes, checkerboard, dots, disc, ring, square, triangle, cross,
}

// Synthetic draws n images of 32x32x3: ten classes of textures (stripes in three directions, a checkerboard, dots) and
// shapes (disc, ring, square, triangle, cross) with random place, size, phase and colours on a shaded, noisy ground. A
// pixel alone says next to nothing about the class, so convolution helps. Image i depends on seed, part and i alone: the
// first images are the same for every n. All arithmetic is on integers, so every machine draws the same images.
func Synthetic(seed uint64, part string, n int) (*Set, error) {
	stream, ok := map[string]uint64{"train": 1, "test": 2}[part]
	if !ok {
		return nil, fmt.Errorf("drawing the synthetic set: part %q, want train or test", part)
	}
	if n < 1 || n > syntheticLimit {
		return nil, fmt.Errorf("drawing the synthetic set: %d images, want 1 to %d", n, syntheticLimit)
	}
	s := &Set{Name: "synthetic", Classes: len(syntheticClasses), Height: syntheticSide, Width: syntheticSide, Channels: 3}
	s.Pixels = make([]uint8, n*s.imageSize())
	s.Labels = make([]uint8, n)
	for i := range n {
		p := &painter{state: mix(mix(mix(seed)+stream) + uint64(i))}
		class := p.draw(len(syntheticClasses))
		s.Labels[i] = uint8(class)
		p.paint(syntheticClasses[class](p), s.Pixels[i*s.imageSize():][:s.imageSize()])
	}
	return s, nil
}

// A painter is the random stream (splitmix64) of one image.
type painter struct{ state uint64 }

// mix is the output function of splitmix64 (Steele, Lea and Flood 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// draw is uniform on 0..n-1, but for a bias below n/2^32.
func (p *painter) draw(n int) int {
	p.state += 0x9e3779b97f4a7c15
	return int(mix(p.state) >> 32 * uint64(n) >> 32)
}

// between is uniform on low..high, both included.
func (p *painter) between(low, high int) int { return low + p.draw(high-low+1) }

// paint fills a 32x32x3 image: the figure in one colour on a ground in another, a shade that runs across the image, and
// noise.
func (p *painter) paint(figure func(x, y int) bool, out []uint8) {
	var ground, contrast, slopeX, slopeY [3]int
	for c := range 3 {
		ground[c] = p.between(64, 192)
		contrast[c] = p.between(20, 64) * (2*p.draw(2) - 1)
		slopeX[c], slopeY[c] = p.between(-3, 3), p.between(-3, 3)
	}
	const noise = 40
	half := syntheticSide / 2
	for y := range syntheticSide {
		for x := range syntheticSide {
			on := figure(x, y)
			for c := range 3 {
				v := ground[c] + slopeX[c]*(x-half) + slopeY[c]*(y-half) + p.between(-noise, noise)
				if on {
					v += contrast[c]
				}
				out[(y*syntheticSide+x)*3+c] = uint8(min(max(v, 0), 255))
			}
		}
	}
}
