//go:build !linux

package run

import "syscall"

// dieWithParent leaves it to the end of the orders, which a worker notices.
func dieWithParent() *syscall.SysProcAttr { return nil }
