//go:build !linux

package syn

import "portkit/pkg/probe"

// Net is the transports of a run's workers: on this system there are none.
type Net struct{}

// Open returns ErrSystem.
func Open(Options, int, probe.Clock) (*Net, error) { return nil, ErrSystem }

// Transport returns a worker's own.
func (*Net) Transport(int) probe.Transport { return nil }

// Close frees everything.
func (*Net) Close() {}

// Descriptors is how many a worker takes.
func Descriptors(int) int { return 0 }

// DropPrivileges has nothing to do.
func DropPrivileges() error { return nil }
