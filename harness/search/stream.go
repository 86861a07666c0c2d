package search

import (
	"crypto/sha256"
	"math/rand/v2"
)

// Stream returns the random stream of a purpose of a stage: the same on every machine, and independent of all others.
func Stream(key, purpose string) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256([]byte(key + "|" + purpose))))
}
