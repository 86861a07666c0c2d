package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gmnas/harness/spec"
	"gmnas/results"
)

const (
	importList   = "list"
	importRemove = "remove"
)

var importActions = []string{spec.EvidenceArchitectures, spec.EvidencePredictions, spec.EvidenceCurve, importList, importRemove}

type importFlags struct {
	name, encoding, genotype, db, data *string
	seed                               *int64
	given                              func(flag string) bool
}

// ignored is an error where a flag is given that curves alone have, so that none is taken for heeded.
func (o importFlags) ignored(action string) error {
	for _, flag := range []string{"seed", "genotype"} {
		if action != spec.EvidenceCurve && o.given(flag) {
			return fmt.Errorf("--%s: is for `gmnas import curve` alone; leave it out of import %s", flag, action)
		}
	}
	return nil
}

func importCommand() command {
	f := newFlags("import")
	o := importFlags{
		name:     f.String("name", "", "`name` of the row in tables (default: its ID)"),
		encoding: f.String("encoding", "", "`name` of the code base whose numbers or spelling architectures are in: "+strings.Join(encodings(), ", ")+" (default: told by names; numbers need it)"),
		seed:     f.Int64("seed", 0, "seed of the search that a curve's architecture is of"),
		genotype: f.String("genotype", "", "`text` of a curve's architecture, in the DARTS spelling, where it is known"),
		db:       databaseFlag(f), data: dataFlag(f), given: f.Changed,
	}
	return command{
		name: "import", args: strings.Join(importActions, "|") + " [EXPERIMENT ROW [FILE]]", choices: importChoices,
		short: "put what others found or claim beside an experiment's own rows", flags: f,
		long: "architectures: lines of seed and architecture, or JSON, seed to architecture or a list, one a leaf; they are judged by the same look-up\n" +
			"and pick as those found here. predictions: a number for each architecture, as for `gmnas rank`, ranked beside the experiment's.\n" +
			"curve: a retraining log of the released code, or CSV of epoch,lr,train_acc,test_acc, one for each seed. Tables mark such rows as\n" +
			"imported third-party evidence, with the file's SHA-256.",
		example: "gmnas import architectures table3 mine found.txt --encoding naslib --name 'My search'\n" +
			"gmnas import predictions table7 released few-shot-supernet.json\ngmnas import curve table4 theirs log.txt --seed 2\n" +
			"gmnas import list\ngmnas import remove table3 mine",
		do: func(ctx context.Context, c call) error { return doImport(ctx, c, o) },
	}
}

func importChoices(before []string) []string {
	switch len(before) {
	case 0:
		return importActions
	case 1:
		return experimentLabels()
	}
	return nil
}

func doImport(ctx context.Context, c call, o importFlags) error {
	if len(c.args) == 0 {
		return fmt.Errorf("nothing to do; use one of %s", strings.Join(importActions, ", "))
	}
	action, args := c.args[0], c.args[1:]
	if !slices.Contains(importActions, action) {
		return fmt.Errorf("%q: there is no such action; %s", short(action), instead(action, importActions))
	}
	if err := o.ignored(action); err != nil {
		return err
	}
	if action == importList {
		return listImported(c, *o.db, args)
	}
	want := map[string]int{importRemove: 2}[action]
	if want == 0 {
		want = 3
	}
	if len(args) != want {
		return fmt.Errorf("%s: %d arguments; give %s", action, len(args), []string{"an experiment and a row", "an experiment, a name for the row and a file"}[want-2])
	}
	e, err := findExperiment(args[0])
	if err != nil {
		return err
	}
	if action == importRemove {
		return removeImported(c, *o.db, e, args[1])
	}
	if _, taken := e.Row(args[1]); taken {
		return fmt.Errorf("row %q: %s has such a row of its own; name another", short(args[1]), e.Label)
	}
	evidence, content, err := o.read(e, args[1], args[2], action)
	if err != nil {
		return err
	}
	if err := checkData(*o.data); err != nil {
		return err
	}
	switch action {
	case spec.EvidencePredictions:
		err = takePredictions(&evidence, e, content, *o.data)
	case spec.EvidenceCurve:
		err = takeCurve(&evidence, e, content, *o.seed, *o.genotype)
	default:
		err = takeArchitectures(&evidence, e, content, *o.data)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", args[2], err)
	}
	store, err := openForRun(*o.db)
	if err != nil {
		return err
	}
	defer store.Close()
	unlock, err := store.Lock() // it records look-ups
	if err != nil {
		return err
	}
	defer unlock()
	if err := lookUp(ctx, store, evidence, *o.data); err != nil {
		return err
	}
	if err := store.AddEvidence(evidence); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: %s from %s, SHA-256 %s\nrender it with: %s%s\n", evidence.Row, contents(evidence), evidence.File, evidence.SHA256, asCalled("gmnas report "+e.Label), databaseArgument(*o.db))
	return nil
}

