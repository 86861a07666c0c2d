package run

import "syscall"

// dieWithParent lets the kernel kill a worker when its coordinator ends, however that ends.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
