package report

import (
	"strings"

	"gmnas/harness/spec"
)

// figureName is what a column measures: "test" of "cifar10/test", "error" of "cifar10/supernet:error".
func figureName(column string) string {
	return column[strings.LastIndexAny(column, "/:")+1:]
}

// ruleName is the rule that a column names; empty where it has none.
func ruleName(column string) string {
	before, _, ok := strings.Cut(column, ":")
	if !ok {
		return ""
	}
	return before[strings.LastIndex(before, "/")+1:]
}

// units are those of figures that aren't percentages. "1" is a number without one.
var units = map[string]string{
	spec.FigureSpearmanTop02: "1", spec.FigureSpearmanTop05: "1", spec.FigureSpearmanTop1: "1", spec.FigureSpearman: "1", spec.FigureKendall: "1",
	"cosine": "1", "train-loss": "nats", "valid-loss": "nats", "loss": "nats",
	spec.FigureParams: "M", spec.FigureNetworkParams: "M", spec.FigureNetworkMACs: "M", spec.FigureImageNetParams: "M", spec.FigureImageNetMACs: "M", "macs": "M",
	spec.FigureDays: "days", spec.FigureRegret: "points", spec.FigureEpochs: "epochs",
	"architectures": "1", "cut-cost": "1", "score": "1", "distance": "1", "chosen": "1", "group": "1",
}

func unitOf(column string) string {
	if u, ok := units[figureName(column)]; ok {
		return u
	}
	return "%"
}
