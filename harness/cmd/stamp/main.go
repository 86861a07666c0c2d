// Command stamp prints the linker flags that tell gmnas what it was built from: commit, difference from it, and hash of
// the sources that compute. The Makefile runs it in the checkout.
package main

import (
	"fmt"
	"os"

	"gmnas/harness/code"
)

func main() {
	hash, err := code.Hash(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "stamp:", err)
		os.Exit(1)
	}
	commit, diff := code.Commit(".")
	fmt.Printf("-X main.commit=%s -X main.diff=%s -X main.code=%s\n", commit, diff, hash)
}
