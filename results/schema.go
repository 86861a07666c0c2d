package results

import (
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// applicationID marks the file as ours: "gmna".
const applicationID = 0x676d6e61

// migration brings a database from version i to i+1. One that was released is never changed.
type migration struct {
	statements string
	rewrite    func(*sql.Tx) error // after them; may be nil
}

// migrations, in order. An outcome is one JSON text with a checksum; what is queried are generated columns, and what is
// plotted are views over it, so that nothing is stored twice.
var migrations = []migration{{statements: `
CREATE TABLE stages (
	key  TEXT PRIMARY KEY CHECK (length(key) = 64), -- SHA-256 of body
	body TEXT NOT NULL,                             -- canonical JSON of spec.Stage
	kind TEXT GENERATED ALWAYS AS (body ->> '$.Kind') VIRTUAL,
	seed INTEGER GENERATED ALWAYS AS (body ->> '$.Seed') VIRTUAL
) STRICT;

CREATE TABLE outcomes (
	key      TEXT PRIMARY KEY REFERENCES stages (key),
	body     TEXT NOT NULL, -- JSON of spec.Outcome
	checksum TEXT NOT NULL, -- SHA-256 of body
	kind     TEXT GENERATED ALWAYS AS (body ->> '$.Kind') VIRTUAL,
	state    TEXT GENERATED ALWAYS AS (body ->> '$.State') VIRTUAL,
	error    TEXT GENERATED ALWAYS AS (body ->> '$.Error') VIRTUAL,
	gradient_evaluations INTEGER GENERATED ALWAYS AS (body ->> '$.Cost.GradientEvaluations') VIRTUAL,
	flops    REAL GENERATED ALWAYS AS (body ->> '$.Cost.FLOPs') VIRTUAL,
	seconds  REAL GENERATED ALWAYS AS (body ->> '$.Cost.Seconds') VIRTUAL,
	started  TEXT GENERATED ALWAYS AS (body ->> '$.Provenance.Started') VIRTUAL,
	host     TEXT GENERATED ALWAYS AS (body ->> '$.Provenance.Host') VIRTUAL,
	git_commit TEXT GENERATED ALWAYS AS (body ->> '$.Provenance.Commit') VIRTUAL,
	backend  TEXT GENERATED ALWAYS AS (body ->> '$.Provenance.Backend') VIRTUAL,
	backend_version TEXT GENERATED ALWAYS AS (body ->> '$.Provenance.BackendVersion') VIRTUAL
) STRICT;
CREATE INDEX outcomes_by_state ON outcomes (kind, state, seconds, flops, gradient_evaluations);

CREATE TABLE attempts (
	id       INTEGER PRIMARY KEY,
	key      TEXT NOT NULL REFERENCES stages (key),
	state    TEXT NOT NULL CHECK (state IN ('failed', 'conflict')),
	error    TEXT NOT NULL,
	log      TEXT NOT NULL,
	body     TEXT NOT NULL, -- JSON of spec.Outcome
	recorded TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_by_key ON attempts (key);

CREATE TABLE bindings (
	experiment TEXT NOT NULL,
	profile    TEXT NOT NULL,
	row        TEXT NOT NULL,
	seed       INTEGER NOT NULL,
	run        TEXT NOT NULL, -- SHA-256 of body
	body       TEXT NOT NULL, -- canonical JSON of spec.Run
	bound      TEXT NOT NULL, -- when it was last asked for
	PRIMARY KEY (experiment, profile, row, seed, run)
) STRICT;

CREATE VIEW curves AS
	SELECT o.key, c.value ->> '$.Epoch' AS epoch, c.value ->> '$.LR' AS lr, c.value ->> '$.Tau' AS tau,
	       c.value ->> '$.TrainLoss' AS train_loss, c.value ->> '$.TrainAcc' AS train_acc,
	       c.value ->> '$.ValidLoss' AS valid_loss, c.value ->> '$.ValidAcc' AS valid_acc,
	       c.value ->> '$.Genotype' AS genotype
	FROM outcomes o, json_each(o.body, iif(o.kind = 'train', '$.Train.Curve', '$.Evaluate.Curve')) c;

CREATE VIEW accuracies AS
	SELECT o.key, s.body ->> '$.Evaluate.Architecture' AS architecture, a.key AS column_id, a.value AS accuracy
	FROM outcomes o JOIN stages s ON s.key = o.key, json_each(o.body, '$.Evaluate.Accuracy') a;

CREATE VIEW cuts AS
	SELECT o.key, c.value ->> '$.Edge' AS edge, c.value ->> '$.Edge' = o.body ->> '$.Split.Edge' AS chosen,
	       c.value ->> '$.CutCost' AS cut_cost, c.value ->> '$.Score' AS score,
	       c.value -> '$.Groups' AS groups, c.value -> '$.Distance' AS distance
	FROM outcomes o, json_each(o.body, '$.Split.Candidates') c;
`}, {
	// What outcomes share is stored once: the program and the machine that computed them.
	statements: `
CREATE TABLE origins (
	hash TEXT PRIMARY KEY CHECK (length(hash) = 64), -- SHA-256 of body
	kind TEXT NOT NULL CHECK (kind IN ('build', 'machine')),
	body TEXT NOT NULL -- canonical JSON of spec.Build or spec.Machine
) STRICT;

ALTER TABLE outcomes DROP COLUMN host;
ALTER TABLE outcomes DROP COLUMN git_commit;
ALTER TABLE outcomes DROP COLUMN backend;
ALTER TABLE outcomes DROP COLUMN backend_version;

CREATE VIEW provenance AS
	SELECT o.key, o.kind, o.started, o.seconds,
	       b.body ->> '$.Commit' AS git_commit, b.body ->> '$.Diff' AS diff, b.body ->> '$.Code' AS code,
	       b.body ->> '$.Binary' AS executable, b.body ->> '$.Go' AS go_version,
	       m.body ->> '$.Host' AS host, m.body ->> '$.Backend' AS backend, m.body ->> '$.BackendVersion' AS backend_version,
	       m.body ->> '$.InstructionSet' AS instruction_set, m.body ->> '$.Threads' AS threads
	FROM outcomes o
	LEFT JOIN origins b ON b.hash = o.body ->> '$.Provenance.Build'
	LEFT JOIN origins m ON m.hash = o.body ->> '$.Provenance.Machine';
`, rewrite: shareOrigins}, {
	// Every column of a run is checked (runID.sum), not only its settings.
	statements: "ALTER TABLE bindings ADD COLUMN checksum TEXT NOT NULL DEFAULT ''",
	rewrite:    sumRuns,
}, {
	// What others found or claim, from their files.
	statements: `
CREATE TABLE evidence (
	experiment TEXT NOT NULL,
	row        TEXT NOT NULL,
	source     TEXT NOT NULL, -- SHA-256 of the file
	body       TEXT NOT NULL, -- canonical JSON of spec.Evidence
	checksum   TEXT NOT NULL, -- SHA-256 of body
	PRIMARY KEY (experiment, row, source)
) STRICT;
`}}

// prepare turns the write-ahead log on and applies the missing migrations, in one transaction.
func (s *Store) prepare() error {
	version, err := s.version()
	if err != nil || version == len(migrations) {
		return err
	}
	if err := s.useLog(); err != nil {
		return err
	}
	return s.migrate()
}

// migrate applies the missing migrations.
func (s *Store) migrate() error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	version, err := readVersion(tx) // another process may have been faster
	if err != nil {
		return err
	}
	for _, m := range migrations[version:] {
		if _, err := tx.Exec(m.statements); err != nil {
			return fmt.Errorf("migrating: %w", err)
		}
		if m.rewrite == nil {
			continue
		}
		if err := m.rewrite(tx); err != nil {
			return fmt.Errorf("migrating: %w", err)
		}
	}
	if _, err := tx.Exec(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(migrations))); err != nil {
		return err
	}
	return tx.Commit()
}

