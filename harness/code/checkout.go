package code

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Commit returns the commit that is checked out, "+dirty" appended where files differ from it, and then the SHA-256 of
// the difference: of what `git diff HEAD --binary` prints, followed by a line "SHA-256 path" for each file that git
// neither tracks nor ignores. It is "unknown" outside a checkout and without git.
func Commit(checkout string) (commit, diff string) {
	head, err := git(checkout, "rev-parse", "HEAD")
	if err != nil {
		return "unknown", ""
	}
	commit = strings.TrimSpace(string(head))
	changes, err := git(checkout, "diff", "HEAD", "--binary", "--no-color", "--no-ext-diff")
	if err != nil {
		return commit + "+dirty", ""
	}
	untracked, err := git(checkout, "ls-files", "--others", "--exclude-standard", "-z")
	if err != nil {
		return commit + "+dirty", ""
	}
	if len(changes)+len(untracked) == 0 {
		return commit, ""
	}
	h := sha256.New()
	h.Write(changes)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(untracked), "\x00"), "\x00") {
		if name != "" {
			fmt.Fprintf(h, "%s %s\n", FileHash(filepath.Join(checkout, name)), name)
		}
	}
	return commit + "+dirty", hex.EncodeToString(h.Sum(nil))
}

func git(checkout string, args ...string) ([]byte, error) {
	c := exec.Command("git", args...)
	c.Dir = checkout
	return c.Output()
}

// FileHash is a file's SHA-256 in hex, empty where it can't be read: a link to nowhere, or just deleted.
func FileHash(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
