package space

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gmnas/harness/golden"
	"pgregory.net/rapid"
)

// tuples are a cell as the golden files list it.
type tuples [][2]any

func (list tuples) cell(t *testing.T) (c GenotypeCell) {
	t.Helper()
	for i, pair := range list {
		o, err := DARTS.Operation(pair[0].(string))
		if err != nil {
			t.Fatal(err)
		}
		c[i/2][i%2] = Gene{o, int(pair[1].(float64))}
	}
	return c
}

// TestDiscretizeIsTheReleases: genotypes from random, uniform and masked values, with ties (golden G9).
func TestDiscretizeIsTheReleases(t *testing.T) {
	var file struct {
		Edges []string
		Cases []struct {
			Note        string
			AlphaNormal golden.Tensor `json:"alpha_normal"`
			AlphaReduce golden.Tensor `json:"alpha_reduce"`
			MaskNormal  golden.Tensor `json:"mask_normal"`
			MaskReduce  golden.Tensor `json:"mask_reduce"`
			Genotype    struct{ Normal, Reduce tuples }
		}
	}
	golden.Read(t, "testdata/g9_darts_genotypes.json.gz", &file)
	for e, name := range file.Edges {
		if !strings.Contains(DARTS.EdgeName(e), "("+name+")") || !strings.Contains(DARTS.EdgeName(14+e), "(reduction "+name+")") {
			t.Errorf("edge %d is %s and %s, want %s", e, DARTS.EdgeName(e), DARTS.EdgeName(14+e), name)
		}
	}
	for k, c := range file.Cases {
		var m Mask
		allowed := append(append([]float64{}, c.MaskNormal.Data...), c.MaskReduce.Data...)
		for i, a := range allowed {
			if a != 0 {
				m[i/7] |= 1 << (i % 7)
			}
		}
		if err := DARTS.CheckMask(m); err != nil {
			t.Fatal(err)
		}
		want := Genotype{c.Genotype.Normal.cell(t), c.Genotype.Reduce.cell(t)}.String()
		got := DARTS.Discretize(m, append(append([]float64{}, c.AlphaNormal.Data...), c.AlphaReduce.Data...))
		if got != want {
			t.Errorf("case %d, %s:\n%s, want\n%s", k, c.Note, got, want)
		}
		if member, err := DARTS.Member(m, got); err != nil || member != got {
			t.Errorf("case %d, %s: %s is no member: %v", k, c.Note, got, err)
		}
	}
}

// anyGenotype draws a mask and a genotype derived from it.
func anyGenotype(t *rapid.T) (Mask, string, Genotype) {
	var m Mask
	for e := range m {
		m[e] = uint8(rapid.IntRange(1, 127).Draw(t, "row"))
	}
	values := rapid.SliceOfN(rapid.Float64Range(-3, 3), 196, 196).Draw(t, "values")
	text := DARTS.Discretize(m, values)
	g, err := ParseGenotype(text)
	if err != nil {
		t.Fatal(err)
	}
	return m, text, g
}

func TestGenotypesArePrintedAsParsed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, text, g := anyGenotype(t)
		if g.String() != text {
			t.Fatalf("%s was printed as %s", text, g)
		}
		for _, spelled := range []string{
			strings.ReplaceAll(text, "range(2, 6)", "[2, 3, 4, 5]"),
			strings.ReplaceAll(text, " ", ""),
			strings.ReplaceAll(strings.ReplaceAll(text, "'", `"`), ",", " ,\n"),
			"\u00a0" + strings.ReplaceAll(text, ")]", "),]") + "\r\n",
			"Genotype(reduce_concat=range(2,6), normal_concat=[2,3,4,5,], reduce=" + g.Reduction.String() + ", normal=" + g.Normal.String() + ",)",
		} {
			if other, err := ParseGenotype(spelled); err != nil || other != g {
				t.Fatalf("%s: %v, want %s", spelled, err, text)
			}
		}
		if member, err := DARTS.Member(m, strings.ReplaceAll(text, ", ", ",")); err != nil || member != text {
			t.Fatalf("%s in %s: %s, %v", text, m, member, err)
		}
		// What the mask forbids on an edge that the genotype uses makes it no member.
		n, k := rapid.IntRange(0, 3).Draw(t, "node"), rapid.IntRange(0, 1).Draw(t, "entry")
		gene := g.Reduction[n][k]
		e := DARTS.edgeOf(true, gene.From, 2+n)
		m[e] &^= 1 << gene.Operation
		if _, err := DARTS.Member(m, text); err == nil || !strings.Contains(err.Error(), DARTS.EdgeName(e)) {
			t.Fatalf("%s in %s: %v", text, m, err)
		}
	})
}

