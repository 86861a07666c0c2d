package bench

import (
	"fmt"
	"io"
	"time"
)

// WriteTable writes the comparisons as a Markdown page with the machine that they were taken on.
func WriteTable(w io.Writer, machine, commit string, rounds int, pairs []Pairing) error {
	fmt.Fprintf(w, "# Supernet steps against PyTorch\n\n")
	fmt.Fprintf(w, "Taken on %s on %s, commit %s, %d rounds of alternating processes (ours, peer, ours, ...), batch 64, one thread. ", time.Now().UTC().Format("2006-01-02"), machine, commit, rounds)
	fmt.Fprintf(w, "Seconds are medians over the rounds of each process's median step; the ratio is peer/ours, median of the rounds (smallest to largest).\n\n")
	fmt.Fprintf(w, "- darts: a weight step of the mixture supernet; path: one sampled operation an edge; gm: one mini-batch of gradient matching over all edges.\n")
	fmt.Fprintf(w, "- N is the cells of each of three stages in nasbench201, of the whole network in darts.\n")
	fmt.Fprintf(w, "- The peers (`harness/bench/peer/torch_nb201.py`, `torch_darts.py`) are the same steps in the usual eager PyTorch style.\n\n")
	fmt.Fprintf(w, "| space | step | C, N, image | ours, s | peer, s | peer's layout | ratio | GFLOP/s | of convolution peak | allocations a step |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, p := range pairs {
		layout, peer, ratio := "default", "-", "-"
		if p.ChannelsLast {
			layout = "channels last"
		}
		if p.Peer > 0 {
			peer, ratio = fmt.Sprintf("%.4f", p.Peer), fmt.Sprintf("%.2f (%.2f to %.2f)", p.Ratio, p.Low, p.High)
		}
		if _, err := fmt.Fprintf(w, "| %s | %s | %d, %d, %dx%d | %.4f | %s | %s | %s | %.0f | %.0f %% | %.0f |\n",
			p.Space, p.Mode, p.Channels, p.Cells, p.Size, p.Size, p.Ours, peer, layout, ratio, p.GFLOPs, 100*p.Share, p.AllocsPerStep); err != nil {
			return err
		}
	}
	if len(pairs) > 0 {
		fmt.Fprintf(w, "\nOurs: %s.", pairs[0].Backend)
		if pairs[0].PeerName != "" {
			fmt.Fprintf(w, " Peer: %s.", pairs[0].PeerName)
		} else {
			fmt.Fprintf(w, " The peer is missing: install python3-torch to compare.")
		}
		fmt.Fprintln(w)
	}
	return nil
}
