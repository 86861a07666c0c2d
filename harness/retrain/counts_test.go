package retrain

import (
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
	"gmnas/nasbench/space"
)

// TestCounts: the network has as many weights as the authors' model class, for all 13 released genotypes, for CIFAR and
// ImageNet, and as many as space counts with the auxiliary head (golden G9).
func TestCounts(t *testing.T) {
	type counts struct {
		Params    int64 `json:"params_no_aux"`
		Auxiliary int64 `json:"params_with_aux"`
	}
	var file struct {
		Genotypes []struct {
			Released       string `json:"released_name"`
			Normal, Reduce tuples
			CIFAR          counts `json:"cifar10_C36_L20"`
			ImageNet       counts `json:"imagenet_C48_L14"`
		}
	}
	golden.Read(t, "../../nasbench/space/testdata/g9_darts_released.json.gz", &file)
	if len(file.Genotypes) != 13 {
		t.Fatalf("%d genotypes", len(file.Genotypes))
	}
	for _, c := range file.Genotypes {
		g := space.Genotype{Normal: c.Normal.cell(t), Reduction: c.Reduce.cell(t)}
		for _, n := range []struct {
			shape space.Retraining
			want  counts
		}{{space.CIFARRetraining, c.CIFAR}, {space.ImageNetRetraining, c.ImageNet}} {
			r := n.shape
			if got := int64(newLayout(g, r).ParamSize); got != n.want.Params {
				t.Errorf("%s at %d pixels: %d weights, want %d", c.Released, r.ImageSize, got, n.want.Params)
			}
			r.Auxiliary = true
			l := newLayout(g, r)
			if got := deployed(l); got != n.want.Params {
				t.Errorf("%s at %d pixels: %d weights before the auxiliary head, want %d", c.Released, r.ImageSize, got, n.want.Params)
			}
			if got := int64(l.ParamSize); got != g.Params(r) || n.want.Auxiliary != 0 && got != n.want.Auxiliary {
				t.Errorf("%s at %d pixels: %d weights with the auxiliary head, want %d", c.Released, r.ImageSize, got, g.Params(r))
			}
		}
	}
}

// TestMACs: the programs of the whole networks for CIFAR and ImageNet run as many multiply-adds as space counts, and a
// training step three times as many but for what needs no gradient of its input.
func TestMACs(t *testing.T) {
	var file struct{ Networks []goldenNetwork }
	golden.Read(t, "testdata/g9_darts_retrain.json.gz", &file)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for _, c := range file.Networks {
			g := space.Genotype{Normal: c.Normal.cell(t), Reduction: c.Reduce.cell(t)}
			for _, r := range []space.Retraining{space.CIFARRetraining, space.ImageNetRetraining} {
				n := open(t, b, g, r, options{batch: 2, evaluate: true})
				if got := n.evaluate.MACs(); got != 2*g.MACs(r) {
					t.Errorf("%s at %d pixels: %d multiply-adds for two images, want %d", c.Name, r.ImageSize, got, 2*g.MACs(r))
				}
			}
			r := space.CIFARRetraining
			r.Auxiliary = true
			n := open(t, b, g, r, options{batch: 2, train: true, dropPath: true, auxiliary: 0.4})
			stem := int64(32 * 32 * 27 * 3 * 36) // no gradient of the images
			if got := n.train.MACs(); got != 2*(3*g.MACs(r)-stem) {
				t.Errorf("%s: %d multiply-adds a training step of two images, want %d", c.Name, got, 2*(3*g.MACs(r)-stem))
			}
		}
	})
}
