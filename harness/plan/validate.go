package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// Bounds of a table.
const (
	maxShots = 10_000
	maxDraws = 10_000_000

	maxCost = 1e6 // GPU days, of which NASNet took 2,000, or epochs
)

// name is what labels and row IDs may be: they become file names, make targets and report anchors.
var name = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]{0,62}$`)

const nameRule = "use 1 to 63 of a-z, 0-9, '+', '-' and '.', beginning with a letter or digit"

// Validate returns every problem of an experiment and its runs, joined; each names the field, the value and what to
// use instead. Titles, claims and notes are free text.
func Validate(exp spec.Experiment) error {
	p := newProblems()
	checkName(p, "Label", exp.Label)
	if _, err := space.ByName(exp.Space); err != nil {
		p.add("Space", "%q: %v", exp.Space, err)
	}
	if exp.Over == "" {
		checkColumns(p, exp.Columns)
		checkSeeds(p, exp.Seeds)
	} else {
		checkOver(p, exp)
	}
	if exp.Axis != "" {
		p.one("Axis", exp.Axis, spec.AxisWarmup, spec.AxisSplits)
	}
	for profile := range ordered(exp.Embedded) {
		p.one("Embedded", profile, spec.Smoke, spec.Laptop, spec.Paper)
	}
	seen := map[string]int{}
	for k, r := range exp.Rows {
		checkName(p, fmt.Sprintf("Rows[%d].ID", k), r.ID)
		if first, twice := seen[r.ID]; twice {
			p.add(fmt.Sprintf("Rows[%d].ID", k), "%q: is also the ID of row %d; give each row its own", r.ID, first)
		} else {
			seen[r.ID] = k
		}
		checkRow(p.in(fmt.Sprintf("row %q: ", short(r.ID))), exp, r)
	}
	checkNotes(p, exp)
	checkClaims(p, exp)
	return p.err()
}

func checkName(p problems, field, value string) {
	if !name.MatchString(value) {
		p.add(field, "%q: %s", short(value), nameRule)
	}
}

// short keeps messages readable for values of any length.
func short(text string) string {
	if len(text) > 80 {
		return text[:80] + "..."
	}
	return text
}

func checkColumns(p problems, columns []spec.Column) {
	if len(columns) == 0 {
		p.add("Columns", "none: declare at least one")
	}
	seen := map[spec.Column]bool{}
	for k, c := range columns {
		field := fmt.Sprintf("Columns[%d]", k)
		if _, err := imageSet(c.Dataset); err != nil {
			p.add(field+".Dataset", "%q: %v", c.Dataset, err)
		}
		if c.Figure == "" {
			p.one(field+".Split", c.Split, "valid", "test")
		} else {
			p.one(field+".Figure", c.Figure, spec.Figures()...)
			p.zero(field+".Split", c.Split, c.Split == "", "the column holds a figure")
		}
		if c.Rule != "" {
			p.one(field+".Rule", c.Rule, spec.Selections()...)
			p.one(field+".Figure", c.Figure, spec.FigureError, spec.FigureBestError)
		}
		if seen[c] {
			p.add(field, "%q: is there already; remove it", c.ID())
		}
		seen[c] = true
	}
}

func checkSeeds(p problems, seeds []int64) {
	if len(seeds) == 0 {
		p.add("Seeds", "none: declare at least one")
	}
	first := map[int64]int{}
	for k, s := range seeds {
		if s < 0 {
			p.add(fmt.Sprintf("Seeds[%d]", k), "%d: must not be negative", s)
		}
		if at, twice := first[s]; twice {
			p.add(fmt.Sprintf("Seeds[%d]", k), "%d: is also Seeds[%d]; remove one, a seed counts once", s, at)
			continue
		}
		first[s] = k
	}
}

func checkRow(p problems, exp spec.Experiment, r spec.Row) {
	if !p.one("Kind", r.Kind, spec.RowLiterature, spec.RowRun, spec.RowNull, spec.RowOptimal) {
		return
	}
	if r.Kind == spec.RowRun {
		checkRuns(p, exp, r)
	} else {
		p.zero("Runs", fmt.Sprintf("of %d profiles", len(r.Runs)), len(r.Runs) == 0, "the row's kind is "+r.Kind)
	}
	checkGenotype(p, exp, r)
	if r.Kind == spec.RowNull {
		checkNull(p.in("Null."), exp, r.Null)
	} else {
		p.zero("Null", fmt.Sprintf("%+v", r.Null), r.Null == spec.NullOf{}, "the row's kind is "+r.Kind)
	}
	p.number("Tolerance", r.Tolerance, 0, 100)
	for column, printed := range ordered(r.Paper) {
		field := fmt.Sprintf("Paper[%q]", column)
		if !slices.ContainsFunc(exp.Columns, func(c spec.Column) bool { return c.ID() == column }) {
			p.add(field, "is no column of the table; remove it or declare the column")
		}
		most := 100.
		for _, cost := range []string{spec.FigureDays, spec.FigureEpochs, spec.FigureNetworkMACs, spec.FigureImageNetMACs} {
			if strings.HasSuffix(column, "/"+cost) {
				most = maxCost
			}
		}
		p.number(field+".Mean", printed.Mean, 0, most)
		p.number(field+".Std", printed.Std, 0, 100)
		if !printed.HasStd && printed.Std != 0 {
			p.add(field+".Std", "%v: must be 0 where HasStd is false", printed.Std)
		}
	}
}

// checkGenotype checks a released architecture.
func checkGenotype(p problems, exp spec.Experiment, r spec.Row) {
	if r.Genotype == "" {
		return
	}
	p.one("Kind", r.Kind, spec.RowLiterature)
	s, err := space.ByName(exp.Space)
	if err == nil && !s.Genotypes() {
		p.add("Genotype", "is set: architectures of %s have none", exp.Space)
	} else if g, err := space.ParseGenotype(r.Genotype); err != nil {
		p.add("Genotype", "%v", err)
	} else if g.String() != r.Genotype {
		p.add("Genotype", "%s: write it as %s", short(r.Genotype), g)
	}
}

func checkRuns(p problems, exp spec.Experiment, r spec.Row) {
	if len(r.Runs) == 0 {
		p.add("Runs", "none: declare one for each profile")
	}
	for profile, run := range ordered(r.Runs) {
		q := p.in("profile " + profile + ": ")
		q.one("name", profile, spec.Smoke, spec.Laptop, spec.Paper)
		checkRun(q, run)
		if _, err := space.ByName(exp.Space); err == nil && run.Space != exp.Space {
			q.add("Space", "%q: the experiment's is %q; a table compares within one space", run.Space, exp.Space)
		}
		if e, ok := exp.Embedded[profile]; ok {
			checkRun(q.in("on embedded data: "), run.OnEmbedded(e))
		}
	}
	for _, profile := range []string{spec.Smoke, spec.Laptop, spec.Paper} {
		_, here := r.Runs[profile]
		other := slices.IndexFunc(exp.Rows, func(o spec.Row) bool { _, there := o.Runs[profile]; return there })
		if !here && other >= 0 && len(r.Runs) > 0 {
			p.add("Runs", "have no profile %q, which row %q has; declare it", profile, short(exp.Rows[other].ID))
		}
	}
}

func checkNull(p problems, exp spec.Experiment, n spec.NullOf) {
	p.whole("Draws", n.Draws, 1, maxDraws)
	if n.From == "" {
		p.whole("Shots", n.Shots, 1, maxShots)
		return
	}
	p.whole("Shots", n.Shots, 0, 0)
	if from, ok := exp.Row(n.From); !ok || from.Kind != spec.RowRun {
		p.add("From", "%q: must be the ID of a row of kind %q", short(n.From), spec.RowRun)
	}
}

func checkNotes(p problems, exp spec.Experiment) {
	for k, n := range exp.Notes {
		if _, ok := exp.Row(n.Row); n.Row != "" && !ok {
			p.add(fmt.Sprintf("Notes[%d].Row", k), "%q: is no row of the table", short(n.Row))
		}
		if n.Column != "" && !slices.ContainsFunc(exp.Columns, func(c spec.Column) bool { return c.ID() == n.Column }) {
			p.add(fmt.Sprintf("Notes[%d].Column", k), "%q: is no column of the table", short(n.Column))
		}
	}
}

// ordered yields a map by key, so that messages come in the same order every time.
func ordered[V any](m map[string]V) func(yield func(string, V) bool) {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
