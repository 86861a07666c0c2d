package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gmnas/results"
)

// Published is what a run tells other processes about itself.
type Published struct {
	Process int // of the coordinator
	Began   time.Time
	Written time.Time
	Status  Status
}

const (
	publishedName = "status.json" // in Options.Dir
	publishEvery  = time.Second
	maxPublished  = 16 << 20
)

// publish writes the status for others, at most every publishEvery. It isn't synced: after a power cut nobody runs.
func (c *coordinator) publish(s Status) {
	if time.Since(c.published) < publishEvery {
		return
	}
	c.published = time.Now()
	b, err := json.Marshal(Published{Process: os.Getpid(), Began: c.began, Written: c.published, Status: s})
	if err == nil {
		path := filepath.Join(c.opts.Dir, publishedName)
		if err = os.WriteFile(path+temporary, b, 0o644); err == nil {
			err = os.Rename(path+temporary, path)
		}
	}
	if err != nil && !c.mute {
		c.mute = true
		c.say("`gmnas status` will not see this run: %v", err)
	}
}

// unpublish tells others that the run ended by itself.
func (c *coordinator) unpublish() { os.Remove(filepath.Join(c.opts.Dir, publishedName)) }

// Watch returns what the run at work on the database tells of itself in its folder (Options.Dir), and whether there is one. A run
// that has just begun says its process only. Where none is at work, what a killed one said last is returned.
func Watch(database, dir string) (p Published, running bool, err error) {
	process, running, err := results.Coordinator(database)
	if err != nil {
		return p, false, err
	}
	f, err := os.Open(filepath.Join(dir, publishedName))
	if errors.Is(err, fs.ErrNotExist) {
		return Published{Process: process}, running, nil
	}
	if err != nil {
		return p, running, fmt.Errorf("reading the status: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPublished))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return p, running, fmt.Errorf("reading the status %s: %w", f.Name(), err)
	}
	if running && p.Process != process {
		return Published{Process: process}, true, nil // left by an earlier, killed run
	}
	return p, running, nil
}

// silence is how long a run may tell nothing before that is mentioned.
const silence = 10 * publishEvery

// Text is what Watch returned, line by line, with the command that stops the run cleanly.
func (p Published) Text(running bool) string {
	var text strings.Builder
	say := func(about, format string, a ...any) {
		fmt.Fprintf(&text, "%-9s %s\n", about, clip(printable(fmt.Sprintf(format, a...)), maxError))
	}
	if !running {
		say("running", "nothing")
		if p.Process != 0 {
			say("killed", "the run of process %d, which last told of itself at %s; the same `gmnas run` goes on", p.Process, p.Written.Local().Format(time.DateTime))
		}
		return text.String()
	}
	if p.Written.IsZero() {
		say("running", "process %d, which has just begun", p.Process)
	} else {
		s := p.Status
		say("running", "process %d with %d workers at work, since %s", p.Process, len(s.Workers), p.Began.Local().Format(time.DateTime))
		if age := time.Since(p.Written); age > silence {
			say("silent", "for %s: is it stopped, or the machine busy?", brief(age))
		}
		say("done", "%d of %d stages, %.3g of %.3g TFLOP, in %s", s.Stages, s.StagesTotal, s.FLOPs/1e12, s.FLOPsTotal/1e12, brief(s.Elapsed))
		say("failed", "%d in this run", s.Failed)
		left := "unknown yet"
		if s.Left >= 0 {
			left = "about " + brief(s.Left)
		}
		say("left", "%s", left)
		for _, w := range s.Workers {
			say("worker", "%s, %.0f %% %s", w.Label, 100*w.Fraction, w.Note)
		}
	}
	say("stop it", "kill -INT %d", p.Process)
	return text.String()
}