func TestBadGenotypesAreErrors(t *testing.T) {
	const right = "Genotype(normal=[('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 2), ('sep_conv_3x3', 0), ('sep_conv_3x3', 2), ('dil_conv_5x5', 0)], " +
		"normal_concat=range(2, 6), reduce=[('sep_conv_3x3', 1), ('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 3)], " +
		"reduce_concat=range(2, 6))"
	if g, err := ParseGenotype(right); err != nil || g.String() != right {
		t.Fatalf("%v: %s", err, g)
	}
	for _, c := range []struct{ old, new, want string }{
		{right, "", `it ends where "Genotype"`},
		{"Genotype(", "Genotype[", `"[normal=[(" where`},
		{"skip_connect', 0", "conv3x3', 0", `normal: entry 1 of node 2: operation "conv3x3" is not in darts`},
		{"skip_connect', 0", "none', 0", `"none"`},
		{"'skip_connect', 0", "'skip_connect, 0)", "entry 1 of node 2"},
		{"skip_connect', 0", "skip_connect', 2", `source node "2", must be 0 to 1`},
		{"skip_connect', 0", "skip_connect', -1", `"-1"`},
		{"skip_connect', 0", "skip_connect', 00", `"00"`},
		{"skip_connect', 0", "skip_connect', 1", "entry 2 of node 2: reads node 1 a second time"},
		{", ('dil_conv_5x5', 0)]", "]", `normal: entry 2 of node 5: "], normal_" where ","`},
		{"('dil_conv_5x5', 0)]", "('dil_conv_5x5', 0), ('dil_conv_5x5', 1)]", `where "]"`},
		{"normal_concat=range(2, 6)", "normal_concat=range(1, 6)", `normal_concat: "1, 6)`},
		{"normal_concat=range(2, 6)", "normal_concat=[2, 3, 4]", `normal_concat: "]`},
		{"normal_concat=range(2, 6)", "concat=range(2, 6)", `field "concat", must be one of normal, normal_concat, reduce, reduce_concat`},
		{"normal_concat=", "reduce_concat=", "reduce_concat is given twice"},
		{", reduce_concat=range(2, 6))", ")", `where ","`},
		{"reduce_concat=range(2, 6))", "reduce_concat=range(2, 6)", "it ends"},
		{"reduce_concat=range(2, 6))", "reduce_concat=range(2, 6)).x", `".x" is left over`},
		{"Genotype(", "Genotype(" + strings.Repeat(" ", 3000), "at most 2048"},
	} {
		_, err := ParseGenotype(strings.Replace(right, c.old, c.new, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s -> %s: error %v lacks %q", c.old, c.new, err, c.want)
		}
	}
	if _, err := DARTS.Parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"); err == nil || !strings.Contains(err.Error(), "is a genotype") {
		t.Errorf("an architecture of NAS-Bench-201 in DARTS: %v", err)
	}
	if IsGenotype("|none~0|") || !IsGenotype(" Genotype (normal=") {
		t.Error("what begins as a genotype isn't told")
	}
}

func FuzzParseGenotype(f *testing.F) {
	for _, text := range []string{"", "Genotype(", "Genotype(normal=[('skip_connect', 0), (\"sep_conv_3x3\", 1),], reduce_concat=[2,3,4,5])", Genotype{}.String(),
		DARTS.Discretize(Full(DARTS), make([]float64, 196)), "Genotype(normal=[('\xff", "Genotype(reduce_concat=range(2,6),normal_concat=range(2,6),"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := ParseGenotype(text)
		if err != nil {
			if len(err.Error()) > 1000 {
				t.Errorf("error of %d bytes", len(err.Error()))
			}
			return
		}
		if again, err := ParseGenotype(g.String()); err != nil || again != g {
			t.Errorf("%q was read as %s, which reads as %s, %v", text, g, again, err)
		}
		if member, err := DARTS.Member(Full(DARTS), text); err != nil || member != g.String() || g.Params(CIFARRetraining) <= 0 {
			t.Errorf("%q: %s, %v", text, member, err)
		}
	})
}

// TestCommon: what two genotypes share, counted edge by edge, and its mean over drawn ones.
func TestCommon(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func() Genotype {
		text, err := DARTS.Draw(Full(DARTS), rng)
		if err != nil {
			t.Fatal(err)
		}
		g, err := ParseGenotype(text)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	first := draw()
	if edges, operations := first.Common(first); edges != 16 || operations != 16 {
		t.Errorf("with itself: %d edges, %d operations", edges, operations)
	}
	const draws = 4000
	var edges, operations float64
	for range draws {
		other := draw()
		e, o := first.Common(other)
		if e2, o2 := other.Common(first); e2 != e || o2 != o || o > e || e > 16 {
			t.Fatalf("%d and %d, the other way round %d and %d", e, o, e2, o2)
		}
		edges, operations = edges+float64(e), operations+float64(o)
	}
	wantEdges, wantOperations := CommonByChance()
	if math.Abs(edges/draws-wantEdges) > 0.1 || math.Abs(operations/draws-wantOperations) > 0.1 {
		t.Errorf("means %.3f and %.3f of %d draws, want %.3f and %.3f", edges/draws, operations/draws, draws, wantEdges, wantOperations)
	}
}
