package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"gmnas/datasets"
	"gmnas/harness/engine"
	"gmnas/harness/run"
	"gmnas/nasbench"
	"gmnas/results"
)

// finding is one line of the doctor: what is there, or what is wrong and the command that mends it.
type finding struct {
	about string
	text  string
	mend  string
	bad   bool // runs can't work, or lose something
}

func doctorCommand() command {
	f := newFlags("doctor")
	db, data := databaseFlag(f), dataFlag(f)
	mend := f.Bool("repair", false, "mend what can be mended first, and say what was done")
	return command{
		name: "doctor", short: "say what is there, what is missing, and the command that mends it", flags: f,
		long: "It exits with 2 where something is broken; what is only missing, such as data, is no error. --repair makes a whole database of\n" +
			"a damaged one, which it keeps beside it under another name; deletes damaged weights and outcome files, whose stages run again;\n" +
			"and joins a damaged NAS-Bench-201 table anew from its sources.",
		example: "gmnas doctor\ngmnas doctor --repair --db results/gmnas.db",
		do: func(_ context.Context, c call) error {
			if err := c.noArguments(); err != nil {
				return err
			}
			if *mend {
				if err := repair(c.out, *db, *data); err != nil {
					return err
				}
			}
			findings := machine()
			findings = append(findings, backends()...)
			findings = append(findings, dataState(*data)...)
			findings = append(findings, database(*db)...)
			findings = append(findings, workFiles(*db)...)
			findings = append(findings, folder(filepath.Dir(*db)))
			bad := 0
			for _, f := range findings {
				mark := " "
				if f.bad {
					mark = "!"
					bad++
				}
				fmt.Fprintf(c.out, "%s %-10s %s\n", mark, f.about, hintsAsCalled(f.text))
				if f.mend != "" {
					fmt.Fprintf(c.out, "             -> %s\n", asCalled(f.mend))
				}
			}
			if bad > 0 {
				return fmt.Errorf("broken: %d, marked with ! above", bad)
			}
			return nil
		},
	}
}

func machine() []finding {
	text := fmt.Sprintf("%s/%s, %d cores, %s", runtime.GOOS, runtime.GOARCH, run.Cores(), runtime.Version())
	if model := field("/proc/cpuinfo", "model name"); model != "" {
		text += ", " + model
	}
	list := []finding{{about: "machine", text: text}}
	if total := field("/proc/meminfo", "MemTotal"); total != "" {
		list = append(list, finding{about: "memory", text: gigabytes(total) + " in all, " + gigabytes(field("/proc/meminfo", "MemAvailable")) + " available"})
	}
	return append(list, finding{about: "program", text: build().String()})
}

