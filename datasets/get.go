package datasets

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
)

// Get brings the registered source name into the data folder dir. A file that is there with the right hash is left
// alone; another is replaced only after the new one is verified. A download that is cut off keeps its ".part" file, and
// the next call resumes it. Connections are TLS, to the registered hosts only.
//
// progress, which may be nil, is called with the bytes there so far and in all for the download under way.
func Get(ctx context.Context, name, dir string, progress func(done, total int64)) error {
	g := getter{client: http.DefaultClient, sources: Sources()}
	return g.get(ctx, name, dir, progress)
}

// A getter is a registry and the way to its hosts.
type getter struct {
	client  *http.Client
	sources []Source
}

func (g getter) get(ctx context.Context, name, dir string, progress func(done, total int64)) error {
	s, err := find(g.sources, name)
	if err != nil {
		return err
	}
	if s.Manual != "" {
		return fmt.Errorf("getting %s: %s", name, s.Manual)
	}
	if progress == nil {
		progress = func(done, total int64) {}
	}
	for _, d := range s.Downloads {
		if err := g.bring(ctx, s, d, dir, progress); err != nil {
			return fmt.Errorf("getting %s from %s: %w%s", name, d.URL, err, byHand(d, dir, err))
		}
	}
	return nil
}

// byHand is what to do where the origin can't be reached or has no such file any more.
func byHand(d Download, dir string, err error) string {
	var unreached *url.Error
	if !errors.As(err, &unreached) && !errors.Is(err, errAnswer) {
		return ""
	}
	if d.Path == "" {
		return fmt.Sprintf("; check the network and a proxy's name in HTTPS_PROXY and give the same command again, or bring the archive of %d bytes and unpack it in %s", d.Size, dir)
	}
	return fmt.Sprintf("; check the network and a proxy's name in HTTPS_PROXY and give the same command again, or bring the file of %d bytes as %s",
		d.Size, filepath.Join(dir, filepath.FromSlash(d.Path)))
}

// bring downloads, verifies and puts into place one file.
func (g getter) bring(ctx context.Context, s Source, d Download, dir string, progress func(done, total int64)) error {
	if s.have(d, dir) {
		progress(d.Size, d.Size)
		return nil
	}
	target := filepath.Join(dir, filepath.FromSlash(d.Path))
	if d.Path == "" {
		u, err := url.Parse(d.URL)
		if err != nil {
			return err
		}
		target = filepath.Join(dir, path.Base(u.Path))
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	part := target + ".part"
	if err := g.download(ctx, d, part, progress); err != nil {
		return err
	}
	if err := verify(d, part); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if d.Convert != nil {
		return convert(d, part, target)
	}
	if d.Members == nil {
		return os.Rename(part, target)
	}
	if err := unpack(s, d, part, dir); err != nil {
		return fmt.Errorf("unpacking: %w", err)
	}
	return os.Remove(part)
}

// convert makes the data file of a verified download, whole, and removes the download.
func convert(d Download, part, target string) error {
	data, err := readBounded(part, d.Size)
	if err != nil {
		return err
	}
	if data, err = d.Convert(data); err != nil {
		return err
	}
	made := target + ".made"
	if err := os.WriteFile(made, data, 0o644); err != nil {
		return errors.Join(err, os.Remove(made))
	}
	return errors.Join(os.Rename(made, target), os.Remove(part))
}

// have says whether the files that d brings are there, verified, and as d brings them.
func (s Source) have(d Download, dir string) bool {
	brings := map[string]bool{d.Path: true}
	for _, p := range d.Members {
		brings[p] = true
	}
	for _, f := range s.Files {
		if !brings[f.Path] {
			continue
		}
		state := fileState(dir, s, f)
		if !state.Verified || state.Content.Note != f.Known[0].Note {
			return false
		}
	}
	return true
}

// verify checks a complete download against size and hash of its registry entry.
func verify(d Download, part string) error {
	info, err := os.Stat(part)
	if err != nil {
		return err
	}
	got, err := hashFile(part, d.Hash.Kind)
	if err != nil {
		return err
	}
	if info.Size() != d.Size || got != d.Hash.Hex {
		return fmt.Errorf("the file has %d bytes and %s %s, want %d and %s: it is damaged or was changed at its origin; nothing was kept",
			info.Size(), d.Hash.Kind, got, d.Size, d.Hash.Hex)
	}
	return nil
}
