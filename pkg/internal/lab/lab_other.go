//go:build !linux

package lab

import (
	"net/netip"
	"os"
	"testing"
)

// Lab is a network of hosts in namespaces; there are none on this system.
type Lab struct{}

// Missing returns the reason why the lab cannot run.
func Missing() string { return "network namespaces need Linux" }

// Main runs the tests and exits with their status.
func Main(m interface{ Run() int }) { os.Exit(Inside(m).Run()) }

// Runner runs tests where they are.
type Runner struct{ tests interface{ Run() int } }

// Inside returns a runner that runs m where it is.
func Inside(m interface{ Run() int }) *Runner { return &Runner{m} }

// Run runs the tests.
func (r *Runner) Run() int { return r.tests.Run() }

// New skips the test: see Need.
func New(tb testing.TB) *Lab {
	tb.Helper()
	Need(tb)
	return nil
}

// Build is never reached: New has skipped the test.
func (c Case) Build(*Lab) netip.AddrPort { return netip.AddrPort{} }
