package native

import "gonum.org/v1/gonum/blas/gonum"

// addScaled adds scale*src to dst.
func addScaled(dst, src []float32, scale float32) {
	gonum.Implementation{}.Saxpy(len(dst), scale, src, 1, dst, 1)
}

// multiplyAdd adds the products of a and b to dst.
func multiplyAdd(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for len(dst) >= 8 && len(a) >= 8 && len(b) >= 8 {
		d, x, y := (*[8]float32)(dst), (*[8]float32)(a), (*[8]float32)(b)
		d[0] += x[0] * y[0]
		d[1] += x[1] * y[1]
		d[2] += x[2] * y[2]
		d[3] += x[3] * y[3]
		d[4] += x[4] * y[4]
		d[5] += x[5] * y[5]
		d[6] += x[6] * y[6]
		d[7] += x[7] * y[7]
		dst, a, b = dst[8:], a[8:], b[8:]
	}
	for i := range dst {
		dst[i] += a[i] * b[i]
	}
}

// addMasked adds scale*src to dst where mask is above zero.
func addMasked(dst, src, mask []float32, scale float32) {
	src, mask = src[:len(dst)], mask[:len(dst)]
	for i := range dst {
		if mask[i] > 0 {
			dst[i] += scale * src[i]
		}
	}
}

// addMaskedProduct adds coef*src to dst where mask is above zero.
func addMaskedProduct(dst, src, mask, coef []float32) {
	src, mask, coef = src[:len(dst)], mask[:len(dst)], coef[:len(dst)]
	for i := range dst {
		if mask[i] > 0 {
			dst[i] += coef[i] * src[i]
		}
	}
}

// fold adds src to the float64 sums.
func fold(sums []float64, src []float32) {
	src = src[:len(sums)]
	for i := range sums {
		sums[i] += float64(src[i])
	}
}

// foldProducts adds the products of a and b to the float64 sums.
func foldProducts(sums []float64, a, b []float32) {
	a, b = a[:len(sums)], b[:len(sums)]
	for i := range sums {
		sums[i] += float64(a[i]) * float64(b[i])
	}
}

// total writes the sum of the equal parts of sums, in their order, to dst.
func total(dst []float32, sums []float64) {
	n := len(dst)
	for i := range dst {
		s := 0.0
		for j := i; j < len(sums); j += n {
			s += sums[j]
		}
		dst[i] = float32(s)
	}
}

// wideRow is the least length of a row worth a call of its own.
const wideRow = 256

// repeats returns how many of at most rows rows of n values make a wide row.
func repeats(n, rows int) int { return max(1, min(rows, wideRow/n)) }

// repeat fills dst with the values of src again and again.
func repeat(dst, src []float32) {
	for len(dst) > 0 {
		dst = dst[copy(dst, src):]
	}
}
