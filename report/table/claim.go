package table

// Verdicts of a claim, beside CannotTell, NotRun and NotComparable.
const (
	Holds        Verdict = "holds"
	Contradicted Verdict = "contradicted"
)

// Claim is one statement of the paper with what was seen of it.
type Claim struct {
	Text        string       `json:"text"`
	Check       string       `json:"check"`
	Verdict     Verdict      `json:"verdict"` // holds where all comparisons hold, contradicted where one is
	Comparisons []Comparison `json:"comparisons"`
}

// Comparison is one of a claim's figures.
type Comparison struct {
	What     string   `json:"what"` // "cosine - L2"
	Measure  string   `json:"measure"`
	N        string   `json:"n"` // "4 and 4", "12 splits"
	Figure   *float64 `json:"figure,omitempty"`
	Low      *float64 `json:"low,omitempty"` // 95 % interval
	High     *float64 `json:"high,omitempty"`
	Paper    *float64 `json:"paper,omitempty"` // the same figure of the printed numbers
	Effect   *float64 `json:"cliffs_delta,omitempty"`
	P        *float64 `json:"p,omitempty"`        // exact, two-sided
	Paired   *float64 `json:"p_paired,omitempty"` // on common seeds
	Adjusted *float64 `json:"p_holm,omitempty"`   // P corrected for all of the experiment
	// Significant tells that Adjusted is 0.05 or less: it alone makes a figure bold.
	Significant bool    `json:"significant"`
	Could       int     `json:"n_could,omitempty"`  // fewest values a side with which P could be significant; 0 where an interval decides
	Needed      int     `json:"n_needed,omitempty"` // about how many would be, at the difference and spread seen; 0 where that can't be estimated
	Verdict     Verdict `json:"verdict"`
	Reason      string  `json:"reason"`
}

// Section is a table of its own, as text; so many columns from the left are text, the rest figures.
type Section struct {
	Title string     `json:"title"`
	Intro string     `json:"intro"`
	Head  []string   `json:"head"`
	Left  int        `json:"text_columns"`
	Rows  [][]string `json:"rows"`
}

// Heat is a heat map. A nil value is an empty cell.
type Heat struct {
	Title   string       `json:"title"`
	Unit    string       `json:"unit"`
	Rows    []string     `json:"rows"`
	Columns []string     `json:"columns"`
	Values  [][]*float64 `json:"values"`
	Low     float64      `json:"low"` // ends of the colour scale
	High    float64      `json:"high"`
}

// Scatter is a panel of points.
type Scatter struct {
	Title    string
	X, Y     string     // labels of the axes, units included
	Diagonal bool       // draws where both are equal, on axes of one scale
	Error    bool       // X is accuracies, in even steps of log error
	Rows     []string   // from the top, what stands at Y = 0, 1 and so on, in place of numbers
	Span     [2]float64 // what the X axis reaches over at least, so that panels compare; zero is the points alone
	Series   []Series
}

// Series is points of one kind; later ones lie on top.
type Series struct {
	Name   string
	Points [][2]float64
	Mark   Mark
	Ranges [][2]float64 // lower and upper end of each point's X; none, or one a point
}

// Mark is how points look.
type Mark int

// Marks. Beyond MarkSeed, MarkSeed+1 and so on tell seeds apart.
const (
	MarkFaint  Mark = iota // many points
	MarkStrong             // those that matter
	MarkPaper              // printed values
	MarkSeed
)
