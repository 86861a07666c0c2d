package datasets

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// answer is a server that gives one answer to everything.
type answer struct {
	status int
	header http.Header
	body   []byte
	length int64
}

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Status: http.StatusText(a.status), Header: a.header, ContentLength: a.length,
		Body: io.NopCloser(bytes.NewReader(a.body)), Request: r}, nil
}

// FuzzGet: whatever the origin answers and whatever a cut-off download left, the file that was there stays, or the
// registered bytes take its place.
func FuzzGet(f *testing.F) {
	right := []byte("the registered bytes, with their hash")
	n := int64(len(right))
	f.Add(200, "", "", "", right, n, []byte{})
	f.Add(206, "bytes 4-36/37", "", "", right[4:], n-4, right[:4])
	f.Add(200, "", "text/html", "", []byte("<html>sign in</html>"), int64(20), []byte{})
	f.Add(302, "", "", "http://127.0.0.1/", []byte{}, int64(0), []byte{})
	f.Add(302, "", "", "https://elsewhere.invalid/", []byte{}, int64(0), []byte{})
	f.Add(200, "", "", "", append(slices.Clone(right), 0), int64(-1), []byte{})
	f.Add(206, "bytes 0-36/37", "", "", right, n, []byte("another beginning"))
	f.Add(416, "", "", "", []byte{}, int64(0), right[:9])
	f.Fuzz(func(t *testing.T, status int, contentRange, contentType, location string, body []byte, length int64, part []byte) {
		a := answer{status, http.Header{"Content-Range": {contentRange}, "Content-Type": {contentType}, "Location": {location}}, body, length}
		s := Source{Name: "tables", Downloads: []Download{{URL: "https://origin.invalid/t.csv", Size: n, Hash: shaOf(right), Path: "tables/t.csv"}},
			Files: []File{{Path: "tables/t.csv", Known: []Content{{Size: n, Hash: shaOf(right)}}}}}
		g := getter{client: &http.Client{Transport: a}, sources: []Source{s}}
		old := []byte("what was there before")
		dir := t.TempDir()
		path := filepath.Join(dir, "tables", "t.csv")
		if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{path: old, path + ".part": part} {
			if err := os.WriteFile(name, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		err := g.get(context.Background(), "tables", dir, nil)
		want := old
		if err == nil {
			want = right
		}
		got, readErr := os.ReadFile(path)
		if readErr != nil || !bytes.Equal(got, want) {
			t.Fatalf("error %v, the file holds %q, %v", err, got, readErr)
		}
		if info, statErr := os.Stat(path + ".part"); statErr == nil && (err == nil || info.Size() > n) {
			t.Fatalf("error %v, and a part of %d bytes is left", err, info.Size())
		}
	})
}

// FuzzSums: whatever stands in a folder's list of hashes, a file is verified only against a whole SHA-256.
func FuzzSums(f *testing.F) {
	data := payload(10)
	f.Add(shaOf(data).Hex + "  a.bin\n")
	f.Add(shaOf(data).Hex + "  ../a.bin\n" + strings.Repeat("0", 64) + "  a.bin\n")
	f.Add("<html>")
	f.Add(strings.Repeat("z", 64) + "  a.bin")
	f.Fuzz(func(t *testing.T, list string) {
		dir := t.TempDir()
		for name, content := range map[string][]byte{"a.bin": data, sumsFile: []byte(list)} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		state := fileState(dir, Source{Name: "set"}, File{Path: "a.bin", Known: []Content{{Size: 10}}})
		if state.Verified && !strings.Contains(list, shaOf(data).Hex+"  a.bin") {
			t.Fatalf("verified by %q", list)
		}
		if state.Verified && state.Problem != "" {
			t.Fatalf("%+v", state)
		}
	})
}
