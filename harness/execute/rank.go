package execute

import (
	"context"
	"fmt"

	"gmnas/datasets"
	"gmnas/harness/run"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/nasbench"
	"gmnas/nasbench/space"
)

func (x *Executor) rank(ctx context.Context, job run.Job, report func(run.Progress), outcome *spec.Outcome) error {
	stage := *job.Stage.Rank
	s, err := space.ByName(stage.Space)
	if err != nil {
		return err
	}
	mask, err := s.ParseMask(stage.Mask)
	if err != nil {
		return err
	}
	setup := stage.Setup
	setup.Batch = stage.Rank.Batch
	n, err := x.searcher(job, setup, stage.Mask, search.Options{For: search.Measure})
	if err != nil {
		return err
	}
	defer n.Close()
	set, err := x.rankedImages(stage)
	if err != nil {
		return err
	}
	accuracies, err := n.Rank(ctx, set, stage.Rank.Images == spec.RankOnASet, string(outcome.Key), func(done, total int) {
		report(run.Progress{Done: float64(done), Total: float64(total), Note: fmt.Sprintf("architecture %d/%d", done, total)})
	})
	outcome.Cost = n.Cost()
	if err != nil {
		return err
	}
	outcome.Rank = &spec.Ranked{}
	for a := range s.Enumerate(mask) {
		outcome.Rank.Architectures = append(outcome.Rank.Architectures, spec.RankedArchitecture{Index: s.Index(a), Accuracy: accuracies[0]})
		accuracies = accuracies[1:]
	}
	if stage.Table == "" {
		return nil
	}
	return x.truths(stage, s, outcome.Rank.Architectures)
}

// rankedImages returns the images that a leaf's architectures are ranked on, after checking their hash.
func (x *Executor) rankedImages(stage spec.RankStage) (*datasets.Set, error) {
	if stage.Rank.Images == spec.RankOnASet {
		set, err := x.sets.training(stage.Data)
		if err != nil {
			return nil, err
		}
		_, held := datasets.Split(set)
		return held.First(stage.Rank.Records)
	}
	set, err := TestImages(stage.Data, stage.Rank.Records, x.env.Data)
	if err != nil {
		return nil, err
	}
	if got := set.Hash(); got != stage.Rank.Hash {
		return nil, fmt.Errorf("reading %s: the first %d test records have SHA-256 %s, the stage was planned with %s: the data has changed; run the command again", stage.Data.Set, stage.Rank.Records, got, stage.Rank.Hash)
	}
	return set, nil
}

// TestImages returns the first test records of the set that d names, pooled as d says.
func TestImages(d spec.Data, records int, folder string) (*datasets.Set, error) {
	return part(d, "test", records, folder)
}

// truths looks the true accuracies up.
func (x *Executor) truths(stage spec.RankStage, s space.Space, list []spec.RankedArchitecture) error {
	table, err := x.tables.get(stage.Table)
	if err != nil {
		return err
	}
	for i := range list {
		a, err := s.At(list[i].Index)
		if err != nil {
			return err
		}
		if list[i].Row, err = table.NATSIndex(s, a); err != nil {
			return err
		}
		v, err := table.Accuracy(nasbench.Query{Space: s, Architecture: a, Dataset: nasbench.Dataset(stage.Data.Set), Split: nasbench.Test, Epochs: tableEpochs})
		if err != nil {
			return err
		}
		list[i].Truth = v.Accuracy
	}
	return nil
}
