package datasets

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func shaOf(data []byte) Hash {
	sum := sha256.Sum256(data)
	return sha(hex.EncodeToString(sum[:]))
}

// origin is a TLS server for one file, and a registry with the file in it as source "tables".
func origin(t *testing.T, data []byte, serve http.HandlerFunc) (getter, string) {
	t.Helper()
	server := httptest.NewTLSServer(serve)
	t.Cleanup(server.Close)
	source := Source{Name: "tables",
		Downloads: []Download{{URL: server.URL + "/table.csv", Size: int64(len(data)), Hash: shaOf(data), Path: "tables/table.csv"}},
		Files:     []File{{Path: "tables/table.csv", Known: []Content{{Size: int64(len(data)), Hash: shaOf(data)}}}}}
	return getter{client: server.Client(), sources: []Source{source}}, t.TempDir()
}

func serveContent(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "table.csv", time.Time{}, bytes.NewReader(data))
	}
}

func payload(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = uint8(mix(uint64(i)))
	}
	return data
}

// files are the paths below dir, with slashes.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			found = append(found, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestGetBringsAVerifiedFileWithProgress(t *testing.T) {
	data := payload(1 << 20)
	requests := 0
	g, dir := origin(t, data, func(w http.ResponseWriter, r *http.Request) {
		requests++
		serveContent(data)(w, r)
	})
	var steps []int64
	progress := func(done, total int64) {
		if total != 1<<20 {
			t.Errorf("progress out of %d, want %d", total, 1<<20)
		}
		steps = append(steps, done)
	}
	if err := g.get(context.Background(), "tables", dir, progress); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "tables/table.csv"))
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("the file is not the origin's: %v", err)
	}
	if !slices.IsSorted(steps) || len(steps) < 3 || steps[0] != 0 || steps[len(steps)-1] != 1<<20 {
		t.Errorf("progress went %v", steps)
	}
	if all := files(t, dir); !slices.Equal(all, []string{"tables/table.csv"}) {
		t.Errorf("files left: %v", all)
	}
	if err := g.get(context.Background(), "tables", dir, nil); err != nil || requests != 1 {
		t.Errorf("the second call made %d requests in all, error %v; want none", requests, err)
	}
}

func TestGetResumesACutOffDownload(t *testing.T) {
	data := payload(600_000)
	var ranges []string
	g, dir := origin(t, data, func(w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range"))
		if len(ranges) == 1 {
			w.Header().Set("Content-Length", "600000")
			w.Write(data[:300_000])
			panic(http.ErrAbortHandler)
		}
		serveContent(data)(w, r)
	})
	err := g.get(context.Background(), "tables", dir, nil)
	if err == nil || !strings.Contains(err.Error(), "of 600000 bytes, which were kept") {
		t.Fatalf("the cut-off download's error is %v", err)
	}
	part, err := os.Stat(filepath.Join(dir, "tables/table.csv.part"))
	if err != nil || part.Size() == 0 {
		t.Fatalf("nothing was kept: %v", err)
	}
	if err := g.get(context.Background(), "tables", dir, nil); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("bytes=%d-", part.Size()); ranges[1] != want {
		t.Errorf("resumed with range %q, want %q", ranges[1], want)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "tables/table.csv")); !bytes.Equal(got, data) {
		t.Error("the resumed file is not the origin's")
	}
}

