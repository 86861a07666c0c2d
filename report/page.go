package report

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/report/plots"
	"gmnas/report/render"
	"gmnas/report/table"
)

// PageOf builds the table of what is recorded and all that the HTML report shows beside it: the splits that its searches made,
// the programs and machines that computed it, every setting, and every seed's architecture.
func PageOf(in Input) (render.Page, error) {
	p, err := Figured(Build(in))
	if err != nil {
		return p, err
	}
	b := newBuilder(in)
	split, err := b.splitPart()
	if err != nil {
		return p, err
	}
	for _, part := range []render.Part{split, {Title: "Provenance", Sections: []table.Section{b.computedBy()}}, b.settings(),
		{Title: "Every seed", Sections: []table.Section{everyArchitecture(p.Table)}}} {
		if part.Text != "" || slices.ContainsFunc(part.Sections, func(s table.Section) bool { return len(s.Rows) > 0 }) {
			p.Parts = append(p.Parts, part)
		}
	}
	return p, nil
}

// Figured is a page of the table with its figure and nothing beside it.
func Figured(t table.Table) (render.Page, error) {
	f, err := figure(t)
	return render.Page{Table: t, Figure: f}, err
}

func figure(t table.Table) (render.Figure, error) {
	var b bytes.Buffer
	if err := plots.PNG(&b, t); err != nil {
		return render.Figure{}, err
	}
	return render.Figure{PNG: b.Bytes(), Alt: plots.Alt(t)}, nil
}

// everyArchitecture has a line for each seed of a searched row, of the leaf that the main rule picks.
func everyArchitecture(t table.Table) table.Section {
	s := table.Section{Title: "Architectures found", Left: 4, Head: []string{"method", "seed", "architecture", "stage", "leaf"},
		Intro: "The leaf's architecture that the main rule picks, its accuracy in each column, and the stage that looked it up. gmnas explain walks on from there."}
	if t.Measure != nil {
		return s
	}
	for _, c := range t.Columns {
		s.Head = append(s.Head, c.Dataset+"\n"+c.Split)
	}
	for _, r := range t.Rows {
		if r.Kind != spec.RowRun || len(r.Cells) == 0 {
			continue
		}
		for _, seed := range r.Cells[0].Seeds {
			line := []string{r.Name, fmt.Sprint(seed.Seed), seed.Architecture, spec.Key(seed.Stage).Short(), fmt.Sprint(seed.Leaf + 1)}
			for _, c := range r.Cells {
				text := "-"
				if i := slices.IndexFunc(c.Seeds, func(x table.Seed) bool { return x.Seed == seed.Seed }); i >= 0 {
					text = fmt.Sprintf("%.2f", c.Seeds[i].Accuracy)
				}
				line = append(line, text)
			}
			s.Rows = append(s.Rows, line)
		}
	}
	return s
}

// splitPart is the audit of the splits that the experiment's own searches made.
func (b *builder) splitPart() (render.Part, error) {
	part := render.Part{Title: "Splits"}
	own := builder{Input: Input{Experiment: b.Experiment, Profile: b.Profile}}
	own.Splits = slices.DeleteFunc(slices.Clone(b.OwnSplits), func(s Split) bool { return s.Embedded != b.embedded })
	sections, heats := own.audit()
	part.Sections = sections
	if len(heats) > 0 {
		f, err := figure(table.Table{Title: "Similarity of the gradients", Profile: b.Profile, Embedded: b.embedded, Heats: heats})
		if err != nil {
			return part, err
		}
		part.Figures = []render.Figure{f}
	}
	return part, nil
}

// origin is a program on a machine, and what it computed.
type origin struct {
	build       spec.Build
	machine     spec.Machine
	kinds       map[string]int
	first, last time.Time
	seconds     float64
}

// computedBy has a line for each program and machine that recorded stages of the table.
func (b *builder) computedBy() table.Section {
	s := table.Section{Title: "Computed by", Left: 5, Head: []string{"program", "machine", "backend", "stages", "begun\n(UTC)", "seconds"},
		Intro: "Stages that rows share count once. Seconds are those of all stages together, on one worker after the other."}
	var list []origin
	seen := map[spec.Key]bool{}
	take := func(o spec.Outcome) {
		if seen[o.Key] {
			return
		}
		seen[o.Key] = true
		p := o.Provenance
		i := slices.IndexFunc(list, func(x origin) bool { return reflect.DeepEqual(x.build, p.Build) && x.machine == p.Machine })
		if i < 0 {
			i = len(list)
			list = append(list, origin{build: p.Build, machine: p.Machine, kinds: map[string]int{}, first: p.Started, last: p.Started})
		}
		x := &list[i]
		x.kinds[o.Kind]++
		x.seconds += o.Cost.Seconds
		if p.Started.Before(x.first) {
			x.first = p.Started
		}
		if p.Started.After(x.last) {
			x.last = p.Started
		}
	}
	for _, row := range b.Experiment.Rows {
		for _, search := range b.searches[row.ID] {
			for _, o := range search.Stages {
				take(o)
			}
		}
	}
	for _, n := range b.Nulls {
		take(n.Outcome)
	}
	for _, split := range b.Splits {
		take(spec.Outcome{Key: split.Key, Kind: spec.KindSplit, Provenance: split.Provenance})
	}
	for _, x := range list {
		seconds := "-"
		if x.seconds > 0 {
			seconds = fmt.Sprintf("%.0f", x.seconds)
		}
		s.Rows = append(s.Rows, []string{x.build.String() + "\n" + strings.Join(slices.DeleteFunc([]string{x.build.Go, moduleCount(x.build)}, empty), ", "),
			cmp.Or(x.machine.Host, "not recorded"), backendText(x.machine), stagesText(x.kinds), span(x.first, x.last), seconds})
	}
	return s
}

func empty(s string) bool { return s == "" }

func moduleCount(b spec.Build) string {
	if len(b.Modules) == 0 {
		return ""
	}
	return fmt.Sprintf("%d modules", len(b.Modules))
}

func backendText(m spec.Machine) string {
	text := cmp.Or(m.Arithmetic(), "none was used")
	if m.Threads > 0 {
		text += fmt.Sprintf("\n%d threads a worker", m.Threads)
	}
	return text
}

// stagesText counts stages by kind: "40 train".
func stagesText(kinds map[string]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		parts = append(parts, fmt.Sprintf("%d %s", kinds[k], k))
	}
	return strings.Join(parts, ", ")
}

func span(first, last time.Time) string {
	if first.IsZero() {
		return "not recorded"
	}
	const minute = "2006-01-02 15:04"
	if first.UTC().Format(minute) == last.UTC().Format(minute) {
		return first.UTC().Format(minute)
	}
	return first.UTC().Format(minute) + "\nto " + last.UTC().Format(minute)
}

// settings are those of every row, as its searches have them bound, or as declared where none is recorded.
func (b *builder) settings() render.Part {
	var ids []string
	var runs []spec.Run
	for _, row := range b.Experiment.Rows {
		run, ok := row.Runs[b.Profile]
		if !ok {
			continue
		}
		if list := b.searches[row.ID]; len(list) > 0 {
			run = list[0].Run
		}
		ids, runs = append(ids, row.ID), append(runs, run)
	}
	return render.Part{Title: "Settings", Text: plan.Settings(ids, runs)}
}
