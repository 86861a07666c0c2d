package execute

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Host describes the machine: operating system, architecture, cores, processor.
func Host() string {
	text := fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if model := processor(); model != "" {
		text += ", " + model
	}
	return text
}

// processor returns the processor's name where the system tells it in /proc.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
