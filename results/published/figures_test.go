package published

import (
	"testing"

	"gmnas/harness/spec"
)

func TestFigures(t *testing.T) {
	if got := Figures("table7", "gm+rsps")["cifar10/spearman-top-1"]; got != (spec.Printed{Mean: 0.532}) {
		t.Errorf("GM, top 1 %%: %+v", got)
	}
	if got := Figures("table2", "pairs")["cifar10/dissimilar-valid-loss"]; got != (spec.Printed{Mean: 0.99, Std: 0.03, HasStd: true}) {
		t.Errorf("validation loss of dissimilar pairs: %+v", got)
	}
	if Figures("table7", "rsps") != nil {
		t.Error("a row that the paper hasn't")
	}
}
