//go:build !linux

package syn

import "portkit/pkg/probe"

// Net holds the transports of a run.
type Net struct{}

// Open returns ErrSystem.
func Open(Options, int, probe.Clock) (*Net, error) { return nil, ErrSystem }

// Transport returns nil.
func (*Net) Transport(int) probe.Transport { return nil }

// Close does nothing.
func (*Net) Close() {}

// Descriptors returns 0.
func Descriptors(int) int { return 0 }

// DropPrivileges does nothing.
func DropPrivileges() error { return nil }
