package native

// windows says which source pixels every destination pixel reads: for a convolution or pool
// the window of an output pixel, for its data gradient the outputs whose window holds an
// input pixel. Rows and columns are independent, so two small tables hold it all.
type windows struct {
	batch, height, width int // destination
	srcHeight, srcWidth  int
	kernel               int
	rows, cols           []int32 // kernel source indices for each destination row or column; -1 is outside
	runs                 []bool  // for each destination column: its kernel source columns are neighbours, none outside
	segments             [][]segment
}

// segment is a run of n pixels of a line, from x on, that read as many source pixels, from src on.
// A window's segments[k] are all that its k-th column reads.
type segment struct{ x, src, n int }

// axis returns the table of one dimension: destination i reads source i*stride-pad+k*dilation.
func axis(dst, src, kernel, stride, pad, dilation int) []int32 {
	t := make([]int32, 0, dst*kernel)
	for i := range dst {
		for k := range kernel {
			j := i*stride - pad + k*dilation
			if j < 0 || j >= src {
				j = -1
			}
			t = append(t, int32(j))
		}
	}
	return t
}

// reverse turns an axis table round: which destinations read source j as their k-th.
func reverse(t []int32, src, kernel int) []int32 {
	r := make([]int32, src*kernel)
	for i := range r {
		r[i] = -1
	}
	for i, j := range t {
		if j >= 0 {
			r[int(j)*kernel+i%kernel] = int32(i / kernel)
		}
	}
	return r
}

// newWindows returns the windows of a forward pass from src to dst pixels.
func newWindows(batch, dstHeight, dstWidth, srcHeight, srcWidth, kernel, stride, pad, dilation int) windows {
	w := windows{batch: batch, height: dstHeight, width: dstWidth, srcHeight: srcHeight, srcWidth: srcWidth, kernel: kernel,
		rows: axis(dstHeight, srcHeight, kernel, stride, pad, dilation), cols: axis(dstWidth, srcWidth, kernel, stride, pad, dilation)}
	w.findNeighbours()
	return w
}

// backward returns the windows of the data gradient.
func (w windows) backward() windows {
	b := windows{batch: w.batch, height: w.srcHeight, width: w.srcWidth, srcHeight: w.height, srcWidth: w.width, kernel: w.kernel,
		rows: reverse(w.rows, w.srcHeight, w.kernel), cols: reverse(w.cols, w.srcWidth, w.kernel)}
	b.findNeighbours()
	return b
}

// findNeighbours fills runs and segments.
func (w *windows) findNeighbours() {
	w.segments = make([][]segment, w.kernel)
	for i, j := range w.cols {
		x, k, src := i/w.kernel, i%w.kernel, int(j)
		if j < 0 {
			continue
		}
		if n := len(w.segments[k]) - 1; n >= 0 {
			if s := &w.segments[k][n]; s.x+s.n == x && s.src+s.n == src {
				s.n++
				continue
			}
		}
		w.segments[k] = append(w.segments[k], segment{x, src, 1})
	}
	w.runs = make([]bool, w.width)
	for x := range w.runs {
		w.runs[x] = true
		cols := w.cols[x*w.kernel:][:w.kernel]
		for k, j := range cols {
			w.runs[x] = w.runs[x] && j >= 0 && j == cols[0]+int32(k)
		}
	}
}

// pixels returns the number of destination pixels over the batch.
func (w *windows) pixels() int { return w.batch * w.height * w.width }

// identity reports whether every pixel reads itself alone.
func (w *windows) identity() bool {
	return w.kernel == 1 && w.height == w.srcHeight && w.width == w.srcWidth && w.rows[0] == 0 && w.cols[0] == 0
}

// unfold writes the windows of destination pixels from..to (kernel*kernel*channels values each, zero outside) to col.
func (w *windows) unfold(from, to, channels int, src, col []float32) {
	k := w.kernel
	line := k * channels
	x := from % w.width
	y := from / w.width % w.height
	image := src[from/(w.width*w.height)*w.srcHeight*w.srcWidth*channels:]
	for range to - from {
		cols := w.cols[x*k:][:k]
		for _, sy := range w.rows[y*k:][:k] {
			switch {
			case sy < 0:
				clear(col[:line])
			case w.runs[x]:
				copy(col[:line], image[(int(sy)*w.srcWidth+int(cols[0]))*channels:])
			default:
				for i, sx := range cols {
					if sx < 0 {
						clear(col[i*channels:][:channels])
					} else {
						copy(col[i*channels:][:channels], image[(int(sy)*w.srcWidth+int(sx))*channels:])
					}
				}
			}
			col = col[line:]
		}
		if x++; x == w.width {
			x = 0
			if y++; y == w.height {
				y = 0
				image = image[w.srcHeight*w.srcWidth*channels:]
			}
		}
	}
}
