package plan

import "gmnas/harness/spec"

// position is where a supernet stands: whose weights it has and how far its schedules are.
type position struct {
	weights spec.Key // the train stage that left them; empty is freshly initialised
	epoch   int      // of its schedules
	before  int      // epochs of the run before its schedules began: 0, or up to the last restart
}

// after is the position some epochs on.
func (p position) after(epochs int) position {
	p.epoch += epochs
	return p
}

// restarted is the position with weights, optimizers and schedules begun afresh.
func (p position) restarted() position { return position{before: p.before + p.epoch} }

// scheduleEpochs is the length of the cosine and of the temperature schedule. Before a restart it is all epochs from
// the root to a leaf; after one, ScheduleSearch gives the epochs that remain (the search epochs after the last
// restart) and ScheduleTotal all of them again, so that they stop part-way (spec.md section 2.4, row 12).
func scheduleEpochs(run spec.Run, at position) int {
	total := run.WarmupEpochs() + run.SearchEpochs
	if run.Schedule == spec.ScheduleSearch {
		return total - at.before
	}
	return total
}

// temperature of SNAS before the position's next epoch: linear from TauMax to TauMin (spec.md section 2.2); 0 for the
// other methods.
func temperature(run spec.Run, at position) float64 {
	m := run.Method
	if m.Name != spec.SNAS {
		return 0
	}
	rest := 1 - float64(at.epoch)/float64(scheduleEpochs(run, at))
	return max(m.TauMin, rest*(m.TauMax-m.TauMin)+m.TauMin)
}
