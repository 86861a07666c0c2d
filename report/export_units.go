package report

import "gmnas/harness/spec"

// units are those of figures that aren't percentages. "1" is a number without one.
var units = map[string]string{
	spec.FigureSpearmanTop02: "1", spec.FigureSpearmanTop05: "1", spec.FigureSpearmanTop1: "1", spec.FigureSpearman: "1", spec.FigureKendall: "1",
	"cosine": "1", "train-loss": "nats", "valid-loss": "nats", "loss": "nats",
	spec.FigureParams: "M", spec.FigureNetworkParams: "M", spec.FigureNetworkMACs: "M", spec.FigureImageNetParams: "M", spec.FigureImageNetMACs: "M", "macs": "M",
	spec.FigureDays: "days", spec.FigureRegret: "points", spec.FigureEpochs: "epochs",
	"architectures": "1", "cut-cost": "1", "score": "1", "distance": "1", "chosen": "1", "group": "1",
}

func unitOf(column string) string {
	if u, ok := units[spec.ParseColumn(column).Figure]; ok {
		return u
	}
	return "%"
}
