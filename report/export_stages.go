package report

import (
	"fmt"
	"maps"
	"slices"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report/table"
)

// leaves has what each leaf of a search found, whether it was picked or not.
func (x *exporter) leaves(r table.Row, s Search) {
	for i, l := range s.Leaves {
		of := func(kind string, o *spec.Outcome, columns ...string) []table.Record {
			var list []table.Record
			for _, c := range columns {
				rec := x.stage(r, s, l.Path, kind, o)
				rec.Scope, rec.Place, rec.Column, rec.Unit = table.ScopeLeaf, place(s, i), c, unitOf(c)
				if done(l.Derive) && l.Derive.Derive != nil {
					rec.Architecture = l.Derive.Derive.Architecture
				}
				list = append(list, rec)
			}
			return list
		}
		searched := s.Run.Searches() && s.Run.Space != ""
		if s.Run.Rank != (spec.Rank{}) {
			x.ranks(s, l, of(spec.KindRank, l.Rank, "supernet/architectures")[0])
			continue
		}
		if searched {
			list := of(spec.KindDerive, l.Derive, "supernet/accuracy", "supernet/loss")
			if done(l.Derive) && l.Derive.Derive != nil {
				list[0].Value, list[1].Value = number(l.Derive.Derive.Accuracy), number(l.Derive.Derive.Loss)
			}
			x.out.Records = append(x.out.Records, list...)
		}
		if s.Run.Retrains() {
			x.retraining(s, l, of)
			continue
		}
		columns, accuracy := columnIDs(x.table), map[string]float64{}
		if done(l.Evaluate) && l.Evaluate.Evaluate != nil {
			accuracy = l.Evaluate.Evaluate.Accuracy
			columns = slices.Sorted(maps.Keys(accuracy))
		}
		for _, rec := range of(spec.KindEvaluate, l.Evaluate, columns...) {
			if v, ok := accuracy[rec.Column]; ok {
				rec.Value = number(v)
			}
			x.add(rec)
		}
	}
}

func columnIDs(t table.Table) []string {
	var ids []string
	for _, c := range t.Columns {
		ids = append(ids, c.ID)
	}
	return ids
}

// ranks has the number of architectures that a leaf ranks or, where all are asked for, each with both its accuracies.
func (x *exporter) ranks(s Search, l Leaf, rec table.Record) {
	if !done(l.Rank) || l.Rank.Rank == nil {
		x.add(rec)
		return
	}
	rec.Value = number(float64(len(l.Rank.Rank.Architectures)))
	x.add(rec)
	nas, err := space.ByName(s.Run.Space)
	if !x.all || err != nil {
		return
	}
	for _, a := range l.Rank.Rank.Architectures {
		rec.Item, rec.Architecture = fmt.Sprintf("index %d", a.Index), ""
		if found, err := nas.At(a.Index); err == nil {
			rec.Architecture = nas.String(found)
		}
		rec.Column, rec.Value, rec.Unit = "supernet/accuracy", number(a.Accuracy), "%"
		x.add(rec)
		if !x.embedded { // no table covers it
			rec.Column, rec.Value = s.dataset()+"/test", number(a.Truth)
			x.add(rec)
		}
	}
}

// retraining has what is known of a leaf's architecture at the end of each rung that it is trained up to.
func (x *exporter) retraining(s Search, l Leaf, of func(string, *spec.Outcome, ...string) []table.Record) {
	for rung, o := range l.Retrain {
		list := of(spec.KindRetrain, o, "retraining/training-accuracy", "retraining/held-out-accuracy", "retraining/test-accuracy", "retraining/params", "retraining/macs")
		for k := range list {
			list[k].Architecture = l.Architecture
			if rung < len(s.Run.Select.Rungs) {
				list[k].Item = fmt.Sprintf("epoch %d", s.Run.Select.Rungs[rung])
			}
		}
		if done(o) && o.Retrain != nil && len(o.Retrain.Curve) > 0 {
			last := o.Retrain.Curve[len(o.Retrain.Curve)-1]
			for k, v := range []float64{last.TrainAcc, heldOut(last), tested(last), float64(o.Retrain.Params) / 1e6, float64(o.Retrain.MACs) / 1e6} {
				list[k].Value = number(v)
			}
		}
		x.out.Records = append(x.out.Records, list...)
	}
}

// pairs has each sampled architecture's figures on one side. Done without a value: no neighbour makes such a pair.
func (x *exporter) pairs(r table.Row, s Search) {
	i := slices.IndexFunc(pairSides, func(p pairSide) bool { return p.id == r.ID })
	for k := range max(len(s.Pairs), s.Run.Pairs) {
		var o *spec.Outcome
		if k < len(s.Pairs) {
			o = s.Pairs[k]
		}
		for c, column := range x.table.Columns {
			rec := x.stage(r, s, fmt.Sprint(k), spec.KindPair, o)
			rec.Scope, rec.Place, rec.Column, rec.Unit = table.ScopePair, fmt.Sprintf("pair %d", k), column.ID, unitOf(column.ID)
			if done(o) && o.Pair != nil {
				rec.Architecture = o.Pair.Architecture
				if j := pairSides[i].of(o.Pair); j != nil {
					rec.Value = number(pairFigure(j, c))
				}
			}
			x.add(rec)
		}
	}
}

// replay has a replay's means over its pools with their intervals, by both kinds of true accuracy; the table shows those by the last epoch.
func (x *exporter) replay(r table.Row, s Search) {
	for _, c := range x.Experiment.Columns {
		for _, truth := range []string{"last epoch", "best epoch"} {
			rec := x.stage(r, s, "", spec.KindReplay, s.Replay)
			rec.Scope, rec.Place, rec.Rule, rec.Item, rec.Column, rec.Unit = table.ScopeReplay, "curves", truth, "mean", c.ID(), unitOf(c.ID())
			if !done(s.Replay) || s.Replay.Replay == nil {
				x.add(rec)
				continue
			}
			v := *s.Replay.Replay
			if truth == "best epoch" {
				v.Last = v.Best
			}
			e := estimate(v, c.Figure)
			for _, part := range []struct {
				item  string
				value float64
			}{{"mean", e.Mean}, {"low", e.Low}, {"high", e.High}} {
				rec.Item, rec.Value = part.item, number(part.value)
				x.add(rec)
			}
		}
	}
}
