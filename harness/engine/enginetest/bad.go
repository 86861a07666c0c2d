package enginetest

import (
	"fmt"
	"math"

	"gmnas/harness/engine/kernel"
)

// checkBadArguments checks that wrong shapes and memory are errors where the command is made.
func checkBadArguments(l *lab) {
	m := func(n int) kernel.Mem { return l.in(make([]float32, n)) }
	v := func(n int) kernel.View { return kernel.View{Mem: m(n), Stride: 3} }
	none := kernel.Mem{}
	refused := func(what string, make func() (kernel.Command, error)) {
		l.Helper()
		defer func() {
			if p := recover(); p != nil {
				l.Errorf("%s: panics: %v", what, p)
			}
		}()
		if _, err := make(); err == nil {
			l.Errorf("%s: no error", what)
		}
	}
	l.badConvs(refused, m)
	l.badPools(refused, m)
	l.badRest(refused, m)

	good := kernel.Term{Src: v(12)}
	for what, k := range map[string]kernel.Combine{
		"no output":           {Rows: 4, Channels: 3, Terms: []kernel.Term{good}},
		"rows":                {Rows: -4, Channels: 3, Dst: v(12), Terms: []kernel.Term{good}},
		"channels":            {Rows: 4, Channels: 0, Dst: v(12), Terms: []kernel.Term{good}},
		"short output":        {Rows: 4, Channels: 3, Dst: v(11), Terms: []kernel.Term{good}},
		"short relu":          {Rows: 4, Channels: 3, Relu: v(11), Terms: []kernel.Term{good}},
		"stride":              {Rows: 4, Channels: 3, Dst: kernel.View{Mem: m(12), Stride: 2}, Terms: []kernel.Term{good}},
		"offset":              {Rows: 4, Channels: 3, Dst: kernel.View{Mem: m(12), Offset: -1, Stride: 3}, Terms: []kernel.Term{good}},
		"offset beyond":       {Rows: 4, Channels: 3, Dst: kernel.View{Mem: m(12), Offset: 1, Stride: 3}, Terms: []kernel.Term{good}},
		"source none":         {Rows: 4, Channels: 3, Dst: v(12), Terms: []kernel.Term{{}}},
		"source short":        {Rows: 4, Channels: 3, Dst: v(12), Terms: []kernel.Term{{Src: v(11)}}},
		"source short, gated": {Rows: 4, Channels: 3, Dst: v(12), Terms: []kernel.Term{{Src: v(11), Gate: &kernel.Gate{Closed: true}}}},
		"coef":                {Rows: 4, Channels: 3, Dst: v(12), Terms: []kernel.Term{{Src: v(12), Coef: m(2)}}},
		"bias":                {Rows: 4, Channels: 3, Dst: v(12), Terms: []kernel.Term{{Src: v(12), Bias: m(1)}}},
		"mask":                {Rows: 4, Channels: 3, Dst: v(12), Terms: []kernel.Term{{Src: v(12), Mask: v(11)}}},
		"images":              {Rows: 4, Channels: 3, Dst: v(12), Terms: []kernel.Term{{Src: v(12), Keep: m(3)}}},
		"different images":    {Rows: 4, Channels: 3, Dst: v(12), Terms: []kernel.Term{{Src: v(12), Keep: m(2)}, {Src: v(12), Keep: m(4)}}},
		"huge":                {Rows: math.MaxInt / 2, Channels: 3, Dst: v(12), Terms: []kernel.Term{good}},
	} {
		refused("combine "+what, func() (kernel.Command, error) { return l.b.Combine(k) })
	}
	for what, k := range map[string]kernel.Moments{
		"rows": {Rows: 0, Channels: 3, Src: v(12), Dst: m(6)}, "src": {Rows: 4, Channels: 3, Src: v(11), Dst: m(6)},
		"dst": {Rows: 4, Channels: 3, Src: v(12), Dst: m(5)}, "none": {Rows: 4, Channels: 3, Src: v(12)},
	} {
		refused("moments "+what, func() (kernel.Command, error) { return l.b.Moments(k) })
	}
	for what, k := range map[string]kernel.Dots{
		"rows": {Rows: 0, Channels: 3, Grad: v(12), Dst: m(3)}, "grad": {Rows: 4, Channels: 3, Grad: v(11), Dst: m(3)},
		"source": {Rows: 4, Channels: 3, Grad: v(12), Srcs: []kernel.Source{{View: v(11)}}, Dst: m(6)},
		"dst":    {Rows: 4, Channels: 3, Grad: v(12), Srcs: []kernel.Source{{View: v(12)}}, Dst: m(3)},
		"none":   {Rows: 4, Channels: 3, Grad: v(12), Dst: none},
		"images": {Rows: 4, Channels: 3, Grad: v(12), Dst: m(3), Keep: m(3)},
	} {
		refused("dots "+what, func() (kernel.Command, error) { return l.b.Dots(k) })
	}
}

