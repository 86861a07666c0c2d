package search

import (
	"context"
	"math"
	"reflect"
	"testing"

	"gmnas/harness/engine/kernel/native"
	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// TestValidationTrainsNothing: no weight or mixture depends on the A-set's passes, and the same weights and key give the
// same figures (cases.md C6). Running statistics do move, as in the released code, whose validation runs the norms in
// training mode (spec.md section 2).
func TestValidationTrainsNothing(t *testing.T) {
	var seen [2][2]float64
	for i := range seen {
		x := smallSearch(t, "key")
		if _, err := x.Epoch(context.Background(), spec.TrainStage{Setup: x.setup, Epochs: 1, CosineTMax: 1}, 0, noReport); err != nil {
			t.Fatal(err)
		}
		before := snapshot(x)
		loss, accuracy, err := x.Validate(context.Background(), x.validating())
		if err != nil {
			t.Fatal(err)
		}
		after := snapshot(x)
		const stats = 2 // of snapshot
		before[stats], after[stats] = nil, nil
		if !reflect.DeepEqual(after, before) {
			t.Error("a validation changed weights, momentum or mixture")
		}
		seen[i] = [2]float64{loss, accuracy}
	}
	if seen[0] != seen[1] {
		t.Errorf("loss and accuracy %v, then %v", seen[0], seen[1])
	}
}

// TestALastImageAloneIsLeftOut: a batch norm over one image has no variance to speak of, so an A-set of 17 images in
// batches of 8 is measured on 16 (cases.md C7).
func TestALastImageAloneIsLeftOut(t *testing.T) {
	b, err := native.New(1)
	if err != nil {
		t.Fatal(err)
	}
	x, err := New(small(space.NB201.Name, 34), Options{Backend: b, Mask: space.Full(space.NB201), Images: smallImages(t, "train", 34), Key: "key"})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if x.aSet.Len()%x.setup.Batch != 1 {
		t.Fatalf("%d images in batches of %d", x.aSet.Len(), x.setup.Batch)
	}
	loss, accuracy, err := x.Validate(context.Background(), supernet.Forward)
	if err != nil || math.IsNaN(loss) || math.IsInf(loss, 0) {
		t.Fatalf("loss %v, %v", loss, err)
	}
	if right := accuracy * 16 / 100; right != math.Trunc(right) {
		t.Errorf("accuracy %v %% is not of 16 images", accuracy)
	}
}
