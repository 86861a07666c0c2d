package bench

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"gmnas/nasbench/space"
)

// peerPrograms are what a PyTorch user would write for the same steps.
//
//go:embed peer/*.py
var peerPrograms embed.FS

// peerProgram is the space's.
func peerProgram(spaceName string) string {
	if spaceName == space.DARTS.Name {
		return "torch_darts.py"
	}
	return "torch_nb201.py"
}

// ErrNoPeer tells that PyTorch is not there.
var ErrNoPeer = errors.New("python3-torch is missing")

// Peer is a PyTorch that can run the same steps.
type Peer struct {
	python string
	folder string // of the programs
}

// OpenPeer finds an interpreter with PyTorch: Debian's own python3 first. Close removes the programs' files.
func OpenPeer(ctx context.Context) (*Peer, error) {
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(ctx, python, "-c", "import torch").Run() != nil {
			continue
		}
		folder, err := os.MkdirTemp("", "gmnas-peer-*")
		if err != nil {
			return nil, fmt.Errorf("preparing the peer: %w", err)
		}
		if err := os.CopyFS(folder, peerPrograms); err != nil {
			os.RemoveAll(folder)
			return nil, fmt.Errorf("preparing the peer: %w", err)
		}
		return &Peer{python, folder}, nil
	}
	return nil, ErrNoPeer
}

// Close removes the peer's files.
func (p *Peer) Close() { os.RemoveAll(p.folder) }

// PeerResult is what is read of the peer's line.
type PeerResult struct {
	Peer          string  `json:"peer"`
	SecondsMedian float64 `json:"s_median"`
}

// Step times the peer in a process of its own, as ours is.
func (p *Peer) Step(ctx context.Context, o StepOptions, channelsLast bool) (PeerResult, error) {
	args := []string{filepath.Join(p.folder, "peer", peerProgram(o.Space)), "--mode", o.Mode, "--channels", strconv.Itoa(o.Channels), "--cells", strconv.Itoa(o.Cells), "--size", strconv.Itoa(o.Size),
		"--batch", strconv.Itoa(o.Batch), "--threads", strconv.Itoa(o.Threads), "--steps", strconv.Itoa(o.Steps)}
	if channelsLast {
		args = append(args, "--channels-last")
	}
	var r PeerResult
	return r, lineOf(ctx, p.python, args, &r)
}

// Own times a step in a fresh process of this program.
func Own(ctx context.Context, program string, o StepOptions) (StepResult, error) {
	args := []string{"bench", "step", "--space", o.Space, "--mode", o.Mode, "--channels", strconv.Itoa(o.Channels), "--cells", strconv.Itoa(o.Cells), "--size", strconv.Itoa(o.Size),
		"--batch", strconv.Itoa(o.Batch), "--threads", strconv.Itoa(o.Threads), "--steps", strconv.Itoa(o.Steps), "--backend", o.Backend}
	var r StepResult
	return r, lineOf(ctx, program, args, &r)
}

// lineOf runs a command and decodes its one JSON line.
func lineOf(ctx context.Context, program string, args []string, v any) error {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("timing %s %v: %w: %.300s", program, args, err, errs.String())
	}
	if err := json.Unmarshal(bytes.TrimSpace(out.Bytes()), v); err != nil {
		return fmt.Errorf("timing %s: reading its line: %w", program, err)
	}
	return nil
}

// Case is one comparison.
type Case struct {
	StepOptions
	ChannelsLast bool // of the peer
}

// Cases are the comparisons that the README's table shows: batch 64, one thread.
func Cases(backend string) []Case {
	var cases []Case
	nb201, darts := space.NB201.Name, space.DARTS.Name
	for _, c := range []struct {
		space, mode        string
		cells, size, steps int
		channelsLast       bool
	}{
		{nb201, "darts", 5, 32, 3, true}, {nb201, "darts", 5, 32, 3, false}, {nb201, "path", 5, 32, 21, true},
		{nb201, "darts", 1, 16, 21, true}, {nb201, "path", 1, 16, 61, true}, {nb201, "gm", 1, 16, 2, false},
		{darts, "darts", 8, 32, 3, true}, {darts, "darts", 5, 16, 5, true},
	} {
		cases = append(cases, Case{StepOptions{Space: c.space, Mode: c.mode, Channels: 16, Cells: c.cells, Size: c.size, Batch: 64, Threads: 1, Steps: c.steps, Backend: backend}, c.channelsLast})
	}
	return cases
}

// Pairing is the outcome of a comparison: medians of alternating runs.
type Pairing struct {
	Case
	Backend          string  // with version
	Ours, Peer       float64 // seconds a step, median over rounds; Peer is 0 without one
	Ratio, Low, High float64 // peer/ours round by round: median, smallest, largest
	GFLOPs, Share    float64
	AllocsPerStep    float64
	PeerName         string
}

// Compare runs ours and the peer in turn, rounds times (ABAB...). peer may be nil. report is called after each run.
func Compare(ctx context.Context, program string, c Case, peer *Peer, rounds int, report func(who string, seconds float64)) (Pairing, error) {
	result := Pairing{Case: c}
	var ours, theirs, ratios, gflops, shares []float64
	for range rounds {
		own, err := Own(ctx, program, c.StepOptions)
		if err != nil {
			return result, err
		}
		report("gmnas", own.SecondsMedian)
		result.Backend, result.AllocsPerStep = own.Gmnas, own.AllocsPerStep
		ours, gflops, shares = append(ours, own.SecondsMedian), append(gflops, own.GFLOPs), append(shares, own.ShareOfPeak)
		if peer == nil {
			continue
		}
		other, err := peer.Step(ctx, c.StepOptions, c.ChannelsLast)
		if err != nil {
			return result, err
		}
		report(other.Peer, other.SecondsMedian)
		result.PeerName = other.Peer
		theirs, ratios = append(theirs, other.SecondsMedian), append(ratios, other.SecondsMedian/own.SecondsMedian)
	}
	result.Ours, result.GFLOPs, result.Share = median(ours), median(gflops), median(shares)
	if peer != nil {
		result.Peer, result.Ratio, result.Low, result.High = median(theirs), median(ratios), slices.Min(ratios), slices.Max(ratios)
	}
	return result, nil
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