// useLog switches to the write-ahead log. SQLite does not wait for other processes here, so this does.
func (s *Store) useLog() error {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var mode string
		err := s.db.QueryRow("PRAGMA journal_mode = WAL").Scan(&mode)
		if err == nil && mode != "wal" {
			return fmt.Errorf("the file system gives no write-ahead log (journal mode %q); use a local disk", mode)
		}
		if !isBusy(err) || time.Now().After(deadline) {
			return err
		}
	}
}

// current checks that a database that is only read has the schema of this program.
func (s *Store) current() error {
	version, err := s.version()
	if err != nil {
		return err
	}
	if version < len(migrations) {
		return errOlderSchema
	}
	return nil
}

func (s *Store) version() (int, error) { return readVersion(s.db) }

type querier interface {
	QueryRow(query string, args ...any) *sql.Row
}

// readVersion returns the schema version, 0 for an empty file.
func readVersion(q querier) (int, error) {
	var version, application, tables int
	err := q.QueryRow(`SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_user_version, pragma_application_id`).Scan(&version, &application, &tables)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, errors.New("no schema version")
	case err != nil:
		return 0, err
	case application != applicationID && (version != 0 || tables != 0):
		return 0, ErrForeign
	case version < 1 && tables != 0:
		return 0, fmt.Errorf("%w: schema version %d with %d tables", ErrDamaged, version, tables)
	case version > len(migrations):
		return 0, fmt.Errorf("%w: version %d, this program knows %d; use the newer gmnas that wrote it, or another file with --db", ErrNewerSchema, version, len(migrations))
	}
	return version, nil
}
