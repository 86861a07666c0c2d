package report_test

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/render"
)

// browse runs headless Chromium on a file and returns what it prints; no name resolves.
func browse(t *testing.T, file string, args ...string) string {
	t.Helper()
	name := ""
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(n); err == nil {
			name = path
			break
		}
	}
	if name == "" {
		t.Skip("Chromium is not installed: apt-get install chromium")
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(ctx, name, append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + t.TempDir(), "--window-size=1400,3000"}, append(args, "file://"+file)...)...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, &problems)
	}
	return out.String()
}

// TestBrowser opens the report of a whole experiment with awkward names: nothing of them runs, the page fits the window,
// it is drawn and it prints.
func TestBrowser(t *testing.T) {
	e := small()
	e.Title, e.Claim = `<script>document.title="ran"</script> a|b`, `=cmd() <img src=x onerror="document.title='ran'">`
	e.Rows[1].Name = `<b onmouseover=1>DARTS</b>`
	w := newWorld()
	in, err := report.Collect(e, spec.Laptop, w.run(t, e, spec.Laptop, false), w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	page, err := report.PageOf(in)
	if err != nil {
		t.Fatal(err)
	}
	var html bytes.Buffer
	if err := render.HTML(&html, page); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "page.html")
	write := func(body string) {
		if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	// A copy that may run what is its own measures itself; the page as it is forbids that too.
	measured := strings.Replace(html.String(), "default-src 'none'; img-src data:; style-src", "img-src data:; style-src", 1)
	write(strings.Replace(measured, "</body>", `<script>document.documentElement.lang = document.documentElement.scrollWidth + " " + [...document.images].filter(i => !i.naturalWidth).length</script></body>`, 1))
	dom := browse(t, file, "--dump-dom")
	for _, want := range []string{"<title>&lt;script&gt;", "Every seed", "Provenance", "Settings", "Splits", "Spread over seeds", "cannot tell"} {
		if !strings.Contains(dom, want) {
			t.Errorf("the document lacks %q", want)
		}
	}
	if strings.Count(dom, "<script") != 1 || strings.Contains(dom, "<title>ran") || strings.Count(dom, "<table") != strings.Count(html.String(), "<table") {
		t.Error("a name became markup")
	}
	_, lang, _ := strings.Cut(dom, `<html lang="`)
	lang, _, _ = strings.Cut(lang, `"`)
	width, broken, _ := strings.Cut(lang, " ")
	if n, err := strconv.Atoi(width); err != nil || n > 1400 || broken != "0" {
		t.Errorf("the page is %q wide in a window of 1400, with %q broken pictures", width, broken)
	}

	write(html.String())
	shot := filepath.Join(dir, "shot.png")
	browse(t, file, "--screenshot="+shot)
	b, err := os.ReadFile(shot)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	ink := 0
	for y := 0; y < img.Bounds().Dy(); y += 2 {
		for x := 0; x < img.Bounds().Dx(); x += 2 {
			if r, _, _, _ := img.At(x, y).RGBA(); r < 0x8000 {
				ink++
			}
		}
	}
	if ink < 5000 {
		t.Errorf("%d dark points: the page is blank", ink)
	}

	pdf := filepath.Join(dir, "page.pdf")
	browse(t, file, "--no-pdf-header-footer", "--print-to-pdf="+pdf)
	if b, err := os.ReadFile(pdf); err != nil || !bytes.HasPrefix(b, []byte("%PDF")) || len(b) < 50_000 {
		t.Errorf("printed: %v, %d bytes", err, len(b))
	}
}
