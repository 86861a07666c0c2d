package run

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Terminal shows a status line that is rewritten in place, until the next Line takes its place. Width gives the terminal's columns at any time.
func Terminal(w io.Writer, width func() int) Observer { return &terminal{w: w, width: width} }

// Plain prints lines only: one for every finished stage and a status at most every interval.
func Plain(w io.Writer, interval time.Duration) Observer {
	return &plain{w: w, interval: interval, last: time.Now()}
}

const eraseLine = "\r\x1b[K"

type terminal struct {
	w     io.Writer
	width func() int
}

func (t *terminal) Status(s Status) {
	fmt.Fprint(t.w, eraseLine, clip(s.String(), t.width()-1))
}

func (t *terminal) Line(text string) { fmt.Fprint(t.w, eraseLine, printable(text), "\n") }

type plain struct {
	w        io.Writer
	interval time.Duration
	last     time.Time
}

func (p *plain) Status(s Status) {
	if time.Since(p.last) >= p.interval {
		p.Line(s.String())
	}
}

func (p *plain) Line(text string) {
	p.last = time.Now()
	fmt.Fprintln(p.w, printable(text))
}

// String is the status in one line.
func (s Status) String() string {
	text := fmt.Sprintf("%d/%d stages, %.3g/%.3g TFLOP, %s", s.Stages, s.StagesTotal, s.FLOPs/1e12, s.FLOPsTotal/1e12, brief(s.Elapsed))
	if s.Left >= 0 {
		text += ", " + brief(s.Left) + " left"
	}
	if s.Failed > 0 {
		text += fmt.Sprintf(", %d failed", s.Failed)
	}
	for _, w := range s.Workers {
		text += fmt.Sprintf(" | %s %.0f %%", w.Label, 100*w.Fraction)
		if w.Note != "" {
			text += " " + w.Note
		}
	}
	return printable(text)
}

// printable leaves control characters out, which come from errors and notes.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

// clip shortens a line to so many characters.
func clip(text string, columns int) string {
	runes := []rune(strings.ReplaceAll(text, "\n", " "))
	return string(runes[:min(len(runes), max(0, columns))])
}

// brief is a duration to two figures or so.
func brief(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d < time.Hour:
		return d.Round(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}
