package run

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"gmnas/harness/spec"
)

// process is the coordinator's side of a worker.
type process struct {
	cmd    *exec.Cmd
	orders chan []byte // lines to its standard input; closed to end it
	log    *tail
	exited chan struct{}

	// The coordinator's own notes.
	task     *task // what it executes
	since    time.Time
	progress Progress
	curve    []spec.EpochPoint // of its task, as far as it is reported
	greeted  bool
	late     bool // killed because it ran past the limit
}

// event is what a worker said, or that it exited.
type event struct {
	from   *process
	reply  reply
	exited bool
	err    error // how it exited; nil for status 0
}

// start starts a worker that posts to events until it has exited.
func start(command, environment []string, events chan<- event) (*process, error) {
	p := &process{cmd: exec.Command(command[0], command[1:]...), orders: make(chan []byte, 4), log: &tail{}, exited: make(chan struct{})}
	p.cmd.Env = environment
	p.cmd.WaitDelay = time.Second
	p.cmd.SysProcAttr = dieWithParent()
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.cmd.Stderr = p.cmd.Stdout // one pipe, so that the log is there before the reply that follows it
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the kernel ends the worker with the thread that started it
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.listen(out, events)
		err = p.cmd.Wait()
		close(p.exited)
		events <- event{from: p, exited: true, err: err}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting worker %q: %w", strings.Join(command, " "), err)
	}
	go p.write(in)
	return p, nil
}

// write passes orders on. A worker that is stopped or gone holds nobody else up.
func (p *process) write(in io.WriteCloser) {
	defer in.Close()
	for line := range p.orders {
		if _, err := in.Write(line); err != nil {
			return // the worker is gone, which listen notices
		}
	}
}

// listen posts the worker's replies and keeps what else it prints.
func (p *process) listen(out io.Reader, events chan<- event) {
	r := bufio.NewReader(out)
	for {
		line, err := readLine(r, maxReply)
		if errors.Is(err, errLongLine) {
			continue
		}
		if err != nil {
			return
		}
		if reply, ok := parseReply(line); ok {
			events <- event{from: p, reply: reply}
		} else if len(line) > 0 {
			p.log.Write(append(line, '\n'))
		}
	}
}

func (p *process) send(o order) error {
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if len(b) > maxOrder {
		return fmt.Errorf("a job of %d bytes; the limit is %d", len(b), maxOrder)
	}
	select {
	case p.orders <- append(b, '\n'):
		return nil
	case <-p.exited:
		return nil // its exit is an event
	}
}

func (p *process) kill() { p.cmd.Process.Kill() }

// fate says how a worker ended: by a signal, or not.
func fate(err error) (text string, killed bool) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "worker exited before the stage was done", false
	case errors.As(err, &exit):
		if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() {
			text = fmt.Sprintf("worker killed (signal: %s)", s.Signal())
			if s.Signal() == syscall.SIGKILL {
				text += "; the system does that when memory runs out: use fewer --workers, or end other programs"
			}
			return text, true
		}
	}
	return fmt.Sprintf("worker died (%v)", err), false
}

// threadVariables tell the libraries of a worker how many threads to use.
var threadVariables = []string{"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GOMAXPROCS"}

// environment is this process's, with the number of threads.
func environment(threads int) []string {
	env := slices.DeleteFunc(os.Environ(), func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		return slices.Contains(threadVariables, name)
	})
	for _, name := range threadVariables {
		env = append(env, name+"="+strconv.Itoa(threads))
	}
	return env
}

// tail keeps the last lines of a log.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if cut := len(t.b) - tailSize; cut > 0 {
		t.b = append(t.b[:0], t.b[cut:]...)
	}
	return len(p), nil
}

// String is what is kept, as valid UTF-8.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ToValidUTF8(string(t.b), "?")
}

// crash is the line that a program which falls over ends with, or "".
func (t *tail) crash() string {
	for line := range strings.Lines(t.String()) {
		for _, begin := range []string{"fatal error: ", "panic: ", "SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL"} {
			if strings.HasPrefix(line, begin) {
				return strings.TrimSpace(line)
			}
		}
	}
	return ""
}

// reset forgets what earlier stages printed.
func (t *tail) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = nil
}