// maxImport bounds a file.
const maxImport = 16 << 20

// maxName bounds a row's name, in letters.
const maxName = 60

// read returns the file's content and what is known of it before it is looked into.
func (o importFlags) read(e spec.Experiment, row, path, kind string) (spec.Evidence, []byte, error) {
	name := *o.name
	if name == "" {
		name = row
	}
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
		return spec.Evidence{}, nil, fmt.Errorf("--name %q: at most %d letters, without line ends and other control characters", short(name), maxName)
	}
	f, err := os.Open(path)
	if err != nil {
		return spec.Evidence{}, nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxImport+1))
	if err != nil {
		return spec.Evidence{}, nil, err
	}
	if len(content) > maxImport {
		return spec.Evidence{}, nil, fmt.Errorf("%s: more than %d MiB", path, maxImport>>20)
	}
	sum := sha256.Sum256(content)
	return spec.Evidence{Experiment: e.Label, Row: row, Name: name, Kind: kind, File: filepath.Base(path), SHA256: hex.EncodeToString(sum[:]),
		Bytes: int64(len(content)), Encoding: *o.encoding, Imported: time.Now().UTC(), Space: e.Space}, content, nil
}

// contents says how much the evidence is.
func contents(e spec.Evidence) string {
	switch e.Kind {
	case spec.EvidencePredictions:
		return fmt.Sprintf("predictions of %d architectures", len(e.Predictions))
	case spec.EvidenceCurve:
		return fmt.Sprintf("a retraining of %d epochs, seed %d", len(e.Claim.Curve), e.Claim.Seed)
	}
	n := 0
	for _, f := range e.Found {
		n += len(f.Architectures)
	}
	return fmt.Sprintf("%d architectures of %d seeds", n, len(e.Found))
}

func listImported(c call, db string, args []string) error {
	if len(args) > 0 {
		return errors.New("list takes no more arguments")
	}
	store, err := results.OpenReadOnly(db)
	if err != nil {
		return err
	}
	defer store.Close()
	list, err := store.Evidence("")
	if err != nil {
		return err
	}
	for _, e := range list {
		fmt.Fprintf(c.out, "%s %s  %s: %s from %s (SHA-256 %s, %d bytes), imported %s\n",
			e.Experiment, e.Row, e.Name, contents(e), e.File, e.SHA256, e.Bytes, e.Imported.Format(time.DateOnly))
	}
	if len(list) == 0 {
		fmt.Fprintln(c.out, "nothing is imported")
	}
	return nil
}

func removeImported(c call, db string, e spec.Experiment, row string) error {
	if !exists(db) {
		return fmt.Errorf("database %s: %w", db, results.ErrMissing)
	}
	store, err := results.Open(db)
	if err != nil {
		return err
	}
	defer store.Close()
	n, err := store.RemoveEvidence(e.Label, row)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("row %q: nothing of that name is imported into %s; `gmnas import list` says what is", short(row), e.Label)
	}
	fmt.Fprintf(c.out, "removed %s of %s\n", row, e.Label)
	return nil
}
