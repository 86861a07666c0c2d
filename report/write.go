package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"gmnas/report/plots"
	"gmnas/report/render"
)

// label is what may become a file name: the labels that plan.Validate accepts.
var label = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]{0,62}$`)

// file is one that a page is written to.
type file struct {
	name  string
	write func(io.Writer) error
}

// Write writes each page as LABEL.html, and its table as LABEL.md, LABEL.tex, LABEL.csv, LABEL.json and LABEL.png, and drawn
// cells also as LABEL.svg, into dir, which it makes where it is missing, and returns their names. Each file is replaced
// whole or not at all.
func Write(dir string, pages ...render.Page) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making report folder: %w; name another one with --out", err)
	}
	var names []string
	for _, page := range pages {
		t := page.Table
		if !label.MatchString(t.Label) {
			return names, fmt.Errorf("writing report: label %.80q is no file name: use lower-case letters, digits, ., + and -", t.Label)
		}
		png := t.Label + ".png"
		files := []file{
			{png, func(w io.Writer) error { _, err := w.Write(page.Figure.PNG); return err }},
			{t.Label + ".csv", func(w io.Writer) error { return render.CSV(w, t) }},
			{t.Label + ".json", func(w io.Writer) error { return render.JSON(w, t) }},
			{t.Label + ".md", func(w io.Writer) error { return render.Markdown(w, t, png) }},
			{t.Label + ".tex", func(w io.Writer) error { return render.TeX(w, t, png) }},
			{t.Label + ".html", func(w io.Writer) error { return render.HTML(w, page) }},
		}
		if len(t.Drawings) > 0 {
			files = append(files, file{t.Label + ".svg", func(w io.Writer) error { return plots.Cells(w, plots.FormatSVG, t.Title, t.Drawings) }})
		}
		for _, f := range files {
			name := filepath.Join(dir, f.name)
			if err := WriteFile(name, f.write); err != nil {
				return names, err
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// WriteFile writes a file whole or not at all.
func WriteFile(name string, write func(io.Writer) error) error {
	if err := replace(name, write); err != nil {
		return fmt.Errorf("writing report %s: %w", name, err)
	}
	return nil
}

// replace writes a file under another name and then renames it.
func replace(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".report-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails after the rename, as it should
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
