package enginetest

import (
	"math"

	"gmnas/harness/engine/kernel"
)

// The references are written for being right: float64, the definition, no tricks. They
// have no backward passes; gradients come from central differences.

// refConv is the convolution c of x (NHWC) with w (OHWI, or [channel, height, width] if depthwise).
func refConv(c kernel.Conv, x, w []float64) []float64 {
	oh, ow := c.OutSize()
	group := c.In / c.Groups
	y := make([]float64, 0, c.Rows()*c.Out)
	for n := range c.Batch {
		for i := range oh {
			for j := range ow {
				for o := range c.Out {
					first := o / (c.Out / c.Groups) * group
					s := 0.0
					for ki := range c.Kernel {
						for kj := range c.Kernel {
							h, v := i*c.Stride-c.Pad+ki*c.Dilation, j*c.Stride-c.Pad+kj*c.Dilation
							if h < 0 || h >= c.Height || v < 0 || v >= c.Width {
								continue
							}
							for g := range group {
								s += x[((n*c.Height+h)*c.Width+v)*c.In+first+g] * w[((o*c.Kernel+ki)*c.Kernel+kj)*group+g]
							}
						}
					}
					y = append(y, s)
				}
			}
		}
	}
	return y
}

// refPool reduces the valid pixels of every window, in row-major order.
func refPool(p kernel.Pool, x []float64, reduce func([]float64) float64) []float64 {
	oh, ow := p.OutSize()
	var y, window []float64
	for n := range p.Batch {
		for i := range oh {
			for j := range ow {
				for c := range p.Channels {
					window = window[:0]
					top, left := i*p.Stride-p.Pad+p.Shift, j*p.Stride-p.Pad+p.Shift
					for h := top; h < top+p.Kernel; h++ {
						for w := left; w < left+p.Kernel; w++ {
							if h >= 0 && h < p.Height && w >= 0 && w < p.Width {
								window = append(window, x[((n*p.Height+h)*p.Width+w)*p.Channels+c])
							}
						}
					}
					y = append(y, reduce(window))
				}
			}
		}
	}
	return y
}

func mean(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s / float64(len(v))
}

// refMoments returns every channel's mean, then every channel's biased variance.
func refMoments(rows, channels int, x []float64) []float64 {
	m := make([]float64, 2*channels)
	column := make([]float64, rows)
	for c := range channels {
		for r := range rows {
			column[r] = x[r*channels+c]
		}
		m[c] = mean(column)
		for r := range rows {
			column[r] = (column[r] - m[c]) * (column[r] - m[c])
		}
		m[channels+c] = mean(column)
	}
	return m
}

// refBatchNorm is theta * (gamma*(x-mean)/sqrt(variance+eps) + beta) with the batch's own moments.
func refBatchNorm(rows, channels int, eps float64, x, gamma, beta []float64, theta float64) []float64 {
	m := refMoments(rows, channels, x)
	y := make([]float64, len(x))
	for i := range y {
		c := i % channels
		y[i] = theta * (gamma[c]*(x[i]-m[c])/math.Sqrt(m[channels+c]+eps) + beta[c])
	}
	return y
}

// refCrossEntropy is the mean cross-entropy of softmax(logits) with t = (1-smoothing)*onehot + smoothing/classes.
func refCrossEntropy(batch, classes int, smoothing float64, logits, labels []float64) float64 {
	loss := 0.0
	for b := range batch {
		row := logits[b*classes : (b+1)*classes]
		z := 0.0
		for _, v := range row {
			z += math.Exp(v)
		}
		for k, v := range row {
			t := smoothing / float64(classes)
			if k == int(labels[b]) {
				t += 1 - smoothing
			}
			loss -= t * (v - math.Log(z))
		}
	}
	return loss / float64(batch)
}

// dot is the scalar loss whose gradients are checked: the sum of a*b.
func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// partial returns the derivative of f with respect to v[i], by a central difference.
func partial(f func() float64, v []float64, i int) float64 {
	const h = 1e-5
	x := v[i]
	v[i] = x + h
	up := f()
	v[i] = x - h
	down := f()
	v[i] = x
	return (up - down) / (2 * h)
}

// slope requires grad to be the gradient of f at v; of long vectors it looks at some values only.
func (l *lab) slope(what string, r random, grad []float32, f func() float64, v []float64) {
	l.Helper()
	if len(grad) != len(v) {
		l.Fatalf("%s: %d values, want %d", what, len(grad), len(v))
	}
	at := r.Perm(len(v))
	at = at[:min(len(at), 60)]
	got, want := make([]float32, len(at)), make([]float64, len(at))
	for k, i := range at {
		got[k], want[k] = grad[i], partial(f, v, i)
	}
	l.near(what, got, want, 5e-5, 2e-5)
}