// field returns the first value of that name in one of Linux's tables, or "".
func field(path, name string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// gigabytes reads Linux's "24684096 kB".
func gigabytes(text string) string {
	kilobytes, err := strconv.ParseFloat(strings.TrimSuffix(text, " kB"), 64)
	if err != nil {
		return text
	}
	return fmt.Sprintf("%.1f GB", kilobytes*1024/1e9)
}

func backends() []finding {
	var list []finding
	fast := false
	chosen := cmp.Or(os.Getenv("GMNAS_BACKEND"), engine.Backends()[0])
	if err := checkBackend(chosen); err != nil {
		list = append(list, finding{about: "backend", text: err.Error(), bad: true})
	}
	for _, name := range engine.Backends() {
		fast = fast || name == "onednn"
		b, err := engine.OpenBackend(name, 1)
		if err != nil {
			list = append(list, finding{about: "backend", text: err.Error(), mend: "use another one with --backend", bad: true})
			continue
		}
		text := fmt.Sprintf("%s: %s, %s", name, b.Version(), b.InstructionSet())
		if name == chosen {
			text += " (default)"
		}
		list = append(list, finding{about: "backend", text: text})
	}
	if !fast {
		mend := "apt-get install -y libdnnl-dev && make build"
		if headerThere() {
			mend = "make build"
		}
		list = append(list, finding{about: "backend", text: "onednn, several times faster, is not in this build", mend: mend})
	}
	return list
}

// headerThere tells whether oneDNN's header is where a compiler looks.
func headerThere() bool {
	return slices.ContainsFunc([]string{"/usr/include", "/usr/local/include", "/opt/homebrew/include"}, func(folder string) bool {
		return exists(filepath.Join(folder, "dnnl.h"))
	})
}

func dataState(dir string) []finding {
	if err := checkData(dir); err != nil {
		f := finding{about: "data", text: err.Error(), bad: true}
		if errors.Is(err, fs.ErrPermission) {
			f.mend = "chmod u+rx " + word(dir)
		} else if !exists(dir) {
			f.mend = "gmnas data get cifar10 nasbench201 --data " + word(dir)
		}
		return []finding{f}
	}
	var list []finding
	present, damaged := map[string]int{}, map[string]string{}
	for _, s := range datasets.Status(dir) {
		if s.Present {
			present[s.Source]++
		}
		if s.Present && s.Problem != "" && damaged[s.Source] == "" {
			damaged[s.Source] = s.File.Path + ": " + s.Problem
		}
	}
	table, noTable := nasbench.Find(dir)
	for _, s := range datasets.Sources() {
		f := finding{about: "data", text: fmt.Sprintf("%s: %d of %d files in %s", s.Name, present[s.Name], len(s.Files), dir)}
		switch {
		case s.Name == nasbench.Folder && noTable == nil && present[s.Name] < len(s.Files):
			f.text += ", which the joined table stands for"
		case damaged[s.Name] != "":
			f.text, f.bad = s.Name+": "+damaged[s.Name], true
		case present[s.Name] == len(s.Files):
		case s.Manual != "":
			f.mend = s.Manual
		default:
			f.mend = "gmnas data get " + s.Name + " --data " + word(dir)
		}
		list = append(list, f)
	}
	if noTable != nil && present[nasbench.Folder] == 0 && !exists(filepath.Join(dir, nasbench.FileName)) {
		return list // as said above
	}
	if noTable != nil {
		return append(list, finding{about: "table", text: noTable.Error(), mend: "gmnas data get nasbench201 --data " + word(dir), bad: exists(filepath.Join(dir, nasbench.FileName))})
	}
	return append(list, finding{about: "table", text: fmt.Sprintf("NAS-Bench-201, %d architectures, SHA-256 %.12s", nasbench.Size, table.Hash())})
}

func database(path string) []finding {
	store, err := results.OpenReadOnly(path)
	if errors.Is(err, results.ErrMissing) {
		return []finding{{about: "database", text: path + ": none yet", mend: "gmnas run table3 --db " + word(path)}}
	}
	if err == nil {
		defer store.Close()
		err = store.Check()
	}
	if errors.Is(err, results.ErrDamaged) {
		return []finding{{about: "database", text: err.Error(), mend: "gmnas doctor --repair --db " + word(path), bad: true}}
	}
	if err != nil {
		return []finding{{about: "database", text: err.Error(), bad: true}}
	}
	counts, err := store.Counts()
	if err != nil {
		return []finding{{about: "database", text: err.Error(), bad: true}}
	}
	text := path + ": every page, key and checksum is right;"
	for _, n := range counts {
		text += fmt.Sprintf(" %d %s %s,", n.N, n.Kind, n.State)
	}
	if len(counts) == 0 {
		text += " no outcomes"
	}
	return []finding{{about: "database", text: strings.TrimSuffix(text, ",")}}
}

// workFiles checks the weights and the outcomes on their way.
func workFiles(db string) []finding {
	files := run.Examine(workFolder(db))
	if files.Weights+files.Outcomes == 0 {
		return nil
	}
	list := []finding{{about: "weights", text: fmt.Sprintf("%d files, %.3g MB, in %s", files.Weights, float64(files.Bytes)/1e6, workFolder(db))}}
	for _, err := range files.Damaged {
		list = append(list, finding{about: "weights", text: err.Error(), mend: "gmnas doctor --repair --db " + word(db) + ", or a run that needs them trains them again", bad: true})
	}
	if files.Outcomes > 0 {
		list = append(list, finding{about: "outcomes", text: fmt.Sprintf("%d on their way, or left by a killed run; the next run takes them in", files.Outcomes)})
	}
	return list
}

// folder checks that results can be written, and how much.
func folder(dir string) finding {
	where := dir
	for !exists(where) && where != filepath.Dir(where) {
		where = filepath.Dir(where)
	}
	f, err := os.CreateTemp(where, ".gmnas-doctor-*")
	if err != nil {
		return finding{about: "results", text: fmt.Sprintf("%s can't be written: %v", where, bare(err)), mend: "chmod u+rwx " + where + ", or name another place with --db", bad: true}
	}
	f.Close()
	os.Remove(f.Name())
	text := dir + " can be written"
	if where != dir {
		text = dir + " can be made"
	}
	if free, err := freeBytes(where); err == nil {
		text += fmt.Sprintf(", %.1f GB free", float64(free)/1e9)
	}
	return finding{about: "results", text: text}
}