type refuse func(what string, make func() (kernel.Command, error))

func (l *lab) badConvs(refused refuse, m func(int) kernel.Mem) {
	c := kernel.Conv{Batch: 2, Height: 5, Width: 5, In: 4, Out: 6, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1}
	x, w, y := m(200), m(216), m(300)
	for what, change := range map[string]func(*kernel.Conv){
		"batch":           func(c *kernel.Conv) { c.Batch = 0 },
		"height":          func(c *kernel.Conv) { c.Height = -5 },
		"channels":        func(c *kernel.Conv) { c.In = 0 },
		"outputs":         func(c *kernel.Conv) { c.Out = 0 },
		"kernel":          func(c *kernel.Conv) { c.Kernel = 0 },
		"stride":          func(c *kernel.Conv) { c.Stride = 0 },
		"padding":         func(c *kernel.Conv) { c.Pad = -1 },
		"dilation":        func(c *kernel.Conv) { c.Dilation = 0 },
		"groups 0":        func(c *kernel.Conv) { c.Groups = 0 },
		"groups 2":        func(c *kernel.Conv) { c.Groups = 2 },
		"groups 4 of 6":   func(c *kernel.Conv) { c.Groups = 4 },
		"kernel too wide": func(c *kernel.Conv) { c.Kernel = 9 },
		"huge":            func(c *kernel.Conv) { c.Batch = math.MaxInt / 100 },
	} {
		bad := c
		change(&bad)
		refused("forward convolution "+what, func() (kernel.Command, error) { return l.b.ConvForward(bad, x, w, y) })
		refused("data convolution "+what, func() (kernel.Command, error) { return l.b.ConvBackwardData(bad, y, w, x) })
		refused("weights convolution "+what, func() (kernel.Command, error) { return l.b.ConvBackwardWeights(bad, x, y, w) })
	}
	for i, a := range l.oneShort(x, w, y) {
		what := fmt.Sprintf("convolution with memory %d wrong", i)
		refused("forward "+what, func() (kernel.Command, error) { return l.b.ConvForward(c, a[0], a[1], a[2]) })
		refused("data "+what, func() (kernel.Command, error) { return l.b.ConvBackwardData(c, a[2], a[1], a[0]) })
		refused("weights "+what, func() (kernel.Command, error) { return l.b.ConvBackwardWeights(c, a[0], a[2], a[1]) })
	}
}

// oneShort returns the memories with one of them a value short, then with one of them none.
func (l *lab) oneShort(m ...kernel.Mem) [][]kernel.Mem {
	var all [][]kernel.Mem
	for i := range m {
		short := append([]kernel.Mem{}, m...)
		short[i] = m[i].At(0, m[i].Len-1)
		none := append([]kernel.Mem{}, m...)
		none[i] = kernel.Mem{}
		all = append(all, short, none)
	}
	return all
}

