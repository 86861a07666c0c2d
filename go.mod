module gmnas

go 1.26.0

// Who uses what: each heavy dependency has one door.
require (
	github.com/mattn/go-sqlite3 v1.14.53 // results: the store
	github.com/olekukonko/tablewriter v1.1.5 // report/render: terminal and Markdown tables
	github.com/rogpeppe/go-internal v1.16.0 // harness/cmd/gmnas: testscript stories
	github.com/spf13/pflag v1.1.0 // harness/cmd/gmnas: flags
	go4.org/unsafe/assume-no-moving-gc v0.0.0-20231121144256-b99613f794b6 // pinned: older versions make Gorgonia panic on current Go
	golang.org/x/term v0.48.0 // harness/cmd/gmnas: is the output a terminal
	gonum.org/v1/gonum v0.17.0 // harness/engine/kernel/native: matrix products; report/stat: distributions
	gonum.org/v1/plot v0.17.0 // report/plots: PNG plots
	gorgonia.org/gorgonia v0.9.18 // harness/engine: the graph
	gorgonia.org/tensor v0.9.24 // harness/engine: shapes and dtypes of the graph
	pgregory.net/rapid v1.3.0 // tests: properties
)

tool honnef.co/go/tools/cmd/staticcheck
