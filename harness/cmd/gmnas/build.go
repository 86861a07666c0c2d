package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"

	programs "gmnas/harness/code"
	"gmnas/harness/spec"
)

// Stamped by the Makefile with -ldflags (harness/cmd/stamp); empty where they weren't.
var commit, diff, code string

// build says what this program is.
var build = sync.OnceValue(func() spec.Build {
	b := spec.Build{Commit: commit, Diff: diff, Code: code, Binary: executableHash(), Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	revision, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "+dirty"
			}
		case "vcs", "vcs.time", "-ldflags":
		default:
			b.Settings = append(b.Settings, s.Key+"="+s.Value)
		}
	}
	if b.Commit == "" {
		b.Commit = revision + dirty
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.Modules = append(b.Modules, m.Path+" "+m.Version+" "+m.Sum)
	}
	return b
})

// executableHash is the SHA-256 of the file that runs, also where another one has taken its name since; empty where it
// can't be read.
func executableHash() string {
	if sum := programs.FileHash("/proc/self/exe"); sum != "" {
		return sum
	}
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return programs.FileHash(path)
}
