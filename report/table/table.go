// Package table holds a finished comparison as values: what package report computes from outcomes and what the
// renderers print. It does nothing. Accuracies are in percent, differences in accuracy points. A nil pointer is
// a figure that there is not; nothing stands in for it. The JSON names are stable.
package table

// Table is one table or figure of the paper beside what was measured.
type Table struct {
	Label    string    `json:"label"`
	Title    string    `json:"title"`
	Claim    string    `json:"claim"`
	Profile  string    `json:"profile"`
	Embedded bool      `json:"embedded"` // searched and evaluated on the embedded synthetic set
	Seeds    []int64   `json:"seeds"`    // as declared
	Facts    []Fact    `json:"facts"`
	Columns  []Column  `json:"columns"`
	Axis     string    `json:"axis,omitempty"` // of a figure: what Row.At is
	Measure  *Measure  `json:"measure,omitempty"`
	Rows     []Row     `json:"rows"`
	Claims   []Claim   `json:"claims"`
	Sections []Section `json:"sections,omitempty"`
	Heats    []Heat    `json:"heat_maps,omitempty"`
	Scatters []Scatter `json:"-"` // the figures behind them are in the database
	Drawings []Drawing `json:"drawings,omitempty"`
	Against  []Against `json:"against_null"`
	Picks    []Pick    `json:"picks"`
	Costs    []Cost    `json:"costs"`
	Notes    []Note    `json:"notes"`
}

// Fact is a line of the header; a warning where Warn.
type Fact struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Warn bool   `json:"warn,omitempty"`
	// Mixed tells that the table shows results of different code, arithmetic, data or tables.
	Mixed bool `json:"mixed,omitempty"`
}

// Measure says what the cells hold where that isn't accuracies in percent.
type Measure struct {
	Title    string `json:"title"`
	Intro    string `json:"intro"`
	Claims   string `json:"claims"`   // how a claim is decided
	Verdicts string `json:"verdicts"` // how a verdict is
	Decimals int    `json:"decimals"`
}

// Column is one data set's split.
type Column struct {
	ID       string `json:"id"` // "cifar10/test"
	Dataset  string `json:"dataset"`
	Split    string `json:"split"`
	Transfer bool   `json:"transfer"`           // the search ran on another data set
	Decimals *int   `json:"decimals,omitempty"` // of its figures, where they aren't the table's; -3 is at most 3
}

// Row is a line of the table, with one cell a column.
type Row struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Kind  string `json:"kind"` // spec.RowRun and so on
	Cells []Cell `json:"cells"`
	Noted bool   `json:"noted,omitempty"` // a note is about the whole row
	At    *int   `json:"at,omitempty"`    // place on the figure's axis
	Of    string `json:"of,omitempty"`    // the declared row whose runs it shows, where that isn't ID
}

// Verdict compares a cell with the printed value.
type Verdict string

// Verdicts; package report states the rule. A cell with nothing to compare has none.
const (
	Reproduced    Verdict = "reproduced"
	Differs       Verdict = "differs"
	CannotTell    Verdict = "cannot tell"
	NotRun        Verdict = "not run"
	NotComparable Verdict = "not comparable"
)

