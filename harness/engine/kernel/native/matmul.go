package native

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// blockRows is how many rows are multiplied at once, so that they stay in cache. It is also the
// side of gonum's own blocks: up to three of them gonum multiplies on the calling goroutine
// without allocating.
const blockRows = 64

// tile returns how many of n rows of k values to work on at once: about 32 KiB.
func tile(n, k int) int { return min(n, max(8, min(3*blockRows, 8192/k))) }

// timesTransposed writes c = a * b' with a [m, k], b [n, k], m at most blockRows.
func timesTransposed(m, n, k int, a, b, c []float32) {
	step := tile(n, k)
	for j := 0; j < n; j += step {
		gonum.Implementation{}.Sgemm(blas.NoTrans, blas.Trans, m, min(step, n-j), k, 1, a, k, b[j*k:], k, 0, c[j:], n)
	}
}

// transposedTimes writes c = a' * b with a [k, m], b [k, n], k at most blockRows.
func transposedTimes(m, n, k int, a, b, c []float32) {
	stepN := min(n, 3*blockRows)
	stepM := min(blockRows, tile(m, stepN))
	for i := 0; i < m; i += stepM {
		for j := 0; j < n; j += stepN {
			gonum.Implementation{}.Sgemm(blas.Trans, blas.NoTrans, min(stepM, m-i), min(stepN, n-j), k, 1, a[i:], m, b[j:], n, 0, c[i*n+j:], n)
		}
	}
}
