package datasets

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// unpackSlack bounds what an archive may hold besides its registered members.
const unpackSlack = 16 << 20

// unpack takes the registered members, and nothing else, out of a verified tar.gz archive. No path in the archive is
// used; each member must be a regular file of its registered size. The files are put into place only when all are there.
func unpack(s Source, d Download, archive, dir string) error {
	sizes, total := map[string]int64{}, int64(unpackSlack)
	for _, f := range s.Files {
		sizes[f.Path] = f.Known[0].Size
		total += f.Known[0].Size
	}
	in, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	entries := tar.NewReader(io.LimitReader(z, total))
	sums := map[string]string{}
	defer func() {
		for p := range sums {
			os.Remove(memberPart(dir, p)) // gone already where all went well
		}
	}()
	for {
		h, err := entries.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		p, ok := d.Members[h.Name]
		if !ok {
			continue
		}
		if _, twice := sums[p]; twice || h.Typeflag != tar.TypeReg || h.Size != sizes[p] {
			return fmt.Errorf("member %s: type %q, %d bytes; want one regular file of %d bytes", h.Name, h.Typeflag, h.Size, sizes[p])
		}
		sums[p] = ""
		if sums[p], err = writeMember(entries, memberPart(dir, p)); err != nil {
			return fmt.Errorf("member %s: %w", h.Name, err)
		}
	}
	for name, p := range d.Members {
		if sums[p] == "" {
			return fmt.Errorf("member %s is missing", name)
		}
	}
	return place(dir, sums)
}

func memberPart(dir, p string) string { return filepath.Join(dir, filepath.FromSlash(p)) + ".part" }

// writeMember writes a file whole and is its SHA-256.
func writeMember(r io.Reader, path string) (sum string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	out, err := os.Create(path)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), r)
	if err == nil {
		err = out.Sync()
	}
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, out.Close())
}

// place renames the written members and notes their hashes, a folder at a time.
func place(dir string, sums map[string]string) error {
	lines := map[string][]string{}
	for p, sum := range sums {
		part := memberPart(dir, p)
		if err := os.Rename(part, strings.TrimSuffix(part, ".part")); err != nil {
			return err
		}
		folder := filepath.Dir(part)
		lines[folder] = append(lines[folder], sum+"  "+filepath.Base(filepath.FromSlash(p))+"\n")
	}
	for folder, l := range lines {
		slices.Sort(l)
		if err := os.WriteFile(filepath.Join(folder, sumsFile), []byte(strings.Join(l, "")), 0o644); err != nil {
			return err
		}
	}
	return nil
}