// Cell is one row's accuracy in one column.
type Cell struct {
	Column     string   `json:"column"`
	Seeds      []Seed   `json:"seeds,omitempty"` // by seed
	N          int      `json:"n"`
	Asked      int      `json:"asked"`    // declared seeds
	Diverged   int      `json:"diverged"` // of them
	Failed     int      `json:"failed"`
	Mean       *float64 `json:"mean,omitempty"`
	Std        *float64 `json:"std,omitempty"` // sample standard deviation, over seeds or a null's draws
	Median     *float64 `json:"median,omitempty"`
	Low        *float64 `json:"low,omitempty"`         // 95 % interval of the mean over seeds, by IntervalBy;
	High       *float64 `json:"high,omitempty"`        // of single draws for a null
	IntervalBy string   `json:"interval_by,omitempty"` // "Student's t", "Wilson, 10000 images"; empty for a null
	BootLow    *float64 `json:"boot_low,omitempty"`    // 95 % bootstrap interval of the mean over seeds
	BootHigh   *float64 `json:"boot_high,omitempty"`
	Why        string   `json:"why,omitempty"` // why deviation or interval are missing
	Paper      *float64 `json:"paper,omitempty"`
	PaperStd   *float64 `json:"paper_std,omitempty"`
	Difference *float64 `json:"difference,omitempty"` // mean - paper
	Verdict    Verdict  `json:"verdict,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Noted      bool     `json:"noted,omitempty"` // a note is about this cell
}

// Seed is one search's result: the accuracy of the leaf architecture that the main rule picks.
type Seed struct {
	Seed         int64   `json:"seed"`
	Accuracy     float64 `json:"accuracy"`
	Architecture string  `json:"architecture"`
	Leaf         int     `json:"leaf"`
	Stage        string  `json:"stage"` // key of the evaluation
}

// Pick compares the rules by which one of the leaves is picked: mean accuracy over the seeds that have all three.
type Pick struct {
	Row    string   `json:"row"`
	Name   string   `json:"name"`
	Column string   `json:"column"`
	Leaves int      `json:"leaves"`
	N      int      `json:"n"`
	Main   *float64 `json:"table_valid,omitempty"`
	Oracle *float64 `json:"table_test,omitempty"`
	Honest *float64 `json:"supernet,omitempty"`
	Gap    *float64 `json:"gap,omitempty"` // oracle - honest
	Worst  *float64 `json:"worst_leaf,omitempty"`
	// BatchNorm names the statistics that the supernets' accuracies were measured with: "batch", "running" or both.
	BatchNorm string `json:"supernet_batch_norm,omitempty"`
	Why       string `json:"why,omitempty"`
}

// Against compares a method with the null that has as many picks to choose from.
type Against struct {
	Row      string   `json:"row"`
	Name     string   `json:"name"`
	Null     string   `json:"null"`
	NullName string   `json:"null_name"`
	Column   string   `json:"column"`
	N        int      `json:"n"`
	Mean     *float64 `json:"mean,omitempty"`
	NullMean *float64 `json:"null_mean,omitempty"`
	NullStd  *float64 `json:"null_std,omitempty"` // of a single pick
	Reaches  *float64 `json:"p,omitempty"`        // probability that the null's mean over N seeds is at least Mean
	Carried  bool     `json:"beats_null"`
	Why      string   `json:"why,omitempty"` // why there is no probability
}

// Cost is a method's mean cost a seed, of the search without the evaluation.
type Cost struct {
	Row                 string   `json:"row"`
	Name                string   `json:"name"`
	N                   int      `json:"n"`
	GradientEvaluations *float64 `json:"gradient_evaluations,omitempty"`
	TeraFLOP            *float64 `json:"tera_flop,omitempty"`
	Seconds             *float64 `json:"seconds,omitempty"`
}

// Note is a footnote on a row and column, either may be empty. Command fills the gap that it is about.
type Note struct {
	Row     string `json:"row,omitempty"`
	Column  string `json:"column,omitempty"`
	Text    string `json:"text"`
	Command string `json:"command,omitempty"`
	Mixed   bool   `json:"mixed,omitempty"` // the row's cells mix results of different code, arithmetic, data or tables
}

// Mixtures are what the table mixes, in words.
func (t Table) Mixtures() []string {
	var list []string
	for _, f := range t.Facts {
		if f.Mixed {
			list = append(list, f.Name+": "+f.Text)
		}
	}
	for _, n := range t.Notes {
		if n.Mixed {
			list = append(list, "row "+n.Row+": "+n.Text)
		}
	}
	return list
}

// Row returns the row of that ID.
func (t Table) Row(id string) (Row, bool) {
	for _, r := range t.Rows {
		if r.ID == id {
			return r, true
		}
	}
	return Row{}, false
}

// Cell returns the cell of that column.
func (r Row) Cell(column string) (Cell, bool) {
	for _, c := range r.Cells {
		if c.Column == column {
			return c, true
		}
	}
	return Cell{}, false
}
