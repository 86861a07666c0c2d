package experiments

import (
	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/nasbench/space"
	"gmnas/results/published"
)

var _ = Declare(table6)

// table6 is the paper's comparison of similarity measures (page 9). Whatever criterion is registered has a row; those
// of the paper come first.
func table6() spec.Experiment {
	printed := []string{spec.CriterionL2, spec.CriterionPerFilterCosine, spec.CriterionCosine}
	names := map[string]string{spec.CriterionL2: "L2", spec.CriterionPerFilterCosine: "per-filter cosine", spec.CriterionCosine: "cosine"}
	var rows []spec.Row
	for _, name := range printed {
		rows = append(rows, searched(name, names[name], gm(spec.DARTS).fourOperations().criterion(name), published.Ablation("table6", name)))
	}
	for _, c := range split.Criteria() {
		if names[c.Name] == "" {
			rows = append(rows, searched(c.Name, c.Name, gm(spec.DARTS).fourOperations().criterion(c.Name), nil))
		}
	}
	return spec.Experiment{
		Label:    "table6",
		Title:    "Table 6: measures of gradient similarity, GM + DARTS, NAS-Bench-201 with four operations, accuracy in percent",
		Claim:    "Cosine similarity of the gradients and its per-filter variant do alike, the L2 distance is not as effective.",
		Space:    space.NB201NoNone.Name,
		Columns:  ablationColumns,
		Seeds:    fourSeeds,
		Embedded: embedded(scales),
		Claims: []spec.Claim{
			better("cosine is the best of the three", spec.CriterionCosine, spec.CriterionL2, spec.CriterionPerFilterCosine),
			{Text: "per-filter cosine does like cosine", Check: spec.CheckLevel, Row: spec.CriterionCosine,
				Than: []string{spec.CriterionPerFilterCosine}, Column: "cifar10/test", Within: tolerance},
		},
		Rows: withNulls(rows...),
	}
}
