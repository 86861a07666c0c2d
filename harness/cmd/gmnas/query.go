package main

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gmnas/nasbench"
	"gmnas/nasbench/space"
)

func queryCommand() command {
	f := newFlags("query")
	q := queryFlags{
		data:     dataFlag(f),
		space:    f.String("space", space.NB201.Name, "search `space` of an architecture of the table, "+space.NB201.Name+" or "+space.NB201NoNone.Name),
		json:     f.Bool("json", false, "print JSON"),
		nats:     f.Bool("nats", false, "the index is NAS-Bench-201's own, which is shuffled"),
		encoding: f.String("encoding", "", "`name` of the code base whose numbers or spelling the architecture is in: "+strings.Join(encodings(), ", ")+" (default: told by names; numbers need it)"),
		draw:     pathFlag(f, "draw", "", "draw a genotype's cells into a `file`, .png or .svg"),
	}
	return command{
		name: "query", args: "ARCHITECTURE|INDEX", short: "look an architecture up in the NAS-Bench-201 table, or count a DARTS genotype", flags: f,
		long: "An architecture is a string like the example's, or as another code base writes it; an index counts the space's architectures with\n" +
			"edge 0 as the most significant digit. Every accuracy names its data set, split and epochs; what the table lacks is a dash.\n" +
			"A genotype of the DARTS space is in no table: its canonical spelling and the exact size of its networks are printed.",
		example: "gmnas query '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|'\n" +
			"gmnas query 6111 --nats --json\ngmnas query '(4, 0, 3, 1, 4, 3)' --encoding naslib\n" +
			"gmnas query \"$(cat genotype.txt)\" --draw cells.svg",
		do: func(_ context.Context, c call) error {
			if len(c.args) != 1 {
				return fmt.Errorf("%d arguments; give one architecture (in quotes, as | is the shell's) or one index", len(c.args))
			}
			if space.IsGenotype(c.args[0]) {
				return q.genotype(c, c.args[0])
			}
			return q.lookUp(c, c.args[0])
		},
	}
}

var tableSpaces = []string{space.NB201.Name, space.NB201NoNone.Name}

// tableSpace returns the space of that name, one that the table covers.
func tableSpace(name string) (space.Space, error) {
	s, err := space.ByName(name)
	if err != nil {
		return s, fmt.Errorf("--space %q: there is no such space; %s", short(name), instead(name, tableSpaces))
	}
	if s.Genotypes() {
		return s, fmt.Errorf("--space %s: an architecture of %s is a genotype, which no table has; %s", name, name, instead(name, tableSpaces))
	}
	return s, nil
}

// lookUp prints what the table has of an architecture.
func (q queryFlags) lookUp(c call, text string) error {
	if *q.draw != "" {
		return fmt.Errorf("--draw %q: only a genotype's cells are drawn", short(*q.draw))
	}
	if err := checkData(*q.data); err != nil {
		return err
	}
	s, err := tableSpace(*q.space)
	if err != nil {
		return err
	}
	table, err := nasbench.Find(*q.data)
	if err != nil {
		return err
	}
	a, err := architecture(table, s, text, *q.encoding, *q.nats)
	if err != nil {
		return err
	}
	d, err := nasbench.Describe(table, s, a)
	if err != nil {
		return err
	}
	if !*q.json {
		return d.Write(c.out)
	}
	b, err := d.JSON()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s\n", b)
	return err
}

var (
	number    = regexp.MustCompile(`^[0-9]+$`)
	sizeSpace = regexp.MustCompile(`^[0-9]+(:[0-9]+)+$`)
)

// architecture reads the argument, a spelling or an index, as an architecture of s.
func architecture(t *nasbench.Table, s space.Space, text, encoding string, nats bool) (space.Architecture, error) {
	switch {
	case sizeSpace.MatchString(text):
		return space.Architecture{}, fmt.Errorf("architecture %q: this is an sss string, of NATS-Bench's size space; give one of the topology space, as in `gmnas query --help`", short(text))
	case nats && (encoding != "" || !number.MatchString(text)):
		return space.Architecture{}, fmt.Errorf("architecture %q: no index, which --nats needs; leave --nats out to give an architecture, --encoding to give an index", short(text))
	case encoding != "" || !number.MatchString(text):
		a, err := space.ParseEncoded(encoding, text)
		if err != nil {
			return a, err
		}
		return space.NB201.Convert(a, s)
	}
	index, err := strconv.Atoi(text)
	if err != nil {
		return space.Architecture{}, fmt.Errorf("index %q: too large; the space has 0 to %d", short(text), s.Size()-1)
	}
	if !nats {
		return s.At(index)
	}
	a, err := t.ByNATSIndex(index)
	if err != nil {
		return a, err
	}
	return space.NB201.Convert(a, s)
}

// encodings are the names of the encodings.
func encodings() []string {
	var names []string
	for _, e := range space.Encodings() {
		names = append(names, e.Name)
	}
	return names
}
