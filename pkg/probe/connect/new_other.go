//go:build !linux

package connect

import (
	"errors"

	"portkit/pkg/probe"
)

// New returns this system's best transport.
func New(o Options, c probe.Clock) (probe.Transport, error) {
	if o.Interface != "" {
		return nil, errors.New("an interface cannot be chosen on this system")
	}
	return NewPortable(o, c), nil
}
