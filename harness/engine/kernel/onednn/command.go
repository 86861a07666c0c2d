//go:build onednn

package onednn

/*
#include "commands.h"
*/
import "C"

import (
	"fmt"
	"runtime"
)

// command is a job on the C side, which is freed when the command is no longer reachable.
type command struct {
	job     *C.gm_job
	backend *Backend
	failed  func(status C.int) error // what a status other than 0 means; nil where there is none
}

// newCommand takes the job over; nil means that there was no memory for it.
func (b *Backend) newCommand(what string, job *C.gm_job) (*command, error) {
	if job == nil {
		return nil, fmt.Errorf("making %s: out of memory", what)
	}
	c := &command{job: job, backend: b}
	runtime.AddCleanup(c, func(job *C.gm_job) { C.gm_job_destroy(job) }, job)
	runtime.KeepAlive(b)
	return c, nil
}

// Run runs the job.
func (c *command) Run() error {
	s := C.gm_run(c.job)
	runtime.KeepAlive(c)
	if s != 0 {
		return c.failed(s)
	}
	return nil
}