func TestGetStartsAgainWhereTheServerKnowsNoRanges(t *testing.T) {
	data := payload(50_000)
	g, dir := origin(t, data, func(w http.ResponseWriter, r *http.Request) { w.Write(data) })
	if err := os.MkdirAll(filepath.Join(dir, "tables"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tables/table.csv.part"), data[:20_000], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := g.get(context.Background(), "tables", dir, nil); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "tables/table.csv")); !bytes.Equal(got, data) {
		t.Error("the file is not the origin's")
	}
}

func TestGetRefusesWhatIsNotTheRegisteredFile(t *testing.T) {
	data := payload(40_000)
	flipped := slices.Clone(data)
	flipped[20_000] ^= 1
	for what, test := range map[string]struct {
		serve http.HandlerFunc
		part  []byte
		says  string
		keeps bool
	}{
		"one byte flipped": {serve: serveContent(flipped), says: shaOf(data).Hex},
		"truncated at the origin": {serve: serveContent(data[:30_000]),
			says: "offers 30000 bytes, want 40000"},
		"longer at the origin": {serve: serveContent(append(slices.Clone(data), 1)), says: "offers 40001 bytes, want 40000"},
		"longer, length not told": {serve: func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			w.Write(append(slices.Clone(data), 1))
		}, says: "more than the 40000 bytes"},
		"web page": {serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<html>sign in</html>")
		}, says: "web page"},
		"web page that says it is data": {serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			w.(http.Flusher).Flush()
			fmt.Fprint(w, "<!DOCTYPE html><title>sign in</title>")
		}, says: "web page"},
		"not found":       {serve: http.NotFound, says: "404"},
		"wrong beginning": {serve: serveContent(data), part: flipped[:30_000], says: "damaged"},
		"partial file too long": {serve: serveContent(data), part: append(slices.Clone(data), 1),
			says: "more than the 40000"},
		"busy": {serve: func(w http.ResponseWriter, r *http.Request) { http.Error(w, "", http.StatusServiceUnavailable) }, part: data[:100], keeps: true, says: "503"},
		"range refused": {serve: func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "", http.StatusRequestedRangeNotSatisfiable)
		}, part: data[:100], says: "416"},
		"another range": {part: data[:100], says: "range", serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes 0-39999/40000")
			w.WriteHeader(http.StatusPartialContent)
			w.Write(data)
		}},
		"redirect to another host": {part: data[:100], keeps: true, says: "not a registered origin", serve: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.invalid/table.csv", http.StatusFound)
		}},
		"redirect without TLS": {part: data[:100], keeps: true, says: "not https", serve: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+r.Host+"/table.csv", http.StatusFound)
		}},
	} {
		t.Run(what, func(t *testing.T) {
			g, dir := origin(t, data, test.serve)
			old := []byte("what was there before")
			for name, content := range map[string][]byte{"table.csv": old, "table.csv.part": test.part} {
				if err := os.MkdirAll(filepath.Join(dir, "tables"), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, "tables", name), content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			err := g.get(context.Background(), "tables", dir, nil)
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "getting tables from https://") {
				t.Fatalf("error %v, want one that says %q and names source and URL", err, test.says)
			}
			if got, _ := os.ReadFile(filepath.Join(dir, "tables/table.csv")); !bytes.Equal(got, old) {
				t.Error("the file that was there is gone")
			}
			want := []string{"tables/table.csv"}
			if test.keeps {
				want = append(want, "tables/table.csv.part")
			}
			if all := files(t, dir); !slices.Equal(all, want) {
				t.Errorf("files left: %v, want %v", all, want)
			}
		})
	}
}

func TestGetFollowsARedirectOnItsOwnHost(t *testing.T) {
	data := payload(1000)
	g, dir := origin(t, data, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/table.csv" {
			http.Redirect(w, r, "/moved", http.StatusFound)
			return
		}
		serveContent(data)(w, r)
	})
	if err := g.get(context.Background(), "tables", dir, nil); err != nil {
		t.Fatal(err)
	}
}

func TestGetNeedsTLSAndAName(t *testing.T) {
	data := payload(1000)
	g, dir := origin(t, data, serveContent(data))
	g.sources[0].Downloads[0].URL = strings.Replace(g.sources[0].Downloads[0].URL, "https", "http", 1)
	if err := g.get(context.Background(), "tables", dir, nil); err == nil || !strings.Contains(err.Error(), "not https") {
		t.Errorf("without TLS: %v", err)
	}
	if err := g.get(context.Background(), "table", dir, nil); err == nil || !strings.Contains(err.Error(), "registered are tables") {
		t.Errorf("an unknown name's error %v does not list the names", err)
	}
	if err := Get(context.Background(), "imagenet16-120", dir, nil); err == nil || !strings.Contains(err.Error(), "sign in") {
		t.Errorf("a source that no program may download: %v", err)
	}
}