func (l *lab) badPools(refused refuse, m func(int) kernel.Mem) {
	p := kernel.Pool{Batch: 2, Height: 6, Width: 6, Channels: 3, Kernel: 3, Stride: 2, Pad: 1}
	x, y, dx := m(216), m(54), m(216)
	for what, change := range map[string]func(*kernel.Pool){
		"batch":         func(p *kernel.Pool) { p.Batch = 0 },
		"width":         func(p *kernel.Pool) { p.Width = 0 },
		"channels":      func(p *kernel.Pool) { p.Channels = -3 },
		"kernel":        func(p *kernel.Pool) { p.Kernel = 0 },
		"stride":        func(p *kernel.Pool) { p.Stride = 0 },
		"padding":       func(p *kernel.Pool) { p.Pad = -1 },
		"empty windows": func(p *kernel.Pool) { p.Pad = 3 },
		"too wide":      func(p *kernel.Pool) { p.Kernel, p.Pad = 20, 0 },
		"shift":         func(p *kernel.Pool) { p.Shift = -1 },
		"shifted out":   func(p *kernel.Pool) { p.Shift = 6 },
	} {
		bad := p
		change(&bad)
		l.poolCommands(refused, "pool "+what, bad, x, y, dx)
	}
	for i, a := range l.oneShort(x, y) {
		l.poolCommands(refused, fmt.Sprintf("pool with memory %d wrong", i), p, a[0], a[1], a[0])
	}
}

func (l *lab) poolCommands(refused refuse, what string, p kernel.Pool, x, y, dx kernel.Mem) {
	refused("forward average "+what, func() (kernel.Command, error) { return l.b.AvgPoolForward(p, x, y) })
	refused("backward average "+what, func() (kernel.Command, error) { return l.b.AvgPoolBackward(p, y, dx) })
	refused("forward maximum "+what, func() (kernel.Command, error) { return l.b.MaxPoolForward(p, x, y) })
	refused("backward maximum "+what, func() (kernel.Command, error) { return l.b.MaxPoolBackward(p, x, y, dx) })
}

