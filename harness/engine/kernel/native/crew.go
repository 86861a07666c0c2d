package native

import "gmnas/harness/engine/kernel"

// task is work that can be done in parts, each by one thread.
type task interface {
	part(i, parts int)
}

// crew is the calling goroutine and size-1 others that wait for tasks.
type crew struct {
	size  int
	tasks []chan task
	done  chan struct{}
}

func newCrew(size int) crew {
	c := crew{size: size, done: make(chan struct{}, size)}
	for i := 1; i < size; i++ {
		tasks := make(chan task)
		c.tasks = append(c.tasks, tasks)
		go func() {
			for t := range tasks {
				t.part(i, size)
				c.done <- struct{}{}
			}
		}()
	}
	return c
}

func (c *crew) close() {
	for _, t := range c.tasks {
		close(t)
	}
	c.tasks = nil
}

// do runs all parts of t and returns when they are done.
func (c *crew) do(t task) {
	for _, tasks := range c.tasks {
		tasks <- t
	}
	t.part(0, c.size)
	for range c.tasks {
		<-c.done
	}
}

// share returns part i of n rows as a range.
func share(n, i, parts int) (from, to int) { return n * i / parts, n * (i + 1) / parts }

// command is a task that a crew does.
type command struct {
	crew *crew
	task task
}

// Run does the task.
func (c *command) Run() error {
	c.crew.do(c.task)
	return nil
}

// command returns t as a command, or the error of its arguments.
func (b *Backend) command(s *shape, t task) (kernel.Command, error) {
	if err := s.err(); err != nil {
		return nil, err
	}
	return &command{&b.crew, t}, nil
}