// TestGetTrustsNoStranger: a server with a certificate of its own making is not the origin, whatever it serves.
func TestGetTrustsNoStranger(t *testing.T) {
	data := payload(1000)
	g, dir := origin(t, data, serveContent(data))
	g.client = http.DefaultClient // knows the system's authorities only
	err := g.get(context.Background(), "tables", dir, nil)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Fatalf("error %v, want one about the certificate", err)
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("files left: %v", left)
	}
}

// TestGetBoundsWhatItTakes: a server that never ends fills no disk.
func TestGetBoundsWhatItTakes(t *testing.T) {
	data := payload(1000)
	sent := make(chan int, 1)
	g, dir := origin(t, data, func(w http.ResponseWriter, r *http.Request) {
		n := 0
		for chunk := payload(1 << 16); r.Context().Err() == nil; n += len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				break
			}
		}
		sent <- n
	})
	err := g.get(context.Background(), "tables", dir, nil)
	if err == nil || !strings.Contains(err.Error(), "more than the 1000 bytes") {
		t.Fatalf("error %v, want one about the size", err)
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("files left: %v", left)
	}
	if n := <-sent; n > 64<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}

// TestGetUnreached: where the origin can't be reached, the message says what else can be done.
func TestGetUnreached(t *testing.T) {
	data := payload(1000)
	for what, serve := range map[string]http.HandlerFunc{
		"connection cut": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"gone":           http.NotFound,
	} {
		g, dir := origin(t, data, serve)
		err := g.get(context.Background(), "tables", dir, nil)
		for _, want := range []string{"HTTPS_PROXY", "bring the file of 1000 bytes as " + filepath.Join(dir, "tables/table.csv")} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want it to say %q", what, err, want)
			}
		}
	}
}