func (l *lab) badRest(refused refuse, m func(int) kernel.Mem) {
	for i, a := range l.oneShort(m(24), m(6)) {
		what := fmt.Sprintf("global pool with memory %d wrong", i)
		refused("forward "+what, func() (kernel.Command, error) { return l.b.GlobalAvgPoolForward(2, 4, 3, a[0], a[1]) })
		refused("backward "+what, func() (kernel.Command, error) { return l.b.GlobalAvgPoolBackward(2, 4, 3, a[1], a[0]) })
	}
	refused("global pool of no pixels", func() (kernel.Command, error) { return l.b.GlobalAvgPoolForward(2, 0, 3, m(1), m(6)) })

	s := kernel.Linear{Batch: 2, In: 3, Out: 4}
	for i, a := range l.oneShort(m(6), m(12), m(4), m(8)) {
		what := fmt.Sprintf("linear with memory %d wrong", i)
		refused("forward "+what, func() (kernel.Command, error) { return l.b.LinearForward(s, a[0], a[1], a[2], a[3]) })
		refused("weights "+what, func() (kernel.Command, error) { return l.b.LinearBackwardWeights(s, a[0], a[3], a[1], a[2]) })
	}
	for i, a := range l.oneShort(m(6), m(12), m(8)) {
		refused(fmt.Sprintf("data linear with memory %d wrong", i), func() (kernel.Command, error) { return l.b.LinearBackwardData(s, a[2], a[1], a[0]) })
	}
	refused("linear of no outputs", func() (kernel.Command, error) {
		return l.b.LinearForward(kernel.Linear{Batch: 2, In: 3}, m(6), m(1), m(1), m(1))
	})
	for i, a := range l.oneShort(m(5), m(1)) {
		if i != 0 { // a shorter source is a source
			refused(fmt.Sprintf("sum with memory %d wrong", i), func() (kernel.Command, error) { return l.b.ReduceSum(a[0], a[1]) })
		}
	}
	for i, a := range l.oneShort(m(6), m(2), m(1), m(6)) {
		if i != 7 { // no gradient is a choice
			c := kernel.CrossEntropy{Batch: 2, Classes: 3, Logits: a[0], Labels: a[1], Loss: a[2], DLogits: a[3]}
			refused(fmt.Sprintf("cross-entropy with memory %d wrong", i), func() (kernel.Command, error) { return l.b.CrossEntropy(c) })
		}
	}
	for _, smoothing := range []float32{-0.1, 1.1, float32(math.NaN())} {
		c := kernel.CrossEntropy{Batch: 2, Classes: 3, Smoothing: smoothing, Logits: m(6), Labels: m(2), Loss: m(1)}
		refused(fmt.Sprintf("cross-entropy smoothed by %v", smoothing), func() (kernel.Command, error) { return l.b.CrossEntropy(c) })
	}

	n := kernel.Norm{Channels: 3, Rows: 4, Eps: 1e-5, Moments: m(6), RunningMean: m(3), RunningVar: m(3), Theta: m(1), Gamma: m(3), Beta: m(3), Coef: m(3), Bias: m(3)}
	for what, change := range map[string]func(*kernel.Norm){
		"channels": func(n *kernel.Norm) { n.Channels = 0 }, "rows": func(n *kernel.Norm) { n.Rows = 0 },
		"eps": func(n *kernel.Norm) { n.Eps = -1 }, "moments": func(n *kernel.Norm) { n.Moments = m(5) },
		"running mean": func(n *kernel.Norm) { n.RunningMean = m(2) }, "running variance": func(n *kernel.Norm) { n.RunningVar = m(4) },
		"half of the running statistics": func(n *kernel.Norm) { n.RunningVar = kernel.Mem{} },
		"no statistics": func(n *kernel.Norm) {
			n.Moments, n.RunningMean, n.RunningVar = kernel.Mem{}, kernel.Mem{}, kernel.Mem{}
		},
		"theta": func(n *kernel.Norm) { n.Theta = m(2) }, "gamma": func(n *kernel.Norm) { n.Gamma = m(2) }, "beta": func(n *kernel.Norm) { n.Beta = m(2) },
		"coef": func(n *kernel.Norm) { n.Coef = m(2) }, "bias": func(n *kernel.Norm) { n.Bias = kernel.Mem{} },
	} {
		bad := n
		change(&bad)
		refused("norm "+what, func() (kernel.Command, error) { return l.b.Norm(bad) })
	}
	g := kernel.NormGrad{Channels: 3, Rows: 4, Eps: 1e-5, Moments: m(6), Theta: m(1), Gamma: m(3), Beta: m(3), Sums: m(3), Dot: m(3),
		GradCoef: m(3), SrcCoef: m(3), Bias: m(3), DGamma: m(3), DBeta: m(3), DTheta: m(1)}
	for what, change := range map[string]func(*kernel.NormGrad){
		"channels": func(g *kernel.NormGrad) { g.Channels = 0 }, "rows": func(g *kernel.NormGrad) { g.Rows = -1 },
		"moments": func(g *kernel.NormGrad) { g.Moments = kernel.Mem{} }, "theta": func(g *kernel.NormGrad) { g.Theta = m(3) },
		"gamma": func(g *kernel.NormGrad) { g.Gamma = m(1) }, "beta": func(g *kernel.NormGrad) { g.Beta = m(1) },
		"sums": func(g *kernel.NormGrad) { g.Sums = m(6) }, "dot": func(g *kernel.NormGrad) { g.Dot = kernel.Mem{} },
		"gradcoef": func(g *kernel.NormGrad) { g.GradCoef = kernel.Mem{} }, "srccoef": func(g *kernel.NormGrad) { g.SrcCoef = m(2) },
		"bias": func(g *kernel.NormGrad) { g.Bias = m(2) }, "dgamma": func(g *kernel.NormGrad) { g.DGamma = m(2) },
		"dbeta": func(g *kernel.NormGrad) { g.DBeta = m(2) }, "dtheta": func(g *kernel.NormGrad) { g.DTheta = m(3) },
	} {
		bad := g
		change(&bad)
		refused("norm gradient "+what, func() (kernel.Command, error) { return l.b.NormGrad(bad) })
	}
}
