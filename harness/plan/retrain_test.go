package plan

import (
	"strings"
	"testing"

	"gmnas/harness/spec"
)

// gmDARTS1 is the best genotype of the released GM + DARTS (1st order) searches: seed 2, leaf 5 (spec.md section 5.6).
const gmDARTS1 = "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('dil_conv_3x3', 2), ('sep_conv_5x5', 1), ('sep_conv_3x3', 1), ('dil_conv_5x5', 3), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=range(2, 6), " +
	"reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('dil_conv_5x5', 2), ('sep_conv_3x3', 0), ('dil_conv_3x3', 3), ('skip_connect', 1), ('dil_conv_5x5', 4), ('sep_conv_5x5', 3)], reduce_concat=range(2, 6))"

// TestWorkOfRetraining: of the whole training with all images about 103 PFLOP are the genotype's own 571.7 million
// multiply-adds, forward and backward.
func TestWorkOfRetraining(t *testing.T) {
	r := spec.RetrainStage{Space: "darts", Architecture: gmDARTS1, To: 600, Retrain: spec.Retrain{
		Data: spec.Data{Set: "cifar10", Records: 50_000, Pool: 1}, Test: 10_000, Net: spec.Net{Channels: 36, Cells: 20}, Batch: 96, Epochs: 600}}
	of := func(r spec.RetrainStage) spec.Cost { return work(t, spec.Stage{Kind: spec.KindRetrain, Retrain: &r}) }
	const genotype = 571_683_456.
	about(t, "without a head", of(r).FLOPs, 2*600*genotype*(3*50_000+10_000))
	if got := of(r).GradientEvaluations; got != 600*521 {
		t.Errorf("%d gradient evaluations, want 521 an epoch", got)
	}
	r.Auxiliary, r.HeldOut = 0.4, 5_000
	const head = 576*128*2*2 + 4*128*768 + 768*10
	about(t, "with a head and held-out records", of(r).FLOPs, 2*600*((genotype+head)*3*45_000+genotype*15_000))
	whole := of(r)
	first, second := r, r
	first.To, second.From = 30, 30
	about(t, "two parts", of(first).FLOPs+of(second).FLOPs, whole.FLOPs)

	r.Data.Pool = 2
	if _, err := Work(spec.Stage{Kind: spec.KindRetrain, Retrain: &r}); err == nil || !strings.Contains(err.Error(), "auxiliary head") {
		t.Errorf("an auxiliary head on images of 16 pixels: error %v", err)
	}
}