func TestGetStopsWithItsContext(t *testing.T) {
	data := payload(600_000)
	ctx, cancel := context.WithCancel(context.Background())
	g, dir := origin(t, data, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "600000")
		w.Write(data[:300_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	err := g.get(ctx, "tables", dir, func(done, total int64) {
		if done > 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context canceled", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "tables/table.csv.part")); err != nil || info.Size() == 0 {
		t.Errorf("what had come was not kept: %v", err)
	}
}

type entry struct {
	name string
	kind byte
	data []byte
}

func archive(t testing.TB, entries ...entry) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o777, Size: int64(len(e.data))}
		if e.kind == tar.TypeSymlink {
			h.Linkname = "/etc/passwd"
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	z.Close()
	return b.Bytes()
}

// archiveOrigin serves an archive with members a.bin (1,000 bytes) and b.bin (2,000 bytes).
func archiveOrigin(t *testing.T, data []byte) (getter, string) {
	g, dir := origin(t, data, serveContent(data))
	s := &g.sources[0]
	sum := md5.Sum(data)
	s.Downloads[0].Path = ""
	s.Downloads[0].Hash = md5Hash(hex.EncodeToString(sum[:]))
	s.Downloads[0].Members = map[string]string{"set/a.bin": "images/a.bin", "set/b.bin": "images/b.bin"}
	s.Files = []File{{Path: "images/a.bin", Known: []Content{{Size: 1000}}}, {Path: "images/b.bin", Known: []Content{{Size: 2000}}}}
	return g, dir
}

func TestGetUnpacksTheRegisteredMembersOnly(t *testing.T) {
	a, b := payload(1000), payload(2000)
	g, dir := archiveOrigin(t, archive(t,
		entry{"set/", tar.TypeDir, nil}, entry{"../../escape", tar.TypeReg, a}, entry{"/etc/escape", tar.TypeReg, a},
		entry{"set/b.bin", tar.TypeReg, b}, entry{"set/link", tar.TypeSymlink, nil}, entry{"set/a.bin", tar.TypeReg, a}))
	if err := g.get(context.Background(), "tables", dir, nil); err != nil {
		t.Fatal(err)
	}
	if all := files(t, dir); !slices.Equal(all, []string{"images/a.bin", "images/b.bin", "images/" + sumsFile}) {
		t.Fatalf("files: %v", all)
	}
	path := filepath.Join(dir, "images/b.bin")
	if got, _ := os.ReadFile(path); !bytes.Equal(got, b) {
		t.Fatal("b.bin is not the archive's")
	}
	if state := fileState(dir, g.sources[0], g.sources[0].Files[1]); !state.Verified || state.Problem != "" {
		t.Errorf("after unpacking: %+v", state)
	}
	b[7] ^= 1
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if state := fileState(dir, g.sources[0], g.sources[0].Files[1]); state.Verified || !strings.Contains(state.Problem, "sha256") {
		t.Errorf("a flipped byte in an unpacked file is not found: %+v", state)
	}
}

func TestGetRefusesBadArchives(t *testing.T) {
	a, b := payload(1000), payload(2000)
	whole := archive(t, entry{"set/a.bin", tar.TypeReg, a}, entry{"set/b.bin", tar.TypeReg, b})
	for what, test := range map[string]struct {
		data []byte
		says string
	}{
		"a member is missing":   {archive(t, entry{"set/a.bin", tar.TypeReg, a}), "set/b.bin is missing"},
		"a member is too short": {archive(t, entry{"set/a.bin", tar.TypeReg, a[:999]}), "want one regular file of 1000 bytes"},
		"a member is a link":    {archive(t, entry{"set/a.bin", tar.TypeSymlink, nil}), "want one regular file"},
		"a member comes twice":  {archive(t, entry{"set/a.bin", tar.TypeReg, a}, entry{"set/a.bin", tar.TypeReg, a}), "want one regular file"},
		"it is cut off":         {whole[:len(whole)-200], "unpacking"},
		"it is no archive":      {payload(500), "unpacking"},
		"it is a bomb":          {archive(t, entry{"other", tar.TypeReg, make([]byte, unpackSlack+10_000)}, entry{"set/a.bin", tar.TypeReg, a}), "unpacking"},
	} {
		g, dir := archiveOrigin(t, test.data)
		err := g.get(context.Background(), "tables", dir, nil)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error %v, want one that says %q", what, err, test.says)
		}
		if all := files(t, dir); len(all) > 1 { // the verified archive itself stays for a look
			t.Errorf("%s: files left: %v", what, all)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(archive(f, entry{"set/a.bin", tar.TypeReg, payload(10)}))
	f.Add(archive(f, entry{"set/../../a.bin", tar.TypeReg, payload(10)}, entry{"set/a.bin", tar.TypeSymlink, nil}))
	s := Source{Files: []File{{Path: "images/a.bin", Known: []Content{{Size: 10}}}}}
	d := Download{Members: map[string]string{"set/a.bin": "images/a.bin"}}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "archive")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		err := unpack(s, d, path, dir)
		want := []string{"archive"}
		if err == nil {
			want = []string{"archive", "images/a.bin", "images/" + sumsFile}
		}
		if all := files(t, dir); !slices.Equal(all, want) {
			t.Fatalf("error %v, files %v", err, all)
		}
	})
}

// TestGetConverts: a download that holds more than is kept becomes the registered file, whole, and isn't kept itself.
func TestGetConverts(t *testing.T) {
	log := payload(5000)
	kept := log[:100]
	g, dir := origin(t, log, serveContent(log))
	g.sources[0].Files[0].Known = []Content{{Size: 100, Hash: shaOf(kept)}}
	bad := errors.New("no curve in it")
	for _, c := range []struct {
		convert func([]byte) ([]byte, error)
		want    error
		files   []string
	}{
		{func([]byte) ([]byte, error) { return nil, bad }, bad, []string{"tables/table.csv.part"}},
		{func(b []byte) ([]byte, error) { return b[:100], nil }, nil, []string{"tables/table.csv"}},
	} {
		g.sources[0].Downloads[0].Convert = c.convert
		if err := g.get(context.Background(), "tables", dir, nil); !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
		if got := files(t, dir); !slices.Equal(got, c.files) {
			t.Errorf("%v is left, want %v", got, c.files)
		}
	}
	got, err := os.ReadFile(filepath.Join(dir, "tables", "table.csv"))
	if err != nil || !bytes.Equal(got, kept) {
		t.Errorf("%d bytes, %v, want the converted 100", len(got), err)
	}
	g.sources[0].Downloads[0].URL = "https://example.invalid/table.csv" // what is there isn't brought again
	if err := g.get(context.Background(), "tables", dir, nil); err != nil {
		t.Error(err)
	}
}
