package experiments

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

var _ = Declare(func() spec.Experiment { return EqualBudget })

// EqualBudget is ours: the methods of Table 3 at the same number of gradient evaluations, that of GM with the
// gradients of its splits. One-Shot and Few-Shot train as many whole epochs as come nearest.
var EqualBudget = spec.Experiment{
	Label: "equalbudget",
	Title: "Equal budget: One-Shot, Few-Shot and GM at the same number of gradient evaluations, NAS-Bench-201, accuracy in percent",
	Claim: "Ours, as the paper's One-Shot rows train less or are copied: GM stays ahead when all take as many gradient evaluations.",
	Space: space.NB201.Name, Columns: ablationColumns, Seeds: fourSeeds, Embedded: embedded(scales),
	Claims: []spec.Claim{
		better("GM beats One-Shot and Few-Shot with RSPS", "gm+rsps", "rsps", "fewshot+rsps"),
		better("GM beats One-Shot and Few-Shot with DARTS", "gm+darts", "darts", "fewshot+darts"),
		better("GM beats One-Shot and Few-Shot with SNAS", "gm+snas", "snas", "fewshot+snas"),
	},
	Rows: withNulls(
		searched("rsps", "RSPS", unsplit(spec.RSPS).equal(), nil),
		searched("fewshot+rsps", "Few-Shot + RSPS", fewShot(spec.RSPS).equal(), nil),
		searched("gm+rsps", "GM + RSPS", gm(spec.RSPS).equal(), nil),
		searched("darts", "DARTS", unsplit(spec.DARTS).equal(), nil),
		searched("fewshot+darts", "Few-Shot + DARTS", fewShot(spec.DARTS).equal(), nil),
		searched("gm+darts", "GM + DARTS", gm(spec.DARTS).equal(), nil),
		searched("snas", "SNAS", unsplit(spec.SNAS).equal(), nil),
		searched("fewshot+snas", "Few-Shot + SNAS", fewShot(spec.SNAS).equal(), nil),
		searched("gm+snas", "GM + SNAS", gm(spec.SNAS).equal(), nil),
	),
	Notes: []spec.Note{
		{Text: "All rows have the batch and weight decay of GM's leaves. In the paper profile the GM rows are the searches of Table 3; in the laptop profile all have fewer epochs, to end in about 15 minutes."},
	},
}
